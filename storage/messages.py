"""Inbox and outbox: messages taken in once, handled one at a time per chat, sent at least once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.tables import Message

MAX_TRIES = 5
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as it lies in the database."""

    id: int
    direction: str
    channel: str
    chat: str
    key: str
    payload: Json
    at: dt.datetime
    state: str
    tries: int


def _stored(row: Message) -> Stored:
    return Stored(
        row.id, row.direction, row.channel, row.chat, row.key, json.loads(row.payload), row.at, row.state, row.tries
    )


def _insert(session: AsyncSession) -> Any:
    return pg_insert(Message) if session.bind and session.bind.dialect.name == "postgresql" else sqlite_insert(Message)


async def take_in(session: AsyncSession, channel: str, chat: str, key: str, payload: Json, at: dt.datetime) -> bool:
    """Put a message into the inbox. ``False`` when this update is there already: it has one effect only."""
    statement = (
        _insert(session)
        .values(
            direction="in",
            channel=channel,
            chat=chat,
            key=key,
            payload=json.dumps(payload, ensure_ascii=False),
            at=at,
            state="waiting",
            tries=0,
        )
        .on_conflict_do_nothing()
        .returning(Message.id)
    )
    return (await session.execute(statement)).scalar() is not None


async def next_waiting(session: AsyncSession, now: dt.datetime, channels: Sequence[str] | None = None) -> Stored | None:
    """Lock the oldest waiting message whose chat has no older one waiting; other processes skip it (per-chat order)."""
    earlier = aliased(Message)
    statement = (
        select(Message)
        .where(
            Message.direction == "in",
            Message.state == "waiting",
            or_(Message.not_before.is_(None), Message.not_before <= now),
            ~select(earlier.id)
            .where(
                and_(
                    earlier.direction == "in",
                    earlier.state == "waiting",
                    earlier.channel == Message.channel,
                    earlier.chat == Message.chat,
                    earlier.id < Message.id,
                )
            )
            .exists(),
        )
        .order_by(Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if channels is not None:
        statement = statement.where(Message.channel.in_(channels))
    row = (await session.execute(statement)).scalar_one_or_none()
    return None if row is None else _stored(row)


async def hold_album(session: AsyncSession, channel: str, chat: str, album: str, until: dt.datetime) -> None:
    """Let what waits of an album wait until a time: more of it is on its way."""
    ids = [row.id for row in await _waiting_of(session, channel, chat, album)]
    if ids:
        await session.execute(
            update(Message).where(Message.id.in_(ids), Message.state == "waiting").values(not_before=until)
        )


async def album_waits(session: AsyncSession, channel: str, chat: str, album: str, besides: str) -> bool:
    """Whether more of an album waits in the inbox, besides the message with this key."""
    return any(row.key != besides for row in await _waiting_of(session, channel, chat, album))


async def _waiting_of(session: AsyncSession, channel: str, chat: str, album: str) -> list[Message]:
    mine = (Message.channel == channel, Message.chat == chat)
    statement = select(Message).where(*mine, Message.direction == "in", Message.state == "waiting")
    rows = (await session.execute(statement)).scalars()
    return [row for row in rows if json.loads(row.payload).get("album") == album]


async def mark_done(session: AsyncSession, message: Stored) -> None:
    await session.execute(update(Message).where(Message.id == message.id).values(state="done"))


async def mark_failed(session: AsyncSession, message: Stored, error: str, retry_at: dt.datetime | None) -> bool:
    """Note a failure. The message waits for ``retry_at``, or is given up after ``MAX_TRIES`` or without one.

    Returns whether this failure gave it up: never when another process has dealt with the message since.
    """
    row = await session.get(Message, message.id, with_for_update=True)
    if row is None or row.state not in ("waiting", "held") or row.tries != message.tries:
        return False
    given_up = retry_at is None or row.tries + 1 >= MAX_TRIES
    row.state = "failed" if given_up else "waiting"
    row.tries += 1
    row.error = error[:200]
    row.not_before = retry_at
    await session.flush()
    return given_up


async def put_out(
    session: AsyncSession, reply_to: Stored, payloads: Sequence[Json], at: dt.datetime, state: str = "waiting"
) -> None:
    """Write the parts of a reply to the outbox, keyed by what they answer, so that they can be written once only.

    ``state`` is ``sent`` on channels whose readers fetch the transcript themselves.
    """
    for ordinal, payload in enumerate(payloads):
        session.add(
            Message(
                direction="out",
                channel=reply_to.channel,
                chat=reply_to.chat,
                key=f"{reply_to.id}/{ordinal}",
                payload=json.dumps(payload, ensure_ascii=False),
                at=at,
                state=state,
                tries=0,
            )
        )
    await session.flush()


async def push(
    session: AsyncSession,
    channel: str,
    chat: str,
    key: str,
    payloads: Sequence[Json],
    at: dt.datetime,
    state: str,
    until: dt.datetime | None = None,
) -> bool:
    """Write a message that answers nothing to the outbox, in parts. ``False`` when this key is there already.

    ``state``: waiting, sent (the reader fetches it), or held ``until`` a time, without keeping later ones back (R41).

    Keys are one space for a channel, whatever the chat: one that goes to several chats needs the chat in its key.
    """
    for ordinal, payload in enumerate(payloads):
        statement = (
            _insert(session)
            .values(
                direction="out",
                channel=channel,
                chat=chat,
                key=f"{key}/{ordinal}",
                payload=json.dumps(payload, ensure_ascii=False),
                at=at,
                state=state,
                not_before=until,
                tries=0,
            )
            .on_conflict_do_nothing()
            .returning(Message.id)
        )
        if (await session.execute(statement)).scalar() is None:
            return False
    return bool(payloads)


async def mask(session: AsyncSession, channel: str, key: str, text: str) -> None:
    """Replace the words of a message that came in (a code, an identity number) by ``text``, for good."""
    mine = (Message.direction == "in", Message.channel == channel, Message.key == key)
    payload = (await session.execute(select(Message.payload).where(*mine))).scalar_one_or_none()
    if payload is not None:
        masked = json.dumps(json.loads(payload) | {"text": text}, ensure_ascii=False)
        await session.execute(update(Message).where(*mine).values(payload=masked))


async def next_unsent(session: AsyncSession, now: dt.datetime, channel: str) -> Stored | None:
    """Lock the oldest message of the outbox whose chat has no older one unsent (parts arrive in order)."""
    earlier = aliased(Message)
    statement = (
        select(Message)
        .where(
            Message.direction == "out",
            Message.state.in_(("waiting", "held")),
            Message.channel == channel,
            or_(Message.not_before.is_(None), Message.not_before <= now),
            ~select(earlier.id)
            .where(
                and_(
                    earlier.direction == "out",
                    or_(earlier.state == "waiting", and_(earlier.state == "held", earlier.not_before <= now)),
                    earlier.channel == Message.channel,
                    earlier.chat == Message.chat,
                    earlier.id < Message.id,
                )
            )
            .exists(),
        )
        .order_by(Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = (await session.execute(statement)).scalar_one_or_none()
    return None if row is None else _stored(row)


async def lease(session: AsyncSession, message: Stored, until: dt.datetime) -> None:
    """Keep a message of the outbox from other couriers until a time; if this process dies, another sends it then."""
    await session.execute(update(Message).where(Message.id == message.id).values(not_before=until))


async def mark_sent(session: AsyncSession, message_id: int, remote: str | None) -> None:
    await session.execute(
        update(Message).where(Message.id == message_id).values(state="sent", remote=remote, not_before=None, error=None)
    )


async def takes(session: AsyncSession, channel: str, chat: str) -> bool:
    """Whether a chat took the newest message that was tried; one that nothing was sent to yet counts as open (R42)."""
    newest = (
        select(Message.state)
        .where(
            Message.channel == channel,
            Message.chat == chat,
            Message.direction == "out",
            Message.state.in_(("sent", "failed")),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    return (await session.execute(newest)).scalar_one_or_none() != "failed"


async def transcript(
    session: AsyncSession,
    channel: str,
    chat: str,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 30,
) -> list[Stored]:
    """The messages of a chat, oldest first: the newest ``limit`` before an id, or the next ones after an id."""
    statement = select(Message).where(Message.channel == channel, Message.chat == chat)
    if after is not None:
        statement = statement.where(Message.id > after).order_by(Message.id).limit(limit)
        return [_stored(row) for row in (await session.execute(statement)).scalars()]
    if before is not None:
        statement = statement.where(Message.id < before)
    rows = (await session.execute(statement.order_by(Message.id.desc()).limit(limit))).scalars().all()
    return [_stored(row) for row in reversed(rows)]


async def newest_id(session: AsyncSession) -> int:
    """The number of the newest message; 0 while there is none."""
    return int((await session.execute(select(func.max(Message.id)))).scalar() or 0)


async def newer(session: AsyncSession, channel: str, after: int, limit: int = 5000) -> list[tuple[int, str, str]]:
    """The messages of all chats of a channel after a number, by number: each with its chat and its state."""
    statement = select(Message.id, Message.chat, Message.state).where(Message.id > after, Message.channel == channel)
    return [(id, chat, state) for id, chat, state in await session.execute(statement.order_by(Message.id).limit(limit))]


async def counts(session: AsyncSession) -> dict[tuple[str, str], int]:
    """How many messages lie in each ``(direction, state)``, for the metrics."""
    rows = await session.execute(
        select(Message.direction, Message.state, func.count())
        .where(Message.state != "done", Message.state != "sent")
        .group_by(Message.direction, Message.state)
    )
    return {(direction, state): count for direction, state, count in rows}
