"""Inbox and outbox on SQLite and PostgreSQL: taken in once, in order within a chat, written out once."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from sqlalchemy.exc import IntegrityError

from storage import messages
from storage.database import Database
from storage.messages import MAX_TRIES, Answer, Stored

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(seconds=10)


async def take(database: Database, key: str, chat: str = "owner", channel: str = "web") -> bool:
    async with database.transaction() as session:
        return await messages.take_in(session, channel, chat, key, {"kind": "text", "text": key}, NOW)


async def taken(database: Database, *keys: str, chat: str = "owner") -> None:
    for key in keys:
        assert await take(database, key, chat)


async def next_key(database: Database, at: dt.datetime = NOW) -> str | None:
    async with database.transaction() as session:
        found = await messages.next_waiting(session, at)
    return found[0].key if found else None


async def first(database: Database) -> Stored:
    async with database.transaction() as session:
        (found,) = await messages.next_waiting(session, NOW)
    return found


async def done(database: Database, message: Stored) -> None:
    async with database.transaction() as session:
        await messages.mark_done(session, message)


async def fails(database: Database, message: Stored, retry_at: dt.datetime | None = LATER) -> bool:
    async with database.transaction() as session:
        return await messages.mark_failed(session, message, "ValueError", retry_at)


async def puts_out(database: Database, reply_to: Stored, *texts: str) -> None:
    async with database.transaction() as session:
        await messages.put_out(session, [Answer(reply_to, [{"text": text} for text in texts])], NOW)


async def next_out(database: Database, at: dt.datetime = NOW) -> Stored | None:
    async with database.transaction() as session:
        return next(iter(await messages.next_unsent(session, at, "web")), None)


async def all_of(database: Database, chat: str = "owner") -> list[Stored]:
    async with database.reading() as session:
        return await messages.transcript(session, "web", chat, limit=100)


async def test_an_update_taken_in_twice_is_one_row(database: Database) -> None:
    assert await take(database, "1")
    assert not await take(database, "1")
    assert not await take(database, "1", chat="somebody else")
    assert [message.key for message in await all_of(database)] == ["1"]


async def test_of_many_copies_of_an_update_at_once_one_is_taken(database: Database) -> None:
    assert sorted(await asyncio.gather(*(take(database, "1") for _ in range(8)))) == [False] * 7 + [True]
    assert len(await all_of(database)) == 1


async def test_the_same_number_of_another_channel_is_another_update(database: Database) -> None:
    assert await take(database, "1", channel="web")
    assert await take(database, "1", channel="telegram")


async def test_what_is_taken_in_comes_back_as_it_was(database: Database) -> None:
    text = "引号“”、换行\n、反斜线\\、零\x00、表情😀"
    async with database.transaction() as session:
        await messages.take_in(session, "web", "owner", "1", {"text": text}, NOW)
    (back,) = await all_of(database)
    assert (back.payload, back.at, back.state, back.tries) == ({"text": text}, NOW, "waiting", 0)


async def test_messages_of_a_chat_come_in_the_order_they_were_taken(database: Database) -> None:
    await taken(database, "1", "2", "3")
    seen = []
    while await next_key(database):
        message = await first(database)
        seen.append(message.key)
        await done(database, message)
    assert seen == ["1", "2", "3"]


async def test_a_failed_message_holds_back_its_own_chat_and_no_other(database: Database) -> None:
    await taken(database, "1", "2")
    await taken(database, "other", chat="neighbour")
    assert not await fails(database, await first(database))
    assert await next_key(database) == "other"
    await done(database, await first(database))
    assert await next_key(database, LATER - dt.timedelta(microseconds=1)) is None
    assert await next_key(database, LATER) == "1"


async def test_a_message_that_always_fails_is_given_up_after_the_last_try(database: Database) -> None:
    await taken(database, "1", "2")
    outcomes = []
    while (message := await first(database)).key == "1":
        outcomes.append(await fails(database, message, NOW))
    assert outcomes == [False] * (MAX_TRIES - 1) + [True]
    assert message.key == "2"
    failed, _ = await all_of(database)
    assert (failed.state, failed.tries) == ("failed", MAX_TRIES)


async def test_without_a_time_to_try_again_a_message_is_given_up_at_once(database: Database) -> None:
    await taken(database, "1")
    assert await fails(database, await first(database), None)
    assert await next_key(database) is None


async def test_a_failure_counts_once_however_many_report_it(database: Database) -> None:
    await taken(database, "1")
    message = await first(database)
    await asyncio.gather(*(fails(database, message, NOW) for _ in range(4)))
    assert (await first(database)).tries == 1


async def test_a_message_that_another_process_has_done_since_is_not_failed(database: Database) -> None:
    await taken(database, "1")
    message = await first(database)
    await done(database, message)
    assert not await fails(database, message, None)
    assert [(m.state, m.tries) for m in await all_of(database)] == [("done", 0)]


async def test_a_reply_is_written_to_the_outbox_once_only(database: Database) -> None:
    await taken(database, "1")
    message = await first(database)
    await puts_out(database, message, "a", "b")
    with pytest.raises(IntegrityError):
        await puts_out(database, message, "a")
    out = [m for m in await all_of(database) if m.direction == "out"]
    assert [(m.key, m.payload["text"]) for m in out] == [(f"{message.id}/0", "a"), (f"{message.id}/1", "b")]


async def test_the_parts_of_a_reply_leave_in_order_and_one_at_a_time(database: Database) -> None:
    await taken(database, "1")
    await puts_out(database, await first(database), "a", "b")
    part = await next_out(database)
    assert part is not None and part.payload == {"text": "a"}
    async with database.transaction() as session:
        await messages.lease(session, LATER, part)
    assert await next_out(database) is None  # “b” waits until “a” has left
    again = await next_out(database, LATER)
    assert again is not None and again.id == part.id  # whoever held the lease has died
    async with database.transaction() as session:
        await messages.mark_sent(session, {part.id: "77"})
    after = await next_out(database)
    assert after is not None and after.payload == {"text": "b"}


async def test_several_are_taken_at_once_each_of_another_chat_in_order(database: Database) -> None:
    await taken(database, "1", "2")
    await taken(database, "3", "4", chat="neighbour")
    await taken(database, "5", chat="third")
    async with database.transaction() as session:
        assert [one.key for one in await messages.next_waiting(session, NOW, 2)] == ["1", "3"]
        found = await messages.next_waiting(session, NOW, 9)
        assert [one.key for one in found] == ["1", "3", "5"]
        await messages.mark_done(session, *found)
        assert [one.key for one in await messages.next_waiting(session, NOW, 9)] == ["2", "4"]


async def test_the_transcript_is_read_forwards_and_backwards(database: Database) -> None:
    await taken(database, *(str(n) for n in range(1, 8)))
    await taken(database, "x", chat="neighbour")
    ids = {message.key: message.id for message in await all_of(database)}

    async def keys(**how: int) -> list[str]:
        async with database.reading() as session:
            return [message.key for message in await messages.transcript(session, "web", "owner", **how)]

    assert await keys(limit=3) == ["5", "6", "7"]
    assert await keys(before=ids["5"], limit=3) == ["2", "3", "4"]
    assert await keys(after=ids["5"], limit=1) == ["6"]
    assert await keys(after=ids["7"]) == []


async def test_what_waits_and_what_failed_is_counted(database: Database) -> None:
    await taken(database, "1", "2")
    await taken(database, "3", chat="neighbour")
    message = await first(database)
    await puts_out(database, message, "a")
    await fails(database, message, None)
    async with database.reading() as session:
        counted = await messages.counts(session)
    assert counted == {("in", "waiting"): 2, ("in", "failed"): 1, ("out", "waiting"): 1}


async def test_two_processes_never_hold_two_messages_of_one_chat(database: Database) -> None:
    """The second process is given another chat's message (PostgreSQL) or waits for the first (SQLite)."""
    other = Database(database.url)
    await taken(database, "1", "2")
    await taken(database, "3", chat="neighbour")
    try:
        async with database.transaction() as session:
            (mine,) = await messages.next_waiting(session, NOW)
            assert mine.key == "1"
            if not database.is_sqlite:
                async with other.transaction() as theirs, asyncio.timeout(5):
                    (found,) = await messages.next_waiting(theirs, NOW)
                    assert found.key == "3"
                    async with database.transaction() as third:
                        assert await messages.next_waiting(third, NOW) == []
            await messages.mark_done(session, mine)
        assert (await first(other)).key == "2"
    finally:
        await other.close()


async def album(database: Database, *keys: str, name: str = "a", chat: str = "owner") -> None:
    async with database.transaction() as session:
        for key in keys:
            await messages.take_in(session, "web", chat, key, {"kind": "photo", "album": name}, NOW)


async def test_what_waits_of_an_album_is_held_and_nothing_else(database: Database) -> None:
    await album(database, "1", "2")
    await album(database, "3", name="b")
    await album(database, "4", chat="neighbour")
    async with database.transaction() as session:
        await messages.hold_album(session, "web", "owner", "a", LATER)
        await messages.hold_album(session, "web", "owner", "unknown", LATER)
    assert await next_key(database) == "4"  # the others of this chat wait behind
    assert await next_key(database, LATER) == "1"


async def test_an_album_waits_as_long_as_more_of_it_is_not_dealt_with(database: Database) -> None:
    await album(database, "1", "2")
    await album(database, "3", name="b")
    async with database.transaction() as session:
        assert await messages.album_waits(session, "web", "owner", "a", "2")
        (found,) = await messages.next_waiting(session, NOW)
        await messages.mark_done(session, found)
        assert not await messages.album_waits(session, "web", "owner", "a", "2")
        assert not await messages.album_waits(session, "web", "neighbour", "a", "2")


async def test_who_waits_for_an_answer_is_answered_before_a_mornings_reminders_go_out(database: Database) -> None:
    """The chat's own parts stay in order: what was pushed to it before goes just ahead of its answer."""
    async with database.transaction() as session:
        for n in range(30):
            await messages.push(session, "web", f"owner{n}", f"reminder/{n}", [{"text": f"提醒{n}"}], NOW, "waiting")
    await taken(database, "ask", chat="owner20")
    await puts_out(database, await first(database), "原文", "依据")
    sent = []
    for _ in range(4):
        (one,) = await next_out_of(database, 1)
        sent.append((one.chat, one.payload["text"]))
        async with database.transaction() as session:
            await messages.mark_sent(session, {one.id: ""})
    assert sent == [("owner20", "提醒20"), ("owner20", "原文"), ("owner20", "依据"), ("owner0", "提醒0")]


async def test_free_places_that_no_answer_needs_are_filled_with_the_oldest(database: Database) -> None:
    async with database.transaction() as session:
        for n in range(3):
            await messages.push(session, "web", f"owner{n}", f"reminder/{n}", [{"text": f"提醒{n}"}], NOW, "waiting")
    await taken(database, "ask", chat="asker")
    await puts_out(database, await first(database), "原文")
    assert [one.chat for one in await next_out_of(database, 3)] == ["asker", "owner0", "owner1"]


async def next_out_of(database: Database, limit: int) -> list[Stored]:
    async with database.transaction() as session:
        return await messages.next_unsent(session, NOW, "web", limit)
