"""Files that are made beside the conversation: asked for by a turn, made by whichever process takes them, under a lease."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Export

MAX_ATTEMPTS = 3
_UNDER_WAY = ("waiting", "running")


@dataclass(frozen=True, slots=True)
class ExportInfo:
    """What was asked for, where, and by which office. ``attempts`` counts the takings, this one included."""

    id: int
    kind: str
    channel: str
    chat: str
    office: int
    filters: dict[str, Any]
    attempts: int
    at: dt.datetime


async def ask(
    session: AsyncSession,
    *,
    kind: str,
    channel: str,
    chat: str,
    office: int,
    filters: Mapping[str, Any],
    rows: int,
    now: dt.datetime,
) -> bool:
    """Ask for a file; ``False`` when the very same is under way for this chat. ``rows``: about how many it will have."""
    text = json.dumps(dict(filters), ensure_ascii=False, sort_keys=True)
    same = select(Export.id).where(
        Export.channel == channel,
        Export.chat == chat,
        Export.office == office,
        Export.kind == kind,
        Export.filters == text,
        Export.state.in_(_UNDER_WAY),
    )
    if (await session.execute(same.limit(1))).scalar() is not None:
        return False
    session.add(Export(kind=kind, channel=channel, chat=chat, office=office, filters=text, rows=rows, at=now))
    await session.flush()
    return True


async def is_any_due(session: AsyncSession, now: dt.datetime) -> bool:
    """Whether there is anything to take or to give up: a look that locks nothing."""
    return (await session.execute(select(Export.id).where(_is_free(now)).limit(1))).scalar() is not None


async def claim(session: AsyncSession, now: dt.datetime, until: dt.datetime) -> ExportInfo | None:
    """Take the oldest that waits, or whose maker was not heard of again; others skip it until then."""
    statement = (
        select(Export)
        .where(_is_free(now), Export.attempts < MAX_ATTEMPTS)
        .order_by(Export.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(statement)).scalar_one_or_none()
    if row is None:
        return None
    row.state, row.lease, row.attempts = "running", until, row.attempts + 1
    await session.flush()
    return _info(row)


async def spent(session: AsyncSession, now: dt.datetime) -> list[ExportInfo]:
    """Give up those that were tried often enough; each is returned once, for whoever asked to be told."""
    statement = (
        update(Export)
        .where(_is_free(now), Export.attempts >= MAX_ATTEMPTS)
        .values(state="failed", lease=None)
        .returning(Export)
        .execution_options(populate_existing=True)
    )
    return [_info(row) for row in (await session.execute(statement)).scalars()]


async def renew(session: AsyncSession, info: ExportInfo, rows: int, until: dt.datetime) -> bool:
    """Keep it, and note how many rows are done; ``False`` when another one has it by now."""
    return await _change(session, info, rows=rows, lease=until)


async def put_back(session: AsyncSession, info: ExportInfo, until: dt.datetime) -> bool:
    """It went wrong: nobody takes it before a time. ``False`` when another one has it by now."""
    return await _change(session, info, lease=until)


async def release(session: AsyncSession, info: ExportInfo) -> None:
    """Its maker is told to stop: whoever is next may take it at once, and this taking does not count."""
    await _change(session, info, state="waiting", lease=None, attempts=info.attempts - 1)


async def finish(session: AsyncSession, info: ExportInfo, *, rows: int, is_done: bool) -> bool:
    """It is over, made or refused; ``False`` when another one has it by now, whose file is the one that counts."""
    return await _change(session, info, rows=rows, state="done" if is_done else "failed", lease=None)


def _is_free(now: dt.datetime) -> ColumnElement[bool]:
    return or_(Export.state == "waiting", and_(Export.state == "running", Export.lease <= now))


async def _change(session: AsyncSession, info: ExportInfo, **columns: Any) -> bool:
    mine = (Export.id == info.id, Export.state == "running", Export.attempts == info.attempts)
    done = await session.execute(update(Export).where(*mine).values(**columns).returning(Export.id))
    return done.scalar() is not None


def _info(row: Export) -> ExportInfo:
    filters = json.loads(row.filters)
    return ExportInfo(row.id, row.kind, row.channel, row.chat, row.office, filters, row.attempts, row.at)
