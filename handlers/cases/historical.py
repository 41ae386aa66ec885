"""历史遗留 (R24, 定海 二（二）): not stepped up by the clock alone, but by an officer with a reason; and given time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.cases import common
from handlers.cases import desk_words as words
from handlers.cases.flow import CaseFlow, due_step
from handlers.cases.page import page
from handlers.flows.flow import Run
from handlers.flows.steps import Step
from handlers.messages import Act, Reply
from handlers.turn import Acts, Turn
from knowledge.procedure import acts
from storage.cases import CaseInfo


class EscalateFlow(CaseFlow):
    """升级: an overdue case that the clock leaves alone, stepped up with a written reason."""

    name = "escalate_case"
    title = "升级"
    submit_label = "确认升级"
    act = "escalate"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("reason", "理由", words.ESCALATE_WHY, "text", example="三次催促没有回音", is_free=True, longest=300),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.Escalate(facts["reason"])

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        return await page(turn, info, lead=words.ESCALATED)


class GiveTimeFlow(CaseFlow):
    """多给时间: a later day with a reason, without the enterprise having to ask for it."""

    name = "give_time"
    title = "多给时间"
    submit_label = "确认延长"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            due_step("新期限", words.MORE_TIME),
            Step("reason", "理由", words.MORE_TIME_WHY, "text", example="两证正在补办", is_free=True, longest=300),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.GiveTime(dt.date.fromisoformat(facts["due"]), facts["reason"])

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        assert info.case.due is not None
        told = Reply.of(
            ("lead", words.MORE_TIME_TOLD.format(day=common.with_weekday(info.case.due))),
            ("text", f"{info.number}：{run.facts['reason']}"),
            ("note", await common.signature(turn, info)),
        )
        count = await common.tell_enterprise(turn, info, "time", told)
        return await page(turn, info, lead=common.receipt(words.MORE_TIME_DONE, count))


async def _start(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, act["do"], dict(act) | {"anew": True})


ACTS: Acts = {"escalate_case": _start, "give_time": _start}
