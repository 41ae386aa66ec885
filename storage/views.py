"""Who looked at people's data: each look is an event (R28), once a person, thing and day; and what a contact sees of it (R48)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.workdays import CHINA
from storage import chain
from storage.chain import Chain
from storage.people import Office
from storage.tables import CaseEvent, CaseFile, Contact, Enterprise, EnterpriseEvent

LOOKED = "looked"


@dataclass(frozen=True, slots=True)
class View:
    """A look at something of an enterprise: when, at what, of which case if of one, and by which office – not by whom."""

    at: dt.datetime
    enterprise: str
    number: str | None
    what: str
    role: str
    department: str
    licence: str


async def looked(session: AsyncSession, kind: Chain, owner: int, what: str, office: Office, now: dt.datetime) -> None:
    """Note that an office looked at something of a case or of an enterprise; many looks of a day are one."""
    today = now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    data = {"what": what, "role": office.role, "department": office.department, "licence": office.licence or ""}
    await chain.append_once(session, kind, owner, LOOKED, data, office.person, now, today)


async def views_of(session: AsyncSession, person: int) -> list[View]:
    """The looks at a contact's enterprises and their cases while they were a contact; the newest first."""
    bound = select(Contact.enterprise, Contact.since, Contact.until).where(Contact.person == person)
    found: set[View] = set()
    for enterprise, since, until in (await session.execute(bound)).all():
        of_people = (
            select(EnterpriseEvent.at, EnterpriseEvent.data, Enterprise.name, null())
            .join(Enterprise, Enterprise.id == EnterpriseEvent.enterprise)
            .where(Enterprise.id == enterprise, *_meanwhile(EnterpriseEvent, since, until))
        )
        of_cases = (
            select(CaseEvent.at, CaseEvent.data, Enterprise.name, CaseFile.number)
            .join(CaseFile, CaseFile.id == CaseEvent.case)
            .join(Enterprise, Enterprise.id == CaseFile.enterprise)
            .where(Enterprise.id == enterprise, *_meanwhile(CaseEvent, since, until))
        )
        for statement in (of_people, of_cases):
            found.update(_views((await session.execute(statement)).all()))
    return sorted(found, key=lambda view: (view.at, view.number or "", view.what), reverse=True)


def _meanwhile(event: Any, since: dt.datetime, until: dt.datetime | None) -> Iterator[ColumnElement[bool]]:
    yield and_(event.act == LOOKED, event.at >= since)
    if until is not None:
        yield event.at <= until


def _views(rows: Any) -> Iterator[View]:
    for at, text, enterprise, number in rows:
        data = json.loads(text)["data"]
        said = [str(data.get(name, "")) for name in ("what", "role", "department", "licence")]
        yield View(at, enterprise, number, *said)
