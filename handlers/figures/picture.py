"""统计 as a picture for a phone: numbers first, bars with their numbers on them, nothing told by colour alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from handlers.figures import words
from handlers.figures.canvas import ALERT, BAR, INK, MARGIN, QUIET, WIDTH, Canvas
from handlers.figures.counting import Department, Figures, Share
from handlers.ledger import words as ledger_words
from handlers.turn import CHINA
from knowledge.procedure.case import SEVERITY_NAMES, STAGE_NAMES
from storage.rating_figures import DepartmentFigures

MOST_DEPARTMENTS = 12
TALLEST = 3000
WIDE_LABELS = 290


def draw(counted: Figures, span: str, place: str, now: dt.datetime, matters: Sequence[tuple[str, int]]) -> list[bytes]:
    """The pictures as PNG: the whole and, where there are several, the departments. Takes a moment: for a thread."""
    first = _begun(counted, span, place, now)
    _overview(first, counted.whole)
    pictures = [first]
    if len(counted.departments) > 1:
        pictures.append(_begun(counted, span, place, now))
        _departments(pictures[-1], counted.departments)
    last = pictures[-1]
    if matters:
        last.heading(words.SECTION_MATTERS)
        _matters(last, matters)
    if counted.ratings:
        last.heading(words.SECTION_RATINGS)
        last.lines(ratings_line(counted.ratings), 32, fill=INK)
    return [picture.png() for picture in pictures]


def _begun(counted: Figures, span: str, place: str, now: dt.datetime) -> Canvas:
    """A picture with its title: of when, of whom, made when."""
    canvas = Canvas(TALLEST)
    canvas.lines(words.DRAWN_TITLE.format(span=span), 42, fill=INK, bold=True)
    canvas.space(14)
    made = now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    department = counted.whole.name or ledger_words.ALL_DEPARTMENTS
    canvas.lines(words.DRAWN.format(place=place, department=department), 30)
    canvas.lines(words.DRAWN_AT.format(made=made), 30)
    canvas.space(14)
    return canvas


def _overview(canvas: Canvas, whole: Department) -> None:
    """Three numbers, three shares, and the cases by class, by stage and by outcome."""
    canvas.tiles(
        [
            (str(whole.opened), "立案（件）", INK),
            (str(whole.closed), "销号（件）", INK),
            (str(whole.overdue), "现在逾期（件）", ALERT if whole.overdue else INK),
        ]
    )
    canvas.space(20)
    for name, share, formula in _shares(whole):
        _share(canvas, name, share, formula)
    _bars(canvas, words.SECTION_SEVERITIES, _severities(whole))
    _bars(canvas, words.SECTION_STAGES, [(name, whole.stages[stage]) for stage, name in STAGE_NAMES.items()])
    _bars(canvas, words.SECTION_OUTCOMES, whole.grouped_outcomes, WIDE_LABELS)


def _shares(whole: Department) -> list[tuple[str, Share, str]]:
    return [
        ("按期率", whole.on_time, words.ON_TIME),
        ("承诺兑现率", whole.kept, words.KEPT),
        ("诉求及时率", whole.answered, words.ANSWERED),
    ]


def _share(canvas: Canvas, name: str, share: Share, formula: str) -> None:
    """A share: its name, its number with what it is of, a bar, and how it is made."""
    canvas.text(MARGIN, name, 36, bold=True)
    number = words.NONE_OF_IT if share.percent is None else f"{share.percent}%"
    of = "" if share.percent is None else f"{share.part}/{share.whole}"
    right = WIDTH - MARGIN
    canvas.text(right, of, 32, anchor="ra", fill=QUIET)
    gap = canvas.width_of(of, 32) + 20 if of else 0
    canvas.text(right - gap, number, 40, y=canvas.y - 6, anchor="ra", bold=True, fill=BAR if of else QUIET)
    canvas.space(56)
    canvas.track(share.value or 0.0)
    canvas.space(10)
    canvas.lines(f"＝{formula.partition('＝')[2]}", 27)
    canvas.space(18)


def _severities(whole: Department) -> list[tuple[str, int]]:
    named = [(name, whole.severities[kind]) for kind, name in SEVERITY_NAMES.items()]
    return [*named, (words.UNDIAGNOSED, whole.severities[None])]


def _bars(canvas: Canvas, title: str, rows: Sequence[tuple[str, int]], label: int = 190) -> None:
    shown = [(name, number, "") for name, number in rows if number]
    if shown:
        canvas.heading(title)
        canvas.bars(shown, label)


def _departments(canvas: Canvas, departments: Sequence[Department]) -> None:
    """A bar for each of the departments with most cases; what the others come to is one more."""
    canvas.heading(words.SECTION_DEPARTMENTS)
    shown, others = departments[:MOST_DEPARTMENTS], departments[MOST_DEPARTMENTS:]
    rows = [(one.name, one.opened, words.DEPARTMENT_MORE.format(share=_short(one.on_time))) for one in shown]
    if others:
        rows.append((words.OTHERS.format(count=len(others)), sum(one.opened for one in others), ""))
    canvas.bars(rows, WIDE_LABELS)


def _short(share: Share) -> str:
    return "—" if share.percent is None else f"{share.percent}%"


def _matters(canvas: Canvas, matters: Sequence[tuple[str, int]]) -> None:
    for n, (title, count) in enumerate(matters, 1):
        canvas.text(MARGIN, f"{n}. {title}", 32, width=WIDTH - 2 * MARGIN - 150)
        canvas.text(WIDTH - MARGIN, f"{count}件", 32, anchor="ra", bold=True)
        canvas.space(58)


def ratings_line(ratings: Sequence[DepartmentFigures]) -> str:
    """How many, and the mean of those departments that have enough of them: the rest cannot be worked out from it (R47)."""
    count = sum(one.all.count for one in ratings)
    shown = [one.all for one in ratings if one.all.mean is not None]
    if not shown:
        return words.RATED_FEW.format(count=count)
    among = sum(one.count for one in shown)
    mean = sum((one.mean or 0) * one.count for one in shown) / among
    few = "" if among == count else words.RATED_PARTLY.format(count=among)
    return words.RATED_MEAN.format(count=count, mean=mean, few=few)
