"""Cases found by words among very many: in a column of their own, which one index holds whole, so that no case is read.

The column is written afterwards, by the clock; until then, and after an enterprise got another name, a case is found by
what it and its enterprise say themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import cases
from storage.cases import CaseInfo
from storage.tables import CaseFile, Enterprise

MAX_WORDS = 6
"""So many words of a search count."""
LONGEST = 400
"""Characters of a case that are searched; an index holds no more."""
WHOLE_YEAR = 4
"""From so many characters on a word is looked for anywhere in a number; 2号 is not the end of 0012号."""
_PART_OF_NUMBER = re.compile(r"(?:[〔\[(（]?(?P<year>20[0-9]{2})[〕\])）年-]第?)?第?0*(?P<number>[1-9][0-9]{0,4})号?")
"""What people say of a number: 12号, 第12号, 2026年12号, 〔2026〕0012."""


async def search(
    session: AsyncSession,
    words: str,
    jurisdiction: str,
    department: str | None,
    limit: int = 20,
    firms: Mapping[str, Sequence[int]] | None = None,
) -> list[CaseInfo]:
    """Cases whose number, enterprise or problem has every word; newest first.

    12号 is the end of a number as well. ``firms``: enterprises that a word means by its sound.
    """
    place = [CaseFile.jurisdiction == jurisdiction]
    if department is not None:
        place.append(CaseFile.department == department)
    looked_at = words.split()[:MAX_WORDS]
    written = and_(true(), *(_means(word, firms, CaseFile.found_by) for word in looked_at))
    live = and_(true(), *(_means(word, firms, CaseFile.problem, Enterprise.name) for word in looked_at))
    newest = select(CaseFile.id).where(*place).order_by(CaseFile.id.desc()).limit(limit)
    found = set((await session.execute(newest.where(written))).scalars())
    others = newest.join(Enterprise, Enterprise.id == CaseFile.enterprise).where(CaseFile.found_by.is_(None), live)
    found.update((await session.execute(others)).scalars())
    return await cases.some(session, sorted(found, reverse=True)[:limit])


def _means(word: str, firms: Mapping[str, Sequence[int]] | None, *texts: Any) -> ColumnElement[bool]:
    means: list[ColumnElement[bool]] = [text.icontains(word, autoescape=True) for text in texts]
    if found := _PART_OF_NUMBER.fullmatch(word):
        year = f"〔{found['year']}" if found["year"] else ""
        means.append(CaseFile.number.endswith(f"{year}〕{int(found['number']):04d}号"))
    if not found or len(word) >= WHOLE_YEAR:
        means.append(CaseFile.number.icontains(word, autoescape=True))
    if by_sound := (firms or {}).get(word):
        means.append(CaseFile.enterprise.in_(by_sound))
    return or_(*means)


async def write_down(session: AsyncSession, limit: int) -> int:
    """Write for some cases what they are found by; returns for how many. A case that somebody acts on is left for later."""
    statement = (
        select(CaseFile.id, Enterprise.name, CaseFile.problem)
        .join(Enterprise, Enterprise.id == CaseFile.enterprise)
        .where(CaseFile.found_by.is_(None))
        .limit(limit)
        .with_for_update(of=CaseFile, skip_locked=True, key_share=True)
    )
    rows = (await session.execute(statement)).all()
    if rows:
        written = [{"id": id, "found_by": f"{name}\n{problem}"[:LONGEST]} for id, name, problem in rows]
        await session.execute(update(CaseFile), written)
    return len(rows)
