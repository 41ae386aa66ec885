"""我的数据 (R48): what is kept is shown, given out whole and to its owner alone, erased; what must stay is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from handlers import menus, words
from storage import attachments, people, privacy
from storage.tables import Asked, Attachment, Chat, Contact, Fact, Message, Press, SelfCheck
from storage.tables import Person as PersonRow
from tests.handlers.test_flow_engine import token_of
from tests.handlers.test_permissions import (
    REFUSED,
    checks_size,
    count,
    latest_check,
    on_sqlite,
    presses_act,
    records,
    told,
)
from tests.people import Person, World, lead_of, words_of


@pytest.fixture
async def owner(world: World) -> Person:
    return await world.contact(await world.enterprise())


async def exports(person: Person) -> tuple[dict[str, Any], str]:
    """What the two files of an export hold: the parsed JSON, and the text."""
    await person.says("我的数据")
    assert lead_of(await person.presses("导出")) == words.EXPORTED
    files = person.last[-1].files
    assert [(name, mime) for _, name, mime in files] == [
        ("我的数据.json", "application/json"),
        ("我的数据.txt", "text/plain"),
    ]
    found = []
    async with person.world.database.reading() as session:
        for token, _, _ in files:
            file = await attachments.get(session, token, person.channel, person.chat)
            assert file is not None
            assert await attachments.get(session, token, person.channel, "somebody-else") is None
            found.append(file.content.decode())
    return json.loads(found[0]), found[1]


async def erases(person: Person) -> str:
    """Erase everything; returns all that is said of it."""
    await person.says("我的数据")
    assert lead_of(await person.presses("删除")) == words.ERASE_ASK
    return words_of(await person.presses("确认删除"))


async def of_chat(world: World, table: Any, chat: str) -> list[Any]:
    async with world.database.reading() as session:
        return list((await session.execute(select(table).filter_by(chat=chat))).scalars())


# ---- shown and given out


@on_sqlite
async def test_what_is_kept_of_a_guest_is_shown(world: World) -> None:
    guest = world.person("guest")
    await guest.says("罚款能分期吗")
    assert lead_of(await guest.says("我的数据")) == words.MY_DATA
    assert "对话：3条消息，1个提问" in words_of(guest.last)
    assert "姓名" not in words_of(guest.last)
    assert guest.labels == ["导出", "删除", "菜单"]


@on_sqlite
async def test_what_is_kept_of_a_contact_is_shown(owner: Person) -> None:
    await checks_size(owner)
    said = words_of(await owner.says("我的数据"))
    assert "姓名：李示例\n绑定：示例好味道餐馆\n自检：1份；自报的数据：2项" in said
    assert words.MY_DATA_STAYS in said


async def test_an_export_holds_all_that_is_kept_and_can_be_read(world: World, owner: Person) -> None:
    await owner.says("罚款一次交不起，能分期吗")
    await owner.presses("有用")
    await checks_size(owner)
    await owner.says("四新自检")
    await owner.says("新模式")
    data, text = await exports(owner)
    assert data["姓名"] == "李示例"
    assert [(one["问题"], one["结果"], one["有用"]) for one in data["提问"]] == [
        ("罚款一次交不起，能分期吗", "answer", True)
    ]
    assert [one["企业"] for one in data["绑定的企业"]] == ["示例好味道餐馆"]
    assert {(one["名称"], one["内容"]) for one in data["申报的情况"]} == {("persons", 25), ("turnover", 8000000)}
    assert data["自检"][0]["种类"] == "size" and data["自检"][0]["发给"] is None
    assert data["未完成的填写"]["flow"]["answers"] == {"innovation": "model"}
    said = [(one["谁"], one["内容"]) for one in data["对话"]]
    assert ("我", "罚款一次交不起，能分期吗") in said and ("我", "有用") in said and ("我", "看结果") in said
    assert ("助手", words.USEFUL) in said
    assert text.startswith("\ufeff姓名：李示例\n")
    for part in ("罚款一次交不起，能分期吗", "示例好味道餐馆", "新模式", "8000000", "有用"):
        assert part in text
    assert "{" not in text.replace("{place}", "") and "对话：\n  1.\n    时间：2026-11-20 10:00:00" in text


@on_sqlite
async def test_an_export_holds_nothing_of_others(world: World, owner: Person) -> None:
    other = await world.contact(await world.enterprise("示例别家饭馆"), "other", "周示例")
    colleague = await world.contact(1, "colleague", "吴示例")
    await other.says("没带证会罚吗")
    await colleague.says("灭火器过期了会罚吗")
    await checks_size(other, "26人", "900万元")
    await checks_size(colleague, "27人", "700万元")
    data, text = await exports(owner)
    whole = json.dumps(data, ensure_ascii=False) + text
    for foreign in ("别家", "周示例", "吴示例", "没带证", "灭火器", "26", "7000000"):
        assert foreign not in whole.replace("2026", ""), foreign
    assert (data["自检"], data["申报的情况"]) == ([], [])


@on_sqlite
async def test_an_export_of_a_guest_and_of_an_officer(world: World) -> None:
    guest = world.person("guest")
    data, _ = await exports(guest)
    assert (data["姓名"], data["任职"], data["绑定的企业"], data["自检"]) == (None, [], [], [])
    officer = await world.office("officer", name="钱示例")
    data, text = await exports(officer)
    assert data["任职"][0] | {"从": ""} == {
        "角色": "officer",
        "辖区": "420704",
        "部门": "示例市场监管局",
        "执法证号": "示例-0001",
        "执法证有效期至": "2028-06-30",
        "从": "",
        "到": None,
    }
    assert "执法证号：示例-0001" in text


@on_sqlite
async def test_what_was_typed_as_a_code_is_in_no_export(world: World) -> None:
    guest = world.person("guest")
    await guest.says("绑定企业")
    await guest.says("ABCDE-23456")
    data, text = await exports(guest)
    assert ("我", "（绑定码）") in [(one["谁"], one["内容"]) for one in data["对话"]]
    assert "ABCDE" not in text


# ---- erased


async def test_a_guest_erases_the_whole_chat(world: World) -> None:
    guest = world.person("guest")
    await guest.says("罚款能分期吗")
    await guest.says("四新自检")
    await guest.says("新技术")
    await exports(guest)
    old = token_of(guest, "菜单")
    await guest.says("我的地区")
    await guest.says("滑县")
    said = await erases(guest)
    assert said.startswith("已删除") and "1个提问" in said and words.ERASED_RELOAD in said
    assert await of_chat(world, Asked, "guest") == await of_chat(world, Attachment, "guest") == []
    payloads = [row.payload for row in await of_chat(world, Message, "guest")]
    assert len(payloads) == 2  # the wish to erase, and what was said of it
    assert not any("分期" in payload for payload in payloads)
    kept = (await of_chat(world, Chat, "guest"))[0]
    assert kept.jurisdiction is None and "新技术" not in kept.state and "flow" not in json.loads(kept.state)
    assert {row.label for row in await of_chat(world, Press, "guest")} == {e.label for e in menus.shown("guest")}
    assert lead_of(await guest.presses_token(old)) == words.STALE_BUTTON
    assert lead_of(await guest.says("继续")) == words.FLOW_NONE


@on_sqlite
async def test_a_contact_erases_name_binding_facts_and_what_was_not_sent(world: World, owner: Person) -> None:
    await checks_size(owner)
    await presses_act(owner, do="result_share", id=await latest_check(world))
    said = await erases(owner)
    assert "依法留存" not in said
    assert await count(world, SelfCheck) == await count(world, Fact) == await count(world, Contact, until=None) == 0
    assert await count(world, PersonRow, name=privacy.ERASED_NAME) == 1
    assert "李示例" not in repr(await records(world))
    assert owner.last[-1].menu == menus.lasting("guest")
    assert lead_of(await owner.says("我的企业")) == f"访客{REFUSED}。"


async def test_what_was_sent_to_an_authority_stays_and_it_is_said(world: World, owner: Person) -> None:
    officer = await world.office("officer")
    await checks_size(owner)
    await owner.presses("发给执法")
    sent = await latest_check(world)
    await checks_size_again(owner)
    await owner.says("我的数据")
    await owner.presses("删除")
    assert words.ERASE_STAYS in words_of(owner.last) and words.ERASE_KNOWN in words_of(owner.last)
    said = words_of(await owner.presses("确认删除"))
    assert words.ERASED_STAYS.format(count=1) in said
    async with world.database.reading() as session:
        assert list((await session.execute(select(SelfCheck.id))).scalars()) == [sent]
    page = words_of(await presses_act(officer, do="received_one", id=sent))
    assert "示例好味道餐馆" in page and "李示例" not in page
    assert "联系人：还没有" in words_of(await presses_act(officer, do="enterprise", id=1))


async def checks_size_again(owner: Person) -> None:
    """All is known by now: only the review is left."""
    await owner.says("划型自检")
    await owner.presses("看结果")


@on_sqlite
async def test_verified_facts_stay_with_the_enterprise(world: World, owner: Person) -> None:
    officer = await world.office("officer")
    await checks_size(owner)
    await presses_act(officer, do="verify_fact", id=1, fact="persons", value=25)
    await erases(owner)
    assert "从业人员：25人（已核实" in words_of(await presses_act(officer, do="enterprise", id=1))
    assert "营业收入" not in words_of(officer.last)


@on_sqlite
async def test_who_holds_an_office_keeps_name_and_office_and_is_told(world: World) -> None:
    officer = await world.office("officer", name="钱示例")
    await officer.says("罚款能分期吗")
    said = await erases(officer)
    assert words.ERASE_HOLDS_OFFICE in said and "1个提问" in said
    assert await of_chat(world, Asked, "officer") == []
    assert officer.last[-1].menu == menus.lasting("officer")
    assert lead_of(await officer.says("我的任职")) == "示例市场监管局执法人员钱示例"


@on_sqlite
async def test_who_held_an_office_is_erased_but_the_record_of_it_stays(world: World) -> None:
    officer = await world.office("officer", name="钱示例")
    async with world.database.transaction() as session:
        office = (await people.offices(session, role="officer", demo=False))[0]
        await people.revoke(session, office.id, world.clock.now())
    assert words.ERASED_STAYS.format(count=1) in await erases(officer)
    assert "钱示例" not in repr(await records(world))


async def test_all_chats_of_a_person_are_erased_together(world: World, owner: Person) -> None:
    phone = world.person("444", "telegram")
    await phone.says("灭火器过期了会罚吗")
    async with world.database.transaction() as session:
        speaker = await people.speaker_of(session, "web", "owner", world.clock.now().date(), demo=False)
        await people.seat(session, "telegram", "444", speaker.person)
    assert lead_of(await phone.says("我的企业")) == "示例好味道餐馆"
    await erases(owner)
    assert await of_chat(world, Asked, "444") == await of_chat(world, Message, "444") == []
    assert lead_of(await phone.says("我的企业")) == f"访客{REFUSED}。"


@on_sqlite
async def test_nobody_elses_data_is_erased(world: World, owner: Person) -> None:
    colleague = await world.contact(1, "colleague", "吴示例")
    await colleague.says("灭火器过期了会罚吗")
    await checks_size(colleague)
    before = await records(world, owner)
    await erases(owner)
    after = await records(world, owner)
    assert after["asked"] == before["asked"] and after["self_check"] == before["self_check"]
    assert after["fact"] == before["fact"] and after["message"] == before["message"]
    assert "联系人：吴示例" in words_of(await colleague.says("我的企业"))


@on_sqlite
async def test_after_erasing_the_chat_works_from_the_start(world: World, owner: Person) -> None:
    officer = await world.office("officer")
    await checks_size(owner)
    await erases(owner)
    assert lead_of(await owner.says("你好")) == words.GREETING
    assert lead_of(await owner.says("划型自检")).endswith("企业主要做哪一行？")
    await owner.says("取消")
    await presses_act(officer, do="issue_for", id=1)
    await owner.says(f"/start {world.codes[-1]}")
    await owner.says("郑示例")
    await owner.presses("确认绑定")
    assert "联系人：郑示例" in words_of(await owner.says("我的企业"))
    data, text = await exports(owner)
    assert data["姓名"] == "郑示例" and "李示例" not in text


async def test_five_taps_erase_once(world: World) -> None:
    guest = world.person("guest")
    await guest.says("我的数据")
    await guest.presses("删除")
    sure = token_of(guest, "确认删除")
    leads = [lead_of(parts) for _ in range(5) if (parts := await guest.presses_token(sure))]
    assert leads[0].startswith("已删除") and set(leads[1:]) <= {words.STALE_BUTTON}
    assert lead_of(await guest.says("我的数据")) == words.MY_DATA


async def test_the_lock_for_wrong_codes_survives_erasing(world: World) -> None:
    guest, other = world.person("guest"), world.person("other")
    for person, tries in ((guest, 5), (other, 4)):
        await person.says("绑定企业")
        for _ in range(tries):
            await person.says("ABCDE23456")
        await person.says("取消")
        await erases(person)
    assert lead_of(await guest.says("绑定企业")) == words.BIND_LOCKED.format(minutes=15, time="10:15")
    await other.says("绑定企业")
    assert lead_of(await other.says("ABCDE23456")) == words.BIND_LOCKED.format(minutes=15, time="10:15")


@on_sqlite
async def test_a_code_to_hand_over_goes_with_the_person_who_made_it(world: World, owner: Person) -> None:
    await owner.says("我的企业")
    await owner.presses("移交别人")
    code = world.codes[-1]
    await erases(owner)
    heir = world.person("heir")
    await heir.says("绑定企业")
    assert "示例好味道餐馆" not in words_of(await heir.says(code))


@on_sqlite
async def test_every_part_of_an_answer_of_erasing_says_which_is_which(world: World, owner: Person) -> None:
    guest = world.person("guest")
    await guest.says("我的数据")
    await guest.presses("删除")
    assert words.ERASE_GUEST in words_of(guest.last) and words.ERASE_FINAL in words_of(guest.last)
    assert "姓名" not in words_of(guest.last)
    assert await told(guest)
    await owner.says("我的数据")
    await owner.presses("删除")
    assert "删除：姓名、绑定" in words_of(owner.last) and "留存：" in words_of(owner.last)
    await owner.presses("菜单")
    assert "联系人：李示例" in words_of(await owner.says("我的企业"))  # looking erases nothing
