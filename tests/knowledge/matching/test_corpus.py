"""All texts of an index analysed together say the same as each of them alone."""

from __future__ import annotations

import numpy as np

from handlers.conversation import Knowledge
from knowledge.matching.corpus import Corpus, Role, passages_of
from knowledge.matching.entries import Entry

ENTRIES = [
    Entry("a", "clause", "罚款分期", "当事人经济困难的，可以分期缴纳罚款。", ("罚款交不起怎么办",)),
    Entry("b", "clause", "", "营业执照丢了，可以补领。" * 8),
    Entry("c", "clause", "", "。"),
]


def corpus_of(shipped: Knowledge, outside: tuple[str, ...] = ()) -> Corpus:
    return Corpus.of(ENTRIES, outside, shipped.matcher.index.analyzer)


def test_a_question_is_held_against_names_typical_questions_and_passages(shipped: Knowledge) -> None:
    corpus = corpus_of(shipped, ("火车票怎么退",))
    surfaces = [(Role(role), int(row)) for role, row in zip(corpus.roles, corpus.rows, strict=True)]
    chosen = [one for one, is_surface in zip(surfaces, corpus.is_surface(), strict=True) if is_surface]
    passages = len(passages_of(ENTRIES[1].body))
    assert chosen == [(Role.TITLE, 0), (Role.ALIAS, 0), *[(Role.PASSAGE, 1)] * passages, (Role.BODY, 2)]


def test_passages_are_whole_sentences() -> None:
    assert passages_of("甲" * 50 + "。" + "乙" * 20 + "。" + "丙。") == ["甲" * 50 + "。" + "乙" * 20 + "。", "丙。"]


def test_every_text_has_the_terms_that_a_question_of_the_same_words_has(shipped: Knowledge) -> None:
    analyzer, corpus = shipped.matcher.index.analyzer, corpus_of(shipped)
    chars, sounds = corpus.chars_and_sounds()
    words, often = corpus.words(analyzer)
    concepts, named = corpus.concepts(analyzer)
    surfaces = corpus.is_surface()
    for unit, text in enumerate(corpus.texts):
        tokens, role = analyzer.tokens(text), corpus.roles[unit]
        row_of = np.where(np.arange(len(corpus.texts)) == unit, 0, -1).astype(np.int32)
        cases = (
            (chars, tokens.chars, True),
            (sounds, tokens.sounds, surfaces[unit]),
            (words, tokens.words, role <= Role.BODY),
            (concepts, tokens.concepts, role <= Role.ALIAS),
        )
        for occurring, terms, is_there in cases:
            df, _, counts = occurring.in_rows(row_of)
            bag = occurring.bag(terms)
            order = np.argsort(bag.terms)
            assert np.flatnonzero(df).tolist() == (bag.terms[order].tolist() if is_there else [])
            assert counts.tolist() == (bag.counts[order].tolist() if is_there else [])
    assert often["营业执照"] == 8
    assert named.total() == sum(len(analyzer.tokens(alias).concepts) for entry in ENTRIES for alias in entry.aliases)


def test_texts_are_normalised_together_as_each_alone(shipped: Knowledge) -> None:
    analyzer = shipped.matcher.index.analyzer
    texts = ["請問營業執照", "", "甲\n乙", "你好，罚款吗？", "ＡＢ", " ", "请问"]
    assert analyzer.normalise_all(texts) == [analyzer.normalise(text) for text in texts]
    assert analyzer.normalise("甲\n乙") == "甲 乙"
