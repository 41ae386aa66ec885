"""The tables of cases: their numbers, acts, evidence, reminders and copies."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    Boolean,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Key

_OPEN: dict[str, Any] = {"sqlite_where": text("stage <> 'closed'"), "postgresql_where": text("stage <> 'closed'")}
_BLANK: dict[str, Any] = {"sqlite_where": text("found_by IS NULL"), "postgresql_where": text("found_by IS NULL")}


class CaseFile(Base):
    """A case: the procedure's own state as JSON, and beside it what lists are made by. ``number`` is given once (R29).

    ``found_by``: what a search looks through beside the number, as ``storage.searching`` writes it; ``None``: not yet.
    """

    __tablename__ = "case_file"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(String(60), unique=True)
    jurisdiction: Mapped[str] = mapped_column(String(6))
    department: Mapped[str] = mapped_column(String(60))
    enterprise: Mapped[int] = mapped_column(Key, ForeignKey("enterprise.id"))
    office: Mapped[int] = mapped_column(Key, ForeignKey("appointment.id"))
    problem: Mapped[str]
    items: Mapped[str] = mapped_column(default="[]")
    state: Mapped[str]
    stage: Mapped[str] = mapped_column(String(12))
    severity: Mapped[str | None] = mapped_column(String(8))
    turn: Mapped[str] = mapped_column(String(10))
    due: Mapped[dt.date | None]
    opened: Mapped[dt.date]
    closed: Mapped[dt.date | None]
    promise_due: Mapped[dt.date | None]  # after this day the clock finds a promise broken (R36)
    undelivered: Mapped[bool] = mapped_column(Boolean, default=False)
    holder: Mapped[int | None] = mapped_column(Key, ForeignKey("appointment.id"))
    held_until: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64))  # the digest of the newest event: a lost last event shows
    made: Mapped[dt.datetime]
    changed: Mapped[dt.datetime]
    found_by: Mapped[str | None]
    __table_args__ = (
        Index(None, "jurisdiction", "department", "stage", "due"),
        Index(None, "jurisdiction", "opened"),
        Index(None, "jurisdiction", "closed"),
        Index(None, "enterprise", "id"),
        Index(None, "office", "stage"),
        Index(None, "promise_due"),
        # Few of many cases are open: these hold only them.
        Index("ix_case_file_open_place", "jurisdiction", "department", "due", **_OPEN),
        Index("ix_case_file_open_office", "office", **_OPEN),
        Index("ix_case_file_open_due", "due", "id", **_OPEN),
        # A search reads this alone, and none of the cases themselves.
        Index("ix_case_file_found_by", "jurisdiction", "id", "department", "number", "enterprise", "found_by"),
        Index("ix_case_file_not_found_by", "jurisdiction", **_BLANK),
    )


class CaseSeries(Base):
    """The last number given in one series: a jurisdiction, a department, a year (R29)."""

    __tablename__ = "case_series"
    jurisdiction: Mapped[str] = mapped_column(String(6), primary_key=True)
    department: Mapped[str] = mapped_column(String(60), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class CaseEvent(Base):
    """One act on a case, never changed: each carries the digest of the one before (R28)."""

    __tablename__ = "case_event"
    case: Mapped[int] = mapped_column(Key, ForeignKey("case_file.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    person: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(String(24))
    data: Mapped[str]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class Evidence(Base):
    """A piece of evidence of a case: a text, or a file that lies outside under its SHA-256."""

    __tablename__ = "evidence"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    case: Mapped[int] = mapped_column(Key, ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(10))  # inspection: found by the officer; before, after: by the enterprise
    promise: Mapped[str | None] = mapped_column(String(24))  # the promise that it is for, where it is for one alone
    text: Mapped[str | None]
    digest: Mapped[str | None] = mapped_column(String(64))
    name: Mapped[str | None] = mapped_column(String(120))
    mime: Mapped[str | None] = mapped_column(String(80))
    size: Mapped[int | None]
    taken: Mapped[dt.datetime | None]
    likeness: Mapped[str | None] = mapped_column(String(36))  # what the picture looks like
    person: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    at: Mapped[dt.datetime]
    __table_args__ = (Index(None, "case", "id"), Index(None, "digest"))


class Reminder(Base):
    """One rung of a case's ladder for one person (R39): its key says that it is laid once. ``state``: waiting, sent, dropped."""

    __tablename__ = "reminder"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    case: Mapped[int] = mapped_column(Key, ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(24))
    due: Mapped[dt.date]
    person: Mapped[int] = mapped_column(Key, ForeignKey("person.id"))
    at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    sent: Mapped[dt.datetime | None]
    __table_args__ = (UniqueConstraint("case", "kind", "due", "person"), Index(None, "state", "at"))


class CaseCopy(Base):
    """A copy of a case to an office above or beside (R20–R22, R40), and whether it was read (已阅)."""

    __tablename__ = "case_copy"
    case: Mapped[int] = mapped_column(Key, ForeignKey("case_file.id"), primary_key=True)
    office: Mapped[int] = mapped_column(Key, ForeignKey("appointment.id"), primary_key=True)
    why: Mapped[str] = mapped_column(String(60))
    at: Mapped[dt.datetime]
    read: Mapped[dt.datetime | None]
    __table_args__ = (Index(None, "office", "read"), Index(None, "office", "at"))


class Instruction(Base):
    """督办: what a leader or the supervisors tell the officer of a case to do, by a day of its own, and the answer."""

    __tablename__ = "instruction"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    case: Mapped[int] = mapped_column(Key, ForeignKey("case_file.id"))
    office: Mapped[int] = mapped_column(Key, ForeignKey("appointment.id"))
    text: Mapped[str]
    due: Mapped[dt.date]
    at: Mapped[dt.datetime]
    answer: Mapped[str | None]
    answered: Mapped[dt.datetime | None]
    __table_args__ = (Index(None, "case"), Index(None, "answered", "due"), Index(None, "office", "answered"))


class Phrase(Base):
    """常用语: a text with blanks that a department's officers use again and again; ``until`` is set when it was taken out."""

    __tablename__ = "phrase"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    jurisdiction: Mapped[str] = mapped_column(String(6))
    department: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(20))
    text: Mapped[str]
    person: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    at: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]
    __table_args__ = (Index(None, "jurisdiction", "department", "until"),)


class Export(Base):
    """A ledger that somebody asked for, made beside the conversation. ``state``: waiting, running, done, failed."""

    __tablename__ = "export"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(16))
    chat: Mapped[str] = mapped_column(String(80))
    office: Mapped[int] = mapped_column(Key, ForeignKey("appointment.id"))
    filters: Mapped[str]
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    rows: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[dt.datetime | None]
    at: Mapped[dt.datetime]
    __table_args__ = (Index(None, "state", "id"), Index(None, "channel", "chat"))
