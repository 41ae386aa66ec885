"""我的数据 (R48): what is kept about a person, given to them, erased; and what the record must keep."""

from __future__ import annotations

import datetime as dt
import json

from handlers import greeting, looking, menus, words
from handlers.answers import clipped
from handlers.cases.arriving import contacts_changed
from handlers.cases.common import when
from handlers.messages import Act, Choice, Enclosure, Reply
from handlers.turn import CHINA, Acts, Turn
from storage import people, privacy
from storage.kept import Kept, KeptPiece, kept_about, pieces_of
from storage.views import View, views_of

MENU = Choice(words.LABEL_MENU, {"do": "menu"})
A_PAGE = 5
LABEL_PIECES = "交的材料"
LABEL_VIEWS = "谁看过"
PIECES = "您交的材料，{count}份："
PIECES_LINE = "交的材料：{count}份，最近的是{newest}"
PIECES_NONE = "您没有交过材料。"
PIECES_STAY = "这些是案件的证据，依法留存，删除数据时不删。"
VIEWS = "看过您这边数据的："
VIEWS_NONE = "还没有人看过。"
VIEWS_NOTE = "同一个人同一天看同一样，只记一次。"


async def _kept(turn: Turn) -> Kept:
    where = (turn.incoming.channel, turn.incoming.chat)
    return await kept_about(turn.session, *where, turn.speaker.person)


async def _show(turn: Turn, act: Act) -> Reply:
    """我的数据: how much there is of each kind, the newest of what was handed in, and what the record keeps."""
    kept = await _kept(turn)
    lines = [f"对话：{len(kept.messages)}条消息，{len(kept.questions)}个提问"]
    choices = [Choice(words.LABEL_EXPORT, {"do": "export"}), Choice(words.LABEL_ERASE, {"do": "erase"})]
    if turn.speaker.person:
        lines.append(f"姓名：{turn.speaker.name}")
        if kept.bindings:
            lines.append(f"绑定：{'、'.join(dict.fromkeys(binding.enterprise for binding in kept.bindings))}")
        lines.append(f"自检：{len(kept.checks)}份；自报的数据：{len(kept.facts)}项")
    if kept.ratings:
        lines.append(f"评价：{len(kept.ratings)}次")
    if kept.pieces:
        lines.append(PIECES_LINE.format(count=len(kept.pieces), newest=_piece(kept.pieces[0])))
        choices.append(Choice(LABEL_PIECES, {"do": "my_pieces"}))
    if kept.views:
        choices.append(Choice(LABEL_VIEWS, {"do": "my_views"}))
    return Reply.of(
        ("lead", words.MY_DATA),
        ("list", "\n".join(lines)),
        ("note", words.MY_DATA_STAYS),
        choices=[*choices, MENU],
    )


def _piece(one: KeptPiece) -> str:
    return f"{clipped(one.name or one.text or '', 30)}（{one.number}）"


async def _pieces(turn: Turn, act: Act) -> Reply:
    """交的材料: each by its file name or first words, with the number of its case; all of it is the record's (R48)."""
    found = await pieces_of(turn.session, turn.speaker.person) if turn.speaker.person else []
    lines = [f"{_day(one.at)} {_piece(one)}" for one in found]
    return _paged(PIECES.format(count=len(found)) if found else PIECES_NONE, lines, act, PIECES_STAY if found else "")


async def _views(turn: Turn, act: Act) -> Reply:
    """谁看过: by department and role, when, and what – not by whose name (R28, R48)."""
    found = await views_of(turn.session, turn.speaker.person) if turn.speaker.person else []
    return _paged(VIEWS if found else VIEWS_NONE, [_view(one) for one in found], act, VIEWS_NOTE if found else "")


def _view(one: View) -> str:
    role = menus.ROLE_NAMES.get(one.role, "")
    licence = f"（执法证号{one.licence}）" if one.licence else ""
    who = f"{one.department}{role}{licence}" if role else "执法部门"
    of = one.number or one.enterprise
    return f"{when(one.at)} {who}看了{of}的{looking.WHAT.get(one.what, '材料')}"


def _paged(lead: str, lines: list[str], act: Act, note: str) -> Reply:
    pages = max(1, -(-len(lines) // A_PAGE))
    page = max(0, min(int(act.get("page", 0)), pages - 1))
    ways = [(words.LABEL_PREVIOUS, page - 1)] * (page > 0) + [(words.LABEL_NEXT, page + 1)] * (page < pages - 1)
    return Reply.of(
        ("lead", lead),
        ("list", "\n".join(lines[page * A_PAGE : (page + 1) * A_PAGE])),
        ("note", words.PAGE.format(page=page + 1, pages=pages) if pages > 1 else ""),
        ("note", note),
        choices=[
            *(Choice(label, {"do": act["do"], "page": to}) for label, to in ways),
            Choice(words.LABEL_BACK, {"do": "my_data"}),
            MENU,
        ],
    )


def _day(at: dt.datetime) -> str:
    return at.astimezone(CHINA).date().isoformat()


async def _export(turn: Turn, act: Act) -> Reply:
    """Two files: for machines (JSON) and for people (text)."""
    kept = await _kept(turn)
    data = kept.to_json(words.ACTS)
    for line, view in zip(data["谁看过"], kept.views, strict=True):
        line |= {"看了": looking.WHAT.get(view.what, "材料"), "职务": menus.ROLE_NAMES.get(view.role, "")}
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
        bound = [binding.enterprise for binding in turn.speaker.bindings]
        try:
            erased = await privacy.erase_person(turn.session, person, turn.now)
            stays = words.ERASED_STAYS.format(count=erased.stays) if erased.stays else ""
            for enterprise in bound:
                await contacts_changed(turn, enterprise)
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


ACTS: Acts = {
    "my_data": _show,
    "my_pieces": _pieces,
    "my_views": _views,
    "export": _export,
    "erase": _erase,
    "erase_sure": _erase_sure,
}
