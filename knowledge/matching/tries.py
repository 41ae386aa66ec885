"""Words as arrays: which of them stand at each place of a long text, and how a text falls into its likeliest words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint32]

SPACE = ord(" ")
_LETTERS = tuple(map(ord, "abcdefghijklmnopqrstuvwxyz0123456789"))


def codes_of(texts: Sequence[str]) -> tuple[Codes, Ints]:
    """The code points of all texts with a space after each, and the length of each with its space."""
    codes = np.frombuffer(" ".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    return codes, np.fromiter(map(len, texts), np.int32, len(texts)) + 1


class Trie:
    """Words by their beginnings. All places of a text are looked up at once, one character further each time."""

    def __init__(self, words: Sequence[str]) -> None:
        # a row a word, a column a character, zeros behind the last
        width = max(map(len, words), default=1)
        letters = np.array(words, dtype=f"U{width}").view(np.uint32).reshape(len(words), width).astype(np.int64)
        node, first = np.zeros(len(words), np.int64), 1
        self._levels: list[tuple[int, Longs]] = []
        for column in letters.T:
            longer = np.flatnonzero(column)
            keys, numbers = np.unique(node[longer] << 21 | column[longer], return_inverse=True)
            node[longer] = first + numbers
            self._levels.append((first, keys))
            first += len(keys)
        # most places begin no word: a table tells that at once
        start, roots = self._levels[0]
        self._roots = np.zeros(int(roots.max(initial=0)) + 2, np.int64)
        self._roots[roots] = start + np.arange(len(roots))
        self._word_at = np.full(first, -1, np.int64)
        self._word_at[node] = np.arange(len(words))

    def matches(self, codes: Codes) -> Iterator[tuple[int, Longs, Longs]]:
        """``(length, places, word numbers)`` for each length of words. The last code must be a space."""
        node = self._roots[np.minimum(codes, len(self._roots) - 1)]
        at = np.flatnonzero(node)
        node = node[at]
        for length, (first, keys) in enumerate(self._levels, 1):
            if length > 1:
                wanted = node << 21 | codes[at + (length - 1)]
                found = np.searchsorted(keys, wanted)
                hit = np.flatnonzero(keys[np.minimum(found, len(keys) - 1)] == wanted)
                at, node = at[hit], first + found[hit]
            words = self._word_at[node]
            ends = words >= 0
            yield length, at[ends], words[ends]
            if not len(at):
                return


class Segmenter:
    """Cuts one short text as ``Cutter`` cuts many: for one, looking words up is quicker than arrays."""

    def __init__(self, frequencies: Mapping[str, int], total: int) -> None:
        self._frequencies = frequencies
        self._whole = math.log(total)
        self._logarithms: dict[int, float] = {}

    def words_of(self, text: str) -> list[str]:
        """The words of a text without spaces."""
        length = len(text)
        score, ends = [0.0] * (length + 1), [0] * length
        for start in range(length - 1, -1, -1):
            best, at = -math.inf, start + 1
            for end in range(start + 1, length + 1):
                count = self._frequencies.get(text[start:end])
                if count is None:
                    break
                if count and (value := self._logarithm(count) + score[end]) >= best:  # of equals the longest
                    best, at = value, end
            score[start] = best if best > -math.inf else score[start + 1] - self._whole
            ends[start] = at
        return self._joined(text, ends)

    @staticmethod
    def _joined(text: str, ends: list[int]) -> list[str]:
        """The words by where each ends; single letters and digits in a row are one word."""
        words: list[str] = []
        start, is_open = 0, False
        while start < len(text):
            word = text[start : ends[start]]
            is_letter = len(word) == 1 and word.isascii() and word.isalnum()
            if is_letter and is_open:
                words[-1] += word
            else:
                words.append(word)
            start, is_open = ends[start], is_letter
        return words

    def _logarithm(self, count: int) -> float:
        found = self._logarithms.get(count)
        if found is None:
            found = self._logarithms[count] = math.log(count) - self._whole
        return found


class Cutter:
    """Cuts many texts at once into the words that jieba (without its HMM) finds in each: the likeliest sequence.

    ``frequencies`` are those of the dictionary, beginnings of words included with 0, as jieba keeps them.
    """

    def __init__(self, frequencies: Mapping[str, int], total: int) -> None:
        words = [word for word, count in frequencies.items() if count and " " not in word]
        self._trie = Trie(words)
        self._unknown = -math.log(total)
        # jieba's own logarithms and sums, so that ties fall alike
        counts = np.fromiter(map(frequencies.__getitem__, words), np.int64, len(words))
        different, number = np.unique(counts, return_inverse=True)
        self._weights = np.asarray([math.log(count) - math.log(total) for count in different.tolist()])[number]

    def cut(self, codes: Codes) -> tuple[Longs, Longs]:
        """Where words start and end (exclusive), in order. Spaces part the texts; the last code must be one."""
        is_text = codes != SPACE
        taken = self._likeliest(codes, is_text)
        at = np.flatnonzero(is_text & ~np.concatenate([[False], is_text[:-1]]))
        found = []
        while len(at):
            found.append(at)
            at = at + taken[at]
            at = at[is_text[at]]
        starts = np.sort(np.concatenate(found)) if found else np.zeros(0, np.int64)
        ends = starts + taken[starts]
        # single letters and digits in a row are one word
        single = (ends - starts == 1) & np.isin(codes[starts], _LETTERS)
        goes_on = np.zeros(len(starts), bool)
        goes_on[1:] = single[1:] & single[:-1] & (starts[1:] == ends[:-1])
        return starts[~goes_on], ends[np.append(~goes_on[1:], True)] if len(ends) else ends

    def _likeliest(self, codes: Codes, is_text: npt.NDArray[np.bool_]) -> Longs:
        """The length of the word that starts at each place on the likeliest way to the end of its piece.

        Worked out from the ends of all pieces backwards, side by side.
        """
        matches = [(length, at, words) for length, at, words in self._trie.matches(codes) if len(at)]
        depth = max((length for length, _, _ in matches), default=1)
        weights = np.full((len(codes), depth), -np.inf)
        for length, at, words in matches:
            weights[at, length - 1] = self._weights[words]
        weights[np.isneginf(weights).all(axis=1), 0] = self._unknown
        edges = np.flatnonzero(np.diff(is_text, prepend=False, append=False))
        lengths, ends = edges[1::2] - edges[::2], edges[1::2]
        order = np.argsort(-lengths, kind="stable")
        lengths, ends = lengths[order], ends[order]
        reaching = np.searchsorted(-lengths, -np.arange(1, int(lengths[0]) + 1 if len(lengths) else 1), side="right")
        score = np.zeros(len(codes) + depth)
        taken = np.zeros(len(codes), np.int64)
        steps = np.arange(1, depth + 1)
        for back, count in enumerate(reaching.tolist(), 1):
            at = ends[:count] - back
            choices = weights[at] + score[at[:, None] + steps]
            best = depth - 1 - choices[:, ::-1].argmax(axis=1)  # of equals the longest
            taken[at] = best + 1
            score[at] = choices[np.arange(count), best]
        return taken
