"""Policy documents as clause trees: from damaged lines to clauses with stable ids, paths and repaired words (R3).

Nothing is added that the document does not state: title, number, date and issuer stay ``None`` where it is silent.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from knowledge.findings import Finding
from knowledge.text import CJK, chinese_number, comparable, page_join_overlap, repair_line

_CN = "[一二三四五六七八九十]{1,3}"
_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,12}[〔\[（(](?:19|20)\d\d[〕\])）]\s*第?\d+号")
_DATE = re.compile(r"^((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日$")
_TITLE_END = re.compile(
    "(意见|办法|规则|方案|规定|通知|细则|清单|制度|条例|标准|公告|决定|措施|指引)(（[^（）]{1,12}）)?$"
)
_SENTENCE_END = "。！？；：…”）〕》"


@dataclass(frozen=True, slots=True)
class Level:
    """One kind of heading number: its depth in the outline, its pattern, and how it is written in a path and an id."""

    depth: int
    pattern: re.Pattern[str]
    path: str


LEVELS = (
    Level(0, re.compile(rf"第({_CN}|\d+)[编章]\s*"), "第{}章"),
    Level(1, re.compile(rf"第({_CN}|\d+)节\s*"), "第{}节"),
    Level(2, re.compile(rf"({_CN})、"), "{}"),
    Level(3, re.compile(r"第((?:[一二三四五六七八九十百〇零]+)|\d+)条(?![第款项之、，的和及至])\s*"), "第{}条"),
    Level(4, re.compile(rf"[（(]({_CN})[）)]、?"), "({})"),
    Level(5, re.compile(r"(\d{1,2})[.．、](?!\d)\s*"), "{}"),
    Level(6, re.compile(r"[（(](\d{1,2})[）)]、?"), "({})"),
)
_ANNEX = re.compile(r"^-?\s*附件\s*(\d{0,2}|[一二三四五六七八九十]?)\s*(?:[:：](.*))?$")
_SUPPLEMENT = re.compile(r"^附则\s*[:：]?")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document comes from. ``None`` means that the document does not say (R3).

    ``jurisdiction`` is a division code of GB/T 2260; ``sample`` marks demonstration data without legal force.
    """

    id: str
    file: str
    short: str
    title: str | None = None
    issuer: str | None = None
    number: str | None = None
    date: dt.date | None = None
    jurisdiction: str | None = None
    place: str = ""
    aliases: tuple[str, ...] = ()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One numbered clause with its own words (not those of the clauses under it).

    ``path`` is written as the officer says it: ``二(二)1(2)``; ``heading`` is its short title, possibly empty.
    """

    id: str
    document: str
    path: str
    heading: str
    text: str
    parent: str | None
    depth: int


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document: its source, its clauses in order, and what stands before and after them."""

    source: Source
    clauses: tuple[Clause, ...]
    front: tuple[str, ...] = ()
    back: tuple[str, ...] = ()

    def children(self, clause_id: str) -> tuple[Clause, ...]:
        """The clauses directly under one clause, in order."""
        return tuple(clause for clause in self.clauses if clause.parent == clause_id)


@dataclass(slots=True)
class _Node:
    label: str
    path: str
    id: str
    depth: int
    parent: _Node | None
    lines: list[str] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)


def parse_document(lines: Iterable[str], source: Source) -> tuple[Document, list[Finding]]:
    """Parse the lines of one document into its clause tree.

    Returns the document and findings: repairs as notes; numbers out of order and lines that could not be placed as
    warnings; a document without any clause as an error.
    """
    findings: list[Finding] = []
    paragraphs = _paragraphs(list(lines), source.file, findings)
    front, body = _split_front(paragraphs, source)
    back: list[str] = []
    nodes = _outline(body, source, back, findings)
    clauses = tuple(_clause(node, source) for node in nodes if node.lines)
    if not clauses:
        findings.append(
            Finding("error", "没有读到任何条款", "带编号（一、（一）1.（1）或者第一条）的正文", source.file)
        )
    source = _stated(source, front, back)
    return Document(source, clauses, tuple(front), tuple(back)), findings


def _paragraphs(lines: Sequence[str], file: str, findings: list[Finding]) -> list[tuple[int, str]]:
    """Repair the lines and join those that a page break cut inside a sentence."""
    out: list[tuple[int, str]] = []
    blank_before = True
    for row, raw in enumerate(lines, 1):
        line = "\t".join(repair_line(cell) for cell in raw.split("\t")) if "\t" in raw.strip() else repair_line(raw)
        if not line:
            blank_before = True
            continue
        if out and _continues(out[-1][1], line):
            before = out[-1][1]
            overlap = page_join_overlap(before, line) if blank_before else 0
            if overlap:
                findings.append(Finding("note", f"换页处重复的“{line[:overlap]}”只保留一次", file=file, row=row))
            out[-1] = (out[-1][0], before + line[overlap:])
        else:
            out.append((row, line))
        blank_before = False
    return out


def _continues(before: str, line: str) -> bool:
    """Whether a line goes on with the sentence before it: that one has no end, and this one is no heading."""
    if "\t" in before or "\t" in line or before[-1] in _SENTENCE_END or _level_of(line) or _is_mark(line):
        return False
    if _is_mark(before) or _DATE.match(line) or not re.match(f"[{CJK}“《（(\\d，。；、]", line):
        return False
    heading = _level_of(before)
    if heading and len(before) <= 24 and not re.search("[，。；、]", before):
        return line[0] in "，。；、）" or len(line) < 4
    return bool(re.search("[，；。]", before)) or line[0] in "，。；、"


def _is_mark(line: str) -> bool:
    return bool(_ANNEX.match(line) or _SUPPLEMENT.match(line) or line.startswith("- 附件"))


def _level_of(line: str) -> tuple[Level, int, str] | None:
    for level in LEVELS:
        found = level.pattern.match(line)
        if found:
            try:
                return level, _value(found.group(1)), found.group(1)
            except ValueError:
                return None
    return None


def _value(number: str) -> int:
    hundreds, mark, rest = number.partition("百")
    if not mark:
        return chinese_number(number)
    return chinese_number(hundreds or "一") * 100 + (chinese_number(rest.lstrip("零〇")) if rest.strip("零〇") else 0)


def _title(front: list[str]) -> str | None:
    """The title in the head of a document, which may be set over several lines; ``None`` if none stands there."""
    lines = [line for line in front if not _is_mark(line) and not _NUMBER.search(line) and not line.endswith("文件")]
    for start in range(len(lines)):
        for end in range(start + 1, min(start + 4, len(lines)) + 1):
            joined = "".join(lines[start:end])
            if _TITLE_END.search(joined):
                return joined
    return None


def _split_front(paragraphs: list[tuple[int, str]], source: Source) -> tuple[list[str], list[tuple[int, str]]]:
    """Part the head of the document (letterhead, number, title, addressee) from its words."""
    front: list[str] = []
    for index, (_, line) in enumerate(paragraphs):
        if _level_of(line) and not _ANNEX.match(line):
            return front, paragraphs[index:]
        if line[-1] in "。！？；" or (len(line) > 60 and "，" in line):
            return front, paragraphs[index:]
        front.append(line)
    return front, []


def _outline(body: list[tuple[int, str]], source: Source, back: list[str], findings: list[Finding]) -> list[_Node]:
    root = _Node("", "前言", f"{source.id}-0", -2, None)
    nodes, current, annexed = [root], root, False
    annexes: dict[str, int] = {}
    for row, line in body:
        annex = _ANNEX.match(line)
        if annex or line.startswith("- 附件"):
            number = (annex.group(1) if annex else "") or ""
            if annex is None or annex.group(2) is not None or _points_to_annex(line):
                back.append(line)
                annexed = True
                continue
            name = f"附件{number}"
            annexes[name] = annexes.get(name, 0) + 1
            suffix = "" if annexes[name] == 1 else f"-{annexes[name]}"
            current = _Node("", name, f"{source.id}-annex{number}{suffix}", -1, None)
            nodes.append(current)
            annexed = False
            continue
        if _SUPPLEMENT.match(line):
            current = _Node("", "附则", f"{source.id}-supplement", -1, None, [line])
            nodes.append(current)
            continue
        level = _level_of(line)
        if annexed and current.depth != -1:
            # between “附件：…” and the annex itself: list of annexes, signature, date
            back.append(line)
            continue
        if annexed:
            back.append(line)
            continue
        if level is None:
            current.lines.append(line)
            continue
        current = _attach(current, level, line, source, nodes, findings, row)
    return nodes


def _points_to_annex(line: str) -> bool:
    return line.startswith("- 附件") or bool(re.match(r"^附件\s*[:：]", line))


def _attach(
    current: _Node,
    found: tuple[Level, int, str],
    line: str,
    source: Source,
    nodes: list[_Node],
    findings: list[Finding],
    row: int,
) -> _Node:
    level, value, label = found
    parent: _Node | None = current
    while parent is not None and parent.depth >= level.depth:
        parent = parent.parent
    if parent is None:
        parent = next((node for node in reversed(nodes) if node.depth == -1), None)
        parent = parent if parent is not None and current.path.startswith("附") else None
    counter = (parent or nodes[0]).numbers
    expected = counter.get(level.depth, 0) + 1
    if value != expected:
        findings.append(
            Finding(
                "warning", f"编号“{label}”与前一条不连续", f"第{expected}个", source.file, row=row, column=line[:12]
            )
        )
    counter[level.depth] = value
    base = parent if parent is not None and parent.depth >= -1 else None
    dot = "." if base is not None and base.depth == -1 and level.depth >= 5 else ""
    path = (base.path if base else "") + dot + level.path.format(label)
    identity = f"{base.id if base else source.id}-{value}"
    if any(node.id == identity for node in nodes):
        repeat = sum(node.id.startswith(identity) for node in nodes) + 1
        identity = f"{identity}r{repeat}"
    node = _Node(label, path, identity, level.depth, base, [line])
    nodes.append(node)
    return node


def _clause(node: _Node, source: Source) -> Clause:
    lines = [line.replace("\t", "　") for line in node.lines]
    return Clause(
        node.id,
        source.id,
        node.path,
        _heading(lines[0]),
        "\n".join(lines),
        node.parent.id if node.parent else None,
        max(node.depth, 0),
    )


def _heading(line: str) -> str:
    """The short title at the start of a clause: ``政策辅导`` of ``（一）政策辅导。根据…``; empty if it has none."""
    found = _level_of(line)
    rest = line[found[0].pattern.match(line).end() :] if found else line  # type: ignore[union-attr]
    rest = rest.strip()
    title = re.split(r"[。：:；]", rest, maxsplit=1)[0]
    return title if len(title) <= 28 and "，" not in title else ""


def _stated(source: Source, front: list[str], back: list[str]) -> Source:
    """Fill what the sources file leaves open from what the document itself states, and only from that."""
    title, number, date = source.title, source.number, source.date
    if number is None:
        number = next((m.group() for line in front if (m := _NUMBER.search(line))), None)
    if date is None:
        for line in [*back, *front]:
            if stated := _DATE.match(comparable(line)):
                date = dt.date(*(int(part) for part in stated.groups()))
                break
    if title is None:
        title = _title(front)
    return replace(source, title=title, number=number, date=date)
