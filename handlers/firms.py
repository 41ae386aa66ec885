"""The register of a jurisdiction as an index of names, built when it is first asked for and again when it has changed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from knowledge.firm_names import Firm, FirmIndex
from storage import enterprises
from storage.database import Session

LARGE = 2_000
"""From so many enterprises on an index is built beside the conversation: it takes a tenth of a second a thousand."""
KEPT = 60_000
"""So many enterprises of all indexes together are kept, some 100 MB; those not asked for the longest are let go first."""


def divisions_of(jurisdiction: str) -> tuple[str, ...]:
    """The registration divisions of a jurisdiction: its own, and the city's above it."""
    return (jurisdiction, jurisdiction[:4] + "00")


@dataclass(slots=True)
class Firms:
    """Indexes by jurisdiction, last used last; each remembers the state of the register that it was built from."""

    _built: dict[str, tuple[tuple[int, str], FirmIndex]] = field(default_factory=dict)

    async def index(self, session: Session, jurisdiction: str) -> FirmIndex:
        """The index of a jurisdiction's register as it is now."""
        divisions = divisions_of(jurisdiction)
        state = await enterprises.register_state(session, divisions)
        known = self._built.pop(jurisdiction, None)
        if known is None or known[0] != state:
            names = await enterprises.names(session, divisions)
            firms = [Firm(str(id), name, address or "") for id, name, address in names]
            made = FirmIndex(firms) if len(firms) < LARGE else await asyncio.to_thread(FirmIndex, firms)
            known = (state, made)
        self._built[jurisdiction] = known
        while len(self._built) > 1 and sum(len(index) for _, index in self._built.values()) > KEPT:
            del self._built[next(iter(self._built))]
        return known[1]
