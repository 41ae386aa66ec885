"""Whom a reminder reaches (R39, R42): those who are contacts and who acts for the officer when it goes out, not when it was laid."""

from __future__ import annotations

import datetime as dt

import pytest
import pytest_asyncio

from handlers.cases import desk_words
from storage import people
from tests.handlers.streets import Street, diagnosed, inbox, new_street
from tests.people import World


@pytest_asyncio.fixture
async def street(world: World) -> Street:
    return await new_street(world)


async def takes_leave(street: Street) -> None:
    officer, colleague = await street.office(street.officer), await street.office(street.colleague)
    async with street.world.database.transaction() as session:
        day = dt.date(2026, 11, 23)
        await people.take_leave(session, officer.id, day, day + dt.timedelta(7), colleague.id)


async def test_r39_during_leave_the_officers_reminders_go_to_the_delegate(street: Street) -> None:
    await diagnosed(street)  # due Wednesday 25 November
    await takes_leave(street)
    before, colleagues = len(await street.pushed(street.officer)), len(await street.pushed(street.colleague))
    street.at(25, 9, minute=1)
    await street.ticks()
    assert len(await street.pushed(street.officer)) == before
    assert "今天到期" in (await street.pushed(street.colleague, colleagues))[0]
    street.at(26, 9, minute=1)
    await street.ticks()
    assert len(await street.pushed(street.officer)) == before


async def test_a_contact_who_was_unbound_gets_no_more_reminders_and_the_officer_a_task(street: Street) -> None:
    """R42, R49: nobody outside hears of a case, and that nobody hears of it is said."""
    case = await diagnosed(street)
    async with street.world.database.reading() as session:
        (contact,) = await people.contacts_of(session, street.firm)
    await street.owner.says("我的企业")
    await street.owner.presses("解除绑定")
    await street.owner.presses("确认")
    before = len(await street.pushed(street.owner))
    for day in (20, 23, 24, 25, 26):
        street.at(day, 9, minute=1)
        await street.ticks()
    assert contact.person and len(await street.pushed(street.owner)) == before
    assert (await street.fresh(case)).undelivered
    assert "undelivered" in await street.acts(case)
    await street.officer.says("我的待办")
    assert desk_words.UNREACHED in (await street.pushed(street.officer))[-1]


@pytest.mark.parametrize("does", ["revoked", "moved"])
async def test_an_officer_who_no_longer_answers_for_a_case_is_not_reminded_of_it(street: Street, does: str) -> None:
    case = await diagnosed(street)
    if does == "revoked":
        await street.revoke(street.officer)
    else:
        await street.moves(case, street.colleague)
    before = len(await street.pushed(street.officer))
    street.at(25, 9, minute=1)
    await street.ticks()
    assert len(await street.pushed(street.officer)) == before
    assert bool([one for one in await inbox(street.colleague) if "今天到期" in str(one)]) == (does == "moved")
