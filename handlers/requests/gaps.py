"""没答上的 (R51): the questions that found nothing, by department, on Monday and whenever they are asked for."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

from handlers.answers import short
from handlers.messages import Act, Choice, Reply
from handlers.requests import words
from handlers.requests.common import MENU
from handlers.turn import Acts, Knowledge, Turn
from knowledge.departments import department_word
from knowledge.routing import name_of, route
from storage import questions
from storage.database import Session
from storage.people import Office

WEEK = dt.timedelta(days=7)
SHOWN_GROUPS, SHOWN_QUESTIONS = 6, 4
Gaps = Mapping[str, Sequence[tuple[str, int]]]
"""By the word of a department (empty: not clear) the questions, each with how often it was asked, the commonest first."""


async def gaps(
    session: Session, knowledge: Knowledge, jurisdiction: str, since: dt.datetime, until: dt.datetime
) -> Gaps:
    """What found nothing in a place; questions of chats that chose no place are everybody's."""
    found = await questions.unanswered(session, since, until)
    counted = Counter(question for question, place in found if place in (None, jurisdiction))
    groups: dict[str, list[tuple[str, int]]] = {}
    for question, count in counted.most_common():
        now = knowledge.matcher.search(question, jurisdiction=jurisdiction)
        if now.outcome == "answer":
            continue  # settled since
        groups.setdefault(route(question, now.matches, knowledge.library).word, []).append((question, count))
    return dict(sorted(groups.items(), key=lambda group: (not group[0], -sum(count for _, count in group[1]))))


def own(found: Gaps, office: Office) -> Gaps:
    """What an office is shown: an officer the department's own, legal all of it."""
    if office.role != "officer":
        return found
    word = department_word(office.department)
    return {word: found[word]} if word in found else {}


def listed(found: Gaps, lead: str) -> Reply:
    """The questions, a department a line."""
    lines = []
    for word, asked in list(found.items())[:SHOWN_GROUPS]:
        said = "；".join(
            short(question, 30) + (f"（{count}次）" if count > 1 else "") for question, count in asked[:SHOWN_QUESTIONS]
        )
        more = f"等{len(asked)}个" if len(asked) > SHOWN_QUESTIONS else ""
        department = name_of(word) or words.GAPS_NO_DEPARTMENT
        lines.append(words.GAPS_LINE.format(department=department, questions=said + more))
    return Reply.of(("lead", lead), ("list", "\n".join(lines)), ("note", words.GAPS_NEXT), choices=[MENU])


def count(found: Gaps) -> int:
    """How many different questions these are."""
    return sum(len(asked) for asked in found.values())


async def _gaps(turn: Turn, act: Act) -> Reply:
    office = turn.speaker.office
    assert office is not None
    later = turn.now + dt.timedelta(seconds=1)
    found = await gaps(turn.session, turn.knowledge, office.jurisdiction, turn.now - WEEK, later)
    mine = own(found, office)
    if not mine:
        queue = Choice(words.LABEL_REQUESTS, {"do": "requests"})
        return Reply.of(("lead", words.GAPS_NONE), choices=[queue, MENU])
    return listed(mine, f"{words.GAPS}（{count(mine)}个）：")


ACTS: Acts = {"gaps": _gaps}
