"""Which enterprise a message is about (R1): by name, part of it, sound, town, trade or street; two that fit are asked about."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.firm_names import Firm, FirmIndex
from knowledge.firm_parts import Places, fold, plain_chars, readings, take_apart, town_short, words_of_names
from knowledge.yaml_data import load_yaml

AREA = "江苏省连云港市海州区"
NAMES = {
    "连云港市海州区渔家灯火饭店": "新海街道朝阳路8号",
    "海州区渔佳灯货行": "浦西街道海连路19号",
    "海州区锦屏明辉五金店": "锦屏镇岗嘴街3号",
    "连云港铭慧五金有限公司": "新坝镇工业路12号",
    "海州区新海街道万客来超市": "新海街道市民路2号",
    "海州区浦西街道万客来超市": "浦西街道通灌路77号",
    "连云港天成货运有限公司": "宁海街道物流园5号",
    "海州区天成汽车修理厂": "锦屏镇桃花路1号",
    "海州区锦屏豆腐坊": "锦屏镇锦屏街9号",
    "连云港云雾山庄有限公司": "花果山街道云雾路100号",
    "海州区老海州羊肉汤馆": "朐阳街道秦东门大街40号",
    "海州区阳光宠物诊所": "洪门街道秀逸路6号",
    "连云港鑫龙泉建筑劳务有限公司": "新坝镇新河村",
    "海州区小燕子托管中心": "洪门街道花园路16号",
    "海州区好日子便利店（花园路店）": "洪门街道花园路22号",
    "海州区好日子便利店（朝阳路店）": "新海街道朝阳路90号",
    "海州区板浦镇大福来香醋厂": "板浦镇大寺巷1号",
}
FIRMS = [Firm(str(number), name, AREA + address) for number, (name, address) in enumerate(NAMES.items())]
INDEX = FirmIndex(FIRMS)


def settled(text: str) -> str | None:
    firm = INDEX.settle(text).firm
    return firm.name if firm else None


def asked(text: str) -> set[str]:
    found = INDEX.settle(text)
    assert found.firm is None
    return {firm.name for firm in found.candidates}


@pytest.mark.parametrize("name", NAMES)
def test_the_full_name_is_that_enterprise(name):
    assert settled(f"{name}，地面有积水，限三日内清理") == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("渔家灯火饭店后厨没装纱窗", "连云港市海州区渔家灯火饭店"),
        ("渔家灯火的菜单没标价", "连云港市海州区渔家灯火饭店"),
        ("今天到天成货运看了，车厢没盖篷布", "连云港天成货运有限公司"),
        ("在锦屏天成修车的院子里，机油桶敞着", "海州区天成汽车修理厂"),
        ("让老海州羊肉汤把烟道洗一洗", "海州区老海州羊肉汤馆"),
        ("云雾山庄泳池没有救生员", "连云港云雾山庄有限公司"),
        ("鑫龙泉劳务没给工人办保险", "连云港鑫龙泉建筑劳务有限公司"),
        ("新坝的鑫龙泉工地没围挡", "连云港鑫龙泉建筑劳务有限公司"),
    ],
)
def test_a_name_without_place_form_or_trade_is_enough(text, name):
    assert settled(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("小雁子托管中心的窗户没护栏", "海州区小燕子托管中心"),
        ("刚到鑫隆泉劳务，工资条没发", "连云港鑫龙泉建筑劳务有限公司"),
        ("云雾山装没公示房价", "连云港云雾山庄有限公司"),
        ("阳光宠物诊锁的医疗垃圾没分类", "海州区阳光宠物诊所"),
        ("板浦大福莱香醋厂污水流到路上", "海州区板浦镇大福来香醋厂"),
    ],
)
def test_a_word_of_the_same_sound_or_a_slip_is_understood(text, name):
    assert settled(text) == name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("名慧五金的通道堵了", {"海州区锦屏明辉五金店", "连云港铭慧五金有限公司"}),
        ("万客来超市卖过期面包", {"海州区新海街道万客来超市", "海州区浦西街道万客来超市"}),
        ("天成的年报没报", {"连云港天成货运有限公司", "海州区天成汽车修理厂"}),
        ("好日子便利店没亮照", {"海州区好日子便利店（花园路店）", "海州区好日子便利店（朝阳路店）"}),
        ("天成货运和渔家灯火饭店都没年报", {"连云港天成货运有限公司", "连云港市海州区渔家灯火饭店"}),
    ],
)
def test_what_fits_two_enterprises_is_asked_about(text, names):
    assert names <= asked(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("明辉五金的通道堵了", "海州区锦屏明辉五金店"),  # the characters win over the sound
        ("浦西万客来超市卖过期面包", "海州区浦西街道万客来超市"),  # the town decides
        ("市民路那家万客来超市没标价", "海州区新海街道万客来超市"),  # the street decides
        ("天成货运的年报没报", "连云港天成货运有限公司"),  # the trade decides
        ("好日子便利店朝阳路店没亮照", "海州区好日子便利店（朝阳路店）"),  # the branch decides
    ],
)
def test_characters_town_street_trade_or_branch_decide(text, name):
    assert settled(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("从天成货运进的货没有票，渔家灯火饭店说不清", "连云港市海州区渔家灯火饭店"),
        ("隔壁渔家灯火饭店举报，云雾山庄半夜放音响", "连云港云雾山庄有限公司"),
        ("老海州羊肉汤馆的羊肉是从万客来超市买的", "海州区老海州羊肉汤馆"),
    ],
)
def test_an_enterprise_named_in_passing_is_not_the_one(text, name):
    assert settled(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "那家饭店后厨很脏",
        "路边有个五金店占道",
        "锦屏镇有三家店没标价",
        "海州区的超市都查一遍",
        "大风车幼儿园没公示食谱",
        "今天没什么事",
        "",
        "，。！",
        "123456",
    ],
)
def test_a_trade_or_a_place_alone_settles_nothing(text):
    assert settled(text) is None


def test_one_character_of_difference_is_asked_about_and_not_taken():
    assert settled("渔家小火饭店没消毒") is None


def test_a_trade_in_a_named_town_offers_the_few_that_are_there():
    assert "海州区老海州羊肉汤馆" in asked("朐阳街道那家羊肉汤馆油烟很大")


def test_the_only_one_of_its_trade_in_a_town_needs_no_other_name():
    assert settled("锦屏豆腐坊的豆腐没盖") == "海州区锦屏豆腐坊"


def test_the_best_find_comes_first_and_says_where_it_stands():
    first = INDEX.search("查了渔家灯火饭店，没问题")[0]
    assert (first.firm.name, first.how, first.span) == ("连云港市海州区渔家灯火饭店", "exact", (2, 8))
    assert len(INDEX.search("万客来超市", limit=1)) == 1


def test_the_places_a_message_names_are_told():
    assert INDEX.places_in("板浦镇大寺巷口，锦屏那边也有") == ("板浦镇", "大寺巷", "锦屏")


def test_an_empty_register_finds_nothing():
    nobody = FirmIndex([])
    assert (len(nobody), nobody.search("渔家灯火"), nobody.settle("渔家灯火").firm) == (0, [], None)


def test_a_register_without_addresses_is_searched_by_the_names_alone():
    bare = FirmIndex([Firm(firm.id, firm.name) for firm in FIRMS])
    found = bare.settle("渔家灯火饭店没标价").firm
    assert found and found.name == "连云港市海州区渔家灯火饭店"


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from([*NAMES, "锦屏", "的", "，", "天成", "举报", "和"]), max_size=6).map("".join)
)
def test_no_text_breaks_it_and_whom_it_settles_on_is_in_the_register(text):
    found = INDEX.settle(text)
    assert found.firm is None or found.firm in FIRMS
    assert set(found.candidates) <= set(FIRMS)
    assert all(0 <= start < end <= len(text) for start, end in found.spans)
    assert len(INDEX.search(text)) <= 5


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=40)), max_size=15))
def test_no_register_breaks_it(rows):
    index = FirmIndex(Firm(str(number), name, address) for number, (name, address) in enumerate(rows))
    assert len(index) == len(rows)
    for name, _ in rows:
        index.settle(name)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("海州区锦屏明辉五金店", ("锦屏", "明辉", "五金店")),
        ("连云港天成货运有限公司", ("", "天成", "货运")),
        ("海州区鲜果坊水果店", ("", "鲜果坊", "水果店")),
        ("海州区锦屏豆腐坊", ("锦屏", "锦屏", "豆腐坊")),
        ("连云港湾海鲜馆", ("", "连云港湾", "海鲜馆")),  # 湾 alone would be left, so the area belongs to it
        ("海州区王记粮油", ("", "王记", "粮油")),
    ],
)
def test_a_name_is_taken_apart(name, parts):
    places = Places()
    places.add_area("连云港市")
    places.add_area("海州区")
    places.add_town("锦屏镇")
    found = take_apart(plain_chars(name), places)
    assert (found.place, found.core, found.tail) == parts


def test_a_trade_that_no_list_has_is_learned_from_the_register():
    firms = [
        Firm(str(number), f"海州区{brand}水晶灯串有限公司")
        for number, brand in enumerate(("昌明", "顺达", "金桥", "远景"))
    ]
    found = FirmIndex(firms).settle("昌明的样品间电线乱接").firm
    assert found and found.name == "海州区昌明水晶灯串有限公司"


@pytest.mark.parametrize(("char", "sound"), [("知", "zi"), ("明", "min"), ("宁", "lin"), ("安", "an"), ("a", "a")])
def test_sounds_that_are_confused_are_folded(char, sound):
    assert fold(readings(char)[0]) == sound


@pytest.mark.parametrize(
    ("town", "short"), [("锦屏镇", "锦屏"), ("道口镇街道", "道口"), ("洋镇", "洋镇"), ("新海街道", "新海")]
)
def test_a_town_has_a_short_form(town, short):
    assert town_short(town) == short


def test_plain_characters_keep_their_places():
    assert plain_chars("ＫＴＶ門口Ａ１\x00﷽") == "ktv门口a1 ﷽"


def test_no_trade_word_stands_twice():
    words = words_of_names()
    root = load_yaml(words.folder / "trades.yaml")
    families = root.field("families")
    assert families
    listed = [word for node in families.items() for line in node.texts("groups") for word in line.split()]
    assert len(listed) > 1000
    assert sorted({word for word in listed if listed.count(word) > 1}) == []


@pytest.mark.parametrize("first", [5, 12])
def test_taken_in_later_an_enterprise_is_found_as_if_it_had_always_been_there(first):
    grown = FirmIndex(FIRMS[:first])
    for firm in FIRMS[first:]:
        grown.put([firm])
    assert len(grown) == len(FIRMS)
    for firm in FIRMS:
        assert grown.search(firm.name)[0].firm == firm
        assert [one.firm for one in grown.search(firm.name[3:])][:1] == [
            one.firm for one in INDEX.search(firm.name[3:])
        ][:1]


def test_an_enterprise_with_another_name_is_found_by_that_and_no_more_by_the_old_one():
    grown = FirmIndex(FIRMS)
    grown.put([Firm("4", "海州区新海街道满堂红超市", AREA + "新海街道市民路2号")])
    assert grown.settle("满堂红超市没贴价签").firm == Firm("4", "海州区新海街道满堂红超市", AREA + "新海街道市民路2号")
    assert grown.settle("万客来超市没贴价签").firm == FIRMS[5]
    assert len(grown) == len(FIRMS)


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(FIRMS)), max_size=12))
@settings(max_examples=40, deadline=None)
def test_however_often_enterprises_change_only_the_newest_names_are_found(changes):
    grown = FirmIndex(())
    newest = {}
    for number, firm in changes:
        one = Firm(str(number), firm.name, firm.address)
        grown.put([one])
        newest[one.id] = one
    assert len(grown) == len(newest)
    for one in newest.values():
        assert one in {found.firm for found in grown.search(one.name, 20)}
    for firm in FIRMS:
        assert {found.firm for found in grown.search(firm.name, 20)} <= set(newest.values())
