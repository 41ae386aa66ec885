"""An officer's one-message inspection log, read: enterprise, severity, deadline, problem, suspicions (R20–R23, R38, R11)."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from knowledge.deadlines import Deadline, find_deadline
from knowledge.firm_names import Firm, FirmIndex
from knowledge.firm_parts import MAX_CHARS, plain_chars
from knowledge.red_lines import Suspicion, suspicions
from knowledge.text import comparable
from knowledge.yaml_data import Node, load_yaml

Severity = Literal["minor", "ordinary", "serious"]
SEVERITIES: dict[Severity, str] = {"minor": "轻微", "ordinary": "一般", "serious": "突出"}

_DATA = Path(__file__).parent / "data" / "inspection" / "messages.yaml"
_MARKS = r"，。；！？、,;!?\s：:（）()“”\"‘’'…—"
_BREAK = re.compile(r"[，。；！？,;!?：:…]+|\s+")
_QUOTED = re.compile(r"“[^”]{0,60}”|\"[^\"]{0,60}\"|《[^》]{0,60}》|‘[^’]{0,60}’|（[^）]{0,60}）|\([^)]{0,60}\)")
_HEAD_MARKS = re.compile(rf"[{_MARKS}·\-~]+|[0-9一二三四五六七八九十]{{1,2}}[、.．)）]")
_TAIL_MARKS = re.compile(rf"[{_MARKS}·\-~]+$")
_NUMBERED = re.compile(r"[0-9]{1,2}[、.．](?![0-9])")
_AFTER_NAME = re.compile(r"[（(][^）)]{0,12}[）)]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message says. ``firm`` is ``None`` with ``candidates`` to ask about; ``severity`` only when it is said.

    ``problem`` is a stretch of the message, word for word; ``suspicions`` are questions to the officer (R11).
    """

    firm: Firm | None
    candidates: tuple[Firm, ...]
    severity: Severity | None
    deadline: Deadline | None
    problem: str
    suspicions: tuple[Suspicion, ...]
    place_words: tuple[str, ...]


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


class _Words:
    """The sayings of ``messages.yaml`` as patterns."""

    def __init__(self, root: Node) -> None:
        def listed(name: str) -> list[str]:
            return root.text(name).split()

        severity = root.field("severity")
        assert severity is not None
        self.grades: list[tuple[Severity, re.Pattern[str], re.Pattern[str]]] = []
        for grade in SEVERITIES:
            node = severity.field(grade)
            assert node is not None
            bare, plain = _any(node.text("bare").split()), _any(node.text("plain").split())
            self.grades.append((grade, re.compile(bare), re.compile(plain)))
        adverbs, after = _any(listed("adverbs")), _any(listed("after"))
        self.before_grade = re.compile(f"(?:^|[{_MARKS}]|{_any(listed('subjects'))})(?:{adverbs})*$")
        self.adverbs = re.compile(f"(?:{adverbs})+$")
        count = "[0-9一二三四五六七八九十两半]{1,3}(?:个|日|天|周|号)"
        order = "限|责令|要求|让他|给他|当场|马上|立即|今天|明天|下周|本周|月底"
        self.after_grade = re.compile(f"的?(?:$|[{_MARKS}]|{after}|{count})")
        self.order_after = re.compile(f"的?(?:{order}|{count})")
        self.noun_after = re.compile("的(?:问题|情节|违法|违规|隐患|行为)")
        self.denied = re.compile(
            f"(?:{_any(listed('negations'))})(?:是|算|属于|属|问题|情节|{adverbs}|那么|多么|这么)*$"
        )
        self.told = re.compile(
            f"(?<![跟对和给向让])(?:{_any(listed('speakers'))})[^，。；,;]{{0,4}}(?:{_any(listed('says'))})"
        )
        self.earlier = re.compile(_any(listed("before_now")))
        self.openings = re.compile(f"(?:{_any(listed('openings'))})")
        self.asides = re.compile(_any(listed("asides")))
        self.particles = re.compile(f"(?:{_any(listed('particles'))})")
        self.tails = re.compile(f"(?:{_any(listed('tails'))}|[{_MARKS}])+$")
        self.light_asides = re.compile(_any(listed("light_asides")))
        self.orders = re.compile(_any(listed("orders")))
        self.short_orders = re.compile(_any(listed("short_orders")))
        self.cues = re.compile(_any(listed("cues")))
        self.weak_cues = re.compile(_any(listed("weak_cues")))


@cache
def _words() -> _Words:
    return _Words(load_yaml(_DATA))


def read_message(text: str, now: dt.datetime, firms: FirmIndex) -> Reading:
    """Read one message at a time ``now``. What it does not say stays ``None`` or empty; nothing is guessed."""
    text = text[:MAX_CHARS]
    plain = plain_chars(text)
    settled = firms.settle(text)
    graded = find_severity(plain)
    deadline = find_deadline(text, now)
    spans = list(settled.spans)
    unnamed = _blanked(plain, spans)
    places = firms.places_in(text)
    problem = _problem(text, plain, spans, deadline, graded)
    return Reading(
        settled.firm,
        settled.candidates,
        graded[0] if graded else None,
        deadline,
        problem,
        suspicions(unnamed),
        places,
    )


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """A text without the names in it: 捷安消防设备 is no fire hazard."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def find_severity(plain: str) -> tuple[Severity, tuple[int, int]] | None:
    """The grade that the officer gives, and where; not the same words in another sense, denied, quoted or of an earlier visit."""
    words = _words()
    quoted = [found.span() for found in _QUOTED.finditer(plain)]
    best: tuple[Severity, tuple[int, int]] | None = None
    for grade, bare, phrases in words.grades:
        for pattern in (bare, phrases):
            for found in pattern.finditer(plain):
                start, end = found.span()
                if any(low < start < high for low, high in quoted) or not _is_graded(
                    plain, start, end, pattern is bare
                ):
                    continue
                if best is None or start > best[1][0] or (start <= best[1][0] and end >= best[1][1]):
                    best = (grade, (start, end))
    return best


def _is_graded(plain: str, start: int, end: int, is_bare: bool) -> bool:
    words = _words()
    head = plain[:start]
    clause = re.split(r"[，。；！？,;!?\s]", head)[-1]
    if words.denied.search(clause) or words.told.search(clause) or words.earlier.search(clause):
        return False
    if not is_bare:
        return bool(words.after_grade.match(plain, end)) or plain[start:end].startswith(("小", "问题不", "毛病"))
    if len(plain[start:end]) == 1:
        return bool(re.search("(?:情节|问题|属|算)(?:比较|较|很)?$", clause)) and bool(
            words.after_grade.match(plain, end)
        )
    if words.noun_after.match(plain, end) and words.before_grade.search(head):
        return True
    if words.before_grade.search(head):
        return bool(words.after_grade.match(plain, end))
    return bool(words.order_after.match(plain, end)) and not words.adverbs.search(head)


# ---- the problem


@dataclass(slots=True)
class _Piece:
    """A stretch of the message, and what it is: a problem, something said beside it, an order, an aside."""

    start: int
    end: int
    kind: Literal["problem", "perhaps", "neutral", "order", "aside"] = "neutral"


def _problem(
    text: str,
    plain: str,
    names: Sequence[tuple[int, int]],
    deadline: Deadline | None,
    graded: tuple[Severity, tuple[int, int]] | None,
) -> str:
    """The stretch from the first to the last piece that says what is wrong; never the whole message when it says more."""
    cuts = [_with_brackets(plain, span) for span in names]
    if deadline:
        cuts.append(deadline.span)
    if graded:
        cuts.append(graded[1])
    begin = min((start for start, _ in names), default=0)
    pieces = [piece for piece in _pieces(plain, cuts) if _trim(plain, piece, is_opening=piece.start <= begin)]
    for piece in pieces:
        _classify(plain, piece, deadline)
    for kind in ("problem", "perhaps", "neutral", "order", "aside"):
        chosen = [piece for piece in pieces if piece.kind == kind]
        if chosen:
            break
    else:
        return _TAIL_MARKS.sub("", text).strip()
    if kind in ("problem", "perhaps"):
        chosen = _with_neighbours(plain, pieces, chosen)
    start, end = chosen[0].start, chosen[-1].end
    if comparable(text[start:end]) == comparable(text) and len(chosen) > 1:
        longest = max(chosen, key=lambda piece: piece.end - piece.start)
        start, end = longest.start, longest.end
    return text[start : _with_closing(plain, start, end)]


def _with_neighbours(plain: str, pieces: Sequence[_Piece], chosen: Sequence[_Piece]) -> list[_Piece]:
    """The pieces of the problem with what is said right before and after them, marks alone between."""
    first, last = pieces.index(chosen[0]), pieces.index(chosen[-1])
    while (
        first and pieces[first - 1].kind in ("perhaps", "neutral") and _is_next(plain, pieces[first - 1], pieces[first])
    ):
        first -= 1
    while (
        last + 1 < len(pieces)
        and pieces[last + 1].kind in ("perhaps", "neutral")
        and _is_next(plain, pieces[last], pieces[last + 1])
    ):
        last += 1
    return list(pieces[first : last + 1])


def _is_next(plain: str, one: _Piece, other: _Piece) -> bool:
    return not re.search(rf"[^{_MARKS}]", plain[one.end : other.start])


def _with_closing(plain: str, start: int, end: int) -> int:
    """With the quotation mark or bracket that closes what was opened inside."""
    said, following = plain[start:end], plain[end : end + 1]
    for opening, closing in ("“”", "（）", "()", "《》", "‘’"):
        if following == closing and said.count(opening) > said.count(closing):
            return end + 1
    return end


def _with_brackets(plain: str, span: tuple[int, int]) -> tuple[int, int]:
    found = _AFTER_NAME.match(plain, span[1])
    return (span[0], found.end()) if found else span


def _pieces(plain: str, cuts: Sequence[tuple[int, int]]) -> list[_Piece]:
    """The clauses of a message without what is cut out of them; quoted words stay together."""
    quoted = [found.span() for found in _QUOTED.finditer(plain)]
    borders = {0, len(plain)}
    for found in _BREAK.finditer(plain):
        if not any(low < found.start() < high for low, high in quoted):
            borders |= {found.start(), found.end()}
    borders |= {found.start() for found in _NUMBERED.finditer(plain)}
    for start, end in cuts:
        borders |= {start, end}
    edges = sorted(borders)
    return [
        _Piece(start, end)
        for start, end in itertools.pairwise(edges)
        if not any(low <= start and end <= high for low, high in cuts)
    ]


def _trim(plain: str, piece: _Piece, is_opening: bool) -> bool:
    """Take marks, openings and set phrases off a piece; whether anything is left."""
    words = _words()
    opening = words.openings if is_opening else words.particles
    while piece.start < piece.end:
        found = _HEAD_MARKS.match(plain, piece.start, piece.end) or opening.match(plain, piece.start, piece.end)
        if not found or not found.group():
            break
        piece.start = found.end()
    is_cut = piece.end < len(plain) and not re.match(rf"[{_MARKS}]", plain[piece.end])
    if tail := (words.tails if is_cut else _TAIL_MARKS).search(plain, piece.start, piece.end):
        piece.end = tail.start()
    return piece.end - piece.start >= 2


def _classify(plain: str, piece: _Piece, deadline: Deadline | None) -> None:
    words = _words()
    said = plain[piece.start : piece.end]
    follows = (
        deadline is not None
        and piece.start >= deadline.span[1]
        and not _BREAK.search(plain, deadline.span[1], piece.start)
    )
    if follows or words.orders.match(said) or (len(said) <= 6 and words.short_orders.match(said)):
        piece.kind = "order"
    elif words.asides.search(said) and len(said) <= 14:
        piece.kind = "aside"
    elif words.cues.search(said):
        piece.kind = "problem"
    elif words.light_asides.search(said) and len(said) <= 14:
        piece.kind = "aside"
    elif words.weak_cues.search(said):
        piece.kind = "perhaps"
