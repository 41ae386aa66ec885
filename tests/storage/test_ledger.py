"""What belongs on a ledger, and the leases under which ledgers are made, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from knowledge.procedure import acts
from knowledge.procedure.case import Case
from storage import evidence, exports, ledger
from storage.cases import CaseInfo, Series
from storage.database import Database
from storage.exports import ExportInfo
from storage.ledger import Filters, State
from tests.storage.offices import DIAGNOSIS, DUE, HOUR, NOW, SERIES, TODAY, Office, new_office

DAY = dt.timedelta(1)
ALL = Filters("420704", None, "all", None, None, TODAY)
CLOSING = acts.Close("duplicate", "与前案相同", ())


@pytest.fixture
async def office(database: Database) -> Office:
    return await new_office(database)


async def listed(office: Office, **more: Any) -> list[str]:
    """The numbers on a ledger, in its order; what is counted must be what is listed."""
    filters = replace(ALL, **more)
    async with office.database.reading() as session:
        await ledger.steady(session)
        count = await ledger.count(session, filters)
        found = [row.number async for part in ledger.parts(session, filters) for row in part]
    assert count == len(found)
    return found


async def opened_on(office: Office, day: dt.date, **more: Any) -> CaseInfo:
    return await office.opens(case=Case(day, "安全出口堆了货物"), **more)


# ---- which cases


async def test_a_span_counts_by_opening_and_for_closed_cases_by_closing(office: Office) -> None:
    last_month = await opened_on(office, dt.date(2026, 10, 31))
    this_month = await opened_on(office, dt.date(2026, 11, 1))
    await office.does(last_month, CLOSING)  # today
    november: dict[str, Any] = {"start": dt.date(2026, 11, 1), "end": dt.date(2026, 11, 30)}
    assert await listed(office) == [last_month.number, this_month.number]
    assert await listed(office, **november) == [this_month.number]
    assert await listed(office, state="closed", **november) == [last_month.number]
    assert await listed(office, state="closed", start=dt.date(2026, 10, 1), end=dt.date(2026, 10, 31)) == []
    assert await listed(office, state="open", **november) == [this_month.number]
    assert await listed(office, start=TODAY + DAY) == []


async def test_r40_overdue_is_what_waits_for_the_enterprise_after_its_day(office: Office) -> None:
    late = await office.does(await office.opens(), DIAGNOSIS)
    await office.does(await office.does(await office.opens(), DIAGNOSIS), acts.SubmitEvidence())
    await office.opens()
    assert await listed(office, state="overdue", today=DUE) == []
    assert await listed(office, state="overdue", today=DUE + DAY) == [late.number]
    assert len(await listed(office, state="open", today=DUE + DAY)) == 3


async def test_r1_another_place_and_another_department_stay_away(office: Office) -> None:
    mine = await office.opens()
    theirs = await office.opens(series=Series("420704", "示例城管局", "鄂城城管容"))
    await office.opens(series=Series("410526", "示例市场监管局", "滑县市监容"))
    assert await listed(office) == [mine.number, theirs.number]
    assert await listed(office, department="示例城管局") == [theirs.number]
    assert await listed(office, jurisdiction="410527") == []


async def test_a_row_has_the_enterprise_its_code_what_was_handed_in_and_who_has_it_in_hand(office: Office) -> None:
    info = await office.opens()
    async with office.database.transaction() as session:
        for kind in ("inspection", "after", "after"):
            await evidence.add(session, case=info.id, kind=kind, text="照片", person=office.persons[0], now=NOW)
    async with office.database.reading() as session:
        [[row]] = [part async for part in ledger.parts(session, ALL)]
        holders = await ledger.holders(session, "420704")
    assert (row.number, row.enterprise, row.code) == (info.number, "幸福小吃店", "92420704MA0000001P")
    assert (row.problem, row.items, row.case) == (info.problem, info.items, info.case)
    assert (row.evidence, row.officer, row.department) == (2, "王强", SERIES.department)
    assert holders == dict(zip(office.offices, ("王强", "李梅"), strict=True))


async def test_a_long_ledger_comes_in_parts_and_as_it_was_when_it_began(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "PART", 3)
    cases = [await office.opens() for _ in range(7)]
    sizes, numbers = [], []
    async with office.database.reading() as session:
        await ledger.steady(session)
        assert await ledger.count(session, ALL) == 7
        await office.opens()  # meanwhile, by somebody else
        async for part in ledger.parts(session, ALL):
            sizes.append(len(part))
            numbers += [row.number for row in part]
    assert sizes == [3, 3, 1]
    assert numbers == [info.number for info in cases]


@pytest.mark.parametrize("state", ["all", "closed", "open", "overdue"])
async def test_nothing_is_an_empty_ledger(office: Office, state: State) -> None:
    assert await listed(office, state=state) == []


# ---- leases


@pytest.fixture
def asks(office: Office) -> Callable[..., Any]:
    """Ask for a ledger; returns whether it is a new one."""

    async def ask(**more: Any) -> bool:
        known = {"kind": "ledger", "channel": "web", "chat": "me", "office": office.offices[0], "rows": 3, "now": NOW}
        async with office.database.transaction() as session:
            return await exports.ask(session, **({"filters": {"state": "all"}} | known | more))

    return ask


async def claimed(office: Office, now: dt.datetime = NOW) -> ExportInfo | None:
    async with office.database.transaction() as session:
        return await exports.claim(session, now, now + HOUR)


async def test_the_very_same_ledger_is_asked_for_once_while_it_is_under_way(office: Office, asks: Any) -> None:
    assert await asks()
    assert not await asks()
    assert await asks(filters={"state": "closed"})
    assert await asks(chat="another")
    first = await claimed(office)
    assert first is not None and not await asks(), "taken is under way, too"
    async with office.database.transaction() as session:
        assert await exports.finish(session, first, rows=3, is_done=True)
    assert await asks()


async def test_a_ledger_is_taken_by_one_maker_until_its_lease_runs_out(office: Office, asks: Any) -> None:
    await asks()
    first = await claimed(office)
    assert first is not None and first.attempts == 1 and first.filters == {"state": "all"}
    assert await claimed(office) is None
    second = await claimed(office, NOW + HOUR)
    assert second is not None and (second.id, second.attempts) == (first.id, 2)
    async with office.database.transaction() as session:
        assert not await exports.renew(session, first, 2, NOW + 9 * HOUR), "the one that was slow has lost it"
        assert not await exports.finish(session, first, rows=3, is_done=True)
        assert await exports.renew(session, second, 2, NOW + 3 * HOUR)
    assert await claimed(office, NOW + 2 * HOUR) is None
    async with office.database.transaction() as session:
        assert await exports.finish(session, second, rows=3, is_done=True)
        assert not await exports.finish(session, second, rows=3, is_done=True)
    assert await claimed(office, NOW + 9 * HOUR) is None


async def test_two_makers_at_once_take_two_ledgers(office: Office, asks: Any) -> None:
    await asks()
    await asks(chat="another")
    taken = await asyncio.gather(*(claimed(office) for _ in range(4)))
    found = [info.id for info in taken if info]
    assert len(found) == len(set(found)) == 2


async def test_after_three_attempts_it_is_given_up_and_told_once(office: Office, asks: Any) -> None:
    await asks()
    for attempt in range(1, exports.MAX_ATTEMPTS + 1):
        taken = await claimed(office, NOW + attempt * HOUR)
        assert taken is not None and taken.attempts == attempt
    late = NOW + 9 * HOUR
    assert await claimed(office, late) is None
    async with office.database.transaction() as session:
        assert [info.chat for info in await exports.spent(session, late)] == ["me"]
        assert await exports.spent(session, late) == []
        assert not await exports.is_any_due(session, late)


async def test_one_that_was_interrupted_on_purpose_waits_again_and_loses_no_attempt(office: Office, asks: Any) -> None:
    await asks()
    for _ in range(9):
        taken = await claimed(office)
        assert taken is not None and taken.attempts == 1
        async with office.database.transaction() as session:
            await exports.release(session, taken)


async def test_one_that_went_wrong_rests_before_it_is_tried_again(office: Office, asks: Any) -> None:
    await asks()
    taken = await claimed(office)
    assert taken is not None
    async with office.database.transaction() as session:
        assert await exports.put_back(session, taken, NOW + HOUR / 6)
        assert not await exports.is_any_due(session, NOW)
        assert await exports.is_any_due(session, NOW + HOUR / 6)
    assert await claimed(office, NOW + HOUR / 6) is not None
