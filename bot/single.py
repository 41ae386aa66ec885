"""Work that one process at a time does, by lease: when that one ends, dies or hangs, another takes over."""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from bot.waiting import pause
from storage import leases
from storage.database import Database

log = structlog.get_logger()
LASTS = dt.timedelta(seconds=6)
Work = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


class Single:
    """Runs a piece of work while this process holds its lease; the work ends soon after its event is set."""

    def __init__(
        self, database: Database, name: str, now: Callable[[], dt.datetime], lasts: dt.timedelta = LASTS
    ) -> None:
        self._database = database
        self._name = name
        self._now = now
        self._lasts = lasts
        self._holder = secrets.token_hex(8)

    async def run(self, work: Work, stop: asyncio.Event) -> None:
        """Wait for the lease, work, wait again when it was lost; until ``stop``. A failure of the work is raised."""
        while not stop.is_set():
            if await self._holds():
                await self._work(work, stop)
                await self._let_go()
            else:
                await pause(stop, self._every)

    @property
    def _every(self) -> float:
        return self._lasts.total_seconds() / 4

    async def _work(self, work: Work, stop: asyncio.Event) -> None:
        """Work until stopped or until the lease cannot be renewed."""
        enough = asyncio.Event()
        task = asyncio.create_task(work(enough))
        stopped = asyncio.ensure_future(stop.wait())
        log.info("lease taken", name=self._name)
        try:
            while not (task.done() or stopped.done()):
                await asyncio.wait((task, stopped), timeout=self._every, return_when=asyncio.FIRST_COMPLETED)
                if not (task.done() or stopped.done() or await self._holds()):
                    log.warning("lease lost", name=self._name)
                    break
            enough.set()
            await task
        finally:
            stopped.cancel()
            task.cancel()

    async def _holds(self) -> bool:
        """Whether the lease is taken or renewed; a database that is away is as a lease lost."""
        now = self._now()
        try:
            async with asyncio.timeout(self._every), self._database.transaction() as session:
                return await leases.hold(session, self._name, self._holder, now, now + self._lasts)
        except Exception as error:
            log.warning("lease unknown", name=self._name, error=type(error).__name__)
            return False

    async def _let_go(self) -> None:
        try:
            async with asyncio.timeout(self._every), self._database.transaction() as session:
                await leases.release(session, self._name, self._holder)
        except Exception as error:
            log.warning("lease not released", name=self._name, error=type(error).__name__)
