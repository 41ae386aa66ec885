"""The common words of the language with how often they occur: what cuts questions, and tells a page join from a word."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from knowledge.yaml_data import DataError

COMMON_WORDS = Path(__file__).parent / "data" / "language" / "words.txt"


@lru_cache(maxsize=2)
def read_words(path: Path) -> Mapping[str, int]:
    """Words with their frequencies, from lines of a frequency and the words that have it. Raises ``DataError``."""
    words: dict[str, int] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        count, *same = line.split() or [""]
        if not (count.isdecimal() and int(count) and same):
            raise DataError(path, number, "每行应为“频次 词 词 …”，频次从 1 起")
        words.update(dict.fromkeys(same, int(count)))
    return words
