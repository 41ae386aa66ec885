"""Asking for a ledger: a card with what most want already on it, so that the second tap begins it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import permissions
from handlers.flows.flow import Flow, Run
from handlers.flows.reading import named_apart
from handlers.flows.steps import Option, Reading, Step, fine
from handlers.ledger import words
from handlers.ledger.making import KIND, MENU, filters_of, nothing
from handlers.messages import Act, Block, Reply
from handlers.turn import Acts, Turn
from knowledge.spans import Span, month_of, quarter_of, year_of
from storage import exports, ledger, people

WHAT = (
    Option("all", "全部台账", ("台账", "全部")),
    Option("closed", "销号清单", ("销号", "已销号")),
    Option("open", "未销号", ("没销号", "在办")),
    Option("overdue", "逾期", ("逾期清单", "超期")),
)
ANY_TIME = Option("any", "不限时间", ("不限", "全部时间"))
PERIODS = (
    Option("this_month", "本月", ("这个月", "当月")),
    Option("last_month", "上月", ("上个月",)),
    Option("this_quarter", "本季度", ("这个季度",)),
    Option("this_year", "今年", ("本年",)),
)
EVERY = "*"
"""The value of the option for all departments."""


def span_of(value: str, today: dt.date) -> Span | None:
    """The span that an answer stands for: a button's, or two days; ``None`` for any time."""
    named = {
        "this_month": month_of(today),
        "last_month": month_of(today, 1),
        "this_quarter": quarter_of(today),
        "this_year": year_of(today),
        "any": None,
    }
    return named[value] if value in named else Span.from_text(value)


def period_step(prompt: str = words.ASK_PERIOD, *, any_time: bool = False) -> Step:
    """Which span: by button, or in any words."""
    options = (*PERIODS, ANY_TIME) if any_time else PERIODS
    return Step("period", "时间", prompt, "span", options, example=words.PERIOD_EXAMPLE)


def usual_span(state: str) -> str:
    """What is meant while nobody says when: this month, or what is open today whenever it was opened."""
    return "this_month" if state in ("all", "closed") else "any"


class ExportFlow(Flow):
    """导出台账: of what, of when, of whom; two taps give this month's."""

    name = "export"
    title = words.LABEL_LEDGER
    submit_label = words.LABEL_EXPORT
    corrects = True

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        departments = given.get("departments", ())
        whole = tuple(Option(name, label, (name,)) for label, name in named_apart([(d, d) for d in departments]))
        options = (Option(EVERY, words.ALL_DEPARTMENTS, ("全部", "所有部门")), *whole)
        step = Step("department", "部门", words.ASK_DEPARTMENT, "choice", options)
        steps = (Step("what", "内容", words.ASK_WHAT, "choice", WHAT), period_step(any_time=True))
        return (*steps, step) if departments else steps

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        office = turn.speaker.office
        if office is None:
            return Reply.of(("lead", words.NOT_YOURS), choices=[MENU])
        given: dict[str, Any] = {"department": office.department}
        answers = {"what": act.get("what", "all"), "period": act.get("span", "usual")}
        if office.role != "officer":
            given["departments"] = await people.departments(turn.session, office.jurisdiction, demo=turn.house.demo)
            answers["department"] = act.get("department") or EVERY
        return Run(self.name, turn.house.new_token(), given=given, answers=answers)

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        """A span is kept as its days, so that a card that lies over midnight still means what it says."""
        if step.name != "period" or value == "any":
            return fine(value)
        span = span_of(value, turn.today)
        return fine(span.to_text() if span else value)

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        if step.name == "period":
            span = self._span(run, turn)
            return span.words if span else words.ANY_TIME
        if step.name == "department":
            return words.ALL_DEPARTMENTS if value == EVERY else str(value)
        return super().value_words(turn, run, step, value)

    def notes(self, turn: Turn, run: Run) -> list[Block]:
        said = words.CARD.format(day=words.DAYS[run.facts["what"]])
        return [Block("note", said)] if self._span(run, turn) else []

    def _span(self, run: Run, turn: Turn) -> Span | None:
        value = run.facts["period"]
        return span_of(usual_span(run.facts["what"]) if value == "usual" else value, turn.today)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        """Ask for it; it is made beside the conversation and sent when it is ready."""
        office = turn.speaker.office
        if office is None or not permissions.may(turn.speaker.role, KIND):
            return permissions.refusal(turn)
        span, department = self._span(run, turn), run.facts.get("department", EVERY)
        asked = {
            "state": run.facts["what"],
            "span": span.to_text() if span else "",
            "department": None if department == EVERY else department,
        }
        filters = filters_of(office, asked, turn.today)
        count = await ledger.count(turn.session, filters)
        if not count:
            return nothing()
        is_new = await exports.ask(
            turn.session,
            kind=KIND,
            channel=turn.incoming.channel,
            chat=turn.incoming.chat,
            office=office.id,
            filters=asked,
            rows=count,
            now=turn.now,
        )
        said = words.OF.format(
            title=words.TITLES[filters.state],
            span=span.words if span else words.ANY_TIME,
            department=filters.department or words.ALL_DEPARTMENTS,
        )
        lead = words.ASKED.format(count=count) if is_new else words.ASKED_TWICE
        return Reply.of(("lead", lead), ("note", said), choices=[MENU])


async def _ledger(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, ExportFlow.name, dict(act) | {"anew": True})


ACTS: Acts = {KIND: _ledger}
