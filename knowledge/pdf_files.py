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

_Line = dict[str, Any]
MAX_PAGES = 500
_TOUCHING = 3.0  # points
_WIDTH_OF_A_CELL = 10.0
_LONGEST_HEADING = 20
_PAGE_NUMBER = re.compile(r"[-—–\s]*\d{1,3}[-—–\s]*|第\s*\d+\s*页.*")
_NUMBERED = r"[（(]?[\d一二三四五六七八九十]{1,2}[）).、．]"
_BROKEN_LINE = re.compile(f"(?<=[{CJK}，、；：（“《\\d])\n(?!{_NUMBERED})")


def pdf_lines(path: Path) -> list[str]:
    """The paragraphs of a pdf, with an empty line between pages. Raises ``RefusedFile``."""
    pages: list[tuple[int, list[_Line]]] = []
    with _open(path) as pdf:
        for page in pdf.pages:
            pages.append((round(page.width), _page_lines(page)))
            page.close()
    if not any(lines for _, lines in pages):
        raise refuse(path, "只有图像，没有文字", "带文字的 pdf，或者先做文字识别（OCR）")
    edges: dict[int, tuple[float, float]] = {}  # of the type area, for each format of page
    for width, lines in pages:
        for line in lines:
            left, right = edges.get(width, (line["x0"], line["x1"]))
            edges[width] = min(left, line["x0"]), max(right, line["x1"])
    out: list[str] = []
    for width, lines in pages:
        left, right = edges.get(width, (0.0, 0.0))
        out += [*_paragraphs(lines, left, right), ""]
    return out


def pdf_sheets(path: Path) -> list[Sheet]:
    """The tables of a pdf. Raises ``RefusedFile`` when it has none."""
    sheets: list[Sheet] = []
    with _open(path) as pdf:
        for page in pdf.pages:
            top = 0.0
            for index, table in enumerate(_tables(path, page)):
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


def _page_lines(page: Any) -> list[_Line]:
    """The lines of a page that hold words, without the number of the page."""
    lines = [line for line in page.extract_text_lines(return_chars=False) if line["text"].strip()]
    while lines and _PAGE_NUMBER.fullmatch(lines[-1]["text"].strip()):
        lines.pop()
    if lines and _PAGE_NUMBER.fullmatch(lines[0]["text"].strip()):
        lines.pop(0)
    return lines


def _paragraphs(lines: list[_Line], left: float, right: float) -> list[str]:
    """Lines joined into paragraphs: a line that reaches the right edge of the type area goes on in the next.

    A numbered line, or one set in from the left, starts anew.
    """
    if not lines:
        return []
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


def _tables(path: Path, page: Any) -> list[Any]:
    """The tables of a page. A row that the page cuts may have no line at the cut: the ends of its upright lines serve.

    Raises ``RefusedFile`` where words stand between upright lines but in no cell, instead of losing them.
    """
    areas = _ruled_areas(page)
    ends = [end for _, top, _, bottom in areas for end in (top, bottom)]
    tables = page.find_tables({"explicit_horizontal_lines": ends} if ends else {})
    cells = [cell for table in tables for cell in table.cells]
    for char in page.chars:
        x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
        ruled = any(left < x < right and top < y < bottom for left, top, right, bottom in areas)
        if char["text"].strip() and ruled and not any(a <= x <= c and b <= y <= d for a, b, c, d in cells):
            raise refuse(path, f"第{page.page_number}页的表格框线不全，读不准", "框线完整的表格，或者 xlsx 文件")
    return list(tables)


def _ruled_areas(page: Any) -> list[tuple[float, float, float, float]]:
    """Where upright lines stand side by side: (left, top, right, bottom) of each group, one below the other."""
    areas: list[tuple[float, float, float, float]] = []
    for edge in sorted((edge for edge in page.edges if edge["orientation"] == "v"), key=lambda edge: edge["top"]):
        if areas and edge["top"] <= areas[-1][3] + _TOUCHING:
            left, top, right, bottom = areas.pop()
            areas.append((min(left, edge["x0"]), top, max(right, edge["x1"]), max(bottom, edge["bottom"])))
        else:
            areas.append((edge["x0"], edge["top"], edge["x1"], edge["bottom"]))
    return [area for area in areas if area[2] - area[0] > _WIDTH_OF_A_CELL and area[3] - area[1] > _TOUCHING]


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
    for index, row in enumerate(sheet.rows[:3]):
        if any(cell.isdigit() or len(cell) > _LONGEST_HEADING for cell in row):
            break  # the first row of items: no heading below it
        repeated = 0
        while repeated < len(rows) and index + repeated < min(4, len(sheet.rows)):
            if _squeezed(rows[repeated]) != _squeezed(sheet.rows[index + repeated]):
                break
            repeated += 1
        if repeated:
            return rows[repeated:]
        if rest := _without_heading(rows[0], row):
            return [rest, *rows[1:]]
    return None if any(cell in ("序号", "编号") for row in rows[:3] for cell in _squeezed(row)) else rows


def _without_heading(row: tuple[str, ...], heading: tuple[str, ...]) -> tuple[str, ...]:
    """The rest of a cut row that has no line between it and the repeated heading above; empty if it is none."""
    rest = []
    for cell, head in zip(row, heading, strict=True):
        found = re.match(r"\s*".join(map(re.escape, re.sub(r"\s", "", head))), cell)
        if not found:
            return ()
        rest.append(cell[found.end() :].strip())
    return tuple(rest) if sum(map(bool, heading)) >= 3 else ()


def _continued(sheet: Sheet, rows: list[tuple[str, ...]]) -> Sheet:
    body = list(sheet.rows)
    if rows and not rows[0][0] and any(rows[0]):
        body[-1] = tuple(_mended(f"{before}\n{after}".strip()) for before, after in zip(body[-1], rows[0], strict=True))
        rows = rows[1:]
    return Sheet(sheet.name, (*body, *rows), sheet.caption, sheet.first_row)


def _mended(text: str) -> str:
    """A cell's lines broken by its width become one again; a line that starts with a number stays its own."""
    return _BROKEN_LINE.sub("", text)
