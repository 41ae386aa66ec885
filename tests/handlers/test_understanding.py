"""What kind of message a typed text is."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import understanding


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("２", 2),
        ("③", 3),
        ("第3个", 3),
        ("三", 3),
        ("1.", 1),
        ("12", 12),
        ("一条", 1),
        ("1米", None),
        ("灭火器", None),
        ("", None),
    ],
)
def test_a_number_is_read_in_every_form(text: str, number: int | None) -> None:
    assert understanding.number_of(text) == number


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("责令改正什么意思", "责令改正"),
        ("请问“销号”是什么意思？", "销号"),
        ("啥叫行政约谈", "行政约谈"),
        ("什么叫观察期呀", "观察期"),
        ("罚款能分期吗", None),
        ("首违不罚怎么理解", "首违不罚"),
    ],
)
def test_a_question_for_a_meaning_is_told_from_other_questions(text: str, term: str | None) -> None:
    assert understanding.term_asked(text) == term


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021年5月3日的事", dt.date(2021, 5, 3)),
        ("2021年5月的事", dt.date(2021, 5, 1)),
        ("2020年那会儿", dt.date(2020, 1, 1)),
        ("2030年1月1日", None),
        ("2021年13月", None),
        ("今年", None),
    ],
)
def test_a_past_day_is_read(text: str, day: dt.date | None) -> None:
    """R6."""
    assert understanding.past_day(text, dt.date(2026, 11, 20)) == day


@given(st.text(max_size=200))
def test_no_text_breaks_the_understanding(text: str) -> None:
    cleaned = understanding.clean(text)
    understanding.number_of(cleaned)
    understanding.term_asked(cleaned)
    understanding.is_greeting(cleaned)
    understanding.past_day(cleaned, dt.date(2026, 11, 20))


@pytest.mark.parametrize("text", ["在哪里看原文", "原文呢？", "我想看全文", "依据是什么", "出处在哪", "怎么看完整内容"])
def test_a_wish_for_the_whole_words_is_understood(text: str) -> None:
    assert understanding.asks_for_the_text(text)


@pytest.mark.parametrize("text", ["处罚的依据是什么", "罚款依据", "在哪里看病", "看", "清单在哪里公布原文"])
def test_a_question_about_a_basis_is_no_wish_for_the_whole_words(text: str) -> None:
    assert not understanding.asks_for_the_text(text)
