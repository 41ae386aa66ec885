"""Logging an inspection (R23, R29, R38): one message is read, one card shows what was understood, one tap makes the case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words
from handlers.cases import common
from handlers.cases.page import page
from handlers.firms import divisions_of
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import NO, YES, Option, Reading, Step, fine, refused
from handlers.messages import Act, Block, FileRef, Reply
from handlers.turn import CHINA, Turn
from knowledge.checks.conditions import OneOf
from knowledge.deadlines import deadline_of
from knowledge.inspection import read_message
from knowledge.procedure.case import SEVERITY_NAMES, Case
from storage import cases, enterprises, evidence

NONE_OF_THEM = Option("none", "都不是")
SEVERITY = (
    *(Option(value, name) for value, name in SEVERITY_NAMES.items()),
    Option("unset", "先不定", ("未定", "没说")),
)
MAX_ITEMS = 3


class LogFlow(Flow):
    """The card of one inspection. What the message did not say is asked; every part is corrected by one tap."""

    name = "log"
    title = "记一条巡查"
    submit_label = "确认立案"
    corrects = True

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        candidates = tuple(Option(str(id), name) for id, name in given.get("candidates", ()))
        steps = []
        if candidates:
            steps.append(Step("firm", "企业", "是哪一家企业？", "choice", (*candidates, NONE_OF_THEM)))
        when = OneOf("firm", ("none",)) if candidates else None
        steps += [
            Step(
                "firm_words",
                "企业",
                "是哪一家企业？",
                "text",
                example="好味道餐馆",
                when=when,
                is_free=True,
                longest=120,
            ),
            Step("problem", "问题", "发现什么问题？", "text", example="后厨没公示健康证", is_free=True, longest=500),
            Step("severity", "程度", "程度怎么样？", "choice", SEVERITY),
            Step("due", "期限", "限什么时候改好？", "text", example="3个工作日，或者11月30日前", is_free=True),
        ]
        if given.get("suspicions"):
            steps.append(Step("red", "红线", words.LOG_RED_ASK, "choice", (NO, YES), cites="dinghai-supplement"))
        return steps

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        refusal = common.may_enforce(turn)
        if refusal:
            return refusal
        office = turn.speaker.office
        assert office is not None
        run = Run(self.name, turn.house.new_token(), files=list(act.get("files", ())))
        text = act.get("text", "")
        if not text:
            return run
        index = await turn.house.firms.index(turn.session, office.jurisdiction)
        read = read_message(text, turn.now.astimezone(CHINA), index)
        run.given = {
            "text": text,
            "candidates": [[firm.id, firm.name] for firm in read.candidates][:5],
            "suspicions": ["、".join(dict.fromkeys(s.area for s in read.suspicions))] if read.suspicions else [],
            "names": {},
        }
        if read.firm:
            run.given["candidates"] = []
            run.given["names"] = {str(read.firm.id): read.firm.name}
            run.answers["firm_words"] = str(read.firm.id)
        if read.problem:
            run.answers["problem"] = read.problem
        run.answers["severity"] = read.severity or "unset"
        if read.deadline:
            run.answers["due"] = read.deadline.day.isoformat()
            run.given["due_said"] = read.deadline.said
        run.given["items"] = _items(turn, read.problem or text)
        return run

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        if step.name == "firm_words":
            return await self._firm(turn, run, str(value))
        if step.name == "due":
            if _is_day(str(value)):
                return fine(value)
            found = deadline_of(str(value), turn.now.astimezone(CHINA))
            if found is None:
                return refused(words.LOG_DUE)
            run.given["due_said"] = found.said
            return fine(found.day.isoformat())
        if step.name == "problem":
            run.given["items"] = _items(turn, str(value))
        return fine(value)

    async def _firm(self, turn: Turn, run: Run, text: str) -> Reading:
        """A typed name: settled, offered, or not in the register."""
        office = turn.speaker.office
        if office is None:
            return refused(words.FLOW_NONE)
        names = run.given.setdefault("names", {})
        if text in names:
            return fine(text)
        index = await turn.house.firms.index(turn.session, office.jurisdiction)
        settled = index.settle(text)
        firms = [settled.firm] if settled.firm else list(settled.candidates)[:5]
        if not firms:
            found = await enterprises.search(turn.session, text, divisions=divisions_of(office.jurisdiction), limit=5)
            offers = [(firm.name, str(firm.id)) for firm in found]
        else:
            offers = [(firm.name, str(firm.id)) for firm in firms]
        names |= {id: name for name, id in offers}
        if len(offers) == 1:
            return fine(offers[0][1])
        if not offers:
            return refused(words.LOG_NO_FIRM)
        return refused(words.FIND_WHICH, offers, is_failure=False)

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        if step.name == "firm_words":
            return str(run.given.get("names", {}).get(value, value))
        if step.name == "due" and _is_day(str(value)):
            day = dt.date.fromisoformat(value)
            said = str(run.given.get("due_said", "")).split("，")[0]
            return common.with_weekday(day) + (f"，{said}" if said else "")
        return super().value_words(turn, run, step, value)

    def notes(self, turn: Turn, run: Run) -> list[Block]:
        """What belongs to the card beside its parts: list items with their conditions, red-line suspicion, photos, history."""
        blocks = []
        for entry in run.given.get("items", ())[:1]:
            item = turn.library.items.get(entry)
            if item:
                blocks.append(Block("quote", f"{item.title}\n适用情形：{item.circumstances[:160]}"))
        notes = [words.LOG_SUSPICION.format(areas=area) for area in run.given.get("suspicions", ())]
        if run.files:
            notes.append(words.LOG_FILES.format(count=len(run.files)))
        return [*blocks, *([Block("note", "".join(notes))] if notes else [])]

    async def submit(self, turn: Turn, run: Run) -> Reply:
        """The case is made here and not before; its number is the next of the department's series (R29)."""
        refusal = common.may_enforce(turn)
        if refusal:
            return refusal
        office = turn.speaker.office
        assert office is not None
        facts = run.facts
        firm = facts.get("firm") if facts.get("firm") not in (None, "none") else facts.get("firm_words")
        info = await enterprises.enterprise(turn.session, int(firm or 0))
        if info is None or info.division not in divisions_of(office.jurisdiction):
            return Reply.of(("lead", words.LOG_NO_FIRM), choices=[common.MENU])
        said = {
            "said": run.given.get("text", ""),
            "severity": facts.get("severity"),
            "due": facts.get("due"),
            "red": facts.get("red"),
        }
        made = await cases.open_case(
            turn.session,
            series=turn.house.series(office.jurisdiction, office.department),
            enterprise=info.id,
            office=office.id,
            problem=facts["problem"],
            items=run.given.get("items", ()),
            case=Case(opened=turn.today, problem=facts["problem"]),
            person=turn.speaker.person,
            now=turn.now,
            said=said,
        )
        for file in run.files:
            await evidence.add(
                turn.session,
                case=made.id,
                kind="inspection",
                file=FileRef.from_json(file),
                person=turn.speaker.person,
                now=turn.now,
            )
        turn.state["case"] = {"id": made.id, "at": turn.now.timestamp()}
        year = await cases.opened_since(turn.session, info.id, turn.today.replace(month=1, day=1))
        reply = await page(turn, made, lead=words.LOGGED.format(number=made.number))
        history = words.LOG_HISTORY.format(count=year) if year > 1 else words.LOG_FIRST
        return Reply((*reply.blocks, Block("note", history)), reply.choices)


def _items(turn: Turn, text: str) -> list[str]:
    """The list items that the problem may be, best first; only those the matching itself would offer."""
    result = turn.knowledge.matcher.search(text, day=turn.today, jurisdiction=turn.dialogue.jurisdiction)
    if result.outcome == "none":
        return []
    return [m.entry.id for m in result.matches[:5] if m.entry.id in turn.library.items][:MAX_ITEMS]


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
