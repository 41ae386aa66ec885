"""Demo seats: plainly fictitious people and enterprises, so that every role can be tried without an invitation.

They exist in demo mode only (``RONGCUO_DEMO``); ``storage.demo.purge_demo`` takes them away again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from handlers.conversation import CHINA
from knowledge.yaml_data import Node, load_yaml
from storage import chats, enterprises, people
from storage.database import Session
from storage.enterprises import NewEnterprise
from storage.people import Office, Speaker

FILE = Path(__file__).parent / "demo_people.yaml"


@dataclass(frozen=True, slots=True)
class Seat:
    """A place that a visitor may take. The guest's has no person; a contact's is bound to all demo enterprises."""

    id: str
    label: str
    name: str
    role: str
    department: str
    licence: str | None


@dataclass(frozen=True, slots=True)
class Cast:
    """Everything that ``demo_people.yaml`` says."""

    jurisdiction: str
    licence_days: int
    enterprises: tuple[NewEnterprise, ...]
    seats: tuple[Seat, ...]


@lru_cache(maxsize=1)
def cast() -> Cast:
    """The demo people and enterprises. Raises ``DataError``."""
    root = load_yaml(FILE)
    jurisdiction = root.text("jurisdiction")
    return Cast(
        jurisdiction,
        int(root.text("licence_days")),
        tuple(_enterprise(node, jurisdiction) for node in _members(root, "enterprises")),
        tuple(_seat(node) for node in _members(root, "seats")),
    )


def seats() -> tuple[Seat, ...]:
    """The seats in the order in which they are shown."""
    return cast().seats


async def seed(session: Session, now: dt.datetime) -> dict[str, int]:
    """Make whoever and whatever is missing, and lay licences that ran out anew; returns each seat's person."""
    told = cast()
    await enterprises.load_register(session, told.enterprises, now, "demo")
    held = await people.offices(session, jurisdiction=told.jurisdiction, demo=True)
    found: dict[str, int] = {}
    for seat in told.seats:
        if seat.role == "contact":
            found[seat.id] = await _seat_contact(session, seat, now)
        elif seat.role:
            found[seat.id] = await _seat_office(session, seat, held, now)
    return found


def seat_of(speaker: Speaker) -> str:
    """The seat that somebody has taken; the guest's when they have none."""
    mine = (speaker.is_demo, speaker.name, speaker.role)
    return next((seat.id for seat in seats() if (True, seat.name, seat.role) == mine), "guest")


async def take_seat(session: Session, channel: str, chat: str, seat: str, now: dt.datetime) -> None:
    """Put a chat on a seat. What was under way there belonged to whoever sat before, and is dropped."""
    person = (await seed(session, now)).get(seat)
    dialogue = await chats.load_dialogue(session, channel, chat, now)
    dialogue.state.clear()
    await chats.save_dialogue(session, dialogue, now)
    await people.seat(session, channel, chat, person)


async def _seat_contact(session: Session, seat: Seat, now: dt.datetime) -> int:
    ids = [info.id for new in cast().enterprises if (info := await enterprises.by_code(session, new.code))]
    contacts = [one for id in ids for one in await people.contacts_of(session, id)]
    person = next((one.person for one in contacts if one.name == seat.name), None)
    if person is None:
        person = await people.new_person(session, seat.name, now, is_demo=True)
    for id in ids:
        await people.bind(session, person, id, now)
    return person


async def _seat_office(session: Session, seat: Seat, held: list[Office], now: dt.datetime) -> int:
    today = now.astimezone(CHINA).date()
    until = today + dt.timedelta(days=cast().licence_days) if seat.licence else None
    mine = (seat.name, seat.role)
    office = next((one for one in held if one.is_demo and (one.name, one.role) == mine), None)
    if office is None:
        person = await people.new_person(session, seat.name, now, is_demo=True)
        await people.appoint(
            session,
            person,
            role=seat.role,
            jurisdiction=cast().jurisdiction,
            department=seat.department,
            licence=seat.licence,
            licence_until=until,
            now=now,
        )
        return person
    if seat.licence and not office.may_enforce(today):
        await people.set_licence(session, office.id, seat.licence, until)
    return office.person


def _members(root: Node, name: str) -> list[Node]:
    node = root.field(name)
    return [] if node is None else list(node.items())


def _enterprise(node: Node, division: str) -> NewEnterprise:
    return NewEnterprise(
        name=node.text("name"),
        code=node.text("code"),
        division=division,
        industry_code=node.text("industry_code"),
        industry=node.text("industry"),
        address=node.text("address"),
        founded=node.day("founded"),
    )


def _seat(node: Node) -> Seat:
    return Seat(
        id=node.text("id"),
        label=node.text("label"),
        name=node.optional("name") or "",
        role=node.optional("role") or "",
        department=node.optional("department") or "",
        licence=node.optional("licence"),
    )
