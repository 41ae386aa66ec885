"""全过程 as one page to read and print (R28): every event with before and after, its digest, the files, and how to check it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from handlers import words
from handlers.cases.common import headline, when
from handlers.cases.course_words import CHAIN, ENTERPRISE_ONLY, HOW, NO_SERVICE, Change, Teller, changes, essence, title
from handlers.sheet import sheet
from storage.cases import CaseInfo
from storage.chain import EventInfo
from storage.evidence import EvidenceInfo

DIGEST_SHOWN = 12


def course_sheet(
    info: CaseInfo, events: Sequence[EventInfo], found: Sequence[EvidenceInfo], teller: Teller, made: str
) -> bytes:
    """The page. ``made`` says when and for whom it was made."""
    items = "\n".join(_event(event, found, teller) for event in events)
    inside = "\n".join(
        [
            f"<h1>{escape(info.number)} 全过程</h1>",
            f'<p class="quiet">{escape(made)}</p>',
            _whole(info),
            f"<h2>经过（{len(events)}条）</h2>",
            f'<p class="quiet">{escape(ENTERPRISE_ONLY)}</p>' if teller.is_enterprise else "",
            f'<ol class="events">\n{items}\n</ol>',
            _files(found),
            _check(info, events[-1].digest if events else ""),
        ]
    )
    return sheet(f"{info.number}全过程", inside)


def _whole(info: CaseInfo) -> str:
    lines = [("企业", info.enterprise_name), ("问题", info.problem), ("承办", info.department)]
    lines += [("现在", headline(info.case))]
    return _pairs(lines)


def _pairs(lines: Sequence[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in lines) + "</dl>"


def _event(event: EventInfo, found: Sequence[EvidenceInfo], teller: Teller) -> str:
    said = essence(event, teller)
    with_it = [one for one in found if one.at == event.at and one.person == event.person and one.digest]
    names = "、".join(one.name or "文件" for one in with_it) if event.act != "looked" else ""
    return "\n".join(
        line
        for line in (
            "<li>",
            f'<p class="quiet">第{event.ordinal}条 · <time datetime="{event.at.isoformat()}">{when(event.at)}</time>'
            f" · {escape(teller.who(event))}</p>",
            f'<p><span class="what">{escape(title(event))}</span>{"：" + escape(said) if said else ""}</p>',
            f"<p>材料：{escape(names)}</p>" if names else "",
            _changes(changes(event, teller)),
            f'<p class="quiet">摘要 <code>{event.digest[:DIGEST_SHOWN]}</code></p>',
            "</li>",
        )
        if line
    )


def _changes(found: Sequence[Change]) -> str:
    if not found:
        return ""
    rows = "".join(
        f'<dt>{escape(name)}</dt><dd><span class="was">{escape(before)}</span> → {escape(after)}</dd>'
        for name, before, after in found
    )
    return f'<dl class="change">{rows}</dl>'


def _files(found: Sequence[EvidenceInfo]) -> str:
    files = [one for one in found if one.digest]
    if not files:
        return ""
    rows = "".join(
        f"<li>{escape(words.EVIDENCE_KINDS[one.kind])} {when(one.at)}：{escape(one.name or '文件')}"
        f"（{_size(one.size or 0)}） <code>{(one.digest or '')[:DIGEST_SHOWN]}</code></li>"
        for one in files
    )
    return f'<h2>照片和文件（{len(files)}份）</h2>\n<ul class="files">{rows}</ul>'


def _size(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(1, round(size / 1024))} KB"


def _check(info: CaseInfo, head: str) -> str:
    command = f"rongcuo audit verify --case {info.number} --digest {head}"
    return "\n".join(
        [
            "<h2>怎么核对</h2>",
            f"<p>{escape(CHAIN)}</p>",
            f"<p>最后一条的摘要：<br><code>{head}</code></p>",
            f"<p>{escape(HOW)}<br><code>{escape(command)}</code></p>",
            f'<p class="quiet">{escape(NO_SERVICE)}</p>',
        ]
    )
