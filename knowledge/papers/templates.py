"""Templates: an office's own in one folder, the shipped ones beside them; a bad one is named and the shipped one used."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.papers.faults import BadTemplate, Fault
from knowledge.papers.filling import CannotFill, fill
from knowledge.papers.kinds import DATA, Kind, Papers, shipped_papers
from knowledge.papers.package import MAX_BYTES, BadPackage, open_package
from knowledge.papers.tags import Tag, read_tags

_ASIDE = ("~$", ".")
"""How the names of files begin that office programs leave beside the real ones."""


@dataclass(frozen=True, slots=True)
class Template:
    """A checked template: what it asks for, in the order of the paper. ``is_own``: the office's, not the shipped one."""

    kind: Kind
    content: bytes
    tags: tuple[Tag, ...]
    is_own: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it asks for, each once."""
        return tuple(dict.fromkeys(tag.name for tag in self.tags))

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Templates:
    """A template for every kind, and one line for each of the office's own that could not be used."""

    by_kind: Mapping[str, Template]
    problems: tuple[str, ...] = ()


def read_template(kind: Kind, content: bytes, papers: Papers, *, is_own: bool = False) -> Template:
    """A template, checked; an office's own is filled in once for trial. Raises ``BadTemplate`` with every fault."""
    try:
        parts = open_package(content)
    except BadPackage as error:
        raise BadTemplate(kind.file, [error.fault]) from error
    tags, faults = read_tags(parts, papers.fields)
    faults += _lacking(kind, tags, "".join(text for part in parts.values() for text in part.itertext()))
    if faults:
        raise BadTemplate(kind.file, faults)
    template = Template(kind, content, tuple(tags), is_own)
    if not is_own:  # filled in by the tests
        return template
    try:
        fill(content, {name: papers.fields[name].example for name in template.fields})
    except CannotFill as error:
        fault = Fault("填不进去，文件的结构有问题", "用 Word、WPS 重新保存的 .docx")
        raise BadTemplate(kind.file, [fault]) from error
    return template


def _lacking(kind: Kind, tags: list[Tag], text: str) -> list[Fault]:
    """What every paper of the kind must have, and this template does not."""
    there = {tag.name for tag in tags}
    faults = [
        Fault(f"缺少字段“{name}”", f"在该写的地方加上 {{{{ {name} }}}}") for name in kind.requires if name not in there
    ]
    return faults + [Fault(f"缺少“{word}”字样", f"在标题里写明“{word}”") for word in kind.says if word not in text]


@cache
def shipped_templates() -> Templates:
    """The shipped templates. Raises ``BadTemplate``."""
    return load_templates(None)


def load_templates(folder: Path | None, papers: Papers | None = None) -> Templates:
    """The templates of an office's folder, and the shipped ones where it has none or a bad one.

    Raises ``BadTemplate`` only for a shipped one.
    """
    papers = papers or shipped_papers()
    by_kind = {kind.id: read_template(kind, (DATA / kind.file).read_bytes(), papers) for kind in papers.kinds.values()}
    problems: list[str] = []
    for path in _own_files(folder, problems) if folder else ():
        kind = next((kind for kind in papers.kinds.values() if kind.file == path.name), None)
        try:
            if kind is None:
                raise BadTemplate(path.name, [unknown_file(papers)])
            by_kind[kind.id] = read_template(kind, read_own(path), papers, is_own=True)
        except BadTemplate as error:
            problems.append(f"{error}。{'先用自带的模板。' if kind else ''}")
    return Templates(by_kind, tuple(problems))


def _own_files(folder: Path, problems: list[str]) -> list[Path]:
    """The templates in a folder; a folder that cannot be read is a problem."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".docx" and not path.name.startswith(_ASIDE))
    except OSError:
        problems.append(f"{folder}：打不开这个文件夹；应为：放模板的文件夹。先用自带的模板。")
        return []


def read_own(path: Path) -> bytes:
    """The bytes of an office's template. Raises ``BadTemplate`` when there is none, or far too much."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadTemplate(path.name, [Fault("文件太大", f"不超过{MAX_BYTES >> 20} MB")])
        return path.read_bytes()
    except OSError as error:
        raise BadTemplate(path.name, [Fault("打不开这个文件", "有权限读取的 .docx 文件")]) from error


def unknown_file(papers: Papers) -> Fault:
    """What is said of a file whose name is no paper's."""
    return Fault("没有这种文书", f"文件名和文书名一样，例如 {next(iter(papers.kinds.values())).file}")
