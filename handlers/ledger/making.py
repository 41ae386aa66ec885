"""Making a ledger: what was asked for, whether it may still be seen, the volumes it fills, and handing them over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handlers import permissions
from handlers import words as house_words
from handlers.ledger import words
from handlers.ledger.columns import COLUMNS, values
from handlers.ledger.workbook import MIME, Book, Sheet, Value
from handlers.messages import Choice, Enclosure, FileRef, Reply
from handlers.turn import CHINA, House, push
from knowledge.spans import Span
from storage import ledger, people
from storage.database import Session
from storage.exports import ExportInfo
from storage.ledger import Filters
from storage.people import Office

KIND = "ledger"
MENU = Choice(house_words.LABEL_MENU, {"do": "menu"})
AGAIN = Choice(words.LABEL_LEDGER, {"do": "ledger"})
MOST_CHARACTERS = 20_000_000
"""A volume holds about so many: some 100,000 cases, a file that every channel takes."""
Heard = Callable[[int, int], Awaitable[None]]
"""Told from time to time how many cases are written, of how many."""


@dataclass(frozen=True, slots=True)
class Order:
    """A ledger as it is to be made: of what, under which title, as of when."""

    filters: Filters
    title: str
    department: str
    span: str
    place: str
    made: dt.datetime

    def about(self, count: int) -> str:
        """The line under the title: 单位、区间、制表时间、共N件."""
        made = self.made.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
        return words.ABOUT.format(place=self.place, department=self.department, span=self.span, made=made, count=count)


@dataclass(frozen=True, slots=True)
class Volume:
    """A written workbook and how many cases are in it."""

    path: Path
    count: int


def filters_of(office: Office, asked: dict[str, Any], today: dt.date) -> Filters:
    """What an office may have of what it asked for: an officer the own department, the others their place (R1)."""
    span = Span.from_text(asked["span"]) if asked["span"] else None
    return Filters(
        jurisdiction=office.jurisdiction,
        department=office.department if office.role == "officer" else asked["department"],
        state=asked["state"],
        start=span.start if span else None,
        end=span.end if span else None,
        today=today,
    )


async def order_of(session: Session, house: House, info: ExportInfo, now: dt.datetime) -> Order | None:
    """What is to be made; ``None`` when whoever asked may not see it any more: office ended, chat somebody else's."""
    today = now.astimezone(CHINA).date()
    speaker = await people.speaker_of(session, info.channel, info.chat, today, demo=house.demo)
    office = speaker.office
    if office is None or office.id != info.office or not permissions.may(speaker.role, KIND):
        return None
    filters = filters_of(office, info.filters, today)
    return Order(
        filters=filters,
        title=words.TITLES[filters.state],
        department=filters.department or words.ALL_DEPARTMENTS,
        span=Span.from_text(info.filters["span"]).words if info.filters["span"] else words.ANY_TIME,
        place=house.place_words(office.jurisdiction),
        made=now,
    )


class Volumes:
    """The workbooks of a ledger in a folder: a new one is begun when one is full. For a thread; nothing is kept."""

    def __init__(self, folder: Path, order: Order, count: int) -> None:
        self._folder, self._order, self._all = folder, order, count
        self._book: Book | None = None
        self._sheet: Sheet | None = None
        self._written: list[Volume] = []

    def add(self, rows: Sequence[Sequence[Value]]) -> None:
        """Write some cases."""
        if self._sheet is not None and self._sheet.size >= MOST_CHARACTERS:
            self._end()
        if self._sheet is None:
            self._book = Book(self._path, self._all)
            self._sheet = self._book.sheet("台账", self._order.title, self._order.about(self._all), COLUMNS)
        self._sheet.add(rows)

    @property
    def _path(self) -> Path:
        return self._folder / f"{len(self._written) + 1}.xlsx"

    def end(self) -> list[Volume]:
        """Finish the last one; all there are."""
        self._end()
        return self._written

    def _end(self) -> None:
        if self._book is None or self._sheet is None:
            return
        self._book.close()
        self._written.append(Volume(self._path, self._sheet.count))
        self._book = self._sheet = None


async def write(
    session: Session, house: House, order: Order, folder: Path, in_thread: Callable[..., Awaitable[Any]], heard: Heard
) -> list[Volume]:
    """Write the ledger as it is at this moment, in parts; ``session`` has read nothing yet.

    ``in_thread`` runs what takes long beside the conversation.
    """
    await ledger.steady(session)
    count = await ledger.count(session, order.filters)
    holders = await ledger.holders(session, order.filters.jurisdiction)
    library, today = house.knowledge().library, order.filters.today
    volumes, done = Volumes(folder, order, count), 0
    async for part in ledger.parts(session, order.filters):
        await in_thread(lambda rows: volumes.add([values(row, library, holders, today) for row in rows]), part)
        done += len(part)
        await heard(done, count)
    written: list[Volume] = await in_thread(volumes.end)
    return written


# ---- telling


async def hand_over(
    session: Session,
    house: House,
    info: ExportInfo,
    order: Order,
    files: Sequence[tuple[FileRef, int]],
    now: dt.datetime,
) -> None:
    """Send the finished volumes, a message each; without any, that there was nothing."""
    count = sum(own for _, own in files)
    if not files:
        await _tell(session, house, info, "none", nothing(), now)
    for n, (file, own) in enumerate(files, 1):
        is_last = n == len(files)
        reply = Reply.of(
            ("lead", words.DONE.format(title=order.title, count=count)),
            ("note", words.VOLUME.format(n=n, count=own) if len(files) > 1 else ""),
            ("note", words.OF.format(title=order.title, span=order.span, department=order.department)),
            choices=[MENU] if is_last else (),
            files=[Enclosure(_name(order, n if len(files) > 1 else 0), MIME, kept=file)],
        )
        await _tell(session, house, info, f"done/{n}", reply, now)


def _name(order: Order, volume: int) -> str:
    return f"{order.title} {order.span}{f' 第{volume}册' if volume else ''}.xlsx"


def nothing() -> Reply:
    """There are no such cases, and so there is no file."""
    again = Choice(words.LABEL_OTHERWISE, {"do": "ledger"})
    return Reply.of(("lead", words.NONE), ("text", words.NONE_NEXT), choices=[again, MENU])


async def tell_progress(
    session: Session, house: House, info: ExportInfo, done: int, count: int, now: dt.datetime
) -> None:
    """It takes long: how far it is."""
    reply = Reply.of(("lead", words.UNDER_WAY.format(done=done, count=count)))
    await _tell(session, house, info, f"{info.attempts}/{done}", reply, now)


async def tell_refused(session: Session, house: House, info: ExportInfo, now: dt.datetime) -> None:
    """Whoever asked may not see it any more."""
    await _tell(session, house, info, "refused", Reply.of(("lead", words.REFUSED), choices=[MENU]), now)


async def tell_failed(session: Session, house: House, info: ExportInfo, now: dt.datetime) -> None:
    """It was tried often enough."""
    reply = Reply.of(("lead", words.FAILED), ("text", words.FAILED_NEXT), choices=[AGAIN, MENU])
    await _tell(session, house, info, "failed", reply, now)


async def _tell(session: Session, house: House, info: ExportInfo, what: str, reply: Reply, now: dt.datetime) -> None:
    key = f"export/{info.id}/{what}/{info.channel}/{info.chat}"
    await push(session, house, info.channel, info.chat, key, reply, now, is_awaited=True)
