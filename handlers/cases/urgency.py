"""Why a case waits for its officer, in words, and how urgent that is (R26, R40, R42–R44): the order of 我的待办."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.cases import desk_words as words
from knowledge.procedure.case import Case
from knowledge.procedure.closing import missing_to_close
from knowledge.procedure.periods import overdue_days
from knowledge.workdays import workdays_between
from storage.cases import CaseInfo
from storage.instructions import InstructionInfo

KEY_DAYS = 5
"""From so many overdue working days on a case is on the list 重点督办 (R40)."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: the lower ``rank``, the more urgent; among equals the older ``since`` comes first."""

    rank: int
    text: str
    since: dt.date


def reasons(info: CaseInfo, day: dt.date, instructed: Sequence[InstructionInfo] = ()) -> list[Reason]:
    """Everything that has the officer act on a case, the most urgent first; nothing while it runs in its time."""
    case = info.case
    found = [_instructed(one, day) for one in instructed if one.is_open]
    if case.is_open:
        found += _open(info, case, day)
    return sorted(found, key=lambda reason: (reason.rank, reason.since))


def _open(info: CaseInfo, case: Case, day: dt.date) -> list[Reason]:
    found: list[Reason] = []
    if late := late_days(case, day):
        assert case.due is not None
        found.append(Reason(1, words.LATE.format(days=late), case.due))
    if case.awaits_visit:
        found.append(_visit(case, day))
    opened = case.opened
    for rank, holds, text in (
        (4, case.has_open_extension, words.EXTENSION),
        (5, case.has_open_defence, words.DEFENCE),
        (6, case.stage == "submitted", words.REVIEW),
        (6, case.stage != "submitted" and case.has_waiting_promise, words.PROMISE),
        (7, info.undelivered, words.UNREACHED),
        (8, case.stage == "logged", words.DIAGNOSE),
        (13, is_closable(case), words.CLOSABLE),
    ):
        if holds:
            found.append(Reason(rank, text, case.due or opened))
    return found


def _instructed(one: InstructionInfo, day: dt.date) -> Reason:
    shown = short_day(one.due)
    if one.is_late(day):
        return Reason(0, words.INSTRUCTED_LATE.format(day=shown), one.due)
    if one.due == day:
        return Reason(3, words.INSTRUCTED_TODAY, one.due)
    return Reason(10, words.INSTRUCTED.format(day=shown), one.due)


def _visit(case: Case, day: dt.date) -> Reason:
    due = case.visit_due
    if due is None:  # passed before visits had a day
        return Reason(9, words.VISIT_OPEN, case.due or case.opened)
    if due < day:
        return Reason(2, words.VISIT_LATE.format(days=max(1, workdays_between(due, day))), due)
    if due == day:
        return Reason(9, words.VISIT_TODAY, due)
    return Reason(12, words.VISIT_ON.format(day=short_day(due)), due)


def late_days(case: Case, day: dt.date) -> int:
    """Working days by which the enterprise is late; on a rest day after the due day already one."""
    if case.turn != "enterprise" or case.due is None or case.due >= day:
        return 0
    return max(1, overdue_days(case, day))


def is_closable(case: Case) -> bool:
    """Whether nothing is missing but the closing's own answers (R26)."""
    return case.evidence_passed and not missing_to_close(case, "penalty", "依据", (1, 2), education=True)


def is_key(case: Case, day: dt.date) -> bool:
    """Whether a case belongs to 重点督办 (R40); a 历史遗留 one only when an officer has stepped it up that far (R24)."""
    if case.is_historical:
        return case.escalated >= KEY_DAYS and late_days(case, day) > 0
    return overdue_days(case, day) >= KEY_DAYS


def extended(case: Case) -> int:
    """How often a case's time was extended."""
    return sum(extension.granted is True for extension in case.extensions)


def short_day(day: dt.date) -> str:
    """A day as lists show it: 11月25日."""
    return f"{day.month}月{day.day}日"
