"""Rectification: evidence handed in, passed or returned (R26, R36), and more time (R43)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words
from handlers.cases import common
from handlers.cases.flow import CaseFlow, due_step
from handlers.cases.page import page
from handlers.flows.flow import Run
from handlers.flows.steps import Option, Step
from handlers.messages import Choice, FileRef, Reply
from handlers.turn import Turn
from knowledge.checks.conditions import OneOf
from knowledge.procedure import acts
from storage import evidence
from storage.cases import CaseInfo


class SubmitEvidenceFlow(CaseFlow):
    """提交整改 (R26): what was done, with pictures or documents."""

    name = "submit_evidence"
    title = "提交整改"
    submit_label = "确认提交"
    role = "contact"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("text", "怎么改的", "怎么改好的？", "text", example="健康证已上墙", is_free=True, longest=500),
            Step(
                "files",
                "照片文件",
                "请发改正后的照片或者文件。",
                "file",
                example="可以发几张，发完点“发完了”",
                may_skip=True,
            ),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.SubmitEvidence()

    async def before(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        for text, file in [(run.facts["text"], None), *((None, FileRef.from_json(file)) for file in run.files)]:
            await evidence.add(
                turn.session, case=info.id, kind="after", text=text, file=file, person=turn.speaker.person, now=turn.now
            )

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        return await page(turn, info, lead=words.SUBMITTED.format(count=len(run.files) + 1))


class PassFlow(CaseFlow):
    """复核通过 (R26)."""

    name = "pass_evidence"
    title = "复核通过"
    submit_label = "确认通过"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("note", "说明", "有要说的吗？", "text", may_skip=True, is_free=True, example="照片清楚，已经改好"),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.PassEvidence(tuple(run.given.get("promises", ())))

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        run.given["promises"] = [promise.id for promise in info.case.promises if promise.state == "open"]

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        told = Reply.of(
            ("lead", words.TOLD_PASSED.format(number=info.number)), ("note", await common.signature(turn, info))
        )
        await common.tell_enterprise(turn, info, "passed", told)
        return await page(turn, info, lead=words.PASSED)


class ReturnFlow(CaseFlow):
    """退回 (R26, R36): what is missing, and a new day: the second period."""

    name = "return_evidence"
    title = "退回整改材料"
    submit_label = "确认退回"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step(
                "missing", "缺什么", "缺什么，还要怎么改？", "text", example="缺改正后的照片", is_free=True, longest=300
            ),
            due_step("新期限", "限什么时候补齐？"),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.ReturnEvidence(facts["missing"], dt.date.fromisoformat(facts["due"]))

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        assert info.case.due is not None
        told = Reply.of(
            ("lead", words.TOLD_RETURNED.format(day=common.with_weekday(info.case.due))),
            ("text", f"{info.number}：{run.facts['missing']}"),
            ("note", await common.signature(turn, info)),
            ("note", words.NOTICE_RIGHTS),
            choices=[Choice(words.LABEL_SUBMIT, {"do": "submit_evidence", "id": info.id})],
        )
        await common.tell_enterprise(turn, info, "returned", told)
        return await page(turn, info, lead=words.RETURNED)


class AskExtensionFlow(CaseFlow):
    """申请延期 (R43): until when and why, before the due day."""

    name = "ask_extension"
    title = "申请延期"
    submit_label = "确认申请"
    role = "contact"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("until", "延到", "想延到哪一天？", "future", example="12月5日"),
            Step("reason", "理由", "为什么要延期？", "text", example="配件下周才到", is_free=True, longest=300),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.AskExtension(dt.date.fromisoformat(facts["until"]), facts["reason"])

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        return await page(turn, info, lead=words.EXTENSION_ASKED)


class DecideExtensionFlow(CaseFlow):
    """延期决定 (R43): granted or refused with a reason; the ladder is laid anew."""

    name = "decide_extension"
    title = "延期决定"
    submit_label = "确认决定"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("grants", "决定", "同意延期吗？", "choice", (Option("yes", "同意"), Option("no", "不同意"))),
            Step(
                "reason",
                "理由",
                "不同意的理由？",
                "text",
                when=OneOf("grants", ("no",)),
                example="存在安全隐患，不能拖",
                is_free=True,
                longest=300,
            ),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.DecideExtension(facts["grants"] == "yes", facts.get("reason") or "")

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        assert info.case.due is not None
        granted = run.facts["grants"] == "yes"
        day = common.with_weekday(info.case.due)
        lead = (words.TOLD_GRANTED if granted else words.TOLD_NOT_GRANTED).format(day=day)
        told = Reply.of(
            ("lead", lead),
            ("text", f"{info.number}" + ("" if granted else f"：{run.facts['reason']}")),
            ("note", await common.signature(turn, info)),
        )
        await common.tell_enterprise(turn, info, "extension", told)
        return await page(turn, info, lead=words.DECIDED)
