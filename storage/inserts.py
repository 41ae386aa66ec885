"""INSERT with ON CONFLICT, which SQLite and PostgreSQL both know, in the words of the one at hand."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession


def is_postgresql(session: AsyncSession) -> bool:
    return session.bind is not None and session.bind.dialect.name == "postgresql"


def insert_into(session: AsyncSession, table: Any) -> Any:
    """An insert that takes ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    return pg_insert(table) if is_postgresql(session) else sqlite_insert(table)


def table_of(entity: Any) -> Table:
    """The plain table of an entity: writing to it costs a fraction of what writing entities does."""
    return cast(Table, entity.__table__)
