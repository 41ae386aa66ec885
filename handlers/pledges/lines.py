"""What a case's page, lists and reminders say of its pledges, in a line each (R34, R36)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from handlers.cases.common import with_weekday
from handlers.pledges import words
from handlers.turn import CHINA, Turn
from knowledge.pledges.standing import STANDING_NAMES, now_of, standing, state_words
from knowledge.pledges.text import promise_words
from knowledge.procedure.case import Case, Promise
from knowledge.procedure.periods import running_promises
from knowledge.workdays import workdays_between
from storage import pledges
from storage.cases import CaseInfo
from storage.pledges import PledgeInfo


async def of_case(turn: Turn, info: CaseInfo) -> list[str]:
    """The pledges of a case that are in force: what they are, how many promises were kept, which is next."""
    if not info.case.promises:
        return []
    return [line(one, info.case) for one in await pledges.of_case(turn.session, info.id) if one.state == "signed"]


def line(pledge: PledgeInfo, case: Case) -> str:
    """整改承诺书第1版：2条，履行中，做到1条，下一条11月23日前."""
    now = now_of(pledge.promises, case)
    said = words.LINE.format(
        title=words.title_of(pledge.kind),
        version=pledge.version,
        count=len(now),
        standing=STANDING_NAMES[standing(now)],
    )
    for worded, promises in (
        (words.LINE_KEPT, [promise for promise in now if promise.state == "kept"]),
        (words.LINE_BROKEN, [promise for promise in now if promise.state == "broken"]),
        (words.LINE_WAITING, [promise for promise in now if promise.is_waiting]),
    ):
        said += worded.format(count=len(promises)) if promises else ""
    ahead = [promise.due for promise in now if promise.state == "open" and not promise.is_waiting]
    return said + (words.LINE_NEXT.format(day=f"{min(ahead).month}月{min(ahead).day}日") if ahead else "")


def counted(case: Case) -> str:
    """The promises of a case in a list of cases: 承诺2条做到1条; nothing without any."""
    if not case.promises:
        return ""
    states = [promise.state for promise in case.promises]
    broken = f"，{states.count('broken')}条没做到" if "broken" in states else ""
    return f"，承诺{len(states)}条做到{states.count('kept')}条{broken}"


def promise_lines(pledge: PledgeInfo, case: Case, today: dt.date) -> list[str]:
    """Every promise of a pledge: what, by when, how it stands; where the authority moved the day, both days."""
    found = []
    for n, (signed, now) in enumerate(zip(pledge.promises, now_of(pledge.promises, case), strict=True), 1):
        moved = words.MOVED.format(day=_short(signed.due)) if now.due != signed.due else ""
        found.append(f"{n}. {now.text}：{with_weekday(now.due)}前，{state_words(now)}{_left(now, today)}{moved}")
    return found


def changes(before: PledgeInfo, now: PledgeInfo) -> list[str]:
    """What a new version promises otherwise than the one before it: what was added, what reads otherwise (R34)."""
    known = {promise.id: promise_words(promise) for promise in before.promises}
    found = []
    for promise in now.promises:
        said = promise_words(promise)
        if promise.id not in known:
            found.append(words.CHANGED_NEW.format(now=said))
        elif known[promise.id] != said:
            found.append(words.CHANGED_TO.format(before=known[promise.id], now=said))
    return found


def _left(promise: Promise, today: dt.date) -> str:
    if promise.state != "open" or promise.is_waiting:
        return ""
    if promise.due < today:
        return "，已过期"
    if promise.due == today:
        return "，今天到期"
    return f"，还有{workdays_between(today, promise.due)}个工作日"


def _short(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"


def due_on(case: Case, due: dt.date) -> list[Promise]:
    """The running promises of a day."""
    return [promise for promise in running_promises(case) if promise.due == due]


def reminding(info: CaseInfo, due: dt.date, now: dt.datetime) -> str:
    """The conclusion of a reminder of promises: which case, which day, how many working days are left (R39)."""
    today = now.astimezone(CHINA).date()
    day = with_weekday(due)
    if today > due:
        return words.REMIND_LATE.format(number=info.number, day=day)
    if today == due:
        return words.REMIND_TODAY.format(number=info.number, day=day)
    return words.REMIND_BEFORE.format(number=info.number, day=day, days=workdays_between(today, due))


def named(promises: Iterable[Promise]) -> str:
    """Promises by their words, for a reminder; nothing for none."""
    texts: Sequence[str] = [promise.text for promise in promises]
    return words.REMIND_WHAT.format(texts="；".join(texts)) if texts else ""
