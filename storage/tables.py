"""The tables. Times are stored in UTC and come back aware; JSON is text, so that SQLite and PostgreSQL agree."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[dt.datetime]):
    """An aware time, kept in UTC. SQLite drops the zone; it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("时间必须带时区")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=dt.UTC)


_Key = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The schema's base with fixed constraint names, so that migrations can name them."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy
        dt.datetime: UtcTime,
        dt.date: Date,
        str: Text,
        bytes: LargeBinary,
    }


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
    person: Mapped[int | None] = mapped_column(_Key, ForeignKey("person.id"))
    wrong_codes: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None]
    __table_args__ = (Index(None, "person"),)


class Message(Base):
    """One message in (inbox) or out (outbox) of a chat; together they are its transcript.

    ``key`` is the channel's update id for a message in, and ``reply to / ordinal`` for one out: with ``channel`` and
    ``direction`` it is unique, so a repeated update or a repeated transaction has one effect. ``state``: in – waiting,
    done, failed; out – waiting, sent, failed.
    """

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(_Key, primary_key=True, autoincrement=True)
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
    __table_args__ = (
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
    id: Mapped[int] = mapped_column(_Key, primary_key=True, autoincrement=True)
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
    id: Mapped[int] = mapped_column(_Key, primary_key=True, autoincrement=True)
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
    id: Mapped[int] = mapped_column(_Key, primary_key=True, autoincrement=True)
    version: Mapped[int] = mapped_column(_Key, ForeignKey("version.id"))
    act: Mapped[str] = mapped_column(String(10))
    at: Mapped[dt.datetime]


class Person(Base):
    """A human being known by name: a contact of enterprises, or a holder of appointments (R1)."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(_Key, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(40))
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    since: Mapped[dt.datetime]


class Enterprise(Base):
    """An enterprise as the register has it: verified. What its contacts say of it lies in ``Fact``."""

    __tablename__ = "enterprise"
    id: Mapped[int] = mapped_column(_Key, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(120))
    code: Mapped[str] = mapped_column(String(18), unique=True)
    division: Mapped[str] = mapped_column(String(6))
    industry_code: Mapped[str | None] = mapped_column(String(4))
    industry: Mapped[str | None] = mapped_column(String(80))
    address: Mapped[str | None] = mapped_column(String(200))
    founded: Mapped[dt.date | None]
    origin: Mapped[str] = mapped_column(String(8))  # register: imported; officer: entered by an officer; demo
    made: Mapped[dt.datetime]
    changed: Mapped[dt.datetime]
    __table_args__ = (Index(None, "division", "name"),)


class Fact(Base):
    """What is said of an enterprise beyond the register: one newest value a name and status (declared, verified)."""

    __tablename__ = "fact"
    enterprise: Mapped[int] = mapped_column(_Key, ForeignKey("enterprise.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    status: Mapped[str] = mapped_column(String(8), primary_key=True)
    value: Mapped[str]
    person: Mapped[int | None] = mapped_column(_Key, ForeignKey("person.id"))
    at: Mapped[dt.datetime]


class Contact(Base):
    """A person bound to an enterprise; ``until`` is set when the binding ends (unbound, handed over, erased)."""

    __tablename__ = "contact"
    id: Mapped[int] = mapped_column(_Key, primary_key=True, autoincrement=True)
    person: Mapped[int] = mapped_column(_Key, ForeignKey("person.id"))
    enterprise: Mapped[int] = mapped_column(_Key, ForeignKey("enterprise.id"))
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]
    ended: Mapped[str | None] = mapped_column(String(12))
    __table_args__ = (Index(None, "person", "until"), Index(None, "enterprise", "until"))


class Appointment(Base):
    """An office that a person holds (R1): role, jurisdiction, department, enforcement licence, leave and delegate."""

    __tablename__ = "appointment"
    id: Mapped[int] = mapped_column(_Key, primary_key=True, autoincrement=True)
    person: Mapped[int] = mapped_column(_Key, ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(12))
    jurisdiction: Mapped[str] = mapped_column(String(6))
    department: Mapped[str] = mapped_column(String(60))
    licence: Mapped[str | None] = mapped_column(String(40))
    licence_until: Mapped[dt.date | None]
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]
    leave_from: Mapped[dt.date | None]
    leave_until: Mapped[dt.date | None]
    delegate: Mapped[int | None] = mapped_column(_Key, ForeignKey("appointment.id"))
    __table_args__ = (Index(None, "person", "until"), Index(None, "jurisdiction", "department", "until"))


class Invitation(Base):
    """A one-time code, kept as its digest only: it makes somebody a contact of an enterprise or appoints them."""

    __tablename__ = "invitation"
    id: Mapped[int] = mapped_column(_Key, primary_key=True, autoincrement=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(12))
    jurisdiction: Mapped[str] = mapped_column(String(6))
    name: Mapped[str | None] = mapped_column(String(40))
    enterprise: Mapped[int | None] = mapped_column(_Key, ForeignKey("enterprise.id"))
    replaces: Mapped[int | None] = mapped_column(_Key, ForeignKey("contact.id"))
    department: Mapped[str | None] = mapped_column(String(60))
    licence: Mapped[str | None] = mapped_column(String(40))
    licence_until: Mapped[dt.date | None]
    issuer: Mapped[int | None] = mapped_column(_Key, ForeignKey("person.id"))
    at: Mapped[dt.datetime]
    expires: Mapped[dt.datetime]
    used: Mapped[dt.datetime | None]
    used_by: Mapped[int | None] = mapped_column(_Key, ForeignKey("person.id"))
    revoked: Mapped[dt.datetime | None]
    __table_args__ = (Index(None, "enterprise"), Index(None, "expires"))


class SelfCheck(Base):
    """A finished self-check of an enterprise (R12–R16): the facts it rests on, its result, and who was shown it."""

    __tablename__ = "self_check"
    id: Mapped[int] = mapped_column(_Key, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(20))
    enterprise: Mapped[int] = mapped_column(_Key, ForeignKey("enterprise.id"))
    person: Mapped[int | None] = mapped_column(_Key, ForeignKey("person.id"))
    at: Mapped[dt.datetime]
    facts: Mapped[str]
    result: Mapped[str]
    department: Mapped[str | None] = mapped_column(String(60))
    sent: Mapped[dt.datetime | None]
    share: Mapped[str | None] = mapped_column(String(64), unique=True)
    share_until: Mapped[dt.datetime | None]
    __table_args__ = (Index(None, "enterprise", "id"), Index(None, "department", "sent"))


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


class Notice(Base):
    """A reminder that was laid: its key makes a second one of the same kind, subject, day and person impossible."""

    __tablename__ = "notice"
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    subject: Mapped[int] = mapped_column(_Key, primary_key=True, autoincrement=False)
    due: Mapped[dt.date] = mapped_column(primary_key=True)
    person: Mapped[int] = mapped_column(_Key, ForeignKey("person.id"), primary_key=True)
    at: Mapped[dt.datetime]


class CaseFile(Base):
    """A case: the procedure's own state as JSON, and beside it what lists are made by. ``number`` is given once (R29)."""

    __tablename__ = "case_file"
    id: Mapped[int] = mapped_column(_Key, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(String(60), unique=True)
    jurisdiction: Mapped[str] = mapped_column(String(6))
    department: Mapped[str] = mapped_column(String(60))
    enterprise: Mapped[int] = mapped_column(_Key, ForeignKey("enterprise.id"))
    office: Mapped[int] = mapped_column(_Key, ForeignKey("appointment.id"))
    problem: Mapped[str]
    items: Mapped[str] = mapped_column(default="[]")
    state: Mapped[str]
    stage: Mapped[str] = mapped_column(String(12))
    severity: Mapped[str | None] = mapped_column(String(8))
    turn: Mapped[str] = mapped_column(String(10))
    due: Mapped[dt.date | None]
    opened: Mapped[dt.date]
    closed: Mapped[dt.date | None]
    undelivered: Mapped[bool] = mapped_column(Boolean, default=False)
    holder: Mapped[int | None] = mapped_column(_Key, ForeignKey("appointment.id"))
    held_until: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64))  # the digest of the newest event: a lost last event shows
    made: Mapped[dt.datetime]
    changed: Mapped[dt.datetime]
    __table_args__ = (
        Index(None, "jurisdiction", "department", "stage", "due"),
        Index(None, "jurisdiction", "opened"),
        Index(None, "enterprise", "id"),
        Index(None, "office", "stage"),
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
    case: Mapped[int] = mapped_column(_Key, ForeignKey("case_file.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    person: Mapped[int | None] = mapped_column(_Key, ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(String(24))
    data: Mapped[str]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class Evidence(Base):
    """A piece of evidence of a case: a text, or a file that lies outside under its SHA-256."""

    __tablename__ = "evidence"
    id: Mapped[int] = mapped_column(_Key, primary_key=True, autoincrement=True)
    case: Mapped[int] = mapped_column(_Key, ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(10))  # inspection: found by the officer; before, after: by the enterprise
    text: Mapped[str | None]
    digest: Mapped[str | None] = mapped_column(String(64))
    name: Mapped[str | None] = mapped_column(String(120))
    mime: Mapped[str | None] = mapped_column(String(80))
    size: Mapped[int | None]
    taken: Mapped[dt.datetime | None]
    person: Mapped[int | None] = mapped_column(_Key, ForeignKey("person.id"))
    at: Mapped[dt.datetime]
    __table_args__ = (Index(None, "case", "id"), Index(None, "digest"))


class Reminder(Base):
    """One rung of a case's ladder for one person (R39): its key says that it is laid once. ``state``: waiting, sent, dropped."""

    __tablename__ = "reminder"
    id: Mapped[int] = mapped_column(_Key, primary_key=True, autoincrement=True)
    case: Mapped[int] = mapped_column(_Key, ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(24))
    due: Mapped[dt.date]
    person: Mapped[int] = mapped_column(_Key, ForeignKey("person.id"))
    at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    sent: Mapped[dt.datetime | None]
    __table_args__ = (UniqueConstraint("case", "kind", "due", "person"), Index(None, "state", "at"))


class CaseCopy(Base):
    """A copy of a case to an office above or beside (R20–R22, R40), and whether it was read (已阅)."""

    __tablename__ = "case_copy"
    case: Mapped[int] = mapped_column(_Key, ForeignKey("case_file.id"), primary_key=True)
    office: Mapped[int] = mapped_column(_Key, ForeignKey("appointment.id"), primary_key=True)
    why: Mapped[str] = mapped_column(String(60))
    at: Mapped[dt.datetime]
    read: Mapped[dt.datetime | None]
    __table_args__ = (Index(None, "office", "read"),)
