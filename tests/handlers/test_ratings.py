"""Ratings as their people live them (R41, R47, R48): one tap, an optional sentence, low ones to the supervisor, secret to who is rated."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import pytest

from handlers.cases.daily import send_cards
from handlers.cases.ticking import clock_turn
from handlers.conversation import CHINA
from handlers.messages import Part
from handlers.ratings import words
from handlers.ratings.asking import ask_rating, send_waiting
from handlers.ratings.tasks import tell_supervisors
from knowledge.procedure import acts
from knowledge.procedure.case import Case
from storage import cases, people, ratings
from storage.cases import CaseInfo
from storage.database import Database
from tests.handlers.test_permissions import presses_act, told
from tests.knowledge.procedure import courses
from tests.people import Person, World, lead_of, words_of

PLACE, OURS = "420704", "示例市场监管局"
DAY = dt.timedelta(days=1)


@dataclass
class Town:
    """An enterprise with two contacts, its officer and the supervisor."""

    world: World
    firm: int
    owner: Person
    partner: Person
    officer: Person
    supervisor: Person


@pytest.fixture
async def town(world: World) -> Town:
    firm = await world.enterprise()
    return Town(
        world,
        firm,
        await world.contact(firm),
        await world.contact(firm, "partner", "吴示例", channel="telegram"),
        await world.office("officer"),
        await world.office("supervisor", name="孙示例", department="示例督查室"),
    )


async def opened(world: World, firm: int, case: Case, department: str = OURS) -> CaseInfo:
    """A case of the first officer of a department."""
    async with world.database.transaction() as session:
        office = (await people.offices(session, department=department, role="officer", demo=False))[0]
        return await cases.open_case(
            session,
            series=world.house.series(PLACE, department),
            enterprise=firm,
            office=office.id,
            problem=case.problem,
            items=[],
            case=case,
            person=office.person,
            now=world.clock.now(),
        )


def passed() -> Case:
    return courses.did(courses.submitted(), acts.PassEvidence())


async def visits(town: Town, info: CaseInfo) -> None:
    await presses_act(town.officer, do="visit", id=info.id)
    await town.officer.says("改好了")
    await town.officer.says("都在墙上")
    await town.officer.presses("确认回访")


async def closes(town: Town, info: CaseInfo) -> None:
    await presses_act(town.officer, do="close", id=info.id)
    await town.officer.says("不成立")
    await town.officer.says("现场复核没有发现违法行为")
    await town.officer.presses("确认销号")


async def asked(person: Person) -> list[Part]:
    """The requests to rate in a chat, oldest first; the newest one's buttons become theirs to press."""
    several = words.ASK_MANY.partition("}")[2]
    found = [part for part in await told(person) if lead_of([part]) in words.ASK.values() or several in lead_of([part])]
    person.last = found[-1:]
    return found


async def kept(town: Town) -> list[tuple[str, int | None, str | None]]:
    """What was given, by what it is about."""
    async with town.world.database.reading() as session:
        found = []
        for person in (town.owner, town.partner):
            speaker = await people.speaker_of(session, person.channel, person.chat, dt.date(2026, 11, 20), demo=False)
            found += await ratings.of_person(session, person.channel, person.chat, speaker.person)
    return [(one.about, one.score, one.sentence) for one in found]


async def ticks(world: World) -> list[tuple[str, str]]:
    async with world.database.transaction() as session:
        sent = await send_waiting(session, world.house, world.clock.now())
        return sent + await tell_supervisors(session, world.house, world.clock.now())


async def test_after_a_visit_every_contact_is_asked_and_one_tap_is_kept(town: Town) -> None:
    """R47."""
    info = await opened(town.world, town.firm, passed())
    await visits(town, info)
    for person in (town.owner, town.partner):
        (request,) = await asked(person)
        assert lead_of([request]) == "这次回访，您满意吗？"
        assert info.number in words_of([request]) and OURS in words_of([request])
        assert person.labels == ["1分很不满意", "2分不满意", "3分一般", "4分满意", "5分很满意"]
    await asked(town.owner)
    answer = await town.owner.presses("4分满意")
    assert lead_of(answer) == "已记下：4分，满意。"
    assert town.owner.labels == ["说一句", "不说了", "改分", "菜单"]
    assert await kept(town) == [("visit", 4, None), ("visit", None, None)]


async def test_after_a_closing_they_are_asked_once_and_again_after_a_second_one(town: Town) -> None:
    """R47: a case that was reopened is closed twice."""
    info = await opened(town.world, town.firm, courses.logged())
    await closes(town, info)
    (request,) = await asked(town.owner)
    assert lead_of([request]) == "这件事办完了，您满意吗？"
    town.world.clock.passes(days=1)
    await presses_act(town.owner, do="reopen", id=info.id)
    await town.owner.says("还要再看")
    await town.owner.presses("确认重开")
    await closes(town, info)
    assert len(await asked(town.owner)) == 2
    assert [about for about, *_ in await kept(town)] == ["closing"] * 4


async def test_five_taps_have_one_effect_and_the_last_score_counts(town: Town) -> None:
    """R47."""
    await visits(town, await opened(town.world, town.firm, passed()))
    (request,) = await asked(town.owner)
    two = request.buttons[1][0]
    for _ in range(5):
        await town.owner.presses_token(two)
    assert (await kept(town))[0] == ("visit", 2, None)
    await town.owner.presses_token(request.buttons[4][0])
    assert (await kept(town))[0] == ("visit", 5, None)
    town.world.clock.passes(hours=25)
    assert lead_of(await town.owner.presses_token(two)) == "评过一天了，不能再改。原来评的是5分，很满意。"
    assert (await kept(town))[0] == ("visit", 5, None)


async def test_the_word_or_the_number_works_as_the_button_does(town: Town) -> None:
    await visits(town, await opened(town.world, town.firm, passed()))
    assert lead_of(await town.owner.says("3分一般")) == "已记下：3分，一般。"
    await town.owner.presses("改分")
    assert lead_of(await town.owner.says("1")) == "已记下：1分，很不满意。"


async def test_a_sentence_is_taken_only_after_it_was_asked_for(town: Town) -> None:
    """R47: the next text is a question like any other, unless 说一句 was pressed."""
    await visits(town, await opened(town.world, town.firm, passed()))
    await asked(town.owner)
    await town.owner.presses("5分很满意")
    await town.owner.says("罚款能分期吗")
    assert (await kept(town))[0] == ("visit", 5, None)
    await asked(town.owner)
    await town.owner.presses("5分很满意")
    await town.owner.presses("说一句")
    assert lead_of(await town.owner.says("讲得很清楚")) == words.SAID
    assert (await kept(town))[0] == ("visit", 5, "讲得很清楚")
    await asked(town.owner)
    await town.owner.presses("5分很满意")
    assert lead_of(await town.owner.presses("不说了")) == words.SKIPPED


async def test_a_sentence_can_be_left_again(town: Town) -> None:
    await visits(town, await opened(town.world, town.firm, passed()))
    await asked(town.owner)
    await town.owner.presses("5分很满意")
    await town.owner.presses("说一句")
    await town.owner.says("取消")
    assert (await kept(town))[0] == ("visit", 5, None)


async def test_at_most_one_such_push_a_day_goes_to_a_person(town: Town) -> None:
    """R41: the closing of the same day is asked about on the next."""
    info = await opened(town.world, town.firm, passed())
    await visits(town, info)
    await closes(town, info)
    assert len(await asked(town.owner)) == 1
    assert await ticks(town.world) == []
    town.world.clock.at = dt.datetime(2026, 11, 21, 7, 59, tzinfo=CHINA)
    assert await ticks(town.world) == []
    town.world.clock.passes(minutes=1)
    assert sorted(await ticks(town.world)) == [("telegram", "partner"), ("web", "owner")]
    assert await ticks(town.world) == []
    assert lead_of((await asked(town.owner))[-1:]) == "这件事办完了，您满意吗？"


async def test_of_two_processes_that_ask_at_once_one_asks(town: Town) -> None:
    """R41: each contact gets one message."""
    info = await opened(town.world, town.firm, passed())
    town.world.clock.at = dt.datetime(2026, 11, 20, 21, 0, tzinfo=CHINA)
    await visits(town, info)
    town.world.clock.at = dt.datetime(2026, 11, 21, 8, 0, tzinfo=CHINA)
    other = Database(town.world.database.url)

    async def sends(on: Database) -> int:
        async with on.transaction() as session:
            return len(await send_waiting(session, town.world.house, town.world.clock.now()))

    try:
        sent = await asyncio.gather(*(sends(on) for on in (town.world.database, other) for _ in range(2)))
    finally:
        await other.close()
    assert sum(sent) == 2
    assert len(await asked(town.owner)) == 1


async def test_several_that_wait_become_one_message(town: Town) -> None:
    """R41."""
    infos = [await opened(town.world, town.firm, courses.logged()) for _ in range(3)]
    for info in infos:
        await closes(town, info)
    town.world.clock.passes(days=1)
    await ticks(town.world)
    last = (await asked(town.owner))[-1]
    assert lead_of([last]) == "有2件事，请您评一评。"
    assert [info.number in words_of([last]) for info in infos] == [False, True, True]
    await town.owner.presses("2.销号")
    assert lead_of(await town.owner.presses("1分很不满意")) == "已记下：1分，很不满意。"
    assert [score for _, score, _ in await kept(town)].count(1) == 1


async def test_at_night_nobody_is_asked(town: Town) -> None:
    """R41: on any channel."""
    town.world.clock.at = dt.datetime(2026, 11, 20, 21, 0, tzinfo=CHINA)
    await closes(town, await opened(town.world, town.firm, courses.logged()))
    assert await asked(town.owner) == []
    town.world.clock.at = dt.datetime(2026, 11, 21, 8, 0, tzinfo=CHINA)
    await ticks(town.world)
    assert len(await asked(town.owner)) == 1


async def test_who_is_rated_sees_neither_score_nor_whose_it_is(town: Town) -> None:
    """R47: not in what they are sent, not on the case, not in its course."""
    info = await opened(town.world, town.firm, passed())
    await visits(town, info)
    await asked(town.owner)
    await town.owner.presses("1分很不满意")
    await town.owner.presses("说一句")
    await town.owner.says("态度生硬")
    await ticks(town.world)
    for act in ("case", "course", "evidence"):
        await presses_act(town.officer, do=act, id=info.id)
    for act in ("low_ratings", "low_rating", "handle_rating"):
        assert "不能做这件事" in words_of(await presses_act(town.officer, do=act, id=1))
    seen = words_of(await told(town.officer))
    assert "很不满意" not in seen and "态度生硬" not in seen and "评" not in seen
    async with town.world.database.reading() as session:
        assert not any("rat" in event.act for event in await cases.events(session, info.id))


async def test_a_rating_is_given_only_in_the_chat_that_was_asked(town: Town) -> None:
    await visits(town, await opened(town.world, town.firm, passed()))
    (request,) = await asked(town.owner)
    stranger = town.world.person("stranger")
    await stranger.says("你好")
    for act in ("rate", "rate_say"):
        for id in (1, 999, 2**70):
            assert lead_of(await presses_act(stranger, do=act, id=id, score=1)) == words.GONE
    assert [score for _, score, _ in await kept(town)] == [None, None]
    assert request


async def test_a_low_rating_is_a_task_of_the_supervisor_who_notes_how_it_was_handled(town: Town) -> None:
    """R47."""
    info = await opened(town.world, town.firm, passed())
    await visits(town, info)
    assert lead_of(await town.supervisor.says("/ratings")) == words.LOW_NONE
    await asked(town.owner)
    await town.owner.presses("2分不满意")
    await town.owner.presses("说一句")
    await town.owner.says("来得太晚")
    assert ("web", "supervisor") in await ticks(town.world)
    await told_of(town.supervisor)
    listed = await town.supervisor.presses("差评待办")
    assert f"{OURS}：回访，2分，来得太晚" in words_of(listed)
    one = words_of(await town.supervisor.presses("1.回访"))
    assert info.number in one and "来得太晚" in one
    assert "李示例" not in one and "好味道" not in one
    await town.supervisor.presses("处理")
    await town.supervisor.says("已电话核实并道歉")
    done = await town.supervisor.presses("确认处理")
    assert lead_of(done) == words.HANDLED
    assert "已电话核实并道歉（孙示例，2026-11-20 10:00）" in words_of(done)
    assert lead_of(await town.supervisor.says("差评待办")) == words.LOW_NONE
    assert "1条" in words_of(await town.supervisor.presses("看处理过的"))
    again = await presses_act(town.supervisor, do="handle_rating", id=1)
    assert lead_of(again) == words.HANDLED_BEFORE


async def told_of(person: Person) -> None:
    """What was pushed to them last becomes theirs to press."""
    person.last = (await told(person))[-1:]


async def test_the_supervisor_is_told_once_a_day_of_what_is_new(town: Town) -> None:
    """R41."""
    for score in ("1分很不满意", "2分不满意"):
        await closes(town, await opened(town.world, town.firm, courses.logged()))
        await asked(town.owner)
        await town.owner.presses(score)
        told_now = [where for where in await ticks(town.world) if where == ("web", "supervisor")]
        assert len(told_now) == 1, score
        assert ("web", "supervisor") not in await ticks(town.world)
        town.world.clock.passes(days=1)
        await ticks(town.world)
    leads = [lead_of([part]) for part in await told(town.supervisor)]
    assert leads == [words.LOW_TOLD.format(count=1)] * 2


async def test_a_low_rating_that_is_corrected_while_it_is_told_of_breaks_nothing_off(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R47: another process takes 1分 for 5分 between two looks of the clock."""
    await closes(town, await opened(town.world, town.firm, courses.logged()))
    await asked(town.owner)
    await town.owner.presses("1分很不满意")
    looks, seen = ratings.low_untold, list[list[int]]()

    async def once(*args: Any) -> list[int]:
        seen.append([] if seen else await looks(*args))
        return seen[-1]

    monkeypatch.setattr(ratings, "low_untold", once)
    async with town.world.database.transaction() as session:
        assert await tell_supervisors(session, town.world.house, town.world.clock.now()) == []
    assert [bool(found) for found in seen] == [True, False]


async def test_who_gets_a_card_that_day_reads_of_the_low_rating_there(town: Town) -> None:
    """R41: the card is the one push; what it says is not pushed again."""
    await closes(town, await opened(town.world, town.firm, courses.logged()))
    await opened(town.world, town.firm, courses.diagnosed())
    town.world.clock.at = dt.datetime(2026, 11, 27, 9, 0, tzinfo=CHINA)
    await asked(town.owner)
    await town.owner.presses("1分很不满意")
    async with town.world.database.transaction() as session:
        now = town.world.clock.now()
        await send_cards(clock_turn(session, town.world.house, town.world.conversation.engine, now))
    await told_of(town.supervisor)
    assert words.LOW_TOLD.format(count=1) in words_of(town.supervisor.last)
    assert "差评待办" in town.supervisor.labels
    town.world.clock.passes(days=1)
    assert ("web", "supervisor") not in await ticks(town.world)


async def test_a_supervisor_of_the_rated_department_sees_nothing_of_it(town: Town) -> None:
    """R47."""
    inside = await town.world.office("supervisor", chat="inside", name="钱示例", department=OURS)
    await visits(town, await opened(town.world, town.firm, passed()))
    await asked(town.owner)
    await town.owner.presses("1分很不满意")
    assert ("web", "inside") not in await ticks(town.world)
    assert lead_of(await inside.says("差评待办")) == words.LOW_NONE
    assert lead_of(await presses_act(inside, do="low_rating", id=1)) == words.LOW_NONE
    assert lead_of(await presses_act(inside, do="handle_rating", id=1)) == words.LOW_NONE


async def test_a_score_that_is_corrected_upwards_is_no_task_any_more(town: Town) -> None:
    await visits(town, await opened(town.world, town.firm, passed()))
    await asked(town.owner)
    await town.owner.presses("1分很不满意")
    assert "1条" in words_of(await town.supervisor.says("差评待办"))
    await asked(town.owner)
    await town.owner.presses("4分满意")
    assert lead_of(await town.supervisor.says("差评待办")) == words.LOW_NONE


async def test_who_rated_sees_it_among_their_data_and_may_erase_it(town: Town) -> None:
    """R48: with it goes the task."""
    await visits(town, await opened(town.world, town.firm, passed()))
    await asked(town.owner)
    await town.owner.presses("1分很不满意")
    assert "评价：1次" in words_of(await town.owner.says("我的数据"))
    await town.owner.presses("删除")
    await town.owner.presses("确认删除")
    assert lead_of(await town.supervisor.says("差评待办")) == words.LOW_NONE
    assert [score for _, score, _ in await kept(town)] == [None]


async def test_a_guest_whose_request_was_answered_may_rate_it(world: World) -> None:
    """R47, R50: whoever asks for a rating needs no person."""
    guest = world.person("guest")
    await guest.says("你好")
    async with world.database.transaction() as session:
        await ask_rating(
            clock_turn(session, world.house, world.conversation.engine, world.clock.now()),
            about="request",
            subject=7,
            ordinal=1,
            office=None,
            jurisdiction=PLACE,
            department=OURS,
            to=[("web", "guest", None)],
        )
    (request,) = await asked(guest)
    assert lead_of([request]) == "这次答复，您满意吗？"
    assert lead_of(await guest.presses("5分很满意")) == "已记下：5分，很满意。"


SENTENCES = [value for name, value in vars(words).items() if name.isupper() and isinstance(value, str)]


@pytest.mark.parametrize("said", SENTENCES)
def test_no_sentence_about_ratings_is_longer_than_forty_characters(said: str) -> None:
    assert [sentence for sentence in re.split(r"[。！？\n]", said) if len(sentence) > 40] == []
