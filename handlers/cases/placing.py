"""Where an inspection took place: a location that an officer sends joins the card in hand, or the next one of some minutes.

The coordinates leave the messages at once; they are kept in the first event of the case, once the officer confirms it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from handlers.cases import desk_words as words
from handlers.cases.common import MENU
from handlers.cases.held_files import FOR
from handlers.flows.flow import Json, Run
from handlers.messages import Block, Reply
from handlers.turn import Turn
from storage import messages

MASKED = "（位置）"
_PLACE = re.compile(r"-?[0-9]{1,3}\.[0-9]{1,8},-?[0-9]{1,3}\.[0-9]{1,8}")


async def came(turn: Turn) -> Reply | None:
    """A location; ``None`` when nobody here has a use for it. What was sent is masked in any case."""
    text = turn.incoming.text
    if text:
        await messages.mask(turn.session, turn.incoming.channel, turn.incoming.key, MASKED)
        turn.incoming = replace(turn.incoming, text="")
    if turn.speaker.role != "officer" or not _PLACE.fullmatch(text):
        return None
    run = turn.engine.current(turn)
    if run is None or run.flow != "log":
        turn.state["held_place"] = {"at": turn.now.timestamp(), "place": text}
        return Reply.of(("lead", words.PLACE_WAITS), choices=[MENU])
    run.given["place"] = text
    card = await turn.engine.resume_run(turn, run)
    first, *rest = card.blocks
    return Reply((Block("lead", words.PLACE_KEPT), Block("text", first.text), *rest), card.choices)


def claim(turn: Turn, run: Run) -> None:
    """Give a card the location that came in the minutes before it."""
    held: Json = turn.state.pop("held_place", None) or {}
    if held and turn.now.timestamp() - held["at"] <= FOR:
        run.given["place"] = held["place"]
