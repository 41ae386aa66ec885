"""Lines and tables of pdf files that hold text; tables go on over the page, rows cut by it are mended."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.pdf import PDF
from pdfplumber.utils.exceptions import PdfminerException

from knowledge.file_kinds import refuse
from knowledge.headings import heading_of
from knowledge.sheets import MAX_COLUMNS, Sheet, cell_text
from knowledge.text import CJK

MAX_PAGES = 500
_PAGE_NUMBER = re.compile(r"[-—–\s]*\d{1,3}[-—–\s]*|第\s*\d+\s*页.*")
_NUMBERED = r"[（(]?[\d一二三四五六七八九十]{1,2}[）).、．]"
_BROKEN_LINE = re.compile(f"(?<=[{CJK}，、；：（“《\\d])\n(?!{_NUMBERED})")


def pdf_lines(path: Path) -> list[str]:
    """The paragraphs of a pdf, with an empty line between pages. Raises ``RefusedFile``."""
    lines: list[str] = []
    with _open(path) as pdf:
        for page in pdf.pages:
            lines += [*_page_paragraphs(page), ""]
            page.close()
    if not any(line.strip() for line in lines):
        raise refuse(path, "只有图像，没有文字", "带文字的 pdf，或者先做文字识别（OCR）")
    return lines


def pdf_sheets(path: Path) -> list[Sheet]:
    """The tables of a pdf. Raises ``RefusedFile`` when it has none."""
    sheets: list[Sheet] = []
    with _open(path) as pdf:
        for page in pdf.pages:
            top = 0.0
            for index, table in enumerate(page.find_tables()):
                rows = [tuple(_mended(cell_text(cell)) for cell in row[:MAX_COLUMNS]) for row in table.extract()]
                above, top = _text_between(page, top, table.bbox[1]), table.bbox[3]
                if not rows:
                    continue
                if sheets and index == 0 and (rest := _continuation(sheets[-1], rows)) is not None:
                    sheets[-1] = _continued(sheets[-1], rest)
                else:
                    sheets.append(Sheet(f"第{page.page_number}页第{index + 1}张表", tuple(rows), above))
            page.close()
    if not sheets:
        raise refuse(path, "没有找到表格", "带框线表格和文字的 pdf；扫描件请先做文字识别（OCR）")
    return sheets


def _open(path: Path) -> PDF:
    try:
        pdf = pdfplumber.open(path)
        pages = len(pdf.pages)
    except Exception as error:  # pdfminer raises many kinds on damaged files
        inner = error.args[0] if isinstance(error, PdfminerException) and error.args else error
        if isinstance(inner, PDFPasswordIncorrect):
            raise refuse(path, "文件加了密码，打不开", "去掉密码后重新保存的文件") from error
        raise refuse(path, "文件已经损坏，打不开", "能正常打开的 pdf") from error
    if pages > MAX_PAGES:
        raise refuse(path, f"有 {pages} 页，太多", f"不超过 {MAX_PAGES} 页，请拆开")
    return pdf


def _page_paragraphs(page: Any) -> list[str]:
    """Lines of a page joined into paragraphs: a line that reaches the right edge goes on in the next.

    A numbered line, or one set in from the left, starts anew.
    """
    lines = [line for line in page.extract_text_lines() if line["text"].strip()]
    while lines and _PAGE_NUMBER.fullmatch(lines[-1]["text"].strip()):
        lines.pop()
    if lines and _PAGE_NUMBER.fullmatch(lines[0]["text"].strip()):
        lines.pop(0)
    if not lines:
        return []
    left, right = min(line["x0"] for line in lines), max(line["x1"] for line in lines)
    size = max(8.0, sum(line["bottom"] - line["top"] for line in lines) / len(lines))
    out: list[str] = []
    goes_on = False
    for line in lines:
        text = line["text"].strip()
        if goes_on and out and line["x0"] < left + size and not heading_of(text):
            out[-1] += text
        else:
            out.append(text)
        goes_on = line["x1"] > right - 1.6 * size and text[-1] not in "。！？；："
    return out


def _text_between(page: Any, top: float, bottom: float) -> str:
    """The last lines above a table, below the table before it."""
    if bottom - top < 4:
        return ""
    text = page.crop((page.bbox[0], max(top, page.bbox[1]), page.bbox[2], bottom), strict=False).extract_text() or ""
    return "\n".join(text.split("\n")[-4:])


def _squeezed(row: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(re.sub(r"\s", "", cell) for cell in row)


def _continuation(sheet: Sheet, rows: list[tuple[str, ...]]) -> list[tuple[str, ...]] | None:
    """The rows that go on with the sheet of the page before, a repeated heading taken off; ``None`` for a new table."""
    if len(rows[0]) != len(sheet.rows[0]):
        return None
    first = _squeezed(rows[0])
    for index, row in enumerate(sheet.rows[:3]):
        if _squeezed(row) == first:
            repeated = 0
            while repeated < len(rows) and index + repeated < min(4, len(sheet.rows)):
                if _squeezed(rows[repeated]) != _squeezed(sheet.rows[index + repeated]):
                    break
                repeated += 1
            return rows[repeated:]
    return None if any(cell in ("序号", "编号") for row in rows[:3] for cell in _squeezed(row)) else rows


def _continued(sheet: Sheet, rows: list[tuple[str, ...]]) -> Sheet:
    body = list(sheet.rows)
    if rows and not rows[0][0] and any(rows[0]):
        body[-1] = tuple(_mended(f"{before}\n{after}".strip()) for before, after in zip(body[-1], rows[0], strict=True))
        rows = rows[1:]
    return Sheet(sheet.name, (*body, *rows), sheet.caption, sheet.first_row)


def _mended(text: str) -> str:
    """A cell's lines broken by its width become one again; a line that starts with a number stays its own."""
    return _BROKEN_LINE.sub("", text)
