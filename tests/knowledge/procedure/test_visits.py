"""R26: the follow-up visit has a day and is reminded of; R24: a 历史遗留 problem is given time without being asked for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from handlers.conversation import Knowledge
from knowledge.procedure import acts
from knowledge.procedure.case import Case
from knowledge.procedure.ladder import DAYS_AHEAD, load_ladder, shipped_ladder, visit_rungs
from knowledge.yaml_data import DataError
from tests.knowledge.procedure.courses import (
    DUE,
    FRIDAY,
    LATER,
    closed,
    corrected,
    days,
    diagnosed,
    did,
    refusal,
    submitted,
)

LADDER = shipped_ladder()
FILE = Path("knowledge/data/procedure/ladder.yaml")


def passed(day: dt.date = FRIDAY) -> Case:
    return did(submitted(), acts.PassEvidence(), day=day)


@pytest.mark.parametrize(
    ("day", "visit"),
    [
        (FRIDAY, DUE),  # the day of the case lies ahead: 到期回访
        (DUE, dt.date(2026, 11, 30)),  # it is today: three working days, Monday
        (LATER, dt.date(2026, 12, 9)),  # it is past
    ],
)
def test_r26_the_visit_is_due_with_the_case_or_three_working_days_later(day: dt.date, visit: dt.date) -> None:
    assert passed(day).visit_due == visit


def test_r26_the_day_goes_with_the_visit_a_further_period_and_reopening() -> None:
    assert corrected().visit_due is None
    assert did(passed(), acts.RecordVisit(is_corrected=False, due=LATER)).visit_due is None
    assert did(closed(), acts.Reopen("又堆了货物", LATER, 30), day=days(2)).visit_due is None


def test_r26_the_officer_is_reminded_on_the_day_at_nine_and_daily_after() -> None:
    found = visit_rungs(passed(), LADDER, FRIDAY)
    assert [rung.day for rung in found] == [days(n, DUE) for n in range(DAYS_AHEAD)]
    assert {(rung.to, rung.due, f"{rung.at:%H:%M}") for rung in found} == {("officer", DUE, "09:00")}
    assert [rung.kind for rung in found[:3]] == ["visit_due", "visit_late_1", "visit_late_2"]
    again = visit_rungs(passed(), LADDER, days(1, DUE))
    assert again[: DAYS_AHEAD - 1] == found[1:], "the same day has the same key when it is laid again"
    assert all(len(rung.kind) <= 24 for rung in visit_rungs(passed(), LADDER, days(4000)))


def test_r26_nobody_is_reminded_of_a_visit_that_was_made_or_let_go() -> None:
    assert visit_rungs(corrected(), LADDER, FRIDAY) == []
    assert visit_rungs(diagnosed(), LADDER, FRIDAY) == []
    assert visit_rungs(did(passed(), acts.Waive("visit", "企业已注销")), LADDER, FRIDAY) == []


def test_a_case_that_an_older_program_kept_is_read_without_the_day() -> None:
    kept = passed().to_json()
    del kept["visit_due"]
    case = Case.from_json(kept)
    assert (case.stage, case.visit_due, case.awaits_visit) == ("passed", None, True)
    assert visit_rungs(case, LADDER, FRIDAY) == []


def test_r26_the_days_of_the_visit_are_a_setting_that_cites_its_clause(shipped: Knowledge, tmp_path: Path) -> None:
    assert (LADDER.visit.workdays, LADDER.visit.rule) == (3, "R26")
    assert LADDER.visit.cites in {entry.id for entry in shipped.library.entries}
    path = tmp_path / "ladder.yaml"
    path.write_text(FILE.read_text(encoding="utf-8").replace("visit:", "visits:"), encoding="utf-8")
    with pytest.raises(DataError, match="visit"):
        load_ladder(path)


def test_r24_an_officer_gives_a_historical_case_more_time_with_a_reason() -> None:
    more = acts.GiveTime(LATER, "两证正在补办")
    assert refusal(diagnosed(), more).rule == "R24"
    case = did(diagnosed(is_historical=True), more)
    assert case.due == LATER
    assert (case.extensions[-1].granted, case.extensions[-1].granted_until) == (True, LATER)
    assert case.extensions[-1].reason == "两证正在补办"


@pytest.mark.parametrize(("until", "reason"), [(DUE, "两证正在补办"), (FRIDAY, "两证正在补办"), (LATER, " ")])
def test_r24_time_is_only_added_and_never_without_a_reason(until: dt.date, reason: str) -> None:
    assert refusal(diagnosed(is_historical=True), acts.GiveTime(until, reason)).rule == "R43"


def test_r24_r40_a_historical_case_that_was_late_is_in_time_again_with_its_new_day() -> None:
    case = did(diagnosed(is_historical=True), acts.Escalate("多次催促没有回音"), day=days(1, DUE))
    assert case.escalated == 1
    case = did(case, acts.GiveTime(LATER, "两证正在补办"), day=days(1, DUE))
    assert (case.due, case.escalated) == (LATER, 0)
