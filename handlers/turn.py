"""One message being handled: who speaks, in what state, with what knowledge; and the house that all turns share."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from handlers.firms import Firms
from handlers.messages import MAX_CHOICES, PULL_CHANNELS, Enclosure, FileRef, Incoming, Part, Reply, parts_of
from knowledge.checks.conditions import Circumstances
from knowledge.checks.criteria import Checks
from knowledge.departments import department_word
from knowledge.industries import Industries
from knowledge.library import Library
from knowledge.matching.matcher import Matcher
from knowledge.papers.templates import Templates, shipped_templates
from knowledge.procedure.ladder import Ladder, shipped_ladder, window
from storage import attachments, chats, messages
from storage.cases import Series
from storage.database import Session
from storage.people import Speaker

if TYPE_CHECKING:
    from handlers.flows.engine import Engine

CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is published right now: the library and the index over it. Swapped as a whole."""

    library: Library
    matcher: Matcher


@dataclass(frozen=True, slots=True)
class House:
    """What does not change while the program runs: criteria, industries, settings, and where randomness comes from.

    ``new_token`` gives a fresh opaque button token, ``new_code`` a fresh one-time code, ``new_secret`` a long one for
    links. ``links`` makes the deep links for a code: ``(channel's name, address)``.
    """

    knowledge: Callable[[], Knowledge]
    checks: Checks
    industries: Industries
    new_token: Callable[[], str]
    new_code: Callable[[], str]
    new_secret: Callable[[], str]
    links: Callable[[str], Sequence[tuple[str, str]]] = lambda code: ()
    share_link: Callable[[str], str] = lambda token: ""
    check_link: Callable[[str], str] = lambda code: ""
    once_link: Callable[[str], str] = lambda token: ""
    settings: Mapping[str, int] = field(
        default_factory=lambda: {"young_years": 3, "code_hours": 72, "share_days": 30, "reopen_days": 30}
    )
    demo: bool = False
    firms: Firms = field(default_factory=Firms)
    read_file: Callable[[str], bytes] = lambda digest: b""
    keep_file: Callable[[bytes], str] = lambda content: hashlib.sha256(content).hexdigest()
    templates: Callable[[], Templates] = shipped_templates
    place_words: Callable[[str], str] = lambda jurisdiction: jurisdiction
    ladder: Ladder = field(default_factory=shipped_ladder)

    def series(self, jurisdiction: str, department: str) -> Series:
        """The series that cases of a department are numbered in: 鄂城市监容 (R29)."""
        return Series(jurisdiction, department, f"{self.place_words(jurisdiction)}{department_word(department)}容")


Acts = dict[str, Callable[..., Any]]
"""Acts by name: each is given the turn and the act, and returns a reply, several, or an awaitable of these."""


@dataclass(slots=True)
class Turn:
    """One message being handled."""

    session: Session
    incoming: Incoming
    dialogue: chats.Dialogue
    knowledge: Knowledge
    house: House
    speaker: Speaker
    engine: Engine

    @property
    def library(self) -> Library:
        return self.knowledge.library

    @property
    def now(self) -> dt.datetime:
        return self.incoming.at

    @property
    def handled(self) -> dt.datetime:
        """When the message is being handled; what came late was sent, at ``now``, long before."""
        return self.incoming.handled or self.incoming.at

    @property
    def today(self) -> dt.date:
        return self.incoming.at.astimezone(CHINA).date()

    @property
    def state(self) -> dict[str, Any]:
        return self.dialogue.state

    @property
    def circumstances(self) -> Circumstances:
        """What conditions are judged by today."""
        return Circumstances(self.today, self.house.checks.sizes, self.house.settings)

    async def send(self, channel: str, chat: str, key: str, reply: Reply) -> None:
        """Send a reply to another chat; with a key that was used before, nothing is sent."""
        await push(self.session, self.house, channel, chat, key, reply, self.now)


@dataclass(frozen=True, slots=True)
class Letter:
    """A reply that answers nothing, to a chat; a key that was used before writes nothing."""

    channel: str
    chat: str
    key: str
    reply: Reply


async def push(
    session: Session,
    house: House,
    channel: str,
    chat: str,
    key: str,
    reply: Reply,
    now: dt.datetime,
    *,
    is_awaited: bool = False,
) -> None:
    """Write a reply that answers nothing into a chat's outbox, as ``push_all`` does."""
    await push_all(session, house, [Letter(channel, chat, key, reply)], now, is_awaited=is_awaited)


async def push_all(
    session: Session, house: House, letters: Sequence[Letter], now: dt.datetime, *, is_awaited: bool = False
) -> None:
    """Write letters into the outbox, in a handful of statements however many they are.

    At night they wait for 08:00 (R41), except where the reader fetches the transcript, or asked for it and waits.
    """
    leaves = window(now)
    pushed = []
    made = [compose(house, letter.channel, letter.chat, letter.reply, now) for letter in letters]
    await keep(session, made)
    for letter, one in zip(letters, made, strict=True):
        is_pulled = letter.channel in PULL_CHANNELS
        is_held = not is_pulled and leaves > now and not is_awaited
        state = "sent" if is_pulled else "held" if is_held else "waiting"
        payloads = [part.to_json() for part in one.parts]
        until = leaves if is_held else None
        pushed.append(messages.Pushed(letter.channel, letter.chat, letter.key, payloads, state, until))
    await messages.push_all(session, pushed, now)


async def lend(turn: Turn, file: FileRef) -> str:
    """A link that opens a kept file once, for what may not leave with a message (R49)."""
    token = turn.house.new_token()
    content = json.dumps(file.to_json()).encode()
    await attachments.put(
        turn.session, token, attachments.LENT, turn.incoming.channel, file.name, attachments.KEPT, content, turn.now
    )
    return turn.house.once_link(token)


@dataclass(frozen=True, slots=True)
class Composed:
    """A reply as parts for one chat: each choice has its token, each file its attachment, which are to be kept with it."""

    channel: str
    chat: str
    parts: list[Part]
    buttons: list[chats.Offer]
    files: list[tuple[str, Enclosure]]
    at: dt.datetime

    @property
    def offered(self) -> list[list[Any]]:
        """What is offered, as ``[label, act]``, for labels and numbers that are typed."""
        return [[button.label, dict(button.act)] for button in self.buttons]


def compose(house: House, channel: str, chat: str, reply: Reply, at: dt.datetime) -> Composed:
    """Word a reply for one chat at a time. Nothing is kept yet."""
    buttons = [
        chats.Offer(channel, chat, house.new_token(), choice.label, dict(choice.act), at)
        for choice in reply.choices[:MAX_CHOICES]
    ]
    files = [(house.new_token(), file) for file in reply.files]
    shown = [(token, file.name, file.mime) for token, file in files]
    parts = parts_of(reply, [(button.token, button.label) for button in buttons], shown)
    return Composed(channel, chat, parts, buttons, files, at)


async def keep(session: Session, composed: Sequence[Composed]) -> None:
    """Keep what the buttons of replies do, and their files."""
    await chats.offer_all(session, [button for one in composed for button in one.buttons])
    for one in composed:
        for token, file in one.files:
            content, mime = file.content, file.mime
            if file.kept:
                content, mime = json.dumps(file.kept.to_json()).encode(), attachments.KEPT
            await attachments.put(session, token, one.channel, one.chat, file.name, mime, content, one.at)
