"""What ratings come to (R47): by department and, within it, by way of guidance; too few of them are only counted.

Nothing here lets a single score be worked out: below five there is no mean, and what is hidden beside a total that
is shown is always five or more together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Rating

LEAST = 5
"""From so many ratings on their mean and share are shown."""
GOOD = 4
_CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Figure:
    """How many ratings, their mean, and the share of 4 and 5 (0 to 1); ``None`` for the two where they are hidden."""

    count: int
    mean: float | None
    good: float | None


@dataclass(frozen=True, slots=True)
class DepartmentFigures:
    """A department's ratings, all and by the way of guidance; the way ``None``: without guidance."""

    department: str
    all: Figure
    ways: Mapping[str | None, Figure]


@dataclass(frozen=True, slots=True)
class _Sum:
    """What the database counted: how many, their sum, how many of them 4 or 5."""

    count: int
    total: int
    good: int

    def figure(self, *, is_shown: bool) -> Figure:
        if not is_shown:
            return Figure(self.count, None, None)
        return Figure(self.count, self.total / self.count, self.good / self.count)


async def figures(
    session: AsyncSession, jurisdiction: str, since: dt.date, until: dt.date, department: str | None = None
) -> list[DepartmentFigures]:
    """The ratings given from one day to another, both included, of a place's departments (or of one), by name."""
    start, end = (dt.datetime.combine(day, dt.time(), _CHINA) for day in (since, until + dt.timedelta(days=1)))
    statement = (
        select(
            Rating.department,
            Rating.way,
            func.count(),
            func.sum(Rating.score),
            func.sum(case((Rating.score >= GOOD, 1), else_=0)),
        )
        .where(Rating.jurisdiction == jurisdiction, Rating.score.is_not(None))
        .where(Rating.given >= start, Rating.given < end)
        .group_by(Rating.department, Rating.way)
        .order_by(Rating.department, Rating.way)
    )
    if department is not None:
        statement = statement.where(Rating.department == department)
    sums: dict[str, dict[str | None, _Sum]] = {}
    for name, way, count, total, good in (await session.execute(statement)).all():
        sums.setdefault(name, {})[way] = _Sum(int(count), int(total), int(good))
    return [_of_department(name, ways) for name, ways in sums.items()]


def _of_department(name: str, ways: Mapping[str | None, _Sum]) -> DepartmentFigures:
    whole = _Sum(*(sum(getattr(one, part) for one in ways.values()) for part in ("count", "total", "good")))
    hidden = _hidden({way: one.count for way, one in ways.items()})
    return DepartmentFigures(
        name,
        whole.figure(is_shown=whole.count >= LEAST),
        {way: one.figure(is_shown=way not in hidden) for way, one in ways.items()},
    )


def _hidden(counts: Mapping[str | None, int]) -> set[str | None]:
    """The ways that are only counted: those with too few, and more of the smallest, until together they are enough.

    Else what is missing of the department's total would be theirs.
    """
    order = sorted(counts, key=lambda way: (counts[way], way or ""))
    hidden = {way for way in order if counts[way] < LEAST}
    for way in order[len(hidden) :]:
        if not hidden or sum(counts[one] for one in hidden) >= LEAST:
            break
        hidden.add(way)
    return hidden
