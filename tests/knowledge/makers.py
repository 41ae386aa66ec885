"""Files and rows as offices make them, for the tests of the input side."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import docx
import openpyxl
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

from knowledge.documents import Document, Source, parse_document
from knowledge.files import read_lines
from knowledge.findings import Finding
from knowledge.list_columns import LENIENCY_HEADINGS, LIST_NAMES, RANGED, ListKind
from knowledge.lists import Item, parse_list, read_list
from knowledge.sheets import Sheet

DATA = Path(__file__).parent / "data"
FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
_STYLE = ParagraphStyle("body", fontName=FONT, fontSize=12, leading=18, wordWrap="CJK", firstLineIndent=24)
CELL = ParagraphStyle("cell", fontName=FONT, fontSize=9, leading=12, wordWrap="CJK")

LENIENCY: dict[ListKind, str] = {
    "exempt": "《中华人民共和国行政处罚法》第三十三条第一款（首违不罚）",
    "lighter": "《中华人民共和国行政处罚法》第三十二条第一项",
    "mitigated": "《中华人民共和国行政处罚法》第三十二条第一项",
    "no_compulsion": "《中华人民共和国行政强制法》第五条、第十六条第二款；《优化营商环境条例》第五十九条第一款",
}
RANGE = {
    "lighter": "处5000元以上1万元以下罚款（法定幅度为五千元以上五万元以下）",
    "mitigated": "处1000元以上3000元以下罚款（法定幅度为五千元以上五万元以下）",
}


def source(path: Path | str = "list.xlsx") -> Source:
    path = Path(path)
    return Source(path.stem, path.name, path.stem, issuer="示范县市场监督管理局")


def heading(kind: ListKind = "exempt") -> list[str]:
    """The heading row as 滑县 附件2 prints it."""
    middle = ["裁量幅度"] if kind in RANGED else []
    return ["序号", "事项名称", "设定依据", "适用情形", LENIENCY_HEADINGS[kind], *middle, "配套监管措施", "备注"]


def row(kind: ListKind = "exempt", **changes: str) -> list[str]:
    """A row without a fault, but for what is changed: 序号, 事项名称, 设定依据, 适用情形, 依据, 裁量幅度, 配套监管措施, 备注."""
    act = "（扣押车辆）" if kind == "no_compulsion" else ""
    part = "强制条款" if kind == "no_compulsion" else "处罚条款"
    cells = {
        "序号": "1",
        "事项名称": f"擅自占用城市道路{act}",
        "设定依据": f"违反条款：《城市道路管理条例》第二十七条第一项；{part}：《城市道路管理条例》第四十二条。",
        "适用情形": "（1）半年内首次被发现；（2）占道不超过1米；（3）当场收回。",
        "依据": LENIENCY[kind],
        "裁量幅度": RANGE.get(kind, ""),
        "配套监管措施": "签订门前责任承诺书；7日内复查",
        "备注": "",
    }
    if kind not in RANGED:
        del cells["裁量幅度"]
    unknown = changes.keys() - cells.keys()
    assert not unknown, unknown
    return list((cells | changes).values())


def table(*rows: Sequence[str], kind: ListKind = "exempt", head: Sequence[str] | None = None) -> list[list[str]]:
    """A whole sheet: title, 单位名称, heading, rows."""
    top = [[LIST_NAMES[kind]], ["单位名称（盖章）：示范县城市管理局"]]
    return [*top, list(head or heading(kind)), *map(list, rows)]


def parsed(rows: Iterable[Sequence[str]], name: str = "Sheet1", **more: Any) -> tuple[list[Item], list[Finding]]:
    """The items and findings of one sheet that never was a file."""
    return parse_list([Sheet(name, tuple(tuple(map(str, cells)) for cells in rows), **more)], source())


def check(kind: ListKind = "exempt", **changes: str) -> list[tuple[str, str, str, str]]:
    """(severity, rule, column, message) of each finding about a row that is good but for the changes."""
    _, findings = parsed(table(row(kind, **changes), kind=kind))
    return [(finding.severity, finding.rule, finding.column, finding.message) for finding in findings]


def says(findings: Sequence[Finding], *severities: str) -> list[tuple[str, int | None, str, str]]:
    """(severity, row, column, message) of the findings, of these severities if any are given."""
    return [(f.severity, f.row, f.column, f.message) for f in findings if not severities or f.severity in severities]


def items_of(path: Path) -> tuple[list[Item], list[Finding]]:
    return read_list(path, source(path))


def document_of(path: Path) -> tuple[Document, list[Finding]]:
    """A document file read the way the program reads it, with nothing known about it beforehand."""
    return parse_document(read_lines(path), Source("doc", path.name, "新文件"))


def outline(document: Document) -> list[tuple[str, str]]:
    """(path, heading) of every clause."""
    return [(clause.path, clause.heading) for clause in document.clauses]


def write_xlsx(path: Path, sheets: dict[str, Sequence[Sequence[Any]]], merges: Sequence[str] = ()) -> Path:
    """A workbook; ``merges`` are ranges of its first sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for cells in rows:
            sheet.append(list(cells))
    for cells in merges:
        book.worksheets[0].merge_cells(cells)
    book.save(path)
    return path


def write_csv(path: Path, rows: Iterable[Sequence[str]], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def write_docx(path: Path, blocks: Sequence[str | Sequence[Sequence[str]]]) -> Path:
    """Paragraphs (texts) and tables (lists of rows), in order."""
    document = docx.Document()
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
            continue
        made = document.add_table(rows=len(block), cols=len(block[0]))
        for line, cells in zip(made.rows, block, strict=True):
            for cell, text in zip(line.cells, cells, strict=True):
                cell.text = text
    document.save(str(path))
    return path


def write_numbered_docx(path: Path, levels: Sequence[tuple[str, str]], lines: Sequence[tuple[int | None, str]]) -> Path:
    """A Word file with automatic numbering: ``levels`` are (format, template), ``lines`` are (level or None, text)."""
    document = docx.Document()
    root = document.part.numbering_part.element
    parts = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:suff w:val="nothing"/>'
        f'<w:lvlText w:val="{template}"/></w:lvl>'
        for depth, (style, template) in enumerate(levels)
    )
    root.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{parts}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for depth, text in lines:
        paragraph = document.add_paragraph(text)
        if depth is not None:
            numbers = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            numbers.get_or_add_ilvl().val = depth
            numbers.get_or_add_numId().val = 77
    document.save(str(path))
    return path


def write_pdf(path: Path, pages: Sequence[Sequence[str]]) -> Path:
    """Paragraphs set with a first-line indent, page by page."""
    story: list[Any] = []
    for number, lines in enumerate(pages):
        story += [PageBreak()] if number else []
        story += [Paragraph(line.replace("<", "&lt;"), _STYLE) for line in lines]
    SimpleDocTemplate(str(path), pagesize=A4).build(story)
    return path


def write_pdf_table(
    path: Path, above: Sequence[str], rows: Sequence[Sequence[str]], *, repeat: int = 1, height: float | None = None
) -> Path:
    """A table with grid lines under some lines of text; it goes on over pages and cuts rows where it must."""
    story: list[Any] = [Paragraph(line, CELL) for line in above]
    cells = [[Paragraph(text.replace("\n", "<br/>"), CELL) for text in line] for line in rows]
    made = Table(cells, colWidths=[760 / len(rows[0])] * len(rows[0]), repeatRows=repeat, splitByRow=1, splitInRow=1)
    made.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    size = landscape(A4)
    SimpleDocTemplate(
        str(path), pagesize=(size[0], height or size[1]), leftMargin=36, rightMargin=36, topMargin=36, bottomMargin=36
    ).build([*story, made])
    return path
