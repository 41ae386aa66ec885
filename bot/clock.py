"""The clock: what is due by itself – reminders and escalation of cases (R39–R41), licence reminders – and, once an hour, what has been kept long enough (R48).

Once a day the files that no record needs are swept away.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable

import structlog

from bot.keeper import Keeper
from bot.outages import tell
from bot.settings import Settings
from handlers.cases.daily import send_cards
from handlers.cases.ticking import BATCH as BATCH_OF_REMINDERS
from handlers.cases.ticking import clock_turn, escalate, send_due
from handlers.conversation import House
from handlers.flows.catalogue import flows_of
from handlers.flows.engine import Engine
from handlers.guidance.ticking import remind_of_meetings
from handlers.pledges.reviewing import break_late
from handlers.ratings.asking import send_waiting
from handlers.ratings.tasks import tell_supervisors
from handlers.reminders import remind_of_licences
from handlers.requests.ticking import close_unanswered, give_back_held, tell_gaps, tell_late
from storage import privacy, record_files, searching
from storage.database import Database

log = structlog.get_logger()
EVERY = 60.0  # seconds between two looks
TIDY_EVERY = dt.timedelta(hours=1)
SWEEP_EVERY = dt.timedelta(days=1)
SHORTEST_KEEP_DAYS = 7
BATCH = 2000


class Clock:
    """Looks what is due. Any number may run: what is due is laid once, by whoever is first."""

    def __init__(
        self,
        database: Database,
        house: House,
        settings: Settings,
        now: Callable[[], dt.datetime],
        told: Callable[[str, str], None] = lambda channel, chat: None,
        keeper: Keeper | None = None,
    ) -> None:
        self._database = database
        self._house = house
        self._engine = Engine(flows_of(house.checks))
        self._settings = settings
        self._now = now
        self._told = told
        self._keeper = keeper
        self._tidied: dt.datetime | None = None
        self._swept: dt.datetime | None = None

    async def tick(self) -> None:
        """One look: send what is due, tidy when an hour has passed, sweep when a day has."""
        now = self._now()
        async with self._database.transaction() as session:
            reached = await remind_of_licences(session, self._house, now)
        while True:
            async with self._database.transaction() as session:
                claimed, sent = await send_due(session, self._house, now)
            reached += sent
            if claimed < BATCH_OF_REMINDERS:
                break
        after = None
        while True:
            async with self._database.transaction() as session:
                turn = clock_turn(session, self._house, self._engine, now)
                after = await escalate(session, self._house, turn, now, after)
            if after is None:
                break
        async with self._database.transaction() as session:
            reached += await tell_gaps(clock_turn(session, self._house, self._engine, now))
        while True:
            async with self._database.transaction() as session:
                looked_at, told = await send_cards(clock_turn(session, self._house, self._engine, now))
            reached += told
            if not looked_at:
                break
        for due in (remind_of_meetings, send_waiting, tell_supervisors):
            async with self._database.transaction() as session:
                reached += await due(session, self._house, now)
        for of_requests in (break_late, give_back_held, close_unanswered, tell_late):
            async with self._database.transaction() as session:
                reached += await of_requests(clock_turn(session, self._house, self._engine, now))
        for channel, chat in reached:
            self._told(channel, chat)
        if self._tidied is None or now - self._tidied >= TIDY_EVERY:
            self._tidied = now
            counts = await tidy_up(self._database, self._settings, now)
            if any(counts.values()):
                log.info("tidied", **counts)
        if self._keeper and (self._swept is None or now - self._swept >= SWEEP_EVERY):
            self._swept = now
            if swept := await sweep_files(self._database, self._keeper, self._settings, now):
                log.info("swept", files=swept)

    async def run(self, stop: asyncio.Event, every: float = EVERY) -> None:
        """Look until stopped; a database that is away is tried again at the next look."""
        while not stop.is_set():
            try:
                await self.tick()
            except Exception as error:
                tell(log, "clock", error)
            try:
                await asyncio.wait_for(stop.wait(), every)
            except TimeoutError:
                continue


async def sweep_files(database: Database, keeper: Keeper, settings: Settings, now: dt.datetime) -> int:
    """Delete the files that no record, no dialogue and no message needs; returns how many.

    A file is looked at only a day after anything unfinished that may hold it has gone; where that is kept for ever
    (a setting of 0), nothing is swept.
    """
    days = (settings.keep_files_days, settings.keep_drafts_days)
    if 0 in days:
        return 0
    older_than = now - dt.timedelta(days=max(*days, SHORTEST_KEEP_DAYS) + 1)
    async with database.reading() as session:
        known = await record_files.known(session)
    return await keeper.sweep(known, older_than)


async def tidy_up(database: Database, settings: Settings, now: dt.datetime) -> dict[str, int]:
    """Delete what is older than the retention settings allow, in batches; returns how much of each kind."""
    total: dict[str, int] = {}
    while True:
        async with database.transaction() as session:
            if await searching.write_down(session, BATCH) < BATCH:
                break
    while True:
        async with database.transaction() as session:
            counts = await privacy.tidy(
                session,
                now,
                messages_days=settings.keep_messages_days,
                questions_days=settings.keep_questions_days,
                buttons_days=settings.keep_buttons_days,
                attachments_days=settings.keep_files_days,
                codes_days=settings.keep_codes_days,
                drafts_days=settings.keep_drafts_days,
                limit=BATCH,
            )
        for name, count in counts.items():
            total[name] = total.get(name, 0) + count
        if max(counts.values(), default=0) < BATCH:
            return total
