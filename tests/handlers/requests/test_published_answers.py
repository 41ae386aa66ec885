"""Answers that legal passes for everybody, with their basis (R51, R3, R2, R49)."""

from __future__ import annotations

import pytest

from handlers import words as house_words
from handlers.conversation import Knowledge
from handlers.published import may_rest_on
from handlers.requests import words
from knowledge.library import Library
from knowledge.shipped import matcher_for
from storage import answers
from tests.handlers.requests.street import (
    ANSWER,
    HEALTH,
    QUESTION,
    Street,
    answered,
    inbox,
    proposed,
    rebuilt,
    registered,
    released,
)
from tests.handlers.test_permissions import on_sqlite, presses_act
from tests.people import lead_of, words_of


async def test_r51_an_answer_passed_by_legal_is_found_with_its_basis_beside_it(street: Street) -> None:
    await proposed(street)
    assert QUESTION in words_of(await inbox(street.legal))
    await street.legal.says("待审答复")
    card = words_of(await street.legal.presses("1"))
    assert QUESTION in card and ANSWER in card and "《" in card
    assert lead_of(await street.legal.presses("通过")) == words.RELEASE_ASK
    async with street.world.database.reading() as session:
        assert await answers.published(session) == []  # not before the second tap
    assert lead_of(await street.legal.presses("确认公布")) == words.RELEASED
    assert words.RELEASED_TOLD.format(question=QUESTION) in words_of(await inbox(street.officer))
    knowledge = await rebuilt(street)
    found = await street.world.person("next").says(QUESTION)
    text = words_of(found)
    assert lead_of(found) == words.PUBLISHED.format(question=QUESTION)
    assert ANSWER in text and f"鄂城{HEALTH}，2026年11月20日答复" in text
    (answer,) = knowledge.library.answers.values()
    quoted = [block.text for part in found for block in part.blocks if block.kind == "quote"]
    assert quoted[1].strip("…") in knowledge.library.quote(answer.cites[0])
    assert text.endswith(house_words.END)


async def test_r2_elsewhere_it_is_another_places_practice(street: Street) -> None:
    await released(street)
    stranger = street.world.person("stranger")
    await presses_act(stranger, do="set_place", code="410526")
    text = words_of(await stranger.says(QUESTION))
    assert ANSWER not in text or "外地做法" in text
    own = street.world.person("own")
    await presses_act(own, do="set_place", code="420704")
    assert "外地做法" not in words_of(await own.says(QUESTION))


async def test_r51_withdrawn_it_is_found_no_more(street: Street) -> None:
    await released(street)
    await street.legal.says("待审答复")
    await street.legal.presses("已公布")
    await street.legal.presses("1")
    await street.legal.presses("撤下")
    await street.legal.says("依据的文件要修订")
    await street.legal.presses("确认撤下")
    await rebuilt(street)
    assert lead_of(await street.world.person("next").says(QUESTION)) == house_words.NONE


async def test_r51_returned_with_a_reason_the_officer_puts_it_forward_again(street: Street) -> None:
    await proposed(street)
    await street.legal.says("待审答复")
    await street.legal.presses("1")
    await street.legal.presses("退回")
    await street.legal.says("依据没有写到健康证")
    await street.legal.presses("确认退回")
    told = words_of(await inbox(street.officer))
    assert words.RETURNED_TOLD.format(question=QUESTION) in told and "依据没有写到健康证" in told
    await street.officer.presses("改了再提")
    assert words.PROPOSE_CITE in lead_of(street.officer.last)


async def test_r3_without_a_basis_nothing_is_put_forward(street: Street) -> None:
    info = await answered(street)
    await presses_act(street.officer, do="answer_propose", id=info.id)
    assert words.PROPOSE_CITE in lead_of(street.officer.last)
    await street.officer.says("跳过")
    assert "提交审核" not in street.officer.labels
    shown = words_of(await street.officer.says("批评教育"))
    assert words.PROPOSE_CITE_PICK in shown and "《" in shown  # whole names, not buttons alone
    async with street.world.database.reading() as session:
        assert await answers.of_place(session, "420704", "proposed") == []


@on_sqlite
@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("我叫李示例，电话13800000000，健康证能补办吗", "电话"),
        ("示例香满楼餐饮有限公司的健康证能补办吗", "企业名称"),
        ("好味道餐馆的健康证能补办吗", "名称"),
        ("代码92420704MA0000001P的店健康证能补办吗", "信用代码"),
    ],
)
async def test_r49_personal_data_is_refused_with_what_to_change(street: Street, question: str, said: str) -> None:
    await street.world.enterprise()
    info = await answered(street)
    await presses_act(street.officer, do="answer_propose", id=info.id)
    await street.officer.says("批评教育")
    await street.officer.presses("1.")
    await street.officer.presses("改问题")
    refused = lead_of(await street.officer.says(question))
    assert f"像{said}" in refused and "请" in refused
    assert lead_of(await street.officer.says("摊位的健康证能补办吗")).startswith("请核对一遍")


@on_sqlite
async def test_r49_what_was_asked_with_personal_data_is_not_on_the_card_until_it_is_worded_anew(street: Street) -> None:
    await presses_act(street.guest, do="set_place", code="420704")
    await street.guest.says("投诉：我叫李示例，健康证能补办吗，打13800000000")
    await street.guest.presses("确认转交")
    info = await street.newest()
    await presses_act(street.officer, do="request_answer", id=info.id)
    await street.officer.says(ANSWER)
    await street.officer.presses("发出答复")
    await presses_act(street.officer, do="answer_propose", id=info.id)
    assert words.PROPOSE_QUESTION in lead_of(street.officer.last)
    assert "13800000000" not in words_of(street.officer.last)


@on_sqlite
async def test_r3_an_answer_whose_basis_is_no_longer_published_is_neither_found_nor_released(street: Street) -> None:
    await proposed(street)
    await street.legal.says("待审答复")
    old = street.world.house.knowledge().library
    async with street.world.database.reading() as session:
        (info,) = await answers.of_place(session, "420704", "proposed")
    source = old.source_of(info.cites[0])
    assert source is not None
    rest = [collection for collection in old.collections.values() if collection.source.id != source.id]
    library = Library(rest, old.language)
    object.__setattr__(street.world.house, "knowledge", lambda: Knowledge(library, matcher_for(library)))
    await street.legal.presses("1")
    assert "通过" not in street.legal.labels
    assert lead_of(await presses_act(street.legal, do="answer_pass_sure", id=info.id)) == words.BASIS_GONE
    async with street.world.database.reading() as session:
        assert await answers.published(session) == []


@on_sqlite
async def test_r1_legal_of_another_place_sees_no_answer_of_ours(street: Street) -> None:
    made = await proposed(street)
    abroad = await street.world.office("legal", chat="abroad", jurisdiction="410526")
    await abroad.says("菜单")
    assert lead_of(await abroad.says("待审答复")) == words.WAITING_NONE
    for act in ("answer_one", "answer_pass", "answer_pass_sure", "answer_return", "answer_withdraw"):
        assert lead_of(await presses_act(abroad, do=act, id=made)) == words.ANSWER_GONE, act


async def test_two_of_legal_at_once_release_it_once(street: Street) -> None:
    made = await proposed(street)
    first = await presses_act(street.legal, do="answer_pass_sure", id=made)
    second = await presses_act(street.legal, do="answer_pass_sure", id=made)
    assert lead_of(first) == words.RELEASED
    assert lead_of(second) == f"公开答复：{words.ANSWER_STATES['released']}"
    assert words_of(await inbox(street.officer)).count(words.RELEASED_TOLD.format(question=QUESTION)) == 1


@on_sqlite
async def test_a_phrase_with_blanks_is_filled_in_at_the_answer(street: Street) -> None:
    info = await registered(street)
    await presses_act(street.officer, do="request_answer", id=info.id)
    await street.officer.presses("常用语")
    await street.officer.presses("2.请补充")
    card = words_of(await street.officer.says("摊位的面积"))
    assert "请补充说明摊位的面积，收到后接着答复您。" in card
    await street.officer.presses("发出答复")
    assert "请补充说明摊位的面积，收到后接着答复您。" in words_of(await inbox(street.guest))


@on_sqlite
async def test_r2_an_answer_does_not_rest_on_the_document_of_another_place(street: Street) -> None:
    library = street.world.house.knowledge().library
    assert may_rest_on(library, "echeng-3-3", "420704")
    assert may_rest_on(library, next(iter(library.items)), "420704")
    assert not may_rest_on(library, "dadukou-3-4", "420704")
    assert not may_rest_on(library, "nothing", "420704")
    info = await answered(street)
    await presses_act(street.officer, do="answer_propose", id=info.id)
    offered = words_of(await street.officer.says("劝导警示 大渡口"))
    assert "大渡口" not in offered.replace("劝导警示 大渡口", "")


@on_sqlite
async def test_what_rests_on_demonstration_data_says_so(street: Street) -> None:
    info = await answered(street)
    item = next(iter(street.world.house.knowledge().library.items))
    async with street.world.database.transaction() as session:
        made = await answers.propose(
            session, request=info.id, jurisdiction="420704", department=HEALTH, question=QUESTION, text=ANSWER,
            cites=[item], person=None, now=street.world.clock.now(),
        )  # fmt: skip
    card = words_of(await presses_act(street.legal, do="answer_one", id=made))
    assert house_words.SAMPLE in card
    await presses_act(street.legal, do="answer_pass_sure", id=made)
    await rebuilt(street)
    assert house_words.SAMPLE in words_of(await street.world.person("next").says(QUESTION))


@on_sqlite
async def test_r51_what_is_answered_meanwhile_is_no_gap_any_more(street: Street) -> None:
    await street.guest.says(QUESTION)
    await released(street)
    assert lead_of(await street.legal.says("没答上的")) == words.GAPS_NONE
