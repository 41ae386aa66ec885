"""The layout of official documents (GB/T 9704—2012) in python-docx: page, fonts with their stand-ins, styles, red head, page numbers.

A4; margins above 37 mm, left 28 mm; 156 mm × 225 mm of text: 22 lines of 28 characters; body 三号 仿宋, title 二号 小标宋,
headings 黑体 and 楷体; page numbers 四号 between dashes at the outer foot, 7 mm under the text; a letter's head (信函格式) in red.
"""

from __future__ import annotations

import io
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

PAGE = (Mm(210), Mm(297))
TOP, LEFT, WIDTH, HEIGHT = 37, 28, 156, 225  # mm
LINES, CHARACTERS = 22, 28
BODY, TITLE, NUMBER, HEAD, CELL, SMALL = 16, 22, 14, 32, 12, 10  # pt
FOOT = 20  # mm under the letter's second line; the page number stands 3 mm higher
LINE = HEIGHT / LINES * 72 / 25.4  # pt, 28.99
SQUEEZE = -0.25  # pt between characters, so that 28 of 16 pt stand in 156 mm
RED = RGBColor(0xFF, 0, 0)
SONG, FANG, HEI, KAI, PLAIN = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
LATIN = "Times New Roman"
STAND_INS = {
    SONG: ("方正小标宋_GBK,FZXiaoBiaoSong-B05S,华文中宋,宋体,Noto Serif CJK SC", "roman"),
    FANG: ("仿宋,FangSong,华文仿宋,Noto Serif CJK SC", "modern"),
    HEI: ("SimHei,思源黑体,Noto Sans CJK SC", "modern"),
    KAI: ("楷体,KaiTi,华文楷体,Noto Serif CJK SC", "modern"),
    PLAIN: ("SimSun,思源宋体,Noto Serif CJK SC", "auto"),
}
"""What a program may take where a font is not there, and its family."""
_KEPT_STYLES = frozenset(
    {"Normal", "Default Paragraph Font", "Normal Table", "No List", "Table Grid", "header", "footer"}
)
_UNUSED = frozenset({"thumbnail", "customXml", "stylesWithEffects", "webSettings", "numbering"})
"""Parts of the library's own document that no paper needs."""
Align = WD_ALIGN_PARAGRAPH


def new_document() -> Any:
    """An empty document with the page, the fonts and the styles of an official paper."""
    document = docx.Document()
    _drop_styles(document)
    _declare_fonts(document)
    _settings(document)
    _page(document.sections[0])
    _styles(document)
    body = document.element.body
    for paragraph in list(body.findall(qn("w:p"))):
        body.remove(paragraph)
    return document


def _drop_styles(document: Any) -> None:
    """The library's own headings and tables: an office looks for its styles among few."""
    for style in list(document.styles):
        if style.name not in _KEPT_STYLES and style.name.lower() not in {"normal", "header", "footer"}:
            style.element.getparent().remove(style.element)


def _declare_fonts(document: Any) -> None:
    """The font table with what may stand in for each (``w:altName``)."""
    part = next(rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith("/fontTable"))
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{names}"/><w:charset w:val="86"/><w:family w:val="{family}"/>'
        '<w:pitch w:val="default"/></w:font>'
        for name, (names, family) in STAND_INS.items()
    )
    latin = (
        f'<w:font w:name="{LATIN}"><w:charset w:val="00"/><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font>'
    )
    text = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}{latin}</w:fonts>'
    part._blob = text.encode()


def _settings(document: Any) -> None:
    settings = document.settings.element
    document.settings.odd_and_even_pages_header_footer = True
    for language in settings.findall(qn("w:themeFontLang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    compat = settings.find(qn("w:compat"))
    for old in list(compat):
        compat.remove(old)
    compat.append(
        parse_xml(
            f'<w:compatSetting {nsdecls("w")} w:name="compatibilityMode" '
            'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        )
    )


def _page(section: Any) -> None:
    section.page_width, section.page_height = PAGE
    section.top_margin, section.left_margin = Mm(TOP), Mm(LEFT)
    section.right_margin = Mm(210 - LEFT - WIDTH)
    section.bottom_margin = Mm(297 - TOP - HEIGHT)
    section.header_distance, section.footer_distance = Mm(22), Mm(FOOT)
    for grid in section._sectPr.findall(qn("w:docGrid")):  # the lines are fixed; a grid would stretch forms and titles
        section._sectPr.remove(grid)


def _styles(document: Any) -> None:
    normal = document.styles["Normal"]
    font(normal, FANG, BODY)
    _space(normal.element.get_or_add_rPr(), SQUEEZE)
    _lang(document)
    lines(normal, LINE)
    _style(document, "公文正文", indent=2)
    _style(document, "公文主送")
    _style(document, "公文标题", SONG, TITLE, align=Align.CENTER, line=36)
    _style(document, "公文一级标题", HEI, BODY, indent=2, keep=True)
    _style(document, "公文二级标题", KAI, BODY, indent=2, keep=True)
    _style(document, "公文落款", align=Align.CENTER, keep=True)
    _style(document, "公文文号", align=Align.RIGHT)
    _style(document, "公文表格", FANG, CELL, line=19, align=Align.LEFT)
    _style(document, "公文表头", HEI, CELL, line=19, align=Align.CENTER)
    _style(document, "公文附注", FANG, SMALL, line=16, align=Align.LEFT)
    _style(document, "公文页码", PLAIN, NUMBER, line=16)
    _style(document, "公文红头", SONG, HEAD, align=Align.CENTER, line=46)
    _style(document, "公文审稿", HEI, NUMBER, align=Align.CENTER, line=24)
    _style(document, "公文图片", align=Align.CENTER)
    document.styles["公文红头"].font.color.rgb = RED
    document.styles["公文图片"].paragraph_format.line_spacing = 1.0


def _style(
    document: Any,
    name: str,
    face: str = FANG,
    size: int = BODY,
    *,
    indent: int = 0,
    align: Any = Align.JUSTIFY,
    line: float = LINE,
    keep: bool = False,
) -> None:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.quick_style = True
    font(style, face, size)
    lines(style, line)
    style.paragraph_format.alignment = align
    style.paragraph_format.keep_with_next = keep or None
    if indent:
        characters(style.element.get_or_add_pPr(), firstLineChars=indent, firstLine=indent * size)


def font(style: Any, face: str, size: float) -> None:
    """A style's font: Chinese in one face, Latin letters and figures in another."""
    style.font.name, style.font.size = LATIN, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    fonts.set(qn("w:eastAsia"), face)
    fonts.set(qn("w:hAnsi"), LATIN)
    fonts.set(qn("w:cs"), LATIN)


def lines(style: Any, points: float) -> None:
    """Fixed distance of lines, nothing before and after."""
    form = style.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(round(points * 20) / 20)
    form.space_before = form.space_after = Pt(0)
    form.widow_control = True
    for name in ("overflowPunct", "autoSpaceDE", "autoSpaceDN"):  # nothing beyond the margin, no gaps about figures
        style.element.get_or_add_pPr().insert_element_before(
            parse_xml(f'<w:{name} {nsdecls("w")} w:val="0"/>'),
            "w:topLinePunct",
            "w:adjustRightInd",
            "w:snapToGrid",
            "w:spacing",
            "w:ind",
            "w:jc",
        )


def characters(properties: Any, **of: float) -> None:
    """Indents in characters, with points beside them for programs that know no characters."""
    indent = properties.get_or_add_ind()
    for name, value in of.items():
        factor = 100 if name.endswith("Chars") else 20
        indent.set(qn(f"w:{name}"), str(round(value * factor)))


def _space(properties: Any, points: float) -> None:
    spacing = parse_xml(f'<w:spacing {nsdecls("w")} w:val="{round(points * 20)}"/>')
    properties.insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:lang")


def _lang(document: Any) -> None:
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    for lang in defaults.findall(qn("w:lang")):
        lang.set(qn("w:val"), "en-US")
        lang.set(qn("w:eastAsia"), "zh-CN")
    spacing = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:pPrDefault')}/{qn('w:pPr')}")
    for one in list(spacing):
        spacing.remove(one)
    fonts = defaults.find(qn("w:rFonts"))
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    fonts.set(qn("w:eastAsia"), FANG)
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), LATIN)


# ---- head and foot


def number_pages(document: Any) -> None:
    """— 1 — at the outer foot: odd pages one character from the right, even ones from the left."""
    section = document.sections[0]
    for foot, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        paragraph = foot.paragraphs[0]
        paragraph.style = document.styles["公文页码"]
        paragraph.alignment = Align.RIGHT if side == "right" else Align.LEFT
        paragraph.paragraph_format.space_after = Mm(3)
        characters(paragraph._p.get_or_add_pPr(), **{f"{side}Chars": 1, side: NUMBER})
        paragraph.add_run("— ")
        _field(paragraph.add_run(), "PAGE")
        paragraph.add_run(" —")


def _field(run: Any, code: str) -> None:
    for kind in ("begin", "separate", "end"):
        run._r.append(parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="{kind}"/>'))
        if kind == "begin":
            run._r.append(parse_xml(f'<w:instrText {nsdecls("w")} xml:space="preserve"> {code} </w:instrText>'))
        if kind == "separate":
            run._r.append(parse_xml(f"<w:t {nsdecls('w')}>1</w:t>"))


def letter_head(document: Any, issuer: str) -> None:
    """信函格式: the issuer in red over a double line of 170 mm, another line 20 mm above the foot; no number on that page."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.header_distance = Mm(28)
    head, foot = section.first_page_header.paragraphs[0], section.first_page_footer.paragraphs[0]
    head.style = document.styles["公文红头"]
    head.add_run(issuer)
    _red_line(head, "bottom", "thickThinSmallGap", space=4)
    foot.style = document.styles["公文附注"]
    foot.paragraph_format.line_spacing = Pt(4)
    _red_line(foot, "bottom", "thinThickSmallGap", space=0)
    for paragraph in (head, foot):  # 170 mm, wider than the text
        characters(paragraph._p.get_or_add_pPr(), left=-7 * 72 / 25.4, right=-7 * 72 / 25.4)


def _red_line(paragraph: Any, side: str, kind: str, space: int) -> None:
    borders = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:{side} w:val="{kind}" w:sz="24" w:space="{space}" w:color="FF0000"/></w:pBdr>'
    )
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:spacing", "w:ind", "w:jc", "w:rPr")


def draft_mark(document: Any, line: str) -> None:
    """A line above every page: this is no paper in force."""
    section = document.sections[0]
    for head in (section.header, section.even_page_header):
        paragraph = head.paragraphs[0]
        paragraph.style = document.styles["公文审稿"]
        paragraph.add_run(line)


def saved(document: Any, title: str) -> bytes:
    """The document as a template file, without the library's own picture of itself."""
    for rels in (document.part.package.rels, document.part.rels):
        for name in [name for name, rel in rels.items() if rel.reltype.rpartition("/")[2] in _UNUSED]:
            del rels[name]
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, "容错助手", ""
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()
