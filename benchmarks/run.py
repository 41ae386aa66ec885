"""Measure the matching beside its peers, and write ``docs/benchmarks.md`` with its charts from all figures there are.

Each kind of figures has a command and a file in ``benchmarks/results`` of its own. ``--speed`` measures how fast ours is
and nothing else; ``--page`` measures nothing and only writes the page anew; ``--quick`` takes a small part in under a
minute, prints the tables and writes nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import holding, load_sections, peers, speed
from benchmarks.drawing import bars, share, table
from benchmarks.peers import OURS, ROOT
from benchmarks.surroundings import in_words, read_results, surroundings, write_results

PAGE = ROOT / "docs" / "benchmarks.md"
IMAGES = ROOT / "docs" / "images"
_PACKAGES = ("numpy", "scipy", "jieba", "rapidfuzz", "opencc", "bm25s", "tantivy", "scikit-learn")
_HEADINGS = {
    "rank_hit_at_1": "第一答案正确",
    "rank_hit_at_3": "前三有正确",
    "recall_at_10": "前十有正确",
    "mrr_at_10": "MRR@10",
}


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
            *unasked_note(corpus),
        ]
    )


def unasked_note(corpus: dict[str, Any]) -> list[str]:
    """Ours where no question has taught anything about the articles that are asked for."""
    measured = read_results("unasked")
    if measured is None or corpus["key"] not in measured["figures"]:
        return []
    around, figures = measured["surroundings"], measured["figures"][corpus["key"]]
    shares = "，".join(f"{words} {share(figures[name])}" for name, words in _HEADINGS.items())
    return [
        f"条文从没被问过时（训练不用任何问到同一条文的题），本项目：{shares}。"
        f"另量：`python -m benchmarks.peers --unasked`，{around['date']}，提交 {around['commit']}。"
    ]


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
            f" {start['read_s']:.2f} 秒，建索引 {start['index_s']:.2f} 秒；第一问 {start['first_ms']:.1f} 毫秒。"
            f"服务进程不读文件，读数据库：{start['served_s']:.2f} 秒。"
            f"自带文件读过一次就记下来，文件或者程序改过才重读：重读要 {start['anew_s']:.2f} 秒。",
            f"{big['entries']:,} 条时，本项目全部环节（分词、六路候选、特征、排序、校准）一问的 p50 是 tantivy 单路检索的"
            f" {ratio:.1f} 倍、同一台机器上矩阵乘向量的 {big['p50_ms'] / dot['p50_ms']:.1f} 倍。"
            f"生成的条目题目中位 {big['title_chars']:g} 字、正文中位 {big['body_chars']:g} 字，各带一两个问法，种子固定；"
            f"一半问题是去掉一个字的问法，前三个答案含原条目的占 {share(big['found_near'])}。",
        ]
    )


def page(results: dict[str, Any], measured: dict[str, Any]) -> str:
    """The whole page."""
    around, results = results["surroundings"], results["figures"]
    parts = [
        "# 性能与同类对比",
        "Benchmarks: our matching beside what one could pick instead, on the same corpora and questions in one run. "
        "Written by `make bench`; do not edit by hand.",
        "由 `make bench` 生成，不要手改；原始数据在 `benchmarks/results`，一种一个文件，各有各的命令和日期。",
        f"匹配：`python -m benchmarks.run`，{in_words(around)}",
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
        speed_section(measured["figures"]),
        f"`python -m benchmarks.run --speed`，{in_words(measured['surroundings'])}",
        "机器上同时有别的任务时毫秒数会变，同一次运行里的倍数更可靠。各阶段耗时：`python -m benchmarks.speed stages`。",
        *load_sections.sections(),
        *holding.section(),
    ]
    return "\n\n".join(parts) + "\n"


def charts(results: dict[str, Any], measured: dict[str, Any]) -> dict[str, str]:
    """The charts by file name."""
    out, results = load_sections.charts(), results["figures"]
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

    big = measured["figures"]["large"]
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
    parser.add_argument("--page", action="store_true", help="only write the page anew")
    parser.add_argument("--speed", action="store_true", help="only how fast ours is")
    parser.add_argument("--quick", action="store_true", help="a small part, printed only")
    parser.add_argument("--questions", type=Path, default=ROOT / peers.QUESTIONS, help="development questions (YAML)")
    parser.add_argument("--public", type=Path, default=ROOT / peers.STARD, help="folder with stard_*.jsonl")
    arguments = parser.parse_args(argv)
    questions, public = arguments.questions.resolve(), arguments.public.resolve()
    around = surroundings(_PACKAGES)
    if arguments.speed:
        write_results("speed", speed.measure_all(public), around=around)
    elif not arguments.page:
        figures = {"corpora": peers.compare_all(questions, public, arguments.quick)}
        measured = speed.measure_all(public, arguments.quick)
        if arguments.quick:
            print(page(*({"surroundings": around, "figures": one} for one in (figures, measured))))
            print("快速模式只取一小部分，没有写入文件。")
            return
        write_results("matching", figures, around=around)
        write_results("speed", measured, around=around)
        from benchmarks import outcomes  # it writes a page of its own

        outcomes.main(["--questions", str(questions)])
    results, kept = read_results("matching"), read_results("speed")
    if results is None or kept is None:
        raise SystemExit("还没有量过匹配：先运行 python -m benchmarks.run")
    PAGE.write_text(page(results, kept), encoding="utf-8")
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, drawing in charts(results, kept).items():
        (IMAGES / name).write_text(drawing, encoding="utf-8")
    print(f"已写入 {PAGE.relative_to(ROOT)} 和 {IMAGES.relative_to(ROOT)}/bench-*.svg")


if __name__ == "__main__":
    main()
