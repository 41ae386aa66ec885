"""The desk: what waits for an officer, by urgency and with the reason in words; what is due, late, copied; each list's buttons."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from handlers import words as house
from handlers.answers import ending, short
from handlers.browse import paged
from handlers.cases import common
from handlers.cases import desk_words as words
from handlers.cases.urgency import (
    Reason,
    is_closable,
    is_key,
    late_days,
    reasons,
    short_day,
)
from handlers.flows.checking import enterprise_of
from handlers.messages import MAX_LABEL, Act, Choice, Reply
from handlers.pledges import lines as pledge_lines
from handlers.turn import Acts, Turn
from knowledge.workdays import workdays_between
from storage import cases, instructions
from storage.cases import CaseInfo
from storage.instructions import InstructionInfo
from storage.people import Office

MANY = 1000
"""So many open cases of one officer, department or place are looked through."""
LABELLED = MAX_LABEL - 2
"""So much of an enterprise's name fits a numbered button: its end, in which near ones differ."""
CaseAct = Callable[[CaseInfo], Act]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case on a desk, and why it is there."""

    info: CaseInfo
    why: tuple[Reason, ...]

    @property
    def words(self) -> str:
        return "；".join(reason.text for reason in self.why)


def office_of(turn: Turn) -> Office:
    """The speaker's office; the table of permissions lets nobody here without one."""
    office = turn.speaker.office
    assert office is not None
    return office


def own_offices(turn: Turn) -> list[int]:
    """The offices whose cases are the speaker's to see to: their own, and those they act for during leave."""
    return [office_of(turn).id, *(other.id for other in turn.speaker.acting_for)]


# ---- lists


def listed(
    turn: Turn,
    title: str,
    found: Sequence[CaseInfo],
    act: Act,
    none: str,
    *,
    line: Callable[[CaseInfo], str] | None = None,
    leads: CaseAct | None = None,
    extra: Sequence[Choice] = (),
    note: str = "",
) -> Reply:
    """Cases as a paged list; each button leads to its case, or where ``leads`` says."""
    if not found:
        return Reply.of(("lead", none), ("note", note), choices=[common.MENU])
    return paged(
        words.COUNTED.format(title=title, count=len(found)),
        found,
        act.get("page", 0),
        line or (lambda c: f"{c.number} {c.enterprise_name}：{short(c.problem, 20)}，{state(turn, c)}"),
        lambda c: (
            c.number.rpartition("〕")[2] if turn.speaker.role == "contact" else ending(c.enterprise_name, LABELLED)
        ),
        leads or (lambda c: {"do": "case", "id": c.id}),
        lambda n: dict(act) | {"page": n},
        None,
        note,
        extra,
    )


def state(turn: Turn, info: CaseInfo) -> str:
    """Where a case stands, for a line of a list: its day while the enterprise has the turn, else class and stage."""
    case, whose = info.case, words.TURNS.get(info.case.turn, "") if turn.speaker.role == "contact" else ""
    if case.due is None or case.turn != "enterprise":
        return whose + common.headline(case) + pledge_lines.counted(case)
    late = late_days(case, turn.today)
    if late:
        left = words.LATE.format(days=late)
    else:
        left = "今天到期" if case.due == turn.today else f"还有{workdays_between(turn.today, case.due)}个工作日"
    return f"{whose}{short_day(case.due)}，{left}{pledge_lines.counted(case)}"


async def on_desk(turn: Turn) -> list[Waiting]:
    """Everything that waits for the speaker, and for whom they act; the most urgent first."""
    office = office_of(turn)
    offices = own_offices(turn)
    found = await cases.of_department(turn.session, office.jurisdiction, office.department, offices=offices, limit=MANY)
    instructed = await instructions.waiting_for(turn.session, offices)
    known = {info.id for info in found}
    for id in dict.fromkeys(one.case for one in instructed if one.case not in known):
        info = await cases.case_file(turn.session, id)  # closed meanwhile, the instruction still waits
        found += [info] if info else []
    return sorted(_waiting(found, instructed, turn.today), key=lambda one: (one.why[0].rank, one.why[0].since))


def _waiting(found: Iterable[CaseInfo], instructed: Sequence[InstructionInfo], day: dt.date) -> Iterable[Waiting]:
    for info in found:
        why = reasons(info, day, [one for one in instructed if one.case == info.id])
        if why:
            yield Waiting(info, tuple(why))


async def _todo(turn: Turn, act: Act) -> Reply:
    """我的待办: what waits for this officer, and for whom they act; the most urgent first, each with its reasons."""
    waiting = {one.info.id: one for one in await on_desk(turn)}
    own = office_of(turn).id

    def line(info: CaseInfo) -> str:
        other = words.FOR_OTHER.format(name=info.officer_name) if info.office != own else ""
        return f"{info.number} {info.enterprise_name}：{waiting[info.id].words}{other}"

    found = [one.info for one in waiting.values()]
    return listed(turn, house.WAITING, found, act, house.WAITING_NONE, line=line)


async def _of_department(turn: Turn) -> list[CaseInfo]:
    office = office_of(turn)
    return await cases.of_department(turn.session, office.jurisdiction, office.department, limit=MANY)


def is_due(info: CaseInfo, day: dt.date) -> bool:
    """Whether the enterprise's time ends today, or a visit is due today."""
    case = info.case
    return (case.turn == "enterprise" and case.due == day) or (case.awaits_visit and case.visit_due == day)


async def due_today(turn: Turn) -> list[CaseInfo]:
    """The department's cases that are due today."""
    return [info for info in await _of_department(turn) if is_due(info, turn.today)]


async def overdue(turn: Turn) -> list[CaseInfo]:
    """The late cases: of an officer's department; of the whole jurisdiction for those above."""
    office = office_of(turn)
    department = office.department if office.role == "officer" else None
    return await cases.of_department(turn.session, office.jurisdiction, department, overdue_on=turn.today, limit=MANY)


async def _due(turn: Turn, act: Act) -> Reply:
    found = await due_today(turn)
    return listed(
        turn, house.DUE_TODAY, found, act, house.DUE_NONE, line=_reason_line(turn), extra=_remind(turn, "due", found)
    )


def _reason_line(turn: Turn) -> Callable[[CaseInfo], str]:
    def line(info: CaseInfo) -> str:
        what = words.VISIT_TODAY if info.case.awaits_visit else state(turn, info)
        return f"{info.number} {info.enterprise_name}：{short(info.problem, 20)}，{what}"

    return line


async def _overdue(turn: Turn, act: Act) -> Reply:
    found = await overdue(turn)
    return listed(turn, house.OVERDUE, found, act, house.OVERDUE_NONE, extra=_remind(turn, "overdue", found))


def _remind(turn: Turn, of: str, found: Sequence[CaseInfo]) -> list[Choice]:
    """全部提醒, for an officer who may enforce and where somebody is to be reminded."""
    office = office_of(turn)
    some = any(info.case.turn == "enterprise" for info in found)
    if not some or not office.may_enforce(turn.today):
        return []
    return [Choice(words.LABEL_REMIND, {"do": "remind_all", "of": of})]


# ---- what is to be done next, one tap from its list


async def _to_review(turn: Turn, act: Act) -> Reply:
    """待复核: evidence that waits; a tap shows it, with the buttons to decide."""
    found = [
        one.info
        for one in await on_desk(turn)
        if one.info.case.stage == "submitted" or one.info.case.has_waiting_promise
    ]
    return listed(
        turn, words.TO_REVIEW, found, act, words.TO_REVIEW_NONE, leads=lambda c: {"do": "evidence", "id": c.id}
    )


async def _to_visit(turn: Turn, act: Act) -> Reply:
    """待回访, the most urgent first; a tap begins the visit's record."""
    waiting = [one for one in await on_desk(turn) if one.info.case.awaits_visit]
    shown = {one.info.id: one.words for one in waiting}
    return listed(
        turn,
        words.TO_VISIT,
        [one.info for one in waiting],
        act,
        words.TO_VISIT_NONE,
        line=lambda c: f"{c.number} {c.enterprise_name}：{shown[c.id]}",
        leads=lambda c: {"do": "visit", "id": c.id},
    )


async def _to_close(turn: Turn, act: Act) -> Reply:
    """待销号: nothing is missing (R26); a tap begins the closing."""
    found = [one.info for one in await on_desk(turn) if is_closable(one.info.case)]
    return listed(turn, words.TO_CLOSE, found, act, words.TO_CLOSE_NONE, leads=lambda c: {"do": "close", "id": c.id})


# ---- above and beside


async def _copies(turn: Turn, act: Act) -> Reply:
    found = await cases.copies_for(turn.session, office_of(turn).id, unread_only=False)
    unread = {info.id for info, _, _, read in found if read is None}
    ordered = sorted((info for info, *_ in found), key=lambda info: info.id not in unread)

    def line(info: CaseInfo) -> str:
        mark = words.UNREAD if info.id in unread else house.LABEL_READ
        return f"{info.number} {info.enterprise_name}：{short(info.problem, 20)}，{state(turn, info)}（{mark}）"

    return listed(turn, house.COPIES, ordered, act, house.COPIES_NONE, line=line)


async def key_cases(turn: Turn) -> list[CaseInfo]:
    """The jurisdiction's cases for 重点督办: five working days late or more (R40)."""
    return [info for info in await overdue(turn) if is_key(info.case, turn.today)]


async def _key(turn: Turn, act: Act) -> Reply:
    """重点督办 (R40, 定海 三（一）): long overdue cases and overdue instructions; with whom, since when, by department."""
    office = office_of(turn)
    late = await key_cases(turn)
    instructed = await instructions.of_jurisdiction(turn.session, office.jurisdiction, before=turn.today)
    lines: dict[int, list[str]] = {}
    for info in late:
        assert info.case.due is not None
        since = words.KEY_SINCE.format(days=late_days(info.case, turn.today), day=short_day(info.case.due))
        lines.setdefault(info.id, []).append(since)
    for one in instructed:
        lines.setdefault(one.case, []).append(words.KEY_INSTRUCTED.format(day=short_day(one.due)))
    found = {info.id: info for info in late}
    for id in lines:
        if id not in found and (other := await cases.case_file(turn.session, id)):
            found[id] = other
    shown = list(found.values())
    return listed(
        turn,
        words.KEY,
        shown,
        act,
        words.KEY_NONE,
        line=lambda c: words.KEY_LINE.format(
            number=c.number,
            name=c.enterprise_name,
            officer=f"{c.department}{c.officer_name}",
            why="；".join(lines[c.id]),
        ),
        note=by_department(shown),
    )


def by_department(found: Iterable[CaseInfo]) -> str:
    """How many of each department, the most first."""
    counted = Counter(info.department for info in found).most_common()
    return "，".join(words.KEY_COUNT.format(department=name, count=count) for name, count in counted)


# ---- of one enterprise


async def _my_cases(turn: Turn, act: Act) -> Reply:
    firm = await enterprise_of(turn)
    assert firm is not None
    found = await cases.of_enterprise(turn.session, firm.id)
    return listed(turn, house.MY_CASES, found, act, house.MY_CASES_NONE)


async def _of_firm(turn: Turn, act: Act) -> Reply:
    """An enterprise's cases as far as the office may see them (R1)."""
    office = office_of(turn)
    found = [
        info
        for info in await cases.of_enterprise(turn.session, act["id"])
        if info.jurisdiction == office.jurisdiction
        and (office.role != "officer" or info.department == office.department)
    ]
    return listed(turn, words.OF_FIRM, found, act, words.OF_FIRM_NONE)


ACTS: Acts = {
    "todo": _todo,
    "due": _due,
    "overdue": _overdue,
    "to_review": _to_review,
    "to_visit": _to_visit,
    "to_close": _to_close,
    "copies": _copies,
    "key_cases": _key,
    "my_cases": _my_cases,
    "cases_of": _of_firm,
}
