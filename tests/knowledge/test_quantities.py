"""Amounts as owners type them (R14): what is found in a text, and one number as the answer to one question."""

from __future__ import annotations

from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.numerals import Amount, fold, read_amount
from knowledge.quantities import MAX_YUAN, Answer, find_quantities, one_number


def amounts(text: str) -> list[tuple[str, str]]:
    """(value, unit) of the amounts of a text; the numbers of other things are left out."""
    return [(f"{q.value.normalize():f}", q.unit) for q in find_quantities(text) if q.unit != "other"]


def ends(text: str) -> list[tuple[str, str | None, str | None]]:
    """(text, low, high) of the amounts of a text."""
    shown = [
        (q.text, *(None if end is None else f"{end.normalize():f}" for end in (q.low, q.high)), q.unit)
        for q in find_quantities(text)
    ]
    return [one[:3] for one in shown if one[3] != "other"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,000,000", 12_000_000),
        ("１２，０００，０００", 12_000_000),
        ("1 200 万", 12_000_000),
        ("3千万", 30_000_000),
        ("3000万", 30_000_000),
        ("３０００万", 30_000_000),
        ("三千万", 30_000_000),
        ("叁仟萬", 30_000_000),
        ("一千二百万", 12_000_000),
        ("1.2亿", 120_000_000),
        ("两亿三千万", 230_000_000),
        ("一万亿", 10**12),
        ("一千二", 1_200),
        ("一万二", 12_000),
        ("十二万三", 123_000),
        ("2万5", 25_000),
        ("2万500", 20_500),
        ("12万3456", 123_456),
        ("两百五", 250),
        ("一百零五", 105),
        ("一万零五", 10_005),
        ("十", 10),
        ("二十五", 25),
        ("二零二三", 2023),
        ("百万", 1_000_000),
        ("半个亿", 50_000_000),
        ("一个半亿", 150_000_000),
        ("一个亿", 100_000_000),
        ("三点五万", 35_000),
        ("100w", 1_000_000),
        ("100W", 1_000_000),
        ("1w5", 15_000),
        ("5k", 5_000),
        ("零", 0),
        ("0", 0),
    ],
)
def test_a_number_has_the_value_that_people_mean(text, value):
    assert amounts(text) == [(str(value), "none")]
    assert find_quantities(text)[0].is_exact


@pytest.mark.parametrize(
    "text", ["25个人", "25名", "二十五人", "25口人", "25号人", "２５人", "25 人", "25位", "25个员工", "25名正式职工"]
)
def test_persons_are_counted_in_many_words(text):
    assert amounts(text) == [("25", "person")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3000万元", "30000000"),
        ("800 万 元", "8000000"),
        ("¥5000", "5000"),
        ("￥5000", "5000"),
        ("5000RMB", "5000"),
        ("rmb 5000", "5000"),
        ("人民币5000", "5000"),
        ("5000人民币", "5000"),
        ("25块钱", "25"),
        ("25块", "25"),
        ("5块5", "5.5"),
        ("5块5毛", "5.5"),
        ("叁佰万元整", "3000000"),
    ],
)
def test_money_is_counted_in_yuan(text, value):
    assert amounts(text) == [(value, "yuan")]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("八百多万", "8000000", "9000000"),
        ("20多万", "200000", "300000"),
        ("三个多亿", "300000000", "400000000"),
        ("一万多块", "10000", "20000"),
        ("一万块多", "10000", "20000"),
        ("25人多", "25", "26"),
        ("万把块", "10000", "20000"),
        ("十来个人", "10", "20"),
        ("十几个人", "11", "19"),
        ("几十人", "20", "90"),
        ("两三百人", "200", "300"),
        ("大概两三百人", "200", "300"),
        ("十七八个人", "17", "18"),
        ("三五个人", "3", "5"),
        ("一百二三十人", "120", "130"),
        ("百八十人", "80", "100"),
        ("200到300人", "200", "300"),
        ("200-300人", "200", "300"),
        ("200～300人", "200", "300"),
        ("300人到200人", "200", "300"),
        ("两到三百人", "200", "300"),
        ("200到300万", "2000000", "3000000"),
        ("3-5万元", "30000", "50000"),
        ("8千到1万", "8000", "10000"),
        ("3-5百万", "3000000", "5000000"),
        ("三百到五百万", "3000000", "5000000"),
        ("3-5w", "30000", "50000"),
        ("800 多 万", "8000000", "9000000"),
        ("一两个人", "1", "2"),
        ("6、7个人", "6", "7"),
        ("10几个人", "10", "20"),
        ("300人及以上", "300", None),
        ("过千万", "10000000", None),
        ("二十五六个人", "25", "26"),
        ("百十号人", "100", "110"),
        ("小一百人", "100", "100"),
        ("上万元", "10000", None),
        ("大概25人", "25", "25"),
        ("大概我们有25人", "25", "25"),
        ("25人左右", "25", "25"),
        ("将近30人", "30", "30"),
        ("不到10人", "0", "10"),
        ("没有10个人", "0", "10"),
        ("10人以内", "0", "10"),
        ("100人以上", "100", None),
        ("超过100人", "100", None),
        ("上百人", "100", None),
    ],
)
def test_what_is_not_exact_has_two_ends(text, low, high):
    assert ends(text) == [(fold(text), low, high)]


@pytest.mark.parametrize(
    ("text", "value"),
    [("-5人", "-5"), ("−5人", "-5"), ("负100万", "-1000000"), ("利润-5万元", "-50000"), ("亏了100万", "-1000000")],
)
def test_a_minus_makes_it_negative(text, value):
    assert [one for one, _ in amounts(text)] == [value]


def test_a_hyphen_that_lists_is_no_minus():
    assert amounts("- 25人") == [("25", "person")]


@pytest.mark.parametrize(
    "text",
    [
        "2017年",
        "第3",
        "第三名",
        "13800138000",
        "138-0013-8000",
        "0711-1234567",
        "2023-05-08",
        "2023.5.8",
        "12:30",
        "30%",
        "百分之五",
        "1/3",
        "A25",
        "5kg",
        "100美元",
        "$100",
        "三个月",
        "25人次",
        "3块地",
        "统一是这样",
        "万一没有呢",
        "千万不要",
        "百货店",
        "五金店",
        "周三",
        "三千万五",
        "三两个人",
        "万元",
        "2020-2023年",
        "周三25人",
        "二十百",
        "9" * 60,
    ],
)
def test_a_number_of_something_else_is_no_amount(text):
    assert amounts(text) == []


def test_the_amounts_of_a_sentence_come_in_its_order():
    text = "我们公司2017年成立，现在有25个员工，去年营业额1200万元，资产大概800万"
    assert amounts(text) == [("25", "person"), ("12000000", "yuan"), ("8000000", "none")]


def test_a_lone_wide_comma_parts_two_numbers():
    assert amounts("25，800万") == [("25", "none"), ("8000000", "none")]


def test_a_range_of_two_kinds_is_two_amounts():
    assert amounts("25人到800万") == [("25", "person"), ("8000000", "none")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25", 25),
        ("25人", 25),
        ("二十五", 25),
        ("25个", 25),
        ("我们目前有25个员工。", 25),
        ("2017年开的，25人", 25),
        ("25人，就是25人", 25),
        ("就我一个人", 1),
        ("夫妻俩人", 2),
        ("没有", 0),
        ("没有员工", 0),
        ("没雇人", 0),
        ("一个都没有", 0),
        ("一个人都没有", 0),
        ("没有一个人", 0),
        ("零", 0),
        ("0", 0),
        ("0人", 0),
        ("10000000人", 10_000_000),
    ],
)
def test_persons_are_a_whole_number(text, value):
    assert one_number(text, "person") == Answer(Decimal(value))


@pytest.mark.parametrize(
    ("text", "problem", "offers"),
    [
        ("", "请用数字说，例如 25人", ()),
        ("你好", "请用数字说，例如 25人", ()),
        ("2017年成立", "请用数字说，例如 25人", ()),
        ("-5人", "人数不能是负数，例如 25人", ()),
        ("2.5人", "人数要是整数，例如 25人", ()),
        ("99999999人", "人数太大了，请再看一看，例如 25人", ()),
        ("800万元", "这一步只要人数，例如 25人", ()),
        ("三万", "这一步只要人数，例如 25人", (("3万人", 30_000),)),
        ("大概两三百人", "听到的是200到300人，请说一个准数，例如 260", (("200人", 200), ("300人", 300))),
        ("大概25人", "听到的是大约25人，请说一个准数，例如 25", (("25人", 25),)),
        ("不到10人", "听到的是不到10人，请说一个准数，例如 6", ()),
        ("100人以上", "听到的是100人以上，请说一个准数，例如 120", ()),
        ("几十人", "听到的是20到90人，请说一个准数，例如 62", ()),
        ("25人，800万", "一次说了两个数，这一步只要人数，例如 25人", (("25人", 25),)),
        ("25，800万", "一次说了两个数，这一步只要人数，例如 25人", (("25人", 25),)),
        ("5个厨师3个服务员", "一次说了两个数，这一步只要人数，例如 25人", (("5人", 5), ("3人", 3))),
        ("不是25人，是30人，资产800万", "一次说了两个数，这一步只要人数，例如 25人", (("30人", 30),)),
    ],
)
def test_persons_that_are_not_clear_are_asked_back(text, problem, offers):
    assert one_number(text, "person") == Answer(
        None, problem, tuple((label, Decimal(value)) for label, value in offers)
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("800万", 8_000_000),
        ("800万元", 8_000_000),
        ("去年800万元。", 8_000_000),
        ("1.2亿", 120_000_000),
        ("100w", 1_000_000),
        ("5k", 5_000),
        ("800元", 800),
        ("¥800", 800),
        ("没有收入", 0),
        ("没有", 0),
        ("一分钱都没有", 0),
        ("0", 0),
        ("0元", 0),
    ],
)
def test_money_is_an_amount_in_yuan(text, value):
    assert one_number(text, "yuan") == Answer(Decimal(value))


@pytest.mark.parametrize(
    ("text", "problem", "offers"),
    [
        ("", "请用数字说，例如 800万元", ()),
        ("800", "800 是万元还是元？", (("800万元", 8_000_000), ("800元", 800))),
        ("一千二", "1200 是万元还是元？", (("1200万元", 12_000_000), ("1200元", 1_200))),
        ("12,000,000", "12000000 是万元还是元？", (("1200亿元", 12 * 10**10), ("1200万元", 12_000_000))),
        ("100000000000", "100000000000 是万元还是元？", (("1000亿元", 10**11),)),
        ("-100万", "金额不能是负数，例如 800万元", ()),
        ("负100万", "金额不能是负数，例如 800万元", ()),
        ("1000万亿", "金额太大了，请再看一看，例如 800万元", ()),
        ("25人", "这一步只要金额，例如 800万元", ()),
        ("每月5万", "这像是按月或按天的数，请说总数，例如 60万元", ()),
        ("三个月800万", "这像是按月或按天的数，请说总数，例如 60万元", ()),
        (
            "八百多万",
            "听到的是800到900万元，请说一个准数，例如 860万元",
            (("800万元", 8_000_000), ("900万元", 9_000_000)),
        ),
        (
            "9千万到1亿",
            "听到的是9000万元到1亿元，请说一个准数，例如 9600万元",
            (("9000万元", 90_000_000), ("1亿元", 10**8)),
        ),
        ("大概800万", "听到的是大约800万元，请说一个准数，例如 800万元", (("800万元", 8_000_000),)),
        ("不到100万", "听到的是不到100万，请说一个准数，例如 60万元", ()),
        ("200到300", "听到的是200到300，请说准数和单位，例如 260万元", ()),
        ("25人，800万", "一次说了两个数，这一步只要金额，例如 800万元", (("800万元", 8_000_000),)),
        (
            "去年800万今年900万",
            "一次说了两个数，这一步只要金额，例如 800万元",
            (("800万元", 8_000_000), ("900万元", 9_000_000)),
        ),
        (
            "去年3000万元，今年4000万元",
            "一次说了两个数，这一步只要金额，例如 800万元",
            (("3000万元", 30_000_000), ("4000万元", 40_000_000)),
        ),
    ],
)
def test_money_that_is_not_clear_is_asked_back(text, problem, offers):
    assert one_number(text, "yuan") == Answer(None, problem, tuple((label, Decimal(value)) for label, value in offers))


def test_the_largest_sum_is_accepted_and_no_larger():
    assert one_number("100万亿元", "yuan").value == MAX_YUAN
    assert one_number("100万亿零1元", "yuan").value is None


WORDS = st.text("零一二两三五九十百千万亿几半多来到-至点., ，0158kw人个元块¥%第年月不大概左右以上没有是", max_size=14)


@given(st.text(max_size=60) | WORDS, st.sampled_from(["person", "yuan"]))
def test_any_text_gets_a_value_or_a_short_problem(text, unit):
    answer = one_number(text, unit)
    assert (answer.value is None) == bool(answer.problem)
    assert answer.value is None or answer.value >= 0
    assert len(answer.problem) <= 40
    assert all(len(label) <= 8 and value >= 0 for label, value in answer.offers)


@given(st.text(max_size=60) | WORDS)
def test_any_text_has_amounts_whose_ends_are_in_order(text):
    for one in find_quantities(text):
        assert one.low is None or one.high is None or one.low <= one.high


@given(st.integers(0, 10_000_000))
def test_persons_come_back_however_they_were_written(count):
    chinese = cn2an.an2cn(count)
    for text in (f"{count}人", f"{count:,}个人", f"{chinese}人", f"我们有{chinese}个员工", str(count)):
        assert one_number(text, "person") == Answer(Decimal(count)), text


@given(st.integers(1, 10**12))
def test_money_comes_back_however_it_was_written(yuan):
    chinese = cn2an.an2cn(yuan)
    formal = cn2an.an2cn(yuan, "up")
    for text in (
        f"{yuan}元",
        f"{yuan:,}元",
        f"¥{yuan}",
        f"{chinese}元",
        f"{formal}元整",
        f"{Decimal(yuan) / 10_000:f}万元",
    ):
        assert one_number(text, "yuan") == Answer(Decimal(yuan)), text


@given(st.integers(1, 10**8))
def test_a_bare_sum_is_offered_both_ways(number):
    answer = one_number(str(number), "yuan")
    assert [value for _, value in answer.offers] == [number * 10_000, number]


@given(st.integers(0, 10**15))
def test_a_chinese_numeral_has_the_value_that_cn2an_gives_it(number):
    assert read_amount(cn2an.an2cn(number)) == Amount(Decimal(number))


@pytest.mark.parametrize("piece", ["1", "1,", "大概", "一", "万", "1点", "个百", "没有", "1-", "两三", "1 000 "])
def test_a_long_text_is_read_in_no_time(piece):
    find_quantities(piece * (4096 // len(piece)))


@pytest.mark.parametrize("text", ["1点半", "1点0.5", "左右不,”1点半前", "1点1点1"])
def test_what_has_two_points_is_no_number(text: str) -> None:
    assert read_amount(text) is None
