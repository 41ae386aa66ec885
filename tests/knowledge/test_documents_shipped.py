"""The five documents the project ships: every clause at its place, no word lost, nothing invented (R3)."""

from __future__ import annotations

import collections
import datetime as dt
import re

import pytest

from knowledge.documents import Document, parse_document
from knowledge.files import read_lines
from knowledge.findings import Finding
from knowledge.shipped import shipped_sources
from tests.knowledge.makers import write_docx, write_pdf
from tests.knowledge.test_text import normalise

SOURCES = {source.id: (source, path) for kind, source, path in shipped_sources() if kind == "document"}
PARSED: dict[str, tuple[Document, list[Finding]]] = {
    name: parse_document(read_lines(path), source) for name, (source, path) in SOURCES.items()
}
_CN = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]


def ids(name: str) -> list[str]:
    return [clause.id.removeprefix(f"{name}-") for clause in PARSED[name][0].clauses]


def under(parent: str, count: int) -> list[str]:
    return [f"{parent}-{number}" for number in range(1, count + 1)]


def paths(name: str) -> list[str]:
    return [clause.path for clause in PARSED[name][0].clauses]


def clause(name: str, path: str):
    return next(clause for clause in PARSED[name][0].clauses if clause.path == path)


def test_all_five_documents_are_there():
    assert list(SOURCES) == ["echeng", "city-plan", "dinghai", "dadukou", "huaxian"]


def test_echeng_has_these_clauses():
    assert ids("echeng") == [
        *["0", "1", "2", "2-1", "2-2", "2-2-1", *under("2-2-1", 2), "2-2-2", *under("2-2-2", 4), "2-2-3"],
        *["3", *under("3", 7), "4", *under("4", 3), "5"],
    ]


def test_city_plan_has_these_clauses():
    assert ids("city-plan") == ["0", "1", "2", "3", *under("3", 10), "4", *under("4", 3)]


def test_dinghai_has_these_clauses():
    assert ids("dinghai") == [
        *["0", "1", "2", "2-1", *under("2-1", 3), "2-2", *under("2-2", 3), "2-3", *under("2-3", 3)],
        *["3", *under("3", 3), "supplement", "annex"],
    ]


def test_dadukou_has_these_clauses():
    sections = ["3", *under("3", 9), "4", *under("4", 3), "5", *under("5", 3)]
    assert ids("dadukou") == ["0", "1", "2", *under("2", 6), *sections]


def test_huaxian_has_these_clauses():
    assert ids("huaxian") == [
        *["0", "1", "2", *under("2", 5), "3", *under("3", 12), "4", *under("4", 3)],
        *["annex1", *under("annex1", 6), "annex2"],
    ]


def test_paths_are_written_the_way_an_officer_says_them():
    section = ["二", "二(一)", "二(二)", "二(二)1", "二(二)1(1)", "二(二)1(2)", "二(二)2", "二(二)2(1)"]
    assert paths("echeng")[2:10] == section
    assert paths("huaxian")[9:21] == [f"三({number})" for number in _CN]
    assert paths("huaxian")[-8:] == ["附件1", *(f"附件1.{n}" for n in range(1, 7)), "附件2"]
    assert paths("dinghai")[-2:] == ["附则", "附件"]


def test_a_path_finds_the_words_and_the_heading():
    found = clause("echeng", "二(二)1(2)")
    assert (found.text, found.parent) == ("（2）企业市场主体无严重失信记录。", "echeng-2-2-1")
    assert clause("echeng", "三(六)").heading == "自愿履行承诺书（针对免行政强制案件）"
    assert clause("dinghai", "二(二)1").heading == "轻微问题"


@pytest.mark.parametrize("name", SOURCES)
def test_ids_and_paths_are_unique_and_parents_exist(name):
    clauses = PARSED[name][0].clauses
    known = {found.id for found in clauses}
    assert len(known) == len(clauses) == len(set(paths(name)))
    assert [found.id for found in clauses if found.parent is not None and found.parent not in known] == []


def test_a_sentence_cut_by_a_page_is_whole_again():
    assert "各类安全隐患，加强业务指导" in clause("dinghai", "一").text
    assert "要坚持批评教育与普法宣传相结合" in clause("dinghai", "二(一)2").text
    assert "深入践行习近平法治思想" in clause("huaxian", "一").text
    assert "严禁未取得行政执法证件" in clause("huaxian", "三(九)").text
    assert "要一并列明" in clause("huaxian", "附件1.4").text


def test_a_new_paragraph_after_a_page_stays_a_paragraph():
    assert clause("dinghai", "二(二)2").text.split("\n")[1].startswith("企业整改到位后，将不予处罚，如整改不到位")
    assert clause("huaxian", "三(四)").text.split("\n")[1].startswith("加强对新生事物发展规律研究")


def test_the_character_printed_on_both_pages_is_kept_once_and_reported():
    assert "为企业创造更加公平的法治化营商环境" in clause("huaxian", "三(十一)").text
    findings = [(found.severity, found.message, found.row) for found in PARSED["huaxian"][1]]
    assert findings == [("note", "换页处重复的“业”只保留一次", 63)]


@pytest.mark.parametrize("name", [name for name in SOURCES if name != "huaxian"])
def test_a_document_without_damage_has_no_findings(name):
    assert PARSED[name][1] == []


@pytest.mark.parametrize("name", SOURCES)
def test_no_bookmark_is_left(name):
    assert [found.id for found in PARSED[name][0].clauses if "bookmark" in found.text] == []


@pytest.mark.parametrize("name", ["echeng", "city-plan", "dadukou"])
def test_what_a_document_does_not_state_stays_empty(name):
    """R3: where a document states no number or date, none is shown."""
    source = PARSED[name][0].source
    assert (source.issuer, source.number, source.date) == (None, None, None)


def test_the_city_plan_keeps_no_title_and_no_jurisdiction():
    """R3: the place is blanked out in the original and is not guessed."""
    source = PARSED["city-plan"][0].source
    assert (source.title, source.jurisdiction) == (None, None)
    assert "**府办〔2022〕7号" in clause("city-plan", "前言").text


def test_what_dinghai_and_huaxian_state_is_kept():
    dinghai, huaxian = PARSED["dinghai"][0].source, PARSED["huaxian"][0].source
    assert (dinghai.number, dinghai.date) == ("定政发〔2022〕15号", dt.date(2022, 6, 29))
    assert (huaxian.number, huaxian.date) == ("滑法政办[2022]17号", None)


def test_number_title_and_date_are_read_from_the_text_when_the_sources_file_is_silent():
    """R3: they come from the document's own words."""
    source, path = SOURCES["dinghai"]
    bare = type(source)(source.id, source.file, source.short)
    found = parse_document(read_lines(path), bare)[0].source
    assert (found.title, found.number, found.date) == (
        "舟山市定海区人民政府关于深化企业容错机制的实施意见",
        "定政发〔2022〕15号",
        dt.date(2022, 6, 29),
    )
    source, path = SOURCES["echeng"]
    bare = type(source)(source.id, source.file, source.short)
    found = parse_document(read_lines(path), bare)[0].source
    assert found.title == "鄂城区行政执法包容审慎监管涉企行政指导容错纠错工作规则"
    assert (found.number, found.date) == (None, None)


def test_the_supplement_of_dinghai_is_a_clause_of_its_own_and_the_signature_is_not():
    assert clause("dinghai", "附则").text.startswith("附则：对触及安全底线、环保红线")
    assert clause("dinghai", "附则").parent is None
    assert PARSED["dinghai"][0].back == (
        "附件：定海区关于深化企业容错机制工作领导小组成员名单",
        "舟山市定海区人民政府",
        "2022年6月29日",
        "（此件公开发布）",
    )
    assert clause("dinghai", "附件").text.split("\n")[0] == "定海区关于深化企业容错机制工作领导小组"


def test_the_annexes_of_huaxian_are_placed_and_the_list_of_annexes_is_not_a_clause():
    assert clause("huaxian", "附件1.5").text == "5.裁量幅度：要尽量压缩裁量空间。"
    assert clause("huaxian", "附件1.5").parent == "huaxian-annex1"
    assert "不予实行政强制依据" in clause("huaxian", "附件2").text
    assert [line[:4] for line in PARSED["huaxian"][0].back] == ["-附件：", "2.“四"]


@pytest.mark.parametrize("name", SOURCES)
def test_no_character_of_the_source_is_lost_but_for_what_the_findings_say(name):
    """R3: an independent reading of the file has the same characters; the mark of an annex is in its path."""
    document, findings = PARSED[name]
    marks = [found.path for found in document.clauses if re.fullmatch(r"附件\d?", found.path)]
    kept = normalise("".join([*document.front, *marks, *(c.text for c in document.clauses), *document.back]))
    dropped = "".join(re.findall("重复的“(.+?)”", " ".join(found.message for found in findings)))
    raw = normalise(SOURCES[name][1].read_text(encoding="utf-8"))
    assert collections.Counter(kept + dropped) == collections.Counter(raw)


@pytest.mark.parametrize("name", SOURCES)
def test_every_clause_stands_in_the_source_word_for_word(name):
    """R3: each clause, normalised, is a piece of the normalised source; only the reported repair differs."""
    raw = normalise(SOURCES[name][1].read_text(encoding="utf-8")).replace("为企业业创造", "为企业创造")
    assert [found.id for found in PARSED[name][0].clauses if normalise(found.text) not in raw] == []
    place = 0
    for found in PARSED[name][0].clauses:
        place = raw.index(normalise(found.text), place)


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_the_same_document_as_docx_or_pdf_has_the_same_clauses(name, kind, tmp_path):
    """R3: the words do not depend on the format; the pdf of huaxian differs where its damage was a page of the txt."""
    source, path = SOURCES[name]
    lines = [line for line in read_lines(path) if line.strip() or kind == "docx"]
    made = (write_docx if kind == "docx" else write_pdf)(tmp_path / f"a.{kind}", lines if kind == "docx" else [lines])
    found = parse_document(read_lines(made), source)[0]
    assert [clause.path for clause in found.clauses] == paths(name)
    different = {"三(十一)", "附件2"} if (name, kind) == ("huaxian", "pdf") else set()
    same = {clause.path: normalise(clause.text) for clause in found.clauses if clause.path not in different}
    assert same == {c.path: normalise(c.text) for c in PARSED[name][0].clauses if c.path not in different}
    assert found.back == PARSED[name][0].back
