"""Where a page break cut a sentence: a word may stand on both pages, and then it is kept once (R3)."""

from __future__ import annotations

import re

from knowledge.text import CJK
from knowledge.word_list import COMMON_WORDS, read_words

_LONGEST = 8


def page_join_overlap(before: str, after: str) -> int:
    """How many characters at the start of ``after`` repeat the end of ``before`` (a word printed on both pages).

    A single repeated character counts only where it begins no word on the new page: ``企业|业创造`` is a repeat,
    ``企业|业务`` and ``产品|品种`` are two words.
    """
    for length in range(min(_LONGEST, len(before), len(after)), 1, -1):
        if before.endswith(after[:length]) and re.fullmatch(f"[{CJK}]+", after[:length]):
            return length
    return 1 if _same_character(before, after) and not _begins_word(after) else 0


def may_overlap(before: str, after: str) -> bool:
    """Whether a single character stands on both sides but was kept, because it may begin a word: a person should look."""
    return _same_character(before, after) and page_join_overlap(before, after) == 0


def _same_character(before: str, after: str) -> bool:
    return bool(before and after and before[-1] == after[0] and re.match(f"[{CJK}]", after))


def _begins_word(after: str) -> bool:
    """Whether a common word starts here, or the doubled character is a word itself (人人, 天天)."""
    words = read_words(COMMON_WORDS)
    return any(after[:length] in words for length in (2, 3, 4)) or after[0] * 2 in words
