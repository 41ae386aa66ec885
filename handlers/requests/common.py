"""What every act on a request needs: who may see it, who is told, whose words it carries, and how it reads in a line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from handlers import greeting
from handlers import words as house_words
from handlers.answers import short
from handlers.cases.common import acting_person, with_weekday
from handlers.flows.offices import signed
from handlers.messages import Choice, Enclosure, Reply
from handlers.requests import words
from handlers.turn import CHINA, Turn
from knowledge.workdays import add_workdays, workdays_between
from knowledge.worktime import add_worktime
from storage import people, requests
from storage.people import Office
from storage.requests import RequestInfo

MENU = Choice(house_words.LABEL_MENU, {"do": "menu"})
ANSWER_WITHIN = 2
"""Working days to the first answer (R50), and to the next one after 没解决."""
HOLD_MINUTES, REOPEN_DAYS, CLOSE_DAYS = 30, 30, 7
ASSIGNERS = ("admin", "legal")
"""Who sees the requests of a whole place, and gives those without a department to one."""


def due_from(day: dt.date) -> dt.date:
    """By when a request of this day is owed an answer (R50)."""
    return add_workdays(day, ANSWER_WITHIN).day


def hold_until(turn: Turn) -> dt.datetime:
    """Until when an officer who takes or answers now has a request in hand."""
    return add_worktime(turn.now, turn.house.settings.get("request_hold_minutes", HOLD_MINUTES))


def close_days(turn: Turn) -> int:
    """After so many days without a word to an answer a request is closed."""
    return turn.house.settings.get("request_close_days", CLOSE_DAYS)


def reopen_days(turn: Turn) -> int:
    """For so many days after a request was closed 没解决 opens it again."""
    return turn.house.settings.get("reopen_days", REOPEN_DAYS)


def time_words(at: dt.datetime, today: dt.date) -> str:
    """A moment as a person reads it: 10:30, on another day with the day before it."""
    local = at.astimezone(CHINA)
    clock = local.strftime("%H:%M")
    return clock if local.date() == today else f"{local.month}月{local.day}日{clock}"


def is_mine(turn: Turn, info: RequestInfo) -> bool:
    """Whether the speaker asked it: in this chat, or as the same person in another."""
    own = (info.channel, info.chat) == (turn.incoming.channel, turn.incoming.chat)
    return own or (info.person is not None and info.person == turn.speaker.person)


def is_of_office(turn: Turn, info: RequestInfo) -> bool:
    """Whether the speaker's office may see it (R1): an officer's of their department, the others' of their place."""
    office = turn.speaker.office
    if office is None or office.jurisdiction != info.jurisdiction:
        return False
    return office.role != "officer" or office.department == info.department


async def seen(turn: Turn, id: int, *, lock: bool = False) -> RequestInfo | None:
    """A request that the speaker may see."""
    info = await requests.request(turn.session, id, lock=lock)
    return info if info and (is_mine(turn, info) or is_of_office(turn, info)) else None


def gone(turn: Turn) -> Reply:
    """What is said of a request that is not there, or not theirs."""
    return greeting.menu(turn, words.GONE)


def state_words(info: RequestInfo) -> str:
    """The state in a few words."""
    return words.STATES["taken" if info.holder and info.is_open else info.state]


def due_words(info: RequestInfo, today: dt.date) -> str:
    """How much time an answer has: 还有2个工作日, 今天到期, 已逾期1个工作日."""
    if info.due == today:
        return words.LAST_DAY
    if info.due < today:
        return words.LATE.format(days=max(workdays_between(info.due, today), 1))
    return words.DAYS_LEFT.format(days=workdays_between(today, info.due))


def line(info: RequestInfo, today: dt.date) -> str:
    """A request in a line of a list."""
    due = f"，{due_words(info, today)}" if info.is_open else ""
    return f"{info.number} {short(info.question, 24)}（{state_words(info)}{due}）"


def signature(office: Office) -> str:
    """Who is acting (R46), with the department and licence."""
    return signed(office)


async def signed_by_holder(turn: Turn, info: RequestInfo) -> str:
    """Who has the request in hand: 示例市场监管局张示例."""
    office = await people.office(turn.session, info.holder) if info.holder else None
    return f"{office.department}{office.name}" if office else info.department or words.BY_ADMIN


async def tell_asker(turn: Turn, info: RequestInfo, what: str, reply: Reply) -> bool:
    """Tell who asked, once for each state of the request; ``False`` when they erased it."""
    if info.is_erased:
        return False
    key = f"request/{info.id}/{info.version}/{what}/{info.channel}/{info.chat}"
    await turn.send(info.channel, info.chat, key, reply)
    return True


async def tell_offices(turn: Turn, offices: Iterable[Office], key: str, reply: Reply) -> int:
    """Tell each office's holder or delegate, each chat once, the speaker's own left out; returns how many persons."""
    persons = {await acting_person(turn, office) for office in offices}
    for person in sorted(persons):
        for channel, chat in await people.chats_of(turn.session, person):
            if (channel, chat) != (turn.incoming.channel, turn.incoming.chat):
                await turn.send(channel, chat, f"{key}/{person}/{channel}/{chat}", reply)
    return len(persons)


async def responsible(turn: Turn, info: RequestInfo) -> list[Office]:
    """Who a request waits for: who has it in hand, else the department's officers, else those who assign."""
    if info.holder:
        held = await people.office(turn.session, info.holder)
        if held and held.until is None:
            return [held]
    if info.department:
        officers = await people.offices(
            turn.session,
            jurisdiction=info.jurisdiction,
            department=info.department,
            role="officer",
            demo=turn.house.demo,
        )
        if officers:
            return officers
    return await assigners(turn, info.jurisdiction)


async def assigners(turn: Turn, jurisdiction: str) -> list[Office]:
    """Those of a place who give requests to departments by hand."""
    found = await people.offices(turn.session, jurisdiction=jurisdiction, demo=turn.house.demo)
    return [office for office in found if office.role in ASSIGNERS]


async def tell_responsible(
    turn: Turn, info: RequestInfo, what: str, lead: str, *, files: tuple[Enclosure, ...] = ()
) -> int:
    """Tell those a request waits for; returns how many."""
    reply = Reply.of(
        ("lead", lead),
        ("quote", excerpt(info.question)),
        choices=[Choice(words.LABEL_REQUEST, {"do": "request", "id": info.id}), MENU],
        files=files,
    )
    offices = await responsible(turn, info)
    return await tell_offices(turn, offices, f"request/{info.id}/{info.version}/{what}", reply)


def excerpt(text: str, length: int = 160) -> str:
    """A text for a card: whole where it is short."""
    return text if len(text) <= length else f"{text[:length]}……（共{len(text)}字）"


def day_words(day: dt.date) -> str:
    """A due day with its weekday (R38)."""
    return with_weekday(day)
