"""A span of days as people ask for it: 本月, 上季度, 2026年10月, 10月1日到10月31日, 最近30天."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from knowledge.days import DayAnswer, read_day
from knowledge.text import chinese_number

EXAMPLE = "例如 2026年10月，或者 10月1日到10月31日"
_TO = re.compile("到|至|~|—+|–|--")
_END = re.compile("(?:的|份|全年|度|期间|这段时间|[。.,，!！])+$")
_NUMERALS = re.compile("[一二三四五六七八九十]{1,3}(?=季|个?月|天|日)")
_YEAR = r"(?P<year>\d{4}年|今年|本年|去年|上年)?"
_QUARTER = re.compile(rf"{_YEAR}的?(?:第?(?P<n>[1-4])|(?P<word>本|这个?|上个?))季度?")
_HALF = re.compile(rf"{_YEAR}的?(?P<half>[上下])半年")
_WEEK = re.compile("(?P<word>本|这个?|上个?)(?:周|星期|礼拜)")
_RECENT = re.compile(r"(?:最?近|过去)(?P<n>\d{1,3})(?P<unit>天|日|个月)")
_WHOLE_YEAR = re.compile(r"\d{4}年?|[〇零一二三四五六七八九]{4}年|(?:今|本|去|上|前)年")


@dataclass(frozen=True, slots=True)
class Span:
    """From a day to a day, both included."""

    start: dt.date
    end: dt.date

    def to_text(self) -> str:
        """How a button keeps it: two ISO days."""
        return f"{self.start.isoformat()}/{self.end.isoformat()}"

    @classmethod
    def from_text(cls, text: str) -> Span:
        """The span that ``to_text`` wrote. Raises ``ValueError``."""
        start, _, end = text.partition("/")
        return cls(dt.date.fromisoformat(start), dt.date.fromisoformat(end))

    @property
    def words(self) -> str:
        """The span as people say it: 2026年11月, 2026年第4季度, 2026年, or both of its days."""
        start, end = self.start, self.end
        year = f"{start.year}年"
        if self == year_of(start):
            return year
        if self == month_of(start):
            return f"{year}{start.month}月"
        if self == quarter_of(start):
            return f"{year}第{_quarter(start)}季度"
        if self == half_of(start):
            return f"{year}{'上' if start.month == 1 else '下'}半年"
        first = f"{year}{start.month}月{start.day}日"
        if start == end:
            return first
        last = f"{end.month}月{end.day}日"
        return f"{first}到{last}" if start.year == end.year else f"{first}到{end.year}年{last}"


@dataclass(frozen=True, slots=True)
class SpanAnswer:
    """One span, or in plain Chinese why there is none."""

    value: Span | None
    problem: str = ""


def month_of(day: dt.date, back: int = 0) -> Span:
    """The month of a day, or the one so many months before."""
    year, month = divmod(day.year * 12 + day.month - 1 - back, 12)
    return _months(year, month + 1, 1)


def quarter_of(day: dt.date, back: int = 0) -> Span:
    """The quarter of a day, or the one so many quarters before."""
    year, quarter = divmod(day.year * 4 + _quarter(day) - 1 - back, 4)
    return _months(year, quarter * 3 + 1, 3)


def half_of(day: dt.date) -> Span:
    return _months(day.year, 1 if day.month <= 6 else 7, 6)


def year_of(day: dt.date, back: int = 0) -> Span:
    """The year of a day, or the one so many years before."""
    return _months(day.year - back, 1, 12)


def _months(year: int, month: int, count: int) -> Span:
    last = month + count - 1
    return Span(dt.date(year, month, 1), dt.date(year, last, calendar.monthrange(year, last)[1]))


def _quarter(day: dt.date) -> int:
    return (day.month - 1) // 3 + 1


def read_span(text: str, today: dt.date) -> SpanAnswer:
    """The span that a text names, seen from ``today``; it may run on, but not begin after today. Never raises."""
    folded = _END.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)))
    try:
        found = _read(folded, today)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        return SpanAnswer(None, f"没看懂是哪段时间，{EXAMPLE}")
    if found.end < found.start:
        return SpanAnswer(None, f"结束早于开始，请再看一看，{EXAMPLE}")
    if found.start > today:
        return SpanAnswer(None, f"还没有到这段时间，{EXAMPLE}")
    return SpanAnswer(found)


def _read(text: str, today: dt.date) -> Span | None:
    whole = None if _TO.search(text) else _one(text, today, future_ok=False)
    if whole is not None:
        return whole
    ends = _TO.split(text) if _TO.search(text) else text.split("-")
    both = _between(ends[0], ends[1], today) if len(ends) == 2 and all(ends) else None
    return both or _one(text, today, future_ok=False)


def _between(left: str, right: str, today: dt.date) -> Span | None:
    """From the beginning of what the left says to the end of what the right says; a year or month said once is for both."""
    first = _one(left, today, future_ok=False)
    if first is None:
        return None
    start = first.start
    if re.fullmatch(r"\d{1,2}[日号]?", right):
        right = f"{start.year}年{start.month}月{right}"
    is_short = not re.search(r"\d{4}|年|[今昨明]天", right)
    mark = "年" if "月" in right else "."
    for year in (start.year, start.year + 1) if is_short else (None,):
        last = _one(f"{year}{mark}{right}" if year else right, today, future_ok=True)
        if last is not None and (last.end >= start or last.start.month >= start.month or year is None):
            return Span(start, last.end)
    return None


def _one(text: str, today: dt.date, *, future_ok: bool) -> Span | None:
    """A day, month, quarter, half year, year or week."""
    plain = _NUMERALS.sub(lambda found: str(chinese_number(found.group())), text)
    if found := _QUARTER.fullmatch(plain):
        return _a_quarter(found, today)
    if found := _HALF.fullmatch(plain):
        return half_of(_in_year(found["year"], today).replace(month=1 if found["half"] == "上" else 7, day=1))
    if found := _WEEK.fullmatch(plain):
        monday = today - dt.timedelta(today.weekday() + (7 if found["word"].startswith("上") else 0))
        return Span(monday, monday + dt.timedelta(6))
    if found := _RECENT.fullmatch(plain):
        count = max(int(found["n"]), 1)
        return Span(
            month_of(today, count - 1).start if "月" in found["unit"] else today - dt.timedelta(count - 1), today
        )
    if re.search("前(?!年)|后", text):
        return None
    return _of_day(text, read_day(text, today, future_ok=future_ok))


def _of_day(text: str, answer: DayAnswer) -> Span | None:
    if answer.value is None:
        return None
    if answer.is_exact:
        return Span(answer.value, answer.value)
    return year_of(answer.value) if _WHOLE_YEAR.fullmatch(text) else month_of(answer.value)


def _a_quarter(found: re.Match[str], today: dt.date) -> Span:
    if found["word"]:
        return quarter_of(today, 1 if found["word"].startswith("上") else 0)
    year, month = _in_year(found["year"], today), int(found["n"]) * 3
    if not found["year"] and month - 2 > today.month:  # 四季度 said in spring is the last one
        year = year.replace(year=year.year - 1, day=1)
    return quarter_of(year.replace(month=month, day=1))


def _in_year(said: str | None, today: dt.date) -> dt.date:
    if said and said[0].isdigit():
        return dt.date(int(said[:4]), 1, 1)
    return dt.date(today.year - (1 if said in ("去年", "上年") else 0), 1, 1)
