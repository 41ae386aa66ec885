"""Waiting that a stop, or whatever else is waited for, cuts short."""

from __future__ import annotations

import asyncio


async def pause(until: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until an event is set."""
    try:
        await asyncio.wait_for(until.wait(), seconds)
    except TimeoutError:
        return
