"""The officer's desk in the chat: what waits and why, what is due, late, found, in other hands (R26, R29, R38–R42)."""

from __future__ import annotations

import datetime as dt

import pytest

from handlers import words
from handlers.cases import desk_words
from handlers.conversation import CHINA
from handlers.messages import FileRef, Incoming, Part
from knowledge.procedure import acts
from storage import cases, messages, people
from tests.handlers.streets import (
    FIRM,
    LOG,
    Street,
    closes,
    diagnosed,
    inbox,
    lines_of,
    new_street,
    newest,
    opened,
    passed,
    submitted,
)
from tests.handlers.test_permissions import on_sqlite, presses_act
from tests.people import Person, World, lead_of, words_of

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
async def street(world: World) -> Street:
    return await new_street(world)


async def todo(street: Street) -> list[str]:
    return lines_of(await street.officer.says("我的待办"))


# ---- 我的待办


@BOTH
async def test_the_desk_is_ordered_by_urgency_and_says_why_each_case_is_there(street: Street) -> None:
    """R26, R40, R42–R44: late, an extension to decide, evidence to review, a diagnosis to make; what runs is not there."""
    late = await diagnosed(street)
    extension = await street.changes(await diagnosed(street), due="2026-12-20", extensions=[asked("2026-12-24", None)])
    await street.changes(await diagnosed(street), due="2026-12-20")  # runs in its time
    review = await street.changes(await diagnosed(street), stage="submitted", due="2026-12-20")
    fresh = await opened(street)
    street.at(30)
    said = await todo(street)
    assert [line.split(" ")[1] for line in said] == [info.number for info in (late, extension, review, fresh)]
    assert said[0].endswith("逾期3个工作日")
    assert said[1].endswith("延期申请待决定")
    assert said[2].endswith("整改材料待复核")
    assert said[3].endswith("待诊断")


def asked(until: str, granted: bool | None) -> dict[str, object]:
    return {"asked": "2026-11-20", "until": until, "reason": "配件", "granted": granted}


@on_sqlite
async def test_several_reasons_of_one_case_stand_in_one_line(street: Street) -> None:
    info = await diagnosed(street)
    await street.does(info, acts.StateDefence("当天换班"))
    async with street.world.database.transaction() as session:
        await cases.mark_delivery(session, info.id, delivered=False)
    street.at(26)
    assert (await todo(street))[0].endswith("逾期1个工作日；陈述申辩待答复；联系不上企业")


@on_sqlite
async def test_of_whom_one_acts_for_the_cases_are_there_and_named(street: Street) -> None:
    await opened(street)
    officer, colleague = await street.office(street.officer), await street.office(street.colleague)
    async with street.world.database.transaction() as session:
        await people.take_leave(session, officer.id, dt.date(2026, 11, 20), dt.date(2026, 11, 27), colleague.id)
    assert lines_of(await street.colleague.says("我的待办"))[0].endswith("待诊断（代张示例）")


@on_sqlite
async def test_an_empty_desk_says_so(street: Street) -> None:
    assert lead_of(await street.officer.says("我的待办")) == words.WAITING_NONE
    for said, none in (
        ("待复核", desk_words.TO_REVIEW_NONE),
        ("待回访", desk_words.TO_VISIT_NONE),
        ("待销号", desk_words.TO_CLOSE_NONE),
        ("今天到期", words.DUE_NONE),
        ("逾期", words.OVERDUE_NONE),
        ("无人承办", desk_words.UNOWNED_NONE),
        ("督办件", desk_words.INSTRUCTIONS_NONE),
        ("整批移交", desk_words.HAND_NOTHING),
    ):
        assert lead_of(await street.officer.says(said)) == none


@on_sqlite
async def test_a_long_desk_is_turned_page_by_page(street: Street) -> None:
    for _ in range(7):
        await opened(street)
    first = await street.officer.says("我的待办")
    assert "7件" in lead_of(first) and len(lines_of(first)) == 5
    assert len(lines_of(await street.officer.presses("下一页"))) == 2


# ---- 今天到期, 逾期


@BOTH
async def test_what_is_due_today_is_the_enterprises_day_and_the_officers_visits(street: Street) -> None:
    due = await diagnosed(street)  # Wednesday 25 November
    visit = await street.changes(
        await diagnosed(street), stage="passed", evidence_passed=True, due="2026-11-24", visit_due="2026-11-25"
    )
    await opened(street)
    street.at(25)
    said = lines_of(await street.officer.says("今天到期"))
    assert [line.split(" ")[1] for line in said] == [visit.number, due.number]
    assert said[0].endswith("今天回访") and said[1].endswith("今天到期")


@on_sqlite
async def test_the_next_page_of_a_list_is_of_the_same_list(street: Street) -> None:
    for _ in range(6):
        await diagnosed(street)
    street.at(26)
    await street.officer.says("逾期")
    second = await street.officer.presses("下一页")
    assert "6件" in lead_of(second) and len(lines_of(second)) == 2
    assert {"全部提醒", "上一页", "菜单"} <= set(street.officer.labels)


# ---- 待复核, 待回访, 待销号: each one tap


@on_sqlite
async def test_what_waits_for_review_shows_its_material_with_the_buttons_to_decide(street: Street) -> None:
    info = await submitted(street)
    await street.officer.says("/review")
    shown = await street.officer.presses("1")
    assert info.number in lead_of(shown) and "健康证已经上墙" in words_of(shown)
    assert street.officer.labels[:2] == ["复核通过", "退回"]


@on_sqlite
async def test_a_visit_and_a_closing_begin_with_one_tap_from_their_lists(street: Street) -> None:
    """R26."""
    await passed(street)
    listed = lines_of(await street.officer.says("/visit"))
    assert listed[0].endswith("11月25日回访")
    assert "现场看，改好了吗" in lead_of(await street.officer.presses("1"))
    await street.officer.says("改好了")
    await street.officer.says("现场看过")
    await street.officer.presses("确认回访")
    await street.officer.says("/close")
    assert words.CLOSE_OUTCOME in lead_of(await street.officer.presses("1"))


# ---- 找案件, 找企业


@BOTH
@pytest.mark.parametrize("said", ["1号", "第1号", "0001", "2026年1号", "香满楼 健康证", "香慢楼", "香慢楼 健康证"])
async def test_a_case_is_found_by_part_of_its_number_by_words_and_by_the_sound_of_the_name(
    street: Street, said: str
) -> None:
    info = await opened(street)
    await street.officer.says("找案件")
    found = await street.officer.says(said)
    assert lines_of(found)[0].startswith(f"1. {info.number}"), words_of(found)


@on_sqlite
@pytest.mark.parametrize(
    "said", ["1号", "第1号", "0001", "0001号", "{number}", "/case 1号", "找案件 1号", "找案件：香满楼"]
)
async def test_a_case_is_found_in_one_message(street: Street, said: str) -> None:
    info = await opened(street)
    answer = await street.officer.says(said.format(number=info.number))
    assert info.number in words_of(answer) and "香满楼" in words_of(answer)


@on_sqlite
async def test_a_bare_number_opens_the_case_and_one_that_is_not_there_is_said(street: Street) -> None:
    info = await opened(street)
    assert lead_of(await street.officer.says("0001")).startswith(info.number)
    assert lead_of(await street.officer.says("0009")) == words.FOUND_NO_CASES


@on_sqlite
@pytest.mark.parametrize("said", ["找企业 香满楼", "/find 香满楼", "查企业：香满楼"])
async def test_an_enterprise_is_found_in_one_message(street: Street, said: str) -> None:
    await opened(street)
    assert "香满楼" in lead_of(await street.officer.says(said))


@on_sqlite
@pytest.mark.parametrize("asked", ["查企业要提前通知吗", "滑法政办[2022]17号", "鄂城政办〔2026〕12号"])
async def test_an_officers_question_and_the_number_of_a_document_are_no_search(street: Street, asked: str) -> None:
    assert words.FOUND_NO_CASES not in (answer := words_of(await street.officer.says(asked)))
    assert words.FIND_NOTHING not in answer


@on_sqlite
async def test_a_number_of_a_list_is_still_its_button(street: Street) -> None:
    for _ in range(2):
        await opened(street)
    await street.officer.says("找案件")
    await street.officer.says("香满楼")
    assert "0001号" in lead_of(await street.officer.says("2"))


@on_sqlite
async def test_the_end_of_a_number_is_not_the_middle_of_another(street: Street) -> None:
    for _ in range(12):
        await opened(street)
    await street.officer.says("找案件")
    found = lines_of(await street.officer.says("2号"))
    assert [line.split("〕")[1][:5] for line in found] == ["0002号"]


@on_sqlite
async def test_the_next_page_of_what_was_found_is_of_the_same_words(street: Street) -> None:
    for _ in range(6):
        await opened(street)
    await street.officer.says("找案件")
    assert len(lines_of(await street.officer.says("香满楼"))) == 5
    assert len(lines_of(await street.officer.presses("下一页"))) == 1


@on_sqlite
async def test_what_is_not_found_is_said_with_what_can_be_typed(street: Street) -> None:
    await street.officer.says("找案件")
    answer = await street.officer.says("没有这个")
    assert lead_of(answer) == words.FOUND_NO_CASES and "12号" in words_of(answer)


@on_sqlite
async def test_an_enterprise_is_found_by_the_sound_of_its_name(street: Street) -> None:
    await street.officer.says("找企业")
    assert FIRM in words_of(await street.officer.says("香慢楼"))


@BOTH
async def test_the_page_of_an_enterprise_has_its_whole_history(street: Street) -> None:
    """R23: first time or not, cases this year, visits this month, the latest outcome, and the cases behind a button."""
    await passed(street)
    await street.officer.presses("记回访")
    await street.officer.says("改好了")
    await street.officer.says("现场看过")
    await street.officer.presses("确认回访")
    await closes(street)
    street.at(23)
    second = await opened(street)
    await street.officer.says("找企业")
    page = words_of(await street.officer.says("香满楼"))
    assert "非首次。今年2件，未结1件；本月检查2次。" in page
    assert f"最近：{second.number}，待诊断。" in page
    listed = lines_of(await street.officer.presses("看案件"))
    assert len(listed) == 2


@on_sqlite
async def test_an_enterprise_without_a_past_is_called_first(street: Street) -> None:
    await street.officer.says("找企业")
    page = words_of(await street.officer.says("香满楼"))
    assert "首次。今年0件，未结0件；本月检查0次。" in page
    assert "看案件" not in street.officer.labels


# ---- the card of an inspection


@BOTH
async def test_the_history_stands_on_the_card_before_it_is_confirmed(street: Street) -> None:
    """R23."""
    assert "首次。今年0件" in words_of(await street.officer.says("香满楼餐馆 后厨没公示健康证 轻微 限3个工作日"))
    await street.officer.presses("取消")
    await diagnosed(street)
    assert "非首次。今年1件，未结1件；本月检查1次。" in words_of(
        await street.officer.says("香满楼餐馆 后厨没公示健康证 轻微 限3个工作日")
    )


@on_sqlite
async def test_an_unknown_enterprise_is_registered_from_the_card_and_back_to_it(street: Street) -> None:
    card = await street.officer.says("新来顺面馆 后厨没公示健康证 轻微 限3个工作日")
    assert desk_words.ADD_FIRM_NEXT in words_of(card)
    await street.officer.presses("登记企业")
    await street.officer.says("鄂州市鄂城区示例新来顺面馆")
    await street.officer.says("92420704MA0000040Q")
    for said in ("6210", "跳过", "跳过"):
        await street.officer.says(said)
    back = await street.officer.presses("登记")
    assert lead_of(back) == words.ENTERPRISE_ADDED
    assert "企业：鄂州市鄂城区示例新来顺面馆" in words_of(back)
    assert "问题：后厨没公示健康证" in words_of(back)
    assert "已立案" in lead_of(await street.officer.presses("确认立案"))


@on_sqlite
async def test_a_name_that_the_register_does_not_have_can_be_typed_anew_or_added(street: Street) -> None:
    await street.officer.says("记巡查")
    refused = await street.officer.says("没有这家店铺")
    assert lead_of(refused) == words.LOG_NO_FIRM
    assert "登记企业" in street.officer.labels


@on_sqlite
async def test_a_message_that_comes_late_says_when_it_was_written_and_counts_from_that_day(street: Street) -> None:
    """R38: what was sent without signal on Thursday is handled on Friday."""
    written = dt.datetime(2026, 11, 19, 22, 10, tzinfo=CHINA)
    card = await says_at(street, "香满楼餐馆 后厨没公示健康证 轻微 限3个工作日", written)
    assert "这条发于11月19日22:10，期限从那天算。" in words_of(card)
    assert "2026年11月24日（星期二）" in words_of(card)
    await street.officer.presses("确认立案")
    info = await newest(street)
    assert info.case.opened == dt.date(2026, 11, 20)
    async with street.world.database.reading() as session:
        first = (await cases.events(session, info.id))[0]
    assert first.data["written"] == written.isoformat()


async def says_at(
    street: Street, text: str, at: dt.datetime, files: tuple[FileRef, ...] = (), written: dt.datetime | None = None
) -> list[Part]:
    """A message that was sent at a time, and comes now; ``written``: what the device says of one that waited there."""
    world, officer = street.world, street.officer
    kind, key = "photo" if files else "text", f"late/{at}/{files}"
    await world.intake.take(
        Incoming(officer.channel, officer.chat, key, at, kind, text, "", files, written=written)  # type: ignore[arg-type]
    )
    while await world.worker.work():
        continue
    async with world.database.reading() as session:
        rows = await messages.transcript(session, officer.channel, officer.chat, limit=100)
    officer.last = [Part.from_json(row.payload) for row in rows if row.direction == "out"][-1:]
    return officer.last


@on_sqlite
async def test_what_waited_on_the_device_for_a_signal_counts_from_when_it_was_written(street: Street) -> None:
    """R38; and for the card alone: what binds by its time goes by the server's clock."""
    now, written = street.world.clock.now(), dt.datetime(2026, 11, 19, 22, 10, tzinfo=CHINA)
    card = await says_at(street, "香满楼餐馆 后厨没公示健康证 轻微 限3个工作日", now, written=written)
    assert "这条发于11月19日22:10，期限从那天算。" in words_of(card)
    assert "2026年11月24日（星期二）" in words_of(card)
    await street.officer.presses("确认立案")
    assert (await newest(street)).case.opened == dt.date(2026, 11, 20)


@on_sqlite
async def test_pictures_that_were_taken_earlier_say_when(street: Street) -> None:
    morning = dt.datetime(2026, 11, 20, 8, 30, tzinfo=CHINA)
    for n, (taken, said) in enumerate(((morning, True), (morning + dt.timedelta(minutes=65), False))):
        file = FileRef(f"{n}" * 64, "照片.jpg", "image/jpeg", 1000, taken)
        card = await says_at(street, LOG, street.world.clock.now(), (file,))
        assert ("照片拍于11月20日08:30。" in words_of(card)) == said
        await street.officer.presses("取消")


@on_sqlite
async def test_what_a_clock_at_rest_left_behind_is_one_reminder_of_each_case(street: Street) -> None:
    """R39."""
    await diagnosed(street)
    street.at(4, 9, month=12)
    before = len(await street.pushed(street.officer))
    await street.ticks()
    late = [text for text in (await street.pushed(street.officer))[before:] if "逾期（" in text or "已逾期" in text]
    assert len(late) == 1 and "件事要留意" not in late[0]


@on_sqlite
async def test_a_message_of_now_says_nothing_of_its_time(street: Street) -> None:
    assert "发于" not in words_of(await street.officer.says("香满楼餐馆 后厨没公示健康证 轻微 限3个工作日"))


@on_sqlite
async def test_a_location_joins_the_card_and_is_kept_in_the_first_event_alone(street: Street) -> None:
    """R49: the coordinates leave the messages at once."""
    await street.officer.says("香满楼餐馆 后厨没公示健康证 轻微 限3个工作日")
    card = await street.officer.sends("location", text="30.391234,114.885678")
    assert lead_of(card) == desk_words.PLACE_KEPT
    await street.officer.presses("确认立案")
    async with street.world.database.reading() as session:
        first = (await cases.events(session, (await newest(street)).id))[0]
    assert first.data["place"] == "30.391234,114.885678"
    assert "30.391234" not in await all_messages(street.world)


async def all_messages(world: World) -> str:
    from sqlalchemy import select

    from storage.tables import Message

    async with world.database.reading() as session:
        return "\n".join((await session.execute(select(Message.payload))).scalars())


@on_sqlite
async def test_a_location_before_the_words_waits_for_them_and_of_an_owner_is_not_kept(street: Street) -> None:
    assert lead_of(await street.officer.sends("location", text="30.391234,114.885678")) == desk_words.PLACE_WAITS
    card = await street.officer.says("香满楼餐馆 后厨没公示健康证 轻微 限3个工作日")
    assert desk_words.PLACE_KEPT in words_of(card)
    answer = await street.owner.sends("location", text="30.5,114.9")
    assert lead_of(answer) == words.NOT_TEXT["location"]
    assert "30.5,114.9" not in await all_messages(street.world)


# ---- 移交, 认领, the claim on a case


@on_sqlite
async def test_the_second_officer_is_told_who_has_the_case_in_hand_and_until_when(street: Street) -> None:
    await opened(street)
    await street.officer.presses("诊断")
    await street.colleague.says("找案件")
    await street.colleague.says("香满楼")
    await street.colleague.presses("1")
    held = words_of(await street.colleague.presses("诊断"))
    assert "张示例正在办这一件，到10:15为止。" in held
    street.world.clock.passes(minutes=10)
    await street.officer.says("是")  # who goes on filling in keeps it
    street.world.clock.passes(minutes=10)
    await street.colleague.presses("看案件")
    assert "到10:25为止" in words_of(await street.colleague.presses("诊断"))
    await street.officer.presses("取消")
    await street.colleague.presses("看案件")
    assert "第1/" in words_of(await street.colleague.presses("诊断"))


@on_sqlite
async def test_what_another_took_over_meanwhile_is_not_submitted(street: Street) -> None:
    await opened(street)
    await street.officer.presses("诊断")
    for answer in ("是", "不是", "不是", "不是", "不是", "是", "不是", "不是"):
        await street.officer.says(answer)
    street.world.clock.passes(minutes=16)
    await street.colleague.says("找案件")
    await street.colleague.says("香满楼")
    await street.colleague.presses("1")
    await street.colleague.presses("诊断")
    assert "赵示例正在办这一件" in words_of(await street.officer.presses("确认诊断"))
    assert (await newest(street)).case.severity is None


@BOTH
async def test_all_open_cases_are_handed_over_at_once(street: Street) -> None:
    for _ in range(3):
        await opened(street)
    await street.officer.says("整批移交")
    assert "把张示例的3件全部交给谁？" in lead_of(street.officer.last)
    await street.officer.presses("赵示例")
    assert lead_of(await street.officer.presses("确认移交")) == "3件已交给赵示例。"
    assert "3件案件移交给您承办。" in (await street.pushed(street.colleague))[-1]
    assert len(lines_of(await street.colleague.says("我的待办"))) == 3
    assert await todo(street) == []


@on_sqlite
async def test_with_nobody_else_in_the_department_nothing_can_be_handed_over(world: World) -> None:
    officer = await world.office("officer")
    await world.enterprise(FIRM)
    await officer.says("香满楼餐馆 后厨没公示健康证 轻微 限3个工作日")
    await officer.presses("确认立案")
    assert lead_of(await officer.presses("移交")) == desk_words.NO_COLLEAGUE
    assert lead_of(await officer.says("整批移交")) == desk_words.NO_COLLEAGUE


@BOTH
async def test_the_cases_of_one_who_has_left_are_claimed_with_a_second_tap_by_one_alone(street: Street) -> None:
    info = await opened(street)
    await street.revoke(street.officer)
    third = await street.world.office("officer", chat="third", name="孙示例")
    listed = await street.colleague.says("无人承办")
    assert "原承办张示例" in words_of(listed)
    for person in (street.colleague, third):
        await person.says("无人承办")
        await person.presses("1")
        await person.presses("认领")
    assert lead_of(await street.colleague.presses("确认认领")) == desk_words.CLAIMED
    assert lead_of(await third.presses("确认认领")) == desk_words.CLAIM_GONE
    assert (await street.fresh(info)).officer_name == "赵示例"
    assert (await street.acts(info)).count("transfer") == 1


@BOTH
async def test_the_admin_gives_what_nobody_answers_for_to_an_officer_one_by_one_or_all(street: Street) -> None:
    admin = await street.world.office("admin", name="郑示例", department="示例信息中心")
    infos = [await opened(street) for _ in range(3)]
    await street.revoke(street.officer)
    await admin.says("无人承办")
    await admin.presses("1")
    await admin.presses("交给别人")
    await admin.presses("赵示例")
    assert "赵示例" in lead_of(await admin.presses("确认交给"))
    await admin.says("无人承办")
    await admin.presses("整批移交")
    await admin.presses("赵示例")
    assert lead_of(await admin.presses("确认移交")) == "2件已交给赵示例。"
    assert {(await street.fresh(info)).officer_name for info in infos} == {"赵示例"}
    assert lead_of(await admin.says("无人承办")) == desk_words.UNOWNED_NONE


@on_sqlite
async def test_an_admin_who_revokes_an_officer_is_told_what_is_left(street: Street) -> None:
    admin = await street.world.office("admin", name="郑示例", department="示例信息中心")
    await opened(street)
    office = await street.office(street.officer)
    await presses_act(admin, do="revoke_sure", id=office.id)
    assert "还有1件没有办结，请移交。" in words_of(admin.last)
    assert "无人承办" in admin.labels


@on_sqlite
async def test_a_case_that_has_its_officer_can_be_neither_claimed_nor_given_away(street: Street) -> None:
    admin = await street.world.office("admin", name="郑示例", department="示例信息中心")
    info = await opened(street)
    await presses_act(street.colleague, do="claim", id=info.id, sure=True)
    assert lead_of(street.colleague.last) == desk_words.CLAIM_GONE
    await presses_act(admin, do="assign_case", id=info.id)
    assert lead_of(admin.last) == desk_words.CLAIM_GONE
    assert (await street.fresh(info)).officer_name == "张示例"


# ---- 回访, 销号, 免一项


@on_sqlite
async def test_the_officer_is_reminded_of_a_visit_on_its_day_at_nine_and_daily_after(street: Street) -> None:
    """R26."""
    info = await passed(street)
    assert info.case.visit_due is None and (await newest(street)).case.visit_due == dt.date(2026, 11, 25)
    came = []
    for day in (24, 25, 26):
        street.at(day, 9, minute=1)
        before = len(await street.pushed(street.officer))
        await street.ticks()
        came.append(
            [
                text
                for text in (await street.pushed(street.officer))[before:]
                if any(word in text for word in ("该回访了", "回访过期（"))
            ]
        )
    assert came[0] == []
    assert f"{info.number}该回访了（2026年11月25日（星期三））。" in came[1][0]
    assert f"{info.number}回访过期（2026年11月25日（星期三））。" in came[2][0]
    assert (await todo(street))[0].endswith("回访已过1个工作日")


@on_sqlite
async def test_a_visit_before_its_time_is_refused_and_one_without_evidence_finds_it_not_corrected(
    street: Street,
) -> None:
    """R26: 到期回访."""
    info = await diagnosed(street)
    assert "记回访" not in street.officer.labels
    await presses_act(street.officer, do="visit", id=info.id)
    assert lead_of(street.officer.last) == desk_words.VISIT_EARLY
    street.at(25)
    await street.officer.says("找案件")
    await street.officer.says("1号")
    await street.officer.presses("1")
    await street.officer.presses("记回访")
    assert lead_of(await street.officer.presses("改好了")) == desk_words.VISIT_UNPASSED
    await street.officer.presses("没改好")
    await street.officer.says("还没有贴")
    await street.officer.says("3个工作日")
    await street.officer.presses("确认回访")
    assert (await newest(street)).case.period == 2


@on_sqlite
async def test_closing_lists_what_is_missing_before_anything_is_asked_and_offers_the_basis(street: Street) -> None:
    """R26, R27: the article and the list item in their own words, where the data have them; any other can be typed."""
    await diagnosed(street)
    first = await street.officer.presses("销号")
    assert "整改材料还没有复核通过" in words_of(first) and "还没有记录回访" in words_of(first)
    assert "还没有记录回访" in lead_of(await street.officer.presses("轻微不罚"))
    await street.officer.presses("取消")
    await passed_and_visited(street)
    await street.officer.presses("销号")
    basis = await street.officer.presses("轻微不罚")
    assert "法律依据" in lead_of(basis)
    assert "33条1款" in street.officer.labels
    await street.officer.says("33条1款")
    assert street.officer.labels[0] == "赵示例"
    await street.officer.presses("赵示例")
    review = words_of(await street.officer.presses("是"))
    assert "依据：《中华人民共和国行政处罚法》第三十三条第一款" in review
    await street.officer.presses("确认销号")
    assert (await newest(street)).case.education is True


async def passed_and_visited(street: Street) -> None:
    await inbox(street.owner)
    await street.owner.presses("提交整改")
    await street.owner.says("健康证已经上墙")
    await street.owner.presses("跳过")
    await street.owner.presses("确认提交")
    await street.officer.says("待复核")
    await street.officer.presses("1")
    for answer in ("复核通过", "跳过", "确认通过", "记回访", "改好了"):
        await street.officer.presses(answer)
    await street.officer.says("现场看过")
    await street.officer.presses("确认回访")


@on_sqlite
async def test_a_list_item_of_the_outcomes_own_kind_is_offered_as_the_basis(street: Street) -> None:
    """R3: in the words of the list."""
    library = street.world.house.knowledge().library
    item = next(item for item in library.items.values() if item.kind == "exempt" and item.leniency_basis)
    await passed_and_visited_case(street, item.id)
    await street.officer.presses("销号")
    await street.officer.presses("轻微不罚")
    assert "清单依据" in street.officer.labels
    await street.officer.presses("清单依据")
    await street.officer.presses("赵示例")
    assert item.leniency_basis is not None
    assert item.leniency_basis.split("\n")[0][:20] in words_of(await street.officer.presses("是"))


async def passed_and_visited_case(street: Street, item: str) -> None:
    import json

    from sqlalchemy import update

    from storage.tables import CaseFile

    info = await diagnosed(street)
    async with street.world.database.transaction() as session:
        await session.execute(update(CaseFile).where(CaseFile.id == info.id).values(items=json.dumps([item])))
    await passed_and_visited(street)


@on_sqlite
async def test_only_colleagues_whose_licence_is_in_date_can_be_the_second_officer(street: Street) -> None:
    """R1, R26."""
    await street.world.office("officer", chat="old", name="王示例", licence_until=dt.date(2026, 11, 1))
    await diagnosed(street)
    await passed_and_visited(street)
    for answer in ("销号", "轻微不罚", "33条1款"):
        await street.officer.presses(answer)
    assert "王示例" not in street.officer.labels


@on_sqlite
async def test_a_leader_lets_one_thing_go_with_a_reason_and_the_officer_hears_of_it(street: Street) -> None:
    """R26: on the record."""
    info = await passed(street)
    await presses_act(street.leader, do="waive", id=info.id)
    await street.leader.presses("回访")
    await street.leader.says("企业已注销")
    assert lead_of(await street.leader.presses("确认免去")) == desk_words.WAIVED
    assert "企业已注销" in (await street.pushed(street.officer))[-1]
    assert "waive" in await street.acts(info)
    assert lines_of(await street.officer.says("待销号"))[0].startswith(f"1. {info.number}")


# ---- 抄送


@on_sqlite
async def test_copies_come_unread_first_and_are_marked_read_once(street: Street) -> None:
    """R20, R21."""
    first, second = await diagnosed(street), await diagnosed(street)
    listed = lines_of(await street.liaison.says("收到抄送"))
    assert all(line.endswith("（未读）") for line in listed)
    await street.liaison.presses("1")
    await street.liaison.presses("已阅")
    listed = lines_of(await street.liaison.says("收到抄送"))
    assert [line[-4:] for line in listed] == ["（未读）", "（已阅）"]
    assert listed[1].startswith(f"2. {second.number}") and (await street.acts(second)).count("copy_read") == 1
    assert first.number in listed[0]


@on_sqlite
async def test_whoever_is_urged_hears_it_at_once(street: Street) -> None:
    info = await diagnosed(street)
    await street.liaison.says("收到抄送")
    await street.liaison.presses("1")
    assert lead_of(await street.liaison.presses("督促")) == words.URGED_DONE
    assert f"示例街道钱示例督促：{info.number}。" in (await street.pushed(street.officer))[-1]


@on_sqlite
async def test_an_officer_of_another_department_sees_none_of_it(street: Street) -> None:
    """R1."""
    info = await diagnosed(street)
    foreign = await street.world.office("officer", chat="foreign", name="孙示例", department="示例城管局")
    street.at(26)
    for said in ("我的待办", "逾期", "今天到期", "无人承办"):
        assert FIRM not in words_of(await foreign.says(said))
    assert FIRM not in await found_by(foreign, "1号")
    for act in ("claim", "serve", "visit", "escalate_case"):
        assert FIRM not in words_of(await presses_act(foreign, do=act, id=info.id, sure=True))
    assert lead_of(await presses_act(foreign, do="cases_of", id=street.firm)) == desk_words.OF_FIRM_NONE


async def found_by(person: Person, text: str) -> str:
    await person.says("找案件")
    return words_of(await person.says(text))
