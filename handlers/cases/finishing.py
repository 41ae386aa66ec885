"""Visit, closing, reopening and what a leader lets go (R26–R28)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words
from handlers.cases import common
from handlers.cases.flow import CaseFlow, due_step
from handlers.cases.page import page
from handlers.flows.flow import Run
from handlers.flows.steps import NO, YES, Option, Step
from handlers.messages import Choice, Reply
from handlers.turn import Turn
from knowledge.checks.conditions import OneOf
from knowledge.procedure import acts
from knowledge.procedure.case import OUTCOME_NAMES
from storage.cases import CaseInfo


class VisitFlow(CaseFlow):
    """回访 (R26): found corrected, or not, with a new day."""

    name = "visit"
    title = "回访"
    submit_label = "确认回访"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step(
                "corrected", "结果", "现场看，改好了吗？", "choice", (Option("yes", "改好了"), Option("no", "没改好"))
            ),
            Step("note", "说明", "现场情况？", "text", example="健康证都在墙上", is_free=True, longest=300),
            due_step("新期限", "限什么时候改好？", when=OneOf("corrected", ("no",))),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        is_corrected = facts["corrected"] == "yes"
        return acts.RecordVisit(is_corrected, None if is_corrected else dt.date.fromisoformat(facts["due"]))

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        if run.facts["corrected"] == "no":
            assert info.case.due is not None
            told = Reply.of(
                ("lead", words.TOLD_RETURNED.format(day=common.with_weekday(info.case.due))),
                ("text", f"{info.number}：{run.facts['note']}"),
                ("note", await common.signature(turn, info)),
            )
            await common.tell_enterprise(turn, info, "visited", told)
        return await page(turn, info, lead=words.VISITED)


class CloseFlow(CaseFlow):
    """销号 (R26, R27): outcome, basis, second officer, education; what is missing is listed and closing refused."""

    order = ("exempt_minor", "exempt_first", "exempt_blameless", "penalty", "lighter", "mitigated", "no_compulsion")

    name = "close"
    title = "销号"
    submit_label = "确认销号"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        colleagues = tuple(Option(str(id), name) for id, name in given.get("colleagues", ()))
        kinds = sorted(OUTCOME_NAMES, key=lambda kind: (*self.order, kind).index(kind))
        outcomes = tuple(Option(kind, OUTCOME_NAMES[kind][:8], (OUTCOME_NAMES[kind],)) for kind in kinds)
        exempt = tuple(kind for kind in OUTCOME_NAMES if kind.startswith("exempt"))
        two = (*exempt, "lighter", "mitigated", "penalty")
        return (
            Step("outcome", "结果", words.CLOSE_OUTCOME, "choice", _short(outcomes)),
            Step(
                "basis",
                "依据",
                "法律依据是什么？",
                "text",
                example="行政处罚法第三十三条第一款",
                is_free=True,
                longest=200,
            ),
            Step(
                "second",
                "另一名执法人员",
                "另一名执法人员是谁？",
                "choice",
                colleagues,
                may_skip=True,
                when=OneOf("outcome", two),
            ),
            Step(
                "education",
                "教育",
                "教育了吗？（第三十三条第三款）",
                "choice",
                (YES, NO),
                when=OneOf("outcome", exempt),
            ),
        )

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        run.given["colleagues"] = await common.colleagues_of(turn)

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        own = turn.speaker.office
        officers = [own.id] if own else []
        if facts.get("second"):
            officers.append(int(facts["second"]))
        return acts.Close(facts["outcome"], facts["basis"], tuple(officers), facts.get("education") == "yes")

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        assert info.case.outcome is not None
        told = Reply.of(
            ("lead", words.TOLD_CLOSED.format(number=info.number)),
            ("text", f"结果：{OUTCOME_NAMES[info.case.outcome]}；依据：{info.case.outcome_basis}"),
            ("note", await common.signature(turn, info)),
            ("note", words.CLOSED_RIGHTS),
            choices=[
                Choice(words.LABEL_UNSOLVED, {"do": "reopen", "id": info.id}),
                Choice(words.LABEL_CASE, {"do": "case", "id": info.id}),
            ],
        )
        await common.tell_enterprise(turn, info, "closed", told)
        return await page(turn, info, lead=words.CLOSED)


def _short(options: tuple[Option, ...]) -> tuple[Option, ...]:
    labels = {
        "exempt_minor": "轻微不罚",
        "exempt_first": "首违不罚",
        "exempt_blameless": "无过错不罚",
    }
    return tuple(Option(o.value, labels.get(o.value, o.label), (o.label, *o.said)) for o in options)


class ReopenFlow(CaseFlow):
    """没解决 (R28): within the setting's days after closing."""

    name = "reopen"
    title = "没解决"
    submit_label = "确认重开"
    role = "contact"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step(
                "reason", "哪里没解决", "哪里没有解决？", "text", example="复查说还要补材料", is_free=True, longest=300
            ),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        due = turn.today + dt.timedelta(days=7)
        return acts.Reopen(facts["reason"], due, turn.house.settings.get("reopen_days", 30))

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        return await page(turn, info, lead=words.REOPENED)


class WaiveFlow(CaseFlow):
    """免一项 (R26): a leader lets one requirement go, with a reason, on the record."""

    name = "waive"
    title = "免一项"
    submit_label = "确认免去"
    role = "leader"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        options = (Option("evidence", "整改材料"), Option("promises", "承诺"), Option("visit", "回访"))
        return (
            Step("requirement", "哪一项", "免去哪一项？", "choice", options),
            Step("reason", "理由", "为什么免去？", "text", example="企业已注销", is_free=True, longest=300),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.Waive(facts["requirement"], facts["reason"])
