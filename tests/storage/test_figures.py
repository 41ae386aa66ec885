"""What cases, pledges and requests come to, counted by the database, on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from knowledge.procedure import acts
from knowledge.procedure.case import Case, Promise, plain
from knowledge.procedure.results import Done
from knowledge.procedure.steps import step
from storage import cases, figures
from storage.cases import CaseInfo, Series
from storage.database import Database
from storage.figures import Closed, Opened, Promised, Requested, Scope
from storage.tables import Pledge, Request
from tests.storage.offices import DIAGNOSIS, DUE, NOW, SERIES, TODAY, Office, new_office

OWN = SERIES.department
NOVEMBER = Scope("420704", None, dt.date(2026, 11, 1), dt.date(2026, 11, 30), TODAY)
DAY = dt.timedelta(1)
CHINA = dt.timezone(dt.timedelta(hours=8))
CLOSING = acts.Close("exempt_minor", "行政处罚法第三十三条第一款", (1, 2), education=True)
CLUTTER = acts.Close("duplicate", "与前案相同", ())


@pytest.fixture
async def office(database: Database) -> Office:
    return await new_office(database)


async def counted(office: Office, what: Any, scope: Scope = NOVEMBER, **more: Any) -> Any:
    async with office.database.reading() as session:
        return await what(session, replace(scope, **more))


async def does(office: Office, info: CaseInfo, name: str, act: acts.Act, at: dt.datetime) -> CaseInfo:
    """An act at a moment, on the day that it is in China."""
    done = step(info.case, act, at.astimezone(CHINA).date())
    assert isinstance(done, Done), done
    async with office.database.transaction() as session:
        return await cases.record(session, info, done.case, name, plain(act), office.persons[0], at)


def on(day: dt.date, hour: int = 10, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), CHINA)


async def corrected(office: Office, handed_in: dt.datetime, closed: dt.date, again: dt.datetime | None = None) -> None:
    """A case whose evidence came at a moment, and once more before it was reviewed; then it takes its course."""
    info = await office.does(await office.opens(), DIAGNOSIS)
    info = await does(office, info, "submit_evidence", acts.SubmitEvidence(), handed_in)
    if again:
        info = await does(office, info, "submit_evidence", acts.SubmitEvidence(), again)
    for name, act in (("pass_evidence", acts.PassEvidence()), ("visit", acts.RecordVisit(True)), ("close", CLOSING)):
        info = await does(office, info, name, act, on(closed))


# ---- cases


async def test_what_was_opened_is_counted_by_department_class_and_stage(office: Office) -> None:
    await office.opens()
    for _ in range(2):
        await office.does(await office.opens(), DIAGNOSIS)
    await office.opens(series=Series("420704", "示例城管局", "鄂城城管容"))
    await office.opens(series=Series("410526", OWN, "滑县市监容"))
    await office.opens(case=Case(dt.date(2026, 10, 31), "安全出口堆了货物"))
    found = await counted(office, figures.opened, department=OWN)
    assert set(found) == {Opened(OWN, "minor", "rectifying", 2), Opened(OWN, None, "logged", 1)}
    whole = await counted(office, figures.opened)
    assert sum(one.count for one in whole) == 4
    assert Opened("示例城管局", None, "logged", 1) in whole


async def test_r40_in_time_is_what_was_handed_in_by_the_day_however_long_the_review_took(office: Office) -> None:
    await corrected(office, on(DUE - DAY), DUE - DAY)  # all by the day
    await corrected(office, on(DUE, 23, 59), DUE + 4 * DAY)  # handed in on the last day, in China
    await corrected(office, on(DUE - DAY), DUE + 5 * DAY, again=on(DUE + 3 * DAY))  # in time, then a picture more
    await corrected(office, on(DUE + DAY, 0, 1), DUE + 5 * DAY)  # a minute late
    await office.does(await office.opens(), CLUTTER)  # never had a day
    assert await counted(office, figures.closed) == [
        Closed(OWN, "duplicate", 1, 0, 0),
        Closed(OWN, "exempt_minor", 4, 4, 3),
    ]


async def test_r43_in_time_is_by_the_day_that_was_granted_and_after_a_return_by_the_new_one(office: Office) -> None:
    later = DUE + 5 * DAY
    info = await office.does(await office.opens(), DIAGNOSIS)
    info = await does(office, info, "ask_extension", acts.AskExtension(later, "等配件"), on(TODAY))
    info = await does(office, info, "decide_extension", acts.DecideExtension(True), on(TODAY))
    info = await does(office, info, "submit_evidence", acts.SubmitEvidence(), on(DUE + DAY))
    info = await does(office, info, "return_evidence", acts.ReturnEvidence("缺照片", later + 2 * DAY), on(later))
    info = await does(office, info, "submit_evidence", acts.SubmitEvidence(), on(later + 2 * DAY))
    for name, act in (("pass_evidence", acts.PassEvidence()), ("visit", acts.RecordVisit(True)), ("close", CLOSING)):
        info = await does(office, info, name, act, on(later + 9 * DAY))
    december = {"start": dt.date(2026, 12, 1), "end": dt.date(2026, 12, 31)}
    assert await counted(office, figures.closed, **december) == [Closed(OWN, "exempt_minor", 1, 1, 1)]
    assert await counted(office, figures.closed) == []


async def test_overdue_is_what_is_late_today_and_fell_due_by_the_end_of_the_span(office: Office) -> None:
    await office.does(await office.opens(), DIAGNOSIS)
    await office.does(await office.does(await office.opens(), DIAGNOSIS), acts.SubmitEvidence())
    later = DUE + DAY
    assert await counted(office, figures.overdue, today=DUE) == {}
    assert await counted(office, figures.overdue, today=later) == {OWN: 1}
    assert await counted(office, figures.overdue, today=later, start=DUE + DAY, end=DUE + 9 * DAY) == {OWN: 1}
    assert await counted(office, figures.overdue, today=later, end=DUE) == {OWN: 1}
    assert await counted(office, figures.overdue, today=later, end=DUE - DAY) == {}
    assert await counted(office, figures.overdue, today=later, department="示例城管局") == {}


async def test_the_most_frequent_matters_come_first_and_each_item_of_a_case_counts(office: Office) -> None:
    for items in (["b-1", "a-1"], ["a-1"], ["c-1"], []):
        await office.opens(items=items)
    await office.opens(items=["z-1"], case=Case(dt.date(2026, 10, 1), "安全出口堆了货物"))
    assert await counted(office, figures.matters) == [("a-1", 2), ("b-1", 1), ("c-1", 1)]
    async with office.database.reading() as session:
        assert await figures.matters(session, NOVEMBER, limit=1) == [("a-1", 2)]


# ---- pledges and requests


async def signs(office: Office, info: CaseInfo, kind: str, at: dt.datetime, state: str = "signed") -> None:
    async with office.database.transaction() as session:
        version = {"signed": 2, "replaced": 1}[state]
        signed = {"version": version, "state": state, "signed": at, "made": NOW}
        session.add(Pledge(case=info.id, kind=kind, promises="[]", text="…", **signed))


async def test_r34_each_promise_of_a_pledge_signed_in_the_span_counts_as_its_case_has_it_now(office: Office) -> None:
    info = await office.does(await office.opens(), DIAGNOSIS)
    ours = (Promise("a", "清空", DUE), Promise("b", "上墙", DUE), Promise("c", "培训", DUE))
    theirs = (Promise("d", "不再犯", DUE, kind="acknowledgement"),)
    info = await office.does(info, acts.Pledge(ours))
    info = await office.does(info, acts.Pledge(theirs, "acknowledgement"))
    info = await office.does(info, acts.KeepPromise("a"))
    info = await does(office, info, "break_promise", acts.BreakPromise("b", "没有改"), on(DUE + DAY))
    assert await counted(office, figures.promised) == []
    await signs(office, info, "rectification", on(dt.date(2026, 11, 30), 23, 59))
    await signs(office, info, "rectification", NOW, "replaced")
    await signs(office, info, "acknowledgement", on(dt.date(2026, 12, 1), 0, 1))
    assert await counted(office, figures.promised) == [Promised(OWN, 1, 1, 1)]
    december = {"start": dt.date(2026, 12, 1), "end": dt.date(2026, 12, 31)}
    assert await counted(office, figures.promised, **december) == [Promised(OWN, 0, 0, 1)]
    assert await counted(office, figures.promised, department="示例城管局") == []


async def test_r50_a_request_is_in_time_when_first_answered_by_the_end_of_its_day_in_china(office: Office) -> None:
    due = dt.date(2026, 11, 18)
    given: tuple[tuple[dict[str, Any], str | None], ...] = (
        ({"state": "answered", "first_answered": on(due, 23, 59)}, OWN),
        ({"state": "closed", "first_answered": on(due + DAY, 0, 1)}, OWN),
        ({"state": "assigned"}, OWN),
        ({"state": "closed"}, OWN),
        ({"state": "assigned", "due": TODAY}, OWN),
        ({"state": "registered"}, None),
        ({"state": "assigned", "made": on(dt.date(2026, 10, 31))}, OWN),
    )
    async with office.database.transaction() as session:
        for n, (columns, department) in enumerate(given):
            known: dict[str, Any] = {"due": due, "made": on(dt.date(2026, 11, 16)), "changed": NOW, "question": "？"}
            whose = {"jurisdiction": "420704", "department": department, "channel": "web", "chat": "x"}
            session.add(Request(number=f"诉{n}", **(whose | known | columns)))
    assert set(await counted(office, figures.requested)) == {
        Requested(OWN, 5, 1, 1, 1),
        Requested(None, 1, 0, 0, 1),
    }
    assert await counted(office, figures.requested, department=OWN) == [Requested(OWN, 5, 1, 1, 1)]


async def test_of_nothing_there_is_nothing(office: Office) -> None:
    for what in (figures.opened, figures.closed, figures.promised, figures.requested, figures.matters):
        assert await counted(office, what) == []
    assert await counted(office, figures.overdue) == {}
