"""Which promise a piece of evidence is for (R33, R34): what 全部 holds and what it does not is said before it is pressed."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from handlers.pledges.reviewing import to_hand_in
from handlers.pledges.words import APART
from knowledge.procedure.case import Case, Promise

DAY = dt.date(2026, 11, 20)


def case(*kinds: Literal["rectification", "redress"]) -> Case:
    promises = tuple(Promise(str(n), f"第{n}件", DAY, kind=kind) for n, kind in enumerate(kinds, 1))
    return Case(
        opened=DAY, problem="示例", severity="minor", stage="rectifying", due=DAY, first_due=DAY, promises=promises
    )


def test_r33_redress_is_marked_as_handed_in_apart_from_all_the_others() -> None:
    texts = [text for *_, text in to_hand_in(case("rectification", "redress", "rectification"))]
    assert texts == ["1. 第1件", f"2. 第2件{APART}", "3. 第3件"]


def test_one_promise_that_goes_with_everything_is_not_asked_for() -> None:
    assert to_hand_in(case("rectification")) == []
