"""What a paper is drawn of: paragraphs in the styles of the layout, signatures, forms, a picture beside its words."""

from __future__ import annotations

from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

from knowledge.papers.layout import BODY, CHARACTERS, WIDTH, characters

_DATE = 7.2
"""The width of 2026年11月26日 in characters, figures half as wide."""
_SIGNED_FROM = CHARACTERS - 2 * (4 + _DATE / 2)
"""Where the block begins whose middle is the middle of a date that ends four characters from the right."""


def paragraph(document: Any, text: str, style: str) -> Any:
    """A paragraph of one of our styles."""
    return document.add_paragraph(text, style=document.styles[style])


def has_words(document: Any) -> bool:
    """Whether anything stands in the body yet."""
    return any(own.text for own in document.paragraphs)


def ends_in_table(document: Any) -> bool:
    """Whether a form is the last thing drawn."""
    last = [child for child in document.element.body if child.tag != qn("w:sectPr")][-1:]
    return bool(last) and last[0].tag == qn("w:tbl")


def blank(document: Any, count: int = 1) -> None:
    for _ in range(count):
        paragraph(document, "", "公文主送").paragraph_format.keep_with_next = True


def signature(document: Any, *rows: str) -> list[Any]:
    """署名 centred over 成文日期, which ends four characters from the right (GB/T 9704 7.3.5.1), under the seal.

    A long name goes on in a second line and stays centred. Returns the paragraphs.
    """
    blank(document)
    made = [paragraph(document, text, "公文落款") for text in rows]
    for one in made:
        characters(one._p.get_or_add_pPr(), leftChars=_SIGNED_FROM, left=_SIGNED_FROM * BODY)
    return made


def table(document: Any, rows: list[tuple[str, ...]], widths: tuple[float, ...], height: float = 8.5) -> Any:
    """A form of the whole width: labels and values in turn; a row of two spans to the right. In mm."""
    made = _table(document, widths, "Table Grid")
    for cells in rows:
        row = made.add_row()
        twips = round(height * 72 / 25.4 * 20)
        properties = row._tr.get_or_add_trPr()
        if len(cells) == len(widths):  # short values: the row goes to the next page as one
            properties.append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        properties.append(parse_xml(f'<w:trHeight {nsdecls("w")} w:val="{twips}" w:hRule="atLeast"/>'))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
        if len(cells) < len(widths):
            row.cells[len(cells) - 1].merge(row.cells[-1])
        for number, text in enumerate(cells):
            cell = row.cells[number]
            cell.vertical_alignment = 1
            cell.paragraphs[0].style = document.styles["公文表格" if number % 2 else "公文表头"]
            cell.paragraphs[0].add_run(text)
    for cell in made.rows[-1].cells:
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    return made


def _table(document: Any, widths: tuple[float, ...], style: str | None = None) -> Any:
    made = document.add_table(rows=0, cols=len(widths), style=style)
    made.autofit = False
    made.alignment = 1
    margins = "".join(f'<w:{side} w:w="68" w:type="dxa"/>' for side in ("left", "right"))
    cell_margins = parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>")
    made._tbl.tblPr.insert_element_before(cell_margins, "w:tblLook")
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)
    return made


def picture_row(document: Any, picture: str, words: list[str]) -> None:
    """A picture beside its words, without lines, never parted by a page."""
    widths = (36.0, WIDTH - 36.0)
    row = _table(document, widths).add_row()
    row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
    for cell, width in zip(row.cells, widths, strict=True):
        cell.width = Mm(width)
        cell.vertical_alignment = 1
    left, right = row.cells
    left.paragraphs[0].style = document.styles["公文图片"]
    left.paragraphs[0].add_run(picture)
    for number, text in enumerate(words):
        own = right.paragraphs[0] if number == 0 else right.add_paragraph()
        own.style = document.styles["公文附注"]
        own.add_run(text)
