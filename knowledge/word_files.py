"""Lines and tables of docx files, with Word's automatic numbers and tracked insertions, which a plain reader misses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from knowledge.file_kinds import refuse
from knowledge.sheets import Sheet, cell_text, without_blank_end
from knowledge.word_numbering import Numbering

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOT_WORDS = {qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), qn("w:txbxContent"), _FALLBACK}
_SPANS = (qn("w:gridSpan"), qn("w:gridBefore"), qn("w:gridAfter"))
MAX_SPAN = 100  # columns; Word itself has 63
MAX_SPANNED = 500_000
_MARKS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}


def docx_lines(path: Path) -> list[str]:
    """The paragraphs of a document in order; a table row is one line with tabs. Raises ``RefusedFile``."""
    document = _open(path)
    numbering = Numbering(document)
    lines: list[str] = []
    for block in _blocks(document):
        if isinstance(block, Paragraph):
            if not _is_contents(block):
                lines += _paragraph_text(block, numbering).split("\n")
        else:
            lines += ["\t".join(_each_once(cells)) for cells in _rows(block, numbering)]
    return lines


def docx_sheets(path: Path) -> list[Sheet]:
    """The tables of a document, each with the three lines above it. Raises ``RefusedFile``."""
    document = _open(path)
    numbering = Numbering(document)
    sheets: list[Sheet] = []
    captions: list[str] = []
    for block in _blocks(document):
        if isinstance(block, Paragraph):
            text = cell_text(_paragraph_text(block, numbering))
            captions += [text] if text else []
            continue
        rows = without_blank_end(tuple(text for _, text in cells) for cells in _rows(block, numbering))
        sheets.append(Sheet(f"第{len(sheets) + 1}张表", rows, "\n".join(captions[-3:])))
        captions = []
    return sheets


def _open(path: Path) -> DocxDocument:
    try:
        document = docx.Document(str(path))
    except Exception as error:  # lxml and the package reader raise their own kinds on damaged parts
        raise refuse(path, "文件已经损坏，打不开", "能正常打开的 Word 文件") from error
    _check_spans(path, document)
    return document


def _check_spans(path: Path, document: DocxDocument) -> None:
    """Refuse cells that say they are wider than any table: the library makes of each as many as it says."""
    whole = 0
    for span in document.element.iter(*_SPANS):
        said = span.get(qn("w:val")) or "1"
        width = int(said) if said.isascii() and said.isdigit() and len(said) < 9 else MAX_SPANNED
        whole += width
        if width > MAX_SPAN or whole > MAX_SPANNED:
            raise refuse(path, "表格的列数不正常", f"一个单元格最多跨 {MAX_SPAN} 列的表格")


def _blocks(document: DocxDocument) -> Iterator[Paragraph | Table]:
    """Paragraphs and tables in order, those in content controls and text boxes too; no table of contents."""
    yield from _blocks_in(document.element.body, document)


def _blocks_in(parent: Any, document: DocxDocument) -> Iterator[Paragraph | Table]:
    for child in parent:
        if child.tag == qn("w:p"):
            yield Paragraph(child, document)
            for box in child.iter(qn("w:txbxContent")):
                if not any(above.tag == _FALLBACK for above in box.iterancestors()):
                    yield from _blocks_in(box, document)
        elif child.tag == qn("w:tbl"):
            yield Table(child, document)
        elif child.tag == qn("w:sdt"):
            content = child.find(qn("w:sdtContent"))
            if content is not None and child.find(f"{qn('w:sdtPr')}/{qn('w:docPartObj')}") is None:
                yield from _blocks_in(content, document)
        elif child.tag in (qn("w:ins"), qn("w:moveTo"), qn("w:customXml")):
            yield from _blocks_in(child, document)


def _is_contents(paragraph: Paragraph) -> bool:
    style = paragraph.style
    return style is not None and (style.name or "").lower().startswith("toc ")


def _words(element: Any) -> Iterator[str]:
    """The text of an element as it reads with all tracked changes accepted."""
    for child in element:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in _MARKS:
            yield _MARKS[child.tag]
        elif child.tag not in _NOT_WORDS:
            yield from _words(child)


def _paragraph_text(paragraph: Paragraph, numbering: Numbering, *, alone: bool = False) -> str:
    """A paragraph with its number; ``alone`` also gives the number of an empty one, as in a column 序号."""
    text = "".join(_words(paragraph._p))
    return numbering.label(paragraph) + text if alone or text.strip() else text


def _rows(table: Table, numbering: Numbering) -> Iterator[list[tuple[int, str]]]:
    """The cells of each row as (identity, text); a merged cell stands in every place it covers."""
    texts: dict[Any, str] = {}
    identities: dict[Any, int] = {}
    for row in table.rows:
        cells = []
        for cell in row.cells:
            if cell._tc not in texts:
                paragraphs = [Paragraph(p, cell) for p in cell._tc.iter(qn("w:p"))]
                parts = [_paragraph_text(paragraph, numbering, alone=True) for paragraph in paragraphs]
                texts[cell._tc] = cell_text("\n".join(parts))
                identities[cell._tc] = len(identities)
            cells.append((identities[cell._tc], texts[cell._tc]))
        yield cells


def _each_once(cells: list[tuple[int, str]]) -> list[str]:
    """The texts of a row, a cell merged over several columns once."""
    return [text.replace("\n", "") for text in dict(cells).values()]
