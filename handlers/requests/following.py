"""What became of a request (R50): a further word, 解决了, 没解决; told to those it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Step
from handlers.messages import Act, Block, Choice, Enclosure, Reply
from handlers.requests import words
from handlers.requests.common import (
    MENU,
    close_days,
    day_words,
    due_from,
    excerpt,
    gone,
    is_mine,
    reopen_days,
    responsible,
    seen,
    tell_asker,
    tell_offices,
    tell_responsible,
)
from handlers.requests.files import enclosures
from handlers.requests.pages import page
from handlers.turn import CHINA, Acts, Turn
from storage import people, ratings, requests
from storage.people import Office
from storage.requests import RequestInfo

LONGEST = 1000


class MoreFlow(Flow):
    """补充说明: one more word of whoever asked, to those the request waits for."""

    name = "request_more"
    title = "补充说明"
    reviews = False
    files_step = "files"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step(
                "text",
                "说明",
                words.MORE_ASK,
                "text",
                example=words.MORE_EXAMPLE,
                is_free=True,
                may_skip=True,
                longest=LONGEST,
            ),
        )

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        info = await seen(turn, act["id"])
        if info is None or not is_mine(turn, info) or info.is_erased:
            return gone(turn)
        if info.state == "closed":
            return await page(turn, info, words.SOLVED_ALREADY.format(number=info.number))
        return Run(self.name, turn.house.new_token(), given={"request": info.id})

    async def submit(self, turn: Turn, run: Run) -> Reply:
        info = await seen(turn, run.given["request"], lock=True)
        if info is None or info.is_erased:
            return gone(turn)
        text, files = run.facts.get("text") or "", run.files.get(self.files_step, ())
        if info.state == "closed" or not (text or files):
            return await page(turn, info)
        await say(turn, info, text, await enclosures(turn, files))
        return await page(turn, info, words.MORE_SENT.format(number=info.number))


async def say(turn: Turn, info: RequestInfo, text: str, files: Sequence[Enclosure] = ()) -> None:
    """What whoever asked says goes on the record and to those the request waits for."""
    whole = "".join([text, *(f"〔{file.name}〕" for file in files)])
    await requests.note(turn.session, info.id, "said", whole, turn.speaker.person, turn.now)
    reply = Reply.of(
        ("lead", words.SAID.format(number=info.number)),
        ("quote", excerpt(whole, LONGEST)),
        choices=[
            Choice(words.LABEL_ANSWER, {"do": "request_answer", "id": info.id}),
            Choice(words.LABEL_REQUEST, {"do": "request", "id": info.id}),
        ],
        files=files,
    )
    await tell_offices(turn, await responsible(turn, info), f"said/{info.id}/{turn.house.new_token()}", reply)


async def _more(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, MoreFlow.name, dict(act) | {"anew": True})


async def _solved(turn: Turn, act: Act) -> Reply:
    """解决了: closed, the assistant answers again, and one rating is asked for (R47)."""
    info = await seen(turn, act["id"], lock=True)
    if info is None or not is_mine(turn, info) or info.is_erased:
        return gone(turn)
    if not await requests.close(turn.session, info.id, words.LABEL_SOLVED, turn.speaker.person, turn.now):
        return await page(turn, info, words.SOLVED_ALREADY.format(number=info.number))
    office = await _answered_by(turn, info)
    if office:
        told = Reply.of(
            ("lead", words.TOLD_SOLVED.format(number=info.number)),
            choices=[Choice(words.LABEL_REQUEST, {"do": "request", "id": info.id})],
        )
        await tell_offices(turn, [office], f"request/{info.id}/{info.version}/solved", told)
        await _lay_rating(turn, info, office)
    fresh = await requests.request(turn.session, info.id)
    assert fresh is not None
    return await page(turn, fresh, words.SOLVED.format(number=info.number), note=words.ASSISTANT_AGAIN)


async def close_silent(turn: Turn, info: RequestInfo) -> None:
    """Close what was answered and nobody said a word to: who asked is told, may reopen it and rate it (R47, R50)."""
    if not await requests.close(turn.session, info.id, words.NO_WORD, None, turn.now):
        return
    told = Reply.of(
        ("lead", words.CLOSED_SILENT.format(number=info.number, days=close_days(turn))),
        ("text", words.CLOSED_SILENT_NEXT.format(days=reopen_days(turn))),
        choices=[
            Choice(words.LABEL_UNSOLVED, {"do": "request_unsolved", "id": info.id}),
            Choice(words.LABEL_REQUEST, {"do": "request", "id": info.id}),
            MENU,
        ],
    )
    await tell_asker(turn, info, "silent", told)
    office = await _answered_by(turn, info)
    if office:
        await _lay_rating(turn, info, office)


async def _lay_rating(turn: Turn, info: RequestInfo, office: Office) -> None:
    """Lay the request to rate the answer; the clock asks for it, after this reply and by R41."""
    await ratings.lay(
        turn.session,
        about="request",
        subject=info.id,
        ordinal=info.reopened + 1,
        office=office.id,
        jurisdiction=info.jurisdiction,
        department=office.department,
        way=None,
        to=[(info.channel, info.chat, info.person)],
        now=turn.now,
    )


async def _answered_by(turn: Turn, info: RequestInfo) -> Office | None:
    """The office that gave the newest answer."""
    last = await requests.last_answer(turn.session, info.id)
    held = await people.offices_of(turn.session, last.person) if last and last.person else []
    return next((office for office in reversed(held) if office.jurisdiction == info.jurisdiction), None)


async def _unsolved(turn: Turn, act: Act) -> Reply:
    """没解决: owed an answer anew within two working days, and a word on what is missing."""
    info = await seen(turn, act["id"], lock=True)
    if info is None or not is_mine(turn, info) or info.is_erased:
        return gone(turn)
    days = reopen_days(turn)
    if info.closed and (turn.today - info.closed.astimezone(CHINA).date()).days > days:
        return Reply.of(
            ("lead", words.TOO_LATE.format(days=days)), choices=[Choice(words.LABEL_NEW, {"do": "person"}), MENU]
        )
    due = due_from(turn.today)
    if not await requests.reopen(turn.session, info.id, due, turn.speaker.person, turn.now):
        return await page(turn, info, words.NOT_ANSWERED_YET.format(number=info.number, day=day_words(info.due)))
    fresh = await requests.request(turn.session, info.id)
    assert fresh is not None
    lead = words.TOLD_REOPENED.format(number=info.number, day=day_words(due))
    await tell_responsible(turn, fresh, "reopened", lead)
    asked = await turn.engine.start(turn, MoreFlow.name, {"id": info.id, "anew": True})
    first, *rest = asked.blocks
    head = Block("lead", words.REOPENED.format(number=info.number, day=day_words(due)))
    return Reply((head, Block("text", first.text), *rest), asked.choices)


ACTS: Acts = {"request_more": _more, "request_solved": _solved, "request_unsolved": _unsolved}
FLOWS: tuple[Flow, ...] = (MoreFlow(),)
