"""Gives out the files that go with replies: made ones as they are, kept ones from their folder, pictures to be looked at."""

from __future__ import annotations

import asyncio
import datetime as dt
import json

import structlog

from handlers.messages import FileRef
from knowledge.evidence_files import PICTURES
from knowledge.picture_views import NoView, as_jpeg
from storage import attachments
from storage.attachments import KEPT, UPLOADED, File
from storage.blobs import Blobs, DamagedBlob, MissingBlob
from storage.database import Database

log = structlog.get_logger()
VIEWS_AT_ONCE = 1  # a decoded picture may take some hundred megabytes


class Handouts:
    """Finds what a chat was given, and makes of its pictures what every viewer shows (HEIC, very large ones).

    Files are read and pictures decoded in threads, outside of any transaction; nothing that is made is kept.
    """

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database = database
        self._blobs = blobs
        self._turns = asyncio.Semaphore(VIEWS_AT_ONCE)

    async def original(self, channel: str, chat: str, token: str) -> File | None:
        """The file behind a token as it was made or handed in; ``None`` when this chat was given none, or it is lost."""
        found = await self._found(channel, chat, token)
        if found is None or found.mime == UPLOADED:
            return None
        return await self._kept(found) if found.mime == KEPT else found

    async def view(self, channel: str, chat: str, token: str) -> File | None:
        """The same to be looked at: a picture that was handed in as a JPEG, anything else as it is.

        Who uploads a picture may look at it, too.
        """
        found = await self._found(channel, chat, token)
        file = await self._kept(found) if found and found.mime in (KEPT, UPLOADED) else found
        if file is None or file is found or file.mime not in PICTURES:
            return file
        try:
            async with self._turns:
                shown = await asyncio.to_thread(as_jpeg, file.content, file.mime)
        except NoView:
            return file
        called = file.name.rpartition(".")[0] or file.name
        return File(f"{called}.jpg", "image/jpeg", shown, called)

    async def once(self, token: str, now: dt.datetime) -> File | None:
        """The kept file behind a link that opens once (R49)."""
        async with self._database.transaction() as session:
            found = await attachments.take(session, token, now)
        return await self._kept(found) if found else None

    async def _found(self, channel: str, chat: str, token: str) -> File | None:
        async with self._database.reading() as session:
            return await attachments.get(session, token, channel, chat)

    async def _kept(self, found: File) -> File | None:
        kept = FileRef.from_json(json.loads(found.content))
        try:
            content = await asyncio.to_thread(self._blobs.read, kept.digest)
        except (MissingBlob, DamagedBlob) as error:
            log.error("kept file lost", error=type(error).__name__, digest=kept.digest)
            return None
        return File(found.name, kept.mime, content)
