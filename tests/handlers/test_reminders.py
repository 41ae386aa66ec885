"""Enforcement licences that end are reminded of 30 and 7 days before (R1), once each, between 08:00 and 20:00 (R41)."""

from __future__ import annotations

import datetime as dt

from handlers import words
from handlers.conversation import CHINA
from handlers.messages import Part
from handlers.reminders import remind_of_licences
from storage import messages
from tests.people import Person, World, words_of


async def reminds(world: World) -> int:
    async with world.database.transaction() as session:
        return len(await remind_of_licences(session, world.house, world.clock.now()))


async def received(person: Person) -> list[str]:
    async with person.world.database.reading() as session:
        rows = await messages.transcript(session, person.channel, person.chat, limit=50)
    return [words_of([Part.from_json(row.payload)]) for row in rows if row.direction == "out"]


async def test_a_licence_is_reminded_of_thirty_and_seven_days_before_and_not_again(world: World) -> None:
    officer = await world.office("officer", licence_until=dt.date(2026, 12, 25))
    assert await reminds(world) == 0  # 35 days before
    world.clock.passes(days=5)
    assert await reminds(world) == 1
    assert await reminds(world) == 0
    world.clock.passes(days=10)
    assert await reminds(world) == 0
    world.clock.passes(days=13)
    assert await reminds(world) == 1
    said = await received(officer)
    assert [text.split("\n")[0] for text in said] == [
        words.LICENCE_ENDS.format(days=30, day="2026年12月25日"),
        words.LICENCE_ENDS.format(days=7, day="2026年12月25日"),
    ]


async def test_a_reminder_that_was_missed_comes_late_and_only_the_nearer_one(world: World) -> None:
    officer = await world.office("officer", licence_until=dt.date(2026, 11, 25))
    assert await reminds(world) == 1  # the program stood still when 30 days were left
    assert words.LICENCE_ENDS.format(days=5, day="2026年11月25日") in (await received(officer))[0]
    assert await reminds(world) == 0


async def test_nobody_is_reminded_at_night(world: World) -> None:
    await world.office("officer", licence_until=dt.date(2026, 12, 1))
    world.clock.at = dt.datetime(2026, 11, 20, 7, 59, tzinfo=CHINA)
    assert await reminds(world) == 0
    world.clock.at = dt.datetime(2026, 11, 20, 20, 0, tzinfo=CHINA)
    assert await reminds(world) == 0
    world.clock.at = dt.datetime(2026, 11, 21, 8, 0, tzinfo=CHINA)
    assert await reminds(world) == 1


async def test_a_renewed_licence_begins_anew(world: World) -> None:
    await world.office("officer", name="张示例", licence_until=dt.date(2026, 12, 1))
    admin = await world.office("admin", name="王示例")
    assert await reminds(world) == 1
    await admin.says("人员")
    await admin.presses(next(label for label in admin.labels if "张示例" in label))
    await admin.presses(words.LABEL_LICENCE)
    await admin.says("示例-0002")
    await admin.says("2027年3月1日")
    await admin.presses("保存")
    assert await reminds(world) == 0
    world.clock.passes(days=75)
    assert await reminds(world) == 1


async def test_the_button_under_a_reminder_shows_the_office(world: World) -> None:
    officer = await world.office("officer", licence_until=dt.date(2026, 12, 1))
    await reminds(world)
    async with world.database.reading() as session:
        row = (await messages.transcript(session, officer.channel, officer.chat, limit=1))[-1]
    officer.last = [Part.from_json(row.payload)]
    assert "执法证：示例-0001" in words_of(await officer.presses(words.LABEL_MY_OFFICE))
