"""我的数据 (R48): what is kept about a person, given to them, erased; and what the record must keep."""

from __future__ import annotations

import json

from handlers import greeting, menus, words
from handlers.messages import Act, Choice, Enclosure, Reply
from handlers.turn import Acts, Turn
from storage import people, privacy

MENU = Choice(words.LABEL_MENU, {"do": "menu"})


async def _kept(turn: Turn) -> privacy.Kept:
    where = (turn.incoming.channel, turn.incoming.chat)
    return await privacy.kept_about(turn.session, *where, turn.speaker.person)


async def _show(turn: Turn, act: Act) -> Reply:
    kept = await _kept(turn)
    lines = [f"对话：{len(kept.messages)}条消息，{len(kept.questions)}个提问"]
    if turn.speaker.person:
        lines.append(f"姓名：{turn.speaker.name}")
        lines += [f"绑定：{binding.enterprise}" for binding in kept.bindings]
        lines.append(f"自检：{len(kept.checks)}份；自报的数据：{len(kept.facts)}项")
    return Reply.of(
        ("lead", words.MY_DATA),
        ("list", "\n".join(lines)),
        ("note", words.MY_DATA_STAYS),
        choices=[Choice(words.LABEL_EXPORT, {"do": "export"}), Choice(words.LABEL_ERASE, {"do": "erase"}), MENU],
    )


async def _export(turn: Turn, act: Act) -> Reply:
    """Two files: for machines (JSON) and for people (text)."""
    data = (await _kept(turn)).to_json()
    files = [
        Enclosure("我的数据.json", "application/json", json.dumps(data, ensure_ascii=False, indent=1).encode()),
        Enclosure("我的数据.txt", "text/plain", ("\ufeff" + readable(data)).encode()),
    ]
    return Reply.of(("lead", words.EXPORTED), ("note", words.EXPORTED_NOTE), choices=[MENU], files=files)


def readable(value: object, depth: int = 0) -> str:
    """Nested data as indented lines."""
    pad = "  " * depth
    if isinstance(value, dict):
        lines = []
        for name, own in value.items():
            if isinstance(own, dict | list):
                lines.append(f"{pad}{name}：" + ("无" if not own else ""))
                if own:
                    lines.append(readable(own, depth + 1))
            else:
                lines.append(f"{pad}{name}：{'' if own is None else own}")
        return "\n".join(lines)
    if isinstance(value, list):
        return "\n".join(
            f"{pad}{n}.\n{readable(own, depth + 1)}" if isinstance(own, dict) else f"{pad}{n}. {own}"
            for n, own in enumerate(value, 1)
        )
    return f"{pad}{value}"


def _erase(turn: Turn, act: Act) -> Reply:
    known = turn.speaker.person is not None
    return Reply.of(
        ("lead", words.ERASE_ASK),
        ("list", words.ERASE_KNOWN if known else words.ERASE_GUEST),
        ("note", words.ERASE_STAYS if known else words.ERASE_FINAL),
        choices=[Choice(words.LABEL_ERASE_SURE, {"do": "erase_sure"}), MENU],
    )


async def _erase_sure(turn: Turn, act: Act) -> Reply:
    """Erase the conversation and, where no office is held, the person; what the record must keep is said."""
    stays = ""
    where = (turn.incoming.channel, turn.incoming.chat)
    person = turn.speaker.person
    if person is not None:
        others = [chat for chat in await people.chats_of(turn.session, person) if chat != where]
        try:
            erased = await privacy.erase_person(turn.session, person, turn.now)
            stays = words.ERASED_STAYS.format(count=erased.stays) if erased.stays else ""
            for other in others:
                await privacy.erase_chat(turn.session, *other, turn.now, None)
        except privacy.HoldsOffice:
            stays = words.ERASE_HOLDS_OFFICE
    gone = await privacy.erase_chat(turn.session, *where, turn.now, turn.incoming.key)
    turn.dialogue.state.clear()
    turn.dialogue.jurisdiction = None
    turn.speaker = await people.speaker_of(turn.session, *where, turn.today, demo=turn.house.demo)
    lead = words.ERASED.format(messages=gone.messages, questions=gone.questions)
    reply = greeting.menu(turn, lead)
    return Reply.of(
        ("lead", lead),
        ("text", stays),
        ("note", words.ERASED_RELOAD),
        choices=reply.choices,
        menu=menus.lasting(turn.speaker.role),
    )


ACTS: Acts = {"my_data": _show, "export": _export, "erase": _erase, "erase_sure": _erase_sure}
