"""The fields that a template asks for, with where each stands; anything else in braces is a fault.

A template may say ``{{ 字段名 }}`` and nothing more: no loops, no conditions, no attributes, no filters. So it needs no
programmer, and it can do no harm.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from knowledge.papers.faults import Fault

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_REVISIONS = frozenset(f"{_W}{name}" for name in ("ins", "del", "moveFrom", "moveTo"))
_FILLED = re.compile(r"word/(?:(document)|(header)\d*|(footer)\d*|(footnotes))\.xml")
_PLACES = ("正文", "页眉", "页脚", "脚注")
_OPENS = re.compile(r"\{\{|\{%|\{#|[｛{]")
_TAG = re.compile(r"\{\{\s*([^{}%#\s]{1,40})\s*\}\}")
_WIDE = re.compile(r"[｛{]\s*[｛{]?\s*([^{}｛｝%#\s]{1,40})\s*[｝}]")
_LOOK = 60
_CODE = ("{{", "{%", "{#")
MAX_TAGS = 400
RIGHT = "两个半角大括号，中间是字段名，例如 {{ 企业名称 }}"


@dataclass(frozen=True, slots=True)
class Tag:
    """A field asked for at one place."""

    name: str
    where: str


def read_tags(parts: Mapping[str, Element], known: Collection[str]) -> tuple[list[Tag], list[Fault]]:
    """Every field that the parts ask for, in order, and every fault in how they do."""
    tags: list[Tag] = []
    faults: list[Fault] = []
    for name, root in parts.items():
        place = _place(name)
        if place is None:
            if any(mark in text for text in (*root.itertext(), *_attributes(root)) for mark in _CODE):
                faults.append(Fault("这里不能写字段", "把字段写在正文、表格、页眉或者页脚里", _elsewhere(name)))
            continue
        found, wrong = _read_part(place, root, known)
        tags += found
        faults += wrong
    return tags, faults


def _place(part: str) -> str | None:
    """正文, 页眉, 页脚 or 脚注 for the parts that are filled in; ``None`` for all others."""
    found = _FILLED.fullmatch(part)
    return next(place for place, hit in zip(_PLACES, found.groups(), strict=True) if hit) if found else None


def _elsewhere(part: str) -> str:
    known = {"word/comments.xml": "批注", "word/endnotes.xml": "尾注", "docProps/core.xml": "文件属性"}
    return known.get(part, f"文件内部的{part.rpartition('/')[2]}")


def _read_part(place: str, root: Element, known: Collection[str]) -> tuple[list[Tag], list[Fault]]:
    tags: list[Tag] = []
    faults: list[Fault] = []
    if any(element.tag in _REVISIONS for element in root.iter()):
        faults.append(Fault("有还没有接受的修订", "在“审阅”里接受全部修订，再保存", place))
    if any(mark in text for text in _attributes(root) for mark in _CODE):
        faults.append(Fault("图形或者控件的说明文字里写了字段", "把字段写在正文里", place))
    if _count("".join(root.itertext())) > MAX_TAGS:
        return [], [Fault("字段写得太多", f"不超过{MAX_TAGS}处", place)]
    for number, text in enumerate(_paragraphs(root), 1):
        where = f"{place}第{number}段“{_excerpt(text)}”"
        found, wrong = _read_text(text, where, known)
        tags += found
        faults += wrong
    if not faults and _count("".join(root.itertext())) != len(tags):  # what a paragraph's words do not show
        faults.append(Fault("有字段跨了段落，或者写在域代码里", "把整个 {{ 字段名 }} 写在同一段里", place))
    return tags, faults


def _count(text: str) -> int:
    return sum(text.count(mark) for mark in _CODE)


def _paragraphs(root: Element) -> Iterator[str]:
    """The words of each paragraph that has some; a text box has paragraphs of its own, and its copy for old programs."""
    for paragraph in root.iter(f"{_W}p"):
        text = "".join(_words(paragraph))
        if text.strip():
            yield text


def _words(element: Element) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag == f"{_W}tab":
            yield " "
        elif child.tag != f"{_W}p":
            yield from _words(child)


def _read_text(text: str, where: str, known: Collection[str]) -> tuple[list[Tag], list[Fault]]:
    tags: list[Tag] = []
    faults: list[Fault] = []
    at = 0
    while opened := _OPENS.search(text, at):
        at = opened.end()
        if opened.group() in ("{%", "{#"):
            faults.append(Fault("模板里不能写程序", RIGHT, where))
            continue
        if tag := _TAG.match(text, opened.start()):
            at, name = tag.end(), tag.group(1)
            if name in known:
                tags.append(Tag(name, where))
            else:
                faults.append(Fault(f"没有字段“{name}”", _nearest(name, known), where))
            continue
        wide = _WIDE.match(text, opened.start())
        if opened.group() == "{{":
            faults.append(
                Fault(f"字段没有写对“{_excerpt(text[opened.start() : opened.start() + _LOOK])}”", RIGHT, where)
            )
        elif wide and (wide.group(1) in known or opened.group() == "｛"):
            at = wide.end()
            faults.append(Fault(f"大括号没有写对“{_excerpt(wide.group())}”", f"{{{{ {wide.group(1)} }}}}", where))
    return tags, faults


def _nearest(name: str, known: Collection[str]) -> str:
    """What was probably meant; all fields are in the list where nothing is near."""
    near = difflib.get_close_matches(name, known, 3, 0.5)
    near += [one for one in known if one not in near and (one in name or name in one)]
    return " 或者 ".join(f"{{{{ {one} }}}}" for one in near[:3]) or "用 rongcuo papers list 列出的字段"


def _attributes(root: Element) -> Iterator[str]:
    for element in root.iter():
        yield from element.attrib.values()


def _excerpt(text: str, length: int = 24) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= length else f"{plain[: length - 1]}…"
