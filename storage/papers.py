"""Papers as they are kept: a version for each making, what it was filled with, and how far it has come on its way out.

``state``: draft, review (with legal), returned, passed, sent. The file itself lies outside under its digest.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.tables import CaseFile, Enterprise, Paper, Person

State = Literal["draft", "review", "returned", "passed", "sent"]


@dataclass(frozen=True, slots=True)
class PaperInfo:
    """One version of a paper. ``record``: what the record gave, ``given``: what the officer did; ``missing``: 〔待填〕.

    ``template`` is the digest of the template, ``file`` that of the paper, whose ``size`` is in bytes.
    """

    id: int
    case: int
    number: str
    enterprise_name: str
    jurisdiction: str
    kind: str
    version: int
    state: State
    record: Mapping[str, str]
    given: Mapping[str, str]
    template: str
    missing: tuple[str, ...]
    file: str
    size: int
    made_by: int | None
    maker_name: str | None
    made: dt.datetime
    reviewer_name: str | None
    reviewed: dt.datetime | None
    reason: str | None
    is_newest: bool


async def add(
    session: AsyncSession,
    *,
    case: int,
    kind: str,
    record: Mapping[str, str],
    given: Mapping[str, str],
    template: str,
    missing: Sequence[str],
    file: str,
    size: int,
    person: int | None,
    now: dt.datetime,
) -> PaperInfo:
    """Keep a new version. The case must be locked, so that no two get the same one."""
    last = select(func.max(Paper.version)).where(Paper.case == case, Paper.kind == kind)
    version = ((await session.execute(last)).scalar() or 0) + 1
    fields = {"record": dict(record), "given": dict(given), "template": template, "size": size}
    row = Paper(
        case=case,
        kind=kind,
        version=version,
        state="draft",
        fields=json.dumps(fields, ensure_ascii=False, sort_keys=True),
        missing=json.dumps(list(missing), ensure_ascii=False),
        file=file,
        made_by=person,
        made=now,
    )
    session.add(row)
    await session.flush()
    found = await paper(session, row.id)
    assert found is not None
    return found


async def move(
    session: AsyncSession,
    id: int,
    to: State,
    *,
    of: Sequence[State],
    reviewer: int | None = None,
    reviewed: dt.datetime | None = None,
    reason: str | None = None,
) -> bool:
    """Bring a version on, if it still is where the speaker saw it; ``False`` when somebody else was first.

    What legal said stays with it until somebody says something else.
    """
    columns: dict[str, Any] = {"state": to}
    if reviewed is not None:
        columns |= {"reviewer": reviewer, "reviewed": reviewed}
    if reviewed is not None or reason is not None:
        columns["reason"] = reason
    done = await session.execute(
        update(Paper).where(Paper.id == id, Paper.state.in_(of)).values(**columns).returning(Paper.id)
    )
    return done.scalar() is not None


# ---- finding


async def paper(session: AsyncSession, id: int, *, lock: bool = False) -> PaperInfo | None:
    """A version by its id; ``lock`` keeps others from bringing it on until the transaction ends."""
    if not 0 < id < 2**63:  # beyond, the drivers refuse the number
        return None
    if lock:
        await session.execute(select(Paper.id).where(Paper.id == id).with_for_update())
    return next(iter(await _found(session, _all().where(Paper.id == id))), None)


async def of_case(session: AsyncSession, case: int) -> list[PaperInfo]:
    """Every version of every paper of a case, newest first."""
    return await _found(session, _all().where(Paper.case == case).order_by(Paper.id.desc()))


async def newest(session: AsyncSession, case: int, kind: str) -> PaperInfo | None:
    """The newest version of a kind."""
    found = await _found(session, _all().where(Paper.case == case, Paper.kind == kind, _is_newest()))
    return found[0] if found else None


async def to_review(session: AsyncSession, jurisdiction: str, limit: int = 200) -> list[PaperInfo]:
    """What waits for legal in a jurisdiction, longest waiting first; a version that was made anew since is left out."""
    statement = _all().where(CaseFile.jurisdiction == jurisdiction, Paper.state == "review", _is_newest())
    return await _found(session, statement.order_by(Paper.id).limit(limit))


def _is_newest() -> Any:
    newer = aliased(Paper)
    later = select(newer.id).where(newer.case == Paper.case, newer.kind == Paper.kind, newer.version > Paper.version)
    return ~later.exists()


def _all() -> Select[Any]:
    maker, reviewer = aliased(Person), aliased(Person)
    return (
        select(Paper, CaseFile, Enterprise.name, maker.name, reviewer.name, _is_newest())
        .join(CaseFile, CaseFile.id == Paper.case)
        .join(Enterprise, Enterprise.id == CaseFile.enterprise)
        .outerjoin(maker, maker.id == Paper.made_by)
        .outerjoin(reviewer, reviewer.id == Paper.reviewer)
        .execution_options(populate_existing=True)
    )


async def _found(session: AsyncSession, statement: Select[Any]) -> list[PaperInfo]:
    return [_info(*row) for row in (await session.execute(statement)).all()]


def _info(
    row: Paper, file: CaseFile, enterprise: str, maker: str | None, reviewer: str | None, is_newest: bool
) -> PaperInfo:
    fields = json.loads(row.fields)
    return PaperInfo(
        id=row.id,
        case=row.case,
        number=file.number,
        enterprise_name=enterprise,
        jurisdiction=file.jurisdiction,
        kind=row.kind,
        version=row.version,
        state=row.state,  # type: ignore[arg-type]
        record=fields["record"],
        given=fields["given"],
        template=fields["template"],
        missing=tuple(json.loads(row.missing)),
        file=row.file,
        size=fields["size"],
        made_by=row.made_by,
        maker_name=maker,
        made=row.made,
        reviewer_name=reviewer,
        reviewed=row.reviewed,
        reason=row.reason,
        is_newest=bool(is_newest),
    )
