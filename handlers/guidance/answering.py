"""The enterprise's answer to guidance (R18): 接受 or 不接受, and what it has to say to the minutes. Declining costs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.cases.common import MENU
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Step
from handlers.guidance import words
from handlers.guidance.common import case_of, gone, limits, meeting_words, note, seen, tell_officer, way_of, what
from handlers.guidance.page import page
from handlers.messages import Act, Choice, Reply
from handlers.turn import Acts, Turn
from storage import guidance
from storage.guidance import GuidanceInfo


async def _answer(turn: Turn, act: Act) -> Reply:
    """Keep an answer with its time and who gave it; another one takes its place. Nothing else changes (R18)."""
    info = await seen(turn, act["id"], lock=True)
    if info is None or not way_of(info).is_choice or turn.speaker.role != "contact":
        return gone(turn)
    if info.minutes is not None:
        return await page(turn, info, lead=words.ANSWER_OVER)
    accepts = bool(act["accepts"])
    if info.accepted is not accepts:
        event = await guidance.answer(turn.session, info.id, accepts, turn.speaker.person, turn.now)
        await note(turn, info, "guide_answer", words.ANSWERS[accepts])
        if info.meeting and info.meeting > turn.now:
            await tell_officer(turn, info, f"guide-answer/{event}", _told(info, accepts))
    comes = accepts and info.meeting is not None and info.meeting > turn.now
    other = Choice(
        words.LABEL_DECLINE if accepts else words.LABEL_ACCEPT,
        {"do": "guide_answer", "id": info.id, "accepts": not accepts},
    )
    one = Choice(words.LABEL_ONE, {"do": "guide_one", "id": info.id})
    return Reply.of(
        ("lead", words.ACCEPTED if accepts else words.DECLINED),
        ("text", words.COME if comes else ""),
        ("note", limits(way_of(info), await case_of(turn, info)).removeprefix(words.VOLUNTARY)),
        choices=[one, other, MENU],
    )


def _told(info: GuidanceInfo, accepts: bool) -> Reply:
    assert info.meeting is not None
    return Reply.of(
        ("lead", words.OFFICER_TOLD.format(answer=words.ANSWERS[accepts], when=meeting_words(info.meeting))),
        ("list", "\n".join(what(info))),
        choices=[Choice(words.LABEL_ONE, {"do": "guide_one", "id": info.id}), MENU],
    )


class RemarkFlow(Flow):
    """补充意见: what the enterprise has to say to the minutes of a 约谈; kept beside them."""

    name = "guide_remark"
    title = "补充意见"
    submit_label = "确认提交"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("text", "意见", words.ASK_REMARK, "text", example=words.REMARK_EXAMPLE, is_free=True, longest=500),
        )

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        info = await seen(turn, act["id"])
        if info is None or info.minutes is None or turn.speaker.role != "contact":
            return gone(turn)
        return Run(self.name, turn.house.new_token(), given={"guidance": info.id})

    async def submit(self, turn: Turn, run: Run) -> Reply:
        info = await seen(turn, run.given["guidance"], lock=True)
        if info is None or turn.speaker.role != "contact":
            return gone(turn)
        event = await guidance.remark(turn.session, info.id, run.facts["text"], turn.speaker.person, turn.now)
        await note(turn, info, "guide_remark", run.facts["text"])
        told = Reply.of(
            ("lead", words.REMARK_TOLD),
            ("list", f"{info.enterprise_name}：{run.facts['text']}"),
            choices=[Choice(words.LABEL_ONE, {"do": "guide_one", "id": info.id}), MENU],
        )
        await tell_officer(turn, info, f"guide-remark/{event}", told)
        return await page(turn, info, lead=words.REMARKED)


async def _remark(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, "guide_remark", dict(act) | {"anew": True})


ACTS: Acts = {"guide_answer": _answer, "guide_remark": _remark}
