"""The ladder of reminders and escalations (R39, R40), and when a push may go out and how many become one (R41)."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, get_args

from knowledge.procedure.case import Case
from knowledge.procedure.periods import running_promises
from knowledge.procedure.results import OFFICES
from knowledge.workdays import CHINA, add_workdays, workday_before
from knowledge.yaml_data import DataError, Node, load_yaml

Recipient = Literal["contact", "officer"]
FROM, UNTIL = dt.time(8), dt.time(20)
"""Pushes go out from 08:00 and before 20:00 (R41)."""
DIGEST_FROM = 3
DAYS_AHEAD = 14
"""For how many days a daily rung is given ahead; who lays it lays it again at every tick."""
MAX_WORKDAYS = 60
VISIT = "visit"
"""What the kinds of the visit's rungs begin with."""
PROMISE = "p_"
"""What the kinds of the promises' rungs begin with."""
_FILE = Path(__file__).parents[1] / "data" / "procedure" / "ladder.yaml"
_REQUIRED_REMINDERS = (
    ("contact", -3, False),
    ("contact", -1, False),
    ("contact", 0, False),
    ("contact", 1, False),
    ("officer", 0, False),
    ("officer", 1, True),
)
_REQUIRED_ESCALATIONS = ((1, "officer"), (1, "liaison"), (3, "leader"), (5, "supervisor"))
Ref = TypeVar("Ref")


@dataclass(frozen=True, slots=True)
class Reminding:
    """One reminder of the ladder: to whom, how many working days from the due day, at what time; ``daily`` from then on."""

    kind: str
    to: Recipient
    workdays: int
    at: dt.time
    daily: bool = False
    rule: str = "R39"
    cites: str = ""


@dataclass(frozen=True, slots=True)
class Escalation:
    """One step up: after so many overdue working days, copies to these offices (R40)."""

    workdays: int
    to: tuple[str, ...]
    rule: str = "R40"
    cites: str = ""


@dataclass(frozen=True, slots=True)
class Visiting:
    """The follow-up visit (R26): how many working days it has when the case's own day is past, and when it is reminded of."""

    workdays: int
    at: dt.time
    rule: str = "R26"
    cites: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The reminders, the escalations in order, and the visit's day, as checked against the documents on a day."""

    reminders: tuple[Reminding, ...]
    escalations: tuple[Escalation, ...]
    visit: Visiting
    checked: dt.date

    def with_days(self, days: Iterable[int]) -> Ladder:
        """The same with more reminders to the enterprise, so many working days from the due day (R39: may add, not drop)."""
        there = {one.workdays for one in self.reminders if one.to == "contact"}
        more = [
            Reminding(f"before_{-n}" if n < 0 else f"after_{n}", "contact", n, dt.time(9))
            for n in sorted(set(days) - there)
        ]
        return replace(self, reminders=(*self.reminders, *more))

    def is_to_officer(self, kind: str) -> bool:
        """Whether a rung of this kind is for the officer: of the visit, or of a reminder that says so, a daily one too."""
        own = {one.kind for one in self.reminders if one.to == "officer"}
        return kind.startswith(VISIT) or kind in own or kind.rpartition("_")[0] in own


@dataclass(frozen=True, slots=True)
class Rung:
    """A reminder that lies ahead: its kind, to whom, for which due day, on which day, and when it may go out."""

    kind: str
    to: Recipient
    due: dt.date
    day: dt.date
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Push(Generic[Ref]):
    """Something to be pushed into a chat; ``ref`` is whatever the caller knows it by."""

    chat: str
    is_deadline: bool
    ref: Ref


def rungs(case: Case, ladder: Ladder, day: dt.date) -> list[Rung]:
    """What lies ahead from ``day`` on, in order of time (R39); nothing while it is not the enterprise's turn (R40)."""
    if case.turn != "enterprise" or case.due is None:
        return []
    found = [rung for one in ladder.reminders for rung in _ahead(one, one.kind, case.due, day)]
    return sorted(found, key=lambda rung: (rung.at, rung.to, rung.kind))


def promise_rungs(case: Case, ladder: Ladder, day: dt.date) -> list[Rung]:
    """The same for the promises whose time runs (R34, R39): for each day of theirs of which the case's own rungs do not speak.

    Promises of one day share their rungs. The officer is told when one is broken.
    """
    spoken = case.due if case.turn == "enterprise" else None
    days = sorted({promise.due for promise in running_promises(case)} - {spoken})
    to_contact = [one for one in ladder.reminders if one.to == "contact"]
    found = [rung for due in days for one in to_contact for rung in _ahead(one, PROMISE + one.kind, due, day)]
    return sorted(found, key=lambda rung: (rung.at, rung.kind))


def _ahead(one: Reminding, kind: str, due: dt.date, day: dt.date) -> list[Rung]:
    """The rungs that one reminder makes for a due day, from ``day`` on."""
    first = _day_of(due, one.workdays)
    if not one.daily:
        return [_rung(kind, one, due, first)] if first >= day else []
    days = (max(first, day) + dt.timedelta(n) for n in range(DAYS_AHEAD))
    return [_rung(f"{kind}_{(own - due).days}", one, due, own) for own in days]


def visit_rungs(case: Case, ladder: Ladder, day: dt.date) -> list[Rung]:
    """What the officer is told of a visit that waits (R26): on its day, and daily while it is not recorded."""
    if not case.awaits_visit or case.visit_due is None:
        return []
    found = []
    for own in (max(case.visit_due, day) + dt.timedelta(n) for n in range(DAYS_AHEAD)):
        late = (own - case.visit_due).days
        at = window(dt.datetime.combine(own, ladder.visit.at, CHINA))
        found.append(Rung(f"{VISIT}_late_{late}" if late else f"{VISIT}_due", "officer", case.visit_due, own, at))
    return found


def _day_of(due: dt.date, workdays: int) -> dt.date:
    if workdays == 0:
        return due  # on a rest day too: the day binds
    return (workday_before(due, -workdays) if workdays < 0 else add_workdays(due, workdays)).day


def _rung(kind: str, one: Reminding, due: dt.date, day: dt.date) -> Rung:
    return Rung(kind, one.to, due, day, window(dt.datetime.combine(day, one.at, CHINA)))


def window(at: dt.datetime) -> dt.datetime:
    """When a push may go out that is ready at ``at``: then, or at the next 08:00 of Shanghai (R41)."""
    local = at.astimezone(CHINA)
    if FROM <= local.time() < UNTIL:
        return local
    day = local.date() if local.time() < FROM else local.date() + dt.timedelta(1)
    return dt.datetime.combine(day, FROM, CHINA)


def digest(pushes: Sequence[Push[Ref]], told: Collection[str] = ()) -> list[tuple[Push[Ref], ...]]:
    """The pushes as messages (R41): three or more for one chat are one; so are those that are about no deadline.

    ``told``: the chats that have had a push about no deadline today; what they would get of that kind is left out and waits.
    """
    chats: dict[str, list[Push[Ref]]] = {}
    for push in pushes:
        if push.is_deadline or push.chat not in told:
            chats.setdefault(push.chat, []).append(push)
    messages: list[tuple[Push[Ref], ...]] = []
    for own in chats.values():
        if len(own) >= DIGEST_FROM:
            messages.append(tuple(own))
            continue
        messages += [(push,) for push in own if push.is_deadline]
        others = tuple(push for push in own if not push.is_deadline)
        messages += [others] if others else []
    return messages


@functools.cache
def shipped_ladder() -> Ladder:
    """The ladder that the project ships. Raises ``DataError``."""
    return load_ladder(_FILE)


def load_ladder(path: Path) -> Ladder:
    """The ladder of a file. Raises ``DataError`` (file, line): also when a rung of R39 or R40 is missing or moved."""
    root = load_yaml(path)
    reminders: list[Reminding] = []
    for node in _members(root, "reminders"):
        one = _reminding(node)
        if any(one.kind == other.kind for other in reminders):
            raise DataError(path, node.line, f"“{one.kind}”写了两次")
        reminders.append(one)
    escalations: list[Escalation] = []
    for node in _members(root, "escalations"):
        rung = _escalation(node)
        if escalations and rung.workdays <= escalations[-1].workdays:
            raise DataError(path, node.line, "各级升级应按天数从少到多，每个天数一级")
        escalations.append(rung)
    _complete(root, reminders, escalations)
    return Ladder(tuple(reminders), tuple(escalations), _visiting(root), root.day("checked"))


def _members(root: Node, name: str) -> list[Node]:
    node = root.field(name)
    if node is None:
        raise DataError(root.path, root.line, f"缺少“{name}”，应为列表")
    return list(node.items())


def _reminding(node: Node) -> Reminding:
    to, repeats = node.text("to"), node.optional("repeats")
    if to not in get_args(Recipient):
        raise DataError(node.path, node.line, "“to”应为 contact 或者 officer")
    if repeats not in (None, "daily"):
        raise DataError(node.path, node.line, "“repeats”应为 daily，或者不写")
    kind: Any = to
    return Reminding(
        _kind(node),
        kind,
        _workdays(node, -MAX_WORKDAYS),
        _time(node),
        bool(repeats),
        node.text("rule"),
        node.text("cites"),
    )


def _kind(node: Node) -> str:
    kind = node.text("kind")
    if not (kind.isascii() and kind.isidentifier() and len(kind) <= 18):
        raise DataError(node.path, node.line, "“kind”应为小写字母、数字、下划线，不超过18个字符")
    return kind


def _escalation(node: Node) -> Escalation:
    to = node.texts("to")
    if not to or not set(to) <= set(OFFICES):
        raise DataError(node.path, node.line, f"“to”应为 {'、'.join(OFFICES)} 里的几个")
    return Escalation(_workdays(node, 1), to, node.text("rule"), node.text("cites"))


def _visiting(root: Node) -> Visiting:
    node = root.field("visit")
    if node is None:
        raise DataError(root.path, root.line, "缺少“visit”，应有 workdays、at、rule、cites")
    return Visiting(_workdays(node, 1), _time(node), node.text("rule"), node.text("cites"))


def _workdays(node: Node, least: int) -> int:
    try:
        number = int(node.text("workdays"))
    except ValueError as error:
        raise DataError(node.path, node.line, "“workdays”应为整数") from error
    if not least <= number <= MAX_WORKDAYS:
        raise DataError(node.path, node.line, f"“workdays”应在 {least} 到 {MAX_WORKDAYS} 之间")
    return number


def _time(node: Node) -> dt.time:
    try:
        at = dt.datetime.strptime(node.text("at"), "%H:%M").time()  # noqa: DTZ007 - a time of day
    except ValueError as error:
        raise DataError(node.path, node.line, '“at”应为 "09:00" 这样的时刻') from error
    if not FROM <= at < UNTIL:
        raise DataError(node.path, node.line, "“at”应在 08:00 到 20:00 之间（R41）")
    return at


def _complete(root: Node, reminders: Sequence[Reminding], escalations: Sequence[Escalation]) -> None:
    """R39 and R40 may be added to, not dropped from."""
    there = {(one.to, one.workdays, one.daily) for one in reminders if one.at == dt.time(9)}
    for to, workdays, daily in _REQUIRED_REMINDERS:
        if (to, workdays, daily) not in there:
            raise DataError(root.path, root.line, f"少了 R39 的一级：to {to}，workdays {workdays}，at 09:00")
    steps = {(one.workdays, office) for one in escalations for office in one.to}
    for workdays, office in _REQUIRED_ESCALATIONS:
        if (workdays, office) not in steps:
            raise DataError(root.path, root.line, f"少了 R40 的一级：workdays {workdays}，to {office}")
