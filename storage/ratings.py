"""Ratings (R47): asked once for each visit, closing and answered request, given by one tap, never shown to who is rated.

A contact with several chats is asked in each and counted once: what they say is kept in the first of their rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.inserts import insert_into
from storage.notices import DAILY
from storage.rating_figures import figures as figures  # asked for here
from storage.tables import Appointment, CaseFile, Chat, Notice, Person, Rating, Request

LOW = 2
"""Scores up to this one make a task for the supervisor."""
LOW_NOTICE = "low_rating"
CORRECTION = dt.timedelta(days=1)
"""For how long after the first tap another one corrects it."""
_CHINA = ZoneInfo("Asia/Shanghai")
Given = Literal["given", "corrected", "same", "late"]


@dataclass(frozen=True, slots=True)
class RatingInfo:
    """A rating that was asked for. ``number``: of the case or request that it is about; ``handler``: who handled it."""

    id: int
    about: str
    subject: int
    ordinal: int
    number: str
    person: int | None
    channel: str
    chat: str
    jurisdiction: str
    department: str
    way: str | None
    score: int | None
    sentence: str | None
    asked: dt.datetime
    given: dt.datetime | None
    handled: dt.datetime | None
    handler: str | None
    handling: str | None


async def lay(
    session: AsyncSession,
    *,
    about: str,
    subject: int,
    ordinal: int,
    office: int | None,
    jurisdiction: str,
    department: str,
    way: str | None,
    to: Iterable[tuple[str, str, int | None]],
    now: dt.datetime,
) -> int:
    """Ask ``(channel, chat, person)`` for a rating, each once; returns how many are new."""
    laid = 0
    for channel, chat, person in to:
        statement = (
            insert_into(session, Rating)
            .values(
                about=about,
                subject=subject,
                ordinal=ordinal,
                person=person,
                channel=channel,
                chat=chat,
                office=office,
                jurisdiction=jurisdiction,
                department=department,
                way=way,
                asked=now,
            )
            .on_conflict_do_nothing(index_elements=["about", "subject", "ordinal", "channel", "chat"])
            .returning(Rating.id)
        )
        laid += (await session.execute(statement)).scalar() is not None
    return laid


# ---- asking


async def untold(
    session: AsyncSession, day: dt.date, chats: Sequence[tuple[str, str]] | None = None, limit: int = 500
) -> list[RatingInfo]:
    """What waits to be asked (of these chats, or of all), oldest first, locked until the transaction ends.

    Left out: chats that are somebody else's by now, and whoever has had the one push of ``day`` (R41).
    """
    start = dt.datetime.combine(day, dt.time(), _CHINA)
    lately = aliased(Rating)
    theirs = select(Chat.chat).where(
        Chat.channel == Rating.channel,
        Chat.chat == Rating.chat,
        or_(Rating.person.is_(None), Chat.person == Rating.person),
    )
    asked = select(lately.id).where(lately.channel == Rating.channel, lately.chat == Rating.chat, lately.told >= start)
    had = select(Notice.kind).where(Notice.kind == DAILY, Notice.due == day, Notice.person == Rating.person)
    statement = (
        select(Rating.id)
        .where(Rating.told.is_(None), Rating.score.is_(None), theirs.exists(), ~asked.exists(), ~had.exists())
        .order_by(Rating.id)
        .limit(limit)
        .with_for_update(of=Rating, skip_locked=True)
    )
    if chats is not None:
        statement = statement.where(tuple_(Rating.channel, Rating.chat).in_(chats))
    ids = list((await session.execute(statement)).scalars())
    return await _found(session, _all().where(Rating.id.in_(ids)).order_by(Rating.id))


async def mark_told(session: AsyncSession, ids: Iterable[int], now: dt.datetime) -> None:
    """These requests to rate are on their way."""
    await session.execute(update(Rating).where(Rating.id.in_(list(ids))).values(told=now))


# ---- giving


async def rating(session: AsyncSession, id: int) -> RatingInfo | None:
    """One rating as its row has it."""
    if not 0 < id < 2**63:
        return None
    found = await _found(session, _all().where(Rating.id == id))
    return found[0] if found else None


async def own(session: AsyncSession, id: int, channel: str, chat: str, person: int | None) -> RatingInfo | None:
    """The rating that a chat was asked for, where what they say is kept; ``None`` for anybody else's chat.

    Its rows are locked until the transaction ends; one that its person erases just now is gone (R48).
    """
    asked = await rating(session, id)
    if asked is None or (asked.channel, asked.chat) != (channel, chat) or asked.person not in (None, person):
        return None
    if asked.person is None:
        same: ColumnElement[bool] = Rating.id == id
    else:
        same = and_(
            Rating.about == asked.about,
            Rating.subject == asked.subject,
            Rating.ordinal == asked.ordinal,
            Rating.person == asked.person,
        )
    ids = (await session.execute(select(Rating.id).where(same).order_by(Rating.id).with_for_update())).scalars().all()
    return await rating(session, ids[0]) if ids else None


async def give(session: AsyncSession, asked: RatingInfo, score: int, now: dt.datetime) -> Given:
    """Keep a score of what ``own`` found: the first, or within a day another one in its place; the last one counts."""
    if asked.score == score:
        return "same"
    if asked.given is not None and now - asked.given > CORRECTION:
        return "late"
    values = {"score": score, "given": asked.given or now}
    await session.execute(update(Rating).where(Rating.id == asked.id).values(**values))
    return "corrected" if asked.score else "given"


async def say(session: AsyncSession, asked: RatingInfo, sentence: str) -> None:
    """Keep the sentence to a score; a newer one takes its place."""
    await session.execute(update(Rating).where(Rating.id == asked.id).values(sentence=sentence))


# ---- for the supervisor


def _is_low(jurisdiction: str, department: str) -> tuple[ColumnElement[bool], ...]:
    """A low score of this place, of another department than the one that looks (R47)."""
    return Rating.jurisdiction == jurisdiction, Rating.score <= LOW, Rating.department != department


async def low(
    session: AsyncSession, jurisdiction: str, department: str, *, handled: bool = False, limit: int = 100
) -> list[RatingInfo]:
    """The low ratings that a supervisor of ``department`` sees: those to do, oldest first, or the handled, newest first."""
    statement = _all().where(*_is_low(jurisdiction, department))
    if handled:
        statement = statement.where(Rating.handled.is_not(None)).order_by(Rating.handled.desc(), Rating.id.desc())
    else:
        statement = statement.where(Rating.handled.is_(None)).order_by(Rating.given, Rating.id)
    return await _found(session, statement.limit(limit))


async def low_one(session: AsyncSession, id: int, jurisdiction: str, department: str) -> RatingInfo | None:
    """One of those that ``low`` lists."""
    if not 0 < id < 2**63:
        return None
    found = await _found(session, _all().where(Rating.id == id, *_is_low(jurisdiction, department)))
    return found[0] if found else None


async def low_untold(session: AsyncSession, person: int, jurisdiction: str, department: str) -> list[int]:
    """The ids of low ratings to do that a supervisor was not told of yet."""
    told = select(Notice.subject).where(Notice.kind == LOW_NOTICE, Notice.person == person, Notice.subject == Rating.id)
    statement = select(Rating.id).where(*_is_low(jurisdiction, department), Rating.handled.is_(None), ~told.exists())
    return list((await session.execute(statement.order_by(Rating.id))).scalars())


async def handle(session: AsyncSession, id: int, office: int, note: str, now: dt.datetime) -> bool:
    """Note who handled a low rating and how; ``False`` when somebody did before."""
    done = await session.execute(
        update(Rating)
        .where(Rating.id == id, Rating.handled.is_(None))
        .values(handled=now, handled_by=office, handling=note)
        .returning(Rating.id)
    )
    return done.scalar() is not None


# ---- rights of who rated (R48)


async def of_person(session: AsyncSession, channel: str, chat: str, person: int | None) -> list[RatingInfo]:
    """What a person, and this chat, gave or was asked to give, oldest first."""
    return await _found(session, _all().where(_theirs(channel, chat, person)).order_by(Rating.id))


async def erase_of(session: AsyncSession, channel: str, chat: str, person: int | None) -> int:
    """Erase the ratings of a person and of this chat, sentences and tasks with them; returns how many.

    They are locked in the order in which a tap locks them, so that neither waits for the other for ever.
    """
    theirs = select(Rating.id).where(_theirs(channel, chat, person)).order_by(Rating.id).with_for_update()
    ids = list((await session.execute(theirs)).scalars())
    await session.execute(delete(Rating).where(Rating.id.in_(ids)))
    return len(ids)


def _theirs(channel: str, chat: str, person: int | None) -> ColumnElement[bool]:
    here = and_(Rating.channel == channel, Rating.chat == chat)
    return here if person is None else or_(Rating.person == person, here)


# ---- finding


def _all() -> Select[Rating, str, str]:
    handler = aliased(Person)
    of_case = and_(Rating.about.in_(("visit", "closing")), CaseFile.id == Rating.subject)
    return (
        select(Rating, func.coalesce(CaseFile.number, Request.number, ""), handler.name)
        .outerjoin(CaseFile, of_case)
        .outerjoin(Request, and_(Rating.about == "request", Request.id == Rating.subject))
        .outerjoin(Appointment, Appointment.id == Rating.handled_by)
        .outerjoin(handler, handler.id == Appointment.person)
        .execution_options(populate_existing=True)
    )


async def _found(session: AsyncSession, statement: Select[Rating, str, str]) -> list[RatingInfo]:
    rows = (await session.execute(statement)).all()
    return [
        RatingInfo(
            id=row.id,
            about=row.about,
            subject=row.subject,
            ordinal=row.ordinal,
            number=number,
            person=row.person,
            channel=row.channel,
            chat=row.chat,
            jurisdiction=row.jurisdiction,
            department=row.department,
            way=row.way,
            score=row.score,
            sentence=row.sentence,
            asked=row.asked,
            given=row.given,
            handled=row.handled,
            handler=handler,
            handling=row.handling,
        )
        for row, number, handler in rows
    ]
