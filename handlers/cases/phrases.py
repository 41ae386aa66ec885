"""常用语 of a department: listed, added, taken out; and used at a step of words, its blanks asked one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.answers import short
from handlers.browse import paged
from handlers.cases import blanks, common
from handlers.cases import desk_words as words
from handlers.cases.desk import office_of
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Step
from handlers.messages import Act, Block, Choice, Reply
from handlers.turn import Acts, Turn
from knowledge.procedure.phrases import blanks as blanks_in
from knowledge.procedure.phrases import starters
from storage import phrases
from storage.phrases import PhraseInfo

SHOWN = 60
"""So many characters of a phrase stand in a list."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A phrase as it is offered at a step: the department's own, or one that is shipped."""

    label: str
    text: str
    origin: str = ""


async def _own(turn: Turn) -> list[PhraseInfo]:
    office = office_of(turn)
    return await phrases.of_department(turn.session, office.jurisdiction, office.department)


async def _list(turn: Turn, act: Act) -> Reply:
    found = await _own(turn)
    add = Choice(words.LABEL_ADD_PHRASE, {"do": "add_phrase"})
    if not found:
        return Reply.of(("lead", words.PHRASES_NONE), ("note", words.PHRASE_HOW), choices=[add, common.MENU])
    return paged(
        words.PHRASES,
        found,
        act.get("page", 0),
        lambda p: f"{p.label}：{short(p.text, SHOWN)}",
        lambda p: p.label,
        lambda p: {"do": "phrase", "id": p.id},
        lambda n: {"do": "phrases", "page": n},
        None,
        words.PHRASE_HOW,
        [add],
    )


async def _of_own(turn: Turn, id: int) -> PhraseInfo | None:
    office = office_of(turn)
    return await phrases.phrase(turn.session, id, office.jurisdiction, office.department)


def _gone() -> Reply:
    return Reply.of(("lead", words.PHRASE_GONE), choices=[Choice(words.LABEL_PHRASES, {"do": "phrases"}), common.MENU])


async def _one(turn: Turn, act: Act) -> Reply:
    found = await _of_own(turn, act["id"])
    if found is None:
        return _gone()
    names = "、".join(blanks_in(found.text))
    return Reply.of(
        ("lead", found.label),
        ("quote", found.text),
        ("note", words.PHRASE_BLANKS.format(names=names) if names else ""),
        choices=[
            Choice(words.LABEL_DROP_PHRASE, {"do": "drop_phrase", "id": found.id}),
            Choice(words.LABEL_PHRASES, {"do": "phrases"}),
            common.MENU,
        ],
    )


async def _drop(turn: Turn, act: Act) -> Reply:
    """取出, with a second tap."""
    found = await _of_own(turn, act["id"])
    if found is None:
        return _gone()
    if not act.get("sure"):
        sure = Choice(words.LABEL_DROP_SURE, {"do": "drop_phrase", "id": found.id, "sure": True})
        return Reply.of(("lead", words.PHRASE_DROP), ("quote", found.text), choices=[sure, common.MENU])
    await phrases.take_out(turn.session, found.id, turn.now)
    return Reply.of(
        ("lead", words.PHRASE_DROPPED), choices=[Choice(words.LABEL_PHRASES, {"do": "phrases"}), common.MENU]
    )


class AddPhraseFlow(Flow):
    """A phrase for the officers of one's own department."""

    name = "add_phrase"
    title = "加常用语"
    submit_label = "加上"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step(
                "label",
                "名称",
                words.PHRASE_LABEL,
                "text",
                example="健康证公示",
                is_free=True,
                longest=phrases.MAX_LABEL,
            ),
            Step(
                "text", "内容", words.PHRASE_TEXT, "text", example="把〔谁〕的健康证贴到墙上", is_free=True, longest=500
            ),
        )

    def notes(self, turn: Turn, run: Run) -> list[Block]:
        names = "、".join(blanks_in(run.facts.get("text", "")))
        return [Block("note", words.PHRASE_BLANKS.format(names=names))] if names else []

    async def submit(self, turn: Turn, run: Run) -> Reply:
        office = turn.speaker.office
        if office is None or office.role != "officer":
            return common.gone(turn)
        await phrases.add(
            turn.session,
            office.jurisdiction,
            office.department,
            run.facts["label"],
            run.facts["text"],
            turn.speaker.person,
            turn.now,
        )
        again = Choice(words.LABEL_PHRASES, {"do": "phrases"})
        return Reply.of(("lead", words.PHRASE_ADDED), ("note", words.PHRASE_HOW), choices=[again, common.MENU])


# ---- at a step


async def offered(turn: Turn, flow: str) -> list[Offered]:
    """The department's own phrases, then those that are shipped for this flow."""
    own = [Offered(one.label, one.text) for one in await _own(turn)]
    return [*own, *(Offered(s.label, s.text, words.PHRASE_SHIPPED) for s in starters() if s.flow == flow)]


async def _use(turn: Turn, act: Act) -> Any:
    """常用语 at a step: the list; then the one that was chosen, with its blanks asked if it has some."""
    run = turn.engine.current(turn)
    if run is None or (run.id, run.at) != (act.get("run"), act.get("step")):
        again = turn.engine.again(turn)
        stale = Block("lead", words.PHRASE_STALE)
        if again is None:
            return Reply((stale,), (common.MENU,))
        return Reply((stale, Block("text", again.blocks[0].text), *again.blocks[1:]), again.choices)
    text = act.get("text")
    if text is None:
        return await _pick(turn, run, act)
    if not blanks_in(text):
        return await turn.engine.press(turn, {"do": "flow_set", "run": run.id, "step": run.at, "value": text})
    blanks.begin(run, run.at, text)
    return await turn.engine.resume_run(turn, run)


async def _pick(turn: Turn, run: Run, act: Act) -> Reply:
    here = {"do": "use_phrase", "run": run.id, "step": run.at}
    return paged(
        words.PHRASES_PICK,
        await offered(turn, run.flow),
        act.get("page", 0),
        lambda p: f"{p.label}{p.origin}：{short(p.text, SHOWN)}",
        lambda p: p.label,
        lambda p: here | {"text": p.text},
        lambda n: here | {"page": n},
        {"do": "flow_resume"},
    )


async def _add(turn: Turn, act: Act) -> Any:
    return await turn.engine.start(turn, "add_phrase", act)


ACTS: Acts = {
    "phrases": _list,
    "phrase": _one,
    "add_phrase": _add,
    "drop_phrase": _drop,
    "use_phrase": _use,
}
