"""The acts on cases that are one tap, and the beginnings of those that are flows (R18, R23, R40)."""

from __future__ import annotations

from typing import Any

from handlers import words
from handlers.cases import held_files
from handlers.cases.common import MENU, acting_person, carry_out, gone, seen
from handlers.cases.page import page
from handlers.messages import Act, Choice, Reply
from handlers.turn import CHINA, Acts, Turn
from knowledge.inspection import read_message
from knowledge.procedure import acts
from storage import cases, notices, people

FLOWS = (
    "diagnose", "submit_evidence", "pass_evidence", "return_evidence", "ask_extension", "decide_extension", "defend",
    "answer_defence", "visit", "close", "reopen", "waive", "transfer",
)  # fmt: skip


async def _start(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, act["do"], dict(act) | {"anew": True})


async def _log(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, "log", dict(act) | {"anew": True})


async def _guidance(turn: Turn, act: Act) -> Reply:
    """接受 or 不接受: declining costs nothing (R18)."""
    info = await seen(turn, act["id"], lock=True)
    if info is None or info.case.guidance_accepted is not None or not info.case.is_open:
        return gone(turn)
    done = await carry_out(turn, info, "guidance", acts.AnswerGuidance(act["accepts"]), {"accepts": act["accepts"]})
    if isinstance(done, Reply):
        return done
    return await page(turn, done, lead=words.GUIDANCE_ACCEPTED if act["accepts"] else words.GUIDANCE_DECLINED)


async def _ask_officer(turn: Turn, act: Act) -> Reply:
    """联系执法人员: a numbered request to the department that has the case, told to it at each step (R50)."""
    info = await seen(turn, act["id"])
    if info is None:
        return gone(turn)
    return await turn.engine.start(turn, "request", {"do": "person", "case": info.id, "anew": True})


async def _urge(turn: Turn, act: Act) -> Reply:
    """督促: those beside and above remind the officer; on the record."""
    info = await seen(turn, act["id"])
    office = turn.speaker.office
    if info is None or office is None or not info.case.is_open:
        return gone(turn)
    today = turn.today.isoformat()
    if not await notices.lay(turn.session, "urged", info.id, turn.today, office.person, turn.now):
        done = [Choice(words.LABEL_CASE, {"do": "case", "id": info.id}), MENU]
        return Reply.of(("lead", words.URGED_ALREADY), choices=done)
    await cases.note(turn.session, info.id, "urged", {"by": office.role}, turn.speaker.person, turn.now)
    holder = await people.office(turn.session, info.office)
    told = Reply.of(
        ("lead", words.URGED.format(who=f"{office.department}{office.name}", number=info.number)),
        ("text", f"{info.enterprise_name}：{info.problem}"),
        choices=[Choice(words.LABEL_LOOK, {"do": "case", "id": info.id})],
    )
    if holder and holder.until is None:
        for channel, chat in await people.chats_of(turn.session, await acting_person(turn, holder)):
            await turn.send(channel, chat, f"urge/{info.id}/{office.id}/{today}/{channel}/{chat}", told)
    return Reply.of(("lead", words.URGED_DONE), choices=[Choice(words.LABEL_CASE, {"do": "case", "id": info.id}), MENU])


ACTS: Acts = {
    **dict.fromkeys(FLOWS, _start),
    "log": _log,
    "guidance": _guidance,
    "ask_officer": _ask_officer,
    "urge": _urge,
}


async def logged(turn: Turn, text: str) -> Reply | None:
    """The card of an inspection, with the pictures that came before it, when an officer's message reads as one."""
    if not await reads_as_log(turn, text):
        return None
    return await _log(turn, {"do": "log", "text": text, "files": held_files.claim(turn)})


async def reads_as_log(turn: Turn, text: str) -> bool:
    """Whether a message is an inspection of an officer: ``is_log`` of what is read in it."""
    office = turn.speaker.office
    if office is None or office.role != "officer":
        return False
    index = await turn.house.firms.index(turn.session, office.jurisdiction)
    return bool(len(index)) and is_log(read_message(text, turn.now.astimezone(CHINA), index))


async def reads_as_whole_log(turn: Turn, text: str) -> bool:
    """Whether a message is an inspection whatever else is in hand: a known enterprise, what, and how grave or by when."""
    office = turn.speaker.office
    if office is None or office.role != "officer":
        return False
    index = await turn.house.firms.index(turn.session, office.jurisdiction)
    read = read_message(text, turn.now.astimezone(CHINA), index)
    return bool(read.firm and (read.deadline or read.severity) and len(read.problem) >= MIN_PROBLEM)


def is_log(reading: Any) -> bool:
    """Whether a message of an officer reads as an inspection, not as a question: an enterprise, and what or by when.

    Without a known enterprise it has to say all of it: what, how grave and by when.
    """
    if not (reading.firm or reading.candidates):  # one that the register does not have yet
        return bool(reading.deadline and reading.severity and len(reading.problem) >= MIN_PROBLEM)
    return bool(reading.deadline or reading.severity or len(reading.problem) >= MIN_PROBLEM)


MIN_PROBLEM = 4
