"""Files that come by themselves: for the step that asks for them, the card in hand, or the case of the last minutes.

Files that came together are one set with one receipt. What nobody can place yet is held for some minutes.
"""

from __future__ import annotations

from handlers import understanding, words
from handlers.answers import short
from handlers.cases import doing, exhibits, held_files
from handlers.cases import exhibit_words as said
from handlers.cases.common import MENU, seen
from handlers.cases.ways import way
from handlers.flows import handed
from handlers.flows.flow import Json
from handlers.messages import MAX_LABEL, Reply
from handlers.pledges import reviewing
from handlers.turn import Turn
from storage import cases, evidence
from storage.cases import CaseInfo

MAX_OFFERED = 6
Said = Reply | list[Reply] | None


async def files_came(turn: Turn) -> Said:
    """Where the files of a message go, and their one receipt; ``None`` when nobody here has a use for them."""
    text = understanding.clean(turn.incoming.text)
    files: list[Json] = [file.to_json() for file in turn.incoming.files]
    if text:
        files[0]["said"] = text
    if turn.engine.asks_files(turn):
        return await turn.engine.take_files(turn, files, text)
    if text and await doing.reads_as_log(turn, text):
        return await _logged(turn, text, files)
    taken = await turn.engine.take_files(turn, files, text)
    if taken:
        return taken
    if turn.speaker.role == "officer":
        return _and_again(turn, await _joined(turn, files) or _held(turn, files))
    if turn.speaker.role == "contact":
        return await _offered(turn, files)
    return None


async def _logged(turn: Turn, text: str, files: list[Json]) -> Said:
    """The card of the inspection that stands below the pictures; a card in hand is never put aside for it."""
    for file in files:
        file.pop("said", None)  # it is the inspection's own words
    run = turn.engine.current(turn)
    if run is not None and run.flow == "log":
        receipt = held_files.hold(turn, files)
        card = turn.engine.again(turn)
        first = Reply.of(("lead", said.CARD_FIRST), ("text", said.CARD_FIRST_NEXT.format(receipt=receipt)))
        return [first, card] if card else first
    held_files.hold(turn, files)
    return await doing.logged(turn, text)


async def _joined(turn: Turn, files: list[Json]) -> Reply | None:
    """Pictures join the inspection that was confirmed in the last minutes."""
    last: Json = turn.state.get("case") or {}
    if not last or turn.now.timestamp() - last["at"] > held_files.FOR:
        return None
    info = await seen(turn, last["id"])
    if info is None or not info.case.is_open:
        return None
    had = await evidence.since(turn.session, info.id, {file["digest"] for file in files})
    new = list({file["digest"]: file for file in files if file["digest"] not in had}.values())
    choices = [way(info, words.LABEL_CASE, "case"), MENU]
    if not new:
        unit = handed.unit_of(files)
        return Reply.of(("lead", said.JOINED_AGAIN.format(unit=unit, number=info.number)), choices=choices)
    await exhibits.keep(turn, info.id, "inspection", new)
    added = {"files": [file["digest"] for file in new]}
    await cases.note(turn.session, info.id, "files_added", added, turn.speaker.person, turn.now)
    lead = handed.receipt(files, len(files) - len(new), []) if len(new) < len(files) else ""
    joined = said.JOINED.format(count=handed.counted(new), number=info.number)
    return Reply.of(("lead", joined), ("text", lead), choices=choices)


def _held(turn: Turn, files: list[Json]) -> Reply:
    receipt = held_files.hold(turn, files)
    return Reply.of(("lead", said.WAIT.format(receipt=receipt)), ("text", said.WAIT_NEXT), choices=[MENU])


async def _offered(turn: Turn, files: list[Json]) -> Said:
    """An owner's files without a word of what for: for the one case that waits for some, else it is asked which."""
    firms = dict.fromkeys(binding.enterprise for binding in turn.speaker.bindings)
    found = [info for firm in firms for info in await cases.of_enterprise(turn.session, firm)]
    waiting = [info for info in found if reviewing.may_hand_in(info.case)]
    if not waiting:
        return _and_again(turn, Reply.of(("lead", said.NO_CASE), ("text", said.NO_CASE_NEXT), choices=[MENU]))
    receipt = held_files.hold(turn, files)
    if len(waiting) == 1 and turn.engine.current(turn) is None:
        return await _begun(turn, waiting[0], receipt)
    shown = waiting[:MAX_OFFERED]
    lines = "\n".join(f"{n}. {info.number} {short(info.problem, 20)}" for n, info in enumerate(shown, 1))
    ways = [
        way(info, f"{n}.{short(info.problem, MAX_LABEL - 2)}", "submit_evidence") for n, info in enumerate(shown, 1)
    ]
    return Reply.of(("lead", said.WHICH_CASE.format(receipt=receipt)), ("list", lines), choices=[*ways, MENU])


async def _begun(turn: Turn, info: CaseInfo, receipt: str) -> Reply:
    reply = await turn.engine.start(turn, "submit_evidence", {"id": info.id, "anew": True})
    first, *rest = reply.blocks
    lead = Reply.of(("lead", receipt + said.FOR_CASE.format(number=info.number)), ("text", first.text))
    return Reply((*lead.blocks, *rest), reply.choices)


def _and_again(turn: Turn, reply: Reply) -> Said:
    """A reply, and after it the step in hand once more."""
    step = turn.engine.again(turn)
    if step is None:
        return reply
    kept = tuple(choice for choice in reply.choices if choice.act["do"] != "menu")
    return [Reply(reply.blocks, kept, reply.files), step]
