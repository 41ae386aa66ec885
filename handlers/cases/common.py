"""What every act on a case needs: whose it is, carrying an act out with its record, copies, reminders, and who is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from handlers import greeting, words
from handlers.cases.urgency import reasons
from handlers.flows.reading import day_words
from handlers.messages import Choice, Reply
from handlers.turn import CHINA, Turn
from knowledge.procedure.acts import Act as ProcedureAct
from knowledge.procedure.acts import Diagnose
from knowledge.procedure.case import SEVERITY_NAMES, STAGE_NAMES, WARNING_NAMES, Case
from knowledge.procedure.ladder import promise_rungs, rungs, visit_rungs
from knowledge.procedure.results import OFFICER, Done
from knowledge.procedure.steps import step
from storage import cases, people, reminders
from storage.cases import CaseInfo
from storage.database import Session

MENU = Choice(words.LABEL_MENU, {"do": "menu"})
MY_CASES = Choice(words.MY_CASES, {"do": "my_cases"})
WEEKDAYS = "一二三四五六日"


def with_weekday(day: dt.date) -> str:
    """A day with its weekday (R38): 2026年11月25日（星期三）."""
    return f"{day_words(day)}（星期{WEEKDAYS[day.weekday()]}）"


async def seen(turn: Turn, id: int, *, lock: bool = False) -> CaseInfo | None:
    """A case that the speaker may see (R1): an officer's of their department, a contact's of their enterprise,
    another office's of its jurisdiction."""
    info = await cases.case_file(turn.session, id, lock=lock)
    if info is None:
        return None
    office = turn.speaker.office
    if office is None:
        return info if any(b.enterprise == info.enterprise for b in turn.speaker.bindings) else None
    if info.jurisdiction != office.jurisdiction:
        return None
    return info if office.role != "officer" or info.department == office.department else None


def may_enforce(turn: Turn) -> Reply | None:
    """Why this officer may not act on a case today; ``None`` when they may (R1, 处罚法 第五十五条)."""
    office = turn.speaker.office
    if office is not None and office.may_enforce(turn.today):
        return None
    return Reply.of(("lead", words.LICENCE_EXPIRED), ("text", words.LICENCE_EXPIRED_NEXT), choices=[MENU])


def gone(turn: Turn) -> Reply:
    return greeting.menu(turn, words.CASE_GONE)


async def carry_out(
    turn: Turn, info: CaseInfo, name: str, act: ProcedureAct, data: Mapping[str, Any]
) -> CaseInfo | Reply:
    """Carry an act out, or word its refusal. The record, the copies and the ladder are written with it."""
    done = step(info.case, act, turn.today)
    if not isinstance(done, Done):
        lines = "\n".join(f"{n}. {text}" for n, text in enumerate(done.missing, 1))
        back = Choice(words.LABEL_CASE, {"do": "case", "id": info.id})
        return Reply.of(("lead", done.words), ("list", lines), choices=[back, MENU])
    new = await cases.record(turn.session, info, done.case, name, dict(data), turn.speaker.person, turn.now)
    await send_copies(turn, new, done.copies)
    await lay_ladder(turn, new)
    if not isinstance(act, Diagnose):  # that has its own notice
        await tell_ordered(turn, info, new)
    return new


async def tell_ordered(turn: Turn, before: CaseInfo, info: CaseInfo) -> None:
    """A warning that turned urgent is an order to correct (R20): the enterprise is told, with its rights (R45, R46)."""
    case = info.case
    if before.case.is_ordered or not case.is_ordered or case.due is None:
        return
    told = Reply.of(
        ("lead", words.NOTICE_URGENT.format(number=info.number)),
        ("text", words.NOTICE_URGENT_DUE.format(day=with_weekday(case.due))),
        ("text", f"要改正：{case.must_correct}"),
        ("note", await signature(turn, info)),
        ("note", words.NOTICE_RIGHTS),
        choices=answers_to(info),
    )
    await tell_enterprise(turn, info, "ordered", told)


def answers_to(info: CaseInfo) -> list[Choice]:
    """What an enterprise may answer to what is adverse to it: put it right, or state its defence (R45)."""
    return [
        Choice(words.LABEL_SUBMIT, {"do": "submit_evidence", "id": info.id}),
        Choice(words.LABEL_DEFEND, {"do": "defend", "id": info.id}),
        Choice(words.LABEL_CASE, {"do": "case", "id": info.id}),
    ]


async def send_copies(turn: Turn, info: CaseInfo, roles: tuple[str, ...]) -> None:
    """Copies to those that the procedure names (R20–R22, R40), each told in their chats."""
    for role in roles:
        department = info.department if role == OFFICER else None
        offices = await people.offices(
            turn.session, jurisdiction=info.jurisdiction, department=department, role=role, demo=turn.house.demo
        )
        if role == OFFICER:
            offices = [office for office in offices if office.id == info.office]
        for office in offices:
            if role != OFFICER:
                await cases.copy_to(turn.session, info.id, office.id, summary(info), turn.now)
            if turn.speaker.office and office.id == turn.speaker.office.id:
                continue
            reply = _copy(info, turn.today, is_for_holder=role == OFFICER)
            for channel, chat in await people.chats_of(turn.session, await acting_person(turn, office)):
                key = f"copy/{info.id}/{info.version}/{office.id}/{channel}/{chat}"
                await turn.send(channel, chat, key, reply)


def _copy(info: CaseInfo, day: dt.date, *, is_for_holder: bool) -> Reply:
    """What a copy says: to those beside and above how the case stands, to its officer what waits for them."""
    why = reasons(info, day) if is_for_holder else []
    lead = words.CASE_COPY.format(number=info.number, warning=headline(info.case))
    if why:
        lead = words.CASE_YOURS.format(number=info.number, why=why[0].text)
    label = words.LABEL_CASE if why else words.LABEL_LOOK
    return Reply.of(
        ("lead", lead),
        ("text", f"{info.enterprise_name}：{info.problem}"),
        choices=[Choice(label, {"do": "case", "id": info.id})],
    )


async def acting_person(turn: Turn, office: people.Office) -> int:
    """Who acts for an office today: its holder, or the delegate during leave."""
    return await acting_for(turn.session, office, turn.today)


async def acting_for(session: Session, office: people.Office, day: dt.date) -> int:
    """Who acts for an office on a day: its holder, or the delegate during leave."""
    if office.is_on_leave(day) and office.delegate:
        delegate = await people.office(session, office.delegate)
        if delegate and delegate.until is None:
            return delegate.person
    return office.person


def headline(case: Case) -> str:
    """Class, warning and stage in a few words: 一般，紧急预警，整改中."""
    parts = [
        SEVERITY_NAMES[case.severity] if case.severity else "",
        WARNING_NAMES[case.warning],
        STAGE_NAMES[case.stage],
    ]
    return "，".join(part for part in parts if part)


def summary(info: CaseInfo) -> str:
    return headline(info.case)[:60]


async def lay_ladder(turn: Turn, info: CaseInfo) -> None:
    """The reminders that still lie ahead, in place of those there were (R39, R43)."""
    contacts = [contact.person for contact in await people.contacts_of(turn.session, info.enterprise)]
    office = await people.office(turn.session, info.office)
    persons = {"contact": contacts, "officer": [office.person] if office else []}
    ladder = turn.house.ladder
    ahead = [*rungs(info.case, ladder, turn.today), *promise_rungs(info.case, ladder, turn.today)]
    ahead += visit_rungs(info.case, ladder, turn.today)
    await reminders.relay(turn.session, info.id, ahead, persons, turn.now)


async def tell_enterprise(turn: Turn, info: CaseInfo, key: str, reply: Reply | Callable[[str], Reply]) -> int:
    """Tell every contact; with none the case is marked 未送达 (R42). Returns how many chats were written to.

    A reply may depend on the channel: no papers leave with a message of an outside one (R49).
    """
    told = 0
    for contact in await people.contacts_of(turn.session, info.enterprise):
        for channel, chat in await people.chats_of(turn.session, contact.person):
            if (channel, chat) != (turn.incoming.channel, turn.incoming.chat):
                said = reply if isinstance(reply, Reply) else reply(channel)
                await turn.send(channel, chat, f"{key}/{info.id}/{info.version}/{channel}/{chat}", said)
            told += 1
    await cases.mark_delivery(turn.session, info.id, delivered=told > 0)
    if told == 0:
        await cases.note(turn.session, info.id, "undelivered", {"what": key}, None, turn.now)
    return told


def receipt(lead: str, told: int) -> str:
    """What the officer reads after an act; it says that the enterprise was told only if somebody of it was (R42)."""
    return lead if told else lead.replace(words.TOLD, words.NOT_TOLD)


async def reached(turn: Turn, info: CaseInfo) -> None:
    """A contact has before them what could not be delivered: the case is no longer 未送达, on the record (R42)."""
    await cases.mark_delivery(turn.session, info.id, delivered=True)
    await cases.note(turn.session, info.id, "reached", {}, turn.speaker.person, turn.now)


async def signature(turn: Turn, info: CaseInfo) -> str:
    """Who is acting (R46): department, name, enforcement licence."""
    office = await people.office(turn.session, info.office)
    licence = office.licence if office and office.licence else "没有登记"
    return words.ACTED_BY.format(department=info.department, name=info.officer_name, licence=licence)


def when(at: dt.datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


async def colleagues_of(turn: Turn) -> list[list[Any]]:
    """The other officers of the speaker's department, each as office and name."""
    own = turn.speaker.office
    assert own is not None
    others = await people.offices(
        turn.session, jurisdiction=own.jurisdiction, department=own.department, role="officer", demo=turn.house.demo
    )
    return [[other.id, other.name] for other in others if other.id != own.id]
