"""Any course of a case whatever: acts in any order, right or wrong, over days; what must never happen does not."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
import re
from collections import Counter
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from knowledge.procedure import acts
from knowledge.procedure.case import (
    EXEMPT,
    IN_PLACE_OF_PENALTY,
    LENIENT,
    OUTCOME_NAMES,
    PLEDGE_NAMES,
    SEVERITY_NAMES,
    TWO_OFFICERS,
    WITHOUT_RECTIFICATION,
    Case,
    Facts,
    Promise,
    plain,
)
from knowledge.procedure.closing import REQUIREMENTS
from knowledge.procedure.ladder import promise_rungs, rungs, shipped_ladder, visit_rungs
from knowledge.procedure.periods import breaks_after, late_promises, overdue_days, running_promises
from knowledge.procedure.results import OFFICES, Done, Refused
from knowledge.procedure.steps import _STEPS, step
from tests.knowledge.procedure.courses import FACTS, FRIDAY

MOVES_THE_DAY = (acts.DecideExtension, acts.GiveTime, acts.ReturnEvidence, acts.RecordVisit, acts.Reopen)
"""The acts by which a deadline may move; besides these, a first diagnosis sets it."""
ORDER = list(SEVERITY_NAMES)
TEXTS = st.sampled_from(["写明了", "写明了", "写明了", " "])
MAYBE = st.sampled_from([True, False, None])


def an_act(case: Case, day: dt.date) -> st.SearchStrategy[acts.Act]:
    """Any act at all, or one that may fit as the case stands, so that courses get far."""
    fitting = st.sampled_from(_fitting_acts(case, day))
    return st.one_of(_any_act(case, day), fitting, fitting)


def _any_act(case: Case, day: dt.date) -> st.SearchStrategy[acts.Act]:
    a_day = st.integers(-3, 25).map(lambda number: day + dt.timedelta(number))
    own_day = st.just(case.due) if case.severity and case.due else a_day
    facts = st.one_of(st.sampled_from(list(FACTS.values())), st.builds(Facts, *[MAYBE] * 8))
    ids = st.sampled_from("abc")
    promise = st.builds(Promise, ids, TEXTS, a_day, st.sampled_from(["open", "open", "kept", "broken"]))
    promises = st.lists(promise, max_size=2).map(tuple)
    outcomes = st.sampled_from(list(OUTCOME_NAMES))
    severities = st.sampled_from([None, None, None, *SEVERITY_NAMES])
    red = st.sampled_from([False, False, False, True])
    return st.one_of(
        st.builds(acts.Diagnose, facts, TEXTS, own_day, red, severities, TEXTS, st.booleans()),
        st.builds(acts.AnswerGuidance, st.booleans()),
        st.builds(acts.Pledge, promises, st.sampled_from(list(PLEDGE_NAMES))),
        st.builds(acts.SubmitEvidence, st.sampled_from([(), (), ("a",), ("a", "b")])),
        st.builds(acts.PassEvidence, st.lists(ids, unique=True, max_size=2).map(tuple)),
        st.builds(acts.ReturnEvidence, TEXTS, a_day, st.sampled_from([(), (), ("a",), ("b", "c")])),
        st.builds(acts.KeepPromise, ids),
        st.builds(acts.BreakPromise, ids, TEXTS),
        st.builds(acts.AskExtension, a_day, TEXTS),
        st.builds(acts.DecideExtension, st.booleans(), TEXTS, st.one_of(st.none(), a_day)),
        st.builds(acts.GiveTime, a_day, TEXTS),
        st.builds(acts.StateDefence, TEXTS),
        st.builds(acts.AnswerDefence, TEXTS),
        st.builds(acts.RecordVisit, st.booleans(), st.one_of(st.none(), a_day)),
        st.builds(acts.Escalate, st.sampled_from(["", "催办无果"])),
        st.builds(acts.Waive, st.sampled_from([*REQUIREMENTS, "x"]), TEXTS),
        st.builds(acts.Close, outcomes, TEXTS, st.sampled_from([(1, 2), (1,), ()]), st.booleans()),
        st.builds(acts.Reopen, TEXTS, a_day, st.sampled_from([0, 30])),
    )


def _fitting_acts(case: Case, day: dt.date) -> list[acts.Act]:
    new_day = max(day, case.due or day) + dt.timedelta(7)
    if case.has_open_extension:
        return [acts.DecideExtension(True, "理由", new_day), acts.DecideExtension(False, "理由")]
    if case.stage == "logged":
        kinds = ((False, False), (False, False), (False, True), (True, False))
        return [
            acts.Diagnose(facts, "清空", new_day, red, is_historical=historical)
            for facts in FACTS.values()
            for red, historical in kinds
        ]
    if case.stage == "closed":
        return [acts.Reopen("没解决", new_day, 30)]
    ids = tuple(promise.id for promise in case.promises if promise.state == "open")
    fitting: list[acts.Act] = [acts.StateDefence("不服"), acts.AnswerDefence("理由"), acts.Waive("visit", "理由")]
    fitting += [acts.BreakPromise(id, "理由") for id in ids]
    fitting += [acts.SubmitEvidence((id,)) for id in ids]
    waiting = [promise for promise in case.promises if promise.is_waiting]
    fitting += [acts.ReturnEvidence("照片", max(new_day, one.due), (one.id,)) for one in waiting]
    fitting += [acts.KeepPromise(one.id) for one in waiting]
    if case.stage == "rectifying":
        until = max(day, case.due or day)
        signed = (Promise("abc"[len(case.promises) % 3], "清空", until),)
        fitting += [acts.Pledge(signed, kind) for kind in PLEDGE_NAMES]
        fitting += [acts.SubmitEvidence()] * 3 + [acts.Escalate(), acts.Escalate(), acts.AskExtension(new_day, "理由")]
        fitting += [acts.RecordVisit(False, new_day), acts.GiveTime(new_day, "理由")]
    elif case.stage == "submitted":
        fitting += [acts.PassEvidence(ids)] * 2 + [acts.PassEvidence(), *[acts.ReturnEvidence("照片", new_day)] * 2]
    else:
        fitting += [acts.RecordVisit(True), acts.RecordVisit(True), acts.RecordVisit(False, new_day)]
        fitting += [acts.Close(outcome, "依据", (1, 2), True) for outcome in OUTCOME_NAMES]
    return fitting


class Course(RuleBasedStateMachine):
    """One case; beside it, told by the acts alone, what has really been done."""

    def __init__(self) -> None:
        super().__init__()
        self.day = FRIDAY
        self.case = Case(FRIDAY, "安全出口堆了货物")
        self.reviewed = self.visited = False
        self.waived: set[str] = set()
        self.happened: Counter[str] = Counter()

    @initialize(data=st.data(), severity=st.sampled_from([None, *FACTS]))
    def begins(self, data: st.DataObject, severity: Any) -> None:
        if severity:
            due = self.day + dt.timedelta(data.draw(st.integers(0, 20)))
            red = data.draw(st.sampled_from([False, False, True]))
            self.carry_out(acts.Diagnose(FACTS[severity], "清空", due, red))

    @rule(number=st.sampled_from([1, 1, 2, 3, 7]))
    def days_pass(self, number: int) -> None:
        self.day += dt.timedelta(number)

    @rule(data=st.data(), number=st.integers(1, 4))
    def somebody_acts(self, data: st.DataObject, number: int) -> None:
        for _ in range(number):
            self.carry_out(data.draw(an_act(self.case, self.day)))

    @rule(outcome=st.sampled_from(list(OUTCOME_NAMES)))
    def everything_is_put_right_and_closed(self, outcome: Any) -> None:
        self.carry_out(acts.DecideExtension(grants=False, reason="理由"))
        for act in (acts.SubmitEvidence(), acts.PassEvidence(), acts.RecordVisit(is_corrected=True)):
            self.carry_out(act)
        for promise in self.case.promises:
            self.carry_out(acts.KeepPromise(promise.id))
        self.carry_out(acts.AnswerDefence("理由"))
        if outcome not in WITHOUT_RECTIFICATION or self.case.severity is None:
            self.carry_out(acts.Close(outcome, "依据", (1, 2), education=True))

    def carry_out(self, act: acts.Act) -> None:
        before, kept = self.case, copy.deepcopy(self.case)
        answer = step(before, act, self.day)
        assert before == kept, "a step changes nothing in place"
        json.dumps(plain(act))
        if isinstance(answer, Refused):
            self.is_plain(answer)
            return
        assert isinstance(answer, Done)
        self.happened[type(act).__name__] += 1
        assert set(answer.copies) <= set(OFFICES) and len(set(answer.copies)) == len(answer.copies)
        self.case = answer.case
        self.remember(act)
        self.only_named_acts_move_the_day(before, act)
        self.nothing_gets_worse_by_a_defence(before, act)
        if isinstance(act, acts.Close):
            self.closing_was_right(before, act)

    def is_plain(self, refused: Refused) -> None:
        assert re.fullmatch(r"R\d+", refused.rule)
        for sentence in re.split("[。；]", "。".join((refused.words, *refused.missing))):
            assert len(sentence) <= 40, sentence

    def remember(self, act: acts.Act) -> None:
        if isinstance(act, acts.PassEvidence):
            self.reviewed = True
        if isinstance(act, acts.RecordVisit):
            self.visited = act.is_corrected
        if isinstance(act, acts.ReturnEvidence | acts.Reopen) or (
            isinstance(act, acts.RecordVisit) and not act.is_corrected
        ):
            self.reviewed = self.visited = False
        if isinstance(act, acts.Reopen):
            self.waived = set()
        if isinstance(act, acts.Waive):
            self.waived.add(act.requirement)

    def only_named_acts_move_the_day(self, before: Case, act: acts.Act) -> None:
        if self.case.due != before.due:
            first = isinstance(act, acts.Diagnose) and before.severity is None
            assert first or isinstance(act, MOVES_THE_DAY), f"R43: {act}"
            assert self.case.due is not None and self.case.due >= self.day
            if before.due is not None and not isinstance(act, acts.Reopen):
                assert self.case.due > before.due, "R40, R43: time that was given is never taken"
            assert overdue_days(self.case, self.day) == 0
            assert not late_promises(self.case, self.day)

    def nothing_gets_worse_by_a_defence(self, before: Case, act: acts.Act) -> None:
        if before.defences and before.severity and self.case.severity:
            assert ORDER.index(self.case.severity) <= ORDER.index(before.severity), "R44"
        if isinstance(act, acts.StateDefence | acts.AnswerDefence):
            assert {**plain(self.case), "defences": 0} == {**plain(before), "defences": 0}, "R44"

    def closing_was_right(self, before: Case, act: acts.Close) -> None:
        self.happened[act.outcome] += 1
        case = self.case
        assert act.basis.strip() and not case.has_open_defence and not case.has_open_extension
        if act.outcome not in WITHOUT_RECTIFICATION:
            assert case.severity is not None, "R23"
            assert self.reviewed or "evidence" in self.waived, "R26"
            assert self.visited or "visit" in self.waived, "R26"
            assert not any(p.state == "open" for p in case.promises) or "promises" in self.waived, "R26"
        if act.outcome in EXEMPT:
            assert act.education, "R26"
        if act.outcome in TWO_OFFICERS:
            assert len(case.officers) >= 2, "R26"
        if act.outcome in LENIENT:
            assert not case.touches_red_line, "R11"
        if act.outcome in IN_PLACE_OF_PENALTY:
            assert case.severity != "serious" and not case.leniency_barred, "R22, R36"
        if act.outcome in ("exempt_minor", "exempt_first", "no_compulsion"):
            assert self.reviewed, "R27: corrected, whoever let the evidence go"

    @invariant()
    def exactly_one_has_the_turn(self) -> None:
        assert self.case.turn in (("enterprise", "authority") if self.case.is_open else ("nobody",)), "R40"
        if self.case.turn == "enterprise":
            assert self.case.due is not None and self.case.must_correct, "R25"

    @invariant()
    def only_the_enterprise_is_reminded_of_what_it_has_to_do(self) -> None:
        ahead = rungs(self.case, shipped_ladder(), self.day)
        assert bool(ahead) == (self.case.turn == "enterprise"), "R39, R40"
        assert all(rung.due == self.case.due for rung in ahead)
        promised = promise_rungs(self.case, shipped_ladder(), self.day)
        running = {promise.due for promise in running_promises(self.case)}
        spoken = {self.case.due} if ahead else set()
        assert {rung.due for rung in promised} <= running - spoken, "R39: one reminder names both"
        assert {due for due in running - spoken if due >= self.day} <= {rung.due for rung in promised}, "R39"

    @invariant()
    def a_promise_runs_only_while_nobody_else_has_to_act(self) -> None:
        waits = self.case.stage in ("submitted", "closed") or self.case.has_open_extension
        assert not (waits and running_promises(self.case)), "R40"
        assert not any(promise.is_waiting for promise in running_promises(self.case)), "R40"
        assert all(promise.handed_in is None for promise in self.case.promises if promise.state != "open")
        due = breaks_after(self.case)
        assert due is None or not self.case.is_historical, "R24"

    @invariant()
    def a_visit_has_its_day_from_passing_until_it_is_recorded(self) -> None:
        waits = self.case.stage == "passed" and self.case.visited is None
        assert not waits or self.case.visit_due is not None, "R26"
        assert self.case.stage in ("passed", "closed") or self.case.visit_due is None, "R26"
        ahead = visit_rungs(self.case, shipped_ladder(), self.day)
        assert bool(ahead) == (waits and "visit" not in self.case.waived), "R26"
        assert all(rung.to == "officer" and rung.due == self.case.visit_due for rung in ahead)

    @invariant()
    def nothing_runs_against_the_enterprise_while_the_authority_has_to_act(self) -> None:
        if self.case.turn != "enterprise":
            assert overdue_days(self.case, self.day + dt.timedelta(60)) == 0, "R40"

    @invariant()
    def it_can_be_kept_and_read(self) -> None:
        assert Case.from_json(json.loads(json.dumps(self.case.to_json()))) == self.case

    @invariant()
    def a_red_line_and_a_serious_problem_have_no_warning_in_place_of_a_penalty(self) -> None:
        if self.case.touches_red_line or self.case.severity == "serious":
            assert (self.case.warning, self.case.is_ordered) == ("none", True), "R11, R22"
        if self.case.severity == "ordinary" and not self.case.touches_red_line:
            assert (self.case.warning, self.case.is_ordered) == ("urgent", True), "R21"
        if self.case.warning == "warning":
            assert self.case.severity == "minor" and not self.case.is_ordered, "R20"


Course.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestCourse = pytest.mark.timeout(300)(Course.TestCase)


def test_long_courses_of_acts_that_fit_keep_every_rule_and_reach_every_act_and_outcome() -> None:
    happened: Counter[str] = Counter()
    for seed in range(150):
        chosen = random.Random(seed)
        course = Course()
        for _ in range(60):
            course.day += dt.timedelta(chosen.choice((0, 0, 0, 1, 2, 4)))
            course.carry_out(chosen.choice(_fitting_acts(course.case, course.day)))
            course.exactly_one_has_the_turn()
            course.nothing_runs_against_the_enterprise_while_the_authority_has_to_act()
            course.a_red_line_and_a_serious_problem_have_no_warning_in_place_of_a_penalty()
        course.it_can_be_kept_and_read()
        course.only_the_enterprise_is_reminded_of_what_it_has_to_do()
        happened += course.happened
    reached = {act.__name__ for act in get_args(acts.Act)} - {"AnswerGuidance", "KeepPromise"} | set(OUTCOME_NAMES)
    assert reached <= set(happened), reached - set(happened)


def test_every_act_has_its_step() -> None:
    assert set(_STEPS) == set(get_args(acts.Act))
