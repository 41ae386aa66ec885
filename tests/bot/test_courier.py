"""The courier on SQLite and PostgreSQL: in order within a chat, several chats at once, at least once."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from bot.courier import AT_ONCE, LEASE, Courier, TryLater, Undeliverable
from bot.metrics import Metrics
from handlers.messages import Block, Part
from storage import messages
from storage.database import Database
from storage.messages import MAX_TRIES, Stored
from storage.tables import Message
from tests.people import Clock, words_of


class Channel:
    """A channel that notes what it is given; ``meets`` may raise, or wait, before a message is taken."""

    channel = "telegram"

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.tried: list[tuple[str, str]] = []
        self.meets: Callable[[str, str], Awaitable[None]] | None = None
        self.inside = 0
        self.most = 0
        self.changed = asyncio.Condition()

    async def send(self, chat: str, part: Part) -> str:
        text = words_of([part])
        self.tried.append((chat, text))
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            if self.meets:
                await self.meets(chat, text)
        finally:
            self.inside -= 1
        self.got.append((chat, text))
        async with self.changed:
            self.changed.notify_all()
        return str(len(self.got))

    async def has(self, count: int) -> None:
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(lambda: len(self.got) >= count)

    def texts(self, chat: str) -> list[str]:
        return [text for own, text in self.got if own == chat]


@pytest.fixture
def channel() -> Channel:
    return Channel()


def a_courier(database: Database, channel: Channel, clock: Clock, metrics: Metrics | None = None) -> Courier:
    return Courier(database, channel, metrics or Metrics(), clock.now)


async def replies(database: Database, clock: Clock, chat: str, *texts: str) -> None:
    async with database.transaction() as session:
        key = f"{chat}/{texts}"
        await messages.take_in(session, "telegram", chat, key, {"kind": "text", "text": ""}, clock.now())
        (question,) = [row for row in await messages.transcript(session, "telegram", chat, limit=100) if row.key == key]
        parts = [Part((Block("lead", text),)).to_json() for text in texts]
        await messages.mark_done(session, question)
        await messages.put_out(session, [messages.Answer(question, parts)], clock.now())


async def outbox(database: Database, chat: str) -> list[Stored]:
    async with database.reading() as session:
        rows = await messages.transcript(session, "telegram", chat, limit=100)
    return [row for row in rows if row.direction == "out"]


async def carries_all(courier: Courier) -> None:
    while await courier.carry():
        continue


async def states(database: Database, chat: str) -> list[str]:
    return [row.state for row in await outbox(database, chat)]


async def test_parts_arrive_in_order_and_once(database: Database, channel: Channel, clock: Clock) -> None:
    await replies(database, clock, "7", "1", "2")
    await replies(database, clock, "7", "3")
    courier = a_courier(database, channel, clock)
    await carries_all(courier)
    await carries_all(courier)
    assert channel.texts("7") == ["1", "2", "3"]
    assert await states(database, "7") == ["sent"] * 3


async def test_other_channels_are_left_alone(database: Database, channel: Channel, clock: Clock) -> None:
    channel.channel = "wecom"
    await replies(database, clock, "7", "1")
    assert not await a_courier(database, channel, clock).carry()


async def test_a_message_sent_and_not_marked_is_sent_again_after_the_lease(
    database: Database, channel: Channel, clock: Clock
) -> None:
    """The process dies between sending and marking: at least once."""

    async def dies(chat: str, text: str) -> None:
        channel.got.append((chat, text))
        raise asyncio.CancelledError

    await replies(database, clock, "7", "1", "2")
    channel.meets = dies
    with pytest.raises(asyncio.CancelledError):
        await a_courier(database, channel, clock).carry()
    channel.meets = None
    other = a_courier(database, channel, clock)
    assert not await other.carry()
    clock.passes(seconds=LEASE.total_seconds() - 1)
    assert not await other.carry()
    clock.passes(seconds=1)
    await carries_all(other)
    assert channel.texts("7") == ["1", "1", "2"]


async def test_a_channel_that_asks_to_wait_is_waited_for_however_often(
    database: Database, channel: Channel, clock: Clock
) -> None:
    async def busy(chat: str, text: str) -> None:
        if chat == "7":
            raise TryLater(30)

    await replies(database, clock, "7", "1", "2")
    await replies(database, clock, "8", "x")
    channel.meets = busy
    courier = a_courier(database, channel, clock)
    for _ in range(MAX_TRIES + 2):
        await carries_all(courier)
        clock.passes(seconds=29)
        assert not await courier.carry()
        clock.passes(seconds=1)
    assert channel.got == [("8", "x")]
    assert len(channel.tried) == MAX_TRIES + 3
    assert [row.tries for row in await outbox(database, "7")] == [0, 0]
    channel.meets = None
    await carries_all(courier)
    assert channel.texts("7") == ["1", "2"]


async def test_what_the_channel_will_never_take_is_given_up_and_the_rest_goes_on(
    database: Database, channel: Channel, clock: Clock
) -> None:
    async def blocked(chat: str, text: str) -> None:
        if text == "1":
            raise Undeliverable("Forbidden")

    await replies(database, clock, "7", "1", "2")
    channel.meets = blocked
    metrics = Metrics()
    await carries_all(a_courier(database, channel, clock, metrics))
    assert channel.got == [("7", "2")]
    assert await states(database, "7") == ["failed", "sent"]
    assert b'rongcuo_send_failed_total{channel="telegram"} 1.0' in metrics.render()
    assert b'rongcuo_messages_sent_total{channel="telegram"} 1.0' in metrics.render()


async def test_strange_errors_are_given_up_after_the_last_try(
    database: Database, channel: Channel, clock: Clock
) -> None:
    async def strange(chat: str, text: str) -> None:
        if text == "1":
            raise ValueError("strange")

    await replies(database, clock, "7", "1", "2")
    channel.meets = strange
    courier = a_courier(database, channel, clock)
    waits = []
    while await courier.carry():
        if channel.got:
            break
        before = clock.at
        while not channel.got and await states(database, "7") == ["waiting", "waiting"]:
            clock.passes(seconds=1)
            if (last := len(channel.tried)) and await courier.carry() and len(channel.tried) > last:
                waits.append((clock.at - before).total_seconds())
                before = clock.at
    await carries_all(courier)
    assert channel.tried.count(("7", "1")) == MAX_TRIES
    assert waits == sorted(waits)
    assert channel.texts("7") == ["2"]
    assert await states(database, "7") == ["failed", "sent"]


async def test_a_part_nobody_can_read_does_not_stop_the_chat(
    database: Database, channel: Channel, clock: Clock
) -> None:
    await replies(database, clock, "7", "1")
    async with database.transaction() as session:
        (row,) = [r for r in await messages.transcript(session, "telegram", "7") if r.direction == "in"]
        reply_to = Stored(**{**_fields(row), "id": 10_000})
        await messages.put_out(session, [messages.Answer(reply_to, [{"no": "blocks"}])], clock.now())
    await replies(database, clock, "7", "2")
    courier = a_courier(database, channel, clock)
    for _ in range(MAX_TRIES):
        await carries_all(courier)
        clock.passes(minutes=5)
    assert channel.texts("7") == ["1", "2"]


def _fields(row: Stored) -> dict[str, object]:
    return {name: getattr(row, name) for name in Stored.__slots__}


async def test_several_chats_are_served_at_once_and_no_more_than_allowed(
    database: Database, channel: Channel, clock: Clock
) -> None:
    full, more, release = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def waits(chat: str, text: str) -> None:
        if channel.inside == AT_ONCE:
            full.set()
        if channel.inside > AT_ONCE:
            more.set()
        await release.wait()

    chats = [str(n) for n in range(AT_ONCE + 4)]
    for chat in chats:
        await replies(database, clock, chat, "1", "2")
    channel.meets = waits
    stop = asyncio.Event()
    running = asyncio.create_task(a_courier(database, channel, clock).run(stop))
    async with asyncio.timeout(20):
        await full.wait()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(more.wait(), 0.5)
        release.set()
        await channel.has(2 * len(chats))
        stop.set()
        await running
    assert channel.most == AT_ONCE
    assert all(channel.texts(chat) == ["1", "2"] for chat in chats)


async def test_a_chat_that_hangs_holds_up_no_other(database: Database, channel: Channel, clock: Clock) -> None:
    release = asyncio.Event()

    async def hangs(chat: str, text: str) -> None:
        if chat == "7":
            await release.wait()

    await replies(database, clock, "7", "1", "2")
    for n in range(20):
        await replies(database, clock, f"other{n}", "x", "y")
    channel.meets = hangs
    stop = asyncio.Event()
    running = asyncio.create_task(a_courier(database, channel, clock).run(stop))
    await channel.has(40)
    assert channel.texts("7") == []
    stop.set()
    release.set()
    async with asyncio.timeout(5):
        await running
    assert channel.texts("7") == ["1"]  # what was in hand is finished, and nothing new begun
    assert await states(database, "7") == ["sent", "waiting"]


async def test_a_courier_wakes_for_what_is_put_out_and_ends_when_it_is_told(
    database: Database, channel: Channel, clock: Clock
) -> None:
    stop = asyncio.Event()
    courier = a_courier(database, channel, clock)
    running = asyncio.create_task(courier.run(stop, every=30))
    await replies(database, clock, "7", "1", "2", "3")
    courier.wake()
    await channel.has(3)
    stop.set()
    async with asyncio.timeout(5):
        await running
    assert channel.texts("7") == ["1", "2", "3"]


async def test_two_couriers_share_the_work_and_send_everything_once(
    database: Database, channel: Channel, clock: Clock
) -> None:
    other = Database(database.url)
    for n in range(6):
        await replies(database, clock, str(n), "1", "2", "3")
    stop = asyncio.Event()
    running = [asyncio.create_task(a_courier(one, channel, clock).run(stop)) for one in (database, other)]
    await channel.has(18)
    stop.set()
    async with asyncio.timeout(10):
        await asyncio.gather(*running)
    await other.close()
    assert len(channel.got) == 18
    assert all(channel.texts(str(n)) == ["1", "2", "3"] for n in range(6))


async def test_a_database_out_of_reach_stops_neither_the_courier_nor_the_message(
    database: Database, channel: Channel, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = messages.mark_sent
    broken = asyncio.Event()

    async def breaks(*given: object) -> None:
        broken.set()
        raise OSError("gone")

    await replies(database, clock, "7", "1")
    monkeypatch.setattr(messages, "mark_sent", breaks)
    stop = asyncio.Event()
    courier = a_courier(database, channel, clock)
    running = asyncio.create_task(courier.run(stop))
    async with asyncio.timeout(5):
        await broken.wait()
    monkeypatch.setattr(messages, "mark_sent", real)
    clock.passes(seconds=LEASE.total_seconds())
    courier.wake()
    stop.set()
    async with asyncio.timeout(5):
        await running
    assert channel.texts("7") == ["1"]  # what left is noted once the database is back, and not sent again
    assert await states(database, "7") == ["sent"]


async def test_a_channel_that_takes_longer_than_the_lease_gets_the_message_once(
    database: Database, channel: Channel, clock: Clock
) -> None:
    """The lease is short, so that nobody waits long after a process died; whoever lives keeps it."""
    release, begun = asyncio.Event(), asyncio.Event()

    async def hangs(chat: str, text: str) -> None:
        begun.set()
        await release.wait()

    await replies(database, clock, "7", "1")
    channel.meets = hangs
    stop = asyncio.Event()
    slow = a_courier(database, channel, clock)
    running = asyncio.create_task(slow.run(stop, every=0.01))
    await begun.wait()
    other = a_courier(database, channel, clock)
    for _ in range(4):
        clock.passes(seconds=LEASE.total_seconds() / 2)
        async with asyncio.timeout(5):
            while not await is_leased(database, clock, LEASE / 2):
                await asyncio.sleep(0.01)
        assert not await other.carry()
    stop.set()
    clock.passes(seconds=LEASE.total_seconds() / 2)  # it is kept, too, while what is in hand is finished
    async with asyncio.timeout(5):
        while not await is_leased(database, clock, LEASE / 2):
            await asyncio.sleep(0.01)
    assert not await other.carry()
    release.set()
    async with asyncio.timeout(5):
        await running
    assert channel.texts("7") == ["1"]
    assert await states(database, "7") == ["sent"]


async def is_leased(database: Database, clock: Clock, longer_than: dt.timedelta) -> bool:
    """Whether the newest message is kept from others for longer than this."""
    async with database.reading() as session:
        until = (await session.execute(select(Message.not_before).order_by(Message.id.desc()).limit(1))).scalar_one()
    return until is not None and until > clock.now() + longer_than
