"""Versions of documents and lists (R10) on SQLite and PostgreSQL: draft, publish, replace, withdraw."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from sqlalchemy import update

from knowledge.documents import Clause, Source
from knowledge.findings import Finding
from knowledge.library import Collection
from storage import versions
from storage.database import Database
from storage.tables import Version
from storage.versions import BrokenVersion, UnknownVersion, VersionInfo

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)


def collection(text: str, source: str = "rules") -> Collection:
    clause = Clause(f"{source}-1", source, "一", "", text, None, 2)
    where = Source(source, f"{source}.txt", source, date=dt.date(2022, 6, 29), aliases=("鄂城",))
    return Collection(where, "document", (clause,), questions={clause.id: ("问法",)})


async def drafts(database: Database, text: str, source: str = "rules") -> tuple[VersionInfo, bool]:
    async with database.transaction() as session:
        finding = Finding("note", "修补了一处", file="rules.txt")
        return await versions.add_draft(session, collection(text, source), [finding], NOW)


async def publishes(database: Database, version_id: int) -> VersionInfo:
    async with database.transaction() as session:
        return await versions.publish(session, version_id, NOW)


async def states(database: Database) -> list[tuple[str, int, str]]:
    async with database.reading() as session:
        return [(info.source, info.number, info.state) for info in reversed(await versions.versions(session))]


async def in_force(database: Database) -> list[str]:
    async with database.reading() as session:
        return [one.clauses[0].text for one in await versions.published(session)]


async def mark(database: Database) -> int:
    async with database.reading() as session:
        return await versions.publication_mark(session)


async def test_a_draft_is_kept_and_not_yet_in_force(database: Database) -> None:
    info, is_new = await drafts(database, "一、内容")
    assert (is_new, info.number, info.state, info.origin, info.made) == (True, 1, "draft", "imported", NOW)
    assert await in_force(database) == []
    assert await mark(database) == 0
    async with database.reading() as session:
        assert await versions.collection_of(session, info.id) == collection("一、内容")
        assert await versions.newest_of(session, "rules") == info
        assert await versions.newest_of(session, "nothing") is None


async def test_the_same_content_is_not_kept_twice(database: Database) -> None:
    info, _ = await drafts(database, "一、内容")
    assert await drafts(database, "一、内容") == (info, False)
    published = await publishes(database, info.id)
    assert await drafts(database, "一、内容") == (published, False)
    assert await states(database) == [("rules", 1, "published")]


async def test_publishing_replaces_what_was_in_force(database: Database) -> None:
    old, _ = await drafts(database, "一、旧")
    await publishes(database, old.id)
    new, _ = await drafts(database, "一、新")
    assert await in_force(database) == ["一、旧"]
    assert (await publishes(database, new.id)).published == NOW
    assert await states(database) == [("rules", 1, "replaced"), ("rules", 2, "published")]
    assert await in_force(database) == ["一、新"]
    with pytest.raises(UnknownVersion, match="草稿"):
        await publishes(database, old.id)


async def test_publishing_again_what_is_in_force_changes_nothing(database: Database) -> None:
    info, _ = await drafts(database, "一、内容")
    await publishes(database, info.id)
    before = await mark(database)
    assert (await publishes(database, info.id)).state == "published"
    assert await mark(database) == before


async def test_an_old_content_comes_back_as_a_new_version(database: Database) -> None:
    for text in ("一、甲", "一、乙", "一、甲"):
        info, is_new = await drafts(database, text)
        assert is_new
        await publishes(database, info.id)
    assert await states(database) == [("rules", 1, "replaced"), ("rules", 2, "replaced"), ("rules", 3, "published")]
    assert await in_force(database) == ["一、甲"]


async def test_what_is_withdrawn_is_out_of_force_and_stays_in_the_record(database: Database) -> None:
    info, _ = await drafts(database, "一、内容")
    await publishes(database, info.id)
    async with database.transaction() as session:
        assert (await versions.withdraw(session, "rules", NOW)).state == "withdrawn"
    assert await in_force(database) == []
    assert await states(database) == [("rules", 1, "withdrawn")]
    with pytest.raises(UnknownVersion, match="没有已公布"):
        async with database.transaction() as session:
            await versions.withdraw(session, "rules", NOW)
    with pytest.raises(UnknownVersion):
        await publishes(database, info.id)
    _, is_new = await drafts(database, "一、内容")
    assert is_new


@pytest.mark.parametrize("number", [0, -1, 99, 2**31, 2**63, 10**30])
async def test_an_unknown_version_is_an_error_in_chinese(database: Database, number: int) -> None:
    with pytest.raises(UnknownVersion, match="没有这个版本"):
        await publishes(database, number)
    with pytest.raises(UnknownVersion, match="没有这个版本"):
        async with database.reading() as session:
            await versions.collection_of(session, number)


async def test_every_publication_moves_the_mark(database: Database) -> None:
    marks = [await mark(database)]
    for text in ("一、甲", "一、乙"):
        info, _ = await drafts(database, text)
        assert await mark(database) == marks[-1]
        await publishes(database, info.id)
        marks.append(await mark(database))
    async with database.transaction() as session:
        await versions.withdraw(session, "rules", NOW)
    marks.append(await mark(database))
    assert marks == sorted(set(marks))


async def test_a_publication_that_becomes_visible_late_moves_the_mark_too(database: Database) -> None:
    """On PostgreSQL the lower id may be committed last."""
    if database.is_sqlite:
        pytest.skip("one writer: ids become visible in order")
    from storage.tables import Publication

    first, _ = await drafts(database, "一、甲", "a")
    async with database.transaction() as slow:
        slow.add(Publication(version=first.id, act="publish", at=NOW))
        await slow.flush()
        async with database.transaction() as quick:
            quick.add(Publication(version=first.id, act="publish", at=NOW))
        before = await mark(database)
    assert await mark(database) != before


async def test_of_two_drafts_published_at_once_one_is_in_force(database: Database) -> None:
    other = Database(database.url)
    base, _ = await drafts(database, "一、旧")
    await publishes(database, base.id)
    second, _ = await drafts(database, "一、乙")
    third, _ = await drafts(database, "一、丙")
    try:
        async with database.transaction() as session:
            await versions.publish(session, second.id, NOW)
            waiting = asyncio.create_task(publishes(other, third.id))
            await asyncio.wait([waiting], timeout=0.3)
        await waiting
    finally:
        await other.close()
    assert sorted(state for _, _, state in await states(database)) == ["published", "replaced", "replaced"]
    assert len(await in_force(database)) == 1


async def test_of_two_imports_at_once_both_are_kept_with_their_own_numbers(database: Database) -> None:
    other = Database(database.url)
    try:
        await asyncio.gather(*(drafts(db, f"一、{n}") for n in range(4) for db in (database, other)))
    finally:
        await other.close()
    numbers = [number for _, number, _ in await states(database)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 4


async def test_a_new_version_keeps_the_place_of_its_source_in_the_order(database: Database) -> None:
    for text, source in (("一、甲", "a"), ("一、乙", "b"), ("一、甲改", "a")):
        info, _ = await drafts(database, text, source)
        await publishes(database, info.id)
    assert await in_force(database) == ["一、甲改", "一、乙"]


async def test_a_version_that_cannot_be_read_is_named(database: Database) -> None:
    info, _ = await drafts(database, "一、内容")
    await publishes(database, info.id)
    for broken in ("{", "[]", "{}", '{"source": {}}'):
        async with database.transaction() as session:
            await session.execute(update(Version).values(payload=broken))
        with pytest.raises(BrokenVersion, match=r"rules 第1版"):
            await in_force(database)
