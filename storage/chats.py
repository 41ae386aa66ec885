"""Chats and their buttons: the dialogue's state, and what each offered button does."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.inserts import table_of
from storage.requests import IS_HELD
from storage.tables import Chat, Press, Request

Json = dict[str, Any]


@dataclass(slots=True)
class Dialogue:
    """The state of one conversation. Changed in place, written back by ``save_dialogue``.

    ``person`` is whose the chat was when it was loaded; ``None`` for a guest's. ``is_held``: a person had a request of
    this chat in hand then (R50).
    """

    channel: str
    chat: str
    jurisdiction: str | None
    state: Json = field(default_factory=dict)
    version: int = 0
    is_new: bool = False
    person: int | None = None
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """A pressed button: the act behind it and its label."""

    label: str
    act: Json
    at: dt.datetime


_CHAT, _REQUEST = table_of(Chat), table_of(Request)
_C = _CHAT.c
_HELD = exists().where(_REQUEST.c.channel == _C.channel, _REQUEST.c.chat == _C.chat, IS_HELD)
# Built once: both are asked for each message, and building them takes longer than they do.
_LOADING = (
    select(_C.chat, _C.jurisdiction, _C.state, _C.version, _C.person, _HELD.label("is_held"))
    .where(_C.channel == bindparam("of"), _C.chat.in_(bindparam("which", expanding=True)))
    .order_by(_C.chat)  # whoever locks several locks them in one order
    .with_for_update(of=_CHAT)
)
_SAVING = update(_CHAT).where(_C.channel == bindparam("of"), _C.chat == bindparam("which"))


async def load_dialogue(session: AsyncSession, channel: str, chat: str, now: dt.datetime) -> Dialogue:
    """Lock and load a chat's dialogue, as ``load_dialogues`` does."""
    return (await load_dialogues(session, [(channel, chat, now)]))[0]


async def load_dialogues(session: AsyncSession, heard: Sequence[tuple[str, str, dt.datetime]]) -> list[Dialogue]:
    """Lock and load the dialogues of different chats, ``(channel, chat, seen)`` each; a new chat gets a row."""
    found: dict[tuple[str, str], Any] = {}
    for channel in sorted({channel for channel, _, _ in heard}):
        which = [chat for of, chat, _ in heard if of == channel]
        found |= {(channel, row.chat): row for row in await session.execute(_LOADING, {"of": channel, "which": which})}
    new = [
        {"channel": channel, "chat": chat, "state": "{}", "version": 0, "since": seen, "seen": seen}
        for channel, chat, seen in heard
        if (channel, chat) not in found
    ]
    if new:
        await session.execute(insert(_CHAT), new)
    return [_dialogue(channel, chat, found.get((channel, chat))) for channel, chat, _ in heard]


def _dialogue(channel: str, chat: str, row: Any) -> Dialogue:
    if row is None:
        return Dialogue(channel, chat, None, is_new=True)
    state = json.loads(row.state)
    return Dialogue(channel, chat, row.jurisdiction, state, row.version, person=row.person, is_held=row.is_held)


async def save_dialogue(session: AsyncSession, dialogue: Dialogue, now: dt.datetime) -> None:
    """Write a dialogue back, as ``save_dialogues`` does."""
    await save_dialogues(session, [(dialogue, now)])


async def save_dialogues(session: AsyncSession, changed: Sequence[tuple[Dialogue, dt.datetime]]) -> None:
    """Write dialogues back, each with the time its chat was seen; their rows are locked since they were loaded."""
    written = [
        {
            "of": dialogue.channel,
            "which": dialogue.chat,
            "state": json.dumps(dialogue.state, ensure_ascii=False),
            "jurisdiction": dialogue.jurisdiction,
            "version": dialogue.version + 1,
            "seen": seen,
        }
        for dialogue, seen in changed
    ]
    await session.execute(_SAVING, written)


@dataclass(frozen=True, slots=True)
class Offer:
    """A button that is offered to a chat, and what it does; ``token`` is opaque ASCII from outside."""

    channel: str
    chat: str
    token: str
    label: str
    act: Json
    at: dt.datetime


async def offer(
    session: AsyncSession, channel: str, chat: str, token: str, label: str, act: Json, now: dt.datetime
) -> None:
    """Remember what a button does, as ``offer_all`` does."""
    await offer_all(session, [Offer(channel, chat, token, label, act, now)])


async def offer_all(session: AsyncSession, offers: Sequence[Offer]) -> None:
    """Remember what buttons do, in one statement."""
    rows = [
        {
            "token": one.token,
            "channel": one.channel,
            "chat": one.chat,
            "label": one.label[:40],
            "act": json.dumps(one.act, ensure_ascii=False),
            "at": one.at,
        }
        for one in offers
    ]
    if rows:
        await session.execute(insert(table_of(Press)), rows)


async def offered_as(session: AsyncSession, channel: str, chat: str, label: str) -> Json | None:
    """The act of the newest button of a chat with this very label, also of one that was pushed; answers to steps apart."""
    statement = (
        select(Press.act)
        .where(Press.channel == channel, Press.chat == chat, Press.label == label[:40])
        .order_by(Press.at.desc())
        .limit(1)
    )
    act = (await session.execute(statement)).scalar_one_or_none()
    found: Json | None = json.loads(act) if act else None
    return None if found is None or str(found.get("do", "")).startswith("flow_") else found


async def pressed(session: AsyncSession, channel: str, chat: str, token: str) -> Button | None:
    """The button behind a token, only for the chat it was offered to."""
    if not (token.isascii() and token.isprintable()):  # never ours, and PostgreSQL takes no NUL
        return None
    row = await session.get(Press, token)
    if row is None or (row.channel, row.chat) != (channel, chat):
        return None
    return Button(row.label, json.loads(row.act), row.at)
