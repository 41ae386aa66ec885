"""Inbox and outbox: messages taken in once, handled one at a time per chat, sent at least once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, func, insert, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.inserts import insert_into, table_of
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


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message on its way into the inbox."""

    channel: str
    chat: str
    key: str
    payload: Json
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """The parts of a reply to a message; ``state`` is ``sent`` on channels whose readers fetch the transcript themselves.

    ``leased``: until when the first part is kept from other couriers, because the one of this process sends it at once.
    """

    reply_to: Stored
    payloads: Sequence[Json]
    state: str = "waiting"
    leased: dt.datetime | None = None


_TABLE = table_of(Message)
_C = _TABLE.c
_COLUMNS = (_C.id, _C.direction, _C.channel, _C.chat, _C.key, _C.payload, _C.at, _C.state, _C.tries)


def _locking(statement: Select[Any]) -> Select[Any]:
    """The first ``:most`` of what a statement finds, oldest first, locked; what others have locked is skipped."""
    return (
        statement.order_by(_C.id).limit(bindparam("most", type_=Integer)).with_for_update(of=_TABLE, skip_locked=True)
    )


def _next_waiting() -> Select[Any]:
    earlier = _TABLE.alias("earlier")
    is_older = and_(
        earlier.c.direction == "in",
        earlier.c.state == "waiting",
        earlier.c.channel == _C.channel,
        earlier.c.chat == _C.chat,
        earlier.c.id < _C.id,
    )
    return _locking(
        select(*_COLUMNS).where(
            _C.direction == "in",
            _C.state == "waiting",
            or_(_C.not_before.is_(None), _C.not_before <= bindparam("now")),
            ~select(earlier.c.id).where(is_older).exists(),
        )
    )


def _next_unsent(*, awaited: bool) -> Select[Any]:
    """Of the chats in which somebody waits for an answer; or of all, but those that are ``:taken``."""
    earlier, answer = _TABLE.alias("earlier"), _TABLE.alias("answer")
    is_older = and_(
        earlier.c.direction == "out",
        or_(earlier.c.state == "waiting", and_(earlier.c.state == "held", earlier.c.not_before <= bindparam("now"))),
        earlier.c.channel == _C.channel,
        earlier.c.chat == _C.chat,
        earlier.c.id < _C.id,
    )
    unsent = select(*_COLUMNS).where(
        _C.direction == "out",
        _C.state.in_(("waiting", "held")),
        _C.channel == bindparam("which"),
        or_(_C.not_before.is_(None), _C.not_before <= bindparam("now")),
        ~select(earlier.c.id).where(is_older).exists(),
    )
    if not awaited:
        return _locking(unsent.where(_C.id.not_in(bindparam("taken", expanding=True))))
    waiting = select(answer.c.chat).where(
        answer.c.channel == bindparam("which"),
        answer.c.answers == literal_column("1"),  # in the very words of its index
        answer.c.state == literal_column("'waiting'"),
    )
    return _locking(unsent.where(_C.chat.in_(waiting)))


# Built once: they are asked several times for each message, and building them takes longer than finding what they ask for.
_WAITING, _AWAITED, _UNSENT = _next_waiting(), _next_unsent(awaited=True), _next_unsent(awaited=False)
_OWING = select(_C.chat).where(
    _C.channel == bindparam("of"),
    _C.chat.in_(bindparam("which", expanding=True)),
    _C.direction == "out",
    _C.state.in_(("waiting", "held")),
)


def _stored(row: Any) -> Stored:
    return Stored(
        row.id, row.direction, row.channel, row.chat, row.key, json.loads(row.payload), row.at, row.state, row.tries
    )


async def take_in(session: AsyncSession, channel: str, chat: str, key: str, payload: Json, at: dt.datetime) -> bool:
    """Put a message into the inbox. ``False`` when this update is there already: it has one effect only."""
    return bool(await take_in_all(session, [NewMessage(channel, chat, key, payload, at)]))


async def take_in_all(session: AsyncSession, new: Sequence[NewMessage]) -> set[tuple[str, str]]:
    """Put messages into the inbox; returns the ``(channel, key)`` of those that were not there already."""
    statement = insert_into(session, _TABLE).on_conflict_do_nothing().returning(_TABLE.c.channel, _TABLE.c.key)
    rows = [
        {
            "direction": "in",
            "channel": one.channel,
            "chat": one.chat,
            "key": one.key,
            "payload": json.dumps(one.payload, ensure_ascii=False),
            "at": one.at,
            "state": "waiting",
            "tries": 0,
        }
        for one in new
    ]
    return {(channel, key) for channel, key in await session.execute(statement, rows)} if rows else set()


async def next_waiting(session: AsyncSession, now: dt.datetime, limit: int = 1) -> list[Stored]:
    """Lock the oldest waiting messages, each of another chat with no older one waiting; other processes skip them."""
    return await _found(session, _WAITING, limit, now=now)


async def _found(session: AsyncSession, statement: Select[Any], limit: int, **given: Any) -> list[Stored]:
    return [_stored(row) for row in await session.execute(statement, {"most": limit, **given})]


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


async def mark_done(session: AsyncSession, *done: Stored) -> None:
    await session.execute(update(_TABLE).where(_TABLE.c.id.in_([one.id for one in done])).values(state="done"))


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


async def put_out(session: AsyncSession, answers: Sequence[Answer], at: dt.datetime) -> list[Stored]:
    """Write replies to the outbox, each part keyed by what it answers, so that they can be written once only.

    Returns the first parts of those that are ``leased``.
    """
    rows = [
        _out(answer.reply_to.channel, answer.reply_to.chat, f"{answer.reply_to.id}/{n}", payload, at, answer.state)
        | {"answers": 1, "not_before": None if n else answer.leased}
        for answer in answers
        for n, payload in enumerate(answer.payloads)
    ]
    if not rows:
        return []
    firsts = {(one.reply_to.channel, f"{one.reply_to.id}/0"): one for one in answers if one.leased and one.payloads}
    if not firsts:
        await session.execute(insert(_TABLE), rows)
        return []
    ids = await session.execute(insert(_TABLE).returning(_C.id, _C.channel, _C.key), rows)
    return [
        Stored(id, "out", channel, one.reply_to.chat, key, one.payloads[0], at, one.state, 0)
        for id, channel, key in ids
        if (one := firsts.get((channel, key)))
    ]


async def owing(session: AsyncSession, channel: str, chats: Sequence[str]) -> set[str]:
    """Of some chats those with an older message that has not left: what is written now must wait its turn."""
    return set((await session.execute(_OWING, {"of": channel, "which": chats})).scalars())


@dataclass(frozen=True, slots=True)
class Pushed:
    """A message that answers nothing, in parts. ``state``: waiting, sent (the reader fetches it), or held ``until`` a time,
    without keeping later ones back (R41).

    Keys are one space for a channel, whatever the chat: one that goes to several chats needs the chat in its key.
    """

    channel: str
    chat: str
    key: str
    payloads: Sequence[Json]
    state: str
    until: dt.datetime | None = None


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
    """Write one message that answers nothing, as ``push_all`` does. ``False`` when its key is there already."""
    return bool(await push_all(session, [Pushed(channel, chat, key, payloads, state, until)], at))


async def push_all(session: AsyncSession, pushed: Sequence[Pushed], at: dt.datetime) -> set[tuple[str, str]]:
    """Write messages that answer nothing to the outbox; returns the ``(channel, key)`` of those that were not there already."""

    def part(one: Pushed, n: int) -> Json:
        row = _out(one.channel, one.chat, f"{one.key}/{n}", one.payloads[n], at, one.state)
        return row | {"not_before": one.until}

    firsts = [part(one, 0) for one in pushed if one.payloads]
    if not firsts:
        return set()
    statement = insert_into(session, _TABLE).on_conflict_do_nothing().returning(_TABLE.c.channel, _TABLE.c.key)
    new = {(channel, key.removesuffix("/0")) for channel, key in await session.execute(statement, firsts)}
    rest = [part(one, n) for one in pushed if (one.channel, one.key) in new for n in range(1, len(one.payloads))]
    if rest:
        await session.execute(insert(_TABLE), rest)
    return new


def _out(channel: str, chat: str, key: str, payload: Json, at: dt.datetime, state: str) -> Json:
    """The columns of a part on its way out."""
    text = json.dumps(payload, ensure_ascii=False)
    return {
        "direction": "out", "channel": channel, "chat": chat, "key": key, "payload": text, "at": at, "state": state,
        "tries": 0,
    }  # fmt: skip


async def mask(session: AsyncSession, channel: str, key: str, text: str) -> None:
    """Replace the words of a message that came in (a code, an identity number) by ``text``, for good."""
    mine = (Message.direction == "in", Message.channel == channel, Message.key == key)
    payload = (await session.execute(select(Message.payload).where(*mine))).scalar_one_or_none()
    if payload is not None:
        masked = json.dumps(json.loads(payload) | {"text": text}, ensure_ascii=False)
        await session.execute(update(Message).where(*mine).values(payload=masked))


async def next_unsent(session: AsyncSession, now: dt.datetime, channel: str, limit: int = 1) -> list[Stored]:
    """Lock messages of the outbox, each of another chat with no older one unsent (parts arrive in order).

    The chats in which somebody waits for an answer come first, then the oldest: a morning's reminders keep nobody waiting.
    """
    first = await _found(session, _AWAITED, limit, now=now, which=channel)
    if len(first) == limit:
        return first
    taken = [one.id for one in first]
    return first + await _found(session, _UNSENT, limit - len(first), now=now, which=channel, taken=taken)


async def lease(session: AsyncSession, until: dt.datetime, *leased: Stored) -> None:
    """Keep messages of the outbox from other couriers until a time; if this process dies, another sends them then."""
    ids = [one.id for one in leased]
    await session.execute(update(_TABLE).where(_TABLE.c.id.in_(ids)).values(not_before=until))


async def mark_sent(session: AsyncSession, sent: Mapping[int, str]) -> None:
    """Note what was sent: by id, the id that the channel gave it."""
    done = (
        update(_TABLE)
        .where(_TABLE.c.id == bindparam("which"))
        .values(state="sent", remote=bindparam("given"), not_before=None, error=None)
    )
    await session.execute(done, [{"which": id, "given": remote} for id, remote in sent.items()])


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
    statement = select(*_COLUMNS).where(Message.channel == channel, Message.chat == chat)
    if after is not None:
        statement = statement.where(Message.id > after).order_by(Message.id).limit(limit)
        return [_stored(row) for row in await session.execute(statement)]
    if before is not None:
        statement = statement.where(Message.id < before)
    rows = (await session.execute(statement.order_by(Message.id.desc()).limit(limit))).all()
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
