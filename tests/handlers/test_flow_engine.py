"""The one flow engine, as people use it: steps, ways back and out, corrections, questions in between, one effect."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt

import pytest

from handlers import words
from handlers.conversation import Conversation, Knowledge
from storage import questions
from storage.database import Database
from storage.tables import Enterprise, Fact, Invitation, SelfCheck
from tests.handlers.test_permissions import checks_size, count, latest_check, on_sqlite, presses_act
from tests.people import Clock, Person, World, lead_of, words_of

HEAD_PERSONS = "第1/2步：从业人员有多少？"
HEAD_TURNOVER = "第2/2步：一年的营业收入是多少？"
HEAD_KIND = "第1/4步：您的企业靠什么创新？"
REVIEW = "请核对一遍，没有错就点“看结果”。"
QUESTION = "罚款一次交不起，能分期吗"


@pytest.fixture
async def owner(world: World) -> Person:
    """A contact of a restaurant whose industry is in the register: of the size check two steps are left to ask."""
    return await world.contact(await world.enterprise())


@pytest.fixture
def guest(world: World) -> Person:
    return world.person("guest")


def token_of(person: Person, label: str) -> str:
    """The token of a button that can be seen now, to be pressed later."""
    return next(token for token, own in person.last[-1].buttons if own == label)


def another_process(world: World, database: Database | None = None) -> World:
    """The same house in a process of its own, over the same records."""
    other = World(database or world.database, world.house.knowledge(), world.clock)
    other.house = dataclasses.replace(
        other.house, new_token=lambda: f"other-{world.house.new_token()}", new_code=world.house.new_code
    )
    other.conversation = Conversation(other.house)
    other.worker._conversation = other.conversation
    return other


def heads(person: Person) -> list[str]:
    """The first line of each message of the newest answer."""
    return [block.text for part in person.last for block in part.blocks if block.kind == "lead"]


# ---- steps, ways, resuming


@on_sqlite
async def test_a_flow_counts_its_steps_reviews_and_submits(owner: Person) -> None:
    assert lead_of(await owner.says("划型自检")) == HEAD_PERSONS
    assert lead_of(await owner.says("25人")) == HEAD_TURNOVER
    assert lead_of(await owner.says("800万元")) == REVIEW
    assert "2. 从业人员：25人\n3. 营业收入：800万元" in words_of(owner.last)
    assert "划为小型企业" in lead_of(await owner.presses("看结果"))
    assert await count(owner.world, SelfCheck) == 1
    assert await count(owner.world, Fact, status="declared") == 2


@on_sqlite
async def test_back_leads_to_the_step_before_with_what_was_said_and_stops_at_the_first(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says("25人")
    assert lead_of(await owner.presses("上一步")) == HEAD_PERSONS
    assert "原来填的：25人" in words_of(owner.last)
    assert lead_of(await owner.says("上一步")) == words.FLOW_FIRST
    assert HEAD_PERSONS in words_of(owner.last)
    await owner.says("26人")
    await owner.says("800万元")
    assert lead_of(await owner.presses("上一步")) == HEAD_TURNOVER
    assert lead_of(await owner.says("900万元")) == REVIEW
    assert "从业人员：26人" in words_of(owner.last) and "营业收入：900万元" in words_of(owner.last)


@on_sqlite
async def test_cancelling_leaves_nothing_behind(owner: Person) -> None:
    for way in ("取消", "不填了", "退出", "/cancel"):
        assert lead_of(await owner.says("划型自检")) == HEAD_PERSONS
        assert "原来填的" not in words_of(owner.last)
        await owner.says("25人")
        assert lead_of(await owner.says(way)) == words.FLOW_CANCELLED.format(title="中小微划型")
        assert lead_of(await owner.says("继续")) == words.FLOW_NONE
    assert await count(owner.world, SelfCheck) == await count(owner.world, Fact) == 0


@on_sqlite
async def test_a_way_without_a_flow_says_that_there_is_none(guest: Person) -> None:
    for way in ("取消", "上一步", "稍后继续", "继续"):
        assert lead_of(await guest.says(way)) == words.FLOW_NONE


@on_sqlite
async def test_the_cancel_command_without_a_flow_says_that_there_is_none(guest: Person) -> None:
    assert lead_of(await guest.says("/cancel")) == words.FLOW_NONE


@on_sqlite
async def test_later_and_go_on_keep_what_was_said(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says("25人")
    assert lead_of(await owner.presses("稍后继续")) == words.FLOW_LATER.format(title="中小微划型")
    await owner.says(QUESTION)
    assert len(heads(owner)) == 1  # the step is not asked again while it waits
    assert lead_of(await owner.says("继续")) == HEAD_TURNOVER
    await owner.says("稍后继续")
    assert "还没有填完：中小微划型。" in words_of(await owner.says("菜单"))
    assert lead_of(await owner.presses("继续")) == HEAD_TURNOVER


@on_sqlite
async def test_a_paused_flow_is_offered_before_it_is_begun_anew(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says("25人")
    await owner.says("稍后")
    assert lead_of(await owner.says("划型自检")) == words.FLOW_AGAIN.format(title="中小微划型")
    assert lead_of(await owner.presses("接着填")) == HEAD_TURNOVER
    await owner.says("稍后")
    await owner.says("划型自检")
    assert lead_of(await owner.presses("重新填")) == HEAD_PERSONS
    assert "原来填的" not in words_of(owner.last)


async def test_another_flow_pauses_the_first_and_both_can_be_gone_on_with(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says("25人")
    assert lead_of(await owner.says("四新自检")).startswith("第1/3步")
    await owner.says("新技术")
    assert "还没有填完：四新企业自检。\n还没有填完：中小微划型。" in words_of(await owner.says("菜单"))
    await owner.says("划型自检")
    assert lead_of(await owner.presses("接着填")) == HEAD_TURNOVER
    await owner.says("800万元")
    assert "划为小型企业" in lead_of(await owner.says("看结果"))
    assert lead_of(await owner.says("继续")) == "第2/3步：企业在鄂城区纳税吗？"
    await owner.says("是")
    await owner.says("没有")
    assert "符合四新企业的条件" in lead_of(await owner.says("提交"))
    assert await count(owner.world, SelfCheck) == 2


async def test_a_flow_goes_on_after_a_restart(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says("25人")
    after = dataclasses.replace(owner, world=another_process(owner.world))
    assert lead_of(await after.says("800万元")) == REVIEW
    assert "划为小型企业" in lead_of(await after.presses("看结果"))


@on_sqlite
async def test_a_paused_flow_goes_on_after_a_restart(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says("25人")
    await owner.says("稍后继续")
    button = token_of(owner, "继续")
    after = dataclasses.replace(owner, world=another_process(owner.world))
    assert lead_of(await after.presses_token(button)) == HEAD_TURNOVER


async def test_every_message_may_reach_another_replica(owner: Person) -> None:
    database = Database(owner.world.database.url)
    try:
        there = dataclasses.replace(owner, world=another_process(owner.world, database))
        await owner.says("划型自检")
        await there.says("25人")
        assert heads(there) == [HEAD_TURNOVER]
        owner.last = there.last
        await owner.presses("上一步")
        there.last = owner.last
        await there.says("30人")
        await owner.says("800万元")
        there.last = owner.last
        assert "划为小型企业" in lead_of(await there.presses("看结果"))
    finally:
        await database.close()
    assert await count(owner.world, SelfCheck) == 1


# ---- corrections


@on_sqlite
async def test_an_item_is_corrected_by_its_number_however_it_is_said(guest: Person) -> None:
    await guest.says("四新自检")
    for answer in ("新技术", "是", "是", "没有"):
        await guest.says(answer)
    for said in ("修改第1项", "改1", "修改 第一项", "改一下第１项"):
        assert lead_of(await guest.says(said)) == HEAD_KIND
        assert "原来填的：新" in words_of(guest.last)
        assert lead_of(await guest.says("新模式")) == REVIEW
    assert "1. 创新类型：新模式\n2. 在鄂城区注册：是\n3. 在鄂城区纳税：是" in words_of(guest.last)


@on_sqlite
async def test_an_item_is_corrected_by_button_and_by_the_number_in_its_list(guest: Person) -> None:
    await guest.says("四新自检")
    for answer in ("新技术", "是", "是", "没有"):
        await guest.says(answer)
    await guest.presses("修改")
    assert guest.labels == ["1.创新类型", "2.在鄂城区注册", "3.在鄂城区纳税", "4.严重失信记录", "继续"]
    assert lead_of(await guest.says("4")) == "第4/4步：企业有没有严重失信记录？"
    assert lead_of(await guest.presses("有")) == REVIEW
    await guest.says("修改")
    assert lead_of(await guest.presses("1.")) == HEAD_KIND
    assert lead_of(await guest.says("继续")) == HEAD_KIND
    assert lead_of(await guest.says("修改第9项")) == words.FLOW_NO_ITEM.format(n=9, count=4)
    assert HEAD_KIND in words_of(guest.last)


@on_sqlite
async def test_a_correction_keeps_later_answers_drops_those_no_longer_reached_and_asks_newly_reached_ones(
    guest: Person,
) -> None:
    await guest.says("困难自检")
    for answer in ("不属于", "2024年5月8日", "都不涉及", "台风", "艰难", "饭店", "25人", "800万元"):
        await guest.says(answer)
    assert lead_of(guest.last) == REVIEW
    assert "5. 运行艰难：艰难" in words_of(guest.last)
    await guest.says("修改第4项")
    assert lead_of(await guest.says("都没有")) == REVIEW  # what was said of 运行艰难 counts for nothing now
    assert "运行艰难" not in words_of(guest.last)
    assert "6. 从业人员：25人\n7. 营业收入：800万元" in words_of(guest.last)
    await guest.says("修改第5项")
    assert "资产总额是多少" in lead_of(await guest.says("建筑公司"))  # newly reached; the turnover still holds
    await guest.says("1200万元")
    assert "从业人员" not in words_of(guest.last)
    await guest.says("修改第4项")
    assert lead_of(await guest.says("台风")) == REVIEW
    assert "5. 运行艰难：艰难" in words_of(guest.last)  # reached again, and it still holds
    result = words_of(await guest.presses("看结果"))
    assert "满足：受疫情、灾害、政策、搬迁影响，运行艰难" in result


@on_sqlite
async def test_what_no_longer_counts_changes_no_result(owner: Person) -> None:
    await owner.says("困难自检")
    for answer in ("不属于", "都不涉及", "台风", "艰难", "25人", "800万元"):
        await owner.says(answer)
    await owner.says("修改第4项")
    await owner.says("都没有")
    assert "不满足：受疫情" in words_of(await owner.says("看结果"))


@on_sqlite
async def test_what_no_longer_counts_is_not_kept_and_not_shown_to_the_officer(owner: Person) -> None:
    officer = await owner.world.office("officer")
    await owner.says("困难自检")
    for answer in ("不属于", "都不涉及", "台风", "艰难", "25人", "800万元"):
        await owner.says(answer)
    await owner.says("修改第4项")
    await owner.says("都没有")
    assert "运行艰难" not in words_of(owner.last)
    await owner.presses("看结果")
    await owner.presses("发给执法")
    page = await presses_act(officer, do="received_one", id=await latest_check(owner.world))
    assert "运行艰难：艰难" not in words_of(page)


@on_sqlite
async def test_what_no_longer_counts_is_not_declared(world: World) -> None:
    owner = await world.contact(await world.enterprise(industry_code=None, industry=None))
    for said in ("划型自检", "饭店", "25人", "800万元", "修改第1项", "种水稻"):
        await owner.says(said)
    assert "从业人员" not in words_of(owner.last) and lead_of(owner.last) == REVIEW
    await owner.presses("看结果")
    assert await count(world, Fact, name="persons") == 0


@on_sqlite
async def test_an_old_button_of_this_run_corrects_that_answer_and_says_so(guest: Person) -> None:
    await guest.says("四新自检")
    model, kind = token_of(guest, "新模式"), token_of(guest, "新技术")
    await guest.presses_token(kind)
    await guest.says("是")
    answer = await guest.presses_token(model)
    assert lead_of(answer) == "第1项改成：新模式。"
    assert "第3/4步：企业在鄂城区纳税吗？" in words_of(answer)
    await guest.says("是")
    await guest.says("没有")
    assert "1. 创新类型：新模式" in words_of(guest.last)
    assert lead_of(await guest.presses_token(kind)) == "第1项改成：新技术。"
    assert "1. 创新类型：新技术" in words_of(guest.last)


@on_sqlite
async def test_an_old_button_with_the_same_value_says_where_we_are(guest: Person) -> None:
    await guest.says("四新自检")
    kind = token_of(guest, "新技术")
    await guest.presses_token(kind)
    await guest.says("是")
    answer = await guest.presses_token(kind)
    assert lead_of(answer) == words.FLOW_STALE
    assert "第3/4步" in words_of(answer)


@on_sqlite
async def test_a_button_of_an_earlier_run_says_what_is_the_case_now(guest: Person) -> None:
    await guest.says("四新自检")
    old, cancel = token_of(guest, "新模式"), token_of(guest, "取消")
    await guest.says("取消")
    assert lead_of(await guest.presses_token(old)) == words.STALE_BUTTON
    assert guest.labels == ["菜单"]
    await guest.says("四新自检")
    await guest.says("新技术")
    for button in (old, cancel):
        answer = await guest.presses_token(button)
        assert lead_of(answer) == words.FLOW_STALE
        assert "第2/4步" in words_of(answer)
        assert guest.labels[:3] == ["是", "不是", "不清楚"]
    assert "创新类型" not in words_of(guest.last)


@on_sqlite
async def test_a_flow_button_of_another_chat_does_nothing(world: World, guest: Person) -> None:
    await guest.says("四新自检")
    stranger = world.person("stranger")
    await stranger.says("四新自检")
    answer = await stranger.presses_token(token_of(guest, "新模式"))
    assert lead_of(answer) == words.STALE_BUTTON
    assert "还没有填完：四新企业自检。" in words_of(answer)
    assert lead_of(await stranger.presses("继续")) == HEAD_KIND


@on_sqlite
async def test_what_the_register_says_is_not_asked_and_not_changed_here(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says("25人")
    await owner.says("800万元")
    assert "1. 行业：正餐服务（6210）（登记）" in words_of(owner.last)
    assert lead_of(await owner.says("修改第1项")) == words.FLOW_VERIFIED.format(title="行业")


# ---- questions in between


@on_sqlite
async def test_a_question_in_the_middle_is_answered_and_the_step_asked_again_once(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says(QUESTION)
    assert len(heads(owner)) == 2 and heads(owner)[1] == HEAD_PERSONS
    assert heads(owner)[0].startswith("有依据：")
    await owner.says("责令改正什么意思")
    assert heads(owner) == ["责令改正", HEAD_PERSONS]
    await owner.says("你好")
    assert heads(owner) == [words.GREETING, HEAD_PERSONS]
    await owner.says("谢谢")
    assert heads(owner) == [words.THANKS, HEAD_PERSONS]
    await owner.says("明天会不会下雨呢？")
    assert heads(owner) == [words.NONE, HEAD_PERSONS]
    assert lead_of(await owner.says("25人")) == HEAD_TURNOVER


@on_sqlite
async def test_a_question_at_the_review_is_answered_and_the_review_shown_again(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says("25人")
    await owner.says("800万元")
    await owner.says(QUESTION)
    assert heads(owner)[1:] == [REVIEW]
    assert "划为小型企业" in lead_of(await owner.says("确认"))


@on_sqlite
async def test_what_is_neither_answer_nor_question_is_no_submit(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says("25人")
    await owner.says("800万元")
    assert lead_of(await owner.says("随便")) == words.FLOW_REVIEW_PRESS.format(submit="看结果")
    assert await count(owner.world, SelfCheck) == 0


@on_sqlite
async def test_the_buttons_of_the_review_work_by_their_numbers(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says("25人")
    await owner.says("800万元")
    assert owner.labels[1] == "修改"
    assert lead_of(await owner.says("2")) == words.FLOW_EDIT


@on_sqlite
async def test_a_menu_opened_in_the_middle_takes_the_numbers_until_the_step_is_asked_again(guest: Person) -> None:
    await guest.says("四新自检")
    await guest.says("菜单")
    assert guest.labels[:3] == ["继续", "自检", "政策文件"]
    assert lead_of(await guest.says("3")) == words.BROWSE_DOCUMENTS
    await guest.says("菜单")
    assert lead_of(await guest.says("1")) == HEAD_KIND
    assert lead_of(await guest.says("1")) == "第2/4步：企业是在鄂城区注册的吗？"


# ---- ways to say an answer


@on_sqlite
async def test_a_choice_is_made_in_any_words(guest: Person) -> None:
    await guest.says("四新自检")
    for said in ("新产业", "2", "２", "二", "第2个", "第二个", "②", "2.", "产业链创新", "是新产业吧"):
        assert lead_of(await guest.says(said)).startswith("第2/4步"), said
        await guest.says("上一步")
        assert "原来填的：新产业" in words_of(guest.last), said
        await guest.presses("新技术")
        await guest.says("上一步")


@on_sqlite
async def test_a_number_beyond_is_no_choice(guest: Person) -> None:
    await guest.says("四新自检")
    assert lead_of(await guest.says("9")) == "请选一项，例如“新技术”。"
    assert HEAD_KIND in words_of(guest.last)
    assert lead_of(await guest.says("修改第二项")) == words.FLOW_NO_ITEM.format(n=2, count=0)
    assert lead_of(await guest.presses("新业态")).startswith("第2/4步")


AMOUNTS = {
    "25人": "",
    "２５人": "",
    "二十五个人": "",
    "25": "",
    "不清楚": "",
    "没算过": "",
    "-5人": "人数不能是负数，例如 25人",
    "负五人": "人数不能是负数，例如 25人",
    "2.5人": "人数要是整数，例如 25人",
    "大概两三百人": "听到的是200到300人，请说一个准数，例如 260",
    "25人，800万": "一次说了两个数，这一步只要人数，例如 25人",
    "100人以上": "听到的是100人以上，请说一个准数，例如 120",
}


@on_sqlite
async def test_a_number_of_persons_is_read_or_asked_for_in_plain_words(owner: Person) -> None:
    await owner.says("划型自检")
    for said, problem in AMOUNTS.items():
        assert lead_of(await owner.says(said)) == (problem or HEAD_TURNOVER), said
        if problem:
            assert HEAD_PERSONS in words_of(owner.last), said
        else:
            await owner.says("上一步")


@on_sqlite
async def test_what_was_half_understood_is_offered_to_choose(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says("大概两三百人")
    assert owner.labels[:2] == ["200人", "300人"]
    assert lead_of(await owner.presses("300人")) == HEAD_TURNOVER
    await owner.says("修改第2项")
    await owner.says("25人，800万")
    assert owner.labels[0] == "25人"
    await owner.says("25人")
    assert lead_of(await owner.says("3千万")) == REVIEW
    assert "2. 从业人员：25人\n3. 营业收入：3000万元" in words_of(owner.last)
    await owner.says("修改第3项")
    assert lead_of(await owner.says("８００")) == "800 是万元还是元？"
    assert lead_of(await owner.presses("800万元")) == REVIEW
    assert "营业收入：800万元" in words_of(owner.last)


@on_sqlite
async def test_two_options_at_once_are_asked_back(guest: Person) -> None:
    await guest.says("四新自检")
    assert lead_of(await guest.says("新技术 新产业")) == "一次说了两样：新技术、新产业。请选一样。"
    assert guest.labels[:2] == ["新技术", "新产业"]


@on_sqlite
async def test_two_options_at_once_in_a_word_are_asked_back(guest: Person) -> None:
    await guest.says("困难自检")
    for answer in ("不属于", "2024年5月8日", "都不涉及"):
        await guest.says(answer)
    assert lead_of(await guest.says("疫情搬迁")) == "一次说了两样：疫情、搬迁。请选一样。"
    assert guest.labels[:2] == ["疫情", "搬迁"]
    assert lead_of(await guest.says("搬迁")).startswith("第5/9步")


@on_sqlite
async def test_a_day_ahead_is_refused_where_a_past_one_is_asked_for(guest: Person) -> None:
    await guest.says("困难自检")
    await guest.says("不属于")
    assert lead_of(await guest.says("2030年1月1日")).startswith("不能晚于今天（2026年11月20日）")
    assert lead_of(await guest.says("２０２４年５月８日")).startswith("第3/9步")


@on_sqlite
async def test_several_are_ticked_unticked_and_need_at_least_one(guest: Person) -> None:
    await guest.says("困难自检")
    await guest.says("不属于")
    await guest.says("2024年5月8日")
    assert "选好了" not in guest.labels
    assert lead_of(await guest.says("选好了")) == words.FLOW_PICK_ONE
    await guest.presses("国家安全")
    assert "已选：国家安全" in words_of(guest.last) and "都不涉及" not in guest.labels
    done = token_of(guest, "选好了")
    await guest.presses("生命安全")
    assert guest.labels[:5] == ["✓国家安全", "公共安全", "人身健康", "✓生命安全", "选好了"]
    await guest.presses("✓国家安全")
    assert "已选：生命安全" in words_of(guest.last)
    await guest.presses("✓生命安全")
    assert lead_of(await guest.presses_token(done)) == words.FLOW_PICK_ONE
    await guest.presses("公共安全")
    assert lead_of(await guest.presses("选好了")).startswith("第4/9步")
    await guest.says("上一步")
    assert "原来填的：公共安全" in words_of(guest.last)


@on_sqlite
async def test_several_are_typed_by_number_or_name(guest: Person) -> None:
    await guest.says("困难自检")
    await guest.says("不属于")
    await guest.says("2024年5月8日")
    for said, kept in (
        ("1、3", "国家安全、人身健康"),
        ("13", "国家安全、人身健康"),
        ("公共安全和生命安全", "公共安全、生命安全"),
        ("５", "都不涉及"),
        ("国家安全", "国家安全"),
        ("都没有", "都不涉及"),
    ):
        assert lead_of(await guest.says(said)).startswith("第4/9步"), said
        await guest.says("上一步")
        assert f"原来填的：{kept}" in words_of(guest.last), said


@on_sqlite
async def test_none_of_these_does_not_go_with_one_of_these(guest: Person) -> None:
    await guest.says("困难自检")
    await guest.says("不属于")
    await guest.says("2024年5月8日")
    assert lead_of(await guest.says("都不涉及、国家安全")) == "“都不涉及”不能和别的一起选。"


@on_sqlite
async def test_an_industry_the_method_does_not_list_has_no_class(guest: Person) -> None:
    """R14."""
    await guest.says("划型自检")
    assert lead_of(await guest.says("银行")) == REVIEW
    assert "货币银行服务（662）" in words_of(guest.last)
    assert "划分办法没有列出这个行业，没有划型。" in lead_of(await guest.presses("看结果"))


@on_sqlite
async def test_an_industry_nobody_knows_is_asked_again_with_an_example(guest: Person) -> None:
    await guest.says("划型自检")
    answer = await guest.says("量子玄学生意")
    assert lead_of(answer) == "没有找到这个行业，换个说法，例如：饭店、五金批发，或者行业代码 6210。"
    assert "企业主要做哪一行" in words_of(answer)


@on_sqlite
async def test_after_two_failures_a_person_is_offered_and_the_wish_is_noted(guest: Person) -> None:
    """R50."""
    await guest.says("划型自检")
    await guest.says("量子玄学生意")
    assert "转人工" not in guest.labels
    await guest.says("仙女座的生意")
    assert words.FLOW_PERSON in words_of(guest.last)
    card = await guest.presses("转人工")
    assert "在哪个区县" in lead_of(card)
    async with guest.world.database.reading() as session:
        listed = await questions.for_editors(session, guest.world.clock.now() - dt.timedelta(days=1))
    assert [(row.question, row.wants_person) for row in listed] == [("〔中小微划型〕行业", True)]
    assert "〔中小微划型〕行业" in words_of(await guest.presses("鄂城"))
    await guest.presses("确认转交")
    await guest.presses("继续")  # the flow was kept
    assert "从业人员有多少" in lead_of(await guest.says("饭店"))


@on_sqlite
async def test_failures_at_one_step_do_not_count_at_the_next(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says("-5人")
    await owner.says("25人")
    await owner.says("很多很多")
    assert "转人工" not in owner.labels
    await owner.says("很多很多")
    assert "转人工" in owner.labels


@on_sqlite
async def test_an_answer_longer_than_allowed_is_counted_and_asked_again(world: World) -> None:
    admin = await world.office("admin")
    await admin.says("邀请人员")
    await admin.says("镇街")
    assert lead_of(await admin.says("示" * 21)) == "有21字，太长了，请用20字以内。"
    assert lead_of(await admin.says("示")) == "太短了，例如：张示例。"
    assert lead_of(await admin.says("示" * 20)) == "第3/3步：在哪个部门？"
    assert lead_of(await admin.says("部" * 2001)) == words.TOO_LONG.format(count=2001)
    assert lead_of(await admin.says("部" * 60)).startswith("请核对一遍")


# ---- one effect


@on_sqlite
async def test_five_taps_on_submit_keep_one_self_check(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says("25人")
    await owner.says("800万元")
    submit = token_of(owner, "看结果")
    answers = [await owner.presses_token(submit) for _ in range(5)]
    assert [bool(answer) for answer in answers] == [True, False, False, False, False]
    assert await count(owner.world, SelfCheck) == 1
    owner.world.clock.passes(seconds=30)
    assert lead_of(await owner.presses_token(submit)) == words.FLOW_DONE
    assert await count(owner.world, SelfCheck) == 1


async def test_taps_that_several_processes_take_at_once_keep_one_self_check(owner: Person, shipped: Knowledge) -> None:
    await owner.says("划型自检")
    await owner.says("25人")
    await owner.says("800万元")
    submit = token_of(owner, "看结果")
    world = owner.world
    database = Database(world.database.url)
    try:
        people = [owner, dataclasses.replace(owner, world=another_process(world, database))]
        await asyncio.gather(*(people[n % 2].presses_token(submit) for n in range(5)))
    finally:
        await database.close()
    assert await count(world, SelfCheck) == 1


async def test_five_taps_make_one_invitation_and_a_later_one_says_it_is_done(world: World) -> None:
    admin = await world.office("admin")
    for said in ("邀请人员", "镇街", "钱示例", "示例街道办"):
        await admin.says(said)
    submit = token_of(admin, "发邀请码")
    for _ in range(5):
        await admin.presses_token(submit)
    await admin.says("你好")
    assert lead_of(await admin.presses_token(submit)) == words.FLOW_DONE
    assert (await count(world, Invitation), len(world.codes)) == (1, 1)


@on_sqlite
async def test_five_taps_register_one_enterprise(world: World) -> None:
    officer = await world.office("officer")
    for said in ("登记企业", "示例小面馆", "92420704MA0000001P", "跳过", "跳过", "跳过"):
        await officer.says(said)
    submit = token_of(officer, "登记")
    for _ in range(5):
        await officer.presses_token(submit)
    world.clock.passes(seconds=60)
    assert lead_of(await officer.presses_token(submit)) == words.FLOW_DONE
    assert await count(world, Enterprise) == 1


@on_sqlite
async def test_a_repeated_update_submits_once(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says("25人")
    await owner.says("800万元")
    submit = token_of(owner, "看结果")
    assert await owner.presses_token(submit, key="same")
    assert await owner.presses_token(submit, key="same") == []
    assert await count(owner.world, SelfCheck) == 1


@on_sqlite
async def test_a_submit_before_the_review_says_where_we_are(owner: Person) -> None:
    await owner.says("划型自检")
    await owner.says("25人")
    await owner.says("800万元")
    submit = token_of(owner, "看结果")
    await owner.says("上一步")
    assert lead_of(await owner.presses_token(submit)) == words.FLOW_STALE
    assert HEAD_TURNOVER in words_of(owner.last)
    assert await count(owner.world, SelfCheck) == 0


@on_sqlite
async def test_answers_of_a_result_are_corrected_and_make_a_new_result(owner: Person) -> None:
    await checks_size(owner)
    first = await latest_check(owner.world)
    await owner.presses("修改答案")
    assert lead_of(owner.last) == REVIEW
    await owner.says("修改第2项")
    await owner.says("5人")
    assert "划为微型企业" in lead_of(await owner.presses("看结果"))
    assert await latest_check(owner.world) == first + 1


# ---- leave: an answer that depends on another


async def _asks_leave(officer: Person) -> None:
    for said in ("请假委托", "12月1日", "12月5日"):
        await officer.says(said)


@on_sqlite
async def test_an_end_before_its_beginning_is_refused_with_the_beginning(world: World) -> None:
    officer = await world.office("officer")
    await officer.says("请假委托")
    await officer.says("12月3日")
    assert lead_of(await officer.says("12月1日")) == words.LEAVE_ENDS_BEFORE.format(day="2026年12月3日")
    assert lead_of(await officer.says("12月3日")).startswith("请核对一遍")


@on_sqlite
async def test_a_beginning_corrected_to_after_the_end_asks_for_the_end_again(world: World) -> None:
    officer = await world.office("officer")
    await _asks_leave(officer)
    await officer.says("修改第1项")
    await officer.says("12月10日")
    assert "到哪一天为止" in words_of(officer.last)


@on_sqlite
async def test_a_past_day_is_refused_where_one_ahead_is_asked_for(world: World) -> None:
    officer = await world.office("officer")
    await officer.says("请假委托")
    assert lead_of(await officer.says("2020年1月1日")).startswith("不能早于今天（2026年11月20日）")


@on_sqlite
async def test_an_old_button_brings_in_nothing_that_typing_would_not(
    database: Database, shipped: Knowledge, clock: Clock
) -> None:
    """R1: a code of another place is refused, also when an old button stands for it."""
    world = World(database, shipped, clock)
    officer = await world.office("officer")
    await officer.says("登记企业")
    await officer.says("示例小面馆")
    await officer.says("92410526MAO0000015")
    foreign = token_of(officer, "改成这个")
    await officer.says("92420704MA0000001P")
    await officer.presses_token(foreign)
    for said in ("跳过", "跳过", "跳过", "登记"):
        await officer.says(said)
    assert await count(world, Enterprise, code="92410526MA00000015") == 0
