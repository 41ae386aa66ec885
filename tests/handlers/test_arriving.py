"""Contacts who come and go: reminders follow them (R39), and what nobody could be sent is shown to who comes (R42)."""

from __future__ import annotations

import re

from handlers import words
from storage import cases, people, reminders
from tests.people import Person, World, lead_of, words_of

LOG = "香满楼餐馆 后厨没公示健康证 轻微 限3个工作日"


async def told_case(world: World) -> tuple[Person, int]:
    """An officer, and an enterprise with a diagnosed case."""
    firm = await world.enterprise("鄂州市鄂城区示例香满楼餐馆")
    officer = await world.office("officer")
    await officer.says(LOG)
    await officer.presses("确认立案")
    await officer.presses("诊断")
    await officer.presses("都属轻微")
    await officer.presses("不是")
    await officer.presses("确认诊断")
    return officer, firm


async def case_of(world: World, firm: int) -> cases.CaseInfo:
    async with world.database.reading() as session:
        return (await cases.of_enterprise(session, firm))[0]


async def reminded(world: World, firm: int) -> set[int]:
    """Who has reminders of the one case waiting, other than the officer."""
    info = await case_of(world, firm)
    async with world.database.reading() as session:
        waiting = await reminders.waiting_for(session, info.id)
    return {one.person for one in waiting if not one.kind.startswith("officer")}


async def test_r42_who_binds_later_sees_the_notice_that_nobody_could_be_sent(world: World) -> None:
    officer, firm = await told_case(world)
    assert (await case_of(world, firm)).undelivered
    owner = await world.contact(firm)
    said = words_of(await owner.says("/start"))
    assert "行政指导" in said
    assert "后厨没公示健康证" in said
    assert "提交整改" in owner.labels
    assert not (await case_of(world, firm)).undelivered
    assert "行政指导" not in words_of(await owner.says("/start"))
    await officer.says("找案件")
    await officer.says("香满楼")
    await officer.presses("1")
    assert words.ACTS["reached"] in words_of(await officer.presses("全过程"))


async def test_r42_a_case_that_its_contact_opens_is_no_longer_undelivered(world: World) -> None:
    _, firm = await told_case(world)
    owner = await world.contact(firm)
    await owner.says("我的事项")
    await owner.presses("1")
    assert not (await case_of(world, firm)).undelivered


async def test_r39_reminders_follow_those_who_are_contacts_now(world: World) -> None:
    officer, firm = await told_case(world)
    assert await reminded(world, firm) == set()
    first = await binds(world, officer, "first", "李示例")
    async with world.database.reading() as session:
        contact = (await people.contacts_of(session, firm))[0]
    assert await reminded(world, firm) == {contact.person}
    await first.says("我的企业")
    await first.presses("解除绑定")
    await first.presses(words.LABEL_UNBIND_SURE)
    assert await reminded(world, firm) == set()


async def binds(world: World, officer: Person, chat: str, name: str) -> Person:
    """Somebody becomes a contact by a code of the officer's."""
    await officer.says("找企业")
    await officer.says("香满楼")
    await officer.presses(next(label for label in officer.labels if re.search("绑定码|^1", label)))
    if any("绑定码" in label for label in officer.labels):
        await officer.presses(next(label for label in officer.labels if "绑定码" in label))
    owner = world.person(chat)
    await owner.says(world.codes[-1])
    await owner.says(name)
    said = await owner.presses("确认绑定")
    assert words.BIND_DONE in words_of(said)
    assert "行政指导" in words_of(said)
    return owner


async def test_more_notices_than_a_few_are_counted(world: World) -> None:
    firm = await world.enterprise("鄂州市鄂城区示例香满楼餐馆")
    officer = await world.office("officer")
    for n in range(4):
        await officer.says(f"香满楼餐馆 后厨第{n + 1}处没公示健康证 轻微 限3个工作日")
        await officer.presses("确认立案")
        await officer.presses("诊断")
        await officer.presses("都属轻微")
        await officer.presses("不是")
        await officer.presses("确认诊断")
    owner = await world.contact(firm)
    answer = await owner.says("/start")
    assert words.MISSED.format(count=4) in words_of(answer)
    assert lead_of(answer) == words.WELCOME
