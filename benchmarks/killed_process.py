"""The real program in a process of its own, with its clock moved to an hour when pushes go out: what the kills hit.

``Starter`` forks processes from one that has read the program and the policies already, so that kills hit them at
work and not only while they read; ``cold`` ones begin from nothing, as after a crash of the machine.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from bot.app import App, utc_now
from bot.logs import set_up_logs
from bot.settings import load_settings
from handlers.conversation import Knowledge
from knowledge.shipped import matcher_for, shipped_library

SHIFT = "BENCH_CLOCK_SHIFT"


@functools.cache
def knowledge() -> Knowledge:
    """What is shipped, with its index."""
    library = shipped_library()
    return Knowledge(library, matcher_for(library))


async def work(parts: list[str], ready: Path, *, is_warm: bool) -> bool:
    """Serve until SIGTERM; the port is written to ``ready``. Whether a part broke off."""
    shift = dt.timedelta(seconds=float(os.environ[SHIFT]))
    app = App(load_settings(), now=lambda: utc_now() + shift, parts=parts)
    if is_warm:
        app.publisher._build = lambda collections, released: knowledge()  # type: ignore[method-assign]
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, app.stop.set)
    await app.prepare(is_guest=True)
    serving = asyncio.create_task(app.serve())
    await asyncio.wait([serving, started := asyncio.create_task(app.started.wait())], return_when="FIRST_COMPLETED")
    if started.done():
        ready.with_suffix(".part").write_text(str(app.port))
        ready.with_suffix(".part").replace(ready)
    await serving
    return app.has_failed


def run(parts: str, ready: str, environment: Mapping[str, str], log: str, is_warm: bool) -> None:
    """One process, from its beginning to its end."""
    os.environ.update(environment)
    with Path(log).open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    set_up_logs("warning", "text")
    sys.exit(int(asyncio.run(work(parts.split(","), Path(ready), is_warm=is_warm))))


class Starter:
    """Starts processes: ``warm`` ones are there in a tenth of a second."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment, self._log = dict(environment), str(log)
        self._warm = multiprocessing.get_context("forkserver")
        self._warm.set_forkserver_preload(["benchmarks.warm"])
        self._cold = multiprocessing.get_context("spawn")

    def start(self, parts: str, ready: Path, *, is_warm: bool = True) -> ForkServerProcess:
        context = self._warm if is_warm else self._cold
        arguments = (parts, str(ready), self._environment, self._log, is_warm)
        process = context.Process(target=run, args=arguments)
        process.start()
        return process  # type: ignore[return-value]
