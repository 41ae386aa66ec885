"""The heading row in every office's wording, and which of the four lists a table is (R7)."""

from __future__ import annotations

import pytest

from knowledge.list_columns import column_name, squeezed
from knowledge.lists import looks_like_list
from knowledge.sheets import Sheet
from tests.knowledge.makers import (
    heading,
    items_of,
    parsed,
    row,
    says,
    table,
    write_xlsx,
)


def two_rows(below: list[str]) -> list[list[str]]:
    head = ["序号", "事项名称", "设定依据", "", "适用情形", "不予处罚依据", "配套监管措施"]
    cells = ["1", "店外经营", "《城市道路管理条例》第二十七条", "《城市道路管理条例》第四十二条", *row()[3:6]]
    return [*table(head=head), below, cells]


@pytest.mark.parametrize(
    "below",
    [
        ["", "", "违反条款", "处罚条款", "", "", ""],
        ["序号", "事项名称", "违反条款", "处罚条款", "适用情形", "不予处罚依据", "配套监管措施"],
        ["", "", "违反的法律条款", "罚则"],
    ],
)
def test_a_heading_of_two_rows_gives_both_halves_of_the_basis(below):
    """R8: 设定依据 spans 违反条款 and 处罚条款; both are needed."""
    items, findings = parsed(two_rows(below))
    assert findings == []
    assert items[0].basis == (f"{below[2]}：《城市道路管理条例》第二十七条\n{below[3]}：《城市道路管理条例》第四十二条")
    assert items[0].row == 5


def test_a_heading_of_two_rows_with_merged_cells_is_read_from_a_workbook(tmp_path):
    rows = two_rows(["", "", "违反条款", "处罚条款", "", "", ""])
    merges = ["C3:D3", "A3:A4", "B3:B4", "E3:E4", "F3:F4", "G3:G4"]
    items, findings = items_of(write_xlsx(tmp_path / "a.xlsx", {"不予处罚清单": rows}, merges))
    assert findings == []
    assert "处罚条款：《城市道路管理条例》第四十二条" in items[0].basis


def test_an_empty_penalty_column_is_an_error():
    """R8: the penalty provision is missing in that row."""
    rows = two_rows(["", "", "违反条款", "处罚条款"])
    rows[4][3] = ""
    assert says(parsed(rows)[1]) == [("error", 5, "设定依据", "只有违反条款，没有处罚条款")]


@pytest.mark.parametrize(
    "title", ["从轻处罚事项清单", "减轻行政处罚清单", "不予实施行政强制事项清单", "免予行政强制清单"]
)
def test_a_title_that_contradicts_the_heading_is_an_error(title):
    """R7: which of the four lists is meant?"""
    rows = table(row())
    rows[0] = [title]
    ((severity, at, column, message),) = says(parsed(rows)[1])
    assert (severity, at, column) == ("error", 3, "不予处罚依据")
    assert message.endswith("表头却是“不予处罚依据”")


def test_a_sheet_name_that_contradicts_the_heading_is_an_error():
    rows = [cells for cells in table(row()) if "清单" not in cells[0]]
    assert says(parsed(rows, name="减轻处罚")[1], "error") != []


@pytest.mark.parametrize(
    "title", ["示范县从轻、减轻处罚及不予处罚事项清单", "“四张清单”（不予处罚、从轻处罚、减轻处罚、不予强制）"]
)
def test_a_title_over_all_four_lists_contradicts_none(title):
    rows = table(row("lighter"), kind="lighter")
    rows[0] = [title]
    items, findings = parsed(rows)
    assert ([item.kind for item in items], findings) == (["lighter"], [])


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("轻微违法行为免罚清单", "exempt"),
        ("轻微违法行为免于处罚清单", "exempt"),
        ("首违不罚事项清单", "exempt"),
        ("从轻行政处罚事项清单", "lighter"),
        ("减轻行政处罚事项清单（第一批）", "mitigated"),
        ("免予行政强制事项清单", "no_compulsion"),
        ("不予采取行政强制措施清单", "no_compulsion"),
    ],
)
def test_a_general_heading_takes_its_kind_from_the_title(title, kind):
    """R7: the four lists under the names that offices give them."""
    head = heading(kind)
    head[4] = "减免责依据"
    rows = table(row(kind), head=head)
    rows[0] = [title]
    assert [item.kind for item in parsed(rows)[0]] == [kind]


def test_a_list_that_never_says_which_it_is_is_an_error():
    head = heading()
    head[4] = "减免责依据"
    rows = table(row(), head=head)
    rows[0] = ["事项清单"]
    assert says(parsed(rows)[1]) == [("error", 3, "", "看不出是哪一张清单")]


def test_a_column_missing_from_the_prescribed_form_is_an_error():
    """R7: the columns of 滑县 附件2 in their own wording, one of them left out."""
    for kind in ("exempt", "lighter"):
        for name in heading(kind)[1:-1]:
            place = heading(kind).index(name)
            without = [[*cells[:place], *cells[place + 1 :]] for cells in (heading(kind), row(kind))]
            _, findings = parsed(table(without[1], kind=kind, head=without[0]))
            assert ("error", 3, name, f"表头缺少“{name}”一栏") in says(findings)


FOREIGN = [
    ["违法行为", "违反条款", "处罚依据", "不予处罚的情节"],
    ["违法事项", "违反的法律法规条款", "行政处罚法律依据", "免罚情形"],
    ["轻微违法行为", "违法依据", "罚则", "适用条件"],
    ["案由", "法律依据", "法律责任", "不予处罚的适用条件"],
    ["违法行为（事项）", "禁 止 性\n规 定", "处罚条款", "适用不予处罚情形"],
]


@pytest.mark.parametrize("head", FOREIGN)
def test_another_office_s_wording_is_mapped_and_what_it_lacks_is_said_and_not_invented(head):
    """R7: missing columns are None, with a warning each."""
    law = "《城市道路管理条例》"
    cells = ["店外经营", f"{law}第二十七条", f"{law}第四十二条", "首次被发现，占道不超过1米，当场收回。"]
    items, findings = parsed([["某市轻微违法不予处罚清单"], head, cells])
    (item,) = items
    first, second = (cell.replace(" ", "").replace("\n", "") for cell in head[1:3])
    assert (item.title, item.circumstances) == (cells[0], cells[3])
    assert item.basis == f"{first}：{cells[1]}\n{second}：{cells[2]}"
    assert (item.leniency_basis, item.range, item.measures, item.remarks) == (None, None, None, None)
    assert says(findings) == [
        ("warning", 2, "不予处罚依据", "原表没有“不予处罚依据”一栏，留空，不代填"),
        ("warning", 2, "配套监管措施", "原表没有“配套监管措施”一栏，留空，不代填"),
        ("warning", 2, "序号", "没有“序号”一栏，按行的次序编号"),
    ]


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("减轻处罚裁量标准", "range"),
        ("从轻处罚幅度", "range"),
        ("处罚种类和幅度", "range"),
        ("从轻处罚的依据", "leniency"),
        ("从轻行政处罚依据", "leniency"),
        ("从轻处罚适用条件", "circumstances"),
        ("配套监管（服务）措施", "measures"),
        ("事后监管措施", "measures"),
    ],
)
def test_a_varied_heading_lands_in_its_column(written, column):
    """R7: the form allows for an office's own wording."""
    assert column_name(squeezed(written)) == column


def test_columns_that_are_not_read_are_said():
    """R7: nothing disappears silently."""
    head = [*heading(), "实施机关", "法律依据"]
    _, findings = parsed(table([*row(), "城管局", "《某法》第一条"], head=head))
    assert says(findings) == [
        ("note", 3, "实施机关", "不是清单的栏目，没有读入"),
        ("warning", 3, "法律依据", "与另一栏意思相同，没有读入"),
    ]


def test_an_exempt_list_may_have_an_empty_range_column():
    """R7: 裁量幅度 belongs to 从轻 and 减轻 only."""
    head = [*heading()[:5], "裁量幅度", *heading()[5:]]
    cells = [*row()[:5], "", *row()[5:]]
    assert parsed(table(cells, head=head))[1] == []


def test_what_looks_like_a_list_is_one():
    assert looks_like_list(Sheet("a", tuple(map(tuple, table(row())))))
    assert not looks_like_list(Sheet("a", (("姓名", "电话", "备注"), ("张三", "1", ""))))
