"""Schema, transactions and times, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from storage import chats
from storage.database import Database, DatabaseSettingError, UnknownRevision, async_url
from storage.tables import Base

MOMENT = dt.datetime(2026, 11, 20, 10, 0, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=8)))


async def tables_of(database: Database) -> set[str]:
    async with database.engine.connect() as connection:
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


async def differences(database: Database) -> list[Any]:
    def compare(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with database.engine.connect() as connection:
        return await connection.run_sync(compare)


async def test_migrations_go_up_down_to_nothing_and_up_again(database: Database) -> None:
    everything = {*Base.metadata.tables, "alembic_version"}
    assert await tables_of(database) == everything
    assert await database.is_current()
    await database.upgrade("base")
    assert await tables_of(database) == {"alembic_version"}
    assert not await database.is_current()
    await database.upgrade("base")
    await database.upgrade()
    await database.upgrade()
    assert await tables_of(database) == everything
    assert await database.is_current()


async def test_the_models_are_what_the_migrations_make(database: Database) -> None:
    assert await differences(database) == []


async def test_a_difference_between_models_and_schema_would_be_seen(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE chat ADD COLUMN strange INTEGER"))
    assert [change[0] for change in await differences(database)] == ["remove_column"]


async def test_several_processes_may_bring_up_an_empty_database_at_once(database: Database) -> None:
    await database.upgrade("base")
    async with database.transaction() as session:
        await session.execute(text("DROP TABLE alembic_version"))
    others = [Database(database.url) for _ in range(3)]
    try:
        await asyncio.gather(*(other.upgrade() for other in others))
    finally:
        await asyncio.gather(*(other.close() for other in others))
    assert await database.is_current()


async def test_a_migration_that_breaks_off_leaves_nothing_behind(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import op

    await database.upgrade("base")
    create = op.create_table

    def breaks_off(name: str, *columns: Any, **more: Any) -> Any:
        if name == "version":
            raise RuntimeError("the power is out")
        return create(name, *columns, **more)

    monkeypatch.setattr(op, "create_table", breaks_off)
    with pytest.raises(RuntimeError, match="power"):
        await database.upgrade()
    monkeypatch.undo()
    assert await tables_of(database) <= {"alembic_version"}
    await database.upgrade()
    assert await database.is_current()


async def test_an_unknown_revision_is_named_in_chinese(database: Database) -> None:
    with pytest.raises(UnknownRevision, match="没有"):
        await database.upgrade("9999")
    assert await database.is_current()


async def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    async with database.transaction() as session:
        dialogue = await chats.load_dialogue(session, "web", "owner", MOMENT)
        await chats.offer(session, dialogue.channel, dialogue.chat, "token-1", "菜单", {"do": "menu"}, MOMENT)
    async with database.reading() as session:
        button = await chats.pressed(session, "web", "owner", "token-1")
    assert button is not None
    assert button.at == MOMENT
    assert button.at.utcoffset() == dt.timedelta(0)
    assert button.at.tzname() == "UTC"


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = dt.datetime(2026, 11, 20)  # noqa: DTZ001 - the wrong thing to do
    with pytest.raises(Exception, match="时区"):
        async with database.transaction() as session:
            await chats.load_dialogue(session, "web", "owner", naive)


async def test_an_error_rolls_the_whole_transaction_back(database: Database) -> None:
    async def breaks_off() -> None:
        async with database.transaction() as session:
            await chats.load_dialogue(session, "web", "owner", MOMENT)
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await breaks_off()
    async with database.transaction() as session:
        assert (await chats.load_dialogue(session, "web", "owner", MOMENT)).is_new


async def test_reading_goes_on_while_somebody_writes(database: Database) -> None:
    async with database.transaction() as writing:
        await chats.load_dialogue(writing, "web", "owner", MOMENT)
        async with asyncio.timeout(5), database.reading() as session:
            assert (await session.execute(text("SELECT count(*) FROM chat"))).scalar() == 0


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("sqlite:///var/x.db", "sqlite+aiosqlite:///var/x.db"),
        ("postgresql://u:p%40@h/d", "postgresql+asyncpg://u:p%40@h/d"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql+psycopg://u:p@h/d?sslmode=require", "postgresql+asyncpg://u:p@h/d?ssl=require"),
    ],
)
def test_the_usual_ways_to_write_a_database_are_understood(given: str, expected: str) -> None:
    assert async_url(given) == expected


@pytest.mark.parametrize("wrong", ["", "nonsense", "mysql://u:p@h/d", "postgresql://u:p@h:port/d", "http://h/d"])
def test_a_wrong_database_is_answered_with_the_right_form(wrong: str) -> None:
    with pytest.raises(DatabaseSettingError, match="sqlite:///"):
        async_url(wrong)


async def test_the_folder_of_the_embedded_database_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/deep/down/x.db")
    await database.upgrade()
    await database.close()
    assert (tmp_path / "deep/down/x.db").exists()
