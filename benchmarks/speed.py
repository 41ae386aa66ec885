"""How fast ours is and what it needs: over the shipped knowledge, and over many short entries made for the purpose.

Each measurement has a process of its own. Machines differ and are busy with other things, so the large one is set
beside two yardsticks of the same run: tantivy over the same strings, and a bare matrix by a vector.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import datetime as dt
import gc
import importlib
import json
import pstats
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import jieba
import numpy as np
import psutil
from threadpoolctl import threadpool_limits

from benchmarks.peers import ROOT, STARD, documents_of, only_pairs, profile_for, tantivy_over
from knowledge.evaluation import read_entries
from knowledge.language import load_language
from knowledge.matching.entries import Entry
from knowledge.matching.matcher import Matcher
from knowledge.shipped import DATA, matcher_for, read_shipped, shipped_language, shipped_library
from knowledge.yaml_data import read_yaml

HELD_OUT = Path(__file__).parent / "data" / "held_out.yaml"
LARGE = 100_000
READERS = ("openpyxl", "docx", "yaml", "opencc", "jieba")
"""Imported at their first use."""
_ASKED = 500
_OPENINGS = ("", "", "我们", "请问", "单位", "个人", "店里", "企业", "公司")
_ENDINGS = (
    "怎么办",
    "会罚吗",
    "要多久",
    "找谁",
    "有什么条件",
    "可以吗",
    "怎么算",
    "要什么材料",
    "是什么意思",
    "怎么处理",
)


def held_out(count: int = _ASKED) -> list[str]:
    """Our own held-out questions, from the start again when more are asked for."""
    own = [str(question["q"]) for question in read_yaml(HELD_OUT)]
    return [own[i % len(own)] for i in range(count)]


def generic_entries(size: int, public: Path, seed: int = 20261120) -> list[Entry]:
    """Short entries with one or two aliases each; the same ones for the same seed and the same texts.

    Fragments come from the shipped texts and the STARD articles, words from jieba's dictionary by their frequency.
    """
    rng = random.Random(seed)
    articles = public / "stard_entries.jsonl"
    sources = [*shipped_library().entries, *(read_entries(articles) if articles.is_file() else ())]
    fragments = sorted({part for entry in sources for part in _fragments(entry.body)})
    words = list(_dictionary_words())
    weights = [count**0.5 for _, count in words]
    drawn = iter(rng.choices([word for word, _ in words], weights, k=size * 3))

    def entry(number: int) -> Entry:
        subject, matter, thing = next(drawn), next(drawn), next(drawn)
        core = rng.choice(fragments)
        title = f"{subject}{matter}{core[:8]}{rng.choice(_ENDINGS)}"
        body = f"{subject}{core}的，{matter}{rng.choice(fragments)}，{thing}{rng.choice(fragments)}。{rng.choice(fragments)}。"
        aliases = [f"{rng.choice(_OPENINGS)}{subject}{core[:6]}，{matter}{rng.choice(_ENDINGS)}"]
        if rng.random() < 0.5:
            aliases.append(f"{matter}{thing}{core[-6:]}{rng.choice(_ENDINGS)}")
        return Entry(f"g{number}", "entry", title, body, tuple(aliases))

    return [entry(number) for number in range(size)]


def _fragments(text: str) -> Iterator[str]:
    for mark in "；：。、！？\n（）()“”《》 ":
        text = text.replace(mark, "，")
    yield from (part for part in text.split("，") if 6 <= len(part) <= 18 and "第" not in part)


def _dictionary_words() -> Iterator[tuple[str, int]]:
    with jieba.get_dict_file() as lines:
        for line in lines:
            word, count, *_ = line.decode("utf-8").split()
            if 2 <= len(word) <= 4 and "\u4e00" <= word[0] <= "\u9fff":
                yield word, int(count)


def questions_of(entries: Sequence[Entry], count: int, seed: int = 7) -> list[tuple[str, str]]:
    """Aliases with one character missing, and the entry they were taken from."""
    rng = random.Random(seed)
    out = []
    for entry in rng.sample(entries, count):
        alias = rng.choice(entry.aliases)
        at = rng.randrange(len(alias))
        out.append((alias[:at] + alias[at + 1 :], entry.id))
    return out


def timed(ask: Callable[[str], Any], questions: Sequence[str]) -> dict[str, float]:
    """p50 and p99 in milliseconds, after a few questions to warm up."""
    for question in questions[:20]:
        ask(question)
    times = []
    for question in questions:
        start = time.perf_counter()
        ask(question)
        times.append((time.perf_counter() - start) * 1000)
    p50, p99 = np.percentile(times, (50, 99))
    return {"p50_ms": round(float(p50), 3), "p99_ms": round(float(p99), 3)}


def resident() -> float:
    """MB this process holds."""
    gc.collect()
    return round(psutil.Process().memory_info().rss / 2**20, 1)


def anew() -> dict[str, Any]:
    """In a fresh process, after the imports: seconds to read the shipped files as the first process after a change does."""
    for module in READERS:
        importlib.import_module(module)
    start = time.perf_counter()
    load_language(DATA / "language")
    read_shipped()
    return {"anew_s": round(time.perf_counter() - start, 3)}


def cold() -> dict[str, Any]:
    """In a fresh process, after the imports: until the shipped knowledge can be asked; its files were read before."""
    for module in READERS:
        importlib.import_module(module)
    start = time.perf_counter()
    library = shipped_library()
    read = time.perf_counter()
    matcher = matcher_for(library)
    ready = time.perf_counter()
    matcher.search("年报忘了报会罚吗")
    first = time.perf_counter()
    return {
        "read_s": round(read - start, 3),
        "index_s": round(ready - read, 3),
        "ready_s": round(ready - start, 3),
        "first_ms": round((first - ready) * 1000, 2),
    }


async def _published(url: str, *, fill: bool) -> float:
    """Seconds until what is published in a database can be asked, as every process of the program begins."""
    from bot.metrics import Metrics  # here, so that the processes whose memory is told do not hold the program, too
    from bot.publisher import Publisher, publish_shipped
    from storage.database import Database

    database = Database(url)
    if fill:
        await database.upgrade()
        await publish_shipped(database, dt.datetime.now(dt.UTC))
    start = time.perf_counter()
    publisher = Publisher(database, shipped_language(), Metrics())
    refreshing = asyncio.create_task(publisher.refresh())
    while not publisher.is_ready and not refreshing.done():  # it can be asked while memory is given back
        await asyncio.sleep(0.002)
    seconds = time.perf_counter() - start
    await refreshing
    await database.close()
    return seconds


def served(file: str) -> dict[str, Any]:
    """In a fresh process, after the imports: until what a database holds can be asked."""
    from bot.logs import set_up_logs

    set_up_logs("error", "text")
    return {"served_s": round(asyncio.run(_published(f"sqlite:///{file}", fill=False)), 3)}


def shipped() -> dict[str, Any]:
    """All stages over the shipped knowledge, and what the process holds."""
    library = shipped_library()
    matcher = matcher_for(library)
    built = resident()
    times = timed(lambda question: matcher.search(question, limit=10), held_out())
    strings = sum(len(entry.aliases) + 1 for entry in library.entries)
    return {
        "entries": len(library.entries),
        "strings": strings,
        **times,
        "rss_built_mb": built,
        "rss_after_mb": resident(),
    }


def large(size: int, public: Path) -> dict[str, Any]:
    """All stages over many generic entries, and two yardsticks."""
    entries = generic_entries(size, public)
    near = questions_of(entries, _ASKED // 2)
    questions = [*held_out(_ASKED // 2), *(text for text, _ in near)]
    analyzer, profile = shipped_language().analyzer(), profile_for("questions")[1]
    before = resident()
    start = time.perf_counter()
    matcher = Matcher(entries, analyzer, profile)
    seconds = time.perf_counter() - start
    built = resident()
    times = timed(lambda question: matcher.search(question, limit=10), questions)
    after = resident()
    found = sum(
        wanted in [match.entry.id for match in matcher.search(text, limit=3).matches[:3]] for text, wanted in near
    )
    return {
        "entries": size,
        "strings": sum(len(entry.aliases) + 1 for entry in entries),
        "title_chars": statistics.median(len(entry.title) for entry in entries),
        "body_chars": statistics.median(len(entry.body) for entry in entries),
        "build_s": round(seconds, 2),
        **times,
        "found_near": round(found / len(near), 4),
        "rss_built_mb": built,
        "rss_after_mb": after,
        "growth_mb": round(after - before, 1),
        "tantivy": yardstick_tantivy(entries, questions),
        "dot": yardstick_dot(size),
    }


def yardstick_tantivy(entries: Sequence[Entry], questions: Sequence[str]) -> dict[str, float]:
    """Character pairs in tantivy over the same strings: build seconds, p50, p99."""
    start = time.perf_counter()
    rank = tantivy_over(documents_of(entries), only_pairs)
    seconds = time.perf_counter() - start
    return {"build_s": round(seconds, 2), **timed(rank, questions)}


def yardstick_dot(size: int, width: int = 64) -> dict[str, float]:
    """A matrix (entries × 64, single precision) by a vector: on one core: what the machine's memory allows now."""
    rng = np.random.default_rng(1)
    matrix = rng.random((size, width), dtype=np.float32)
    vectors = [rng.random(width, dtype=np.float32) for _ in range(100)]
    with threadpool_limits(1):
        return timed(lambda at: matrix @ vectors[int(at)], [str(i) for i in range(100)])


def stages(size: int, public: Path, show: int = 25) -> None:
    """Print where the time of a question goes, function by function (a profiler's own cost included)."""
    entries = generic_entries(size, public) if size else shipped_library().entries
    matcher = Matcher(entries, shipped_language().analyzer(), profile_for("questions")[1])
    questions = held_out()
    if size:
        questions = [*questions[: _ASKED // 2], *(text for text, _ in questions_of(entries, _ASKED // 2))]
    profiler = cProfile.Profile()
    profiler.enable()
    for question in questions:
        matcher.search(question, limit=10)
    profiler.disable()
    rows = []
    for (file, _, function), (_, calls, own, whole, _) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        rows.append((own, whole, calls, f"{Path(file).name}:{function}"))
    print("自身毫秒/问  连同所调  次/问  函数")
    for own, whole, calls, name in sorted(rows, reverse=True)[:show]:
        each = len(questions)
        print(f"{own * 1000 / each:11.3f} {whole * 1000 / each:9.3f} {calls / each:6.1f}  {name}")


def in_child(*arguments: str) -> dict[str, Any]:
    """One measurement in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.speed", *arguments]
    answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, encoding="utf-8")
    result: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return result


def measure_all(public: Path, quick: bool = False, tell: Callable[[str], None] = print) -> dict[str, Any]:
    """Cold start, the shipped knowledge, and the large set."""
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/served.db"
        asyncio.run(_published(f"sqlite:///{file}", fill=True))
        runs = [
            in_child("cold") | in_child("served", "--file", file) | in_child("anew") for _ in range(1 if quick else 5)
        ]
    cold_start = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    tell(
        f"冷启动：{cold_start['ready_s']:.2f} 秒（读文件 {cold_start['read_s']:.2f}，建索引 {cold_start['index_s']:.2f}）；"
        f"从数据库 {cold_start['served_s']:.2f} 秒；文件改过以后第一次读 {cold_start['anew_s']:.2f} 秒"
    )
    small = in_child("shipped")
    tell(f"自带知识：{small['p50_ms']:.2f} / {small['p99_ms']:.2f} 毫秒，内存 {small['rss_after_mb']:.0f} MB")
    size = LARGE // 50 if quick else LARGE
    big = in_child("large", "--size", str(size), "--public", str(public))
    tell(
        f"{size:,} 条：建索引 {big['build_s']:.1f} 秒，{big['p50_ms']:.2f} / {big['p99_ms']:.2f} 毫秒，"
        f"内存 {big['rss_after_mb']:.0f} MB；tantivy {big['tantivy']['p50_ms']:.2f} 毫秒"
    )
    return {"cold": {**cold_start, "runs": len(runs)}, "shipped": small, "large": big}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "what", nargs="?", choices=("all", "cold", "served", "anew", "shipped", "large", "stages"), default="all"
    )
    parser.add_argument("--size", type=int, default=LARGE, help="stages: 0 for the shipped knowledge")
    parser.add_argument("--file", default="", help="served: a database with the shipped knowledge published")
    parser.add_argument("--public", type=Path, default=ROOT / STARD)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args(argv)
    if arguments.what == "stages":
        stages(arguments.size, arguments.public)
    elif arguments.what == "all":
        measure_all(arguments.public, arguments.quick)
    else:
        measures: dict[str, Callable[[], dict[str, Any]]] = {
            "cold": cold,
            "anew": anew,
            "served": lambda: served(arguments.file),
            "shipped": shipped,
            "large": lambda: large(arguments.size, arguments.public),
        }
        print(json.dumps(measures[arguments.what]()))


if __name__ == "__main__":
    main()
