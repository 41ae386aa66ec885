"""Demo people: plainly made up, every role there, made once, and gone without a trace."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from stdnum.cn import uscc

from bot import demo
from bot.app import App
from handlers import menus
from knowledge.credit_code import check_credit_code
from storage import chats, enterprises, people
from storage.database import Database
from storage.people import Speaker
from tests.bot.web_client import settings_for

NOW = dt.datetime(2026, 11, 20, 1, 0, tzinfo=dt.UTC)
TODAY = NOW.date()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/demo.db")
    await database.upgrade()
    yield database
    await database.close()


async def sits(database: Database, seat: str, now: dt.datetime = NOW) -> Speaker:
    """A chat takes a seat; who it is then."""
    async with database.transaction() as session:
        await demo.take_seat(session, "web", "one", seat, now)
        return await people.speaker_of(session, "web", "one", now.date(), demo=True)


async def counts(database: Database) -> tuple[int, int]:
    """How many demo offices and demo enterprises there are."""
    async with database.reading() as session:
        held = await people.offices(session, demo=True)
        found = await enterprises.search(session, "示例", divisions=None, limit=50)
        return len([one for one in held if one.is_demo]), len([one for one in found if one.origin == "demo"])


def test_names_say_that_they_are_made_up_and_every_role_has_a_seat() -> None:
    told = demo.cast()
    assert {seat.role for seat in told.seats if seat.role} == set(menus.ROLES) - {"guest"}
    assert told.seats[0].id == "guest"
    assert len({seat.id for seat in told.seats}) == len({(seat.name, seat.role) for seat in told.seats})
    for seat in told.seats:
        assert not seat.role or "示例" in seat.name
        assert not seat.department or seat.department.startswith("示例")
        assert not seat.licence or seat.licence.startswith("示例-")
        assert len(seat.label) <= 5
    assert all(one.name.startswith("示例") for one in told.enterprises)


def test_a_code_has_a_right_check_character_and_belongs_to_nobody() -> None:
    for one in demo.cast().enterprises:
        assert check_credit_code(one.code).problem == ""
        assert one.code[2:8] == one.division == "420704"
        assert "DEM" in one.code
        # GB 11714: the ninth character of an organisation number is its check character. Here it is a wrong one.
        weighed = sum(w * int(c, 36) for w, c in zip((3, 7, 9, 10, 5, 8, 4, 2), one.code[8:16], strict=True))
        assert one.code[16] != "0123456789X0"[11 - weighed % 11]
        assert uscc.is_valid(one.code)


@pytest.mark.parametrize("seat", [seat for seat in demo.seats() if seat.role], ids=lambda seat: seat.id)
async def test_on_a_seat_one_is_that_person_in_that_role(database: Database, seat: demo.Seat) -> None:
    speaker = await sits(database, seat.id)
    assert (speaker.name, speaker.role, speaker.is_demo) == (seat.name, seat.role, True)
    assert demo.seat_of(speaker) == seat.id
    if speaker.office:
        assert (speaker.office.jurisdiction, speaker.office.department) == ("420704", seat.department)
        assert speaker.office.may_enforce(TODAY + dt.timedelta(days=400)) is (seat.role == "officer")
        assert not speaker.office.may_enforce(TODAY + dt.timedelta(days=401))
    else:
        assert len(speaker.bindings) == len(demo.cast().enterprises)


async def test_leaving_for_the_guests_seat_makes_a_guest_and_drops_what_was_under_way(database: Database) -> None:
    await sits(database, "officer")
    async with database.transaction() as session:
        dialogue = await chats.load_dialogue(session, "web", "one", NOW)
        dialogue.state["flow"] = {"name": "check"}
        await chats.save_dialogue(session, dialogue, NOW)
    speaker = await sits(database, "guest")
    assert speaker == people.GUEST
    assert demo.seat_of(speaker) == "guest"
    async with database.transaction() as session:
        assert (await chats.load_dialogue(session, "web", "one", NOW)).state == {}


async def test_seeding_again_adds_nothing(database: Database) -> None:
    async with database.transaction() as session:
        first = await demo.seed(session, NOW)
    made = await counts(database)
    async with database.transaction() as session:
        assert await demo.seed(session, NOW + dt.timedelta(days=1)) == first
    assert await counts(database) == made == (7, 2)


async def test_what_was_spoilt_in_play_is_whole_again_at_the_next_seat(database: Database) -> None:
    officer, contact = await sits(database, "officer"), await sits(database, "contact")
    assert officer.office
    async with database.transaction() as session:
        await people.revoke(session, officer.office.id, NOW)
        await people.unbind(session, contact.bindings[0].contact, NOW, "unbound")
        await people.unbind(session, contact.bindings[1].contact, NOW, "unbound")
    again = await sits(database, "officer")
    assert again.office and again.office.may_enforce(TODAY)
    assert len((await sits(database, "contact")).bindings) == 2


async def test_a_licence_that_ran_out_is_laid_anew(database: Database) -> None:
    await sits(database, "officer")
    later = NOW + dt.timedelta(days=500)
    speaker = await sits(database, "officer", later)
    assert speaker.office and speaker.office.may_enforce(later.date() + dt.timedelta(days=400))


async def test_one_officer_can_stand_in_for_the_other(database: Database) -> None:
    officer, colleague = await sits(database, "officer"), await sits(database, "colleague")
    assert officer.office and colleague.office
    assert officer.office.department == colleague.office.department


async def test_without_demo_mode_nothing_of_it_is_left(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    playing = App(settings_for(url, publish_shipped=False, demo=True))
    await playing.prepare()
    assert await counts(playing.database) == (7, 2)
    await sits(playing.database, "officer")
    await playing.close()
    earnest = App(settings_for(url, publish_shipped=False))
    await earnest.prepare()
    assert await counts(earnest.database) == (0, 0)
    async with earnest.database.reading() as session:
        assert await people.speaker_of(session, "web", "one", TODAY, demo=True) == people.GUEST
    await earnest.close()
