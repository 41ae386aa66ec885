"""The one door for messages from every channel: into the inbox, once, before the channel says “received”."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from bot.metrics import Metrics
from handlers.messages import Incoming
from storage import messages
from storage.database import Database, Session


class Intake:
    """Stores incoming messages and wakes the worker."""

    def __init__(self, database: Database, metrics: Metrics, wake: Callable[[], None]) -> None:
        self._database = database
        self._metrics = metrics
        self._wake = wake

    async def take(self, incoming: Incoming) -> bool:
        """Store one message; ``False`` when it was there already."""
        return await self.take_all([incoming]) == 1

    async def take_all(self, batch: list[Incoming], whole_at: dt.datetime | None = None) -> int:
        """Store several in one transaction; returns how many were new.

        Those of an album wait until ``whole_at``, with what waits of it already: by then the others have come, too.
        """
        outcomes = []
        async with self._database.transaction() as session:
            for incoming in batch:
                payload = _storable(incoming.to_json())
                is_new = await messages.take_in(
                    session, incoming.channel, incoming.chat, storable(incoming.key), payload, incoming.at
                )
                outcomes.append((is_new, incoming.channel))
            if whole_at:
                await self._hold(session, batch, whole_at)
        for is_new, channel in outcomes:
            (self._metrics.taken_in if is_new else self._metrics.repeated).labels(channel).inc()
        new = sum(is_new for is_new, _ in outcomes)
        if new:
            self._wake()
        return new

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
