"""Offices (R1): invitation, licence, leave with a delegate, revoking; and who signs what an officer sends (R46)."""

from __future__ import annotations

import datetime as dt

import pytest

from handlers import menus, words
from handlers.conversation import Knowledge
from storage import people
from storage.database import Database
from storage.tables import Appointment, Contact, Fact
from tests.handlers.test_flow_engine import token_of
from tests.handlers.test_permissions import (
    REFUSED,
    assert_form,
    checks_size,
    count,
    latest_check,
    on_sqlite,
    presses_act,
    told,
)
from tests.people import Clock, Person, World, lead_of, words_of


@pytest.fixture
async def admin(world: World) -> Person:
    return await world.office("admin", name="吴示例", department="示例政务局")


async def office_of(world: World, chat: str) -> people.Office:
    """The live office that a chat speaks with."""
    async with world.database.reading() as session:
        speaker = await people.speaker_of(session, "web", chat, world.clock.now().date(), demo=False)
    assert speaker.office is not None
    return speaker.office


async def opens(admin: Person, name: str) -> None:
    """Open the page of somebody on the admin's list."""
    await admin.says("人员")
    line = next(line for line in words_of(admin.last).splitlines() if name in line)
    await admin.presses(line.partition(".")[0] + ".")


async def revokes(admin: Person, name: str) -> None:
    await opens(admin, name)
    await admin.presses("撤销任职")
    await admin.presses("确认撤销")


@on_sqlite
async def test_an_invited_officer_has_the_department_and_licence_of_the_invitation(world: World, admin: Person) -> None:
    for said in ("邀请人员", "执法人员", "钱示例", "示例局", "示例-0007", "2028年6月30日"):
        await admin.says(said)
    review = words_of(admin.last)
    assert "1. 职务：执法人员\n2. 姓名：钱示例\n3. 部门：示例局\n4. 执法证号：示例-0007" in review
    assert lead_of(await admin.presses("发邀请码")) == words.INVITED.format(name="钱示例")
    assert [name for _, name, _ in admin.last[-1].files] == [words.CODE_PICTURE]
    invited = world.person("invited")
    await invited.says(f"/start {world.codes[-1]}")
    assert "示例局执法人员钱示例（鄂城）。执法证有效期到2028年6月30日" in words_of(invited.last)
    answer = await invited.presses("确认绑定")
    assert answer[-1].menu == menus.lasting("officer")
    said = words_of(await invited.says("我的任职"))
    assert "部门：示例局（鄂城）\n执法证：示例-0007，有效期到2028年6月30日" in said
    assert await count(world, Appointment, licence="示例-0007", jurisdiction="420704") == 1


@on_sqlite
async def test_what_an_invitation_makes_of_one_is_said_in_short_sentences(
    database: Database, shipped: Knowledge, clock: Clock
) -> None:
    plain = World(database, shipped, clock)
    admin, invited = await plain.office("admin"), plain.person("invited")
    for said in ("邀请人员", "执法人员", "钱示例", "鄂城区市场监督管理局", "示例-0007", "2028年6月30日"):
        await admin.says(said)
    await admin.presses("发邀请码")
    await invited.says(f"/start {plain.codes[-1]}")
    assert_form((await invited.presses("确认绑定"))[-1])


@on_sqlite
async def test_every_other_office_is_taken_up_without_a_licence(world: World, admin: Person) -> None:
    for role in menus.OFFICES[1:]:
        for said in ("邀请人员", menus.ROLE_NAMES[role], "钱示例", "示例单位"):
            await admin.says(said)
        assert "执法证" not in words_of(admin.last)
        await admin.presses("发邀请码")
        invited = world.person(role + "-invited")
        await invited.says("绑定企业")
        await invited.says(world.codes[-1])
        assert lead_of(await invited.says("确认")).startswith("绑定好了")
        assert invited.labels == [entry.label for entry in menus.shown(role)]
        assert lead_of(await invited.says("我的任职")) == f"示例单位{menus.ROLE_NAMES[role]}钱示例"


# ---- revoking


async def test_revoking_works_at_once_and_the_person_is_told(world: World, admin: Person) -> None:
    officer = await world.office("officer", name="钱示例")
    await officer.says("找企业")
    assert "钱示例，示例市场监管局执法人员\n" in words_of(await admin.says("人员")) + "\n"
    await opens(admin, "钱示例")
    assert lead_of(await admin.presses("撤销任职")) == words.REVOKE_ASK.format(name="钱示例")
    assert await count(world, Appointment, until=None) == 2
    sure = token_of(admin, "确认撤销")
    assert lead_of(await admin.presses("确认撤销")) == words.REVOKED.format(name="钱示例")
    last = (await told(officer))[-1]
    assert (words_of([last]), last.menu) == (words.REVOKED_TOLD, menus.lasting("guest"))
    assert lead_of(await officer.says("我的任职")) == f"访客{REFUSED}。"
    world.clock.passes(minutes=1)
    assert lead_of(await admin.presses_token(sure)) == words.OFFICE_GONE
    assert sum(words.REVOKED_TOLD in words_of([part]) for part in await told(officer)) == 1


@on_sqlite
async def test_a_flow_that_an_office_began_ends_with_the_office(world: World, admin: Person) -> None:
    for person, said, submit in (
        (await world.office("officer", chat="a", name="钱示例"), ("请假委托", "12月1日", "12月5日"), "确认请假"),
        (
            await world.office("officer", chat="b", name="孙示例", department="示例城管局"),
            ("登记企业", "示例小面馆", "92420704MA0000001P", "跳过", "跳过", "跳过"),
            "登记",
        ),
        (
            await world.office("admin", chat="c", name="郑示例"),
            ("邀请人员", "镇街", "冯示例", "示例街道办"),
            "发邀请码",
        ),
    ):
        for one in said:
            await person.says(one)
        assert submit in person.labels
        name = (await office_of(world, person.chat)).name
        await revokes(admin, name)
        assert lead_of(await person.presses(submit)) == words.FLOW_NONE
    assert world.codes == []


@on_sqlite
async def test_a_revoked_admin_does_not_come_back_by_an_invitation_of_their_own(world: World, admin: Person) -> None:
    other = await world.office("admin", chat="other", name="郑示例")
    for said in ("邀请人员", "管理员", "郑示例", "示例政务局"):
        await other.says(said)
    await other.presses("发邀请码")
    await revokes(admin, "郑示例")
    await other.says("绑定企业")
    await other.says(world.codes[-1])
    assert "确认绑定" not in other.labels


# ---- licence


@on_sqlite
async def test_an_expired_licence_may_read_but_not_issue_codes_and_is_told(world: World) -> None:
    firm = await world.enterprise()
    owner = await world.contact(firm)
    officer = await world.office("officer", licence_until=dt.date(2026, 11, 20))
    await presses_act(officer, do="issue_for", id=firm)
    assert len(world.codes) == 1  # its last day counts
    await checks_size(owner)
    await owner.presses("发给执法")
    world.clock.passes(days=1)
    answer = await presses_act(officer, do="issue_for", id=firm)
    assert words_of(answer) == f"{words.LICENCE_EXPIRED}\n{words.LICENCE_EXPIRED_NEXT}"
    assert len(world.codes) == 1
    assert words.LICENCE_EXPIRED in words_of(await officer.says("我的任职"))
    await officer.says("找企业")
    assert "示例好味道餐馆" in words_of(await officer.says("好味道"))
    assert "示例好味道餐馆" in words_of(await presses_act(officer, do="received_one", id=await latest_check(world)))


@on_sqlite
async def test_an_officer_without_a_licence_may_not_issue_codes(world: World) -> None:
    firm = await world.enterprise()
    officer = await world.office("officer", licence_until=None)
    assert lead_of(await presses_act(officer, do="issue_for", id=firm)) == words.LICENCE_EXPIRED


@pytest.mark.parametrize("act", ["verify_fact", "end_contact", "drop codes", "add_enterprise"])
@on_sqlite
async def test_an_expired_licence_may_only_read(world: World, act: str) -> None:
    firm = await world.enterprise()
    owner = await world.contact(firm)
    await checks_size(owner)
    officer = await world.office("officer", licence_until=dt.date(2026, 11, 19))
    if act == "verify_fact":
        await presses_act(officer, do=act, id=firm, fact="persons")
        assert await count(world, Fact, status="verified") == 0
    elif act == "end_contact":
        async with world.database.reading() as session:
            contact = (await people.contacts_of(session, firm))[0].contact
        await presses_act(officer, do=act, id=firm, contact=contact, sure=True)
        assert await count(world, Contact, until=None) == 1
    elif act == "drop codes":
        assert lead_of(await presses_act(officer, do="issue_for", id=firm, drop=True)) == words.LICENCE_EXPIRED
    else:
        assert lead_of(await officer.says("登记企业")) == words.LICENCE_EXPIRED


async def test_an_admin_renews_a_licence_and_the_officer_may_act_again(world: World, admin: Person) -> None:
    firm = await world.enterprise()
    officer = await world.office("officer", name="钱示例", licence_until=dt.date(2026, 11, 19))
    assert lead_of(await presses_act(officer, do="issue_for", id=firm)) == words.LICENCE_EXPIRED
    await opens(admin, "钱示例")
    await admin.presses("更新执法证")
    await admin.says("示例-0008")
    await admin.says("2029年12月31日")
    assert lead_of(await admin.presses("保存")) == words.LICENCE_SAVED
    assert "执法证：示例-0008，有效期到2029年12月31日" in words_of(admin.last)
    assert lead_of(await presses_act(officer, do="issue_for", id=firm)) == "“示例好味道餐馆”的绑定码："


# ---- leave


async def _sends_a_check(owner: Person) -> None:
    await checks_size(owner)
    await owner.presses("发给执法")


async def test_what_is_sent_during_a_leave_goes_to_the_delegate(world: World) -> None:
    owner = await world.contact(await world.enterprise())
    officer = await world.office("officer", name="钱示例")
    delegate = await world.office("officer", chat="delegate", name="孙示例")
    stranger = await world.office("officer", chat="stranger", name="赵外地", department="示例城管局")
    await officer.says("请假委托")
    await officer.says("今天")
    await officer.says("12月5日")
    assert officer.labels[:2] == ["孙示例", "跳过"]
    await officer.presses("孙示例")
    assert lead_of(await officer.presses("确认请假")) == words.LEAVE_SAVED
    assert "请假：2026年11月20日到2026年12月5日" in words_of(officer.last)
    assert words.LEAVE_TOLD.format(name="钱示例") in words_of((await told(delegate))[-1:])
    assert words.ACTING.format(name="钱示例") in words_of(await delegate.says("我的任职"))
    before = len(await told(officer))
    await checks_size(owner)
    await owner.presses("发给执法")
    await owner.presses("2." if "2. 示例市场监管局" in words_of(owner.last) else "1.")
    assert lead_of(owner.last) == words.CHECK_SENT.format(department="示例市场监管局", count=1)
    assert words.CHECK_RECEIVED.format(enterprise="示例好味道餐馆", title="中小微划型") in words_of(
        await told(delegate)
    )
    assert len(await told(officer)) == before
    assert await told(stranger) == []
    delegate.last = await told(delegate)
    assert lead_of(await delegate.presses("看一看")) == "示例好味道餐馆：中小微划型"


@on_sqlite
async def test_after_coming_back_one_is_sent_to_again(world: World) -> None:
    owner = await world.contact(await world.enterprise())
    officer = await world.office("officer", name="钱示例")
    delegate = await world.office("officer", chat="delegate", name="孙示例")
    for said in ("请假委托", "今天", "12月5日", "孙示例", "确认"):
        await officer.says(said)
    assert officer.labels == ["销假", "菜单"]
    assert lead_of(await officer.presses("销假")) == words.LEAVE_ENDED
    assert "请假：" not in words_of(officer.last) and officer.labels == ["请假委托", "菜单"]
    assert words.ACTING.format(name="钱示例") not in words_of(await delegate.says("我的任职"))
    await _sends_a_check(owner)
    assert lead_of(owner.last) == words.CHECK_SENT.format(department="示例市场监管局", count=2)
    assert "收到一份自检" in words_of(await told(officer))


@on_sqlite
async def test_a_leave_that_is_over_or_not_begun_changes_nothing(world: World) -> None:
    owner = await world.contact(await world.enterprise())
    officer = await world.office("officer", name="钱示例")
    await world.office("officer", chat="delegate", name="孙示例")
    for said in ("请假委托", "明天", "11月23日", "孙示例", "确认"):
        await officer.says(said)
    await _sends_a_check(owner)
    assert lead_of(owner.last) == words.CHECK_SENT.format(department="示例市场监管局", count=2)
    world.clock.passes(days=3)
    await _sends_a_check(owner)
    assert lead_of(owner.last) == words.CHECK_SENT.format(department="示例市场监管局", count=1)
    world.clock.passes(days=1)
    await _sends_a_check(owner)
    assert lead_of(owner.last) == words.CHECK_SENT.format(department="示例市场监管局", count=2)


@on_sqlite
async def test_a_leave_without_a_colleague_has_no_delegate(world: World) -> None:
    officer = await world.office("officer", name="钱示例")
    await world.office("officer", chat="other", name="孙示例", department="示例城管局")
    await world.office("officer", chat="abroad", name="赵外地", jurisdiction="410526")
    await officer.says("请假委托")
    await officer.says("今天")
    assert lead_of(await officer.says("12月5日")).startswith("请核对一遍")
    assert lead_of(await officer.presses("确认请假")) == words.LEAVE_SAVED


@on_sqlite
async def test_a_delegate_whose_office_was_revoked_is_sent_nothing(world: World, admin: Person) -> None:
    owner = await world.contact(await world.enterprise())
    officer = await world.office("officer", name="钱示例")
    delegate = await world.office("officer", chat="delegate", name="孙示例")
    for said in ("请假委托", "今天", "12月5日", "孙示例", "确认"):
        await officer.says(said)
    await revokes(admin, "孙示例")
    await _sends_a_check(owner)
    assert "收到一份自检" not in words_of(await told(delegate))
    assert "收到一份自检" in words_of(await told(officer))


@pytest.mark.parametrize(
    "names",
    [("孙示例", "孙示例"), ("阿卜杜热合曼·示例江",), tuple(f"示例{n}" for n in "甲乙丙丁戊己庚辛壬")],
    ids=["two of one name", "a long name", "nine colleagues"],
)
@on_sqlite
async def test_any_colleague_can_be_chosen_as_the_delegate(
    database: Database, shipped: Knowledge, clock: Clock, names: tuple[str, ...]
) -> None:
    plain = World(database, shipped, clock)
    officer = await plain.office("officer", name="钱示例")
    for n, name in enumerate(names):
        await plain.office("officer", chat=f"colleague-{n}", name=name)
    for said in ("请假委托", "今天", "12月5日"):
        await officer.says(said)
    assert_form(officer.last[-1])
    shown = [label for label in officer.labels if "示例" in label or label.endswith("…")]
    assert len(shown) == len(names) or words.LABEL_NEXT in officer.labels


# ---- who is acting (R46)


@on_sqlite
async def test_what_an_officer_sends_an_enterprise_names_department_and_licence(world: World) -> None:
    """R46."""
    firm = await world.enterprise()
    owner = await world.contact(firm)
    officer = await world.office("officer", name="钱示例")
    await presses_act(officer, do="end_contact", id=firm)
    await officer.presses("1.")
    assert lead_of(officer.last) == words.END_CONTACT_ASK.format(name="李示例")
    assert await count(world, Contact, until=None) == 1
    await officer.presses("确认解除")
    last = (await told(owner))[-1]
    assert words_of([last]) == "您不再是“示例好味道餐馆”的联系人。\n示例市场监管局钱示例，执法证号示例-0001。"
    assert last.menu == menus.lasting("guest")
    assert lead_of(await owner.says("我的企业")) == f"访客{REFUSED}。"
    assert await count(world, Contact, ended="ended") == 1


@on_sqlite
async def test_what_an_officer_sends_a_colleague_names_department_and_licence(world: World) -> None:
    """R46."""
    officer = await world.office("officer", name="钱示例")
    delegate = await world.office("officer", chat="delegate", name="孙示例")
    for said in ("请假委托", "今天", "12月5日", "孙示例", "确认"):
        await officer.says(said)
    said = words_of((await told(delegate))[-1:])
    assert "示例市场监管局" in said and "执法证号示例-0001" in said


@on_sqlite
async def test_a_pushed_button_also_works_typed(world: World) -> None:
    owner = await world.contact(await world.enterprise())
    officer = await world.office("officer", name="钱示例")
    await _sends_a_check(owner)
    assert (await told(officer))[-1].buttons[0][1] == "看一看"
    assert lead_of(await officer.says("看一看")) == "示例好味道餐馆：中小微划型"
