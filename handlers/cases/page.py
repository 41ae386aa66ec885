"""A case as its people see it, with the buttons of their turn; lists of cases; its whole course (R28, R40)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from handlers import words
from handlers.answers import short
from handlers.browse import paged
from handlers.cases.common import MENU, gone, headline, seen, signature, when, with_weekday
from handlers.cases.ways import shown
from handlers.flows.checking import enterprise_of
from handlers.messages import Act, Choice, Enclosure, Reply
from handlers.turn import Acts, Turn
from knowledge.procedure.case import OUTCOME_NAMES
from knowledge.procedure.periods import overdue_days
from knowledge.workdays import workdays_between
from storage import cases, evidence
from storage.blobs import DamagedBlob, MissingBlob
from storage.cases import CaseInfo
from storage.evidence import EvidenceInfo

TURN_NAMES = {"enterprise": "轮到企业", "authority": "轮到执法部门", "nobody": ""}
MAX_PICTURES = 5
LARGEST_SHOWN = 5 * 1024 * 1024


async def page(turn: Turn, info: CaseInfo, lead: str = "", *, more: bool = False) -> Reply:
    """The case: what, by when, whose turn, what is still to do; buttons for what the speaker may do now."""
    return Reply.of(
        ("lead", lead or f"{info.number}：{headline(info.case)}"),
        ("list", "\n".join(await _lines(turn, info, lead))),
        ("note", await signature(turn, info) if turn.speaker.role == "contact" else ""),
        choices=shown(turn, info, more=more),
    )


async def _lines(turn: Turn, info: CaseInfo, lead: str) -> list[str]:
    case = info.case
    lines = [f"{info.number}：{headline(case)}"] if lead else []
    lines += [f"企业：{info.enterprise_name}", f"问题：{info.problem}"]
    if case.must_correct and case.must_correct != info.problem:
        lines.append(f"要改正：{case.must_correct}")
    if case.due and case.is_open:
        lines.append(f"期限：{with_weekday(case.due)}，{_left(turn, info)}")
    if case.missing_evidence:
        lines.append(f"退回：{case.missing_evidence}")
    if case.is_open:
        count = await evidence.count(turn.session, info.id)
        lines.append(f"{TURN_NAMES[case.turn]}；材料{count}份" + ("；未送达" if info.undelivered else ""))
    if case.has_open_extension:
        asked = case.extensions[-1]
        lines.append(f"申请延期到{with_weekday(asked.until)}：{asked.reason}")
    if case.has_open_defence:
        lines.append("陈述申辩待答复：" + case.defences[-1].text[:60])
    if case.outcome:
        lines.append(f"结果：{OUTCOME_NAMES[case.outcome]}（{case.outcome_basis}）")
    return lines


def _left(turn: Turn, info: CaseInfo) -> str:
    case = info.case
    assert case.due is not None
    if case.turn != "enterprise":
        return "等执法部门处理，不算逾期"
    late = overdue_days(case, turn.today)
    if late or turn.today > case.due:
        return f"已逾期{max(late, 1)}个工作日"
    left = workdays_between(turn.today, case.due)
    return "今天到期" if case.due == turn.today else f"还有{left}个工作日"


async def _case(turn: Turn, act: Act) -> Reply:
    info = await seen(turn, act["id"])
    return await page(turn, info, more=act.get("more", False)) if info else gone(turn)


async def _course(turn: Turn, act: Act) -> Reply:
    """全过程: every act on the case, oldest first (R28)."""
    info = await seen(turn, act["id"])
    if info is None:
        return gone(turn)
    events = await cases.events(turn.session, info.id)
    return paged(
        words.COURSE.format(number=info.number),
        events,
        act.get("page", 0),
        lambda e: f"{when(e.at)} {words.ACTS.get(e.act, e.act)}{_who(turn, e)}",
        lambda e: words.ACTS.get(e.act, e.act),
        lambda e: {"do": "course", "id": info.id, "page": act.get("page", 0)},
        lambda n: {"do": "course", "id": info.id, "page": n},
        {"do": "case", "id": info.id},
    )


def _who(turn: Turn, event: cases.EventInfo) -> str:
    return f"（{event.person_name}）" if event.person_name and turn.speaker.role != "contact" else ""


async def _evidence(turn: Turn, act: Act) -> Reply:
    """What was handed in, with the pictures; an officer's look at it is on the record."""
    info = await seen(turn, act["id"])
    if info is None:
        return gone(turn)
    back = Choice(words.LABEL_CASE, {"do": "case", "id": info.id})
    found = await evidence.of_case(turn.session, info.id)
    if not found:
        return Reply.of(("lead", words.EVIDENCE_NONE), choices=[back, MENU])
    lines = []
    for n, one in enumerate(found, 1):
        taken = f"，拍于{when(one.taken)}" if one.taken else ""
        twice = await _twice(turn, info, one) if turn.speaker.role == "officer" else ""
        said = one.text or one.name or ""
        lines.append(f"{n}. {words.EVIDENCE_KINDS[one.kind]} {when(one.at)}：{said[:80]}{taken}{twice}")
    files, lost = await _files(turn, found[-MAX_PICTURES:])
    if turn.speaker.role != "contact":
        await cases.note(turn.session, info.id, "looked", {"what": "evidence"}, turn.speaker.person, turn.now)
    return Reply.of(
        ("lead", words.EVIDENCE.format(number=info.number, count=len(found))),
        ("list", "\n".join(lines[-12:])),
        ("note", f"{'、'.join(lost)}：{words.EVIDENCE_LOST}" if lost else ""),
        choices=[back, MENU],
        files=files,
    )


async def _files(turn: Turn, found: Sequence[EvidenceInfo]) -> tuple[list[Enclosure], list[str]]:
    """The files that are small enough to show, and the names of those that are missing or damaged."""
    files, lost = [], []
    for one in found:
        if not one.digest or (one.size or 0) > LARGEST_SHOWN:
            continue
        try:
            content = await asyncio.to_thread(turn.house.read_file, one.digest)
        except (MissingBlob, DamagedBlob):
            lost.append(one.name or "图片")
            continue
        files.append(Enclosure(one.name or "图片", one.mime or "", content))
    return files, lost


async def _twice(turn: Turn, info: CaseInfo, one: Any) -> str:
    """The same picture handed in before, in another case, is pointed out."""
    if not one.digest:
        return ""
    others = await evidence.same_file(turn.session, one.digest, info.id)
    return words.EVIDENCE_TWICE.format(number=others[0][1]) if others else ""


# ---- lists


def listed(turn: Turn, title: str, found: Sequence[CaseInfo], act: Act, none: str) -> Reply:
    """Cases as a paged list."""
    if not found:
        return Reply.of(("lead", none), choices=[MENU])
    return paged(
        f"{title}（{len(found)}件）",
        found,
        act.get("page", 0),
        lambda c: f"{c.number} {c.enterprise_name}：{short(c.problem, 20)}，{_state(turn, c)}",
        lambda c: c.enterprise_name,
        lambda c: {"do": "case", "id": c.id},
        lambda n: dict(act) | {"page": n},
        None,
    )


def _state(turn: Turn, info: CaseInfo) -> str:
    if info.case.due and info.case.turn == "enterprise":
        return f"{info.case.due.month}月{info.case.due.day}日，{_left(turn, info)}"
    return headline(info.case)


async def _todo(turn: Turn, act: Act) -> Reply:
    """我的待办: what waits for this officer, and for whom they act; the most urgent first."""
    office = turn.speaker.office
    assert office is not None
    offices = [office.id, *(other.id for other in turn.speaker.acting_for)]
    found = await cases.of_department(turn.session, office.jurisdiction, office.department, offices=offices)
    waiting = [info for info in found if info.case.turn == "authority" or overdue_days(info.case, turn.today)]
    return listed(turn, words.WAITING, waiting, act, words.WAITING_NONE)


async def _due(turn: Turn, act: Act) -> Reply:
    office = turn.speaker.office
    assert office is not None
    found = await cases.of_department(turn.session, office.jurisdiction, office.department, due_until=turn.today)
    today = [info for info in found if info.case.due == turn.today and info.case.turn == "enterprise"]
    return listed(turn, words.DUE_TODAY, today, act, words.DUE_NONE)


async def _overdue(turn: Turn, act: Act) -> Reply:
    """逾期: of one's department; of the whole jurisdiction for those above."""
    office = turn.speaker.office
    assert office is not None
    department = office.department if office.role == "officer" else None
    found = await cases.of_department(turn.session, office.jurisdiction, department, overdue_on=turn.today)
    return listed(turn, words.OVERDUE, found, act, words.OVERDUE_NONE)


async def _copies(turn: Turn, act: Act) -> Reply:
    office = turn.speaker.office
    assert office is not None
    found = await cases.copies_for(turn.session, office.id, unread_only=False)
    return listed(turn, words.COPIES, [info for info, *_ in found], act, words.COPIES_NONE)


async def _my_cases(turn: Turn, act: Act) -> Reply:
    firm = await enterprise_of(turn)
    assert firm is not None
    found = await cases.of_enterprise(turn.session, firm.id)
    return listed(turn, words.MY_CASES, found, act, words.MY_CASES_NONE)


async def _read(turn: Turn, act: Act) -> Reply:
    info = await seen(turn, act["id"])
    office = turn.speaker.office
    if info is None or office is None:
        return gone(turn)
    if await cases.mark_read(turn.session, info.id, office.id, turn.now):
        await cases.note(turn.session, info.id, "copy_read", {}, turn.speaker.person, turn.now)
    return await page(turn, info, lead=words.COPY_READ)


async def _find_case(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, "find_case", act)


ACTS: Acts = {
    "case": _case,
    "course": _course,
    "evidence": _evidence,
    "todo": _todo,
    "due": _due,
    "overdue": _overdue,
    "copies": _copies,
    "my_cases": _my_cases,
    "copy_read": _read,
    "find_case": _find_case,
}
