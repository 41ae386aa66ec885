"""Evidence over Telegram, from the pictures a person sends to those the officer sees: sets, HEIC, pairs (R26)."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

from bot.channels import telegram
from bot.channels.telegram import ALBUM_FOLLOWS, TelegramReceiver
from bot.channels.telegram_client import make_bot
from bot.channels.telegram_sender import TelegramSender
from bot.courier import Courier
from bot.handouts import Handouts
from bot.intake import Intake
from bot.keeper import Keeper
from bot.metrics import Metrics
from handlers.conversation import Knowledge
from knowledge.evidence_files import MAX_BYTES, TOO_LARGE
from storage.attachments import File
from storage.blobs import Blobs
from storage.database import Database
from tests.bot.telegram_double import Sent, TelegramDouble
from tests.bot.test_uploads import another
from tests.handlers.test_cases import ADDRESS, FIRM, LOG
from tests.knowledge.evidence_makers import PLACE, heic, jpeg, pdf
from tests.people import Clock, World

OFFICER, OWNER = 7, 8


@dataclass
class Town:
    """An officer and an owner who talk to the program over Telegram, moved step by step."""

    world: World
    double: TelegramDouble
    receiver: TelegramReceiver
    intake: Intake
    courier: Courier
    seen: dict[int, int] = field(default_factory=dict)

    @property
    def clock(self) -> Clock:
        return self.world.clock

    async def takes(self) -> None:
        """Take in what is there to be taken."""
        confirmed = max((int(call.fields.get("offset", 0)) for call in self.double.calls), default=0)
        updates = await self.receiver._bot.get_updates(offset=confirmed or None)
        await self.receiver.take(updates)
        if updates:
            await self.receiver._bot.get_updates(offset=max(update.update_id for update in updates) + 1)

    async def handles(self) -> None:
        while await self.world.worker.work():
            continue
        while await self.courier.carry():
            continue

    async def goes_on(self, chat: int) -> list[Sent]:
        """Take in, let an album be whole, handle; what is new for a chat."""
        await self.takes()
        self.clock.passes(seconds=ALBUM_FOLLOWS.total_seconds())
        await self.handles()
        return self.new(chat)

    def new(self, chat: int) -> list[Sent]:
        shown = self.double.shown(chat)
        fresh = shown[self.seen.get(chat, 0) :]
        self.seen[chat] = len(shown)
        return fresh

    async def says(self, chat: int, *texts: str) -> list[Sent]:
        for text in texts:
            self.double.says(chat, text)
            await self.takes()
            await self.handles()
        return self.new(chat)


@pytest.fixture
async def town(shipped: Knowledge, clock: Clock, tmp_path: Path) -> AsyncIterator[Town]:
    database = Database(f"sqlite:///{tmp_path}/town.db")
    await database.upgrade()
    world = World(database, shipped, clock)
    blobs = Blobs(tmp_path / "files")
    object.__setattr__(world.house, "read_file", blobs.read)
    handouts = Handouts(database, blobs)

    async def read_file(chat: str, token: str) -> File | None:
        return await handouts.view("telegram", chat, token)

    async with TelegramDouble() as double:
        bot = make_bot(double.token, double.base_url)
        intake = Intake(database, Metrics(), lambda: None)
        receiver = TelegramReceiver(bot, intake, clock.now, Keeper(blobs))
        courier = Courier(database, TelegramSender(bot, read_file), Metrics(), clock.now)
        firm = await world.enterprise(FIRM, address=ADDRESS)
        await world.office("officer", chat=str(OFFICER), channel="telegram")
        await world.contact(firm, chat=str(OWNER), channel="telegram")
        yield Town(world, double, receiver, intake, courier)
        await receiver.finish()
        await bot.close_connections()
        assert double.unexpected == []
    await database.close()


async def diagnosed(town: Town) -> None:
    await town.says(OFFICER, LOG, "确认立案", "诊断")
    await town.says(OFFICER, "是", "不是", "不是", "不是", "不是", "是", "不是", "不是", "确认诊断")
    town.new(OWNER)


async def test_an_album_that_comes_in_one_piece_has_one_receipt(town: Town) -> None:
    await diagnosed(town)
    for number in range(5):
        town.double.sends_photo(OWNER, "a", content=another(number))
    (told,) = await town.goes_on(OWNER)
    assert told.plain.startswith("收到5张。")


async def test_an_album_whose_pictures_come_one_by_one_has_one_receipt_when_no_more_follow(town: Town) -> None:
    """As a webhook brings them, and a poll that begins with the first: with pauses, out of order and twice."""
    await diagnosed(town)
    town.double.shuffled = True
    for number in range(5):
        town.double.sends_photo(OWNER, "a", content=another(number))
        if number == 3:
            town.double.repeats_last()
        await town.takes()
        town.clock.passes(seconds=1.5)
        await town.handles()
        assert town.new(OWNER) == []
    town.clock.passes(seconds=1)
    await town.handles()
    (told,) = town.new(OWNER)
    assert told.plain.startswith("收到5张。")
    town.double.repeats_last()
    assert await town.goes_on(OWNER) == []


async def test_an_album_waits_for_a_picture_that_is_fetched_slowly(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await diagnosed(town)
    town.double.sends_photo(OWNER, "a", content=another(1))
    await town.takes()
    asked, going = asyncio.Event(), asyncio.Event()
    assert town.receiver._files is not None
    real = town.receiver._files._fetched

    async def slow(file_id: str) -> bytes:
        asked.set()
        await going.wait()
        return await real(file_id)

    monkeypatch.setattr(town.receiver._files, "_fetched", slow)
    town.double.sends_photo(OWNER, "a", content=another(2))
    taking = asyncio.create_task(town.takes())
    async with asyncio.timeout(10):
        await asked.wait()
    town.clock.passes(seconds=10)
    await town.handles()
    assert town.new(OWNER) == []
    going.set()
    await taking
    town.clock.passes(seconds=ALBUM_FOLLOWS.total_seconds())
    await town.handles()
    (told,) = town.new(OWNER)
    assert told.plain.startswith("收到2张。")


async def test_what_is_said_after_an_album_is_answered_after_it(town: Town) -> None:
    await diagnosed(town)
    await town.says(OWNER, "我的事项", "1", "提交整改", "已经上墙")
    for number in range(3):
        town.double.sends_photo(OWNER, "a", content=another(number))
    town.double.says(OWNER, "发完了")
    receipt, step = await town.goes_on(OWNER)
    assert receipt.plain.startswith("收到3张。")
    assert "改正前" in step.plain


async def test_a_file_too_large_in_an_album_is_said_with_the_way_to_hand_it_in(town: Town) -> None:
    await diagnosed(town)
    await town.says(OWNER, "我的事项", "1", "提交整改", "已经上墙")
    town.double.sends_document(OWNER, "a.pdf", 0, pdf(), album="d")
    town.double.sends_document(OWNER, "b.pdf", MAX_BYTES + 1, album="d")
    (told,) = await town.goes_on(OWNER)
    assert told.plain.startswith("收到1份。")
    assert f"另有1个没有收：{TOO_LARGE}" in told.plain


async def test_a_photo_with_an_inspection_below_it_becomes_the_case_with_the_photo_and_more_join_it(
    town: Town,
) -> None:
    town.double.sends_photo(OFFICER, caption=LOG, content=jpeg())
    (card,) = await town.goes_on(OFFICER)
    assert "附照片、文件1张。" in card.plain
    await town.says(OFFICER, "确认立案")
    for number in range(3):
        town.double.sends_photo(OFFICER, "later", content=another(number))
    (told,) = await town.goes_on(OFFICER)
    assert told.plain.startswith("3张已放进")


async def test_the_officer_sees_pairs_with_captions_heic_as_jpeg_and_documents_by_name(town: Town) -> None:
    await diagnosed(town)
    await town.says(OWNER, "我的事项", "1", "提交整改", "已经上墙")
    town.double.sends_document(OWNER, "IMG_1.HEIC", 0, heic(), album="e")
    town.double.sends_document(OWNER, "单据.pdf", 0, pdf(), album="e")
    await town.goes_on(OWNER)
    await town.says(OWNER, "发完了")
    town.double.sends_photo(OWNER, content=jpeg())
    await town.goes_on(OWNER)
    await town.says(OWNER, "发完了", "确认提交")
    await town.says(OFFICER, "我的待办", "1")
    before, after, words, document = await town.says(OFFICER, "看材料")
    assert [(sent.method, sent.plain) for sent in (before, after, document)] == [
        ("sendPhoto", "第1组 改正前"),
        ("sendPhoto", "第1组 改正后"),
        ("sendDocument", ""),
    ]
    assert document.file_name == "单据.pdf" and (document.content or b"").startswith(b"%PDF-")
    for photo in (before, after):
        assert photo.content is not None and PLACE not in photo.content
        with Image.open(io.BytesIO(photo.content)) as image:
            assert (image.format, image.size) == ("JPEG", (48, 64))
    assert "第1组 改正后：拍于11月18日 09:30；交来于" in words.plain
    assert [button.text for button in words.buttons[0]] == ["复核通过", "退回"]


def test_the_wait_for_an_album_is_short() -> None:
    assert ALBUM_FOLLOWS.total_seconds() <= 3
    assert telegram.FETCHES > ALBUM_FOLLOWS
