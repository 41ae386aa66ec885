"""Finished self-checks (R12–R16): kept for the enterprise, sent to an officer, shared by a link for a while."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Enterprise, SelfCheck

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """A self-check, its facts and result parsed. ``share`` is the SHA-256 of the link's token, never the token."""

    id: int
    kind: str
    enterprise: int
    enterprise_name: str
    person: int | None
    at: dt.datetime
    facts: Json
    result: Json
    department: str | None
    sent: dt.datetime | None
    share: str | None
    share_until: dt.datetime | None


async def keep(
    session: AsyncSession,
    *,
    kind: str,
    enterprise: int,
    person: int | None,
    now: dt.datetime,
    facts: Json,
    result: Json,
) -> int:
    """Keep a finished self-check; returns its id."""
    row = SelfCheck(
        kind=kind,
        enterprise=enterprise,
        person=person,
        at=now,
        facts=json.dumps(facts, ensure_ascii=False),
        result=json.dumps(result, ensure_ascii=False),
    )
    session.add(row)
    await session.flush()
    return row.id


async def check(session: AsyncSession, id: int) -> CheckInfo | None:
    """One self-check."""
    if not 0 < id < 2**63:  # beyond, the drivers refuse the number
        return None
    found = await _found(session, _all().where(SelfCheck.id == id))
    return found[0] if found else None


async def checks_of(session: AsyncSession, enterprise: int, limit: int = 10) -> list[CheckInfo]:
    """An enterprise's self-checks, newest first."""
    mine = _all().where(SelfCheck.enterprise == enterprise)
    return await _found(session, mine.order_by(SelfCheck.id.desc()).limit(limit))


async def checks_by(session: AsyncSession, person: int) -> list[CheckInfo]:
    """The self-checks that a person made, newest first."""
    return await _found(session, _all().where(SelfCheck.person == person).order_by(SelfCheck.id.desc()))


async def send(session: AsyncSession, id: int, department: str, now: dt.datetime) -> bool:
    """Show a self-check to a department of the enterprise's division; ``False`` when there is none."""
    return await _change(session, id, department=department, sent=now)


async def received(session: AsyncSession, department: str, division: str, limit: int) -> list[CheckInfo]:
    """What was sent to a department by enterprises of its division, newest first (R1)."""
    statement = _all().where(
        SelfCheck.department == department, SelfCheck.sent.is_not(None), Enterprise.division == division
    )
    return await _found(session, statement.order_by(SelfCheck.sent.desc(), SelfCheck.id.desc()).limit(limit))


async def share(session: AsyncSession, id: int, token: str, until: dt.datetime) -> bool:
    """Let whoever has the token read a self-check until a time; only the token's SHA-256 is kept."""
    return await _change(session, id, share=_digest(token), share_until=until)


async def shared(session: AsyncSession, token: str, now: dt.datetime) -> CheckInfo | None:
    """The self-check behind a shared link that has not run out."""
    found = await _found(session, _all().where(SelfCheck.share == _digest(token), SelfCheck.share_until > now))
    return found[0] if found else None


async def unshare(session: AsyncSession, id: int) -> bool:
    """Take a shared link back."""
    return await _change(session, id, share=None, share_until=None)


def _digest(token: str) -> str:
    return hashlib.sha256(b"rongcuo self-check\0" + token.encode(errors="replace")).hexdigest()


def _all() -> Select[SelfCheck, str]:
    return select(SelfCheck, Enterprise.name).join(Enterprise, Enterprise.id == SelfCheck.enterprise)


async def _found(session: AsyncSession, statement: Select[SelfCheck, str]) -> list[CheckInfo]:
    rows = await session.execute(statement.execution_options(populate_existing=True))
    return [
        CheckInfo(
            id=row.id,
            kind=row.kind,
            enterprise=row.enterprise,
            enterprise_name=name,
            person=row.person,
            at=row.at,
            facts=json.loads(row.facts),
            result=json.loads(row.result),
            department=row.department,
            sent=row.sent,
            share=row.share,
            share_until=row.share_until,
        )
        for row, name in rows
    ]


async def _change(session: AsyncSession, id: int, **columns: Any) -> bool:
    done = await session.execute(update(SelfCheck).where(SelfCheck.id == id).values(**columns).returning(SelfCheck.id))
    return done.scalar() is not None
