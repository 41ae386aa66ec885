"""The procedure as one pure function (R20–R28, R36, R40, R43, R44): a case, an act and a day give a new case, or a refusal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from knowledge.procedure import acts
from knowledge.procedure.case import SEVERITY_NAMES, Case, Defence, Extension, Severity, Warning_
from knowledge.procedure.closing import close, reopen, waive
from knowledge.procedure.ladder import shipped_ladder
from knowledge.procedure.periods import further_period, overdue_days, postponed, resumed, urgent
from knowledge.procedure.promises import break_promise, hand_in, keep, kept, pledge, send_back, waiting
from knowledge.procedure.results import LEADER, LIAISON, OFFICER, Done, Refused
from knowledge.procedure.severity import derive
from knowledge.workdays import add_workdays


def step(case: Case, act: acts.Act, day: dt.date) -> Done | Refused:
    """Carry out an act on a day, or refuse it with the rule that forbids it."""
    if not case.is_open and not isinstance(act, acts.Reopen):
        return Refused("R28", "已经销号；没有解决的，请用“没解决”重开。")
    return _STEPS[type(act)](case, act, day)


def _diagnose(case: Case, act: acts.Diagnose, day: dt.date) -> Done | Refused:
    if case.stage not in ("logged", "rectifying"):
        return Refused("R23", "整改材料已经交来，先复核；退回以后才能改诊断。")
    if not act.must_correct.strip():
        return Refused("R25", "要写明改正什么，例如：把安全出口清空。")
    if case.severity and act.due != case.due:
        return Refused("R43", "期限已定，要改请走延期。")
    if case.severity is None and act.due < day:
        return Refused("R25", "期限不能早于今天。")
    derived = derive(act.facts)
    severity = act.chosen or derived
    if severity is None:
        return Refused("R23", "按这些情况归不进三类，请选一类并写明理由。")
    if severity != derived and not act.reason.strip():
        named = SEVERITY_NAMES[derived] if derived else "无法判断"
        return Refused("R23", f"系统判断是“{named}”，选别的要写明理由。")
    order = list(SEVERITY_NAMES)
    if case.defences and case.severity and order.index(severity) > order.index(case.severity):
        return Refused("R44", "不能因为陈述申辩而加重。")
    if case.defences and act.touches_red_line and not case.touches_red_line and not act.reason.strip():
        return Refused("R44", "申辩以后才认定红线的，要写明新的事实。")
    warning = _warning(case, severity, act.touches_red_line)
    done = replace(
        case,
        stage="rectifying",
        severity=severity,
        derived=derived,
        facts=act.facts,
        reason=act.reason.strip(),
        warning=warning,
        is_ordered=warning != "warning",
        is_historical=act.is_historical,
        touches_red_line=act.touches_red_line,
        must_correct=act.must_correct.strip(),
        due=act.due,
        first_due=case.first_due or act.due,
    )
    return Done(done, (LIAISON,) if warning == "warning" else (LIAISON, LEADER))


def _warning(case: Case, severity: Severity, touches_red_line: bool) -> Warning_:
    """预警 for 轻微, 紧急预警 for 一般 and for 轻微 that was late; none for 突出 (R22) and where 定海 附则 bars both (R11)."""
    if touches_red_line or severity == "serious":
        return "none"
    late = case.escalated > 0 or (case.severity == "minor" and case.warning == "urgent")
    return "warning" if severity == "minor" and not late else "urgent"


def _answer_guidance(case: Case, act: acts.AnswerGuidance, day: dt.date) -> Done | Refused:
    if case.is_ordered:
        return Refused("R18", "责令改正不是指导，不问接受不接受。")
    return Done(replace(case, guidance_accepted=act.accepts))


def _submit(case: Case, act: acts.SubmitEvidence, day: dt.date) -> Done | Refused:
    if act.promises:
        return hand_in(case, act.promises, day)
    if case.stage not in ("rectifying", "submitted"):
        return Refused("R26", "现在不用交整改材料。")
    rectifying = tuple(p.id for p in case.promises if p.state == "open" and p.kind != "redress")
    submitted = replace(case, stage="submitted", missing_evidence="", promises=waiting(case, rectifying, day))
    return Done(submitted, (OFFICER,))


def _pass(case: Case, act: acts.PassEvidence, day: dt.date) -> Done | Refused:
    if case.stage != "submitted":
        return Refused("R26", "还没有收到整改材料。")
    unsettled = {promise.id for promise in case.promises if promise.state == "open"}
    if not unsettled.issuperset(act.promises):
        return Refused("R34", "没有这一条承诺，或者已经了结。")
    own = case.due if case.due is not None and case.due > day else None
    visit = own or add_workdays(day, shipped_ladder().visit.workdays).day
    passed = replace(kept(case, act.promises), stage="passed", evidence_passed=True, visit_due=visit)
    return Done(replace(passed, promises=resumed(passed, day)))


def _return(case: Case, act: acts.ReturnEvidence, day: dt.date) -> Done | Refused:
    if act.promises:
        return send_back(case, act, day)
    if case.stage != "submitted":
        return Refused("R26", "还没有收到整改材料。")
    if not act.missing.strip():
        return Refused("R26", "要写明缺什么，例如：缺少改正后的照片。")
    return further_period(case, act.due, day, act.missing.strip())


def _ask_extension(case: Case, act: acts.AskExtension, day: dt.date) -> Done | Refused:
    if case.stage != "rectifying" or case.due is None:
        return Refused("R43", "现在没有要延的期限。")
    if day >= case.due:
        return Refused("R43", "延期要在到期日之前申请。")
    if case.has_open_extension:
        return Refused("R43", "上一次申请还没有决定。")
    if act.until <= case.due:
        return Refused("R43", "新的日期要晚于现在的期限。")
    if not act.reason.strip():
        return Refused("R43", "要写明理由，例如：配件下周才到。")
    asked = Extension(day, act.until, act.reason.strip())
    return Done(replace(case, extensions=(*case.extensions, asked)), (OFFICER,))


def _decide_extension(case: Case, act: acts.DecideExtension, day: dt.date) -> Done | Refused:
    if not case.has_open_extension or case.due is None:
        return Refused("R43", "没有等决定的延期申请。")
    asked = case.extensions[-1]
    if not act.grants:
        return _refuse_extension(case, asked, act.reason.strip(), day)
    until = act.until or asked.until
    if until <= case.due or until < day:
        return Refused("R43", "新的期限要晚于现在的期限，也不能早于今天。")
    granted = replace(asked, granted=True, answer=act.reason.strip(), granted_until=until)
    return Done(_moved(replace(case, extensions=(*case.extensions[:-1], granted)), until, day))


def _refuse_extension(case: Case, asked: Extension, reason: str, day: dt.date) -> Done | Refused:
    """A refusal that comes on the due day or later leaves until the next working day: the wait is not the enterprise's (R40)."""
    if not reason:
        return Refused("R43", "不同意要写明理由。")
    refused = replace(case, extensions=(*case.extensions[:-1], replace(asked, granted=False, answer=reason)))
    is_late = case.stage == "rectifying" and case.due is not None and day >= case.due
    if is_late:
        return Done(_moved(refused, add_workdays(day, 1).day, day))
    return Done(replace(refused, promises=resumed(refused, day)))


def _give_time(case: Case, act: acts.GiveTime, day: dt.date) -> Done | Refused:
    if not case.is_historical:
        return Refused("R24", "只有历史遗留问题，才能主动多给时间。")
    if case.stage != "rectifying" or case.due is None or case.has_open_extension:
        return Refused("R43", "现在没有要延的期限，或者有申请还没决定。")
    if act.until <= case.due or act.until < day:
        return Refused("R43", "新的期限要晚于现在的期限，也不能早于今天。")
    reason = act.reason.strip()
    if not reason:
        return Refused("R43", "要写明理由，例如：两证正在补办。")
    given = Extension(day, act.until, reason, granted=True, answer=reason, granted_until=act.until)
    return Done(_moved(replace(case, extensions=(*case.extensions, given)), act.until, day))


def _moved(case: Case, due: dt.date, day: dt.date) -> Case:
    return replace(case, promises=postponed(case, due, day), due=due, escalated=0)


def _state_defence(case: Case, act: acts.StateDefence, day: dt.date) -> Done | Refused:
    if not act.text.strip():
        return Refused("R44", "请写明事实或者理由。")
    return Done(replace(case, defences=(*case.defences, Defence(day, act.text.strip()))), (OFFICER,))


def _answer_defence(case: Case, act: acts.AnswerDefence, day: dt.date) -> Done | Refused:
    if not case.has_open_defence:
        return Refused("R44", "没有等答复的陈述申辩。")
    if not act.text.strip():
        return Refused("R44", "答复要写明理由。")
    answered = tuple(replace(d, answer=act.text.strip()) if d.answer is None else d for d in case.defences)
    return Done(replace(case, defences=answered))


def _visit(case: Case, act: acts.RecordVisit, day: dt.date) -> Done | Refused:
    if act.is_corrected:
        if case.stage != "passed":
            return Refused("R26", "整改材料复核通过以后，再记录改好的回访。")
        return Done(replace(case, visited=day, visit_due=None))
    is_due = case.stage == "rectifying" and case.due is not None and day >= case.due
    if case.stage != "passed" and not is_due:
        return Refused("R26", "到期或者材料复核通过以后，再回访。")
    return further_period(case, act.due, day, "")


def _escalate(case: Case, act: acts.Escalate, day: dt.date) -> Done | Refused:
    """The rungs of R40 that are due, once each; the first turns 轻微 urgent (R20). Not by the clock alone under R24."""
    if case.is_historical and not act.reason.strip():
        return Refused("R24", "历史遗留问题，不因时间自动升级。")
    late = overdue_days(case, day)
    due = [rung for rung in shipped_ladder().escalations if case.escalated < rung.workdays <= late]
    if not due:
        return Refused("R40", "还没有到升级的时候。")
    turned = urgent(case)
    copies = (*(office for rung in due for office in rung.to), *(() if turned is case else (LEADER,)))
    return Done(replace(turned, escalated=due[-1].workdays), tuple(dict.fromkeys(copies)))


_STEPS: dict[type, Callable[[Case, Any, dt.date], Done | Refused]] = {
    acts.Diagnose: _diagnose,
    acts.AnswerGuidance: _answer_guidance,
    acts.Pledge: pledge,
    acts.SubmitEvidence: _submit,
    acts.PassEvidence: _pass,
    acts.ReturnEvidence: _return,
    acts.KeepPromise: keep,
    acts.BreakPromise: break_promise,
    acts.AskExtension: _ask_extension,
    acts.DecideExtension: _decide_extension,
    acts.GiveTime: _give_time,
    acts.StateDefence: _state_defence,
    acts.AnswerDefence: _answer_defence,
    acts.RecordVisit: _visit,
    acts.Escalate: _escalate,
    acts.Waive: waive,
    acts.Close: close,
    acts.Reopen: reopen,
}
