"""Words of the street lead to words of the law, where questions and the texts that answer them have taught it."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.matching.entries import Entry
from knowledge.matching.index import Index
from knowledge.matching.matcher import Matcher
from knowledge.matching.model import ModelError, load_model
from knowledge.matching.translation import OTHERS, PAIRS, Translation
from knowledge.shipped import DATA, shipped_language, shipped_profiles

MODEL: dict[str, Any] = json.loads((DATA / "matching" / "model.json").read_text(encoding="utf-8"))
ARTICLES = [
    Entry("fence", "clause", "第一条", "施工现场应当设置连续、封闭的围挡。"),
    Entry("smoke", "clause", "第二条", "餐饮服务经营者应当安装油烟净化设施并保持正常使用。"),
    Entry("fees", "clause", "第三条", "不得收取未予标明的费用，不得在标价之外加价出售商品。"),
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    profile = replace(
        shipped_profiles()["texts"], translation=Translation({"宰客": "标价150加价120", "坑人": "标价080"})
    )
    return Matcher(ARTICLES, shipped_language().analyzer(), profile)


def test_every_pair_of_a_question_adds_what_it_leads_to() -> None:
    translation = Translation({"宰客": "标价150加价120", "坑人": "标价080"})
    assert translation.of(["宰客", "坑人", "天气"]) == {"标价": pytest.approx(2.3), "加价": pytest.approx(1.2)}


def test_a_question_finds_an_article_with_none_of_its_words(matcher: Matcher) -> None:
    asked = "宰客坑人"
    assert not set(asked) & set(ARTICLES[2].title + ARTICLES[2].body)
    bare = Index(ARTICLES, shipped_language().analyzer())
    assert not len(bare.candidates(asked).rows)
    assert [match.entry.id for match in matcher.search(asked).matches] == ["fees"]


def test_with_a_translation_the_other_features_stay_as_they_are(matcher: Matcher) -> None:
    asked = "饭店油烟净化装不装"
    bare = Index(ARTICLES, shipped_language().analyzer()).candidates(asked)
    more = matcher.index.candidates(asked)
    assert bare.rows.tolist() == more.rows.tolist()
    np.testing.assert_array_equal(bare.features, more.features[:, : bare.features.shape[1]])


def test_only_bare_texts_are_translated_for() -> None:
    has = {name: profile.translation is not None for name, profile in shipped_profiles().items()}
    assert has == {"questions": False, "few": False, "texts": True}


@settings(max_examples=100, deadline=None)
@given(asked=st.one_of(st.text(max_size=100), st.text(st.sampled_from("宰客坑人标价油烟的，1a"), max_size=100)))
def test_no_text_breaks_a_search_with_a_translation(matcher: Matcher, asked: str) -> None:
    found = matcher.search(asked).matches
    assert all(0 <= match.confidence <= 1 for match in found)


@pytest.mark.parametrize(
    "table",
    [
        {"罚": "罚款141"},
        {"罚钱": "罚款14"},
        {"罚钱": "罚款１４１"},
        {"罚钱": ""},
        {"罚钱": ["罚款141"]},
        {"罚钱": "罚款141" * (OTHERS + 1)},
        {f"{chr(0x4E00 + at // 200)}{chr(0x4E00 + at % 200)}": "罚款141" for at in range(PAIRS + 1)},
        ["罚钱"],
        "罚钱",
    ],
)
def test_what_is_no_translation_is_refused_when_it_is_read(tmp_path: Path, table: Any) -> None:
    with pytest.raises(ModelError):
        load_with(tmp_path, table)


def test_constants_that_look_at_fewer_features_than_a_translation_gives_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        load_with(tmp_path, None)


def load_with(folder: Path, table: Any) -> None:
    model = copy.deepcopy(MODEL)
    if table is None:
        del model["profiles"]["texts"]["translation"]
    (folder / "translation.json").write_text(json.dumps(table), encoding="utf-8")
    path = folder / "model.json"
    path.write_text(json.dumps(model), encoding="utf-8")
    load_model(path, "texts")


def test_one_profile_is_read_without_the_translation_of_another(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(json.dumps(MODEL), encoding="utf-8")
    assert load_model(tmp_path / "model.json", "questions").keys() == {"questions"}
    with pytest.raises(ModelError):
        load_model(tmp_path / "model.json", "texts")
