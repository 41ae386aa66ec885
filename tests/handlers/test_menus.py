"""Each role's menu: short, working by button, word, number and command, and leading to nothing the table forbids."""

from __future__ import annotations

import re

import pytest

from handlers import menus, permissions, words
from handlers.messages import MAX_CHOICES, MAX_LABEL
from tests.handlers.test_permissions import REFUSED, checks_size, on_sqlite, presses_act
from tests.people import Person, World, lead_of, words_of

ROLES = menus.ROLES
EACH = list({menus.lasting(role).labels: role for role in ROLES}.values())
"""A role for each menu there is."""
SHAPES_OF_COUNTS = re.compile(r"\d+条消息")


async def somebody(world: World, role: str) -> Person:
    """Somebody of a role, in a place with an enterprise, its contact and a self-check that was sent."""
    firm = await world.enterprise()
    owner = await world.contact(firm)
    await world.office("officer", chat="receiver", name="孙示例")
    await checks_size(owner)
    await owner.presses("发给执法")
    if role == "guest":
        return world.person("me")
    if role == "contact":
        return await world.contact(firm, "me", "吴示例")
    return await world.office(role, chat="me", name="钱示例")


@pytest.mark.parametrize("role", ROLES)
def test_a_menu_has_at_most_eight_short_labels_that_differ(role: str) -> None:
    shown = menus.shown(role)
    assert 1 <= len(shown) <= MAX_CHOICES
    assert all(0 < len(entry.label) <= MAX_LABEL for entry in shown)
    assert len({entry.label for entry in shown}) == len(shown)
    assert menus.lasting(role) == menus.Menu(role, tuple(entry.label for entry in shown))


@pytest.mark.parametrize("role", ROLES)
def test_no_menu_holds_what_the_table_forbids(role: str) -> None:
    assert [e.label for e in menus.entries(role) if not permissions.may(role, e.act["do"])] == []


@pytest.mark.parametrize("role", ROLES)
def test_everybody_finds_their_data_and_help_by_word(role: str) -> None:
    assert {"help", "my_data", "checks", "documents", "menu"} <= {e.act["do"] for e in menus.entries(role)}


def test_commands_are_fit_for_telegram_and_no_word_means_two_things() -> None:
    entries = menus.all_entries()
    assert all(re.fullmatch("[a-z0-9_]{1,32}", entry.command) for entry in entries)
    said = [word for entry in entries for word in (entry.label, *entry.said)]
    assert len(said) == len(set(said))
    assert len({entry.command for entry in entries}) == len(entries)


def _without_counts(text: str) -> str:
    return SHAPES_OF_COUNTS.sub("n条消息", text)


@pytest.mark.parametrize(
    ("database", "role"), [*(("sqlite", role) for role in EACH), ("postgresql", "contact")], indirect=["database"]
)
async def test_every_entry_works_by_button_by_word_by_number_and_by_command(world: World, role: str) -> None:
    me = await somebody(world, role)
    await me.says("/start")
    assert me.last[-1].menu == menus.lasting(role)
    assert me.labels == [entry.label for entry in menus.shown(role)]
    for n, entry in enumerate(menus.shown(role), 1):
        answers = set()
        for way in ("button", str(n), entry.label, f"/{entry.command}"):
            if way in ("button", str(n)):
                await me.says("菜单")
            answer = await (me.presses(entry.label) if way == "button" else me.says(way))
            answers.add(_without_counts(words_of(answer)))
            if "取消" in me.labels:  # what was begun, so that the menu is the same again
                await me.presses("取消")
        assert len(answers) == 1, (entry.label, answers)
        assert REFUSED not in answers.pop(), entry.label


@pytest.mark.parametrize("role", EACH)
@on_sqlite
async def test_every_other_word_and_command_of_a_role_works(world: World, role: str) -> None:
    me = await somebody(world, role)
    for entry in menus.entries(role):
        answers = set()
        for said in (f"/{entry.command}", *entry.said):
            answers.add(_without_counts(words_of(await me.says(said))))
            if "取消" in me.labels:
                await me.presses("取消")
        assert len(answers) == 1 and REFUSED not in answers.pop(), entry.label


@pytest.mark.parametrize("role", ["guest", "contact", "legal"])
@on_sqlite
async def test_a_word_or_command_of_another_role_is_refused_plainly(world: World, role: str) -> None:
    me = await somebody(world, role)
    for entry in menus.all_entries():
        if permissions.may(role, entry.act["do"]):
            continue
        for said in (entry.label, f"/{entry.command}"):
            assert lead_of(await me.says(said)) == f"{menus.ROLE_NAMES[role]}{REFUSED}。", said
            assert me.labels == [e.label for e in menus.shown(role)]


@pytest.mark.parametrize("role", ["guest", "contact", "officer", "supervisor", "admin"])
@on_sqlite
async def test_no_button_that_a_menu_leads_to_is_refused(world: World, role: str) -> None:
    """Every button behind every entry, once for each label."""
    me = await somebody(world, role)
    seen = {"菜单", "取消", "确认删除", "确认解除", "确认撤销"}
    await me.says("菜单")
    waiting = [(token, label) for token, label in me.last[-1].buttons if label not in seen]
    for _ in range(60):
        if not waiting:
            break
        token, label = waiting.pop(0)
        if label in seen:
            continue
        seen.add(label)
        answer = await me.presses_token(token)
        assert answer and lead_of(answer) != words.BROKEN, label
        assert REFUSED not in words_of(answer), label
        numbered = [label for _, label in answer[-1].buttons if label[:1].isdigit()]
        seen |= set(numbered[1:])  # they are all of one kind
        waiting += [(token, label) for token, label in answer[-1].buttons if label not in seen]


@on_sqlite
async def test_what_waits_is_offered_first_in_the_menu(world: World) -> None:
    guest, owner, admin = (
        world.person("guest"),
        await world.contact(await world.enterprise()),
        await world.office("admin"),
    )
    for person in (guest, owner, admin):
        await person.says("四新自检")
        await person.says("菜单")
        assert (person.labels[0], person.labels[-1], len(person.labels)) == ("继续", "帮助", 8)


@on_sqlite
async def test_the_place_that_is_chosen_is_said_in_the_menu(world: World) -> None:
    me = world.person()
    await me.says("我的地区")
    assert lead_of(await me.presses("滑县")) == words.PLACE_SET.format(place="滑县")
    assert words.PLACE_NOW.format(place="滑县") in words_of(await me.says("菜单"))


@on_sqlite
async def test_help_lists_what_can_be_typed_in_short_sentences(world: World) -> None:
    said = words_of(await world.person().says("帮助"))
    assert all(len(sentence) <= 40 for sentence in re.split(r"[。！？\n]", said)), said


@on_sqlite
async def test_the_menu_lists_what_is_unfinished_in_short_sentences(world: World) -> None:
    me = await world.office("admin")
    for said in ("划型自检", "四新自检", "困难自检", "会被罚吗", "登记企业", "邀请人员", "请假委托", "找企业"):
        await me.says(said)
    said = words_of(await me.says("菜单"))
    assert all(len(sentence) <= 40 for sentence in re.split(r"[。！？\n]", said)), said


@on_sqlite
async def test_an_officer_who_tries_a_self_check_is_not_called_a_guest(world: World) -> None:
    officer = await world.office("officer")
    for said in ("划型自检", "饭店", "25人", "800万元"):
        await officer.says(said)
    assert "您是访客" not in words_of(await officer.presses("看结果"))


@on_sqlite
async def test_nobody_is_told_to_do_what_they_may_not(world: World) -> None:
    liaison = await world.office("liaison")
    await liaison.says("找企业")
    assert "登记这家企业" not in words_of(await liaison.says("没有这家"))


@on_sqlite
async def test_an_act_that_does_not_exist_is_refused(world: World) -> None:
    assert lead_of(await presses_act(world.person(), do="fly")) == f"访客{REFUSED}。"
