"""The way to the Bot API: its errors, its proxy, and that no address with the token in it is repeated."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram.error import NetworkError, TelegramError, TimedOut

from bot.channels.telegram_connection import AiohttpRequest, proxy_to

TOKEN = "1234:secret-of-the-test"


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    async def hangs(_: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    async def away(_: web.Request) -> web.Response:
        raise web.HTTPFound("http://127.0.0.1:1/elsewhere")

    async def slow(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(8):  # longer together than the silence that is borne
            await answer.write(b"x" * 1000)
            await asyncio.sleep(0.03)
        return answer

    application = web.Application()
    application.router.add_get(f"/file/bot{TOKEN}/slow", slow)
    application.router.add_post(f"/bot{TOKEN}/hangs", hangs)
    application.router.add_post(f"/bot{TOKEN}/away", away)
    made = TestServer(application, host="127.0.0.1")
    await made.start_server()
    yield made
    await made.close()


@pytest.fixture
async def request_() -> AsyncIterator[AiohttpRequest]:
    made = AiohttpRequest(2, read_timeout=0.1)
    yield made
    await made.shutdown()


async def test_a_server_that_does_not_answer_is_timed_out(server: TestServer, request_: AiohttpRequest) -> None:
    with pytest.raises(TimedOut):
        await request_.do_request(str(server.make_url(f"/bot{TOKEN}/hangs")), "POST")


async def test_what_comes_slowly_comes_whole(server: TestServer, request_: AiohttpRequest) -> None:
    status, content = await request_.do_request(str(server.make_url(f"/file/bot{TOKEN}/slow")), "GET")
    assert (status, len(content)) == (200, 8 * 1000)


async def test_no_redirect_is_followed(server: TestServer, request_: AiohttpRequest) -> None:
    status, _ = await request_.do_request(str(server.make_url(f"/bot{TOKEN}/away")), "POST")
    assert status == 302


async def test_a_server_that_is_down_is_named_without_the_token(request_: AiohttpRequest) -> None:
    with pytest.raises(NetworkError) as met:
        await request_.do_request(f"http://127.0.0.1:1/bot{TOKEN}/getMe", "POST")
    assert TOKEN not in str(met.value)


def test_of_a_message_that_was_sent_only_what_names_it_is_read_and_all_of_everything_else() -> None:
    chat = {"id": 1, "type": "private"}
    sent = {"message_id": 7, "date": 1, "chat": chat, "text": "好", "entities": [], "reply_markup": {}}
    read = AiohttpRequest.parse_json_payload
    assert read(json.dumps({"ok": True, "result": sent}).encode()) == {
        "ok": True,
        "result": {"message_id": 7, "date": 1, "chat": chat},
    }
    for other in ({"ok": True, "result": [{"update_id": 1, "message": sent}]}, {"ok": True, "result": True}, [1]):
        assert read(json.dumps(other).encode()) == other
    with pytest.raises(TelegramError):
        read(b"<html>")


async def test_it_can_be_used_again_after_it_was_closed(server: TestServer, request_: AiohttpRequest) -> None:
    for _ in range(2):
        assert (await request_.do_request(str(server.make_url(f"/bot{TOKEN}/away")), "POST"))[0] == 302
        await request_.shutdown()


def test_the_proxy_of_the_environment_is_used_and_its_exceptions_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    proxy_to.cache_clear()
    assert proxy_to(("https", "bot.example")) is None
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:3128")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    proxy_to.cache_clear()
    assert proxy_to(("https", "bot.example")) == "http://127.0.0.1:3128"
    assert proxy_to(("http", "bot.example")) is None
    assert proxy_to(("https", "127.0.0.1:8081")) is None
    proxy_to.cache_clear()
