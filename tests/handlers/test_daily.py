"""每日一卡 (R41): on working days from nine on, by exception, never empty, once a day; and what its words may be."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from handlers.cases import desk_words
from handlers.cases.daily import send_cards
from handlers.cases.ticking import clock_turn
from handlers.messages import MAX_LABEL
from storage import cases, notices, people
from tests.handlers.streets import Street, diagnosed, inbox, new_street, opened
from tests.handlers.test_instructing import instructs
from tests.handlers.test_permissions import on_sqlite
from tests.people import Person, World

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
async def street(world: World) -> Street:
    return await new_street(world)


async def cards(street: Street) -> list[tuple[str, str]]:
    """Look until there is nothing left to look at; to whom cards went."""
    looked_at, told = 1, list[tuple[str, str]]()
    while looked_at:
        looked_at, some = await looks(street)
        told += some
    return told


async def looks(street: Street) -> tuple[int, list[tuple[str, str]]]:
    world = street.world
    async with world.database.transaction() as session:
        return await send_cards(clock_turn(session, world.house, world.conversation.engine, world.clock.now()))


async def card_of(street: Street, person: Person) -> str:
    return (await street.pushed(person))[-1]


@BOTH
async def test_each_gets_one_card_of_what_is_late_and_never_an_empty_one(street: Street) -> None:
    """R41."""
    await diagnosed(street)  # due Wednesday 25 November
    street.at(25, 9)
    assert await cards(street) == []
    street.at(30, 9)
    assert {chat for _, chat in await cards(street)} == {"officer", "liaison", "leader", "supervisor"}
    assert await cards(street) == []
    assert "今天有1件要留意：\n逾期1件，最久3个工作日" in await card_of(street, street.officer)
    assert "逾期1件：示例市场监管局1件" in await card_of(street, street.leader)
    await inbox(street.officer)
    assert street.officer.labels == ["我的待办", "逾期", "菜单"]
    street.at(1, 9, month=12)
    assert len(await cards(street)) == 4


@on_sqlite
async def test_a_case_that_was_opened_and_not_diagnosed_is_not_forgotten(street: Street) -> None:
    """R20: before the diagnosis the enterprise has heard of nothing, whatever day was said on the street."""
    await opened(street)
    assert await cards(street) == []  # of today
    street.at(23, 9)
    assert {chat for _, chat in await cards(street)} == {"officer"}
    assert "立案没有诊断1件" in await card_of(street, street.officer)


@pytest.mark.parametrize(
    ("day", "hour", "minute", "goes"),
    [(30, 8, 59, False), (30, 9, 0, True), (30, 19, 59, True), (30, 20, 0, False), (28, 9, 0, False)],
)
@on_sqlite
async def test_cards_go_out_from_nine_to_eight_on_working_days(
    street: Street, day: int, hour: int, minute: int, goes: bool
) -> None:
    """R37, R41: the 28th is a Saturday."""
    await diagnosed(street)
    street.at(day, hour, minute=minute)
    assert bool(await cards(street)) == goes


@BOTH
async def test_every_exception_has_its_line(street: Street) -> None:
    """R26, R40, R42: late, instructed, to visit, not reached, extended more than once, without an officer."""
    late = await diagnosed(street)
    twice = [{"asked": "2026-11-20", "until": f"2026-12-{n}", "reason": "配件", "granted": True} for n in (10, 20)]
    await street.changes(await diagnosed(street), due="2026-12-20", extensions=twice)
    await street.changes(
        await diagnosed(street), stage="passed", evidence_passed=True, due="2026-11-24", visit_due="2026-11-27"
    )
    unreached = await street.changes(await diagnosed(street), due="2026-12-20")
    async with street.world.database.transaction() as session:
        await cases.mark_delivery(session, unreached.id, delivered=False)
    await instructs(street.leader)
    left = await opened(street)
    gone = await street.world.office("officer", chat="gone", name="孙示例")
    await street.moves(left, gone)
    await street.revoke(gone)
    street.at(2, 9, month=12)
    await cards(street)
    said = (await card_of(street, street.officer)).split("\n")
    assert said[0] == "今天有5件要留意："
    assert said[1:7] == [
        "逾期1件，最久5个工作日",
        "督办过期1件",
        "回访过期1件",
        "联系不上企业1件",
        "延期不止一次1件",
        "无人承办1件",
    ]
    above = await card_of(street, street.supervisor)
    assert "重点督办1件" in above and "督办过期1件" in above and "延期不止一次1件" in above and "无人承办1件" in above
    assert "督办" not in await card_of(street, street.liaison)
    assert "无人承办1件" in await card_of(street, street.colleague) and late


@on_sqlite
async def test_what_is_about_no_deadline_waits_when_there_was_such_a_push_today(street: Street) -> None:
    """R41: at most one push a day that is about no deadline."""
    unreached = await street.changes(await diagnosed(street), due="2026-12-20")
    async with street.world.database.transaction() as session:
        await cases.mark_delivery(session, unreached.id, delivered=False)
        office = await street.office(street.officer)
        assert await notices.lay_daily(session, office.person, dt.date(2026, 11, 23), street.world.clock.now())
    street.at(23, 9)
    assert await cards(street) == []
    street.at(24, 9)
    assert [chat for _, chat in await cards(street)] == ["officer"]


@on_sqlite
async def test_during_leave_the_delegate_has_it_on_their_card(street: Street) -> None:
    await diagnosed(street)
    officer, colleague = await street.office(street.officer), await street.office(street.colleague)
    async with street.world.database.transaction() as session:
        await people.take_leave(session, officer.id, dt.date(2026, 11, 20), None, colleague.id)
    street.at(30, 9)
    chats = [chat for _, chat in await cards(street)]
    assert "colleague" in chats and "officer" not in chats
    assert "逾期1件" in await card_of(street, street.colleague)


@on_sqlite
async def test_another_place_has_its_own_card(street: Street) -> None:
    """R1."""
    elsewhere = await street.world.office("leader", chat="elsewhere", name="郑示例", jurisdiction="410526")
    await diagnosed(street)
    street.at(30, 9)
    await cards(street)
    assert await street.pushed(elsewhere) == []


@on_sqlite
async def test_one_place_is_looked_at_at_a_time_and_in_the_end_all_of_them(street: Street) -> None:
    """R41: nobody waits at nine until the cards of all places are written."""
    await street.world.office("leader", chat="elsewhere", name="郑示例", jurisdiction="410526")
    await diagnosed(street)
    street.at(30, 9)
    first, told = await looks(street)
    second, others = await looks(street)
    assert {first, second} == {1, 5} and len(told + others) == 4
    assert await looks(street) == (0, [])


@on_sqlite
async def test_the_programs_clock_sends_it_and_wakes_the_chats(street: Street) -> None:
    await diagnosed(street)
    street.at(30, 9)
    await street.ticks()
    assert "要留意" in "".join(await street.pushed(street.leader))


@on_sqlite
async def test_the_reminders_of_a_visit_long_overdue_go_on(street: Street) -> None:
    """R26: more than the fourteen days that are laid at once."""
    info = await street.changes(
        await diagnosed(street), stage="passed", evidence_passed=True, due="2026-11-24", visit_due="2026-11-25"
    )
    street.at(18, 9, month=12)
    await street.ticks()
    before = len(await street.pushed(street.officer))
    street.at(19, 9, month=12, minute=5)
    await street.ticks()
    assert any(f"{info.number}回访过期" in text for text in (await street.pushed(street.officer))[before:])


SENTENCES = [(name, value) for name, value in vars(desk_words).items() if name.isupper() and isinstance(value, str)]


@pytest.mark.parametrize(("name", "text"), SENTENCES)
def test_no_sentence_of_the_desk_is_longer_than_forty_characters_and_no_label_than_eight(name: str, text: str) -> None:
    if name.startswith("LABEL"):
        assert len(text) <= MAX_LABEL
    for sentence in re.split(r"[。！？\n]", text):
        assert len(sentence) <= 40, sentence
