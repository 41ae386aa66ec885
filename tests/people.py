"""People in tests: ``await owner.says("…")``, ``await owner.presses("查看依据")``, over the neutral core."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field
from typing import Any

from bot.intake import Intake
from bot.metrics import Metrics
from bot.worker import Worker
from handlers.browse import place_names
from handlers.conversation import Conversation, House, Knowledge
from handlers.messages import Incoming, IncomingKind, Part
from knowledge.shipped import shipped_checks, shipped_industries
from storage import chats, enterprises, messages, people, privacy
from storage.database import Database, Session
from storage.enterprises import NewEnterprise
from storage.invitations import CODE_ALPHABET, CODE_LENGTH

FIRM_CODES = (
    "92420704MA0000001P",
    "92420704MA0000002T",
    "92420704MA0000003X",
    "92420704MA00000041",
    "92420704MA00000054",
    "92420704MA00000067",
    "92420704MA0000007A",
    "92420704MA0000008D",
    "92420704MA0000009G",
    "92420704MA0000010M",
    "92420704MA0000011Q",
    "92420704MA0000012U",
    "92420704MA0000013Y",
    "92420704MA00000142",
    "92420704MA00000155",
    "92420704MA00000168",
    "92420704MA0000017B",
    "92420704MA0000018E",
    "92420704MA0000019H",
    "92420704MA0000020N",
    "92420704MA0000021R",
    "92420704MA0000022W",
    "92420704MA00000230",
    "92420704MA00000243",
    "92420704MA00000256",
    "92420704MA00000269",
    "92420704MA0000027C",
    "92420704MA0000028F",
    "92420704MA0000029J",
    "92420704MA0000030P",
    "92420704MA0000031T",
    "92420704MA0000032X",
    "92420704MA00000331",
    "92420704MA00000344",
    "92420704MA00000357",
    "92420704MA0000036A",
    "92420704MA0000037D",
    "92420704MA0000038G",
    "92420704MA0000039K",
    "92420704MA0000040Q",
)  # made up, with their right check characters
SHIPPED_CHECKS = shipped_checks()
SHIPPED_INDUSTRIES = shipped_industries()


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
        tokens, codes = itertools.count(1), itertools.count(1)
        self.codes: list[str] = []

        def new_code() -> str:
            number = next(codes)
            self.codes.append("".join(CODE_ALPHABET[number * (place + 3) % 31] for place in range(CODE_LENGTH)))
            return self.codes[-1]

        self.house = House(
            knowledge=lambda: knowledge,
            checks=SHIPPED_CHECKS,
            industries=SHIPPED_INDUSTRIES,
            new_token=lambda: f"token-{next(tokens):06d}",
            new_code=new_code,
            new_secret=lambda: f"secret-{next(tokens):06d}",
            links=lambda code: [("网页", f"https://example.invalid/#bind={code}")],
            share_link=lambda token: f"https://example.invalid/share/{token}",
            check_link=lambda code: f"https://example.invalid/p/{code}",
            place_words=lambda code: place_names(knowledge.library).get(code, code),
        )
        self._codes_of_firms = iter(FIRM_CODES)
        self.conversation = Conversation(self.house)
        self.worker = Worker(database, self.conversation, self.metrics, clock.now)
        self.intake = Intake(database, self.metrics, self.worker.wake)

    async def office(
        self,
        role: str,
        *,
        chat: str | None = None,
        name: str = "张示例",
        department: str = "示例市场监管局",
        jurisdiction: str = "420704",
        licence_until: dt.date | None = dt.date(2028, 6, 30),
        channel: str = "web",
    ) -> Person:
        """Somebody who holds an office, in a chat of their own."""
        person = self.person(chat or role, channel)
        async with self.database.transaction() as session:
            await chats.load_dialogue(session, person.channel, person.chat, self.clock.now())
            made = await people.new_person(session, name, self.clock.now())
            await people.seat(session, person.channel, person.chat, made)
            is_officer = role == "officer"
            await people.appoint(
                session,
                made,
                role=role,
                jurisdiction=jurisdiction,
                department=department,
                licence="示例-0001" if is_officer else None,
                licence_until=licence_until if is_officer else None,
                now=self.clock.now(),
            )
        return person

    async def enterprise(self, name: str = "示例好味道餐馆", **columns: Any) -> int:
        """A registered enterprise in 鄂城区; returns its id."""
        known = {"division": "420704", "industry_code": "6210", "industry": "正餐服务", "founded": dt.date(2019, 4, 12)}
        number = next(self._codes_of_firms)
        new = NewEnterprise(**({"name": name, "code": number} | known | columns))
        async with self.database.transaction() as session:
            return await enterprises.add(session, new, "register", self.clock.now())

    async def contact(self, enterprise: int, chat: str = "owner", name: str = "李示例", channel: str = "web") -> Person:
        """Somebody bound to an enterprise, in a chat of their own."""
        person = self.person(chat, channel)
        async with self.database.transaction() as session:
            await chats.load_dialogue(session, person.channel, person.chat, self.clock.now())
            made = await people.new_person(session, name, self.clock.now())
            await people.seat(session, person.channel, person.chat, made)
            await people.bind(session, made, enterprise, self.clock.now())
        return person

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


async def forget_buttons(session: Session, at: dt.datetime) -> None:
    """Every button offered before a time is cleared away, as the retention does."""
    week = dt.timedelta(days=7)
    nothing = dict.fromkeys(("messages", "questions", "attachments", "codes", "drafts"), 0)
    await privacy.tidy(session, at + week, buttons_days=7, **{f"{name}_days": days for name, days in nothing.items()})
