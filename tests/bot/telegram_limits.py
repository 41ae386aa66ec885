"""What the Bot API takes and what it answers to the rest: its published limits, for the double."""

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

Json = dict[str, Any]

TAGS = {"b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler", "span"}
MAX_PHOTO = 10 * 1024 * 1024
MAX_DOCUMENT = 50 * 1024 * 1024
IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")
SCOPES = {"default": (), "all_private_chats": (), "all_group_chats": (), "all_chat_administrators": ()}
SCOPES |= {"chat": ("chat_id",), "chat_administrators": ("chat_id",), "chat_member": ("chat_id", "user_id")}

_VALUE = r"\"[^\"]*\"|'[^']*'|[\w.-]+"
_PIECE = re.compile(
    rf"<(?P<end>/?)(?P<name>[^\s<>]*)(?P<rest>(?:\s+[\w-]+(?:\s*=\s*(?:{_VALUE}))?)*\s*>)?"
    r"|&(?:(?P<named>lt|gt|amp|quot)(?![A-Za-z])|#(?P<dec>\d{1,7})|#x(?P<hex>[\da-fA-F]{1,6}));?"
)


@dataclass(frozen=True)
class Button:
    """One button of an inline or a reply keyboard."""

    text: str
    callback_data: str | None = None
    url: str | None = None


class Refused(Exception):
    """An error answer of the server."""

    def __init__(self, code: int, description: str = "", **parameters: int) -> None:
        self.code = code
        self.body: Json = {"ok": False, "error_code": code}
        self.body["description"] = description or HTTPStatus(code).phrase
        self.body |= {"parameters": parameters} if parameters else {}


def bad(text: str) -> Refused:
    """The answer to a wrong request."""
    return Refused(400, f"Bad Request: {text}")


def too_many(seconds: int) -> Refused:
    """The answer to a bot that calls too often."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def visible(html: str) -> str:
    """What is read of a text in HTML; refuses one that is not well-formed or has other tags."""
    plain, position, still_open = "", 0, list[str]()
    for piece in _PIECE.finditer(html):
        plain += html[position : piece.start()]
        position = piece.end()
        if piece["name"] is None:
            code = int(piece["dec"] or "0") or int(piece["hex"] or "0", 16)
            named = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}.get(piece["named"])
            plain += named or (chr(code) if 0 < code < 0x10FFFF else piece[0])
            continue
        name, reason, more = piece["name"].lower(), "", ""
        if piece["end"]:
            if not still_open:
                reason = "Unexpected end tag"
            elif piece["rest"] is None:
                reason = "Unclosed end tag"
            elif (opened := still_open.pop()) != (name or opened):
                reason, more = "Unmatched end tag", f', expected "</{opened}>", found "</{name}>"'
        elif name not in TAGS:
            reason = f'Unsupported start tag "{name}"'
        elif piece["rest"] is None:
            reason = "Unclosed start tag"
        elif name == "span" and not re.search(r"class\s*=\s*[\"']?tg-spoiler\b", piece["rest"]):
            reason = 'Tag "span" must have class "tg-spoiler"'
        else:
            still_open.append(name)
        if reason:
            offset = len(html[: piece.start()].encode())
            raise bad(f"can't parse entities: {reason} at byte offset {offset}{more}")
    if still_open:
        reason = f'Can\'t find end tag corresponding to start tag "{still_open[-1]}"'
        raise bad(f"can't parse entities: {reason}")
    return plain + html[position:]


def read_text(fields: dict[str, str], key: str, limit: int) -> str:
    """What is read of a message or of a caption, which alone may be empty; the limit is in characters."""
    raw, mode = fields.get(key, ""), fields.get("parse_mode", "").lower()
    if key == "text" and not raw:
        raise bad("message text is empty")
    if mode not in ("", "html", "markdown", "markdownv2"):
        raise bad("unsupported parse_mode")
    plain = (visible(raw) if mode == "html" else raw).strip()
    if key == "text" and not plain:
        raise bad("text must be non-empty")
    if len(plain) > limit or len(raw.encode()) > 1 << 15:
        raise bad("message is too long" if key == "text" else "message caption is too long")
    return plain


def read_markup(raw: str) -> tuple[Json, list[list[Button]]]:
    """A `reply_markup` and the rows of its buttons; refuses what is none."""
    try:
        markup = json.loads(raw or "{}")
    except ValueError:
        raise bad("can't parse reply keyboard markup JSON object") from None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    for key in ("is_persistent", "resize_keyboard", "one_time_keyboard", "selective", "remove_keyboard"):
        if not isinstance(markup.get(key, False), bool):
            raise bad(f'field "{key}" must be of type Boolean')
    if len(markup.get("input_field_placeholder", "")) > 64:
        raise bad("input field placeholder is too long")
    kinds = [key for key in ("inline_keyboard", "keyboard") if key in markup]
    for key in kinds:
        if not isinstance(markup[key], list) or not all(isinstance(row, list) for row in markup[key]):
            raise bad(f'field "{key}" must be of type Array')
    return markup, read_buttons(markup)


def read_buttons(markup: Json) -> list[list[Button]]:
    """The rows of a keyboard, with the limits of its kind enforced."""
    rows: list[list[Button]] = []
    is_inline = "inline_keyboard" in markup
    for row in markup.get("inline_keyboard") or markup.get("keyboard") or []:
        rows.append([])
        for item in ({"text": one} if isinstance(one, str) else one for one in row):
            if not isinstance(item, dict) or not isinstance(item.get("text"), str):
                kind = "inline" if is_inline else "reply"
                raise bad(f"can't parse {kind} keyboard button: Can't find field \"text\"")
            data = item.get("callback_data")
            if is_inline and (len(item) < 2 or data == ""):
                raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
            if not is_inline and not item["text"].strip():
                raise bad("keyboard button text must be non-empty")
            if data is not None and len(data.encode()) > 64:
                raise bad("BUTTON_DATA_INVALID")
            rows[-1].append(Button(item["text"], data, item.get("url")))
    if sum(map(len, rows)) > (100 if is_inline else 300):
        raise bad("reply markup is too long")
    return rows


def check_upload(what: str, content: bytes) -> None:
    """Refuses a file that is too large, and a photo that is no picture or one too long."""
    if not content:
        raise bad("file must be non-empty")
    if len(content) > MAX_DOCUMENT:
        raise Refused(413, "Request Entity Too Large")
    if what != "photo":
        return
    if len(content) > MAX_PHOTO:
        raise bad(f"file of size {len(content)} bytes is too big for a photo; the maximum size is {MAX_PHOTO} bytes")
    if not content.startswith(IMAGES):
        raise bad("IMAGE_PROCESS_FAILED")
    if content.startswith(IMAGES[0]):
        width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad("PHOTO_INVALID_DIMENSIONS")


def read_commands(raw: str) -> list[tuple[str, str]]:
    """The commands of setMyCommands with their descriptions."""
    commands = json.loads(raw or "[]")
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", one["command"]):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(one["description"].strip()) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return [(one["command"], one["description"]) for one in commands]


def read_scope(raw: str) -> tuple[str | int, ...]:
    """A scope of commands as its type and, where it has them, its chat and its user."""
    scope = json.loads(raw or '{"type": "default"}')
    if not isinstance(scope, dict) or scope.get("type") not in SCOPES:
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    for key in SCOPES[scope["type"]]:
        if key not in scope:
            raise bad(f"can't parse BotCommandScope: Can't find field \"{key}\"")
        if not isinstance(scope[key], int):
            wrong = "can't parse BotCommandScope: Invalid user_id specified"
            raise bad("chat not found" if key == "chat_id" else wrong)
    return scope["type"], *(scope[key] for key in SCOPES[scope["type"]])
