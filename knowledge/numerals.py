"""One number as people write it: 12,000,000, 3千万, 一千二, 两三百, 八百多万 — its value, and its ends when not exact."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_SIZES = {"十": 10, "百": 100, "千": 1000, "k": 1000, "万": 10**4, "w": 10**4, "亿": 10**8}
_SAME = str.maketrans(
    "〇壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億兩俩圓圆員個餘來−", "零一二二三三四五六六七八九十百千万亿两两元元员个余来-"
)
_MAX_DIGITS = 24
_WIDE_COMMA = re.compile(r"(?<!\d)\d{1,3}(?:，\d{3}){2,}(?!\d)")
_ONE_AND_A_HALF = re.compile(r"(?<=[零一二三四五六七八九两十\d])个半(?=[百千万亿])")
_SOME_MORE = re.compile(r"个([多来余])(?=[百千万亿])")  # 三个多亿
_LOOSE = re.compile(r"(?<=[\d零一二三四五六七八九两十百千万亿多来余]) (?=[多来余]|个?[百千万亿])")  # 800 多 万
_EITHER = re.compile(r"(?<!\d)(\d)、(\d)(?=[十百千万亿个人名号])")  # 6、7个人
_TENS_AND_SOME = re.compile(r"(?<=\d0)几")  # 10几万
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff]")

_ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d{1,3}(?: \d{3})+(?![\d.])|\d+(?:\.\d+)?)"
_CHINESE = r"[零一二三四五六七八九两]"
_NUMBER = rf"(?:(?:{_ARABIC}|{_CHINESE}+)(?:点(?:\d+|{_CHINESE}+))?|几|数(?=[十百千万亿])|半(?=个?[百千万亿]))"
_SIZE = r"(?: ?(?:个(?=[百千万亿]))?[十百千万亿]+| ?[kw](?![a-z]))"
_PART = re.compile(rf"零?{_ARABIC}|{_CHINESE}+|[十百千万亿kw点]")
AMOUNT = rf"(?:(?:(?:{_NUMBER})?[多来余]?{_SIZE})+(?:零?{_NUMBER})?|{_NUMBER})(?:[多来余](?!少)|把(?=[块个元人])|出头)?"
"""The pattern of a number in folded text, for patterns that look for one with its unit."""
_ABOUT = re.compile("[多来余把]|出头")
_SEVERAL = re.compile(r"(?<=[十百千万亿])几|几|数")
_PAIR = re.compile(rf"(?<!{_CHINESE})([一二三四五六七八两])([二三四五六七八九两])(?!{_CHINESE})")
_OR_SO = re.compile(r"[百千万](?=八[十百千])")  # 百八十, 千八百: eight tenths of it, or all of it


@dataclass(frozen=True, slots=True)
class Amount:
    """A number: ``value`` as stated, or its lower end; ``low`` and ``high`` are set when the words give a range."""

    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None


def fold(text: str) -> str:
    """The text with one way of writing: half width, lower case, 一 for 壹, 亿 for 億. A lone ， does not group digits."""
    text = _WIDE_COMMA.sub(lambda found: found.group().replace("，", ","), text.replace("￥", "¥"))
    text = unicodedata.normalize("NFKC", text.replace("，", "、")).lower().translate(_SAME)
    text = re.sub(r"\s+", " ", _INVISIBLE.sub("", text))
    text = _TENS_AND_SOME.sub("多", _EITHER.sub(r"\1到\2", _LOOSE.sub("", text)))
    return _SOME_MORE.sub(r"\1个", _ONE_AND_A_HALF.sub("点五", text))


def read_amount(text: str) -> Amount | None:
    """The number that a folded text is, as ``AMOUNT`` finds it; ``None`` when its parts make no number. Never raises."""
    exact = _ABOUT.sub("", text)
    ends = _ends(exact)
    values = [_value(end) for end in ends]
    low, high = values[0], values[-1]
    if low is None or high is None or low > high:
        return None
    if exact != text:
        return Amount(low, low, high + _step(high))
    return Amount(low, low, high) if len(ends) > 1 else Amount(low)


def _ends(text: str) -> list[str]:
    """The two numbers between which 几十, 十几, 两三百, 十七八 and 百八十 lie; the text alone when it is exact."""
    if found := _SEVERAL.search(text):
        least = "一" if text[found.start() - 1 : found.start()] in (*_SIZES,) and found.start() else "二"
        return [text[: found.start()] + digit + text[found.end() :] for digit in (least, "九")]
    if (found := _PAIR.search(text)) and (_DIGITS[found[2]] - _DIGITS[found[1]] == 1 or found.group() == "三五"):
        return [text[: found.start()] + digit + text[found.end() :] for digit in found.groups()]
    if text == "百十":
        return ["一百", "一百一十"]
    if _OR_SO.match(text):
        return [text[1:], "一" + text[0] + text[3:]]
    return [text]


def _step(value: Decimal) -> Decimal:
    """How far 多 reaches: one of the last place that was said (八百多万: a million, 25多: one)."""
    return max(_lowest(value), Decimal("0.01")) if value else Decimal(1)


def _value(text: str) -> Decimal | None:
    """The value of digits and sizes in order: 两亿三千万, 1.2亿, 一千二 (1200), 2万5 (25000), 二零二三 (2023)."""
    total = section = Decimal(0)  # section: what stands below the next 万 or 亿
    number: Decimal | None = None
    said = ""  # how the number was written
    last, largest, before, stacked = 1, 1, "", False
    for part in _PART.findall(text.replace("半", "0.5").replace("个", "")):
        if part == "点":
            before = part
            continue
        size = _SIZES.get(part)
        if size is None:
            figures = _figures(part)
            if len(figures) > _MAX_DIGITS or (len(figures) > 1 and "两" in part):
                return None  # 三两: two or three
            if before == "点" and "." in figures:
                return None  # 一点零点五, 1点半: no number
            if before == "点" and number is not None and "." not in said:
                number, said = Decimal(f"{number}.{figures}"), "."
            elif number is None:
                number, said = Decimal(figures), part
            else:
                return None
        elif size < 10**4:
            if section and (number is None or size * 10 > _lowest(section)):
                return None  # 二十百, 十百: no order
            section += (1 if number is None else number) * size
            number, last = None, size
        else:
            stacked = number is None and before in _SIZES
            base = section + (number or 0)
            if not base and not total:
                base = Decimal(0 if number is not None else 1)
            total = (total + base) * size if size > largest or not base else total + base * size
            largest, section, number, last = max(largest, size), Decimal(0), None, size
        before = part
    if number is None:
        return total + section
    if stacked and last >= 10**4 and len(said) == 1:
        return None  # 三千万五: five of what?
    return _with_rest(total + section, number, said, last)


def _with_rest(whole: Decimal, number: Decimal, said: str, last: int) -> Decimal | None:
    """A number after the last size: 一百零五 adds five, 一千二 two hundreds, 一百二十五 five."""
    if last == 1:
        return number
    if len(said) == 1 and said != "." and last > 10:
        return whole + number * (last // 10)
    return whole + number if number < last and said != "." else None


def _figures(part: str) -> str:
    """The figures of a run of digits of either kind: 二零二三 → 2023, 12,000 → 12000."""
    return "".join(str(_DIGITS.get(char, char)) for char in part if char not in ", ")


def _lowest(value: Decimal) -> Decimal:
    """The weight of the last figure that is not zero: 100 for 1200."""
    exponent = value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(1)
