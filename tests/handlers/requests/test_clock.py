"""What the clock tells of requests: late answers, and the questions that found nothing (R50, R51, R41)."""

from __future__ import annotations

import datetime as dt

from handlers.conversation import CHINA
from handlers.requests import words
from handlers.requests.ticking import tell_gaps, tell_late
from storage import notices, people
from tests.handlers.requests.street import (
    QUESTION,
    Street,
    inbox,
    registered,
    ticks,
)
from tests.handlers.test_permissions import on_sqlite, presses_act
from tests.people import lead_of, words_of


async def test_r50_a_late_answer_is_told_to_the_department_the_next_day_to_those_above_each_once(
    street: Street,
) -> None:
    liaison = await street.world.office("liaison", name="郑示例", department="示例街道")
    leader = await street.world.office("leader", name="周示例", department="示例区政府")
    await registered(street)
    late = "过了答复期限"

    async def told() -> list[int]:
        await ticks(street, tell_late)
        await ticks(street, tell_late)
        persons = (street.officer, street.colleague, street.market, liaison, leader)
        return [words_of(await inbox(person)).count(late) if await inbox(person) else 0 for person in persons]

    street.world.clock.at = dt.datetime(2026, 11, 24, 19, 59, tzinfo=CHINA)
    assert await told() == [0, 0, 0, 0, 0]
    street.world.clock.at = dt.datetime(2026, 11, 25, 7, 59, tzinfo=CHINA)
    assert await told() == [0, 0, 0, 0, 0]  # R41
    street.world.clock.at = dt.datetime(2026, 11, 25, 8, 0, tzinfo=CHINA)
    assert await told() == [1, 1, 0, 0, 0]
    street.world.clock.at = dt.datetime(2026, 11, 26, 9, 0, tzinfo=CHINA)
    assert await told() == [1, 1, 0, 1, 1]
    assert QUESTION in words_of(await presses_act(liaison, do="request", id=(await street.newest()).id))


@on_sqlite
async def test_r41_three_late_answers_are_one_message(street: Street) -> None:
    await presses_act(street.guest, do="set_place", code="420704")
    for n in range(3):
        await street.guest.says(f"投诉：第{n}号摊位的健康证能补办吗")
        await street.guest.presses("确认转交")
    street.world.clock.at = dt.datetime(2026, 11, 25, 9, 0, tzinfo=CHINA)
    before = len(await inbox(street.officer))
    await ticks(street, tell_late)
    new = (await inbox(street.officer))[before:]
    assert [lead_of([part]) for part in new] == [words.LATE_MANY.format(count=3)]


async def test_r51_on_monday_at_nine_what_found_nothing_is_told_by_department_once(street: Street) -> None:
    await street.guest.says(QUESTION)
    await street.guest.says(QUESTION)
    await street.guest.says("明天会下雨吗")
    for at, count in (
        ("2026-11-22T12:00", 0),
        ("2026-11-23T08:59", 0),
        ("2026-11-23T09:00", 1),
        ("2026-11-23T15:00", 1),
        ("2026-11-25T09:00", 1),
    ):
        street.world.clock.at = dt.datetime.fromisoformat(at).replace(tzinfo=CHINA)
        await ticks(street, tell_gaps)
        told = words_of(await inbox(street.officer)) if await inbox(street.officer) else ""
        assert told.count("上周没答上的问题") == count, at
    assert f"卫生健康部门：{QUESTION}（2次）" in words_of(await inbox(street.officer))
    assert "下雨" not in words_of(await inbox(street.officer))
    legal = words_of(await inbox(street.legal))
    assert QUESTION in legal and f"{words.GAPS_NO_DEPARTMENT}：明天会下雨吗" in legal
    assert not await inbox(street.market)  # nothing was theirs, and nothing is sent


@on_sqlite
async def test_r51_what_found_nothing_is_listed_at_any_time(street: Street) -> None:
    assert lead_of(await street.legal.says("没答上的")) == words.GAPS_NONE
    await street.guest.says(QUESTION)
    assert QUESTION in words_of(await street.legal.says("没答上的"))
    assert lead_of(await street.market.says("/gaps")) == words.GAPS_NONE


@on_sqlite
async def test_r41_whoever_had_a_push_about_no_deadline_today_gets_the_list_the_next_day(street: Street) -> None:
    await street.guest.says(QUESTION)
    street.world.clock.at = dt.datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)
    async with street.world.database.transaction() as session:
        legal = next(o for o in await people.offices(session, demo=False) if o.role == "legal")
        await notices.lay_daily(session, legal.person, dt.date(2026, 11, 23), street.world.clock.now())
    for day, count in ((23, 0), (24, 1), (25, 1)):
        street.world.clock.at = dt.datetime(2026, 11, day, 9, 0, tzinfo=CHINA)
        await ticks(street, tell_gaps)
        assert words_of(await inbox(street.legal)).count("上周没答上的问题") == count
