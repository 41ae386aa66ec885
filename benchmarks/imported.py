"""What a person gets from a text that was imported without typical questions.

Each shipped collection in turn stands for such a text: its typical questions are taken away, and it is asked what is
settled there alone (the development questions and the unseen ones), and everything that nobody settles. Once it is all that
is published, once it stands beside the other collections as they are. ``python -m benchmarks.imported --record``.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.outcomes import SETS
from benchmarks.surroundings import write_results
from knowledge.evaluation import Question, read_question_set
from knowledge.library import Library
from knowledge.matching.matcher import Matcher
from knowledge.shipped import matcher_for, shipped_collections, shipped_language, shipped_profiles


def bare_libraries(whole: Library) -> Iterator[tuple[str, set[str], Library]]:
    """``(alone or beside, ids of the bare collection, library)`` for each collection in turn."""
    for one in whole.collections.values():
        bare = dataclasses.replace(one, questions={})
        ids = {entry.id for entry in (*one.clauses, *one.items)}
        others = [other for other in whole.collections.values() if other is not one]
        yield "alone", ids, Library([bare], whole.language)
        yield "beside", ids, Library([*others, bare], whole.language)


def outcome_of(matcher: Matcher, question: Question) -> str:
    """What the person gets, in one word."""
    result = matcher.search(question.text)
    first = bool(result.matches) and question.accepts(result.matches[0].entry.id)
    if result.outcome == "answer":
        return "answered" if first else "wrongly answered"
    if result.outcome == "clarify":
        is_offered = any(question.accepts(match.entry.id) for match in result.offered)
        return "offered" if is_offered else "offered others"
    return "not found, nearest heading right" if first else "not found"


def measure(development: Path) -> dict[str, Any]:
    """Shares of outcomes, with and without the constants for texts without typical questions."""
    whole = Library(shipped_collections(), shipped_language())
    _, unseen = SETS[0]
    files = [path for path in (development, unseen) if path.exists()]
    questions = [one for path in files for one in read_question_set(path, whole)]
    accepted = {id(q): {e.id for e in whole.entries if q.accepts(e.id)} for q in questions if q.in_scope}
    counts: dict[str, Counter[str]] = {}
    for where, ids, library in bare_libraries(whole):
        before = Matcher(
            library.entries,
            library.language.analyzer(),
            shipped_profiles("questions")["questions"],
            library.language.outside,
        )
        mine = [q for q in questions if not q.in_scope or accepted[id(q)] <= ids]
        for how, matcher in (("by the common constants", before), ("as it is", matcher_for(library))):
            for question in mine:
                kind = "in scope" if question.in_scope else "out of scope"
                counts.setdefault(f"{where}, {how}, {kind}", Counter())[outcome_of(matcher, question)] += 1
    return {name: _shares(count) for name, count in counts.items()}


def _shares(count: Counter[str]) -> dict[str, float]:
    return {"n": count.total(), **{name: round(n / count.total(), 3) for name, n in sorted(count.items())}}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/imported.json")
    parser.add_argument("--questions", type=Path, default=Path("../shared/evaluation/questions.yaml"))
    arguments = parser.parse_args(argv)
    measured = measure(arguments.questions)
    for name, shares in measured.items():
        print(name, json.dumps(shares, ensure_ascii=False))
    if arguments.record:
        write_results("imported", measured)


if __name__ == "__main__":
    main()
