"""While a person has a request in hand: silence, the answer and who may give it (R46, R50, R1)."""

from __future__ import annotations

import asyncio
import datetime as dt

from handlers import words as house_words
from handlers.conversation import CHINA
from handlers.messages import FileRef, Incoming
from handlers.requests import words
from handlers.requests.ticking import give_back_held
from storage import chats, people
from tests.handlers.requests.street import (
    ANSWER,
    HEALTH,
    NUMBER,
    QUESTION,
    Street,
    answered,
    inbox,
    registered,
    taken,
    ticks,
)
from tests.handlers.test_permissions import on_sqlite, presses_act
from tests.people import lead_of, words_of


async def test_r50_while_a_person_has_it_the_assistant_is_silent_and_hands_on(street: Street) -> None:
    await taken(street)
    told = words_of(await inbox(street.guest))
    assert words.TOLD_TAKEN.format(number=NUMBER) in told
    assert f"{HEALTH}张示例，执法证号示例-0001" in told  # R46
    first = await street.guest.says("罚款能分期吗")
    assert lead_of(first) == words.RELAYED.format(who=f"{HEALTH}张示例")
    assert await street.guest.says("责令改正什么意思") == []
    assert await street.guest.says("谢谢") == []
    assert await street.guest.says("👍") == []
    assert await street.guest.says("1") == []  # no button offered here is meant
    told = words_of(await inbox(street.officer))
    for said in ("罚款能分期吗", "责令改正什么意思", "谢谢"):
        assert f"{words.SAID.format(number=NUMBER)}\n{said}" in told
    assert "罚款能分期吗" not in words_of(await inbox(street.colleague))


async def test_r50_menus_commands_and_buttons_work_all_the_same(street: Street) -> None:
    await taken(street)
    assert lead_of(await street.guest.says("菜单")) == house_words.MENU
    assert lead_of(await street.guest.presses("自检")) == house_words.CHECK_WHICH
    await street.guest.says("划型自检")
    assert "从业人员" in words_of(await street.guest.says("饭店"))  # the flow is meant, not the officer
    await street.guest.says("取消")
    assert lead_of(await street.guest.says("诉求")) == words.MINE
    assert words.IN_HAND_ALREADY.split("，")[0].format(number=NUMBER, who=f"{HEALTH}张示例") in lead_of(
        await street.guest.says("转人工")
    )


async def test_r46_the_answer_is_looked_at_before_it_goes_out_and_is_signed(street: Street) -> None:
    info = await taken(street)
    await presses_act(street.officer, do="request", id=info.id)
    await street.officer.presses("答复")
    await street.officer.says(ANSWER)
    assert ANSWER not in words_of(await inbox(street.guest))
    await street.officer.says("发出答复")
    told = words_of(await inbox(street.guest))
    assert f"答复：{NUMBER}\n{ANSWER}\n{HEALTH}张示例，执法证号示例-0001。\n{words.SOLVED_ASK}" in told
    after = await street.newest()
    assert (after.state, after.first_answered) == ("answered", street.world.clock.now())
    assert {"解决了", "没解决"} <= set(street.guest.labels)


async def test_r50_given_back_the_assistant_answers_again_and_says_so(street: Street) -> None:
    info = await taken(street)
    await street.guest.says("在吗")
    assert lead_of(await presses_act(street.officer, do="request_back", id=info.id)) == words.GIVEN_BACK
    told = words_of(await inbox(street.guest))
    assert words.ASSISTANT_AGAIN in told and words.GIVEN_BACK_TOLD.format(number=NUMBER) in told
    assert lead_of(await street.guest.says("罚款能分期吗")).startswith(house_words.BASIS_FOUND[:2])


async def test_r50_after_thirty_minutes_of_working_time_it_goes_back_into_the_queue(street: Street) -> None:
    street.world.clock.at = dt.datetime(2026, 11, 20, 19, 50, tzinfo=CHINA)
    info = await taken(street)
    street.world.clock.at = dt.datetime(2026, 11, 22, 12, 0, tzinfo=CHINA)  # Sunday: no working time went by
    await ticks(street)
    assert (await street.newest()).holder is not None
    assert lead_of(await street.guest.says("在吗")) == words.RELAYED_LATER.format(who=f"{HEALTH}张示例")
    street.world.clock.at = dt.datetime(2026, 11, 23, 8, 21, tzinfo=CHINA)
    await ticks(street)
    await ticks(street)
    after = await street.newest()
    assert (after.holder, after.state) == (None, "assigned")
    assert words_of(await inbox(street.guest)).count(words.ASSISTANT_AGAIN) == 1
    assert words_of(await inbox(street.officer)).count(words.HOLD_OVER.format(number=NUMBER)) == 1
    assert info.number == NUMBER


async def test_r50_the_minutes_are_a_setting(street: Street) -> None:
    street.world.house.settings["request_hold_minutes"] = 5  # type: ignore[index]
    await taken(street)
    assert (await street.newest()).held_until == dt.datetime(2026, 11, 20, 10, 5, tzinfo=CHINA)


async def test_of_two_officers_at_once_one_has_it_and_the_other_is_told_who(street: Street) -> None:
    info = await registered(street)
    world = street.world
    for person in (street.officer, street.colleague):
        await presses_act(person, do="menu")
    tokens = {}
    for person in (street.officer, street.colleague):
        tokens[person.chat] = world.house.new_token()
        async with world.database.transaction() as session:
            act = {"do": "request_take", "id": info.id}
            await chats.offer(session, person.channel, person.chat, tokens[person.chat], "接办", act, world.clock.now())
    for person in (street.officer, street.colleague):
        await world.intake.take(
            Incoming(
                person.channel,
                person.chat,
                f"at-once/{person.chat}",
                world.clock.now(),
                "press",
                "",
                tokens[person.chat],
            )
        )
    await asyncio.gather(*(world.worker.work() for _ in range(2)))
    while await world.worker.work():
        continue
    said = [words_of(await inbox(person)) for person in (street.officer, street.colleague)]
    assert sum("已接办，到10:30为止。" in one for one in said) == 1
    assert sum(f"正在办{NUMBER}" in one for one in said) == 1
    assert words_of(await inbox(street.guest)).count(words.TOLD_TAKEN.format(number=NUMBER)) == 1


async def test_an_officer_who_was_revoked_while_holding_holds_it_no_more(street: Street) -> None:
    info = await taken(street)
    async with street.world.database.transaction() as session:
        office = await people.office(session, info.holder or 0)
        assert office is not None
        await people.revoke(session, office.id, street.world.clock.now())
    assert lead_of(await street.guest.says(QUESTION)) == house_words.NONE  # the assistant, at once
    await ticks(street, give_back_held)
    assert (await street.newest()).holder is None
    assert words.ASSISTANT_AGAIN in words_of(await inbox(street.guest))
    assert "不能做这件事" in words_of(await presses_act(street.officer, do="request_answer", id=info.id))


@on_sqlite
async def test_an_officer_without_a_licence_in_date_reads_and_does_not_answer(street: Street) -> None:
    """R1, R46."""
    info = await registered(street)
    expired = await street.world.office(
        "officer", chat="expired", department=HEALTH, licence_until=dt.date(2026, 11, 19)
    )
    assert QUESTION in words_of(await presses_act(expired, do="request", id=info.id))
    for act in ("request_take", "request_answer"):
        assert lead_of(await presses_act(expired, do=act, id=info.id)) == house_words.LICENCE_EXPIRED
    assert (await street.newest()).holder is None


@on_sqlite
async def test_r1_another_department_another_place_and_another_chat_do_not_see_it(street: Street) -> None:
    info = await answered(street)
    abroad = await street.world.office("officer", chat="abroad", department=HEALTH, jurisdiction="410526")
    for other, acts in (
        (street.market, ("request", "request_take", "request_answer", "request_move", "request_course", "answer_propose")),
        (abroad, ("request", "request_take", "request_answer", "request_back")),
        (street.world.person("stranger"), ("request", "request_course", "request_solved", "request_unsolved", "request_more")),
    ):  # fmt: skip
        await other.says("菜单")
        for act in acts:
            assert lead_of(await presses_act(other, do=act, id=info.id)) == words.GONE, act
            assert lead_of(await presses_act(other, do=act, id=2**70)) == words.GONE
    assert (await street.newest()) == info


async def test_photos_go_to_both_sides(street: Street) -> None:
    await taken(street)
    content = b"\x89PNG"
    object.__setattr__(street.world.house, "read_file", lambda digest: content)
    photo = FileRef("a" * 64, "摊位.png", "image/png", len(content))
    for person in (street.guest, street.officer):
        if person is street.officer:
            await presses_act(person, do="request_answer", id=(await street.newest()).id)
            await person.says(ANSWER)
        incoming = Incoming(
            person.channel, person.chat, f"photo/{person.chat}", street.world.clock.now(), "photo", files=(photo,)
        )
        await street.world.intake.take(incoming)
        while await street.world.worker.work():
            continue
    await inbox(street.officer)
    await presses_act(street.officer, do="flow_submit")
    for person in (street.guest, street.officer):
        files = [file for part in await inbox(person) for file in part.files]
        assert [name for _, name, _ in files] == ["摊位.png"]


@on_sqlite
async def test_a_file_too_large_to_hand_on_is_said_so(street: Street) -> None:
    await taken(street)
    large = FileRef("b" * 64, "录像.pdf", "application/pdf", 6 * 1024 * 1024)
    guest = street.guest
    await street.world.intake.take(
        Incoming(guest.channel, guest.chat, "large", street.world.clock.now(), "document", files=(large,))
    )
    while await street.world.worker.work():
        continue
    assert words.FILES_TOO_LARGE in words_of(await inbox(guest))
