"""Word files as documents: automatic numbers, tracked changes, content controls, tables (R3)."""

from __future__ import annotations

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.knowledge.makers import document_of, outline, write_docx, write_numbered_docx

LEVELS = [
    ("chineseCounting", "%1、"),
    ("chineseCountingThousand", "（%2）"),
    ("decimal", "%3."),
    ("decimal", "（%4）"),
]


NUMBERED = [
    (None, "某县实施方案"),
    (0, "总体要求"),
    (None, "依法行政，宽严相济。"),
    (1, "范围。全县适用。"),
    (1, "对象。下列企业："),
    (2, "新技术企业。"),
    (2, "2024年登记的企业，并且："),
    (3, "在本县登记；"),
    (3, "没有失信记录。"),
    (0, "保障措施"),
    (1, "加强领导。落实责任。"),
    (2, "第一项要求。"),
]


def test_word_s_automatic_numbers_are_read_as_if_they_were_typed(tmp_path):
    document, findings = document_of(write_numbered_docx(tmp_path / "n.docx", LEVELS, NUMBERED))
    paths = ["一", "一(一)", "一(二)", "一(二)1", "一(二)2", "一(二)2(1)", "一(二)2(2)", "二", "二(一)", "二(一)1"]
    assert [clause.path for clause in document.clauses] == paths
    assert document.clauses[2].text == "（二）对象。下列企业："
    assert findings == []


def test_numbers_that_a_word_style_gives_are_read_too(tmp_path):
    path = write_numbered_docx(tmp_path / "s.docx", LEVELS, [])
    document = docx.Document(str(path))
    for name, depth in (("Heading 1", 0), ("Heading 2", 1)):
        numbers = document.styles[name].element.get_or_add_pPr().get_or_add_numPr()
        numbers.get_or_add_numId().val = 77
        numbers.get_or_add_ilvl().val = depth
    based = document.styles.add_style("本单位标题", WD_STYLE_TYPE.PARAGRAPH)
    based.base_style = document.styles["Heading 1"]
    for text, style in (("要求", "Heading 1"), ("范围", "Heading 2"), ("对象", "Heading 2"), ("措施", "本单位标题")):
        document.add_paragraph(text, style=style)
        document.add_paragraph(f"关于{text}，依法办理。")
    document.save(str(path))
    assert outline(document_of(path)[0]) == [("一", "要求"), ("一(一)", "范围"), ("一(二)", "对象"), ("二", "措施")]


def test_a_second_list_that_word_starts_anew_starts_at_one(tmp_path):
    path = write_numbered_docx(tmp_path / "r.docx", [("decimal", "%1.")], [(0, "甲。"), (0, "乙。")])
    document = docx.Document(str(path))
    document.part.numbering_part.element.append(
        parse_xml(
            f'<w:num {nsdecls("w")} w:numId="78"><w:abstractNumId w:val="77"/><w:lvlOverride w:ilvl="0">'
            '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        )
    )
    for text in ("丙。", "丁。"):
        document.add_paragraph(text)._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = 78
    document.save(str(path))
    assert [clause.text for clause in document_of(path)[0].clauses] == ["1.甲。", "2.乙。", "1.丙。", "2.丁。"]


def test_tracked_insertions_are_read_and_deletions_are_not(tmp_path):
    path = write_docx(tmp_path / "t.docx", ["一、目标", "企业应当"])
    document = docx.Document(str(path))
    document.paragraphs[1]._p.append(
        parse_xml(f'<w:ins {nsdecls("w")} w:id="1" w:author="a"><w:r><w:t>在七日内改正。</w:t></w:r></w:ins>')
    )
    document.paragraphs[1]._p.append(
        parse_xml(f'<w:del {nsdecls("w")} w:id="2" w:author="a"><w:r><w:delText>停</w:delText><w:br/></w:r></w:del>')
    )
    document.paragraphs[1]._p.append(
        parse_xml(f'<w:moveFrom {nsdecls("w")} w:id="3" w:author="a"><w:r><w:t>移走的话。</w:t></w:r></w:moveFrom>')
    )
    document.save(str(path))
    assert document_of(path)[0].clauses[0].text == "一、目标\n企业应当在七日内改正。"


def test_paragraphs_in_a_content_control_are_read(tmp_path):
    path = write_docx(tmp_path / "c.docx", ["一、目标", "依法办理。"])
    document = docx.Document(str(path))
    control = parse_xml(
        f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>二、措施</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    document.element.body.insert(2, control)
    document.save(str(path))
    assert outline(document_of(path)[0]) == [("一", "目标"), ("二", "措施")]


def test_a_table_in_a_docx_stays_with_its_clause_row_by_row(tmp_path):
    path = write_docx(
        tmp_path / "t.docx", ["一、名单", "名单如下。", [["1.", "甲公司", "轻微"], ["2.", "乙公司", "一般"]]]
    )
    document, findings = document_of(path)
    assert [clause.text for clause in document.clauses] == ["一、名单\n名单如下。\n1.　甲公司　轻微\n2.　乙公司　一般"]
    assert findings == []
