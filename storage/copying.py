"""A whole database in another one: for backups, for restoring, and for moving from SQLite to PostgreSQL.

Both have the newest schema; what is copied is seen as of one moment, however long it takes.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.tables import Base

BATCH = 1000
Progress = Callable[[str, int], None]
Fingerprint = dict[str, tuple[int, str]]
"""Of every table: how many rows, and the SHA-256 of all of them."""


class NotEmpty(RuntimeError):
    """目标数据库里已经有数据，请换一个空的。"""


class NotTheSame(RuntimeError):
    """复制出来的和原来的不一样。"""


def tables() -> Sequence[Table]:
    """All tables, those that others refer to first."""
    return Base.metadata.sorted_tables


@asynccontextmanager
async def snapshot(database: Database) -> AsyncIterator[AsyncConnection]:
    """A connection that sees the database as of one moment."""
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            await connection.execute(text("BEGIN"))
        else:
            await connection.execution_options(isolation_level="REPEATABLE READ")
        try:
            yield connection
        finally:
            await connection.rollback()


async def is_empty(database: Database) -> bool:
    """Whether no table has a row."""
    async with snapshot(database) as connection:
        for table in tables():
            if (await connection.execute(select(func.count()).select_from(table))).scalar_one():
                return False
    return True


async def copy_all(source: Database, target: Database, progress: Progress = lambda table, rows: None) -> Fingerprint:
    """Copy every row into an empty database, all or nothing, and compare; returns what both now are.

    ``progress`` is told each table and how many of its rows are done. Raises ``NotEmpty``, ``NotTheSame``.
    """
    if not await is_empty(target):
        raise NotEmpty(NotEmpty.__doc__)
    async with snapshot(source) as reading:
        async with target.transaction() as session:
            writing = await session.connection()
            for table in tables():
                await _copy(reading, writing, table, progress)
            if not target.is_sqlite:
                await _set_sequences(writing)
        original = await _fingerprint(reading)
    if await fingerprint(target) != original:
        raise NotTheSame(NotTheSame.__doc__)
    return original


async def _copy(reading: AsyncConnection, writing: AsyncConnection, table: Table, progress: Progress) -> None:
    """Copy a table in batches; what refers to its own table is filled in once all its rows are there."""
    own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    later: list[tuple[Mapping[str, Any], dict[str, Any]]] = []
    done = 0
    async for rows in _batches(reading, table):
        for row in rows:
            refers = {name: row[name] for name in own if row[name] is not None}
            if refers:
                later.append(({column.name: row[column.name] for column in table.primary_key}, refers))
        await writing.execute(table.insert(), [row | dict.fromkeys(own) for row in rows])
        done += len(rows)
        progress(table.name, done)
    for key, refers in later:
        await writing.execute(
            update(table).where(*(table.c[name] == value for name, value in key.items())).values(refers)
        )


async def _batches(connection: AsyncConnection, table: Table) -> AsyncIterator[list[dict[str, Any]]]:
    """All rows in the order of the primary key."""
    async with connection.stream(select(table).order_by(*table.primary_key)) as found:
        async for rows in found.mappings().partitions(BATCH):
            yield [dict(row) for row in rows]


async def _set_sequences(connection: AsyncConnection) -> None:
    """Have PostgreSQL count on after the highest number of each table."""
    for table in tables():
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = (
            await connection.execute(text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": table.name, "c": column.name})
        ).scalar()
        highest = (await connection.execute(select(func.max(column)))).scalar()
        if sequence and highest:
            await connection.execute(text("SELECT setval(:s, :n)"), {"s": sequence, "n": highest})


async def fingerprint(database: Database) -> Fingerprint:
    """What the database holds, table by table: the same on SQLite and PostgreSQL for the same rows."""
    async with snapshot(database) as connection:
        return await _fingerprint(connection)


async def _fingerprint(connection: AsyncConnection) -> Fingerprint:
    found: Fingerprint = {}
    for table in tables():
        digest, count = hashlib.sha256(), 0
        async for rows in _batches(connection, table):
            count += len(rows)
            for row in rows:
                digest.update(json.dumps(row, default=_plain, sort_keys=True, ensure_ascii=False).encode())
        found[table.name] = (count, digest.hexdigest())
    return found


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    raise TypeError(type(value).__name__)


async def copy_to_file(source: Database, path: Path, progress: Progress = lambda table, rows: None) -> None:
    """The database as of one moment in a new SQLite file: online, while others go on writing."""
    if source.is_sqlite:
        await asyncio.to_thread(_backup, source.file, path)
        return
    target = Database(f"sqlite:///{path}")
    try:
        await target.upgrade()
        await copy_all(source, target, progress)
        async with target.engine.connect() as connection:
            await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    finally:
        await target.close()


def _backup(source: Path | None, target: Path) -> None:
    """SQLite's own online backup."""
    reading, writing = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    with contextlib.closing(reading), contextlib.closing(writing):
        reading.backup(writing, pages=2000)


def count_rows(path: Path) -> int:
    """How many rows an SQLite file holds, whatever its schema."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reading:
        names = [name for (name,) in reading.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        quoted = ['"' + name.replace('"', '""') + '"' for name in names]
        return sum(reading.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in quoted)  # noqa: S608
