"""Versions of documents and lists (R10): draft → published → replaced or withdrawn; publishing is one transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

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


class BrokenVersion(ValueError):
    """版本的内容读不出来。"""


def _info(row: Version) -> VersionInfo:
    return VersionInfo(
        row.id, row.source, row.number, row.kind, row.state, row.origin, row.digest, row.made, row.published
    )


def digest_of(payload: str) -> str:
    """The SHA-256 of a collection's stable text."""
    return hashlib.sha256(payload.encode()).hexdigest()


def _content(row: Version) -> Collection:
    """What a version holds. Raises ``BrokenVersion`` naming it."""
    try:
        return Collection.from_json(row.payload)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BrokenVersion(f"{row.source} 第{row.number}版（版本号 {row.id}）的内容读不出来") from error


async def _one_at_a_time(session: AsyncSession) -> None:
    """Let nobody else add or publish a version until this transaction ends; on SQLite nobody else writes anyway."""
    if session.bind and session.bind.dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(7209432)"))


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
    await _one_at_a_time(session)
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
    await _one_at_a_time(session)
    row = await _row(session, version_id, lock=True)
    if row.state not in ("draft", "published"):
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
    await _one_at_a_time(session)
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


async def _row(session: AsyncSession, version_id: int, *, lock: bool = False) -> Version:
    known = 0 < version_id < 2**63  # beyond, the drivers refuse the number
    row = await session.get(Version, version_id, with_for_update=lock or None) if known else None
    if row is None:
        raise UnknownVersion(UnknownVersion.__doc__)
    return row


async def versions(session: AsyncSession) -> list[VersionInfo]:
    """All versions, newest first."""
    return [_info(row) for row in (await session.execute(select(Version).order_by(Version.id.desc()))).scalars()]


async def published(session: AsyncSession) -> list[Collection]:
    """The collections in force, in the order they were first added. Raises ``BrokenVersion``."""
    other = aliased(Version)
    first = select(func.min(other.id)).where(other.source == Version.source).scalar_subquery()
    rows = await session.execute(select(Version).where(Version.state == "published").order_by(first))
    return [_content(row) for row in rows.scalars()]


async def collection_of(session: AsyncSession, version_id: int) -> Collection:
    """The content of one version. Raises ``UnknownVersion`` or ``BrokenVersion``."""
    return _content(await _row(session, version_id))


async def published_of(session: AsyncSession, source: str) -> Collection | None:
    """The collection of a source that is in force, if any. Raises ``BrokenVersion``."""
    row = (
        await session.execute(select(Version).where(Version.source == source, Version.state == "published"))
    ).scalar_one_or_none()
    return None if row is None else _content(row)


async def publication_mark(session: AsyncSession) -> int:
    """How many publications there were; another number than before means that the index must be rebuilt.

    Not the highest id: of two publications at once the lower id may become visible last, and would go unseen.
    """
    return (await session.execute(select(func.count()).select_from(Publication))).scalar_one()


async def newest_of(session: AsyncSession, source: str) -> VersionInfo | None:
    """The newest version of a source, whatever its state."""
    row = (
        await session.execute(select(Version).where(Version.source == source).order_by(Version.number.desc()).limit(1))
    ).scalar_one_or_none()
    return None if row is None else _info(row)
