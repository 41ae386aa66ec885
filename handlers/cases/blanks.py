"""The blanks of a phrase, asked one by one before the step that it is for; with the last one the step has its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.cases import desk_words as words
from handlers.flows.flow import Json, Run
from handlers.flows.steps import Reading, Step, fine, refused
from handlers.messages import Block
from knowledge.procedure.phrases import blanks, filled

_PHRASE = "phrase"
LONGEST = 100


def begin(run: Run, step: str, text: str) -> None:
    """Take a phrase with blanks for a step: what was answered there before is given up."""
    run.given[_PHRASE] = {"step": step, "text": text}
    for name in [name for name in run.answers if name == step or name.startswith(f"{step}.")]:
        del run.answers[name]


def with_blanks(given: Mapping[str, Any], steps: Sequence[Step]) -> Sequence[Step]:
    """A flow's steps, with the blanks of the phrase in hand before the step that it is for."""
    phrase: Json | None = given.get(_PHRASE)
    if not phrase:
        return steps
    asked: list[Step] = []
    for step in steps:
        if step.name == phrase["step"]:
            asked += [
                Step(
                    f"{step.name}.{n}",
                    words.BLANK_TITLE.format(name=name),
                    words.BLANK.format(name=name),
                    "text",
                    example=words.BLANK_EXAMPLE,
                    when=step.when,
                    is_free=True,
                    longest=LONGEST,
                )
                for n, name in enumerate(blanks(phrase["text"]), 1)
            ]
        asked.append(step)
    return asked


def is_blank(step: Step) -> bool:
    return "." in step.name


def text_around(run: Run) -> list[Block]:
    """The phrase with what is filled in so far."""
    phrase: Json | None = run.given.get(_PHRASE)
    return (
        [Block("note", words.BLANK_UNDER.format(text=filled(phrase["text"], _values(run, phrase))))] if phrase else []
    )


def fill_in(run: Run, step: Step, value: str) -> Reading:
    """Take what is filled in; with the last blank the step gets the whole text for its answer."""
    phrase: Json | None = run.given.get(_PHRASE)
    if phrase is None:
        return refused(words.PHRASE_STALE)
    names, n = blanks(phrase["text"]), int(step.name.rpartition(".")[2])
    values = _values(run, phrase) | {names[n - 1]: value}
    if len(values) == len(names):
        run.answers[phrase["step"]] = filled(phrase["text"], values)
        del run.given[_PHRASE]
    return fine(value)


def _values(run: Run, phrase: Json) -> dict[str, str]:
    names = blanks(phrase["text"])
    given = {name: run.answers.get(f"{phrase['step']}.{n}") for n, name in enumerate(names, 1)}
    return {name: str(value) for name, value in given.items() if value is not None}


def without_blanks(facts: Mapping[str, Any]) -> Json:
    """The answers of the flow itself."""
    return {name: value for name, value in facts.items() if "." not in name}
