"""The chains of events (R28): whatever is done to a row of the record shows, for cases and for enterprises."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest
from sqlalchemy import text, update

from knowledge.procedure import acts
from storage import cases, chain, views
from storage.chain import AT_ONCE, CASES, ENTERPRISES, Break, Chain, Walked
from storage.database import Database
from storage.people import office as office_of
from storage.tables import CaseSeries, EnterpriseEvent
from tests.storage.offices import DIAGNOSIS, HOUR, NOW, Office, new_office

DAY = dt.timedelta(days=1)


@pytest.fixture
async def office(database: Database) -> Office:
    return await new_office(database)


async def breaks(office: Office, kind: Chain = CASES, **more: Any) -> list[Break]:
    async with office.database.reading() as session:
        return [found async for found in chain.breaks(session, kind, **more)]


async def events(office: Office, kind: Chain = ENTERPRISES, owner: int | None = None) -> list[chain.EventInfo]:
    async with office.database.reading() as session:
        return await chain.events(session, kind, owner or office.enterprise)


async def looks(office: Office, who: int = 0, what: str = "contacts", now: dt.datetime = NOW) -> None:
    """An officer looks at the enterprise's people."""
    async with office.database.transaction() as session:
        held = await office_of(session, office.offices[who])
        assert held is not None
        await views.looked(session, ENTERPRISES, office.enterprise, what, held, now)


async def notes(office: Office, case: int, number: int = 1) -> None:
    async with office.database.transaction() as session:
        for n in range(number):
            await cases.note(session, case, "urged", {"n": n}, office.persons[0], NOW)


async def after(office: Office, *statements: tuple[str, dict[str, Any]], kind: Chain = CASES) -> list[Break]:
    """What the check finds when rows were touched behind the program's back; then they are put back."""

    class PutBack(Exception):
        pass

    found: list[Break] = []
    try:
        async with office.database.transaction() as session:
            for statement, values in statements:
                done: Any = await session.execute(text(statement), values)
                assert done.rowcount, statement
            found = [one async for one in chain.breaks(session, kind)]
            raise PutBack
    except PutBack:
        return found


# ---- writing


async def test_r28_the_events_of_an_enterprise_are_chained_and_its_row_keeps_the_newest_digest(office: Office) -> None:
    async with office.database.reading() as session:
        assert await chain.head_of(session, ENTERPRISES, office.enterprise) is None
    await looks(office)
    await looks(office, who=1, what="check")
    first, second = await events(office)
    assert (first.ordinal, first.previous, second.previous) == (1, chain.START, first.digest)
    assert (first.act, first.person_name, first.data["department"]) == ("looked", "王强", "示例市场监管局")
    async with office.database.reading() as session:
        assert await chain.head_of(session, ENTERPRISES, office.enterprise) == second.digest
    assert await breaks(office, ENTERPRISES) == []


async def test_r28_many_looks_of_one_person_at_one_thing_in_a_day_are_one_event(office: Office) -> None:
    evening = dt.datetime(2026, 11, 20, 15, 59, tzinfo=dt.UTC)  # 23:59 in Shanghai
    for now in (NOW, NOW + HOUR, evening):
        await looks(office, now=now)
    assert len(await events(office)) == 1
    await looks(office, what="check")
    await looks(office, who=1)
    await looks(office, now=evening + dt.timedelta(minutes=1))
    assert [event.data["what"] for event in await events(office)] == ["contacts", "check", "contacts", "contacts"]


async def test_taps_at_once_are_one_event_too(office: Office) -> None:
    other = Database(office.database.url)
    twin = Office(other, office.offices, office.persons, office.enterprise)
    try:
        await asyncio.gather(*(looks(one) for one in (office, twin) * 6))
    finally:
        await other.close()
    assert len(await events(office)) == 1
    assert await breaks(office, ENTERPRISES) == []


async def test_events_of_many_at_once_all_find_their_place(office: Office) -> None:
    await asyncio.gather(*(looks(office, what=str(n)) for n in range(12)))
    assert [event.ordinal for event in await events(office)] == list(range(1, 13))
    assert await breaks(office, ENTERPRISES) == []


# ---- what is done behind the program's back


async def test_r28_every_row_of_an_enterprise_s_record_that_is_touched_shows(office: Office) -> None:
    for n in range(4):
        await looks(office, what=str(n))
    at = {"id": office.enterprise}
    where = "WHERE enterprise = :id AND ordinal = :n"
    for n in range(1, 5):
        here = at | {"n": n}
        for statement, problem in (
            (f"UPDATE enterprise_event SET data = '{{\"data\": {{}}}}' {where}", "内容和摘要不符"),  # noqa: S608
            (f"UPDATE enterprise_event SET act = 'x' {where}", "内容和摘要不符"),  # noqa: S608
            (f"UPDATE enterprise_event SET person = NULL {where}", "内容和摘要不符"),  # noqa: S608
            (f"DELETE FROM enterprise_event {where}", "前面少了1条" if n < 4 else "最后的记录"),  # noqa: S608
        ):
            found = await after(office, (statement, here), kind=ENTERPRISES)
            assert found, statement
            assert found[0].label == "92420704MA0000001P"
            assert found[0].problem.startswith(problem), (statement, found)
    gone = await after(office, ("DELETE FROM enterprise_event WHERE enterprise = :id", at), kind=ENTERPRISES)
    assert [one.problem for one in gone] == ["记录都不见了"]
    unheaded = await after(office, ("UPDATE enterprise SET head = NULL WHERE id = :id", at), kind=ENTERPRISES)
    assert [one.ordinal for one in unheaded] == [None]
    assert await breaks(office, ENTERPRISES) == []


async def test_r28_an_end_that_was_cut_off_shows_even_when_the_record_goes_on(office: Office) -> None:
    info = await office.opens()
    await notes(office, info.id, 3)
    async with office.database.transaction() as session:
        cut = 'DELETE FROM case_event WHERE "case" = :case AND ordinal = 4'
        await session.execute(text(cut), {"case": info.id})
    assert [one.problem[:5] for one in await breaks(office)] == ["最后的记录"]
    await notes(office, info.id)
    found = await breaks(office)
    assert [(one.label, one.ordinal) for one in found] == [(info.number, 4)]
    assert found[0].problem.startswith("和前一条扣不上")


async def test_r28_an_event_that_was_put_in_between_shows(office: Office) -> None:
    info = await office.opens()
    await notes(office, info.id, 2)
    at = {"case": info.id}
    found = await after(
        office,
        ('UPDATE case_event SET ordinal = 9 WHERE "case" = :case AND ordinal = 3', at),
        (
            'INSERT INTO case_event ("case", ordinal, at, person, act, data, previous, digest) '
            'SELECT "case", 3, at, person, act, data, previous, digest FROM case_event WHERE "case" = :case AND ordinal = 2',
            at,
        ),
        ('UPDATE case_event SET ordinal = 4 WHERE "case" = :case AND ordinal = 9', at),
    )
    assert {one.ordinal for one in found} == {3, 4}


async def test_r28_an_event_does_not_stand_in_the_record_of_somebody_else(office: Office) -> None:
    """Neither in another case's nor, with the same number, in an enterprise's."""
    one, other = await office.opens(), await office.opens()
    await notes(office, one.id)
    moved = await after(
        office,
        ('UPDATE case_event SET "case" = :to WHERE "case" = :id AND ordinal = 2', {"id": one.id, "to": other.id}),
    )
    assert {found.label for found in moved} == {one.number, other.number}
    assert one.id == office.enterprise
    copied = await after(
        office,
        (
            "INSERT INTO enterprise_event (enterprise, ordinal, at, person, act, data, previous, digest) "
            'SELECT "case", ordinal, at, person, act, data, previous, digest FROM case_event '
            'WHERE "case" = :id AND ordinal = 1',
            {"id": one.id},
        ),
        ("UPDATE enterprise SET head = (SELECT digest FROM enterprise_event)", {}),
        kind=ENTERPRISES,
    )
    assert [found.ordinal for found in copied] == [1]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("stage = 'closed'", "列表里的"),
        ("severity = 'minor'", "列表里的"),
        ("due = '2030-01-01'", "列表里的"),
        ("turn = 'nobody'", "列表里的"),
        ("number = '鄂城市监容〔2026〕0099号'", "编号或者企业"),
        ("state = '{}'", "案件现在的样子"),
        ("state = replace(state, '安全出口', '消防通道')", "案件现在的样子"),
    ],
)
async def test_r28_a_case_whose_row_says_something_else_than_its_record_shows(
    office: Office, change: str, problem: str
) -> None:
    info = await office.opens()
    found = await after(office, (f"UPDATE case_file SET {change} WHERE id = :id", {"id": info.id}))  # noqa: S608
    assert [one.problem[: len(problem)] for one in found] == [problem]


async def test_r28_a_case_that_was_put_under_another_enterprise_shows(office: Office) -> None:
    info = await office.opens()
    add = (
        "INSERT INTO enterprise (name, code, division, origin, made, changed) "
        "SELECT name, 'X', division, origin, made, changed FROM enterprise"
    )
    move = "UPDATE case_file SET enterprise = (SELECT max(id) FROM enterprise) WHERE id = :id"
    found = await after(office, (add, {}), (move, {"id": info.id}))
    assert [one.problem for one in found] == ["编号或者企业和立案时的不一样"]


async def test_r28_events_whose_case_is_gone_show(office: Office) -> None:
    info = await office.opens()
    async with office.database.engine.connect() as connection:
        if office.database.is_sqlite:
            await connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        else:
            await connection.exec_driver_sql("SET session_replication_role = replica")
            await connection.commit()
        await connection.exec_driver_sql(f"DELETE FROM case_file WHERE id = {info.id}")  # noqa: S608
        await connection.commit()
        await connection.invalidate()
    found = await breaks(office)
    assert [one.problem for one in found] == ["有1条记录，案件却不见了"]


async def test_r29_a_case_that_was_taken_out_whole_is_missed_in_its_series(office: Office) -> None:
    async def lost(*other: str) -> list[str]:
        async with office.database.reading() as session:
            return [one.problem async for one in cases.lost_numbers(session, other)]

    await office.opens()
    info = await office.opens()
    assert await lost() == []
    async with office.database.transaction() as session:
        for table, column in (("case_event", '"case"'), ("case_file", "id")):
            await session.execute(text(f"DELETE FROM {table} WHERE {column} = {info.id}"))  # noqa: S608
    assert await breaks(office) == []
    assert await lost() == ["编号发到第2号，案件却有1件"]
    async with office.database.transaction() as session:
        await session.execute(update(CaseSeries).values(department="诉求"))
    assert await lost("诉求") == []


# ---- walking


async def test_every_chain_is_walked_however_many_there_are_and_one_alone_if_asked_for(office: Office) -> None:
    async with office.database.transaction() as session:
        made = [await office.opens_in(session) for _ in range(AT_ONCE + 30)]
        for info in made[-2:]:
            await cases.note(session, info.id, "urged", {}, None, NOW)
    seen: list[tuple[int, int]] = []
    walked = Walked()
    assert await breaks(office, walked=walked, told=lambda so_far: seen.append((so_far.owners, so_far.events))) == []
    assert (walked.owners, walked.events) == (AT_ONCE + 30, AT_ONCE + 32)
    assert seen == sorted(seen) and len(seen) >= 2
    last = made[-1]
    async with office.database.transaction() as session:
        touch = "UPDATE case_event SET act = 'x' WHERE \"case\" = :case AND ordinal = 2"
        await session.execute(text(touch), {"case": last.id})
    assert [(one.label, one.ordinal) for one in await breaks(office)] == [(last.number, 2)]
    alone = Walked()
    assert await breaks(office, owner=made[0].id, walked=alone) == []
    assert (alone.owners, alone.events) == (1, 1)
    assert len(await breaks(office, owner=last.id)) == 1


async def test_a_check_while_others_write_finds_no_break(office: Office) -> None:
    info = await office.opens()
    stop = asyncio.Event()

    async def writes() -> None:
        while not stop.is_set():
            await notes(office, info.id)

    writing = asyncio.create_task(writes())
    try:
        for _ in range(15):
            assert await breaks(office) == []
    finally:
        stop.set()
        await writing


async def test_a_printed_digest_is_found_where_it_stands(office: Office) -> None:
    info = await office.does(await office.opens(), DIAGNOSIS)
    first, second = await office.event_of(info)
    async with office.database.reading() as session:
        for digest, place in ((first.digest, 1), (second.digest[:12].upper(), 2), ("0" * 12, None), ("%", None)):
            assert await chain.place_of(session, CASES, info.id, digest) == place


async def test_what_cannot_be_read_is_said_and_does_not_end_the_check(office: Office) -> None:
    info, other = await office.opens(), await office.opens()
    async with office.database.transaction() as session:
        await chain.append(session, ENTERPRISES, office.enterprise, "looked", {}, None, NOW)
        row = await session.get(EnterpriseEvent, (office.enterprise, 1))
        assert row is not None
        row.data = "nonsense"
        row.digest = chain.digest_of(ENTERPRISES, office.enterprise, 1, NOW, None, "looked", "nonsense", chain.START)
        forge = update(chain.Enterprise).values(head=row.digest)
        await session.execute(forge)
        await session.execute(text("UPDATE case_file SET state = 'x' WHERE id = :id"), {"id": info.id})
    assert [one.problem for one in await breaks(office, ENTERPRISES)] == ["内容读不懂"]
    assert [one.label for one in await breaks(office)] == [info.number]
    assert other.number != info.number


async def test_r28_a_case_goes_on_after_a_check(office: Office) -> None:
    info = await office.opens()
    assert await breaks(office) == []
    info = await office.does(info, DIAGNOSIS)
    await office.does(info, acts.SubmitEvidence())
    assert await breaks(office) == []
