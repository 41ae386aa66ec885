"""Lists as pdf tables: over pages, rows cut, headings repeated or not (R7)."""

from __future__ import annotations

import pytest
from reportlab.lib.pagesizes import A4, landscape
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from tests.knowledge.makers import (
    CELL,
    LENIENCY,
    heading,
    items_of,
    row,
    says,
    write_pdf_table,
)

PDF_HEAD = ["违法行为", "违反条款", "处罚依据", "不予处罚的情节"]


def pdf_rows(count: int) -> list[list[str]]:
    law = "《城市市容和环境卫生管理条例》"
    return [
        [
            f"第{number}种占道经营行为",
            f"{law}第十四条第{number}项",
            f"{law}第三十六条第二项",
            f"一年内首次被发现，占道面积不超过{number}平方米，" + "当场清理并恢复原状，" * 6 + "没有影响通行。",
        ]
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("repeat", [0, 1])
def test_a_pdf_table_over_pages_is_one_list_whether_or_not_its_heading_is_repeated(tmp_path, repeat):
    """R7: columns by their wording, rows cut by the page mended, what is missing said and left empty."""
    path = write_pdf_table(
        tmp_path / "a.pdf",
        ["轻微违法行为不予处罚清单", "单位名称（盖章）：示范县城市管理局"],
        [PDF_HEAD, *pdf_rows(9)],
        repeat=repeat,
        height=330,
    )
    items, findings = items_of(path)
    assert [item.title for item in items] == [cells[0] for cells in pdf_rows(9)]
    assert [item.circumstances for item in items] == [cells[3] for cells in pdf_rows(9)]
    assert [item.basis for item in items] == [f"违反条款：{cells[1]}\n处罚依据：{cells[2]}" for cells in pdf_rows(9)]
    assert {(item.kind, item.department, item.leniency_basis, item.measures) for item in items} == {
        ("exempt", "示范县城市管理局", None, None)
    }
    assert [(f.severity, f.column) for f in findings] == [
        *[("warning", "不予处罚依据"), ("warning", "配套监管措施"), ("warning", "序号")]
    ]


@pytest.mark.parametrize("repeat", [0, 1])
@pytest.mark.parametrize("height", [260, 300, 350])
def test_a_row_cut_by_the_page_is_whole_again(tmp_path, repeat, height):
    """R3: its words are those of the file, wherever the cut falls."""
    rows = [row(序号=str(n), 事项名称=f"第{n}种行为", 适用情形=pdf_rows(9)[n - 1][3], 备注="备") for n in range(1, 8)]
    path = write_pdf_table(tmp_path / "a.pdf", ["不予处罚事项清单"], [heading(), *rows], repeat=repeat, height=height)
    items, findings = items_of(path)
    assert [(item.number, item.title, item.circumstances) for item in items] == [
        (n, cells[1], cells[3]) for n, cells in enumerate(rows, 1)
    ]
    assert {item.leniency_basis for item in items} == {LENIENCY["exempt"]}
    assert says(findings) == []


def test_two_tables_on_one_page_keep_their_own_titles(tmp_path):

    story = []
    for kind, title in (("lighter", "从轻处罚事项清单"), ("mitigated", "减轻处罚事项清单")):
        cells = [[Paragraph(text, CELL) for text in line] for line in (heading(kind), row(kind))]
        made = Table(cells, colWidths=[95] * 8)
        made.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black")]))
        story += [Paragraph(title, CELL), made]
    path = tmp_path / "a.pdf"
    SimpleDocTemplate(str(path), pagesize=landscape(A4), leftMargin=36, rightMargin=36, topMargin=36).build(story)
    items, findings = items_of(path)
    assert ([item.kind for item in items], findings) == (["lighter", "mitigated"], [])
