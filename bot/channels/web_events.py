"""Live events of the web chat: what is new in a transcript, to every open page, from whatever process it comes."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiohttp import web

from bot.channels.web_http import address_of, problem
from bot.channels.web_transcript import is_waiting, shown
from bot.channels.web_watch import Watch
from bot.metrics import Metrics
from storage import messages
from storage.database import Database

log = structlog.get_logger()
STREAMS = 4  # event streams a chat may hold open in one process: a browser has six connections for all its tabs
STREAMS_PER_ADDRESS = 500  # of all chats that one address has open here: an office, not a flood of sessions
UNSETTLED = 200
SETTLES = dt.timedelta(seconds=5)  # by then whatever was given a lower number is committed, too
PATIENCE = 12.0  # seconds that a stream waits for the database before it ends
SLICE = 1.0  # seconds after which a stream that waits looks whether its page is still there
ALIVE = 15  # slices after which a silent stream says that it is there
SILENCE = 60  # slices after which it looks for itself, whatever nobody told it


@dataclass(slots=True, eq=False)
class Listener:
    """One open event stream: ``wake`` tells it to look, ``parted`` that a newer tab took its place."""

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    parted: bool = False


class Hub:
    """Wakes the open event streams of a chat in this process; other processes' messages are found by a ``Watch``."""

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

    @property
    def chats(self) -> list[str]:
        """The chats with an open stream."""
        return list(self._listeners)

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


class Streams:
    """Serves event streams until the pages leave or the program stops."""

    def __init__(self, database: Database, hub: Hub, metrics: Metrics, now: Callable[[], dt.datetime]) -> None:
        self._database = database
        self._hub = hub
        self._metrics = metrics
        self._now = now
        self._stopping = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._open: Counter[str] = Counter()

    def stop(self) -> None:
        """End the streams, so that the server can shut down."""
        self._stopping.set()
        self._hub.told_all()

    async def serve(self, request: web.Request, chat: str, after: int) -> web.StreamResponse:
        """Stream what comes after a message. Raises a refusal when an address has too many open."""
        address = address_of(request)
        if self._open[address] >= STREAMS_PER_ADDRESS:
            raise problem(429, "您所在的网络打开的页面太多了，请关掉几个再试")
        self._open[address] += 1
        try:
            return await self._served(request, chat, after)
        finally:
            self._open[address] -= 1
            self._open += Counter()  # forgets those at none

    async def _served(self, request: web.Request, chat: str, after: int) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        await response.prepare(request)
        listener = self._hub.listen(chat)
        self._metrics.streams.inc()
        if self._watching is None:
            watch = Watch(self._database, lambda chat: self._hub.told("web", chat), lambda: self._hub.chats)
            self._watching = asyncio.create_task(watch.run())
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
            if self._watching and not self._hub.chats:
                self._watching.cancel()
                self._watching = None
        return response

    async def _stream(
        self, request: web.Request, response: web.StreamResponse, chat: str, after: int, listener: Listener
    ) -> None:
        """Write what comes after a message, once each, until the page leaves or the program stops.

        On PostgreSQL a row may be committed after one with a higher number: rows stay under watch until they settle.
        """
        sent: set[int] = set()
        typing = False
        while not self._stopping.is_set() and request.transport is not None:
            listener.wake.clear()
            async with asyncio.timeout(PATIENCE), self._database.reading() as session:
                rows = await messages.transcript(session, "web", chat, after=after, limit=UNSETTLED)
                fresh = [row for row in rows if row.id not in sent]
                found = [await shown(session, row, rows[-1].id) for row in fresh]
            for row, message in zip(fresh, found, strict=True):
                await response.write(_event("message", message, row.id))
                sent.add(row.id)
            waiting = any(is_waiting(row) for row in rows)
            if waiting != typing:
                typing = waiting
                await response.write(_event("typing", {"on": typing}))
            settled = self._now() - SETTLES
            for row in rows:
                if row.at > settled or is_waiting(row):
                    break
                after = row.id
                sent.discard(row.id)
            if listener.parted:
                await response.write(_event("parted", {}))
                return
            if not fresh:
                await self._rest(request, response, listener, typing)

    async def _rest(self, request: web.Request, response: web.StreamResponse, listener: Listener, typing: bool) -> None:
        """Wait to be woken, or for the page to leave; while an answer is awaited only for a moment."""
        for n in range(1, 2 if typing else SILENCE):
            try:
                await asyncio.wait_for(listener.wake.wait(), SLICE)
                return
            except TimeoutError:
                if request.transport is None:
                    return
                if n % ALIVE == 0:
                    await response.write(b": alive\n\n")


def _event(name: str, data: dict[str, Any], number: int | None = None) -> bytes:
    identity = f"id: {number}\n" if number is not None else ""
    return f"event: {name}\n{identity}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
