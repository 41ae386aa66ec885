"""Pledges as their people live them (R18, R22, R25, R30–R36, R39): drafted, signed, reviewed, kept, broken, checked."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from sqlalchemy import update

from handlers import words as house_words
from handlers.cases.ticking import clock_turn, send_due
from handlers.conversation import CHINA
from handlers.messages import FileRef, Incoming, Part
from handlers.pledges import words
from handlers.pledges.reviewing import break_late
from knowledge.pledges.drawing import DRAWING_NAME
from storage import cases, chain, evidence, people, pledges
from storage.pledges import PledgeInfo
from storage.tables import Pledge
from tests.handlers.test_cases import FIRM, Street, closes, diagnosed, inbox, logged, missing, newest, street
from tests.handlers.test_permissions import on_sqlite, presses_act
from tests.knowledge.procedure import courses
from tests.knowledge.test_pledges import drawn
from tests.people import Person, World, lead_of, words_of

__all__ = ["street"]
DRAWN = FileRef("a" * 64, DRAWING_NAME, "image/png", 4000)
STAMPED = FileRef("b" * 64, "盖章.jpg", "image/jpeg", 9000)


async def opens_draft(street: Street, **facts: str) -> list[Part]:
    """The draft, from the notice that the owner gets."""
    await diagnosed(street, **facts)
    await inbox(street.owner)
    return await street.owner.presses("签承诺书")


async def signs(owner: Person, name: str = "李示例") -> list[Part]:
    await owner.presses("签名")
    await owner.says(name)
    return await owner.presses("确认签署")


async def signed(street: Street, second: str = "", **facts: str) -> PledgeInfo:
    """A signed rectification pledge; ``second``: the day of a second promise, before the case's own (25 November)."""
    await opens_draft(street, **facts)
    if second:
        await street.owner.presses("加一条")
        await street.owner.says("摆好灭火器")
        await street.owner.says(second)
    await signs(street.owner)
    return (await pledges_of(street))[-1]


async def pledges_of(street: Street) -> list[PledgeInfo]:
    info = await newest(street)
    async with street.world.database.reading() as session:
        return await pledges.of_case(session, info.id)


async def states(street: Street) -> dict[str, str]:
    return {promise.id: promise.state for promise in (await newest(street)).case.promises}


async def hands_in(street: Street, which: str = "") -> list[Part]:
    info = await newest(street)
    await presses_act(street.owner, do="submit_evidence", id=info.id)
    if which:
        await street.owner.presses(which)
    await street.owner.says("已经改好了")
    await street.owner.presses("跳过")
    return await street.owner.presses("确认提交")


async def looks(street: Street) -> list[Part]:
    """The officer opens the case."""
    return await presses_act(street.officer, do="case", id=(await newest(street)).id)


async def reaches(street: Street, day: int, hour: int = 9) -> list[tuple[str, str]]:
    """The clock looks at a day of November; returns the chats that it told."""
    world = street.world
    world.clock.at = dt.datetime(2026, 11, day, hour, 1, tzinfo=CHINA)
    now = world.clock.now()
    async with world.database.transaction() as session:
        told = await break_late(clock_turn(session, world.house, world.conversation.engine, now))
        return told + (await send_due(session, world.house, now))[1]


async def sends_file(person: Person, file: FileRef) -> list[Part]:
    world = person.world
    key = f"{person.chat}/file-{file.name}"
    await world.intake.take(
        Incoming(person.channel, person.chat, key, world.clock.now(), "photo", files=(file,), album="")
    )
    while await world.worker.work():
        continue
    parts = await inbox(person)
    person.last = [parts[-1]]
    return person.last


# ---- from the notice to the signature


async def test_r31_r34_from_the_notice_to_the_signature_are_four_taps(street: Street) -> None:
    """At most six; the typed name counts as one."""
    await diagnosed(street)
    await inbox(street.owner)
    taps = 0
    draft = await street.owner.presses("签承诺书")
    taps += 1
    for known in (FIRM, "92420704MA0000001P", "改正“后厨没公示健康证”的问题（2026年11月25日，星期三前）", "李示例"):
        assert known in words_of(draft)
    await street.owner.presses("签名")
    taps += 1
    review = await street.owner.says("李示例")
    taps += 1
    assert "后厨没公示健康证" in words_of(review)
    assert await pledges_of(street) == [one for one in await pledges_of(street) if one.state == "draft"]
    done = await street.owner.presses("确认签署")
    taps += 1
    assert taps <= 6
    assert words.SIGNED.format(title="整改承诺书", version=1) in words_of(done)
    (pledge,) = await pledges_of(street)
    assert (pledge.state, pledge.signed_name, pledge.signed_way, pledge.channel) == ("signed", "李示例", "typed", "web")
    assert pledge.digest == pledge.expected_digest
    assert pledge.code is not None and len(pledge.code) == 12
    assert pledge.signed == street.world.clock.now()
    assert await states(street) == {"r1": "open"}


async def test_nothing_is_bound_before_the_second_tap(street: Street) -> None:
    await opens_draft(street)
    await street.owner.presses("签名")
    await street.owner.says("李示例")
    assert await states(street) == {}
    await street.owner.presses("取消")
    assert [pledge.state for pledge in await pledges_of(street)] == ["draft"]


async def test_the_officer_and_the_other_contacts_are_told_who_signed_what(street: Street) -> None:
    other = await street.world.contact(street.firm, chat="other", name="王示例")
    await signed(street)
    for person in (street.officer, other):
        told = words_of([(await inbox(person))[-1]])
        assert "李示例签了整改承诺书（第1版），1条。" in told
    assert "已签署" in words_of(await street.officer.presses("看承诺书"))


@pytest.mark.parametrize("typed", ["李 示例", "李示例。", " 李示例 "])
async def test_a_name_may_be_typed_with_what_a_keyboard_adds(street: Street, typed: str) -> None:
    await opens_draft(street)
    await signs(street.owner, typed)
    assert (await pledges_of(street))[0].signed_name == "李示例"


async def test_another_name_than_the_contacts_own_is_refused_and_says_which(street: Street) -> None:
    await opens_draft(street)
    await street.owner.presses("签名")
    refused = words_of(await street.owner.says("王老板"))
    assert "您登记的姓名是“李示例”" in refused
    assert "确认签署" not in street.owner.labels


@pytest.mark.parametrize(("file", "way"), [(DRAWN, "drawn"), (STAMPED, "stamped")])
async def test_a_drawn_signature_or_a_stamped_paper_signs_too(street: Street, file: FileRef, way: str) -> None:
    await opens_draft(street)
    await street.owner.presses("签名")
    assert "signature" in [block.kind for block in street.owner.last[-1].blocks]
    review = await sends_file(street.owner, file)
    assert words.WAYS[way] in words_of(review)
    await street.owner.presses("确认签署")
    (pledge,) = await pledges_of(street)
    assert (pledge.signed_way, pledge.signature, pledge.signed_name) == (way, file.digest, "李示例")
    assert pledge.digest == pledge.expected_digest


async def test_what_was_drawn_is_shown_with_the_text_and_its_loss_is_said(street: Street) -> None:
    await opens_draft(street)
    await street.owner.presses("签名")
    await sends_file(street.owner, DRAWN)
    await street.owner.presses("确认签署")
    (pledge,) = await pledges_of(street)
    object.__setattr__(street.world.house, "read_file", lambda digest: drawn())
    text = await presses_act(street.owner, do="pledge_text", id=pledge.id)
    assert [mime for part in text for _, _, mime in part.files] == ["image/png"]
    assert lead_of(await presses_act(street.officer, do="verify_pledge", id=pledge.id)) == words.INTACT
    object.__setattr__(street.world.house, "read_file", missing)
    assert words.PICTURE_LOST in words_of(await presses_act(street.owner, do="pledge_text", id=pledge.id))
    said = words_of(await presses_act(street.officer, do="verify_pledge", id=pledge.id))
    assert words.PARTS["file"] in said


async def test_a_document_is_no_signature(street: Street) -> None:
    await opens_draft(street)
    await street.owner.presses("签名")
    answer = await sends_file(street.owner, FileRef("c" * 64, "承诺书.pdf", "application/pdf", 9000))
    assert words.SIGN_NOT_PICTURE in words_of(answer)


# ---- the draft


async def test_promises_are_added_changed_and_taken_out_and_the_whole_is_read_back(street: Street) -> None:
    await opens_draft(street)
    await street.owner.presses("加一条")
    await street.owner.says("摆好灭火器")
    added = await street.owner.says("1个工作日")
    assert "2. 摆好灭火器（2026年11月23日，星期一前）" in words_of(added)
    await street.owner.presses("改一条")
    await street.owner.presses("2.")
    await street.owner.says("灭火器摆到门口")
    changed = await street.owner.presses("跳过")
    assert "2. 灭火器摆到门口（2026年11月23日，星期一前）" in words_of(changed)
    await street.owner.presses("删一条")
    left = await street.owner.presses("1.")
    assert "1. 灭火器摆到门口（2026年11月23日，星期一前）" in words_of(left)
    assert "改正“后厨没公示健康证”的问题（" not in words_of(left)
    await signs(street.owner)
    assert await states(street) == {"r2": "open"}


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ("11月10日", "承诺的日期不能早于今天"),
        ("昨天", "承诺的日期不能早于今天"),
        ("12月30日前", "承诺不能晚于整改期限"),
        ("一定尽快", "没有看到日期，例如：3个工作日，11月25日前。"),
        ("2月30日前", "2026年没有2月30日，请看一看日历。"),
    ],
)
async def test_r25_r34_a_day_that_is_past_too_late_or_not_there_is_refused_with_what_is_expected(
    street: Street, said: str, refusal: str
) -> None:
    await opens_draft(street)
    await street.owner.presses("加一条")
    await street.owner.says("摆好灭火器")
    assert lead_of(await street.owner.says(said)).startswith(refusal)
    assert "2. 摆好灭火器" in words_of(await street.owner.says("11月24日前"))


async def test_a_draft_holds_six_promises(street: Street) -> None:
    await opens_draft(street)
    for n in range(5):
        await street.owner.presses("加一条")
        await street.owner.says(f"第{n}件事情")
        await street.owner.says("11月24日前")
    assert "加一条" not in street.owner.labels
    (draft,) = await pledges_of(street)
    full = words_of(await presses_act(street.owner, do="add_promise", id=draft.id))
    assert words.FULL.format(count=6) in full


async def test_the_contacts_of_an_enterprise_share_one_draft(street: Street) -> None:
    other = await street.world.contact(street.firm, chat="other", name="王示例")
    await opens_draft(street)
    await street.owner.presses("加一条")
    await street.owner.says("摆好灭火器")
    await street.owner.says("11月24日前")
    info = await newest(street)
    seen = words_of(await presses_act(other, do="pledge", id=info.id))
    assert "2. 摆好灭火器" in seen
    assert "签署人：王示例" in seen
    assert len(await pledges_of(street)) == 1


# ---- who, and at once


async def test_r34_a_signature_on_a_text_that_changed_meanwhile_is_not_taken(street: Street) -> None:
    other = await street.world.contact(street.firm, chat="other", name="王示例")
    await opens_draft(street)
    await street.owner.presses("签名")
    await street.owner.says("李示例")
    await presses_act(other, do="pledge", id=(await newest(street)).id)
    await other.presses("加一条")
    await other.says("摆好灭火器")
    await other.says("11月24日前")
    refused = await street.owner.presses("确认签署")
    assert lead_of(refused) == words.SIGN_CHANGED
    assert "2. 摆好灭火器" in words_of(refused)
    assert await states(street) == {}
    await signs(street.owner)
    assert await states(street) == {"r1": "open", "r2": "open"}


async def test_r34_of_two_who_sign_at_once_one_signs_and_the_other_is_told(street: Street) -> None:
    other = await street.world.contact(street.firm, chat="other", name="王示例")
    await opens_draft(street)
    await presses_act(other, do="pledge", id=(await newest(street)).id)
    for person, name in ((street.owner, "李示例"), (other, "王示例")):
        await person.presses("签名")
        await person.says(name)
    answers = await asyncio.gather(street.owner.presses("确认签署"), other.presses("确认签署"))
    said = [words_of(parts) for parts in answers]
    assert sum("签好了" in one for one in said) == 1
    assert sum("刚刚签过了，您不用再签" in one for one in said) == 1
    assert [pledge.state for pledge in await pledges_of(street)] == ["signed"]


async def test_r35_who_is_no_contact_any_more_cannot_sign(street: Street) -> None:
    await opens_draft(street)
    await street.owner.presses("签名")
    await street.owner.says("李示例")
    async with street.world.database.transaction() as session:
        (contact,) = await people.contacts_of(session, street.firm)
        await people.unbind(session, contact.contact, street.world.clock.now(), "ended")
    refused = await street.owner.presses("确认签署")
    assert words.SIGN_NOT_CONTACT in words_of(refused)
    assert [pledge.state for pledge in await pledges_of(street)] == ["draft"]


async def test_r35_a_contact_of_another_enterprise_sees_and_signs_nothing(street: Street) -> None:
    pledge = await signed(street)
    firm = await street.world.enterprise("鄂州市鄂城区示例别家商行")
    stranger = await street.world.contact(firm, chat="stranger", name="吴示例")
    await stranger.says("菜单")
    for act in ("pledge_page", "pledge_text", "pledge_code", "sign_pledge", "edit_promise", "drop_promise"):
        answer = words_of(await presses_act(stranger, do=act, id=pledge.id))
        assert house_words.CASE_GONE in answer, act
        assert FIRM not in answer
    for act in ("pledge", "pledges", "pledge_kinds", "redress"):
        assert house_words.CASE_GONE in words_of(await presses_act(stranger, do=act, id=pledge.case)), act


async def test_a_promise_whose_day_passed_before_it_was_signed_is_not_taken(street: Street) -> None:
    await opens_draft(street)
    await street.owner.presses("加一条")
    await street.owner.says("摆好灭火器")
    await street.owner.says("11月23日")
    await street.owner.presses("签名")
    await street.owner.says("李示例")
    street.world.clock.at = dt.datetime(2026, 11, 24, 10, tzinfo=CHINA)
    refused = await street.owner.presses("确认签署")
    assert lead_of(refused) == "承诺的日期不能早于今天。"
    assert await states(street) == {}


# ---- the kinds (R11, R18, R22, R30–R33, R35)


async def test_r30_r18_an_acknowledgement_names_its_clause_and_that_nobody_must_sign(street: Street) -> None:
    await opens_draft(street)
    await street.owner.presses("换一种")
    draft = words_of(await street.owner.presses("认错保证书"))
    assert "依据：鄂城规则 三(五)" in draft
    assert "外地做法" not in draft  # R2: it is the place's own
    assert words.FREE in draft
    await signs(street.owner)
    (pledge,) = [one for one in await pledges_of(street) if one.state == "signed"]
    assert (pledge.kind, [promise.id for promise in pledge.promises]) == ("acknowledgement", ["a1"])


async def test_r2_a_clause_of_another_place_is_said_to_be_one(street: Street) -> None:
    assert "依据：定海意见 二(三)（外地做法，仅供参考）" in words_of(await opens_draft(street))


@pytest.mark.parametrize(
    ("facts", "rule", "clause"),
    [({"red": "是"}, "R11", "不适用本《意见》"), ({"influence": "是"}, "R35", "依法依规予以处罚")],
)
async def test_r11_r35_no_pledge_stands_in_where_leniency_is_barred_and_the_clause_says_why(
    street: Street, facts: dict[str, str], rule: str, clause: str
) -> None:
    """R22 too."""
    await opens_draft(street, **facts)
    await street.owner.presses("换一种")
    for kind in ("认错保证书", "自愿履行承诺书"):
        refused = words_of(await street.owner.presses(kind))
        assert f"规则{rule}。" in refused
        assert clause in refused
        assert words.REFUSED_NEXT in refused
        assert "签名" not in street.owner.labels
        await street.owner.presses("换一种")
    assert "签名" in [label for part in await street.owner.presses("整改承诺书") for _, label in part.buttons]


async def test_r33_redress_has_terms_a_day_what_the_injured_party_says_and_a_witness(street: Street) -> None:
    await opens_draft(street)
    await street.owner.presses("换一种")
    await street.owner.presses("赔礼道歉赔偿协议")
    await street.owner.says("顾客王女士")
    await street.owner.says("当面道歉，赔偿300元")
    await street.owner.says("12月10日前")  # later than the rectification: its own day
    await street.owner.says("接受道歉，同意这个数")
    draft = words_of(await street.owner.says("社区工作人员赵示例"))
    for known in (
        "受害方：顾客王女士",
        "1. 当面道歉，赔偿300元（2026年12月10日",
        "受害方的话：接受道歉",
        "见证人：社区",
    ):
        assert known in draft
    await street.owner.presses("改受害方")
    await street.owner.says("顾客王女士")
    await street.owner.says("希望再道歉一次")
    assert "受害方的话：希望再道歉一次" in words_of(await street.owner.says("社区工作人员赵示例"))
    await signs(street.owner)
    (pledge,) = [one for one in await pledges_of(street) if one.state == "signed"]
    assert pledge.injured is not None
    assert (pledge.injured.says, pledge.injured.witness) == ("希望再道歉一次", "社区工作人员赵示例")
    assert await states(street) == {"d1": "open"}
    assert "下一条12月10日前" in words_of(await looks(street))


async def test_a_closed_case_asks_for_no_pledge(street: Street) -> None:
    await signed(street)
    await hands_in(street)
    await looks(street)
    await street.officer.presses("复核通过")
    await street.officer.presses("跳过")
    await street.officer.presses("确认通过")
    await looks(street)
    await street.officer.presses("记回访")
    await street.officer.says("改好了")
    await street.officer.says("现场看过")
    await street.officer.presses("确认回访")
    await closes(street)
    assert (await newest(street)).case.outcome == "exempt_minor"
    closed = await presses_act(street.owner, do="pledge", id=(await newest(street)).id)
    assert lead_of(closed) == words.CLOSED


# ---- a new version


async def test_r34_a_change_after_signing_is_a_new_version_and_the_old_one_says_replaced(street: Street) -> None:
    old = await signed(street)
    await presses_act(street.owner, do="pledge_page", id=old.id)
    await street.owner.presses("签新版")
    assert "（第2版）" in words_of(street.owner.last)
    assert "删一条" not in street.owner.labels  # what was signed is not dropped
    await street.owner.presses("改一条")
    await street.owner.says("健康证上墙，并且发照片")
    await street.owner.says("11月24日前")
    await signs(street.owner)
    first, second = await pledges_of(street)
    assert (first.state, first.text, first.digest) == ("replaced", old.text, old.digest)
    assert (second.state, second.version) == ("signed", 2)
    assert first.code != second.code
    info = await newest(street)
    assert [(p.id, p.text, p.due.day) for p in info.case.promises] == [("r1", "健康证上墙，并且发照片", 24)]
    told = words_of((await inbox(street.officer))[-1:])
    assert "（第2版），1条，代替旧版" in told
    before, now = (
        "改正“后厨没公示健康证”的问题（2026年11月25日，星期三前）",
        "健康证上墙，并且发照片（2026年11月24日，星期二前）",
    )
    assert words.CHANGED_TO.format(before=before, now=now) in told
    assert "已由第2版代替" in words_of(await presses_act(street.owner, do="pledge_page", id=old.id))
    text = words_of(await presses_act(street.owner, do="pledge_text", id=old.id))
    assert "改正“后厨没公示健康证”的问题（2026年11月25日" in text
    assert "第2版" in street.owner.labels


async def test_r2_what_no_document_of_the_place_has_stands_in_for_nothing_there(world: World) -> None:
    """R2, R36: another place's 认错保证书 may be signed, says what it is not, and costs no leniency when it is broken."""
    firm = await world.enterprise("示例外地面馆", division="410526")
    owner = await world.contact(firm)
    await world.office("officer", jurisdiction="410526")
    async with world.database.transaction() as session:
        (office,) = await people.offices(session, jurisdiction="410526", role="officer", demo=False)
        info = await cases.open_case(
            session,
            series=world.house.series("410526", office.department),
            enterprise=firm,
            office=office.id,
            problem="后厨没公示健康证",
            items=[],
            case=courses.diagnosed(),
            person=office.person,
            now=world.clock.now(),
        )
    kinds = words_of(await presses_act(owner, do="pledge_kinds", id=info.id))
    assert f"用于免行政处罚的案件{words.ELSEWHERE}" in kinds
    draft = words_of(await owner.presses("认错保证书"))
    assert words.EFFECT_NONE in draft and words.EFFECT_BY_CLAUSE not in draft
    assert "外地做法，仅供参考（湖北省鄂州市鄂城区）" in draft
    await signs(owner)
    async with world.database.reading() as session:
        assert [one.kind for one in await pledges.of_case(session, info.id)] == ["acknowledgement"]
        (promise,) = (await cases.case_file(session, info.id)).case.promises  # type: ignore[union-attr]
    assert promise.kind == "rectification"
    world.clock.passes(days=30)
    async with world.database.transaction() as session:
        await break_late(clock_turn(session, world.house, world.conversation.engine, world.clock.now()))
        case = (await cases.case_file(session, info.id)).case  # type: ignore[union-attr]
    assert ([one.state for one in case.promises], case.leniency_lost, case.warning) == (["broken"], "", "urgent")


async def test_r34_what_was_settled_is_carried_along_and_cannot_be_changed(street: Street) -> None:
    pledge = await signed(street, second="11月23日")
    await hands_in(street, "2.")
    await looks(street)
    await street.officer.presses("复核通过")
    await street.officer.presses("跳过")
    await street.officer.presses("确认通过")
    assert await states(street) == {"r1": "open", "r2": "kept"}
    await presses_act(street.owner, do="pledge", id=pledge.case, kind="rectification", amend=True)
    assert "2. 摆好灭火器（2026年11月23日，星期一前，已做到）" in words_of(street.owner.last)
    only = await street.owner.presses("改一条")
    assert "摆好灭火器" not in words_of(only)
    await street.owner.presses("跳过")
    await street.owner.says("11月24日前")
    await signs(street.owner)
    assert await states(street) == {"r1": "open", "r2": "kept"}


# ---- reviewing


async def test_r34_evidence_names_its_promise_and_is_reviewed_by_itself(street: Street) -> None:
    await signed(street, second="11月23日")
    answer = await hands_in(street, "2.")
    assert "这一条等复核" in words_of(answer)
    info = await newest(street)
    assert (info.case.turn, info.case.has_waiting_promise) == ("enterprise", True)
    async with street.world.database.reading() as session:
        assert [one.promise for one in await evidence.of_case(session, info.id)] == ["r2"]
    assert "待复核1条" in words_of(await looks(street))
    assert "承诺：摆好灭火器" in words_of(await presses_act(street.officer, do="evidence", id=info.id))
    await looks(street)
    await street.officer.presses("复核通过")
    await street.officer.presses("跳过")
    done = await street.officer.presses("确认通过")
    assert words.KEPT.format(count=1) in words_of(done)
    assert "做到的承诺有1条" in words_of([(await inbox(street.owner))[-1]])
    assert (await newest(street)).case.stage == "rectifying"


async def test_r26_r34_all_is_passed_at_once_or_promise_by_promise(street: Street) -> None:
    await signed(street, second="11月23日")
    await hands_in(street, "全部")
    await looks(street)
    asked = await street.officer.presses("复核通过")
    assert "1. 改正“后厨没公示健康证”的问题" in words_of(asked)
    await street.officer.presses("选几条")
    await street.officer.presses("2.")
    await street.officer.presses("选好了")
    await street.officer.presses("跳过")
    await street.officer.presses("确认通过")
    assert await states(street) == {"r1": "open", "r2": "kept"}
    assert (await newest(street)).case.stage == "submitted"
    await looks(street)
    await street.officer.presses("复核通过")
    await street.officer.presses("跳过")
    await street.officer.presses("确认通过")
    assert await states(street) == {"r1": "kept", "r2": "kept"}
    assert (await newest(street)).case.stage == "passed"


async def test_r36_one_promise_is_returned_with_what_is_missing_and_a_second_period(street: Street) -> None:
    await signed(street, second="11月23日")
    await hands_in(street, "全部")
    await looks(street)
    await street.officer.presses("退回")
    await street.officer.presses("选几条")
    await street.officer.presses("2.")
    await street.officer.presses("选好了")
    await street.officer.says("缺灭火器的照片")
    await street.officer.says("11月24日前")
    done = await street.officer.presses("确认退回")
    assert words.RETURNED_SOME.format(count=1) in words_of(done)
    case = (await newest(street)).case
    assert [(p.id, p.period, p.is_waiting) for p in case.promises] == [("r1", 1, True), ("r2", 2, False)]
    told = words_of([(await inbox(street.owner))[-1]])
    assert "缺灭火器的照片" in told and "摆好灭火器" in told and "2026年11月24日（星期二）" in told
    assert house_words.NOTICE_RIGHTS in told


async def test_r36_the_officer_finds_a_promise_broken_after_a_failed_second_period(street: Street) -> None:
    await signed(street)
    for day in ("11月26日", "11月27日"):
        await looks(street)
        assert words.LABEL_BREAK not in street.officer.labels
        await hands_in(street)
        await looks(street)
        await street.officer.presses("退回")
        await street.officer.says("还是没有上墙")
        await street.officer.says(day)
        await street.officer.presses("确认退回")
    (pledge,) = await pledges_of(street)
    await presses_act(street.officer, do="pledge_page", id=pledge.id)
    await street.officer.presses(words.LABEL_BREAK)
    await street.officer.says("第二次检查还是没有")
    await street.officer.presses("确认没做到")
    assert await states(street) == {"r1": "broken"}
    told = words_of([(await inbox(street.owner))[-1]])
    assert "承诺没有按时做到" in told and house_words.NOTICE_RIGHTS in told


async def test_nothing_is_found_broken_before_its_time(street: Street) -> None:
    await signed(street)
    answer = await presses_act(street.officer, do="break_promise", id=(await newest(street)).id)
    assert lead_of(answer) == words.NONE_BROKEN


# ---- the clock


async def test_r36_the_day_passes_without_evidence_and_the_clock_finds_it_broken_once(street: Street) -> None:
    await signed(street, second="11月23日")
    assert await reaches(street, 23) != []  # the reminder of the day
    assert await states(street) == {"r1": "open", "r2": "open"}
    assert await reaches(street, 24, hour=7) == []  # R41
    await reaches(street, 24)
    assert await states(street) == {"r1": "open", "r2": "broken"}
    await reaches(street, 24, hour=10)
    told = [words_of([part]) for part in await inbox(street.officer)]
    assert sum("承诺没有按时做到" in one for one in told) == 1
    owner = [words_of([part]) for part in await inbox(street.owner)]
    said = next(one for one in owner if "承诺没有按时做到" in one)
    assert words.TOLD_BROKEN_URGENT in said  # R20: a slight case turns urgent first
    assert house_words.NOTICE_RIGHTS in said
    info = await newest(street)
    async with street.world.database.reading() as session:
        assert [event.act for event in await cases.events(session, info.id)].count("break_promise") == 1
        noted = await chain.events(session, chain.ENTERPRISES, street.firm)
        assert [broken async for broken in cases.broken_chains(session)] == []
    assert [event.act for event in noted if event.act == "pledge_broken"] == ["pledge_broken"]  # 滑县 三(二)


async def test_r36_a_broken_substitute_falls_away_and_the_case_goes_on_as_usual(street: Street) -> None:
    await opens_draft(street)
    await street.owner.presses("换一种")
    await street.owner.presses("认错保证书")
    await signs(street.owner)
    await reaches(street, 26)
    info = await newest(street)
    assert (info.case.promises[0].state, info.case.leniency_lost) == ("broken", "R36")
    owner = [words_of([part]) for part in await inbox(street.owner)]
    assert any(words.TOLD_BROKEN_LOST in one for one in owner)
    await presses_act(street.owner, do="pledge", id=info.id, kind="voluntary")
    assert "规则R36。" in words_of(street.owner.last)
    assert "没有履行" in words_of(await looks(street))


async def test_r36_partly_kept_is_shown_as_such(street: Street) -> None:
    await signed(street, second="11月23日")
    await reaches(street, 24)
    await hands_in(street)
    await looks(street)
    await street.officer.presses("复核通过")
    await street.officer.presses("跳过")
    await street.officer.presses("确认通过")
    assert await states(street) == {"r1": "kept", "r2": "broken"}
    page = words_of(await looks(street))
    assert "2条，部分履行，做到1条，没做到1条" in page


async def test_r40_evidence_in_time_keeps_the_clock_from_it(street: Street) -> None:
    await signed(street, second="11月23日")
    await hands_in(street, "2.")
    for day in (24, 25):
        await reaches(street, day)
    assert await states(street) == {"r1": "open", "r2": "open"}


async def test_r24_a_historical_case_is_left_alone_by_the_clock(street: Street) -> None:
    await logged(street)
    await street.officer.presses("诊断")
    for answer in ("是", "不是", "不是", "不是", "不是", "是", "不是", "是"):
        await street.officer.says(answer)
    await street.officer.presses("确认诊断")
    await inbox(street.owner)
    await street.owner.presses("签承诺书")
    await signs(street.owner)
    await reaches(street, 27)
    assert await states(street) == {"r1": "open"}


async def test_r39_a_promise_with_its_own_day_has_its_own_reminders(street: Street) -> None:
    """The owner alone is told of it; the case's own day has the reminder that names its promise, too."""
    await signed(street, second="11月24日")
    came = {}
    for day in (23, 24, 25):
        before = len(await inbox(street.owner))
        await reaches(street, day)
        came[day] = [words_of([part]) for part in (await inbox(street.owner))[before:]]
    assert [one for one in came[23] if "的承诺快到期了。还有1个工作日" in one and "承诺：摆好灭火器" in one]
    assert [one for one in came[24] if "的承诺今天到期" in one]
    case_day = [one for one in came[25] if "今天到期（2026年11月25日（星期三））" in one]
    assert len(case_day) == 1 and "承诺：改正“后厨没公示健康证”的问题" in case_day[0]


# ---- checking


async def test_r34_the_officer_verifies_and_a_change_of_the_record_shows(street: Street) -> None:
    pledge = await signed(street)
    await presses_act(street.officer, do="pledge_page", id=pledge.id)
    assert pledge.digest is not None
    assert pledge.digest[:16] in words_of(street.officer.last)
    assert lead_of(await street.officer.presses("核对")) == words.INTACT
    for change in ({"text": pledge.text + "。"}, {"signed_name": "王示例"}, {"promises": "[]"}):
        async with street.world.database.transaction() as session:
            await session.execute(update(Pledge).where(Pledge.id == pledge.id).values(**change))
        said = words_of(await presses_act(street.officer, do="verify_pledge", id=pledge.id))
        assert words.BROKEN_RECORD in said and words.PARTS["text"] in said
        undo = {"text": pledge.text, "signed_name": pledge.signed_name}
        async with street.world.database.transaction() as session:
            await session.execute(update(Pledge).where(Pledge.id == pledge.id).values(**undo))


async def test_r34_a_digest_that_was_changed_with_the_text_is_found_by_the_case_record(street: Street) -> None:
    pledge = await signed(street)
    async with street.world.database.transaction() as session:
        await session.execute(update(Pledge).where(Pledge.id == pledge.id).values(digest="f" * 64))
    said = words_of(await presses_act(street.officer, do="verify_pledge", id=pledge.id))
    assert words.PARTS["event"] in said


async def test_the_code_has_its_page_and_its_picture(street: Street) -> None:
    pledge = await signed(street)
    assert pledge.code is not None
    answer = await presses_act(street.owner, do="pledge_code", id=pledge.id)
    assert f"https://example.invalid/p/{pledge.code}" in words_of(answer)
    assert [name for part in answer for _, name, _ in part.files] == [words.CODE_PICTURE]


async def test_the_pledge_stands_on_the_case_in_its_course_and_in_my_cases(street: Street) -> None:
    await signed(street)
    assert "整改承诺书第1版：1条，履行中，下一条11月25日前" in words_of(await looks(street))
    assert "签承诺书：整改承诺书第1版" in words_of(await street.officer.presses("全过程"))
    assert "承诺1条做到0条" in words_of(await street.owner.says("我的事项"))


@on_sqlite
async def test_on_telegram_the_same_words_are_there_without_a_signature_pad(street: Street) -> None:
    phone = await street.world.contact(street.firm, chat="4711", name="郑示例", channel="telegram")
    await diagnosed(street)
    await inbox(phone)
    await presses_act(phone, do="pledge", id=(await newest(street)).id)
    await phone.presses("签名")
    assert words.SIGN_ALSO in words_of(phone.last)
    await phone.says("郑示例")
    await phone.presses("确认签署")
    (pledge,) = await pledges_of(street)
    assert (pledge.channel, pledge.signed_name) == ("telegram", "郑示例")
