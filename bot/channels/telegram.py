"""Telegram: updates in by long polling or webhook, replies out as HTML with inline buttons. Translates, nothing more."""

from __future__ import annotations

import asyncio
import datetime as dt
import hmac
import html
import json
import os
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

import structlog
from aiohttp import web
from aiolimiter import AsyncLimiter
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from bot.courier import TryLater, Undeliverable
from bot.intake import Intake
from handlers.messages import Block, Incoming, IncomingKind, Part

log = structlog.get_logger()
CHANNEL = "telegram"
MAX_BODY = 1024 * 1024
MAX_PER_SECOND = 30  # what the Bot API takes from one bot over all chats
TOKEN_REFUSED_WAIT = 30.0
Result = TypeVar("Result")
COMMANDS = (
    ("start", "开始"),
    ("help", "怎么用"),
    ("menu", "菜单"),
    ("place", "我的地区"),
    ("documents", "政策文件"),
    ("lists", "四张清单"),
    ("glossary", "名词解释"),
)
_TAGS = {"lead": ("<b>", "</b>"), "quote": ("<blockquote>", "</blockquote>"), "citation": ("<i>", "</i>")}


class Client(Bot):
    """The library's Bot API client, with connections that can be closed without having asked the server first."""

    def __init__(self, token: str, root: str) -> None:
        os.environ.setdefault("PTB_TIMEDELTA", "1")  # the library's word for: give waits as timedelta
        self._connections = (
            HTTPXRequest(connection_pool_size=16, pool_timeout=10),
            HTTPXRequest(connection_pool_size=2, read_timeout=10),
        )
        sending, polling = self._connections
        super().__init__(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=sending,
            get_updates_request=polling,
        )

    async def close_connections(self) -> None:
        for connection in self._connections:
            await connection.shutdown()


def make_bot(token: str, base_url: str = "") -> Client:
    """A Bot API client; ``base_url`` points at a self-hosted server, with or without its ``/bot``."""
    return Client(token, base_url.rstrip("/").removesuffix("/bot") or "https://api.telegram.org")


def incoming_of(update: Update, now: dt.datetime) -> Incoming | None:
    """What an update says to the dialogue; ``None`` for what is not for it (groups, edits, channel posts).

    The pictures of an album are one message: they share their key, so that only the first is taken in.
    """
    key = str(update.update_id)
    if query := update.callback_query:
        if query.message is None or query.message.chat.type != "private":
            return None
        return Incoming(CHANNEL, str(query.message.chat.id), key, now, "press", choice=(query.data or "")[:64])
    message = update.message
    if message is None or message.chat.type != "private":
        return None
    if message.media_group_id:
        key = f"album/{message.chat.id}/{message.media_group_id[:60]}"
    kind = _kind(message)
    return Incoming(
        CHANNEL,
        str(message.chat.id),
        key,
        min(message.date or now, now),
        kind,
        (message.text or message.caption or "") if kind == "text" else "",
    )


def _kind(message: Message) -> IncomingKind:
    if message.text is not None:
        return "text"
    kinds: tuple[tuple[object, IncomingKind], ...] = (
        (message.sticker, "sticker"),
        (message.voice or message.audio or message.video_note, "voice"),
        (message.photo, "photo"),
        (message.document, "document"),
        (message.location, "location"),
    )
    return next((kind for there, kind in kinds if there), "text" if message.caption else "other")


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


class TelegramSender:
    """Sends parts. Errors of the Bot API become ``TryLater`` or ``Undeliverable``."""

    channel = CHANNEL

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._pace = AsyncLimiter(MAX_PER_SECOND, 1)

    async def send(self, chat: str, part: Part) -> str:
        try:
            async with self._pace:
                sent = await self._bot.send_message(
                    int(chat), html_of(part.blocks), parse_mode=ParseMode.HTML, reply_markup=keyboard_of(part)
                )
        except RetryAfter as error:
            raise TryLater(_seconds(error)) from error
        except InvalidToken as error:
            # the setting is wrong, not the message: it waits until the token is put right
            log.error("telegram does not know this token")
            raise TryLater(TOKEN_REFUSED_WAIT) from error
        except Forbidden as error:
            raise Undeliverable(type(error).__name__) from error
        except BadRequest as error:
            if "chat not found" in str(error).lower():
                raise Undeliverable("chat not found") from error
            raise
        except NetworkError as error:
            raise TryLater(2) from error
        return str(sent.message_id)


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, dt.timedelta) else float(wait)


class TelegramReceiver:
    """Takes updates in: stored first, confirmed afterwards, so that a crash loses none."""

    def __init__(self, bot: Bot, intake: Intake, now: Callable[[], dt.datetime]) -> None:
        self._bot = bot
        self._intake = intake
        self._now = now
        self._background: set[asyncio.Task[bool]] = set()

    async def greet(self) -> None:
        """Tell Telegram the commands. A server that does not know the method does not stop the bot."""
        await self._try(self._bot.set_my_commands([BotCommand(name, text) for name, text in COMMANDS]), "setMyCommands")

    async def take(self, updates: Sequence[Update]) -> None:
        """Store updates in their order, then answer their buttons' spinners."""
        updates = sorted(updates, key=lambda update: update.update_id)
        incoming = [one for update in updates if (one := incoming_of(update, self._now()))]
        if incoming:
            await self._intake.take_all(incoming)
        for update in updates:
            if update.callback_query:
                task = asyncio.create_task(self._try(update.callback_query.answer(), "answerCallbackQuery"))
                self._background.add(task)
                task.add_done_callback(self._background.discard)

    async def finish(self, seconds: float = 2) -> None:
        """Let the answers to buttons that are under way arrive, for so long."""
        if self._background:
            await asyncio.wait(self._background, timeout=seconds)

    @staticmethod
    async def _try(call: Awaitable[object], name: str) -> bool:
        try:
            await call
        except TelegramError as error:
            log.warning("telegram method refused", method=name, error=type(error).__name__)
            return False
        return True

    async def poll(self, stop: asyncio.Event, wait_seconds: int = 25) -> None:
        """Long polling until stopped: an offset is only confirmed by the next call, after its updates are stored."""
        await self._try(self._bot.delete_webhook(), "deleteWebhook")
        offset: int | None = None
        wait = 1.0
        while not stop.is_set():
            try:
                updates = await _unless(
                    stop,
                    self._bot.get_updates(
                        offset=offset, timeout=wait_seconds, allowed_updates=["message", "callback_query"]
                    ),
                )
                if updates:
                    await self.take(updates)
                    offset = max(update.update_id for update in updates) + 1
                wait = 1.0
            except RetryAfter as error:
                await _pause(stop, _seconds(error))
            except Conflict:
                # another program polls with the same token, or a webhook is still set
                log.warning("somebody else takes the updates of this token")
                await self._try(self._bot.delete_webhook(), "deleteWebhook")
                await _pause(stop, wait)
                wait = min(wait * 2, 30)
            except (TelegramError, OSError) as error:
                log.warning("polling failed", error=type(error).__name__)
                await _pause(stop, wait)
                wait = min(wait * 2, 30)
            except Exception:
                # the updates were not stored: the offset stays, they come again
                log.exception("updates not stored")
                await _pause(stop, wait)
                wait = min(wait * 2, 30)

    async def register_webhook(self, url: str, secret: str, stop: asyncio.Event) -> None:
        """Have updates delivered to ``url`` with the secret token; asked for until Telegram agrees."""
        wait = 1.0
        while not stop.is_set():
            call = self._bot.set_webhook(url, secret_token=secret, allowed_updates=["message", "callback_query"])
            if await self._try(call, "setWebhook"):
                return
            await _pause(stop, wait)
            wait = min(wait * 2, 60)

    def webhook(self, secret: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        """The aiohttp handler of the webhook: checks the secret, stores, then says 200."""

        async def handle(request: web.Request) -> web.Response:
            given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
            if not hmac.compare_digest(given.encode(errors="surrogateescape"), secret.encode()):
                return web.Response(status=403, text="密令不对")
            body = await _body(request)
            if body is None:
                return web.Response(status=413, text="太大")
            update = self._update_of(body)
            if update is None:
                return web.Response(status=400, text="不是更新")
            await self.take([update])
            return web.Response(text="ok")

        return handle

    def _update_of(self, body: bytes) -> Update | None:
        """The update in a request's body; ``None`` when it is none."""
        try:
            data = json.loads(body)
            update = Update.de_json(data, self._bot)
            one = incoming_of(update, self._now())
        except Exception:  # whatever the library stumbles over is no update
            return None
        whole = type(update.update_id) is int and (one is None or isinstance(one.text, str))
        return update if whole else None


async def _body(request: web.Request) -> bytes | None:
    """The whole body; ``None`` when it is larger than ``MAX_BODY``."""
    body = b""
    while chunk := await request.content.read(MAX_BODY):
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return body


async def _unless(stop: asyncio.Event, call: Coroutine[Any, Any, Result]) -> Result | None:
    """The result of a call, or ``None`` when ``stop`` is set first; then the call is broken off."""
    task, stopped = asyncio.ensure_future(call), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for one in (task, stopped):
            one.cancel()
        await asyncio.wait([task, stopped])


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
