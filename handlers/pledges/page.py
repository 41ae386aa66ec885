"""A signed pledge as its people see it: its promises and how they stand, its words, its code, whether its record holds."""

from __future__ import annotations

import asyncio
import io

import segno

from handlers import looking
from handlers import words as house_words
from handlers.cases.common import MENU, gone, seen, when
from handlers.messages import MAX_CHOICES, Act, BlockKind, Choice, Enclosure, FileRef, Reply
from handlers.pledges import lines, words
from handlers.pledges.reviewing import breakable
from handlers.turn import Acts, Turn
from knowledge.evidence_files import examine
from knowledge.pledges.kinds import refusal
from knowledge.pledges.standing import STANDING_NAMES, now_of, standing
from storage import cases, pledges
from storage.blobs import DamagedBlob, MissingBlob
from storage.cases import CaseInfo
from storage.pledges import PledgeInfo


async def found(turn: Turn, act: Act) -> tuple[CaseInfo, PledgeInfo] | None:
    """The pledge that an act names with its case, if the speaker may see that case (R1, R49)."""
    pledge = await pledges.pledge(turn.session, act["id"])
    info = await seen(turn, pledge.case) if pledge else None
    return (info, pledge) if info and pledge else None


async def all_of(turn: Turn, info: CaseInfo, lead: str = "") -> Reply:
    """The pledges of a case that are in force, each with a button; a contact may sign another kind."""
    signed = [one for one in await pledges.of_case(turn.session, info.id) if one.state == "signed"]
    choices = [Choice(words.title_of(one.kind), {"do": "pledge_page", "id": one.id}) for one in signed]
    if turn.speaker.role == "contact" and info.case.is_open:
        choices.append(Choice(words.LABEL_KINDS, {"do": "pledge_kinds", "id": info.id}))
    shown = "\n".join(lines.line(one, info.case) for one in signed)
    return Reply.of(
        ("lead", lead or (words.ALL.format(number=info.number) if signed else words.NONE)),
        ("list", shown),
        choices=[*choices, back(info), MENU],
    )


def back(info: CaseInfo) -> Choice:
    return Choice(house_words.LABEL_CASE, {"do": "case", "id": info.id})


async def page(turn: Turn, info: CaseInfo, pledge: PledgeInfo, lead: str = "") -> Reply:
    """One version: how it stands, each promise, who signed how and when; to an officer with its digest."""
    blocks: list[tuple[BlockKind, str]] = [
        ("lead", lead or await _standing(turn, info, pledge)),
        ("list", "\n".join(lines.promise_lines(pledge, info.case, turn.today))),
        ("note", signed_by(pledge)),
    ]
    if turn.speaker.office and pledge.digest:
        blocks.append(("list", f"{words.DIGEST}\n{grouped(pledge.digest)}"))
    return Reply.of(*blocks, choices=_ways(turn, info, pledge))


async def _standing(turn: Turn, info: CaseInfo, pledge: PledgeInfo) -> str:
    title = words.title_of(pledge.kind)
    if pledge.state == "replaced":
        newest = await pledges.newest(turn.session, info.id, pledge.kind, "signed")
        return words.REPLACED.format(
            title=title, version=pledge.version, newest=newest.version if newest else pledge.version
        )
    name = STANDING_NAMES[standing(now_of(pledge.promises, info.case))]
    return words.STANDING.format(title=title, version=pledge.version, state=words.STATES[pledge.state], standing=name)


def signed_by(pledge: PledgeInfo) -> str:
    """Who signed, when, where and how."""
    if pledge.signed is None or pledge.signed_way is None:
        return ""
    return words.SIGNED_BY.format(
        name=pledge.signed_name,
        at=when(pledge.signed),
        channel=words.CHANNELS.get(pledge.channel or "", pledge.channel),
        way=words.WAYS.get(pledge.signed_way, pledge.signed_way),
    )


def grouped(digest: str) -> str:
    """A digest in groups of sixteen, a line each, to be compared by eye."""
    return "\n".join(digest[at : at + 16] for at in range(0, len(digest), 16))


def _ways(turn: Turn, info: CaseInfo, pledge: PledgeInfo) -> list[Choice]:
    here = {"id": pledge.id}
    choices: list[Choice] = []
    is_in_force = pledge.state == "signed" and info.case.is_open
    is_open = any(promise.state == "open" for promise in now_of(pledge.promises, info.case))
    if turn.speaker.role == "contact" and is_in_force:
        if is_open:
            choices.append(Choice(house_words.LABEL_SUBMIT, {"do": "submit_evidence", "id": info.id}))
        if refusal(info.case, pledge.kind, turn.today) is None:
            amend = {"do": "pledge", "id": info.id, "kind": pledge.kind, "amend": True}
            choices.append(Choice(words.LABEL_AMEND, amend))
    if turn.speaker.role == "officer":
        choices.append(Choice(words.LABEL_VERIFY, {"do": "verify_pledge", **here}))
        if is_in_force and breakable(info.case, turn.today):
            choices.append(Choice(words.LABEL_BREAK, {"do": "break_promise", "id": info.id}))
    choices += [
        Choice(words.LABEL_TEXT, {"do": "pledge_text", **here}),
        Choice(words.LABEL_CODE, {"do": "pledge_code", **here}),
        Choice(words.LABEL_PLEDGES, {"do": "pledges", "id": info.id}),
    ]
    return [*choices[: MAX_CHOICES - 2], back(info), MENU]


# ---- acts


async def _pledges(turn: Turn, act: Act) -> Reply:
    info = await seen(turn, act["id"])
    if info is None:
        return gone(turn)
    await looking.at_case(turn, info, "pledge")
    return await all_of(turn, info)


async def _page(turn: Turn, act: Act) -> Reply:
    there = await found(turn, act)
    if there is None or not there[1].is_signed:
        return gone(turn)
    await looking.at_case(turn, there[0], "pledge")
    return await page(turn, *there)


async def _text(turn: Turn, act: Act) -> Reply:
    """The words as they were signed, with the drawn signature or the stamped paper, and every version's button."""
    there = await found(turn, act)
    if there is None or not there[1].is_signed:
        return gone(turn)
    info, pledge = there
    await looking.at_case(turn, info, "pledge")
    files, lost = await _signature(turn, pledge)
    versions = [
        one
        for one in await pledges.of_case(turn.session, info.id)
        if one.kind == pledge.kind and one.is_signed and one.id != pledge.id
    ]
    choices = [Choice(f"第{one.version}版", {"do": "pledge_text", "id": one.id}) for one in versions[-5:]]
    here = Choice(house_words.LABEL_BACK, {"do": "pledge_page", "id": pledge.id})
    return Reply.of(
        ("lead", await _standing(turn, info, pledge)),
        ("quote", pledge.text),
        ("note", signed_by(pledge)),
        ("note", lost),
        choices=[*choices, here, back(info), MENU],
        files=files,
    )


async def _signature(turn: Turn, pledge: PledgeInfo) -> tuple[list[Enclosure], str]:
    """The picture of the signature, and what is said when it is gone."""
    if not pledge.signature:
        return [], ""
    try:
        content = await asyncio.to_thread(turn.house.read_file, pledge.signature)
    except (MissingBlob, DamagedBlob):
        return [], words.PICTURE_LOST
    if not content:
        return [], words.PICTURE_LOST
    found = await asyncio.to_thread(examine, content, words.WAYS[pledge.signed_way or "stamped"])
    kept = FileRef(pledge.signature, found.name, found.mime, len(content))
    return [Enclosure(found.name, found.mime, kept=kept)], ""


async def _code(turn: Turn, act: Act) -> Reply:
    """The code that is printed on the paper, with its page and its QR picture."""
    there = await found(turn, act)
    if there is None or not there[1].code:
        return gone(turn)
    info, pledge = there
    assert pledge.code is not None
    shown = words.code_words(pledge.code)
    link = turn.house.check_link(pledge.code)
    return Reply.of(
        ("lead", words.CODE_LEAD.format(code=shown)),
        ("text", link),
        ("note", words.CODE_NOTE),
        choices=[Choice(house_words.LABEL_BACK, {"do": "pledge_page", "id": pledge.id}), back(info), MENU],
        files=[Enclosure(words.CODE_PICTURE, "image/png", qr_picture(link or shown))],
    )


def qr_picture(text: str) -> bytes:
    """A text as a QR picture, PNG."""
    picture = io.BytesIO()
    segno.make(text, error="m").save(picture, kind="png", scale=8, border=3)
    return picture.getvalue()


async def _verify(turn: Turn, act: Act) -> Reply:
    """核对: the digest recomputed from the record, compared with the one kept and the one in the case's chain (R34)."""
    there = await found(turn, act)
    if there is None or not there[1].is_signed:
        return gone(turn)
    info, pledge = there
    await looking.at_case(turn, info, "pledge")
    wrong = [words.PARTS[part] for part in await problems(turn, pledge)]
    expected = grouped(pledge.expected_digest or "")
    return Reply.of(
        ("lead", words.BROKEN_RECORD if wrong else words.INTACT),
        ("list", "\n".join(wrong)),
        ("list", f"{words.DIGEST}\n{expected}" if expected else ""),
        choices=[Choice(house_words.LABEL_BACK, {"do": "pledge_page", "id": pledge.id}), back(info), MENU],
    )


async def problems(turn: Turn, pledge: PledgeInfo) -> list[str]:
    """The parts of a signed pledge whose record does not hold, as keys of ``words.PARTS``; none when all does."""
    found = []
    if pledge.digest is None or pledge.digest != pledge.expected_digest:
        found.append("text")
    noted = [
        event.data.get("digest")
        for event in await cases.events(turn.session, pledge.case)
        if event.act == "pledge" and event.data.get("pledge") == pledge.id
    ]
    if noted != [pledge.digest]:
        found.append("event")
    if (await _signature(turn, pledge))[1]:
        found.append("file")
    return found


ACTS: Acts = {
    "pledges": _pledges,
    "pledge_page": _page,
    "pledge_text": _text,
    "pledge_code": _code,
    "verify_pledge": _verify,
}
