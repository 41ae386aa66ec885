"""The ledger of cases (台账, 销号清单): which cases belong on it, counted, and read in parts without keeping them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.procedure.case import Case
from storage.cases import IS_OPEN
from storage.inserts import is_postgresql
from storage.tables import Appointment, CaseFile, Enterprise, Evidence, Person

PART = 500
State = Literal["all", "closed", "open", "overdue"]


@dataclass(frozen=True, slots=True)
class Filters:
    """What belongs on a ledger: of a place, one department of it or all (``None``), in a state, of a span or of any time.

    The span is of the day of closing for closed cases, of the day of opening for all others. ``today``: overdue by then.
    """

    jurisdiction: str
    department: str | None
    state: State
    start: dt.date | None
    end: dt.date | None
    today: dt.date


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A case as the ledger takes it. ``evidence``: how many pieces the enterprise handed in; ``officer``: who has it in hand."""

    number: str
    department: str
    enterprise: str
    code: str
    problem: str
    items: tuple[str, ...]
    case: Case
    evidence: int
    officer: str


async def steady(session: AsyncSession) -> None:
    """Have a session that has read nothing yet see one moment to its end, so that what is counted is what is read."""
    await session.execute(
        text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ" if is_postgresql(session) else "BEGIN")
    )


async def count(session: AsyncSession, filters: Filters) -> int:
    """How many cases belong on a ledger."""
    return int((await session.execute(select(func.count(CaseFile.id)).where(*_belongs(filters)))).scalar_one())


async def parts(session: AsyncSession, filters: Filters) -> AsyncIterator[list[LedgerRow]]:
    """The cases of a ledger, at most ``PART`` at a time, by the day that the span is of."""
    statement = _rows().where(*_belongs(filters)).order_by(_day(filters), CaseFile.id)
    found = await session.stream(statement.execution_options(yield_per=PART))
    async for rows in found.partitions(PART):
        yield [_row(row) for row in rows]


async def holders(session: AsyncSession, jurisdiction: str) -> dict[int, str]:
    """The names of everybody who holds or held an office of a place, by office."""
    statement = (
        select(Appointment.id, Person.name)
        .join(Person, Person.id == Appointment.person)
        .where(Appointment.jurisdiction == jurisdiction)
    )
    return {int(office): str(name) for office, name in (await session.execute(statement)).all()}


def _day(filters: Filters) -> Any:
    return CaseFile.closed if filters.state == "closed" else CaseFile.opened


def _belongs(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [CaseFile.jurisdiction == filters.jurisdiction]
    if filters.department is not None:
        found.append(CaseFile.department == filters.department)
    if filters.state == "closed":
        found.append(CaseFile.stage == "closed")
    if filters.state == "open":
        found.append(IS_OPEN)
    if filters.state == "overdue":  # what waits for the authority is not late (R40)
        found += [IS_OPEN, CaseFile.stage == "rectifying", CaseFile.turn == "enterprise", CaseFile.due < filters.today]
    if filters.start is not None:
        found.append(_day(filters) >= filters.start)
    if filters.end is not None:
        found.append(_day(filters) <= filters.end)
    return found


def _rows() -> Select[Any]:
    handed_in = (
        select(func.count(Evidence.id))
        .where(Evidence.case == CaseFile.id, Evidence.kind != "inspection")
        .correlate(CaseFile)
        .scalar_subquery()
    )
    return (
        select(
            CaseFile.number,
            CaseFile.department,
            Enterprise.name,
            Enterprise.code,
            CaseFile.problem,
            CaseFile.items,
            CaseFile.state,
            handed_in,
            Person.name,
        )
        .join(Enterprise, Enterprise.id == CaseFile.enterprise)
        .join(Appointment, Appointment.id == CaseFile.office)
        .join(Person, Person.id == Appointment.person)
    )


def _row(row: Any) -> LedgerRow:
    number, department, enterprise, code, problem, items, state, handed_in, officer = row
    case = Case.from_json(json.loads(state))
    return LedgerRow(
        number, department, enterprise, code, problem, tuple(json.loads(items)), case, int(handed_in), officer
    )
