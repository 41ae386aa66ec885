"""常用语: a department's own and those that are shipped, used at a step of words, their blanks asked one by one (R25, R26, R44)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from handlers.cases import desk_words
from handlers.flows.catalogue import flows_of
from knowledge.procedure.phrases import blanks, filled, load_starters, starters
from knowledge.shipped import shipped_checks
from knowledge.yaml_data import DataError
from storage import phrases
from tests.handlers.streets import Street, diagnosed, inbox, lines_of, new_street, newest, opened, passed, submitted
from tests.handlers.test_permissions import on_sqlite, presses_act
from tests.people import Person, World, lead_of, words_of

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
OWN = "把〔谁〕的健康证贴到〔哪里〕"
NO_RULE = re.compile(r"第.{1,6}条|《|[0-9]+(日|天|个工作日)|罚款|处罚|应当|必须")


@pytest.fixture
async def street(world: World) -> Street:
    return await new_street(world)


async def adds(officer: Person, label: str = "健康证公示", text: str = OWN) -> str:
    await officer.says("常用语")
    await officer.presses("加常用语")
    await officer.says(label)
    review = words_of(await officer.says(text))
    await officer.presses("加上")
    return review


# ---- texts with blanks


def test_blanks_are_named_once_in_order_and_a_year_is_none() -> None:
    assert blanks("〔甲〕〔乙〕〔甲〕鄂城市监容〔2026〕0012号") == ["甲", "乙"]
    assert filled("〔甲〕和〔乙〕", {"甲": "张示例"}) == "张示例和〔乙〕"
    assert blanks("没有空") == []


def test_what_is_shipped_states_no_rule_clause_or_deadline_and_fits_its_flow() -> None:
    flows = flows_of(shipped_checks())
    assert len(starters()) >= 10
    for one in starters():
        assert not NO_RULE.search(one.text), one.text
        assert blanks(one.text) and len(one.text) <= 60 and len(one.label) <= 6
        assert one.flow in flows


def test_a_name_given_twice_for_one_flow_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "phrases.yaml"
    path.write_text("- {for: visit, label: 甲, text: 甲}\n- {for: visit, label: 甲, text: 乙}\n", encoding="utf-8")
    with pytest.raises(DataError, match="写了两次") as error:
        load_starters(path)
    assert error.value.line == 2


# ---- a department's own


@BOTH
async def test_a_phrase_is_for_the_officers_of_its_department_alone(street: Street) -> None:
    """R1."""
    assert "要填的空：谁、哪里" in await adds(street.officer)
    assert "健康证公示：把〔谁〕的健康证" in words_of(await street.colleague.says("常用语"))
    foreign = await street.world.office("officer", chat="foreign", name="孙示例", department="示例城管局")
    assert lead_of(await foreign.says("常用语")) == desk_words.PHRASES_NONE
    for act in ({"do": "phrase", "id": 1}, {"do": "drop_phrase", "id": 1, "sure": True}):
        assert lead_of(await presses_act(foreign, **act)) == desk_words.PHRASE_GONE
    async with street.world.database.reading() as session:
        assert len(await phrases.of_department(session, "420704", "示例市场监管局")) == 1


@on_sqlite
async def test_a_phrase_is_taken_out_with_a_second_tap(street: Street) -> None:
    await adds(street.officer)
    await street.officer.says("常用语")
    await street.officer.presses("1")
    await street.officer.presses("取出")
    assert lead_of(await street.officer.presses("确认取出")) == desk_words.PHRASE_DROPPED
    assert lead_of(await street.officer.says("常用语")) == desk_words.PHRASES_NONE
    assert lead_of(await presses_act(street.officer, do="phrase", id=1)) == desk_words.PHRASE_GONE


# ---- used at a step


async def at_must(street: Street) -> None:
    """The officer corrects 要改正 in the review of a diagnosis."""
    await opened(street)
    await street.officer.presses("诊断")
    for answer in ("是", "不是", "不是", "不是", "不是", "是", "不是", "不是"):
        await street.officer.says(answer)
    await street.officer.says("修改第10项")
    assert "要改正什么？" in lead_of(street.officer.last)


@on_sqlite
async def test_its_blanks_are_asked_one_by_one_and_the_enterprise_reads_the_whole(street: Street) -> None:
    """R25: it is the text of the notice."""
    await adds(street.officer)
    await at_must(street)
    picked = await street.officer.presses("常用语")
    assert lines_of(picked)[0] == "1. 健康证公示：把〔谁〕的健康证贴到〔哪里〕"
    assert "（通用）" in words_of(picked)
    assert "“谁”填什么？" in lead_of(await street.officer.presses("1"))
    second = await street.officer.says("两名新员工")
    assert "“哪里”填什么？" in lead_of(second)
    assert "把两名新员工的健康证贴到〔哪里〕" in words_of(second)
    review = words_of(await street.officer.says("收银台旁"))
    assert "10. 要改正：把两名新员工的健康证贴到收银台旁" in review
    assert "11. 期限" in review and "〔" not in review.split("系统判断")[0].replace("〔2026〕", "")
    await street.officer.presses("确认诊断")
    assert (await newest(street)).case.must_correct == "把两名新员工的健康证贴到收银台旁"
    assert "要改正：把两名新员工的健康证贴到收银台旁" in words_of(await inbox(street.owner))


@on_sqlite
async def test_it_works_by_its_word_and_a_phrase_without_blanks_is_the_answer_at_once(street: Street) -> None:
    await adds(street.officer, "贴证", "把健康证贴到墙上")
    await at_must(street)
    await street.officer.says("常用语")
    review = await street.officer.says("1")
    assert "要改正：把健康证贴到墙上" in words_of(review)


@on_sqlite
async def test_going_back_from_a_blank_and_typing_something_else_is_possible(street: Street) -> None:
    await adds(street.officer)
    await at_must(street)
    await street.officer.presses("常用语")
    await street.officer.presses("1")
    await street.officer.presses("上一步")
    assert "历史遗留" in lead_of(street.officer.last)
    await street.officer.says("不是")
    assert "“谁”填什么？" in lead_of(street.officer.last)
    assert "取消" in words_of(await street.officer.says("取消"))


@on_sqlite
async def test_back_from_the_list_the_step_stands_as_before(street: Street) -> None:
    await at_must(street)
    await street.officer.presses("常用语")
    assert "要改正什么？" in lead_of(await street.officer.presses("返回"))


@on_sqlite
async def test_a_list_left_open_does_nothing_to_a_later_step(street: Street) -> None:
    await at_must(street)
    await street.officer.presses("常用语")
    old = street.officer.last[-1].buttons[0][0]
    await street.officer.says("返回")
    await street.officer.says("把健康证贴到墙上")
    assert lead_of(await street.officer.presses_token(old)) == desk_words.PHRASE_STALE


@on_sqlite
async def test_a_return_a_visit_and_an_answer_can_be_worded_with_phrases(street: Street) -> None:
    """R26, R36, R44."""
    await submitted(street)
    await street.officer.says("待复核")
    await street.officer.presses("1")
    await street.officer.presses("退回")
    await street.officer.presses("常用语")
    await street.officer.presses("1.缺照片")
    await street.officer.says("墙上的证")
    assert "限什么时候补齐" in lead_of(street.officer.last)
    await street.officer.says("5个工作日")
    await street.officer.presses("确认退回")
    assert (await newest(street)).case.missing_evidence == "缺墙上的证的照片，请补拍后再提交。"


@on_sqlite
async def test_the_record_has_the_words_and_not_the_blanks(street: Street) -> None:
    from storage import cases

    info = await passed(street)
    await street.officer.presses("记回访")
    await street.officer.presses("改好了")
    await street.officer.presses("常用语")
    await street.officer.presses("1.已改好")
    await street.officer.says("健康证")
    await street.officer.presses("确认回访")
    async with street.world.database.reading() as session:
        last = (await cases.events(session, info.id))[-1]
    assert last.data == {"corrected": "yes", "note": "现场查看，健康证已经改好。"}


@on_sqlite
async def test_an_owner_has_no_phrases_under_their_steps(street: Street) -> None:
    await diagnosed(street)
    await inbox(street.owner)
    await street.owner.presses("提交整改")
    assert "常用语" not in street.owner.labels
