"""The Telegram channel against the Bot API double, over real HTTP: nothing lost, nothing done twice, nothing stops it."""

from __future__ import annotations

import asyncio
import html
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.channels.telegram import MAX_BODY, TelegramReceiver
from bot.channels.telegram_client import Client, make_bot
from bot.channels.telegram_sender import TelegramSender
from bot.courier import Courier
from bot.intake import Intake
from bot.metrics import Metrics
from bot.worker import Worker
from handlers import menus, words
from handlers.conversation import Knowledge
from handlers.messages import Incoming
from storage import messages
from storage.database import Database
from storage.messages import MAX_TRIES
from tests.bot.telegram_double import Sent, TelegramDouble
from tests.people import Clock, World, forget_buttons

SECRET = "hook-secret_1"
QUESTION = "灭火器过期了两个，当场就换了，会罚吗"


@dataclass
class Service:
    """The parts of the program that a Telegram message passes, over one database."""

    double: TelegramDouble
    database: Database
    clock: Clock
    bot: Client
    receiver: TelegramReceiver
    intake: Intake
    worker: Worker
    courier: Courier
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def rows(self, chat: int, direction: str = "in") -> list[messages.Stored]:
        async with self.database.reading() as session:
            rows = await messages.transcript(session, "telegram", str(chat), limit=100)
        return [row for row in rows if row.direction == direction]

    async def answered(self, chat: int, count: int = 1, timeout: float = 10) -> Sent:
        """The n-th message shown in a chat."""
        return await self.double.waits_for(count, chat, timeout)

    async def settled(self, chat: int = 999) -> None:
        """Everything said so far has been read: a message of another chat, said last, has its answer."""
        before = len(self.double.shown(chat))
        self.double.says(chat, "/menu")
        await self.answered(chat, before + 1)


async def no_files(chat: str, token: str) -> None:
    """No file is kept for any chat; files have tests of their own."""


@asynccontextmanager
async def built(double: TelegramDouble, knowledge: Knowledge, clock: Clock, folder: Path) -> AsyncIterator[Service]:
    """The parts, none of them running."""
    database = Database(f"sqlite:///{folder}/telegram.db")
    await database.upgrade()
    metrics = Metrics()
    bot = make_bot(double.token, double.base_url)
    courier = Courier(database, TelegramSender(bot, no_files), metrics, clock.now)
    conversation = World(database, knowledge, clock).conversation
    worker = Worker(database, conversation, metrics, clock.now, lambda *_: courier.wake())
    intake = Intake(database, metrics, worker.wake)
    receiver = TelegramReceiver(bot, intake, clock.now)
    try:
        yield Service(double, database, clock, bot, receiver, intake, worker, courier)
    finally:
        await receiver.finish()
        await bot.close_connections()
        await database.close()


@asynccontextmanager
async def running(double: TelegramDouble, knowledge: Knowledge, clock: Clock, folder: Path) -> AsyncIterator[Service]:
    """Worker and courier at work, without any way in: see ``polling`` and ``hook``."""
    async with built(double, knowledge, clock, folder) as service:
        parts = [asyncio.create_task(part.run(service.stop)) for part in (service.worker, service.courier)]
        try:
            yield service
        finally:
            service.stop.set()
            async with asyncio.timeout(10):
                await asyncio.gather(*parts)


@pytest.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as server:
        yield server
        assert server.unexpected == []


@pytest.fixture
async def service(double: TelegramDouble, shipped: Knowledge, clock: Clock, tmp_path: Path) -> AsyncIterator[Service]:
    async with running(double, shipped, clock, tmp_path) as made:
        yield made


@pytest.fixture
async def by_hand(double: TelegramDouble, shipped: Knowledge, clock: Clock, tmp_path: Path) -> AsyncIterator[Service]:
    """The parts, moved step by step by the test."""
    async with built(double, shipped, clock, tmp_path) as made:
        yield made


@pytest.fixture
async def polling(service: Service) -> AsyncIterator[Service]:
    """The service with long polling."""
    task = asyncio.create_task(service.receiver.poll(service.stop))
    yield service
    service.stop.set()
    async with asyncio.timeout(5):
        await task


def offsets(double: TelegramDouble) -> list[int]:
    """The offsets that polls asked from, which confirm what lies below."""
    return [int(call.fields.get("offset", 0)) for call in double.calls if call.method == "getUpdates"]


def count(double: TelegramDouble, method: str) -> int:
    return sum(call.method == method for call in double.calls)


# What people see


async def test_a_question_is_answered_as_html_with_the_words_and_their_source(polling: Service) -> None:
    polling.double.says(7, QUESTION)
    sent = await polling.answered(7)
    assert sent.parse_mode == "HTML"
    assert "<b>列入不予处罚事项清单：灭火器未保持完好有效</b>" in sent.text
    assert "<blockquote>" in sent.text
    assert "<i>《示范县消防救援大队不予处罚事项清单》" in sent.text
    assert sent.plain.endswith("以执法机关认定为准。")


async def test_what_a_person_typed_is_escaped(polling: Service) -> None:
    command = "/<b>&x</i>"
    polling.double.says(7, command)
    sent = await polling.answered(7)
    assert html.escape(command, quote=False) in sent.text
    assert f"没有“{command}”这个命令。" in sent.plain


async def test_an_unknown_command_is_answered_with_the_menu(polling: Service) -> None:
    polling.double.says(7, "/nothing")
    sent = await polling.answered(7)
    assert words.UNKNOWN_COMMAND.format(command="/nothing") in sent.plain
    assert menus.DOCUMENTS.label in [button.text for row in sent.buttons for button in row]


async def test_buttons_stand_two_a_row_and_do_what_they_say(polling: Service) -> None:
    polling.double.says(7, "/menu")
    menu = await polling.answered(7)
    assert all(len(row) == 2 for row in menu.buttons[:-1])
    assert all(len((button.callback_data or "").encode()) <= 64 for row in menu.buttons for button in row)
    await press(polling, menu, menus.DOCUMENTS.label)
    shown = await polling.answered(7, 2)
    assert shown.plain.startswith(words.BROWSE_DOCUMENTS)


async def press(service: Service, sent: Sent, label: str, chat: int = 7) -> int:
    token = next(button.callback_data for row in sent.buttons for button in row if button.text == label)
    assert token and sent.message_id
    return service.double.presses(chat, sent.message_id, token)


async def test_a_press_is_confirmed_to_the_persons_telegram(polling: Service) -> None:
    polling.double.says(7, "/menu")
    query = await press(polling, await polling.answered(7), menus.DOCUMENTS.label)
    confirmed = await polling.double.waits_for(lambda sent: sent.method == "answerCallbackQuery", 7)
    assert confirmed.raw["callback_query_id"] == str(query)


async def test_a_press_too_old_to_confirm_is_acted_on_all_the_same(polling: Service) -> None:
    polling.double.says(7, "/menu")
    menu = await polling.answered(7)
    polling.double.stale_queries.add(str(await press(polling, menu, menus.DOCUMENTS.label)))
    assert (await polling.answered(7, 2)).plain.startswith(words.BROWSE_DOCUMENTS)


async def test_five_taps_have_one_effect(polling: Service) -> None:
    polling.double.says(7, "/menu")
    menu = await polling.answered(7)
    for _ in range(5):
        await press(polling, menu, menus.DOCUMENTS.label)
    await polling.answered(7, 2)
    await polling.settled()
    assert len(polling.double.shown(7)) == 2


async def test_a_button_of_yesterday_still_acts_until_it_is_forgotten(by_hand: Service) -> None:
    async def presses(label: str) -> Sent:
        await press(by_hand, menu, label)
        await hears(by_hand, 7)
        await carries_all(by_hand)
        return by_hand.double.last(7)

    await hears(by_hand, 7, "/menu")
    await carries_all(by_hand)
    menu = by_hand.double.last(7)
    by_hand.clock.passes(days=1)
    assert (await presses(menus.DOCUMENTS.label)).plain.startswith(words.BROWSE_DOCUMENTS)
    async with by_hand.database.transaction() as session:
        await forget_buttons(session, by_hand.clock.now())
    stale = await presses(menus.LISTS.label)
    assert stale.plain.startswith(words.STALE_BUTTON)
    assert menus.LISTS.label in [button.text for row in stale.buttons for button in row]


async def test_a_button_of_another_chat_does_nothing_there(polling: Service) -> None:
    polling.double.says(7, "/menu")
    menu = await polling.answered(7)
    await press(polling, menu, menus.DOCUMENTS.label, chat=8)
    assert (await polling.answered(8)).plain.startswith(words.STALE_BUTTON)
    await polling.settled()
    assert len(polling.double.shown(7)) == 1


@pytest.mark.parametrize("data", ["nothing", "x" * 64, "按钮", "\ud83d"])
async def test_a_press_that_is_none_of_ours_is_answered_with_the_menu(polling: Service, data: str) -> None:
    polling.double.says(7, "/menu")
    menu = await polling.answered(7)
    polling.double.presses(7, menu.message_id or 0, data)
    assert (await polling.answered(7, 2)).plain.startswith(words.STALE_BUTTON)


@pytest.mark.parametrize("kind", ["sticker", "voice", "photo", "document"])
async def test_what_is_not_text_is_answered_with_what_to_do(polling: Service, kind: str) -> None:
    double = polling.double
    {
        "sticker": lambda: double.sends_sticker(7),
        "voice": lambda: double.sends_voice(7),
        "photo": lambda: double.sends_photo(7),
        "document": lambda: double.sends_document(7, "承诺书.docx", 9000),
    }[kind]()
    sent = await polling.answered(7)
    assert sent.plain.startswith(words.NOT_TEXT[kind])
    assert words.NOT_TEXT_NEXT in sent.plain


async def test_every_picture_of_an_album_is_taken_in_with_the_name_of_its_album(by_hand: Service) -> None:
    for album in ("a", "a", "a", "b"):
        by_hand.double.sends_photo(7, album)
    by_hand.double.sends_photo(7)
    await by_hand.receiver.take(await by_hand.bot.get_updates())
    assert [row.payload.get("album") for row in await by_hand.rows(7)] == ["a", "a", "a", "b", None]


async def test_contacts_locations_and_captions_are_answered(polling: Service) -> None:
    people = {"chat": {"id": 7, "type": "private"}, "from": {"id": 7, "is_bot": False, "first_name": "A"}, "date": 1}
    contact = {"contact": {"phone_number": "1", "first_name": "A"}}
    place = {"location": {"latitude": 29.5, "longitude": 106.5}}
    video = {"video": {"file_id": "v", "file_unique_id": "v", "width": 1, "height": 1, "duration": 1}}
    for number, what in enumerate((contact, place, video | {"caption": "/menu"}), 1):
        polling.double.update({"message": {"message_id": number, **people, **what}})
    assert (await polling.answered(7)).plain.startswith(words.NOT_TEXT["other"])
    assert (await polling.answered(7, 2)).plain.startswith(words.NOT_TEXT["location"])
    assert menus.DOCUMENTS.label in str((await polling.answered(7, 3)).buttons)


async def test_groups_channels_and_edits_are_left_alone(polling: Service) -> None:
    double = polling.double
    double.says(-100, QUESTION, user_id=7, kind="supergroup")
    double.update({"channel_post": {"message_id": 5, "date": 1, "chat": {"id": -5, "type": "channel"}, "text": "x"}})
    double.update({"my_chat_member": {}})
    double.says(7, "/menu")
    await polling.answered(7)
    double.edits(7, 3, QUESTION)
    double.presses(-100, 1, "token")
    await polling.settled()
    assert [sent.chat_id for sent in double.shown()] == [7, 999]


async def test_the_commands_are_told_to_telegram(service: Service) -> None:
    await service.receiver.greet()
    told = [(entry.command, entry.label) for entry in menus.entries("guest")]
    assert service.double.commands == {("default", ""): told}


async def test_an_older_server_without_some_methods_does_not_stop_the_bot(
    double: TelegramDouble, shipped: Knowledge, clock: Clock, tmp_path: Path
) -> None:
    double.unknown_methods |= {"setMyCommands", "getMe", "answerCallbackQuery", "deleteWebhook"}
    async with running(double, shipped, clock, tmp_path) as service:
        await service.receiver.greet()
        task = asyncio.create_task(service.receiver.poll(service.stop))
        double.says(7, "/menu")
        await press(service, await service.answered(7), menus.DOCUMENTS.label)
        assert (await service.answered(7, 2)).plain.startswith(words.BROWSE_DOCUMENTS)
        service.stop.set()
        await task


async def test_the_name_of_the_bot_is_learned_at_the_start(service: Service) -> None:
    assert service.receiver.username is None
    await service.receiver.greet()
    assert service.receiver.username == "double_bot"
    assert count(service.double, "getMe") == 1


async def test_a_name_that_could_not_be_learned_is_asked_for_when_somebody_comes(service: Service) -> None:
    service.double.fails_next(1, method="getMe")
    await service.receiver.greet()
    assert service.receiver.username is None
    service.double.says(7, "/menu")
    await service.receiver.take(await service.bot.get_updates())
    await service.receiver.finish()
    assert service.receiver.username == "double_bot"
    service.double.says(7, "/menu")
    await service.receiver.take(await service.bot.get_updates())
    await service.receiver.finish()
    assert count(service.double, "getMe") == 2


@pytest.mark.parametrize("text", ["/start 7Q-x_9aBc", "/start@double_bot 7Q-x_9aBc", "/START@Double_Bot  7Q-x_9aBc "])
async def test_the_code_of_a_link_comes_whole(service: Service, text: str) -> None:
    service.double.says(7, text)
    await service.receiver.take(await service.bot.get_updates())
    (row,) = await service.rows(7)
    assert (row.payload["kind"], row.payload["text"]) == ("text", text)


@pytest.mark.parametrize("kind", ["photo", "document", "voice"])
async def test_what_stands_below_a_picture_or_a_file_is_not_lost(service: Service, kind: str) -> None:
    words_below = "整改后的照片 <b>&"
    {
        "photo": lambda: service.double.sends_photo(7, caption=words_below),
        "document": lambda: service.double.sends_document(7, "承诺书.docx", 9000, caption=words_below),
        "voice": lambda: service.double.sends_voice(7, caption=words_below),
    }[kind]()
    await service.receiver.take(await service.bot.get_updates())
    (row,) = await service.rows(7)
    assert (row.payload["kind"], row.payload["text"]) == (kind, words_below)


@pytest.mark.parametrize("ending", ["/bot", "", "/", "/bot/"])
async def test_the_address_of_a_server_may_end_in_bot_or_not(double: TelegramDouble, ending: str) -> None:
    bot = make_bot(double.token, double.base_url.removesuffix("/bot") + ending)
    assert (await bot.get_me()).username == "double_bot"
    await bot.close_connections()


def test_without_an_address_the_public_server_is_asked() -> None:
    assert make_bot("123456:TEST").base_url == "https://api.telegram.org/bot123456:TEST"


# Nothing lost, nothing done twice


def breaks_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Let the next storing fail, as at a crash."""
    broken, real = asyncio.Event(), service.intake.take_all

    async def take_all(batch: list[Incoming], whole_at: object) -> int:
        if not broken.is_set():
            broken.set()
            raise RuntimeError("the disk is full")
        return await real(batch, whole_at)

    monkeypatch.setattr(service.intake, "take_all", take_all)
    return broken


async def test_an_update_is_confirmed_only_after_it_is_stored(
    polling: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = breaks_once(polling, monkeypatch)
    update = polling.double.says(7, QUESTION)
    async with asyncio.timeout(5):
        await broken.wait()
    assert max(offsets(polling.double)) <= update
    await polling.answered(7)
    await polling.settled()
    assert len(polling.double.shown(7)) == 1
    assert len(await polling.rows(7)) == 1


async def test_a_process_that_dies_after_storing_and_before_confirming_answers_once(service: Service) -> None:
    update = service.double.says(7, QUESTION)
    await service.receiver.take(await service.bot.get_updates())
    await service.answered(7)
    assert max(offsets(service.double)) <= update
    task = asyncio.create_task(service.receiver.poll(service.stop))  # the process after it
    await service.settled()
    service.stop.set()
    await task
    assert len(service.double.shown(7)) == 1


async def test_a_repeated_update_has_one_effect(polling: Service) -> None:
    polling.double.says(7, QUESTION)
    await polling.answered(7)
    for _ in range(3):
        polling.double.repeats_last()
        await polling.settled()
        polling.double.says(7, "/menu")
        polling.double.repeats_last()
    await polling.settled()
    assert len([row for row in await polling.rows(7) if row.payload["text"] == QUESTION]) == 1
    assert len(polling.double.shown(7)) == len(await polling.rows(7)) == 4


async def test_updates_given_out_of_order_are_handled_in_order(service: Service) -> None:
    texts = [f"/{n}" for n in range(12)]
    service.double.shuffled = True
    for text in texts:
        service.double.says(7, text)
    task = asyncio.create_task(service.receiver.poll(service.stop))
    await service.answered(7, len(texts))
    assert [row.payload["text"] for row in await service.rows(7)] == texts
    assert [words.UNKNOWN_COMMAND.format(command=text) in sent.plain for text, sent in
            zip(texts, service.double.shown(7), strict=True)] == [True] * 12  # fmt: skip
    service.stop.set()
    await task


async def test_more_updates_than_one_poll_holds_are_all_answered(service: Service) -> None:
    for n in range(105):
        service.double.says(1000 + n, "/menu")
    task = asyncio.create_task(service.receiver.poll(service.stop))
    await service.answered(1104)
    async with asyncio.timeout(20):
        while len({sent.chat_id for sent in service.double.shown()}) < 105:
            await service.double.waits_for(len(service.double.shown()) + 1)
    assert len(service.double.shown()) == 105
    service.stop.set()
    await task


async def test_half_a_character_cannot_stop_the_polling(polling: Service) -> None:
    polling.double.says(7, "会罚吗\ud83d")
    await polling.answered(7)
    await polling.settled()


async def test_a_poll_that_meets_errors_goes_on(polling: Service) -> None:
    double = polling.double
    double.fails_next(1, method="getUpdates")
    double.limits_next(1, method="getUpdates")
    double.drops_next(1, method="getUpdates")
    double.says(7, "/menu")
    await polling.answered(7)
    await polling.settled()
    assert len(double.shown(7)) == 1


async def test_a_webhook_left_over_does_not_stop_polling_for_good(service: Service) -> None:
    """At the start the webhook could not be deleted; the refused poll has it deleted."""
    await service.bot.set_webhook("https://bot.example/old")
    service.double.fails_next(1, method="deleteWebhook")
    service.double.says(7, "/menu")
    task = asyncio.create_task(service.receiver.poll(service.stop))
    await service.double.waits_for(1, 7, 10)
    service.stop.set()
    await task


async def test_polling_ends_at_once_when_it_is_told(service: Service) -> None:
    task = asyncio.create_task(service.receiver.poll(service.stop))
    await service.settled()
    service.stop.set()
    async with asyncio.timeout(1):
        await task


# Sending


async def test_a_limit_is_waited_for_and_everything_arrives_in_order(by_hand: Service) -> None:
    by_hand.double.limits_next(2, retry_after=40, method="sendMessage")
    await hears(by_hand, 7, "/0", "/1", "/2")
    for _ in range(2):
        await carries_all(by_hand)
        assert by_hand.double.shown(7) == []
        by_hand.clock.passes(seconds=39)
        assert not await by_hand.courier.carry()
        by_hand.clock.passes(seconds=1)
    await carries_all(by_hand)
    assert commands_in(by_hand) == ["/0", "/1", "/2"]
    assert count(by_hand.double, "sendMessage") == 5


async def test_a_limit_in_one_chat_holds_up_no_other(by_hand: Service) -> None:
    by_hand.double.limits_next(1, retry_after=40, method="sendMessage")
    await hears(by_hand, 7, "/0")
    await hears(by_hand, 8, "/1")
    await carries_all(by_hand)
    assert [sent.chat_id for sent in by_hand.double.shown()] == [8]


async def test_a_server_with_errors_is_tried_until_it_is_well(by_hand: Service) -> None:
    await hears(by_hand, 7, "/0", "/1")
    for status in (500, 502, 503, 500, 500, 500):
        by_hand.double.fails_next(1, status, method="sendMessage")
        await carries_all(by_hand)
        by_hand.clock.passes(seconds=2)
    await carries_all(by_hand)
    assert commands_in(by_hand) == ["/0", "/1"]


async def test_a_server_out_of_reach_is_waited_for(by_hand: Service) -> None:
    await hears(by_hand, 7, "/0")
    elsewhere = make_bot(by_hand.double.token, "http://127.0.0.1:9")
    lost = Courier(by_hand.database, TelegramSender(elsewhere, no_files), Metrics(), by_hand.clock.now)
    for _ in range(MAX_TRIES + 1):
        assert await lost.carry()
        by_hand.clock.passes(seconds=2)
    await elsewhere.close_connections()
    await carries_all(by_hand)
    assert commands_in(by_hand) == ["/0"]


async def test_a_dropped_answer_may_send_twice_but_never_loses(by_hand: Service) -> None:
    by_hand.double.drops_next(1, method="sendMessage")
    await hears(by_hand, 7, "/0", "/1")
    await carries_all(by_hand)
    by_hand.clock.passes(seconds=2)
    await carries_all(by_hand)
    assert commands_in(by_hand) == ["/0", "/0", "/1"]


async def test_a_person_who_blocked_the_bot_holds_up_no_other(by_hand: Service) -> None:
    by_hand.double.blocked.add(7)
    by_hand.double.unknown_chats.add(8)
    for chat in (7, 8, 9):
        await hears(by_hand, chat, "/0")
    await carries_all(by_hand)
    assert [[row.state for row in await by_hand.rows(chat, "out")] for chat in (7, 8, 9)] == [
        ["failed"],
        ["failed"],
        ["sent"],
    ]
    by_hand.double.blocked.clear()
    await hears(by_hand, 7, "/1")
    await carries_all(by_hand)
    assert commands_in(by_hand) == ["/1"]


async def test_a_message_that_telegram_finds_wrong_is_given_up_after_a_few_tries(by_hand: Service) -> None:
    await hears(by_hand, 7, "/0", "/1")
    for _ in range(MAX_TRIES):
        by_hand.double.fails_next(1, 400, method="sendMessage")
        await by_hand.courier.carry()
        by_hand.clock.passes(minutes=5)
    await carries_all(by_hand)
    assert commands_in(by_hand) == ["/1"]


async def test_a_wrong_token_loses_no_message(by_hand: Service) -> None:
    """The setting is wrong, not the messages: they leave when it is put right."""
    await hears(by_hand, 7, "/0")
    by_hand.double.token = "123456:OTHER"
    for _ in range(MAX_TRIES + 1):
        assert await by_hand.courier.carry()
        by_hand.clock.passes(minutes=5)
    by_hand.double.token = "123456:TEST"
    await carries_all(by_hand)
    assert commands_in(by_hand) == ["/0"]


async def hears(service: Service, chat: int, *texts: str) -> None:
    """Have texts said, stored and answered into the outbox."""
    for text in texts:
        service.double.says(chat, text)
    await service.receiver.take(await service.bot.get_updates())
    while await service.worker.work():
        continue


async def carries_all(service: Service) -> None:
    while await service.courier.carry():
        continue


def commands_in(service: Service, chat: int = 7) -> list[str]:
    """The unknown commands that the answers name, in order."""
    return [sent.plain.partition("“")[2].partition("”")[0] for sent in service.double.shown(chat)]


# The webhook


@asynccontextmanager
async def hooked(service: Service) -> AsyncIterator[str]:
    """The webhook on a server of its own; gives its address."""
    app = web.Application()
    app.router.add_post("/hook", service.receiver.webhook(SECRET))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await service.receiver.register_webhook(url, SECRET, service.stop)
    try:
        yield url
    finally:
        await runner.cleanup()


@pytest.fixture
async def hook(service: Service) -> AsyncIterator[str]:
    async with hooked(service) as url:
        yield url


async def posts(url: str, body: Any, secret: str | None = SECRET) -> int:
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status


def a_message(**more: Any) -> dict[str, Any]:
    return {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "text": "/menu", **more}


def an_update(number: int = 1, **more: Any) -> bytes:
    return json.dumps({"update_id": number, "message": a_message(**more)}).encode()


async def test_updates_come_through_the_webhook_and_are_answered(service: Service, hook: str) -> None:
    service.double.says(7, "/menu")
    service.double.says(7, "/help")
    assert [status for _, status in await service.double.delivers_webhook()] == [200, 200]
    assert words.HELP in (await service.answered(7, 2)).plain
    assert service.double.webhook["secret_token"] == SECRET


async def test_a_repeated_delivery_has_one_effect(service: Service, hook: str) -> None:
    assert [await posts(hook, an_update()) for _ in range(3)] == [200, 200, 200]
    assert len(await service.rows(7)) == 1


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1]])
async def test_without_the_right_secret_nothing_is_taken(service: Service, hook: str, secret: str | None) -> None:
    assert await posts(hook, an_update(), secret) == 403
    assert await service.rows(7) == []


async def test_a_secret_of_strange_bytes_is_just_wrong(service: Service, hook: str) -> None:
    host, _, path = hook.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    lines = [f"POST /{path} HTTP/1.1", f"Host: {host}", "Content-Length: 2", "Connection: close"]
    head = "\r\n".join(lines).encode() + b"\r\nX-Telegram-Bot-Api-Secret-Token: \xff\xfe\r\n\r\n{}"
    writer.write(head)
    assert (await reader.readline()).split()[1] == b"403"
    writer.close()
    await writer.wait_closed()


WRONG: list[tuple[str, bytes]] = [
    ("empty", b""),
    ("not JSON", b"update_id=1"),
    ("not text", b"\xff\xfe\x00"),
    ("cut off", an_update()[:-5]),
    ("deep", b"[" * 100_000),
    ("a list", b"[]"),
    ("a number", b"1"),
    ("nothing", b"null"),
    ("without a number", b"{}"),
    ("number as text", b'{"update_id": "1"}'),
    ("number is true", b'{"update_id": true}'),
    ("message is a text", b'{"update_id": 1, "message": "x"}'),
    ("message without chat", b'{"update_id": 1, "message": {"message_id": 1, "date": 1}}'),
    ("chat is a text", an_update(chat="x")),
    ("date is a text", an_update(date="today")),
    ("date is out of this world", an_update(date=10**30)),
    ("text is a list", an_update(text=["x"])),
    ("text is a number", an_update(text=5)),
    ("caption is a list", an_update(text=None, caption=["x"])),
]


@pytest.mark.parametrize("body", [body for _, body in WRONG], ids=[name for name, _ in WRONG])
async def test_what_is_no_update_is_refused(service: Service, hook: str, body: bytes) -> None:
    assert await posts(hook, body) == 400
    assert await service.rows(7) == []


async def test_an_edit_that_comes_unasked_is_left_alone(service: Service, hook: str) -> None:
    """It has had its answer; the next message will have its own."""
    edit = {"update_id": 1, "edited_message": a_message(edit_date=2)}
    assert await posts(hook, json.dumps(edit).encode()) == 200
    assert await service.rows(7) == []


async def test_an_update_of_a_kind_we_do_not_know_is_received(service: Service, hook: str) -> None:
    assert await posts(hook, b'{"update_id": 1, "something_new": {"a": 1}}') == 200


async def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_so(service: Service, hook: str) -> None:
    large = an_update() + b" " * MAX_BODY

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65536):
            yield large[start : start + 65536]

    assert await posts(hook, large) == 413
    assert await posts(hook, in_pieces()) == 413
    assert await service.rows(7) == []


async def test_an_update_that_comes_in_many_pieces_is_read_whole(service: Service, hook: str) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        body = an_update(caption="x" * 300_000)
        for start in range(0, len(body), 7000):
            yield body[start : start + 7000]
            await asyncio.sleep(0)  # lets the server read what it has

    assert await posts(hook, in_pieces()) == 200
    assert len(await service.rows(7)) == 1


async def test_an_update_that_could_not_be_stored_is_delivered_again(
    service: Service, hook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks_once(service, monkeypatch)
    service.double.says(7, "/menu")
    assert [status for _, status in await service.double.delivers_webhook()] == [500]
    assert [status for _, status in await service.double.delivers_webhook()] == [200]
    await service.answered(7)
    assert len(service.double.shown(7)) == 1


async def test_a_webhook_is_registered_even_if_telegram_is_down_at_first(service: Service) -> None:
    service.double.fails_next(1, method="setWebhook")
    async with hooked(service) as url:
        assert service.double.webhook["url"] == url
