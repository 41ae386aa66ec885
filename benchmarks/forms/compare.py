"""The same four-step form on three bots over one Bot API double: lines, latency, and what survives a kill.

``python -m benchmarks.forms.compare`` writes ``benchmarks/results/forms.json``; ``make peers`` makes the peers' environment.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.surroundings import surroundings, write_results
from tests.bot.telegram_double import Sent, TelegramDouble

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PEERS = ROOT / ".venv-peers" / "bin" / "python"
CHATS, FORMS, KILLS = 8, 6, 12
LATE = 6.0  # seconds after which a person says it again
AGAIN = 3  # times, and then gives the form up
STEPS = 5  # the beginning, three answers, and the submitting tap
MODULES = {"rongcuo": "own_form", "python-telegram-bot": "ptb_form", "aiogram": "aiogram_form"}


class GivenUp(Exception):
    """The bot has forgotten where this form was."""


@dataclass
class Outcome:
    """One bot: how long it is, how fast a step is, and what became of forms while it was killed."""

    name: str
    lines: int
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    kills: int = 0
    filled: int = 0
    submitted_once: int = 0
    submitted_twice: int = 0
    submitted_never: int = 0
    said_again: int = 0
    given_up: int = 0
    at_each_step: tuple[str, ...] = ()


def command(name: str) -> list[str]:
    own, module = name == "rongcuo", MODULES[name]
    return [
        sys.executable if own else str(PEERS),
        *(["-m", f"benchmarks.forms.{module}"] if own else [str(HERE / f"{module}.py")]),
    ]


def lines_of(name: str) -> int:
    """Lines of the whole bot on its base, imports and start included, without blank ones."""
    source = (HERE / f"{MODULES[name]}.py").read_text(encoding="utf-8")
    return sum(bool(line.strip()) for line in source.splitlines())


class Bot:
    """One bot's process, started anew when it is killed."""

    def __init__(self, name: str, double: TelegramDouble, folder: Path) -> None:
        self._command = [*command(name), double.token, double.base_url, str(folder / "form.db")]
        self._log = (folder / "log").open("ab")
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, cwd=ROOT, stdout=self._log, stderr=self._log)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = self._start()

    def end(self) -> None:
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(15)
        self.process.kill()


class Person:
    """Fills in forms; what is not answered in time is said again, as people do."""

    def __init__(self, double: TelegramDouble, chat: int) -> None:
        self.double = double
        self.chat = chat
        self.times: list[float] = []
        self.again = 0
        self.given_up = 0
        self.done = 0
        self.after_step: Callable[[int], None] = lambda step: None

    async def fills(self, number: int) -> str:
        """One form from beginning to end; returns the name on it, which no other form has."""
        self.done = 0
        name = f"示例店{self.chat}之{number}"
        await self._does(lambda: self.double.says(self.chat, "/form"), "名字")
        await self._does(lambda: self.double.says(self.chat, name), "多少人")
        asked = await self._does(lambda: self.double.says(self.chat, "25"), "哪一行")
        review = await self._does(lambda: self._presses(asked, "餐饮"), name, "提交")
        await self._does(lambda: self._presses(review, "提交"), "已提交")
        return name

    def _presses(self, sent: Sent, label: str) -> int:
        data = next(b.callback_data for row in sent.buttons for b in row if b.text == label)
        return self.double.presses(self.chat, sent.message_id or 0, data or "")

    async def _does(self, act: object, wanted: str, button: str = "") -> Sent:
        def fits(sent: Sent) -> bool:
            labels = [b.text for row in sent.buttons for b in row]
            return wanted in sent.plain and (not button or button in labels)

        since, started = len(self.double.sent), time.perf_counter()
        for _ in range(AGAIN + (10 if wanted == "名字" else 0)):  # it may still be starting
            act()  # type: ignore[operator]
            try:
                sent = await self.double.waits_for(fits, self.chat, LATE, since=since)
            except TimeoutError:
                self.again += 1
                continue
            self.times.append((time.perf_counter() - started) * 1000)
            self.done += 1
            self.after_step(self.done)
            return sent
        raise GivenUp


async def run(name: str, kills: int, seed: int = 1) -> Outcome:
    """First in peace, for the latency; then with kills at random moments."""
    outcome, rng = Outcome(name, lines_of(name)), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        async with TelegramDouble(seed=seed) as double:
            bot = Bot(name, double, Path(folder))
            try:
                people = [Person(double, 10 + n) for n in range(CHATS)]
                await people[0].fills(0)  # it has started
                people[0].times.clear()
                for n in range(1, FORMS):
                    for person in people:
                        await person.fills(n)
                times = sorted(time for person in people for time in person.times)
                outcome.p50_ms = round(statistics.median(times), 1)
                outcome.p99_ms = round(times[int(len(times) * 0.99)], 1)
                names: list[str] = []
                talking = asyncio.gather(*(_keeps_filling(person, names, kills) for person in people))
                while not talking.done() and outcome.kills < kills:
                    await asyncio.wait([talking], timeout=rng.uniform(2, 6))
                    bot.kill()
                    outcome.kills += 1
                await talking
                outcome.said_again = sum(person.again for person in people)
                outcome.given_up = sum(person.given_up for person in people)
                outcome.at_each_step = await _at_each_step(bot, double, Path(folder) / "form.db")
            finally:
                bot.end()
        with closing(sqlite3.connect(Path(folder) / "form.db")) as file:
            kept = [json.loads(form).get("name", "") for (form,) in file.execute("SELECT form FROM submitted")]
    outcome.filled = len(names)
    counts = [kept.count(one) for one in names]
    outcome.submitted_once = counts.count(1)
    outcome.submitted_never = counts.count(0)
    outcome.submitted_twice = sum(count > 1 for count in counts)
    return outcome


async def _at_each_step(bot: Bot, double: TelegramDouble, path: Path) -> tuple[str, ...]:
    """A form each, with the process killed as soon as this step is answered: what becomes of it."""
    found = []
    for step in range(1, STEPS + 1):
        person = Person(double, 500 + step)
        person.after_step = lambda done, step=step: bot.kill() if done == step else None  # type: ignore[misc]
        try:
            name = await person.fills(step)
        except GivenUp:
            found.append("断了")
            continue
        with closing(sqlite3.connect(path)) as file:
            kept = [json.loads(form).get("name", "") for (form,) in file.execute("SELECT form FROM submitted")]
        count = kept.count(name)
        found.append({0: "丢了", 1: "接着填完"}.get(count, f"存了{count}份"))
    return tuple(found)


async def _keeps_filling(person: Person, names: list[str], kills: int) -> None:
    for n in range(100, 100 + max(3, kills)):
        try:
            names.append(await person.fills(n))
        except GivenUp:
            person.given_up += 1


def main() -> None:
    """All three, as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--only")
    arguments = parser.parse_args()
    around, found = surroundings(("python-telegram-bot",)), []
    for name in MODULES:
        if arguments.only in (None, name):
            found.append(asdict(asyncio.run(run(name, arguments.kills))))
            print(json.dumps(found[-1], ensure_ascii=False), flush=True)
    if arguments.only is None:
        write_results("forms", found, around=around)


if __name__ == "__main__":
    main()
