"""The few enterprises of a large register that a typed name may mean by its sound (R1).

An index of names takes a tenth of a millisecond an enterprise to build, and a kilobyte to keep. All names one behind the
other, a number for the sound of each character, take a hundredth of that; the pairs of sounds of what was typed are looked
up in them, and an index is built of the enterprises that have the most and the rarest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.firm_parts import SYMBOL, fold, plain_chars, readings

MOST = 200
"""So many enterprises are worth a closer look."""
_END, _SILENT = 0, 1
_APART = {1: 1.0, 2: 0.5}
"""Two sounds one behind the other are a pair; with another between them, they tell half as much."""


_EVERYWHERE = 0.25
"""What so great a share of the names have (城区, 有限) tells none of them apart."""
_RARE = 3
"""How much more a rare pair counts than a frequent one: 有限 and 公司 together do not outweigh what tells a name apart."""


class Shortlist:
    """The names of a register by the sounds of their characters. ``ids`` tell the enterprises apart."""

    def __init__(self, ids: Sequence[int], names: Sequence[str]) -> None:
        self._ids = np.array(ids, np.int64)
        self._numbers: dict[str, int] = {}
        text = "\n".join("".join(name.split()) for name in names)
        table = {ord(char): self._number(char) for char in set(text)} | {ord("\n"): _END}
        self._sounds = np.frombuffer(text.translate(table).encode("utf-16-le"), np.uint16)
        self._starts = np.concatenate([[0], np.flatnonzero(self._sounds == _END) + 1]).astype(np.int32)

    def __len__(self) -> int:
        return len(self._ids)

    def _number(self, char: str) -> int:
        sound = _sound(char)
        return self._numbers.setdefault(sound, len(self._numbers) + _SILENT + 1) if sound else _SILENT

    def meant(self, text: str) -> list[int]:
        """The ids of at most ``MOST`` enterprises whose names share pairs of sounds with a text, in no order."""
        said = [self._numbers.get(_sound(char), _SILENT) for char in "".join(text.split())]
        pairs = {(one, other, apart) for apart in _APART for one, other in zip(said, said[apart:], strict=False)}
        scores = np.zeros(len(self._ids), np.float32)
        for one, other, apart in sorted(pairs):
            if _SILENT in (one, other):
                continue
            places = np.flatnonzero((self._sounds[:-apart] == one) & (self._sounds[apart:] == other))
            if len(places) > max(MOST, _EVERYWHERE * len(self._ids)):
                continue
            rows = np.searchsorted(self._starts, places, "right") - 1
            rows = rows[
                np.flatnonzero(np.diff(rows, prepend=-1))
            ]  # in order: a name that has a pair twice stands twice
            if len(rows):
                scores[rows] += _APART[apart] * np.log(1 + len(self._ids) / len(rows)) ** _RARE
        best = np.argsort(-scores, kind="stable")[:MOST]
        return [int(id) for id in self._ids[best[scores[best] > 0]]]


def _sound(char: str) -> str:
    """The sound of a character as names are looked up by; nothing for what is not part of a name."""
    plain = plain_chars(char)
    return fold(readings(plain)[0]) if SYMBOL.match(plain) else ""
