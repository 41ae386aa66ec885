"""The language data of the field: dictionary, thesaurus, glossary, topics. Validated whole at load."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.matching.tokens import Analyzer
from knowledge.word_list import read_words
from knowledge.yaml_data import Node, load_yaml


@dataclass(frozen=True, slots=True)
class Term:
    """One legal word in plain words; ``source`` names the law it comes from, if it was checked."""

    term: str
    plain: str
    also: tuple[str, ...] = ()
    source: str | None = None

    @property
    def id(self) -> str:
        return f"term-{self.term}"


@dataclass(frozen=True, slots=True)
class Topic:
    """Entries of several places that settle the same thing or belong together."""

    id: str
    title: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """Everything the matching knows of words. ``synonyms`` maps a word to the name of its concept.

    ``outside`` are questions that no published text settles.
    """

    words: Mapping[str, int]
    terms: tuple[str, ...]
    synonyms: Mapping[str, str]
    glossary: tuple[Term, ...]
    topics: tuple[Topic, ...]
    outside: tuple[str, ...] = ()

    def analyzer(self) -> Analyzer:
        """A new analyzer with these words."""
        return Analyzer(self.words, self.terms, self.synonyms)

    def to_json(self) -> str:
        """Everything but the common words, whose own file is quicker."""
        return json.dumps(dataclasses.asdict(dataclasses.replace(self, words={})), ensure_ascii=False)


def load_language(folder: Path) -> Language:
    """Load and check the language data. Raises ``DataError`` naming file, line and what would be right."""
    words = read_words(folder / "words.txt")
    terms = tuple(
        line.strip() for line in (folder / "dictionary.txt").read_text(encoding="utf-8").splitlines() if line.strip()
    )
    glossary = tuple(
        Term(node.text("term"), node.text("plain"), node.texts("also"), node.optional("source"))
        for node in load_yaml(folder / "glossary.yaml").items()
    )
    topics = tuple(
        Topic(node.text("topic"), node.text("title"), node.texts("members"))
        for node in load_yaml(folder / "topics.yaml").items()
    )
    names = [name for term in glossary for name in (term.term, *term.also)]
    synonyms: dict[str, str] = {}
    for file in ("thesaurus.yaml", "thesaurus_general.yaml"):
        _add_synonyms(synonyms, load_yaml(folder / file))
    outside = tuple(str(node.value) for node in load_yaml(folder / "outside.yaml").items())
    return Language(words, (*terms, *names), synonyms, glossary, topics, outside)


def kept_language(folder: Path, text: str) -> Language:
    """What ``Language.to_json`` wrote, with the common words of a folder. Raises ``DataError``."""
    data = json.loads(text)
    return Language(
        read_words(folder / "words.txt"),
        tuple(data["terms"]),
        data["synonyms"],
        tuple(Term(**{**term, "also": tuple(term["also"])}) for term in data["glossary"]),
        tuple(Topic(**{**topic, "members": tuple(topic["members"])}) for topic in data["topics"]),
        tuple(data["outside"]),
    )


def _add_synonyms(synonyms: dict[str, str], groups: Node) -> None:
    """Word → name of its group; a word that stands in two groups belongs to the first."""
    for group in groups.items():
        legal = group.texts("legal")
        for word in (*legal, *group.texts("lay")):
            if len(word) >= 2:
                synonyms.setdefault(word, legal[0])
