"""R17–R19: the ways and forms of guidance with the clauses that name them, checked as a whole; when a 约谈 may be held."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from handlers.conversation import Knowledge
from knowledge.guidance import FORMS, WAYS, is_known_year, load_guidance, shipped_guidance
from knowledge.workdays import CHINA
from knowledge.yaml_data import DataError

RULES = shipped_guidance()
TEXT = Path("knowledge/data/guidance.yaml").read_text(encoding="utf-8")
FRIDAY = dt.datetime(2026, 11, 20, 10, 0, tzinfo=CHINA)


def test_r17_every_way_and_form_of_the_rule_book_is_there() -> None:
    names = [one.name for way in RULES.ways for one in way.named]
    assert set(WAYS) <= set(names)
    assert [form.name for form in RULES.forms] == list(FORMS)


@pytest.mark.parametrize("way", RULES.ways, ids=lambda way: way.id)
def test_r17_each_name_stands_in_the_clause_that_is_cited(shipped: Knowledge, way) -> None:  # type: ignore[no-untyped-def]
    for one in way.named:
        text = shipped.library.clauses[one.cites].text
        parts = ("约见", "谈话") if one.name == "约见谈话" else (one.name,)
        assert all(part in text for part in parts), one


def test_every_clause_that_the_data_rests_on_is_published(shipped: Knowledge) -> None:
    assert set(shipped.library.clauses) >= RULES.clauses


@pytest.mark.parametrize("form", RULES.forms[:4], ids=lambda form: form.id)
def test_the_simple_forms_stand_in_the_rules_of_echeng(shipped: Knowledge, form) -> None:  # type: ignore[no-untyped-def]
    assert form.name in shipped.library.clauses[form.cites].text


def test_r18_the_clauses_for_the_choice_say_that_it_is_voluntary(shipped: Knowledge) -> None:
    words = [shipped.library.clauses[id].text for id in RULES.voluntary]
    assert "尊重企业的选择权" in words[0]
    assert "以行政相对人自愿为前提" in words[1]


def test_r19_the_clauses_say_that_guidance_takes_the_place_of_no_enforcement(shipped: Knowledge) -> None:
    words = [shipped.library.clauses[id].text for id in RULES.no_substitute]
    assert "要严格依法处罚" in words[0]
    assert "要避免用行政指导代替行政执法" in words[1]


def test_r18_only_what_goes_with_an_order_is_no_choice() -> None:
    assert [way.id for way in RULES.ways if not way.is_choice] == ["remedy"]
    assert [way.id for way in RULES.ways if way.kind == "meeting"] == ["talk"]


def test_a_way_is_called_by_all_its_names() -> None:
    assert RULES.way_name("policy") == "政策辅导/政策指引"
    assert RULES.way_name("gone") == "gone"
    assert (RULES.form_name("sms"), RULES.form_name("gone")) == ("短信", "gone")
    with pytest.raises(KeyError):
        RULES.way("gone")
    with pytest.raises(KeyError):
        RULES.form("gone")


# ---- the data as a whole


def load(tmp_path: Path, old: str, new: str) -> None:
    assert old in TEXT
    path = tmp_path / "guidance.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    load_guidance(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: 以案释法", "name: 讲故事", "少了 R17 的“以案释法”"),
        ("name: 短信", "name: 传真", "少了 R17 的“短信”"),
        ("id: lesson", "id: revisit", "“revisit”写了两次"),
        ("id: sms", "id: phone", "“phone”写了两次"),
        ("id: lesson", "id: Lesson 1", "“id”应为小写字母"),
        ("id: in_person", "id: in_person_at_home", "不超过12个字符"),
        ("cites: echeng-3-1", "cites: 鄂城三", "应为条款编号"),
        ("    kind: meeting", "    kind: party", "“kind”应为"),
        ("    kind: meeting", "    kind: offered", "kind 是 meeting"),
        ("    example: 建议和顾客当面协商，道歉并退款\n", "", "缺少“example”"),
        ("    said: [约谈]", "    also: [约谈]", "不认识“also”"),
        ('from: "08:30"', 'from: "8点半"', "“from”应为"),
        ('until: "17:30"', 'until: "08:00"', "“from”应早于“until”"),
        ('hours: {from: "08:30", until: "17:30"}\n', "", "缺少“hours”"),
        ("voluntary: [echeng-5, dadukou-2-1]\n", "", "缺少“voluntary”"),
        ("checked: 2026-11-20", "checked: 昨天", "“checked”应为"),
    ],
)
def test_a_fault_in_the_data_is_refused_with_what_would_be_right(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(DataError, match=r"guidance\.yaml 第\d+行") as refused:
        load(tmp_path, old, new)
    assert message in str(refused.value)


# ---- when a 约谈 may be held


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("下周三上午九点", "2026-11-25 09:00"),
        ("11月25日9:30", "2026-11-25 09:30"),
        ("12月2日 14:30", "2026-12-02 14:30"),
        ("今天下午3点", "2026-11-20 15:00"),
        ("星期三下午五点半", "2026-11-25 17:30"),
        ("2026-11-25 08:30", "2026-11-25 08:30"),
    ],
)
def test_r38_a_time_is_read_as_people_say_it(said: str, expected: str) -> None:
    found = RULES.meeting(said, FRIDAY)
    assert isinstance(found, dt.datetime)
    assert f"{found.astimezone(CHINA):%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("随便哪天", "unread"),
        ("", "unread"),
        ("下周三", "no_hour"),
        ("今天上午9点", "past"),
        ("明天下午两点半", "rest_day"),
        ("下周三早上7点", "out_of_hours"),
        ("下周三下午六点", "out_of_hours"),
    ],
)
def test_a_time_that_will_not_do_is_told_why(said: str, problem: str) -> None:
    """R37: a 约谈 is in working hours of a working day ahead."""
    assert RULES.meeting(said, FRIDAY) == problem


def test_r37_a_saturday_that_is_worked_will_do() -> None:
    worked = dt.datetime(2026, 9, 18, 10, 0, tzinfo=CHINA)
    assert RULES.meeting("9月20日上午十点", worked) == dt.datetime(2026, 9, 20, 10, 0, tzinfo=CHINA)


def test_r37_a_year_whose_days_off_are_not_announced_is_known_for_that() -> None:
    assert is_known_year(FRIDAY)
    assert not is_known_year(FRIDAY.replace(year=2039))
