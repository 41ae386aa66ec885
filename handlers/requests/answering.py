"""Answering (R46, R50): the officer's text goes out signed after a second look; while they have it, the asker's text goes to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.cases.blanks import fill_in, is_blank, text_around, with_blanks
from handlers.cases.desk_words import LABEL_PHRASES
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Reading, Step, fine
from handlers.messages import Act, Block, Choice, Incoming, Reply
from handlers.requests import words
from handlers.requests.common import (
    close_days,
    hold_until,
    signature,
    signed_by_holder,
    tell_asker,
)
from handlers.requests.desk import for_officer, take
from handlers.requests.files import enclosures
from handlers.requests.following import say
from handlers.requests.pages import page
from handlers.turn import Acts, Turn
from knowledge.procedure.ladder import window
from knowledge.workdays import is_workday
from storage import people, requests
from storage.attachments import MAX_BYTES
from storage.requests import RequestInfo

LONGEST = 1000


class AnswerFlow(Flow):
    """答复: the text, a look at it, and out it goes with department and licence; photos that come meanwhile go with it."""

    name = "request_answer"
    title = "答复诉求"
    submit_label = "发出答复"
    corrects = True
    files_step = "files"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        example = words.ANSWER_EXAMPLE
        text = Step("text", "答复", words.ANSWER, "text", example=example, is_free=True, longest=LONGEST)
        return with_blanks(given, (text,))

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        """Answering takes it in hand, so that no two answer at once."""
        info = await for_officer(turn, act["id"])
        taken = info if isinstance(info, Reply) else await take(turn, info)
        if isinstance(taken, Reply):
            return taken
        given = {"request": taken.id, "number": taken.number, "question": taken.question[:120]}
        return Run(self.name, turn.house.new_token(), given=given)

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        return fill_in(run, step, str(value)) if is_blank(step) else fine(value)

    def extras(self, turn: Turn, run: Run, step: Step) -> Sequence[Choice]:
        """常用语 with their blanks, at the text."""
        if is_blank(step):
            return ()
        return (Choice(LABEL_PHRASES, {"do": "use_phrase", "run": run.id, "step": step.name}),)

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        if is_blank(step):
            return text_around(run)
        return [Block("quote", f"{run.given['number']}：{run.given['question']}")]

    def notes(self, turn: Turn, run: Run) -> list[Block]:
        files = len(run.files.get(self.files_step, ()))
        return [Block("note", words.WITH_FILES.format(count=files))] if files else []

    async def submit(self, turn: Turn, run: Run) -> Reply:
        info = await for_officer(turn, run.given["request"])
        taken = info if isinstance(info, Reply) else await take(turn, info)  # the hold may have run out meanwhile
        if isinstance(taken, Reply):
            return taken
        office = turn.speaker.office
        assert office is not None
        files = await enclosures(turn, run.files.get(self.files_step, ()))
        text = "".join([run.facts["text"], *(f"〔{file.name}〕" for file in files)])
        until = hold_until(turn)
        await requests.answer(turn.session, taken.id, office.id, text, until, turn.speaker.person, turn.now)
        fresh = await requests.request(turn.session, taken.id)
        assert fresh is not None
        told = Reply.of(
            ("lead", words.TOLD_ANSWER.format(number=fresh.number)),
            ("quote", run.facts["text"]),
            ("note", signature(office)),
            ("note", words.SOLVED_ASK + words.SOLVED_SILENT.format(days=close_days(turn))),
            choices=[
                Choice(words.LABEL_SOLVED, {"do": "request_solved", "id": fresh.id}),
                Choice(words.LABEL_UNSOLVED, {"do": "request_unsolved", "id": fresh.id}),
                Choice(words.LABEL_REQUEST, {"do": "request", "id": fresh.id}),
            ],
            files=files,
        )
        await tell_asker(turn, fresh, "answered", told)
        return await page(turn, fresh, words.ANSWERED, note=words.ANSWERED_NEXT)


async def _answer(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, AnswerFlow.name, dict(act) | {"anew": True})


# ---- while somebody has it in hand


async def held(turn: Turn) -> RequestInfo | None:
    """The request of this chat that somebody has in hand, while no flow is; one whose holder left office is let go."""
    if not turn.dialogue.is_held or turn.engine.current(turn) is not None:
        return None
    info = await requests.in_hand(turn.session, turn.incoming.channel, turn.incoming.chat)
    if info is None or info.holder is None:
        return None
    office = await people.office(turn.session, info.holder)
    has_run_out = info.held_until is not None and info.held_until <= turn.now
    if office is None or office.until is not None or has_run_out:
        return None  # the clock gives it back and says so; until then the assistant answers already
    if turn.state.get("relaying") != [info.id, info.holder]:
        turn.state.pop("offered", None)  # numbers of older buttons are no longer meant
    return info


async def relay(turn: Turn, info: RequestInfo, text: str) -> Reply | None:
    """Hand on what the asker says; the first time with a word on where it goes, then in silence."""
    await say(turn, info, text)
    return await _first_word(turn, info)


async def relay_files(turn: Turn, incoming: Incoming) -> Reply | None:
    """Hand on photos and documents; ``None`` when nobody has a request of this chat in hand."""
    info = await held(turn) if incoming.files else None
    if info is None:
        return None
    files = [file.to_json() for file in incoming.files]
    sent = await enclosures(turn, files)
    if sent or incoming.text:
        await say(turn, info, incoming.text, sent)
    who = await signed_by_holder(turn, info)
    too_large = words.FILES_TOO_LARGE if any(file["size"] > MAX_BYTES for file in files) else ""
    turn.state["relaying"] = [info.id, info.holder]
    lead = words.FILES_RELAYED.format(count=len(sent), who=who) if sent else too_large
    return Reply.of(("lead", lead), ("text", too_large if sent else ""))


async def _first_word(turn: Turn, info: RequestInfo) -> Reply | None:
    mark = [info.id, info.holder]
    if turn.state.get("relaying") == mark:
        return None
    turn.state["relaying"] = mark
    is_working = window(turn.now) <= turn.now and is_workday(turn.today)
    said = words.RELAYED if is_working else words.RELAYED_LATER
    return Reply.of(("lead", said.format(who=await signed_by_holder(turn, info))))


ACTS: Acts = {"request_answer": _answer}
FLOWS: tuple[Flow, ...] = (AnswerFlow(),)
