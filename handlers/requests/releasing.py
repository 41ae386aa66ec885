"""Legal's desk for published answers (R51): passed with a second tap, returned or withdrawn with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers import greeting
from handlers.answers import cited, short
from handlers.browse import paged
from handlers.flows.flow import Flow, Run
from handlers.flows.reading import day_words
from handlers.flows.steps import Step
from handlers.messages import Act, BlockKind, Choice, Reply
from handlers.published import basis_words, may_rest_on, rests_on_sample
from handlers.requests import words
from handlers.requests.common import MENU, signature
from handlers.turn import CHINA, Acts, Turn
from storage import answers, people
from storage.answers import AnswerInfo

QUOTED = 120
"""So many characters of each clause stand on the card; the whole is one tap away."""


async def _one(turn: Turn, id: int) -> AnswerInfo | None:
    """An answer of legal's own place."""
    office = turn.speaker.office
    info = await answers.answer(turn.session, id)
    return info if info and office and office.jurisdiction == info.jurisdiction else None


def _gone(turn: Turn) -> Reply:
    return greeting.menu(turn, words.ANSWER_GONE)


def _in_force(turn: Turn, info: AnswerInfo) -> list[str]:
    return [cite for cite in info.cites if may_rest_on(turn.library, cite, info.jurisdiction)]


def _answers_now(turn: Turn, info: AnswerInfo) -> str | None:
    """What the question is answered with today, where a text settles it: that will go on standing first (R51)."""
    found = turn.knowledge.matcher.search(info.question, day=turn.today, jurisdiction=info.jurisdiction)
    if found.outcome != "answer":
        return None
    return cited(turn.library.citation(found.matches[0].entry.id))


def card(turn: Turn, info: AnswerInfo, lead: str = "") -> Reply:
    """The question, the answer and beside it the words that it rests on, with what legal may do now."""
    basis: list[tuple[BlockKind, str]] = []
    for cite in _in_force(turn, info):
        basis.append(("quote", basis_words(turn.library, cite, info.question + info.text, QUOTED)))
        basis.append(("citation", cited(turn.library.citation(cite))))
        basis.append(("note", rests_on_sample(turn.library, cite)))
    now = _answers_now(turn, info) if info.state == "proposed" else None
    day = day_words((info.reviewed or info.at).astimezone(CHINA).date())
    lines = f"问：{info.question}\n答：{info.text}\n{info.department}，{words.ANSWER_STATES[info.state]}，{day}"
    return Reply.of(
        ("lead", lead or f"公开答复：{words.ANSWER_STATES[info.state]}"),
        ("list", lines),
        *basis,
        ("note", "" if basis else words.BASIS_GONE),
        ("note", info.reason or ""),
        ("note", words.ANSWERED_NOW.format(what=now) if now else ""),
        choices=[*_ways(turn, info), MENU],
    )


def _ways(turn: Turn, info: AnswerInfo) -> list[Choice]:
    found = []
    if info.state == "proposed":
        if _in_force(turn, info):
            found.append(Choice(words.LABEL_PASS, {"do": "answer_pass", "id": info.id}))
        found.append(Choice(words.LABEL_RETURN, {"do": "answer_return", "id": info.id}))
    if info.state == "released":
        found.append(Choice(words.LABEL_WITHDRAW, {"do": "answer_withdraw", "id": info.id}))
    basis = _in_force(turn, info)
    more = [Choice(words.LABEL_ITS_BASIS, {"do": "basis", "entry": basis[0]})] if basis else []
    return [*found, *more, Choice(words.LABEL_WAITING, {"do": "answers"})]


async def _answers(turn: Turn, act: Act) -> Reply:
    """待审答复: what waits, the oldest first; 已公布 is one tap away."""
    office = turn.speaker.office
    assert office is not None
    state = "released" if act.get("state") == "released" else "proposed"
    found = await answers.of_place(turn.session, office.jurisdiction, state)
    is_waiting = state == "proposed"
    label, other = (words.LABEL_RELEASED, "released") if is_waiting else (words.LABEL_WAITING, "proposed")
    switch = Choice(label, {"do": "answers", "state": other})
    if not found:
        return Reply.of(("lead", words.WAITING_NONE if is_waiting else words.RELEASED_NONE), choices=[switch, MENU])
    reply = paged(
        words.WAITING if is_waiting else words.RELEASED_LIST,
        found,
        act.get("page", 0),
        lambda one: f"{one.department}：{short(one.question, 30)}",
        lambda one: one.question,
        lambda one: {"do": "answer_one", "id": one.id},
        lambda n: {"do": "answers", "state": state, "page": n},
        None,
    )
    *ways, menu = reply.choices
    return Reply(reply.blocks, (*ways, switch, menu))


async def _answer_one(turn: Turn, act: Act) -> Reply:
    info = await _one(turn, act["id"])
    return card(turn, info) if info else _gone(turn)


async def _pass(turn: Turn, act: Act) -> Reply:
    """通过: what will be published, once more, and the button that does it."""
    info = await _one(turn, act["id"])
    if info is None or info.state != "proposed":
        return card(turn, info) if info else _gone(turn)
    shown = card(turn, info, words.RELEASE_ASK)
    sure = Choice(words.LABEL_PASS_SURE, {"do": "answer_pass_sure", "id": info.id})
    back = Choice("返回", {"do": "answer_one", "id": info.id})
    note = Reply.of(("note", words.RELEASE_WHAT)).blocks
    return Reply((*shown.blocks, *note), (sure, back, MENU))


async def _pass_sure(turn: Turn, act: Act) -> Reply:
    """Published: every process finds it as soon as it has looked (within two seconds)."""
    info = await _one(turn, act["id"])
    if info is None:
        return _gone(turn)
    if not _in_force(turn, info):
        return card(turn, info, words.BASIS_GONE)
    if not await answers.release(turn.session, info.id, turn.speaker.person, turn.now):
        return card(turn, info)
    await _tell_proposer(turn, info, "released", words.RELEASED_TOLD, "")
    fresh = await _one(turn, info.id)
    assert fresh is not None
    return card(turn, fresh, words.RELEASED)


async def _tell_proposer(turn: Turn, info: AnswerInfo, what: str, lead: str, why: str) -> None:
    office = turn.speaker.office
    if info.person is None or office is None:
        return
    again = Choice(words.LABEL_AGAIN, {"do": "answer_propose", "id": info.request})
    reply = Reply.of(
        ("lead", lead.format(question=short(info.question, 20))),
        ("text", why),
        ("note", signature(office)),
        choices=[*([again] if what == "returned" and info.request else []), MENU],
    )
    for channel, chat in await people.chats_of(turn.session, info.person):
        await turn.send(channel, chat, f"answer/{info.id}/{what}/{channel}/{chat}", reply)


class _DecideFlow(Flow):
    """A reason, a look at it, and it is decided."""

    needed = ""
    why, example = "", ""
    done = ""

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (Step("reason", "理由", self.why, "text", example=self.example, is_free=True, longest=200),)

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        info = await _one(turn, act["id"])
        if info is None or info.state != self.needed:
            return card(turn, info) if info else _gone(turn)
        return Run(self.name, turn.house.new_token(), given={"answer": info.id})

    async def decide(self, turn: Turn, info: AnswerInfo, reason: str) -> bool:
        raise NotImplementedError

    async def submit(self, turn: Turn, run: Run) -> Reply:
        info = await _one(turn, run.given["answer"])
        if info is None or turn.speaker.role != "legal":
            return _gone(turn)
        reason = run.facts["reason"]
        lead = self.done if await self.decide(turn, info, reason) else ""
        fresh = await _one(turn, info.id)
        return card(turn, fresh or info, lead)


class ReturnAnswerFlow(_DecideFlow):
    """退回: with a reason; the department is told and may put it forward again."""

    name = "answer_return"
    title = "退回公开答复"
    submit_label = "确认退回"
    needed = "proposed"
    why, example = words.RETURN_WHY, words.RETURN_EXAMPLE
    done = words.RETURNED

    async def decide(self, turn: Turn, info: AnswerInfo, reason: str) -> bool:
        if not await answers.send_back(turn.session, info.id, reason, turn.speaker.person, turn.now):
            return False
        await _tell_proposer(turn, info, "returned", words.RETURNED_TOLD, reason)
        return True


class WithdrawAnswerFlow(_DecideFlow):
    """撤下: taken out of what is published, everywhere at once; the record stays."""

    name = "answer_withdraw"
    title = "撤下公开答复"
    submit_label = "确认撤下"
    needed = "released"
    why, example = words.WITHDRAW_WHY, words.WITHDRAW_EXAMPLE
    done = words.WITHDRAWN

    async def decide(self, turn: Turn, info: AnswerInfo, reason: str) -> bool:
        return await answers.withdraw(turn.session, info.id, reason, turn.speaker.person, turn.now)


async def _start(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, act["do"], dict(act) | {"anew": True})


ACTS: Acts = {
    "answers": _answers,
    "answer_one": _answer_one,
    "answer_pass": _pass,
    "answer_pass_sure": _pass_sure,
    "answer_return": _start,
    "answer_withdraw": _start,
}
FLOWS: tuple[Flow, ...] = (ReturnAnswerFlow(), WithdrawAnswerFlow())
