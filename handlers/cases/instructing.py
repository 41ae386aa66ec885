"""督办 (定海 三（一）): a leader or the supervisors instruct the officer of a case, by a day of its own; the officer answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.answers import ending, short
from handlers.browse import paged
from handlers.cases import common
from handlers.cases import desk_words as words
from handlers.cases.blanks import with_blanks
from handlers.cases.desk import LABELLED, office_of, own_offices
from handlers.cases.flow import CaseFlow, due_step
from handlers.cases.page import page
from handlers.cases.urgency import short_day
from handlers.flows.flow import Run
from handlers.flows.steps import Reading, Step, refused
from handlers.messages import Act, Choice, Reply
from handlers.turn import Acts, Turn
from storage import cases, instructions, people
from storage.cases import CaseInfo
from storage.instructions import InstructionInfo

GIVERS = ("leader", "supervisor")


async def _push(turn: Turn, person: int, key: str, reply: Reply) -> int:
    """Write to all chats of a person; returns to how many."""
    chats = await people.chats_of(turn.session, person)
    for channel, chat in chats:
        await turn.send(channel, chat, f"{key}/{channel}/{chat}", reply)
    return len(chats)


class InstructFlow(CaseFlow):
    """An instruction with its own due day; the officer is told at once, or whoever acts for them during leave."""

    name = "instruct"
    title = "督办"
    submit_label = "确认督办"

    async def _refusal(self, turn: Turn, info: CaseInfo | None) -> Reply | None:
        if info is None or turn.speaker.role not in GIVERS or not info.case.is_open:
            return common.gone(turn)
        return None

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step(
                "text", "要办什么", words.INSTRUCT_WHAT, "text", example="三日内到现场核查", is_free=True, longest=300
            ),
            due_step("办结期限", words.INSTRUCT_DUE),
        )

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        reading = await super().check(turn, run, step, value)
        if step.name == "due" and reading.is_fine and dt.date.fromisoformat(reading.value) < turn.today:
            return refused(words.INSTRUCT_PAST)
        return reading

    async def submit(self, turn: Turn, run: Run) -> Reply:
        info = await common.seen(turn, run.given["case"], lock=True)
        refusal = await self._refusal(turn, info)
        if info is None or refusal:
            return refusal or common.gone(turn)
        own, due = office_of(turn), dt.date.fromisoformat(run.facts["due"])
        id = await instructions.give(turn.session, info.id, own.id, run.facts["text"], due, turn.now)
        said = {"text": run.facts["text"], "due": due.isoformat(), "by": own.role}
        await cases.note(turn.session, info.id, "instruct", said, turn.speaker.person, turn.now)
        told = Reply.of(
            ("lead", words.INSTRUCTED_TOLD.format(number=info.number, day=common.with_weekday(due))),
            ("text", f"{info.enterprise_name}：{run.facts['text']}"),
            ("note", words.INSTRUCTED_BY.format(department=own.department, name=own.name)),
            choices=[
                Choice(words.LABEL_ANSWER, {"do": "answer_instruction", "id": info.id, "instruction": id}),
                Choice(words.LABEL_CASES, {"do": "case", "id": info.id}),
            ],
        )
        holder = await people.office(turn.session, info.office)
        reached = 0
        if holder and holder.until is None:
            person = await common.acting_person(turn, holder)
            reached = await _push(turn, person, f"instruct/{id}", told)
        done = words.INSTRUCTED_DONE.format(name=info.officer_name, day=common.with_weekday(due))
        return await page(turn, info, lead=done if reached else words.INSTRUCTED_NOBODY)


class AnswerInstructionFlow(CaseFlow):
    """办结情况: what was done; whoever gave the instruction is told."""

    name = "answer_instruction"
    title = "办结督办"
    submit_label = "确认办结"
    needs_licence = False
    phrased = frozenset({"text"})

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        steps = (
            Step(
                "text",
                "办结情况",
                words.ANSWER_WHAT,
                "text",
                example="已到现场核查，当场改好",
                is_free=True,
                longest=500,
            ),
        )
        return with_blanks(given, steps)

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        begun = await super().begin(turn, act)
        if isinstance(begun, Reply):
            return begun
        waiting = await instructions.of_case(turn.session, act["id"], open_only=True)
        wanted = [one for one in waiting if one.id == act.get("instruction", one.id)]
        if not wanted:
            await self.left(turn, begun)
            return Reply.of(("lead", words.INSTRUCTION_GONE), choices=[common.MENU])
        begun.given["instruction"] = wanted[0].id
        begun.given["asked"] = wanted[0].text
        return begun

    async def submit(self, turn: Turn, run: Run) -> Reply:
        info = await common.seen(turn, run.given["case"], lock=True)
        refusal = await self._refusal(turn, info)
        if info is None or refusal:
            return refusal or common.gone(turn)
        one = await instructions.instruction(turn.session, run.given["instruction"])
        if one is None or not await instructions.answer(turn.session, one.id, run.facts["text"], turn.now):
            return Reply.of(("lead", words.INSTRUCTION_GONE), choices=[common.MENU])
        said = {"text": run.facts["text"], "instruction": one.id}
        await cases.note(turn.session, info.id, "answer_instruction", said, turn.speaker.person, turn.now)
        told = Reply.of(
            ("lead", words.ANSWERED_TOLD.format(number=info.number)),
            ("text", f"{info.enterprise_name}：{run.facts['text']}"),
            ("note", f"{info.department}{turn.speaker.name}"),
            choices=[Choice(words.LABEL_CASES, {"do": "case", "id": info.id})],
        )
        await _push(turn, one.giver, f"instructed/{one.id}", told)
        return await page(turn, info, lead=words.ANSWERED_DONE.format(name=one.giver_name))


async def _instructions(turn: Turn, act: Act) -> Reply:
    """督办件: an officer's own to answer, a leader's own, all of the jurisdiction for the supervisors; open ones first."""
    office = office_of(turn)
    if office.role == "officer":
        found = await instructions.waiting_for(turn.session, own_offices(turn))
    else:
        giver = office.id if office.role == "leader" else None
        found = await instructions.of_jurisdiction(turn.session, office.jurisdiction, giver=giver)
    if not found:
        return Reply.of(("lead", words.INSTRUCTIONS_NONE), choices=[common.MENU])
    return paged(
        words.COUNTED.format(title=words.INSTRUCTIONS, count=len(found)),
        found,
        act.get("page", 0),
        lambda one: _line(one, turn.today),
        lambda one: ending(one.enterprise_name, LABELLED),
        lambda one: {"do": "case", "id": one.case},
        lambda n: {"do": "instructions", "page": n},
        None,
    )


def _line(one: InstructionInfo, day: dt.date) -> str:
    if not one.is_open:
        state = words.INSTRUCTION_ANSWERED.format(text=short(one.answer or "", 20))
    elif one.is_late(day):
        state = words.INSTRUCTED_LATE.format(day=short_day(one.due))
    else:
        state = words.INSTRUCTED.format(day=short_day(one.due))
    return f"{one.number} {one.holder_name}：{short(one.text, 20)}，{state}"


async def _start(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, act["do"], dict(act) | {"anew": True})


ACTS: Acts = {"instruct": _start, "answer_instruction": _start, "instructions": _instructions}
