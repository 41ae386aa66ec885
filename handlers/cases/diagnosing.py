"""Diagnosis (R23): the facts by buttons, the class with its clause, and the notice that the enterprise gets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words
from handlers.cases import common
from handlers.cases.blanks import with_blanks
from handlers.cases.flow import ASK, CaseFlow, due_step
from handlers.cases.page import page
from handlers.flows.flow import Run
from handlers.flows.steps import NO, UNKNOWN, YES, Option, Reading, Step, refused
from handlers.messages import Block, Choice, Reply
from handlers.pledges import words as pledge_words
from handlers.sources import Sources
from handlers.turn import Turn
from knowledge.checks.conditions import All, OneOf
from knowledge.procedure import acts
from knowledge.procedure.case import SEVERITY_CLAUSES, SEVERITY_NAMES, Facts
from knowledge.procedure.severity import derive, why
from storage import cases
from storage.cases import CaseInfo

USUAL = Option("usual", "都属轻微", ("都轻微", "都是轻微", "全部轻微"))
"""One tap for what is usual on the street: it states the facts of R20, all of them named beside it."""
_UNUSUAL = OneOf("slight", (YES.value, NO.value, UNKNOWN.value))


class DiagnoseFlow(CaseFlow):
    """诊断 (R23): the facts by buttons, the class derived and shown with its clause; another one needs a reason."""

    name = "diagnose"
    title = "诊断"
    submit_label = "确认诊断"
    phrased = frozenset({"must"})

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        steps = (
            Step("first", "初次", "这是第一次吗？", "choice", ASK),
            Step("slight", "情节轻微", "情节轻微吗？", "choice", (*ASK, USUAL), cites="dinghai-2-2-1"),
            Step("consequence", "造成后果", "造成后果了吗？", "choice", ASK, cites="dinghai-2-2-1", when=_UNUSUAL),
            Step("intent", "主观故意", "是故意的吗？", "choice", ASK, cites="dinghai-2-2-1", when=_UNUSUAL),
            Step("influence", "影响较大", "造成较大影响了吗？", "choice", ASK, cites="dinghai-2-2-3", when=_UNUSUAL),
            Step("reported", "群众举报", "是群众举报的吗？", "choice", ASK, cites="dinghai-2-2-3", when=_UNUSUAL),
            Step(
                "grave",
                "情况较重",
                "情况较为严重吗？",
                "choice",
                ASK,
                when=All((_UNUSUAL, OneOf("reported", ("yes",)))),
            ),
            Step("correctable", "能够整改", "能通过整改改好吗？", "choice", ASK, cites="dinghai-2-2-2", when=_UNUSUAL),
            Step(
                "red",
                "触及红线",
                "触及红线，严重危害生命财产或市场秩序吗？",
                "choice",
                (NO, YES),
                cites="dinghai-supplement",
            ),
            Step(
                "historical",
                "历史遗留",
                "是“两证补办”等历史遗留问题吗？",
                "choice",
                (NO, YES),
                cites="dinghai-2-2",
                when=_UNUSUAL,
            ),
            Step("must", "要改正", "要改正什么？", "text", example="三日内把安全出口清空", is_free=True, longest=300),
            due_step(),
            Step(
                "chosen",
                "程度",
                "按系统判断，还是另选？",
                "choice",
                (Option("auto", "按判断"), *(Option(value, name) for value, name in SEVERITY_NAMES.items())),
            ),
            Step(
                "reason",
                "理由",
                "另选的理由是什么？",
                "text",
                when=OneOf("chosen", tuple(SEVERITY_NAMES)),
                example="一年内第三次，屡教不改",
                is_free=True,
            ),
        )
        return with_blanks(given, steps)

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        earlier = await cases.earlier_violations(turn.session, info.enterprise, info.id)
        run.given["place"] = info.jurisdiction
        run.known["first"] = ["no" if earlier else "yes", "register"]  # looked up, not taken on trust
        said = (await cases.events(turn.session, info.id))[0].data
        run.answers["must"] = info.case.must_correct or info.problem
        run.answers["chosen"] = "auto"
        if said.get("severity") in SEVERITY_NAMES:
            run.given["said"] = said["severity"]
        if said.get("due"):
            run.answers["due"] = said["due"]
        if said.get("red"):
            run.answers["red"] = said["red"]

    def holds(self, run: Run, step: Step, value: Any) -> bool:
        """按判断 is an answer only while the facts give a class; otherwise one is asked for, with its reason."""
        return (step.name, value) != ("chosen", "auto") or derive(facts_of(run.facts)) is not None

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        if not self.holds(run, step, value):
            return refused(words.DIAGNOSIS_OPEN, is_failure=False)
        return await super().check(turn, run, step, value)

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        if step.name == "slight":
            return [Block("note", words.DIAGNOSIS_USUAL)]
        if step.name == "chosen" and derive(facts_of(run.facts)) is None:
            return [Block("note", words.DIAGNOSIS_OPEN)]
        return super().under(turn, run, step)

    def notes(self, turn: Turn, run: Run) -> list[Block]:
        facts = facts_of(run.facts)
        derived = derive(facts)
        if derived is None:
            return [Block("note", words.DIAGNOSIS_OPEN)]
        clause = Sources(turn.library, turn.house.checks).brief(SEVERITY_CLAUSES[derived], run.given.get("place"))
        said = run.given.get("said", derived)
        is_other = said != derived and run.facts.get("chosen") == "auto"
        usual = words.DIAGNOSIS_USUAL if run.facts.get("slight") == USUAL.value else ""
        return [
            *([Block("note", usual)] if usual else []),
            Block("text", words.DIAGNOSIS.format(name=SEVERITY_NAMES[derived], why=why(facts))),
            Block("citation", clause),
            *([Block("note", words.DIAGNOSIS_SAID.format(name=SEVERITY_NAMES[said]))] if is_other else []),
        ]

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        chosen = facts.get("chosen")
        return acts.Diagnose(
            facts=facts_of(facts),
            must_correct=facts["must"],
            due=dt.date.fromisoformat(facts["due"]),
            touches_red_line=facts["red"] == "yes",
            chosen=chosen if chosen in SEVERITY_NAMES else None,
            reason=facts.get("reason") or "",
            is_historical=facts["slight"] != USUAL.value and facts["historical"] == "yes",
        )

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        told = await common.tell_enterprise(turn, info, "diagnosed", await notice(turn, info))
        return await page(turn, info, lead=common.receipt(words.DIAGNOSED, told))


def facts_of(facts: Mapping[str, Any]) -> Facts:
    """The facts of R23 that the answers state; 都属轻微 states them all but whether it is the first time."""

    def said(name: str) -> bool | None:
        return {"yes": True, "no": False}.get(str(facts.get(name)))

    if facts.get("slight") == USUAL.value:
        return Facts(
            is_first=said("first"),
            is_slight=True,
            has_consequence=False,
            is_intended=False,
            has_influence=False,
            is_reported=False,
            is_grave=False,
            is_correctable=True,
        )
    return Facts(
        is_first=said("first"),
        is_slight=said("slight"),
        has_consequence=said("consequence"),
        is_intended=said("intent"),
        has_influence=said("influence"),
        is_reported=said("reported"),
        is_grave=said("grave") if said("reported") else False if said("reported") is False else None,
        is_correctable=said("correctable"),
    )


async def notice(turn: Turn, info: CaseInfo) -> Reply:
    """What the enterprise is told (R18, R42, R44–R46): what, by when with the weekday, who acts, its rights, the ways."""
    case = info.case
    assert case.due is not None and case.severity is not None
    kind = words.NOTICE_ORDER if case.is_ordered else words.NOTICE_GUIDANCE
    clause = Sources(turn.library, turn.house.checks).brief(SEVERITY_CLAUSES[case.severity], info.jurisdiction)
    choices = [
        Choice(pledge_words.LABEL_PLEDGE, {"do": "pledge", "id": info.id}),
        Choice(words.LABEL_SUBMIT, {"do": "submit_evidence", "id": info.id}),
        Choice(words.LABEL_EXTEND, {"do": "ask_extension", "id": info.id}),
        Choice(words.LABEL_DEFEND, {"do": "defend", "id": info.id}),
    ]
    if not case.is_ordered:
        choices += [
            Choice(words.LABEL_ACCEPT, {"do": "guidance", "id": info.id, "accepts": True}),
            Choice(words.LABEL_DECLINE, {"do": "guidance", "id": info.id, "accepts": False}),
        ]
    choices.append(Choice(words.LABEL_ASK_OFFICER, {"do": "ask_officer", "id": info.id}))
    return Reply.of(
        ("lead", kind.format(day=common.with_weekday(case.due))),
        ("list", f"{info.number}\n{info.enterprise_name}\n要改正：{case.must_correct}"),
        ("citation", f"{words.FOLLOWS if clause.endswith(words.ELSEWHERE_SHORT) else words.RESTS_ON}：{clause}"),
        ("note", await common.signature(turn, info)),
        ("note", words.NOTICE_RIGHTS),
        choices=[*choices, Choice(words.LABEL_CASE, {"do": "case", "id": info.id})],
    )
