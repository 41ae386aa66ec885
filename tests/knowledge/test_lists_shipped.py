"""The fifteen offices' lists: every item, at its row, with its columns (R7), and the four broken files refused (R8, R9)."""

from __future__ import annotations

import collections

import pytest

from knowledge.files import read_sheets
from knowledge.findings import RefusedFile
from knowledge.lists import read_list
from knowledge.shipped import read_collection, shipped_sources
from knowledge.text import comparable
from tests.knowledge.makers import DATA, items_of, source, write_pdf_table

KINDS = ("exempt", "lighter", "mitigated", "no_compulsion")
COUNTS = {
    "示范县市场监督管理局": ("scjg", 10, 2, 2, 4),
    "国家税务总局示范县税务局": ("shuiwu", 7, 1, 1, 2),
    "示范县城市管理局": ("chengguan", 6, 2, 1, 2),
    "示范市生态环境局示范县分局": ("shengtaihuanjing", 6, 1, 1, 1),
    "示范县应急管理局": ("yingji", 4, 1, 1, 1),
    "示范县消防救援大队": ("xiaofang", 6, 1, 1, 1),
    "示范县人力资源和社会保障局": ("renshe", 5, 1, 1, 1),
    "示范县交通运输局": ("jiaotong", 5, 1, 1, 2),
    "示范县住房和城乡建设局": ("zhujian", 5, 1, 1, 1),
    "示范县卫生健康局": ("weijian", 4, 1, 1, 1),
    "示范县农业农村局": ("nongye", 6, 1, 1, 3),
    "示范县烟草专卖局": ("yancao", 2, 1, 1, 0),
    "示范县文化广电和旅游局": ("wenlv", 5, 1, 1, 1),
    "示范县水利局": ("shuili", 4, 1, 1, 2),
    "示范县统计局": ("tongji", 4, 0, 0, 0),
}
READ = {one.id: read_list(path, one) for kind, one, path in shipped_sources() if kind == "list"}
ITEMS = {item.id: item for items, _ in READ.values() for item in items}


def test_there_are_132_items_of_fifteen_offices():
    assert (len(READ), len(ITEMS), sum(len(items) for items, _ in READ.values())) == (15, 132, 132)


@pytest.mark.parametrize("department", COUNTS)
def test_an_office_has_as_many_items_of_each_kind_as_the_table_says(department):
    """R7: the four lists, and the department as 单位名称（盖章） names it."""
    name, *counts = COUNTS[department]
    found = collections.Counter((item.department, item.kind) for item in READ[name][0])
    assert found == {(department, kind): n for kind, n in zip(KINDS, counts, strict=True) if n}


def test_numbers_run_from_one_in_every_list():
    for name, (items, _) in READ.items():
        for kind in KINDS:
            numbers = [item.number for item in items if item.kind == kind]
            assert numbers == list(range(1, len(numbers) + 1)), (name, kind)


def test_every_column_is_filled_and_only_the_penalty_lists_have_a_range():
    """R7: 裁量幅度 stands in 从轻 and 减轻 only."""
    for item in ITEMS.values():
        assert all([item.title, item.basis, item.circumstances, item.leniency_basis, item.measures]), item.id
        assert (item.range is not None) == (item.kind in ("lighter", "mitigated")), item.id


def test_the_only_finding_is_the_note_about_the_list_that_says_none():
    found = {name: [str(finding) for finding in findings] for name, (_, findings) in READ.items() if findings}
    assert found == {
        "yancao": ["[说明] 文件 yancao.xlsx · 工作表 不予实施行政强制事项清单 · 第4行：写明“无”，没有这一类事项"]
    }


def test_a_basis_merged_over_rows_is_carried_down():
    """R7: every item has its own 设定依据."""
    first, second = ITEMS["chengguan-exempt-3"], ITEMS["chengguan-exempt-4"]
    assert first.basis == second.basis and first.title != second.title
    fire = [ITEMS[f"xiaofang-exempt-{number}"].basis for number in (1, 2, 3)]
    assert len(set(fire)) == 1 and "第六十条第一款第一项" in fire[0]


def test_full_width_digits_and_both_ways_of_citing_stay_as_they_are():
    """R3: the words of the row are not changed."""
    assert ITEMS["xiaofang-mitigated-1"].range.startswith("处２０００元以上４０００元以下罚款")
    assert "第60条第1款第3项" in ITEMS["xiaofang-exempt-4"].basis
    assert "第９２条第（三）项" in ITEMS["nongye-exempt-4"].basis


def test_lines_inside_a_cell_are_kept():
    assert ITEMS["chengguan-exempt-1"].circumstances.split("\n") == [
        "1、半年内首次被发现；",
        "2、占用面积不超过５平方米，未影响通行；",
        "3、2小时内清理完毕。",
    ]


def test_an_item_knows_the_sheet_and_row_that_the_office_sees():
    assert (ITEMS["scjg-lighter-2"].sheet, ITEMS["scjg-lighter-2"].row) == ("从轻处罚事项清单", 5)
    assert (ITEMS["tongji-exempt-1"].sheet, ITEMS["tongji-exempt-1"].row) == ("tongji", 4)


def test_an_item_reads_as_its_row_with_the_names_of_the_columns():
    lines = ITEMS["yancao-lighter-1"].text.split("\n")
    assert [line.partition("：")[0] for line in lines] == [
        *["事项名称", "适用情形", "设定依据", "从轻处罚依据", "裁量幅度", "配套监管措施"]
    ]


BROKEN = {
    "bad_01_missing_condition": (
        "不予处罚事项清单 · 第6行 · “适用情形”栏：“适用情形”为空（R8） 应为：写明首次、数量、时限、后果等具体条件"
    ),
    "bad_02_no_penalty_provision": (
        "不予处罚事项清单 · 第5行 · “设定依据”栏：只有违反条款，没有处罚条款（R8） 应为：补充“处罚条款：《××法》第×条”"
    ),
    "bad_03_excluded_price_gouging": (
        "从轻处罚事项清单 · 第5行 · “事项名称”栏：“捏造、散布涨价”属于不得列入清单的行为，"
        "依据某市方案 三(三)、滑县意见 三(七)（R9） 应为：从清单中删去这一行"
    ),
    "bad_04_missing_column": (
        "不予处罚事项清单 · 第3行 · “不予处罚依据”栏：表头缺少“不予处罚依据”一栏（R7） "
        "应为：在表头增加“不予处罚依据”并逐行填写"
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_file_sheet_row_column_and_what_would_be_right(name):
    """R8, R9: one error each, and nothing else."""
    path = DATA / "bad" / f"{name}.xlsx"
    _, findings = items_of(path)
    assert [str(finding) for finding in findings] == [f"[错误] 文件 {name}.xlsx · 工作表 {BROKEN[name]}"]
    with pytest.raises(RefusedFile) as caught:
        read_collection("list", source(path), path)
    assert caught.value.findings == findings


def test_the_broken_files_are_all_there():
    assert sorted(path.stem for path in (DATA / "bad").glob("*.xlsx")) == sorted(BROKEN)


@pytest.mark.parametrize("name", ["chengguan", "xiaofang", "wenlv", "tongji"])
def test_the_same_lists_as_pdf_have_the_same_items(name, tmp_path):
    """R7: merged cells, lines inside cells and full-width digits survive the other format."""
    one, path = next((one, path) for _, one, path in shipped_sources() if one.id == name)
    for sheet in read_sheets(path):
        head = next(place for place, cells in enumerate(sheet.rows) if "事项名称" in cells)
        above = [cell for cells in sheet.rows[:head] for cell in cells if cell] or sheet.caption.split("\n")
        made = write_pdf_table(tmp_path / "a.pdf", above, sheet.rows[head:])
        items, findings = read_list(made, one)
        wanted = [item for item in READ[name][0] if item.sheet == sheet.name]
        assert [comparable(item.text) for item in items] == [comparable(item.text) for item in wanted]
        assert ([item.id for item in items], findings) == ([item.id for item in wanted], [])
