"""Why a pledge is refused: by which clause, and for a day in words that say what is expected (R11, R22, R34–R36)."""

from __future__ import annotations

import datetime as dt

from knowledge.pledges.text import day_words
from knowledge.procedure import acts
from knowledge.procedure.case import Case, PledgeKind, Promise
from knowledge.procedure.results import Refused
from knowledge.procedure.steps import step

_SERIOUS, _DIAGNOSED = "dinghai-2-2-3", "dinghai-2-3"
_CLAUSES = {
    "R11": "dinghai-supplement",
    "R22": _SERIOUS,
    "R25": "dinghai-2-3",
    "R34": "echeng-3-6",  # 写明承诺人的姓名、承诺改正的事项和时间
}
_KEPT_IN_TIME: dict[PledgeKind, str] = {"acknowledgement": "echeng-3-5", "voluntary": "echeng-3-6"}


def clause_of(refused: Refused, kind: PledgeKind, case: Case) -> str | None:
    """The clause that a refusal rests on; ``None`` where the rule book alone says it."""
    if refused.rule == "R35":
        return _DIAGNOSED if case.severity is None else _SERIOUS
    if refused.rule == "R36":
        return _KEPT_IN_TIME.get(kind)
    return _CLAUSES.get(refused.rule)


def day_refusal(case: Case, kind: PledgeKind, due: dt.date, day: dt.date) -> str:
    """What is said to a day that the procedure does not take for a promise; empty when it does (R25, R34)."""
    answer = step(case, acts.Pledge((Promise("（新）", "（新）", due),), kind), day)
    if not isinstance(answer, Refused):
        return ""
    if due < day:
        return f"承诺的日期不能早于今天（{day_words(day)}）。"
    if answer.rule == "R25" and case.due:
        return f"承诺不能晚于整改期限（{day_words(max(case.due, day))}）。"
    return answer.words
