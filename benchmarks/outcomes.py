"""What a user would see: answered, asked back, abstained; written to ``docs/evaluation.md`` beside date and commit."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.surroundings import surroundings
from knowledge.evaluation import read_question_set, score, summary
from knowledge.shipped import matcher_for, shipped_library

ROOT = Path(__file__).parents[1]
SETS = (
    ("没有参与训练的题", ROOT / "benchmarks" / "data" / "unseen.yaml"),
    ("最后才写的题", ROOT / "benchmarks" / "data" / "fresh.yaml"),
    ("校准用过的留出题", ROOT / "benchmarks" / "data" / "held_out.yaml"),
)
ROWS = (
    ("rank_hit_at_1", "排第一的就对"),
    ("rank_hit_at_3", "前三里有对的"),
    ("mrr_at_10", "MRR@10"),
    ("recall_at_10", "前十里有对的"),
    ("hit_at_1", "直接答对"),
    ("hit_at_3", "答对或者反问里有对的"),
    ("abstained_in_scope", "范围内说查无依据"),
    ("asked_back_in_scope", "范围内反问"),
    ("abstained_out_of_scope", "范围外说查无依据"),
    ("asked_back_out_of_scope", "范围外反问"),
    ("answered_out_of_scope", "范围外作答（题数）"),
    ("wrong_confident", "答了但答错"),
)


def provenance() -> str:
    """Date, machine and commit in a sentence."""
    around = surroundings()
    return (
        f"{around['date']}，{around['cores']} 核 {around['cpu']}，Python {around['python']}，提交 {around['commit']}。"
    )


def table(figures: Sequence[tuple[str, dict[str, Any]]]) -> str:
    """The measures as rows, the sets as columns."""
    head = "| 指标 | " + " | ".join(f"{name}（{f['in_scope']}＋{f['out_of_scope']}）" for name, f in figures) + " |"
    rule = "|---|" + "---:|" * len(figures)
    rows = [f"| {words} `{key}` | " + " | ".join(_shown(f[key]) for _, f in figures) + " |" for key, words in ROWS]
    styles = sorted({style for _, f in figures for style in f["by_style"]})
    rows += [
        f"| {style}：排第一的就对 | "
        + " | ".join(_shown(f["by_style"].get(style, {}).get("rank_hit_at_1")) for _, f in figures)
        + " |"
        for style in styles
    ]
    return "\n".join([head, rule, *rows])


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=Path, default=Path("../shared/evaluation/questions.yaml"))
    arguments = parser.parse_args(argv)
    library = shipped_library()
    matcher = matcher_for(library)
    sets = [*SETS]
    if arguments.questions.exists():
        sets.insert(0, ("开发评测", arguments.questions))
    figures = [(name, summary(list(score(read_question_set(path, library), matcher)))) for name, path in sets]
    text = f"""# 评测结果

What a user would see, on the development set, on two unseen sets of our own, and on the set the calibrators were fitted on.

由 `make bench` 生成。{provenance()}

括号里是范围内＋范围外的题数。典型问法和参数从不使用前三套题；第四套用来拟合校准，数字偏乐观。
前三套与第四套的差距就是对新题应有的折扣。第三套题少，一题就是两个百分点。

{table(figures)}
"""
    (ROOT / "docs" / "evaluation.md").write_text(text, encoding="utf-8")
    print(table(figures))


if __name__ == "__main__":
    main()
