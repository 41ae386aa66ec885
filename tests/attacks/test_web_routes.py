"""Every HTTP route, with no session, with somebody else's, and with somebody else's things (R49); who is believed about the address.

The routes are taken from the program: one that is new there and not judged here fails a test.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.app import App
from bot.channels import web_events
from bot.channels.web_http import PROXIES, address_of
from bot.settings import SettingError, Settings, load_settings
from handlers.conversation import Knowledge
from handlers.messages import Block, Part
from storage import attachments, chats
from storage.attachments import UPLOADED
from tests.bot.web_client import Answer, Visitor, served, settings_for, tell

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "机密"
ONCE = {"GET /d/{token}", "POST /d/{token}"}
"""A paper behind a link that opens once."""
OPEN = {"GET /", "GET /static/{name}", "GET /check", "GET /p/{code}", "GET /share/{token}", *ONCE}
"""What anybody may see: the page, the check of a printed code, and links that their owners were given."""
WATCHED = {"GET /healthz", "GET /readyz", "GET /metrics"}
"""For those who run the program; numbers alone."""
SESSION = {"GET /api/history", "GET /api/events", "GET /api/files/{token}"}
SENDING = {"POST /api/messages", "POST /api/files", "POST /api/signature", "POST /api/seat"}
GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PNG = b"\x89PNG\r\n\x1a\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(
    tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path, shipped: Knowledge
) -> AsyncIterator[App]:
    folder = tmp_path_factory.mktemp("routes")
    (folder / "chat.db").write_bytes(empty_sqlite.read_bytes())
    more = {"publish_shipped": False, "demo": True, "files": str(folder / "files")}
    app = App(settings_for(f"sqlite:///{folder}/chat.db", **more))
    app.publisher._knowledge, app.publisher._mark = shipped, 0
    async with served(app):
        yield app


@pytest_asyncio.fixture(loop_scope="module")
async def base(program: App) -> str:
    return f"http://127.0.0.1:{program.port}"


@pytest_asyncio.fixture(loop_scope="module")
async def victim(program: App, base: str) -> AsyncIterator[dict[str, str]]:
    """Somebody with a message, a button, a file that was given out and one that was uploaded, and a shared self-check."""
    async with Visitor(base) as one:
        await one.get("/")
        names = {name: uuid.uuid4().hex[:16] for name in ("button", "file", "upload")}
        await tell(program, one.chat, Part((Block("lead", f"{SECRET}消息"),), ((names["button"], "按钮"),)))
        now = program.now()
        async with program.database.transaction() as session:
            await chats.load_dialogue(session, "web", one.chat, now)
            await chats.offer(session, "web", one.chat, names["button"], "按钮", {"do": "my_data"}, now)
            given = (f"{SECRET}.txt", "text/plain", SECRET.encode())
            await attachments.put(session, names["file"], "web", one.chat, *given, now)
            await attachments.put(session, names["upload"], "web", one.chat, "a.jpg", UPLOADED, b"{}", now)
        yield names | {"cookie": one.cookie, "chat": one.chat}


def _routes(app: App) -> set[str]:
    """Every route of the program by method and pattern."""
    found = app.web_app().router.routes()
    return {
        f"{route.method} {route.resource.canonical}" for route in found if route.resource and route.method != "HEAD"
    }


async def test_every_route_of_the_program_is_judged_here(program: App) -> None:
    assert _routes(program) == OPEN | WATCHED | SESSION | SENDING


async def _asked(visitor: Visitor, route: str, things: dict[str, str], **headers: str) -> Answer:
    """Ask a route, with the victim's things wherever it takes one."""
    method, path = route.split()
    token = things["button"] if "/share" in path else things["file"]
    path = path.replace("{token}", token).replace("{name}", "..%2f..%2fsettings.py").replace("{code}", token)
    if method == "GET":
        return await visitor.get(path, **headers)
    return await visitor.post({"id": uuid.uuid4().hex, "text": "你好", "seat": "owner"}, path=path, headers=headers)


async def test_without_a_session_nothing_is_given_and_nothing_taken(
    program: App, base: str, victim: dict[str, str]
) -> None:
    async with Visitor(base) as one:
        for route in sorted(SESSION | SENDING):
            answer = await _asked(one, route, victim)
            assert (answer.status, SECRET in answer.text) == (401, False), route
            assert answer.error == "会话已失效，请刷新页面"


@pytest.mark.parametrize(
    "cookie", ["", "x" * 43 + "!", "../../etc/passwd", "' OR 1=1 --", "%00" * 20, "a" * 4000], ids=range(6)
)
async def test_a_cookie_of_another_form_than_ours_opens_nothing(base: str, cookie: str) -> None:
    async with Visitor(base) as one:
        answer = await one.get("/api/history", Cookie=f"rongcuo={cookie}")
    assert answer.status == 401


async def test_with_somebody_elses_session_one_sees_only_ones_own(base: str, victim: dict[str, str]) -> None:
    async with Visitor(base) as one:
        await one.get("/")
        for route in sorted((SESSION | OPEN | WATCHED) - {"GET /api/events"}):
            answer = await _asked(one, route, victim)
            assert SECRET not in answer.text, route
            assert answer.status in (200, 404), route
        for query in (
            f"?chat={victim['chat']}",
            f"?before=99999999&chat={victim['chat']}",
            f"?cookie={victim['cookie']}",
        ):
            assert (await one.history(query))["messages"] == []
        async with one.stream(0, Last_Event_ID="0") as stream:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await stream.message()


async def test_somebody_elses_button_and_file_are_dead_in_ones_own_chat(
    program: App, base: str, victim: dict[str, str]
) -> None:
    async with Visitor(base) as one:
        await one.get("/")
        said = await one.presses(victim["button"])
        assert "按钮已失效" in said["blocks"][0]["text"] or "失效" in str(said["blocks"])
        for name in ("file", "upload"):
            sent = await one.post({"id": uuid.uuid4().hex, "text": "看", "files": [victim[name]]})
            assert sent.status == 400 and SECRET not in sent.text
            assert (await one.get(f"/api/files/{victim[name]}?view=1")).status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Rongcuo": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://127.0.0.1.evil.example"},
    ],
    ids=str,
)
async def test_another_site_sends_nothing_in_somebodys_name(program: App, base: str, headers: dict[str, str]) -> None:
    """CSRF: over every route that takes something."""
    async with Visitor(base) as one:
        await one.get("/")
        for route in sorted(SENDING):
            path = route.split()[1]
            body: Any = (
                PNG
                if path in ("/api/files", "/api/signature")
                else {"id": uuid.uuid4().hex, "text": "你好", "seat": "owner"}
            )
            answer = await one.post(body, path=path, headers=headers)
            assert (answer.status, answer.error) == (403, "请从聊天页面发送"), route


async def test_every_answer_carries_the_guards_also_those_that_refuse(
    program: App, base: str, victim: dict[str, str]
) -> None:
    async with Visitor(base) as one:
        await one.get("/")
        for route in [*sorted(OPEN | WATCHED | SESSION - {"GET /api/events"} | SENDING), "GET /nowhere", "DELETE /"]:
            answer = await _asked(one, route.replace("DELETE", "GET"), victim)
            assert {name: answer.headers.get(name) for name in GUARDS} == GUARDS, route
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, route
            assert "unsafe" not in policy, route
            assert answer.headers["Server"] == "rongcuo"


@pytest.mark.parametrize(
    "path",
    [
        "/api/files/..%2f..%2fetc%2fpasswd",
        "/static/%2e%2e/app.py",
        "/static/..%5capp.py",
        "/static//etc/passwd",
        "/share/%00",
        "/p/%0d%0aSet-Cookie:%20a=b",
        "/share/" + "a" * 5000,
    ],
)
async def test_no_path_leaves_its_folder_or_its_header(base: str, path: str) -> None:
    async with Visitor(base) as one:
        await one.get("/")
        answer = await one.get(path)
    assert answer.status in (400, 404)
    assert "root:" not in answer.text and "import" not in answer.text
    assert "a=b" not in str(answer.headers)


async def test_a_file_name_cannot_split_the_header_or_choose_the_type(program: App, base: str) -> None:
    """Header injection, MIME sniffing: the name is quoted, the type is ours, nothing in it runs."""
    async with Visitor(base) as one:
        await one.get("/")
        name = 'a"\r\nSet-Cookie: x=1\r\n\r\n<script>.html'
        async with program.database.transaction() as session:
            await attachments.put(
                session, "t" * 16, "web", one.chat, name, "text/html", b"<script>alert(1)</script>", program.now()
            )
        answer = await one.get("/api/files/" + "t" * 16)
    assert answer.status == 200
    assert "; filename*=UTF-8''a%22%0D%0A" in answer.headers["Content-Disposition"]
    assert "x=1" not in str(answer.headers.getall("Set-Cookie", []))
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox;") and "script-src" not in policy and "default-src 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_share_link_that_is_guessed_is_slowed_down_and_says_so(base: str, program: App) -> None:
    async with Visitor(base) as one:
        program.web._looks._buckets["198.51.100.7"] = (0.0, 1e18)
        answer = await one.get(f"/share/{'a' * 43}", X_Forwarded_For="198.51.100.7")
        assert answer.status == 429 and "看得太快了" in answer.text
        await one.get("/")
        refused = await one.get("/api/history", X_Forwarded_For="198.51.100.7")
        assert (refused.status, refused.error) == (429, "看得太快了，请稍等几秒再试")
        assert refused.headers["Retry-After"] == "3"


async def test_one_address_holds_only_so_many_streams_however_many_sessions_it_makes(
    base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_events, "STREAMS_PER_ADDRESS", 3)
    async with Visitor(base) as first, Visitor(base) as second:
        from_one = {"X_Forwarded_For": "203.0.113.9"}
        for one in (first, second):
            await one.get("/")
        async with first.stream(0, **from_one), first.stream(0, **from_one), first.stream(0, **from_one):
            refused = await second.get("/api/events", **from_one)
            assert (refused.status, refused.error) == (429, "您所在的网络打开的页面太多了，请关掉几个再试")
            async with second.stream(0, X_Forwarded_For="203.0.113.10"):
                pass
        async with asyncio.timeout(5):
            while (await _opens(second, from_one)) == 429:
                await asyncio.sleep(0.05)


async def _opens(visitor: Visitor, headers: dict[str, str]) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with visitor.http.get(f"{visitor.base}/api/events", headers=named) as response:
        return response.status


# ---- who is believed about the address


def _from(remote: str, forwarded: str, proxies: str = "127.0.0.1,::1") -> str:
    app = web.Application()
    app[PROXIES] = Settings(proxies=proxies).trusted_proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    transport = type("Transport", (), {"get_extra_info": lambda self, name, default=None: (remote, 1)})()
    return address_of(make_mocked_request("GET", "/", headers=headers, app=app, transport=transport))


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "address"),
    [
        ("203.0.113.5", "1.1.1.1", "127.0.0.1,::1", "203.0.113.5"),
        ("127.0.0.1", "1.1.1.1, 203.0.113.6", "127.0.0.1,::1", "203.0.113.6"),
        ("127.0.0.1", "", "127.0.0.1,::1", "127.0.0.1"),
        ("127.0.0.1", "1.1.1.1", "", "127.0.0.1"),
        ("10.0.0.2", "9.9.9.9, 203.0.113.7, 10.0.0.9", "10.0.0.0/8", "203.0.113.7"),
        ("10.0.0.2", "garbage\x07", "10.0.0.0/8", "10.0.0.2"),
        ("127.0.0.1", "2001:db8:1:2:3:4:5:6", "127.0.0.1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "", "127.0.0.1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.8", "", "127.0.0.1", "203.0.113.8"),
    ],
)
async def test_only_a_proxy_of_ours_is_believed_about_who_asks(
    remote: str, forwarded: str, proxies: str, address: str
) -> None:
    assert _from(remote, forwarded, proxies) == address


async def test_a_wrong_proxy_is_named_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RONGCUO_PROXIES", "代理")
    with pytest.raises(SettingError, match="RONGCUO_PROXIES"):
        load_settings()
