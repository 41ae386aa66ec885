"""The worker on SQLite and PostgreSQL: one message of a chat at a time, in order, each with one effect."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, cast

import pytest

from bot.intake import Intake
from bot.metrics import Metrics
from bot.worker import AT_ONCE, RETRY, Worker
from handlers import words
from handlers.conversation import Conversation
from handlers.messages import Block, Incoming, Part
from storage import chats, messages
from storage.database import Database, Session
from storage.messages import MAX_TRIES, Stored
from tests.conftest import new_postgres_database
from tests.people import Clock, Person, World, words_of

Handle = Callable[[Session, Incoming], Awaitable[None]]


async def nothing(session: Session, incoming: Incoming) -> None:
    """Handle a message by doing nothing."""


class Echo:
    """A conversation that notes the message in the dialogue, does what the test says, and answers with its words."""

    def __init__(self, also: Handle = nothing) -> None:
        self.also = also
        self.handled: list[str] = []

    async def handle(self, session: Session, arrived: Sequence[Incoming]) -> list[list[Part]]:
        return [await self._answered(session, incoming) for incoming in arrived]

    async def _answered(self, session: Session, incoming: Incoming) -> list[Part]:
        dialogue = await chats.load_dialogue(session, incoming.channel, incoming.chat, incoming.at)
        dialogue.state["said"] = [*dialogue.state.get("said", []), incoming.text]
        await chats.save_dialogue(session, dialogue, incoming.at)
        await self.also(session, incoming)
        self.handled.append(incoming.text)
        return [Part((Block("lead", f"“{incoming.text}”"),))]


def a_worker(database: Database, echo: Echo, clock: Clock) -> Worker:
    return Worker(database, cast("Conversation", echo), Metrics(), clock.now)


async def says(database: Database, clock: Clock, *texts: str, chat: str = "owner", channel: str = "web") -> None:
    intake = Intake(database, Metrics(), lambda: None)
    await intake.take_all([Incoming(channel, chat, f"{chat}/{text}", clock.now(), "text", text) for text in texts])


async def works_off(worker: Worker) -> None:
    while await worker.work():
        continue


async def rows(database: Database, chat: str = "owner", channel: str = "web") -> list[Stored]:
    async with database.reading() as session:
        return await messages.transcript(session, channel, chat, limit=100)


async def answers(database: Database, chat: str = "owner", channel: str = "web") -> list[str]:
    out = [row for row in await rows(database, chat, channel) if row.direction == "out"]
    return [words_of([Part.from_json(row.payload)]) for row in out]


async def said(database: Database, clock: Clock, chat: str = "owner") -> list[str]:
    async with database.transaction() as session:
        dialogue = await chats.load_dialogue(session, "web", chat, clock.now())
    return list(dialogue.state.get("said", []))


@pytest.fixture
async def two(postgres: str) -> AsyncIterator[tuple[Database, Database]]:
    """Two processes on one PostgreSQL."""
    url = await new_postgres_database(postgres)
    first, second = Database(url), Database(url)
    await first.upgrade()
    yield first, second
    await first.close()
    await second.close()


async def test_messages_of_a_chat_are_answered_in_order(database: Database, clock: Clock) -> None:
    await says(database, clock, "1", "2", "3")
    await works_off(a_worker(database, Echo(), clock))
    assert await answers(database) == ["“1”", "“2”", "“3”"]


async def test_a_repeated_update_has_one_effect(database: Database, clock: Clock) -> None:
    for _ in range(3):
        await says(database, clock, "1")
        await works_off(a_worker(database, Echo(), clock))
    assert await answers(database) == ["“1”"]
    assert await said(database, clock) == ["1"]


async def test_a_batch_with_a_repeated_update_wakes_the_worker_for_the_new_one(
    database: Database, clock: Clock
) -> None:
    woken: list[bool] = []
    metrics = Metrics()
    intake = Intake(database, metrics, lambda: woken.append(True))
    one, two = (Incoming("web", "owner", key, clock.now(), "text", key) for key in "12")
    assert await intake.take(one)
    assert await intake.take_all([one, two]) == 1
    assert await intake.take_all([one, two]) == 0
    assert len(woken) == 2
    assert b'rongcuo_messages_in_total{channel="web"} 2.0' in metrics.render()
    assert b'rongcuo_messages_repeated_total{channel="web"} 3.0' in metrics.render()


@pytest.mark.parametrize("text", ["\ud83d", "好\udc00\ud800呀", "零\x00字节", "\U0001f600", "a" * 20_000, "'; --"])
async def test_any_text_at_all_can_be_taken_in_and_answered(world: World, text: str) -> None:
    assert await world.person().says(text) != []


async def test_a_press_that_no_button_has_is_answered_with_the_menu(world: World) -> None:
    for token in ("", "\x00", "\ud83d", "按钮", "x" * 64):
        parts = await Person(world, "web", "owner").presses_token(token, key=f"key-{token!r}")
        assert words.STALE_BUTTON in words_of(parts)


async def test_a_handler_that_raises_leaves_no_trace(database: Database, clock: Clock) -> None:
    async def raises(session: Session, incoming: Incoming) -> None:
        raise RuntimeError("broken")

    await says(database, clock, "1")
    assert await a_worker(database, Echo(raises), clock).work()
    assert await said(database, clock) == []
    assert await answers(database) == []
    (row,) = await rows(database)
    assert (row.state, row.tries) == ("waiting", 1)


async def test_a_message_that_failed_once_is_handled_at_the_second_try(database: Database, clock: Clock) -> None:
    tries: list[str] = []

    async def once(session: Session, incoming: Incoming) -> None:
        tries.append(incoming.text)
        if len(tries) == 1:
            raise RuntimeError("broken")

    worker = a_worker(database, Echo(once), clock)
    await says(database, clock, "1", "2")
    await says(database, clock, "x", chat="neighbour")
    await works_off(worker)
    assert tries == ["1", "x"]  # “2” waits behind “1”; the other chat does not
    assert await answers(database, "neighbour") == ["“x”"]
    clock.passes(seconds=RETRY.total_seconds())
    await works_off(worker)
    assert await answers(database) == ["“1”", "“2”"]
    assert await said(database, clock) == ["1", "2"]


async def test_a_message_that_always_fails_is_given_up_with_one_apology_and_the_chat_goes_on(
    database: Database, clock: Clock
) -> None:
    tries: list[str] = []

    async def never(session: Session, incoming: Incoming) -> None:
        if incoming.text == "bad":
            tries.append(incoming.text)
            raise RuntimeError("broken")

    worker = a_worker(database, Echo(never), clock)
    await says(database, clock, "bad", "good")
    for _ in range(MAX_TRIES + 3):
        await works_off(worker)
        clock.passes(minutes=1)
    assert len(tries) == MAX_TRIES
    assert await answers(database) == [f"{words.BROKEN}\n{words.BROKEN_NEXT}", "“good”"]
    assert [row.state for row in await rows(database) if row.direction == "in"] == ["failed", "done"]


async def test_the_apology_on_telegram_waits_for_the_courier(database: Database, clock: Clock) -> None:
    async def raises(session: Session, incoming: Incoming) -> None:
        raise RuntimeError("broken")

    await says(database, clock, "1", channel="telegram")
    for _ in range(MAX_TRIES):
        await works_off(a_worker(database, Echo(raises), clock))
        clock.passes(minutes=1)
    assert [row.state for row in await rows(database, channel="telegram")] == ["failed", "waiting"]


async def test_a_payload_nobody_can_read_does_not_stop_the_chat(database: Database, clock: Clock) -> None:
    async with database.transaction() as session:
        await messages.take_in(session, "web", "owner", "strange", {"no": "kind"}, clock.now())
    await says(database, clock, "good")
    worker = a_worker(database, Echo(), clock)
    for _ in range(MAX_TRIES):
        await works_off(worker)
        clock.passes(minutes=1)
    assert (await answers(database))[-1] == "“good”"


async def test_a_failure_that_another_process_has_made_good_is_not_apologised_for(
    database: Database, clock: Clock
) -> None:
    """Between the rollback and the note of the failure another worker may take the message and answer it."""
    good = Echo()
    bad = a_worker(database, Echo(), clock)

    async def quicker(stored: Stored, error: Exception) -> None:
        await works_off(a_worker(database, good, clock))
        await Worker._give_back(bad, stored, error)

    async def raises(session: Session, incoming: Incoming) -> None:
        raise RuntimeError("broken")

    bad = a_worker(database, Echo(raises), clock)
    bad._give_back = quicker  # type: ignore[method-assign]
    await says(database, clock, "1")
    async with database.transaction() as session:
        (stored,) = await messages.next_waiting(session, clock.now())
        for _ in range(MAX_TRIES - 1):
            await messages.mark_failed(session, stored, "x", clock.now())
            (stored,) = await messages.next_waiting(session, clock.now())
    await bad.work()
    assert await answers(database) == ["“1”"]
    assert [row.state for row in await rows(database) if row.direction == "in"] == ["done"]


async def test_a_database_out_of_reach_is_no_failure_of_a_message(tmp_path: Any, clock: Clock) -> None:
    database = Database(f"sqlite:///{tmp_path}/empty.db")  # without tables
    with pytest.raises(Exception, match="no such table"):
        await a_worker(database, Echo(), clock).work()
    await database.close()


async def test_the_worker_wakes_for_what_comes_in_and_ends_when_it_is_told(database: Database, clock: Clock) -> None:
    stop, told = asyncio.Event(), asyncio.Event()
    worker = Worker(database, cast("Conversation", Echo()), Metrics(), clock.now, lambda *_: told.set())
    running = asyncio.create_task(worker.run(stop, every=30))
    await says(database, clock, "1")
    worker.wake()
    async with asyncio.timeout(10):
        await told.wait()
        stop.set()
        await running
    assert await answers(database) == ["“1”"]


async def test_two_processes_handle_different_chats_at_the_same_time(
    two: tuple[Database, Database], clock: Clock
) -> None:
    both = asyncio.Barrier(2)

    async def meet(session: Session, incoming: Incoming) -> None:
        async with asyncio.timeout(10):
            await both.wait()  # nobody passes until both are inside

    for chat in ("owner", "neighbour"):
        await says(two[0], clock, "1", chat=chat)
    assert await asyncio.gather(*(a_worker(one, Echo(meet), clock).work() for one in two)) == [True, True]
    assert await answers(two[0]) == await answers(two[0], "neighbour") == ["“1”"]


async def test_two_processes_never_handle_two_messages_of_one_chat_at_once(
    two: tuple[Database, Database], clock: Clock
) -> None:
    inside: set[str] = set()
    clashes: list[str] = []

    async def alone(session: Session, incoming: Incoming) -> None:
        if incoming.chat in inside:
            clashes.append(incoming.text)
        inside.add(incoming.chat)
        for _ in range(3):
            await messages.counts(session)  # gives the others their turn
        inside.discard(incoming.chat)

    owners = [f"owner{n}" for n in range(4)]
    texts = [str(n) for n in range(10)]
    for chat in owners:
        await says(two[0], clock, *texts, chat=chat)
    workers = [a_worker(one, Echo(alone), clock) for one in two for _ in range(3)]

    async def until_done(worker: Worker) -> None:
        while True:
            async with two[0].reading() as session:
                if not (await messages.counts(session)).get(("in", "waiting")):
                    return
            await worker.work()

    await asyncio.gather(*(until_done(worker) for worker in workers))
    assert clashes == []
    for chat in owners:
        assert await said(two[1], clock, chat) == texts
        assert await answers(two[1], chat) == [f"“{text}”" for text in texts]


async def test_a_process_that_dies_while_handling_leaves_the_message_to_another(
    two: tuple[Database, Database], clock: Clock
) -> None:
    held = asyncio.Event()

    async def hangs(session: Session, incoming: Incoming) -> None:
        held.set()
        await asyncio.Event().wait()

    await says(two[0], clock, "1", "2")
    dying = asyncio.create_task(a_worker(two[0], Echo(hangs), clock).work())
    await held.wait()
    other = a_worker(two[1], Echo(), clock)
    assert not await other.work()  # both are held: “1” by the first process, “2” behind it
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    await works_off(other)
    assert await answers(two[1]) == ["“1”", "“2”"]


def test_the_wait_between_tries_is_a_matter_of_seconds() -> None:
    assert dt.timedelta(0) < RETRY * MAX_TRIES <= dt.timedelta(seconds=30)


async def test_of_several_that_are_handled_together_the_one_that_fails_takes_no_other_along(
    database: Database, clock: Clock
) -> None:
    async def some(session: Session, incoming: Incoming) -> None:
        if incoming.text == "bad":
            raise RuntimeError("broken")

    for chat, text in (("a", "good"), ("b", "bad"), ("c", "good")):
        await says(database, clock, text, chat=chat)
    worker = a_worker(database, Echo(some), clock)
    assert await worker.work(AT_ONCE)
    assert await answers(database, "a") == await answers(database, "c") == ["“good”"]
    assert await answers(database, "b") == []
    assert [row.tries for row in await rows(database, "b")] == [1]


async def test_a_database_that_fails_meanwhile_is_no_failed_try_of_the_message(
    database: Database, clock: Clock
) -> None:
    async def breaks(session: Session, incoming: Incoming) -> None:
        raise ConnectionResetError("gone")

    await says(database, clock, "1")
    with pytest.raises(ConnectionResetError):
        await a_worker(database, Echo(breaks), clock).work(AT_ONCE)
    assert [(row.state, row.tries) for row in await rows(database)] == [("waiting", 0)]
    await works_off(a_worker(database, Echo(), clock))
    assert await answers(database) == ["“1”"]


async def test_what_arrives_during_a_commit_shares_the_next_one(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[int] = []
    real = messages.take_in_all

    async def noted(session: Session, new: list[messages.NewMessage]) -> set[tuple[str, str]]:
        stored.append(len(new))
        return await real(session, new)

    monkeypatch.setattr(messages, "take_in_all", noted)
    intake = Intake(database, Metrics(), lambda: None)
    arriving = [Incoming("web", f"chat{n}", f"key{n % 9}", clock.now(), "text", "1") for n in range(10)]
    assert sum(await asyncio.gather(*(intake.take(one) for one in arriving))) == 9  # one came twice
    assert stored == [1, 9]
