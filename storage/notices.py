"""Reminders that were laid: who lays one first, sends it; nobody lays the same one twice."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncSession

from storage.inserts import insert_into
from storage.tables import Notice


async def lay(session: AsyncSession, kind: str, subject: int, due: dt.date, person: int, now: dt.datetime) -> bool:
    """Lay a reminder of ``kind`` about ``subject`` for a person on a day; ``True`` only for the one who laid it."""
    statement = (
        insert_into(session, Notice)
        .values(kind=kind, subject=subject, due=due, person=person, at=now)
        .on_conflict_do_nothing(index_elements=["kind", "subject", "due", "person"])
        .returning(Notice.kind)
    )
    return (await session.execute(statement)).scalar() is not None
