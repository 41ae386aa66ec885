"""All texts of an index, analysed together: which characters, sounds, words and concepts stand in which of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.matching.entries import Entry
from knowledge.matching.postings import Ints, Longs, Occurrences, Sorted, pair_codes
from knowledge.matching.tokens import Analyzer, sound_of
from knowledge.matching.tries import SPACE, codes_of

_AT_ONCE = 1_000
"""Texts cut into words at once; the arrays of so many stay in the processor's cache."""


class Role(IntEnum):
    """What a text is to its entry. Passages of the body stand in for typical questions where there are none."""

    TITLE = 0
    BODY = 1
    ALIAS = 2
    PASSAGE = 3
    OUTSIDE = 4


class _Numbers(dict[str, int]):
    """Gives a new symbol the next number."""

    def __missing__(self, symbol: str) -> int:
        number = self[symbol] = len(self)
        return number


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
class Corpus:
    """Texts in the order of their entries: normalised words, role, and the row of the entry (or outside question)."""

    texts: list[str]
    roles: npt.NDArray[np.int8]
    rows: Ints

    @classmethod
    def of(cls, entries: Sequence[Entry], outside: Sequence[str], analyzer: Analyzer) -> Corpus:
        texts = list(outside)
        roles = [int(Role.OUTSIDE)] * len(texts)
        rows = list(range(len(texts)))
        for row, entry in enumerate(entries):
            more = entry.aliases or passages_of(entry.body)
            texts += (entry.title, entry.body, *more)
            other = int(Role.ALIAS if entry.aliases else Role.PASSAGE)
            roles += (int(Role.TITLE), int(Role.BODY), *[other] * len(more))
            rows += [row] * (2 + len(more))
        return cls(analyzer.normalise_all(texts), np.asarray(roles, np.int8), np.asarray(rows, np.int32))

    def rows_of(self, *roles: Role) -> Ints:
        """The row of each text that has one of the roles, -1 for the others."""
        return np.where(np.isin(self.roles, roles), self.rows, -1).astype(np.int32)

    def is_surface(self) -> npt.NDArray[np.bool_]:
        """The texts a question is held against one by one: name, typical questions, passages; a lone body otherwise."""
        says_something = np.fromiter(map(bool, self.texts), bool, len(self.texts))
        surfaces = (self.roles == Role.ALIAS) | (self.roles == Role.PASSAGE)
        surfaces |= (self.roles == Role.TITLE) & says_something
        entries = self.roles != Role.OUTSIDE
        count = np.bincount(self.rows[entries], weights=surfaces[entries])
        bare = self.roles == Role.BODY
        bare[bare] = count[self.rows[bare]] == 0
        return np.asarray(surfaces | bare)

    def chars_and_sounds(self) -> tuple[Occurrences, Occurrences]:
        """Single characters and pairs of them; pairs of sounds. No pair reaches over a space."""
        size = len(self.texts)
        codes, lengths = codes_of(self.texts)
        units = np.repeat(np.arange(size, dtype=np.int32), lengths)
        present = np.unique(codes)
        number_of = np.zeros(int(present.max(initial=0)) + 1, np.int32)
        number_of[present] = np.arange(len(present))
        symbols = {chr(code): number for number, code in enumerate(present.tolist())}
        numbers = number_of[codes]
        is_text = codes != SPACE
        pairs = np.flatnonzero(is_text[1:] & is_text[:-1]).astype(np.int32)
        del codes
        sounds = _Numbers()
        sound = np.asarray([sounds[sound_of(char)] for char in symbols], np.int32)
        own = pairs[self.is_surface()[units[pairs]]]
        spoken = pair_codes(sound[numbers[own]], sound[numbers[own + 1]], len(sounds))
        of_sounds = Occurrences(sounds, None, Sorted(spoken, units[own], size))
        del own, spoken
        of_single = Sorted(numbers[is_text].astype(np.int64), units[is_text], size)
        of_pairs = Sorted(pair_codes(numbers[pairs], numbers[pairs + 1], len(symbols)), units[pairs], size)
        return Occurrences(symbols, of_single, of_pairs), of_sounds

    def words(self, analyzer: Analyzer) -> tuple[Occurrences, dict[str, int]]:
        """Words, the shorter words inside long ones and pairs of words of titles and bodies.

        With them how often each word is there, in the order they are first met.
        """
        symbols = _Numbers()
        batches: list[tuple[Ints, Ints, npt.NDArray[np.bool_]]] = []
        for units in self._batches(self.roles <= Role.BODY):
            texts = [self.texts[unit] for unit in units.tolist()]
            codes, lengths = codes_of(texts)
            starts, ends = analyzer.cutter.cut(codes)
            whole = " ".join([*texts, ""])
            words = [whole[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
            numbers = np.fromiter(map(symbols.__getitem__, words), np.int32, len(words))
            batches.append((numbers, np.repeat(units, lengths)[starts], np.append(ends[:-1] == starts[1:], False)))
        found, unit, goes_on = (_joined([batch[i] for batch in batches]) for i in range(3))
        del batches
        parts = [[symbols[part] for part in analyzer.parts(word)] for word in list(symbols)]
        counts = np.fromiter(map(len, parts), np.int32, len(parts))
        inside = np.asarray([part for own in parts for part in own], np.int32)
        # the parts of each word found, one after the other; ``whole_at`` is the word each is a part of
        whole_at = np.repeat(np.arange(len(found), dtype=np.int32), counts[found])
        before = np.cumsum(counts[found]) - counts[found]
        part = inside[(np.cumsum(counts) - counts)[found[whole_at]] + np.arange(len(whole_at)) - before[whole_at]]
        often = np.bincount(found, minlength=len(symbols)) + np.bincount(part, minlength=len(symbols))
        met = np.full(len(symbols), 2 * len(found))
        np.minimum.at(met, found, 2 * np.arange(len(found)))
        np.minimum.at(met, part, 2 * whole_at.astype(np.int64) + 1)
        names = list(symbols)
        in_order = {names[number]: int(often[number]) for number in np.argsort(met, kind="stable").tolist()}

        size = len(self.texts)
        terms = np.concatenate([found, part]).astype(np.int64)
        single = Sorted(terms, np.concatenate([unit, unit[whole_at]]), size)
        del terms, part, whole_at, before
        first = np.flatnonzero(goes_on)
        pairs = Sorted(pair_codes(found[first], found[first + 1], len(symbols)), unit[first], size)
        return Occurrences(symbols, single, pairs), in_order

    def concepts(self, analyzer: Analyzer) -> tuple[Occurrences, Counter[str]]:
        """The concepts named in titles, bodies and typical questions; how often in typical questions."""
        symbols = _Numbers()
        parts: list[tuple[Longs, Ints]] = []
        for units in self._batches(self.roles <= Role.ALIAS):
            codes, lengths = codes_of([self.texts[unit] for unit in units.tolist()])
            found = list(analyzer.concepts_at(codes))
            places = np.fromiter((place for place, _ in found), np.int64, len(found))
            numbers = np.fromiter((symbols[concept] for _, concept in found), np.int64, len(found))
            parts.append((numbers, np.repeat(units, lengths)[places]))
        numbers, owners = (_joined([part[i] for part in parts]) for i in (0, 1))
        names = list(symbols)
        counts = Counter(names[number] for number in numbers[self.roles[owners] == Role.ALIAS].tolist())
        return Occurrences(symbols, Sorted(numbers, owners, len(self.texts)), None), counts

    def _batches(self, wanted: npt.NDArray[np.bool_]) -> Iterator[Ints]:
        units = np.flatnonzero(wanted).astype(np.int32)
        for start in range(0, len(units), _AT_ONCE):
            yield units[start : start + _AT_ONCE]


def _joined(parts: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Arrays one behind the other, also when there are none."""
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)
