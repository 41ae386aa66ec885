"""Enterprises entered and found by the offices: 登记企业 with its 统一社会信用代码 checked, 找企业 by name or code (R1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import enterprise, words
from handlers.cases import inspecting
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Reading, Step, fine, refused
from handlers.messages import Act, Block, Reply
from handlers.turn import Turn
from knowledge.credit_code import check_credit_code, division_name
from storage import enterprises

STEPS = (
    Step("name", "企业名称", "企业叫什么名称？照营业执照写。", "text", example="鄂城区示例好味道餐馆", longest=120),
    Step("code", "信用代码", "统一社会信用代码是多少？", "credit", example="执照上的十八位"),
    Step("industry", "行业", "主要做哪一行？", "industry", example="饭店，或者行业代码 6210", may_skip=True),
    Step("address", "地址", "经营地址在哪里？", "text", example="示例路1号", may_skip=True, is_free=True),
    Step("founded", "成立日期", "哪一天成立的？", "date", example="2024年5月8日", may_skip=True),
)


class AddEnterpriseFlow(Flow):
    """An enterprise that the register does not have yet, entered by an officer or admin of its place."""

    name = "add_enterprise"
    title = "登记企业"
    submit_label = "登记"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return STEPS

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        office = turn.speaker.office
        if office and office.role == "officer" and not office.may_enforce(turn.today):
            return Reply.of(("lead", words.LICENCE_EXPIRED), ("text", words.LICENCE_EXPIRED_NEXT))
        return Run(self.name, turn.house.new_token(), given={"then": act.get("then", "")})

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        if step.name != "code":
            return fine(value)
        there = await enterprises.by_code(turn.session, value)
        if there:
            name = there.name if enterprise.is_own(turn, there) else words.ENTERPRISE_OTHER
            return refused(words.ENTERPRISE_KNOWN.format(name=name))
        division = check_credit_code(value).division
        if not enterprise.is_own_division(turn, division):
            place = division_name(division) or division
            return refused(words.ENTERPRISE_ELSEWHERE.format(place=place))
        return fine(value)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        facts = run.facts
        office = turn.speaker.office
        if office is None or office.role not in ("officer", "admin"):
            return Reply.of(("lead", words.FLOW_NONE))
        code = facts["industry"]
        industry = turn.house.industries.get(code) if code else None
        new = enterprises.NewEnterprise(
            name=facts["name"],
            code=facts["code"],
            division=office.jurisdiction,
            industry_code=code,
            industry=industry.name if industry else None,
            address=facts["address"],
            founded=dt.date.fromisoformat(facts["founded"]) if facts["founded"] else None,
        )
        try:
            made = await enterprises.add(turn.session, new, "demo" if turn.speaker.is_demo else "officer", turn.now)
        except enterprises.KnownCode as error:
            return Reply.of(("lead", str(error)))
        if run.given.get("then") == "log" and (card := await inspecting.back_with(turn, made, new.name)):
            first, *rest = card.blocks
            return Reply((Block("lead", words.ENTERPRISE_ADDED), Block("text", first.text), *rest), card.choices)
        return await enterprise.page(turn, made, lead=words.ENTERPRISE_ADDED)


class FindFlow(Flow):
    """One question: the name, part of it, or the code. What was found is shown at once."""

    name = "find"
    title = "找企业"
    reviews = False

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (Step("words", "名称", words.FIND_WHAT, "text", example="好味道", is_free=True, longest=120),)

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        return Run(self.name, turn.house.new_token(), given={"then": act.get("then", "enterprise")})

    async def submit(self, turn: Turn, run: Run) -> Reply:
        return await enterprise.found(turn, run.facts["words"], run.given["then"])
