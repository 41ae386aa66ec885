"""What the demo leaves behind, taken out before the program starts without it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, delete, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import (
    Answer,
    Appointment,
    Base,
    CaseCopy,
    CaseEvent,
    CaseFile,
    CaseSeries,
    Chat,
    Contact,
    Enterprise,
    EnterpriseEvent,
    Evidence,
    Export,
    Fact,
    Guidance,
    GuidanceEvent,
    Instruction,
    Invitation,
    Notice,
    Paper,
    Person,
    Phrase,
    Pledge,
    Rating,
    Reminder,
    Request,
    RequestEvent,
    SelfCheck,
)

REQUEST_SERIES = "诉求"
"""Where the numbers of requests are counted beside those of the departments' cases (R50)."""
OF_CASES = (CaseCopy, CaseEvent, Evidence, Instruction, Paper, Pledge, Reminder)
"""What hangs on a case alone."""
LASTING = (
    CaseEvent.person,
    EnterpriseEvent.person,
    Evidence.person,
    GuidanceEvent.person,
    RequestEvent.person,
    Paper.made_by,
    Pledge.signer,
)
"""Where a person stands on a record that stays; their row stays with it, and stays a demo one."""


async def purge_demo(session: AsyncSession) -> int:
    """Remove every demo person and demo enterprise with all that hangs on them; returns how many people went.

    Their chats become guests' chats. What depends on something goes before it.
    """
    people = select(Person.id).where(Person.is_demo.is_(True))
    enterprises = select(Enterprise.id).where(Enterprise.origin == "demo")
    held = select(Appointment.id).where(Appointment.person.in_(people))
    theirs = select(CaseFile.id).where(or_(CaseFile.enterprise.in_(enterprises), CaseFile.office.in_(held)))
    for table in OF_CASES:
        await _delete(session, table, table.case.in_(theirs))
    await _delete_papers(session, people, held, enterprises, theirs)
    await _delete(session, CaseFile, CaseFile.id.in_(theirs))
    await _restart_series(session)
    await _delete_people(session, people, held, enterprises)
    staying = [Person.id.in_(select(column).where(column.is_not(None))) for column in LASTING]
    gone = await session.execute(delete(Person).where(Person.is_demo.is_(True), ~or_(*staying)).returning(Person.id))
    return len(gone.all())


async def _delete_papers(
    session: AsyncSession, people: Select[int], held: Select[int], enterprises: Select[int], theirs: Select[int]
) -> None:
    """Copies, guidance, ratings, requests, answers and exports of demo people."""
    requests = select(Request.id).where(Request.person.in_(people))
    await _delete(session, CaseCopy, CaseCopy.office.in_(held))
    await _delete(session, Instruction, Instruction.office.in_(held))
    await _delete(session, Reminder, Reminder.person.in_(people))
    given = or_(Guidance.case.in_(theirs), Guidance.enterprise.in_(enterprises), Guidance.office.in_(held))
    await _delete(session, GuidanceEvent, GuidanceEvent.guidance.in_(select(Guidance.id).where(given)))
    await _delete(session, Guidance, given)
    await _delete(session, Rating, Rating.person.in_(people), Rating.office.in_(held))
    await session.execute(update(Rating).where(Rating.handled_by.in_(held)).values(handled_by=None))
    await session.execute(update(Paper).where(Paper.reviewer.in_(people)).values(reviewer=None))
    await _delete(session, Answer, Answer.person.in_(people), Answer.reviewer.in_(people), Answer.request.in_(requests))
    await _delete(session, RequestEvent, RequestEvent.request.in_(requests))
    await _delete(session, Request, Request.person.in_(people))
    await session.execute(update(Request).where(Request.holder.in_(held)).values(holder=None, held_until=None))
    await _delete(session, Export, Export.office.in_(held))
    await _delete(session, Phrase, Phrase.person.in_(people))


async def _delete_people(
    session: AsyncSession, people: Select[int], held: Select[int], enterprises: Select[int]
) -> None:
    contacts = select(Contact.id).where(or_(Contact.person.in_(people), Contact.enterprise.in_(enterprises)))
    await session.execute(update(Chat).where(Chat.person.in_(people)).values(person=None))
    await _delete(session, Notice, Notice.person.in_(people))
    await _delete(
        session,
        Invitation,
        Invitation.issuer.in_(people),
        Invitation.used_by.in_(people),
        Invitation.enterprise.in_(enterprises),
        Invitation.replaces.in_(contacts),
    )
    await _delete(session, Fact, Fact.person.in_(people), Fact.enterprise.in_(enterprises))
    await _delete(session, SelfCheck, SelfCheck.person.in_(people), SelfCheck.enterprise.in_(enterprises))
    await _delete(session, Contact, Contact.id.in_(contacts))
    await _delete(session, EnterpriseEvent, EnterpriseEvent.enterprise.in_(enterprises))
    await session.execute(update(CaseFile).where(CaseFile.holder.in_(held)).values(holder=None, held_until=None))
    await session.execute(update(Appointment).where(Appointment.delegate.in_(held)).values(delegate=None))
    await _delete(session, Appointment, Appointment.person.in_(people))
    await _delete(session, Enterprise, Enterprise.origin == "demo")


async def _restart_series(session: AsyncSession) -> None:
    """Series in which no case is left begin again: a real office's first case is number one (R29)."""
    key = (CaseSeries.jurisdiction, CaseSeries.department)
    used = select(CaseFile.jurisdiction, CaseFile.department).distinct()
    await session.execute(delete(CaseSeries).where(tuple_(*key).not_in(used), CaseSeries.department != REQUEST_SERIES))


async def _delete(session: AsyncSession, table: type[Base], *any_of: ColumnElement[Any]) -> None:
    await session.execute(delete(table).where(or_(*any_of)))
