"""From Enter to a visible answer in the web chat: a real Chromium at phone width, the real program in a process of its own.

``python -m benchmarks.visible``: prints p50, p95 and the longest, in milliseconds, and writes ``benchmarks/results/visible.json``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import async_playwright

from benchmarks.speed import held_out
from benchmarks.surroundings import write_results
from tests.bot.conftest import ARGUMENTS

ROOT = Path(__file__).parents[1]
A_CHAT = 15
PAGE_ASKS = """text => new Promise(done => {
  const input = document.querySelector('[data-testid="input"]');
  const before = document.querySelectorAll('[data-from="bot"]').length;
  const started = performance.now();
  const seen = new MutationObserver(() => {
    if (document.querySelectorAll('[data-from="bot"]').length > before) {
      seen.disconnect();
      requestAnimationFrame(() => done(performance.now() - started));
    }
  });
  seen.observe(document.body, {childList: true, subtree: true});
  input.value = text;
  input.dispatchEvent(new Event('input', {bubbles: true}));
  input.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true}));
})"""
"""Types a question, presses Enter and resolves, in milliseconds, in the frame that shows the next answer."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def started(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """The program, once it says that it is ready."""
    given = {
        "RONGCUO_PORT": str(port),
        "RONGCUO_DATABASE_URL": f"sqlite:///{folder}/visible.db",
        "RONGCUO_FILES": str(folder / "files"),
        "RONGCUO_LOG_LEVEL": "error",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=os.environ | given, stdout=subprocess.DEVNULL
    )
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return process
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError("the program did not start")


async def ask(port: int, questions: Sequence[str]) -> list[float]:
    """The milliseconds of each question; ``A_CHAT`` in one chat, which takes no more at such a pace."""
    async with async_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS.split())
        times = []
        for start in range(0, len(questions), A_CHAT):
            page = await browser.new_page(viewport={"width": 390, "height": 844})
            await page.goto(f"http://127.0.0.1:{port}/")
            await page.get_by_test_id("input").wait_for()
            for question in questions[start : start + A_CHAT]:
                times.append(float(await page.evaluate(PAGE_ASKS, question)))
                await page.wait_for_timeout(150)
            await page.close()
        await browser.close()
    return times


def measure(count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        process = started(Path(folder), port)
        try:
            times = asyncio.run(ask(port, held_out(count)))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(15)
    p50, p95 = np.percentile(times, (50, 95))
    return {
        "questions": count,
        "first_ms": round(times[0]),
        "p50_ms": round(float(p50)),
        "p95_ms": round(float(p95)),
        "longest_ms": round(max(times)),
    }


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=100)
    measured = measure(parser.parse_args(argv).questions)
    write_results("visible", measured)
    print(json.dumps(measured, ensure_ascii=False))


if __name__ == "__main__":
    main()
