"""The one door for messages from every channel: into the inbox, once, before the channel says “received”."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.metrics import Metrics
from bot.waiting import pause
from handlers.messages import Incoming
from storage import messages
from storage.database import Database, Session, is_out_of_order

PATIENCE = 0.25
"""Seconds that what arrived waits for the worker's next transaction, before it is stored in one of its own."""


@dataclass(slots=True, eq=False)
class Arrival:
    """What one caller brought, and what became of it: how many were new, or why it could not be stored."""

    batch: list[Incoming]
    whole_at: dt.datetime | None
    new: int = 0
    error: Exception | None = None
    settled: asyncio.Event = field(default_factory=asyncio.Event)


class Intake:
    """Stores incoming messages and wakes the worker. What arrives while another commit is under way shares the next.

    A worker of the same process stores what has arrived in the transaction in which it answers (``shared``): one commit for
    both. Where that fails, or takes long to come, it is stored here.
    """

    def __init__(self, database: Database, metrics: Metrics, wake: Callable[[], None]) -> None:
        self._database = database
        self._metrics = metrics
        self._wake = wake
        self._arrived: list[Arrival] = []
        self._storing = asyncio.Lock()
        self._is_shared = False
        self._has_stored = False

    async def take(self, incoming: Incoming) -> bool:
        """Store one message; ``False`` when it was there already."""
        return await self.take_all([incoming]) == 1

    async def take_all(self, batch: list[Incoming], whole_at: dt.datetime | None = None) -> int:
        """Store several in one transaction; returns how many were new.

        Those of an album wait until ``whole_at``, with what waits of it already: by then the others have come, too.
        """
        mine = Arrival(batch, whole_at)
        self._arrived.append(mine)
        while not mine.settled.is_set():
            if self._is_shared:
                self._wake()
                await pause(mine.settled, PATIENCE)
            async with self._storing:  # whoever stores here has it; what the worker has is not among these
                if mine in self._arrived:
                    await self._store_what_arrived()
        if mine.error:
            raise mine.error
        return mine.new

    # -- for the worker of this process

    @contextmanager
    def shared(self) -> Iterator[None]:
        """While this lasts a worker looks again and again what has arrived."""
        self._is_shared = True
        try:
            yield
        finally:
            self._is_shared = False

    def arrived(self) -> list[Arrival]:
        """All that has arrived and nobody has in hand; it is the caller's now, to be settled, kept, or given back."""
        taken, self._arrived = self._arrived, []
        return taken

    def has_stored(self) -> bool:
        """Whether something was stored here, by itself, since this was asked last."""
        had, self._has_stored = self._has_stored, False
        return had

    def give_back(self, arrived: Sequence[Arrival]) -> None:
        """Somebody else shall store it."""
        self._arrived[:0] = arrived

    async def store(self, session: Session, arrived: Sequence[Arrival]) -> set[tuple[str, str]]:
        """Store what arrived in somebody's transaction; once that is kept, ``settle`` is to be told what this returns."""
        batch = [
            messages.NewMessage(one.channel, one.chat, storable(one.key), _storable(one.to_json()), one.at)
            for arrival in arrived
            for one in arrival.batch
        ]
        new = await messages.take_in_all(session, batch)
        for arrival in arrived:
            if arrival.whole_at:
                await self._hold(session, arrival.batch, arrival.whole_at)
        return new

    def settle(self, arrived: Sequence[Arrival], new: set[tuple[str, str]]) -> None:
        """It is stored; what was ``new`` in it is counted for whoever brought it first."""
        left = set(new)
        for arrival in arrived:
            for one in arrival.batch:
                key = (one.channel, storable(one.key))
                arrival.new += key in left
                (self._metrics.taken_in if key in left else self._metrics.repeated).labels(one.channel).inc()
                left.discard(key)
            arrival.settled.set()

    async def keep(self, arrived: Sequence[Arrival]) -> None:
        """Store what arrived with one commit; if that fails, each by itself. Whoever brought it hears what became of it."""
        try:
            await self._keep(arrived)
        except Exception as error:
            for one in arrived:
                if is_out_of_order(error) or len(arrived) == 1:
                    self._fail(one, error)
                    continue
                try:
                    await self._keep([one])
                except Exception as own:
                    self._fail(one, own)

    async def _keep(self, arrived: Sequence[Arrival]) -> None:
        async with self._database.transaction() as session:
            new = await self.store(session, arrived)
        self.settle(arrived, new)
        if new:
            self._has_stored = True
            self._wake()

    @staticmethod
    def _fail(arrival: Arrival, error: Exception) -> None:
        arrival.error = error
        arrival.settled.set()

    async def _store_what_arrived(self) -> None:
        """Store what came in while others were being stored."""
        arrived = self.arrived()
        try:
            await self.keep(arrived)
        finally:  # broken off: somebody else who waits stores it
            self.give_back([one for one in arrived if not one.settled.is_set()])

    async def await_albums(self, heard: list[Incoming], until: dt.datetime) -> None:
        """More of these albums was heard of and is being fetched: what waits of them waits for it."""
        if any(incoming.album for incoming in heard):
            async with self._database.transaction() as session:
                await self._hold(session, heard, until)

    @staticmethod
    async def _hold(session: Session, batch: list[Incoming], until: dt.datetime) -> None:
        for channel, chat, album in sorted({(one.channel, one.chat, one.album) for one in batch if one.album}):
            await messages.hold_album(session, channel, chat, storable(album), until)


def _storable(data: Any) -> Any:
    """The same data with every text storable."""
    if isinstance(data, str):
        return storable(data)
    if isinstance(data, list):
        return [_storable(value) for value in data]
    return {name: _storable(value) for name, value in data.items()} if isinstance(data, dict) else data


def storable(text: str) -> str:
    """The text without what no database takes: half a surrogate pair, or NUL.

    A message that could not be stored would come again for ever, and hold up all others.
    """
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\x00", "")
