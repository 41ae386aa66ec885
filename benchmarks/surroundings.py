"""On what a measurement was made, and where its figures are kept: one file for each kind, so that each can be made anew alone."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"


def surroundings(packages: Sequence[str] = ()) -> dict[str, Any]:
    """Date, machine, versions and commit; nothing that names this machine or its folders."""
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "cpu": _cpu(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "system": platform.system(),
        "python": platform.python_version(),
        "commit": _commit(),
        "packages": {name: version(name) for name in packages},
    }


def in_words(around: dict[str, Any]) -> str:
    """The same in a line of a page."""
    packages = "、".join(f"{name} {number}" for name, number in around["packages"].items())
    return (
        f"{around['date']}，{around['cores']} 核 {around['cpu']}，内存 {around['memory_gb']} GB，{around['system']}，"
        f"Python {around['python']}，提交 {around['commit']}，开始时负载 {around['load']}。"
        + (f"{packages}。" if packages else "")
    )


def write_results(name: str, figures: Any, packages: Sequence[str] = (), around: dict[str, Any] | None = None) -> Path:
    """Keep the figures of one kind with what they were measured on; returns the file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    whole = {"surroundings": around or surroundings(packages), "figures": figures}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def read_results(name: str) -> dict[str, Any] | None:
    """The figures of one kind; ``None`` while they were not measured."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _commit() -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    try:
        changed = git("status", "--porcelain", "--", "bot", "handlers", "storage", "knowledge", "benchmarks/*.py")
        return git("rev-parse", "--short", "HEAD") + (" 加未提交的改动" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "不详"
