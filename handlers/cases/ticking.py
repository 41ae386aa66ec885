"""What the clock does for cases: due reminders (R39, R41) and escalation (R40). No message is answered here."""

from __future__ import annotations

import datetime as dt

from handlers import words
from handlers.cases.common import MENU, headline, lay_ladder, send_copies, with_weekday
from handlers.messages import Choice, Incoming, Reply
from handlers.turn import CHINA, House, Turn, push
from knowledge.procedure import acts
from knowledge.procedure.ladder import Push, digest, window
from knowledge.procedure.results import Done
from knowledge.procedure.steps import step
from knowledge.workdays import workdays_between
from storage import cases, chats, people, reminders
from storage.cases import CaseInfo
from storage.database import Session
from storage.people import GUEST

BATCH = 200
Told = list[tuple[str, str]]


async def send_due(session: Session, house: House, now: dt.datetime) -> Told:
    """Claim what is due and write it out, three or more for one chat as one; outside 08:00–20:00 nothing (R41).

    A reminder whose case moved on meanwhile is dropped: evidence was handed in, the day was put off.
    """
    if window(now) > now:
        return []
    claimed = await reminders.claim_due(session, now, BATCH)
    pushes: list[Push[tuple[str, str, int, CaseInfo]]] = []
    for one in claimed:
        info = await cases.case_file(session, one.case)
        if info is None or info.case.turn != "enterprise" or info.case.due != one.due:
            continue
        for channel, chat in await people.chats_of(session, one.person):
            pushes.append(Push(f"{channel}/{chat}", True, (channel, chat, one.id, info)))
    told: Told = []
    for group in digest(pushes):
        channel, chat, first, _ = group[0].ref
        reply = _one(group[0].ref[3], now) if len(group) == 1 else _digest([p.ref[3] for p in group], now)
        await push(session, house, channel, chat, f"reminder/{first}/{channel}/{chat}", reply, now)
        told.append((channel, chat))
    await reminders.mark_sent(session, [one.id for one in claimed], now)
    return told


def _one(info: CaseInfo, now: dt.datetime) -> Reply:
    """A reminder: what, which case, the day and the days left, the button to act, the contact."""
    return Reply.of(
        ("lead", _lead(info, now)),
        ("text", f"{info.enterprise_name}：{info.case.must_correct or info.problem}"),
        ("note", f"承办：{info.department}{info.officer_name}"),
        choices=[
            Choice(words.LABEL_SUBMIT, {"do": "submit_evidence", "id": info.id}),
            Choice(words.LABEL_CASE, {"do": "case", "id": info.id}),
        ],
    )


def _digest(found: list[CaseInfo], now: dt.datetime) -> Reply:
    lines = [f"{n}. {_lead(info, now)}{info.enterprise_name}" for n, info in enumerate(found, 1)]
    choices = [Choice(f"{n}.看案件", {"do": "case", "id": info.id}) for n, info in enumerate(found[:6], 1)]
    return Reply.of(
        ("lead", words.REMIND_DIGEST.format(count=len(found))), ("list", "\n".join(lines)), choices=[*choices, MENU]
    )


def _lead(info: CaseInfo, now: dt.datetime) -> str:
    today, due = now.astimezone(CHINA).date(), info.case.due
    assert due is not None
    day = with_weekday(due)
    if today > due:
        return words.REMIND_LATE.format(number=info.number, day=day)
    if today == due:
        return words.REMIND_TODAY.format(number=info.number, day=day)
    return words.REMIND_BEFORE.format(number=info.number, day=day, days=workdays_between(today, due))


async def escalate(session: Session, house: House, turn_of: Turn, now: dt.datetime) -> int:
    """Step every overdue case up that is due for it (R40), each rung once, on the record; at night nothing (R41).

    Returns how many.
    """
    if window(now) > now:
        return 0
    stepped = 0
    for info in await cases.late(session, now.astimezone(CHINA).date()):
        if not await reminders.waiting_for(session, info.id):
            await lay_ladder(turn_of, info)  # the daily rung to the officer goes on
        done = step(info.case, acts.Escalate(), now.astimezone(CHINA).date())
        if not isinstance(done, Done):
            continue
        data = {"to": list(done.copies), "state": headline(done.case)}
        new = await cases.record(session, info, done.case, "escalate", data, None, now)
        await send_copies(turn_of, new, done.copies)
        stepped += 1
    return stepped


def clock_turn(session: Session, house: House, engine: object, now: dt.datetime) -> Turn:
    """A turn in which nobody speaks: the clock's own."""
    incoming = Incoming("clock", "clock", f"clock/{now.isoformat()}", now)
    dialogue = chats.Dialogue("clock", "clock", None)
    return Turn(session, incoming, dialogue, house.knowledge(), house, GUEST, engine)  # type: ignore[arg-type]
