"""What is sent without being asked: an enforcement licence that ends in 30 or 7 days (R1). Due pushes of cases come later."""

from __future__ import annotations

import datetime as dt

from handlers import words
from handlers.flows.reading import day_words
from handlers.messages import Choice, Reply
from handlers.turn import CHINA, House, push
from storage import notices, people
from storage.database import Session

RUNGS = (30, 7)
FROM_HOUR, TO_HOUR = 8, 20
"""Pushes go out between these hours only (R41)."""


async def remind_of_licences(session: Session, house: House, now: dt.datetime) -> list[tuple[str, str]]:
    """Lay and send what is due of each licence, each rung once; a rung that was missed goes out late, not lost.

    Returns the chats that were written to.
    """
    local = now.astimezone(CHINA)
    if not FROM_HOUR <= local.hour < TO_HOUR:
        return []
    told = []
    for office in await people.licences_ending(session, local.date(), RUNGS[0], demo=house.demo):
        assert office.licence_until is not None
        days = (office.licence_until - local.date()).days
        rung = min(rung for rung in RUNGS if days <= rung)
        chats = await people.chats_of(session, office.person)
        kind = f"licence-{rung}"
        if not chats or not await notices.lay(session, kind, office.id, office.licence_until, office.person, now):
            continue
        reply = Reply.of(
            ("lead", words.LICENCE_ENDS.format(days=days, day=day_words(office.licence_until))),
            ("text", words.LICENCE_ENDS_NEXT),
            choices=[Choice(words.LABEL_MY_OFFICE, {"do": "my_office"})],
        )
        for channel, chat in chats:
            key = f"{kind}/{office.id}/{office.licence_until}/{channel}/{chat}"
            await push(session, house, channel, chat, key, reply, now)
            told.append((channel, chat))
    return told
