"""The result card of a self-check (R12–R16) and the pages behind it: conditions with clauses, what follows, what changes it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from handlers import words
from handlers.answers import conclusion
from handlers.flows.flow import yuan_words
from handlers.flows.reading import day_words
from handlers.messages import Block, BlockKind, Choice, Reply, cut_at_sentences
from handlers.sources import Sources
from knowledge.checks.conditions import Circumstances
from knowledge.checks.criteria import Criterion
from knowledge.checks.size import CLASS_NAMES, INDICATOR_NAMES, INDICATORS
from knowledge.checks.verdict import STATUS_NAMES, Finding, Verdict, next_bounds, size_words

PAGE_BYTES = 1400
Facts = Mapping[str, Any]


def card(verdict: Verdict, facts: Facts, sources: Sources, jurisdiction: str | None) -> list[Block]:
    """The result in at most a screen: conclusion, conditions, what is missing, the day, what it is not (R16)."""
    lead = f"{verdict.check.title}：{verdict.lead}"
    blocks = [Block("lead", lead), Block("findings", "\n".join(_lines(verdict, facts, sources, jurisdiction)))]
    place = sources.place_note(verdict.check.cites, jurisdiction) if verdict.check.jurisdiction else ""
    note = _missing(verdict) + place
    if note:
        blocks.append(Block("note", note))
    blocks.append(Block("end", words.CHECK_END.format(day=day_words(verdict.given.day))))
    return blocks


def whole_card(verdict: Verdict, facts: Facts, sources: Sources, jurisdiction: str | None) -> list[Block]:
    """The card with the versions it rests on, as it is kept, shared and shown to an officer."""
    *first, end = card(verdict, facts, sources, jurisdiction)
    return [*first, Block("citation", words.CHECK_VERSIONS.format(versions=sources.versions(verdict.check))), end]


def _lines(verdict: Verdict, facts: Facts, sources: Sources, jurisdiction: str | None) -> list[str]:
    if verdict.check.unlisted and verdict.size:
        return _size_lines(verdict, facts)
    shown = _shown(verdict)
    lines = [
        f"{n}. {STATUS_NAMES[finding.status]}：{title(finding.criterion, verdict.given)}"
        f"（{sources.brief(finding.criterion.cites, jurisdiction)}）"
        for n, finding in enumerate(shown, 1)
    ]
    severity = verdict.met_in("severity")
    if severity:
        lines.append(f"另：{severity.ground.lead.rstrip('。')}（{sources.brief(severity.ground.cites, jurisdiction)}）")
    matter = facts.get("matter")
    if matter and matter != "none" and sources.has(matter):
        fits = {"yes": "对得上", "no": "对不上"}.get(str(facts.get("fits")), "没有对照")
        source = sources.library.source_of(matter)
        sample = words.SAMPLE_SHORT if source and source.sample else ""
        lines.append(f"另：{conclusion(sources.library, matter)}（适用情形{fits}{sample}）")
    return lines


def _size_lines(verdict: Verdict, facts: Facts) -> list[str]:
    size = verdict.size
    assert size is not None
    lines = []
    row = size.row
    for letter, name in INDICATORS.items():
        if row is None or letter not in row.bounds:
            continue
        value = facts.get(name)
        if letter in size.by_indicator:
            said = f"{value}人" if letter == "X" else yuan_words(Decimal(str(value)))
            lines.append(f"{INDICATOR_NAMES[letter]}{said}：按这一项是{CLASS_NAMES[size.by_indicator[letter]]}")
        else:
            lines.append(f"{INDICATOR_NAMES[letter]}：不清楚")
    lines.append(f"合起来：{size_words(size)}" + (f"（按“{row.industry}”一行）" if row else ""))
    return lines


def _shown(verdict: Verdict) -> list[Finding]:
    """The conditions that matter for the conclusion: all of a small check; of a large one those of its best ground."""
    if len(verdict.findings) <= 4:
        return list(verdict.findings)
    if verdict.barred:
        names: tuple[str, ...] = verdict.barred
    else:
        ground = (verdict.best or verdict.nearest).ground
        names = (*ground.needs_all, *ground.needs_any)
    return [finding for finding in verdict.findings if finding.criterion.name in names]


def _missing(verdict: Verdict) -> str:
    """“条件1、2满足；缺：…” when the conclusion is not reached (R15)."""
    if verdict.best or verdict.barred or verdict.check.unlisted:
        return ""
    shown = _shown(verdict)
    met = [str(n) for n, finding in enumerate(shown, 1) if finding.status == "met"]
    lacking = [str(n) for n, finding in enumerate(shown, 1) if finding.status != "met"]
    start = f"条件{'、'.join(met)}满足；" if met else ""
    if verdict.nearest.ground.needs_any and not verdict.nearest.ground.needs_all:
        return f"{start}{words.CHECK_ANY}"
    return f"{start}缺：条件{'、'.join(lacking)}。"


def title(criterion: Criterion, given: Circumstances) -> str:
    """A condition's title, with the numbers that are settings filled in."""
    return criterion.title.format_map(dict(given.settings))


def details(verdict: Verdict, sources: Sources, jurisdiction: str | None) -> list[list[Block]]:
    """逐条依据: each condition with its status and the words of its clause, as pages."""
    entries: list[list[Block]] = []
    if verdict.size and verdict.size.row:
        row = verdict.size.row.id
        entries.append(
            [
                Block("text", f"划型：{size_words(verdict.size)}"),
                Block("quote", sources.quote(row)),
                Block("citation", sources.line(row)),
            ]
        )
    if not (verdict.check.unlisted and verdict.size):
        for n, finding in enumerate(_ordered(verdict), 1):
            criterion = finding.criterion
            entries.append(
                [
                    Block("text", f"{n}. {STATUS_NAMES[finding.status]}：{title(criterion, verdict.given)}"),
                    Block("quote", sources.quote(criterion.cites)),
                    Block("citation", sources.line(criterion.cites)),
                    *([Block("note", note)] if (note := sources.place_note(criterion.cites, jurisdiction)) else []),
                ]
            )
    entries.append([Block("note", words.CHECK_VERSIONS.format(versions=sources.versions(verdict.check)))])
    return _pages(_quoted_once(entries))


def _ordered(verdict: Verdict) -> list[Finding]:
    """The conditions as the card numbers them, then the others."""
    shown = _shown(verdict)
    return [*shown, *(finding for finding in verdict.findings if finding not in shown)]


def _quoted_once(entries: list[list[Block]]) -> list[list[Block]]:
    """The same clause is quoted at its first condition only; later ones just say where."""
    seen: set[str] = set()
    result = []
    for entry in entries:
        quotes = [block.text for block in entry if block.kind == "quote"]
        result.append([b for b in entry if b.kind != "quote" or b.text not in seen])
        seen.update(quotes)
    return result


def follows(verdict: Verdict, sources: Sources, jurisdiction: str | None) -> list[list[Block]]:
    """接下来: the clauses that say what follows from the result, each with its place (R2)."""
    if verdict.barred:
        entries = [verdict.check.criteria[name].cites for name in verdict.barred]
    else:
        severity = verdict.met_in("severity")
        following = verdict.best.ground.follows if verdict.best else ()
        entries = list(dict.fromkeys([*following, *([severity.ground.cites] if severity else [])]))
    blocks = [
        [
            Block("text", sources.title(entry)),
            Block("quote", cut_at_sentences(sources.quote(entry), 700)[0]),
            Block("citation", sources.line(entry)),
            *([Block("note", note)] if (note := sources.place_note(entry, jurisdiction)) else []),
        ]
        for entry in entries
        if sources.has(entry)
    ]
    return _pages(blocks or [[Block("text", words.CHECK_NOTHING_FOLLOWS)]])


def changes(verdict: Verdict, sources: Sources) -> list[Block]:
    """什么会改变这个结果: for each condition that is not met or not known, what would; for the size class, its bounds (R16)."""
    if verdict.check.unlisted and verdict.size:
        lines = list(next_bounds(verdict.size))
        if not lines:
            lines = [words.CHECK_MORE_FACTS if verdict.size.is_listed else words.CHECK_UNLISTED]
        return [Block("lead", words.CHECK_CHANGES), Block("list", "\n".join(lines))]
    wanting = [f for f in _shown(verdict) if f.status != "met"]
    lines = [f"{title(f.criterion, verdict.given)}：{f.criterion.change}" for f in wanting]
    held = [f for f in _shown(verdict) if f.status == "met"]
    if not wanting:
        lines = [f"不再满足：{title(f.criterion, verdict.given)}" for f in held]
    return [Block("lead", words.CHECK_CHANGES), Block("list", "\n".join(lines))]


def _pages(entries: list[list[Block]]) -> list[list[Block]]:
    """Entries in pages of about a screen; an entry is not parted."""
    pages: list[list[Block]] = [[]]
    size = 0
    for entry in entries:
        own = sum(len(block.text.encode()) for block in entry)
        if pages[-1] and size + own > PAGE_BYTES:
            pages.append([])
            size = 0
        pages[-1] += entry
        size += own
    return pages


def page_reply(heading: str, pages: list[list[Block]], page: int, turn_to: Any, ways: list[Choice]) -> Reply:
    """One of several pages, with 上一页 and 下一页; ``turn_to`` gives the act for a page number."""
    page = max(0, min(page, len(pages) - 1))
    blocks: list[tuple[BlockKind, str]] = [("lead", heading), *((b.kind, b.text) for b in pages[page])]
    if len(pages) > 1:
        blocks.append(("note", words.PAGE.format(page=page + 1, pages=len(pages))))
    choices = []
    if page > 0:
        choices.append(Choice(words.LABEL_PREVIOUS, turn_to(page - 1)))
    if page < len(pages) - 1:
        choices.append(Choice(words.LABEL_NEXT, turn_to(page + 1)))
    return Reply.of(*blocks, choices=[*choices, *ways])


def kept_result(verdict: Verdict, facts: Facts, sources: Sources, jurisdiction: str | None) -> dict[str, Any]:
    """What is kept of a result: its card as it was shown, the versions, the state of each condition."""
    return {
        "title": verdict.check.title,
        "status": verdict.status,
        "day": verdict.given.day.isoformat(),
        "versions": sources.versions(verdict.check),
        "conditions": {f.criterion.name: f.status for f in verdict.findings},
        "card": [[block.kind, block.text] for block in whole_card(verdict, facts, sources, jurisdiction)],
    }
