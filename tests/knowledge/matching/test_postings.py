"""The inverted index gives the scores that its formulas, written out, give."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.matching import postings
from knowledge.matching.postings import Occurrences, Postings, Sorted, Stack, View, pair_codes

TEXTS = ["罚款分期", "分期分期", "", "罚", "款罚款"]
SYMBOLS = {"罚": 0, "款": 1, "分": 2, "期": 3}


def terms_of(text: str) -> list[str]:
    return [*text, *(text[at : at + 2] for at in range(len(text) - 1))]


@pytest.fixture
def occurring() -> Occurrences:
    singles = [(SYMBOLS[char], unit) for unit, text in enumerate(TEXTS) for char in text]
    pairs = [(text[at : at + 2], unit) for unit, text in enumerate(TEXTS) for at in range(len(text) - 1)]
    first, second = (np.asarray([SYMBOLS[pair[side]] for pair, _ in pairs], np.int32) for side in (0, 1))
    return Occurrences(
        SYMBOLS,
        Sorted(
            np.asarray([code for code, _ in singles], np.int64), np.asarray([unit for _, unit in singles], np.int32), 5
        ),
        Sorted(pair_codes(first, second, len(SYMBOLS)), np.asarray([unit for _, unit in pairs], np.int32), 5),
    )


def counted(occurring: Occurrences, row_of: list[int], times: list[int] | None = None) -> dict[tuple[str, int], float]:
    vocabulary = sorted(
        {term for text in TEXTS for term in terms_of(text)}, key=lambda term: occurring.numbers([term])[0]
    )
    df, rows, counts = occurring.in_rows(
        np.asarray(row_of, np.int32), None if times is None else np.asarray(times, np.uint16)
    )
    terms = np.repeat(np.arange(len(df)), df)
    return {(vocabulary[term], int(row)): float(n) for term, row, n in zip(terms, rows, counts, strict=True)}


def test_terms_are_counted_in_the_row_their_text_belongs_to(occurring: Occurrences) -> None:
    wanted: Counter[tuple[str, int]] = Counter()
    row_of, times = [0, 0, 1, -1, 1], [1, 2, 1, 1, 3]
    for text, row, factor in zip(TEXTS, row_of, times, strict=True):
        wanted.update({(term, row): factor * count for term, count in Counter(terms_of(text)).items() if row >= 0})
    assert counted(occurring, row_of, times) == dict(wanted)


def test_a_row_may_leave_out_single_characters(occurring: Occurrences) -> None:
    df, _, _ = occurring.in_rows(np.asarray([0, 1, 2, 3, 4], np.int32), terms_from=occurring.first_pair)
    assert df[: occurring.first_pair].tolist() == [0, 0, 0, 0]
    assert df[occurring.numbers(["分期"])[0]] == 2


def test_what_stands_nowhere_is_counted_as_unknown(occurring: Occurrences) -> None:
    assert occurring.numbers(["罚期", "文", "罚款"]).tolist()[:2] == [-1, -1]
    bag = occurring.bag(["罚款", "文", "文", "罚", "罚"])
    assert (bag.counts.tolist(), bag.unknown) == ([1.0, 2.0], 1)


def test_bm25_is_what_its_formula_says(occurring: Occurrences) -> None:
    view = Postings(occurring.in_rows(np.arange(5, dtype=np.int32)), 5, "bm25")
    lengths = [len(terms_of(text)) for text in TEXTS]

    def score(text: str, length: int) -> float:
        total = 0.0
        for term in ("分", "分期"):
            tf = terms_of(text).count(term)
            df = sum(term in terms_of(other) for other in TEXTS)
            idf = math.log1p((5 - df + 0.5) / (df + 0.5))
            total += idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * length / (sum(lengths) / 5)))
        return total

    (found,) = Stack([view]).scores(occurring.bag(["分", "分期"]))
    wanted = [score(text, length) for text, length in zip(TEXTS, lengths, strict=True)]
    assert found.whole().tolist() == pytest.approx(wanted, rel=1e-5)


def test_the_cosine_of_a_text_with_itself_is_one(occurring: Occurrences) -> None:
    stack = Stack([Postings(occurring.in_rows(np.arange(5, dtype=np.int32)), 5, "cosine")])
    for row, text in enumerate(TEXTS):
        (found,) = stack.scores(occurring.bag(terms_of(text)))
        assert found.whole()[row] == pytest.approx(1.0 if text else 0.0, abs=1e-5)


def test_over_budget_the_most_frequent_terms_are_left_out(
    occurring: Occurrences, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = Stack([Postings(occurring.in_rows(np.arange(5, dtype=np.int32)), 5, "idf")])
    monkeypatch.setattr(postings, "BUDGET", 2)
    (found,) = stack.scores(occurring.bag(["分期", "罚"]))
    assert np.flatnonzero(found.whole()).tolist() == [0, 1]


def test_terms_count_as_they_are_weighted_and_over_budget_the_lightest_are_left_out(
    occurring: Occurrences, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = Stack([Postings(occurring.in_rows(np.arange(5, dtype=np.int32)), 5, "idf")])
    terms, weights = occurring.numbers(["分期", "罚款"]), np.asarray([1, 3], np.float32)
    (one,), (other,) = ([view.whole() for view in stack.scores(occurring.bag([term]))] for term in ("分期", "罚款"))
    np.testing.assert_allclose(stack.weighted(terms, weights), one + 3 * other, rtol=1e-6)
    monkeypatch.setattr(postings, "BUDGET", 2)
    np.testing.assert_allclose(stack.weighted(terms, weights), 3 * other, rtol=1e-6)


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=60),
    st.lists(st.integers(0, 59), max_size=5),
    st.integers(1, 20),
)
def test_the_best_rows_are_the_same_whichever_are_guessed_to_be_near(
    sums: list[int], guessed: list[int], count: int
) -> None:
    scores = np.asarray(sums, np.float64)
    some = np.asarray([row for row in guessed if row < len(sums)], np.int32)
    found = View(scores, 0.5, some).best(count).tolist()
    assert found == View(scores).best(count).tolist()
    order = sorted(range(len(sums)), key=lambda row: (-sums[row], row))
    assert found == sorted(row for row in order[:count] if sums[row] > 0)
