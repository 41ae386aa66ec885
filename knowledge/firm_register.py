"""A register of enterprises as it is searched: its places, and the distinctive parts of its names by their sounds (R1)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.firm_parts import (
    AREA_IN_NAME,
    BRACKETS,
    TOWN_IN_NAME,
    NameParts,
    Places,
    address_parts,
    fold,
    plain_chars,
    readings,
    take_apart,
    words_of_names,
)

LONGEST = 5
"""Characters of a distinctive part that are looked up; the rest is compared afterwards."""
MANY = 5
"""Enterprises of a trade in one place that may still be offered one by one."""


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise of the register; ``id`` is its credit code, or whatever tells it from others."""

    id: str
    name: str
    address: str = ""


@dataclass(slots=True)
class Entry:
    firm: Firm
    place: str
    town: str
    tail: str
    groups: frozenset[int]
    is_place_core: bool
    street: int
    plain: str


class Register:
    """The enterprises of one register with everything they are looked up by. Built once; never changed."""

    def __init__(self, firms: Iterable[Firm]) -> None:
        listed = list(firms)
        self.places = Places()
        self.streets: dict[str, int] = {}
        self.street_firms: dict[int, list[int]] = {}
        addresses = self._read_places(listed)
        self.entries: list[Entry] = []
        self.cores: list[str] = []
        self.core_firms: list[list[int]] = []
        self.of_town: dict[tuple[str, int], list[int]] = {}
        self.sound_ids: dict[str, int] = {}
        core_ids: dict[str, int] = {}
        shared: dict[object, object] = {}
        plains = [plain_chars(firm.name) for firm in listed]
        taken = self._take_apart_all(plains)
        for number, (firm, plain, parts, (town, street)) in enumerate(
            zip(listed, plains, taken, addresses, strict=True)
        ):
            groups = shared.setdefault(parts.groups, parts.groups)
            tail = shared.setdefault(parts.tail, parts.tail)
            assert isinstance(groups, frozenset) and isinstance(tail, str)
            branch = re.sub("(分店|分公司|店)$", "", "".join(BRACKETS.findall(plain)))
            bare = re.sub(r"\W", "", plain)
            entry = Entry(
                firm, parts.place or branch, town, tail, groups, parts.is_place_core, self.streets.get(street, -1), bare
            )
            self.entries.append(entry)
            for group in parts.groups:
                for place in {parts.place, town} - {""}:
                    neighbours = self.of_town.setdefault((place, group), [])
                    if len(neighbours) <= MANY:
                        neighbours.append(number)
            if parts.core:
                core = core_ids.setdefault(parts.core, len(core_ids))
                if core == len(self.cores):
                    self.cores.append(parts.core)
                    self.core_firms.append([])
                self.core_firms[core].append(number)
        self._index_cores()

    def __len__(self) -> int:
        return len(self.entries)

    def _read_places(self, firms: Sequence[Firm]) -> list[tuple[str, str]]:
        """Learn the places of all addresses and names; the town and the street of each enterprise."""
        out: list[tuple[str, str]] = []
        areas: Counter[str] = Counter()
        towns: Counter[str] = Counter()
        streets: dict[str, str] = {}
        for number, firm in enumerate(firms):
            found, town, street = address_parts(plain_chars(firm.address).replace(" ", ""))
            areas.update(found)
            town = self.places.add_town(town) if town else ""
            street = streets.setdefault(street, street)
            if street:
                place = self.streets.setdefault(street, len(self.streets))
                self.street_firms.setdefault(place, []).append(number)
            out.append((town, street))
            named = AREA_IN_NAME.match(firm.name)
            if named and named.group():
                areas.update({part for part in re.findall(".+?[省市区县旗]", named.group()) if len(part) >= 2})
                if beyond := TOWN_IN_NAME.match(firm.name, named.end()):
                    towns[beyond.group()] += 1
        least = min(3, max(1, len(firms) // 10))
        for name, count in areas.items():
            if count >= least:
                self.places.add_area(name)
        for name, count in towns.items():
            if count >= 2:
                self.places.add_town(name)
        return out

    def _take_apart_all(self, plains: Sequence[str]) -> list[NameParts]:
        """Every name taken apart; what ends the long distinctive parts of several is a trade (花炮), and cut off too."""
        taken = [take_apart(plain, self.places) for plain in plains]
        endings: Counter[str] = Counter()
        for core in {parts.core for parts in taken if len(parts.core) >= 4}:
            endings.update(core[-length:] for length in (2, 3, 4) if len(core) >= length + 2)
        least = max(3, len(plains) // 2000)
        learned = frozenset(
            word
            for word, count in endings.items()
            # 源花炮 ends fewer names than 花炮, so its first character belongs to the brands
            if count >= least and count >= 0.6 * endings[word[-2:]]
        )
        if not learned:
            return taken
        return [
            take_apart(plain, self.places, learned) if len(parts.core) >= 4 else parts
            for plain, parts in zip(plains, taken, strict=True)
        ]

    def _symbol(self, sound: str) -> int:
        return self.sound_ids.setdefault(sound, len(self.sound_ids) + 1)

    def _index_cores(self) -> None:
        keys: list[int] = []
        values: list[int] = []
        mates = words_of_names().mates

        def put(key: int, value: int) -> None:
            keys.append(key)
            values.append(value)

        for number, core in enumerate(self.cores):
            length = min(len(core), LONGEST)
            sounds = [tuple(dict.fromkeys(self._symbol(fold(one)) for one in readings(char))) for char in core[:length]]
            firsts = [one[0] for one in sounds]
            variants = {tuple(firsts)}
            for place, found in enumerate(sounds):
                variants |= {(*firsts[:place], other, *firsts[place + 1 :]) for other in found[1:]}
                for mate in mates.get(core[place], ""):
                    sound = self._symbol(fold(readings(mate)[0]))
                    variants.add((*firsts[:place], sound, *firsts[place + 1 :]))
            for variant in variants:
                put(row_key(variant), number)
            if length >= 3:
                for place in range(length):
                    put(row_key((*firsts[:place], 0, *firsts[place + 1 :])), number)
                for part in range(2, length):
                    put(row_key(tuple(firsts[:part])), number)
                    put(row_key(tuple(firsts[length - part : length])), number)
        order = np.argsort(np.array(keys, np.int64), kind="stable") if keys else np.zeros(0, np.int64)
        self.keys = np.array(keys, np.int64)[order]
        self.values = np.array(values, np.int32)[order]


def row_key(symbols: Sequence[int]) -> int:
    """One number for a row of sounds; 0 stands for any sound. Two rows may share one: what is found is compared again."""
    key = len(symbols)
    for symbol in symbols:
        key = (key * 32749 + symbol) & 0x7FFFFFFFFFFFFFFF
    return key
