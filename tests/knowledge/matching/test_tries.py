"""Many texts cut at once fall into the same words and concepts as each of them alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.conversation import Knowledge
from knowledge.matching.tokens import Analyzer
from knowledge.matching.tries import Trie, codes_of

ANALYZER = Analyzer(
    {"罚": 900, "款": 300, "罚款": 800, "分期": 60, "期": 200, "分": 500, "营业": 90, "营业执照": 40, "执照": 50},
    ["分期缴纳", "3c认证"],
    {"交不起": "经济困难", "不起": "无力", "罚": "处罚", "罚钱": "罚款"},
)
TEXTS = st.text(st.sampled_from("罚款分期缴纳营业执照3c认证a1不起交钱的 "), max_size=40).map(ANALYZER.normalise)


def words_of(analyzer: Analyzer, texts: list[str]) -> list[str]:
    codes, _ = codes_of(texts)
    whole = " ".join([*texts, ""])
    return [whole[a:b] for a, b in zip(*(places.tolist() for places in analyzer.cutter.cut(codes)), strict=True)]


def words_of_each(analyzer: Analyzer, texts: list[str]) -> list[str]:
    """Single words without the shorter words inside them, as jieba gives them."""
    cut = analyzer._tokenizer.cut
    return [word for text in texts for piece in text.split() for word in cut(piece, HMM=False)]


def test_a_trie_finds_every_word_at_every_place() -> None:
    words = ["罚", "罚款", "款", "分期缴纳", "分"]
    codes, _ = codes_of(["罚款分期", "款"])
    found = {
        (at, words[word])
        for length, places, own in Trie(words).matches(codes)
        for at, word in zip(places, own, strict=True)
    }
    assert found == {(0, "罚"), (0, "罚款"), (1, "款"), (2, "分"), (5, "款")}
    assert [len(places) for _, places, _ in Trie([]).matches(codes)] == [0]


def test_texts_are_held_apart_by_a_space() -> None:
    codes, lengths = codes_of(["罚", "", "a b"])
    assert "".join(map(chr, codes)) == "罚  a b "
    assert lengths.tolist() == [2, 1, 4]


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, max_size=5))
def test_many_texts_are_cut_as_jieba_cuts_each(texts: list[str]) -> None:
    assert words_of(ANALYZER, texts) == words_of_each(ANALYZER, texts)


def test_the_shipped_texts_are_cut_as_jieba_cuts_each(shipped: Knowledge) -> None:
    analyzer = shipped.matcher.index.analyzer
    texts = analyzer.normalise_all([text for entry in shipped.library.entries for text in (entry.title, entry.body)])
    assert words_of(analyzer, texts) == words_of_each(analyzer, texts)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_one_text_is_cut_as_jieba_cuts_it(text: str) -> None:
    found = [word for piece in text.split() for word in ANALYZER.segmenter.words_of(piece)]
    assert found == words_of_each(ANALYZER, [text])


def test_typical_questions_are_cut_as_jieba_cuts_them(shipped: Knowledge) -> None:
    analyzer = shipped.matcher.index.analyzer
    asked = [alias for entry in shipped.library.entries for alias in entry.aliases][::7]
    texts = analyzer.normalise_all([*asked, "开了3c认证的店ab12要交10%吗", "㐀龢A1鿿罚款"])
    for text in texts:
        found = [word for piece in text.split() for word in analyzer.segmenter.words_of(piece)]
        assert found == words_of_each(analyzer, [text])


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_concepts_are_found_in_many_texts_as_in_each(texts: list[str]) -> None:
    codes, lengths = codes_of(texts)
    ends = np.cumsum(lengths)
    found: list[list[tuple[str]]] = [[] for _ in texts]
    for place, concept in ANALYZER.concepts_at(codes):
        found[int(np.searchsorted(ends, place, side="right"))].append((concept,))
    assert found == [list(ANALYZER.tokens(text).concepts) for text in texts]
