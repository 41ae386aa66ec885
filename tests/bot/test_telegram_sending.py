"""Files, the lasting menu and a role's commands over Telegram, against the Bot API double and over real HTTP."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import CapturingLogger

from bot.app import App
from bot.channels import telegram_sender
from bot.channels.telegram_client import make_bot
from bot.channels.telegram_sender import FILE_FAILED, FILE_TRIES, MENU_CHANGED, TelegramSender
from bot.courier import Courier, TryLater, Undeliverable
from bot.metrics import Metrics
from bot.settings import Settings
from handlers import menus
from handlers.messages import Block, Menu, Part
from storage import attachments, messages
from storage.attachments import File
from storage.database import Database
from tests.bot.telegram_double import Sent, TelegramDouble
from tests.people import Clock

LABELS = ("自检", "政策文件", "四张清单")
GUEST = Menu("guest", LABELS)
BUTTONS = (("token-1", "查看依据"), ("token-2", "菜单"), ("token-3", "帮助"))
HOSTILE = "<b>&</i> \"'`*_ <a href='x'>点我</a>"


def png(width: int = 200, height: int = 200) -> bytes:
    """The beginning of a picture, as far as a server looks for its size."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(20)


def part_of(text: str = "绑定码已生成。", *names: str, **more: Any) -> Part:
    """A part with files, each under its own name as token."""
    blocks = (Block("lead", text),) if text else ()
    return Part(blocks, files=tuple((name, name, "") for name in names), **more)


@dataclass
class Sending:
    """A sender, the server it speaks to and the files it can read."""

    double: TelegramDouble
    sender: TelegramSender
    files: dict[str, File] = field(default_factory=dict)

    def keeps(self, name: str, mime: str = "image/png", content: bytes | None = None) -> str:
        self.files[name] = File(name, mime, png() if content is None else content)
        return name

    async def sends(self, part: Part, chat: int = 7) -> str:
        return await self.sender.send(str(chat), part)

    async def insists(self, part: Part, tries: int = 20) -> str:
        """As the courier does: again after each ``TryLater``."""
        for _ in range(tries):
            try:
                return await self.sends(part)
            except TryLater:
                continue
        raise AssertionError(f"not sent in {tries} tries")

    @property
    def shown(self) -> list[tuple[str, str]]:
        """What the person got: the method and what is read."""
        return [(sent.method, sent.plain) for sent in self.double.shown(7)]

    def count(self, method: str) -> int:
        return sum(call.method == method for call in self.double.calls)


@pytest.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as server:
        yield server
        assert server.unexpected == []


@pytest.fixture
async def sending(double: TelegramDouble) -> AsyncIterator[Sending]:
    bot = make_bot(double.token, double.base_url)
    files: dict[str, File] = {}

    async def read_file(chat: str, token: str) -> File | None:
        return files.get(token)

    yield Sending(double, TelegramSender(bot, read_file), files)
    await bot.close_connections()


def labels(sent: Sent) -> list[list[str]]:
    return [[button.text for button in row] for row in sent.buttons]


def markup(sent: Sent) -> dict[str, Any]:
    return dict(json.loads(sent.raw.get("reply_markup", "{}")))


# Files


@pytest.mark.parametrize("mime", ["image/png", "image/jpeg"])
async def test_a_picture_goes_as_a_photo_with_the_words_below_it(sending: Sending, mime: str) -> None:
    content = png() if mime == "image/png" else b"\xff\xd8\xff picture"
    remote = await sending.sends(part_of("绑定码已生成。", sending.keeps("绑定码.png", mime, content), buttons=BUTTONS))
    (sent,) = sending.double.shown(7)
    assert (sent.method, sent.plain, sent.content) == ("sendPhoto", "绑定码已生成。", content)
    assert (sent.text, sent.parse_mode) == ("<b>绑定码已生成。</b>", "HTML")
    assert labels(sent) == [["查看依据", "菜单"], ["帮助"]]
    assert remote == str(sent.message_id)


async def test_any_other_file_goes_as_a_document_after_the_words(sending: Sending) -> None:
    name = sending.keeps("我的数据.json", "application/json", b"{}")
    remote = await sending.sends(part_of("这是您的数据。", name, buttons=BUTTONS))
    words, document = sending.double.shown(7)
    assert (words.method, words.plain, labels(words)[0]) == ("sendMessage", "这是您的数据。", ["查看依据", "菜单"])
    assert (document.method, document.plain, document.file_name) == ("sendDocument", "", name)
    assert (document.content, document.buttons) == (b"{}", [])
    assert remote == str(words.message_id)


async def test_several_files_follow_in_their_order(sending: Sending) -> None:
    first, second = sending.keeps("一.png"), sending.keeps("二.pdf", "application/pdf", b"%PDF")
    await sending.sends(part_of("两份文件。", first, second, sending.keeps("三.png")))
    assert [(sent.method, sent.plain, sent.file_name) for sent in sending.double.shown(7)] == [
        ("sendPhoto", "两份文件。", "一.png"),
        ("sendDocument", "", "二.pdf"),
        ("sendPhoto", "", "三.png"),
    ]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("文" * 1024, ["sendPhoto"]),
        ("文" * 1025, ["sendMessage", "sendPhoto"]),
        ("<" * 1024, ["sendPhoto"]),  # counted as read, not as escaped
        ("😀" * 512, ["sendPhoto"]),
        ("😀" * 513, ["sendMessage", "sendPhoto"]),
    ],
)
async def test_words_too_long_for_a_caption_go_before_the_photo(sending: Sending, text: str, calls: list[str]) -> None:
    await sending.sends(part_of(text, sending.keeps("一.png"), buttons=BUTTONS))
    shown = sending.double.shown(7)
    assert [sent.method for sent in shown] == calls
    assert [sent.plain for sent in shown] == [text, ""][: len(calls)]
    assert [bool(sent.buttons) for sent in shown] == [True, False][: len(calls)]


async def test_a_file_alone_carries_the_buttons(sending: Sending) -> None:
    remote = await sending.sends(part_of("", sending.keeps("一.pdf", "application/pdf", b"%PDF"), buttons=BUTTONS))
    (sent,) = sending.double.shown(7)
    assert (sent.method, labels(sent)[0], remote) == ("sendDocument", ["查看依据", "菜单"], str(sent.message_id))


async def test_a_file_that_is_no_longer_there_is_left_out_and_the_words_go(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = CapturingLogger()
    monkeypatch.setattr(telegram_sender, "log", log)
    await sending.sends(part_of("绑定码已生成。", "没有了.png", sending.keeps("一.png"), "也没有.png"))
    await sending.sends(part_of("只有字。", "没有了.png", buttons=BUTTONS))
    assert sending.shown == [("sendPhoto", "绑定码已生成。"), ("sendMessage", "只有字。")]
    assert labels(sending.double.last(7))[0] == ["查看依据", "菜单"]
    assert [call.args for call in log.calls] == [("file is no longer there",)] * 3


async def test_hostile_words_stay_words_in_a_caption(sending: Sending) -> None:
    await sending.sends(part_of(HOSTILE, sending.keeps("一.png")))
    assert sending.shown == [("sendPhoto", HOSTILE)]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("我的数据.json", "我的数据.json"),
        ("../../etc/passwd", "etc_passwd"),
        ("C:\\x\\y.exe", "C__x_y.exe"),
        ('a"; filename="b.exe', "a_; filename=_b.exe"),
        ("a\r\nX-Header: b.txt", "aX-Header_ b.txt"),
        ("<b>&amp;.txt", "b_&amp;.txt"),
        ("报告\u202efdp.exe", "报告fdp.exe"),
        ("半\ud83d个.txt", "半个.txt"),
        (".png", "png"),
        ("\x00", "文件"),
        ("", "文件"),
        ("长" * 120, "长" * 100),
        ("长" * 116 + ".pdf", "长" * 100 + ".pdf"),
    ],
)
async def test_a_hostile_file_name_becomes_a_plain_one(sending: Sending, name: str, given: str) -> None:
    await sending.sends(part_of("给您。", sending.keeps(name, "text/plain", b"x")))
    assert sending.double.last(7).file_name == given


@pytest.mark.parametrize("content", [b"no picture", png(9_000, 2_000), png(4_000, 100)])
async def test_a_picture_that_telegram_does_not_take_as_a_photo_goes_as_a_document(
    sending: Sending, content: bytes
) -> None:
    await sending.sends(part_of("给您。", sending.keeps("一.png", content=content), buttons=BUTTONS))
    assert sending.shown == [("sendMessage", "给您。"), ("sendDocument", "")]
    assert [bool(sent.buttons) for sent in sending.double.shown(7)] == [True, False]


async def test_a_picture_too_large_for_a_photo_goes_as_a_document(sending: Sending) -> None:
    large = png() + bytes(10 * 1024 * 1024)
    await sending.sends(part_of("给您。", sending.keeps("一.png", content=large)))
    assert sending.shown == [("sendMessage", "给您。"), ("sendDocument", "")]
    assert sending.count("sendPhoto") == 0


async def test_a_file_that_telegram_does_not_take_at_all_is_said_and_the_next_one_goes(sending: Sending) -> None:
    empty, next_one = sending.keeps("空<b>.txt", "text/plain", b""), sending.keeps("二.png")
    await sending.sends(part_of("两份文件。", empty, next_one))
    assert sending.shown == [
        ("sendMessage", "两份文件。"),
        ("sendMessage", FILE_FAILED.format(name="空_b_.txt")),
        ("sendPhoto", ""),
    ]


# Troubles on the way


async def test_a_limit_on_a_photo_is_waited_for_and_nothing_goes_twice(sending: Sending) -> None:
    sending.double.limits_next(1, retry_after=40, method="sendPhoto")
    part = part_of("绑定码已生成。", sending.keeps("一.png"))
    with pytest.raises(TryLater) as asked:
        await sending.sends(part)
    assert asked.value.seconds == 40
    assert sending.shown == []
    await sending.sends(part)
    assert sending.shown == [("sendPhoto", "绑定码已生成。")]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_try_after_a_failure_goes_on_where_the_last_one_stopped(sending: Sending, status: int) -> None:
    names = [sending.keeps("一.pdf", "application/pdf", b"%PDF"), sending.keeps("二.png"), sending.keeps("三.png")]
    part = part_of("三份文件。", *names, buttons=BUTTONS, menu=GUEST)
    for method in ("sendMessage", "sendDocument", "sendPhoto", "sendPhoto"):
        if status == 429:
            sending.double.limits_next(1, method=method)
        else:
            sending.double.fails_next(1, status, method=method)
    remote = await sending.insists(part)
    assert sending.shown == [
        ("sendMessage", MENU_CHANGED),
        ("sendMessage", "三份文件。"),
        ("sendDocument", ""),
        ("sendPhoto", ""),
        ("sendPhoto", ""),
    ]
    assert remote == str(sending.double.shown(7)[1].message_id)


async def test_a_photo_whose_answer_is_lost_may_come_twice_but_is_never_lost(sending: Sending) -> None:
    sending.double.drops_next(1, method="sendPhoto")
    await sending.insists(part_of("绑定码已生成。", sending.keeps("一.png")))
    assert sending.shown == [("sendPhoto", "绑定码已生成。")] * 2


async def test_a_photo_that_always_fails_is_given_up_and_the_words_go(sending: Sending) -> None:
    """Otherwise one bad file would hold up its chat for ever."""
    sending.double.fails_next(1000, 500, method="sendPhoto")
    await sending.insists(part_of("绑定码已生成。", sending.keeps("一.png"), buttons=BUTTONS))
    assert sending.count("sendPhoto") == FILE_TRIES
    assert sending.shown == [("sendMessage", "绑定码已生成。"), ("sendMessage", FILE_FAILED.format(name="一.png"))]
    assert labels(sending.double.shown(7)[0])[0] == ["查看依据", "菜单"]


async def test_each_file_has_its_own_tries(sending: Sending) -> None:
    sending.double.fails_next(FILE_TRIES - 1, method="sendPhoto")
    sending.double.fails_next(FILE_TRIES - 1, method="sendDocument")
    names = sending.keeps("一.png"), sending.keeps("二.pdf", "application/pdf", b"%PDF")
    await sending.insists(part_of("两份文件。", *names))
    assert sending.shown == [("sendPhoto", "两份文件。"), ("sendDocument", "")]


async def test_while_nothing_at_all_can_be_sent_no_file_is_given_up(sending: Sending) -> None:
    sending.double.fails_next(40, 502)
    await sending.insists(part_of("绑定码已生成。", sending.keeps("一.png")), tries=50)
    assert sending.shown == [("sendPhoto", "绑定码已生成。")]


async def test_a_wrong_token_gives_no_file_up(sending: Sending) -> None:
    part = part_of("绑定码已生成。", sending.keeps("一.png"))
    sending.double.token = "123456:OTHER"
    for _ in range(FILE_TRIES + 2):
        with pytest.raises(TryLater):
            await sending.sends(part)
    sending.double.token = "123456:TEST"
    await sending.sends(part)
    assert sending.shown == [("sendPhoto", "绑定码已生成。")]


async def test_a_person_who_blocked_the_bot_gets_no_photo(sending: Sending) -> None:
    sending.double.blocked.add(7)
    sending.double.unknown_chats.add(8)
    part = part_of("绑定码已生成。", sending.keeps("一.png"), menu=GUEST)
    for chat in (7, 8):
        with pytest.raises(Undeliverable):
            await sending.sends(part, chat)
    assert sending.double.shown() == []
    assert sending.count("setMyCommands") == 0
    assert sending.sender._left == {}


async def test_a_file_that_cannot_be_read_now_is_read_at_the_next_try(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(chat: str, token: str) -> None:
        raise OSError("the disk is away")

    name = sending.keeps("一.png")
    with monkeypatch.context() as patch:
        patch.setattr(sending.sender, "_read_file", broken)
        with pytest.raises(OSError, match="disk"):
            await sending.sends(part_of("给您。", name))
    await sending.sends(part_of("给您。", name))
    assert sending.shown == [("sendPhoto", "给您。")]


async def test_a_try_that_takes_too_long_ends_and_the_next_goes_on_where_it_stopped(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram_sender, "SEND_WITHIN", 0.05)
    part = part_of("给您。", sending.keeps("一.pdf", "application/pdf", b"%PDF"))
    with monkeypatch.context() as patch:
        patch.setattr(sending.sender, "_upload", lambda *_: asyncio.Event().wait())
        with pytest.raises(TryLater):
            await sending.sends(part)
    monkeypatch.setattr(telegram_sender, "SEND_WITHIN", 10)
    await sending.sends(part)
    assert sending.shown == [("sendMessage", "给您。"), ("sendDocument", "")]


async def test_what_was_left_of_one_message_is_not_taken_for_the_rest_of_another(sending: Sending) -> None:
    sending.double.fails_next(1, method="sendDocument")
    with pytest.raises(TryLater):
        await sending.sends(part_of("第一条。", sending.keeps("一.pdf", "application/pdf", b"%PDF")))
    await sending.sends(part_of("第二条。", sending.keeps("二.pdf", "application/pdf", b"%PDF")))
    assert sending.shown == [("sendMessage", "第一条。"), ("sendMessage", "第二条。"), ("sendDocument", "")]


# The lasting menu and the commands


async def test_the_lasting_menu_goes_with_a_message_without_buttons(sending: Sending) -> None:
    await sending.sends(part_of("欢迎。", menu=GUEST))
    (sent,) = sending.double.shown(7)
    assert sent.plain == "欢迎。"
    assert markup(sent) == {
        "keyboard": [[{"text": "自检"}, {"text": "政策文件"}], [{"text": "四张清单"}]],
        "is_persistent": True,
        "resize_keyboard": True,
    }


async def test_the_lasting_menu_goes_with_a_photo_without_buttons(sending: Sending) -> None:
    await sending.sends(part_of("欢迎。", sending.keeps("一.png"), menu=GUEST))
    (sent,) = sending.double.shown(7)
    assert (sent.method, labels(sent)) == ("sendPhoto", [["自检", "政策文件"], ["四张清单"]])


async def test_with_buttons_the_lasting_menu_goes_first_with_a_line_of_its_own(sending: Sending) -> None:
    remote = await sending.sends(part_of("欢迎。", buttons=BUTTONS, menu=GUEST))
    menu, words = sending.double.shown(7)
    assert (menu.plain, markup(menu)["keyboard"][0][0]) == (MENU_CHANGED, {"text": "自检"})
    assert (words.plain, list(markup(words))) == ("欢迎。", ["inline_keyboard"])
    assert remote == str(words.message_id)


async def test_a_message_without_a_menu_changes_neither_menu_nor_commands(sending: Sending) -> None:
    await sending.sends(part_of("欢迎。", buttons=BUTTONS))
    await sending.sends(part_of("再见。"))
    assert [sorted(markup(sent)) for sent in sending.double.shown(7)] == [["inline_keyboard"], []]
    assert sending.count("setMyCommands") == 0


@pytest.mark.parametrize("role", menus.ROLES)
async def test_each_role_has_its_commands_in_its_own_chat(sending: Sending, role: str) -> None:
    await sending.sends(part_of("菜单。", menu=menus.lasting(role)))
    assert sending.double.commands_in(7) == [(entry.command, entry.label) for entry in menus.entries(role)]
    assert sending.double.commands_in(8) == []
    assert all(len(row) <= 2 for row in labels(sending.double.last(7)))


async def test_who_has_another_role_has_other_commands(sending: Sending) -> None:
    for role in ("officer", "guest"):
        await sending.sends(part_of("菜单。", menu=menus.lasting(role)))
    assert sending.double.commands == {
        ("chat", 7, ""): [(entry.command, entry.label) for entry in menus.entries("guest")]
    }


@pytest.mark.parametrize("trouble", ["no method", "no scope", "limit", "error", "lost"])
async def test_commands_that_telegram_refuses_are_no_reason_to_send_again(sending: Sending, trouble: str) -> None:
    double = sending.double
    {
        "no method": lambda: double.unknown_methods.add("setMyCommands"),
        "no scope": lambda: double.unknown_scopes.add("chat"),
        "limit": lambda: double.limits_next(1, method="setMyCommands"),
        "error": lambda: double.fails_next(1, method="setMyCommands"),
        "lost": lambda: double.drops_next(1, method="setMyCommands"),
    }[trouble]()
    await sending.sends(part_of("欢迎。", buttons=BUTTONS, menu=GUEST))
    assert sending.shown == [("sendMessage", MENU_CHANGED), ("sendMessage", "欢迎。")]
    assert sending.count("setMyCommands") == 1


async def test_a_role_of_another_version_still_has_its_message_and_menu(sending: Sending) -> None:
    await sending.sends(part_of("欢迎。", menu=Menu("inspector", LABELS)))
    assert labels(sending.double.last(7)) == [["自检", "政策文件"], ["四张清单"]]
    assert sending.count("setMyCommands") == 0


async def test_a_menu_without_labels_is_no_keyboard(sending: Sending) -> None:
    await sending.sends(part_of("欢迎。", buttons=BUTTONS, menu=Menu("guest", ())))
    assert sending.shown == [("sendMessage", "欢迎。")]


# With the courier, and in the whole program


async def test_the_courier_sends_a_file_once_though_the_way_there_was_bad(
    double: TelegramDouble, clock: Clock, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{tmp_path}/sending.db")
    await database.upgrade()
    bot = make_bot(double.token, double.base_url)

    async def read_file(chat: str, token: str) -> File | None:
        async with database.reading() as session:
            return await attachments.get(session, token, "telegram", chat)

    async with database.transaction() as session:
        await attachments.put(session, "tok", "telegram", "7", "数据.json", "application/json", b"{}", clock.now())
        part = Part((Block("lead", "这是您的数据。"),), BUTTONS, (("tok", "数据.json", "application/json"),), GUEST)
        stranger = Part((Block("lead", "别人的。"),), files=(("tok", "数据.json", "application/json"),))
        for chat, one in (("7", part), ("8", stranger)):
            await messages.push(session, "telegram", chat, f"test/{chat}", [one.to_json()], clock.now(), "waiting")
    courier = Courier(database, TelegramSender(bot, read_file), Metrics(), clock.now)
    double.fails_next(2, 502, method="sendDocument")
    for _ in range(3):
        while await courier.carry():
            continue
        clock.passes(seconds=60)
    assert [(sent.chat_id, sent.method, sent.plain) for sent in double.shown()] == [
        (7, "sendMessage", MENU_CHANGED),
        (7, "sendMessage", "这是您的数据。"),
        (8, "sendMessage", "别人的。"),
        (7, "sendDocument", ""),
    ]
    assert double.last(7).content == b"{}"
    await bot.close_connections()
    await database.close()


async def test_the_program_hands_out_the_files_that_it_keeps(double: TelegramDouble, tmp_path: Path) -> None:
    app = App(
        Settings(
            database_url=f"sqlite:///{tmp_path}/app.db",
            port=0,
            publish_shipped=False,
            telegram_token=double.token,
            telegram_base_url=double.base_url,
        )
    )
    await app.prepare()
    part = Part((Block("lead", "绑定码已生成。"),), files=(("tok", "绑定码.png", "image/png"),), menu=GUEST)
    async with app.database.transaction() as session:
        await attachments.put(session, "tok", "telegram", "7", "绑定码.png", "image/png", png(), app.now())
        await messages.push(session, "telegram", "7", "test", [part.to_json()], app.now(), "waiting")
    serving = asyncio.create_task(app.serve())
    sent = await double.waits_for(1, 7)
    assert (sent.method, sent.plain, sent.content) == ("sendPhoto", "绑定码已生成。", png())
    await double.waits_for(lambda one: one.method == "setMyCommands" and "scope" in one.raw)
    async with asyncio.timeout(5):
        while app.telegram_name() is None:
            await asyncio.sleep(0.01)
    assert app.telegram_name() == "double_bot"
    app.stop.set()
    await serving
