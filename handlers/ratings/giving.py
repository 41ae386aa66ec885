"""Giving a rating (R47): one tap keeps it, another one within a day corrects it, a sentence is optional."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers import greeting
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Step
from handlers.messages import Act, Choice, Reply
from handlers.ratings import words
from handlers.ratings.asking import MENU, request
from handlers.turn import Acts, Turn
from storage import ratings
from storage.ratings import RatingInfo


async def _own(turn: Turn, id: int) -> RatingInfo | None:
    """The rating that this chat was asked for; nobody else's."""
    return await ratings.own(turn.session, id, turn.incoming.channel, turn.incoming.chat, turn.speaker.person)


async def _rate(turn: Turn, act: Act) -> Reply:
    """A tap on a score; without one, the request to rate again."""
    asked = await _own(turn, act["id"])
    if asked is None:
        return greeting.menu(turn, words.GONE)
    score = act.get("score")
    if score not in words.SCORES:
        return request(asked, act["id"])
    if await ratings.give(turn.session, asked, score, turn.now) == "late":
        assert asked.score is not None
        return Reply.of(("lead", words.LATE.format(score=asked.score, name=words.SCORES[asked.score])), choices=[MENU])
    return Reply.of(
        ("lead", words.GIVEN.format(score=score, name=words.SCORES[score])),
        ("text", words.GIVEN_NEXT),
        ("note", words.GIVEN_CORRECT),
        choices=[
            Choice(words.LABEL_SAY, {"do": "rate_say", "id": act["id"]}),
            Choice(words.LABEL_SKIP, {"do": "rate_skip"}),
            Choice(words.LABEL_CORRECT, {"do": "rate", "id": act["id"]}),
            MENU,
        ],
    )


def _skip(turn: Turn, act: Act) -> Reply:
    return greeting.menu(turn, words.SKIPPED)


async def _say(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, "rate_say", dict(act) | {"anew": True})


class SayFlow(Flow):
    """The optional sentence, asked for by whoever pressed 说一句."""

    name = "rate_say"
    title = "说一句"
    reviews = False

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (Step("sentence", "说一句", words.SAY, "text", example=words.SAY_EXAMPLE, is_free=True, longest=200),)

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        asked = await _own(turn, act["id"])
        if asked is None or asked.score is None:
            return greeting.menu(turn, words.GONE)
        return Run(self.name, turn.house.new_token(), given={"rating": act["id"]})

    async def submit(self, turn: Turn, run: Run) -> Reply:
        asked = await _own(turn, run.given["rating"])
        if asked is None:
            return greeting.menu(turn, words.GONE)
        await ratings.say(turn.session, asked, run.facts["sentence"])
        return greeting.menu(turn, words.SAID)


ACTS: Acts = {"rate": _rate, "rate_say": _say, "rate_skip": _skip}
