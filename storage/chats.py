"""Chats and their buttons: the dialogue's state, and what each offered button does."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.inserts import table_of
from storage.tables import Chat, Press

Json = dict[str, Any]


@dataclass(slots=True)
class Dialogue:
    """The state of one conversation. Changed in place, written back by ``save_dialogue``.

    ``person`` is whose the chat was when it was loaded; ``None`` for a guest's.
    """

    channel: str
    chat: str
    jurisdiction: str | None
    state: Json = field(default_factory=dict)
    version: int = 0
    is_new: bool = False
    person: int | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A pressed button: the act behind it and its label."""

    label: str
    act: Json
    at: dt.datetime


_C = table_of(Chat).c
_MINE = (_C.channel == bindparam("of"), _C.chat == bindparam("which"))
# Built once: both are asked for each message, and building them takes longer than they do.
_LOADING = select(_C.jurisdiction, _C.state, _C.version, _C.person).where(*_MINE).with_for_update()
_SAVING = update(table_of(Chat)).where(*_MINE)


async def load_dialogue(session: AsyncSession, channel: str, chat: str, now: dt.datetime) -> Dialogue:
    """Lock and load a chat's dialogue; a new chat gets a row."""
    row = (await session.execute(_LOADING, {"of": channel, "which": chat})).one_or_none()
    if row is None:
        session.add(Chat(channel=channel, chat=chat, state="{}", version=0, since=now, seen=now))
        await session.flush()
        return Dialogue(channel, chat, None, is_new=True)
    return Dialogue(channel, chat, row.jurisdiction, json.loads(row.state), row.version, person=row.person)


async def save_dialogue(session: AsyncSession, dialogue: Dialogue, now: dt.datetime) -> None:
    """Write the dialogue back; its row is locked since ``load_dialogue``."""
    written = {
        "of": dialogue.channel,
        "which": dialogue.chat,
        "state": json.dumps(dialogue.state, ensure_ascii=False),
        "jurisdiction": dialogue.jurisdiction,
        "version": dialogue.version + 1,
        "seen": now,
    }
    await session.execute(_SAVING, written)


@dataclass(frozen=True, slots=True)
class Offer:
    """A button that is offered to a chat, and what it does; ``token`` is opaque ASCII from outside."""

    channel: str
    chat: str
    token: str
    label: str
    act: Json


async def offer(
    session: AsyncSession, channel: str, chat: str, token: str, label: str, act: Json, now: dt.datetime
) -> None:
    """Remember what a button does, as ``offer_all`` does."""
    await offer_all(session, [Offer(channel, chat, token, label, act)], now)


async def offer_all(session: AsyncSession, offers: Sequence[Offer], now: dt.datetime) -> None:
    """Remember what buttons do, in one statement."""
    rows = [
        {
            "token": one.token,
            "channel": one.channel,
            "chat": one.chat,
            "label": one.label[:40],
            "act": json.dumps(one.act, ensure_ascii=False),
            "at": now,
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
