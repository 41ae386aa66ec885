"""Telegram: updates in by long polling or webhook, replies out as HTML with inline buttons. Translates, nothing more."""

from __future__ import annotations

import asyncio
import datetime as dt
import hmac
import html
import json
from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiohttp import web
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
    TimedOut,
)
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.courier import TryLater, Undeliverable
from bot.intake import Intake
from handlers.messages import Block, Incoming, IncomingKind, Part

log = structlog.get_logger()
CHANNEL = "telegram"
MAX_BODY = 1024 * 1024
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


def make_bot(token: str, base_url: str = "") -> ExtBot[AIORateLimiter]:
    """A Bot API client with the library's rate limiter; ``base_url`` points at a self-hosted server."""
    root = base_url.rstrip("/").removesuffix("/bot") or "https://api.telegram.org"
    return ExtBot(
        token,
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=HTTPXRequest(connection_pool_size=16),
        get_updates_request=HTTPXRequest(connection_pool_size=2, read_timeout=40),
        rate_limiter=AIORateLimiter(max_retries=2),  # type: ignore[arg-type]  # the library's own type is off
    )


def incoming_of(update: Update, now: dt.datetime) -> Incoming | None:
    """What an update says to the dialogue; ``None`` for what is not for it (groups, edits, channel posts)."""
    key = str(update.update_id)
    if query := update.callback_query:
        if query.message is None or query.message.chat.type != "private":
            return None
        return Incoming(CHANNEL, str(query.message.chat.id), key, now, "press", choice=(query.data or "")[:64])
    message = update.message
    if message is None or message.chat.type != "private":
        return None
    at = message.date if message.date else now
    kind = _kind(message)
    return Incoming(
        CHANNEL,
        str(message.chat.id),
        key,
        min(at, now),
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

    async def send(self, chat: str, part: Part) -> str:
        try:
            sent = await self._bot.send_message(
                int(chat), html_of(part.blocks), parse_mode=ParseMode.HTML, reply_markup=keyboard_of(part)
            )
        except RetryAfter as error:
            wait = error.retry_after
            raise TryLater(wait.total_seconds() if isinstance(wait, dt.timedelta) else float(wait)) from error
        except (Forbidden, InvalidToken) as error:
            raise Undeliverable(type(error).__name__) from error
        except BadRequest as error:
            if "chat not found" in str(error).lower():
                raise Undeliverable("chat not found") from error
            raise
        except (TimedOut, NetworkError) as error:
            raise TryLater(2) from error
        return str(sent.message_id)


class TelegramReceiver:
    """Takes updates in: stored first, confirmed afterwards, so that a crash loses none."""

    def __init__(self, bot: Bot, intake: Intake, now: Callable[[], dt.datetime]) -> None:
        self._bot = bot
        self._intake = intake
        self._now = now
        self._background: set[asyncio.Task[None]] = set()

    async def greet(self) -> None:
        """Tell Telegram the commands. A server that does not know the method does not stop the bot."""
        await self._try(self._bot.set_my_commands([BotCommand(name, text) for name, text in COMMANDS]), "setMyCommands")

    async def take(self, updates: Sequence[Update]) -> None:
        """Store updates, then answer their buttons' spinners."""
        incoming = [one for update in updates if (one := incoming_of(update, self._now()))]
        if incoming:
            await self._intake.take_all(incoming)
        for update in updates:
            if update.callback_query:
                task = asyncio.create_task(self._try(update.callback_query.answer(), "answerCallbackQuery"))
                self._background.add(task)
                task.add_done_callback(self._background.discard)

    @staticmethod
    async def _try(call: object, name: str) -> None:
        try:
            await call  # type: ignore[misc]
        except TelegramError as error:
            log.warning("telegram method refused", method=name, error=type(error).__name__)

    async def poll(self, stop: asyncio.Event, wait_seconds: int = 25) -> None:
        """Long polling until stopped: an offset is only confirmed by the next call, after its updates are stored."""
        await self._try(self._bot.delete_webhook(), "deleteWebhook")
        offset: int | None = None
        wait = 1.0
        while not stop.is_set():
            poll = asyncio.ensure_future(
                self._bot.get_updates(
                    offset=offset, timeout=wait_seconds, allowed_updates=["message", "callback_query"]
                )
            )
            stopped = asyncio.ensure_future(stop.wait())
            await asyncio.wait([poll, stopped], return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            if not poll.done():
                poll.cancel()
                return
            try:
                updates = poll.result()
                if updates:
                    await self.take(updates)
                    offset = updates[-1].update_id + 1
                wait = 1.0
            except RetryAfter as error:
                after = error.retry_after
                wait = after.total_seconds() if isinstance(after, dt.timedelta) else float(after)
                await _pause(stop, wait)
            except Conflict:
                log.warning("another program polls with the same token")
                await _pause(stop, 5)
            except (TelegramError, OSError) as error:
                log.warning("polling failed", error=type(error).__name__)
                await _pause(stop, wait)
                wait = min(wait * 2, 30)
            except Exception:
                # the updates were not stored: the offset stays, they come again
                log.exception("updates not stored")
                await _pause(stop, wait)
                wait = min(wait * 2, 30)

    async def register_webhook(self, url: str, secret: str) -> None:
        """Have updates delivered to ``url`` with the secret token."""
        await self._bot.set_webhook(url, secret_token=secret, allowed_updates=["message", "callback_query"])

    def webhook(self, secret: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        """The aiohttp handler of the webhook: checks the secret, stores, then says 200."""

        async def handle(request: web.Request) -> web.Response:
            given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
            if not hmac.compare_digest(given.encode(), secret.encode()):
                return web.Response(status=403, text="密令不对")
            if (request.content_length or 0) > MAX_BODY:
                return web.Response(status=413, text="太大")
            try:
                data = json.loads(await request.content.read(MAX_BODY))
                update = Update.de_json(data, self._bot)
                usable = isinstance(data, dict) and isinstance(data.get("update_id"), int)
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                update, usable = None, False
            if update is None or not usable:
                return web.Response(status=400, text="不是更新")
            await self.take([update])
            return web.Response(text="ok")

        return handle


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
