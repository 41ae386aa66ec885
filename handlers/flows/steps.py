"""The steps of a flow, as declarations: what is asked, of what kind, when, and how an answer is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from knowledge.checks.conditions import Condition

StepKind = Literal[
    "choice",
    "several",
    "text",
    "persons",
    "yuan",
    "date",
    "future",
    "industry",
    "matter",
    "file",
    "code",
    "credit",
    "signature",
    "span",
]
"""``persons`` and ``yuan`` are numbers with a unit; ``date`` is a day until today, ``future`` one from today on;
``matter`` is a list item found by the person's own words; ``credit`` a 统一社会信用代码; ``code`` a one-time code;
``signature`` a typed name, or one picture: a drawn signature or a stamped paper; ``span`` from a day to a day."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose: what is kept, the button of at most eight characters, and other words that mean it."""

    value: str
    label: str
    said: tuple[str, ...] = ()


UNKNOWN = Option("unknown", "不清楚", ("不知道", "不确定", "说不好", "说不准", "不太清楚", "没算过"))
YES = Option("yes", "是", ("对", "是的", "有", "嗯", "对的"))
NO = Option("no", "不是", ("否", "没有", "不", "不对", "没"))


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is asked.

    ``when``: asked only if this holds (yes) for the answers before. ``may_skip``: may be left unanswered, with a button.
    ``may_not_know``: 不清楚 is an answer. ``is_free``: any words are an answer, even a question. ``secret``: what was
    typed is not kept in the transcript.
    """

    name: str
    title: str
    prompt: str
    kind: StepKind
    options: tuple[Option, ...] = ()
    example: str = ""
    cites: str | None = None
    when: Condition | None = None
    may_skip: bool = False
    may_not_know: bool = False
    is_free: bool = False
    secret: bool = False
    longest: int = 200

    def label_of(self, value: str) -> str:
        """The label of an option's value."""
        return next((o.label for o in self.choices if o.value == value), value)

    @property
    def choices(self) -> tuple[Option, ...]:
        """The options, with 不清楚 where that is an answer."""
        known = any(option.value == UNKNOWN.value for option in self.options)
        return (*self.options, UNKNOWN) if self.may_not_know and not known else self.options


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer was understood as: a value, or a problem said in plain words, with choices that would settle it.

    ``is_failure`` counts against the step: two of them offer a person. ``is_attempt``: it was meant as an answer, wrong
    as it is, and no question.
    """

    value: Any = None
    problem: str = ""
    offers: tuple[tuple[str, Any], ...] = ()
    is_failure: bool = True
    is_attempt: bool = False

    @property
    def is_fine(self) -> bool:
        return self.value is not None and not self.problem


def fine(value: Any) -> Reading:
    return Reading(value)


def refused(
    problem: str, offers: Sequence[tuple[str, Any]] = (), *, is_failure: bool = True, is_attempt: bool = False
) -> Reading:
    return Reading(None, problem, tuple(offers), is_failure, is_attempt)
