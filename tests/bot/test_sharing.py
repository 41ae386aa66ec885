"""What arrives is stored in the transaction that answers it; where that fails or takes long, it is stored all the same."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast

import pytest
from sqlalchemy import select

from bot import intake as intakes
from bot.intake import Intake
from bot.metrics import Metrics
from bot.worker import Worker
from handlers.conversation import Conversation
from handlers.messages import Block, Incoming, Part
from storage.database import Database, Session
from storage.tables import Message
from tests.people import Clock


class Talk:
    """A conversation that answers with what was said, and does before that what a test asks of it."""

    def __init__(self) -> None:
        self.meets: Callable[[list[Incoming]], Awaitable[None]] | None = None

    async def handle(self, session: Session, arrived: list[Incoming]) -> list[list[Part]]:
        if self.meets:
            await self.meets(arrived)
        return [[Part((Block("lead", one.text),))] for one in arrived]


class Process:
    """A process that takes in and answers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock, self.talk = database, clock, Talk()
        self.intake = Intake(database, Metrics(), lambda: self.worker.wake())
        self.worker = Worker(database, cast("Conversation", self.talk), Metrics(), clock.now, intake=self.intake)
        self.stop = asyncio.Event()

    @asynccontextmanager
    async def runs(self) -> AsyncIterator[asyncio.Task[None]]:
        task = asyncio.create_task(self.worker.run(self.stop, every=30))
        try:
            yield task
        finally:
            self.stop.set()
            self.worker.wake()
            with contextlib.suppress(asyncio.CancelledError):
                async with asyncio.timeout(10):
                    await task

    def hears(self, chat: str, text: str = "问", key: str = "") -> asyncio.Task[bool]:
        said = Incoming("web", chat, key or f"{chat}/{text}", self.clock.now(), "text", text)
        return asyncio.create_task(self.intake.take(said))

    async def has_answered(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(await self.rows("out")) < count:
                await asyncio.sleep(0.01)

    async def rows(self, direction: str) -> list[tuple[str, str]]:
        async with self.database.reading() as session:
            found = select(Message.chat, Message.state).where(Message.direction == direction).order_by(Message.id)
            return [(chat, state) for chat, state in await session.execute(found)]


async def fails(arrived: list[Incoming]) -> None:
    if any(one.text == "坏" for one in arrived):
        raise ValueError("坏")


@pytest.fixture
def process(database: Database, clock: Clock) -> Process:
    return Process(database, clock)


async def test_what_was_taken_is_answered_by_then_in_the_same_transaction(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def alone(self: Intake, arrived: object) -> None:
        raise AssertionError("stored by itself")

    monkeypatch.setattr(Intake, "keep", alone)
    monkeypatch.setattr(intakes, "PATIENCE", 30)
    async with process.runs():
        assert all(await asyncio.gather(*map(process.hears, "abc")))
        assert [chat for chat, _ in await process.rows("out")] == ["a", "b", "c"]
    assert {state for _, state in await process.rows("in")} == {"done"}


async def test_the_same_update_twice_at_once_is_new_once(process: Process) -> None:
    async with process.runs():
        both = await asyncio.gather(process.hears("a", key="same"), process.hears("a", key="same"))
    assert sorted(both) == [False, True]
    assert len(await process.rows("out")) == 1


@pytest.mark.parametrize("is_running", [True, False])
async def test_of_several_messages_of_one_chat_none_waits_for_the_next_look(process: Process, is_running: bool) -> None:
    """The worker looks again by itself every thirty seconds here: also what lay there when it began is answered before."""
    said = [Incoming("web", "a", f"{n}", process.clock.now(), "text", f"{n}") for n in range(3)]
    if not is_running:
        await process.intake.take_all(said)
    async with process.runs():
        if is_running:
            await process.intake.take_all(said)
        await process.has_answered(3)


async def test_what_cannot_be_answered_is_stored_all_the_same(process: Process) -> None:
    process.talk.meets = fails
    async with process.runs():
        assert all(await asyncio.gather(process.hears("a"), process.hears("b", "坏"), process.hears("c")))
        await process.has_answered(2)
    assert await process.rows("in") == [("a", "done"), ("b", "waiting"), ("c", "done")]
    assert [chat for chat, _ in await process.rows("out")] == ["a", "c"]


async def test_a_message_that_always_fails_is_given_up_though_others_go_on_arriving(process: Process) -> None:
    """Each time something is handled the next one arrives, so that no look is without an arrival."""
    most, heard = 60, list[asyncio.Task[bool]]()

    async def meets(arrived: list[Incoming]) -> None:
        process.clock.passes(minutes=5)
        if len(heard) < most:
            heard.append(process.hears(f"{len(heard)}"))
            await asyncio.sleep(0)
        await fails(arrived)

    await process.intake.take(Incoming("web", "bad", "bad", process.clock.now(), "text", "坏"))
    process.talk.meets = meets
    async with process.runs():
        async with asyncio.timeout(20):
            while ("bad", "waiting") in await process.rows("in"):
                await asyncio.sleep(0.01)
        assert len(heard) < most
        assert all(await asyncio.gather(*heard))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_while_an_answer_takes_long_what_arrives_is_stored_by_itself(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intakes, "PATIENCE", 0.02)
    begun, goes_on = asyncio.Event(), asyncio.Event()

    async def waits(arrived: list[Incoming]) -> None:
        if arrived[0].chat == "slow":
            begun.set()
            await goes_on.wait()

    process.talk.meets = waits
    async with process.runs():
        slow = process.hears("slow")
        await begun.wait()
        assert await process.hears("quick")
        assert not slow.done()
        goes_on.set()
        assert await slow
    assert len(await process.rows("out")) == 2


async def test_a_worker_that_is_broken_off_leaves_what_arrived_to_be_stored(process: Process) -> None:
    begun = asyncio.Event()

    async def waits(_: list[Incoming]) -> None:
        begun.set()
        await asyncio.Event().wait()

    process.talk.meets = waits
    async with process.runs() as worker:
        taken = process.hears("a")
        await begun.wait()
        worker.cancel()
        assert await taken
    assert await process.rows("in") == [("a", "waiting")]


async def test_where_nothing_can_be_stored_whoever_brought_it_is_told(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The channel then does not say “received”, and the update comes again."""
    monkeypatch.setattr(intakes, "PATIENCE", 0.02)

    @asynccontextmanager
    async def away() -> AsyncIterator[Session]:
        raise OSError("away")
        yield

    async with process.runs():
        monkeypatch.setattr(process.database, "transaction", away)
        taken = await asyncio.gather(process.hears("a"), process.hears("b"), return_exceptions=True)
        assert [str(one) for one in taken] == ["away", "away"]
        monkeypatch.undo()
        assert await process.hears("b")
    assert [chat for chat, _ in await process.rows("in")] == ["b"]
