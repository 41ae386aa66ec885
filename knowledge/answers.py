"""Published answers (R51): what a department answered to a request, released by legal, resting on published clauses (R3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

PREFIX = "answer-"
"""What the entry id of an answer begins with."""


@dataclass(frozen=True, slots=True)
class PublishedAnswer:
    """A department's answer as an entry of the library. ``cites``: the entries it rests on, at least one; ``day``: released."""

    id: str
    question: str
    text: str
    department: str
    jurisdiction: str
    day: dt.date
    cites: tuple[str, ...]
