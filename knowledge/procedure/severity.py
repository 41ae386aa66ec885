"""The class of a problem from the facts that the officer states (R20–R23, 定海 二（二）), and why it is that one."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.checks.conditions import all_of, any_of
from knowledge.procedure.case import Facts, Severity


def derive(facts: Facts) -> Severity | None:
    """The class that the facts give; ``None`` when they fit none of the three or do not settle it yet.

    定海 asks in this order: 较大的影响，或者群众举报且较为严重; then 轻微，尚未造成后果，无主观故意; then 首次较轻或者没有明显后果，
    无主观故意，能够整改. A graver class that is still possible leaves the milder one open.
    """
    serious = any_of([facts.has_influence, all_of([facts.is_reported, facts.is_grave])])
    harmless, unintended = _not(facts.has_consequence), _not(facts.is_intended)
    minor = all_of([facts.is_slight, harmless, unintended])
    mild = any_of([all_of([facts.is_first, facts.is_slight]), harmless])
    ordinary = all_of([mild, unintended, facts.is_correctable])
    held: tuple[tuple[Severity, bool | None], ...] = (("serious", serious), ("minor", minor), ("ordinary", ordinary))
    for severity, holds in held:
        if holds is not False:
            return severity if holds else None
    return None


def why(facts: Facts) -> str:
    """The facts that make the derived class, in the words of the clause; empty when none is derived (R23)."""
    return "，".join(_grounds(facts))


def _grounds(facts: Facts) -> Iterator[str]:
    severity = derive(facts)
    if severity == "serious":
        if facts.has_influence:
            yield "造成了较大的影响"
        if facts.is_reported and facts.is_grave:
            yield "经群众举报，情况较为严重"
    elif severity == "minor":
        yield from ("情节轻微", "尚未造成后果", "没有主观故意")
    elif severity == "ordinary":
        if facts.is_first and facts.is_slight:
            yield "首次，情节较轻"
        if facts.has_consequence is False:
            yield "没有明显危害后果"
        yield from ("没有主观故意", "能够整改")


def _not(held: bool | None) -> bool | None:
    return None if held is None else not held
