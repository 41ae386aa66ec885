"""Which enterprise of a register a message is about: by its trade name, its town, its trade, the way they sound (R1).

A name is taken apart into the place, the distinctive part (字号), the trade and the legal form; the distinctive parts are
looked up by the sounds of the message. What fits two enterprises nearly as well is asked about, never guessed.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.firm_mentions import How, Mention, Message
from knowledge.firm_parts import plain_chars
from knowledge.firm_register import Firm, Register

__all__ = ["Firm", "FirmIndex", "FoundFirm", "Settled"]
_MAX_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class FoundFirm:
    """An enterprise that a text may mean: how well, where it is said (``None``: only a street), and by what."""

    firm: Firm
    score: float
    span: tuple[int, int] | None
    how: How


@dataclass(frozen=True, slots=True)
class Settled:
    """The enterprise that a message is about, or those to ask about. ``spans``: where names stand in the message."""

    firm: Firm | None
    candidates: tuple[Firm, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()


class FirmIndex:
    """The enterprises of one register, ready for searching."""

    def __init__(self, firms: Iterable[Firm]) -> None:
        self._register = Register(firms)

    def __len__(self) -> int:
        return len(self._register)

    def put(self, firms: Iterable[Firm]) -> None:
        """Take in enterprises that are new, or have another name or address than before (by their ``id``)."""
        self._register.put(firms)

    def search(self, text: str, limit: int = 5) -> list[FoundFirm]:
        """The enterprises that a text may mean, best first."""
        best = self._message(text).best_of_firms()
        found = heapq.nsmallest(limit, best.values(), key=lambda one: (-one.score, one.order))
        return [FoundFirm(self._firm(one), round(one.score, 3), one.span, one.how) for one in found]

    def settle(self, text: str) -> Settled:
        """The enterprise a whole message is about; none, with candidates, when two fit or none fits well enough."""
        outcome = self._message(text).settle()
        spans = tuple(dict.fromkeys(one.span for one in outcome.said if one.span))
        if outcome.settled:
            return Settled(self._firm(outcome.settled), (), spans)
        return Settled(None, self._firms(outcome.candidates), spans)

    def places_in(self, text: str) -> tuple[str, ...]:
        """The towns and streets of the register that a text names, in their order."""
        plain = plain_chars(text)
        message = Message(self._register, plain)
        found = {(start, plain[start:end]) for start, end, _ in message.towns}
        found |= {(plain.index(street), street) for street in message.streets}
        return tuple(dict.fromkeys(word for _, word in sorted(found)))

    def _message(self, text: str) -> Message:
        return Message(self._register, plain_chars(text))

    def _firm(self, mention: Mention) -> Firm:
        return self._register.entries[mention.order].firm

    def _firms(self, mentions: Sequence[Mention]) -> tuple[Firm, ...]:
        return tuple(dict.fromkeys(map(self._firm, mentions)))[:_MAX_CANDIDATES]
