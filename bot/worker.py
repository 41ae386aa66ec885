"""Takes messages from the inbox, one at a time per chat, and carries each out wholly or not at all."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace

import structlog

from bot.courier import LEASE, Courier
from bot.intake import Arrival, Intake
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


@dataclass(slots=True)
class _Done:
    """What a transaction of the worker has done: stored what ``arrived``, answered what was ``taken``, leased the answers
    (``at`` a time) for the couriers of this process, noted for these what had left."""

    at: dt.datetime
    arrived: list[Arrival] = field(default_factory=list)
    new: set[tuple[str, str]] = field(default_factory=set)
    taken: list[messages.Stored] = field(default_factory=list)
    leased: list[messages.Stored] = field(default_factory=list)
    noted: list[tuple[Courier, list[int]]] = field(default_factory=list)


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
        intake: Intake | None = None,
    ) -> None:
        self._database = database
        self._conversation = conversation
        self._metrics = metrics
        self._now = now
        self._told = told
        self._couriers = couriers
        self._intake = intake
        self._wake = asyncio.Event()
        self._is_clear = False  # whether nothing waits behind what was taken, as far as this process knows

    def wake(self) -> None:
        """Something came in: do not wait for the next look."""
        self._wake.set()

    async def work(self, at_most: int = 1, *, shares: bool = True) -> bool:
        """Handle so many messages of different chats in one transaction, as far as there are some; returns whether.

        What has arrived in this process is stored in the same transaction, if it ``shares``. When one of several fails,
        nothing of it stays: what arrived is stored, and then each is handled, by itself.
        """
        started, done = time.perf_counter(), _Done(self._now())
        try:
            async with self._database.transaction() as session:
                await self._carry_out(session, done, at_most, shares=shares)
        except Exception as error:
            self._is_clear = False
            if not await self._made_good(done, error):
                raise
            return True
        else:
            if self._intake:
                self._intake.settle(done.arrived, done.new)
        finally:  # broken off: whoever brought it stores it
            if self._intake:
                self._intake.give_back([one for one in done.arrived if not one.settled.is_set()])
        is_all = self._is_clear and len(done.new) == len(done.taken)
        self._is_clear = is_all or not done.taken
        self._tell(done, time.perf_counter() - started)
        return bool(done.taken or done.arrived)

    async def _carry_out(self, session: Session, done: _Done, at_most: int, *, shares: bool) -> None:
        """All that is done in one transaction; ``done`` says what, also where it breaks off."""
        if self._intake and shares:
            self._is_clear &= not self._intake.has_stored()
            done.arrived = self._intake.arrived()
            done.new = await self._intake.store(session, done.arrived) if done.arrived else set()
        done.taken = await messages.next_waiting(session, self._now(), at_most)
        if not done.taken:
            return
        said = await self._conversation.handle(session, [self._incoming(one) for one in done.taken])
        done.at = self._now()
        answers = [_answer(one, parts) for one, parts in zip(done.taken, said, strict=True)]
        done.leased = await messages.put_out(session, await self._handing(session, answers, done.at), done.at)
        await messages.mark_done(session, *done.taken)
        done.noted = [(courier, await courier.note(session)) for courier in self._couriers]

    async def _made_good(self, done: _Done, error: Exception) -> bool:
        """See to it that nothing is lost of a transaction that failed; ``False`` where the database itself is away."""
        if self._intake and done.arrived:
            await self._intake.keep(done.arrived)
        if not done.taken or is_out_of_order(error):
            return bool(done.arrived)
        if len(done.taken) > 1 or done.arrived:
            log.warning("one of several messages failed", error=type(error).__name__, count=len(done.taken))
            for _ in done.taken:
                await self.work(shares=False)
            return True
        (one,) = done.taken
        self._metrics.failed.inc()
        log.error("message failed", error=type(error).__name__, id=one.id, exc_info=error)
        await self._give_back(one, error)
        for courier in self._couriers:
            courier.wake()
        self._told(one.channel, one.chat)
        return True

    def _tell(self, done: _Done, took: float) -> None:
        """The transaction is kept: hand over what is leased, and let everybody know."""
        for courier, ids in done.noted:
            courier.noted(ids)
        for courier in self._couriers:
            courier.hand([one for one in done.leased if one.channel == courier.channel], done.at)
            if len(done.leased) < len(done.taken):
                courier.wake()
        for one in done.taken:
            self._metrics.handled.observe(took / len(done.taken))
            self._told(one.channel, one.chat)

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
        with self._intake.shared() if self._intake else nullcontext():
            await self._run(stop, every)

    async def _run(self, stop: asyncio.Event, every: float) -> None:
        while not stop.is_set():
            self._wake.clear()  # before looking: who comes in meanwhile is seen at the next look
            try:
                if await self.work(AT_ONCE) and not self._is_clear:
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
