"""The neutral language between dialogue and channels: what came in, what goes out, what can be chosen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

IncomingKind = Literal["text", "press", "sticker", "voice", "photo", "document", "location", "other"]
BlockKind = Literal["lead", "text", "quote", "citation", "note", "list", "findings", "end", "signature"]
"""``findings``: a line a condition of a self-check, beginning with 满足, 不满足 or 不清楚. ``signature``: a signature is
asked for; a channel that can lets it be drawn, too."""
Act = Mapping[str, Any]

MAX_PART_BYTES = 2048
MAX_CHOICES = 8
MAX_LABEL = 8
PULL_CHANNELS = frozenset({"web", "console"})
"""Channels whose readers fetch the transcript themselves: nothing is pushed to them."""


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that was taken in and checked: its bytes are kept under their SHA-256. ``taken``: what the picture says;
    ``likeness``: what it looks like."""

    digest: str
    name: str
    mime: str
    size: int
    taken: dt.datetime | None = None
    likeness: str | None = None

    def to_json(self) -> dict[str, Any]:
        more = {"taken": self.taken.isoformat()} if self.taken else {}
        more |= {"likeness": self.likeness} if self.likeness else {}
        return {"digest": self.digest, "name": self.name, "mime": self.mime, "size": self.size, **more}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FileRef:
        taken = dt.datetime.fromisoformat(data["taken"]) if data.get("taken") else None
        return cls(data["digest"], data["name"], data["mime"], data["size"], taken, data.get("likeness"))


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message from a person. ``text`` for text, ``choice`` for a pressed button's token, ``files`` as they are kept.

    Messages of one chat with the same ``album`` were sent together and are one set. ``problem`` says, in words for the
    person, why a file that they sent was not taken in. ``written``: when it was written, as the sender's device says of
    what it could not send at once; it binds nobody, ``at`` does. ``handled`` is when it is acted on: known then only,
    and not kept.
    """

    channel: str
    chat: str
    key: str
    at: dt.datetime
    kind: IncomingKind = "text"
    text: str = ""
    choice: str = ""
    files: tuple[FileRef, ...] = ()
    album: str = ""
    problem: str = ""
    handled: dt.datetime | None = None
    written: dt.datetime | None = None

    @property
    def taken(self) -> dt.datetime | None:
        """When the first of its pictures was taken, as far as they say."""
        return min((file.taken for file in self.files if file.taken), default=None)

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"kind": self.kind, "text": self.text, "choice": self.choice}
        if self.files:
            data["files"] = [file.to_json() for file in self.files]
        if self.album:
            data["album"] = self.album
        if self.problem:
            data["problem"] = self.problem
        if self.written:
            data["written"] = self.written.isoformat()
        return data

    @classmethod
    def from_json(cls, channel: str, chat: str, key: str, at: dt.datetime, data: Mapping[str, Any]) -> Incoming:
        return cls(
            channel,
            chat,
            key,
            at,
            data["kind"],
            data.get("text", ""),
            data.get("choice", ""),
            tuple(FileRef.from_json(file) for file in data.get("files", ())),
            data.get("album", ""),
            data.get("problem", ""),
            written=dt.datetime.fromisoformat(data["written"]) if data.get("written") else None,
        )


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of a reply and what it is: conclusion, quotation, where it stands, a hint, the closing line."""

    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen: a label of at most eight characters and what it does."""

    label: str
    act: Act


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a reply: made for it (a QR picture, an export), or ``kept`` under its digest."""

    name: str
    mime: str
    content: bytes = b""
    kept: FileRef | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """The lasting menu of a role: what a channel shows beside the input field, and whose commands it offers."""

    role: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to a person: paragraphs, at most eight choices, files, and the lasting menu where it changes."""

    blocks: tuple[Block, ...]
    choices: tuple[Choice, ...] = ()
    files: tuple[Enclosure, ...] = ()
    menu: Menu | None = None

    @classmethod
    def of(
        cls,
        *blocks: tuple[BlockKind, str],
        choices: Iterable[Choice] = (),
        files: Iterable[Enclosure] = (),
        menu: Menu | None = None,
    ) -> Reply:
        """A reply from ``(kind, text)`` pairs; empty texts are left out."""
        return cls(tuple(Block(kind, text) for kind, text in blocks if text), tuple(choices), tuple(files), menu)

    @property
    def plain(self) -> str:
        """The words alone, a paragraph a line."""
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Part:
    """A reply's piece as it is sent: at most 2,048 bytes of text; only the last piece carries buttons, files and menu.

    ``buttons`` are ``(token, label)``; ``files`` are ``(token, name, mime)`` of attachments kept for this chat.
    """

    blocks: tuple[Block, ...]
    buttons: tuple[tuple[str, str], ...] = field(default=())
    files: tuple[tuple[str, str, str], ...] = field(default=())
    menu: Menu | None = None

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "blocks": [[block.kind, block.text] for block in self.blocks],
            "buttons": [list(b) for b in self.buttons],
        }
        if self.files:
            data["files"] = [list(file) for file in self.files]
        if self.menu:
            data["menu"] = [self.menu.role, list(self.menu.labels)]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Part:
        return cls(
            tuple(Block(kind, text) for kind, text in data["blocks"]),
            tuple((token, label) for token, label in data["buttons"]),
            tuple((token, name, mime) for token, name, mime in data.get("files", ())),
            Menu(data["menu"][0], tuple(data["menu"][1])) if "menu" in data else None,
        )


def parts_of(
    reply: Reply, buttons: Sequence[tuple[str, str]], files: Sequence[tuple[str, str, str]] = ()
) -> list[Part]:
    """Cut a reply into parts of at most 2,048 bytes, between paragraphs, or sentences where one is too long.

    A citation is never cut, and never parted from what it cites when both fit in one part. ``buttons`` and ``files``
    are what the reply's choices and enclosures became.
    """
    pieces = [piece for block in reply.blocks for piece in _pieces(block)]
    parts: list[list[Block]] = [[]]
    size = 0
    for piece in pieces:
        length = len(piece.text.encode()) + 1
        if parts[-1] and size + length > MAX_PART_BYTES:
            carried = [parts[-1].pop()] if piece.kind == "citation" and len(parts[-1]) > 1 else []
            parts.append(carried)
            size = sum(len(block.text.encode()) + 1 for block in carried)
        parts[-1].append(piece)
        size += length
    *first, last = parts
    return [*(Part(tuple(blocks)) for blocks in first), Part(tuple(last), tuple(buttons), tuple(files), reply.menu)]


def _pieces(block: Block) -> list[Block]:
    room = MAX_PART_BYTES - 600
    if len(block.text.encode()) <= room:
        return [block]
    return [Block(block.kind, text) for text in cut_at_sentences(block.text, room)]


def cut_at_sentences(text: str, room: int) -> list[str]:
    """Cut a text into pieces of at most ``room`` bytes, after a sentence, else a comma, else anywhere."""
    pieces: list[str] = []
    while len(text.encode()) > room:
        head = text.encode()[:room].decode(errors="ignore")
        at = max(head.rfind(mark) for mark in "。；！？\n") + 1 or head.rfind("，") + 1 or len(head)
        pieces.append(text[:at].strip("\n"))
        text = text[at:].lstrip("\n")
    return [*pieces, text] if text else pieces
