"""From a question that nothing answers to a numbered request (R50)."""

from __future__ import annotations

import datetime as dt

import pytest

from handlers import words as house_words
from handlers.requests import words
from storage import requests
from tests.handlers.requests.street import (
    DUE,
    HEALTH,
    MARKET,
    NUMBER,
    QUESTION,
    Street,
    inbox,
    registered,
)
from tests.handlers.test_permissions import on_sqlite, presses_act
from tests.people import lead_of, words_of


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


@on_sqlite
@pytest.mark.parametrize("said", ["投诉电话是多少", "人工 智能 企业 算四新吗", "投诉 举报 多久 答复", "转告"])
async def test_words_that_only_sound_like_it_are_questions(street: Street, said: str) -> None:
    await street.guest.says(said)
    assert "确认转交" not in street.guest.labels and words.WHICH_PLACE not in words_of(street.guest.last)
