"""A new document as txt, docx or pdf becomes the same clause tree; what does not fit is a finding (R3)."""

from __future__ import annotations

import collections
import datetime as dt
import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.documents import Source, parse_document
from knowledge.text import strip_bookmarks, strip_control
from tests.knowledge.makers import document_of, outline, write_docx, write_pdf

LINES = [
    "示范县人民政府文件",
    "示政发〔2024〕3号",
    "示范县包容审慎监管实施办法",
    "各乡镇人民政府，县政府各部门：",
    "为了优化营商环境，根据有关法律，结合本县实际，制定本办法。",
    "一、总体要求",
    "坚持依法行政，宽严相济，让企业敢闯敢试，让执法既有力度又有温度，做到教育与处罚相结合，过罚相当，程序正当。",
    "（一）适用范围。本县行政区域内的行政执法机关适用本办法。",
    "（二）适用对象。包括下列企业：",
    "1.新技术企业。",
    "2.新业态企业，应当同时满足：",
    "（1）在本县登记；",
    "（2）没有严重失信记录。",
    "二、保障措施",
    "（一）加强领导。各部门要细化措施，落实责任。",
    "附则：本办法由县司法局负责解释。",
    "附件：1.示范县减免责清单",
    "示范县人民政府",
    "2024年5月6日",
    "附件1",
    "示范县减免责清单",
    "1.未亮照经营，首次发现的，不予处罚。",
]
TREE = [
    ("前言", ""),
    ("一", "总体要求"),
    ("一(一)", "适用范围"),
    ("一(二)", "适用对象"),
    ("一(二)1", "新技术企业"),
    ("一(二)2", ""),
    ("一(二)2(1)", "在本县登记"),
    ("一(二)2(2)", "没有严重失信记录"),
    ("二", "保障措施"),
    ("二(一)", "加强领导"),
    ("附则", "附则"),
    ("附件1", "示范县减免责清单"),
    ("附件1.1", ""),
]


def parse(*lines: str):
    document, findings = parse_document(lines, Source("doc", "doc.txt", "新文件"))
    return document, [(finding.severity, finding.message) for finding in findings]


def check_whole(document, findings):
    assert findings == []
    assert outline(document) == TREE
    source = document.source
    assert (source.title, source.number, source.date) == (
        "示范县包容审慎监管实施办法",
        "示政发〔2024〕3号",
        dt.date(2024, 5, 6),
    )
    assert document.back == ("附件：1.示范县减免责清单", "示范县人民政府", "2024年5月6日")
    texts = {clause.path: clause.text for clause in document.clauses}
    assert texts["一(二)2(2)"] == "（2）没有严重失信记录。"
    assert texts["一"].split("\n")[1] == LINES[6]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_new_txt_goes_the_same_way_in_every_encoding(tmp_path, encoding):
    path = tmp_path / "doc.txt"
    path.write_bytes("\r\n".join(LINES).encode(encoding))
    check_whole(*document_of(path))


def test_a_new_docx_goes_the_same_way(tmp_path):
    check_whole(*document_of(write_docx(tmp_path / "doc.docx", LINES)))


def test_a_new_pdf_goes_the_same_way_though_its_lines_are_broken_by_width_and_page(tmp_path):
    check_whole(*document_of(write_pdf(tmp_path / "doc.pdf", [LINES[:13], LINES[13:18], LINES[18:]])))


def test_a_sentence_that_a_pdf_page_cuts_is_joined_and_page_numbers_are_left_out(tmp_path):
    long = "为了优化营商环境，" + "促进企业发展，" * 30
    first = ["某县某办法", "一、目标", long + "保护企业的", "- 1 -"]
    document, findings = document_of(
        write_pdf(tmp_path / "a.pdf", [first, ["合法权益。", "二、措施", "依法办理。", "- 2 -"]])
    )
    assert document.clauses[0].text == f"一、目标\n{long}保护企业的合法权益。"
    assert outline(document) == [("一", "目标"), ("二", "措施")]
    assert findings == []


CHAPTERS = [
    "某省行政执法条例",
    "第一章 总则",
    "第一条 为了规范行政执法，制定本条例。",
    "第二条 本条例适用于下列活动：",
    "（一）行政处罚；",
    "（二）行政强制。",
    "第二章 程序",
    "第一节 一般规定",
    "第三条 依照本条例第二条的规定办理。",
    "第二节 特别规定",
    "第四条 规定期限内改正的，不予处罚。",
    "第三章 附则",
    "第五条 本条例自2024年1月1日起施行。",
]
CHAPTER_TREE = [
    ("第一章", "总则"),
    ("第一章第一条", ""),
    ("第一章第二条", "本条例适用于下列活动"),
    ("第一章第二条(一)", "行政处罚"),
    ("第一章第二条(二)", "行政强制"),
    ("第二章", "程序"),
    ("第二章第一节", "一般规定"),
    ("第二章第一节第三条", "依照本条例第二条的规定办理"),
    ("第二章第二节", "特别规定"),
    ("第二章第二节第四条", ""),
    ("第三章", "附则"),
    ("第三章第五条", "本条例自2024年1月1日起施行"),
]


@pytest.mark.parametrize("kind", ["lines", "docx"])
def test_chapters_sections_and_articles_make_a_tree_and_articles_number_through(tmp_path, kind):
    if kind == "docx":
        document, findings = document_of(write_docx(tmp_path / "law.docx", CHAPTERS))
    else:
        document, findings = parse(*CHAPTERS)
    assert outline(document) == CHAPTER_TREE
    assert findings == []
    assert document.source.title == "某省行政执法条例"


def test_chapters_number_through_the_parts_of_a_code():
    document, findings = parse("第一编 总则", "第一章 目的", "第一条 甲。", "第二编 分则", "第二章 程序", "第二条 乙。")
    paths = ["第一编", "第一编第一章", "第一编第一章第一条", "第二编", "第二编第二章", "第二编第二章第二条"]
    assert [clause.path for clause in document.clauses] == paths
    assert findings == []


def test_articles_beyond_ninety_nine_have_their_number():
    lines = [f"第{number}条　内容。" for number in ("九十九", "一百", "一百零一", "一百一十", "一百一十二")]
    document, findings = parse(*lines)
    assert [clause.id for clause in document.clauses] == ["doc-99", "doc-100", "doc-101", "doc-110", "doc-112"]
    assert [message for _, message in findings] == [
        "编号“九十九”与前一条不连续",
        "编号“一百一十”与前一条不连续",
        "编号“一百一十二”与前一条不连续",
    ]


def test_a_number_that_is_skipped_or_given_twice_is_a_finding_and_ids_stay_unique():
    document, findings = parse("一、甲。", "三、乙。", "三、丙。", "（二）丁。")
    assert [clause.id for clause in document.clauses] == ["doc-1", "doc-3", "doc-3r2", "doc-3r2-2"]
    assert findings == [
        ("warning", "编号“三”与前一条不连续"),
        ("warning", "编号“三”与前一条不连续"),
        ("warning", "编号“二”与前一条不连续"),
    ]


def test_a_finding_about_a_number_says_where_and_what_would_be_right():
    _, findings = parse_document(["一、甲。", "", "三、乙。"], Source("doc", "办法.txt", "办法"))
    assert str(findings[0]) == "[存疑] 文件 办法.txt · 第3行 · “三、乙。”栏：编号“三”与前一条不连续 应为：第2个"


def test_a_line_that_fits_nowhere_is_a_finding_and_kept_at_the_end():
    document, findings = parse("一、目标。", "附件：名单", "某局", "2024年1月2日", "二、漏排的一节。")
    assert document.back == ("附件：名单", "某局", "2024年1月2日", "二、漏排的一节。")
    assert findings == [("warning", "“二、漏排的一节。”没有归入任何条款，放在文末")]


def test_a_text_without_any_words_is_an_error():
    assert parse("某局", "2024年")[1] == [("error", "没有读到任何条款")]
    assert parse()[1] == [("error", "没有读到任何条款")]


def test_a_signature_without_an_annex_is_not_part_of_the_last_clause():
    """R3: an answer is the words of the clause, and the date is the document's."""
    document, findings = parse(
        "某办法", "一、目标。", "二、措施。", "某县人民政府", "二〇二四年十月三十一日", "（此件公开发布）"
    )
    assert [clause.text for clause in document.clauses] == ["一、目标。", "二、措施。"]
    assert document.back == ("某县人民政府", "二〇二四年十月三十一日", "（此件公开发布）")
    assert (document.source.date, findings) == (dt.date(2024, 10, 31), [])


def test_a_date_in_the_middle_is_no_signature():
    document, _ = parse("一、历次会议", "第一次会议", "2024年1月2日", "二、措施。")
    assert [clause.text for clause in document.clauses] == ["一、历次会议\n第一次会议\n2024年1月2日", "二、措施。"]
    assert document.source.date is None


def test_an_impossible_date_is_no_date():
    assert parse("一、甲。", "某局", "2024年13月40日")[0].source.date is None


def test_a_number_cited_in_a_title_is_not_the_documents_own():
    """R3: nothing is shown that the document does not state."""
    document, _ = parse("关于转发省府办〔2022〕7号文件的通知", "一、甲。")
    assert document.source.number is None


def test_annexes_with_their_titles_on_the_same_line_are_annexes_after_the_date():
    body = ["一、甲。", "附件：1.清单", "2.表格", "某局", "2024年1月2日"]
    document, findings = parse(*body, "附件1：清单", "1.第一项。", "附件2：表格", "表内容。")
    assert outline(document) == [("一", "甲"), ("附件1", "清单"), ("附件1.1", "第一项"), ("附件2", "表格")]
    assert document.back == ("附件：1.清单", "2.表格", "某局", "2024年1月2日")
    assert findings == []


def test_an_annex_after_a_signature_is_an_annex_though_nothing_pointed_at_it():
    document, findings = parse("一、甲。", "某局", "2024年1月2日", "附件：名单", "1.张三。")
    assert outline(document) == [("一", "甲"), ("附件", "名单"), ("附件.1", "张三")]
    assert (document.back, findings) == (("某局", "2024年1月2日"), [])


def test_an_annex_without_a_title_is_still_a_clause_because_its_clauses_hang_on_it():
    document, _ = parse("一、甲。", "附件1", "1.第一项。")
    assert [(clause.id, clause.parent, clause.text) for clause in document.clauses[1:]] == [
        ("doc-annex1", None, "附件1"),
        ("doc-annex1-1", "doc-annex1", "1.第一项。"),
    ]


def test_annexes_and_supplements_given_twice_keep_ids_apart():
    document, _ = parse("一、甲。", "附则：乙。", "附则：丙。", "附件1", "标题", "1.甲。", "2.乙。", "附件1", "又一个")
    assert [clause.id for clause in document.clauses] == [
        *["doc-1", "doc-supplement", "doc-supplementr2"],
        *["doc-annex1", "doc-annex1-1", "doc-annex1-2", "doc-annex1r2"],
    ]


def test_an_annex_with_nothing_under_it_is_a_finding():
    document, findings = parse("一、甲。", "附件1")
    assert (document.back, findings) == (("附件1",), [("warning", "“附件1”下面没有内容")])


def test_sections_after_a_heading_inside_an_annex_belong_to_the_annex():
    document, findings = parse("一、甲。", "二、乙。", "附件1", "说明", "一、总则。", "（一）范围。", "附件2", "样式")
    assert [clause.path for clause in document.clauses] == ["一", "二", "附件1", "附件1一", "附件1一(一)", "附件2"]
    assert findings == []


def test_a_table_of_contents_and_page_numbers_are_left_out_and_noted():
    document, findings = parse(
        "某办法", "一、目标…………1", "二、措施........ 2", "一、目标。", "依法，", "— 1 —", "办理。"
    )
    assert [clause.text for clause in document.clauses] == ["一、目标。\n依法，办理。"]
    assert [message for _, message in findings] == [
        "目录行“一、目标…………1”未读入",
        "目录行“二、措施........ 2”未读入",
        "页码“—1—”未读入",
    ]


def test_a_line_after_a_heading_stays_a_line_of_its_own_however_short():
    assert parse("一、名单", "张三", "李四", "二、其他", "略。")[0].clauses[0].text == "一、名单\n张三\n李四"


def test_a_preamble_that_ends_in_a_colon_is_a_clause_and_an_addressee_is_not():
    document, _ = parse("关于某事的通知", "各乡镇，各部门：", "为了优化环境，现将有关事项通知如下：", "一、甲。")
    assert outline(document)[0] == ("前言", "")
    assert document.front == ("关于某事的通知", "各乡镇，各部门：")


def test_a_character_that_cannot_be_read_is_a_warning():
    assert ("warning", "有辨认不出的字") in parse("一、企\ufffd应当改正。")[1]


def test_a_reference_to_an_article_at_the_start_of_a_line_is_no_heading():
    document, findings = parse("第一条 甲。", "第三条规定的情形除外。", "第二条 乙。")
    assert [clause.path for clause in document.clauses] == ["第一条", "第二条"]
    assert findings == []


def test_two_words_that_meet_at_a_page_break_are_both_kept_and_noted():
    document, findings = parse("一、目标", "支持各类企业，帮助企业", "", "业务发展。")
    assert document.clauses[0].text == "一、目标\n支持各类企业，帮助企业业务发展。"
    assert findings == [("note", "换页处“业业”照录，请核对")]


ALPHABET = "一二三十百第章条节编附件则、（）()1234567890.．：:，。；“”〔〕年月日号 \t\u3000\x00\u200b某局企业…-"
HEADINGS = [
    "一、",
    "（一）",
    "1.",
    "（1）",
    "第一条 ",
    "第二章 ",
    "附件",
    "附件1",
    "附则：",
    "- 附件：1.",
    "2024年1月2日",
]
line = st.one_of(
    st.text(), st.text(ALPHABET, max_size=30), st.builds(str.__add__, st.sampled_from(HEADINGS), st.text(ALPHABET))
)


def characters(text: str) -> collections.Counter[str]:
    text = unicodedata.normalize("NFKD", text)
    return collections.Counter(char for char in text if not char.isspace())


@settings(max_examples=400, deadline=None)
@given(st.lists(line, max_size=12))
def test_any_lines_make_a_document_that_loses_no_character_and_repeats_no_id(lines):
    """R3: what is not kept is said in a finding; the mark of an annex is in its path."""
    document, findings = parse_document(lines, Source("doc", "doc.txt", "新文件"))
    clauses = document.clauses
    assert len({clause.id for clause in clauses}) == len(clauses)
    known = {clause.id for clause in clauses}
    assert [clause.id for clause in clauses if clause.parent is not None and clause.parent not in known] == []
    marks = [c.path for c in clauses if c.id.startswith("doc-annex") and c.parent is None and c.text != c.path]
    dropped = [found for f in findings for found in re.findall("^(?:页码|目录行|换页处重复的)“(.*)”", f.message)]
    kept = characters("".join([*document.front, *marks, *(c.text for c in clauses), *document.back, *dropped]))
    given_ = characters("".join(strip_bookmarks(strip_control(text)) for text in lines))
    punctuation = set("-:")  # “- 附件1” and “附件1：…” lose the mark's own punctuation
    lost = {char for char in (given_ - kept) if char not in punctuation}
    assert not lost
    assert not kept - given_


def test_a_long_document_is_parsed_in_time():
    lines = [f"{number % 99 + 1}.第{number}项内容，企业应当按时改正。" for number in range(20_000)]
    begun = time.monotonic()
    document, _ = parse(*lines)
    assert len(document.clauses) == 20_000
    assert time.monotonic() - begun < 8


def test_a_hostile_line_is_parsed_in_time():
    begun = time.monotonic()
    parse("一、" + "(" * 50_000, "中" * 200_000 + "(" + "文" * 200_000, "[bookmark:" * 20_000, " " * 100_000 + "。")
    assert time.monotonic() - begun < 8
