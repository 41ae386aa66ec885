"""Logging an inspection (R23, R29, R38): one message is read, one card shows what was understood, one tap makes the case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words
from handlers.cases import common, desk_words, exhibits, history, placing
from handlers.cases.page import page
from handlers.firms import divisions_of
from handlers.flows import handed
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import NO, YES, Option, Reading, Step, fine, refused
from handlers.messages import MAX_LABEL, Act, Block, Choice, Reply
from handlers.turn import CHINA, Turn
from knowledge.checks.conditions import OneOf
from knowledge.deadlines import deadline_of
from knowledge.inspection import read_message
from knowledge.procedure.case import SEVERITY_NAMES, Case
from storage import cases, enterprises

NONE_OF_THEM = Option("none", "都不是")
SEVERITY = (
    *(Option(value, name) for value, name in SEVERITY_NAMES.items()),
    Option("unset", "先不定", ("未定", "没说")),
)
MAX_ITEMS = 3
PHOTOS = "photos"
NOW = dt.timedelta(hours=1)
"""What was written or taken within that time is of now."""


class LogFlow(Flow):
    """The card of one inspection. What the message did not say is asked; every part is corrected by one tap."""

    name = "log"
    title = "记一条巡查"
    submit_label = "确认立案"
    corrects = True
    files_step = PHOTOS

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        named = enumerate(given.get("candidates", ()), 1)
        candidates = tuple(Option(str(id), firm_label(n, name), (name,)) for n, (id, name) in named)
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
        written = (turn.incoming.written or turn.now).astimezone(CHINA)
        run = Run(self.name, turn.house.new_token(), given={"written": written.isoformat()})
        placing.claim(turn, run)
        if act.get("files"):
            handed.take(run, PHOTOS, act["files"])
        text = act.get("text", "")
        if not text:
            return run
        index = await turn.house.firms.index(turn.session, office.jurisdiction)
        read = read_message(text, written, index)  # 3天 counts from when it was written (R38)
        run.given |= {
            "text": text,
            "candidates": [[firm.id, firm.name] for firm in read.candidates][:5],
            "suspicions": ["、".join(dict.fromkeys(s.area for s in read.suspicions))] if read.suspicions else [],
            "names": {},
            "unknown": not (read.firm or read.candidates),
            "read": read.problem,
        }
        if read.firm:
            run.given["candidates"] = []
            run.given["names"] = {str(read.firm.id): read.firm.name}
            run.answers["firm_words"] = str(read.firm.id)
            await remember(turn, run, int(read.firm.id))
        if read.problem:
            run.answers["problem"] = read.problem
        run.answers["severity"] = read.severity or "unset"
        if read.deadline:
            run.answers["due"] = read.deadline.day.isoformat()
            run.given["due_said"] = read.deadline.said
        run.given["items"] = _items(turn, read.problem or text)
        return run

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        if step.name == "firm" and value != NONE_OF_THEM.value:
            await remember(turn, run, int(value))
        if step.name == "firm_words":
            reading = await self._firm(turn, run, str(value))
            if reading.is_fine:
                await remember(turn, run, int(reading.value))
            return reading
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
        run.given["unknown"] = not offers
        if len(offers) == 1:
            return fine(offers[0][1])
        if not offers:
            return refused(words.LOG_NO_FIRM)
        labelled = [(firm_label(n, name), id) for n, (name, id) in enumerate(offers, 1)]
        return refused(words.FIND_WHICH, labelled, is_failure=False)

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        """The whole names, where buttons are too small for them; and what to do when the register has none."""
        if step.name == "firm":
            candidates = run.given.get("candidates", ())
            return [Block("list", "\n".join(f"{n}. {name}" for n, (_, name) in enumerate(candidates, 1)))]
        if step.name == "firm_words" and run.given.get("unknown"):
            return [Block("text", desk_words.ADD_FIRM_NEXT)]
        if step.name == "red":  # what it is about, as nothing else of the card is seen yet
            firm = run.given.get("names", {}).get(str(run.answers.get("firm_words")), "")
            about = "：".join(part for part in (firm, str(run.answers.get("problem", ""))) if part)
            return [Block("text", about), Block("note", "".join(_suspicions(run)))]
        return []

    def extras(self, turn: Turn, run: Run, step: Step) -> Sequence[Choice]:
        if step.name != "firm_words" or not run.given.get("unknown"):
            return ()
        return (Choice(desk_words.LABEL_ADD_FIRM, {"do": "add_enterprise", "then": "log", "anew": True}),)

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
        notes = _suspicions(run)
        if run.files.get(PHOTOS):
            notes.append(words.LOG_FILES.format(count=handed.counted(run.files[PHOTOS])))
        notes += [desk_words.PLACE_KEPT] if run.given.get("place") else []
        notes += _times(turn, run)
        if run.given.get("history"):
            blocks.append(Block("text", run.given["history"]))
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
            "files": handed.digests(run, PHOTOS),
            "written": run.given.get("written"),
            "place": run.given.get("place"),
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
        await exhibits.keep(turn, made.id, "inspection", run.files.get(PHOTOS, ()))
        turn.state["case"] = {"id": made.id, "at": turn.now.timestamp()}
        year = await cases.opened_since(turn.session, info.id, turn.today.replace(month=1, day=1))
        reply = await page(turn, made, lead=words.LOGGED.format(number=made.number))
        history = words.LOG_HISTORY.format(count=year) if year > 1 else words.LOG_FIRST
        return Reply((*reply.blocks, Block("note", history)), reply.choices)


async def remember(turn: Turn, run: Run, firm: int) -> None:
    """Put what the enterprise has behind it on the card: the officer sees it before confirming (R23)."""
    run.given["history"] = history.brief(await history.history(turn, firm))


async def back_with(turn: Turn, firm: int, name: str) -> Reply | None:
    """The card that waits while an enterprise is registered, with that enterprise in it; ``None`` when none waits."""
    waiting = turn.engine.paused(turn)
    if "log" not in waiting:
        return None
    run = Run.from_json(waiting.pop("log"))
    turn.state["later"] = waiting
    run.given.setdefault("names", {})[str(firm)] = name
    run.given["unknown"] = False
    run.answers["firm_words"] = str(firm)
    await _read_again(turn, run, firm)
    await remember(turn, run, firm)
    return await turn.engine.resume_run(turn, run)


async def _read_again(turn: Turn, run: Run, firm: int) -> None:
    """Now that its name is known, what is wrong is told apart from it; what the officer corrected stays."""
    office, text = turn.speaker.office, run.given.get("text")
    if office is None or not text or run.answers.get("problem") != run.given.get("read"):
        return
    read = read_message(
        text, turn.now.astimezone(CHINA), await turn.house.firms.index(turn.session, office.jurisdiction)
    )
    if read.firm and read.firm.id == str(firm) and read.problem:
        run.answers["problem"] = read.problem


def _suspicions(run: Run) -> list[str]:
    return [words.LOG_SUSPICION.format(areas=area) for area in run.given.get("suspicions", ())]


def firm_label(n: int, name: str) -> str:
    """An enterprise as a button: its number, and the end of its name, in which near ones differ."""
    return f"{n}.{name[2 - MAX_LABEL :]}"


def _times(turn: Turn, run: Run) -> list[str]:
    """When it was written and the pictures taken, where that is not now: what was sent without signal comes late."""
    now = turn.handled.astimezone(CHINA)
    taken = [dt.datetime.fromisoformat(file["taken"]) for file in run.files.get(PHOTOS, ()) if file.get("taken")]
    written = run.given.get("written")
    said = [(desk_words.TAKEN_AT, min(taken))] if taken else []
    said += [(desk_words.SENT_AT, dt.datetime.fromisoformat(written))] if written else []
    return [text.format(at=_moment(at)) for text, at in said if abs(now - at) > NOW]


def _moment(at: dt.datetime) -> str:
    local = at.astimezone(CHINA)
    return f"{local.month}月{local.day}日{local:%H:%M}"


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
