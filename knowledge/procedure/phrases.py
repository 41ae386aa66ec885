"""常用语: texts with blanks 〔…〕 that are asked one by one; those the project ships are wording aids and state no rule."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.yaml_data import DataError, load_yaml

_FILE = Path(__file__).parents[1] / "data" / "procedure" / "phrases.yaml"
_BLANK = re.compile(r"〔(?![0-9]{4}〕)([^〔〕]{1,20})〕")
"""A blank; the year of a case number, 〔2026〕, is none."""


@dataclass(frozen=True, slots=True)
class Starter:
    """A phrase that is shipped: for which flow, what it is called, its text."""

    flow: str
    label: str
    text: str


def blanks(text: str) -> list[str]:
    """What is to be filled in, each name once, in order."""
    return list(dict.fromkeys(_BLANK.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with its blanks filled in; one without a value stays as it is."""
    return _BLANK.sub(lambda found: values.get(found[1], found[0]), text)


@functools.cache
def starters() -> tuple[Starter, ...]:
    """The phrases that are shipped, in their order. Raises ``DataError``."""
    return load_starters(_FILE)


def load_starters(path: Path) -> tuple[Starter, ...]:
    """The phrases of a file. Raises ``DataError`` (file, line) when a name is given twice for one flow."""
    found: list[Starter] = []
    for node in load_yaml(path).items():
        one = Starter(node.text("for"), node.text("label"), node.text("text"))
        if any((one.flow, one.label) == (other.flow, other.label) for other in found):
            raise DataError(path, node.line, f"“{one.label}”写了两次")
        found.append(one)
    return tuple(found)
