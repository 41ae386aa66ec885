"""The office's columns of the ledger: what each says of a case (R20–R29)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

from handlers.ledger import words
from handlers.ledger.workbook import Column, Value
from knowledge.library import Library
from knowledge.procedure.case import (
    OUTCOME_NAMES,
    PLEDGE_NAMES,
    SEVERITY_NAMES,
    STAGE_NAMES,
    WARNING_NAMES,
    WITHOUT_RECTIFICATION,
    Case,
)
from knowledge.procedure.periods import overdue_days
from storage.ledger import LedgerRow

COLUMNS = (
    Column("编号", 22),
    Column("企业", 26),
    Column("信用代码", 21),
    Column("问题", 32),
    Column("依据", 34),
    Column("程度", 9),
    Column("预警", 10),
    Column("承诺", 18),
    Column("期限", 12, "date"),
    Column("整改情况", 18),
    Column("复查", 16),
    Column("回访", 12, "date"),
    Column("销号日期", 12, "date"),
    Column("结果", 14),
    Column("承办", 20),
)


def values(row: LedgerRow, library: Library, holders: Mapping[int, str], today: dt.date) -> list[Value]:
    """A case as a row, in the order of ``COLUMNS``. ``holders``: names by office."""
    case = row.case
    return [
        row.number,
        row.enterprise,
        row.code,
        row.problem,
        _basis(row, library),
        _class(case),
        WARNING_NAMES[case.warning] or words.NO_WARNING,
        _pledges(case),
        case.due,
        _rectification(row, today),
        _review(case),
        case.visited,
        case.closed,
        OUTCOME_NAMES[case.outcome] if case.outcome else "",
        _officers(row, holders),
    ]


def _basis(row: LedgerRow, library: Library) -> str:
    """What the matter's own list says it violates, and what its outcome rests on."""
    lines = []
    for id in row.items:
        item = library.items.get(id)
        lines.append((item.basis or item.title) if item else words.MATTER_GONE.format(item=id))
    if row.case.outcome_basis:
        lines.append(words.OUTCOME_BASIS.format(basis=row.case.outcome_basis))
    return "\n".join(lines)


def _class(case: Case) -> str:
    name = SEVERITY_NAMES[case.severity] if case.severity else words.UNDIAGNOSED if case.is_open else ""
    return name + (words.HISTORICAL if case.is_historical else "")


def _pledges(case: Case) -> str:
    """Each kind of pledge with its promises: 整改承诺3项：兑现2、违背1."""
    lines = []
    for kind, name in PLEDGE_NAMES.items():
        states = Counter[str](promise.state for promise in case.promises if promise.kind == kind)
        if states:
            said = "、".join(f"{word}{states[state]}" for state, word in words.PROMISE_STATES.items() if states[state])
            lines.append(words.PLEDGE.format(kind=name, count=states.total(), states=said))
    return "\n".join(lines) or words.NO_PLEDGE


def _rectification(row: LedgerRow, today: dt.date) -> str:
    case = row.case
    if case.stage == "logged":
        return STAGE_NAMES["logged"]
    if case.stage == "submitted":
        return words.SUBMITTED.format(count=row.evidence)
    if case.evidence_passed:
        return words.CORRECTED.format(count=row.evidence)
    if not case.is_open:
        return words.NOTHING_TO_CORRECT if case.outcome in WITHOUT_RECTIFICATION else words.NOT_CORRECTED
    late = overdue_days(case, today)
    return words.OVERDUE.format(days=late) if late else words.CORRECTING


def _review(case: Case) -> str:
    if case.evidence_passed:
        said = words.REVIEW_PASSED
    elif "evidence" in case.waived:
        said = words.REVIEW_WAIVED
    elif case.missing_evidence:
        said = words.REVIEW_RETURNED.format(missing=case.missing_evidence)
    else:
        said = words.REVIEW_WAITS if case.stage == "submitted" else ""
    return said + (words.PERIODS.format(n=case.period) if said and case.period > 1 else "")


def _officers(row: LedgerRow, holders: Mapping[int, str]) -> str:
    """The department and who answers for the case; once closed, the officers who are named for it (处罚法 第四十二条)."""
    named = [holders[office] for office in row.case.officers if office in holders]
    return f"{row.department} {'、'.join(dict.fromkeys(named)) or row.officer}"
