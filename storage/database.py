"""One database, SQLite or PostgreSQL: engine, transactions and schema. Nothing is opened at import."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from asyncpg import InterfaceError, PostgresError  # type: ignore[import-untyped]
from sqlalchemy import event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from storage.one_hop import connecting

Session = AsyncSession
"""The session type, named here so that the floors above need not know the library."""

DATABASE_ERRORS = (SQLAlchemyError, PostgresError)
"""What the database or its driver raises, for the floors above that want to say so in plain words."""


_SQLITE_TROUBLE = frozenset({5, 6, 7, 8, 10, 13, 14})  # busy, locked, no memory, read-only, I/O, full, cannot open
_POSTGRES_TROUBLE = ("08", "53", "57P", "58", "40", "55P03", "25006")
"""Connection, resources (a full disk), shutdown, system, deadlock, lock not to be had, read-only."""


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DatabaseAway(ConnectionError):
    """数据库连不上。"""


def is_out_of_order(error: BaseException | None) -> bool:
    """Whether the database is away, full, locked or starting: nothing that what was being done is to blame for."""
    while error is not None:
        if isinstance(error, ConnectionError) or (isinstance(error, OSError) and error.errno in _NO_ROOM):
            return True
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            return True
        if (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF in _SQLITE_TROUBLE:
            return True
        if isinstance(error, InterfaceError) or str(getattr(error, "sqlstate", "")).startswith(_POSTGRES_TROUBLE):
            return True
        error = error.orig if isinstance(error, DBAPIError) else error.__cause__
    return False


SYNCHRONOUS = "FULL"
"""SQLite's commits are on the disk when they return, as PostgreSQL's are: a message that was taken in, a number that was
given out, survive a power cut. Messages share commits, so that this costs little."""


PATIENCE = 10
"""Seconds that SQLite waits for another program to let go of the file; a migration waits longer."""


class DatabaseSettingError(ValueError):
    """RONGCUO_DATABASE_URL 不对，应如 sqlite:///var/rongcuo.db 或者 postgresql://用户:密码@主机/库。"""


_UNREACHABLE = "连不上 RONGCUO_DATABASE_URL 写的数据库：没有启动、拒绝连接，或者地址不对"


class UnknownRevision(ValueError):
    """没有这个数据库结构版本。"""


def async_url(url: str) -> str:
    """The URL with the asynchronous driver that this program uses. Raises ``DatabaseSettingError``."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise DatabaseSettingError(DatabaseSettingError.__doc__) from error
    backend = parsed.get_backend_name()
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    if backend not in drivers:
        raise DatabaseSettingError(DatabaseSettingError.__doc__)
    if "sslmode" in parsed.query:  # libpq's word for what asyncpg calls ssl
        parsed = parsed.difference_update_query(["sslmode"]).update_query_dict({"ssl": parsed.query["sslmode"]})
    return parsed.set(drivername=drivers[backend]).render_as_string(hide_password=False)


def database_file(url: str) -> Path | None:
    """The file of an embedded database; ``None`` on a server or in memory. Raises ``DatabaseSettingError``."""
    parsed = make_url(async_url(url))
    path = parsed.database if parsed.get_backend_name() == "sqlite" else None
    return Path(path) if path and path != ":memory:" else None


class Database:
    """An engine with its sessions. ``transaction()`` is the only way in."""

    def __init__(self, url: str) -> None:
        self.url = async_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        # what people wrote stands in the values of statements: an error that reaches the log must not repeat it
        options: dict[str, Any] = {"pool_pre_ping": not self.is_sqlite, "hide_parameters": True}
        if self.is_sqlite:
            file = database_file(url)
            if file is not None:
                try:
                    file.parent.mkdir(parents=True, exist_ok=True)
                except OSError as error:
                    raise DatabaseSettingError(f"RONGCUO_DATABASE_URL 的文件夹建不了：{file.parent}") from error
            options["connect_args"] = {"timeout": PATIENCE, "async_creator_fn": connecting}
        else:
            options |= {"pool_size": 10, "max_overflow": 10}
        self.engine: AsyncEngine = create_async_engine(self.url, **options)
        if self.is_sqlite:
            _tune_sqlite(self.engine)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        # SQLite has one writer: waiting here is fairer and quicker than its own busy loop.
        self._writer = asyncio.Lock() if self.is_sqlite else None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that commits at the end and rolls back on any error."""
        if self._writer is not None:
            async with self._writer, self._sessions.begin() as session:
                await session.execute(text("BEGIN IMMEDIATE"))
                yield session
        else:
            async with self._sessions.begin() as session:
                await _connected(session)
                yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for reading only; it never waits for a writer."""
        async with self._sessions() as session:
            await _connected(session)
            yield session

    @property
    def file(self) -> Path | None:
        """The file of an embedded database."""
        return database_file(self.url)

    async def close(self) -> None:
        await self.engine.dispose()

    async def upgrade(self, revision: str = "head") -> None:
        """Bring the schema to a revision (``head`` or older: then it is a downgrade).

        Raises ``UnknownRevision``, and ``DatabaseSettingError`` when nobody answers where the URL says.
        """
        try:
            async with self.engine.connect() as connection:
                await connection.run_sync(_migrate, revision)
        except CommandError as error:
            raise UnknownRevision(UnknownRevision.__doc__) from error
        except OSError as error:
            raise DatabaseSettingError(_UNREACHABLE) from error

    async def is_current(self) -> bool:
        """Whether the schema is at the newest revision."""
        async with self.engine.connect() as connection:
            return await connection.run_sync(_is_current)


async def _connected(session: AsyncSession) -> None:
    """Connect now. Raises ``DatabaseAway`` where the driver says of its socket that there is no such file."""
    try:
        await session.connection()
    except OSError as error:
        raise DatabaseAway(DatabaseAway.__doc__) from error


def _tune_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun by us, so that BEGIN IMMEDIATE works
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={SYNCHRONOUS}",
            "foreign_keys=ON",
            f"busy_timeout={int(PATIENCE * 1000)}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _migrate(connection: Connection, revision: str) -> None:
    config = _config(connection)
    if connection.dialect.name == "postgresql":
        # Several processes may start at once: one migrates, the others wait for it.
        connection.execute(text("SELECT pg_advisory_lock(7209431)"))
        connection.commit()
    else:
        # The same on SQLite, and a migration that breaks off leaves nothing behind.
        connection.execute(text("PRAGMA busy_timeout=60000"))
        connection.execute(text("BEGIN IMMEDIATE"))
    try:
        script = ScriptDirectory.from_config(config)
        current = MigrationContext.configure(connection).get_current_revision()
        older = revision == "base" or (
            revision != "head"
            and current is not None
            and revision in {r.revision for r in script.iterate_revisions(current, "base")}
        )
        (command.downgrade if older and revision != current else command.upgrade)(config, revision)
        connection.commit()
    finally:
        if connection.dialect.name == "postgresql":
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(7209431)"))
            connection.commit()
        else:
            connection.execute(text(f"PRAGMA busy_timeout={int(PATIENCE * 1000)}"))


def _is_current(connection: Connection) -> bool:
    heads = set(ScriptDirectory.from_config(_config(connection)).get_heads())
    return set(MigrationContext.configure(connection).get_current_heads()) == heads
