"""Size classes by 国统字〔2017〕213号 (R14): the sixteen rows, an independent reading of them, and what must always hold."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.checks.size import CLASSES, INDICATORS, load_size_table, section_of
from knowledge.checks.verdict import next_bounds, size_words
from knowledge.shipped import DATA, shipped_industries
from knowledge.yaml_data import DataError

FILE = DATA / "checks" / "enterprise_size.yaml"
TABLE = load_size_table(FILE)
INDUSTRIES = {industry.code: industry for industry in shipped_industries()}
RAW = yaml.safe_load(FILE.read_text(encoding="utf-8"))
LOWEST_FIRST = ("micro", "small", "medium", "large")
ONE = """- industry: 示例业
  gbt4754: {divisions: ["62"]}
  X: [300, 100, 10]
  Y: [10000, 2000, 100]
"""


def by_hand(code: str, figures: dict[str, Decimal]) -> str | None:
    """The class read from the table in another way: the letter of the industry table, and counting reached bounds."""
    industry = INDUSTRIES[code]
    for row in RAW:
        where = row["gbt4754"]
        if (
            industry.section in where.get("sections", [])
            or industry.division in where.get("divisions", [])
            or industry.group in where.get("groups", [])
        ):
            units = {"X": 1, "Y": 10_000, "Z": 10_000}
            reached = [
                sum(figures[letter] >= bound * units[letter] for bound in row[letter])
                for letter in ("X", "Y", "Z")
                if letter in row
            ]
            return LOWEST_FIRST[min(reached)]
    return None


def size_of(code: str, figures: dict[str, Decimal]) -> str | None:
    return TABLE.verdict(code, {INDICATORS[letter]: value for letter, value in figures.items()}).size


def near_bounds(letter: str) -> st.SearchStrategy[Decimal]:
    """Figures at the bounds of the table and a little off them, and any others."""
    unit = 1 if letter == "X" else 10_000
    bounds = sorted({bound * unit for row in RAW for bound in row.get(letter, [])})
    step = 1 if letter == "X" else 100
    near = st.builds(lambda bound, off: Decimal(bound + off * step), st.sampled_from(bounds), st.integers(-2, 2))
    return st.one_of(near, st.integers(0, max(bounds) * 2).map(Decimal))


FIGURES = st.fixed_dictionaries({letter: near_bounds(letter) for letter in INDICATORS})
CODES = st.sampled_from(sorted(code for code in INDUSTRIES if TABLE.is_fine(code)))


def test_there_are_sixteen_rows_numbered_in_their_order() -> None:
    assert [row.id for row in TABLE.rows] == [f"size-{number}" for number in range(1, 17)]
    assert [row.industry for row in TABLE.rows] == [row["industry"] for row in RAW]


def test_the_text_of_a_row_names_every_bound() -> None:
    for row, raw in zip(TABLE.rows, RAW, strict=True):
        assert row.text.startswith(row.industry)
        for letter in INDICATORS:
            for bound in raw.get(letter, []):
                assert re.search(rf"\b{bound}\b", row.text), (row.industry, bound)


def test_the_letter_of_every_industry_is_that_of_the_industry_table() -> None:
    assert {code: section_of(code) for code in INDUSTRIES} == {
        code: industry.section for code, industry in INDUSTRIES.items()
    }


def test_no_industry_belongs_to_two_rows() -> None:
    assert [code for code in INDUSTRIES if sum(row.holds(code) for row in TABLE.rows) > 1] == []


def test_a_finer_code_is_in_the_row_of_the_coarser_one() -> None:
    for code in INDUSTRIES:
        if len(code) > 2 and TABLE.is_fine(code[:-1]):
            assert TABLE.rows_for(code) == TABLE.rows_for(code[:-1]), code


@pytest.mark.parametrize("code", ["K", "70"])
def test_real_estate_as_a_whole_is_too_coarse_to_tell_a_row(code: str) -> None:
    assert not TABLE.is_fine(code)
    assert [row.industry for row in TABLE.rows_for(code)] == ["房地产开发经营", "物业管理", "其他未列明行业"]
    assert TABLE.verdict(code, {}).possible == CLASSES


@pytest.mark.parametrize(
    "code", ["J", "66", "67", "68", "69", "P", "83", "84", "8425", "S", "91", "T", "53", "5333", "704", "7040"]
)
def test_an_industry_that_the_method_does_not_list_has_no_class(code: str) -> None:
    """R14: finance, education, health, railways, letting one's own property … have none, whatever the figures."""
    figures = {name: Decimal(5) for name in INDICATORS.values()}
    verdict = TABLE.verdict(code, figures)
    assert (verdict.is_listed, verdict.size, verdict.possible) == (False, None, ())
    assert size_words(verdict) == "划分办法没有列出这个行业，没有划型"
    assert next_bounds(verdict) == ()


def test_of_health_and_social_work_only_social_work_is_listed() -> None:
    assert not TABLE.is_fine("Q")
    assert [row.industry for row in TABLE.rows_for("Q")] == ["其他未列明行业"]
    assert (TABLE.rows_for("84"), len(TABLE.rows_for("85"))) == ((), 1)


@pytest.mark.parametrize("code", ["5411", "5510", "5632", "5720", "5821"])
def test_every_transport_but_railways_is_in_the_row_of_transport(code: str) -> None:
    assert [row.industry for row in TABLE.rows_for(code)] == ["交通运输业"]


@settings(max_examples=600, deadline=None)
@given(CODES, FIGURES)
def test_the_class_is_that_of_another_reading_of_the_table(code: str, figures: dict[str, Decimal]) -> None:
    assert size_of(code, figures) == by_hand(code, figures)


@settings(max_examples=300, deadline=None)
@given(CODES, FIGURES, st.sampled_from("XYZ"), st.integers(0, 10**10))
def test_a_larger_figure_never_makes_the_class_smaller(
    code: str, figures: dict[str, Decimal], letter: str, more: int
) -> None:
    before, after = size_of(code, figures), size_of(code, figures | {letter: figures[letter] + more})
    if before is None:
        assert after is None
    else:
        assert LOWEST_FIRST.index(str(after)) >= LOWEST_FIRST.index(before)


@settings(max_examples=300, deadline=None)
@given(CODES, FIGURES, st.sets(st.sampled_from("XYZ")))
def test_what_is_possible_with_less_knowledge_holds_what_comes_out_with_more(
    code: str, figures: dict[str, Decimal], hidden: set[str]
) -> None:
    known = {INDICATORS[k]: None if k in hidden else v for k, v in figures.items()}
    possible = TABLE.verdict(code, known).possible
    size = size_of(code, figures)
    assert (size in possible) if size else possible == ()


@settings(max_examples=100, deadline=None)
@given(CODES, FIGURES)
def test_with_figures_missing_only_classes_that_can_still_come_out_are_possible(
    code: str, figures: dict[str, Decimal]
) -> None:
    """What is left out is tried at every class of its own."""
    row = TABLE.rows_for(code)[:1]
    if not row or len(row[0].bounds) < 2:
        return
    kept, *others = row[0].bounds
    known = {INDICATORS[kept]: figures[kept]}
    units = {"X": 1, "Y": 10_000, "Z": 10_000}
    tries = [[Decimal(b * units[letter]) for b in (*row[0].bounds[letter], 0)] for letter in others]
    found = {by_hand(code, {kept: figures[kept]} | dict(zip(others, one, strict=True))) for one in product(*tries)}
    assert set(TABLE.verdict(code, known).possible) == found


def test_without_an_industry_every_class_is_possible() -> None:
    assert TABLE.verdict(None, {"persons": Decimal(3)}).possible == CLASSES


def test_the_next_bounds_say_what_leads_up_and_what_leads_down() -> None:
    verdict = TABLE.verdict("6210", {"persons": Decimal(99), "turnover": Decimal(20_000_000)})
    assert next_bounds(verdict) == (
        "同时达到从业人员100人、营业收入2000万元，划为中型",
        "有一项低于从业人员10人、营业收入100万元，降一档",
    )


@settings(max_examples=200, deadline=None)
@given(CODES, FIGURES)
def test_reaching_the_next_bounds_gives_the_next_class(code: str, figures: dict[str, Decimal]) -> None:
    verdict = TABLE.verdict(code, {INDICATORS[letter]: value for letter, value in figures.items()})
    row, size = verdict.row, verdict.size
    if row is None or size in (None, "large"):
        return
    place = {"medium": 0, "small": 1, "micro": 2}[str(size)]
    at = {letter: Decimal(row.bounds[letter][place] * (1 if letter == "X" else 10_000)) for letter in row.bounds}
    assert size_of(code, {"X": Decimal(0), "Y": Decimal(0), "Z": Decimal(0)} | at) == CLASSES[place]
    said = " ".join(next_bounds(verdict))
    assert all(str(row.bounds[letter][place]) in said for letter in row.bounds)


# ---- a file with a mistake

FAULTS = [
    ("  X: [300, 100, 10]", "  X: [100, 300, 10]", 3, "“X”的三个下限应从大到小"),
    ("  X: [300, 100, 10]", "  X: [300, 300, 10]", 3, "“X”的三个下限应从大到小"),
    ("  X: [300, 100, 10]", "  X: [300, 100, 0]", 3, "“X”的三个下限应从大到小"),
    ("  Y: [10000, 2000, 100]", "  Y: [10000, 2000]", 4, "“Y”应为三个数：[大型, 中型, 小型] 的下限"),
    ("  Y: [10000, 2000, 100]", "  Y: [10000, 2000, 很少]", 4, "“Y”应为三个数：[大型, 中型, 小型] 的下限"),
    ("  Y: [10000, 2000, 100]", "  Y: [10000, 2000, 0.5]", 4, "“Y”应为三个数：[大型, 中型, 小型] 的下限"),
    ("  Y: [", "  W: [", 1, "不认识“W”，应为 industry、gbt4754、X、Y、Z"),
    ("  X: [300, 100, 10]\n  Y: [10000, 2000, 100]\n", "", 1, "至少要有一项指标：X、Y 或者 Z"),
    ('  gbt4754: {divisions: ["62"]}\n', "", 1, "缺少“gbt4754”，应写明门类、大类或者中类"),
    ("  Y: [10000", "  X: [10000", 4, "“X”写了两次"),
    ("industry: 示例业", "industry:", 1, "缺少“industry”，应为文字"),
]


@pytest.mark.parametrize(("good", "bad", "line", "said"), FAULTS)
def test_a_mistake_in_the_table_is_named_with_file_line_and_what_would_be_right(
    tmp_path: Path, good: str, bad: str, line: int, said: str
) -> None:
    path = tmp_path / "enterprise_size.yaml"
    assert good in ONE
    path.write_text(ONE.replace(good, bad), encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(f"enterprise_size.yaml 第{line}行：{said}")):
        load_size_table(path)


def test_a_row_for_no_industry_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "enterprise_size.yaml"
    path.write_text(ONE.replace("divisions", "division"), encoding="utf-8")
    with pytest.raises(DataError, match="第2行"):
        load_size_table(path)
