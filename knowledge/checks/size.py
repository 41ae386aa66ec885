"""Size classes of enterprises 大/中/小/微 (R14) by 国统字〔2017〕213号: the sixteen rows, and the class that figures give."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from knowledge.yaml_data import DataError, Node, load_yaml

SizeClass = Literal["large", "medium", "small", "micro"]
CLASSES: tuple[SizeClass, ...] = ("large", "medium", "small", "micro")
CLASS_NAMES: dict[SizeClass, str] = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"}
INDICATORS = {"X": "persons", "Y": "turnover", "Z": "assets"}
INDICATOR_NAMES = {"X": "从业人员", "Y": "营业收入", "Z": "资产总额"}
YUAN = 10_000  # the method counts turnover and assets in 万元, facts are in 元
METHOD = "统计上大中小微型企业划分办法（2017）"
METHOD_NUMBER = "国统字〔2017〕213号"
_SECTION_OF = {  # the first division of each section of GB/T 4754-2017
    "A": 1, "B": 6, "C": 13, "D": 44, "E": 47, "F": 51, "G": 53, "H": 61, "I": 63, "J": 66,
    "K": 70, "L": 71, "M": 73, "N": 76, "O": 80, "P": 83, "Q": 84, "R": 86, "S": 91, "T": 97,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SizeRow:
    """One row of the table: whom it is for, and the lower bounds of large, medium and small for each indicator."""

    number: int
    industry: str
    sections: tuple[str, ...]
    divisions: tuple[str, ...]
    groups: tuple[str, ...]
    excepted: tuple[str, ...]
    bounds: Mapping[str, tuple[int, int, int]]

    @property
    def id(self) -> str:
        return f"size-{self.number}"

    def holds(self, code: str) -> bool:
        """Whether an industry code (section, 2, 3 or 4 digits) belongs to this row as a whole."""
        if any(own.startswith(code) or code.startswith(own) for own in self.excepted):
            return False
        return section_of(code) in self.sections or code[:2] in self.divisions or code[:3] in self.groups

    def may_hold(self, code: str) -> bool:
        """Whether some industry under a code belongs to this row."""
        if self.holds(code):
            return True
        if code.isalpha():
            return any(section_of(own) == code for own in (*self.divisions, *self.groups))
        if code in self.divisions:  # a division of which some group is excepted
            return True
        return any(own.startswith(code) for own in self.groups)

    @property
    def text(self) -> str:
        """The row in words, as it is quoted."""
        lines = [f"{self.industry}"]
        for letter, (large, medium, small) in self.bounds.items():
            unit = "人" if letter == "X" else "万元"
            name = INDICATOR_NAMES[letter]
            lines.append(
                f"{name}（{letter}，{unit}）：大型 {letter}≥{large}；中型 {medium}≤{letter}<{large}；"
                f"小型 {small}≤{letter}<{medium}；微型 {letter}<{small}"
            )
        return "\n".join(lines)

    def class_by(self, letter: str, value: Decimal) -> SizeClass:
        """The class that one indicator alone gives; ``value`` in persons or 元. Lower bounds are inclusive."""
        measured = value if letter == "X" else value / YUAN
        return next((c for c, bound in zip(CLASSES, self.bounds[letter], strict=False) if measured >= bound), "micro")


@dataclass(frozen=True, slots=True)
class SizeVerdict:
    """What is known of the class: the row, the classes still possible, and what each known indicator gives.

    ``rows`` are the rows still possible when the industry is not named finely enough; empty means that the method
    does not list the industry, so that there is no class.
    """

    rows: tuple[SizeRow, ...]
    possible: tuple[SizeClass, ...]
    by_indicator: Mapping[str, SizeClass]

    @property
    def row(self) -> SizeRow | None:
        return self.rows[0] if len(self.rows) == 1 else None

    @property
    def size(self) -> SizeClass | None:
        return self.possible[0] if len(self.possible) == 1 else None

    @property
    def is_listed(self) -> bool:
        return bool(self.rows)


class SizeTable:
    """The sixteen rows."""

    def __init__(self, rows: Sequence[SizeRow]) -> None:
        self.rows = tuple(rows)
        self.by_id = {row.id: row for row in self.rows}

    def rows_for(self, code: str) -> tuple[SizeRow, ...]:
        """The row of an industry code; several when the code is too coarse to tell; none when it is not listed."""
        sure = [row for row in self.rows if row.holds(code)]
        return tuple(sure[:1] or [row for row in self.rows if row.may_hold(code)])

    def is_fine(self, code: str) -> bool:
        """Whether a code is fine enough to tell its row, or that it has none."""
        rows = self.rows_for(code)
        return not rows or rows[0].holds(code)

    def verdict(self, code: str | None, figures: Mapping[str, Decimal | None]) -> SizeVerdict:
        """The class of an enterprise from its industry code and ``{"persons", "turnover", "assets"}`` (persons, 元).

        The class is the lowest that any indicator of the row gives: large, medium and small need every lower bound.
        """
        if code is None:
            return SizeVerdict(self.rows, CLASSES, {})
        rows = self.rows_for(code)
        if not self.is_fine(code):
            return SizeVerdict(rows, CLASSES, {})
        if not rows:
            return SizeVerdict((), (), {})
        (row,) = rows
        given: dict[str, SizeClass] = {}
        options: list[Sequence[SizeClass]] = []
        for letter in row.bounds:
            value = figures.get(INDICATORS[letter])
            if value is None:
                options.append(CLASSES)
            else:
                given[letter] = row.class_by(letter, value)
                options.append((given[letter],))
        lowest = {max(combination, key=CLASSES.index) for combination in itertools.product(*options)}
        return SizeVerdict(rows, tuple(c for c in CLASSES if c in lowest), given)


def section_of(code: str) -> str:
    """The section letter of an industry code; empty when it is none."""
    if code.isalpha():
        return code.upper()
    division = int(code[:2])
    return next((letter for letter, first in reversed(_SECTION_OF.items()) if division >= first), "")


def load_size_table(path: Path) -> SizeTable:
    """Read and check the rows. Raises ``DataError`` (file, line): unknown indicator, bounds that do not fall."""
    rows = []
    for number, node in enumerate(load_yaml(path).items(), 1):
        where = node.field("gbt4754")
        if where is None:
            raise DataError(path, node.line, "缺少“gbt4754”，应写明门类、大类或者中类")
        if not any(where.texts(level) for level in ("sections", "divisions", "groups")):
            raise DataError(path, where.line, "“gbt4754”应写明门类（sections）、大类（divisions）或者中类（groups）")
        bounds = {letter: _bounds(node, letter) for letter in INDICATORS if node.field(letter)}
        if not bounds:
            raise DataError(path, node.line, "至少要有一项指标：X、Y 或者 Z")
        extra = set(node.value) - {"industry", "gbt4754", *INDICATORS}
        if extra:
            raise DataError(path, node.line, f"不认识“{sorted(extra)[0]}”，应为 industry、gbt4754、X、Y、Z")
        rows.append(
            SizeRow(
                number,
                node.text("industry"),
                where.texts("sections"),
                where.texts("divisions"),
                where.texts("groups"),
                where.texts("except"),
                bounds,
            )
        )
    return SizeTable(rows)


def _bounds(node: Node, letter: str) -> tuple[int, int, int]:
    field = node.field(letter)
    assert field is not None
    words = [member.word() for member in field.items()]
    if len(words) != 3 or not all(word.isdigit() for word in words):
        raise DataError(node.path, field.line, f"“{letter}”应为三个数：[大型, 中型, 小型] 的下限")
    large, medium, small = map(int, words)
    if not large > medium > small > 0:
        raise DataError(node.path, field.line, f"“{letter}”的三个下限应从大到小")
    return large, medium, small
