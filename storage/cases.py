"""Cases as they are kept: numbered without gaps (R29), changed with the event that changed them (R28), found for lists."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.procedure.case import Case
from knowledge.procedure.periods import breaks_after
from storage import chain
from storage.chain import CASES, Break, EventInfo
from storage.inserts import insert_into
from storage.tables import Appointment, CaseCopy, CaseFile, CaseSeries, Enterprise, Person

IS_OPEN = CaseFile.stage != literal("closed", literal_execute=True)
"""Not closed; written out in the statement, so that a database sees that an index of open cases holds all that is asked for."""
_BRACKETS = str.maketrans("[]［］()（）【】", "〔〕" * 5)


class CaseChanged(RuntimeError):
    """这个案件刚刚被别人改过，请再看一遍。"""


@dataclass(frozen=True, slots=True)
class CaseInfo:
    """A case with what lists show of it."""

    id: int
    number: str
    jurisdiction: str
    department: str
    enterprise: int
    enterprise_name: str
    office: int
    officer_name: str
    problem: str
    items: tuple[str, ...]
    case: Case
    undelivered: bool
    holder: int | None
    held_until: dt.datetime | None
    version: int
    made: dt.datetime


@dataclass(frozen=True, slots=True)
class Series:
    """Where a number comes from: the words before the year, and the series that is counted."""

    jurisdiction: str
    department: str
    words: str


async def open_case(
    session: AsyncSession,
    *,
    series: Series,
    enterprise: int,
    office: int,
    problem: str,
    items: Sequence[str],
    case: Case,
    person: int | None,
    now: dt.datetime,
    said: Mapping[str, Any] | None = None,
) -> CaseInfo:
    """Keep a new case under the next number of its series, with its first event; that one also holds what was ``said``.

    Series count by the year of opening.
    """
    number = await next_number(session, series, case.opened.year)
    row = CaseFile(
        number=f"{series.words}〔{case.opened.year}〕{number:04d}号",
        jurisdiction=series.jurisdiction,
        department=series.department,
        enterprise=enterprise,
        office=office,
        problem=problem,
        items=json.dumps(list(items), ensure_ascii=False),
        opened=case.opened,
        head=chain.START,
        made=now,
        changed=now,
        **_columns(case),
    )
    session.add(row)
    await session.flush()
    whose = {"number": row.number, "enterprise": enterprise}
    data = {"problem": problem, "items": list(items)} | dict(said or {}) | whose
    await chain.append(session, CASES, row.id, "log", data, person, now, _changes({}, case.to_json()))
    found = await case_file(session, row.id)
    assert found is not None
    return found


async def next_number(session: AsyncSession, series: Series, year: int) -> int:
    """The next number of a series: the row is locked until the case is committed, so that none is left out or used twice."""
    key = {"jurisdiction": series.jurisdiction, "department": series.department, "year": year}
    await session.execute(insert_into(session, CaseSeries).values(**key, last=0).on_conflict_do_nothing())
    done = await session.execute(
        update(CaseSeries).where(*_is(CaseSeries, key)).values(last=CaseSeries.last + 1).returning(CaseSeries.last)
    )
    return int(done.scalar_one())


async def lost_numbers(session: AsyncSession, other_series: Sequence[str] = ()) -> AsyncIterator[Break]:
    """Series that gave out more numbers than there are cases (R29); ``other_series`` count something else."""
    in_year = func.extract("year", CaseFile.opened) == CaseSeries.year
    same = and_(CaseFile.jurisdiction == CaseSeries.jurisdiction, CaseFile.department == CaseSeries.department)
    there = select(func.count()).select_from(CaseFile).where(same, in_year).scalar_subquery()
    statement = select(CaseSeries, there).where(CaseSeries.department.not_in(other_series))
    for series, count in (await session.execute(statement)).all():
        if count != series.last:
            problem = f"编号发到第{series.last}号，案件却有{count}件"
            yield Break(CASES.name, f"{series.department}（{series.jurisdiction}）{series.year}年", None, problem)


def _is(table: Any, key: dict[str, Any]) -> list[ColumnElement[bool]]:
    return [getattr(table, name) == value for name, value in key.items()]


def _columns(case: Case) -> dict[str, Any]:
    return {
        "state": json.dumps(case.to_json(), ensure_ascii=False),
        "stage": case.stage,
        "severity": case.severity,
        "turn": case.turn,
        "due": case.due,
        "closed": case.closed,
        "promise_due": breaks_after(case),
    }


async def record(
    session: AsyncSession,
    info: CaseInfo,
    case: Case,
    act: str,
    data: dict[str, Any],
    person: int | None,
    now: dt.datetime,
) -> CaseInfo:
    """Write an act and what it made of the case. Raises ``CaseChanged`` when somebody else acted since it was read.

    ``data`` is what JSON can hold; days in it are written in ISO form.
    """
    done = await session.execute(
        update(CaseFile)
        .where(CaseFile.id == info.id, CaseFile.version == info.version)
        .values(**_columns(case), version=info.version + 1, changed=now)
        .returning(CaseFile.id)
    )
    if done.scalar() is None:
        raise CaseChanged(CaseChanged.__doc__)
    changes = _changes(info.case.to_json(), case.to_json())
    await chain.append(session, CASES, info.id, act, data, person, now, changes)
    found = await case_file(session, info.id)
    assert found is not None
    return found


async def note(
    session: AsyncSession, case: int, act: str, data: dict[str, Any], person: int | None, now: dt.datetime
) -> None:
    """Write an act that does not change the case: a reading, an urging, a delivery that failed (R28, R42)."""
    await chain.append(session, CASES, case, act, data, person, now)


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    return {
        name: [before.get(name), value] for name, value in after.items() if name not in before or before[name] != value
    }


async def events(session: AsyncSession, case: int) -> list[EventInfo]:
    """The whole course of a case, oldest first."""
    return await chain.events(session, CASES, case)


async def broken_chains(session: AsyncSession) -> AsyncIterator[tuple[str, int]]:
    """Every break of the cases' records as ``(case number, ordinal)``; 0 where it is none of one event."""
    async for found in chain.breaks(session, CASES):
        yield found.label, found.ordinal or 0


# ---- finding


def _all() -> Select[CaseFile, str, str]:
    return (
        select(CaseFile, Enterprise.name, Person.name)
        .join(Enterprise, Enterprise.id == CaseFile.enterprise)
        .join(Appointment, Appointment.id == CaseFile.office)
        .join(Person, Person.id == Appointment.person)
        .execution_options(populate_existing=True)
    )


async def _found(session: AsyncSession, statement: Select[CaseFile, str, str]) -> list[CaseInfo]:
    return [_info(*row) for row in (await session.execute(statement)).all()]


def _info(row: CaseFile, enterprise: str, officer: str) -> CaseInfo:
    return CaseInfo(
        row.id,
        row.number,
        row.jurisdiction,
        row.department,
        row.enterprise,
        enterprise,
        row.office,
        officer,
        row.problem,
        tuple(json.loads(row.items)),
        Case.from_json(json.loads(row.state)),
        row.undelivered,
        row.holder,
        row.held_until,
        row.version,
        row.made,
    )


async def case_file(session: AsyncSession, id: int, *, lock: bool = False) -> CaseInfo | None:
    """A case by its id; ``lock`` keeps others from acting on it until the transaction ends."""
    if not 0 < id < 2**63:
        return None
    if lock:
        await session.execute(select(CaseFile.id).where(CaseFile.id == id).with_for_update())
    found = await _found(session, _all().where(CaseFile.id == id))
    return found[0] if found else None


async def case_files(session: AsyncSession, ids: Iterable[int]) -> dict[int, CaseInfo]:
    """Cases by their ids, as far as they are there, in one statement."""
    return {info.id: info for info in await _found(session, _all().where(CaseFile.id.in_(sorted(set(ids)))))}


async def id_of(session: AsyncSession, number: str) -> int | None:
    """The id of the case with this number, whatever state its record is in; brackets may be of any kind."""
    written = number.strip().translate(_BRACKETS)
    return (await session.execute(select(CaseFile.id).where(CaseFile.number == written))).scalar_one_or_none()


async def by_number(session: AsyncSession, number: str) -> CaseInfo | None:
    """A case by its whole number."""
    found = await _found(session, _all().where(CaseFile.number == number.strip()))
    return found[0] if found else None


async def some(session: AsyncSession, ids: Sequence[int]) -> list[CaseInfo]:
    """The cases with these ids, newest first."""
    return await _found(session, _all().where(CaseFile.id.in_(ids)).order_by(CaseFile.id.desc())) if ids else []


async def of_enterprise(
    session: AsyncSession, enterprise: int, *, open_only: bool = False, limit: int = 50
) -> list[CaseInfo]:
    """The cases of an enterprise, newest first."""
    statement = _all().where(CaseFile.enterprise == enterprise)
    if open_only:
        statement = statement.where(IS_OPEN)
    return await _found(session, statement.order_by(CaseFile.id.desc()).limit(limit))


async def opened_since(session: AsyncSession, enterprise: int, since: dt.date) -> int:
    """How many cases of an enterprise were opened since a day, for the year's count."""
    statement = select(func.count()).where(CaseFile.enterprise == enterprise, CaseFile.opened >= since)
    return int((await session.execute(statement)).scalar_one())


async def earlier_violations(session: AsyncSession, enterprise: int, case: int | None = None) -> list[CaseInfo]:
    """What “first time” is looked up in (R23): the enterprise's diagnosed cases before this one (``None``: all of them).

    Those that came to nothing (不成立、重复) do not count. Newest first; none means that it is the first time.
    """
    statement = _all().where(CaseFile.enterprise == enterprise, CaseFile.severity.is_not(None))
    if case is not None:
        statement = statement.where(CaseFile.id < case)
    found = await _found(session, statement.order_by(CaseFile.id.desc()))
    return [info for info in found if info.case.outcome not in ("unfounded", "duplicate")]


async def of_department(
    session: AsyncSession,
    jurisdiction: str,
    department: str | None,
    *,
    offices: Sequence[int] | None = None,
    due_until: dt.date | None = None,
    overdue_on: dt.date | None = None,
    limit: int = 200,
) -> list[CaseInfo]:
    """Open cases of a department (``None``: of all), those most urgent first: by due day, undiagnosed ones before all.

    ``offices``: only those of these holders. ``due_until``: due by then. ``overdue_on``: the enterprise is late that day.
    """
    statement = _all().where(CaseFile.jurisdiction == jurisdiction, IS_OPEN)
    if department is not None:
        statement = statement.where(CaseFile.department == department)
    if offices is not None:
        statement = statement.where(CaseFile.office.in_(offices))
    if due_until is not None:
        statement = statement.where(CaseFile.due <= due_until)
    if overdue_on is not None:
        statement = statement.where(CaseFile.due < overdue_on, CaseFile.turn == "enterprise")
    order = (CaseFile.due.is_not(None), CaseFile.due, CaseFile.id)
    return await _found(session, statement.order_by(*order).limit(limit))


async def late(
    session: AsyncSession, day: dt.date, limit: int = 100, after: tuple[dt.date, int] | None = None
) -> list[CaseInfo]:
    """Open cases of every place that wait for the enterprise and whose due day is past, longest overdue first (R40).

    ``after``: the due day and id of the last one of the part before.
    """
    statement = _all().where(IS_OPEN, CaseFile.stage == "rectifying", CaseFile.turn == "enterprise", CaseFile.due < day)
    if after is not None:
        statement = statement.where(tuple_(CaseFile.due, CaseFile.id) > after)
    return await _found(session, statement.order_by(CaseFile.due, CaseFile.id).limit(limit))


async def unowned(session: AsyncSession, jurisdiction: str, department: str | None) -> list[CaseInfo]:
    """Open cases whose officer's appointment has ended: nobody answers for them; the most urgent first."""
    statement = _all().where(CaseFile.jurisdiction == jurisdiction, IS_OPEN, Appointment.until.is_not(None))
    if department is not None:
        statement = statement.where(CaseFile.department == department)
    return await _found(session, statement.order_by(CaseFile.due.is_not(None), CaseFile.due, CaseFile.id))


# ---- holding, handing over, delivery, copies


async def hold(session: AsyncSession, case: int, office: int, now: dt.datetime, until: dt.datetime) -> bool:
    """Claim a case for a while, so that two officers do not act on it at once; ``False`` while another one holds it."""
    done = await session.execute(
        update(CaseFile)
        .where(
            CaseFile.id == case,
            or_(CaseFile.holder.is_(None), CaseFile.holder == office, CaseFile.held_until <= now),
        )
        .values(holder=office, held_until=until)
        .returning(CaseFile.id)
    )
    return done.scalar() is not None


async def release(session: AsyncSession, case: int, office: int) -> None:
    """Give a claim up, if it is this office's."""
    held = (CaseFile.id == case, CaseFile.holder == office)
    await session.execute(update(CaseFile).where(*held).values(holder=None, held_until=None))


async def hand_over(session: AsyncSession, case: int, office: int, now: dt.datetime) -> None:
    """Another office answers for the case from now on."""
    await session.execute(
        update(CaseFile).where(CaseFile.id == case).values(office=office, holder=None, held_until=None, changed=now)
    )


async def mark_delivery(session: AsyncSession, case: int, *, delivered: bool) -> None:
    """Whether the enterprise could be reached at the last try (R42)."""
    await session.execute(update(CaseFile).where(CaseFile.id == case).values(undelivered=not delivered))


async def copy_to(session: AsyncSession, case: int, office: int, why: str, now: dt.datetime) -> None:
    """A copy to an office; one that has it already has it as unread again, with the newer reason."""
    statement = insert_into(session, CaseCopy).values(case=case, office=office, why=why, at=now, read=None)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["case", "office"], set_={"why": why, "at": now, "read": None})
    )


async def mark_read(session: AsyncSession, case: int, office: int, now: dt.datetime) -> bool:
    """已阅: ``False`` when there is no copy, or it was read before."""
    done = await session.execute(
        update(CaseCopy)
        .where(and_(CaseCopy.case == case, CaseCopy.office == office, CaseCopy.read.is_(None)))
        .values(read=now)
        .returning(CaseCopy.case)
    )
    return done.scalar() is not None


async def copies_for(
    session: AsyncSession, office: int, *, unread_only: bool, limit: int = 50
) -> list[tuple[CaseInfo, str, dt.datetime, dt.datetime | None]]:
    """The copies an office has: the case, why, since when, and when it was read; newest first."""
    statement = (
        _all().add_columns(CaseCopy.why, CaseCopy.at, CaseCopy.read).join(CaseCopy, CaseCopy.case == CaseFile.id)
    )
    statement = statement.where(CaseCopy.office == office)
    if unread_only:
        statement = statement.where(CaseCopy.read.is_(None))
    rows = (await session.execute(statement.order_by(CaseCopy.at.desc(), CaseFile.id.desc()).limit(limit))).all()
    return [(_info(*row[:3]), row[3], row[4], row[5]) for row in rows]
