"""What a self-check finds (R12–R16): each condition met, not met or not known, what follows, what would change it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from knowledge.checks.conditions import Circumstances, Facts, all_of, any_of, size_verdict
from knowledge.checks.criteria import Check, Criterion, Ground
from knowledge.checks.size import CLASS_NAMES, INDICATOR_NAMES, SizeVerdict

Status = Literal["met", "unmet", "unknown"]
STATUS_NAMES: dict[Status, str] = {"met": "满足", "unmet": "不满足", "unknown": "不清楚"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition and how it stands."""

    criterion: Criterion
    status: Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """One ground and how it stands, with the conditions that are missing for it."""

    ground: Ground
    status: Status
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a check on a day. ``status`` is that of the best ground; ``barred`` when a bar is not clear (R11)."""

    check: Check
    given: Circumstances
    findings: tuple[Finding, ...]
    outcomes: tuple[Outcome, ...]
    barred: tuple[str, ...]
    size: SizeVerdict | None

    @property
    def status(self) -> Status:
        if self.barred:
            return "unmet"
        return _status(any_of([_held(o.status) for o in self.of_first_group]))

    @property
    def of_first_group(self) -> tuple[Outcome, ...]:
        first = self.check.grounds[0].group
        return tuple(outcome for outcome in self.outcomes if outcome.ground.group == first)

    @property
    def best(self) -> Outcome | None:
        """The first ground of the first group that holds, unless barred."""
        return None if self.barred else next((o for o in self.of_first_group if o.status == "met"), None)

    @property
    def nearest(self) -> Outcome:
        """The ground of the first group that the fewest conditions are missing for."""
        return min(self.of_first_group, key=lambda o: (o.status == "unmet", len(o.missing)))

    def met_in(self, group: str) -> Outcome | None:
        """The first ground of a group that holds, unless barred."""
        return (
            None
            if self.barred
            else next((o for o in self.outcomes if o.ground.group == group and o.status == "met"), None)
        )

    @property
    def lead(self) -> str:
        """The conclusion in one sentence."""
        if self.barred:
            return self.check.barred
        if self.best:
            return self.best.ground.lead
        if self.check.unlisted and self.size and not self.size.is_listed:
            return self.check.unlisted
        return self.check.unmet if self.status == "unmet" else self.check.unknown


def judge(check: Check, facts: Facts, given: Circumstances) -> Verdict:
    """Judge the facts by a check: ``facts`` maps names to values, amounts in 元, days in ISO form."""
    asked = _reached(check, facts, given)
    held: dict[str, bool | None] = {name: c.when.holds(asked, given) for name, c in check.criteria.items()}
    findings = tuple(Finding(check.criteria[name], _status(value)) for name, value in held.items())
    outcomes = tuple(_outcome(ground, held) for ground in check.grounds)
    barred = tuple(name for name in check.bars if held[name] is False)
    names = {q.name for q in check.questions}
    size = size_verdict(asked, given.sizes) if "industry" in names else None
    return Verdict(check, given, findings, outcomes, barred, size)


def asked_questions(check: Check, facts: Facts, given: Circumstances) -> list[str]:
    """The names of the questions that are to be asked, given what is known so far."""
    return [q.name for q in check.questions if q.when is None or q.when.holds(facts, given)]


def _reached(check: Check, facts: Facts, given: Circumstances) -> dict[str, Any]:
    """The facts without those of questions that are not asked: an answer that no longer applies counts for nothing."""
    reached: dict[str, Any] = {}
    for question in check.questions:
        if question.name in facts and (question.when is None or question.when.holds(reached, given)):
            reached[question.name] = facts[question.name]
    return reached


def _outcome(ground: Ground, held: Mapping[str, bool | None]) -> Outcome:
    parts = [held[name] for name in ground.needs_all]
    if ground.needs_any:
        parts.append(any_of([held[name] for name in ground.needs_any]))
    missing = [name for name in ground.needs_all if held[name] is not True]
    if ground.needs_any and not any(held[name] for name in ground.needs_any):
        missing += [name for name in ground.needs_any if name not in missing]
    return Outcome(ground, _status(all_of(parts)), tuple(missing))


def _status(held: bool | None) -> Status:
    return "unknown" if held is None else "met" if held else "unmet"


def _held(status: Status) -> bool | None:
    return {"met": True, "unmet": False, "unknown": None}[status]


def size_words(size: SizeVerdict) -> str:
    """The size class in words."""
    if not size.is_listed:
        return "划分办法没有列出这个行业，没有划型"
    if size.size:
        return CLASS_NAMES[size.size]
    return "、".join(CLASS_NAMES[c] for c in size.possible) + "都有可能"


def next_bounds(size: SizeVerdict) -> tuple[str, ...]:
    """What would change the class: the figures at which the class above or below begins, by the row."""
    row = size.row
    if row is None or size.size is None:
        return ()
    above = {"medium": 0, "small": 1, "micro": 2}.get(size.size)
    below = {"large": 0, "medium": 1, "small": 2}.get(size.size)

    def figure(letter: str, place: int) -> str:
        unit = "人" if letter == "X" else "万元"
        return f"{INDICATOR_NAMES[letter]}{row.bounds[letter][place]}{unit}"

    words = []
    if above is not None:
        higher = CLASS_NAMES[("large", "medium", "small")[above]]
        words.append(f"同时达到{'、'.join(figure(letter, above) for letter in row.bounds)}，划为{higher}")
    if below is not None:
        words.append(f"有一项低于{'、'.join(figure(letter, below) for letter in row.bounds)}，降一档")
    return tuple(words)
