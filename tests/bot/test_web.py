"""The web chat as a browser, a proxy and a bad guest meet it: over real HTTP, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.app import App
from bot.channels import web as web_channel
from handlers import words
from handlers.conversation import Knowledge
from storage import messages, questions
from storage.database import Database
from tests.bot.web_client import PATIENCE, Visitor, lead_of, served, settings_for, token_of, until, words_of
from tests.conftest import new_postgres_database
from tests.people import forget_buttons

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "灭火器过期了两个，当场就换了，会罚吗"
CHINESE = re.compile(r"[\u4e00-\u9fff]{4}")
Opened = tuple[App, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    app = App(settings_for(f"sqlite:///{tmp_path_factory.mktemp('web')}/web.db"))
    await app.prepare()
    async with served(app) as base:
        yield app, base


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def on_postgres(postgres: str) -> AsyncIterator[Opened]:
    app = App(settings_for(await new_postgres_database(postgres)))
    await app.prepare()
    async with served(app) as base:
        yield app, base


@pytest.fixture(params=["on_sqlite", "on_postgres"])
def on_both(request: pytest.FixtureRequest) -> Opened:
    opened: Opened = request.getfixturevalue(request.param)
    return opened


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(on_sqlite: Opened) -> AsyncIterator[Visitor]:
    async with guest(on_sqlite) as one:
        yield one


@asynccontextmanager
async def guest(opened: Opened, **more: str) -> AsyncIterator[Visitor]:
    """A new visitor who has opened the page."""
    async with Visitor(opened[1], **more) as one:
        assert (await one.get("/")).status == 200
        yield one


@asynccontextmanager
async def own_app(url: str, knowledge: Knowledge | None, **more: Any) -> AsyncIterator[Opened]:
    """A program of one's own, to be broken; it has the shipped knowledge without publishing it."""
    app = App(settings_for(url, publish_shipped=False, **more))
    if knowledge is not None:
        await app.database.upgrade()
        app.publisher._knowledge, app.publisher._mark = knowledge, 0
    async with served(app) as base:
        yield app, base


class TestPage:
    """The page, its files, and the headers that guard them."""

    async def test_the_page_opens_a_session_in_a_cookie_that_no_script_can_read(self, on_sqlite: Opened) -> None:
        async with Visitor(on_sqlite[1]) as one:
            page = await one.get("/")
            assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
            flags = {part.strip().lower() for part in page.headers["Set-Cookie"].split(";")[1:]}
            assert flags == {"httponly", "samesite=lax", "path=/", "max-age=15552000"}
            assert re.fullmatch(r"[A-Za-z0-9_-]{43}", one.cookie)

    async def test_behind_https_the_cookie_travels_only_encrypted_and_no_neighbour_can_plant_it(
        self, tmp_path: Path
    ) -> None:
        url = f"sqlite:///{tmp_path}/a.db"
        async with own_app(url, None, public_url="https://rongcuo.example") as (_, base), Visitor(base) as one:
            cookie = (await one.get("/")).headers["Set-Cookie"]
            assert cookie.startswith("__Host-rongcuo=")
            assert "; Secure" in cookie and "; Path=/" in cookie and "Domain" not in cookie

    async def test_opening_the_page_again_keeps_the_session_and_makes_it_last_on(self, visitor: Visitor) -> None:
        before = visitor.cookie
        again = await visitor.get("/")
        assert visitor.cookie == before
        assert "Max-Age=15552000" in again.headers["Set-Cookie"]

    async def test_no_shared_cache_may_keep_the_page_with_somebodys_session(self, visitor: Visitor) -> None:
        page = await visitor.get("/")
        assert "private" in page.headers["Cache-Control"]
        unchanged = await visitor.get("/", If_None_Match=page.headers["ETag"])
        assert unchanged.status == 304
        assert "private" in unchanged.headers["Cache-Control"]

    @pytest.mark.parametrize("made_up", ["x" * 43 + "!", "x" * 42, "x" * 44, "a b" * 15, "1", "中" * 43])
    async def test_a_made_up_session_of_the_wrong_shape_is_not_taken_over(
        self, on_sqlite: Opened, made_up: str
    ) -> None:
        async with Visitor(on_sqlite[1]) as one:
            header = {"Cookie": f"rongcuo={made_up}"}
            assert (await one.get("/api/history", **header)).status == 401
            assert (await one.post({"id": "12345678", "text": "你好"}, headers=header)).status == 401
            page = await one.get("/", **header)
            assert not page.headers["Set-Cookie"].startswith(f"rongcuo={made_up}")

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/", 200),
            ("/static/app.js", 200),
            ("/static/nothing.js", 404),
            ("/nothing", 404),
            ("/api/nothing", 404),
            ("/api/history", 401),
            ("/api/events", 401),
            ("/api/messages", 405),
            ("/api/files/nothing", 401),
            ("/api/seat", 404),
            ("/share/nothing-of-ours", 404),
            ("/healthz", 200),
            ("/metrics", 200),
        ],
    )
    async def test_every_answer_carries_the_guarding_headers(self, on_sqlite: Opened, path: str, status: int) -> None:
        async with Visitor(on_sqlite[1]) as one:
            answer = await one.get(path)
            assert answer.status == status
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy and "*" not in policy and "http" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "Python" not in answer.headers["Server"]
            if status >= 400:
                assert CHINESE.search(answer.text), answer.text
            if path.startswith("/api/"):
                assert answer.headers["Cache-Control"] == "no-store"
                assert CHINESE.search(answer.error)

    async def test_the_page_has_no_inline_script_or_style_and_names_no_other_host(self, visitor: Visitor) -> None:
        page = (await visitor.get("/")).text
        assert re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", page) == []
        links = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert len(links) >= 5
        assert [link for link in links if not link.startswith(("/static/", "#"))] == []
        for link in {link for link in links if link.startswith("/")}:
            assert (await visitor.get(link)).status == 200
        for name in ("app.js", "style.css"):
            text = (await visitor.get(f"/static/{name}")).text
            assert re.findall(r"https?://|innerHTML\s*=|insertAdjacentHTML|document\.write", text) == []

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("app.js", "text/javascript; charset=utf-8"),
            ("style.css", "text/css; charset=utf-8"),
            ("icon.svg", "image/svg+xml"),
            ("manifest.webmanifest", "application/manifest+json"),
        ],
    )
    async def test_a_file_is_sent_once_and_then_only_when_it_changed(
        self, visitor: Visitor, name: str, kind: str
    ) -> None:
        first = await visitor.get(f"/static/{name}")
        assert (first.status, first.headers["Content-Type"]) == (200, kind)
        again = await visitor.get(f"/static/{name}", If_None_Match=f'"other", {first.headers["ETag"]}')
        assert (again.status, again.text, again.headers["ETag"]) == (304, "", first.headers["ETag"])
        assert again.headers["Cache-Control"] == "no-cache"
        assert (await visitor.get(f"/static/{name}", If_None_Match='"other"')).status == 200
        head = await visitor.get(f"/static/{name}", method="HEAD")
        assert (head.status, head.text) == (200, "")

    @pytest.mark.parametrize(
        "path",
        [
            "/static/../app.py",
            "/static/..%2fapp.py",
            "/static/%2e%2e/app.py",
            "/static/%2e%2e%2fapp.py",
            "/static/..\\app.py",
            "/static/....//app.py",
            "/static//etc/passwd",
            "//etc/passwd",
            "/static/index.html",
            "/static/",
            "/static",
            "/static/app.js%00.css",
            "/static/app.js/",
        ],
    )
    async def test_nothing_but_the_pages_files_can_be_fetched(self, on_sqlite: Opened, path: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", on_sqlite[0].port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = (await reader.read()).decode()
        writer.close()
        assert answer.startswith("HTTP/1.1 404 ")
        assert "import" not in answer and "root:" not in answer


class TestHealth:
    """What the operator's tools ask."""

    @pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
    async def test_it_is_ready_only_with_an_index_and_the_newest_schema(
        self, request: pytest.FixtureRequest, tmp_path: Path, shipped: Knowledge, kind: str
    ) -> None:
        url = f"sqlite:///{tmp_path}/a.db"
        if kind == "postgresql":
            url = await new_postgres_database(request.getfixturevalue("postgres"))
        async with own_app(url, None) as (app, base), Visitor(base) as one:
            assert (await one.get("/healthz")).text == "ok"
            assert (await one.get("/readyz")).status == 503
            await app.database.upgrade()
            assert (await one.get("/readyz")).status == 503
            app.publisher._knowledge = shipped
            assert (await one.get("/readyz")).status == 200
            await app.database.upgrade("base")
            assert (await one.get("/readyz")).status == 503
            assert (await one.get("/healthz")).status == 200

    async def test_the_numbers_hold_nothing_of_anybody(self, on_both: Opened) -> None:
        async with guest(on_both) as one:
            await one.asks("我是鄂城张三，手机13812345678，灭火器过期会罚吗")
            shown = await one.get("/metrics")
            assert shown.status == 200
            for personal in ("13812345678", "张三", "灭火器", one.chat, one.cookie, one.address):
                assert personal not in shown.text
            assert re.search(r'^rongcuo_messages_in_total\{channel="web"\} [1-9]', shown.text, re.MULTILINE)
            assert re.search(r"^rongcuo_entries [1-9]\d\d", shown.text, re.MULTILINE)


class TestSending:
    """A message in: taken once, or refused in words."""

    async def test_a_question_is_answered_with_words_source_and_buttons(self, on_both: Opened) -> None:
        async with guest(on_both) as one:
            answer = await one.asks(QUESTION)
            assert [block["kind"] for block in answer["blocks"]] == ["lead", "quote", "citation", "note", "end"]
            assert lead_of(answer).startswith("列入不予处罚事项清单：")
            assert "《示范县消防救援大队不予处罚事项清单》" in words_of(answer)
            assert [choice["label"] for choice in answer["choices"]][:2] == ["查看依据", "相关事项"]
            assert answer["current"] is True

    async def test_posted_five_times_it_is_answered_exactly_once(self, on_both: Opened) -> None:
        async with guest(on_both) as one, one.stream() as stream:
            body = {"id": str(uuid.uuid4()), "text": QUESTION}
            sent = await asyncio.gather(*(one.post(body) for _ in range(4)))
            await stream.answer()
            sent.append(await one.post(body))
            assert [answer.status for answer in sent] == [202] * 5
            # What comes after it shows that nothing more came of the repetitions.
            await one.asks("谢谢")
            shown = (await one.history())["messages"]
            assert [message["from"] for message in shown] == ["me", "bot", "me", "bot"]
            assert shown[0]["client_id"] == body["id"]

    async def test_the_same_number_from_two_people_is_two_messages(self, on_sqlite: Opened) -> None:
        body = {"id": "the-same-number", "text": "你好"}
        for _ in range(2):
            async with guest(on_sqlite) as one, one.stream() as stream:
                assert (await one.post(body)).status == 202
                assert lead_of(await stream.answer()) == words.GREETING

    async def test_what_waited_on_the_device_says_so_and_what_it_says_is_bounded(self, on_sqlite: Opened) -> None:
        hour = 3_600_000
        for waited, is_told in ((hour, True), (5, False), (-hour, False), (400 * 24 * hour, False), ("x", False)):
            async with guest(on_sqlite) as one, one.stream() as stream:
                assert (await one.post({"id": str(uuid.uuid4()), "text": "你好", "waited": waited})).status == 202
                await stream.answer()
                chat = hashlib.sha256(one.cookie.encode()).hexdigest()[:40]
                async with on_sqlite[0].database.reading() as session:
                    (row, *_) = await messages.transcript(session, "web", chat)
                assert ("written" in row.payload) == is_told
                if is_told:
                    assert row.at - dt.datetime.fromisoformat(row.payload["written"]) == dt.timedelta(hours=1)

    async def test_without_a_session_nothing_is_taken_or_shown(self, on_sqlite: Opened) -> None:
        async with Visitor(on_sqlite[1]) as one:
            answer = await one.post({"id": "12345678", "text": "你好"})
            assert (answer.status, answer.error) == (401, "会话已失效，请刷新页面")
            assert (await one.get("/api/history")).status == 401
            assert (await one.get("/api/events")).status == 401

    @pytest.mark.parametrize(
        "headers",
        [
            {"X-Rongcuo": ""},
            {"X-Rongcuo": "0"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://127.0.0.1"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
        ],
    )
    async def test_another_site_cannot_speak_for_a_visitor(self, visitor: Visitor, headers: dict[str, str]) -> None:
        answer = await visitor.post({"id": "12345678", "text": "你好"}, headers=headers)
        assert (answer.status, answer.error) == (403, "请从聊天页面发送")
        assert (await visitor.history())["messages"] == []

    async def test_the_own_page_is_known_even_behind_a_proxy_that_changes_the_host(self, visitor: Visitor) -> None:
        body = {"id": "12345678", "text": "你好"}
        own = {"Origin": visitor.base}
        assert (await visitor.post(body, headers=own)).status == 202
        proxied = {"Origin": "https://rongcuo.example", "Sec-Fetch-Site": "same-origin"}
        assert (await visitor.post(body, headers=proxied)).status == 202

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ("", 400),
            ("not json", 400),
            ("null", 400),
            ("[]", 400),
            ('"text"', 400),
            ('[{"id": "12345678", "text": "a"}]', 400),
            (b"\xff\xfe\xff", 400),
            ("[" * 60_000, 400),
            ('{"a":' * 10_000, 400),
            ("1" * 60_000, 400),
            ({"text": "没有编号"}, 400),
            ({"id": None, "text": "a"}, 400),
            ({"id": 12345678, "text": "a"}, 400),
            ({"id": "short", "text": "a"}, 400),
            ({"id": "x" * 65, "text": "a"}, 400),
            ({"id": "nul\0nul\0nul", "text": "a"}, 400),
            ({"id": "../../../../x", "text": "a"}, 400),
            ({"id": "一二三四五六七八九", "text": "a"}, 400),
            ({"id": "12345678"}, 400),
            ({"id": "12345678", "text": "a", "choice": "b"}, 400),
            ({"id": "12345678", "text": ["a"]}, 400),
            ({"id": "12345678", "text": 1}, 400),
            ({"id": "12345678", "choice": ""}, 400),
            ({"id": "12345678", "choice": {"do": "menu"}}, 400),
            ({"id": "12345678", "choice": "\ud800" * 8}, 400),
            ({"id": "12345678", "choice": "x" * 65}, 400),
            ({"id": "12345678", "text": "a" * 20_001}, 413),
            ({"id": "12345678", "text": "a" * 100_000}, 413),
        ],
        ids=lambda value: str(value)[:30],
    )
    async def test_what_is_no_message_is_refused_in_chinese_and_leaves_nothing(
        self, visitor: Visitor, body: Any, status: int
    ) -> None:
        answer = await visitor.post(body)
        assert answer.status == status
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
        assert CHINESE.search(answer.error)
        assert (await visitor.history())["messages"] == []

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
    async def test_a_form_of_another_site_is_not_read(self, visitor: Visitor, kind: str) -> None:
        answer = await visitor.post('{"id": "12345678", "text": "a"}', headers={"Content-Type": kind})
        assert answer.status == 400
        assert CHINESE.search(answer.error)

    async def test_a_body_that_never_ends_is_given_up(
        self, visitor: Visitor, on_sqlite: Opened, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(web_channel, "PATIENCE", 0.05)
        reader, writer = await asyncio.open_connection("127.0.0.1", on_sqlite[0].port)
        writer.write(
            f"POST /api/messages HTTP/1.1\r\nHost: x\r\nCookie: rongcuo={visitor.cookie}\r\nX-Rongcuo: 1\r\n"
            'Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{"id": '.encode()
        )
        async with asyncio.timeout(PATIENCE):
            assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
        writer.close()

    async def test_who_sends_too_fast_is_told_to_wait_and_others_are_not_held_up(self, on_sqlite: Opened) -> None:
        async with guest(on_sqlite) as hasty, guest(on_sqlite, address=hasty.address) as calm:
            answers = [await hasty.post({"id": "12345678", "text": "你好"}) for _ in range(40)]
            refused = [answer for answer in answers if answer.status != 202]
            assert {answer.status for answer in answers[:20]} == {202}
            assert {(answer.status, answer.error) for answer in refused} == {(429, "发得太快了，请稍等几秒再发")}
            assert int(refused[0].headers["Retry-After"]) >= 1
            assert lead_of(await calm.asks("你好")) == words.GREETING

    async def test_an_address_cannot_get_round_the_limit_with_many_sessions(self, on_sqlite: Opened) -> None:
        async with Visitor(on_sqlite[1]) as many, guest(on_sqlite) as other:
            statuses = []
            while 429 not in statuses and len(statuses) < 2_000:
                cookie = {"Cookie": f"rongcuo={len(statuses):043d}"}
                statuses += [
                    answer.status
                    for answer in await asyncio.gather(*(many.post("", headers=cookie) for _ in range(10)))
                ]
            assert len(statuses) >= 200
            assert 429 in statuses
            assert (await other.post("")).status == 400

    async def test_only_the_nearest_proxy_is_believed_about_the_address(self, on_sqlite: Opened) -> None:
        seen: list[str] = []

        def allows(key: str) -> bool:
            seen.append(key)
            return True

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(on_sqlite[0].web._per_address, "allows", allows)
            async with guest(on_sqlite, address="1.2.3.4, 5.6.7.8") as one:
                await one.post("")
            async with guest(on_sqlite, address=" ") as one:
                await one.post("")
        assert seen == ["5.6.7.8", "127.0.0.1"]


class TestWords:
    """Whatever is typed, a person gets a clear answer in Chinese."""

    @pytest.mark.parametrize(
        ("text", "lead"),
        [
            ("灭火器" * 3333 + "。", words.TOO_LONG.format(count=10_000)),
            ("", words.EMPTY),
            ("   \n\t  ", words.EMPTY),
            ("😀🎉👍🏽", words.EMPTY),
            ("？！……", words.EMPTY),
            ("\0\x01\x02\x7f\u200b\u202e", words.EMPTY),
            ("\ud83d", words.EMPTY),
            ("灭火器过期了两个，当场就换了，会罚吗\ud800", "列入不予处罚事项清单：灭火器未保持完好有效"),
        ],
        ids=["10,000 characters", "nothing", "blanks", "emoji", "marks", "control", "half a pair", "with half a pair"],
    )
    async def test_a_strange_text_gets_a_clear_answer(self, on_both: Opened, text: str, lead: str) -> None:
        async with guest(on_both) as one:
            answer = await one.asks(text)
            assert lead_of(answer) == lead
            assert len((await one.history())["messages"]) == 2

    async def test_markup_in_a_question_comes_back_as_the_same_text(self, visitor: Visitor) -> None:
        markup = "<img src=x onerror=alert(1)><script>alert('罚')</script>&amp;"
        await visitor.asks(markup)
        raw = await visitor.get("/api/history")
        assert raw.headers["Content-Type"] == "application/json; charset=utf-8"
        assert words_of(raw.json["messages"][0]) == markup


class TestButtons:
    """A button works for whom it was offered to, and once."""

    async def test_the_button_of_another_session_does_nothing(self, on_both: Opened) -> None:
        async with guest(on_both) as one, guest(on_both) as other:
            answer = await one.asks(QUESTION)
            token = token_of(answer, "没用")
            assert lead_of(await other.presses(token)) == words.STALE_BUTTON
            assert words_of((await other.history())["messages"][0]) == "（按钮）"
            assert await _marked_useless(on_both[0]) == []
            assert lead_of(await one.presses(token)) == words.USELESS
            assert await _marked_useless(on_both[0]) == [QUESTION]
            # Later tests ask the same; this one leaves no mark.
            assert lead_of(await one.presses(token_of(answer, "有用"))) == words.USEFUL

    @pytest.mark.parametrize("token", ["token", "0" * 64, "../../x", "'OR-1=1--"])
    async def test_a_made_up_button_says_what_can_be_done_now(self, visitor: Visitor, token: str) -> None:
        answer = await visitor.presses(token)
        assert lead_of(answer) == words.STALE_BUTTON
        assert "政策文件" in [choice["label"] for choice in answer["choices"]]

    async def test_a_button_that_was_cleared_away_still_shows_and_says_it_is_old(
        self, visitor: Visitor, on_sqlite: Opened
    ) -> None:
        app, _ = on_sqlite
        answer = await visitor.asks("菜单")
        await visitor.presses(token_of(answer, "帮助"))
        async with app.database.transaction() as session:
            await forget_buttons(session, app.now() + dt.timedelta(days=1))
        assert lead_of(await visitor.presses(token_of(answer, "四张清单"))) == words.STALE_BUTTON
        shown = (await visitor.history())["messages"]
        assert words_of(shown[-2]) == "（按钮）"

    async def test_pressing_twice_answers_once_and_the_page_stops_waiting(self, visitor: Visitor) -> None:
        menu = await visitor.asks("菜单")
        token = token_of(menu, "帮助")
        await visitor.presses(token)
        async with visitor.stream(await visitor.newest()) as stream:
            assert (await visitor.post({"id": "again-again", "choice": token})).status == 202
            assert (await visitor.post({"id": "thanks-thanks", "text": "谢谢"})).status == 202
            found = [await stream.event()]
            while found[-1] and found[-1][1].get("from") != "bot":
                found.append(await stream.event())
            typing = [event[1]["on"] for event in found if event and event[0] == "typing"]
            assert typing in ([], [True], [True, False], [True, False, True])  # it may be told while it waits, and ends
            assert found[-1] and lead_of(found[-1][1]) == words.THANKS
            found = [event for event in found if event and event[1].get("from") == "me"]
            assert len(found) == 2


async def _marked_useless(app: App) -> list[str]:
    async with app.database.reading() as session:
        asked = await questions.for_editors(session, dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
    return [one.question for one in asked if one.useful is False]


class TestHistory:
    """The transcript, a page at a time."""

    async def test_pages_going_back_make_up_the_whole_talk_once(self, on_both: Opened) -> None:
        async with guest(on_both) as one:
            for text in ("你好", "谢谢", "菜单", "帮助"):
                await one.asks(text)
            whole = await one.history()
            assert (len(whole["messages"]), whole["more"], whole["title"]) == (8, False, "容错助手")
            found: list[Any] = []
            page = await one.history("?limit=3")
            sizes = [len(page["messages"])]
            while page["more"]:
                found = page["messages"] + found
                page = await one.history(f"?limit=3&before={page['messages'][0]['seq']}")
                sizes.append(len(page["messages"]))
            assert page["messages"] + found == whole["messages"]
            assert sizes == [3, 3, 2]
            assert [message["current"] for message in whole["messages"]] == [False] * 7 + [True]
            assert (await one.history(f"?before={whole['messages'][0]['seq']}"))["messages"] == []

    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=-1",
            "limit=x",
            "limit=1e9",
            "limit=9999999",
            "before=x",
            "before=-1",
            "before=９",
            "before=" + "9" * 40,
        ],
    )
    async def test_a_wrong_page_number_shows_the_newest_page(self, visitor: Visitor, query: str) -> None:
        await visitor.asks("你好")
        assert len((await visitor.history("?" + query.replace("９", "%EF%BC%99")))["messages"]) == 2

    async def test_at_most_fifty_messages_come_at_once(self, visitor: Visitor, on_sqlite: Opened) -> None:
        await fill(on_sqlite[0].database, visitor.chat, 60)
        page = await visitor.history("?limit=1000")
        assert (len(page["messages"]), page["more"]) == (50, True)

    async def test_nobody_sees_anothers_talk(self, on_both: Opened) -> None:
        async with guest(on_both) as one, guest(on_both) as other:
            await one.asks("你好")
            assert (await other.history())["messages"] == []


async def fill(database: Database, chat: str, count: int) -> None:
    """Old messages of a person, already dealt with."""
    async with database.transaction() as session:
        for number in range(count):
            key = f"{chat}/{uuid.uuid4()}"
            at = dt.datetime.now(dt.UTC) - dt.timedelta(days=2) + dt.timedelta(minutes=number)
            await messages.take_in(session, "web", chat, key, {"kind": "text", "text": f"第{number + 1}条"}, at)
        for row in await messages.transcript(session, "web", chat, limit=count):
            await messages.mark_done(session, row)


class TestStream:
    """Live messages: none lost, none doubled, from any process."""

    async def test_what_is_sent_and_answered_arrives_live(self, on_both: Opened) -> None:
        async with guest(on_both) as one, one.stream() as stream:
            assert (await one.post({"id": "live-message", "text": "你好"})).status == 202
            mine, answer = await stream.message(), await stream.message()
            assert (mine["from"], mine["client_id"], words_of(mine)) == ("me", "live-message", "你好")
            assert (answer["from"], lead_of(answer)) == ("bot", words.GREETING)
            assert mine["seq"] < answer["seq"]
            assert [mine, answer] == [
                message | {"current": message == answer} for message in (await one.history())["messages"]
            ]

    async def test_a_stream_resumes_after_any_message_without_loss_or_doubling(self, on_both: Opened) -> None:
        async with guest(on_both) as one:
            for text in ("你好", "谢谢", "菜单"):
                await one.asks(text)
            numbers = [message["seq"] for message in (await one.history())["messages"]]
            for index, after in enumerate([0, *numbers]):
                async with one.stream(after) as stream, one.stream(0, Last_Event_ID=str(after)) as by_header:
                    for reading in (stream, by_header):
                        got = [(await reading.message())["seq"] for _ in numbers[index:]]
                        assert got == numbers[index:]
            async with one.stream(numbers[-1]) as stream:
                await one.post({"id": "the-newest", "text": "谢谢"})
                assert (await stream.message())["client_id"] == "the-newest"
                assert (await stream.message())["from"] == "bot"

    async def test_every_tab_gets_every_message(self, visitor: Visitor) -> None:
        async with visitor.stream() as one, visitor.stream() as two, visitor.stream() as three:
            await visitor.post({"id": "many-tabs", "text": "你好"})
            got = [[(await tab.message())["seq"] for _ in range(2)] for tab in (one, two, three)]
            assert got[0] == got[1] == got[2]

    async def test_a_fifth_tab_takes_the_place_of_the_oldest_so_that_a_browser_never_runs_out(
        self, visitor: Visitor
    ) -> None:
        async with (
            visitor.stream() as oldest,
            visitor.stream() as two,
            visitor.stream(),
            visitor.stream(),
            visitor.stream() as newest,
        ):
            assert await oldest.rest() == [("parted", {})]
            await visitor.post({"id": "five-tabs", "text": "你好"})
            assert (await two.message())["seq"] == (await newest.message())["seq"]

    async def test_what_another_process_writes_arrives_within_two_seconds(self, on_both: Opened) -> None:
        other = Database(on_both[0].settings.database)
        try:
            async with guest(on_both) as one, one.stream() as stream:
                for number in range(3):
                    await _remind(other, one.chat, number)
                    async with asyncio.timeout(2):
                        message = await stream.message()
                    assert words_of(message) == f"提醒{number}"
        finally:
            await other.close()

    async def test_a_message_committed_after_one_with_a_higher_number_is_not_lost(self, on_postgres: Opened) -> None:
        other = Database(on_postgres[0].settings.database)
        try:
            async with guest(on_postgres) as one, one.stream() as stream:
                async with other.transaction() as slow:
                    answer = messages.Answer(_reply_to(one.chat, 1), [_part("先编号")], "sent")
                    await messages.put_out(slow, [answer], dt.datetime.now(dt.UTC))
                    await _remind(other, one.chat, 2)
                    assert words_of(await stream.message()) == "提醒2"
                assert words_of(await stream.message()) == "先编号"
                await _remind(other, one.chat, 3)
                assert words_of(await stream.message()) == "提醒3"
        finally:
            await other.close()

    async def test_who_leaves_is_no_longer_listened_for(self, on_sqlite: Opened) -> None:
        app, _ = on_sqlite
        open_streams = lambda: app.metrics.streams._value.get()  # noqa: E731
        await until(lambda: open_streams() == 0)
        async with guest(on_sqlite) as one:
            async with one.stream(), one.stream():
                assert open_streams() == 2
            await until(lambda: open_streams() == 0)
        assert app.hub._listeners == {}

    async def test_asking_only_for_the_head_does_not_hang(self, visitor: Visitor) -> None:
        assert (await visitor.get("/api/events", method="HEAD")).status == 405

    async def test_streams_end_when_the_program_stops(self, tmp_path: Path, shipped: Knowledge) -> None:
        async with own_app(f"sqlite:///{tmp_path}/a.db", shipped) as (app, base), Visitor(base) as one:
            await one.get("/")
            async with one.stream() as stream:
                app.stop.set()
                assert await stream.rest() == []


def _part(text: str) -> dict[str, Any]:
    return {"blocks": [["text", text]], "buttons": []}


def _reply_to(chat: str, number: int) -> messages.Stored:
    """A message to answer to, as another process would hold it."""
    now = dt.datetime.now(dt.UTC)
    return messages.Stored(uuid.uuid4().int % 10**9 + number, "in", "web", chat, "", {}, now, "done", 0)


async def _remind(database: Database, chat: str, number: int) -> None:
    async with database.transaction() as session:
        now = dt.datetime.now(dt.UTC)
        await messages.put_out(
            session, [messages.Answer(_reply_to(chat, number), [_part(f"提醒{number}")], "sent")], now
        )


class TestOutage:
    """Without the database: said in words, nothing pretended, and well again without a restart."""

    async def test_a_stopped_database_is_said_in_chinese_and_work_goes_on_when_it_is_back(
        self, tmp_path: Path, shipped: Knowledge
    ) -> None:
        async with own_app(f"sqlite:///{tmp_path}/a.db", shipped) as (app, base), Visitor(base) as one:
            await one.get("/")
            async with one.stream() as stream:
                await app.database.upgrade("base")
                assert await stream.rest() == []
            await _assert_out_of_order(one)
            await app.database.upgrade()
            assert lead_of(await one.asks("你好")) == words.GREETING

    async def test_a_vanished_postgresql_is_said_in_chinese(self, postgres: str, shipped: Knowledge) -> None:
        import asyncpg

        url = await new_postgres_database(postgres)
        async with own_app(url, shipped) as (app, base), Visitor(base) as one:
            await one.get("/")
            assert lead_of(await one.asks("你好")) == words.GREETING
            connection = await asyncpg.connect(postgres)
            name = app.database.engine.url.database
            await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            await connection.close()
            await _assert_out_of_order(one)
            assert (await one.get("/readyz")).status == 503

    async def test_a_database_that_does_not_answer_is_not_waited_for_without_end(
        self, tmp_path: Path, shipped: Knowledge, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(web_channel, "PATIENCE", 0.05)
        async with own_app(f"sqlite:///{tmp_path}/a.db", shipped) as (app, base), Visitor(base) as one:
            await one.get("/")
            async with app.database.transaction():
                answer = await one.post({"id": "12345678", "text": "你好"})
            assert (answer.status, answer.error) == (503, "系统正忙，消息没有收到，请稍后重发")


async def _assert_out_of_order(one: Visitor) -> None:
    posted = await one.post({"id": "12345678", "text": "你好"})
    assert (posted.status, posted.error) == (503, "系统正忙，消息没有收到，请稍后重发")
    read = await one.get("/api/history")
    assert (read.status, read.error) == (503, "系统正忙，请稍后再试")
    assert (await one.get("/")).status == 200
    async with one.stream() as stream:
        assert await stream.rest() == []
