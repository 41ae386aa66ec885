"""Enterprises as the register has them, and the facts that are declared or verified about them (R1)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.inserts import insert_into
from storage.tables import CaseFile, Enterprise, Fact

Status = Literal["declared", "verified"]
MAX_WORDS = 6
"""So many words of a search count."""
_BATCH = 1000
_FULL, _HALF = str.maketrans("()", "（）"), str.maketrans("（）", "()")


class KnownCode(ValueError):
    """这个统一社会信用代码已经登记了。"""


@dataclass(frozen=True, slots=True)
class EnterpriseInfo:
    """An enterprise as the register has it. ``origin``: register, officer or demo."""

    id: int
    name: str
    code: str
    division: str
    industry_code: str | None
    industry: str | None
    address: str | None
    founded: dt.date | None
    origin: str


@dataclass(frozen=True, slots=True)
class NewEnterprise:
    """An enterprise to be kept; its ``code`` is checked (GB 32100) by whoever read it."""

    name: str
    code: str
    division: str
    industry_code: str | None = None
    industry: str | None = None
    address: str | None = None
    founded: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the rows of a register, each code counted once."""

    added: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class KnownFact:
    """What is known of an enterprise under one name, and on whose word."""

    name: str
    value: Any
    status: Status
    at: dt.datetime


async def enterprise(session: AsyncSession, id: int) -> EnterpriseInfo | None:
    """An enterprise by its id."""
    if not 0 < id < 2**63:  # beyond, the drivers refuse the number
        return None
    row = await session.get(Enterprise, id, populate_existing=True)
    return None if row is None else _info(row)


async def by_code(session: AsyncSession, code: str) -> EnterpriseInfo | None:
    """An enterprise by its 统一社会信用代码, in capitals or not."""
    found = await _found(session, select(Enterprise).where(Enterprise.code == code.strip().upper()))
    return found[0] if found else None


async def search(
    session: AsyncSession, words: str, *, divisions: Sequence[str] | None, limit: int = 6
) -> list[EnterpriseInfo]:
    """Enterprises of these divisions (``None``: of all) with this very code, else whose name has all the words.

    The shortest names come first. Brackets may be full or half width.
    """
    pieces = words.split()[:MAX_WORDS]
    if not pieces:
        return []
    statement = select(Enterprise).order_by(func.length(Enterprise.name), Enterprise.name, Enterprise.id).limit(limit)
    if divisions is not None:
        statement = statement.where(Enterprise.division.in_(divisions))
    exact = await _found(session, statement.where(Enterprise.code == words.strip().upper()))
    if exact:
        return exact
    for piece in pieces:
        spellings = {piece, piece.translate(_FULL), piece.translate(_HALF)}
        statement = statement.where(or_(*(Enterprise.name.icontains(one, autoescape=True) for one in spellings)))
    return await _found(session, statement)


async def register_state(session: AsyncSession, divisions: Sequence[str]) -> tuple[int, dt.datetime | None]:
    """How many enterprises these divisions have and when one was last changed: tells whether an index is current."""
    statement = select(func.count(), func.max(Enterprise.changed)).where(Enterprise.division.in_(divisions))
    count, changed = (await session.execute(statement)).one()
    return int(count), changed


async def names(
    session: AsyncSession,
    divisions: Sequence[str],
    since: dt.datetime | None = None,
    ids: Sequence[int] | None = None,
) -> list[tuple[int, str, str | None]]:
    """Id, name and address of the enterprises of these divisions: of all, those changed at a time or after it, or of some."""
    statement = select(Enterprise.id, Enterprise.name, Enterprise.address)
    if ids is not None:  # nothing of the division beside it: SQLite would go through all of that
        statement = statement.where(Enterprise.id.in_(ids))
    else:
        statement = statement.where(Enterprise.division.in_(divisions))
    if since is not None:
        statement = statement.where(Enterprise.changed >= since)
    rows = await session.execute(statement.order_by(Enterprise.id))
    return [(id, name, address) for id, name, address in rows.all()]


async def names_alone(session: AsyncSession, divisions: Sequence[str]) -> list[tuple[int, str]]:
    """Id and name of every enterprise of these divisions, in no order: read from the index by name alone."""
    rows = await session.execute(select(Enterprise.id, Enterprise.name).where(Enterprise.division.in_(divisions)))
    return [(id, name) for id, name in rows.all()]


async def add(session: AsyncSession, info: NewEnterprise, origin: str, now: dt.datetime) -> int:
    """Keep one enterprise; returns its id. Raises ``KnownCode``."""
    statement = insert_into(session, Enterprise).values(**_columns(info), origin=origin, made=now, changed=now)
    statement = statement.on_conflict_do_nothing(index_elements=["code"]).returning(Enterprise.id)
    made = (await session.execute(statement)).scalar()
    if made is None:
        raise KnownCode(KnownCode.__doc__)
    return int(made)


async def correct(session: AsyncSession, id: int, now: dt.datetime, **columns: Any) -> bool:
    """Change columns of an enterprise (those of ``NewEnterprise``); ``False`` when there is none."""
    strange = columns.keys() - NewEnterprise.__dataclass_fields__.keys()
    if strange:
        raise TypeError(f"an enterprise has no {', '.join(sorted(strange))}")
    statement = update(Enterprise).where(Enterprise.id == id).values(**columns, changed=now).returning(Enterprise.id)
    is_there = (await session.execute(statement)).scalar() is not None
    if "name" in columns:
        await _found_anew(session, CaseFile.enterprise == id)
    return is_there


async def load_register(
    session: AsyncSession, rows: Sequence[NewEnterprise], now: dt.datetime, origin: str = "register"
) -> Loaded:
    """Bring the enterprises up to a register: add what is new by its code, change what differs, in batches.

    Of rows with one code the last counts. What a register does not name stays. Demo rows never touch other ones.
    """
    wanted = list({row.code.strip().upper(): _columns(row) for row in rows}.values())
    added = changed = 0
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        there = await _there(session, [row["code"] for row in batch])
        writes, renamed = [], []
        for row in batch:
            known = there.get(row["code"])
            if known is None:
                added += 1
            elif known == row | {"origin": origin} or (origin == "demo" and known["origin"] != "demo"):
                continue
            else:
                changed += 1
                if known["name"] != row["name"]:
                    renamed.append(row["code"])
            writes.append(row | {"origin": origin, "made": now, "changed": now})
        if writes:
            statement = insert_into(session, Enterprise.__table__)
            new = {name: statement.excluded[name] for name in writes[0] if name not in ("code", "made")}
            await session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=new), writes)
        if renamed:
            theirs = select(Enterprise.id).where(Enterprise.code.in_(renamed))
            await _found_anew(session, CaseFile.enterprise.in_(theirs))
    return Loaded(added, changed, len(wanted) - added - changed)


async def facts_of(session: AsyncSession, enterprise: int) -> dict[str, KnownFact]:
    """What is known of an enterprise, by name: the newest value, a verified one before a declared one as old."""
    rows = await session.execute(
        select(Fact.name, Fact.value, Fact.status, Fact.at)
        .where(Fact.enterprise == enterprise)
        .order_by(Fact.name, Fact.at, Fact.status)  # the last one of a name stays: "verified" sorts after "declared"
    )
    return {
        name: KnownFact(name, json.loads(value), "verified" if status == "verified" else "declared", at)
        for name, value, status, at in rows
    }


async def declare(
    session: AsyncSession, enterprise: int, name: str, value: Any, person: int | None, now: dt.datetime
) -> None:
    """Keep what a contact says of an enterprise, in place of what was declared before."""
    await _keep(session, enterprise, name, "declared", json.dumps(value, ensure_ascii=False), person, now)


async def verify(session: AsyncSession, enterprise: int, name: str, person: int | None, now: dt.datetime) -> bool:
    """Make the declared value a verified one on an officer's word; ``False`` when none is declared."""
    taken = await session.execute(
        delete(Fact)
        .where(Fact.enterprise == enterprise, Fact.name == name, Fact.status == "declared")
        .returning(Fact.value)
    )
    value = taken.scalar()
    if value is None:
        return False
    await _keep(session, enterprise, name, "verified", value, person, now)
    return True


async def _found_anew(session: AsyncSession, whose: ColumnElement[bool]) -> None:
    """Cases of enterprises that have another name now are found by that; it is written down later (``searching``)."""
    await session.execute(update(CaseFile).where(whose).values(found_by=None))


async def _keep(
    session: AsyncSession, enterprise: int, name: str, status: Status, value: str, person: int | None, now: dt.datetime
) -> None:
    statement = insert_into(session, Fact).values(
        enterprise=enterprise, name=name, status=status, value=value, person=person, at=now
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["enterprise", "name", "status"],
            set_={"value": value, "person": person, "at": statement.excluded.at},
        )
    )


async def _there(session: AsyncSession, codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    names = [*NewEnterprise.__dataclass_fields__, "origin"]
    columns = [getattr(Enterprise, name) for name in names]
    rows = await session.execute(select(*columns).where(Enterprise.code.in_(codes)))
    return {row.code: dict(zip(names, row, strict=True)) for row in rows}


async def _found(session: AsyncSession, statement: Select[Enterprise]) -> list[EnterpriseInfo]:
    rows = await session.execute(statement.execution_options(populate_existing=True))
    return [_info(row) for row in rows.scalars()]


def _columns(new: NewEnterprise) -> dict[str, Any]:
    """The columns as they are kept: codes in capitals, long texts cut, so that both databases agree."""
    cut = {
        "code": new.code.strip().upper(),
        "name": new.name.strip()[:120],
        "industry": new.industry and new.industry[:80],
        "address": new.address and new.address[:200],
    }
    return asdict(new) | cut


def _info(row: Enterprise) -> EnterpriseInfo:
    return EnterpriseInfo(
        id=row.id,
        name=row.name,
        code=row.code,
        division=row.division,
        industry_code=row.industry_code,
        industry=row.industry,
        address=row.address,
        founded=row.founded,
        origin=row.origin,
    )
