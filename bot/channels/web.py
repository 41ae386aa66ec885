"""The web chat: the page, the person's messages in, the transcript and its files out."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import structlog
from aiohttp import web

from bot.channels.web_events import Hub, Streams
from bot.channels.web_http import address_of, body_of, in_plain_words, is_own_page, number_of, problem
from bot.channels.web_papers import WebPapers
from bot.channels.web_pledges import WebPledges
from bot.channels.web_share import plain_page, shared_page
from bot.channels.web_transcript import menu_of, shown
from bot.channels.web_uploads import Uploads
from bot.demo import seat_of, seats, take_seat
from bot.handouts import Handouts
from bot.intake import Intake
from bot.keeper import Keeper
from bot.limits import Limiter
from bot.metrics import Metrics
from handlers import menus
from handlers.conversation import CHINA
from handlers.messages import Incoming
from handlers.sheet import MIME as SHEET
from handlers.sheet import STYLE_SOURCE
from storage import messages, people, self_checks
from storage.database import Database

log = structlog.get_logger()
PAGES = Path(__file__).parent.parent / "web"
COOKIE = "rongcuo"
MAX_TEXT = 20_000
HISTORY = 50
PATIENCE = 12.0  # seconds that a person waits before hearing that the database does not answer
PATIENCE_WITH_PICTURES = 40.0  # large ones are made ready one after the other
SHEET_POLICY = f"sandbox; default-src 'none'; style-src {STYLE_SOURCE}; frame-ancestors 'none'"
PICTURES = ("image/png", "image/svg+xml")
VIEWED = "image/jpeg"
WAITED_FROM, WAITED_TO = 60_000, 7 * 86_400_000  # milliseconds: a minute is no wait, a week no inspection of today
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # what token_urlsafe(32) makes: nothing else opens a session
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_CHOICE = re.compile(r"[!-~]{1,64}")
_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


def _written(waited: object, now: dt.datetime) -> dt.datetime | None:
    """When a message was written that waited so many milliseconds on its device; ``None`` for what came at once."""
    if not isinstance(waited, int) or isinstance(waited, bool) or not WAITED_FROM <= waited <= WAITED_TO:
        return None
    return now - dt.timedelta(milliseconds=waited)


class WebChannel:
    """Routes of the web chat on an aiohttp application. A session is a random cookie; its digest is the chat's name.

    With ``demo`` a visitor may take the seat of any role (``bot.demo``); without, there is no way to. Files are taken
    in with a ``keeper`` only, and given out with ``handouts`` only.
    """

    channel = "web"

    def __init__(
        self,
        database: Database,
        intake: Intake,
        hub: Hub,
        metrics: Metrics,
        now: Callable[[], dt.datetime],
        *,
        secure: bool,
        demo: bool = False,
        keeper: Keeper | None = None,
        handouts: Handouts | None = None,
    ) -> None:
        self._database = database
        self._intake = intake
        self._hub = hub
        self._now = now
        self._secure = secure
        self._demo = demo
        # With __Host- no neighbouring site of the same domain can plant a session.
        self._cookie = f"__Host-{COOKIE}" if secure else COOKIE
        self._streams = Streams(database, hub, metrics, now)
        self._uploads = Uploads(database, keeper, now) if keeper else None
        self._pledges = WebPledges(database, self._sender, self._uploads)
        self._handouts = handouts
        self._per_chat = Limiter(rate=0.7, burst=20)
        self._per_address = Limiter(rate=10, burst=200)
        self._looks = Limiter(rate=30, burst=600)
        self._static = {
            file.name: (file.read_bytes(), _TYPES[file.suffix])
            for file in sorted(PAGES.iterdir())
            if file.suffix in _TYPES
        }

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/", self._page)
        app.router.add_get("/static/{name}", self._asset)
        app.router.add_get("/share/{token}", self._share)
        app.router.add_get("/api/history", self._history)
        app.router.add_get("/api/events", self._events, allow_head=False)
        if self._handouts:
            app.router.add_get("/api/files/{token}", self._attachment)
            WebPapers(self._handouts, self._now).add_routes(app)
        app.router.add_post("/api/messages", self._take)
        if self._uploads:
            app.router.add_post("/api/files", self._upload)
        self._pledges.add_routes(app)
        if self._demo:
            app.router.add_post("/api/seat", self._take_seat)
        app.middlewares.append(in_plain_words)

    def stop(self) -> None:
        """End the event streams, so that the server can shut down."""
        self._streams.stop()

    async def _page(self, request: web.Request) -> web.StreamResponse:
        response = self._file(request, "index.html")
        # A cache shared by several people would hand the first one's session to all.
        response.headers["Cache-Control"] = "private, no-cache"
        response.set_cookie(
            self._cookie,
            self._token(request) or secrets.token_urlsafe(32),
            max_age=180 * 24 * 3600,
            httponly=True,
            samesite="Lax",
            secure=self._secure,
            path="/",
        )
        return response

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in self._static or name == "index.html":
            raise web.HTTPNotFound(text="没有这个文件")
        return self._file(request, name)

    def _file(self, request: web.Request, name: str) -> web.Response:
        body, kind = self._static[name]
        etag = hashlib.sha256(body).hexdigest()[:20]
        if request.if_none_match and any(tag.value == etag for tag in request.if_none_match):
            response = web.Response(status=304)
        else:
            response = web.Response(body=body, content_type=kind, charset="utf-8" if kind.startswith("text") else None)
        response.headers["Cache-Control"] = "no-cache"
        response.etag = etag
        return response

    async def _share(self, request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        if not self._looks.allows(address_of(request)):
            return web.Response(
                status=429,
                text=plain_page("看得太快了", "请稍等几秒再打开这个链接。"),
                content_type="text/html",
                headers={"Retry-After": "10"},
            )
        try:
            async with asyncio.timeout(PATIENCE), self._database.reading() as session:
                check = await self_checks.shared(session, token, self._now()) if _KEY.fullmatch(token) else None
        except Exception as error:
            log.error("share failed", error=type(error).__name__)
            status, text = 503, plain_page("系统正忙", "请稍后再打开这个链接。")
        else:
            gone = plain_page("这个链接已经失效", "请向发给您的人要一个新的链接。")
            status, text = (200, shared_page(check)) if check else (404, gone)
        headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
        return web.Response(status=status, text=text, content_type="text/html", headers=headers)

    def _token(self, request: web.Request) -> str | None:
        token = request.cookies.get(self._cookie, "")
        return token if _TOKEN.fullmatch(token) else None

    def _chat(self, request: web.Request) -> str:
        """The chat of the session cookie: a digest, so that the records hold nothing that opens a session."""
        token = self._token(request)
        if token is None:
            raise problem(401, "会话已失效，请刷新页面")
        return hashlib.sha256(token.encode()).hexdigest()[:40]

    def _sender(self, request: web.Request) -> str:
        """The chat that sends something, when it comes from our own page and not too fast."""
        chat = self._chat(request)
        if not is_own_page(request):
            raise problem(403, "请从聊天页面发送")
        if not self._per_chat.allows(chat) or not self._per_address.allows(address_of(request)):
            raise problem(429, "发得太快了，请稍等几秒再发")
        return chat

    def _looking(self, request: web.Request) -> None:
        """Raises a refusal when an address reads too fast: each look costs the database something."""
        if not self._looks.allows(address_of(request)):
            raise problem(429, "看得太快了，请稍等几秒再试")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        chat = self._sender(request)
        assert self._uploads is not None
        return web.json_response(await self._uploads.take(request, chat), status=201)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        chat, data = self._sender(request), await body_of(request, PATIENCE)
        key = data.get("id")
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise problem(400, "消息缺少编号，请刷新页面")
        text, choice = data.get("text", "" if data.get("files") else None), data.get("choice")
        if isinstance(choice, str) and _CHOICE.fullmatch(choice) and text is None:
            incoming = Incoming("web", chat, f"{chat}/{key}", self._now(), "press", choice=choice)
        elif isinstance(text, str) and choice is None:
            if len(text) > MAX_TEXT:
                raise problem(413, f"这段话有{len(text)}字，太长了，请用两千字以内说")
            now = self._now()
            incoming = Incoming(
                "web", chat, f"{chat}/{key}", now, "text", text, written=_written(data.get("waited"), now)
            )
        else:
            raise problem(400, "消息应有文字、文件或者选项")
        if data.get("files"):
            if self._uploads is None:
                raise problem(400, "这里不能发文件")
            incoming = await self._uploads.added(incoming, data["files"])
        try:
            async with asyncio.timeout(PATIENCE):
                await self._intake.take(incoming)
        except Exception as error:
            log.error("intake failed", error=type(error).__name__)
            raise problem(503, "系统正忙，消息没有收到，请稍后重发") from error
        self._hub.told("web", chat)
        return web.json_response({"accepted": True}, status=202)

    async def _take_seat(self, request: web.Request) -> web.StreamResponse:
        chat, data = self._sender(request), await body_of(request, PATIENCE)
        seat = data.get("seat")
        if seat not in [one.id for one in seats()]:
            raise problem(400, "没有这个演示座位")
        try:
            async with asyncio.timeout(PATIENCE):
                async with self._database.transaction() as session:
                    await take_seat(session, "web", chat, seat, self._now())
                key = f"{chat}/seat-{secrets.token_urlsafe(12)}"
                await self._intake.take(Incoming("web", chat, key, self._now(), "text", "/start"))
        except Exception as error:
            log.error("seat failed", error=type(error).__name__)
            raise problem(503, "系统正忙，请稍后再试") from error
        self._hub.told("web", chat)
        return web.json_response({"accepted": True}, status=202)

    async def _history(self, request: web.Request) -> web.StreamResponse:
        chat = self._chat(request)
        self._looking(request)
        before = number_of(request.query.get("before"))
        limit = min(number_of(request.query.get("limit")) or 30, HISTORY)
        today = self._now().astimezone(CHINA).date()
        try:
            async with asyncio.timeout(PATIENCE), self._database.reading() as session:
                rows = await messages.transcript(session, "web", chat, before=before, limit=limit + 1)
                more = len(rows) > limit
                rows = rows[-limit:]
                newest = await messages.transcript(session, "web", chat, limit=1)
                found = [await shown(session, row, newest[-1].id if newest else 0) for row in rows]
                speaker = await people.speaker_of(session, "web", chat, today, demo=self._demo)
        except Exception as error:
            log.error("history failed", error=type(error).__name__)
            raise problem(503, "系统正忙，请稍后再试") from error
        answer = {"messages": found, "more": more, "title": "容错助手", "channel": "web"}
        answer |= menu_of(menus.lasting(speaker.role))
        if self._demo:
            taken = seat_of(speaker)
            answer["seats"] = [{"id": seat.id, "label": seat.label, "current": seat.id == taken} for seat in seats()]
        return web.json_response(answer)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        chat = self._chat(request)
        self._looking(request)
        last = (request.query.get("after"), request.headers.get("Last-Event-ID"))
        return await self._streams.serve(request, chat, max(number_of(number) or 0 for number in last))

    async def _attachment(self, request: web.Request) -> web.StreamResponse:
        """A file that was given to this chat; a foreign one is as unknown as one that never was (R49).

        With ``?view`` a picture comes as one that every browser shows.
        """
        chat, token = self._chat(request), request.match_info["token"]
        self._looking(request)
        assert self._handouts is not None
        find = self._handouts.view if "view" in request.query else self._handouts.original
        try:
            async with asyncio.timeout(PATIENCE_WITH_PICTURES):
                file = await find("web", chat, token)
        except Exception as error:
            log.error("file failed", error=type(error).__name__)
            raise problem(503, "系统正忙，请稍后再试") from error
        if file is None:
            return web.json_response({"error": "没有这个文件，或者它已经过期"}, status=404)
        is_view = "view" in request.query and file.mime == VIEWED
        is_sheet = file.mime == SHEET
        way = "inline" if is_view or is_sheet or file.mime in PICTURES else "attachment"
        headers = {
            "Content-Type": f"{file.mime}; charset=utf-8" if is_sheet else file.mime,
            "Content-Disposition": f"{way}; filename*=UTF-8''{quote(file.name, safe='')}",
            "Cache-Control": "private, max-age=3600" if is_view else "private, no-cache",
            # A picture that is opened on its own may be SVG: nothing in it may run or reach out.
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        if is_sheet:  # a page of ours, shown in an origin of its own: no script, nothing loaded, this one style
            headers["Content-Security-Policy"] = SHEET_POLICY
            headers["Cross-Origin-Opener-Policy"] = "unsafe-none"  # browsers refuse a sandboxed page with another one
        return web.Response(body=file.content, headers=headers)
