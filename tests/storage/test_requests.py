"""Requests and published answers as they are kept: numbers (R29), one holder (R50), the queue, erasure (R48), release (R51)."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest

from storage import answers, cases, people, requests
from storage.cases import Series
from storage.database import Database
from storage.demo import REQUEST_SERIES
from storage.requests import ERASED, RequestInfo
from tests.storage.offices import NOW, TODAY, Office, new_office

SERIES = Series("420704", REQUEST_SERIES, "鄂城诉")
HOUR = dt.timedelta(hours=1)
DEPARTMENT = "示例市场监管局"


@pytest.fixture
async def office(database: Database) -> Office:
    return await new_office(database)


async def registers(office: Office, on: Database | None = None, **more: Any) -> RequestInfo:
    known: dict[str, Any] = {
        "series": SERIES,
        "department": DEPARTMENT,
        "channel": "web",
        "chat": "guest",
        "person": None,
        "question": "健康证能补办吗",
        "due": dt.date(2026, 11, 24),
        "year": 2026,
        "now": NOW,
    }
    async with (on or office.database).transaction() as session:
        return await requests.register(session, **(known | more))


async def one(office: Office, id: int) -> RequestInfo:
    async with office.database.reading() as session:
        found = await requests.request(session, id)
    assert found is not None
    return found


async def acts_of(office: Office, id: int) -> list[str]:
    async with office.database.reading() as session:
        return [event.act for event in await requests.events(session, id)]


# ---- numbers (R29)


async def test_r29_numbers_run_on_without_gaps_whatever_the_department(office: Office) -> None:
    infos = [await registers(office), await registers(office, department=None)]

    async def breaks_off() -> None:
        async with office.database.transaction() as session:
            await requests.register(
                session, series=SERIES, department=None, channel="web", chat="x", person=None,
                question="x", due=TODAY, year=2026, now=NOW,
            )  # fmt: skip
            raise RuntimeError("the power is out")

    with pytest.raises(RuntimeError, match="power"):
        await breaks_off()
    infos.append(await registers(office))
    assert [info.number for info in infos] == [f"鄂城诉〔2026〕{n:04d}号" for n in (1, 2, 3)]
    assert [info.state for info in infos] == ["assigned", "registered", "assigned"]
    assert (await registers(office, year=2027)).number == "鄂城诉〔2027〕0001号"
    assert (await office.opens()).number == "鄂城市监容〔2026〕0001号"  # a series of its own


async def test_r29_many_who_register_at_once_get_numbers_in_a_row(office: Office) -> None:
    other = Database(office.database.url)
    try:
        infos = await asyncio.gather(*(registers(office, on) for _ in range(15) for on in (office.database, other)))
    finally:
        await other.close()
    assert sorted(info.number for info in infos) == [f"鄂城诉〔2026〕{n:04d}号" for n in range(1, 31)]


# ---- one holder


async def test_r50_of_many_who_take_it_at_once_one_has_it(office: Office) -> None:
    info = await registers(office)
    other = Database(office.database.url)

    async def takes(on: Database, number: int) -> bool:
        async with on.transaction() as session:
            return await requests.take(
                session, info.id, office.offices[number], NOW + HOUR, office.persons[number], NOW
            )

    try:
        took = await asyncio.gather(takes(office.database, 0), takes(other, 1))
    finally:
        await other.close()
    assert sorted(took) == [False, True]
    assert (await acts_of(office, info.id)).count("taken") == 1
    assert (await one(office, info.id)).holder == office.offices[took.index(True)]


async def test_r50_whoever_has_it_takes_it_again_others_when_the_time_is_up(office: Office) -> None:
    info = await registers(office)
    first, second = office.offices
    async with office.database.transaction() as session:
        assert await requests.take(session, info.id, first, NOW + HOUR, None, NOW)
        assert await requests.take(session, info.id, first, NOW + HOUR, None, NOW)
        assert not await requests.take(session, info.id, second, NOW + HOUR, None, NOW)
        assert await requests.take(session, info.id, second, NOW + 2 * HOUR, None, NOW + HOUR)
        assert not await requests.answer(session, info.id, first, "可以", NOW + HOUR, None, NOW)
        assert await requests.answer(session, info.id, second, "可以", NOW + HOUR, None, NOW)
        assert not await requests.give_back(session, info.id, first, "", None, NOW)
        assert await requests.give_back(session, info.id, second, "", None, NOW)


async def test_r50_what_is_held_too_long_or_by_an_office_that_ended_is_let_go(office: Office) -> None:
    infos = [await registers(office, question=f"第{n}问") for n in range(4)]
    async with office.database.transaction() as session:
        for info, until, holder in zip(infos, (0, 2, 2, 2), (0, 0, 1, 0), strict=True):
            await requests.take(session, info.id, office.offices[holder], NOW + until * HOUR, None, NOW)
        await requests.close(session, infos[3].id, "", None, NOW)
        await people.revoke(session, office.offices[1], NOW)
        found = [info.id for info in await requests.let_go(session, NOW)]
    assert found == [infos[0].id, infos[2].id]


async def test_a_first_answer_is_kept_when_there_are_more(office: Office) -> None:
    info = await registers(office)
    async with office.database.transaction() as session:
        for n, text in enumerate(("一", "二")):
            await requests.take(session, info.id, office.offices[0], NOW + 9 * HOUR, None, NOW)
            await requests.answer(session, info.id, office.offices[0], text, NOW + 9 * HOUR, None, NOW + n * HOUR)
        last = await requests.last_answer(session, info.id)
    assert last is not None and last.text == "二"
    assert (await one(office, info.id)).first_answered == NOW


async def test_each_step_is_taken_only_from_where_it_may_be(office: Office) -> None:
    info = await registers(office)
    async with office.database.transaction() as session:
        assert not await requests.reopen(session, info.id, TODAY, None, NOW)
        assert await requests.assign(session, info.id, "示例城管局", "占道", None, NOW)
        assert await requests.close(session, info.id, "", None, NOW)
        assert not await requests.close(session, info.id, "", None, NOW)
        assert not await requests.take(session, info.id, office.offices[0], NOW + HOUR, None, NOW)
        assert not await requests.assign(session, info.id, DEPARTMENT, "", None, NOW)
        assert await requests.reopen(session, info.id, TODAY, None, NOW)
    after = await one(office, info.id)
    assert (after.state, after.reopened, after.closed, after.due) == ("assigned", 1, None, TODAY)
    assert await acts_of(office, info.id) == ["registered", "assigned", "assigned", "closed", "reopened"]


# ---- finding


async def test_the_queue_has_what_is_owed_an_answer_the_most_overdue_first(office: Office) -> None:
    days = (24, 20, 26, 21)
    infos = [await registers(office, due=dt.date(2026, 11, day), question=str(day)) for day in days]
    await registers(office, department="示例城管局", question="城管")
    await registers(office, series=Series("410526", REQUEST_SERIES, "滑县诉"), question="滑县")
    async with office.database.transaction() as session:
        await requests.close(session, infos[3].id, "", None, NOW)
        queue = [info.question for info in await requests.queue(session, "420704", DEPARTMENT)]
        whole = await requests.queue(session, "420704")
        late = [info.question for info in await requests.overdue(session, dt.date(2026, 11, 24))]
    assert queue == ["20", "24", "26"]
    assert len(whole) == 4
    assert late == ["20"]


async def test_the_same_question_of_the_same_chat_is_found(office: Office) -> None:
    info = await registers(office)
    async with office.database.transaction() as session:
        asked = (session, "web", "guest", "健康证能补办吗")
        assert await requests.asked_already(*asked, NOW) == info
        assert await requests.asked_already(session, "web", "other", "健康证能补办吗", NOW) is None
        await requests.close(session, info.id, "", None, NOW)
        assert (await requests.asked_already(*asked, NOW)) is not None  # within the time
        assert await requests.asked_already(*asked, NOW + HOUR) is None


@pytest.mark.parametrize("id", [0, -1, 999, 2**63, 2**70])
async def test_a_number_that_nothing_has_finds_nothing(office: Office, id: int) -> None:
    async with office.database.reading() as session:
        assert await requests.request(session, id) is None
        assert await answers.answer(session, id) is None


# ---- erasure (R48)


async def test_r48_what_was_said_goes_number_and_answer_stay(office: Office) -> None:
    info, other = await registers(office), await registers(office, chat="other")
    async with office.database.transaction() as session:
        await requests.note(session, info.id, "said", "我是某某", None, NOW)
        await requests.take(session, info.id, office.offices[0], NOW + HOUR, None, NOW)
        await requests.answer(session, info.id, office.offices[0], "三日内补办", NOW + HOUR, None, NOW)
        assert await requests.forget(session, [("web", "guest")], NOW) == 1
        assert await requests.forget(session, [("web", "guest")], NOW) == 0
        texts = [event.text for event in await requests.events(session, info.id)]
    after = await one(office, info.id)
    assert (after.question, after.state, after.holder, after.person) == (ERASED, "closed", None, None)
    assert after.number == info.number and after.is_erased
    assert "三日内补办" in texts
    assert not any("健康证" in text or "某某" in text for text in texts)
    assert (await one(office, other.id)).question == "健康证能补办吗"


# ---- answers (R51)


async def proposes(office: Office, **more: Any) -> int:
    known: dict[str, Any] = {
        "request": None,
        "jurisdiction": "420704",
        "department": DEPARTMENT,
        "question": "健康证能补办吗",
        "text": "三日内补办",
        "cites": ["echeng-3-3"],
        "person": office.persons[0],
        "now": NOW,
    }
    async with office.database.transaction() as session:
        return await answers.propose(session, **(known | more))


async def test_r51_only_what_was_released_is_published_on_the_day_that_it_was(office: Office) -> None:
    made = await proposes(office)
    later = dt.datetime(2026, 11, 20, 16, 30, tzinfo=dt.UTC)  # past midnight in China
    async with office.database.transaction() as session:
        assert await answers.published(session) == []
        assert await answers.release(session, made, office.persons[1], later)
        assert not await answers.release(session, made, office.persons[1], later)
        (published,) = await answers.published(session)
    assert (published.id, published.cites, published.day) == (
        f"answer-{made}",
        ("echeng-3-3",),
        dt.date(2026, 11, 21),
    )


async def test_r51_every_change_of_what_is_published_changes_the_mark(office: Office) -> None:
    first, second, third = [await proposes(office, question=f"第{n}问") for n in range(3)]
    seen = []
    async with office.database.transaction() as session:
        seen.append(await answers.publication_mark(session))
        for step in (
            answers.release(session, first, None, NOW),
            answers.release(session, second, None, NOW),
            answers.withdraw(session, first, "修订", None, NOW),
            answers.release(session, third, None, NOW),
        ):
            assert await step
            seen.append(await answers.publication_mark(session))
        assert await answers.publication_mark(session) == seen[-1]
    assert len(set(seen)) == len(seen)


async def test_r51_a_newer_answer_to_the_same_question_takes_the_place_of_the_older(office: Office) -> None:
    first, second = await proposes(office), await proposes(office, text="五日内补办")
    elsewhere = await proposes(office, jurisdiction="410526")
    async with office.database.transaction() as session:
        for made in (first, elsewhere, second):
            await answers.release(session, made, None, NOW)
        assert [one.id for one in await answers.published(session)] == [f"answer-{second}", f"answer-{elsewhere}"][
            :: -1 if elsewhere < second else 1
        ]
        replaced = await answers.answer(session, first)
    assert replaced is not None and (replaced.state, replaced.reason) == ("withdrawn", "由新的答复代替")


async def test_r51_put_forward_again_it_waits_once(office: Office) -> None:
    info = await registers(office)
    await proposes(office, request=info.id)
    second = await proposes(office, request=info.id, text="五日内补办")
    async with office.database.transaction() as session:
        assert [one.id for one in await answers.of_place(session, "420704", "proposed")] == [second]
        assert await answers.send_back(session, second, "依据不对", office.persons[1], NOW)
        assert not await answers.release(session, second, None, NOW)
        assert not await answers.withdraw(session, second, "x", None, NOW)


async def test_requests_do_not_disturb_the_chains_of_cases(office: Office) -> None:
    await office.opens()
    await registers(office)
    async with office.database.reading() as session:
        assert [broken async for broken in cases.broken_chains(session)] == []
