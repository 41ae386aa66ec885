"""Files for one chat on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt

import pytest

from storage import attachments
from storage.attachments import MAX_BYTES, File, TooLarge
from storage.database import Database

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)


async def puts(database: Database, content: bytes) -> None:
    async with database.transaction() as session:
        await attachments.put(session, "token-1", "web", "owner", "我的数据.json", "application/json", content, NOW)


async def gets(database: Database, token: str, channel: str = "web", chat: str = "owner") -> File | None:
    async with database.reading() as session:
        return await attachments.get(session, token, channel, chat)


async def test_a_file_comes_back_byte_for_byte(database: Database) -> None:
    content = bytes(range(256)) * 4
    await puts(database, content)
    assert await gets(database, "token-1") == File("我的数据.json", "application/json", content)


async def test_a_file_is_given_to_its_own_chat_alone(database: Database) -> None:
    await puts(database, b"{}")
    assert await gets(database, "token-1", chat="neighbour") is None
    assert await gets(database, "token-1", channel="telegram") is None


@pytest.mark.parametrize("token", ["", "token-2", "token-1 ", "\x00", "\ud83d", "文件", "x" * 99])
async def test_an_unknown_file_is_none(database: Database, token: str) -> None:
    await puts(database, b"{}")
    assert await gets(database, token) is None


async def test_a_file_of_five_megabytes_is_kept_and_a_larger_one_refused(database: Database) -> None:
    with pytest.raises(TooLarge, match="5 MB"):
        await puts(database, b"x" * (MAX_BYTES + 1))
    assert await gets(database, "token-1") is None
    await puts(database, b"x" * MAX_BYTES)
    found = await gets(database, "token-1")
    assert found is not None and len(found.content) == MAX_BYTES
