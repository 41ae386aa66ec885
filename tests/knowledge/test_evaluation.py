"""The scoring: each measure as the evaluation defines it, on made-up results."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.evaluation import Question, Scored, read_entries, read_question_set, summary
from knowledge.matching.entries import Entry
from knowledge.matching.matcher import Match, Outcome, Result
from knowledge.yaml_data import DataError


def scored(outcome: Outcome, right: tuple[bool, ...], in_scope: bool = True, style: str = "") -> Scored:
    matches = tuple(Match(Entry(f"e{n}", "entry", "", ""), 0.5, "open") for n in range(len(right)))
    question = Question("q", "？", style, in_scope, lambda _: False)
    return Scored(question, Result(outcome, matches), right, 1.0)


def test_each_measure_is_what_the_evaluation_says() -> None:
    figures = summary(
        [
            scored("answer", (True, False)),  # answered rightly
            scored("answer", (False, True)),  # answered wrongly, right one second
            scored("clarify", (False, False, True)),  # asked back, right one offered
            scored("clarify", (False, False, False, True)),  # asked back, right one not offered
            scored("none", (True,)),  # abstained in scope
            scored("none", (False,), in_scope=False),
            scored("clarify", (False,), in_scope=False),
            scored("answer", (False,), in_scope=False),
        ]
    )
    assert (figures["n"], figures["in_scope"], figures["out_of_scope"]) == (8, 5, 3)
    assert figures["rank_hit_at_1"] == pytest.approx(2 / 5)
    assert figures["rank_hit_at_3"] == pytest.approx(4 / 5)
    assert figures["recall_at_10"] == 1
    assert figures["mrr_at_10"] == pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 4 + 1) / 5, abs=1e-4)
    assert figures["hit_at_1"] == pytest.approx(1 / 5)
    assert figures["hit_at_3"] == pytest.approx(3 / 5)
    assert figures["abstained_in_scope"] == pytest.approx(1 / 5)
    assert figures["asked_back_in_scope"] == pytest.approx(2 / 5)
    assert figures["abstained_out_of_scope"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["asked_back_out_of_scope"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["wrong_confident"] == pytest.approx(2 / 8)


def test_both_formats_are_read(tmp_path: Path, shipped) -> None:  # type: ignore[no-untyped-def]
    generic = tmp_path / "q.jsonl"
    generic.write_text('{"id": "a", "q": "问", "gold": ["x"]}\n{"id": "b", "q": "问", "gold": []}\n', encoding="utf-8")
    assert [(q.id, q.in_scope, q.accepts("x")) for q in read_question_set(generic, None)] == [
        ("a", True, True),
        ("b", False, False),
    ]
    ours = tmp_path / "q.yaml"
    ours.write_text(
        '- {id: q1, q: "问", style: formal, scope: in, answer_any: ["灭火器未保持 完好有效"]}\n', encoding="utf-8"
    )
    question = read_question_set(ours, shipped.library)[0]
    assert (question.accepts("xiaofang-exempt-1"), question.accepts("echeng-1")) == (True, False)


@pytest.mark.parametrize("text", ["{", '{"q": 1}', '["x"]'])
def test_a_broken_line_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": "a", "q": "问", "gold": []}\n' + text + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="第2行"):
        read_question_set(path, None)


def test_generic_entries_are_read_and_a_line_without_id_is_named(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text('{"id": 1, "title": "甲", "aliases": ["乙"], "body": "丙"}\n', encoding="utf-8")
    assert read_entries(path) == [Entry("1", "entry", "甲", "丙", ("乙",))]
    path.write_text('{"title": "甲"}\n', encoding="utf-8")
    with pytest.raises(DataError, match="第1行"):
        read_entries(path)
