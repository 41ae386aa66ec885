"""The register of a jurisdiction as an index of names, built when it is first asked for and again when it has changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from knowledge.firm_names import Firm, FirmIndex
from storage import enterprises
from storage.database import Session


def divisions_of(jurisdiction: str) -> tuple[str, ...]:
    """The registration divisions of a jurisdiction: its own, and the city's above it."""
    return (jurisdiction, jurisdiction[:4] + "00")


@dataclass(slots=True)
class Firms:
    """Indexes by jurisdiction; each remembers the state of the register that it was built from."""

    _built: dict[str, tuple[tuple[int, str], FirmIndex]] = field(default_factory=dict)

    async def index(self, session: Session, jurisdiction: str) -> FirmIndex:
        """The index of a jurisdiction's register as it is now."""
        divisions = divisions_of(jurisdiction)
        state = await enterprises.register_state(session, divisions)
        known = self._built.get(jurisdiction)
        if known is None or known[0] != state:
            names = await enterprises.names(session, divisions)
            known = (state, FirmIndex([Firm(str(id), name, address or "") for id, name, address in names]))
            self._built[jurisdiction] = known
        return known[1]
