"""Tables as offices make them become items, or findings that name sheet, row and column (R7, R8)."""

from __future__ import annotations

import dataclasses

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.lists import parse_list
from knowledge.sheets import Sheet
from tests.knowledge.makers import (
    LENIENCY,
    RANGE,
    heading,
    items_of,
    parsed,
    row,
    says,
    source,
    table,
    write_csv,
    write_docx,
    write_xlsx,
)

KINDS = ["exempt", "lighter", "mitigated", "no_compulsion"]


def columns_of(item):
    return dataclasses.astuple(item)[5:12]


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_row_of_each_list_has_no_findings(kind):
    """R7, R8: the form of 滑县 附件2, filled in as its 编制说明 asks."""
    items, findings = parsed(table(row(kind), kind=kind))
    assert findings == []
    (item,) = items
    assert (item.id, item.kind, item.number, item.row) == (f"list-{kind}-1", kind, 1, 4)
    assert (item.department, item.leniency_basis) == ("示范县城市管理局", LENIENCY[kind])
    assert item.range == (RANGE.get(kind))


def test_xlsx_docx_and_csv_of_the_same_list_give_the_same_items(tmp_path):
    rows = table(row(), row(序号="2", 事项名称="店外经营"))
    write_xlsx(tmp_path / "a.xlsx", {"不予处罚事项清单": rows})
    write_csv(tmp_path / "a.csv", rows)
    write_csv(tmp_path / "b.csv", rows, "gb18030")
    write_docx(tmp_path / "a.docx", [rows[0][0], rows[1][0], rows[2:]])
    read = [items_of(tmp_path / name) for name in ("a.xlsx", "a.csv", "b.csv", "a.docx")]
    assert [findings for _, findings in read] == [[], [], [], []]
    texts = [[(item.department, *columns_of(item)) for item in items] for items, _ in read]
    assert texts[0] == texts[1] == texts[2] == texts[3]
    assert len(texts[0]) == 2


def test_a_heading_in_row_five_is_found_and_rows_keep_their_numbers():
    rows = [["某县司法局"], [], *table(row())]
    items, findings = parsed(rows)
    assert ([item.row for item in items], findings) == ([6], [])


def test_the_department_is_read_without_what_stands_behind_it():
    rows = table(row())
    for written in (
        "单位名称（盖章）：示范县城市管理局  填报日期：2024年",
        "单位名称: 示范县城市管理局",
        "单位名称(盖章)：示范县城市管理局　填报日期",
    ):
        rows[1] = [written]
        assert parsed(rows)[0][0].department == "示范县城市管理局"


def test_a_list_without_a_department_takes_the_issuer_or_asks():
    rows = [cells for cells in table(row()) if not cells[0].startswith("单位")]
    assert parsed(rows)[0][0].department == "示范县市场监督管理局"
    nobody = dataclasses.replace(source(), issuer=None)
    _, findings = parse_list([Sheet("s", tuple(map(tuple, rows)))], nobody)
    assert says(findings) == [("warning", None, "", "没有写明单位名称")]


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("３", 3),
        ("3.0", 3),
        ("（3）", 3),
        ("3、", 3),
        ("三", 3),
        ("03", 3),
        (" 3 ", 3),
        ("③", 3),
        ("No", None),
        ("", None),
        ("1-2", None),
    ],
)
def test_a_number_is_read_in_every_way_an_office_writes_it(said, number):
    items, findings = parsed(table(row(序号=said)))
    assert items[0].number == (number or 1)
    expected = (
        [] if number else [("warning", 4, "序号", f"{f'“{said}”不是数字' if said else '没有序号'}，按次序记为 1")]
    )
    assert says(findings) == expected


def test_a_number_too_long_to_be_one_is_no_number():
    assert parsed(table(row(序号="9" * 5000)))[0][0].number == 1
    assert parsed(table(row(序号="፩")))[0][0].number == 1


def test_a_missing_number_does_not_collide_with_one_that_is_there():
    items, findings = parsed(table(row(), row(序号="", 事项名称="甲行为"), row(序号="2", 事项名称="乙行为")))
    assert [item.number for item in items] == [1, 3, 2]
    assert says(findings, "error") == []


def test_numbers_that_excel_keeps_as_floats_and_percentages_are_read_as_shown(tmp_path):
    rows = table(row())
    rows[3][0] = 1.0
    path = write_xlsx(tmp_path / "a.xlsx", {"不予处罚事项清单": rows})
    book = openpyxl.load_workbook(path)
    cell = book.active.cell(4, 7, 0.125)
    cell.number_format = "0.0%"
    book.save(path)
    (item,) = items_of(path)[0]
    assert (item.number, item.remarks) == (1, "12.5%")


def test_a_number_given_twice_is_an_error_that_names_both_rows():
    """R7: an item is found again by its number."""
    _, findings = parsed(table(row(), row(事项名称="别的行为")))
    assert says(findings) == [("error", 5, "序号", "序号 1 与第4行重复")]


def test_a_number_given_twice_in_two_sheets_is_an_error_that_names_the_sheet():
    two = tuple(tuple(cells) for cells in table(row()))
    _, findings = parse_list([Sheet("甲", two), Sheet("乙", two)], source())
    assert says(findings, "error") == [("error", 4, "序号", "序号 1 与工作表“甲”第4行重复")]


def test_the_same_act_twice_in_one_list_is_a_doubt_and_in_two_lists_is_none():
    """R8: one act may stand on different lists for different circumstances."""
    _, findings = parsed(table(row(), row(序号="2")))
    assert says(findings) == [("warning", 5, "事项名称", "事项名称与第4行相同")]
    both = [Sheet(kind, tuple(tuple(cells) for cells in table(row(kind), kind=kind))) for kind in ("exempt", "lighter")]
    assert parse_list(both, source())[1] == []


@pytest.mark.parametrize(
    "filler", [["", "", ""], ["……", "", ""], ["...", "…", "—"], [], ["/", "/", "/"], [" \n", "\u3000"]]
)
def test_filler_rows_are_no_items(filler):
    items, findings = parsed(table(row(), filler, row(序号="2", 事项名称="店外经营")))
    assert ([item.row for item in items], findings) == ([4, 6], [])


@pytest.mark.parametrize("none", [["无"], ["", "无"], ["1", "无", "无", "无", "无", "无"], ["暂无"], ["1", "/", "/"]])
def test_a_list_that_says_none_is_empty_with_a_note(none):
    items, findings = parsed(table(none))
    assert (items, says(findings)) == ([], [("note", 4, "", "写明“无”，没有这一类事项")])


def test_a_list_with_nothing_under_its_heading_is_a_doubt():
    assert says(parsed(table())[1]) == [("warning", 3, "", "表头下面没有事项")]


def test_the_empty_form_of_the_instructions_has_no_items():
    """R7: 滑县 附件2 as printed, with 1 and …… and nothing else."""
    items, findings = parsed(table(["1", "", ""], ["..."]))
    assert items == []
    assert says(findings) == [("note", 4, "", "只有序号，没有内容，跳过"), ("warning", 3, "", "表头下面没有事项")]


@pytest.mark.parametrize(
    "footer",
    [
        ["合计", "1项"],
        ["总计：1", "", ""],
        ["填表人：张三", "", "审核人：李四", "", "填报日期：2024年5月6日"],
        ["", "填表人：张三", "", "联系电话：0717-1"],
        ["注：1.本清单自公布之日起施行。"],
        ["备注：依据《行政处罚法》第三十三条编制。"],
    ],
)
def test_a_row_at_the_foot_of_a_table_is_no_item_and_is_noted(footer):
    items, findings = parsed(table(row(), footer))
    assert len(items) == 1
    ((severity, at, _, message),) = says(findings)
    assert (severity, at) == ("note", 5)
    assert message.endswith("是表尾，不是事项")


def test_a_subheading_inside_a_table_is_no_item_and_is_noted():
    for cells in (["一、市容类"], ["（一）市容类"] * 7):
        items, findings = parsed(table(cells, row()))
        assert [item.row for item in items] == [5]
        assert says(findings)[0][3].endswith("是小标题，不是事项")


def test_a_row_with_nothing_but_a_title_is_an_error_not_a_subheading():
    """R8: it is an item that was not filled in."""
    _, findings = parsed(table(["", "店外经营"]))
    assert [column for severity, _, column, _ in says(findings) if severity == "error"] == [
        *["设定依据", "适用情形", "不予处罚依据", "配套监管措施"]
    ]


def test_an_act_whose_name_starts_like_a_footer_is_an_item():
    assert [item.title for item in parsed(table(row(事项名称="负责人未到场值守")))[0]] == ["负责人未到场值守"]
    assert len(parsed(table(row(序号="", 事项名称="合计金额未公示")))[0]) == 1


def test_a_repeated_heading_in_the_middle_is_no_item():
    items, findings = parsed(table(row(), heading(), row(序号="2", 事项名称="店外经营")))
    assert ([item.row for item in items], findings) == ([4, 6], [])


def test_merged_cells_are_carried_down_and_blank_rows_under_them_are_no_items(tmp_path):
    """R7: 设定依据 and 依据 merged over rows belong to each of them."""
    rows = table(row(), row(序号="2", 事项名称="店外经营"), [""] * 7)
    rows[4][2] = rows[4][4] = None
    path = write_xlsx(tmp_path / "a.xlsx", {"不予处罚事项清单": rows}, merges=["C4:C6", "E4:E6", "A1:G1", "A2:G2"])
    items, findings = items_of(path)
    assert findings == []
    assert [(item.number, item.row) for item in items] == [(1, 4), (2, 5)]
    assert items[0].basis == items[1].basis
    assert items[0].leniency_basis == items[1].leniency_basis


def test_hidden_rows_and_sheets_are_read_and_the_reviewer_is_told(tmp_path):
    path = write_xlsx(
        tmp_path / "a.xlsx",
        {
            "不予处罚清单": table(row(), row(序号="2", 事项名称="店外经营")),
            "从轻处罚清单": table(row("lighter"), kind="lighter"),
        },
    )
    book = openpyxl.load_workbook(path)
    book.worksheets[0].row_dimensions[5].hidden = True
    book.worksheets[1].sheet_state = "hidden"
    book.save(path)
    items, findings = items_of(path)
    assert len(items) == 3
    assert [(f.severity, f.sheet, f.row, f.message) for f in findings] == [
        ("warning", "不予处罚清单", 5, "这一行在表里是隐藏的，仍然读入"),
        ("warning", "从轻处罚清单", 4, "这一行在表里是隐藏的，仍然读入"),
    ]


def test_a_sheet_of_notes_beside_the_lists_is_skipped_with_a_note(tmp_path):
    notes = [["编制说明"], ["日期", "修改人", "内容", "备注"], ["2024-05-06", "张三", "第一次编制", ""]]
    items, findings = items_of(
        write_xlsx(tmp_path / "a.xlsx", {"编制说明": notes, "不予处罚清单": table(row()), "Sheet3": []})
    )
    assert len(items) == 1
    assert [(f.severity, f.sheet, f.message) for f in findings] == [
        ("note", "编制说明", "不是清单表格，跳过"),
        ("note", "Sheet3", "不是清单表格，跳过"),
    ]


def test_a_list_whose_heading_row_was_deleted_is_an_error_and_not_skipped():
    """R7: rows that cite law under no heading are a list that cannot be read."""
    for rows in ([row(), row(序号="2")], [["不予处罚事项清单"], row()]):
        assert says(parsed(rows)[1]) == [("error", None, "", "找不到表头")]


def test_a_workbook_without_any_list_is_an_error(tmp_path):
    for name, sheets in (("a", {"Sheet1": []}), ("b", {"说明": [["只有说明文字"]]})):
        items, findings = items_of(write_xlsx(tmp_path / f"{name}.xlsx", sheets))
        assert items == []
        assert says(findings, "error") == [("error", None, "", "没有找到清单表格")]


cell = st.sampled_from(
    ["", "无", "1", "2", "合计", "……", "事项名称", "序号", "设定依据", *row(), *heading("lighter"), "\n", "x" * 300]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.one_of(cell, st.text(max_size=8)), max_size=9), max_size=8), st.text(max_size=8))
def test_any_table_makes_items_and_findings_and_never_raises(rows, name):
    for sheet in (rows, table(*rows), table(*rows, kind="mitigated")):
        items, findings = parsed(sheet, name=name)
        if not [finding for finding in findings if finding.severity == "error"]:
            assert len({item.id for item in items}) == len(items)
        assert [finding for finding in findings if not finding.message] == []
