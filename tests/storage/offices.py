"""An office with cases, for the tests of what is kept of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from knowledge.procedure import acts
from knowledge.procedure.case import Case, Facts, plain
from knowledge.procedure.results import Done
from knowledge.procedure.steps import step
from storage import cases, enterprises, people
from storage.cases import CaseInfo, EventInfo, Series
from storage.database import Database, Session
from storage.enterprises import NewEnterprise

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)
DUE = dt.date(2026, 11, 25)
HOUR = dt.timedelta(hours=1)
SERIES = Series("420704", "示例市场监管局", "鄂城市监容")
MINOR = Facts(True, True, False, False, False, False, False, True)
DIAGNOSIS = acts.Diagnose(MINOR, "把安全出口清空", DUE, touches_red_line=False)


class Office:
    """A department with two officers and an enterprise, for the cases of a test."""

    def __init__(self, database: Database, offices: list[int], persons: list[int], enterprise: int) -> None:
        self.database = database
        self.offices, self.persons, self.enterprise = offices, persons, enterprise

    async def opens(self, on: Database | None = None, **more: Any) -> CaseInfo:
        async with (on or self.database).transaction() as session:
            return await self.opens_in(session, **more)

    async def opens_in(self, session: Session, **more: Any) -> CaseInfo:
        known: dict[str, Any] = {
            "series": SERIES,
            "enterprise": self.enterprise,
            "office": self.offices[0],
            "problem": "安全出口堆了货物",
            "items": ["xiaofang-3"],
            "case": Case(TODAY, "安全出口堆了货物"),
            "person": self.persons[0],
            "now": NOW,
        }
        return await cases.open_case(session, **(known | more))

    async def does(self, info: CaseInfo, act: acts.Act, on: Database | None = None, person: int = 0) -> CaseInfo:
        """Carry out an act that must be allowed, on the day that the case was opened."""
        answer = step(info.case, act, TODAY)
        assert isinstance(answer, Done), answer
        async with (on or self.database).transaction() as session:
            return await cases.record(
                session, info, answer.case, type(act).__name__, plain(act), self.persons[person], NOW
            )

    async def event_of(self, info: CaseInfo) -> list[EventInfo]:
        async with self.database.reading() as session:
            return await cases.events(session, info.id)

    async def breaks(self) -> list[tuple[str, int]]:
        async with self.database.reading() as session:
            return [broken async for broken in cases.broken_chains(session)]


async def new_office(database: Database) -> Office:
    """Two officers of one department and an enterprise in its area."""
    async with database.transaction() as session:
        persons = [await people.new_person(session, name, NOW) for name in ("王强", "李梅")]
        offices = [
            await people.appoint(
                session,
                person,
                role="officer",
                jurisdiction="420704",
                department="示例市场监管局",
                licence="示例-0001",
                licence_until=dt.date(2028, 6, 30),
                now=NOW,
            )
            for person in persons
        ]
        enterprise = await enterprises.add(
            session, NewEnterprise("幸福小吃店", "92420704MA0000001P", "420704"), "register", NOW
        )
    return Office(database, offices, persons, enterprise)
