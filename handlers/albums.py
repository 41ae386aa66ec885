"""An album is one message, though each of its pictures comes as one of its own, in any order and with pauses between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.cases import exhibit_words
from handlers.messages import Incoming
from storage import messages
from storage.chats import Dialogue
from storage.database import Session


async def gathered(session: Session, dialogue: Dialogue, incoming: Incoming) -> Incoming | None:
    """The album as one message once nothing more of it waits in the inbox; until then ``None``, and it is remembered."""
    kept = dialogue.state.pop("album", None) or {}
    pieces = kept["pieces"] if kept.get("name") == incoming.album else []
    pieces = [*pieces, [incoming.key, incoming.to_json()]]
    if await messages.album_waits(session, incoming.channel, incoming.chat, incoming.album, incoming.key):
        dialogue.state["album"] = {"name": incoming.album, "pieces": pieces}
        return None
    pieces.sort(key=lambda piece: (len(piece[0]), piece[0]))  # as they were sent: the keys are numbers that grow
    return _whole([Incoming.from_json(incoming.channel, incoming.chat, key, incoming.at, data) for key, data in pieces])


def _whole(pieces: Sequence[Incoming]) -> Incoming:
    """The pieces as one message: all files, all words below them, and why some were not taken."""
    problems = [piece.problem for piece in pieces if piece.problem]
    files = tuple(file for piece in pieces for file in piece.files)
    problem = "\n".join(dict.fromkeys(problems))
    if problems and files:
        problem = exhibit_words.ALBUM_PROBLEM.format(count=len(problems), why=problem)
    return replace(
        pieces[-1],
        kind="photo" if all(piece.kind == "photo" for piece in pieces) else "document",
        text="；".join(dict.fromkeys(piece.text for piece in pieces if piece.text)),
        files=files,
        problem=problem,
    )
