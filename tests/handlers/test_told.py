"""What those in a case are told, and how: what waits for whom, an order as an order, rights with what is adverse (R20, R43–R46)."""

from __future__ import annotations

import pytest_asyncio

from handlers import words
from knowledge.procedure import acts
from tests.handlers.streets import FIRM, Street, diagnosed, inbox, new_street, newest, opened, submitted
from tests.people import World, lead_of, words_of


@pytest_asyncio.fixture
async def street(world: World) -> Street:
    return await new_street(world)


async def test_r20_the_enterprise_is_told_when_a_warning_turns_urgent_with_its_rights(street: Street) -> None:
    """R20, R45, R46: it is ordered to correct from then on, and by whom."""
    case = await diagnosed(street)  # due Wednesday 25 November
    before = len(await street.pushed(street.owner))
    street.at(26, 9, minute=1)
    await street.ticks()
    (order,) = [text for text in await street.pushed(street.owner, before) if "紧急预警" in text]
    assert words.NOTICE_URGENT.format(number=case.number) in order
    assert words.NOTICE_RIGHTS in order and "执法证号示例-0001" in order
    assert (await street.fresh(case)).case.is_ordered
    street.at(27, 9, minute=1)
    await street.ticks()
    assert len([text for text in await street.pushed(street.owner, before) if "紧急预警" in text]) == 1


async def test_r43_more_time_is_asked_for_in_plain_words_and_the_day_is_shown_to_both(street: Street) -> None:
    """R38, R43: a period counts from the day that there is."""
    await diagnosed(street)  # due Wednesday 25 November
    await inbox(street.owner)
    await street.owner.presses("申请延期")
    assert "2026年11月25日（星期三）" in words_of(await street.owner.says("11月24日"))
    await street.owner.says("再给5天")
    assert "2026年11月30日（星期一）" in words_of(await street.owner.says("配件没到"))
    page = await street.owner.presses("确认申请")
    assert words.LABEL_EXTEND not in [label for part in page for _, label in part.buttons]
    assert "延期申请待决定" in (await street.pushed(street.officer))[-1]
    await inbox(street.officer)
    await street.officer.presses("看案件")
    assert "配件没到" in words_of(await street.officer.presses("延期决定"))
    assert "2026年11月30日（星期一）" in words_of(await street.officer.presses("同意"))


async def test_r45_a_refusal_of_more_time_says_how_to_defend_oneself(street: Street) -> None:
    await diagnosed(street)
    await inbox(street.owner)
    await street.owner.presses("申请延期")
    await street.owner.says("12月5日")
    await street.owner.says("配件没到")
    await street.owner.presses("确认申请")
    await inbox(street.officer)
    await street.officer.presses("看案件")
    await street.officer.presses("延期决定")
    await street.officer.presses("不同意")
    await street.officer.says("有安全隐患，不能拖")
    await street.officer.presses("确认决定")
    assert words.NOTICE_RIGHTS in (await street.pushed(street.owner))[-1]


async def test_r2_a_clause_of_another_place_is_no_basis_and_marked(street: Street) -> None:
    await diagnosed(street)
    (notice,) = [text for text in await street.pushed(street.owner) if "要改正" in text]
    assert f"{words.FOLLOWS}：定海意见 二(二)1{words.ELSEWHERE_SHORT}" in notice


async def test_an_owner_reaches_the_officer_and_the_question_has_a_number_and_a_day(street: Street) -> None:
    """R50: nothing that an owner asks is lost; R28: that it was asked is in the record of the case."""
    case = await diagnosed(street)
    await inbox(street.owner)
    before = len(await street.pushed(street.officer))
    await street.owner.presses(words.LABEL_ASK_OFFICER)
    card = words_of(await street.owner.says("健康证要贴在哪里"))
    assert case.department in card
    await street.owner.presses("确认转交")
    assert f"{case.number}：健康证要贴在哪里" in "\n".join(await street.pushed(street.officer, before))
    assert "asked_officer" in await street.acts(case)


async def test_urging_again_on_the_same_day_reaches_nobody_twice(street: Street) -> None:
    """R41: at most one push a day that is about no deadline."""
    case = await diagnosed(street)
    await street.liaison.says("收到抄送")
    await street.liaison.presses("1")
    before = len(await street.pushed(street.officer))
    page = street.liaison.last
    token = next(token for token, label in page[-1].buttons if label == "督促")
    for _ in range(3):
        await street.liaison.presses_token(token)
    assert len(await street.pushed(street.officer, before)) == 1
    assert (await street.acts(case)).count("urged") == 1


async def test_the_officer_is_told_what_waits_and_the_owner_whose_turn_it_is(street: Street) -> None:
    """R40: whose turn it is stands in every list of the owner's."""
    await diagnosed(street)
    assert "轮到您，11月25日" in words_of(await street.owner.says("我的事项"))
    case = await newest(street)
    await street.owner.presses("1.0001号")
    await street.owner.presses("提交整改")
    await street.owner.says("已经上墙")
    await street.owner.presses("跳过")
    await street.owner.presses("确认提交")
    told = (await inbox(street.officer))[-1]
    assert lead_of([told]) == words.CASE_YOURS.format(number=case.number, why="整改材料待复核")
    assert "等执法部门" in words_of(await street.owner.says("我的事项"))


async def test_before_the_diagnosis_the_officer_sees_that_the_enterprise_has_not_been_told(street: Street) -> None:
    await opened(street)
    assert "检查时说的期限：2026年11月25日（星期三）；诊断以后才通知企业" in words_of(street.officer.last)
    assert "诊断以后" not in words_of(await street.owner.says("我的事项"))


async def test_the_next_inspection_is_taken_in_the_middle_of_a_form_which_waits(street: Street) -> None:
    await opened(street)
    await street.officer.presses("诊断")
    card = await street.officer.says("香满楼餐馆 消防通道堆了纸箱 突出 限3日内清走")
    assert all(said in words_of(card) for said in (FIRM, "消防通道堆了纸箱", "可能涉及安全"))
    assert words.FLOW_LATER.format(title="诊断") in words_of(card)
    again = await street.officer.says("香满楼餐馆 菜单没标价 轻微 限3天")
    assert "消防通道堆了纸箱" in words_of(again) and "这一条还没有记" in words_of(again)
    await street.officer.presses("不是")
    await street.officer.presses("确认立案")
    assert "情节轻微" in words_of(await street.officer.says("继续"))


async def test_r23_a_class_that_was_said_at_first_and_is_not_the_derived_one_is_pointed_out(street: Street) -> None:
    await opened(street, "香满楼餐馆 后厨没公示健康证 一般 限3个工作日")
    await street.officer.presses("诊断")
    await street.officer.presses("都属轻微")
    assert words.DIAGNOSIS_SAID.format(name="一般") in words_of(await street.officer.presses("不是"))


async def test_r45_what_is_returned_or_found_not_corrected_says_how_to_defend_oneself_and_offers_it(
    street: Street,
) -> None:
    case = await submitted(street)
    await inbox(street.officer)
    await street.officer.presses("看案件")
    await street.officer.presses("退回")
    await street.officer.says("缺改正后的照片")
    await street.officer.says("5天")
    await street.officer.presses("确认退回")
    (told,) = (await inbox(street.owner))[-1:]
    assert words.NOTICE_RIGHTS in words_of([told])
    assert [label for _, label in told.buttons] == ["提交整改", "陈述申辩", "看案件"]
    case = await street.does(await street.does(await street.fresh(case), acts.SubmitEvidence()), acts.PassEvidence())
    await street.officer.says("我的待办")
    await street.officer.presses("1")
    await street.officer.presses("记回访")
    await street.officer.presses("没改好")
    await street.officer.says("墙上没有")
    await street.officer.says("5天")
    await street.officer.presses("确认回访")
    told = (await inbox(street.owner))[-2]  # before it is asked how the visit was
    assert "还没有改好" in words_of([told]) and words.NOTICE_RIGHTS in words_of([told])
    assert "陈述申辩" in [label for _, label in told.buttons]
