"""Text of officialdom: repair of what page breaks and word processors did to it, and the form used for comparing."""

from __future__ import annotations

import re
import unicodedata

CJK = r"\u3400-\u9fff\uf900-\ufaff"
_CJK_OR_DIGIT = re.compile(f"[{CJK}\\d]")
_CJK_PUNCTUATION = r"，。；：、？！（）《》“”‘’〔〕【】〈〉…—·"
_BOOKMARK = re.compile(r"\[bookmark:[^\]]*\]")
_SPACE = r"[ \t\u00a0\u2000-\u200a\u3000]+"
_SPACE_BESIDE_CJK = re.compile(
    f"(?<=[{CJK}{_CJK_PUNCTUATION}]){_SPACE}(?=\\S)|(?<=\\S){_SPACE}(?=[{CJK}{_CJK_PUNCTUATION}])"
)
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# U+FFFD stays: it says that a character was lost before the text came here.
_CONTROL = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc\ufffe\uffff]"
)
_BRACKET = re.compile("[()（）]")
_HALF_TO_FULL = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}
_HALF_BETWEEN_CJK = re.compile(f"(?<=[{CJK}”）》])[,;:?!](?=[{CJK}“（《]|$)")
_COMPARE = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "〔": "[", "〕": "]", "【": "[", "】": "]", "—": "-"}
)
DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}


def strip_control(text: str) -> str:
    """Drop control, zero-width and direction characters; keep tabs, and every kind of line end as ``\\n``."""
    return _CONTROL.sub("", _LINE_END.sub("\n", text))


def strip_bookmarks(text: str) -> str:
    """Drop what Word's bookmarks leave behind in extracted text."""
    head, end, rest = text.rpartition("]")  # no bookmark ends after the last bracket; searching there would be slow
    return _BOOKMARK.sub("", head + end) + rest


def comparable(text: str) -> str:
    """The form two texts are compared in: no bookmark, NFKC, straight quotes and brackets, no white space."""
    text = unicodedata.normalize("NFKC", strip_bookmarks(text)).translate(_COMPARE)
    return re.sub(r"\s+", "", text)


def repair_line(line: str) -> str:
    """One line of a published document without Word bookmarks, stray spaces and half-width marks between Chinese.

    Words are never changed; only white space, brackets and commas are.
    """
    line = strip_bookmarks(strip_control(line)).strip()
    line = _SPACE_BESIDE_CJK.sub("", _with_full_brackets(line))
    return _HALF_BETWEEN_CJK.sub(lambda mark: _HALF_TO_FULL[mark.group()], line)


def _with_full_brackets(line: str) -> str:
    """Brackets around Chinese or digits, and those that are full-width on one side, become full-width on both."""
    chars = list(line)
    opened: list[int] = []
    for place in (found.start() for found in _BRACKET.finditer(line)):
        if chars[place] in "(（":
            opened.append(place)
            continue
        if opened:
            start = opened.pop()
            chinese = chars[start] == "（" or chars[place] == "）"
            if chinese or _CJK_OR_DIGIT.search(line, start, place):
                chars[start], chars[place] = "（", "）"
    return "".join(chars)


def chinese_number(text: str) -> int:
    """The value of a heading number such as 十二 or 二十三 (up to 99) or of Arabic digits.

    Raises ``ValueError`` when it is neither.
    """
    text = unicodedata.normalize("NFKC", text)
    if text.isdecimal() and len(text) <= 6:
        return int(text)
    tens, ten, ones = text.partition("十")
    if not text or any(char not in DIGITS for char in text) or len(tens) > 1 or len(ones) > 1 or ones == "十":
        raise ValueError(f"不是编号：{text}")
    if not ten:
        return DIGITS[tens]
    return (DIGITS[tens] if tens else 1) * 10 + (DIGITS[ones] if ones else 0)
