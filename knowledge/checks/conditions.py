"""The small closed set of conditions that criteria and steps are made of, over three values: yes, no, not known.

A fact that was not given, or was answered 不清楚, is not known; a condition is settled as soon as what is known settles it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from knowledge.checks.size import CLASSES, INDICATORS, SizeClass, SizeTable
from knowledge.yaml_data import DataError, Node

UNKNOWN = "unknown"
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What conditions are judged by besides the facts: the day, the size table, and the numbers that are settings."""

    day: dt.date
    sizes: SizeTable
    settings: Mapping[str, int] = field(default_factory=dict)


class Condition:
    """One condition. ``holds`` is yes, no or ``None`` for not known; ``facts`` are the facts it looks at."""

    facts: tuple[str, ...] = ()

    def holds(self, facts: Facts, given: Circumstances) -> bool | None:
        raise NotImplementedError

    @property
    def words(self) -> str:
        """The condition in short, for a diagram."""
        raise NotImplementedError


def known(facts: Facts, name: str) -> Any:
    """The value of a fact; ``None`` when it is not known."""
    value = facts.get(name)
    return None if value == UNKNOWN else value


@dataclass(frozen=True, slots=True)
class OneOf(Condition):
    """The fact has one of these values."""

    fact: str
    values: tuple[str, ...]

    @property
    def facts(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.fact,)

    def holds(self, facts: Facts, given: Circumstances) -> bool | None:
        value = known(facts, self.fact)
        return None if value is None else value in self.values

    @property
    def words(self) -> str:
        return f"{self.fact}={'/'.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Given(Condition):
    """The fact was given at all, and not left out."""

    fact: str

    @property
    def facts(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.fact,)

    def holds(self, facts: Facts, given: Circumstances) -> bool | None:
        if self.fact not in facts or facts[self.fact] == UNKNOWN:
            return None
        return facts[self.fact] is not None

    @property
    def words(self) -> str:
        return f"有{self.fact}"


@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    """Of several answers, at least one is among these."""

    fact: str
    values: tuple[str, ...]

    @property
    def facts(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.fact,)

    def holds(self, facts: Facts, given: Circumstances) -> bool | None:
        value = known(facts, self.fact)
        return None if value is None else bool(set(value) & set(self.values))

    @property
    def words(self) -> str:
        return f"{self.fact}∩{'/'.join(self.values)}"


@dataclass(frozen=True, slots=True)
class AtLeast(Condition):
    """The number is this or more."""

    fact: str
    bound: Decimal

    @property
    def facts(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.fact,)

    def holds(self, facts: Facts, given: Circumstances) -> bool | None:
        value = known(facts, self.fact)
        return None if value is None else Decimal(str(value)) >= self.bound

    @property
    def words(self) -> str:
        return f"{self.fact}≥{self.bound}"


@dataclass(frozen=True, slots=True)
class WithinYears(Condition):
    """The day (ISO) lies at most so many years before the day of the check; the number is a setting, as R13 says."""

    fact: str
    setting: str

    @property
    def facts(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.fact,)

    def holds(self, facts: Facts, given: Circumstances) -> bool | None:
        value = known(facts, self.fact)
        if value is None:
            return None
        return years_after(dt.date.fromisoformat(value), given.settings[self.setting]) >= given.day

    @property
    def words(self) -> str:
        return f"{self.fact}在{self.setting}年内"


@dataclass(frozen=True, slots=True)
class SizeIn(Condition):
    """The size class by 国统字〔2017〕213号 is one of these (R14). An industry that is not listed has no class: not known."""

    classes: tuple[SizeClass, ...]

    @property
    def facts(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("industry", *INDICATORS.values())

    def holds(self, facts: Facts, given: Circumstances) -> bool | None:
        possible = size_verdict(facts, given.sizes).possible
        if not possible:
            return None
        inside = [size in self.classes for size in possible]
        return True if all(inside) else None if any(inside) else False

    @property
    def words(self) -> str:
        return "划型为" + "/".join(self.classes)


@dataclass(frozen=True, slots=True)
class SizeNeeds(Condition):
    """The row of the industry counts this indicator (X persons, Y turnover, Z assets); no for an industry without a row."""

    letter: str

    @property
    def facts(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("industry",)

    def holds(self, facts: Facts, given: Circumstances) -> bool | None:
        code = known(facts, "industry")
        if code is None:
            return None
        return any(self.letter in row.bounds for row in given.sizes.rows_for(code))

    @property
    def words(self) -> str:
        return f"该行业看{self.letter}"


@dataclass(frozen=True, slots=True)
class All(Condition):
    """Every part holds."""

    parts: tuple[Condition, ...]

    @property
    def facts(self) -> tuple[str, ...]:  # type: ignore[override]
        return facts_of(self.parts)

    def holds(self, facts: Facts, given: Circumstances) -> bool | None:
        return all_of([part.holds(facts, given) for part in self.parts])

    @property
    def words(self) -> str:
        return "且".join(part.words for part in self.parts)


@dataclass(frozen=True, slots=True)
class Some(Condition):
    """At least one part holds."""

    parts: tuple[Condition, ...]

    @property
    def facts(self) -> tuple[str, ...]:  # type: ignore[override]
        return facts_of(self.parts)

    def holds(self, facts: Facts, given: Circumstances) -> bool | None:
        return any_of([part.holds(facts, given) for part in self.parts])

    @property
    def words(self) -> str:
        return "或".join(part.words for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """The part does not hold."""

    part: Condition

    @property
    def facts(self) -> tuple[str, ...]:  # type: ignore[override]
        return self.part.facts

    def holds(self, facts: Facts, given: Circumstances) -> bool | None:
        held = self.part.holds(facts, given)
        return None if held is None else not held

    @property
    def words(self) -> str:
        return f"非（{self.part.words}）"


def facts_of(parts: Sequence[Condition]) -> tuple[str, ...]:
    """The facts that conditions look at, each once, in order."""
    return tuple(dict.fromkeys(name for part in parts for name in part.facts))


def all_of(held: Sequence[bool | None]) -> bool | None:
    """Yes if all are, no if one is not, else not known."""
    return False if False in held else None if None in held else True


def any_of(held: Sequence[bool | None]) -> bool | None:
    """Yes if one is, no if all are not, else not known."""
    return True if True in held else None if None in held else False


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; 29 February becomes 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


def size_verdict(facts: Facts, sizes: SizeTable) -> Any:
    """The size class as far as the facts tell it (R14)."""
    figures = {name: _decimal(known(facts, name)) for name in INDICATORS.values()}
    return sizes.verdict(known(facts, "industry"), figures)


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def read_condition(node: Node) -> Condition:
    """A condition from its YAML form. Raises ``DataError`` (file, line) naming the forms there are."""
    if not isinstance(node.value, dict):
        raise DataError(node.path, node.line, FORMS)
    keys = set(node.value)
    for name, made in (("all", All), ("any", Some)):
        if keys == {name}:
            parts = tuple(read_condition(part) for part in _field(node, name).items())
            if not parts:
                raise DataError(node.path, node.line, f"“{name}”里至少要有一个条件")
            return made(parts)
    if keys == {"not"}:
        return Not(read_condition(_field(node, "not")))
    if keys == {"size"}:
        classes = node.texts("size")
        if not classes or not set(classes) < set(CLASSES):
            raise DataError(node.path, node.line, f"“size”应为 {'、'.join(CLASSES)} 中的几个，不能是全部")
        return SizeIn(tuple(c for c in CLASSES if c in classes))
    if keys == {"size_needs"}:
        if node.text("size_needs") not in INDICATORS:
            raise DataError(node.path, node.line, "“size_needs”应为 X、Y 或者 Z")
        return SizeNeeds(node.text("size_needs"))
    if keys == {"fact", "is"}:
        return OneOf(node.text("fact"), (node.text("is"),))
    if keys == {"fact", "one_of"}:
        return OneOf(node.text("fact"), _values(node, "one_of"))
    if keys == {"fact", "any_of"}:
        return AnyOf(node.text("fact"), _values(node, "any_of"))
    if keys == {"fact", "within_years"}:
        return WithinYears(node.text("fact"), node.text("within_years"))
    if keys == {"fact", "at_least"}:
        try:
            bound = Decimal(node.text("at_least"))
            if not bound.is_finite():
                raise DataError(node.path, node.line, "“at_least”应为数")
            return AtLeast(node.text("fact"), bound)
        except ArithmeticError as error:
            raise DataError(node.path, node.line, "“at_least”应为数") from error
    raise DataError(node.path, node.line, FORMS)


FORMS = "条件应为 {fact, is}、{fact, one_of}、{fact, any_of}、{fact, at_least}、{fact, within_years}、{size}、{size_needs}、{all}、{any} 或者 {not}"


def _values(node: Node, name: str) -> tuple[str, ...]:
    values = node.texts(name)
    if not values:
        raise DataError(node.path, node.line, f"“{name}”里至少要有一个值")
    return values


def _field(node: Node, name: str) -> Node:
    field_ = node.field(name)
    assert field_ is not None
    return field_
