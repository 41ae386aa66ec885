"""The tables of requests and of the answers that are put forward from them (R50, R51)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Key


class Request(Base):
    """诉求: a numbered request of a chat. ``state``: registered, assigned, answered, closed.

    ``holder`` is who has it in hand, until ``held_until``; then it goes back into the department's queue.
    """

    __tablename__ = "request"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(String(60), unique=True)
    jurisdiction: Mapped[str] = mapped_column(String(6))
    department: Mapped[str | None] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(16))
    chat: Mapped[str] = mapped_column(String(80))
    person: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    question: Mapped[str]
    state: Mapped[str] = mapped_column(String(10))
    due: Mapped[dt.date]
    holder: Mapped[int | None] = mapped_column(Key, ForeignKey("appointment.id"))
    held_until: Mapped[dt.datetime | None]
    first_answered: Mapped[dt.datetime | None]
    closed: Mapped[dt.datetime | None]
    reopened: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)
    made: Mapped[dt.datetime]
    changed: Mapped[dt.datetime]
    __table_args__ = (
        Index(None, "jurisdiction", "department", "state", "due"),
        Index(None, "jurisdiction", "made"),
        Index(None, "channel", "chat", "state"),
        Index(None, "state", "held_until"),
    )


class RequestEvent(Base):
    """What happened to a request, oldest first: registered, assigned, taken, said, answered, reopened, closed."""

    __tablename__ = "request_event"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    request: Mapped[int] = mapped_column(Key, ForeignKey("request.id"))
    at: Mapped[dt.datetime]
    person: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(String(12))
    text: Mapped[str]
    __table_args__ = (Index(None, "request", "id"),)


class Answer(Base):
    """An officer's answer put forward to be published (R51). ``state``: proposed, returned, released, withdrawn."""

    __tablename__ = "answer"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    request: Mapped[int | None] = mapped_column(Key, ForeignKey("request.id"))
    jurisdiction: Mapped[str] = mapped_column(String(6))
    department: Mapped[str] = mapped_column(String(60))
    question: Mapped[str]
    text: Mapped[str]
    cites: Mapped[str]
    state: Mapped[str] = mapped_column(String(10))
    person: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    at: Mapped[dt.datetime]
    reviewer: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    reviewed: Mapped[dt.datetime | None]
    reason: Mapped[str | None]
    __table_args__ = (Index(None, "state", "id"), Index(None, "jurisdiction", "department", "state"))
