"""The clock: licence reminders and retention (R48), by ticks that are set, not slept through."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
from pathlib import Path

from bot.clock import Clock, sweep_files, tidy_up
from bot.keeper import Keeper
from bot.settings import Settings
from handlers.conversation import CHINA
from handlers.messages import FileRef, Incoming
from storage import attachments, cases, chats, evidence, messages, searching
from storage.blobs import Blobs
from storage.tables import Paper, Pledge
from tests.handlers.streets import diagnosed, new_street
from tests.people import World
from tests.storage.offices import new_office


def clock_of(world: World, told: list[tuple[str, str]]) -> Clock:
    return Clock(world.database, world.house, Settings(), world.clock.now, lambda *chat: told.append(chat))


async def test_a_tick_reminds_and_wakes_the_chat(world: World) -> None:
    officer = await world.office("officer", licence_until=dt.date(2026, 12, 1))
    told: list[tuple[str, str]] = []
    clock = clock_of(world, told)
    await clock.tick()
    await clock.tick()
    assert told == [(officer.channel, officer.chat)]


async def test_every_late_case_is_stepped_up_however_many_there_are(world: World, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """R40: those that were stepped up long ago and stay late keep nobody behind them waiting."""
    street = await new_street(world)
    infos = [await diagnosed(street) for _ in range(3)]
    monkeypatch.setattr("handlers.cases.ticking.AT_ONCE", 1)
    for day in (26, 27):
        world.clock.at = dt.datetime(2026, 11, day, 10, tzinfo=CHINA)
        await clock_of(world, []).tick()
    async with world.database.reading() as session:
        now = [await cases.case_file(session, info.id) for info in infos]
        assert [info and info.case.warning for info in now] == ["urgent"] * 3
        acts = [event.act for info in infos for event in await cases.events(session, info.id)]
    assert acts.count("escalate") == 3


async def test_the_clock_writes_down_what_cases_are_found_by(world: World) -> None:
    street = await new_street(world)
    await diagnosed(street)
    await clock_of(world, []).tick()
    async with world.database.transaction() as session:
        assert await searching.write_down(session, 10) == 0


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


# ---- files that nobody needs


KEPT_LONG_ENOUGH = dt.timedelta(days=8)  # a day more than the longest of the retention settings


class Shelf:
    """A folder of files with the ages that a test gives them."""

    def __init__(self, folder: Path, world: World) -> None:
        self.blobs, self.world = Blobs(folder), world
        self._folder = folder

    def put(self, content: bytes, age: dt.timedelta) -> str:
        digest = self.blobs.put(content)
        at = (self.world.clock.now() - age).timestamp()
        os.utime(self._folder / digest[:2] / digest[2:4] / digest, (at, at))
        return digest

    async def swept(self, **more: int) -> int:
        settings = Settings(**more)  # type: ignore[arg-type]
        return await sweep_files(self.world.database, Keeper(self.blobs), settings, self.world.clock.now())


async def test_a_file_that_no_record_needs_goes_when_it_is_old_and_not_a_moment_before(
    world: World, tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path / "files", world)
    old = shelf.put(b"old", KEPT_LONG_ENOUGH + dt.timedelta(minutes=1))
    young = shelf.put(b"young", KEPT_LONG_ENOUGH - dt.timedelta(minutes=1))
    assert await shelf.swept() == 1
    assert (shelf.blobs.exists(old), shelf.blobs.exists(young)) == (False, True)


async def test_r26_r34_what_a_record_a_dialogue_or_a_message_names_is_never_swept(world: World, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "files", world)
    names = ("evidence", "signature", "paper", "draft", "waiting", "handed", "nobody")
    files = {name: shelf.put(name.encode(), dt.timedelta(days=400)) for name in names}
    office = await new_office(world.database)
    info = await office.opens()
    now = world.clock.now()

    def ref(name: str) -> FileRef:
        return FileRef(files[name], f"{name}.jpg", "image/jpeg", 8)

    async with world.database.transaction() as session:
        await evidence.add(session, case=info.id, kind="after", file=ref("evidence"), person=None, now=now)
        blank = {"case": info.id, "version": 1, "made": now}
        session.add(
            Pledge(**blank, kind="rectification", state="draft", promises="[]", text="", signature=files["signature"])
        )
        session.add(Paper(**blank, kind="notice", state="draft", fields="{}", file=files["paper"]))
        dialogue = await chats.load_dialogue(session, "web", "owner", now)
        dialogue.state = {"later": {"submit_evidence": {"files": [ref("draft").to_json()]}}}
        await chats.save_dialogue(session, dialogue, now)
        incoming = Incoming("web", "owner", "k", now, "photo", files=(ref("waiting"),))
        await messages.take_in(session, "web", "owner", "k", incoming.to_json(), now)
        told = json.dumps(ref("handed").to_json()).encode()
        await attachments.put(session, "t", "web", "owner", "a.jpg", attachments.KEPT, told, now)
    assert await shelf.swept() == 1
    assert [name for name in names if not shelf.blobs.exists(files[name])] == ["nobody"]


async def test_where_drafts_or_files_are_kept_for_ever_nothing_is_swept(world: World, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "files", world)
    shelf.put(b"old", dt.timedelta(days=4000))
    assert await shelf.swept(keep_files_days=0) == await shelf.swept(keep_drafts_days=0) == 0
    assert await shelf.swept(keep_files_days=30) == 1


async def test_the_longest_of_the_settings_counts(world: World, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "files", world)
    shelf.put(b"a", dt.timedelta(days=30))
    assert await shelf.swept(keep_files_days=30) == await shelf.swept(keep_drafts_days=30) == 0
    assert await shelf.swept(keep_files_days=1, keep_drafts_days=1) == 1


async def test_files_are_swept_once_a_day(world: World, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "files", world)
    told: list[tuple[str, str]] = []
    clock = Clock(
        world.database, world.house, Settings(), world.clock.now, lambda *chat: told.append(chat), Keeper(shelf.blobs)
    )
    await clock.tick()
    digest = shelf.put(b"old", dt.timedelta(days=400))
    world.clock.passes(hours=23)
    await clock.tick()
    assert shelf.blobs.exists(digest)
    world.clock.passes(hours=1)
    await clock.tick()
    assert not shelf.blobs.exists(digest)
