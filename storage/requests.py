"""Requests 诉求台账 (R50): numbered without gaps, assigned, taken, answered, closed or reopened; each step on the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.cases import Series, next_number
from storage.inserts import table_of
from storage.tables import Appointment, Person, Request, RequestEvent

OPEN = ("registered", "assigned")
"""The states in which an answer is owed: not assigned yet, assigned."""
ERASED = "（本人已删除）"
"""What stands in place of words that the person who asked has erased (R48)."""


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """A request. ``state``: registered, assigned, answered, closed; ``holder`` is the office that has it in hand."""

    id: int
    number: str
    jurisdiction: str
    department: str | None
    channel: str
    chat: str
    person: int | None
    question: str
    state: str
    due: dt.date
    holder: int | None
    holder_name: str | None
    held_until: dt.datetime | None
    first_answered: dt.datetime | None
    closed: dt.datetime | None
    reopened: int
    version: int
    made: dt.datetime

    @property
    def is_open(self) -> bool:
        """Whether an answer is owed."""
        return self.state in OPEN

    @property
    def is_erased(self) -> bool:
        """Whether the person who asked has erased it; nothing can be sent to them."""
        return self.question == ERASED


@dataclass(frozen=True, slots=True)
class RequestEventInfo:
    """One thing that happened to a request. ``act``: registered, assigned, taken, said, answered, returned, …"""

    at: dt.datetime
    person: int | None
    person_name: str | None
    act: str
    text: str


# ---- coming in


async def register(
    session: AsyncSession,
    *,
    series: Series,
    department: str | None,
    channel: str,
    chat: str,
    person: int | None,
    question: str,
    due: dt.date,
    year: int,
    now: dt.datetime,
) -> RequestInfo:
    """Keep a new request under the next number of its place's series (R29, R50), with its first events."""
    number = await next_number(session, series, year)
    row = Request(
        number=f"{series.words}〔{year}〕{number:04d}号",
        jurisdiction=series.jurisdiction,
        department=department,
        channel=channel,
        chat=chat,
        person=person,
        question=question,
        state="assigned" if department else "registered",
        due=due,
        reopened=0,
        version=0,
        made=now,
        changed=now,
    )
    session.add(row)
    await session.flush()
    await note(session, row.id, "registered", question, person, now)
    if department:
        await note(session, row.id, "assigned", department, None, now)
    found = await request(session, row.id)
    assert found is not None
    return found


async def note(session: AsyncSession, request: int, act: str, text: str, person: int | None, now: dt.datetime) -> None:
    """Put down what happened to a request."""
    session.add(RequestEvent(request=request, at=now, person=person, act=act, text=text))
    await session.flush()


# ---- finding

_C = table_of(Request).c
IS_HELD = and_(_C.state != "closed", _C.holder.is_not(None))
"""Of a request: a person has it in hand (R50)."""
_IN_HAND = (  # built once: it is asked for each message in which the dialogue is held
    select(_C.id)
    .where(_C.channel == bindparam("of"), _C.chat == bindparam("which"), IS_HELD)
    .order_by(_C.changed.desc(), _C.id.desc())
    .limit(1)
)


def _all() -> Select[Request, str]:
    return (
        select(Request, Person.name)
        .outerjoin(Appointment, Appointment.id == Request.holder)
        .outerjoin(Person, Person.id == Appointment.person)
        .execution_options(populate_existing=True)
    )


def _of_office(jurisdiction: str, department: str | None) -> Select[Request, str]:
    mine = [Request.jurisdiction == jurisdiction]
    return _all().where(*mine, *([Request.department == department] if department is not None else []))


async def _found(session: AsyncSession, statement: Select[Request, str]) -> list[RequestInfo]:
    return [_info(row, name) for row, name in (await session.execute(statement)).all()]


def _info(row: Request, holder: str | None) -> RequestInfo:
    return RequestInfo(
        row.id,
        row.number,
        row.jurisdiction,
        row.department,
        row.channel,
        row.chat,
        row.person,
        row.question,
        row.state,
        row.due,
        row.holder,
        holder,
        row.held_until,
        row.first_answered,
        row.closed,
        row.reopened,
        row.version,
        row.made,
    )


async def request(session: AsyncSession, id: int, *, lock: bool = False) -> RequestInfo | None:
    """A request by its id; ``lock`` keeps others from acting on it until the transaction ends."""
    if not 0 < id < 2**63:  # beyond, the drivers refuse the number
        return None
    if lock:
        await session.execute(select(Request.id).where(Request.id == id).with_for_update())
    found = await _found(session, _all().where(Request.id == id))
    return found[0] if found else None


async def of_asker(
    session: AsyncSession, channel: str, chat: str, person: int | None = None, limit: int = 50
) -> list[RequestInfo]:
    """The requests of a chat, and of a person in whichever chat they asked; newest first."""
    mine = and_(Request.channel == channel, Request.chat == chat)
    whose = or_(mine, Request.person == person) if person is not None else mine
    return await _found(session, _all().where(whose).order_by(Request.id.desc()).limit(limit))


async def answered(
    session: AsyncSession, jurisdiction: str, department: str | None = None, limit: int = 200
) -> list[RequestInfo]:
    """What a department answered (``None``: all of a place), the newest first."""
    statement = _of_office(jurisdiction, department).where(
        Request.first_answered.is_not(None), Request.state.not_in(OPEN)
    )
    return await _found(session, statement.order_by(Request.changed.desc(), Request.id.desc()).limit(limit))


async def numbered(session: AsyncSession, number: str) -> RequestInfo | None:
    """The request with a whole number: 鄂城诉〔2026〕0001号."""
    found = await _found(session, _all().where(Request.number == number))
    return found[0] if found else None


async def in_hand(session: AsyncSession, channel: str, chat: str) -> RequestInfo | None:
    """The request of a chat that a person has in hand, the one taken last."""
    held = (await session.execute(_IN_HAND, {"of": channel, "which": chat})).scalar_one_or_none()
    return await request(session, held) if held else None


async def queue(
    session: AsyncSession, jurisdiction: str, department: str | None = None, limit: int = 200
) -> list[RequestInfo]:
    """What a department owes an answer to (``None``: all of a place), the longest overdue first."""
    statement = _of_office(jurisdiction, department).where(Request.state.in_(OPEN))
    return await _found(session, statement.order_by(Request.due, Request.id).limit(limit))


async def overdue(session: AsyncSession, day: dt.date, limit: int = 500) -> list[RequestInfo]:
    """What is owed an answer since before a day, of every place, the longest overdue first."""
    late = _all().where(Request.state.in_(OPEN), Request.due < day)
    return await _found(session, late.order_by(Request.due, Request.id).limit(limit))


async def silent(session: AsyncSession, since: dt.datetime, limit: int = 200) -> list[RequestInfo]:
    """What was answered before a moment, and whoever asked has said nothing to it; locked, skipping what others do."""
    said = (
        select(func.max(RequestEvent.id))
        .where(RequestEvent.request == Request.id, RequestEvent.act.in_(("answered", "said")))
        .correlate(Request)
    )
    waits = (
        select(Request.id)
        .join(RequestEvent, RequestEvent.id == said.scalar_subquery())
        .where(Request.state == "answered", Request.changed <= since)
        .where(RequestEvent.act == "answered", RequestEvent.at <= since)
        .order_by(Request.id)
        .limit(limit)
        .with_for_update(of=Request, skip_locked=True)
    )
    ids = (await session.execute(waits)).scalars().all()
    return await _found(session, _all().where(Request.id.in_(ids)).order_by(Request.id)) if ids else []


async def let_go(session: AsyncSession, now: dt.datetime, limit: int = 200) -> list[RequestInfo]:
    """What is held although the hold has run out or the office that holds it has ended; locked, skipping what others do."""
    ended = select(Appointment.id).where(Appointment.until.is_not(None))
    held = (
        Request.holder.is_not(None),
        Request.state != "closed",
        or_(Request.held_until <= now, Request.holder.in_(ended)),
    )
    locked = select(Request.id).where(*held).order_by(Request.id).limit(limit).with_for_update(skip_locked=True)
    ids = (await session.execute(locked)).scalars().all()
    return await _found(session, _all().where(Request.id.in_(ids)).order_by(Request.id)) if ids else []


async def events(session: AsyncSession, request: int) -> list[RequestEventInfo]:
    """Everything that happened to a request, oldest first."""
    rows = await session.execute(
        select(RequestEvent, Person.name)
        .outerjoin(Person, Person.id == RequestEvent.person)
        .where(RequestEvent.request == request)
        .order_by(RequestEvent.id)
    )
    return [RequestEventInfo(row.at, row.person, name, row.act, row.text) for row, name in rows]


async def last_answer(session: AsyncSession, request: int) -> RequestEventInfo | None:
    """The newest answer to a request."""
    return next((event for event in reversed(await events(session, request)) if event.act == "answered"), None)


async def name_of_asker(session: AsyncSession, request: int) -> str | None:
    """The name of whoever asked, where they are known: it must not stand in anything published."""
    statement = select(Person.name).join(Request, Request.person == Person.id).where(Request.id == request)
    return (await session.execute(statement)).scalar_one_or_none()


async def count_open(session: AsyncSession, channel: str, chat: str) -> int:
    """How many requests of a chat are owed an answer."""
    mine = (Request.channel == channel, Request.chat == chat, Request.state.in_(OPEN))
    return int((await session.execute(select(func.count()).where(*mine))).scalar_one())


async def asked_already(
    session: AsyncSession, channel: str, chat: str, question: str, since: dt.datetime
) -> RequestInfo | None:
    """The same question of the same chat that is still owed an answer, or was registered since a moment."""
    same = (Request.channel == channel, Request.chat == chat, Request.question == question)
    still = or_(Request.state.in_(OPEN), Request.made >= since)
    found = await _found(session, _all().where(*same, still).order_by(Request.id.desc()).limit(1))
    return found[0] if found else None


# ---- acting: each is one update that says whether it took effect, so that of two at once one wins


async def _change(session: AsyncSession, id: int, *conditions: ColumnElement[bool], **columns: Any) -> bool:
    done = await session.execute(
        update(Request)
        .where(Request.id == id, *conditions)
        .values(version=Request.version + 1, **columns)
        .returning(Request.id)
    )
    return done.scalar() is not None


async def assign(
    session: AsyncSession, id: int, department: str, why: str, person: int | None, now: dt.datetime
) -> bool:
    """Give a request to a department; whoever had it in hand has it no more. ``False`` when it is closed."""
    values = {"department": department, "holder": None, "held_until": None, "changed": now}
    state = {"state": "assigned"}
    if not await _change(session, id, Request.state.in_(OPEN), **values, **state):
        return False
    await note(session, id, "assigned", f"{department}：{why}" if why else department, person, now)
    return True


async def take(
    session: AsyncSession, id: int, office: int, until: dt.datetime, person: int | None, now: dt.datetime
) -> bool:
    """接办: the office has it in hand until a moment; ``False`` when it is closed or another one has it."""
    free = or_(Request.holder.is_(None), Request.holder == office, Request.held_until <= now)
    taken = await _change(
        session, id, Request.state.in_((*OPEN, "answered")), free, holder=office, held_until=until, changed=now
    )
    if taken:
        await note(session, id, "taken", "", person, now)
    return taken


async def give_back(
    session: AsyncSession, id: int, holder: int, why: str, person: int | None, now: dt.datetime
) -> bool:
    """Into the queue again; ``False`` when this office does not have it in hand."""
    if not await _change(session, id, Request.holder == holder, holder=None, held_until=None, changed=now):
        return False
    await note(session, id, "returned", why, person, now)
    return True


async def answer(
    session: AsyncSession, id: int, office: int, text: str, until: dt.datetime, person: int | None, now: dt.datetime
) -> bool:
    """An answer of the office that has it in hand, which keeps it until a moment. ``False`` when it has it no more."""
    done = await _change(
        session,
        id,
        Request.holder == office,
        Request.state != "closed",
        state="answered",
        held_until=until,
        first_answered=func.coalesce(Request.first_answered, now),
        changed=now,
    )
    if done:
        await note(session, id, "answered", text, person, now)
    return done


async def close(session: AsyncSession, id: int, why: str, person: int | None, now: dt.datetime) -> bool:
    """Done with; ``False`` when it was closed before."""
    values = {"state": "closed", "closed": now, "holder": None, "held_until": None, "changed": now}
    if not await _change(session, id, Request.state != "closed", **values):
        return False
    await note(session, id, "closed", why, person, now)
    return True


async def reopen(session: AsyncSession, id: int, due: dt.date, person: int | None, now: dt.datetime) -> bool:
    """没解决: owed an answer anew, by a new day; ``False`` when an answer is owed already. Whoever has it keeps it."""
    info = await request(session, id)
    state = "assigned" if info and info.department else "registered"
    values = {"state": state, "due": due, "closed": None, "reopened": Request.reopened + 1, "changed": now}
    if not await _change(session, id, Request.state.in_(("answered", "closed")), **values):
        return False
    await note(session, id, "reopened", "", person, now)
    return True


# ---- the data of who asked (R48)


async def forget(session: AsyncSession, chats: Iterable[tuple[str, str]], now: dt.datetime) -> int:
    """Erase what a person said in the requests of their chats; open ones end. Number, days and answers stay.

    Returns how many requests stay so.
    """
    count = 0
    for channel, chat in chats:
        mine = (Request.channel == channel, Request.chat == chat, Request.question != ERASED)
        for id in (await session.execute(select(Request.id).where(*mine))).scalars().all():
            words = (RequestEvent.request == id, RequestEvent.act.in_(("registered", "said")))
            await session.execute(update(RequestEvent).where(*words).values(text=ERASED, person=None))
            await close(session, id, ERASED, None, now)
            await _change(session, id, question=ERASED, person=None)
            count += 1
    return count
