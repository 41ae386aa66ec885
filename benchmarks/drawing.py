"""Tables and bars for the pages that measurements write."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

OURS = "本项目"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def bars(title: str, groups: Sequence[tuple[str, Sequence[tuple[str, float, str]]]], note: str = "") -> str:
    """Horizontal bars in groups, each scaled to its own longest unless all are shares; plain SVG.

    A group is ``(heading, [(label, value, text)])``; ours is drawn in a colour of its own.
    """
    left, width, line = 190, 305, 20
    y, body = 58, []
    for heading, rows in groups:
        body.append(f'<text x="16" y="{y}" class="h">{escape(heading)}</text>')
        longest = max(value for _, value, _ in rows) or 1.0
        scale = 1.0 if all(value <= 1 for _, value, _ in rows) and not note else longest
        for label, value, text in rows:
            y += line
            ours = " o" if label.startswith(OURS) else ""
            length = max(1.0, width * value / scale)
            body.append(f'<text x="{left - 8}" y="{y}" class="l{ours}">{escape(label)}</text>')
            body.append(f'<rect x="{left}" y="{y - 11}" width="{length:.1f}" height="13" rx="2" class="b{ours}"/>')
            body.append(f'<text x="{left + length + 6:.1f}" y="{y}" class="v{ours}">{escape(text)}</text>')
        y += line + 14
    height = y + (6 if note else -14)
    if note:
        body.append(f'<text x="16" y="{y - 6}" class="v">{escape(note)}</text>')
    style = (
        "text{font:12px system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;fill:#444}"
        ".t{font-size:15px;font-weight:600;fill:#111}.h{font-weight:600;fill:#222}.l{text-anchor:end}"
        ".v{fill:#666}.b{fill:#b8c2cc}.b.o{fill:#1f6feb}text.o{font-weight:600;fill:#111}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 {height}" width="620" height="{height}" role="img">'
        f"<title>{escape(title)}</title><style>{style}</style>"
        f'<rect width="620" height="{height}" rx="6" fill="#fff"/><text x="16" y="28" class="t">{escape(title)}</text>'
        f"{''.join(body)}</svg>\n"
    )
