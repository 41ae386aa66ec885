"""The officer's lists, searches, figures and ledgers over a million enterprises and cases and ten million events.

Built by ``python -m benchmarks.load.large_build``; then ``python -m benchmarks.load.large --folder …`` asks as people do,
through the conversation, and writes ``benchmarks/results/large.json`` and the query plans in ``docs/query-plans.md``.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from sqlalchemy import delete, func, select, text

from benchmarks.load import large_rows as rows
from benchmarks.load.large_build import server, urls
from benchmarks.load.plans import Heard, page_of
from benchmarks.surroundings import write_results
from bot.exporter import Exporter
from handlers.cases.daily import send_cards
from handlers.cases.ticking import clock_turn, escalate
from handlers.conversation import CHINA, Knowledge
from handlers.flows.catalogue import flows_of
from handlers.flows.engine import Engine
from knowledge.shipped import matcher_for, shipped_library
from storage import searching
from storage.blobs import Blobs
from storage.database import Database
from storage.tables import Attachment, CaseEvent, CaseFile, Enterprise, Export, Message, Notice, Press
from tests.people import SHIPPED_CHECKS, Clock, Person, World, words_of

ROOT = Path(__file__).parents[2]
PLANS = ROOT / "docs" / "query-plans.md"
PLACES = (0, 0, 0, 0, 0, 1, 2, 10, 50, 99)
"""Where it is asked, over and over: half of the time in the largest place."""
GOAL_MS = 300.0
MOST_PARTS = 10


class Processors:
    """What this process and its database server have used of the processors: the same on a busy machine, nearly."""

    def __init__(self, folder: Path) -> None:
        found = folder / "pg" / "postmaster.pid"
        self._server = psutil.Process(int(found.read_text(encoding="utf-8").split()[0]))

    def seconds(self) -> float:
        whole = time.process_time()
        for one in self._server.children():
            with suppress(psutil.NoSuchProcess):
                times = one.cpu_times()
                whole += times.user + times.system
        return whole


@dataclass(slots=True)
class Bench:
    """One database being asked; times by what was asked, in milliseconds: of the clock, and of the processors."""

    world: World
    processors: Processors
    heard: Heard
    rng: random.Random
    times: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    _seated: dict[int, Person] = field(default_factory=dict)

    def office(self, id: int) -> Person:
        return self._seated.setdefault(id, self.world.person(f"office-{id}"))

    def officer(self, place: int) -> Person:
        """Some officer of a place who has not left; those of the largest department more often."""
        department = self.rng.choices(range(len(rows.DEPARTMENTS)), rows.SHARES)[0]
        ids = [rows.first_officer(place, department) + n for n in range(rows.OFFICERS)]
        return self.office(self.rng.choice([id for id in ids if id % 50 != 3]))

    def above(self, place: int, role: str) -> Person:
        return self.office(rows.above(place, role))

    async def time(self, what: str, work: Awaitable[Any]) -> Any:
        """Carry something out and keep how long it took."""
        self.heard.what = what
        used, started = self.processors.seconds(), time.perf_counter()
        answer = await work
        took = time.perf_counter() - started
        self.times.setdefault(what, []).append((took * 1000, (self.processors.seconds() - used) * 1000))
        self.heard.what = ""
        return answer


async def lists(bench: Bench, place: int) -> None:
    officer = bench.officer(place)
    for said in ("我的待办", "今天到期", "逾期", "待复核", "待回访", "待销号", "无人承办"):
        await bench.time(f"执法人员：{said}", officer.says(said))
    if any(label.startswith("1.") for label in (await officer.says("我的待办") and officer.labels)):
        await bench.time("案件一页", officer.presses("1."))
    await bench.time("督查室：逾期", bench.above(place, "supervisor").says("逾期"))
    await bench.time("督查室：重点督办", bench.above(place, "supervisor").says("重点督办"))
    await bench.time("分管领导：收到抄送", bench.above(place, "leader").says("收到抄送"))
    await bench.time("镇街：收到抄送", bench.above(place, "liaison").says("收到抄送"))


async def firms(bench: Bench, place: int) -> None:
    some = await _some_firm(bench, place)
    officer = bench.officer(place)
    bare = some.name.partition("示例")[2]
    brand = bare[:2]
    for what, words in (
        ("找企业：名称中的两个字", brand),
        ("找企业：简称", bare),
        ("找企业：全称", some.name),
        ("找企业：两段", f"{brand} {bare[-2:]}"),
        ("找企业：没有的", "不存在某某"),
        ("找企业：信用代码，直接到企业一页", some.code),
    ):
        await officer.says("找企业")
        await bench.time(what, officer.says(words))


async def cases(bench: Bench, place: int) -> None:
    officer, leader = bench.officer(place), bench.above(place, "leader")
    some = await _some_firm(bench, place)
    async with bench.world.database.reading() as session:
        within = select(CaseFile.number).where(CaseFile.jurisdiction == rows.PLACES[place])
        count = (await session.execute(select(func.count()).select_from(within.subquery()))).scalar_one()
        number = (await session.execute(within.offset(bench.rng.randrange(count)).limit(1))).scalar_one()
    for what, who, words in (
        ("找案件：全号", leader, number),
        ("找案件：12号", officer, "12号"),
        ("找案件：12号，全区", leader, "12号"),
        ("找案件：企业名两个字", officer, some.name.partition("示例")[2][:2]),
        ("找案件：企业名两个字，全区", leader, some.name.partition("示例")[2][:2]),
        ("找案件：企业简称", officer, some.name.partition("示例")[2]),
        ("找案件：问题里的词", officer, "健康证"),
        ("找案件：两个词，全区", leader, "后厨 健康证"),
        ("找案件：没有的词，全区", leader, "不存在某某"),
    ):
        await who.says("找案件")
        await bench.time(what, who.says(words))


async def figures(bench: Bench, place: int) -> None:
    await bench.time("执法人员：统计本月", bench.officer(place).says("统计"))
    leader = bench.above(place, "leader")
    await bench.time("分管领导：统计本月，全区", leader.says("统计"))
    await leader.presses("换时间")
    await bench.time("分管领导：统计今年，全区", leader.presses("今年"))


async def _some_firm(bench: Bench, place: int) -> Enterprise:
    before = sum(rows.shares(bench.heard.size)[:place])
    async with bench.world.database.reading() as session:
        id = before + bench.rng.randrange(rows.shares(bench.heard.size)[place]) + 1
        found = await session.get(Enterprise, id)
    assert found is not None
    return found


async def ledgers(bench: Bench, place: int, exporter: Exporter) -> None:
    """This month's ledger of one department: the card, the second tap, and the workbook made."""
    officer = bench.office(rows.first_officer(place, 0))

    async def made() -> None:
        await officer.presses("导出")
        while await exporter.tick():
            continue

    await officer.says("导出台账")
    await bench.time("台账：一个部门一个月", made())
    said = words_of(await officer.says("菜单"))
    assert "出错" not in said


async def clock(bench: Bench) -> dict[str, float]:
    """The morning's looks: the daily cards of some offices at a time, and the escalation of what is late."""
    world, cards = bench.world, []
    engine = Engine(flows_of(SHIPPED_CHECKS))
    nine = dt.datetime.combine(rows.TODAY, dt.time(9), CHINA)
    looked_at = 1
    while looked_at:
        async with world.database.transaction() as session:
            started = time.perf_counter()
            bench.heard.what = "每日一卡"
            looked_at, told = await send_cards(clock_turn(session, world.house, engine, nine))
            cards.append((time.perf_counter() - started, len(told)))
    bench.heard.what = "每分钟：逾期升级"
    looks = []
    for _ in range(2):
        used, after, parts = bench.processors.seconds(), None, 0
        while parts < MOST_PARTS:
            async with world.database.transaction() as session:
                turn = clock_turn(session, world.house, engine, nine)
                after = await escalate(session, world.house, turn, nine, after)
            parts += 1
            if after is None:
                break
        looks.append((bench.processors.seconds() - used, parts))
    bench.heard.what = ""
    count = sum(count for _, count in cards) or 1
    return {
        "cards": count,
        "ms_a_card": round(1000 * sum(seconds for seconds, _ in cards) / count, 1),
        "longest_look_s": round(max(seconds for seconds, _ in cards), 2),
        "escalate_parts": looks[1][1],
        "escalate_cpu_ms_a_part": round(looks[1][0] * 1000 / looks[1][1], 1),
    }


async def prepare(database: Database) -> dict[str, float]:
    """Bring the database to the newest schema and write down what cases are found by, as the program does."""
    started = time.perf_counter()
    await database.upgrade()
    upgraded = time.perf_counter()
    while True:
        async with database.transaction() as session:
            if await searching.write_down(session, 2000) < 2000:
                break
    if not database.is_sqlite:  # as autovacuum has it before long
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE case_file"))
    return {"upgrade_s": round(upgraded - started, 1), "written_down_s": round(time.perf_counter() - upgraded, 1)}


async def ask(kind: str, url: str, rounds: int, size: int, folder_of_server: Path) -> dict[str, Any]:
    """Ask one database everything, ``rounds`` times each."""
    database = Database(url)
    prepared = await prepare(database)
    async with database.transaction() as session:  # what an earlier run has said
        await session.execute(delete(Press))
        await session.execute(delete(Message).where(Message.id > size))
        for table in (Notice, Attachment, Export):
            await session.execute(delete(table))
    library = shipped_library()
    now = dt.datetime.combine(rows.TODAY, dt.time(10), CHINA)
    world = World(database, Knowledge(library, matcher_for(library)), Clock(now))
    heard = Heard(database, size)
    bench = Bench(world, Processors(folder_of_server), heard, random.Random(7))
    async with database.reading() as session:
        counted = {
            table.__tablename__: (await session.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (Enterprise, CaseFile, CaseEvent)
        }
    first: dict[int, float] = {}
    for place in sorted(set(PLACES)):
        started = time.perf_counter()
        async with database.reading() as session:
            await world.house.firms.meant(session, rows.PLACES[place], ["不存在某某"], 5)
        first[place] = round(time.perf_counter() - started, 2)
        for said in ("我的待办", "找企业", "不存在某某"):
            await bench.officer(place).says(said)
    with tempfile.TemporaryDirectory() as folder:
        exporter = Exporter(database, world.house, Blobs(Path(folder)), world.clock.now)
        for number in range(rounds):
            place = PLACES[number % len(PLACES)]
            for work in (lists, firms, cases, figures):
                await work(bench, place)
            await ledgers(bench, place, exporter)
    looks = await clock(bench)
    plans = await heard.plans()
    await database.close()
    return {
        "kind": kind,
        "rows": counted,
        "prepared": prepared,
        "asked": {what: _spread(times) for what, times in bench.times.items()},
        "first_search_s": {"largest": first[0], "smallest": first[max(first)]},
        "clock": looks,
        "plans": plans,
    }


def _spread(times: Sequence[tuple[float, float]]) -> dict[str, float]:
    spread: dict[str, float] = {"count": len(times)}
    for name, column in zip(("", "cpu_"), zip(*times, strict=True), strict=True):
        p50, p95 = np.percentile(column, (50, 95))
        spread |= {f"{name}p50_ms": round(float(p50), 1), f"{name}p95_ms": round(float(p95), 1)}
    return spread


async def all_of_it(folder: Path, uri: str, rounds: int, only: str | None, tell: Callable[[str], None]) -> list[Any]:
    found = []
    for kind, url in urls(folder, uri).items():
        if only in (None, kind):
            asked = await ask(kind, url, rounds, _size(folder), folder)
            found.append(asked)
            for what, spread in asked["asked"].items():
                mark = "  ←" if spread["p95_ms"] > GOAL_MS else ""
                used = f"（处理器 {spread['cpu_p50_ms']:.0f} / {spread['cpu_p95_ms']:.0f}）"
                tell(f"{kind:10} {what}：{spread['p50_ms']:.0f} / {spread['p95_ms']:.0f} 毫秒{used}{mark}")
            tell(json.dumps(asked["clock"] | asked["first_search_s"] | asked["prepared"]))
    return found


def _size(folder: Path) -> int:
    import sqlite3

    with sqlite3.connect(folder / "large.db") as file:
        return int(file.execute("SELECT max(id) FROM enterprise").fetchone()[0])


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="what large_build made")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--write", action="store_true", help="write the results and the plans")
    parser.add_argument("--plans", type=Path, help="write the plans here")
    arguments = parser.parse_args(argv)
    with server(arguments.folder) as uri:
        found = asyncio.run(all_of_it(arguments.folder, uri, arguments.rounds, arguments.only, print))
    page = page_of(found)
    if arguments.plans:
        arguments.plans.write_text(page, encoding="utf-8")
    if arguments.write:
        PLANS.write_text(page, encoding="utf-8")
        write_results("large", [{name: value for name, value in one.items() if name != "plans"} for one in found])


if __name__ == "__main__":
    main()
