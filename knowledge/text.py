"""Text of officialdom: repair of what page breaks and word processors did to it, and the form used for comparing."""

from __future__ import annotations

import re
import unicodedata

CJK = r"\u3400-\u9fff\uf900-\ufaff"
_CJK_PUNCTUATION = r"，。；：、？！（）《》“”‘’〔〕【】〈〉…—·"
_BOOKMARK = re.compile(r"\[bookmark:[^\]]*\]")
_SPACE = r"[ \t\u00a0\u2000-\u200a\u3000]+"
_SPACE_BESIDE_CJK = re.compile(
    f"(?<=[{CJK}{_CJK_PUNCTUATION}]){_SPACE}(?=\\S)|(?<=\\S){_SPACE}(?=[{CJK}{_CJK_PUNCTUATION}])"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]")
_HALF_TO_FULL = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}
_HALF_BETWEEN_CJK = re.compile(f"(?<=[{CJK}”）》])[,;:?!](?=[{CJK}“（《]|$)")
_COMPARE = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "〔": "[", "〕": "]", "【": "[", "】": "]", "—": "-"}
)
# Doubled characters that are words of their own, so that a page join “…人” + “人均…” loses nothing.
_REDUPLICATED = frozenset("人天年月日时处事家户个件层常往刚渐仅种多久单重区")
DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}


def strip_control(text: str) -> str:
    """Drop control, zero-width and direction characters; keep line ends and tabs."""
    return _CONTROL.sub("", text)


def comparable(text: str) -> str:
    """The form two texts are compared in: no bookmark, NFKC, straight quotes and brackets, no white space."""
    text = unicodedata.normalize("NFKC", _BOOKMARK.sub("", text)).translate(_COMPARE)
    return re.sub(r"\s+", "", text)


def repair_line(line: str) -> str:
    """One line of a published document without Word bookmarks, stray spaces and half-width marks between Chinese.

    Words are never changed; only white space, brackets and commas are.
    """
    line = strip_control(_BOOKMARK.sub("", line)).strip()
    line = _SPACE_BESIDE_CJK.sub("", line)
    line = re.sub(f"\\((?=[^()（）]*[{CJK}\\d][^()（）]*[)）])", "（", line)
    line = re.sub(r"（([^()（）]*)\)", r"（\1）", line)
    return _HALF_BETWEEN_CJK.sub(lambda mark: _HALF_TO_FULL[mark.group()], line)


def page_join_overlap(before: str, after: str) -> int:
    """How many characters at the start of ``after`` repeat the end of ``before`` (a word printed on both pages)."""
    for length in range(min(8, len(before), len(after)), 1, -1):
        if before.endswith(after[:length]) and re.fullmatch(f"[{CJK}]+", after[:length]):
            return length
    if before and after and before[-1] == after[0] and re.match(f"[{CJK}]", after) and after[0] not in _REDUPLICATED:
        return 1
    return 0


def chinese_number(text: str) -> int:
    """The value of a heading number such as 十二 or 二十三 (up to 99) or of Arabic digits.

    Raises ``ValueError`` when it is neither.
    """
    text = unicodedata.normalize("NFKC", text)
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.partition("十")
    if not text or any(char not in DIGITS for char in text) or len(tens) > 1 or len(ones) > 1:
        raise ValueError(f"不是编号：{text}")
    if not ten:
        return DIGITS[tens]
    return (DIGITS[tens] if tens else 1) * 10 + (DIGITS[ones] if ones else 0)
