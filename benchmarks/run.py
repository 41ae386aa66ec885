"""Run every measurement and write ``docs/benchmarks.md``, ``benchmarks/results.json`` and two charts.

``--quick`` takes a small part in under a minute, prints the tables and writes nothing.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from benchmarks import peers, speed
from benchmarks.peers import OURS, ROOT

RESULTS = ROOT / "benchmarks" / "results.json"
PAGE = ROOT / "docs" / "benchmarks.md"
IMAGES = ROOT / "docs" / "images"
_PACKAGES = ("numpy", "scipy", "jieba", "rapidfuzz", "opencc", "bm25s", "tantivy", "scikit-learn")
_HEADINGS = {
    "rank_hit_at_1": "第一答案正确",
    "rank_hit_at_3": "前三有正确",
    "recall_at_10": "前十有正确",
    "mrr_at_10": "MRR@10",
}


def surroundings() -> dict[str, Any]:
    """Date, machine, versions and commit; nothing that names this machine or its folders."""
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "cpu": _cpu(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "system": platform.system(),
        "python": platform.python_version(),
        "commit": _commit(),
        "packages": {name: version(name) for name in _PACKAGES},
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _commit() -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    try:
        changed = git("status", "--porcelain", "--", "knowledge", "benchmarks/*.py", "benchmarks/data")
        return git("rev-parse", "--short", "HEAD") + (" 加未提交的改动" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "不详"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def corpus_section(corpus: dict[str, Any]) -> str:
    """One corpus as a heading, a line on its size, a table, and the paired count."""
    measures = list(_HEADINGS)
    top = {name: max(row[name] or 0 for row in corpus["rows"]) for name in measures}
    rows = []
    for row in corpus["rows"]:
        shares = [f"**{share(row[name])}**" if row[name] == top[name] else share(row[name]) for name in measures]
        memory = "–" if row["memory_mb"] is None else f"{row['memory_mb']:.0f}"
        times = [f"{row['p50_ms']:.2f}", f"{row['p99_ms']:.2f}", f"{row['build_s']:.2f}", memory]
        rows.append([f"**{row['engine']}**" if row["engine"] == OURS else row["engine"], *shares, *times])
    headings = ["做法", *_HEADINGS.values(), "p50 毫秒", "p99 毫秒", "建索引 秒", "内存增长 MB"]
    against = corpus["against_best"]
    notes = [
        f"与第一答案最好的同类（{against['engine']}）逐题比：只有本项目答对 {against['only_ours']} 题，"
        f"只有对方答对 {against['only_theirs']} 题（符号检验 p = {against['p']:g}）。"
    ]
    if corpus["skipped"]:
        notes.append(f"未跑：{'、'.join(corpus['skipped'])}（超过 {peers.FUZZY_LIMIT:,} 条文字，逐条模糊匹配太慢）。")
    size = f"{corpus['entries']:,} 条，{corpus['strings']:,} 条文字，{corpus['questions']:,} 个范围内问题"
    size += f"（{corpus['verbatim']} 个与典型问法逐字相同）。" if corpus["strings"] > corpus["entries"] else "。"
    return "\n\n".join(
        [
            f"### {corpus['title']}",
            f"{size}本项目用的参数：{corpus['constants']}。",
            table(headings, rows),
            "\n".join(notes),
        ]
    )


def speed_section(measured: dict[str, Any]) -> str:
    start, small, big = measured["cold"], measured["shipped"], measured["large"]
    tantivy, dot = big["tantivy"], big["dot"]

    def row(name: str, one: dict[str, Any], build: str, memory: str) -> list[str]:
        count = f"{one['entries']:,}（{one['strings']:,}）" if "entries" in one else "同上"
        return [name, count, build, f"{one['p50_ms']:.2f}", f"{one['p99_ms']:.2f}", memory]

    rows = [
        row(
            "本项目，自带知识",
            small,
            f"{start['index_s']:.2f}",
            f"{small['rss_built_mb']:.0f} → {small['rss_after_mb']:.0f}",
        ),
        row(
            "本项目，生成的短条目",
            big,
            f"{big['build_s']:.1f}",
            f"{big['rss_built_mb']:.0f} → {big['rss_after_mb']:.0f}",
        ),
        row("tantivy（双字），同一批条目", tantivy, f"{tantivy['build_s']:.1f}", "–"),
        row("标尺：矩阵（条数 × 64）乘向量", dot, "–", "–"),
    ]
    ratio = big["p50_ms"] / tantivy["p50_ms"]
    return "\n\n".join(
        [
            table(["", "条目（文字）", "建索引 秒", "p50 毫秒", "p99 毫秒", "进程内存 MB，建好后 → 问过 500 题"], rows),
            f"冷启动（新进程，从导入完毕到能回答，{start['runs']} 次取中位数）：{start['ready_s']:.2f} 秒，其中读文件、词典和参数"
            f" {start['read_s']:.2f} 秒，建索引 {start['index_s']:.2f} 秒；第一问 {start['first_ms']:.1f} 毫秒。",
            f"{big['entries']:,} 条时，本项目全部环节（分词、六路候选、特征、排序、校准）一问的 p50 是 tantivy 单路检索的"
            f" {ratio:.1f} 倍、同一台机器上矩阵乘向量的 {big['p50_ms'] / dot['p50_ms']:.1f} 倍。"
            f"生成的条目题目中位 {big['title_chars']:g} 字、正文中位 {big['body_chars']:g} 字，各带一两个问法，种子固定；"
            f"一半问题是去掉一个字的问法，前三个答案含原条目的占 {share(big['found_near'])}。",
        ]
    )


def page(results: dict[str, Any]) -> str:
    """The whole page."""
    around = results["surroundings"]
    packages = "、".join(f"{name} {number}" for name, number in around["packages"].items())
    parts = [
        "# 性能与同类对比",
        "Benchmarks: our matching beside what one could pick instead, on the same corpora and questions in one run. "
        "Written by `make bench`; do not edit by hand.",
        f"由 `make bench` 生成，不要手改；原始数据在 `benchmarks/results.json`。{around['date']}，{around['cores']} 核 "
        f"{around['cpu']}，内存 {around['memory_gb']} GB，{around['system']}，Python {around['python']}，"
        f"提交 {around['commit']}，开始时负载 {around['load']}。{packages}。",
    ]
    if results["corpora"]:
        parts += [
            "## 答得准不准",
            "![各种做法第一答案正确的比例](images/bench-accuracy.svg)",
            "各家都用自己的默认设置，文字都先统一全角半角和大小写。同类把每个典型问法当作一条文字，按最高分并到所属条目。"
            "只看排序，不看弃答：范围外的问题不计入。自带知识用的是开发评测题，按约定不写进典型问法、同义词和训练数据；"
            "最终评测另有一套。本项目带着自己的同义词表和词典，同类没有。",
            *(corpus_section(corpus) for corpus in results["corpora"]),
            "“建索引”含读词典。“内存增长”是单独一个进程里，库都导入之后，建索引和问完全部问题期间的最大增长。"
            "bm25s 用 numpy 后端（没有装 numba）。",
        ]
    parts += [
        "## 快不快",
        "![每问毫秒数](images/bench-speed.svg)",
        speed_section(results["speed"]),
        "机器上同时有别的任务时毫秒数会变，同一次运行里的倍数更可靠。各阶段耗时：`python -m benchmarks.speed stages`。",
    ]
    return "\n\n".join(parts) + "\n"


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


def charts(results: dict[str, Any]) -> dict[str, str]:
    """The two charts by file name."""
    out: dict[str, str] = {}
    accuracy = [
        (
            f"{corpus['title']}（{corpus['questions']:,} 问）",
            [(row["engine"], row["rank_hit_at_1"], share(row["rank_hit_at_1"])) for row in corpus["rows"]],
        )
        for corpus in results["corpora"]
    ]
    if accuracy:
        out["bench-accuracy.svg"] = bars("第一答案正确的比例", accuracy)

    def times(name: str, one: dict[str, Any]) -> tuple[str, float, str]:
        return name, one["p50_ms"], f"{one['p50_ms']:.2f} / {one['p99_ms']:.2f}"

    big = results["speed"]["large"]
    groups = [
        (f"{corpus['title']}（{corpus['strings']:,} 条文字）", [times(row["engine"], row) for row in corpus["rows"]])
        for corpus in results["corpora"]
        if corpus["key"] == "aliases"
    ]
    groups.append(
        (
            f"生成的短条目（{big['entries']:,} 条）",
            [times(OURS, big), times("tantivy（双字）", big["tantivy"]), times("矩阵乘向量", big["dot"])],
        )
    )
    out["bench-speed.svg"] = bars("每问毫秒数", groups, "条长为 p50；数字为 p50 / p99，毫秒。")
    return out


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small part, printed only")
    parser.add_argument("--questions", type=Path, default=ROOT / peers.QUESTIONS, help="development questions (YAML)")
    parser.add_argument("--public", type=Path, default=ROOT / peers.STARD, help="folder with stard_*.jsonl")
    arguments = parser.parse_args(argv)
    questions, public = arguments.questions.resolve(), arguments.public.resolve()
    results: dict[str, Any] = {"surroundings": surroundings()}
    results["corpora"] = peers.compare_all(questions, public, arguments.quick)
    results["speed"] = speed.measure_all(public, arguments.quick)
    if arguments.quick:
        print(page(results))
        print("快速模式只取一小部分，没有写入文件。")
        return
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(results), encoding="utf-8")
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, drawing in charts(results).items():
        (IMAGES / name).write_text(drawing, encoding="utf-8")
    from benchmarks import outcomes  # it writes its own page, with this module's words about the machine

    outcomes.main(["--questions", str(questions)])
    print(f"已写入 {PAGE.relative_to(ROOT)}、{RESULTS.relative_to(ROOT)} 和 {IMAGES.relative_to(ROOT)}/bench-*.svg")


if __name__ == "__main__":
    main()
