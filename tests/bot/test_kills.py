"""Processes killed at random moments under load, over a Bot API double that fails too: nothing lost, nothing twice."""

from __future__ import annotations

from pathlib import Path

from benchmarks.kills import run
from tests.conftest import new_postgres_database


async def test_a_few_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    report = await run("sqlite", 3, f"sqlite:///{tmp_path}/kills.db", cold=0, due=2)
    assert report.wrong == []
    assert report.kills == 3
    assert report.updates > 0


async def test_many_kills_lose_nothing_and_double_nothing_in_three_processes(postgres: str) -> None:
    url = await new_postgres_database(postgres)
    report = await run("postgresql", 40, url, cold=0.1, due=20)
    assert report.wrong == []
    assert min(report.updates, report.cases, report.reminders, sum(report.faults.values())) > 0
