"""Files that are small and open without end, that reach outside, or hide what runs (see also tests/knowledge/test_files_refused.py)."""

from __future__ import annotations

import io
import itertools
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pytest

from handlers.figures import book
from handlers.ledger.workbook import safe_text
from handlers.understanding import clean
from knowledge.evidence_files import examine
from knowledge.evidence_refusals import ACTIVE, RefusedEvidence
from knowledge.files import read_lines, read_sheets
from knowledge.findings import RefusedFile
from tests.knowledge.evidence_makers import pdf, sheet
from tests.knowledge.makers import write_xlsx

SHEET, DOCUMENT = "xl/worksheets/sheet1.xml", "word/document.xml"


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    """All of it is refused, or read, without much work: a bomb takes minutes or all memory."""
    began = time.process_time()
    yield
    assert time.process_time() - began < 60


def _changed(path: Path, part: str, change: Callable[[bytes], bytes], name: str = "") -> Path:
    """The package with one part changed, or under another name."""
    content, out = path.read_bytes(), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            raw = old.read(one)
            if one == part:
                new.writestr(name or one, change(raw))
            else:
                new.writestr(
                    one,
                    raw.replace(part.removeprefix("xl/").encode(), name.removeprefix("xl/").encode()) if name else raw,
                )
    path.write_bytes(out.getvalue())
    return path


def _workbook(folder: Path) -> Path:
    return write_xlsx(folder / "a.xlsx", {"清单": [["序号", "事项名称"], ["1", "示例"]]})


def _document(folder: Path) -> Path:
    document = docx.Document()
    document.add_table(rows=2, cols=2)
    document.save(str(folder / "a.docx"))
    return folder / "a.docx"


def _refused(path: Path) -> str:
    with pytest.raises(RefusedFile) as caught:
        read_sheets(path)
    return str(caught.value)


MERGES = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD20000"/></mergeCells>'


def test_a_merge_of_thousands_of_millions_of_cells_is_refused_before_one_is_made(tmp_path: Path) -> None:
    path = _changed(_workbook(tmp_path), SHEET, lambda raw: raw.replace(b"</sheetData>", MERGES))
    assert "合并的单元格太多，不正常" in _refused(path)


def test_the_same_merge_in_another_encoding_under_another_name_with_written_out_letters(tmp_path: Path) -> None:
    def hidden(raw: bytes) -> bytes:
        text = raw.replace(b"</sheetData>", MERGES.replace(b"A1:XFD20000", b"A1&#58;XFD&#50;0000")).decode()
        return (
            ('<?xml version="1.0" encoding="UTF-16"?>' + text.partition("?>")[2]).encode("utf-16")
            if "?>" in text
            else text.encode("utf-16")
        )

    path = _changed(_workbook(tmp_path), SHEET, hidden, "xl/worksheets/innocent.bin")
    assert "合并的单元格太多，不正常" in _refused(path)


def test_an_ordinary_merge_is_read_as_before(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"清单": [["甲", "乙"], ["丙", "丁"]]}, merges=["A1:A2"])
    assert read_sheets(path)[0].rows == (("甲", "乙"), ("甲", "丁"))


def test_a_cell_at_the_far_corner_is_not_a_reason_to_make_all_cells_before_it(tmp_path: Path) -> None:
    path = _changed(_workbook(tmp_path), SHEET, lambda raw: raw.replace(b'r="A2"', b'r="XFD2"'))
    assert len(read_sheets(path)[0].rows) <= 2


@pytest.mark.parametrize("what", [b"gridSpan", b"gridBefore", b"gridAfter"])
@pytest.mark.parametrize("width", [b"2000000000", b"101", b"-1", b"\xd9\xa3"])
def test_a_cell_wider_than_any_table_is_refused(tmp_path: Path, what: bytes, width: bytes) -> None:
    span = b"<w:" + what + b' w:val="' + width + b'"/>'
    if what == b"gridSpan":
        path = _changed(_document(tmp_path), DOCUMENT, lambda raw: raw.replace(b"<w:tcPr>", b"<w:tcPr>" + span, 1))
    else:
        path = _changed(
            _document(tmp_path),
            DOCUMENT,
            lambda raw: raw.replace(b"<w:tr>", b"<w:tr><w:trPr>" + span + b"</w:trPr>", 1),
        )
    assert "表格的列数不正常" in _refused(path)


def test_an_external_entity_is_not_fetched(tmp_path: Path) -> None:
    """XXE: neither read nor shown."""
    secret = tmp_path / "secret.txt"
    secret.write_text("机密内容", "utf-8")
    head = f'<!DOCTYPE x [<!ENTITY a SYSTEM "{secret.as_uri()}">]><w:document'.encode()
    words = b"<w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p>"
    path = _changed(
        _document(tmp_path), DOCUMENT, lambda raw: raw.replace(b"<w:document", head, 1).replace(b"<w:body>", words, 1)
    )
    try:
        read = "".join(read_lines(path))
    except RefusedFile as refusal:
        read = str(refusal)
    assert "机密内容" not in read


def test_a_thousand_million_laughs_are_refused(tmp_path: Path) -> None:
    names = "abcdefgh"
    entities = "".join(f'<!ENTITY {one} "{f"&{before};" * 10}">' for before, one in itertools.pairwise(names))
    head = f'<!DOCTYPE x [<!ENTITY a "{"哈" * 10}">{entities}]><w:document'.encode()
    words = b"<w:body><w:p><w:r><w:t>" + b"&h;" * 10 + b"</w:t></w:r></w:p>"
    path = _changed(
        _document(tmp_path), DOCUMENT, lambda raw: raw.replace(b"<w:document", head, 1).replace(b"<w:body>", words, 1)
    )
    with pytest.raises(RefusedFile):
        read_lines(path)


@pytest.mark.parametrize(
    "name", [b"/J#61vaScript", b"/#4a#53", b"/L#61unch", b"/Rich#4dedia", b"/#45ncrypt", b"/Obj#53tm"]
)
def test_a_pdf_that_hides_what_runs_behind_numbers_for_letters_is_refused(name: bytes) -> None:
    content = pdf()
    at = content.index(b" obj")
    assert examine(content, "a.pdf").kind == "pdf"
    evil = content[: at + 4] + b"\n<<" + name + b" (app.alert(1))>>" + content[at + 4 :]
    with pytest.raises(RefusedEvidence) as caught:
        examine(evil, "a.pdf")
    assert str(caught.value) == ACTIVE


def test_a_package_inside_a_package_without_end_is_not_opened(tmp_path: Path) -> None:
    """A quine: nothing opens what lies in a package."""
    inner = sheet()
    for _ in range(3):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.xlsx", inner)
        inner = out.getvalue()
    with pytest.raises(RefusedEvidence):
        examine(inner, "a.xlsx")
    (tmp_path / "a.xlsx").write_bytes(inner)
    assert "内容却不是" in _refused(tmp_path / "a.xlsx")


@pytest.mark.parametrize("start", [*list("=+-@"), "\t=", "\r=", " =", "＝", "\n+", "\xa0@"])
def test_no_cell_that_goes_out_begins_a_formula(start: str) -> None:
    told = safe_text(f"{start}cmd|'/c calc'!A1")
    assert not told.lstrip().startswith(tuple("=+-@＝＋－＠"))


def test_every_workbook_that_goes_out_is_written_by_the_one_careful_writer() -> None:
    """The ledger and the figures: whoever writes a cell writes it through ``safe_text``."""
    root = Path(book.__file__).parents[2]
    writers = [path for floor in ("bot", "handlers", "storage") for path in (root / floor).rglob("*.py")]
    assert len(writers) > 150
    found = {
        path.name
        for path in writers
        if "import csv" in path.read_text("utf-8") or "openpyxl" in path.read_text("utf-8")
    }
    assert found <= {"workbook.py"}


def test_what_people_wrote_does_not_speak_to_the_terminal_that_lists_it() -> None:
    """Questions are listed for the editors on a terminal: what is kept has no control characters, nor turns the line round."""
    kept = clean("店\x1b[2J\x1b]0;标题\x07\x9b31m招\u202e牌\r没\x00备案")
    assert not any(ord(one) < 0x20 or 0x7F <= ord(one) < 0xA0 for one in kept)
