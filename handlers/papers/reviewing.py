"""法制审核: what waits, the draft with its file, passed or returned with reasons; the officer is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words as house_words
from handlers.browse import paged
from handlers.cases import common
from handlers.cases.common import MENU, gone, when
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Step
from handlers.messages import Act, Choice, Reply
from handlers.papers import page, words
from handlers.papers.sending import event_data
from handlers.turn import Acts, Turn
from storage import cases, papers, people
from storage.cases import CaseInfo
from storage.papers import PaperInfo


async def _waiting(turn: Turn, act: Act) -> Reply:
    """待审文书: of one's jurisdiction, longest waiting first."""
    office = turn.speaker.office
    assert office is not None
    found = await papers.to_review(turn.session, office.jurisdiction)
    if not found:
        return Reply.of(("lead", words.TO_REVIEW_NONE), choices=[MENU])
    return paged(
        f"{words.TO_REVIEW}（{len(found)}份）",
        found,
        act.get("page", 0),
        lambda one: words.TO_REVIEW_LINE.format(
            number=one.number, title=page.title_of(one), name=one.maker_name or "", at=when(one.made)
        ),
        page.label_of,
        lambda one: {"do": "paper", "id": one.id},
        lambda n: {"do": "papers_review", "page": n},
        None,
    )


async def _in_review(turn: Turn, act: Act) -> tuple[CaseInfo, PaperInfo] | Reply:
    """A paper that this person may decide on now; or what is said instead."""
    there = await page.found(turn, act, lock=True)
    if there is None or turn.speaker.role != "legal":
        return gone(turn)
    info, paper = there
    if paper.state == "review" and paper.is_newest and await page.fallen(turn, info, paper):
        await _tell_officer(turn, info, paper, words.STALE_REVIEW, "stale")
        return Reply.of(("lead", words.STALE_LEGAL), choices=_back())
    if paper.state != "review" or not paper.is_newest:
        return Reply.of(("lead", words.NOT_IN_REVIEW), choices=_back())
    if paper.made_by is not None and paper.made_by == turn.speaker.person:
        return Reply.of(("lead", words.NOT_OWN), choices=_back())
    return info, paper


def _back() -> list[Choice]:
    return [Choice(words.LABEL_TO_REVIEW, {"do": "papers_review"}), MENU]


async def _pass(turn: Turn, act: Act) -> Reply:
    """通过: what, and what is still open in it; passed by the second tap."""
    there = await _in_review(turn, act)
    if isinstance(there, Reply):
        return there
    _, paper = there
    return Reply.of(
        ("lead", words.PASS_ASK.format(title=page.title_of(paper), version=paper.version)),
        ("list", "\n".join(page.lines_of(turn, paper))),
        ("note", words.PASS_NOTE),
        choices=[
            Choice(words.LABEL_PASS_SURE, {"do": "paper_pass_sure", "id": paper.id}),
            Choice(house_words.LABEL_BACK, {"do": "paper", "id": paper.id}),
            *_back(),
        ],
    )


async def _pass_sure(turn: Turn, act: Act) -> Reply:
    there = await _in_review(turn, act)
    if isinstance(there, Reply):
        return there
    info, paper = there
    await papers.move(turn.session, paper.id, "passed", of=("review",), reviewer=turn.speaker.person, reviewed=turn.now)
    data = event_data(paper, file=paper.file)
    await cases.note(turn.session, info.id, "paper_passed", data, turn.speaker.person, turn.now)
    lead = words.TOLD_PASSED.format(number=info.number, title=page.title_of(paper))
    await _tell_officer(turn, info, paper, lead, "passed")
    return Reply.of(("lead", words.PASSED), choices=_back())


async def _tell_officer(turn: Turn, info: CaseInfo, paper: PaperInfo, lead: str, how: str, reason: str = "") -> None:
    """Whoever acts for the case today learns what became of the draft."""
    office = await people.office(turn.session, info.office)
    if office is None:
        return
    reply = Reply.of(
        ("lead", lead),
        ("text", words.RETURNED_FOR.format(reason=reason) if reason else ""),
        choices=[Choice(house_words.LABEL_LOOK, {"do": "paper", "id": paper.id})],
    )
    for channel, chat in await people.chats_of(turn.session, await common.acting_person(turn, office)):
        await turn.send(channel, chat, f"paper-{how}/{paper.id}/{channel}/{chat}", reply)


class ReturnPaperFlow(Flow):
    """退回, with the reason that the officer needs to mend it."""

    name = "return_paper"
    title = words.RETURN_TITLE
    submit_label = words.RETURN_SUBMIT

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("reason", "理由", words.RETURN_ASK, "text", example=words.RETURN_EXAMPLE, is_free=True, longest=500),
        )

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        there = await _in_review(turn, act)
        if isinstance(there, Reply):
            return there
        return Run(self.name, turn.house.new_token(), given={"paper": there[1].id})

    async def submit(self, turn: Turn, run: Run) -> Reply:
        there = await _in_review(turn, {"do": "return_paper", "id": run.given["paper"]})
        if isinstance(there, Reply):
            return there
        info, paper = there
        reason = run.facts["reason"]
        await papers.move(
            turn.session,
            paper.id,
            "returned",
            of=("review",),
            reviewer=turn.speaker.person,
            reviewed=turn.now,
            reason=reason,
        )
        data = event_data(paper, reason=reason)
        await cases.note(turn.session, info.id, "paper_returned", data, turn.speaker.person, turn.now)
        lead = words.TOLD_RETURNED.format(number=info.number, title=page.title_of(paper))
        await _tell_officer(turn, info, paper, lead, "returned", reason)
        return Reply.of(("lead", words.RETURNED), choices=_back())


async def _return(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, "return_paper", dict(act) | {"anew": True})


ACTS: Acts = {
    "papers_review": _waiting,
    "paper_pass": _pass,
    "paper_pass_sure": _pass_sure,
    "return_paper": _return,
}
