"""What the clock does for cases: due reminders (R39, R41) and escalation (R40). No message is answered here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from handlers import words
from handlers.cases import desk_words
from handlers.cases.common import MENU, acting_for, headline, lay_ladder, send_copies, tell_ordered, with_weekday
from handlers.messages import Choice, Incoming, Reply
from handlers.pledges import lines as pledge_lines
from handlers.turn import CHINA, House, Letter, Turn, push_all
from knowledge.procedure import acts
from knowledge.procedure.ladder import PROMISE, VISIT, Push, digest, window
from knowledge.procedure.results import Done
from knowledge.procedure.steps import step
from knowledge.workdays import workdays_between
from storage import cases, chats, people, reminders
from storage.cases import CaseInfo
from storage.database import Session
from storage.people import GUEST
from storage.reminders import ReminderInfo

BATCH = 500
AT_ONCE = 100
"""So many overdue cases are looked at in one transaction."""
Last = tuple[dt.date, int]
"""The due day and id of the case that a part ended with."""
Told = list[tuple[str, str]]


async def send_due(session: Session, house: House, now: dt.datetime) -> tuple[int, Told]:
    """Claim what is due and write it out, three or more for one chat as one; outside 08:00–20:00 nothing (R41).

    A reminder whose case moved on meanwhile is dropped: evidence was handed in, the day was put off. Returns how many
    were claimed – fewer than ``BATCH`` when no more are due – and the chats that were written to.
    """
    if window(now) > now:
        return 0, []
    claimed = await reminders.claim_due(session, now, BATCH)
    pushes: dict[tuple[object, ...], Push[tuple[str, str, ReminderInfo, CaseInfo]]] = {}
    files = await cases.case_files(session, [one.case for one in claimed])
    persons = await _for_whom(session, house, claimed, files, now.astimezone(CHINA).date())
    chats_of = await people.chats_of_all(session, [person for person in persons.values() if person is not None])
    for one in claimed:
        info = files[one.case]
        if not _still_counts(one, info):
            continue
        for channel, chat in chats_of.get(persons[one.id] or 0, ()):
            about = (channel, chat, one.case, one.due, _family(one))  # of those that a clock at rest left behind one
            pushes[about] = Push(f"{channel}/{chat}", True, (channel, chat, one, info))
    letters: list[Letter] = []
    for group in digest(list(pushes.values())):
        channel, chat, first, info = group[0].ref
        reply = _one(first, info, house, now) if len(group) == 1 else _digest([p.ref[2:] for p in group], now)
        letters.append(Letter(channel, chat, f"reminder/{first.id}/{channel}/{chat}", reply))
    await push_all(session, house, letters, now)
    await reminders.mark_sent(session, [one.id for one in claimed], now)
    return len(claimed), [(letter.channel, letter.chat) for letter in letters]


async def _for_whom(
    session: Session, house: House, claimed: Sequence[ReminderInfo], files: Mapping[int, CaseInfo], day: dt.date
) -> dict[int, int | None]:
    """Whom each reminder goes to, as things are when it goes out: a contact who still is one, who acts for the officer."""
    contacts = await people.contact_pairs(session, {info.enterprise for info in files.values()})
    offices = {office.id: office for office in await people.offices_by_id(session, {i.office for i in files.values()})}
    acting = {
        office.id: None if office.until else await acting_for(session, office, day) for office in offices.values()
    }
    return {
        one.id: acting.get(files[one.case].office)
        if house.ladder.is_to_officer(one.kind)
        else (one.person if (files[one.case].enterprise, one.person) in contacts else None)
        for one in claimed
    }


def _family(one: ReminderInfo) -> str:
    """What a reminder is about, besides its case and day: the visit, a promise, the case."""
    return next((kind for kind in (VISIT, PROMISE) if one.kind.startswith(kind)), "")


def _still_counts(one: ReminderInfo, info: CaseInfo) -> bool:
    """Whether what a reminder is about still waits, by the same day."""
    if one.kind.startswith(VISIT):
        return info.case.awaits_visit and info.case.visit_due == one.due
    if one.kind.startswith(PROMISE):
        return bool(pledge_lines.due_on(info.case, one.due))
    return info.case.turn == "enterprise" and info.case.due == one.due


def _one(one: ReminderInfo, info: CaseInfo, house: House, now: dt.datetime) -> Reply:
    """A reminder: what, which case, the day and the days left, the button to act, the contact."""
    case = Choice(words.LABEL_CASE, {"do": "case", "id": info.id})
    if one.kind.startswith(VISIT):
        choices = [Choice(words.LABEL_VISIT, {"do": "visit", "id": info.id}), case]
    elif house.ladder.is_to_officer(one.kind):
        choices = [case]
    else:
        choices = [Choice(words.LABEL_SUBMIT, {"do": "submit_evidence", "id": info.id}), case]
    return Reply.of(
        ("lead", _lead(one, info, now)),
        ("text", f"{info.enterprise_name}：{info.case.must_correct or info.problem}"),
        ("list", pledge_lines.named(pledge_lines.due_on(info.case, one.due))),
        ("note", f"承办：{info.department}{info.officer_name}"),
        choices=choices,
    )


def _digest(found: list[tuple[ReminderInfo, CaseInfo]], now: dt.datetime) -> Reply:
    lines = [f"{n}. {_lead(one, info, now)}{info.enterprise_name}" for n, (one, info) in enumerate(found, 1)]
    choices = [Choice(f"{n}.看案件", {"do": "case", "id": info.id}) for n, (_, info) in enumerate(found[:6], 1)]
    return Reply.of(
        ("lead", words.REMIND_DIGEST.format(count=len(found))), ("list", "\n".join(lines)), choices=[*choices, MENU]
    )


def _lead(one: ReminderInfo, info: CaseInfo, now: dt.datetime) -> str:
    today, due = now.astimezone(CHINA).date(), one.due
    day = with_weekday(due)
    if one.kind.startswith(VISIT):
        said = desk_words.VISIT_REMIND_LATE if today > due else desk_words.VISIT_REMIND
        return said.format(number=info.number, day=day)
    if one.kind.startswith(PROMISE):
        return pledge_lines.reminding(info, due, now)
    if today > due:
        return words.REMIND_LATE.format(number=info.number, day=day)
    if today == due:
        return words.REMIND_TODAY.format(number=info.number, day=day)
    return words.REMIND_BEFORE.format(number=info.number, day=day, days=workdays_between(today, due))


async def escalate(
    session: Session, house: House, turn_of: Turn, now: dt.datetime, after: Last | None = None
) -> Last | None:
    """Step the overdue cases up that are due for it (R40), each rung once, on the record; at night nothing (R41).

    A part of them at a time, longest overdue first: returns where the next part begins, ``None`` after the last one.
    """
    if window(now) > now:
        return None
    late = await cases.late(session, now.astimezone(CHINA).date(), AT_ONCE, after)
    reminded = await reminders.cases_with_waiting(session, [info.id for info in late])
    for info in late:
        if info.id not in reminded:
            await lay_ladder(turn_of, info)  # the daily rung to the officer goes on
        done = step(info.case, acts.Escalate(), now.astimezone(CHINA).date())
        if not isinstance(done, Done):
            continue
        data = {"to": list(done.copies), "state": headline(done.case)}
        new = await cases.record(session, info, done.case, "escalate", data, None, now)
        await send_copies(turn_of, new, done.copies)
        await tell_ordered(turn_of, info, new)
    return (late[-1].case.due, late[-1].id) if len(late) == AT_ONCE and late[-1].case.due else None


def clock_turn(session: Session, house: House, engine: object, now: dt.datetime) -> Turn:
    """A turn in which nobody speaks: the clock's own."""
    incoming = Incoming("clock", "clock", f"clock/{now.isoformat()}", now)
    dialogue = chats.Dialogue("clock", "clock", None)
    return Turn(session, incoming, dialogue, house.knowledge(), house, GUEST, engine)  # type: ignore[arg-type]
