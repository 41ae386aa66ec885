"""R20–R23: the class of a problem, from the facts."""

from __future__ import annotations

import itertools
from dataclasses import astuple, replace

import pytest

from knowledge.procedure.case import Facts, Severity
from knowledge.procedure.severity import derive, why
from tests.knowledge.procedure.courses import MINOR, ORDINARY, SERIOUS

ANSWERS = (True, False, None)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (MINOR, "minor"),  # R20
        (replace(MINOR, is_first=False), "minor"),  # R20 does not ask for a first time
        (replace(MINOR, is_correctable=False), "minor"),
        (ORDINARY, "ordinary"),  # R21: first and slight
        (replace(MINOR, is_slight=False, is_first=False), "ordinary"),  # R21: or no obvious harm
        (replace(ORDINARY, is_first=False), None),  # neither
        (replace(ORDINARY, is_correctable=False), None),
        (replace(ORDINARY, is_intended=True), None),
        (replace(MINOR, is_intended=True), None),
        (SERIOUS, "serious"),  # R22: considerable influence
        (replace(MINOR, is_reported=True, is_grave=True), "serious"),  # R22: reported and rather serious
        (replace(MINOR, is_reported=True), "minor"),  # reported alone is not
        (replace(MINOR, is_grave=True), "minor"),
        (Facts(), None),
        (Facts(has_influence=True), "serious"),  # one fact can settle it
    ],
)
def test_r20_to_r22_each_class_has_its_own_conditions(facts: Facts, expected: Severity | None) -> None:
    assert derive(facts) == expected


@pytest.mark.parametrize(
    "unknown",
    [
        {"has_influence": None},
        {"is_reported": None, "is_grave": True},
        {"is_reported": True, "is_grave": None},
        {"is_slight": None},
        {"has_consequence": None},
        {"is_intended": None},
    ],
)
def test_r23_what_is_not_stated_leaves_the_class_open(unknown: dict[str, None]) -> None:
    assert derive(replace(MINOR, **unknown)) is None  # type: ignore[arg-type]


def test_r23_filling_in_what_is_unknown_never_contradicts_a_class_that_was_derived() -> None:
    for values in itertools.product(ANSWERS, repeat=8):
        severity = derive(Facts(*values))
        if severity is None or None not in values:
            continue
        for value in (True, False):
            more = Facts(*(value if known is None else known for known in values))
            assert derive(more) == severity, (values, value)


def test_r23_the_class_is_explained_in_the_words_of_the_clause_and_only_then() -> None:
    assert why(MINOR) == "情节轻微，尚未造成后果，没有主观故意"
    assert why(ORDINARY) == "首次，情节较轻，没有主观故意，能够整改"
    assert why(SERIOUS) == "造成了较大的影响"
    assert why(replace(MINOR, is_reported=True, is_grave=True)) == "经群众举报，情况较为严重"
    for values in itertools.product(ANSWERS, repeat=8):
        facts = Facts(*values)
        assert astuple(facts) == values
        assert bool(why(facts)) == (derive(facts) is not None)
        assert len(why(facts)) <= 40
