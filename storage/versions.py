"""Versions of documents and lists (R10): draft → published → replaced or withdrawn; publishing is one transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.findings import Finding
from knowledge.library import Collection
from storage.tables import Publication, Version


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One version without its content."""

    id: int
    source: str
    number: int
    kind: str
    state: str
    origin: str
    digest: str
    made: dt.datetime
    published: dt.datetime | None


class UnknownVersion(LookupError):
    """没有这个版本，或者它不是草稿。"""


def _info(row: Version) -> VersionInfo:
    return VersionInfo(
        row.id, row.source, row.number, row.kind, row.state, row.origin, row.digest, row.made, row.published
    )


def digest_of(payload: str) -> str:
    """The SHA-256 of a collection's stable text."""
    return hashlib.sha256(payload.encode()).hexdigest()


async def add_draft(
    session: AsyncSession,
    collection: Collection,
    findings: Sequence[Finding],
    now: dt.datetime,
    origin: str = "imported",
) -> tuple[VersionInfo, bool]:
    """Keep a collection as a draft. The same content as the newest version is not kept twice (``False``)."""
    payload = collection.to_json()
    digest = digest_of(payload)
    newest = (
        await session.execute(
            select(Version).where(Version.source == collection.source.id).order_by(Version.number.desc()).limit(1)
        )
    ).scalar_one_or_none()
    if newest is not None and newest.digest == digest and newest.state in ("draft", "published"):
        return _info(newest), False
    row = Version(
        source=collection.source.id,
        number=(newest.number if newest else 0) + 1,
        kind=collection.kind,
        state="draft",
        origin=origin,
        payload=payload,
        digest=digest,
        findings=json.dumps([asdict(f) for f in findings], ensure_ascii=False),
        made=now,
    )
    session.add(row)
    await session.flush()
    return _info(row), True


async def publish(session: AsyncSession, version_id: int, now: dt.datetime) -> VersionInfo:
    """Publish a draft; the version published before is replaced in the same transaction. Raises ``UnknownVersion``."""
    row = await session.get(Version, version_id, with_for_update=True)
    if row is None or row.state not in ("draft", "published"):
        raise UnknownVersion(UnknownVersion.__doc__)
    if row.state == "draft":
        await session.execute(
            update(Version).where(Version.source == row.source, Version.state == "published").values(state="replaced")
        )
        row.state, row.published = "published", now
        session.add(Publication(version=row.id, act="publish", at=now))
        await session.flush()
    return _info(row)


async def withdraw(session: AsyncSession, source: str, now: dt.datetime) -> VersionInfo:
    """Take a collection out of force; it stays in the record. Raises ``UnknownVersion``."""
    row = (
        await session.execute(
            select(Version).where(Version.source == source, Version.state == "published").with_for_update()
        )
    ).scalar_one_or_none()
    if row is None:
        raise UnknownVersion("没有已公布的版本。")
    row.state = "withdrawn"
    session.add(Publication(version=row.id, act="withdraw", at=now))
    await session.flush()
    return _info(row)


async def versions(session: AsyncSession) -> list[VersionInfo]:
    """All versions, newest first."""
    return [_info(row) for row in (await session.execute(select(Version).order_by(Version.id.desc()))).scalars()]


async def published(session: AsyncSession) -> list[Collection]:
    """The collections in force, in the order they were first added."""
    rows = await session.execute(select(Version.payload).where(Version.state == "published").order_by(Version.id))
    return [Collection.from_json(payload) for payload in rows.scalars()]


async def collection_of(session: AsyncSession, version_id: int) -> Collection:
    """The content of one version. Raises ``UnknownVersion``."""
    row = await session.get(Version, version_id)
    if row is None:
        raise UnknownVersion(UnknownVersion.__doc__)
    return Collection.from_json(row.payload)


async def published_of(session: AsyncSession, source: str) -> Collection | None:
    """The collection of a source that is in force, if any."""
    payload = (
        await session.execute(select(Version.payload).where(Version.source == source, Version.state == "published"))
    ).scalar_one_or_none()
    return None if payload is None else Collection.from_json(payload)


async def publication_mark(session: AsyncSession) -> int:
    """The highest publication so far; another number than before means that the index must be rebuilt."""
    return (await session.execute(select(func.coalesce(func.max(Publication.id), 0)))).scalar_one()


async def newest_of(session: AsyncSession, source: str) -> VersionInfo | None:
    """The newest version of a source, whatever its state."""
    row = (
        await session.execute(select(Version).where(Version.source == source).order_by(Version.number.desc()).limit(1))
    ).scalar_one_or_none()
    return None if row is None else _info(row)
