"""What a step answers: the act was carried out, or refused by a rule."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.procedure.case import Case

LIAISON, LEADER, SUPERVISOR, OFFICER = "liaison", "leader", "supervisor", "officer"
OFFICES = (OFFICER, LIAISON, LEADER, SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Done:
    """An act that was carried out: the new case, and to which offices copies go (R20–R22, R36, R40)."""

    case: Case
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """An act that the rules do not allow: which rule, and why, in plain words; for closing everything that is missing."""

    rule: str
    words: str
    missing: tuple[str, ...] = ()
