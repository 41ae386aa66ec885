"""Makes the ledgers that were asked for, beside the conversation: takes one under a lease, writes it, sends it."""

from __future__ import annotations

import asyncio
import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from bot.outages import tell
from handlers.ledger import making
from handlers.ledger.making import Order, Volume
from handlers.ledger.workbook import MIME
from handlers.messages import FileRef
from handlers.turn import House
from storage import exports
from storage.blobs import Blobs
from storage.database import Database
from storage.exports import ExportInfo

log = structlog.get_logger()
LEASE = dt.timedelta(minutes=3)
RENEW = dt.timedelta(seconds=20)
RETRY = dt.timedelta(seconds=10)
TELL_EVERY = dt.timedelta(seconds=30)


class LeaseLost(RuntimeError):
    """这一份已经由另一个进程接手。"""


class Exporter:
    """One ledger at a time. Any number may run, in any number of processes.

    A process that ends half-way is no loss: its lease runs out and another takes the ledger up, as often as
    ``storage.exports`` allows; then whoever asked is told.
    """

    def __init__(
        self,
        database: Database,
        house: House,
        blobs: Blobs,
        now: Callable[[], dt.datetime],
        told: Callable[[str, str], None] = lambda channel, chat: None,
    ) -> None:
        self._database = database
        self._house = house
        self._blobs = blobs
        self._now = now
        self._told = told
        self._wake = asyncio.Event()

    def wake(self) -> None:
        self._wake.set()

    async def tick(self) -> bool:
        """Make one ledger, if one waits; returns whether one did."""
        now = self._now()
        async with self._database.reading() as session:
            if not await exports.is_any_due(session, now):
                return False
        async with self._database.transaction() as session:
            for info in await exports.spent(session, now):
                await making.tell_failed(session, self._house, info, now)
                self._told(info.channel, info.chat)
            taken = await exports.claim(session, now, now + LEASE)
        if taken is not None:
            await self._try(taken)
            self._told(taken.channel, taken.chat)
        return taken is not None

    async def run(self, stop: asyncio.Event, every: float = 2.0) -> None:
        """Make ledgers until stopped; one that is under way then is left to whoever comes next."""
        stopped = asyncio.ensure_future(stop.wait())
        stopped.add_done_callback(lambda _: self.wake())
        try:
            while not stop.is_set():
                self._wake.clear()  # before looking: what is asked for meanwhile is seen at the next look
                look = asyncio.ensure_future(self.tick())
                await asyncio.wait((look, stopped), return_when=asyncio.FIRST_COMPLETED)
                if not look.done():
                    look.cancel()
                    await asyncio.gather(look, return_exceptions=True)
                    return
                if isinstance(error := look.exception(), Exception):
                    tell(log, "exporter", error)
                elif look.result():
                    continue
                try:
                    await asyncio.wait_for(self._wake.wait(), every)
                except TimeoutError:
                    continue
        finally:
            stopped.cancel()

    async def _try(self, info: ExportInfo) -> None:
        try:
            await self._make(info)
        except LeaseLost:
            log.warning("export taken over", id=info.id)
        except asyncio.CancelledError:
            async with self._database.transaction() as session:
                await exports.release(session, info)
            raise
        except Exception as error:
            log.error("export failed", id=info.id, attempt=info.attempts, error=type(error).__name__, exc_info=error)
            async with self._database.transaction() as session:
                await exports.put_back(session, info, self._now() + RETRY * info.attempts)

    async def _make(self, info: ExportInfo) -> None:
        async with self._database.reading() as session:
            order = await making.order_of(session, self._house, info, self._now())
        if order is None:
            await self._refuse(info)
            return
        with tempfile.TemporaryDirectory(prefix="rongcuo-") as folder:
            async with self._database.reading() as session:
                heard = _Lease(self, info)
                volumes = await making.write(session, self._house, order, Path(folder), asyncio.to_thread, heard.heard)
            files = [(await asyncio.to_thread(self._keep, volume), volume.count) for volume in volumes]
        await self._hand_over(info, order, files)

    def _keep(self, volume: Volume) -> FileRef:
        """A written volume among the files of the house, where its chat fetches it from."""
        content = volume.path.read_bytes()
        return FileRef(self._blobs.put(content), volume.path.name, MIME, len(content))

    async def _hand_over(self, info: ExportInfo, order: Order, files: Sequence[tuple[FileRef, int]]) -> None:
        """Send it in one transaction with its end, if whoever asked may still see it."""
        now = self._now()
        async with self._database.transaction() as session:
            may_see = await making.order_of(session, self._house, info, now) is not None
            rows = sum(count for _, count in files)
            if not await exports.finish(session, info, rows=rows, is_done=may_see):
                raise LeaseLost(LeaseLost.__doc__)
            if may_see:
                await making.hand_over(session, self._house, info, order, files, now)
            else:
                await making.tell_refused(session, self._house, info, now)

    async def _refuse(self, info: ExportInfo) -> None:
        async with self._database.transaction() as session:
            if await exports.finish(session, info, rows=0, is_done=False):
                await making.tell_refused(session, self._house, info, self._now())

    async def renew(self, info: ExportInfo, done: int, count: int, *, tells: bool) -> None:
        """Keep the lease, and say how far it is. Raises ``LeaseLost``."""
        now = self._now()
        async with self._database.transaction() as session:
            if not await exports.renew(session, info, done, now + LEASE):
                raise LeaseLost(LeaseLost.__doc__)
            if tells:
                await making.tell_progress(session, self._house, info, done, count, now)
        if tells:
            self._told(info.channel, info.chat)


class _Lease:
    """Renews a lease while its ledger is being written, and tells now and then."""

    def __init__(self, exporter: Exporter, info: ExportInfo) -> None:
        self._exporter, self._info = exporter, info
        self._renewed = self._spoke = exporter._now()

    async def heard(self, done: int, count: int) -> None:
        now = self._exporter._now()
        tells = now - self._spoke >= TELL_EVERY and done < count
        if now - self._renewed < RENEW and not tells:
            return
        self._renewed = now
        self._spoke = now if tells else self._spoke
        await self._exporter.renew(self._info, done, count, tells=tells)
