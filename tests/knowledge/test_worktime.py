"""Working time (R37, R41): minutes of working days between 08:00 and 20:00."""

from __future__ import annotations

import datetime as dt

import pytest

from knowledge.workdays import CHINA
from knowledge.worktime import add_worktime


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-20 10:00", 30, "2026-11-20 10:30"),
        ("2026-11-20 19:30", 30, "2026-11-20 20:00"),
        ("2026-11-20 19:50", 30, "2026-11-23 08:20"),  # Friday evening goes on on Monday
        ("2026-11-20 07:00", 30, "2026-11-20 08:30"),
        ("2026-11-21 15:00", 30, "2026-11-23 08:30"),  # Saturday
        ("2026-11-20 19:00", 24 * 60, "2026-11-24 19:00"),
        ("2026-09-30 19:45", 30, "2026-10-08 08:15"),  # over the National Day week
        ("2026-11-20 21:00", 0, "2026-11-23 08:00"),
    ],
)
def test_only_hours_in_which_something_is_sent_count(start: str, minutes: int, end: str) -> None:
    assert add_worktime(at(start), minutes) == at(end)


def test_the_zone_of_the_start_does_not_matter() -> None:
    assert add_worktime(dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC), 30) == at("2026-11-20 10:30")


def test_minutes_are_not_negative() -> None:
    with pytest.raises(ValueError, match="负数"):
        add_worktime(at("2026-11-20 10:00"), -1)
