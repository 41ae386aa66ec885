"""Repair of officialdom's text and the form used for comparing (R3)."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.page_joins import may_overlap, page_join_overlap
from knowledge.shipped import shipped_collections
from knowledge.text import chinese_number, comparable, repair_line, strip_control

_QUOTES = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "〔": "[", "〕": "]", "【": "[", "】": "]", "—": "-"}
)


def normalise(text: str) -> str:
    """The rule of the evaluation data: bookmark away, NFKC, straight quotes and brackets, no white space."""
    text = re.sub(r"\[bookmark:[^\]]*\]", "", text)
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    return re.sub(r"\s+", "", text)


def test_comparable_is_the_normalisation_of_the_evaluation_on_every_shipped_text():
    texts = [entry.text for one in shipped_collections() for entry in (*one.clauses, *one.items)]
    assert len(texts) == 126 + 132
    assert [comparable(text) for text in texts] == [normalise(text) for text in texts]


@given(st.text())
def test_comparable_is_the_normalisation_of_the_evaluation_on_any_text(text):
    assert comparable(text) == normalise(text)


@pytest.mark.parametrize(
    ("line", "repaired"),
    [
        ("建设人民 满意的服务型政府", "建设人民满意的服务型政府"),
        ("二、 实施范围和对象", "二、实施范围和对象"),
        ("2. “困难企业”标准清单。  “困难企业”包括", "2.“困难企业”标准清单。“困难企业”包括"),
        ("(一)实施范围", "（一）实施范围"),
        ("(国统字〔2017〕213号)具体确定", "（国统字〔2017〕213号）具体确定"),
        ("镇（街道)、平台", "镇（街道）、平台"),
        ("(见附件(一))", "（见附件（一））"),
        ("全过程,在服务中", "全过程，在服务中"),
        ("参考:", "参考："),
        ("[bookmark: _GoBack]（三）积极探索", "（三）积极探索"),
        ("于 2022 年 11 月 20 日前", "于2022年11月20日前"),
        ("use of (the) API, version 2", "use of (the) API, version 2"),
        ("金额1,000元", "金额1,000元"),
        ("\ufeff　　第一段\u200b\u202e", "第一段"),
    ],
)
def test_a_line_is_repaired_without_touching_its_words(line, repaired):
    assert repair_line(line) == repaired


@given(st.text(alphabet="中文（）()，,;；[]bookmark: 。1a\t"))
def test_repair_keeps_everything_but_white_space_and_is_stable(line):
    once = repair_line(line)
    assert comparable(once) == comparable(line)
    assert repair_line(once) == once


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_end_stays_a_line_end(end):
    assert strip_control(f"甲{end}乙") == "甲\n乙"


def test_a_replacement_character_is_kept_because_it_tells_of_a_loss():
    assert strip_control("甲\ufffd乙\x00\u200b") == "甲\ufffd乙"


@pytest.mark.parametrize(
    ("before", "after", "overlap"),
    [
        ("为企业", "业创造更加公平", 1),
        ("深入践行习", "近平法治思想", 0),
        ("优化营商环境", "营商环境的要求", 4),
        ("支持企业", "业务发展", 0),
        ("检查产品", "品种和数量", 0),
        ("如实进行", "行政处罚", 0),
        ("结合各类项目", "目标任务", 0),
        ("每个人", "人均收入", 0),
        ("第1", "1条", 0),
        ("", "开头", 0),
    ],
)
def test_a_word_printed_on_both_pages_counts_once_and_two_words_stay_two(before, after, overlap):
    assert page_join_overlap(before, after) == overlap


def test_a_doubled_character_that_may_be_two_words_is_for_a_person_to_see():
    assert may_overlap("支持企业", "业务发展") is True
    assert may_overlap("为企业", "业创造") is False


@pytest.mark.parametrize(
    ("text", "value"),
    [("一", 1), ("十", 10), ("十二", 12), ("二十", 20), ("九十九", 99), ("３", 3), ("07", 7), ("①", 1)],
)
def test_a_heading_number_has_its_value(text, value):
    assert chinese_number(text) == value


@pytest.mark.parametrize("text", ["", "一二", "十十", "甲", "1.5", "፩", "9" * 5000, "二十三十"])
def test_what_is_no_heading_number_is_refused(text):
    with pytest.raises(ValueError, match="不是编号"):
        chinese_number(text)
