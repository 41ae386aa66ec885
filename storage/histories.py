"""What an enterprise has behind it: cases, inspections and visits, pledges, self-checks; counted for cards and pages (R23)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import cases
from storage.cases import CaseInfo
from storage.tables import CaseEvent, CaseFile, Pledge, SelfCheck

VISITING = ("log", "visit")
"""The acts for which somebody came: an inspection that was logged, a follow-up visit."""


@dataclass(frozen=True, slots=True)
class History:
    """An enterprise's past as the records have it. ``visits``: days on which a department came, since ``visits_since``."""

    cases_this_year: int
    open_cases: int
    is_first: bool
    visits: int
    pledges: int
    checks_sent: int
    latest: CaseInfo | None


async def history(session: AsyncSession, enterprise: int, *, year_since: dt.date, visits_since: dt.datetime) -> History:
    """Count what there is of an enterprise, of all departments; ``is_first`` as R23 looks it up."""
    newest = await cases.of_enterprise(session, enterprise, limit=1)
    return History(
        cases_this_year=await cases.opened_since(session, enterprise, year_since),
        open_cases=await _count(session, CaseFile.id, CaseFile.enterprise == enterprise, cases.IS_OPEN),
        is_first=not await cases.earlier_violations(session, enterprise),
        visits=await _visits(session, enterprise, visits_since),
        pledges=await _count(
            session,
            Pledge.id,
            Pledge.case.in_(select(CaseFile.id).where(CaseFile.enterprise == enterprise)),
            Pledge.state == "signed",
        ),
        checks_sent=await _count(
            session, SelfCheck.id, SelfCheck.enterprise == enterprise, SelfCheck.sent.is_not(None)
        ),
        latest=newest[0] if newest else None,
    )


async def _visits(session: AsyncSession, enterprise: int, since: dt.datetime) -> int:
    """Three problems found on one day are one visit; two departments on one day are two."""
    zone = since.tzinfo
    rows = await session.execute(
        select(CaseFile.department, CaseEvent.at)
        .join(CaseEvent, CaseEvent.case == CaseFile.id)
        .where(CaseFile.enterprise == enterprise, CaseEvent.act.in_(VISITING), CaseEvent.at >= since)
    )
    return len({(department, at.astimezone(zone).date()) for department, at in rows})


async def _count(session: AsyncSession, column: object, *where: object) -> int:
    statement = select(func.count(column)).where(*where)  # type: ignore[arg-type]
    return int((await session.execute(statement)).scalar_one())
