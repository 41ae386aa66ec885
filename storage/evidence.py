"""Evidence of cases: texts, and files that lie outside the database under their digests (R26, R34)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import CaseFile, Evidence, Person

KINDS = ("inspection", "before", "after")
"""Found by the officer; by the enterprise before and after its rectification."""
MOST_LOOKS = 5000
"""Among so many pictures one that looks alike is searched for."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


class NotEvidence(ValueError):
    """证据应有文字或者文件，种类应为检查、整改前、整改后之一。"""


class KeptFile(Protocol):
    """A file as it was taken in; its bytes lie under the digest."""

    @property
    def digest(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def mime(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def taken(self) -> dt.datetime | None: ...
    @property
    def likeness(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class EvidenceInfo:
    """A piece of evidence. ``text`` or the file's columns are set, or both; ``taken`` is what the picture says."""

    id: int
    case: int
    kind: str
    text: str | None
    digest: str | None
    name: str | None
    mime: str | None
    size: int | None
    taken: dt.datetime | None
    person: int | None
    person_name: str | None
    at: dt.datetime
    promise: str | None = None
    likeness: str | None = None


async def add(
    session: AsyncSession,
    *,
    case: int,
    kind: str,
    text: str | None = None,
    file: KeptFile | None = None,
    person: int | None,
    now: dt.datetime,
    promise: str | None = None,
) -> int:
    """Keep a piece of evidence, of one promise if named (R34); returns its id. Raises ``NotEvidence``."""
    is_file = file is not None and _DIGEST.fullmatch(file.digest) is not None
    if kind not in KINDS or not (text or file) or (file is not None and not is_file):
        raise NotEvidence(NotEvidence.__doc__)
    row = Evidence(
        case=case,
        kind=kind,
        promise=promise,
        text=text or None,
        digest=file and file.digest,
        name=file and file.name[:120],
        mime=file and file.mime[:80],
        size=file and file.size,
        taken=file and file.taken,
        likeness=file and file.likeness,
        person=person,
        at=now,
    )
    session.add(row)
    await session.flush()
    return row.id


async def of_case(session: AsyncSession, case: int, kind: str | None = None) -> list[EvidenceInfo]:
    """The evidence of a case in the order it came, of one kind if asked for."""
    statement = select(Evidence, Person.name).outerjoin(Person, Person.id == Evidence.person)
    statement = statement.where(Evidence.case == case)
    if kind is not None:
        statement = statement.where(Evidence.kind == kind)
    return [_info(row, name) for row, name in (await session.execute(statement.order_by(Evidence.id))).all()]


@dataclass(frozen=True, slots=True)
class Twin:
    """The same file in another case: whose case it is, and since when."""

    case: int
    number: str
    jurisdiction: str
    department: str
    at: dt.datetime


async def twins(session: AsyncSession, digests: Collection[str], except_case: int) -> dict[str, Twin]:
    """For each of these files that another case has too, the oldest such case."""
    statement = (
        select(Evidence.digest, CaseFile.id, CaseFile.number, CaseFile.jurisdiction, CaseFile.department, Evidence.at)
        .join(CaseFile, CaseFile.id == Evidence.case)
        .where(Evidence.digest.in_(digests), Evidence.case != except_case)
        .order_by(Evidence.at.desc(), Evidence.id.desc())
    )
    rows = (await session.execute(statement)).all()
    return {
        digest: Twin(case, number, jurisdiction, department, at)
        for digest, case, number, jurisdiction, department, at in rows
        if digest
    }


@dataclass(frozen=True, slots=True)
class Looks:
    """What a picture of a case looks like, and whose case it is."""

    digest: str
    likeness: str
    twin: Twin


async def looks(session: AsyncSession, jurisdiction: str, *, limit: int = MOST_LOOKS) -> list[Looks]:
    """What the newest pictures of a jurisdiction's cases look like, the oldest of them first."""
    statement = (
        select(
            Evidence.digest,
            Evidence.likeness,
            CaseFile.id,
            CaseFile.number,
            CaseFile.jurisdiction,
            CaseFile.department,
            Evidence.at,
        )
        .join(CaseFile, CaseFile.id == Evidence.case)
        .where(Evidence.likeness.is_not(None), CaseFile.jurisdiction == jurisdiction)
        .order_by(Evidence.id.desc())
        .limit(limit)
    )
    rows = (await session.execute(statement)).all()
    found = [
        Looks(digest, like, Twin(case, number, place, department, at))
        for digest, like, case, number, place, department, at in rows
        if digest and like
    ]
    return found[::-1]


async def since(session: AsyncSession, case: int, digests: Collection[str]) -> dict[str, dt.datetime]:
    """For each of these files that the case has already, since when."""
    statement = (
        select(Evidence.digest, func.min(Evidence.at).label("at"))
        .where(Evidence.case == case, Evidence.digest.in_(digests))
        .group_by(Evidence.digest)
    )
    return {digest: at for digest, at in (await session.execute(statement)).all() if digest}


async def count(session: AsyncSession, case: int, kind: str | None = None) -> int:
    """How many pieces of evidence a case has, of one kind if asked for."""
    statement = select(func.count()).select_from(Evidence).where(Evidence.case == case)
    if kind is not None:
        statement = statement.where(Evidence.kind == kind)
    return int((await session.execute(statement)).scalar_one())


async def digests(session: AsyncSession) -> set[str]:
    """The digests of all evidence: what a sweep of the files must leave."""
    found = (await session.execute(select(Evidence.digest).distinct())).scalars()
    return {digest for digest in found if digest}


def _info(row: Evidence, name: str | None) -> EvidenceInfo:
    return EvidenceInfo(
        row.id,
        row.case,
        row.kind,
        row.text,
        row.digest,
        row.name,
        row.mime,
        row.size,
        row.taken,
        row.person,
        name,
        row.at,
        row.promise,
        row.likeness,
    )
