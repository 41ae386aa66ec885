"""转人工 (R50): a question becomes a numbered request with a department and a due day; what became of it, solved or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words as house_words
from handlers.browse import place_names
from handlers.cases.common import seen as seen_case
from handlers.flows.flow import Flow, Run
from handlers.flows.reading import named_apart
from handlers.flows.steps import Option, Reading, Step, fine
from handlers.messages import Act, Block, Choice, Reply
from handlers.requests import words
from handlers.requests.common import (
    MENU,
    assigners,
    day_words,
    due_from,
    excerpt,
    signed_by_holder,
    tell_responsible,
)
from handlers.requests.files import enclosures
from handlers.requests.pages import page
from handlers.turn import Acts, Turn
from knowledge.routing import chosen, name_of, route
from storage import cases, enterprises, people, questions, requests
from storage.cases import Series
from storage.demo import REQUEST_SERIES
from storage.requests import RequestInfo

NOBODY = "none"
LONGEST = 1000
MAX_OPEN = 10
"""So many requests of one chat may wait for an answer at once."""
SAME_WITHIN = dt.timedelta(minutes=1)


class AskPersonFlow(Flow):
    """转人工: one card with the question, the place and the department, one confirming tap. No personal data is asked."""

    name = "request"
    title = "转人工"
    submit_label = "确认转交"
    corrects = True
    files_step = "files"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        places = tuple(Option(code, label) for label, code in given.get("places", ()))
        departments = tuple(Option(name, label, (name,)) for label, name in given.get("departments", ()))
        by_admin = Option(NOBODY, words.LABEL_BY_ADMIN, (words.BY_ADMIN, "不清楚", "不知道"))
        return (
            Step(
                "question",
                "问题",
                words.QUESTION,
                "text",
                example=words.QUESTION_EXAMPLE,
                is_free=True,
                longest=LONGEST,
            ),
            Step("place", "地区", words.WHICH_PLACE, "choice", places),
            Step("department", "部门", words.WHICH_DEPARTMENT, "choice", (*departments, by_admin)),
        )

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        """A run with what is known already: the question asked last, the place, and with both the department."""
        run = Run(self.name, turn.house.new_token())
        places = await _places(turn)
        run.given["places"] = named_apart([(name, code) for code, name in places.items()])
        case = await seen_case(turn, act["case"]) if act.get("case") else None
        if case is not None:  # 联系执法人员: of this case, to the department that has it
            run.given |= {"case": case.id, "number": case.number, "by_hand": True}
            run.answers["department"] = case.department
        question = "" if case else await _question(turn, act)
        if question:
            run.answers["question"] = question
        place = case.jurisdiction if case else await _own_place(turn)
        if place in places:
            run.answers["place"] = place
        await self._route(turn, run)
        return run

    async def _route(self, turn: Turn, run: Run) -> None:
        """Find the department, once question and place are known; one chosen by hand stays while it is there."""
        question, place = run.answers.get("question"), run.answers.get("place")
        if not question or not place:
            return
        there = await people.departments(turn.session, place, demo=turn.house.demo)
        run.given["departments"] = named_apart([(name, name) for name in there])
        run.given["is_anybody"] = bool(there or await assigners(turn, place))
        if run.given.get("by_hand") and run.answers.get("department") in (*there, NOBODY):
            return
        result = turn.knowledge.matcher.search(question, day=turn.today, jurisdiction=place)
        word = route(question, result.matches, turn.library).word
        run.given["word"] = word
        run.answers["department"] = chosen(word, there) or NOBODY

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        run.answers[step.name] = value
        if step.name == "department":
            run.given["by_hand"] = True
        else:
            await self._route(turn, run)
        return fine(value)

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        if step.name == "question":
            return excerpt(str(value))
        if step.name == "department" and value == NOBODY:
            known = name_of(run.given.get("word", ""))
            if run.given.get("by_hand") or known:
                return f"{known}，{words.BY_ADMIN}" if known else words.BY_ADMIN
            return words.NOT_ROUTED if run.given.get("departments") else words.BY_ADMIN
        if step.name == "place":
            return _place_name(turn, str(value))
        return str(value)

    def notes(self, turn: Turn, run: Run) -> list[Block]:
        """By when an answer is owed, and honestly who is there to give it."""
        due = words.DUE.format(day=day_words(due_from(turn.today)))
        here = _place_name(turn, str(run.answers.get("place", "")))
        who = ""
        if not run.given.get("is_anybody"):
            who = words.NOBODY_AT_ALL.format(place=here)
        elif run.answers.get("department") == NOBODY and run.given.get("word"):
            who = words.NOBODY_THERE
        files = len(run.files.get(self.files_step, ()))
        more = words.WITH_FILES.format(count=files) if files else ""
        return [Block("note", f"{due}{words.EACH_STEP}"), *([Block("note", who + more)] if who or more else [])]

    async def submit(self, turn: Turn, run: Run) -> Reply:
        """Number the request; the same question within a minute, or one that waits already, has its number."""
        where = (turn.incoming.channel, turn.incoming.chat)
        question, place = _about(run), run.facts["place"]
        before = await requests.asked_already(turn.session, *where, question, turn.now - SAME_WITHIN)
        if before:
            return await page(turn, before, words.ASKED_BEFORE.format(number=before.number))
        waiting = await requests.count_open(turn.session, *where)
        if waiting >= MAX_OPEN:
            own = Choice(words.LABEL_REQUESTS, {"do": "requests"})
            return Reply.of(("lead", words.TOO_MANY.format(count=waiting)), choices=[own, MENU])
        info = await self._register(turn, run, question, place)
        case = await seen_case(turn, run.given["case"]) if run.given.get("case") else None
        if case is not None:  # still the asker's: they may have left the enterprise while this lay open
            said = {"number": info.number}
            await cases.note(turn.session, case.id, "asked_officer", said, turn.speaker.person, turn.now)
        files = await enclosures(turn, run.files.get(self.files_step, ()))
        lead = words.NEW if info.department else words.NEW_OPEN
        day = day_words(info.due)
        await tell_responsible(turn, info, "new", lead.format(number=info.number, day=day), files=files)
        told = words.REGISTERED_FOR if info.department else words.REGISTERED_OPEN
        paused = [Choice(house_words.LABEL_RESUME, {"do": "flow_resume"})] if turn.engine.paused(turn) else []
        return Reply.of(
            ("lead", words.REGISTERED.format(number=info.number)),
            ("text", told.format(day=day, department=info.department)),
            ("note", words.REGISTERED_NEXT),
            ("note", "" if run.given.get("is_anybody") else words.NOBODY_AT_ALL.format(place=_place_name(turn, place))),
            choices=[Choice(words.LABEL_REQUEST, {"do": "request", "id": info.id}), *paused, MENU],
        )

    async def _register(self, turn: Turn, run: Run, question: str, place: str) -> RequestInfo:
        where = (turn.incoming.channel, turn.incoming.chat)
        there = await people.departments(turn.session, place, demo=turn.house.demo)
        department = run.facts["department"]
        info = await requests.register(
            turn.session,
            series=Series(place, REQUEST_SERIES, f"{turn.house.place_words(place)}诉"),
            department=department if department in there else None,
            channel=where[0],
            chat=where[1],
            person=turn.speaker.person,
            question=question,
            due=due_from(turn.today),
            year=turn.today.year,
            now=turn.now,
        )
        turn.dialogue.jurisdiction = turn.dialogue.jurisdiction or place
        return info


def _about(run: Run) -> str:
    """The question, with the number of the case that it is about."""
    number = run.given.get("number")
    return f"{number}：{run.facts['question']}" if number else str(run.facts["question"])


async def _places(turn: Turn) -> dict[str, str]:
    """The places to choose from: those with documents of their own, and those with somebody in an office."""
    found = place_names(turn.library)
    for office in await people.offices(turn.session, demo=turn.house.demo):
        found.setdefault(office.jurisdiction, turn.house.place_words(office.jurisdiction))
    return found


def _place_name(turn: Turn, code: str) -> str:
    return place_names(turn.library).get(code) or turn.house.place_words(code)


async def _own_place(turn: Turn) -> str | None:
    """The place that is known: of the speaker's office, the one chosen in this chat, or that of the enterprise."""
    if turn.speaker.office:
        return turn.speaker.office.jurisdiction
    if turn.dialogue.jurisdiction:
        return turn.dialogue.jurisdiction
    firms = [await enterprises.enterprise(turn.session, bound.enterprise) for bound in turn.speaker.bindings]
    divisions = {firm.division for firm in firms if firm}
    return divisions.pop() if len(divisions) == 1 else None


async def _question(turn: Turn, act: Act) -> str:
    """What is to be asked, as far as it is known: as said, the step that was not understood, the question asked last."""
    if act.get("q"):
        return str(act["q"])[:LONGEST]
    if act.get("flow") in turn.engine.flows:
        return _step_words(turn, act)
    asked = act.get("asked")
    if asked is not None and asked != turn.state.get("asked"):
        where = (turn.incoming.channel, turn.incoming.chat)
        return await questions.question_of(turn.session, asked, *where) or ""
    return str(turn.state.get("question", ""))


def _step_words(turn: Turn, act: Act) -> str:
    flow = turn.engine.flows[act["flow"]]
    title = next((step.title for step in flow.steps({}) if step.name == act.get("step")), "")
    return f"〔{flow.title}〕{title}"


async def _note_wish(turn: Turn, act: Act) -> None:
    """For the editors (R51): which answer, or which step of a flow, made somebody want a person."""
    where = {"channel": turn.incoming.channel, "chat": turn.incoming.chat}
    asked = act.get("asked", turn.state.get("asked"))
    if act.get("flow") in turn.engine.flows:
        asked = await questions.note_question(
            turn.session,
            **where,
            question=_step_words(turn, act),
            outcome="none",
            entries=[],
            confidence=None,
            jurisdiction=turn.dialogue.jurisdiction,
            at=turn.now,
        )
    if asked is not None and not act.get("q"):
        await questions.note_wish_for_person(turn.session, asked, **where)


async def _person(turn: Turn, act: Act) -> Reply:
    """转人工, typed or under an answer; in the middle of a flow, that one is kept for later."""
    held = await requests.in_hand(turn.session, turn.incoming.channel, turn.incoming.chat)
    if held and not act.get("q"):
        who = await signed_by_holder(turn, held)
        return await page(turn, held, words.IN_HAND_ALREADY.format(number=held.number, who=who))
    run = turn.engine.current(turn)
    if run and run.flow != AskPersonFlow.name and not {"flow", "asked", "q"} & act.keys():
        act = {"do": "person", "flow": run.flow, "step": run.at}
    await _note_wish(turn, act)
    return await turn.engine.start(turn, AskPersonFlow.name, dict(act) | {"anew": True})


ACTS: Acts = {"person": _person}
FLOWS: tuple[Flow, ...] = (AskPersonFlow(),)
