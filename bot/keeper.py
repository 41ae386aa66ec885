"""Takes in the files that people send: judged by their bytes, then kept under their digest; and sweeps what nobody needs."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Collection

from handlers.messages import FileRef
from knowledge.evidence_files import examine
from knowledge.picture_likeness import likeness
from storage.blobs import Blobs

AT_ONCE = 2


class Keeper:
    """Examines and keeps files in threads, a few at once."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def keep(self, content: bytes, name: str) -> FileRef:
        """Keep a file. Raises ``RefusedEvidence`` in words for whoever sent it, and ``OSError`` of the disk."""
        async with self._turns:
            return await asyncio.to_thread(self._kept, content, name)

    async def sweep(self, known: Collection[str], older_than: dt.datetime) -> int:
        """Delete what is not ``known`` and was not put since a time; returns how many files went."""
        return await asyncio.to_thread(self._blobs.sweep, known, older_than)

    def _kept(self, content: bytes, name: str) -> FileRef:
        found = examine(content, name)
        digest = self._blobs.put(found.content)
        looks = likeness(found.content, found.mime) if found.mime.startswith("image/") else None
        return FileRef(digest, found.name, found.mime, len(found.content), found.taken, looks)
