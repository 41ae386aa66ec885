"""The tables of pledges, papers, guidance and ratings."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Key


class Pledge(Base):
    """A version of a pledge (R30–R34). ``state``: draft, signed, replaced (by a newer signed version), dropped.

    Text, promises, signer, time and channel are fixed by signing and carry the digest; ``code`` is printed on the paper,
    so that anybody can ask whether it is the registered one.
    """

    __tablename__ = "pledge"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    case: Mapped[int] = mapped_column(Key, ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(8))
    promises: Mapped[str]
    text: Mapped[str]
    digest: Mapped[str | None] = mapped_column(String(64))
    code: Mapped[str | None] = mapped_column(String(16), unique=True)
    signer: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    signed_name: Mapped[str | None] = mapped_column(String(40))
    signed_way: Mapped[str | None] = mapped_column(String(8))  # typed, drawn, stamped
    signature: Mapped[str | None] = mapped_column(String(64))  # the SHA-256 of the drawn signature or the stamped paper
    channel: Mapped[str | None] = mapped_column(String(16))
    signed: Mapped[dt.datetime | None]
    injured: Mapped[str | None]  # what the injured party says, and who witnessed it (R33)
    made: Mapped[dt.datetime]
    __table_args__ = (UniqueConstraint("case", "kind", "version"), Index(None, "digest"), Index(None, "signed"))


class Paper(Base):
    """A paper made from the record. ``state``: draft, review, returned, passed, sent. The file lies under its SHA-256."""

    __tablename__ = "paper"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    case: Mapped[int] = mapped_column(Key, ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(24))
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(8))
    fields: Mapped[str]
    missing: Mapped[str] = mapped_column(default="[]")
    file: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    made: Mapped[dt.datetime]
    reviewer: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    reviewed: Mapped[dt.datetime | None]
    reason: Mapped[str | None]
    __table_args__ = (UniqueConstraint("case", "kind", "version"), Index(None, "state", "id"))


class Guidance(Base):
    """行政指导 (R17–R19): its way, form and content, and the enterprise's answer; a 约谈 has its day and minutes."""

    __tablename__ = "guidance"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    case: Mapped[int | None] = mapped_column(Key, ForeignKey("case_file.id"))
    enterprise: Mapped[int] = mapped_column(Key, ForeignKey("enterprise.id"))
    office: Mapped[int] = mapped_column(Key, ForeignKey("appointment.id"))
    jurisdiction: Mapped[str] = mapped_column(String(6))
    department: Mapped[str] = mapped_column(String(60))
    way: Mapped[str] = mapped_column(String(24))
    form: Mapped[str] = mapped_column(String(12))
    content: Mapped[str]
    meeting: Mapped[dt.datetime | None]
    place: Mapped[str | None] = mapped_column(String(120))
    minutes: Mapped[str | None]
    accepted: Mapped[bool | None]
    answered: Mapped[dt.datetime | None]
    at: Mapped[dt.datetime]
    __table_args__ = (
        Index(None, "enterprise", "id"),
        Index(None, "case"),
        Index(None, "jurisdiction", "department", "at"),
        Index(None, "meeting"),
    )


class GuidanceEvent(Base):
    """What happened to a guidance, oldest first: told, accepted, declined, moved, minutes, remark (R17, R18)."""

    __tablename__ = "guidance_event"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    guidance: Mapped[int] = mapped_column(Key, ForeignKey("guidance.id"))
    at: Mapped[dt.datetime]
    person: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(String(12))
    text: Mapped[str]
    __table_args__ = (Index(None, "guidance", "id"),)


class Rating(Base):
    """A rating asked for (R47): of a visit, a closing or an answered request; ``score`` is there once it was given.

    ``ordinal`` counts what is rated within its subject. Who is rated never sees whose it is.
    """

    __tablename__ = "rating"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    about: Mapped[str] = mapped_column(String(8))
    subject: Mapped[int] = mapped_column(Key)
    ordinal: Mapped[int]
    person: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(String(16))
    chat: Mapped[str] = mapped_column(String(80))
    office: Mapped[int | None] = mapped_column(Key, ForeignKey("appointment.id"))
    jurisdiction: Mapped[str] = mapped_column(String(6))
    department: Mapped[str] = mapped_column(String(60))
    way: Mapped[str | None] = mapped_column(String(24))
    score: Mapped[int | None]
    sentence: Mapped[str | None]
    asked: Mapped[dt.datetime]
    told: Mapped[dt.datetime | None]  # when the request to rate went out; until then it waits for its day (R41)
    given: Mapped[dt.datetime | None]
    handled: Mapped[dt.datetime | None]
    handled_by: Mapped[int | None] = mapped_column(Key, ForeignKey("appointment.id"))
    handling: Mapped[str | None]
    __table_args__ = (
        UniqueConstraint("about", "subject", "ordinal", "channel", "chat"),
        Index(None, "jurisdiction", "department", "given"),
        Index(None, "told", "id"),
        Index(None, "person"),
    )
