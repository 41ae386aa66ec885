"""The heading row of a leniency list (R7): which column is which, whatever an office calls it, and which list it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.findings import Finding
from knowledge.sheets import Sheet

ListKind = Literal["exempt", "lighter", "mitigated", "no_compulsion"]

LIST_NAMES: dict[ListKind, str] = {
    "exempt": "不予处罚事项清单",
    "lighter": "从轻处罚事项清单",
    "mitigated": "减轻处罚事项清单",
    "no_compulsion": "不予实施行政强制事项清单",
}
LENIENCY_HEADINGS: dict[ListKind, str] = {
    "exempt": "不予处罚依据",
    "lighter": "从轻处罚依据",
    "mitigated": "减轻处罚依据",
    "no_compulsion": "不予实行政强制依据",
}
RANGED: tuple[ListKind, ...] = ("lighter", "mitigated")
# The heading of each column as 滑县 附件2 prints it, and what other offices call it.
COLUMNS: dict[str, tuple[str, ...]] = {
    "number": ("序号", "编号", "项目编号", "事项编号"),
    "title": (
        "事项名称",
        "违法行为",
        "违法事项",
        "事项",
        "违法行为名称",
        "轻微违法行为",
        "违法行为事项",
        "清单事项",
        "行政处罚事项",
        "执法事项",
        "强制事项",
        "行政强制事项",
        "处罚事项",
        "案由",
    ),
    "basis": (
        "设定依据",
        "违反条款",
        "违反规定",
        "违反的规定",
        "违法依据",
        "法律依据",
        "法定依据",
        "执法依据",
        "违反法律条款",
        "违反的法律条款",
        "禁止性规定",
        "违则",
        "定性依据",
    ),
    "penalty": ("处罚条款", "处罚依据", "罚则", "处罚规定", "行政处罚依据", "法律责任", "强制条款", "强制依据"),
    "circumstances": (
        "适用情形",
        "适用条件",
        "情形",
        "具体情形",
        "适用情节",
        "免罚条件",
        "免罚情形",
        "裁量情节",
        "裁量情形",
        "情节",
    ),
    "leniency": (
        "减免责依据",
        "不罚依据",
        "免罚依据",
        "不予强制依据",
        "不予实施强制依据",
        "不予实施行政强制依据",
        "免责依据",
    ),
    "range": ("裁量幅度", "处罚幅度", "裁量标准", "处罚标准", "裁量基准", "处罚裁量幅度"),
    "measures": ("配套监管措施", "监管措施", "后续监管措施", "配套措施", "后续监管", "配套的监管措施", "监管要求"),
    "remarks": ("备注", "说明", "备注说明"),
}
# Wordings that offices vary endlessly; looked at in this order, after the exact names. {kind} = one of the four kinds.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("range", r"(幅度|裁量(标准|基准))$"),
    ("leniency", r"{kind}.*依据$"),
    ("circumstances", r"({kind}|适用).*(情节|情形|条件|标准)$"),
    ("penalty", r"^(?!.*(违反|违法)).*(处罚|罚则|强制)(的|法律|法规)*(依据|条款|条文|规定)$"),
    (
        "basis",
        r"^(?!.*处罚)(违反|违法).*(依据|条款|条文|规定|法规)$|^(法律|法规|规章|设定)[、法律规章的]*(依据|条款|规定)$",
    ),
    ("measures", r"监管.*措施$"),
    ("title", r"^(轻微|首次|初次)?违法行为(名称|事项|表现|种类)?$"),
)
_KIND_PATTERNS: tuple[tuple[ListKind, str], ...] = (
    ("no_compulsion", "(不予|免予|免于|不|免)(实施|采取|实)?(行政)?强制"),
    ("lighter", "从轻"),
    ("mitigated", "减轻"),
    ("exempt", "(不予|免予|免于)(行政)?处罚|免罚|不罚"),
)
_ANY_KIND = "(?:" + "|".join(pattern for _, pattern in _KIND_PATTERNS) + ")"
_COMPILED = tuple((name, re.compile(pattern.replace("{kind}", _ANY_KIND))) for name, pattern in _PATTERNS)
_SEARCHED_ROWS = 30


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of a table: where it starts, how many rows it takes, and the place and wording of each column."""

    row: int
    rows: int
    columns: dict[str, int]
    headings: dict[str, str]
    unread: tuple[tuple[str, bool], ...]  # wording, and whether it doubles a column that is read

    def repeats_in(self, row: Sequence[str]) -> bool:
        """Whether a row below is the heading again, as on a new page."""
        return columns_of(row).keys() >= {"title", "circumstances"}


def squeezed(text: str) -> str:
    """A heading without white space, stars and a remark in brackets at its end."""
    return re.sub(r"[\s*＊]|[（(].*[)）]$", "", text)


def column_name(heading: str) -> str | None:
    """The column that a heading means, or ``None``."""
    if not heading or len(heading) > 20:
        return None
    exact = next((name for name, headings in COLUMNS.items() if heading in headings), None)
    if exact or heading in LENIENCY_HEADINGS.values():
        return exact or "leniency"
    return next((name for name, pattern in _COMPILED if pattern.search(heading)), None)


def columns_of(row: Sequence[str]) -> dict[str, int]:
    """The columns that a row would head, each with its first place."""
    columns: dict[str, int] = {}
    for index, cell in enumerate(row):
        name = column_name(squeezed(cell))
        if name:
            columns.setdefault(name, index)
    return columns


def find_head(sheet: Sheet) -> Head | None:
    """The heading of a list in the first rows of a table; ``None`` if it has none."""
    for index, row in enumerate(sheet.rows[:_SEARCHED_ROWS]):
        names = columns_of(row)
        if len(names) >= 3 and ("title" in names or {"basis", "circumstances"} <= names.keys()):
            below = sheet.rows[index + 1] if index + 1 < len(sheet.rows) else ()
            return _head(index, row, below)
    return None


def _head(index: int, row: Sequence[str], below: Sequence[str]) -> Head:
    """Read a heading of one row, or of two: 设定依据 above 违反条款 and 处罚条款."""
    two = _is_second_row(row, below)
    cells = [squeezed(cell) for cell in row]
    if two:
        cells += [""] * (len(below) - len(cells))
        cells = [squeezed(below[i]) if i < len(below) and below[i] else cell for i, cell in enumerate(cells)]
    columns = columns_of(cells)
    unread = tuple(
        (cell, column_name(cell) is not None)
        for place, cell in enumerate(cells)
        if cell and columns.get(column_name(cell) or "") != place and cells.index(cell) == place
    )
    return Head(index, 2 if two else 1, columns, {name: cells[place] for name, place in columns.items()}, unread)


def _is_second_row(row: Sequence[str], below: Sequence[str]) -> bool:
    """Whether the row below splits headings: all it says is headings, and some of them are new."""
    texts = [squeezed(cell) for cell in below]
    new = [text for i, text in enumerate(texts) if text and not (i < len(row) and squeezed(row[i]) == text)]
    return bool(new) and all(column_name(text) for text in new)


def kind_of_text(texts: Iterable[str]) -> ListKind | None:
    """The list that a text names. A text that names several (从轻、减轻处罚清单) says nothing."""
    for text in texts:
        kinds = [kind for kind, pattern in _KIND_PATTERNS if re.search(pattern, text)]
        if len(kinds) == 1:
            return kinds[0]
    return None


def kind_of_list(head: Head, sheet: Sheet, above: Sequence[str], row: int) -> tuple[ListKind | None, list[Finding]]:
    """Which of the four lists a table is: its headings say so, or the lines above; a contradiction is an error (R7)."""
    heading = head.headings.get("leniency") or head.headings.get("circumstances", "")
    said = kind_of_text([head.headings.get("leniency", ""), head.headings.get("circumstances", "")])
    named = kind_of_text([*reversed(above), sheet.name, *reversed(sheet.caption.split("\n"))])
    if said and named and said != named:
        message = f"标题是“{LIST_NAMES[named]}”，表头却是“{heading}”"
        return None, [Finding("error", message, LENIENCY_HEADINGS[named], row=row, column=heading, rule="R7")]
    if said is None and named is None:
        expected = "标题写明：" + "、".join(LIST_NAMES.values())
        return None, [Finding("error", "看不出是哪一张清单", expected, row=row, rule="R7")]
    return said or named, []


def check_columns(head: Head, kind: ListKind, row: int) -> list[Finding]:
    """Columns that are not there: an error in the prescribed form, a remark in another office's layout (R7)."""
    standard = {*(headings[0] for headings in COLUMNS.values()), *LENIENCY_HEADINGS.values(), "处罚条款", "强制条款"}
    foreign = any(heading not in standard for heading in head.headings.values())
    findings = []
    for name in ("title", "basis", "circumstances", "leniency", "range", "measures"):
        there = name in head.columns or (name == "basis" and "penalty" in head.columns)
        if there or (name == "range" and kind not in RANGED):
            continue
        heading = LENIENCY_HEADINGS[kind] if name == "leniency" else COLUMNS[name][0]
        if not foreign or name in ("title", "circumstances"):
            said, expected = f"表头缺少“{heading}”一栏", f"在表头增加“{heading}”并逐行填写"
            findings.append(Finding("error", said, expected, row=row, column=heading, rule="R7"))
        else:
            said, expected = f"原表没有“{heading}”一栏，留空，不代填", f"请补充“{heading}”"
            findings.append(Finding("warning", said, expected, row=row, column=heading, rule="R7"))
    if "number" not in head.columns:
        findings.append(Finding("warning", "没有“序号”一栏，按行的次序编号", "序号", row=row, column="序号", rule="R7"))
    for heading, doubled in head.unread:
        said = "与另一栏意思相同，没有读入" if doubled else "不是清单的栏目，没有读入"
        expected = "并入同一栏" if doubled else ""
        severity: Literal["warning", "note"] = "warning" if doubled else "note"
        findings.append(Finding(severity, said, expected, row=row, column=heading, rule="R7"))
    return findings
