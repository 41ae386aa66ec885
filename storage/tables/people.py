"""The tables of people and enterprises: who speaks, whose contact, which office, what was checked."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    Boolean,
    ForeignKey,
    Index,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Key


class Person(Base):
    """A human being known by name: a contact of enterprises, or a holder of appointments (R1)."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(40))
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    since: Mapped[dt.datetime]


class Enterprise(Base):
    """An enterprise as the register has it: verified. What its contacts say of it lies in ``Fact``."""

    __tablename__ = "enterprise"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(120))
    code: Mapped[str] = mapped_column(String(18), unique=True)
    division: Mapped[str] = mapped_column(String(6))
    industry_code: Mapped[str | None] = mapped_column(String(4))
    industry: Mapped[str | None] = mapped_column(String(80))
    address: Mapped[str | None] = mapped_column(String(200))
    founded: Mapped[dt.date | None]
    origin: Mapped[str] = mapped_column(String(8))  # register: imported; officer: entered by an officer; demo
    head: Mapped[str | None] = mapped_column(String(64))  # the digest of the newest event outside its cases
    made: Mapped[dt.datetime]
    changed: Mapped[dt.datetime]
    __table_args__ = (Index(None, "division", "name"), Index(None, "division", "changed"))


class Fact(Base):
    """What is said of an enterprise beyond the register: one newest value a name and status (declared, verified)."""

    __tablename__ = "fact"
    enterprise: Mapped[int] = mapped_column(Key, ForeignKey("enterprise.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    status: Mapped[str] = mapped_column(String(8), primary_key=True)
    value: Mapped[str]
    person: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    at: Mapped[dt.datetime]


class Contact(Base):
    """A person bound to an enterprise; ``until`` is set when the binding ends (unbound, handed over, erased)."""

    __tablename__ = "contact"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    person: Mapped[int] = mapped_column(Key, ForeignKey("person.id"))
    enterprise: Mapped[int] = mapped_column(Key, ForeignKey("enterprise.id"))
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]
    ended: Mapped[str | None] = mapped_column(String(12))
    __table_args__ = (Index(None, "person", "until"), Index(None, "enterprise", "until"))


class Appointment(Base):
    """An office that a person holds (R1): role, jurisdiction, department, enforcement licence, leave and delegate."""

    __tablename__ = "appointment"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    person: Mapped[int] = mapped_column(Key, ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(12))
    jurisdiction: Mapped[str] = mapped_column(String(6))
    department: Mapped[str] = mapped_column(String(60))
    licence: Mapped[str | None] = mapped_column(String(40))
    licence_until: Mapped[dt.date | None]
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]
    leave_from: Mapped[dt.date | None]
    leave_until: Mapped[dt.date | None]
    delegate: Mapped[int | None] = mapped_column(Key, ForeignKey("appointment.id"))
    __table_args__ = (Index(None, "person", "until"), Index(None, "jurisdiction", "department", "until"))


class Invitation(Base):
    """A one-time code, kept as its digest only: it makes somebody a contact of an enterprise or appoints them."""

    __tablename__ = "invitation"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(12))
    jurisdiction: Mapped[str] = mapped_column(String(6))
    name: Mapped[str | None] = mapped_column(String(40))
    enterprise: Mapped[int | None] = mapped_column(Key, ForeignKey("enterprise.id"))
    replaces: Mapped[int | None] = mapped_column(Key, ForeignKey("contact.id"))
    department: Mapped[str | None] = mapped_column(String(60))
    licence: Mapped[str | None] = mapped_column(String(40))
    licence_until: Mapped[dt.date | None]
    issuer: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    at: Mapped[dt.datetime]
    expires: Mapped[dt.datetime]
    used: Mapped[dt.datetime | None]
    used_by: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    revoked: Mapped[dt.datetime | None]
    __table_args__ = (Index(None, "enterprise"), Index(None, "expires"))


class SelfCheck(Base):
    """A finished self-check of an enterprise (R12–R16): the facts it rests on, its result, and who was shown it."""

    __tablename__ = "self_check"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(20))
    enterprise: Mapped[int] = mapped_column(Key, ForeignKey("enterprise.id"))
    person: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    at: Mapped[dt.datetime]
    facts: Mapped[str]
    result: Mapped[str]
    department: Mapped[str | None] = mapped_column(String(60))
    sent: Mapped[dt.datetime | None]
    share: Mapped[str | None] = mapped_column(String(64), unique=True)
    share_until: Mapped[dt.datetime | None]
    __table_args__ = (Index(None, "enterprise", "id"), Index(None, "department", "sent"))


class Notice(Base):
    """A reminder that was laid: its key makes a second one of the same kind, subject, day and person impossible."""

    __tablename__ = "notice"
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    subject: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    due: Mapped[dt.date] = mapped_column(primary_key=True)
    person: Mapped[int] = mapped_column(Key, ForeignKey("person.id"), primary_key=True)
    at: Mapped[dt.datetime]


class EnterpriseEvent(Base):
    """An act on an enterprise outside its cases – above all who looked at its people – chained like those of a case (R28)."""

    __tablename__ = "enterprise_event"
    enterprise: Mapped[int] = mapped_column(Key, ForeignKey("enterprise.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    person: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(String(24))
    data: Mapped[str]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
