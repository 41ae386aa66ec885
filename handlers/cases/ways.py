"""What may be done with a case now, by whom: the buttons under its page, the most pressing first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from handlers import words
from handlers.cases import desk_words
from handlers.cases.common import MENU
from handlers.guidance.words import LABEL_GUIDANCE
from handlers.messages import MAX_CHOICES, Choice
from handlers.papers.words import LABEL_PAPERS
from handlers.pledges import words as pledge_words
from handlers.turn import Turn
from knowledge.procedure.case import Case
from knowledge.procedure.periods import running_promises
from storage.cases import CaseInfo
from storage.instructions import InstructionInfo


@dataclass(frozen=True, slots=True)
class Around:
    """What stands beside a case and gives ways of its own: 督办 that is open, and that nobody answers for it any more."""

    instructed: Sequence[InstructionInfo] = ()
    is_unowned: bool = False


def shown(turn: Turn, info: CaseInfo, around: Around = Around(), *, more: int = 0) -> list[Choice]:
    """The buttons that fit, with 更多 for the others, some at a time; ``more``: how many times that was pressed."""
    found = ways(turn, info, around)
    room = MAX_CHOICES - 2
    if len(found) <= room + 1:
        return [*found, MENU]
    pages = -(-len(found) // room)
    page = min(max(more, 0), pages - 1)
    ways_on = [] if page == pages - 1 else [way(info, words.LABEL_MORE, "case", more=page + 1)]
    last = MENU if page == 0 else way(info, words.LABEL_BACK, "case", more=page - 1)
    return [*found[page * room : (page + 1) * room], *ways_on, last]


def ways(turn: Turn, info: CaseInfo, around: Around = Around()) -> list[Choice]:
    """Everything that the speaker may do with the case now, the most pressing first."""
    of_role = {"officer": _officer, "contact": _contact}.get(turn.speaker.role, _above)
    return [
        *_beside(turn, info, around),
        *of_role(turn, info),
        *([way(info, pledge_words.LABEL_PLEDGES, "pledges")] if turn.speaker.office and info.case.promises else []),
        *([] if _is_under_review(turn, info) else [way(info, words.LABEL_EVIDENCE, "evidence")]),
        way(info, words.LABEL_COURSE, "course"),
        Choice(LABEL_GUIDANCE, {"do": "guides", "case": info.id}),
        *([way(info, LABEL_PAPERS, "papers")] if turn.speaker.role in ("officer", "contact", "legal") else []),
    ]


def way(info: CaseInfo, label: str, act: str, **more: object) -> Choice:
    return Choice(label, {"do": act, "id": info.id, **more})


def _beside(turn: Turn, info: CaseInfo, around: Around) -> list[Choice]:
    role, found = turn.speaker.role, list[Choice]()
    if around.is_unowned and info.case.is_open and role == "officer":
        found.append(way(info, desk_words.LABEL_CLAIM, "claim"))
    if around.is_unowned and info.case.is_open and role == "admin":
        found.append(way(info, desk_words.LABEL_ASSIGN, "assign_case"))
    if around.instructed and role == "officer":
        found.append(way(info, desk_words.LABEL_ANSWER, "answer_instruction", instruction=around.instructed[0].id))
    return found


def _officer(turn: Turn, info: CaseInfo) -> list[Choice]:
    case = info.case
    if not case.is_open:
        return []
    found = []
    if case.has_open_extension:
        found.append(way(info, words.LABEL_DECIDE, "decide_extension"))
    if case.has_open_defence:
        found.append(way(info, words.LABEL_ANSWER_DEFENCE, "answer_defence"))
    if case.stage == "logged":
        found.append(way(info, words.LABEL_DIAGNOSE, "diagnose"))
    if _is_under_review(turn, info):  # who reviews looks first
        found.append(way(info, words.LABEL_EVIDENCE, "evidence"))
        found += [way(info, words.LABEL_PASS, "pass_evidence"), way(info, words.LABEL_RETURN, "return_evidence")]
    if (case.stage == "passed" and case.visited is None) or is_time_to_visit(case, turn.today):
        found.append(way(info, words.LABEL_VISIT, "visit"))
    if info.undelivered:
        found.append(way(info, desk_words.LABEL_SERVED, "serve"))
    if case.is_historical and case.stage == "rectifying":
        found += [
            way(info, desk_words.LABEL_MORE_TIME, "give_time"),
            way(info, desk_words.LABEL_ESCALATE, "escalate_case"),
        ]
    return [*found, way(info, words.LABEL_CLOSE, "close"), way(info, words.LABEL_TRANSFER, "transfer")]


def _is_under_review(turn: Turn, info: CaseInfo) -> bool:
    """Whether evidence waits for this officer's review."""
    case = info.case
    waits = case.stage == "submitted" or case.has_waiting_promise
    return turn.speaker.role == "officer" and case.is_open and waits


def is_time_to_visit(case: Case, day: dt.date) -> bool:
    """Whether the due day has come without evidence: the visit may then find it not corrected (R26, 到期回访)."""
    return case.stage == "rectifying" and case.due is not None and case.due <= day


def _contact(turn: Turn, info: CaseInfo) -> list[Choice]:
    case = info.case
    if not case.is_open:
        return [way(info, words.LABEL_UNSOLVED, "reopen"), way(info, words.LABEL_ASK_OFFICER, "ask_officer")]
    found = []
    if case.stage in ("rectifying", "submitted") or running_promises(case):
        found.append(way(info, words.LABEL_SUBMIT, "submit_evidence"))
    if case.severity is not None:
        found.append(way(info, pledge_words.LABEL_PLEDGES if case.promises else pledge_words.LABEL_PLEDGE, "pledge"))
    if case.stage == "rectifying":
        if not case.has_open_extension:
            found.append(way(info, words.LABEL_EXTEND, "ask_extension"))
        if not case.is_ordered and case.guidance_accepted is None:
            found += [
                way(info, words.LABEL_ACCEPT, "guidance", accepts=True),
                way(info, words.LABEL_DECLINE, "guidance", accepts=False),
            ]
    return [*found, way(info, words.LABEL_DEFEND, "defend"), way(info, words.LABEL_ASK_OFFICER, "ask_officer")]


def _above(turn: Turn, info: CaseInfo) -> list[Choice]:
    found = []
    if turn.speaker.role == "leader" and info.case.is_open:
        found.append(way(info, words.LABEL_WAIVE, "waive"))
    if turn.speaker.role in ("leader", "supervisor") and info.case.is_open:
        found.append(way(info, desk_words.LABEL_INSTRUCT, "instruct"))
    if turn.speaker.role in ("liaison", "leader", "supervisor"):
        found += [way(info, words.LABEL_READ, "copy_read"), way(info, words.LABEL_URGE, "urge")]
    return found
