"""Figures of a span, department by department, and what they come to together (R26, R34, R47, R50)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from handlers.figures import words
from knowledge.spans import Span, month_of
from storage import figures, rating_figures
from storage.database import Session
from storage.figures import Scope
from storage.rating_figures import DepartmentFigures


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """Rounded, but never up to all nor down to none; ``None`` of nothing."""
        if not self.whole:
            return None
        if self.part in (0, self.whole):
            return 100 * self.part // self.whole
        return min(max((200 * self.part + self.whole) // (2 * self.whole), 1), 99)

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def words(self) -> str:
        """The share with what it is of; of nothing it is none, not 0%."""
        if self.percent is None:
            return words.NONE_OF_IT
        return words.SHARE.format(percent=self.percent, part=self.part, whole=self.whole)


@dataclass(slots=True)
class Department:
    """The figures of a department, or of all together."""

    name: str
    severities: Counter[str | None] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    closed_with_due: int = 0
    closed_in_time: int = 0
    overdue: int = 0
    promises_kept: int = 0
    promises_broken: int = 0
    requests: int = 0
    answered_in_time: int = 0
    answered_late: int = 0
    unanswered: int = 0

    @property
    def opened(self) -> int:
        return self.severities.total()

    @property
    def closed(self) -> int:
        return self.outcomes.total()

    @property
    def on_time(self) -> Share:
        """Corrected in time and closed, of what was closed or should have been."""
        return Share(self.closed_in_time, self.closed_with_due + self.overdue)

    @property
    def kept(self) -> Share:
        """Promises kept, of those settled (R34)."""
        return Share(self.promises_kept, self.promises_kept + self.promises_broken)

    @property
    def answered(self) -> Share:
        """Requests answered in time, of those answered or overdue (R50)."""
        return Share(self.answered_in_time, self.answered_in_time + self.answered_late + self.unanswered)

    @property
    def grouped_outcomes(self) -> list[tuple[str, int]]:
        """How cases ended, in few kinds."""
        return [(name, sum(self.outcomes[kind] for kind in kinds)) for name, kinds in words.OUTCOMES]

    def add(self, other: Department) -> None:
        """Take another department's figures into these."""
        for one in fields(self)[1:]:
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that is counted of a span. ``departments`` by cases opened, most first; ``matters``: items and cases."""

    whole: Department
    departments: tuple[Department, ...]
    matters: tuple[tuple[str, int], ...]
    ratings: tuple[DepartmentFigures, ...]


def months_of(span: Span) -> Span:
    """A span widened to whole months: what changed from day to day would tell who gave which score (R47)."""
    return Span(month_of(span.start).start, month_of(span.end).end)


async def count(session: Session, scope: Scope) -> Figures:
    """Count everything of a scope."""
    found: dict[str, Department] = {}

    def of(name: str | None) -> Department:
        name = name or words.UNASSIGNED
        return found.setdefault(name, Department(name))

    for opened in await figures.opened(session, scope):
        of(opened.department).severities[opened.severity] += opened.count
        of(opened.department).stages[opened.stage] += opened.count
    for closed in await figures.closed(session, scope):
        one = of(closed.department)
        one.outcomes[closed.outcome] += closed.count
        one.closed_with_due += closed.had_due
        one.closed_in_time += closed.in_time
    for name, late in (await figures.overdue(session, scope)).items():
        of(name).overdue = late
    for promised in await figures.promised(session, scope):
        of(promised.department).promises_kept = promised.kept
        of(promised.department).promises_broken = promised.broken
    for requested in await figures.requested(session, scope):
        one = of(requested.department)
        one.requests, one.unanswered = requested.count, requested.overdue
        one.answered_in_time, one.answered_late = requested.in_time, requested.late
    return Figures(
        whole=_together(scope.department or "", list(found.values())),
        departments=tuple(sorted(found.values(), key=lambda one: (-one.opened, one.name))),
        matters=tuple(await figures.matters(session, scope)),
        ratings=tuple(await ratings(session, scope)),
    )


async def ratings(session: Session, scope: Scope) -> list[DepartmentFigures]:
    """The ratings of the months that a scope touches."""
    months = months_of(Span(scope.start, scope.end))
    return await rating_figures.figures(session, scope.jurisdiction, months.start, months.end, scope.department)


def _together(name: str, departments: Sequence[Department]) -> Department:
    whole = Department(name)
    for one in departments:
        whole.add(one)
    return whole
