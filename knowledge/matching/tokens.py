"""What a question and an entry are compared by: simplified characters, words, character pairs, sounds, concepts."""

from __future__ import annotations

import itertools
import logging
import math
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import jieba
import opencc

# Single characters are enough here; the library's phrase dictionary takes fifty megabytes.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
from pypinyin.constants import PINYIN_DICT

jieba.setLogLevel(logging.ERROR)

_NOT_TEXT = re.compile(r"[^\u3400-\u9fffa-z0-9%+.]+")
_POLITE = re.compile(
    "^(请问一下|请问下|请问|你好|您好|喂|哎|诶|那个|麻烦问一下|麻烦问下|我想问一下|我想问下|想问一下|想问下|想问问|我想问|想问|咨询一下|问一下|问下)+"
)
_TONES = str.maketrans("āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüńňǹḿ", "aaaaooooeeeeiiiiuuuuvvvvvnnnm")
# Sounds that southern speakers and input methods confuse.
_SOUND_FOLD = ((re.compile("^zh"), "z"), (re.compile("^ch"), "c"), (re.compile("^sh"), "s"), (re.compile("ng$"), "n"))


@dataclass(frozen=True, slots=True)
class Tokens:
    """One text, analysed. ``chars`` are single characters and pairs; ``words`` content words and word pairs."""

    text: str
    chars: tuple[str, ...]
    words: tuple[str, ...]
    sounds: tuple[str, ...]
    concepts: tuple[str, ...]


@lru_cache(maxsize=16384)
def sound_of(char: str) -> str:
    """The folded toneless sound of a character, or the character itself when it has none."""
    reading = PINYIN_DICT.get(ord(char))
    if not reading:
        return char
    sound = reading.split(",")[0].translate(_TONES)
    for pattern, folded in _SOUND_FOLD:
        sound = pattern.sub(folded, sound)
    return sound


class Analyzer:
    """Turns texts into tokens. Holds its own jieba tokenizer with the project's dictionary; nothing is cached on disk.

    ``words`` maps dictionary words to frequencies; ``terms`` are domain words that must stay whole; ``synonyms`` maps
    an everyday word to the name of its concept.
    """

    def __init__(
        self, words: Mapping[str, int], terms: Iterable[str] = (), synonyms: Mapping[str, str] | None = None
    ) -> None:
        self._synonyms = dict(synonyms or {})
        self._simplify = opencc.OpenCC("t2s").convert
        self.domain_words = frozenset(word for word in (*terms, *self._synonyms) if len(word) >= 2)
        self.known_words = self.domain_words | {word for word in words if len(word) >= 2}
        self._cut = _tokenizer(words, [*terms, *self._synonyms]).cut
        self._longest = max((len(word) for word in self._synonyms), default=0)
        self._starts = frozenset(word[:2] for word in self._synonyms)

    def normalise(self, text: str) -> str:
        """Half-width, lower-case, simplified characters, without polite openings and punctuation (kept as spaces)."""
        text = unicodedata.normalize("NFKC", text).lower()
        if any(ord(char) > 0x4DFF for char in text):
            text = self._simplify(text)
        text = _NOT_TEXT.sub(" ", text).strip()
        return _POLITE.sub("", text).strip() or text

    def tokens(self, text: str, *, cut: bool = True) -> Tokens:
        """Analyse one text; without ``cut`` it gets no words (typical questions are found by their characters)."""
        text = self.normalise(text)
        pieces = text.split(" ")
        chars: list[str] = []
        words: list[str] = []
        sounds: list[str] = []
        for piece in pieces:
            chars += piece
            chars += [piece[i : i + 2] for i in range(len(piece) - 1)]
            spoken = [sound_of(char) for char in piece]
            sounds += [f"{a}'{b}" for a, b in itertools.pairwise(spoken)]
            if cut and piece:
                found = list(self._cut(piece, HMM=False))
                words += found
                words += [part for word in found if len(word) > 2 for part in self._parts(word)]
                words += [f"{a}_{b}" for a, b in itertools.pairwise(found)]
        return Tokens(text.replace(" ", ""), tuple(chars), tuple(words), tuple(sounds), tuple(self._concepts(pieces)))

    def _parts(self, word: str) -> list[str]:
        """The shorter words inside a long one: 营业执照 is found by 执照 too."""
        return [
            part
            for length in (2, 3)
            for start in range(len(word) - length + 1)
            if (part := word[start : start + length]) in self.known_words and part != word
        ]

    def _concepts(self, pieces: Sequence[str]) -> list[str]:
        """The concepts whose everyday or legal names occur in the text, longest first, without overlaps."""
        found: list[str] = []
        for piece in pieces:
            start = 0
            while start < len(piece) - 1:
                if piece[start : start + 2] in self._starts:
                    for end in range(min(len(piece), start + self._longest), start + 1, -1):
                        concept = self._synonyms.get(piece[start:end])
                        if concept:
                            found.append(f"#{concept}")
                            start = end - 1
                            break
                start += 1
        return found


def _tokenizer(words: Mapping[str, int], terms: Iterable[str]) -> jieba.Tokenizer:
    """A jieba tokenizer filled directly, without its cache file and its global state."""
    tokenizer = jieba.Tokenizer()
    frequencies = dict(words)
    for word in words:
        for end in range(1, len(word)):
            frequencies.setdefault(word[:end], 0)
    total = sum(words.values())
    for term in terms:
        if len(term) < 2:
            continue
        # as likely as its parts together, and a little more, so that it stays whole
        parts = math.prod(max(frequencies.get(char, 0), 1) / total for char in term)
        frequencies[term] = max(frequencies.get(term, 0), int(parts * total) + 1, 120)
        for end in range(1, len(term)):
            frequencies.setdefault(term[:end], 0)
    tokenizer.FREQ = frequencies
    tokenizer.total = sum(frequencies.values())
    tokenizer.initialized = True
    return tokenizer
