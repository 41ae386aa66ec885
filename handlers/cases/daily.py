"""每日一卡: each working day from nine on, one card by exception – late, without an officer, extended more than once – never empty (R41)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from handlers.cases import common
from handlers.cases import desk_words as words
from handlers.cases.urgency import extended, is_key, late_days
from handlers.messages import Choice, Reply
from handlers.ratings.tasks import mention_low
from handlers.turn import CHINA, Turn, push
from knowledge.procedure.ladder import UNTIL
from knowledge.workdays import is_workday
from storage import cases, instructions, notices, people, reminders
from storage.cases import CaseInfo
from storage.instructions import InstructionInfo
from storage.people import Office

KIND = "daily_card"
"""Kept for each office and day that was looked at, so that nobody looks again before the next one."""
AT = dt.time(9)
ROLES = ("officer", "liaison", "leader", "supervisor")
AT_ONCE = 50
MANY = 5000
NAMED = 3
"""So many departments are named in a line."""
Told = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """What is open in a jurisdiction this morning."""

    cases: Sequence[CaseInfo]
    unowned: Sequence[CaseInfo]
    instructed: Sequence[InstructionInfo]


@dataclass(slots=True)
class Card:
    """One card: its lines, the cases that it speaks of, whether any of it is about a deadline, and its ways."""

    lines: list[str] = field(default_factory=list)
    cases: set[int] = field(default_factory=set)
    is_deadline: bool = False
    ways: list[Choice] = field(default_factory=list)

    def says(self, found: Iterable[int], line: str, *, is_deadline: bool = False, way: Choice | None = None) -> None:
        """Add a line about these cases; none about nothing."""
        about = set(found)
        if not about:
            return
        self.lines.append(line)
        self.cases |= about
        self.is_deadline |= is_deadline
        if way and way not in self.ways:
            self.ways.append(way)

    def reply(self) -> Reply:
        return Reply.of(
            ("lead", words.CARD.format(count=len(self.cases))),
            ("list", "\n".join(self.lines)),
            choices=[*self.ways, common.MENU],
        )


async def send_cards(turn: Turn) -> tuple[int, Told]:
    """Send some of what is due this morning; each office once a day, by whoever is first.

    The offices of one place at a time, so that nobody else waits long for the transaction. Returns how many were looked at,
    none when all were, and the chats written to.
    """
    local = turn.now.astimezone(CHINA)
    if not (AT <= local.time() < UNTIL and is_workday(local.date())):
        return 0, []
    told: Told = []
    everybody = await people.offices(turn.session, demo=turn.house.demo)
    seen = await notices.laid_on(turn.session, KIND, local.date())
    waiting = [office for office in _one_each(everybody) if office.role in ROLES and office.id not in seen]
    if not waiting:
        return 0, []
    of_place = [office for office in waiting if office.jurisdiction == waiting[0].jurisdiction][:AT_ONCE]
    place = await _place(turn, waiting[0].jurisdiction)
    for office in of_place:
        if not await notices.lay(turn.session, KIND, office.id, local.date(), office.person, turn.now):
            continue
        told += await _send(turn, office, everybody, place)
    return len(of_place), told


def _one_each(offices: Sequence[Office]) -> list[Office]:
    """Of several offices of one person the newest counts, as in the conversation."""
    return list({office.person: office for office in sorted(offices, key=lambda office: office.id)}.values())


async def _place(turn: Turn, jurisdiction: str) -> Place:
    found = await cases.of_department(turn.session, jurisdiction, None, limit=MANY)
    for info in found:
        await _remind_on(turn, info)
    return Place(
        found,
        await cases.unowned(turn.session, jurisdiction, None),
        await instructions.of_jurisdiction(turn.session, jurisdiction, before=turn.today, limit=MANY),
    )


async def _remind_on(turn: Turn, info: CaseInfo) -> None:
    """The daily rungs of a visit that is long overdue go on."""
    is_late = info.case.visit_due is not None and info.case.visit_due < turn.today
    if info.case.awaits_visit and is_late and not await reminders.waiting_for(turn.session, info.id):
        await common.lay_ladder(turn, info)


async def _send(turn: Turn, office: Office, everybody: Sequence[Office], place: Place) -> Told:
    if office.is_on_leave(turn.today) and office.delegate:
        return []  # the delegate's card has it
    acting = [office.id, *(o.id for o in everybody if o.delegate == office.id and o.is_on_leave(turn.today))]
    card = (
        _officer(office, acting, place, turn.today) if office.role == "officer" else _above(office, place, turn.today)
    )
    if not card.lines:
        return []
    is_first = await notices.lay_daily(turn.session, office.person, turn.today, turn.now)
    if not (is_first or card.is_deadline):
        return []
    if office.role == "supervisor" and (low := await mention_low(turn.session, office, turn.now)):
        card.lines.append(low[0])
        card.ways.append(low[1])
    chats = await people.chats_of(turn.session, office.person)
    for channel, chat in chats:
        key = f"{KIND}/{office.id}/{turn.today.isoformat()}/{channel}/{chat}"
        await push(turn.session, turn.house, channel, chat, key, card.reply(), turn.now)
    return chats


def _ids(found: Iterable[CaseInfo], holds: Callable[[CaseInfo], bool]) -> list[int]:
    return [info.id for info in found if holds(info)]


def _officer(office: Office, acting: Sequence[int], place: Place, day: dt.date) -> Card:
    """Own cases, and what nobody in the department answers for."""
    own = [info for info in place.cases if info.office in acting]
    card = Card(ways=[Choice(words.LABEL_TODO, {"do": "todo"})])
    late = {info.id: days for info in own if (days := late_days(info.case, day))}
    card.says(
        late,
        words.CARD_LATE.format(count=len(late), days=max(late.values(), default=0)),
        is_deadline=True,
        way=Choice(words.LABEL_OVERDUE, {"do": "overdue"}),
    )
    instructed = [one.case for one in place.instructed if one.holder in acting]
    card.says(
        instructed,
        words.CARD_INSTRUCTED.format(count=len(instructed)),
        is_deadline=True,
        way=Choice(words.LABEL_INSTRUCTIONS, {"do": "instructions"}),
    )
    visits = _ids(own, lambda c: c.case.awaits_visit and c.case.visit_due is not None and c.case.visit_due < day)
    card.says(visits, words.CARD_VISITS.format(count=len(visits)), is_deadline=True)
    undiagnosed = _ids(own, lambda c: c.case.stage == "logged" and c.case.opened < day)
    card.says(undiagnosed, words.CARD_UNDIAGNOSED.format(count=len(undiagnosed)))
    unreached = _ids(own, lambda c: c.undelivered)
    card.says(unreached, words.CARD_UNREACHED.format(count=len(unreached)))
    longer = _ids(own, lambda c: extended(c.case) > 1)
    card.says(longer, words.CARD_EXTENDED.format(count=len(longer)))
    left = _ids(place.unowned, lambda c: c.department == office.department)
    card.says(
        left,
        words.CARD_UNOWNED.format(count=len(left)),
        way=Choice(words.LABEL_UNOWNED, {"do": "unowned"}),
    )
    return card


def _above(office: Office, place: Place, day: dt.date) -> Card:
    """The whole jurisdiction, by department where it matters who."""
    card = Card()
    late = [info for info in place.cases if late_days(info.case, day)]
    counted = Counter(info.department for info in late).most_common(NAMED)
    named = "，".join(words.CARD_DEPARTMENT.format(department=name, count=count) for name, count in counted)
    card.says(
        [info.id for info in late],
        words.CARD_LATE_IN.format(count=len(late), departments=named),
        is_deadline=True,
        way=Choice(words.LABEL_OVERDUE, {"do": "overdue"}),
    )
    if office.role != "liaison":
        _for_those_who_instruct(card, office, place, day)
    card.says([info.id for info in place.unowned], words.CARD_UNOWNED.format(count=len(place.unowned)))
    longer = _ids(place.cases, lambda c: extended(c.case) > 1)
    card.says(longer, words.CARD_EXTENDED.format(count=len(longer)))
    return card


def _for_those_who_instruct(card: Card, office: Office, place: Place, day: dt.date) -> None:
    key = _ids(place.cases, lambda c: is_key(c.case, day))
    card.says(
        key,
        words.CARD_KEY.format(count=len(key)),
        is_deadline=True,
        way=Choice(words.LABEL_KEY, {"do": "key_cases"}),
    )
    mine = [one.case for one in place.instructed if office.role == "supervisor" or one.office == office.id]
    card.says(
        mine,
        words.CARD_INSTRUCTED.format(count=len(mine)),
        is_deadline=True,
        way=Choice(words.LABEL_INSTRUCTIONS, {"do": "instructions"}),
    )
