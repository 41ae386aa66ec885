"""A visitor of the web chat over real HTTP, and the real program to visit."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from bot.app import App
from bot.channels.web import COOKIE
from bot.settings import Settings
from handlers.messages import Part
from storage import messages

PATIENCE = 20.0
_visitors = itertools.count(1)


def settings_for(database_url: str, **more: Any) -> Settings:
    return Settings(database_url=database_url, host="127.0.0.1", port=0, telegram_token=None, **more)


@asynccontextmanager
async def served(app: App) -> AsyncIterator[str]:
    """The program as it runs, on a free port; yields its address."""
    running = asyncio.create_task(app.serve())
    try:
        async with asyncio.timeout(PATIENCE):
            await app.started.wait()
        yield f"http://127.0.0.1:{app.port}"
    finally:
        app.stop.set()
        await running


async def until(true: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.005)


@dataclass
class Answer:
    """What came back to a request."""

    status: int
    headers: Any
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> str:
        """The sentence that the page shows."""
        return self.json["error"]


class Stream:
    """An open event stream, read event by event."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def event(self) -> tuple[str, Any] | None:
        """The next event and its data; ``None`` at the end of the stream."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE):
            while line := (await self.response.content.readline()).decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                elif "event" in fields:
                    return fields["event"], json.loads(fields["data"])
        return None

    async def message(self) -> dict[str, Any]:
        """The next message."""
        while found := await self.event():
            if found[0] == "message":
                return found[1]
        raise AssertionError("the stream ended without a message")

    async def answer(self) -> dict[str, Any]:
        """The next message of the assistant."""
        while True:
            message = await self.message()
            if message["from"] == "bot":
                return message

    async def rest(self) -> list[tuple[str, Any]]:
        """Everything until the stream ends."""
        found = []
        while event := await self.event():
            found.append(event)
        return found


class Visitor:
    """One browser session. Each has an address of its own, as a proxy on this machine would tell."""

    def __init__(self, base: str, *, address: str = "", cookie: str = "") -> None:
        self.base = base
        number = next(_visitors)
        self.address = address or f"10.1.{number // 250}.{number % 250 + 1}"
        self.http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(total=PATIENCE)
        )
        if cookie:
            self.http.cookie_jar.update_cookies({COOKIE: cookie}, URL(base))

    async def __aenter__(self) -> Visitor:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    @property
    def cookie(self) -> str:
        return self.http.cookie_jar.filter_cookies(URL(self.base))[COOKIE].value

    @property
    def chat(self) -> str:
        """The chat's name in the records."""
        return hashlib.sha256(self.cookie.encode()).hexdigest()[:40]

    async def get(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        url = URL(self.base + path, encoded=True)
        async with self.http.request(
            method, url, headers={name.replace("_", "-"): value for name, value in headers.items()}
        ) as response:
            return Answer(response.status, response.headers, await response.text())

    async def post(self, body: Any, *, headers: dict[str, str] | None = None, path: str = "/api/messages") -> Answer:
        """POST a message: JSON, or raw text or bytes."""
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        sent = {"Content-Type": "application/json", "X-Rongcuo": "1", "X-Forwarded-For": self.address}
        sent |= headers or {}
        async with self.http.post(self.base + path, data=data, headers=sent) as response:
            return Answer(response.status, response.headers, await response.text())

    async def history(self, query: str = "") -> Any:
        answer = await self.get("/api/history" + query)
        assert answer.status == 200, answer.text
        return answer.json

    @asynccontextmanager
    async def stream(self, after: int | None = None, **headers: str) -> AsyncIterator[Stream]:
        query = "" if after is None else f"?after={after}"
        async with self.http.get(
            f"{self.base}/api/events{query}",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        ) as response:
            assert response.status == 200
            assert await response.content.readline() == b": ok\n"
            yield Stream(response)

    async def newest(self) -> int:
        shown = (await self.history("?limit=1"))["messages"]
        return shown[-1]["seq"] if shown else 0

    async def asks(self, text: str) -> dict[str, Any]:
        """Send a text and wait for the answer."""
        return await self._sends({"text": text})

    async def presses(self, token: str) -> dict[str, Any]:
        return await self._sends({"choice": token})

    async def sits(self, seat: str) -> dict[str, Any]:
        """Take a demo seat and wait for the greeting."""
        async with self.stream(await self.newest()) as stream:
            sent = await self.post({"seat": seat}, path="/api/seat")
            assert (sent.status, sent.json) == (202, {"accepted": True})
            return await stream.answer()

    async def _sends(self, what: dict[str, str]) -> dict[str, Any]:
        async with self.stream(await self.newest()) as stream:
            sent = await self.post({"id": str(uuid.uuid4()), **what})
            assert (sent.status, sent.json) == (202, {"accepted": True})
            return await stream.answer()


async def tell(app: App, chat: str, *parts: Part) -> None:
    """Write messages into a chat as the dialogue would."""
    async with app.database.transaction() as session:
        payloads = [part.to_json() for part in parts]
        await messages.push(session, "web", chat, f"test/{uuid.uuid4()}", payloads, app.now(), "sent")
    app.hub.told("web", chat)


def words_of(message: dict[str, Any]) -> str:
    """All words of a message."""
    return "\n".join(block["text"] for block in message["blocks"])


def lead_of(message: dict[str, Any]) -> str:
    return next(block["text"] for block in message["blocks"] if block["kind"] == "lead")


def token_of(message: dict[str, Any], label: str) -> str:
    return next(choice["id"] for choice in message["choices"] if choice["label"] == label)
