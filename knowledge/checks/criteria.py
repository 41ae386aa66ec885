"""Self-check criteria as data (R12–R16): what is asked, the conditions with their clauses, and what they make together."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from knowledge.checks.conditions import AnyOf, AtLeast, Condition, OneOf, SizeIn, WithinYears, read_condition
from knowledge.checks.size import SizeTable, load_size_table
from knowledge.laws import Article, load_laws
from knowledge.yaml_data import DataError, Node, load_yaml

FactKind = Literal["choice", "several", "persons", "yuan", "date", "industry", "matter", "fits"]
KINDS: tuple[FactKind, ...] = ("choice", "several", "persons", "yuan", "date", "industry", "matter", "fits")
MAX_SENTENCE = 40
MAX_LABEL = 8


class NoCheckInForce(LookupError):
    """这项自检在这一天没有有效的标准。"""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to choose: what is kept, the button, and other words that mean it."""

    value: str
    label: str
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One fact and how it is asked. ``when`` says whether it is asked at all; ``register`` names the column that knows it.

    ``keep`` marks a fact of the enterprise itself, which is not asked again the next time.
    """

    name: str
    title: str
    ask: str
    kind: FactKind
    answers: tuple[Answer, ...] = ()
    example: str = ""
    cites: str | None = None
    when: Condition | None = None
    register: str | None = None
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition as it is shown: its title, its clause, and what would change it."""

    name: str
    title: str
    cites: str
    when: Condition
    change: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What criteria make together: all or any of them, and which clause says so. Grounds of a group exclude one another."""

    name: str
    group: str
    title: str
    cites: str
    needs_all: tuple[str, ...]
    needs_any: tuple[str, ...]
    lead: str
    follows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One self-check as one file states it, in force from ``valid_from`` to ``valid_to`` where the source says so."""

    name: str
    title: str
    label: str
    jurisdiction: str | None
    cites: str
    checked: dt.date
    valid_from: dt.date | None
    valid_to: dt.date | None
    questions: tuple[Question, ...]
    criteria: Mapping[str, Criterion]
    grounds: tuple[Ground, ...]
    bars: tuple[str, ...]
    unmet: str
    unknown: str
    barred: str
    unlisted: str

    @property
    def criteria_sources(self) -> tuple[str, ...]:
        """The clauses and articles that the result rests on, each once."""
        named = [self.cites, *(q.cites for q in self.questions if q.cites)]
        named += [c.cites for c in self.criteria.values()]
        return tuple(dict.fromkeys([*named, *(ground.cites for ground in self.grounds)]))

    @property
    def sources(self) -> tuple[str, ...]:
        """Everything that this check points at, with what follows from it, each once."""
        return tuple(dict.fromkeys([*self.criteria_sources, *(e for g in self.grounds for e in g.follows)]))

    def question(self, name: str) -> Question:
        return next(q for q in self.questions if q.name == name)


@dataclass(frozen=True, slots=True)
class Checks:
    """All self-checks, the size table and the articles of law that they rest on."""

    checks: tuple[Check, ...]
    sizes: SizeTable
    laws: Mapping[str, Article]

    def in_force(self, name: str, day: dt.date) -> Check:
        """The check of this name that holds on a day. Raises ``NoCheckInForce``: never a silent fallback to an older one."""
        for check in self.checks:
            begun = check.valid_from is None or check.valid_from <= day
            ended = check.valid_to is not None and check.valid_to < day
            if check.name == name and begun and not ended:
                return check
        raise NoCheckInForce(NoCheckInForce.__doc__)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(check.name for check in self.checks))


def load_checks(folder: Path, laws: Path, order: Iterable[str] = ()) -> Checks:
    """Read and check every criteria file of a folder. Raises ``DataError`` (file, line) on any fault."""
    files = [path for path in sorted(folder.glob("*.yaml")) if path.name != "enterprise_size.yaml"]
    wanted = list(order)
    checks = sorted(
        (_check(load_yaml(path)) for path in files),
        key=lambda c: (wanted.index(c.name) if c.name in wanted else len(wanted), c.name, c.valid_from or dt.date.min),
    )
    for (first, _), (second, path) in itertools.pairwise(zip(checks, _paths_of(checks, files), strict=True)):
        if first.name == second.name and _overlap(first, second):
            raise DataError(path, 1, f"“{first.name}”有两份在同一天有效，请写明 valid_from 和 valid_to")
    return Checks(tuple(checks), load_size_table(folder / "enterprise_size.yaml"), load_laws(laws))


def _paths_of(checks: Sequence[Check], files: Sequence[Path]) -> list[Path]:
    """The file of each check, for naming it."""
    by_check = {(check.name, check.valid_from): path for path in files for check in [_check(load_yaml(path))]}
    return [by_check[check.name, check.valid_from] for check in checks]


def _overlap(first: Check, second: Check) -> bool:
    starts = max(first.valid_from or dt.date.min, second.valid_from or dt.date.min)
    return starts <= min(first.valid_to or dt.date.max, second.valid_to or dt.date.max)


def _check(root: Node) -> Check:
    _only(root, _CHECK_FIELDS)
    questions = tuple(_question(node) for node in _items(root, "questions"))
    criteria = {c.name: c for c in (_criterion(node) for node in _items(root, "criteria"))}
    grounds = tuple(_ground(node) for node in _items(root, "grounds"))
    check = Check(
        name=root.text("name"),
        title=root.text("title"),
        label=_label(root, "label"),
        jurisdiction=root.optional("jurisdiction"),
        cites=root.text("cites"),
        checked=root.day("checked"),
        valid_from=root.optional_day("valid_from"),
        valid_to=root.optional_day("valid_to"),
        questions=questions,
        criteria=criteria,
        grounds=grounds,
        bars=root.texts("bars"),
        unmet=_sentence(root, "unmet"),
        unknown=_sentence(root, "unknown"),
        barred=_sentence(root, "barred") if root.field("barred") else "",
        unlisted=_sentence(root, "unlisted") if root.field("unlisted") else "",
    )
    _agree(root, check)
    return check


_CHECK_FIELDS = frozenset(
    [
        "name",
        "title",
        "label",
        "jurisdiction",
        "cites",
        "checked",
        "valid_from",
        "valid_to",
        "questions",
        "criteria",
        "grounds",
        "bars",
        "unmet",
        "unknown",
        "barred",
        "unlisted",
    ]
)


def _question(node: Node) -> Question:
    _only(node, frozenset(["name", "title", "ask", "kind", "answers", "example", "cites", "when", "register", "keep"]))
    kind = node.text("kind")
    if kind not in KINDS:
        raise DataError(node.path, node.line, f"“kind”应为 {'、'.join(KINDS)} 之一")
    answers = tuple(_answer(member) for member in _items(node, "answers")) if node.field("answers") else ()
    if (kind in ("choice", "several")) != bool(answers):
        raise DataError(node.path, node.line, "“choice”和“several”要有 answers，别的没有")
    for what, seen in (("答案", [a.value for a in answers]), ("按钮", [a.label for a in answers])):
        if len(set(seen)) < len(seen):
            raise DataError(node.path, node.line, f"两个{what}相同")
    when = node.field("when")
    keep = node.optional("keep") or "no"
    if keep not in ("yes", "no"):
        raise DataError(node.path, node.line, "“keep”应为 yes 或者 no")
    return Question(
        name=node.text("name"),
        title=node.text("title"),
        ask=_sentence(node, "ask"),
        kind=kind,
        answers=answers,
        example=node.optional("example") or "",
        cites=node.optional("cites"),
        when=read_condition(when) if when else None,
        register=node.optional("register"),
        keep=keep == "yes",
    )


def _answer(node: Node) -> Answer:
    _only(node, frozenset(("value", "label", "said")))
    return Answer(node.text("value"), _label(node, "label"), node.texts("said"))


def _criterion(node: Node) -> Criterion:
    _only(node, frozenset(["name", "title", "cites", "when", "change"]))
    when = node.field("when")
    if when is None:
        raise DataError(node.path, node.line, "缺少“when”")
    return Criterion(
        node.text("name"), node.text("title"), node.text("cites"), read_condition(when), _sentence(node, "change")
    )


def _ground(node: Node) -> Ground:
    _only(node, frozenset(["name", "group", "title", "cites", "all", "any", "lead", "follows"]))
    if not (node.texts("all") or node.texts("any")):
        raise DataError(node.path, node.line, "要有 all 或者 any，写明哪几个条件")
    return Ground(
        name=node.text("name"),
        group=node.text("group"),
        title=node.text("title"),
        cites=node.text("cites"),
        needs_all=node.texts("all"),
        needs_any=node.texts("any"),
        lead=_sentence(node, "lead"),
        follows=node.texts("follows"),
    )


REGISTER = ("division", "founded", "industry_code")
"""The columns of the register that a question may name."""
SETTINGS = ("young_years",)
"""The numbers that are settings, for ``within_years`` and for titles."""
_KINDS_OF: dict[type, tuple[FactKind, ...]] = {
    OneOf: ("choice", "matter", "fits"),
    AnyOf: ("several",),
    AtLeast: ("persons", "yuan"),
    WithinYears: ("date",),
}


def _agree(root: Node, check: Check) -> None:
    """Names agree: each fact that a condition looks at is asked, each criterion that a ground needs is there."""
    for list_, what in (("questions", "问题"), ("criteria", "条件"), ("grounds", "结论")):
        _unlike(root, list_, what)
    for node, criterion in zip(_items(root, "criteria"), check.criteria.values(), strict=True):
        _fits(node, criterion.when, check, check.questions)
        for name in re.findall(r"\{(.*?)\}", criterion.title):
            if name not in SETTINGS:
                raise DataError(node.path, node.line, f"没有“{name}”这个设置，应为 {'、'.join(SETTINGS)} 之一")
    for index, (node, question) in enumerate(zip(_items(root, "questions"), check.questions, strict=True)):
        if question.when:
            _fits(node, question.when, check, check.questions[:index])
        if question.register and question.register not in REGISTER:
            raise DataError(node.path, node.line, f"登记里没有“{question.register}”，应为 {'、'.join(REGISTER)} 之一")
    for node, ground in zip(_items(root, "grounds"), check.grounds, strict=True):
        for name in (*ground.needs_all, *ground.needs_any):
            if name not in check.criteria:
                raise DataError(node.path, node.line, f"没有叫“{name}”的条件，应为 {'、'.join(check.criteria)} 之一")
    for name in check.bars:
        if name not in check.criteria:
            raise DataError(root.path, _line(root, "bars"), f"没有叫“{name}”的条件")
    if check.bars and not check.barred:
        raise DataError(root.path, _line(root, "bars"), "有“bars”就要有“barred”，写明触及时怎么说")
    if check.valid_from and check.valid_to and check.valid_to < check.valid_from:
        raise DataError(root.path, _line(root, "valid_to"), "“valid_to”不能早于“valid_from”")


def _line(node: Node, name: str) -> int:
    field = node.field(name)
    return field.line if field else node.line


def _unlike(root: Node, list_: str, what: str) -> None:
    """No two members of a list have one name; the second is the one that is named."""
    seen: set[str] = set()
    for node in _items(root, list_):
        name = node.text("name")
        if name in seen:
            raise DataError(node.path, node.line, f"两个{what}同名：“{name}”")
        seen.add(name)


def _fits(node: Node, condition: Condition, check: Check, asked: Sequence[Question]) -> None:
    """A condition looks at facts that were asked before, of the right kind, for answers that there are."""
    parts = (*getattr(condition, "parts", ()), *filter(None, [getattr(condition, "part", None)]))
    for part in parts:
        _fits(node, part, check, asked)
    questions = {question.name: question for question in asked}
    for fact in condition.facts if not parts else ():
        if fact not in questions and isinstance(condition, SizeIn) and fact != "industry":
            continue
        if fact not in questions:
            raise DataError(node.path, node.line, f"没有（在前面）问过“{fact}”")
        kinds = _KINDS_OF.get(type(condition))
        if kinds and questions[fact].kind not in kinds:
            raise DataError(node.path, node.line, f"“{fact}”是 {questions[fact].kind}，这种条件要 {'、'.join(kinds)}")
    if isinstance(condition, WithinYears) and condition.setting not in SETTINGS:
        raise DataError(node.path, node.line, f"没有“{condition.setting}”这个设置，应为 {'、'.join(SETTINGS)} 之一")
    if isinstance(condition, OneOf | AnyOf):
        allowed = [answer.value for answer in questions[condition.fact].answers]
        for value in condition.values:
            if allowed and value not in allowed:
                raise DataError(node.path, node.line, f"“{value}”不是可选的答案，应为 {'、'.join(allowed)} 之一")


def _items(node: Node, name: str) -> Iterable[Node]:
    field = node.field(name)
    if field is None:
        raise DataError(node.path, node.line, f"缺少“{name}”，应为列表")
    return field.items()


def _only(node: Node, names: frozenset[str]) -> None:
    if not isinstance(node.value, dict):
        raise DataError(node.path, node.line, "应为“名称: 值”形式")
    for name, value in node.value.items():
        if name not in names:
            raise DataError(node.path, value.line, f"不认识“{name}”，应为 {'、'.join(sorted(names))} 之一")


def _sentence(node: Node, name: str) -> str:
    text = node.text(name)
    for sentence in text.replace("？", "。").split("。"):
        if len(sentence) > MAX_SENTENCE:
            raise DataError(node.path, node.line, f"“{name}”有一句超过四十字")
    return text


def _label(node: Node, name: str) -> str:
    text = node.text(name)
    if len(text) > MAX_LABEL:
        raise DataError(node.path, node.line, f"“{name}”超过八个字")
    return text
