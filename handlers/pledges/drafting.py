"""A pledge before it is signed: prefilled from the case, read back whole, or refused with the clause (R11, R18, R25, R31–R35)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from handlers import words as house_words
from handlers.cases import common
from handlers.messages import MAX_CHOICES, Act, Choice, Reply
from handlers.pledges import page, words
from handlers.sources import Sources
from handlers.turn import Acts, Turn
from knowledge.matching.matcher import covers
from knowledge.pledges.kinds import offers, refusal, shipped_wordings
from knowledge.pledges.refusals import clause_of
from knowledge.pledges.standing import MAX_PROMISES
from knowledge.pledges.text import Terms, body, promise_words
from knowledge.procedure.case import SUBSTITUTES, Case, PledgeKind, Promise
from knowledge.procedure.results import Refused
from storage import enterprises, pledges
from storage.cases import CaseInfo
from storage.pledges import PledgeInfo

_LETTERS: dict[PledgeKind, str] = {"rectification": "r", "acknowledgement": "a", "voluntary": "v", "redress": "d"}
"""What the ids of a kind's promises begin with."""


async def _pledge(turn: Turn, act: Act) -> Reply:
    """签承诺书: what is signed already, else the draft. ``kind`` names another kind, ``amend`` asks for a new version."""
    info = await common.seen(turn, act["id"], lock=True)
    if info is None:
        return common.gone(turn)
    if not info.case.is_open:
        return Reply.of(("lead", words.CLOSED), choices=[page.back(info), common.MENU])
    kind: PledgeKind | None = act.get("kind")
    signed = [one for one in await pledges.of_case(turn.session, info.id) if one.state == "signed"]
    if kind is None and signed:
        return await page.all_of(turn, info)
    kind = kind or "rectification"
    if kind not in shipped_wordings():
        return common.gone(turn)
    there = next((one for one in signed if one.kind == kind), None)
    if there and not act.get("amend"):
        return await page.page(turn, info, there)
    return await draft(turn, info, kind, there)


async def draft(turn: Turn, info: CaseInfo, kind: PledgeKind, signed: PledgeInfo | None) -> Reply:
    """The draft of a kind, made from the case or from the version in force; or why there is none."""
    problem = refusal(info.case, kind, turn.today)
    if problem:
        return refused_reply(turn, info, kind, problem)
    there = await pledges.newest(turn.session, info.id, kind, "draft")
    if there is None and kind == "redress" and signed is None:
        return await turn.engine.start(turn, "redress", {"do": "redress", "id": info.id, "anew": True})
    if there is None:
        promises = carried(signed, info.case) if signed else prefilled(info, kind, turn.today)
        injured = signed.injured if signed else None
        there = await pledges.open_draft(turn.session, info.id, kind, promises, injured, turn.now)
    return await draft_page(turn, info, await refreshed(turn, info, there))


async def refreshed(turn: Turn, info: CaseInfo, pledge: PledgeInfo) -> PledgeInfo:
    """A draft whose older promises were settled meanwhile, with what came of them."""
    settled = {promise.id: promise for promise in info.case.promises if promise.state != "open"}
    promises = [
        replace(one, state=settled[one.id].state, due=settled[one.id].due) if one.id in settled else one
        for one in pledge.promises
    ]
    return pledge if promises == list(pledge.promises) else await pledges.rewrite(turn.session, pledge.id, promises)


def prefilled(info: CaseInfo, kind: PledgeKind, today: dt.date) -> list[Promise]:
    """The first promise from the case: what it must correct, by its own day (R25).

    Where the officer wrote nothing better than the problem, it promises to put that right.
    """
    case = info.case
    named = case.must_correct or info.problem
    text = named if named != info.problem else words.PUT_RIGHT.format(problem=info.problem)
    id = new_id(kind, [promise.id for promise in case.promises])
    return [Promise(id, text, max(case.due or today, today))]


def carried(signed: PledgeInfo, case: Case) -> list[Promise]:
    """The promises of the version in force as they stand now: with the days that the authority gave, and what was settled."""
    now = {promise.id: promise for promise in case.promises}
    return [
        Promise(one.id, one.text, now[one.id].due, now[one.id].state, one.kind) if one.id in now else one
        for one in signed.promises
    ]


def procedure_kind(turn: Turn, info: CaseInfo, kind: PledgeKind) -> PledgeKind:
    """What a pledge is to the procedure: where no document of the place has its kind, it stands in for nothing (R2, R36)."""
    return "rectification" if kind in SUBSTITUTES and not has_own(turn, info, kind) else kind


def has_own(turn: Turn, info: CaseInfo, kind: PledgeKind) -> bool:
    """Whether the case's own place has this kind of pledge in a document of its own, or of a place above it (R2)."""
    source = turn.library.source_of(words.wording_of(kind).cites)
    return source is not None and covers(source.jurisdiction, info.jurisdiction)


def new_id(kind: PledgeKind, used: Sequence[str]) -> str:
    """An id for one more promise of a kind that none in use has."""
    letter = _LETTERS[kind]
    numbers = [int(id[1:]) for id in used if id[:1] == letter and id[1:].isdigit()]
    return f"{letter}{max(numbers, default=0) + 1}"


def refused_reply(turn: Turn, info: CaseInfo, kind: PledgeKind, problem: Refused) -> Reply:
    """Why a pledge is not there to be signed: in plain words, with the rule and the clause; the ordinary path stays (R11, R35)."""
    sources = Sources(turn.library, turn.house.checks)
    clause = clause_of(problem, kind, info.case)
    has_clause = clause is not None and sources.has(clause)
    return Reply.of(
        ("lead", problem.words),
        ("quote", sources.quote(clause) if clause and has_clause else ""),
        ("citation", sources.line(clause) if clause and has_clause else ""),
        ("note", sources.place_note(clause, info.jurisdiction) if clause and has_clause else ""),
        ("note", f"{words.RULE.format(rule=problem.rule)}{words.REFUSED_NEXT}"),
        choices=[Choice(words.LABEL_KINDS, {"do": "pledge_kinds", "id": info.id}), page.back(info), common.MENU],
    )


async def text_of(turn: Turn, info: CaseInfo, pledge: PledgeInfo) -> str:
    """The whole text as the speaker would sign it now."""
    firm = await enterprises.enterprise(turn.session, info.enterprise)
    assert firm is not None
    wording = words.wording_of(pledge.kind)
    sources = Sources(turn.library, turn.house.checks)
    elsewhere = words.ELSEWHERE if sources.place_note(wording.cites, info.jurisdiction) else ""
    return body(
        Terms(
            wording=wording,
            version=pledge.version,
            number=info.number,
            enterprise=firm.name,
            credit_code=firm.code,
            department=info.department,
            problem=info.problem,
            signer=turn.speaker.name,
            promises=pledge.promises,
            basis=sources.brief(wording.cites) + elsewhere,
            injured=pledge.injured,
        )
    )


async def draft_page(turn: Turn, info: CaseInfo, pledge: PledgeInfo, lead: str = "") -> Reply:
    """The draft read back whole, its clause, that nobody must sign (R18), and what can be changed."""
    sources = Sources(turn.library, turn.house.checks)
    wording = words.wording_of(pledge.kind)
    is_own = has_own(turn, info, pledge.kind)
    free = "" if pledge.kind == "rectification" and is_own else words.FREE
    amends = words.DRAFT_AMENDS if pledge.version > 1 else ""
    effect = "" if pledge.kind == "rectification" else words.EFFECT_BY_CLAUSE
    if pledge.kind in SUBSTITUTES and not is_own:
        effect = words.EFFECT_NONE
    return Reply.of(
        ("lead", lead or words.DRAFT),
        ("quote", await text_of(turn, info, pledge)),
        ("note", sources.place_note(wording.cites, info.jurisdiction)),
        ("note", f"{amends}{free}{effect}"),
        choices=[*_draft_ways(info, pledge, turn.today), page.back(info)],
    )


def _draft_ways(info: CaseInfo, pledge: PledgeInfo, today: dt.date) -> list[Choice]:
    can_edit = editable(pledge, info.case, today)
    ways = [(words.LABEL_SIGN, "sign_pledge", bool(can_edit))]
    ways.append((words.LABEL_ADD, "add_promise", len(pledge.promises) < MAX_PROMISES))
    ways.append((words.LABEL_EDIT, "edit_promise", bool(can_edit)))
    ways.append((words.LABEL_DROP, "drop_promise", len(pledge.promises) > 1 and bool(removable(pledge, info.case))))
    ways.append((words.LABEL_INJURED, "redress", pledge.kind == "redress"))
    choices = [Choice(label, {"do": act, "id": pledge.id, "pledge": True}) for label, act, shown in ways if shown]
    choices.append(Choice(house_words.LABEL_BASIS, {"do": "show", "entry": words.wording_of(pledge.kind).cites}))
    return [*choices, Choice(words.LABEL_KINDS, {"do": "pledge_kinds", "id": info.id})][: MAX_CHOICES - 1]


def editable(pledge: PledgeInfo, case: Case, today: dt.date) -> list[Promise]:
    """The promises that may still be changed: not settled, not past, none whose evidence waits (R34)."""
    now = {promise.id: promise for promise in case.promises}

    def is_free(promise: Promise) -> bool:
        there = now.get(promise.id)
        return there is None or (there.state == "open" and not there.is_waiting and there.due >= today)

    return [promise for promise in pledge.promises if promise.state == "open" and is_free(promise)]


def removable(pledge: PledgeInfo, case: Case) -> list[Promise]:
    """The promises that were never signed: a signed one is changed by a new version, not dropped (R34)."""
    signed = {promise.id for promise in case.promises}
    return [promise for promise in pledge.promises if promise.id not in signed]


async def _kinds(turn: Turn, act: Act) -> Reply:
    """换一种: the four kinds, each with when it fits, or why it is not there."""
    info = await common.seen(turn, act["id"])
    if info is None:
        return common.gone(turn)
    said, choices = [], []
    for n, offer in enumerate(offers(info.case, turn.today), 1):
        wording = offer.wording
        away = "" if has_own(turn, info, wording.kind) else words.ELSEWHERE
        said.append(f"{n}. {wording.title}：{offer.refused.words if offer.refused else wording.meant_for + away}")
        # one that is refused has its button, too: behind it stands why, with the clause
        choices.append(Choice(wording.title, {"do": "pledge", "id": info.id, "kind": wording.kind}))
    return Reply.of(("lead", words.KINDS), ("list", "\n".join(said)), choices=[*choices, page.back(info), common.MENU])


async def open_draft(turn: Turn, id: int, *, lock: bool = False) -> tuple[CaseInfo, PledgeInfo] | Reply:
    """A draft with its case, if the speaker is a contact of its enterprise; or what is said instead (R35)."""
    pledge = await pledges.pledge(turn.session, id)
    info = await common.seen(turn, pledge.case, lock=lock) if pledge else None
    if pledge is None or info is None or turn.speaker.role != "contact":
        return common.gone(turn)
    if lock:
        pledge = await pledges.pledge(turn.session, id, lock=True) or pledge
    if pledge.is_signed:
        return await page.page(turn, info, pledge, lead=words.NO_DRAFT)
    return info, pledge


def terms_lines(pledge: PledgeInfo) -> str:
    """The promises of a pledge as its text has them, told apart from what the review counts."""
    return "\n".join(words.TERM.format(n=n, text=promise_words(one)) for n, one in enumerate(pledge.promises, 1))


ACTS: Acts = {"pledge": _pledge, "pledge_kinds": _kinds}
