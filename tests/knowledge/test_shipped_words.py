"""The words that ship with the knowledge: enough typical questions for each entry, and none of the evaluation's."""

from __future__ import annotations

from pathlib import Path

from handlers.conversation import Knowledge
from knowledge.text import comparable
from knowledge.yaml_data import read_yaml

EVALUATION = Path(__file__).parents[3] / "shared" / "evaluation" / "questions.yaml"
UNSEEN = Path(__file__).parents[2] / "benchmarks" / "data" / "unseen.yaml"


def test_every_clause_has_eight_typical_questions_and_every_item_six(shipped: Knowledge) -> None:
    short = {e.id: len(e.aliases) for e in shipped.library.entries if len(e.aliases) < (6 if e.kind == "item" else 8)}
    assert short == {}


def test_every_typical_question_belongs_to_a_published_entry(shipped: Knowledge) -> None:
    entries = {entry.id for entry in shipped.library.entries}
    named = {name for collection in shipped.library.collections.values() for name in collection.questions}
    assert named - entries == set()


def test_no_typical_question_is_one_of_the_questions_that_measure(shipped: Knowledge) -> None:
    typical = {comparable(alias) for entry in shipped.library.entries for alias in entry.aliases}
    typical |= {comparable(question) for question in shipped.library.language.outside}
    for path in (EVALUATION, UNSEEN):
        if path.exists():
            assert typical & {comparable(row["q"]) for row in read_yaml(path)} == set()


def test_every_topic_joins_published_entries(shipped: Knowledge) -> None:
    known = shipped.library.clauses.keys() | shipped.library.items.keys()
    for topic in shipped.library.language.topics:
        assert set(topic.members) <= known, topic.id
        assert len(topic.members) >= 2


def test_a_law_in_the_glossary_is_one_that_a_shipped_text_cites(shipped: Knowledge) -> None:
    """R3: no citation that nobody checked."""
    library = shipped.library
    cited = comparable("".join(f"{i.basis}{i.leniency_basis}" for i in library.items.values()))
    cited += comparable("".join(clause.text for clause in library.clauses.values()))
    for term in library.terms.values():
        if term.source and term.source.startswith("《中华人民共和国"):
            assert comparable(term.source).partition("》")[0] in cited, term.term
