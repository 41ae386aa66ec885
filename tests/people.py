"""People in tests: ``await owner.says("…")``, ``await owner.presses("查看依据")``, over the neutral core."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field

from bot.intake import Intake
from bot.metrics import Metrics
from bot.worker import Worker
from handlers.conversation import Conversation, Knowledge
from handlers.messages import Incoming, IncomingKind, Part
from storage import messages
from storage.database import Database


@dataclass
class Clock:
    """Time that is set, not slept through."""

    at: dt.datetime

    def now(self) -> dt.datetime:
        return self.at

    def passes(self, **delta: float) -> None:
        self.at += dt.timedelta(**delta)


class World:
    """A database, the conversation and a worker; ``person`` makes somebody who talks to them."""

    def __init__(self, database: Database, knowledge: Knowledge, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.metrics = Metrics()
        tokens = itertools.count(1)
        self.conversation = Conversation(lambda: knowledge, lambda: f"token-{next(tokens):06d}")
        self.worker = Worker(database, self.conversation, self.metrics, clock.now)
        self.intake = Intake(database, self.metrics, self.worker.wake)

    def person(self, chat: str = "owner", channel: str = "web") -> Person:
        return Person(self, channel, chat)


@dataclass
class Person:
    """One person in one chat. Every call returns the parts of the answer."""

    world: World
    channel: str
    chat: str
    last: list[Part] = field(default_factory=list)
    _keys: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def says(self, text: str) -> list[Part]:
        return await self.sends("text", text=text)

    async def presses(self, label: str) -> list[Part]:
        """Press the button with this label, or whose label starts with it, under the newest answer."""
        buttons = self.last[-1].buttons
        token = next((token for token, own in buttons if own == label), None) or next(
            token for token, own in buttons if own.startswith(label)
        )
        return await self.presses_token(token)

    async def presses_token(self, token: str, key: str | None = None) -> list[Part]:
        return await self.sends("press", choice=token, key=key)

    async def sends(
        self, kind: IncomingKind, *, text: str = "", choice: str = "", key: str | None = None
    ) -> list[Part]:
        """Send anything; a repeated ``key`` is a repeated update."""
        key = key or f"{self.chat}/{next(self._keys)}"
        after = await self._newest()
        await self.world.intake.take(Incoming(self.channel, self.chat, key, self.world.clock.now(), kind, text, choice))
        while await self.world.worker.work():
            continue
        async with self.world.database.reading() as session:
            rows = await messages.transcript(session, self.channel, self.chat, after=after, limit=100)
        parts = [Part.from_json(row.payload) for row in rows if row.direction == "out"]
        self.last = parts or self.last
        return parts

    async def _newest(self) -> int:
        async with self.world.database.reading() as session:
            rows = await messages.transcript(session, self.channel, self.chat, limit=1)
        return rows[-1].id if rows else 0

    @property
    def labels(self) -> list[str]:
        """The labels of the buttons under the newest answer."""
        return [label for _, label in self.last[-1].buttons]


def words_of(parts: list[Part]) -> str:
    """All words of an answer, a paragraph a line."""
    return "\n".join(block.text for part in parts for block in part.blocks)


def lead_of(parts: list[Part]) -> str:
    """The conclusion of an answer."""
    return next(block.text for block in parts[0].blocks if block.kind == "lead")
