"""全部提醒: from the lists 今天到期 and 逾期, after a second tap, one reminder to each enterprise a day; on each case's record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from handlers import words as house
from handlers.answers import short
from handlers.cases import common, desk
from handlers.cases import desk_words as words
from handlers.cases.desk import office_of
from handlers.flows.offices import signed
from handlers.messages import Act, Choice, Reply
from handlers.turn import Acts, Turn
from storage import cases, notices, people
from storage.cases import CaseInfo

KIND = "remind_all"
NAMES = 5
"""So many enterprises are named one by one."""


@dataclass(slots=True)
class Firm:
    """One enterprise to remind: its cases, and the people and chats that can be written to."""

    id: int
    name: str
    cases: list[CaseInfo] = field(default_factory=list)
    chats: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Round:
    """What one 全部提醒 comes to."""

    told: list[Firm] = field(default_factory=list)
    before: list[Firm] = field(default_factory=list)
    unreached: list[Firm] = field(default_factory=list)


async def _found(turn: Turn, of: str) -> list[CaseInfo]:
    found = await (desk.due_today(turn) if of == "due" else desk.overdue(turn))
    return [info for info in found if info.case.turn == "enterprise"]


async def _round(turn: Turn, found: Sequence[CaseInfo]) -> Round:
    """The enterprises of these cases: to be reminded, reminded today already, or without anybody to write to."""
    firms: dict[int, Firm] = {}
    for info in found:
        firms.setdefault(info.enterprise, Firm(info.enterprise, info.enterprise_name)).cases.append(info)
    made = Round()
    for firm in firms.values():
        for contact in await people.contacts_of(turn.session, firm.id):
            for channel, chat in await people.chats_of(turn.session, contact.person):
                firm.chats.append((contact.person, channel, chat))
        was = [await notices.was_laid(turn.session, KIND, firm.id, turn.today, person) for person, _, _ in firm.chats]
        (made.unreached if not firm.chats else made.before if all(was) else made.told).append(firm)
    return made


def _names(firms: Sequence[Firm]) -> str:
    names = "、".join(short(firm.name, 16) for firm in firms[:NAMES])
    return words.REMIND_REST.format(names=names, count=len(firms)) if len(firms) > NAMES else names


async def _ask(turn: Turn, act: Act) -> Reply:
    """The summary: how many enterprises, which, and who cannot be reached."""
    refusal = common.may_enforce(turn)
    if refusal:
        return refusal
    made = await _round(turn, await _found(turn, act.get("of", "overdue")))
    again = words.REMIND_AGAIN.format(count=len(made.before)) if made.before else ""
    if not made.told and not made.unreached:
        return Reply.of(("lead", words.REMIND_NONE), ("text", again), choices=[common.MENU])
    sure = Choice(words.LABEL_REMIND_SURE, {"do": "remind_sure", "of": act.get("of", "overdue")})
    return Reply.of(
        ("lead", words.REMIND_ASK.format(count=len(made.told))),
        ("list", _names(made.told)),
        ("note", again),
        ("list", words.REMIND_NOBODY.format(names=_names(made.unreached)) if made.unreached else ""),
        choices=[sure, _back(act), common.MENU],
    )


def _back(act: Act) -> Choice:
    return Choice(house.LABEL_BACK, {"do": act.get("of", "overdue")})


async def _sure(turn: Turn, act: Act) -> Reply:
    """Each enterprise is told once a day, whoever of the department taps, and however often."""
    refusal = common.may_enforce(turn)
    if refusal:
        return refusal
    made = await _round(turn, await _found(turn, act.get("of", "overdue")))
    reminded = 0
    for firm in made.told:
        reminded += await _remind(turn, firm)
    for firm in made.unreached:
        for info in firm.cases:
            await cases.mark_delivery(turn.session, info.id, delivered=False)
            await cases.note(turn.session, info.id, "undelivered", {"what": KIND}, turn.speaker.person, turn.now)
    return Reply.of(
        ("lead", words.REMINDED.format(count=reminded)),
        ("list", words.REMIND_UNREACHED.format(names=_names(made.unreached)) if made.unreached else ""),
        choices=[_back(act), common.MENU],
    )


async def _remind(turn: Turn, firm: Firm) -> bool:
    """One message to each contact, all cases in it; whether anybody was told."""
    told = _message(turn, firm)
    written = False
    laid: dict[int, bool] = {}
    for person, channel, chat in firm.chats:
        if person not in laid:
            laid[person] = await notices.lay(turn.session, KIND, firm.id, turn.today, person, turn.now)
        if laid[person]:
            key = f"{KIND}/{firm.id}/{turn.today.isoformat()}/{channel}/{chat}"
            await turn.send(channel, chat, key, told)
            written = True
    if written:
        for info in firm.cases:
            await cases.mark_delivery(turn.session, info.id, delivered=True)
            await cases.note(turn.session, info.id, "reminded", {}, turn.speaker.person, turn.now)
    return written


def _message(turn: Turn, firm: Firm) -> Reply:
    lines = []
    for n, info in enumerate(firm.cases, 1):
        assert info.case.due is not None
        must = short(info.case.must_correct or info.problem, 30)
        day = common.with_weekday(info.case.due)
        lines.append(f"{n}. {words.REMINDED_ONE.format(number=info.number, must=must, day=day)}")
    if len(firm.cases) == 1:
        only = {"id": firm.cases[0].id}
        ways = [
            Choice(house.LABEL_SUBMIT, {"do": "submit_evidence", **only}),
            Choice(house.LABEL_CASE, {"do": "case", **only}),
        ]
    else:
        ways = [Choice(f"{n}.看案件", {"do": "case", "id": info.id}) for n, info in enumerate(firm.cases[:6], 1)]
    return Reply.of(
        ("lead", words.REMINDED_TOLD.format(count=len(firm.cases))),
        ("list", "\n".join(lines)),
        ("note", signed(office_of(turn))),
        choices=[*ways, common.MENU],
    )


ACTS: Acts = {"remind_all": _ask, "remind_sure": _sure}
