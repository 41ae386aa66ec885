"""What the desk keeps: instructions with their own day, phrases, an enterprise's past; and what it finds (R23, R24, R40, R42)."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

import pytest

from knowledge.procedure.case import Case
from storage import cases, chats, histories, instructions, messages, notices, people, phrases, searching
from storage.database import Database
from tests.storage.offices import DIAGNOSIS, DUE, HOUR, NOW, TODAY, Office, new_office

DAY = dt.timedelta(days=1)
CHINA = dt.timezone(dt.timedelta(hours=8))


@pytest.fixture
async def office(database: Database) -> Office:
    return await new_office(database)


async def leader(office: Office, jurisdiction: str = "420704") -> int:
    """A leader's office."""
    async with office.database.transaction() as session:
        person = await people.new_person(session, "周示例", NOW)
        return await people.appoint(
            session,
            person,
            role="leader",
            jurisdiction=jurisdiction,
            department="示例区政府",
            licence=None,
            licence_until=None,
            now=NOW,
        )


# ---- instructions


async def test_an_instruction_comes_back_with_whose_it_is_and_of_which_case(office: Office) -> None:
    info, giver = await office.opens(), await leader(office)
    async with office.database.transaction() as session:
        id = await instructions.give(session, info.id, giver, "到现场核查", DUE, NOW)
    async with office.database.reading() as session:
        one = await instructions.instruction(session, id)
        assert one is not None
        assert (one.number, one.enterprise_name, one.holder_name) == (info.number, "幸福小吃店", "王强")
        assert (one.giver_name, one.giver_department, one.giver_role) == ("周示例", "示例区政府", "leader")
        assert (one.text, one.due, one.at, one.answer) == ("到现场核查", DUE, NOW, None)
        assert [one.is_late(day) for day in (DUE, DUE + DAY)] == [False, True]
        for missing in (0, -1, id + 1, 2**63):
            assert await instructions.instruction(session, missing) is None


async def test_an_instruction_is_answered_once_whoever_is_first(office: Office) -> None:
    info, giver = await office.opens(), await leader(office)
    async with office.database.transaction() as session:
        id = await instructions.give(session, info.id, giver, "到现场核查", DUE, NOW)

    async def answers(text: str) -> bool:
        async with office.database.transaction() as session:
            return await instructions.answer(session, id, text, NOW + HOUR)

    assert sum(await asyncio.gather(*map(answers, "甲乙丙丁"))) == 1
    async with office.database.reading() as session:
        one = await instructions.instruction(session, id)
        assert one is not None and not one.is_open and not one.is_late(DUE + DAY)
        assert await instructions.of_case(session, info.id, open_only=True) == []
        assert await instructions.of_case(session, info.id) == [one]
    async with office.database.transaction() as session:
        assert not await instructions.answer(session, 999, "没有", NOW)


async def test_instructions_are_listed_for_holder_giver_and_place_by_their_day(office: Office) -> None:
    first, second = await office.opens(), await office.opens()
    one, other, away = await leader(office), await leader(office), await leader(office, "410526")
    async with office.database.transaction() as session:
        late = await instructions.give(session, first.id, one, "甲", DUE, NOW)
        early = await instructions.give(session, second.id, other, "乙", DUE - DAY, NOW)
        done = await instructions.give(session, first.id, one, "丙", DUE - 2 * DAY, NOW)
        await instructions.answer(session, done, "办好", NOW)
        await cases.hand_over(session, second.id, office.offices[1], NOW)

    async with office.database.reading() as session:

        async def ids(found: object) -> list[int]:
            return [i.id for i in await found]  # type: ignore[misc]

        waiting, placed = instructions.waiting_for, instructions.of_jurisdiction
        assert await ids(waiting(session, [office.offices[0]])) == [late]
        assert await ids(waiting(session, office.offices)) == [early, late]
        assert await ids(placed(session, "420704")) == [early, late, done]
        assert await ids(placed(session, "420704", giver=one)) == [late, done]
        assert await ids(placed(session, "420704", open_only=True)) == [early, late]
        assert await ids(placed(session, "420704", before=DUE)) == [early]
        assert await ids(placed(session, "410526")) == [] and away


# ---- phrases


async def test_phrases_are_a_departments_own_newest_first_until_they_are_taken_out(database: Database) -> None:
    async with database.transaction() as session:
        first = await phrases.add(session, "420704", "示例市场监管局", "甲" * 30, "把〔什么〕改好", None, NOW)
        second = await phrases.add(session, "420704", "示例市场监管局", "乙", "清理", None, NOW)
        await phrases.add(session, "420704", "示例城管局", "丙", "拆除", None, NOW)
    async with database.transaction() as session:
        own = await phrases.of_department(session, "420704", "示例市场监管局")
        assert [(one.id, one.label) for one in own] == [(second, "乙"), (first, "甲" * 20)]
        assert await phrases.of_department(session, "410526", "示例市场监管局") == []
        assert await phrases.phrase(session, first, "420704", "示例市场监管局") == own[1]
        assert await phrases.phrase(session, first, "420704", "示例城管局") is None
        assert await phrases.phrase(session, 2**63, "420704", "示例城管局") is None
        assert await phrases.take_out(session, first, NOW)
        assert not await phrases.take_out(session, first, NOW)
    async with database.reading() as session:
        assert await phrases.phrase(session, first, "420704", "示例市场监管局") is None
        assert len(await phrases.of_department(session, "420704", "示例市场监管局")) == 1


# ---- an enterprise's past (R23)


async def past(office: Office, at: dt.datetime = NOW) -> histories.History:
    local = at.astimezone(CHINA)
    async with office.database.reading() as session:
        return await histories.history(
            session,
            office.enterprise,
            year_since=local.date().replace(month=1, day=1),
            visits_since=local.replace(day=1, hour=0, minute=0),
        )


async def test_r23_a_past_counts_cases_of_the_year_and_days_that_somebody_came(office: Office) -> None:
    assert await past(office) == histories.History(0, 0, True, 0, 0, 0, None)
    first = await office.opens()
    await office.opens()  # found on the same day: one visit
    found = await past(office)
    assert (found.cases_this_year, found.open_cases, found.is_first, found.visits) == (2, 2, True, 1)
    await office.does(first, DIAGNOSIS)
    assert not (await past(office)).is_first
    async with office.database.transaction() as session:
        later = NOW + 3 * DAY
        await cases.note(session, first.id, "visit", {}, office.persons[0], later)
        await cases.note(session, first.id, "looked", {}, office.persons[0], later + DAY)
    found = await past(office)
    assert found.visits == 2
    assert found.latest is not None and found.latest.number == "鄂城市监容〔2026〕0002号"
    assert (await past(office, dt.datetime(2026, 12, 1, tzinfo=dt.UTC))).visits == 0
    last_year = replace(Case(TODAY, "x"), opened=dt.date(2025, 6, 1))
    await office.opens(case=last_year)
    assert (await past(office)).cases_this_year == 2


async def test_r23_a_visit_at_night_belongs_to_its_day_of_shanghai(office: Office) -> None:
    """One minute past midnight on the first of December is still November in UTC."""
    night = dt.datetime(2026, 12, 1, 0, 1, tzinfo=CHINA)
    await office.opens(now=night)
    assert (await past(office, night)).visits == 1
    assert (await past(office, NOW)).visits == 1
    assert (await past(office, night + 31 * DAY)).visits == 0


# ---- finding


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("2号", [2]),
        ("12号", [12]),
        ("第12号", [12]),
        ("0012", [12]),
        ("2026年12号", [12]),
        ("〔2026〕12号", [12]),
        ("2025年12号", []),
        ("市监 12号", [12]),
        ("12号 没有这些字", []),
        ("安全出口 2号", [2]),
        ("13号", []),
    ],
)
async def test_the_end_of_a_number_finds_its_case_and_no_other(office: Office, words: str, found: list[int]) -> None:
    for _ in range(12):
        await office.opens()
    async with office.database.reading() as session:
        infos = await searching.search(session, words, "420704", None)
    assert [int(info.number[-5:-1]) for info in infos] == found


async def test_a_word_may_mean_an_enterprise_that_only_sounds_like_it(office: Office) -> None:
    await office.opens()
    async with office.database.reading() as session:
        assert await searching.search(session, "兴福", "420704", None) == []
        meant = {"兴福": [office.enterprise]}
        assert len(await searching.search(session, "兴福", "420704", None, firms=meant)) == 1
        assert await searching.search(session, "兴福 灭火器", "420704", None, firms=meant) == []
        assert await searching.search(session, "兴福", "410526", None, firms=meant) == []


async def test_what_nobody_answers_for_any_more_is_found_until_it_is_handed_over(office: Office) -> None:
    first, second = await office.opens(), await office.opens()
    async with office.database.transaction() as session:
        assert await cases.unowned(session, "420704", None) == []
        await people.revoke(session, office.offices[0], NOW)
    async with office.database.transaction() as session:
        left = await cases.unowned(session, "420704", "示例市场监管局")
        assert {info.id for info in left} == {first.id, second.id}
        assert await cases.unowned(session, "420704", "示例城管局") == []
        assert await cases.unowned(session, "410526", None) == []
        await cases.hand_over(session, first.id, office.offices[1], NOW)
        assert [info.id for info in await cases.unowned(session, "420704", None)] == [second.id]


# ---- who can be reached (R42), what was said today


async def test_r42_a_chat_takes_messages_until_the_newest_one_failed(database: Database) -> None:
    async def sends(state: str) -> None:
        async with database.transaction() as session:
            await messages.push(session, "telegram", "7", f"k{state}{dt.datetime.now(dt.UTC)}", [{"a": 1}], NOW, state)

    async with database.transaction() as session:
        await chats.load_dialogue(session, "telegram", "7", NOW)
        assert await messages.takes(session, "telegram", "7")
    for state, takes in (("sent", True), ("failed", False), ("waiting", False), ("sent", True)):
        await sends(state)
        async with database.reading() as session:
            assert await messages.takes(session, "telegram", "7") == takes


async def test_a_chats_owner_is_known_and_a_guests_is_nobodys(database: Database) -> None:
    async with database.transaction() as session:
        await chats.load_dialogue(session, "telegram", "7", NOW)
        assert await people.person_of(session, "telegram", "7") is None
        person = await people.new_person(session, "李示例", NOW)
        await people.seat(session, "telegram", "7", person)
        assert await people.person_of(session, "telegram", "7") == person
        assert await people.person_of(session, "web", "7") is None


async def test_what_was_laid_for_a_day_is_known_by_its_subject(database: Database) -> None:
    async with database.transaction() as session:
        person = await people.new_person(session, "李示例", NOW)
        assert not await notices.was_laid(session, "daily_card", 3, TODAY, person)
        await notices.lay(session, "daily_card", 3, TODAY, person, NOW)
        assert await notices.was_laid(session, "daily_card", 3, TODAY, person)
        assert await notices.laid_on(session, "daily_card", TODAY) == {3}
        assert await notices.laid_on(session, "daily_card", TODAY + DAY) == set()
        assert await notices.laid_on(session, "remind_all", TODAY) == set()
