"""Enterprises and their contacts (R1): one's own enterprise, the page an officer sees, codes to bind, what is declared."""

from __future__ import annotations

import datetime as dt
from typing import Any

from handlers import greeting, looking, menus, words
from handlers.browse import paged
from handlers.cases import history
from handlers.cases.arriving import contacts_changed
from handlers.firms import divisions_of
from handlers.flows.checking import enterprise_of
from handlers.flows.flow import value_words
from handlers.flows.reading import day_words
from handlers.flows.steps import Step
from handlers.guidance.words import LABEL_GUIDANCE, LABEL_MINE
from handlers.messages import Act, Choice, Reply
from handlers.office import code_reply
from handlers.turn import CHINA, Acts, Turn
from storage import enterprises, invitations, messages, people
from storage.enterprises import EnterpriseInfo

MENU = Choice(words.LABEL_MENU, {"do": "menu"})
SOUNDS = 5
"""So many enterprises are offered that only sound like what was typed."""


def is_own_division(turn: Turn, division: str) -> bool:
    """Whether a registration division belongs to the office's jurisdiction: its own, or the city's above it."""
    office = turn.speaker.office
    return office is not None and division in divisions_of(office.jurisdiction)


def is_own(turn: Turn, firm: EnterpriseInfo) -> bool:
    """People see their own (R1)."""
    return is_own_division(turn, firm.division)


# ---- a contact's own


async def _mine(turn: Turn, act: Act) -> Reply:
    firm = await enterprise_of(turn)
    assert firm is not None
    return await _own_page(turn, firm)


async def _own_page(turn: Turn, firm: EnterpriseInfo) -> Reply:
    contacts = await people.contacts_of(turn.session, firm.id)
    choices = [
        Choice(words.LABEL_RECORDS, {"do": "records"}),
        Choice(words.LABEL_HAND_OVER, {"do": "hand_over", "enterprise": firm.id}),
        Choice(words.LABEL_UNBIND, {"do": "unbind", "enterprise": firm.id}),
        Choice(words.LABEL_BIND_MORE, {"do": "bind"}),
    ]
    if len(turn.speaker.bindings) > 1:
        choices.append(Choice(words.LABEL_SWITCH, {"do": "choose_enterprise"}))
    choices.append(Choice(LABEL_MINE, {"do": "my_guidance"}))
    return Reply.of(
        ("lead", firm.name),
        ("list", "\n".join(await _lines(turn, firm))),
        ("note", words.CONTACTS.format(names="、".join(contact.name for contact in contacts))),
        choices=[*choices, MENU],
    )


async def _lines(turn: Turn, firm: EnterpriseInfo) -> list[str]:
    """What is known, each with on whose word: 登记, 自报 or 已核实."""
    lines = [f"统一社会信用代码：{firm.code}（{words.STATUS['register']}）"]
    industry = f"{firm.industry or ''}{firm.industry_code or ''}"
    for title, value in (
        ("行业", industry),
        ("地址", firm.address),
        ("成立日期", day_words(firm.founded) if firm.founded else None),
    ):
        if value:
            lines.append(f"{title}：{value}（{words.STATUS['register']}）")
    steps = _fact_steps(turn)
    for fact in (await enterprises.facts_of(turn.session, firm.id)).values():
        if fact.name in steps:
            said = value_words(turn, steps[fact.name], fact.value)
            day = fact.at.astimezone(CHINA).date().isoformat()
            lines.append(f"{steps[fact.name].title}：{said}（{words.STATUS[fact.status]}，{day}）")
    return lines


def _fact_steps(turn: Turn) -> dict[str, Step]:
    """The steps that ask for what is kept of an enterprise, by name."""
    kept = {q.name for check in turn.house.checks.checks for q in check.questions if q.keep}
    steps = [step for name in turn.house.checks.names for step in turn.engine.flows[name].steps({})]
    return {step.name: step for step in reversed(steps) if step.name in kept}


async def _choose(turn: Turn, act: Act) -> Reply:
    own = [binding.enterprise for binding in turn.speaker.bindings]
    if act.get("enterprise") in own:
        turn.state["enterprise"] = act["enterprise"]
        return await _mine(turn, act)
    firms = [firm for id in own if (firm := await enterprises.enterprise(turn.session, id))]
    return paged(
        words.CHOOSE_ENTERPRISE,
        firms,
        act.get("page", 0),
        lambda f: f.name,
        lambda f: f.name,
        lambda f: {"do": "choose_enterprise", "enterprise": f.id},
        lambda n: {"do": "choose_enterprise", "page": n},
        None,
    )


def _binding(turn: Turn, act: Act) -> Any:
    return next((b for b in turn.speaker.bindings if b.enterprise == act["enterprise"]), None)


async def _unbind(turn: Turn, act: Act) -> Reply:
    firm = await enterprises.enterprise(turn.session, act["enterprise"])
    if firm is None or _binding(turn, act) is None:
        return greeting.menu(turn, words.STALE_BUTTON)
    sure = Choice(words.LABEL_UNBIND_SURE, {"do": "unbind_sure", "enterprise": firm.id})
    return Reply.of(
        ("lead", words.UNBIND_ASK.format(name=firm.name)), ("text", words.UNBIND_WHAT), choices=[sure, MENU]
    )


async def _unbind_sure(turn: Turn, act: Act) -> Reply:
    binding = _binding(turn, act)
    if binding is None:
        return greeting.menu(turn, words.STALE_BUTTON)
    await people.unbind(turn.session, binding.contact, turn.now, "unbound")
    await contacts_changed(turn, binding.enterprise)
    turn.state.pop("enterprise", None)
    turn.speaker = await people.speaker_of(
        turn.session, turn.incoming.channel, turn.incoming.chat, turn.today, demo=turn.house.demo
    )
    return greeting.welcome(turn, words.UNBOUND)


async def _hand_over(turn: Turn, act: Act) -> Reply:
    """A code by which a successor takes this contact's place."""
    binding = _binding(turn, act)
    firm = await enterprises.enterprise(turn.session, act["enterprise"])
    if binding is None or firm is None or turn.speaker.person is None:
        return greeting.menu(turn, words.STALE_BUTTON)
    code = turn.house.new_code()
    await invitations.issue(
        turn.session,
        code,
        role="contact",
        jurisdiction=firm.division,
        issuer=turn.speaker.person,
        now=turn.now,
        expires=_expiry(turn),
        enterprise=firm.id,
        replaces=binding.contact,
    )
    return code_reply(turn, code, words.HAND_OVER_CODE.format(name=firm.name))


def _expiry(turn: Turn) -> dt.datetime:
    return turn.now + dt.timedelta(hours=turn.house.settings["code_hours"])


# ---- for the offices


async def found(turn: Turn, text: str, then: str, page_number: int = 0) -> Reply:
    """The enterprises that a name or code finds, in the office's own jurisdiction."""
    office = turn.speaker.office
    if office is None:
        return greeting.menu(turn, words.STALE_BUTTON)
    firms = await enterprises.search(turn.session, text, divisions=divisions_of(office.jurisdiction))
    firms = firms or await _by_sound(turn, office.jurisdiction, text)
    if not firms:
        choices = [Choice(words.LABEL_FIND_AGAIN, {"do": "find", "then": then})]
        if office.role in ("officer", "admin"):
            choices.append(Choice(words.LABEL_ADD_ENTERPRISE, {"do": "add_enterprise"}))
        may_add = office.role in ("officer", "admin")
        hint = words.FIND_NOTHING_NEXT if may_add else words.FIND_NOTHING_ONLY
        return Reply.of(("lead", words.FIND_NOTHING), ("text", hint), choices=[*choices, MENU])
    if len(firms) == 1 and then == "enterprise":
        return await page(turn, firms[0].id)
    return paged(
        words.FIND_WHICH,
        firms,
        page_number,
        lambda f: f"{f.name}（{f.address or f.code}）",
        lambda f: f.name,
        lambda f: {"do": then, "id": f.id},
        lambda n: {"do": "find", "words": text, "then": then, "page": n},
        None,
    )


async def _by_sound(turn: Turn, jurisdiction: str, text: str) -> list[EnterpriseInfo]:
    """The enterprises of the register whose names only sound like what was typed."""
    (meant,) = await turn.house.firms.meant(turn.session, jurisdiction, [text], SOUNDS)
    return [firm for id in meant if (firm := await enterprises.enterprise(turn.session, id))]


async def page(turn: Turn, id: int, lead: str = "") -> Reply:
    """An enterprise as an office of its place sees it: its past, register, declared facts, contacts, self-checks received."""
    firm = await enterprises.enterprise(turn.session, id)
    if firm is None or not is_own(turn, firm):
        return greeting.menu(turn, words.STALE_BUTTON)
    contacts = await people.contacts_of(turn.session, firm.id)
    if contacts:
        await looking.at_people(turn, firm.id)
    names = "、".join(contact.name for contact in contacts) or words.NO_CONTACTS
    choices = []
    if turn.speaker.role == "officer":
        choices.append(Choice(words.LABEL_ISSUE, {"do": "issue_for", "id": firm.id}))
        facts = await enterprises.facts_of(turn.session, firm.id)
        if any(fact.status == "declared" for fact in facts.values()):
            choices.append(Choice(words.LABEL_VERIFY, {"do": "verify_fact", "id": firm.id}))
        if contacts:
            choices.append(Choice(words.LABEL_END_CONTACT, {"do": "end_contact", "id": firm.id}))
        choices.append(Choice(LABEL_GUIDANCE, {"do": "guides", "enterprise": firm.id}))
    past = await history.history(turn, firm.id)
    if past.latest:
        choices.insert(0, Choice(words.LABEL_CASE, {"do": "cases_of", "id": firm.id}))
    if past.checks_sent and turn.speaker.role == "officer":
        choices.append(Choice(words.LABEL_RECEIVED, {"do": "received"}))
    return Reply.of(
        ("lead", lead or firm.name),
        ("text", firm.name if lead else ""),
        ("text", "\n".join(history.lines(turn, past))),
        ("list", "\n".join(await _lines(turn, firm))),
        ("note", words.CONTACTS.format(names=names)),
        choices=[*choices, Choice(words.LABEL_FIND_AGAIN, {"do": "find"}), MENU],
    )


async def _issue_for(turn: Turn, act: Act) -> Reply:
    """A one-time code, as text, QR picture and link; only an officer with a licence in date may give one."""
    office = turn.speaker.office
    firm = await enterprises.enterprise(turn.session, act["id"])
    if office is None or firm is None or not is_own(turn, firm):
        return greeting.menu(turn, words.STALE_BUTTON)
    if not office.may_enforce(turn.today):
        return Reply.of(("lead", words.LICENCE_EXPIRED), ("text", words.LICENCE_EXPIRED_NEXT), choices=[MENU])
    code = turn.house.new_code()
    made = await invitations.issue(
        turn.session,
        code,
        role="contact",
        jurisdiction=office.jurisdiction,
        issuer=office.person,
        now=turn.now,
        expires=_expiry(turn),
        enterprise=firm.id,
    )
    open_ = len(await invitations.open_for(turn.session, firm.id, turn.now))
    reply = code_reply(turn, code, words.CODE_FOR.format(name=firm.name))
    drop = (
        [Choice(words.LABEL_END_CODES, {"do": "issue_for", "id": firm.id, "drop": True, "keep": made})]
        if open_ > 1
        else []
    )
    return Reply(reply.blocks, (*drop, *reply.choices), reply.files)


async def _issue(turn: Turn, act: Act) -> Reply:
    if act.get("drop"):
        return await _drop_codes(turn, act)
    return await _issue_for(turn, act)


async def _drop_codes(turn: Turn, act: Act) -> Reply:
    firm = await enterprises.enterprise(turn.session, act["id"])
    if firm is None or not is_own(turn, firm):
        return greeting.menu(turn, words.STALE_BUTTON)
    if not _enforcing(turn):
        return Reply.of(("lead", words.LICENCE_EXPIRED), ("text", words.LICENCE_EXPIRED_NEXT), choices=[MENU])
    dropped = 0
    for invitation in await invitations.open_for(turn.session, firm.id, turn.now):
        if invitation.id == act.get("keep"):
            continue  # the one that was just made
        dropped += await invitations.revoke_code(turn.session, invitation.id, turn.now)
    return Reply.of(("lead", words.CODES_DROPPED.format(count=dropped)), choices=[MENU])


async def _verify(turn: Turn, act: Act) -> Reply:
    """Declared facts, one a button: a tap makes it verified by this officer."""
    firm = await enterprises.enterprise(turn.session, act["id"])
    if firm is None or not is_own(turn, firm):
        return greeting.menu(turn, words.STALE_BUTTON)
    if not _enforcing(turn):
        return Reply.of(("lead", words.LICENCE_EXPIRED), ("text", words.LICENCE_EXPIRED_NEXT), choices=[MENU])
    if act.get("fact"):
        now_said = (await enterprises.facts_of(turn.session, firm.id)).get(act["fact"])
        if now_said is None or now_said.value != act.get("value"):
            return await page(turn, firm.id, lead=words.VERIFY_CHANGED)
        await enterprises.verify(turn.session, firm.id, act["fact"], turn.speaker.person, turn.now)
        return await page(turn, firm.id, lead=words.VERIFIED)
    steps = _fact_steps(turn)
    facts = [f for f in (await enterprises.facts_of(turn.session, firm.id)).values() if f.status == "declared"]
    return paged(
        words.VERIFY_WHICH,
        [fact for fact in facts if fact.name in steps],
        act.get("page", 0),
        lambda f: f"{steps[f.name].title}：{value_words(turn, steps[f.name], f.value)}",
        lambda f: steps[f.name].title,
        lambda f: {"do": "verify_fact", "id": firm.id, "fact": f.name, "value": f.value},
        lambda n: {"do": "verify_fact", "id": firm.id, "page": n},
        {"do": "enterprise", "id": firm.id},
    )


async def _end_contact(turn: Turn, act: Act) -> Reply:
    """An officer ends a binding, with a second tap; the person is told and is a guest at once."""
    firm = await enterprises.enterprise(turn.session, act["id"])
    if firm is None or not is_own(turn, firm):
        return greeting.menu(turn, words.STALE_BUTTON)
    if not _enforcing(turn):
        return Reply.of(("lead", words.LICENCE_EXPIRED), ("text", words.LICENCE_EXPIRED_NEXT), choices=[MENU])
    contacts = await people.contacts_of(turn.session, firm.id)
    await looking.at_people(turn, firm.id)
    chosen = next((c for c in contacts if c.contact == act.get("contact")), None)
    if chosen is None:
        return paged(
            words.END_CONTACT_WHICH,
            contacts,
            act.get("page", 0),
            lambda c: c.name,
            lambda c: c.name,
            lambda c: {"do": "end_contact", "id": firm.id, "contact": c.contact},
            lambda n: {"do": "end_contact", "id": firm.id, "page": n},
            {"do": "enterprise", "id": firm.id},
        )
    if not act.get("sure"):
        sure = Choice(words.LABEL_UNBIND_SURE, dict(act) | {"sure": True})
        return Reply.of(("lead", words.END_CONTACT_ASK.format(name=chosen.name)), choices=[sure, MENU])
    if await people.unbind(turn.session, chosen.contact, turn.now, "ended"):
        await contacts_changed(turn, firm.id)
        for channel, chat in await people.chats_of(turn.session, chosen.person):
            own = await people.speaker_of(turn.session, channel, chat, turn.today, demo=turn.house.demo)
            told = Reply.of(
                ("lead", words.CONTACT_ENDED.format(name=firm.name)),
                ("note", _signed(turn)),
                menu=menus.lasting(own.role),
            )
            await turn.send(channel, chat, f"ended/{chosen.contact}/{channel}/{chat}", told)
    return await page(turn, firm.id, lead=words.UNBOUND)


def _signed(turn: Turn) -> str:
    """Who is acting (R46): department, name and enforcement licence."""
    office = turn.speaker.office
    assert office is not None
    return words.ACTED_BY.format(department=office.department, name=office.name, licence=office.licence or "")


def _enforcing(turn: Turn) -> bool:
    office = turn.speaker.office
    return office is not None and office.may_enforce(turn.today)


async def _start(turn: Turn, act: Act) -> Reply:
    if act.get("words"):
        return await found(turn, act["words"], act.get("then", "enterprise"), act.get("page", 0))
    return await turn.engine.start(turn, act["do"], act)


async def _start_issue(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, "find", {"do": "find", "then": "issue_for"})


async def _bind(turn: Turn, act: Act) -> Any:
    """Begin binding; a code that came by link or QR is taken as the answer to the first step."""
    begun = await turn.engine.start(turn, "bind", {"do": "bind", "anew": True})
    if not act.get("code"):
        return begun
    link = "/start " if turn.incoming.text.lstrip().lower().startswith("/start") else ""
    await messages.mask(turn.session, turn.incoming.channel, turn.incoming.key, f"{link}（绑定码）")
    run = turn.engine.current(turn)
    if run is None or run.flow != "bind":
        return begun
    return await turn.engine.hear(turn, act["code"]) or begun


async def _page(turn: Turn, act: Act) -> Reply:
    return await page(turn, act["id"])


ACTS: Acts = {
    "bind": _bind,
    "my_enterprise": _mine,
    "choose_enterprise": _choose,
    "unbind": _unbind,
    "unbind_sure": _unbind_sure,
    "hand_over": _hand_over,
    "find": _start,
    "enterprise": _page,
    "issue_code": _start_issue,
    "issue_for": _issue,
    "end_contact": _end_contact,
    "verify_fact": _verify,
    "add_enterprise": _start,
}
