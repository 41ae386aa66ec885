"""Recording guidance (R17–R19): the way, the form, the content, for a 约谈 the time and place; a summary, a second tap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.cases import common
from handlers.enterprise import is_own
from handlers.flows.flow import Flow, Run
from handlers.flows.reading import named_apart
from handlers.flows.steps import Option, Reading, Step, fine, refused
from handlers.guidance import words
from handlers.guidance.common import clause, gone, is_serious, meeting_words, named, note, notice, tell
from handlers.guidance.page import page
from handlers.messages import Act, Block, Reply
from handlers.turn import Acts, Turn
from knowledge.checks.conditions import OneOf
from knowledge.guidance import MEETING_FORM, is_known_year, shipped_guidance
from storage import enterprises, guidance
from storage.cases import CaseInfo
from storage.enterprises import EnterpriseInfo


def meeting_step() -> Step:
    """When a 约谈 is to be."""
    talks = tuple(way.id for way in shipped_guidance().ways if way.kind == "meeting")
    return Step(
        "meeting",
        "时间",
        words.ASK_MEETING,
        "text",
        example=words.MEETING_EXAMPLE,
        when=OneOf("way", talks),
        is_free=True,
    )


def read_meeting(turn: Turn, text: str) -> Reading:
    """A typed time of a 约谈, in working hours and ahead (R38)."""
    rules = shipped_guidance()
    found = rules.meeting(text, turn.now)
    if isinstance(found, dt.datetime):
        return fine(found.isoformat())
    return refused(words.MEETING_PROBLEMS[found].format(opens=f"{rules.opens:%H:%M}", closes=f"{rules.closes:%H:%M}"))


def shown_meeting(value: str) -> str:
    """A kept time as a person reads it, with its weekday (R38)."""
    at = dt.datetime.fromisoformat(value)
    return meeting_words(at) + ("" if is_known_year(at) else words.NOT_ANNOUNCED)


class GuideFlow(Flow):
    """行政指导 to an enterprise, on a case or without one; the ways of the place's own documents first (R2)."""

    name = "guide"
    title = "行政指导"
    submit_label = "确认告知"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        rules = shipped_guidance()
        others = tuple(way.id for way in rules.ways if way.kind != "meeting")
        talks = tuple(way.id for way in rules.ways if way.kind == "meeting")
        ways = given.get("ways") or [[way.id, way.named[0].name, way.title] for way in rules.ways]
        labels = {id: label for label, id in named_apart([(name, id) for id, name, _ in ways])}
        options = tuple(Option(id, labels[id], (whole, *_names(id))) for id, _, whole in ways)
        forms = tuple(Option(form.id, form.name) for form in rules.forms)
        chosen = given.get("way")
        example = rules.way(chosen).example if chosen in labels else rules.ways[0].example
        return (
            Step("way", "方式", words.ASK_WAY, "choice", options),
            Step("form", "形式", words.ASK_FORM, "choice", forms, when=OneOf("way", others)),
            Step("content", "内容", words.ASK_CONTENT, "text", example=example, is_free=True, longest=500),
            meeting_step(),
            Step(
                "place",
                "地点",
                words.ASK_PLACE,
                "text",
                example=words.PLACE_EXAMPLE,
                when=OneOf("way", talks),
                is_free=True,
                longest=120,
            ),
        )

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        refusal = common.may_enforce(turn)
        if refusal:
            return refusal
        run = Run(self.name, turn.house.new_token(), given={"case": act.get("case"), "enterprise": act.get("id")})
        firm, file = await self._subject(turn, run)
        if firm is None:
            return gone(turn)
        run.given |= {"enterprise": firm.id, "name": firm.name, "ways": _ways_here(turn)}
        run.given["ordered"] = bool(file and file.case.is_ordered)
        run.given["serious"] = bool(file and is_serious(file.case))
        return run

    @staticmethod
    async def _subject(turn: Turn, run: Run) -> tuple[EnterpriseInfo | None, CaseInfo | None]:
        """The enterprise, of the officer's own place, and the case, of their department, where there is one (R1)."""
        if run.given["case"] is None:
            firm = await enterprises.enterprise(turn.session, run.given["enterprise"] or 0)
            return (firm if firm and is_own(turn, firm) else None), None
        file = await common.seen(turn, run.given["case"])
        if file is None:
            return None, None
        return await enterprises.enterprise(turn.session, file.enterprise), file

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        if step.name == "way":
            if not shipped_guidance().way(value).is_choice and not run.given["ordered"]:
                return refused(words.NEEDS_ORDER, is_failure=False)
            run.given["way"] = value
        return read_meeting(turn, str(value)) if step.name == "meeting" else fine(value)

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        if step.name == "way":
            return next(str(whole) for id, _, whole in run.given["ways"] if id == value)
        return shown_meeting(value) if step.name == "meeting" else super().value_words(turn, run, step, value)

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        return [Block("list", run.given["name"])] if step.name == "way" else []

    def notes(self, turn: Turn, run: Run) -> list[Block]:
        office = turn.speaker.office
        cites = [one.cites for one in shipped_guidance().way(run.facts["way"]).named]
        basis = clause(turn, cites, office.jurisdiction if office else None)
        said = words.SUMMARY_ORDERED if run.given["ordered"] else ""
        said += words.SUMMARY_SERIOUS if run.given["serious"] else ""
        return [Block("citation", words.BASIS.format(clause=basis)), *([Block("note", said)] if said else [])]

    async def submit(self, turn: Turn, run: Run) -> Reply:
        refusal = common.may_enforce(turn)
        if refusal:
            return refusal
        office = turn.speaker.office
        firm, file = await self._subject(turn, run)
        if office is None or firm is None:
            return gone(turn)
        facts = run.facts
        way = shipped_guidance().way(facts["way"])
        is_meeting = way.kind == "meeting"
        meeting = dt.datetime.fromisoformat(facts["meeting"]) if is_meeting else None
        if meeting and meeting <= turn.now:
            return Reply.of(("lead", words.MEETING_OVER), choices=[common.MENU])
        if not way.is_choice and not (file and file.case.is_ordered):
            return Reply.of(("lead", words.NEEDS_ORDER), choices=[common.MENU])
        form = MEETING_FORM if is_meeting else facts["form"]
        id = await guidance.record(
            turn.session,
            case=file.id if file else None,
            enterprise=firm.id,
            office=office.id,
            jurisdiction=office.jurisdiction,
            department=office.department,
            way=way.id,
            form=form,
            content=facts["content"],
            meeting=meeting,
            place=facts["place"] if is_meeting else None,
            person=turn.speaker.person,
            now=turn.now,
        )
        info = await guidance.one(turn.session, id)
        assert info is not None
        await note(turn, info, "guide", f"{way.title}：{facts['content']}")
        told = await tell(turn, info, f"guide/{id}", await notice(turn, info))
        return await page(turn, info, lead=words.TOLD if told else words.TOLD_NOBODY)


def _names(id: str) -> tuple[str, ...]:
    way = shipped_guidance().way(id)
    return (*(one.name for one in way.named), *way.said)


def _ways_here(turn: Turn) -> list[list[str]]:
    """Every way as id, name and name with its mark: those of the place's own documents first (R2)."""
    office = turn.speaker.office
    found = [(way, *named(turn, way, office.jurisdiction if office else None)) for way in shipped_guidance().ways]
    found.sort(key=lambda one: not one[2])
    return [
        [way.id, one.name, one.name if is_ours else words.ELSEWHERE.format(name=one.name)]
        for way, one, is_ours in found
    ]


async def _guide(turn: Turn, act: Act) -> Reply:
    """行政指导: on a case, to an enterprise, or to one that is found first."""
    if "case" in act or "id" in act:
        return await turn.engine.start(turn, "guide", dict(act) | {"anew": True})
    return await turn.engine.start(turn, "find", {"do": "find", "then": "guide"})


ACTS: Acts = {"guide": _guide}
