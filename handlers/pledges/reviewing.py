"""Promises under review (R26, R34, R36): which are handed in, passed or returned, and what follows when one is broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words as house_words
from handlers.answers import short
from handlers.cases import common
from handlers.cases.flow import CaseFlow
from handlers.cases.page import page
from handlers.flows.flow import Run
from handlers.flows.steps import Option, Step
from handlers.messages import MAX_LABEL, Block, Choice, Reply
from handlers.pledges import words
from handlers.turn import Acts, Turn
from knowledge.checks.conditions import OneOf
from knowledge.procedure import acts
from knowledge.procedure.case import Case, Promise
from knowledge.procedure.ladder import window
from knowledge.procedure.periods import late_promises, running_promises
from knowledge.procedure.promises import failed_twice
from knowledge.procedure.results import OFFICER, Done
from knowledge.procedure.steps import step
from storage import cases, chain, people, pledges
from storage.cases import CaseInfo

BATCH = 200
MAX_LISTED = 6
"""Promises that one question offers, so that its buttons fit."""
ALL, SOME = Option("all", words.ALL_OF_THEM), Option("some", words.SOME_OF_THEM)
Listed = list[list[str]]


def listed(promises: Sequence[Promise]) -> Listed:
    """Promises for a run to keep: id, button, words."""
    return [
        [promise.id, f"{n}.{short(promise.text, MAX_LABEL - 2)}", f"{n}. {promise.text}"]
        for n, promise in enumerate(promises[:MAX_LISTED], 1)
    ]


def _options(given: Mapping[str, Any]) -> tuple[Option, ...]:
    return tuple(Option(id, label) for id, label, _ in given.get("promises", ()))


def told(given: Mapping[str, Any]) -> list[Block]:
    """The promises of a run in full, under the question which of them."""
    return [Block("list", "\n".join(text for *_, text in given.get("promises", ())))]


# ---- handing in


def may_hand_in(case: Case) -> bool:
    """Whether the enterprise may hand in evidence: while it corrects, and later for a promise that still runs (R33, R34)."""
    return case.stage in ("rectifying", "submitted") or (case.stage == "passed" and bool(running_promises(case)))


def to_hand_in(case: Case) -> Listed:
    """The promises of which evidence may be handed in by itself; none where all of it goes together anyway."""
    found = running_promises(case)
    if not (len(found) > 1 or (found and case.stage == "passed")):
        return []
    apart = {promise.id for promise in found if promise.kind == "redress"}
    return [[id, label, text + words.APART if id in apart else text] for id, label, text in listed(found)]


def evidence_steps(given: Mapping[str, Any]) -> tuple[Step, ...]:
    """The question of which promise the evidence is; none when there is nothing to choose."""
    options = _options(given)
    if not options:
        return ()
    whole = () if given.get("is_passed") else (ALL,)
    return (Step("promise", "哪一条承诺", words.WHICH_EVIDENCE, "choice", (*whole, *options)),)


def of_promise(facts: Mapping[str, Any]) -> str | None:
    """The one promise that the evidence is for; ``None`` for all of them."""
    named = facts.get("promise")
    return None if named in (None, ALL.value) else str(named)


# ---- passing and returning


def under_review(case: Case) -> list[Promise]:
    """The promises that the officer may pass or return now: what was handed in, with the whole case or by itself."""
    if case.stage == "submitted":
        return [p for p in case.promises if p.state == "open" and (p.is_waiting or p.kind != "redress")]
    return [promise for promise in case.promises if promise.is_waiting]


def review_steps(given: Mapping[str, Any], prompt: str) -> tuple[Step, ...]:
    """全部, or some of the promises under review; no question for one or none."""
    options = _options(given)
    if len(options) < 2:
        return ()
    some = Step("some", "哪几条", words.WHICH_SEVERAL, "several", options, when=OneOf("which", (SOME.value,)))
    return (Step("which", "哪些", prompt, "choice", (ALL, SOME)), some)


def chosen(run: Run) -> tuple[str, ...]:
    """The promises that the answers name."""
    if run.facts.get("which") == SOME.value:
        return tuple(run.facts["some"])
    return tuple(id for id, *_ in run.given.get("promises", ()))


def review_acts(case: Case, ids: Sequence[str]) -> list[tuple[str, acts.Act, dict[str, Any]]]:
    """What passing these promises is to the procedure: the whole evidence with them, or each by itself (R34)."""
    reviewed = {promise.id: promise for promise in under_review(case)}
    if case.stage == "submitted" and reviewed.keys() <= set(ids):
        return [("pass_evidence", acts.PassEvidence(tuple(ids)), {})]
    return [
        ("keep_promise", acts.KeepPromise(id), {"promise": id, "text": reviewed[id].text})
        for id in ids
        if id in reviewed
    ]


# ---- broken


def breakable(case: Case, day: dt.date) -> list[Promise]:
    """The promises that may be found broken: past their day without evidence, or failed in the second period (R36)."""
    late = late_promises(case, day)
    return [p for p in case.promises if p in late or (p.state == "open" and failed_twice(case, p))]


class BreakFlow(CaseFlow):
    """记没做到 (R36): by an officer, with the reason; the clock does it by itself when the day passes without evidence."""

    name = "break_promise"
    title = "记承诺没做到"
    submit_label = "确认没做到"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        which = Step("which", "哪一条", words.WHICH_BROKEN, "choice", _options(given))
        reason = Step(
            "reason", "理由", words.REASON_ASK, "text", example="第二次还是没有清空", is_free=True, longest=300
        )
        return (which, reason)

    async def begin(self, turn: Turn, act: Mapping[str, Any]) -> Run | Reply:
        info = await common.seen(turn, act["id"])
        if info and turn.speaker.role == self.role and not breakable(info.case, turn.today):
            return await page(turn, info, lead=words.NONE_BROKEN)
        return await super().begin(turn, act)

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        run.given["promises"] = listed(breakable(info.case, turn.today))
        if len(run.given["promises"]) == 1:
            run.answers["which"] = run.given["promises"][0][0]

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        return told(run.given) if step.name == "which" else super().under(turn, run, step)

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.BreakPromise(facts["which"], facts["reason"])

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        promise = next(one for one in info.case.promises if one.id == run.facts["which"])
        reached = await broken(turn, info, promise)
        return await page(turn, info, lead=common.receipt(words.BROKEN, reached))


async def break_late(turn: Turn) -> list[tuple[str, str]]:
    """Find every promise broken whose day passed without evidence (R36), on the record; at night nothing (R41).

    The officer is told, the enterprise with its rights (R45); a 历史遗留 case is left alone (R24). Returns the chats told.
    """
    if window(turn.now) > turn.now:
        return []
    reached: list[tuple[str, str]] = []
    for id in await pledges.cases_to_break(turn.session, turn.today, BATCH):
        info = await cases.case_file(turn.session, id)
        while info is not None and (late := late_promises(info.case, turn.today)):
            done = step(info.case, acts.BreakPromise(late[0].id), turn.today)
            if not isinstance(done, Done):
                break
            info = await _found_broken(turn, info, done, late[0])
            reached += await _tell_officer(turn, info, late[0])
            for contact in await people.contacts_of(turn.session, info.enterprise):
                reached += await people.chats_of(turn.session, contact.person)
    return reached


async def _found_broken(turn: Turn, info: CaseInfo, done: Done, promise: Promise) -> CaseInfo:
    data = {"promise": promise.id, "text": promise.text, "due": promise.due.isoformat()}
    new = await cases.record(turn.session, info, done.case, "break_promise", data, None, turn.now)
    await common.send_copies(turn, new, tuple(role for role in done.copies if role != OFFICER))
    await common.lay_ladder(turn, new)
    await broken(turn, new, promise)  # says what follows: an order, where the warning turned urgent
    return new


async def broken(turn: Turn, info: CaseInfo, promise: Promise) -> int:
    """What a broken promise brings: the enterprise is told what follows and its rights (R45), and it counts for credit.

    Returns how many chats were told.
    """
    data = {"case": info.number, "text": promise.text, "due": promise.due.isoformat()}
    await chain.append(
        turn.session, chain.ENTERPRISES, info.enterprise, "pledge_broken", data, turn.speaker.person, turn.now
    )
    reply = Reply.of(
        ("lead", words.TOLD_BROKEN.format(number=info.number)),
        ("list", f"{promise.text}\n{common.with_weekday(promise.due)}前"),
        ("text", _follows(info.case)),
        ("text", words.TOLD_BROKEN_NEXT),
        ("note", await common.signature(turn, info)),
        ("note", house_words.NOTICE_RIGHTS),
        choices=common.answers_to(info),
    )
    return await common.tell_enterprise(turn, info, f"broken/{promise.id}", reply)


def _follows(case: Case) -> str:
    """What comes of it for the case: the ordinary path (R36), or first the urgent warning (R20)."""
    if case.leniency_lost:
        return words.TOLD_BROKEN_LOST
    return words.TOLD_BROKEN_URGENT if case.warning == "urgent" else ""


async def _tell_officer(turn: Turn, info: CaseInfo, promise: Promise) -> list[tuple[str, str]]:
    office = await people.office(turn.session, info.office)
    if office is None:
        return []
    reply = Reply.of(
        ("lead", words.TOLD_BROKEN.format(number=info.number)),
        ("list", f"{info.enterprise_name}\n{promise.text}"),
        ("text", _follows(info.case)),
        ("note", words.OFFICER_BROKEN_NEXT),
        choices=[
            Choice(words.LABEL_PLEDGES, {"do": "pledges", "id": info.id}),
            Choice(house_words.LABEL_CASE, {"do": "case", "id": info.id}),
        ],
    )
    chats = await people.chats_of(turn.session, await common.acting_person(turn, office))
    for channel, chat in chats:
        key = f"broken/{info.id}/{promise.id}/{info.version}/{channel}/{chat}"
        await turn.send(channel, chat, key, reply)
    return chats


async def _start(turn: Turn, act: Mapping[str, Any]) -> Reply:
    return await turn.engine.start(turn, "break_promise", dict(act) | {"anew": True})


ACTS: Acts = {"break_promise": _start}
