"""What texts are compared by."""

from __future__ import annotations

import pytest

from handlers.conversation import Knowledge
from knowledge.matching.cues import consequence_of, fits_consequence, type_of
from knowledge.matching.tokens import sound_of


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("請問營業執照", "营业执照"),
        ("ＡＢＣ１２３", "abc123"),
        ("你好，罚款吗？", "罚款吗"),
        ("罚款，多少！", "罚款 多少"),
        ("请问", "请问"),
    ],
)
def test_a_text_is_normalised(shipped: Knowledge, typed: str, normal: str) -> None:
    assert shipped.matcher.index.analyzer.normalise(typed) == normal


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("年抱没报", "年报没报"),
        ("执发证", "执法证"),
        ("心用修复", "信用修复"),
        ("营业执照", "营业执照"),
        ("我们公司有没有事", "我们公司有没有事"),
    ],
)
def test_homophones_are_put_right_and_words_are_left_alone(shipped: Knowledge, typed: str, right: str) -> None:
    assert shipped.matcher.index.corrected(typed) == right


def test_sounds_that_are_confused_are_one() -> None:
    assert sound_of("张") == sound_of("赞") == "zan"
    assert sound_of("a") == "a"


def test_the_feared_consequence_is_read_and_fits_its_list() -> None:
    assert consequence_of("会不会把我的车扣了") == "no_compulsion"
    assert consequence_of("能少罚点吗") == "reduced"
    assert consequence_of("会罚吗") == "exempt"
    assert consequence_of("谁来培训") == ""
    assert fits_consequence("no_compulsion", "no_compulsion") == 1
    assert fits_consequence("no_compulsion", "exempt") == -1
    assert fits_consequence("", "exempt") == 0


def test_the_type_of_a_question_is_read() -> None:
    assert [type_of(q) for q in ("罚多少", "什么时候", "谁牵头", "怎么办", "好的")] == [
        "amount",
        "time",
        "who",
        "how",
        "",
    ]
