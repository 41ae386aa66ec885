"""Ours beside the peers at 300, 6,000 and 100,000 entries, in one run: accuracy, times, memory, building.

``python -m benchmarks.sizes`` writes ``benchmarks/results/sizes.json``. The shipped entries, from 6,000 on the STARD articles
too, filled up with generated ones; asked are their real questions. What would take minutes is left out, and named.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import peers, speed
from benchmarks.peers import OURS, PEERS, ROOT
from benchmarks.surroundings import surroundings, write_results
from knowledge.evaluation import Question, read_entries, read_question_set, summary
from knowledge.matching.entries import Entry
from knowledge.shipped import shipped_library

SIZES = (300, 6_000, 100_000)
ASKED = 300
MOST_CUT = 20_000
"""Beyond so many strings cutting them into words takes longer than everything else together."""
PACKAGES = ("bm25s", "tantivy", "scikit-learn", "rapidfuzz", "jieba")


def corpus_of(size: int, questions: Path, public: Path) -> tuple[list[Entry], list[Question]]:
    """The shipped entries and the STARD articles as bare texts, filled up with generated ones; their real questions."""
    library = shipped_library()
    entries = [replace(entry, aliases=()) for entry in library.entries]
    asked = list(read_question_set(questions, library))
    articles = read_entries(public / "stard_entries.jsonl")
    if len(entries) + len(articles) <= size:
        entries += articles
        asked += read_question_set(public / "stard_questions.jsonl", None)
    entries += speed.generic_entries(size - len(entries), public)
    in_scope = [question for question in asked if question.in_scope]
    return entries, random.Random(7).sample(in_scope, min(ASKED, len(in_scope)))


def is_too_slow(engine: str, strings: int) -> bool:
    cut = MOST_CUT if "jieba" in engine else peers.FUZZY_LIMIT if engine.startswith("rapidfuzz") else strings
    return strings > cut


def measure(size: int, questions_file: Path, public: Path, tell: Any = print) -> dict[str, Any]:
    """One size: a row for each engine, ours first."""
    entries, questions = corpus_of(size, questions_file, public)
    documents = peers.documents_of(entries)
    rows = []
    for engine in (OURS, *PEERS):
        if is_too_slow(engine, len(documents.texts)):
            continue
        peers._give_back()
        before, started = speed.resident(), time.perf_counter()
        if engine == OURS:
            matcher, _ = peers.build_ours(entries, peers.profile_for("texts")[1])
            seconds = time.perf_counter() - started
            scored = peers.ask_ours(matcher, questions)
        else:
            rank = PEERS[engine](documents)
            seconds = time.perf_counter() - started
            for question in questions[:5]:
                rank(question.text)
            scored = peers.ask(rank, entries, questions)
        whole = summary(scored)
        row = {"engine": engine, "build_s": round(seconds, 2), "memory_mb": round(speed.resident() - before, 1)}
        row |= {name: whole[name] for name in (*peers.MEASURES, "p50_ms", "p99_ms")}
        rows.append(row)
        tell(
            f"{size:,} {engine}：{row['rank_hit_at_1']:.3f}，{row['p50_ms']:.2f} / {row['p99_ms']:.2f} 毫秒，建 {seconds:.1f} 秒"
        )
        matcher = rank = None  # type: ignore[assignment]
        del scored
    skipped = [engine for engine in PEERS if is_too_slow(engine, len(documents.texts))]
    return {
        "entries": size,
        "strings": len(documents.texts),
        "questions": len(questions),
        "rows": rows,
        "skipped": skipped,
    }


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--questions", type=Path, default=ROOT / peers.QUESTIONS)
    parser.add_argument("--public", type=Path, default=ROOT / peers.STARD)
    parser.add_argument("--dry", action="store_true", help="write nothing")
    arguments = parser.parse_args(argv)
    around = surroundings(PACKAGES)
    peers.jieba_words()
    found = [measure(size, arguments.questions.resolve(), arguments.public.resolve()) for size in arguments.sizes]
    print(json.dumps(found, ensure_ascii=False)[:200])
    if not arguments.dry:
        write_results("sizes", found, around=around)


if __name__ == "__main__":
    main()
