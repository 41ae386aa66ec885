"""What a question and an entry are compared by: simplified characters, words, character pairs, sounds, concepts."""

from __future__ import annotations

import itertools
import logging
import math
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import jieba
import numpy as np
import opencc

from knowledge.matching.tries import Codes, Cutter, Segmenter, Trie

# Single characters are enough here; the library's phrase dictionary takes fifty megabytes.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
from pypinyin.constants import PINYIN_DICT

jieba.setLogLevel(logging.ERROR)

_NOT_TEXT = re.compile(r"[^\u3400-\u9fffa-z0-9%+.\n]+")  # lines part texts
_POLITE = re.compile(
    "^(请问一下|请问下|请问|你好|您好|喂|哎|诶|那个|麻烦问一下|麻烦问下|我想问一下|我想问下|想问一下|想问下|想问问|我想问|想问|咨询一下|问一下|问下)+"
)
_TONES = str.maketrans("āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüńňǹḿ", "aaaaooooeeeeiiiiuuuuvvvvvnnnm")
# Sounds that southern speakers and input methods confuse.
_SOUND_FOLD = ((re.compile("^zh"), "z"), (re.compile("^ch"), "c"), (re.compile("^sh"), "s"), (re.compile("ng$"), "n"))


@dataclass(frozen=True, slots=True)
class Tokens:
    """One question, analysed, as terms of one symbol or two side by side (see ``postings.Term``).

    ``chars`` are single characters and pairs, ``words`` words and word pairs, ``sounds`` pairs only.
    """

    text: str
    chars: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    sounds: tuple[tuple[str, str], ...]
    concepts: tuple[tuple[str], ...]


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
        self._tokenizer = _tokenizer(words, [*terms, *self._synonyms])
        self._frequencies: Mapping[str, int] = self._tokenizer.FREQ
        self.segmenter = Segmenter(self._tokenizer.FREQ, self._tokenizer.total)
        self._longest = max((len(word) for word in self._synonyms), default=0)
        self._starts = frozenset(word[:2] for word in self._synonyms)

    @cached_property
    def cutter(self) -> Cutter:
        """Cuts many texts at once as ``tokens`` cuts one."""
        return Cutter(self._tokenizer.FREQ, self._tokenizer.total)

    def normalise(self, text: str) -> str:
        """Half-width, lower-case, simplified characters, without polite openings and punctuation (kept as spaces)."""
        return self.normalise_all([text])[0]

    def normalise_all(self, texts: Sequence[str]) -> list[str]:
        """``normalise`` for many texts: a thousand go through each step together, one a line."""
        out: list[str] = []
        for start in range(0, len(texts), 1000):
            whole = "\n".join(text.replace("\n", " ") for text in texts[start : start + 1000])
            simple = self._simplify(unicodedata.normalize("NFKC", whole).lower())
            lines = map(str.strip, _NOT_TEXT.sub(" ", simple).split("\n"))
            out += [_POLITE.sub("", line).strip() or line for line in lines]
        return out

    def tokens(self, text: str) -> Tokens:
        """Analyse one question."""
        text = self.normalise(text)
        pieces = text.split(" ")
        chars: list[str] = []
        words: list[tuple[str, ...]] = []
        sounds: list[tuple[str, str]] = []
        for piece in pieces:
            chars += piece
            chars += [piece[i : i + 2] for i in range(len(piece) - 1)]
            sounds += itertools.pairwise(map(sound_of, piece))
            found = self.segmenter.words_of(piece)
            words += [(word,) for word in found]
            words += [(part,) for word in found for part in self.parts(word)]
            words += itertools.pairwise(found)
        concepts = tuple((concept,) for concept in self._concepts(pieces))
        return Tokens(text.replace(" ", ""), tuple(chars), tuple(words), tuple(sounds), concepts)

    def parts(self, word: str) -> list[str]:
        """The shorter words inside a long one: 营业执照 is found by 执照 too."""
        if len(word) <= 2:
            return []
        return [
            part
            for length in (2, 3)
            for start in range(len(word) - length + 1)
            if self.is_word(part := word[start : start + length]) and part != word
        ]

    def is_word(self, word: str) -> bool:
        """Whether the dictionary or the field has a word of two characters or more."""
        return len(word) >= 2 and self._frequencies.get(word, 0) > 0

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
                            found.append(concept)
                            start = end - 1
                            break
                start += 1
        return found

    def concepts_at(self, codes: Codes) -> Iterator[tuple[int, str]]:
        """Places and names of the concepts in many texts at once, as ``tokens`` finds them in one."""
        names, trie = self._concept_names
        lengths, words = np.zeros(len(codes), np.int64), np.zeros(len(codes), np.int64)
        for length, places, found in trie.matches(codes):
            lengths[places], words[places] = length, found
        places = np.flatnonzero(lengths)
        free = 0
        for place, length, word in zip(places.tolist(), lengths[places].tolist(), words[places].tolist(), strict=True):
            if place >= free:
                free = place + length
                yield place, names[word]

    @cached_property
    def _concept_names(self) -> tuple[list[str], Trie]:
        found = {word: concept for word, concept in self._synonyms.items() if len(word) >= 2 and concept}
        return list(found.values()), Trie(list(found))


def _tokenizer(words: Mapping[str, int], terms: Iterable[str]) -> jieba.Tokenizer:
    """A jieba tokenizer filled directly, without its cache file and its global state."""
    frequencies = dict(words)
    total = sum(words.values())
    long_terms = [term for term in terms if len(term) >= 2]
    share = {char: words.get(char, 1) / total for char in set("".join(long_terms))}
    for term in long_terms:
        # as likely as its parts together, and a little more, so that it stays whole
        parts = math.prod(map(share.__getitem__, term))
        frequencies[term] = max(frequencies.get(term, 0), int(parts * total) + 1, 120)
    beginnings = {word[:-1] for word in frequencies if len(word) > 1}.difference(frequencies)
    while beginnings:
        frequencies.update(dict.fromkeys(beginnings, 0))
        beginnings = {word[:-1] for word in beginnings if len(word) > 1}.difference(frequencies)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ = frequencies
    tokenizer.total = sum(frequencies.values())
    tokenizer.initialized = True
    return tokenizer
