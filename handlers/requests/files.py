"""Files between the two sides of a request: read from where they are kept, handed on as attachments."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.messages import Enclosure
from handlers.turn import Turn
from storage.attachments import MAX_BYTES
from storage.blobs import DamagedBlob, MissingBlob


async def enclosures(turn: Turn, files: Sequence[Mapping[str, Any]]) -> tuple[Enclosure, ...]:
    """The files of a run or message that are small enough and still there."""
    found = []
    for file in files:
        if file["size"] > MAX_BYTES:
            continue
        try:
            content = await asyncio.to_thread(turn.house.read_file, file["digest"])
        except (MissingBlob, DamagedBlob):
            continue
        found.append(Enclosure(file["name"], file["mime"], content))
    return tuple(found)
