"""The transcript as the page shows it: rows of the inbox and the outbox as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import menus
from handlers.conversation import CHINA
from handlers.messages import Menu, Part
from storage import chats, messages
from storage.database import Session

_START = re.compile(r"\s*/start(?:@\w+)?(\s+\S.*)?\s*", re.IGNORECASE | re.DOTALL)


def is_waiting(row: messages.Stored) -> bool:
    """Whether a message came in and is not dealt with yet."""
    return row.direction == "in" and row.state == "waiting"


def menu_of(menu: Menu) -> dict[str, Any]:
    """A lasting menu: its labels and the role's Chinese name."""
    return {"menu": list(menu.labels), "role": menus.ROLE_NAMES.get(menu.role, menu.role)}


async def shown(session: Session, row: messages.Stored, newest: int) -> dict[str, Any]:
    """A row of the transcript; ``newest`` is the number of the last one, whose buttons are current."""
    base: dict[str, Any] = {
        "seq": row.id,
        "time": row.at.astimezone(CHINA).isoformat(timespec="seconds"),
        "client_id": None,
        "choices": [],
        "files": [],
    }
    if row.direction == "in":
        text = _said(row.payload.get("text", ""))
        if row.payload["kind"] == "press":
            button = await chats.pressed(session, row.channel, row.chat, row.payload.get("choice", ""))
            text = button.label if button else "（按钮）"
        files = _handed(row.payload.get("files", ()))
        text = "\n".join([text, *files] if text else files)
        return base | {
            "from": "me",
            "client_id": row.key.partition("/")[2],
            "blocks": [{"kind": "text", "text": text}],
            "current": False,
        }
    part = Part.from_json(row.payload)
    message = base | {
        "from": "bot",
        "blocks": [{"kind": block.kind, "text": block.text} for block in part.blocks],
        "choices": [{"id": token, "label": label} for token, label in part.buttons],
        "files": [{"url": f"/api/files/{token}", "name": name, "mime": mime} for token, name, mime in part.files],
        "current": row.id == newest,
    }
    return message | menu_of(part.menu) if part.menu else message


def _handed(files: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a person handed in: pictures by their number, documents by their names."""
    pictures = sum(file["mime"].startswith("image/") for file in files)
    documents = [f"［文件］{file['name']}" for file in files if not file["mime"].startswith("image/")]
    return [f"［照片］{pictures}张", *documents] if pictures else documents


def _said(text: str) -> str:
    """A person's words; a deep link is told as what was done, never with its code (R49)."""
    start = _START.fullmatch(text)
    if start is None:
        return text
    return "扫码进入" if start[1] else "开始"
