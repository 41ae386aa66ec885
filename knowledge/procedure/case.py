"""A case as the procedure sees it (R20–R28): plain frozen data, kept as JSON, changed by ``steps.step`` alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["minor", "ordinary", "serious"]
SEVERITY_NAMES: dict[Severity, str] = {"minor": "轻微", "ordinary": "一般", "serious": "突出"}
SEVERITY_CLAUSES: dict[Severity, str] = {
    "minor": "dinghai-2-2-1",
    "ordinary": "dinghai-2-2-2",
    "serious": "dinghai-2-2-3",
}
Stage = Literal["logged", "rectifying", "submitted", "passed", "closed"]
STAGE_NAMES: dict[Stage, str] = {
    "logged": "待诊断",  # confirmed by the officer, not yet diagnosed
    "rectifying": "整改中",  # told to the enterprise, which is to correct by the due day
    "submitted": "待复核",  # evidence handed in, not yet reviewed
    "passed": "待回访销号",  # evidence passed; visit and closing are left
    "closed": "已销号",
}
Warning_ = Literal["none", "warning", "urgent"]
WARNING_NAMES: dict[Warning_, str] = {"none": "", "warning": "预警", "urgent": "紧急预警"}
OutcomeKind = Literal[
    "exempt_minor",
    "exempt_first",
    "exempt_blameless",
    "lighter",
    "mitigated",
    "no_compulsion",
    "penalty",
    "unfounded",
    "transferred",
    "duplicate",
]
OUTCOME_NAMES: dict[OutcomeKind, str] = {
    "exempt_minor": "不予处罚（轻微）",
    "exempt_first": "不予处罚（首违）",
    "exempt_blameless": "不予处罚（无主观过错）",
    "lighter": "从轻处罚",
    "mitigated": "减轻处罚",
    "no_compulsion": "不予强制",
    "penalty": "依法处罚",  # or handed on into the penalty procedure (转入处罚程序)
    "unfounded": "不成立",
    "transferred": "移送",
    "duplicate": "重复",
}
EXEMPT: tuple[OutcomeKind, ...] = ("exempt_minor", "exempt_first", "exempt_blameless")
LENIENT: tuple[OutcomeKind, ...] = (*EXEMPT, "lighter", "mitigated", "no_compulsion")
IN_PLACE_OF_PENALTY: tuple[OutcomeKind, ...] = (*EXEMPT, "no_compulsion")
"""What falls away with a broken pledge (R36) and is never for 突出 (R22); 从轻 and 减轻 are penalties still."""
WHEN_CORRECTED: tuple[OutcomeKind, ...] = ("exempt_minor", "exempt_first", "no_compulsion")
"""What the law and R31 tie to the correction itself: no leader can let it go (处罚法 第三十三条第一款)."""
WITHOUT_RECTIFICATION: tuple[OutcomeKind, ...] = ("unfounded", "transferred", "duplicate")
TWO_OFFICERS: tuple[OutcomeKind, ...] = (*EXEMPT, "lighter", "mitigated", "penalty")
Turn = Literal["enterprise", "authority", "nobody"]
PledgeKind = Literal["acknowledgement", "voluntary", "rectification", "redress"]
PLEDGE_NAMES: dict[PledgeKind, str] = {
    "acknowledgement": "认错保证书",  # R30, in place of a penalty
    "voluntary": "自愿履行承诺书",  # R31, in place of compulsion
    "rectification": "整改承诺",  # R32, every case
    "redress": "赔礼道歉、赔偿",  # R33, where somebody was injured
}
SUBSTITUTES: tuple[PledgeKind, ...] = ("acknowledgement", "voluntary")
"""The pledges that stand in for a penalty or for compulsion: not under R11, not for 突出 (R35)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the officer states of a problem (R23). ``None``: not stated yet. ``is_first`` is looked up, not taken on trust."""

    is_first: bool | None = None
    is_slight: bool | None = None
    has_consequence: bool | None = None
    is_intended: bool | None = None
    has_influence: bool | None = None
    is_reported: bool | None = None
    is_grave: bool | None = None
    is_correctable: bool | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise of a pledge (R34): what, by when, and whether it was kept.

    ``due`` moves with the case's own day when the authority moves that; what was signed stays in the pledge.
    ``handed_in``: since when evidence of it waits for review. ``period`` counts the times given to keep it, as a case's.
    """

    id: str
    text: str
    due: dt.date
    state: Literal["open", "kept", "broken"] = "open"
    kind: PledgeKind = "rectification"
    handed_in: dt.date | None = None
    period: int = 1

    @property
    def is_waiting(self) -> bool:
        """Whether evidence of it waits for the authority's review."""
        return self.state == "open" and self.handed_in is not None


@dataclass(frozen=True, slots=True)
class Defence:
    """陈述申辩 (R44): when it was stated, and the reasoned answer once there is one."""

    stated: dt.date
    text: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """延期 (R43): until when it was asked for and why; ``granted`` is ``None`` while nobody has decided.

    ``granted_until`` is the day that was granted, which may be another one than was asked for.
    """

    asked: dt.date
    until: dt.date
    reason: str
    granted: bool | None = None
    answer: str = ""
    granted_until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A case. Days are days of Asia/Shanghai.

    ``period`` counts the times given to correct: 2 after the first return or failed visit. ``leniency_lost`` is ``R36``
    once a pledge was broken or the second period failed. ``escalated``: overdue working days of the last rung taken.
    ``visit_due``: by when the officer is to look once more; set with the passing of the evidence, until that visit.
    """

    opened: dt.date
    problem: str
    stage: Stage = "logged"
    severity: Severity | None = None
    derived: Severity | None = None
    facts: Facts = Facts()
    reason: str = ""
    warning: Warning_ = "none"
    is_ordered: bool = False
    is_historical: bool = False
    touches_red_line: bool | None = None
    must_correct: str = ""
    due: dt.date | None = None
    first_due: dt.date | None = None
    period: int = 1
    leniency_lost: str = ""
    guidance_accepted: bool | None = None
    evidence_passed: bool = False
    missing_evidence: str = ""
    promises: tuple[Promise, ...] = ()
    visited: dt.date | None = None
    visit_due: dt.date | None = None
    defences: tuple[Defence, ...] = ()
    extensions: tuple[Extension, ...] = ()
    escalated: int = 0
    officers: tuple[int, ...] = ()
    education: bool = False
    outcome: OutcomeKind | None = None
    outcome_basis: str = ""
    waived: tuple[str, ...] = ()
    closed: dt.date | None = None
    reopened: int = 0

    @property
    def is_open(self) -> bool:
        return self.stage != "closed"

    @property
    def has_open_defence(self) -> bool:
        return any(defence.answer is None for defence in self.defences)

    @property
    def has_open_extension(self) -> bool:
        return any(extension.granted is None for extension in self.extensions)

    @property
    def awaits_visit(self) -> bool:
        """Whether the follow-up visit is the officer's next task (R26): not when a leader let it go."""
        return self.stage == "passed" and self.visited is None and "visit" not in self.waived

    @property
    def has_waiting_promise(self) -> bool:
        """Whether evidence of a promise waits for review, while the rest of the case may still run (R34)."""
        return any(promise.is_waiting for promise in self.promises)

    @property
    def leniency_barred(self) -> str:
        """The rule that bars 不予处罚 and 不予强制, or nothing: R11 a red line, R22 突出, R36 a broken pledge."""
        return "R11" if self.touches_red_line else "R22" if self.severity == "serious" else self.leniency_lost

    @property
    def turn(self) -> Turn:
        """Whose turn it is (R40): while the authority has something to decide, nothing runs against the enterprise."""
        if not self.is_open:
            return "nobody"
        return "enterprise" if self.stage == "rectifying" and not self.has_open_extension else "authority"

    def to_json(self) -> dict[str, Any]:
        """Plain data with days in ISO form."""
        return plain(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Case:
        """The case that ``to_json`` wrote."""
        days = {name: _day(data.get(name)) for name in ("opened", "due", "first_due", "visited", "visit_due", "closed")}
        made = {
            "facts": Facts(**data.get("facts", {})),
            "promises": tuple(_promise(p, data.get("period", 1)) for p in data.get("promises", ())),
            "defences": tuple(Defence(**{**d, "stated": _day(d["stated"])}) for d in data.get("defences", ())),
            "extensions": tuple(
                Extension(**{**e, **{name: _day(e.get(name)) for name in ("asked", "until", "granted_until")}})
                for e in data.get("extensions", ())
            ),
            "officers": tuple(data.get("officers", ())),
            "waived": tuple(data.get("waived", ())),
        }
        return cls(**{**data, **days, **made})


def plain(record: Any) -> dict[str, Any]:
    """A case or an act as plain data, days in ISO form: what JSON can hold."""
    data: dict[str, Any] = _plain(dataclasses.asdict(record))
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(own) for name, own in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(own) for own in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _promise(data: Mapping[str, Any], period: int) -> Promise:
    """A promise as it was kept; one of an older program has failed its review as often as its case."""
    days = {name: _day(data.get(name)) for name in ("due", "handed_in")}
    return Promise(**{"period": period, **data, **days})


def _day(text: str | None) -> Any:
    return dt.date.fromisoformat(text) if text else None
