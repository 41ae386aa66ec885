"""The index of a process follows what is published, and answers without a gap."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

import bot.publisher
from bot.metrics import Metrics
from bot.publisher import Publisher, publish_shipped
from handlers.conversation import Knowledge
from knowledge.documents import Clause, Source
from knowledge.language import Language
from knowledge.library import Collection
from knowledge.shipped import shipped_language
from storage import versions
from storage.database import Database
from storage.tables import Version

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)


def collection(source: str, text: str = "一、迟报年报，当场补报的，不予处罚。") -> Collection:
    clause = Clause(f"{source}-1", source, "一", "年报", text, None, 2)
    return Collection(Source(source, f"{source}.txt", source), "document", (clause,))


async def publishes(database: Database, *what: Collection, origin: str = "imported") -> None:
    async with database.transaction() as session:
        for one in what:
            info, _ = await versions.add_draft(session, one, [], NOW, origin)
            await versions.publish(session, info.id, NOW)


async def breaks(database: Database, payload: str = "{") -> None:
    async with database.transaction() as session:
        await session.execute(update(Version).where(Version.state == "published").values(payload=payload))


def sources(knowledge: Knowledge) -> list[str]:
    return list(knowledge.library.collections)


@pytest.fixture(scope="module")
def language() -> Language:
    return shipped_language()


@pytest.fixture
def publisher(database: Database, language: Language) -> Publisher:
    return Publisher(database, language, Metrics())


async def test_a_publication_of_another_process_is_seen_at_the_next_look(
    database: Database, publisher: Publisher
) -> None:
    await publishes(database, collection("a"))
    assert await publisher.refresh()
    assert sources(publisher.current) == ["a"]
    other = Database(database.url)
    await publishes(other, collection("b"))
    await other.close()
    assert await publisher.refresh()
    assert sources(publisher.current) == ["a", "b"]
    assert not await publisher.refresh()


async def test_a_withdrawal_is_seen_too(database: Database, publisher: Publisher) -> None:
    await publishes(database, collection("a"), collection("b"))
    await publisher.refresh()
    async with database.transaction() as session:
        await versions.withdraw(session, "a", NOW)
    assert await publisher.refresh()
    assert sources(publisher.current) == ["b"]


async def test_with_nothing_published_there_is_an_empty_index_and_no_error(publisher: Publisher) -> None:
    assert not publisher.is_ready
    assert await publisher.refresh()
    assert publisher.is_ready
    assert sources(publisher.current) == []


async def test_before_the_first_look_there_is_nothing_to_answer_from(publisher: Publisher) -> None:
    with pytest.raises(RuntimeError, match="还没有载入"):
        _ = publisher.current


async def test_while_a_new_index_is_built_the_old_one_answers(
    database: Database, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publishes(database, collection("a"))
    await publisher.refresh()
    before = publisher.current
    building, go_on = asyncio.Event(), threading.Event()
    loop, real = asyncio.get_running_loop(), bot.publisher.matcher_for

    def slow(library: object) -> object:
        loop.call_soon_threadsafe(building.set)
        assert go_on.wait(10)
        return real(library)  # type: ignore[arg-type]

    monkeypatch.setattr(bot.publisher, "matcher_for", slow)
    await publishes(database, collection("b"))
    refreshing = asyncio.create_task(publisher.refresh())
    async with asyncio.timeout(10):
        await building.wait()
        assert publisher.current is before
        assert before.matcher.search("年报迟了", day=NOW.date(), jurisdiction=None) is not None
        go_on.set()
        assert await refreshing
    assert sources(publisher.current) == ["a", "b"]


@pytest.mark.parametrize("payload", ["{", "[]", '{"source": {}}'])
async def test_what_cannot_be_read_leaves_the_old_index_until_it_is_put_right(
    database: Database, publisher: Publisher, payload: str
) -> None:
    await publishes(database, collection("a"))
    await publisher.refresh()
    before = publisher.current
    await publishes(database, collection("a", "一、新"))
    await breaks(database, payload)
    with pytest.raises(versions.BrokenVersion, match="a 第2版"):
        await publisher.refresh()
    assert publisher.current is before
    await publishes(database, collection("a", "一、好"))
    assert await publisher.refresh()
    assert publisher.current.library.quote("a-1") == "一、好"


async def test_a_broken_publication_is_logged_and_does_not_end_the_watch(
    database: Database, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[str] = []
    failed = asyncio.Event()

    class Log:
        def error(self, event: str, **more: object) -> None:
            logged.append(event)
            failed.set()

        def info(self, event: str, **more: object) -> None:
            logged.append(event)

    monkeypatch.setattr(bot.publisher, "log", Log())
    await publishes(database, collection("a"))
    await publisher.refresh()
    before = publisher.current
    await publishes(database, collection("a", "一、新"))
    await breaks(database)
    stop = asyncio.Event()
    watching = asyncio.create_task(publisher.run(stop, every=0.01))
    async with asyncio.timeout(10):
        await failed.wait()
        assert publisher.current is before
        await publishes(database, collection("a", "一、好"))
        while publisher.current is before:
            await asyncio.sleep(0)
        stop.set()
        await watching
    assert logged[0] == "index ready"
    assert "part failed, it goes on" in logged
    assert logged[-1] == "index ready"


# What is shipped


@pytest.fixture
def shipped_set(monkeypatch: pytest.MonkeyPatch) -> list[Collection]:
    """Stands in for the shipped collections; the test may change it, as a new release does."""
    held = [collection("a"), collection("b")]
    monkeypatch.setattr(bot.publisher, "shipped_collections", lambda: list(held))
    return held


async def in_force(database: Database) -> dict[str, str]:
    async with database.reading() as session:
        return {one.source.id: one.clauses[0].text for one in await versions.published(session)}


async def numbers(database: Database) -> list[tuple[str, int, str]]:
    async with database.reading() as session:
        return [(info.source, info.number, info.state) for info in reversed(await versions.versions(session))]


async def test_what_is_shipped_is_published_once(database: Database, shipped_set: list[Collection]) -> None:
    named: list[str] = []
    assert await publish_shipped(database, NOW, named.append) == 2
    assert named == ["a", "b"]
    assert await publish_shipped(database, NOW) == 0
    assert await numbers(database) == [("a", 1, "published"), ("b", 1, "published")]


async def test_what_a_new_release_ships_changed_is_published(database: Database, shipped_set: list[Collection]) -> None:
    await publish_shipped(database, NOW)
    shipped_set[0] = collection("a", "一、改过")
    shipped_set.append(collection("c"))
    assert await publish_shipped(database, NOW) == 2
    assert (await in_force(database))["a"] == "一、改过"
    assert list(await in_force(database)) == ["a", "b", "c"]


async def test_a_version_that_somebody_imported_since_is_left_alone(
    database: Database, shipped_set: list[Collection]
) -> None:
    await publish_shipped(database, NOW)
    await publishes(database, collection("a", "一、本地改的"))
    shipped_set[0] = collection("a", "一、新发行的")
    assert await publish_shipped(database, NOW) == 0
    assert (await in_force(database))["a"] == "一、本地改的"


async def test_an_imported_draft_in_review_is_left_alone(database: Database, shipped_set: list[Collection]) -> None:
    await publish_shipped(database, NOW)
    async with database.transaction() as session:
        await versions.add_draft(session, collection("a", "一、送审"), [], NOW)
    shipped_set[0] = collection("a", "一、新发行的")
    assert await publish_shipped(database, NOW) == 0
    assert ("a", 2, "draft") in await numbers(database)


async def test_what_was_withdrawn_does_not_come_back(database: Database, shipped_set: list[Collection]) -> None:
    await publish_shipped(database, NOW)
    async with database.transaction() as session:
        await versions.withdraw(session, "a", NOW)
    assert await publish_shipped(database, NOW) == 0
    assert list(await in_force(database)) == ["b"]


async def test_two_processes_that_start_at_once_publish_what_is_shipped_once(
    database: Database, shipped_set: list[Collection]
) -> None:
    others = [Database(database.url) for _ in range(3)]
    counts = await asyncio.gather(*(publish_shipped(one, NOW) for one in (database, *others)))
    for other in others:
        await other.close()
    assert sum(counts) == 2
    assert await numbers(database) == [("a", 1, "published"), ("b", 1, "published")]


async def test_the_real_shipped_set_is_published_and_read_back_the_same(
    tmp_path: Path, shipped: Knowledge, language: Language
) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    await database.upgrade()
    assert await publish_shipped(database, NOW) == len(shipped.library.collections)
    assert await publish_shipped(database, NOW) == 0
    async with database.reading() as session:
        stored = await versions.published(session)
    await database.close()
    assert [replace(one, questions=dict(one.questions)) for one in stored] == [
        replace(one, questions=dict(one.questions)) for one in shipped.library.collections.values()
    ]
