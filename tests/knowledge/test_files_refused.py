"""Bad files: each is refused in clear Chinese with what would be right, and never with another kind of exception (R8)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from knowledge import file_kinds, pdf_files, sheets
from knowledge.files import read_lines, read_sheets
from knowledge.findings import RefusedFile
from tests.knowledge.makers import heading, row, table, write_csv, write_docx, write_pdf, write_pdf_table, write_xlsx

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ALL = ("txt", "docx", "pdf", "xlsx", "csv")


def refusal(path: Path) -> tuple[str, str]:
    """(message, expected) with which a file is refused; reading it either way must agree or refuse too."""
    read = read_sheets if path.suffix.lower() in (".xlsx", ".csv") else read_lines
    with pytest.raises(RefusedFile) as caught:
        read(path)
    (finding,) = caught.value.findings
    assert (finding.severity, finding.file) == ("error", path.name)
    assert re.search("[\u4e00-\u9fff]", finding.message) and finding.expected
    return finding.message, finding.expected


def outcome(read: Callable[[Path], object], path: Path) -> str:
    """Empty when a file was read, ``[错误]`` when it was refused; anything else is another exception and fails."""
    try:
        read(path)
    except RefusedFile as refused:
        return str(refused)[:4]
    return ""


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def workbook(path: Path) -> Path:
    return write_xlsx(path, {"不予处罚事项清单": table(row())})


def test_a_missing_file_a_folder_and_an_impossible_name_are_refused(tmp_path):
    assert refusal(tmp_path / "无.xlsx") == ("找不到这个文件", "文件的完整路径")
    assert refusal(tmp_path)[0] == "找不到这个文件"
    assert refusal(tmp_path / ("长" * 400 + ".txt"))[0] in ("找不到这个文件", "打不开这个文件")
    assert refusal(tmp_path / "a\0b.txt")[0] in ("找不到这个文件", "打不开这个文件")


@pytest.mark.parametrize("kind", ALL)
def test_a_file_of_no_bytes_is_refused(tmp_path, kind):
    assert refusal(put(tmp_path / f"a.{kind}", b"")) == ("文件是空的", "有内容的文件")


@pytest.mark.parametrize("kind", ["txt", "csv"])
@pytest.mark.parametrize("blank", [b"\n\n", b" \t\r\n", b"\xef\xbb\xbf", "\u3000\n".encode()])
def test_a_text_of_nothing_but_white_space_is_refused(tmp_path, kind, blank):
    path = put(tmp_path / f"a.{kind}", blank)
    assert refusal(path) == ("文件里没有文字", "有内容的文件")


@pytest.mark.parametrize("kind", ALL)
def test_a_file_over_twenty_megabytes_is_refused(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    with path.open("wb") as file:
        file.truncate(file_kinds.MAX_BYTES + 1)
    assert refusal(path) == ("文件有 20 MB，太大", "不超过 20 MB，请拆成几个文件")


@pytest.mark.parametrize(
    ("kind", "other"), [("xls", "xlsx"), ("doc", "docx"), ("wps", "docx"), ("et", "xlsx"), ("XLS", "xlsx")]
)
def test_an_old_format_is_refused_with_what_to_save_it_as(tmp_path, kind, other):
    message, expected = refusal(put(tmp_path / f"a.{kind}", OLE + b"\0" * 600))
    assert (message, expected) == (f".{kind.lower()} 格式读不了", f"另存为 .{other} 后再导入")


@pytest.mark.parametrize("name", ["a.zip", "a.exe", "a", "a.jpg", "a.html"])
def test_an_unknown_kind_is_refused(tmp_path, name):
    assert refusal(put(tmp_path / name, b"x"))[1] == "txt、docx、pdf、xlsx 或者 csv"


def test_an_xlsx_that_is_a_renamed_docx_says_so_and_the_other_way_round(tmp_path):
    word = write_docx(tmp_path / "w.docx", ["一、目标"]).rename(tmp_path / "w.xlsx")
    assert refusal(word)[0] == "文件名是 .xlsx，内容却不是，是 docx 文件"
    excel = workbook(tmp_path / "e.xlsx").rename(tmp_path / "e.docx")
    assert refusal(excel)[0] == "文件名是 .docx，内容却不是，是 xlsx 文件"


@pytest.mark.parametrize("kind", ["xlsx", "docx", "pdf"])
@pytest.mark.parametrize(
    ("data", "what"),
    [("一、目标".encode(), ""), (PNG, "，是图片"), (b"\xff\xd8\xff\xe0\0\x10JFIF", "，是图片"), (b"x", "")],
)
def test_an_office_file_or_pdf_that_is_something_else_is_refused(tmp_path, kind, data, what):
    message, expected = refusal(put(tmp_path / f"a.{kind}", data))
    assert message == f"文件名是 .{kind}，内容却不是{what}"
    assert expected == f"真正的 {kind} 文件；请用原来的软件重新保存"


@pytest.mark.parametrize("kind", ["txt", "csv"])
def test_a_text_that_is_something_else_is_refused(tmp_path, kind):
    for data in (PNG, OLE + b"\0" * 99, b"%PDF-1.7\n%", workbook(tmp_path / "w.xlsx").read_bytes()):
        assert refusal(put(tmp_path / f"a.{kind}", data))[0].startswith(f"文件名是 .{kind}，内容却不是，是")
    assert "内容不是文字" in refusal(put(tmp_path / f"b.{kind}", bytes(range(256)) * 4))[0]


def test_a_zip_of_something_else_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert refusal(path)[0] == "文件名是 .xlsx，内容却不是"


def test_a_truncated_office_file_is_refused(tmp_path):
    whole = workbook(tmp_path / "w.xlsx").read_bytes()
    for part in (0.1, 0.5, 0.9, 0.999):
        assert refusal(put(tmp_path / "a.xlsx", whole[: int(len(whole) * part)]))[0] == "文件已经损坏，打不开"
    word = write_docx(tmp_path / "w.docx", ["一、目标"]).read_bytes()
    assert refusal(put(tmp_path / "a.docx", word[: len(word) // 2]))[0] == "文件已经损坏，打不开"


def test_a_truncated_pdf_is_refused_or_read(tmp_path):
    whole = write_pdf(tmp_path / "w.pdf", [["一、目标。"]]).read_bytes()
    for part in (0.02, 0.3, 0.6):
        assert refusal(put(tmp_path / "a.pdf", whole[: int(len(whole) * part)]))[0]


def bomb(path: Path, part: str, size: int, template: Path) -> Path:
    """An office file one of whose parts unpacks to ``size`` bytes of the same character."""
    with zipfile.ZipFile(template) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(
                entry.filename, data.replace(b"</", b" " * size + b"</", 1) if entry.filename == part else data
            )
    return path


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = bomb(tmp_path / "a.xlsx", "xl/workbook.xml", 30 * 1024 * 1024, workbook(tmp_path / "w.xlsx"))
    assert path.stat().st_size < 100_000
    message, expected = refusal(path)
    assert re.fullmatch(r"解压后大到 \d{3,4} 倍，不正常", message)
    assert expected == "普通的办公文件；请用原来的软件重新保存"
    path = bomb(
        tmp_path / "a.docx", "word/document.xml", 30 * 1024 * 1024, write_docx(tmp_path / "w.docx", ["一、目标"])
    )
    assert re.fullmatch(r"解压后大到 \d{3,4} 倍，不正常", refusal(path)[0])


def test_a_file_that_unpacks_to_too_much_is_refused_whatever_its_ratio(tmp_path, monkeypatch):
    monkeypatch.setattr(file_kinds, "MAX_UNPACKED", 2048)
    assert refusal(workbook(tmp_path / "a.xlsx"))[0].endswith("MB，太大")


def test_a_file_of_thousands_of_parts_is_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(file_kinds.MAX_PARTS):
            archive.writestr(f"x/{number}", "")
    assert refusal(path)[0] == "文件里的部件太多，不正常"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "word/document.xml"])
def test_an_entity_bomb_inside_an_office_file_is_refused_or_harmless(tmp_path, part):
    kind = "docx" if part.startswith("word") else "xlsx"
    template = write_docx(tmp_path / "w.docx", ["一、目标"]) if kind == "docx" else workbook(tmp_path / "w.xlsx")
    entities = '<!ENTITY a0 "lol">' + "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    path = tmp_path / f"a.{kind}"
    with zipfile.ZipFile(template) as old, zipfile.ZipFile(path, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == part:
                start = data.index(b"?>") + 2 if data.startswith(b"<?xml") else 0
                body = data[start:].replace("目标".encode(), b"&a9;").replace("擅自".encode(), b"&a9;")
                data = data[:start] + f"<!DOCTYPE x [{entities}]>".encode() + body
            new.writestr(entry.filename, data)
    try:
        text = str(read_lines(path)) if kind == "docx" else str(read_sheets(path))
    except RefusedFile:
        return
    assert len(text) < 10_000


def encrypted_office(path: Path) -> Path:
    """An OLE container like the one in which Office stores a workbook with a password."""
    return put(path, OLE + b"\0" * 1500 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1000)


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_a_file_with_a_password_is_refused_as_such(tmp_path, kind):
    assert refusal(encrypted_office(tmp_path / f"a.{kind}")) == ("文件加了密码，打不开", "去掉密码后重新保存的文件")


def test_an_old_workbook_renamed_to_xlsx_is_told_from_one_with_a_password(tmp_path):
    message, expected = refusal(put(tmp_path / "a.xlsx", OLE + b"\0" * 600))
    assert (message, expected) == ("文件名是 .xlsx，内容却是旧格式的办公文件", "另存为 .xlsx 后再导入")


def test_a_pdf_with_a_password_is_refused_as_such(tmp_path):
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), encrypt=StandardEncryption("secret", ownerPassword="owner"))
    canvas.drawString(100, 700, "text")
    canvas.save()
    assert refusal(path) == ("文件加了密码，打不开", "去掉密码后重新保存的文件")


def test_a_pdf_without_text_is_refused_and_points_at_ocr(tmp_path):
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path))
    canvas.rect(100, 100, 300, 300, fill=1)
    canvas.showPage()
    canvas.save()
    assert refusal(path) == ("只有图像，没有文字", "带文字的 pdf，或者先做文字识别（OCR）")
    with pytest.raises(RefusedFile, match="没有找到表格"):
        read_sheets(path)


def test_a_pdf_of_too_many_pages_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf_files, "MAX_PAGES", 2)
    assert refusal(write_pdf(tmp_path / "a.pdf", [["一。"]] * 3))[0] == "有 3 页，太多"


def test_a_table_of_too_many_rows_is_refused_and_blank_formatted_rows_do_not_count(tmp_path):
    path = write_csv(tmp_path / "a.csv", [heading(), *([row()] * sheets.MAX_ROWS)])
    assert refusal(path)[0] == "“a”超过 20000 行"
    book = openpyxl.Workbook()
    book.active.append(heading())
    book.active.cell(1_000_000, 1).number_format = "@"
    book.save(tmp_path / "b.xlsx")
    assert read_sheets(tmp_path / "b.xlsx")[0].rows == (tuple(heading()),)


def test_a_list_is_not_a_document_and_a_text_is_not_a_list(tmp_path):
    with pytest.raises(RefusedFile, match=r"\.xlsx 不能当作政策文件"):
        read_lines(workbook(tmp_path / "a.xlsx"))
    with pytest.raises(RefusedFile, match=r"\.txt 里没有表格"):
        read_sheets(put(tmp_path / "a.txt", "一、目标".encode()))


@pytest.mark.parametrize(
    "encoding", ["gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig", "utf-32"]
)
def test_a_csv_is_read_in_the_encoding_it_has(tmp_path, encoding):
    path = put(tmp_path / "a.csv", ("序号,事项名称\r\n1,未亮照经营，首次\r\n".encode(encoding)))
    assert read_sheets(path)[0].rows == (("序号", "事项名称"), ("1", "未亮照经营，首次"))


def test_damaged_utf_8_is_refused_instead_of_being_read_as_wrong_characters(tmp_path):
    data = ("一、目标\n" * 40 + "二、保障措施，依法办理。\n" * 40).encode()
    path = put(tmp_path / "a.txt", data[:1000] + b"\xb1" + data[1001:])
    message, expected = refusal(path)
    assert (message, expected) == ("文件已经损坏：UTF-8 文本里有无法辨认的字节", "从原件重新保存的文本")


def test_damaged_utf_16_is_refused(tmp_path):
    assert "文件已经损坏" in refusal(put(tmp_path / "a.txt", "一、目标".encode("utf-16") + b"\xd8"))[0]


def test_a_csv_with_an_endless_quoted_field_is_refused(tmp_path):
    path = put(tmp_path / "a.csv", '序号,"事项\n'.encode() + "甲乙丙丁\n".encode() * 40_000)
    assert refusal(path)[0] == "文件已经损坏，读不出内容"


def test_a_formula_without_a_result_is_refused_with_its_place(tmp_path):
    rows = table(row())
    rows[3][0] = "=ROW()-3"
    path = write_xlsx(tmp_path / "a.xlsx", {"清单": rows})
    with pytest.raises(RefusedFile) as caught:
        read_sheets(path)
    assert str(caught.value) == (
        "[错误] 文件 a.xlsx · 工作表 清单 · 第4行 · “A列”栏：公式没有算出结果（R7） "
        "应为：用 Excel 或者 WPS 打开后保存一次，或者粘贴为数值"
    )


def test_a_formula_with_a_result_is_read_as_its_result(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"清单": [["x", "=1+1", '=""']]})
    data = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(data, "w") as new:
        for entry in old.infolist():
            text = old.read(entry)
            new.writestr(
                entry.filename, re.sub(rb"(<f>1\+1</f>)<v\s*/>|(<f>1\+1</f>)<v></v>", rb"<f>1+1</f><v>2</v>", text)
            )
    path.write_bytes(data.getvalue())
    assert read_sheets(path)[0].rows == (("x", "2", ""),)


def test_a_formula_that_failed_is_refused_with_its_place(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"清单": [["a"], ["#REF!"]]})
    with pytest.raises(RefusedFile, match="工作表 清单 · 第2行 · “A列”栏：公式出错：#REF!"):
        read_sheets(path)


@pytest.fixture(scope="module")
def seeds(tmp_path_factory) -> dict[str, bytes]:
    """One good file of each kind."""
    folder = tmp_path_factory.mktemp("seeds")
    made = [write_pdf_table(folder / "a.pdf", ["不予处罚事项清单"], [heading(), row()]), workbook(folder / "a.xlsx")]
    made += [write_docx(folder / "a.docx", ["一、目标", table(row())[2:]]), write_csv(folder / "a.csv", table(row()))]
    text = folder / "a.txt"
    text.write_text("一、目标\n（一）范围。", encoding="utf-8")
    return {path.suffix: path.read_bytes() for path in [*made, text]}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([".txt", ".docx", ".pdf", ".xlsx", ".csv"]),
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=6),
    st.floats(0, 1),
)
def test_no_damage_of_the_bytes_makes_another_exception(seeds, tmp_path, kind, patches, end):
    data = bytearray(seeds[kind])
    for place, patch in patches:
        start = int(place * len(data))
        data[start : start + len(patch)] = patch
    path = put(tmp_path / f"a{kind}", bytes(data[: max(1, int(len(data) * (1 - end**8)))]))
    for read in (read_lines, read_sheets):
        assert outcome(read, path) in ("", "[错误]")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([".txt", ".docx", ".pdf", ".xlsx", ".csv"]), st.binary(max_size=300), st.booleans())
def test_no_bytes_at_all_make_another_exception(tmp_path, kind, data, dressed):
    magic = {".docx": b"PK\x03\x04", ".xlsx": b"PK\x03\x04", ".pdf": b"%PDF-1.4\n"}.get(kind, b"") if dressed else b""
    path = put(tmp_path / f"a{kind}", magic + data)
    for read in (read_lines, read_sheets):
        assert outcome(read, path) in ("", "[错误]")


def damaged_part(path: Path, part: str, change: tuple[bytes, bytes]) -> Path:
    data = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(data, "w") as new:
        for entry in old.infolist():
            text = old.read(entry)
            new.writestr(entry.filename, text.replace(*change) if entry.filename == part else text)
    path.write_bytes(data.getvalue())
    return path


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("word/document.xml", (b"</w:p>", b"")),
        ("word/document.xml", (b"w:body", b"w:leib")),
        ("word/styles.xml", (b"<w:style ", b"<w:stil ")),
        ("word/numbering.xml", (b"w:abstractNumId", b"w:x")),
        ("[Content_Types].xml", (b"main+xml", b"other")),
        ("_rels/.rels", (b"word/document.xml", b"nowhere.xml")),
    ],
)
def test_damage_inside_a_docx_is_refused_or_read_but_raises_nothing_else(tmp_path, part, change):
    path = damaged_part(write_docx(tmp_path / "a.docx", ["一、目标"]), part, change)
    for read in (read_lines, read_sheets):
        assert outcome(read, path) in ("", "[错误]")


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/worksheets/sheet1.xml", (b"</row>", b"")),
        ("xl/worksheets/sheet1.xml", (b'r="A', b'r="?')),
        ("xl/sharedStrings.xml", (b"<si>", b"<x>")),
        ("xl/workbook.xml", (b"sheets", b"sheetz")),
        ("xl/styles.xml", (b"<cellXfs", b"<x")),
        ("xl/_rels/workbook.xml.rels", (b"sheet1.xml", b"sheet9.xml")),
    ],
)
def test_damage_inside_an_xlsx_is_refused_or_read_but_raises_nothing_else(tmp_path, part, change):
    path = damaged_part(workbook(tmp_path / "a.xlsx"), part, change)
    assert outcome(read_sheets, path) in ("", "[错误]")
