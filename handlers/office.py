"""Offices in the chat (R1): my own, the people of a jurisdiction for its admin, revoking, and how a one-time code is handed out."""

from __future__ import annotations

import io
from typing import Any

import segno

from handlers import greeting, menus, words
from handlers.browse import paged, place_names
from handlers.cases import desk_words
from handlers.flows.reading import day_words
from handlers.messages import Act, Choice, Enclosure, Reply
from handlers.turn import Acts, Turn
from storage import cases, people
from storage.people import Office

MENU = Choice(words.LABEL_MENU, {"do": "menu"})


def code_reply(turn: Turn, code: str, lead: str) -> Reply:
    """A one-time code as text, as links, and as a QR picture of the first link (or of the code, where there is none)."""
    shown = f"{code[:5]}-{code[5:]}"
    links = list(turn.house.links(code))
    picture = io.BytesIO()
    segno.make(links[0][1] if links else shown, error="m").save(picture, kind="png", scale=8, border=3)
    hours = turn.house.settings["code_hours"]
    return Reply.of(
        ("lead", lead),
        ("text", words.CODE_IS.format(code=shown)),
        ("list", "\n".join(f"{name}：{address}" for name, address in links)),
        ("note", words.CODE_ONCE.format(hours=hours)),
        choices=[MENU],
        files=[Enclosure(words.CODE_PICTURE, "image/png", picture.getvalue())],
    )


def mine(turn: Turn, act: Act, lead: str = "") -> Reply:
    """我的任职: role, department, place, licence, leave, and for whom one acts."""
    own = turn.speaker.office
    assert own is not None
    choices = [Choice(words.LABEL_LEAVE, {"do": "leave"})]
    if own.leave_from and (own.leave_until is None or own.leave_until >= turn.today):
        choices = [Choice(words.LABEL_END_LEAVE, {"do": "end_leave"})]
    warning = ""
    if own.role == "officer" and not own.may_enforce(turn.today):
        warning = words.LICENCE_EXPIRED
    return Reply.of(
        ("lead", lead or f"{own.department}{menus.ROLE_NAMES[own.role]}{own.name}"),
        ("list", "\n".join(_lines(turn, own))),
        ("note", warning),
        ("note", "".join(words.ACTING.format(name=other.name) for other in turn.speaker.acting_for)),
        choices=[*choices, MENU],
    )


def _lines(turn: Turn, office: Office) -> list[str]:
    place = place_names(turn.library).get(office.jurisdiction, office.jurisdiction)
    lines = [f"职务：{menus.ROLE_NAMES[office.role]}", f"部门：{office.department}（{place}）"]
    if office.role == "officer":
        until = f"，有效期到{day_words(office.licence_until)}" if office.licence_until else ""
        lines.append(f"执法证：{office.licence or '没有登记'}{until}")
    if office.leave_from and (office.leave_until is None or office.leave_until >= turn.today):
        until = day_words(office.leave_until) if office.leave_until else "另行通知"
        lines.append(f"请假：{day_words(office.leave_from)}到{until}")
    return lines


async def _end_leave(turn: Turn, act: Act) -> Reply:
    own = turn.speaker.office
    assert own is not None
    await people.end_leave(turn.session, own.id)
    turn.speaker = await people.speaker_of(
        turn.session, turn.incoming.channel, turn.incoming.chat, turn.today, demo=turn.house.demo
    )
    return mine(turn, act, lead=words.LEAVE_ENDED)


async def of_own_jurisdiction(turn: Turn, id: int) -> Office | None:
    """A live office of the speaker's own jurisdiction."""
    found = await people.office(turn.session, id)
    own = turn.speaker.office
    is_own = found is not None and own is not None and found.jurisdiction == own.jurisdiction
    return found if found and is_own and found.until is None else None


async def _people(turn: Turn, act: Act) -> Reply:
    own = turn.speaker.office
    assert own is not None
    found = await people.offices(turn.session, jurisdiction=own.jurisdiction, demo=turn.house.demo)
    return paged(
        words.PEOPLE,
        found,
        act.get("page", 0),
        lambda o: f"{o.name}，{o.department}{menus.ROLE_NAMES[o.role]}",
        lambda o: o.name,
        lambda o: {"do": "office", "id": o.id},
        lambda n: {"do": "people", "page": n},
        None,
    )


async def one(turn: Turn, id: int, lead: str = "") -> Reply:
    """One office, for the admin of its jurisdiction."""
    found = await of_own_jurisdiction(turn, id)
    if found is None:
        return greeting.menu(turn, words.OFFICE_GONE)
    choices = [Choice(words.LABEL_REVOKE, {"do": "revoke", "id": found.id})]
    if found.role == "officer":
        choices.insert(0, Choice(words.LABEL_LICENCE, {"do": "licence", "id": found.id}))
    return Reply.of(
        ("lead", lead or found.name),
        ("list", "\n".join(_lines(turn, found))),
        choices=[*choices, Choice(words.LABEL_PEOPLE, {"do": "people"}), MENU],
    )


async def _office(turn: Turn, act: Act) -> Reply:
    return await one(turn, act["id"])


async def _revoke(turn: Turn, act: Act) -> Reply:
    found = await of_own_jurisdiction(turn, act["id"])
    own = turn.speaker.office
    if found is None or own is None:
        return greeting.menu(turn, words.OFFICE_GONE)
    if found.id == own.id:
        return Reply.of(("lead", words.REVOKE_SELF), choices=[MENU])
    sure = Choice(words.LABEL_REVOKE_SURE, {"do": "revoke_sure", "id": found.id})
    return Reply.of(
        ("lead", words.REVOKE_ASK.format(name=found.name)), ("text", words.REVOKE_WHAT), choices=[sure, MENU]
    )


async def _revoke_sure(turn: Turn, act: Act) -> Reply:
    """Revoking works at once: the next message of that person is a guest's."""
    found = await of_own_jurisdiction(turn, act["id"])
    own = turn.speaker.office
    if found is None or own is None or found.id == own.id or not await people.revoke(turn.session, found.id, turn.now):
        return greeting.menu(turn, words.OFFICE_GONE)
    for channel, chat in await people.chats_of(turn.session, found.person):
        role = (await people.speaker_of(turn.session, channel, chat, turn.today, demo=turn.house.demo)).role
        told = Reply.of(("lead", words.REVOKED_TOLD), menu=menus.lasting(role))
        await turn.send(channel, chat, f"revoked/{found.id}/{channel}/{chat}", told)
    left = [info for info in await cases.unowned(turn.session, own.jurisdiction, None) if info.office == found.id]
    unowned = [Choice(desk_words.LABEL_UNOWNED, {"do": "unowned"})] if left else []
    return Reply.of(
        ("lead", words.REVOKED.format(name=found.name)),
        ("text", desk_words.REVOKED_LEFT.format(count=len(left)) if left else ""),
        choices=[*unowned, Choice(words.LABEL_PEOPLE, {"do": "people"}), MENU],
    )


async def _start(turn: Turn, act: Act) -> Any:
    return await turn.engine.start(turn, act["do"], act)


async def _licence(turn: Turn, act: Act) -> Any:
    if await of_own_jurisdiction(turn, act["id"]) is None:
        return greeting.menu(turn, words.OFFICE_GONE)
    return await turn.engine.start(turn, "licence", dict(act) | {"anew": True})


ACTS: Acts = {
    "my_office": mine,
    "leave": _start,
    "end_leave": _end_leave,
    "invite": _start,
    "people": _people,
    "office": _office,
    "licence": _licence,
    "revoke": _revoke,
    "revoke_sure": _revoke_sure,
}
