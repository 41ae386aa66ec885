"""A small inverted index on numpy arrays: cosine or BM25 scores of all rows for a bag of terms, in one pass."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Bag:
    """The terms of a question: term numbers with counts, and how many different terms the vocabulary does not know."""

    terms: Ints
    counts: Floats
    unknown: int


BUDGET = 40_000
"""Postings read at most for one view of one question; some tenths of a millisecond."""


class _Numbers(dict[str, int]):
    """Gives a new term the next number."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


class Vocabulary:
    """Terms to numbers, shared by all views of an index. Growing while the index is built, then only read."""

    def __init__(self) -> None:
        self.numbers = _Numbers()

    def intern(self, terms: tuple[str, ...] | list[str]) -> Ints:
        """The numbers of terms; new ones get the next."""
        return np.fromiter(map(self.numbers.__getitem__, terms), dtype=np.int32, count=len(terms))

    def bag(self, terms: tuple[str, ...] | list[str]) -> Bag:
        """The known terms of a question with their counts."""
        known: dict[int, float] = {}
        unknown: set[str] = set()
        get = self.numbers.get
        for term in terms:
            number = get(term)
            if number is None:
                unknown.add(term)
            else:
                known[number] = known.get(number, 0.0) + 1.0
        size = len(known)
        return Bag(np.fromiter(known, np.int32, size), np.fromiter(known.values(), np.float32, size), len(unknown))


class Postings:
    """Terms → rows with weights. ``cosine``: log tf · idf at unit length; ``bm25``; ``idf``: presence alone.

    Built from parallel arrays: term ``terms[i]`` occurs once more in row ``owners[i]``.
    """

    def __init__(
        self,
        owners: Ints,
        terms: Ints,
        size: int,
        width: int,
        weighting: Literal["cosine", "bm25", "idf"],
        *,
        b: float = 0.75,
        k1: float = 1.2,
    ) -> None:
        self.size = size
        self.weighting = weighting
        pairs, counts = np.unique(terms.astype(np.int64) * max(size, 1) + owners, return_counts=True)
        column = (pairs // max(size, 1)).astype(np.int32)
        owner = (pairs % max(size, 1)).astype(np.int32)
        tf = counts.astype(np.float32)
        self.df: Ints = np.bincount(column, minlength=width).astype(np.int32)
        if weighting == "cosine":
            self.idf: Floats = (np.log((size + 1) / (self.df + 1)) + 1).astype(np.float32)
            value = (1 + np.log(tf)) * self.idf[column]
            norms = np.sqrt(np.bincount(owner, weights=value.astype(np.float64) ** 2, minlength=max(size, 1)))
            value = value / np.maximum(norms[owner], 1e-9)
        else:
            self.idf = np.log1p((size - self.df + 0.5) / (self.df + 0.5)).astype(np.float32)
            lengths = np.bincount(owners, minlength=max(size, 1)).astype(np.float32)
            if weighting == "bm25":
                mean = max(float(lengths.mean()), 1.0)
                value = self.idf[column] * tf * (k1 + 1) / (tf + k1 * (1 - b + b * lengths[owner] / mean))
            else:
                value = self.idf[column]
        self._owners = owner
        self._values: Floats = value.astype(np.float32)
        self._starts = np.concatenate([[0], np.cumsum(self.df)]).astype(np.int64)
        self.unseen_idf = float(math.log(size + 1) + 1)

    def knows(self, term: int | None) -> bool:
        """Whether any row has the term."""
        return term is not None and bool(self.df[term])

    def scores(self, bag: Bag, budget: int = BUDGET) -> Floats:
        """The score of every row. At most ``budget`` postings are read, those of the rarest terms first.

        The most frequent terms of a question tell the least and cost the most; over a few thousand rows none is left out.
        """
        df = self.df[bag.terms]
        keep = df > 0
        if int(df.sum()) > budget:
            rarest = np.argsort(df, kind="stable")
            keep[rarest[np.cumsum(df[rarest]) > budget]] = False
        columns = bag.terms[keep]
        if not len(columns):
            return np.zeros(self.size, dtype=np.float32)
        weights = np.ones(len(columns), dtype=np.float32) if self.weighting == "idf" else 1 + np.log(bag.counts[keep])
        if self.weighting == "cosine":
            known = df > 0
            whole = (1 + np.log(bag.counts[known])) * self.idf[bag.terms[known]]
            weights = weights * self.idf[columns] / math.sqrt(float(whole @ whole))
        starts, lengths = self._starts[columns], df[keep]
        # positions of all postings of all terms, without a Python loop
        offsets = np.repeat(starts - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
        at = offsets + np.arange(int(lengths.sum()))
        values = self._values[at] * np.repeat(weights.astype(np.float32), lengths)
        return np.bincount(self._owners[at], weights=values, minlength=self.size).astype(np.float32)

    def weight(self, bag: Bag) -> tuple[float, float]:
        """The idf weight of the bag's terms that rows have, and of all its terms."""
        known = float(self.idf[bag.terms[self.df[bag.terms] > 0]].sum())
        missing = int((self.df[bag.terms] == 0).sum()) + bag.unknown
        return known, known + missing * self.unseen_idf
