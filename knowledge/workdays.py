"""Working days (R37): those of the State Council's calendar, with its 调休 weekends.

A year whose arrangement is not announced counts its weekdays, less the festivals that the law itself makes days off,
and says so: ``is_announced`` is then false (节假日安排未公布，以公布为准).
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from knowledge.yaml_data import read_yaml

CHINA = ZoneInfo("Asia/Shanghai")
NOT_ANNOUNCED = "节假日安排未公布，以公布为准"
_FESTIVALS = Path(__file__).parent / "data" / "calendar" / "festivals.yaml"
_DAY = dt.timedelta(1)


@dataclass(frozen=True, slots=True)
class Counted:
    """A day that was counted to, and whether the arrangement of every year on the way is announced."""

    day: dt.date
    is_announced: bool = True


@dataclass(frozen=True, slots=True)
class _Calendar:
    """The announced arrangement: its years, the days off in them, and the weekend days that are worked (调休)."""

    years: frozenset[int]
    off: frozenset[dt.date]
    worked: frozenset[dt.date]


@functools.cache
def _calendar() -> _Calendar:
    import chinese_calendar  # type: ignore[import-untyped]  # some milliseconds, and only where days are counted

    off, worked = frozenset(chinese_calendar.holidays), frozenset(chinese_calendar.workdays)
    return _Calendar(frozenset(day.year for day in off), off, worked)


@functools.cache
def festivals() -> Mapping[str, tuple[dt.date, ...]]:
    """The first day off of each festival, for the years 2026 to 2037: as announced, else by law (``festivals.yaml``)."""

    def begin(day: dt.date) -> dt.date:
        return begin(day - _DAY) if day - _DAY in _calendar().off else day

    return {name: tuple(begin(min(days)) for days in years) for name, years in _festivals().items()}


@functools.cache
def _festivals() -> Mapping[str, tuple[tuple[dt.date, ...], ...]]:
    """Of each festival and year, the days off by law."""
    data = read_yaml(_FESTIVALS)
    found: dict[str, tuple[tuple[dt.date, ...], ...]] = {}
    for name, one in data["moving"].items():
        reach = range(-one.get("days_before", 0), one.get("days_after", 0) + 1)
        found[name] = tuple(tuple(dt.date.fromisoformat(day) + n * _DAY for n in reach) for day in one["days"])
    years = sorted({days[0].year for years in found.values() for days in years})
    for name, days in data["fixed"].items():
        found[name] = tuple(tuple(dt.date.fromisoformat(f"{year}-{day}") for day in days) for year in years)
    return found


@functools.cache
def _off_by_law() -> frozenset[dt.date]:
    return frozenset(day for years in _festivals().values() for days in years for day in days)


def is_announced(day: dt.date) -> bool:
    """Whether the arrangement of the day's year is announced (and known here)."""
    return day.year in _calendar().years


def is_workday(day: dt.date) -> bool:
    """Whether a day is worked: as announced, else a weekday that is no festival by law. See ``is_announced``."""
    known = _calendar()
    if day.year in known.years:
        return day in known.worked or (day.weekday() < 5 and day not in known.off)
    return day.weekday() < 5 and day not in _off_by_law()


def add_workdays(start: dt.date, n: int) -> Counted:
    """The ``n``-th working day after ``start``, which does not count itself (R38).

    Raises ``ValueError`` when ``n`` is below 1, ``OverflowError`` past the end of all dates.
    """
    return _stepped(start, n, _DAY)


def workday_before(day: dt.date, n: int) -> Counted:
    """The ``n``-th working day before ``day``, which does not count itself (R39). Raises as ``add_workdays``."""
    return _stepped(day, n, -_DAY)


def _stepped(start: dt.date, n: int, step: dt.timedelta) -> Counted:
    if n < 1:
        raise ValueError("工作日的天数至少是 1")
    day, announced = start, True
    while n:
        day += step
        announced = announced and is_announced(day)
        n -= is_workday(day)
    return Counted(day, announced)


def next_workday(day: dt.date) -> Counted:
    """The day itself if it is worked, else the next one that is."""
    return _nearest(day, _DAY)


def previous_workday(day: dt.date) -> Counted:
    """The day itself if it is worked, else the last one before it that is."""
    return _nearest(day, -_DAY)


def _nearest(day: dt.date, step: dt.timedelta) -> Counted:
    announced = is_announced(day)
    while not is_workday(day):
        day += step
        announced = announced and is_announced(day)
    return Counted(day, announced)


def workdays_between(start: dt.date, end: dt.date) -> int:
    """How many working days come after ``start`` up to and with ``end``; less than 0 when ``end`` is the earlier (R40)."""
    if end < start:
        return -workdays_between(end, start)
    return sum(is_workday(start + n * _DAY) for n in range(1, (end - start).days + 1))
