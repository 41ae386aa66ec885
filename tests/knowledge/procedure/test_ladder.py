"""R39–R41: the ladder as data, what lies ahead of a case, when pushes go out and how many become one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.conversation import Knowledge
from knowledge.procedure import acts
from knowledge.procedure.case import Case
from knowledge.procedure.ladder import (
    DAYS_AHEAD,
    Ladder,
    Push,
    Rung,
    digest,
    load_ladder,
    rungs,
    shipped_ladder,
    window,
)
from knowledge.workdays import CHINA, is_workday, workdays_between
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
    logged,
    submitted,
)

LADDER = shipped_ladder()
TEXT = Path("knowledge/data/procedure/ladder.yaml").read_text(encoding="utf-8")


def laid(case: Case, day: dt.date, ladder: Ladder = LADDER) -> dict[str, str]:
    """What lies ahead, without the daily rungs: kind and time."""
    found = [rung for rung in rungs(case, ladder, day) if not rung.kind.startswith("officer_overdue")]
    return {rung.kind: rung.at.strftime("%m-%d %H:%M") for rung in found}


def daily(case: Case, day: dt.date) -> list[Rung]:
    return [rung for rung in rungs(case, LADDER, day) if rung.kind.startswith("officer_overdue")]


# ---- the data


def test_r39_r40_the_shipped_ladder_is_that_of_the_rule_book() -> None:
    assert [(one.to, one.workdays, f"{one.at:%H:%M}", one.daily, one.rule) for one in LADDER.reminders] == [
        ("contact", -3, "09:00", False, "R39"),
        ("contact", -1, "09:00", False, "R39"),
        ("contact", 0, "09:00", False, "R39"),
        ("contact", 1, "09:00", False, "R39"),
        ("officer", 0, "09:00", False, "R39"),
        ("officer", 1, "09:00", True, "R39"),
    ]
    assert [(one.workdays, one.to, one.rule) for one in LADDER.escalations] == [
        (1, ("officer", "liaison"), "R40"),
        (3, ("leader",), "R40"),
        (5, ("supervisor",), "R40"),
    ]


def test_every_rung_cites_a_clause_that_is_there(shipped: Knowledge) -> None:
    clauses = {entry.id for entry in shipped.library.entries}
    assert {one.cites for one in (*LADDER.reminders, *LADDER.escalations)} <= clauses


def _line_of(words: str) -> int:
    return next(number for number, line in enumerate(TEXT.split("\n"), 1) if words in line)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("workdays: -3", "workdays: 三", _line_of("before_3"), "整数"),
        ("workdays: -3", "workdays: -99", _line_of("before_3"), "之间"),
        ("to: contact, workdays: -3", "to: owner, workdays: -3", _line_of("before_3"), "contact"),
        ('-3, at: "09:00"', '-3, at: "9点"', _line_of("before_3"), "09:00"),
        ('-3, at: "09:00"', '-3, at: "21:00"', _line_of("before_3"), "R41"),
        ("kind: before_1", "kind: before_3", _line_of("before_1"), "写了两次"),
        ("kind: before_1", "kind: 提前一天", _line_of("before_1"), "小写字母"),
        ("repeats: daily", "repeats: weekly", _line_of("officer_overdue"), "daily"),
        ("kind: after_1, to: contact, ", "kind: after_1, ", _line_of("after_1"), "to"),
        ("to: [leader]", "to: [mayor]", _line_of("[leader]"), "leader"),
        ("workdays: 3, to: [leader]", "workdays: 1, to: [leader]", _line_of("[leader]"), "从少到多"),
        ("workdays: 3, to: [leader]", "workdays: 0, to: [leader]", _line_of("[leader]"), "之间"),
        ("checked: 2026-11-20", "", _line_of("reminders:"), "checked"),
        ("escalations:", "escalation:", _line_of("checked:"), "escalations"),
    ],
)
def test_a_fault_of_the_file_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    assert old in TEXT
    path = tmp_path / "ladder.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=words) as error:
        load_ladder(path)
    assert error.value.line == line, error.value


@pytest.mark.parametrize("number", [n for n, line in enumerate(TEXT.split("\n")) if line.startswith("  - ")])
def test_r39_r40_no_rung_of_the_rule_book_can_be_dropped_or_moved(tmp_path: Path, number: int) -> None:
    lines = TEXT.split("\n")
    path = tmp_path / "ladder.yaml"
    path.write_text("\n".join([*lines[:number], *lines[number + 1 :]]), encoding="utf-8")
    with pytest.raises(DataError, match=r"少了 R(39|40) 的一级"):
        load_ladder(path)
    moved = lines[number].replace("09:00", "10:00").replace("workdays: 5", "workdays: 6")
    if moved != lines[number]:
        path.write_text("\n".join([*lines[:number], moved, *lines[number + 1 :]]), encoding="utf-8")
        with pytest.raises(DataError, match=r"少了 R(39|40) 的一级"):
            load_ladder(path)


def test_r39_settings_may_add_days_and_never_drop_any() -> None:
    more = LADDER.with_days([-5, -3, 2])
    assert set(LADDER.reminders) <= set(more.reminders)
    assert [one.kind for one in more.reminders[len(LADDER.reminders) :]] == ["before_5", "after_2"]
    assert LADDER.with_days([]) == LADDER
    case = diagnosed(due=LATER)
    assert set(laid(case, FRIDAY, more)) - set(laid(case, FRIDAY)) == {"before_5", "after_2"}


# ---- what lies ahead


def test_r39_the_rungs_of_a_case_count_working_days_before_and_after() -> None:
    assert laid(diagnosed(due=LATER), FRIDAY) == {
        "before_3": "12-01 09:00",
        "before_1": "12-03 09:00",
        "due": "12-04 09:00",
        "officer_due": "12-04 09:00",
        "after_1": "12-07 09:00",
    }


def test_r39_a_due_day_on_a_sunday_is_reminded_on_that_sunday() -> None:
    assert laid(diagnosed(due=dt.date(2026, 11, 29)), FRIDAY) == {
        "before_3": "11-25 09:00",
        "before_1": "11-27 09:00",
        "due": "11-29 09:00",
        "officer_due": "11-29 09:00",
        "after_1": "11-30 09:00",
    }


def test_r39_what_is_behind_is_not_laid() -> None:
    case = diagnosed()
    assert list(laid(case, DUE)) == ["due", "officer_due", "after_1"]
    assert list(laid(case, days(1, DUE))) == ["after_1"]
    assert laid(case, days(2, DUE)) == {}


def test_r39_the_officer_hears_of_it_every_day_while_it_is_overdue() -> None:
    case = diagnosed(due=FRIDAY)
    monday = days(3)
    first = daily(case, FRIDAY)
    assert [rung.day for rung in first] == [days(n, monday) for n in range(DAYS_AHEAD)]
    assert first[0].kind == "officer_overdue_3"
    again = daily(case, days(1, monday))
    assert again[: DAYS_AHEAD - 1] == first[1:], "the same day has the same key when it is laid again"
    assert daily(case, days(400))[0].day == days(400)
    assert all(len(rung.kind) <= 24 for rung in daily(case, days(4000)))


def test_r40_nothing_is_laid_while_the_authority_has_to_act_and_for_a_closed_case() -> None:
    asked = did(diagnosed(), acts.AskExtension(LATER, "配件下周才到"))
    for case in (logged(), submitted(), corrected(), asked, closed()):
        assert rungs(case, LADDER, FRIDAY) == []


def test_r43_a_moved_deadline_has_a_ladder_of_its_own() -> None:
    case = did(diagnosed(), acts.AskExtension(LATER, "配件下周才到"), acts.DecideExtension(grants=True))
    assert {rung.due for rung in rungs(case, LADDER, FRIDAY)} == {LATER}


@given(due=st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)), back=st.integers(0, 40))
def test_r39_rungs_come_in_order_of_time_within_the_hours_and_on_their_days(due: dt.date, back: int) -> None:
    day = days(-back, due)
    case = Case(day, "x", stage="rectifying", severity="minor", due=due)
    found = rungs(case, LADDER, day)
    assert [rung.at for rung in found] == sorted(rung.at for rung in found)
    assert len({(rung.kind, rung.to) for rung in found}) == len(found)
    for rung in found:
        assert rung.day >= day and rung.due == due
        assert rung.at == window(rung.at) and rung.at.utcoffset() == dt.timedelta(hours=8)
        if rung.kind in ("before_3", "before_1", "after_1"):
            assert is_workday(rung.day)
    by_kind = {rung.kind: rung.day for rung in found}
    for kind, number in (("before_3", 3), ("before_1", 1)):
        if kind in by_kind:
            last_workday_counts = is_workday(due)
            assert workdays_between(by_kind[kind], due) == number - (not last_workday_counts)
    assert by_kind["due"] == due


# ---- when pushes go out (R41)


@pytest.mark.parametrize(
    ("ready", "goes"),
    [
        ("2026-11-20 07:59", "2026-11-20 08:00"),
        ("2026-11-20 08:00", "2026-11-20 08:00"),
        ("2026-11-20 19:59", "2026-11-20 19:59"),
        ("2026-11-20 20:00", "2026-11-21 08:00"),
        ("2026-12-31 23:30", "2027-01-01 08:00"),
        ("2026-11-20 00:00", "2026-11-20 08:00"),
    ],
)
def test_r41_pushes_go_out_between_eight_and_eight_of_shanghai(ready: str, goes: str) -> None:
    at = dt.datetime.fromisoformat(ready).replace(tzinfo=CHINA)
    assert window(at).isoformat(" ", "minutes") == f"{goes}+08:00"
    assert window(at.astimezone(dt.UTC)) == window(at)


@given(st.integers(0, 2 * 366 * 24 * 60))
def test_r41_a_push_waits_less_than_half_a_day_and_once_only(minutes: int) -> None:
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    goes = window(at)
    assert dt.timedelta(0) <= goes - at <= dt.timedelta(hours=12)
    assert window(goes) == goes
    assert 8 <= goes.hour < 20


def pushes(*chats: str) -> list[Push[int]]:
    """``a!`` is about a deadline, ``a`` is not."""
    return [Push(chat.rstrip("!"), chat.endswith("!"), number) for number, chat in enumerate(chats)]


def refs(*chats: str, told: tuple[str, ...] = ()) -> list[list[int]]:
    return [[push.ref for push in message] for message in digest(pushes(*chats), told)]


def test_r41_three_or_more_for_one_chat_are_one_message() -> None:
    assert refs("a!", "b!", "a!", "a") == [[0, 2, 3], [1]]
    assert refs("a!", "a!") == [[0], [1]]
    assert refs("a!", "a!", "a!") == [[0, 1, 2]]


def test_r41_an_empty_digest_is_not_sent() -> None:
    assert digest([]) == []
    assert refs("a", "a", "a", told=("a",)) == []


def test_r41_at_most_one_push_a_day_is_about_no_deadline() -> None:
    assert refs("a", "a") == [[0, 1]]
    assert refs("a", "a!") == [[1], [0]]
    assert refs("a", "a!", "b", told=("a",)) == [[1], [2]]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.booleans())),
    st.sets(st.sampled_from("abc")),
)
def test_r41_no_deadline_is_lost_and_nothing_comes_twice(given: list[tuple[str, bool]], told: set[str]) -> None:
    all_of_them = [Push(chat, is_deadline, number) for number, (chat, is_deadline) in enumerate(given)]
    messages = digest(all_of_them, told)
    out = [push for message in messages for push in message]
    assert len({push.ref for push in out}) == len(out)
    assert {push for push in all_of_them if push.is_deadline or push.chat not in told} == set(out)
    for chat in "abc":
        own = [message for message in messages if message[0].chat == chat]
        assert all(len({push.chat for push in message}) == 1 for message in own)
        assert len(own) <= 2 or not own
        assert sum(not any(push.is_deadline for push in message) for message in own) <= 1
