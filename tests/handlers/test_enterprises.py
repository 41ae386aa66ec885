"""Enterprises (R1): entered and found by the offices of their place; what is declared is told apart from what is sure."""

from __future__ import annotations

import pytest

from handlers import menus, words
from handlers.conversation import Knowledge
from storage import enterprises
from storage.database import Database
from storage.tables import Enterprise, Fact
from tests.handlers.test_flow_engine import token_of
from tests.handlers.test_permissions import (
    checks_size,
    count,
    latest_check,
    on_sqlite,
    presses_act,
    told,
)
from tests.people import Clock, Person, World, lead_of, words_of

PERSONS = "第1/2步：从业人员有多少？"


@pytest.fixture
async def officer(world: World) -> Person:
    return await world.office("officer", name="钱示例")


# ---- entered


async def test_an_enterprise_is_entered_with_its_code_checked(world: World, officer: Person) -> None:
    await officer.says("登记企业")
    await officer.says("鄂城区示例小面馆")
    assert "第18位应为 P，现在是 Q" in lead_of(await officer.says("92420704MA0000001Q"))
    assert "18位" in lead_of(await officer.says("92420704MA000"))
    await officer.says("92420704ma0000001p")
    for said in ("饭店", "示例路1号", "2024年5月8日"):
        await officer.says(said)
    assert "5. 成立日期：2024年5月8日" in words_of(officer.last)
    assert lead_of(await officer.presses("登记")) == words.ENTERPRISE_ADDED
    assert "地址：示例路1号（登记）" in words_of(officer.last)
    assert officer.labels[0] == "发绑定码"
    async with world.database.reading() as session:
        made = await enterprises.by_code(session, "92420704MA0000001P")
    assert made and (made.division, made.industry_code, made.origin) == ("420704", "6210", "officer")


@on_sqlite
async def test_a_known_code_is_named(world: World, officer: Person) -> None:
    await world.enterprise("示例老面馆", code="92420704MA0000002T")
    await officer.says("登记企业")
    await officer.says("鄂城区示例小面馆")
    assert lead_of(await officer.says("92420704MA0000002T")) == words.ENTERPRISE_KNOWN.format(name="示例老面馆")
    assert lead_of(await officer.says("92420704MA0000001P")).startswith("第3/5步")


@on_sqlite
async def test_a_misread_letter_is_offered_right(database: Database, shipped: Knowledge, clock: Clock) -> None:
    officer = await World(database, shipped, clock).office("officer")
    await officer.says("登记企业")
    await officer.says("鄂城区示例小面馆")
    assert "92420704MA0000001P" in lead_of(await officer.says("92420704MAO000001P"))
    assert lead_of(await officer.presses("改成这个")).startswith("第3/5步")


@on_sqlite
async def test_what_was_meant_is_a_sentence_of_its_own(database: Database, shipped: Knowledge, clock: Clock) -> None:
    officer = await World(database, shipped, clock).office("officer")
    await officer.says("登记企业")
    await officer.says("鄂城区示例小面馆")
    assert "。是不是" in lead_of(await officer.says("92420704MAO000001P"))


@on_sqlite
async def test_a_code_of_another_place_is_refused_with_the_place(world: World, officer: Person) -> None:
    await officer.says("登记企业")
    await officer.says("示例外地面馆")
    said = lead_of(await officer.says("92410526MA00000015"))
    assert said.startswith("这个代码登记在") and said.endswith("不归您管。") and "滑县" in said
    assert await count(world, Enterprise) == 0


@on_sqlite
async def test_a_known_enterprise_of_another_place_is_not_named(world: World, officer: Person) -> None:
    await world.enterprise("示例外地面馆", code="92420704MA0000001P", division="410526")
    await officer.says("登记企业")
    await officer.says("示例小面馆")
    said = lead_of(await officer.says("92420704MA0000001P"))
    assert said == words.ENTERPRISE_KNOWN.format(name=words.ENTERPRISE_OTHER)


# ---- found


@on_sqlite
async def test_an_enterprise_is_found_by_name_part_or_code(world: World, officer: Person) -> None:
    await world.enterprise()
    await world.enterprise("另一家小卖部")
    for said in ("好味道", "示例好味道餐馆", "92420704MA0000001P", "92420704ma0000001p", "示例 餐馆"):
        assert lead_of(await officer.says("找企业")) == words.FIND_WHAT
        assert lead_of(await officer.says(said)) == "示例好味道餐馆"


@on_sqlite
async def test_of_several_one_is_chosen_and_nothing_found_leads_on(world: World, officer: Person) -> None:
    await world.enterprise("示例一店", address="示例路1号")
    await world.enterprise("示例二店", address="示例路2号")
    await officer.says("找企业")
    assert lead_of(await officer.says("示例")) == words.FIND_WHICH
    assert "1. 示例一店（示例路1号）\n2. 示例二店（示例路2号）" in words_of(officer.last)
    assert lead_of(await officer.says("2")) == "示例二店"
    await officer.presses("找企业")
    assert lead_of(await officer.says("没有这家")) == words.FIND_NOTHING
    assert officer.labels == ["找企业", "登记企业", "菜单"]
    liaison = await world.office("liaison")
    await liaison.says("找企业")
    await liaison.says("没有这家")
    assert liaison.labels == ["找企业", "菜单"]
    await liaison.presses("找企业")
    await liaison.says("示例一店")
    assert liaison.labels == ["找企业", "菜单"]


@on_sqlite
async def test_more_than_five_found_are_turned_over_by_page(world: World, officer: Person) -> None:
    for n in "一二三四五六":
        await world.enterprise(f"示例{n}店")
    await officer.says("发绑定码")
    await officer.says("示例")
    assert "下一页" in officer.labels
    await officer.presses("下一页")
    assert words_of(officer.last).count("店（") == 1


@on_sqlite
async def test_a_code_is_issued_to_whom_was_found(world: World, officer: Person) -> None:
    await world.enterprise("示例一店")
    await world.enterprise("示例二店")
    await officer.says("发绑定码")
    await officer.says("示例")
    await officer.presses("2.")
    code = world.codes[-1]
    assert lead_of(officer.last) == "“示例二店”的绑定码："
    assert f"绑定码：{code[:5]}-{code[5:]}" in words_of(officer.last)
    assert f"网页：https://example.invalid/#bind={code}" in words_of(officer.last)
    assert [name for _, name, _ in officer.last[-1].files] == [words.CODE_PICTURE]
    assert words.CODE_ONCE.format(hours=72) in words_of(officer.last)


# ---- declared, verified, registered


async def test_declared_verified_and_registered_are_told_apart_everywhere(world: World, officer: Person) -> None:
    firm = await world.enterprise()
    owner = await world.contact(firm)
    await checks_size(owner)
    registered, declared = "行业：正餐服务6210（登记）", "从业人员：25人（自报，2026-11-20）"
    for said in (
        words_of(await owner.says("我的企业")),
        words_of(await presses_act(officer, do="enterprise", id=firm)),
    ):
        assert registered in said and declared in said
        assert "统一社会信用代码：92420704MA0000001P（登记）" in said
        assert "成立日期：2019年4月12日（登记）" in said
    await officer.presses("核实自报")
    assert "1. 从业人员：25人\n2. 营业收入：800万元" in words_of(officer.last)
    assert lead_of(await officer.presses("1.")) == words.VERIFIED
    verified = "从业人员：25人（已核实，2026-11-20）"
    assert verified in words_of(officer.last) and "营业收入：800万元（自报，2026-11-20）" in words_of(officer.last)
    assert verified in words_of(await owner.says("我的企业"))
    await owner.says("划型自检")
    review = words_of(owner.last)
    assert "2. 从业人员：25人（已核实）\n3. 营业收入：800万元（上次自报）" in review
    assert "1. 行业：正餐服务（6210）（登记）" in review
    assert lead_of(await owner.says("修改第2项")) == words.FLOW_VERIFIED.format(title="从业人员")
    await owner.says("修改第3项")
    await owner.says("900万元")
    assert "3. 营业收入：900万元\n" in words_of(owner.last) + "\n"
    await owner.presses("看结果")
    await owner.presses("发给执法")
    page = words_of(await presses_act(officer, do="received_one", id=await latest_check(world)))
    assert "行业：正餐服务（6210）（登记）" in page
    assert "从业人员：25人（已核实）\n营业收入：900万元（自报）" in page


@on_sqlite
async def test_what_is_known_is_not_asked(world: World) -> None:
    owner = await world.contact(await world.enterprise())
    assert lead_of(await owner.says("划型自检")) == PERSONS  # the industry is in the register
    await owner.says("25人")
    await owner.says("800万元")
    await owner.presses("看结果")
    assert lead_of(await owner.says("划型自检")).startswith("请核对一遍")  # all of it was said before
    await owner.says("取消")
    await owner.says("困难自检")
    await owner.says("不属于")
    assert lead_of(owner.last) == "第2/4步：企业做的事，涉及下面哪几样？"  # founded is in the register
    await owner.says("都不涉及")
    await owner.says("都没有")
    assert lead_of(owner.last).startswith("请核对一遍")


@on_sqlite
async def test_where_an_enterprise_is_registered_is_not_asked(world: World) -> None:
    """R12: the division of the register answers it, also when it is another one."""
    here = await world.contact(await world.enterprise())
    assert lead_of(await here.says("四新自检")).startswith("第1/3步")
    away = await world.contact(await world.enterprise("示例外地面馆", division="410526"), "away", "赵外地")
    for said in ("四新自检", "新技术", "是", "没有"):
        await away.says(said)
    assert "2. 在鄂城区注册：不是（登记）" in words_of(away.last)


@on_sqlite
async def test_an_industry_too_coarse_for_the_method_is_asked_for(world: World) -> None:
    firm = await world.enterprise(industry_code="70", industry="房地产业")
    owner = await world.contact(firm)
    assert lead_of(await owner.says("划型自检")).endswith("企业主要做哪一行？")


@on_sqlite
async def test_not_known_is_not_kept_as_declared(world: World) -> None:
    owner = await world.contact(await world.enterprise())
    await owner.says("划型自检")
    await owner.says("不清楚")
    await owner.says("800万元")
    await owner.presses("看结果")
    assert await count(world, Fact) == 1
    assert "从业人员" not in words_of(await owner.says("我的企业"))
    assert lead_of(await owner.says("划型自检")) == "从业人员有多少？"


@on_sqlite
async def test_what_a_guest_says_is_not_kept(world: World) -> None:
    guest = world.person("guest")
    for said in ("划型自检", "饭店", "25人", "800万元"):
        await guest.says(said)
    assert words.CHECK_NOT_KEPT in words_of(await guest.presses("看结果"))
    assert "发给执法" not in guest.labels
    assert await count(world, Fact) == 0


@on_sqlite
async def test_facts_of_one_enterprise_say_nothing_of_another(world: World) -> None:
    first, second = await world.enterprise(), await world.enterprise("示例二店")
    owner, other = await world.contact(first), await world.contact(second, "other", "周示例")
    await checks_size(owner)
    assert lead_of(await other.says("划型自检")) == PERSONS
    assert "自报" not in words_of(await other.says("我的企业"))


@on_sqlite
async def test_an_old_button_verifies_no_value_that_the_officer_has_not_seen(world: World, officer: Person) -> None:
    firm = await world.enterprise()
    owner = await world.contact(firm)
    await checks_size(owner)
    await presses_act(officer, do="verify_fact", id=firm)
    assert "1. 从业人员：25人" in words_of(officer.last)
    old = token_of(officer, "1.从业人员")
    for said in ("划型自检", "修改第2项", "300人", "看结果"):
        await owner.says(said)
    await officer.presses_token(old)
    assert await count(world, Fact, status="verified") == 0


@on_sqlite
async def test_verifying_twice_changes_nothing(world: World, officer: Person) -> None:
    firm = await world.enterprise()
    await checks_size(await world.contact(firm))
    await presses_act(officer, do="verify_fact", id=firm)
    old = token_of(officer, "1.从业人员")
    await officer.presses_token(old)
    world.clock.passes(minutes=1)
    await officer.presses_token(old)
    assert (await count(world, Fact, status="verified"), await count(world, Fact)) == (1, 2)


# ---- sent and shared


async def test_a_self_check_is_sent_once_and_seen_by_the_department(world: World, officer: Person) -> None:
    owner = await world.contact(await world.enterprise())
    await checks_size(owner)
    send = token_of(owner, "发给执法")
    assert lead_of(await owner.presses("发给执法")) == words.CHECK_SENT.format(department="示例市场监管局", count=1)
    world.clock.passes(minutes=1)
    again = lead_of(await owner.presses_token(send))
    assert again == words.CHECK_SENT_BEFORE.format(department="示例市场监管局")
    pushed = [part for part in await told(officer) if "收到一份自检" in words_of([part])]
    assert len(pushed) == 1 and pushed[0].buttons[0][1] == "看一看"
    await officer.says("收到自检")
    assert "1. 2026-11-20 示例好味道餐馆：中小微划型" in words_of(officer.last)
    assert lead_of(await officer.presses("1.")) == "示例好味道餐馆：中小微划型"
    assert lead_of(await officer.presses("企业情况")) == "示例好味道餐馆"


@on_sqlite
async def test_where_no_officer_is_nothing_can_be_sent(world: World) -> None:
    owner = await world.contact(await world.enterprise())
    await world.office("officer", chat="abroad", name="赵外地", jurisdiction="410526")
    await checks_size(owner)
    assert lead_of(await owner.presses("发给执法")) == words.CHECK_NOBODY.format(place="鄂城")


@on_sqlite
async def test_the_page_of_an_enterprise_has_only_what_the_office_may_do(world: World) -> None:
    firm = await world.enterprise()
    await checks_size(await world.contact(firm))
    for role in menus.OFFICES:
        person = await world.office(role, chat=f"one-{role}")
        assert lead_of(await presses_act(person, do="enterprise", id=firm)) == "示例好味道餐馆"
        more = ["发绑定码", "核实自报", "解除联系人", "行政指导"] if role == "officer" else []
        assert person.labels == [*more, "找企业", "菜单"]
