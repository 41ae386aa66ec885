"""A small inverted index on numpy arrays: cosine or BM25 scores of all rows for a bag of terms, in one pass."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Counts = npt.NDArray[np.uint16]
Flags = npt.NDArray[np.bool_]
Weighting = Literal["cosine", "bm25", "idf"]
Term = Sequence[str]
"""One symbol, or two that stand side by side: ``"罚"``, ``"罚款"`` for characters, ``("罚款", "分期")`` for words."""

BUDGET = 30_000
"""Postings read at most for one view of one question; some tenths of a millisecond."""
_NEAR = (0.35, 0.15, 0.0)
"""Shares of the best score: rows above one of them are enough, most often."""
_RARE = 3
"""So many terms of a question, the rarest ones, lead to rows that are likely near the best."""


@dataclass(frozen=True, slots=True)
class Bag:
    """The terms of a question: numbers and counts; how many different terms, and pairs, the vocabulary does not know."""

    terms: Longs
    counts: Floats
    unknown: int
    unknown_pairs: int


def pair_codes(first: Ints | Longs, second: Ints | Longs, symbols: int) -> Longs:
    """The codes of pairs of symbols, where there are so many symbols."""
    return np.asarray((first.astype(np.int64) + 1) * symbols + second)


class Sorted:
    """Places of terms by code and unit, equal ones counted. ``starts`` are where the places of each of ``codes`` start.

    The term with ``codes[i]`` stands once more in ``units[i]`` of ``size`` units. There may be tens of millions:
    ``codes`` is used up.
    """

    def __init__(self, codes: Longs, units: Ints, size: int) -> None:
        bits = size.bit_length()
        keys = codes
        keys <<= bits
        keys |= units
        keys.sort()
        first = np.flatnonzero(_changes(keys))
        # twice as many still fit, as where titles count twice
        self.counts: Counts = np.minimum(np.append(first[1:], len(keys)) - first, 2**15 - 1).astype(np.uint16)
        keys = keys[first]
        del first
        self.units: Ints = (keys & ((1 << bits) - 1)).astype(np.int32)
        keys >>= bits
        self.starts: Longs = np.flatnonzero(_changes(keys))
        self.codes: Longs = keys[self.starts]


class Occurrences:
    """How often each term stands in each unit of text, and the vocabulary that gives terms their numbers.

    ``symbols`` gives each symbol its number from 0. The code of a term is its symbol's number, or, for the pair of ``a``
    and ``b``, ``n + a·n + b`` where ``n`` is how many symbols there are (``pair_codes``). A term's number is the rank
    of its code: pairs, from ``first_pair``, after single symbols.
    """

    def __init__(self, symbols: Mapping[str, int], singles: Sorted | None, pairs: Sorted | None) -> None:
        self._symbols = symbols
        both = [part for part in (singles, pairs) if part]
        self.first_pair = len(singles.codes) if singles else 0
        if singles and pairs:
            pairs.starts += len(singles.units)
        self._codes: Longs = np.concatenate([part.codes for part in both])
        self._units: Ints = np.concatenate([part.units for part in both])
        self._counts: Counts = np.concatenate([part.counts for part in both])
        self._starts: Longs = np.concatenate([*[part.starts for part in both], [len(self._units)]])
        self.width = len(self._codes)

    def drop(self) -> None:
        """Keep the vocabulary alone."""
        del self._units, self._counts, self._starts

    def in_rows(self, row_of: Ints, times: Counts | None = None, terms_from: int = 0) -> tuple[Ints, Ints, Floats]:
        """When unit ``i`` belongs to row ``row_of[i]`` (-1: to none), ``times[i]`` times over: df, rows, counts.

        ``df`` is how many rows each term has; ``rows`` and ``counts`` are by term, then by row. Rows must ascend with the
        units; terms below ``terms_from`` are left out.
        """
        start = int(self._starts[terms_from])
        units = self._units[start:]
        keep = row_of[units] >= 0
        kept = np.add.reduceat(keep, self._starts[terms_from:-1] - start, dtype=np.int64)
        starts = np.concatenate([[0], np.cumsum(kept)])
        units, counts = units[keep], self._counts[start:][keep]
        rows = row_of[units]
        factors = times[units] if times is not None else np.uint16(1)
        del units, keep
        first = _changes(rows)
        first[starts[starts < len(rows)]] = True
        df = np.zeros(self.width, np.int32)
        df[terms_from:] = np.diff(_how_many_before(first)[starts])
        if not first.all():
            rows, merged = rows[first], np.add.reduceat(counts * factors, np.flatnonzero(first), dtype=np.int32)
            return df, rows, merged.astype(np.float32)
        return df, rows, (counts * factors).astype(np.float32)

    def numbers(self, terms: Sequence[Term]) -> Longs:
        """The numbers of terms, -1 for those that stand nowhere."""
        get, size = self._symbols.get, len(self._symbols)
        # the code of a pair with an unknown symbol is below 0
        no_first, no_second = -size - 2, -size * (size + 1) - 1
        found = [
            get(term[0], -1) if len(term) == 1 else size * (get(term[0], no_first) + 1) + get(term[1], no_second)
            for term in terms
        ]
        codes = np.asarray(found, np.int64)
        if not self.width:
            return np.full(len(codes), -1)
        at = self._codes[:-1].searchsorted(codes)  # a code beyond the last finds the last, which it is not
        at[self._codes[at] != codes] = -1
        return at

    def bag(self, terms: Iterable[Term]) -> Bag:
        """The known terms of a question with their counts."""
        counts = Counter(terms)
        numbers = self.numbers(list(counts))
        known = numbers >= 0
        times = np.asarray(list(counts.values()), np.float32)
        if known.all():
            return Bag(numbers, times, 0, 0)
        unknown = [term for term, is_known in zip(counts, known.tolist(), strict=True) if not is_known]
        return Bag(numbers[known], times[known], len(unknown), sum(len(term) == 2 for term in unknown))

    def pairs_of(self, bag: Bag) -> Bag:
        """The pairs of a bag, each counted once."""
        pairs = bag.terms[bag.terms >= self.first_pair]
        return Bag(pairs, np.ones(len(pairs), np.float32), bag.unknown_pairs, bag.unknown_pairs)


def _how_many_before(flags: Flags) -> Ints:
    """How many flags are up before each place, and before the end."""
    out = np.zeros(len(flags) + 1, np.int32)
    np.cumsum(flags, out=out[1:])
    return out


def _changes(values: npt.NDArray[np.integer]) -> Flags:
    """Where a value differs from the one before it; the first does."""
    out = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=out[1:])
    return out


class Postings:
    """Terms → rows with weights. ``cosine``: log tf · idf at unit length; ``bm25``; ``idf``: presence alone.

    Built from ``Occurrences.in_rows``.
    """

    def __init__(
        self,
        occurring: tuple[Ints, Ints, Floats],
        size: int,
        weighting: Weighting,
        *,
        b: float = 0.75,
        k1: float = 1.2,
    ) -> None:
        self.df, self._rows, tf = occurring
        self.size = size
        self.is_cosine = weighting == "cosine"
        if weighting == "cosine":
            self.idf: Floats = ((np.log((size + 1) / (self.df + 1)) + 1) * (self.df > 0)).astype(np.float32)
            weights = np.repeat(self.idf, self.df)
            value = np.log(tf)
            value += 1
            value *= weights
            norms = np.sqrt(np.bincount(self._rows, weights=value.astype(np.float64) ** 2, minlength=max(size, 1)))
            value /= np.maximum(norms, 1e-9).astype(np.float32)[self._rows]
            value *= weights  # the question's side, so that a question need not be weighted term by term
        else:
            self.idf = (np.log1p((size - self.df + 0.5) / (self.df + 0.5)) * (self.df > 0)).astype(np.float32)
            value = np.repeat(self.idf, self.df)
            if weighting == "bm25":
                lengths = np.bincount(self._rows, weights=tf, minlength=max(size, 1)).astype(np.float32)
                damping = k1 * (1 - b + b * lengths / max(float(lengths.mean()), 1.0))
                value *= tf * (k1 + 1) / (tf + damping.astype(np.float32)[self._rows])
        self._values: Floats = value
        self.unseen_idf = float(math.log(size + 1) + 1)

    def taken(self) -> tuple[Ints, Floats]:
        """The rows and values by term, which are the taker's from now on."""
        rows, values = self._rows, self._values
        del self._rows, self._values
        return rows, values

    def length_of(self, bag: Bag, weights: Floats) -> float:
        """The length of a question's vector in this view."""
        whole = weights * self.idf[bag.terms]
        return max(math.sqrt(float(whole @ whole)), 1e-9)

    def weight(self, bag: Bag) -> tuple[float, float]:
        """The idf weight of the bag's terms that rows have, and of all its terms."""
        known = float(self.idf[bag.terms].sum())
        missing = len(bag.terms) - int(np.count_nonzero(self.df[bag.terms])) + bag.unknown
        return known, known + missing * self.unseen_idf


@dataclass(slots=True)
class View:
    """The scores of all rows in one view: ``sums`` counted ``times`` over. ``some`` are rows that have a rare term."""

    sums: Scores
    times: float = 1.0
    some: Ints | None = None

    def __len__(self) -> int:
        return len(self.sums)

    def whole(self) -> Scores:
        """The scores of all rows."""
        return self.sums * self.times

    def at(self, rows: Ints | Longs) -> Scores:
        """The scores of some rows, in the shape of ``rows``."""
        return np.asarray(self.sums[rows] * self.times)

    def masked(self, allowed: Floats) -> View:
        """The same with rows left out: 1 keeps, 0 drops."""
        return View(self.sums * allowed, self.times)

    def best(self, count: int) -> Longs:
        """The rows with the highest scores, of equals the first. Only those near the best are looked at, if they are enough.

        A row with a rare term is most often near the best: what is less than a share of it is passed over at once.
        """
        if not len(self.sums):
            return np.zeros(0, np.int64)
        likely = self.sums[self.some].max() if self.some is not None and len(self.some) else 0.0
        top = likely if likely > 0 else self.sums.max()
        found: Longs
        (found,) = (self.sums > _NEAR[0] * top).nonzero()
        if not len(found):
            return found
        near = self.sums[found]
        top = near.max()
        found = found[near > _NEAR[0] * top]
        for share in _NEAR[1:]:
            if len(found) >= count:
                break
            (found,) = (self.sums > share * top).nonzero()
        if len(found) > count:
            scores = self.sums[found]
            ordered = np.partition(scores, len(found) - count)
            least = ordered[len(found) - count]
            chosen = scores >= least
            if (spare := np.count_nonzero(chosen) - count) > 0:
                chosen[(scores == least).nonzero()[0][-spare:]] = False
            found = found[chosen]
        return found


class Stack:
    """Several views of the same vocabulary that read the same terms of a question: kept side by side, read at once."""

    def __init__(self, views: Sequence[Postings]) -> None:
        self._views = tuple(views)
        self.df: Ints = np.sum([view.df for view in views], axis=0).astype(np.int32)
        self._starts: Longs = np.concatenate([[0], np.cumsum(self.df)])
        sizes = [view.size for view in views]
        self._edges = np.cumsum([0, *sizes]).tolist()
        self._rows: Ints
        self._values: Floats
        if len(self._views) == 1:
            self._rows, self._values = self._views[0].taken()
            return
        self._rows = np.empty(int(self.df.sum()), np.int32)
        self._values = np.empty(len(self._rows), np.float32)
        free = self._starts[:-1].copy()
        for view, edge in zip(self._views, self._edges, strict=False):
            rows, values = view.taken()
            own = np.cumsum(view.df) - view.df
            places = np.repeat(free - own, view.df)
            places += np.arange(len(rows))
            self._rows[places] = rows + np.int32(edge)
            self._values[places] = values
            free += view.df

    def scores(self, bag: Bag) -> list[View]:
        """The scores of the rows of every view. At most ``BUDGET`` postings a view are read, the rarest terms' first.

        The most frequent terms of a question tell the least and cost the most; over a few thousand rows none is left out.
        """
        df = self.df[bag.terms]
        keep = df > 0
        rarest = np.argsort(df, kind="stable")
        if int(df.sum()) > BUDGET * len(self._views):
            keep[rarest[np.cumsum(df[rarest]) > BUDGET * len(self._views)]] = False
        weights = (1 + np.log(bag.counts)).astype(np.float32)
        whole = self._summed(bag.terms[keep], weights[keep])
        rare = [
            self._rows[self._starts[term] : self._starts[term + 1]] for term in bag.terms[rarest[keep[rarest]][:_RARE]]
        ]
        some = np.concatenate(rare) if rare else np.zeros(0, np.int32)
        found = []
        for view, (start, end) in zip(self._views, itertools.pairwise(self._edges), strict=True):
            times = 1 / view.length_of(bag, weights) if view.is_cosine else 1.0
            own = some[(some >= start) & (some < end)] - start if len(self._views) > 1 else some
            found.append(View(whole[start:end], times, own))
        return found

    def weighted(self, terms: Longs, weights: Floats) -> Scores:
        """The score of every row of all views, one behind the other, for terms that each count as given.

        At most ``BUDGET`` postings a view are read, those of the heaviest terms.
        """
        heaviest = np.argsort(-weights, kind="stable")
        within = np.cumsum(self.df[terms[heaviest]]) <= BUDGET * len(self._views)
        kept = heaviest[within]
        return self._summed(terms[kept], weights[kept])

    def _summed(self, terms: Longs, weights: Floats) -> Scores:
        """The sums of the terms' values over the rows of all views, each term with its weight."""
        places = list(map(slice, self._starts[terms].tolist(), self._starts[terms + 1].tolist()))
        if not places:
            return np.zeros(self._edges[-1])
        parts = [self._values[place] for place in places]
        for at in (weights != 1).nonzero()[0].tolist():
            parts[at] = parts[at] * weights[at]
        rows = np.concatenate([self._rows[place] for place in places])
        summed = np.bincount(rows, weights=np.concatenate(parts), minlength=self._edges[-1])
        return summed.astype(np.float64, copy=False)
