"""Finding a request again (R50): whoever asked, on another device too; the department, after it answered."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from handlers.requests import words
from storage import chats, people, requests
from storage.tables import Answer
from tests.handlers.requests.street import HEALTH, Street, answered, proposed, registered
from tests.handlers.test_permissions import presses_act
from tests.people import lead_of, words_of

BOTH = pytest.mark.parametrize("said", ["诉求", "{number}"])


@BOTH
async def test_a_bound_person_finds_on_another_device_what_they_asked(street: Street, said: str) -> None:
    world = street.world
    firm = await world.enterprise()
    owner = await world.contact(firm)
    await presses_act(owner, do="set_place", code="420704")
    await owner.says("店里能不能晚点补健康证")
    await owner.presses("转人工")
    await owner.presses("确认转交")
    async with world.database.reading() as session:
        info = (await requests.of_asker(session, owner.channel, owner.chat))[0]
        person = (await chats.load_dialogue(session, owner.channel, owner.chat, world.clock.now())).person
    assert person is not None
    phone = world.person("phone", "telegram")
    async with world.database.transaction() as session:
        await chats.load_dialogue(session, phone.channel, phone.chat, world.clock.now())
        await people.seat(session, phone.channel, phone.chat, person)
    assert info.number in words_of(await phone.says(said.format(number=info.number)))


async def test_r1_nobody_finds_by_its_number_what_another_asked(street: Street) -> None:
    info = await registered(street)
    stranger = street.world.person("stranger")
    assert info.question not in words_of(await stranger.says(info.number))
    market = await street.world.office("officer", chat="m2", name="周示例", department="示例别的局")
    assert info.question not in words_of(await market.says(info.number))


async def test_what_was_answered_is_found_again_and_can_still_be_made_a_published_answer(
    street: Street,
) -> None:
    info = await answered(street)
    assert lead_of(await street.officer.says("诉求")) == words.QUEUE_NONE
    listed = await street.officer.presses("答复过的")
    assert info.number in words_of(listed) and words.ANSWERED in lead_of(listed)
    await street.officer.presses("1.")
    assert words.LABEL_PUBLISH in street.officer.labels
    assert info.number in lead_of(await street.officer.says(info.number))


async def test_r1_another_department_has_not_answered_it(street: Street) -> None:
    await answered(street)
    other = await street.world.office("officer", chat="o2", name="郑示例", department=HEALTH + "二")
    await other.says("诉求")
    assert lead_of(await other.presses("答复过的")) == words.ANSWERED_NONE


@pytest.mark.parametrize(
    ("question", "is_told"), [("来检查的人没亮证，怎么办", True), ("夜里能不能借用门口的公共雨棚", False)]
)
async def test_r51_legal_is_told_that_a_text_answers_the_question_already(
    street: Street,
    question: str,
    is_told: bool,
) -> None:
    await proposed(street)
    async with street.world.database.transaction() as session:
        await session.execute(update(Answer).values(question=question))
    await street.legal.says("待审答复")
    card = words_of(await street.legal.presses("1"))
    assert ("已经答得出：《" in card) == is_told
