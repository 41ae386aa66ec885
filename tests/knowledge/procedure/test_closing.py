"""R11, R22, R26–R28: what closing asks, which outcome fits, and reopening."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge.procedure import acts
from knowledge.procedure.case import EXEMPT, LENIENT, OUTCOME_NAMES, WITHOUT_RECTIFICATION, Case, OutcomeKind
from knowledge.procedure.closing import REQUIREMENTS, WAIVABLE
from knowledge.procedure.results import LIAISON, OFFICER
from tests.knowledge.procedure.courses import (
    DUE,
    FRIDAY,
    LATER,
    ORDINARY,
    closed,
    closing,
    copies,
    corrected,
    days,
    diagnosed,
    did,
    logged,
    pledge,
    refusal,
    submitted,
)

PENALTY: OutcomeKind = "penalty"


def missing(case: Case, act: acts.Close) -> set[str]:
    refused = refusal(case, act)
    assert refused.rule == "R26"
    return {name for name, words in REQUIREMENTS.items() if words in refused.missing}


def test_r26_everything_that_is_missing_is_listed_at_once() -> None:
    case = did(diagnosed(), pledge(), acts.AskExtension(LATER, "配件"), acts.StateDefence("不服"))
    bare = closing(basis=" ", officers=(1, 1), education=False)
    assert missing(case, bare) == set(REQUIREMENTS)


@pytest.mark.parametrize(
    ("case", "act", "lacking"),
    [
        (submitted(), closing(), {"evidence", "visit"}),
        (did(submitted(), acts.PassEvidence()), closing(), {"visit"}),
        (corrected(), closing(basis=""), {"outcome"}),
        (corrected(), closing(education=False), {"education"}),
        (corrected(), closing(officers=(1,)), {"officers"}),
        (corrected("ordinary"), closing(PENALTY, officers=()), {"officers"}),
        (did(corrected(), pledge()), closing(), {"promises"}),
        (did(corrected(), acts.StateDefence("不服")), closing(), {"defence"}),
        (did(corrected(), acts.StateDefence("不服")), closing("unfounded"), {"defence"}),
    ],
)
def test_r26_each_requirement_is_asked_for(case: Case, act: acts.Close, lacking: set[str]) -> None:
    assert missing(case, act) == lacking


def test_r26_with_everything_there_the_case_is_closed_and_the_liaison_told() -> None:
    case = did(corrected(), closing(officers=(2, 1, 2)))
    assert (case.stage, case.turn, case.closed, case.officers) == ("closed", "nobody", FRIDAY, (2, 1))
    assert (case.outcome, case.outcome_basis) == ("exempt_minor", "《行政处罚法》第三十三条第一款")
    assert copies(corrected(), closing()) == (LIAISON,)


def test_r26_a_penalty_does_not_make_up_for_the_correction() -> None:
    assert missing(diagnosed("ordinary"), closing(PENALTY)) == {"evidence", "visit"}


def test_r26_a_leader_may_let_evidence_promises_and_visit_go_with_a_reason_but_nothing_else() -> None:
    case = did(diagnosed("ordinary"), pledge())
    for requirement in WAIVABLE:
        assert refusal(case, acts.Waive(requirement, " ")).rule == "R26"
        case = did(case, acts.Waive(requirement, "企业已经注销"))
    assert case.waived == WAIVABLE
    assert did(case, closing(PENALTY)).outcome == PENALTY
    for requirement in (*(set(REQUIREMENTS) - set(WAIVABLE)), "x" * 500):
        assert refusal(case, acts.Waive(requirement, "忙")).rule == "R26"


@pytest.mark.parametrize("outcome", ["exempt_minor", "exempt_first"])
def test_r27_without_correction_nobody_can_let_an_exemption_through(outcome: OutcomeKind) -> None:
    case = diagnosed("minor")
    for requirement in WAIVABLE:
        case = did(case, acts.Waive(requirement, "企业已经注销"))
    assert missing(case, closing(outcome)) == {"evidence"}


@pytest.mark.parametrize("outcome", WITHOUT_RECTIFICATION)
def test_r27_what_was_no_case_needs_its_basis_only(outcome: OutcomeKind) -> None:
    for case in (logged(), diagnosed("serious"), did(diagnosed(), pledge()), submitted()):
        assert did(case, closing(outcome, officers=(), education=False)).outcome == outcome
        assert missing(case, closing(outcome, basis="")) == {"outcome"}


@pytest.mark.parametrize("outcome", sorted(set(OUTCOME_NAMES) - set(WITHOUT_RECTIFICATION)))
def test_r23_without_a_diagnosis_there_is_no_outcome_on_the_merits(outcome: OutcomeKind) -> None:
    assert refusal(logged(), closing(outcome)).rule == "R23"


@pytest.mark.parametrize("outcome", LENIENT)
def test_r11_a_red_line_gets_no_leniency(outcome: OutcomeKind) -> None:
    case = corrected(touches_red_line=True)
    assert refusal(case, closing(outcome)).rule == "R11"
    assert did(case, closing(PENALTY)).outcome == PENALTY


@pytest.mark.parametrize("outcome", [*EXEMPT, "no_compulsion"])
def test_r22_a_serious_problem_is_punished_by_law_though_corrected(outcome: OutcomeKind) -> None:
    assert refusal(corrected("serious"), closing(outcome)).rule == "R22"


@pytest.mark.parametrize("outcome", [PENALTY, "lighter", "mitigated"])
def test_r22_a_penalty_may_still_be_lighter_where_the_law_says_so(outcome: OutcomeKind) -> None:
    assert did(corrected("serious"), closing(outcome)).outcome == outcome


@pytest.mark.parametrize("outcome", [*EXEMPT, "no_compulsion"])
def test_r36_a_broken_pledge_leaves_the_ordinary_path(outcome: OutcomeKind) -> None:
    broken = did(did(diagnosed("ordinary"), pledge()), acts.BreakPromise("a"), acts.SubmitEvidence(), day=LATER)
    case = did(broken, acts.PassEvidence(), acts.RecordVisit(is_corrected=True), day=LATER)
    assert refusal(case, closing(outcome), LATER).rule == "R36"
    assert did(case, closing("lighter"), day=LATER).outcome == "lighter"


@pytest.mark.parametrize(
    ("outcome", "changed", "fits"),
    [
        ("exempt_minor", {}, False),  # it has consequences
        ("exempt_minor", {"has_consequence": False}, True),
        ("exempt_minor", {"has_consequence": None}, False),
        ("exempt_minor", {"has_consequence": False, "is_slight": False}, False),
        ("exempt_first", {}, True),
        ("exempt_first", {"is_first": False}, False),
        ("exempt_first", {"is_first": None}, False),
        ("exempt_first", {"is_slight": False}, False),
        ("exempt_blameless", {}, True),
        ("exempt_blameless", {"is_intended": True}, False),
        ("exempt_blameless", {"is_intended": None}, False),
    ],
)
def test_r27_each_exemption_rests_on_its_own_facts(outcome: OutcomeKind, changed: dict[str, bool], fits: bool) -> None:
    case = corrected("ordinary", facts=replace(ORDINARY, **changed), chosen="ordinary", reason="核实过")
    if fits:
        assert did(case, closing(outcome)).outcome == outcome
    else:
        assert refusal(case, closing(outcome)).rule == "R27"


def test_r28_a_closed_case_takes_no_act_but_reopening() -> None:
    for act in (acts.SubmitEvidence(), acts.Escalate(), acts.StateDefence("不服"), closing(), pledge()):
        assert refusal(closed(), act).rule == "R28"


def test_r28_a_case_is_reopened_within_the_days_with_what_is_not_solved_and_a_new_day() -> None:
    again = acts.Reopen("又堆了货物", LATER, within_days=30)
    assert refusal(diagnosed(), again).rule == "R28"
    assert refusal(closed(), again, days(31)).words == "销号超过30天，请另行反映。"
    assert refusal(closed(), acts.Reopen(" ", LATER, 30)).rule == "R28"
    assert refusal(closed(), acts.Reopen("又堆了货物", FRIDAY, 30)).rule == "R28"
    assert copies(closed(), again) == (OFFICER, LIAISON)
    case = did(closed(), again, day=days(2))
    assert (case.stage, case.turn, case.due, case.first_due, case.reopened) == (
        "rectifying",
        "enterprise",
        LATER,
        DUE,
        1,
    )
    assert (case.outcome, case.closed, case.officers, case.evidence_passed, case.visited) == (
        None,
        None,
        (),
        False,
        None,
    )
    assert missing(case, closing()) == {"evidence", "visit"}


def test_r28_reopening_takes_back_what_was_let_go_and_moves_open_promises() -> None:
    case = did(diagnosed("ordinary"), pledge())
    for requirement in WAIVABLE:
        case = did(case, acts.Waive(requirement, "企业已经注销"))
    case = did(did(case, closing(PENALTY)), acts.Reopen("没有解决", LATER, 30), day=days(10))
    assert (case.waived, case.promises[0].due, case.promises[0].state) == ((), LATER, "open")


def test_r28_a_case_closed_before_any_diagnosis_is_reopened_for_one() -> None:
    case = did(did(logged(), closing("duplicate")), acts.Reopen("不是同一件", LATER, 30))
    assert (case.stage, case.due, case.turn) == ("logged", None, "authority")
