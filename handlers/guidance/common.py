"""What everything about guidance needs: whose it is, the words that go with it (R18, R19), the record, and who is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from handlers import greeting
from handlers.cases import common
from handlers.cases.common import with_weekday
from handlers.flows.offices import signed
from handlers.guidance import words
from handlers.messages import Choice, Reply
from handlers.sources import Sources
from handlers.turn import CHINA, Turn
from handlers.words import LABEL_CASE
from knowledge.guidance import Named, Way, shipped_guidance
from knowledge.procedure.case import Case
from storage import cases, chain, guidance, people
from storage.guidance import GuidanceInfo


async def seen(turn: Turn, id: int, *, lock: bool = False) -> GuidanceInfo | None:
    """A guidance that the speaker may see (R1): a contact's of their enterprise, an officer's of their department,
    another office's of its jurisdiction."""
    info = await guidance.one(turn.session, id, lock=lock)
    if info is None:
        return None
    office = turn.speaker.office
    if office is None:
        return info if any(b.enterprise == info.enterprise for b in turn.speaker.bindings) else None
    if info.jurisdiction != office.jurisdiction:
        return None
    return info if office.role != "officer" or info.department == office.department else None


def gone(turn: Turn) -> Reply:
    """What is said where there is none, or none to see."""
    return greeting.menu(turn, words.GONE)


# ---- the words that go with guidance


def meeting_words(at: dt.datetime) -> str:
    """When a 约谈 is: 2026年11月25日（星期三）09:00."""
    local = at.astimezone(CHINA)
    return f"{with_weekday(local.date())}{local:%H:%M}"


def way_of(info: GuidanceInfo) -> Way:
    """The way of a guidance; one that is no longer in the data goes by its id."""
    known = {way.id: way for way in shipped_guidance().ways}
    return known.get(info.way) or Way(info.way, "offered", (Named(info.way, ""),), "")


def named(turn: Turn, way: Way, jurisdiction: str | None) -> tuple[Named, bool]:
    """What a way is called where somebody is, with its clause; and whether that place's own document says so (R2)."""
    for one in way.named:
        if _place_of(turn, one.cites) == jurisdiction:
            return one, True
    return way.named[0], False


def clause(turn: Turn, cites: Sequence[str], jurisdiction: str | None) -> str:
    """Where the first of these clauses stands, the place's own before those of others (R2)."""
    own = next((entry for entry in cites if _place_of(turn, entry) == jurisdiction), cites[0])
    return Sources(turn.library, turn.house.checks).brief(own, jurisdiction)


def _place_of(turn: Turn, entry: str) -> str | None:
    source = turn.library.source_of(entry) if entry in turn.library.clauses else None
    return source.jurisdiction if source else None


def limits(way: Way, case: Case | None) -> str:
    """That guidance is voluntary (R18), and what it does not take the place of (R18, R19)."""
    said = [words.VOLUNTARY if way.is_choice else words.NO_CHOICE]
    if way.is_choice and case is not None and case.is_ordered:
        said.append(words.ORDERED)
    if case is not None and is_serious(case):
        said.append(words.SERIOUS)
    return "".join(said)


def is_serious(case: Case) -> bool:
    """Whether the law is enforced whatever the guidance: a red line, or 突出 (R11, R19, R22)."""
    return bool(case.touches_red_line) or case.severity == "serious"


async def basis(turn: Turn, info: GuidanceInfo, case: Case | None) -> str:
    """The clauses a guidance rests on: the way's, then that of R18 or, where the law is enforced beside it, of R19."""
    rules = shipped_guidance()
    way = way_of(info)
    found = [clause(turn, [one.cites for one in way.named], info.jurisdiction)]
    if way.is_choice:
        found.append(clause(turn, rules.voluntary, info.jurisdiction))
    if case is not None and (case.is_ordered or is_serious(case)):
        found.append(clause(turn, rules.no_substitute, info.jurisdiction))
    return words.BASIS.format(clause="；".join(dict.fromkeys(found)))


async def case_of(turn: Turn, info: GuidanceInfo) -> Case | None:
    """The case that a guidance is on, if it is on one."""
    found = await cases.case_file(turn.session, info.case) if info.case else None
    return found.case if found else None


async def signature(turn: Turn, info: GuidanceInfo) -> str:
    """Who gives it (R46): department, name, enforcement licence."""
    office = await people.office(turn.session, info.office)
    assert office is not None
    return signed(office)


def headline(turn: Turn, info: GuidanceInfo) -> str:
    """What was offered, in one line."""
    rules = shipped_guidance()
    if info.meeting:
        return words.TALK.format(way=name_of(turn, info), when=meeting_words(info.meeting))
    if not way_of(info).is_choice:
        return words.WITH_ORDER.format(way=name_of(turn, info))
    return words.OFFERED.format(form=rules.form_name(info.form), way=name_of(turn, info))


def answer_choices(info: GuidanceInfo) -> list[Choice]:
    """接受 and 不接受, or the one of them that would change the answer (R18); never for what goes with an order."""
    if not way_of(info).is_choice or info.minutes is not None:
        return []
    both = ((words.LABEL_ACCEPT, True), (words.LABEL_DECLINE, False))
    return [
        Choice(label, {"do": "guide_answer", "id": info.id, "accepts": accepts})
        for label, accepts in both
        if info.accepted is not accepts
    ]


async def notice(turn: Turn, info: GuidanceInfo, lead: str = "", more: str = "") -> Reply:
    """What the enterprise is told (R18, R19, R46): what, that it is voluntary, on what it rests, by whom.

    ``more``: a line of news about what it was told before, in place of the clauses, which it has.
    """
    case = await case_of(turn, info)
    return Reply.of(
        ("lead", lead or headline(turn, info)),
        ("list", "\n".join([*what(info), *([more] if more else [])])),
        ("note", limits(way_of(info), case)),
        ("citation", "" if more else await basis(turn, info, case)),
        ("note", await signature(turn, info)),
        choices=[*answer_choices(info), Choice(words.LABEL_ONE, {"do": "guide_one", "id": info.id}), *case_ways(info)],
    )


def what(info: GuidanceInfo) -> list[str]:
    """The enterprise with the content, and where a 约谈 is."""
    place = [words.PLACE.format(place=info.place)] if info.place else []
    return [f"{info.enterprise_name}：{info.content}", *place]


def case_ways(info: GuidanceInfo) -> list[Choice]:
    """The way to the case, if there is one."""
    return [Choice(LABEL_CASE, {"do": "case", "id": info.case})] if info.case else []


async def note(turn: Turn, info: GuidanceInfo, act: str, text: str) -> None:
    """Put what happened on the record: of the case, or of the enterprise where there is none (R28)."""
    data = {"guidance": info.id, "text": text}
    if info.case:
        await cases.note(turn.session, info.case, act, data, turn.speaker.person, turn.now)
    else:
        await chain.append(turn.session, chain.ENTERPRISES, info.enterprise, act, data, turn.speaker.person, turn.now)


async def tell(turn: Turn, info: GuidanceInfo, key: str, reply: Reply) -> int:
    """Tell every contact of the enterprise; on a case, nobody to tell marks it 未送达 (R42). Returns how many chats."""
    file = await cases.case_file(turn.session, info.case) if info.case else None
    if file is not None:
        return await common.tell_enterprise(turn, file, key, reply)
    told = 0
    for contact in await people.contacts_of(turn.session, info.enterprise):
        for channel, chat in await people.chats_of(turn.session, contact.person):
            await turn.send(channel, chat, f"{key}/{channel}/{chat}", reply)
            told += 1
    return told


async def tell_officer(turn: Turn, info: GuidanceInfo, key: str, reply: Reply) -> None:
    """Tell who gave the guidance, or who acts for them today."""
    office = await people.office(turn.session, info.office)
    if office is None or office.until:
        return
    for channel, chat in await people.chats_of(turn.session, await common.acting_person(turn, office)):
        await turn.send(channel, chat, f"{key}/{channel}/{chat}", reply)


def name_of(turn: Turn, info: GuidanceInfo) -> str:
    """What a way is called where the guidance was given (R2)."""
    return named(turn, way_of(info), info.jurisdiction)[0].name
