"""Plain text and csv: the encoding is found out, never guessed into wrong characters."""

from __future__ import annotations

import codecs
import csv
import io
import re
from pathlib import Path

from charset_normalizer import from_bytes

from knowledge.file_kinds import refuse
from knowledge.sheets import MAX_COLUMNS, Sheet, cell_text, without_blank_end
from knowledge.text import CJK, strip_control

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_READABLE = re.compile(f"[{CJK}\\w\\s，。；：、？！（）《》“”‘’〔〕【】…—·!-~]")
_CHARACTERS = "UTF-8 或者 GB18030 编码的文本"


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, GB18030 or UTF-16. Raises ``RefusedFile`` when it is no text or damaged."""
    text = strip_control(_decoded(path))
    if not text.strip():
        raise refuse(path, "文件里没有文字", "有内容的文件")
    if len(_READABLE.findall(text)) < 0.7 * len(text):
        raise refuse(path, "内容不是文字，或者编码认不出来", _CHARACTERS)
    return text


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    marked = next((encoding for mark, encoding in _MARKS.items() if data.startswith(mark)), None)
    if marked:
        return _strictly(path, data, marked)
    if b"\0" in data:
        return _without_mark(path, data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        _check_damaged_utf8(path, data, error)
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        best = from_bytes(data).best()
        if best is None:
            raise refuse(path, "看不出是什么文字编码", _CHARACTERS) from None
        return str(best)


def _strictly(path: Path, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise refuse(path, f"文件已经损坏：{encoding.upper()} 文本里有无法辨认的字节", _CHARACTERS) from error


def _without_mark(path: Path, data: bytes) -> str:
    """UTF-16 whose byte order mark is missing: the order under which the text is Chinese or Latin."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(_READABLE.findall(text)) > 0.95 * len(text):
            return text
    raise refuse(path, "内容不是文字", _CHARACTERS)


def _check_damaged_utf8(path: Path, data: bytes, error: UnicodeDecodeError) -> None:
    """UTF-8 with a few bad bytes would pass as GB18030 full of wrong characters: refuse it instead, with the line."""
    text = data.decode("utf-8", errors="replace")
    wide = sum(ord(char) > 0x7F and char != "\ufffd" for char in text)
    if wide and text.count("\ufffd") <= 0.02 * wide + 1 and len(re.findall(f"[{CJK}]", text)) > 0.5 * wide:
        row = data[: error.start].count(b"\n") + 1
        raise refuse(path, "文件已经损坏：UTF-8 文本里有无法辨认的字节", "从原件重新保存的文本", row=row) from error


def csv_sheets(path: Path) -> list[Sheet]:
    """A csv file as one table; the delimiter is a comma or a tab. Raises ``RefusedFile``."""
    text = read_text(path)
    delimiter = "\t" if text.count("\t") > text.count(",") else ","
    rows = (
        tuple(cell_text(cell) for cell in row[:MAX_COLUMNS])
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    )
    return [Sheet(path.stem, without_blank_end(rows))]
