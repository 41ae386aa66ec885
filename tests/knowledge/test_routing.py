"""Which department a text belongs to (R50): by its name, by the list item that matches, by its matters; else none."""

from __future__ import annotations

import pytest

from handlers.conversation import Knowledge
from knowledge.departments import department_word
from knowledge.routing import NOWHERE, Route, chosen, departments, name_of, route, word_of_item


def routed(shipped: Knowledge, text: str) -> Route:
    return route(text, shipped.matcher.search(text).matches, shipped.library)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("市监局的人让我整改，怎么弄", "市监"),
        ("工商那边怎么变更法人", "市监"),
        ("城管说招牌不合格", "城管"),
        ("税务局打电话催我申报", "税"),
        ("消防大队来查过一次", "消防"),
        ("烟草局的人让我交证", "烟"),
    ],
)
def test_the_department_that_a_text_names_settles_it(shipped: Knowledge, text: str, word: str) -> None:
    assert routed(shipped, text) == Route(word, "named")


def test_with_two_departments_named_it_is_not_clear(shipped: Knowledge) -> None:
    assert routed(shipped, "环保局和城管都来查过") == NOWHERE


@pytest.mark.parametrize("question", ["货架上忘了贴价签，会罚吗", "店里的灭火器过期了会罚吗"])
def test_a_matching_list_item_gives_its_department(shipped: Knowledge, question: str) -> None:
    found = routed(shipped, question)
    best = shipped.matcher.search(question).matches[0].entry.id
    assert (found.why, found.entry) == ("item", best)
    assert found.word == word_of_item(best, shipped.library) != ""


def test_every_list_item_is_routed_to_the_office_whose_list_it_is_on(shipped: Knowledge) -> None:
    """R50: by matched content, the item's own typical question."""
    wrong = []
    for collection in shipped.library.collections.values():
        for item in collection.items:
            for question in collection.questions.get(item.id, ())[:1]:
                found = routed(shipped, question)
                if found.word not in ("", department_word(item.department or "")):
                    wrong.append((question, found))
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("营业执照丢了怎么补办", "市监"),
        ("去哪里办健康证", "卫健"),
        ("网约车的证怎么换", "交"),
        ("老板三个月没发工资", "人社"),
        ("电子发票怎么开", "税"),
    ],
)
def test_a_matter_of_a_department_gives_it_where_no_item_answers(shipped: Knowledge, text: str, word: str) -> None:
    assert routed(shipped, text) == Route(word, "topic")


@pytest.mark.parametrize(
    "text",
    [
        "四新企业要满足什么条件",
        "执法人员没亮证怎么办",
        "今天天气怎么样",
        "你好",
        "",
        "？？？",
        "啊" * 2000,
        "\x00\u202e",
    ],
)
def test_what_belongs_to_no_department_is_routed_to_none(shipped: Knowledge, text: str) -> None:
    assert routed(shipped, text) == NOWHERE


def test_every_list_has_a_department_that_is_known(shipped: Knowledge) -> None:
    words = {word_of_item(item, shipped.library) for item in shipped.library.items}
    assert words - {one.word for one in departments()} == set()
    assert all(name_of(word) for word in words)


def test_no_name_and_no_matter_stands_with_two_departments() -> None:
    said = [word for one in departments() for word in (*one.names, *one.topics)]
    assert len(said) == len(set(said))


def test_a_word_means_an_office_only_when_one_fits() -> None:
    offices = ["示例市场监管局", "示例城管局", "示例税务一所", "示例税务二所"]
    assert chosen("市监", offices) == "示例市场监管局"
    assert chosen("税", offices) is None
    assert chosen("消防", offices) is None
    assert chosen("", offices) is None
