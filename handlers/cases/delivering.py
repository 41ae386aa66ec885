"""Who cannot be reached (R42): what the courier had to give up marks the cases, and the officer notes how they told instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.cases import common
from handlers.cases import desk_words as words
from handlers.cases.flow import CaseFlow
from handlers.cases.page import page
from handlers.flows.flow import Run
from handlers.flows.steps import Option, Step
from handlers.messages import Act, Reply
from handlers.turn import Acts, Turn
from storage import cases, messages, people
from storage.cases import CaseInfo
from storage.database import Session

WAYS = (
    Option("face", "当面", ("当面告知", "上门")),
    Option("phone", "电话", ("打电话", "电话告知")),
    Option("post", "邮寄", ("寄", "快递", "邮政")),
)


async def given_up(session: Session, stored: messages.Stored, now: dt.datetime) -> None:
    """A message that will never arrive: the open cases of that chat's enterprises are 未送达, unless somebody else of
    theirs can be reached. Before the diagnosis the enterprise has nothing to receive.
    """
    person = await people.person_of(session, stored.channel, stored.chat)
    if person is None:
        return
    for binding in await people.bindings_of(session, person):
        if await _is_reachable(session, binding.enterprise, (stored.channel, stored.chat)):
            continue
        for info in await cases.of_enterprise(session, binding.enterprise, open_only=True):
            if info.case.severity is None or info.undelivered:
                continue
            await cases.mark_delivery(session, info.id, delivered=False)
            await cases.note(session, info.id, "undelivered", {"what": "given_up"}, None, now)


async def _is_reachable(session: Session, enterprise: int, lost: tuple[str, str]) -> bool:
    for contact in await people.contacts_of(session, enterprise):
        for channel, chat in await people.chats_of(session, contact.person):
            if (channel, chat) != lost and await messages.takes(session, channel, chat):
                return True
    return False


class ServeFlow(CaseFlow):
    """已另行送达: how the enterprise was told instead, on the record; the task is done with it."""

    name = "serve"
    title = "另行送达"
    submit_label = "确认"

    async def _refusal(self, turn: Turn, info: CaseInfo | None) -> Reply | None:
        if info is not None and not info.undelivered:
            return Reply.of(("lead", words.SERVE_NEEDLESS), choices=[common.MENU])
        return await super()._refusal(turn, info)

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("how", "方式", words.SERVE_HOW, "choice", WAYS),
            Step("note", "情况", words.SERVE_NOTE, "text", example="今天上午告知了店长", is_free=True, longest=200),
        )

    async def submit(self, turn: Turn, run: Run) -> Reply:
        info = await common.seen(turn, run.given["case"], lock=True)
        refusal = await self._refusal(turn, info)
        if info is None or refusal:
            return refusal or common.gone(turn)
        await cases.mark_delivery(turn.session, info.id, delivered=True)
        how = next(way.label for way in WAYS if way.value == run.facts["how"])
        said = {"how": run.facts["how"], "text": how, "note": run.facts["note"]}
        await cases.note(turn.session, info.id, "serve", said, turn.speaker.person, turn.now)
        fresh = await cases.case_file(turn.session, info.id)
        assert fresh is not None
        return await page(turn, fresh, lead=words.SERVED.format(how=how))


async def _start(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, act["do"], dict(act) | {"anew": True})


ACTS: Acts = {"serve": _start}
