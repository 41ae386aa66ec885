"""How a pledge stands by its promises: open, kept, partly kept, broken (R34, R36)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from knowledge.procedure.case import Case, Promise

Standing = Literal["open", "kept", "partly", "broken"]
STANDING_NAMES: dict[Standing, str] = {
    "open": "履行中",
    "kept": "已履行",
    "partly": "部分履行",  # some promises kept, some broken
    "broken": "没有履行",
}
MAX_PROMISES = 6


def standing(promises: Iterable[Promise]) -> Standing:
    """What came of the promises of one pledge; while one is open, the whole is."""
    states = {promise.state for promise in promises}
    if "open" in states or not states:
        return "open"
    return "partly" if len(states) == 2 else "kept" if states == {"kept"} else "broken"


def state_words(promise: Promise) -> str:
    """How one promise stands, in words."""
    if promise.state == "open":
        return "待复核" if promise.is_waiting else "第二次期限内" if promise.period > 1 else "履行中"
    return "已做到" if promise.state == "kept" else "没做到"


def now_of(promises: Iterable[Promise], case: Case) -> list[Promise]:
    """Promises as they were signed, each as it stands in the case now; its words stay those that were signed."""
    now = {promise.id: promise for promise in case.promises}
    return [replace(now.get(promise.id, promise), text=promise.text) for promise in promises]
