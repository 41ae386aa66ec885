"""A case as its people see it, with the buttons of their turn (R40)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from handlers import looking, words
from handlers.cases import desk_words
from handlers.cases.common import gone, headline, reached, seen, signature, with_weekday
from handlers.cases.ways import Around, shown
from handlers.messages import Act, Reply
from handlers.pledges import lines as pledge_lines
from handlers.turn import Acts, Turn
from knowledge.procedure.case import OUTCOME_NAMES
from knowledge.procedure.periods import overdue_days
from knowledge.workdays import workdays_between
from storage import cases, evidence, guidance, instructions, people
from storage.cases import CaseInfo
from storage.instructions import InstructionInfo

TURN_NAMES = {"enterprise": "轮到企业", "authority": "轮到执法部门", "nobody": ""}


async def page(turn: Turn, info: CaseInfo, lead: str = "", *, more: int = 0) -> Reply:
    """The case: what, by when, whose turn, what is still to do; buttons for what the speaker may do now."""
    around = await _around(turn, info)
    lines = [*await _lines(turn, info, lead), *map(_instruction, around.instructed)]
    return Reply.of(
        ("lead", lead or f"{info.number}：{headline(info.case)}"),
        ("list", "\n".join(lines)),
        ("note", await signature(turn, info) if turn.speaker.role == "contact" else ""),
        choices=shown(turn, info, around, more=more),
    )


async def _around(turn: Turn, info: CaseInfo) -> Around:
    """What stands beside the case; what those above have done is not the enterprise's to see."""
    if turn.speaker.office is None:
        return Around()
    holder = await people.office(turn.session, info.office)
    instructed = await instructions.of_case(turn.session, info.id, open_only=True)
    return Around(instructed, holder is None or holder.until is not None)


def _instruction(one: InstructionInfo) -> str:
    giver = f"{one.giver_department}{one.giver_name}"
    return desk_words.INSTRUCTION_LINE.format(giver=giver, day=with_weekday(one.due), text=one.text[:60])


async def _lines(turn: Turn, info: CaseInfo, lead: str) -> list[str]:
    case = info.case
    lines = [f"{info.number}：{headline(case)}"] if lead else []
    lines += [f"企业：{info.enterprise_name}", f"问题：{info.problem}"]
    if case.must_correct and case.must_correct != info.problem:
        lines.append(f"要改正：{case.must_correct}")
    if case.due and case.is_open:
        lines.append(f"期限：{with_weekday(case.due)}，{_left(turn, info)}")
    if case.stage == "logged" and case.is_open and turn.speaker.office:
        lines.append(await _before_diagnosis(turn, info))
    if case.awaits_visit and case.visit_due:
        lines.append(f"回访：{with_weekday(case.visit_due)}")
    lines += await pledge_lines.of_case(turn, info)
    if case.missing_evidence:
        lines.append(f"退回：{case.missing_evidence}")
    if case.is_open:
        count = await evidence.count(turn.session, info.id)
        lines.append(f"{TURN_NAMES[case.turn]}；材料{count}份" + ("；未送达" if info.undelivered else ""))
    if given := await guidance.count_of_case(turn.session, info.id):
        lines.append(f"行政指导：{given}条")
    if case.has_open_extension:
        asked = case.extensions[-1]
        lines.append(f"申请延期到{with_weekday(asked.until)}：{asked.reason}")
    if case.has_open_defence:
        lines.append("陈述申辩待答复：" + case.defences[-1].text[:60])
    if case.outcome:
        lines.append(f"结果：{OUTCOME_NAMES[case.outcome]}（{case.outcome_basis}）")
    return lines


async def _before_diagnosis(turn: Turn, info: CaseInfo) -> str:
    """That the enterprise has heard of nothing yet, and the day that was said on the street."""
    said = (await cases.events(turn.session, info.id))[0].data.get("due")
    day = desk_words.DAY_SAID.format(day=with_weekday(dt.date.fromisoformat(said))) if said else ""
    return day + desk_words.NOT_TOLD


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


async def opened(turn: Turn, id: int, more: int = 0) -> Reply:
    """A case's page, if the speaker may see it; that it was looked at is on the record (R28)."""
    info = await seen(turn, id)
    if info is None:
        return gone(turn)
    await looking.at_case(turn, info, "page")
    if info.undelivered and turn.speaker.role == "contact":
        await reached(turn, info)
        info = replace(info, undelivered=False)
    return await page(turn, info, more=more)


async def _case(turn: Turn, act: Act) -> Reply:
    return await opened(turn, act["id"], int(act.get("more", 0)))


async def _read(turn: Turn, act: Act) -> Reply:
    info = await seen(turn, act["id"])
    office = turn.speaker.office
    if info is None or office is None:
        return gone(turn)
    if await cases.mark_read(turn.session, info.id, office.id, turn.now):
        await cases.note(turn.session, info.id, "copy_read", {}, turn.speaker.person, turn.now)
    return await page(turn, info, lead=words.COPY_READ)


ACTS: Acts = {
    "case": _case,
    "copy_read": _read,
}
