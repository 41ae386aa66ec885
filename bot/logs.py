"""Structured logs without personal data: events and numbers, never texts, names or tokens."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

_NEVER = ("text", "question", "chat", "token", "name", "payload", "phone", "url")


def _without_personal_data(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in _NEVER:
        if key in event:
            event[key] = "〔略〕"
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
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    # httpx logs whole URLs, and the bot's token is part of them
    for name in ("httpx", "httpcore", "telegram", "aiohttp.access", "pdfminer"):
        logging.getLogger(name).setLevel(logging.ERROR)
