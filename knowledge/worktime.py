"""Working time (R37): the hours of working days in which anything is sent (R41), for what must happen within minutes."""

from __future__ import annotations

import datetime as dt

from knowledge.procedure.ladder import FROM, UNTIL
from knowledge.workdays import CHINA, is_workday

_DAY = dt.timedelta(1)


def add_worktime(start: dt.datetime, minutes: int) -> dt.datetime:
    """The moment so many minutes of working time after ``start`` (aware). Raises ``ValueError`` when minutes are negative."""
    if minutes < 0:
        raise ValueError("分钟数不能是负数")
    at, left = start.astimezone(CHINA), dt.timedelta(minutes=minutes)
    while True:
        opens, ends = (dt.datetime.combine(at.date(), time, CHINA) for time in (FROM, UNTIL))
        begin = max(at, opens)
        if is_workday(at.date()) and begin + left <= ends:
            return begin + left
        if is_workday(at.date()):
            left -= max(ends - begin, dt.timedelta())
        at = dt.datetime.combine(at.date() + _DAY, FROM, CHINA)
