"""Names of enterprises taken apart: place, distinctive part (字号), trade and form; and how their characters sound (R1)."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

import opencc

from knowledge.yaml_data import load_yaml

# Single characters are enough here; the library's phrase dictionary takes fifty megabytes.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
from pypinyin.constants import PINYIN_DICT

DATA = Path(__file__).parent / "data" / "inspection"
MAX_CHARS = 600
"""What is longer is no message about one enterprise; the rest is not read."""
SYMBOL = re.compile(r"[\u3400-\u9fffa-z0-9]")
BRACKETS = re.compile(r"[（(\[【]([^）)\]】]*)[）)\]】]")
AREA_IN_NAME = re.compile(
    r"(?:[\u4e00-\u9fff]{2,3}省)?(?:[\u4e00-\u9fff]{2,4}市)?(?:[\u4e00-\u9fff]{1,5}?(?:区|县|旗|市))?"
)
TOWN_IN_NAME = re.compile(r"[\u4e00-\u9fff]{2,3}?(?:镇|乡|街道)")
_NAME_NOISE = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]|[^\u3400-\u9fffa-z0-9]")
_TONES = str.maketrans("āáǎàōóǒòēéěèêīíǐìūúǔùǖǘǚǜüńňǹḿ", "aaaaooooeeeeeiiiiuuuuvvvvvnnnm")
_ADDRESS = re.compile(
    r"(?P<province>[\u4e00-\u9fff]{2,8}?(?:省|自治区))?"
    r"(?P<city>[\u4e00-\u9fff]{2,8}?(?:市|自治州|地区|盟))?"
    r"(?P<county>[\u4e00-\u9fff]{1,8}?(?:自治县|新区|区|县|市|旗))?"
    r"(?P<town>[^\W\d路街巷弄号]{1,6}?(?:街道办事处|镇街道|乡街道|街道|镇|乡|苏木))?"
)
_TOWN_END = re.compile("(街道办事处|街道)$")
_STREET_NAME = re.compile(
    r"[\u4e00-\u9fff]{2,9}?(?:大道|[东西南北中]路|路|街|巷|里|弄|村|社区|小区|工业园|产业园|市场|广场|大厦|花园|苑)"
)
_AREA_END = re.compile("(自治区|自治州|自治县|地区|新区|省|市|区|县|旗|盟)$")
_UNUSABLE = re.compile(r"[\x00\ud800-\udfff]")  # what the converter stumbles over


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name taken apart: 泽林 · 腾达 · 机械加工厂. ``core`` is the place itself where there is no other (长港 · 农资)."""

    place: str
    core: str
    tail: str
    groups: frozenset[int]
    is_place_core: bool = False


class NameWords:
    """The word lists of ``data/inspection``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        trades, names = load_yaml(folder / "trades.yaml"), load_yaml(folder / "names.yaml")
        self.group_of: dict[str, int] = {}
        self.family_of: list[int] = []
        families = trades.field("families")
        for family, node in enumerate(families.items() if families else ()):
            for line in node.texts("groups"):
                for word in line.split():
                    self.group_of.setdefault(word.lower(), len(self.family_of))
                self.family_of.append(family)
        self.products = frozenset(trades.text("products").split())
        self.not_trades = frozenset(trades.text("not_trades").split())
        self.forms = frozenset(names.text("forms").split())
        self.single_forms = frozenset(names.text("single_forms").split())
        self.fillers = frozenset(names.text("fillers").split())
        self.tail_words = self.forms | self.fillers | self.products | self.group_of.keys()
        self.longest = max(map(len, self.tail_words | self.not_trades))
        self.openers = _endings(names.text("openers").split())
        self.followers = _beginnings(names.text("followers").split())
        self.passed_before = _endings(names.text("passed_before").split())
        unless = "|".join(names.text("passed_unless").split())
        self.passed_after = re.compile(f"(?:{_beginnings(names.text('passed_after').split()).pattern})(?!{unless})")
        self.places_after = _beginnings(names.text("places_after").split())
        if_after = "|".join(names.text("passed_before_if_after").split())
        acts = "|".join(names.text("passed_acts").split())
        self.passed_before_if_after = re.compile(f"(?:{if_after})[^，。；,;!！\\s]{{0,4}}$")
        self.passed_acts = re.compile(f"[^，。；,;!！\\s]{{0,4}}?(?:{acts})")
        self.mates: dict[str, str] = {}
        for group in names.text("look_alikes").split():
            for char in group:
                self.mates[char] = self.mates.get(char, "") + group.replace(char, "")


@cache
def words_of_names() -> NameWords:
    return NameWords(DATA)


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _endings(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})$")


def _beginnings(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))


@lru_cache(maxsize=32768)
def readings(char: str) -> tuple[str, ...]:
    """The toneless sounds of a character, at most two, the commoner first; the character itself when it has none."""
    found = PINYIN_DICT.get(ord(char))
    if not found:
        return (char,)
    return tuple(dict.fromkeys(one.translate(_TONES) for one in found.split(",")))[:2]


@lru_cache(maxsize=4096)
def fold(sound: str) -> str:
    """A sound without what southern speakers and input methods confuse: zh/z, ch/c, sh/s, n/l, -ng/-n."""
    if sound[:2] in ("zh", "ch", "sh"):
        sound = sound[0] + sound[2:]
    if sound[0] == "n" and len(sound) > 1:
        sound = "l" + sound[1:]
    return sound[:-1] if sound.endswith("ng") else sound


@lru_cache(maxsize=65536)
def distance(char: str, wanted: str) -> int:
    """0 the same character, 1 the same sound, 2 nearly the same sound, 3 looks alike, 4 another."""
    if char == wanted:
        return 0
    ours, theirs = readings(char), readings(wanted)
    if not set(ours).isdisjoint(theirs):
        return 1
    if not {fold(one) for one in ours}.isdisjoint({fold(one) for one in theirs}):
        return 2
    return 3 if wanted in words_of_names().mates.get(char, "") else 4


def plain_chars(text: str) -> str:
    """A text in simplified, half-width, lower-case characters, each in its old place."""
    usable = _UNUSABLE.sub(" ", text[:MAX_CHARS])
    if unicodedata.is_normalized("NFKC", usable) and len(lower := usable.lower()) == len(usable):
        chars = lower  # nearly always
    else:
        chars = "".join(
            low if len(low := unicodedata.normalize("NFKC", char).lower()) == 1 else char for char in usable
        )
    simple = str(_simplifier().convert(chars))
    return simple if len(simple) == len(chars) else chars


@dataclass(slots=True)
class Places:
    """The places of a register: areas are what all share (county and above), towns tell enterprises apart."""

    areas: set[str] = field(default_factory=set)
    towns: dict[str, str] = field(default_factory=dict)
    """A town as it is said, with and without 镇, and its short form."""

    def add_area(self, name: str) -> None:
        self.areas.add(name)
        short = _AREA_END.sub("", name)
        if len(short) >= 2:
            self.areas.add(short)

    def add_town(self, name: str) -> str:
        short = town_short(name)
        for said in (name, _TOWN_END.sub("", name), short):
            self.towns.setdefault(said, short)
        return short


def town_short(name: str) -> str:
    """泽林 of 泽林镇, 道口 of 道口镇街道; a town of one character keeps its ending."""
    name = _TOWN_END.sub("", name)
    bare = re.sub("[镇乡]$", "", name)
    return bare if len(bare) >= 2 else name


def address_parts(address: str) -> tuple[list[str], str, str]:
    """The areas, the town and the street of an address."""
    found = _ADDRESS.match(address)
    if not found:
        return [], "", ""
    areas = [part for part in found.group("province", "city", "county") if part]
    street = _STREET_NAME.match(address, found.end()) if areas or found["town"] else _STREET_NAME.match(address)
    return areas, found["town"] or "", street.group() if street else ""


def take_apart(name: str, places: Places, learned: frozenset[str] = frozenset()) -> NameParts:
    """The parts of a name (already in plain characters). ``learned``: trade words that the register itself teaches."""
    words = words_of_names()
    bare = _NAME_NOISE.sub("", name) or re.sub(r"\W", "", name)
    start, place, before_area = 0, "", -1
    while not place:
        for length in range(min(8, len(bare) - start - 2), 1, -1):
            piece = bare[start : start + length]
            if piece in places.areas:
                before_area = start if not _AREA_END.search(piece) else -1
                start += length
                break
            if piece in places.towns:
                place, start = places.towns[piece], start + length
                break
        else:
            break
    end, cuts = _end_of_core(bare[start:], words, learned)
    if end == 1 and before_area >= 0 and not place:  # 浏阳河书店: the area is part of the distinctive part
        start = before_area
        end, cuts = _end_of_core(bare[start:], words, learned)
    rest = bare[start:]
    is_place_core = end == 0 and len(place) >= 2
    if not is_place_core:
        while end < 2 and cuts:
            end = cuts.pop()
    core = place if is_place_core else rest[:end]
    groups = frozenset(words.group_of[word] for word in _pieces(rest[end:], words))
    return NameParts(place, core, _without_forms(rest[end:], words), groups, is_place_core)


def _end_of_core(rest: str, words: NameWords, learned: frozenset[str]) -> tuple[int, list[int]]:
    """Where trade and form begin, cutting known words off the end; and the cuts made, to take back."""
    end, cuts = len(rest), []
    is_first = True
    while end > 0:
        for length in range(min(words.longest, end), 1, -1):
            if (piece := rest[end - length : end]) in words.tail_words or piece in learned:
                break
        else:
            if not (is_first and rest[end - 1] in words.single_forms and end >= 3):
                break
            length = 1
        is_first = is_first and rest[end - length : end] in words.forms
        cuts.append(end)
        end -= length
    return end, cuts


def _without_forms(tail: str, words: NameWords) -> str:
    """机械加工厂 stays, 建材有限公司 becomes 建材: the form is hardly ever said."""
    for form in ("有限责任公司", "股份有限公司", "有限公司", "公司", "商行", "经营部", "门市部", "服务部"):
        if tail.endswith(form):
            return tail[: -len(form)]
    return tail


def _pieces(tail: str, words: NameWords) -> Iterator[str]:
    """Every trade word in the tail of a name, parts of longer ones included."""
    for start in range(len(tail)):
        for end in range(start + 2, min(len(tail), start + words.longest) + 1):
            if tail[start:end] in words.group_of:
                yield tail[start:end]
