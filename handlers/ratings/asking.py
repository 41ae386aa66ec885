"""Asking for a rating (R47): once for each visit, closing and answered request, at most one push a day (R41)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from handlers.messages import MAX_CHOICES, Choice, Reply
from handlers.ratings import words
from handlers.turn import CHINA, House, Turn, push
from handlers.words import LABEL_MENU
from knowledge.procedure.ladder import window
from storage import cases, guidance, notices, people, ratings
from storage.cases import CaseInfo
from storage.database import Session
from storage.ratings import RatingInfo

MENU = Choice(LABEL_MENU, {"do": "menu"})
AT_ONCE = MAX_CHOICES - 2
"""So many are asked about in one message; the others wait for the next day."""
Told = list[tuple[str, str]]


async def ask_rating(
    turn: Turn,
    *,
    about: str,
    subject: int,
    ordinal: int,
    office: int | None,
    jurisdiction: str,
    department: str,
    way: str | None = None,
    to: Iterable[tuple[str, str, int | None]],
) -> None:
    """Ask ``(channel, chat, person)`` to rate: now, or on the first day and at the first hour that R41 allows.

    ``about``: visit, closing or request; ``subject``: the case or request, ``ordinal`` counts within it. ``office`` is who is
    rated, ``way`` the way of guidance. Asked twice, it is one request.
    """
    chats = list(to)
    laid = await ratings.lay(
        turn.session,
        about=about,
        subject=subject,
        ordinal=ordinal,
        office=office,
        jurisdiction=jurisdiction,
        department=department,
        way=way,
        to=chats,
        now=turn.now,
    )
    if laid:
        await send_waiting(turn.session, turn.house, turn.now, [(channel, chat) for channel, chat, _ in chats])


async def ask_about_case(turn: Turn, info: CaseInfo, about: str) -> None:
    """After a visit or a closing: every contact of the enterprise is asked in each of their chats."""
    act = {"visit": "visit", "closing": "close"}[about]
    times = sum(event.act == act for event in await cases.events(turn.session, info.id))
    own = turn.speaker.office
    contacts = await people.contacts_of(turn.session, info.enterprise)
    await ask_rating(
        turn,
        about=about,
        subject=info.id,
        ordinal=times,
        office=own.id if own else info.office,
        jurisdiction=info.jurisdiction,
        department=info.department,
        way=await guidance.way_of_case(turn.session, info.id),
        to=[
            (*chat, contact.person)
            for contact in contacts
            for chat in await people.chats_of(turn.session, contact.person)
        ],
    )


async def send_waiting(
    session: Session, house: House, now: dt.datetime, chats: Sequence[tuple[str, str]] | None = None
) -> Told:
    """Send what waits to be asked (of these chats, or of all), several for one chat as one message.

    Only to whoever had no such push today (R41).

    At night nothing goes out, on any channel. Returns the chats that were written to.
    """
    if window(now) > now:
        return []
    day = now.astimezone(CHINA).date()
    waiting = await ratings.untold(session, day, chats)
    persons = sorted({one.person for one in waiting if one.person is not None})
    allowed = {person for person in persons if await notices.lay_daily(session, person, day, now)}
    by_chat: dict[tuple[str, str], list[RatingInfo]] = {}
    for one in waiting:
        if one.person is None or one.person in allowed:
            by_chat.setdefault((one.channel, one.chat), []).append(one)
    for (channel, chat), own in by_chat.items():
        asked = own[:AT_ONCE]
        reply = request(asked[0]) if len(asked) == 1 else _several(asked)
        await push(session, house, channel, chat, f"rating/{asked[0].id}/{channel}/{chat}", reply, now)
        await ratings.mark_told(session, [one.id for one in asked], now)
    return list(by_chat)


def request(asked: RatingInfo, id: int | None = None) -> Reply:
    """The request to rate one thing: five buttons, each with its words, so that a number typed is the score.

    ``id``: of the row that this chat was asked with, where another one keeps the rating.
    """
    return Reply.of(
        ("lead", words.ASK[asked.about]),
        ("text", words.ASK_WHAT.format(number=asked.number, department=asked.department)),
        ("note", words.ASK_HOW),
        choices=[
            Choice(words.label(score), {"do": "rate", "id": id or asked.id, "score": score}) for score in words.SCORES
        ],
    )


def _several(asked: Sequence[RatingInfo]) -> Reply:
    lines = [f"{n}. {words.ABOUT[one.about]}：{one.number}" for n, one in enumerate(asked, 1)]
    choices = [Choice(f"{n}.{words.ABOUT[one.about]}", {"do": "rate", "id": one.id}) for n, one in enumerate(asked, 1)]
    return Reply.of(
        ("lead", words.ASK_MANY.format(count=len(asked))),
        ("list", "\n".join(lines)),
        ("note", words.ASK_HOW),
        choices=[*choices, MENU],
    )
