"""Suspicions of a red line in the words of a message (R11): each a question to the officer, never a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.yaml_data import Node, load_yaml

AREAS = ("安全", "环保", "食品", "疫情", "公共安全和健康", "市场秩序", "灾害牟利")
_DATA = Path(__file__).parent / "data" / "inspection" / "red_lines.yaml"
_CLAUSE = re.compile(r"[^，。；！？,;!?\s：:]+")
_REACH = 12  # characters between a thing and its fault
_NEGATIONS = ("没有", "没", "未", "无")
_SINGLE_DENIED = re.compile("(?:没有?|未|无|不)(?:发现|出现|存在|看到|见到|见|闻到|听到|有)(?:任何|明显|什么)?的?$")
_LAPSED = re.compile("已?都?(?:过期|到期)")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a message may touch: the area of R11, the words that raise it, and the clauses to ask by."""

    area: str
    words: tuple[str, ...]
    clauses: tuple[str, ...]


class _Phrases:
    """Phrases looked up by their first character."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[str]] = {}
        for phrase in sorted(set(phrases), key=len, reverse=True):
            self._by_first.setdefault(phrase[0], []).append(phrase)

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Where phrases stand, the longest at each place, none inside another."""
        place = 0
        while place < len(text):
            for phrase in self._by_first.get(text[place], ()):
                if text.startswith(phrase, place):
                    yield place, phrase
                    place += len(phrase) - 1
                    break
            place += 1

    def is_in(self, text: str) -> bool:
        return next(self.find(text), None) is not None


@dataclass(frozen=True, slots=True)
class _Area:
    name: str
    clauses: tuple[str, ...]
    topics: _Phrases
    facts: _Phrases
    pairs: tuple[tuple[_Phrases, _Phrases], ...]


class _RedLines:
    def __init__(self, root: Node) -> None:
        self.papers = _Phrases(root.text("papers").split())
        self.claims = _Phrases(root.text("claims").split())
        self.objects = re.compile("|".join(root.text("objects").split()))
        self.good = _Phrases(root.text("good").split())
        self.states = tuple(root.text("states").split())
        sound = "|".join(root.text("sound").split())
        self.sound = re.compile(f"(?:没有?|未|无)(?:发现|出现|存在|看到|见到|见)?(?:任何|明显|什么)?(?:{sound})")
        self.denials = tuple(root.text("denials").split())
        areas = root.field("areas")
        self.areas = tuple(_area(node) for node in (areas.items() if areas else ()))


def _area(node: Node) -> _Area:
    pairs = node.field("pairs")
    return _Area(
        node.text("area"),
        tuple(node.text("clauses").split()),
        _Phrases((node.optional("topics") or "").split()),
        _Phrases(node.text("facts").split()),
        tuple(
            (_Phrases(pair.text("things").split()), _Phrases(pair.text("faults").split()))
            for pair in (pairs.items() if pairs else ())
        ),
    )


@cache
def _red_lines() -> _RedLines:
    return _RedLines(load_yaml(_DATA))


def suspicions(text: str) -> tuple[Suspicion, ...]:
    """What the words of a message raise, area by area in the order of R11.

    Denied dangers (没有过期), what is in order (通道畅通), papers and claims of advertising raise none.
    """
    lines = _red_lines()
    clauses = [
        clause
        for clause in _CLAUSE.findall(text)
        if not lines.claims.is_in(lines.objects.sub("", clause)) and not lines.good.is_in(clause)
    ]
    found = []
    for area in lines.areas:
        raised = dict.fromkeys(word for clause in clauses for word in _words_of(clause, area, lines))
        if raised:
            words = tuple(word for word in raised if not any(word in other != word for other in raised))
            found.append(Suspicion(area.name, words, area.clauses))
    return tuple(found)


def _words_of(clause: str, area: _Area, lines: _RedLines) -> Iterator[str]:
    is_paper = lines.papers.is_in(clause)
    for place, fact in area.facts.find(clause):
        if not (_is_denied(clause[:place], lines) or (is_paper and _LAPSED.match(fact))):
            yield fact
    if is_paper:
        return
    if not lines.sound.search(clause):
        for _, topic in area.topics.find(clause):
            yield topic
    for things, faults in area.pairs:
        found = list(faults.find(clause))
        if not found:
            continue
        marks = [(place, fault) for place, fault in found if not _is_void(clause, place, fault, found, lines)]
        for place, thing in things.find(clause):
            end = place + len(thing)
            for start, fault in marks:
                if end <= start <= end + _REACH or start + len(fault) <= place <= start + len(fault) + _REACH // 2:
                    yield clause[min(place, start) : max(end, start + len(fault))]
                    break


def _is_denied(head: str, lines: _RedLines) -> bool:
    return head.endswith(lines.denials) or bool(_SINGLE_DENIED.search(head))


def _is_void(clause: str, place: int, fault: str, found: list[tuple[int, str]], lines: _RedLines) -> bool:
    """Whether a fault is none: denied itself, or a 没有 that denies another fault (灭火器没有过期)."""
    if fault[0] in "没未无不缺少":
        end = place + len(fault)
        return fault in _NEGATIONS and any(
            end <= start <= end + 2 and other[0] not in "没未无不缺少" for start, other in found
        )
    return fault.startswith(lines.states) and _is_denied(clause[:place], lines)
