"""What was read of the shipped files is used again only while files and readers are the same, byte for byte."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from knowledge import kept_reading
from knowledge.kept_reading import read_or_kept
from knowledge.language import load_language
from knowledge.shipped import DATA, read_shipped, shipped_collections, shipped_language


class Reading:
    """Reads a file and counts how often."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "source.txt"
        self.file.write_text("一", encoding="utf-8")
        self.folder = folder / "kept"
        self.kept = self.folder / "words.kept"
        self.whole = ["企业", "罚款\n不罚", "年报"]
        self.times = 0

    def read(self) -> list[str]:
        self.times += 1
        return self.whole

    def __call__(self) -> list[str]:
        return read_or_kept("words", [self.file], self.read, self.text, self.of, self.folder)

    @staticmethod
    def text(words: list[str]) -> str:
        return json.dumps({"words": words}, ensure_ascii=False)

    @staticmethod
    def of(text: str) -> list[str]:
        return [str(json.loads(text)["words"][at]) for at in range(3)]


@pytest.fixture
def reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reading:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return Reading(tmp_path)


def test_what_was_kept_is_what_the_files_say_word_for_word():
    for _ in range(2):  # the second time certainly kept, where it can be
        assert list(shipped_collections()) == read_shipped()
        assert shipped_language() == load_language(DATA / "language")


def test_files_that_did_not_change_are_read_once(reading: Reading):
    assert [reading() for _ in range(3)] == [reading.whole] * 3
    assert reading.times == 1


def test_one_byte_more_in_a_file_and_it_is_read_again(reading: Reading):
    reading()
    reading.file.write_text("二", encoding="utf-8")
    reading()
    reading()
    assert reading.times == 2


def test_another_reader_or_another_version_of_a_library_reads_again(
    reading: Reading, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    reading()
    (tmp_path / "readers").mkdir()
    (tmp_path / "readers" / "lists.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(kept_reading, "_READERS", tmp_path / "readers")
    reading()
    monkeypatch.setattr(kept_reading, "version", lambda name: "0.0")
    reading()
    assert reading.times == 3


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("企业", "个人", 1),
        lambda text: "",
        lambda text: text.partition("\n")[0] + "\n{}",
        lambda text: "\x00" * 100,
    ],
    ids=["torn", "other words", "empty", "other form", "no text"],
)
def test_a_damaged_file_is_not_believed(reading: Reading, damage):
    reading()
    text = damage(reading.kept.read_text(encoding="utf-8"))
    reading.kept.write_text(text, encoding="utf-8")
    assert reading() == reading.whole
    assert reading.times == 2
    reading()
    assert reading.times == 2  # and is mended


def test_where_nothing_may_be_written_it_is_read_each_time(reading: Reading, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    reading()
    reading()
    assert reading.times == 2
    assert not reading.kept.exists()
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    reading.kept.parent.write_text("no folder", encoding="utf-8")
    assert reading() == reading.whole
    assert reading.times == 3


def test_nothing_half_written_stays_behind(reading: Reading, monkeypatch: pytest.MonkeyPatch):
    def fail(self: Path, target: Path) -> Path:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    assert reading() == reading.whole
    assert list(reading.kept.parent.iterdir()) == []
