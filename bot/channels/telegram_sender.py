"""Sends parts over Telegram: words as HTML, buttons below them, files after them, and the lasting menu of a role."""

from __future__ import annotations

import asyncio
import html
import unicodedata
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiolimiter import AsyncLimiter
from telegram import (
    Bot,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReplyKeyboardMarkup,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter

from bot.channels.telegram_client import CHANNEL, commands_of, seconds_of, tried
from bot.courier import TryLater, Undeliverable
from handlers import menus
from handlers.messages import Block, Menu, Part
from storage.attachments import File

log = structlog.get_logger()
ReadFile = Callable[[str, str], Awaitable[File | None]]
"""``(chat, token)`` → the file kept for this chat, ``None`` when it has been deleted."""
Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | None

MENU_CHANGED = "菜单已更新，在输入框下面。"
FILE_FAILED = "文件“{name}”没有发出去，请稍后再要一次。"
TOKEN_REFUSED_WAIT = 30.0
DOWN_WAIT = 2.0
MAX_CAPTION = 1024
PHOTOS = frozenset({"image/png", "image/jpeg"})
MAX_PHOTO = 10 * 1024 * 1024
MAX_NAME = 100
FILE_TRIES = 5
CALL_WITHIN = 25.0  # seconds for one call
SEND_WITHIN = 45.0  # seconds for one try at a part
_TAGS = {"lead": ("<b>", "</b>"), "quote": ("<blockquote>", "</blockquote>"), "citation": ("<i>", "</i>")}


class Down(TryLater):
    """The server, or the way to it, is in trouble: the same call may succeed later."""


def html_of(blocks: Sequence[Block]) -> str:
    """The blocks as Telegram's HTML; every text is escaped."""
    out = []
    for block in blocks:
        before, after = _TAGS.get(block.kind, ("", ""))
        out.append(f"{before}{html.escape(block.text, quote=False)}{after}")
    return "\n".join(out)


def keyboard_of(part: Part) -> InlineKeyboardMarkup | None:
    """Two buttons a row."""
    buttons = [InlineKeyboardButton(label, callback_data=token) for token, label in part.buttons]
    return InlineKeyboardMarkup([buttons[i : i + 2] for i in range(0, len(buttons), 2)]) if buttons else None


def menu_of(menu: Menu | None) -> ReplyKeyboardMarkup | None:
    """The lasting menu below the input field, two labels a row."""
    if menu is None or not menu.labels:
        return None
    rows = [menu.labels[i : i + 2] for i in range(0, len(menu.labels), 2)]
    return ReplyKeyboardMarkup(rows, is_persistent=True, resize_keyboard=True)


def name_of(file: File) -> str:
    """A file's name as it may be given out: no path, no control or direction-changing characters, not too long."""
    name = "".join("_" if one in '/\\:*?"<>|' else one for one in file.name if unicodedata.category(one)[0] != "C")
    stem, dot, ending = name.strip(" ._").rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = f"{stem}{dot}{ending}", "", ""
    return f"{stem[:MAX_NAME]}{dot}{ending}" or "文件"


@dataclass(slots=True)
class _Left:
    """What of a part has still to leave. Kept between tries, so that nothing that arrived is sent again."""

    part: Part
    announces_menu: bool
    words: str
    markup: Markup
    files: list[str]
    tries: int = 0
    remote: str = ""

    @classmethod
    def of(cls, part: Part) -> _Left:
        buttons, menu = keyboard_of(part), menu_of(part.menu)
        tokens = [token for token, _, _ in part.files]
        return cls(part, bool(buttons and menu), html_of(part.blocks), buttons or menu, tokens)

    @property
    def fits_caption(self) -> bool:
        """Whether the words may stand below a photo: measured as the strictest count does, in UTF-16 units."""
        plain = "\n".join(block.text for block in self.part.blocks)
        return len(plain.encode("utf-16-le", "replace")) // 2 <= MAX_CAPTION

    def takes(self, sent: Message, *, with_words: bool) -> None:
        """Note what arrived: the first message carries the buttons, the one with the words names the part."""
        self.markup = None
        if with_words or not self.remote:
            self.remote = str(sent.message_id)
        if with_words:
            self.words = ""


class TelegramSender:
    """Sends parts. Errors of the Bot API become ``TryLater`` or ``Undeliverable``.

    A part takes one call where it can: words that fit are the caption of its first photo. Files with captions of their
    own go first, and the words with the buttons below them. Where it takes several calls, a
    try after a failure goes on where the last one stopped. Only a process that ended in between, and an answer that
    was lost, have something sent twice. A file that Telegram does not take is said, and holds up nothing after it.
    """

    channel = CHANNEL

    def __init__(self, bot: Bot, read_file: ReadFile, per_second: int = 30) -> None:
        self._bot = bot
        self._read_file = read_file
        self._pace = AsyncLimiter(per_second, 1)
        self._left: dict[str, _Left] = {}

    async def send(self, chat: str, part: Part) -> str:
        left = self._left.get(chat)
        if left is None or left.part != part:
            left = self._left[chat] = _Left.of(part)
        try:
            async with asyncio.timeout(SEND_WITHIN):
                await self._send_rest(chat, left)
        except Undeliverable:
            del self._left[chat]
            raise
        except TimeoutError as error:
            raise TryLater(DOWN_WAIT) from error
        del self._left[chat]
        if part.menu:
            await self._offer_commands(int(chat), part.menu.role)
        return left.remote

    async def _send_rest(self, chat: str, left: _Left) -> None:
        number = int(chat)
        if left.announces_menu:
            await self._call(self._bot.send_message, number, MENU_CHANGED, reply_markup=menu_of(left.part.menu))
            left.announces_menu = False
        while left.files:
            file = await self._read_file(chat, left.files[0])
            if file is None:
                log.warning("file is no longer there", channel=CHANNEL)
            else:
                await self._send_file(number, left, file)
            left.files.pop(0)
            left.tries = 0
        await self._send_words(number, left)

    async def _send_words(self, chat: int, left: _Left) -> None:
        if left.words:
            sent = await self._call(
                self._bot.send_message, chat, left.words, parse_mode=ParseMode.HTML, reply_markup=left.markup
            )
            left.takes(sent, with_words=True)

    async def _send_file(self, chat: int, left: _Left, file: File) -> None:
        """Send one file: a picture as a photo, then as a document; if neither is taken, say so."""
        ways = ("photo", "document") if file.mime in PHOTOS and len(file.content) <= MAX_PHOTO else ("document",)
        for way in ways:
            if not file.caption and (way == "document" or not left.fits_caption):
                await self._send_words(chat, left)
            try:
                sent = await self._upload(chat, left, file, way)
                if not file.caption:
                    left.takes(sent, with_words=bool(left.words))
                return
            except BadRequest as error:
                log.warning("telegram does not take this file", way=way, error=str(error)[:100])
            except Down:
                left.tries += 1
                if left.tries < FILE_TRIES:
                    raise
                log.warning("file given up", way=way, tries=left.tries)
                break
        # If the server is down for words too, these calls raise, and the file is tried once more before them.
        await self._send_words(chat, left)
        failed = FILE_FAILED.format(name=name_of(file))
        sent = await self._call(self._bot.send_message, chat, failed, reply_markup=left.markup)
        left.takes(sent, with_words=False)

    async def _upload(self, chat: int, left: _Left, file: File, way: str) -> Message:
        more: dict[str, Any] = {"filename": name_of(file)}
        if file.caption:
            more["caption"] = file.caption[:MAX_CAPTION]
        else:
            more["reply_markup"] = left.markup
        if left.words and not file.caption:
            more |= {"caption": left.words, "parse_mode": ParseMode.HTML}
        method = self._bot.send_photo if way == "photo" else self._bot.send_document
        return await self._call(method, chat, file.content, **more)

    async def _call(
        self, method: Callable[..., Coroutine[Any, Any, Message]], *arguments: Any, **options: Any
    ) -> Message:
        """Make a call at the pace of the Bot API. ``BadRequest`` passes: what it means is for the caller to say."""
        try:
            async with self._pace, asyncio.timeout(CALL_WITHIN):
                return await method(*arguments, **options)
        except RetryAfter as error:
            raise TryLater(seconds_of(error)) from error
        except InvalidToken as error:
            # the setting is wrong, not the message: it waits until the token is put right
            log.error("telegram does not know this token")
            raise Down(TOKEN_REFUSED_WAIT) from error
        except Forbidden as error:
            raise Undeliverable(type(error).__name__) from error
        except BadRequest as error:
            if "chat not found" in str(error).lower():
                raise Undeliverable("chat not found") from error
            raise
        except (NetworkError, TimeoutError) as error:
            raise Down(DOWN_WAIT) from error

    async def _offer_commands(self, chat: int, role: str) -> None:
        """Offer a role's commands in its chat. The menu stands without them, so a refusal is logged only."""
        if role not in menus.ROLES:
            log.warning("role without a menu", role=role)
            return
        await tried(self._bot.set_my_commands(commands_of(role), scope=BotCommandScopeChat(chat)), "setMyCommands")
