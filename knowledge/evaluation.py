"""Scoring of a question set, as the evaluation defines it: ranking alone, and what a user would see."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.library import Library
from knowledge.matching.entries import Entry
from knowledge.matching.matcher import Matcher, Result
from knowledge.text import comparable
from knowledge.yaml_data import DataError, read_yaml


@dataclass(frozen=True, slots=True)
class Question:
    """One evaluation question. ``accepts`` tells whether an entry id answers it; ``in_scope`` whether any does."""

    id: str
    text: str
    style: str
    in_scope: bool
    accepts: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Scored:
    """One question with what the matcher made of it. ``right`` holds the truth of each of the first ten."""

    question: Question
    result: Result
    right: tuple[bool, ...]
    milliseconds: float


def read_question_set(path: Path, library: Library | None) -> list[Question]:
    """Questions with ``answer_any`` strings (over ``library``) or with ``gold`` ids; YAML or JSON lines.

    Raises ``DataError`` naming file and line.
    """
    rows = list(_rows(path))
    if library is None or any("gold" in row for row in rows):
        return [_by_ids(path, number, row) for number, row in enumerate(rows, 1)]
    texts = {entry.id: comparable(_own_words(library, entry)) for entry in library.entries}
    return [_by_strings(path, number, row, texts) for number, row in enumerate(rows, 1)]


def read_entries(path: Path) -> list[Entry]:
    """Generic entries ``{"id", "title", "aliases", "body"}``, one JSON object a line. Raises ``DataError``."""
    out = []
    for number, row in enumerate(_rows(path), 1):
        if not isinstance(row, dict) or "id" not in row:
            raise DataError(path, number, '应为 {"id", "title", "aliases", "body"}')
        aliases = tuple(str(alias) for alias in row.get("aliases") or ())
        out.append(Entry(str(row["id"]), "entry", str(row.get("title") or ""), str(row.get("body") or ""), aliases))
    return out


def _rows(path: Path) -> Iterator[Any]:
    if path.suffix in (".yaml", ".yml"):
        data = read_yaml(path)
        if not isinstance(data, list):
            raise DataError(path, 1, "应为列表")
        yield from data
        return
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(path, 1, "读不了这个文件，应为 UTF-8") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise DataError(path, number, "不是 JSON") from error


def _own_words(library: Library, entry: Entry) -> str:
    return f"{entry.title}\n{entry.body}" if entry.kind == "item" else library.quote(entry.id)


def _text_of(path: Path, number: int, row: Any) -> str:
    if not isinstance(row, dict) or not isinstance(row.get("q"), str):
        raise DataError(path, number, "缺少问题“q”")
    return str(row["q"])


def _by_ids(path: Path, number: int, row: Any) -> Question:
    text = _text_of(path, number, row)
    gold = {str(entry) for entry in row.get("gold") or ()}
    return Question(str(row.get("id", f"q{number}")), text, str(row.get("style", "")), bool(gold), gold.__contains__)


def _by_strings(path: Path, number: int, row: Any, texts: dict[str, str]) -> Question:
    text = _text_of(path, number, row)
    wanted = [comparable(answer) for answer in row.get("answer_any") or ()]

    def accepts(entry: str) -> bool:
        return any(answer in texts.get(entry, "") for answer in wanted)

    return Question(str(row.get("id", f"q{number}")), text, str(row.get("style", "")), bool(wanted), accepts)


def score(questions: Iterable[Question], matcher: Matcher) -> Iterator[Scored]:
    """Ask each question and mark the first ten."""
    for question in questions:
        start = time.perf_counter()
        result = matcher.search(question.text, limit=10)
        elapsed = (time.perf_counter() - start) * 1000
        yield Scored(question, result, tuple(question.accepts(match.entry.id) for match in result.matches), elapsed)


def summary(scored: Sequence[Scored]) -> dict[str, Any]:
    """The measures of a scored set; shares are rounded to four places, times are milliseconds a question."""
    inside = [one for one in scored if one.question.in_scope]
    outside = [one for one in scored if not one.question.in_scope]
    times = sorted(one.milliseconds for one in scored)

    def share(part: int, whole: Sequence[Scored]) -> float | None:
        return round(part / len(whole), 4) if whole else None

    def mean(values: Iterable[float]) -> float | None:
        return round(sum(values) / len(inside), 4) if inside else None

    by_style = {}
    for style in sorted({one.question.style for one in inside if one.question.style}):
        own = [one for one in inside if one.question.style == style]
        by_style[style] = {
            "n": len(own),
            "rank_hit_at_1": share(sum(_hit(one, 1) for one in own), own),
            "hit_at_1": share(sum(_answered_right(one) for one in own), own),
        }
    outcomes_in = Counter(one.result.outcome for one in inside)
    outcomes_out = Counter(one.result.outcome for one in outside)
    wrong = sum(one.result.outcome == "answer" and not _hit(one, 1) for one in scored)
    return {
        "n": len(scored),
        "in_scope": len(inside),
        "out_of_scope": len(outside),
        "rank_hit_at_1": share(sum(_hit(one, 1) for one in inside), inside),
        "rank_hit_at_3": share(sum(_hit(one, 3) for one in inside), inside),
        "mrr_at_10": mean(1 / (one.right.index(True) + 1) if True in one.right else 0.0 for one in inside),
        "recall_at_10": share(sum(_hit(one, 10) for one in inside), inside),
        "hit_at_1": share(sum(_answered_right(one) for one in inside), inside),
        "hit_at_3": share(sum(one.result.outcome != "none" and _hit(one, 3) for one in inside), inside),
        "abstained_in_scope": share(outcomes_in["none"], inside),
        "abstained_out_of_scope": share(outcomes_out["none"], outside),
        "asked_back_in_scope": share(outcomes_in["clarify"], inside),
        "asked_back_out_of_scope": share(outcomes_out["clarify"], outside),
        "answered_out_of_scope": outcomes_out["answer"],
        "wrong_confident": share(wrong, scored),
        "by_style": by_style,
        "p50_ms": round(times[len(times) // 2], 3) if times else None,
        "p99_ms": round(times[min(len(times) - 1, int(len(times) * 0.99))], 3) if times else None,
    }


def _hit(one: Scored, depth: int) -> bool:
    return any(one.right[:depth])


def _answered_right(one: Scored) -> bool:
    return one.result.outcome == "answer" and _hit(one, 1)


def detail(one: Scored) -> dict[str, Any]:
    """One line of the details: question, outcome, candidates and whether each is right."""
    return {
        "id": one.question.id,
        "q": one.question.text,
        "style": one.question.style,
        "in_scope": one.question.in_scope,
        "outcome": one.result.outcome,
        "ms": round(one.milliseconds, 3),
        "candidates": [
            {"id": match.entry.id, "title": match.entry.title, "confidence": match.confidence, "right": right}
            for match, right in zip(one.result.matches, one.right, strict=True)
        ],
    }
