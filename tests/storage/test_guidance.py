"""行政指导 as it is kept (R17, R18): answers with who and when, 约谈 with their minutes, figures by way, form and answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from storage import guidance
from storage.database import Database
from storage.guidance import Figure
from tests.storage.offices import NOW, TODAY, Office, new_office

PLACE, OURS = "420704", "示例市场监管局"
DAY = dt.timedelta(days=1)


@pytest.fixture
async def office(database: Database) -> Office:
    return await new_office(database)


async def gives(office: Office, **more: Any) -> int:
    known: dict[str, Any] = {
        "case": None,
        "enterprise": office.enterprise,
        "office": office.offices[0],
        "jurisdiction": PLACE,
        "department": OURS,
        "way": "policy",
        "form": "phone",
        "content": "稳岗补助可以网上申报",
        "meeting": None,
        "place": None,
        "person": office.persons[0],
        "now": NOW,
    }
    async with office.database.transaction() as session:
        return await guidance.record(session, **(known | more))


async def acts(office: Office, id: int) -> list[tuple[str, str | None, str]]:
    async with office.database.reading() as session:
        return [(one.act, one.person_name, one.text) for one in await guidance.events(session, id)]


async def test_an_answer_is_kept_with_its_time_and_who_gave_it(office: Office) -> None:
    """R18: a later one takes its place, and the first stays on the record."""
    id = await gives(office)
    async with office.database.transaction() as session:
        await guidance.answer(session, id, False, office.persons[1], NOW + DAY)
        await guidance.answer(session, id, True, office.persons[1], NOW + 2 * DAY)
        info = await guidance.one(session, id, lock=True)
    assert info is not None and (info.accepted, info.answered) == (True, NOW + 2 * DAY)
    assert (await acts(office, id))[1:] == [("declined", "李梅", ""), ("accepted", "李梅", "")]


async def test_a_meeting_that_is_moved_is_asked_about_anew(office: Office) -> None:
    id = await gives(office, way="talk", meeting=NOW + 5 * DAY, place="二楼会议室")
    async with office.database.transaction() as session:
        await guidance.answer(session, id, True, office.persons[1], NOW)
        await guidance.move(session, id, NOW + 7 * DAY, "另有检查", office.persons[0], NOW + DAY)
        info = await guidance.one(session, id)
        assert info is not None
        found = await guidance.meetings(session, NOW, NOW + 10 * DAY)
    assert (info.meeting, info.accepted, info.answered, info.place) == (NOW + 7 * DAY, None, None, "二楼会议室")
    assert [(one.id, settled) for one, settled in found] == [(id, NOW + DAY)]


async def test_meetings_that_were_declined_or_are_over_are_not_among_those_ahead(office: Office) -> None:
    declined = await gives(office, way="talk", meeting=NOW + DAY, place="二楼")
    await gives(office, way="talk", meeting=NOW - DAY, place="二楼")
    await gives(office, way="talk", meeting=NOW + 30 * DAY, place="二楼")
    there = await gives(office, way="talk", meeting=NOW + 2 * DAY, place="二楼")
    async with office.database.transaction() as session:
        await guidance.answer(session, declined, False, None, NOW)
        assert [one.id for one, _ in await guidance.meetings(session, NOW, NOW + 14 * DAY)] == [there]


async def test_minutes_and_remarks_are_kept_and_earlier_ones_with_them(office: Office) -> None:
    id = await gives(office, way="talk", meeting=NOW + DAY, place="二楼")
    async with office.database.transaction() as session:
        await guidance.keep_minutes(session, id, "谈了公示", office.persons[0], NOW + DAY)
        await guidance.remark(session, id, "还谈了展示牌", office.persons[1], NOW + DAY)
        await guidance.keep_minutes(session, id, "谈了公示和展示牌", office.persons[0], NOW + 2 * DAY)
        info = await guidance.one(session, id)
    assert info is not None and info.minutes == "谈了公示和展示牌"
    assert [(act, text) for act, _, text in (await acts(office, id))[1:]] == [
        ("minutes", "谈了公示"),
        ("remark", "还谈了展示牌"),
        ("minutes", "谈了公示和展示牌"),
    ]


async def test_guidance_is_found_by_case_and_by_enterprise(office: Office) -> None:
    case = await office.opens()
    first = await gives(office, case=case.id, way="advice")
    second = await gives(office, case=case.id, way="policy")
    alone = await gives(office, department="示例城管局")
    async with office.database.reading() as session:
        assert [one.id for one in await guidance.of_case(session, case.id)] == [second, first]
        assert await guidance.count_of_case(session, case.id) == 2
        assert await guidance.way_of_case(session, case.id) == "policy"
        assert await guidance.way_of_case(session, 999) is None
        every = await guidance.of_enterprises(session, [office.enterprise])
        assert [one.id for one in every] == [alone, second, first]
        ours = await guidance.of_enterprises(session, [office.enterprise], jurisdiction=PLACE, department=OURS)
        assert [one.number for one in ours] == [case.number, case.number]
        assert await guidance.of_enterprises(session, []) == []
        assert await guidance.one(session, 2**70) is None


async def test_the_figures_count_by_way_form_and_answer(office: Office) -> None:
    """R17."""
    for accepted in (True, True, False, None):
        id = await gives(office)
        if accepted is not None:
            async with office.database.transaction() as session:
                await guidance.answer(session, id, accepted, None, NOW)
    await gives(office, form="letter", way="advice")
    await gives(office, department="示例城管局", jurisdiction="410526")
    await gives(office, now=NOW + DAY)
    async with office.database.reading() as session:
        found = await guidance.figures(session, PLACE, TODAY, TODAY)
        assert await guidance.figures(session, PLACE, TODAY, TODAY, department="示例城管局") == []
    assert found == [Figure(OURS, "advice", "letter", 1, 0, 0), Figure(OURS, "policy", "phone", 4, 2, 1)]
    assert [one.unanswered for one in found] == [1, 1]
