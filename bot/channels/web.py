"""The web chat: the page, the person's messages in, the transcript out as history and as live events."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable
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


class Hub:
    """Wakes the open event streams of a chat in this process; other processes' messages are found by looking."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)

    def told(self, channel: str, chat: str) -> None:
        """Something new lies in the transcript of a chat."""
        if channel == "web":
            for event in self._waiting.get(chat, ()):
                event.set()

    def listen(self, chat: str) -> asyncio.Event:
        event = asyncio.Event()
        self._waiting[chat].add(event)
        return event

    def leave(self, chat: str, event: asyncio.Event) -> None:
        self._waiting[chat].discard(event)
        if not self._waiting[chat]:
            del self._waiting[chat]


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
        app.router.add_get("/api/events", self._events)
        app.router.add_post("/api/messages", self._take)
        app.on_response_prepare.append(_add_headers)

    def stop(self) -> None:
        """End the event streams, so that the server can shut down."""
        self._stopping.set()

    async def _page(self, request: web.Request) -> web.StreamResponse:
        response = self._file(request, "index.html")
        if self._chat(request) is None:
            response.set_cookie(
                COOKIE,
                secrets.token_urlsafe(32),
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
            return web.Response(status=304)
        charset = "utf-8" if kind.startswith("text") else None
        response = web.Response(body=body, content_type=kind, charset=charset, headers={"Cache-Control": "no-cache"})
        response.etag = etag
        return response

    def _chat(self, request: web.Request) -> str | None:
        """The chat of the session cookie: a digest, so that the records hold nothing that opens a session."""
        token = request.cookies.get(COOKIE, "")
        if not 30 <= len(token) <= 80 or not token.isascii():
            return None
        return hashlib.sha256(token.encode()).hexdigest()[:40]

    def _session(self, request: web.Request) -> str:
        chat = self._chat(request)
        if chat is None:
            raise _problem(401, "会话已失效，请刷新页面")
        return chat

    async def _take(self, request: web.Request) -> web.StreamResponse:
        chat = self._session(request)
        origin = request.headers.get("Origin")
        if request.headers.get("X-Rongcuo") != "1" or (origin and origin.partition("://")[2] != request.host):
            raise _problem(403, "请从聊天页面发送")
        if not self._per_address.allows(request.remote or "") or not self._per_chat.allows(chat):
            raise _problem(429, "发得太快了，请稍等几秒再发")
        data = await _body(request)
        key = data.get("id")
        if not isinstance(key, str) or not 8 <= len(key) <= 64 or not key.isascii():
            raise _problem(400, "消息缺少编号，请刷新页面")
        text, choice = data.get("text"), data.get("choice")
        if isinstance(choice, str) and text is None:
            incoming = Incoming("web", chat, f"{chat}/{key}", self._now(), "press", choice=choice[:64])
        elif isinstance(text, str) and choice is None:
            if len(text) > MAX_TEXT:
                raise _problem(413, f"这段话有{len(text)}字，太长了，请用两千字以内说")
            incoming = Incoming("web", chat, f"{chat}/{key}", self._now(), "text", text)
        else:
            raise _problem(400, "消息应有文字或者选项")
        try:
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
        async with self._database.reading() as session:
            rows = await messages.transcript(session, "web", chat, before=before, limit=limit + 1)
            more = len(rows) > limit
            rows = rows[-limit:]
            newest = await messages.transcript(session, "web", chat, limit=1)
            shown = [await _shown(session, row, newest[-1].id if newest else 0) for row in rows]
        return web.json_response(
            {"messages": shown, "more": more, "title": "容错助手", "channel": "web"},
            headers={"Cache-Control": "no-store"},
        )

    async def _events(self, request: web.Request) -> web.StreamResponse:
        chat = self._session(request)
        after = _number(request.query.get("after")) or _number(request.headers.get("Last-Event-ID")) or 0
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        await response.write(b": ok\n\n")
        event = self._hub.listen(chat)
        self._metrics.streams.inc()
        try:
            await self._stream(response, chat, after, event)
        except (ConnectionResetError, asyncio.CancelledError):
            pass
        finally:
            self._metrics.streams.dec()
            self._hub.leave(chat, event)
        return response

    async def _stream(self, response: web.StreamResponse, chat: str, after: int, event: asyncio.Event) -> None:
        idle = 0.0
        while not self._stopping.is_set():
            event.clear()
            async with self._database.reading() as session:
                rows = await messages.transcript(session, "web", chat, after=after, limit=HISTORY)
                newest = rows[-1].id if rows else 0
                shown = [await _shown(session, row, newest) for row in rows]
            for row, message in zip(rows, shown, strict=True):
                await response.write(
                    f"event: message\nid: {row.id}\ndata: {json.dumps(message, ensure_ascii=False)}\n\n".encode()
                )
                after = row.id
            if rows and rows[-1].direction == "in" and rows[-1].state == "waiting":
                await response.write(b"event: typing\ndata: {}\n\n")
            if rows:
                idle = 0.0
                continue
            try:
                await asyncio.wait_for(event.wait(), 1.0)
            except TimeoutError:
                idle += 1.0
                if idle >= 15:
                    await response.write(b": alive\n\n")
                    idle = 0.0


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


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _problem(status: int, text: str) -> web.HTTPException:
    error: web.HTTPException = {
        400: web.HTTPBadRequest,
        401: web.HTTPUnauthorized,
        403: web.HTTPForbidden,
        429: web.HTTPTooManyRequests,
        503: web.HTTPServiceUnavailable,
    }.get(status, web.HTTPBadRequest)(
        text=json.dumps({"error": text}, ensure_ascii=False), content_type="application/json"
    )
    if status == 413:
        error.set_status(413)
    return error


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise _problem(400, "消息格式不对，请刷新页面")
    raw = await request.content.read(MAX_BODY + 1)
    while len(raw) <= MAX_BODY and not request.content.at_eof():
        raw += await request.content.read(MAX_BODY + 1)
    if len(raw) > MAX_BODY:
        raise _problem(413, "这段话太长了，请用两千字以内说")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise _problem(400, "消息格式不对，请刷新页面")
    return data


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "rongcuo"
