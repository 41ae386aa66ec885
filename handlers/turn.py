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
from handlers.messages import MAX_CHOICES, PULL_CHANNELS, Incoming, Part, Reply, parts_of
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
    """Write a reply that answers nothing into a chat's outbox; a key that was used before writes nothing.

    At night it waits for 08:00 (R41), except where the reader fetches the transcript, or asked for it and waits.
    """
    parts, _ = await composed(session, house, channel, chat, reply, now)
    leaves = window(now)
    is_held = channel not in PULL_CHANNELS and leaves > now and not is_awaited
    state = "sent" if channel in PULL_CHANNELS else "held" if is_held else "waiting"
    payloads = [part.to_json() for part in parts]
    await messages.push(session, channel, chat, key, payloads, now, state, leaves if is_held else None)


async def composed(
    session: Session, house: House, channel: str, chat: str, reply: Reply, now: dt.datetime
) -> tuple[list[Part], list[list[Any]]]:
    """A reply as parts for one chat: each choice has its token, each file its attachment.

    Also returns what is offered, as ``[label, act]``, for labels and numbers that are typed.
    """
    buttons, offered, files = [], [], []
    for choice in reply.choices[:MAX_CHOICES]:
        token = house.new_token()
        await chats.offer(session, channel, chat, token, choice.label, dict(choice.act), now)
        buttons.append((token, choice.label))
        offered.append([choice.label, dict(choice.act)])
    for file in reply.files:
        token = house.new_token()
        content, mime = file.content, file.mime
        if file.kept:
            content, mime = json.dumps(file.kept.to_json()).encode(), attachments.KEPT
        await attachments.put(session, token, channel, chat, file.name, mime, content, now)
        files.append((token, file.name, file.mime))
    return parts_of(reply, buttons, files), offered
