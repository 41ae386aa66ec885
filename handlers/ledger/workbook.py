"""A workbook as offices print it: title, frozen header with a filter, dates that are dates, and text that is only text.

Rows are written as they come, so that memory does not grow with them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER = 3
"""The row of the header; above it the title and what the table is of."""
LONGEST = 32767
"""So many characters a cell of a workbook holds."""
_STARTS_FORMULA = tuple("=+-@＝＋－＠\t\r\n")
_FORMATS = {"text": "@", "date": "yyyy-mm-dd", "number": "0", "share": "0.0%", "mean": "0.0"}
_THIN = Side(style="thin", color="BBBBBB")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_A4 = 9
Value = str | int | float | dt.date | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in characters, and what its cells hold unless that is words."""

    title: str
    width: float
    kind: Literal["text", "date", "number", "share", "mean"] = "text"


def safe_text(text: str) -> str:
    """Text that no program takes for a formula, not even after a detour over a plain text file; without control characters."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text).encode(errors="ignore").decode()
    if text.startswith(_STARTS_FORMULA) or text.lstrip().startswith(_STARTS_FORMULA):
        text = f"'{text}"
    return text[:LONGEST]


class Book:
    """A workbook that is written row by row, sheet after sheet."""

    def __init__(self) -> None:
        self._workbook = Workbook(write_only=True)
        self._workbook.properties.creator = "容错助手"
        self._sheets: list[Sheet] = []

    def sheet(self, name: str, title: str, about: str, columns: Sequence[Column]) -> Sheet:
        """Begin a sheet with its title, what it is of, and its header; those before it are written no more."""
        made = Sheet(self._workbook.create_sheet(name), title, about, columns)
        self._sheets.append(made)
        return made

    def save(self, path: Path) -> None:
        """Write the workbook, once."""
        for sheet in self._sheets:
            sheet.end()
        self._workbook.save(path)


class Sheet:
    """One sheet. ``count``: rows so far; ``size``: characters so far."""

    def __init__(self, sheet: Any, title: str, about: str, columns: Sequence[Column]) -> None:
        self.count = self.size = 0
        self._sheet = sheet
        self._columns = columns
        _set_up(sheet, columns)
        self._head(title, about)
        self._words = [self._cell("text", is_left=True) for _ in columns]
        self._values = [self._cell(column.kind, is_left=False) for column in columns]

    def add(self, rows: Iterable[Sequence[Value]]) -> None:
        """Write rows; a value that is words is written as words, whatever its column holds else."""
        for row in rows:
            self._sheet.append([self._filled(place, value) for place, value in enumerate(row)])
            self.count += 1

    def end(self) -> None:
        """Nothing more comes: the filter reaches to the last row."""
        last = get_column_letter(len(self._columns))
        self._sheet.auto_filter.ref = f"A{HEADER}:{last}{HEADER + self.count}"

    def _filled(self, place: int, value: Value) -> Any:
        """A cell with a value. There is one of each kind for a column, used again in every row."""
        if not isinstance(value, str):
            cell = self._values[place]
            cell.value = value
            return cell
        text = safe_text(value)
        cell = self._words[place]
        cell.value = text
        cell.data_type = "s"
        self.size += len(text)
        return cell

    def _cell(self, kind: str, *, is_left: bool) -> Any:
        cell = WriteOnlyCell(self._sheet)
        cell.font = Font(name="宋体", size=10)
        cell.border = _BORDER
        cell.number_format = _FORMATS[kind]
        cell.alignment = Alignment(horizontal="left" if is_left else "center", vertical="center", wrap_text=True)
        return cell

    def _head(self, title: str, about: str) -> None:
        for text, font in ((title, Font(name="宋体", size=16, bold=True)), (about, Font(name="宋体", size=10))):
            cell = WriteOnlyCell(self._sheet, safe_text(text))
            cell.font, cell.data_type = font, "s"
            self._sheet.append([cell])
        cells = []
        for column in self._columns:
            cell = WriteOnlyCell(self._sheet, column.title)
            cell.font, cell.border = Font(name="宋体", size=10, bold=True), _BORDER
            cell.fill = PatternFill("solid", fgColor="E7ECF3")
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            cells.append(cell)
        self._sheet.append(cells)


def _set_up(sheet: Any, columns: Sequence[Column]) -> None:
    """Widths, what stays in view, and A4 landscape with the header on every page: before the first row is written."""
    for place, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheet.row_dimensions[1].height = 26
    sheet.freeze_panes = f"B{HEADER + 1}"
    sheet.print_title_rows = f"{HEADER}:{HEADER}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.6
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
