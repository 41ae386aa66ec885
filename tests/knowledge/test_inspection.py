"""One message of an officer, read (R20–R23): enterprise, severity, deadline, problem, suspicions; what is not said stays open."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.firm_names import Firm, FirmIndex
from knowledge.firm_parts import plain_chars
from knowledge.inspection import Reading, find_severity, read_message
from knowledge.text import comparable
from knowledge.workdays import CHINA
from knowledge.yaml_data import read_yaml

NOW = dt.datetime(2026, 11, 20, 10, tzinfo=CHINA)  # a Friday
AREA = "江苏省连云港市海州区"
FIRMS = FirmIndex(
    [
        Firm("1", "连云港市海州区渔家灯火饭店", f"{AREA}新海街道朝阳路8号"),
        Firm("2", "连云港天成货运有限公司", f"{AREA}宁海街道物流园5号"),
        Firm("3", "海州区天成汽车修理厂", f"{AREA}锦屏镇桃花路1号"),
        Firm("4", "连云港安固消防设备有限公司", f"{AREA}新坝镇工业路12号"),
        Firm("5", "海州区小燕子托管中心", f"{AREA}洪门街道花园路16号"),
    ]
)
OWN = Path("benchmarks/data")


def read(text: str) -> Reading:
    return read_message(text, NOW, FIRMS)


def test_a_whole_message_is_read():
    reading = read("刚到渔家灯火饭店，后厨两瓶蚝油过期，一般问题，限5日内整改，照片3张")
    assert reading.firm and reading.firm.name == "连云港市海州区渔家灯火饭店"
    assert reading.candidates == ()
    assert reading.severity == "ordinary"
    assert reading.deadline and (str(reading.deadline.day), reading.deadline.basis) == ("2026-11-27", "working")
    assert reading.problem == "后厨两瓶蚝油过期"
    assert [one.area for one in reading.suspicions] == ["食品"]


def test_what_is_not_said_stays_open():
    reading = read("小燕子托管中心没公示收费标准")
    assert (reading.severity, reading.deadline, reading.suspicions) == (None, None, ())


def test_two_that_fit_are_candidates():
    reading = read("天成的年报没报")
    assert reading.firm is None
    assert {firm.id for firm in reading.candidates} == {"2", "3"}


def test_the_places_said_are_told():
    assert read("锦屏镇桃花路口有人占道").place_words == ("锦屏镇", "桃花路")


def test_the_name_of_an_enterprise_raises_no_suspicion():
    assert read("安固消防设备没挂执照").suspicions == ()


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("没挂执照，轻微", "minor"),
        ("没挂执照，情节轻微，限三日", "minor"),
        ("没挂执照属于轻微的限三日改", "minor"),
        ("没挂执照 小问题 三日内改", "minor"),
        ("没挂执照，问题不大", "minor"),
        ("一般，砧板没分开", "ordinary"),
        ("砧板没分开，问题定一般", "ordinary"),
        ("砧板没分开一般限五日内改", "ordinary"),
        ("砧板没分开，一般性问题", "ordinary"),
        ("出口锁着，突出", "serious"),
        ("出口锁着，这个比较突出，马上改", "serious"),
        ("出口锁着，情况较为严重", "serious"),
        ("出口锁着，性质恶劣", "serious"),
        ("出口锁着！严重！", "serious"),
        ("上次是轻微，这次定为一般", "ordinary"),
    ],
)
def test_the_severity_is_what_the_officer_says(text, severity):
    found = find_severity(text)
    assert found and found[0] == severity


@pytest.mark.parametrize(
    "text",
    [
        "店里一般都是九点开门",
        "一般纳税人资格没更新",
        "一般工业固废没分类堆放",
        "卫生做得一般般",
        "墙上轻微渗水",
        "招牌突出墙面半米",
        "油污很严重",
        "磨损比较严重，没换",
        "问题不严重",
        "不算突出",
        "情节不轻微",
        "老板说是小问题",
        "负责人认为情节轻微",
        "墙上贴着“效果突出”的宣传",
        "突出部分没有包边",
        "",
    ],
)
def test_the_same_words_in_another_sense_denied_or_quoted_are_no_severity(text):
    assert find_severity(text) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("渔家灯火饭店，油烟管破了一个洞，轻微，三日内补好", "油烟管破了一个洞"),
        ("轻微，渔家灯火饭店，油烟管破了一个洞", "油烟管破了一个洞"),
        ("我在天成货运这里他们的叉车没有年检情况较为严重限五个工作日报检", "叉车没有年检"),
        ("小燕子托管中心：1、没公示食谱；2、消毒记录没填。轻微，下周三前", "没公示食谱；2、消毒记录没填"),
        ("限3日内，渔家灯火饭店把门口的泔水桶搬走", "把门口的泔水桶搬走"),
        ("渔家灯火饭店\n菜单没标价\n轻微\n当场改", "菜单没标价"),
        ("渔家灯火饭店的宣传单写着“百年老店”，一般，2日内撤", "宣传单写着“百年老店”"),
        ("天成货运车厢没盖，口头提醒了，没给期限", "车厢没盖"),
        ("渔家灯火饭店冰箱温度12度，超了，一般", "冰箱温度12度，超了"),
        ("渔家灯火饭店检查记录没填", "检查记录没填"),
    ],
)
def test_the_problem_is_what_is_wrong_without_name_grade_deadline_and_asides(text, problem):
    assert read(text).problem == problem


def test_an_order_stands_for_the_problem_when_nothing_else_does():
    assert read("下周三前让天成货运把车灯装回去，轻微").problem == "把车灯装回去"


pieces = st.sampled_from(
    [
        "渔家灯火饭店",
        "天成",
        "没公示",
        "，",
        "。",
        "轻微",
        "限三日内",
        "“",
        "”",
        "\n",
        "突出",
        "（",
        "）",
        "照片2张",
        "后厨",
        "1、",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=120) | st.lists(pieces, max_size=12).map("".join))
def test_no_message_breaks_it_and_the_problem_is_a_verbatim_part(text):
    reading = read(text)
    assert reading.problem in text
    assert reading.severity in (None, "minor", "ordinary", "serious")
    assert reading.firm is None or not reading.candidates


def test_a_very_long_message_is_read_by_its_beginning():
    assert read("渔家灯火饭店没标价。" + "好" * 5000).firm is not None


def test_the_own_messages_are_read_as_they_should_be():
    """A floor under the figures of ``benchmarks/data/inspection.yaml``: all six fields right in nine of ten."""
    with (OWN / "inspection_registry.csv").open(encoding="utf-8") as file:
        firms = FirmIndex(Firm(row["uscc"], row["name"], row["address"]) for row in csv.DictReader(file))
    items = read_yaml(OWN / "inspection.yaml")
    right = 0
    for item in items:
        gold, reading = item["expect"], read_message(item["text"], NOW, firms)
        named = {firm.name for firm in reading.candidates}
        same = [
            (reading.firm.name if reading.firm else None) == gold["enterprise"],
            gold["enterprise"] is not None or set(gold["candidates"]) <= named,
            reading.severity == gold["severity"],
            (str(reading.deadline.day) if reading.deadline else None) == gold["deadline"],
            (reading.deadline.basis if reading.deadline else None) == gold["deadline_basis"],
            comparable(gold["problem"]) in comparable(reading.problem) != comparable(item["text"]),
            bool(reading.suspicions) == gold["red_line_hint"],
        ]
        right += all(same)
    assert len(items) == 120
    assert right >= 108


def test_plain_characters_have_the_places_of_the_message():
    text = "漁家燈火飯店，沒標價"
    assert len(plain_chars(text)) == len(text)
    assert read(text).problem == "沒標價"
