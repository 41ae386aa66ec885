"""The words of an answer (R3–R6): conclusion, quotation, where it stands, next step; the whole text behind 查看依据."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence

from handlers import words
from handlers.messages import MAX_LABEL, BlockKind, Choice, Reply, cut_at_sentences
from knowledge.library import Citation, Library
from knowledge.lists import LIST_NAMES
from knowledge.matching.matcher import Match, Result
from knowledge.text import comparable

EXCERPT_LENGTH = 130
PAGE_BYTES = 1300


def short(text: str, length: int = MAX_LABEL) -> str:
    """A text cut to fit a button."""
    text = re.sub(r"[“”《》（）()]", "", text)
    return text if len(text) <= length else text[: length - 1] + "…"


def ending(text: str, length: int) -> str:
    """The end of a text, where names of one place differ, with a sign that something stands before it."""
    return text if len(text) <= length else f"…{text[1 - length :]}"


def clipped(text: str, length: int) -> str:
    """A text cut to a length, everything in it left as it is."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def cited(citation: Citation) -> str:
    """A citation in one line: document, number, path, place, date; what the source does not state is left out (R3)."""
    name = citation.document if citation.document.startswith("《") else f"《{citation.document}》"
    date = f"{citation.date.year}年{citation.date.month}月{citation.date.day}日" if citation.date else ""
    return " · ".join(part for part in (name + (citation.number or ""), citation.path, citation.place, date) if part)


def conclusion(library: Library, entry_id: str) -> str:
    """The first line of an answer."""
    if item := library.items.get(entry_id):
        return f"列入{LIST_NAMES[item.kind]}：{item.title}"
    return library.title(entry_id)


def excerpt(text: str, question: str, length: int = EXCERPT_LENGTH) -> tuple[str, bool]:
    """The whole sentences of a clause that fit the question best, at most about ``length`` characters.

    Returns the words, verbatim, and whether anything was left out.
    """
    if len(text) <= length:
        return text, False
    sentences = [s for s in re.findall(r"[^。；！？\n]+[。；！？\n]*", text) if s.strip()]
    asked = _pairs(question)

    def fit(sentence: str) -> float:
        own = _pairs(sentence)
        return len(asked & own) / math.sqrt(4 + len(own))

    best = max(range(len(sentences)), key=lambda i: fit(sentences[i]))
    first = last = best
    while True:
        size = sum(map(len, sentences[first : last + 1]))
        options = [
            (fit(sentences[i]), i)
            for i in (first - 1, last + 1)
            if 0 <= i < len(sentences) and size + len(sentences[i]) <= length
        ]
        if not options:
            break
        _, chosen = max(options)
        first, last = min(first, chosen), max(last, chosen)
    chosen_text = "".join(sentences[first : last + 1]).strip("\n")
    return ("……" if first else "") + chosen_text + ("……" if last < len(sentences) - 1 else ""), True


def _pairs(text: str) -> set[str]:
    text = comparable(text)
    return {text[i : i + 2] for i in range(len(text) - 1)}


def answer(
    library: Library,
    result: Result,
    question: str,
    asked: int | None,
    *,
    day: dt.date | None = None,
    jurisdiction: str | None = None,
) -> Reply:
    """The reply to a question that was answered: the best match, with the ways on."""
    match = result.matches[0]
    return entry_reply(library, match, question, asked, day=day, later=result.later, jurisdiction=jurisdiction)


def entry_reply(
    library: Library,
    match: Match,
    question: str,
    asked: int | None,
    *,
    day: dt.date | None = None,
    later: Sequence[Match] = (),
    jurisdiction: str | None = None,
) -> Reply:
    """One entry as an answer (R5): conclusion → conditions → basis → next step → closing line."""
    entry_id = match.entry.id
    item = library.items.get(entry_id)
    source = library.source_of(entry_id)
    quote, cut = (item.circumstances.replace("\n", ""), False) if item else _clause_words(library, entry_id, question)
    notes = []
    if match.scope == "elsewhere" and source and not source.sample:
        notes.append(words.ELSEWHERE.format(place=source.place))
    elif match.scope == "open" and source and not source.sample and source.jurisdiction:
        notes.append(words.OPEN_PLACE.format(place=_short_place(source.place)))
    if source and source.sample:
        notes.append(words.SAMPLE)
    if day:
        notes.append(words.AS_OF.format(day=f"{day.year}年{day.month}月{day.day}日"))
    hint = (words.ITEM_NEXT if asked is not None else words.ITEM_COMPARE) if item else words.EXCERPT if cut else ""
    blocks: list[tuple[BlockKind, str]] = [
        ("lead", conclusion(library, entry_id) if item else words.BASIS_FOUND + library.title(entry_id)),
        ("quote", f"适用情形：{quote}" if item else quote),
        ("citation", cited(library.citation(entry_id))),
        ("note", "".join(notes) + hint),
    ]
    for other in later[:1]:
        blocks.append(("note", words.LATER + conclusion(library, other.entry.id)))
    blocks.append(("end", words.END))
    choices = [Choice(words.LABEL_BASIS, {"do": "basis", "entry": entry_id})]
    if library.related(entry_id):
        choices.append(Choice(words.LABEL_RELATED, {"do": "related", "entry": entry_id}))
    if asked is not None:
        choices.append(Choice(words.LABEL_USEFUL, {"do": "useful", "asked": asked, "yes": True}))
        choices.append(Choice(words.LABEL_USELESS, {"do": "useful", "asked": asked, "yes": False}))
        if item:
            choices.append(Choice(words.LABEL_PERSON, {"do": "person", "asked": asked}))
    choices += [Choice(short(library.title(m.entry.id)), {"do": "show", "entry": m.entry.id}) for m in later[:1]]
    if jurisdiction is None and match.scope == "open" and source and not source.sample:
        choices.append(Choice(words.LABEL_PLACE, {"do": "place"}))
    choices.append(Choice(words.LABEL_MENU, {"do": "menu"}))
    return Reply.of(*blocks, choices=choices)


def _clause_words(library: Library, entry_id: str, question: str) -> tuple[str, bool]:
    """The clause's words; one that ends with a colon goes on with the clauses under it."""
    text = library.quote(entry_id)
    if text.endswith(("：", ":")):
        text += "\n" + "\n".join(child.text for child in library.children(entry_id) if len(child.text) < 120)
    words_, cut = excerpt(text.strip(), question)
    return words_, cut


def _short_place(place: str) -> str:
    return re.sub("（.*?）", "", place)


def clarify(library: Library, result: Result, asked: int) -> Reply:
    """您想问的是…: at most three, with where each stands."""
    offered = result.offered
    lines = [
        f"{n}. {conclusion(library, m.entry.id)}（{_where(library, m.entry.id)}）" for n, m in enumerate(offered, 1)
    ]
    choices = [
        Choice(
            f"{n}.{short(library.title(m.entry.id), MAX_LABEL - 2)}",
            {"do": "show", "entry": m.entry.id, "asked": asked},
        )
        for n, m in enumerate(offered, 1)
    ]
    choices += [
        Choice(words.LABEL_NEITHER, {"do": "neither", "asked": asked}),
        Choice(words.LABEL_MENU, {"do": "menu"}),
    ]
    return Reply.of(("lead", words.CLARIFY), ("list", "\n".join(lines)), ("note", words.CLARIFY_NEXT), choices=choices)


def nothing(library: Library, result: Result, asked: int | None) -> Reply:
    """查无依据, with the nearest three headings and 转人工 (R4)."""
    offered = result.offered
    lines = [f"{n}. {library.title(m.entry.id)}（{_where(library, m.entry.id)}）" for n, m in enumerate(offered, 1)]
    choices = [
        Choice(f"{n}.{short(library.title(m.entry.id), MAX_LABEL - 2)}", {"do": "show", "entry": m.entry.id})
        for n, m in enumerate(offered, 1)
    ]
    if asked is not None:
        choices.append(Choice(words.LABEL_PERSON, {"do": "person", "asked": asked}))
    choices.append(Choice(words.LABEL_MENU, {"do": "menu"}))
    return Reply.of(
        ("lead", words.NONE),
        ("text", words.NONE_WHY),
        ("note", words.NONE_NEAREST if lines else ""),
        ("list", "\n".join(lines)),
        ("note", words.NONE_NEXT),
        choices=choices,
    )


def _where(library: Library, entry_id: str) -> str:
    source = library.source_of(entry_id)
    if source is None:
        return words.LABEL_GLOSSARY
    return f"{source.short} {library.citation(entry_id).path}"


def basis(library: Library, entry_id: str, page: int = 0) -> Reply:
    """The whole text of an entry with everything that is known of its source, a page at a time."""
    source = library.source_of(entry_id)
    citation = library.citation(entry_id)
    text = library.quote(entry_id)
    if entry_id in library.clauses:
        text = "\n".join([text, *(child.text for child in library.children(entry_id))])
    pages = cut_at_sentences(text, PAGE_BYTES)
    page = max(0, min(page, len(pages) - 1))
    stated = []
    if source:
        date = citation.date
        stated = [
            f"发文机关：{source.issuer or _department(library, entry_id) or words.NOT_STATED}",
            f"文号：{citation.number or words.NOT_STATED}",
            f"日期：{f'{date.year}年{date.month}月{date.day}日' if date else words.NOT_STATED}",
            f"适用地区：{source.place}",
        ]
    blocks: list[tuple[BlockKind, str]] = [
        ("lead", conclusion(library, entry_id)),
        ("quote", pages[page]),
        ("citation", cited(citation)),
        ("list", "\n".join(stated) if page == len(pages) - 1 else ""),
        ("note", words.PAGE.format(page=page + 1, pages=len(pages)) if len(pages) > 1 else ""),
        ("note", words.SAMPLE if source and source.sample else ""),
        ("end", words.END),
    ]
    choices = []
    if page > 0:
        choices.append(Choice(words.LABEL_PREVIOUS, {"do": "basis", "entry": entry_id, "page": page - 1}))
    if page < len(pages) - 1:
        choices.append(Choice(words.LABEL_NEXT, {"do": "basis", "entry": entry_id, "page": page + 1}))
    if library.related(entry_id):
        choices.append(Choice(words.LABEL_RELATED, {"do": "related", "entry": entry_id}))
    terms = terms_in(library, text)
    if terms:
        choices.append(Choice(words.LABEL_MEANING, {"do": "terms", "entry": entry_id}))
    choices.append(Choice(words.LABEL_MENU, {"do": "menu"}))
    return Reply.of(*blocks, choices=choices)


def _department(library: Library, entry_id: str) -> str | None:
    item = library.items.get(entry_id)
    return item.department if item else None


def related(library: Library, entry_id: str) -> Reply:
    """相关事项: what other places and neighbouring clauses say on the same matter."""
    others = library.related(entry_id)[:5]
    if not others:
        return Reply.of(("lead", words.NO_RELATED), choices=[Choice(words.LABEL_MENU, {"do": "menu"})])
    lines = [f"{n}. {conclusion(library, other)}（{_where(library, other)}）" for n, other in enumerate(others, 1)]
    choices = [
        Choice(f"{n}.{short(library.title(other), MAX_LABEL - 2)}", {"do": "show", "entry": other})
        for n, other in enumerate(others, 1)
    ]
    choices += [Choice(words.LABEL_BACK, {"do": "show", "entry": entry_id}), Choice(words.LABEL_MENU, {"do": "menu"})]
    return Reply.of(("lead", words.RELATED), ("list", "\n".join(lines)), choices=choices)


def terms_in(library: Library, text: str) -> list[str]:
    """The glossary terms that a text uses, longest first, without those inside another."""
    found: list[str] = []
    for term in sorted(library.terms.values(), key=lambda t: -len(t.term)):
        if term.term in text and not any(term.term in library.terms[other].term for other in found):
            found.append(term.id)
    return sorted(found, key=lambda term_id: text.index(library.terms[term_id].term))[:6]


def term(library: Library, term_id: str) -> Reply:
    """什么意思: a word in plain words, with the law it comes from where that is known."""
    found = library.terms[term_id]
    also = f"也叫：{'、'.join(found.also)}" if found.also else ""
    source = f"见：{found.source}" if found.source else ""
    choices = [
        Choice(words.LABEL_GLOSSARY, {"do": "glossary", "page": 0}),
        Choice(short(f"查{found.term}", MAX_LABEL), {"do": "ask", "q": found.term}),
        Choice(words.LABEL_MENU, {"do": "menu"}),
    ]
    return Reply.of(
        ("lead", found.term),
        ("text", found.plain),
        ("note", also),
        ("citation", source),
        ("note", words.TERM_NOTE),
        choices=choices,
    )
