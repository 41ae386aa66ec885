"""找案件: by number or the end of one, by the enterprise's name as it is written or sounds, by words of the problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words as house
from handlers.cases import common
from handlers.cases import desk_words as words
from handlers.cases import page as case_page
from handlers.cases.desk import listed
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Step
from handlers.messages import Act, Reply
from handlers.turn import Acts, Turn
from storage import searching

SOUNDS = 5
"""So many enterprises a word may mean by its sound."""


async def firms_meant(turn: Turn, text: str) -> dict[str, list[int]]:
    """The enterprises of the office's register that each word means, also where it only sounds like them."""
    office = turn.speaker.office
    assert office is not None
    words = [word for word in text.split()[: searching.MAX_WORDS] if len(word) > 1]
    found = await turn.house.firms.meant(turn.session, office.jurisdiction, words, SOUNDS)
    return dict(zip(words, found, strict=True))


async def found_cases(turn: Turn, text: str, page: int = 0, *, opens: bool = False) -> Reply:
    """The cases that fit the words: an officer's department's, others' of the whole jurisdiction (R1).

    The only one is opened at once if ``opens``.
    """
    office = turn.speaker.office
    if office is None:
        return common.gone(turn)
    department = office.department if office.role == "officer" else None
    found = await searching.search(
        turn.session, text, office.jurisdiction, department, firms=await firms_meant(turn, text)
    )
    if len(found) == 1 and opens:
        return await case_page.opened(turn, found[0].id)
    note = "" if found else words.FOUND_HOW
    act = {"do": "find_case", "words": text, "page": page}
    return listed(turn, house.FOUND_CASES, found, act, house.FOUND_NO_CASES, note=note)


class FindCaseFlow(Flow):
    """One question; what was found is shown at once."""

    name = "find_case"
    title = "找案件"
    reviews = False

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step(
                "words",
                "案件",
                "编号、企业或者问题里的几个字？",
                "text",
                example="12号，或者好味道 健康证",
                is_free=True,
            ),
        )

    async def submit(self, turn: Turn, run: Run) -> Reply:
        return await found_cases(turn, run.facts["words"])


async def _find(turn: Turn, act: Act) -> Reply:
    if act.get("words"):
        return await found_cases(turn, act["words"], act.get("page", 0), opens="opens" in act)
    return await turn.engine.start(turn, "find_case", act)


ACTS: Acts = {"find_case": _find}
