"""What the real program holds of memory once it is ready, with Telegram and without; and whether that stays flat under load.

``python -m benchmarks.load.memory`` writes ``benchmarks/results/memory.json``. Telegram is the Bot API double on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.load.chats import Program
from benchmarks.surroundings import surroundings, write_results
from knowledge.shipped import shipped_library
from tests.bot.telegram_double import TelegramDouble

SAID = (
    "来检查的人没亮证，怎么办",
    "/menu",
    "罚款一次交不起能分期吗",
    "残疾人开的店算困难企业吗",
    "首违不罚是什么意思",
    "划型自检",
    "取消",
)
AT_ONCE = 20
ROUND = 4.0
"""Seconds from one round to the next: five messages a second."""


async def started(folder: Path, double: TelegramDouble | None, settle: float = 5.0) -> float:
    """MB after the second start: the first one publishes what is shipped."""
    more = {}
    if double:
        more = {"RONGCUO_TELEGRAM_TOKEN": double.token, "RONGCUO_TELEGRAM_BASE_URL": double.base_url}
    for is_first in (True, False):
        program = Program(folder, more)
        try:
            await program.is_ready()
            if not is_first:
                await asyncio.sleep(settle)
                return program.memory_mb
        finally:
            program.end()
    raise AssertionError


async def under_load(folder: Path, double: TelegramDouble, minutes: float, every: float) -> dict[str, Any]:
    """MB after each ``every`` minutes of a steady load; the slope is taken after the first third.

    Twenty chats speak at once, each its own typical question or a button's word, and are all answered, every four seconds.
    """
    typical = [question for entry in shipped_library().entries for question in entry.aliases]
    rng = random.Random(7)
    more = {"RONGCUO_TELEGRAM_TOKEN": double.token, "RONGCUO_TELEGRAM_BASE_URL": double.base_url}
    program = Program(folder, more)
    held: list[float] = []
    said = 0
    try:
        await program.is_ready()
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < minutes * 60:
            since = len(double.sent)
            for chat in range(AT_ONCE):
                double.says(1000 + chat, rng.choice(typical if rng.random() < 0.7 else SAID))
            await asyncio.gather(*(double.waits_for(1, 1000 + chat, 60, since=since) for chat in range(AT_ONCE)))
            double.sent.clear()
            said += AT_ONCE
            if passed >= len(held) * every * 60:
                held.append(program.memory_mb)
            await asyncio.sleep(max(0.0, begun + passed + ROUND - time.monotonic()))
    finally:
        program.end()
    later = held[len(held) // 3 :]
    slope = np.polyfit(np.arange(len(later)) * every / 60, later, 1)[0] if len(later) > 1 else 0.0
    return {"messages": said, "minutes": minutes, "every": every, "held_mb": held, "mb_an_hour": round(float(slope), 2)}


async def measure(minutes: float, every: float) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        double = await stack.enter_async_context(TelegramDouble())
        return {
            "web_mb": await started(folders[0], None),
            "telegram_mb": await started(folders[1], double),
            "load": await under_load(folders[1], double, minutes, every) if minutes else None,
        }


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--every", type=float, default=2, help="minutes between two looks")
    parser.add_argument("--dry", action="store_true", help="write nothing")
    arguments = parser.parse_args(argv)
    around = surroundings()
    found = asyncio.run(measure(arguments.minutes, arguments.every))
    print(json.dumps(found))
    if not arguments.dry:
        write_results("memory", found, around=around)


if __name__ == "__main__":
    main()
