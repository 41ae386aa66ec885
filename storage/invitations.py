"""One-time codes: kept as digests, used once by one person, and few tries for who guesses (R1)."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Chat, Invitation

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 characters: no 0, O, 1, I or L."""
CODE_LENGTH = 10
MAX_WRONG = 5
"""So many wrong codes in a row lock a chat."""
LOCKED = dt.timedelta(minutes=15)

Verdict = Literal["fine", "unknown", "used", "expired", "revoked"]

# No code holds these five: each is taken for what it was most likely misread from.
_LOOK_ALIKES = str.maketrans("0O1IL", "QQ777")


@dataclass(frozen=True, slots=True)
class InvitationInfo:
    """An invitation: to be a contact of ``enterprise`` (in place of ``replaces``), or to hold an office."""

    id: int
    digest: str
    role: str
    jurisdiction: str
    name: str | None
    enterprise: int | None
    replaces: int | None
    department: str | None
    licence: str | None
    licence_until: dt.date | None
    issuer: int | None
    at: dt.datetime
    expires: dt.datetime
    used: dt.datetime | None
    used_by: int | None
    revoked: dt.datetime | None


def fold_code(text: str, length: int = CODE_LENGTH) -> str | None:
    """The code that somebody typed, in capitals and without spaces or hyphens; ``None`` when it cannot be one."""
    kept = [c for c in unicodedata.normalize("NFKC", text).upper() if not _is_gap(c)]
    code = "".join(kept).translate(_LOOK_ALIKES)
    return code if len(code) == length and set(code) <= set(CODE_ALPHABET) else None


def digest_of(code: str) -> str:
    """The SHA-256 under which a code is kept; a typed code has one digest however it is written."""
    plain = fold_code(code) or code
    return hashlib.sha256(b"rongcuo invitation\0" + plain.encode(errors="replace")).hexdigest()


async def issue(
    session: AsyncSession,
    code: str,
    *,
    role: str,
    jurisdiction: str,
    issuer: int | None,
    now: dt.datetime,
    expires: dt.datetime,
    name: str | None = None,
    enterprise: int | None = None,
    replaces: int | None = None,
    department: str | None = None,
    licence: str | None = None,
    licence_until: dt.date | None = None,
) -> int:
    """Keep an invitation under a random code from outside; returns its id."""
    row = Invitation(
        digest=digest_of(code),
        role=role,
        jurisdiction=jurisdiction,
        name=name and name[:40],
        enterprise=enterprise,
        replaces=replaces,
        department=department,
        licence=licence,
        licence_until=licence_until,
        issuer=issuer,
        at=now,
        expires=expires,
    )
    session.add(row)
    await session.flush()
    return row.id


async def redeem(session: AsyncSession, code: str, now: dt.datetime) -> tuple[Verdict, InvitationInfo | None]:
    """Look at the invitation behind a code and lock it; ``use`` is what uses it. ``None`` with ``unknown`` only."""
    row = (
        await session.execute(
            select(Invitation)
            .where(Invitation.digest == digest_of(code))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).scalar_one_or_none()
    if row is None:
        return "unknown", None
    info = _info(row)
    return state_of(info, now), info


async def by_digest(session: AsyncSession, digest: str, *, lock: bool = False) -> InvitationInfo | None:
    """An invitation by the digest of its code, whatever became of it; ``lock`` keeps others from using it meanwhile."""
    statement = select(Invitation).where(Invitation.digest == digest).execution_options(populate_existing=True)
    row = (await session.execute(statement.with_for_update() if lock else statement)).scalar_one_or_none()
    return None if row is None else _info(row)


def state_of(info: InvitationInfo, now: dt.datetime) -> Verdict:
    """What an invitation is at a time: fine, or why it is not."""
    if info.used is not None:
        return "used"
    if info.revoked is not None:
        return "revoked"
    return "expired" if info.expires <= now else "fine"


async def use(session: AsyncSession, id: int, person: int, now: dt.datetime) -> bool:
    """Use an invitation up; ``False`` when somebody was quicker, it was revoked, or it has run out."""
    done = await session.execute(
        update(Invitation)
        .where(*_is_open(now), Invitation.id == id)
        .values(used=now, used_by=person)
        .returning(Invitation.id)
    )
    return done.scalar() is not None


async def revoke_code(session: AsyncSession, id: int, now: dt.datetime) -> bool:
    """Take an invitation back; ``False`` when it is no longer open."""
    done = await session.execute(
        update(Invitation).where(*_is_open(now), Invitation.id == id).values(revoked=now).returning(Invitation.id)
    )
    return done.scalar() is not None


async def open_for(session: AsyncSession, enterprise: int, now: dt.datetime) -> list[InvitationInfo]:
    """An enterprise's invitations that can still be used, newest first."""
    statement = select(Invitation).where(*_is_open(now), Invitation.enterprise == enterprise)
    return [_info(row) for row in (await session.execute(statement.order_by(Invitation.id.desc()))).scalars()]


async def issued_by(session: AsyncSession, person: int, now: dt.datetime) -> list[InvitationInfo]:
    """The invitations from a person that can still be used, newest first."""
    statement = select(Invitation).where(*_is_open(now), Invitation.issuer == person)
    return [_info(row) for row in (await session.execute(statement.order_by(Invitation.id.desc()))).scalars()]


async def wrong_code(
    session: AsyncSession, channel: str, chat: str, now: dt.datetime
) -> tuple[int, dt.datetime | None]:
    """Count a wrong code: how many tries are left, and until when the chat is locked once none is.

    After the lock the count starts anew; a try while it holds does not make it longer.
    """
    mine = (Chat.channel == channel, Chat.chat == chat)
    row = (await session.execute(select(Chat.wrong_codes, Chat.locked_until).where(*mine).with_for_update())).one()
    if row.locked_until is not None and row.locked_until > now:
        return 0, row.locked_until
    wrong = row.wrong_codes + 1
    until = now + LOCKED if wrong >= MAX_WRONG else None
    await session.execute(update(Chat).where(*mine).values(wrong_codes=0 if until else wrong, locked_until=until))
    return MAX_WRONG - wrong, until


async def locked(session: AsyncSession, channel: str, chat: str, now: dt.datetime) -> dt.datetime | None:
    """Until when a chat may try no code; ``None`` when it may."""
    row = await session.execute(select(Chat.locked_until).where(Chat.channel == channel, Chat.chat == chat))
    until = row.scalar_one_or_none()
    return until if until is not None and until > now else None


async def right_code(session: AsyncSession, channel: str, chat: str) -> None:
    """Forget the wrong codes of a chat."""
    await session.execute(
        update(Chat).where(Chat.channel == channel, Chat.chat == chat).values(wrong_codes=0, locked_until=None)
    )


def _is_open(now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return Invitation.used.is_(None), Invitation.revoked.is_(None), Invitation.expires > now


def _is_gap(character: str) -> bool:
    return character.isspace() or character == "_" or unicodedata.category(character) in ("Pd", "Cf")


def _info(row: Invitation) -> InvitationInfo:
    return InvitationInfo(
        id=row.id,
        digest=row.digest,
        role=row.role,
        jurisdiction=row.jurisdiction,
        name=row.name,
        enterprise=row.enterprise,
        replaces=row.replaces,
        department=row.department,
        licence=row.licence,
        licence_until=row.licence_until,
        issuer=row.issuer,
        at=row.at,
        expires=row.expires,
        used=row.used,
        used_by=row.used_by,
        revoked=row.revoked,
    )
