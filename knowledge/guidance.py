"""The ways and forms of 行政指导 as data, each with the clause that names it (R17–R19), and when a 约谈 may be held."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from knowledge.deadlines import deadline_of
from knowledge.workdays import CHINA, is_announced, is_workday
from knowledge.yaml_data import DataError, Node, load_yaml

Kind = Literal["offered", "meeting", "with_order"]
"""``offered``: to accept or decline; ``meeting``: a 约谈, offered too; ``with_order``: told with an order, no choice (R18)."""
Problem = Literal["unread", "no_hour", "past", "rest_day", "out_of_hours"]
MEETING_FORM = "in_person"
WAYS = (
    "政策辅导", "政策指引", "意见建议", "普法宣传", "执法事项提示", "提示提醒", "行政约谈", "批评教育", "劝导警示", "行政告诫",
    "指导、限期改正", "示范引领", "认错保证书", "自愿履行承诺书", "赔礼道歉、赔偿损失", "违法行为纠错", "重大案件回访", "以案释法",
)  # fmt: skip
FORMS = ("当面", "电话", "短信", "电子邮件", "消息", "信函")
_FILE = Path(__file__).parent / "data" / "guidance.yaml"
_ID = re.compile(r"[a-z][a-z_]+")
_CLAUSE = re.compile(r"[a-z]+(-[a-z]+)*(-\d+)+")
_TOGETHER = re.compile(r"([日号])(?=\d)")


@dataclass(frozen=True, slots=True)
class Named:
    """What a document calls a way, and the clause."""

    name: str
    cites: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way of guidance; ``named`` has at least one name. ``example``: what its content may be; ``said``: in short."""

    id: str
    kind: Kind
    named: tuple[Named, ...]
    example: str
    said: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """All its names, as R17 lists them: 政策辅导/政策指引."""
        return "/".join(dict.fromkeys(one.name for one in self.named))

    @property
    def is_choice(self) -> bool:
        """Whether it is put as a choice: 接受 or 不接受 (R18)."""
        return self.kind != "with_order"


@dataclass(frozen=True, slots=True)
class Form:
    """One form in which guidance is given, and the clause."""

    id: str
    name: str
    cites: str


@dataclass(frozen=True, slots=True)
class Guidance:
    """All ways and forms; the clauses for R18 (``voluntary``) and R19 (``no_substitute``); when a 约谈 may begin."""

    ways: tuple[Way, ...]
    forms: tuple[Form, ...]
    voluntary: tuple[str, ...]
    no_substitute: tuple[str, ...]
    opens: dt.time
    closes: dt.time
    checked: dt.date

    def way(self, id: str) -> Way:
        """A way by its id. Raises ``KeyError``."""
        return {way.id: way for way in self.ways}[id]

    def form(self, id: str) -> Form:
        """A form by its id. Raises ``KeyError``."""
        return {form.id: form for form in self.forms}[id]

    def way_name(self, id: str) -> str:
        """The names of a way, also of one that is no longer in the data: then its id."""
        return next((way.title for way in self.ways if way.id == id), id)

    def form_name(self, id: str) -> str:
        """The name of a form, also of one that is no longer in the data: then its id."""
        return next((form.name for form in self.forms if form.id == id), id)

    @property
    def clauses(self) -> frozenset[str]:
        """Every clause that the data rests on."""
        of_ways = {one.cites for way in self.ways for one in way.named}
        return frozenset({*of_ways, *(form.cites for form in self.forms), *self.voluntary, *self.no_substitute})

    def meeting(self, text: str, now: dt.datetime) -> dt.datetime | Problem:
        """The time that a text sets for a 约谈 – 下周三上午九点 – or why it is none: in working hours, and ahead of ``now``."""
        text = _TOGETHER.sub(r"\1 ", text.strip())
        found = deadline_of(text, now)
        if found is None:
            was = deadline_of(text, now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0))
            return "past" if was and was.hour else "unread"
        if found.hour is None:
            return "no_hour"
        at = dt.datetime.combine(found.day, found.hour, CHINA)
        if at <= now:
            return "past"
        if not is_workday(found.day):
            return "rest_day"
        return at if self.opens <= found.hour <= self.closes else "out_of_hours"


def is_known_year(at: dt.datetime) -> bool:
    """Whether the working days of a meeting's year are announced."""
    return is_announced(at.astimezone(CHINA).date())


@functools.cache
def shipped_guidance() -> Guidance:
    """The ways and forms that the project ships. Raises ``DataError``."""
    return load_guidance(_FILE)


def load_guidance(path: Path) -> Guidance:
    """The ways and forms of a file. Raises ``DataError`` (file, line): also when one of R17 is missing."""
    root = load_yaml(path)
    _only(root, ("checked", "voluntary", "no_substitute", "hours", "ways", "forms"))
    ways = tuple(_way(node) for node in _members(root, "ways"))
    forms = tuple(_form(node) for node in _members(root, "forms"))
    _each_once(root, "ways", [way.id for way in ways])
    _each_once(root, "forms", [form.id for form in forms])
    _complete(root, ways, forms)
    hours = root.field("hours")
    if hours is None:
        raise DataError(path, root.line, '缺少“hours”，应为 {from: "08:30", until: "17:30"}')
    opens, closes = _time(hours, "from"), _time(hours, "until")
    if opens >= closes:
        raise DataError(path, hours.line, "“from”应早于“until”")
    return Guidance(
        ways, forms, _clauses(root, "voluntary"), _clauses(root, "no_substitute"), opens, closes, root.day("checked")
    )


def _members(node: Node, name: str) -> list[Node]:
    members = node.field(name)
    if members is None or not members.value:
        raise DataError(node.path, node.line, f"缺少“{name}”，应为列表")
    return list(members.items())


def _only(node: Node, names: Sequence[str]) -> None:
    node.field(names[0])  # a mapping, or an error
    extra = sorted(set(node.value) - set(names))
    if extra:
        raise DataError(node.path, node.value[extra[0]].line, f"不认识“{extra[0]}”，应为 {'、'.join(names)} 之一")


def _way(node: Node) -> Way:
    _only(node, ("id", "kind", "named", "example", "said"))
    kind: Any = node.optional("kind") or "offered"
    if kind not in get_args(Kind):
        raise DataError(node.path, node.line, f"“kind”应为 {'、'.join(get_args(Kind))} 之一")
    named = []
    for one in _members(node, "named"):
        _only(one, ("name", "cites"))
        named.append(Named(one.text("name"), _clause(one, one.text("cites"))))
    return Way(_id(node, 24), kind, tuple(named), node.text("example"), node.texts("said"))


def _form(node: Node) -> Form:
    _only(node, ("id", "name", "cites"))
    return Form(_id(node, 12), node.text("name"), _clause(node, node.text("cites")))


def _id(node: Node, longest: int) -> str:
    id = node.text("id")
    if not _ID.fullmatch(id) or len(id) > longest:
        raise DataError(node.path, node.line, f"“id”应为小写字母、下划线，不超过{longest}个字符")
    return id


def _clause(node: Node, id: str) -> str:
    if not _CLAUSE.fullmatch(id):
        raise DataError(node.path, node.line, f"“{id}”应为条款编号，例如 echeng-3-1")
    return id


def _clauses(root: Node, name: str) -> tuple[str, ...]:
    return tuple(_clause(node, node.word()) for node in _members(root, name))


def _time(node: Node, name: str) -> dt.time:
    try:
        return dt.time.fromisoformat(node.text(name))
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(node.path, node.line, f'“{name}”应为 "08:30" 这样的时刻') from error


def _each_once(root: Node, name: str, ids: Sequence[str]) -> None:
    for node, id in zip(_members(root, name), ids, strict=True):
        if ids.count(id) > 1:
            raise DataError(root.path, node.line, f"“{id}”写了两次")


def _complete(root: Node, ways: Sequence[Way], forms: Sequence[Form]) -> None:
    """The ways and forms of R17 may be added to, not dropped from."""
    names = {one.name for way in ways for one in way.named} | {form.name for form in forms}
    for name in (*WAYS, *FORMS):
        if name not in names:
            raise DataError(root.path, root.line, f"少了 R17 的“{name}”")
    if not any(way.kind == "meeting" for way in ways) or all(form.id != MEETING_FORM for form in forms):
        raise DataError(root.path, root.line, f"要有一种方式的 kind 是 meeting，一种形式的 id 是 {MEETING_FORM}")
