"""Files from the web chat: each is taken in by itself, and named by the message that brings them.

Between the two an upload waits as an attachment of its chat that holds no bytes, only what the file is: it goes to
that chat alone, is erased with it, and goes by itself after some days (R48, R49).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import structlog
from aiohttp import web

from bot.channels.web_http import address_of, problem
from bot.keeper import Keeper
from bot.limits import Limiter
from handlers.messages import FileRef, Incoming
from knowledge.evidence_files import MAX_BYTES, PICTURES, TOO_LARGE, RefusedEvidence
from storage import attachments
from storage.attachments import UPLOADED
from storage.database import Database

log = structlog.get_logger()
MAX_FILES = 10
MAX_AT_ONCE = 12
MAX_AT_ONCE_PER_ADDRESS = 4
PATIENCE = 12.0  # seconds without a byte, and for the database
UPLOAD_WITHIN = 300.0
_STEP = 64 * 1024
_ID = re.compile(r"[A-Za-z0-9_-]{16}")
BUSY = "现在传文件的人多，请稍等几秒再传"
TOO_MANY = "文件传得太快了，请过一分钟再传"
NOT_WHOLE = "文件没有传完，请重传"
NOT_KEPT = "系统正忙，文件没有收到，请稍后重传"
WRONG_FILES = f"一次最多发{MAX_FILES}个文件"
UNKNOWN_FILE = "有文件没有找到，请重新传一次"


class Uploads:
    """Takes files in, and gives them to the messages of the chat that sent them."""

    def __init__(self, database: Database, keeper: Keeper, now: Callable[[], dt.datetime]) -> None:
        self._database = database
        self._keeper = keeper
        self._now = now
        self._per_chat = Limiter(rate=0.2, burst=40)
        self._per_address = Limiter(rate=1, burst=200)
        self._under_way: Counter[str] = Counter()

    async def take(
        self, request: web.Request, chat: str, name: str = "", check: Callable[[bytes], bytes] | None = None
    ) -> dict[str, str]:
        """Take in the file in a request's body; returns the id by which a message of the chat names it, and what it is.

        ``check`` may refuse it (``RefusedEvidence``); ``name`` is what it is called, whatever its sender calls it.
        """
        address = address_of(request)
        if not self._per_chat.allows(chat) or not self._per_address.allows(address):
            raise problem(429, TOO_MANY)
        if self._under_way.total() >= MAX_AT_ONCE or self._under_way[address] >= MAX_AT_ONCE_PER_ADDRESS:
            raise problem(503, BUSY)
        self._under_way[address] += 1
        try:
            called = name or unquote(request.headers.get("X-File-Name", ""))
            return await self._kept(chat, await _body(request), called, check)
        finally:
            self._under_way[address] -= 1
            self._under_way += Counter()  # forgets those at none

    async def _kept(
        self, chat: str, content: bytes, name: str, check: Callable[[bytes], bytes] | None
    ) -> dict[str, str]:
        token = secrets.token_urlsafe(12)
        try:
            if check:
                content = await asyncio.to_thread(check, content)
            file = await self._keeper.keep(content, name)
            async with asyncio.timeout(PATIENCE), self._database.transaction() as session:
                told = json.dumps(file.to_json()).encode()
                await attachments.put(session, token, "web", chat, file.name, UPLOADED, told, self._now())
        except RefusedEvidence as refusal:
            raise problem(413 if str(refusal) == TOO_LARGE else 400, str(refusal)) from refusal
        except Exception as error:
            log.error("upload failed", error=type(error).__name__)
            raise problem(503, NOT_KEPT) from error
        return {"file": token, "name": file.name, "mime": file.mime}

    async def added(self, incoming: Incoming, ids: Any) -> Incoming:
        """The message with the files of these ids, which its chat must have uploaded. Raises a refusal."""
        is_list = isinstance(ids, list) and all(isinstance(one, str) and _ID.fullmatch(one) for one in ids)
        if not is_list or not 1 <= len(ids) <= MAX_FILES or incoming.kind != "text":
            raise problem(400, WRONG_FILES)
        try:
            async with asyncio.timeout(PATIENCE), self._database.reading() as session:
                found = [await attachments.get(session, one, "web", incoming.chat) for one in dict.fromkeys(ids)]
        except Exception as error:
            log.error("upload not read", error=type(error).__name__)
            raise problem(503, "系统正忙，消息没有收到，请稍后重发") from error
        files = tuple(FileRef.from_json(json.loads(one.content)) for one in found if one and one.mime == UPLOADED)
        if len(files) < len(found):
            raise problem(400, UNKNOWN_FILE)
        is_album = all(file.mime in PICTURES for file in files)
        return replace(incoming, kind="photo" if is_album else "document", files=files)


async def _body(request: web.Request) -> bytes:
    """The whole body, given up as soon as it is known to be too large."""
    if (request.content_length or 0) > MAX_BYTES:
        raise problem(413, TOO_LARGE)
    body = bytearray()
    try:
        async with asyncio.timeout(UPLOAD_WITHIN):
            while piece := await asyncio.wait_for(request.content.read(_STEP), PATIENCE):
                body += piece
                if len(body) > MAX_BYTES:
                    raise problem(413, TOO_LARGE)
    except TimeoutError as error:
        raise problem(408, NOT_WHOLE) from error
    return bytes(body)
