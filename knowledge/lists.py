"""Leniency lists 减免责清单 (R7): from an office's tables to list items, whatever the heading row is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from knowledge.documents import Source
from knowledge.files import Sheet, read_sheets
from knowledge.findings import Finding, has_errors
from knowledge.list_rules import check_item
from knowledge.text import comparable

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
_STANDARD = {name: headings[0] for name, headings in COLUMNS.items()}
_REQUIRED = ("title", "basis", "circumstances", "leniency", "range", "measures")
_KIND_PATTERNS: tuple[tuple[ListKind, str], ...] = (
    ("no_compulsion", "(不予|免予|不)(实施|采取|实)?(行政)?强制"),
    ("lighter", "从轻"),
    ("mitigated", "减轻"),
    ("exempt", "不予(行政)?处罚|免予(行政)?处罚|免罚|不罚|不予行政处罚"),
)
_DEPARTMENT = re.compile(r"单位名称(?:[（(]盖章[)）])?\s*[:：]\s*(\S.*?)\s*(?=填报日期|填报时间|\s{2,}|　|$)")
_FILLER = re.compile(r"[.…。·\-—_/\s]*")


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a leniency list. ``None`` in a column means that the file has no such column (nothing is invented)."""

    id: str
    source: str
    department: str | None
    kind: ListKind
    number: int
    title: str
    circumstances: str
    basis: str | None
    leniency_basis: str | None
    range: str | None
    measures: str | None
    remarks: str | None
    sheet: str
    row: int

    @property
    def text(self) -> str:
        """The whole row in words, each column under its name, as an answer quotes it (R3)."""
        columns = (
            ("事项名称", self.title),
            ("适用情形", self.circumstances),
            ("设定依据", self.basis),
            (LENIENCY_HEADINGS[self.kind], self.leniency_basis),
            ("裁量幅度", self.range),
            ("配套监管措施", self.measures),
            ("备注", self.remarks),
        )
        return "\n".join(f"{name}：{value}" for name, value in columns if value)


def read_list(path: Path, source: Source) -> tuple[list[Item], list[Finding]]:
    """Read and check one list file (R7–R9).

    Returns its items and findings. With an error among the findings nothing of the file may be used. Raises
    ``RefusedFile`` when the file cannot be read at all.
    """
    return parse_list(read_sheets(path), source)


def parse_list(sheets: Sequence[Sheet], source: Source) -> tuple[list[Item], list[Finding]]:
    """The items of a file's tables, with findings that name file, sheet, row and column (R8)."""
    items: list[Item] = []
    findings: list[Finding] = []
    tables = 0
    for sheet in sheets:
        found, remarks = _parse_sheet(sheet, source)
        tables += found is not None
        items += found or []
        findings += [replace(remark, file=source.file, sheet=sheet.name) for remark in remarks]
    if not tables and not has_errors(findings):
        expected = "一行表头：序号、事项名称、设定依据、适用情形、不予处罚依据、配套监管措施、备注"
        findings.append(Finding("error", "没有找到清单表格", expected, source.file, rule="R7"))
    findings += _duplicates(items, source.file)
    return items, findings


def looks_like_list(sheet: Sheet) -> bool:
    """Whether a table has the heading row of a leniency list (R7)."""
    return _head_row(sheet) is not None


def _parse_sheet(sheet: Sheet, source: Source) -> tuple[list[Item] | None, list[Finding]]:
    head = _head_row(sheet)
    if head is None:
        filled = [row for row in sheet.rows if sum(bool(cell) for cell in row) >= 3]
        if not filled:
            return None, [Finding("note", "不是清单表格，跳过")]
        return None, [Finding("error", "找不到表头", "含“事项名称、设定依据、适用情形”等栏目的一行", rule="R7")]
    columns = _columns(sheet.rows[head])
    above = [cell for row in sheet.rows[:head] for cell in row if cell]
    headings = {name: _squeezed(sheet.rows[head][index]) for name, index in columns.items()}
    kind, findings = _kind(headings, sheet, above, sheet.first_row + head)
    if kind is None:
        return [], findings
    findings += _missing(columns, headings, kind, sheet.first_row + head)
    department = next(
        (m.group(1) for text in [*above, *sheet.caption.split("\n")] if (m := _DEPARTMENT.search(text))), None
    )
    if department is None and source.issuer is None:
        findings.append(Finding("warning", "没有写明单位名称", "表头上方写“单位名称（盖章）：××局”", rule="R7"))
    if has_errors(findings):
        return [], findings
    items: list[Item] = []
    for offset, row in enumerate(sheet.rows[head + 1 :], sheet.first_row + head + 1):
        if _is_filler(row) or _columns(row).keys() >= {"title", "circumstances"}:
            continue
        if len([cell for cell in row if cell]) == 1 and "无" in {_squeezed(cell) for cell in row}:
            findings.append(Finding("note", "写明“无”，没有这一类事项", row=offset))
            continue
        item, remarks = _item(
            row, offset, columns, headings, kind, department or source.issuer, sheet, source, len(items)
        )
        findings += remarks
        if item:
            items.append(item)
    return items, findings


def _squeezed(text: str) -> str:
    return re.sub(r"[\s*＊]|[（(].*[)）]$", "", text)


def _head_row(sheet: Sheet) -> int | None:
    for index, row in enumerate(sheet.rows[:30]):
        names = _columns(row)
        if len(names) >= 3 and ("title" in names or {"basis", "circumstances"} <= names.keys()):
            return index
    return None


def _columns(row: Sequence[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for index, cell in enumerate(row):
        name = _column_name(_squeezed(cell))
        if name and name not in columns:
            columns[name] = index
    return columns


def _column_name(heading: str) -> str | None:
    if not heading or len(heading) > 20:
        return None
    for name, headings in COLUMNS.items():
        if heading in headings:
            return name
    if heading in LENIENCY_HEADINGS.values():
        return "leniency"
    kind = any(re.search(pattern, heading) for _, pattern in _KIND_PATTERNS)
    if kind and re.search("依据$", heading):
        return "leniency"
    if (kind or "适用" in heading) and re.search("(情节|情形|条件|标准)$", heading):
        return "circumstances"
    if re.search("幅度$", heading):
        return "range"
    return "measures" if "监管" in heading and heading.endswith("措施") else None


def _kind_of(text: str) -> ListKind | None:
    return next((kind for kind, pattern in _KIND_PATTERNS if re.search(pattern, text)), None)


def _kind(
    headings: dict[str, str], sheet: Sheet, above: Sequence[str], row: int
) -> tuple[ListKind | None, list[Finding]]:
    said = _kind_of(headings.get("leniency", "")) or _kind_of(headings.get("circumstances", ""))
    named = next(
        (kind for text in [*above, sheet.name, *reversed(sheet.caption.split("\n"))] if (kind := _kind_of(text))), None
    )
    if said and named and said != named:
        message = (
            f"标题是“{LIST_NAMES[named]}”，依据栏却是“{headings.get('leniency') or headings.get('circumstances')}”"
        )
        return None, [Finding("error", message, LENIENCY_HEADINGS[named], row=row, column="依据", rule="R7")]
    kind = said or named
    if kind is None:
        return None, [
            Finding("error", "看不出是哪一张清单", "标题写明：" + "、".join(LIST_NAMES.values()), row=row, rule="R7")
        ]
    return kind, []


def _missing(columns: dict[str, int], headings: dict[str, str], kind: ListKind, row: int) -> list[Finding]:
    """Columns that are not there: an error in the prescribed form, a remark in another office's layout."""
    standard = {*_STANDARD.values(), *LENIENCY_HEADINGS.values()}
    foreign = any(heading not in standard for heading in headings.values())
    findings = []
    for name in _REQUIRED:
        if name in columns or (name == "range" and kind not in ("lighter", "mitigated")):
            continue
        heading = LENIENCY_HEADINGS[kind] if name == "leniency" else _STANDARD[name]
        if not foreign or name in ("title", "circumstances"):
            findings.append(
                Finding(
                    "error",
                    f"表头缺少“{heading}”一栏",
                    f"在表头增加“{heading}”并逐行填写",
                    row=row,
                    column=heading,
                    rule="R7",
                )
            )
        else:
            findings.append(
                Finding(
                    "warning",
                    f"原表没有“{heading}”一栏，留空，不代填",
                    f"请补充“{heading}”",
                    row=row,
                    column=heading,
                    rule="R7",
                )
            )
    if "number" not in columns:
        findings.append(Finding("warning", "没有“序号”一栏，按行的次序编号", "序号", row=row, column="序号", rule="R7"))
    return findings


def _is_filler(row: Sequence[str]) -> bool:
    return all(_FILLER.fullmatch(cell) for cell in row)


def _item(
    row: Sequence[str],
    offset: int,
    columns: dict[str, int],
    headings: dict[str, str],
    kind: ListKind,
    department: str | None,
    sheet: Sheet,
    source: Source,
    before: int,
) -> tuple[Item | None, list[Finding]]:
    def cell(name: str) -> str | None:
        if name not in columns:
            return None
        return row[columns[name]].strip() if columns[name] < len(row) else ""

    findings: list[Finding] = []
    text = comparable(cell("number") or "")
    if text.isdigit():
        number = int(text)
    else:
        number = before + 1
        if "number" in columns:
            said = f"“{cell('number')}”不是数字" if text else "没有序号"
            findings.append(
                Finding("warning", f"{said}，按次序记为 {number}", "1、2、3……", row=offset, column="序号", rule="R7")
            )
    basis = cell("basis")
    if "penalty" in columns and cell("penalty"):
        basis = (
            f"{headings.get('basis', '设定依据')}：{basis}\n{headings['penalty']}：{cell('penalty')}"
            if basis
            else cell("penalty")
        )
    item = Item(
        id=f"{source.id}-{kind}-{number}",
        source=source.id,
        department=department,
        kind=kind,
        number=number,
        title=re.sub(r"\s*\n\s*", "", cell("title") or ""),
        circumstances=cell("circumstances") or "",
        basis=basis,
        leniency_basis=cell("leniency"),
        range=cell("range"),
        measures=cell("measures"),
        remarks=cell("remarks") or None,
        sheet=sheet.name,
        row=offset,
    )
    narrow = headings.get("basis", "设定依据") != "设定依据" and "penalty" not in columns
    findings += [replace(remark, row=offset) for remark in check_item(item, violation_only=narrow)]
    return item, findings


def _duplicates(items: Sequence[Item], file: str) -> list[Finding]:
    findings = []
    numbers: dict[str, Item] = {}
    names: dict[tuple[ListKind, str], Item] = {}
    for item in items:
        if first := numbers.get(item.id):
            message = f"序号 {item.number} 与第{first.row}行重复"
            findings.append(Finding("error", message, "每行一个不重复的序号", file, item.sheet, item.row, "序号", "R7"))
        numbers.setdefault(item.id, item)
        if (first := names.get((item.kind, comparable(item.title)))) and item.title:
            message = f"事项名称与第{first.row}行相同"
            findings.append(
                Finding("warning", message, "合并，或者写明区别", file, item.sheet, item.row, "事项名称", "R8")
            )
        names.setdefault((item.kind, comparable(item.title)), item)
    return findings
