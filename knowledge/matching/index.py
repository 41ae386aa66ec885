"""The index over all entries: six views of the same texts, and the features of the candidates for one question."""

from __future__ import annotations

import gc
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import LCSseq

from knowledge.matching.cues import consequence_of, fits_consequence, type_of
from knowledge.matching.entries import Entry
from knowledge.matching.postings import Floats, Ints, Postings, Stack, Vocabulary
from knowledge.matching.tokens import Analyzer, Tokens, sound_of

FEATURES = (
    "surface",
    "surface_rel",
    "surface_mean",
    "surface_gap",
    "words",
    "words_rel",
    "chars",
    "chars_rel",
    "whole",
    "whole_rel",
    "alias",
    "alias_rel",
    "sound",
    "sound_rel",
    "concept",
    "concept_rel",
    "coverage",
    "coverage_rel",
    "unknown_sound",
    "ratio",
    "lcs_question",
    "lcs_surface",
    "partial",
    "length_question",
    "length_surface",
    "consequence",
    "item",
    "term",
    "place",
    "same_type",
    "has_aliases",
    "title_cover",
    "family",
    "family_rel",
)
_ARTICLE_NUMBER = re.compile("第[〇零一二三四五六七八九十百千\\d]+条.*$")
_POOL = {"words": 14, "chars": 14, "whole": 24, "alias": 16, "concept": 8}
_SURFACE_POOL, _SOUND_POOL = 60, 16


def _best(view: Floats, count: int) -> Ints:
    """The rows with the highest scores. Most rows score nothing: choosing among the others alone is many times quicker."""
    found = np.flatnonzero(view > 0.35 * view.max()) if len(view) else np.zeros(0, np.int64)
    if len(found) < count:
        found = np.flatnonzero(view > 0)
    if len(found) > count:
        found = found[np.argpartition(view[found], len(found) - count)[len(found) - count :]]
    return found.astype(np.int32)


def passages_of(body: str, length: int = 60) -> list[str]:
    """A text in passages of whole sentences, at least ``length`` characters each but the last."""
    passages: list[str] = []
    for sentence in re.findall(r"[^。；！？\n]+[。；！？\n]*", body):
        if passages and len(passages[-1]) < length:
            passages[-1] += sentence
        else:
            passages.append(sentence)
    return passages


@dataclass(frozen=True, slots=True)
class Candidates:
    """The candidates for one question: rows of the index and their features (rows × ``FEATURES``).

    ``known`` is the share of the question that the entries know, ``outside`` its likeness to questions nobody settles.
    """

    rows: Ints
    features: Floats
    known: float
    tokens: Tokens
    outside: float = 0.0


class Index:
    """Search structures over entries. Built once, read by any number of threads."""

    def __init__(self, entries: Sequence[Entry], analyzer: Analyzer, outside: Sequence[str] = ()) -> None:
        self.entries = tuple(entries)
        self.analyzer = analyzer
        self.rows = {entry.id: row for row, entry in enumerate(self.entries)}
        self._vocabulary = Vocabulary()
        size = len(self.entries)
        was_collecting = gc.isenabled()
        gc.disable()  # a hundred thousand short-lived tuples, none of them in a cycle
        try:
            self._build(size, outside)
        finally:
            if was_collecting:
                gc.enable()
        self._has_aliases = np.asarray([bool(entry.aliases) for entry in self.entries], dtype=np.float32)
        self._is_item = np.asarray([entry.kind == "item" for entry in self.entries], dtype=np.float32)
        self._is_term = np.asarray([entry.kind == "term" for entry in self.entries], dtype=np.float32)
        self._groups = [entry.group for entry in self.entries]
        names = {name for entry in self.entries for name in entry.place_names}
        self._place_rows = {
            name: np.asarray(
                [row for row, entry in enumerate(self.entries) if name in entry.place_names], dtype=np.int32
            )
            for name in sorted(names)
        }
        families: dict[str, int] = {}
        names_of_families = [entry.source or _ARTICLE_NUMBER.sub("", entry.title) for entry in self.entries]
        self._family = np.asarray(
            [families.setdefault(name, len(families)) for name in names_of_families], dtype=np.int32
        )
        self._family_size = np.sqrt(np.bincount(self._family, minlength=1)).astype(np.float32)
        self._types: dict[int, frozenset[str]] = {}

    def _build(self, size: int, outside: Sequence[str]) -> None:
        intern = self._vocabulary.intern
        texts: list[str] = []
        surface_owner: list[int] = []
        views: dict[str, list[tuple[int, Ints]]] = {
            name: [] for name in ("surface", "sound", "words", "chars", "whole", "alias", "concept", "all")
        }
        word_counts: Counter[str] = Counter(dict.fromkeys(sorted(self.analyzer.domain_words), 0))
        for row, entry in enumerate(self.entries):
            title, body = self.analyzer.tokens(entry.title), self.analyzer.tokens(entry.body)
            own = [self.analyzer.tokens(alias, cut=False) for alias in entry.aliases]
            chars = {id(tokens): intern(tokens.chars) for tokens in (title, body, *own)}
            words = {id(tokens): intern(tokens.words) for tokens in (title, body)}
            passages = [] if own else [self.analyzer.tokens(part, cut=False) for part in passages_of(entry.body)]
            chars |= {id(tokens): intern(tokens.chars) for tokens in passages}
            for tokens in [*([title] if title.text else []), *own, *passages] or [body]:
                views["surface"].append((len(texts), chars[id(tokens)]))
                views["sound"].append((len(texts), intern(tokens.sounds)))
                surface_owner.append(row)
                texts.append(tokens.text)
            views["words"] += [(row, words[id(title)]), (row, words[id(title)]), (row, words[id(body)])]
            views["chars"] += [(row, chars[id(title)]), (row, chars[id(title)]), (row, chars[id(body)])]
            views["whole"] += [(row, chars[id(title)]), (row, chars[id(body)])]
            views["alias"] += [(row, chars[id(tokens)]) for tokens in (title, *own)]
            views["concept"] += [(row, intern(tokens.concepts)) for tokens in (title, body, *own)]
            views["all"] += [(row, chars[id(tokens)]) for tokens in (title, body, *own)]
            word_counts.update((*title.words, *body.words))
            word_counts.update(concept[1:] for tokens in own for concept in tokens.concepts)
        views["outside"] = [
            (row, intern(self.analyzer.tokens(question, cut=False).chars)) for row, question in enumerate(outside)
        ]
        width = len(self._vocabulary.numbers)
        is_pair = np.fromiter((len(term) == 2 for term in self._vocabulary.numbers), bool, width)

        def postings(
            name: str, rows: int, weighting: Literal["cosine", "bm25", "idf"], *, pairs: bool = False, **options: float
        ) -> Postings:
            parts = views.pop(name)
            owners = np.repeat(np.asarray([owner for owner, _ in parts], np.int32), [len(part) for _, part in parts])
            terms = np.concatenate([part for _, part in parts]) if parts else np.zeros(0, np.int32)
            if pairs:
                keep = is_pair[terms]
                owners, terms = owners[keep], terms[keep]
            return Postings(owners, terms, rows, width, weighting, **options)

        self._surface_texts = texts
        self._owners = np.asarray(surface_owner, dtype=np.int32)
        self._first = np.searchsorted(self._owners, np.arange(size + 1)).astype(np.int64)
        self._by_chars = Stack(
            [
                postings("surface", len(texts), "cosine"),
                postings("chars", size, "bm25"),
                postings("whole", size, "cosine"),
                postings("alias", size, "bm25", b=0.4, k1=1.6),
                postings("outside", len(outside), "cosine"),
            ]
        )
        self._by_sounds = Stack([postings("sound", len(texts), "cosine")])
        self._by_words = Stack([postings("words", size, "bm25")])
        self._by_concepts = Stack([postings("concept", size, "bm25", b=0.3)])
        self._all = postings("all", size, "idf", pairs=True)
        self._by_pairs = Stack([self._all])
        self._by_sound = self._sounding_words(word_counts)

    def candidates(self, question: str, allowed: Floats | None = None) -> Candidates:
        """The candidates for a question with their features; ``allowed`` masks rows out (1 keeps, 0 drops)."""
        tokens = self.analyzer.tokens(question)
        corrected = self.corrected(tokens.text)
        if corrected != tokens.text:
            tokens = self.analyzer.tokens(corrected)
        size = len(self.entries)
        if not tokens.text or not size:
            return Candidates(np.zeros(0, np.int32), np.zeros((0, len(FEATURES)), np.float32), 0.0, tokens)
        bag = self._vocabulary.bag
        pairs = bag([term for term in tokens.chars if len(term) == 2])
        surface_scores, chars, whole, alias, outside = self._by_chars.scores(bag(tokens.chars))
        (sound_scores,) = self._by_sounds.scores(bag(tokens.sounds))
        (words,) = self._by_words.scores(bag(tokens.words))
        (concept,) = self._by_concepts.scores(bag(tokens.concepts))
        views = {"words": words, "chars": chars, "whole": whole, "alias": alias, "concept": concept}
        (coverage,) = self._by_pairs.scores(pairs.once)
        known, total = self._all.weight(pairs)
        coverage = coverage / max(total, 1e-6)
        if allowed is not None:
            views = {name: view * allowed for name, view in views.items()}
            surface_scores = surface_scores * allowed[self._owners]
            sound_scores = sound_scores * allowed[self._owners]
        rows = self._pool(views, surface_scores, sound_scores)
        share = known / total if total else 0.0
        return Candidates(
            rows,
            self._features(rows, views, coverage, share, surface_scores, sound_scores, tokens, question),
            share,
            tokens,
            float(outside.max()) if len(outside) else 0.0,
        )

    def _sounding_words(self, counts: Counter[str]) -> dict[tuple[str, ...], str]:
        """The most frequent word of the entries for each sequence of sounds."""
        out: dict[tuple[str, ...], str] = {}
        for word, _ in counts.most_common():
            if 2 <= len(word) <= 5 and word in self.analyzer.known_words:
                out.setdefault(tuple(map(sound_of, word)), word)
        return out

    def _has_pair(self, pair: str) -> bool:
        return self._all.knows(self._vocabulary.numbers.get(pair))

    def corrected(self, text: str) -> str:
        """The text with words that sound like a word of the entries, but are none, put right (年抱 → 年报)."""
        odd = [not self._has_pair(text[at : at + 2]) for at in range(len(text) - 1)]
        start = 0
        while start < len(text) - 1:
            for length in (5, 4, 3, 2):
                piece = text[start : start + length]
                # a pair of characters that no entry has, in what is no word itself
                if (
                    len(piece) < length
                    or not any(odd[start : start + length - 1])
                    or piece in self.analyzer.known_words
                ):
                    continue
                word = self._by_sound.get(tuple(map(sound_of, piece)))
                if word and word != piece and not self._breaks_word(text, start, word):
                    text = text[:start] + word + text[start + length :]
                    start += length - 1
                    break
            start += 1
        return text

    def _breaks_word(self, text: str, start: int, word: str) -> bool:
        """Whether putting ``word`` at ``start`` would change a character that stands in a word of the entries.

        A long word of the field wins over a short one inside it: 执发证 becomes 执法证 though 发证 is a word.
        """
        if len(word) >= 3 and word in self.analyzer.domain_words:
            return False
        for offset, char in enumerate(word):
            at = start + offset
            if text[at] != char:
                around = (text[max(at - 1, 0) : at + 1], text[at : at + 2])
                if any(pair in self.analyzer.known_words and self._has_pair(pair) for pair in around):
                    return True
        return False

    def _pool(self, views: dict[str, Floats], surface_scores: Floats, sound_scores: Floats) -> Ints:
        """The rows that are best in any view; a row of the surface views is the owner of a surface."""
        chosen = [_best(views[name], count) for name, count in _POOL.items()]
        chosen += [self._owners[_best(surface_scores, _SURFACE_POOL)], self._owners[_best(sound_scores, _SOUND_POOL)]]
        return np.unique(np.concatenate(chosen))

    def _features(
        self,
        rows: Ints,
        views: dict[str, Floats],
        coverage: Floats,
        known: float,
        surface_scores: Floats,
        sound_scores: Floats,
        tokens: Tokens,
        question: str,
    ) -> Floats:
        if not len(rows):
            return np.zeros((0, len(FEATURES)), np.float32)
        out: dict[str, Any] = {}
        best, surface, mean = self._best_surfaces(rows, surface_scores)
        own = {name: view[rows] for name, view in views.items()}
        own |= {"surface": surface, "sound": self._best_surfaces(rows, sound_scores)[1]}
        for name, view in own.items():
            top = max(float(view.max()), 1e-6)
            out[f"{name}_rel"] = view / top
            out[name] = view if name in ("surface", "sound", "whole") else np.log1p(view) / 4
        out["surface_mean"] = mean
        order = np.sort(out["surface"])[::-1]
        runner = np.where(out["surface"] >= order[0], order[1] if len(order) > 1 else 0.0, order[0])
        out["surface_gap"] = out["surface"] - runner
        out["coverage"] = coverage[rows]
        out["coverage_rel"] = coverage[rows] / max(float(coverage[rows].max()), 1e-6)
        out["unknown_sound"] = (1 - known) * out["sound"]
        texts = [self._surface_texts[i] for i in best]
        text = tokens.text[:200]
        lengths = np.asarray([len(t) for t in texts], dtype=np.float32)
        common = process.cdist([text], texts, scorer=LCSseq.similarity, dtype=np.float32)[0]
        out["ratio"] = 2 * common / np.maximum(lengths + len(text), 1)
        out["lcs_question"] = common / max(len(text), 1)
        out["lcs_surface"] = common / np.maximum(lengths, 1)
        out["partial"] = process.cdist([text[-60:]], texts, scorer=fuzz.ratio, dtype=np.float32)[0] / 100
        size = np.ones(len(rows), dtype=np.float32)
        out["length_question"] = size * math.log1p(len(tokens.text)) / 4
        out["length_surface"] = np.log1p(lengths) / 4
        wanted = consequence_of(question)
        out["consequence"] = np.asarray([fits_consequence(wanted, self._groups[row]) for row in rows], dtype=np.float32)
        out["item"], out["term"] = self._is_item[rows], self._is_term[rows]
        out["place"] = self._place_fit(rows, question)
        asked = type_of(question)
        out["same_type"] = np.asarray(
            [float(asked in self._types_of(int(row))) if asked else 0.0 for row in rows], dtype=np.float32
        )
        out["has_aliases"] = self._has_aliases[rows]
        titles = self._first[rows]
        out["title_cover"] = surface_scores[titles]
        whole = views["whole"]
        family = np.bincount(self._family, weights=whole * whole * whole) / self._family_size
        support = np.cbrt(family[self._family[rows]])
        out["family"] = support
        out["family_rel"] = support / max(float(support.max()), 1e-6)
        return np.stack([out[name].astype(np.float32) for name in FEATURES], axis=1)

    def _best_surfaces(self, rows: Ints, scores: Floats) -> tuple[list[int], Floats, Floats]:
        """The best surface of each row, its score, and the mean of the three best scores."""
        starts, lengths = self._first[rows], self._first[rows + 1] - self._first[rows]
        width = max(int(lengths.max()), 3)
        offsets = np.arange(width)
        inside = offsets < lengths[:, None]
        table = np.where(inside, scores[np.minimum(starts[:, None] + offsets, len(scores) - 1)], -1.0)
        best = starts + table.argmax(axis=1)
        highest = np.maximum(table.max(axis=1), 0.0).astype(np.float32)
        top = np.partition(table, width - 3, axis=1)[:, width - 3 :]
        present = top >= 0
        means = np.where(present, top, 0.0).sum(axis=1) / np.maximum(present.sum(axis=1), 1)
        return best.tolist(), highest, means.astype(np.float32)

    def _types_of(self, row: int) -> frozenset[str]:
        """The kinds of answer that an entry's typical questions ask for; worked out when first needed."""
        if row not in self._types:
            self._types[row] = frozenset(filter(None, map(type_of, self.entries[row].aliases)))
        return self._types[row]

    def _place_fit(self, rows: Ints, question: str) -> Floats:
        named = [name for name in self._place_rows if name in question]
        if not named:
            return np.zeros(len(rows), dtype=np.float32)
        fitting = np.concatenate([self._place_rows[name] for name in named])
        return np.where(np.isin(rows, fitting), 1.0, -1.0).astype(np.float32)
