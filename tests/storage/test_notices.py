"""Reminders are laid once and pushed once, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import datetime as dt

from storage import messages, notices, people
from storage.database import Database

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)


async def person(database: Database, name: str = "王强") -> int:
    async with database.transaction() as session:
        return await people.new_person(session, name, NOW)


async def lays(database: Database, who: int, kind: str = "licence", subject: int = 1, due: dt.date = TODAY) -> bool:
    async with database.transaction() as session:
        return await notices.lay(session, kind, subject, due, who, NOW)


async def test_a_reminder_is_laid_once_for_its_kind_subject_day_and_person(database: Database) -> None:
    one, other = await person(database), await person(database, "李梅")
    assert await lays(database, one)
    assert not await lays(database, one)
    assert await lays(database, other)
    assert await lays(database, one, kind="leave")
    assert await lays(database, one, subject=2)
    assert await lays(database, one, due=TODAY + dt.timedelta(days=1))


async def test_of_many_who_lay_one_reminder_at_once_one_laid_it(database: Database) -> None:
    who = await person(database)
    other = Database(database.url)
    try:
        laid = await asyncio.gather(*(lays(on, who) for _ in range(4) for on in (database, other)))
    finally:
        await other.close()
    assert sorted(laid) == [False] * 7 + [True]


async def test_a_reminder_of_a_transaction_that_broke_off_can_be_laid_again(database: Database) -> None:
    who = await person(database)
    try:
        async with database.transaction() as session:
            assert await notices.lay(session, "licence", 1, TODAY, who, NOW)
            raise RuntimeError("the power is out")
    except RuntimeError:
        pass
    assert await lays(database, who)


async def pushes(on: Database, *texts: str, key: str = "licence-1/owner", chat: str = "owner") -> bool:
    async with on.transaction() as session:
        payloads = [{"text": text} for text in texts]
        return await messages.push(session, "web", chat, key, payloads, NOW, "waiting")


async def outbox(on: Database, chat: str = "owner") -> list[tuple[str, str]]:
    async with on.reading() as session:
        rows = await messages.transcript(session, "web", chat)
    assert {(row.direction, row.state, row.at) for row in rows} <= {("out", "waiting", NOW)}
    return [(row.key, row.payload["text"]) for row in rows]


async def test_a_reminder_is_pushed_once_in_all_its_parts(database: Database) -> None:
    assert await pushes(database, "一", "二")
    assert not await pushes(database, "一", "二")
    assert not await pushes(database, "一", "二", "三")
    assert await outbox(database) == [("licence-1/owner/0", "一"), ("licence-1/owner/1", "二")]
    async with database.transaction() as session:
        (first,) = await messages.next_unsent(session, NOW, "web")
    assert first.payload == {"text": "一"}


async def test_a_push_of_nothing_writes_nothing(database: Database) -> None:
    assert not await pushes(database)
    assert await outbox(database) == []


async def test_of_two_processes_that_push_one_message_one_writes_it(database: Database) -> None:
    other = Database(database.url)
    try:
        pushed = await asyncio.gather(pushes(database, "一", "二"), pushes(other, "一", "二"))
    finally:
        await other.close()
    assert sorted(pushed) == [False, True]
    assert len(await outbox(database)) == 2


async def test_a_channel_that_is_read_from_the_transcript_gets_its_push_as_sent(database: Database) -> None:
    async with database.transaction() as session:
        assert await messages.push(session, "web", "owner", "k", [{"text": "一"}], NOW, "sent")
        assert await messages.next_unsent(session, NOW, "web") == []
        assert [row.state for row in await messages.transcript(session, "web", "owner")] == ["sent"]
