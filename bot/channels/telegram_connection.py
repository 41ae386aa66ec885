"""Calls of the Bot API over aiohttp, which takes far less of the processor than the library's own client (docs/decisions/0014)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT_WITHIN = 5.0
_NAMES_A_MESSAGE = ("message_id", "date", "chat")
UPLOAD_WITHIN = 20.0
"""Seconds for sending a file, beside those for its answer."""


class AiohttpRequest(BaseRequest):
    """The library's way to the server, with at most ``connections`` at a time. A proxy is taken from the environment."""

    def __init__(self, connections: int, read_timeout: float = 5.0) -> None:
        self._connections = connections
        self._read_timeout = read_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._read_timeout

    async def initialize(self) -> None:
        """Nothing is opened before the first call."""

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and content of the answer. Raises ``TimedOut`` or ``NetworkError``; no redirect is followed.

        The time for reading is that of silence: a large file may take longer, as long as something comes.
        """
        reading = self._read_timeout if isinstance(read_timeout, DefaultValue) else read_timeout
        has_files = request_data is not None and request_data.contains_files
        silence = None if reading is None else reading + (UPLOAD_WITHIN if has_files else 0.0)
        try:
            async with self._open().request(
                method,
                url,
                data=_body(request_data),
                timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_WITHIN, sock_read=silence),
                allow_redirects=False,
                proxy=proxy_to(urlsplit(url)[:2]),
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError as error:
            raise TimedOut from error
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from error  # not its words: the address has the token in it

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer to a call. Of a message that was sent only what names it: the library makes objects of all the rest,
        the buttons and the marks in the words, which nobody asks for. Raises ``TelegramError``."""
        answer: dict[str, Any] = BaseRequest.parse_json_payload(payload)
        result = answer.get("result") if isinstance(answer, dict) else None
        if isinstance(result, dict) and "message_id" in result:
            answer["result"] = {name: result[name] for name in _NAMES_A_MESSAGE if name in result}
        return answer

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections)
            headers = {"User-Agent": self.USER_AGENT}
            self._session = aiohttp.ClientSession(
                connector=connector, headers=headers, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session


@lru_cache(maxsize=8)
def proxy_to(server: tuple[str, str]) -> str | None:
    """The proxy that the environment (HTTPS_PROXY, NO_PROXY …) asks for on the way to a server, given by scheme and host.

    Asked once: aiohttp's own look reads a file for each call.
    """
    scheme, host = server
    proxies = getproxies()
    return None if proxy_bypass(host) else proxies.get(scheme) or proxies.get("all")


def _body(given: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    if given is None:
        return None
    if not given.contains_files:
        return given.json_parameters
    form = aiohttp.FormData(given.json_parameters, quote_fields=False, default_to_multipart=True)
    for name, (filename, content, mime) in given.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form
