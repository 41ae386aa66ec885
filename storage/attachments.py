"""Small files made for one chat: a QR picture, an export. They are given to that chat alone (R49)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Attachment

MAX_BYTES = 5 * 1024 * 1024
KEPT = "application/vnd.rongcuo.kept+json"
"""The type of an attachment that stands for a file kept under its digest: it holds only what that file is."""
UPLOADED = "application/vnd.rongcuo.upload+json"
"""The same for a file that the chat uploaded itself and may send with a message."""

LENT = "link"
"""The channel of a file that is behind a link for one opening, whoever it was given to."""
LENT_FOR = dt.timedelta(days=1)


class TooLarge(ValueError):
    """文件太大，最多 5 MB。"""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is handed out; ``caption`` is what it is, where it stands by itself among several."""

    name: str
    mime: str
    content: bytes
    caption: str = ""


async def put(
    session: AsyncSession,
    token: str,
    channel: str,
    chat: str,
    name: str,
    mime: str,
    content: bytes,
    now: dt.datetime,
) -> None:
    """Keep a file for a chat under an opaque ASCII token from outside. Raises ``TooLarge`` above ``MAX_BYTES``."""
    if len(content) > MAX_BYTES:
        raise TooLarge(TooLarge.__doc__)
    session.add(
        Attachment(token=token, channel=channel, chat=chat, name=name[:120], mime=mime, content=content, at=now)
    )
    await session.flush()


async def get(session: AsyncSession, token: str, channel: str, chat: str) -> File | None:
    """The file behind a token, only for the chat it was made for."""
    if not (token.isascii() and token.isprintable()):  # never ours, and PostgreSQL takes no NUL
        return None
    row = (
        await session.execute(
            select(Attachment.name, Attachment.mime, Attachment.content).where(
                Attachment.token == token, Attachment.channel == channel, Attachment.chat == chat
            )
        )
    ).one_or_none()
    return None if row is None else File(row.name, row.mime, row.content)


async def take(session: AsyncSession, token: str, now: dt.datetime) -> File | None:
    """The file behind a link, once and within ``LENT_FOR`` (R49); of two who open it at once, one gets it."""
    lent = (Attachment.token == token, Attachment.channel == LENT, Attachment.at > now - LENT_FOR)
    gone = delete(Attachment).where(*lent).returning(Attachment.name, Attachment.mime, Attachment.content)
    row = (await session.execute(gone)).one_or_none()
    return None if row is None else File(row.name, row.mime, row.content)
