"""Templates of official papers: their layout (GB/T 9704), their closed set of fields, hostile ones refused, and filling."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from defusedxml.ElementTree import fromstring
from docx.oxml.ns import qn

from knowledge.papers import build, layout, tags
from knowledge.papers.examples import LONG_NAME, LONGEST, ORDINARY, examples
from knowledge.papers.faults import BadTemplate
from knowledge.papers.filling import CannotFill, fill, printable
from knowledge.papers.fitting import FITS, Course
from knowledge.papers.kinds import DATA, MISSING, load_papers, shipped_papers
from knowledge.papers.templates import load_templates, read_template, shipped_templates
from knowledge.papers.wording import WORDING
from knowledge.pledges.kinds import shipped_wordings
from knowledge.procedure.case import PLEDGE_NAMES, Case, Facts
from knowledge.yaml_data import DataError

PAPERS = shipped_papers()
KINDS = list(PAPERS.kinds.values())
ORDER = PAPERS.kinds["order"]
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def shipped(kind: str = "order") -> bytes:
    return shipped_templates().by_kind[kind].content


def changed(content: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """A package with one part changed, or added where it is not there."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        for name in names:
            data = source.read(name)
            target.writestr(name, change(data.decode()).encode() if name == part else data)
        if part not in names:
            target.writestr(part, change("").encode())
    return made.getvalue()


def with_text(text: str, part: str = "word/document.xml") -> bytes:
    """The order with one more paragraph, whose runs are given as XML-free text."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    paragraph = f'<w:p><w:r><w:t xml:space="preserve">{escaped}</w:t></w:r></w:p>'
    end = "<w:sectPr" if part == "word/document.xml" else "</w:hdr>"
    return changed(shipped(), part, lambda xml: xml.replace(end, paragraph + end, 1))


def with_xml(xml: str) -> bytes:
    return changed(shipped(), "word/document.xml", lambda whole: whole.replace("<w:sectPr", xml + "<w:sectPr", 1))


def faults_of(content: bytes, kind: str = "order") -> str:
    with pytest.raises(BadTemplate) as refused:
        read_template(PAPERS.kinds[kind], content, PAPERS, is_own=True)
    return "\n".join(map(str, refused.value.faults))


def words_of(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    heads = [p.text for p in document.sections[0].first_page_header.paragraphs]
    return "\n".join([*(p.text for p in document.paragraphs), *cells, *heads])


# ---- the data


def test_all_papers_of_the_issue_are_there() -> None:
    titles = {kind.title for kind in KINDS}
    assert titles >= {
        "认错保证书", "自愿履行承诺书", "整改承诺书", "赔礼道歉赔偿协议", "责令改正通知书", "整改复查意见", "回访记录",
        "不予行政处罚决定书", "不予实施行政强制决定书", "销号单", "陈述申辩复核意见", "延期审批表",
    }  # fmt: skip
    assert {f"行政指导书（{way}）" for way in ("提醒", "告诫", "约谈", "建议")} <= titles
    assert set(WORDING) == set(PAPERS.kinds)


def test_every_button_is_short_and_unlike_the_others() -> None:
    labels = [kind.label for kind in KINDS]
    assert len(set(labels)) == len(labels) and all(len(label) <= 6 for label in labels)


def test_pledges_bear_the_titles_that_are_signed() -> None:
    for kind in PLEDGE_NAMES:
        assert PAPERS.kinds[kind].title == shipped_wordings()[kind].title


def test_only_the_two_decisions_are_reviewed_and_both_say_that_they_are_drafts() -> None:
    reviewed = [kind for kind in KINDS if kind.is_reviewed]
    assert [kind.id for kind in reviewed] == ["exemption", "no_compulsion"]
    for kind in reviewed:
        text = words_of(shipped(kind.id))
        assert f"{kind.title}（送审稿）" in text


def test_no_term_of_law_stands_in_a_template() -> None:
    """60日, 6个月 and the like are fields: only what the record or the officer says stands in a paper."""
    for kind in KINDS:
        text = re.sub(r"\{\{.*?\}\}", "", words_of(shipped(kind.id)))
        assert not re.search(r"[\d一二三四五六七八九十]+(?:日内|个月|个工作日)|第[一二三四五六七八九十百]+条", text), (
            kind.title
        )


def test_an_adverse_paper_says_how_to_state_a_defence_and_that_the_courts_are_open() -> None:
    """R44, R45."""
    order = words_of(shipped("order"))
    assert "陈述、申辩" in order and "行政复议" in order and "行政诉讼" in order
    assert "陈述、申辩" in words_of(shipped("review"))


def test_guidance_says_that_it_is_free_and_replaces_nothing() -> None:
    """R18, R19."""
    for kind in (kind for kind in KINDS if kind.id.startswith("guidance")):
        text = words_of(shipped(kind.id))
        assert "自愿" in text and "不因此受到不利对待" in text and "不代替依法应当作出的处理" in text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("fits: ordered", "没有条件“nowhere”"),
        ("requires: [案件编号", "没有字段“没有的”"),
        ("name: 文号", "写了两次"),
    ],
)
def test_a_wrong_line_of_the_data_is_named(tmp_path: Path, wrong: str, said: str) -> None:
    right = {
        "fits: ordered": "fits: nowhere",
        "requires: [案件编号": "requires: [没有的",
        "name: 文号": "name: 案件编号",
    }
    text = (DATA / "kinds.yaml").read_text(encoding="utf-8").replace(wrong, right[wrong], 1)
    path = tmp_path / "kinds.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        load_papers(path)


DOCS = (Path(__file__).parents[2] / "docs" / "papers.md").read_text(encoding="utf-8")


def test_the_page_of_the_docs_lists_every_field_and_every_paper_as_they_are() -> None:
    rows = re.findall(r"^\| `\{\{ (\S+) \}\}` \| (.*?) \| (.*?) ?\|$", DOCS, re.MULTILINE)
    assert rows == [(one.name, one.source, "可以补填" if one.ask else "") for one in PAPERS.fields.values()]
    papers = re.findall(r"^\| (\S+) \| (要?) ?\| .+ \|$", DOCS, re.MULTILINE)
    assert [row for row in papers if row[0] != "文书（也是模板的文件名）"] == [
        (kind.title, "要" if kind.is_reviewed else "") for kind in KINDS
    ]


# ---- when a paper fits


def test_a_red_line_a_serious_case_and_a_broken_pledge_bar_the_decision() -> None:
    """R11, R22, R36."""
    case = Case(opened=Case.__dataclass_fields__["opened"].default, problem="")  # type: ignore[arg-type]
    fit = FITS["exemption"]
    ready = {"severity": "minor", "evidence_passed": True, "facts": Facts(is_slight=True)}
    import dataclasses

    made = dataclasses.replace(case, **ready)  # type: ignore[arg-type]
    assert fit(Course(made)) == ""
    assert "红线" in fit(Course(dataclasses.replace(made, touches_red_line=True)))
    assert "突出" in fit(Course(dataclasses.replace(made, severity="serious")))
    assert "承诺" in fit(Course(dataclasses.replace(made, leniency_lost="R36")))
    assert "复核" in fit(Course(dataclasses.replace(made, evidence_passed=False)))


def test_a_signed_pledge_has_its_paper_at_any_time_a_draft_only_while_it_can_be_signed() -> None:
    """R34, R35."""
    case = Case(opened=Case.__dataclass_fields__["opened"].default, problem="", touches_red_line=True)  # type: ignore[arg-type]
    fit, of = FITS["pledge"], "acknowledgement"
    assert fit(Course(case, of=of)) == "企业还没有起草"
    assert "红线" in fit(Course(case, drafted={of}, of=of))
    assert fit(Course(case, signed={of}, of=of)) == ""


# ---- layout


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_the_shipped_template_is_what_its_wording_draws(kind: object) -> None:
    """Whoever changes the wording draws the files anew: python -m knowledge.papers.build."""
    assert (DATA / kind.file).read_bytes() == build.draw(kind)  # type: ignore[attr-defined, arg-type]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_page_margins_fonts_and_lines_are_those_of_gb_t_9704(kind: object) -> None:
    document = docx.Document(DATA / kind.file)  # type: ignore[attr-defined]
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert (round(section.top_margin.mm), round(section.left_margin.mm)) == (37, 28)
    assert round(section.page_width.mm - section.left_margin.mm - section.right_margin.mm) == 156
    assert round(section.page_height.mm - section.top_margin.mm - section.bottom_margin.mm) == 225
    for name, face, size in (
        ("公文正文", layout.FANG, 16),
        ("公文标题", layout.SONG, 22),
        ("公文一级标题", layout.HEI, 16),
    ):
        style = document.styles[name]
        assert style.element.rPr.rFonts.get(qn("w:eastAsia")) == face
        assert style.font.size.pt == size
    assert 28 <= document.styles["公文正文"].paragraph_format.line_spacing.pt <= 29
    assert 22 * document.styles["公文正文"].paragraph_format.line_spacing.pt <= 225 * 72 / 25.4 + 1
    assert document.settings.odd_and_even_pages_header_footer


def test_every_font_has_names_of_stand_ins() -> None:
    with zipfile.ZipFile(DATA / ORDER.file) as archive:
        table = archive.read("word/fontTable.xml").decode()
    for name in (layout.SONG, layout.FANG, layout.HEI, layout.KAI):
        assert re.search(f'w:name="{name}"><w:altName w:val="[^"]+"', table)


def test_page_numbers_stand_between_dashes_at_the_outer_foot() -> None:
    document = docx.Document(DATA / PAPERS.kinds["exemption"].file)
    odd, even = document.sections[0].footer.paragraphs[0], document.sections[0].even_page_footer.paragraphs[0]
    assert odd.text.startswith("— ") and odd.text.endswith(" —") and "PAGE" in odd._p.xml
    assert (odd.alignment, even.alignment) == (layout.Align.RIGHT, layout.Align.LEFT)
    assert odd.style.font.size.pt == 14


def test_an_office_finds_the_styles_by_name_and_few_others() -> None:
    names = {style.name for style in docx.Document(DATA / ORDER.file).styles}
    assert {"公文标题", "公文正文", "公文一级标题", "公文二级标题", "公文落款", "公文红头"} <= names
    assert len(names) < 30


ORDERS = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore widowControl pBdr shd tabs overflowPunct topLinePunct autoSpaceDE "
    "autoSpaceDN snapToGrid spacing ind jc outlineLvl rPr sectPr",
    "rPr": "rStyle rFonts b bCs i color spacing w kern position sz szCs lang",
    "tblPr": "tblStyle tblW jc tblInd tblBorders tblLayout tblCellMar tblLook",
    "sectPr": "reference type pgSz pgMar pgNumType cols titlePg docGrid",
    "settings": "zoom proofState defaultTabStop evenAndOddHeaders characterSpacingControl savePreviewPicture compat rsids "
    "themeFontLang clrSchemeMapping doNotAutoCompressPictures shapeDefaults decimalSymbol listSeparator",
    "font": "altName charset family pitch",
}
"""Parts of the sequences of ISO/IEC 29500 that the templates use: Word takes a file with another order for damaged."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_elements_stand_in_the_order_of_the_standard(kind: object) -> None:
    with zipfile.ZipFile(DATA / kind.file) as archive:  # type: ignore[attr-defined]
        for name in archive.namelist():
            if not name.startswith("word/") or not name.endswith(".xml") or "theme" in name:
                continue
            for element in fromstring(archive.read(name)).iter():
                order = ORDERS.get(element.tag.rpartition("}")[2], "").split()
                found = [child.tag.rpartition("}")[2] for child in element if child.tag.startswith(f"{{{W}}}")]
                found = ["reference" if one in ("headerReference", "footerReference") else one for one in found]
                assert not order or found == sorted(found, key=order.index), (name, element.tag, found)


# ---- filling


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
@pytest.mark.parametrize("how", [ORDINARY, LONGEST])
def test_every_value_stands_in_the_paper_and_no_field_is_left(kind: object, how: str) -> None:
    template = shipped_templates().by_kind[kind.id]  # type: ignore[attr-defined]
    values = examples(PAPERS)[how]
    text = words_of(fill(template.content, values))
    assert "{{" not in text and "}}" not in text
    for name in template.fields:
        for line in values[name].splitlines() if name != "二维码" else ():
            assert line in text, name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_with_nothing_on_record_every_field_is_marked(kind: object) -> None:
    template = shipped_templates().by_kind[kind.id]  # type: ignore[attr-defined]
    text = words_of(fill(template.content, {}))
    assert text.count(MISSING) >= len(template.fields) - 1
    assert "{{" not in text


def test_a_blank_value_is_marked_like_a_missing_one() -> None:
    text = words_of(fill(shipped(), {"企业名称": "  \n\t ", "案件编号": "\x00"}))
    assert f"{MISSING}：" in text and f"（案件编号：{MISSING}）" in text


def test_lines_of_a_value_become_paragraphs_of_the_same_form() -> None:
    made = docx.Document(io.BytesIO(fill(shipped("rectification"), {"承诺正文": "第一行\n\n第二行"})))
    forms = {p.text: p.style.name for p in made.paragraphs}
    assert forms["第一行"] == forms["第二行"] == "公文正文"


@pytest.mark.parametrize("text", ["<w:p/>", "a & b < c > \"d\" 'e'", "{{ 7*7 }}", "{% raw %}", "{_{ }_}", "]]>"])
def test_what_people_typed_stays_text(text: str) -> None:
    expected = text.replace("{_{", "{{").replace("}_}", "}}")
    assert expected in words_of(fill(shipped(), {"存在问题": text}))


def test_what_no_document_can_hold_is_left_out() -> None:
    assert printable("甲\x00乙\ud800丙\ufffe丁\u202e戊\a己") == "甲乙丙丁戊己"
    assert "甲乙" in words_of(fill(shipped(), {"存在问题": "甲\x0b\x1f\a乙"}))


def test_the_same_values_give_the_same_bytes_and_the_file_says_whose_it_is() -> None:
    values = examples(PAPERS)[ORDINARY]
    first = fill(shipped(), values, title="责令改正通知书 1号", author="示例市场监管局")
    assert first == fill(shipped(), values, title="责令改正通知书 1号", author="示例市场监管局")
    properties = docx.Document(io.BytesIO(first)).core_properties
    assert (properties.title, properties.author) == ("责令改正通知书 1号", "示例市场监管局")


# ---- templates of an office


def test_a_template_that_an_office_changed_in_its_words_is_good() -> None:
    content = with_text("本局地址：{{ 企业地址 }}，电话：{{联系电话}}。")
    template = read_template(ORDER, content, PAPERS, is_own=True)
    assert "企业地址" in template.fields and template.is_own


def test_a_field_that_the_office_program_split_is_still_read() -> None:
    """Word and WPS cut what is typed into runs as they like."""
    runs = "".join(f"<w:r><w:rPr><w:b/></w:rPr><w:t>{piece}</w:t></w:r>" for piece in ("{", "{ 企业", "地址 }", "}"))
    template = read_template(ORDER, with_xml(f"<w:p>{runs}</w:p>"), PAPERS, is_own=True)
    assert "企业地址" in template.fields
    assert "鄂城区示例路" in words_of(fill(template.content, {"企业地址": "鄂城区示例路"}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ 企业名 }}", "没有字段“企业名”；应为：{{ 企业名称 }}"),
        ("{{ 信用代码 }}", "没有字段“信用代码”；应为：{{ 统一社会信用代码 }}"),
        ("{{ xyz }}", "没有字段“xyz”；应为：用 rongcuo papers list"),
        ("｛｛ 企业名称 ｝｝", "大括号没有写对“｛｛ 企业名称 ｝”；应为：{{ 企业名称 }}"),
        ("{企业名称}", "大括号没有写对“{企业名称}”；应为：{{ 企业名称 }}"),
        ("{{ 企业名称", "字段没有写对“{{ 企业名称”"),
        ("{{ }}", "字段没有写对"),
        ("{{ 企业 名称 }}", "字段没有写对"),
        ("{{ 企业名称.__class__ }}", "没有字段“企业名称.__class__”；应为：{{ 企业名称 }}"),
        ("{{ 企业名称|upper }}", "没有字段"),
        ("{{ 企业名称[0] }}", "没有字段"),
        ("{{ ''.__class__.__mro__ }}", "没有字段"),
        ("{{ 9**9**9 }}", "没有字段"),
        ("{{ range(99999999)|list }}", "没有字段"),
        ("{{r 企业名称 }}", "字段没有写对"),
        ("{{p 企业名称 }}", "字段没有写对"),
        ("{%p if 企业名称 %}", "模板里不能写程序"),
        ("{% for x in range(99999999) %}{% endfor %}", "模板里不能写程序"),
        ("{% include '/etc/passwd' %}", "模板里不能写程序"),
        ("{# 说明 #}", "模板里不能写程序"),
    ],
)
def test_anything_but_a_known_field_is_refused_with_its_place_and_what_would_be_right(text: str, said: str) -> None:
    faults = faults_of(with_text(f"这里是新写的一句：{text}"))
    assert said in faults
    assert re.search(r"正文第\d+段“这里是新写的一句", faults)


def test_the_same_goes_for_the_head_of_the_page() -> None:
    faults = faults_of(with_text("{{ 局名 }}", "word/header1.xml"))
    assert "页眉第" in faults and "没有字段“局名”" in faults


def test_a_field_over_two_paragraphs_in_a_field_code_or_in_a_mark_is_refused() -> None:
    two = "<w:p><w:r><w:t>{</w:t></w:r></w:p><w:p><w:r><w:t>{ 企业 }}</w:t></w:r></w:p>"
    assert "跨了段落" in faults_of(with_xml(two))
    code = "<w:p><w:r><w:instrText>{{ 企业名称 }}</w:instrText></w:r></w:p>"
    assert "域代码" in faults_of(with_xml(code))
    mark = '<w:p><w:bookmarkStart w:id="9" w:name="{{ 企业名称.x }}"/></w:p>'
    assert "说明文字里写了字段" in faults_of(with_xml(mark))


def test_tracked_changes_are_refused_in_words() -> None:
    ins = '<w:p><w:ins w:id="1" w:author="x"><w:r><w:t>新的</w:t></w:r></w:ins></w:p>'
    assert "有还没有接受的修订" in faults_of(with_xml(ins))


@pytest.mark.parametrize("part", ["docProps/core.xml", "docProps/app.xml", "word/styles.xml", "word/endnotes.xml"])
def test_a_field_where_nothing_is_filled_in_is_refused(part: str) -> None:
    def change(xml: str) -> str:
        if not xml:
            return f'<w:endnotes xmlns:w="{W}"><w:p><w:r><w:t>{{{{ 企业名称 }}}}</w:t></w:r></w:p></w:endnotes>'
        return re.sub(r"(</[^>]+>)$", r"{{ 企业名称 }}\1", xml.strip())

    assert "这里不能写字段" in faults_of(changed(shipped(), part, change))


def test_a_template_without_what_its_paper_must_have_is_refused() -> None:
    """R45: an order that forgets the rights; a decision that is no longer marked as a draft."""
    without = changed(shipped(), "word/document.xml", lambda xml: xml.replace("{{ 复议期限 }}", ""))
    assert "缺少字段“复议期限”" in faults_of(without)
    kind = "exemption"
    unmarked = shipped(kind)
    for part in ("word/document.xml", "word/header1.xml", "word/header2.xml"):
        unmarked = changed(unmarked, part, lambda xml: xml.replace("送审稿", "定稿"))
    assert "缺少“送审稿”字样" in faults_of(unmarked, kind)


# ---- hostile files


def bomb() -> bytes:
    """A part of a hundred megabytes that packs to a hundred kilobytes."""
    return changed(
        shipped(), "word/document.xml", lambda xml: xml.replace("<w:sectPr", " " * 100_000_000 + "<w:sectPr", 1)
    )


def entities() -> bytes:
    lots = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x"}">' for n in range(10))
    return changed(
        shipped(), "word/document.xml", lambda xml: re.sub(r"(\?>)", rf"\1<!DOCTYPE w [{lots}]>", xml, count=1)
    )


def outside() -> bytes:
    relation = (
        '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
        'Target="http://example.invalid/x.png" TargetMode="External"/>'
    )
    return changed(
        shipped(),
        "word/_rels/document.xml.rels",
        lambda xml: xml.replace("</Relationships>", relation + "</Relationships>"),
    )


def macros() -> bytes:
    return changed(shipped(), "word/vbaProject.bin", lambda _: "x")


def deep() -> bytes:
    nest = "<w:sdt><w:sdtContent>" * 20_000 + "</w:sdtContent></w:sdt>" * 20_000
    return with_xml(nest)


def braces() -> bytes:
    """What regular expressions are slow on: openings without end."""
    return with_text("{{p " * 100_000)


@pytest.mark.parametrize("make", [bomb, entities, outside, macros, deep, braces], ids=lambda make: make.__name__)
def test_a_hostile_template_is_refused_quickly(make: Callable[[], bytes]) -> None:
    content = make()
    begun = time.process_time()
    assert faults_of(content)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100, b"%PDF-1.7", b"x" * 6_000_000]
)
def test_what_is_no_word_file_is_refused(content: bytes) -> None:
    assert "应为" in faults_of(content)


def test_whatever_passes_the_reading_is_looked_at_again_by_the_engine_itself() -> None:
    """A second lock: even if a tag slipped by, only names of fields are run."""
    for text in (
        "{{ 企业名称.__class__ }}",
        "{% for x in [1] %}x{% endfor %}",
        "{{ 企业名称|upper }}",
        "{{ (1).real }}",
    ):
        with pytest.raises(CannotFill):
            fill(with_text(text), {})


def test_too_many_fields_are_refused() -> None:
    assert "太多" in faults_of(with_text("{{ 企业名称 }}" * (tags.MAX_TAGS + 1)))


# ---- the folder of an office


def test_an_offices_own_templates_come_first_and_a_bad_one_is_named_and_the_shipped_one_used(tmp_path: Path) -> None:
    (tmp_path / ORDER.file).write_bytes(with_text("{{ 企业名 }}"))
    own = PAPERS.kinds["review"]
    (tmp_path / own.file).write_bytes(shipped("review"))
    (tmp_path / "责令改正.docx").write_bytes(shipped())
    (tmp_path / f"~${ORDER.file}").write_bytes(b"lock")
    (tmp_path / "说明.txt").write_text("不是模板", encoding="utf-8")
    found = load_templates(tmp_path)
    assert found.by_kind["review"].is_own and not found.by_kind["order"].is_own
    assert found.by_kind["order"].content == shipped()
    assert len(found.problems) == 2
    assert all("\n" not in problem for problem in found.problems)
    bad, odd = sorted(found.problems, key=len, reverse=True)
    assert bad.startswith(ORDER.file) and "没有字段“企业名”" in bad and "先用自带的模板" in bad
    assert odd.startswith("责令改正.docx") and "没有这种文书" in odd


def test_a_folder_that_is_not_there_is_named_and_all_shipped_ones_are_used(tmp_path: Path) -> None:
    found = load_templates(tmp_path / "nowhere")
    assert "打不开这个文件夹" in found.problems[0]
    assert set(found.by_kind) == set(PAPERS.kinds)


def test_the_longest_name_of_the_examples_has_sixty_characters() -> None:
    assert len(LONG_NAME) == 60
