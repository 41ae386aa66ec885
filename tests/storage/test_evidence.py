"""Evidence of cases on SQLite and PostgreSQL (R26)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from sqlalchemy.exc import IntegrityError

from knowledge.procedure.case import Case
from storage import enterprises, evidence, people
from storage.cases import Series, open_case
from storage.database import Database
from storage.enterprises import NewEnterprise
from storage.evidence import NotEvidence, Twin
from tests.people import FIRM_CODES

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
TAKEN = dt.datetime(2026, 11, 18, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@dataclass(frozen=True)
class File:
    digest: str = "ab" * 32
    name: str = "门头.jpg"
    mime: str = "image/jpeg"
    size: int = 1234
    taken: dt.datetime | None = TAKEN
    likeness: str | None = None


@dataclass(frozen=True)
class Cases:
    """Some cases of one enterprise, and the person of their officer."""

    ids: list[int]
    person: int


@pytest.fixture
async def cases(database: Database) -> Cases:
    async with database.transaction() as session:
        person = await people.new_person(session, "张示例", NOW)
        office = await people.appoint(
            session,
            person,
            role="officer",
            jurisdiction="420704",
            department="示例局",
            licence="示例-1",
            licence_until=dt.date(2028, 1, 1),
            now=NOW,
        )
        firm = NewEnterprise("示例餐馆", FIRM_CODES[0], "420704")
        enterprise = await enterprises.add(session, firm, "register", NOW)
        opened = [
            await open_case(
                session,
                series=Series("420704", "示例局", "示例容"),
                enterprise=enterprise,
                office=office,
                problem="没有亮证",
                items=(),
                case=Case(NOW.date(), "没有亮证"),
                person=person,
                now=NOW,
            )
            for _ in range(3)
        ]
        return Cases([info.id for info in opened], person)


async def test_a_file_and_a_text_are_kept_in_the_order_they_came(database: Database, cases: Cases) -> None:
    case = cases.ids[0]
    async with database.transaction() as session:
        await evidence.add(session, case=case, kind="before", file=File(), person=cases.person, now=NOW)
        await evidence.add(session, case=case, kind="after", text="已经亮证", person=None, now=NOW)
    async with database.reading() as session:
        file, text = await evidence.of_case(session, case)
        assert (file.digest, file.name, file.mime, file.size) == ("ab" * 32, "门头.jpg", "image/jpeg", 1234)
        assert file.taken == TAKEN and file.taken is not None and file.taken.tzinfo is not None
        assert (file.person_name, file.at, file.text) == ("张示例", NOW, None)
        assert (text.kind, text.text, text.digest, text.taken, text.person) == ("after", "已经亮证", None, None, None)
        assert await evidence.of_case(session, cases.ids[1]) == []


async def test_evidence_is_counted_and_listed_by_its_kind(database: Database, cases: Cases) -> None:
    case = cases.ids[0]
    async with database.transaction() as session:
        for kind in ("inspection", "before", "after", "after"):
            await evidence.add(session, case=case, kind=kind, text=kind, person=None, now=NOW)
        assert await evidence.count(session, case) == 4
        assert await evidence.count(session, case, "after") == 2
        assert await evidence.count(session, cases.ids[1]) == 0
        assert [one.text for one in await evidence.of_case(session, case, "before")] == ["before"]


async def test_the_same_file_in_another_case_is_noticed_with_the_oldest_such_case(
    database: Database, cases: Cases
) -> None:
    first, second, third = cases.ids
    later = NOW + dt.timedelta(hours=1)
    async with database.transaction() as session:
        for case, at in ((second, later), (first, NOW), (first, later), (third, later)):
            await evidence.add(session, case=case, kind="after", file=File(), person=None, now=at)
        await evidence.add(session, case=second, kind="after", file=File(digest="cd" * 32), person=None, now=NOW)
        twin = Twin(first, "示例容〔2026〕0001号", "420704", "示例局", NOW)
        assert await evidence.twins(session, {"ab" * 32, "cd" * 32, "ef" * 32}, third) == {
            "ab" * 32: twin,
            "cd" * 32: Twin(second, "示例容〔2026〕0002号", "420704", "示例局", NOW),
        }
        assert (await evidence.twins(session, {"ab" * 32}, first))["ab" * 32].case == second
        assert await evidence.twins(session, {"cd" * 32}, second) == {}
        assert await evidence.twins(session, (), third) == {}
        assert await evidence.digests(session) == {"ab" * 32, "cd" * 32}


async def test_a_case_knows_since_when_it_has_a_file(database: Database, cases: Cases) -> None:
    first, second, _ = cases.ids
    async with database.transaction() as session:
        for hour in (0, 1):
            at = NOW + dt.timedelta(hours=hour)
            await evidence.add(session, case=first, kind="after", file=File(), person=None, now=at)
        await evidence.add(session, case=second, kind="after", file=File(digest="cd" * 32), person=None, now=NOW)
        assert await evidence.since(session, first, ["ab" * 32, "cd" * 32]) == {"ab" * 32: NOW}
        assert await evidence.since(session, first, ()) == {}


@pytest.mark.parametrize(
    ("kind", "text", "file"),
    [
        ("after", None, None),
        ("after", "", None),
        ("during", "x", None),
        ("after", None, File(digest="../etc/passwd")),
        ("after", "x", File(digest="AB" * 32)),
    ],
)
async def test_what_is_no_evidence_is_refused(
    database: Database, cases: Cases, kind: str, text: str | None, file: File | None
) -> None:
    async with database.transaction() as session:
        with pytest.raises(NotEvidence, match="证据"):
            await evidence.add(session, case=cases.ids[0], kind=kind, text=text, file=file, person=None, now=NOW)
        assert await evidence.count(session, cases.ids[0]) == 0


async def test_evidence_belongs_to_a_case_that_there_is(database: Database, cases: Cases) -> None:
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await evidence.add(session, case=max(cases.ids) + 1, kind="after", text="x", person=None, now=NOW)


async def test_a_name_of_any_length_is_kept_as_far_as_there_is_room(database: Database, cases: Cases) -> None:
    async with database.transaction() as session:
        file = File(name="长" * 500, mime="x" * 500)
        await evidence.add(session, case=cases.ids[0], kind="after", file=file, person=None, now=NOW)
        (kept,) = await evidence.of_case(session, cases.ids[0])
    assert kept.name == "长" * 120 and kept.mime is not None and len(kept.mime) == 80
