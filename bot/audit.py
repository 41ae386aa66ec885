"""The record is checked (R28): every chain of events, the numbers of the cases, what was signed, and the files it names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from knowledge.procedure.case import PLEDGE_NAMES
from storage import cases, chain, pledges, record_files
from storage.blobs import Blobs, DamagedBlob, MissingBlob, WrongDigest
from storage.chain import CASES, ENTERPRISES, Break, Walked
from storage.database import Database, Session
from storage.demo import REQUEST_SERIES

FILES = "文件"


class UnknownCase(ValueError):
    """没有这个案件，编号应如 鄂城市监容〔2026〕0012号。"""


@dataclass(slots=True)
class Checked:
    """What was looked at so far, and how many breaks were found."""

    cases: Walked = field(default_factory=Walked)
    enterprises: Walked = field(default_factory=Walked)
    files: int = 0
    breaks: int = 0

    @property
    def events(self) -> int:
        """The events of both kinds."""
        return self.cases.events + self.enterprises.events


@dataclass(frozen=True, slots=True)
class Audit:
    """A check of the record. ``found`` is told of every break as it is found, ``told`` how far it is, now and then.

    With ``blobs`` the files are read, too.
    """

    database: Database
    found: Callable[[Break], None]
    told: Callable[[Checked], None] = lambda checked: None
    blobs: Blobs | None = None

    async def everything(self) -> Checked:
        """All cases, enterprises, numbers and files."""
        checked = Checked()
        async with self.database.reading() as session:
            await self._breaks(checked, chain.breaks(session, CASES, walked=checked.cases, told=self._tell(checked)))
            of_people = chain.breaks(session, ENTERPRISES, walked=checked.enterprises, told=self._tell(checked))
            await self._breaks(checked, of_people)
            await self._breaks(checked, cases.lost_numbers(session, [REQUEST_SERIES]))
            await self._breaks(checked, self._pledges(session, None))
            await self._files(session, checked, None)
        return checked

    async def one(self, number: str) -> Checked:
        """One case and its files. Raises ``UnknownCase``."""
        checked = Checked()
        async with self.database.reading() as session:
            case = await self._case(session, number)
            await self._breaks(checked, chain.breaks(session, CASES, owner=case, walked=checked.cases))
            await self._breaks(checked, self._pledges(session, case))
            await self._files(session, checked, case)
        return checked

    async def place_of(self, number: str, digest: str) -> int | None:
        """At which event of a case a digest stands that was printed; ``None`` when at none. Raises ``UnknownCase``."""
        async with self.database.reading() as session:
            return await chain.place_of(session, CASES, await self._case(session, number), digest)

    async def _case(self, session: Session, number: str) -> int:
        id = await cases.id_of(session, number)
        if id is None:
            raise UnknownCase(UnknownCase.__doc__)
        return id

    def _tell(self, checked: Checked) -> Callable[[Walked], None]:
        return lambda walked: self.told(checked)

    async def _breaks(self, checked: Checked, breaks: AsyncIterator[Break]) -> None:
        async for found in breaks:
            checked.breaks += 1
            self.found(found)

    async def _files(self, session: Session, checked: Checked, case: int | None) -> None:
        if self.blobs is not None:
            await self._breaks(checked, self._lost(session, case))
            await self._breaks(checked, self._damaged(session, checked, self.blobs, case))

    async def _pledges(self, session: Session, case: int | None) -> AsyncIterator[Break]:
        async for number, kind, version in pledges.unsound(session, case):
            yield Break(CASES.name, number, None, f"{PLEDGE_NAMES[kind]}第{version}版和签的时候不一样，或者不在记录里")

    async def _lost(self, session: Session, case: int | None) -> AsyncIterator[Break]:
        async for number, ordinal, count in record_files.lost(session, case):
            yield Break(CASES.name, number, ordinal, f"这一条交的材料少了{count}份")

    async def _damaged(
        self, session: Session, checked: Checked, blobs: Blobs, case: int | None
    ) -> AsyncIterator[Break]:
        """Read every file once; whoever names a bad one is told."""
        digest, problem = "", ""
        async for one in record_files.named(session, case):
            if one.digest != digest:
                digest, problem = one.digest, await asyncio.to_thread(_problem, blobs, one.digest)
                checked.files += 1
                self.told(checked)
            if problem:
                yield Break(FILES, one.number, None, f"“{one.name}”{problem}")


def _problem(blobs: Blobs, digest: str) -> str:
    """What is wrong with a file, or nothing."""
    try:
        blobs.read(digest)
    except (MissingBlob, WrongDigest):
        return "不见了"
    except (DamagedBlob, OSError):
        return "已经损坏，和收到时不一样"
    return ""
