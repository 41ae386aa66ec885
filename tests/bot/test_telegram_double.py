"""The Bot API double, asked by the library the bot itself uses."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from aiohttp import web
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
)
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

from tests.bot.telegram_double import Button, Sent, TelegramDouble

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble(token="123456:TEST") as server:
        yield server
        assert server.unexpected == []


def a_bot(double: TelegramDouble, token: str = "123456:TEST") -> Bot:
    return Bot(token, base_url=double.base_url, base_file_url=double.base_file_url)


@pytest_asyncio.fixture
async def bot(double: TelegramDouble) -> AsyncIterator[Bot]:
    async with a_bot(double) as client:
        yield client


async def polled(bot: Bot, offset: int | None = None, **more: Any) -> list[int]:
    return [update.update_id for update in await bot.get_updates(offset=offset, **more)]


async def held_poll(double: TelegramDouble, bot: Bot) -> asyncio.Task[tuple[Update, ...]]:
    """A long poll that has reached the server and waits there."""
    polls = len(double.calls)
    task = asyncio.create_task(bot.get_updates(timeout=20))
    async with asyncio.timeout(5):
        while len(double.calls) == polls:
            await asyncio.sleep(0)
    return task


def refused(reason: str) -> pytest.RaisesExc[BadRequest]:
    """Expects a refusal; the library changes the case of what the server says."""
    return pytest.raises(BadRequest, match="(?i)" + re.escape(reason))


def keyboard(rows: int = 1, data: str = "go") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data=data)]] * rows)


# Polling


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(double: TelegramDouble, bot: Bot) -> None:
    first, second, third = double.says(7, "one"), double.says(7, "two"), double.says(7, "three")
    assert await polled(bot) == [first, second, third]
    assert await polled(bot) == [first, second, third]
    assert await polled(bot, second) == [second, third]
    assert await polled(bot) == [second, third]
    assert await polled(bot, second, limit=1) == [second]
    assert await polled(bot, third + 1) == []
    assert await polled(bot) == []


async def test_a_negative_offset_keeps_only_the_last_updates(double: TelegramDouble, bot: Bot) -> None:
    last = [double.says(7, text) for text in ("one", "two", "three")][-1]
    assert await polled(bot, -1) == [last]
    assert await polled(bot) == [last]


async def test_a_waiting_poll_wakes_at_once_when_something_is_said(double: TelegramDouble, bot: Bot) -> None:
    poll = await held_poll(double, bot)
    update_id = double.says(7, "/start now", language_code="en")
    async with asyncio.timeout(2):
        (update,) = await poll
    assert update.update_id == update_id
    assert update.message is not None and update.message.from_user is not None
    assert update.message.text == "/start now"
    assert update.message.from_user.language_code == "en"
    assert list(update.message.parse_entities().values()) == ["/start"]


async def test_a_long_poll_without_updates_ends_empty(bot: Bot) -> None:
    assert await polled(bot, timeout=1) == []


async def test_of_two_polls_the_older_one_is_told_of_the_conflict(double: TelegramDouble, bot: Bot) -> None:
    async with a_bot(double) as other:
        older = await held_poll(double, bot)
        newer = await held_poll(double, other)
        with pytest.raises(Conflict, match="terminated by other getUpdates"):
            await older
        update_id = double.says(7, "hello")
        assert [update.update_id for update in await newer] == [update_id]


async def test_polling_is_refused_while_a_webhook_is_set(double: TelegramDouble, bot: Bot) -> None:
    poll = await held_poll(double, bot)
    await bot.set_webhook("https://bot.example/hook")
    with pytest.raises(Conflict, match="terminated by setWebhook"):
        await poll
    with pytest.raises(Conflict, match="while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await polled(bot) == []


async def test_a_repeated_update_is_given_out_once_more_though_confirmed(double: TelegramDouble, bot: Bot) -> None:
    update_id = double.says(7, "one")
    assert await polled(bot, update_id + 1) == []
    assert double.repeats_last() == update_id
    assert await polled(bot, update_id + 1) == [update_id]
    assert await polled(bot, update_id + 1) == []


async def test_shuffled_updates_come_in_an_order_the_seed_decides() -> None:
    async def order(seed: int) -> list[int]:
        async with TelegramDouble(seed=seed) as double, a_bot(double) as bot:
            double.shuffled = True
            for number in range(8):
                double.says(7, str(number))
            return await polled(bot)

    assert await order(1) == await order(1) != sorted(await order(1))
    assert sorted(await order(1)) == sorted(await order(2))
    assert await order(1) != await order(2)


async def test_kinds_of_updates_that_are_not_allowed_do_not_come(double: TelegramDouble, bot: Bot) -> None:
    assert await polled(bot, allowed_updates=["message"]) == []
    double.presses(7, 1, "go")
    said = double.says(7, "hello")
    assert await polled(bot) == [said]


async def test_every_kind_of_update_is_read_by_the_library(double: TelegramDouble, bot: Bot) -> None:
    double.says(-5, "hello", user_id=9, kind="group")
    double.edits(-5, 1, "hello again")
    double.sends_sticker(7)
    double.sends_voice(7)
    double.sends_photo(7, album="a")
    double.sends_document(7, "notes.pdf", 12)
    double.presses(7, 99, "go")
    double.update({"poll": {"id": "1"}, "update_id": 5000})
    said, edited, sticker, voice, photo, document, pressed = (await bot.get_updates(limit=7))[:7]
    assert said.effective_user is not None and said.effective_user.id == 9
    assert said.effective_chat is not None and said.effective_chat.type == "group"
    assert edited.edited_message is not None and edited.edited_message.text == "hello again"
    assert sticker.message is not None and sticker.message.sticker is not None
    assert voice.message is not None and voice.message.voice is not None
    assert photo.message is not None and photo.message.photo and photo.message.media_group_id == "a"
    assert document.message is not None and document.message.document is not None
    assert document.message.document.file_name == "notes.pdf"
    assert pressed.callback_query is not None and pressed.callback_query.data == "go"
    assert double.says(7, "later") == 5001


async def test_an_application_of_the_library_runs_against_it(double: TelegramDouble) -> None:
    async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text("choose", reply_markup=keyboard())

    async def chosen(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("noted")
        await update.callback_query.edit_message_text("chosen")

    builder = Application.builder().token(double.token)
    app = builder.base_url(double.base_url).base_file_url(double.base_file_url).build()
    app.add_handler(CommandHandler("start", start))
    app.add_handler(CallbackQueryHandler(chosen))
    async with app:
        assert app.updater is not None
        await app.updater.start_polling(timeout=10)
        await app.start()
        double.says(7, "/start")
        asked = await double.waits_for(1, chat_id=7)
        assert asked.buttons == [[Button("Go", "go")]] and asked.message_id is not None
        double.presses(7, asked.message_id, "go")
        edited = await double.waits_for(lambda sent: sent.text == "chosen")
        assert (edited.method, edited.message_id) == ("editMessageText", asked.message_id)
        await app.updater.stop()
        await app.stop()
    assert double.texts(7) == ["choose", "chosen"]
    assert "answerCallbackQuery" in [sent.method for sent in double.sent]


# Limits


@pytest.mark.parametrize("length", [1, 4096])
async def test_a_text_within_the_limit_is_sent(double: TelegramDouble, bot: Bot, length: int) -> None:
    message = await bot.send_message(7, f"<b>{'文' * length}</b>", parse_mode="HTML")
    assert message.text == "文" * length
    assert double.last(7) == double.sent[0]
    assert double.last(7).plain == message.text and double.last(7).message_id == message.message_id


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "text is empty"), (" \n", "must be non-empty"), ("<b> </b>", "must be non-empty"), ("文" * 4097, "too long")],
)
async def test_a_text_outside_the_limit_is_refused(double: TelegramDouble, bot: Bot, text: str, reason: str) -> None:
    with refused(reason):
        await bot.send_message(7, text, parse_mode="HTML")
    assert double.sent == [] and double.calls[-1].status == 400


async def test_characters_outside_the_basic_plane_count_once(bot: Bot) -> None:
    await bot.send_message(7, "😀" * 4096)
    with refused("too long"):
        await bot.send_message(7, "😀" * 4097)


async def test_callback_data_of_more_than_64_bytes_is_refused(bot: Bot) -> None:
    await bot.send_message(7, "x", reply_markup=keyboard(data="文" * 21))
    with refused("BUTTON_DATA_INVALID"):
        await bot.send_message(7, "x", reply_markup=keyboard(data="文" * 22))
    with refused("Text buttons are unallowed"):
        await bot.send_message(7, "x", reply_markup=keyboard(data=""))


async def test_a_keyboard_of_more_than_a_hundred_buttons_is_refused(bot: Bot) -> None:
    await bot.send_message(7, "x", reply_markup=keyboard(rows=100))
    with refused("reply markup is too long"):
        await bot.send_message(7, "x", reply_markup=keyboard(rows=101))


async def test_commands_with_other_characters_are_refused(double: TelegramDouble, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("start_1", "begin")], language_code="zh")
    assert double.sent[0].raw["language_code"] == "zh"
    for wrong in ("Start", "a-b", "x" * 33, "开始"):
        with refused("BOT_COMMAND_INVALID"):
            await bot.set_my_commands([BotCommand(wrong, "begin")])


async def test_commands_have_limits(bot: Bot) -> None:
    await bot.set_my_commands([BotCommand(f"c{n}", "x" * 256) for n in range(100)])
    for wrong, reason in (
        ([BotCommand(f"c{n}", "x") for n in range(101)], "BOT_COMMANDS_TOO_MUCH"),
        ([BotCommand("start", "x" * 257)], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([BotCommand("start", " ")], "BOT_COMMAND_DESCRIPTION_INVALID"),
    ):
        with refused(reason):
            await bot.set_my_commands(wrong)


async def test_the_commands_of_a_chat_stand_before_those_of_everybody(double: TelegramDouble, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("start", "begin")])
    await bot.set_my_commands([BotCommand("find", "look")], scope=BotCommandScopeChat(7))
    assert (double.commands_in(7), double.commands_in(8)) == ([("find", "look")], [("start", "begin")])
    assert await bot.get_my_commands(scope=BotCommandScopeChat(7)) == (BotCommand("find", "look"),)
    await bot.delete_my_commands(scope=BotCommandScopeChat(7))
    assert double.commands_in(7) == [("start", "begin")]


async def test_a_scope_that_is_unknown_or_has_no_chat_is_refused(double: TelegramDouble, bot: Bot) -> None:
    double.unknown_chats.add(8)
    double.unknown_scopes.add("all_private_chats")
    for scope, reason in (
        (BotCommandScope("everyone"), "can't parse BotCommandScope: Unsupported type specified"),
        (BotCommandScope("chat"), "can't parse BotCommandScope: Can't find field \"chat_id\""),
        (BotCommandScopeAllPrivateChats(), "can't parse BotCommandScope: Unsupported type specified"),
        (BotCommandScopeChat(8), "chat not found"),
        (BotCommandScopeChat("@seven"), "chat not found"),
    ):
        with refused(reason):
            await bot.set_my_commands([BotCommand("start", "begin")], scope=scope)
    assert double.commands == {}


async def test_a_reply_keyboard_is_recorded_by_its_labels(double: TelegramDouble, bot: Bot) -> None:
    keys = ReplyKeyboardMarkup([["自检", KeyboardButton("帮助")], ["菜单"]], is_persistent=True, resize_keyboard=True)
    await bot.send_message(7, "x", reply_markup=keys)
    assert double.last(7).buttons == [[Button("自检"), Button("帮助")], [Button("菜单")]]
    await bot.send_message(7, "x", reply_markup=ReplyKeyboardRemove())


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("{", "can't parse reply keyboard markup JSON object"),
        ("[]", "object expected as reply markup"),
        ('{"keyboard": "x"}', 'field "keyboard" must be of type Array'),
        ('{"keyboard": ["x"]}', 'field "keyboard" must be of type Array'),
        ('{"keyboard": [[{}]]}', "can't parse reply keyboard button"),
        ('{"keyboard": [[" "]]}', "keyboard button text must be non-empty"),
        ('{"keyboard": [["x"]], "is_persistent": "yes"}', 'field "is_persistent" must be of type Boolean'),
        ('{"keyboard": [["x"]], "resize_keyboard": 1}', 'field "resize_keyboard" must be of type Boolean'),
        (json.dumps({"keyboard": [["x"]] * 301}), "reply markup is too long"),
        (json.dumps({"keyboard": [["x"]], "input_field_placeholder": "x" * 65}), "placeholder is too long"),
    ],
)
async def test_a_keyboard_that_is_none_is_refused(double: TelegramDouble, markup: str, reason: str) -> None:
    fields = {"chat_id": "7", "text": "x", "reply_markup": markup}
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{double.base_url}{double.token}/sendMessage", data=fields)
    assert answer.status_code == 400 and reason in answer.json()["description"]
    assert double.sent == []


async def test_descriptions_longer_than_published_are_refused(bot: Bot) -> None:
    await bot.set_my_description("x" * 512)
    await bot.set_my_short_description("x" * 120)
    with pytest.raises(BadRequest):
        await bot.set_my_description("x" * 513)
    with pytest.raises(BadRequest):
        await bot.set_my_short_description("x" * 121)


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ('<b>a</b> <i>b<u>c</u></i> <a href="https://x.example/?a=1&amp;b=2">d</a>', "a bc d"),
        ('<pre><code class="language-python">1 &lt; 2</code></pre>', "1 < 2"),
        ('<blockquote expandable>a</blockquote><span class="tg-spoiler">b</span>', "ab"),
        ("<tg-spoiler>a</tg-spoiler> &#65;&#x42; &amp;lt; &nbsp; 1 > 0 & so on", "a AB &lt; &nbsp; 1 > 0 & so on"),
    ],
)
async def test_well_formed_html_is_read(bot: Bot, html: str, plain: str) -> None:
    assert (await bot.send_message(7, html, parse_mode="HTML")).text == plain


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("文<br>", 'Unsupported start tag "br" at byte offset 3'),
        ("<br/>", "Unsupported start tag"),
        ("<p>a</p>", "Unsupported start tag"),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("a</b>", "Unexpected end tag"),
        ("a<b", "Unclosed start tag"),
        ('<a href="x>y</a>', "Unclosed start tag"),
        ("<b>a</b", "Unclosed end tag"),
        ('<span class="red">a</span>', 'Tag "span" must have class "tg-spoiler"'),
    ],
)
async def test_html_that_is_not_well_formed_is_refused(bot: Bot, html: str, reason: str) -> None:
    with refused(f"can't parse entities: {reason}"):
        await bot.send_message(7, html, parse_mode="HTML")


# Edits, queries, chats, tokens, methods


async def test_an_edit_that_changes_nothing_is_refused(double: TelegramDouble, bot: Bot) -> None:
    message = await bot.send_message(7, "one", reply_markup=keyboard())
    with refused("message is not modified"):
        await message.edit_text("one", reply_markup=keyboard())
    await message.edit_text("<b>one</b>", parse_mode="HTML", reply_markup=keyboard())
    await message.edit_text("two", reply_markup=keyboard())
    await message.edit_reply_markup(None)
    with refused("message is not modified"):
        await message.edit_reply_markup(None)
    assert double.texts(7) == ["one", "<b>one</b>", "two"]
    assert double.messages[7, message.message_id]["text"] == "two"
    with refused("message to edit not found"):
        await bot.edit_message_text("x", 7, 999)
    await message.delete()
    with refused("message to delete not found"):
        await message.delete()


async def test_what_people_wrote_cannot_be_edited(double: TelegramDouble, bot: Bot) -> None:
    double.says(7, "mine")
    with refused("can't be edited"):
        await bot.edit_message_text("yours", 7, 1)


async def test_a_query_is_answered_unless_it_is_stale_or_unknown(double: TelegramDouble, bot: Bot) -> None:
    query_id = str(double.presses(7, 1, "go"))
    await bot.answer_callback_query(query_id, "noted")
    assert (double.sent[-1].chat_id, double.sent[-1].text) == (7, "noted")
    double.stale_queries.add(query_id)
    for wrong in (query_id, "0"):
        with refused("query is too old"):
            await bot.answer_callback_query(wrong)


async def test_blocked_and_unknown_chats_refuse_messages(double: TelegramDouble, bot: Bot) -> None:
    double.blocked.add(7)
    double.unknown_chats.add(8)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(7, "x")
    with refused("chat not found"):
        await bot.send_chat_action(8, "typing")
    await bot.send_chat_action(9, "typing")


async def test_a_wrong_token_is_not_let_in(double: TelegramDouble) -> None:
    for token, status in (("123456:OTHER", 401), ("nonsense", 404)):
        stranger = a_bot(double, token)
        with pytest.raises(InvalidToken):
            await stranger.initialize()
        await stranger.shutdown()
        assert double.calls[-1].status == status


async def test_an_unexpected_method_is_noted_and_a_method_can_be_unknown(double: TelegramDouble, bot: Bot) -> None:
    double.unknown_methods.add("setMyDescription")
    with pytest.raises(InvalidToken, match="Not Found"):
        await bot.set_my_description("x")
    assert double.unexpected == []
    with pytest.raises(InvalidToken, match="Not Found"):
        await bot.send_dice(7)
    assert double.unexpected == ["sendDice"]
    double.unexpected.clear()


async def test_the_remaining_methods_are_recorded(double: TelegramDouble, bot: Bot) -> None:
    await bot.set_chat_menu_button()
    await bot.delete_my_commands()
    await bot.log_out()
    await bot.close()
    methods = [sent.method for sent in double.sent]
    assert methods == ["setChatMenuButton", "deleteMyCommands", "logOut", "close"]


# Files


async def test_a_document_sent_by_a_person_is_downloaded(double: TelegramDouble, bot: Bot) -> None:
    double.sends_document(7, "笔记.txt", 0, content=b"notes")
    double.sends_document(7, "zeros.bin", 5)
    double.sends_document(7, "large.bin", 21 * 1024 * 1024)
    documents = [u.message.document for u in await bot.get_updates() if u.message and u.message.document]
    contents = [bytes(await (await one.get_file()).download_as_bytearray()) for one in documents[:2]]
    assert contents == [b"notes", bytes(5)]
    with refused("file is too big"):
        await documents[2].get_file()
    with refused("invalid file_id"):
        await bot.get_file("nothing")


async def test_files_the_bot_sends_are_recorded(double: TelegramDouble, bot: Bot) -> None:
    message = await bot.send_document(7, b"a,b", filename="list.csv", caption="<b>list</b>", parse_mode="HTML")
    photo = await bot.send_photo(7, b"\xff\xd8\xff picture")
    sent = double.shown(7)[0]
    assert (sent.file_name, sent.content, sent.text, sent.plain) == ("list.csv", b"a,b", "<b>list</b>", "list")
    assert message.document is not None and message.caption == "list" and photo.photo
    await bot.send_document(7, message.document.file_id)
    assert double.last(7).content == b"a,b"
    with refused("caption is too long"):
        await bot.send_document(7, b"a", caption="x" * 1025)


MEGABYTE = 1024 * 1024
JPEG = b"\xff\xd8\xff"


def a_png(width: int, height: int) -> bytes:
    sizes = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + bytes(4) + b"IHDR" + sizes


async def test_a_photo_up_to_ten_megabytes_is_taken(double: TelegramDouble, bot: Bot) -> None:
    await bot.send_photo(7, JPEG + bytes(10 * MEGABYTE - 3))
    with refused("file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes"):
        await bot.send_photo(7, JPEG + bytes(10 * MEGABYTE - 2))
    assert len(double.shown(7)) == 1


async def test_a_document_up_to_fifty_megabytes_is_taken(double: TelegramDouble, bot: Bot) -> None:
    await bot.send_document(7, bytes(50 * MEGABYTE))
    with pytest.raises(NetworkError, match="Entity Too Large"):
        await bot.send_document(7, bytes(50 * MEGABYTE + 1))
    assert len(double.shown(7)) == 1 and double.calls[-1].status == 413
    with refused("file must be non-empty"):
        await bot.send_document(7, b"")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (a_png(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (a_png(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
    ],
)
async def test_a_photo_that_is_no_picture_or_too_long_a_one_is_refused(bot: Bot, content: bytes, reason: str) -> None:
    await bot.send_photo(7, a_png(9000, 1000))
    with pytest.raises(BadRequest, match=f"(?i){reason}"):
        await bot.send_photo(7, content)


async def test_a_caption_is_counted_as_read(double: TelegramDouble, bot: Bot) -> None:
    await bot.send_photo(7, JPEG, caption=f"<b>{'&lt;' * 1024}</b>", parse_mode="HTML")
    assert double.last(7).plain == "<" * 1024
    with refused("caption is too long"):
        await bot.send_photo(7, JPEG, caption=f"<b>{'&lt;' * 1025}</b>", parse_mode="HTML")


# Faults


async def test_the_asked_number_of_calls_fails_and_polls_are_spared(double: TelegramDouble, bot: Bot) -> None:
    double.fails_next(2, status=502)
    assert await polled(bot) == []
    for _ in range(2):
        with pytest.raises(NetworkError, match="Bad Gateway"):
            await bot.send_message(7, "x")
    await bot.send_message(7, "x")
    double.fails_next(1, method="getUpdates")
    await bot.send_message(7, "y")
    with pytest.raises(NetworkError, match="Internal Server Error"):
        await bot.get_updates()
    assert double.texts(7) == ["x", "y"]


async def test_a_limited_call_says_when_to_come_again(double: TelegramDouble, bot: Bot) -> None:
    double.limits_next(1, retry_after=3)
    with pytest.raises(RetryAfter) as limited:
        await bot.send_message(7, "x")
    assert re.fullmatch(r"Flood control exceeded. Retry in (3 seconds|0:00:03)", str(limited.value))
    assert double.sent == []
    await bot.send_message(7, "x")


async def test_a_call_with_a_dropped_answer_has_been_carried_out(double: TelegramDouble, bot: Bot) -> None:
    double.drops_next(1)
    with pytest.raises(NetworkError):
        await bot.send_message(7, "x")
    assert double.texts(7) == ["x"] and double.calls[-1].status == 0
    await bot.send_message(7, "x")
    assert double.texts(7) == ["x", "x"]


async def test_updates_of_a_dropped_poll_come_again(double: TelegramDouble, bot: Bot) -> None:
    update_id = double.says(7, "x")
    double.drops_next(1, method="getUpdates")
    with pytest.raises(NetworkError):
        await bot.get_updates()
    assert await polled(bot) == [update_id]


async def test_each_chat_has_its_own_rate(double: TelegramDouble, bot: Bot) -> None:
    now = 0.0
    double.clock = lambda: now
    double.max_per_second_per_chat = 2
    for chat_id in (7, 7, 8):
        await bot.send_message(chat_id, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(7, "x")
    now = 1.0
    await bot.send_message(7, "x")


# Waiting


async def test_waiting_ends_with_the_call_that_fits(double: TelegramDouble, bot: Bot) -> None:
    def typing(sent: Sent) -> bool:
        return sent.method == "sendChatAction"

    waiting = asyncio.create_task(double.waits_for(2, chat_id=7))
    acting = asyncio.create_task(double.waits_for(typing))
    await bot.send_message(7, "one")
    await bot.send_message(8, "other")
    await bot.send_chat_action(7, "typing")
    await bot.send_message(7, "two")
    assert (await waiting).text == "two"
    assert (await acting).chat_id == 7
    with pytest.raises(TimeoutError, match="not seen"):
        await double.waits_for(typing, timeout=0.05, since=len(double.sent))


# Webhook


class Hook:
    """What listens where the webhook points; answers with the statuses given, then 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[tuple[int, str | None]] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.got.append((update["update_id"], request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


@pytest_asyncio.fixture
async def hook() -> AsyncIterator[Hook]:
    hook, app = Hook(), web.Application()
    app.router.add_post("/hook", hook.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    await runner.cleanup()


async def test_a_webhook_gets_the_updates_in_order_with_its_secret(
    double: TelegramDouble, bot: Bot, hook: Hook
) -> None:
    await bot.set_webhook(hook.url, secret_token="s3cret")
    ids = [double.says(7, "one"), double.says(8, "two"), double.says(7, "three")]
    assert (await bot.get_webhook_info()).pending_update_count == 3
    assert await double.delivers_webhook() == [(update_id, 200) for update_id in ids]
    assert hook.got == [(update_id, "s3cret") for update_id in ids]
    assert await double.delivers_webhook() == []
    assert (await bot.get_webhook_info()).url == hook.url
    assert [call.method for call in double.calls[-1:]] == ["getWebhookInfo"]


async def test_an_update_the_webhook_refused_comes_again_before_the_rest_of_its_chat(
    double: TelegramDouble, bot: Bot, hook: Hook
) -> None:
    await bot.set_webhook("https://bot.example/hook")
    first, other, later = double.says(7, "one"), double.says(8, "two"), double.says(7, "three")
    hook.statuses = [500]
    assert await double.delivers_webhook(hook.url) == [(first, 500), (other, 200)]
    info = await bot.get_webhook_info()
    assert info.pending_update_count == 2 and info.last_error_message == "Wrong response from the webhook: 500"
    assert await double.delivers_webhook(hook.url) == [(first, 200), (later, 200)]
    assert [update_id for update_id, _ in hook.got] == [first, other, first, later]
    assert {secret for _, secret in hook.got} == {None}


async def test_a_webhook_that_does_not_listen_keeps_its_updates(double: TelegramDouble, bot: Bot) -> None:
    await bot.set_webhook("http://127.0.0.1:9/hook")
    update_id = double.says(7, "one")
    assert await double.delivers_webhook() == [(update_id, 0)]
    await bot.delete_webhook()
    assert await polled(bot) == [update_id]
    await bot.delete_webhook(drop_pending_updates=True)
    assert await polled(bot) == []


async def test_a_webhook_without_tls_or_with_a_wrong_secret_is_refused(bot: Bot) -> None:
    with refused("HTTPS URL must be provided"):
        await bot.set_webhook("http://bot.example/hook")
    with refused("unallowed characters"):
        await bot.set_webhook("https://bot.example/hook", secret_token="with space")


async def test_the_double_answers_a_plain_get_too(double: TelegramDouble) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{double.base_url}{double.token}/sendMessage", params={"chat_id": "7", "text": "x"})
    assert answer.json()["ok"] is True and double.texts() == ["x"]
