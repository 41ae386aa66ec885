"""YAML that is checked: duplicate keys refused, every error with file, line and what would be right."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.nodes import MappingNode, ScalarNode

from knowledge.text import CJK

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # a build of PyYAML without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 50
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_NO_TAG = (None, "", "!")
Parsed = TypeVar("Parsed")
# What the parser says of the commonest slips, in words an editor of these files understands.
_IN_CHINESE = (
    ("found character that cannot start any token", "缩进用了制表符，或者以 @、`、% 开头；缩进应为空格，文字应加引号"),
    ("mapping values are not allowed", "多了一个冒号，或者缩进不对；含冒号的文字应加引号"),
    ("did not find expected", "括号、引号或者缩进不配对"),
    ("could not find expected ':'", "缺少冒号，应为“名称: 值”"),
    ("while scanning", "引号没有结束，或者有不能用的字符"),
    ("could not determine a constructor", "不能用 ! 开头的类型标记"),
    ("unhashable key", "冒号前面应为文字"),
    ("another document", "一个文件只能有一份数据，删去多余的“---”"),
)


class DataError(ValueError):
    """数据文件有错误。"""

    def __init__(self, path: Path, line: int, message: str) -> None:
        self.path, self.line = path, line
        super().__init__(f"{path.name} 第{line}行：{message}")


class _UniqueKeys(_Loader):
    """A loader that keeps the line of each value and refuses a key given twice."""


def _mapping(loader: Any, node: MappingNode) -> dict[str, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        name = str(key.value)
        if name in seen:
            raise yaml.MarkedYAMLError(problem=f"“{name}”写了两次", problem_mark=key.start_mark)
        seen.add(name)
    loader.flatten_mapping(node)
    mapping: dict[str, Any] = loader.construct_mapping(node, deep=True)
    return mapping


def _scalar(loader: Any, node: ScalarNode) -> Any:
    try:
        return yaml.SafeLoader.yaml_constructors[node.tag](loader, node)
    except (ValueError, OverflowError, IndexError) as error:  # a date 2022-13-45, 5,000 digits, an empty !!int
        problem = f"“{node.value[:20]}”不是有效的日期或者数字，文字应加引号"
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from error


_UniqueKeys.add_constructor("tag:yaml.org,2002:map", _mapping)
for _tag in ("int", "float", "timestamp"):
    _UniqueKeys.add_constructor(f"tag:yaml.org,2002:{_tag}", _scalar)


def read_yaml(path: Path) -> Any:
    """The plain data of a YAML file. Raises ``DataError`` (file, line) on any fault, a duplicate key included."""

    def parse(text: str) -> Any:
        for _ in _events(path, text):
            pass
        return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a safe loader

    return _parsed(path, parse)


def load_yaml(path: Path) -> Node:
    """A YAML file as nodes that know their lines. Raises ``DataError`` (file, line) on any fault, as ``read_yaml``."""
    return _parsed(path, lambda text: _nodes(path, text))


def _parsed(path: Path, parse: Callable[[str], Parsed]) -> Parsed:
    """Read, check and parse a file; every fault becomes a ``DataError`` with its line."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(path, 1, "读不了这个文件") from error
    if len(data) > MAX_BYTES:
        raise DataError(path, 1, f"文件太大，不超过 {MAX_BYTES // 1048576} MB")
    text = ""
    try:
        text = data.decode("utf-8-sig")
        return parse(text)
    except UnicodeDecodeError as error:
        raise DataError(path, data[: error.start].count(b"\n") + 1, "应为 UTF-8 编码") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataError(path, line, _explained(error)) from error
    except yaml.reader.ReaderError as error:
        raise DataError(path, text[: error.position].count("\n") + 1, "有不能用的控制字符") from error
    except DataError:
        raise
    except (yaml.YAMLError, ValueError, LookupError, RecursionError) as error:
        raise DataError(path, 1, "YAML 格式不对") from error


def _events(path: Path, text: str) -> Iterator[Event]:
    """What a file consists of, piece by piece. Refuses what no data file needs.

    That is deep nesting, and aliases, which can stand for more than any memory holds.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, NodeEvent):
            if event.anchor is not None or isinstance(event, AliasEvent):
                raise DataError(path, _line(event), "不用别名（& 和 *），请写出全文；文字以 & 或者 * 开头的应加引号")
            if getattr(event, "tag", None) not in _NO_TAG:
                raise DataError(path, _line(event), "YAML 格式不对：不能用 ! 开头的类型标记")
            if isinstance(event, CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    raise DataError(path, _line(event), f"嵌套太深，不超过 {MAX_DEPTH} 层")
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        yield event


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1 if event.start_mark else 1


def _explained(error: yaml.MarkedYAMLError) -> str:
    said = f"{error.problem or ''} {error.context or ''}"
    if re.search(f"[{CJK}]", error.problem or ""):
        return str(error.problem)
    return "YAML 格式不对：" + next((words for english, words in _IN_CHINESE if english in said), "请检查缩进和标点")


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a YAML file with its line, read by what it must be."""

    path: Path
    line: int
    value: Any

    def items(self) -> Iterator[Node]:
        """The members of a list. Raises ``DataError`` if it is none."""
        if not isinstance(self.value, list):
            raise DataError(self.path, self.line, "应为列表，每项以“- ”开头")
        yield from self.value

    def field(self, name: str) -> Node | None:
        """One field of a mapping, or ``None``. Raises ``DataError`` if this is no mapping."""
        if not isinstance(self.value, dict):
            raise DataError(self.path, self.line, f"应为“{name}: …”形式")
        return self.value.get(name)

    def text(self, name: str) -> str:
        """A required text. Raises ``DataError``."""
        node = self.field(name)
        if node is None or not isinstance(node.value, str) or not node.value.strip():
            raise DataError(self.path, node.line if node else self.line, f"缺少“{name}”，应为文字")
        return node.value

    def optional(self, name: str) -> str | None:
        """A text that may be missing or null. Raises ``DataError`` for anything else."""
        node = self.field(name)
        return None if node is None or node.value is None else node.word()

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, empty when it is not there. Raises ``DataError``."""
        node = self.field(name)
        if node is None or node.value is None:
            return ()
        return tuple(member.word() for member in node.items())

    def day(self, name: str) -> dt.date:
        """A required day. Raises ``DataError``."""
        day = self.optional_day(name)
        if day is None:
            raise DataError(self.path, self.line, f"缺少“{name}”，应为 2022-06-29 这样的日期")
        return day

    def optional_day(self, name: str) -> dt.date | None:
        """A day that may be missing or null. Raises ``DataError``."""
        text = self.optional(name)
        try:
            return dt.date.fromisoformat(text) if text else None
        except ValueError as error:
            node = self.field(name) or self
            raise DataError(self.path, node.line, f"“{name}”应为 2022-06-29 这样的日期") from error

    def word(self) -> str:
        """The node itself as text. Raises ``DataError`` when it is null, a list or a mapping."""
        if not isinstance(self.value, str):
            raise DataError(self.path, self.line, "应为文字")
        return self.value


def _nodes(path: Path, text: str) -> Node:
    """The one value a file holds; nothing when it is empty."""
    events = _events(path, text)
    whole = None
    for event in events:
        if isinstance(event, DocumentStartEvent) and whole is not None:
            raise DataError(path, _line(event), "YAML 格式不对：一个文件只能有一份数据，删去多余的“---”")
        if isinstance(event, NodeEvent):
            whole = _node(path, event, events)
    return whole or Node(path, 1, None)


def _node(path: Path, event: Event, events: Iterator[Event]) -> Node:
    """The value that starts with an event; what belongs to it is taken from ``events``."""
    line = _line(event)
    if isinstance(event, ScalarEvent):  # most of them are
        return Node(path, line, None if event.value in _NULLS and event.implicit[0] else event.value)
    if isinstance(event, SequenceStartEvent):
        members = []
        while not isinstance(member := next(events), SequenceEndEvent):
            members.append(_node(path, member, events))
        return Node(path, line, members)
    fields: dict[str, Node] = {}
    while not isinstance(key := next(events), MappingEndEvent):
        if not isinstance(key, ScalarEvent):
            raise DataError(path, line, "YAML 格式不对：冒号前面应为文字")
        if key.value in fields:
            raise DataError(path, _line(key), f"“{key.value}”写了两次")
        fields[key.value] = _node(path, next(events), events)
    return Node(path, line, fields)
