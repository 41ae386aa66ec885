"""The web chat: the page, the person's messages in, the transcript out as history and as live events."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import re
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from bot.intake import Intake
from bot.limits import Limiter
from bot.metrics import Metrics
from handlers.conversation import CHINA
from handlers.messages import Incoming, Part
from storage import chats, messages
from storage.database import Database

log = structlog.get_logger()
PAGES = Path(__file__).parent.parent / "web"
COOKIE = "rongcuo"
MAX_BODY = 64 * 1024
MAX_TEXT = 20_000
HISTORY = 50
STREAMS = 4  # event streams a chat may hold open in one process: a browser has six connections for all its tabs
UNSETTLED = 200
SETTLES = dt.timedelta(seconds=5)  # by then whatever was given a lower number is committed, too
PATIENCE = 12.0  # seconds that a person waits before hearing that the database does not answer
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
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True, eq=False)
class Listener:
    """One open event stream: ``wake`` tells it to look, ``parted`` that a newer tab took its place."""

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    parted: bool = False


class Hub:
    """Wakes the open event streams of a chat in this process; other processes' messages are found by looking."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Listener]] = defaultdict(list)

    def told(self, channel: str, chat: str) -> None:
        """Something new lies in the transcript of a chat."""
        if channel == "web":
            for listener in self._listeners.get(chat, ()):
                listener.wake.set()

    def told_all(self) -> None:
        """Something every stream must know, such as the end."""
        for chat in self._listeners:
            self.told("web", chat)

    def listen(self, chat: str) -> Listener:
        """A new stream of a chat; beyond ``STREAMS`` the oldest one parts."""
        mine = Listener()
        self._listeners[chat].append(mine)
        staying = [listener for listener in self._listeners[chat] if not listener.parted]
        for listener in staying[:-STREAMS]:
            listener.parted = True
            listener.wake.set()
        return mine

    def leave(self, chat: str, listener: Listener) -> None:
        self._listeners[chat].remove(listener)
        if not self._listeners[chat]:
            del self._listeners[chat]


class WebChannel:
    """Routes of the web chat on an aiohttp application. A session is a random cookie; its digest is the chat's name."""

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
    ) -> None:
        self._database = database
        self._intake = intake
        self._hub = hub
        self._metrics = metrics
        self._now = now
        self._secure = secure
        # With __Host- no neighbouring site of the same domain can plant a session.
        self._cookie = f"__Host-{COOKIE}" if secure else COOKIE
        self._stopping = asyncio.Event()
        self._per_chat = Limiter(rate=0.7, burst=20)
        self._per_address = Limiter(rate=10, burst=200)
        self._static = {
            file.name: (file.read_bytes(), _TYPES[file.suffix])
            for file in sorted(PAGES.iterdir())
            if file.suffix in _TYPES
        }

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/", self._page)
        app.router.add_get("/static/{name}", self._asset)
        app.router.add_get("/api/history", self._history)
        app.router.add_get("/api/events", self._events, allow_head=False)
        app.router.add_post("/api/messages", self._take)
        app.middlewares.append(_in_plain_words)
        app.on_response_prepare.append(_add_headers)

    def stop(self) -> None:
        """End the event streams, so that the server can shut down."""
        self._stopping.set()
        self._hub.told_all()

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

    def _token(self, request: web.Request) -> str | None:
        token = request.cookies.get(self._cookie, "")
        return token if _TOKEN.fullmatch(token) else None

    def _chat(self, request: web.Request) -> str | None:
        """The chat of the session cookie: a digest, so that the records hold nothing that opens a session."""
        token = self._token(request)
        return hashlib.sha256(token.encode()).hexdigest()[:40] if token else None

    def _session(self, request: web.Request) -> str:
        chat = self._chat(request)
        if chat is None:
            raise _problem(401, "会话已失效，请刷新页面")
        return chat

    async def _take(self, request: web.Request) -> web.StreamResponse:
        chat = self._session(request)
        if request.headers.get("X-Rongcuo") != "1" or not _is_own_page(request):
            raise _problem(403, "请从聊天页面发送")
        if not self._per_chat.allows(chat) or not self._per_address.allows(_address(request)):
            raise _problem(429, "发得太快了，请稍等几秒再发")
        data = await _body(request)
        key = data.get("id")
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise _problem(400, "消息缺少编号，请刷新页面")
        text, choice = data.get("text"), data.get("choice")
        if isinstance(choice, str) and _CHOICE.fullmatch(choice) and text is None:
            incoming = Incoming("web", chat, f"{chat}/{key}", self._now(), "press", choice=choice)
        elif isinstance(text, str) and choice is None:
            if len(text) > MAX_TEXT:
                raise _problem(413, f"这段话有{len(text)}字，太长了，请用两千字以内说")
            incoming = Incoming("web", chat, f"{chat}/{key}", self._now(), "text", text)
        else:
            raise _problem(400, "消息应有文字或者选项")
        try:
            async with asyncio.timeout(PATIENCE):
                await self._intake.take(incoming)
        except Exception as error:
            log.error("intake failed", error=type(error).__name__)
            raise _problem(503, "系统正忙，消息没有收到，请稍后重发") from error
        self._hub.told("web", chat)
        return web.json_response({"accepted": True}, status=202)

    async def _history(self, request: web.Request) -> web.StreamResponse:
        chat = self._session(request)
        before = _number(request.query.get("before"))
        limit = min(_number(request.query.get("limit")) or 30, HISTORY)
        try:
            async with asyncio.timeout(PATIENCE), self._database.reading() as session:
                rows = await messages.transcript(session, "web", chat, before=before, limit=limit + 1)
                more = len(rows) > limit
                rows = rows[-limit:]
                newest = await messages.transcript(session, "web", chat, limit=1)
                shown = [await _shown(session, row, newest[-1].id if newest else 0) for row in rows]
        except Exception as error:
            log.error("history failed", error=type(error).__name__)
            raise _problem(503, "系统正忙，请稍后再试") from error
        return web.json_response({"messages": shown, "more": more, "title": "容错助手", "channel": "web"})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        chat = self._session(request)
        after = max(_number(request.query.get("after")) or 0, _number(request.headers.get("Last-Event-ID")) or 0)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        await response.prepare(request)
        listener = self._hub.listen(chat)
        self._metrics.streams.inc()
        try:
            await response.write(b": ok\n\n")
            await self._stream(request, response, chat, after, listener)
        except ConnectionResetError:
            log.debug("stream left")
        except Exception as error:
            # The head is sent: the stream just ends, and the page asks for the history, which says what is wrong.
            log.error("stream failed", error=type(error).__name__)
        finally:
            self._metrics.streams.dec()
            self._hub.leave(chat, listener)
        return response

    async def _stream(
        self, request: web.Request, response: web.StreamResponse, chat: str, after: int, listener: Listener
    ) -> None:
        """Write what comes after a message, once each, until the page leaves or the program stops.

        On PostgreSQL a row may be committed after one with a higher number: rows stay under watch until they settle.
        """
        sent: set[int] = set()
        typing = False
        quiet = 0
        while not self._stopping.is_set() and request.transport is not None:
            listener.wake.clear()
            async with asyncio.timeout(PATIENCE), self._database.reading() as session:
                rows = await messages.transcript(session, "web", chat, after=after, limit=UNSETTLED)
                fresh = [row for row in rows if row.id not in sent]
                shown = [await _shown(session, row, rows[-1].id) for row in fresh]
            for row, message in zip(fresh, shown, strict=True):
                await response.write(_event("message", message, row.id))
                sent.add(row.id)
            waiting = any(_is_waiting(row) for row in rows)
            if waiting != typing:
                typing = waiting
                await response.write(_event("typing", {"on": typing}))
            settled = self._now() - SETTLES
            for row in rows:
                if row.at > settled or _is_waiting(row):
                    break
                after = row.id
                sent.discard(row.id)
            if listener.parted:
                await response.write(_event("parted", {}))
                return
            if fresh:
                quiet = 0
                continue
            try:
                await asyncio.wait_for(listener.wake.wait(), 1.0)
            except TimeoutError:
                quiet += 1
                if quiet % 15 == 0:
                    await response.write(b": alive\n\n")


def _event(name: str, data: dict[str, Any], number: int | None = None) -> bytes:
    identity = f"id: {number}\n" if number is not None else ""
    return f"event: {name}\n{identity}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _is_waiting(row: messages.Stored) -> bool:
    return row.direction == "in" and row.state == "waiting"


async def _shown(session: Any, row: messages.Stored, newest: int) -> dict[str, Any]:
    """A row of the transcript as the page shows it."""
    base: dict[str, Any] = {
        "seq": row.id,
        "time": row.at.astimezone(CHINA).isoformat(timespec="seconds"),
        "client_id": None,
        "choices": [],
    }
    if row.direction == "in":
        text = row.payload.get("text", "")
        if row.payload["kind"] == "press":
            button = await chats.pressed(session, row.channel, row.chat, row.payload.get("choice", ""))
            text = button.label if button else "（按钮）"
        return base | {
            "from": "me",
            "client_id": row.key.partition("/")[2],
            "blocks": [{"kind": "text", "text": text}],
            "current": False,
        }
    part = Part.from_json(row.payload)
    return base | {
        "from": "bot",
        "blocks": [{"kind": block.kind, "text": block.text} for block in part.blocks],
        "choices": [{"id": token, "label": label} for token, label in part.buttons],
        "current": row.id == newest,
    }


def _is_own_page(request: web.Request) -> bool:
    """Whether a browser says that our own page sends this; behind a proxy that changes the host, too."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.host


def _address(request: web.Request) -> str:
    """Who asks. A proxy on this machine is believed about the last address that it names, nobody else is."""
    remote = request.remote or ""
    if remote in ("127.0.0.1", "::1"):
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or remote
    return remote


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _problem(status: int, text: str) -> web.HTTPException:
    error: web.HTTPException = {
        400: web.HTTPBadRequest,
        401: web.HTTPUnauthorized,
        403: web.HTTPForbidden,
        408: web.HTTPRequestTimeout,
        429: web.HTTPTooManyRequests,
        503: web.HTTPServiceUnavailable,
    }.get(status, web.HTTPBadRequest)(
        text=json.dumps({"error": text}, ensure_ascii=False), content_type="application/json"
    )
    if status == 413:
        error.set_status(413)
    if status == 429:
        error.headers["Retry-After"] = "3"
    return error


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise _problem(400, "消息格式不对，请刷新页面")
    raw = b""
    try:
        async with asyncio.timeout(PATIENCE):
            while len(raw) <= MAX_BODY and (piece := await request.content.read(MAX_BODY)):
                raw += piece
    except TimeoutError as error:
        raise _problem(408, "消息没有传完，请重发") from error
    if len(raw) > MAX_BODY:
        raise _problem(413, "这段话太长了，请用两千字以内说")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise _problem(400, "消息格式不对，请刷新页面")
    return data


@web.middleware
async def _in_plain_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The library's own English refusals, in Chinese."""
    try:
        return await handler(request)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
        said = "没有这个页面" if error.status == 404 else "这个地址不能这样用"
        if request.path.startswith("/api/"):
            error.text = json.dumps({"error": said}, ensure_ascii=False)
            error.content_type = "application/json"
        else:
            error.text = said
        raise


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/api/"):
        response.headers["Cache-Control"] = "no-store"
    response.headers["Server"] = "rongcuo"
