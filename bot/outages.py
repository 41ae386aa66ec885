"""What is logged when a part of the program breaks off: one clear line while the database is away, full or locked."""

from __future__ import annotations

from typing import Any

from storage.database import is_out_of_order


def tell(log: Any, part: str, error: Exception) -> None:
    """Log why a part could not go on; it tries again by itself. What is nobody's outage is logged with its traceback."""
    if not is_out_of_order(error):
        log.error("part failed, it goes on", part=part, error=type(error).__name__, exc_info=error)
        return
    cause = getattr(error, "orig", None) or error
    reason = (str(cause).splitlines() or [""])[0].removeprefix("<class 'asyncpg.exceptions.")[:120]
    log.error("database out of order, tried again until it is back", part=part, reason=reason)
