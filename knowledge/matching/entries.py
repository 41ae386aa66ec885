"""The unit of an answer: one clause, list item, term or published answer, as the index sees it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

EntryKind = Literal["clause", "item", "term", "entry", "answer"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found: its names and typical questions (``aliases``), its words, and where and when it holds.

    ``group`` names the consequence an item settles (``exempt`` …); ``topic`` joins entries of several places that
    settle the same thing; ``place_names`` are words by which a question points at the entry's place (R2).
    ``rests_on``: the entries that an answer stands beside.
    """

    id: str
    kind: EntryKind
    title: str
    body: str
    aliases: tuple[str, ...] = ()
    source: str = ""
    group: str = ""
    topic: str = ""
    jurisdiction: str | None = None
    place_names: tuple[str, ...] = ()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    rests_on: tuple[str, ...] = ()
