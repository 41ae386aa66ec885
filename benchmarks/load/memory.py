"""What the real program holds of memory once it is ready, with Telegram and without; and whether that stays flat under load.

``python -m benchmarks.load.memory`` writes ``benchmarks/results/memory.json``. Telegram is the Bot API double on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.load.chats import Program
from benchmarks.surroundings import surroundings, write_results
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


async def under_load(folder: Path, double: TelegramDouble, count: int, every: int) -> dict[str, Any]:
    """MB after every so many messages that were answered; the slope is taken after the first third."""
    more = {"RONGCUO_TELEGRAM_TOKEN": double.token, "RONGCUO_TELEGRAM_BASE_URL": double.base_url}
    program = Program(folder, more)
    held: list[float] = []
    try:
        await program.is_ready()
        for start in range(0, count, AT_ONCE):
            since = len(double.sent)
            for n in range(start, start + AT_ONCE):
                double.says(1000 + n % AT_ONCE, SAID[(n // AT_ONCE) % len(SAID)])
            await asyncio.gather(*(double.waits_for(1, 1000 + k, 60, since=since) for k in range(AT_ONCE)))
            double.sent.clear()
            if start % every < AT_ONCE:
                held.append(program.memory_mb)
    finally:
        program.end()
    later = held[len(held) // 3 :]
    slope = np.polyfit(np.arange(len(later)) * every / 1000, later, 1)[0] if len(later) > 1 else 0.0
    return {"messages": count, "every": every, "held_mb": held, "mb_a_thousand": round(float(slope), 2)}


async def measure(count: int, every: int) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        double = await stack.enter_async_context(TelegramDouble())
        return {
            "web_mb": await started(folders[0], None),
            "telegram_mb": await started(folders[1], double),
            "load": await under_load(folders[1], double, count, every) if count else None,
        }


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--every", type=int, default=200)
    parser.add_argument("--dry", action="store_true", help="write nothing")
    arguments = parser.parse_args(argv)
    around = surroundings()
    found = asyncio.run(measure(arguments.messages, arguments.every))
    print(json.dumps(found))
    if not arguments.dry:
        write_results("memory", found, around=around)


if __name__ == "__main__":
    main()
