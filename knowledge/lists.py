"""Leniency lists 减免责清单 (R7): from an office's tables to list items, whatever the heading row is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge.documents import Source
from knowledge.files import read_sheets
from knowledge.findings import Finding, has_errors
from knowledge.list_columns import (
    LENIENCY_HEADINGS,
    LIST_NAMES,
    Head,
    ListKind,
    check_columns,
    find_head,
    kind_of_list,
    kind_of_text,
)
from knowledge.list_rules import check_item
from knowledge.sheets import Sheet
from knowledge.text import chinese_number, comparable

__all__ = ["LENIENCY_HEADINGS", "LIST_NAMES", "Item", "ListKind", "looks_like_list", "parse_list", "read_list"]

_DEPARTMENT = re.compile(r"单位名称(?:[（(]盖章[)）])?\s*[:：]\s*(\S.*?)\s*(?=填报日期|填报时间|\s{2,}|　|$)")
_FILLER = re.compile(r"[.…。·\-—_/\s]*")
_NOTHING = ("无", "暂无", "没有", "/")
_FOOTER = re.compile(
    "^(合计|总计|小计|共计|(填表|填报|制表|审核|复核|负责|联系|经办|批准)(单位)?(人|负责人|日期|时间|电话)|联系电话|(备注|说明|注)\\d?[:：])"
)
_LAW = re.compile("《[^《》]+》.*?第.{1,12}条")


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
    heads = [(sheet, find_head(sheet)) for sheet in sheets]
    for sheet, head in heads:
        found, remarks = _items_under(head, sheet, source) if head else ([], _no_list(sheet))
        items += found
        findings += [replace(remark, file=source.file, sheet=sheet.name) for remark in remarks]
    if not any(head for _, head in heads) and not has_errors(findings):
        expected = "一行表头：序号、事项名称、设定依据、适用情形、不予处罚依据、配套监管措施、备注"
        findings.append(Finding("error", "没有找到清单表格", expected, source.file, rule="R7"))
    findings += _duplicates(items, source.file)
    return items, findings


def looks_like_list(sheet: Sheet) -> bool:
    """Whether a table has the heading row of a leniency list (R7)."""
    return find_head(sheet) is not None


def _no_list(sheet: Sheet) -> list[Finding]:
    """A table without a heading row: notes are skipped; rows that cite law under no heading are an error (R7)."""
    if any(sum(map(bool, row)) >= 3 and any(_LAW.search(cell) for cell in row) for row in sheet.rows):
        return [Finding("error", "找不到表头", "含“事项名称、设定依据、适用情形”等栏目的一行", rule="R7")]
    if kind_of_text([sheet.name, *sheet.caption.split("\n")]) and any(sum(map(bool, row)) >= 3 for row in sheet.rows):
        return [Finding("error", "找不到表头", "含“事项名称、设定依据、适用情形”等栏目的一行", rule="R7")]
    return [Finding("note", "不是清单表格，跳过")]


def _items_under(head: Head, sheet: Sheet, source: Source) -> tuple[list[Item], list[Finding]]:
    above = [cell for row in sheet.rows[: head.row] for cell in row if cell]
    at = sheet.first_row + head.row
    kind, findings = kind_of_list(head, sheet, above, at)
    if kind is None:
        return [], findings
    findings += check_columns(head, kind, at)
    lines = [*above, *sheet.caption.split("\n")]
    department = next((m.group(1) for text in lines if (m := _DEPARTMENT.search(text))), source.issuer)
    if department is None:
        findings.append(Finding("warning", "没有写明单位名称", "表头上方写“单位名称（盖章）：××局”", rule="R7"))
    if has_errors(findings):
        return [], findings
    table = _Table(head, kind, department, sheet, source)
    items: list[Item] = []
    for place, row in enumerate(sheet.rows[head.row + head.rows :], head.row + head.rows):
        offset = sheet.first_row + place
        skipped = table.skipped(row, sheet.rows[place - 1])
        if skipped is not None:
            findings += [Finding("note", skipped, row=offset)] if skipped else []
            continue
        item, remarks = table.item(row, offset, len(items))
        findings += [replace(remark, row=offset) for remark in remarks]
        items.append(item)
    if not items and not any(finding.message.startswith("写明“无”") for finding in findings):
        findings.append(Finding("warning", "表头下面没有事项", "逐行填写，没有的写“无”", row=at, rule="R7"))
    return items, findings


@dataclass(frozen=True, slots=True)
class _Table:
    """One table under its heading: turns rows into items."""

    head: Head
    kind: ListKind
    department: str | None
    sheet: Sheet
    source: Source

    def cell(self, row: Sequence[str], name: str) -> str | None:
        place = self.head.columns.get(name)
        if place is None:
            return None
        return row[place].strip() if place < len(row) else ""

    def skipped(self, row: Sequence[str], above: Sequence[str]) -> str | None:
        """Why a row is no item: in words for the reader, empty for a blank or repeated heading; ``None`` for an item."""
        if all(_FILLER.fullmatch(cell) for cell in row) or self.head.repeats_in(row):
            return ""
        if not (self.cell(row, "number") or self.cell(row, "title") or self.cell(row, "circumstances")) and all(
            not cell or (place < len(above) and above[place] == cell) for place, cell in enumerate(row)
        ):
            return ""  # blank but for merged cells carried down
        number = comparable(self.cell(row, "number") or "")
        filled = [comparable(cell) for i, cell in enumerate(row) if cell and i != self.head.columns.get("number")]
        texts = filled or [number]
        if set(texts) <= {*_NOTHING}:
            return "写明“无”，没有这一类事项"
        if number and not filled and _number(number) is not None:
            return "只有序号，没有内容，跳过"
        if any(_LAW.search(cell) for cell in row) and len(set(filled)) > 1:
            return None
        first = next(comparable(cell) for cell in row if cell)
        if _FOOTER.match(first) and _number(number) is None:
            return f"“{first[:12]}”是表尾，不是事项"
        own = {comparable(cell) for cell in row if cell}
        if len(own) == 1 and _number(number) is None and (not self.cell(row, "title") or sum(map(bool, row)) >= 3):
            return f"“{first[:12]}”是小标题，不是事项"
        return None

    def item(self, row: Sequence[str], offset: int, before: int) -> tuple[Item, list[Finding]]:
        findings: list[Finding] = []
        number = _number(comparable(self.cell(row, "number") or ""))
        if number is None:
            number = self._free_number(before)
            if "number" in self.head.columns:
                said = f"“{text}”不是数字" if (text := self.cell(row, "number")) else "没有序号"
                findings.append(
                    Finding("warning", f"{said}，按次序记为 {number}", "1、2、3……", column="序号", rule="R7")
                )
        if offset in self.sheet.hidden:
            findings.append(Finding("warning", "这一行在表里是隐藏的，仍然读入", "取消隐藏，或者删去", rule="R7"))
        item = Item(
            id=f"{self.source.id}-{self.kind}-{number}",
            source=self.source.id,
            department=self.department,
            kind=self.kind,
            number=number,
            title=re.sub(r"\s*\n\s*", "", self.cell(row, "title") or ""),
            circumstances=self.cell(row, "circumstances") or "",
            basis=self._basis(row),
            leniency_basis=self.cell(row, "leniency"),
            range=self.cell(row, "range"),
            measures=self.cell(row, "measures"),
            remarks=self.cell(row, "remarks") or None,
            sheet=self.sheet.name,
            row=offset,
        )
        narrow = self.head.headings.get("basis", "设定依据") != "设定依据" and "penalty" not in self.head.columns
        return item, [*findings, *check_item(item, violation_only=narrow)]

    def _basis(self, row: Sequence[str]) -> str | None:
        """设定依据, or the two columns that stand for it, each under its own heading."""
        violated, penalty = self.cell(row, "basis"), self.cell(row, "penalty")
        if not penalty:
            return violated if penalty is None or violated is not None else penalty
        own = f"{self.head.headings['penalty']}：{penalty}"
        return f"{self.head.headings['basis']}：{violated}\n{own}" if violated else own

    def _free_number(self, before: int) -> int:
        """The number by order for a row without one, not taken by another row."""
        rows = self.sheet.rows[self.head.row + self.head.rows :]
        taken = {_number(comparable(self.cell(row, "number") or "")) for row in rows}
        number = before + 1
        while number in taken:
            number += 1
        return number


def _number(text: str) -> int | None:
    """The number of a row: 3, ３, 3.0, （3）, 3、 or 三; ``None`` if it is none."""
    bare = re.sub(r"(?<=\d)\.0+$|[().、,:\[\]#号第]", "", text)
    try:
        return chinese_number(bare)
    except ValueError:
        return None


def _duplicates(items: Sequence[Item], file: str) -> list[Finding]:
    findings = []
    numbers: dict[str, Item] = {}
    names: dict[tuple[ListKind, str], Item] = {}
    for item in items:
        if first := numbers.get(item.id):
            message = f"序号 {item.number} 与{_place(first, item)}重复"
            findings.append(Finding("error", message, "每行一个不重复的序号", file, item.sheet, item.row, "序号", "R7"))
        numbers.setdefault(item.id, item)
        if (first := names.get((item.kind, comparable(item.title)))) and item.title:
            message = f"事项名称与{_place(first, item)}相同"
            findings.append(
                Finding("warning", message, "合并，或者写明区别", file, item.sheet, item.row, "事项名称", "R8")
            )
        names.setdefault((item.kind, comparable(item.title)), item)
    return findings


def _place(first: Item, second: Item) -> str:
    sheet = "" if first.sheet == second.sheet else f"工作表“{first.sheet}”"
    return f"{sheet}第{first.row}行"
