"""Readers of foreign words: a bounded run of the fuzzing, and no text that takes them more than in proportion to its length."""

from __future__ import annotations

import contextlib
import random
import time
from typing import Any

import pytest

from benchmarks.fuzz.mutations import bytes_of, text_of
from benchmarks.fuzz.targets import Target, targets

INPUTS = 8
"""For each reader; the whole run is ``make fuzz``."""
SHORT, LONG = 500, 4
RATIO = 3.2
"""How much longer a text of twice the length may take: 2 is in proportion, 4 as the square."""
PUMPS = ("1", "１", "一", "千百", "1,", "1-", "3日", "三日", "2026年", "个工作日", "至", " ", "\t", "a@", "a.", "（", "〔a〕", "“",
         "，", "。", "不", "公司", "路1号", "92420704MA", "第1条", "1.", "\n", "元", "10%至", "{{")  # fmt: skip


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> list[Target]:
    return targets(tmp_path_factory.mktemp("fuzz"))


def test_no_broken_or_hostile_input_raises_anything_but_a_refusal(readers: list[Target]) -> None:
    for target in readers:
        make: Any = text_of if isinstance(target.seeds[0], str) else bytes_of
        for number in range(INPUTS):
            data = make(random.Random(f"test/{target.name}/{number}"), target.seeds)
            try:
                target.run(data)
            except target.refuses:
                continue
            except Exception as error:
                raise AssertionError(f"{target.name} #{number}: {data[:200]!r}") from error


def test_no_text_takes_a_reader_more_than_in_proportion_to_its_length(readers: list[Target]) -> None:
    """ReDoS: each pump doubled until it takes long enough to be measured; processor time, the best of three."""
    slow = []
    for target in readers:
        if not isinstance(target.seeds[0], str):
            continue
        for pump in PUMPS:
            if (grown := _growth(target, pump)) > RATIO:
                slow.append(f"{target.name}: {pump!r} ×{grown:.1f}")
    assert not slow, "\n".join(slow)


def _growth(target: Target, pump: str) -> float:
    """How many times longer twice the text takes; 1 for what is quick however long it is."""
    length = SHORT
    before = _time(target, pump, length)
    while length < SHORT * LONG:
        length *= 2
        took = _time(target, pump, length)
        if before > 0.05 and took / before > RATIO:
            again = min(_time(target, pump, length) for _ in range(2)) / max(_time(target, pump, length // 2), 1e-9)
            return min(took / before, again)
        before = took
    return 1.0


def _time(target: Target, pump: str, length: int) -> float:
    text = (pump * length)[:length] + "!"
    began = time.process_time()
    with contextlib.suppress(*target.refuses):
        target.run(text)
    return time.process_time() - began
