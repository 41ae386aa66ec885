"""The time of a case: what is overdue, the further period, and what follows when it is not corrected (R20, R36, R40)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from knowledge.procedure.case import SUBSTITUTES, Case, Promise
from knowledge.procedure.results import LEADER, LIAISON, OFFICER, Done, Refused
from knowledge.workdays import add_workdays, workdays_between

SECOND_PERIOD = 2


def overdue_days(case: Case, day: dt.date) -> int:
    """Working days by which a case is overdue; 0 while the authority has to act, and for what is not due (R40)."""
    if case.turn != "enterprise" or case.due is None or day <= case.due:
        return 0
    return workdays_between(case.due, day)


def running_promises(case: Case) -> tuple[Promise, ...]:
    """The open promises whose time runs: none while the authority has to review or decide, none whose evidence waits (R40)."""
    if not case.is_open or case.stage == "submitted" or case.has_open_extension:
        return ()
    return tuple(promise for promise in case.promises if promise.state == "open" and promise.handed_in is None)


def late_promises(case: Case, day: dt.date) -> tuple[Promise, ...]:
    """The running promises whose day has passed without evidence (R36)."""
    return tuple(promise for promise in running_promises(case) if promise.due < day)


def breaks_after(case: Case) -> dt.date | None:
    """The day after which the clock finds a promise broken (R36); never for a 历史遗留 case (R24)."""
    if case.is_historical:
        return None
    return min((promise.due for promise in running_promises(case)), default=None)


def resumed(case: Case, day: dt.date) -> tuple[Promise, ...]:
    """The promises when the authority is done: what fell due meanwhile has until the next working day (R40)."""
    until = add_workdays(day, 1).day
    return tuple(
        replace(p, due=until) if p.state == "open" and p.handed_in is None and p.due <= day else p
        for p in case.promises
    )


def postponed(case: Case, due: dt.date, day: dt.date) -> tuple[Promise, ...]:
    """The promises when the case's day moves: open ones that fell due, or fall due with the case, move with it (R40)."""

    def moves(promise: Promise) -> bool:
        with_the_case = case.due is not None and promise.due >= case.due
        return promise.state == "open" and promise.due < due and (with_the_case or promise.due <= day)

    return tuple(replace(promise, due=due) if moves(promise) else promise for promise in case.promises)


def further_period(case: Case, due: dt.date | None, day: dt.date, missing: str) -> Done | Refused:
    """Time to correct once more, until a new day; the second time that this was not enough, ``not_corrected`` follows."""
    if due is None or due <= day:
        return Refused("R26", "要定新的期限，而且晚于今天。")
    if case.due is not None and due < case.due:
        return Refused("R43", "新的期限不能早于原来的期限。")
    again = replace(
        case,
        stage="rectifying",
        evidence_passed=False,
        visited=None,
        visit_due=None,
        missing_evidence=missing,
        due=due,
        promises=tuple(_again(promise) for promise in postponed(case, due, day)),
        period=case.period + 1,
        escalated=0,
    )
    if case.period < SECOND_PERIOD:
        return Done(again)
    stood_in = any(promise.kind in SUBSTITUTES and promise.state == "open" for promise in case.promises)
    return not_corrected(again, stood_in=stood_in)


def _again(promise: Promise) -> Promise:
    """An open promise of rectification whose evidence was not enough; redress has an evidence of its own (R33)."""
    if promise.state != "open" or promise.kind == "redress":
        return promise
    return replace(promise, handed_in=None, period=promise.period + 1)


def not_corrected(case: Case, *, stood_in: bool) -> Done:
    """It was not put right: 轻微 turns urgent first (R20); after that, or where a pledge ``stood_in``, R36 ends leniency."""
    turned = urgent(case)
    lost = turned is case or stood_in
    done = replace(turned, leniency_lost="R36" if lost else case.leniency_lost)
    return Done(done, (OFFICER,) if turned is case else (OFFICER, LIAISON, LEADER))


def urgent(case: Case) -> Case:
    """A warning turns into an urgent one, and correction is ordered (R20); any other case stays the very same."""
    return replace(case, warning="urgent", is_ordered=True) if case.warning == "warning" else case
