"""The page's part on load and faults: from the figures that ``benchmarks.load`` and ``benchmarks.kills`` have kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.drawing import table
from benchmarks.surroundings import in_words, read_results

_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def section() -> list[str]:
    """Paragraphs of the page; empty while nothing was measured."""
    parts: list[str] = []
    for name, words in (("visible", _visible), ("messages", _messages), ("due", _due), ("handing_over", _handing_over)):
        if found := read_results(name):
            parts += words(found["figures"], in_words(found["surroundings"]))
    if kills := [found for kind in _NAMES if (found := read_results(f"kills-{kind}"))]:
        parts += _kills(kills)
    return ["## 撑不撑得住", *parts] if parts else []


def _visible(one: dict[str, Any], around: str) -> list[str]:
    return [
        "### 网页上多久看到答复",
        f"真的 Chromium，390 像素宽，程序在另一个进程（SQLite）：从按下回车到答复那一帧，{one['questions']} 问，"
        f"p50 {one['p50_ms']} 毫秒，p95 {one['p95_ms']}，最长 {one['longest_ms']}，第一问 {one['first_ms']}。",
        f"`python -m benchmarks.visible`。{around}",
    ]


def _messages(figures: dict[str, Any], around: str) -> list[str]:
    rows = [
        [
            f"{_NAMES[one['kind']]}，{one['processes']} 个进程",
            f"{one['floor_per_second']:.0f}",
            f"{one['most']['per_second']:.0f}",
            f"{one['share_of_floor']:.2f}",
            f"{one['most']['p50_ms']:.0f} / {one['most']['p99_ms']:.0f}",
            f"{one['at_half']['p50_ms']:.0f} / {one['at_half']['p99_ms']:.0f}",
        ]
        for one in figures.values()
    ]
    headings = ["", "标尺 条/秒", "本项目 条/秒", "是标尺的", "满载 p50 / p99 毫秒", "一半时 p50 / p99 毫秒"]
    return [
        "### 一条消息，从回调到交给 Telegram",
        "五十个会话，收到答复才说下一句；答复交到 Bot API 替身手里才算完。标尺：同一个库上只插一行、提交一次的空循环，"
        "用的是同一套会话。提交都落盘。发送限速放开。说话的一方和替身也在这台机器上，占去一部分处理器。",
        table(headings, rows),
        f"`python -m benchmarks.load.messages --record`。{around}",
    ]


def _due(one: dict[str, Any], around: str) -> list[str]:
    return [
        "### 九点到期的提醒",
        f"{one['reminders']:,} 条提醒同时到期，{one['processes']} 个进程在 {_NAMES[one['kind']]} 上取走、写进发件箱："
        f"{one['seconds']:.0f} 秒，写出 {one['in_outbox']:,} 条，重复 {one['doubles']} 条。",
        f"`python -m benchmarks.load.due --record`。{around}",
    ]


def _handing_over(one: dict[str, Any], around: str) -> list[str]:
    return [
        "### 公布和停止",
        f"三个进程共用一个 PostgreSQL。公布以后到最后一个进程照新的回答，{len(one['published_s'])} 次里最慢 "
        f"{one['slowest_publication_s']:.1f} 秒。五十个会话不停地问，先后 {one['stops']} 次让一个进程停止（SIGTERM）再起："
        f"最慢 {one['slowest_stop_s']:.1f} 秒退出；收下 {one['asked']:,} 个更新（五分之一又送一遍），答复 {one['answered']:,} 个，"
        f"重发 {one['sent_twice']} 条。",
        f"`python -m benchmarks.load.handing_over --record`。{around}",
    ]


def _kills(found: Sequence[dict[str, Any]]) -> list[str]:
    rows, notes = [], []
    for one in found:
        figures = one["figures"]
        faults = "、".join(f"{name} {count}" for name, count in figures["faults"].items())
        rows.append(
            [
                _NAMES[figures["kind"]],
                *(f"{figures[name]:,}" for name in ("kills", "updates", "cases", "events", "reminders", "sent_twice")),
                faults,
                "全部成立" if not figures["wrong"] else "；".join(figures["wrong"])[:200],
            ]
        )
        notes.append(in_words(one["surroundings"]))
    headings = ["", "SIGKILL", "更新", "案件", "记录", "提醒", "重发", "替身的故障", "结果"]
    return [
        "### 随机杀进程",
        "SQLite 上一个进程，PostgreSQL 上三个，负载下随机 SIGKILL，一成的进程从零启动；替身同时出错、限速、断开、超时、"
        "重复和打乱更新。最后逐项核对：收下的更新都有答复，每次确认恰好一件案件，提醒都写出并送到，编号没有空缺，"
        "记录前后相扣，库完整。“重发”是送到了但没来得及记下、又送一遍的，按设计至少一次。",
        table(headings, rows),
        "`make kills`。" + " ".join(dict.fromkeys(notes)),
    ]
