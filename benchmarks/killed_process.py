"""The real program in a process of its own, with its clock moved to an hour when pushes go out: what the kills hit."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import sys
from pathlib import Path

from bot.app import App, utc_now
from bot.logs import set_up_logs
from bot.settings import load_settings

SHIFT = "BENCH_CLOCK_SHIFT"


async def work(parts: list[str], ready: Path) -> None:
    shift = dt.timedelta(seconds=float(os.environ[SHIFT]))
    app = App(load_settings(), now=lambda: utc_now() + shift, parts=parts)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, app.stop.set)
    await app.prepare(is_guest=True)
    serving = asyncio.create_task(app.serve())
    await asyncio.wait([serving, started := asyncio.create_task(app.started.wait())], return_when="FIRST_COMPLETED")
    if started.done():
        ready.with_suffix(".part").write_text(str(app.port))
        ready.with_suffix(".part").replace(ready)
    await serving
    sys.exit(int(app.has_failed))


if __name__ == "__main__":
    set_up_logs("warning", "text")
    asyncio.run(work(sys.argv[1].split(","), Path(sys.argv[2])))
