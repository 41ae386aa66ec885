"""The kinds of papers and the closed set of fields, as the data declares them; a paper's title is its template's file name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.papers.fitting import FITS
from knowledge.procedure.case import OUTCOME_NAMES, OutcomeKind
from knowledge.yaml_data import DataError, Node, load_yaml

DATA = Path(__file__).parents[1] / "data" / "papers"
MISSING = "〔待填〕"
"""What stands in a paper where the record has nothing: a value is never blank."""
QR = "二维码"
"""The one field that is a picture."""
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a template may have filled in. ``ask``: what an officer is asked where the record has nothing.

    A field without it comes from the record alone. ``options`` are the only answers; ``longest`` is in characters.
    """

    name: str
    source: str
    example: str
    ask: str = ""
    options: tuple[str, ...] = ()
    longest: int = LONGEST


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of paper. ``fits`` names the condition on the case; ``needs`` says what its reader is to do with it.

    ``requires`` are fields and ``says`` words that a template must have. ``is_reviewed``: legal passes it before it leaves.
    ``of``: the kind of pledge, or the way of guidance, that it is about; ``label`` is for buttons.
    """

    id: str
    title: str
    fits: str
    needs: str
    requires: tuple[str, ...]
    says: tuple[str, ...] = ()
    is_reviewed: bool = False
    of: str = ""
    label: str = ""

    @property
    def heading(self) -> str:
        """What stands over it: a paper that is reviewed is a draft and says so."""
        return f"{self.title}（送审稿）" if self.is_reviewed else self.title

    @property
    def file(self) -> str:
        """The name of its template: the title, so that an office finds it."""
        return f"{self.title}.docx"


@dataclass(frozen=True, slots=True)
class Ground:
    """The article of law that an outcome rests on, and what the papers call that outcome."""

    outcome: OutcomeKind
    name: str
    law: str


@dataclass(frozen=True, slots=True)
class Papers:
    """All kinds and all fields, by id and by name, in the order of the data; the grounds of outcomes."""

    kinds: Mapping[str, Kind]
    fields: Mapping[str, Field]
    grounds: tuple[Ground, ...] = ()

    def ground(self, name: str) -> Ground | None:
        """The ground of an outcome by what the papers call it."""
        return next((ground for ground in self.grounds if ground.name == name), None)


@cache
def shipped_papers() -> Papers:
    """The kinds and fields of the shipped data. Raises ``DataError``."""
    return load_papers(DATA / "kinds.yaml")


def load_papers(path: Path) -> Papers:
    """Read and check kinds and fields. Raises ``DataError`` naming file, line and what would be right."""
    root = load_yaml(path)
    fields: dict[str, Field] = {}
    for node in _members(root, "fields"):
        field = _field(node)
        if field.name in fields:
            raise DataError(path, node.line, f"字段“{field.name}”写了两次")
        fields[field.name] = field
    kinds: dict[str, Kind] = {}
    for node in _members(root, "kinds"):
        kind = _kind(node, fields)
        if kind.id in kinds or kind.title in {other.title for other in kinds.values()}:
            raise DataError(path, node.line, f"文书“{kind.title}”写了两次")
        kinds[kind.id] = kind
    return Papers(kinds, fields, tuple(_ground(node) for node in _members(root, "grounds")))


def _members(root: Node, name: str) -> Iterator[Node]:
    node = root.field(name)
    if node is None:
        raise DataError(root.path, root.line, f"缺少“{name}”，应为列表")
    yield from node.items()


def _field(node: Node) -> Field:
    longest = node.optional("longest") or str(LONGEST)
    if not (longest.isascii() and longest.isdigit()):
        raise DataError(node.path, node.line, "“longest”应为字数，例如 300")
    name = node.text("name")
    if not name.isidentifier():
        raise DataError(node.path, node.line, f"字段名“{name}”应为连着的汉字")
    options = node.texts("options")
    return Field(name, node.text("from"), node.text("example"), node.optional("ask") or "", options, int(longest))


def _kind(node: Node, fields: Mapping[str, Field]) -> Kind:
    fits = node.text("fits")
    if fits not in FITS:
        raise DataError(node.path, node.line, f"没有条件“{fits}”，应为 {'、'.join(FITS)} 之一")
    requires = node.texts("requires")
    if unknown := [name for name in requires if name not in fields]:
        raise DataError(node.path, node.line, f"没有字段“{unknown[0]}”")
    return Kind(
        node.text("id"),
        node.text("title"),
        fits,
        node.text("needs"),
        requires,
        node.texts("says"),
        node.optional("review") == "true",
        node.optional("of") or "",
        node.optional("label") or node.text("title"),
    )


def _ground(node: Node) -> Ground:
    said = node.text("outcome")
    outcome = next((one for one in OUTCOME_NAMES if one == said), None)
    if outcome is None:
        raise DataError(node.path, node.line, f"没有结果“{said}”")
    return Ground(outcome, node.text("name"), node.text("law"))
