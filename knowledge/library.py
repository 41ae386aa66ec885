"""The published knowledge in one place: documents, lists, answers, glossary, topics, and the entries an index is built from."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from knowledge.answers import PublishedAnswer
from knowledge.credit_code import division_name
from knowledge.documents import Clause, Document, Source
from knowledge.language import Language, Term
from knowledge.lists import LIST_NAMES, Item
from knowledge.matching.entries import Entry

CollectionKind = Literal["document", "list"]
ANSWER_PATH = "部门答复"
"""What an answer has in place of a path (R51): it is no document."""


@dataclass(frozen=True, slots=True)
class Collection:
    """One published unit: a document with its clauses or an office's lists with their items, and typical questions."""

    source: Source
    kind: CollectionKind
    clauses: tuple[Clause, ...] = ()
    items: tuple[Item, ...] = ()
    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of_document(cls, document: Document, questions: Mapping[str, tuple[str, ...]] | None = None) -> Collection:
        return cls(document.source, "document", clauses=document.clauses, questions=questions or {})

    @classmethod
    def of_list(
        cls, source: Source, items: Iterable[Item], questions: Mapping[str, tuple[str, ...]] | None = None
    ) -> Collection:
        return cls(source, "list", items=tuple(items), questions=questions or {})

    def to_json(self) -> str:
        """A stable text form, for storage and for comparing versions."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, sort_keys=True, default=str)

    @classmethod
    def from_json(cls, text: str) -> Collection:
        data = json.loads(text)
        return cls(
            _source(data["source"]),
            data["kind"],
            tuple(Clause(**clause) for clause in data["clauses"]),
            tuple(Item(**item) for item in data["items"]),
            {entry: tuple(questions) for entry, questions in data["questions"].items()},
        )


def _source(data: dict[str, Any]) -> Source:
    for name in ("date", "valid_from", "valid_to"):
        data[name] = dt.date.fromisoformat(data[name]) if data[name] else None
    return Source(**{**data, "aliases": tuple(data["aliases"])})


@dataclass(frozen=True, slots=True)
class Citation:
    """Where words stand (R3). ``None`` where the source does not say."""

    document: str
    number: str | None
    path: str
    place: str
    date: dt.date | None


class Library:
    """All collections in force and the answers that rest on them (R51), looked up by entry id.

    An answer whose basis is no longer published is left out (R3).
    """

    def __init__(
        self, collections: Iterable[Collection], language: Language, answers: Iterable[PublishedAnswer] = ()
    ) -> None:
        self.collections = {collection.source.id: collection for collection in collections}
        self.language = language
        self.clauses = {c.id: c for collection in self.collections.values() for c in collection.clauses}
        self.items = {i.id: i for collection in self.collections.values() for i in collection.items}
        self.terms: dict[str, Term] = {term.id: term for term in language.glossary}
        self.answers = {answer.id: answer for one in answers if (answer := self._resting(one)).cites}

    def _resting(self, answer: PublishedAnswer) -> PublishedAnswer:
        cites = tuple(entry for entry in answer.cites if entry in self.clauses or entry in self.items)
        return dataclasses.replace(answer, cites=cites)

    def source_of(self, entry_id: str) -> Source | None:
        """The source an entry belongs to; ``None`` for a glossary term. An answer is a source of its own."""
        if answer := self.answers.get(entry_id):
            return self._source_of_answer(answer)
        owner = self.clauses.get(entry_id) or self.items.get(entry_id)
        if owner is None:
            return None
        return self.collections[owner.document if isinstance(owner, Clause) else owner.source].source

    def _source_of_answer(self, answer: PublishedAnswer) -> Source:
        """The department that answered, with the names of its place as the place's own documents have them."""
        own = (c.source for c in self.collections.values() if c.source.jurisdiction == answer.jurisdiction)
        place = next(own, None)
        return Source(
            id="answers",
            file="",
            short=answer.department,
            issuer=answer.department,
            date=answer.day,
            jurisdiction=answer.jurisdiction,
            place=place.place if place else division_name(answer.jurisdiction) or answer.jurisdiction,
            aliases=place.aliases if place else (),
        )

    def quote(self, entry_id: str) -> str:
        """The whole words of a clause, item, answer or term, verbatim after repair (R3)."""
        if answer := self.answers.get(entry_id):
            return answer.text
        if clause := self.clauses.get(entry_id):
            return clause.text
        if item := self.items.get(entry_id):
            return item.text
        return self.terms[entry_id].plain

    def title(self, entry_id: str) -> str:
        """A short name for a button or a heading."""
        if clause := self.clauses.get(entry_id):
            return self.clause_title(clause)
        if item := self.items.get(entry_id):
            return item.title
        if answer := self.answers.get(entry_id):
            return answer.question
        return self.terms[entry_id].term

    def clause_title(self, clause: Clause) -> str:
        if clause.heading:
            return clause.heading
        words = re.split(r"[，。；：]", _unnumbered(clause.text), maxsplit=1)[0]
        return words if len(words) <= 24 else words[:23] + "…"

    def citation(self, entry_id: str) -> Citation:
        """Document, number, path, place and date of an entry (R3)."""
        source = self.source_of(entry_id)
        if source is None:
            term = self.terms[entry_id]
            return Citation(term.source or "名词解释", None, term.term, "", None)
        if entry_id in self.answers:
            return Citation(f"{source.short}答复", None, ANSWER_PATH, source.place, source.date)
        if item := self.items.get(entry_id):
            document = f"{item.department or source.issuer or source.short}{LIST_NAMES[item.kind]}"
            return Citation(document, source.number, f"序号{item.number}", source.place, source.date)
        return Citation(
            source.title or source.short, source.number, self.clauses[entry_id].path, source.place, source.date
        )

    def children(self, clause_id: str) -> list[Clause]:
        clause = self.clauses[clause_id]
        return [other for other in self.collections[clause.document].clauses if other.parent == clause_id]

    def related(self, entry_id: str) -> list[str]:
        """Entries on the same matter (topics) and the clauses under it; where there are none, its neighbours."""
        found = [member for topic in self.language.topics if entry_id in topic.members for member in topic.members]
        if entry_id in self.clauses:
            found += [other.id for other in self.children(entry_id)]
        if answer := self.answers.get(entry_id):
            found += answer.cites
        known = [other for other in dict.fromkeys(found) if other in self.clauses or other in self.items]
        known = known or self._neighbours(entry_id)
        return [other for other in known if other != entry_id and not self._is_bare(other)]

    def _neighbours(self, entry_id: str) -> list[str]:
        """What stands within two places of an entry under the same heading or on the same list."""
        if item := self.items.get(entry_id):
            row = [other.id for other in self.collections[item.source].items if other.kind == item.kind]
        elif clause := self.clauses.get(entry_id):
            row = [other.id for other in self.collections[clause.document].clauses if other.parent == clause.parent]
        else:
            return []
        at = row.index(entry_id)
        return row[max(at - 2, 0) : at + 3]

    def _is_bare(self, entry_id: str) -> bool:
        clause = self.clauses.get(entry_id)
        return (
            clause is not None
            and len(_unnumbered(clause.text)) <= len(clause.heading) + 2
            and bool(self.children(entry_id))
        )

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """What the index is built from: every clause with words of its own, every item, every answer."""
        topics: dict[str, str] = {}
        for topic in self.language.topics:
            for member in topic.members:
                topics.setdefault(member, topic.id)
        out: list[Entry] = []
        for collection in self.collections.values():
            source = collection.source
            common: dict[str, Any] = {
                "source": source.id,
                "jurisdiction": source.jurisdiction,
                "place_names": source.aliases,
                "valid_from": source.valid_from or source.date,
                "valid_to": source.valid_to,
            }
            by_id = {clause.id: clause for clause in collection.clauses}
            for clause in collection.clauses:
                if self._is_bare(clause.id):
                    continue
                parent = by_id.get(clause.parent or "")
                title = clause.heading
                if parent is not None and (clause.depth >= 5 or not title):
                    title = f"{parent.heading} {title}".strip()
                out.append(
                    Entry(
                        clause.id,
                        "clause",
                        title,
                        _unnumbered(clause.text),
                        tuple(collection.questions.get(clause.id, ())),
                        topic=topics.get(clause.id, ""),
                        **common,
                    )
                )
            out += [
                Entry(
                    item.id,
                    "item",
                    item.title,
                    item.circumstances,
                    tuple(collection.questions.get(item.id, ())),
                    group=item.kind,
                    topic=topics.get(item.id, ""),
                    **common,
                )
                for item in collection.items
            ]
        out += [self._entry_of_answer(answer, topics) for answer in self.answers.values()]
        return tuple(out)

    def _entry_of_answer(self, answer: PublishedAnswer, topics: Mapping[str, str]) -> Entry:
        """An answer as the index sees it: found by its question, beside what it rests on."""
        source = self._source_of_answer(answer)
        return Entry(
            answer.id,
            "answer",
            answer.question,
            answer.text,
            (answer.question,),
            source=source.id,
            topic=topics.get(answer.cites[0], ""),
            jurisdiction=answer.jurisdiction,
            place_names=source.aliases,
            valid_from=answer.day,
            rests_on=answer.cites,
        )


def _unnumbered(text: str) -> str:
    return re.sub(r"^(第[^章节条]{1,6}[章节条]|[（(]?[一二三四五六七八九十\d]{1,3}(?:[）)]|[、.．]))\s*", "", text)
