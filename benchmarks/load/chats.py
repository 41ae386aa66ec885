"""A thousand open web chats in one process: what they hold of its memory, what they cost while nobody says anything, and an answer.

``python -m benchmarks.load.chats`` starts the real program on an empty SQLite, opens the event streams over HTTP from a
process of its own, and writes ``benchmarks/results/chats.json``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from benchmarks.surroundings import ROOT, surroundings, write_results

ASKED = "货架上忘了贴价签，会罚吗"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Program:
    """The program as an operator starts it, on an empty SQLite; ``more`` are settings."""

    def __init__(self, folder: Path, more: dict[str, str]) -> None:
        self.port = free_port()
        given = {
            "RONGCUO_DATABASE_URL": f"sqlite:///{folder}/chats.db",
            "RONGCUO_FILES": str(folder / "files"),
            "RONGCUO_PORT": str(self.port),
            "RONGCUO_LOG_LEVEL": "error",
        }
        command = [sys.executable, "-m", "bot", "serve"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=os.environ | given | more, stdout=subprocess.DEVNULL)
        self._seen = psutil.Process(self._process.pid)

    async def is_ready(self) -> None:
        async with aiohttp.ClientSession() as session, asyncio.timeout(180):
            while True:
                try:
                    async with session.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.2)

    @property
    def memory_mb(self) -> float:
        return round(float(self._seen.memory_info().rss) / 2**20, 1)

    @property
    def cpu_s(self) -> float:
        times = self._seen.cpu_times()
        return float(times.user + times.system)

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(20)


class Page:
    """One open page: its cookie and its event stream."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session = session
        self._base = base
        address = ".".join(["10", *(str(secrets.randbelow(256)) for _ in range(3))])  # as a proxy tells it
        cookie = f"rongcuo={secrets.token_urlsafe(32)}"
        self._headers = {"Cookie": cookie, "X-Rongcuo": "1", "X-Forwarded-For": address}

    async def opens(self) -> None:
        self._stream = await self._session.get(f"{self._base}/api/events", headers=self._headers)
        assert self._stream.status == 200

    async def asks(self) -> float:
        """Milliseconds from the question to the answer's event."""
        started = time.perf_counter()
        body = {"id": secrets.token_urlsafe(12), "text": ASKED}
        async with self._session.post(f"{self._base}/api/messages", json=body, headers=self._headers) as answer:
            assert answer.status == 202, await answer.text()
        async with asyncio.timeout(30):
            async for line in self._stream.content:
                if line.startswith(b"data: ") and json.loads(line[6:]).get("from") == "bot":
                    return (time.perf_counter() - started) * 1000
        raise AssertionError("the stream ended")


async def measure(count: int, idle: float) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        program = Program(folder, {})
        stack.callback(program.end)
        await program.is_ready()
        await asyncio.sleep(2)
        base = f"http://127.0.0.1:{program.port}"
        connector = aiohttp.TCPConnector(limit=0)
        timeout = aiohttp.ClientTimeout(total=None)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector, timeout=timeout))
        alone, before = program.memory_mb, program.cpu_s
        await asyncio.sleep(idle)
        quiet = program.cpu_s - before
        pages = [Page(session, base) for _ in range(count)]
        for start in range(0, count, 50):
            await asyncio.gather(*(page.opens() for page in pages[start : start + 50]))
        await asyncio.sleep(2)
        opened, before = program.memory_mb, program.cpu_s
        await asyncio.sleep(idle)
        cost = program.cpu_s - before - quiet
        answers = [await page.asks() for page in pages[:: max(1, count // 20)]]
        return {
            "chats": count,
            "memory_alone_mb": alone,
            "memory_open_mb": opened,
            "memory_after_mb": program.memory_mb,
            "kb_a_chat": round((opened - alone) * 1024 / count, 1),
            "idle_cpu_share": round(cost / idle, 4),
            "idle_ms_a_chat_and_minute": round(max(0.0, cost) / idle * 60_000 / count, 2),
            "answer_p50_ms": round(statistics.median(answers), 1),
            "answer_most_ms": round(max(answers), 1),
        }


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=1000)
    parser.add_argument("--idle", type=float, default=30.0, help="seconds in which nobody says anything")
    parser.add_argument("--dry", action="store_true", help="write nothing")
    arguments = parser.parse_args(argv)
    around = surroundings()
    found = asyncio.run(measure(arguments.chats, arguments.idle))
    print(json.dumps(found))
    if not arguments.dry:
        write_results("chats", found, around=around)


if __name__ == "__main__":
    main()
