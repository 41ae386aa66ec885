"""From a question to an outcome: answer, ask back, or abstain (R4), with place (R2) and day (R6) respected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from knowledge.matching.entries import Entry
from knowledge.matching.index import Candidates, Index
from knowledge.matching.model import Profile
from knowledge.matching.postings import Floats
from knowledge.matching.signals import shares_of, signals_of
from knowledge.matching.tokens import Analyzer

Outcome = Literal["answer", "clarify", "none"]
Scope = Literal["own", "elsewhere", "open"]
_OFFERED = 3
_SHARE_FLOOR = 0.12


@dataclass(frozen=True, slots=True)
class Match:
    """One found entry. ``confidence`` is the calibrated probability that it answers the question.

    ``scope``: ``own`` – settled by the asker's own jurisdiction; ``elsewhere`` – only another place's practice (R2);
    ``open`` – no jurisdiction was named.
    """

    entry: Entry
    confidence: float
    scope: Scope


@dataclass(frozen=True, slots=True)
class Result:
    """What a question came to. ``matches`` best first; ``later`` are entries that came into force after the day (R6)."""

    outcome: Outcome
    matches: tuple[Match, ...]
    later: tuple[Match, ...] = ()

    @property
    def offered(self) -> tuple[Match, ...]:
        """The at most three entries that are asked back about, or named as the nearest headings (R4)."""
        return self.matches[:_OFFERED]


def covers(jurisdiction: str | None, asked: str) -> bool:
    """Whether a document of ``jurisdiction`` holds in ``asked``: the same division or one above it (R2, R10)."""
    if jurisdiction is None:
        return False
    significant = (
        jurisdiction[:2]
        if jurisdiction.endswith("0000")
        else jurisdiction[:4]
        if jurisdiction.endswith("00")
        else jurisdiction
    )
    return asked.startswith(significant)


class Matcher:
    """Answers questions over a fixed set of entries. Thread-safe once built.

    ``bare`` are the constants for a question whose best candidate has no typical questions, as a text that was imported
    without any: by ``profile``, which has learned to expect them, hardly one would be answered (R4).
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        analyzer: Analyzer,
        profile: Profile,
        outside: Sequence[str] = (),
        bare: Profile | None = None,
    ) -> None:
        self.index = Index(entries, analyzer, outside, profile.translation)
        self._profile = profile
        self._bare = bare
        self._from = np.asarray([e.valid_from.toordinal() if e.valid_from else 0 for e in self.index.entries], np.int32)
        self._to = np.asarray([e.valid_to.toordinal() if e.valid_to else 2**30 for e in self.index.entries], np.int32)
        self._is_law = np.asarray([e.kind != "answer" for e in self.index.entries], np.bool_)

    def search(
        self, question: str, *, day: dt.date | None = None, jurisdiction: str | None = None, limit: int = 10
    ) -> Result:
        """Find what answers a question.

        ``day`` is the day of the act: entries not in force then are left out, later ones are returned apart (R6).
        ``jurisdiction`` is the asker's division code: what its own documents settle comes first (R2).
        A published answer never takes the place of words of the law that answer by themselves (R3, R51).
        """
        found = self._search(question, day, jurisdiction, limit)
        if self._is_law.all() or all(match.entry.kind != "answer" for match in found.offered):
            return found
        return _law_first(found, self._search(question, day, jurisdiction, limit, only_law=True))

    def _search(
        self, question: str, day: dt.date | None, jurisdiction: str | None, limit: int, *, only_law: bool = False
    ) -> Result:
        candidates = self.index.candidates(question, self._asked_of(day, only_law=only_law))
        if not len(candidates.rows):
            return Result("none", ())
        profile = self._profile
        scores, shares, order = self._ranked(candidates, profile, jurisdiction)
        if self._bare and not self.index.entries[candidates.rows[order[0]]].aliases:
            profile = self._bare
            scores, shares, order = self._ranked(candidates, profile, jurisdiction)
        signals = signals_of(question, candidates, self.index.topics, scores, shares, order)
        in_scope, right = profile.in_scope(signals), profile.right(signals)
        outcome: Outcome = (
            "none" if in_scope < profile.abstain_below else "answer" if right >= profile.answer_at else "clarify"
        )
        best = float(shares[order[0]])
        matches = tuple(
            Match(entry, self._confidence(right, float(shares[i]), best), scope_of(entry, jurisdiction))
            for i in order[:limit]
            for entry in (self.index.entries[candidates.rows[i]],)
        )
        return Result(outcome, matches, self._later(question, day, matches))

    def entry(self, entry_id: str) -> Entry | None:
        """The entry with an id, if the index has it."""
        row = self.index.rows.get(entry_id)
        return None if row is None else self.index.entries[row]

    @staticmethod
    def _confidence(right: float, share: float, best: float) -> float:
        return round(min(1.0, right * share / max(best, 1e-9)), 4)

    def _asked_of(self, day: dt.date | None, *, only_law: bool) -> Floats | None:
        """The entries that may answer: those in force on a day, and of these all, or without published answers."""
        inside = self._is_law if only_law else np.ones_like(self._is_law)
        if day is not None:
            at = day.toordinal()
            inside = inside & (self._from <= at) & (at <= self._to)
        return None if inside.all() else inside.astype(np.float32)

    def _ranked(
        self, candidates: Candidates, profile: Profile, jurisdiction: str | None
    ) -> tuple[Floats, Floats, list[int]]:
        """The scores of the candidates, their shares, and their places, best first."""
        scores = profile.network(candidates.features)
        shares = shares_of(scores)
        return scores, shares, self._ordered(candidates, scores, shares, jurisdiction)

    def _ordered(self, candidates: Candidates, scores: Floats, shares: Floats, jurisdiction: str | None) -> list[int]:
        """Best first; with a jurisdiction, its own plausible entries before those of other places (R2)."""
        order = [int(i) for i in np.argsort(-scores, kind="stable")]
        if jurisdiction is None:
            return order
        entries = [self.index.entries[candidates.rows[i]] for i in order]
        floor = _SHARE_FLOOR * float(shares[order[0]])

        def own_first(position: int) -> bool:
            return not (covers(entries[position].jurisdiction, jurisdiction) and shares[order[position]] >= floor)

        return [order[position] for position in sorted(range(len(order)), key=own_first)]

    def _later(self, question: str, day: dt.date | None, matches: Sequence[Match]) -> tuple[Match, ...]:
        """Entries that came into force after ``day`` and fit as well: 从旧兼从轻 (处罚法 第三十七条) may apply."""
        if day is None or not (self._from > day.toordinal()).any():
            return ()
        everything = self.search(question, limit=5)
        if everything.outcome == "none":
            return ()
        known = {match.entry.id for match in matches}
        return tuple(
            match
            for match in everything.matches[:3]
            if match.entry.id not in known
            and match.entry.kind != "answer"  # no provision, and so none that came later
            and match.entry.valid_from is not None
            and match.entry.valid_from > day
        )


def _law_first(found: Result, law: Result) -> Result:
    """What was found, unless the law alone answers: then its words come first, the published answers after them.

    An answer that stands beside these very words stays; so does one of the asker's place before another place's practice (R2).
    """
    if law.outcome != "answer":
        return found
    words, best = law.matches[0], found.matches[0]
    if found.outcome == "answer":
        is_own = words.scope == "elsewhere" != best.scope
        if best.entry.kind != "answer" or is_own or words.entry.id in best.entry.rests_on[:1]:
            return found
    first, *others = law.matches
    answers = [match for match in found.offered if match.entry.kind == "answer"]
    return Result("answer", (first, *answers, *others)[: max(len(found.matches), 1)], law.later)


def scope_of(entry: Entry, jurisdiction: str | None) -> Scope:
    if jurisdiction is None:
        return "open"
    return "own" if covers(entry.jurisdiction, jurisdiction) else "elsewhere"
