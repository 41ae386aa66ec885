"""The Bot API client, and what receiving and sending share over it."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections.abc import Awaitable
from typing import TypeVar

import structlog
from telegram import Bot, BotCommand
from telegram.error import RetryAfter, TelegramError

from bot.channels.telegram_connection import AiohttpRequest
from handlers import menus

log = structlog.get_logger()
CHANNEL = "telegram"
TRY_WITHIN = 8.0  # seconds for a call that may fail without harm
Result = TypeVar("Result")


class Client(Bot):
    """The library's Bot API client, with connections that can be closed without having asked the server first."""

    def __init__(self, token: str, root: str) -> None:
        os.environ.setdefault("PTB_TIMEDELTA", "1")  # the library's word for: give waits as timedelta
        self._connections = (
            AiohttpRequest(16),
            AiohttpRequest(2, read_timeout=10.0),
        )
        sending, polling = self._connections
        super().__init__(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=sending,
            get_updates_request=polling,
        )

    async def close_connections(self) -> None:
        for connection in self._connections:
            await connection.shutdown()


def make_bot(token: str, base_url: str = "") -> Client:
    """A Bot API client; ``base_url`` points at a self-hosted server, with or without its ``/bot``."""
    return Client(token, base_url.rstrip("/").removesuffix("/bot") or "https://api.telegram.org")


def commands_of(role: str) -> list[BotCommand]:
    """What a role is offered behind the “/”: Latin commands, told in Chinese."""
    return [BotCommand(entry.command, entry.label) for entry in menus.entries(role)]


async def tried(call: Awaitable[Result], name: str) -> Result | None:
    """What a call gives that may fail without harm; ``None``, and a line in the log, when it does."""
    try:
        async with asyncio.timeout(TRY_WITHIN):
            return await call
    except (TelegramError, TimeoutError) as error:
        log.warning("telegram method refused", method=name, error=type(error).__name__)
        return None


def seconds_of(error: RetryAfter) -> float:
    """How long the server asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, dt.timedelta) else float(wait)
