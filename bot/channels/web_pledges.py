"""Pledges on the web: the page on which anybody checks a paper (R34), and where a drawn signature is handed in."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from html import escape

import structlog
from aiohttp import web

from bot.channels.web_http import address_of
from bot.channels.web_share import sheet
from bot.channels.web_uploads import Uploads
from bot.limits import Limiter
from handlers.conversation import CHINA
from handlers.pledges.words import code_words, title_of
from knowledge.credit_code import division_name
from knowledge.pledges.drawing import DRAWING_NAME, check_drawing
from storage import pledges
from storage.database import Database
from storage.invitations import fold_code
from storage.pledges import CODE_LENGTH, Registered

log = structlog.get_logger()
PATIENCE = 12.0  # seconds that a person waits for the database
LONGEST = 60  # characters of what may have been meant as a code
_STYLE = '<link rel="stylesheet" href="/static/pledge.css">'
_FORM = """<form class="ask" action="/check" method="get">
  <label for="code">纸上印的核对码，十二位</label>
  <input id="code" name="code" value="{value}" maxlength="40" autocomplete="off" autocapitalize="characters" spellcheck="false" required>
  <button type="submit">核对</button>
</form>"""
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


class WebPledges:
    """The check page, for everybody, and the upload of a drawn signature, for the chat that ``sender`` lets through."""

    def __init__(self, database: Database, sender: Callable[[web.Request], str], uploads: Uploads | None) -> None:
        self._database = database
        self._sender = sender
        self._uploads = uploads
        self._per_address = Limiter(rate=0.5, burst=20)

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/check", self._ask)
        app.router.add_get("/p/{code}", self._check)
        if self._uploads:
            app.router.add_post("/api/signature", self._draw)

    async def _draw(self, request: web.Request) -> web.StreamResponse:
        """A drawn signature: taken in like any file of the chat, when it is one."""
        chat = self._sender(request)
        assert self._uploads is not None
        return web.json_response(await self._uploads.take(request, chat, DRAWING_NAME, check_drawing), status=201)

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        typed = request.query.get("code", "")
        return await self._answer(request, typed) if typed.strip() else _page(200, "核对承诺书", _FORM.format(value=""))

    async def _check(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, request.match_info["code"])

    async def _answer(self, request: web.Request, typed: str) -> web.StreamResponse:
        """What a code stands for: nobody's name, no enterprise, no case number."""
        if not self._per_address.allows(address_of(request)):
            busy = _page(429, "查得太快了", "<p>请等一分钟再查。</p>")
            busy.headers["Retry-After"] = "60"
            return busy
        code = fold_code(typed[:LONGEST], CODE_LENGTH)
        try:
            async with asyncio.timeout(PATIENCE), self._database.reading() as session:
                found = await pledges.by_code(session, code) if code else None
        except Exception as error:
            log.error("check failed", error=type(error).__name__)
            return _page(503, "系统正忙", "<p>请稍后再查。</p>")
        if found is None or code is None:
            form = _FORM.format(value=escape(typed[:LONGEST], quote=True))
            said = "<p>没有登记过这个核对码。</p>\n<p>请照纸上的字再打一遍，一共十二位。打对了还是查不到，纸就不是登记的。</p>"
            return _page(404, "查不到这份承诺书", f"{said}\n{form}")
        return _page(200, title_of(found.kind), _told(found, code))


def _page(status: int, title: str, inside: str) -> web.Response:
    text = sheet(title, f"{_STYLE}\n{inside}")
    return web.Response(status=status, text=text, content_type="text/html", headers=_HEADERS)


def _told(found: Registered, code: str) -> str:
    """The registered paper, to be compared with the one in hand; a sign and words say how it stands, not colour alone."""
    if found.version == found.newest:
        verdict, style, sign = "登记过，是最新的一版", "met", "✓"
        version = f"第{found.version}版，最新"
    else:
        verdict, style, sign = f"登记过，但已由第{found.newest}版代替", "unclear", "！"
        version = f"第{found.version}版，最新是第{found.newest}版"
    place = division_name(found.jurisdiction) or found.jurisdiction
    facts = (
        ("种类", title_of(found.kind), ""),
        ("签署日期", _day(found.signed), ""),
        ("受理机关", f"{place} {found.department}", ""),
        ("版本", version, ""),
        ("承诺", f"共{found.promises}条，已做到{found.kept}条", ""),
        ("核对码", code_words(code), "digits"),
        ("摘要前16位", found.digest[:16], "digits"),
    )
    rows = "\n".join(_row(*fact) for fact in facts)
    return f"""<article class="body">
<p class="verdict {style}"><span aria-hidden="true">{sign}</span> {escape(verdict)}</p>
<dl class="facts">
{rows}
</dl>
<p class="note">请和纸上印的比对。有一处不一样，纸就不是登记的这份。</p>
<p class="note">本页不显示姓名、企业和案件编号。</p>
</article>
{_FORM.format(value="")}"""


def _row(term: str, told: str, style: str) -> str:
    kind = f' class="{style}"' if style else ""
    return f"<div><dt>{escape(term)}</dt><dd{kind}>{escape(told)}</dd></div>"


def _day(at: dt.datetime) -> str:
    day = at.astimezone(CHINA)
    return f"{day.year}年{day.month}月{day.day}日"
