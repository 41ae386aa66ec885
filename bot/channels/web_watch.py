"""One look a second for all open streams of a process: whose transcripts have something new, whichever process wrote it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import structlog

from storage import messages
from storage.database import Database

log = structlog.get_logger()
EVERY = 1.0  # seconds between two looks
SETTLES = 5  # looks after which whatever was given a lower number is committed, too
OVERLAP = 200  # messages before the newest one that a first look begins with
PATIENCE = 12.0  # seconds that a look waits for the database


class Watch:
    """Looks at the newest messages of all web chats; ``told`` is called with each chat that has something new.

    On PostgreSQL a row may be committed after one with a higher number: rows stay under watch until they settle.
    """

    def __init__(self, database: Database, told: Callable[[str], None], chats: Callable[[], Iterable[str]]) -> None:
        self._database = database
        self._told = told
        self._chats = chats
        self._after: int | None = None
        self._seen: dict[int, tuple[str, int]] = {}
        self._looks = 0

    async def run(self) -> None:
        """Look until cancelled; without a database every stream looks for itself, and ends as its page expects."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except Exception as error:
                log.error("watch failed", error=type(error).__name__)
                for chat in list(self._chats()):
                    self._told(chat)

    async def look(self) -> None:
        """One look: wakes whom it concerns."""
        async with asyncio.timeout(PATIENCE), self._database.reading() as session:
            if self._after is None:
                self._after = max(0, await messages.newest_id(session) - OVERLAP)
            rows = await messages.newer(session, "web", self._after)
        self._looks += 1
        for id, chat, state in rows:
            known, first = self._seen.get(id, ("", self._looks))
            if known != state:
                self._seen[id] = (state, first)
                self._told(chat)
        for id, _, _ in rows:
            if self._looks - self._seen[id][1] < SETTLES:
                break
            self._after = id
            del self._seen[id]
