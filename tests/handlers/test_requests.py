"""Requests 诉求台账 and published answers as their people live them (R50, R51, R46, R48)."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from handlers import words as house_words
from handlers.cases.ticking import clock_turn
from handlers.conversation import CHINA, Knowledge
from handlers.messages import FileRef, Incoming, Part
from handlers.published import may_rest_on
from handlers.requests import words
from handlers.requests.ticking import close_unanswered, give_back_held, tell_gaps, tell_late
from handlers.turn import Turn
from knowledge.library import Library
from knowledge.shipped import matcher_for
from storage import answers, chats, messages, notices, people, ratings, requests
from storage.requests import ERASED, RequestInfo
from tests.handlers.test_permissions import assert_all_in_form, on_sqlite, presses_act
from tests.people import Person, World, lead_of, words_of

QUESTION = "夜市摊位的健康证可以先开业后补吗"
"""Nothing that is published answers it; 健康证 is the health department's."""
NUMBER = "鄂城诉〔2026〕0001号"
DUE = "2026年11月24日（星期二）"
HEALTH, MARKET = "示例卫生健康局", "示例市场监管局"
ANSWER = "健康证应当上岗前取得，首次发现的限期补办"


@pytest.fixture
async def world(world: World) -> AsyncIterator[World]:
    """The world, whose every reply is looked at in the end."""
    yield world
    await assert_all_in_form(world)


@dataclass
class Street:
    """A guest, two departments, and those who assign and release."""

    world: World
    guest: Person
    officer: Person
    colleague: Person
    market: Person
    legal: Person
    admin: Person

    async def newest(self) -> RequestInfo:
        async with self.world.database.reading() as session:
            return (await requests.of_asker(session, self.guest.channel, self.guest.chat))[0]


@pytest.fixture
async def street(world: World) -> Street:
    return Street(
        world,
        world.person("guest"),
        await world.office("officer", department=HEALTH),
        await world.office("officer", chat="colleague", name="赵示例", department=HEALTH),
        await world.office("officer", chat="market", name="钱示例", department=MARKET),
        await world.office("legal", name="孙示例", department="示例司法局"),
        await world.office("admin", name="吴示例", department="示例信息中心"),
    )


async def inbox(person: Person) -> list[Part]:
    """Everything that was written to a person, oldest first; the newest buttons become theirs to press."""
    async with person.world.database.reading() as session:
        rows = await messages.transcript(session, person.channel, person.chat, limit=200)
    parts = [Part.from_json(row.payload) for row in rows if row.direction == "out"]
    person.last = [next((part for part in reversed(parts) if part.buttons), parts[-1])] if parts else []
    return parts


async def registered(street: Street, question: str = QUESTION) -> RequestInfo:
    await presses_act(street.guest, do="set_place", code="420704")
    await street.guest.says(question)
    await street.guest.presses("转人工")
    await street.guest.presses("确认转交")
    return await street.newest()


async def taken(street: Street) -> RequestInfo:
    info = await registered(street)
    await presses_act(street.officer, do="request_take", id=info.id)
    return await street.newest()


async def answered(street: Street, text: str = ANSWER) -> RequestInfo:
    info = await registered(street)
    await presses_act(street.officer, do="request_answer", id=info.id)
    await street.officer.says(text)
    await street.officer.presses("发出答复")
    return await street.newest()


async def ticks(street: Street, *jobs: object) -> None:
    """What the clock does, at the time that it is."""
    for job in jobs or (give_back_held, tell_late, tell_gaps):
        async with street.world.database.transaction() as session:
            await job(turn_of(street, session))  # type: ignore[operator]


def turn_of(street: Street, session: object) -> Turn:
    world = street.world
    return clock_turn(session, world.house, world.conversation.engine, world.clock.now())  # type: ignore[arg-type]


async def test_r50_what_nobody_says_a_word_to_is_closed_after_the_settings_days_and_may_be_reopened(
    street: Street,
) -> None:
    """R47, R50: told to who asked, who is asked to rate; 没解决 opens it again."""
    info = await answered(street)
    assert "7天没有回音，先办结" in words_of((await inbox(street.guest))[-1:])
    street.world.clock.passes(days=6)
    await ticks(street, close_unanswered)
    assert (await street.newest()).state == "answered"
    street.world.clock.at = dt.datetime(2026, 11, 27, 21, 0, tzinfo=CHINA)
    await ticks(street, close_unanswered)  # at night nobody is told (R41)
    assert (await street.newest()).state == "answered"
    street.world.clock.at = dt.datetime(2026, 11, 28, 10, 0, tzinfo=CHINA)
    await ticks(street, close_unanswered, close_unanswered)
    assert (await street.newest()).state == "closed"
    told = [words_of([part]) for part in await inbox(street.guest)]
    assert sum(words.CLOSED_SILENT.format(number=NUMBER, days=7) in one for one in told) == 1
    async with street.world.database.transaction() as session:
        (rating,) = await ratings.of_person(session, "web", "guest", None)
        assert (rating.about, rating.subject, rating.department) == ("request", info.id, HEALTH)
    again = words_of(await street.guest.presses("没解决"))
    assert "2026年12月1日（星期二）" in again
    assert (await street.newest()).state == "assigned"


async def test_r50_an_answer_to_which_more_was_said_is_not_closed_by_the_clock(street: Street) -> None:
    info = await answered(street)
    await presses_act(street.guest, do="request_more", id=info.id)
    await street.guest.says("窗口说还要房东签字")
    street.world.clock.passes(days=30)
    await ticks(street, close_unanswered)
    assert (await street.newest()).state == "answered"


# ---- asking


async def test_r50_after_nothing_was_found_two_taps_make_a_numbered_request(street: Street) -> None:
    await presses_act(street.guest, do="set_place", code="420704")
    assert lead_of(await street.guest.says(QUESTION)) == house_words.NONE
    card = words_of(await street.guest.presses("转人工"))
    assert QUESTION in card and "鄂城" in card and HEALTH in card
    assert DUE in card
    done = words_of(await street.guest.presses("确认转交"))
    assert NUMBER in done and DUE in done and HEALTH in done
    info = await street.newest()
    assert (info.state, info.department, info.due, info.person) == ("assigned", HEALTH, dt.date(2026, 11, 24), None)
    for officer in (street.officer, street.colleague):
        assert f"新诉求：{NUMBER}" in words_of(await inbox(officer))
    for other in (street.market, street.legal):
        assert NUMBER not in words_of(await inbox(other))


async def test_r50_the_place_is_asked_once_and_the_question_too_when_there_is_none(street: Street) -> None:
    assert words.QUESTION in lead_of(await street.guest.says("转人工"))
    assert words.WHICH_PLACE in lead_of(await street.guest.says(QUESTION))
    card = words_of(await street.guest.presses("鄂城"))
    assert QUESTION in card and HEALTH in card
    await street.guest.presses("确认转交")
    await street.guest.says("转人工")
    assert words.QUESTION in lead_of(street.guest.last) or QUESTION in words_of(street.guest.last)
    assert words.WHICH_PLACE not in words_of(street.guest.last)


@on_sqlite
@pytest.mark.parametrize("said", ["转人工", "人工", "找人", "投诉", "找人工", "/person"])
async def test_r50_whatever_word_asks_for_a_person_leads_to_the_card(street: Street, said: str) -> None:
    await street.guest.says("你好")
    assert words.QUESTION in lead_of(await street.guest.says(said))


@on_sqlite
@pytest.mark.parametrize(
    "said",
    [f"投诉：{QUESTION}", f"转人工 {QUESTION}", f"转告卫健局：{QUESTION}", f"麻烦告诉执法人员，{QUESTION}"],
)
async def test_r50_what_is_said_to_the_office_is_on_the_card_at_once(street: Street, said: str) -> None:
    await presses_act(street.guest, do="set_place", code="420704")
    card = words_of(await street.guest.says(said))
    assert f"1. 问题：{QUESTION}" in card


async def test_r50_a_contact_is_asked_for_no_place_and_the_officer_sees_which_enterprise_asks(street: Street) -> None:
    owner = await street.world.contact(await street.world.enterprise())
    await owner.says(QUESTION)
    card = words_of(await owner.presses("转人工"))
    assert "鄂城" in card and HEALTH in card
    await owner.presses("确认转交")
    await street.officer.says("诉求")
    page = words_of(await street.officer.presses("1"))
    assert "示例好味道餐馆" in page and "李示例" not in page


async def test_r50_a_department_that_nobody_is_of_yet_leaves_it_to_be_assigned_by_hand(street: Street) -> None:
    await presses_act(street.guest, do="set_place", code="420704")
    card = words_of(await street.guest.says("投诉：网约车的营运证到期了怎么换"))
    assert "交通运输部门" in card and words.NOBODY_THERE in card
    done = words_of(await street.guest.presses("确认转交"))
    assert "等管理员分派部门" in done
    assert (await street.newest()).state == "registered"
    for assigner in (street.admin, street.legal):
        assert "新诉求要分派" in words_of(await inbox(assigner))
    await street.admin.says("诉求")
    await street.admin.presses("1")
    await street.admin.presses("分派")
    await street.admin.says(MARKET)
    await street.admin.says("先由市场监管局答复")
    await street.admin.presses("确认转办")
    info = await street.newest()
    assert (info.state, info.department) == ("assigned", MARKET)
    assert NUMBER in words_of(await inbox(street.market))
    assert f"转给{MARKET}办" in words_of(await inbox(street.guest))


@on_sqlite
async def test_r50_where_nobody_is_there_at_all_it_is_numbered_and_that_is_said(street: Street) -> None:
    await presses_act(street.guest, do="set_place", code="410526")
    card = words_of(await street.guest.says(f"投诉：{QUESTION}"))
    assert "滑县还没有人在用本系统" in card
    done = words_of(await street.guest.presses("确认转交"))
    assert "滑县诉〔2026〕0001号" in done and "还没有人在用" in done


@on_sqlite
async def test_the_card_is_corrected_by_one_button_for_each_part(street: Street) -> None:
    await presses_act(street.guest, do="set_place", code="420704")
    await street.guest.says(f"投诉：{QUESTION}")
    assert street.guest.labels[:4] == ["确认转交", "改问题", "改地区", "改部门"]
    await street.guest.presses("改部门")
    await street.guest.presses(MARKET)
    await street.guest.presses("改问题")
    card = words_of(await street.guest.says("夜市摊位的健康证在哪里办"))
    assert f"3. 部门：{MARKET}" in card  # chosen by hand: it stays
    await street.guest.presses("改地区")
    assert "3. 部门：卫生健康部门，由管理员分派" in words_of(await street.guest.presses("滑县"))


async def test_r50_the_flow_in_hand_is_kept_and_gone_on_with(street: Street) -> None:
    await presses_act(street.guest, do="set_place", code="420704")
    await street.guest.says("划型自检")
    await street.guest.says("量子玄学生意")
    await street.guest.says("仙女座的生意")
    assert "〔中小微划型〕行业" in words_of(await street.guest.presses("转人工"))
    await street.guest.presses("确认转交")
    assert "继续" in street.guest.labels
    assert "主要做哪一行" in words_of(await street.guest.presses("继续"))


async def test_asked_twice_it_is_one_request_and_the_number_is_told(street: Street) -> None:
    await registered(street)
    await street.guest.says(f"投诉：{QUESTION}")
    assert lead_of(await street.guest.presses("确认转交")) == words.ASKED_BEFORE.format(number=NUMBER)
    async with street.world.database.reading() as session:
        assert len(await requests.of_asker(session, street.guest.channel, street.guest.chat)) == 1


@on_sqlite
async def test_numbers_run_on_and_only_so_many_may_wait_at_once(street: Street) -> None:
    """R29: one series of the place for all departments."""
    await presses_act(street.guest, do="set_place", code="420704")
    for n in range(10):
        await street.guest.says(f"投诉：第{n}号摊位的健康证能补办吗")
        done = words_of(await street.guest.presses("确认转交"))
        assert f"鄂城诉〔2026〕{n + 1:04d}号" in done
    await street.guest.says("投诉：还有一个摊位的健康证能补办吗")
    assert lead_of(await street.guest.presses("确认转交")) == words.TOO_MANY.format(count=10)


@on_sqlite
@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>'; DROP TABLE request; --",
        "健康证\u202e补办吗\x00\x07",
        "{number} {day} %s %(x)s $HOME",
        "健康证" + "啊" * 990,
        "摊位🔥" * 300,
    ],
)
async def test_hostile_words_are_only_words(street: Street, text: str) -> None:
    await presses_act(street.guest, do="set_place", code="420704")
    await street.guest.says("转人工")
    await street.guest.says(text)
    assert NUMBER in words_of(await street.guest.presses("确认转交"))
    await presses_act(street.officer, do="requests")
    await presses_act(street.admin, do="requests")
    info = await street.newest()
    await presses_act(street.admin, do="request", id=info.id)


@on_sqlite
async def test_four_thousand_characters_are_asked_for_in_fewer(street: Street) -> None:
    await presses_act(street.guest, do="set_place", code="420704")
    await street.guest.says("转人工")
    assert "太长了" in lead_of(await street.guest.says("健康证" * 1334))
    assert "有1500字，太长了，请用1000字以内。" in words_of(await street.guest.says("健康证" * 500))
    assert QUESTION in words_of(await street.guest.says(QUESTION))


# ---- the thread while a person has it


async def test_r50_while_a_person_has_it_the_assistant_is_silent_and_hands_on(street: Street) -> None:
    await taken(street)
    told = words_of(await inbox(street.guest))
    assert words.TOLD_TAKEN.format(number=NUMBER) in told
    assert f"{HEALTH}张示例，执法证号示例-0001" in told  # R46
    first = await street.guest.says("罚款能分期吗")
    assert lead_of(first) == words.RELAYED.format(who=f"{HEALTH}张示例")
    assert await street.guest.says("责令改正什么意思") == []
    assert await street.guest.says("谢谢") == []
    assert await street.guest.says("👍") == []
    assert await street.guest.says("1") == []  # no button offered here is meant
    told = words_of(await inbox(street.officer))
    for said in ("罚款能分期吗", "责令改正什么意思", "谢谢"):
        assert f"{words.SAID.format(number=NUMBER)}\n{said}" in told
    assert "罚款能分期吗" not in words_of(await inbox(street.colleague))


async def test_r50_menus_commands_and_buttons_work_all_the_same(street: Street) -> None:
    await taken(street)
    assert lead_of(await street.guest.says("菜单")) == house_words.MENU
    assert lead_of(await street.guest.presses("自检")) == house_words.CHECK_WHICH
    await street.guest.says("划型自检")
    assert "从业人员" in words_of(await street.guest.says("饭店"))  # the flow is meant, not the officer
    await street.guest.says("取消")
    assert lead_of(await street.guest.says("诉求")) == words.MINE
    assert words.IN_HAND_ALREADY.split("，")[0].format(number=NUMBER, who=f"{HEALTH}张示例") in lead_of(
        await street.guest.says("转人工")
    )


async def test_r46_the_answer_is_looked_at_before_it_goes_out_and_is_signed(street: Street) -> None:
    info = await taken(street)
    await presses_act(street.officer, do="request", id=info.id)
    await street.officer.presses("答复")
    await street.officer.says(ANSWER)
    assert ANSWER not in words_of(await inbox(street.guest))
    await street.officer.says("发出答复")
    told = words_of(await inbox(street.guest))
    assert f"答复：{NUMBER}\n{ANSWER}\n{HEALTH}张示例，执法证号示例-0001。\n{words.SOLVED_ASK}" in told
    after = await street.newest()
    assert (after.state, after.first_answered) == ("answered", street.world.clock.now())
    assert {"解决了", "没解决"} <= set(street.guest.labels)


async def test_r50_given_back_the_assistant_answers_again_and_says_so(street: Street) -> None:
    info = await taken(street)
    await street.guest.says("在吗")
    assert lead_of(await presses_act(street.officer, do="request_back", id=info.id)) == words.GIVEN_BACK
    told = words_of(await inbox(street.guest))
    assert words.ASSISTANT_AGAIN in told and words.GIVEN_BACK_TOLD.format(number=NUMBER) in told
    assert lead_of(await street.guest.says("罚款能分期吗")).startswith(house_words.BASIS_FOUND[:2])


async def test_r50_after_thirty_minutes_of_working_time_it_goes_back_into_the_queue(street: Street) -> None:
    street.world.clock.at = dt.datetime(2026, 11, 20, 19, 50, tzinfo=CHINA)
    info = await taken(street)
    street.world.clock.at = dt.datetime(2026, 11, 22, 12, 0, tzinfo=CHINA)  # Sunday: no working time went by
    await ticks(street)
    assert (await street.newest()).holder is not None
    assert lead_of(await street.guest.says("在吗")) == words.RELAYED_LATER.format(who=f"{HEALTH}张示例")
    street.world.clock.at = dt.datetime(2026, 11, 23, 8, 21, tzinfo=CHINA)
    await ticks(street)
    await ticks(street)
    after = await street.newest()
    assert (after.holder, after.state) == (None, "assigned")
    assert words_of(await inbox(street.guest)).count(words.ASSISTANT_AGAIN) == 1
    assert words_of(await inbox(street.officer)).count(words.HOLD_OVER.format(number=NUMBER)) == 1
    assert info.number == NUMBER


async def test_r50_the_minutes_are_a_setting(street: Street) -> None:
    street.world.house.settings["request_hold_minutes"] = 5  # type: ignore[index]
    await taken(street)
    assert (await street.newest()).held_until == dt.datetime(2026, 11, 20, 10, 5, tzinfo=CHINA)


async def test_of_two_officers_at_once_one_has_it_and_the_other_is_told_who(street: Street) -> None:
    info = await registered(street)
    world = street.world
    for person in (street.officer, street.colleague):
        await presses_act(person, do="menu")
    tokens = {}
    for person in (street.officer, street.colleague):
        tokens[person.chat] = world.house.new_token()
        async with world.database.transaction() as session:
            act = {"do": "request_take", "id": info.id}
            await chats.offer(session, person.channel, person.chat, tokens[person.chat], "接办", act, world.clock.now())
    for person in (street.officer, street.colleague):
        await world.intake.take(
            Incoming(
                person.channel,
                person.chat,
                f"at-once/{person.chat}",
                world.clock.now(),
                "press",
                "",
                tokens[person.chat],
            )
        )
    await asyncio.gather(*(world.worker.work() for _ in range(2)))
    while await world.worker.work():
        continue
    said = [words_of(await inbox(person)) for person in (street.officer, street.colleague)]
    assert sum("已接办，到10:30为止。" in one for one in said) == 1
    assert sum(f"正在办{NUMBER}" in one for one in said) == 1
    assert words_of(await inbox(street.guest)).count(words.TOLD_TAKEN.format(number=NUMBER)) == 1


async def test_an_officer_who_was_revoked_while_holding_holds_it_no_more(street: Street) -> None:
    info = await taken(street)
    async with street.world.database.transaction() as session:
        office = await people.office(session, info.holder or 0)
        assert office is not None
        await people.revoke(session, office.id, street.world.clock.now())
    assert lead_of(await street.guest.says(QUESTION)) == house_words.NONE  # the assistant, at once
    await ticks(street, give_back_held)
    assert (await street.newest()).holder is None
    assert words.ASSISTANT_AGAIN in words_of(await inbox(street.guest))
    assert "不能做这件事" in words_of(await presses_act(street.officer, do="request_answer", id=info.id))


@on_sqlite
async def test_an_officer_without_a_licence_in_date_reads_and_does_not_answer(street: Street) -> None:
    """R1, R46."""
    info = await registered(street)
    expired = await street.world.office(
        "officer", chat="expired", department=HEALTH, licence_until=dt.date(2026, 11, 19)
    )
    assert QUESTION in words_of(await presses_act(expired, do="request", id=info.id))
    for act in ("request_take", "request_answer"):
        assert lead_of(await presses_act(expired, do=act, id=info.id)) == house_words.LICENCE_EXPIRED
    assert (await street.newest()).holder is None


@on_sqlite
async def test_r1_another_department_another_place_and_another_chat_do_not_see_it(street: Street) -> None:
    info = await answered(street)
    abroad = await street.world.office("officer", chat="abroad", department=HEALTH, jurisdiction="410526")
    for other, acts in (
        (street.market, ("request", "request_take", "request_answer", "request_move", "request_course", "answer_propose")),
        (abroad, ("request", "request_take", "request_answer", "request_back")),
        (street.world.person("stranger"), ("request", "request_course", "request_solved", "request_unsolved", "request_more")),
    ):  # fmt: skip
        await other.says("菜单")
        for act in acts:
            assert lead_of(await presses_act(other, do=act, id=info.id)) == words.GONE, act
            assert lead_of(await presses_act(other, do=act, id=2**70)) == words.GONE
    assert (await street.newest()) == info


async def test_photos_go_to_both_sides(street: Street) -> None:
    await taken(street)
    content = b"\x89PNG"
    object.__setattr__(street.world.house, "read_file", lambda digest: content)
    photo = FileRef("a" * 64, "摊位.png", "image/png", len(content))
    for person in (street.guest, street.officer):
        if person is street.officer:
            await presses_act(person, do="request_answer", id=(await street.newest()).id)
            await person.says(ANSWER)
        incoming = Incoming(
            person.channel, person.chat, f"photo/{person.chat}", street.world.clock.now(), "photo", files=(photo,)
        )
        await street.world.intake.take(incoming)
        while await street.world.worker.work():
            continue
    await inbox(street.officer)
    await presses_act(street.officer, do="flow_submit")
    for person in (street.guest, street.officer):
        files = [file for part in await inbox(person) for file in part.files]
        assert [name for _, name, _ in files] == ["摊位.png"]


@on_sqlite
async def test_a_file_too_large_to_hand_on_is_said_so(street: Street) -> None:
    await taken(street)
    large = FileRef("b" * 64, "录像.pdf", "application/pdf", 6 * 1024 * 1024)
    guest = street.guest
    await street.world.intake.take(
        Incoming(guest.channel, guest.chat, "large", street.world.clock.now(), "document", files=(large,))
    )
    while await street.world.worker.work():
        continue
    assert words.FILES_TOO_LARGE in words_of(await inbox(guest))


# ---- what became of it


async def test_r50_solved_it_is_closed_the_assistant_answers_and_one_rating_is_laid(street: Street) -> None:
    """R47: the rating is asked for once."""
    await answered(street)
    await inbox(street.guest)
    done = words_of(await street.guest.presses("解决了"))
    assert words.SOLVED.format(number=NUMBER) in done and words.ASSISTANT_AGAIN in done
    assert (await street.newest()).state == "closed"
    assert words.TOLD_SOLVED.format(number=NUMBER) in words_of(await inbox(street.officer))
    assert words.SOLVED_ALREADY.format(number=NUMBER) in words_of(
        await presses_act(street.guest, do="request_solved", id=(await street.newest()).id)
    )
    from storage.ratings import untold

    async with street.world.database.reading() as session:
        waiting = await untold(session, dt.date(2026, 11, 20), None)
    assert [(one.about, one.number, one.department) for one in waiting] == [("request", NUMBER, HEALTH)]


async def test_r50_unsolved_it_is_reopened_with_a_new_day_and_the_word_reaches_the_officer(street: Street) -> None:
    await answered(street)
    street.world.clock.passes(days=5)  # Wednesday, long after the hold ran out
    await ticks(street, give_back_held)
    await inbox(street.guest)
    await presses_act(street.guest, do="request", id=(await street.newest()).id)
    lead = lead_of(await street.guest.presses("没解决"))
    assert lead == words.REOPENED.format(number=NUMBER, day="2026年11月27日（星期五）")
    await street.guest.says("还要房东签字")
    info = await street.newest()
    assert (info.state, info.reopened, info.due, info.closed) == ("assigned", 1, dt.date(2026, 11, 27), None)
    for officer in (street.officer, street.colleague):
        told = words_of(await inbox(officer))
        assert words.TOLD_REOPENED.format(number=NUMBER, day="2026年11月27日（星期五）") in told
        assert "还要房东签字" in told


@on_sqlite
async def test_r50_a_closed_one_is_reopened_within_the_days_of_the_setting_only(street: Street) -> None:
    info = await answered(street)
    await presses_act(street.guest, do="request_solved", id=info.id)
    street.world.clock.passes(days=31)
    late = await presses_act(street.guest, do="request_unsolved", id=info.id)
    assert lead_of(late) == words.TOO_LATE.format(days=30)
    street.world.clock.passes(days=-1)
    assert "已重开" in lead_of(await presses_act(street.guest, do="request_unsolved", id=info.id))


@on_sqlite
async def test_buttons_pressed_late_say_what_is_the_case_now(street: Street) -> None:
    info = await answered(street)
    await presses_act(street.guest, do="request_solved", id=info.id)
    for act in ("request_take", "request_answer"):
        said = lead_of(await presses_act(street.officer, do=act, id=info.id))
        assert said == words.CLOSED_ALREADY.format(number=NUMBER), act
    assert lead_of(await presses_act(street.officer, do="request_back", id=info.id)) == words.NOT_HELD
    assert words.CLOSED_ALREADY.format(number=NUMBER) in lead_of(
        await presses_act(street.legal, do="request_move", id=info.id)
    )
    await presses_act(street.guest, do="request_unsolved", id=info.id)
    await street.guest.says("跳过")
    assert "还没有答复" in lead_of(await presses_act(street.guest, do="request_unsolved", id=info.id))


async def test_an_answer_to_what_was_closed_meanwhile_does_not_go_out(street: Street) -> None:
    info = await registered(street)
    await presses_act(street.officer, do="request_answer", id=info.id)
    await street.officer.says(ANSWER)
    await presses_act(street.guest, do="request_solved", id=info.id)
    assert lead_of(await street.officer.says("发出答复")) == words.CLOSED_ALREADY.format(number=NUMBER)
    assert ANSWER not in words_of(await inbox(street.guest))


async def test_r48_who_asked_erases_their_data_and_nothing_is_sent_to_them_any_more(street: Street) -> None:
    info = await taken(street)
    await street.guest.says("我是某某摊位的")
    await presses_act(street.officer, do="request_answer", id=info.id)
    await street.officer.says(ANSWER)
    await presses_act(street.guest, do="erase_sure")
    assert lead_of(await street.officer.says("发出答复")) == words.ERASED.format(number=NUMBER)
    after = await street.newest()
    assert (after.state, after.question, after.holder) == ("closed", ERASED, None)
    async with street.world.database.reading() as session:
        events = await requests.events(session, info.id)
    assert QUESTION not in " ".join(event.text for event in events)
    assert "某某摊位" not in " ".join(event.text for event in events)
    assert ANSWER not in words_of(await inbox(street.guest))
    assert lead_of(await street.guest.says(QUESTION)) == house_words.NONE  # the assistant answers again


async def test_r50_a_department_hands_it_on_with_a_reason_and_both_sides_are_told(street: Street) -> None:
    info = await taken(street)
    await presses_act(street.officer, do="request_move", id=info.id)
    await street.officer.says(MARKET)
    await street.officer.says("食品摊位的证照归市场监管")
    assert lead_of(await street.officer.presses("确认转办")) == words.MOVED.format(department=MARKET)
    after = await street.newest()
    assert (after.department, after.holder, after.due) == (MARKET, None, info.due)
    assert words.MOVED_HERE.format(number=NUMBER, day=DUE) in words_of(await inbox(street.market))
    told = words_of(await inbox(street.guest))
    assert words.MOVED_TOLD.format(number=NUMBER, department=MARKET, day=DUE) in told
    assert lead_of(await presses_act(street.officer, do="request", id=info.id)) == words.GONE
    await presses_act(street.market, do="request_course", id=info.id)
    assert "食品摊位的证照归市场监管" in words_of(street.market.last)


@on_sqlite
async def test_the_queue_has_the_overdue_first(street: Street) -> None:
    await registered(street)
    street.world.clock.passes(days=5)
    await street.guest.says("投诉：美容店要办什么卫生许可证吗")
    await street.guest.presses("确认转交")
    page = words_of(await street.officer.says("诉求"))
    first, second = (line for line in page.splitlines() if line[:2] in ("1.", "2."))
    assert NUMBER in first and words.LATE.format(days=1) in first
    assert words.DAYS_LEFT.format(days=2) in second


# ---- the clock


async def test_r50_a_late_answer_is_told_to_the_department_the_next_day_to_those_above_each_once(
    street: Street,
) -> None:
    liaison = await street.world.office("liaison", name="郑示例", department="示例街道")
    leader = await street.world.office("leader", name="周示例", department="示例区政府")
    await registered(street)
    late = "过了答复期限"

    async def told() -> list[int]:
        await ticks(street, tell_late)
        await ticks(street, tell_late)
        persons = (street.officer, street.colleague, street.market, liaison, leader)
        return [words_of(await inbox(person)).count(late) if await inbox(person) else 0 for person in persons]

    street.world.clock.at = dt.datetime(2026, 11, 24, 19, 59, tzinfo=CHINA)
    assert await told() == [0, 0, 0, 0, 0]
    street.world.clock.at = dt.datetime(2026, 11, 25, 7, 59, tzinfo=CHINA)
    assert await told() == [0, 0, 0, 0, 0]  # R41
    street.world.clock.at = dt.datetime(2026, 11, 25, 8, 0, tzinfo=CHINA)
    assert await told() == [1, 1, 0, 0, 0]
    street.world.clock.at = dt.datetime(2026, 11, 26, 9, 0, tzinfo=CHINA)
    assert await told() == [1, 1, 0, 1, 1]
    assert QUESTION in words_of(await presses_act(liaison, do="request", id=(await street.newest()).id))


@on_sqlite
async def test_r41_three_late_answers_are_one_message(street: Street) -> None:
    await presses_act(street.guest, do="set_place", code="420704")
    for n in range(3):
        await street.guest.says(f"投诉：第{n}号摊位的健康证能补办吗")
        await street.guest.presses("确认转交")
    street.world.clock.at = dt.datetime(2026, 11, 25, 9, 0, tzinfo=CHINA)
    before = len(await inbox(street.officer))
    await ticks(street, tell_late)
    new = (await inbox(street.officer))[before:]
    assert [lead_of([part]) for part in new] == [words.LATE_MANY.format(count=3)]


async def test_r51_on_monday_at_nine_what_found_nothing_is_told_by_department_once(street: Street) -> None:
    await street.guest.says(QUESTION)
    await street.guest.says(QUESTION)
    await street.guest.says("明天会下雨吗")
    for at, count in (
        ("2026-11-22T12:00", 0),
        ("2026-11-23T08:59", 0),
        ("2026-11-23T09:00", 1),
        ("2026-11-23T15:00", 1),
        ("2026-11-25T09:00", 1),
    ):
        street.world.clock.at = dt.datetime.fromisoformat(at).replace(tzinfo=CHINA)
        await ticks(street, tell_gaps)
        told = words_of(await inbox(street.officer)) if await inbox(street.officer) else ""
        assert told.count("上周没答上的问题") == count, at
    assert f"卫生健康部门：{QUESTION}（2次）" in words_of(await inbox(street.officer))
    assert "下雨" not in words_of(await inbox(street.officer))
    legal = words_of(await inbox(street.legal))
    assert QUESTION in legal and f"{words.GAPS_NO_DEPARTMENT}：明天会下雨吗" in legal
    assert not await inbox(street.market)  # nothing was theirs, and nothing is sent


@on_sqlite
async def test_r51_what_found_nothing_is_listed_at_any_time(street: Street) -> None:
    assert lead_of(await street.legal.says("没答上的")) == words.GAPS_NONE
    await street.guest.says(QUESTION)
    assert QUESTION in words_of(await street.legal.says("没答上的"))
    assert lead_of(await street.market.says("/gaps")) == words.GAPS_NONE


# ---- published answers


async def proposed(street: Street) -> int:
    info = await answered(street)
    await presses_act(street.officer, do="answer_propose", id=info.id)
    await street.officer.says("批评教育 劝导警示")
    await street.officer.presses("1.")
    await street.officer.presses("提交审核")
    async with street.world.database.reading() as session:
        return (await answers.of_place(session, "420704", "proposed"))[0].id


async def released(street: Street) -> Knowledge:
    """Passed by legal, and the knowledge with it, as the next look of a process builds it."""
    await proposed(street)
    await street.legal.says("待审答复")
    await street.legal.presses("1")
    await street.legal.presses("通过")
    await street.legal.presses("确认公布")
    return await rebuilt(street)


async def rebuilt(street: Street) -> Knowledge:
    async with street.world.database.reading() as session:
        given = await answers.published(session)
    old = street.world.house.knowledge().library
    library = Library(old.collections.values(), old.language, given)
    knowledge = Knowledge(library, matcher_for(library))
    object.__setattr__(street.world.house, "knowledge", lambda: knowledge)
    return knowledge


async def test_r51_an_answer_passed_by_legal_is_found_with_its_basis_beside_it(street: Street) -> None:
    await proposed(street)
    assert QUESTION in words_of(await inbox(street.legal))
    await street.legal.says("待审答复")
    card = words_of(await street.legal.presses("1"))
    assert QUESTION in card and ANSWER in card and "《" in card
    assert lead_of(await street.legal.presses("通过")) == words.RELEASE_ASK
    async with street.world.database.reading() as session:
        assert await answers.published(session) == []  # not before the second tap
    assert lead_of(await street.legal.presses("确认公布")) == words.RELEASED
    assert words.RELEASED_TOLD.format(question=QUESTION) in words_of(await inbox(street.officer))
    knowledge = await rebuilt(street)
    found = await street.world.person("next").says(QUESTION)
    text = words_of(found)
    assert lead_of(found) == words.PUBLISHED.format(question=QUESTION)
    assert ANSWER in text and f"鄂城{HEALTH}，2026年11月20日答复" in text
    (answer,) = knowledge.library.answers.values()
    quoted = [block.text for part in found for block in part.blocks if block.kind == "quote"]
    assert quoted[1].strip("…") in knowledge.library.quote(answer.cites[0])
    assert text.endswith(house_words.END)


async def test_r2_elsewhere_it_is_another_places_practice(street: Street) -> None:
    await released(street)
    stranger = street.world.person("stranger")
    await presses_act(stranger, do="set_place", code="410526")
    text = words_of(await stranger.says(QUESTION))
    assert ANSWER not in text or "外地做法" in text
    own = street.world.person("own")
    await presses_act(own, do="set_place", code="420704")
    assert "外地做法" not in words_of(await own.says(QUESTION))


async def test_r51_withdrawn_it_is_found_no_more(street: Street) -> None:
    await released(street)
    await street.legal.says("待审答复")
    await street.legal.presses("已公布")
    await street.legal.presses("1")
    await street.legal.presses("撤下")
    await street.legal.says("依据的文件要修订")
    await street.legal.presses("确认撤下")
    await rebuilt(street)
    assert lead_of(await street.world.person("next").says(QUESTION)) == house_words.NONE


async def test_r51_returned_with_a_reason_the_officer_puts_it_forward_again(street: Street) -> None:
    await proposed(street)
    await street.legal.says("待审答复")
    await street.legal.presses("1")
    await street.legal.presses("退回")
    await street.legal.says("依据没有写到健康证")
    await street.legal.presses("确认退回")
    told = words_of(await inbox(street.officer))
    assert words.RETURNED_TOLD.format(question=QUESTION) in told and "依据没有写到健康证" in told
    await street.officer.presses("改了再提")
    assert words.PROPOSE_CITE in lead_of(street.officer.last)


async def test_r3_without_a_basis_nothing_is_put_forward(street: Street) -> None:
    info = await answered(street)
    await presses_act(street.officer, do="answer_propose", id=info.id)
    assert words.PROPOSE_CITE in lead_of(street.officer.last)
    await street.officer.says("跳过")
    assert "提交审核" not in street.officer.labels
    shown = words_of(await street.officer.says("批评教育"))
    assert words.PROPOSE_CITE_PICK in shown and "《" in shown  # whole names, not buttons alone
    async with street.world.database.reading() as session:
        assert await answers.of_place(session, "420704", "proposed") == []


@on_sqlite
@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("我叫李示例，电话13800000000，健康证能补办吗", "电话"),
        ("示例香满楼餐饮有限公司的健康证能补办吗", "企业名称"),
        ("好味道餐馆的健康证能补办吗", "名称"),
        ("代码92420704MA0000001P的店健康证能补办吗", "信用代码"),
    ],
)
async def test_r49_personal_data_is_refused_with_what_to_change(street: Street, question: str, said: str) -> None:
    await street.world.enterprise()
    info = await answered(street)
    await presses_act(street.officer, do="answer_propose", id=info.id)
    await street.officer.says("批评教育")
    await street.officer.presses("1.")
    await street.officer.presses("改问题")
    refused = lead_of(await street.officer.says(question))
    assert f"像{said}" in refused and "请" in refused
    assert lead_of(await street.officer.says("摊位的健康证能补办吗")).startswith("请核对一遍")


@on_sqlite
async def test_r49_what_was_asked_with_personal_data_is_not_on_the_card_until_it_is_worded_anew(street: Street) -> None:
    await presses_act(street.guest, do="set_place", code="420704")
    await street.guest.says("投诉：我叫李示例，健康证能补办吗，打13800000000")
    await street.guest.presses("确认转交")
    info = await street.newest()
    await presses_act(street.officer, do="request_answer", id=info.id)
    await street.officer.says(ANSWER)
    await street.officer.presses("发出答复")
    await presses_act(street.officer, do="answer_propose", id=info.id)
    assert words.PROPOSE_QUESTION in lead_of(street.officer.last)
    assert "13800000000" not in words_of(street.officer.last)


@on_sqlite
async def test_r3_an_answer_whose_basis_is_no_longer_published_is_neither_found_nor_released(street: Street) -> None:
    await proposed(street)
    await street.legal.says("待审答复")
    old = street.world.house.knowledge().library
    async with street.world.database.reading() as session:
        (info,) = await answers.of_place(session, "420704", "proposed")
    source = old.source_of(info.cites[0])
    assert source is not None
    rest = [collection for collection in old.collections.values() if collection.source.id != source.id]
    library = Library(rest, old.language)
    object.__setattr__(street.world.house, "knowledge", lambda: Knowledge(library, matcher_for(library)))
    await street.legal.presses("1")
    assert "通过" not in street.legal.labels
    assert lead_of(await presses_act(street.legal, do="answer_pass_sure", id=info.id)) == words.BASIS_GONE
    async with street.world.database.reading() as session:
        assert await answers.published(session) == []


@on_sqlite
async def test_r1_legal_of_another_place_sees_no_answer_of_ours(street: Street) -> None:
    made = await proposed(street)
    abroad = await street.world.office("legal", chat="abroad", jurisdiction="410526")
    await abroad.says("菜单")
    assert lead_of(await abroad.says("待审答复")) == words.WAITING_NONE
    for act in ("answer_one", "answer_pass", "answer_pass_sure", "answer_return", "answer_withdraw"):
        assert lead_of(await presses_act(abroad, do=act, id=made)) == words.ANSWER_GONE, act


async def test_two_of_legal_at_once_release_it_once(street: Street) -> None:
    made = await proposed(street)
    first = await presses_act(street.legal, do="answer_pass_sure", id=made)
    second = await presses_act(street.legal, do="answer_pass_sure", id=made)
    assert lead_of(first) == words.RELEASED
    assert lead_of(second) == f"公开答复：{words.ANSWER_STATES['released']}"
    assert words_of(await inbox(street.officer)).count(words.RELEASED_TOLD.format(question=QUESTION)) == 1


@on_sqlite
async def test_a_phrase_with_blanks_is_filled_in_at_the_answer(street: Street) -> None:
    info = await registered(street)
    await presses_act(street.officer, do="request_answer", id=info.id)
    await street.officer.presses("常用语")
    await street.officer.presses("2.请补充")
    card = words_of(await street.officer.says("摊位的面积"))
    assert "请补充说明摊位的面积，收到后接着答复您。" in card
    await street.officer.presses("发出答复")
    assert "请补充说明摊位的面积，收到后接着答复您。" in words_of(await inbox(street.guest))


@on_sqlite
async def test_r2_an_answer_does_not_rest_on_the_document_of_another_place(street: Street) -> None:
    library = street.world.house.knowledge().library
    assert may_rest_on(library, "echeng-3-3", "420704")
    assert may_rest_on(library, next(iter(library.items)), "420704")
    assert not may_rest_on(library, "dadukou-3-4", "420704")
    assert not may_rest_on(library, "nothing", "420704")
    info = await answered(street)
    await presses_act(street.officer, do="answer_propose", id=info.id)
    offered = words_of(await street.officer.says("劝导警示 大渡口"))
    assert "大渡口" not in offered.replace("劝导警示 大渡口", "")


@on_sqlite
async def test_what_rests_on_demonstration_data_says_so(street: Street) -> None:
    info = await answered(street)
    item = next(iter(street.world.house.knowledge().library.items))
    async with street.world.database.transaction() as session:
        made = await answers.propose(
            session, request=info.id, jurisdiction="420704", department=HEALTH, question=QUESTION, text=ANSWER,
            cites=[item], person=None, now=street.world.clock.now(),
        )  # fmt: skip
    card = words_of(await presses_act(street.legal, do="answer_one", id=made))
    assert house_words.SAMPLE in card
    await presses_act(street.legal, do="answer_pass_sure", id=made)
    await rebuilt(street)
    assert house_words.SAMPLE in words_of(await street.world.person("next").says(QUESTION))


@on_sqlite
async def test_r51_what_is_answered_meanwhile_is_no_gap_any_more(street: Street) -> None:
    await street.guest.says(QUESTION)
    await released(street)
    assert lead_of(await street.legal.says("没答上的")) == words.GAPS_NONE


@on_sqlite
async def test_r41_whoever_had_a_push_about_no_deadline_today_gets_the_list_the_next_day(street: Street) -> None:
    await street.guest.says(QUESTION)
    street.world.clock.at = dt.datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)
    async with street.world.database.transaction() as session:
        legal = next(o for o in await people.offices(session, demo=False) if o.role == "legal")
        await notices.lay_daily(session, legal.person, dt.date(2026, 11, 23), street.world.clock.now())
    for day, count in ((23, 0), (24, 1), (25, 1)):
        street.world.clock.at = dt.datetime(2026, 11, day, 9, 0, tzinfo=CHINA)
        await ticks(street, tell_gaps)
        assert words_of(await inbox(street.legal)).count("上周没答上的问题") == count


@on_sqlite
@pytest.mark.parametrize("said", ["投诉电话是多少", "人工 智能 企业 算四新吗", "投诉 举报 多久 答复", "转告"])
async def test_words_that_only_sound_like_it_are_questions(street: Street, said: str) -> None:
    await street.guest.says(said)
    assert "确认转交" not in street.guest.labels and words.WHICH_PLACE not in words_of(street.guest.last)
