"""Low ratings as tasks of the supervisor (R47): listed, told of, handled with a note. The rated department sees none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.answers import short
from handlers.browse import paged
from handlers.cases.common import when
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Step
from handlers.messages import MAX_CHOICES, Act, Choice, Reply
from handlers.ratings import words
from handlers.ratings.asking import MENU, Told
from handlers.turn import CHINA, Acts, House, Turn, push
from handlers.words import LABEL_BACK, LABEL_CASE
from knowledge.procedure.ladder import window
from storage import notices, people, ratings
from storage.database import Session
from storage.people import Office
from storage.ratings import LOW_NOTICE, RatingInfo


async def _list(turn: Turn, act: Act) -> Reply:
    """差评待办, or those that were handled."""
    office = turn.speaker.office
    assert office is not None
    handled = bool(act.get("handled"))
    found = await ratings.low(turn.session, office.jurisdiction, office.department, handled=handled)
    other = Choice(words.LABEL_LOW if handled else words.LABEL_HANDLED, {"do": "low_ratings", "handled": not handled})
    if not found:
        none = words.LOW_HANDLED_NONE if handled else words.LOW_NONE
        return Reply.of(("lead", none), choices=[other, MENU])
    title = words.LOW_HANDLED if handled else words.LOW
    reply = paged(
        title.format(count=len(found)),
        found,
        act.get("page", 0),
        lambda one: f"{_given(one)[:10]} {one.department}：{words.ABOUT[one.about]}，{one.score}分{_said(one, 20)}",
        lambda one: words.ABOUT[one.about],
        lambda one: {"do": "low_rating", "id": one.id},
        lambda n: {"do": "low_ratings", "handled": handled, "page": n},
        None,
    )
    if len(reply.choices) == MAX_CHOICES:
        return reply
    return Reply(reply.blocks, (*reply.choices[:-1], other, reply.choices[-1]))


def _given(one: RatingInfo) -> str:
    assert one.given is not None
    return when(one.given)


def _said(one: RatingInfo, length: int) -> str:
    return f"，{short(one.sentence, length)}" if one.sentence else ""


async def _one(turn: Turn, act: Act) -> Reply:
    office = turn.speaker.office
    assert office is not None
    one = await ratings.low_one(turn.session, act["id"], office.jurisdiction, office.department)
    return page(one) if one else await _list(turn, {"do": "low_ratings"})


def page(one: RatingInfo, lead: str = "") -> Reply:
    """One low rating: of what, what was said, and how it was handled. Whose it is stands nowhere."""
    assert one.score is not None
    own = words.LOW_ONE.format(department=one.department, score=one.score, name=words.SCORES[one.score])
    lines = [
        f"{words.ABOUT[one.about]}：{one.number}，{_given(one)}",
        f"留言：{one.sentence or words.LOW_NOTHING_SAID}",
    ]
    if one.handled:
        lines.append(f"处理：{one.handling}（{one.handler}，{when(one.handled)}）")
    choices = [] if one.handled else [Choice(words.LABEL_HANDLE, {"do": "handle_rating", "id": one.id})]
    if one.about != "request":
        choices.append(Choice(LABEL_CASE, {"do": "case", "id": one.subject}))
    return Reply.of(
        ("lead", lead or own),
        ("text", own if lead else ""),
        ("list", "\n".join(lines)),
        ("note", words.LOW_DISCREET),
        choices=[*choices, Choice(LABEL_BACK, {"do": "low_ratings"}), MENU],
    )


async def _handle(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, "handle_rating", dict(act) | {"anew": True})


class HandleFlow(Flow):
    """处理: what was done about a low rating, kept with who and when."""

    name = "handle_rating"
    title = "处理差评"
    submit_label = "确认处理"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("note", "处理情况", words.HANDLE_ASK, "text", example=words.HANDLE_EXAMPLE, is_free=True, longest=300),
        )

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        one = await self._seen(turn, act["id"])
        if one is None:
            return await _list(turn, {"do": "low_ratings"})
        if one.handled:
            return page(one, lead=words.HANDLED_BEFORE)
        return Run(self.name, turn.house.new_token(), given={"rating": one.id})

    @staticmethod
    async def _seen(turn: Turn, id: int) -> RatingInfo | None:
        office = turn.speaker.office
        if office is None or office.role != "supervisor":
            return None
        return await ratings.low_one(turn.session, id, office.jurisdiction, office.department)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        one = await self._seen(turn, run.given["rating"])
        office = turn.speaker.office
        if one is None or office is None:
            return Reply.of(("lead", words.GONE), choices=[MENU])
        is_first = await ratings.handle(turn.session, one.id, office.id, run.facts["note"], turn.now)
        fresh = await self._seen(turn, one.id)
        assert fresh is not None
        return page(fresh, lead=words.HANDLED if is_first else words.HANDLED_BEFORE)


async def mention_low(session: Session, office: Office, now: dt.datetime) -> tuple[str, Choice] | None:
    """A line and a way for what a supervisor is told today anyway: the low ratings that are new to them, told by it."""
    new = [
        id
        for id in await ratings.low_untold(session, office.person, office.jurisdiction, office.department)
        if await notices.lay(session, LOW_NOTICE, id, now.astimezone(CHINA).date(), office.person, now)
    ]
    return (words.LOW_TOLD.format(count=len(new)), Choice(words.LABEL_LOW, {"do": "low_ratings"})) if new else None


async def tell_supervisors(session: Session, house: House, now: dt.datetime) -> Told:
    """Tell each supervisor of the low ratings that are new to them, once a day at most (R41); returns the chats."""
    if window(now) > now:
        return []
    day = now.astimezone(CHINA).date()
    told: Told = []
    for office in await people.offices(session, role="supervisor", demo=house.demo):
        new = await ratings.low_untold(session, office.person, office.jurisdiction, office.department)
        chats = await people.chats_of(session, office.person)
        if not new or not chats or not await notices.lay_daily(session, office.person, day, now):
            continue
        mentioned = await mention_low(session, office, now)
        if mentioned is None:  # put up, handled or told of by another process since it was looked for
            continue
        reply = Reply.of(("lead", mentioned[0]), choices=[mentioned[1], MENU])
        for channel, chat in chats:
            await push(session, house, channel, chat, f"low/{office.id}/{day}/{channel}/{chat}", reply, now)
            told.append((channel, chat))
    return told


ACTS: Acts = {"low_ratings": _list, "low_rating": _one, "handle_rating": _handle}
