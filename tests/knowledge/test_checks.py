"""The self-checks as data (R12–R16): what is shipped holds together, a faulty file is refused, a verdict keeps its word."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.conversation import Knowledge
from handlers.flows.checking import FITS
from handlers.sources import Sources
from knowledge.checks.conditions import Circumstances
from knowledge.checks.criteria import MAX_LABEL, MAX_SENTENCE, Check, Checks, NoCheckInForce, Question, load_checks
from knowledge.checks.verdict import Verdict, asked_questions, judge
from knowledge.shipped import DATA, shipped_checks
from knowledge.yaml_data import DataError

CHECKS = shipped_checks()
BY_NAME = {check.name: check for check in CHECKS.checks}
LAWS = DATA / "laws.yaml"
TODAY = dt.date(2026, 11, 20)
GIVEN = Circumstances(TODAY, CHECKS.sizes, {"young_years": 3})
each_check = pytest.mark.parametrize("check", CHECKS.checks, ids=BY_NAME)


# ---- what is shipped


def test_four_checks_are_shipped_in_the_order_of_the_menu() -> None:
    assert CHECKS.names == ("tolerance", "four_new", "hardship", "size")


@each_check
def test_everything_that_a_check_points_at_is_published_a_law_or_a_row(check: Check, shipped: Knowledge) -> None:
    """R3: a condition without its clause is none."""
    sources = Sources(shipped.library, CHECKS)
    assert sources.missing(check) == []
    assert all(sources.quote(entry) and sources.line(entry) and sources.title(entry) for entry in check.sources)


@each_check
def test_a_check_that_only_one_place_prescribes_names_that_place(check: Check, shipped: Knowledge) -> None:
    """R2: the clause that a check rests on is the place's own, or it holds everywhere."""
    source = None if check.cites in CHECKS.laws else shipped.library.source_of(check.cites)
    if check.jurisdiction:
        assert source is not None
        assert source.jurisdiction == check.jurisdiction


def test_the_conditions_of_the_four_new_are_those_of_the_document(shipped: Knowledge) -> None:
    """R12: both conditions, each with the clause that states it."""
    cited = {criterion.name: criterion.cites for criterion in BY_NAME["four_new"].criteria.values()}
    assert "注册并纳税" in shipped.library.quote(cited["registered"])
    assert "无严重失信记录" in shipped.library.quote(cited["honest"])
    (ground,) = BY_NAME["four_new"].grounds
    assert (ground.needs_all, ground.needs_any) == (("kind", "registered", "honest"), ())


def test_any_of_the_four_conditions_of_hardship_is_enough(shipped: Knowledge) -> None:
    """R13: each with the clause that states it."""
    check = BY_NAME["hardship"]
    words = {"hardship_person": "困难群体", "young": "近年来创设", "hit": "运行艰难", "sme": "国统字〔2017〕213号"}
    for name, said in words.items():
        assert said in shipped.library.quote(check.criteria[name].cites), name
    (ground,) = check.grounds
    assert (ground.needs_all, set(ground.needs_any)) == ((), set(words))


def test_each_severity_cites_the_clause_that_names_it(shipped: Knowledge) -> None:
    """R20–R22."""
    for ground in BY_NAME["tolerance"].grounds:
        if ground.group == "severity":
            assert shipped.library.quote(ground.cites).partition("：")[0].endswith(ground.title)


def test_each_area_of_the_red_line_is_named_by_the_clause(shipped: Knowledge) -> None:
    """R11: the areas to choose from are those of the supplement; 趁灾涨价 is R9's."""
    clause = shipped.library.quote("dinghai-supplement")
    labels = {a.value: a.label for a in BY_NAME["tolerance"].question("areas").answers}
    assert {value for value, label in labels.items() if label[:4] in clause} == {
        "safety",
        "environment",
        "food",
        "epidemic",
        "market",
    }


@each_check
def test_everything_of_ours_is_short(check: Check) -> None:
    sentences = [check.unmet, check.unknown, check.barred, check.unlisted]
    sentences += [q.ask for q in check.questions] + [q.example for q in check.questions]
    sentences += [c.change for c in check.criteria.values()] + [g.lead for g in check.grounds]
    sentences += [c.title for c in check.criteria.values()]
    for sentence in sentences:
        assert max(map(len, re.split("[。？]", sentence))) <= MAX_SENTENCE, sentence
    labels = [check.label, *(a.label for q in check.questions for a in q.answers)]
    assert [label for label in labels if not 0 < len(label) <= MAX_LABEL] == []


@each_check
def test_a_question_with_choices_can_always_be_answered_with_not_known(check: Check) -> None:
    for question in check.questions:
        if question.answers:
            assert question.answers[-1].value == "unknown", question.name


@each_check
def test_no_word_means_two_answers_of_one_question(check: Check) -> None:
    for question in check.questions:
        said = [word for answer in question.answers for word in {answer.label, *answer.said}]
        assert len(said) == len(set(said)), question.name


@each_check
def test_every_question_matters_to_some_condition_and_every_condition_to_the_result(check: Check) -> None:
    looked_at = {fact for c in check.criteria.values() for fact in c.when.facts}
    looked_at |= {fact for q in check.questions if q.when for fact in q.when.facts}
    assert [q.name for q in check.questions if q.name not in looked_at] == []


# ---- the day


def test_a_check_holds_from_its_first_day_on() -> None:
    assert CHECKS.in_force("tolerance", dt.date(2021, 7, 15)).name == "tolerance"
    with pytest.raises(NoCheckInForce, match="没有有效的标准"):
        CHECKS.in_force("tolerance", dt.date(2021, 7, 14))


def test_no_older_check_stands_in_for_one_that_is_not_in_force() -> None:
    old = dataclasses.replace(BY_NAME["tolerance"], valid_from=dt.date(2010, 1, 1), valid_to=dt.date(2019, 12, 31))
    new = dataclasses.replace(BY_NAME["tolerance"], valid_from=dt.date(2021, 7, 15), valid_to=dt.date(2027, 12, 31))
    checks = Checks((old, new), CHECKS.sizes, CHECKS.laws)
    assert checks.in_force("tolerance", dt.date(2010, 1, 1)) is old
    assert checks.in_force("tolerance", dt.date(2019, 12, 31)) is old
    assert checks.in_force("tolerance", dt.date(2027, 12, 31)) is new
    for day in (dt.date(2009, 12, 31), dt.date(2020, 1, 1), dt.date(2021, 7, 14), dt.date(2028, 1, 1)):
        with pytest.raises(NoCheckInForce):
            checks.in_force("tolerance", day)


def test_a_check_that_does_not_exist_is_not_in_force() -> None:
    with pytest.raises(NoCheckInForce):
        CHECKS.in_force("nonesuch", TODAY)


# ---- files with a mistake

GOOD = """name: example
title: 示例自检
label: 示例自检
jurisdiction: "420704"
cites: echeng-2-2-1
checked: 2026-11-20
questions:
  - name: innovation
    title: 创新
    ask: 靠什么创新？
    kind: choice
    answers:
      - {value: yes, label: 新技术, said: [技术]}
      - {value: no, label: 都不是}
  - name: areas
    title: 领域
    ask: 涉及哪些？
    kind: several
    when: {fact: innovation, is: yes}
    answers:
      - {value: food, label: 食品}
      - {value: none, label: 没有}
  - name: persons
    title: 从业人员
    ask: 有多少人？
    kind: persons
    example: 25人
    keep: yes
criteria:
  - name: new
    title: 属于四新
    cites: echeng-2-2-1
    when: {fact: innovation, is: yes}
    change: 说明靠什么创新。
  - name: calm
    title: 不涉及
    cites: echeng-2-2-1
    when: {fact: areas, any_of: [none]}
    change: 不涉及。
grounds:
  - name: new
    group: class
    title: 四新
    cites: echeng-2-2-1
    all: [new, calm]
    lead: 符合。
    follows: []
bars: [calm]
unmet: 不符合。
unknown: 定不了。
barred: 触及红线。
"""
LONG = "很" * 41

FAULTS: list[tuple[str, str, int, str]] = [
    ("checked: 2026-11-20", "checked: 2026-11-20\nauthor: 某人", 7, "不认识“author”，应为 barred、bars、checked、"),
    ("    kind: persons", "    kind: persons\n    unit: 人", 27, "不认识“unit”，应为 answers、ask、cites、"),
    ("{value: no, label: 都不是}", "{value: no, label: 都不是, help: 帮助}", 14, "不认识“help”，应为 label、said、value 之一"),
    ("    change: 不涉及。", "    change: 不涉及。\n    note: 注", 40, "不认识“note”，应为 change、cites、name、title、when 之一"),
    ("    follows: []", "    follows: []\n    note: 注", 48, "不认识“note”，应为 all、any、cites、follows、"),
    ("title: 示例自检\n", "", 1, "缺少“title”，应为文字"),
    ("checked: 2026-11-20\n", "", 1, "缺少“checked”，应为 2022-06-29 这样的日期"),
    ("checked: 2026-11-20", "checked: 昨天", 6, "“checked”应为 2022-06-29 这样的日期"),
    ("    ask: 有多少人？\n", "", 23, "缺少“ask”，应为文字"),
    ("    when: {fact: areas, any_of: [none]}\n", "", 35, "缺少“when”"),
    ("    cites: echeng-2-2-1\n    all:", "    all:", 41, "缺少“cites”，应为文字"),
    ("    all: [new, calm]\n", "", 41, "要有 all 或者 any，写明哪几个条件"),
    ("    kind: persons", "    kind: number", 23, "“kind”应为 choice、several、persons、yuan、date、industry、matter、fits 之一"),
    ("    kind: persons", "    kind: choice", 23, "“choice”和“several”要有 answers，别的没有"),
    ("    kind: choice\n", "    kind: date\n", 8, "“choice”和“several”要有 answers，别的没有"),
    ("    keep: yes", "    keep: 是", 23, "“keep”应为 yes 或者 no"),
    ("{value: no, label", "{value: yes, label", 8, "两个答案相同"),
    ("label: 都不是", "label: 新技术", 8, "两个按钮相同"),
    ("  - name: areas", "  - name: innovation", 15, "两个问题同名"),
    ("  - name: calm", "  - name: new", 35, "两个条件同名"),
    ("    follows: []\n", "    follows: []\n  - {name: new, group: class, title: 又, cites: a, all: [new], lead: 又。}\n", 48, "两个结论同名"),
    ("when: {fact: areas, any_of: [none]}", "when: {fact: area, any_of: [none]}", 35, "没有（在前面）问过“area”"),
    ("when: {fact: innovation, is: yes}\n    answers", "when: {fact: persons, at_least: 3}\n    answers", 15, "没有（在前面）问过“persons”"),
    ("when: {fact: innovation, is: yes}\n    answers", "when: {fact: areas, any_of: [food]}\n    answers", 15, "没有（在前面）问过“areas”"),
    ("when: {fact: areas, any_of: [none]}", "when: {fact: areas, any_of: [nothing]}", 35, "“nothing”不是可选的答案，应为 food、none 之一"),
    ("is: yes}\n    change", "is: maybe}\n    change", 30, "“maybe”不是可选的答案，应为 yes、no 之一"),
    ("when: {fact: areas, any_of: [none]}", "when: {not: {all: [{fact: areas, any_of: [nothing]}]}}", 35, "“nothing”不是可选的答案"),
    ("when: {fact: areas, any_of: [none]}", "when: {fact: areas}", 38, "条件应为 {fact, is}、"),
    ("all: [new, calm]", "all: [new, quiet]", 41, "没有叫“quiet”的条件，应为 new、calm 之一"),
    ("bars: [calm]", "bars: [quiet]", 48, "没有叫“quiet”的条件"),
    ("label: 新技术", "label: 新技术新产业新业态", 13, "“label”超过八个字"),
    ("label: 示例自检", "label: 这是一个示例自检哦", 1, "“label”超过八个字"),
    ("ask: 有多少人？", f"ask: {LONG}？", 23, "“ask”有一句超过四十字"),
    ("lead: 符合。", f"lead: 符合。{LONG}。", 41, "“lead”有一句超过四十字"),
    ("change: 不涉及。", f"change: {LONG}", 35, "“change”有一句超过四十字"),
    ("unmet: 不符合。", f"unmet: {LONG}", 1, "“unmet”有一句超过四十字"),
    ("barred: 触及红线。", f"barred: {LONG}", 1, "“barred”有一句超过四十字"),
    ("    title: 领域", "    title: 领域\n    title: 领域", 17, "“title”写了两次"),
    ("bars: [calm]", "bars: calm", 48, "应为列表，每项以“- ”开头"),
    ("criteria:\n  - name: new", "criteria:\n  - 文字\n  - name: new", 30, "应为“名称: 值”形式"),
]  # fmt: skip
"""What is replaced in a good file, by what, and the line and the words of the refusal."""


def loaded(tmp_path: Path, text: str) -> Checks:
    folder = tmp_path / "checks"
    folder.mkdir(exist_ok=True)
    shutil.copy(DATA / "checks" / "enterprise_size.yaml", folder)
    (folder / "example.yaml").write_text(text, encoding="utf-8")
    return load_checks(folder, LAWS)


def test_a_good_file_is_read_as_it_stands(tmp_path: Path) -> None:
    (check,) = loaded(tmp_path, GOOD).checks
    assert [q.name for q in check.questions] == ["innovation", "areas", "persons"]
    assert check.question("persons").keep
    assert (check.valid_from, check.valid_to) == (None, None)
    assert judge(check, {"innovation": "yes", "areas": ["none"]}, GIVEN).lead == "符合。"
    assert judge(check, {"innovation": "yes", "areas": ["food"]}, GIVEN).lead == "触及红线。"
    assert judge(check, {"innovation": "no"}, GIVEN).lead == "不符合。"
    assert judge(check, {}, GIVEN).lead == "定不了。"


@pytest.mark.parametrize(
    ("good", "bad", "line", "said"), FAULTS, ids=[f"{line}-{n}" for n, (*_, line, _) in enumerate(FAULTS)]
)
def test_a_mistake_in_a_check_is_named_with_file_line_and_what_would_be_right(
    tmp_path: Path, good: str, bad: str, line: int, said: str
) -> None:
    assert good in GOOD
    with pytest.raises(DataError, match=re.escape(f"example.yaml 第{line}行：{said}")):
        loaded(tmp_path, GOOD.replace(good, bad, 1))


TAKEN = [
    ("when: {fact: innovation, is: yes}\n    answers", "when: {fact: innovation, is: maybe}\n    answers", "an answer that does not exist, in the condition of a question"),
    ("when: {fact: areas, any_of: [none]}", "when: {fact: areas, is: none}", "one value asked of an answer with several"),
    ("when: {fact: innovation, is: yes}\n    change", "when: {fact: innovation, any_of: [yes]}\n    change", "several values asked of an answer with one"),
    ("when: {fact: innovation, is: yes}\n    change", "when: {fact: innovation, at_least: 3}\n    change", "a number asked of a choice"),
    ("when: {fact: innovation, is: yes}\n    change", "when: {fact: persons, within_years: young_years}\n    change", "years asked of a number of persons"),
    ("title: 不涉及", "title: 不涉及（{old_years}年）", "a setting that does not exist, in a title"),
    ("    example: 25人", "    example: 25人\n    register: area", "a column of the register that does not exist"),
    ("checked: 2026-11-20", "checked: 2026-11-20\nvalid_from: 2027-01-01\nvalid_to: 2026-01-01", "an end before the beginning"),
    ("bars: [calm]\n", "bars: [calm]\n", "bars without the sentence that says so"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "what"), TAKEN, ids=[what for *_, what in TAKEN])
def test_what_could_never_work_is_refused(tmp_path: Path, good: str, bad: str, what: str) -> None:
    text = GOOD.replace(good, bad, 1)
    if what.startswith("bars"):
        text = text.replace("barred: 触及红线。\n", "")
    with pytest.raises(DataError):
        loaded(tmp_path, text)


def test_two_versions_in_force_on_one_day_are_refused(tmp_path: Path) -> None:
    loaded(tmp_path, GOOD)
    (tmp_path / "checks" / "second.yaml").write_text(GOOD.replace("符合。", "都符合。"), encoding="utf-8")
    with pytest.raises(DataError):
        load_checks(tmp_path / "checks", LAWS)


@pytest.mark.parametrize(
    ("good", "bad", "line"), [("  - name: areas", "  - name: innovation", 15), ("  - name: calm", "  - name: new", 35)]
)
def test_a_name_given_twice_is_shown_where_it_stands(tmp_path: Path, good: str, bad: str, line: int) -> None:
    with pytest.raises(DataError, match=f"第{line}行"):
        loaded(tmp_path, GOOD.replace(good, bad, 1))


# ---- verdicts: what must hold for all answers


def known_answers_to(question: Question) -> st.SearchStrategy[Any]:
    """Everything that may be answered but 不清楚."""
    values = [a.value for a in (question.answers or FITS) if a.value != "unknown"]
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "several": st.one_of(
            st.just(["none"]),
            st.lists(st.sampled_from([v for v in values if v != "none"]), min_size=1, unique=True),
        ),
        "choice": st.sampled_from(values),
        "fits": st.sampled_from(values),
        "matter": st.sampled_from(["none", "scjg-exempt-5"]),
        "date": st.dates(dt.date(2022, 1, 1), TODAY).map(dt.date.isoformat),
        "industry": st.sampled_from(["6210", "4710", "7111", "6620", "8040", "0111"]),
        "persons": st.sampled_from([0, 9, 10, 99, 100, 299, 300]),
        "yuan": st.sampled_from([0, 499_999, 10**6, 2 * 10**7, 10**8, 10**10]),
    }
    return kinds[question.kind]


def answers_to(question: Question) -> st.SearchStrategy[Any]:
    known = known_answers_to(question)
    return known if question.kind == "matter" else st.one_of(st.just("unknown"), known)


def situations(check: Check) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={q.name: answers_to(q) for q in check.questions})


def reached(check: Check, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that a conversation would have come to, in its order."""
    kept: dict[str, Any] = {}
    for question in check.questions:
        if question.name in asked_questions(check, kept, GIVEN) and question.name in facts:
            kept[question.name] = facts[question.name]
    return kept


def statuses(verdict: Verdict) -> dict[str, str]:
    return {finding.criterion.name: finding.status for finding in verdict.findings}


@each_check
@settings(max_examples=80, deadline=None)
@given(st.data())
def test_knowing_more_never_takes_back_a_condition_that_was_settled(check: Check, data: st.DataObject) -> None:
    facts = data.draw(situations(check))
    forgotten = data.draw(st.sets(st.sampled_from([q.name for q in check.questions])))
    fewer = {name: value for name, value in facts.items() if name not in forgotten}
    before, after = statuses(judge(check, fewer, GIVEN)), statuses(judge(check, facts, GIVEN))
    assert {name: after[name] for name, status in before.items() if status != "unknown"} == {
        name: status for name, status in before.items() if status != "unknown"
    }


@each_check
@settings(max_examples=80, deadline=None)
@given(st.data())
def test_an_answer_to_a_question_that_is_not_asked_counts_for_nothing(check: Check, data: st.DataObject) -> None:
    facts = data.draw(situations(check))
    kept, whole = judge(check, reached(check, facts), GIVEN), judge(check, facts, GIVEN)
    assert (whole.findings, whole.outcomes, whole.barred, whole.lead) == (
        kept.findings,
        kept.outcomes,
        kept.barred,
        kept.lead,
    )


@each_check
@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_conclusion_holds_exactly_when_its_conditions_do_and_names_what_is_missing(
    check: Check, data: st.DataObject
) -> None:
    verdict = judge(check, data.draw(situations(check)), GIVEN)
    held = statuses(verdict)
    for outcome in verdict.outcomes:
        ground = outcome.ground
        is_met = all(held[n] == "met" for n in ground.needs_all)
        is_met &= not ground.needs_any or any(held[n] == "met" for n in ground.needs_any)
        assert (outcome.status == "met") is is_met
        assert (outcome.missing == ()) is is_met
        assert all(held[name] != "met" for name in outcome.missing)
    assert (verdict.best is not None) is (verdict.status == "met")
    if verdict.barred:
        assert (verdict.best, verdict.status, verdict.lead) == (None, "unmet", check.barred)


def answered(check: Check, data: st.DataObject) -> dict[str, Any]:
    """Every question that is asked, answered, and nothing with 不清楚."""
    facts: dict[str, Any] = {}
    for question in check.questions:
        if question.name in asked_questions(check, facts, GIVEN):
            facts[question.name] = data.draw(known_answers_to(question), question.name)
    return facts


@pytest.mark.parametrize("name", ["four_new", "hardship", "size"])
@settings(max_examples=50, deadline=None)
@given(st.data())
def test_once_everything_is_answered_nothing_is_unclear(name: str, data: st.DataObject) -> None:
    """But for an industry that the method does not list: there the size stays open (R14)."""
    verdict = judge(BY_NAME[name], answered(BY_NAME[name], data), GIVEN)
    open_ = [name for name, status in statuses(verdict).items() if status == "unknown"]
    unlisted = verdict.size is not None and not verdict.size.is_listed
    assert unlisted or open_ == []


def test_once_everything_about_a_fault_is_answered_nothing_is_unclear() -> None:
    """R15: then the missing condition is named, never “有条件不清楚”."""
    facts = {
        "matter": "none",
        "first": "yes",
        "gravity": "slight",
        "harm": "none",
        "intent": "no",
        "blameless": "no",
        "corrected": "can",
        "influence": "none",
        "areas": ["none"],
    }
    verdict = judge(BY_NAME["tolerance"], facts, GIVEN)
    assert [name for name, status in statuses(verdict).items() if status == "unknown"] == []
    assert (verdict.lead, verdict.nearest.missing) == (BY_NAME["tolerance"].unmet, ("corrected",))


def test_a_severity_is_never_replaced_by_a_heavier_one_when_more_is_known() -> None:
    """R20–R22: with 影响较大 the same facts are 突出问题."""
    facts = {"gravity": "slight", "harm": "none", "intent": "no", "influence": "unknown"}
    before = judge(BY_NAME["tolerance"], facts, GIVEN).met_in("severity")
    after = judge(BY_NAME["tolerance"], facts | {"influence": "wide"}, GIVEN).met_in("severity")
    assert before is None or before.ground == after.ground  # type: ignore[union-attr]


def test_a_red_line_leaves_no_severity_of_the_opinion_that_does_not_apply() -> None:
    """R11, 定海 附则: the Opinion with its three severities does not apply at all."""
    facts = {"gravity": "slight", "harm": "none", "intent": "no", "areas": ["food"], "endangers": "yes"}
    verdict = judge(BY_NAME["tolerance"], facts, GIVEN)
    assert verdict.barred
    assert verdict.met_in("severity") is None


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_red_line_bars_whatever_else_is_answered(data: st.DataObject) -> None:
    """R11, R9."""
    check = BY_NAME["tolerance"]
    facts = data.draw(situations(check)) | data.draw(
        st.sampled_from(
            [
                {"areas": ["disaster"]},
                {"areas": ["market", "disaster"], "endangers": "no"},
                {"areas": ["food"], "endangers": "yes"},
            ]
        )
    )
    verdict = judge(check, facts, GIVEN)
    assert (verdict.barred, verdict.best, verdict.lead) == (("clear",), None, check.barred)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_leniency_is_promised_while_the_red_line_is_unclear(data: st.DataObject) -> None:
    check = BY_NAME["tolerance"]
    facts = data.draw(situations(check)) | {"areas": "unknown"}
    verdict = judge(check, facts, GIVEN)
    assert verdict.best is None or verdict.best.ground.name == "lighter"


def test_not_even_a_lighter_penalty_is_promised_while_the_red_line_is_unclear() -> None:
    """R11: leniency is not available there; with the red line touched the same facts are barred."""
    verdict = judge(BY_NAME["tolerance"], {"harm": "grave", "mitigated": "yes", "areas": "unknown"}, GIVEN)
    assert verdict.best is None
