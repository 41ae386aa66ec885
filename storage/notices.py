"""Reminders that were laid: who lays one first, sends it; nobody lays the same one twice."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.inserts import insert_into
from storage.tables import Notice

DAILY = "daily"
"""The kind of the one push of a day that is about no deadline (R41)."""


async def lay(session: AsyncSession, kind: str, subject: int, due: dt.date, person: int, now: dt.datetime) -> bool:
    """Lay a reminder of ``kind`` about ``subject`` for a person on a day; ``True`` only for the one who laid it."""
    statement = (
        insert_into(session, Notice)
        .values(kind=kind, subject=subject, due=due, person=person, at=now)
        .on_conflict_do_nothing(index_elements=["kind", "subject", "due", "person"])
        .returning(Notice.kind)
    )
    return (await session.execute(statement)).scalar() is not None


async def lay_daily(session: AsyncSession, person: int, day: dt.date, now: dt.datetime) -> bool:
    """Take the one push of a day that is about no deadline (R41); ``False`` when a person has had it already."""
    return await lay(session, DAILY, 0, day, person, now)


async def was_laid(session: AsyncSession, kind: str, subject: int, due: dt.date, person: int) -> bool:
    """Whether this very reminder was laid before."""
    return await session.get(Notice, (kind, subject, due, person)) is not None


async def laid_on(session: AsyncSession, kind: str, day: dt.date) -> set[int]:
    """The subjects of the reminders of a kind that were laid for a day."""
    return set((await session.execute(select(Notice.subject).where(Notice.kind == kind, Notice.due == day))).scalars())


async def told_today(session: AsyncSession, day: dt.date) -> set[int]:
    """Who has had the one push of a day that is about no deadline (R41)."""
    had = select(Notice.person).where(Notice.kind == DAILY, Notice.due == day)
    return set((await session.execute(had)).scalars())
