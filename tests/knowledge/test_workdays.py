"""Working days of the State Council's calendar (R37), announced and not."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import workdays
from knowledge.workdays import (
    Counted,
    add_workdays,
    festivals,
    is_announced,
    is_workday,
    next_workday,
    previous_workday,
    workday_before,
    workdays_between,
)

DAYS = st.dates(dt.date(2005, 1, 1), dt.date(2040, 12, 31))


def day(month_day: str, year: int = 2026) -> dt.date:
    return dt.date.fromisoformat(f"{year}-{month_day}")


@pytest.fixture(autouse=True)
def _only_2026_is_announced(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The calendar as it stood in November 2026, whatever later arrangements the installed one knows."""
    known = workdays._calendar()
    years = frozenset(year for year in known.years if year <= 2026)
    seen = workdays._Calendar(
        years,
        frozenset(one for one in known.off if one.year in years),
        frozenset(one for one in known.worked if one.year in years),
    )
    monkeypatch.setattr(workdays, "_calendar", lambda: seen)
    festivals.cache_clear()
    yield
    festivals.cache_clear()


@pytest.mark.parametrize(
    ("month_day", "worked"),
    [
        ("01-02", False),  # 元旦
        ("01-04", True),  # a Sunday, 调休
        ("02-13", True),
        ("02-14", True),  # a Saturday, 调休
        ("02-16", False),  # 春节
        ("02-23", False),
        ("02-24", True),
        ("02-28", True),  # a Saturday, 调休
        ("04-06", False),  # 清明
        ("05-05", False),  # 劳动节
        ("05-09", True),  # a Saturday, 调休
        ("06-19", False),  # 端午
        ("09-20", True),  # a Sunday, 调休
        ("09-25", False),  # 中秋
        ("09-30", True),
        ("10-01", False),  # 国庆
        ("10-07", False),
        ("10-08", True),
        ("10-10", True),  # a Saturday, 调休
        ("10-11", False),
        ("11-20", True),
        ("11-21", False),
        ("11-22", False),
    ],
)
def test_r37_holidays_rest_and_exchanged_weekends_work(month_day, worked):
    assert is_workday(day(month_day)) is worked
    assert is_announced(day(month_day))


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("11-20", 1, "11-23"),
        ("11-20", 3, "11-25"),
        ("11-21", 1, "11-23"),
        ("11-22", 5, "11-27"),
        ("09-28", 3, "10-08"),  # over the National Day
        ("09-30", 1, "10-08"),
        ("10-01", 1, "10-08"),
        ("10-08", 2, "10-10"),  # the Saturday counts
        ("10-08", 3, "10-12"),
        ("09-18", 1, "09-20"),  # the Sunday counts
        ("02-12", 2, "02-14"),
        ("02-12", 3, "02-24"),  # over the Spring Festival
        ("02-13", 2, "02-24"),
        ("02-27", 1, "02-28"),
        ("04-03", 1, "04-07"),
        ("04-30", 5, "05-11"),
        ("12-30", 1, "12-31"),
    ],
)
def test_the_first_day_does_not_count_and_holidays_are_passed_over(start, n, end):
    assert add_workdays(day(start), n) == Counted(day(end), True)


@pytest.mark.parametrize(
    ("due", "n", "reminded"),
    [("11-25", 3, "11-20"), ("11-25", 1, "11-24"), ("10-08", 1, "09-30"), ("10-12", 3, "10-08"), ("02-24", 1, "02-14")],
)
def test_a_reminder_comes_so_many_working_days_before(due, n, reminded):
    assert workday_before(day(due), n) == Counted(day(reminded), True)


def test_a_day_that_is_worked_is_its_own_next_and_previous_working_day():
    assert next_workday(day("10-10")) == previous_workday(day("10-10")) == Counted(day("10-10"))
    assert next_workday(day("10-01")) == Counted(day("10-08"))
    assert previous_workday(day("10-07")) == Counted(day("09-30"))


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        ("11-20", "11-20", 0),
        ("11-20", "11-22", 0),
        ("11-20", "11-23", 1),
        ("09-30", "10-08", 1),
        ("11-25", "11-20", -3),
    ],
)
def test_the_working_days_between_two_days_leave_the_first_out(start, end, count):
    assert workdays_between(day(start), day(end)) == count


def test_a_year_that_is_not_announced_counts_weekdays_and_says_so():
    assert not is_announced(day("03-01", 2027))
    assert is_workday(day("03-01", 2027)) and not is_workday(day("03-06", 2027))
    assert add_workdays(day("12-29"), 2) == Counted(day("12-31"), True)
    assert add_workdays(day("12-29"), 3) == Counted(day("01-04", 2027), False)
    assert workday_before(day("01-05", 2027), 2) == Counted(day("12-31"), False)
    assert next_workday(day("01-09", 2027)) == Counted(day("01-11", 2027), False)


@pytest.mark.parametrize(
    "off", ["2027-01-01", "2027-02-05", "2027-02-08", "2027-04-05", "2027-06-09", "2027-09-15", "2027-10-01"]
)
def test_a_festival_by_law_is_no_working_day_even_before_the_announcement(off):
    assert not is_workday(dt.date.fromisoformat(off))


def test_a_festival_begins_on_its_first_day_off():
    assert festivals()["春节"][:2] == (day("02-15"), day("02-05", 2027))
    assert festivals()["国庆节"][0] == day("10-01")
    assert festivals()["元旦"][1] == day("01-01", 2027)


@pytest.mark.parametrize("n", [0, -1])
def test_no_days_cannot_be_counted(n):
    with pytest.raises(ValueError, match="至少是 1"):
        add_workdays(day("11-20"), n)


@given(DAYS, st.integers(1, 60), st.integers(1, 60))
def test_counting_on_is_monotone_and_never_ends_on_a_rest_day(start, n, more):
    first, second = add_workdays(start, n), add_workdays(start, n + more)
    assert start < first.day < second.day
    assert is_workday(first.day) and is_workday(second.day)
    assert workdays_between(start, first.day) == n


@given(DAYS, DAYS, st.integers(1, 40))
def test_a_later_start_never_ends_earlier(one, other, n):
    first, second = sorted((one, other))
    assert add_workdays(first, n).day <= add_workdays(second, n).day


@given(DAYS, st.integers(1, 60))
def test_counting_back_undoes_counting_on_from_a_working_day(start, n):
    begin = next_workday(start).day
    assert workday_before(add_workdays(begin, n).day, n).day == begin


def test_the_calendar_is_loaded_only_when_a_day_is_counted():
    code = "import sys, knowledge.workdays, knowledge.deadlines; print('chinese_calendar' in sys.modules)"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "False"
