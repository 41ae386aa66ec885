"""Personal data is found before anything is published (R49, R51)."""

from __future__ import annotations

import pytest

from handlers.conversation import Knowledge
from knowledge.personal import personal_in


def kinds(text: str, *names: str) -> list[str]:
    return [one.kind for one in personal_in(text, names)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("打我电话13800000000", "电话"),
        ("打我电话 138-0000-0000", "电话"),
        ("打我电话１３８ ００００ ００００", "电话"),
        ("幺三八零零零零零零零零是我", "电话"),
        ("座机0711-3355667", "电话"),
        ("身份证420704199001011234", "身份证号"),
        ("代码92420704MA0000001P的店", "信用代码"),
        ("代码 9242 0704 MA00 0000 1P 的店", "信用代码"),
        ("卡号6222 0212 3456 7890", "号码"),
        ("发到 someone@example.invalid", "邮箱"),
        ("加微信 shili_01", "微信或者QQ号"),
        ("鄂A12345的货车", "车牌"),
        ("我叫李示例", "姓名"),
        ("张师傅的摊子", "姓名"),
        ("王某没有公示", "姓名"),
        ("示例香满楼餐饮有限公司", "企业名称"),
        ("示例路118号门口", "门牌"),
    ],
)
def test_it_is_found_however_it_is_written(text: str, kind: str) -> None:
    assert kind in kinds(text)
    assert all(one.instead for one in personal_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "夜市摊位的健康证可以先开业后补吗",
        "个体工商户和有限公司都要年报吗",
        "依据第三十三条第一款，2026-11-20前补办，罚款200元以下",
        "成都路口能不能摆摊",
        "高温天气、马上开业、张贴广告、江边取水",
    ],
)
def test_what_is_nobodys_is_left_alone(text: str) -> None:
    assert personal_in(text) == ()


def test_a_known_name_counts_wherever_it_stands() -> None:
    assert kinds("香满楼的后厨", "香满楼", "好味道") == ["名称"]
    assert kinds("李 示 例问的", "李示例") == ["名称"]
    assert kinds("别的店", "香满楼", "") == []


def test_nothing_that_the_project_ships_is_taken_for_personal(shipped: Knowledge) -> None:
    """Clauses and items name no person: what is found in them would be found in any answer."""
    found = [(entry.id, personal_in(f"{entry.title}\n{entry.body}")) for entry in shipped.library.entries]
    assert [one for one in found if one[1]] == []


@pytest.mark.parametrize("text", ["", "\x00", "1" * 5000, "有限公司" * 1000, "一" * 3000])
def test_hostile_text_neither_breaks_nor_delays_it(text: str) -> None:
    personal_in(text)
