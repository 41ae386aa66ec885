"""Who somebody is (R1), on SQLite and PostgreSQL: offices, licences, leave, bindings, demo people."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt

import pytest
from sqlalchemy import func, select

from knowledge.procedure.case import Case
from knowledge.procedure.ladder import Rung
from storage import cases, chats, enterprises, evidence, invitations, notices, people, reminders, self_checks
from storage.database import Database, Session
from storage.demo import purge_demo
from storage.enterprises import NewEnterprise
from storage.people import GUEST, Office, Speaker, UnknownChat
from storage.tables import Base

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)
DAY = dt.timedelta(days=1)
CODE = "91420704MA49ABCD1X"


async def chat(session: Session, name: str, person: int | None = None) -> None:
    await chats.load_dialogue(session, "web", name, NOW)
    await people.seat(session, "web", name, person)


async def officer(session: Session, name: str, *, role: str = "officer", is_demo: bool = False, **more: object) -> int:
    """Make a person with an office; returns the office."""
    person = await people.new_person(session, name, NOW, is_demo=is_demo)
    return await appointed(session, person, role=role, **more)


async def appointed(session: Session, person: int, **more: object) -> int:
    office: dict[str, object] = {
        "role": "officer",
        "jurisdiction": "420704",
        "department": "市场监管局",
        "licence": "鄂G0001",
        "licence_until": TODAY + 30 * DAY,
        "now": NOW,
    }
    return await people.appoint(session, person, **(office | more))  # type: ignore[arg-type]


async def shop(session: Session, code: str = CODE, origin: str = "officer") -> int:
    return await enterprises.add(session, NewEnterprise("幸福小吃店", code, "420704"), origin, NOW)


async def office_of(session: Session, id: int) -> Office:
    found = await people.office(session, id)
    assert found is not None
    return found


async def speaker(session: Session, name: str, day: dt.date = TODAY, *, demo: bool = False) -> Speaker:
    return await people.speaker_of(session, "web", name, day, demo=demo)


async def test_a_chat_that_is_nobodys_is_a_guests(database: Database) -> None:
    async with database.transaction() as session:
        assert await speaker(session, "never seen") == GUEST
        await chat(session, "owner")
        assert await speaker(session, "owner") == GUEST
    assert (GUEST.person, GUEST.role, GUEST.office, GUEST.bindings) == (None, "guest", None, ())


async def test_an_office_makes_the_role_until_it_is_revoked(database: Database) -> None:
    async with database.transaction() as session:
        id = await officer(session, "王强", role="leader")
        held = await office_of(session, id)
        await chat(session, "officer", held.person)
    async with database.transaction() as session:
        found = await speaker(session, "officer")
        assert (found.name, found.role, found.office) == ("王强", "leader", held)
        assert await people.revoke(session, id, NOW + DAY)
        now = await speaker(session, "officer")
        assert (now.person, now.name, now.role, now.office) == (held.person, "王强", "guest", None)
        assert (await office_of(session, id)).until == NOW + DAY
        assert not await people.revoke(session, id, NOW + 2 * DAY)


async def test_of_two_live_offices_the_newest_counts(database: Database) -> None:
    async with database.transaction() as session:
        first = await officer(session, "王强")
        person = (await office_of(session, first)).person
        second = await appointed(session, person, role="legal")
        await chat(session, "officer", person)
        assert (await speaker(session, "officer")).role == "legal"
        await people.revoke(session, second, NOW)
        assert (await speaker(session, "officer")).role == "officer"
        assert [one.id for one in await people.offices_of(session, person)] == [first, second]


async def test_a_binding_makes_a_contact_until_it_ends(database: Database) -> None:
    async with database.transaction() as session:
        person = await people.new_person(session, "李梅", NOW)
        await chat(session, "owner", person)
        enterprise = await shop(session)
        contact = await people.bind(session, person, enterprise, NOW)
        found = await speaker(session, "owner")
        assert (found.role, [(b.contact, b.enterprise, b.since) for b in found.bindings]) == (
            "contact",
            [(contact, enterprise, NOW)],
        )
        assert await people.unbind(session, contact, NOW, "unbound")
        assert (await speaker(session, "owner")).role == "guest"
        assert not await people.unbind(session, contact, NOW, "unbound")


async def test_an_officer_who_is_a_contact_too_speaks_as_an_officer(database: Database) -> None:
    async with database.transaction() as session:
        person = (await office_of(session, await officer(session, "王强"))).person
        await people.bind(session, person, await shop(session), NOW)
        await chat(session, "officer", person)
        found = await speaker(session, "officer")
    assert (found.role, len(found.bindings)) == ("officer", 1)


async def test_demo_people_count_only_where_demo_is_on(database: Database) -> None:
    async with database.transaction() as session:
        real = await officer(session, "王强")
        demo = await officer(session, "演示员", is_demo=True, department="消防大队", licence_until=TODAY)
        await chat(session, "demo", (await office_of(session, demo)).person)
        assert await speaker(session, "demo") == GUEST
        assert (await speaker(session, "demo", demo=True)).is_demo
        assert [one.id for one in await people.offices(session, demo=False)] == [real]
        assert {one.id for one in await people.offices(session, demo=True)} == {real, demo}
        assert await people.departments(session, "420704", demo=False) == ["市场监管局"]
        assert await people.departments(session, "420704", demo=True) == ["市场监管局", "消防大队"]
        assert await people.licences_ending(session, TODAY, 7, demo=False) == []
        assert len(await people.licences_ending(session, TODAY, 7, demo=True)) == 1


async def test_a_chat_must_be_there_to_be_somebodys_and_can_be_given_back(database: Database) -> None:
    async with database.transaction() as session:
        person = await people.new_person(session, "李梅", NOW)
        with pytest.raises(UnknownChat, match="会话"):
            await people.seat(session, "web", "nobody", person)
        await chat(session, "one", person)
        await chats.load_dialogue(session, "telegram", "77", NOW + DAY)
        await people.seat(session, "telegram", "77", person)
        assert await people.chats_of(session, person) == [("telegram", "77"), ("web", "one")]
        await people.seat(session, "telegram", "77", None)
        assert await people.chats_of(session, person) == [("web", "one")]


async def test_a_dialogue_that_is_saved_keeps_whose_it_is(database: Database) -> None:
    async with database.transaction() as session:
        person = await people.new_person(session, "李梅", NOW)
        dialogue = await chats.load_dialogue(session, "web", "owner", NOW)
        await people.seat(session, "web", "owner", person)
        await chats.save_dialogue(session, dialogue, NOW)
    async with database.reading() as session:
        assert (await speaker(session, "owner")).person == person


@pytest.mark.parametrize(
    ("change", "day", "expected"),
    [
        ({}, TODAY, True),
        ({"licence_until": TODAY}, TODAY, True),
        ({"licence_until": TODAY}, TODAY + DAY, False),
        ({"licence_until": None}, TODAY, False),
        ({"licence": None}, TODAY, False),
        ({"licence": ""}, TODAY, False),
        ({"role": "leader"}, TODAY, False),
        ({"until": NOW}, TODAY, False),
    ],
)
def test_only_a_live_officer_whose_licence_is_in_date_may_enforce_r1(
    change: dict[str, object], day: dt.date, expected: bool
) -> None:
    office = Office(
        1, 1, "王强", "officer", "420704", "市场监管局", "鄂G0001", TODAY + DAY, NOW, None, None, None, None, False
    )
    assert dataclasses.replace(office, **change).may_enforce(day) is expected  # type: ignore[arg-type]


async def test_a_licence_is_renewed_and_the_ending_ones_are_found_soonest_first(database: Database) -> None:
    async with database.transaction() as session:
        last = await officer(session, "甲", licence_until=TODAY + 30 * DAY)
        today = await officer(session, "乙", licence_until=TODAY)
        await officer(session, "丙", licence_until=TODAY - DAY)
        await officer(session, "丁", licence_until=TODAY + 31 * DAY)
        await officer(session, "戊", licence_until=None)
        await officer(session, "己", role="leader", licence_until=TODAY)
        gone = await officer(session, "庚", licence_until=TODAY)
        await people.revoke(session, gone, NOW)
        ending = await people.licences_ending(session, TODAY, 30, demo=False)
        assert [one.id for one in ending] == [today, last]
        assert await people.set_licence(session, today, "鄂G0009", TODAY + 365 * DAY)
        assert [one.id for one in await people.licences_ending(session, TODAY, 30, demo=False)] == [last]
        assert (await office_of(session, today)).licence == "鄂G0009"
        assert not await people.set_licence(session, gone, "鄂G0009", None)


async def test_a_delegate_acts_while_the_other_is_on_leave_and_no_longer(database: Database) -> None:
    async with database.transaction() as session:
        away, stays = await officer(session, "甲"), await officer(session, "乙")
        await chat(session, "乙", (await office_of(session, stays)).person)
        assert await people.take_leave(session, away, TODAY, TODAY + DAY, stays)

        async def acts_for(day: dt.date) -> list[str]:
            return [one.name for one in (await speaker(session, "乙", day)).acting_for]

        assert await acts_for(TODAY - DAY) == []
        assert await acts_for(TODAY) == ["甲"]
        assert await acts_for(TODAY + DAY) == ["甲"]
        assert await acts_for(TODAY + 2 * DAY) == []
        await people.take_leave(session, away, TODAY, None, stays)
        assert await acts_for(TODAY + 400 * DAY) == ["甲"]
        await people.end_leave(session, away)
        assert await acts_for(TODAY) == []
        assert (await office_of(session, away)).delegate is None
        await people.take_leave(session, away, TODAY, None, stays)
        await people.revoke(session, away, NOW)
        assert await acts_for(TODAY) == []


async def test_a_leave_without_a_delegate_is_a_leave(database: Database) -> None:
    async with database.transaction() as session:
        away = await officer(session, "甲")
        await people.take_leave(session, away, TODAY, TODAY, None)
        found = await office_of(session, away)
    assert (found.is_on_leave(TODAY), found.is_on_leave(TODAY + DAY)) == (True, False)


async def test_offices_are_found_by_place_department_and_role_in_order(database: Database) -> None:
    async with database.transaction() as session:
        b = await officer(session, "b", department="B局")
        a2 = await officer(session, "乙", department="A局")
        a1 = await officer(session, "a", department="A局", role="liaison")
        far = await officer(session, "远", jurisdiction="410526", department="A局")

        async def ids(**how: str) -> list[int]:
            return [one.id for one in await people.offices(session, demo=False, **how)]

        assert await ids(jurisdiction="420704") == [a1, a2, b]
        assert await ids(department="A局", jurisdiction="410526") == [far]
        assert await ids(jurisdiction="420704", role="officer") == [a2, b]
        assert await people.departments(session, "420704", demo=False) == ["A局", "B局"]
        assert await people.departments(session, "110101", demo=False) == []


@pytest.mark.parametrize("number", [0, -1, 99, 2**63, 10**30])
async def test_an_unknown_office_is_none(database: Database, number: int) -> None:
    async with database.transaction() as session:
        assert await people.office(session, number) is None
        assert not await people.revoke(session, number, NOW)


async def test_binding_twice_is_one_binding_and_binding_again_a_new_one(database: Database) -> None:
    async with database.transaction() as session:
        person = await people.new_person(session, "李梅", NOW)
        enterprise = await shop(session)
        first = await people.bind(session, person, enterprise, NOW)
        assert await people.bind(session, person, enterprise, NOW + DAY) == first
        await people.unbind(session, first, NOW, "handed")
        second = await people.bind(session, person, enterprise, NOW + DAY)
        assert second != first
        listed = await people.contacts_of(session, enterprise)
    assert [(one.contact, one.person, one.name, one.since) for one in listed] == [(second, person, "李梅", NOW + DAY)]


async def test_of_two_bindings_at_once_there_is_one(database: Database) -> None:
    other = Database(database.url)
    async with database.transaction() as session:
        person = await people.new_person(session, "李梅", NOW)
        enterprise = await shop(session)

    async def binds(on: Database) -> int:
        async with on.transaction() as session:
            return await people.bind(session, person, enterprise, NOW)

    try:
        bound = await asyncio.gather(*(binds(on) for _ in range(3) for on in (database, other)))
    finally:
        await other.close()
    assert len(set(bound)) == 1


async def counted(session: Session) -> dict[str, int]:
    return {
        name: (await session.execute(select(func.count()).select_from(table))).scalar_one()
        for name, table in Base.metadata.tables.items()
        if name not in ("chat", "version", "publication")
    }


async def lives(session: Session, name: str, code: str, *, is_demo: bool) -> tuple[int, int, int]:
    """A person with a chat, an office, an enterprise, codes given and taken, facts, a self-check and a reminder."""
    office = await officer(session, name, is_demo=is_demo)
    person = (await office_of(session, office)).person
    await chat(session, name, person)
    enterprise = await shop(session, code, "demo" if is_demo else "register")
    contact = await people.bind(session, person, enterprise, NOW)
    invitation = await invitations.issue(
        session,
        f"long code of {name}",
        role="contact",
        jurisdiction="420704",
        issuer=person,
        now=NOW,
        expires=NOW + DAY,
        enterprise=enterprise,
        replaces=contact,
    )
    await invitations.use(session, invitation, person, NOW)
    await enterprises.declare(session, enterprise, "staff", 8, person, NOW)
    await self_checks.keep(session, kind="size", enterprise=enterprise, person=person, now=NOW, facts={}, result={})
    await notices.lay(session, "licence", office, TODAY, person, NOW)
    return person, office, enterprise


async def test_purging_the_demo_leaves_what_is_real_as_it_was(database: Database) -> None:
    async with database.transaction() as session:
        person, office, enterprise = await lives(session, "真", CODE, is_demo=False)
        before = await counted(session)
    async with database.transaction() as session:
        demo, stand_in, company = await lives(session, "演示", "91420704MA49DEMO1X", is_demo=True)
        await people.bind(session, person, company, NOW)
        await people.bind(session, demo, enterprise, NOW)
        await people.take_leave(session, office, TODAY, None, stand_in)
        await people.take_leave(session, stand_in, TODAY, None, stand_in)
        await enterprises.declare(session, enterprise, "turnover", 1, demo, NOW)
        await self_checks.keep(session, kind="size", enterprise=enterprise, person=demo, now=NOW, facts={}, result={})
    async with database.transaction() as session:
        assert await purge_demo(session) == 1
        assert await purge_demo(session) == 0
        assert await counted(session) == before
    async with database.transaction() as session:
        assert await speaker(session, "演示", demo=True) == GUEST
        found = await speaker(session, "真")
        assert found.office is not None
        assert (found.person, found.office.delegate) == (person, None)
        assert [one.enterprise for one in found.bindings] == [enterprise]


async def test_purging_the_demo_takes_its_cases_with_it(database: Database) -> None:
    """A case made in the demo would else keep the program from starting without it."""
    async with database.transaction() as session:
        demo, office, company = await lives(session, "演示", "91420704MA49DEMO1X", is_demo=True)
        info = await cases.open_case(
            session,
            series=cases.Series("420704", "示例局", "鄂城示容"),
            enterprise=company,
            office=office,
            problem="示例问题",
            items=[],
            case=Case(opened=TODAY, problem="示例问题"),
            person=demo,
            now=NOW,
        )
        await evidence.add(session, case=info.id, kind="inspection", text="示例", person=demo, now=NOW)
        await cases.copy_to(session, info.id, office, "示例", NOW)
        rung = Rung("due", "officer", TODAY, TODAY, NOW + dt.timedelta(days=1))
        await reminders.lay(session, info.id, [rung], {"officer": [demo]}, NOW)
    async with database.transaction() as session:
        assert await purge_demo(session) == 1
        assert await cases.case_file(session, info.id) is None
