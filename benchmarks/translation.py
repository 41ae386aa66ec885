"""Learns a translation from questions and the entries that answer them: which pairs of characters go together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from benchmarks.parts import Asked
from knowledge.matching.entries import Entry
from knowledge.matching.tokens import Analyzer
from knowledge.matching.translation import OTHERS, Translation

_LEAST, _CAUTION = 2, 3.0  # support of an association, questions' worth of doubt


class Learner:
    """Pairs of characters of entries and questions as matrices, from which any part of the questions can be learned."""

    def __init__(self, entries: Sequence[Entry], analyzer: Analyzer, questions: Sequence[Asked]) -> None:
        self._numbers: dict[str, int] = {}
        texts = [self._pairs(f"{entry.title}\n{entry.body}", analyzer) for entry in entries]
        asked = [self._pairs(question, analyzer) for question, _ in questions]
        self._texts, self._asked = self._matrix(texts), self._matrix(asked)
        row_of = {entry.id: row for row, entry in enumerate(entries)}
        golds = [sorted(row_of[entry] for entry in gold) for _, gold in questions]
        shares = [1 / len(gold) for gold in golds for _ in gold]
        places = [at for at, gold in enumerate(golds) for _ in gold], [row for gold in golds for row in gold]
        right = sparse.csr_matrix((shares, places), shape=(len(golds), len(entries)))
        self._answers = (right @ self._texts).tocsr()
        self._usual = np.maximum(np.asarray(self._texts.mean(axis=0)).ravel(), 1 / len(entries))

    def _pairs(self, text: str, analyzer: Analyzer) -> list[int]:
        found = {pair for pair in analyzer.tokens(text).chars if len(pair) == 2}
        return [self._numbers.setdefault(pair, len(self._numbers)) for pair in sorted(found)]

    def _matrix(self, rows: Sequence[Sequence[int]]) -> Any:
        places = [at for at, row in enumerate(rows) for _ in row], [number for row in rows for number in row]
        return sparse.csr_matrix((np.ones(len(places[0])), places), shape=(len(rows), len(self._numbers)))

    def translation(self, part: Sequence[int]) -> Translation:
        """What the questions with these numbers teach: the likely terms of answers, by how much likelier than usual."""
        asked = self._asked[part]
        together = (asked.T @ self._answers[part]).tocoo()
        often = np.asarray(asked.sum(axis=0)).ravel()[together.row]
        usual = self._usual[together.col]
        likely = (together.data + _CAUTION * usual) / (often + _CAUTION)
        weights = np.minimum(likely * np.log(likely / usual), 9.99)
        keep = (together.data >= _LEAST) & (weights >= 0.01)
        names = list(self._numbers)
        table: dict[str, list[tuple[float, str]]] = {}
        for row, column, weight in zip(together.row[keep], together.col[keep], weights[keep], strict=True):
            table.setdefault(names[row], []).append((-weight, names[column]))
        return Translation(
            {
                pair: "".join(f"{other}{round(-weight * 100):03d}" for weight, other in sorted(found)[:OTHERS])
                for pair, found in sorted(table.items())
            }
        )
