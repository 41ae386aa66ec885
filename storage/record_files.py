"""Which files the record needs: evidence, signatures, papers – and what is in dialogues and not handed in yet (R26, R34)."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from storage import evidence
from storage.tables import Attachment, CaseEvent, CaseFile, Chat, Evidence, Message, Paper, Pledge

OURS = "application/vnd.rongcuo."
"""How the types of attachments begin that hold no file, but what file they stand for."""
_ROWS = 500
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that the record of a case names, and what it is there."""

    number: str
    name: str
    digest: str


async def known(session: AsyncSession) -> set[str]:
    """The digests that a sweep of the files must leave: of the record, and of dialogues that still hold a file."""
    found = await evidence.digests(session)
    for column in (Pledge.signature, Paper.file):
        found.update(digest for digest in (await session.execute(select(column).distinct())).scalars() if digest)
    waiting = and_(Message.direction == "in", Message.state == "waiting", Message.payload.contains('"digest"'))
    for statement in (
        select(Chat.state).where(Chat.state.contains('"digest"')),
        select(Message.payload).where(waiting),
        select(Attachment.content).where(Attachment.mime.startswith(OURS)),
    ):
        stream = await session.stream(statement.execution_options(yield_per=_ROWS))
        async for rows in stream.partitions(_ROWS):
            for (told,) in rows:
                found.update(_DIGEST.findall(told.decode() if isinstance(told, bytes) else told))
    return found


async def named(session: AsyncSession, case: int | None = None) -> AsyncIterator[NamedFile]:
    """Every file that the record names, of one case if asked for; the same file comes in a row."""
    parts = [
        select(Evidence.case, Evidence.name, Evidence.digest).where(Evidence.digest.is_not(None)),
        select(Pledge.case, literal("承诺书签名"), Pledge.signature).where(Pledge.signature.is_not(None)),
        select(Paper.case, literal("文书"), Paper.file),
    ]
    found = union_all(*parts).subquery("found")
    of_case, name, digest = found.c
    statement = select(CaseFile.number, name, digest).join(CaseFile, CaseFile.id == of_case)
    if case is not None:
        statement = statement.where(CaseFile.id == case)
    stream = await session.stream(statement.order_by(digest, CaseFile.id).execution_options(yield_per=_ROWS))
    async for rows in stream.partitions(_ROWS):
        for number, called, one in rows:
            yield NamedFile(number, called or "文件", one)


async def lost(session: AsyncSession, case: int | None = None) -> AsyncIterator[tuple[str, int, int]]:
    """Files that an event names and the evidence of its case lacks: ``(case number, event, how many)``."""
    statement = (
        select(CaseEvent.case, CaseFile.number, CaseEvent.ordinal, CaseEvent.data)
        .join(CaseFile, CaseFile.id == CaseEvent.case)
        .where(CaseEvent.data.contains('"files": ["'))
        .order_by(CaseEvent.case, CaseEvent.ordinal)
    )
    if case is not None:
        statement = statement.where(CaseEvent.case == case)
    stream = await session.stream(statement.execution_options(yield_per=_ROWS))
    async for rows in stream.partitions(_ROWS):
        there = await _evidence_of(session, sorted({row.case for row in rows}))
        for row in rows:
            missing = {digest for digest in _files_of(row.data) if (row.case, digest) not in there}
            if missing:
                yield row.number, row.ordinal, len(missing)


async def _evidence_of(session: AsyncSession, ids: Sequence[int]) -> set[tuple[int, str | None]]:
    there = await session.execute(select(Evidence.case, Evidence.digest).where(Evidence.case.in_(ids)))
    return {(case, digest) for case, digest in there}


def _files_of(data: str) -> list[str]:
    try:
        files: Any = json.loads(data)["data"].get("files")
    except (AttributeError, KeyError, TypeError, ValueError):
        return []  # the chain says so itself
    return [one for one in files if isinstance(one, str) and _DIGEST.fullmatch(one)] if isinstance(files, list) else []
