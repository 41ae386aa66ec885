"""Reminders of cases (R39, R43): laid once, claimed by one, dropped with their deadline."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter

import pytest
from sqlalchemy import insert

from knowledge.procedure import acts
from knowledge.procedure.case import Case
from knowledge.procedure.ladder import rungs, shipped_ladder
from knowledge.workdays import CHINA
from storage import cases, reminders
from storage.cases import CaseInfo
from storage.database import Database
from storage.reminders import ReminderInfo
from storage.tables import Reminder
from tests.storage.offices import DIAGNOSIS, DUE, TODAY, Office, new_office

LATER = dt.date(2026, 12, 4)
MORNING = dt.datetime(2026, 11, 20, 8, 30, tzinfo=CHINA)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CHINA)


class Clock:
    """Reminds the owner and the officer of one case."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.owner, self.officer = office.persons
        self.persons = {"contact": [self.owner], "officer": [self.officer]}

    async def lays(self, info: CaseInfo, now: dt.datetime = MORNING, on: Database | None = None) -> int:
        async with (on or self.office.database).transaction() as session:
            ahead = rungs(info.case, shipped_ladder(), now.astimezone(CHINA).date())
            return await reminders.lay(session, info.id, ahead, self.persons, now)

    async def relays(self, info: CaseInfo, now: dt.datetime = MORNING) -> int:
        async with self.office.database.transaction() as session:
            ahead = rungs(info.case, shipped_ladder(), now.astimezone(CHINA).date())
            return await reminders.relay(session, info.id, ahead, self.persons, now)

    async def waits(self, info: CaseInfo) -> list[str]:
        """What waits, without the daily rungs: kind and day."""
        async with self.office.database.reading() as session:
            found = await reminders.waiting_for(session, info.id)
        return [f"{one.kind} {one.at.astimezone(CHINA):%m-%d}" for one in found if "overdue" not in one.kind]

    async def sends(self, now: dt.datetime, limit: int = 100) -> list[ReminderInfo]:
        async with self.office.database.transaction() as session:
            claimed = await reminders.claim_due(session, now, limit)
            await reminders.mark_sent(session, [one.id for one in claimed], now)
        return claimed


@pytest.fixture
async def clock(database: Database) -> Clock:
    return Clock(await new_office(database))


async def diagnosed(clock: Clock, due: dt.date = DUE) -> CaseInfo:
    info = await clock.office.opens()
    return await clock.office.does(info, acts.Diagnose(DIAGNOSIS.facts, "清空", due, touches_red_line=False))


async def test_r39_a_ladder_is_laid_once(clock: Clock) -> None:
    info = await diagnosed(clock)
    assert await clock.lays(info) == 5 + 14
    assert await clock.lays(info) == 0
    assert await clock.relays(info) == 0
    assert await clock.waits(info) == [
        "before_3 11-20",
        "before_1 11-24",
        "due 11-25",
        "officer_due 11-25",
        "after_1 11-26",
    ]


async def test_of_many_who_lay_one_ladder_at_once_it_is_there_once(clock: Clock) -> None:
    info = await diagnosed(clock)
    other = Database(clock.office.database.url)
    try:
        laid = await asyncio.gather(
            *(clock.lays(info, on=on) for _ in range(3) for on in (clock.office.database, other))
        )
    finally:
        await other.close()
    assert sum(laid) == 5 + 14
    assert len(await clock.waits(info)) == 5


async def test_what_is_behind_is_not_laid(clock: Clock) -> None:
    info = await diagnosed(clock)
    await clock.lays(info, at("11-20 15:00"))
    assert (await clock.waits(info))[0] == "before_1 11-24"


async def test_r39_due_reminders_are_claimed_oldest_first_each_once(clock: Clock) -> None:
    info = await diagnosed(clock)
    await clock.lays(info)
    assert await clock.sends(at("11-20 08:59")) == []
    (first,) = await clock.sends(at("11-20 09:00"))
    assert (first.case, first.kind, first.due, first.person, first.at) == (
        info.id,
        "before_3",
        DUE,
        clock.owner,
        at("11-20 09:00"),
    )
    assert [one.kind for one in await clock.sends(at("11-25 12:00"), limit=2)] == ["before_1", "due"]
    assert [(one.kind, one.person) for one in await clock.sends(at("11-25 12:00"))] == [("officer_due", clock.officer)]
    assert await clock.sends(at("11-25 12:00")) == []


async def test_a_claim_that_broke_off_is_made_again(clock: Clock) -> None:
    await clock.lays(await diagnosed(clock))

    async def breaks_off() -> None:
        async with clock.office.database.transaction() as session:
            claimed = await reminders.claim_due(session, at("11-20 09:00"), 10)
            await reminders.mark_sent(session, [one.id for one in claimed], at("11-20 09:00"))
            raise RuntimeError("the power is out")

    with pytest.raises(RuntimeError, match="power"):
        await breaks_off()
    assert len(await clock.sends(at("11-20 09:00"))) == 1


async def test_r43_a_new_deadline_drops_what_waits_for_the_old_one(clock: Clock) -> None:
    info = await diagnosed(clock)
    await clock.lays(info)
    await clock.sends(at("11-20 09:00"))
    info = await clock.office.does(info, acts.AskExtension(LATER, "配件下周才到"))
    await clock.relays(info)
    assert await clock.waits(info) == [], "R40: while it is not decided, nobody is reminded"
    info = await clock.office.does(info, acts.DecideExtension(grants=True))
    assert await clock.relays(info) == 5 + 14
    assert await clock.waits(info) == [
        "before_3 12-01",
        "before_1 12-03",
        "due 12-04",
        "officer_due 12-04",
        "after_1 12-07",
    ]


async def test_what_was_dropped_waits_again_when_the_same_day_comes_back_and_what_was_sent_does_not(
    clock: Clock,
) -> None:
    info = await diagnosed(clock)
    await clock.lays(info)
    await clock.sends(at("11-20 09:00"))
    info = await clock.office.does(info, acts.SubmitEvidence())
    assert await clock.relays(info) == 0
    assert await clock.waits(info) == []
    info = await clock.office.does(info, acts.ReturnEvidence("照片", DUE))
    await clock.relays(info)
    assert await clock.waits(info) == ["before_1 11-24", "due 11-25", "officer_due 11-25", "after_1 11-26"]


async def test_relaying_does_not_lose_a_reminder_that_is_due_this_very_minute(clock: Clock) -> None:
    info = await diagnosed(clock)
    await clock.lays(info)
    assert await clock.relays(info, at("11-20 09:01")) == 0
    assert [one.kind for one in await clock.sends(at("11-20 09:01"))] == ["before_3"]


async def test_r39_nothing_is_claimed_for_a_closed_case(clock: Clock) -> None:
    info = await diagnosed(clock)
    await clock.lays(info)
    await clock.office.does(info, acts.Close("unfounded", "查无此事", ()))
    assert await clock.sends(at("12-30 12:00")) == []
    async with clock.office.database.transaction() as session:
        assert await reminders.drop(session, info.id) == 5 + 14
        assert await reminders.drop(session, info.id) == 0


async def test_r39_the_daily_rung_of_the_officer_goes_on_as_long_as_it_is_laid_again(clock: Clock) -> None:
    info = await diagnosed(clock)
    told = []
    for number in range(40):
        now = dt.datetime.combine(TODAY + dt.timedelta(number), dt.time(9, 0), CHINA)
        await clock.lays(info, now - dt.timedelta(minutes=1))
        told += [one.at.astimezone(CHINA).date() for one in await clock.sends(now) if "overdue" in one.kind]
    assert told == [dt.date(2026, 11, 26) + dt.timedelta(number) for number in range(34)]


async def test_a_case_of_nobody_lays_nothing(clock: Clock) -> None:
    info = await diagnosed(clock)
    async with clock.office.database.transaction() as session:
        ahead = rungs(info.case, shipped_ladder(), TODAY)
        assert await reminders.lay(session, info.id, ahead, {}, MORNING) == 0


async def test_two_who_claim_two_thousand_reminders_at_once_double_none_and_lose_none(clock: Clock) -> None:
    infos = [await clock.office.opens() for _ in range(40)]
    rows = [
        {
            "case": infos[number % 40].id,
            "kind": f"k{number}",
            "due": DUE,
            "person": clock.owner,
            "at": MORNING + dt.timedelta(seconds=number % 60),
            "state": "waiting",
        }
        for number in range(2000)
    ]
    async with clock.office.database.transaction() as session:
        await session.execute(insert(Reminder), rows)
    other = Database(clock.office.database.url)
    now = at("11-20 12:00")
    got: list[list[int]] = [[], []]
    both = asyncio.Barrier(2)

    async def claims(who: int, on: Database) -> None:
        idle = 0
        while idle < 3:
            async with on.transaction() as session:
                claimed = await reminders.claim_due(session, now, 50)
                if not got[who] and not on.is_sqlite:
                    await both.wait()  # each holds what it claimed while the other claims
                await reminders.mark_sent(session, [one.id for one in claimed], now)
            got[who] += [one.id for one in claimed]
            idle = 0 if claimed else idle + 1

    try:
        await asyncio.gather(claims(0, clock.office.database), claims(1, other))
    finally:
        await other.close()
    assert max(Counter([*got[0], *got[1]]).values()) == 1
    assert len(got[0]) + len(got[1]) == 2000
    if not clock.office.database.is_sqlite:
        assert got[0] and got[1], "both worked"


async def test_a_reminder_of_a_case_that_somebody_is_acting_on_waits_and_nobody_waits_for_it(clock: Clock) -> None:
    if clock.office.database.is_sqlite:
        pytest.skip("one writer at a time")
    info = await diagnosed(clock)
    await clock.lays(info)
    async with clock.office.database.transaction() as session:
        assert await cases.case_file(session, info.id, lock=True)
        async with asyncio.timeout(5):
            assert await clock.sends(at("11-20 09:00")) == []
    assert len(await clock.sends(at("11-20 09:00"))) == 1


def test_a_case_without_a_day_has_nothing_to_lay() -> None:
    assert rungs(Case(TODAY, "x"), shipped_ladder(), TODAY) == []
