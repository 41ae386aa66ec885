"""Industries by words or code: 国民经济行业分类 (GB/T 4754-2017 with amendment no. 1) and what shop owners call them."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import opencc
from rapidfuzz import fuzz, process

from knowledge.matching.tokens import sound_of
from knowledge.text import CJK
from knowledge.yaml_data import DataError, Node, load_yaml

# The last division of each section, A to T.
_LAST = (5, 12, 43, 46, 50, 52, 60, 62, 65, 69, 70, 72, 75, 79, 82, 83, 85, 90, 96, 97)
_SECTIONS = "ABCDEFGHIJKLMNOPQRST"
_MAX_CHARS = 120  # what is said of one's trade is shorter; the rest is not read
_SHORT = 16  # characters up to which a text is taken to say nothing but the trade
_CODE = re.compile(r"第?([A-T]?)([0-9]{2,4}|)(?:门类|大类|中类|小类|类)?")
_CODE_SAID = re.compile(
    r"(?:代码|编码|编号)[^0-9A-T]{0,4}([A-T]?[0-9]{2,4})(?![0-9])|(?<![A-Z0-9])([A-T][0-9]{3,4})(?![0-9])"
    r"|第([0-9]{2,4})(?=[大中小]?类)"
)
_TABLE_CODE = re.compile("[A-T]|[0-9]{2,4}")
_CLAUSE_END = re.compile(r"[，。；：！？,;:!?\n]+")
_NOT_TEXT = re.compile(f"[^{CJK}a-z0-9]+")
_NO_TRADE = re.compile("各种|[这那一多]种|种类|品种|是不是")
_DENIED = re.compile("不是|不再|不[做搞卖](?:批发|零售|加工|生产)|以前|原来|之前|从前")
_MAIN = re.compile("主要|主营|主业|为主|大部分")
_ASIDE = re.compile("(?:也|还|兼|顺便|顺带|捎带|偶尔).*|[^为]{1,4}为辅")
_BESIDE = re.compile("的?(?:旁|边|门口|门前|附近|对面|隔壁|周边|楼下|里面)|用品|设备|底料|耗材")
_CUSTOMER = re.compile("[给替帮]各?[大小]?$")
_OPENING = re.compile(
    "^(?:你好|您好|请问|我们|咱们|俺们|我|咱|俺|本人|自己|家里?|公司|现在|目前|一直|就|想|打算|准备|主要|专门|是|在|从事|经营|"
    "开了?|做|搞|弄|办了?|干|跑|有|了|个|一?家|一?间|小|点)+"
)
_CLOSING = re.compile("(?:的|生意|行业|这行|这一行|业务|活|为主|方面|之类|啊|呢|吧|哦|一点|点|什么|等)+$")
_ENDINGS = re.compile(
    "批发|零售|制造|制作|加工|生产|修理|维修|租赁|出租|种植|饲养|养殖|捕捞|运输|仓储|施工|安装|开采|采选|冶炼|培训|销售"
)
_VAGUE = re.compile(
    "其他.*|制品|产品|零件|配件|组件|附件|元件|设备|器材|器具|器械|用品|材料|原料|容器|系统|型材|日用|农用|通用|综合|建筑|安全|交通|文化|"
    "商业|工业|资源|内陆|海水|医疗|外科|监护|管制|计算|食品|汽车"
)
_PART_END = re.compile("[、和及与]")
_PLACE = frozenset("店馆厅吧所厂场院社行站铺市园校坊宿室")


@dataclass(frozen=True, slots=True)
class Industry:
    """One industry: ``code`` is a letter (门类) or two to four digits (大类, 中类, 小类); ``name`` is the official one."""

    code: str
    name: str

    @property
    def section(self) -> str:
        """The letter of its 门类."""
        return _section_of(self.code)

    @property
    def division(self) -> str | None:
        """Its 大类, two digits; ``None`` for a 门类."""
        return self.code[:2] if self.level >= 2 else None

    @property
    def group(self) -> str | None:
        """Its 中类, three digits; ``None`` above that level."""
        return self.code[:3] if self.level >= 3 else None

    @property
    def level(self) -> int:
        """1 门类, 2 大类, 3 中类, 4 小类."""
        return len(self.code)


@dataclass(frozen=True, slots=True)
class Found:
    """An industry that words may mean. ``score`` is 0 to 1; ``is_sure``: it is the only one and needs no question."""

    industry: Industry
    score: float
    is_sure: bool


class Kind(NamedTuple):
    """A way of doing business (批发, 加工 …): how it is ``said``, the ``codes`` it leads to; a weak one gives way."""

    said: tuple[str, ...]
    codes: tuple[str, ...]
    is_weak: bool


class _Phrase(NamedTuple):
    codes: tuple[str, ...]
    source: str  # "word" an everyday word, "name" an official name, "part" a thing that an official name speaks of


class _Hit(NamedTuple):
    text: str
    codes: tuple[str, ...]
    is_beside: bool  # it is not the trade itself: 学校门口, 给超市送货, 酒店用品


class Industries:
    """The classification with its everyday words. Nothing is guessed: what resembles nothing is found nowhere."""

    def __init__(
        self, industries: Iterable[Industry], words: Mapping[str, tuple[str, ...]], kinds: Iterable[Kind] = ()
    ) -> None:
        self._by_code = {industry.code: industry for industry in industries}
        self._kinds = tuple(kinds)
        self._said = frozenset(said for kind in self._kinds for said in kind.said)
        self._phrases = {word: _Phrase(codes, "word") for word, codes in words.items()}
        self._add_names()
        self._longest = max(map(len, self._phrases), default=0)
        self._starts = frozenset(phrase[:2] for phrase in self._phrases)
        self._spellings = [text for text, phrase in self._phrases.items() if len(text) >= 4 and phrase.source != "part"]
        self._by_sound: dict[str, list[str]] = {}
        for word in words:
            self._by_sound.setdefault(_sounds(word), []).append(word)

    def __iter__(self) -> Iterator[Industry]:
        return iter(self._by_code.values())

    def _add_names(self) -> None:
        """The official names, and the things they speak of: 酒, 饮料 and 茶叶 of 酒、饮料及茶叶零售."""
        names: dict[str, list[str]] = {}
        parts: dict[str, list[str]] = {}
        for industry in self:
            names.setdefault(_plain(industry.name), []).append(industry.code)
            if industry.level > 2 and _ENDINGS.match(industry.name, len(industry.name) - 2):
                for part in _PART_END.split(industry.name[:-2]):
                    if len(part) >= 2 and not _VAGUE.fullmatch(part):
                        parts.setdefault(_plain(part), []).append(industry.code)
        for source, texts in (("name", names), ("part", parts)):
            for text, codes in texts.items():
                self._phrases.setdefault(text, _Phrase(tuple(_deepest(codes)), source))

    def get(self, code: str) -> Industry | None:
        """The industry of a code of one to four characters, also written full-width, F52, C1311 or 第52类; or ``None``."""
        match = _CODE.fullmatch(_half_width(code))
        letter, digits = match.groups() if match else ("", "")
        industry = self._by_code.get(digits or letter)
        return industry if industry and letter in ("", industry.section) else None

    def path(self, code: str) -> list[Industry]:
        """From the 门类 down to the industry of this code; empty when there is no such code."""
        industry = self.get(code)
        if industry is None:
            return []
        steps = [industry.section, *(industry.code[:end] for end in range(2, industry.level + 1))]
        return [self._by_code[step] for step in steps]

    def search(self, words: str, limit: int = 5) -> list[Found]:
        """The industries that words (a code, a name, a sentence about one's trade) mean, best first, at most ``limit``.

        One that is settled is sure. Several equally good ones are all unsure; nothing similar gives an empty list.
        """
        words = words[:_MAX_CHARS]
        typed = self._typed(_half_width(words))
        if typed:
            return [Found(typed, 1.0, True)][:limit]
        clauses = [_NO_TRADE.sub("", _plain(clause)) for clause in _CLAUSE_END.split(_simplified(words))]
        clauses = [clause for clause in clauses if not _DENIED.search(clause)]
        main = "".join(_ASIDE.sub("", clause) for clause in clauses if _MAIN.search(clause))
        text = "".join(clauses)
        core = _CLOSING.sub("", _OPENING.sub("", text)) or text
        whole = self._phrases.get(text) or self._phrases.get(core)
        hits = [_Hit(core, whole.codes, False)] if whole else self._named(text, main)
        if not hits:
            return self._resembling(core)[:limit]
        codes, score = _deepest(code for hit in hits for code in hit.codes), 1.0 if whole else 0.95
        is_sure = len(codes) == 1 and not hits[0].is_beside
        return [Found(self._by_code[code], score if is_sure else score * 0.8, is_sure) for code in codes][:limit]

    def _typed(self, text: str) -> Industry | None:
        said = (str(match[match.lastindex or 0]) for match in _CODE_SAID.finditer(text))
        return next((found for code in (text, *said) if (found := self.get(code))), None)

    def _named(self, text: str, main: str) -> list[_Hit]:
        """What a sentence names: the main business rather than what is done besides, or only is near or a customer."""
        hits = self._hits(main, main) or self._hits(text, main or text)
        hits = [hit for hit in hits if not hit.is_beside] or hits
        shops = [hit for hit in hits if len(hit.text) > 2 or hit.text[-1] in _PLACE]
        places = [code for hit in shops for code in hit.codes]
        kept = [
            hit for hit in hits if hit.text in self._said or any(_is_within(hit.codes[0], place) for place in places)
        ]
        return kept if places else hits  # 广告 beside 奶茶店 is no trade of its own; 五金 in 五金批发店 is

    def _hits(self, text: str, steering: str) -> list[_Hit]:
        """The longest known phrases in a text, from left to right; the way of doing business picks among their codes."""
        hits: list[_Hit] = []
        start = 0
        while start < len(text) - 1:
            ends = range(min(len(text), start + self._longest), start + 1, -1)
            for end in ends if text[start : start + 2] in self._starts else ():
                codes = self._meant(text[start:end], steering)
                if codes:
                    is_beside = bool(_BESIDE.match(text, end) or _CUSTOMER.search(text[:start]))
                    hits.append(_Hit(text[start:end], codes, is_beside))
                    start = end - 1
                    break
            start += 1
        return hits

    def _meant(self, text: str, steering: str) -> tuple[str, ...]:
        codes, source = self._phrases.get(text) or ((), "")
        if (source == "name" and len(text) < 3) or (source == "part" and len(steering) > _SHORT):
            return ()
        if source == "name" or (source == "word" and len(codes) == 1):
            return codes
        rest = steering.replace(text, " ", 1)
        kinds = [kind for kind in self._kinds if any(said in rest for said in kind.said)]
        kinds = [kind for kind in kinds if not kind.is_weak] or kinds
        above = [code for kind in kinds for code in kind.codes]
        steered = tuple(code for code in codes if any(_is_within(code, one) for one in above))
        return steered or (codes if source == "word" else ())

    def _resembling(self, core: str) -> list[Found]:
        """Words that sound the same, else words that are nearly written so; never sure."""
        sizes = range(min(len(core), 8), 2, -1) if len(core) <= _SHORT else ()
        spans = [core, *(core[start : start + size] for size in sizes for start in range(len(core) - size + 1))]
        same = next((texts for span in spans if (texts := self._by_sound.get(_sounds(span)))), [])
        close = dict.fromkeys(same, 85.0)
        if not close and 4 <= len(core) <= _SHORT:
            ratios = process.extract(core, self._spellings, scorer=fuzz.ratio, score_cutoff=75, limit=8)
            close = {found: min(ratio, 85.0) for found, ratio, _ in ratios if ratio >= ratios[0][1]}
        codes = _deepest(code for found in close for code in self._phrases[found].codes)
        return [Found(self._by_code[code], max(close.values()) / 100, False) for code in codes]


def read_industries(folder: Path) -> Industries:
    """Read ``gbt4754.csv`` and ``words.yaml`` of a folder. Raises ``DataError`` (file, line) on any fault."""
    table = _read_table(folder / "gbt4754.csv")
    root = load_yaml(folder / "words.yaml")
    groups = root.field("words")
    if groups is None or not isinstance(groups.value, dict):
        raise DataError(root.path, root.line, "缺少“words”，应为“代码: 说法 说法 …”")
    kinds = [
        Kind(
            tuple(node.text("said").split()),
            _codes(node, node.text("codes"), table),
            node.optional("weak") == "true",
        )
        for node in (root.field("kinds") or Node(root.path, root.line, [])).items()
    ]
    words: dict[str, tuple[str, ...]] = {}
    for key, node in groups.value.items():
        codes = _codes(node, key, table)
        for word, plain in zip(node.word().split(), _simplified(node.word()).split(), strict=True):
            if len(word) < 2 or word != _plain(plain):
                raise DataError(node.path, node.line, f"“{word}”应为两个字以上的简体字，小写半角，不带标点，用空格隔开")
            if word in words:
                raise DataError(node.path, node.line, f"“{word}”写了两次")
            words[word] = codes
    return Industries(table.values(), words, kinds)


def _read_table(path: Path) -> dict[str, Industry]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise DataError(path, 1, "读不了这个文件") from error
    except UnicodeDecodeError as error:
        raise DataError(path, error.object[: error.start].count(b"\n") + 1, "应为 UTF-8 编码") from error
    table: dict[str, Industry] = {}
    for number, line in enumerate(map(str.strip, lines), 1):
        code, _, name = line.partition(",")
        if not line or line.startswith("#") or line == "code,name":
            continue
        if not name or "," in name:
            raise DataError(path, number, "每行应为“代码,名称”")
        above = _section_of(code) if len(code) <= 2 else code[:-1]
        if not _TABLE_CODE.fullmatch(code) or not above:
            raise DataError(path, number, f"“{code}”不是行业代码，应为 A 到 T 的字母，或者 01 到 97 开头的两到四位数字")
        if code in table:
            raise DataError(path, number, f"代码“{code}”写了两次")
        if above != code and above not in table:
            raise DataError(path, number, f"“{code}”的上一级“{above}”应写在它前面")
        table[code] = Industry(code, name)
    return table


def _codes(node: Node, text: str, table: Mapping[str, Industry]) -> tuple[str, ...]:
    for code in text.split():
        if code not in table:
            raise DataError(
                node.path, node.line, f"没有“{code}”这个行业代码，应为 gbt4754.csv 中的代码，几个用空格隔开"
            )
    return tuple(text.split())


@cache
def _section_of(code: str) -> str:
    """The letter a code belongs to, or an empty text."""
    if not code[:2].isdecimal():
        return code if len(code) == 1 and code in _SECTIONS else ""
    place = bisect_left(_LAST, int(code[:2]))
    return _SECTIONS[place : place + 1] if int(code[:2]) else ""


def _is_within(code: str, above: str) -> bool:
    return code.startswith(above) or _section_of(code) == above


def _deepest(codes: Iterable[str]) -> list[str]:
    """Each code once, without those that stand above another one."""
    unique = list(dict.fromkeys(codes))
    if len(unique) < 2:
        return unique
    return [code for code in unique if not any(other != code and _is_within(other, code) for other in unique)]


def _half_width(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _simplified(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode()).replace("\0", "").lower()
    return str(_simplifier().convert(text))


def _plain(text: str) -> str:
    return _NOT_TEXT.sub("", text.lower())


def _sounds(text: str) -> str:
    return "'".join(map(sound_of, text))
