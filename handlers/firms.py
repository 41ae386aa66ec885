"""The register of a jurisdiction as it is searched by name: an index when it is at hand or quickly made, else a shortlist.

A message of an officer is read with the whole index. It is built when it is first asked for; a large one takes in what has
changed since, unless that is much, a small one is built anew. Somebody who types a name into a search does not wait for an
index of a large register: of all its names only the sounds are looked through, and an index is made of the few that come
into question.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from knowledge.firm_mentions import OFFERED
from knowledge.firm_names import Firm, FirmIndex
from knowledge.firm_shortlist import Shortlist
from storage import enterprises
from storage.database import Session

LARGE = 2_000
"""From so many enterprises on an index is built beside the conversation: it takes a tenth of a second a thousand."""
KEPT = 60_000
"""So many enterprises of all indexes together are kept, some 100 MB; those not asked for the longest are let go first."""
KEPT_SHORT = 1_000_000
"""So many of all shortlists together, some 40 MB."""
FEW = 200
"""So many changed enterprises are taken into an index that there is; with more it is built anew."""
_OVERLAP = dt.timedelta(minutes=5)
"""What changed so long before the newest change is looked at again: it may have been committed after it."""

State = tuple[int, dt.datetime | None]


class _Sized(Protocol):
    def __len__(self) -> int: ...


_Made = TypeVar("_Made", bound=_Sized)


def divisions_of(jurisdiction: str) -> tuple[str, ...]:
    """The registration divisions of a jurisdiction: its own, and the city's above it."""
    return (jurisdiction, jurisdiction[:4] + "00")


@dataclass(slots=True)
class _Kept(Generic[_Made]):
    """What was made of registers, last used last, with the state of the register it was made from."""

    of: dict[str, tuple[State, _Made]] = field(default_factory=dict)

    async def current(
        self, place: str, state: State, most: int, make: Callable[[tuple[State, _Made] | None], Awaitable[_Made]]
    ) -> _Made:
        """The one of a place, made if there is none of this state; with more than ``most`` enterprises others are let go."""
        known = self.of.pop(place, None)
        if known is None or known[0] != state:
            known = (state, await make(known))
        self.of[place] = known
        while len(self.of) > 1 and sum(len(made) for _, made in self.of.values()) > most:
            del self.of[next(iter(self.of))]
        return known[1]


@dataclass(slots=True)
class Firms:
    """The registers by jurisdiction."""

    _indexes: _Kept[FirmIndex] = field(default_factory=_Kept)
    _shortlists: _Kept[Shortlist] = field(default_factory=_Kept)

    async def index(self, session: Session, jurisdiction: str) -> FirmIndex:
        """The index of a jurisdiction's register as it is now."""
        divisions = divisions_of(jurisdiction)
        state = await enterprises.register_state(session, divisions)

        async def make(before: tuple[State, FirmIndex] | None) -> FirmIndex:
            if before and await _brought_up(session, divisions, *before, state):
                return before[1]
            firms = await _firms(session, divisions)
            return FirmIndex(firms) if len(firms) < LARGE else await asyncio.to_thread(FirmIndex, firms)

        return await self._indexes.current(jurisdiction, state, KEPT, make)

    async def meant(self, session: Session, jurisdiction: str, words: Sequence[str], most: int) -> list[list[int]]:
        """The ids of the enterprises that each typed name means, also where it only sounds like theirs; best first."""
        divisions = divisions_of(jurisdiction)
        state = await enterprises.register_state(session, divisions)
        known = self._indexes.of.get(jurisdiction)
        if state[0] < LARGE or (known and known[0] == state):
            index = await self.index(session, jurisdiction)
            return [_offered(index, word, most) for word in words]

        async def make(before: tuple[State, Shortlist] | None) -> Shortlist:
            found = await enterprises.names_alone(session, divisions)
            return Shortlist([id for id, _ in found], [name for _, name in found])

        shortlist = await self._shortlists.current(jurisdiction, state, KEPT_SHORT, make)
        return [
            _offered(FirmIndex(await _firms(session, divisions, ids=shortlist.meant(word))), word, most)
            for word in words
        ]


async def _firms(session: Session, divisions: Sequence[str], **only: Any) -> list[Firm]:
    return [
        Firm(str(id), name, address or "") for id, name, address in await enterprises.names(session, divisions, **only)
    ]


async def _brought_up(session: Session, divisions: Sequence[str], then: State, index: FirmIndex, now: State) -> bool:
    """Whether an index took in what changed since it was made: not a small one, nor when enterprises went or many changed."""
    if len(index) < LARGE or then[1] is None or now[1] is None or now[1] < then[1] or not 0 <= now[0] - then[0] <= FEW:
        return False
    changed = await _firms(session, divisions, since=then[1] - _OVERLAP)
    if len(changed) > FEW:
        return False
    index.put(changed)
    return len(index) == now[0]


def _offered(index: FirmIndex, word: str, most: int) -> list[int]:
    found = index.search(word, most)
    return [int(one.firm.id) for one in found if one.score >= OFFERED and one.span]
