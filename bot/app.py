"""The composition root: builds every part once, from settings, and runs them until told to stop."""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
from collections.abc import Awaitable, Callable, Collection, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot import demo
from bot.channels.web import WebChannel
from bot.channels.web_events import Hub
from bot.channels.web_http import PROXIES, add_headers
from bot.clock import Clock
from bot.courier import Courier
from bot.exporter import Exporter
from bot.handouts import Handouts
from bot.intake import Intake
from bot.keeper import Keeper
from bot.metrics import Metrics
from bot.outages import tell
from bot.publisher import Publisher, publish_shipped
from bot.settings import Settings
from bot.single import Single
from bot.worker import Worker
from handlers.browse import place_names
from handlers.cases import delivering
from handlers.conversation import Conversation, House
from knowledge.papers.templates import load_templates, shipped_templates
from knowledge.procedure.ladder import shipped_ladder
from knowledge.shipped import shipped_checks, shipped_industries, shipped_language
from storage import messages
from storage.attachments import File
from storage.blobs import Blobs
from storage.database import Database, is_out_of_order
from storage.demo import purge_demo
from storage.invitations import CODE_ALPHABET, CODE_LENGTH

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramReceiver
    from bot.channels.telegram_client import Client

log = structlog.get_logger()
Say = Callable[[str], None]
PARTS = ("web", "telegram", "worker", "courier", "clock")
"""What one process may run: the page; taking in from Telegram; answering; sending; what is due by itself."""
FINISH_WITHIN = 6.0  # seconds for the parts to end by themselves


def utc_now() -> dt.datetime:
    """The clock of the program; everything below is given the time."""
    return dt.datetime.now(dt.UTC)


def new_token() -> str:
    """A fresh opaque button token: 16 ASCII characters."""
    return secrets.token_urlsafe(12)


def new_code() -> str:
    """A fresh one-time code: ten characters that are hard to mistake."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def new_secret() -> str:
    """A fresh secret for a link: 43 ASCII characters."""
    return secrets.token_urlsafe(32)


class App:
    """All parts of one process. ``prepare`` makes the database and the index ready; ``serve`` runs until ``stop``."""

    def __init__(
        self, settings: Settings, now: Callable[[], dt.datetime] = utc_now, parts: Collection[str] = PARTS
    ) -> None:
        self.settings = settings
        self.parts = frozenset(parts)
        self.now = now
        self.metrics = Metrics()
        self.database = Database(settings.database)
        self.hub = Hub()
        self.publisher = Publisher(self.database, shipped_language(), self.metrics)
        self.blobs = Blobs(Path(settings.files))
        self.templates = load_templates(Path(settings.templates)) if settings.templates else shipped_templates()
        self.keeper = Keeper(self.blobs)
        self.handouts = Handouts(self.database, self.blobs)
        self.telegram_name: Callable[[], str | None] = lambda: None
        self.house = House(
            knowledge=lambda: self.publisher.current,
            checks=shipped_checks(),
            industries=shipped_industries(),
            new_token=new_token,
            new_code=new_code,
            new_secret=new_secret,
            links=self._links,
            share_link=lambda token: f"{self._address}/share/{token}",
            once_link=lambda token: f"{self._address}/d/{token}",
            check_link=lambda code: f"{self._address}/p/{code}",
            settings={
                "young_years": settings.young_years,
                "code_hours": settings.code_hours,
                "share_days": settings.share_days,
                "reopen_days": settings.reopen_days,
                "request_hold_minutes": settings.request_hold_minutes,
                "request_close_days": settings.request_close_days,
            },
            demo=settings.demo,
            place_words=self._place_words,
            read_file=self.blobs.read,
            keep_file=self.blobs.put,
            templates=lambda: self.templates,
            ladder=shipped_ladder().with_days(settings.extra_reminders),
        )
        self.conversation = Conversation(self.house)
        self.couriers: list[Courier] = []
        self.intake = Intake(self.database, self.metrics, lambda: self.worker.wake())
        self.worker = Worker(
            self.database, self.conversation, self.metrics, now, self._answered, self.couriers, self.intake
        )
        self.clock = Clock(self.database, self.house, settings, now, self._told, self.keeper)
        self.exporter = Exporter(self.database, self.house, self.blobs, now, self._pushed)
        self.web = WebChannel(
            self.database,
            self.intake,
            self.hub,
            self.metrics,
            now,
            secure=settings.is_secure,
            demo=settings.demo,
            keeper=self.keeper,
            handouts=self.handouts,
        )
        self.stop = asyncio.Event()
        self.port = settings.port
        self.started = asyncio.Event()
        self.has_failed = False

    @property
    def _address(self) -> str:
        """The address of the web chat as people outside reach it."""
        return self.settings.public_url.rstrip("/") or f"http://{self.settings.host}:{self.port}"

    def _place_words(self, jurisdiction: str) -> str:
        """The short name of a place, as case numbers carry it (R29)."""
        return place_names(self.publisher.current.library).get(jurisdiction, jurisdiction)

    def _links(self, code: str) -> list[tuple[str, str]]:
        """Deep links that carry a one-time code: the page (in its fragment, which is never sent), and Telegram."""
        links = [("网页", f"{self._address}/#bind={code}")]
        name = self.telegram_name()
        if name:
            links.append(("Telegram", f"https://t.me/{name}?start={code}"))
        return links

    def _answered(self, channel: str, chat: str) -> None:
        """The worker wrote into a chat, and has told the couriers itself."""
        self.hub.told(channel, chat)
        self.exporter.wake()

    def _told(self, channel: str, chat: str) -> None:
        """The clock wrote into a chat."""
        self._pushed(channel, chat)
        self.exporter.wake()

    def _pushed(self, channel: str, chat: str) -> None:
        """The exporter wrote into a chat."""
        self.hub.told(channel, chat)
        for courier in self.couriers:
            courier.wake()

    async def prepare(self, say: Say = lambda _: None, *, is_guest: bool = False) -> None:
        """Bring the schema up, publish what is shipped, build the index; seed the demo or clear it away.

        ``is_guest``: another process serves on this database, whose demo people are left alone.
        """
        for problem in self.templates.problems:
            log.warning("template refused", problem=problem)
            say(f"文书模板 {problem}")
        say("正在准备数据库……")
        await self.database.upgrade()
        if self.settings.publish_shipped:
            say("正在公布附带的文件和清单……")
            count = await publish_shipped(self.database, self.now(), lambda name: log.debug("published", source=name))
            if count:
                say(f"已公布 {count} 份。")
        say("正在建立索引……")
        await self.publisher.refresh()
        async with self.database.transaction() as session:
            if self.settings.demo:
                await demo.seed(session, self.now())
            elif not is_guest:
                await purge_demo(session)

    def web_app(self) -> web.Application:
        """The HTTP application: web chat, health, metrics, and the Telegram webhook if one is set."""
        app = web.Application(client_max_size=1024 * 1024, middlewares=[_errors])
        app[PROXIES] = self.settings.trusted_proxies
        app.on_response_prepare.append(add_headers)
        if "web" in self.parts:
            self.web.add_routes(app)
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        return app

    async def _healthz(self, request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def _readyz(self, request: web.Request) -> web.Response:
        try:
            ready = self.publisher.is_ready and await self.database.is_current()
        except Exception as error:
            log.warning("not ready", error=type(error).__name__)
            ready = False
        return web.Response(text="ready" if ready else "not ready", status=200 if ready else 503)

    async def _metrics(self, request: web.Request) -> web.Response:
        async with self.database.reading() as session:
            counted = await messages.counts(session)
        for direction in ("in", "out"):
            self.metrics.waiting.labels(direction).set(counted.get((direction, "waiting"), 0))
        return web.Response(
            body=self.metrics.render(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )

    async def serve(self, say: Say = lambda _: None) -> None:
        """Run every part until ``stop`` is set; then finish what is in hand, within ten seconds."""
        http = self.web_app()
        telegram = self._telegram_parts(http) if self.settings.telegram_token else None
        runner = web.AppRunner(http, access_log=None, handle_signals=False, shutdown_timeout=5)
        running: list[asyncio.Task[None]] = []
        try:
            await runner.setup()
            await web.TCPSite(runner, self.settings.host, self.settings.port).start()
            self.port = runner.addresses[0][1]
            say(f"容错助手已启动：http://{self.settings.host}:{self.port}/ （按 Ctrl+C 停止）")
            running = self._begun()
            if telegram:
                running.append(self._part(self._receive(telegram[1])))
            self.started.set()
            await self.stop.wait()
        finally:
            self.stop.set()
            self.web.stop()
            await asyncio.gather(runner.cleanup(), _finish(running, FINISH_WITHIN))
            if telegram:
                await telegram[1].finish()
                await telegram[0].close_connections()
            await self.close()

    def _begun(self) -> list[asyncio.Task[None]]:
        """All parts, running until ``stop``; the couriers until the worker has ended, so that its last answers leave, too."""
        worked, running = asyncio.Event(), []
        parts = self._working()
        for part in parts:
            waits_for = worked if part in self.couriers and self.worker in parts else self.stop
            task = self._part(part.run(waits_for))
            if part is self.worker:
                task.add_done_callback(lambda _: worked.set())
            running.append(task)
        return running

    def _working(self) -> list[Worker | Publisher | Clock | Courier | Exporter]:
        """What runs in this process beside HTTP and taking in: whoever takes in also answers."""
        found: list[Worker | Publisher | Clock | Courier | Exporter] = [self.publisher]
        if self.parts & {"web", "telegram", "worker"}:
            found.append(self.worker)
        if "clock" in self.parts:
            found += [self.clock, self.exporter]
        return [*found, *(self.couriers if "courier" in self.parts else ())]

    def _telegram_parts(self, http: web.Application) -> tuple[Client, TelegramReceiver]:
        from bot.channels.telegram import TelegramReceiver  # large, and needed with a token only
        from bot.channels.telegram_client import CHANNEL, make_bot
        from bot.channels.telegram_sender import TelegramSender

        async def read_file(chat: str, token: str) -> File | None:
            return await self.handouts.view(CHANNEL, chat, token)

        settings = self.settings
        bot = make_bot(settings.telegram_token.get_secret_value(), settings.telegram_base_url)  # type: ignore[union-attr]
        receiver = TelegramReceiver(bot, self.intake, self.now, self.keeper)
        self.telegram_name = lambda: receiver.username
        sender = TelegramSender(bot, read_file, settings.telegram_per_second)
        self.couriers.append(Courier(self.database, sender, self.metrics, self.now, delivering.given_up))
        if "telegram" in self.parts and settings.telegram_webhook_url and settings.telegram_secret:
            path = urlsplit(settings.telegram_webhook_url).path or "/"
            http.router.add_post(path, receiver.webhook(settings.telegram_secret.get_secret_value()))
        return bot, receiver

    async def _receive(self, receiver: TelegramReceiver) -> None:
        """Take updates in: delivered to every process by webhook, or polled by one process at a time."""
        if "telegram" not in self.parts:
            await receiver.learn_username()
            return
        await receiver.greet()
        url, secret = self.settings.telegram_webhook_url, self.settings.telegram_secret
        if url and secret:
            await receiver.register_webhook(url, secret.get_secret_value(), self.stop)
        else:
            if self.database.is_sqlite:  # one process: after a crash nobody waits for the lease of the dead
                await receiver.poll(self.stop)
            else:
                await Single(self.database, "telegram", self.now).run(receiver.poll, self.stop)

    def _part(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run one part; when it breaks off the process ends too, so that whoever watches it starts it anew."""

        def ended(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()):
                log.error("part ended", error=type(error).__name__, exc_info=error)
                self.has_failed = True
                self.stop.set()

        task = asyncio.create_task(work)
        task.add_done_callback(ended)
        return task

    async def close(self) -> None:
        await self.database.close()


async def _finish(running: list[asyncio.Task[None]], seconds: float) -> None:
    """Wait for the parts to end by themselves for so long, then break them off."""
    if not running:
        return
    _, late = await asyncio.wait(running, timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


@web.middleware
async def _errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """No stack trace to a person: an unexpected error is logged and answered in plain words."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except (ConnectionResetError, asyncio.CancelledError):
        raise
    except Exception as error:
        if is_out_of_order(error):
            tell(log, "http", error)
            return web.json_response({"error": "系统正忙，没有办成，请稍后再试"}, status=503)
        # not its path: that may hold a link's secret, a paper's code, or whatever somebody wants to see in the log
        route = request.match_info.route.resource
        log.error("request failed", route=route.canonical if route else "", error=type(error).__name__, exc_info=error)
        return web.json_response({"error": "系统出了点问题，请稍后再试"}, status=500)
