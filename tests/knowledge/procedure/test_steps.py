"""R18, R20–R25, R32–R36, R40, R43, R44: each act, carried out or refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from knowledge.procedure import acts
from knowledge.procedure.case import SUBSTITUTES, Case, PledgeKind, Promise, Severity
from knowledge.procedure.periods import late_promises, overdue_days
from knowledge.procedure.results import LEADER, LIAISON, OFFICER, SUPERVISOR
from tests.knowledge.procedure.courses import (
    DUE,
    FRIDAY,
    LATER,
    MINOR,
    ORDINARY,
    SERIOUS,
    closing,
    copies,
    corrected,
    days,
    diagnosed,
    diagnosis,
    did,
    logged,
    pledge,
    refusal,
    submitted,
)

THURSDAY = days(1, DUE)
"""One working day overdue."""
RETURN = acts.ReturnEvidence("缺少改正后的照片", LATER)


# ---- diagnosis (R20–R25)


@pytest.mark.parametrize(
    ("severity", "warning", "is_ordered", "to"),
    [
        ("minor", "warning", False, (LIAISON,)),  # R20
        ("ordinary", "urgent", True, (LIAISON, LEADER)),  # R21
        ("serious", "none", True, (LIAISON, LEADER)),  # R22: ordered, and penalty by law; no warning in its place
    ],
)
def test_r20_r21_r22_each_class_has_its_warning_order_and_copies(
    severity: Severity, warning: str, is_ordered: bool, to: tuple[str, ...]
) -> None:
    case = diagnosed(severity)
    assert (case.severity, case.warning, case.is_ordered) == (severity, warning, is_ordered)
    assert (case.stage, case.turn, case.due, case.first_due) == ("rectifying", "enterprise", DUE, DUE)
    assert copies(logged(), diagnosis(severity)) == to


def test_r11_on_a_red_line_there_is_an_order_and_no_warning_in_place_of_a_penalty() -> None:
    case = diagnosed("minor", touches_red_line=True)
    assert (case.warning, case.is_ordered, case.leniency_barred) == ("none", True, "R11")
    assert copies(logged(), diagnosis("minor", touches_red_line=True)) == (LIAISON, LEADER)


def test_r23_another_class_than_the_derived_one_needs_a_reason_and_both_are_kept() -> None:
    assert refusal(logged(), diagnosis("minor", chosen="ordinary")).words == "系统判断是“轻微”，选别的要写明理由。"
    assert refusal(logged(), diagnosis("minor", chosen="ordinary", reason="  ")).rule == "R23"
    case = diagnosed("minor", chosen="ordinary", reason="涉及人员密集场所")
    assert (case.severity, case.derived, case.reason) == ("ordinary", "minor", "涉及人员密集场所")


def test_r23_facts_that_fit_no_class_need_a_choice_and_a_reason() -> None:
    unclear = replace(ORDINARY, is_first=False)
    assert refusal(logged(), diagnosis(facts=unclear)).words == "按这些情况归不进三类，请选一类并写明理由。"
    assert "无法判断" in refusal(logged(), diagnosis(facts=unclear, chosen="minor")).words
    assert diagnosed(facts=unclear, chosen="ordinary", reason="三年前一次").derived is None


def test_r23_not_the_first_time_is_no_longer_ordinary_by_itself() -> None:
    looked_up = replace(ORDINARY, is_first=False)
    assert refusal(logged(), diagnosis(facts=looked_up)).rule == "R23"


def test_r25_what_must_be_corrected_and_by_when_belongs_to_a_diagnosis() -> None:
    assert refusal(logged(), diagnosis(must_correct=" ")).rule == "R25"
    assert refusal(logged(), diagnosis(due=days(-1))).rule == "R25"
    assert diagnosed(due=FRIDAY).due == FRIDAY


def test_a_diagnosis_can_be_corrected_until_evidence_is_in_but_the_day_stays() -> None:
    case = did(diagnosed("ordinary"), diagnosis("minor"))
    assert (case.severity, case.warning, case.is_ordered) == ("minor", "warning", False)
    assert refusal(case, diagnosis(due=LATER)).rule == "R43"
    assert refusal(submitted(), diagnosis()).rule == "R23"
    assert refusal(corrected(), diagnosis()).rule == "R23"


def test_r20_a_warning_that_turned_urgent_stays_urgent_when_the_diagnosis_is_corrected() -> None:
    late = did(diagnosed("minor"), acts.Escalate(), day=THURSDAY)
    assert did(late, diagnosis("minor"), day=THURSDAY).warning == "urgent"
    late = did(diagnosed("ordinary"), acts.Escalate(), day=THURSDAY)
    assert did(late, diagnosis("minor"), day=THURSDAY).is_ordered


def test_r11_a_red_line_can_be_found_later_and_taken_back_and_a_broken_pledge_is_not_forgotten() -> None:
    broken = did(did(diagnosed("ordinary"), pledge()), acts.BreakPromise("a"), day=THURSDAY)
    marked = did(broken, diagnosis("ordinary", touches_red_line=True), day=THURSDAY)
    assert marked.leniency_barred == "R11"
    assert did(marked, diagnosis("ordinary"), day=THURSDAY).leniency_barred == "R36"


# ---- guidance (R18)


def test_r18_guidance_may_be_declined_and_that_costs_nothing() -> None:
    accepted, declined = (did(diagnosed("minor"), acts.AnswerGuidance(accepts)) for accepts in (True, False))
    assert replace(accepted, guidance_accepted=None) == replace(declined, guidance_accepted=None) == diagnosed("minor")


@pytest.mark.parametrize("severity", ["ordinary", "serious"])
def test_r18_an_order_is_not_put_as_a_choice(severity: Severity) -> None:
    assert refusal(diagnosed(severity), acts.AnswerGuidance(accepts=False)).rule == "R18"


# ---- pledges (R30–R36)


@pytest.mark.parametrize("severity", ["minor", "ordinary", "serious"])
@pytest.mark.parametrize("touches_red_line", [True, False])
@pytest.mark.parametrize("kind", ["rectification", "redress"])
def test_r32_r33_what_is_no_substitute_may_be_pledged_in_every_case(
    severity: Severity, touches_red_line: bool, kind: PledgeKind
) -> None:
    case = did(diagnosed(severity, touches_red_line=touches_red_line), pledge(kind))
    assert case.promises == (Promise("a", "把安全出口清空", DUE, "open", kind),)


@pytest.mark.parametrize("kind", SUBSTITUTES)
def test_r35_no_pledge_in_place_of_a_penalty_for_red_lines_serious_cases_and_after_a_broken_one(
    kind: PledgeKind,
) -> None:
    assert refusal(diagnosed(touches_red_line=True), pledge(kind)).rule == "R11"
    assert refusal(diagnosed("serious"), pledge(kind)).rule == "R35"
    broken = did(did(diagnosed("ordinary"), pledge()), acts.BreakPromise("a"), day=THURSDAY)
    assert refusal(broken, pledge(kind, THURSDAY, "b"), THURSDAY).rule == "R36"
    assert did(diagnosed("ordinary"), pledge(kind)).promises[0].kind == kind


def test_r34_a_pledge_says_what_and_by_when_within_the_time_ordered() -> None:
    case = diagnosed()
    assert refusal(logged(), pledge()).rule == "R35"
    assert refusal(case, acts.Pledge(())).rule == "R34"
    assert refusal(case, acts.Pledge((Promise("a", " ", DUE),))).rule == "R34"
    assert refusal(case, pledge(due=days(-1))).rule == "R34"
    assert refusal(case, pledge(due=LATER)).words == "承诺的日期不能晚于整改期限。"
    assert did(case, pledge("redress", due=LATER)).promises[0].due == LATER
    assert did(case, pledge(due=THURSDAY), day=THURSDAY).promises[0].due == THURSDAY  # late, but it can be signed


def test_r34_a_new_version_takes_the_place_of_an_open_promise_only() -> None:
    case = did(diagnosed(), pledge(due=days(3)), pledge(due=DUE))
    assert [promise.due for promise in case.promises] == [DUE]
    kept = did(case, acts.KeepPromise("a"))
    assert refusal(kept, pledge()).words == "这条承诺已经了结、过期或者不是这一种，不能改写。"
    assert refusal(case, pledge("voluntary")).rule == "R34"
    assert refusal(diagnosed(), acts.Pledge(pledge().promises * 2)).rule == "R34"
    assert refusal(case, pledge(due=THURSDAY), THURSDAY).rule == "R34"


def test_r34_nobody_signs_a_promise_as_kept() -> None:
    signed = acts.Pledge((Promise("a", "把安全出口清空", DUE, "kept"),))
    assert did(diagnosed(), signed).promises[0].state == "open"


def test_r34_promises_are_settled_with_the_evidence_or_one_by_one() -> None:
    case = did(diagnosed(), pledge(), pledge("redress", LATER, "b"), acts.SubmitEvidence())
    assert refusal(case, acts.PassEvidence(("c",))).rule == "R34"
    passed = did(case, acts.PassEvidence(("a",)))
    assert [promise.state for promise in passed.promises] == ["kept", "open"]
    assert [promise.state for promise in did(passed, acts.KeepPromise("b")).promises] == ["kept", "kept"]
    assert refusal(passed, acts.KeepPromise("a")).rule == "R34"


def test_r36_a_promise_is_broken_only_after_its_day_and_not_while_the_authority_has_the_evidence() -> None:
    case = did(diagnosed("ordinary"), pledge())
    assert late_promises(case, DUE) == ()
    assert refusal(case, acts.BreakPromise("a"), DUE).rule == "R36"
    assert refusal(case, acts.BreakPromise("x"), THURSDAY).rule == "R36"
    waiting = did(case, acts.SubmitEvidence(), day=DUE)
    assert late_promises(waiting, LATER) == ()
    assert refusal(waiting, acts.BreakPromise("a"), LATER).rule == "R36"
    assert [promise.id for promise in late_promises(case, THURSDAY)] == ["a"]


@pytest.mark.parametrize("kind", ["rectification", "acknowledgement", "voluntary"])
def test_r36_a_broken_promise_of_an_ordinary_case_ends_leniency_and_the_officer_is_told(kind: PledgeKind) -> None:
    case = did(diagnosed("ordinary"), pledge(kind))
    assert copies(case, acts.BreakPromise("a"), THURSDAY) == (OFFICER,)
    broken = did(case, acts.BreakPromise("a"), day=THURSDAY)
    assert (broken.promises[0].state, broken.leniency_barred) == ("broken", "R36")
    assert refusal(broken, acts.BreakPromise("a"), THURSDAY).rule == "R36"


def test_r20_a_minor_case_that_breaks_its_rectification_pledge_turns_urgent_first() -> None:
    case = did(diagnosed("minor"), pledge())
    assert copies(case, acts.BreakPromise("a"), THURSDAY) == (OFFICER, LIAISON, LEADER)
    broken = did(case, acts.BreakPromise("a"), day=THURSDAY)
    assert (broken.warning, broken.is_ordered, broken.leniency_barred) == ("urgent", True, "")


def test_r36_what_stood_in_for_the_penalty_falls_away_at_once_in_a_minor_case_too() -> None:
    case = did(did(diagnosed("minor"), pledge("acknowledgement")), acts.BreakPromise("a"), day=THURSDAY)
    assert (case.warning, case.leniency_barred) == ("urgent", "R36")


def test_r36_evidence_that_is_not_mended_in_the_second_period_ends_leniency() -> None:
    second = did(submitted("ordinary"), RETURN)
    assert (second.period, second.due, second.leniency_barred, second.missing_evidence) == (
        2,
        LATER,
        "",
        "缺少改正后的照片",
    )
    third = did(second, acts.SubmitEvidence(), acts.ReturnEvidence("还是看不清", days(7, LATER)), day=LATER)
    assert (third.period, third.leniency_barred) == (3, "R36")


def test_r20_r36_a_minor_case_turns_urgent_after_the_second_period_and_loses_leniency_after_that() -> None:
    second = did(submitted("minor"), RETURN, acts.SubmitEvidence())
    assert copies(second, RETURN) == (OFFICER, LIAISON, LEADER)
    third = did(second, RETURN)
    assert (third.warning, third.is_ordered, third.leniency_barred) == ("urgent", True, "")
    assert did(third, acts.SubmitEvidence(), RETURN).leniency_barred == "R36"


def test_r36_a_promise_whose_review_failed_twice_may_be_broken_before_its_new_day() -> None:
    case = did(diagnosed("ordinary"), pledge(), acts.SubmitEvidence(), RETURN)
    assert refusal(case, acts.BreakPromise("a")).rule == "R36"
    case = did(case, acts.SubmitEvidence(), RETURN)
    assert did(case, acts.BreakPromise("a")).promises[0].state == "broken"


# ---- evidence and visits (R26, R40)


def test_evidence_can_be_added_to_until_it_is_reviewed_and_is_reviewed_once() -> None:
    case = did(submitted(), acts.SubmitEvidence())
    assert copies(diagnosed(), acts.SubmitEvidence()) == (OFFICER,)
    passed = did(case, acts.PassEvidence())
    assert (passed.stage, passed.evidence_passed, passed.turn) == ("passed", True, "authority")
    for act in (acts.SubmitEvidence(), acts.PassEvidence(), RETURN):
        assert refusal(passed, act).rule == "R26"
    for act in (acts.SubmitEvidence(), acts.PassEvidence(), RETURN):
        assert refusal(logged(), act).rule == "R26"


@pytest.mark.parametrize("due", [FRIDAY, days(-1)])
def test_evidence_is_returned_with_what_is_missing_and_a_day_that_lies_ahead(due: dt.date) -> None:
    assert refusal(submitted(), acts.ReturnEvidence(" ", LATER)).rule == "R26"
    assert refusal(submitted(), acts.ReturnEvidence("照片", due)).rule == "R26"


def test_r43_a_return_never_shortens_the_time_that_was_given() -> None:
    assert refusal(submitted(), acts.ReturnEvidence("照片", days(1))).words == "新的期限不能早于原来的期限。"
    assert did(submitted(), acts.ReturnEvidence("照片", DUE)).due == DUE


def test_r40_evidence_of_the_due_day_that_is_returned_five_days_later_is_not_overdue_and_nor_are_its_promises() -> None:
    case = did(did(diagnosed(), pledge()), acts.SubmitEvidence(), day=DUE)
    back = days(5, DUE)
    assert overdue_days(case, back) == 0
    assert refusal(case, acts.Escalate(), back).rule == "R40"
    returned = did(case, acts.ReturnEvidence("照片", LATER), day=back)
    assert (returned.due, returned.first_due, returned.turn, returned.escalated) == (LATER, DUE, "enterprise", 0)
    assert [overdue_days(returned, day) for day in (back, LATER, days(3, LATER))] == [0, 0, 1]
    assert late_promises(returned, LATER) == ()
    assert [promise.due for promise in returned.promises] == [LATER]


def test_r40_a_promise_with_its_own_earlier_day_ahead_keeps_it_when_the_case_moves() -> None:
    case = did(diagnosed(), pledge(due=days(4), id="early"), pledge(id="with"), pledge("redress", LATER, "own"))
    moved = did(case, acts.SubmitEvidence(), acts.ReturnEvidence("照片", days(-2, LATER)), day=days(3))
    assert {promise.id: promise.due for promise in moved.promises} == {
        "early": days(4),
        "with": days(-2, LATER),
        "own": LATER,
    }


def test_r40_a_promise_that_fell_due_while_the_evidence_waited_gets_the_new_day() -> None:
    case = did(did(diagnosed(), pledge(due=days(4))), acts.SubmitEvidence(), day=days(3))
    returned = did(case, acts.ReturnEvidence("照片", LATER), day=DUE)
    assert late_promises(returned, LATER) == ()
    assert returned.promises[0].due == LATER


def test_r26_a_visit_is_recorded_after_the_evidence_passed() -> None:
    visit = acts.RecordVisit(is_corrected=True)
    for case in (logged(), diagnosed(), submitted()):
        assert refusal(case, visit, LATER).rule == "R26"
    assert corrected().visited == FRIDAY


def test_r26_a_visit_that_finds_it_not_corrected_opens_a_further_period() -> None:
    failed = acts.RecordVisit(is_corrected=False, due=LATER)
    passed = did(submitted(), acts.PassEvidence())
    case = did(passed, failed)
    assert (case.stage, case.due, case.period, case.evidence_passed, case.visited) == (
        "rectifying",
        LATER,
        2,
        False,
        None,
    )
    assert refusal(passed, acts.RecordVisit(is_corrected=False)).rule == "R26"


def test_r26_the_visit_at_the_due_day_can_find_it_not_corrected_without_any_evidence() -> None:
    failed = acts.RecordVisit(is_corrected=False, due=LATER)
    assert refusal(diagnosed(), failed).rule == "R26"
    assert did(diagnosed(), failed, day=DUE).due == LATER
    assert refusal(submitted(), failed, DUE).rule == "R26"


# ---- overdue (R20, R24, R40)


def test_r40_the_rungs_go_up_by_overdue_working_days_once_each() -> None:
    case = diagnosed("ordinary")
    told = []
    for number in range(12):
        day = days(number, DUE)
        answer = did(case, acts.Escalate(), day=day) if overdue_days(case, day) in (1, 3, 5) else None
        if answer is None or answer == case:
            assert refusal(case, acts.Escalate(), day).rule == "R40"
            continue
        told.append((overdue_days(case, day), copies(case, acts.Escalate(), day)))
        case = answer
        assert refusal(case, acts.Escalate(), day).rule == "R40"
        if overdue_days(case, day) == 5:
            break
    assert told == [(1, (OFFICER, LIAISON)), (3, (LEADER,)), (5, (SUPERVISOR,))]


def test_r40_a_clock_that_stood_still_takes_every_rung_at_once() -> None:
    assert copies(diagnosed("ordinary"), acts.Escalate(), LATER) == (OFFICER, LIAISON, LEADER, SUPERVISOR)


def test_r20_a_warning_not_heeded_in_time_turns_urgent_is_ordered_and_goes_to_the_leader_too() -> None:
    case = diagnosed("minor")
    assert copies(case, acts.Escalate(), THURSDAY) == (OFFICER, LIAISON, LEADER)
    late = did(case, acts.Escalate(), day=THURSDAY)
    assert (late.warning, late.is_ordered, late.due, late.leniency_barred) == ("urgent", True, DUE, "")
    done = did(late, acts.SubmitEvidence(), acts.PassEvidence(), acts.RecordVisit(is_corrected=True), day=THURSDAY)
    assert did(done, closing("exempt_minor"), day=THURSDAY).outcome == "exempt_minor"  # 企业整改到位后将不予处罚


@pytest.mark.parametrize("severity", ["minor", "ordinary", "serious"])
def test_r24_a_historical_problem_is_not_escalated_by_the_clock_but_by_an_officer_with_a_reason(
    severity: Severity,
) -> None:
    case = did(diagnosed(severity, is_historical=True), pledge())
    assert refusal(case, acts.Escalate(), LATER).rule == "R24"
    assert refusal(case, acts.BreakPromise("a"), LATER).rule == "R24"
    assert did(case, acts.Escalate("多次催办没有进展"), day=LATER).escalated == 5
    assert did(case, acts.BreakPromise("a", "多次催办没有进展"), day=LATER).promises[0].state == "broken"


def test_r40_whose_turn_it_is_is_known_at_every_stage() -> None:
    asked = did(diagnosed(), acts.AskExtension(LATER, "配件下周才到"))
    passed = did(submitted(), acts.PassEvidence())
    closed = did(corrected(), closing())
    assert [case.turn for case in (logged(), diagnosed(), submitted(), asked, passed, corrected(), closed)] == [
        "authority",
        "enterprise",
        "authority",
        "authority",
        "authority",
        "authority",
        "nobody",
    ]


def test_r40_over_a_weekend_and_a_holiday_nothing_gets_later() -> None:
    before_may = dt.date(2026, 4, 30)
    case = did(Case(before_may, "x"), diagnosis("ordinary", due=before_may), day=before_may)
    assert [overdue_days(case, dt.date(2026, 5, day)) for day in (1, 4, 5, 6, 7)] == [0, 0, 0, 1, 2]


# ---- extension (R43)


def test_r43_an_extension_is_asked_for_before_the_due_day_with_a_reason_and_a_later_day() -> None:
    case = diagnosed()
    asks = acts.AskExtension(LATER, "配件下周才到")
    assert copies(case, asks) == (OFFICER,)
    assert refusal(case, asks, DUE).rule == "R43"
    assert refusal(case, acts.AskExtension(LATER, " ")).rule == "R43"
    assert refusal(case, acts.AskExtension(DUE, "配件下周才到")).rule == "R43"
    assert refusal(logged(), asks).rule == "R43"
    assert refusal(submitted(), asks).rule == "R43"
    assert refusal(did(case, asks), asks).words == "上一次申请还没有决定。"


def test_r43_a_granted_extension_moves_the_day_and_keeps_what_was_asked() -> None:
    case = did(diagnosed(), pledge(), acts.AskExtension(LATER, "配件下周才到"))
    granted = did(case, acts.DecideExtension(grants=True, until=days(-1, LATER)), day=DUE)
    assert (granted.due, granted.first_due, granted.turn) == (days(-1, LATER), DUE, "enterprise")
    extension = granted.extensions[0]
    assert (extension.until, extension.granted, extension.granted_until) == (LATER, True, days(-1, LATER))
    assert granted.promises[0].due == days(-1, LATER)
    assert did(case, acts.DecideExtension(grants=True)).due == LATER


@pytest.mark.parametrize("until", [DUE, FRIDAY])
def test_r43_a_grant_is_for_a_later_day(until: dt.date) -> None:
    case = did(diagnosed(), acts.AskExtension(LATER, "配件下周才到"))
    assert refusal(case, acts.DecideExtension(grants=True, until=until)).rule == "R43"
    assert refusal(case, acts.DecideExtension(grants=True), days(1, LATER)).rule == "R43"


def test_r43_a_refusal_needs_a_reason_is_kept_and_leaves_the_day() -> None:
    case = did(diagnosed(), acts.AskExtension(LATER, "配件下周才到"))
    assert refusal(case, acts.DecideExtension(grants=False)).words == "不同意要写明理由。"
    refused = did(case, acts.DecideExtension(grants=False, reason="可以先清空"), day=days(4))
    assert (refused.due, refused.extensions[0].granted, refused.extensions[0].answer) == (DUE, False, "可以先清空")
    assert refusal(refused, acts.DecideExtension(grants=True)).rule == "R43"
    assert did(refused, acts.AskExtension(LATER, "又坏了"), day=days(4)).has_open_extension


@pytest.mark.parametrize(("day", "due"), [(DUE, days(1, DUE)), (days(3, DUE), days(5, DUE))])
def test_r40_a_refusal_that_came_late_leaves_until_the_next_working_day(day: dt.date, due: dt.date) -> None:
    case = did(diagnosed(), pledge(), acts.AskExtension(LATER, "配件下周才到"))
    refused = did(case, acts.DecideExtension(grants=False, reason="可以先清空"), day=day)
    assert (refused.due, overdue_days(refused, day)) == (due, 0)
    assert late_promises(refused, due) == ()


# ---- defence (R44)


def test_r44_a_defence_is_heard_at_any_time_before_the_outcome_and_answered_with_reasons() -> None:
    for case in (logged(), diagnosed(), submitted(), corrected()):
        heard = did(case, acts.StateDefence(" 货物是昨晚才到的 "))
        assert (heard.defences[0].text, heard.has_open_defence) == ("货物是昨晚才到的", True)
        assert copies(case, acts.StateDefence("货物是昨晚才到的")) == (OFFICER,)
        assert refusal(heard, acts.AnswerDefence(" ")).rule == "R44"
        answered = did(heard, acts.AnswerDefence("堆放时间不影响认定"))
        assert (answered.defences[0].answer, answered.has_open_defence) == ("堆放时间不影响认定", False)
        assert refusal(answered, acts.AnswerDefence("再答")).rule == "R44"
    assert refusal(diagnosed(), acts.StateDefence(" ")).rule == "R44"


def test_r44_a_defence_never_makes_things_worse() -> None:
    case = did(diagnosed("minor"), acts.StateDefence("不服"))
    for graver in ("ordinary", "serious"):
        assert refusal(case, diagnosis("minor", chosen=graver, reason="态度不好")).rule == "R44"
    assert refusal(case, diagnosis("minor", touches_red_line=True)).rule == "R44"
    assert did(case, diagnosis("minor", touches_red_line=True, reason="现场又发现液化气瓶")).touches_red_line
    case = did(diagnosed("serious"), acts.StateDefence("影响不大"))
    assert did(case, diagnosis("ordinary")).severity == "ordinary"


def test_r44_an_answered_defence_leaves_the_case_as_it_was() -> None:
    case = diagnosed("ordinary")
    heard = did(case, acts.StateDefence("不服"), acts.AnswerDefence("事实清楚"))
    assert replace(heard, defences=()) == case


def test_a_diagnosis_keeps_the_facts_it_rests_on() -> None:
    assert (diagnosed("minor").facts, diagnosed("serious").facts) == (MINOR, SERIOUS)
