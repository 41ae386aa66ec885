"""Result cards word for word (R12–R16), whose rules they name (R2), and what is kept of a result and what is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import func, select

from handlers import results
from handlers.conversation import Knowledge
from handlers.messages import Block
from handlers.sources import Sources
from knowledge.checks.conditions import Circumstances
from knowledge.checks.verdict import Verdict, judge
from storage import enterprises, self_checks
from storage.database import Database
from storage.tables import Enterprise, Fact, SelfCheck
from storage.tables import Person as PersonRow
from tests.people import SHIPPED_CHECKS, World, lead_of, words_of

TODAY = dt.date(2026, 11, 20)
GIVEN = Circumstances(TODAY, SHIPPED_CHECKS.sizes, {"young_years": 3})
ECHENG, DINGHAI = "420704", "330902"
NEW = {"innovation": "technology", "registered_here": "yes", "taxed_here": "yes", "dishonest": "no"}
SHOP = {"industry": "6210", "persons": 99, "turnover": 20_000_000}
HARD = {
    "hardship_person": "no",
    "founded": "2023-11-19",
    "risks": ["none"],
    "hit": "disaster",
    "struggling": "unknown",
    "industry": "6210",
    "persons": 300,
    "turnover": 100_000_000,
}
FAULT = {
    "matter": "none",
    "first": "yes",
    "gravity": "slight",
    "harm": "slight",
    "intent": "no",
    "blameless": "no",
    "corrected": "yes",
    "mitigated": "no",
    "influence": "none",
    "areas": ["none"],
}
END = "2026年11月20日自检，不作为执法依据，以执法机关认定为准。"


def judged(check: str, facts: Mapping[str, Any]) -> Verdict:
    return judge(SHIPPED_CHECKS.in_force(check, TODAY), facts, GIVEN)


def sources(shipped: Knowledge) -> Sources:
    return Sources(shipped.library, SHIPPED_CHECKS)


def card(shipped: Knowledge, check: str, facts: Mapping[str, Any], place: str | None = None) -> list[str]:
    """The card line by line."""
    blocks = results.card(judged(check, facts), facts, sources(shipped), place)
    return [line for block in blocks for line in block.text.split("\n")]


def follows(shipped: Knowledge, check: str, facts: Mapping[str, Any], place: str | None = None) -> list[Block]:
    return [b for page in results.follows(judged(check, facts), sources(shipped), place) for b in page]


def details(shipped: Knowledge, check: str, facts: Mapping[str, Any]) -> list[Block]:
    return [b for page in results.details(judged(check, facts), sources(shipped), None) for b in page]


def changes(shipped: Knowledge, check: str, facts: Mapping[str, Any]) -> list[str]:
    *_, lines = results.changes(judged(check, facts), sources(shipped))
    return lines.text.split("\n")


# ---- cards, word for word


def test_a_four_new_enterprise_of_the_place_itself(shipped: Knowledge) -> None:
    """R12: both conditions, each with its clause."""
    assert card(shipped, "four_new", NEW, ECHENG) == [
        "四新企业自检：按您说的，符合四新企业的条件。",
        "1. 满足：属于新技术、新产业、新业态、新模式之一（鄂城规则 二(二)1）",
        "2. 满足：在鄂城区注册并纳税（鄂城规则 二(二)1(1)）",
        "3. 满足：无严重失信记录（鄂城规则 二(二)1(2)）",
        END,
    ]


def test_what_is_met_and_what_is_missing_is_named(shipped: Knowledge) -> None:
    """R15: 条件…满足；缺：…"""
    assert card(shipped, "four_new", NEW | {"taxed_here": "no"}, ECHENG) == [
        "四新企业自检：按您说的，还不符合四新企业的条件。",
        "1. 满足：属于新技术、新产业、新业态、新模式之一（鄂城规则 二(二)1）",
        "2. 不满足：在鄂城区注册并纳税（鄂城规则 二(二)1(1)）",
        "3. 满足：无严重失信记录（鄂城规则 二(二)1(2)）",
        "条件1、3满足；缺：条件2。",
        END,
    ]


def test_what_is_not_known_leaves_the_result_open(shipped: Knowledge) -> None:
    assert card(shipped, "four_new", dict.fromkeys(NEW, "unknown"), ECHENG) == [
        "四新企业自检：有条件不清楚，现在还定不了。",
        "1. 不清楚：属于新技术、新产业、新业态、新模式之一（鄂城规则 二(二)1）",
        "2. 不清楚：在鄂城区注册并纳税（鄂城规则 二(二)1(1)）",
        "3. 不清楚：无严重失信记录（鄂城规则 二(二)1(2)）",
        "缺：条件1、2、3。",
        END,
    ]


def test_another_places_rule_is_marked_for_who_chose_a_place_of_their_own(shipped: Knowledge) -> None:
    """R2: 外地做法，仅供参考, with that place's name; never mixed silently."""
    assert card(shipped, "four_new", NEW, DINGHAI) == [
        "四新企业自检：按您说的，符合四新企业的条件。",
        "1. 满足：属于新技术、新产业、新业态、新模式之一（鄂城规则 二(二)1，外地做法）",
        "2. 满足：在鄂城区注册并纳税（鄂城规则 二(二)1(1)，外地做法）",
        "3. 满足：无严重失信记录（鄂城规则 二(二)1(2)，外地做法）",
        "外地做法，仅供参考（湖北省鄂州市鄂城区）。",
        END,
    ]


def test_whose_rule_it_is_is_said_to_who_chose_no_place(shipped: Knowledge) -> None:
    assert card(shipped, "four_new", NEW)[-2] == "这是湖北省鄂州市鄂城区的规定。"


def test_of_hardship_one_of_four_conditions_is_enough_and_the_years_are_a_setting(shipped: Knowledge) -> None:
    """R13: the document names no number of years; the result says that three is a setting."""
    assert card(shipped, "hardship", HARD, ECHENG) == [
        "困难企业自检：有条件不清楚，现在还定不了。",
        "1. 不满足：困难群体创业就业（鄂城规则 二(二)2(1)）",
        "2. 不满足：初创低风险（近年按3年算，是本系统的设置）（鄂城规则 二(二)2(2)）",
        "3. 不清楚：受疫情、灾害、政策、搬迁影响，运行艰难（鄂城规则 二(二)2(3)）",
        "4. 不满足：中小微企业（鄂城规则 二(二)2(4)）",
        "四项有一项满足就行，现在还没有。",
        END,
    ]
    assert card(shipped, "hardship", HARD | {"founded": "2023-11-20"}, ECHENG)[0] == (
        "困难企业自检：按您说的，符合困难企业的条件。"
    )


def test_the_size_with_the_class_of_each_figure_and_the_row(shipped: Knowledge) -> None:
    """R14."""
    assert card(shipped, "size", SHOP) == [
        "中小微划型：按您说的，划为小型企业。",
        "从业人员99人：按这一项是小型",
        "营业收入2000万元：按这一项是中型",
        "合起来：小型（按“餐饮业”一行）",
        END,
    ]


def test_the_size_with_a_figure_that_is_not_known(shipped: Knowledge) -> None:
    assert card(shipped, "size", SHOP | {"turnover": "unknown"}) == [
        "中小微划型：有数据不清楚，现在还定不了。",
        "从业人员99人：按这一项是小型",
        "营业收入：不清楚",
        "合起来：小型、微型都有可能（按“餐饮业”一行）",
        END,
    ]


def test_an_industry_that_is_not_listed_has_no_size(shipped: Knowledge) -> None:
    assert card(shipped, "size", {"industry": "662"}) == [
        "中小微划型：划分办法没有列出这个行业，没有划型。",
        "合起来：划分办法没有列出这个行业，没有划型",
        END,
    ]


def test_a_first_fault_with_slight_harm_that_was_put_right(shipped: Knowledge) -> None:
    """R15: the ground of law first, then the severity of R21 with the place whose word it is."""
    assert card(shipped, "tolerance", FAULT, ECHENG) == [
        "会不会被罚：按您说的，符合“首违可以不罚”。",
        "1. 满足：初次违法（行政处罚法第三十三条第一款）",
        "2. 满足：没有后果，或者后果轻微（行政处罚法第三十三条第一款）",
        "3. 满足：及时改正（行政处罚法第三十三条第一款）",
        "4. 满足：不触红线（定海意见 附则，外地做法）",
        "另：属于一般问题（定海意见 二(二)2，外地做法）",
        END,
    ]


def test_a_fault_that_was_not_put_right_names_the_missing_condition(shipped: Knowledge) -> None:
    """R15: 条件1、2满足；缺：…"""
    assert card(shipped, "tolerance", FAULT | {"corrected": "no"}) == [
        "会不会被罚：按您说的，还不符合不予处罚的条件。",
        "1. 满足：初次违法（行政处罚法第三十三条第一款）",
        "2. 满足：没有后果，或者后果轻微（行政处罚法第三十三条第一款）",
        "3. 不满足：及时改正（行政处罚法第三十三条第一款）",
        "4. 满足：不触红线（定海意见 附则）",
        "条件1、2、4满足；缺：条件3。",
        END,
    ]


def test_harm_that_was_made_good_gives_a_lighter_penalty(shipped: Knowledge) -> None:
    facts = FAULT | {"first": "no", "harm": "grave", "mitigated": "yes", "influence": "wide"}
    assert card(shipped, "tolerance", facts) == [
        "会不会被罚：按您说的，应当从轻或者减轻处罚。",
        "1. 满足：主动消除或者减轻危害后果（行政处罚法第三十二条）",
        "2. 满足：不触红线（定海意见 附则）",
        "另：属于突出问题（定海意见 二(二)3）",
        END,
    ]


def test_a_red_line_is_said_before_all_else(shipped: Knowledge) -> None:
    """R11: with the clause, and no severity where none is met."""
    facts = FAULT | {"gravity": "ordinary", "intent": "yes", "areas": ["food"], "endangers": "yes"}
    assert card(shipped, "tolerance", facts, DINGHAI) == [
        "会不会被罚：可能触及红线，不适用容错。",
        "1. 不满足：不触红线（定海意见 附则）",
        END,
    ]
    assert [b.text for b in follows(shipped, "tolerance", facts, DINGHAI) if b.kind == "quote"] == [
        shipped.library.quote("dinghai-supplement")
    ]


def test_a_matter_of_the_lists_is_named_with_whether_it_fits(shipped: Knowledge) -> None:
    for fits, said in (("yes", "对得上"), ("no", "对不上"), ("unknown", "没有对照")):
        assert card(shipped, "tolerance", FAULT | {"matter": "scjg-exempt-5", "fits": fits})[-2] == (
            f"另：列入不予处罚事项清单：不标明价格或者不按照规定的内容和方式明码标价（适用情形{said}，示范数据）"
        )


# ---- the pages behind the card


@pytest.mark.parametrize(
    ("check", "facts"), [("four_new", NEW), ("hardship", HARD), ("size", SHOP), ("tolerance", FAULT)]
)
def test_the_basis_quotes_every_clause_once_and_word_for_word(
    check: str, facts: Mapping[str, Any], shipped: Knowledge
) -> None:
    """R3."""
    blocks = details(shipped, check, facts)
    quotes = [block.text for block in blocks if block.kind == "quote"]
    assert len(quotes) == len(set(quotes))
    verdict = judged(check, facts)
    cited = [] if check == "size" else [c.cites for c in verdict.check.criteria.values()]
    rows = [verdict.size.row.id] if verdict.size and verdict.size.row else []
    assert set(quotes) == {sources(shipped).quote(entry) for entry in (*cited, *rows)}
    assert blocks[-1].text.startswith("依据：")


def test_the_basis_of_a_size_is_the_row_of_the_table(shipped: Knowledge) -> None:
    """R14: with the table row quoted."""
    assert [block.text for block in details(shipped, "size", SHOP)] == [
        "划型：小型",
        "餐饮业\n"
        "从业人员（X，人）：大型 X≥300；中型 100≤X<300；小型 10≤X<100；微型 X<10\n"
        "营业收入（Y，万元）：大型 Y≥10000；中型 2000≤Y<10000；小型 100≤Y<2000；微型 Y<100",
        "《统计上大中小微型企业划分办法（2017）》国统字〔2017〕213号 · 附表 · 全国",
        "依据：鄂城规则\n国统字〔2017〕213号\n标准核对于2026年11月20日。",
    ]


def test_the_versions_name_each_source_with_its_date_where_it_has_one(shipped: Knowledge) -> None:
    """R16, R3: the rules of 鄂城 state no date, so none is shown."""
    named = [sources(shipped).versions(check) for check in SHIPPED_CHECKS.checks]
    assert named == [
        "中华人民共和国行政处罚法（2021年7月15日起）\n定海意见（2022-06-29）\n标准核对于2026年11月20日。",
        "鄂城规则\n标准核对于2026年11月20日。",
        "鄂城规则\n国统字〔2017〕213号\n标准核对于2026年11月20日。",
        "鄂城规则\n国统字〔2017〕213号\n标准核对于2026年11月20日。",
    ]


def test_what_follows_is_marked_with_the_place_whose_rule_it_is(shipped: Knowledge) -> None:
    """R2: for 鄂城 the rules of 滑县 are another place's, for 滑县 those of 鄂城."""
    own = [b.text for b in follows(shipped, "four_new", NEW, ECHENG) if b.kind == "note"]
    assert "外地做法，仅供参考（河南省安阳市滑县）。" in own
    assert "外地做法，仅供参考（湖北省鄂州市鄂城区）。" not in own
    assert "外地做法，仅供参考（湖北省鄂州市鄂城区）。" in [
        b.text for b in follows(shipped, "four_new", NEW, "410526") if b.kind == "note"
    ]


def test_after_no_penalty_education_follows(shipped: Knowledge) -> None:
    """处罚法 第三十三条第三款, R30."""
    quotes = [b.text for b in follows(shipped, "tolerance", FAULT) if b.kind == "quote"]
    assert "对当事人的违法行为依法不予行政处罚的，行政机关应当对当事人进行教育。" in quotes
    assert any("认错保证书" in quote for quote in quotes)


def test_nothing_follows_from_a_result_that_is_open(shipped: Knowledge) -> None:
    assert [b.text for b in follows(shipped, "four_new", {})] == ["没有直接跟着来的条款。"]


def test_what_would_change_the_result_is_said_for_each_missing_condition(shipped: Knowledge) -> None:
    """R16."""
    assert changes(shipped, "four_new", NEW | {"taxed_here": "no", "dishonest": "yes"}) == [
        "在鄂城区注册并纳税：在鄂城区注册，并且在鄂城区纳税。",
        "无严重失信记录：严重失信记录修复以后，再查一次。",
    ]
    assert changes(shipped, "tolerance", FAULT | {"corrected": "no"}) == ["及时改正：在期限内改正完毕。"]
    assert changes(shipped, "tolerance", FAULT)[0] == "不再满足：初次违法"
    assert changes(shipped, "size", SHOP) == [
        "同时达到从业人员100人、营业收入2000万元，划为中型",
        "有一项低于从业人员10人、营业收入100万元，降一档",
    ]
    assert changes(shipped, "size", SHOP | {"turnover": "unknown"}) == ["补上不清楚的数据，再看一次。"]


# ---- what is kept, and what is not


async def rows(database: Database) -> dict[str, int]:
    async with database.reading() as session:
        return {
            table.__tablename__: (await session.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (SelfCheck, Fact, Enterprise, PersonRow)
        }


async def test_a_guests_result_leaves_nothing_behind(world: World, database: Database) -> None:
    guest = world.person()
    for text in ("困难自检", "属于", "2024年5月8日", "都不涉及", "都没有", "正餐服务", "25人", "800万元"):
        await guest.says(text)
    card = await guest.says("看结果")
    assert lead_of(card) == "困难企业自检：按您说的，符合困难企业的条件。"
    assert card[-1].blocks[-2].text == "您不是企业联系人，结果没有保存。"
    assert guest.labels == ["逐条依据", "接下来", "怎么会变", "修改答案", "菜单"]
    assert await rows(database) == {"self_check": 0, "fact": 0, "enterprise": 0, "person": 0}


async def test_a_contacts_result_is_kept_with_its_card_its_versions_and_whence_each_fact_is(
    world: World, database: Database
) -> None:
    """R16: declared and registered apart; the register is not asked again."""
    firm = await world.enterprise()
    owner = await world.contact(firm)
    for text in ("困难自检", "不属于", "公共安全", "台风", "艰难", "25人", "800万元"):
        await owner.says(text)
    card = await owner.says("看结果")
    assert lead_of(card) == "困难企业自检：按您说的，符合困难企业的条件。"
    assert {"发给执法", "分享链接"} <= set(owner.labels)
    async with database.reading() as session:
        (kept,) = await self_checks.checks_of(session, firm)
        said = await enterprises.facts_of(session, firm)
    assert kept.facts == {
        "hardship_person": ["no", "declared"],
        "founded": ["2019-04-12", "register"],
        "risks": [["public"], "declared"],
        "hit": ["disaster", "declared"],
        "struggling": ["yes", "declared"],
        "industry": ["6210", "register"],
        "persons": [25, "declared"],
        "turnover": [8_000_000, "declared"],
    }
    assert (kept.kind, kept.at, kept.department, kept.share) == ("hardship", world.clock.now(), None, None)
    assert kept.result["status"] == "met"
    assert kept.result["day"] == "2026-11-20"
    assert kept.result["versions"] == "鄂城规则\n国统字〔2017〕213号\n标准核对于2026年11月20日。"
    assert kept.result["conditions"] == {"hardship_person": "unmet", "young": "unmet", "hit": "met", "sme": "met"}
    shown = [[block.kind, block.text] for part in card for block in part.blocks]
    versions = ["citation", f"依据：{kept.result['versions']}"]
    assert kept.result["card"] == [*shown[:-1], versions, shown[-1]]
    assert {name: (fact.value, fact.status) for name, fact in said.items()} == {
        "persons": (25, "declared"),
        "turnover": (8_000_000, "declared"),
    }


async def test_what_was_declared_once_is_not_asked_the_next_time_and_says_so(world: World) -> None:
    owner = await world.contact(await world.enterprise())
    for text in ("划型自检", "25人", "800万元", "看结果"):
        await owner.says(text)
    parts = await owner.says("划型自检")
    assert "从业人员：25人（上次自报）" in words_of(parts)
    assert "行业：正餐服务（6210）（登记）" in words_of(parts)


async def test_a_corrected_result_is_kept_beside_the_first_one(world: World, database: Database) -> None:
    firm = await world.enterprise()
    owner = await world.contact(firm)
    for text in ("划型自检", "25人", "800万元", "看结果", "修改答案", "修改第2项", "9人"):
        await owner.says(text)
    assert lead_of(await owner.says("看结果")) == "中小微划型：按您说的，划为微型企业。"
    async with database.reading() as session:
        newest, first = await self_checks.checks_of(session, firm)
    assert (newest.facts["persons"], first.facts["persons"]) == ([9, "declared"], [25, "declared"])


async def test_a_result_submitted_twice_is_kept_once(world: World, database: Database) -> None:
    firm = await world.enterprise()
    owner = await world.contact(firm)
    for text in ("划型自检", "25人", "800万元"):
        await owner.says(text)
    token = next(token for token, label in owner.last[-1].buttons if label == "看结果")
    await owner.presses_token(token)
    world.clock.passes(minutes=5)
    assert lead_of(await owner.presses_token(token)) == "这一份已经提交过了，不用再点。"
    assert (await rows(database))["self_check"] == 1


async def test_an_enterprise_of_another_division_is_not_registered_here(world: World) -> None:
    """R12: the register knows the division, so it is not asked."""
    owner = await world.contact(await world.enterprise(division="330902"))
    for text in ("四新自检", "新技术", "是", "没有"):
        parts = await owner.says(text)
    assert "在鄂城区注册：不是（登记）" in words_of(parts)
    assert lead_of(await owner.says("看结果")) == "四新企业自检：按您说的，还不符合四新企业的条件。"


# ---- what is wrong today


async def test_an_answer_that_no_longer_applies_is_not_kept(world: World, database: Database) -> None:
    firm = await world.enterprise()
    owner = await world.contact(firm)
    for text in ("困难自检", "不属于", "公共安全", "疫情", "艰难", "25人", "800万元", "修改第4项", "都没有", "看结果"):
        await owner.says(text)
    async with database.reading() as session:
        (kept,) = await self_checks.checks_of(session, firm)
    assert kept.facts["hit"] == ["none", "declared"]
    assert "struggling" not in kept.facts


async def test_the_place_of_a_contact_is_that_of_the_enterprise(world: World) -> None:
    """R2."""
    owner = await world.contact(await world.enterprise(division="330902"))
    for text in ("四新自检", "新技术", "是", "没有"):
        await owner.says(text)
    assert "外地做法，仅供参考（湖北省鄂州市鄂城区）。" in words_of(await owner.says("看结果"))


async def test_the_clause_under_a_question_is_marked_as_another_places_too(world: World) -> None:
    """R2."""
    guest = world.person()
    await guest.says("我的地区")
    await guest.presses("定海")
    assert "鄂城规则" in words_of(await guest.says("四新自检"))
    assert "外地做法" in words_of(guest.last)


async def test_the_basis_is_marked_as_another_places_too(world: World) -> None:
    """R2."""
    guest = world.person()
    await guest.says("我的地区")
    await guest.presses("定海")
    for text in ("四新自检", "新技术", "是", "是", "没有", "看结果"):
        await guest.says(text)
    assert "外地做法" in words_of(await guest.presses("逐条依据"))


def test_a_matter_of_a_sample_list_says_that_it_is_a_sample(shipped: Knowledge) -> None:
    facts = FAULT | {"matter": "scjg-exempt-5", "fits": "yes"}
    assert any("示范数据" in line for line in card(shipped, "tolerance", facts))


def test_no_severity_stands_beside_a_red_line(shipped: Knowledge) -> None:
    """R11, 定海 附则."""
    facts = FAULT | {"harm": "none", "areas": ["food"], "endangers": "yes"}
    assert card(shipped, "tolerance", facts) == [
        "会不会被罚：可能触及红线，不适用容错。",
        "1. 不满足：不触红线（定海意见 附则）",
        END,
    ]


def test_only_the_named_severity_is_followed_up(shipped: Knowledge) -> None:
    """R20–R22: the severities exclude one another."""
    facts = FAULT | {"harm": "none"}
    assert "另：属于轻微问题（定海意见 二(二)1）" in card(shipped, "tolerance", facts)
    titles = [b.text for b in follows(shipped, "tolerance", facts) if b.kind == "text"]
    assert "轻微问题" in titles
    assert "一般问题" not in titles


def test_no_figures_are_asked_for_where_there_is_no_class(shipped: Knowledge) -> None:
    assert changes(shipped, "size", {"industry": "662"}) != ["补上不清楚的数据，再看一次。"]


@pytest.mark.parametrize("name", ["slight", "mitigated", "ordinary"])
def test_what_would_change_a_condition_says_more_than_its_title(name: str) -> None:
    criterion = SHIPPED_CHECKS.in_force("tolerance", TODAY).criteria[name]
    assert criterion.change.rstrip("。") != criterion.title
