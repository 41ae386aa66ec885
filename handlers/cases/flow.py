"""What all flows on a case share: who may, the claim on it, the procedure carries the answers out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words
from handlers.cases import common, desk_words
from handlers.cases.blanks import fill_in, is_blank, text_around, without_blanks
from handlers.cases.page import page
from handlers.flows.flow import Flow, NotYet, Run
from handlers.flows.steps import NO, UNKNOWN, YES, Reading, Step, fine, refused
from handlers.messages import Act, Block, Choice, Reply
from handlers.turn import CHINA, Turn
from knowledge.deadlines import deadline_of
from storage import cases, people
from storage.cases import CaseInfo

ASK = (YES, NO, UNKNOWN)
CLAIM = dt.timedelta(minutes=15)
"""How long a case is kept from others while somebody fills in a form on it."""


class CaseFlow(Flow):
    """A flow on one case: only for who may, held against others while it runs, carried out by the procedure."""

    role = "officer"
    act = ""
    needs_licence = True
    phrased: frozenset[str] = frozenset()
    """The steps of free words at which 常用语 are offered."""

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        info = await common.seen(turn, act["id"])
        refusal = await self._refusal(turn, info)
        if info is None or refusal:
            return refusal or common.gone(turn)
        if turn.speaker.office and self.role == "officer":
            until = turn.now + CLAIM
            if not await cases.hold(turn.session, info.id, turn.speaker.office.id, turn.now, until):
                return await held(turn, info.id)
        given = {"case": info.id, "number": info.number, "version": info.version}
        run = Run(self.name, turn.house.new_token(), given=given)
        await self.prepare(turn, run, info)
        return run

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        """What is known from the case already."""

    async def _refusal(self, turn: Turn, info: CaseInfo | None) -> Reply | None:
        if info is None or turn.speaker.role != self.role:
            return common.gone(turn)
        return common.may_enforce(turn) if self.role == "officer" and self.needs_licence else None

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        if turn.speaker.office and self.role == "officer":  # who goes on filling in keeps the case
            await cases.hold(turn.session, run.given["case"], turn.speaker.office.id, turn.now, turn.now + CLAIM)
        if is_blank(step):
            return fill_in(run, step, str(value))
        if step.name != "due":
            return fine(value)
        found = deadline_of(str(value), turn.now.astimezone(CHINA))
        return fine(found.day.isoformat()) if found else refused(words.LOG_DUE)

    def extras(self, turn: Turn, run: Run, step: Step) -> Sequence[Choice]:
        if step.name not in self.phrased:
            return ()
        return (Choice(desk_words.LABEL_PHRASES, {"do": "use_phrase", "run": run.id, "step": step.name}),)

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        return text_around(run) if is_blank(step) else []

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        if step.name == "due" and value:
            return common.with_weekday(dt.date.fromisoformat(value))
        return super().value_words(turn, run, step, value)

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        """The procedure's act that the answers make."""
        raise NotImplementedError

    def noted(self, run: Run) -> Mapping[str, Any]:
        """What the record says of the act."""
        return without_blanks(run.facts)

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
        if info.holder and is_held_by_other(turn, info):
            return await held(turn, info.id)
        decided = self.decided(run.facts, turn, run)
        done = await common.carry_out(turn, info, self.act or self.name, decided, self.noted(run))
        if isinstance(done, Reply):
            if self.reviews and run.given.get("version") == info.version:
                raise NotYet(done)  # the case is as it was when the run began: it is the answers
            return done
        await self.before(turn, run, done)
        return await self.after(turn, run, done)


def is_held_by_other(turn: Turn, info: CaseInfo) -> bool:
    """Whether another officer is filling in a form on the case now."""
    own = turn.speaker.office
    is_now = info.held_until is not None and info.held_until > turn.now
    return own is not None and own.role == "officer" and info.holder not in (None, own.id) and is_now


async def held(turn: Turn, id: int) -> Reply:
    """Who has the case in hand, and until when, so that the other one knows when to come again."""
    info = await cases.case_file(turn.session, id)
    holder = await people.office(turn.session, info.holder) if info and info.holder else None
    if info is None or holder is None or info.held_until is None:
        return Reply.of(("lead", words.CASE_HELD), choices=[common.MENU])
    until = info.held_until.astimezone(CHINA).strftime("%H:%M")
    return Reply.of(
        ("lead", desk_words.HELD_BY.format(name=holder.name, time=until)),
        ("text", words.CASE_HELD),
        ("note", desk_words.HELD_NEXT),
        choices=[Choice(words.LABEL_CASE, {"do": "case", "id": id}), common.MENU],
    )


def due_step(title: str = "期限", prompt: str = "限什么时候改好？", when: Any = None) -> Step:
    return Step("due", title, prompt, "text", example="3个工作日，或者11月30日前", is_free=True, when=when)
