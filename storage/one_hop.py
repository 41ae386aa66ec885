"""SQLite with one passage to its thread for each statement.

``aiosqlite`` runs every call of a cursor in a thread of the connection: opening, executing, fetching and closing are four
passages, each dearer than the statement itself. Here a cursor opens, executes, fetches the first rows and, where these were
all, closes in one (docs/decisions/0013).
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import aiosqlite

AT_ONCE = 500
"""Rows fetched with the statement itself; whoever reads on pays a passage for each next part."""


class OneHopCursor:
    """What SQLAlchemy asks of an asynchronous cursor. The rows that came with the statement wait here."""

    arraysize = 100

    def __init__(self, connection: OneHopConnection) -> None:
        self._connection = connection
        self._open: sqlite3.Cursor | None = None
        self._waiting: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> OneHopCursor:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def execute(self, operation: str, parameters: Sequence[Any] = ()) -> OneHopCursor:
        """Carry out one statement. Raises what ``sqlite3`` raises."""
        await self._connection.in_thread(self._execute, operation, parameters)
        return self

    async def executemany(self, operation: str, rows: Iterable[Sequence[Any]]) -> OneHopCursor:
        """Carry out one statement for each of the rows. Raises what ``sqlite3`` raises."""
        await self._connection.in_thread(self._executemany, operation, rows)
        return self

    async def fetchone(self) -> Any:
        """The next row, or ``None``."""
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """At most this many of the next rows."""
        wanted = self.arraysize if size is None else size
        if len(self._waiting) < wanted and self._open is not None:
            await self._connection.in_thread(self._fetch, max(wanted, AT_ONCE))
        rows, self._waiting = self._waiting[:wanted], self._waiting[wanted:]
        return rows

    async def fetchall(self) -> list[Any]:
        """All that is left."""
        if self._open is not None:
            await self._connection.in_thread(self._fetch, None)
        rows, self._waiting = self._waiting, []
        return rows

    async def close(self) -> None:
        """Give up what was not fetched."""
        self._waiting = []
        if self._open is not None:
            await self._connection.in_thread(self._close)

    async def __aiter__(self) -> AsyncIterator[Any]:
        while rows := await self.fetchmany():
            for row in rows:
                yield row

    def _execute(self, operation: str, parameters: Sequence[Any]) -> None:
        self._close()
        cursor = self._open = self._connection.opened()
        try:
            cursor.execute(operation, parameters)
            self._take_over(cursor)
            if self.description is None:
                self._close()
            else:
                self._fetch(AT_ONCE)
        except BaseException:
            self._close()
            raise

    def _executemany(self, operation: str, rows: Iterable[Sequence[Any]]) -> None:
        self._close()
        cursor = self._connection.opened()
        try:
            cursor.executemany(operation, rows)
            self._take_over(cursor)
        finally:
            cursor.close()

    def _take_over(self, cursor: sqlite3.Cursor) -> None:
        self.description, self.lastrowid, self.rowcount = cursor.description, cursor.lastrowid, cursor.rowcount

    def _fetch(self, size: int | None) -> None:
        assert self._open is not None
        rows = self._open.fetchall() if size is None else self._open.fetchmany(size)
        self._waiting += rows
        if size is None or len(rows) < size:
            self.rowcount = self._open.rowcount  # of an UPDATE … RETURNING it is known only now
            self._close()

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


class OneHopConnection(aiosqlite.Connection):
    """A connection whose cursors are such, and that passes nothing on where no transaction is open."""

    _may_go_on = False
    """Whether somebody stopped waiting for a statement: it may yet be carried out, and a transaction begin."""

    def cursor(self) -> OneHopCursor:  # type: ignore[override]
        return OneHopCursor(self)

    async def in_thread(self, function: Any, *arguments: Any) -> Any:
        """The result of a function that runs in the thread of this connection."""
        try:
            return await self._execute(function, *arguments)  # type: ignore[no-untyped-call]
        except asyncio.CancelledError:
            self._may_go_on = True
            raise

    def opened(self) -> sqlite3.Cursor:
        """A cursor of the library below; to be asked for in the thread only."""
        return self._conn.cursor()

    async def commit(self) -> None:
        if self.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        if self._may_go_on or self.in_transaction:
            await super().rollback()
            self._may_go_on = False


def connecting(file: str, **options: Any) -> OneHopConnection:
    """A connection to be awaited, of the arguments that ``sqlite3.connect`` takes. Its thread dies with the process."""
    connection = OneHopConnection(lambda: sqlite3.connect(file, **options), iter_chunk_size=64)
    connection._thread.daemon = True
    return connection
