"""A case in other hands, and found again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words
from handlers.cases import common
from handlers.cases.flow import CaseFlow
from handlers.cases.page import listed, page
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Option, Step
from handlers.messages import Choice, Reply
from handlers.turn import Turn
from storage import cases, people
from storage.cases import CaseInfo


class TransferFlow(CaseFlow):
    """移交: another officer of the department answers for the case from now on."""

    name = "transfer"
    title = "移交案件"
    submit_label = "确认移交"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        colleagues = tuple(Option(str(id), name) for id, name in given.get("colleagues", ()))
        return (Step("to", "交给", "交给谁？", "choice", colleagues),)

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        run.given["colleagues"] = await common.colleagues_of(turn)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        info = await common.seen(turn, run.given["case"], lock=True)
        refusal = await self._refusal(turn, info)
        if info is None or refusal:
            return refusal or common.gone(turn)
        to = await people.office(turn.session, int(run.facts["to"]))
        if to is None or (to.jurisdiction, to.department) != (info.jurisdiction, info.department) or to.until:
            return common.gone(turn)
        await cases.hand_over(turn.session, info.id, to.id, turn.now)
        await cases.note(turn.session, info.id, "transfer", {"to": to.id}, turn.speaker.person, turn.now)
        fresh = await cases.case_file(turn.session, info.id)
        assert fresh is not None
        await common.lay_ladder(turn, fresh)
        told = Reply.of(
            ("lead", words.TRANSFERRED_TOLD.format(number=info.number)),
            ("text", f"{info.enterprise_name}：{info.problem}"),
            choices=[Choice(words.LABEL_LOOK, {"do": "case", "id": info.id})],
        )
        for channel, chat in await people.chats_of(turn.session, to.person):
            await turn.send(channel, chat, f"transfer/{info.id}/{run.id}/{channel}/{chat}", told)
        return await page(turn, fresh, lead=words.TRANSFERRED.format(name=to.name))


class FindCaseFlow(Flow):
    """找案件: by number, enterprise or words."""

    name = "find_case"
    title = "找案件"
    reviews = False

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (Step("words", "案件", "编号、企业或者问题里的几个字？", "text", example="好味道 健康证", is_free=True),)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        office = turn.speaker.office
        if office is None:
            return common.gone(turn)
        department = office.department if office.role == "officer" else None
        found = await cases.search(turn.session, run.facts["words"], office.jurisdiction, department)
        return listed(turn, words.FOUND_CASES, found, {"do": "find_case"}, words.FOUND_NO_CASES)
