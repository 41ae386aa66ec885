"""Several processes' parts on one PostgreSQL: who takes in, who answers and who sends need not be the same."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from bot.app import App, utc_now
from bot.settings import Settings
from bot.single import Single
from storage.database import Database
from tests.bot.telegram_double import TelegramDouble
from tests.bot.test_app import serving
from tests.conftest import new_postgres_database

SHORT = dt.timedelta(milliseconds=400)


@pytest.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as server:
        yield server
        assert server.unexpected == []


@pytest.fixture
async def postgres_url(postgres: str) -> str:
    return await new_postgres_database(postgres)


def a_process(url: str, folder: Path, double: TelegramDouble, parts: Collection[str]) -> App:
    settings = Settings(
        database_url=url, port=0, files=str(folder), telegram_token=double.token, telegram_base_url=double.base_url
    )
    return App(settings, parts=parts)


async def test_a_message_goes_through_three_processes(
    postgres_url: str, tmp_path: Path, double: TelegramDouble
) -> None:
    apps = [a_process(postgres_url, tmp_path, double, parts) for parts in (["web"], ["telegram"], ["courier", "clock"])]
    async with AsyncExitStack() as stack:
        page, receiver, _ = [await stack.enter_async_context(serving(app)) for app in apps]
        double.says(7, "来检查的人没亮证，怎么办")
        answer = await double.waits_for(1, 7, timeout=20)
        assert "滑县" in answer.plain
        async with aiohttp.ClientSession() as client:
            async with client.get(f"{page}/") as shown:
                assert shown.status == 200
            async with client.get(f"{receiver}/") as hidden:
                assert hidden.status == 404
            async with client.get(f"{receiver}/readyz") as ready:
                assert ready.status == 200
    assert not any(app.has_failed for app in apps)


async def test_one_of_two_polls_and_the_other_takes_over_when_it_ends(
    postgres_url: str, tmp_path: Path, double: TelegramDouble
) -> None:
    first, second = (a_process(postgres_url, tmp_path, double, ["telegram", "courier"]) for _ in range(2))
    async with AsyncExitStack() as stack:
        async with serving(first):
            double.says(7, "/menu")
            await double.waits_for(1, 7, timeout=20)
            await stack.enter_async_context(serving(second))
            double.says(7, "/help")
            await double.waits_for(2, 7, timeout=20)
        double.says(7, "/menu")
        await double.waits_for(3, 7, timeout=30)
    assert len(double.shown(7)) == 3
    assert not [call for call in double.calls if call.method == "getUpdates" and call.status == 409]


async def test_work_under_a_lease_runs_in_one_place_and_moves_when_the_holder_stops(database: Database) -> None:
    running: asyncio.Queue[str] = asyncio.Queue()

    def work(name: str):  # type: ignore[no-untyped-def]
        async def run(enough: asyncio.Event) -> None:
            running.put_nowait(name)
            await enough.wait()

        return run

    stops = {name: asyncio.Event() for name in ("first", "second")}
    tasks = {
        name: asyncio.create_task(Single(database, "poll", utc_now, SHORT).run(work(name), stop))
        for name, stop in stops.items()
    }
    async with asyncio.timeout(10):
        holder = await running.get()
        other = "second" if holder == "first" else "first"
        assert running.empty()
        stops[holder].set()
        await tasks[holder]
        assert await running.get() == other
        stops[other].set()
        await tasks[other]


async def test_a_failure_of_the_work_reaches_whoever_runs_it(database: Database) -> None:
    async def breaks(enough: asyncio.Event) -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        await Single(database, "poll", utc_now, SHORT).run(breaks, asyncio.Event())
