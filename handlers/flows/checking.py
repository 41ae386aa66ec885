"""The self-checks as flows (R12–R16): made from the criteria; what is known of the enterprise is not asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers import results, words
from handlers.flows.flow import Flow, Run, reached
from handlers.flows.steps import Option, Reading, Step, fine
from handlers.messages import Act, Block, Choice, Reply
from handlers.sources import Sources
from handlers.turn import Turn
from knowledge.checks.conditions import Circumstances
from knowledge.checks.criteria import Check, Checks, NoCheckInForce, Question
from knowledge.checks.verdict import Verdict, judge
from storage import enterprises, self_checks
from storage.enterprises import EnterpriseInfo

FITS = (
    Option("yes", "对得上", ("是", "符合", "对", "都对得上", "一样")),
    Option("no", "对不上", ("不是", "不符合", "不对", "不一样")),
    Option("unknown", "不清楚", ("不知道", "不确定")),
)


class CheckFlow(Flow):
    """One self-check. A guest may do it, and then nothing is kept; a contact does it for an enterprise."""

    submit_label = "看结果"

    def __init__(self, checks: Checks, name: str) -> None:
        self._checks = checks
        newest = [check for check in checks.checks if check.name == name][-1]
        self.name = name
        self.title = newest.title
        self._newest = newest

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        day = given.get("day")
        check = self._checks.in_force(self.name, dt.date.fromisoformat(day)) if day else self._newest
        return tuple(_step(question) for question in check.questions)

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        try:
            check = self._checks.in_force(self.name, turn.today)
        except NoCheckInForce:
            return _out_of_force()
        if Sources(turn.library, turn.house.checks).missing(check):
            return _out_of_force()
        run = Run(self.name, turn.house.new_token(), given={"day": turn.today.isoformat()})
        enterprise = await enterprise_of(turn)
        if enterprise:
            run.given["enterprise"] = enterprise.id
            run.given["place"] = enterprise.division
            run.known = await known_facts(turn, check, enterprise)
        return run

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        if step.name == "matter" and value != run.answers.get("matter"):
            run.answers.pop("fits", None)  # it was said of another matter
        return fine(value)

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        if step.name != "fits":
            return []
        item = turn.library.items.get(run.answers.get("matter", ""))
        return [Block("quote", f"适用情形：{item.circumstances}")] if item else []

    def source_words(self, turn: Turn, run: Run, entry: str) -> str:
        place = turn.dialogue.jurisdiction or run.given.get("place")
        return "依据：" + Sources(turn.library, turn.house.checks).brief(entry, place)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        """Show the result; for an enterprise keep it, and what was said of it, as declared (R16)."""
        facts = {step.name: run.facts[step.name] for step in reached(self, run, turn.circumstances)[0]}
        place = turn.dialogue.jurisdiction or run.given.get("place")
        try:
            check = self._checks.in_force(self.name, turn.today)
        except NoCheckInForce:
            return _out_of_force()
        verdict = judge(check, facts, turn.circumstances)
        sources = Sources(turn.library, turn.house.checks)
        kept = None
        enterprise = run.given.get("enterprise")
        if enterprise and turn.speaker.person and any(b.enterprise == enterprise for b in turn.speaker.bindings):
            for question in check.questions:
                value = run.answers.get(question.name) if question.name in facts else None
                if question.keep and value not in (None, "unknown"):
                    await enterprises.declare(
                        turn.session, enterprise, question.name, value, turn.speaker.person, turn.now
                    )
            kept = await self_checks.keep(
                turn.session,
                kind=self.name,
                enterprise=enterprise,
                person=turn.speaker.person,
                now=turn.now,
                facts={name: [value, _status(run, name)] for name, value in facts.items()},
                result=results.kept_result(verdict, facts, sources, place),
            )
        turn.state["result"] = {
            "check": self.name,
            "day": turn.today.isoformat(),
            "facts": facts,
            "run": run.to_json(),
            "kept": kept,
            "place": place,
        }
        return result_reply(turn, verdict, facts, kept, place)


def _out_of_force() -> Reply:
    return Reply.of(("lead", words.CHECK_OUT_OF_FORCE), choices=[Choice(words.LABEL_MENU, {"do": "menu"})])


def _status(run: Run, name: str) -> str:
    return "declared" if name in run.answers else str(run.known[name][1])


def _step(question: Question) -> Step:
    options = FITS if question.kind == "fits" else tuple(Option(a.value, a.label, a.said) for a in question.answers)
    kind: Any = "choice" if question.kind == "fits" else question.kind
    return Step(
        name=question.name,
        title=question.title,
        prompt=question.ask,
        kind=kind,
        options=options,
        example=question.example,
        cites=question.cites,
        when=question.when,
        may_not_know=kind not in ("matter", "choice", "several")
        or any(option.value == "unknown" for option in options),
        is_free=kind == "matter",
    )


async def enterprise_of(turn: Turn) -> EnterpriseInfo | None:
    """The enterprise that the speaker speaks for now: the chosen one of their bindings, else the first."""
    own = [binding.enterprise for binding in turn.speaker.bindings]
    if not own:
        return None
    chosen = turn.state.get("enterprise")
    return await enterprises.enterprise(turn.session, chosen if chosen in own else own[0])


async def known_facts(turn: Turn, check: Check, enterprise: EnterpriseInfo) -> dict[str, list[Any]]:
    """What is known of an enterprise and need not be asked: from the register (verified), or said before."""
    said = await enterprises.facts_of(turn.session, enterprise.id)
    known: dict[str, list[Any]] = {}
    for question in check.questions:
        registered = _registered(turn, check, question, enterprise)
        if registered is not None:
            known[question.name] = [registered, "register"]
        elif question.keep and question.name in said:
            fact = said[question.name]
            known[question.name] = [fact.value, fact.status]
    return known


def _registered(turn: Turn, check: Check, question: Question, enterprise: EnterpriseInfo) -> Any:
    if question.register == "division" and check.jurisdiction:
        return "yes" if enterprise.division == check.jurisdiction else "no"
    if question.register == "founded" and enterprise.founded:
        return enterprise.founded.isoformat()
    code = enterprise.industry_code
    if question.register == "industry_code" and code and turn.house.checks.sizes.is_fine(code):
        return code
    return None


def result_reply(turn: Turn, verdict: Verdict, facts: Mapping[str, Any], kept: int | None, place: str | None) -> Reply:
    """The card with the ways on."""
    sources = Sources(turn.library, turn.house.checks)
    blocks = results.card(verdict, facts, sources, place)
    if kept is None:
        blocks.insert(-1, Block("note", words.CHECK_NOT_KEPT))
    return Reply(tuple(blocks), tuple(result_ways(kept)))


def result_ways(kept: int | None) -> list[Choice]:
    ways = [
        Choice(words.LABEL_DETAILS, {"do": "result_details"}),
        Choice(words.LABEL_FOLLOWS, {"do": "result_follows"}),
        Choice(words.LABEL_CHANGES, {"do": "result_changes"}),
        Choice(words.LABEL_EDIT_ANSWERS, {"do": "result_edit"}),
    ]
    if kept is not None:
        ways += [
            Choice(words.LABEL_SEND, {"do": "result_send", "id": kept}),
            Choice(words.LABEL_SHARE, {"do": "result_share", "id": kept}),
        ]
    return [*ways, Choice(words.LABEL_MENU, {"do": "menu"})]


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest result of a chat: its verdict, the facts, the run that made it, and its number where it is kept."""

    verdict: Verdict
    facts: Mapping[str, Any]
    run: Mapping[str, Any]
    kept: int | None
    place: str | None


def latest(turn: Turn) -> Latest | None:
    """The latest result of this chat, judged again by the criteria of its day."""
    data = turn.state.get("result")
    if not data:
        return None
    day = dt.date.fromisoformat(data["day"])
    given = Circumstances(day, turn.house.checks.sizes, turn.house.settings)
    try:
        check = turn.house.checks.in_force(data["check"], day)
    except NoCheckInForce:
        return None
    return Latest(judge(check, data["facts"], given), data["facts"], data["run"], data["kept"], data.get("place"))
