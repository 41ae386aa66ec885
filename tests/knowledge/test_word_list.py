"""The list of common words: a frequency and its words on each line."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.word_list import COMMON_WORDS, read_words
from knowledge.yaml_data import DataError


def test_words_come_with_their_frequencies(tmp_path: Path):
    path = tmp_path / "words.txt"
    path.write_text("900 罚款 营业\n12 执照\n", encoding="utf-8")
    assert read_words(path) == {"罚款": 900, "营业": 900, "执照": 12}


@pytest.mark.parametrize("line", ["罚款 900", "0 罚款", "900", "", "-3 罚款", "1.5 罚款"])
def test_a_line_that_is_none_is_named(tmp_path: Path, line: str):
    path = tmp_path / "words.txt"
    path.write_text(f"900 罚款\n{line}\n3 税\n", encoding="utf-8")
    with pytest.raises(DataError, match="第2行"):
        read_words(path)


def test_the_shipped_words_are_many_and_each_stands_once():
    words = [word for line in COMMON_WORDS.read_text(encoding="utf-8").splitlines() for word in line.split()[1:]]
    assert len(words) == len(set(words)) == len(read_words(COMMON_WORDS)) > 70_000
