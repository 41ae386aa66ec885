"""Which department a text belongs to (R50): the one it names, else that of the matching list item, else by its words.

Nothing is guessed: where the signs are weak or point two ways there is no department, and a person chooses.
"""

from __future__ import annotations

import functools
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from knowledge.departments import department_word
from knowledge.library import Library
from knowledge.matching.matcher import Match
from knowledge.text import comparable
from knowledge.yaml_data import load_yaml

Why = Literal["named", "item", "topic", "words", ""]
_FILE = Path(__file__).parent / "data" / "routing" / "departments.yaml"
_SURE, _LIKELY = 0.5, 0.15
"""From the first confidence on the best match is what is asked about – a clause of a general document is no department's
own matter; from the second on its list item counts where no matter is named."""
_RARE, _ENOUGH, _LEAD = 2, 2, 2
"""A pair of characters is a department's own on at most so many lists; a text needs so many, and so many times the next's."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a department: the word that numbers carry, its name in general, how people call it, its matters."""

    word: str
    name: str
    names: tuple[str, ...]
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """The department's word (市监), empty when it is not clear; ``why``, and the list item that it rests on."""

    word: str
    why: Why = ""
    entry: str = ""


NOWHERE = Route("")


@functools.cache
def departments() -> tuple[Known, ...]:
    """The departments that the project knows. Raises ``DataError``."""
    return tuple(
        Known(node.text("word"), node.text("name"), node.texts("names"), node.texts("topics"))
        for node in load_yaml(_FILE).items()
    )


def name_of(word: str) -> str:
    """A department by its name in general, where none of a place is meant: 市场监管部门."""
    return next((one.name for one in departments() if one.word == word), "")


def route(text: str, matches: Sequence[Match], library: Library) -> Route:
    """The department for a text; ``matches`` is what the published texts have on it, best first."""
    plain = comparable(unicodedata.normalize("NFKC", text))
    named = {one.word for one in departments() if any(name in plain for name in one.names)}
    if named:
        return Route(named.pop(), "named") if len(named) == 1 else NOWHERE
    best = matches[0] if matches else None
    if best and best.confidence >= _SURE and best.entry.kind == "clause":
        return NOWHERE
    of_items = _of_items(matches, library)
    if of_items and matches[0].confidence >= _SURE:
        return of_items
    return _of_topics(plain) or of_items or _of_words(plain, library) or NOWHERE


def chosen(word: str, offices: Sequence[str]) -> str | None:
    """The one of a place's departments that a word means; ``None`` when there is none, or more than one."""
    fitting = [name for name in offices if word and department_word(name) == word]
    return fitting[0] if len(fitting) == 1 else None


def word_of_item(entry_id: str, library: Library) -> str:
    """The word of the department whose list has an item; empty for anything else."""
    item = library.items.get(entry_id)
    return department_word(item.department) if item and item.department else ""


def _of_items(matches: Sequence[Match], library: Library) -> Route | None:
    """The department of the list items that match, where the best of them is sure enough and the next are not another's."""
    if not matches or matches[0].confidence < _LIKELY:
        return None
    best = word_of_item(matches[0].entry.id, library)
    near = [m for m in matches[1:4] if m.confidence > matches[0].confidence / 2]
    others = {word for m in near if (word := word_of_item(m.entry.id, library))}
    return Route(best, "item", matches[0].entry.id) if best and others <= {best} else None


def _of_topics(text: str) -> Route | None:
    """The department whose matters a text names, by the longest word of all."""
    found = sorted(
        ((len(topic), one.word) for one in departments() for topic in one.topics if topic in text), reverse=True
    )
    longest = {word for size, word in found if size == found[0][0]}
    return Route(longest.pop(), "topic") if len(longest) == 1 else None


def _of_words(text: str, library: Library) -> Route | None:
    """The department in whose items most of the text's words stand, by pairs of characters that few lists have."""
    pairs = {text[i : i + 2] for i in range(len(text) - 1)}
    ranked = Counter({word: len(pairs & own) for word, own in _words(library).items()}).most_common(2)
    if not ranked or ranked[0][1] < _ENOUGH:
        return None
    is_clear = len(ranked) == 1 or ranked[0][1] >= _LEAD * ranked[1][1]
    return Route(ranked[0][0], "words") if is_clear else None


@functools.lru_cache(maxsize=1)
def _words(library: Library) -> dict[str, set[str]]:
    """Of each department the pairs of characters in the names of its items that few other departments have."""
    pairs: dict[str, set[str]] = {}
    for item in library.items.values():
        if word := word_of_item(item.id, library):
            title = comparable(item.title)
            pairs.setdefault(word, set()).update(title[i : i + 2] for i in range(len(title) - 1))
    spread = Counter(pair for own in pairs.values() for pair in own)
    return {word: {pair for pair in own if spread[pair] <= _RARE} for word, own in pairs.items()}
