"""Looks at people's data are on the record (R28): at the people of an enterprise, and at a case that is another officer's."""

from __future__ import annotations

from handlers.turn import Turn
from storage import views
from storage.cases import CaseInfo
from storage.chain import CASES, ENTERPRISES

WHAT = {
    "page": "案件",
    "course": "全过程",
    "whole": "全过程整页",
    "evidence": "材料",
    "contacts": "联系人",
    "check": "自检",
    "pledge": "承诺书",
    "paper": "文书",
}
"""What was looked at, as people read it."""


async def at_case(turn: Turn, info: CaseInfo, what: str) -> None:
    """Note a look at a case by an office other than the one that answers for it today; at evidence by any office."""
    office = turn.speaker.office
    if office is None:
        return
    own = {office.id, *(other.id for other in turn.speaker.acting_for)}
    if what == "evidence" or info.office not in own:
        await views.looked(turn.session, CASES, info.id, what, office, turn.now)


async def at_people(turn: Turn, enterprise: int, what: str = "contacts") -> None:
    """Note an office's look at an enterprise's people: its contacts, or who made a self-check."""
    if turn.speaker.office is not None:
        await views.looked(turn.session, ENTERPRISES, enterprise, what, turn.speaker.office, turn.now)
