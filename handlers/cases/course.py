"""全过程 of a case (R28): its events line by line in the chat, and all of them as a page to print."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import looking, words
from handlers.answers import clipped
from handlers.cases.common import MENU, gone, seen, when
from handlers.cases.course_sheet import course_sheet
from handlers.cases.course_words import LABEL_PAGE, PAGE_MADE, PAGE_NOTE, Teller, essence, title
from handlers.messages import Act, Choice, Enclosure, Reply
from handlers.sheet import MIME
from handlers.turn import Acts, Turn
from storage import cases, evidence, people
from storage.chain import EventInfo

A_PAGE = 5
LONGEST = 60
"""So much of an event's words stands in the chat; the page has all of it."""


async def _course(turn: Turn, act: Act) -> Reply:
    """Five events, oldest first: when, what with the essential of it, who."""
    info = await seen(turn, act["id"])
    if info is None:
        return gone(turn)
    await looking.at_case(turn, info, "course")
    events = await cases.events(turn.session, info.id)
    teller = await _teller(turn, events)
    pages = max(1, -(-len(events) // A_PAGE))
    page = max(0, min(act.get("page", 0), pages - 1))
    lines = [_line(event, teller) for event in events[page * A_PAGE : (page + 1) * A_PAGE]]
    ways = [(words.LABEL_PREVIOUS, page - 1)] * (page > 0) + [(words.LABEL_NEXT, page + 1)] * (page < pages - 1)
    return Reply.of(
        ("lead", words.COURSE.format(number=info.number)),
        ("list", "\n".join(lines)),
        ("note", words.PAGE.format(page=page + 1, pages=pages) if pages > 1 else ""),
        choices=[
            *(Choice(label, {"do": "course", "id": info.id, "page": to}) for label, to in ways),
            Choice(LABEL_PAGE, {"do": "course_page", "id": info.id}),
            Choice(words.LABEL_CASE, {"do": "case", "id": info.id}),
            MENU,
        ],
    )


def _line(event: EventInfo, teller: Teller) -> str:
    said = clipped(essence(event, teller), LONGEST)
    return f"{when(event.at)} {title(event)}{'：' + said if said else ''}（{teller.who(event)}）"


async def _page(turn: Turn, act: Act) -> Reply:
    """整页查看: the whole course as one file that opens in a browser and prints."""
    info = await seen(turn, act["id"])
    if info is None:
        return gone(turn)
    await looking.at_case(turn, info, "whole")
    events = await cases.events(turn.session, info.id)
    found = await evidence.of_case(turn.session, info.id)
    teller = await _teller(turn, events)
    content = course_sheet(info, events, found, teller, _made(turn, teller))
    return Reply.of(
        ("lead", PAGE_MADE.format(number=info.number)),
        ("note", PAGE_NOTE),
        choices=[
            Choice(words.LABEL_COURSE, {"do": "course", "id": info.id}),
            Choice(words.LABEL_CASE, {"do": "case", "id": info.id}),
            MENU,
        ],
        files=[Enclosure(f"{info.number}全过程.html", MIME, content)],
    )


def _made(turn: Turn, teller: Teller) -> str:
    office = turn.speaker.office
    return f"{when(turn.now)} 生成，{teller.office_words(office) if office else '企业联系人'}查看"


async def _teller(turn: Turn, events: Sequence[EventInfo]) -> Teller:
    """Who the people of a course are: those who acted, and the offices that the acts name."""
    persons = {event.person for event in events if event.person is not None}
    held = {person: tuple(await people.offices_of(turn.session, person)) for person in persons}
    known = {office.id: office for offices in held.values() for office in offices}
    for id in _named(events) - known.keys():
        if office := await people.office(turn.session, id):
            known[id] = office
    return Teller(turn.speaker.role == "contact", held, known)


def _named(events: Sequence[EventInfo]) -> set[int]:
    found: set[int] = set()
    for event in events:
        _, officers = event.changes.get("officers", (None, None))
        found.update(id for id in officers or () if isinstance(id, int))
        if isinstance(event.data.get("to"), int):
            found.add(event.data["to"])
    return found


ACTS: Acts = {"course": _course, "course_page": _page}
