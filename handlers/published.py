"""A published answer as a reply (R51): what a department answered, by whom and when, with the clause that it rests on (R3, R5)."""

from __future__ import annotations

from handlers import words as house_words
from handlers.answers import cited, excerpt
from handlers.flows.reading import day_words
from handlers.messages import BlockKind, Choice, Reply
from handlers.requests import words
from knowledge.answers import PublishedAnswer
from knowledge.library import Library
from knowledge.matching.matcher import Scope, covers

BASIS_LENGTH = 90


def may_rest_on(library: Library, entry: str, jurisdiction: str) -> bool:
    """Whether an answer of a place may rest on an entry: published, and not the document of some other place (R2, R3)."""
    if entry not in library.clauses and entry not in library.items:
        return False
    source = library.source_of(entry)
    return source is not None and (source.jurisdiction is None or covers(source.jurisdiction, jurisdiction))


def basis_words(library: Library, entry: str, about: str, length: int = BASIS_LENGTH) -> str:
    """What stands beside an answer: when a list item applies, or the words of a clause that fit best, verbatim (R3)."""
    item = library.items.get(entry)
    text = f"适用情形：{item.circumstances}".replace("\n", "") if item else library.quote(entry)
    return excerpt(text, about, length)[0]


def rests_on_sample(library: Library, entry: str) -> str:
    """The word on demonstration data, where an answer rests on it; else nothing."""
    source = library.source_of(entry)
    return house_words.SAMPLE if source and source.sample else ""


def answer_reply(library: Library, answer: PublishedAnswer, scope: Scope, asked: int | None) -> Reply:
    """The answer's words, the department and the day, then the words of the clause, and where they stand.

    An answer of another place says so (R2); the last line is the one of every answer (R5).
    """
    source = library.source_of(answer.id)
    assert source is not None
    quote = basis_words(library, answer.cites[0], answer.question + answer.text)
    place = source.aliases[0] if source.aliases else source.place
    note = {
        "elsewhere": house_words.ELSEWHERE.format(place=source.place),
        "open": words.PUBLISHED_OPEN.format(place=place),
        "own": "",
    }[scope]
    by = words.PUBLISHED_BY.format(place=place, department=answer.department, day=day_words(answer.day))
    blocks: list[tuple[BlockKind, str]] = [
        ("lead", words.PUBLISHED.format(question=answer.question)),
        ("quote", answer.text),
        ("citation", by),
        ("quote", quote),
        ("citation", cited(library.citation(answer.cites[0]))),
        ("note", note + rests_on_sample(library, answer.cites[0])),
        ("end", house_words.END),
    ]
    choices = [Choice(house_words.LABEL_BASIS, {"do": "basis", "entry": answer.cites[0]})]
    if len(answer.cites) > 1:
        choices.append(Choice(house_words.LABEL_RELATED, {"do": "related", "entry": answer.id}))
    if asked is not None:
        choices += [
            Choice(house_words.LABEL_USEFUL, {"do": "useful", "asked": asked, "yes": True}),
            Choice(house_words.LABEL_USELESS, {"do": "useful", "asked": asked, "yes": False}),
            Choice(house_words.LABEL_PERSON, {"do": "person", "asked": asked}),
        ]
    return Reply.of(*blocks, choices=[*choices, Choice(house_words.LABEL_MENU, {"do": "menu"})])
