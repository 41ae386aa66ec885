"""Browsing what is published: documents by clause, lists by department, the glossary; a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from handlers import words
from handlers.answers import short
from handlers.messages import MAX_LABEL, Act, Choice, Reply
from handlers.turn import Acts, Turn
from knowledge.library import Collection, Library
from knowledge.lists import LIST_NAMES, ListKind

Thing = TypeVar("Thing")
PAGE_SIZE = 5


def paged(
    title: str,
    things: Sequence[Thing],
    page: int,
    line: Callable[[Thing], str],
    label: Callable[[Thing], str],
    act: Callable[[Thing], Act],
    turn: Callable[[int], Act],
    back: Act | None,
    note: str = "",
    extra: Sequence[Choice] = (),
) -> Reply:
    """One page of a list: a numbered line and a button each, 上一页 and 下一页, and the way back.

    ``extra``: buttons for the list as a whole; each takes the place of an entry.
    """
    size = PAGE_SIZE - len(extra)
    pages = max(1, -(-len(things) // size))
    page = max(0, min(page, pages - 1))
    shown = things[page * size : (page + 1) * size]
    lines = [f"{n}. {line(thing)}" for n, thing in enumerate(shown, 1)]
    choices = [Choice(f"{n}.{short(label(thing), MAX_LABEL - 2)}", act(thing)) for n, thing in enumerate(shown, 1)]
    if page > 0:
        choices.append(Choice(words.LABEL_PREVIOUS, turn(page - 1)))
    if page < pages - 1:
        choices.append(Choice(words.LABEL_NEXT, turn(page + 1)))
    choices += extra
    choices.append(Choice(words.LABEL_BACK, back) if back else Choice(words.LABEL_MENU, {"do": "menu"}))
    where = words.PAGE.format(page=page + 1, pages=pages) if pages > 1 else ""
    return Reply.of(("lead", title), ("list", "\n".join(lines)), ("note", where), ("note", note), choices=choices)


def documents(library: Library, page: int = 0) -> Reply:
    """The policy documents in force."""
    found = [c for c in library.collections.values() if c.kind == "document"]
    return paged(
        words.BROWSE_DOCUMENTS,
        found,
        page,
        lambda c: f"{c.source.title or c.source.short}（{c.source.place}）",
        lambda c: c.source.short,
        lambda c: {"do": "clauses", "source": c.source.id, "page": 0},
        lambda n: {"do": "documents", "page": n},
        None,
    )


def clauses(library: Library, source: str, parent: str | None = None, page: int = 0) -> Reply:
    """The clauses of a document at one level of its outline."""
    collection = library.collections.get(source)
    if collection is None:
        return documents(library)
    found = [clause for clause in collection.clauses if clause.parent == parent]
    back: Act = {"do": "documents"}
    if parent and (above := library.clauses.get(parent)):
        back = {"do": "clauses", "source": source, "parent": above.parent, "page": 0}
    return paged(
        library.clause_title(library.clauses[parent])
        if parent in library.clauses
        else collection.source.title or collection.source.short,
        found,
        page,
        lambda c: f"{c.path} {library.clause_title(c)}",
        library.clause_title,
        lambda c: (
            {"do": "clauses", "source": source, "parent": c.id, "page": 0}
            if library.children(c.id)
            else {"do": "basis", "entry": c.id}
        ),
        lambda n: {"do": "clauses", "source": source, "parent": parent, "page": n},
        back,
    )


def departments(library: Library, page: int = 0) -> Reply:
    """The departments with leniency lists."""
    found = [c for c in library.collections.values() if c.kind == "list"]
    sample = any(c.source.sample for c in found)
    return paged(
        words.BROWSE_LISTS,
        found,
        page,
        lambda c: f"{_department(c)}，{len(c.items)}项",
        lambda c: c.source.short,
        lambda c: {"do": "kinds", "source": c.source.id},
        lambda n: {"do": "lists", "page": n},
        None,
        words.SAMPLE if sample else "",
    )


def _department(collection: Collection) -> str:
    return next((item.department for item in collection.items if item.department), None) or collection.source.short


def kinds(library: Library, source: str) -> Reply:
    """The four lists of one department."""
    collection = library.collections.get(source)
    if collection is None:
        return departments(library)
    counts: dict[ListKind, int] = {kind: sum(item.kind == kind for item in collection.items) for kind in LIST_NAMES}
    there = [kind for kind, count in counts.items() if count]
    return paged(
        _department(collection),
        there,
        0,
        lambda kind: f"{LIST_NAMES[kind]}，{counts[kind]}项",
        lambda kind: LIST_NAMES[kind].replace("事项清单", "").replace("实施行政", ""),
        lambda kind: {"do": "items", "source": source, "kind": kind, "page": 0},
        lambda n: {"do": "kinds", "source": source},
        {"do": "lists"},
    )


def items(library: Library, source: str, kind: ListKind, page: int = 0) -> Reply:
    """The items of one list."""
    collection = library.collections.get(source)
    if collection is None:
        return departments(library)
    found = [item for item in collection.items if item.kind == kind]
    return paged(
        f"{_department(collection)}{LIST_NAMES[kind]}",
        found,
        page,
        lambda item: item.title,
        lambda item: item.title,
        lambda item: {"do": "show", "entry": item.id},
        lambda n: {"do": "items", "source": source, "kind": kind, "page": n},
        {"do": "kinds", "source": source},
    )


def glossary(library: Library, page: int = 0) -> Reply:
    """All terms, in the order of the glossary file."""
    return paged(
        words.BROWSE_GLOSSARY,
        list(library.terms.values()),
        page,
        lambda t: t.term,
        lambda t: t.term,
        lambda t: {"do": "term", "term": t.id},
        lambda n: {"do": "glossary", "page": n},
        None,
    )


def terms_of(library: Library, term_ids: Sequence[str], entry_id: str) -> Reply:
    """The terms that one text uses."""
    return paged(
        words.BROWSE_GLOSSARY,
        [library.terms[t] for t in term_ids],
        0,
        lambda t: t.term,
        lambda t: t.term,
        lambda t: {"do": "term", "term": t.id},
        lambda n: {"do": "terms", "entry": entry_id},
        {"do": "basis", "entry": entry_id},
    )


def places(library: Library, current: str | None) -> Reply:
    """The districts whose documents are known, to choose one's own (R2)."""
    known = place_names(library)
    choices = [Choice(short(name), {"do": "set_place", "code": code}) for code, name in list(known.items())[:6]]
    choices += [
        Choice(words.LABEL_ANYWHERE, {"do": "set_place", "code": None}),
        Choice(words.LABEL_MENU, {"do": "menu"}),
    ]
    now = words.PLACE_NOW.format(place=known[current]) if current in known else ""
    return Reply.of(("lead", words.PLACE), ("note", now), choices=choices)


def place_names(library: Library) -> dict[str, str]:
    """Division code → short name of each jurisdiction with documents of its own."""
    return {
        c.source.jurisdiction: c.source.aliases[0] if c.source.aliases else c.source.place
        for c in library.collections.values()
        if c.source.jurisdiction
    }


def _set_place(turn: Turn, act: Act) -> Reply:
    turn.dialogue.jurisdiction = act["code"]
    name = place_names(turn.library).get(act["code"] or "", "")
    lead = words.PLACE_SET.format(place=name) if act["code"] else words.PLACE_CLEARED
    question = turn.state.get("question")
    again = [Choice(words.LABEL_ASK_AGAIN, {"do": "ask", "q": question})] if question else []
    return Reply.of(("lead", lead), choices=[*again, Choice(words.LABEL_MENU, {"do": "menu"})])


ACTS: Acts = {
    "documents": lambda turn, act: documents(turn.library, act.get("page", 0)),
    "clauses": lambda turn, act: clauses(turn.library, act["source"], act.get("parent"), act.get("page", 0)),
    "lists": lambda turn, act: departments(turn.library, act.get("page", 0)),
    "kinds": lambda turn, act: kinds(turn.library, act["source"]),
    "items": lambda turn, act: items(turn.library, act["source"], act["kind"], act.get("page", 0)),
    "glossary": lambda turn, act: glossary(turn.library, act.get("page", 0)),
    "place": lambda turn, act: places(turn.library, turn.dialogue.jurisdiction),
    "set_place": _set_place,
}
