"""陈述申辩 (R44): stated at any time before the outcome, answered with reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words
from handlers.cases import common
from handlers.cases.blanks import with_blanks
from handlers.cases.flow import CaseFlow
from handlers.cases.page import page
from handlers.flows.flow import Run
from handlers.flows.steps import Step
from handlers.messages import Reply
from handlers.turn import Turn
from knowledge.procedure import acts
from storage.cases import CaseInfo


class DefendFlow(CaseFlow):
    """陈述申辩 (R44), at any time before the outcome; it never makes things worse."""

    name = "defend"
    title = "陈述申辩"
    submit_label = "确认提交"
    role = "contact"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step(
                "text",
                "事实和理由",
                words.DEFENCE_ASK,
                "text",
                example="当天刚换班，证在办公室",
                is_free=True,
                longest=1000,
            ),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.StateDefence(facts["text"])

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        return await page(turn, info, lead=words.DEFENCE_STATED)


class AnswerDefenceFlow(CaseFlow):
    """答复 (R44), with reasons."""

    name = "answer_defence"
    title = "答复申辩"
    submit_label = "确认答复"
    phrased = frozenset({"text"})

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        steps = (
            Step(
                "text",
                "答复和理由",
                "怎么答复？请写明理由。",
                "text",
                example="采纳，改为轻微",
                is_free=True,
                longest=1000,
            ),
        )
        return with_blanks(given, steps)

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.AnswerDefence(facts["text"])

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        told = Reply.of(
            ("lead", words.TOLD_ANSWERED),
            ("text", f"{info.number}：{run.facts['text']}"),
            ("note", await common.signature(turn, info)),
        )
        count = await common.tell_enterprise(turn, info, "answered", told)
        return await page(turn, info, lead=common.receipt(words.ANSWERED, count))
