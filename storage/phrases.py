"""常用语: texts with blanks that a department's officers use again and again; taken out, never deleted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Phrase

MAX_LABEL = 20
MAX_PHRASES = 200
"""So many phrases of a department are listed; the oldest beyond are left out."""


@dataclass(frozen=True, slots=True)
class PhraseInfo:
    """A phrase of a department. ``label`` is what it is called in lists; blanks stand in 〔…〕 in ``text``."""

    id: int
    jurisdiction: str
    department: str
    label: str
    text: str
    person: int | None
    at: dt.datetime


async def add(
    session: AsyncSession,
    jurisdiction: str,
    department: str,
    label: str,
    text: str,
    person: int | None,
    now: dt.datetime,
) -> int:
    """Keep a phrase for a department; returns its id. A label is cut at 20 characters."""
    row = Phrase(
        jurisdiction=jurisdiction, department=department, label=label[:MAX_LABEL], text=text, person=person, at=now
    )
    session.add(row)
    await session.flush()
    return row.id


async def of_department(session: AsyncSession, jurisdiction: str, department: str) -> list[PhraseInfo]:
    """A department's phrases, the newest first."""
    statement = (
        select(Phrase)
        .where(Phrase.jurisdiction == jurisdiction, Phrase.department == department, Phrase.until.is_(None))
        .order_by(Phrase.id.desc())
        .limit(MAX_PHRASES)
    )
    return [_info(row) for row in (await session.execute(statement)).scalars()]


async def phrase(session: AsyncSession, id: int, jurisdiction: str, department: str) -> PhraseInfo | None:
    """One phrase, if it is this department's and was not taken out."""
    if not 0 < id < 2**63:  # beyond, the drivers refuse the number
        return None
    row = await session.get(Phrase, id, populate_existing=True)
    if row is None or row.until or (row.jurisdiction, row.department) != (jurisdiction, department):
        return None
    return _info(row)


async def take_out(session: AsyncSession, id: int, now: dt.datetime) -> bool:
    """Offer a phrase no longer; ``False`` when it was taken out before."""
    done = await session.execute(
        update(Phrase).where(Phrase.id == id, Phrase.until.is_(None)).values(until=now).returning(Phrase.id)
    )
    return done.scalar() is not None


def _info(row: Phrase) -> PhraseInfo:
    return PhraseInfo(row.id, row.jurisdiction, row.department, row.label, row.text, row.person, row.at)
