"""Sends what lies in the outbox, in order per chat, at least once, with patience for a channel that is down."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol

import structlog

from bot.metrics import Metrics
from bot.outages import tell
from handlers.messages import Part
from storage import messages
from storage.database import Database, Session

log = structlog.get_logger()
LEASE = dt.timedelta(seconds=8)
"""How long the message of a process that died waits for another one; whoever lives renews before a third has passed."""
AT_ONCE = 16
NOTE_WITHIN = 0.03
"""Seconds in which what left is noted: by then others have left, too, or the worker has noted it in a transaction of its own."""


GivenUp = Callable[[Session, messages.Stored, dt.datetime], Awaitable[None]]


class TryLater(Exception):
    """The channel asks to wait, or is down."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"{seconds:.0f} s")


class Undeliverable(Exception):
    """The channel will never take this message (blocked, unknown chat)."""


class Sender(Protocol):
    """A channel that messages are pushed to."""

    channel: str

    async def send(self, chat: str, part: Part) -> str:
        """Send one part; returns the channel's message id. Raises ``TryLater`` or ``Undeliverable``."""
        ...


class Courier:
    """Outbox → channel. ``given_up`` hears, in the same transaction, of a message that will never arrive (R42).

    The message is leased first, so that another courier sends it if this process dies, and the lease is renewed while the
    channel takes its time.

    Up to ``AT_ONCE`` chats are served at once. Within a chat the order holds: a message is not taken
    while an older one has not left. An answer that was made in this process may come by hand, leased already (``hand``).
    """

    def __init__(
        self,
        database: Database,
        sender: Sender,
        metrics: Metrics,
        now: Callable[[], dt.datetime],
        given_up: GivenUp | None = None,
    ) -> None:
        self._database = database
        self._sender = sender
        self._metrics = metrics
        self._now = now
        self._given_up = given_up
        self._wake = asyncio.Event()
        self._sending: dict[int, messages.Stored] = {}
        self._sent: dict[int, str] = {}  # what left and is not noted yet
        self._leased = now()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_open = False
        self._soon: asyncio.TimerHandle | None = None

    @property
    def channel(self) -> str:
        return self._sender.channel

    @property
    def room(self) -> int:
        """How many messages may be handed over now; none while it does not run."""
        return max(0, AT_ONCE - len(self._sending)) if self._is_open else 0

    def hand(self, leased: Sequence[messages.Stored], since: dt.datetime) -> None:
        """Send at once what was leased at a time. What comes when it runs no more is sent by another after the lease."""
        if self._is_open and leased:
            self._begin(leased, since)

    def wake(self) -> None:
        self._wake.set()

    async def note(self, session: Session) -> list[int]:
        """Note what has left, in whosever transaction; once that is kept, ``noted`` is to be told what this returns."""
        sent = dict(self._sent)
        if sent:
            await messages.mark_sent(session, sent)
        return list(sent)

    def noted(self, ids: Iterable[int]) -> None:
        for id in ids:
            self._sent.pop(id, None)  # both this courier and the worker may have noted it: that does no harm

    async def carry(self) -> bool:
        """Send one message if there is one; returns whether there was."""
        taken = await self._note_and_take(1)
        self._sending |= {one.id: one for one in taken}
        for stored in taken:
            await self._send(stored)
        await self._note_and_take(0)
        return bool(taken)

    async def run(self, stop: asyncio.Event, every: float = 0.25) -> None:
        """Carry until stopped; what is being sent is finished."""
        stopped = asyncio.ensure_future(stop.wait())
        stopped.add_done_callback(lambda _: self.wake())
        self._is_open = True
        try:
            while not stop.is_set():
                self._wake.clear()  # before looking: what comes meanwhile is seen at the next look
                since = self._now()
                self._begin(await self._try(AT_ONCE), since)
                try:
                    await asyncio.wait_for(self._wake.wait(), every)
                except TimeoutError:
                    continue
            self._is_open = False
            while self._tasks:
                await asyncio.wait(self._tasks, timeout=every)
                await self._try(0)
            await self._try(0)
        finally:
            self._is_open = False
            stopped.cancel()
            if self._soon is not None:
                self._soon.cancel()
                self._soon = None
            for task in self._tasks:
                task.cancel()

    def _begin(self, taken: Sequence[messages.Stored], since: dt.datetime) -> None:
        """Send what is leased since a time, each in a task of its own."""
        if not self._sending:
            self._leased = since
        self._sending |= {one.id: one for one in taken}
        for stored in taken:
            task = asyncio.create_task(self._send_and_wake(stored))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _try(self, at_once: int) -> list[messages.Stored]:
        try:
            return await self._note_and_take(at_once)
        except Exception as error:
            tell(log, "courier", error)  # what was sent and not noted is noted at the next try
            return []

    async def _note_and_take(self, at_once: int) -> list[messages.Stored]:
        """Note what was sent since the last look, keep what is being sent, and lease what may be sent next, at once.

        What it notes and how many it takes is settled when the transaction has begun: others leave while it waits for that.
        """
        if not (self._sent or at_once > len(self._sending) or self._must_keep()):
            return []
        async with self._database.transaction() as session:
            now = self._now()
            kept = list(self._sending.values()) if self._must_keep() else []
            sent = await self.note(session)
            free = at_once - len(self._sending)
            taken = await messages.next_unsent(session, now, self._sender.channel, free) if free > 0 else []
            if kept or taken:
                await messages.lease(session, now + LEASE, *kept, *taken)
        self.noted(sent)
        if kept:
            self._leased = now
        return taken

    def _must_keep(self) -> bool:
        return bool(self._sending) and self._now() >= self._leased + LEASE / 3

    async def _send_and_wake(self, stored: messages.Stored) -> None:
        try:
            await self._send(stored)
        except Exception as error:
            tell(log, "courier", error)  # that it failed could not be noted: it is tried again after its lease
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(NOTE_WITHIN, self._wake_now)

    def _wake_now(self) -> None:
        self._soon = None
        self.wake()

    async def _send(self, stored: messages.Stored) -> None:
        try:
            remote = await self._handed_over(stored)
        except TryLater as error:
            # waiting for a channel that is down is no fault of the message: only refusals and strange errors count
            self._metrics.send_failed.labels(self._sender.channel).inc()
            async with self._database.transaction() as session:
                await messages.lease(session, self._now() + dt.timedelta(seconds=error.seconds), stored)
        except Undeliverable as error:
            await self._failed(stored, str(error), None)
        except Exception as error:
            log.error("send failed", error=type(error).__name__, id=stored.id)
            wait = dt.timedelta(seconds=2.0 ** min(stored.tries + 1, 6))
            await self._failed(stored, type(error).__name__, self._now() + wait)
        else:
            self._sent[stored.id] = remote
            self._metrics.sent.labels(self._sender.channel).inc()

    async def _handed_over(self, stored: messages.Stored) -> str:
        try:
            return await self._sender.send(stored.chat, Part.from_json(stored.payload))
        finally:
            del self._sending[stored.id]

    async def _failed(self, stored: messages.Stored, error: str, retry_at: dt.datetime | None) -> None:
        self._metrics.send_failed.labels(self._sender.channel).inc()
        async with self._database.transaction() as session:
            is_lost = await messages.mark_failed(session, stored, error, retry_at)
            if is_lost and self._given_up:
                await self._given_up(session, stored, self._now())
