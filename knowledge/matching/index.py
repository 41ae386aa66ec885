"""The index over all entries: six views of the same texts, and the features of the candidates for one question."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import LCSseq

from knowledge.garbage import uncollected
from knowledge.matching.corpus import Corpus, Role
from knowledge.matching.cues import CONSEQUENCES, consequence_of, fits_consequence, is_of_type, may_be_of_type, type_of
from knowledge.matching.entries import Entry
from knowledge.matching.postings import Flags, Floats, Ints, Longs, Postings, Scores, Stack, View
from knowledge.matching.tokens import Analyzer, Tokens, sound_of
from knowledge.matching.translation import Translation

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
TRANSLATED = 2
"""Features more, behind the others, where an index has a translation."""
_ARTICLE_NUMBER = re.compile("第[〇零一二三四五六七八九十百千\\d]+条.*$")
_POOL = {"words": 14, "chars": 14, "whole": 24, "alias": 16, "concept": 8}
_SURFACE_POOL, _SOUND_POOL, _TRANSLATED_POOL = 60, 16, 16
_AT = {name: column for column, name in enumerate(FEATURES)}
_SCORES = ("surface", *_POOL, "sound")
_SCORED = [_AT[name] for name in _SCORES]
_SCORED_RELATIVE = [_AT[f"{name}_rel"] for name in _SCORES]
_UNBOUNDED = [at for at, name in enumerate(_SCORES) if name not in ("surface", "sound", "whole")]
_OF_ENTRIES = [_AT["has_aliases"], _AT["item"], _AT["term"]]


def _best_three(scores: Scores, places: Longs) -> tuple[list[int], Floats, Floats]:
    """Of each row the place of its best surface, its score, and the mean of the three best; below 0 there is none."""
    best = places[np.arange(len(places)), scores.argmax(axis=1)]
    top = np.partition(scores, -3, axis=1)[:, -3:]
    present = top >= 0
    means = np.where(present, top, 0.0).sum(axis=1) / np.maximum(present.sum(axis=1), 1)
    return best.tolist(), np.maximum(top[:, 2], 0.0).astype(np.float32), means.astype(np.float32)


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

    def __init__(
        self,
        entries: Sequence[Entry],
        analyzer: Analyzer,
        outside: Sequence[str] = (),
        translation: Translation | None = None,
    ) -> None:
        self.translation = translation
        self.entries = tuple(entries)
        self.analyzer = analyzer
        self.rows = {entry.id: row for row, entry in enumerate(self.entries)}
        with uncollected():  # a hundred thousand short-lived tuples, none of them in a cycle
            self._build(len(self.entries), outside)
        self._of_entries = np.asarray(
            [
                [bool(entry.aliases) for entry in self.entries],
                [entry.kind == "item" for entry in self.entries],
                [entry.kind == "term" for entry in self.entries],
            ],
            dtype=np.float32,
        )
        topics: dict[tuple[str, str], int] = {}
        matters = [(entry.topic, "" if entry.topic else entry.id) for entry in self.entries]
        self.topics = np.asarray([topics.setdefault(matter, len(topics)) for matter in matters], dtype=np.int32)
        groups = sorted({entry.group for entry in self.entries})
        self._group = np.asarray([groups.index(entry.group) for entry in self.entries], dtype=np.int32)
        self._fits = {
            wanted: np.asarray([fits_consequence(wanted, group) for group in groups], dtype=np.float32)
            for wanted in ("", *CONSEQUENCES)
        }
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
        self._of_families = np.argsort(self._family, kind="stable").astype(np.int32)
        self._family_starts = np.concatenate([[0], np.cumsum(np.bincount(self._family, minlength=1))])
        self._types: dict[tuple[int, str], bool] = {}

    def _build(self, size: int, outside: Sequence[str]) -> None:
        corpus = Corpus.of(self.entries, outside, self.analyzer)
        surfaces = corpus.is_surface()
        surface_of = np.where(surfaces, np.cumsum(surfaces) - 1, -1).astype(np.int32)
        self._surface_texts = [text.replace(" ", "") for text in compress(corpus.texts, surfaces)]
        self._owners = corpus.rows[surfaces]
        self._first = np.searchsorted(self._owners, np.arange(size + 1)).astype(np.int64)
        named, bodies = corpus.rows_of(Role.TITLE, Role.ALIAS), corpus.rows_of(Role.TITLE, Role.BODY)
        everything = corpus.rows_of(Role.TITLE, Role.BODY, Role.ALIAS)
        titles_twice = 1 + (corpus.roles == Role.TITLE).astype(np.uint16)
        count = len(self._surface_texts)

        self._chars, self._sounds = corpus.chars_and_sounds()
        of = self._chars.in_rows
        df, rows, once = of(bodies)
        self._by_chars = Stack(
            [
                Postings(of(surface_of), count, "cosine"),
                Postings((df, rows, of(bodies, titles_twice)[2]), size, "bm25"),
                Postings((df, rows, once), size, "cosine"),
                Postings(of(named), size, "bm25", b=0.4, k1=1.6),
                Postings(of(corpus.rows_of(Role.OUTSIDE)), len(outside), "cosine"),
            ]
        )
        if self.translation is not None:
            self._by_bodies = Stack([Postings((df, rows, once), size, "bm25")])
        del df, rows, once
        pairs = of(everything, terms_from=self._chars.first_pair)
        self._all = Postings(pairs, size, "idf")
        self._by_pairs = Stack([self._all])
        self._chars.drop()
        del pairs
        self._by_sounds = Stack([Postings(self._sounds.in_rows(surface_of), count, "cosine")])
        self._sounds.drop()
        self._words, often = corpus.words(self.analyzer)
        self._by_words = Stack([Postings(self._words.in_rows(bodies, titles_twice), size, "bm25")])
        self._words.drop()
        self._concepts, named_often = corpus.concepts(self.analyzer)
        concepts = Postings(self._concepts.in_rows(everything), size, "bm25", b=0.3)
        self._by_concepts = Stack([concepts])
        self._concepts.drop()
        self._by_sound = self._sounding_words(often, named_often)

    def candidates(self, question: str, allowed: Floats | None = None) -> Candidates:
        """The candidates for a question with their features; ``allowed`` masks rows out (1 keeps, 0 drops)."""
        tokens = self.analyzer.tokens(question)
        corrected = self.corrected(tokens.text)
        if corrected != tokens.text:
            tokens = self.analyzer.tokens(corrected)
        size = len(self.entries)
        if not tokens.text or not size:
            return Candidates(np.zeros(0, np.int32), np.zeros((0, len(FEATURES)), np.float32), 0.0, tokens)
        everything = self._chars.bag(tokens.chars)
        pairs = self._chars.pairs_of(everything)
        surface_scores, chars, whole, alias, outside = self._by_chars.scores(everything)
        (sound_scores,) = self._by_sounds.scores(self._sounds.bag(tokens.sounds))
        (words,) = self._by_words.scores(self._words.bag(tokens.words))
        (concept,) = self._by_concepts.scores(self._concepts.bag(tokens.concepts))
        views = {"words": words, "chars": chars, "whole": whole, "alias": alias, "concept": concept}
        (coverage,) = self._by_pairs.scores(pairs)
        known, total = self._all.weight(pairs)
        if allowed is not None:
            views = {name: view.masked(allowed) for name, view in views.items()}
            surface_scores = surface_scores.masked(allowed[self._owners])
            sound_scores = sound_scores.masked(allowed[self._owners])
        translated = self._translated(tokens, allowed)
        rows = self._pool(views, surface_scores, sound_scores, translated)
        share = known / total if total else 0.0
        features = self._features(
            rows, views, coverage.at(rows) / max(total, 1e-6), share, surface_scores, sound_scores, tokens, question
        )
        if translated is not None:
            own = translated.at(rows)
            more = (np.log1p(own), own / max(float(translated.sums.max()), 1e-6))
            features = np.column_stack([features, *more]).astype(np.float32)
        return Candidates(
            rows,
            features,
            share,
            tokens,
            float(outside.sums.max()) * outside.times if len(outside) else 0.0,
        )

    def _translated(self, tokens: Tokens, allowed: Floats | None) -> View | None:
        """How well the text of each row fits what a question becomes in the words of the law."""
        if self.translation is None:
            return None
        wanted = self.translation.of(term for term in tokens.chars if len(term) == 2)
        numbers = self._chars.numbers(list(wanted))
        known = numbers >= 0
        weights = np.fromiter(wanted.values(), np.float32, len(wanted))
        view = View(self._by_bodies.weighted(numbers[known], weights[known]))
        return view if allowed is None else view.masked(allowed)

    def _sounding_words(self, *counts: dict[str, int]) -> dict[tuple[str, ...], str]:
        """The most frequent word of the entries for each sequence of sounds."""
        total = Counter(dict.fromkeys(sorted(self.analyzer.domain_words), 0))
        for part in counts:
            total.update(part)
        out: dict[tuple[str, ...], str] = {}
        for word, _ in total.most_common():
            if len(word) <= 5 and self.analyzer.is_word(word):
                out.setdefault(tuple(map(sound_of, word)), word)
        return out

    def _are_known(self, pairs: Sequence[str]) -> list[bool]:
        """Whether entries have pairs of characters."""
        numbers = self._chars.numbers(pairs)
        known = numbers >= 0
        known[known] = self._all.df[numbers[known]] > 0
        return list(known.tolist())

    def corrected(self, text: str) -> str:
        """The text with words that sound like a word of the entries, but are none, put right (年抱 → 年报)."""
        odd = [not known for known in self._are_known([text[at : at + 2] for at in range(len(text) - 1)])]
        if not any(odd):
            return text
        sounds = list(map(sound_of, text))  # what is put right sounds as before
        start = 0
        while start < len(text) - 1:
            for length in (5, 4, 3, 2) if any(odd[start : start + 4]) else ():
                piece = text[start : start + length]
                # a pair of characters that no entry has, in what is no word itself
                if len(piece) < length or not any(odd[start : start + length - 1]) or self.analyzer.is_word(piece):
                    continue
                word = self._by_sound.get(tuple(sounds[start : start + length]))
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
                if any(self._are_known([pair for pair in around if self.analyzer.is_word(pair)])):
                    return True
        return False

    def _pool(
        self, views: dict[str, View], surface_scores: View, sound_scores: View, translated: View | None = None
    ) -> Ints:
        """The rows that are best in any view; a row of the surface views is the owner of a surface."""
        chosen: list[Ints | Longs] = [views[name].best(count) for name, count in _POOL.items()]
        chosen += [self._owners[surface_scores.best(_SURFACE_POOL)], self._owners[sound_scores.best(_SOUND_POOL)]]
        if translated is not None:
            chosen.append(translated.best(_TRANSLATED_POOL))
        is_chosen = np.zeros(len(self.entries), bool)
        is_chosen[np.concatenate(chosen)] = True
        return is_chosen.nonzero()[0].astype(np.int32)

    def _features(
        self,
        rows: Ints,
        views: dict[str, View],
        coverage: Scores,
        known: float,
        surface_scores: View,
        sound_scores: View,
        tokens: Tokens,
        question: str,
    ) -> Floats:
        if not len(rows):
            return np.zeros((0, len(FEATURES)), np.float32)
        out = np.empty((len(FEATURES), len(rows)), np.float32)
        places, is_there = self._surfaces_of(rows)
        best, surface, mean = _best_three(np.where(is_there, surface_scores.at(places), -1.0), places)
        own = np.empty((len(_SCORED), len(rows)), np.float32)
        own[0] = surface
        for at, name in enumerate(_POOL, 1):
            own[at] = views[name].at(rows)
        own[-1] = np.where(is_there, sound_scores.at(places), 0.0).max(axis=1)
        out[_SCORED_RELATIVE] = own / np.maximum(own.max(axis=1, keepdims=True), 1e-6)
        own[_UNBOUNDED] = np.log1p(own[_UNBOUNDED]) / 4
        out[_SCORED] = own
        out[_AT["surface_mean"]] = mean
        top, runner_up = np.partition(surface, -2)[:-3:-1].tolist() if len(rows) > 1 else (surface[0], 0.0)
        out[_AT["surface_gap"]] = surface - np.where(surface >= top, runner_up, top)
        out[_AT["coverage"]] = coverage
        out[_AT["coverage_rel"]] = coverage / max(float(coverage.max()), 1e-6)
        out[_AT["unknown_sound"]] = (1 - known) * own[-1]
        texts = [self._surface_texts[i] for i in best]
        text = tokens.text[:200]
        lengths = np.asarray(list(map(len, texts)), dtype=np.float32)
        common = process.cdist([text], texts, scorer=LCSseq.similarity, dtype=np.float32)[0]
        out[_AT["ratio"]] = 2 * common / np.maximum(lengths + len(text), 1)
        out[_AT["lcs_question"]] = common / max(len(text), 1)
        out[_AT["lcs_surface"]] = common / np.maximum(lengths, 1)
        out[_AT["partial"]] = process.cdist([text[-60:]], texts, scorer=fuzz.ratio, dtype=np.float32)[0] / 100
        out[_AT["length_question"]] = math.log1p(len(tokens.text)) / 4
        out[_AT["length_surface"]] = np.log1p(lengths) / 4
        out[_AT["consequence"]] = self._fits[consequence_of(question)][self._group[rows]]
        out[_OF_ENTRIES] = self._of_entries[:, rows]
        out[_AT["place"]] = self._place_fit(rows, question)
        asked = type_of(question)
        out[_AT["same_type"]] = [self._asks(row, asked) for row in rows.tolist()] if asked else 0
        out[_AT["title_cover"]] = surface_scores.at(self._first[rows])
        support = self._family_support(rows, views["whole"])
        out[_AT["family"]] = support
        out[_AT["family_rel"]] = support / max(float(support.max()), 1e-6)
        return np.ascontiguousarray(out.T)

    def _surfaces_of(self, rows: Ints) -> tuple[Longs, Flags]:
        """The places of each row's surfaces side by side, at least three, and which of them there are."""
        starts, lengths = self._first[rows], self._first[rows + 1] - self._first[rows]
        offsets = np.arange(max(int(lengths.max()), 3))
        is_there = offsets < lengths[:, None]
        return np.where(is_there, starts[:, None] + offsets, starts[:, None]), is_there

    def _family_support(self, rows: Ints, whole: View) -> Scores:
        """How much the document, office or law of each row fits as a whole: a mean of its rows that favours high ones."""
        families, own = np.unique(self._family[rows], return_inverse=True)
        starts, ends = self._family_starts[families], self._family_starts[families + 1]
        fits = whole.sums[
            np.concatenate([self._of_families[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)])
        ]
        sizes = ends - starts
        sums = np.add.reduceat(fits * fits * fits, np.cumsum(sizes) - sizes)
        return np.asarray(np.cbrt(sums / np.sqrt(sizes))[own] * whole.times)

    def _asks(self, row: int, asked: str) -> bool:
        """Whether a typical question of an entry asks for that kind of answer; worked out when first needed."""
        known = self._types.get((row, asked))
        if known is None:
            aliases = self.entries[row].aliases
            known = may_be_of_type("\n".join(aliases), asked) and any(is_of_type(alias, asked) for alias in aliases)
            self._types[row, asked] = known
        return known

    def _place_fit(self, rows: Ints, question: str) -> Floats:
        named = [name for name in self._place_rows if name in question]
        if not named:
            return np.zeros(len(rows), dtype=np.float32)
        fitting = np.concatenate([self._place_rows[name] for name in named])
        return np.where(np.isin(rows, fitting), 1.0, -1.0).astype(np.float32)
