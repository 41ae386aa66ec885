"""Tables of xlsx workbooks: merged cells carried down, hidden rows told, formulas only with their results."""

from __future__ import annotations

import re
import warnings
import zipfile
from pathlib import Path
from typing import Any
from xml.parsers import expat

import openpyxl
from openpyxl.utils.cell import range_boundaries

from knowledge.file_kinds import refuse
from knowledge.sheets import MAX_COLUMNS, MAX_ROWS, Sheet, cell_text, without_blank_end

MAX_MERGED = 200_000
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")


def xlsx_sheets(path: Path) -> list[Sheet]:
    """All worksheets of a workbook. Raises ``RefusedFile`` for a formula without a result, which would read as empty,
    and for merged cells without end, of which the library makes one by one."""
    _check_merges(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns about styles and extensions that do not matter here
        workbook = openpyxl.load_workbook(path, data_only=True)
        formulas = openpyxl.load_workbook(path) if _has_formulas(path) else None
    if formulas is not None:
        _check_results(path, workbook, formulas)
    sheets = [_sheet(path, worksheet) for worksheet in workbook.worksheets]
    workbook.close()
    return sheets


def _check_merges(path: Path) -> None:
    """Look at the merged areas before anything is made of them: a hundred bytes can name ten thousand million cells.

    Any part may be a worksheet, whatever it is called, and in any encoding: each is read as XML.
    """
    merged = 0

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal merged
        if name.rpartition(":")[2] == "mergeCell":
            merged += _cells_in(attributes.get("ref", ""))
            if merged > MAX_MERGED:
                raise refuse(path, "合并的单元格太多，不正常", f"合并的单元格一共不超过 {MAX_MERGED} 个")

    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            parser = expat.ParserCreate()
            parser.StartElementHandler = started
            parser.EntityDeclHandler = _no_entities
            try:
                with archive.open(name) as part:
                    parser.ParseFile(part)
            except (expat.ExpatError, _Entities):
                continue  # no XML: the library refuses it where it needs it to be


class _Entities(ValueError):
    """XML 里有实体定义。"""


def _no_entities(*_: object) -> None:
    raise _Entities(_Entities.__doc__)


def _cells_in(reference: str) -> int:
    """How many cells an area such as A1:C9 has; one that cannot be read counts as one."""
    try:
        left, top, right, bottom = range_boundaries(reference)
    except (ValueError, TypeError):
        return 1
    columns, rows = (right or 1) - (left or 1) + 1, (bottom or 1) - (top or 1) + 1
    return int(abs(columns) * abs(rows))


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        return any(_FORMULA.search(archive.read(name)) for name in names)


def _check_results(path: Path, values: Any, formulas: Any) -> None:
    """Refuse a workbook whose formulas were never computed; a single empty result is what the formula says."""
    cells = [
        (sheet.title, cell, values[sheet.title][cell.coordinate].value)
        for sheet in formulas.worksheets
        for row in sheet.iter_rows(max_row=min(sheet.max_row, MAX_ROWS), max_col=min(sheet.max_column, MAX_COLUMNS))
        for cell in row
        if cell.data_type == "f"
    ]
    if cells and all(value is None for _, _, value in cells):
        name, cell, _ = cells[0]
        expected = "用 Excel 或者 WPS 打开后保存一次，或者粘贴为数值"
        raise refuse(
            path, "公式没有算出结果", expected, sheet=name, row=cell.row, column=f"{cell.column_letter}列", rule="R7"
        )


def _sheet(path: Path, worksheet: Any) -> Sheet:
    limits = {"max_row": min(worksheet.max_row, MAX_ROWS + 1), "max_col": min(worksheet.max_column, MAX_COLUMNS)}
    rows: list[list[str]] = []
    for row in worksheet.iter_rows(**limits):
        for cell in row:
            if cell.data_type == "e":
                place = {"sheet": worksheet.title, "row": cell.row, "column": f"{cell.column_letter}列"}
                raise refuse(path, f"公式出错：{cell.value}", "改正公式，或者粘贴为数值", rule="R7", **place)
        rows.append([_shown(cell) for cell in row])
    for merged in worksheet.merged_cells.ranges:
        if merged.max_row == merged.min_row:
            continue
        for line in rows[merged.min_row - 1 : merged.max_row]:
            for column in range(merged.min_col - 1, min(merged.max_col, len(line))):
                line[column] = rows[merged.min_row - 1][merged.min_col - 1]
    whole = worksheet.sheet_state != "visible"
    dimensions = worksheet.row_dimensions
    hidden = {row for row in range(1, len(rows) + 1) if whole or (row in dimensions and dimensions[row].hidden)}
    return Sheet(worksheet.title, without_blank_end(map(tuple, rows)), hidden=frozenset(hidden))


def _shown(cell: Any) -> str:
    """A percentage as it is shown; everything else as its text."""
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool) and "%" in (cell.number_format or ""):
        return f"{cell.value * 100:.10g}%"
    return cell_text(cell.value)
