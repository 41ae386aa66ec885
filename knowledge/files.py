"""Reading the files offices send: txt, docx, pdf as lines; xlsx, docx, csv, pdf as tables. Bytes are judged, not names.

Everything is bounded: size, unpacked size, rows, pages. A file that is not what its name says is refused with a reason.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
import openpyxl
import pdfplumber
from charset_normalizer import from_bytes
from docx.table import Table as DocxTable
from docx.text.paragraph import Paragraph
from pdfplumber.pdf import PDF

from knowledge.findings import Finding, RefusedFile
from knowledge.text import CJK, strip_control

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 200
MAX_ROWS = 20_000
MAX_COLUMNS = 60
MAX_PAGES = 500
_MAGIC = {"xlsx": b"PK\x03\x04", "docx": b"PK\x03\x04", "pdf": b"%PDF-"}
_PARTS = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
DOCUMENT_KINDS = ("txt", "docx", "pdf")
TABLE_KINDS = ("xlsx", "docx", "csv", "pdf")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as it stands in a file: its name, the line above it, and its rows of cell texts.

    ``rows[i]`` is row ``first_row + i`` in the office program; cells of a vertical merge carry the merged text.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    first_row: int = 1


def _refuse(path: Path, message: str, expected: str) -> RefusedFile:
    return RefusedFile([Finding("error", message, expected, file=path.name)])


def kind_of(path: Path) -> str:
    """The kind of a file (``txt``, ``docx``, ``pdf``, ``xlsx``, ``csv``) after judging its bytes.

    Raises ``RefusedFile`` for a missing, empty, oversized or disguised file and for a zip bomb.
    """
    if not path.is_file():
        raise _refuse(path, "找不到这个文件", "文件的完整路径")
    size = path.stat().st_size
    if size == 0:
        raise _refuse(path, "文件是空的", "有内容的文件")
    if size > MAX_BYTES:
        raise _refuse(
            path, f"文件有 {size / 1048576:.0f} MB，太大", f"不超过 {MAX_BYTES // 1048576} MB，请拆成几个文件"
        )
    kind = path.suffix.lower().lstrip(".")
    if kind in ("xls", "doc", "wps", "et"):
        raise _refuse(path, f"旧格式 .{kind} 读不了", "另存为 .xlsx 或者 .docx 后再导入")
    if kind not in {*DOCUMENT_KINDS, *TABLE_KINDS}:
        raise _refuse(path, f"不认识的文件类型 .{kind}", "txt、docx、pdf、xlsx 或者 csv")
    with path.open("rb") as file:
        head = file.read(8)
    if kind in _MAGIC and not head.startswith(_MAGIC[kind]):
        raise _refuse(path, f"文件名是 .{kind}，内容却不是", f"真正的 {kind} 文件；请用原来的软件重新保存")
    if kind in ("txt", "csv") and (
        head.startswith((b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0")) or b"\0\0\0" in head
    ):
        raise _refuse(path, f"文件名是 .{kind}，内容却是别的格式", "纯文本文件")
    if kind in _PARTS:
        _check_zip(path, kind)
    return kind


def _check_zip(path: Path, kind: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            unpacked = sum(entry.file_size for entry in entries)
            packed = max(1, sum(entry.compress_size for entry in entries))
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise _refuse(path, "文件已经损坏，打不开", "能正常打开的文件") from error
    if _PARTS[kind] not in names:
        raise _refuse(path, f"文件名是 .{kind}，内容却不是", f"真正的 {kind} 文件；请用原来的软件重新保存")
    if unpacked > MAX_UNPACKED or (unpacked > 10 * 1024 * 1024 and unpacked / packed > MAX_RATIO):
        raise _refuse(
            path, f"解压后有 {unpacked / 1048576:.0f} MB，不正常", f"解压后不超过 {MAX_UNPACKED // 1048576} MB"
        )
    if len(entries) > 5_000:
        raise _refuse(path, "文件里的部件太多，不正常", "普通的办公文件")


def read_lines(path: Path) -> list[str]:
    """The lines of a document (txt, docx, pdf with text). Raises ``RefusedFile``."""
    kind = kind_of(path)
    if kind == "txt":
        return _text_of(path).splitlines()
    if kind == "docx":
        return _docx_lines(path)
    if kind == "pdf":
        return _pdf_lines(path)
    raise _refuse(path, f".{kind} 不能当作政策文件", "txt、docx 或者带文字的 pdf")


def read_sheets(path: Path) -> list[Sheet]:
    """The tables of a list file (xlsx, docx, csv, pdf). Raises ``RefusedFile``."""
    kind = kind_of(path)
    readers = {"xlsx": _xlsx_sheets, "docx": _docx_sheets, "csv": _csv_sheets, "pdf": _pdf_sheets}
    if kind not in readers:
        raise _refuse(path, f".{kind} 里没有表格", "xlsx、docx、csv 或者带表格的 pdf")
    try:
        sheets = readers[kind](path)
    except RefusedFile:
        raise
    except Exception as error:  # a parser of a foreign format may raise anything on hostile bytes
        raise _refuse(path, "文件已经损坏，读不出表格", "能正常打开的文件") from error
    for sheet in sheets:
        if len(sheet.rows) > MAX_ROWS:
            raise _refuse(path, f"“{sheet.name}”超过 {MAX_ROWS} 行", "拆成几个文件")
    return sheets


def _text_of(path: Path) -> str:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return strip_control(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    best = from_bytes(data).best()
    if best is None:
        raise _refuse(path, "看不出是什么文字编码", "UTF-8 或者 GB18030 编码的文本")
    return strip_control(str(best))


def _clean(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return strip_control(str(value)).replace("\r", "\n").strip()


def _xlsx_sheets(path: Path) -> list[Sheet]:
    workbook = openpyxl.load_workbook(path, data_only=True)
    sheets = []
    for worksheet in workbook.worksheets:
        rows = [
            [_clean(cell) for cell in row]
            for row in worksheet.iter_rows(
                max_row=min(worksheet.max_row, MAX_ROWS + 1),
                max_col=min(worksheet.max_column, MAX_COLUMNS),
                values_only=True,
            )
        ]
        for merged in worksheet.merged_cells.ranges:
            for row in range(merged.min_row, min(merged.max_row, len(rows)) + 1):
                for column in range(merged.min_col, min(merged.max_col, len(rows[0])) + 1):
                    if merged.max_row > merged.min_row:
                        rows[row - 1][column - 1] = rows[merged.min_row - 1][merged.min_col - 1]
        sheets.append(Sheet(worksheet.title, tuple(tuple(row) for row in rows)))
    workbook.close()
    return sheets


def _docx_blocks(path: Path) -> tuple[DocxDocument, Iterator[Paragraph | DocxTable]]:
    try:
        document = docx.Document(str(path))
    except Exception as error:  # lxml and the package reader raise their own kinds on damaged parts
        raise _refuse(path, "文件已经损坏，打不开", "能正常打开的 Word 文件") from error
    return document, document.iter_inner_content()


def _docx_lines(path: Path) -> list[str]:
    document, blocks = _docx_blocks(path)
    numbering = _Numbering(document)
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            lines += [numbering.label(block) + part for part in block.text.split("\n")[:1]] + block.text.split("\n")[1:]
        else:
            lines += ["\t".join(_unique_cells(row.cells)) for row in block.rows]
    return lines


def _unique_cells(cells: tuple[Any, ...]) -> list[str]:
    """The texts of a row, a cell merged over several columns once."""
    out, seen = [], set()
    for cell in cells:
        if id(cell._tc) not in seen:
            seen.add(id(cell._tc))
            out.append(_clean(cell.text).replace("\n", ""))
    return out


class _Numbering:
    """Word's automatic numbers (一、（一）1.) as words, because a paragraph's text does not hold them."""

    def __init__(self, document: DocxDocument) -> None:
        self._levels: dict[tuple[int, int], tuple[str, str, int]] = {}
        self._counts: dict[tuple[int, int], int] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):
            return
        space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
        abstract = {}
        for node in root.findall(f"{space}abstractNum"):
            abstract[node.get(f"{space}abstractNumId")] = {
                int(level.get(f"{space}ilvl")): (
                    self._value(level, f"{space}numFmt", space),
                    self._value(level, f"{space}lvlText", space),
                    int(self._value(level, f"{space}start", space) or 1),
                )
                for level in node.findall(f"{space}lvl")
            }
        for node in root.findall(f"{space}num"):
            target = node.find(f"{space}abstractNumId")
            for depth, level in abstract.get(target.get(f"{space}val") if target is not None else "", {}).items():
                self._levels[int(node.get(f"{space}numId")), depth] = level

    @staticmethod
    def _value(node: Any, tag: str, space: str) -> str:
        child = node.find(tag)
        return "" if child is None else child.get(f"{space}val", "")

    def label(self, paragraph: Paragraph) -> str:
        properties = paragraph._p.pPr
        numbers: Any = None if properties is None else properties.numPr
        if numbers is None or numbers.numId is None or not paragraph.text.strip():
            return ""
        key = (numbers.numId.val, numbers.ilvl.val if numbers.ilvl is not None else 0)
        if key not in self._levels:
            return ""
        style, template, start = self._levels[key]
        self._counts[key] = self._counts.get(key, start - 1) + 1
        for other in self._counts:
            if other[0] == key[0] and other[1] > key[1]:
                self._counts[other] = self._levels[other][2] - 1
        chinese = style.startswith(("chinese", "ideograph", "japanese", "taiwanese"))

        def number(match: re.Match[str]) -> str:
            count = self._counts.get((key[0], int(match.group(1)) - 1), 1)
            return _chinese(count) if chinese else str(count)

        return "" if style in ("bullet", "none") else re.sub(r"%(\d)", number, template)


def _chinese(value: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(value, 10)
    if value > 99:
        return str(value)
    return ("" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十") + (
        digits[ones] if ones or not tens else ""
    )


def _docx_sheets(path: Path) -> list[Sheet]:
    _, blocks = _docx_blocks(path)
    sheets: list[Sheet] = []
    captions: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            if block.text.strip():
                captions.append(_clean(block.text))
            continue
        rows = tuple(tuple(_clean(cell.text) for cell in row.cells) for row in block.rows)
        sheets.append(Sheet(f"第{len(sheets) + 1}张表", rows, "\n".join(captions[-3:])))
        captions = []
    return sheets


def _csv_sheets(path: Path) -> list[Sheet]:
    text = _text_of(path)
    delimiter = "\t" if text.count("\t") > text.count(",") else ","
    rows = tuple(
        tuple(_clean(cell) for cell in row[:MAX_COLUMNS]) for row in csv.reader(io.StringIO(text), delimiter=delimiter)
    )
    return [Sheet(path.stem, rows)]


def _open_pdf(path: Path) -> PDF:
    try:
        pdf = pdfplumber.open(path)
        pages = len(pdf.pages)
    except Exception as error:  # pdfminer raises many kinds on damaged files
        raise _refuse(path, "文件已经损坏，打不开", "能正常打开的 pdf") from error
    if pages > MAX_PAGES:
        raise _refuse(path, f"有 {pages} 页，太多", f"不超过 {MAX_PAGES} 页，请拆开")
    return pdf


def _pdf_lines(path: Path) -> list[str]:
    lines: list[str] = []
    with _open_pdf(path) as pdf:
        for page in pdf.pages:
            lines += [*_page_paragraphs(page), ""]
    if not any(line.strip() for line in lines):
        raise _refuse(path, "只有图像，没有文字", "带文字的 pdf，或者先做文字识别（OCR）")
    return lines


def _page_paragraphs(page: Any) -> list[str]:
    """Lines of a page joined into paragraphs: a line that reaches the right edge goes on in the next."""
    lines = [line for line in page.extract_text_lines() if not re.fullmatch(r"[-—\s]*\d{1,3}[-—\s]*", line["text"])]
    if not lines:
        return []
    right = max(line["x1"] for line in lines)
    size = max(8.0, sum(line["bottom"] - line["top"] for line in lines) / len(lines))
    out: list[str] = []
    open_end = False
    for line in lines:
        if open_end and out:
            out[-1] += line["text"]
        else:
            out.append(line["text"])
        open_end = line["x1"] > right - 1.6 * size and line["text"][-1] not in "。！？；："
    return out


def _pdf_sheets(path: Path) -> list[Sheet]:
    """Tables of a PDF; a table that goes on over the page stays one sheet, a row cut by the page is mended."""
    sheets: list[Sheet] = []
    with _open_pdf(path) as pdf:
        for page in pdf.pages:
            text = (page.extract_text() or "").split("\n")
            for index, table in enumerate(page.extract_tables()):
                rows = [tuple(_joined_lines(_clean(cell)) for cell in row) for row in table]
                if not rows:
                    continue
                previous = sheets[-1] if sheets and index == 0 else None
                if previous and len(previous.rows[0]) == len(rows[0]) and not _looks_like_head(rows):
                    sheets[-1] = _continued(previous, rows)
                else:
                    sheets.append(Sheet(f"第{page.page_number}页第{index + 1}张表", tuple(rows), "\n".join(text[:4])))
    if not sheets:
        raise _refuse(path, "没有找到表格", "带框线表格和文字的 pdf；扫描件请先做文字识别（OCR）")
    return sheets


def _looks_like_head(rows: list[tuple[str, ...]]) -> bool:
    return any(re.sub(r"\s", "", cell) in ("序号", "编号") for row in rows[:3] for cell in row)


def _continued(sheet: Sheet, rows: list[tuple[str, ...]]) -> Sheet:
    body = list(sheet.rows)
    if not rows[0][0] and any(rows[0]):
        body[-1] = tuple(before + after for before, after in zip(body[-1], rows[0], strict=True))
        rows = rows[1:]
    return Sheet(sheet.name, (*body, *rows), sheet.caption, sheet.first_row)


def _joined_lines(text: str) -> str:
    """A cell's lines broken by its width become one again; a line that starts with a number stays its own."""
    return re.sub(f"(?<=[{CJK}，、；：（“《\\d])\n(?![（(]?[\\d一二三四五六七八九十]{{1,2}}[）).、．])", "", text)
