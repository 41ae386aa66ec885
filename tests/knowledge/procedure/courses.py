"""Cases and acts for the tests of the procedure, said briefly."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from knowledge.procedure import acts
from knowledge.procedure.case import Case, Facts, OutcomeKind, PledgeKind, Promise, Severity
from knowledge.procedure.results import Done, Refused
from knowledge.procedure.steps import step

FRIDAY = dt.date(2026, 11, 20)
DUE = dt.date(2026, 11, 25)
"""The third working day after ``FRIDAY``: a Wednesday."""
LATER = dt.date(2026, 12, 4)
MINOR = Facts(
    is_first=True,
    is_slight=True,
    has_consequence=False,
    is_intended=False,
    has_influence=False,
    is_reported=False,
    is_grave=False,
    is_correctable=True,
)
ORDINARY = replace(MINOR, has_consequence=True)
SERIOUS = replace(MINOR, has_influence=True)
FACTS: dict[Severity, Facts] = {"minor": MINOR, "ordinary": ORDINARY, "serious": SERIOUS}


def days(number: int, since: dt.date = FRIDAY) -> dt.date:
    return since + dt.timedelta(number)


def logged() -> Case:
    return Case(opened=FRIDAY, problem="安全出口堆了货物")


def diagnosis(severity: Severity = "minor", **more: Any) -> acts.Diagnose:
    known: dict[str, Any] = {
        "facts": FACTS[severity],
        "must_correct": "把安全出口清空",
        "due": DUE,
        "touches_red_line": False,
    }
    return acts.Diagnose(**(known | more))


def pledge(kind: PledgeKind = "rectification", due: dt.date = DUE, id: str = "a") -> acts.Pledge:
    return acts.Pledge((Promise(id, "把安全出口清空", due),), kind)


def closing(outcome: OutcomeKind = "exempt_minor", **more: Any) -> acts.Close:
    known: dict[str, Any] = {
        "outcome": outcome,
        "basis": "《行政处罚法》第三十三条第一款",
        "officers": (1, 2),
        "education": True,
    }
    return acts.Close(**(known | more))


def did(case: Case, *steps: acts.Act, day: dt.date = FRIDAY) -> Case:
    """The case after acts that must all be carried out."""
    for act in steps:
        answer = step(case, act, day)
        assert isinstance(answer, Done), f"{act}: {answer}"
        case = answer.case
    return case


def copies(case: Case, act: acts.Act, day: dt.date = FRIDAY) -> tuple[str, ...]:
    answer = step(case, act, day)
    assert isinstance(answer, Done), answer
    return answer.copies


def refusal(case: Case, act: acts.Act, day: dt.date = FRIDAY) -> Refused:
    answer = step(case, act, day)
    assert isinstance(answer, Refused), answer
    return answer


def diagnosed(severity: Severity = "minor", **more: Any) -> Case:
    return did(logged(), diagnosis(severity, **more))


def submitted(severity: Severity = "minor", **more: Any) -> Case:
    return did(diagnosed(severity, **more), acts.SubmitEvidence())


def corrected(severity: Severity = "minor", **more: Any) -> Case:
    """Evidence passed and visit recorded: nothing is missing but the closing itself."""
    return did(submitted(severity, **more), acts.PassEvidence(), acts.RecordVisit(is_corrected=True))


def closed(severity: Severity = "minor") -> Case:
    return did(corrected(severity), closing("exempt_minor" if severity == "minor" else "penalty"))
