"""The neutral language between dialogue and channels: what came in, what goes out, what can be chosen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

IncomingKind = Literal["text", "press", "sticker", "voice", "photo", "document", "location", "other"]
BlockKind = Literal["lead", "text", "quote", "citation", "note", "list", "end"]
Act = Mapping[str, Any]

MAX_PART_BYTES = 2048
MAX_CHOICES = 8
MAX_LABEL = 8


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message from a person. ``text`` for text, ``choice`` for a pressed button's token."""

    channel: str
    chat: str
    key: str
    at: dt.datetime
    kind: IncomingKind = "text"
    text: str = ""
    choice: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "text": self.text, "choice": self.choice}

    @classmethod
    def from_json(cls, channel: str, chat: str, key: str, at: dt.datetime, data: Mapping[str, Any]) -> Incoming:
        return cls(channel, chat, key, at, data["kind"], data.get("text", ""), data.get("choice", ""))


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
class Reply:
    """One message to a person: paragraphs and at most eight choices."""

    blocks: tuple[Block, ...]
    choices: tuple[Choice, ...] = ()

    @classmethod
    def of(cls, *blocks: tuple[BlockKind, str], choices: Iterable[Choice] = ()) -> Reply:
        """A reply from ``(kind, text)`` pairs; empty texts are left out."""
        return cls(tuple(Block(kind, text) for kind, text in blocks if text), tuple(choices))

    @property
    def plain(self) -> str:
        """The words alone, a paragraph a line."""
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Part:
    """A reply's piece as it is sent: at most 2,048 bytes of text; only the last piece carries the buttons."""

    blocks: tuple[Block, ...]
    buttons: tuple[tuple[str, str], ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        return {
            "blocks": [[block.kind, block.text] for block in self.blocks],
            "buttons": [list(b) for b in self.buttons],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Part:
        return cls(
            tuple(Block(kind, text) for kind, text in data["blocks"]),
            tuple((token, label) for token, label in data["buttons"]),
        )


def parts_of(reply: Reply, buttons: Sequence[tuple[str, str]]) -> list[Part]:
    """Cut a reply into parts of at most 2,048 bytes, between paragraphs, or sentences where one is too long.

    A citation is never cut, and never parted from what it cites when both fit in one part.
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
    return [
        Part(tuple(blocks), tuple(buttons) if index == len(parts) - 1 else ()) for index, blocks in enumerate(parts)
    ]


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
