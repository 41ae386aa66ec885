"""One day as people type it: read from any way of writing, and asked back when it is none or not allowed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.days import DayAnswer, read_day

TODAY = dt.date(2026, 11, 20)


def day(text: str, *, future_ok: bool = False) -> tuple[str, bool]:
    """(ISO day or the problem, whether it is exact)."""
    answer = read_day(text, TODAY, future_ok=future_ok)
    return (str(answer.value) if answer.value else answer.problem), answer.is_exact


@pytest.mark.parametrize(
    "text",
    [
        "2023年5月8日",
        "2023年5月8号",
        "2023年5月8",
        "2023 年 5 月 8 日",
        "2023-05-08",
        "2023/5/8",
        "2023.5.8",
        "2023.5.8。",
        "2023 5 8",
        "20230508",
        "23年5月8号",
        "23.5.8",
        "２０２３年５月８日",
        "二〇二三年五月八日",
        "二零二三年五月八号",
        "二三年五月八日",
        "2023-05-08 10:30:00",
        "我们是2023年5月8日成立的",
        "2023年5月8日（2023-05-08）",
    ],
)
def test_one_day_is_written_in_many_ways(text):
    assert day(text) == ("2023-05-08", True)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("２０２３年５月", "2023-05-01"),
        ("二〇二三年五月", "2023-05-01"),
        ("2023-05", "2023-05-01"),
        ("202305", "2023-05-01"),
        ("98年5月", "1998-05-01"),
        ("九八年", "1998-01-01"),
        ("2023年", "2023-01-01"),
        ("2023", "2023-01-01"),
        ("2019年底", "2019-12-01"),
        ("2019年下半年", "2019-07-01"),
        ("去年", "2025-01-01"),
        ("去年3月", "2025-03-01"),
        ("去年 3 月份", "2025-03-01"),
        ("去年年底", "2025-12-01"),
        ("前年", "2024-01-01"),
        ("今年", "2026-01-01"),
        ("上个月", "2026-10-01"),
        ("12月", "2025-12-01"),
        ("三年前", "2023-11-20"),
        ("两年半前", "2024-05-20"),
        ("半年前", "2026-05-20"),
        ("三个月前", "2026-08-20"),
        ("半个月前", "2026-11-05"),
        ("两个半月前", "2026-09-05"),
        ("两周前", "2026-11-06"),
    ],
)
def test_a_month_or_a_year_stands_for_its_first_day_and_is_not_exact(text, first):
    assert day(text) == (first, False)


@pytest.mark.parametrize(
    ("text", "last", "following"),
    [
        ("5月8日", "2026-05-08", "2027-05-08"),
        ("12月8日", "2025-12-08", "2026-12-08"),
        ("11月20日", "2026-11-20", "2026-11-20"),
        ("十月一日", "2026-10-01", "2027-10-01"),
        ("5.8", "2026-05-08", "2027-05-08"),
        ("8号", "2026-11-08", "2026-12-08"),
        ("25号", "2026-10-25", "2026-11-25"),
    ],
)
def test_a_day_without_a_year_is_the_last_one_or_the_next_one(text, last, following):
    assert day(text) == (last, True)
    assert day(text, future_ok=True) == (following, True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("今天", "2026-11-20"),
        ("昨天", "2026-11-19"),
        ("昨晚", "2026-11-19"),
        ("前天", "2026-11-18"),
        ("大前天", "2026-11-17"),
        ("三天前", "2026-11-17"),
        ("今年5月1号", "2026-05-01"),
        ("上个月5号", "2026-10-05"),
        ("今天，2026年11月20日", "2026-11-20"),
    ],
)
def test_a_day_told_from_today_is_exact(text, found):
    assert day(text) == (found, True)


@pytest.mark.parametrize(("text", "found"), [("明天", "2026-11-21"), ("后天", "2026-11-22"), ("十天后", "2026-11-30")])
def test_a_day_ahead_is_read_only_where_it_may_be(text, found):
    assert day(text, future_ok=True) == (found, True)
    assert day(text) == ("不能晚于今天（2026年11月20日），例如 2023年5月8日", False)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "没看懂是哪一天，请写全，例如 2023年5月8日"),
        ("很久了", "没看懂是哪一天，请写全，例如 2023年5月8日"),
        ("周三", "没看懂是哪一天，请写全，例如 2023年5月8日"),
        ("几年前", "没看懂是哪一天，请写全，例如 2023年5月8日"),
        ("十几年前", "没看懂是哪一天，请写全，例如 2023年5月8日"),
        ("三四年前", "没看懂是哪一天，请写全，例如 2023年5月8日"),
        ("2019年前", "没看懂是哪一天，请写全，例如 2023年5月8日"),
        ("开了10年", "没看懂是哪一天，请写全，例如 2023年5月8日"),
        ("12345678", "没看懂是哪一天，请写全，例如 2023年5月8日"),
        ("2月30日", "2026年没有2月30日，例如 2023年5月8日"),
        ("2023年2月29日", "2023年没有2月29日，例如 2023年5月8日"),
        ("2023年13月", "2023年没有13月，例如 2023年5月8日"),
        ("20231301", "2023年没有13月，例如 2023年5月8日"),
        ("五月初八", "请说公历的日子，例如 2023年5月8日"),
        ("2023年5月8日到6月1日", "一次说了几个日子，请只说一个，例如 2023年5月8日"),
        ("1850年5月8日", "年份太早了，请再看一看，例如 2023年5月8日"),
        ("2026年11月21日", "不能晚于今天（2026年11月20日），例如 2023年5月8日"),
        ("明年", "不能晚于今天（2026年11月20日），例如 2023年5月8日"),
    ],
)
def test_what_is_no_day_or_not_allowed_is_asked_back_with_an_example(text, problem):
    assert read_day(text, TODAY) == DayAnswer(None, problem)


def test_a_day_far_ahead_is_refused():
    assert day("2099年1月1日", future_ok=True)[0] == "年份太远了，请再看一看，例如 2023年5月8日"
    assert day("999年后", future_ok=True)[0] == "年份太远了，请再看一看，例如 2023年5月8日"


def test_29_february_without_a_year_is_found_in_a_leap_year():
    assert read_day("2月29日", dt.date(2024, 6, 1)) == DayAnswer(dt.date(2024, 2, 29), "", True)


PIECES = st.lists(st.sampled_from([*"〇零一二三十两半个年月日号天周前后今明昨大去上下底初-/. 0123456789"]), max_size=10)


@given(st.text(max_size=40) | PIECES.map("".join), st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)), st.booleans())
def test_any_text_gets_a_day_or_a_short_problem(text, today, future_ok):
    answer = read_day(text, today, future_ok=future_ok)
    assert (answer.value is None) == bool(answer.problem)
    assert len(answer.problem) <= 40
    assert answer.value is None or (answer.value.year >= 1900 and (future_ok or answer.value <= today))


@given(st.dates(dt.date(1900, 1, 1), TODAY))
def test_a_day_comes_back_however_it_was_written(one):
    digits = str.maketrans("0123456789", "〇一二三四五六七八九")
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    plain = f"{one.year}年{one.month}月{one.day}日"
    for text in (
        one.isoformat(),
        plain,
        f"{one.year}/{one.month}/{one.day}",
        f"{one.year}.{one.month:02}.{one.day:02}",
        f"{one:%Y%m%d}",
        plain.translate(wide),
        f"{str(one.year).translate(digits)}年{_chinese(one.month)}月{_chinese(one.day)}日",
    ):
        assert read_day(text, TODAY) == DayAnswer(one, "", True), text


@given(st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)), st.booleans())
def test_a_day_without_a_year_lies_within_a_year_of_today(today, future_ok):
    found = read_day("5月8日", today, future_ok=future_ok).value
    assert found is not None
    assert 0 <= (found - today).days * (1 if future_ok else -1) <= 366


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    names = ["", *"一二三四五六七八九"]
    return (names[tens] if tens > 1 else "") + ("十" if tens else "") + names[ones]


@pytest.mark.parametrize("piece", ["1", "1-", "年", "一", "2023-", "1 ", "上", "5月", "十年"])
def test_a_long_text_is_read_in_no_time(piece):
    read_day(piece * (4096 // len(piece)), TODAY)
