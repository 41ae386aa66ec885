"""A diagnosed case of a demo enterprise in a running program, for tests of what its contact does on the page."""

from __future__ import annotations

import datetime as dt

from bot import demo
from bot.app import App
from handlers.conversation import CHINA
from knowledge.procedure import acts
from knowledge.procedure.case import Case, Facts
from knowledge.procedure.results import Done
from knowledge.procedure.steps import step
from knowledge.workdays import add_workdays
from storage import cases, people
from storage.cases import CaseInfo, Series

MINOR = Facts(True, True, False, False, False, False, False, True)


async def demo_case(app: App, problem: str = "后厨没公示健康证") -> CaseInfo:
    """A new case against the demo contact's newest enterprise, to be corrected within five working days."""
    today = app.now().astimezone(CHINA).date()
    async with app.database.transaction() as session:
        seats = await demo.seed(session, app.now())
        bound = (await people.bindings_of(session, seats["contact"]))[0].enterprise
        (office,) = await people.offices_of(session, seats["officer"])
        info = await cases.open_case(
            session,
            series=Series(office.jurisdiction, office.department, "示例容"),
            enterprise=bound,
            office=office.id,
            problem=problem,
            items=(),
            case=Case(today, problem),
            person=office.person,
            now=app.now(),
        )
        due: dt.date = add_workdays(today, 5).day
        done = step(info.case, acts.Diagnose(MINOR, problem, due, touches_red_line=False), today)
        assert isinstance(done, Done)
        return await cases.record(session, info, done.case, "diagnose", {"must": problem}, office.person, app.now())
