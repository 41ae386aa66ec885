"""What all flows on a case share: who may, the claim on it, the procedure carries the answers out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from handlers import words
from handlers.cases import common
from handlers.cases.page import page
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import NO, UNKNOWN, YES, Reading, Step, fine, refused
from handlers.messages import Act, Reply
from handlers.turn import CHINA, Turn
from knowledge.deadlines import deadline_of
from storage import cases
from storage.cases import CaseInfo

ASK = (YES, NO, UNKNOWN)
CLAIM = dt.timedelta(minutes=15)
"""How long a case is kept from others while somebody fills in a form on it."""


class CaseFlow(Flow):
    """A flow on one case: only for who may, held against others while it runs, carried out by the procedure."""

    role = "officer"
    act = ""
    needs_licence = True

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        info = await common.seen(turn, act["id"])
        refusal = await self._refusal(turn, info)
        if info is None or refusal:
            return refusal or common.gone(turn)
        if turn.speaker.office and self.role == "officer":
            until = turn.now + CLAIM
            if not await cases.hold(turn.session, info.id, turn.speaker.office.id, turn.now, until):
                return Reply.of(("lead", words.CASE_HELD), choices=[common.MENU])
        run = Run(self.name, turn.house.new_token(), given={"case": info.id, "number": info.number})
        await self.prepare(turn, run, info)
        return run

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        """What is known from the case already."""

    async def _refusal(self, turn: Turn, info: CaseInfo | None) -> Reply | None:
        if info is None or turn.speaker.role != self.role:
            return common.gone(turn)
        return common.may_enforce(turn) if self.role == "officer" and self.needs_licence else None

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        if step.name != "due":
            return fine(value)
        found = deadline_of(str(value), turn.now.astimezone(CHINA))
        return fine(found.day.isoformat()) if found else refused(words.LOG_DUE)

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        if step.name == "due" and value:
            return common.with_weekday(dt.date.fromisoformat(value))
        return super().value_words(turn, run, step, value)

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        """The procedure's act that the answers make."""
        raise NotImplementedError

    async def before(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        """What is kept with the act, such as evidence."""

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        """Who is told, and what the speaker sees."""
        return await page(turn, info)

    async def left(self, turn: Turn, run: Run) -> None:
        if turn.speaker.office and self.role == "officer":
            await cases.release(turn.session, run.given["case"], turn.speaker.office.id)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        info = await common.seen(turn, run.given["case"], lock=True)
        refusal = await self._refusal(turn, info)
        if info is None or refusal:
            return refusal or common.gone(turn)
        done = await common.carry_out(turn, info, self.act or self.name, self.decided(run.facts, turn, run), run.facts)
        if isinstance(done, Reply):
            return done
        await self.before(turn, run, done)
        return await self.after(turn, run, done)


def due_step(title: str = "期限", prompt: str = "限什么时候改好？", when: Any = None) -> Step:
    return Step("due", title, prompt, "text", example="3个工作日，或者11月30日前", is_free=True, when=when)
