"""行政指导 as it is kept (R17–R19): what was offered, what the enterprise answered, a 约谈 with its minutes and remarks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.tables import Appointment, CaseFile, Enterprise, Guidance, GuidanceEvent, Person

_CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class GuidanceInfo:
    """A guidance. ``accepted`` is the newest answer, ``None`` while there is none; ``meeting`` is of a 约谈."""

    id: int
    case: int | None
    number: str | None
    enterprise: int
    enterprise_name: str
    office: int
    officer_name: str
    jurisdiction: str
    department: str
    way: str
    form: str
    content: str
    meeting: dt.datetime | None
    place: str | None
    minutes: str | None
    accepted: bool | None
    answered: dt.datetime | None
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class EventInfo:
    """What happened to a guidance: told, accepted, declined, moved, minutes or remark, by whom, with its words."""

    id: int
    at: dt.datetime
    person_name: str | None
    act: str
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """How often a department gave guidance of one way in one form, and what was answered."""

    department: str
    way: str
    form: str
    count: int
    accepted: int
    declined: int

    @property
    def unanswered(self) -> int:
        return self.count - self.accepted - self.declined


async def record(
    session: AsyncSession,
    *,
    case: int | None,
    enterprise: int,
    office: int,
    jurisdiction: str,
    department: str,
    way: str,
    form: str,
    content: str,
    meeting: dt.datetime | None,
    place: str | None,
    person: int | None,
    now: dt.datetime,
) -> int:
    """Keep a guidance that was given; returns its id."""
    row = Guidance(
        case=case,
        enterprise=enterprise,
        office=office,
        jurisdiction=jurisdiction,
        department=department,
        way=way,
        form=form,
        content=content,
        meeting=meeting,
        place=place,
        at=now,
    )
    session.add(row)
    await session.flush()
    await _happened(session, row.id, "told", content, person, now)
    return row.id


async def answer(session: AsyncSession, id: int, accepted: bool, person: int | None, now: dt.datetime) -> int:
    """Keep the enterprise's answer in place of an earlier one, which stays among the events; returns the event's id."""
    await session.execute(update(Guidance).where(Guidance.id == id).values(accepted=accepted, answered=now))
    return await _happened(session, id, "accepted" if accepted else "declined", "", person, now)


async def move(
    session: AsyncSession, id: int, meeting: dt.datetime, reason: str, person: int | None, now: dt.datetime
) -> int:
    """Put a 约谈 off; it is asked about anew. Returns the event's id."""
    values = {"meeting": meeting, "accepted": None, "answered": None}
    await session.execute(update(Guidance).where(Guidance.id == id).values(**values))
    return await _happened(session, id, "moved", reason, person, now)


async def keep_minutes(session: AsyncSession, id: int, text: str, person: int | None, now: dt.datetime) -> int:
    """Keep the minutes of a 约谈; earlier ones stay among the events. Returns the event's id."""
    await session.execute(update(Guidance).where(Guidance.id == id).values(minutes=text))
    return await _happened(session, id, "minutes", text, person, now)


async def remark(session: AsyncSession, id: int, text: str, person: int | None, now: dt.datetime) -> int:
    """Keep what the enterprise has to say to the minutes; returns the event's id."""
    return await _happened(session, id, "remark", text, person, now)


async def _happened(session: AsyncSession, id: int, act: str, text: str, person: int | None, now: dt.datetime) -> int:
    row = GuidanceEvent(guidance=id, at=now, person=person, act=act, text=text)
    session.add(row)
    await session.flush()
    return row.id


# ---- finding


async def one(session: AsyncSession, id: int, *, lock: bool = False) -> GuidanceInfo | None:
    """A guidance by its id; ``lock`` keeps others from acting on it until the transaction ends."""
    if not 0 < id < 2**63:
        return None
    if lock:
        await session.execute(select(Guidance.id).where(Guidance.id == id).with_for_update())
    found = await _found(session, _all().where(Guidance.id == id))
    return found[0] if found else None


async def events(session: AsyncSession, id: int) -> list[EventInfo]:
    """What happened to a guidance, oldest first."""
    rows = await session.execute(
        select(GuidanceEvent, Person.name)
        .outerjoin(Person, Person.id == GuidanceEvent.person)
        .where(GuidanceEvent.guidance == id)
        .order_by(GuidanceEvent.id)
    )
    return [EventInfo(row.id, row.at, name, row.act, row.text) for row, name in rows.all()]


async def of_case(session: AsyncSession, case: int, limit: int = 100) -> list[GuidanceInfo]:
    """The guidance on a case, newest first."""
    return await _found(session, _all().where(Guidance.case == case).order_by(Guidance.id.desc()).limit(limit))


async def of_enterprises(
    session: AsyncSession,
    enterprises: Sequence[int],
    *,
    jurisdiction: str | None = None,
    department: str | None = None,
    limit: int = 100,
) -> list[GuidanceInfo]:
    """The guidance given to enterprises, newest first: by one place or department, where these are named."""
    statement = _all().where(Guidance.enterprise.in_(enterprises), *_by(jurisdiction, department))
    return await _found(session, statement.order_by(Guidance.id.desc()).limit(limit))


async def count_of_case(session: AsyncSession, case: int) -> int:
    """How often guidance was given on a case."""
    statement = select(func.count()).select_from(Guidance).where(Guidance.case == case)
    return int((await session.execute(statement)).scalar_one())


async def way_of_case(session: AsyncSession, case: int) -> str | None:
    """The way of the newest guidance on a case, by which its ratings are told apart (R47)."""
    statement = select(Guidance.way).where(Guidance.case == case).order_by(Guidance.id.desc()).limit(1)
    return (await session.execute(statement)).scalar_one_or_none()


async def meetings(
    session: AsyncSession, after: dt.datetime, until: dt.datetime
) -> list[tuple[GuidanceInfo, dt.datetime]]:
    """The 约谈 between two times that were not declined, each with when its time was last settled, soonest first."""
    moved = aliased(GuidanceEvent)
    last = (
        select(func.max(moved.at))
        .where(moved.guidance == Guidance.id, moved.act.in_(("told", "moved")))
        .scalar_subquery()
    )
    statement = _all().add_columns(last).where(Guidance.meeting > after, Guidance.meeting <= until)
    statement = statement.where(Guidance.accepted.is_not(False)).order_by(Guidance.meeting, Guidance.id)
    rows = (await session.execute(statement)).all()
    return [(_info(*row[:4]), row[4] or row[0].at) for row in rows]


def _by(jurisdiction: str | None, department: str | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if jurisdiction is not None:
        found.append(Guidance.jurisdiction == jurisdiction)
    if department is not None:
        found.append(Guidance.department == department)
    return found


def _all() -> Select[Guidance, str, str, str | None]:
    return (
        select(Guidance, Enterprise.name, Person.name, CaseFile.number)
        .join(Enterprise, Enterprise.id == Guidance.enterprise)
        .join(Appointment, Appointment.id == Guidance.office)
        .join(Person, Person.id == Appointment.person)
        .outerjoin(CaseFile, CaseFile.id == Guidance.case)
        .execution_options(populate_existing=True)
    )


async def _found(session: AsyncSession, statement: Select[Guidance, str, str, str | None]) -> list[GuidanceInfo]:
    return [_info(*row) for row in (await session.execute(statement)).all()]


def _info(row: Guidance, enterprise: str, officer: str, number: str | None) -> GuidanceInfo:
    return GuidanceInfo(
        id=row.id,
        case=row.case,
        number=number,
        enterprise=row.enterprise,
        enterprise_name=enterprise,
        office=row.office,
        officer_name=officer,
        jurisdiction=row.jurisdiction,
        department=row.department,
        way=row.way,
        form=row.form,
        content=row.content,
        meeting=row.meeting,
        place=row.place,
        minutes=row.minutes,
        accepted=row.accepted,
        answered=row.answered,
        at=row.at,
    )


# ---- figures


async def figures(
    session: AsyncSession, jurisdiction: str, since: dt.date, until: dt.date, department: str | None = None
) -> list[Figure]:
    """The guidance given from one day to another, both included, by department, way and form, with its answers."""
    start, end = (dt.datetime.combine(day, dt.time(), _CHINA) for day in (since, until + dt.timedelta(days=1)))
    key = (Guidance.department, Guidance.way, Guidance.form)
    statement = (
        select(
            *key,
            func.count(),
            func.sum(case((Guidance.accepted.is_(True), 1), else_=0)),
            func.sum(case((Guidance.accepted.is_(False), 1), else_=0)),
        )
        .where(*_by(jurisdiction, department), Guidance.at >= start, Guidance.at < end)
        .group_by(*key)
        .order_by(*key)
    )
    rows = (await session.execute(statement)).all()
    return [
        Figure(department, way, form, int(count), int(accepted), int(declined))
        for department, way, form, count, accepted, declined in rows
    ]
