"""Guidance as its people see it: one with its answer, course and ways on, and lists of it."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.answers import short
from handlers.browse import paged
from handlers.cases import common
from handlers.cases.common import MENU, when
from handlers.enterprise import is_own
from handlers.guidance import words
from handlers.guidance.common import (
    answer_choices,
    case_of,
    case_ways,
    gone,
    headline,
    limits,
    name_of,
    seen,
    signature,
    way_of,
    what,
)
from handlers.messages import MAX_CHOICES, Act, Choice, Reply
from handlers.turn import Acts, Turn
from handlers.words import LABEL_BACK
from storage import enterprises, guidance
from storage.guidance import GuidanceInfo


async def page(turn: Turn, info: GuidanceInfo, lead: str = "") -> Reply:
    """One guidance: what, the answer, minutes and remarks; buttons for what the speaker may do now."""
    remarks = sum(event.act == "remark" for event in await guidance.events(turn.session, info.id))
    content, *place = what(info)
    lines = ["".join([headline(turn, info), *place]), content] if lead else [content, *place]
    lines.append("，".join(part for part in (when(info.at), _answer(info), info.number) if part))
    if info.minutes is not None:
        said = words.MINUTES.format(text=short(info.minutes, 80))
        lines.append(said + (words.REMARKS.format(count=remarks) if remarks else ""))
    notes = []
    if turn.speaker.role == "contact":
        if info.minutes is None:
            notes.append(limits(way_of(info), await case_of(turn, info)))
        notes.append(await signature(turn, info))
    return Reply.of(
        ("lead", lead or headline(turn, info)),
        ("list", "\n".join(lines)),
        *(("note", note) for note in notes),
        choices=_ways(turn, info),
    )


async def _course(turn: Turn, info: GuidanceInfo) -> Reply:
    """Everything that happened to a guidance, with its whole words."""
    lines = [_event(event) for event in await guidance.events(turn.session, info.id)]
    back = Choice(LABEL_BACK, {"do": "guide_one", "id": info.id})
    return Reply.of(("lead", words.COURSE), *(("list", line) for line in lines), choices=[back, MENU])


def _answer(info: GuidanceInfo) -> str:
    if not way_of(info).is_choice:
        return words.NO_ANSWER
    at = f"（{when(info.answered)}）" if info.answered else ""
    return f"{words.ANSWERS[info.accepted]}{at}"


def _event(event: guidance.EventInfo) -> str:
    who = f"（{event.person_name}）" if event.person_name else ""
    text = f"：{event.text}" if event.text else ""
    return f"{when(event.at)} {words.EVENTS[event.act]}{who}{text}"


def _ways(turn: Turn, info: GuidanceInfo) -> list[Choice]:
    found: list[Choice] = []
    if turn.speaker.role == "contact":
        found += answer_choices(info)
        if info.minutes is not None:
            found.append(Choice(words.LABEL_REMARK, {"do": "guide_remark", "id": info.id}))
    if turn.speaker.role == "officer" and info.meeting:
        if info.minutes is None:
            found.append(Choice(words.LABEL_MOVE, {"do": "guide_move", "id": info.id}))
        if info.meeting <= turn.now:
            found.append(Choice(words.LABEL_MINUTES, {"do": "guide_minutes", "id": info.id}))
    back = {"do": "guides", "case": info.case} if info.case else {"do": "guides", "enterprise": info.enterprise}
    course = Choice(words.LABEL_COURSE, {"do": "guide_one", "id": info.id, "course": True})
    return [*found, course, *case_ways(info), Choice(LABEL_BACK, back), MENU]


async def _one(turn: Turn, act: Act) -> Reply:
    info = await seen(turn, act["id"])
    if info is None:
        return gone(turn)
    return await _course(turn, info) if act.get("course") else await page(turn, info)


async def _list(turn: Turn, act: Act) -> Reply:
    """The guidance on a case or of an enterprise, as far as the speaker may see it; an officer may add to it."""
    if "case" in act:
        file = await common.seen(turn, act["case"])
        if file is None:
            return common.gone(turn)
        found = await guidance.of_case(turn.session, file.id)
        return await _listed(turn, act, words.LIST_OF, file.number, found, {"do": "case", "id": file.id})
    office = turn.speaker.office
    if office is None:
        return await _mine(turn, {"do": "my_guidance"})
    firm = await enterprises.enterprise(turn.session, act.get("enterprise", 0))
    if firm is None or not is_own(turn, firm):
        return gone(turn)
    department = office.department if office.role == "officer" else None
    found = await guidance.of_enterprises(
        turn.session, [firm.id], jurisdiction=office.jurisdiction, department=department
    )
    return await _listed(turn, act, words.LIST_OF, short(firm.name, 20), found, {"do": "enterprise", "id": firm.id})


async def _mine(turn: Turn, act: Act) -> Reply:
    """我的指导: what was offered to the speaker's enterprises."""
    own = [binding.enterprise for binding in turn.speaker.bindings]
    found = await guidance.of_enterprises(turn.session, own)
    return await _listed(turn, {"do": "my_guidance", **act}, words.LIST_MINE, "", found, None)


async def _listed(
    turn: Turn, act: Act, title: str, name: str, found: Sequence[GuidanceInfo], back: Act | None
) -> Reply:
    subject = {key: act[key] for key in ("case", "enterprise") if key in act}
    may_add = turn.speaker.role == "officer"
    new = {"do": "guide", **({"case": act["case"]} if "case" in act else {"id": act.get("enterprise", 0)})}
    if not found:
        if may_add:
            return await turn.engine.start(turn, "guide", new)
        ways = [Choice(LABEL_BACK, back)] if back else []
        return Reply.of(("lead", words.NONE), choices=[*ways, MENU])
    reply = paged(
        title.format(name=name, count=len(found)),
        found,
        act.get("page", 0),
        lambda one: f"{when(one.at)[:10]} {name_of(turn, one)}：{short(one.content, 20)}，{_state(turn, one)}",
        lambda one: name_of(turn, one),
        lambda one: {"do": "guide_one", "id": one.id},
        lambda n: {"do": act["do"], **subject, "page": n},
        back,
    )
    if not may_add or len(reply.choices) == MAX_CHOICES:
        return reply
    return Reply(reply.blocks, (*reply.choices[:-1], Choice(words.LABEL_NEW, new), reply.choices[-1]))


def _state(turn: Turn, info: GuidanceInfo) -> str:
    if info.minutes is not None:
        return "已有纪要"
    if info.meeting and info.meeting <= turn.now:
        return f"{_answer(info).split('（')[0]}，待写纪要"
    return _answer(info).split("（")[0]


ACTS: Acts = {"guide_one": _one, "guides": _list, "my_guidance": _mine}
