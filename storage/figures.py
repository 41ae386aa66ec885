"""What the cases, pledges and requests of a place come to (统计): counted by the database, no case is read.

Everything is counted by department, for one span of days. Ratings are counted in ``storage.rating_figures``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ColumnElement, Date, and_, case, cast, func, select, true, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from storage.cases import IS_OPEN
from storage.inserts import is_postgresql
from storage.tables import CaseEvent, CaseFile, Pledge, Request

_CHINA = ZoneInfo("Asia/Shanghai")
MOST_MATTERS = 10
HANDED_IN = '"stage": ["rectifying", "submitted"]'
"""How an event says that all was handed in and the authority's turn came: its text is fixed by its digest (R28)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted: a place, one department of it or all (``None``), from a day to a day, both included, as of today."""

    jurisdiction: str
    department: str | None
    start: dt.date
    end: dt.date
    today: dt.date


@dataclass(frozen=True, slots=True)
class Opened:
    """So many cases opened in the span, of one department, class (``None``: not diagnosed) and present stage."""

    department: str
    severity: str | None
    stage: str
    count: int


@dataclass(frozen=True, slots=True)
class Closed:
    """So many cases closed in the span, of one department and outcome.

    ``had_due``: those that had a day to be corrected by. ``in_time``: those of them that were.
    """

    department: str
    outcome: str
    count: int
    had_due: int
    in_time: int


@dataclass(frozen=True, slots=True)
class Promised:
    """The promises of the pledges signed in the span, of one department: settled ones, and those of them kept."""

    department: str
    kept: int
    broken: int
    open: int


@dataclass(frozen=True, slots=True)
class Requested:
    """The requests made in the span, of one department (``None``: not assigned yet)."""

    department: str | None
    count: int
    in_time: int
    late: int
    overdue: int


async def opened(session: AsyncSession, scope: Scope) -> list[Opened]:
    """The cases opened in the span."""
    kinds = (CaseFile.department, CaseFile.severity, CaseFile.stage)
    statement = (
        select(*kinds, func.count())
        .where(*_place(CaseFile, scope), CaseFile.opened.between(scope.start, scope.end))
        .group_by(*kinds)
        .order_by(*kinds)
    )
    return [Opened(*row) for row in (await session.execute(statement)).all()]


async def closed(session: AsyncSession, scope: Scope) -> list[Closed]:
    """The cases closed in the span.

    In time is what was closed by its day, or handed in by its day for the last time: how long the authority then takes
    does not count against the enterprise (R40). The day is the last one set: with extension and second period (R26, R43).
    """
    outcome = _json(session, CaseFile.state)["outcome"].as_string().label("outcome")
    handed_in = (
        select(func.max(CaseEvent.at))
        .where(CaseEvent.case == CaseFile.id, CaseEvent.act == "submit_evidence")
        .where(CaseEvent.data.contains(HANDED_IN, autoescape=True))
        .scalar_subquery()
    )
    in_time = case((CaseFile.closed <= CaseFile.due, 1), (_day(session, handed_in) <= CaseFile.due, 1), else_=0)
    statement = (
        select(CaseFile.department, outcome, func.count(), func.count(CaseFile.due), func.sum(in_time))
        .where(*_place(CaseFile, scope), CaseFile.closed.between(scope.start, scope.end))
        .group_by(CaseFile.department, outcome)
        .order_by(CaseFile.department, outcome)
    )
    return [Closed(name, kind, *map(int, counts)) for name, kind, *counts in (await session.execute(statement)).all()]


async def overdue(session: AsyncSession, scope: Scope) -> dict[str, int]:
    """Cases whose day came within the span or before it, and whose enterprise is late still (R40), by department."""
    before = min(scope.today, scope.end + dt.timedelta(1))
    statement = (
        select(CaseFile.department, func.count())
        .where(*_place(CaseFile, scope), IS_OPEN, CaseFile.stage == "rectifying", CaseFile.due < before)
        .where(CaseFile.turn == "enterprise")
        .group_by(CaseFile.department)
        .order_by(CaseFile.department)
    )
    return {str(name): int(count) for name, count in (await session.execute(statement)).all()}


async def promised(session: AsyncSession, scope: Scope) -> list[Promised]:
    """The promises of the pledges signed in the span (R34), each as its case has it now."""
    promise, state, kind = _promises(session)
    statement = (
        select(
            CaseFile.department,
            *(func.coalesce(func.sum(case((state == name, 1), else_=0)), 0) for name in ("kept", "broken", "open")),
        )
        .select_from(Pledge)
        .join(CaseFile, CaseFile.id == Pledge.case)
        .join(promise, kind == Pledge.kind)
        .where(*_place_last(session, scope), Pledge.state == "signed", _within(Pledge.signed, scope))
        .group_by(CaseFile.department)
        .order_by(CaseFile.department)
    )
    return [Promised(name, *map(int, counts)) for name, *counts in (await session.execute(statement)).all()]


async def requested(session: AsyncSession, scope: Scope) -> list[Requested]:
    """The requests made in the span: answered by their day, answered later, overdue without an answer (R50)."""
    in_time = and_(Request.first_answered.is_not(None), _day(session, Request.first_answered) <= Request.due)
    late = and_(Request.first_answered.is_not(None), ~in_time)
    overdue = and_(Request.first_answered.is_(None), Request.state != "closed", Request.due < scope.today)
    statement = (
        select(
            Request.department, func.count(), *(func.sum(case((one, 1), else_=0)) for one in (in_time, late, overdue))
        )
        .where(*_place(Request, scope), _within(Request.made, scope))
        .group_by(Request.department)
        .order_by(Request.department)
    )
    return [Requested(name, *map(int, counts)) for name, *counts in (await session.execute(statement)).all()]


async def matters(session: AsyncSession, scope: Scope, limit: int = MOST_MATTERS) -> list[tuple[str, int]]:
    """The list items that the cases opened in the span are about, the most frequent first."""
    if is_postgresql(session):
        each = func.json_array_elements_text(cast(CaseFile.items, JSON)).table_valued("value").lateral()
    else:
        each = func.json_each(CaseFile.items).table_valued("value")
    count = func.count()
    statement = (
        select(each.c.value, count)
        .select_from(CaseFile)
        .join(each, true())
        .where(*_place(CaseFile, scope), CaseFile.opened.between(scope.start, scope.end))
        .group_by(each.c.value)
        .order_by(count.desc(), each.c.value)
        .limit(limit)
    )
    return [(str(item), int(found)) for item, found in (await session.execute(statement)).all()]


# ---- both databases


def _place(table: Any, scope: Scope) -> list[ColumnElement[bool]]:
    own: list[ColumnElement[bool]] = [table.jurisdiction == scope.jurisdiction]
    return own if scope.department is None else [*own, table.department == scope.department]


def _place_last(session: AsyncSession, scope: Scope) -> list[ColumnElement[bool]]:
    """The place, said so that SQLite begins with the pledges of the span and not with all cases of the place."""
    if is_postgresql(session):
        return _place(CaseFile, scope)
    own = CaseFile.jurisdiction.concat("") == scope.jurisdiction
    return [own] if scope.department is None else [own, CaseFile.department.concat("") == scope.department]


def _within(moment: Any, scope: Scope) -> ColumnElement[bool]:
    """Whether a moment lies within the span's days in China, so that an index on it serves."""
    start, end = (dt.datetime.combine(day, dt.time(), _CHINA) for day in (scope.start, scope.end + dt.timedelta(1)))
    return and_(moment >= start, moment < end)


def _day(session: AsyncSession, moment: Any) -> ColumnElement[dt.date]:
    """The day in China of a moment that is kept in UTC."""
    if is_postgresql(session):
        return cast(func.timezone("Asia/Shanghai", moment), Date)
    return func.date(moment, "+8 hours", type_=Date)


def _json(session: AsyncSession, column: Any) -> Any:
    # SQLite has no JSON type to cast to, and reads JSON from text; PostgreSQL wants the cast
    return cast(column, JSON) if is_postgresql(session) else type_coerce(column, JSON)


def _promises(session: AsyncSession) -> tuple[Any, Any, Any]:
    """The promises of a case as rows, their state and their kind."""
    if is_postgresql(session):
        each = func.json_array_elements(cast(CaseFile.state, JSON)["promises"]).table_valued("value").lateral()
        row = type_coerce(each.c.value, JSON)
        return each, row["state"].as_string(), row["kind"].as_string()
    each = func.json_each(CaseFile.state, "$.promises").table_valued("value")
    return each, func.json_extract(each.c.value, "$.state"), func.json_extract(each.c.value, "$.kind")
