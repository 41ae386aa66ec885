"""Cases as they are kept: numbers (R29), events (R28), who acts first, lists, holding and copies."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import random
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from knowledge.procedure import acts
from knowledge.procedure.case import OUTCOME_NAMES, Case
from knowledge.procedure.results import Done
from knowledge.procedure.steps import step
from storage import cases, enterprises, searching
from storage.cases import CaseChanged, CaseInfo, Series
from storage.database import Database
from storage.enterprises import NewEnterprise
from tests.storage.offices import DIAGNOSIS, DUE, HOUR, NOW, TODAY, Office, new_office


@pytest.fixture
async def office(database: Database) -> Office:
    return await new_office(database)


# ---- numbers (R29)


async def test_r29_numbers_run_through_a_year_of_one_department(office: Office) -> None:
    numbers = [(await office.opens()).number for _ in range(3)]
    assert numbers == [f"鄂城市监容〔2026〕{number:04d}号" for number in (1, 2, 3)]
    new_year = replace(Case(TODAY, "x"), opened=dt.date(2027, 1, 1))
    assert (await office.opens(case=new_year)).number == "鄂城市监容〔2027〕0001号"
    other = Series("420704", "示例城管局", "鄂城城管容")
    assert (await office.opens(series=other)).number == "鄂城城管容〔2026〕0001号"
    assert (await office.opens()).number == "鄂城市监容〔2026〕0004号"


async def test_r29_an_opening_that_was_rolled_back_leaves_no_gap(office: Office) -> None:
    await office.opens()

    async def breaks_off() -> None:
        async with office.database.transaction() as session:
            await office.opens_in(session)
            raise RuntimeError("the power is out")

    with pytest.raises(RuntimeError, match="power"):
        await breaks_off()
    assert (await office.opens()).number == "鄂城市监容〔2026〕0002号"


async def test_r29_fifty_who_open_at_once_get_one_to_fifty(office: Office) -> None:
    other = Database(office.database.url)
    try:
        infos = await asyncio.gather(*(office.opens(on) for _ in range(25) for on in (office.database, other)))
    finally:
        await other.close()
    assert sorted(info.number for info in infos) == [f"鄂城市监容〔2026〕{n:04d}号" for n in range(1, 51)]
    assert await office.breaks() == []


async def test_r29_some_that_break_off_among_many_leave_no_gap(office: Office) -> None:
    async def opens(number: int) -> str | None:
        try:
            async with office.database.transaction() as session:
                info = await office.opens_in(session)
                if number % 3 == 0:
                    raise RuntimeError("the power is out")
                return info.number
        except RuntimeError:
            return None

    numbers = [found for found in await asyncio.gather(*map(opens, range(30))) if found]
    assert sorted(numbers) == [f"鄂城市监容〔2026〕{n:04d}号" for n in range(1, 21)]


# ---- acts and events (R28)


async def test_r28_an_act_is_written_with_who_when_what_before_and_after(office: Office) -> None:
    info = await office.does(await office.opens(), DIAGNOSIS, person=1)
    assert (info.case.stage, info.version) == ("rectifying", 1)
    log, diagnosed = await office.event_of(info)
    whose = {"number": info.number, "enterprise": office.enterprise}
    assert (log.ordinal, log.act) == (1, "log")
    assert log.data == {"problem": "安全出口堆了货物", "items": ["xiaofang-3"]} | whose
    assert (diagnosed.person_name, diagnosed.at, diagnosed.act) == ("李梅", NOW, "Diagnose")
    assert diagnosed.data["due"] == "2026-11-25"
    assert diagnosed.changes["stage"] == ("logged", "rectifying")
    assert diagnosed.changes["due"] == (None, "2026-11-25")
    assert "opened" not in diagnosed.changes
    assert diagnosed.previous == log.digest


async def test_r28_the_course_can_be_replayed_from_its_events(office: Office) -> None:
    info = await office.does(await office.does(await office.opens(), DIAGNOSIS), acts.SubmitEvidence())
    led_to = {name: after for event in await office.event_of(info) for name, (_, after) in event.changes.items()}
    assert Case.from_json(led_to) == info.case


async def test_a_case_comes_back_as_it_was_kept(office: Office) -> None:
    info = await office.does(await office.opens(), DIAGNOSIS)
    async with office.database.reading() as session:
        assert await cases.case_file(session, info.id) == info
        assert await cases.by_number(session, f" {info.number} ") == info
        for id in (0, -1, info.id + 1, 2**63):
            assert await cases.case_file(session, id) is None
        assert await cases.by_number(session, "鄂城市监容〔2026〕9999号") is None
    assert (info.enterprise_name, info.officer_name, info.items) == ("幸福小吃店", "王强", ("xiaofang-3",))


async def test_of_two_officers_who_act_at_once_one_is_told_that_the_case_changed(office: Office) -> None:
    info = await office.opens()
    other = Database(office.database.url)
    try:
        answers = await asyncio.gather(
            office.does(info, DIAGNOSIS),
            office.does(info, acts.StateDefence("不服"), other, person=1),
            return_exceptions=True,
        )
    finally:
        await other.close()
    assert sorted(type(answer).__name__ for answer in answers) == ["CaseChanged", "CaseInfo"]
    lost = next(answer for answer in answers if isinstance(answer, CaseChanged))
    assert str(lost) == "这个案件刚刚被别人改过，请再看一遍。"
    assert len(await office.event_of(info)) == 2
    assert await office.breaks() == []


async def test_an_act_on_what_was_read_before_is_refused_and_writes_nothing(office: Office) -> None:
    info = await office.opens()
    await office.does(info, DIAGNOSIS)
    with pytest.raises(CaseChanged):
        await office.does(info, DIAGNOSIS)
    assert [event.act for event in await office.event_of(info)] == ["log", "Diagnose"]


async def test_a_note_is_in_the_chain_and_leaves_the_case_as_it_is(office: Office) -> None:
    info = await office.opens()
    async with office.database.transaction() as session:
        await cases.note(session, info.id, "viewed", {"what": "联系方式"}, office.persons[1], NOW)
    info = await office.does(info, DIAGNOSIS)
    assert [(event.act, bool(event.changes)) for event in await office.event_of(info)] == [
        ("log", True),
        ("viewed", False),
        ("Diagnose", True),
    ]
    assert await office.breaks() == []


async def test_notes_of_many_at_once_all_find_their_place(office: Office) -> None:
    info = await office.opens()

    async def notes(number: int) -> None:
        async with office.database.transaction() as session:
            await cases.note(session, info.id, "viewed", {"number": number}, None, NOW)

    await asyncio.gather(*map(notes, range(12)))
    events = await office.event_of(info)
    assert [event.ordinal for event in events] == list(range(1, 14))
    assert {event.data["number"] for event in events[1:]} == set(range(12))
    assert await office.breaks() == []


async def _wander(office: Office, seed: int) -> CaseInfo:
    """Some acts in random order: those that the procedure allows are recorded."""
    random_ = random.Random(seed)
    info = await office.opens()
    due = [DUE + dt.timedelta(number) for number in range(20)]
    for _ in range(25):
        act = random_.choice(
            [
                DIAGNOSIS,
                acts.SubmitEvidence(),
                acts.PassEvidence(),
                acts.ReturnEvidence("照片", random_.choice(due)),
                acts.AskExtension(random_.choice(due), "配件"),
                acts.DecideExtension(grants=random_.random() < 0.5, reason="理由"),
                acts.StateDefence("不服"),
                acts.AnswerDefence("理由"),
                acts.RecordVisit(is_corrected=True),
                acts.RecordVisit(is_corrected=False, due=random_.choice(due)),
                acts.Close(random_.choice(list(OUTCOME_NAMES)), "依据", (1, 2), education=True),
                acts.Reopen("没解决", random_.choice(due), 30),
            ]
        )
        if isinstance(step(info.case, act, TODAY), Done):
            info = await office.does(info, act)
        elif random_.random() < 0.2:
            async with office.database.transaction() as session:
                await cases.note(session, info.id, "viewed", {}, office.persons[1], NOW)
    return info


@pytest.mark.parametrize("seed", range(4))
async def test_r28_the_chain_holds_after_any_course_and_breaks_with_any_row_that_is_touched(
    office: Office, seed: int
) -> None:
    await office.opens()
    info = await _wander(office, seed)
    events = await office.event_of(info)
    assert len(events) > 3
    assert await office.breaks() == []
    at = {"case": info.id}
    changes = (
        ("data", json.dumps({"data": {"reason": "别的"}})),
        ("act", "别的"),
        ("person", None),
        ("digest", "0" * 64),
        ("previous", "f" * 64),
    )
    touched: list[tuple[str, dict[str, Any]]] = []
    for number in range(1, len(events) + 1):
        here = at | {"number": number}
        name, value = changes[number % len(changes)]
        where = 'WHERE "case" = :case AND ordinal = :number'
        touched.append((f'UPDATE case_event SET "{name}" = :value {where}', here | {"value": value}))  # noqa: S608
        touched.append((f"UPDATE case_event SET at = CURRENT_TIMESTAMP {where}", here))  # noqa: S608
        touched.append((f"DELETE FROM case_event {where}", here))  # noqa: S608
    touched.append(('DELETE FROM case_event WHERE "case" = :case', at))
    touched.append(("UPDATE case_file SET state = replace(state, '安全出口', '消防通道') WHERE id = :case", at))
    touched.append(("UPDATE case_file SET head = :value WHERE id = :case", at | {"value": "0" * 64}))
    for statement, values in touched:
        assert await _breaks_after(office, [(statement, values)]), statement
    swap = 'UPDATE case_event SET ordinal = :to WHERE "case" = :case AND ordinal = :from'
    for number in range(1, len(events)):
        moves = ((number, -1), (number + 1, number), (-1, number + 1))
        assert await _breaks_after(office, [(swap, at | {"from": a, "to": b}) for a, b in moves]), number
    assert await office.breaks() == []


async def _breaks_after(office: Office, statements: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, int]]:
    """What the check finds when rows were touched; then they are put back."""
    found: list[tuple[str, int]] = []

    class PutBack(Exception):
        pass

    try:
        async with office.database.transaction() as session:
            for statement, values in statements:
                done: Any = await session.execute(text(statement), values)
                assert done.rowcount, statement
            found = [broken async for broken in cases.broken_chains(session)]
            raise PutBack
    except PutBack:
        return found


async def test_r28_an_added_event_breaks_the_chain_too_and_only_that_case(office: Office) -> None:
    info, other = await office.opens(), await office.opens()
    add = (
        'INSERT INTO case_event ("case", ordinal, at, person, act, data, previous, digest) '
        'SELECT "case", 2, at, person, act, data, digest, digest FROM case_event WHERE "case" = :case'
    )
    found = await _breaks_after(office, [(add, {"case": info.id})])
    assert {number for number, _ in found} == {info.number}
    assert other.number != info.number


# ---- lists


async def test_r23_first_time_is_looked_up_in_the_enterprise_s_own_diagnosed_cases(office: Office) -> None:
    async def earlier(case: int | None = None) -> list[str]:
        async with office.database.reading() as session:
            return [info.number for info in await cases.earlier_violations(session, office.enterprise, case)]

    first = await office.opens()
    assert await earlier() == []  # not diagnosed yet
    first = await office.does(first, DIAGNOSIS)
    second = await office.does(await office.opens(), DIAGNOSIS)
    assert await earlier() == [second.number, first.number]
    assert await earlier(second.id) == [first.number]
    assert await earlier(first.id) == []
    await office.does(first, acts.Close("unfounded", "查无此事", ()))
    assert await earlier(second.id) == []


async def test_open_cases_come_by_urgency_and_closed_ones_not_at_all(office: Office) -> None:
    undiagnosed = await office.opens()
    later = await office.does(await office.opens(), replace(DIAGNOSIS, due=DUE + dt.timedelta(3)))
    soon = await office.does(await office.opens(), DIAGNOSIS)
    waiting = await office.does(await office.does(await office.opens(), DIAGNOSIS), acts.SubmitEvidence())
    await office.does(await office.opens(), acts.Close("duplicate", "与前案相同", ()))

    async def listed(**more: Any) -> list[int]:
        async with office.database.reading() as session:
            found = await cases.of_department(session, "420704", more.pop("department", "示例市场监管局"), **more)
        return [info.id for info in found]

    assert await listed() == [undiagnosed.id, soon.id, waiting.id, later.id]
    assert await listed(department=None) == await listed()
    assert await listed(department="示例城管局") == []
    assert await listed(due_until=DUE) == [soon.id, waiting.id]
    assert await listed(overdue_on=DUE) == []
    assert await listed(overdue_on=DUE + dt.timedelta(1)) == [soon.id], "R40: what waits for the authority is not late"
    assert await listed(offices=[office.offices[1]]) == []
    async with office.database.transaction() as session:
        await cases.hand_over(session, soon.id, office.offices[1], NOW)
    assert await listed(offices=[office.offices[1]]) == [soon.id]


async def test_cases_of_an_enterprise_are_found_newest_first_and_counted_by_the_year(office: Office) -> None:
    first, second = await office.opens(), await office.opens()
    await office.does(first, acts.Close("duplicate", "与前案相同", ()))
    async with office.database.reading() as session:
        found = await cases.of_enterprise(session, office.enterprise)
        assert [info.id for info in found] == [second.id, first.id]
        found = await cases.of_enterprise(session, office.enterprise, open_only=True)
        assert [info.id for info in found] == [second.id]
        assert await cases.opened_since(session, office.enterprise, TODAY) == 2
        assert await cases.opened_since(session, office.enterprise, DUE) == 0


async def test_a_search_needs_every_word_and_takes_percent_signs_as_they_are(office: Office) -> None:
    info = await office.opens(problem="货架100%没有价签")
    await office.opens()

    async def found(words: str, department: str | None = None) -> list[int]:
        async with office.database.reading() as session:
            return [one.id for one in await searching.search(session, words, "420704", department)]

    assert await found("价签 幸福") == [info.id]
    assert await found("100%没有") == [info.id]
    assert await found("1%0") == []
    assert await found("0001号") == [info.id]
    assert await found("价签", "示例城管局") == []


async def test_a_case_is_found_before_and_after_what_it_is_found_by_is_written_down(office: Office) -> None:
    """Written afterwards, so that a program that knows nothing of it loses no case; a new name of the enterprise counts at once."""
    info = await office.opens(problem="货架没有价签")

    async def found(words: str) -> list[int]:
        async with office.database.reading() as session:
            return [one.id for one in await searching.search(session, words, "420704", None)]

    async def writes_down() -> int:
        async with office.database.transaction() as session:
            return await searching.write_down(session, 10)

    assert await found("价签") == [info.id]
    assert await writes_down() == 1
    assert await writes_down() == 0
    assert await found("价签 1号") == [info.id]
    assert await found("2号") == []
    async with office.database.transaction() as session:
        await enterprises.correct(session, office.enterprise, NOW, name="示例新名商行")
    assert await found("新名") == [info.id]
    assert await writes_down() == 1
    assert await found("新名 价签") == [info.id]
    async with office.database.transaction() as session:
        known = await enterprises.enterprise(session, office.enterprise)
        assert known is not None
        register = [NewEnterprise("示例又一名商行", known.code, known.division)]
        await enterprises.load_register(session, register, NOW)
    assert (await found("新名"), await found("又一名")) == ([], [info.id])


# ---- holding, delivery, copies


async def test_a_case_is_held_by_one_office_until_its_time_is_over(office: Office) -> None:
    info = await office.opens()
    one, other = office.offices

    async def holds(who: int, now: dt.datetime) -> bool:
        async with office.database.transaction() as session:
            return await cases.hold(session, info.id, who, now, now + HOUR)

    assert await holds(one, NOW)
    assert await holds(one, NOW)
    assert not await holds(other, NOW + HOUR / 2)
    assert await holds(other, NOW + HOUR)
    assert not await holds(one, NOW + HOUR)


async def test_r42_a_case_whose_enterprise_cannot_be_reached_is_marked_until_it_is(office: Office) -> None:
    info = await office.opens()
    for delivered in (False, True):
        async with office.database.transaction() as session:
            await cases.mark_delivery(session, info.id, delivered=delivered)
            found = await cases.case_file(session, info.id, lock=True)
        assert found is not None and found.undelivered is not delivered


async def test_a_copy_is_read_once_and_a_newer_one_is_unread_again(office: Office) -> None:
    info = await office.opens()
    who = office.offices[1]

    async def copies(*, unread_only: bool = True) -> list[tuple[int, str, dt.datetime | None]]:
        async with office.database.reading() as session:
            rows = await cases.copies_for(session, who, unread_only=unread_only)
        return [(found.id, why, read) for found, why, _, read in rows]

    async def copy(why: str) -> None:
        async with office.database.transaction() as session:
            await cases.copy_to(session, info.id, who, why, NOW)

    async def reads() -> bool:
        async with office.database.transaction() as session:
            return await cases.mark_read(session, info.id, who, NOW)

    assert not await reads()
    await copy("预警")
    assert await copies() == [(info.id, "预警", None)]
    assert [await reads(), await reads()] == [True, False]
    assert await copies() == []
    assert await copies(unread_only=False) == [(info.id, "预警", NOW)]
    await copy("紧急预警")
    assert await copies() == [(info.id, "紧急预警", None)]
