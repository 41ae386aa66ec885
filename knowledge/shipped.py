"""The knowledge the project ships: five policy documents, fifteen offices' lists, their typical questions, the constants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from knowledge.checks.criteria import Checks, load_checks
from knowledge.documents import Source, parse_document
from knowledge.files import read_lines
from knowledge.findings import Finding, RefusedFile, has_errors
from knowledge.garbage import uncollected
from knowledge.industries import Industries, read_industries
from knowledge.kept_reading import read_or_kept
from knowledge.language import Language, kept_language, load_language
from knowledge.library import Collection, Library
from knowledge.lists import read_list
from knowledge.matching.entries import Entry
from knowledge.matching.matcher import Matcher
from knowledge.matching.model import Profile, load_model
from knowledge.yaml_data import DataError, Node, load_yaml

DATA = Path(__file__).parent / "data"
MANY_WORDINGS = 6


@uncollected()
def shipped_language() -> Language:
    """Dictionary, thesaurus, glossary and topics. Raises ``DataError``."""
    folder = DATA / "language"
    return read_or_kept(
        "language", _files("language"), lambda: load_language(folder), Language.to_json, partial(kept_language, folder)
    )


def shipped_profiles(*only: str) -> dict[str, Profile]:
    """The trained constants: ``questions`` for many typical questions, ``few`` for a few, ``texts`` for none.

    ``only``: the others are not read.
    """
    return load_model(DATA / "matching" / "model.json", *only)


def profile_for(entries: Sequence[Entry]) -> Profile:
    """The constants that suit given entries: bare texts, a few wordings each, or many."""
    wordings = sum(len(entry.aliases) for entry in entries) / max(len(entries), 1)
    name = "texts" if wordings < 0.5 else "few" if wordings < MANY_WORDINGS else "questions"
    return shipped_profiles(name)[name]


def shipped_sources() -> Iterator[tuple[str, Source, Path]]:
    """``(kind, source, path)`` of every shipped file, as ``sources.yaml`` and ``lists.yaml`` describe them."""
    for kind, folder, index in (("document", "policies", "sources.yaml"), ("list", "catalogs", "lists.yaml")):
        for node in load_yaml(DATA / folder / index).items():
            file = node.text("file")
            yield kind, source_of(node, file), DATA / folder / file


def source_of(node: Node, file: str) -> Source:
    """A source as its YAML entry describes it. Raises ``DataError``."""
    return Source(
        id=node.optional("id") or Path(file).stem,
        file=file,
        short=node.text("short"),
        title=node.optional("title"),
        issuer=node.optional("issuer"),
        number=node.optional("number"),
        date=node.optional_day("date"),
        jurisdiction=node.optional("jurisdiction"),
        place=node.optional("place") or "",
        aliases=node.texts("aliases"),
        valid_from=node.optional_day("valid_from"),
        valid_to=node.optional_day("valid_to"),
        sample=node.optional("sample") == "true",
    )


def read_questions(path: Path) -> dict[str, tuple[str, ...]]:
    """Typical questions by entry id; empty when there is no such file. Raises ``DataError``."""
    if not path.exists():
        return {}
    root = load_yaml(path)
    if not isinstance(root.value, dict):
        raise DataError(path, 1, "应为“条款编号: [问法, …]”")
    return {entry: tuple(member.word() for member in node.items()) for entry, node in root.value.items()}


def read_collection(
    kind: str, source: Source, path: Path, questions: dict[str, tuple[str, ...]] | None = None
) -> tuple[Collection, list[Finding]]:
    """Read one file as a document or a list. Raises ``RefusedFile`` when an error refuses it (R8)."""
    if kind == "list":
        items, findings = read_list(path, source)
        collection = Collection.of_list(source, items, questions)
    else:
        document, findings = parse_document(read_lines(path), source)
        collection = Collection.of_document(document, questions)
    if has_errors(findings):
        raise RefusedFile(findings)
    return collection, findings


@uncollected()
def shipped_collections() -> Sequence[Collection]:
    """Every shipped collection with its typical questions. Raises ``RefusedFile`` or ``DataError``."""
    return read_or_kept(
        "collections",
        _files("policies", "catalogs", "questions"),
        read_shipped,
        lambda collections: "\n".join(collection.to_json() for collection in collections),
        lambda text: [Collection.from_json(line) for line in text.split("\n")],
    )


def _files(*folders: str) -> Iterator[Path]:
    return (path for folder in folders for path in (DATA / folder).rglob("*") if path.is_file())


def read_shipped() -> list[Collection]:
    """The shipped collections as their files say now. Raises ``RefusedFile`` or ``DataError``."""
    return [
        read_collection(kind, source, path, read_questions(DATA / "questions" / f"{source.id}.yaml"))[0]
        for kind, source, path in shipped_sources()
    ]


def shipped_library(language: Language | None = None) -> Library:
    """The shipped knowledge as a library."""
    return Library(shipped_collections(), language or shipped_language())


@uncollected()
def matcher_for(library: Library) -> Matcher:
    """An index over a library with the shipped constants. What has no typical questions yet is judged by those for a few."""
    profiles = shipped_profiles("questions", "few")
    return Matcher(
        library.entries,
        library.language.analyzer(),
        profiles["questions"],
        library.language.outside,
        bare=profiles["few"],
    )


def shipped_checks() -> Checks:
    """The self-checks with their criteria, the size table and the articles of law (R12–R16). Raises ``DataError``."""
    return load_checks(DATA / "checks", DATA / "laws.yaml", ("tolerance", "four_new", "hardship", "size"))


def shipped_industries() -> Industries:
    """The industries of GB/T 4754-2017 and what they are called. Raises ``DataError``."""
    return read_industries(DATA / "industries")
