"""裁量幅度: narrow, within the law for 从轻, below its floor for 减轻 (R8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cn2an

from knowledge.findings import Finding
from knowledge.text import comparable

if TYPE_CHECKING:
    from knowledge.lists import Item

_COLUMN = "裁量幅度"
# A number is taken from its beginning and whole: else a long row of digits is tried from each of them to each.
_NUMBER = (
    r"(百分之)?((?<![\d.,])[\d.,]++|(?<![〇零一二三四五六七八九十百千万亿两])[〇零一二三四五六七八九十百千万亿两]++)"
    r"(万)?(元|%|倍|日|天|小时|个月)?"
)
_BETWEEN = re.compile(rf"{_NUMBER}(?:以上|至|到|-|~)(?:不足|不满|不超过)?{_NUMBER}(?:以下)?")
_AT_MOST = re.compile(rf"(?<!以上){_NUMBER}以下")
_EXACT = re.compile(rf"{_NUMBER}(?:的)?罚款")
_AMOUNT = re.compile(
    r"(百分之[〇零一二三四五六七八九十百\d.]|((?<![\d.,])[\d.,]++|"
    r"(?<![〇零一二三四五六七八九十百千万两])[〇零一二三四五六七八九十百千万两]++)(万)?(元|%|倍|日|天|小时|个月))"
)
_STATUTORY = re.compile(r"[(\[,;。]?法定(处罚|罚款|裁量)?(幅度|标准|额度)")
_NOT_MONEY = re.compile("警告|通报批评|不予罚款|免予罚款|免除罚款|不并处|不处罚款")
_VAGUE = re.compile("酌情|酌定|视情|适当|视情况|根据情况|斟酌|合理幅度")
_MUCH_TOO_WIDE = 10


@dataclass(frozen=True, slots=True)
class Span:
    """From what to what, in 元, 倍 or days; ``low`` is 0 where only an upper limit is named."""

    low: float
    high: float
    unit: str
    open_below: bool = False


def check_range(item: Item) -> list[Finding]:
    """Findings about the 裁量幅度 of a 从轻 or 减轻 item."""
    text = comparable(item.range or "")
    if not text or text in ("无", "/", "-"):
        return [_error("“裁量幅度”为空", "具体的幅度，如“处2000元以上4000元以下罚款”")]
    own, statutory = _parts(text)
    if not _AMOUNT.search(own) and not _NOT_MONEY.search(own):
        return [_error("没有写明具体幅度", "具体的幅度，如“处2000元以上4000元以下罚款”，不写“酌情”")]
    vague = [_doubt("写了“酌情”一类的话", "只写具体的幅度")] if _VAGUE.search(own) else []
    return [*vague, *_check_spans(item, spans_of(own), spans_of(statutory))]


def _check_spans(item: Item, here: list[Span], law: list[Span]) -> list[Finding]:
    if any(span.low > span.high for span in here):
        return [_error("下限高于上限", "下限不高于上限")]
    for own, legal in _comparable_pairs(here, law):
        if item.kind == "lighter" and not legal.low <= own.low <= own.high <= legal.high:
            return [_doubt("从轻幅度不在法定幅度以内", "法定幅度以内、靠近下限")]
        if item.kind == "mitigated" and own.high > legal.low and not legal.open_below:
            return [_doubt("减轻幅度没有低于法定下限", "低于法定最低罚款")]
    if any(span.open_below and item.kind == "lighter" for span in here):
        return [_doubt("没有写明下限", "尽量压缩裁量空间（滑县意见 附件1.5），写明下限和上限")]
    if any(not span.open_below and span.high > _MUCH_TOO_WIDE * (span.low or span.high) for span in here):
        return [_doubt("幅度太宽", "尽量压缩裁量空间（滑县意见 附件1.5）")]
    return []


def _parts(text: str) -> tuple[str, str]:
    """What the item gives, and what it says that the law gives."""
    found = _STATUTORY.search(text)
    return (text, "") if not found else (text[: found.start()], text[found.end() :])


def _comparable_pairs(here: list[Span], law: list[Span]) -> list[tuple[Span, Span]]:
    """Spans that are about the same thing: as many here as in the law, and in the same unit."""
    if len(here) != len(law):
        return []
    return [(own, legal) for own, legal in zip(here, law, strict=True) if own.unit == legal.unit]


def spans_of(text: str) -> list[Span]:
    """The spans in a comparable text: ``5千元以上1万元以下``, ``2000-4000元``, ``3万元以下``, ``5000元罚款``."""
    spans, rest = [], text
    for found in _BETWEEN.finditer(text):
        low, high = found.groups()[:4], found.groups()[4:]
        if not low[3] and not low[0]:  # 1至3万元, 2000-4000元: the unit is said once
            low = (high[0], low[1], low[2] or (None if found.group().count("以上") else high[2]), high[3])
        lower, upper = _value(*low), _value(*high)
        if lower and upper and (high[3] or high[0]):
            spans.append(Span(lower[0], upper[0], upper[1] if lower[1] == upper[1] else ""))
        rest = rest.replace(found.group(), "|", 1)
    for found in _AT_MOST.finditer(rest):
        if (upper := _value(*found.groups())) and (found.group(4) or found.group(1)):
            spans.append(Span(0, upper[0], upper[1], open_below=True))
        rest = rest.replace(found.group(), "|", 1)
    if not spans:
        for found in _EXACT.finditer(rest):
            if (exact := _value(*found.groups())) and (found.group(4) or found.group(1)):
                spans.append(Span(exact[0], exact[0], exact[1]))
    return spans


def _value(percent: str | None, number: str, ten_thousand: str | None, unit: str | None) -> tuple[float, str] | None:
    """The number and its unit; a percentage is a part of 1 倍."""
    try:
        arabic = re.fullmatch(r"[\d.,]+", number)
        value = float(number.replace(",", "")) if arabic else float(cn2an.cn2an(number, "smart"))
    except Exception:  # cn2an raises several kinds on what is no number
        return None
    value *= 10_000 if ten_thousand else 1
    if percent or unit == "%":
        return value / 100, "倍"
    return value, unit or ""


def _error(message: str, expected: str) -> Finding:
    return Finding("error", message, expected, column=_COLUMN, rule="R8")


def _doubt(message: str, expected: str) -> Finding:
    return Finding("warning", message, expected, column=_COLUMN, rule="R8")
