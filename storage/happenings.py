"""What came about while time went by: pushes that were written, or left after a night, and acts of the clock; and when more is due."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import chain
from storage.chain import EventInfo
from storage.tables import CaseEvent, CaseFile, Message, Reminder


@dataclass(frozen=True, slots=True)
class Pushed:
    """A push in a chat's outbox. ``until``: when it leaves, if it was held over a night."""

    id: int
    channel: str
    chat: str
    payload: dict[str, Any]
    until: dt.datetime | None


async def newest_message(session: AsyncSession) -> int:
    """The number of the newest message; 0 where there is none."""
    return (await session.execute(select(func.max(Message.id)))).scalar() or 0


async def pushes_after(session: AsyncSession, id: int) -> list[Pushed]:
    """The pushes written since a message, in order; of one in parts the first. Answers to somebody are none."""
    answers = Message.key.like("%/0") & ~Message.key.like("%/%/%")
    statement = select(Message).where(Message.direction == "out", Message.id > id, Message.key.like("%/0"), ~answers)
    return [_pushed(row) for row in (await session.execute(statement.order_by(Message.id))).scalars()]


async def leaving(session: AsyncSession, after: dt.datetime, until: dt.datetime) -> list[Pushed]:
    """The pushes whose time to leave came between two moments, as far as they lie there still."""
    statement = select(Message).where(
        Message.direction == "out",
        Message.state == "held",
        Message.not_before > after,
        Message.not_before <= until,
        Message.key.like("%/0"),
    )
    return [_pushed(row) for row in (await session.execute(statement.order_by(Message.id))).scalars()]


async def clock_acts(session: AsyncSession, at: dt.datetime) -> list[tuple[str, EventInfo]]:
    """What nobody but the clock did to cases at a moment: ``(case number, event)``."""
    statement = (
        select(CaseFile.number, CaseEvent)
        .join(CaseFile, CaseFile.id == CaseEvent.case)
        .where(CaseEvent.at == at, CaseEvent.person.is_(None))
        .order_by(CaseEvent.case, CaseEvent.ordinal)
    )
    return [(number, chain.info_of(row.case, row, None)) for number, row in (await session.execute(statement)).all()]


async def next_due(session: AsyncSession, after: dt.datetime) -> dt.datetime | None:
    """The next moment after this one at which a reminder is due or a held push leaves."""
    laid = select(func.min(Reminder.at)).where(Reminder.state == "waiting", Reminder.at > after)
    held = select(func.min(Message.not_before)).where(Message.state == "held", Message.not_before > after)
    found = [(await session.execute(statement)).scalar() for statement in (laid, held)]
    return min((at for at in found if at is not None), default=None)


def _pushed(row: Message) -> Pushed:
    until = row.not_before if row.state == "held" else None
    return Pushed(row.id, row.channel, row.chat, json.loads(row.payload), until)
