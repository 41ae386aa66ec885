"""The acts of the procedure, each as the data it needs. Who may do which is the dialogue's table, not this file's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from knowledge.procedure.case import Facts, OutcomeKind, PledgeKind, Promise, Severity


@dataclass(frozen=True, slots=True)
class Diagnose:
    """The officer states the facts; another class than the derived one needs a reason (R23).

    ``facts.is_first`` comes from the enterprise's own history. ``reason`` also carries new facts after a defence (R44).
    """

    facts: Facts
    must_correct: str
    due: dt.date
    touches_red_line: bool
    chosen: Severity | None = None
    reason: str = ""
    is_historical: bool = False


@dataclass(frozen=True, slots=True)
class AnswerGuidance:
    """The enterprise accepts or declines guidance; declining costs nothing (R18)."""

    accepts: bool


@dataclass(frozen=True, slots=True)
class Pledge:
    """A signed pledge puts its promises into the case (R30–R34); an id that is there already is its new version."""

    promises: tuple[Promise, ...]
    kind: PledgeKind = "rectification"


@dataclass(frozen=True, slots=True)
class SubmitEvidence:
    """The enterprise hands in evidence of its rectification, or of the named promises alone (R34)."""

    promises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PassEvidence:
    """The officer has reviewed the evidence, and it shows that all is corrected; promises named are kept."""

    promises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnEvidence:
    """The officer returns the evidence, or that of the named promises: what is missing, until when (the second period)."""

    missing: str
    due: dt.date
    promises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeepPromise:
    """The officer has reviewed one promise by itself, and it is kept: redress, or one due after the others (R34)."""

    promise: str


@dataclass(frozen=True, slots=True)
class BreakPromise:
    """A promise was broken: its day passed without evidence, or its review failed twice (R36).

    The clock gives no reason; an officer who breaks one of a 历史遗留 case does (R24).
    """

    promise: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AskExtension:
    """The enterprise asks for more time, before the due day, with a reason (R43)."""

    until: dt.date
    reason: str


@dataclass(frozen=True, slots=True)
class DecideExtension:
    """The officer grants or refuses with a reason; a grant moves the due day."""

    grants: bool
    reason: str = ""
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class GiveTime:
    """The officer gives a 历史遗留 case more time without being asked, with a reason (R24, 定海 二（二）)."""

    until: dt.date
    reason: str


@dataclass(frozen=True, slots=True)
class StateDefence:
    """陈述、申辩, at any time before the outcome (R44)."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerDefence:
    """The reasoned answer to every open defence (R44)."""

    text: str


@dataclass(frozen=True, slots=True)
class RecordVisit:
    """The follow-up visit (R26), after the evidence or at the due day: whether all is corrected; if not, the new day."""

    is_corrected: bool
    due: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Escalate:
    """The clock looks at an overdue case (R40); or an officer, with a reason, at one that the clock leaves alone (R24)."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Waive:
    """A leader lets one requirement of closing go, with a reason, on the record."""

    requirement: str
    reason: str


@dataclass(frozen=True, slots=True)
class Close:
    """销号 (R26, R27): the outcome with its legal basis, the officers, and the education given."""

    outcome: OutcomeKind
    basis: str
    officers: tuple[int, ...]
    education: bool = False


@dataclass(frozen=True, slots=True)
class Reopen:
    """没解决 (R28): within the setting's days after closing, with what is still wrong and a new due day."""

    reason: str
    due: dt.date
    within_days: int


Act = (
    Diagnose
    | AnswerGuidance
    | Pledge
    | SubmitEvidence
    | PassEvidence
    | ReturnEvidence
    | KeepPromise
    | BreakPromise
    | AskExtension
    | DecideExtension
    | GiveTime
    | StateDefence
    | AnswerDefence
    | RecordVisit
    | Escalate
    | Waive
    | Close
    | Reopen
)
