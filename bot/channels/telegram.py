"""Telegram: updates in by long polling or webhook. Translates, nothing more; replies leave by ``telegram_sender``."""

from __future__ import annotations

import asyncio
import datetime as dt
import hmac
import json
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

import structlog
from aiohttp import web
from telegram import Bot, Message, Update
from telegram.error import Conflict, RetryAfter, TelegramError

from bot.channels.telegram_client import CHANNEL, commands_of, seconds_of, tried
from bot.channels.telegram_files import FETCH_WITHIN, FileFetcher, brings_file
from bot.intake import Intake
from bot.keeper import Keeper
from bot.outages import tell
from bot.waiting import pause
from handlers.messages import Incoming, IncomingKind

log = structlog.get_logger()
MAX_BODY = 1024 * 1024
BODY_WITHIN = 20.0  # seconds that an update may take to arrive
ALBUM_FOLLOWS = dt.timedelta(seconds=2)
"""How soon after one picture of an album the next one is heard of; what is fetched takes its time besides."""
FETCHES = dt.timedelta(seconds=FETCH_WITHIN) + ALBUM_FOLLOWS
Result = TypeVar("Result")


def incoming_of(update: Update, now: dt.datetime) -> Incoming | None:
    """What an update says to the dialogue; ``None`` for what is not for it (groups, edits, channel posts).

    The text is what was typed, what stands below a picture or file, or where a location is. The pictures of an album are messages of
    their own with the same ``album``. Files are not fetched here.
    """
    key = str(update.update_id)
    if query := update.callback_query:
        if query.message is None or query.message.chat.type != "private":
            return None
        return Incoming(CHANNEL, str(query.message.chat.id), key, now, "press", choice=(query.data or "")[:64])
    message = update.message
    if message is None or message.chat.type != "private":
        return None
    kind = _kind(message)
    return Incoming(
        CHANNEL,
        str(message.chat.id),
        key,
        min(message.date or now, now),
        kind,
        message.text or message.caption or _place(message),
        album=(message.media_group_id or "")[:60],
    )


def _place(message: Message) -> str:
    """A location as “latitude,longitude”."""
    place = message.location
    return f"{place.latitude:.6f},{place.longitude:.6f}" if place else ""


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


class TelegramReceiver:
    """Takes updates in: stored first, confirmed afterwards, so that a crash loses none.

    Files are fetched and kept before the message that brings them is stored; one that cannot be had is said in its
    ``problem``. Without ``keeper`` no file is fetched. ``username`` is the bot's own, as links to it need it; ``None``
    until Telegram has told it.
    """

    def __init__(self, bot: Bot, intake: Intake, now: Callable[[], dt.datetime], keeper: Keeper | None = None) -> None:
        self._bot = bot
        self._intake = intake
        self._now = now
        self._files = FileFetcher(bot, keeper) if keeper else None
        self._background: set[asyncio.Task[object]] = set()
        self.username: str | None = None

    async def greet(self) -> None:
        """Tell Telegram the commands of everybody, and ask for the bot's name. A server without this stops nothing."""
        await tried(self._bot.set_my_commands(commands_of("guest")), "setMyCommands")
        await self.learn_username()

    async def learn_username(self) -> None:
        """Ask for the bot's own name, which links to it need."""
        if me := await tried(self._bot.get_me(), "getMe"):
            self.username = me.username

    async def take(self, updates: Sequence[Update]) -> None:
        """Store updates in the order of each chat, and answer their buttons' spinners.

        Only the chats that sent files wait for these to be fetched.
        """
        updates = sorted(updates, key=lambda update: update.update_id)
        said = [(update, one) for update in updates if (one := incoming_of(update, self._now()))]
        waiting = {one.chat for update, one in said if self._files and brings_file(update)}
        await self._store([one for _, one in said if one.chat not in waiting])
        await self._intake.await_albums([one for _, one in said if one.chat in waiting], self._now() + FETCHES)
        for update in updates:
            if update.callback_query:
                self._starts(tried(update.callback_query.answer(), "answerCallbackQuery"))
        if self.username is None and updates:
            self._starts(self.learn_username())  # it could not be learned at the start
        if self._files and waiting:
            fetched = [self._files.fetch(update, one) for update, one in said if one.chat in waiting]
            await self._store(await asyncio.gather(*fetched))

    async def _store(self, incoming: list[Incoming]) -> None:
        if incoming:
            await self._intake.take_all(incoming, self._now() + ALBUM_FOLLOWS)

    def _starts(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def finish(self, seconds: float = 2) -> None:
        """Let the answers to buttons that are under way arrive, for so long."""
        if self._background:
            await asyncio.wait(self._background, timeout=seconds)

    async def poll(self, stop: asyncio.Event, wait_seconds: int = 25) -> None:
        """Long polling until stopped: an offset is only confirmed by the next call, after its updates are stored."""
        await tried(self._bot.delete_webhook(), "deleteWebhook")
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
                await pause(stop, seconds_of(error))
            except Conflict:
                # another program polls with the same token, or a webhook is still set
                log.warning("somebody else takes the updates of this token")
                await tried(self._bot.delete_webhook(), "deleteWebhook")
                await pause(stop, wait)
                wait = min(wait * 2, 30)
            except (TelegramError, OSError) as error:
                log.warning("polling failed", error=type(error).__name__)
                await pause(stop, wait)
                wait = min(wait * 2, 30)
            except Exception as error:
                tell(log, "telegram", error)  # the updates were not stored: the offset stays, they come again
                await pause(stop, wait)
                wait = min(wait * 2, 30)

    async def register_webhook(self, url: str, secret: str, stop: asyncio.Event) -> None:
        """Have updates delivered to ``url`` with the secret token; asked for until Telegram agrees."""
        wait = 1.0
        while not stop.is_set():
            call = self._bot.set_webhook(url, secret_token=secret, allowed_updates=["message", "callback_query"])
            if await tried(call, "setWebhook"):
                return
            await pause(stop, wait)
            wait = min(wait * 2, 60)

    def webhook(self, secret: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        """The aiohttp handler of the webhook: checks the secret, stores, then says 200."""

        async def handle(request: web.Request) -> web.Response:
            given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
            if not hmac.compare_digest(given.encode(errors="surrogateescape"), secret.encode()):
                return web.Response(status=403, text="密令不对")
            try:
                async with asyncio.timeout(BODY_WITHIN):
                    body = await _body(request)
            except TimeoutError:
                return web.Response(status=408, text="没有传完")
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
