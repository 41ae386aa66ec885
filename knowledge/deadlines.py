"""The deadline in an officer's sentence (R38): 限3个工作日, 下周三前, 月底, 当场; nothing else that looks like one.

Periods and days are read everywhere, then weighed by the words around them (``deadline_words.yaml``); of several the
heaviest wins, the later when equal. 两三天, 2月30日 and a day that is over are no deadline: nothing is guessed.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import Literal

from knowledge.deadline_forms import around, fold, words
from knowledge.numerals import read_amount
from knowledge.workdays import CHINA, NOT_ANNOUNCED, add_workdays, festivals, next_workday

Basis = Literal["working", "calendar", "date"]
_BY_LAW = (2, 3, 5, 7)  # 二日、三日、五日、七日 are working days (处罚法 第八十五条)
_ENOUGH, _AT_ONCE = 1.9, 1.9
_MAX_DAYS, _MAX_AHEAD, _SOON = 1100, 300, 120  # days; a day without a year is the next one only so far ahead
_AHEAD = ("下", "明", "后", "大")  # what these begin with cannot have been
_DAY = dt.timedelta(1)
_FILLER = re.compile(
    r"(?:[\s,;。.!?、:]|[吧呢啊哦嗯就那到至在定为是]|限期?|给他们?|期限|整改|改正|完成|[之以]?前|以内|可以|好的?|行|最迟)*"
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day by which something is due, and the ``words`` of the text, at ``span``, that say so.

    ``said`` explains it in plain Chinese. ``rolled``: the last day was a rest day and moved to the next working day.
    Without ``is_announced`` the working days of a year on the way are not known for certain.
    """

    day: dt.date
    basis: Basis
    words: str
    span: tuple[int, int]
    said: str
    rolled: bool = False
    is_announced: bool = True
    hour: dt.time | None = None


@dataclass(slots=True)
class _Reading:
    """What one place of the folded text may say; without a ``day`` it only keeps that place from being read otherwise."""

    start: int
    end: int
    kind: str
    by: str = ""
    near: str = ""
    day: dt.date | None = None
    basis: Basis = "date"
    said: str = ""
    rolled: bool = False
    is_announced: bool = True
    hour: dt.time | None = None
    needs_order: bool = False
    is_today: bool = False
    is_plain: bool = False  # 工作日, 自然日: nobody says so but of a deadline


def find_deadline(text: str, now: dt.datetime) -> Deadline | None:
    """The deadline that an officer's message sets, seen from ``now`` (aware); ``None`` when it sets none.

    下周X is that day of the next week, X前 is X itself. Never raises on any text.
    """
    folded, best, most, previous = fold(text), None, _ENOUGH, 0
    now = now.astimezone(CHINA)
    for one in _readings(folded, now):
        if one.day and (weight := _weight(folded, one, previous, now.day)) >= most:
            best, most = one, weight
        previous = one.end
    return _deadline(text, best, now) if best else None


def deadline_of(text: str, now: dt.datetime) -> Deadline | None:
    """The deadline that an answer is: 3天, 25号, 12.5. A whole sentence is read as by ``find_deadline``. Never raises."""
    folded = fold(text)
    found = _readings(folded, now.astimezone(CHINA))
    if len(found) == 1 and _FILLER.fullmatch(folded[: found[0].start] + folded[found[0].end :]):
        return _deadline(text, found[0], now)
    return find_deadline(text, now)


def _deadline(text: str, one: _Reading, now: dt.datetime) -> Deadline | None:
    if one.day is None:
        return None
    said_so = text[one.start : one.end].strip()
    start = text.index(said_so, one.start)
    said = one.said + _shown(one.day, now.astimezone(CHINA).date()) + (f"{one.hour:%H:%M}前" if one.hour else "")
    said += "" if one.is_announced else f"，{NOT_ANNOUNCED}"
    return Deadline(
        one.day, one.basis, said_so, (start, start + len(said_so)), said, one.rolled, one.is_announced, one.hour
    )


def _shown(day: dt.date, today: dt.date) -> str:
    year = f"{day.year}年" if day.year != today.year else ""
    return f"{year}{day.month}月{day.day}日（星期{'一二三四五六日'[day.weekday()]}）"


def _readings(text: str, now: dt.datetime) -> list[_Reading]:
    """Every period and day in order; of those in one place the one that begins first, then the longer."""
    reader, kept = _Reader(now), list[_Reading]()
    for kind, match in sorted(words().found(text), key=lambda one: (one[1].start(), -one[1].end())):
        if not kept or match.start() >= kept[-1].end:
            kept.append(reader.placed(kind, match))
    return kept


def _weight(text: str, one: _Reading, previous: int, today: int) -> float:
    """How surely a reading is the deadline, by the words around it; below 2 it is none."""
    cues, near = words(), around(text, one.start, one.end, previous)
    if one.kind == "at_once":  # any other deadline outweighs it
        return _AT_ONCE if cues.is_order_at_once(near) else -1
    order, is_later = cues.order(near), one.by.endswith("后")
    is_set = order > 1 or (bool(one.by) and not is_later)
    is_certain = order > 3 or (bool(one.by) and not is_later)
    is_due = cues.is_visit(near) or cues.is_threat(near)
    if (
        cues.is_other(near, today)
        or (previous and cues.is_same(text[previous : one.start]))
        or (one.by.endswith("前") and near.after[:1] == "的")
    ):
        return -1
    if not is_certain and (
        (cues.is_past(near, is_told=is_set) and not is_due)
        or (one.kind == "period" and not one.is_plain and cues.is_lasting(near))
    ):
        return -1
    if not is_set and (
        one.needs_order
        or (
            one.is_today
            and one.kind != "period"
            and not (one.kind == "near_day" and (cues.is_must(near) or cues.is_act_of_the_day(text[one.start], near)))
        )
    ):
        return -1
    weight = order + 2 * (is_due or cues.is_act(near.after[:10])) + is_later
    weight += 2 * (near.is_alone or one.is_plain) + (one.near[:1] in _AHEAD or one.kind == "day_of_year")
    weight += 6 * (previous > 0 and cues.is_correction(text[previous : one.start]))
    if one.kind == "period":
        return weight + 3 * (is_set and order <= 1) + 1.5 * cues.is_act(near.before[-2:])
    return weight + 3 * bool(one.by) + (one.is_today and not is_set)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Places what was found on the calendar, seen from a moment in China."""

    now: dt.datetime

    def placed(self, kind: str, match: re.Match[str]) -> _Reading:
        said = {name: value for name, value in match.groupdict().items() if value}
        one = _Reading(match.start(), match.end(), kind, said.get("by", "").strip(), said.get("near", ""))
        try:
            getattr(self, kind)(one, said)
            if kind != "period":
                one.hour = _hour(said, one.near)
        except (ValueError, OverflowError):  # 2月30日, the 31st of November, 25点, past all calendars
            one.day = None
        is_over = one.day and (one.day, one.hour or dt.time.max) < (self.now.date(), self.now.time())
        one.day = None if is_over else one.day
        one.is_today = one.day == self.now.date()
        return one

    def period(self, one: _Reading, said: dict[str, str]) -> None:
        """N days, weeks, months: the first day does not count, and a last day of rest moves on (R38)."""
        today, unit, note, count = self.now.date(), said["unit"], said.get("note", ""), _count(said["n"])
        count += 0.5 * (("mid" in said) + ("more" in said))
        one.is_plain = unit[0] in "工公自" or bool(note)
        is_vague = unit == "月" and "ge" not in said and said["n"] not in "半两一三"
        if not 0 < count <= _MAX_DAYS or is_vague:
            return  # 3月, 六月: a month of the year
        if unit in ("小时", "钟头", "分钟"):
            end = self.now + dt.timedelta(hours=count / (60 if unit == "分钟" else 1))
            one.day, one.hour = end.date(), end.time().replace(second=0, microsecond=0)
            one.basis = "date" if one.day == today else "calendar"
        elif count < 1 and unit[-1] in "日天":
            one.day = today
        elif unit[0] in "工公" or "工作" in note or (unit == "日" and count in _BY_LAW and "自然" not in note):
            counted = add_workdays(today, math.ceil(count))
            one.day, one.is_announced, one.basis = counted.day, counted.is_announced, "working"
            one.said = f"{math.ceil(count)}个工作日，到"
        else:
            last = self.after(count, unit)
            if (last - today).days > _MAX_DAYS:
                return
            counted = next_workday(last)
            named = "".join(said.get(name, "") for name in ("n", "ge", "mid", "unit", "more"))
            one.day, one.is_announced, one.basis = counted.day, counted.is_announced, "calendar"
            one.rolled, one.needs_order = counted.day > last, unit == "年" or (unit == "月" and "ge" not in said)
            one.said = f"{named}，{_shown(last, today)}是休息日，顺延到" if one.rolled else f"{named}，到"

    def after(self, count: float, unit: str) -> dt.date:
        """So many days, weeks, months or years from today; half a month is 15 days."""
        if unit not in ("月", "年"):
            return self.now.date() + math.ceil(count * (7 if unit in ("周", "星期", "礼拜") else 1)) * _DAY
        months = count * (12 if unit == "年" else 1)
        return _moved(self.now.date(), int(months)) + (15 if months % 1 else 0) * _DAY

    def day(self, one: _Reading, said: dict[str, str]) -> None:
        """12月5日, 12月底, 2027年1月: without a year the next one, if that is not far off."""
        today, month = self.now.date(), _count(said["m"])
        year = int(said["y"][-2:]) + 2000 if "y" in said else today.year + (one.near == "明")
        one.day = _in_month(dt.date(year, int(month), 1), said)
        if one.day < today and "y" not in said and not one.near:
            one.day = _in_month(dt.date(year + 1, int(month), 1), said)
            one.needs_order = one.day - today > _SOON * _DAY
            if one.day - today > _MAX_AHEAD * _DAY:
                one.day = None

    def short_day(self, one: _Reading, said: dict[str, str]) -> None:
        self.day(one, said)
        one.needs_order = True
        if one.day and one.day - self.now.date() > _SOON * _DAY and "y" not in said:
            one.day = None  # 5-7日 in November is no day in May

    def day_of_month(self, one: _Reading, said: dict[str, str]) -> None:
        """25号, 本月底, 下月10号, 月中; 下月前 is its first day, 下月内 its last."""
        first = self.now.date().replace(day=1)
        if "上" in one.near:
            return
        one.day = _in_month(_moved(first, one.near.count("下")), said)
        if not one.near and one.day < self.now.date():
            one.day = _in_month(_moved(first, 1), said)

    def day_of_year(self, one: _Reading, said: dict[str, str]) -> None:
        one.day = dt.date(self.now.year + (one.near == "明"), 12, 31)

    def weekday(self, one: _Reading, said: dict[str, str]) -> None:
        """周三 is the coming one, 这周三 that of this week, 下周三 of the next; a week or its 周末 ends on Sunday."""
        today = self.now.date()
        monday, place = today - today.weekday() * _DAY, "一二三四五六日1234567天末".find(said.get("w", "末"))
        place = 6 if place > 13 else place % 7
        if not one.near and said.get("w") != "末":
            one.day = today + ((place - today.weekday()) % 7 or 7) * _DAY
            one.needs_order = place == today.weekday()  # 周五，东门小吃店: said of today
        elif "w" not in said and one.by.endswith("前"):
            one.day = monday + one.near.count("下") * 7 * _DAY
        elif one.near[:1] not in ("上", "每", "隔"):
            one.day = monday + (place + one.near.count("下") * 7) * _DAY

    def near_day(self, one: _Reading, said: dict[str, str]) -> None:
        ahead = {"大": 3, "后": 2, "明": 1}.get("明" if "明" in one.near else one.near[0], 0)
        one.day = self.now.date() + ahead * _DAY

    def at_hour(self, one: _Reading, said: dict[str, str]) -> None:
        one.day = self.now.date()

    at_once = at_hour

    def no_deadline(self, one: _Reading, said: dict[str, str]) -> None:
        """Keeps its place from being read as one of its numbers."""

    def after_festival(self, one: _Reading, said: dict[str, str]) -> None:
        """The first working day after the next such festival, or the one that is being kept."""
        counted = [next_workday(day) for day in self._festival_days(one.near)]
        found = min((one for one in counted if one.day > self.now.date()), key=lambda one: one.day)
        one.day, one.is_announced, one.is_plain = found.day, found.is_announced, True

    def festival(self, one: _Reading, said: dict[str, str]) -> None:
        """The next day on which that festival, or any for 节前, begins by law."""
        one.day = min((day for day in self._festival_days(one.near) if day > self.now.date()), default=None)

    @staticmethod
    def _festival_days(near: str) -> list[dt.date]:
        name = "春节" if near == "年" else words().festivals.get(near)
        return [day for festival, days in festivals().items() for day in days if name in (None, festival)]


def _count(written: str) -> float:
    """The number that a count is: 十五, 半, 30. Raises ``ValueError`` for 两三, which is none."""
    amount = read_amount(written)
    if amount is None or amount.low is not None:
        raise ValueError("不是一个数")
    return float(amount.value)


def _moved(day: dt.date, months: int) -> dt.date:
    """The same day so many months on, the last of the month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def _in_month(first: dt.date, said: dict[str, str]) -> dt.date:
    """The day of a month that is named: 5号, 底, 中旬. Raises ``ValueError`` where it has none."""
    if "d" in said:
        return first.replace(day=int(_count(said["d"])))
    part = said.get("part") or ("初" if said.get("by", "").endswith("前") else "底")
    days = {"初": 1, "中": 15, "上旬": 10, "中旬": 20}
    return first.replace(day=days.get(part) or calendar.monthrange(first.year, first.month)[1])


def _hour(said: dict[str, str], near: str) -> dt.time | None:
    """The hour that stands with a day: 下午5点, 17:30, 晚上八点半."""
    half = said.get("half") or near[1:]
    if "h" not in said:
        return dt.time(12) if half == "中午" else None
    hour, part = int(_count(said["h"])), said.get("part_of_h", "0").rstrip("分")
    minute = int(said["min"]) if "min" in said else {"半": 30, "一刻": 15, "三刻": 45}.get(part) or int(part)
    if half in ("下午", "傍晚", "晚上", "夜里", "晚") and hour <= 12:
        hour += 12 if half != "下午" or hour < 12 else 0
    return None if (hour, minute) == (24, 0) else dt.time(hour, minute)
