"""Roles in the web chat over real HTTP: the lasting menu, demo seats, deep links, files, shared self-checks."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot import demo
from bot.app import App
from handlers import menus
from handlers.messages import Block, Part
from storage import attachments, messages, people, self_checks
from storage.database import Database
from tests.bot.web_client import Answer, Visitor, served, settings_for, tell, words_of
from tests.conftest import new_postgres_database

pytestmark = pytest.mark.asyncio(loop_scope="module")

Opened = tuple[App, str]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f0005000180"
    "ff5c9a2d0000000049454e44ae426082"
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><rect width="9" height="9"/></svg>'
CODE = "AbCdEfGh-_1234567890"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def playing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    """A program in demo mode."""
    url = f"sqlite:///{tmp_path_factory.mktemp('roles')}/demo.db"
    if request.param == "postgresql":
        url = await new_postgres_database(request.getfixturevalue("postgres"))
    app = App(settings_for(url, publish_shipped=False, demo=True))
    await app.prepare()
    async with served(app) as base:
        yield app, base


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def earnest(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    """A program as it serves the public: no demo mode."""
    app = App(settings_for(f"sqlite:///{tmp_path_factory.mktemp('roles')}/a.db", publish_shipped=False))
    await app.prepare()
    async with served(app) as base:
        yield app, base


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(playing: Opened) -> AsyncIterator[Visitor]:
    async with Visitor(playing[1]) as one:
        await one.get("/")
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def guest(earnest: Opened) -> AsyncIterator[Visitor]:
    async with Visitor(earnest[1]) as one:
        await one.get("/")
        yield one


async def put(app: App, chat: str, name: str, mime: str, content: bytes) -> str:
    """Keep a file for a chat; returns its token."""
    token = uuid.uuid4().hex[:20]
    async with app.database.transaction() as session:
        await attachments.put(session, token, "web", chat, name, mime, content, app.now())
    return token


class TestMenu:
    """The lasting menu beside the input field."""

    async def test_a_guest_has_the_guests_menu(self, guest: Visitor) -> None:
        page = await guest.history()
        assert (page["role"], page["menu"]) == ("访客", list(menus.lasting("guest").labels))

    async def test_a_message_that_changes_the_menu_tells_it_in_history_and_live(
        self, visitor: Visitor, playing: Opened
    ) -> None:
        async with visitor.stream() as stream:
            part = Part((Block("lead", "绑定好了"),), menu=menus.lasting("contact"))
            await tell(playing[0], visitor.chat, Part((Block("text", "前一段"),)), part)
            first, live = await stream.message(), await stream.message()
        assert "menu" not in first and "role" not in first
        assert (live["role"], live["menu"]) == ("企业联系人", list(menus.lasting("contact").labels))
        shown = (await visitor.history())["messages"]
        assert shown[-1] == live

    @pytest.mark.parametrize("seat", [seat for seat in demo.seats() if seat.role], ids=lambda seat: seat.id)
    async def test_the_menu_is_that_of_whoever_the_chat_belongs_to(self, visitor: Visitor, seat: demo.Seat) -> None:
        await visitor.sits(seat.id)
        page = await visitor.history()
        assert (page["role"], page["menu"]) == (menus.ROLE_NAMES[seat.role], list(menus.lasting(seat.role).labels))


class TestSeats:
    """Demo seats: for every role in demo mode, and not there at all without it."""

    async def test_a_seat_is_taken_and_greeted_and_shown_as_taken(self, visitor: Visitor) -> None:
        assert [seat["id"] for seat in (await visitor.history())["seats"] if seat["current"]] == ["guest"]
        greeting = await visitor.sits("officer")
        assert greeting["blocks"]
        page = await visitor.history()
        assert [seat["label"] for seat in page["seats"]] == [seat.label for seat in demo.seats()]
        assert [seat["id"] for seat in page["seats"] if seat["current"]] == ["officer"]
        assert [words_of(message) for message in page["messages"] if message["from"] == "me"] == ["开始"]
        await visitor.sits("guest")
        assert (await visitor.history())["role"] == "访客"

    async def test_two_visitors_may_sit_on_one_seat_and_do_not_see_each_other(
        self, visitor: Visitor, playing: Opened
    ) -> None:
        await visitor.sits("leader")
        async with Visitor(playing[1]) as other:
            await other.get("/")
            await other.sits("leader")
            assert len((await other.history())["messages"]) == 2

    @pytest.mark.parametrize(
        "headers",
        [
            {"X-Rongcuo": ""},
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "none"},
        ],
    )
    async def test_another_site_cannot_seat_a_visitor(self, visitor: Visitor, headers: dict[str, str]) -> None:
        answer = await visitor.post({"seat": "admin"}, headers=headers, path="/api/seat")
        assert (answer.status, answer.error) == (403, "请从聊天页面发送")
        page = await visitor.history()
        assert (page["role"], page["messages"]) == ("访客", [])

    @pytest.mark.parametrize("body", [{}, {"seat": None}, {"seat": "king"}, {"seat": ["admin"]}, {"seat": 1}, "[]"])
    async def test_what_is_no_seat_is_refused(self, visitor: Visitor, body: Any) -> None:
        answer = await visitor.post(body, path="/api/seat")
        assert answer.status == 400
        assert answer.error in ("没有这个演示座位", "消息格式不对，请刷新页面")
        assert (await visitor.history())["messages"] == []

    async def test_without_a_session_there_is_no_seat(self, playing: Opened) -> None:
        async with Visitor(playing[1]) as one:
            assert (await one.post({"seat": "admin"}, path="/api/seat")).status == 401

    async def test_without_demo_mode_there_is_no_route_no_seat_and_nobody(
        self, guest: Visitor, earnest: Opened
    ) -> None:
        answer = await guest.post({"seat": "admin"}, path="/api/seat")
        assert (answer.status, answer.error) == (404, "没有这个页面")
        assert (await guest.get("/api/seat")).status == 404
        page = await guest.history()
        assert "seats" not in page
        assert (page["role"], page["messages"]) == ("访客", [])
        async with earnest[0].database.reading() as session:
            assert await people.offices(session, demo=True) == []


class TestDeepLink:
    """A code that came with a link is never shown again."""

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("/start", "开始"),
            (" /START ", "开始"),
            (f"/start {CODE}", "扫码进入"),
            (f"/Start@rongcuo_bot  {CODE}\n", "扫码进入"),
            (f"/start\n{CODE}", "扫码进入"),
            (f"/start {CODE} 还有别的", "扫码进入"),
            ("/start （绑定码）", "扫码进入"),
            ("/started", "/started"),
        ],
    )
    async def test_start_is_told_as_what_was_done(self, guest: Visitor, earnest: Opened, text: str, said: str) -> None:
        app = earnest[0]
        async with app.database.transaction() as session:  # as it lies in the inbox before anybody acts on it
            key = f"{guest.chat}/{uuid.uuid4()}"
            await messages.take_in(session, "web", guest.chat, key, {"kind": "text", "text": text}, app.now())
            for row in await messages.transcript(session, "web", guest.chat):
                await messages.mark_done(session, row)
        raw = await guest.get("/api/history")
        assert [words_of(message) for message in raw.json["messages"]] == [said]
        assert CODE not in raw.text
        async with guest.stream(0) as stream:
            assert words_of(await stream.message()) == said

    async def test_a_code_that_is_acted_on_shows_nowhere(self, guest: Visitor) -> None:
        await guest.asks(f"/start {CODE}")
        assert CODE not in (await guest.get("/api/history")).text


class TestFiles:
    """Files of a reply: for the chat that they were made for."""

    async def test_a_message_names_its_files_with_our_own_address(self, visitor: Visitor, playing: Opened) -> None:
        token = await put(playing[0], visitor.chat, "绑定码.png", "image/png", PNG)
        async with visitor.stream() as stream:
            part = Part((Block("lead", "请扫码"),), files=((token, "绑定码.png", "image/png"),))
            await tell(playing[0], visitor.chat, part)
            live = await stream.message()
        assert live["files"] == [{"url": f"/api/files/{token}", "name": "绑定码.png", "mime": "image/png"}]
        assert (await visitor.history())["messages"] == [live]

    @pytest.mark.parametrize(
        ("name", "mime", "content", "way"),
        [
            ("码.png", "image/png", PNG, "inline"),
            ("码.svg", "image/svg+xml", SVG, "inline"),
            ("我的数据.json", "application/json", b"{}", "attachment"),
            ('a"; b\r\n.html', "text/html", b"<script>alert(1)</script>", "inline"),
        ],
    )
    async def test_a_file_comes_as_it_was_kept_and_nothing_in_it_can_run(
        self, visitor: Visitor, playing: Opened, name: str, mime: str, content: bytes, way: str
    ) -> None:
        token = await put(playing[0], visitor.chat, name, mime, content)
        async with visitor.http.get(f"{visitor.base}/api/files/{token}") as response:
            assert response.status == 200
            assert await response.read() == content
            headers = response.headers
        assert headers["Content-Type"].partition(";")[0] == mime
        assert re.fullmatch(rf"{way}; filename\*=UTF-8''[A-Za-z0-9%._-]+", headers["Content-Disposition"])
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"].startswith("private")
        assert {"sandbox", "default-src 'none'"} <= set(headers["Content-Security-Policy"].split("; "))
        assert "unsafe" not in headers["Content-Security-Policy"]

    async def test_a_foreign_file_is_as_unknown_as_one_that_never_was(self, visitor: Visitor, playing: Opened) -> None:
        async with Visitor(playing[1]) as other:
            await other.get("/")
            token = await put(playing[0], other.chat, "我的数据.json", "application/json", b"{}")
            assert (await other.get(f"/api/files/{token}")).status == 200
        answers = [await visitor.get(f"/api/files/{one}") for one in (token, "nothing", "%00", "..%2f..", "%E7%A0%81")]
        assert {(one.status, one.error) for one in answers} == {(404, "没有这个文件，或者它已经过期")}
        assert "no-store" in answers[0].headers["Cache-Control"]

    async def test_a_file_of_another_channel_with_the_same_chat_name_is_not_given(
        self, visitor: Visitor, playing: Opened
    ) -> None:
        async with playing[0].database.transaction() as session:
            token, now = uuid.uuid4().hex[:20], playing[0].now()
            await attachments.put(session, token, "telegram", visitor.chat, "a.json", "application/json", b"{}", now)
        assert (await visitor.get(f"/api/files/{token}")).status == 404

    async def test_without_a_session_no_file_is_given(self, visitor: Visitor, playing: Opened) -> None:
        token = await put(playing[0], visitor.chat, "码.png", "image/png", PNG)
        async with Visitor(playing[1]) as nobody:
            assert (await nobody.get(f"/api/files/{token}")).status == 401


class TestShare:
    """A self-check behind a link: to read, without a script, without a name, for a while."""

    @pytest_asyncio.fixture(loop_scope="module")
    async def token(self, playing: Opened) -> str:
        token = uuid.uuid4().hex + "_-"
        await shared_check(playing[0].database, token, playing[0].now())
        return token

    async def test_whoever_has_the_link_reads_the_result_without_a_session(self, playing: Opened, token: str) -> None:
        page = await self.opened(playing, token)
        assert page.status == 200
        assert "<h1>困难企业自检</h1>" in page.text
        assert '<p class="lead">条件1、2满足，条件3不清楚</p>' in page.text
        assert '<span class="status unmet"><span aria-hidden="true">✗</span> 不满足</span> 没有超期' in page.text
        assert page.text.count('class="status met"') == page.text.count('class="status unclear"') == 1
        assert "以执法机关认定为准" in page.text
        assert "自检日期：" in page.text and "链接有效至：" in page.text

    async def test_it_holds_no_script_and_nobody_is_named(self, playing: Opened, token: str) -> None:
        page = await self.opened(playing, token)
        assert re.findall(r"<script|\son\w+=|\sstyle=|javascript:|https?:", page.text) == []
        assert "&lt;b&gt;粗&lt;/b&gt;" in page.text
        for personal in ("王示例", "好味道", "92420704MA00DEM01Q", token):
            assert personal not in page.text

    async def test_no_cache_and_no_search_engine_keeps_it(self, playing: Opened, token: str) -> None:
        page = await self.opened(playing, token)
        assert page.headers["Cache-Control"] == "no-store"
        assert "noindex" in page.headers["X-Robots-Tag"]
        assert '<meta name="robots" content="noindex' in page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in page.headers

    @pytest.mark.parametrize(
        "made_up", ["nothing-of-ours", "x", "%00%00%00%00%00%00%00%00", "%E7%A0%81" * 8, "a" * 999]
    )
    async def test_a_made_up_link_says_that_it_no_longer_works(self, playing: Opened, made_up: str) -> None:
        page = await self.opened(playing, made_up)
        assert page.status == 404
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert page.headers["Cache-Control"] == "no-store"
        assert "<h1>这个链接已经失效</h1>" in page.text
        assert made_up not in page.text or made_up == "x"

    async def test_a_link_that_ran_out_or_was_taken_back_no_longer_works(self, playing: Opened, token: str) -> None:
        late = uuid.uuid4().hex
        app = playing[0]
        await shared_check(app.database, late, app.now() - dt.timedelta(days=31))
        assert (await self.opened(playing, late)).status == 404
        async with app.database.transaction() as session:
            check = await self_checks.shared(session, token, app.now())
            assert check and await self_checks.unshare(session, check.id)
        assert (await self.opened(playing, token)).status == 404

    async def opened(self, playing: Opened, token: str) -> Answer:
        async with Visitor(playing[1]) as anybody:
            return await anybody.get(f"/share/{token}")

    async def test_a_stopped_database_is_said_on_a_page(self, tmp_path: Path) -> None:
        app = App(settings_for(f"sqlite:///{tmp_path}/a.db", publish_shipped=False))
        async with served(app) as base, Visitor(base) as one:
            page = await one.get("/share/12345678")
            assert (page.status, "<h1>系统正忙</h1>" in page.text) == (503, True)


async def shared_check(database: Database, token: str, now: dt.datetime) -> None:
    """A self-check of the demo contact, shared for thirty days."""
    card = [
        ["lead", "条件1、2满足，条件3不清楚"],
        ["findings", "1. 满足：在本地登记\n2. 不满足：没有超期\n3. 不清楚：<b>粗</b>"],
        ["quote", "近年来创设，低风险"],
        ["citation", "《规则》 · 二(二)"],
        ["list", "一项\n又一项"],
        ["note", "改了登记地，结果会变"],
        ["end", "以执法机关认定为准"],
    ]
    async with database.transaction() as session:
        person = (await demo.seed(session, now))["contact"]
        bound = (await people.bindings_of(session, person))[0].enterprise
        result = json.loads(json.dumps({"title": "困难企业自检", "card": card}))
        check = await self_checks.keep(
            session, kind="hardship", enterprise=bound, person=person, now=now, facts={}, result=result
        )
        await self_checks.share(session, check, token, now + dt.timedelta(days=30))
