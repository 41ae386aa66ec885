"""Reading the files offices send: txt, docx, pdf as lines; xlsx, docx, csv, pdf as tables. Bytes are judged, not names.

Everything is bounded: size, unpacked size, rows, pages. A file that is not what its name says is refused with a reason.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from knowledge.excel_files import xlsx_sheets
from knowledge.file_kinds import DOCUMENT_KINDS, MAX_BYTES, TABLE_KINDS, kind_of, refuse
from knowledge.findings import RefusedFile
from knowledge.plain_files import csv_sheets, read_text
from knowledge.sheets import MAX_ROWS, Sheet
from knowledge.word_files import docx_lines, docx_sheets

__all__ = ["DOCUMENT_KINDS", "MAX_BYTES", "TABLE_KINDS", "Sheet", "kind_of", "read_lines", "read_sheets"]

Content = TypeVar("Content")


def _pdf_lines(path: Path) -> list[str]:
    from knowledge.pdf_files import pdf_lines  # its library is large and seldom needed

    return pdf_lines(path)


def _pdf_sheets(path: Path) -> list[Sheet]:
    from knowledge.pdf_files import pdf_sheets

    return pdf_sheets(path)


_LINES: dict[str, Callable[[Path], list[str]]] = {
    "txt": lambda path: read_text(path).split("\n"),
    "docx": docx_lines,
    "pdf": _pdf_lines,
}
_SHEETS: dict[str, Callable[[Path], list[Sheet]]] = {
    "xlsx": xlsx_sheets,
    "docx": docx_sheets,
    "csv": csv_sheets,
    "pdf": _pdf_sheets,
}


def read_lines(path: Path) -> list[str]:
    """The lines of a document (txt, docx, pdf with text). Raises ``RefusedFile`` and nothing else."""
    kind = kind_of(path)
    if kind not in _LINES:
        raise refuse(path, f".{kind} 不能当作政策文件", "txt、docx 或者带文字的 pdf")
    return _guarded(_LINES[kind], path)


def read_sheets(path: Path) -> list[Sheet]:
    """The tables of a list file (xlsx, docx, csv, pdf). Raises ``RefusedFile`` and nothing else."""
    kind = kind_of(path)
    if kind not in _SHEETS:
        raise refuse(path, f".{kind} 里没有表格", "xlsx、docx、csv 或者带表格的 pdf")
    sheets = _guarded(_SHEETS[kind], path)
    for sheet in sheets:
        if len(sheet.rows) > MAX_ROWS:
            raise refuse(path, f"“{sheet.name}”超过 {MAX_ROWS} 行", "拆成几个文件")
    return sheets


def _guarded(reader: Callable[[Path], Content], path: Path) -> Content:
    try:
        return reader(path)
    except RefusedFile:
        raise
    except Exception as error:  # a parser of a foreign format may raise anything on hostile bytes
        raise refuse(path, "文件已经损坏，读不出内容", "能正常打开的文件") from error
