"""A paper on its way out: to legal for review, and to the enterprise (R42, R45, R46, R49)."""

from __future__ import annotations

from handlers import words as house_words
from handlers.cases import common
from handlers.cases.common import MENU, gone, may_enforce
from handlers.messages import Act, BlockKind, Choice, Reply
from handlers.papers import page, words
from handlers.turn import Acts, Turn
from knowledge.papers.kinds import Kind
from storage import cases, papers, people
from storage.cases import CaseInfo
from storage.papers import PaperInfo


async def _there(turn: Turn, act: Act) -> tuple[CaseInfo, PaperInfo, Kind] | Reply:
    """The newest version with its case, for an officer who may enforce; or what is said instead."""
    refusal = may_enforce(turn)
    if refusal:
        return refusal
    there = await page.found(turn, act, lock=True)
    kind = page.kind_of(there[1]) if there else None
    if there is None or kind is None:
        return gone(turn)
    info, paper = there
    if not paper.is_newest or await page.fallen(turn, info, paper):
        return await page.page(turn, info, await papers.paper(turn.session, paper.id) or paper)
    return info, paper, kind


def event_data(paper: PaperInfo, **more: object) -> dict[str, object]:
    """What an event says of a paper."""
    return {"paper": paper.id, "kind": paper.kind, "version": paper.version, "text": page.title_of(paper), **more}


async def _submit(turn: Turn, act: Act) -> Reply:
    """送审: to every legal officer of the jurisdiction."""
    there = await _there(turn, act)
    if isinstance(there, Reply):
        return there
    info, paper, kind = there
    if not kind.is_reviewed or not await papers.move(turn.session, paper.id, "review", of=("draft",)):
        return await page.page(turn, info, paper)
    await cases.note(turn.session, info.id, "paper_submitted", event_data(paper), turn.speaker.person, turn.now)
    reply = Reply.of(
        ("lead", words.TO_REVIEW_TOLD.format(number=info.number, title=kind.title)),
        choices=[Choice(house_words.LABEL_LOOK, {"do": "paper", "id": paper.id})],
    )
    reviewers = await people.offices(turn.session, jurisdiction=info.jurisdiction, role="legal", demo=turn.house.demo)
    for office in reviewers:
        person = await common.acting_person(turn, office)
        for channel, chat in await people.chats_of(turn.session, person):
            await turn.send(channel, chat, f"paper-review/{paper.id}/{channel}/{chat}", reply)
    fresh = await papers.paper(turn.session, paper.id) or paper
    lead = words.SENT_TO_REVIEW if reviewers else words.NOBODY_REVIEWS
    return await page.page(turn, info, fresh, lead=lead)


async def _send(turn: Turn, act: Act) -> Reply:
    """发给企业: what, to whom, what is still open in it; nothing leaves before the second tap."""
    there = await _may_leave(turn, act)
    if isinstance(there, Reply):
        return there
    info, paper, kind = there
    contacts = await people.contacts_of(turn.session, info.enterprise)
    if not contacts:
        return Reply.of(("lead", words.NOT_SENT), ("text", words.NOT_SENT_NEXT), choices=_back(paper))
    lines = [words.SEND_TO.format(firm=info.enterprise_name, count=len(contacts))]
    if paper.missing:
        lines.append(words.OPEN_FIELDS.format(names="、".join(paper.missing)))
    return Reply.of(
        ("lead", words.SEND_ASK.format(title=kind.heading, version=paper.version)),
        ("list", "\n".join(lines)),
        ("note", words.SEND_NOTE),
        choices=[Choice(words.LABEL_SEND_SURE, {"do": "paper_send_sure", "id": paper.id}), *_back(paper)],
    )


async def _may_leave(turn: Turn, act: Act) -> tuple[CaseInfo, PaperInfo, Kind] | Reply:
    there = await _there(turn, act)
    if isinstance(there, Reply):
        return there
    info, paper, kind = there
    if paper.state not in (("passed", "sent") if kind.is_reviewed else ("draft", "sent")):
        return await page.page(turn, info, paper, lead=words.NEEDS_REVIEW)
    if not await page.is_there(turn, paper):
        return await page.page(turn, info, paper, with_file=True)
    return info, paper, kind


def _back(paper: PaperInfo) -> list[Choice]:
    return [Choice(house_words.LABEL_BACK, {"do": "paper", "id": paper.id}), MENU]


async def _send_sure(turn: Turn, act: Act) -> Reply:
    """The number and what is needed, signed (R46); the file with it only in a chat of our own, elsewhere a link on demand (R49)."""
    there = await _may_leave(turn, act)
    if isinstance(there, Reply):
        return there
    info, paper, kind = there
    course = await cases.events(turn.session, info.id)
    before = sum(event.act == "paper_sent" and event.data.get("paper") == paper.id for event in course)
    look = Choice(words.LABEL_FILE, {"do": "paper_file", "id": paper.id})
    case = Choice(house_words.LABEL_CASE, {"do": "case", "id": info.id})
    blocks: list[tuple[BlockKind, str]] = [
        ("lead", words.TOLD_PAPER.format(title=kind.heading)),
        ("text", words.TOLD_NUMBER.format(number=info.number, needs=kind.needs)),
        ("note", await common.signature(turn, info)),
        ("note", words.TOLD_RIGHTS if info.case.is_open else words.TOLD_DECIDED),
        ("note", words.TOLD_NO_SERVICE),
    ]
    told = Reply.of(*blocks, choices=[case], files=[page.enclosure(paper)])
    outside = Reply.of(*blocks, ("note", words.TOLD_KEPT), choices=[look, case])

    def by_channel(channel: str) -> Reply:
        return outside if page.is_outside(channel) else told

    reached = await common.tell_enterprise(turn, info, f"paper{paper.id}-{before + 1}", by_channel)
    if not reached:
        return Reply.of(("lead", words.NOT_SENT), ("text", words.NOT_SENT_NEXT), choices=_back(paper))
    await papers.move(turn.session, paper.id, "sent", of=("draft", "passed", "sent"))
    data = event_data(paper, file=paper.file)
    await cases.note(turn.session, info.id, "paper_sent", data, turn.speaker.person, turn.now)
    fresh = await papers.paper(turn.session, paper.id) or paper
    return await page.page(turn, info, fresh, lead=words.SENT.format(title=kind.title))


ACTS: Acts = {"paper_submit": _submit, "paper_send": _send, "paper_send_sure": _send_sure}
