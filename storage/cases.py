"""Cases as they are kept: numbered without gaps (R29), changed with the event that changed them (R28), found for lists."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.procedure.case import Case
from storage.inserts import insert_into
from storage.tables import Appointment, CaseCopy, CaseEvent, CaseFile, CaseSeries, Enterprise, Person

START = "0" * 64
"""What the first event of a case has for the digest of the one before."""


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
class EventInfo:
    """One act on a case, as the record has it. ``changes``: what it changed in the case, each as (before, after)."""

    case: int
    ordinal: int
    at: dt.datetime
    person: int | None
    person_name: str | None
    act: str
    data: dict[str, Any]
    changes: dict[str, tuple[Any, Any]]
    previous: str
    digest: str


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
    number = await _next_number(session, series, case.opened.year)
    row = CaseFile(
        number=f"{series.words}〔{case.opened.year}〕{number:04d}号",
        jurisdiction=series.jurisdiction,
        department=series.department,
        enterprise=enterprise,
        office=office,
        problem=problem,
        items=json.dumps(list(items), ensure_ascii=False),
        opened=case.opened,
        head=START,
        made=now,
        changed=now,
        **_columns(case),
    )
    session.add(row)
    await session.flush()
    data = {"problem": problem, "items": list(items)} | dict(said or {})
    await _append(session, row.id, "log", data, person, now, _changes({}, case.to_json()))
    found = await case_file(session, row.id)
    assert found is not None
    return found


async def _next_number(session: AsyncSession, series: Series, year: int) -> int:
    """The next number of a series: the row is locked until the case is committed, so that none is left out or used twice."""
    key = {"jurisdiction": series.jurisdiction, "department": series.department, "year": year}
    await session.execute(insert_into(session, CaseSeries).values(**key, last=0).on_conflict_do_nothing())
    done = await session.execute(
        update(CaseSeries).where(*_is(CaseSeries, key)).values(last=CaseSeries.last + 1).returning(CaseSeries.last)
    )
    return int(done.scalar_one())


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
    await _append(session, info.id, act, data, person, now, _changes(info.case.to_json(), case.to_json()))
    found = await case_file(session, info.id)
    assert found is not None
    return found


async def note(
    session: AsyncSession, case: int, act: str, data: dict[str, Any], person: int | None, now: dt.datetime
) -> None:
    """Write an act that does not change the case: a view of personal data, a reading, a delivery that failed (R28, R42)."""
    await session.execute(select(CaseFile.id).where(CaseFile.id == case).with_for_update())
    await _append(session, case, act, data, person, now)


async def _append(
    session: AsyncSession,
    case: int,
    act: str,
    data: dict[str, Any],
    person: int | None,
    now: dt.datetime,
    changes: dict[str, list[Any]] | None = None,
) -> None:
    """Add an event to the chain; the row of the case is locked by now, so that two never get the same place."""
    last = (
        await session.execute(
            select(CaseEvent.ordinal, CaseEvent.digest)
            .where(CaseEvent.case == case)
            .order_by(CaseEvent.ordinal.desc())
            .limit(1)
        )
    ).one_or_none()
    ordinal, previous = (last.ordinal + 1, last.digest) if last else (1, START)
    whole = {"data": data, "changes": changes} if changes else {"data": data}
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, default=dt.date.isoformat)
    digest = digest_of(case, ordinal, now, person, act, text, previous)
    event = CaseEvent(
        case=case, ordinal=ordinal, at=now, person=person, act=act, data=text, previous=previous, digest=digest
    )
    session.add(event)
    await session.flush()
    await session.execute(update(CaseFile).where(CaseFile.id == case).values(head=digest))


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    return {
        name: [before.get(name), value] for name, value in after.items() if name not in before or before[name] != value
    }


def digest_of(case: int, ordinal: int, at: dt.datetime, person: int | None, act: str, data: str, previous: str) -> str:
    """The SHA-256 of an event with the digest of the one before: a changed, lost or moved event breaks the chain."""
    moment = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    whole = json.dumps([case, ordinal, moment, person, act, data, previous], ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()


async def events(session: AsyncSession, case: int) -> list[EventInfo]:
    """The whole course of a case, oldest first."""
    statement = (
        select(CaseEvent, Person.name)
        .outerjoin(Person, Person.id == CaseEvent.person)
        .where(CaseEvent.case == case)
        .order_by(CaseEvent.ordinal)
    )
    return [_event(row, name) for row, name in (await session.execute(statement)).all()]


async def broken_chains(session: AsyncSession) -> AsyncIterator[tuple[str, int]]:
    """Every break of an event chain as ``(case number, ordinal)``.

    A break is a digest that does not fit, a gap, a missing start or end, and a state that the events do not lead to.
    """
    statement = (
        select(CaseFile.id, CaseFile.number, CaseFile.state, CaseFile.head, CaseEvent)
        .outerjoin(CaseEvent, CaseEvent.case == CaseFile.id)
        .order_by(CaseFile.id, CaseEvent.ordinal)
        .execution_options(yield_per=500, populate_existing=True)
    )
    chain: _Chain | None = None
    async for id, number, state, head, event in await session.stream(statement):
        if chain is None or chain.case != id:
            if chain is not None and not chain.ends_well():
                yield chain.number, chain.ordinal
            chain = _Chain(id, number, state, head)
        if event is not None and not chain.continues_with(event):
            yield number, event.ordinal
    if chain is not None and not chain.ends_well():
        yield chain.number, chain.ordinal


@dataclass
class _Chain:
    """The chain of one case while it is walked: how far it holds, and the state that its events lead to."""

    case: int
    number: str
    state: str
    head: str
    ordinal: int = 0
    previous: str = START
    led_to: dict[str, Any] = field(default_factory=dict)

    def continues_with(self, row: CaseEvent) -> bool:
        expected = digest_of(row.case, row.ordinal, row.at, row.person, row.act, row.data, row.previous)
        fits = row.ordinal == self.ordinal + 1 and row.previous == self.previous and row.digest == expected
        self.ordinal, self.previous = row.ordinal, row.digest
        if fits:
            self.led_to |= {name: after for name, (_, after) in json.loads(row.data).get("changes", {}).items()}
        return fits

    def ends_well(self) -> bool:
        try:
            leads_to_state = Case.from_json(self.led_to) == Case.from_json(json.loads(self.state))
        except (KeyError, TypeError, ValueError):
            return False
        return leads_to_state and self.previous == self.head


def _event(row: CaseEvent, name: str | None) -> EventInfo:
    whole = json.loads(row.data)
    changes = {key: (before, after) for key, (before, after) in whole.get("changes", {}).items()}
    return EventInfo(
        row.case, row.ordinal, row.at, row.person, name, row.act, whole["data"], changes, row.previous, row.digest
    )


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


async def by_number(session: AsyncSession, number: str) -> CaseInfo | None:
    """A case by its whole number."""
    found = await _found(session, _all().where(CaseFile.number == number.strip()))
    return found[0] if found else None


async def of_enterprise(
    session: AsyncSession, enterprise: int, *, open_only: bool = False, limit: int = 50
) -> list[CaseInfo]:
    """The cases of an enterprise, newest first."""
    statement = _all().where(CaseFile.enterprise == enterprise)
    if open_only:
        statement = statement.where(CaseFile.stage != "closed")
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
    statement = _all().where(CaseFile.jurisdiction == jurisdiction, CaseFile.stage != "closed")
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


async def late(session: AsyncSession, day: dt.date, limit: int = 500) -> list[CaseInfo]:
    """Open cases of every place that wait for the enterprise and whose due day is past, longest overdue first (R40)."""
    statement = _all().where(CaseFile.stage == "rectifying", CaseFile.turn == "enterprise", CaseFile.due < day)
    return await _found(session, statement.order_by(CaseFile.due, CaseFile.id).limit(limit))


async def search(
    session: AsyncSession, words: str, jurisdiction: str, department: str | None, limit: int = 20
) -> list[CaseInfo]:
    """Cases whose number, enterprise or problem has every word; newest first."""
    statement = _all().where(CaseFile.jurisdiction == jurisdiction)
    if department is not None:
        statement = statement.where(CaseFile.department == department)
    for word in words.split()[:6]:
        statement = statement.where(
            or_(
                CaseFile.number.icontains(word, autoescape=True),
                CaseFile.problem.icontains(word, autoescape=True),
                Enterprise.name.icontains(word, autoescape=True),
            )
        )
    return await _found(session, statement.order_by(CaseFile.id.desc()).limit(limit))


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
    rows = (await session.execute(statement.order_by(CaseCopy.at.desc()).limit(limit))).all()
    return [(_info(*row[:3]), row[3], row[4], row[5]) for row in rows]
