"""The laid rungs of each case's ladder (R39): laid once, claimed by one process, dropped when the deadline moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.procedure.ladder import Rung
from storage.inserts import insert_into
from storage.tables import CaseFile, Reminder


@dataclass(frozen=True, slots=True)
class ReminderInfo:
    """A reminder for one person: of which case, which rung, for which due day, and when it may go out."""

    id: int
    case: int
    kind: str
    due: dt.date
    person: int
    at: dt.datetime


async def lay(
    session: AsyncSession, case: int, rungs: Iterable[Rung], persons: Mapping[str, Sequence[int]], now: dt.datetime
) -> int:
    """Lay the rungs that are still ahead of ``now`` for everybody they are for; returns how many are new.

    ``persons`` says who that is, by ``Rung.to``. One that waits or was sent stays as it is; one that was dropped waits again.
    """
    laid = 0
    for rung in rungs:
        if rung.at <= now:
            continue
        for person in persons.get(rung.to, ()):
            statement = (
                insert_into(session, Reminder)
                .values(case=case, kind=rung.kind, due=rung.due, person=person, at=rung.at, state="waiting", sent=None)
                .on_conflict_do_update(
                    index_elements=["case", "kind", "due", "person"],
                    set_={"state": "waiting", "at": rung.at},
                    where=Reminder.state == "dropped",
                )
                .returning(Reminder.id)
            )
            laid += (await session.execute(statement)).scalar() is not None
    return laid


async def relay(
    session: AsyncSession, case: int, rungs: Sequence[Rung], persons: Mapping[str, Sequence[int]], now: dt.datetime
) -> int:
    """Lay a ladder in place of the one there is: what waits and is no part of it is dropped (R43). Returns how many are new."""
    wanted = {(rung.kind, rung.due, person) for rung in rungs for person in persons.get(rung.to, ())}
    waiting = await session.execute(
        select(Reminder.id, Reminder.kind, Reminder.due, Reminder.person)
        .where(Reminder.case == case, Reminder.state == "waiting")
        .with_for_update()
    )
    gone = [id for id, *key in waiting.all() if tuple(key) not in wanted]
    if gone:
        await session.execute(update(Reminder).where(Reminder.id.in_(gone)).values(state="dropped"))
    return await lay(session, case, rungs, persons, now)


async def drop(session: AsyncSession, case: int) -> int:
    """Drop everything that waits for a case; returns how many."""
    done = await session.execute(
        update(Reminder)
        .where(Reminder.case == case, Reminder.state == "waiting")
        .values(state="dropped")
        .returning(Reminder.id)
    )
    return len(done.all())


async def claim_due(session: AsyncSession, now: dt.datetime, limit: int = 100) -> list[ReminderInfo]:
    """Due reminders of open cases, oldest first, locked until the transaction ends: no other process gets them meanwhile.

    They go on waiting until ``mark_sent``, in the same transaction as what is written about them. Their cases are locked
    with them, and one that somebody is acting on is left for later: so neither ever waits for the other in a circle.
    """
    columns = (Reminder.id, Reminder.case, Reminder.kind, Reminder.due, Reminder.person, Reminder.at)
    statement = (
        select(*columns)
        .join(CaseFile, CaseFile.id == Reminder.case)
        .where(Reminder.state == "waiting", Reminder.at <= now, CaseFile.stage != "closed")
        .order_by(
            Reminder.at
        )  # and by nothing else: so the index gives the first ones without sorting all of a morning
        .limit(limit)
        .with_for_update(of=(Reminder, CaseFile), skip_locked=True, key_share=True)
    )
    found = [ReminderInfo(*row) for row in await session.execute(statement)]
    return sorted(found, key=lambda one: (one.at, one.id))


async def mark_sent(session: AsyncSession, ids: Iterable[int], now: dt.datetime) -> None:
    """These reminders are on their way: written to the outbox in this transaction."""
    await session.execute(
        update(Reminder).where(Reminder.id.in_(list(ids)), Reminder.state == "waiting").values(state="sent", sent=now)
    )


async def cases_with_waiting(session: AsyncSession, ids: Sequence[int]) -> set[int]:
    """Those of some cases for which anything waits."""
    statement = select(Reminder.case).where(Reminder.case.in_(ids), Reminder.state == "waiting").distinct()
    return set((await session.execute(statement)).scalars())


async def waiting_for(session: AsyncSession, case: int) -> list[ReminderInfo]:
    """What waits for a case, in order of time."""
    rows = await session.execute(
        select(Reminder)
        .where(Reminder.case == case, Reminder.state == "waiting")
        .order_by(Reminder.at, Reminder.id)
        .execution_options(populate_existing=True)
    )
    return [ReminderInfo(row.id, row.case, row.kind, row.due, row.person, row.at) for row in rows.scalars()]
