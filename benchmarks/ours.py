"""Our matching on a corpus, built and asked; where questions also train it, each is asked of constants it did not train."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.parts import by_first_article, by_question
from benchmarks.train_ranker import train_texts
from knowledge.evaluation import Question, Scored, score, summary
from knowledge.matching.entries import Entry
from knowledge.matching.matcher import Matcher
from knowledge.matching.model import Profile
from knowledge.shipped import shipped_language

MEASURES = ("rank_hit_at_1", "rank_hit_at_3", "recall_at_10", "mrr_at_10")


def ours_cross_validated(
    entries: Sequence[Entry],
    questions: Sequence[Question],
    folds: int = 5,
    by_article: bool = False,
    tell: Callable[[str], None] = print,
) -> tuple[list[Scored], float, str]:
    """Ours, each fold asked with constants trained on the other folds: results, build seconds, what was used.

    ``by_article`` trains on no question about an article that the fold asks for. ``tell`` hears of every fold.
    """
    golds = [{entry.id for entry in entries if question.accepts(entry.id)} for question in questions]
    pairs = [(question.text, gold) for question, gold in zip(questions, golds, strict=True)]
    scored: list[Scored] = []
    took: list[float] = []
    for held, rest in by_first_article(pairs, folds, 7) if by_article else by_question(pairs, folds, 7):
        profile = train_texts(entries, shipped_language().analyzer(), [pairs[at] for at in rest])
        matcher, seconds = build_ours(entries, profile)
        took.append(seconds)
        scored += ask_ours(matcher, [questions[at] for at in held])
        so_far = summary(scored)
        figures = "，".join(f"{name} {so_far[name]:.3f}" for name in MEASURES)
        tell(f"    第 {len(took)} 折，由 {len(rest)} 问训练，至今 {len(scored)} 问：{figures}")
    return scored, float(np.median(took)), f"{folds} 折交叉验证"


def build_ours(entries: Sequence[Entry], profile: Profile) -> tuple[Matcher, float]:
    """A matcher and the seconds it took, dictionary and thesaurus included."""
    start = time.perf_counter()
    matcher = Matcher(entries, shipped_language().analyzer(), profile)
    return matcher, time.perf_counter() - start


def ask_ours(matcher: Matcher, questions: Sequence[Question]) -> list[Scored]:
    for question in questions[:5]:
        matcher.search(question.text)
    return list(score(questions, matcher))
