"""Train the constants of the matching and write ``knowledge/data/matching/model.json``.

What it learns from: the project's own typical questions (each left out of the index while it serves as a question),
its own held-out questions and its own out-of-scope questions (``benchmarks/data``); the constants for bare texts from
the public set of lay questions on statutes. The development evaluation is never read here. Run with ``make train``; takes some minutes.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.parts import Asked, by_first_article, by_question
from benchmarks.translation import Learner
from knowledge.evaluation import read_entries
from knowledge.matching.entries import Entry
from knowledge.matching.index import FEATURES, Index
from knowledge.matching.model import Calibrator, Network, Profile
from knowledge.matching.signals import SIGNALS, Signals, shares_of, signals_of
from knowledge.matching.tokens import Analyzer
from knowledge.matching.translation import Translation
from knowledge.shipped import DATA, shipped_language, shipped_library
from knowledge.yaml_data import read_yaml

HERE = Path(__file__).parent
TABLE = "translation.json"
_WAYS = ((by_question, 1), (by_first_article, 1))
"""Ways of parting the public questions, with seeds: by article too, so that a translation is not trusted where it knows nothing."""
Sample = tuple[np.ndarray, np.ndarray]


def samples_of(index: Index, questions: Iterable[str], golds: Iterable[set[str]]) -> list[Sample]:
    """Features and labels of the candidates of each question."""
    out = []
    for question, gold in zip(questions, golds, strict=True):
        found = index.candidates(question)
        out.append((found.features, np.array([index.entries[row].id in gold for row in found.rows], dtype=np.float32)))
    return out


def equivalents(entries: Sequence[Entry]) -> dict[str, set[str]]:
    """Clauses of other documents on the same topic count as right too, as they do for a person."""
    topics: dict[str, set[str]] = {}
    for entry in entries:
        if entry.topic and entry.kind == "clause":
            topics.setdefault(entry.topic, set()).add(entry.id)
    return {entry.id: topics.get(entry.topic, set()) | {entry.id} for entry in entries}


def left_out(
    entries: Sequence[Entry],
    analyzer: Analyzer,
    folds: int,
    cap: int,
    density: float,
    seed: int,
    outside: Sequence[str] = (),
) -> Iterable[tuple[Index, list[tuple[str, set[str]]]]]:
    """Indexes without a part of the typical questions, and that part as questions.

    ``density`` keeps that share of the remaining typical questions, so that the constants also serve poorer knowledge.
    """
    rng = random.Random(seed)
    same = equivalents(entries)
    pairs = [(entry.id, alias) for entry in entries for alias in entry.aliases]
    rng.shuffle(pairs)
    for fold in range(folds):
        held = pairs[fold::folds]
        drop = set(held)
        kept = [
            replace(
                entry, aliases=tuple(a for a in entry.aliases if (entry.id, a) not in drop and rng.random() < density)
            )
            for entry in entries
        ]
        yield Index(kept, analyzer, outside), [(alias, same[entry]) for entry, alias in held[:cap]]


def fit_network(data: Sequence[Sample], hidden: int, seed: int, epochs: int = 30) -> Network:
    """A listwise softmax over the candidates of a question: the right ones should hold the mass (Adam, L2)."""
    rng = np.random.default_rng(seed)
    useful = [(x, y) for x, y in data if y.any() and not y.all()]
    everything = np.concatenate([x for x, _ in useful])
    mean, scale = everything.mean(0), np.maximum(everything.std(0), 1e-3)
    useful = [((x - mean) / scale, y) for x, y in useful]
    width = everything.shape[1]
    p = [rng.normal(0, 0.3, (width, hidden)), np.zeros(hidden), rng.normal(0, 0.3, hidden), rng.normal(0, 0.1, width)]
    m, v = [0 * q for q in p], [0 * q for q in p]
    step = 0
    for epoch in range(epochs):
        order = rng.permutation(len(useful))
        for start in range(0, len(order), 64):
            batch = [useful[i] for i in order[start : start + 64]]
            x = np.concatenate([features for features, _ in batch])
            inner = np.tanh(x @ p[0] + p[1])
            scores = inner @ p[2] + x @ p[3]
            deltas, at = [], 0
            for _, y in batch:
                part = scores[at : at + len(y)]
                share = np.exp(part - part.max())
                share /= share.sum()
                wanted = share * y
                deltas.append((share - wanted / (wanted.sum() + 1e-9)) / len(batch))
                at += len(y)
            delta = np.concatenate(deltas)
            back = np.outer(delta, p[2]) * (1 - inner * inner)
            step += 1
            for k, gradient in enumerate((x.T @ back, back.sum(0), inner.T @ delta, x.T @ delta)):
                gradient = gradient + 3e-4 * p[k]
                m[k] = 0.9 * m[k] + 0.1 * gradient
                v[k] = 0.999 * v[k] + 0.001 * gradient**2
                p[k] = p[k] - 0.02 * 0.97**epoch * (m[k] / (1 - 0.9**step)) / (np.sqrt(v[k] / (1 - 0.999**step)) + 1e-8)
    return Network(mean, scale, p[0], p[1], p[2], p[3])


def fit_calibrator(
    signals: Sequence[Signals], labels: Sequence[bool], weights: Sequence[float], c: float = 0.3
) -> Calibrator:
    """A logistic regression on the named signals, written back to unscaled weights."""
    x = np.array(signals)
    mean, scale = x.mean(0), x.std(0) + 1e-6
    model = LogisticRegression(C=c, max_iter=2000).fit((x - mean) / scale, labels, sample_weight=weights)
    coefficients = model.coef_[0] / scale
    return Calibrator(
        np.round(coefficients, 5),
        round(float(model.intercept_[0] - coefficients @ mean), 5),
    )


def train_questions(seeds: int, hidden: int, cap: int) -> dict[str, Any]:
    """Constants for knowledge with typical questions."""
    library = shipped_library()
    analyzer = library.language.analyzer()
    entries = library.entries
    own = [(q["q"], set(q["gold"])) for q in read_yaml(HERE / "data" / "held_out.yaml")]
    outside = library.language.outside
    data: list[Sample] = []
    folds = list(left_out(entries, analyzer, 6, cap, 1.0, 1, outside))
    for index, pairs in folds:
        data += samples_of(index, [q for q, _ in pairs], [gold for _, gold in pairs])
    for density in (0.25, 0.1):
        for index, pairs in left_out(entries, analyzer, 6, cap // 6, density, 2):
            data += samples_of(index, [q for q, _ in pairs], [gold for _, gold in pairs])
    profile = bare_profile([fit_network(data, hidden, seed) for seed in range(seeds)])
    outcomes = Outcomes(profile)
    for index, pairs in folds:
        outcomes.add(index, pairs[: cap // 2], 0.2)
    outcomes.add(Index(entries, analyzer, outside), own, 2.0)
    for fold in range(5):
        # a question serves as an example of its kind only while it is not the one that is asked
        others = [question for at, question in enumerate(outside) if at % 5 != fold]
        outcomes.add(Index(entries, analyzer, others), [(question, set()) for question in outside[fold::5]], 1.0)
    return dump_profile(outcomes.calibrated(answer_at=0.6, abstain_below=0.5))


def train_few(seeds: int) -> dict[str, Any]:
    """Constants for entries with a few wordings each, as a published FAQ has them."""
    library = shipped_library()
    analyzer = library.language.analyzer()
    faq = read_yaml(HERE / "data" / "faq.yaml")
    none = [(question, set[str]()) for question in read_yaml(HERE / "data" / "faq_none.yaml")]
    own = [(question, {str(row["id"])}) for row in faq for question in row["questions"]]
    sets: list[tuple[Index, list[tuple[str, set[str]]]]] = []
    for count in (1, 3):
        entries = [Entry(row["id"], "entry", row["title"], row["body"], tuple(row["aliases"][:count])) for row in faq]
        sets.append((Index(entries, analyzer), own))
    for density in (0.1, 0.05):
        sets += left_out(library.entries, analyzer, 4, 160, density, 3)
    data = [
        sample for index, pairs in sets for sample in samples_of(index, [q for q, _ in pairs], [g for _, g in pairs])
    ]
    outcomes = Outcomes(bare_profile([fit_network(data, 8, seed, epochs=15) for seed in range(seeds)]))
    for index, pairs in sets:
        outcomes.add(index, pairs, 1.0)
    for index, _ in sets[:2]:
        outcomes.add(index, none, 3.0)
    for index, _ in sets[2:]:
        outcomes.add(index, [(question, set()) for question in library.language.outside[::4]], 1.0)
    return dump_profile(outcomes.calibrated(answer_at=0.75, abstain_below=0.35))


def train_texts(entries: Sequence[Entry], analyzer: Analyzer, questions: Sequence[tuple[str, set[str]]]) -> Profile:
    """Constants for bare texts without typical questions, from questions with the ids of the entries that answer them."""
    index = Index(entries, analyzer, translation=Translation({}))
    learner = Learner(entries, analyzer, questions)
    data: list[Sample] = []
    apart: list[tuple[Translation, list[Asked]]] = []
    for way, seed in _WAYS:
        for part, rest in way(questions, 4, seed):
            index.translation = learner.translation(rest)
            held = [questions[at] for at in part]
            data += samples_of(index, [q for q, _ in held], [gold for _, gold in held])
            apart += [(index.translation, held)] if (way, seed) == _WAYS[-1] else []
    whole = learner.translation(range(len(questions)))
    profile = replace(bare_profile([fit_network(data, 4, seed, epochs=12) for seed in range(3)]), translation=whole)
    outcomes = Outcomes(profile)
    for index.translation, held in apart:
        outcomes.add(index, held, 1.0)
    index.translation = whole
    outcomes.add(index, [(question, set()) for question in shipped_language().outside], 1.0)
    return outcomes.calibrated(answer_at=0.5, abstain_below=0.3)


class Outcomes:
    """Gathers what the calibrators learn from: signals, whether the best was right, whether anything could be."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.signals: list[Signals] = []
        self.right: list[bool] = []
        self.inside: list[bool] = []
        self.weights: list[float] = []

    def add(self, index: Index, pairs: Iterable[tuple[str, set[str]]], weight: float) -> None:
        for question, gold in pairs:
            found = index.candidates(question)
            if not len(found.rows):
                continue
            scores = self.profile.network(found.features)
            order = [int(i) for i in np.argsort(-scores, kind="stable")]
            self.signals.append(signals_of(question, found, index.topics, scores, shares_of(scores), order))
            self.right.append(index.entries[found.rows[order[0]]].id in gold)
            self.inside.append(bool(gold))
            self.weights.append(weight)

    def calibrated(self, answer_at: float, abstain_below: float) -> Profile:
        return replace(
            self.profile,
            right=fit_calibrator(self.signals, self.right, self.weights),
            in_scope=fit_calibrator(self.signals, self.inside, self.weights),
            answer_at=answer_at,
            abstain_below=abstain_below,
        )


def bare_profile(networks: Sequence[Network]) -> Profile:
    """A profile that ranks only."""
    empty = Calibrator(np.zeros(len(SIGNALS)), 0.0)
    return Profile(Network.mean_of(networks), empty, empty, 0.5, 0.5)


def dump_profile(profile: Profile) -> dict[str, Any]:
    return {
        "network": dump(profile.network),
        "right": dump_calibrator(profile.right),
        "in_scope": dump_calibrator(profile.in_scope),
        "answer_at": profile.answer_at,
        "abstain_below": profile.abstain_below,
        **({"translation": TABLE} if profile.translation else {}),
    }


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"


def dump(network: Network) -> dict[str, Any]:
    return {name: np.round(getattr(network, name), 4).tolist() for name in Network.__dataclass_fields__}


def dump_calibrator(calibrator: Calibrator) -> dict[str, Any]:
    return {"weights": dict(zip(SIGNALS, calibrator.weights.tolist(), strict=True)), "intercept": calibrator.intercept}


def main(argv: Sequence[str] | None = None, write: Callable[[str], None] = print) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--hidden", type=int, default=20)
    parser.add_argument("--cap", type=int, default=500, help="questions taken from each fold")
    parser.add_argument(
        "--texts", type=Path, default=Path("../shared/evaluation/public"), help="folder of the public set"
    )
    parser.add_argument("--only", choices=("questions", "few", "texts"), help="train one of the profiles only")
    arguments = parser.parse_args(argv)
    path = DATA / "matching" / "model.json"
    model = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"profiles": {}}
    model["features"] = list(FEATURES)
    if arguments.only in (None, "few"):
        model["profiles"]["few"] = train_few(arguments.seeds)
    if arguments.only in (None, "questions"):
        model["profiles"]["questions"] = train_questions(arguments.seeds, arguments.hidden, arguments.cap)
    if arguments.only in (None, "texts") and (arguments.texts / "stard_entries.jsonl").exists():
        entries = read_entries(arguments.texts / "stard_entries.jsonl")
        rows = [
            json.loads(line)
            for line in (arguments.texts / "stard_questions.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        questions = [(row["q"], {str(entry) for entry in row["gold"]}) for row in rows]
        trained = train_texts(entries, shipped_language().analyzer(), questions)
        model["profiles"]["texts"] = dump_profile(trained)
        assert trained.translation is not None
        (path.parent / TABLE).write_text(_json(trained.translation.table), encoding="utf-8")
    path.parent.mkdir(exist_ok=True)
    path.write_text(_json(model), encoding="utf-8")
    write(f"written {path.name}: {', '.join(model['profiles'])}")


if __name__ == "__main__":
    main()
