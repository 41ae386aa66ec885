"""What every route of the web chat shares: who asks, what may be asked, and refusals in plain words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from aiohttp import web

MAX_BODY = 64 * 1024
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_SUBSCRIBER = 64
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def is_own_page(request: web.Request) -> bool:
    """Whether a browser says that our own page sends this; behind a proxy that changes the host, too."""
    if request.headers.get("X-Rongcuo") != "1":
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.host


Network = IPv4Network | IPv6Network
PROXIES = web.AppKey("proxies", tuple[Network, ...])
"""The networks of the proxies that are believed about who asks; without it those on this machine."""
_HERE: tuple[Network, ...] = (ip_network("127.0.0.1"), ip_network("::1"))


def address_of(request: web.Request) -> str:
    """Who asks, for limits: the last address that no proxy of ours has; only such a proxy is believed about another one.

    Of IPv6 it is the network that one subscriber has, who may use any address in it.
    """
    proxies = request.app.get(PROXIES, _HERE)
    remote = request.remote or ""
    found = _address(remote)
    named = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    while found and named and any(found in proxy for proxy in proxies):
        above = _address(named.pop().strip())
        if above is None:
            break
        found = above
    if found is None:
        return remote
    return str(found) if isinstance(found, IPv4Address) else str(ip_network((found, _SUBSCRIBER), strict=False))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def number_of(text: str | None) -> int | None:
    """A number in an address, if it is one of at most fifteen digits."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def problem(status: int, text: str) -> web.HTTPException:
    """A refusal, to be raised, whose sentence the page shows."""
    error: web.HTTPException = {
        400: web.HTTPBadRequest,
        401: web.HTTPUnauthorized,
        403: web.HTTPForbidden,
        408: web.HTTPRequestTimeout,
        429: web.HTTPTooManyRequests,
        503: web.HTTPServiceUnavailable,
    }.get(status, web.HTTPBadRequest)(
        text=json.dumps({"error": text}, ensure_ascii=False), content_type="application/json"
    )
    if status == 413:
        error.set_status(413)
    if status == 429:
        error.headers["Retry-After"] = "3"
    return error


async def body_of(request: web.Request, patience: float) -> dict[str, Any]:
    """The JSON object that was sent, waited for so many seconds. Raises a refusal for anything else."""
    if request.content_type != "application/json":
        raise problem(400, "消息格式不对，请刷新页面")
    raw = b""
    try:
        async with asyncio.timeout(patience):
            while len(raw) <= MAX_BODY and (piece := await request.content.read(MAX_BODY)):
                raw += piece
    except TimeoutError as error:
        raise problem(408, "消息没有传完，请重发") from error
    if len(raw) > MAX_BODY:
        raise problem(413, "这段话太长了，请用两千字以内说")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise problem(400, "消息格式不对，请刷新页面")
    return data


@web.middleware
async def in_plain_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The library's own English refusals, in Chinese."""
    try:
        return await handler(request)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
        said = "没有这个页面" if error.status == 404 else "这个地址不能这样用"
        if request.path.startswith("/api/"):
            error.text = json.dumps({"error": said}, ensure_ascii=False)
            error.content_type = "application/json"
        else:
            error.text = said
        raise


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Guard every answer; one that sets a header itself keeps it."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Server"] = "rongcuo"
