"""Takes messages from the inbox, one at a time per chat, and carries each out in one transaction."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace

import structlog

from bot.metrics import Metrics
from bot.waiting import pause
from handlers.conversation import Conversation, broken
from handlers.messages import PULL_CHANNELS, Incoming, parts_of
from storage import messages
from storage.database import Database

log = structlog.get_logger()
RETRY = dt.timedelta(seconds=2)


class Worker:
    """Inbox → one transaction → outbox. Any number may run, in any number of processes."""

    def __init__(
        self,
        database: Database,
        conversation: Conversation,
        metrics: Metrics,
        now: Callable[[], dt.datetime],
        told: Callable[[str, str], None] = lambda channel, chat: None,
    ) -> None:
        self._database = database
        self._conversation = conversation
        self._metrics = metrics
        self._now = now
        self._told = told
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something came in: do not wait for the next look."""
        self._wake.set()

    async def work(self) -> bool:
        """Handle one message if there is one; returns whether there was."""
        started = time.perf_counter()
        stored: messages.Stored | None = None
        try:
            async with self._database.transaction() as session:
                stored = await messages.next_waiting(session, self._now())
                if stored is None:
                    return False
                incoming = Incoming.from_json(stored.channel, stored.chat, stored.key, stored.at, stored.payload)
                parts = await self._conversation.handle(session, replace(incoming, handled=self._now()))
                state = "sent" if stored.channel in PULL_CHANNELS else "waiting"
                await messages.put_out(session, stored, [part.to_json() for part in parts], self._now(), state)
                await messages.mark_done(session, stored)
        except Exception as error:
            if stored is None:
                raise
            self._metrics.failed.inc()
            log.error("message failed", error=type(error).__name__, id=stored.id, exc_info=error)
            await self._give_back(stored, error)
        self._metrics.handled.observe(time.perf_counter() - started)
        self._told(stored.channel, stored.chat)
        return True

    async def _give_back(self, stored: messages.Stored, error: Exception) -> None:
        """Let a failed message be tried again; after the last try say so to the person."""
        async with self._database.transaction() as session:
            given_up = await messages.mark_failed(
                session, stored, type(error).__name__, self._now() + RETRY * (stored.tries + 1)
            )
            if given_up:
                state = "sent" if stored.channel in PULL_CHANNELS else "waiting"
                await messages.put_out(
                    session, stored, [part.to_json() for part in parts_of(broken(), [])], self._now(), state
                )

    async def run(self, stop: asyncio.Event, every: float = 0.25) -> None:
        """Work until stopped; the message in hand is finished."""
        while not stop.is_set():
            self._wake.clear()  # before looking: who comes in meanwhile is seen at the next look
            try:
                if await self.work():
                    continue
            except Exception:
                log.exception("worker cannot reach the database")
                await pause(stop, 1.0)
            waits = [asyncio.ensure_future(self._wake.wait()), asyncio.ensure_future(stop.wait())]
            await asyncio.wait(waits, timeout=every, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
