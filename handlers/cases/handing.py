"""A case in other hands: 移交 of one or of all, 认领 of what nobody answers for any more, and what the admin gives out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words as house
from handlers.answers import short
from handlers.cases import common
from handlers.cases import desk_words as words
from handlers.cases.desk import MANY, listed, office_of
from handlers.cases.flow import CaseFlow
from handlers.cases.page import page
from handlers.flows.flow import Flow, Run
from handlers.flows.reading import named_apart
from handlers.flows.steps import Option, Step
from handlers.messages import Act, Choice, Reply
from handlers.turn import Acts, Turn
from storage import cases, people
from storage.cases import CaseInfo
from storage.people import Office


def colleague_options(given: Mapping[str, Any]) -> tuple[Option, ...]:
    """The colleagues as options whose labels fit a button and differ."""
    named = [(name, str(id)) for id, name in given.get("colleagues", ())]
    whole = {id: name for name, id in named}
    return tuple(Option(id, label, (whole[id],)) for label, id in named_apart(named))


def nobody() -> Reply:
    return Reply.of(("lead", words.NO_COLLEAGUE), choices=[common.MENU])


async def hand_on(turn: Turn, info: CaseInfo, to: Office) -> None:
    """Another officer answers for a case from now on; the reminders go to them."""
    await cases.hand_over(turn.session, info.id, to.id, turn.now)
    await cases.note(turn.session, info.id, "transfer", {"to": to.id}, turn.speaker.person, turn.now)
    fresh = await cases.case_file(turn.session, info.id)
    assert fresh is not None
    await common.lay_ladder(turn, fresh)


async def _taker(turn: Turn, id: int, jurisdiction: str, department: str) -> Office | None:
    """A live officer of a department, by the office's number."""
    to = await people.office(turn.session, id)
    if to is None or to.until or to.role != "officer":
        return None
    return to if (to.jurisdiction, to.department) == (jurisdiction, department) else None


async def _tell(turn: Turn, to: Office, key: str, reply: Reply) -> None:
    if turn.speaker.office and to.id == turn.speaker.office.id:
        return
    for channel, chat in await people.chats_of(turn.session, to.person):
        await turn.send(channel, chat, f"{key}/{channel}/{chat}", reply)


async def _told_of_one(turn: Turn, info: CaseInfo, to: Office, key: str) -> None:
    told = Reply.of(
        ("lead", house.TRANSFERRED_TOLD.format(number=info.number)),
        ("text", f"{info.enterprise_name}：{info.problem}"),
        choices=[Choice(house.LABEL_LOOK, {"do": "case", "id": info.id})],
    )
    await _tell(turn, to, key, told)


class TransferFlow(CaseFlow):
    """移交: another officer of the department answers for the case from now on."""

    name = "transfer"
    title = "移交案件"
    submit_label = "确认移交"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (Step("to", "交给", words.ASSIGN_TO, "choice", colleague_options(given)),)

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        begun = await super().begin(turn, act)
        if isinstance(begun, Run) and not begun.given["colleagues"]:
            await self.left(turn, begun)
            return nobody()
        return begun

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        run.given["colleagues"] = await common.colleagues_of(turn)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        info = await common.seen(turn, run.given["case"], lock=True)
        refusal = await self._refusal(turn, info)
        if info is None or refusal:
            return refusal or common.gone(turn)
        to = await _taker(turn, int(run.facts["to"]), info.jurisdiction, info.department)
        if to is None:
            return common.gone(turn)
        await hand_on(turn, info, to)
        await _told_of_one(turn, info, to, f"transfer/{info.id}/{run.id}")
        fresh = await cases.case_file(turn.session, info.id)
        assert fresh is not None
        return await page(turn, fresh, lead=house.TRANSFERRED.format(name=to.name))


class AssignFlow(TransferFlow):
    """An admin gives a case that nobody answers for to an officer of its department."""

    name = "assign_case"
    title = "交给承办人"
    submit_label = "确认交给"
    role = "admin"

    async def _refusal(self, turn: Turn, info: CaseInfo | None) -> Reply | None:
        if info is None or turn.speaker.role != self.role or not info.case.is_open:
            return common.gone(turn)
        return None if await is_unowned(turn, info) else Reply.of(("lead", words.CLAIM_GONE), choices=[common.MENU])

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        run.given["colleagues"] = await officers_of(turn, info.jurisdiction, info.department)


async def officers_of(turn: Turn, jurisdiction: str, department: str, but: int | None = None) -> list[list[Any]]:
    """The live officers of a department, each as office and name."""
    found = await people.offices(
        turn.session, jurisdiction=jurisdiction, department=department, role="officer", demo=turn.house.demo
    )
    return [[office.id, office.name] for office in found if office.id != but]


async def is_unowned(turn: Turn, info: CaseInfo) -> bool:
    """Whether the appointment of a case's officer has ended."""
    holder = await people.office(turn.session, info.office)
    return holder is None or holder.until is not None


class HandAllFlow(Flow):
    """All open cases of one officer at once: one's own to a colleague, or by the admin those of one who has left."""

    name = "hand_all"
    title = "整批移交"
    submit_label = "确认移交"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        ask = words.HAND_ALL.format(name=given.get("name", ""), count=given.get("count", 0))
        return (Step("to", "交给", ask, "choice", colleague_options(given)),)

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        giver = await self._giver(turn, act.get("from"))
        if giver is None:
            return common.gone(turn)
        found = await _open_of(turn, giver)
        if not found:
            return Reply.of(("lead", words.HAND_NOTHING), choices=[common.MENU])
        colleagues = await officers_of(turn, giver.jurisdiction, giver.department, but=giver.id)
        if not colleagues:
            return nobody()
        given = {"from": giver.id, "name": giver.name, "count": len(found), "colleagues": colleagues}
        return Run(self.name, turn.house.new_token(), given=given)

    async def _giver(self, turn: Turn, id: int | None) -> Office | None:
        """Whose cases: one's own; for the admin an ended office of the jurisdiction."""
        own = office_of(turn)
        if own.role == "officer":
            return own
        found = await people.office(turn.session, id) if id else None
        is_ended = found is not None and found.jurisdiction == own.jurisdiction and found.until is not None
        return found if is_ended and own.role == "admin" else None

    async def submit(self, turn: Turn, run: Run) -> Reply:
        giver = await self._giver(turn, run.given["from"]) if turn.speaker.office else None
        to = await _taker(turn, int(run.facts["to"]), giver.jurisdiction, giver.department) if giver else None
        if giver is None or to is None:
            return common.gone(turn)
        handed = 0
        for info in await _open_of(turn, giver):
            fresh = await cases.case_file(turn.session, info.id, lock=True)
            if fresh is not None and fresh.office == giver.id and fresh.case.is_open:
                await hand_on(turn, fresh, to)
                handed += 1
        told = Reply.of(
            ("lead", words.HANDED_ALL_TOLD.format(count=handed)),
            choices=[Choice(words.LABEL_TODO, {"do": "todo"})],
        )
        await _tell(turn, to, f"handed/{giver.id}/{run.id}", told)
        return Reply.of(("lead", words.HANDED_ALL.format(count=handed, name=to.name)), choices=[common.MENU])


async def _open_of(turn: Turn, office: Office) -> list[CaseInfo]:
    return await cases.of_department(
        turn.session, office.jurisdiction, office.department, offices=[office.id], limit=MANY
    )


# ---- what nobody answers for


async def unowned(turn: Turn) -> list[CaseInfo]:
    """The open cases of officers who have left: of one's department, for the admin of the jurisdiction."""
    office = office_of(turn)
    department = office.department if office.role == "officer" else None
    return await cases.unowned(turn.session, office.jurisdiction, department)


async def _unowned(turn: Turn, act: Act) -> Reply:
    found = await unowned(turn)
    is_admin = office_of(turn).role == "admin"
    leavers = list(dict.fromkeys(info.office for info in found)) if is_admin else []
    extra = [Choice(words.LABEL_HAND_ALL, {"do": "hand_all", "from": leavers[0]})] if leavers else []

    def line(info: CaseInfo) -> str:
        was = words.UNOWNED_WAS.format(number=info.number, name=info.enterprise_name, officer=info.officer_name)
        return f"{was}，{short(info.problem, 20)}"

    return listed(turn, words.UNOWNED, found, act, words.UNOWNED_NONE, line=line, extra=extra)


async def _claim(turn: Turn, act: Act) -> Reply:
    """认领, with a second tap; of two who claim at once one is told that it is in hands."""
    refusal = common.may_enforce(turn)
    info = await common.seen(turn, act["id"], lock=bool(act.get("sure")))
    if refusal or info is None or not info.case.is_open:
        return refusal or common.gone(turn)
    if not await is_unowned(turn, info):
        return await page(turn, info, lead=words.CLAIM_GONE)
    if not act.get("sure"):
        sure = Choice(words.LABEL_CLAIM_SURE, {"do": "claim", "id": info.id, "sure": True})
        back = Choice(house.LABEL_CASE, {"do": "case", "id": info.id})
        return Reply.of(
            ("lead", words.CLAIM_ASK),
            ("text", f"{info.number} {info.enterprise_name}：{info.problem}"),
            choices=[sure, back, common.MENU],
        )
    await hand_on(turn, info, office_of(turn))
    fresh = await cases.case_file(turn.session, info.id)
    assert fresh is not None
    return await page(turn, fresh, lead=words.CLAIMED)


async def _hand_all(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, "hand_all", dict(act) | {"anew": True})


async def _assign(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, "assign_case", dict(act) | {"anew": True})


ACTS: Acts = {"unowned": _unowned, "claim": _claim, "hand_all": _hand_all, "assign_case": _assign}
