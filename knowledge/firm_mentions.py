"""Where a message names enterprises of a register, and which of them it is about (R1).

A mention is scored by what agrees: the characters or sounds of the distinctive part, the trade and the town beside it, the
place in the sentence. One that is named in passing (从X进的货, 隔壁X) is not what the message is about.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from knowledge.firm_parts import SYMBOL, distance, fold, readings, words_of_names
from knowledge.firm_register import LONGEST, MANY, Entry, Register, row_key

How = Literal["name", "exact", "sound", "near", "part", "street"]
SETTLED = 1.9
"""The score from which an enterprise may be settled on."""
MARGIN = 0.9
"""By how much it must then be better than every other."""
OFFERED = 1.3
"""The score from which an enterprise is offered as a candidate."""

# What agreement and disagreement add, tuned on benchmarks/data/inspection.yaml.
_TRADE, _TRADE_ELSEWHERE, _OTHER_TRADE, _NEAR_TRADE = 1.5, 0.5, -2.2, -0.2
_PLACE, _PLACE_ELSEWHERE, _OTHER_PLACE, _STREET = 1.6, 1.2, -2.2, 1.2
_AT_START, _FOLLOWED, _IN_PASSING, _IS_PLACE, _WHOLE_NAME = 0.7, 0.4, -5.0, -1.5, 3.0
_MAX_CORES, _MAX_FIRMS, _FAR, _NEARLY, _FAIRLY, _PLAIN = 60, 3000, 2.6, 1.0, 1.6, 3.0
_JOINT = re.compile("的?(那家|这家|那个|这个|家)?的?")
_BETWEEN = re.compile("(的|那边的?|这边的?|那家的?|这家的?|那个|这个|那里的?|街上的?|街|镇上的?|镇|乡|村|街道)$")
_BETWEEN_NAMES = re.compile("的|那家|这家|那个|这个|家|有家|一家")
_NOT_A_FORM = re.compile("[店厂馆铺场站][里外内门员堂面铺区房地点长招]")
_AND = re.compile("[、和跟与及]|以及|还有")


@dataclass(slots=True)
class Hit:
    """A distinctive part found in a text: the window, and how well it fits."""

    core: int
    start: int
    end: int
    base: float
    how: How
    is_sure: bool
    """Whether it may be settled on; one that differs by a character is only asked about."""


@dataclass(frozen=True, slots=True)
class _Trade:
    start: int
    end: int
    group: int
    family: int


@dataclass(frozen=True, slots=True)
class Mention:
    score: float
    order: int
    span: tuple[int, int] | None
    how: How
    is_sure: bool
    is_passed: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a message is about: one mention, or several to ask about; ``said`` are those whose place in it is certain."""

    settled: Mention | None
    candidates: list[Mention]
    said: list[Mention]


class Message:
    """One message under search."""

    def __init__(self, register: Register, text: str) -> None:
        self._register, self._text, self._words = register, text, words_of_names()
        self._sounds = [fold(readings(char)[0]) if SYMBOL.match(char) else "" for char in text]
        self._symbols = [register.sound_ids.get(sound, -1) if sound else -2 for sound in self._sounds]
        self._name_ends: dict[int, int] = {}
        self._trades = self._find_trades()
        self.towns = self._find_towns()
        self.streets = dict(self._streets_in(text))

    def _streets_in(self, text: str) -> Iterator[tuple[str, int]]:
        streets = self._register.streets
        for start in range(len(text) - 2):
            for end in range(start + 3, min(len(text), start + 11) + 1):
                if (number := streets.get(text[start:end])) is not None:
                    yield text[start:end], number

    def _find_trades(self) -> list[_Trade]:
        """The trade words of the message, the longest at each place; what only looks like one is left out."""
        found: list[_Trade] = []
        words, text = self._words, self._text
        start = 0
        while start < len(text) - 1:
            for length in range(min(words.longest, len(text) - start), 1, -1):
                word = text[start : start + length]
                if word in words.not_trades:
                    start += length - 1
                    break
                if (group := words.group_of.get(word)) is not None:
                    found.append(_Trade(start, start + length, group, words.family_of[group]))
                    break
            start += 1
        return found

    def _find_towns(self) -> list[tuple[int, int, str]]:
        """Where towns are named: start, end, short form."""
        found: list[tuple[int, int, str]] = []
        towns, text = self._register.places.towns, self._text
        for start in range(len(text) - 1):
            for length in range(min(8, len(text) - start), 1, -1):
                if short := towns.get(text[start : start + length]):
                    found.append((start, start + length, short))
                    break
        return found

    # -- windows

    def _hits(self) -> list[Hit]:
        """The distinctive parts that the message contains, each window compared by characters and sounds."""
        symbols = self._symbols
        keys: list[int] = []
        windows: list[tuple[int, int]] = []
        for start in range(len(symbols) - 1):
            row: list[int] = []
            for end in range(start + 1, min(len(symbols), start + LONGEST) + 1):
                if symbols[end - 1] == -2:
                    break
                row.append(symbols[end - 1])
                length = end - start
                if length < 2:
                    continue
                unknown = row.count(-1)
                if unknown == 0:
                    keys.append(row_key(row))
                    windows.append((start, end))
                if length >= 3 and unknown <= 1:
                    for place in range(length):
                        if unknown and row[place] != -1:
                            continue
                        keys.append(row_key((*row[:place], 0, *row[place + 1 :])))
                        windows.append((start, end))
        if not keys or not len(self._register.keys):
            return []
        wanted = np.array(keys, np.int64)
        firsts = np.searchsorted(self._register.keys, wanted, "left")
        lasts = np.searchsorted(self._register.keys, wanted, "right")
        best: dict[tuple[int, int], Hit] = {}
        for place in np.flatnonzero(lasts > firsts).tolist():
            start, end = windows[place]
            for core in self._register.values[firsts[place] : lasts[place]].tolist():
                if (core, start) in best and best[core, start].end >= end:
                    continue
                hit = self._compare(core, start, end)
                if hit and (core, start) in best and best[core, start].base >= hit.base:
                    continue
                if hit:
                    best[core, start] = hit
        least = max((hit.base for hit in best.values()), default=0.0) - _FAR
        found = [hit for hit in best.values() if hit.base >= least]
        return heapq.nsmallest(_MAX_CORES, found, key=lambda hit: (-hit.base, hit.start))

    def _compare(self, core: int, start: int, end: int) -> Hit | None:
        """How well a window fits a distinctive part; ``None`` when it does not."""
        whole, length = self._register.cores[core], end - start
        size = len(whole)
        if length == min(size, LONGEST):
            longer = self._text[start : start + size]
            if size > length and len(longer) == size and longer == whole:
                end, length = start + size, size
            levels = self._levels(whole[:length], start)
            worst = max(levels)
            others = sum(level > 0 for level in levels)
            if worst >= 3 and others > 1:
                return None
            base = {2: 2.2, 3: 3.6, 4: 4.6}.get(length, 5.0)
            if worst == 0:
                return Hit(core, start, end, base, "exact", True)
            if worst <= 2:
                base -= (1.0 if worst == 1 else 1.3) + (0.2 if length > 2 else 0)
                return Hit(core, start, end, base, "sound", True)
            if worst == 3:
                return Hit(core, start, end, base - 1.2, "near", True)
            return Hit(core, start, end, base - 2.3, "near", False) if length >= 3 else None
        if length < size:
            for is_head in (True, False):
                piece = whole[:length] if is_head else whole[size - length :]
                levels = self._levels(piece, start)
                if max(levels) <= 2:
                    base = 1.0 + 1.3 * (length - 2) + (0.3 if size >= 4 else 0) + (0.2 if size >= 5 else 0)
                    base -= 1.0 if max(levels) else 0.0
                    base -= 0.0 if is_head else 0.3
                    return Hit(core, start, end, base, "part", True)
        return None

    def _levels(self, piece: str, start: int) -> list[int]:
        """Character by character how far the message is from a piece of a name (``distance``)."""
        said = self._text[start : start + len(piece)]
        if said == piece:
            return [0]
        return [distance(char, wanted) for char, wanted in zip(said.ljust(len(piece)), piece, strict=True)]

    # -- around a window

    def _surroundings(self, hit: Hit) -> tuple[float, bool, str | None, int]:
        """Score of the place in the sentence, whether named in passing, the town right before, where the name begins."""
        text, start = self._text, hit.start
        town, before = None, start
        while True:
            joint = _BETWEEN.search(text[:before])
            points = {before} | ({joint.start()} if joint else set())
            found = next((one for one in self.towns if one[1] in points and one[0] < before), None)
            area = next(
                (
                    point - length
                    for point in points
                    for length in range(8, 1, -1)
                    if point >= length and text[point - length : point] in self._register.places.areas
                ),
                None,
            )
            if found and town is None:
                town, before = found[2], found[0]
            elif area is not None:
                before = area
            elif street := next((name for name in self.streets for point in points if text[:point].endswith(name)), ""):
                before = text.rindex(street, 0, before)
            else:
                break
        head = text[max(0, before - 12) : before]
        is_start = before == 0 or not SYMBOL.match(text[before - 1]) or bool(self._words.openers.search(head))
        score = _AT_START if is_start else 0.0
        if self._words.followers.match(text, hit.end):
            score += _FOLLOWED
        if self._words.places_after.match(text, hit.end):
            score += _IS_PLACE
        return score, self._is_passed(before, hit.end), town, before

    def _is_passed(self, before: int, end: int) -> bool:
        words, text = self._words, self._text
        head = text[max(0, before - 12) : before]
        tail_end = self._name_end(end)
        if words.passed_before.search(head) or words.passed_after.match(text, tail_end):
            return True
        return bool(words.passed_before_if_after.search(head) and words.passed_acts.match(text, tail_end))

    def _name_end(self, end: int) -> int:
        """Where a name ends that goes on with trade and form after its distinctive part."""
        if end not in self._name_ends:
            self._name_ends[end] = self._find_name_end(end)
        return self._name_ends[end]

    def _find_name_end(self, end: int) -> int:
        text, words = self._text, self._words
        while end < len(text):
            for length in range(min(words.longest, len(text) - end), 1, -1):
                if text[end : end + length] in words.not_trades:
                    return end
                if text[end : end + length] in words.tail_words:
                    end += length
                    break
            else:
                break
        return self._with_form(end)

    def _own_end(self, entry: Entry, end: int, remainder: str) -> int:
        """Where the name of one enterprise ends: its own trade and the forms belong to it, 锅炉 or 电梯 behind it do not."""
        tail = remainder + entry.tail
        text, words = self._text, self._words
        same = self._same_sounds(tail, end)
        if same and (same >= 2 or same == len(tail)):
            known = max((one.end for one in self._trades if one.start == end and one.group in entry.groups), default=0)
            end = max(end + same, known)
        while end < len(text):
            for length in range(min(words.longest, len(text) - end), 1, -1):
                word = text[end : end + length]
                if word in words.not_trades:
                    return end
                if word in words.forms or word in tail or words.group_of.get(word, -1) in entry.groups:
                    end += length
                    break
            else:
                break
        return self._with_form(end)

    def _same_sounds(self, tail: str, start: int) -> int:
        """How many characters of a trade follow in the message, by their sounds."""
        same = 0
        while same < min(len(tail), len(self._text) - start) and self._sounds[start + same] == fold(
            readings(tail[same])[0]
        ):
            same += 1
        return same

    def _with_form(self, end: int) -> int:
        """With a last 店 or 厂, unless that begins the next word (店里, 厂区)."""
        text = self._text
        is_form = end < len(text) and text[end] in "店厂馆铺场站" and not _NOT_A_FORM.match(text, end)
        return end + 1 if is_form else end

    def _trade_score(self, entry: Entry, end: int, remainder: str) -> float:
        """Agreement of what follows the distinctive part, or else of the whole message, with the trade.

        ``remainder`` is what the message left out of the distinctive part: it may be a trade that nobody listed.
        """
        text, tail = self._text, remainder + entry.tail
        skipped = _JOINT.match(text, end)
        begin = skipped.end() if skipped else end
        same = self._same_sounds(tail, begin)
        said = text[begin : begin + 2]
        if same >= 2 or same == len(tail) == 1 or (len(said) == 2 and said in tail):
            return _TRADE
        families = {self._words.family_of[group] for group in entry.groups}
        near = [
            trade
            for trade in self._trades
            if begin <= trade.start <= begin + 2 and not self._parted(begin, trade.start)
        ]
        if any(trade.group in entry.groups for trade in near):
            return _TRADE
        adjacent = [trade for trade in self._trades if trade.start == end]
        elsewhere = any(trade.group in entry.groups for trade in self._trades)
        if adjacent and entry.groups:
            return _NEAR_TRADE if adjacent[0].family in families else _OTHER_TRADE
        return _TRADE_ELSEWHERE if elsewhere else 0.0

    def _parted(self, start: int, end: int) -> bool:
        return any(not SYMBOL.match(char) for char in self._text[start:end])

    def _place_score(self, entry: Entry, town: str | None) -> float:
        own = {entry.place, entry.town} - {""}
        if town:
            if town in own:
                return _PLACE
            return _OTHER_PLACE if own else 0.0
        if any(short in own for _, _, short in self.towns) and not entry.is_place_core:
            return _PLACE_ELSEWHERE
        if entry.place and entry.place not in self._register.places.towns and entry.place in self._text:
            return _PLACE_ELSEWHERE  # the branch of a chain
        return 0.0

    # -- enterprises

    def _scored(self) -> Iterator[Mention]:
        register = self._register
        bare = re.sub(r"\W", "", self._text)
        said_streets = set(self.streets.values())
        surroundings: dict[tuple[int, int], tuple[float, bool, str | None, int]] = {}
        for hit in self._hits():
            window = (hit.start, hit.end)
            if window not in surroundings:
                surroundings[window] = self._surroundings(hit)
            around, is_passed, town, before = surroundings[window]
            remainder = self._remainder(hit)
            trades: dict[tuple[str, frozenset[int]], float] = {}
            places: dict[tuple[str, str, bool], float] = {}
            ends: dict[tuple[str, frozenset[int]], int] = {}
            for number in register.core_firms[hit.core][:_MAX_FIRMS]:
                entry = register.entries[number]
                trade_key = (entry.tail, entry.groups)
                trade = trades.get(trade_key)
                if trade is None:
                    trade = trades[trade_key] = self._trade_score(entry, hit.end, remainder)
                    ends[trade_key] = self._own_end(entry, hit.end, remainder)
                place_key = (entry.place, entry.town, entry.is_place_core)
                place = places.get(place_key)
                if place is None:
                    place = places[place_key] = self._place_score(entry, town)
                score = hit.base + around + trade + place
                is_sure = hit.is_sure
                if entry.is_place_core:
                    score -= 1.2
                    is_sure = is_sure and trade >= _TRADE and self._is_only_one(number, hit.end)
                if hit.how == "part":
                    is_sure = is_sure and (trade >= _TRADE or place >= _PLACE_ELSEWHERE)
                    if remainder and trade >= _TRADE and self._text[hit.end : hit.end + 2] in remainder:
                        score += 1.0  # 红兴花炮 of 红兴出口花炮: nothing but the trade was left out
                if entry.street in said_streets:
                    score += _STREET
                how = hit.how
                if len(entry.plain) > 4 and entry.plain in bare:
                    score, how = score + _WHOLE_NAME, "name"
                if is_passed:
                    score += _IN_PASSING
                yield Mention(
                    score, number, (before, ends[trade_key]), how, is_sure and trade > _OTHER_TRADE, is_passed
                )

    def _is_only_one(self, number: int, end: int) -> bool:
        """Whether an enterprise without a distinctive part is named outright, or is the only one of its trade in the town."""
        if not _BETWEEN_NAMES.match(self._text, end):
            return True
        entry = self._register.entries[number]
        return any(self._register.of_town.get((entry.place, group)) == [number] for group in entry.groups)

    def _remainder(self, hit: Hit) -> str:
        """What follows, in the distinctive part itself, the piece of it that the message names."""
        core = self._register.cores[hit.core]
        piece = hit.end - hit.start
        is_head = hit.how == "part" and max(self._levels(core[:piece], hit.start)) <= 2
        return core[piece:] if is_head else ""

    def best_of_firms(self) -> dict[int, Mention]:
        """The best mention of each enterprise."""
        best: dict[int, Mention] = {}
        for one in self._scored():
            if one.order not in best or best[one.order].score < one.score:
                best[one.order] = one
        for order in self._of_place() if all(one.score < SETTLED or not one.is_sure for one in best.values()) else ():
            if order not in best or best[order].score < OFFERED:
                best[order] = Mention(OFFERED, order, None, "street", False, False)
        return best

    def _of_place(self) -> Iterator[int]:
        """The few enterprises of a trade in the street or the town that the message names (社港肉联厂): to be asked about."""
        groups = {trade.group for trade in self._trades}
        for number in self.streets.values():
            found = [
                one
                for one in self._register.street_firms[number][:_MAX_FIRMS]
                if not groups.isdisjoint(self._register.entries[one].groups)
            ]
            yield from found[:MANY] if len(found) <= MANY else ()
        for _, end, town in self.towns:
            for trade in self._trades:
                if end <= trade.start <= end + 3:
                    found = self._register.of_town.get((town, trade.group), [])
                    yield from found if len(found) <= MANY else ()

    def settle(self) -> Outcome:
        """The one mention that the message is about, or those to ask about."""
        best = self.best_of_firms()
        ranked = sorted(best.values(), key=lambda one: (-one.score, one.order))
        open_ones = [one for one in ranked if not one.is_passed and one.score >= OFFERED]
        if not open_ones:  # named in passing only: perhaps it is meant all the same, so it is asked
            return Outcome(None, [one for one in ranked if one.is_passed and one.score - _IN_PASSING >= SETTLED], [])
        mentions = _by_place(open_ones)
        top = max(mention[0].score for mention in mentions)
        strong = [mention for mention in mentions if mention[0].score >= max(SETTLED, min(top - _NEARLY, _PLAIN))]
        if len(strong) > 1 and (both := self._coordinated(strong)):
            return Outcome(None, both, both)
        chosen = strong[0] if strong else open_ones
        first = chosen[0]
        said = [first] if strong else []
        rivals = [one for one in chosen[1:] if first.score - one.score < MARGIN]
        if first.score >= SETTLED and first.is_sure and not rivals:
            return Outcome(first, [], said)
        near = [one for one in chosen if first.score - one.score < _FAIRLY or (one.span is None and not first.is_sure)]
        return Outcome(None, near, said)

    def _coordinated(self, mentions: Sequence[list[Mention]]) -> list[Mention]:
        """Two enterprises named side by side (甲和乙都…): both are meant."""
        first, second = mentions[0][0], mentions[1][0]
        if first.span and second.span and _AND.fullmatch(self._text[first.span[1] : second.span[0]]):
            return [first, second]
        return []


def _by_place(found: Sequence[Mention]) -> list[list[Mention]]:
    """The finds by the stretch of the message they stand in, in the order of the message; best first in each."""
    groups: list[tuple[int, int, list[Mention]]] = []
    for one in found:
        start, end = one.span or (0, 0)
        for place, (low, high, members) in enumerate(groups):
            if (start < high and low < end) or (one.span is None and low == high == 0):
                members.append(one)
                groups[place] = (min(low, start), max(high, end), members)
                break
        else:
            groups.append((start, end, [one]))
    return [members for _, _, members in sorted(groups, key=lambda group: group[0])]
