"""A page of its own to read and print: no script, nothing loaded, one style that its channel allows by its digest."""

from __future__ import annotations

import base64
import hashlib
from html import escape

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 16px; max-width: 46rem; background: #fff; color: #1c2430;
  font: 16px/1.6 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; line-height: 1.35; margin: 0 0 4px; }
h2 { font-size: 1.1rem; margin: 28px 0 8px; padding-bottom: 4px; border-bottom: 2px solid #1c2430; }
p { margin: 4px 0; }
.quiet { color: #4a5565; font-size: .875rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; margin: 12px 0; }
dt { color: #4a5565; }
dd { margin: 0; }
ol.events { list-style: none; margin: 0; padding: 0; }
ol.events > li { padding: 10px 0 10px 14px; border-left: 3px solid #8a97a8; margin: 0 0 10px; }
ol.events > li > p { break-after: avoid; break-inside: avoid; }
.what { font-weight: 700; }
.change { display: grid; grid-template-columns: 8.5rem 1fr; gap: 0 10px; font-size: .9375rem; margin: 6px 0 0; }
.change dt, .change dd { padding: 3px 0; border-top: 1px solid #d5dbe3; }
.was { color: #4a5565; }
code { font: .8125rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
ul.files { margin: 4px 0; padding-left: 1.2rem; }
@media (max-width: 420px) { .change { grid-template-columns: 5.5rem 1fr; gap: 0 8px; } }
@media print {
  @page { margin: 18mm 16mm; }
  body { padding: 0; max-width: none; font-size: 11pt; }
  h2 { break-after: avoid; }
}
"""
STYLE_SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
"""What a Content-Security-Policy names as the source of the style."""
MIME = "text/html"


def sheet(title: str, inside: str) -> bytes:
    """The whole page. ``inside`` is markup whose texts are escaped already."""
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex, nofollow">\n'
        '<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{inside}\n</body>\n</html>\n"
    ).encode()
