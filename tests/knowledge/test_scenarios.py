"""Scenarios as officers write them (R12–R16): judged by the criteria alone, and typed into the conversation; both agree."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import re
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from handlers import results, words
from handlers.conversation import CHINA, Knowledge
from handlers.flows.checking import FITS
from handlers.flows.reading import plain_number
from handlers.messages import Block, Incoming, Part
from handlers.sources import Sources
from knowledge.checks.conditions import Circumstances
from knowledge.checks.criteria import Answer, Check, NoCheckInForce, Question
from knowledge.checks.verdict import STATUS_NAMES, Verdict, asked_questions, judge
from knowledge.days import read_day
from knowledge.quantities import one_number
from knowledge.yaml_data import DataError, Node, load_yaml
from storage import chats
from storage.database import Database, Session
from tests.people import SHIPPED_CHECKS, SHIPPED_INDUSTRIES, Clock, World

FOLDER = Path(__file__).parent.parent / "scenarios"
MISSES = FOLDER / "known_misses.yaml"
FILES = [path for path in sorted(FOLDER.glob("*.yaml")) if path != MISSES]
SETTINGS = {"young_years": 3}
FIELDS = ("企业", "自检", "日期", "说明", "情况", "应当", "几种")
EXPECTED = ("结论", "程度", "条件", "缺")
OTHER_CONCLUSIONS = ("不满足", "不清楚", "没有划型", "触及红线")
NO_SEVERITY = "都不是"
NOT_LISTED = "都不是"


@dataclass(frozen=True)
class Scenario:
    """One situation: the check, the day, the answers as they are typed and as they are kept, and what must come out."""

    path: Path
    line: int
    check: Check
    day: dt.date
    name: str
    typed: Mapping[str, str]
    facts: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)

    @property
    def given(self) -> Circumstances:
        return Circumstances(self.day, SHIPPED_CHECKS.sizes, SETTINGS)

    def judged(self) -> Verdict:
        return judge(self.check, self.facts, self.given)


def read_scenarios(path: Path, items: Mapping[str, str]) -> Iterator[Scenario]:
    """The scenarios of a file; ``items`` are the ids of list items by title.

    Raises ``DataError`` (file, line) that says what would be right.
    """
    for node in load_yaml(path).items():
        _only(node, FIELDS)
        check = _check_of(node)
        common = _fields(node, "情况")
        ends = _fields(node, "应当")
        kinds = node.field("几种")
        for one in kinds.items() if kinds else [None]:
            own = dict(_mapping(one)) if one else {}
            expected = ends | {name: own.pop(name) for name in EXPECTED if name in own}
            yield _scenario(one or node, node, check, common | own, expected, items)


def _scenario(
    node: Node,
    entry: Node,
    check: Check,
    situation: Mapping[str, Node],
    expected: Mapping[str, Node],
    items: Mapping[str, str],
) -> Scenario:
    day = entry.day("日期")
    by_title = {question.title: question for question in check.questions}
    typed: dict[str, str] = {}
    facts: dict[str, Any] = {}
    for title, value in situation.items():
        if title not in by_title:
            raise DataError(node.path, value.line, f"“{check.title}”不问“{title}”，应为 {'、'.join(by_title)} 之一")
        question = by_title[title]
        typed[question.name] = value.word()
        facts[question.name] = _read(question, value, day, items)
    asked = asked_questions(check, facts, Circumstances(day, SHIPPED_CHECKS.sizes, SETTINGS))
    for question in check.questions:
        if question.name in asked and question.name not in facts:
            raise DataError(node.path, node.line, f"缺少“{question.title}”，会问到：{question.ask}")
        if question.name in facts and question.name not in asked:
            line = situation[question.title].line
            raise DataError(node.path, line, f"“{question.title}”不会问到，请删去")
    name = f"{path_words(node)} {' '.join(typed.values())}"
    return Scenario(node.path, node.line, check, day, name, typed, facts, _expected(node, check, expected))


def _check_of(node: Node) -> Check:
    titles = {check.title: check.name for check in SHIPPED_CHECKS.checks}
    title = node.text("自检")
    if not node.text("企业").endswith("（虚构）"):
        raise DataError(node.path, _line_of(node, "企业"), "企业应为编的，名称以“（虚构）”结尾")
    if title not in titles:
        raise DataError(node.path, _line_of(node, "自检"), f"没有“{title}”这项自检，应为 {'、'.join(titles)} 之一")
    try:
        return SHIPPED_CHECKS.in_force(titles[title], node.day("日期"))
    except NoCheckInForce as error:
        raise DataError(node.path, _line_of(node, "日期"), f"{error}应为标准有效期内的一天") from error


def _read(question: Question, node: Node, day: dt.date, items: Mapping[str, str]) -> Any:
    """What is kept of an answer, by the readers below the conversation."""
    text = node.word()
    if question.kind in ("choice", "several", "fits"):
        answers = [Answer(o.value, o.label, o.said) for o in FITS] if question.kind == "fits" else question.answers
        values = [_value(node, question, list(answers), part) for part in text.split("、")]
        if question.kind == "several":
            return "unknown" if values == ["unknown"] else values
        return values[0]
    if text == "不清楚" and question.kind != "matter":
        return "unknown"
    if question.kind == "matter":
        if text != NOT_LISTED and text not in items:
            raise DataError(node.path, node.line, f"清单里没有“{text}”，应为清单里的事项名称，或者“{NOT_LISTED}”")
        return "none" if text == NOT_LISTED else items[text]
    if question.kind == "industry":
        found = SHIPPED_INDUSTRIES.search(text, limit=4)
        if not found or not found[0].is_sure:
            near = "、".join(f"{one.industry.name}（{one.industry.code}）" for one in found) or "行业名称或者代码"
            raise DataError(node.path, node.line, f"“{text}”定不下是哪个行业，可以写：{near}")
        return found[0].industry.code
    if question.kind == "date":
        answer = read_day(text, day)
        if answer.value is None or answer.problem:
            raise DataError(node.path, node.line, f"“{question.title}”看不懂：{answer.problem}")
        return answer.value.isoformat()
    number = one_number(text, "person" if question.kind == "persons" else "yuan")
    if number.value is None or number.problem:
        raise DataError(node.path, node.line, f"“{question.title}”看不懂：{number.problem}")
    return plain_number(number.value)


def _value(node: Node, question: Question, answers: list[Answer], text: str) -> str:
    for answer in answers:
        if text in (answer.label, *answer.said):
            return answer.value
    labels = "、".join(answer.label for answer in answers)
    raise DataError(node.path, node.line, f"“{question.title}”没有“{text}”这个答案，应为 {labels} 之一")


def _expected(node: Node, check: Check, ends: Mapping[str, Node]) -> dict[str, Any]:
    groups: dict[str, list[str]] = {}
    for ground in check.grounds:
        groups.setdefault(ground.group, []).append(ground.title)
    first = groups[check.grounds[0].group]
    allowed = {"结论": [*first, *OTHER_CONCLUSIONS], "程度": [*groups.get("severity", []), NO_SEVERITY]}
    titles = [results.title(c, _settings(check)) for c in check.criteria.values()]
    expected: dict[str, Any] = {}
    if "结论" not in ends:
        raise DataError(node.path, node.line, f"缺少“结论”，应为 {'、'.join(allowed['结论'])} 之一")
    for name, value in ends.items():
        if name not in EXPECTED:
            raise DataError(value.path, value.line, f"不认识“{name}”，应为 {'、'.join(EXPECTED)} 之一")
        if name in allowed and value.word() not in allowed[name]:
            raise DataError(value.path, value.line, f"没有“{value.word()}”，应为 {'、'.join(allowed[name])} 之一")
        named = dict(_mapping(value)) if name == "条件" else {}
        named |= {one.word(): one for one in value.items()} if name == "缺" else {}
        for title, one in named.items():
            if title not in titles:
                raise DataError(one.path, one.line, f"没有“{title}”这个条件，应为 {'、'.join(titles)} 之一")
            if name == "条件" and one.word() not in STATUS_NAMES.values():
                raise DataError(one.path, one.line, f"“{one.word()}”应为 {'、'.join(STATUS_NAMES.values())} 之一")
        if name == "条件":
            expected[name] = {title: one.word() for title, one in _mapping(value).items()}
        else:
            expected[name] = [one.word() for one in value.items()] if name == "缺" else value.word()
    return expected


def _settings(check: Check) -> Circumstances:
    return Circumstances(check.checked, SHIPPED_CHECKS.sizes, SETTINGS)


def _fields(node: Node, name: str) -> dict[str, Node]:
    value = node.field(name)
    return dict(_mapping(value)) if value else {}


def _mapping(node: Node) -> Mapping[str, Node]:
    if not isinstance(node.value, dict):
        raise DataError(node.path, node.line, "应为“名称: 值”形式")
    return node.value


def _only(node: Node, names: tuple[str, ...]) -> None:
    for name, value in _mapping(node).items():
        if name not in names:
            raise DataError(node.path, value.line, f"不认识“{name}”，应为 {'、'.join(names)} 之一")


def _line_of(node: Node, name: str) -> int:
    value = node.field(name)
    return value.line if value else node.line


def path_words(node: Node) -> str:
    return f"{node.path.stem}:{node.line}"


def item_titles(knowledge: Knowledge) -> dict[str, str]:
    """List items by title; of several with the same title the first."""
    titles: dict[str, str] = {}
    for item in knowledge.library.items.values():
        titles.setdefault(item.title, item.id)
    return titles


def came_out(verdict: Verdict) -> dict[str, Any]:
    """A verdict in the words that a scenario uses."""
    severity = verdict.met_in("severity")
    if verdict.barred:
        conclusion = "触及红线"
    elif verdict.best:
        conclusion = verdict.best.ground.title
    elif verdict.check.unlisted and verdict.size and not verdict.size.is_listed:
        conclusion = "没有划型"
    else:
        conclusion = STATUS_NAMES[verdict.status]
    return {
        "结论": conclusion,
        "程度": severity.ground.title if severity else NO_SEVERITY,
        "条件": {results.title(f.criterion, verdict.given): STATUS_NAMES[f.status] for f in verdict.findings},
        "缺": [results.title(verdict.check.criteria[name], verdict.given) for name in verdict.nearest.missing],
    }


def disagreement(scenario: Scenario) -> list[str]:
    """Where a verdict is not what a scenario expects, in words."""
    actual = came_out(scenario.judged())
    wrong = []
    for name, expected in scenario.expected.items():
        got = {title: actual[name][title] for title in expected} if name == "条件" else actual[name]
        if got != expected:
            wrong.append(f"{scenario.path.name} 第{scenario.line}行：{name}应当是{expected}，算出来是{got}")
    return wrong


# ---- the files


@pytest.fixture(scope="module")
def scenarios(shipped: Knowledge) -> dict[Path, list[Scenario]]:
    """All scenarios by file."""
    items = item_titles(shipped)
    return {path: list(read_scenarios(path, items)) for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_scenario_comes_out_as_its_author_expects(path: Path, scenarios: dict[Path, list[Scenario]]) -> None:
    """R12–R15, by the criteria alone."""
    assert scenarios[path]
    assert [wrong for scenario in scenarios[path] for wrong in disagreement(scenario)] == []


def missed() -> list[Scenario]:
    """What is known to come out wrong; list items are not needed for it."""
    return list(read_scenarios(MISSES, {})) if load_yaml(MISSES).value else []


@pytest.mark.parametrize("scenario", missed(), ids=[scenario.name for scenario in missed()])
@pytest.mark.xfail(strict=True, reason="known miss: once it comes out right, it belongs in the file of its check")
def test_a_known_miss_still_misses(scenario: Scenario) -> None:
    assert disagreement(scenario) == []


def test_there_are_scenarios_for_every_check_and_hundreds_in_all(
    scenarios: dict[Path, list[Scenario]],
) -> None:
    everything = [scenario for own in scenarios.values() for scenario in own]
    assert {scenario.check.name for scenario in everything} == set(SHIPPED_CHECKS.names)
    assert len(everything) >= 300


def test_every_conclusion_and_every_severity_has_a_scenario(scenarios: dict[Path, list[Scenario]]) -> None:
    met = {
        ground.ground.title
        for own in scenarios.values()
        for scenario in own
        for ground in (scenario.judged().best, scenario.judged().met_in("severity"))
        if ground
    }
    grounds = {ground.title for check in SHIPPED_CHECKS.checks for ground in check.grounds if ground.group != "list"}
    assert met == grounds


def test_every_condition_is_met_unmet_and_not_known_in_some_scenario(scenarios: dict[Path, list[Scenario]]) -> None:
    seen = {
        (scenario.check.name, finding.criterion.name, finding.status)
        for own in scenarios.values()
        for scenario in own
        for finding in scenario.judged().findings
    }
    wanted = {
        (check.name, name, status)
        for check in SHIPPED_CHECKS.checks
        for name in check.criteria
        for status in ("met", "unmet", "unknown")
    }
    assert wanted - seen == set()


def test_each_bound_of_the_sixteen_rows_is_tried_at_the_bound_and_just_below(
    scenarios: dict[Path, list[Scenario]],
) -> None:
    """R14: for each row, each indicator and each of the three bounds."""
    tried = {
        (row.number, letter, figure)
        for scenario in scenarios[FOLDER / "size.yaml"]
        for row in [scenario.judged().size.row]  # type: ignore[union-attr]
        if row
        for letter, name in (("X", "persons"), ("Y", "turnover"), ("Z", "assets"))
        for figure in [scenario.facts.get(name)]
        if figure not in (None, "unknown")
    }
    wanted = {
        (row.number, letter, bound - 1 if letter == "X" and below else (bound * 10_000 - 100 * below) // unit)
        for row in SHIPPED_CHECKS.sizes.rows
        for letter, bounds in row.bounds.items()
        for bound in bounds
        for below in (0, 1)
        for unit in [10_000 if letter == "X" else 1]
    }
    assert wanted - tried == set()


# ---- a scenario typed into the conversation


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema, to copy."""
    path = tmp_path_factory.mktemp("scenarios") / "empty.db"

    async def make() -> None:
        made = Database(f"sqlite:///{path}")
        await made.upgrade()
        await made.close()

    asyncio.run(make())
    return path


@pytest.fixture
async def database(empty: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """SQLite only: what is tested here is the same on every database."""
    shutil.copy(empty, tmp_path / "test.db")
    made = Database(f"sqlite:///{tmp_path}/test.db")
    yield made
    await made.close()


class Typist:
    """Somebody who types a scenario's answers; one transaction a scenario, so that hundreds are quick."""

    def __init__(self, world: World, session: Session, scenario: Scenario, chat: str) -> None:
        self._world, self._session, self._scenario, self._chat = world, session, scenario, chat
        self._at = dt.datetime.combine(scenario.day, dt.time(10, 0), CHINA)
        self._keys = itertools.count(1)

    async def says(self, text: str) -> list[Part]:
        incoming = Incoming("web", self._chat, f"{self._chat}/{next(self._keys)}", self._at, "text", text)
        return (await self._world.conversation.handle(self._session, [incoming]))[0]

    async def state(self) -> dict[str, Any]:
        return (await chats.load_dialogue(self._session, "web", self._chat, self._at)).state

    async def answers_all(self) -> list[Part]:
        """Start the check, answer each step that is asked, and submit; returns the card."""
        scenario = self._scenario
        parts = await self.says(scenario.check.label)
        while (at := (await self.state())["flow"]["at"]) != "review":
            if at == "matter":
                await self._names_the_matter(scenario.typed[at])
            else:
                parts = await self.says(scenario.typed[at])
            after = (await self.state())["flow"]["at"]
            assert after != at, f"{scenario.path.name} 第{scenario.line}行：{parts[-1].blocks[0].text}"
        return await self.says("看结果")

    async def _names_the_matter(self, title: str) -> None:
        if title == NOT_LISTED:
            await self.says("示例事情，清单里没有写")
            await self.says(NOT_LISTED)
        else:
            await self.says(title)
            offers = [value for _, value in (await self.state())["flow"]["offers"]]
            await self.says(str(offers.index(self._scenario.facts["matter"]) + 1))


ENTRIES = [(path, node.line) for path in FILES for node in load_yaml(path).items()]


@pytest.mark.parametrize(("path", "line"), ENTRIES, ids=[f"{path.stem}:{line}" for path, line in ENTRIES])
async def test_a_scenario_typed_into_the_chat_gives_the_same_result(
    path: Path, line: int, world: World, scenarios: dict[Path, list[Scenario]], shipped: Knowledge
) -> None:
    last = min((other for own, other in ENTRIES if own == path and other > line), default=10**9)
    for number, scenario in enumerate(s for s in scenarios[path] if line <= s.line < last):
        async with world.database.transaction() as session:
            typist = Typist(world, session, scenario, f"typist-{number}")
            card = await typist.answers_all()
            facts = (await typist.state())["result"]["facts"]
        assert facts == scenario.facts, scenario.name
        blocks = results.card(scenario.judged(), scenario.facts, Sources(shipped.library, SHIPPED_CHECKS), None)
        blocks.insert(-1, Block("note", words.CHECK_NOT_KEPT))
        assert [block for part in card for block in part.blocks] == blocks, scenario.name


# ---- a file with a mistake

GOOD = """
- 企业: 示例好味道餐馆（虚构）
  自检: 中小微划型
  日期: 2026-11-20
  情况: {行业: 正餐服务, 从业人员: 99人, 营业收入: 2000万元}
  应当:
    结论: 小型企业
    条件: {小型企业: 满足, 中型企业: 不满足}
"""
FAULTS = [
    ("自检: 中小微划型", "自检: 划型", 3, "没有“划型”这项自检，应为 会不会被罚、四新企业自检、困难企业自检、中小微划型 之一"),
    ("餐馆（虚构）", "餐馆", 2, "企业应为编的，名称以“（虚构）”结尾"),
    ("日期: 2026-11-20", "日期: 去年", 4, "“日期”应为 2022-06-29 这样的日期"),
    ("营业收入: 2000万元", "收入: 2000万元", 5, "“中小微划型”不问“收入”，应为 行业、从业人员、营业收入、资产总额 之一"),
    (", 营业收入: 2000万元", "", 2, "缺少“营业收入”，会问到：一年的营业收入是多少？"),
    ("2000万元}", "2000万元, 资产总额: 1亿元}", 5, "“资产总额”不会问到，请删去"),
    ("99人", "很多人", 5, "“从业人员”看不懂：请用数字说，例如 25人"),
    ("2000万元", "2000", 5, "“营业收入”看不懂：2000 是万元还是元？"),
    ("正餐服务", "五金", 5, "“五金”定不下是哪个行业，可以写："),
    ("结论: 小型企业", "结论: 小企业", 7, "没有“小企业”，应为 微型企业、小型企业、中型企业、大型企业、不满足、不清楚、没有划型、触及红线 之一"),
    ("    结论: 小型企业\n", "", 2, "缺少“结论”，应为 微型企业、小型企业、"),
    ("{小型企业: 满足", "{小微企业: 满足", 8, "没有“小微企业”这个条件，应为 微型企业、小型企业、中型企业、大型企业 之一"),
    ("{小型企业: 满足", "{小型企业: 是", 8, "“是”应为 满足、不满足、不清楚 之一"),
    ("  应当:", "  应该:", 7, "不认识“应该”，应为 企业、自检、日期、说明、情况、应当、几种 之一"),
    ("    条件:", "    理由:", 8, "不认识“理由”，应为 结论、程度、条件、缺 之一"),
    ("  自检: 中小微划型\n", "  自检: 中小微划型\n  自检: 中小微划型\n", 4, "“自检”写了两次"),
]  # fmt: skip
"""What is replaced in a good scenario, by what, and the line and the words of the refusal."""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_scenario_is_read_as_it_stands(tmp_path: Path) -> None:
    (scenario,) = read_scenarios(written(tmp_path, GOOD), {})
    assert scenario.facts == {"industry": "6210", "persons": 99, "turnover": 20_000_000}
    assert disagreement(scenario) == []


@pytest.mark.parametrize(("good", "bad", "line", "said"), FAULTS, ids=[said[:16] for *_, said in FAULTS])
def test_a_mistake_in_a_scenario_is_named_with_file_line_and_what_would_be_right(
    tmp_path: Path, good: str, bad: str, line: int, said: str
) -> None:
    assert good in GOOD
    with pytest.raises(DataError, match=re.escape(f"mine.yaml 第{line}行：{said}")):
        list(read_scenarios(written(tmp_path, GOOD.replace(good, bad, 1)), {}))


def test_an_answer_that_is_no_choice_is_named_with_the_choices(tmp_path: Path) -> None:
    text = """
- 企业: 示例某某科技公司（虚构）
  自检: 四新企业自检
  日期: 2026-11-20
  情况: {创新类型: 新花样, 在鄂城区注册: 是, 在鄂城区纳税: 是, 严重失信记录: 没有}
  应当: {结论: 四新企业}
"""
    said = "第5行：“创新类型”没有“新花样”这个答案，应为 新技术、新产业、新业态、新模式、都不是、不清楚 之一"
    with pytest.raises(DataError, match=said):
        list(read_scenarios(written(tmp_path, text), {}))


def test_a_scenario_that_does_not_come_out_says_what_was_expected_and_what_came(tmp_path: Path) -> None:
    (scenario,) = read_scenarios(written(tmp_path, GOOD.replace("结论: 小型企业", "结论: 中型企业")), {})
    assert disagreement(scenario) == ["mine.yaml 第2行：结论应当是中型企业，算出来是小型企业"]


def test_the_good_scenario_uses_the_day_of_the_clock(clock: Clock) -> None:
    """The day of most scenarios is the day on which the clock of the tests stands."""
    assert f"{clock.now().date()}" in GOOD
