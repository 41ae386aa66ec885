"""统计 as a workbook: by department, by kind, by matter, the ratings, and how each figure is made."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from handlers.figures import words
from handlers.figures.counting import Department, Figures, Share, months_of
from handlers.ledger import words as ledger_words
from handlers.ledger.workbook import Book, Column, Value
from handlers.ratings.words import FORMULA as RATING_FORMULA
from handlers.turn import CHINA
from knowledge.guidance import shipped_guidance
from knowledge.procedure.case import OUTCOME_NAMES, SEVERITY_NAMES, STAGE_NAMES
from knowledge.spans import Span
from storage.rating_figures import DepartmentFigures, Figure

_SHARES = ("按期率", "承诺兑现率", "诉求及时率")
TOGETHER = "合计"


def write(
    counted: Figures, title: str, place: str, span: Span, now: dt.datetime, matters: Sequence[tuple[str, int]]
) -> bytes:
    """The whole workbook. Takes a moment: for a thread."""
    made = now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    whose = counted.whole.name or ledger_words.ALL_DEPARTMENTS
    about = f"单位：{place}{whose}　区间：{span.words}　制表时间：{made}"
    departments = [*counted.departments, counted.whole] if len(counted.departments) != 1 else [counted.whole]
    with tempfile.TemporaryDirectory(prefix="rongcuo-") as folder:
        path = Path(folder) / "figures.xlsx"
        book = Book(path)
        sheet = book.sheet("汇总", title, about, _summary_columns())
        sheet.add(_summary(one) for one in departments)
        sheet = book.sheet(
            "程度和现状", title, about, [Column("部门", 26), *_numbers([*_severities(), *STAGE_NAMES.values()])]
        )
        sheet.add(_kinds(one) for one in departments)
        sheet = book.sheet("结果", title, about, [Column("部门", 26), *_numbers(OUTCOME_NAMES.values())])
        sheet.add([_name(one), *(one.outcomes[kind] for kind in OUTCOME_NAMES)] for one in departments)
        sheet = book.sheet("常见事项", title, about, [Column("事项", 60), Column("件数", 10, "number")])
        sheet.add(matters)
        months = f"{about}（评价按整月：{months_of(span).words}）"
        sheet = book.sheet("评价", title, months, _RATING_COLUMNS)
        sheet.add(row for one in counted.ratings for row in _rated(one))
        sheet = book.sheet("口径", title, about, [Column("项目", 26), Column("怎么算", 90)])
        sheet.add([*words.FORMULAS, *(("评价", line) for line in RATING_FORMULA.split("\n"))])
        book.close()
        return path.read_bytes()


def _numbers(titles: Iterable[str]) -> list[Column]:
    return [Column(title, 14, "number") for title in titles]


def _name(one: Department) -> str:
    return one.name or TOGETHER


def _severities() -> list[str]:
    return [*SEVERITY_NAMES.values(), f"程度{words.UNDIAGNOSED}"]


def _summary_columns() -> list[Column]:
    columns = [Column("部门", 26), *_numbers(("立案", "销号", "现在逾期未销号"))]
    for name in _SHARES:
        columns += [Column(name, 12, "share"), Column(f"{name}分子", 11, "number"), Column(f"{name}分母", 11, "number")]
    return columns


def _summary(one: Department) -> list[Value]:
    row: list[Value] = [_name(one), one.opened, one.closed, one.overdue]
    for share in (one.on_time, one.kept, one.answered):
        row += [_share(share), share.part, share.whole]
    return row


def _share(share: Share) -> Value:
    return words.NONE_OF_IT if share.value is None else share.value


def _kinds(one: Department) -> list[Value]:
    severities = [one.severities[kind] for kind in (*SEVERITY_NAMES, None)]
    return [_name(one), *severities, *(one.stages[stage] for stage in STAGE_NAMES)]


_RATING_COLUMNS = (
    Column("部门", 26),
    Column("指导方式", 26),
    Column("评分次数", 12, "number"),
    Column("平均分", 12, "mean"),
    Column("满意率", 12, "share"),
)
HIDDEN = "不到5次不算"


def _rated(one: DepartmentFigures) -> list[list[Value]]:
    name = shipped_guidance().way_name
    ways = [(name(way) if way else words.NO_WAY, figure) for way, figure in one.ways.items()]
    return [_figure(one.department, way, figure) for way, figure in (("全部", one.all), *ways)]


def _figure(department: str, way: str, figure: Figure) -> list[Value]:
    is_hidden = figure.mean is None
    return [
        department,
        way,
        figure.count,
        HIDDEN if is_hidden else figure.mean,
        HIDDEN if is_hidden else figure.good,
    ]
