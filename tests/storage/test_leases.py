"""A lease: one holder at a time, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import datetime as dt

from storage import leases
from storage.database import Database

NOW = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(seconds=20)


async def held(database: Database, holder: str, now: dt.datetime = NOW, until: dt.datetime = LATER) -> bool:
    async with database.transaction() as session:
        return await leases.hold(session, "telegram", holder, now, until)


async def test_a_lease_has_one_holder_until_it_runs_out(database: Database) -> None:
    assert await held(database, "first")
    assert not await held(database, "second")
    assert await held(database, "first", until=LATER + dt.timedelta(seconds=10))
    assert not await held(database, "second", now=LATER)
    assert await held(database, "second", now=LATER + dt.timedelta(seconds=10), until=LATER + dt.timedelta(minutes=1))
    assert not await held(database, "first", now=LATER + dt.timedelta(seconds=11))


async def test_a_released_lease_is_free_at_once_and_only_its_holder_releases_it(database: Database) -> None:
    assert await held(database, "first")
    async with database.transaction() as session:
        await leases.release(session, "telegram", "second")
    assert not await held(database, "second")
    async with database.transaction() as session:
        await leases.release(session, "telegram", "first")
    assert await held(database, "second")


async def test_of_many_that_ask_at_once_one_holds_it(database: Database) -> None:
    assert sum(await asyncio.gather(*(held(database, str(n)) for n in range(10)))) == 1
