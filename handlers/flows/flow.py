"""What a flow is: its steps, what it begins with, how it checks and shows answers, and what it does in the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from handlers.flows.reading import day_words
from handlers.flows.steps import UNKNOWN, Reading, Step, fine
from handlers.messages import Act, Block, Choice, Reply
from handlers.turn import Turn
from knowledge.checks.conditions import Circumstances

Json = dict[str, Any]


@dataclass(slots=True)
class Run:
    """One run of a flow, as the dialogue's state keeps it.

    ``given``: what it began with. ``known``: facts that need not be asked, with where they are from. ``answers``: what
    was said, also to steps that are not reached now, so that a later answer that still holds is kept.
    ``at``: the step being asked, or ``review``. ``failed``: failures at this step. ``offers``: choices that would
    settle the answer. ``picked``: options ticked so far at a step with several. ``files``: what was handed in so far, by
    the step it is for. ``page``: of the options, where there are more than fit. ``ready``: what was answered before the
    run began, from the records; it is not asked, but can be corrected.
    """

    flow: str
    id: str
    given: Json = field(default_factory=dict)
    known: dict[str, list[Any]] = field(default_factory=dict)
    answers: Json = field(default_factory=dict)
    at: str = ""
    failed: int = 0
    offers: list[list[Any]] = field(default_factory=list)
    picked: list[str] = field(default_factory=list)
    files: dict[str, list[Json]] = field(default_factory=dict)
    page: int = 0
    ready: list[str] = field(default_factory=list)

    def to_json(self) -> Json:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Run:
        run = cls(**{name: value for name, value in data.items() if name in cls.__slots__})  # of an older program, too
        if not isinstance(run.files, dict):
            run.files = {}
        return run

    @property
    def facts(self) -> Json:
        """Everything that is known: what was said wins over what was known before."""
        return {name: value[0] for name, value in self.known.items()} | self.answers


class NotYet(Exception):
    """The answers cannot be carried out as they are; the run stays in hand, to be corrected. ``reply`` says why."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


class Flow:
    """One flow. Subclasses declare; the engine runs them all alike."""

    name: str = ""
    title: str = ""
    submit_label: str = "提交"
    reviews: bool = True
    corrects: bool = False
    """Whether the review has a button for each item, to correct it with one tap."""
    done: str = "已提交。"
    files_step: str = ""
    """Where files are kept that come while no step asks for some; a flow without one takes none then."""

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        """All steps in their order; ``given`` is what the run began with."""
        raise NotImplementedError

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        """A new run, or the reply that says why there is none."""
        return Run(self.name, turn.house.new_token())

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        """A last look at an understood answer, with the records at hand."""
        return fine(value)

    def holds(self, run: Run, step: Step, value: Any) -> bool:
        """Whether a kept answer still holds beside the others."""
        return True

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        """More words under a step's prompt."""
        return []

    def extras(self, turn: Turn, run: Run, step: Step) -> Sequence[Choice]:
        """More buttons under a step: answers at hand (``flow_set``), or ways to get one."""
        return ()

    def notes(self, turn: Turn, run: Run) -> list[Block]:
        """More words under the review."""
        return []

    async def about_files(self, turn: Turn, run: Run, files: Sequence[Json]) -> str:
        """What is to be said of files that just came, such as that they were handed in before."""
        return ""

    def source_words(self, turn: Turn, run: Run, entry: str) -> str:
        """Where a step's clause stands, in one line."""
        return ""

    async def submit(self, turn: Turn, run: Run) -> Reply:
        """Carry out what the run was for; runs in the message's own transaction, so it has one effect.

        Raises ``NotYet``, before anything was written, when other answers would do.
        """
        raise NotImplementedError

    async def left(self, turn: Turn, run: Run) -> None:
        """The run is out of hand – submitted, cancelled or put off: what it held for itself is let go."""

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        """A kept value as a person reads it."""
        return value_words(turn, step, value)


def reached(flow: Flow, run: Run, given: Circumstances) -> tuple[list[Step], list[Step]]:
    """The steps that are asked, given what is known: each whose condition holds for the answers before it.

    Second, those that may still be asked, because what their condition looks at was not asked yet.
    """
    facts: Json = {}
    steps: list[Step] = []
    possible: list[Step] = []
    everything = run.facts
    for step in flow.steps(run.given):
        holds = step.when is None or step.when.holds(facts, given)
        if holds is None and step.when and not set(step.when.facts) <= facts.keys():
            possible.append(step)
        if holds is not True:
            continue
        steps.append(step)
        if step.name in everything:
            facts[step.name] = everything[step.name]
    return steps, possible


def value_words(turn: Turn, step: Step, value: Any) -> str:
    """A value of a step as a person reads it."""
    if value == UNKNOWN.value:
        return UNKNOWN.label
    if value is None:
        return "（没有填）"
    if step.kind == "several":
        return "、".join(step.label_of(one) for one in value)
    if step.kind == "choice":
        return step.label_of(value)
    if step.kind == "persons":
        return f"{value}人"
    if step.kind == "yuan":
        return yuan_words(Decimal(str(value)))
    if step.kind in ("date", "future"):
        return day_words(dt.date.fromisoformat(value))
    if step.kind == "industry":
        industry = turn.house.industries.get(value)
        return f"{industry.name}（{industry.code}）" if industry else str(value)
    if step.kind == "file":
        return f"{len(value)}份"
    if step.kind == "matter":
        return "不在清单里" if value == "none" else turn.library.title(value)
    return str(value)


def yuan_words(value: Decimal) -> str:
    """An amount in 元 as people write it: 800万元, 1.2亿元, 3500元."""
    for size, name in ((10**8, "亿元"), (10**4, "万元")):
        if abs(value) >= size:
            return f"{_trimmed(value / size)}{name}"
    return f"{_trimmed(value)}元"


def _trimmed(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
