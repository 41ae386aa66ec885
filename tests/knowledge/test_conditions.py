"""The conditions of criteria over three values: each kind at its edges, and that more knowledge never takes back what was settled."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.checks.conditions import (
    FORMS,
    All,
    AnyOf,
    AtLeast,
    Circumstances,
    Condition,
    Not,
    OneOf,
    SizeIn,
    SizeNeeds,
    Some,
    WithinYears,
    all_of,
    any_of,
    facts_of,
    read_condition,
    years_after,
)
from knowledge.checks.size import CLASSES
from knowledge.shipped import shipped_checks
from knowledge.yaml_data import DataError, load_yaml

SIZES = shipped_checks().sizes
TODAY = dt.date(2026, 11, 20)
GIVEN = Circumstances(TODAY, SIZES, {"young_years": 3})


def holds(condition: Condition, **facts: Any) -> bool | None:
    return condition.holds(facts, GIVEN)


def read(tmp_path: Path, text: str) -> Condition:
    path = tmp_path / "condition.yaml"
    path.write_text(text, encoding="utf-8")
    return read_condition(load_yaml(path))


def test_one_of_is_not_known_without_its_fact_or_with_it_unclear() -> None:
    condition = OneOf("first", ("yes",))
    assert [holds(condition), holds(condition, first="unknown")] == [None, None]
    assert [holds(condition, first="yes"), holds(condition, first="no")] == [True, False]


def test_any_of_looks_for_one_of_several_answers() -> None:
    condition = AnyOf("areas", ("food", "market"))
    assert [holds(condition), holds(condition, areas="unknown")] == [None, None]
    assert [holds(condition, areas=["food", "safety"]), holds(condition, areas=["none"])] == [True, False]


@pytest.mark.parametrize(
    ("value", "held"), [(9, False), (10, True), ("10.5", True), ("9.99", False), ("unknown", None)]
)
def test_at_least_holds_from_its_bound_on(value: Any, held: bool | None) -> None:
    assert holds(AtLeast("persons", Decimal(10)), persons=value) is held


@pytest.mark.parametrize(
    ("founded", "held"),
    [
        ("2023-11-20", True),
        ("2023-11-19", False),
        ("2023-11-21", True),
        ("2026-11-20", True),
        ("2012-02-29", False),
        ("unknown", None),
    ],
)
def test_within_years_holds_on_the_very_day_and_not_a_day_later(founded: str, held: bool | None) -> None:
    """R13: three years ago today is still within three years."""
    assert holds(WithinYears("founded", "young_years"), founded=founded) is held


def test_the_number_of_years_is_a_setting() -> None:
    five = Circumstances(TODAY, SIZES, {"young_years": 5})
    condition = WithinYears("founded", "young_years")
    assert condition.holds({"founded": "2021-11-20"}, five) is True
    assert condition.holds({"founded": "2021-11-20"}, GIVEN) is False


@pytest.mark.parametrize(
    ("day", "years", "after"),
    [
        ("2024-02-29", 3, "2027-03-01"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2025-02-28", 3, "2028-02-28"),
        ("2023-12-31", 1, "2024-12-31"),
    ],
)
def test_the_same_day_years_later(day: str, years: int, after: str) -> None:
    assert years_after(dt.date.fromisoformat(day), years) == dt.date.fromisoformat(after)


@given(st.dates(dt.date(1980, 1, 1), TODAY))
def test_every_day_counts_as_young_for_its_years_and_no_day_longer(founded: dt.date) -> None:
    condition = WithinYears("founded", "young_years")
    last = years_after(founded, 3)
    held = [
        condition.holds({"founded": founded.isoformat()}, Circumstances(day, SIZES, {"young_years": 3}))
        for day in (last - dt.timedelta(1), last, last + dt.timedelta(1))
    ]
    assert held == [True, True, False]


def test_size_in_is_settled_as_soon_as_what_is_known_settles_it() -> None:
    small_or_less = SizeIn(("medium", "small", "micro"))
    assert holds(small_or_less, industry="6210", persons=9) is True
    assert holds(small_or_less, industry="6210", persons=299) is True
    assert holds(small_or_less, industry="6210", persons=300) is None
    assert holds(small_or_less, industry="6210", persons=300, turnover=10**8) is False
    assert holds(SizeIn(("large",)), industry="6210", persons=299) is False


def test_an_industry_without_a_row_has_no_class_and_no_indicator() -> None:
    assert holds(SizeIn(("micro",)), industry="6620", persons=3, turnover=1) is None
    assert [holds(SizeNeeds(letter), industry="6620") for letter in "XYZ"] == [False, False, False]


@pytest.mark.parametrize(
    ("code", "needed"), [("A", "Y"), ("3011", "XY"), ("4710", "YZ"), ("7111", "XZ"), ("8040", "X"), ("701", "YZ")]
)
def test_a_row_says_which_figures_are_asked(code: str, needed: str) -> None:
    assert "".join(letter for letter in "XYZ" if holds(SizeNeeds(letter), industry=code)) == needed
    assert holds(SizeNeeds("X")) is None


THREE = st.lists(st.sampled_from([True, False, None]))


@given(THREE)
def test_all_and_any_are_each_others_mirror(held: list[bool | None]) -> None:
    turned = [None if one is None else not one for one in held]
    mirrored = any_of(turned)
    assert all_of(held) is (None if mirrored is None else not mirrored)


def test_one_no_settles_all_and_one_yes_settles_any_whatever_is_unknown() -> None:
    assert [all_of([None, False]), all_of([None, True]), all_of([True, True]), all_of([])] == [False, None, True, True]
    assert [any_of([None, True]), any_of([None, False]), any_of([False]), any_of([])] == [True, None, False, False]


# ---- more knowledge never takes back what was settled

FACTS: dict[str, st.SearchStrategy[Any]] = {
    "a": st.sampled_from(["yes", "no", "unknown"]),
    "b": st.sampled_from(["yes", "no", "unknown"]),
    "areas": st.one_of(st.just("unknown"), st.lists(st.sampled_from(["x", "y", "none"]), min_size=1, unique=True)),
    "founded": st.one_of(st.just("unknown"), st.dates(dt.date(2020, 1, 1), TODAY).map(dt.date.isoformat)),
    "industry": st.sampled_from(["unknown", "6210", "4710", "7111", "6620", "K", "A"]),
    "persons": st.one_of(st.just("unknown"), st.integers(0, 400)),
    "turnover": st.one_of(st.just("unknown"), st.integers(0, 3 * 10**9)),
    "assets": st.one_of(st.just("unknown"), st.integers(0, 3 * 10**9)),
}
SIMPLE = st.one_of(
    st.builds(OneOf, st.sampled_from("ab"), st.sampled_from([("yes",), ("no",), ("yes", "no")])),
    st.builds(AnyOf, st.just("areas"), st.sampled_from([("x",), ("none",), ("x", "y")])),
    st.builds(AtLeast, st.sampled_from(["persons", "turnover"]), st.integers(0, 500).map(Decimal)),
    st.just(WithinYears("founded", "young_years")),
    st.builds(SizeIn, st.lists(st.sampled_from(CLASSES), min_size=1, max_size=3, unique=True).map(tuple)),
    st.builds(SizeNeeds, st.sampled_from("XYZ")),
)
CONDITIONS = st.recursive(
    SIMPLE,
    lambda parts: st.one_of(
        st.builds(All, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(Some, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, parts),
    ),
    max_leaves=6,
)


@settings(max_examples=800, deadline=None)
@given(CONDITIONS, st.fixed_dictionaries({}, optional=FACTS), st.sets(st.sampled_from(sorted(FACTS))))
def test_knowing_more_never_turns_yes_or_no_into_unknown_or_into_the_other(
    condition: Condition, facts: dict[str, Any], forgotten: set[str]
) -> None:
    fewer = {name: value for name, value in facts.items() if name not in forgotten}
    unclear = facts | dict.fromkeys(forgotten & facts.keys(), "unknown")
    before, after = condition.holds(fewer, GIVEN), condition.holds(facts, GIVEN)
    assert condition.holds(unclear, GIVEN) is before
    assert before is None or after is before


@settings(max_examples=200, deadline=None)
@given(CONDITIONS, st.fixed_dictionaries({}, optional=FACTS), st.sampled_from(sorted(FACTS)))
def test_a_condition_depends_on_no_fact_that_it_does_not_name(
    condition: Condition, facts: dict[str, Any], name: str
) -> None:
    if name not in condition.facts:
        without = {own: value for own, value in facts.items() if own != name}
        assert condition.holds(facts, GIVEN) is condition.holds(without, GIVEN)


@settings(max_examples=100, deadline=None)
@given(st.lists(CONDITIONS, max_size=3))
def test_the_facts_of_several_conditions_are_named_once_each_and_each_condition_has_words(
    parts: list[Condition],
) -> None:
    named = facts_of(parts)
    assert len(named) == len(set(named))
    assert set(named) == {fact for part in parts for fact in part.facts}
    assert all(part.words for part in parts)


# ---- reading


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("{fact: a, is: yes}", OneOf("a", ("yes",))),
        ("{fact: a, one_of: [yes, no]}", OneOf("a", ("yes", "no"))),
        ("{fact: areas, any_of: [none]}", AnyOf("areas", ("none",))),
        ("{fact: persons, at_least: 10}", AtLeast("persons", Decimal(10))),
        ("{fact: founded, within_years: young_years}", WithinYears("founded", "young_years")),
        ("{size: [micro, small]}", SizeIn(("small", "micro"))),
        ("{size_needs: X}", SizeNeeds("X")),
        ("{not: {fact: a, is: yes}}", Not(OneOf("a", ("yes",)))),
        ("{all: [{fact: a, is: yes}, {size_needs: Y}]}", All((OneOf("a", ("yes",)), SizeNeeds("Y")))),
        ("{any: [{fact: a, is: yes}]}", Some((OneOf("a", ("yes",)),))),
    ],
)
def test_each_form_is_read(tmp_path: Path, text: str, condition: Condition) -> None:
    assert read(tmp_path, text) == condition


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{fact: a}", FORMS),
        ("{fact: a, equals: yes}", FORMS),
        ("{fact: a, is: yes, one_of: [no]}", FORMS),
        ("{all: [], any: []}", FORMS),
        ("是", FORMS),
        ("[a, b]", FORMS),
        ("{size: [tiny]}", "“size”应为 large、medium、small、micro 中的几个"),
        ("{size: []}", "“size”应为 large、medium、small、micro 中的几个"),
        ("{size_needs: W}", "“size_needs”应为 X、Y 或者 Z"),
        ("{fact: persons, at_least: 很多}", "“at_least”应为数"),
        ("{not: {fact: a}}", FORMS),
        ("{all: [是]}", FORMS),
        ("{all: 是}", "应为列表，每项以“- ”开头"),
    ],
)
def test_what_is_no_condition_is_refused_with_the_forms_there_are(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=re.escape(f"condition.yaml 第1行：{said}")):
        read(tmp_path, text)


@pytest.mark.parametrize("text", ["{fact: a, one_of: []}", "{fact: areas, any_of: []}", "{all: []}", "{any: []}"])
def test_a_condition_of_nothing_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError):
        read(tmp_path, text)


@pytest.mark.parametrize("bound", ["NaN", "Infinity"])
def test_a_bound_that_is_no_finite_number_is_refused(tmp_path: Path, bound: str) -> None:
    with pytest.raises(DataError):
        read(tmp_path, f"{{fact: persons, at_least: {bound}}}")
