"""The articles of law that come with the checks: verbatim, dated, each once; a faulty file is refused with its line."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from knowledge.laws import load_laws
from knowledge.shipped import DATA
from knowledge.yaml_data import DataError

LAWS = load_laws(DATA / "laws.yaml")
ONE = """- id: law-example-1
  law: 示例法
  path: 第一条
  valid_from: 2021-07-15
  checked: 2026-11-20
  title: 示例
  text: 示例条文。
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "laws.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_article_on_no_penalty_is_word_for_word() -> None:
    assert LAWS["law-punishment-33-1"].text == (
        "违法行为轻微并及时改正，没有造成危害后果的，不予行政处罚。"
        "初次违法且危害后果轻微并及时改正的，可以不予行政处罚。"
    )
    assert LAWS["law-punishment-33-2"].text == (
        "当事人有证据足以证明没有主观过错的，不予行政处罚。法律、行政法规另有规定的，从其规定。"
    )
    assert LAWS["law-punishment-33-3"].text == ("对当事人的违法行为依法不予行政处罚的，行政机关应当对当事人进行教育。")


def test_the_article_on_orders_is_word_for_word() -> None:
    assert LAWS["law-punishment-28-1"].text == "行政机关实施行政处罚时，应当责令当事人改正或者限期改正违法行为。"


def test_the_four_grounds_for_a_lighter_penalty_and_the_fifth_are_all_quoted() -> None:
    text = LAWS["law-punishment-32"].text
    assert re.findall("（(.)）", text) == ["一", "二", "三", "四", "五"]
    assert text.startswith("当事人有下列情形之一，应当从轻或者减轻行政处罚：（一）主动消除或者减轻违法行为危害后果的；")


@pytest.mark.parametrize("article", LAWS.values(), ids=list(LAWS))
def test_every_article_is_dated_cited_and_ends_its_sentence(article) -> None:
    assert article.valid_from == dt.date(2021, 7, 15)
    assert article.checked >= article.valid_from
    assert article.text.endswith("。")
    assert "\n" not in article.text and "  " not in article.text
    citation = article.citation
    assert (citation.document, citation.number, citation.place) == ("中华人民共和国行政处罚法", None, "全国")
    assert re.fullmatch("第[一二三四五六七八九十]+条(第[一二三]款)?", citation.path)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    assert list(load_laws(written(tmp_path, ONE))) == ["law-example-1"]


def test_an_article_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=re.escape("laws.yaml 第8行：“law-example-1”写了两次")):
        load_laws(written(tmp_path, ONE + ONE))


@pytest.mark.parametrize("field", ["id", "law", "path", "title", "text", "valid_from", "checked"])
def test_a_missing_field_is_named_with_file_and_line(tmp_path: Path, field: str) -> None:
    lines = [line for line in ONE.splitlines() if not line.lstrip("- ").startswith(f"{field}:")]
    lines[0] = "- " + lines[0].lstrip("- ")
    with pytest.raises(DataError, match=f"laws.yaml 第1行：缺少“{field}”"):
        load_laws(written(tmp_path, "\n".join(lines)))


def test_a_day_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=re.escape("laws.yaml 第4行：“valid_from”应为 2022-06-29 这样的日期")):
        load_laws(written(tmp_path, ONE.replace("valid_from: 2021-07-15", "valid_from: 去年")))


def test_an_unknown_field_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=re.escape("laws.yaml 第8行")):
        load_laws(written(tmp_path, ONE + "  valid_until: 2030-01-01\n"))
