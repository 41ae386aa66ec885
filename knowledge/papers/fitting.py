"""Whether a kind of paper fits a case now (R11, R22, R26, R30–R36, R43, R44): a closed set of conditions, each pure.

A condition gives the reason why not, in words for the officer, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from knowledge.procedure.case import EXEMPT, SUBSTITUTES, Case, OutcomeKind

REVIEWED = ("pass_evidence", "return_evidence")


@dataclass(frozen=True, slots=True)
class Course:
    """What a condition looks at: the case, the acts that its record has, the kinds of pledges signed and drafted.

    ``of``: the pledge that the paper is about.
    """

    case: Case
    acts: Collection[str] = ()
    signed: Collection[str] = ()
    drafted: Collection[str] = ()
    of: str = ""


def _diagnosed(course: Course) -> str:
    return "" if course.case.severity else "还没有诊断"


def _barred(case: Case) -> str:
    """Why nothing may stand in for a penalty or for compulsion (R11, R22, R36)."""
    reasons = {"R11": "触及红线，不适用从宽", "R22": "突出问题要依法处罚", "R36": "没有改好或者违背了承诺"}
    return reasons.get(case.leniency_barred, "")


def _pledge(course: Course) -> str:
    """A signed pledge has its paper at any time; a draft only while it can be signed (R35)."""
    if course.of in course.signed:
        return ""
    if course.of not in course.drafted:
        return "企业还没有起草"
    if not course.case.is_open:
        return "已经销号，没有签署"
    return _barred(course.case) if course.of in SUBSTITUTES else ""


def _guidance(course: Course) -> str:
    return "" if course.case.is_open else "已经销号"


def _ordered(course: Course) -> str:
    return _diagnosed(course) or ("" if course.case.is_ordered else "现在是指导，没有责令改正")


def _reviewed(course: Course) -> str:
    return "" if any(act in course.acts for act in REVIEWED) else "整改材料还没有复核"


def _visited(course: Course) -> str:
    return "" if "visit" in course.acts else "还没有记录回访"


def _leads_to(*outcomes: OutcomeKind) -> Callable[[Course], str]:
    """Closed with one of these outcomes, or open with the evidence passed and nothing that bars them (R26, R27, R31)."""

    def fits(course: Course) -> str:
        case = course.case
        if not case.is_open:
            return "" if case.outcome in outcomes else "销号的结果不是这一种"
        is_waived = (
            "exempt_blameless" in outcomes and "evidence" in case.waived
        )  # the others need the correction itself
        is_ready = case.evidence_passed or is_waived
        return _diagnosed(course) or _barred(case) or ("" if is_ready else "整改材料还没有复核通过")

    return fits


def _closed(course: Course) -> str:
    return "" if not course.case.is_open else "还没有销号"


def _defended(course: Course) -> str:
    return "" if course.case.defences else "没有陈述申辩"


def _extended(course: Course) -> str:
    return "" if course.case.extensions else "没有申请延期"


FITS: dict[str, Callable[[Course], str]] = {
    "pledge": _pledge,
    "guidance": _guidance,
    "ordered": _ordered,
    "reviewed": _reviewed,
    "visited": _visited,
    "exemption": _leads_to(*EXEMPT),
    "no_compulsion": _leads_to("no_compulsion"),
    "closed": _closed,
    "defended": _defended,
    "extended": _extended,
}
"""Every condition by its name in the data."""
