"""Industries by words or code: the table, what shop owners say, and data that is refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.industries import Industries, read_industries
from knowledge.shipped import DATA
from knowledge.yaml_data import DataError, load_yaml

INDUSTRIES = read_industries(DATA / "industries")

# Codes and names as registers of market entities write them.
REGISTERED = [
    "0112",
    "小麦种植",
    "0143",
    "花卉种植",
    "0313",
    "猪的饲养",
    "0412",
    "内陆养殖",
    "1312",
    "小麦加工",
    "1329",
    "其他饲料加工",
    "1353",
    "肉制品及副产品加工",
    "1361",
    "水产品冷冻加工",
    "1392",
    "豆制品制造",
    "1782",
    "绳、索、缆制造",
    "1819",
    "其他机织服装制造",
    "2021",
    "胶合板制造",
    "2319",
    "包装装潢及其他印刷",
    "2770",
    "卫生材料及医药用品制造",
    "2927",
    "日用塑料制品制造",
    "3021",
    "水泥制品制造",
    "3024",
    "轻质建筑材料制造",
    "3311",
    "金属结构制造",
    "3321",
    "切削工具制造",
    "3484",
    "机械零部件加工",
    "3523",
    "塑料加工专用设备制造",
    "3595",
    "社会公共安全设备及器材制造",
    "3734",
    "船用配套设备制造",
    "3963",
    "智能无人飞行器制造",
    "4330",
    "专用设备修理",
    "4342",
    "船舶修理",
    "4610",
    "自来水生产和供应",
    "5012",
    "住宅装饰和装修",
    "5090",
    "其他未列明建筑业",
    "5112",
    "种子批发",
    "5165",
    "建材批发",
    "5166",
    "化肥批发",
    "5167",
    "农药批发",
    "5191",
    "再生物资回收与批发",
    "5212",
    "超级市场零售",
    "5221",
    "粮油零售",
    "5223",
    "果品、蔬菜零售",
    "5226",
    "酒、饮料及茶叶零售",
    "5241",
    "文具用品零售",
    "5243",
    "图书、报刊零售",
    "5251",
    "西药零售",
    "5265",
    "机动车燃油零售",
    "5267",
    "机动车充电销售",
    "5281",
    "五金零售",
    "5289",
    "其他室内装饰材料零售",
    "5292",
    "互联网零售",
    "5431",
    "普通货物道路运输",
    "5433",
    "集装箱道路运输",
    "6020",
    "快递服务",
    "6110",
    "旅游饭店",
    "6129",
    "其他一般旅馆",
    "6130",
    "民宿服务",
    "6210",
    "正餐服务",
    "6231",
    "茶馆服务",
    "6291",
    "小吃服务",
    "6450",
    "互联网数据服务",
    "6513",
    "应用软件开发",
    "7010",
    "房地产开发经营",
    "7020",
    "物业管理",
    "7241",
    "会计、审计及税务服务",
    "7259",
    "其他广告服务",
    "7262",
    "职业中介服务",
    "7291",
    "旅行社及相关服务",
    "7515",
    "新能源技术推广服务",
    "7721",
    "水污染治理",
    "8020",
    "托儿所服务",
    "8030",
    "洗染服务",
    "8040",
    "理发及美容服务",
    "8052",
    "足浴服务",
    "8111",
    "汽车修理与维护",
    "8222",
    "宠物医院服务",
    "8310",
    "学前教育",
    "8391",
    "职业技能培训",
    "8393",
    "文化艺术培训",
    "8425",
    "门诊部（所）",
    "9011",
    "歌舞厅娱乐活动",
    "9013",
    "网吧活动",
]

SURE = {
    "我是开火锅店的": "6210",
    "主要做五金批发，也零售一点": "51",
    "我们主要零售建材，偶尔批发": "52",
    "以批发为主，零售为辅": "51",
    "五金批发店": "5174",
    "开五金店的": "5281",
    "我不是批发，是开五金店的": "5281",
    "以前开饭店，现在开超市": "5212",
    "不做批发，只做五金零售": "5281",
    "我的饭店没开发票": "6210",
    "建材批发": "5165",
    "服装批发": "5132",
    "服装加工": "18",
    "水果批发市场": "5123",
    "卖水果的": "5223",
    "茶叶批发": "5127",
    "我家种茶叶": "0164",
    "轮胎批发": "51",
    "酒店用品批发": "51",
    "开奶茶店": "6239",
    "我开奶茶店是不是小微企业": "6239",
    "我在学校旁边开小卖部": "521",
    "小区门口的理发店": "8040",
    "開了一家餐館": "6210",
    "理髮店": "8040",
    "养豬場": "0313",
    "ＫＴＶ": "9011",
    "开个ktv": "9011",
    "修车铺": "8111",
    "洗车": "8111",
    "修手机的": "8122",
    "快递点": "6020",
    "我跑货运的，有两辆大货车": "543",
    "搬家公司": "5438",
    "跑网约车的": "5413",
    "开淘宝店": "5292",
    "装修队": "501",
    "包工头": "E",
    "做防水的": "5090",
    "早点摊": "6291",
    "卖包子的": "6291",
    "快餐店": "6220",
    "咖啡馆": "6232",
    "送外卖的": "6242",
    "网吧": "9013",
    "民宿": "6130",
    "宾馆": "612",
    "药店": "525",
    "口腔诊所": "8425",
    "驾校": "8391",
    "英语培训": "839",
    "舞蹈培训班": "8393",
    "幼儿园": "8310",
    "大棚菜": "0141",
    "种粮大户": "011",
    "养鱼的": "041",
    "果园": "015",
    "面粉厂": "1312",
    "豆腐坊": "1392",
    "服装厂": "18",
    "家具厂": "21",
    "印刷厂": "231",
    "模具厂": "3525",
    "机械加工": "3484",
    "砂石厂": "1019",
    "混凝土搅拌站": "3021",
    "做阀门生产": "3443",
    "加油站": "5265",
    "二手车": "5262",
    "电动车店": "5238",
    "烟酒店": "522",
    "名烟名酒店": "522",
    "便利店": "5213",
    "物业公司": "7020",
    "房产中介": "7030",
    "租车公司": "7111",
    "广告公司": "725",
    "软件公司": "651",
    "会计代账": "7241",
    "律所": "7231",
    "旅行社": "7291",
    "打印店": "7293",
    "健身房": "8930",
    "影楼": "8060",
    "足浴店": "8052",
    "干洗店": "8030",
    "家政公司": "8010",
    "宠物医院": "8222",
    "废品回收": "5191",
    "小额贷款": "6635",
    "养老院": "8514",
    "殡葬服务": "8080",
    "彩票店": "904",
    "果品、蔬菜零售": "5223",
    "水产品冷冻加工": "1361",
    "5281": "5281",
    "F52": "52",
    "c1311": "1311",
    "第52类": "52",
    "行业代码是5165": "5165",
    "执照上写的是F5281五金零售": "5281",
}

# Several that are equally good: these are among the found ones.
UNSURE = {
    "建材": {"5165", "528"},
    "五金": {"5174", "5281"},
    "卖五金的": {"5174", "5281"},
    "网店": {"5292", "5193"},
    "宠物店": {"5297", "822"},
    "物流公司": {"543", "59"},
    "园林绿化": {"4891", "7840"},
    "农家乐": {"6210", "6130"},
    "挖掘机出租": {"7113", "5030"},
    "商贸公司": {"51", "52"},
    "自己加工茶叶自己卖": {"1530", "5226"},
    "开火锅店和民宿": {"6210", "6130"},
    "直播公司": {"6429", "5292"},
    "摆摊的": {"5291", "62"},
}

LAST_DIVISIONS = (5, 12, 43, 46, 50, 52, 60, 62, 65, 69, 70, 72, 75, 79, 82, 83, 85, 90, 96, 97)

NONSENSE = [
    "",
    "  ",
    "你好",
    "今天天气真好",
    "啊啊啊",
    "asdf",
    "12345",
    "？？！",
    "不知道",
    "没有营业执照",
    "罚款能不能减免",
    "我不是批发",
]


def test_the_table_has_every_section_division_group_and_class() -> None:
    levels = Counter(industry.level for industry in INDUSTRIES)

    assert levels == {1: 20, 2: 97, 3: 473, 4: 1382}


def test_every_industry_hangs_under_its_section_division_and_group() -> None:
    for industry in INDUSTRIES:
        path = INDUSTRIES.path(industry.code)

        assert [step.level for step in path] == list(range(1, industry.level + 1))
        assert path[-1] == industry and path[0].code == industry.section


@pytest.mark.parametrize(
    ("division", "section"),
    list(zip(LAST_DIVISIONS, "ABCDEFGHIJKLMNOPQRST", strict=True)),
)
def test_a_division_belongs_to_the_section_of_the_standard(division: int, section: str) -> None:
    industry = INDUSTRIES.get(f"{division:02d}")
    after = INDUSTRIES.get(f"{division + 1:02d}")

    assert industry is not None
    assert (industry.section, industry.division, industry.group) == (section, f"{division:02d}", None)
    assert after is None or after.section == chr(ord(section) + 1)


@pytest.mark.parametrize(("code", "name"), list(zip(REGISTERED[::2], REGISTERED[1::2], strict=True)))
def test_a_registered_industry_is_in_the_table_under_its_name(code: str, name: str) -> None:
    industry = INDUSTRIES.get(code)

    assert industry is not None and industry.name == name


def test_the_amendment_of_2019_is_in_the_table() -> None:
    names = [industry.name for industry in INDUSTRIES if industry.group == "923"]

    assert names == ["监察委员会、人民法院和人民检察院", "监察委员会", "人民法院", "人民检察院"]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("F", "F"),
        ("f", "F"),
        ("52", "52"),
        ("F52", "52"),
        ("Ｆ５２", "52"),
        ("C1311", "1311"),
        (" c1311 ", "1311"),
        ("第52类", "52"),
        ("第52大类", "52"),
        ("5281小类", "5281"),
        ("A门类", "A"),
    ],
)
def test_a_code_is_understood_as_people_write_it(written: str, code: str) -> None:
    industry = INDUSTRIES.get(written)

    assert industry is not None and industry.code == code


@pytest.mark.parametrize("written", ["", "Z", "99", "C52", "F1311", "5", "52811", "00", "第类", "五金", "5.2"])
def test_what_is_no_code_gives_nothing(written: str) -> None:
    assert INDUSTRIES.get(written) is None
    assert INDUSTRIES.path(written) == []


def test_the_path_leads_from_the_section_to_the_class() -> None:
    assert [step.name for step in INDUSTRIES.path("5281")] == [
        "批发和零售业",
        "零售业",
        "五金、家具及室内装饰材料专门零售",
        "五金零售",
    ]


@pytest.mark.parametrize(("said", "code"), list(SURE.items()))
def test_what_a_shop_owner_says_settles_the_industry(said: str, code: str) -> None:
    found = INDUSTRIES.search(said)

    assert [
        (one.is_sure, one.industry.code[: len(code)] if len(code) > 1 else one.industry.section) for one in found
    ] == [(True, code)]


@pytest.mark.parametrize(("said", "codes"), list(UNSURE.items()))
def test_what_can_be_several_industries_gives_them_all_unsure(said: str, codes: set[str]) -> None:
    found = INDUSTRIES.search(said)

    assert codes <= {one.industry.code for one in found}
    assert len(found) > 1 and not any(one.is_sure for one in found)
    assert len({one.score for one in found}) == 1


@pytest.mark.parametrize("said", NONSENSE)
def test_nothing_similar_gives_nothing(said: str) -> None:
    assert INDUSTRIES.search(said) == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("李发店", "8040"),
        ("理法店", "8040"),
        ("要店", "525"),
        ("房产中价", "7030"),
        ("健生房", "8930"),
        ("建筑劳物", "5090"),
    ],
)
def test_a_slip_of_the_keyboard_is_found_but_never_sure(said: str, code: str) -> None:
    found = INDUSTRIES.search(said)

    assert found[0].industry.code == code
    assert not found[0].is_sure and found[0].score < 1


def test_a_customer_or_a_neighbour_is_not_the_trade_for_sure() -> None:
    assert not any(one.is_sure for one in INDUSTRIES.search("给超市送货"))
    assert not any(one.is_sure for one in INDUSTRIES.search("酒店用品"))


def test_every_everyday_word_finds_its_own_codes() -> None:
    groups = load_yaml(DATA / "industries" / "words.yaml").field("words")
    assert groups is not None
    words = [(word, codes) for codes, node in groups.value.items() for word in node.word().split()]

    assert len(words) >= 600
    for word, codes in words:
        assert [one.industry.code for one in INDUSTRIES.search(word, limit=9)] == codes.split(), word


def test_every_official_name_finds_its_own_industry() -> None:
    everyday = load_yaml(DATA / "industries" / "words.yaml").field("words")
    assert everyday is not None
    said = {word for node in everyday.value.values() for word in node.word().split()}
    for industry in INDUSTRIES:
        if industry.name not in said:
            found = INDUSTRIES.search(industry.name, limit=9)
            assert any(one.industry.code.startswith(industry.code) or len(industry.code) == 1 for one in found)


def test_no_more_than_the_limit_is_found() -> None:
    assert len(INDUSTRIES.search("五金", limit=2)) == 2
    assert INDUSTRIES.search("五金", limit=0) == []


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_the_search(text: str) -> None:
    for one in INDUSTRIES.search(text):
        assert 0 < one.score <= 1 and INDUSTRIES.get(one.industry.code) == one.industry


@given(st.text(alphabet="五金批发零售店我是开的做加工理髮卖茶叶，。主要也不是A52 3", max_size=30))
@settings(max_examples=300, deadline=None)
def test_no_mixture_of_trade_words_breaks_the_search(text: str) -> None:
    found = INDUSTRIES.search(text)

    assert len(found) == 1 or not any(one.is_sure for one in found)


@pytest.mark.parametrize("text", ["\ud800火锅店", "火锅\0店", "火锅店" * 10_000])
def test_broken_characters_and_long_texts_are_read_all_the_same(text: str) -> None:
    assert INDUSTRIES.search(text)[0].industry.code == "6210"


TABLE = "# 表\ncode,name\nF,批发和零售业\n52,零售业\n528,五金零售业\n5281,五金零售\n"
WORDS = "kinds:\n  - said: 零售\n    codes: 52\nwords:\n  5281: 五金店 五金铺\n"


def _read(folder: Path, table: str = TABLE, words: str = WORDS) -> Industries:
    (folder / "gbt4754.csv").write_text(table, encoding="utf-8")
    (folder / "words.yaml").write_text(words, encoding="utf-8")
    return read_industries(folder)


def test_a_small_table_is_read(tmp_path: Path) -> None:
    industries = _read(tmp_path)

    assert [one.industry.code for one in industries.search("我开五金店")] == ["5281"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("5282", "应为“代码,名称”"),
        ("5282,", "应为“代码,名称”"),
        ("5282,灯具,零售", "应为“代码,名称”"),
        ("528x,灯具零售", "不是行业代码"),
        ("5,灯具零售", "不是行业代码"),
        ("52821,灯具零售", "不是行业代码"),
        ("U,别的", "不是行业代码"),
        ("98,别的", "不是行业代码"),
        ("00,别的", "不是行业代码"),
        (",别的", "不是行业代码"),
        ("5281,五金零售", "写了两次"),
        ("5291,货摊零售", "上一级“529”"),
        ("01,农业", "上一级“A”"),
    ],
)
def test_a_faulty_row_is_refused_with_file_and_line(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(DataError, match=said) as raised:
        _read(tmp_path, table=TABLE + row + "\n")

    assert (raised.value.path.name, raised.value.line) == ("gbt4754.csv", 7)


@pytest.mark.parametrize(
    ("words", "line", "said"),
    [
        ("words:\n  5281: 五金店\n  528: 五金店\n", 3, "“五金店”写了两次"),
        ("words:\n  5281: 五金店 五金店\n", 2, "“五金店”写了两次"),
        ("words:\n  5281: 五金店\n  5281: 五金铺\n", 3, "写了两次"),
        ("words:\n  5299: 五金店\n", 2, "没有“5299”"),
        ("words:\n  五金: 五金店\n", 2, "没有“五金”"),
        ("words:\n  5281: 店\n", 2, "两个字以上"),
        ("words:\n  5281: 五金店、五金铺\n", 2, "不带标点"),
        ("words:\n  5281: 五金店 賣五金\n", 2, "简体字"),
        ("words:\n  5281: KTV\n", 2, "小写"),
        ("words:\n  5281: [五金店]\n", 2, "应为文字"),
        ("words:\n  - 五金店\n", 1, "缺少“words”"),
        ("kinds: []\n", 1, "缺少“words”"),
        ("kinds:\n  - said: 零售\n    codes: 99\nwords:\n  5281: 五金店\n", 2, "没有“99”"),
        ("kinds:\n  - codes: 52\nwords:\n  5281: 五金店\n", 2, "缺少“said”"),
    ],
)
def test_faulty_words_are_refused_with_file_and_line(tmp_path: Path, words: str, line: int, said: str) -> None:
    with pytest.raises(DataError, match=said) as raised:
        _read(tmp_path, words=words)

    assert (raised.value.path.name, raised.value.line) == ("words.yaml", line)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gbt4754\.csv 第1行：读不了这个文件"):
        read_industries(tmp_path)


def test_a_table_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "gbt4754.csv").write_bytes("A,农业\nB,采矿业\n".encode("gb18030"))

    with pytest.raises(DataError, match="应为 UTF-8 编码"):
        read_industries(tmp_path)
