"""What the clock does for 约谈: both sides are reminded once, the working day before at 09:00 (R37, R41)."""

from __future__ import annotations

import datetime as dt

from handlers.cases.common import MENU, acting_for
from handlers.flows.offices import signed
from handlers.guidance import words
from handlers.guidance.common import answer_choices, meeting_words, what
from handlers.messages import Choice, Reply
from handlers.turn import CHINA, House, push
from knowledge.procedure.ladder import window
from knowledge.workdays import workday_before
from storage import guidance, notices, people
from storage.database import Session
from storage.guidance import GuidanceInfo
from storage.people import Office

AT = dt.time(9)
AHEAD = dt.timedelta(days=14)
"""A working day before lies within so many days, also over the longest holidays."""
Told = list[tuple[str, str]]


def due(meeting: dt.datetime) -> dt.datetime:
    """When a 约谈 is reminded of: the working day before it, at 09:00."""
    return dt.datetime.combine(workday_before(meeting.astimezone(CHINA).date(), 1).day, AT, CHINA)


async def remind_of_meetings(session: Session, house: House, now: dt.datetime) -> Told:
    """Remind of every 约谈 that is due for it and was not declined; late rather than not. Returns the chats written to.

    One that was arranged or moved after its time to be reminded of has just been told and is not repeated.
    """
    if window(now) > now:
        return []
    told: Told = []
    for info, settled in await guidance.meetings(session, now, now + AHEAD):
        assert info.meeting is not None
        if not settled < due(info.meeting) <= now:
            continue
        office = await people.office(session, info.office)
        if office is None:
            continue
        contacts = [contact.person for contact in await people.contacts_of(session, info.enterprise)]
        for person in contacts:
            told += await _remind(session, house, info, person, _of_contact(info, office), now)
        if office.until is None:
            acting = await acting_for(session, office, now.astimezone(CHINA).date())
            told += await _remind(session, house, info, acting, _of_officer(info), now)
    return told


async def _remind(
    session: Session, house: House, info: GuidanceInfo, person: int, reply: Reply, now: dt.datetime
) -> Told:
    assert info.meeting is not None
    day = info.meeting.astimezone(CHINA).date()
    chats = await people.chats_of(session, person)
    if not chats or not await notices.lay(session, "meeting", info.id, day, person, now):
        return []
    for channel, chat in chats:
        await push(session, house, channel, chat, f"meeting/{info.id}/{day}/{channel}/{chat}", reply, now)
    return chats


def _lead(info: GuidanceInfo) -> str:
    assert info.meeting is not None
    return words.REMIND.format(when=meeting_words(info.meeting))


def _of_contact(info: GuidanceInfo, office: Office) -> Reply:
    return Reply.of(
        ("lead", _lead(info)),
        ("list", "\n".join(what(info))),
        ("note", words.REMIND_FREE),
        ("note", signed(office)),
        choices=[*answer_choices(info), Choice(words.LABEL_ONE, {"do": "guide_one", "id": info.id})],
    )


def _of_officer(info: GuidanceInfo) -> Reply:
    return Reply.of(
        ("lead", _lead(info)),
        ("list", "\n".join([*what(info), words.ANSWERS[info.accepted]])),
        choices=[Choice(words.LABEL_ONE, {"do": "guide_one", "id": info.id}), MENU],
    )
