"""From the words of the street to the words of the law, as questions and the texts that answer them have taught it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

PAIRS, OTHERS = 20_000, 20
"""Pairs a translation has at most, and what one of them leads to at most."""
_WIDTH = 5  # two characters and the three digits of their weight
_ROW = re.compile(rf"(?:..[0-9]{{3}}){{1,{OTHERS}}}", re.DOTALL)


class Translation:
    """For a pair of characters in a question the pairs that the texts answering such questions have, with weights.

    ``table`` maps a pair to a text of such pairs, each with its weight in hundredths: ``{"罚钱": "罚款141处罚027"}``.
    Raises ``ValueError`` for anything else, and for more than ``PAIRS`` pairs or ``OTHERS`` that one leads to.
    """

    def __init__(self, table: Mapping[str, str]) -> None:
        if len(table) > PAIRS:
            raise ValueError("too many pairs")
        for pair, text in table.items():
            if len(pair) != 2 or not isinstance(text, str) or not _ROW.fullmatch(text):
                raise ValueError(f"no pair, or not followed by pairs with three digits each: {pair}")
        self.table = dict(table)

    def of(self, pairs: Iterable[str]) -> dict[str, float]:
        """What all pairs of a question together lead to, with the sums of the weights."""
        found: dict[str, float] = {}
        for pair in pairs:
            text = self.table.get(pair, "")
            for at in range(0, len(text), _WIDTH):
                other = text[at : at + 2]
                found[other] = found.get(other, 0.0) + int(text[at + 2 : at + _WIDTH]) / 100
        return found
