"""Papers on SQLite and PostgreSQL: versions, their way out, what waits for legal."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from storage import cases, papers, people
from storage.cases import CaseInfo, Series
from storage.database import Database
from storage.papers import PaperInfo
from storage.record_files import known
from storage.tables import Paper
from tests.storage.offices import HOUR, NOW, Office, new_office

FILE = "ab" * 32


@pytest.fixture
async def office(database: Database) -> Office:
    return await new_office(database)


async def makes(office: Office, info: CaseInfo, kind: str = "order", **more: Any) -> PaperInfo:
    given: dict[str, Any] = {
        "case": info.id,
        "kind": kind,
        "record": {"案件编号": info.number},
        "given": {"文号": "示例〔2026〕1号"},
        "template": "cd" * 32,
        "missing": ["联系电话"],
        "file": FILE,
        "size": 1234,
        "person": office.persons[0],
        "now": NOW,
    }
    async with office.database.transaction() as session:
        await cases.case_file(session, info.id, lock=True)
        return await papers.add(session, **(given | more))


async def test_every_making_is_a_version_and_all_it_was_filled_with_is_kept(office: Office) -> None:
    info = await office.opens()
    first, second = await makes(office, info), await makes(office, info)
    other = await makes(office, info, "visit")
    assert [(one.kind, one.version, one.state) for one in (first, second, other)] == [
        ("order", 1, "draft"),
        ("order", 2, "draft"),
        ("visit", 1, "draft"),
    ]
    assert (second.record, second.given) == ({"案件编号": info.number}, {"文号": "示例〔2026〕1号"})
    assert (second.missing, second.file, second.size) == (("联系电话",), FILE, 1234)
    assert (second.number, second.enterprise_name, second.maker_name) == (info.number, "幸福小吃店", "王强")
    async with office.database.reading() as session:
        found = await papers.of_case(session, info.id)
        newest = await papers.newest(session, info.id, "order")
    assert [one.id for one in found] == [other.id, second.id, first.id]
    assert [one.is_newest for one in found] == [True, True, False]
    assert newest is not None and newest.id == second.id


async def test_two_makings_at_once_get_two_versions(office: Office) -> None:
    info = await office.opens()
    made = await asyncio.gather(*(makes(office, info) for _ in range(4)))
    assert sorted(one.version for one in made) == [1, 2, 3, 4]


async def test_without_the_lock_a_version_is_never_given_twice(office: Office) -> None:
    info = await office.opens()
    await makes(office, info)
    async with office.database.reading() as session:
        row = Paper(
            case=info.id, kind="order", version=1, state="draft", fields="{}", file=FILE, made_by=None, made=NOW
        )
        session.add(row)
        with pytest.raises(IntegrityError):
            await session.flush()


async def test_a_paper_moves_on_only_from_where_it_was_seen(office: Office) -> None:
    info = await office.opens()
    paper = await makes(office, info)
    async with office.database.transaction() as session:
        assert not await papers.move(session, paper.id, "passed", of=("review",))
        assert await papers.move(session, paper.id, "review", of=("draft",))
        assert not await papers.move(session, paper.id, "review", of=("draft",))
        assert await papers.move(
            session,
            paper.id,
            "returned",
            of=("review",),
            reviewer=office.persons[1],
            reviewed=NOW + HOUR,
            reason="缺条款",
        )
        found = await papers.paper(session, paper.id, lock=True)
    assert found is not None
    assert (found.state, found.reviewer_name, found.reviewed, found.reason) == (
        "returned",
        "李梅",
        NOW + HOUR,
        "缺条款",
    )


async def test_of_those_who_decide_at_once_one_does(office: Office) -> None:
    info = await office.opens()
    paper = await makes(office, info)
    async with office.database.transaction() as session:
        await papers.move(session, paper.id, "review", of=("draft",))

    async def decides(to: Any) -> bool:
        async with office.database.transaction() as session:
            return await papers.move(session, paper.id, to, of=("review",), reviewer=None, reviewed=NOW)

    assert sorted(await asyncio.gather(decides("passed"), decides("returned"), decides("passed"))) == [
        False,
        False,
        True,
    ]


async def test_legal_sees_what_waits_in_its_own_place_and_no_older_version(office: Office) -> None:
    first, second = await office.opens(), await office.opens()
    async with office.database.transaction() as session:
        abroad = await people.appoint(
            session, office.persons[1], role="officer", jurisdiction="410526", department="示例局", licence="示例-9",
            licence_until=None, now=NOW,
        )  # fmt: skip
    far = await office.opens(series=Series("410526", "示例局", "滑县容"), office=abroad)
    old, late, new, there = (
        await makes(office, first, "exemption"),
        await makes(office, second, "exemption"),
        await makes(office, first, "exemption"),
        await makes(office, far, "exemption"),
    )
    async with office.database.transaction() as session:
        for one in (old, late, new, there):
            await papers.move(session, one.id, "review", of=("draft",))
    async with office.database.reading() as session:
        assert [one.id for one in await papers.to_review(session, "420704")] == [late.id, new.id]
        assert [one.id for one in await papers.to_review(session, "410526")] == [there.id]
        assert await papers.to_review(session, "330902") == []


async def test_ids_that_no_paper_has_find_nothing(office: Office) -> None:
    async with office.database.reading() as session:
        for id in (0, -1, 10**6, 2**80):
            assert await papers.paper(session, id) is None
        assert await papers.newest(session, 10**6, "order") is None


async def test_the_sweep_of_files_leaves_papers_alone(office: Office) -> None:
    """R34: a paper that was made stays as it was."""
    info = await office.opens()
    await makes(office, info)
    async with office.database.reading() as session:
        assert FILE in await known(session)
