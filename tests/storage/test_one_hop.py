"""Cursors on SQLite that pass to the thread of the connection once for each statement (decision 0013)."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.one_hop import AT_ONCE, OneHopConnection, connecting


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[OneHopConnection]:
    made = await connecting(str(tmp_path / "one.db"), isolation_level=None)
    await made.cursor().execute("PRAGMA synchronous=OFF")
    await made.cursor().execute("CREATE TABLE number (value INTEGER PRIMARY KEY)")
    yield made
    await made.close()


class Passages:
    """Counts how often a connection was asked to do something in its thread."""

    def __init__(self, connection: OneHopConnection, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        execute = connection._execute

        async def counted(function: Any, *arguments: Any) -> Any:
            self.count += 1
            return await execute(function, *arguments)

        monkeypatch.setattr(connection, "_execute", counted)


async def filled(connection: OneHopConnection, rows: int) -> None:
    await connection.cursor().execute("BEGIN")
    await connection.cursor().executemany("INSERT INTO number VALUES (?)", [(each,) for each in range(rows)])
    await connection.commit()


async def test_a_statement_with_its_rows_is_one_passage(
    connection: OneHopConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(connection, 3)
    passages = Passages(connection, monkeypatch)
    async with connection.cursor() as cursor:
        await cursor.execute("SELECT value FROM number WHERE value > ?", (0,))
        assert await cursor.fetchall() == [(1,), (2,)]
        assert [column[0] for column in cursor.description] == ["value"]
    await connection.commit()
    await connection.rollback()
    assert passages.count == 1


@pytest.mark.parametrize("rows", [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE + 7])
async def test_no_row_is_lost_or_doubled_however_they_are_fetched(connection: OneHopConnection, rows: int) -> None:
    await filled(connection, rows)
    statement = "SELECT value FROM number ORDER BY value"
    wanted = [(each,) for each in range(rows)]
    cursor = connection.cursor()
    assert await (await cursor.execute(statement)).fetchall() == wanted
    parts = await cursor.execute(statement)
    found = []
    while part := await parts.fetchmany(300):
        found += part
    assert found == wanted
    assert [row async for row in await cursor.execute(statement)] == wanted
    one = await (await cursor.execute(statement)).fetchone()
    assert one == (wanted[0] if wanted else None)
    assert await cursor.fetchall() == wanted[1:]
    await cursor.close()


async def test_only_some_rows_wait_in_memory_while_a_long_table_is_read(connection: OneHopConnection) -> None:
    await filled(connection, 10 * AT_ONCE)
    cursor = await connection.cursor().execute("SELECT value FROM number")
    assert len(cursor._waiting) == AT_ONCE
    await cursor.fetchmany(200)
    assert len(cursor._waiting) == AT_ONCE - 200
    await cursor.close()
    assert await cursor.fetchall() == []


async def test_the_count_of_changed_rows_and_the_new_number_are_told(connection: OneHopConnection) -> None:
    await filled(connection, 5)
    cursor = connection.cursor()
    await cursor.execute("UPDATE number SET value = value + 100 WHERE value >= 3")
    assert cursor.rowcount == 2
    await cursor.execute("DELETE FROM number WHERE value >= 100 RETURNING value")
    assert sorted(await cursor.fetchall()) == [(103,), (104,)]
    assert cursor.rowcount == 2
    await cursor.execute("INSERT INTO number VALUES (NULL)")
    assert cursor.lastrowid == 3


async def test_an_error_leaves_a_cursor_that_can_be_used_again(connection: OneHopConnection) -> None:
    await filled(connection, 2)
    cursor = connection.cursor()
    with pytest.raises(sqlite3.IntegrityError):
        await cursor.execute("INSERT INTO number VALUES (1)")
    with pytest.raises(sqlite3.IntegrityError):
        await cursor.executemany("INSERT INTO number VALUES (?)", [(7,), (1,)])
    assert await (await cursor.execute("SELECT count(*) FROM number")).fetchone() == (3,)


async def test_who_is_broken_off_at_begin_leaves_no_transaction_open(connection: OneHopConnection) -> None:
    begin = asyncio.ensure_future(connection.cursor().execute("BEGIN IMMEDIATE"))
    await asyncio.sleep(0)
    begin.cancel()
    with pytest.raises(asyncio.CancelledError):
        await begin
    await connection.rollback()
    assert not connection.in_transaction


async def test_a_database_broken_off_at_any_statement_can_be_written_at_once(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/broken.db")
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE number (value INTEGER PRIMARY KEY)"))

    async def writes(value: int) -> None:
        async with database.transaction() as session:
            for step in range(5):
                await session.execute(text("INSERT INTO number VALUES (:value)"), {"value": value * 10 + step})

    for turns in range(60):
        writing = asyncio.ensure_future(writes(turns))
        for _ in range(turns):
            await asyncio.sleep(0)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    await writes(1000)
    with pytest.raises(IntegrityError):
        await writes(1000)
    async with database.reading() as session:
        found = [value for (value,) in await session.execute(text("SELECT value FROM number"))]
    assert len(found) % 5 == 0
    assert max(found) == 10_004
    await database.close()
