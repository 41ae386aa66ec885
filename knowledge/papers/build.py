"""Draws the shipped templates from their wording: ``python -m knowledge.papers.build``.

An office edits the resulting files (copied out) in Word, WPS or LibreOffice; this is for those who change the shipped ones.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from knowledge.papers import blocks, layout
from knowledge.papers.filling import packed
from knowledge.papers.kinds import DATA, Kind, shipped_papers
from knowledge.papers.wording import WORDING

DRAFT = "送审稿　　未加盖印章，不是正式文书"
_FOUR = (20.0, 58.0, 20.0, 58.0)  # mm
_OPINIONS = (30.0, 126.0)
_HAND = "　　　　　　　　年　　月　　日"
_AFTER = ("sign", "hand", "opinions", "pledge")
"""What ends a paper, and is kept on one page with the last words of its text."""


def draw(kind: Kind) -> bytes:
    """The template of a kind, as its wording says."""
    look, parts = WORDING[kind.id]
    document = layout.new_document()
    layout.number_pages(document)
    if look == "letter":
        layout.letter_head(document, "{{ 部门名称 }}")
    if look == "draft":
        layout.draft_mark(document, DRAFT)
    for number, (what, *words) in enumerate(parts):
        ends = number + 1 < len(parts) and parts[number + 1][0] in _AFTER
        for paragraph in _DRAW[what](document, *words):
            paragraph.paragraph_format.keep_with_next = ends or None
    return packed(layout.saved(document, kind.title))


def _styled(style: str) -> Callable[..., list[Any]]:
    return lambda document, text: [blocks.paragraph(document, text, style)]


def _head(document: Any, text: str) -> list[Any]:
    blocks.paragraph(document, text, "公文一级标题")
    return []


def _title(document: Any, text: str) -> list[Any]:
    if blocks.has_words(document):  # the number stands above
        blocks.blank(document)
    blocks.paragraph(document, text, "公文标题").paragraph_format.keep_with_next = True
    blocks.blank(document)
    return []


def _hand(document: Any, text: str) -> list[Any]:
    """A line to be written on by hand; its place is a field of nobody's."""
    if blocks.ends_in_table(document):
        blocks.blank(document)
    return [blocks.paragraph(document, text + _HAND, "公文主送")]


def _opinions(document: Any, *labels: str) -> list[Any]:
    blocks.blank(document)
    blocks.table(document, [(label, f"　　　　　　　　签名：{_HAND}") for label in labels], _OPINIONS, 16)
    return []


def _pledge(document: Any, picture: str, *words: str) -> list[Any]:
    blocks.blank(document)
    blocks.picture_row(document, picture, list(words))
    return []


def _rows(document: Any, *rows: str) -> list[Any]:
    blocks.table(document, [tuple(row.split("|")) for row in rows], _FOUR)
    return []


_DRAW: dict[str, Callable[..., list[Any]]] = {
    "title": _title,
    "number": _styled("公文文号"),
    "to": _styled("公文主送"),
    "text": _styled("公文正文"),
    "head": _head,
    "sign": blocks.signature,
    "hand": _hand,
    "opinions": _opinions,
    "pledge": _pledge,
    "rows": _rows,
}
"""By what a block is: how it is drawn; each gives the paragraphs that may be kept with what follows."""


def build(folder: Path = DATA) -> list[Path]:
    """Draw every template into a folder; returns the files."""
    made = []
    for kind in shipped_papers().kinds.values():
        path = folder / kind.file
        path.write_bytes(draw(kind))
        made.append(path)
    return made


if __name__ == "__main__":
    build()
