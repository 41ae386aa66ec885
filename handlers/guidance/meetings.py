"""A 约谈 after it was arranged: put off, and its minutes, which the enterprise is shown (R17)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from handlers.cases import common
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Reading, Step, fine
from handlers.guidance import words
from handlers.guidance.common import gone, meeting_words, note, notice, seen, signature, tell
from handlers.guidance.page import page
from handlers.guidance.recording import meeting_step, read_meeting, shown_meeting
from handlers.messages import Act, Choice, Reply
from handlers.turn import Acts, Turn
from storage import guidance
from storage.guidance import GuidanceInfo


class MeetingFlow(Flow):
    """What both flows on a 约谈 share: an officer of the department whose licence is in date (R1)."""

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        info, refusal = await self.own(turn, act["id"])
        if info is None:
            return refusal
        return Run(self.name, turn.house.new_token(), given={"guidance": info.id})

    async def own(self, turn: Turn, id: int, *, lock: bool = False) -> tuple[GuidanceInfo | None, Reply]:
        """The 约谈, or why not."""
        refusal = common.may_enforce(turn)
        info = await seen(turn, id, lock=lock)
        if refusal or info is None or info.meeting is None:
            return None, refusal or gone(turn)
        problem = self.problem(turn, info)
        return (None, await page(turn, info, lead=problem)) if problem else (info, gone(turn))

    def problem(self, turn: Turn, info: GuidanceInfo) -> str:
        """Why it cannot be done with this one now, or nothing."""
        return ""


class MoveFlow(MeetingFlow):
    """改期: another time, told to the enterprise, which is asked anew."""

    name = "guide_move"
    title = "约谈改期"
    submit_label = "确认改期"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            replace(meeting_step(), when=None),
            Step("reason", "原因", words.ASK_REASON, "text", example=words.REASON_EXAMPLE, is_free=True, longest=200),
        )

    def problem(self, turn: Turn, info: GuidanceInfo) -> str:
        return words.ANSWER_OVER if info.minutes is not None else ""

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        return read_meeting(turn, str(value)) if step.name == "meeting" else fine(value)

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        return shown_meeting(value) if step.name == "meeting" else super().value_words(turn, run, step, value)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        info, refusal = await self.own(turn, run.given["guidance"], lock=True)
        if info is None:
            return refusal
        meeting = dt.datetime.fromisoformat(run.facts["meeting"])
        if meeting <= turn.now:
            return await page(turn, info, lead=words.MEETING_OVER)
        assert info.meeting is not None
        before, reason = meeting_words(info.meeting), run.facts["reason"]
        why = words.MOVED_WHY.format(before=before, reason=reason)
        event = await guidance.move(turn.session, info.id, meeting, why, turn.speaker.person, turn.now)
        await note(turn, info, "guide_move", f"{words.MOVED.format(when=meeting_words(meeting))}{why}")
        fresh = await guidance.one(turn.session, info.id)
        assert fresh is not None
        lead = words.MOVED.format(when=meeting_words(meeting))
        told = await tell(turn, fresh, f"guide-move/{event}", await notice(turn, fresh, lead=lead, more=why))
        return await page(turn, fresh, lead=words.MOVED_DONE if told else words.TOLD_NOBODY)


class MinutesFlow(MeetingFlow):
    """约谈纪要: written by the officer once the 约谈 was held, shown to the enterprise for its remarks, kept."""

    name = "guide_minutes"
    title = "约谈纪要"
    submit_label = "确认留存"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("text", "纪要", words.ASK_MINUTES, "text", example=words.MINUTES_EXAMPLE, is_free=True, longest=1000),
        )

    def problem(self, turn: Turn, info: GuidanceInfo) -> str:
        assert info.meeting is not None
        return words.MINUTES_EARLY if info.meeting > turn.now else ""

    async def submit(self, turn: Turn, run: Run) -> Reply:
        info, refusal = await self.own(turn, run.given["guidance"], lock=True)
        if info is None:
            return refusal
        text = run.facts["text"]
        event = await guidance.keep_minutes(turn.session, info.id, text, turn.speaker.person, turn.now)
        await note(turn, info, "guide_minutes", text)
        told = Reply.of(
            ("lead", words.MINUTES_TOLD),
            ("list", f"{info.enterprise_name}：{text}"),
            ("note", words.MINUTES_RIGHT),
            ("note", await signature(turn, info)),
            choices=[
                Choice(words.LABEL_REMARK, {"do": "guide_remark", "id": info.id}),
                Choice(words.LABEL_ONE, {"do": "guide_one", "id": info.id}),
            ],
        )
        reached = await tell(turn, info, f"guide-minutes/{event}", told)
        fresh = await guidance.one(turn.session, info.id)
        assert fresh is not None
        return await page(turn, fresh, lead=words.MINUTES_KEPT if reached else words.TOLD_NOBODY)


async def _start(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, act["do"], dict(act) | {"anew": True})


ACTS: Acts = {"guide_move": _start, "guide_minutes": _start}
