"""督办: what a leader or the supervisors have the officer of a case do, by a day of its own, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.tables import Appointment, CaseFile, Enterprise, Instruction, Person

_Rows = Select[Instruction, CaseFile, str, str, Appointment, str]


@dataclass(frozen=True, slots=True)
class InstructionInfo:
    """An instruction with whose it is and of which case. ``holder`` is the office that answers for the case now."""

    id: int
    case: int
    number: str
    enterprise_name: str
    jurisdiction: str
    department: str
    holder: int
    holder_name: str
    office: int
    giver: int
    giver_name: str
    giver_department: str
    giver_role: str
    text: str
    due: dt.date
    at: dt.datetime
    answer: str | None
    answered: dt.datetime | None

    @property
    def is_open(self) -> bool:
        return self.answered is None

    def is_late(self, day: dt.date) -> bool:
        """Whether its day is past without an answer; the day itself still counts."""
        return self.is_open and self.due < day


async def give(session: AsyncSession, case: int, office: int, text: str, due: dt.date, now: dt.datetime) -> int:
    """Keep an instruction of an office on a case; returns its id."""
    row = Instruction(case=case, office=office, text=text, due=due, at=now)
    session.add(row)
    await session.flush()
    return row.id


async def answer(session: AsyncSession, id: int, text: str, now: dt.datetime) -> bool:
    """Answer an instruction, once: ``False`` when there is none or it was answered before."""
    done = await session.execute(
        update(Instruction)
        .where(Instruction.id == id, Instruction.answered.is_(None))
        .values(answer=text, answered=now)
        .returning(Instruction.id)
    )
    return done.scalar() is not None


async def instruction(session: AsyncSession, id: int) -> InstructionInfo | None:
    """One instruction."""
    if not 0 < id < 2**63:  # beyond, the drivers refuse the number
        return None
    found = await _found(session, _all().where(Instruction.id == id))
    return found[0] if found else None


async def of_case(session: AsyncSession, case: int, *, open_only: bool = False) -> list[InstructionInfo]:
    """The instructions of a case, the soonest due first."""
    statement = _all().where(Instruction.case == case)
    if open_only:
        statement = statement.where(Instruction.answered.is_(None))
    return await _found(session, statement.order_by(Instruction.due, Instruction.id))


async def waiting_for(session: AsyncSession, holders: Sequence[int]) -> list[InstructionInfo]:
    """What is not answered on the cases of these offices, the soonest due first; also on cases closed meanwhile."""
    statement = _all().where(CaseFile.office.in_(holders), Instruction.answered.is_(None))
    return await _found(session, statement.order_by(Instruction.due, Instruction.id))


async def of_jurisdiction(
    session: AsyncSession,
    jurisdiction: str,
    *,
    giver: int | None = None,
    open_only: bool = False,
    before: dt.date | None = None,
    limit: int = 200,
) -> list[InstructionInfo]:
    """The instructions on a jurisdiction's cases: open ones first, by their day.

    ``giver``: only those of this office. ``before``: only those not answered whose day was before that day.
    """
    statement = _all().where(CaseFile.jurisdiction == jurisdiction)
    if giver is not None:
        statement = statement.where(Instruction.office == giver)
    if open_only or before is not None:
        statement = statement.where(Instruction.answered.is_(None))
    if before is not None:
        statement = statement.where(Instruction.due < before)
    order = (Instruction.answered.is_not(None), Instruction.due, Instruction.id)
    return await _found(session, statement.order_by(*order).limit(limit))


def _all() -> _Rows:
    by, holder = aliased(Appointment), aliased(Appointment)
    giver, officer = aliased(Person), aliased(Person)
    return (
        select(Instruction, CaseFile, Enterprise.name, officer.name, by, giver.name)
        .join(CaseFile, CaseFile.id == Instruction.case)
        .join(Enterprise, Enterprise.id == CaseFile.enterprise)
        .join(holder, holder.id == CaseFile.office)
        .join(officer, officer.id == holder.person)
        .join(by, by.id == Instruction.office)
        .join(giver, giver.id == by.person)
        .execution_options(populate_existing=True)
    )


async def _found(session: AsyncSession, statement: _Rows) -> list[InstructionInfo]:
    return [_info(*row) for row in (await session.execute(statement)).all()]


def _info(
    row: Instruction, case: CaseFile, enterprise: str, officer: str, by: Appointment, giver: str
) -> InstructionInfo:
    return InstructionInfo(
        id=row.id,
        case=row.case,
        number=case.number,
        enterprise_name=enterprise,
        jurisdiction=case.jurisdiction,
        department=case.department,
        holder=case.office,
        holder_name=officer,
        office=row.office,
        giver=by.person,
        giver_name=giver,
        giver_department=by.department,
        giver_role=by.role,
        text=row.text,
        due=row.due,
        at=row.at,
        answer=row.answer,
        answered=row.answered,
    )
