"""The short names by which people point at a place, from its full name: 湖北省鄂州市鄂城区 is 鄂城, and its city 鄂州."""

from __future__ import annotations

import re

_PROVINCE = re.compile(r".{2,3}?(?:省|特别行政区)|.{2,6}?自治区")
_CITY = re.compile(r"(.{2,}?)(?:市|地区|盟)(?=.)|(.{2,}?)(?:.{1,3}族)+自治州(?=.)")
_OWN = re.compile(r"(.{2,}?)(?:.{1,3}族)+自治[县旗]|(.{2,}?)(?:新区|区|县|市|旗)")
_WITH_DISTRICTS_OF_THEIR_OWN = ("北京", "天津", "上海", "重庆")
"""Cities as large as provinces: their name points at no single district."""


def short_names(place: str) -> tuple[str, ...]:
    """The names of a place, its own first; a name of one character keeps its 县 (滑县). Empty for an empty text."""
    rest = place.strip()
    if found := _PROVINCE.match(rest):
        rest = rest[found.end() :]
    names = []
    if found := _CITY.match(rest):
        city = found[1] or found[2]
        rest = rest[found.end() :]
        if city not in _WITH_DISTRICTS_OF_THEIR_OWN:
            names = [city]
    own = _OWN.fullmatch(rest)
    rest = (own[1] or own[2]) if own else rest
    return tuple(dict.fromkeys(name for name in (rest, *names) if name))
