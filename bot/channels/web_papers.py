"""A paper that left for an outside channel as a link (R49): opened once, within a day, by whoever was given it."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Callable
from urllib.parse import quote

import structlog
from aiohttp import web

from bot.channels.web_http import address_of
from bot.channels.web_share import plain_page, sheet
from bot.handouts import Handouts
from bot.limits import Limiter

log = structlog.get_logger()
PATIENCE = 12.0  # seconds that a person waits for the file
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,24}")
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}
_ASK = """<p>这个链接只能打开一次，打开以后就失效。</p>
<form method="post"><button class="go" type="submit">下载文书</button></form>"""
_GONE = "链接已经用过，或者过了一天。请回到对话里，点“看文件”再要一个。"


class WebPapers:
    """The page behind a one-time link. A look takes nothing, so that a messenger's preview does not use it up."""

    def __init__(self, handouts: Handouts, now: Callable[[], dt.datetime]) -> None:
        self._handouts = handouts
        self._now = now
        self._per_address = Limiter(rate=0.5, burst=20)

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/d/{token}", self._ask)
        app.router.add_post("/d/{token}", self._give)

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        return _page(200, sheet("下载文书", _ASK))

    async def _give(self, request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        if not self._per_address.allows(address_of(request)):
            busy = _page(429, plain_page("点得太快了", "请等一分钟再下载。"))
            busy.headers["Retry-After"] = "60"
            return busy
        try:
            async with asyncio.timeout(PATIENCE):
                file = await self._handouts.once(token, self._now()) if _TOKEN.fullmatch(token) else None
        except Exception as error:
            log.error("paper failed", error=type(error).__name__)
            return _page(503, plain_page("系统正忙", "请稍后再下载。"))
        if file is None:
            return _page(404, plain_page("链接已经失效", _GONE))
        headers = {
            "Content-Type": file.mime,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        }
        return web.Response(body=file.content, headers=_HEADERS | headers)


def _page(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html", headers=_HEADERS)
