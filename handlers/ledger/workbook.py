"""A workbook as offices print it: title, frozen header with a filter, dates that are dates, and text that is only text.

Of a large one rows are written as they come, so that memory does not grow with them.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER = 3
"""The row of the header; above it the title and what the table is of."""
LONGEST = 32767
"""So many characters a cell of a workbook holds."""
AT_ONCE = 5_000
"""So many rows are kept in memory until the workbook is written, some twenty megabytes."""
_STARTS_FORMULA = tuple("=+-@＝＋－＠\t\r\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SUSPECT = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]|^\s*[=+\-@＝＋－＠\n]")
_FORMATS = {"text": "@", "date": "yyyy-mm-dd", "number": "0", "share": "0.0%", "mean": "0.0"}
_FONT = {"font_name": "宋体", "font_size": 10}
_BOX = {"border": 1, "border_color": "#BBBBBB", "valign": "vcenter", "text_wrap": True}
_A4, _LINE, _HIGHEST = 9, 14.25, 408.75
Value = str | int | float | dt.date | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in characters, and what its cells hold unless that is words."""

    title: str
    width: float
    kind: Literal["text", "date", "number", "share", "mean"] = "text"


def safe_text(text: str) -> str:
    """Text that no program takes for a formula, not even after a detour over a plain text file; without control characters."""
    if not _SUSPECT.search(text):
        return text[:LONGEST]
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).encode(errors="ignore").decode()
    if text.startswith(_STARTS_FORMULA) or text.lstrip().startswith(_STARTS_FORMULA):
        text = f"'{text}"
    return text[:LONGEST]


class Book:
    """A workbook that is written to a file row by row, sheet after sheet.

    One that is to have more than ``AT_ONCE`` rows is written as they come, which takes no memory and twice the time.
    """

    def __init__(self, path: Path, count: int = 0) -> None:
        options = {"constant_memory": count > AT_ONCE, "tmpdir": str(path.parent)}
        self._workbook = xlsxwriter.Workbook(str(path), options)
        self._workbook.set_properties({"author": "容错助手"})
        self._forms = {
            kind: self._workbook.add_format(_FONT | _BOX | {"num_format": form, "align": "center"})
            for kind, form in _FORMATS.items()
        }
        self._words = self._workbook.add_format(_FONT | _BOX | {"num_format": "@", "align": "left"})
        header = {"bold": True, "bg_color": "#E7ECF3", "align": "center"}
        self._header = self._workbook.add_format(_FONT | _BOX | header)
        self._title = self._workbook.add_format(_FONT | {"font_size": 16, "bold": True})
        self._about = self._workbook.add_format(_FONT)
        self._sheets: list[Sheet] = []

    def sheet(self, name: str, title: str, about: str, columns: Sequence[Column]) -> Sheet:
        """Begin a sheet with its title, what it is of, and its header; those before it are written no more."""
        made = self._workbook.add_worksheet(name)
        _set_up(made, columns)
        made.set_row(0, 26)
        made.write_string(0, 0, safe_text(title), self._title)
        made.write_string(1, 0, safe_text(about), self._about)
        for place, column in enumerate(columns):
            made.write_string(HEADER - 1, place, column.title, self._header)
        forms = [self._forms[column.kind] for column in columns]
        self._sheets.append(Sheet(made, self._words, forms, [column.width for column in columns]))
        return self._sheets[-1]

    def close(self) -> None:
        """Write the workbook, once."""
        for sheet in self._sheets:
            sheet.end()
        self._workbook.close()


class Sheet:
    """One sheet. ``count``: rows so far; ``size``: characters so far.

    A row is as high as its longest cell: not every program that opens the file makes room for lines by itself.
    """

    def __init__(self, sheet: Worksheet, words: Format, forms: Sequence[Format], widths: Sequence[float]) -> None:
        self.count = self.size = 0
        self._sheet, self._words, self._forms, self._widths = sheet, words, forms, widths

    def add(self, rows: Iterable[Sequence[Value]]) -> None:
        """Write rows; a value that is words is written as words, whatever its column holds else."""
        write = self._sheet
        for row in rows:
            at = HEADER + self.count
            safe = [safe_text(value) if isinstance(value, str) else value for value in row]
            if (lines := max(map(_lines, safe, self._widths), default=1)) > 1:
                write.set_row(at, min(lines * _LINE, _HIGHEST))
            for place, value in enumerate(safe):
                if isinstance(value, str):
                    self.size += len(value)
                    write.write_string(at, place, value, self._words)
                elif value is None:
                    write.write_blank(at, place, None, self._forms[place])
                elif isinstance(value, dt.date):
                    write.write_datetime(at, place, value, self._forms[place])
                else:
                    write.write_number(at, place, value, self._forms[place])
            self.count += 1

    def end(self) -> None:
        """Nothing more comes: the filter reaches to the last row."""
        self._sheet.autofilter(HEADER - 1, 0, HEADER - 1 + self.count, len(self._forms) - 1)


def _lines(value: Value, width: float) -> int:
    """So many lines a cell takes in a column: a Chinese character is as wide as two digits."""
    if not isinstance(value, str) or (2 * len(value) <= width and "\n" not in value):
        return 1
    return sum(max(1, math.ceil(len(line.encode("gb18030")) / width)) for line in value.split("\n"))


def _set_up(sheet: Worksheet, columns: Sequence[Column]) -> None:
    """Widths, what stays in view, and A4 landscape with the header on every page: before the first row is written."""
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
    sheet.freeze_panes(HEADER, 1)
    sheet.repeat_rows(HEADER - 1)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.set_footer("&C第 &P 页，共 &N 页")
