"""Files that came before it is clear what they belong to: held for some minutes, until a message or a form claims them."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.flows import handed
from handlers.flows.flow import Json
from handlers.turn import Turn

FOR = 600  # seconds that files wait for what they belong to, and that they join the case that was just made


def hold(turn: Turn, files: Sequence[Json]) -> str:
    """Hold files beside those held already; returns their receipt."""
    had = held(turn)
    digests = {file["digest"] for file in had}
    new = list({file["digest"]: file for file in files if file["digest"] not in digests}.values())
    turn.state["held_files"] = {"at": turn.now.timestamp(), "files": [*had, *new][-handed.LIMIT :]}
    return handed.receipt(files, len(files) - len(new), new)


def held(turn: Turn) -> list[Json]:
    """The files that are held, as long as they are of the last minutes."""
    kept: Json = turn.state.get("held_files") or {}
    files: list[Json] = kept["files"] if kept and turn.now.timestamp() - kept["at"] <= FOR else []
    return files


def claim(turn: Turn) -> list[Json]:
    """The held files, which are then no longer held."""
    files = held(turn)
    turn.state.pop("held_files", None)
    return files
