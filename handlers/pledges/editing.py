"""Changing a draft (R33, R34): a promise added, changed or taken out, the injured party; then the whole is read back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from handlers import words as house_words
from handlers.answers import short
from handlers.cases import common
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Option, Reading, Step, fine, refused
from handlers.messages import MAX_CHOICES, MAX_LABEL, Act, Block, Choice, Reply
from handlers.pledges import page, words
from handlers.pledges.drafting import draft_page, editable, new_id, open_draft, refused_reply, removable
from handlers.turn import CHINA, Acts, Turn
from knowledge.days import read_day
from knowledge.deadlines import deadline_of
from knowledge.pledges.kinds import refusal
from knowledge.pledges.refusals import day_refusal
from knowledge.pledges.standing import MAX_PROMISES
from knowledge.pledges.text import Injured
from knowledge.procedure.case import Case, PledgeKind, Promise
from knowledge.workdays import add_workdays
from storage import pledges
from storage.cases import CaseInfo
from storage.pledges import NotADraft, PledgeInfo

LONGEST = 200


async def _drop(turn: Turn, act: Act) -> Reply:
    """删一条: which, then the draft without it."""
    there = await open_draft(turn, act["id"], lock=True)
    if isinstance(there, Reply):
        return there
    info, pledge = there
    may_go = removable(pledge, info.case)
    gone = act.get("promise")
    if gone is None or gone not in [promise.id for promise in may_go] or len(pledge.promises) < 2:
        choices = [
            Choice(_numbered(pledge, promise), {"do": "drop_promise", "id": pledge.id, "promise": promise.id})
            for promise in may_go[: MAX_CHOICES - 2]
        ]
        return Reply.of(("lead", words.WHICH_DROP), choices=[*choices, _to_draft(pledge), common.MENU])
    left = [promise for promise in pledge.promises if promise.id != gone]
    changed = await pledges.rewrite(turn.session, pledge.id, left)
    return await draft_page(turn, info, changed, words.DRAFT_CHANGED)


def _to_draft(pledge: PledgeInfo) -> Choice:
    return Choice(house_words.LABEL_BACK, {"do": "pledge", "id": pledge.case, "kind": pledge.kind, "amend": True})


def _numbered(pledge: PledgeInfo, promise: Promise) -> str:
    number = pledge.promises.index(promise) + 1
    return f"{number}.{short(promise.text, MAX_LABEL - 2)}"


class DraftFlow(Flow):
    """A flow that changes one draft; the draft itself, read back whole, is the review."""

    reviews = False

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        there = await open_draft(turn, act["id"])
        if isinstance(there, Reply):
            return there
        example = _example(turn, there[0].case)
        run = Run(self.name, turn.house.new_token(), given={"pledge": act["id"], "example": example})
        return await self.prepare(turn, run, *there) or run

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo, pledge: PledgeInfo) -> Reply | None:
        """What is known already; a reply when there is nothing to do."""
        return None

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        return await self.check_day(turn, run, str(value)) if step.name == "due" else fine(value)

    async def check_day(self, turn: Turn, run: Run, text: str) -> Reading:
        """A promise's day: within the case's own, not past (R25, R34), said in any way an officer may say one (R38)."""
        there = await self.there(turn, run)
        if isinstance(there, Reply):
            return refused(words.NO_DRAFT)
        info, kind = there
        return read_day_of_promise(turn, info.case, kind, text)

    async def there(self, turn: Turn, run: Run) -> tuple[CaseInfo, PledgeKind] | Reply:
        found = await open_draft(turn, run.given["pledge"])
        return found if isinstance(found, Reply) else (found[0], found[1].kind)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        found = await open_draft(turn, run.given["pledge"], lock=True)
        if isinstance(found, Reply):
            return found
        info, pledge = found
        promises = await self.changed(turn, run, info, pledge)
        if isinstance(promises, Reply):
            return promises
        try:
            now = await pledges.rewrite(turn.session, pledge.id, promises, self.injured(run))
        except NotADraft:
            return Reply.of(("lead", words.NO_DRAFT), choices=[page.back(info), common.MENU])
        return await draft_page(turn, info, now, words.DRAFT_CHANGED)

    async def changed(self, turn: Turn, run: Run, info: CaseInfo, pledge: PledgeInfo) -> Sequence[Promise] | Reply:
        """The draft's promises as the answers make them."""
        return pledge.promises

    def injured(self, run: Run) -> Injured | None:
        """The injured party as the answers have it; ``None`` leaves it as it is."""
        return None

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        if step.name == "due" and value:
            return common.with_weekday(dt.date.fromisoformat(value))
        return super().value_words(turn, run, step, value)


def read_day_of_promise(turn: Turn, case: Case, kind: PledgeKind, text: str) -> Reading:
    """The day that a text names, if a promise may have it; else what is expected."""
    found = deadline_of(text, turn.now.astimezone(CHINA))
    day = found.day if found else _any_day(turn, text)
    if day is None:
        missing = _no_such_day(turn, text)
        unread = words.DUE_UNREAD.format(day=_example_day(turn, case))
        return refused(words.DUE_NO_SUCH_DAY.format(problem=missing) if missing else unread)
    problem = day_refusal(case, kind, day, turn.today)
    return refused(problem, is_failure=False) if problem else fine(day.isoformat())


def _any_day(turn: Turn, text: str) -> dt.date | None:
    """A day that is no deadline, so that it can be said why: one that is past before one far ahead."""
    readings = (read_day(text, turn.today, future_ok=future_ok) for future_ok in (False, True))
    return next((one.value for one in readings if one.value), None)


def _example(turn: Turn, case: Case) -> str:
    return words.DUE_EXAMPLE.format(day=_example_day(turn, case))


def _no_such_day(turn: Turn, text: str) -> str:
    """That the calendar has no such day, where that is what is wrong: 2027年没有2月30日."""
    problem = read_day(text, turn.today, future_ok=True).problem.partition("，")[0]
    return problem if "没有" in problem and any(one.isdigit() for one in problem) else ""


def _example_day(turn: Turn, case: Case) -> str:
    """A day that a promise of this case might have: never one that is past."""
    soon = add_workdays(turn.today, 3).day
    day = min(soon, case.due) if case.due and case.due >= turn.today else soon
    return f"{day.month}月{day.day}日"


WHAT = Step("what", "改正什么", words.WHAT_ASK, "text", example="把安全出口清空", is_free=True, longest=LONGEST)
DUE = Step("due", "什么时候", words.DUE_ASK, "text", is_free=True)


def _due(given: Mapping[str, Any]) -> Step:
    return replace(DUE, example=given.get("example", words.DUE_ANY))


class AddPromiseFlow(DraftFlow):
    """加一条: what, and by when."""

    name = "add_promise"
    title = "加一条承诺"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (WHAT, _due(given))

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo, pledge: PledgeInfo) -> Reply | None:
        if len(pledge.promises) < MAX_PROMISES:
            return None
        return await draft_page(turn, info, pledge, words.FULL.format(count=MAX_PROMISES))

    async def changed(self, turn: Turn, run: Run, info: CaseInfo, pledge: PledgeInfo) -> Sequence[Promise] | Reply:
        if len(pledge.promises) >= MAX_PROMISES:
            return await draft_page(turn, info, pledge, words.FULL.format(count=MAX_PROMISES))
        versions = await pledges.of_case(turn.session, info.id)
        used = [promise.id for one in versions for promise in one.promises]
        used += [promise.id for promise in info.case.promises]
        new = Promise(new_id(pledge.kind, used), run.facts["what"], dt.date.fromisoformat(run.facts["due"]))
        return [*pledge.promises, new]


class EditPromiseFlow(DraftFlow):
    """改一条: which, what and by when; what stays is passed over."""

    name = "edit_promise"
    title = "改一条承诺"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        options = tuple(Option(id, label) for id, label, *_ in given.get("promises", ()))
        which = Step("which", "哪一条", words.WHICH_EDIT, "choice", options)
        return (which, replace(WHAT, may_skip=True), replace(_due(given), may_skip=True))

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo, pledge: PledgeInfo) -> Reply | None:
        found = editable(pledge, info.case, turn.today)
        if not found:
            return await draft_page(turn, info, pledge, words.NOTHING_TO_EDIT)
        run.given["promises"] = [
            [promise.id, _numbered(pledge, promise), promise.text, common.with_weekday(promise.due)]
            for promise in found
        ]
        if len(found) == 1:
            run.known["which"] = [found[0].id, "register"]
        return None

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        of = next((one for one in run.given["promises"] if one[0] == run.facts.get("which")), None)
        if step.name == "which":
            told = (f"{n}. {text}（{due}前）" for n, (_, _, text, due) in enumerate(run.given["promises"], 1))
            return [Block("list", "\n".join(told))]
        if of is None:
            return []
        return [Block("list", words.KEEPS.format(value=of[2] if step.name == "what" else of[3]))]

    async def changed(self, turn: Turn, run: Run, info: CaseInfo, pledge: PledgeInfo) -> Sequence[Promise] | Reply:
        facts = run.facts
        if facts["which"] not in [promise.id for promise in editable(pledge, info.case, turn.today)]:
            return await draft_page(turn, info, pledge, words.NOTHING_TO_EDIT)
        new: dict[str, Any] = {"text": facts["what"]} if facts.get("what") else {}
        if facts.get("due"):
            new["due"] = dt.date.fromisoformat(facts["due"])
        return [replace(one, **new) if one.id == facts["which"] else one for one in pledge.promises]


class RedressFlow(DraftFlow):
    """赔礼道歉赔偿协议 (R33): who was injured, the terms by when, what they say to it, and who witnessed that.

    On a draft that is there it asks for the injured party alone.
    """

    name = "redress"
    title = "赔礼道歉赔偿协议"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        who = Step("who", "受害方", words.WHO_ASK, "text", example="顾客王女士", is_free=True, longest=40)
        terms = replace(WHAT, title="怎么赔", prompt=words.TERMS_ASK, example="当面道歉，赔偿300元")
        says = Step("says", "受害方的话", words.SAYS_ASK, "text", example="接受道歉，同意这个数", is_free=True)
        witness = Step("witness", "见证人", words.WITNESS_ASK, "text", example="社区工作人员赵示例", is_free=True)
        return (who, terms, _due(given), says, witness) if "case" in given else (who, says, witness)

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        if act.get("pledge"):
            return await super().begin(turn, act)
        info = await common.seen(turn, act["id"])
        if info is None or turn.speaker.role != "contact":
            return common.gone(turn)
        problem = refusal(info.case, "redress", turn.today)
        if problem:
            return refused_reply(turn, info, "redress", problem)
        given = {"case": info.id, "example": _example(turn, info.case)}
        return Run(self.name, turn.house.new_token(), given=given)

    async def there(self, turn: Turn, run: Run) -> tuple[CaseInfo, PledgeKind] | Reply:
        info = await common.seen(turn, run.given["case"])
        return (info, "redress") if info else common.gone(turn)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        if "case" not in run.given:
            return await super().submit(turn, run)
        info = await common.seen(turn, run.given["case"], lock=True)
        if info is None or turn.speaker.role != "contact" or not info.case.is_open:
            return common.gone(turn)
        there = await pledges.newest(turn.session, info.id, "redress", "draft")
        due = dt.date.fromisoformat(run.facts["due"])
        promises = [Promise(new_id("redress", [p.id for p in info.case.promises]), run.facts["what"], due)]
        if there is None:
            made = await pledges.open_draft(turn.session, info.id, "redress", promises, self.injured(run), turn.now)
        else:  # somebody else of the enterprise was quicker: theirs goes on with these words
            made = await pledges.rewrite(turn.session, there.id, promises, self.injured(run))
        return await draft_page(turn, info, made)

    def injured(self, run: Run) -> Injured | None:
        return Injured(*(str(run.facts[name]) for name in ("who", "says", "witness")))


async def _start(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, act["do"], dict(act) | {"anew": True})


ACTS: Acts = {
    "drop_promise": _drop,
    **dict.fromkeys(("add_promise", "edit_promise", "redress", "sign_pledge"), _start),
}
