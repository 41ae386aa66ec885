"""R34, R36, R39, R40: promises reviewed one by one, evidence of some, a second period of their own, their reminders."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from knowledge.procedure import acts
from knowledge.procedure.case import Case, Promise
from knowledge.procedure.ladder import promise_rungs, rungs, shipped_ladder
from knowledge.procedure.periods import breaks_after, late_promises, running_promises
from tests.knowledge.procedure.courses import DUE, FRIDAY, LATER, copies, days, diagnosed, did, pledge, refusal

MONDAY = days(3)
TUESDAY = days(4)
THURSDAY = days(1, DUE)
LADDER = shipped_ladder()


def two(severity: str = "ordinary", kind: str = "rectification") -> Case:
    """A case with a promise for Monday and one for the case's own day."""
    promises = (Promise("a", "摆好灭火器", MONDAY), Promise("b", "把安全出口清空", DUE))
    return did(diagnosed(severity), acts.Pledge(promises, kind))  # type: ignore[arg-type]


def states(case: Case) -> dict[str, str]:
    return {promise.id: promise.state for promise in case.promises}


def dues(case: Case) -> dict[str, dt.date]:
    return {promise.id: promise.due for promise in case.promises}


# ---- evidence of some


def test_r34_evidence_of_one_promise_waits_for_review_while_the_other_runs_on() -> None:
    case = did(two(), acts.SubmitEvidence(("a",)), day=MONDAY)
    assert (case.stage, case.turn, case.has_waiting_promise) == ("rectifying", "enterprise", True)
    assert [promise.id for promise in running_promises(case)] == ["b"]
    assert late_promises(case, TUESDAY) == ()
    assert [promise.id for promise in late_promises(case, THURSDAY)] == ["b"]
    assert copies(two(), acts.SubmitEvidence(("a",))) == ("officer",)


def test_r40_with_the_evidence_of_the_last_promise_the_whole_case_waits_for_the_authority() -> None:
    case = did(did(two(), acts.SubmitEvidence(("a",))), acts.SubmitEvidence(("b",)), day=DUE)
    assert (case.stage, case.turn) == ("submitted", "authority")
    assert states(did(case, acts.PassEvidence(("a", "b")))) == {"a": "kept", "b": "kept"}


def test_r33_redress_is_handed_in_by_itself_also_after_the_rest_was_passed() -> None:
    case = did(two(), pledge("redress", LATER, "d"), acts.SubmitEvidence(), acts.PassEvidence(("a", "b")))
    assert (case.stage, states(case)["d"]) == ("passed", "open")
    handed = did(case, acts.SubmitEvidence(("d",)))
    assert (handed.stage, handed.has_waiting_promise) == ("passed", True)
    assert late_promises(handed, days(1, LATER)) == ()
    assert states(did(handed, acts.KeepPromise("d")))["d"] == "kept"
    assert [promise.id for promise in late_promises(case, days(1, LATER))] == ["d"]


@pytest.mark.parametrize("ids", [("x",), ("a", "x"), ("a", "a", "x")])
def test_r34_nothing_is_handed_in_for_a_promise_that_is_not_there_or_settled(ids: tuple[str, ...]) -> None:
    assert refusal(two(), acts.SubmitEvidence(ids)).rule == "R34"
    kept = did(two(), acts.KeepPromise("a"))
    assert refusal(kept, acts.SubmitEvidence(("a",))).rule == "R34"


def test_r34_a_promise_whose_evidence_waits_is_not_rewritten() -> None:
    case = did(two(), acts.SubmitEvidence(("a",)))
    assert refusal(case, pledge(due=MONDAY)).words == "这条承诺的材料在等复核，现在不能改写。"


# ---- returned, second period


def test_r36_one_promise_is_returned_with_a_second_period_of_its_own() -> None:
    case = did(two(), acts.SubmitEvidence(("a",)))
    returned = did(case, acts.ReturnEvidence("缺照片", TUESDAY, ("a",)), day=MONDAY)
    assert (returned.due, returned.period, returned.missing_evidence) == (DUE, 1, "缺照片")
    assert dues(returned) == {"a": TUESDAY, "b": DUE}
    assert [(p.id, p.period, p.handed_in) for p in returned.promises] == [("a", 2, None), ("b", 1, None)]
    assert [promise.id for promise in late_promises(returned, DUE)] == ["a"]


def test_r36_r43_a_return_of_one_promise_is_refused_for_what_is_wrong_with_it() -> None:
    case = did(two(), acts.SubmitEvidence(("a",)))
    assert refusal(case, acts.ReturnEvidence("缺", LATER, ("b",))).words == "这条承诺没有在等复核的材料。"
    assert refusal(case, acts.ReturnEvidence(" ", LATER, ("a",))).rule == "R26"
    assert refusal(case, acts.ReturnEvidence("缺", FRIDAY, ("a",))).rule == "R26"
    assert refusal(case, acts.ReturnEvidence("缺", days(1), ("a",))).rule == "R43"


def test_r40_a_return_of_one_of_several_sends_the_case_back_and_the_others_wait_on() -> None:
    case = did(two(), acts.SubmitEvidence(), day=DUE)
    returned = did(case, acts.ReturnEvidence("缺照片", LATER, ("b",)), day=THURSDAY)
    assert (returned.stage, returned.due, returned.turn) == ("rectifying", LATER, "enterprise")
    assert [promise.id for promise in running_promises(returned)] == ["b"]
    assert late_promises(returned, LATER) == ()
    assert did(returned, acts.SubmitEvidence(("b",)), day=LATER).stage == "submitted"


def test_r36_a_promise_that_failed_twice_may_be_broken_by_the_officer_before_its_new_day() -> None:
    again = (acts.SubmitEvidence(("a",)), acts.ReturnEvidence("缺照片", TUESDAY, ("a",)))
    case = did(two(kind="voluntary"), *again)
    assert refusal(case, acts.BreakPromise("a", "没改")).rule == "R36"
    assert case.leniency_lost == ""
    twice = did(case, *again)
    assert twice.leniency_lost == "R36"  # a voluntary pledge stood in: that falls away with the second failure
    assert refusal(twice, acts.BreakPromise("b", "没改")).rule == "R36"
    assert states(did(twice, acts.BreakPromise("a", "没改"))) == {"a": "broken", "b": "open"}


def test_r36_the_second_failure_of_a_minor_case_turns_it_urgent_first() -> None:
    again = (acts.SubmitEvidence(("a",)), acts.ReturnEvidence("缺照片", TUESDAY, ("a",)))
    twice = did(two("minor"), *again, *again)
    assert (twice.warning, twice.leniency_lost) == ("urgent", "")


def test_r34_signing_a_promise_anew_gives_no_new_first_period() -> None:
    case = did(two(), acts.SubmitEvidence(("a",)), acts.ReturnEvidence("缺照片", TUESDAY, ("a",)))
    resigned = did(case, pledge(due=TUESDAY))
    assert next(promise.period for promise in resigned.promises if promise.id == "a") == 2


def test_a_return_of_all_of_it_counts_for_every_promise_but_redress() -> None:
    case = did(two(), pledge("redress", LATER, "d"), acts.SubmitEvidence(), acts.ReturnEvidence("缺", LATER))
    assert {p.id: (p.period, p.handed_in) for p in case.promises} == {"a": (2, None), "b": (2, None), "d": (1, None)}


# ---- what waited for the authority does not run against the enterprise


def test_r40_what_falls_due_while_the_evidence_is_reviewed_has_until_the_next_working_day() -> None:
    case = did(did(two(), pledge("redress", TUESDAY, "d")), acts.SubmitEvidence(), day=MONDAY)
    passed = did(case, acts.PassEvidence(("a", "b")), day=DUE)
    assert dues(passed)["d"] == THURSDAY
    assert late_promises(passed, DUE) == ()


def test_r40_a_refused_extension_leaves_time_for_the_promise_that_fell_due_meanwhile() -> None:
    case = did(two(), acts.AskExtension(LATER, "配件下周才到"))
    refused = did(case, acts.DecideExtension(grants=False, reason="有危险"), day=TUESDAY)
    assert dues(refused) == {"a": DUE, "b": DUE}
    assert late_promises(refused, TUESDAY) == ()


# ---- the clock


def test_r36_the_clock_breaks_after_the_earliest_running_day_and_leaves_historical_cases_alone() -> None:
    assert breaks_after(two()) == MONDAY
    assert breaks_after(did(two(), acts.SubmitEvidence(("a",)))) == DUE
    assert breaks_after(did(two(), acts.SubmitEvidence())) is None
    historical = did(diagnosed("ordinary", is_historical=True), pledge())
    assert breaks_after(historical) is None  # R24


def test_r39_a_promise_has_its_own_reminders_only_where_its_day_is_another_than_the_cases() -> None:
    case = two()
    laid = {rung.kind: (rung.to, rung.due, rung.day) for rung in promise_rungs(case, LADDER, FRIDAY)}
    assert laid == {
        "p_before_1": ("contact", MONDAY, FRIDAY),
        "p_due": ("contact", MONDAY, MONDAY),
        "p_after_1": ("contact", MONDAY, TUESDAY),
    }
    assert {rung.due for rung in rungs(case, LADDER, FRIDAY)} == {DUE}
    assert promise_rungs(did(diagnosed(), pledge()), LADDER, FRIDAY) == []


def test_r39_promises_of_one_day_share_their_reminders_and_none_comes_for_what_waits() -> None:
    three = did(two(), pledge("redress", MONDAY, "d"))
    assert promise_rungs(three, LADDER, FRIDAY) == promise_rungs(two(), LADDER, FRIDAY)
    assert promise_rungs(did(two(), acts.SubmitEvidence(("a",))), LADDER, FRIDAY) == []
    assert promise_rungs(did(two(), acts.SubmitEvidence()), LADDER, FRIDAY) == []


def test_r39_redress_is_reminded_of_also_when_the_case_itself_waits_for_the_visit() -> None:
    case = did(diagnosed(), pledge("redress", DUE, "d"), acts.SubmitEvidence(), acts.PassEvidence())
    assert rungs(case, LADDER, FRIDAY) == []
    assert {rung.due for rung in promise_rungs(case, LADDER, FRIDAY)} == {DUE}


def test_every_kind_of_a_promises_reminder_fits_its_column() -> None:
    long = LADDER.with_days([-60, -30, 45])
    case = did(diagnosed(), pledge("redress", days(200), "d"))
    assert max(len(rung.kind) for rung in promise_rungs(case, long, FRIDAY)) <= 24


# ---- kept as JSON


def test_a_case_that_an_older_program_kept_still_loads() -> None:
    data = json.loads(json.dumps(two().to_json()))
    data["period"] = 3
    for promise in data["promises"]:
        del promise["handed_in"], promise["period"]
    loaded = Case.from_json(data)
    assert [(p.handed_in, p.period) for p in loaded.promises] == [(None, 3), (None, 3)]
    assert Case.from_json(json.loads(json.dumps(loaded.to_json()))) == loaded
