"""The console: the same dialogue in a terminal, choices as numbers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from bot.intake import Intake
from bot.worker import Worker
from handlers.messages import Incoming, Part
from storage import messages
from storage.database import Database

CHANNEL = "console"


def lines_of(part: Part) -> list[str]:
    """A part as lines of text: quotations indented, files by their name, buttons numbered. No lasting menu."""
    out = []
    for block in part.blocks:
        prefix = {"quote": "  │ ", "citation": "  —— "}.get(block.kind, "")
        out += [prefix + line for line in block.text.split("\n")]
    out += [f"[文件] {''.join(one for one in name if one.isprintable())}" for _, name, _ in part.files]
    if part.buttons:
        out.append(
            "  ".join(
                label if label.startswith(f"{n}.") else f"[{n}]{label}" for n, (_, label) in enumerate(part.buttons, 1)
            )
        )
    return out


class Console:
    """One conversation in a terminal, through the same inbox and worker as every channel."""

    def __init__(
        self, database: Database, intake: Intake, worker: Worker, now: Callable[[], dt.datetime], chat: str
    ) -> None:
        self._database = database
        self._intake = intake
        self._worker = worker
        self._now = now
        self._chat = chat
        self._after = 0

    async def says(self, text: str) -> list[Part]:
        """Send one line and return the answer's parts."""
        await self._intake.take(Incoming(CHANNEL, self._chat, uuid.uuid4().hex, self._now(), "text", text))
        while await self._worker.work():
            continue
        async with self._database.reading() as session:
            rows = await messages.transcript(session, CHANNEL, self._chat, after=self._after, limit=100)
        self._after = max((row.id for row in rows), default=self._after)
        return [Part.from_json(row.payload) for row in rows if row.direction == "out"]
