"""A small inverted index on numpy arrays: cosine or BM25 scores of all rows for a bag of terms, in one pass."""

from __future__ import annotations

import math
from collections.abc import Sequence
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

    @property
    def once(self) -> Bag:
        """The same terms, each counted once."""
        return Bag(self.terms, np.ones(len(self.terms), dtype=np.float32), self.unknown)


BUDGET = 30_000
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
        self.is_cosine = weighting == "cosine"
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
        self.owners: Ints = owner
        self.values: Floats = value.astype(np.float32)
        self.unseen_idf = float(math.log(size + 1) + 1)

    def knows(self, term: int | None) -> bool:
        """Whether any row has the term."""
        return term is not None and bool(self.df[term])

    def length_of(self, bag: Bag, counts: Floats) -> float:
        """The length of a question's vector in this view, for the cosine."""
        known = self.df[bag.terms] > 0
        whole = counts[known] * self.idf[bag.terms[known]]
        return max(math.sqrt(float(whole @ whole)), 1e-9)

    def weight(self, bag: Bag) -> tuple[float, float]:
        """The idf weight of the bag's terms that rows have, and of all its terms."""
        known = float(self.idf[bag.terms[self.df[bag.terms] > 0]].sum())
        missing = int((self.df[bag.terms] == 0).sum()) + bag.unknown
        return known, known + missing * self.unseen_idf


class Stack:
    """Several views of the same vocabulary side by side: one pass over the postings scores all their rows."""

    def __init__(self, views: Sequence[Postings]) -> None:
        self._views = tuple(views)
        self._starts_of_rows = np.concatenate([[0], np.cumsum([view.size for view in views])]).astype(np.int64)
        self.df: Ints = np.sum([view.df for view in views], axis=0).astype(np.int32)
        terms = np.concatenate([np.repeat(np.arange(len(view.df)), view.df) for view in views])
        order = np.argsort(terms, kind="stable")
        parts = zip(views, self._starts_of_rows, strict=False)
        self._owners: Ints = np.concatenate([view.owners + start for view, start in parts])[order].astype(np.int32)
        # the idf of a cosine's question side stands in the posting, so that one weight serves every view
        values = [view.values * np.repeat(view.idf, view.df) if view.is_cosine else view.values for view in views]
        self._values: Floats = np.concatenate(values)[order].astype(np.float32)
        self._starts = np.concatenate([[0], np.cumsum(self.df)]).astype(np.int64)
        for view in views:
            view.owners, view.values = view.owners[:0], view.values[:0]  # they stand here now

    def scores(self, bag: Bag) -> list[Floats]:
        """The score of every row of every view. At most ``BUDGET`` postings a view are read, the rarest terms' first.

        The most frequent terms of a question tell the least and cost the most; over a few thousand rows none is left out.
        """
        df = self.df[bag.terms]
        keep = df > 0
        if int(df.sum()) > BUDGET * len(self._views):
            rarest = np.argsort(df, kind="stable")
            keep[rarest[np.cumsum(df[rarest]) > BUDGET * len(self._views)]] = False
        columns, lengths = bag.terms[keep], df[keep]
        rows = int(self._starts_of_rows[-1])
        if not len(columns):
            return [np.zeros(view.size, dtype=np.float32) for view in self._views]
        counts = 1 + np.log(bag.counts)
        # positions of all postings of all terms, without a Python loop
        offsets = np.repeat(self._starts[columns] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
        at = offsets + np.arange(len(offsets))
        weighted = self._values[at] * np.repeat(counts[keep].astype(np.float32), lengths)
        everything = np.bincount(self._owners[at], weights=weighted, minlength=rows).astype(np.float32)
        out = []
        for view, start in zip(self._views, self._starts_of_rows, strict=False):
            own = everything[start : start + view.size]
            out.append(own / view.length_of(bag, counts) if view.is_cosine else own)
        return out
