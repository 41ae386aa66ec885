"""The unified social credit code (R1): good codes pass, and a wrong one is refused with the place and the reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from knowledge.credit_code import EXAMPLE, CreditCode, check_credit_code, division_name, is_known_province

GOOD = "91420704MA4K12346F"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def with_check(body: str) -> str:
    return body + uscc.calc_check_digit(body)


bodies = st.builds(
    lambda kind, division, rest: kind + division + rest,
    st.sampled_from(["91", "92", "93", "11", "12", "51", "54", "81"]),
    st.sampled_from(["420704", "330902", "500104", "410526", "100000", "420799"]),
    st.text(ALPHABET, min_size=9, max_size=9),
)


def test_the_example_is_a_good_code():
    assert check_credit_code(EXAMPLE) == CreditCode(EXAMPLE, "420704")


@pytest.mark.parametrize(
    "typed",
    [
        GOOD,
        GOOD.lower(),
        " 9142 0704 MA4K 1234 6F ",
        "91-420704-MA4K12346-F",
        "９１４２０７０４ＭＡ４Ｋ１２３４６Ｆ",
        "统一社会信用代码：91420704MA4K12346F。",
        "91420704MA4K12346F\u200b",
        "（91420704ma4k12346f）",
    ],
)
def test_spaces_hyphens_wide_and_small_letters_are_forgiven(typed):
    assert check_credit_code(typed) == CreditCode(GOOD, "420704")


@pytest.mark.parametrize(
    ("typed", "problem", "position"),
    [
        ("", f"请发18位的信用代码，例如 {EXAMPLE}", None),
        ("没有代码", f"请发18位的信用代码，例如 {EXAMPLE}", None),
        (GOOD[:-1], f"代码有17位，应为18位，例如 {EXAMPLE}", None),
        (GOOD + "0", f"代码有19位，应为18位，例如 {EXAMPLE}", None),
        ("9" * 4000, f"代码有很多位，应为18位，例如 {EXAMPLE}", None),
        ("420704600012345", "这是15位的旧注册号，请发执照上18位的信用代码", None),
        ("MA4K12346", "这是9位的组织机构代码，请发18位的信用代码", None),
        ("9142O704MA4K12346F", "第5位的字母 O 不会用在代码里，多半是 0", 5),
        ("91420704MA4K1I346F", "第14位的字母 I 不会用在代码里，多半是 1", 14),
        ("91420704MA4K1Z346F", "第14位的字母 Z 不会用在代码里，多半是 2", 14),
        ("S1420704MA4K12346F", "第1位的字母 S 不会用在代码里，多半是 5", 1),
        ("91420704MA4K1234VF", "第17位的字母 V 不会用在代码里，多半是 U", 17),
        ("91420704MA4K123*6F", f"第16位不是数字或字母，应当像 {EXAMPLE}", 16),
        ("914207A4MA4K12346F", "第3到8位是数字，第7位却是 A，例如 420704", 7),
        ("01420704MA4K12346F", "第1位没有 0 这种登记部门，企业是 9", 1),
        ("B1420704MA4K12346F", "第1位没有 B 这种登记部门，企业是 9", 1),
        ("94420704MA4K12346F", "9 开头时第2位没有 4，例如企业是 91", 2),
        ("9X420704MA4K12346F", "9 开头时第2位没有 X，例如企业是 91", 2),
        ("91990704MA4K12346F", "第3、4位 99 不是省级代码，例如湖北是 42", 3),
        ("91420704MA4K12346G", "第18位应为 F，现在是 G；也可能别的位打错了", 18),
    ],
)
def test_a_wrong_code_is_refused_with_the_place_and_the_reason(typed, problem, position):
    found = check_credit_code(typed)
    assert (found.problem, found.position) == (problem, position)


def test_letters_that_no_code_has_are_put_right_where_that_makes_a_good_code():
    good = with_check("91420704MA0010125")
    assert check_credit_code("914207O4MAOOIOIZS" + good[-1]).meant == good
    assert check_credit_code("914207O4MA4K12346G").meant == ""
    assert check_credit_code(good).meant == ""


def test_a_code_of_another_authority_than_a_digit_is_good():
    for body in ("N2420704MF1234567", "A1420704MF1234567", "Y1420704MF1234567"):
        assert check_credit_code(with_check(body)).problem == ""
        assert check_credit_code(body + ("0" if with_check(body)[-1] != "0" else "1")).position == 18


def test_what_the_state_itself_registers_has_no_province():
    assert check_credit_code(with_check("91100000600037341")) == CreditCode(with_check("91100000600037341"), "100000")
    assert is_known_province("10") and is_known_province("42") and not is_known_province("99")


def test_a_county_that_no_table_knows_is_no_fault():
    assert check_credit_code(with_check("91420799MA4K12346")).problem == ""


@given(bodies)
def test_a_code_with_its_check_character_is_good_for_us_and_for_stdnum(body):
    code = with_check(body)
    assert uscc.is_valid(code)
    assert check_credit_code(code) == CreditCode(code, code[2:8])


@given(bodies, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_seen_whenever_stdnum_sees_it(body, place, char):
    code = with_check(body)
    code = code[:place] + char + code[place + 1 :]
    found = check_credit_code(code)
    if not found.problem and code[0].isdecimal():
        assert uscc.is_valid(code)
    if found.problem and uscc.is_valid(code):
        assert found.position in (1, 2, 3)  # stdnum does not know authorities, kinds and provinces


@given(st.text(max_size=40) | st.text("0123456789OIZSVAN -", max_size=22))
def test_any_text_gets_an_answer_that_stdnum_agrees_with(text):
    found = check_credit_code(text)
    assert len(found.problem) <= 40
    if not found.problem and found.code[0].isdecimal():
        assert uscc.is_valid(found.code)
    if found.position is not None:
        assert 1 <= found.position <= len(found.code)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("420704", "湖北省鄂州市鄂城区"),
        ("420700", "湖北省鄂州市"),
        ("420000", "湖北省"),
        ("410526", "河南省安阳市滑县"),
        ("500104", "重庆市大渡口区"),
        ("429004", "湖北省仙桃市"),
        ("120110", "天津市东丽区"),
        ("110103", "北京市崇文区"),
        ("810000", "香港特别行政区"),
        ("420799", None),
        ("100000", None),
        ("42070", None),
        ("鄂城区鄂城区", None),
        ("", None),
    ],
)
def test_a_division_has_its_full_name(code, name):
    assert division_name(code) == name
