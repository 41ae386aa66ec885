"""The one door for messages from every channel: into the inbox, once, before the channel says “received”."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.metrics import Metrics
from handlers.messages import Incoming
from storage import messages
from storage.database import Database, Session, is_out_of_order


@dataclass(slots=True, eq=False)
class _Arrival:
    """What one caller brought, and what became of it: how many were new, or why it could not be stored."""

    batch: list[Incoming]
    whole_at: dt.datetime | None
    new: int | None = None
    error: Exception | None = None


class Intake:
    """Stores incoming messages and wakes the worker. What arrives while another commit is under way shares the next."""

    def __init__(self, database: Database, metrics: Metrics, wake: Callable[[], None]) -> None:
        self._database = database
        self._metrics = metrics
        self._wake = wake
        self._arrived: list[_Arrival] = []
        self._storing = asyncio.Lock()

    async def take(self, incoming: Incoming) -> bool:
        """Store one message; ``False`` when it was there already."""
        return await self.take_all([incoming]) == 1

    async def take_all(self, batch: list[Incoming], whole_at: dt.datetime | None = None) -> int:
        """Store several in one transaction; returns how many were new.

        Those of an album wait until ``whole_at``, with what waits of it already: by then the others have come, too.
        """
        mine = _Arrival(batch, whole_at)
        self._arrived.append(mine)
        async with self._storing:
            if mine.new is None and mine.error is None:
                await self._store_what_arrived()
        if mine.error:
            raise mine.error
        if mine.new:
            self._wake()
        return mine.new or 0

    async def _store_what_arrived(self) -> None:
        """Store what came in while others were being stored, with one commit; if that fails, each by itself."""
        arrived, self._arrived = self._arrived, []
        try:
            await self._store(arrived)
        except Exception as error:
            for one in arrived:
                if is_out_of_order(error) or len(arrived) == 1:
                    one.error = error
                    continue
                try:
                    await self._store([one])
                except Exception as own:
                    one.error = own

    async def _store(self, arrived: list[_Arrival]) -> None:
        batch = [
            messages.NewMessage(one.channel, one.chat, storable(one.key), _storable(one.to_json()), one.at)
            for arrival in arrived
            for one in arrival.batch
        ]
        async with self._database.transaction() as session:
            new = await messages.take_in_all(session, batch)
            for arrival in arrived:
                if arrival.whole_at:
                    await self._hold(session, arrival.batch, arrival.whole_at)
        for arrival in arrived:
            arrival.new = 0
            for one in arrival.batch:
                key = (one.channel, storable(one.key))
                arrival.new += key in new
                (self._metrics.taken_in if key in new else self._metrics.repeated).labels(one.channel).inc()
                new.discard(key)

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
