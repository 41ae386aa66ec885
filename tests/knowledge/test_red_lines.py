"""Suspicions of a red line (R11): raised by words alone, so each is a question; papers, denials and good order raise none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.red_lines import AREAS, suspicions
from knowledge.shipped import shipped_collections
from knowledge.yaml_data import load_yaml, read_yaml

DATA = Path("knowledge/data/inspection/red_lines.yaml")
PHRASES = Path("benchmarks/data/red_line_phrases.yaml")


def areas(text: str) -> set[str]:
    return {found.area for found in suspicions(text)}


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("二楼的安全出口用铁链锁住了", "安全"),
        ("冲床的防护罩拆下来放在一边", "安全"),
        ("电焊工无证上岗", "安全"),
        ("货梯没有年检还在用", "安全"),
        ("后厨三个煤气罐放在灶边", "安全"),
        ("走廊里堆满了旧沙发", "安全"),
        ("洗车的废水直排雨水井", "环保"),
        ("排烟管对着隔壁阳台，油烟呛人", "环保"),
        ("夜里两点还在切割，噪声很大", "环保"),
        ("废机油桶敞着放在露天", "环保"),
        ("砂石料场没盖，一刮风满天灰", "环保"),
        ("货架上两袋饼干过期了", "食品"),
        ("砧板生熟不分", "食品"),
        ("切菜的师傅没有健康证", "食品"),
        ("柜台里有几盒过期药品", "公共安全和健康"),
        ("给客人用的毛巾没消毒", "公共安全和健康"),
        ("门头的铁架松动，怕砸到人", "公共安全和健康"),
        ("诊所收了发热病人没登记，也没报传染病", "疫情"),
        ("几家搅拌站商量好一起涨价", "市场秩序"),
        ("趁台风把矿泉水卖到二十块，哄抬物价", "灾害牟利"),
        ("台风天里手电筒趁机涨价", "灾害牟利"),
    ],
)
def test_a_danger_in_words_raises_its_area(text, area):
    assert area in areas(text)


def test_r11_what_officers_say_of_dangers_is_asked_about_and_paperwork_is_not():
    """A floor under ``benchmarks/data/red_line_phrases.yaml``: the wordings are an officer's own, not the word lists'."""
    said = read_yaml(PHRASES)
    missed = [text for text in said["dangers"] if not suspicions(text)]
    assert len(said["dangers"]) > 150 and len(missed) <= len(said["dangers"]) * 0.03, missed
    assert [text for text in said["paperwork"] if suspicions(text)] == []


def test_an_advertising_board_is_a_thing_and_what_it_says_a_claim():
    assert areas("广告牌被风吹歪") == {"公共安全和健康"}
    assert areas("广告上说不含防腐剂") == set()


@pytest.mark.parametrize(
    "text",
    [
        "执照压在抽屉里没挂出来",
        "收费标准没有公示",
        "货架上的苹果没标价",
        "桌椅摆到人行道上",
        "招牌没有审批",
        "工资条没发给工人",
        "广告里写着全市第一",
        "进货台账没有记",
        "营业执照过期了没去换",
        "道路运输证到期没换",
        "墙上写着“百分百无甲醛”",
        "合同没有备案",
        "年报没有报",
        "",
    ],
)
def test_papers_prices_advertising_and_street_occupation_raise_none(text):
    assert suspicions(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "没有过期食品",
        "未发现过期药品",
        "疏散通道畅通",
        "灭火器没有过期",
        "后厨没有老鼠",
        "消防通道没堵",
        "锅炉检验合格",
        "冷柜温度正常",
        "油烟净化器正常运行",
        "饼干还在保质期内",
    ],
)
def test_a_denied_danger_and_good_order_raise_none(text):
    assert suspicions(text) == ()


def test_a_missing_guard_is_a_danger_and_no_denial():
    assert areas("冲床没有光栅") == {"安全"}
    assert areas("仓库没有灭火器") == {"安全"}


def test_a_message_may_touch_several_areas_in_the_order_of_r11():
    found = suspicions("酱油过期了，油烟直排，安全出口堵了")
    assert [one.area for one in found] == ["安全", "环保", "食品"]


def test_a_suspicion_carries_its_words_and_the_clauses_to_ask_by():
    (found,) = suspicions("安全出口锁着")
    assert found.words == ("安全出口锁",)
    assert found.clauses == ("dinghai-supplement", "city-plan-3-3", "huaxian-3-7")


def test_the_areas_are_those_of_r11_and_every_clause_exists():
    root = load_yaml(DATA).field("areas")
    assert root
    nodes = list(root.items())
    assert sorted(node.text("area") for node in nodes) == sorted(AREAS)
    clauses = {clause.id for collection in shipped_collections() for clause in collection.clauses}
    for node in nodes:
        assert set(node.text("clauses").split()) <= clauses


def test_the_lists_are_wide_and_hold_no_phrase_twice():
    root = load_yaml(DATA).field("areas")
    assert root
    total = 0
    for node in root.items():
        phrases = node.text("facts").split()
        assert len(phrases) == len(set(phrases)), node.text("area")
        total += len(phrases)
    assert total >= 300


@settings(max_examples=300, deadline=None)
@given(
    st.text()
    | st.lists(st.sampled_from(["没有", "过期", "灭火器", "锁", "，", "食品", "公示", "油", "堵"])).map("".join)
)
def test_no_text_breaks_it_and_its_words_are_in_the_text(text):
    for found in suspicions(text):
        assert found.area in AREAS
        assert found.words and all(word in text for word in found.words)
