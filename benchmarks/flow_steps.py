"""What one step of a flow takes: message stored → handled → reply written, on SQLite, through every self-check."""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
import tempfile
import time
from typing import Any

from handlers.conversation import CHINA, Knowledge
from handlers.messages import Incoming
from knowledge.shipped import matcher_for, shipped_library
from storage.database import Database
from tests.people import Clock, World

WALKS = (
    ("四新自检", "新业态", "是", "是", "没有", "看结果"),
    ("困难自检", "不属于", "2024年5月8日", "都不涉及", "都没有", "饭店", "25人", "800万元", "看结果"),
    ("划型自检", "我是开火锅店的", "25", "八百万元", "看结果"),
    (
        "会被罚吗", "货架上忘了贴价签", "1", "对得上", "第一次", "轻微", "没有", "不是故意", "没有", "已经改正", "都没有",
        "都不涉及", "看结果",
    ),
)  # fmt: skip


async def measure(rounds: int = 15) -> dict[str, Any]:
    """The own time of each step in ms: what is typed until its reply lies in the transcript; without the channel."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/flows.db")
        await database.upgrade()
        library = shipped_library()
        matcher = matcher_for(library)
        matcher.search("罚款一次交不起，能分期吗")  # as the program does before it serves
        world = World(database, Knowledge(library, matcher), Clock(dt.datetime(2026, 11, 20, 10, tzinfo=CHINA)))
        times: list[float] = []
        for number in range(rounds):
            for walk in WALKS:
                for step, text in enumerate(walk):
                    key = f"bench/{number}/{walk[0]}/{step}"
                    await world.intake.take(Incoming("web", f"bench-{number}", key, world.clock.now(), "text", text))
                    started = time.perf_counter()
                    await world.worker.work()
                    times.append((time.perf_counter() - started) * 1000)
        await database.close()
    times.sort()
    return {
        "steps": len(times),
        "p50_ms": round(statistics.median(times), 2),
        "p99_ms": round(times[int(len(times) * 0.99)], 2),
        "max_ms": round(times[-1], 2),
    }


if __name__ == "__main__":
    print(asyncio.run(measure()))
