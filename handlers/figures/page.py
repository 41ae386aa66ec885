"""统计 as lines: what was opened and closed and the three shares; the rest behind buttons (R47)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words as house_words
from handlers.answers import short
from handlers.browse import paged
from handlers.figures import words
from handlers.figures.book import write
from handlers.figures.counting import Department, count, months_of, ratings
from handlers.figures.picture import draw
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Reading, Step, fine
from handlers.ledger import words as ledger_words
from handlers.ledger.asking import period_step, span_of
from handlers.ledger.workbook import MIME
from handlers.messages import Act, Choice, Enclosure, Reply
from handlers.turn import Acts, Turn
from knowledge.guidance import shipped_guidance
from knowledge.procedure.case import SEVERITY_NAMES, STAGE_NAMES
from knowledge.spans import Span, month_of
from storage import figures
from storage.figures import Scope
from storage.rating_figures import DepartmentFigures, Figure

MENU = Choice(house_words.LABEL_MENU, {"do": "menu"})
MOST = 5
"""So many lines stand before the buttons."""


def scope_of(turn: Turn, act: Act) -> tuple[Scope, Span] | None:
    """What may be counted for the speaker: an officer the own department, the others their place (R1)."""
    office = turn.speaker.office
    if office is None:
        return None
    span = Span.from_text(act["span"]) if act.get("span") else month_of(turn.today)
    department = office.department if office.role == "officer" else act.get("department")
    return Scope(office.jurisdiction, department, span.start, span.end, turn.today), span


async def _figures(turn: Turn, act: Act) -> Reply:
    """One view of the figures; each says of which span, and has the way back."""
    found = scope_of(turn, act)
    if found is None:
        return Reply.of(("lead", words.NOT_YOURS), choices=[MENU])
    scope, span = found
    return await _VIEWS.get(act.get("view", ""), _whole)(turn, act, scope, span)


# ---- the views


async def _whole(turn: Turn, act: Act, scope: Scope, span: Span) -> Reply:
    counted = await count(turn.session, scope)
    choices = [
        _to(words.LABEL_PICTURE, scope, span, "picture"),
        _to(words.LABEL_BOOK, scope, span, "book"),
        *([_to(words.LABEL_DEPARTMENTS, scope, span, "departments")] if scope.department is None else []),
        _to(words.LABEL_KINDS, scope, span, "kinds"),
        _to(words.LABEL_MATTERS, scope, span, "matters"),
        _to(words.LABEL_RATINGS, scope, span, "ratings"),
        *([_elsewhere(turn, scope, span)] if scope.department is not None else []),
        Choice(words.LABEL_PERIOD, {"do": "figures_period", "department": scope.department}),
        MENU,
    ]
    lead = words.TITLE.format(span=_when(turn, span), department=_whose(scope))
    return Reply.of(("lead", lead), ("list", "\n".join(lines_of(counted.whole))), choices=choices)


def lines_of(whole: Department) -> list[str]:
    """The five lines: opened by class, closed by outcome, and the three shares with how they are made."""
    severities = [(name, whole.severities[kind]) for kind, name in SEVERITY_NAMES.items()]
    severities.append((words.UNDIAGNOSED, whole.severities[None]))
    return [
        _counted("立案", words.OPENED, whole.opened, severities),
        _counted("销号", words.CLOSED, whole.closed, whole.grouped_outcomes),
        words.ON_TIME.format(share=whole.on_time.words),
        words.KEPT.format(share=whole.kept.words),
        words.ANSWERED.format(share=whole.answered.words),
    ]


async def _departments(turn: Turn, act: Act, scope: Scope, span: Span) -> Reply:
    counted = await count(turn.session, scope)
    return paged(
        words.DEPARTMENTS.format(span=span.words),
        counted.departments,
        act.get("page", 0),
        lambda one: words.DEPARTMENT.format(
            name=one.name, opened=one.opened, closed=one.closed, share=one.on_time.words
        ),
        lambda one: one.name,
        lambda one: _act(scope, span, department=None if one.name == words.UNASSIGNED else one.name),
        lambda n: _act(scope, span, view="departments", page=n),
        _act(scope, span),
        "" if counted.departments else words.DEPARTMENTS_NONE.format(span=span.words),
    )


async def _kinds(turn: Turn, act: Act, scope: Scope, span: Span) -> Reply:
    """What has become of what was opened, and how what was closed ended."""
    whole = (await count(turn.session, scope)).whole
    stages = [(name, whole.stages[stage]) for stage, name in STAGE_NAMES.items()]
    lines = [
        words.STAGES.format(parts=_parts(stages) or words.NONE_OF_IT),
        words.OUTCOME_LINE.format(parts=_parts(whole.grouped_outcomes) or words.NONE_OF_IT),
        words.OVERDUE.format(count=whole.overdue),
    ]
    return _detail(words.KINDS.format(span=span.words), lines, scope, span)


async def _matters(turn: Turn, act: Act, scope: Scope, span: Span) -> Reply:
    found = named_matters(turn, await figures.matters(turn.session, scope, MOST))
    lines = [words.MATTER.format(n=n, title=short(title, 24), count=count) for n, (title, count) in enumerate(found, 1)]
    title = words.MATTERS if lines else words.MATTERS_NONE
    return _detail(title.format(span=span.words), lines, scope, span)


async def _ratings(turn: Turn, act: Act, scope: Scope, span: Span) -> Reply:
    """By department, and for one department by way of guidance; a few are only counted (R47)."""
    found = await ratings(turn.session, scope)
    months = months_of(span).words
    if not found:
        return _detail(words.RATINGS_NONE.format(span=months), [], scope, span)
    title = words.RATINGS.format(span=months, count=sum(one.all.count for one in found))
    named = rating_lines(found)
    lines = [words.RATING.format(name=name, figure=said) for name, said in named[:MOST]]
    return _detail(title, lines, scope, span, words.MORE_IN_BOOK if len(named) > MOST else "")


async def _picture(turn: Turn, act: Act, scope: Scope, span: Span) -> Reply:
    counted = await count(turn.session, scope)
    place, named = turn.house.place_words(scope.jurisdiction), named_matters(turn, counted.matters[:MOST])
    drawn = await asyncio.to_thread(draw, counted, _when(turn, span), place, turn.now, named)
    names = [words.PICTURE_NAME.format(span=span.words), words.PICTURE_NAME_DEPARTMENTS.format(span=span.words)]
    files = [Enclosure(name, "image/png", picture) for name, picture in zip(names, drawn, strict=False)]
    return _with_files(words.PICTURE.format(span=span.words), files, scope, span)


async def _book(turn: Turn, act: Act, scope: Scope, span: Span) -> Reply:
    counted = await count(turn.session, scope)
    title = words.TITLE.format(span=_when(turn, span), department=_whose(scope))
    about = (turn.house.place_words(scope.jurisdiction), span, turn.now)
    made = await asyncio.to_thread(write, counted, title, *about, named_matters(turn, counted.matters))
    file = Enclosure(f"统计 {span.words}.xlsx", MIME, made)
    return _with_files(words.BOOK.format(span=span.words), [file], scope, span)


# ---- words


def named_matters(turn: Turn, found: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Items by their titles, and those by their ids that are on no list any more."""
    items = turn.library.items
    return [(items[id].title if id in items else words.MATTER_GONE.format(item=id), count) for id, count in found]


def rating_lines(found: Sequence[DepartmentFigures]) -> list[tuple[str, str]]:
    """Whose ratings, and what they come to: of several departments each; of one the whole, and each way of guidance."""
    if len(found) > 1:
        return [(one.department, rated(one.all)) for one in found]
    names = shipped_guidance().way_name
    ways = [(names(way) if way else words.NO_WAY, rated(figure)) for way, figure in found[0].ways.items()]
    return [(found[0].department, rated(found[0].all)), *(ways if len(ways) > 1 else [])]


def rated(figure: Figure) -> str:
    """A count with its mean and share, or alone where that would tell too much (R47)."""
    if figure.mean is None or figure.good is None:
        return words.RATED_FEW.format(count=figure.count)
    return words.RATED.format(count=figure.count, mean=figure.mean, good=figure.good)


def _counted(what: str, sentence: str, whole: int, parts: Sequence[tuple[str, int]]) -> str:
    return sentence.format(count=whole, parts=_parts(parts)) if whole else words.NOTHING.format(what=what)


def _parts(parts: Sequence[tuple[str, int]]) -> str:
    return "、".join(f"{name}{number}" for name, number in parts if number)


def _when(turn: Turn, span: Span) -> str:
    if span.end <= turn.today:
        return span.words
    return words.SO_FAR.format(span=span.words, month=turn.today.month, day=turn.today.day)


def _whose(scope: Scope) -> str:
    return scope.department or ledger_words.ALL_DEPARTMENTS


def _act(scope: Scope, span: Span, **more: Any) -> Act:
    return {"do": "figures", "span": span.to_text(), "department": scope.department} | more


def _to(label: str, scope: Scope, span: Span, view: str) -> Choice:
    return Choice(label, _act(scope, span, view=view))


def _ledger(scope: Scope, span: Span) -> Choice:
    return Choice(words.LABEL_LEDGER, {"do": "ledger", "span": span.to_text(), "department": scope.department})


def _elsewhere(turn: Turn, scope: Scope, span: Span) -> Choice:
    """Beside one department: for its officers their ledger, for the others the way back to all departments."""
    if turn.speaker.role == "officer":
        return _ledger(scope, span)
    return Choice(ledger_words.ALL_DEPARTMENTS, _act(scope, span, department=None))


def _detail(lead: str, lines: Sequence[str], scope: Scope, span: Span, note: str = "") -> Reply:
    choices = [Choice(words.LABEL_BACK, _act(scope, span)), MENU]
    return Reply.of(("lead", lead), ("list", "\n".join(lines)), ("note", note), choices=choices)


def _with_files(lead: str, files: Sequence[Enclosure], scope: Scope, span: Span) -> Reply:
    choices = [Choice(words.LABEL_BACK, _act(scope, span)), _ledger(scope, span), MENU]
    return Reply.of(("lead", lead), choices=choices, files=files)


_VIEWS = {
    "": _whole,
    "departments": _departments,
    "kinds": _kinds,
    "matters": _matters,
    "ratings": _ratings,
    "picture": _picture,
    "book": _book,
}


class FiguresFlow(Flow):
    """换时间: one step, by button or in any words, and the figures of that span."""

    name = "figures"
    title = words.LABEL_PERIOD
    reviews = False

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (period_step(words.ASK_PERIOD),)

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        return Run(self.name, turn.house.new_token(), given={"department": act.get("department")})

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        span = span_of(value, turn.today)
        return fine(span.to_text() if span else value)

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        return Span.from_text(value).words

    async def submit(self, turn: Turn, run: Run) -> Reply:
        return await _figures(turn, {"span": run.facts["period"], "department": run.given["department"]})


async def _period(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, FiguresFlow.name, dict(act) | {"anew": True})


ACTS: Acts = {"figures": _figures, "figures_period": _period}
