"""The desk of a department (R50): a request taken in hand and given back, given to another department by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.cases.common import may_enforce
from handlers.flows.flow import Flow, Run
from handlers.flows.reading import named_apart
from handlers.flows.steps import Option, Step
from handlers.messages import Act, Choice, Reply
from handlers.requests import words
from handlers.requests.common import (
    ASSIGNERS,
    MENU,
    day_words,
    gone,
    hold_until,
    is_of_office,
    signature,
    tell_asker,
    tell_responsible,
    time_words,
)
from handlers.requests.pages import page
from handlers.turn import Acts, Turn
from storage import people, requests
from storage.people import Office
from storage.requests import RequestInfo


async def for_officer(turn: Turn, id: int) -> RequestInfo | Reply:
    """A request of the officer's own department, locked; or why they may not act on it (R1, R46)."""
    office = turn.speaker.office
    info = await requests.request(turn.session, id, lock=True)
    if info is None or office is None or office.role != "officer" or not is_of_office(turn, info):
        return gone(turn)
    refusal = may_enforce(turn)
    if refusal:
        return refusal
    if info.is_erased:
        return Reply.of(("lead", words.ERASED.format(number=info.number)), choices=[MENU])
    if info.state == "closed":
        return await page(turn, info, words.CLOSED_ALREADY.format(number=info.number))
    return info


async def take(turn: Turn, info: RequestInfo) -> RequestInfo | Reply:
    """Take a request in hand for this officer, and tell who asked; or who has it (of two at once, one gets it)."""
    office = turn.speaker.office
    assert office is not None
    had_it = info.holder == office.id
    if not await requests.take(turn.session, info.id, office.id, hold_until(turn), turn.speaker.person, turn.now):
        return await _held_by_another(turn, info)
    fresh = await requests.request(turn.session, info.id)
    assert fresh is not None
    if not had_it:
        await _tell_taken(turn, fresh, office)
    return fresh


async def _held_by_another(turn: Turn, info: RequestInfo) -> Reply:
    fresh = await requests.request(turn.session, info.id) or info
    until = time_words(fresh.held_until, turn.today) if fresh.held_until else ""
    return await page(turn, fresh, words.HELD_BY.format(name=fresh.holder_name, number=fresh.number, time=until))


async def _tell_taken(turn: Turn, info: RequestInfo, office: Office) -> None:
    reply = Reply.of(
        ("lead", words.TOLD_TAKEN.format(number=info.number)),
        ("note", signature(office)),
        ("text", words.TOLD_TAKEN_NEXT),
        choices=[Choice(words.LABEL_REQUEST, {"do": "request", "id": info.id}), MENU],
    )
    await tell_asker(turn, info, "taken", reply)


async def _take(turn: Turn, act: Act) -> Reply:
    """接办: from now on what the asker types goes to this officer."""
    info = await for_officer(turn, act["id"])
    if isinstance(info, Reply):
        return info
    taken = await take(turn, info)
    if isinstance(taken, Reply):
        return taken
    assert taken.held_until is not None
    lead = words.TAKEN.format(time=time_words(taken.held_until, turn.today))
    return await page(turn, taken, lead, note=words.TAKEN_NEXT)


async def _back(turn: Turn, act: Act) -> Reply:
    """交还: into the queue again; the assistant answers the asker again, and says so."""
    office = turn.speaker.office
    info = await requests.request(turn.session, act["id"], lock=True)
    if info is None or office is None or not is_of_office(turn, info):
        return gone(turn)
    if not await requests.give_back(turn.session, info.id, office.id, "", turn.speaker.person, turn.now):
        return await page(turn, info, words.NOT_HELD)
    fresh = await requests.request(turn.session, info.id)
    assert fresh is not None
    await tell_asker(turn, fresh, "returned", returned_reply(fresh))
    return await page(turn, fresh, words.GIVEN_BACK)


def returned_reply(info: RequestInfo) -> Reply:
    """What the asker is told when nobody has the request in hand any more."""
    still = words.GIVEN_BACK_TOLD.format(number=info.number) if info.is_open else ""
    return Reply.of(
        ("lead", words.ASSISTANT_AGAIN),
        ("text", still),
        choices=[Choice(words.LABEL_REQUEST, {"do": "request", "id": info.id}), MENU],
    )


class MoveFlow(Flow):
    """转部门, 分派: by hand, with a reason; whoever has it in hand gives it up, those who answer from now on are told."""

    name = "request_move"
    title = "转部门"
    submit_label = "确认转办"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        departments = tuple(Option(name, label, (name,)) for label, name in given.get("departments", ()))
        return (
            Step("to", "转给", words.MOVE_TO, "choice", departments),
            Step("why", "理由", words.MOVE_WHY, "text", example=words.MOVE_EXAMPLE, is_free=True, longest=200),
        )

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        info = await _movable(turn, act["id"])
        if isinstance(info, Reply):
            return info
        there = await people.departments(turn.session, info.jurisdiction, demo=turn.house.demo)
        others = [name for name in there if name != info.department]
        if not others:
            return await page(turn, info, words.NOWHERE_TO_MOVE)
        departments = named_apart([(name, name) for name in others])
        return Run(self.name, turn.house.new_token(), given={"request": info.id, "departments": departments})

    async def submit(self, turn: Turn, run: Run) -> Reply:
        info = await _movable(turn, run.given["request"])
        if isinstance(info, Reply):
            return info
        to, why = run.facts["to"], run.facts["why"]
        there = await people.departments(turn.session, info.jurisdiction, demo=turn.house.demo)
        if to not in there or not await requests.assign(turn.session, info.id, to, why, turn.speaker.person, turn.now):
            return gone(turn)
        fresh = await requests.request(turn.session, info.id)
        assert fresh is not None
        day = day_words(fresh.due)
        await tell_responsible(turn, fresh, "moved", words.MOVED_HERE.format(number=fresh.number, day=day))
        told = words.MOVED_TOLD.format(number=fresh.number, department=to, day=day)
        see = Choice(words.LABEL_REQUEST, {"do": "request", "id": fresh.id})
        again = words.ASSISTANT_AGAIN if info.holder else ""
        await tell_asker(turn, fresh, "moved", Reply.of(("lead", told), ("text", again), choices=[see, MENU]))
        lead = words.MOVED.format(department=to)
        back = Choice(words.LABEL_REQUESTS, {"do": "requests"})
        return (
            await page(turn, fresh, lead)
            if is_of_office(turn, fresh)
            else Reply.of(("lead", lead), choices=[back, MENU])
        )


async def _movable(turn: Turn, id: int) -> RequestInfo | Reply:
    office = turn.speaker.office
    info = await requests.request(turn.session, id, lock=True)
    may = office is not None and (office.role == "officer" or office.role in ASSIGNERS)
    if info is None or not may or not is_of_office(turn, info):
        return gone(turn)
    return info if info.is_open else await page(turn, info, words.CLOSED_ALREADY.format(number=info.number))


async def _move(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, MoveFlow.name, dict(act) | {"anew": True})


ACTS: Acts = {"request_take": _take, "request_back": _back, "request_move": _move}
FLOWS: tuple[Flow, ...] = (MoveFlow(),)
