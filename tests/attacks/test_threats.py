"""The threat model names its tests; those are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_line_of_the_threat_model_names_tests_that_are_there() -> None:
    text = (ROOT / "docs" / "threats.md").read_text("utf-8")
    table = text.partition("## STRIDE")[2].partition("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")][2:]
    assert len(lines) > 12
    for line in lines:
        named = re.findall(r"`([a-z_/]+\.py)`", line)
        assert named, line
        assert all((ROOT / "tests" / name).is_file() for name in named), line
