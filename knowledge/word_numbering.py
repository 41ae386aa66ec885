"""Word's automatic numbers (一、（一）1.) as words, because a paragraph's text does not hold them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from docx.oxml.ns import qn

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument
    from docx.text.paragraph import Paragraph

_CHINESE = ("chinese", "ideograph", "japanese", "taiwanese")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_SMALL = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True, slots=True)
class _Level:
    style: str
    template: str
    start: int
    paragraph_style: str
    digits_only: bool  # isLgl: every part of the number in Arabic digits


class Numbering:
    """Counts a document's numbered paragraphs in order; one instance for one pass over the document."""

    def __init__(self, document: DocxDocument) -> None:
        self._abstract: dict[str, dict[int, _Level]] = {}
        self._lists: dict[int, tuple[str, dict[int, int]]] = {}
        self._counts: dict[tuple[str, int], int] = {}
        self._begun: set[int] = set()
        self._of_styles: dict[str | None, list[tuple[Any, str]]] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):
            return
        for node in root.findall(qn("w:abstractNum")):
            levels = {_number(level.get(qn("w:ilvl"))): _level(level) for level in node.findall(qn("w:lvl"))}
            self._abstract[node.get(qn("w:abstractNumId"))] = levels
        for node in root.findall(qn("w:num")):
            starts = {
                _number(override.get(qn("w:ilvl"))): _number(_value(override, "w:startOverride"), 1)
                for override in node.findall(qn("w:lvlOverride"))
                if override.find(qn("w:startOverride")) is not None
            }
            self._lists[_number(node.get(qn("w:numId")))] = (_value(node, "w:abstractNumId"), starts)

    def label(self, paragraph: Paragraph) -> str:
        """The number Word shows before this paragraph, and a space, so that 2. stays apart from 2024; or nothing."""
        where = self._place(paragraph)
        if where is None:
            return ""
        identity, depth = where
        abstract, starts = self._lists[identity]
        levels = self._abstract[abstract]
        level = levels[depth]
        if identity not in self._begun:
            self._begun.add(identity)
            for other, start in starts.items():
                self._counts[abstract, other] = start - 1
        self._counts[abstract, depth] = self._counts.get((abstract, depth), level.start - 1) + 1
        for other in levels:
            if other > depth:
                self._counts.pop((abstract, other), None)

        def part(match: re.Match[str]) -> str:
            own = levels.get(int(match.group(1)) - 1, level)
            count = self._counts.get((abstract, int(match.group(1)) - 1), own.start)
            return _written(count, "decimal" if level.digits_only else own.style)

        if level.style in ("bullet", "none") or not level.template:
            return ""
        return re.sub(r"%(\d)", part, level.template) + " "

    def _of_style(self, paragraph: Paragraph) -> list[tuple[Any, str]]:
        """What the style of a paragraph and those it is based on say of paragraphs, each with the style's name.

        Finding a style is slow in a large document, so each is looked up once.
        """
        properties: list[tuple[Any, str]] | None = self._of_styles.get(paragraph._p.style)
        if properties is None:
            properties = self._of_styles[paragraph._p.style] = []
            style: Any = paragraph.style
            for _ in range(20):
                if style is None:
                    break
                properties.append((style.element.pPr, style.style_id))
                style = style.base_style
        return properties

    def _place(self, paragraph: Paragraph) -> tuple[int, int] | None:
        """The list and level of a paragraph: its own, or its style's, or that of a style its style is based on."""
        if not self._lists:
            return None
        identity, depth, owner = None, None, ""
        for found, name in ((paragraph._p.pPr, ""), *self._of_style(paragraph)):
            numbers: Any = None if found is None else found.numPr
            if numbers is None:
                continue
            if depth is None and numbers.ilvl is not None:
                depth = numbers.ilvl.val
            if identity is None and numbers.numId is not None:
                identity, owner = numbers.numId.val, name
                break
        if not identity or identity not in self._lists or self._lists[identity][0] not in self._abstract:
            return None
        levels = self._abstract[self._lists[identity][0]]
        if owner and depth is None:
            depth = next((number for number, level in levels.items() if level.paragraph_style == owner), None)
        return (identity, depth or 0) if (depth or 0) in levels else None


def _level(node: Any) -> _Level:
    return _Level(
        _value(node, "w:numFmt") or "decimal",
        _value(node, "w:lvlText"),
        _number(_value(node, "w:start"), 1),
        _value(node, "w:pStyle"),
        node.find(qn("w:isLgl")) is not None,
    )


def _value(node: Any, tag: str) -> str:
    child = node.find(qn(tag))
    return "" if child is None else child.get(qn("w:val")) or ""


def _number(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,6}", text) else otherwise


def _written(value: int, style: str) -> str:
    """A count in the way a list writes it."""
    if style.startswith(_CHINESE):
        return _chinese(value)
    if style in ("lowerRoman", "upperRoman"):
        roman = ""
        for worth, letters in (*_ROMAN, *_ROMAN_SMALL):
            while value >= worth and len(roman) < 20:
                roman, value = roman + letters, value - worth
        return roman.upper() if style == "upperRoman" else roman
    if style in ("lowerLetter", "upperLetter") and value > 0:
        letter = chr(ord("a") + (value - 1) % 26)
        return letter.upper() if style == "upperLetter" else letter
    if style.startswith("decimalEnclosedCircle") and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    return str(value)


def _chinese(value: int) -> str:
    digits = "零一二三四五六七八九"
    if not 0 <= value <= 999:
        return str(value)
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    text = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        text += "十" if tens == 1 and not hundreds else f"{digits[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (digits[ones] if ones or not text else "")
