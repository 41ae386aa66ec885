"""Everything that papers of one case are filled from, read at once: the case with its course, pledges, guidance, the register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from handlers.sources import Sources
from handlers.turn import Turn
from knowledge.papers.fitting import Course
from knowledge.papers.kinds import Kind
from knowledge.procedure.case import Case
from storage import cases, enterprises, evidence, guidance, people, pledges
from storage.cases import CaseInfo
from storage.chain import EventInfo
from storage.enterprises import EnterpriseInfo
from storage.guidance import GuidanceInfo
from storage.people import Office
from storage.pledges import PledgeInfo


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that papers of one case are filled from."""

    info: CaseInfo
    firm: EnterpriseInfo
    office: Office | None
    second: Office | None
    events: tuple[EventInfo, ...]
    pledges: tuple[PledgeInfo, ...]
    guidance: tuple[GuidanceInfo, ...]
    evidence: Mapping[str, int]
    sources: Sources
    place: str
    today: dt.date

    @property
    def case(self) -> Case:
        return self.info.case

    def course(self, kind: Kind) -> Course:
        """What says whether a kind of paper fits."""
        signed = {one.kind for one in self.pledges if one.is_signed}
        drafted = {one.kind for one in self.pledges if one.state == "draft"}
        return Course(self.case, {event.act for event in self.events}, signed, drafted, kind.of)

    def last(self, *acts: str) -> EventInfo | None:
        """The last event of these acts."""
        return next((event for event in reversed(self.events) if event.act in acts), None)

    def pledge(self, kind: Kind) -> PledgeInfo | None:
        """The pledge that a paper is about: the one in force, else the draft, else the last one."""
        own = [one for one in self.pledges if one.kind == kind.of]
        of_state = {one.state: one for one in own}
        return of_state.get("signed") or of_state.get("draft") or (own[-1] if own else None)


async def read_record(turn: Turn, info: CaseInfo) -> Record:
    """Everything that papers of a case are filled from."""
    firm = await enterprises.enterprise(turn.session, info.enterprise)
    assert firm is not None
    others = [id for id in info.case.officers if id != info.office]
    kept = await evidence.of_case(turn.session, info.id)
    return Record(
        info=info,
        firm=firm,
        office=await people.office(turn.session, info.office),
        second=await people.office(turn.session, others[0]) if others else None,
        events=tuple(await cases.events(turn.session, info.id)),
        pledges=tuple(await pledges.of_case(turn.session, info.id)),
        guidance=tuple(await guidance.of_case(turn.session, info.id)),
        evidence={kind: sum(one.kind == kind for one in kept) for kind in evidence.KINDS},
        sources=Sources(turn.library, turn.house.checks),
        place=turn.house.place_words(info.jurisdiction),
        today=turn.today,
    )
