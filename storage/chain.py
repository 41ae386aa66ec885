"""Chains of events (R28): each carries the digest of the one before, and its owner that of the newest one.

An event that was changed, lost, moved or added shows, and so does an end that was cut off: the next event goes on from
the digest that the owner keeps, not from whatever row is the last one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, literal, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.procedure.case import Case
from storage.tables import CaseEvent, CaseFile, Enterprise, EnterpriseEvent, Person

START = "0" * 64
"""What the first event has for the digest of the one before."""
AT_ONCE = 200
"""So many owners are walked by one statement: each is seen at one moment, and none holds the database for long."""
_ROWS = 500
Changes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Chain:
    """One kind of chain: the table of its events, that of what they happened to, and by what name that is known.

    ``seal`` keeps an event of one kind from standing in a chain of the other.
    """

    name: str
    events: Any
    owners: Any
    of: Any
    label: Any
    seal: tuple[str, ...] = ()


CASES = Chain("案件", CaseEvent, CaseFile, CaseEvent.case, CaseFile.number)
ENTERPRISES = Chain("企业", EnterpriseEvent, Enterprise, EnterpriseEvent.enterprise, Enterprise.code, ("enterprise",))


@dataclass(frozen=True, slots=True)
class EventInfo:
    """One act, as the record has it. ``changes``: what it changed in the case, each as (before, after)."""

    owner: int
    ordinal: int
    at: dt.datetime
    person: int | None
    person_name: str | None
    act: str
    data: dict[str, Any]
    changes: dict[str, tuple[Any, Any]]
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Break:
    """Where a record does not hold: of a case number or an enterprise code, at which event, and what is wrong."""

    kind: str
    label: str
    ordinal: int | None
    problem: str


@dataclass(slots=True)
class Walked:
    """How far a walk has come."""

    owners: int = 0
    events: int = 0


# ---- writing


async def append(
    session: AsyncSession,
    chain: Chain,
    owner: int,
    act: str,
    data: Mapping[str, Any],
    person: int | None,
    now: dt.datetime,
    changes: Changes | None = None,
) -> None:
    """Add an event at the end of an owner's chain. The owner's row is locked, so that two never get the same place.

    ``data`` is what JSON can hold; days in it are written in ISO form.
    """
    head = (await session.execute(_head(chain, owner).with_for_update(key_share=True))).scalar_one() or START
    last = (await session.execute(select(func.max(chain.events.ordinal)).where(chain.of == owner))).scalar_one()
    ordinal, text = (last or 0) + 1, _text(data, changes)
    digest = digest_of(chain, owner, ordinal, now, person, act, text, head)
    columns = {chain.of.key: owner, "ordinal": ordinal, "at": now, "person": person, "act": act, "data": text}
    session.add(chain.events(**columns, previous=head, digest=digest))
    await session.flush()
    await session.execute(update(chain.owners).where(chain.owners.id == owner).values(head=digest))


async def append_once(
    session: AsyncSession,
    chain: Chain,
    owner: int,
    act: str,
    data: Mapping[str, Any],
    person: int | None,
    now: dt.datetime,
    since: dt.datetime,
) -> bool:
    """The same, unless this person did the very same since a time; whether it was added."""
    same = (
        select(chain.events.ordinal)
        .where(chain.of == owner, chain.events.person == person, chain.events.act == act)
        .where(chain.events.at >= since, chain.events.data == _text(data))
        .limit(1)
    )
    if (await session.execute(same)).scalar() is not None:
        return False
    await session.execute(_head(chain, owner).with_for_update(key_share=True))
    if (await session.execute(same)).scalar() is not None:  # two taps at once
        return False
    await append(session, chain, owner, act, data, person, now)
    return True


def digest_of(
    chain: Chain, owner: int, ordinal: int, at: dt.datetime, person: int | None, act: str, data: str, previous: str
) -> str:
    """The SHA-256 of an event with the digest of the one before it."""
    moment = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    whole = json.dumps([*chain.seal, owner, ordinal, moment, person, act, data, previous], ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()


def _head(chain: Chain, owner: int) -> Any:
    return select(chain.owners.head).where(chain.owners.id == owner)


def _text(data: Mapping[str, Any], changes: Changes | None = None) -> str:
    whole = {"data": data, "changes": changes} if changes else {"data": data}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, default=dt.date.isoformat)


# ---- reading


async def events(session: AsyncSession, chain: Chain, owner: int) -> list[EventInfo]:
    """The whole course of an owner, oldest first."""
    statement = (
        select(chain.events, Person.name)
        .outerjoin(Person, Person.id == chain.events.person)
        .where(chain.of == owner)
        .order_by(chain.events.ordinal)
    )
    return [info_of(owner, row, name) for row, name in (await session.execute(statement)).all()]


async def head_of(session: AsyncSession, chain: Chain, owner: int) -> str | None:
    """The digest of an owner's newest event; ``None`` when nothing happened yet."""
    return (await session.execute(_head(chain, owner))).scalar_one_or_none()


async def place_of(session: AsyncSession, chain: Chain, owner: int, digest: str) -> int | None:
    """The place in an owner's chain of the event whose digest begins so; ``None`` when there is none."""
    begins = chain.events.digest.startswith(digest.lower(), autoescape=True)
    statement = select(chain.events.ordinal).where(chain.of == owner, begins).order_by(chain.events.ordinal)
    return (await session.execute(statement.limit(1))).scalar_one_or_none()


def info_of(owner: int, row: Any, name: str | None) -> EventInfo:
    """A row of a table of events as an event; ``name``: of who did it."""
    whole = json.loads(row.data)
    changes = {key: (before, after) for key, (before, after) in whole.get("changes", {}).items()}
    return EventInfo(
        owner, row.ordinal, row.at, row.person, name, row.act, whole["data"], changes, row.previous, row.digest
    )


# ---- checking


async def breaks(
    session: AsyncSession,
    chain: Chain,
    *,
    owner: int | None = None,
    walked: Walked | None = None,
    told: Callable[[Walked], None] = lambda walked: None,
) -> AsyncIterator[Break]:
    """Every break of the chains of a kind, or of one ``owner``, in constant memory.

    ``walked`` counts what was seen; ``told`` is called with it now and then.
    """
    walked = walked or Walked()
    last = 0
    while True:
        first = last
        link: _Link | None = None
        stream = await session.stream(_some(chain, owner, after=first))
        async for rows in stream.partitions(_ROWS):
            for row in rows:
                if link is None or link.owner != row.id:
                    for found in link.ends() if link else ():
                        yield found
                    link = _Link(chain, row.id, row.label, row.head, row.state, row)
                    last = row.id
                    walked.owners += 1
                if row.ordinal is not None:
                    walked.events += 1
                    for found in link.continues_with(row):
                        yield found
            told(walked)
        for found in link.ends() if link else ():
            yield found
        if last == first or owner is not None:
            break
    if owner is None:
        async for found in _left_behind(session, chain):
            yield found


def _some(chain: Chain, owner: int | None, after: int) -> Any:
    """The next owners that have a record, each with its events in order."""
    owners, event = chain.owners, chain.events
    is_case = owners is CaseFile
    state = owners.state if is_case else null()
    columns = [owners.id, chain.label.label("label"), owners.head, state.label("state")]
    for name in ("number", "enterprise", "stage", "severity", "turn", "due", "closed"):
        columns.append(getattr(owners, name) if is_case else literal(None).label(name))
    some = select(*columns).where(owners.id == owner if owner is not None else owners.id > after)
    if not is_case:
        some = some.where(or_(owners.head.is_not(None), select(event.ordinal).where(chain.of == owners.id).exists()))
    few = some.order_by(owners.id).limit(AT_ONCE).subquery()
    of_event = [event.ordinal, event.at, event.person, event.act, event.data, event.previous, event.digest]
    return (
        select(few, *of_event)
        .outerjoin(event, chain.of == few.c.id)
        .order_by(few.c.id, event.ordinal)
        .execution_options(yield_per=_ROWS)
    )


async def _left_behind(session: AsyncSession, chain: Chain) -> AsyncIterator[Break]:
    """Events of an owner that is not there any more."""
    there = select(chain.owners.id).where(chain.owners.id == chain.of).exists()
    statement = select(chain.of, func.count()).where(~there).group_by(chain.of).order_by(chain.of)
    async for owner, count in await session.stream(statement):
        yield Break(chain.name, f"编号不明（{owner}）", None, f"有{count}条记录，{chain.name}却不见了")


@dataclass
class _Link:
    """The chain of one owner while it is walked: how far it holds, and the state that its events lead to."""

    chain: Chain
    owner: int
    label: str
    head: str | None
    state: str | None
    row: Any
    ordinal: int = 0
    previous: str = START
    led_to: dict[str, Any] = field(default_factory=dict)
    opened: dict[str, Any] = field(default_factory=dict)
    holds: bool = True

    def continues_with(self, row: Any) -> Iterator[Break]:
        expected = digest_of(self.chain, self.owner, row.ordinal, row.at, row.person, row.act, row.data, row.previous)
        problem = ""
        if row.digest != expected:
            problem = "内容和摘要不符：时间、人、事或者内容被改过"
        elif row.ordinal != self.ordinal + 1:
            problem = f"前面少了{row.ordinal - self.ordinal - 1}条" if row.ordinal > self.ordinal else "次序不对"
        elif row.previous != self.previous:
            problem = "和前一条扣不上：前面有记录被改、被删或者被加"
        self.ordinal, self.previous = row.ordinal, row.digest
        if problem:
            self.holds = False
            yield self._break(problem, row.ordinal)
        else:
            yield from self._leads_on(row)

    def _leads_on(self, row: Any) -> Iterator[Break]:
        try:
            whole = json.loads(row.data)
            self.led_to |= {name: after for name, (_, after) in whole.get("changes", {}).items()}
            if row.ordinal == 1:
                self.opened = dict(whole["data"])
        except (AttributeError, KeyError, TypeError, ValueError):
            self.holds = False
            yield self._break("内容读不懂", row.ordinal)

    def ends(self) -> Iterator[Break]:
        if self.previous != (self.head or START):
            self.holds = False
            yield self._break("最后的记录被删、被加，或者留在案外的摘要被改" if self.ordinal else "记录都不见了", None)
        if self.chain is not CASES:
            return
        if not self.ordinal and self.holds:
            yield self._break("一条记录也没有", None)
        elif self.holds:
            yield from self._state_fits()

    def _state_fits(self) -> Iterator[Break]:
        """Whether the case is what its events lead to, and its row says the same of it as its state does."""
        try:
            case = Case.from_json(self.led_to)
            is_same = case == Case.from_json(json.loads(self.state or "{}"))
        except (KeyError, TypeError, ValueError):
            is_same = False
        if not is_same:
            yield self._break("案件现在的样子和记录对不上", None)
            return
        shown = (self.row.stage, self.row.severity, self.row.turn, self.row.due, self.row.closed)
        if shown != (case.stage, case.severity, case.turn, case.due, case.closed):
            yield self._break("列表里的阶段、程度或者日期和案件对不上", None)
        whose = {"number": self.row.number, "enterprise": self.row.enterprise}
        if any(self.opened.get(name, value) != value for name, value in whose.items()):
            yield self._break("编号或者企业和立案时的不一样", None)

    def _break(self, problem: str, ordinal: int | None) -> Break:
        return Break(self.chain.name, self.label, ordinal, problem)
