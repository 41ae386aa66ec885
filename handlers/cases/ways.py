"""What may be done with a case now, by whom: the buttons under its page, the most pressing first."""

from __future__ import annotations

from handlers import words
from handlers.cases.common import MENU
from handlers.messages import MAX_CHOICES, Choice
from handlers.turn import Turn
from storage.cases import CaseInfo


def shown(turn: Turn, info: CaseInfo, *, more: bool = False) -> list[Choice]:
    """The buttons that fit, with 更多 for the others; ``more``: the others."""
    found = ways(turn, info)
    room = MAX_CHOICES - 1
    if len(found) <= room:
        return [*found, MENU]
    first, rest = found[: room - 1], found[room - 1 :]
    if more:
        back = Choice(words.LABEL_BACK, {"do": "case", "id": info.id})
        return [*rest[: room - 1], back, MENU]
    return [*first, Choice(words.LABEL_MORE, {"do": "case", "id": info.id, "more": True}), MENU]


def ways(turn: Turn, info: CaseInfo) -> list[Choice]:
    """Everything that the speaker may do with the case now, the most pressing first."""
    of_role = {"officer": _officer, "contact": _contact}.get(turn.speaker.role, _above)
    return [
        *of_role(turn, info),
        way(info, words.LABEL_COURSE, "course"),
        way(info, words.LABEL_EVIDENCE, "evidence"),
    ]


def way(info: CaseInfo, label: str, act: str, **more: object) -> Choice:
    return Choice(label, {"do": act, "id": info.id, **more})


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
    if case.stage == "submitted":
        found += [way(info, words.LABEL_PASS, "pass_evidence"), way(info, words.LABEL_RETURN, "return_evidence")]
    if case.stage == "passed" and case.visited is None:
        found.append(way(info, words.LABEL_VISIT, "visit"))
    return [*found, way(info, words.LABEL_CLOSE, "close"), way(info, words.LABEL_TRANSFER, "transfer")]


def _contact(turn: Turn, info: CaseInfo) -> list[Choice]:
    case = info.case
    if not case.is_open:
        return [way(info, words.LABEL_UNSOLVED, "reopen")]
    found = []
    if case.stage in ("rectifying", "submitted"):
        found.append(way(info, words.LABEL_SUBMIT, "submit_evidence"))
    if case.stage == "rectifying":
        found.append(way(info, words.LABEL_EXTEND, "ask_extension"))
        if not case.is_ordered and case.guidance_accepted is None:
            found += [
                way(info, words.LABEL_ACCEPT, "guidance", accepts=True),
                way(info, words.LABEL_DECLINE, "guidance", accepts=False),
            ]
    return [*found, way(info, words.LABEL_DEFEND, "defend")]


def _above(turn: Turn, info: CaseInfo) -> list[Choice]:
    found = []
    if turn.speaker.role == "leader" and info.case.is_open:
        found.append(way(info, words.LABEL_WAIVE, "waive"))
    if turn.speaker.role in ("liaison", "leader", "supervisor"):
        found += [way(info, words.LABEL_READ, "copy_read"), way(info, words.LABEL_URGE, "urge")]
    return found
