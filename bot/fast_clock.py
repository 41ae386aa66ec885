"""Weeks in seconds: a clock that is set moves from one thing that is due to the next, and everything it brings about is told."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from handlers import menus
from handlers.cases.course_words import Teller, essence, title
from handlers.messages import Part
from handlers.turn import CHINA
from knowledge.procedure.ladder import FROM
from storage import happenings, people
from storage.database import Database, Session
from storage.happenings import Pushed

NUMBER = re.compile(r"[^\s：，。、（）]*〔\d{4}〕\d{4,}号")
LOOKS = (dt.time(0), FROM, dt.time(9))
_WEEKDAYS = "一二三四五六日"


@dataclass
class SetClock:
    """A time that is set."""

    at: dt.datetime

    def now(self) -> dt.datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class FastClock:
    """Moves a clock over a database. ``tick`` is the service's own look at what is due."""

    database: Database
    clock: SetClock
    tick: Callable[[], Awaitable[None]]
    demo: bool = False

    async def run(self, until: dt.datetime, step: dt.timedelta | None = None) -> AsyncIterator[str]:
        """Everything that comes about until then, a line each, in order.

        It is looked when a reminder is due or a held push leaves, at the hours of ``LOOKS``, and every ``step`` if given.
        """
        before = self.clock.at
        while True:
            async with self.database.reading() as session:
                newest = await happenings.newest_message(session)
                there = {event.digest for _, event in await happenings.clock_acts(session, self.clock.at)}
            await self.tick()
            async with self.database.reading() as session:
                for line in await self._told(session, before, newest, there):
                    yield line
                due = await happenings.next_due(session, self.clock.at)
            if self.clock.at >= until:
                return
            before = self.clock.at
            looks = [until, next_look(before), *([due] if due else []), *([before + step] if step else [])]
            self.clock.at = min(looks)

    async def _told(self, session: Session, before: dt.datetime, newest: int, there: set[str]) -> list[str]:
        """What came about at this moment: what left that was held, then what the clock did, then what it wrote.

        ``newest`` and ``there``: the last message and the digests of the clock's acts before it was looked.
        """
        now = self.clock.at
        lines = []
        for one in await happenings.leaving(session, before, now):
            lines.append(await self._line(session, one, "送出"))
        for number, event in await happenings.clock_acts(session, now):
            if event.digest in there:
                continue
            said = essence(event, Teller(is_enterprise=False))
            lines.append(f"{_moment(now)}  记录  {number}：{title(event)}{'，' + said if said else ''}")
        for one in await happenings.pushes_after(session, newest):
            lines.append(await self._line(session, one, "推送"))
        return lines

    async def _line(self, session: Session, one: Pushed, kind: str) -> str:
        part = Part.from_json(one.payload)
        first = part.blocks[0].text.split("\n")[0] if part.blocks else ""
        numbers = dict.fromkeys(NUMBER.findall("\n".join(block.text for block in part.blocks)))
        named = "" if not numbers or next(iter(numbers)) in first else f"（{'、'.join(numbers)}）"
        waits = f"，{_moment(one.until)}送出" if one.until and kind == "推送" else ""
        return f"{_moment(self.clock.at)}  {kind}  {await self._whom(session, one)}：{first}{named}{waits}"

    async def _whom(self, session: Session, one: Pushed) -> str:
        today = self.clock.at.astimezone(CHINA).date()
        speaker = await people.speaker_of(session, one.channel, one.chat, today, demo=self.demo)
        department = f"（{speaker.office.department}）" if speaker.office else ""
        return f"{menus.ROLE_NAMES[speaker.role]}{department}"


def next_look(at: dt.datetime) -> dt.datetime:
    """The next of the hours at which what nobody laid before comes about: a day ends, or the pushes of one begin (R41)."""
    local = at.astimezone(CHINA)
    days = (local.date(), local.date() + dt.timedelta(days=1))
    moments = (dt.datetime.combine(day, hour, CHINA) for day in days for hour in LOOKS)
    return next(moment for moment in moments if moment > local)


def _moment(at: dt.datetime) -> str:
    local = at.astimezone(CHINA)
    return f"{local:%m-%d} 周{_WEEKDAYS[local.weekday()]} {local:%H:%M}"
