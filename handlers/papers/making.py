"""Making a paper: the kinds that fit and why others do not, what the record gives, what is asked, the file, kept by its digest."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.browse import paged
from handlers.cases.common import MENU, gone, may_enforce, seen
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Option, Reading, Step, fine, refused
from handlers.messages import Act, Block, Choice, Reply
from handlers.papers import page, words
from handlers.papers.fields import record_values, suggestions, whole
from handlers.papers.record import Record, read_record
from handlers.pledges.page import qr_picture
from handlers.pledges.words import code_words
from handlers.turn import Acts, Turn
from knowledge.checks.conditions import OneOf
from knowledge.papers.filling import CannotFill, fill
from knowledge.papers.fitting import FITS
from knowledge.papers.kinds import QR, Field, Kind, shipped_papers
from knowledge.papers.templates import Template
from knowledge.procedure import acts
from knowledge.procedure.case import Case
from knowledge.procedure.results import Refused
from knowledge.procedure.steps import step
from storage import cases, papers
from storage.cases import CaseInfo

FILL, GROUND = "fill", "不予处罚情形"
LACKS = "R26"
"""The rule that speaks of what is still missing, not of what the facts bar."""
_NAMED = 6
"""So many names of open fields are said at once."""


def why_not(record: Record, kind: Kind) -> str:
    """Why a kind does not fit the case now; nothing when it does."""
    return FITS[kind.fits](record.course(kind))


def ground_problem(case: Case, name: str, today: dt.date) -> str:
    """Why a case could not be closed with the outcome of this name by its facts (R11, R22, R27, R36), whatever else it lacks."""
    ground = shipped_papers().ground(name)
    if ground is None or not case.is_open:
        return ""
    answer = step(case, acts.Close(ground.outcome, ground.law, (1, 2), education=True), today)
    return answer.words if isinstance(answer, Refused) and answer.rule != LACKS else ""


async def _kinds(turn: Turn, act: Act) -> Reply:
    """做文书: the kinds that fit; ``not``: the others, each with the reason."""
    info = await seen(turn, act["id"])
    if info is None:
        return gone(turn)
    refusal = may_enforce(turn)
    if refusal:
        return refusal
    record = await read_record(turn, info)
    reasons = {kind: why_not(record, kind) for kind in shipped_papers().kinds.values()}
    fitting, others = [kind for kind, why in reasons.items() if not why], [kind for kind, why in reasons.items() if why]
    if act.get("not"):
        return paged(
            words.NOT_NOW,
            others,
            act.get("page", 0),
            lambda kind: f"{kind.title}：{reasons[kind]}",
            lambda kind: kind.label,
            lambda kind: {"do": "make_paper", "id": info.id, "kind": kind.id},
            lambda n: {"do": "paper_kinds", "id": info.id, "page": n, "not": True},
            {"do": "paper_kinds", "id": info.id},
        )
    why = [Choice(words.LABEL_NOT_NOW, {"do": "paper_kinds", "id": info.id, "not": True})] if others else []
    if not fitting:
        return Reply.of(("lead", words.KINDS_NONE), choices=[*why, MENU])
    shown = paged(
        words.KINDS,
        fitting,
        act.get("page", 0),
        lambda kind: kind.title,
        lambda kind: kind.label,
        lambda kind: {"do": "make_paper", "id": info.id, "kind": kind.id},
        lambda n: {"do": "paper_kinds", "id": info.id, "page": n},
        {"do": "papers", "id": info.id},
    )
    note = Block("note", words.KINDS_NOT.format(count=len(others)))
    return Reply((*shown.blocks, *([note] if others else [])), (*shown.choices[:-1], *why, shown.choices[-1])[:8])


async def _make(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, "make_paper", dict(act) | {"anew": True})


class MakePaperFlow(Flow):
    """做文书: what the record has is not asked; what it lacks is asked one by one, and may be left 〔待填〕."""

    name = "make_paper"
    title = words.TITLE
    submit_label = words.SUBMIT

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        names = given.get("asked", ())
        if not names:
            return ()
        asked = [shipped_papers().fields[name] for name in names if name in shipped_papers().fields]
        fills = (Option("yes", words.LABEL_FILL), Option("no", words.LABEL_LEAVE_OPEN))
        return (
            Step(FILL, "补填", words.FILL_ASK.format(count=len(asked)), "choice", fills),
            *(_step(field, given.get("suggested", {})) for field in asked),
        )

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        there = await _there(turn, act["id"], act.get("kind", ""))
        if isinstance(there, Reply):
            return there
        info, kind, record = there
        values = record_values(record, kind)
        template = turn.house.templates().by_kind[kind.id]
        asked = [name for name in template.fields if name not in values and shipped_papers().fields[name].ask]
        run = Run(self.name, turn.house.new_token())
        run.given = {"case": info.id, "kind": kind.id, "asked": asked}
        run.given["suggested"] = {name: text for name, text in suggestions(record).items() if name in asked}
        before = await papers.newest(turn.session, info.id, kind.id)
        run.answers = {name: text for name, text in (before.given if before else {}).items() if name in asked}
        if GROUND in run.answers and ground_problem(info.case, run.answers[GROUND], turn.today):
            del run.answers[GROUND]
        if run.answers:
            run.answers[FILL] = "yes"  # what was filled in before is shown, not asked again
            run.answers |= {name: None for name in asked if name not in run.answers}
        return run

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        if step.name == FILL or not isinstance(value, str):
            return fine(value)
        if step.name == GROUND and (problem := await self._problem(turn, run, value)):
            return refused(problem, is_attempt=True)
        if value == words.LABEL_REST:
            run.answers |= {name: None for name in run.given["asked"] if name not in run.answers}
            return Reading(None)
        suggested = run.given["suggested"].get(step.name)
        if suggested and value in (words.SUGGESTIONS[step.name][1], suggested):
            return fine(suggested)
        if len(value) > step.longest:
            return refused(words.TOO_LONG.format(count=step.longest, example=step.example))
        return fine(value)

    async def _problem(self, turn: Turn, run: Run, value: str) -> str:
        info = await seen(turn, run.given["case"])
        return ground_problem(info.case, value, turn.today) if info else ""

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        if step.name == FILL:
            return [Block("list", _names(run.given["asked"]))]
        suggested = run.given["suggested"].get(step.name)
        if not suggested:
            return []
        return [Block("quote", words.SUGGESTED.format(what=words.SUGGESTIONS[step.name][0], text=suggested))]

    def notes(self, turn: Turn, run: Run) -> list[Block]:
        kind = shipped_papers().kinds[run.given["kind"]]
        template = turn.house.templates().by_kind[kind.id]
        given = _given(run)
        follows = {"处理依据"} if shipped_papers().ground(given.get(GROUND, "")) else set()
        still = [name for name in run.given["asked"] if name not in given and name not in follows]
        filled = len(template.fields) - len(run.given["asked"])
        said = words.STILL_MISSING.format(count=len(still)) if still else words.NOTHING_MISSING
        return [
            Block("text", words.FILLED.format(title=kind.title, count=filled)),
            Block("note", said),
            *([Block("list", _names(still))] if still else []),
        ]

    async def submit(self, turn: Turn, run: Run) -> Reply:
        there = await _there(turn, run.given["case"], run.given["kind"], lock=True)
        if isinstance(there, Reply):
            return there
        info, kind, record = there
        template, given = turn.house.templates().by_kind[kind.id], _given(run)
        problem = ground_problem(info.case, given.get(GROUND, ""), turn.today)
        if problem:  # the facts changed while it was filled in
            return Reply.of(("lead", problem), choices=[page.again(info.id, kind), MENU])
        try:
            return await _made(turn, record, kind, template, given)
        except CannotFill:
            return Reply.of(("lead", words.CANNOT_FILL), choices=[MENU])


def _step(field: Field, suggested: Mapping[str, str]) -> Step:
    """The question for one field; with the words of the lists as an answer to take over."""
    when = OneOf(FILL, ("yes",))
    rest = Option(words.LABEL_REST, words.LABEL_REST)
    if field.options:
        options = (*(Option(name, name) for name in field.options), rest)
        return Step(field.name, field.name, field.ask, "choice", options, when=when, may_skip=True)
    taken = (Option(suggested[field.name], words.SUGGESTIONS[field.name][1]),) if field.name in suggested else ()
    options = (*taken, rest)
    return Step(
        field.name,
        field.name,
        field.ask,
        "text",
        options,
        field.example,
        when=when,
        may_skip=True,
        is_free=True,
        longest=field.longest,
    )


def _names(names: Sequence[str]) -> str:
    more = f"等{len(names)}项" if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + more


def _given(run: Run) -> dict[str, str]:
    """What the officer filled in."""
    if run.answers.get(FILL) != "yes":
        return {}
    return {name: value for name in run.given["asked"] if (value := run.answers.get(name))}


async def _there(turn: Turn, id: int, kind_id: str, *, lock: bool = False) -> tuple[CaseInfo, Kind, Record] | Reply:
    """The case, the kind and the record, if this officer may make that paper now; or why not."""
    info = await seen(turn, id, lock=lock)
    kind = shipped_papers().kinds.get(kind_id)
    if info is None or kind is None or turn.speaker.role != "officer":
        return gone(turn)
    refusal = may_enforce(turn)
    if refusal:
        return refusal
    record = await read_record(turn, info)
    why = why_not(record, kind)
    if why:
        back = Choice(words.LABEL_MAKE, {"do": "paper_kinds", "id": info.id})
        return Reply.of(("lead", words.DOES_NOT_FIT.format(title=kind.title, why=why)), choices=[back, MENU])
    return info, kind, record


async def _made(turn: Turn, record: Record, kind: Kind, template: Template, given: Mapping[str, str]) -> Reply:
    """Fill in, keep the file, write the version and its event."""
    info = record.info
    values = record_values(record, kind)
    filled = whole(values, given, record.sources)
    picture = _picture(turn, record, kind) if QR in template.fields else None
    content = await asyncio.to_thread(
        fill,
        template.content,
        filled,
        picture=picture,
        title=f"{kind.title} {info.number}",
        author=info.department,
        at=turn.now,
    )
    digest = await asyncio.to_thread(turn.house.keep_file, content)
    missing = [name for name in template.fields if name not in filled and not (name == QR and picture)]
    paper = await papers.add(
        turn.session,
        case=info.id,
        kind=kind.id,
        record={name: value for name, value in values.items() if name in template.fields},
        given=given,
        template=template.digest,
        missing=missing,
        file=digest,
        size=len(content),
        person=turn.speaker.person,
        now=turn.now,
    )
    data = {"paper": paper.id, "kind": kind.id, "version": paper.version, "file": digest, "text": kind.title}
    await cases.note(turn.session, info.id, "paper_made", data, turn.speaker.person, turn.now)
    lead = words.MADE.format(title=kind.title, version=paper.version)
    return await page.page(turn, info, paper, lead=lead, with_file=True)


def _picture(turn: Turn, record: Record, kind: Kind) -> bytes | None:
    """The QR picture of a signed pledge: where anybody can ask whether it is the registered one."""
    pledge = record.pledge(kind)
    if pledge is None or not pledge.is_signed or not pledge.code:
        return None
    return qr_picture(turn.house.check_link(pledge.code) or code_words(pledge.code))


ACTS: Acts = {"paper_kinds": _kinds, "make_paper": _make}
