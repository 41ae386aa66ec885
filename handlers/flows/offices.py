"""Offices (R1): inviting people, renewing an enforcement licence, leave with a delegate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import menus, office, words
from handlers.flows.flow import Flow, Run
from handlers.flows.reading import day_words, named_apart
from handlers.flows.steps import Option, Reading, Step, fine, refused
from handlers.messages import Act, Reply
from handlers.turn import Turn
from knowledge.checks.conditions import OneOf
from storage import invitations, people
from storage.people import Office

_IS_OFFICER = OneOf("role", ("officer",))
INVITE = (
    Step(
        "role",
        "职务",
        "邀请什么人？",
        "choice",
        tuple(Option(role, menus.ROLE_NAMES[role]) for role in menus.OFFICES),
    ),
    Step("name", "姓名", "姓名是什么？", "text", example="张示例", longest=20),
    Step("department", "部门", "在哪个部门？", "text", example="市场监督管理局", longest=60),
    Step(
        "licence",
        "执法证号",
        "执法证号是多少？",
        "text",
        example="鄂城-0012",
        when=_IS_OFFICER,
        longest=40,
        is_free=True,
    ),
    Step("until", "执法证到期", "执法证哪一天到期？", "future", example="2028年6月30日", when=_IS_OFFICER),
)


class InviteFlow(Flow):
    """An admin invites somebody to an office of the admin's own jurisdiction; a one-time code comes of it."""

    name = "invite"
    title = "邀请人员"
    submit_label = "发邀请码"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return INVITE

    async def submit(self, turn: Turn, run: Run) -> Reply:
        own = turn.speaker.office
        if own is None or own.role != "admin":
            return Reply.of(("lead", words.FLOW_NONE))
        facts = run.facts
        is_officer = facts["role"] == "officer"
        code = turn.house.new_code()
        await invitations.issue(
            turn.session,
            code,
            role=facts["role"],
            jurisdiction=own.jurisdiction,
            issuer=own.person,
            now=turn.now,
            expires=turn.now + dt.timedelta(hours=turn.house.settings["code_hours"]),
            name=facts["name"],
            department=facts["department"],
            licence=facts["licence"] if is_officer else None,
            licence_until=dt.date.fromisoformat(facts["until"]) if is_officer else None,
        )
        return office.code_reply(turn, code, words.INVITED.format(name=facts["name"]))


class LicenceFlow(Flow):
    """An admin enters the renewed licence of an officer of the same jurisdiction."""

    name = "licence"
    title = "更新执法证"
    submit_label = "保存"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("licence", "执法证号", "执法证号是多少？", "text", example="鄂城-0012", longest=40, is_free=True),
            Step("until", "到期日", "哪一天到期？", "future", example="2028年6月30日"),
        )

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        return Run(self.name, turn.house.new_token(), given={"office": act["id"]})

    async def submit(self, turn: Turn, run: Run) -> Reply:
        found = await office.of_own_jurisdiction(turn, run.given["office"])
        if found is None or turn.speaker.role != "admin":
            return Reply.of(("lead", words.OFFICE_GONE))
        facts = run.facts
        await people.set_licence(turn.session, found.id, facts["licence"], dt.date.fromisoformat(facts["until"]))
        return await office.one(turn, found.id, lead=words.LICENCE_SAVED)


def _options(given: Mapping[str, Any]) -> tuple[Option, ...]:
    """The colleagues as options whose labels fit a button and differ."""
    named = named_apart([(name, str(id)) for id, name in given.get("colleagues", ())])
    whole = {str(id): name for id, name in given.get("colleagues", ())}
    return tuple(Option(id, label, (whole[id],)) for label, id in named)


def signed(office: Office) -> str:
    """Who is acting (R46): department, name and, where there is one, the enforcement licence."""
    if office.role != "officer":
        return f"{office.department}{office.name}。"
    return words.ACTED_BY.format(department=office.department, name=office.name, licence=office.licence or "没有登记")


class LeaveFlow(Flow):
    """Leave from a day to a day, and a colleague of the same department who acts meanwhile."""

    name = "leave"
    title = "请假委托"
    submit_label = "确认请假"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        colleagues = _options(given)
        return (
            Step("from", "开始", "从哪一天开始？", "future", example="明天，或者12月1日"),
            Step("until", "结束", "到哪一天为止？当天也算。", "future", example="12月5日"),
            *((Step("delegate", "委托", "期间谁代办？", "choice", colleagues, may_skip=True),) if colleagues else ()),
        )

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        own = turn.speaker.office
        assert own is not None
        others = await people.offices(
            turn.session, jurisdiction=own.jurisdiction, department=own.department, role=own.role, demo=turn.house.demo
        )
        colleagues = [[other.id, other.name] for other in others if other.id != own.id]
        return Run(self.name, turn.house.new_token(), given={"colleagues": colleagues})

    def holds(self, run: Run, step: Step, value: Any) -> bool:
        return step.name != "until" or value >= run.facts.get("from", value)

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        if step.name == "until" and value < run.facts["from"]:
            start = day_words(dt.date.fromisoformat(run.facts["from"]))
            return refused(words.LEAVE_ENDS_BEFORE.format(day=start))
        return fine(value)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        own = turn.speaker.office
        facts = run.facts
        if own is None or facts["until"] < facts["from"]:
            return Reply.of(("lead", words.FLOW_NONE))
        delegate = await people.office(turn.session, int(facts["delegate"])) if facts.get("delegate") else None
        start, end = dt.date.fromisoformat(facts["from"]), dt.date.fromisoformat(facts["until"])
        await people.take_leave(turn.session, own.id, start, end, delegate.id if delegate else None)
        if delegate:
            note = Reply.of(
                ("lead", words.LEAVE_TOLD.format(name=own.name)),
                ("text", f"{day_words(start)}到{day_words(end)}。"),
                ("note", signed(own)),
            )
            for channel, chat in await people.chats_of(turn.session, delegate.person):
                await turn.send(channel, chat, f"leave/{run.id}/{channel}/{chat}", note)
        turn.speaker = await people.speaker_of(
            turn.session, turn.incoming.channel, turn.incoming.chat, turn.today, demo=turn.house.demo
        )
        return office.mine(turn, {}, lead=words.LEAVE_SAVED)
