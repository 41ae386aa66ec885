"""YAML that is checked: duplicate keys refused, every error with file, line and what would be right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # a build of PyYAML without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_BYTES = 5 * 1024 * 1024


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


_UniqueKeys.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(path: Path) -> Any:
    """The plain data of a YAML file. Raises ``DataError`` (file, line) on any fault, a duplicate key included."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(path, 1, "读不了这个文件") from error
    if len(data) > MAX_BYTES:
        raise DataError(path, 1, f"文件太大，不超过 {MAX_BYTES // 1048576} MB")
    try:
        return yaml.load(data.decode("utf-8-sig"), Loader=_UniqueKeys)  # noqa: S506 - a safe loader
    except UnicodeDecodeError as error:
        raise DataError(path, 1, "应为 UTF-8 编码") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataError(path, line, error.problem or "YAML 格式不对") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise DataError(path, 1, "YAML 格式不对") from error


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
        if not isinstance(self.value, dict):
            raise DataError(self.path, self.line, f"应为“{name}: …”形式")
        return self.value.get(name)

    def text(self, name: str) -> str:
        """A required text. Raises ``DataError``."""
        node = self.field(name)
        if node is None or not isinstance(node.value, str) or not node.value.strip():
            raise DataError(self.path, node.line if node else self.line, f"缺少“{name}”，应为文字")
        return str(node.value)

    def optional(self, name: str) -> str | None:
        node = self.field(name)
        return None if node is None or node.value is None else str(node.value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, empty when it is not there. Raises ``DataError``."""
        node = self.field(name)
        if node is None or node.value is None:
            return ()
        return tuple(str(member.value) for member in node.items())


def load_yaml(path: Path) -> Node:
    """A YAML file as nodes that know their lines. Raises ``DataError``."""
    read_yaml(path)  # syntax and duplicate keys, with their own messages
    root = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=_Loader)
    return _node(path, root)


def _node(path: Path, node: Any) -> Node:
    line = node.start_mark.line + 1 if node is not None else 1
    if isinstance(node, MappingNode):
        return Node(path, line, {key.value: _node(path, value) for key, value in node.value})
    if isinstance(node, SequenceNode):
        return Node(path, line, [_node(path, member) for member in node.value])
    if isinstance(node, ScalarNode):
        null = node.tag == "tag:yaml.org,2002:null"
        return Node(path, line, None if null else node.value)
    return Node(path, line, None)
