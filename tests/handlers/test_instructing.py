"""督办, 重点督办 and 全部提醒, 历史遗留, 未送达: what those above see and say, and whom it reaches (R24, R38, R40–R42)."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from handlers import words
from handlers.cases import delivering, desk_words
from storage import cases, instructions, messages
from tests.handlers.streets import Street, diagnosed, inbox, lines_of, new_street, newest, opened
from tests.handlers.test_permissions import on_sqlite, presses_act
from tests.people import Person, World, lead_of, words_of

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
WHAT = "三日内到现场核查"


@pytest.fixture
async def street(world: World) -> Street:
    return await new_street(world)


async def opens(person: Person) -> None:
    """The page of the one case."""
    await person.says("找案件")
    await person.says("1号")
    await person.presses("1")


async def instructs(giver: Person, due: str = "3个工作日", what: str = WHAT) -> str:
    await opens(giver)
    await giver.presses("督办")
    await giver.says(what)
    await giver.says(due)
    return lead_of(await giver.presses("确认督办"))


# ---- 督办


@BOTH
async def test_an_instruction_has_its_own_day_reaches_the_officer_at_once_and_is_answered(street: Street) -> None:
    """R38: three working days; 定海 三（一）."""
    info = await opened(street)
    assert await instructs(street.leader) == "督办已发给张示例，期限2026年11月25日（星期三）。"
    told = (await street.pushed(street.officer))[-1]
    assert f"督办：{info.number}。请在2026年11月25日（星期三）前办结。" in told
    assert WHAT in told and "示例区政府周示例督办。" in told
    assert lines_of(await street.officer.says("我的待办"))[0].endswith("待诊断；督办11月25日前")
    page = words_of(await street.officer.presses("1"))
    assert f"督办（示例区政府周示例，2026年11月25日（星期三）前）：{WHAT}" in page
    await street.officer.presses("办结督办")
    await street.officer.says("已到现场核查，当场改好")
    assert lead_of(await street.officer.presses("确认办结")) == "办结情况已报给周示例。"
    answered = (await street.pushed(street.leader))[-1]
    assert f"督办有答复了：{info.number}。" in answered and "当场改好" in answered
    assert "督办" not in (await todo(street))[0]
    assert [act for act in await street.acts(info) if "instruct" in act] == ["instruct", "answer_instruction"]


async def todo(street: Street) -> list[str]:
    return lines_of(await street.officer.says("我的待办"))


@on_sqlite
async def test_the_button_in_the_push_leads_straight_to_the_answer(street: Street) -> None:
    await opened(street)
    await instructs(street.leader)
    await inbox(street.officer)
    assert desk_words.ANSWER_WHAT in lead_of(await street.officer.presses("办结督办"))


@BOTH
async def test_an_overdue_instruction_is_first_on_the_desk_and_in_the_lists_above(street: Street) -> None:
    info = await opened(street)
    await instructs(street.leader)
    await instructs(street.supervisor, due="12月4日", what="写明进展")
    street.at(26)
    assert (await todo(street))[0].endswith("督办过期（11月25日）；待诊断；督办12月4日前")
    listed = lines_of(await street.leader.says("督办件"))
    assert len(listed) == 1 and listed[0].endswith("督办过期（11月25日）")  # a leader's own
    assert len(lines_of(await street.supervisor.says("督办件"))) == 2  # all of the place
    key = await street.supervisor.says("重点督办")
    assert f"{info.number} {info.enterprise_name}：示例市场监管局张示例，督办11月25日到期没有办结" in words_of(key)


@on_sqlite
async def test_a_day_that_is_over_is_no_day_for_an_instruction(street: Street) -> None:
    await opened(street)
    await opens(street.leader)
    await street.leader.presses("督办")
    await street.leader.says(WHAT)
    assert lead_of(await street.leader.says("2026年11月1日前")) in (desk_words.INSTRUCT_PAST, words.LOG_DUE)
    assert "第2/2步" in words_of(street.leader.last)


@on_sqlite
async def test_whoever_acts_during_leave_is_told(street: Street) -> None:
    from storage import people

    await opened(street)
    officer, colleague = await street.office(street.officer), await street.office(street.colleague)
    async with street.world.database.transaction() as session:
        await people.take_leave(session, officer.id, dt.date(2026, 11, 20), None, colleague.id)
    await instructs(street.leader)
    assert "督办：" in (await street.pushed(street.colleague))[-1]


@on_sqlite
async def test_with_nobody_to_tell_the_giver_is_told_so(street: Street) -> None:
    await opened(street)
    await street.revoke(street.officer)
    assert await instructs(street.leader) == desk_words.INSTRUCTED_NOBODY


@BOTH
async def test_of_two_answers_at_once_one_counts(street: Street) -> None:
    info = await opened(street)
    await instructs(street.leader)
    database, now = street.world.database, street.world.clock.now()
    async with database.reading() as session:
        (one,) = await instructions.of_case(session, info.id)

    async def answers(text: str) -> bool:
        async with database.transaction() as session:
            return await instructions.answer(session, one.id, text, now)

    assert sorted(await asyncio.gather(*map(answers, "甲乙丙"))) == [False, False, True]


@on_sqlite
async def test_what_was_answered_is_answered_once(street: Street) -> None:
    info = await opened(street)
    await instructs(street.leader)
    await opens(street.officer)
    await street.officer.presses("办结督办")
    await street.officer.says("已核查")
    await street.officer.presses("确认办结")
    await presses_act(street.officer, do="answer_instruction", id=info.id, instruction=1)
    assert lead_of(street.officer.last) == desk_words.INSTRUCTION_GONE


@on_sqlite
async def test_the_enterprise_and_the_liaison_do_not_instruct_and_the_enterprise_sees_nothing_of_it(
    street: Street,
) -> None:
    """R1."""
    info = await diagnosed(street)
    await instructs(street.leader)
    await street.owner.says("我的事项")
    assert WHAT not in words_of(await street.owner.presses("1"))
    assert WHAT not in words_of(await presses_act(street.owner, do="course", id=info.id))
    await opens(street.liaison)
    assert "督办" not in street.liaison.labels


@on_sqlite
async def test_an_instruction_goes_with_its_case_to_another_officer_and_stays_after_closing(street: Street) -> None:
    info = await opened(street)
    await instructs(street.leader)
    await street.moves(info, street.colleague)
    assert "督办11月25日前" in words_of(await street.colleague.says("我的待办"))
    await street.changes(await street.fresh(info), stage="closed", outcome="duplicate", outcome_basis="重复")
    assert "督办11月25日前" in words_of(await street.colleague.says("我的待办"))


# ---- 重点督办 (R40)


@BOTH
async def test_cases_five_working_days_late_are_for_the_supervisors_by_department_with_whom_and_since_when(
    street: Street,
) -> None:
    """R40."""
    info = await diagnosed(street)  # due Wednesday 25 November
    street.at(1, month=12)
    assert lead_of(await street.supervisor.says("重点督办")) == desk_words.KEY_NONE
    street.at(2, month=12)
    key = words_of(await street.supervisor.says("重点督办"))
    assert f"{info.number} {info.enterprise_name}：示例市场监管局张示例，逾期5个工作日，从11月25日起" in key
    assert "示例市场监管局1件" in key


@on_sqlite
async def test_a_historical_case_is_for_the_supervisors_only_when_an_officer_stepped_it_up(street: Street) -> None:
    """R24: not by the clock alone; with a written reason, on the record."""
    info = await street.changes(await diagnosed(street), is_historical=True)
    street.at(4, month=12)
    await street.ticks()
    assert (await street.fresh(info)).case.escalated == 0
    assert lead_of(await street.supervisor.says("重点督办")) == desk_words.KEY_NONE
    await opens(street.officer)
    await street.officer.presses("升级")
    await street.officer.says("三次催促没有回音")
    assert lead_of(await street.officer.presses("确认升级")) == desk_words.ESCALATED
    assert (await street.fresh(info)).case.escalated == 5
    assert "1件" in lead_of(await street.supervisor.says("重点督办"))
    async with street.world.database.reading() as session:
        last = (await cases.events(session, info.id))[-1]
    assert (last.act, last.data["reason"]) == ("escalate", "三次催促没有回音")


@on_sqlite
async def test_a_historical_case_is_given_more_time_and_the_enterprise_is_told(street: Street) -> None:
    """R24, R43."""
    info = await street.changes(await diagnosed(street), is_historical=True)
    await opens(street.officer)
    await street.officer.presses("多给时间")
    await street.officer.says("12月18日")
    await street.officer.says("两证正在补办")
    assert lead_of(await street.officer.presses("确认延长")) == desk_words.MORE_TIME_DONE
    assert (await street.fresh(info)).case.due == dt.date(2026, 12, 18)
    told = words_of(await inbox(street.owner))
    assert "期限延长到2026年12月18日（星期五）。" in told and "执法证号示例-0001" in told


@on_sqlite
async def test_a_case_that_is_not_historical_has_neither_button(street: Street) -> None:
    await diagnosed(street)
    await opens(street.officer)
    assert not {"升级", "多给时间"} & set(street.officer.labels)


# ---- 全部提醒 (R41)


@BOTH
async def test_all_late_enterprises_are_reminded_after_a_second_tap_once_a_day(street: Street) -> None:
    """R41, R42, R46: who cannot be reached is listed and marked."""
    first, second = await diagnosed(street), await diagnosed(street)
    lonely = await street.world.enterprise("鄂州市鄂城区示例独一家面馆")
    alone = await street.changes(
        await opened(street, "独一家面馆 地面湿滑 轻微 限3个工作日"),
        stage="rectifying", severity="minor", due="2026-11-25", must_correct="擦干地面",
    )  # fmt: skip
    street.at(26)
    await street.officer.says("逾期")
    asked = await street.officer.presses("全部提醒")
    assert lead_of(asked) == "给1家企业各发一条提醒？"
    assert "香满楼" in words_of(asked) and "独一家" in words_of(asked)
    before = len(await street.pushed(street.owner))
    done = await street.officer.presses("确认提醒")
    assert lead_of(done) == "已提醒1家。" and "独一家" in words_of(done)
    (told,) = (await street.pushed(street.owner))[before:]
    assert "2件整改请抓紧：" in told and first.number in told and second.number in told
    assert "示例市场监管局张示例，执法证号示例-0001。" in told
    assert "reminded" in await street.acts(first) and "reminded" in await street.acts(second)
    assert (await street.fresh(alone)).undelivered and lonely
    again = await colleague_reminds(street)
    assert "今天已提醒过、不再发：1家。" in again
    assert len(await street.pushed(street.owner)) == before + 1
    street.at(27)
    assert lead_of(await reminds(street.officer)) == "已提醒1家。"


async def reminds(officer: Person) -> list[object]:
    await officer.says("逾期")
    await officer.presses("全部提醒")
    return list(await officer.presses("确认提醒"))


async def colleague_reminds(street: Street) -> str:
    await street.colleague.says("逾期")
    asked = words_of(await street.colleague.presses("全部提醒"))
    if "确认提醒" in street.colleague.labels:
        await street.colleague.presses("确认提醒")
    return asked


@on_sqlite
async def test_a_reminder_made_at_night_waits_for_the_morning(street: Street) -> None:
    """R41."""
    owner = await street.world.contact(street.firm, chat="4711", name="郑示例", channel="telegram")
    await diagnosed(street)
    street.at(26, 21)
    await reminds(street.officer)
    async with street.world.database.reading() as session:
        rows = await messages.transcript(session, owner.channel, owner.chat, limit=50)
    assert rows[-1].state == "held"


@on_sqlite
async def test_without_a_licence_in_date_nobody_is_reminded(street: Street) -> None:
    """R1."""
    await diagnosed(street)
    street.world.clock.at = dt.datetime(2028, 7, 3, 10, tzinfo=street.world.clock.at.tzinfo)
    await street.officer.says("逾期")
    assert "全部提醒" not in street.officer.labels
    assert lead_of(await presses_act(street.officer, do="remind_sure", of="overdue")) == words.LICENCE_EXPIRED


# ---- 未送达 (R42)


@BOTH
async def test_a_push_given_up_marks_the_cases_unless_another_contact_can_be_reached(street: Street) -> None:
    """R42."""
    info = await diagnosed(street)
    await street.refuses(street.owner)
    await gives_up(street, street.owner)
    assert (await street.fresh(info)).undelivered
    assert (await street.acts(info)).count("undelivered") == 1
    await gives_up(street, street.owner)
    assert (await street.acts(info)).count("undelivered") == 1
    other = await diagnosed(street)
    await street.world.contact(street.firm, chat="second", name="郑示例")
    await gives_up(street, street.owner)
    assert not (await street.fresh(other)).undelivered


async def gives_up(street: Street, person: Person) -> None:
    now = street.world.clock.now()
    stored = messages.Stored(1, "out", person.channel, person.chat, "key", {}, now, "failed", 1)
    async with street.world.database.transaction() as session:
        await delivering.given_up(session, stored, now)


@on_sqlite
async def test_a_guests_chat_that_is_closed_marks_nothing(street: Street) -> None:
    info = await diagnosed(street)
    await gives_up(street, street.world.person("guest"))
    assert not (await street.fresh(info)).undelivered


@on_sqlite
async def test_who_cannot_be_reached_is_a_task_that_ends_with_how_they_were_told(street: Street) -> None:
    """R42."""
    info = await diagnosed(street)
    async with street.world.database.transaction() as session:
        await cases.mark_delivery(session, info.id, delivered=False)
    assert (await todo(street))[0].endswith("联系不上企业")
    await street.officer.presses("1")
    await street.officer.presses("已另行送达")
    await street.officer.says("打电话")
    await street.officer.says("今天上午告知了店长")
    assert lead_of(await street.officer.presses("确认")) == "已记下：电话告知。"
    assert not (await newest(street)).undelivered
    assert await todo(street) == []
    assert "另行送达：电话" in words_of(await presses_act(street.officer, do="course", id=info.id))
    await presses_act(street.officer, do="serve", id=info.id)
    assert lead_of(street.officer.last) == desk_words.SERVE_NEEDLESS
