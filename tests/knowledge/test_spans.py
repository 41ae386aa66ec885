"""Spans of days as people ask for them."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.spans import Span, half_of, month_of, quarter_of, read_span, year_of

TODAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "start", "end", "said"),
    [
        ("本月", "2026-11-01", "2026-11-30", "2026年11月"),
        ("这个月", "2026-11-01", "2026-11-30", "2026年11月"),
        ("上个月", "2026-10-01", "2026-10-31", "2026年10月"),
        ("本季度", "2026-10-01", "2026-12-31", "2026年第4季度"),
        ("上季度", "2026-07-01", "2026-09-30", "2026年第3季度"),
        ("三季度", "2026-07-01", "2026-09-30", "2026年第3季度"),
        ("2025年第四季度", "2025-10-01", "2025-12-31", "2025年第4季度"),
        ("今年", "2026-01-01", "2026-12-31", "2026年"),
        ("去年", "2025-01-01", "2025-12-31", "2025年"),
        ("2025年度", "2025-01-01", "2025-12-31", "2025年"),
        ("二〇二五年", "2025-01-01", "2025-12-31", "2025年"),
        ("今年上半年", "2026-01-01", "2026-06-30", "2026年上半年"),
        ("去年下半年", "2025-07-01", "2025-12-31", "2025年下半年"),
        ("2026年10月", "2026-10-01", "2026-10-31", "2026年10月"),
        ("2026年10月份", "2026-10-01", "2026-10-31", "2026年10月"),
        ("二〇二六年十月", "2026-10-01", "2026-10-31", "2026年10月"),
        ("2026-10", "2026-10-01", "2026-10-31", "2026年10月"),
        ("202610", "2026-10-01", "2026-10-31", "2026年10月"),
        ("10月", "2026-10-01", "2026-10-31", "2026年10月"),
        ("12月", "2025-12-01", "2025-12-31", "2025年12月"),
        ("10月1日到10月31日", "2026-10-01", "2026-10-31", "2026年10月"),
        ("10月1日至15日", "2026-10-01", "2026-10-15", "2026年10月1日到10月15日"),
        ("十月一日到十月十五日", "2026-10-01", "2026-10-15", "2026年10月1日到10月15日"),
        ("10.1-10.15", "2026-10-01", "2026-10-15", "2026年10月1日到10月15日"),
        ("2026-10-01到2026-10-15", "2026-10-01", "2026-10-15", "2026年10月1日到10月15日"),
        ("2026/10/1-2026/10/15", "2026-10-01", "2026-10-15", "2026年10月1日到10月15日"),
        ("2025年12月到2026年2月", "2025-12-01", "2026-02-28", "2025年12月1日到2026年2月28日"),
        ("去年12月15日到今年1月15日", "2025-12-15", "2026-01-15", "2025年12月15日到2026年1月15日"),
        ("2025年12月15日到1月15日", "2025-12-15", "2026-01-15", "2025年12月15日到2026年1月15日"),
        ("8月到10月", "2026-08-01", "2026-10-31", "2026年8月1日到10月31日"),
        ("11月1日到12月10日", "2026-11-01", "2026-12-10", "2026年11月1日到12月10日"),
        ("10月8日到今天", "2026-10-08", "2026-11-20", "2026年10月8日到11月20日"),
        ("本周", "2026-11-16", "2026-11-22", "2026年11月16日到11月22日"),
        ("上周", "2026-11-09", "2026-11-15", "2026年11月9日到11月15日"),
        ("最近30天", "2026-10-22", "2026-11-20", "2026年10月22日到11月20日"),
        ("近三个月", "2026-09-01", "2026-11-20", "2026年9月1日到11月20日"),
        ("昨天", "2026-11-19", "2026-11-19", "2026年11月19日"),
        ("２０２６年１０月。", "2026-10-01", "2026-10-31", "2026年10月"),
    ],
)
def test_a_span_is_read_as_people_say_it(text: str, start: str, end: str, said: str) -> None:
    answer = read_span(text, TODAY)
    assert answer.value == Span(dt.date.fromisoformat(start), dt.date.fromisoformat(end)), answer.problem
    assert answer.value.words == said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("随便", "没看懂"),
        ("2026年13月", "没看懂"),
        ("10月31日到10月1日", "结束早于开始"),
        ("2027年3月", "还没有到|没看懂"),
        ("到10月31日", "没看懂|一次"),
        ("三年前", "没看懂"),
        ("", "没看懂"),
        ("9999年到99999年", "没看懂"),
    ],
)
def test_what_is_no_span_is_said_with_an_example(text: str, says: str) -> None:
    answer = read_span(text, TODAY)
    if text == "到10月31日":  # one day is named, and that day is taken
        assert answer.value == Span(dt.date(2026, 10, 31), dt.date(2026, 10, 31))
        return
    assert answer.value is None
    assert any(word in answer.problem for word in says.split("|")), answer.problem
    assert "例如" in answer.problem


def test_a_quarter_named_before_it_came_is_the_last_one() -> None:
    assert read_span("四季度", dt.date(2026, 3, 5)).value == quarter_of(dt.date(2025, 12, 1))
    assert read_span("二月", dt.date(2026, 3, 31)).value == month_of(dt.date(2026, 2, 1))


@given(st.text("0123456789年月日到至-./~上下本去今季度半周最近天个一二十〇 ", max_size=24))
def test_no_text_breaks_the_reading_and_a_span_never_ends_before_it_begins(text: str) -> None:
    answer = read_span(text, TODAY)
    assert bool(answer.value) != bool(answer.problem)
    if answer.value:
        assert answer.value.start <= min(answer.value.end, TODAY)
        assert Span.from_text(answer.value.to_text()) == answer.value


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)))
def test_months_make_quarters_and_quarters_make_years(day: dt.date) -> None:
    quarters = [quarter_of(year_of(day).end, back) for back in (3, 2, 1, 0)]
    assert (quarters[0].start, quarters[-1].end) == (year_of(day).start, year_of(day).end)
    assert all(one.end + dt.timedelta(1) == other.start for one, other in itertools.pairwise(quarters))
    assert quarter_of(day).start <= month_of(day).start <= day <= month_of(day).end <= quarter_of(day).end
    assert month_of(day, 12) == month_of(dt.date(day.year - 1, day.month, 1))
    assert half_of(day).start <= quarter_of(day).start <= quarter_of(day).end <= half_of(day).end
