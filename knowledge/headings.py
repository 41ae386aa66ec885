"""The heading numbers of official documents, the marks of annexes, and the lines that are no words of the document."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from knowledge.text import DIGITS, chinese_number

_CN = "[一二三四五六七八九十]{1,3}"
ROOT, ANNEX = -3, -2  # depths above every numbered level
ARTICLE = 3


@dataclass(frozen=True, slots=True)
class Level:
    """One kind of heading number: its depth in the outline, its pattern, and how it is written in a path.

    ``continuous`` numbers run through the whole document instead of starting anew under each heading.
    """

    depth: int
    pattern: re.Pattern[str]
    path: str
    continuous: bool = False


LEVELS = (
    Level(-1, re.compile(rf"第({_CN}|\d+)编\s*"), "第{}编"),
    Level(0, re.compile(rf"第({_CN}|\d+)章\s*"), "第{}章", continuous=True),
    Level(1, re.compile(rf"第({_CN}|\d+)节\s*"), "第{}节"),
    Level(2, re.compile(rf"({_CN})、"), "{}"),
    Level(
        ARTICLE,
        re.compile(r"第([一二三四五六七八九十百〇零]+|\d+)条(?![第款项之、，的和及至]|规定[的，])\s*"),
        "第{}条",
        continuous=True,
    ),
    Level(4, re.compile(rf"[（(]({_CN})[）)]、?"), "({})"),
    Level(5, re.compile(r"(\d{1,2})[.．、](?!\d)\s*"), "{}"),
    Level(6, re.compile(r"[（(](\d{1,2})[）)]、?"), "({})"),
)
_ANNEX_MARK = re.compile(r"^-?\s*附件\s*(\d{0,2}(?:-\d{1,2})?|[一二三四五六七八九十]{1,2})\s*(?:[:：](.*))?$")
_SUPPLEMENT = re.compile(r"^附则\s*(?:[:：]|$)")
_PAGE_NUMBER = re.compile(r"^(?:[-—–－·]\s*\d{1,4}\s*[-—–－·]|第\s*\d{1,4}\s*页(?:\s*[，,/]?\s*共\s*\d{1,4}\s*页)?)$")
_CONTENTS_LINE = re.compile(r"^.{2,60}?(?:\.{4,}|…{2,}|·{4,})\s*\d{1,4}$")
_DATE = re.compile(r"^((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日$")
_DATE_IN_WORDS = re.compile(
    r"^([一二][〇零○O0一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日$"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """The number a line starts with: its level, its value, as it is written, and what follows it."""

    level: Level
    value: int
    label: str
    rest: str


@dataclass(frozen=True, slots=True)
class AnnexMark:
    """A line ``附件``, ``附件1`` or ``附件：…``. ``title`` is ``None`` when no colon follows; ``points`` at a list entry."""

    number: str
    title: str | None
    points: bool


def heading_of(line: str) -> Heading | None:
    """The heading number at the start of a line. A table row (more than one tab) has none."""
    if line.count("\t") > 1:
        return None
    for level in LEVELS:
        found = level.pattern.match(line)
        if found:
            try:
                return Heading(level, _value(found.group(1)), found.group(1), line[found.end() :].strip())
            except ValueError:
                return None
    return None


def _value(number: str) -> int:
    hundreds, mark, rest = number.partition("百")
    if not mark:
        return chinese_number(number)
    return chinese_number(hundreds or "一") * 100 + (chinese_number(rest.lstrip("零〇")) if rest.strip("零〇") else 0)


def annex_mark(line: str) -> AnnexMark | None:
    """The mark of an annex, or ``None``."""
    found = _ANNEX_MARK.match(line)
    if not found:
        return None
    return AnnexMark(found.group(1), found.group(2), line.startswith("-"))


def is_supplement(line: str) -> bool:
    """Whether a line opens the 附则 of a document that numbers its sections."""
    return bool(_SUPPLEMENT.match(line))


def is_page_number(line: str) -> bool:
    """Whether a line is nothing but the number of a page."""
    return bool(_PAGE_NUMBER.match(line))


def is_contents_line(line: str) -> bool:
    """Whether a line belongs to a table of contents: words, a dotted leader, a page."""
    return bool(_CONTENTS_LINE.match(line))


def stated_date(line: str) -> dt.date | None:
    """The date a line consists of, in digits or in Chinese (二〇二二年六月二十九日)."""
    line = re.sub(r"\s", "", line)
    try:
        if found := _DATE.match(line):
            return dt.date(*(int(part) for part in found.groups()))
        if found := _DATE_IN_WORDS.match(line):
            year = int("".join(str(DIGITS.get(char, 0)) for char in found.group(1)))
            return dt.date(year, chinese_number(found.group(2)), chinese_number(found.group(3)))
    except ValueError:
        return None
    return None
