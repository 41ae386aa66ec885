"""An answer goes from the worker to the courier of its process by hand, and is lost or doubled by nobody's death."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

import pytest
import pytest_asyncio

from bot.courier import AT_ONCE, LEASE, Courier
from bot.intake import Intake
from bot.metrics import Metrics
from bot.worker import Worker
from handlers.conversation import Conversation
from handlers.messages import Block, Incoming, Part
from storage import messages
from storage.database import Database, Session
from tests.bot.test_courier import Channel, a_courier, carries_all, outbox, replies, states
from tests.people import Clock


class Twice:
    """A conversation that answers in two parts."""

    async def handle(self, session: Session, arrived: list[Incoming]) -> list[list[Part]]:
        return [[Part((Block("lead", f"{one.text}{n}"),)) for n in "ab"] for one in arrived]


class House:
    """One process: a worker, and a courier that runs and looks for itself only when it is woken."""

    def __init__(self, database: Database, channel: Channel, clock: Clock) -> None:
        self.database, self.channel, self.clock = database, channel, clock
        self.courier = a_courier(database, channel, clock)
        self.worker = Worker(database, cast("Conversation", Twice()), Metrics(), clock.now, couriers=[self.courier])
        self.stop = asyncio.Event()
        self.running: asyncio.Task[None] | None = None

    async def opens(self) -> None:
        self.running = asyncio.create_task(self.courier.run(self.stop, every=30))
        while not self.courier.room:
            await asyncio.sleep(0)

    async def closes(self) -> None:
        self.stop.set()
        if self.running:
            async with asyncio.timeout(10):
                await self.running

    async def dies(self) -> None:
        assert self.running
        self.running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.running
        self.running = None

    async def hears(self, *chats: str) -> None:
        intake = Intake(self.database, Metrics(), lambda: None)
        await intake.take_all([Incoming("telegram", one, f"{one}/1", self.clock.now(), "text", one) for one in chats])


@pytest_asyncio.fixture
async def house(database: Database, channel: Channel, clock: Clock) -> AsyncIterator[House]:
    made = House(database, channel, clock)
    yield made
    await made.closes()


@pytest.fixture
def channel() -> Channel:
    return Channel()


async def test_both_parts_of_an_answer_leave_in_order_and_once(house: House, clock: Clock) -> None:
    await house.opens()
    await house.hears("1", "2", "3")
    assert await house.worker.work(16)
    await house.channel.has(6)
    await house.closes()
    assert [house.channel.texts(chat) for chat in "123"] == [["1a", "1b"], ["2a", "2b"], ["3a", "3b"]]
    assert await states(house.database, "1") == ["sent", "sent"]
    clock.passes(seconds=LEASE.total_seconds() * 2)
    assert not await a_courier(house.database, house.channel, clock).carry()


async def test_what_was_handed_over_no_other_courier_takes(house: House, clock: Clock) -> None:
    other = a_courier(house.database, house.channel, clock)
    waits = asyncio.Event()
    house.channel.meets = lambda chat, text: _until(waits)
    await house.opens()
    await house.hears("1")
    await house.worker.work()
    assert not await other.carry()
    waits.set()
    await house.channel.has(2)
    assert house.channel.tried == [("1", "1a"), ("1", "1b")]


async def _until(event: asyncio.Event) -> None:
    await event.wait()


async def test_a_chat_that_an_older_message_has_not_reached_waits_for_its_turn(house: House, clock: Clock) -> None:
    await replies(house.database, clock, "1", "older")
    await house.opens()
    await house.hears("1")
    await house.worker.work()
    await house.channel.has(3)
    assert house.channel.texts("1") == ["older", "1a", "1b"]


async def test_if_the_process_dies_before_sending_another_one_sends_after_the_lease(house: House, clock: Clock) -> None:
    house.channel.meets = lambda chat, text: _until(asyncio.Event())
    await house.opens()
    await house.hears("1")
    await house.worker.work()
    await house.dies()
    house.channel.meets = None
    other = a_courier(house.database, house.channel, clock)
    assert not await other.carry()
    clock.passes(seconds=LEASE.total_seconds())
    await carries_all(other)
    assert house.channel.texts("1") == ["1a", "1b"]


async def test_where_no_courier_runs_nothing_is_kept_for_one(house: House, clock: Clock) -> None:
    await house.hears("1")
    await house.worker.work()
    await carries_all(a_courier(house.database, house.channel, clock))
    assert house.channel.texts("1") == ["1a", "1b"]


async def test_a_courier_takes_no_more_by_hand_than_it_has_room_for(house: House) -> None:
    waits = asyncio.Event()
    house.channel.meets = lambda chat, text: _until(waits)
    await house.opens()
    chats = [str(n) for n in range(AT_ONCE + 4)]
    await house.hears(*chats)
    await house.worker.work(AT_ONCE + 4)
    assert house.courier.room == 0
    waits.set()
    await house.channel.has(2 * len(chats))
    assert house.channel.most <= AT_ONCE
    assert all(house.channel.texts(chat) == [f"{chat}a", f"{chat}b"] for chat in chats)


async def test_what_comes_after_the_courier_has_ended_waits_for_the_next(house: House, clock: Clock) -> None:
    await house.opens()
    await house.closes()
    (stored,) = await _leased(house.database, clock)
    house.courier.hand([stored], clock.now())
    assert house.channel.tried == []
    clock.passes(seconds=LEASE.total_seconds())
    await carries_all(a_courier(house.database, house.channel, clock))
    assert house.channel.texts("1") == ["1"]


async def _leased(database: Database, clock: Clock) -> list[messages.Stored]:
    async with database.transaction() as session:
        await messages.take_in(session, "telegram", "1", "1", {"kind": "text", "text": ""}, clock.now())
        (question,) = await messages.next_waiting(session, clock.now())
        await messages.mark_done(session, question)
        part = Part((Block("lead", "1"),)).to_json()
        answer = messages.Answer(question, [part], leased=clock.now() + LEASE)
        return await messages.put_out(session, [answer], clock.now())


async def test_the_leased_part_is_the_row_that_was_written(database: Database, clock: Clock) -> None:
    (stored,) = await _leased(database, clock)
    (row,) = await outbox(database, "1")
    assert (row.id, row.key, row.payload, row.state) == (stored.id, stored.key, stored.payload, "waiting")


async def test_a_courier_that_does_not_run_has_no_room(database: Database, channel: Channel, clock: Clock) -> None:
    assert Courier(database, channel, Metrics(), clock.now).room == 0


async def test_what_has_left_is_noted_with_the_next_message(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.courier.NOTE_WITHIN", 30)
    await house.opens()
    await house.hears("1")
    await house.worker.work()
    await house.channel.has(1)
    assert await states(house.database, "1") == ["waiting", "waiting"]
    await house.hears("2")
    await house.worker.work()
    assert await states(house.database, "1") == ["sent", "waiting"]
    await house.channel.has(2)
    await house.closes()
    assert await states(house.database, "2") == ["sent", "waiting"]


async def test_what_a_transaction_noted_that_was_given_up_is_noted_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.courier.NOTE_WITHIN", 30)
    await house.opens()
    await house.hears("1")
    await house.worker.work()
    await house.channel.has(1)
    await house.hears("2")
    with monkeypatch.context() as patch:
        patch.setattr(Courier, "note", _noted_and_broken(Courier.note))
        await house.worker.work()
    await house.channel.has(2)  # a failure wakes the courier, which goes on with what it may send
    await house.closes()
    assert await states(house.database, "1") == ["sent", "sent"]
    assert house.channel.texts("1") == ["1a", "1b"]


def _noted_and_broken(note: Callable[[Courier, Session], Awaitable[list[int]]]) -> object:
    async def breaks(courier: Courier, session: Session) -> list[int]:
        await note(courier, session)
        raise ValueError("示例")

    return breaks
