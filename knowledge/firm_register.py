"""A register of enterprises as it is searched: its places, and the distinctive parts of its names by their sounds (R1)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

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

_T = TypeVar("_T", str, frozenset[int])
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
    """The enterprises of one register with everything they are looked up by.

    What is learned of its places and trades is learned once, from all; ``put`` adds or renames single ones since.
    """

    def __init__(self, firms: Iterable[Firm]) -> None:
        listed = list(firms)
        self.places = Places()
        self.streets: dict[str, int] = {}
        self.street_firms: dict[int, list[int]] = {}
        self.entries: list[Entry] = []
        self.cores: list[str] = []
        self.core_firms: list[list[int]] = []
        self.of_town: dict[tuple[str, int], list[int]] = {}
        self.sound_ids: dict[str, int] = {}
        self._core_ids: dict[str, int] = {}
        self._numbers: dict[str, int] | None = None
        self._shared: dict[object, object] = {}
        self._learned: frozenset[str] = frozenset()
        addresses = self._read_places(listed)
        plains = [plain_chars(firm.name) for firm in listed]
        for firm, plain, parts, at in zip(listed, plains, self._take_apart_all(plains), addresses, strict=True):
            self._add(firm, plain, parts, *at)
        self.keys, self.values = self._keys_of(range(len(self.cores)))

    def __len__(self) -> int:
        return len(self.entries) if self._numbers is None else len(self._numbers)

    def put(self, firms: Iterable[Firm]) -> None:
        """Take in enterprises that are new, or have another name or address than before."""
        if self._numbers is None:
            self._numbers = {entry.firm.id: number for number, entry in enumerate(self.entries)}
        known = len(self.cores)
        for firm in firms:
            number = self._numbers.get(firm.id)
            if number is not None:
                if self.entries[number].firm == firm:
                    continue
                self._drop(number)
            self._numbers[firm.id] = len(self.entries)
            _, town, street = address_parts(plain_chars(firm.address).replace(" ", ""))
            town = self.places.add_town(town) if town else ""
            plain = plain_chars(firm.name)
            self._add(firm, plain, take_apart(plain, self.places, self._learned), town, street)
        keys, values = self._keys_of(range(known, len(self.cores)))
        places = np.searchsorted(self.keys, keys)
        self.keys, self.values = np.insert(self.keys, places, keys), np.insert(self.values, places, values)

    def _drop(self, number: int) -> None:
        """Let an enterprise be found no more; its number stays free."""
        few = (firms for firms in self.of_town.values() if len(firms) <= MANY)  # the others say only: many
        for firms in (*self.core_firms, *self.street_firms.values(), *few):
            if number in firms:
                firms.remove(number)

    def _add(self, firm: Firm, plain: str, parts: NameParts, town: str, street: str) -> None:
        number = len(self.entries)
        if street:
            street = self._same(street)
            place = self.streets.setdefault(street, len(self.streets))
            self.street_firms.setdefault(place, []).append(number)
        branch = re.sub("(分店|分公司|店)$", "", "".join(BRACKETS.findall(plain)))
        bare = re.sub(r"\W", "", plain)
        entry = Entry(
            firm,
            parts.place or branch,
            town,
            self._same(parts.tail),
            self._same(parts.groups),
            parts.is_place_core,
            self.streets.get(street, -1),
            bare,
        )
        self.entries.append(entry)
        for group in parts.groups:
            for named in {parts.place, town} - {""}:
                neighbours = self.of_town.setdefault((named, group), [])
                if len(neighbours) <= MANY:
                    neighbours.append(number)
        if parts.core:
            core = self._core_ids.setdefault(parts.core, len(self._core_ids))
            if core == len(self.cores):
                self.cores.append(parts.core)
                self.core_firms.append([])
            self.core_firms[core].append(number)

    def _same(self, value: _T) -> _T:
        """The one copy of what many enterprises have."""
        kept = self._shared.setdefault(value, value)
        assert isinstance(kept, type(value))
        return kept

    def _read_places(self, firms: Sequence[Firm]) -> list[tuple[str, str]]:
        """Learn the places of all addresses and names; the town and the street of each enterprise."""
        out: list[tuple[str, str]] = []
        areas: Counter[str] = Counter()
        towns: Counter[str] = Counter()
        for firm in firms:
            found, town, street = address_parts(plain_chars(firm.address).replace(" ", ""))
            areas.update(found)
            town = self.places.add_town(town) if town else ""
            out.append((town, self._same(street)))
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
        self._learned = learned = frozenset(
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

    def _keys_of(self, cores: Iterable[int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """The rows of sounds by which distinctive parts are looked up, in order, and beside each whose it is."""
        keys: list[int] = []
        values: list[int] = []
        mates = words_of_names().mates

        def put(key: int, value: int) -> None:
            keys.append(key)
            values.append(value)

        for number in cores:
            core = self.cores[number]
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
        found_keys = np.array(keys, np.int64)
        order = np.argsort(found_keys, kind="stable")
        return found_keys[order], np.array(values, np.int32)[order]


def row_key(symbols: Sequence[int]) -> int:
    """One number for a row of sounds; 0 stands for any sound. Two rows may share one: what is found is compared again."""
    key = len(symbols)
    for symbol in symbols:
        key = (key * 32749 + symbol) & 0x7FFFFFFFFFFFFFFF
    return key
