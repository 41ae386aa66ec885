"""行政指导 as its people live it (R17–R19, R46): recorded, told, accepted or declined at no cost; 约谈 with reminder and minutes."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Any

import pytest

from handlers.conversation import CHINA
from handlers.guidance import words
from handlers.guidance.ticking import remind_of_meetings
from handlers.messages import Part
from handlers.words import LICENCE_EXPIRED
from knowledge.procedure.case import Case
from storage import cases, guidance, people, ratings, reminders
from storage.cases import CaseInfo
from storage.guidance import GuidanceInfo
from tests.handlers.test_permissions import presses_act, records, told
from tests.handlers.test_ratings import OURS, PLACE, opened
from tests.knowledge.procedure import courses
from tests.people import Person, World, lead_of, words_of

SIGNED = f"{OURS}张示例，执法证号示例-0001。"


@dataclass
class Town:
    """An enterprise with its contact, and an officer."""

    world: World
    firm: int
    owner: Person
    officer: Person


@pytest.fixture
async def town(world: World) -> Town:
    firm = await world.enterprise()
    return Town(world, firm, await world.contact(firm), await world.office("officer"))


async def guides(town: Town, way: str = "政策辅导", form: str = "电话", **subject: Any) -> list[Part]:
    """Record a guidance to the enterprise, or on a case."""
    await presses_act(town.officer, do="guide", **(subject or {"id": town.firm}))
    await town.officer.says(way)
    await town.officer.says(form)
    await town.officer.says("稳岗补助可以网上申报")
    return await town.officer.presses("确认告知")


async def summons(town: Town, when: str = "下周三上午九点", **subject: Any) -> list[Part]:
    """Arrange a 约谈."""
    await presses_act(town.officer, do="guide", **(subject or {"id": town.firm}))
    await town.officer.says("行政约谈")
    await town.officer.says("谈后厨卫生制度怎么落实")
    await town.officer.says(when)
    await town.officer.says("示例市场监管局二楼")
    return await town.officer.presses("确认告知")


async def newest(town: Town) -> GuidanceInfo:
    async with town.world.database.reading() as session:
        return (await guidance.of_enterprises(session, [town.firm]))[0]


async def told_last(person: Person) -> str:
    """The newest message of a chat; its buttons become theirs to press."""
    person.last = (await told(person))[-1:]
    return words_of(person.last)


async def ticks(world: World) -> list[tuple[str, str]]:
    async with world.database.transaction() as session:
        return sorted(await remind_of_meetings(session, world.house, world.clock.now()))


async def on_case(town: Town, case: Case | None = None) -> CaseInfo:
    return await opened(town.world, town.firm, case or courses.diagnosed())


# ---- recording


async def test_guidance_is_recorded_with_way_form_and_content_after_a_second_tap(town: Town) -> None:
    """R17: nothing is kept or told before it."""
    await town.officer.says("行政指导")
    await town.officer.says("好味道")
    asked = await town.officer.presses("1.")
    assert lead_of(asked).endswith("步：用哪一种方式？")
    assert "14. " in words_of(asked) and "重大案件回访（外地做法）" in words_of(asked)
    await town.officer.presses("政策辅导")
    assert town.officer.labels[:6] == ["当面", "电话", "短信", "电子邮件", "消息", "信函"]
    content = await town.officer.presses("电话")
    assert "例如：稳岗补助可以网上申报，需要的材料发给您" in words_of(content)
    summary = words_of(await town.officer.says("稳岗补助可以网上申报"))
    assert "1. 方式：政策辅导" in summary and "依据：鄂城规则 三(一)" in summary
    before = await records(town.world, town.officer)
    done = await town.officer.presses("确认告知")
    assert lead_of(done) == words.TOLD
    after = await records(town.world, town.officer)
    assert {name for name in after if after[name] != before[name]} >= {"guidance", "guidance_event", "message"}
    info = await newest(town)
    assert (info.way, info.form, info.content, info.case) == ("policy", "phone", "稳岗补助可以网上申报", None)


async def test_the_ways_of_ones_own_place_come_first_under_its_own_names(town: Town) -> None:
    """R2."""
    listed = words_of(await presses_act(town.officer, do="guide", id=town.firm)).splitlines()
    ours = [line for line in listed if line[:1].isdigit() and "外地做法" not in line]
    assert [line.partition(". ")[2] for line in ours][:4] == ["政策辅导", "普法宣传", "行政约谈", "批评教育"]
    assert listed.index(ours[-1]) - listed.index(ours[0]) == len(ours) - 1
    firm = await town.world.enterprise("示例外地餐馆", division="500104")
    abroad = await town.world.office("officer", chat="abroad", name="赵示例", jurisdiction="500104")
    there = words_of(await presses_act(abroad, do="guide", id=firm))
    assert "1. 政策指引\n" in there and "自愿履行承诺书（外地做法）" in there


async def test_the_enterprise_is_told_what_that_it_is_voluntary_and_by_whom(town: Town) -> None:
    """R18, R46."""
    await guides(town)
    text = await told_last(town.owner)
    assert text.splitlines()[0] == "行政指导（电话）：政策辅导。"
    assert "示例好味道餐馆：稳岗补助可以网上申报" in text
    assert words.VOLUNTARY in text and SIGNED in text
    assert "依据：鄂城规则 三(一)；鄂城规则 五" in text
    assert town.owner.labels == ["接受", "不接受", "看指导"]


async def test_an_officer_without_a_licence_in_date_gives_no_guidance(town: Town) -> None:
    """R1, 处罚法 第五十五条: also when it ran out while the form was filled in."""
    await presses_act(town.officer, do="guide", id=town.firm)
    await town.officer.says("政策辅导")
    await town.officer.says("电话")
    await town.officer.says("稳岗补助可以网上申报")
    town.world.clock.at = dt.datetime(2028, 7, 3, 10, tzinfo=CHINA)
    assert lead_of(await town.officer.presses("确认告知")) == LICENCE_EXPIRED
    assert lead_of(await presses_act(town.officer, do="guide", id=town.firm)) == LICENCE_EXPIRED
    async with town.world.database.reading() as session:
        assert await guidance.of_enterprises(session, [town.firm]) == []


async def test_an_enterprise_that_nobody_speaks_for_is_said_to_be_out_of_reach(world: World) -> None:
    """R42."""
    firm = await world.enterprise()
    town = Town(world, firm, world.person(), await world.office("officer"))
    assert lead_of(await guides(town)) == words.TOLD_NOBODY
    info = await on_case(town)
    assert lead_of(await guides(town, case=info.id)) == words.TOLD_NOBODY
    async with world.database.reading() as session:
        marked = await cases.case_file(session, info.id)
    assert marked is not None and marked.undelivered


# ---- answering


async def test_an_answer_is_kept_with_its_time_and_who_and_can_be_changed(town: Town) -> None:
    """R18."""
    await guides(town)
    await told_last(town.owner)
    assert lead_of(await town.owner.presses("接受")) == words.ACCEPTED
    assert town.owner.labels == ["看指导", "不接受", "菜单"]
    town.world.clock.passes(minutes=3)
    assert lead_of(await town.owner.presses("不接受")) == words.DECLINED
    async with town.world.database.reading() as session:
        events = await guidance.events(session, (await newest(town)).id)
    assert [(one.act, one.person_name) for one in events] == [
        ("told", "张示例"),
        ("accepted", "李示例"),
        ("declined", "李示例"),
    ]
    listed = words_of(await presses_act(town.officer, do="guides", enterprise=town.firm))
    assert "不接受" in listed


async def test_five_taps_are_one_answer(town: Town) -> None:
    await guides(town)
    await told_last(town.owner)
    token = town.owner.last[-1].buttons[0][0]
    for _ in range(5):
        await town.owner.presses_token(token)
        town.world.clock.passes(seconds=6)
    async with town.world.database.reading() as session:
        assert len(await guidance.events(session, (await newest(town)).id)) == 2


async def test_declining_changes_nothing_but_the_record_of_the_answer(town: Town) -> None:
    """R18: not the case, not its reminders, not a figure, not what the enterprise may do."""
    info = await on_case(town)
    await guides(town, case=info.id)
    await presses_act(town.owner, do="case", id=info.id)
    before, labels = await records(town.world, town.owner), town.owner.labels
    async with town.world.database.reading() as session:
        waiting = await reminders.waiting_for(session, info.id)
    await told_of_guidance(town.owner)
    await town.owner.presses("不接受")
    after = await records(town.world, town.owner)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed <= {"guidance", "guidance_event", "case_event", "case_file", "chat"}
    await presses_act(town.owner, do="case", id=info.id)
    assert town.owner.labels == labels
    async with town.world.database.reading() as session:
        now = await cases.case_file(session, info.id)
        assert now is not None and now == replace(info, undelivered=now.undelivered, version=now.version)
        assert now.version == info.version
        assert await reminders.waiting_for(session, info.id) == waiting
        day = town.world.clock.now().date()
        assert await ratings.figures(session, PLACE, day, day) == []


async def told_of_guidance(person: Person) -> None:
    """The newest guidance in a chat becomes theirs to answer."""
    person.last = [part for part in await told(person) if "看指导" in [label for _, label in part.buttons]][-1:]


async def test_only_the_enterprise_itself_answers(town: Town) -> None:
    """R1."""
    await guides(town)
    id = (await newest(town)).id
    other = await town.world.contact(await town.world.enterprise("示例别家饭馆"), "other", "周示例")
    elsewhere = await town.world.office("officer", chat="elsewhere", name="赵外地", jurisdiction="410526")
    beside = await town.world.office("officer", chat="beside", name="钱示例", department="示例城管局")
    for stranger in (other, elsewhere, beside):
        for act in ("guide_one", "guide_answer", "guide_move", "guide_minutes", "guide_remark"):
            answer = words_of(await presses_act(stranger, do=act, id=id, accepts=False))
            assert "稳岗补助" not in answer, act
        assert "稳岗补助" not in words_of(await presses_act(stranger, do="guides", enterprise=town.firm))
    assert (await newest(town)).accepted is None
    assert lead_of(await presses_act(town.officer, do="guide_one", id=2**70)) == words.GONE


# ---- guidance beside the law


async def test_guidance_on_an_ordered_case_says_that_it_does_not_replace_the_order(town: Town) -> None:
    """R18, R19."""
    info = await on_case(town, courses.diagnosed("ordinary"))
    assert info.case.is_ordered
    await guides(town, case=info.id)
    text = await told_last(town.owner)
    assert words.VOLUNTARY in text and words.ORDERED in text
    assert words.SERIOUS not in text
    assert "某市方案 二" in text
    declined = words_of(await town.owner.presses("不接受"))
    assert words.DECLINED in declined and words.ORDERED in declined


async def test_guidance_on_a_serious_case_says_that_the_law_is_enforced_all_the_same(town: Town) -> None:
    """R19, R22."""
    info = await on_case(town, courses.diagnosed("serious"))
    await presses_act(town.officer, do="guide", case=info.id)
    await town.officer.says("批评教育")
    await town.officer.says("当面")
    summary = words_of(await town.officer.says("说明了公示要求"))
    assert words.SUMMARY_SERIOUS in summary and words.SUMMARY_ORDERED in summary
    await town.officer.presses("确认告知")
    assert words.SERIOUS in await told_last(town.owner)


async def test_guidance_where_a_red_line_is_touched_says_so_too(town: Town) -> None:
    """R11, R19."""
    info = await on_case(town, courses.diagnosed(touches_red_line=True))
    await guides(town, case=info.id)
    assert words.SERIOUS in await told_last(town.owner)


async def test_what_goes_with_an_order_is_never_put_as_a_choice(town: Town) -> None:
    """R18: 违法行为纠错 is told with the order; without one it is refused."""
    await presses_act(town.officer, do="guide", id=town.firm)
    assert lead_of(await town.officer.says("违法行为纠错")) == words.NEEDS_ORDER
    await town.officer.says("取消")
    info = await on_case(town, courses.diagnosed("ordinary"))
    await guides(town, "违法行为纠错", case=info.id)
    text = await told_last(town.owner)
    assert text.splitlines()[0] == "随责令改正告知：违法行为纠错。"
    assert words.NO_CHOICE in text and words.VOLUNTARY not in text
    assert town.owner.labels == ["看指导", "看案件"]
    id = (await newest(town)).id
    assert lead_of(await presses_act(town.owner, do="guide_answer", id=id, accepts=False)) == words.GONE
    assert (await newest(town)).accepted is None


# ---- where it is found


async def test_a_case_counts_its_guidance_lists_it_and_has_it_on_the_record(town: Town) -> None:
    """R28."""
    info = await on_case(town)
    await presses_act(town.officer, do="case", id=info.id)
    while "行政指导" not in town.officer.labels:
        await town.officer.presses("更多")
    assert lead_of(await town.officer.presses("行政指导")).endswith("用哪一种方式？")
    await town.officer.says("取消")
    await guides(town, case=info.id)
    await told_last(town.owner)
    await town.owner.presses("接受")
    assert "行政指导：1条" in words_of(await presses_act(town.officer, do="case", id=info.id))
    listed = await presses_act(town.officer, do="guides", case=info.id)
    assert lead_of(listed) == f"{info.number}的行政指导，1条："
    assert "记指导" in town.officer.labels
    async with town.world.database.reading() as session:
        acts = [event.act for event in await cases.events(session, info.id)]
    assert acts[-2:] == ["guide", "guide_answer"]
    course = words_of(await presses_act(town.owner, do="course", id=info.id))
    assert "行政指导" in course and "答复指导" in course


async def test_the_page_of_an_enterprise_leads_to_its_guidance(town: Town) -> None:
    await guides(town)
    await presses_act(town.officer, do="enterprise", id=town.firm)
    await town.officer.presses("行政指导")
    one = words_of(await town.officer.presses("1."))
    assert "稳岗补助可以网上申报" in one and "未答复" in one
    course = words_of(await town.officer.presses("经过"))
    assert "告知（张示例）：稳岗补助可以网上申报" in course


async def test_a_contact_finds_their_guidance_by_word_and_on_their_page(town: Town) -> None:
    assert lead_of(await town.owner.says("我的指导")) == words.NONE
    await guides(town)
    assert "政策辅导" in words_of(await town.owner.says("/guidance"))
    await town.owner.says("我的企业")
    await town.owner.presses("我的指导")
    one = await town.owner.presses("1.")
    assert words.VOLUNTARY in words_of(one) and SIGNED in words_of(one)
    assert town.owner.labels[:2] == ["接受", "不接受"]


async def test_many_are_listed_a_page_at_a_time(town: Town) -> None:
    for _ in range(7):
        await guides(town)
    await presses_act(town.officer, do="guides", enterprise=town.firm)
    assert len(town.officer.labels) == 8 and town.officer.labels[-2:] == ["记指导", "返回"]
    assert "第2页" in words_of(await town.officer.presses("下一页"))


async def test_guidance_of_a_way_that_is_no_longer_in_the_data_is_still_shown(town: Town) -> None:
    await guides(town)
    info = await newest(town)
    async with town.world.database.transaction() as session:
        seat = (await people.offices(session, role="officer", demo=False))[0]
        await guidance.record(
            session,
            case=None,
            enterprise=town.firm,
            office=seat.id,
            jurisdiction=PLACE,
            department=OURS,
            way="earlier",
            form="pigeon",
            content="以前的一种方式",
            meeting=None,
            place=None,
            person=None,
            now=info.at,
        )
    assert "earlier：以前的一种方式" in words_of(await town.owner.says("我的指导"))
    assert "以前的一种方式" in words_of(await town.owner.presses("1."))
    assert lead_of(await town.owner.presses("接受")) == words.ACCEPTED


# ---- 约谈


async def test_a_meeting_has_time_and_place_and_both_are_reminded_the_working_day_before(town: Town) -> None:
    """R37, R38: a Monday's on the Friday before."""
    await presses_act(town.officer, do="guide", id=town.firm)
    await town.officer.says("约谈")
    await town.officer.says("谈后厨卫生制度怎么落实")
    for said, problem in (
        ("看情况", "没看懂时间"),
        ("下周一", "还要说几点"),
        ("明天上午九点", "休息日"),
        ("下周一早上六点", "08:30到17:30"),
        ("今天上午九点", "已经过了"),
    ):
        asked = words_of(await town.officer.says(said))
        assert problem in asked and words.MEETING_EXAMPLE in asked, said
    await town.officer.says("11月30日上午九点")
    summary = words_of(await town.officer.says("二楼会议室"))
    assert "时间：2026年11月30日（星期一）09:00" in summary
    await town.officer.presses("确认告知")
    assert "行政约谈：2026年11月30日（星期一）09:00。" in await told_last(town.owner)
    assert (await newest(town)).form == "in_person"
    town.world.clock.at = dt.datetime(2026, 11, 27, 8, 59, tzinfo=CHINA)
    assert await ticks(town.world) == []
    town.world.clock.passes(minutes=1)
    assert await ticks(town.world) == [("web", "officer"), ("web", "owner")]
    assert await ticks(town.world) == []
    text = await told_last(town.owner)
    assert "约谈提醒：2026年11月30日（星期一）09:00。" in text and "二楼会议室" in text and SIGNED in text
    assert town.owner.labels == ["接受", "不接受", "看指导"]
    assert "未答复" in await told_last(town.officer)


async def test_a_reminder_that_was_missed_comes_late_but_not_after_the_meeting(town: Town) -> None:
    await summons(town)
    town.world.clock.at = dt.datetime(2026, 11, 25, 8, 30, tzinfo=CHINA)
    assert len(await ticks(town.world)) == 2
    await summons(town, "11月30日上午九点")
    town.world.clock.at = dt.datetime(2026, 11, 30, 9, 0, tzinfo=CHINA)
    assert await ticks(town.world) == []


async def test_who_declined_is_not_reminded_and_the_officer_is_told_of_the_answer(town: Town) -> None:
    """R18."""
    await summons(town)
    await told_last(town.owner)
    await town.owner.presses("不接受")
    assert "企业不接受约谈：2026年11月25日（星期三）09:00。" in await told_last(town.officer)
    town.world.clock.at = dt.datetime(2026, 11, 24, 9, 0, tzinfo=CHINA)
    assert await ticks(town.world) == []


async def test_a_meeting_arranged_for_tomorrow_is_not_reminded_of_at_once(town: Town) -> None:
    town.world.clock.at = dt.datetime(2026, 11, 24, 11, 0, tzinfo=CHINA)
    await summons(town, "明天上午九点")
    assert await ticks(town.world) == []


async def test_a_meeting_can_be_moved_and_is_asked_about_anew(town: Town) -> None:
    await summons(town)
    await told_last(town.owner)
    await town.owner.presses("接受")
    await presses_act(town.officer, do="guide_one", id=(await newest(town)).id)
    await town.officer.presses("改期")
    await town.officer.says("11月30日下午两点")
    await town.officer.says("当天另有检查")
    assert lead_of(await town.officer.presses("确认改期")) == words.MOVED_DONE
    text = await told_last(town.owner)
    assert text.startswith("约谈改到2026年11月30日（星期一）14:00。")
    assert "原来约的是2026年11月25日（星期三）09:00" in text and "当天另有检查" in text
    assert town.owner.labels[:2] == ["接受", "不接受"]
    town.world.clock.at = dt.datetime(2026, 11, 24, 9, 0, tzinfo=CHINA)
    assert await ticks(town.world) == []
    town.world.clock.at = dt.datetime(2026, 11, 27, 9, 0, tzinfo=CHINA)
    assert len(await ticks(town.world)) == 2


async def test_minutes_are_written_after_it_shown_to_the_enterprise_and_its_remarks_kept(town: Town) -> None:
    """R17."""
    info = await on_case(town)
    await summons(town, case=info.id)
    id = (await newest(town)).id
    assert lead_of(await presses_act(town.officer, do="guide_minutes", id=id)) == words.MINUTES_EARLY
    assert lead_of(await presses_act(town.owner, do="guide_remark", id=id)) == words.GONE
    town.world.clock.at = dt.datetime(2026, 11, 25, 11, 0, tzinfo=CHINA)
    await presses_act(town.officer, do="guide_one", id=id)
    assert "写纪要" in town.officer.labels
    await town.officer.presses("写纪要")
    await town.officer.says("说明了公示要求，企业三天内补上")
    assert lead_of(await town.officer.presses("确认留存")) == words.MINUTES_KEPT
    text = await told_last(town.owner)
    assert "说明了公示要求，企业三天内补上" in text and SIGNED in text
    await town.owner.presses("补充意见")
    await town.owner.says("还谈到新式展示牌")
    assert lead_of(await town.owner.presses("确认提交")) == words.REMARKED
    assert "还谈到新式展示牌" in await told_last(town.officer)
    course = words_of(await presses_act(town.officer, do="guide_one", id=id, course=True))
    assert "补充意见（李示例）：还谈到新式展示牌" in course
    assert lead_of(await presses_act(town.officer, do="guide_move", id=id)) == words.ANSWER_OVER
    assert lead_of(await presses_act(town.owner, do="guide_answer", id=id, accepts=True)) == words.ANSWER_OVER
    async with town.world.database.reading() as session:
        acts = [event.act for event in await cases.events(session, info.id)]
    assert acts[-2:] == ["guide_minutes", "guide_remark"]


async def test_whoever_acts_for_the_officer_is_reminded_in_their_place(town: Town) -> None:
    colleague = await town.world.office("officer", chat="colleague", name="赵示例")
    await summons(town)
    async with town.world.database.transaction() as session:
        found = await people.offices(session, department=OURS, role="officer", demo=False)
        own, other = sorted(found, key=lambda one: one.id)
        await people.take_leave(session, own.id, dt.date(2026, 11, 23), dt.date(2026, 11, 27), other.id)
    town.world.clock.at = dt.datetime(2026, 11, 24, 9, 0, tzinfo=CHINA)
    assert await ticks(town.world) == [("web", "colleague"), ("web", "owner")]
    assert "约谈提醒" in await told_last(colleague)


async def test_the_way_of_guidance_is_kept_with_the_rating_that_follows(town: Town) -> None:
    """R47: figures by way of guidance."""
    info = await on_case(town, courses.did(courses.logged()))
    await guides(town, "批评教育", "当面", case=info.id)
    await presses_act(town.officer, do="close", id=info.id)
    await town.officer.says("不成立")
    await town.officer.says("现场复核没有发现违法行为")
    await town.officer.presses("确认销号")
    async with town.world.database.reading() as session:
        speaker = await people.speaker_of(session, "web", "owner", dt.date(2026, 11, 20), demo=False)
        (rating,) = await ratings.of_person(session, "web", "owner", speaker.person)
    assert rating.way == "education"


SENTENCES = [value for name, value in vars(words).items() if name.isupper() and isinstance(value, str)]


@pytest.mark.parametrize("said", SENTENCES)
def test_no_sentence_about_guidance_is_longer_than_forty_characters(said: str) -> None:
    assert [sentence for sentence in re.split(r"[。！？\n]", said) if len(sentence) > 40] == []
