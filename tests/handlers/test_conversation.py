"""The dialogue as people use it, on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt

import pytest

from handlers import words
from storage import questions
from tests.people import World, lead_of, words_of


async def test_a_lay_question_is_answered_with_the_words_and_where_they_stand(world: World) -> None:
    """R3, R5: conclusion, conditions, basis, next step, closing line."""
    owner = world.person()
    answer = await owner.says("灭火器过期了两个，当场就换了，会罚吗")
    kinds = [block.kind for part in answer for block in part.blocks]
    assert kinds == ["lead", "quote", "citation", "note", "end"]
    assert lead_of(answer) == "列入不予处罚事项清单：灭火器未保持完好有效"
    assert "失压、过期灭火器不超过２具" in words_of(answer)
    assert "《示范县消防救援大队不予处罚事项清单》 · 序号1 · 示范县（虚构，示范数据）" in words_of(answer)
    assert words_of(answer).endswith("以执法机关认定为准。")


async def test_what_no_text_settles_is_said_so_and_a_person_is_offered(world: World) -> None:
    """R4: 查无依据, the nearest headings, 转人工."""
    owner = world.person()
    answer = await owner.says("明天会下雨吗")
    assert lead_of(answer) == "查无依据。"
    assert "转人工" in owner.labels
    await owner.presses("转人工")
    async with world.database.reading() as session:
        listed = await questions.for_editors(session, world.clock.now() - dt.timedelta(days=1))
    assert [(row.question, row.outcome, row.wants_person) for row in listed] == [("明天会下雨吗", "none", True)]


async def test_what_only_goes_on_from_the_question_before_is_offered_together_with_it(world: World) -> None:
    owner = world.person()
    await owner.says("残疾人开的店算困难企业吗")
    answer = await owner.says("那下岗职工呢")
    assert lead_of(answer) == "查无依据。"  # nothing is made out of half a question
    assert "残疾人开的店算困难企业吗" in words_of(answer)
    together = await owner.presses("连上一问")
    assert "困难群体创业就业企业" in lead_of(together)


@pytest.mark.parametrize(("before", "then"), [("", "那下岗职工呢"), ("残疾人开的店算困难企业吗", "明天会下雨吗")])
async def test_nothing_is_put_together_without_a_question_before_or_with_another_one(
    world: World, before: str, then: str
) -> None:
    owner = world.person()
    if before:
        await owner.says(before)
    await owner.says(then)
    assert "连上一问" not in owner.labels


async def test_a_vague_question_is_asked_back_with_at_most_three_choices(world: World) -> None:
    owner = world.person()
    answer = await owner.says("没带证")
    if lead_of(answer) == words.CLARIFY:
        numbered = [label for label in owner.labels if label[:2] in ("1.", "2.", "3.")]
        assert 1 <= len(numbered) <= 3
        chosen = await owner.says("1")
        assert words_of(chosen).endswith("以执法机关认定为准。")


async def test_the_whole_text_stands_behind_the_basis_button_page_by_page(world: World, shipped) -> None:  # type: ignore[no-untyped-def]
    owner = world.person()
    await owner.says("行政指导是什么样的活动，和处罚有什么不一样")
    first = await owner.presses("查看依据")
    collected = "".join(block.text for part in first for block in part.blocks if block.kind == "quote")
    while words.LABEL_NEXT in owner.labels:
        page = await owner.presses(words.LABEL_NEXT)
        collected += "".join(block.text for part in page for block in part.blocks if block.kind == "quote")
    assert collected.replace("\n", "") == shipped.library.quote("dadukou-1").replace("\n", "")
    assert "日期：原文未载明" in words_of(owner.last)
    assert words.LABEL_PREVIOUS in owner.labels


async def test_asking_where_the_words_stand_shows_the_whole_text_of_the_answer(world: World) -> None:
    owner = world.person()
    await owner.says("灭火器过期了会罚吗")
    shown = await owner.says("在哪里看原文")
    assert "设定依据" in words_of(shown)


async def test_asking_for_the_text_without_an_answer_is_a_question_like_any_other(world: World) -> None:
    owner = world.person()
    assert lead_of(await owner.says("在哪里看原文")) == words.NONE


async def test_related_matters_lead_to_the_same_rule_of_another_place(world: World) -> None:
    owner = world.person()
    await owner.says("罚款一次交不起，能不能分几期交")
    await owner.presses("相关事项")
    assert any(label.startswith("1.") for label in owner.labels)
    other = await owner.says("1")
    assert "《" in words_of(other)


async def test_feedback_is_kept_once_and_useless_answers_are_listed_for_the_editors(world: World) -> None:
    owner = world.person()
    await owner.says("灭火器过期了会罚吗")
    token = next(token for token, label in owner.last[-1].buttons if label == "没用")
    await owner.presses("没用")
    async with world.database.reading() as session:
        listed = await questions.for_editors(session, world.clock.now() - dt.timedelta(days=1))
    assert [(row.question, row.useful) for row in listed] == [("灭火器过期了会罚吗", False)]
    assert await owner.presses_token(token) == []  # five taps have one effect
    world.clock.passes(seconds=30)
    assert lead_of(await owner.presses_token(token)) == words.USELESS  # later it is a wish to see it again


async def test_ones_own_place_comes_first_and_another_place_is_marked(world: World) -> None:
    """R2."""
    owner = world.person()
    await owner.says("我的地区")
    await owner.presses("滑县")
    own = await owner.says("罚款交不起，能不能分期交")
    assert "滑县意见" in words_of(own) or "滑县法治政府建设领导小组办公室" in words_of(own)
    other = await owner.says("认错保证书写了能不罚吗")
    assert "外地做法，仅供参考（湖北省鄂州市鄂城区）" in words_of(other)


async def test_an_act_before_the_document_is_not_judged_by_it_but_the_later_rule_is_pointed_out(world: World) -> None:
    """R6, 从旧兼从轻."""
    owner = world.person()
    await owner.says("2021年5月的事，轻微问题整改到位以后还罚不罚")
    assert words.LABEL_THEN in owner.labels
    answer = await owner.presses(words.LABEL_THEN)
    assert "定政发〔2022〕15号" not in words_of(answer).split(words.LATER)[0]


async def test_a_term_is_explained_and_the_explanation_is_no_law(world: World) -> None:
    owner = world.person()
    for asked in ("责令改正什么意思", "啥叫行政约谈", "“双随机、一公开”是什么意思？"):
        answer = await owner.says(asked)
        assert words.TERM_NOTE in words_of(answer)


async def test_every_menu_entry_works_by_button_by_word_and_by_number(world: World) -> None:
    owner = world.person()
    await owner.says("/start")
    for label in [label for label in owner.labels if label != "我的数据"]:  # which counts the messages
        await owner.says("菜单")
        by_button = words_of(await owner.presses(label))
        await owner.says("取消")  # what was begun, so that the menu is the same again
        await owner.says("菜单")
        by_word = words_of(await owner.says(label))
        await owner.says("取消")
        await owner.says("菜单")
        by_number = words_of(await owner.says(str(owner.labels.index(label) + 1)))
        await owner.says("取消")
        assert by_button == by_word == by_number


async def test_browsing_reaches_every_list_item_and_comes_back(world: World, shipped) -> None:  # type: ignore[no-untyped-def]
    owner = world.person()
    await owner.says("四张清单")
    await owner.presses("1.")
    await owner.presses("1.")
    seen = []
    while True:
        seen += [
            line.partition(". ")[2]
            for block in owner.last[-1].blocks
            if block.kind == "list"
            for line in block.text.split("\n")
        ]
        if words.LABEL_NEXT not in owner.labels:
            break
        await owner.presses(words.LABEL_NEXT)
    items = next(c for c in shipped.library.collections.values() if c.kind == "list").items
    assert seen == [item.title for item in items if item.kind == "exempt"]
    assert words.LABEL_BACK in owner.labels


async def test_bad_input_gets_a_clear_answer(world: World) -> None:
    owner = world.person()
    assert lead_of(await owner.says("")) == words.EMPTY
    assert lead_of(await owner.says("😀😀😀")) == words.EMPTY
    assert lead_of(await owner.says("？？？！！。。。")) == words.EMPTY
    assert lead_of(await owner.says("\x00\x07\u202e")) == words.EMPTY
    assert lead_of(await owner.says("长" * 10_000)) == words.TOO_LONG.format(count=10_000)
    assert lead_of(await owner.says("/fly")) == words.UNKNOWN_COMMAND.format(command="/fly")
    assert lead_of(await owner.sends("sticker")) == words.NOT_TEXT["sticker"]
    assert lead_of(await owner.sends("voice")) == words.NOT_TEXT["voice"]
    assert lead_of(await owner.presses_token("no-such-token")) == words.STALE_BUTTON


async def test_a_button_of_another_chat_does_nothing(world: World) -> None:
    owner, stranger = world.person("owner"), world.person("stranger")
    await owner.says("灭火器过期了会罚吗")
    token = owner.last[-1].buttons[0][0]
    assert lead_of(await stranger.presses_token(token)) == words.STALE_BUTTON


async def test_yesterdays_button_still_acts(world: World) -> None:
    owner = world.person()
    await owner.says("灭火器过期了会罚吗")
    token = next(token for token, label in owner.last[-1].buttons if label == "查看依据")
    world.clock.passes(days=1)
    await owner.says("你好")
    assert "消防法" in words_of(await owner.presses_token(token))


async def test_a_repeated_update_has_one_effect(world: World) -> None:
    owner = world.person()
    first = await owner.sends("text", text="灭火器过期了会罚吗", key="same")
    again = await owner.sends("text", text="灭火器过期了会罚吗", key="same")
    assert (len(first), again) == (1, [])


async def test_numbers_of_persons_are_not_kept_for_the_editors(world: World) -> None:
    """R48: what is kept of a question names nobody."""
    owner = world.person()
    await owner.says("我叫测试，电话13800138000，明天下雨吗")
    async with world.database.reading() as session:
        listed = await questions.for_editors(session, world.clock.now() - dt.timedelta(days=1))
    assert "13800138000" not in listed[0].question
    assert "〔号码〕" in listed[0].question
