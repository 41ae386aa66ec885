"""The page behind a shared link: one self-check to read or print, without a script and without anybody's name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from handlers.conversation import CHINA
from storage.self_checks import CheckInfo

_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
  <meta name="color-scheme" content="light dark">
  <meta name="robots" content="noindex, nofollow">
  <meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
  <title>{title} · 容错助手</title>
  <link rel="icon" type="image/svg+xml" href="/static/icon.svg">
  <link rel="stylesheet" href="/static/style.css">
</head>
<body class="sheet">
  <header class="top">
    <div class="column">
      <img class="logo" src="/static/icon.svg" alt="" width="40" height="40">
      <div class="brand"><p class="name">容错助手</p><p class="sub">包容审慎监管 · 政策原文问答</p></div>
    </div>
  </header>
  <main class="column">
    <h1>{title}</h1>
{inside}
    <p class="way"><a class="go" href="/">打开容错助手</a></p>
  </main>
</body>
</html>
"""
_FINDING = re.compile(r"(\s*\d+\s*[.、．]\s*)?(不满足|满足|不清楚)\s*[：:]\s*(.*)", re.DOTALL)
_STATUS = {"满足": ("met", "✓"), "不满足": ("unmet", "✗"), "不清楚": ("unclear", "？")}
_PLAIN = {"lead": "lead", "citation": "citation", "note": "note", "end": "end"}


def shared_page(check: CheckInfo) -> str:
    """The self-check as it was when it was made; its date, and until when the link works."""
    title = str(check.result.get("title") or "自检结果")
    dates = f"<span>自检日期：{_day(check.at)}</span>"
    if check.share_until:
        dates += f" <span>链接有效至：{_day(check.share_until)}</span>"
    card = "\n".join(_block(kind, text) for kind, text in _blocks(check.result.get("card")))
    return sheet(title, f'<p class="dates">{dates}</p>\n<article class="body">\n{card}\n</article>')


def plain_page(title: str, words: str) -> str:
    """A page that only says something."""
    return sheet(title, f"<p>{escape(words)}</p>")


def sheet(title: str, inside: str) -> str:
    """A page without a script around what is inside, which is markup already."""
    return _PAGE.format(title=escape(title), inside=inside)


def _blocks(card: Any) -> Sequence[tuple[str, str]]:
    return [(str(kind), str(text)) for kind, text in card or () if text]


def _block(kind: str, text: str) -> str:
    if kind == "quote":
        return f'<blockquote class="quote" aria-label="原文">{escape(text)}</blockquote>'
    if kind in ("list", "findings"):
        lines = [line for line in text.split("\n") if line.strip()]
        inside = "".join(_finding(line) if kind == "findings" else f"<li>{escape(line)}</li>" for line in lines)
        return f'<ul class="{"findings" if kind == "findings" else "list bare"}" role="list">{inside}</ul>'
    style = f' class="{_PLAIN[kind]}"' if kind in _PLAIN else ""
    return f"<p{style}>{escape(text)}</p>"


def _finding(line: str) -> str:
    """One condition: a sign and a word, not colour alone, say whether it is met."""
    found = _FINDING.fullmatch(line)
    if found is None:
        return f"<li>{escape(line)}</li>"
    number, word, rest = found.groups()
    style, sign = _STATUS[word]
    status = f'<span class="status {style}"><span aria-hidden="true">{sign}</span> {word}</span>'
    return f"<li>{escape(number or '')}{status} {escape(rest)}</li>"


def _day(at: dt.datetime) -> str:
    day = at.astimezone(CHINA)
    return f"{day.year}年{day.month}月{day.day}日"
