"""Binding by a one-time code (R1): typed or by link, once, in time, by the right person; the code itself is not kept."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from sqlalchemy import select

from handlers import menus, words
from storage.database import Database
from storage.tables import Base, Contact, Invitation
from storage.tables import Person as PersonRow
from tests.handlers.test_flow_engine import another_process, token_of
from tests.handlers.test_permissions import REFUSED, count, on_sqlite, presses_act, told
from tests.people import Person, World, lead_of, words_of

WHAT = "示例好味道餐馆的联系人（鄂城）"


@pytest.fixture
async def firm(world: World) -> int:
    return await world.enterprise()


@pytest.fixture
async def officer(world: World) -> Person:
    return await world.office("officer")


async def code_from(officer: Person, firm: int) -> str:
    """A fresh code for an enterprise, as the officer is shown it."""
    await presses_act(officer, do="issue_for", id=firm)
    code = officer.world.codes[-1]
    assert f"{code[:5]}-{code[5:]}" in words_of(officer.last)
    return code


async def binds(person: Person, code: str, name: str = "李示例") -> str:
    """Type a code, the name where it is asked for, and confirm; returns the conclusion."""
    await person.says("绑定企业")
    await person.says(code)
    if "您的姓名" in lead_of(person.last):
        await person.says(name)
    return lead_of(await person.presses("确认绑定"))


async def where_it_stands(world: World, code: str) -> set[str]:
    """The tables, with the chat where there is one, that hold a code in any writing."""
    found: set[str] = set()
    async with world.database.engine.connect() as connection:
        there = await connection.run_sync(lambda sync: sync.dialect.get_table_names(sync))
        for table in (table for name, table in Base.metadata.tables.items() if name in there):
            for row in (await connection.execute(select(table))).mappings():
                text = repr(dict(row)).upper()
                if code in text or f"{code[:5]}-{code[5:]}" in text:
                    found.add(f"{table.name} of {row['chat']}" if "chat" in row else table.name)
    return found


@on_sqlite
async def test_a_code_is_taken_however_it_is_typed(world: World, firm: int, officer: Person) -> None:
    code = await code_from(officer, firm)
    a, b = code[:5], code[5:]
    wide = str.maketrans({chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)})
    owner = world.person()
    for typed in (
        f"{a}{b}",
        f"{a} {b}",
        f" {a.lower()} {b.lower()} ",
        f"{a}-{b}".translate(wide),
        f"{a}{b}".lower().translate(wide),
        f"{a}—{b}",
        f"{a.lower()}-{b}",
    ):
        await owner.says("绑定企业")
        assert WHAT in words_of(await owner.says(typed)), typed
        await owner.says("取消")
    assert await binds(owner, f"{a}-{b}") == words.BIND_DONE


@on_sqlite
async def test_who_binds_is_a_contact_at_once_with_their_menu(world: World, firm: int, officer: Person) -> None:
    code = await code_from(officer, firm)
    owner = world.person()
    await owner.says("绑定企业")
    await owner.says(code)
    await owner.says("李示例")
    assert f"1. 绑定码：{WHAT}\n2. 您的姓名：李示例" in words_of(owner.last)
    assert await count(world, Contact) == 0  # a second tap makes it so
    answer = await owner.presses("确认绑定")
    assert answer[-1].menu == menus.lasting("contact")
    assert "您在这里是：企业联系人李示例。" in words_of(answer)
    assert lead_of(await owner.says("我的企业")) == "示例好味道餐馆"
    assert "联系人：李示例" in words_of(await presses_act(officer, do="enterprise", id=firm))
    assert "先给您看鄂城的规定" not in words_of(owner.last)
    assert "现在选的是：鄂城。" in words_of(await owner.says("菜单"))


@on_sqlite
async def test_a_code_comes_by_link(world: World, firm: int, officer: Person) -> None:
    code = await code_from(officer, firm)
    owner = world.person("444", "telegram")
    for said in (f"/start {code}", f"/start {code.lower()}", f"/START {code}", f"/start@bot {code[:5]}-{code[5:]}"):
        assert lead_of(await owner.says(said)) == "第2/2步：请问您的姓名？", said
    await owner.says("李示例")
    assert lead_of(await owner.presses("确认绑定")) == words.BIND_DONE


@on_sqlite
async def test_a_link_in_the_middle_of_something_else_pauses_that(world: World, firm: int, officer: Person) -> None:
    code = await code_from(officer, firm)
    owner = world.person()
    await owner.says("四新自检")
    await owner.says("新技术")
    await owner.says(f"/start {code}")
    await owner.says("李示例")
    assert lead_of(await owner.presses("确认绑定")) == words.BIND_DONE
    assert lead_of(await owner.says("继续")).startswith("第2/4步")


@on_sqlite
async def test_a_name_is_asked_for_until_it_is_one(world: World, firm: int, officer: Person) -> None:
    owner = world.person()
    await owner.says(f"/start {await code_from(officer, firm)}")
    assert lead_of(await owner.says("李")) == "太短了，例如：张示例。"
    assert lead_of(await owner.says("李" * 21)) == "有21字，太长了，请用20字以内。"
    assert lead_of(await owner.says("李示例")).startswith("请核对一遍")


# ---- codes that are no good


async def test_a_code_works_once(world: World, firm: int, officer: Person) -> None:
    code = await code_from(officer, firm)
    assert await binds(world.person(), code) == words.BIND_DONE
    late = world.person("late")
    await late.says("绑定企业")
    assert lead_of(await late.says(code)) == words.BIND_REFUSED["used"]
    assert await count(world, Contact) == 1
    assert lead_of(await late.says("我的企业")) == f"访客{REFUSED}。"


async def test_a_code_runs_out_after_its_hours(world: World, firm: int, officer: Person) -> None:
    code = await code_from(officer, firm)
    assert words.CODE_ONCE.format(hours=72) in words_of(officer.last)
    world.clock.passes(hours=71, minutes=59)
    early = world.person("early")
    await early.says("绑定企业")
    assert WHAT in words_of(await early.says(code))
    world.clock.passes(minutes=1)
    owner = world.person()
    await owner.says("绑定企业")
    assert lead_of(await owner.says(code)) == words.BIND_REFUSED["expired"]
    await early.says("李示例")
    await early.presses("确认绑定")  # looked at in time, confirmed too late
    assert await count(world, Contact) == 0


@pytest.mark.parametrize("way", ["runs out", "is revoked"])
@on_sqlite
async def test_why_a_code_failed_at_the_second_tap_is_said_rightly(
    world: World, firm: int, officer: Person, way: str
) -> None:
    owner = world.person()
    await owner.says(f"/start {await code_from(officer, firm)}")
    await owner.says("李示例")
    if way == "runs out":
        world.clock.passes(hours=73)
        assert lead_of(await owner.presses("确认绑定")) == words.BIND_REFUSED["expired"]
    else:
        await presses_act(officer, do="issue_for", id=firm, drop=True)
        assert lead_of(await owner.presses("确认绑定")) == words.BIND_REFUSED["revoked"]


@on_sqlite
async def test_a_revoked_code_is_refused(world: World, firm: int, officer: Person) -> None:
    first = await code_from(officer, firm)
    await code_from(officer, firm)
    assert lead_of(await officer.presses("作废旧码")).startswith("已作废")
    owner = world.person()
    await owner.says("绑定企业")
    assert lead_of(await owner.says(first)) == words.BIND_REFUSED["revoked"]


@on_sqlite
async def test_revoking_the_old_codes_leaves_the_new_one(world: World, firm: int, officer: Person) -> None:
    await code_from(officer, firm)
    newest = await code_from(officer, firm)
    await officer.presses("作废旧码")
    assert await binds(world.person(), newest) == words.BIND_DONE


async def test_five_wrong_codes_lock_the_chat_for_a_quarter_of_an_hour(
    world: World, firm: int, officer: Person
) -> None:
    code = await code_from(officer, firm)
    owner, other = world.person(), world.person("other")
    await owner.says("绑定企业")
    for left in (4, 3, 2, 1):
        assert lead_of(await owner.says("ABCDE23456")) == words.BIND_UNKNOWN.format(left=left)
    assert lead_of(await owner.says("ABCDE23456")) == words.BIND_LOCKED.format(minutes=15, time="10:15")
    assert lead_of(await owner.says(code)) == words.BIND_LOCKED.format(minutes=15, time="10:15")
    world.clock.passes(minutes=14)
    await owner.says("取消")
    assert lead_of(await owner.says("绑定企业")) == words.BIND_LOCKED.format(minutes=1, time="10:15")
    assert lead_of(await owner.says(f"/start {code}")) == words.BIND_LOCKED.format(minutes=1, time="10:15")
    await other.says("绑定企业")
    assert WHAT in words_of(await other.says(code))  # the lock is that chat's own
    await other.says("取消")
    world.clock.passes(minutes=1)
    assert await binds(owner, code) == words.BIND_DONE


@on_sqlite
async def test_what_cannot_be_a_code_does_not_count_and_a_right_one_forgets_the_wrong_ones(
    world: World, firm: int, officer: Person
) -> None:
    code = await code_from(officer, firm)
    owner = world.person()
    await owner.says("绑定企业")
    for text in ("ABC", "12345678901", "码", "ABCDE-2345", "ABCDE-23*56", "好的好的好的好的好的"):
        assert lead_of(await owner.says(text)) == words.BIND_FORM
    for left in (4, 3, 2, 1):
        assert lead_of(await owner.says("ABCDE23456")) == words.BIND_UNKNOWN.format(left=left)
    assert WHAT in words_of(await owner.says(code))
    await owner.says("取消")
    await owner.says("绑定企业")
    assert lead_of(await owner.says("ABCDE23456")) == words.BIND_UNKNOWN.format(left=4)


@on_sqlite
async def test_a_question_where_a_code_is_asked_for_is_answered(world: World) -> None:
    owner = world.person()
    await owner.says("绑定企业")
    assert lead_of(await owner.says("罚款一次交不起，能分期吗")).startswith("有依据：")


# ---- the code is not kept


async def test_the_code_stands_nowhere_but_where_the_officer_was_shown_it(
    world: World, firm: int, officer: Person
) -> None:
    typed, linked, wrong = await code_from(officer, firm), await code_from(officer, firm), "ABCDE23456"
    owner, other = world.person(), world.person("other")
    await owner.says("绑定企业")
    await owner.says(wrong.lower())
    await owner.says(f"{typed[:5]} {typed[5:]}".lower())
    assert await where_it_stands(world, typed) == {"message of officer"}
    await owner.says("李示例")
    await owner.presses("确认绑定")
    await other.says(f"/start {linked.lower()}")
    await other.says("周示例")
    await other.presses("确认绑定")
    assert await where_it_stands(world, typed) == {"message of officer"}
    assert await where_it_stands(world, linked) == {"message of officer"}
    assert await where_it_stands(world, wrong) == set()
    await owner.says("我的数据")
    assert "（绑定码）" not in words_of(owner.last)


@on_sqlite
async def test_a_code_by_link_to_a_locked_chat_is_not_kept_either(world: World, firm: int, officer: Person) -> None:
    code = await code_from(officer, firm)
    owner = world.person()
    await owner.says("绑定企业")
    for _ in range(5):
        await owner.says("ABCDE23456")
    await owner.says("取消")
    await owner.says("会被罚吗")
    assert "10:15" in lead_of(await owner.says(f"/start {code}"))
    assert await where_it_stands(world, code) == {"message of officer"}


@on_sqlite
async def test_a_code_typed_right_away_begins_the_binding(world: World, firm: int, officer: Person) -> None:
    code = await code_from(officer, firm)
    owner = world.person()
    await owner.says(f"{code[:5]}-{code[5:]}")
    assert await where_it_stands(world, code) == {"message of officer"}
    assert WHAT in words_of(owner.last)


# ---- who may use a code


async def test_two_people_with_one_code_at_once_make_one_contact(world: World, firm: int, officer: Person) -> None:
    code = await code_from(officer, firm)
    database = Database(world.database.url)
    first = world.person("first")
    second = dataclasses.replace(world.person("second"), world=another_process(world, database))
    try:
        for person, name in ((first, "李示例"), (second, "周示例")):
            await person.says(f"/start {code}")
            await person.says(name)
        await asyncio.gather(first.presses("确认绑定"), second.presses("确认绑定"))
        said = sorted([words_of(await told(first)).splitlines(), words_of(await told(second)).splitlines()], key=len)
    finally:
        await database.close()
    outcomes = [
        sum(words.BIND_DONE in lines for lines in said),
        sum(words.BIND_REFUSED["used"] in lines for lines in said),
    ]
    assert outcomes == [1, 1]
    assert await count(world, Contact) == 1


@on_sqlite
async def test_who_comes_second_leaves_no_name_behind(world: World, firm: int, officer: Person) -> None:
    """R48."""
    code = await code_from(officer, firm)
    late = world.person("late")
    await late.says(f"/start {code}")
    await late.says("周示例")
    await binds(world.person(), code)
    assert lead_of(await late.presses("确认绑定")) == words.BIND_REFUSED["used"]
    assert await count(world, PersonRow, name="周示例") == 0


async def test_five_taps_make_one_contact(world: World, firm: int, officer: Person) -> None:
    owner = world.person()
    await owner.says(f"/start {await code_from(officer, firm)}")
    await owner.says("李示例")
    submit = token_of(owner, "确认绑定")
    for _ in range(5):
        await owner.presses_token(submit)
    world.clock.passes(minutes=1)
    assert lead_of(await owner.presses_token(submit)) == words.FLOW_DONE
    assert (await count(world, Contact), await count(world, PersonRow, name="李示例")) == (1, 1)


@on_sqlite
async def test_an_enterprise_may_have_several_contacts_and_a_name_is_asked_for_once(
    world: World, firm: int, officer: Person
) -> None:
    other_firm = await world.enterprise("示例小卖部")
    owner, other = world.person(), world.person("other")
    await binds(owner, await code_from(officer, firm))
    await binds(other, await code_from(officer, firm), "周示例")
    assert "联系人：李示例、周示例" in words_of(await owner.says("我的企业"))
    await owner.says(f"/start {await code_from(officer, other_firm)}")
    assert lead_of(owner.last).startswith("请核对一遍")
    assert "2. 您的姓名：李示例" in words_of(owner.last)
    assert "示例小卖部的联系人（鄂城）" in words_of(await owner.presses("确认绑定"))


@on_sqlite
async def test_a_contact_is_told_that_they_are_one_already(world: World, firm: int, officer: Person) -> None:
    owner = world.person()
    await binds(owner, await code_from(officer, firm))
    code = await code_from(officer, firm)
    await owner.says("绑定企业")
    assert lead_of(await owner.says(code)) == words.BIND_ALREADY
    assert await count(world, Invitation, used=None) == 1  # and the code is still good
    assert await binds(world.person("other"), code, "周示例") == words.BIND_DONE


@on_sqlite
async def test_with_several_enterprises_one_is_spoken_for_at_a_time(world: World, firm: int, officer: Person) -> None:
    second = await world.enterprise("示例小卖部", industry_code="5211", industry="百货零售")
    owner = world.person()
    await binds(owner, await code_from(officer, firm))
    await binds(owner, await code_from(officer, second))
    assert lead_of(await owner.says("我的企业")) == "示例小卖部"  # bound last
    await owner.presses("换一家")
    assert "1. 示例好味道餐馆\n2. 示例小卖部" in words_of(owner.last)
    assert lead_of(await owner.says("1")) == "示例好味道餐馆"
    await owner.says("划型自检")
    await owner.says("25人")
    await owner.says("800万元")
    assert "正餐服务" in words_of(owner.last)
    await owner.presses("看结果")
    assert lead_of(await owner.says("自检记录")) == "示例好味道餐馆的自检记录："
    await owner.says("我的企业")
    await owner.presses("换一家")
    await owner.says("2")
    assert lead_of(await owner.says("自检记录")) == words.CHECK_RECORDS_NONE


@on_sqlite
async def test_unbinding_takes_a_second_tap_and_ends_one_enterprise_only(
    world: World, firm: int, officer: Person
) -> None:
    second = await world.enterprise("示例小卖部")
    owner = world.person()
    await binds(owner, await code_from(officer, firm))
    await binds(owner, await code_from(officer, second))
    await owner.says("我的企业")
    assert lead_of(await owner.presses("解除绑定")) == words.UNBIND_ASK.format(name="示例小卖部")
    assert await count(world, Contact, until=None) == 2
    sure = token_of(owner, "确认解除")
    assert lead_of(await owner.presses("确认解除")) == words.UNBOUND
    world.clock.passes(minutes=1)
    assert lead_of(await owner.presses_token(sure)) == words.STALE_BUTTON
    assert lead_of(await owner.says("我的企业")) == "示例好味道餐馆"
    await owner.presses("解除绑定")
    answer = await owner.presses("确认解除")
    assert answer[-1].menu == menus.lasting("guest")
    assert lead_of(await owner.says("我的企业")) == f"访客{REFUSED}。"
    assert await count(world, Contact, ended="unbound") == 2


# ---- handing over


async def test_handing_over_makes_the_successor_a_contact_and_tells_the_old_one(
    world: World, firm: int, officer: Person
) -> None:
    owner, heir = world.person(), world.person("heir")
    await binds(owner, await code_from(officer, firm))
    await owner.says("我的企业")
    assert lead_of(await owner.presses("移交别人")) == words.HAND_OVER_CODE.format(name="示例好味道餐馆")
    code = world.codes[-1]
    assert lead_of(await owner.says("我的企业")) == "示例好味道餐馆"  # until the code is used
    assert await binds(heir, code, "周示例") == words.BIND_DONE
    assert (await told(owner))[-1].menu == menus.lasting("guest")
    assert words_of((await told(owner))[-1:]) == words.HANDED_OVER
    assert lead_of(await owner.says("我的企业")) == f"访客{REFUSED}。"
    assert "联系人：周示例" in words_of(await heir.says("我的企业"))
    assert await count(world, Contact, ended="handed") == 1


@on_sqlite
async def test_nobody_hands_over_to_themself(world: World, firm: int) -> None:
    owner = await world.contact(firm)
    await owner.says("我的企业")
    await owner.presses("移交别人")
    await owner.says("绑定企业")
    assert lead_of(await owner.says(world.codes[-1])) == words.BIND_ALREADY


@on_sqlite
async def test_who_was_unbound_cannot_come_back_by_a_code_made_before(world: World, firm: int, officer: Person) -> None:
    owner = await world.contact(firm)
    await owner.says("我的企业")
    await owner.presses("移交别人")
    await presses_act(officer, do="end_contact", id=firm)
    await officer.presses("1.")
    await officer.presses("确认解除")
    await owner.says("绑定企业")
    assert WHAT not in words_of(await owner.says(world.codes[-1]))


@on_sqlite
async def test_a_binding_is_handed_over_once(world: World, firm: int) -> None:
    owner = await world.contact(firm)
    for _ in range(2):
        await owner.says("我的企业")
        await owner.presses("移交别人")
    await binds(world.person("heir"), world.codes[-1], "周示例")
    second = world.person("second")
    await second.says("绑定企业")
    assert WHAT not in words_of(await second.says(world.codes[-2]))


# ---- officers and owners


@on_sqlite
async def test_an_officer_cannot_become_a_contact_in_the_same_chat(world: World, firm: int, officer: Person) -> None:
    code = await code_from(officer, firm)
    await officer.says("绑定企业")
    assert lead_of(await officer.says(code)) == words.BIND_IS_OFFICE.format(role="执法人员")
    assert await count(world, Contact) == 0


async def _invites(admin: Person, *answers: str) -> str:
    for said in ("邀请人员", *answers):
        await admin.says(said)
    await admin.presses("发邀请码")
    return admin.world.codes[-1]


@on_sqlite
async def test_a_contact_cannot_take_an_office_in_the_same_chat(world: World, firm: int) -> None:
    owner, admin = await world.contact(firm), await world.office("admin")
    code = await _invites(admin, "镇街", "李示例", "示例街道办")
    await owner.says("绑定企业")
    assert lead_of(await owner.says(code)) == words.BIND_IS_CONTACT
    assert lead_of(await owner.says("取消")) and lead_of(await owner.says("我的企业")) == "示例好味道餐馆"


@on_sqlite
async def test_a_code_of_another_place_is_refused_with_both_places_named(world: World, officer: Person) -> None:
    admin = await world.office("admin", jurisdiction="410526")
    code = await _invites(admin, "镇街", "钱示例", "示例街道办")
    await officer.says("绑定企业")
    said = lead_of(await officer.says(code))
    assert said == words.BIND_ELSEWHERE.format(place="滑县", own="鄂城")
    await officer.says("取消")
    assert "鄂城" in words_of(await officer.says("我的任职"))


@on_sqlite
async def test_one_chat_holds_one_office(world: World, officer: Person) -> None:
    admin = await world.office("admin")
    code = await _invites(admin, "镇街", "钱示例", "示例街道办")
    await officer.says("绑定企业")
    assert lead_of(await officer.says(code)) == words.BIND_HAS_OFFICE.format(role="执法人员")
    assert await count(world, Invitation, used=None) == 1


@on_sqlite
async def test_who_was_appointed_meanwhile_cannot_become_a_contact_by_the_second_tap(
    world: World, firm: int, officer: Person
) -> None:
    """The second tap looks again at who one is."""
    admin = await world.office("admin")
    office_code, code = await _invites(admin, "镇街", "钱示例", "示例街道办"), await code_from(officer, firm)
    both = world.person("both")
    await both.says(f"/start {code}")
    await both.says("钱示例")
    old = token_of(both, "确认绑定")
    await both.says(f"/start {office_code}")
    assert lead_of(await both.presses_token(old)) == words.FLOW_STALE
    await both.presses("确认绑定")
    assert lead_of(await both.says("我的任职")) == "示例街道办镇街钱示例"
    assert await count(world, Contact) == 0
