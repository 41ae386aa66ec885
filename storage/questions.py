"""Questions that were asked and what became of them, for the editors (R51): unanswered, not useful, wanting a person."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.inserts import table_of
from storage.tables import Asked

_PERSONAL = re.compile(
    r"(?<!\d)(1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|\d{17}[\dXx]|[0-9A-Z]{18}|[\w.+-]+@[\w-]+\.[\w.]+|\d{12,19})(?![\dA-Z])"
)

_NOTE = insert(table_of(Asked)).returning(table_of(Asked).c.id)


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One asked question for the editors' list."""

    id: int
    question: str
    outcome: str
    entries: tuple[str, ...]
    useful: bool | None
    wants_person: bool
    at: dt.datetime


def without_personal_data(text: str) -> str:
    """The text with telephone, identity, credit-code, bank and mail numbers blanked out."""
    return _PERSONAL.sub("〔号码〕", text)


async def note_question(
    session: AsyncSession,
    *,
    channel: str,
    chat: str,
    question: str,
    outcome: str,
    entries: Sequence[str],
    confidence: float | None,
    jurisdiction: str | None,
    at: dt.datetime,
) -> int:
    """Keep a question and its outcome; returns its id, by which feedback is given."""
    row = {
        "question": without_personal_data(question)[:500],
        "outcome": outcome,
        "entries": json.dumps(list(entries)[:5]),
        "confidence": confidence,
        "jurisdiction": jurisdiction,
        "channel": channel,
        "chat": chat,
        "at": at,
        "wants_person": False,
    }
    return int((await session.execute(_NOTE, row)).scalar_one())


async def note_feedback(session: AsyncSession, asked_id: int, channel: str, chat: str, useful: bool) -> bool:
    """Keep 有用 / 没用 under an answer; ``False`` when it is not this chat's answer."""
    result = await session.execute(
        update(Asked)
        .where(Asked.id == asked_id, Asked.channel == channel, Asked.chat == chat)
        .values(useful=useful)
        .returning(Asked.id)
    )
    return result.scalar() is not None


async def note_wish_for_person(session: AsyncSession, asked_id: int, channel: str, chat: str) -> bool:
    """Keep that the asker wants a person (R50)."""
    result = await session.execute(
        update(Asked)
        .where(Asked.id == asked_id, Asked.channel == channel, Asked.chat == chat)
        .values(wants_person=True)
        .returning(Asked.id)
    )
    return result.scalar() is not None


async def question_of(session: AsyncSession, asked_id: int, channel: str, chat: str) -> str | None:
    """What this chat asked, as it is kept; ``None`` when it is not this chat's question."""
    if not 0 < asked_id < 2**63:  # beyond, the drivers refuse the number
        return None
    statement = select(Asked.question).where(Asked.id == asked_id, Asked.channel == channel, Asked.chat == chat)
    return (await session.execute(statement)).scalar_one_or_none()


async def unanswered(
    session: AsyncSession, since: dt.datetime, until: dt.datetime, limit: int = 500
) -> list[tuple[str, str | None]]:
    """Questions that found nothing in a time, each with the place it was asked from, the newest first (R51).

    Steps of flows that were not understood (〔…〕) are none.
    """
    is_step = and_(Asked.question.startswith("〔"), ~Asked.question.startswith("〔号码〕"))
    statement = (
        select(Asked.question, Asked.jurisdiction)
        .where(Asked.outcome == "none", Asked.at >= since, Asked.at < until, ~is_step)
        .order_by(Asked.id.desc())
        .limit(limit)
    )
    return [(question, jurisdiction) for question, jurisdiction in await session.execute(statement)]


async def for_editors(session: AsyncSession, since: dt.datetime, limit: int = 200) -> list[AskedQuestion]:
    """Questions that found nothing, were asked back, were marked 没用, or want a person; newest first."""
    rows = await session.execute(
        select(Asked)
        .where(Asked.at >= since, or_(Asked.outcome != "answer", Asked.useful.is_(False), Asked.wants_person.is_(True)))
        .order_by(Asked.id.desc())
        .limit(limit)
    )
    return [
        AskedQuestion(r.id, r.question, r.outcome, tuple(json.loads(r.entries)), r.useful, r.wants_person, r.at)
        for r in rows.scalars()
    ]
