"""The acts on promises (R34–R36): signed, evidence of some handed in, kept, sent back, broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

from knowledge.procedure import acts
from knowledge.procedure.case import SUBSTITUTES, Case, Promise
from knowledge.procedure.periods import (
    SECOND_PERIOD,
    late_promises,
    not_corrected,
    postponed,
    resumed,
    running_promises,
)
from knowledge.procedure.results import OFFICER, Done, Refused


def pledge(case: Case, act: acts.Pledge, day: dt.date) -> Done | Refused:
    if case.severity is None or case.due is None:
        return Refused("R35", "还没有诊断，先诊断再承诺。")
    if act.kind in SUBSTITUTES and case.touches_red_line:
        return Refused("R11", "触及红线的，不能用承诺代替处理。")
    if act.kind in SUBSTITUTES and case.severity == "serious":
        return Refused("R35", "突出问题要依法处罚，不能用承诺代替。")
    if act.kind in SUBSTITUTES and case.leniency_lost:
        return Refused("R36", "已经违背承诺或者没有改好，不能再用承诺代替。")
    if not act.promises or not all(promise.text.strip() for promise in act.promises):
        return Refused("R34", "要写明改正什么、什么时候改好。")
    if len({promise.id for promise in act.promises}) < len(act.promises):
        return Refused("R34", "有两条承诺编号相同，请分开写。")
    if any(promise.due < day for promise in act.promises):
        return Refused("R34", "承诺的日期不能早于今天。")
    if act.kind != "redress" and any(promise.due > max(case.due, day) for promise in act.promises):
        return Refused("R25", "承诺的日期不能晚于整改期限。")
    there = {promise.id: promise for promise in case.promises}
    old = [there[promise.id] for promise in act.promises if promise.id in there]
    if any(promise.state != "open" or promise.due < day or promise.kind != act.kind for promise in old):
        return Refused("R34", "这条承诺已经了结、过期或者不是这一种，不能改写。")
    if any(promise.is_waiting for promise in old):
        return Refused("R34", "这条承诺的材料在等复核，现在不能改写。")
    periods = {promise.id: promise.period for promise in old}
    new = {
        promise.id: replace(promise, state="open", kind=act.kind, handed_in=None, period=periods.get(promise.id, 1))
        for promise in act.promises
    }
    return Done(replace(case, promises=tuple((there | new).values())))


def hand_in(case: Case, ids: tuple[str, ...], day: dt.date) -> Done | Refused:
    """Evidence of some promises: these wait for review, the others run on; with the last of them the whole case waits."""
    if case.stage not in ("rectifying", "submitted", "passed"):
        return Refused("R26", "现在不用交整改材料。")
    if _open(case, ids) is None:
        return Refused("R34", "没有这一条承诺，或者已经了结。")
    handed = replace(case, promises=waiting(case, ids, day))
    rest = [promise for promise in handed.promises if promise.state == "open" and promise.kind != "redress"]
    is_all = case.stage == "rectifying" and all(p.is_waiting for p in rest) and any(p.id in ids for p in rest)
    return Done(replace(handed, stage="submitted", missing_evidence="") if is_all else handed, (OFFICER,))


def waiting(case: Case, ids: Collection[str], day: dt.date) -> tuple[Promise, ...]:
    """The promises of which evidence has come now; what waited before keeps its day."""
    return tuple(
        replace(promise, handed_in=promise.handed_in or day) if promise.id in ids else promise
        for promise in case.promises
    )


def keep(case: Case, act: acts.KeepPromise, day: dt.date) -> Done | Refused:
    if _open(case, (act.promise,)) is None:
        return Refused("R34", "没有这一条承诺，或者已经了结。")
    return Done(kept(case, (act.promise,)))


def kept(case: Case, ids: Collection[str]) -> Case:
    """The case with these promises kept."""
    made = (replace(p, state="kept", handed_in=None) if p.id in ids else p for p in case.promises)
    return replace(case, promises=tuple(made))


def send_back(case: Case, act: acts.ReturnEvidence, day: dt.date) -> Done | Refused:
    """The evidence of some promises was not enough: a second period for these; the others wait on (R36).

    A day after the case's own moves that with it. The second time that it was not enough, ``not_corrected`` follows.
    """
    named = _open(case, act.promises)
    if named is None or not all(promise.is_waiting for promise in named):
        return Refused("R34", "这条承诺没有在等复核的材料。")
    if not act.missing.strip():
        return Refused("R26", "要写明缺什么，例如：缺少改正后的照片。")
    if act.due <= day:
        return Refused("R26", "要定新的期限，而且晚于今天。")
    if any(act.due < promise.due for promise in named):
        return Refused("R43", "新的期限不能早于原来的期限。")
    again = tuple(
        replace(p, due=act.due, handed_in=None, period=p.period + 1) if p.id in act.promises else p
        for p in case.promises
    )
    done = replace(case, promises=again, missing_evidence=act.missing.strip())
    if any(promise.kind != "redress" for promise in named):
        if case.stage == "submitted":
            done = replace(done, stage="rectifying", promises=resumed(done, day))
        if case.due is not None and act.due > case.due:
            done = replace(done, due=act.due, promises=postponed(done, act.due, day), escalated=0)
    failed = [promise for promise in named if promise.period >= SECOND_PERIOD]
    return not_corrected(done, stood_in=any(p.kind in SUBSTITUTES for p in failed)) if failed else Done(done)


def break_promise(case: Case, act: acts.BreakPromise, day: dt.date) -> Done | Refused:
    found = next((promise for promise in case.promises if promise.id == act.promise), None)
    if found is None or found.state != "open":
        return Refused("R36", "没有这一条承诺，或者已经了结。")
    if case.is_historical and not act.reason.strip():
        return Refused("R24", "历史遗留问题，要由执法人员写明理由。")
    if found not in late_promises(case, day) and not failed_twice(case, found):
        return Refused("R36", "这一条还没有过期，或者材料在等复核。")
    broken = replace(case, promises=tuple(replace(p, state="broken") if p is found else p for p in case.promises))
    return not_corrected(broken, stood_in=found.kind in SUBSTITUTES)


def failed_twice(case: Case, promise: Promise) -> bool:
    """Whether a promise failed its review in the second period, too, and nothing new has come (R36)."""
    return promise.period > SECOND_PERIOD and promise in running_promises(case)


def _open(case: Case, ids: tuple[str, ...]) -> list[Promise] | None:
    """The open promises of these ids; ``None`` when one of them is not there or settled."""
    found = [promise for promise in case.promises if promise.id in ids and promise.state == "open"]
    return found if len(found) == len(set(ids)) else None
