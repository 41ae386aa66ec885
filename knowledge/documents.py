"""Policy documents as clause trees: from damaged lines to clauses with stable ids, paths and repaired words (R3).

Nothing is added that the document does not state: title, number, date and issuer stay ``None`` where it is silent.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from knowledge.findings import Finding
from knowledge.headings import (
    ANNEX,
    ROOT,
    AnnexMark,
    Heading,
    annex_mark,
    heading_of,
    is_contents_line,
    is_page_number,
    is_supplement,
    stated_date,
)
from knowledge.page_joins import may_overlap, page_join_overlap
from knowledge.text import CJK, repair_line, strip_bookmarks, strip_control

_NUMBER = re.compile(r"^[\u4e00-\u9fff]{1,12}[〔\[（(](?:19|20)\d\d[〕\])）]\s*第?\d+号(?=$|签发)")
_TITLE_END = re.compile(
    "(意见|办法|规则|方案|规定|通知|细则|清单|制度|条例|标准|公告|决定|措施|指引)(（[^（）]{1,12}）)?$"
)
_SENTENCE_END = "。！？；：…”）〕》"
_PREAMBLE = re.compile("^(为|根据|按照|依据|经)[^。]*，[^。]*：$|如下：$")


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
    path: str
    id: str
    depth: int
    parent: _Node | None
    lines: list[str] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)


_Paragraph = tuple[int, str]


def parse_document(lines: Iterable[str], source: Source) -> tuple[Document, list[Finding]]:
    """Parse the lines of one document into its clause tree.

    Returns the document and findings: repairs as notes; numbers out of order and lines that could not be placed as
    warnings; a document without any clause as an error.
    """
    findings: list[Finding] = []
    front, body = _split_front(_paragraphs(list(lines), source.file, findings))
    outline = _Outline(source, findings)
    outline.read(body)
    clauses = tuple(_clause(node, source) for node in outline.nodes if node.lines)
    if not clauses:
        findings.append(
            Finding("error", "没有读到任何条款", "带编号（一、（一）1.（1）或者第一条）的正文", source.file)
        )
    source = _stated(source, front, outline.back)
    return Document(source, clauses, tuple(front), tuple(outline.back)), findings


def _paragraphs(lines: Sequence[str], file: str, findings: list[Finding]) -> list[_Paragraph]:
    """Repair the lines and join those that a page break cut inside a sentence."""
    out: list[_Paragraph] = []
    blank_before = True
    for row, line in _repaired(lines):
        if not line:
            blank_before = True
            continue
        if is_page_number(line) or is_contents_line(line):
            what = "页码" if is_page_number(line) else "目录行"
            findings.append(Finding("note", f"{what}“{line}”未读入", file=file, row=row))
            blank_before = True
            continue
        if "\ufffd" in line:
            findings.append(Finding("warning", "有辨认不出的字", "对照原件补上", file, row=row, column=line[:12]))
        if out and _continues(out[-1][1], line):
            before = out[-1][1]
            overlap = page_join_overlap(before, line) if blank_before else 0
            if overlap:
                findings.append(Finding("note", f"换页处重复的“{line[:overlap]}”只保留一次", file=file, row=row))
            elif blank_before and may_overlap(before, line):
                findings.append(Finding("note", f"换页处“{line[0] * 2}”照录，请核对", file=file, row=row))
            out[-1] = (out[-1][0], before + line[overlap:])
        else:
            out.append((row, line))
        blank_before = False
    return out


def _repaired(lines: Sequence[str]) -> Iterable[_Paragraph]:
    for row, raw in enumerate(lines, 1):
        for line in strip_bookmarks(strip_control(raw)).split("\n"):
            yield row, "\t".join(repair_line(cell) for cell in line.strip().split("\t"))


def _continues(before: str, line: str) -> bool:
    """Whether a line goes on with the sentence before it: that one has no end, and this one is no heading."""
    if "\t" in before or "\t" in line or before[-1] in _SENTENCE_END or heading_of(line) or _is_mark(line):
        return False
    if _is_mark(before) or stated_date(line) or not re.match(f"[{CJK}“《（(\\d，。；、]", line):
        return False
    if heading_of(before) and len(before) <= 24 and not re.search("[，。；、]", before[3:]):
        return line[0] in "，。；、）"
    return bool(re.search("[，；。]", before)) or line[0] in "，。；、"


def _is_mark(line: str) -> bool:
    return annex_mark(line) is not None or is_supplement(line)


def _title(front: list[str]) -> str | None:
    """The title in the head of a document, which may be set over several lines; ``None`` if none stands there."""
    lines = [line for line in front if not _is_mark(line) and not _NUMBER.search(line) and not line.endswith("文件")]
    for start in range(len(lines)):
        for end in range(start + 1, min(start + 4, len(lines)) + 1):
            joined = "".join(lines[start:end])
            if _TITLE_END.search(joined):
                return joined
    return None


def _split_front(paragraphs: list[_Paragraph]) -> tuple[list[str], list[_Paragraph]]:
    """Part the head of the document (letterhead, number, title, addressee) from its words."""
    front: list[str] = []
    for index, (_, line) in enumerate(paragraphs):
        sentence = line[-1] in "。！？；" or (len(line) > 60 and "，" in line) or _PREAMBLE.search(line)
        if sentence or heading_of(line) or is_supplement(line):
            return front, paragraphs[index:]
        front.append(line)
    return front, []


class _Outline:
    """Places the paragraphs of a document under its headings, its 附则 and its annexes."""

    def __init__(self, source: Source, findings: list[Finding]) -> None:
        root = _Node("前言", f"{source.id}-0", ROOT, None)
        self.nodes = [root]
        self.back: list[str] = []
        self._root = self._current = root
        self._source, self._findings = source, findings
        self._ids = {root.id}
        self._named: set[str] = set()
        self._ending = self._signed = self._annexed = False

    def read(self, body: list[_Paragraph]) -> None:
        for index, (row, line) in enumerate(body):
            if mark := annex_mark(line):
                self._annex(mark, line)
            elif is_supplement(line):
                self._special("附则", f"{self._source.id}-supplement", [line])
            elif self._ending:
                self._end(row, line)
            elif stated_date(line) and self._is_signature(body[index + 1 :]):
                self._sign(line)
            elif heading := heading_of(line):
                self._current = self._attach(heading, line, row)
            else:
                self._current.lines.append(line)
        self._show_bare_annexes()

    def _show_bare_annexes(self) -> None:
        """An annex without a title is shown by its mark; one with nothing under it is only a line at the end."""
        parents = {id(node.parent) for node in self.nodes}
        for node in self.nodes:
            if node.depth != ANNEX or node.lines:
                continue
            if id(node) in parents:
                node.lines.append(node.path)
            else:
                self.back.append(node.path)
                message, expected = f"“{node.path}”下面没有内容", "附件的正文，或者删去这一行"
                self._findings.append(Finding("warning", message, expected, self._source.file))

    def _annex(self, mark: AnnexMark, line: str) -> None:
        opens = mark.title is None or mark.number in self._named or self._annexed or (self._ending and self._signed)
        if mark.points or not opens:
            self.back.append(line)
            self._named.add(mark.number)
            self._ending = True
            return
        lines = [mark.title.strip()] if mark.title and mark.title.strip() else []
        self._special(f"附件{mark.number}", f"{self._source.id}-annex{mark.number}", lines)
        self._annexed = True

    def _special(self, path: str, identity: str, lines: list[str]) -> None:
        """Open a part of its own, on the top level: an annex or the 附则."""
        self._current = _Node(path, self._unique(identity), ANNEX, None, lines)
        self.nodes.append(self._current)
        self._ending = self._signed = False

    def _end(self, row: int, line: str) -> None:
        """A line between “附件：…” and the annex itself: the list of annexes, the signature, the date."""
        self.back.append(line)
        self._signed = self._signed or stated_date(line) is not None
        heading = heading_of(line)
        listed = heading is not None and heading.level.depth == 5 and not self._signed and "。" not in line
        if (heading and not listed) or (line[-1] == "。" and len(line) > 30):
            message = f"“{line[:12]}”没有归入任何条款，放在文末"
            self._findings.append(Finding("warning", message, "在附件前单独一行写“附件1”", self._source.file, row=row))

    def _is_signature(self, after: list[_Paragraph]) -> bool:
        """Whether a date closes the document: no numbered clause follows before the next annex."""
        for _, line in after:
            if _is_mark(line):
                return True
            if heading_of(line):
                return False
        return True

    def _sign(self, line: str) -> None:
        lines = self._current.lines
        signature: list[str] = []
        while (
            len(lines) > 1 and len(lines[-1]) <= 40 and not re.search("[，。；：、]", lines[-1]) and len(signature) < 4
        ):
            signature.insert(0, lines.pop())
        self.back += [*signature, line]
        self._ending = self._signed = True

    def _attach(self, heading: Heading, line: str, row: int) -> _Node:
        level, parent = heading.level, self._current
        while parent.depth >= level.depth and parent.parent is not None:
            parent = parent.parent
        base = parent if ROOT < parent.depth < level.depth else None
        counter = (self._top(base) if level.continuous else base or self._root).numbers
        expected = counter.get(level.depth, 0) + 1
        if heading.value != expected:
            message = f"编号“{heading.label}”与前一条不连续"
            place = {"file": self._source.file, "column": line[:12]}
            self._findings.append(Finding("warning", message, f"第{expected}个", row=row, **place))
        counter[level.depth] = heading.value
        dot = "." if base is not None and base.depth == ANNEX and level.depth >= 5 else ""
        path = (base.path if base else "") + dot + level.path.format(heading.label)
        identity = self._unique(f"{base.id if base else self._source.id}-{heading.value}")
        node = _Node(path, identity, level.depth, base, [line])
        self.nodes.append(node)
        return node

    def _top(self, node: _Node | None) -> _Node:
        while node is not None and node.parent is not None:
            node = node.parent
        return node if node is not None and node.depth == ANNEX else self._root

    def _unique(self, identity: str) -> str:
        """The id itself, or with r2, r3 … when the document gives a number twice."""
        wanted, repeat = identity, 1
        while wanted in self._ids:
            repeat += 1
            wanted = f"{identity}r{repeat}"
        self._ids.add(wanted)
        return wanted


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
    found = heading_of(line)
    title = re.split(r"[。：:；]", found.rest if found else line.strip(), maxsplit=1)[0]
    return title if len(title) <= 28 and "，" not in title else ""


def _stated(source: Source, front: list[str], back: list[str]) -> Source:
    """Fill what the sources file leaves open from what the document itself states, and only from that."""
    number = source.number or next((m.group() for line in front if (m := _NUMBER.search(line))), None)
    date = source.date or next((date for line in [*back, *front] if (date := stated_date(line))), None)
    return replace(source, title=source.title or _title(front), number=number, date=date)
