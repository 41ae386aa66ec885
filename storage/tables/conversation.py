"""The tables of the conversation: chats, messages, buttons, questions, small files, and what is published."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    Boolean,
    Float,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Key


class Chat(Base):
    """One conversation on one channel, the state of its dialogue, and whose it is once somebody has shown who they are.

    ``wrong_codes`` counts one-time codes given wrongly in a row; ``locked_until`` is when the next one may be tried.
    """

    __tablename__ = "chat"
    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    chat: Mapped[str] = mapped_column(String(80), primary_key=True)
    jurisdiction: Mapped[str | None] = mapped_column(String(6))
    state: Mapped[str] = mapped_column(default="{}")
    version: Mapped[int] = mapped_column(default=0)
    since: Mapped[dt.datetime]
    seen: Mapped[dt.datetime]
    person: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    wrong_codes: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None]
    __table_args__ = (Index(None, "person"),)


_WAITING = "answers = 1 AND state = 'waiting'"
_WAITING_ANSWERS: dict[str, Any] = {"sqlite_where": text(_WAITING), "postgresql_where": text(_WAITING)}


class Message(Base):
    """One message in (inbox) or out (outbox) of a chat; together they are its transcript.

    ``key`` is the channel's update id for a message in, and ``reply to / ordinal`` for one out: with ``channel`` and
    ``direction`` it is unique, so a repeated update or a repeated transaction has one effect. ``state``: in – waiting,
    done, failed; out – waiting, sent, failed.
    """

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    direction: Mapped[str] = mapped_column(String(3))
    channel: Mapped[str] = mapped_column(String(16))
    chat: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(120))
    payload: Mapped[str]
    at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[dt.datetime | None]
    remote: Mapped[str | None] = mapped_column(String(80))
    error: Mapped[str | None] = mapped_column(String(200))
    answers: Mapped[int | None]
    """1 for a part of a reply to somebody who waits for it, which goes ahead of pushes."""
    __table_args__ = (
        Index("ix_message_waiting_answers", "channel", "chat", **_WAITING_ANSWERS),
        UniqueConstraint("channel", "direction", "key"),
        Index(None, "state", "direction", "id"),
        Index(None, "channel", "chat", "id"),
    )


class Press(Base):
    """What an offered button does: an opaque token, bound to its chat, and the act behind it."""

    __tablename__ = "press"
    token: Mapped[str] = mapped_column(String(24), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    chat: Mapped[str] = mapped_column(String(80))
    label: Mapped[str] = mapped_column(String(40))
    act: Mapped[str]
    at: Mapped[dt.datetime]
    __table_args__ = (Index(None, "channel", "chat", "at"),)


class Asked(Base):
    """A question and what became of it, for the editors: outcome, best entries, feedback, wish for a person (R51)."""

    __tablename__ = "asked"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    question: Mapped[str]
    outcome: Mapped[str] = mapped_column(String(8))
    entries: Mapped[str] = mapped_column(default="[]")
    confidence: Mapped[float | None] = mapped_column(Float)
    jurisdiction: Mapped[str | None] = mapped_column(String(6))
    channel: Mapped[str] = mapped_column(String(16))
    chat: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime]
    useful: Mapped[bool | None] = mapped_column(Boolean)
    wants_person: Mapped[bool] = mapped_column(Boolean, default=False)
    __table_args__ = (Index(None, "outcome", "at"), Index(None, "channel", "chat", "id"))


class Version(Base):
    """One version of a collection (R10). ``state``: draft, published, replaced, withdrawn; ``origin``: shipped or imported."""

    __tablename__ = "version"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    source: Mapped[str] = mapped_column(String(80))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    origin: Mapped[str] = mapped_column(String(8), default="imported")
    payload: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64))
    findings: Mapped[str] = mapped_column(default="[]")
    made: Mapped[dt.datetime]
    published: Mapped[dt.datetime | None]
    __table_args__ = (UniqueConstraint("source", "number"), Index(None, "state", "source"))


class Publication(Base):
    """One act of publishing or withdrawing; their number tells every process whether its index is current."""

    __tablename__ = "publication"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    version: Mapped[int] = mapped_column(Key, ForeignKey("version.id"))
    act: Mapped[str] = mapped_column(String(10))
    at: Mapped[dt.datetime]


class Attachment(Base):
    """A small file made for one chat (a QR picture, an export): kept for some days, given to that chat alone."""

    __tablename__ = "attachment"
    token: Mapped[str] = mapped_column(String(24), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    chat: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    mime: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes]
    at: Mapped[dt.datetime]
    __table_args__ = (Index(None, "channel", "chat"), Index(None, "at"))


class Lease(Base):
    """Something that one process at a time does, such as polling: who does it, and until when without a sign of life."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(40))
    until: Mapped[dt.datetime]
