"""One day as people type it: 2023年5月8日, 23.5.8, 二〇二三年五月, 去年3月, 后天, 三年前. Working days are not read here."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from knowledge.text import chinese_number

EXAMPLE = "例如 2023年5月8日"
EARLIEST = 1900
_YEARS_AHEAD = 50
_SAME = str.maketrans({"两": "二", "○": "〇", "〇": "零", "號": "号", "後": "后", "個": "个", "廿": "二十", "−": "-"})
_RUN = "[零一二三四五六七八九十]"
_CHINESE = re.compile(
    rf"(?<!{_RUN}){_RUN}{{1,12}}(?=个?半?[年月日号天]|周前|周后|个?星期|个?礼拜)|(?<=[年月]){_RUN}{{1,3}}|(?<!{_RUN}){_RUN}{{4}}(?!{_RUN})"
)
_SPACE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_IDLE_SPACE = re.compile(r"(?<!\d) | (?!\d)")
_LUNAR = re.compile("农历|阴历|[正腊冬]月|月初[一二三四五六七八九十]")
_DAYS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_YEARS = {"大前": -3, "前": -2, "去": -1, "上": -1, "今": 0, "本": 0, "明": 1, "后": 2}
_MONTHS = {"上上": -2, "上": -1, "这": 0, "本": 0, "当": 0, "下": 1, "下下": 2}
_MONTH_OF = {"初": 1, "上半年": 1, "中": 6, "下半年": 7, "底": 12, "末": 12}
_DAY = r"份?的?(?P<d>\d{1,2})(?!\d)[日号]?"
_OF_YEAR = "年?(?P<part>上半年|下半年|初|中(?!旬)|底|末)"
# Read wherever they stand in a text.
_PATTERNS = (
    ("full", re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)")),
    ("full", re.compile(rf"(?<!\d)(?P<y>\d{{4}}|\d\d)年(?P<m>\d{{1,2}})月(?:{_DAY})?")),
    ("full", re.compile(r"(?<![\d.])(?P<y>\d{4}|\d\d)([-/. ])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?!\d|\.\d)")),
    ("full", re.compile(r"(?<![\d./-])(?P<y>(?:19|20)\d\d)[-/.](?P<m>\d{1,2})(?![\d./-])")),
    ("year", re.compile(rf"(?<!\d)(?P<y>\d{{4}})年(?!\d|[以之]?[前后])(?:{_OF_YEAR})?")),
    (
        "this_year",
        re.compile(rf"(?P<word>大前|前|去|上|今|本|明|后)年(?:的?(?P<m>\d{{1,2}})月(?:{_DAY})?|{_OF_YEAR})?"),
    ),
    ("this_month", re.compile(rf"(?P<word>上上|上|这|本|当|下下|下)个?月(?:{_DAY})?")),
    (
        "ago",
        re.compile(
            r"(?<![\d几多.])(?P<n>\d{1,3}|半)(?P<unit>年半?|个半?月|天|日|周|个?星期|个?礼拜)[以之]?(?P<way>前|后)"
        ),
    ),
    ("near", re.compile(r"(?P<word>大前|前|昨|今|明|大后|后)[天日晚早夜]")),
    ("month", re.compile(rf"(?<![\d年./-])(?P<m>\d{{1,2}})月(?:{_DAY})?")),
)
# Read only as the whole answer, for elsewhere they could be anything.
_ALONE = (
    ("full", re.compile(r"(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])")),
    ("year", re.compile(r"(?P<y>(?:19|20)\d\d|[5-9]\d(?=年))年?")),
    ("month", re.compile(r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})")),
    ("day", re.compile(r"(?P<d>\d{1,2})[日号]")),
)


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """One day, or in plain Chinese why there is none. A month or a year stands for its first day and is not exact."""

    value: dt.date | None
    problem: str = ""
    is_exact: bool = False


class _NoDay(ValueError):
    """没有这一天。"""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is needed to place a day: the day it is said on, and whether it may lie ahead."""

    today: dt.date
    future_ok: bool

    def full(self, said: dict[str, str]) -> tuple[dt.date, bool]:
        return _date(_year(said["y"]), int(said["m"]), int(said.get("d") or 0))

    def year(self, said: dict[str, str]) -> tuple[dt.date, bool]:
        return _date(_year(said["y"]), _MONTH_OF.get(said.get("part", ""), 1))

    def this_year(self, said: dict[str, str]) -> tuple[dt.date, bool]:
        month = int(said["m"]) if "m" in said else _MONTH_OF.get(said.get("part", ""), 1)
        return _date(self.today.year + _YEARS[said["word"]], month, int(said.get("d", 0)))

    def this_month(self, said: dict[str, str]) -> tuple[dt.date, bool]:
        first = _moved(self.today.replace(day=1), _MONTHS[said["word"]])
        return _date(first.year, first.month, int(said.get("d", 0)))

    def ago(self, said: dict[str, str]) -> tuple[dt.date, bool]:
        """三年前, 半年前, 两个半月前: the same day so long ago; only a count of days is exact."""
        way, unit, half = (-1 if said["way"] == "前" else 1), said["unit"], said["n"] == "半"
        count = 0 if half else int(said["n"])
        if "年" in unit:
            return _moved(self.today, way * (count * 12 + (6 if half or "半" in unit else 0))), False
        weeks = unit[-1] in "周期拜"
        if "月" in unit or (half and not weeks):
            days = 15 if half or "半" in unit else 0
            return _shifted(_moved(self.today, way * count), way * days), False
        return _shifted(self.today, way * count * (7 if weeks else 1)), not weeks

    def near(self, said: dict[str, str]) -> tuple[dt.date, bool]:
        return _shifted(self.today, _DAYS[said["word"]]), True

    def month(self, said: dict[str, str]) -> tuple[dt.date, bool]:
        """5月8日 without a year: the last one, or where the day may lie ahead the next one."""
        month, day = int(said["m"]), int(said.get("d", 0))
        found, exact = _date(self.today.year, month, day)
        if (
            self.future_ok
            and (found if exact else found.replace(day=calendar.monthrange(found.year, month)[1])) < self.today
        ):
            return _date(self.today.year + 1, month, day)
        if not self.future_ok and found > self.today:
            return _date(self.today.year - 1, month, day)
        return found, exact

    def day(self, said: dict[str, str]) -> tuple[dt.date, bool]:
        """8号: of this month, or of the one before or after."""
        day, first = int(said["d"]), self.today.replace(day=1)
        if self.future_ok and day < self.today.day:
            first = _moved(first, 1)
        elif not self.future_ok and day > self.today.day:
            first = _moved(first, -1)
        return _date(first.year, first.month, day)


def read_day(text: str, today: dt.date, *, future_ok: bool = False) -> DayAnswer:
    """The one day that a text names, seen from ``today``. Never raises.

    Without ``future_ok`` a day after ``today`` is a problem, and 5月8日 is the last one; with it, the next one.
    """
    asked, folded = _Asked(today, future_ok), _folded(text)
    if _LUNAR.search(folded):
        return DayAnswer(None, f"请说公历的日子，{EXAMPLE}")
    try:
        days = {_placed(asked, kind, found) for kind, found in _found(folded)}
    except _NoDay as problem:
        return DayAnswer(None, f"{problem}，{EXAMPLE}")
    if not days:
        return DayAnswer(None, f"没看懂是哪一天，请写全，{EXAMPLE}")
    if len({day for day, _ in days}) > 1:
        return DayAnswer(None, f"一次说了几个日子，请只说一个，{EXAMPLE}")
    value, exact = max(days, key=lambda one: one[1])
    if value.year < EARLIEST:
        return DayAnswer(None, f"年份太早了，请再看一看，{EXAMPLE}")
    if value > today and not future_ok:
        return DayAnswer(None, f"不能晚于今天（{today.year}年{today.month}月{today.day}日），{EXAMPLE}")
    if value.year > today.year + _YEARS_AHEAD:
        return DayAnswer(None, f"年份太远了，请再看一看，{EXAMPLE}")
    return DayAnswer(value, "", exact)


def _folded(text: str) -> str:
    """Half width, no spaces, Arabic digits where Chinese ones belong to a day."""
    text = _SPACE.sub(" ", unicodedata.normalize("NFKC", text).translate(_SAME))
    text = _IDLE_SPACE.sub("", text)
    return _CHINESE.sub(lambda found: _figures(found.group(), text[found.end() : found.end() + 3]), text)


def _figures(run: str, after: str) -> str:
    """The figures of a Chinese number: 十八 → 18, 二零二三 → 2023. 三四年前 is no number and stays."""
    if len(run) == 2 and not {"零", "十"} & {*run} and not re.match("年(?![以之]?[前后半])", after):
        return run
    if "十" not in run:
        return "".join(str(chinese_number(char)) for char in run)
    try:
        return str(chinese_number(run))
    except ValueError:
        return run


def _found(text: str) -> list[tuple[str, re.Match[str]]]:
    """The days of a folded text in its order; where two readings overlap, the one that begins first, then the longer."""
    whole = text.strip("。，,.!！~是的在吧呢了呀啊左右成立")
    for kind, pattern in _ALONE:
        if found := pattern.fullmatch(whole):
            return [(kind, found)]
    matches = [(kind, found) for kind, pattern in _PATTERNS for found in pattern.finditer(text)]
    matches.sort(key=lambda one: (one[1].start(), -one[1].end()))
    kept: list[tuple[str, re.Match[str]]] = []
    for one in matches:
        if not kept or one[1].start() >= kept[-1][1].end():
            kept.append(one)
    return kept


def _placed(asked: _Asked, kind: str, found: re.Match[str]) -> tuple[dt.date, bool]:
    place: Callable[[dict[str, str]], tuple[dt.date, bool]] = getattr(asked, kind)
    return place({name: value for name, value in found.groupdict().items() if value})


def _year(figures: str) -> int:
    """Two figures are a year of this century below 50: 23 is 2023, 98 is 1998."""
    return int(figures) if len(figures) > 2 else int(figures) + (2000 if int(figures) < 50 else 1900)


def _date(year: int, month: int, day: int = 0) -> tuple[dt.date, bool]:
    """A day, or the first of a month when ``day`` is 0, and whether it is exact. Raises ``_NoDay``."""
    try:
        return dt.date(year, month, day or 1), day > 0
    except ValueError:
        said = f"{month}月{day}日" if 1 <= month <= 12 and day else f"{month}月"
        raise _NoDay(f"{year}年没有{said}") from None


def _moved(day: dt.date, months: int) -> dt.date:
    """The same day so many months away, the last of the month where it is shorter. Raises ``_NoDay``."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise _NoDay("年份太远了，请再看一看")
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def _shifted(day: dt.date, days: int) -> dt.date:
    try:
        return day + dt.timedelta(days)
    except OverflowError:
        raise _NoDay("年份太远了，请再看一看") from None
