"""Ratings as they are kept (R41, R47, R48): asked once, given by one tap, low ones as tasks, figures that tell no single one."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.workdays import CHINA
from storage import chats, notices, people, rating_figures, ratings
from storage.database import Database
from storage.ratings import RatingInfo
from tests.storage.offices import NOW, TODAY, Office, new_office

PLACE, OURS, SUPERVISORS = "420704", "示例市场监管局", "示例督查室"
DAY = dt.timedelta(days=1)


@pytest.fixture
async def office(database: Database) -> Office:
    return await new_office(database)


async def seated(database: Database, *where: tuple[str, str], name: str = "李示例") -> int:
    """A person with chats of their own."""
    async with database.transaction() as session:
        person = await people.new_person(session, name, NOW)
        for channel, chat in where:
            await chats.load_dialogue(session, channel, chat, NOW)
            await people.seat(session, channel, chat, person)
    return person


async def lays(office: Office, to: list[tuple[str, str, int | None]], **more: object) -> int:
    known: dict[str, object] = {
        "about": "visit",
        "subject": 1,
        "ordinal": 1,
        "office": office.offices[0],
        "jurisdiction": PLACE,
        "department": OURS,
        "way": None,
        "now": NOW,
    }
    async with office.database.transaction() as session:
        return await ratings.lay(session, to=to, **(known | more))  # type: ignore[arg-type]


async def waiting(office: Office, day: dt.date = TODAY) -> list[RatingInfo]:
    async with office.database.transaction() as session:
        return await ratings.untold(session, day)


async def gives(
    office: Office, id: int, where: tuple[str, str], person: int | None, score: int, at: dt.datetime = NOW
) -> str | None:
    async with office.database.transaction() as session:
        own = await ratings.own(session, id, *where, person)
        return await ratings.give(session, own, score, at) if own else None


async def rated(office: Office, scores: list[int], **more: object) -> None:
    """As many people as there are scores, each of whom gave one."""
    for score in scores:
        rated.count += 1  # type: ignore[attr-defined]
        where = ("web", f"rater-{rated.count}")  # type: ignore[attr-defined]
        person = await seated(office.database, where)
        await lays(office, [(*where, person)], **more)
        async with office.database.transaction() as session:
            mine = (await ratings.of_person(session, *where, person))[-1]
        await gives(office, mine.id, where, person, score)


rated.count = 0  # type: ignore[attr-defined]


async def test_a_visit_is_asked_about_once_for_each_chat(office: Office) -> None:
    """R47: also when two ask at once."""
    where = ("web", "owner")
    person = await seated(office.database, where)
    laid = await asyncio.gather(*(lays(office, [(*where, person)]) for _ in range(4)))
    assert sorted(laid) == [0, 0, 0, 1]
    assert await lays(office, [(*where, person)], ordinal=2) == 1
    assert await lays(office, [(*where, person)], about="closing") == 1


async def test_what_waits_is_asked_only_in_chats_that_are_still_theirs(office: Office) -> None:
    where = ("web", "owner")
    person = await seated(office.database, where)
    await lays(office, [(*where, person)])
    assert [one.person for one in await waiting(office)] == [person]
    async with office.database.transaction() as session:
        await people.seat(session, *where, None)
    assert await waiting(office) == []


async def test_who_had_the_one_push_of_the_day_waits_for_the_next(office: Office) -> None:
    """R41."""
    where = ("web", "owner")
    person = await seated(office.database, where)
    await lays(office, [(*where, person)])
    async with office.database.transaction() as session:
        assert await notices.lay_daily(session, person, TODAY, NOW)
        assert not await notices.lay_daily(session, person, TODAY, NOW)
    assert await waiting(office) == []
    assert len(await waiting(office, TODAY + DAY)) == 1


async def test_a_chat_without_a_person_is_asked_once_a_day_too(office: Office) -> None:
    """R41: of guests, whose requests were answered."""
    async with office.database.transaction() as session:
        await chats.load_dialogue(session, "web", "guest", NOW)
    await lays(office, [("web", "guest", None)], about="request")
    first = await waiting(office)
    async with office.database.transaction() as session:
        await ratings.mark_told(session, [one.id for one in first], NOW)
    await lays(office, [("web", "guest", None)], about="request", subject=2)
    assert await waiting(office) == []
    assert [one.subject for one in await waiting(office, TODAY + DAY)] == [2]


async def test_the_last_tap_of_a_day_counts_and_a_later_one_does_not(office: Office) -> None:
    """R47."""
    where = ("web", "owner")
    person = await seated(office.database, where)
    await lays(office, [(*where, person)])
    id = (await waiting(office))[0].id
    assert await gives(office, id, where, person, 2) == "given"
    assert await gives(office, id, where, person, 2) == "same"
    assert await gives(office, id, where, person, 5, NOW + DAY) == "corrected"
    assert await gives(office, id, where, person, 1, NOW + DAY + dt.timedelta(seconds=1)) == "late"
    async with office.database.reading() as session:
        assert [(one.score, one.given) for one in await ratings.of_person(session, *where, person)] == [(5, NOW)]


async def test_nobody_rates_in_the_place_of_another(office: Office) -> None:
    where = ("web", "owner")
    person, other = await seated(office.database, where), await seated(office.database, ("web", "other"))
    await lays(office, [(*where, person)])
    id = (await waiting(office))[0].id
    assert await gives(office, id, ("web", "other"), other, 1) is None
    assert await gives(office, id, where, other, 1) is None
    assert await gives(office, 2**70, where, person, 1) is None


async def test_a_contact_with_two_chats_is_counted_once(office: Office) -> None:
    """R47: whichever of them they tap in."""
    one, two = ("web", "owner"), ("telegram", "77")
    person = await seated(office.database, one, two)
    await lays(office, [(*one, person), (*two, person)])
    first, second = [asked.id for asked in await waiting(office)]
    assert await gives(office, second, two, person, 1) == "given"
    assert await gives(office, first, one, person, 4) == "corrected"
    async with office.database.reading() as session:
        found = await rating_figures.figures(session, PLACE, TODAY, TODAY)
        assert [figures.all.count for figures in found] == [1]
        low = await ratings.low(session, PLACE, SUPERVISORS)
    assert low == []


async def test_taps_in_two_chats_at_once_are_one_rating(office: Office) -> None:
    """R47."""
    one, two = ("web", "owner"), ("telegram", "77")
    person = await seated(office.database, one, two)
    await lays(office, [(*one, person), (*two, person)])
    first, second = [asked.id for asked in await waiting(office)]
    said = await asyncio.gather(gives(office, first, one, person, 2), gives(office, second, two, person, 2))
    assert sorted(map(str, said)) == ["given", "same"]


async def test_a_tap_on_what_is_being_erased_finds_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """R47, R48: the row goes between the look at it and its lock, as another process may take it away."""
    where, found = ("web", "owner"), ratings.rating
    person = await seated(office.database, where)
    await lays(office, [(*where, person)])
    (asked,) = await waiting(office)

    async def looks(session: AsyncSession, id: int) -> RatingInfo | None:
        seen = await found(session, id)
        await ratings.erase_of(session, *where, person)
        return seen

    monkeypatch.setattr(ratings, "rating", looks)
    assert await gives(office, asked.id, where, person, 1) is None


async def test_taps_and_an_erasure_at_once_wait_for_each_other(office: Office) -> None:
    """R47, R48: on both databases, whoever comes first; nobody waits for ever, nothing breaks off."""
    one, two = ("web", "owner"), ("telegram", "77")
    person = await seated(office.database, one, two)

    async def erases() -> int:
        async with office.database.transaction() as session:
            return await ratings.erase_of(session, *one, person)

    for subject in range(1, 9):
        await lays(office, [(*one, person), (*two, person)], subject=subject)
        first, second = [asked.id for asked in await waiting(office)]
        taps = (gives(office, id, where, person, 2) for id, where in ((second, two), (first, one), (first, one)))
        *said, gone = await asyncio.gather(*taps, erases())
        assert set(said) <= {"given", "same", None}
        assert gone == 2


async def test_a_low_rating_is_seen_by_the_supervisor_and_not_by_the_rated_department(office: Office) -> None:
    """R47: nor by another place."""
    await rated(office, [1, 2, 3, 5])
    async with office.database.reading() as session:
        assert [one.score for one in await ratings.low(session, PLACE, SUPERVISORS)] == [1, 2]
        assert await ratings.low(session, PLACE, OURS) == []
        assert await ratings.low(session, "410526", SUPERVISORS) == []
        id = (await ratings.low(session, PLACE, SUPERVISORS))[0].id
        assert await ratings.low_one(session, id, PLACE, OURS) is None
        assert await ratings.low_one(session, 2**70, PLACE, SUPERVISORS) is None


async def test_a_low_rating_is_handled_once_with_who_and_when(office: Office) -> None:
    await rated(office, [1])
    async with office.database.transaction() as session:
        supervisor = await people.new_person(session, "孙示例", NOW)
        seat = await people.appoint(
            session,
            supervisor,
            role="supervisor",
            jurisdiction=PLACE,
            department=SUPERVISORS,
            licence=None,
            licence_until=None,
            now=NOW,
        )
        id = (await ratings.low(session, PLACE, SUPERVISORS))[0].id
        assert await ratings.handle(session, id, seat, "已核实", NOW + DAY)
        assert not await ratings.handle(session, id, seat, "再写一次", NOW + DAY)
        assert await ratings.low(session, PLACE, SUPERVISORS) == []
        done = await ratings.low(session, PLACE, SUPERVISORS, handled=True)
    assert [(one.handler, one.handling, one.handled) for one in done] == [("孙示例", "已核实", NOW + DAY)]


async def test_the_figures_are_counted_by_department_and_by_way(office: Office) -> None:
    """R47: mean and the share of 4 and 5, as the formula says."""
    await rated(office, [5, 4, 4, 3, 1], way="policy", subject=1)
    await rated(office, [5, 5, 5, 5, 5], way=None, subject=2)
    await rated(office, [1], department="示例城管局", subject=3)
    async with office.database.reading() as session:
        found = {one.department: one for one in await ratings.figures(session, PLACE, TODAY, TODAY)}
        assert await ratings.figures(session, PLACE, TODAY + DAY, TODAY + DAY) == []
        only = await ratings.figures(session, PLACE, TODAY, TODAY, department=OURS)
    ours = found[OURS]
    assert (ours.all.count, ours.all.mean, ours.all.good) == (10, 4.2, 0.8)
    assert (ours.ways["policy"].mean, ours.ways["policy"].good) == (3.4, 0.6)
    assert ours.ways[None].mean == 5
    assert only == [ours]
    few = found["示例城管局"].all
    assert (few.count, few.mean, few.good) == (1, None, None)


async def test_the_days_of_the_figures_are_days_of_shanghai(office: Office) -> None:
    """R37."""
    where = ("web", "owner")
    person = await seated(office.database, where)
    await lays(office, [(*where, person)])
    id = (await waiting(office))[0].id
    await gives(office, id, where, person, 5, dt.datetime(2026, 11, 21, 0, 30, tzinfo=CHINA))
    async with office.database.reading() as session:
        assert await ratings.figures(session, PLACE, TODAY, TODAY) == []
        assert len(await ratings.figures(session, PLACE, TODAY + DAY, TODAY + DAY)) == 1


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ({"a": 5, "b": 5}, set()),
        ({"a": 5, "b": 1}, {"a", "b"}),  # else what is missing of the total were the one of b
        ({"a": 9, "b": 6, "c": 4}, {"b", "c"}),
        ({"a": 9, "b": 3, "c": 2}, {"b", "c"}),
        ({"a": 2, None: 2}, {"a", None}),
    ],
)
def test_what_is_hidden_cannot_be_worked_out_from_the_total(
    counts: dict[str | None, int], hidden: set[str | None]
) -> None:
    """R47: what is not shown beside a total is always five ratings or more together."""
    sums = {way: rating_figures._Sum(count, 3 * count, 0) for way, count in counts.items()}
    found = rating_figures._of_department("示例局", sums)
    assert {way for way, figure in found.ways.items() if figure.mean is None} == hidden
    left = sum(count for way, count in counts.items() if way in hidden)
    assert not hidden or found.all.mean is None or left >= rating_figures.LEAST


async def test_a_person_sees_and_erases_what_they_gave(office: Office) -> None:
    """R48."""
    one, two = ("web", "owner"), ("web", "other")
    person, other = await seated(office.database, one), await seated(office.database, two)
    await lays(office, [(*one, person), (*two, other)])
    first = (await waiting(office))[0]
    await gives(office, first.id, one, person, 1)
    async with office.database.transaction() as session:
        own = await ratings.own(session, first.id, *one, person)
        assert own
        await ratings.say(session, own, "来得太晚")
        assert [(r.score, r.sentence) for r in await ratings.of_person(session, *one, person)] == [(1, "来得太晚")]
        assert await ratings.erase_of(session, *one, person) == 1
        assert await ratings.of_person(session, *one, person) == []
        assert len(await ratings.of_person(session, *two, other)) == 1
        assert await ratings.low(session, PLACE, SUPERVISORS) == []
