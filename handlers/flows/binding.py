"""Binding by a one-time code (R1): a guest becomes a contact of an enterprise, or takes up an office. Five wrong codes lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers import greeting, menus, words
from handlers.browse import place_names
from handlers.cases import arriving
from handlers.flows.flow import Flow, Run
from handlers.flows.reading import day_words
from handlers.flows.steps import Reading, Step, fine, refused
from handlers.messages import Act, Block, Reply
from handlers.turn import CHINA, Turn
from knowledge.checks.conditions import OneOf
from storage import enterprises, invitations, people
from storage.invitations import InvitationInfo

CODE = Step("code", "绑定码", "请输入绑定码。", "code", example="K7M2P-9XQ4R，执法人员给您的", secret=True)
NAME = Step(
    "name",
    "您的姓名",
    "请问您的姓名？",
    "text",
    example="张示例",
    when=OneOf("code", ("contact",)),
    longest=20,
    is_free=True,
)


class BindFlow(Flow):
    """The code, the name where it is not known yet, a look at what it makes of one, and a second tap."""

    name = "bind"
    title = "绑定"
    submit_label = "确认绑定"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (CODE, NAME)

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        until = await invitations.locked(turn.session, turn.incoming.channel, turn.incoming.chat, turn.now)
        if until:
            return Reply.of(("lead", _locked(turn, until)))
        return Run(self.name, turn.house.new_token())

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        if step.name == "name":
            return fine(str(value).strip()) if 1 < len(str(value).strip()) <= 20 else refused(words.BIND_NAME)
        where = (turn.incoming.channel, turn.incoming.chat)
        until = await invitations.locked(turn.session, *where, turn.now)
        if until:
            return refused(_locked(turn, until))
        verdict, found = await invitations.redeem(turn.session, value, turn.now)
        if verdict == "unknown" or found is None:
            left, until = await invitations.wrong_code(turn.session, *where, turn.now)
            return refused(_locked(turn, until) if until else words.BIND_UNKNOWN.format(left=left))
        if verdict != "fine":
            return refused(words.BIND_REFUSED[verdict])
        problem = await _unfit(turn, found)
        if problem:
            return refused(problem)
        await invitations.right_code(turn.session, *where)
        run.given["invitation"] = found.digest
        run.given["what"] = await _what(turn, found)
        if found.role == "contact" and turn.speaker.person:
            run.known["name"] = [turn.speaker.name, "verified"]
        return fine(found.role)  # the code itself is not kept

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        return [Block("text", run.given["what"])] if step.name == "name" and run.given.get("what") else []

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        return str(run.given.get("what", value)) if step.name == "code" else str(value)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        found = await invitations.by_digest(turn.session, run.given["invitation"], lock=True)
        state = invitations.state_of(found, turn.now) if found else "revoked"
        problem = words.BIND_REFUSED.get(state) or (await _unfit(turn, found) if found else "")
        if found is None or problem:
            return Reply.of(("lead", problem))
        name = found.name or str(run.facts.get("name") or "")
        person = turn.speaker.person or await people.new_person(turn.session, name, turn.now)
        if not await invitations.use(turn.session, found.id, person, turn.now):
            return Reply.of(("lead", words.BIND_REFUSED["used"]))
        await people.seat(turn.session, turn.incoming.channel, turn.incoming.chat, person)
        turn.dialogue.jurisdiction = found.jurisdiction
        if found.role == "contact":
            assert found.enterprise is not None
            await people.bind(turn.session, person, found.enterprise, turn.now)
            turn.state["enterprise"] = found.enterprise
            if found.replaces is not None:
                await _handed_over(turn, found)
        else:
            await people.appoint(
                turn.session,
                person,
                role=found.role,
                jurisdiction=found.jurisdiction,
                department=found.department or "",
                licence=found.licence,
                licence_until=found.licence_until,
                now=turn.now,
            )
        turn.speaker = await people.speaker_of(
            turn.session, turn.incoming.channel, turn.incoming.chat, turn.today, demo=turn.house.demo
        )
        if found.enterprise is not None and found.role == "contact":
            await arriving.contacts_changed(turn, found.enterprise)
            for n, missed in enumerate(await arriving.missed(turn)):
                await turn.send(turn.incoming.channel, turn.incoming.chat, f"missed/{run.id}/{n}", missed)
        reply = greeting.welcome(turn, words.BIND_DONE)
        lead, *rest = reply.blocks
        return Reply((lead, Block("text", run.given["what"]), *rest), reply.choices, reply.files, reply.menu)


def _locked(turn: Turn, until: Any) -> str:
    minutes = max(1, round((until - turn.now).total_seconds() / 60))
    return words.BIND_LOCKED.format(minutes=minutes, time=until.astimezone(CHINA).strftime("%H:%M"))


async def _unfit(turn: Turn, found: InvitationInfo) -> str:
    """Why this speaker cannot use this code; empty when they can. Nobody is officer and owner at once, or of two places."""
    office = turn.speaker.office
    if not await _still_meant(turn, found):
        return words.BIND_REFUSED["revoked"]
    if found.role == "contact":
        if office:
            return words.BIND_IS_OFFICE.format(role=menus.ROLE_NAMES[office.role])
        if any(binding.enterprise == found.enterprise for binding in turn.speaker.bindings):
            return words.BIND_ALREADY
        return ""
    if turn.speaker.bindings:
        return words.BIND_IS_CONTACT
    if office and office.jurisdiction != found.jurisdiction:
        places = place_names(turn.library)
        return words.BIND_ELSEWHERE.format(
            place=places.get(found.jurisdiction, found.jurisdiction),
            own=places.get(office.jurisdiction, office.jurisdiction),
        )
    if office:
        return words.BIND_HAS_OFFICE.format(role=menus.ROLE_NAMES[office.role])
    return ""


async def _still_meant(turn: Turn, found: InvitationInfo) -> bool:
    """Whether who made the code may still give it: the contact who hands over is one, the office of the maker lives."""
    if found.replaces is not None:
        live = await people.contacts_of(turn.session, found.enterprise or 0)
        return any(contact.contact == found.replaces for contact in live)
    if found.issuer is None:
        return True
    held = await people.offices_of(turn.session, found.issuer)
    return any(office.until is None and office.jurisdiction == found.jurisdiction for office in held)


async def _what(turn: Turn, found: InvitationInfo) -> str:
    """What a code makes of one, in words: 好味道餐馆的联系人; 市场监管局执法人员张示例."""
    place = place_names(turn.library).get(found.jurisdiction, found.jurisdiction)
    if found.role == "contact":
        firm = await enterprises.enterprise(turn.session, found.enterprise or 0)
        return f"{firm.name if firm else ''}的联系人（{place}）"
    until = f"。执法证有效期到{day_words(found.licence_until)}" if found.licence_until else ""
    return f"{found.department}{menus.ROLE_NAMES[found.role]}{found.name or ''}（{place}）{until}"


async def _handed_over(turn: Turn, found: InvitationInfo) -> None:
    """The contact who handed over is no longer one, and is told."""
    assert found.replaces is not None
    await people.unbind(turn.session, found.replaces, turn.now, "handed")
    if found.issuer is None:
        return
    reply = Reply.of(("lead", words.HANDED_OVER), menu=menus.lasting("guest"))
    for channel, chat in await people.chats_of(turn.session, found.issuer):
        own = await people.speaker_of(turn.session, channel, chat, turn.today, demo=turn.house.demo)
        await turn.send(
            channel, chat, f"handed/{found.id}/{channel}/{chat}", Reply(reply.blocks, menu=menus.lasting(own.role))
        )
