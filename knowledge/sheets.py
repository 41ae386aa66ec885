"""One table as it stands in a file, and the texts of its cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.text import strip_control

MAX_ROWS = 20_000
MAX_COLUMNS = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its name, the lines above it, and its rows of cell texts.

    ``rows[i]`` is row ``first_row + i`` in the office program; cells of a vertical merge carry the merged text.
    ``hidden`` holds the rows, counted so, that the office program does not show.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    first_row: int = 1
    hidden: frozenset[int] = frozenset()


def cell_text(value: object) -> str:
    """The text of a cell as a person reads it: 1.0 as 1, a day without its midnight, no control characters."""
    if value is None:
        return ""
    if isinstance(value, float):
        value = int(value) if value.is_integer() else format(value, ".15g")
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    return strip_control(str(value)).strip()


def without_blank_end(rows: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The rows up to the last one with a text."""
    kept = list(rows)
    while kept and not any(kept[-1]):
        kept.pop()
    return tuple(kept)
