"""转为公开答复 (R51): an officer puts an answer forward, worded without personal data and resting on published clauses (R3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.answers import cited, short
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Reading, Step, fine, refused
from handlers.messages import MAX_LABEL, Act, Block, Choice, Reply
from handlers.published import may_rest_on
from handlers.requests import words
from handlers.requests.common import MENU, gone, is_of_office, tell_offices
from handlers.requests.pages import page
from handlers.turn import Acts, Turn
from knowledge.personal import personal_in
from storage import answers, enterprises, people, questions, requests
from storage.requests import RequestInfo

MAX_QUESTION, MAX_TEXT = 60, 300
"""How long a published question and its answer may be: both stand on one card."""
OFFERED = 4
SHORTEST_NAME = 3
"""A trade name of fewer characters is too often an ordinary word."""


class ProposeFlow(Flow):
    """Question, answer and basis on one card; the basis is found by searching what is published."""

    name = "answer_propose"
    title = "转为公开答复"
    submit_label = "提交审核"
    corrects = True

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        example, cite = words.PROPOSE_TEXT_EXAMPLE, words.PROPOSE_CITE_EXAMPLE
        return (
            Step("question", "问题", words.PROPOSE_QUESTION, "text", example=words.QUESTION_EXAMPLE, is_free=True, longest=1000),
            Step("text", "答复", words.PROPOSE_TEXT, "text", example=example, is_free=True, longest=1000),
            Step("cite", "依据", words.PROPOSE_CITE, "text", example=cite, is_free=True),
            Step("more", "又依据", words.PROPOSE_CITE_MORE, "text", example=cite, is_free=True, may_skip=True),
        )  # fmt: skip

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        """A card with the question and the newest answer, as far as they may be published as they stand."""
        info = await _answered(turn, act["id"])
        if isinstance(info, Reply):
            return info
        last = await requests.last_answer(turn.session, info.id)
        if last is None:
            return await page(turn, info, words.NOT_ANSWERED)
        run = Run(self.name, turn.house.new_token(), given={"request": info.id}, answers={"more": None})
        run.given["names"] = await _names(turn, info)
        question = questions.without_personal_data(info.question)
        run.given |= {"asked": question[:200], "answered": last.text[:300]}
        for name, value in (("question", question), ("text", last.text)):
            if not await self._unfit(turn, run, name, value):
                run.answers[name] = value
        return run

    async def _unfit(self, turn: Turn, run: Run, name: str, value: str) -> str:
        """Why words may not be published as they stand; empty when they may."""
        most = MAX_QUESTION if name == "question" else MAX_TEXT
        if len(value) > most:
            return words.TOO_LONG.format(count=len(value), most=most)
        names = [*run.given.get("names", ()), *await _registered_in(turn, value)]
        found = personal_in(value, names)
        if found or "〔号码〕" in value:
            kind, said, instead = (
                (found[0].kind, found[0].words, found[0].instead) if found else ("号码", "〔号码〕", "删掉")
            )
            return words.PERSONAL.format(words=short(said, 14), kind=kind, instead=instead)
        return ""

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        if step.name in ("question", "text"):
            problem = await self._unfit(turn, run, step.name, value)
            return refused(problem, is_failure=False, is_attempt=True) if problem else fine(value)
        if _may_cite(turn, value):
            return fine(value)
        result = turn.knowledge.matcher.search(value, day=turn.today, jurisdiction=_place(turn))
        found = [m.entry.id for m in result.matches if _may_cite(turn, m.entry.id)][:OFFERED]
        if not found:
            return refused(words.PROPOSE_CITE_NONE)
        offers = [(f"{n}.{short(turn.library.title(e), MAX_LABEL - 2)}", e) for n, e in enumerate(found, 1)]
        return refused(words.PROPOSE_CITE_PICK, offers, is_failure=False)

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        """Beside the words that must be put otherwise, what they were before."""
        if step.name in ("cite", "more"):
            return []
        before = run.given["asked" if step.name == "question" else "answered"]
        return [] if step.name in run.answers else [Block("quote", before)]

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        if step.name in ("cite", "more") and value:
            return _where(turn, value) if _may_cite(turn, value) else words.BASIS_GONE
        return super().value_words(turn, run, step, value)

    def notes(self, turn: Turn, run: Run) -> list[Block]:
        return [Block("note", words.PROPOSE_LOOK)]

    async def submit(self, turn: Turn, run: Run) -> Reply:
        """Put it forward; what was found in order on the way is looked at once more."""
        info = await _answered(turn, run.given["request"])
        if isinstance(info, Reply):
            return info
        office, facts = turn.speaker.office, run.facts
        assert office is not None
        cites = list(dict.fromkeys(cite for cite in (facts["cite"], facts.get("more")) if cite))
        problems = [await self._unfit(turn, run, name, facts[name]) for name in ("question", "text")]
        if not cites or not all(_may_cite(turn, cite) for cite in cites):
            problems.append(words.PROPOSE_CITE_NONE)
        if any(problems):
            return await page(turn, info, next(filter(None, problems)))
        made = await answers.propose(
            turn.session,
            request=info.id,
            jurisdiction=office.jurisdiction,
            department=office.department,
            question=facts["question"],
            text=facts["text"],
            cites=cites,
            person=turn.speaker.person,
            now=turn.now,
        )
        await requests.note(turn.session, info.id, "proposed", "", turn.speaker.person, turn.now)
        told = Reply.of(
            ("lead", words.TO_REVIEW.format(department=office.department, question=short(facts["question"], 20))),
            choices=[Choice(words.LABEL_WAITING, {"do": "answer_one", "id": made}), MENU],
        )
        legal = await people.offices(turn.session, jurisdiction=office.jurisdiction, role="legal", demo=turn.house.demo)
        reached = await tell_offices(turn, legal, f"answer/{made}/proposed", told)
        return await page(turn, info, words.PROPOSED if reached else words.PROPOSED_NOBODY)


async def _answered(turn: Turn, id: int) -> RequestInfo | Reply:
    """A request of the officer's department that was answered."""
    office = turn.speaker.office
    info = await requests.request(turn.session, id)
    if info is None or office is None or office.role != "officer" or not is_of_office(turn, info) or info.is_erased:
        return gone(turn)
    return info if info.first_answered else await page(turn, info, words.NOT_ANSWERED)


async def _names(turn: Turn, info: RequestInfo) -> list[str]:
    """The names that must not be published: of whoever asked, their enterprises, and the officer."""
    names = [turn.speaker.name, await requests.name_of_asker(turn.session, info.id) or ""]
    if info.person is not None:
        for bound in await people.bindings_of(turn.session, info.person):
            firm = await enterprises.enterprise(turn.session, bound.enterprise)
            names += [firm.name] if firm else []
    return [name for name in names if name]


async def _registered_in(turn: Turn, text: str) -> list[str]:
    """The enterprises of the place's register that a text names letter by letter."""
    place = _place(turn)
    index = await turn.house.firms.index(turn.session, place) if place else None
    if index is None or not len(index):
        return []
    found = [(one.firm.name, text[slice(*one.span)]) for one in index.search(text) if one.span]
    return [said for name, said in found if len(said) >= SHORTEST_NAME and said in name]


def _place(turn: Turn) -> str | None:
    return turn.speaker.office.jurisdiction if turn.speaker.office else None


def _may_cite(turn: Turn, entry: str) -> bool:
    return may_rest_on(turn.library, entry, _place(turn) or "")


def _where(turn: Turn, entry: str) -> str:
    return f"{turn.library.title(entry)}（{cited(turn.library.citation(entry))}）"


async def _propose(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, ProposeFlow.name, dict(act) | {"anew": True})


ACTS: Acts = {"answer_propose": _propose}
FLOWS: tuple[Flow, ...] = (ProposeFlow(),)
