"""What an enterprise has behind it, in a line or two: on the card before an inspection is confirmed, and on its page (R23)."""

from __future__ import annotations

import datetime as dt

from handlers.cases import common
from handlers.cases import desk_words as words
from handlers.turn import CHINA, Turn
from knowledge.procedure.case import OUTCOME_NAMES
from storage import histories
from storage.histories import History


async def history(turn: Turn, enterprise: int) -> History:
    """The enterprise's cases this year, its visits this month, and the rest."""
    return await histories.history(
        turn.session,
        enterprise,
        year_since=turn.today.replace(month=1, day=1),
        visits_since=dt.datetime.combine(turn.today.replace(day=1), dt.time(), CHINA),
    )


def brief(found: History) -> str:
    """首次 or not, cases this year, visits this month."""
    first = words.FIRST if found.is_first else words.NOT_FIRST
    return words.HISTORY.format(first=first, cases=found.cases_this_year, open=found.open_cases, visits=found.visits)


def lines(turn: Turn, found: History) -> list[str]:
    """The same with pledges, self-checks, and the latest case that the office may see (R1) with its outcome."""
    office, told = turn.speaker.office, [brief(found)]
    if office and found.latest and (office.role != "officer" or found.latest.department == office.department):
        case = found.latest.case
        outcome = OUTCOME_NAMES[case.outcome] if case.outcome else common.headline(case)
        told.append(words.HISTORY_LATEST.format(number=found.latest.number, outcome=outcome))
    if found.pledges or found.checks_sent:
        told.append(words.HISTORY_MORE.format(pledges=found.pledges, checks=found.checks_sent))
    return told
