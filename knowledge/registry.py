"""企业名录 (R1): the enterprises of a jurisdiction from a csv or xlsx file, with a finding for whatever is wrong in a row."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge.credit_code import EXAMPLE, CreditCode, check_credit_code, division_name
from knowledge.days import EARLIEST, read_day
from knowledge.excel_files import xlsx_sheets
from knowledge.file_kinds import kind_of, refuse
from knowledge.findings import Finding, RefusedFile, Severity
from knowledge.plain_files import csv_sheets
from knowledge.sheets import MAX_ROWS, Sheet
from knowledge.text import comparable, repair_line

# The heading of each column, first the one that is asked for, and what other offices call it.
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("企业名称", "名称", "单位名称", "市场主体名称", "经营主体名称", "主体名称", "商户名称", "name"),
    "uscc": ("统一社会信用代码", "信用代码", "社会信用代码", "统一信用代码", "uscc"),
    "division": ("行政区划", "区划代码", "行政区划代码", "division"),
    "industry_code": ("行业代码", "行业编码", "国民经济行业代码", "industry_code"),
    "industry": ("行业", "行业名称", "所属行业", "industry"),
    "address": ("地址", "住所", "经营场所", "注册地址", "经营地址", "住所(经营场所)", "address"),
    "founded": ("成立日期", "成立时间", "注册日期", "注册时间", "founded"),
}
MAX_CSV_ROWS = 200_000
_COLUMN_OF = {heading: column for column, headings in COLUMNS.items() for heading in headings}
_REMARK = re.compile(r"[*]|\(.*\)$")
_SEARCHED_ROWS = 30
_FOOTER = re.compile("合计|总计|小计|共计|填[表报]人|制表人|审核人|备注:|说明:|注:")
_INDUSTRY_CODE = re.compile(r"[A-T]|[A-T]?\d{2,4}")  # GB/T 4754: its letter, its figures, or both
_POWER = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d+")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T][\d:.]+Z?)?")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)|(?<!\d)\d{8}(?!\d)|[〇零○一二三四五六七八九]{4}年")
_SERIAL = re.compile(r"[1-6]\d{4}")  # the count of days by which office programs keep a date
_SERIAL_START = dt.date(1899, 12, 30)
_READERS: dict[str, tuple[Callable[[Path], list[Sheet]], int, str]] = {
    "csv": (csv_sheets, MAX_CSV_ROWS, "拆成几个文件"),
    "xlsx": (xlsx_sheets, MAX_ROWS, f"另存为 csv 再导入，csv 可以有 {MAX_CSV_ROWS} 行"),
}


@dataclass(frozen=True, slots=True)
class RegistryRow:
    """One enterprise. ``division`` is that of its code (R1); what the file leaves out or garbles is empty."""

    name: str
    uscc: str
    division: str
    industry_code: str
    industry: str
    address: str
    founded: dt.date | None
    row: int


@dataclass(frozen=True, slots=True)
class _Head:
    """The heading of a table: its row, and the place and wording of each column."""

    row: int
    columns: dict[str, int]
    headings: dict[str, str]


def read_registry(path: Path, today: dt.date) -> tuple[list[RegistryRow], list[Finding]]:
    """Read and check a registry file, seen from ``today``: the good rows, and what was noticed.

    Here an ``error`` refuses its row, not the file. Raises ``RefusedFile`` when the file cannot be read or has no column
    for the name or the code.
    """
    sheets = _sheets(path)
    tables = [(sheet, head) for sheet in sheets if (head := _head(sheet)) and {"name", "uscc"} <= head.columns.keys()]
    if not tables:
        raise RefusedFile([_no_table(path, sheets)])
    rows: list[tuple[RegistryRow, Sheet]] = []
    findings: list[Finding] = []
    for sheet in sheets:
        head = next((head for one, head in tables if one is sheet), None)
        table = _Table(sheet, head, today) if head else None
        found, remarks = table.read() if table else ([], [Finding("note", "不是名录表格，跳过")] if sheet.rows else [])
        rows += [(row, sheet) for row in found]
        findings += [replace(remark, sheet=sheet.name) for remark in remarks]
    kept, remarks = _without_doubles(rows)
    heading = tables[0][1].headings["uscc"]
    findings += [replace(remark, column=heading) for remark in remarks]
    return kept, [replace(finding, file=path.name) for finding in findings]


def _sheets(path: Path) -> list[Sheet]:
    kind = kind_of(path)
    if kind not in _READERS:
        raise refuse(path, f".{kind} 不能当作企业名录", "csv 或者 xlsx")
    reader, limit, remedy = _READERS[kind]
    try:
        sheets = reader(path)
    except RefusedFile:
        raise
    except Exception as error:  # a parser of a foreign format may raise anything on hostile bytes
        raise refuse(path, "文件已经损坏，读不出内容", "能正常打开的文件") from error
    for sheet in sheets:
        if len(sheet.rows) > limit:
            raise refuse(path, f"“{sheet.name}”超过 {limit} 行", remedy)
    return sheets


def _head(sheet: Sheet) -> _Head | None:
    """The first row that heads at least two columns, one of them the name or the code."""
    for place, cells in enumerate(sheet.rows[:_SEARCHED_ROWS]):
        columns = _columns(cells)
        if len(columns) >= 2 and ("name" in columns or "uscc" in columns):
            return _Head(place, columns, {name: cells[index] for name, index in columns.items()})
    return None


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """The columns that a row would head, each with its first place."""
    columns: dict[str, int] = {}
    for index, cell in enumerate(cells):
        heading = comparable(cell).lower() if len(cell) <= 40 else ""
        column = _COLUMN_OF.get(heading) or _COLUMN_OF.get(_REMARK.sub("", heading))
        if column:
            columns.setdefault(column, index)
    return columns


def _no_table(path: Path, sheets: Sequence[Sheet]) -> Finding:
    """What is missing from a file that is no registry."""
    expected = "一行表头：" + "、".join(headings[0] for headings in COLUMNS.values())
    for sheet in sheets:
        if head := _head(sheet):
            missing = COLUMNS["uscc" if "name" in head.columns else "name"][0]
            row = sheet.first_row + head.row
            return Finding("error", f"表头缺少“{missing}”一栏", expected, path.name, sheet.name, row, missing, "R1")
    return Finding("error", "找不到“企业名称”和“统一社会信用代码”两栏", expected, path.name, rule="R1")


class _Table:
    """One table under its heading: turns rows into enterprises and remarks."""

    def __init__(self, sheet: Sheet, head: _Head, today: dt.date) -> None:
        self._sheet, self._head, self._today = sheet, head, today
        self._findings: list[Finding] = []
        self._row = 0
        self._serials = 0

    def read(self) -> tuple[list[RegistryRow], list[Finding]]:
        rows: list[RegistryRow] = []
        first = self._head.row + 1
        for place, cells in enumerate(self._sheet.rows[first:], self._sheet.first_row + first):
            self._row = place
            if any(cells) and (row := self._read_row(cells)):
                rows.append(row)
        self._row = self._sheet.first_row + self._head.row
        if self._serials:
            self._say("note", "founded", f"有 {self._serials} 行日期是天数，已经换算", "2019-04-12")
        if self._sheet.hidden:
            self._say("warning", "name", f"有 {len(self._sheet.hidden)} 行是隐藏的，仍然读入", "取消隐藏，或者删去")
        if not rows and not self._findings:
            self._say("warning", "name", "表头下面没有企业", "每行一个企业")
        return rows, self._findings

    def _say(self, severity: Severity, column: str, message: str, expected: str) -> None:
        heading = self._head.headings.get(column, "")
        self._findings.append(Finding(severity, message, expected, row=self._row, column=heading, rule="R1"))

    def _cell(self, cells: Sequence[str], column: str) -> str:
        place = self._head.columns.get(column)
        text = cells[place] if place is not None and place < len(cells) else ""
        return repair_line(" ".join(text.split())) if any(map(str.isspace, text)) else text

    def _read_row(self, cells: Sequence[str]) -> RegistryRow | None:
        name, text = self._cell(cells, "name"), self._cell(cells, "uscc")
        if comparable(text).lower() in _COLUMN_OF:
            return None  # the heading again, as on a new page
        first = "" if text else comparable(next(cell for cell in cells if cell))
        if _FOOTER.match(first):
            self._say("note", "name", f"“{first[:12]}”是表尾，不是企业", "")
            return None
        code = check_credit_code(text)
        if code.problem:
            self._say("error", "uscc", *_said_of_code(text, code))
        if not name:
            self._say("error", "name", "没有企业名称", "营业执照上的名称")
        if code.problem or not name:
            return None
        self._check_division(self._cell(cells, "division"), code.division)
        return RegistryRow(
            name=name,
            uscc=code.code,
            division=code.division,
            industry_code=self._industry_code(self._cell(cells, "industry_code")),
            industry=self._cell(cells, "industry"),
            address=self._cell(cells, "address"),
            founded=self._founded(self._cell(cells, "founded")),
            row=self._row,
        )

    def _check_division(self, text: str, division: str) -> None:
        """The division of the code wins over the column (R1); names of streets and the like say nothing against it."""
        bare = comparable(text)
        place = division_name(division)
        if figures := re.match(r"\d{2,}", bare):
            agrees = division.startswith(figures.group()[:6])
        else:
            agrees = not place or bare in place or place in bare or not re.search("[省市区县州盟旗]$", bare)
        if not agrees:
            expected = f"{division} {place or ''}".strip()
            self._say("warning", "division", f"区划“{bare[:12]}”与代码不同，按代码的 {division} 记", expected)

    def _industry_code(self, text: str) -> str:
        bare = comparable(text).upper()
        if not bare or _INDUSTRY_CODE.fullmatch(bare):
            return bare
        self._say("warning", "industry_code", f"“{bare[:12]}”不像行业代码，没有读入", "二到四位数字，例如 6210")
        return ""

    def _founded(self, text: str) -> dt.date | None:
        """The founding day; a day without a year is not guessed."""
        text = unicodedata.normalize("NFKC", text)
        if not text:
            return None
        if _SERIAL.fullmatch(text):
            self._serials += 1
            text = str(_SERIAL_START + dt.timedelta(int(text)))
        if found := _DAY.fullmatch(text):
            text = "-".join(found.groups())
            if (plain := _plain_day(*map(int, found.groups()))) and plain.year >= EARLIEST and plain <= self._today:
                return plain  # most rows are so, and reading words takes ten times as long
        problem = "看不懂"
        if _YEAR.search(text):
            day = read_day(text, self._today)
            if day.value and not day.is_exact:
                said = f"日期不完整，按 {day.value} 记"
                self._say("warning", "founded", said, "完整的日期，例如 2019-04-12")
            if day.value:
                return day.value
            problem = day.problem.partition("，")[0]
        self._say("warning", "founded", f"日期没有读入：{problem}", "年月日，例如 2019-04-12")
        return None


def _plain_day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _said_of_code(text: str, code: CreditCode) -> tuple[str, str]:
    """What is wrong with the code of a row, and what would be right."""
    if not text:
        return "没有信用代码", f"18位的代码，例如 {EXAMPLE}"
    if _POWER.fullmatch(text):
        return f"代码变成了科学计数：{text[:12]}", "把这一栏设为文本，再填18位代码"
    if code.code.isdecimal() and code.code.endswith("00"):
        return code.problem, "把这一栏设为文本再填；存成数字会丢末几位"
    return code.problem, code.meant or "营业执照上的18位代码"


def _without_doubles(rows: Sequence[tuple[RegistryRow, Sheet]]) -> tuple[list[RegistryRow], list[Finding]]:
    """Each enterprise once. A code under two names refuses all its rows, for nobody knows here which one is right."""
    by_code: dict[str, list[tuple[RegistryRow, Sheet]]] = {}
    for one in rows:
        by_code.setdefault(one[0].uscc, []).append(one)
    kept: list[RegistryRow] = []
    findings: list[Finding] = []
    for group in by_code.values():
        named: dict[str, tuple[RegistryRow, Sheet]] = {}
        for one in group:
            named.setdefault(comparable(one[0].name) if len(group) > 1 else "", one)
        firsts = list(named.values())
        if len(firsts) == 1:
            kept.append(group[0][0])
        for row, sheet in group[1:] if len(firsts) == 1 else group:
            other, there = firsts[0]
            if len(firsts) > 1 and comparable(other.name) == comparable(row.name):
                other, there = firsts[1]
            place = f"第{other.row}行" if there is sheet else f"工作表“{there.name[:8]}”第{other.row}行"
            said, expected = f"与{place}代码相同，名称不同", "一个代码一个名称，以营业执照为准"
            if len(firsts) == 1:
                same = replace(row, row=other.row) == other
                said = f"与{place}完全相同，只留一行" if same else f"与{place}是同一家，内容不同，用前面那行"
                expected = "每个企业一行"
            severity: Severity = "error" if len(firsts) > 1 else "warning"
            findings.append(Finding(severity, said, expected, sheet=sheet.name, row=row.row, rule="R1"))
    return kept, findings
