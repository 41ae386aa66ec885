"""The clock: licence reminders and retention (R48), by ticks that are set, not slept through."""

from __future__ import annotations

import asyncio
import datetime as dt

from bot.clock import Clock, tidy_up
from bot.settings import Settings
from handlers.conversation import CHINA
from storage import messages
from tests.people import World


def clock_of(world: World, told: list[tuple[str, str]]) -> Clock:
    return Clock(world.database, world.house, Settings(), world.clock.now, lambda *chat: told.append(chat))


async def test_a_tick_reminds_and_wakes_the_chat(world: World) -> None:
    officer = await world.office("officer", licence_until=dt.date(2026, 12, 1))
    told: list[tuple[str, str]] = []
    clock = clock_of(world, told)
    await clock.tick()
    await clock.tick()
    assert told == [(officer.channel, officer.chat)]


async def test_messages_are_kept_as_long_as_the_setting_says_and_no_longer(world: World) -> None:
    owner = world.person()
    await owner.says("你好")
    clock = clock_of(world, [])
    world.clock.passes(days=179)
    await clock.tick()
    assert await kept(world) == 2
    world.clock.passes(days=2)
    await clock.tick()
    assert await kept(world) == 0


async def test_tidying_goes_on_until_nothing_is_left(world: World, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    owner = world.person()
    for _ in range(5):
        await owner.says("你好")
    monkeypatch.setattr("bot.clock.BATCH", 3)
    later = world.clock.now() + dt.timedelta(days=400)
    counts = await tidy_up(world.database, Settings(), later)
    assert counts["messages"] == 10
    assert await kept(world) == 0


async def test_zero_days_means_for_ever(world: World) -> None:
    await world.person().says("你好")
    settings = Settings(keep_messages_days=0, keep_questions_days=0, keep_buttons_days=0)
    await tidy_up(world.database, settings, world.clock.now() + dt.timedelta(days=4000))
    assert await kept(world) == 2


async def test_an_unfinished_check_is_forgotten_after_a_week(world: World) -> None:
    owner = world.person()
    await owner.says("四新自检")
    await owner.says("新业态")
    world.clock.passes(days=8)
    await clock_of(world, []).tick()
    answer = await owner.says("继续")
    assert "没有要填的内容" in answer[0].blocks[0].text


async def test_a_database_that_is_away_does_not_end_the_clock(world: World) -> None:
    clock = clock_of(world, [])
    stop = asyncio.Event()
    calls = 0

    def now() -> dt.datetime:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OSError("away")
        stop.set()
        return dt.datetime(2026, 11, 20, 10, tzinfo=CHINA)

    clock._now = now
    await asyncio.wait_for(clock.run(stop, every=0.01), 20)
    assert calls >= 2


async def kept(world: World) -> int:
    async with world.database.reading() as session:
        return len(await messages.transcript(session, "web", "owner", limit=100))
