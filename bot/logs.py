"""Structured logs without personal data: events and numbers, never texts, names or tokens."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

_NEVER = ("text", "question", "chat", "token", "name", "payload", "phone", "url")
_PLAIN = {code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F, *range(0x80, 0xA0), 0x2028, 0x2029)}
"""What would begin a new line in a log, or speak to the terminal that shows it, and how it is written instead."""
_IN_TRACE = {code: plain for code, plain in _PLAIN.items() if code != 0x0A}


def traced(error: BaseException) -> str:
    """Where an error came up and of what kind it is, with its causes – without its words, which may be anybody's.

    A value that could not be read, a row that is there already, an address with a password: errors repeat them. Only
    what the system says of its own – no such file, disk full – is kept.
    """
    found: list[str] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        kind = f"{type(one).__module__}.{type(one).__qualname__}"
        said = f": {one.strerror}" if isinstance(one, OSError) and one.strerror else ""
        found.append("".join([*traceback.format_tb(one.__traceback__), kind, said]))
        if isinstance(one, BaseExceptionGroup):
            found += [traced(inner) for inner in one.exceptions]
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "\n\n".join(reversed(found)).translate(_IN_TRACE)


class _Plain(logging.Formatter):
    """The lines of libraries: each one line, errors without their words."""

    def format(self, record: logging.LogRecord) -> str:
        said = f"{record.levelname} {record.name} {record.getMessage()}".translate(_PLAIN)
        error = record.exc_info[1] if record.exc_info else None
        return f"{said}\n{traced(error)}" if error else said


def _without_personal_data(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if key in _NEVER:
            event[key] = "〔略〕"
        elif isinstance(value, str):
            event[key] = value.translate(_PLAIN)
    return event


def _traced(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    told = event.pop("exc_info", None)
    error = told if isinstance(told, BaseException) else sys.exc_info()[1] if told else None
    if error is not None:
        event["exception"] = traced(error)
    return event


def set_up_logs(level: str, form: Literal["text", "json"]) -> None:
    """Configure structlog and the standard library's logging. Called once, by the composition root."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _without_personal_data,
            _traced,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Plain())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # httpx logs whole URLs, and the bot's token is part of them
    for name in ("httpx", "httpcore", "telegram", "aiohttp.access", "pdfminer"):
        logging.getLogger(name).setLevel(logging.ERROR)
