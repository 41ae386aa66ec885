"""Papers as their people see them: those of a case, one version with what is open in it, its file, its next step."""

from __future__ import annotations

import asyncio

from handlers import looking
from handlers import words as house_words
from handlers.browse import paged
from handlers.cases.common import MENU, gone, seen, when
from handlers.messages import PULL_CHANNELS, Act, Choice, Enclosure, FileRef, Reply
from handlers.papers import words
from handlers.papers.fields import changed, record_values, whole
from handlers.papers.record import read_record
from handlers.turn import Acts, Turn, lend
from knowledge.papers.kinds import Kind, shipped_papers
from storage import cases, papers
from storage.blobs import DamagedBlob, MissingBlob
from storage.cases import CaseInfo
from storage.papers import PaperInfo, State


def kind_of(paper: PaperInfo) -> Kind | None:
    """The kind of a paper; ``None`` for one that the data no longer has."""
    return shipped_papers().kinds.get(paper.kind)


def title_of(paper: PaperInfo) -> str:
    kind = kind_of(paper)
    return kind.title if kind else paper.kind


def label_of(paper: PaperInfo) -> str:
    """What a button for a paper says."""
    kind = kind_of(paper)
    return kind.label if kind else paper.kind


async def found(turn: Turn, act: Act, *, lock: bool = False) -> tuple[CaseInfo, PaperInfo] | None:
    """The paper that an act names with its case, if the speaker may see both (R1): a contact sees what was sent."""
    paper = await papers.paper(turn.session, act["id"])
    info = await seen(turn, paper.case, lock=lock) if paper else None
    if paper is None or info is None or (turn.speaker.role == "contact" and paper.state != "sent"):
        return None
    if lock:
        paper = await papers.paper(turn.session, paper.id, lock=True) or paper
    return info, paper


async def what_changed(turn: Turn, info: CaseInfo, paper: PaperInfo) -> list[str]:
    """The fields of a paper that the record says otherwise now."""
    kind = kind_of(paper)
    if kind is None:
        return []
    record = await read_record(turn, info)
    now = whole(record_values(record, kind), paper.given, record.sources)
    before = whole(paper.record, paper.given, record.sources)
    names = [*paper.record, *paper.given, *paper.missing]
    return changed(before, now, dict.fromkeys([*names, *(name for name in before if name not in names)]))


async def fallen(turn: Turn, info: CaseInfo, paper: PaperInfo) -> list[str]:
    """What changed since a paper was made; with that its review falls away, on the record."""
    names = await what_changed(turn, info, paper) if paper.state != "sent" else []
    of: tuple[State, ...] = ("review", "passed")
    reason = words.STALE_REASON.format(names="、".join(names))
    if names and paper.state in of and await papers.move(turn.session, paper.id, "draft", of=of, reason=reason):
        data = {"paper": paper.id, "kind": paper.kind, "version": paper.version, "reason": reason}
        await cases.note(turn.session, info.id, "paper_stale", data, turn.speaker.person, turn.now)
    return names


def enclosure(paper: PaperInfo) -> Enclosure:
    """The file of a paper, as it lies under its digest."""
    kind = kind_of(paper)
    heading = kind.heading if kind else paper.kind
    name = words.FILE_NAME.format(title=heading, number=paper.number, version=paper.version)
    return Enclosure(name, words.MIME, kept=FileRef(paper.file, name, words.MIME, paper.size))


def is_outside(channel: str) -> bool:
    """Whether what is sent there lies on the machines of others: no paper goes with a message then (R49)."""
    return channel not in PULL_CHANNELS


async def is_there(turn: Turn, paper: PaperInfo) -> bool:
    """Whether the file lies where it should, unharmed."""
    try:
        await asyncio.to_thread(turn.house.read_file, paper.file)
    except (MissingBlob, DamagedBlob):
        return False
    return True


async def page(turn: Turn, info: CaseInfo, paper: PaperInfo, lead: str = "", *, with_file: bool = False) -> Reply:
    """One version: where it stands, what is open in it, who made and reviewed it, what comes next."""
    names = await _stale(turn, info, paper)
    if names:
        lead = words.STALE_REVIEW if paper.state != "draft" or paper.reason else words.STALE_DRAFT
        paper = await papers.paper(turn.session, paper.id) or paper
    lead = lead or words.PAGE.format(title=title_of(paper), version=paper.version, state=words.STATES[paper.state])
    has_file = not with_file or await is_there(turn, paper)
    lines = lines_of(turn, paper)
    if names:
        lines.append(words.CHANGED.format(names="、".join(names)))
    enclosed = enclosure(paper) if with_file and has_file else None
    link = ""
    if enclosed and enclosed.kept and is_outside(turn.incoming.channel):
        link, enclosed = words.LENT.format(link=await lend(turn, enclosed.kept)), None
    return Reply.of(
        ("lead", lead),
        ("list", "\n".join(lines)),
        ("text", link),
        ("note", "" if names else _next(turn, paper)),
        ("note", "" if has_file else words.FILE_LOST),
        choices=[*_ways(turn, paper, is_stale=bool(names)), *_back(info)],
        files=[enclosed] if enclosed else [],
    )


async def _stale(turn: Turn, info: CaseInfo, paper: PaperInfo) -> list[str]:
    """What changed under a version that is still to be used, as those see it who use it."""
    is_used = paper.is_newest and paper.state in ("draft", "review", "passed")
    return await fallen(turn, info, paper) if is_used and turn.speaker.role in ("officer", "legal") else []


def lines_of(turn: Turn, paper: PaperInfo) -> list[str]:
    """What is said of a version, a line each: what is open, who made it, what legal said."""
    if turn.speaker.role == "contact":
        return []
    open_fields = words.OPEN_FIELDS.format(names="、".join(paper.missing)) if paper.missing else words.NO_OPEN_FIELDS
    lines = [open_fields, words.MADE_BY.format(name=paper.maker_name or "", at=when(paper.made))]
    if paper.reviewed and paper.state in ("returned", "passed", "sent"):
        lines.append(words.REVIEWED_BY.format(name=paper.reviewer_name or "", at=when(paper.reviewed)))
    if paper.state == "returned":
        lines.append(words.RETURNED_FOR.format(reason=paper.reason or ""))
    return lines if paper.is_newest else [words.OLD, *lines]


def _next(turn: Turn, paper: PaperInfo) -> str:
    if turn.speaker.role != "officer" or not paper.is_newest:
        return ""
    kind = kind_of(paper)
    waits = paper.state == "draft" and kind is not None and kind.is_reviewed
    return words.NEXT["draft_review" if waits else paper.state]


def _ways(turn: Turn, paper: PaperInfo, *, is_stale: bool) -> list[Choice]:
    here, kind = {"id": paper.id}, kind_of(paper)
    file = Choice(words.LABEL_FILE, {"do": "paper_file", **here})
    if turn.speaker.role == "legal" and paper.state == "review" and not is_stale:
        return [
            Choice(words.LABEL_PASS, {"do": "paper_pass", **here}),
            Choice(words.LABEL_RETURN, {"do": "return_paper", **here}),
            file,
        ]
    if turn.speaker.role != "officer" or kind is None or not paper.is_newest:
        return [file]
    anew = again(paper.case, kind)
    if is_stale:
        return [anew, file]
    sending = Choice(words.LABEL_SEND, {"do": "paper_send", **here})
    first = {
        "draft": Choice(words.LABEL_REVIEW, {"do": "paper_submit", **here}) if kind.is_reviewed else sending,
        "passed": sending,
        "sent": Choice(words.LABEL_SEND_AGAIN, {"do": "paper_send", **here}),
    }.get(paper.state)
    return [*([first] if first else []), file, anew]


def again(case: int, kind: Kind) -> Choice:
    """The button that makes a kind of paper anew."""
    return Choice(words.LABEL_MAKE_AGAIN, {"do": "make_paper", "id": case, "kind": kind.id})


def _back(info: CaseInfo) -> list[Choice]:
    return [
        Choice(words.LABEL_PAPERS, {"do": "papers", "id": info.id}),
        Choice(house_words.LABEL_CASE, {"do": "case", "id": info.id}),
        MENU,
    ]


# ---- acts


async def _papers(turn: Turn, act: Act) -> Reply:
    """文书: the newest version of each kind; to an enterprise what was sent to it; an officer goes on to make one."""
    info = await seen(turn, act["id"])
    if info is None:
        return gone(turn)
    await looking.at_case(turn, info, "paper")
    is_contact = turn.speaker.role == "contact"
    made = [one for one in await papers.of_case(turn.session, info.id) if one.is_newest or is_contact]
    if is_contact:
        sent = [one for one in made if one.state == "sent"]
        made = list({one.kind: one for one in reversed(sent)}.values())
    case = Choice(house_words.LABEL_CASE, {"do": "case", "id": info.id})
    making = [Choice(words.LABEL_MAKE, {"do": "paper_kinds", "id": info.id})] if turn.speaker.role == "officer" else []
    if not made:
        none = words.PAPERS_NONE_SENT if is_contact else words.PAPERS_NONE
        return Reply.of(("lead", none), choices=[*making, case, MENU])
    shown = paged(
        words.PAPERS.format(number=info.number),
        made,
        act.get("page", 0),
        lambda one: words.PAPER_LINE.format(title=title_of(one), version=one.version, state=words.STATES[one.state]),
        label_of,
        lambda one: {"do": "paper", "id": one.id},
        lambda n: {"do": "papers", "id": info.id, "page": n},
        {"do": "case", "id": info.id},
    )
    return Reply(shown.blocks, (*making, *shown.choices)[:8], shown.files)


async def _paper(turn: Turn, act: Act) -> Reply:
    there = await found(turn, act)
    if there is None:
        return gone(turn)
    await looking.at_case(turn, there[0], "paper")
    return await page(turn, *there, with_file=turn.speaker.role != "officer")


async def _file(turn: Turn, act: Act) -> Reply:
    there = await found(turn, act)
    if there is None:
        return gone(turn)
    await looking.at_case(turn, there[0], "paper")
    return await page(turn, *there, with_file=True)


ACTS: Acts = {"papers": _papers, "paper": _paper, "paper_file": _file}
