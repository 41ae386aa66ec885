"""The registry of enterprises (R1): good rows are read, each wrong one is named with its row, its column and the reason."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from knowledge import registry
from knowledge.findings import Finding, RefusedFile
from knowledge.registry import RegistryRow, read_registry
from tests.knowledge.makers import says, write_csv, write_docx, write_xlsx

TODAY = dt.date(2026, 11, 20)
HEAD = ["企业名称", "统一社会信用代码", "行政区划", "行业代码", "行业名称", "住所", "成立日期"]


def code(number: int = 0, start: str = "92420704MA") -> str:
    body = f"{start}{number:07d}"
    return body + uscc.calc_check_digit(body)


def row(number: int = 0, **changes: Any) -> list[Any]:
    """A row without a fault, but for what is changed."""
    cells = {
        "name": f"鄂城区第{number}号餐馆",
        "uscc": code(number),
        "division": "420704",
        "industry_code": "6210",
        "industry": "正餐服务",
        "address": "湖北省鄂州市鄂城区滨湖东路1号",
        "founded": "2019-04-12",
    }
    assert changes.keys() <= cells.keys()
    return list((cells | changes).values())


def enterprise(number: int = 0, at: int = 2) -> RegistryRow:
    name, address = f"鄂城区第{number}号餐馆", "湖北省鄂州市鄂城区滨湖东路1号"
    return RegistryRow(name, code(number), "420704", "6210", "正餐服务", address, dt.date(2019, 4, 12), at)


def read(path: Path) -> tuple[list[RegistryRow], list[Finding]]:
    return read_registry(path, TODAY)


def remarks(tmp_path: Path, *rows: list[Any]) -> tuple[list[int], list[tuple[str, int | None, str, str]]]:
    """The rows that were kept, and (severity, row, column, message) of each finding, of rows under the usual heading."""
    kept, findings = read(write_csv(tmp_path / "名录.csv", [HEAD, *rows]))
    assert all(len(finding.message) <= 40 and len(finding.expected) <= 40 for finding in findings)
    assert all(finding.file == "名录.csv" and finding.expected for finding in findings if finding.severity != "note")
    return [one.row for one in kept], says(findings)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_file_is_read_in_any_encoding(tmp_path, encoding):
    path = write_csv(tmp_path / "名录.csv", [HEAD, row(), row(1)], encoding)
    assert read(path) == ([enterprise(), enterprise(1, 3)], [])


def test_an_xlsx_file_is_read_with_its_days_and_numbers(tmp_path):
    cells = row(industry_code=6210, division=420704, founded=dt.datetime(2019, 4, 12))  # noqa: DTZ001
    path = write_xlsx(tmp_path / "名录.xlsx", {"名录": [["某区企业名录"], [], HEAD, cells]})
    assert read(path) == ([enterprise(at=4)], [])


@pytest.mark.parametrize(
    "head",
    [
        ["企业名称", "统一社会信用代码", "行政区划", "行业代码", "行业", "地址", "成立日期"],
        ["名称", "信用代码", "区划代码", "行业代码", "行业名称", "住所", "成立时间"],
        ["单位名称", "社会信用代码", "行政区划代码", "国民经济行业代码", "所属行业", "经营场所", "注册日期"],
        ["市场主体名称*", "统一社会信用代码（18位）", "行政区划", "行业代码", "行业", "注册地址", "注册时间"],
        ["企业 名称", " 统一社会\n信用代码", "行政区划", "行业代码", "行业", "住所（经营场所）", "成立日期（年月日）"],
        ["name", "uscc", "division", "industry_code", "industry", "address", "founded"],
    ],
)
def test_offices_head_their_columns_in_many_words(tmp_path, head):
    assert read(write_csv(tmp_path / "名录.csv", [head, row()])) == ([enterprise()], [])


def test_the_columns_may_stand_in_any_order_and_some_may_lack(tmp_path):
    path = write_csv(tmp_path / "名录.csv", [["序号", "信用代码", "企业名称"], ["1", code(), "鄂城区第0号餐馆"]])
    assert read(path) == ([RegistryRow("鄂城区第0号餐馆", code(), "420704", "", "", "", None, 2)], [])


@pytest.mark.parametrize(
    ("head", "message", "at"),
    [
        (["企业名称", "地址", "成立日期"], "表头缺少“统一社会信用代码”一栏", 1),
        (["统一社会信用代码", "地址"], "表头缺少“企业名称”一栏", 1),
        (["甲", "乙", "丙"], "找不到“企业名称”和“统一社会信用代码”两栏", None),
    ],
)
def test_a_file_without_names_or_codes_is_refused_as_a_whole(tmp_path, head, message, at):
    with pytest.raises(RefusedFile) as caught:
        read(write_csv(tmp_path / "名录.csv", [head, ["一", "二", "三"]]))
    (finding,) = caught.value.findings
    assert (finding.severity, finding.message, finding.row, finding.rule) == ("error", message, at, "R1")
    assert finding.expected == "一行表头：企业名称、统一社会信用代码、行政区划、行业代码、行业、地址、成立日期"


def test_another_kind_of_file_and_a_damaged_one_are_refused(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    for path in (write_docx(tmp_path / "a.docx", [[HEAD, row()]]), tmp_path / "a.xlsx", tmp_path / "none.csv"):
        with pytest.raises(RefusedFile):
            read(path)


@pytest.mark.parametrize(
    ("name", "limit", "remedy"),
    [("a.csv", "MAX_CSV_ROWS", "拆成几个文件"), ("a.xlsx", "MAX_ROWS", "另存为 csv 再导入，csv 可以有 200000 行")],
)
def test_too_many_rows_are_refused_with_the_way_out(tmp_path, monkeypatch, name, limit, remedy):
    reader, _, said = registry._READERS[name[2:]]
    monkeypatch.setitem(registry._READERS, name[2:], (reader, 3, said))
    rows = [HEAD, row(), row(1), row(2)]
    path = write_csv(tmp_path / name, rows) if name == "a.csv" else write_xlsx(tmp_path / name, {"a": rows})
    with pytest.raises(RefusedFile, match="超过 3 行") as caught:
        read(path)
    assert caught.value.findings[0].expected == remedy
    assert getattr(registry, limit) >= 20_000


@pytest.mark.parametrize(
    ("changes", "column", "message"),
    [
        ({"uscc": ""}, "统一社会信用代码", "没有信用代码"),
        ({"uscc": code()[:-1]}, "统一社会信用代码", "代码有17位，应为18位，例如 91420704MA4K12346F"),
        ({"uscc": "9242O704MA00000001"}, "统一社会信用代码", "第5位的字母 O 不会用在代码里，多半是 0"),
        ({"uscc": "9.14207E+17"}, "统一社会信用代码", "代码变成了科学计数：9.14207E+17"),
        ({"name": ""}, "企业名称", "没有企业名称"),
    ],
)
def test_a_row_with_a_wrong_code_or_no_name_is_refused_and_the_others_stay(tmp_path, changes, column, message):
    kept, found = remarks(tmp_path, row(1), row(**changes), row(2))
    assert (kept, found) == ([2, 4], [("error", 3, column, message)])


def test_a_code_that_became_a_number_tells_how_to_keep_it(tmp_path):
    path = write_xlsx(tmp_path / "名录.xlsx", {"名录": [HEAD, row(uscc=914207040000000000)]})
    kept, (finding,) = read(path)
    assert (kept, finding.severity, finding.row) == ([], "error", 2)
    assert finding.expected == "把这一栏设为文本再填；存成数字会丢末几位"


def test_a_code_whose_letters_can_be_put_right_is_shown_so(tmp_path):
    wrong = code().replace("0", "O")
    _, (finding,) = read(write_csv(tmp_path / "名录.csv", [HEAD, row(uscc=wrong)]))
    assert finding.expected == code()


def test_a_code_in_any_writing_is_kept_in_one(tmp_path):
    typed = f" {code()[:8].lower()} {code()[8:].lower()} "
    assert read(write_csv(tmp_path / "名录.csv", [HEAD, row(uscc=typed)])) == ([enterprise()], [])


@pytest.mark.parametrize(
    "said",
    ["", "420704", "420704001", "420704001002", "4207", "鄂城区", "湖北省鄂州市鄂城区", "凤凰街道", "420704 鄂城区"],
)
def test_a_division_that_agrees_with_the_code_is_no_remark(tmp_path, said):
    assert remarks(tmp_path, row(division=said)) == ([2], [])


@pytest.mark.parametrize("said", ["420703", "420700", "330902", "定海区", "华容区"])
def test_the_division_of_the_code_wins_over_the_column(tmp_path, said):
    path = write_csv(tmp_path / "名录.csv", [HEAD, row(division=said)])
    kept, (finding,) = read(path)
    assert kept == [enterprise()]
    assert (finding.severity, finding.row, finding.column) == ("warning", 2, "行政区划")
    assert finding.message == f"区划“{said}”与代码不同，按代码的 420704 记"
    assert finding.expected == "420704 湖北省鄂州市鄂城区"


@pytest.mark.parametrize("said", ["F", "52", "521", "5212", "F5212", "f5212", "Ｆ５２１２", ""])
def test_an_industry_code_is_a_letter_figures_or_both(tmp_path, said):
    assert remarks(tmp_path, row(industry_code=said)) == ([2], [])


@pytest.mark.parametrize("said", ["餐饮", "Z12", "12345", "62.10"])
def test_an_industry_code_of_another_form_is_left_out(tmp_path, said):
    kept, findings = read(write_csv(tmp_path / "名录.csv", [HEAD, row(industry_code=said)]))
    assert kept[0].industry_code == ""
    assert says(findings) == [("warning", 2, "行业代码", f"“{said}”不像行业代码，没有读入")]


@pytest.mark.parametrize(
    "said",
    ["2019-04-12", "2019/4/12", "2019.4.12", "20190412", "2019年4月12日", "2019-04-12 00:00:00", "2019/4/12 0:00"],
)
def test_a_founding_day_is_read_in_many_ways(tmp_path, said):
    assert read(write_csv(tmp_path / "名录.csv", [HEAD, row(founded=said)])) == ([enterprise()], [])


def test_a_founding_day_that_became_a_count_of_days_is_converted_and_told_once(tmp_path):
    kept, findings = read(write_csv(tmp_path / "名录.csv", [HEAD, row(founded="43567"), row(1, founded="43567")]))
    assert [one.founded for one in kept] == [dt.date(2019, 4, 12)] * 2
    assert says(findings) == [("note", 1, "成立日期", "有 2 行日期是天数，已经换算")]


@pytest.mark.parametrize(
    ("said", "founded", "message"),
    [
        ("2019年4月", dt.date(2019, 4, 1), "日期不完整，按 2019-04-01 记"),
        ("2019", dt.date(2019, 1, 1), "日期不完整，按 2019-01-01 记"),
        ("2026-11-21", None, "日期没有读入：不能晚于今天（2026年11月20日）"),
        ("2019-02-30", None, "日期没有读入：2019年没有2月30日"),
        ("1819-02-03", None, "日期没有读入：年份太早了"),
        ("4月12日", None, "日期没有读入：看不懂"),
        ("去年", None, "日期没有读入：看不懂"),
        ("不详", None, "日期没有读入：看不懂"),
    ],
)
def test_a_founding_day_in_doubt_is_a_warning(tmp_path, said, founded, message):
    kept, findings = read(write_csv(tmp_path / "名录.csv", [HEAD, row(founded=said)]))
    assert [one.founded for one in kept] == [founded]
    assert says(findings) == [("warning", 2, "成立日期", message)]


def test_a_code_under_two_names_refuses_all_its_rows(tmp_path):
    kept, found = remarks(tmp_path, row(), row(1), row(name="好味道餐馆"), row())
    assert kept == [3]
    assert found == [
        ("error", 2, "统一社会信用代码", "与第4行代码相同，名称不同"),
        ("error", 4, "统一社会信用代码", "与第2行代码相同，名称不同"),
        ("error", 5, "统一社会信用代码", "与第4行代码相同，名称不同"),
    ]


def test_an_enterprise_told_twice_is_kept_once(tmp_path):
    kept, found = remarks(tmp_path, row(), row(), row(address="别处2号"), row(name="鄂城区第0号 餐馆"))
    assert kept == [2]
    assert [message for *_, message in found] == [
        "与第2行完全相同，只留一行",
        "与第2行是同一家，内容不同，用前面那行",
        "与第2行完全相同，只留一行",
    ]
    assert {severity for severity, *_ in found} == {"warning"}


def test_blank_rows_repeated_headings_and_footers_are_no_enterprises(tmp_path):
    kept, found = remarks(tmp_path, row(), ["", ""], HEAD, row(1), ["合计：2户"], ["填表人：张三"])
    assert kept == [2, 5]
    assert found == [
        ("note", 6, "企业名称", "“合计:2户”是表尾，不是企业"),
        ("note", 7, "企业名称", "“填表人:张三”是表尾，不是企业"),
    ]


def test_all_sheets_of_a_workbook_are_read_and_a_note_sheet_is_passed_over(tmp_path):
    sheets = {"甲镇": [HEAD, row()], "说明": [["本表由各镇填报"]], "乙镇": [HEAD, row(1), row(name="另一家")]}
    kept, findings = read(write_xlsx(tmp_path / "名录.xlsx", sheets))
    assert [one.uscc for one in kept] == [code(1)]
    assert [(one.sheet, one.severity, one.message) for one in findings] == [
        ("说明", "note", "不是名录表格，跳过"),
        ("甲镇", "error", "与工作表“乙镇”第3行代码相同，名称不同"),
        ("乙镇", "error", "与工作表“甲镇”第2行代码相同，名称不同"),
    ]


def test_a_heading_without_rows_is_told(tmp_path):
    assert remarks(tmp_path) == ([], [("warning", 1, "企业名称", "表头下面没有企业")])


def test_a_name_broken_over_lines_is_one_name(tmp_path):
    kept, findings = read(write_csv(tmp_path / "名录.csv", [HEAD, row(name="鄂城区第0号\n餐馆")]))
    assert (kept, findings) == ([enterprise()], [])


def test_more_rows_than_a_workbook_may_have_are_read_from_csv(tmp_path):
    rows = [row(number) for number in range(30_000)]
    kept, findings = read(write_csv(tmp_path / "名录.csv", [HEAD, *rows]))
    assert (len(kept), findings) == (30_000, [])


CELLS = st.sampled_from(
    ["", "好味道餐馆", code(), code(1).lower(), "420704", "合计", "2019年", "43567", "\n", "名称", "信用代码"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(rows=st.lists(st.lists(CELLS | st.text(max_size=20), max_size=9), max_size=8))
def test_no_row_makes_it_stumble(tmp_path, rows):
    path = write_csv(
        tmp_path / "名录.csv", [HEAD, *([cell.encode("utf-8", "ignore").decode() for cell in one] for one in rows)]
    )
    try:
        kept, findings = read(path)
    except RefusedFile:
        return
    assert all(one.name and uscc.is_valid(one.uscc) for one in kept)
    assert all(finding.row is None or finding.row <= len(path.read_text("utf-8-sig")) for finding in findings)
