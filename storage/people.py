"""Who somebody is (R1): a person behind a chat, the offices they hold, the enterprises they are a contact of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Appointment, Chat, Contact, Person

Ending = Literal["unbound", "handed", "erased", "ended"]
"""Why a binding ended: by the contact, handed over to a successor, erased with the person, by an officer."""


class UnknownChat(LookupError):
    """没有这个会话，对方要先发来一条消息。"""


@dataclass(frozen=True, slots=True)
class Office:
    """An appointment and the name of its person; live while ``until`` is ``None``. Leave counts whole days."""

    id: int
    person: int
    name: str
    role: str
    jurisdiction: str
    department: str
    licence: str | None
    licence_until: dt.date | None
    since: dt.datetime
    until: dt.datetime | None
    leave_from: dt.date | None
    leave_until: dt.date | None
    delegate: int | None
    is_demo: bool

    def may_enforce(self, day: dt.date) -> bool:
        """Whether this is a live officer whose licence is in date, its last day included (R1, 处罚法 第五十五条)."""
        return (
            self.role == "officer"
            and self.until is None
            and bool(self.licence)
            and self.licence_until is not None
            and self.licence_until >= day
        )

    def is_on_leave(self, day: dt.date) -> bool:
        """Whether the leave covers the day; a leave without an end goes on."""
        if self.leave_from is None or day < self.leave_from:
            return False
        return self.leave_until is None or day <= self.leave_until


@dataclass(frozen=True, slots=True)
class Binding:
    """A live contact: the person speaks for the enterprise."""

    contact: int
    enterprise: int
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whom a chat belongs to now. ``role`` is guest, contact, or that of ``office``.

    ``acting_for`` are the offices on leave today whose delegate is ``office``.
    """

    person: int | None
    name: str
    role: str
    office: Office | None
    bindings: tuple[Binding, ...]
    is_demo: bool
    acting_for: tuple[Office, ...]


GUEST = Speaker(None, "", "guest", None, (), False, ())


@dataclass(frozen=True, slots=True)
class ContactInfo:
    """One of an enterprise's live contacts."""

    contact: int
    person: int
    name: str
    since: dt.datetime


async def speaker_of(session: AsyncSession, channel: str, chat: str, day: dt.date, *, demo: bool) -> Speaker:
    """Whom a chat belongs to now; asked anew at every message, so that a revocation works at once.

    Demo people count only when ``demo`` is true. Of several live offices the newest one counts.
    """
    statement = (
        select(Person.id, Person.name, Person.is_demo)
        .join(Chat, Chat.person == Person.id)
        .where(Chat.channel == channel, Chat.chat == chat)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None or (row.is_demo and not demo):
        return GUEST
    held = await _found(session, _live().where(Appointment.person == row.id).order_by(Appointment.id.desc()).limit(1))
    held_office = held[0] if held else None
    bindings = await bindings_of(session, row.id)
    role = held_office.role if held_office else "contact" if bindings else "guest"
    acting_for: list[Office] = []
    if held_office:
        delegating = _live(demo=demo).where(Appointment.delegate == held_office.id).order_by(Appointment.id)
        acting_for = [other for other in await _found(session, delegating) if other.is_on_leave(day)]
    return Speaker(row.id, row.name, role, held_office, tuple(bindings), row.is_demo, tuple(acting_for))


async def new_person(session: AsyncSession, name: str, now: dt.datetime, *, is_demo: bool = False) -> int:
    """Keep a person; returns their id. A name is cut at 40 characters."""
    row = Person(name=name[:40], is_demo=is_demo, since=now)
    session.add(row)
    await session.flush()
    return row.id


async def seat(session: AsyncSession, channel: str, chat: str, person: int | None) -> None:
    """Set whose a chat is; ``None`` makes its owner a guest. Raises ``UnknownChat``."""
    done = await session.execute(
        update(Chat).where(Chat.channel == channel, Chat.chat == chat).values(person=person).returning(Chat.chat)
    )
    if done.scalar() is None:
        raise UnknownChat(UnknownChat.__doc__)


async def chats_of(session: AsyncSession, person: int) -> list[tuple[str, str]]:
    """The ``(channel, chat)`` of a person, the one seen last first."""
    return (await chats_of_all(session, [person]))[person]


async def chats_of_all(session: AsyncSession, persons: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """The ``(channel, chat)`` of each of these persons, the one seen last first, in one statement."""
    found: dict[int, list[tuple[str, str]]] = {person: [] for person in persons}
    rows = await session.execute(
        select(Chat.person, Chat.channel, Chat.chat)
        .where(Chat.person.in_(sorted(found)))
        .order_by(Chat.seen.desc(), Chat.channel, Chat.chat)
    )
    for person, channel, chat in rows:
        if person is not None:
            found[person].append((channel, chat))
    return found


async def person_of(session: AsyncSession, channel: str, chat: str) -> int | None:
    """Whose a chat is; ``None`` for a guest's."""
    mine = select(Chat.person).where(Chat.channel == channel, Chat.chat == chat)
    return (await session.execute(mine)).scalar_one_or_none()


async def appoint(
    session: AsyncSession,
    person: int,
    *,
    role: str,
    jurisdiction: str,
    department: str,
    licence: str | None,
    licence_until: dt.date | None,
    now: dt.datetime,
) -> int:
    """Give a person an office; returns its id."""
    row = Appointment(
        person=person,
        role=role,
        jurisdiction=jurisdiction,
        department=department,
        licence=licence,
        licence_until=licence_until,
        since=now,
    )
    session.add(row)
    await session.flush()
    return row.id


async def revoke(session: AsyncSession, office: int, now: dt.datetime) -> bool:
    """End an office; ``False`` when it is not a live one."""
    return await _change(session, office, until=now)


async def office(session: AsyncSession, id: int) -> Office | None:
    """An office, live or ended."""
    if not 0 < id < 2**63:  # beyond, the drivers refuse the number
        return None
    found = await _found(session, _all().where(Appointment.id == id))
    return found[0] if found else None


async def offices(
    session: AsyncSession,
    *,
    jurisdiction: str | None = None,
    department: str | None = None,
    role: str | None = None,
    demo: bool,
) -> list[Office]:
    """The live offices, narrowed down to what is named, ordered by department and name."""
    statement = _live(demo=demo)
    if jurisdiction is not None:
        statement = statement.where(Appointment.jurisdiction == jurisdiction)
    if department is not None:
        statement = statement.where(Appointment.department == department)
    if role is not None:
        statement = statement.where(Appointment.role == role)
    return await _found(session, statement.order_by(Appointment.department, Person.name, Appointment.id))


async def offices_of(session: AsyncSession, person: int) -> list[Office]:
    """A person's offices, live and ended, oldest first."""
    return await _found(session, _all().where(Appointment.person == person).order_by(Appointment.id))


async def departments(session: AsyncSession, jurisdiction: str, *, demo: bool) -> list[str]:
    """The departments of a jurisdiction that have a live officer."""
    return sorted(
        {one.department for one in await offices(session, jurisdiction=jurisdiction, role="officer", demo=demo)}
    )


async def take_leave(
    session: AsyncSession, office: int, leave_from: dt.date, leave_until: dt.date | None, delegate: int | None
) -> bool:
    """Note a leave, both days included, and the office that acts meanwhile; ``False`` when the office is not live."""
    return await _change(session, office, leave_from=leave_from, leave_until=leave_until, delegate=delegate)


async def end_leave(session: AsyncSession, office: int) -> bool:
    """Forget an office's leave and its delegate; ``False`` when the office is not live."""
    return await _change(session, office, leave_from=None, leave_until=None, delegate=None)


async def set_licence(session: AsyncSession, office: int, licence: str | None, until: dt.date | None) -> bool:
    """Note an enforcement licence and its last day (R1); ``False`` when the office is not live."""
    return await _change(session, office, licence=licence, licence_until=until)


async def licences_ending(session: AsyncSession, day: dt.date, within: int, *, demo: bool) -> list[Office]:
    """Live officers whose licence ends from ``day`` to ``within`` days later, both included; the soonest first."""
    return await _found(
        session,
        _live(demo=demo)
        .where(
            Appointment.role == "officer",
            Appointment.licence_until.between(day, day + dt.timedelta(days=within)),
        )
        .order_by(Appointment.licence_until, Appointment.id),
    )


async def bind(session: AsyncSession, person: int, enterprise: int, now: dt.datetime) -> int:
    """Make a person a contact of an enterprise; a live binding that is there already is returned instead."""
    await session.execute(select(Person.id).where(Person.id == person).with_for_update())  # one binding at a time
    live = select(Contact.id).where(Contact.person == person, Contact.enterprise == enterprise, Contact.until.is_(None))
    there = (await session.execute(live.order_by(Contact.id).limit(1))).scalar_one_or_none()
    if there is not None:
        return there
    row = Contact(person=person, enterprise=enterprise, since=now)
    session.add(row)
    await session.flush()
    return row.id


async def unbind(session: AsyncSession, contact: int, now: dt.datetime, why: Ending) -> bool:
    """End a binding; ``False`` when it is not a live one."""
    done = await session.execute(
        update(Contact)
        .where(Contact.id == contact, Contact.until.is_(None))
        .values(until=now, ended=why)
        .returning(Contact.id)
    )
    return done.scalar() is not None


async def bindings_of(session: AsyncSession, person: int) -> list[Binding]:
    """A person's live bindings, oldest first."""
    rows = await session.execute(
        select(Contact.id, Contact.enterprise, Contact.since)
        .where(Contact.person == person, Contact.until.is_(None))
        .order_by(Contact.id)
    )
    return [Binding(contact, enterprise, since) for contact, enterprise, since in rows]


async def contacts_of(session: AsyncSession, enterprise: int) -> list[ContactInfo]:
    """An enterprise's live contacts, oldest first."""
    rows = await session.execute(
        select(Contact.id, Contact.person, Person.name, Contact.since)
        .join(Person, Person.id == Contact.person)
        .where(Contact.enterprise == enterprise, Contact.until.is_(None))
        .order_by(Contact.id)
    )
    return [ContactInfo(contact, person, name, since) for contact, person, name, since in rows]


async def contact_pairs(session: AsyncSession, enterprises: Iterable[int]) -> set[tuple[int, int]]:
    """The live contacts of these enterprises, each as enterprise and person, in one statement."""
    rows = await session.execute(
        select(Contact.enterprise, Contact.person).where(
            Contact.enterprise.in_(sorted(set(enterprises))), Contact.until.is_(None)
        )
    )
    return {(enterprise, person) for enterprise, person in rows}


async def offices_by_id(session: AsyncSession, ids: Iterable[int]) -> list[Office]:
    """These offices, revoked ones too, in one statement."""
    return await _found(session, _all().where(Appointment.id.in_(sorted(set(ids)))))


def _all() -> Select[Appointment, str, bool]:
    return select(Appointment, Person.name, Person.is_demo).join(Person, Person.id == Appointment.person)


def _live(*, demo: bool = True) -> Select[Appointment, str, bool]:
    statement = _all().where(Appointment.until.is_(None))
    return statement if demo else statement.where(Person.is_demo.is_(False))


async def _found(session: AsyncSession, statement: Select[Appointment, str, bool]) -> list[Office]:
    rows = await session.execute(statement.execution_options(populate_existing=True))
    return [
        Office(
            id=row.id,
            person=row.person,
            name=name,
            role=row.role,
            jurisdiction=row.jurisdiction,
            department=row.department,
            licence=row.licence,
            licence_until=row.licence_until,
            since=row.since,
            until=row.until,
            leave_from=row.leave_from,
            leave_until=row.leave_until,
            delegate=row.delegate,
            is_demo=is_demo,
        )
        for row, name, is_demo in rows
    ]


async def _change(session: AsyncSession, office: int, **columns: Any) -> bool:
    if not 0 < office < 2**63:
        return False
    done = await session.execute(
        update(Appointment)
        .where(Appointment.id == office, Appointment.until.is_(None))
        .values(**columns)
        .returning(Appointment.id)
    )
    return done.scalar() is not None
