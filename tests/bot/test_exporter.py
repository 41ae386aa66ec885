"""The exporter: one ledger at a time under a lease, through crashes, lost rights and the night; by ticks, without sleeping."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.app import App
from bot.exporter import LEASE, TELL_EVERY, Exporter
from bot.handouts import Handouts
from bot.settings import Settings
from handlers.ledger import making, words
from handlers.messages import Part
from handlers.turn import CHINA
from knowledge.procedure import acts
from knowledge.procedure.case import Case
from knowledge.procedure.results import Done
from knowledge.procedure.steps import step
from storage import cases, chats, enterprises, exports, ledger, messages, people
from storage.attachments import File
from storage.blobs import Blobs
from storage.cases import Series
from storage.enterprises import NewEnterprise
from tests.bot.telegram_double import TelegramDouble
from tests.handlers.test_permissions import told
from tests.people import FIRM_CODES, Person, World, lead_of, words_of

DEPARTMENT = "示例市场监管局"


@dataclass
class Room:
    """An officer with cases, an exporter beside the conversation, and the files that it hands out."""

    world: World
    officer: Person
    exporter: Exporter
    blobs: Blobs

    async def logs(self, count: int = 1, problem: str = "后厨没公示健康证") -> None:
        async with self.world.database.transaction() as session:
            speaker = await people.speaker_of(session, "web", "officer", dt.date(2026, 11, 20), demo=False)
            assert speaker.office is not None
            for _ in range(count):
                await cases.open_case(
                    session,
                    series=Series("420704", DEPARTMENT, "鄂城市监容"),
                    enterprise=1,
                    office=speaker.office.id,
                    problem=problem,
                    items=[],
                    case=Case(dt.date(2026, 11, 20), problem),
                    person=speaker.person,
                    now=self.world.clock.now(),
                )

    async def asks(self, person: Person | None = None) -> list[Part]:
        person = person or self.officer
        await person.says("导出台账")
        return await person.presses("导出")

    async def files(self, person: Person | None = None) -> list[File]:
        """The files that a chat was given, as it would fetch them."""
        person = person or self.officer
        handouts = Handouts(self.world.database, self.blobs)
        tokens = [token for part in await told(person) for token, _, _ in part.files]
        found = [await handouts.original(person.channel, person.chat, token) for token in tokens]
        return [file for file in found if file]

    async def revokes(self) -> None:
        async with self.world.database.transaction() as session:
            [office] = await people.offices(session, role="officer", demo=False)
            await people.revoke(session, office.id, self.world.clock.now())


@pytest.fixture
async def room(world: World, tmp_path: Path) -> Room:
    await world.enterprise()
    officer, blobs = await world.office("officer"), Blobs(tmp_path / "files")
    return Room(world, officer, Exporter(world.database, world.house, blobs, world.clock.now), blobs)


def numbers_of(file: File) -> list[str]:
    sheet = openpyxl.load_workbook(io.BytesIO(file.content)).active
    assert sheet is not None
    return [str(row[0].value) for row in sheet.iter_rows(min_row=4)]


async def test_two_taps_and_a_tick_bring_this_month_s_ledger_into_the_chat(room: Room) -> None:
    await room.logs(3)
    assert lead_of(await room.asks()) == "正在导出约3件，好了发给您。"
    assert await room.exporter.tick()
    last = (await told(room.officer))[-1]
    assert words_of([last]) == "容错案件台账好了，共3件。\n容错案件台账：2026年11月，示例市场监管局。"
    [file] = await room.files()
    assert file.name == "容错案件台账 2026年11月.xlsx"
    assert numbers_of(file) == [f"鄂城市监容〔2026〕{n:04d}号" for n in (1, 2, 3)]
    assert not await room.exporter.tick()
    assert len(await room.files()) == 1


async def test_a_process_that_dies_half_way_leaves_its_ledger_to_the_next(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.logs(3)
    await room.asks()
    written = making.write

    async def dies(*arguments: Any) -> Any:
        await written(*arguments)
        raise SystemExit

    monkeypatch.setattr(making, "write", dies)
    with pytest.raises(SystemExit):
        await room.exporter.tick()
    monkeypatch.setattr(making, "write", written)
    other = Exporter(room.world.database, room.world.house, room.blobs, room.world.clock.now)
    assert not await other.tick(), "its lease has not run out"
    room.world.clock.passes(seconds=LEASE.total_seconds())
    assert await other.tick()
    assert len(await room.files()) == 1


async def test_after_three_failures_whoever_asked_is_told_once_what_to_do(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.logs()
    await room.asks()

    async def fails(*arguments: Any) -> Any:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(making, "write", fails)
        for _ in range(exports.MAX_ATTEMPTS):
            assert await room.exporter.tick()
            assert not await room.exporter.tick(), "it rests first"
            room.world.clock.passes(minutes=2)
        await room.exporter.tick()
        room.world.clock.passes(days=1)
        assert not await room.exporter.tick()
    answers = [part for part in await told(room.officer) if words_of([part]).startswith(words.FAILED)]
    assert len(answers) == 1 and [label for _, label in answers[0].buttons] == ["导出台账", "菜单"]
    assert await room.files() == []
    await room.asks()
    await room.exporter.tick()
    assert len(await room.files()) == 1


async def test_r1_the_right_to_see_is_looked_at_when_it_is_made(room: Room) -> None:
    await room.logs()
    await room.asks()
    await room.revokes()
    assert await room.exporter.tick()
    assert await room.files() == []
    assert words.REFUSED in words_of(await told(room.officer))
    assert not await room.exporter.tick()


async def test_r1_the_right_to_see_is_looked_at_again_before_it_is_sent(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.logs()
    await room.asks()
    written = making.write

    async def slow(*arguments: Any) -> Any:
        found = await written(*arguments)
        await room.revokes()
        return found

    monkeypatch.setattr(making, "write", slow)
    assert await room.exporter.tick()
    assert await room.files() == []
    assert words.REFUSED in words_of(await told(room.officer))


async def test_r1_a_chat_that_is_somebody_else_s_by_now_gets_nothing(room: Room) -> None:
    await room.logs()
    await room.asks()
    async with room.world.database.transaction() as session:
        await people.seat(session, "web", "officer", None)
    await room.exporter.tick()
    assert await room.files() == []


async def test_one_that_was_slow_and_lost_its_lease_sends_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    await room.logs()
    await room.asks()
    other = Exporter(room.world.database, room.world.house, room.blobs, room.world.clock.now)
    written = making.write

    async def overtaken(*arguments: Any) -> Any:
        monkeypatch.setattr(making, "write", written)
        found = await written(*arguments)
        room.world.clock.passes(seconds=LEASE.total_seconds())
        assert await other.tick()
        return found

    monkeypatch.setattr(making, "write", overtaken)
    await room.exporter.tick()
    assert len(await room.files()) == 1


async def test_a_long_one_says_how_far_it_is_and_keeps_its_lease(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    await room.logs(5)
    await room.asks()
    monkeypatch.setattr(ledger, "PART", 1)
    other = Exporter(room.world.database, room.world.house, room.blobs, room.world.clock.now)
    parts = ledger.parts

    async def slowly(*arguments: Any) -> Any:
        async for part in parts(*arguments):
            room.world.clock.passes(seconds=TELL_EVERY.total_seconds() / 2 + 1)
            assert not await other.tick(), "nobody takes what is being made"
            yield part

    monkeypatch.setattr(ledger, "parts", slowly)
    await room.exporter.tick()
    said = [lead_of([part]) for part in await told(room.officer)]
    assert [line for line in said if "还在导出" in line] == [
        "还在导出，写好2件，共5件。",
        "还在导出，写好4件，共5件。",
    ]
    assert said[-1] == "容错案件台账好了，共5件。"


async def test_a_ledger_too_large_for_one_file_comes_in_volumes(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    await room.logs(5)
    await room.asks()
    monkeypatch.setattr(ledger, "PART", 2)
    monkeypatch.setattr(making, "MOST_CHARACTERS", 1)
    await room.exporter.tick()
    files = await room.files()
    assert [file.name for file in files] == [f"容错案件台账 2026年11月 第{n}册.xlsx" for n in (1, 2, 3)]
    assert [len(numbers_of(file)) for file in files] == [2, 2, 1]
    ends = [part for part in await told(room.officer) if part.files]
    assert [bool(part.buttons) for part in ends] == [False, False, True]
    assert "第3册，1件。" in words_of(ends[-1:])


async def test_what_was_asked_for_at_night_comes_at_once_over_telegram_too(room: Room) -> None:
    """R41 holds what nobody asked for; whoever asks waits for the answer."""
    room.world.clock.passes(hours=13)  # 23:00
    night = await room.world.office("officer", chat="7", channel="telegram", name="赵示例")
    await room.logs()
    await room.asks(night)
    await room.exporter.tick()
    async with room.world.database.reading() as session:
        unsent = await messages.next_unsent(session, room.world.clock.now(), "telegram")
        counts = await messages.counts(session)
    assert unsent and ("out", "held") not in counts


async def test_where_the_last_case_went_away_meanwhile_that_is_said_and_there_is_no_file(room: Room) -> None:
    await room.logs()
    await room.officer.says("导出台账")
    await room.officer.presses("改内容")
    await room.officer.presses("未销号")
    await room.officer.presses("导出")
    async with room.world.database.transaction() as session:
        [info] = await cases.of_enterprise(session, 1)
        done = step(info.case, acts.Close("duplicate", "与前案相同", ()), dt.date(2026, 11, 20))
        assert isinstance(done, Done)
        await cases.record(session, info, done.case, "close", {}, None, room.world.clock.now())
    await room.exporter.tick()
    assert await room.files() == []
    assert lead_of((await told(room.officer))[-1:]) == words.NONE


async def test_an_exporter_that_is_told_to_stop_gives_back_what_it_was_making(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.logs()
    await room.asks()
    begun, stop = asyncio.Event(), asyncio.Event()
    written = making.write

    async def for_ever(*arguments: Any) -> Any:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(making, "write", for_ever)
    running = asyncio.create_task(room.exporter.run(stop))
    async with asyncio.timeout(20):
        await begun.wait()
        stop.set()
        await running
    monkeypatch.setattr(making, "write", written)
    assert await room.exporter.tick(), "it waits for nobody's lease"
    assert len(await room.files()) == 1


async def test_a_running_exporter_is_woken_and_outlives_a_database_that_is_away(room: Room) -> None:
    await room.logs()
    await room.asks()
    stop, reached = asyncio.Event(), asyncio.Event()
    calls = 0

    def now() -> dt.datetime:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OSError("away")
        return room.world.clock.now()

    exporter = Exporter(room.world.database, room.world.house, room.blobs, now, lambda *chat: reached.set())
    running = asyncio.create_task(exporter.run(stop, every=0.01))
    async with asyncio.timeout(20):
        await reached.wait()
        stop.set()
        await running
    assert len(await room.files()) == 1


async def test_the_whole_program_sends_the_workbook_over_telegram(tmp_path: Path) -> None:
    """Two messages of an officer, and the document arrives: worker, exporter and courier of one process."""
    async with TelegramDouble() as double:
        app = App(
            Settings(
                database_url=f"sqlite:///{tmp_path}/app.db",
                files=str(tmp_path / "files"),
                port=0,
                telegram_token=double.token,
                telegram_base_url=double.base_url,
            )
        )
        await app.prepare()
        now = app.now()
        async with app.database.transaction() as session:
            await chats.load_dialogue(session, "telegram", "7", now)
            person = await people.new_person(session, "张示例", now)
            await people.seat(session, "telegram", "7", person)
            place = {"role": "officer", "jurisdiction": "420704", "department": DEPARTMENT}
            until = dt.date(2099, 1, 1)
            office = await people.appoint(session, person, **place, licence="示例-0001", licence_until=until, now=now)
            new = NewEnterprise("示例好味道餐馆", FIRM_CODES[0], "420704")
            enterprise = await enterprises.add(session, new, "register", now)
            await cases.open_case(
                session,
                series=Series("420704", DEPARTMENT, "鄂城市监容"),
                enterprise=enterprise,
                office=office,
                problem="后厨没公示健康证",
                items=[],
                case=Case(now.astimezone(CHINA).date(), "后厨没公示健康证"),
                person=person,
                now=now,
            )
        serving = asyncio.create_task(app.serve())
        double.says(7, "/export")
        await double.waits_for(lambda sent: "内容：全部台账" in sent.plain, 7, timeout=30)
        double.says(7, "导出")
        sent = await double.waits_for(lambda sent: sent.method == "sendDocument", 7, timeout=30)
        app.stop.set()
        await serving
        assert double.unexpected == []
    book = openpyxl.load_workbook(io.BytesIO(sent.content or b""))
    assert book.sheetnames == ["台账"]
    assert [sent for sent in double.texts(7) if "正在导出约1件" in sent]
