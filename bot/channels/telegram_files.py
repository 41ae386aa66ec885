"""Fetches the files of Telegram messages and has them kept; what cannot be had is said in the message's problem."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog
from telegram import Bot, Document, Message, PhotoSize, Update
from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.channels.telegram_client import seconds_of
from bot.keeper import Keeper
from bot.limits import Limiter
from handlers.messages import Incoming
from knowledge.evidence_files import MAX_BYTES, TOO_LARGE, RefusedEvidence

log = structlog.get_logger()
AT_ONCE = 8
FETCH_WITHIN = 20.0  # seconds for one file: polling goes on afterwards only
RETRY_WAIT = 0.5
NOT_FETCHED = "这个文件没有收全。请稍后再发一次。"
NOT_KEPT = "系统出了点问题，这个文件没有存下来。请稍后再发一次。"
TOO_MANY = "文件发得太快了。请过一分钟再发这一个。"


def brings_file(update: Update) -> bool:
    """Whether a message brings a photo or a document."""
    return update.message is not None and bool(update.message.photo or update.message.document)


def _file_of(message: Message) -> PhotoSize | Document | None:
    """The largest size of a photo, or the document."""
    if message.photo:
        return max(message.photo, key=lambda size: (size.width * size.height, size.file_size or 0))
    return message.document


class FileFetcher:
    """Fetches files, some at once, and has them kept."""

    def __init__(self, bot: Bot, keeper: Keeper) -> None:
        self._bot = bot
        self._keeper = keeper
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._per_chat = Limiter(rate=0.5, burst=40)

    async def fetch(self, update: Update, incoming: Incoming) -> Incoming:
        """The message with its file, or with the problem that it has; one without a file as it is. Raises nothing."""
        if update.message is None or not brings_file(update):
            return incoming
        problem = NOT_FETCHED
        try:
            file = _file_of(update.message)
            if file is None or (file.file_size or 0) > MAX_BYTES:
                raise RefusedEvidence(TOO_LARGE)
            if not self._per_chat.allows(incoming.chat):
                raise RefusedEvidence(TOO_MANY)
            content = await self._fetched(file.file_id)
            problem = NOT_KEPT
            name = file.file_name if isinstance(file, Document) else None
            return replace(incoming, files=(await self._keeper.keep(content, name or ""),))
        except RefusedEvidence as refusal:
            return replace(incoming, problem=str(refusal))
        except Exception as error:  # the message must not be lost with its file, nor hold up all others
            log.error("file not taken in", error=type(error).__name__, problem=problem)
            return replace(incoming, problem=problem)

    async def _fetched(self, file_id: str) -> bytes:
        async with self._turns, asyncio.timeout(FETCH_WITHIN):
            while True:
                try:
                    file = await self._bot.get_file(file_id)
                    return bytes(await file.download_as_bytearray())
                except RetryAfter as error:
                    await asyncio.sleep(seconds_of(error))
                except BadRequest as error:
                    if "too big" in str(error).lower():
                        raise RefusedEvidence(TOO_LARGE) from error
                    raise
                except NetworkError:
                    await asyncio.sleep(RETRY_WAIT)
