"""Contacts come and go: the reminders of their cases follow them (R39), and what nobody could be sent is shown (R42)."""

from __future__ import annotations

from handlers import greeting, words
from handlers.cases import common
from handlers.cases.diagnosing import notice
from handlers.cases.page import page
from handlers.messages import Act, Reply
from handlers.turn import Acts, Turn
from storage import cases, people

MOST = 3
"""So many notices are shown at once; more are only counted."""


async def contacts_changed(turn: Turn, enterprise: int) -> None:
    """Lay the reminders of an enterprise's open cases for those who are its contacts now, and for nobody else.

    With none left, the cases that it has been told of are 未送达 (R42).
    """
    is_reached = bool(await people.contacts_of(turn.session, enterprise))
    for info in await cases.of_enterprise(turn.session, enterprise, open_only=True):
        await common.lay_ladder(turn, info)
        if not is_reached and info.case.severity is not None and not info.undelivered:
            await cases.mark_delivery(turn.session, info.id, delivered=False)
            await cases.note(turn.session, info.id, "undelivered", {"what": "no_contact"}, None, turn.now)


async def missed(turn: Turn) -> list[Reply]:
    """What no contact could be sent, for the contact who is here now: each case once, and that on the record."""
    waiting = [
        info
        for binding in turn.speaker.bindings
        for info in await cases.of_enterprise(turn.session, binding.enterprise, open_only=True)
        if info.undelivered and info.case.severity is not None
    ]
    if len(waiting) > MOST:
        return [Reply.of(("lead", words.MISSED.format(count=len(waiting))), choices=[common.MY_CASES, common.MENU])]
    told = []
    for info in waiting:
        await common.reached(turn, info)
        told.append(await (notice(turn, info) if info.case.stage == "rectifying" else page(turn, info)))
    return told


async def _start(turn: Turn, act: Act) -> list[Reply]:
    return [greeting.welcome(turn, words.WELCOME), *await missed(turn)]


ACTS: Acts = {"start": _start}
