"""A case from one message to 销号, as its people live it (R18, R20–R29, R39–R46)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from handlers import words
from handlers.cases import desk_words, exhibit_words
from handlers.cases.ticking import clock_turn, escalate, send_due
from handlers.conversation import CHINA
from handlers.messages import FileRef, Part
from knowledge.procedure import acts
from knowledge.procedure.results import Done
from knowledge.procedure.steps import step
from storage import cases, evidence, messages
from storage.blobs import MissingBlob
from tests.people import Person, World, lead_of, words_of

FIRM = "鄂州市鄂城区示例香满楼餐馆"
ADDRESS = "湖北省鄂州市鄂城区凤凰街道示例路118号"
LOG = "香满楼餐馆 后厨没公示健康证 轻微 限3个工作日"


@dataclass
class Street:
    """The people of one case."""

    world: World
    officer: Person
    colleague: Person
    liaison: Person
    leader: Person
    owner: Person
    firm: int


@pytest.fixture
async def street(world: World) -> Street:
    firm = await world.enterprise(FIRM, address=ADDRESS)
    return Street(
        world,
        await world.office("officer"),
        await world.office("officer", chat="colleague", name="赵示例"),
        await world.office("liaison", name="钱示例", department="示例街道"),
        await world.office("leader", name="周示例", department="示例区政府"),
        await world.contact(firm),
        firm,
    )


async def inbox(person: Person) -> list[Part]:
    """Everything that was written to a person, oldest first; the newest buttons become theirs to press."""
    async with person.world.database.reading() as session:
        rows = await messages.transcript(session, person.channel, person.chat, limit=100)
    parts = [Part.from_json(row.payload) for row in rows if row.direction == "out"]
    person.last = [next((part for part in reversed(parts) if part.buttons), parts[-1])] if parts else []
    return parts


async def logged(street: Street, text: str = LOG) -> cases.CaseInfo:
    await street.officer.says(text)
    await street.officer.presses("确认立案")
    return await newest(street)


async def newest(street: Street) -> cases.CaseInfo:
    async with street.world.database.reading() as session:
        return (await cases.of_enterprise(session, street.firm))[0]


async def diagnosed(
    street: Street, *, slight: str = "是", influence: str = "不是", red: str = "不是"
) -> cases.CaseInfo:
    await logged(street)
    await street.officer.presses("诊断")
    for answer in (slight, "不是", "不是", influence, "不是", "是", red, "不是"):
        await street.officer.says(answer)
    await street.officer.presses("确认诊断")
    return await newest(street)


async def submitted(street: Street) -> cases.CaseInfo:
    await diagnosed(street)
    await inbox(street.owner)
    await street.owner.presses("提交整改")
    await street.owner.says("健康证已经上墙")
    await street.owner.presses("跳过")
    await street.owner.presses("确认提交")
    return await newest(street)


async def passed(street: Street) -> cases.CaseInfo:
    info = await submitted(street)
    await street.officer.says("我的待办")
    await street.officer.presses("1")
    await street.officer.presses("复核通过")
    await street.officer.presses("跳过")
    await street.officer.presses("确认通过")
    return info


REFUSED_AT_ONCE = desk_words.CLOSE_REFUSED.partition("{")[0]


async def opens(officer: Person) -> list[Part]:
    """The page of the one case."""
    await officer.says("找案件")
    await officer.says("香满楼")
    return await officer.presses("1")


async def closes(street: Street, outcome: str = "轻微不罚", second: str = "赵示例") -> list[Part]:
    await street.officer.presses("销号")
    answer = await street.officer.says(outcome)
    if lead_of(answer).startswith(REFUSED_AT_ONCE):
        return answer
    await street.officer.says("行政处罚法第三十三条第一款")
    await street.officer.says(second)
    await street.officer.says("是")
    return await street.officer.presses("确认销号")


async def test_one_message_and_one_tap_make_a_numbered_case(street: Street) -> None:
    """R29: and nothing is created before the tap."""
    card = await street.officer.says(LOG)
    text = words_of(card)
    assert FIRM in text
    assert "后厨没公示健康证" in text
    assert "2026年11月25日（星期三）" in text
    with pytest.raises(IndexError):
        await newest(street)
    done = await street.officer.presses("确认立案")
    assert words.LOGGED.format(number="鄂城市监容〔2026〕0001号") in words_of(done)
    assert (await logged(street)).number == "鄂城市监容〔2026〕0002号"


async def test_each_part_of_the_card_is_corrected_by_one_button(street: Street) -> None:
    await street.officer.says(LOG)
    assert street.officer.labels[:5] == ["确认立案", "改企业", "改问题", "改程度", "改期限"]
    await street.officer.presses("改期限")
    card = await street.officer.says("11月30日前")
    assert "2026年11月30日（星期一）" in words_of(card)


async def test_two_near_enterprises_are_asked_about_and_never_guessed(street: Street) -> None:
    await street.world.enterprise("鄂州市鄂城区示例香曼楼餐馆")
    card = await street.officer.says("香慢楼餐馆 后厨没公示健康证 限3天")
    assert lead_of(card).endswith("是哪一家企业？")
    assert all(name in words_of(card) for name in (FIRM, "鄂州市鄂城区示例香曼楼餐馆"))
    assert {street.officer.labels[0][2:], street.officer.labels[1][2:]} == {"例香满楼餐馆", "例香曼楼餐馆"}
    assert street.officer.labels[2] == "都不是"


async def test_a_question_of_an_officer_is_answered_and_not_logged(street: Street) -> None:
    answer = await street.officer.says("货架上忘了贴价签，会罚吗")
    assert "确认立案" not in [label for part in answer for _, label in part.buttons]


async def test_an_officer_whose_licence_has_run_out_may_read_but_not_log(street: Street) -> None:
    """R1, 处罚法 第五十五条."""
    street.world.clock.at = dt.datetime(2028, 7, 3, 10, tzinfo=CHINA)
    assert words.LICENCE_EXPIRED in words_of(await street.officer.says(LOG))


async def test_a_slight_problem_is_a_warning_with_a_copy_to_the_liaison_alone(street: Street) -> None:
    """R20."""
    info = await diagnosed(street)
    assert (info.case.severity, info.case.warning, info.case.is_ordered) == ("minor", "warning", False)
    assert "1件" in words_of(await street.liaison.says("收到抄送"))
    assert words.COPIES_NONE in words_of(await street.leader.says("收到抄送"))


async def test_considerable_influence_makes_it_serious_with_order_and_copies(street: Street) -> None:
    """R22."""
    info = await diagnosed(street, influence="是")
    assert (info.case.severity, info.case.warning, info.case.is_ordered) == ("serious", "none", True)
    assert "1件" in words_of(await street.leader.says("收到抄送"))


async def test_another_class_than_the_derived_one_needs_a_reason(street: Street) -> None:
    """R23."""
    await logged(street)
    await street.officer.presses("诊断")
    for answer in ("是", "不是", "不是", "不是", "不是", "是", "不是", "不是"):
        await street.officer.says(answer)
    assert "系统判断：轻微" in words_of(street.officer.last)
    await street.officer.says("修改第12项")
    await street.officer.presses("一般")
    review = await street.officer.says("一年内第二次检查发现，仍未改")
    assert "理由：一年内第二次检查发现，仍未改" in words_of(review)
    await street.officer.presses("确认诊断")
    info = await newest(street)
    assert (info.case.severity, info.case.derived) == ("ordinary", "minor")


async def test_first_time_is_looked_up_and_cannot_be_said(street: Street) -> None:
    """R23."""
    await passed(street)
    await street.officer.presses("记回访")
    await street.officer.says("改好了")
    await street.officer.says("现场看过")
    await street.officer.presses("确认回访")
    await closes(street)
    await logged(street)
    await street.officer.presses("诊断")
    for answer in ("是", "不是", "不是", "不是", "不是", "是", "不是", "不是"):
        await street.officer.says(answer)
    assert "初次：不是（登记）" in words_of(street.officer.last)


async def test_the_enterprise_is_told_what_by_when_by_whom_and_its_rights(street: Street) -> None:
    """R18, R42, R44–R46."""
    await diagnosed(street)
    text = words_of([(await inbox(street.owner))[-1]])
    assert "行政指导" in text
    assert "2026年11月25日（星期三）" in text
    assert "示例市场监管局张示例，执法证号示例-0001" in text
    assert "陈述、申辩" in text
    assert "不是法律文书送达" in text
    assert {"提交整改", "申请延期", "陈述申辩", "接受指导", "不接受"} <= set(street.owner.labels)


async def test_declining_guidance_costs_nothing(street: Street) -> None:
    """R18."""
    await diagnosed(street)
    await inbox(street.owner)
    assert words.GUIDANCE_DECLINED in words_of(await street.owner.presses("不接受"))
    info = await newest(street)
    assert (info.case.guidance_accepted, info.case.severity, info.case.leniency_lost) == (False, "minor", "")


async def test_without_a_contact_the_case_is_marked_undelivered(street: Street) -> None:
    """R42."""
    lonely = await street.world.enterprise("鄂州市鄂城区示例独一家面馆")
    await street.officer.says("独一家面馆 地面湿滑 轻微 限3天")
    await street.officer.presses("确认立案")
    await street.officer.presses("诊断")
    for answer in ("是", "不是", "不是", "不是", "不是", "是", "不是", "不是"):
        await street.officer.says(answer)
    assert words.NOT_TOLD in words_of(await street.officer.presses("确认诊断"))
    async with street.world.database.reading() as session:
        assert (await cases.of_enterprise(session, lonely))[0].undelivered


async def test_from_evidence_to_closing(street: Street) -> None:
    """R26, R27: what is missing is listed and closing refused; with all of it the case is closed and all are told."""
    await passed(street)
    refused = await closes(street)
    assert "还没有记录回访" in words_of(refused)
    await opens(street.officer)
    await street.officer.presses("记回访")
    await street.officer.says("改好了")
    await street.officer.says("现场看过")
    await street.officer.presses("确认回访")
    refused = await closes(street, second="跳过")
    assert "要写明两名执法人员" in words_of(refused)
    await street.officer.presses("看案件")
    done = await closes(street)
    assert words.CLOSED in words_of(done)
    told = words_of([(await inbox(street.owner))[-1]])
    assert "不予处罚（轻微）" in told
    assert "行政复议" in told  # R45


async def test_a_serious_problem_is_never_closed_without_penalty(street: Street) -> None:
    """R22."""
    await diagnosed(street, influence="是")
    assert "突出问题" in words_of(await closes(street))


async def test_a_red_line_leaves_no_leniency(street: Street) -> None:
    """R11."""
    await diagnosed(street, red="是")
    assert "红线" in words_of(await closes(street))


async def test_an_extension_is_asked_before_the_day_and_moves_it_when_granted(street: Street) -> None:
    """R43."""
    await diagnosed(street)
    await inbox(street.owner)
    await street.owner.presses("申请延期")
    await street.owner.says("12月4日")
    await street.owner.says("配件下周才到")
    await street.owner.presses("确认申请")
    assert (await newest(street)).case.turn == "authority"
    await street.officer.says("我的待办")
    await street.officer.presses("1")
    await street.officer.presses("延期决定")
    await street.officer.presses("同意")
    await street.officer.presses("确认决定")
    info = await newest(street)
    assert (info.case.due, info.case.turn) == (dt.date(2026, 12, 4), "enterprise")
    assert "同意延期到2026年12月4日（星期五）" in words_of(await inbox(street.owner))


async def test_a_defence_must_be_answered_before_the_end(street: Street) -> None:
    """R44."""
    await diagnosed(street)
    await inbox(street.owner)
    await street.owner.presses("陈述申辩")
    await street.owner.says("当天刚换班，证在办公室")
    await street.owner.presses("确认提交")
    await street.officer.says("找案件")
    await street.officer.says("香满楼")
    await street.officer.presses("1")
    await street.officer.presses("答复申辩")
    await street.officer.says("情况属实，采纳")
    await street.officer.presses("确认答复")
    assert not (await newest(street)).case.has_open_defence
    assert "情况属实，采纳" in words_of(await inbox(street.owner))


async def test_what_was_returned_has_a_new_day_and_says_what_is_missing(street: Street) -> None:
    """R26, R36."""
    await submitted(street)
    await street.officer.says("我的待办")
    await street.officer.presses("1")
    await street.officer.presses("退回")
    await street.officer.says("缺改正后的照片")
    await street.officer.says("5个工作日")
    await street.officer.presses("确认退回")
    info = await newest(street)
    assert (info.case.period, info.case.missing_evidence) == (2, "缺改正后的照片")
    assert "缺改正后的照片" in words_of(await inbox(street.owner))


async def test_unsolved_reopens_within_the_days_of_the_setting(street: Street) -> None:
    """R28."""
    await passed(street)
    await street.officer.presses("记回访")
    await street.officer.says("改好了")
    await street.officer.says("现场看过")
    await street.officer.presses("确认回访")
    await closes(street)
    await inbox(street.owner)
    await street.owner.presses("没解决")
    await street.owner.says("牌子又掉了")
    assert words.REOPENED in words_of(await street.owner.presses("确认重开"))
    assert (await newest(street)).case.reopened == 1


async def test_another_owner_another_department_and_a_guest_see_nothing(street: Street) -> None:
    """R1."""
    info = await logged(street)
    other_firm = await street.world.enterprise("鄂州市鄂城区示例别家商行")
    stranger = await street.world.contact(other_firm, chat="stranger")
    foreign = await street.world.office("officer", chat="foreign", department="示例城管局", name="孙示例")
    for person in (stranger, foreign):
        await person.says("菜单")
        token = f"forged-{person.chat}"
        async with street.world.database.transaction() as session:
            from storage import chats

            await chats.offer(
                session,
                person.channel,
                person.chat,
                token,
                "案件",
                {"do": "case", "id": info.id},
                street.world.clock.now(),
            )
        answer = await person.presses_token(token)
        assert words.CASE_GONE in words_of(answer)
        assert FIRM not in words_of(answer)


async def test_two_officers_do_not_act_on_one_case_at_once(street: Street) -> None:
    await logged(street)
    await street.officer.presses("诊断")
    await street.colleague.says("找案件")
    await street.colleague.says("香满楼")
    await street.colleague.presses("1")
    assert words.CASE_HELD in words_of(await street.colleague.presses("诊断"))
    street.world.clock.passes(minutes=16)
    await street.colleague.presses("看案件") if "看案件" in street.colleague.labels else None
    await street.colleague.says("找案件")
    await street.colleague.says("香满楼")
    await street.colleague.presses("1")
    assert words.CASE_HELD not in words_of(await street.colleague.presses("诊断"))


async def ticks(street: Street) -> int:
    world = street.world
    now = world.clock.now()
    async with world.database.transaction() as session:
        _, told = await send_due(session, world.house, now)
        await escalate(session, world.house, clock_turn(session, world.house, world.conversation.engine, now), now)
    return len(told)


async def test_reminders_come_on_their_days_at_nine_and_once(street: Street) -> None:
    """R39: 3 and 1 working days before, on the day, the working day after; to the officer on the day and daily after."""
    await diagnosed(street)  # due Wednesday 25 November
    came = []
    for day in range(20, 29):
        for hour in (7, 9, 15):
            street.world.clock.at = dt.datetime(2026, 11, day, hour, 1, tzinfo=CHINA)
            if count := await ticks(street):
                came.append((day, hour, count))
    assert came == [(24, 9, 1), (25, 9, 2), (26, 9, 2), (27, 9, 1), (28, 9, 1)]


async def test_no_reminder_while_the_authority_has_to_act(street: Street) -> None:
    """R40."""
    await submitted(street)
    for day in (24, 25, 26, 27):
        street.world.clock.at = dt.datetime(2026, 11, day, 9, 1, tzinfo=CHINA)
        assert await ticks(street) == 0


async def test_an_overdue_case_climbs_to_liaison_leader_and_supervisor(street: Street) -> None:
    """R20, R40: a working day late urgent, three the leader, five the supervisor; each rung once."""
    supervisor = await street.world.office("supervisor", name="吴示例", department="示例督查室")
    await diagnosed(street)
    for day in (26, 26, 27, 30):
        street.world.clock.at = dt.datetime(2026, 11, day, 10, tzinfo=CHINA)
        await ticks(street)
    info = await newest(street)
    assert (info.case.warning, info.case.escalated) == ("urgent", 3)
    assert words.COPIES_NONE in words_of(await supervisor.says("收到抄送"))
    street.world.clock.at = dt.datetime(2026, 12, 2, 10, tzinfo=CHINA)
    await ticks(street)
    assert "1件" in words_of(await supervisor.says("收到抄送"))
    async with street.world.database.reading() as session:
        acts = [event.act for event in await cases.events(session, info.id)]
    assert acts.count("escalate") == 3


async def test_the_whole_course_is_on_the_record_and_its_chain_holds(street: Street) -> None:
    """R28."""
    info = await passed(street)
    async with street.world.database.reading() as session:
        acts = [event.act for event in await cases.events(session, info.id)]
        assert [broken async for broken in cases.broken_chains(session)] == []
    assert acts[:4] == ["log", "diagnose", "submit_evidence", "pass_evidence"]
    assert "全过程" in words_of(await street.officer.presses("全过程"))


async def test_the_owner_sees_whose_turn_it_is_and_how_many_days_are_left(street: Street) -> None:
    await diagnosed(street)
    await street.owner.says("我的事项")
    text = words_of(await street.owner.presses("1"))
    assert "还有3个工作日" in text
    assert "轮到企业" in text


async def test_those_beside_urge_and_the_officer_is_told(street: Street) -> None:
    await diagnosed(street)
    await street.liaison.says("收到抄送")
    await street.liaison.presses("1")
    await street.liaison.presses("督促")
    assert "督促" in words_of(await inbox(street.officer))


async def test_a_case_is_handed_over_to_a_colleague(street: Street) -> None:
    await logged(street)
    await street.officer.presses("移交")
    await street.officer.presses("赵示例")
    await street.officer.presses("确认移交")
    assert (await newest(street)).officer_name == "赵示例"
    assert "移交给您" in words_of(await inbox(street.colleague))


async def test_nobody_is_told_of_an_escalation_at_night(street: Street) -> None:
    """R41: a day is late from midnight on, but its pushes wait for 08:00."""
    await diagnosed(street)
    street.world.clock.at = dt.datetime(2026, 11, 26, 0, 5, tzinfo=CHINA)
    await ticks(street)
    assert (await newest(street)).case.warning == "warning"
    street.world.clock.at = dt.datetime(2026, 11, 26, 8, 0, tzinfo=CHINA)
    await ticks(street)
    assert (await newest(street)).case.warning == "urgent"


async def test_a_push_made_at_night_leaves_in_the_morning(street: Street) -> None:
    """R41: what an officer does late reaches a Telegram chat at 08:00; the transcript on the web has it at once."""
    owner = await street.world.contact(street.firm, chat="4711", name="郑示例", channel="telegram")
    street.world.clock.at = dt.datetime(2026, 11, 20, 22, 0, tzinfo=CHINA)
    await diagnosed(street)
    async with street.world.database.transaction() as session:
        now = street.world.clock.now()
        assert await messages.next_unsent(session, now, owner.channel) == []
        assert await messages.next_unsent(session, dt.datetime(2026, 11, 21, 8, 0, tzinfo=CHINA), owner.channel)
    assert "行政指导" in words_of(await inbox(street.owner))


async def test_a_case_is_free_again_once_its_officer_has_acted(street: Street) -> None:
    await diagnosed(street)
    await street.colleague.says("找案件")
    await street.colleague.says("香满楼")
    await street.colleague.presses("1")
    assert words.CASE_HELD not in words_of(await street.colleague.presses("移交"))


async def test_a_file_that_is_missing_is_said_so_and_the_rest_is_shown(street: Street) -> None:
    info = await logged(street)
    async with street.world.database.transaction() as session:
        file = FileRef("0" * 64, "门口.jpg", "image/jpeg", 1000)
        await evidence.add(
            session, case=info.id, kind="inspection", file=file, person=None, now=street.world.clock.now()
        )
    object.__setattr__(street.world.house, "read_file", missing)
    text = words_of(await street.officer.presses("看材料"))
    assert "门口.jpg" in text
    assert exhibit_words.LOST in text


def missing(digest: str) -> bytes:
    raise MissingBlob(MissingBlob.__doc__)


async def test_what_is_usual_is_diagnosed_by_three_taps(street: Street) -> None:
    """R23: one button states the facts of R20, all named beside it; the red line is still asked (R11)."""
    await logged(street)
    asked = words_of(await street.officer.presses("诊断"))
    assert words.DIAGNOSIS_USUAL in asked
    assert "第1/" in asked
    assert "红线" in lead_of(await street.officer.presses("都属轻微"))
    review = words_of(await street.officer.presses("不是"))
    assert words.DIAGNOSIS_USUAL in review
    assert "系统判断：轻微" in review
    await street.officer.presses("确认诊断")
    info = await newest(street)
    assert info.case.severity == "minor"
    assert info.case.facts is not None
    assert info.case.facts.has_consequence is False
    assert info.case.facts.is_correctable is True


async def test_facts_that_give_no_class_are_asked_for_one_and_nothing_typed_is_lost(street: Street) -> None:
    """R23: another choice needs a reason; the officer is asked for both instead of being sent away."""
    await logged(street)
    await street.officer.presses("诊断")
    for _ in range(8):
        answer = await street.officer.says("不是")
    assert "程度" in words_of(answer) or "另选" in lead_of(answer)
    assert words.DIAGNOSIS_OPEN in words_of(answer)
    assert words.DIAGNOSIS_OPEN in words_of(await street.officer.says("按判断"))
    await street.officer.says("一般")
    review = words_of(await street.officer.says("逐条看过，只有这一类说得通"))
    assert "理由：逐条看过" in review
    await street.officer.presses("确认诊断")
    assert (await newest(street)).case.severity == "ordinary"


async def test_a_refused_form_keeps_its_answers_to_be_corrected(street: Street) -> None:
    await submitted(street)
    await street.officer.says("我的待办")
    await street.officer.presses("1")
    await street.officer.presses("退回")
    await street.officer.says("缺改正后的照片")
    await street.officer.says("今天")
    refused = words_of(await street.officer.presses("确认退回"))
    assert "要定新的期限，而且晚于今天" in refused
    assert words.FLOW_KEPT in refused
    await street.officer.says("修改第2项")
    review = words_of(await street.officer.says("5个工作日"))
    assert "缺改正后的照片" in review
    await street.officer.presses("确认退回")
    assert (await newest(street)).case.stage == "rectifying"


async def test_a_form_on_a_case_that_went_on_meanwhile_is_over(street: Street) -> None:
    await submitted(street)
    await street.officer.says("我的待办")
    await street.officer.presses("1")
    await street.officer.presses("复核通过")
    await street.officer.presses("跳过")
    async with street.world.database.transaction() as session:
        info = (await cases.of_enterprise(session, street.firm))[0]
        done = step(info.case, acts.PassEvidence(), street.world.clock.now().date())
        assert isinstance(done, Done)
        await cases.record(session, info, done.case, "pass_evidence", {}, None, street.world.clock.now())
    refused = words_of(await street.officer.presses("确认通过"))
    assert words.FLOW_KEPT not in refused
    assert words.FLOW_NONE in words_of(await street.officer.says("继续"))


async def test_r42_an_officer_is_not_told_that_the_enterprise_knows_when_nobody_of_it_could_be_reached(
    street: Street,
) -> None:
    await submitted(street)
    await street.owner.says("我的企业")
    await street.owner.presses("解除绑定")
    await street.owner.presses(words.LABEL_UNBIND_SURE)
    await street.officer.says("找案件")
    await street.officer.says("香满楼")
    await street.officer.presses("1")
    await street.officer.presses("复核通过")
    await street.officer.presses("跳过")
    said = words_of(await street.officer.presses("确认通过"))
    assert words.NOT_TOLD in said
    assert words.TOLD not in said
