"""Takes messages from the inbox, one at a time per chat, and carries each out wholly or not at all."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from bot.courier import LEASE, Courier
from bot.metrics import Metrics
from bot.outages import tell
from bot.waiting import pause
from handlers.conversation import Conversation, broken
from handlers.messages import PULL_CHANNELS, Incoming, Part, parts_of
from storage import messages
from storage.database import Database, Session, is_out_of_order

log = structlog.get_logger()
RETRY = dt.timedelta(seconds=2)
AT_ONCE = 16
"""Messages that share a transaction: few enough that the first of them does not wait long for the last."""


class Worker:
    """Inbox → one transaction → outbox. Any number may run, in any number of processes."""

    def __init__(
        self,
        database: Database,
        conversation: Conversation,
        metrics: Metrics,
        now: Callable[[], dt.datetime],
        told: Callable[[str, str], None] = lambda channel, chat: None,
        couriers: Sequence[Courier] = (),
    ) -> None:
        self._database = database
        self._conversation = conversation
        self._metrics = metrics
        self._now = now
        self._told = told
        self._couriers = couriers
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something came in: do not wait for the next look."""
        self._wake.set()

    async def work(self, at_most: int = 1) -> bool:
        """Handle so many messages of different chats in one transaction, as far as there are some; returns whether.

        When one of several fails, nothing of the transaction stays and each is handled by itself.
        """
        started = time.perf_counter()
        taken: list[messages.Stored] = []
        leased: list[messages.Stored] = []
        noted: list[tuple[Courier, list[int]]] = []
        now = self._now()
        try:
            async with self._database.transaction() as session:
                taken = await messages.next_waiting(session, self._now(), at_most)
                if not taken:
                    return False
                said = await self._conversation.handle(session, [self._incoming(one) for one in taken])
                now = self._now()
                answers = [_answer(one, parts) for one, parts in zip(taken, said, strict=True)]
                leased = await messages.put_out(session, await self._handing(session, answers, now), now)
                await messages.mark_done(session, *taken)
                noted = [(courier, await courier.note(session)) for courier in self._couriers]
        except Exception as error:
            if not taken or is_out_of_order(error):
                raise
            if len(taken) > 1:
                log.warning("one of several messages failed", error=type(error).__name__, count=len(taken))
                for _ in taken:
                    await self.work()
                return True
            self._metrics.failed.inc()
            log.error("message failed", error=type(error).__name__, id=taken[0].id, exc_info=error)
            leased, noted = [], []
            await self._give_back(taken[0], error)
        for courier, ids in noted:
            courier.noted(ids)
        for courier in self._couriers:
            courier.hand([one for one in leased if one.channel == courier.channel], now)
            if len(leased) < len(taken):
                courier.wake()
        for one in taken:
            self._metrics.handled.observe((time.perf_counter() - started) / len(taken))
            self._told(one.channel, one.chat)
        return True

    async def _handing(
        self, session: Session, answers: Sequence[messages.Answer], now: dt.datetime
    ) -> Sequence[messages.Answer]:
        """The answers, leased as far as a courier of this process has room to send them at once: that spares looking for
        them, and the commit of doing so. A chat that an older message has not reached waits for its turn."""
        handed: set[int] = set()
        for courier in self._couriers:
            ready = [one.reply_to for one in answers if one.reply_to.channel == courier.channel and one.payloads]
            ready = ready[: courier.room]
            if ready:
                owing = await messages.owing(session, courier.channel, [one.chat for one in ready])
                handed |= {one.id for one in ready if one.chat not in owing}
        return [replace(one, leased=now + LEASE) if one.reply_to.id in handed else one for one in answers]

    def _incoming(self, stored: messages.Stored) -> Incoming:
        incoming = Incoming.from_json(stored.channel, stored.chat, stored.key, stored.at, stored.payload)
        return replace(incoming, handled=self._now())

    async def _give_back(self, stored: messages.Stored, error: Exception) -> None:
        """Let a failed message be tried again; after the last try say so to the person."""
        async with self._database.transaction() as session:
            given_up = await messages.mark_failed(
                session, stored, type(error).__name__, self._now() + RETRY * (stored.tries + 1)
            )
            if given_up:
                await messages.put_out(session, [_answer(stored, parts_of(broken(), []))], self._now())

    async def run(self, stop: asyncio.Event, every: float = 0.25) -> None:
        """Work until stopped; the message in hand is finished."""
        while not stop.is_set():
            self._wake.clear()  # before looking: who comes in meanwhile is seen at the next look
            try:
                if await self.work(AT_ONCE):
                    continue
            except Exception as error:
                tell(log, "worker", error)
                await pause(stop, 1.0)
            waits = [asyncio.ensure_future(self._wake.wait()), asyncio.ensure_future(stop.wait())]
            await asyncio.wait(waits, timeout=every, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()


def _answer(stored: messages.Stored, parts: Sequence[Part]) -> messages.Answer:
    state = "sent" if stored.channel in PULL_CHANNELS else "waiting"
    return messages.Answer(stored, [part.to_json() for part in parts], state)
