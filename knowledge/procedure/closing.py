"""销号 and what comes after it (R22, R26–R28, R36): what closing asks, what a leader may let go, reopening."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from knowledge.procedure import acts
from knowledge.procedure.case import (
    EXEMPT,
    IN_PLACE_OF_PENALTY,
    LENIENT,
    TWO_OFFICERS,
    WHEN_CORRECTED,
    WITHOUT_RECTIFICATION,
    Case,
    OutcomeKind,
)
from knowledge.procedure.periods import postponed
from knowledge.procedure.results import LIAISON, OFFICER, Done, Refused

REQUIREMENTS = {
    "evidence": "整改材料还没有复核通过",
    "promises": "还有承诺没有了结",
    "visit": "还没有记录回访",
    "outcome": "还没有写明结果的法律依据",
    "education": "不予处罚的，还没有记录教育",
    "officers": "要写明两名执法人员",
    "defence": "陈述申辩还没有答复",
    "extension": "延期申请还没有决定",
}
WAIVABLE = ("evidence", "promises", "visit")


def missing_to_close(
    case: Case, outcome: OutcomeKind, basis: str, officers: tuple[int, ...], education: bool
) -> tuple[str, ...]:
    """What is still missing to close with an outcome (R26), as names of ``REQUIREMENTS``."""
    needs_rectification = outcome not in WITHOUT_RECTIFICATION
    lacking = {
        "evidence": needs_rectification and not case.evidence_passed,
        "promises": needs_rectification and any(promise.state == "open" for promise in case.promises),
        "visit": needs_rectification and case.visited is None,
        "outcome": not basis.strip(),
        "education": outcome in EXEMPT and not education,
        "officers": outcome in TWO_OFFICERS and len(set(officers)) < 2,
        "defence": case.has_open_defence,
        "extension": case.has_open_extension,
    }
    waived = set(case.waived) - ({"evidence"} if outcome in WHEN_CORRECTED else set())
    return tuple(name for name, lacks in lacking.items() if lacks and name not in waived)


def waive(case: Case, act: acts.Waive, day: dt.date) -> Done | Refused:
    if act.requirement not in WAIVABLE:
        return Refused("R26", f"这一项不能免：{REQUIREMENTS.get(act.requirement, '没有这一项')}。")
    if not act.reason.strip():
        return Refused("R26", "免去一项要写明理由。")
    return Done(replace(case, waived=tuple(dict.fromkeys((*case.waived, act.requirement)))))


def close(case: Case, act: acts.Close, day: dt.date) -> Done | Refused:
    refused = _barred(case, act.outcome) or _does_not_fit(case, act.outcome)
    if refused:
        return refused
    missing = missing_to_close(case, act.outcome, act.basis, act.officers, act.education)
    if missing:
        return Refused("R26", "还不能销号，先补齐缺的。", tuple(REQUIREMENTS[name] for name in missing))
    return Done(
        replace(
            case,
            stage="closed",
            outcome=act.outcome,
            outcome_basis=act.basis.strip(),
            officers=tuple(dict.fromkeys(act.officers)),
            education=act.education,
            closed=day,
        ),
        (LIAISON,) if case.severity else (),
    )


def _barred(case: Case, outcome: OutcomeKind) -> Refused | None:
    """The rule that keeps an outcome from a case, whatever was done in it."""
    if case.severity is None and outcome not in WITHOUT_RECTIFICATION:
        return Refused("R23", "还没有诊断，先诊断，再这样结案。")
    if case.touches_red_line and outcome in LENIENT:
        return Refused("R11", "触及红线的，不适用从宽，请依法处理。")
    if case.severity == "serious" and outcome in IN_PLACE_OF_PENALTY:
        return Refused("R22", "突出问题要依法处罚，不能用不予处罚、不予强制结案。")
    if case.leniency_lost and outcome in IN_PLACE_OF_PENALTY:
        return Refused("R36", "没有整改到位或者违背了承诺，要依法处理。")
    return None


def _does_not_fit(case: Case, outcome: OutcomeKind) -> Refused | None:
    """Whether the facts on record are those of the outcome (R27, 处罚法 第三十三条)."""
    facts = case.facts
    if outcome == "exempt_minor" and not (facts.is_slight and facts.has_consequence is False):
        return Refused("R27", "要情节轻微、没有危害后果，才能用“轻微”。")
    if outcome == "exempt_first" and not facts.is_first:
        return Refused("R27", "不是初次违法，不能用“首违”。")
    if outcome == "exempt_first" and not (facts.is_slight or facts.has_consequence is False):
        return Refused("R27", "危害后果不轻微的，不能用“首违”。")
    if outcome == "exempt_blameless" and facts.is_intended is not False:
        return Refused("R27", "没有排除主观故意，不能用“无主观过错”。")
    return None


def reopen(case: Case, act: acts.Reopen, day: dt.date) -> Done | Refused:
    if case.is_open or case.closed is None:
        return Refused("R28", "还没有销号，不用重开。")
    if (day - case.closed).days > act.within_days:
        return Refused("R28", f"销号超过{act.within_days}天，请另行反映。")
    if not act.reason.strip():
        return Refused("R28", "请写明哪里没有解决。")
    if act.due <= day:
        return Refused("R28", "新的期限要晚于今天。")
    diagnosed = case.severity is not None
    return Done(
        replace(
            case,
            stage="rectifying" if diagnosed else "logged",
            outcome=None,
            outcome_basis="",
            closed=None,
            officers=(),
            education=False,
            evidence_passed=False,
            visited=None,
            visit_due=None,
            due=act.due if diagnosed else None,
            promises=postponed(case, act.due, day),
            escalated=0,
            waived=(),
            reopened=case.reopened + 1,
        ),
        (OFFICER, LIAISON) if diagnosed else (OFFICER,),
    )
