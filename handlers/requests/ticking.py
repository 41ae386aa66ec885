"""What the clock does for requests (R50, R51): holds that ran out, answers that are late, the weekly list of gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from handlers.cases.common import acting_person
from handlers.messages import Choice, Reply
from handlers.requests import words
from handlers.requests.common import MENU, close_days, responsible, tell_asker, tell_offices
from handlers.requests.desk import returned_reply
from handlers.requests.following import close_silent
from handlers.requests.gaps import WEEK, Gaps, count, gaps, listed, own
from handlers.turn import CHINA, Turn
from knowledge.procedure.ladder import UNTIL, Push, digest, window
from knowledge.workdays import workdays_between
from storage import notices, people, requests
from storage.people import Office
from storage.requests import RequestInfo

ABOVE = ("liaison", "leader")
"""Who is told on the second working day that an answer is late."""
GAPS_FROM = dt.time(9)
GAPS = "gaps"
"""Kept for each office and week that was looked at."""
Told = list[tuple[str, str]]


async def give_back_held(turn: Turn) -> Told:
    """Put back into the queue what was held for too long, or by somebody who left office; the asker is told (R50).

    Returns the chats of those who asked.
    """
    told: Told = []
    for info in await requests.let_go(turn.session, turn.now):
        assert info.holder is not None
        office = await people.office(turn.session, info.holder)
        if not await requests.give_back(turn.session, info.id, info.holder, "", None, turn.now):
            continue
        fresh = await requests.request(turn.session, info.id)
        assert fresh is not None
        await tell_asker(turn, fresh, "returned", returned_reply(fresh))
        if fresh.is_open and office and office.until is None:
            see = Choice(words.LABEL_REQUEST, {"do": "request", "id": info.id})
            over = Reply.of(("lead", words.HOLD_OVER.format(number=info.number)), choices=[see, MENU])
            await tell_offices(turn, [office], f"request/{info.id}/{fresh.version}/over", over)
        told.append((info.channel, info.chat))
    return told


async def close_unanswered(turn: Turn) -> Told:
    """Close what was answered days ago and nobody said a word to (R50); between 08:00 and 20:00 (R41). Returns the chats."""
    if window(turn.now) > turn.now:
        return []
    found = await requests.silent(turn.session, turn.now - dt.timedelta(days=close_days(turn)))
    for info in found:
        await close_silent(turn, info)
    return [(info.channel, info.chat) for info in found]


async def tell_late(turn: Turn) -> Told:
    """Tell the department's officers of a late answer, the next working day liaison and leader too; each once (R50).

    Outside 08:00–20:00 nothing goes out (R41). Three or more for one chat are one message. Returns the chats.
    """
    if window(turn.now) > turn.now:
        return []
    pushes: list[Push[tuple[str, str, RequestInfo]]] = []
    for info in await requests.overdue(turn.session, turn.today):
        days = workdays_between(info.due, turn.today)
        for rung, offices in ((1, await responsible(turn, info)), (2, await _above(turn, info))):
            if days < rung:
                continue
            for person in sorted({await acting_person(turn, office) for office in offices}):
                if await notices.lay(turn.session, f"request-late-{rung}", info.id, info.due, person, turn.now):
                    for channel, chat in await people.chats_of(turn.session, person):
                        pushes.append(Push(f"{channel}/{chat}", True, (channel, chat, info)))
    told: Told = []
    for group in digest(pushes):
        channel, chat, first = group[0].ref
        found = list({push.ref[2].id: push.ref[2] for push in group}.values())
        key = f"request-late/{first.id}/{turn.today.isoformat()}/{len(found)}/{channel}/{chat}"
        await turn.send(channel, chat, key, _late(found, turn.today))
        told.append((channel, chat))
    return told


async def _above(turn: Turn, info: RequestInfo) -> list[Office]:
    found = await people.offices(turn.session, jurisdiction=info.jurisdiction, demo=turn.house.demo)
    return [office for office in found if office.role in ABOVE]


def _late(found: list[RequestInfo], today: dt.date) -> Reply:
    lines = [
        words.LATE_ONE.format(number=info.number, days=max(workdays_between(info.due, today), 1)) for info in found
    ]
    if len(found) == 1:
        see = Choice(words.LABEL_REQUEST, {"do": "request", "id": found[0].id})
        return Reply.of(("lead", lines[0]), ("quote", found[0].question[:160]), choices=[see, MENU])
    return Reply.of(
        ("lead", words.LATE_MANY.format(count=len(found))),
        ("list", "\n".join(f"{n}. {line}" for n, line in enumerate(lines[:8], 1))),
        choices=[Choice(words.LABEL_REQUESTS, {"do": "requests"}), MENU],
    )


async def tell_gaps(turn: Turn) -> Told:
    """From Monday 09:00 on what found nothing last week, by department, to legal and the department's officers, once.

    About no deadline: whoever has had such a push today gets it on the next day of the week (R41). Whoever has no gaps
    is told nothing. Returns the chats that were written to.
    """
    local = turn.now.astimezone(CHINA)
    if not GAPS_FROM <= local.time() < UNTIL:
        return []
    monday = local.date() - dt.timedelta(days=local.weekday())
    until = dt.datetime.combine(monday, dt.time(), CHINA)
    done = await notices.laid_on(turn.session, GAPS, monday)
    busy = await notices.told_today(turn.session, local.date())
    held = [o for o in await people.offices(turn.session, demo=turn.house.demo) if o.role in ("officer", "legal")]
    waiting = [office for office in held if office.id not in done and office.person not in busy]
    told: Told = []
    for place in sorted({office.jurisdiction for office in waiting}):
        found = await gaps(turn.session, turn.knowledge, place, until - WEEK, until)
        told += await _send_gaps(turn, [office for office in waiting if office.jurisdiction == place], found, monday)
    return told


async def _send_gaps(turn: Turn, offices: Iterable[Office], found: Gaps, monday: dt.date) -> Told:
    told: Told = []
    for office in offices:
        mine = own(found, office)
        if mine and not await notices.lay_daily(turn.session, office.person, turn.today, turn.now):
            continue
        if not await notices.lay(turn.session, GAPS, office.id, monday, office.person, turn.now) or not mine:
            continue
        reply = listed(mine, words.GAPS_WEEK.format(count=count(mine)))
        for channel, chat in await people.chats_of(turn.session, office.person):
            await turn.send(channel, chat, f"gaps/{office.id}/{monday.isoformat()}/{channel}/{chat}", reply)
            told.append((channel, chat))
    return told
