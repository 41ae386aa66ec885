"""Answers put forward to be published (R51): proposed by a department, released or returned by legal, withdrawn by legal."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.answers import PREFIX, PublishedAnswer
from storage.tables import Answer, Person

_CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class AnswerInfo:
    """An answer. ``state``: proposed, returned, released, withdrawn; ``reason``: why it was returned or withdrawn."""

    id: int
    request: int | None
    jurisdiction: str
    department: str
    question: str
    text: str
    cites: tuple[str, ...]
    state: str
    person: int | None
    person_name: str | None
    at: dt.datetime
    reviewed: dt.datetime | None
    reason: str | None


async def propose(
    session: AsyncSession,
    *,
    request: int | None,
    jurisdiction: str,
    department: str,
    question: str,
    text: str,
    cites: Sequence[str],
    person: int | None,
    now: dt.datetime,
) -> int:
    """Put an answer forward; returns its id. What was put forward from the same request and waits still is replaced."""
    if request is not None:
        waiting = (Answer.request == request, Answer.state == "proposed")
        await session.execute(update(Answer).where(*waiting).values(state="withdrawn", reason="部门重新提出"))
    row = Answer(
        request=request,
        jurisdiction=jurisdiction,
        department=department,
        question=question,
        text=text,
        cites=json.dumps(list(cites)),
        state="proposed",
        person=person,
        at=now,
    )
    session.add(row)
    await session.flush()
    return row.id


async def answer(session: AsyncSession, id: int) -> AnswerInfo | None:
    """One answer by its id."""
    if not 0 < id < 2**63:  # beyond, the drivers refuse the number
        return None
    found = await _found(session, _all().where(Answer.id == id))
    return found[0] if found else None


async def of_place(session: AsyncSession, jurisdiction: str, state: str, limit: int = 200) -> list[AnswerInfo]:
    """The answers of a place in a state: those that wait, the oldest first; others, the newest first."""
    order = Answer.id if state == "proposed" else Answer.id.desc()
    mine = (Answer.jurisdiction == jurisdiction, Answer.state == state)
    return await _found(session, _all().where(*mine).order_by(order).limit(limit))


async def release(session: AsyncSession, id: int, reviewer: int | None, now: dt.datetime) -> bool:
    """Publish a proposed answer; an older one to the same question of the place is withdrawn. ``False``: not proposed."""
    if not await _decide(session, id, "proposed", state="released", reviewer=reviewer, reviewed=now):
        return False
    info = await answer(session, id)
    assert info is not None
    older = (
        Answer.id != id,
        Answer.state == "released",
        Answer.jurisdiction == info.jurisdiction,
        Answer.question == info.question,
    )
    await session.execute(update(Answer).where(*older).values(state="withdrawn", reason="由新的答复代替"))
    return True


async def send_back(session: AsyncSession, id: int, reason: str, reviewer: int | None, now: dt.datetime) -> bool:
    """Return a proposed answer with a reason; ``False`` when it is not proposed."""
    return await _decide(session, id, "proposed", state="returned", reason=reason, reviewer=reviewer, reviewed=now)


async def withdraw(session: AsyncSession, id: int, reason: str, reviewer: int | None, now: dt.datetime) -> bool:
    """Take a released answer out of what is published, with a reason; ``False`` when it is not released."""
    return await _decide(session, id, "released", state="withdrawn", reason=reason, reviewer=reviewer, reviewed=now)


async def _decide(session: AsyncSession, id: int, state_before: str, **columns: Any) -> bool:
    statement = update(Answer).where(Answer.id == id, Answer.state == state_before).values(**columns)
    return (await session.execute(statement.returning(Answer.id))).scalar() is not None


# ---- for the index


async def published(session: AsyncSession) -> list[PublishedAnswer]:
    """The released answers, as the library takes them."""
    rows = await session.execute(select(Answer).where(_is_released()).order_by(Answer.id))
    return [
        PublishedAnswer(
            f"{PREFIX}{row.id}",
            row.question,
            row.text,
            row.department,
            row.jurisdiction,
            (row.reviewed or row.at).astimezone(_CHINA).date(),
            tuple(json.loads(row.cites)),
        )
        for row in rows.scalars()
    ]


async def publication_mark(session: AsyncSession) -> tuple[int, int]:
    """Changes whenever an answer is released, withdrawn or cleared away: how many there are, and the sum of their ids."""
    count, total = (
        await session.execute(select(func.count(), func.coalesce(func.sum(Answer.id), 0)).where(_is_released()))
    ).one()
    return int(count), int(total)


def _is_released() -> ColumnElement[bool]:
    return Answer.state == "released"


def _all() -> Select[Answer, str]:
    return (
        select(Answer, Person.name)
        .outerjoin(Person, Person.id == Answer.person)
        .execution_options(populate_existing=True)
    )


async def _found(session: AsyncSession, statement: Select[Answer, str]) -> list[AnswerInfo]:
    return [
        AnswerInfo(
            row.id,
            row.request,
            row.jurisdiction,
            row.department,
            row.question,
            row.text,
            tuple(json.loads(row.cites)),
            row.state,
            row.person,
            name,
            row.at,
            row.reviewed,
            row.reason,
        )
        for row, name in (await session.execute(statement)).all()
    ]
