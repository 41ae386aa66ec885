"""What one process at a time does: held by a lease in the database, no other coordinator."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, or_
from sqlalchemy.ext.asyncio import AsyncSession

from storage.inserts import insert_into
from storage.tables import Lease


async def hold(session: AsyncSession, name: str, holder: str, now: dt.datetime, until: dt.datetime) -> bool:
    """Take or renew a lease; ``False`` while another holder's has not run out."""
    statement = insert_into(session, Lease).values(name=name, holder=holder, until=until)
    statement = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": holder, "until": until},
        where=or_(Lease.holder == holder, Lease.until <= now),
    ).returning(Lease.name)
    return (await session.execute(statement)).scalar() is not None


async def release(session: AsyncSession, name: str, holder: str) -> None:
    """Give a lease up, if it is still this holder's, so that nobody waits for it to run out."""
    await session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
