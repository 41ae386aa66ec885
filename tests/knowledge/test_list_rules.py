"""What a row must say (R8, 滑县 附件1), one fault at a time: an error refuses the row, a doubt goes to the reviewer."""

from __future__ import annotations

import pytest

from tests.knowledge.makers import check, parsed, row, table

LAW = "《中华人民共和国行政处罚法》"
FORCE = "《中华人民共和国行政强制法》"
BUSINESS = "《优化营商环境条例》"
CLEANLINESS = "《城市市容和环境卫生管理条例》"


def error(column: str, message: str) -> list[tuple[str, str, str, str]]:
    return [("error", "R8", column, message)]


def doubt(column: str, message: str) -> list[tuple[str, str, str, str]]:
    return [("warning", "R8", column, message)]


@pytest.mark.parametrize("column", ["事项名称", "适用情形", "配套监管措施"])
@pytest.mark.parametrize("empty", ["", " \n", "无", "/", "略", "同上", "——"])
def test_an_empty_cell_or_a_stand_in_for_one_is_an_error(column, empty):
    """R8: every column says something."""
    assert ("error", "R8", column, f"“{column}”为空") in check(**{column: empty})


@pytest.mark.parametrize("column", ["设定依据", "依据", "裁量幅度"])
def test_an_empty_basis_leniency_or_range_is_an_error(column):
    """R8: in every list that has the column."""
    shown = {"依据": "从轻处罚依据"}.get(column, column)
    assert check("lighter", **{column: ""}) == error(shown, f"“{shown}”为空")


# ---- 设定依据


@pytest.mark.parametrize(
    "basis",
    [
        f"违反条款：{CLEANLINESS}第十四条；处罚条款：{CLEANLINESS}第三十六条第二项。",
        f"【违反】{CLEANLINESS}第十四条；【处罚】{CLEANLINESS}第三十六条",
        f"[违反]{CLEANLINESS}第14条；[处罚]{CLEANLINESS}第36条第1款第(二)项",
        f"1.违反条款：{CLEANLINESS}第十四条；\n2.处罚条款：{CLEANLINESS}第三十六条",
        f"违反{CLEANLINESS}第十四条的规定；依据{CLEANLINESS}第三十六条处罚。",
        f"违反{CLEANLINESS}第十四条，按照{CLEANLINESS}第三十六条处以罚款",
        f"{CLEANLINESS}第十四条；罚则：{CLEANLINESS}第三十六条",
        f"违反条款：{CLEANLINESS}第十四条\n行政处罚依据：{CLEANLINESS}第 三十六 条",
        f"处罚条款：{CLEANLINESS}第三十六条；违反条款：{CLEANLINESS}第十四条",
        "违反条款：《某市〈烟花爆竹条例〉实施办法》第三条；处罚条款：《某市〈烟花爆竹条例〉实施办法》第九条",
    ],
)
def test_a_basis_with_the_provision_violated_and_the_penalty_is_good(basis):
    """R8: in each of the ways offices write it."""
    assert check(设定依据=basis) == []


@pytest.mark.parametrize(
    ("basis", "message"),
    [
        ("根据有关法律法规的规定处罚", "没有写明法律条文"),
        (f"违反{CLEANLINESS}的规定", "没有写明法律条文"),
        ("第十四条、第三十六条", "没有写明法律条文"),
        (f"违反条款：{CLEANLINESS}第十四条。", "只有违反条款，没有处罚条款"),
        (f"违反条款：{CLEANLINESS}第十四条、第十五条。", "只有违反条款，没有处罚条款"),
        (f"违反条款：{CLEANLINESS}第十四条；处罚条款：按规定处罚", "只有违反条款，没有处罚条款"),
        ("违反条款：《治安管理处罚法》第十四条", "只有违反条款，没有处罚条款"),
        ("依据《治安管理处罚法》第二十条，违反的应予纠正", "只有违反条款，没有处罚条款"),
        (f"处罚条款：{CLEANLINESS}第三十六条", "只有处罚条款，没有违反条款"),
        (f"依据{CLEANLINESS}第三十六条处罚", "只有处罚条款，没有违反条款"),
    ],
)
def test_a_basis_that_lacks_a_provision_is_an_error(basis, message):
    """R8: 违反条款 and 处罚条款, both with their article; the words of a law's title are no sign of either."""
    assert check(设定依据=basis) == error("设定依据", message)


@pytest.mark.parametrize(
    ("basis", "message"),
    [
        (f"{CLEANLINESS}第十四条、第三十六条", "没有分清违反条款和处罚条款"),
        (f"处罚条款：{CLEANLINESS}第三十六条，《某办法》第九条", "只有处罚条款，没有违反条款"),
    ],
)
def test_a_basis_that_does_not_say_which_provision_is_which_is_a_doubt(basis, message):
    """R8: two provisions may be both, so a person looks."""
    assert check(设定依据=basis) == doubt("设定依据", message)


def test_no_compulsion_needs_its_coercive_provision():
    """R8: a doubt, because the penalty lists' rule does not apply to 不予强制."""
    assert check("no_compulsion", 设定依据=f"违反{CLEANLINESS}第十四条") == doubt("设定依据", "没有写明强制条款")
    assert check("no_compulsion", 设定依据=f"违反{CLEANLINESS}第十四条；依据{CLEANLINESS}第四十条采取扣押措施") == []


def test_a_column_for_the_violation_alone_makes_a_missing_penalty_a_doubt():
    """R7, R8: the file has no place for it; a person adds it."""
    head = ["序号", "违法行为", "违反条款", "适用情形", "不予处罚依据", "配套监管措施", "备注"]
    _, findings = parsed(table(row(设定依据=f"{CLEANLINESS}第十四条"), head=head))
    assert [(f.severity, f.message) for f in findings] == [("warning", "只有违反条款，没有处罚条款")]


# ---- 适用情形


@pytest.mark.parametrize(
    "text",
    [
        "违法行为轻微并及时改正，没有造成危害后果",
        "违法行为轻微并及时改正，没有造成危害后果的，不予行政处罚。",
        "违法行为轻微并及时纠正，没有造成危害后果的",
        "初次违法且危害后果轻微并及时改正的",
        "（1）初次违法；（2）危害后果轻微；（3）及时改正。",
        "1、违法行为轻微；\n2、及时改正；\n3、没有造成危害后果。",
        "违法行为轻微并及时改正，没有造成危害后果；初次违法且危害后果轻微并及时改正的，可以不予行政处罚；当事人有证据足以证明没有主观过错的",
        "根据《行政处罚法》第三十三条第一款，初次违法且危害后果轻微并及时改正的，可以不予行政处罚",
        "当事人有证据足以证明没有主观过错的",
        "情节轻微，及时改正",
        "首次违法，情节轻微，及时改正，未造成危害后果",
        "主动消除或者减轻违法行为危害后果",
        "受他人胁迫或者诱骗实施违法行为的",
        "主动供述行政机关尚未掌握的违法行为",
        "配合行政机关查处违法行为有立功表现",
        "违法行为情节显著轻微或者没有明显社会危害的",
    ],
)
def test_a_copy_of_the_statutory_phrase_is_an_error(text):
    """R8: 适用情形 must be concrete, in whatever pieces the phrase is copied, with or without its article."""
    assert check(适用情形=text) == error("适用情形", "只照抄法条，没有具体情形")


@pytest.mark.parametrize(
    "text",
    [
        "一年内首次被发现，没有造成危害后果",
        "初次违法，涉案货值不足1000元",
        "违法行为轻微，当场改正，占道的摊位已经全部撤离，没有影响行人和车辆通行",
        "个体工商户首次被发现；标签瑕疵限于字号、标点、繁简字，不影响食品安全且不会误导消费者",
        "持有有效营业执照且登记信息与实际一致",
    ],
)
def test_concrete_circumstances_are_good(text):
    """R8: a number, a time, an amount, or conditions of the matter's own."""
    assert check(适用情形=text) == []


@pytest.mark.parametrize("text", ["酌情处理", "视情况决定", "情况特殊", "酌情考虑当事人的认错态度和配合程度后决定"])
def test_vague_circumstances_are_a_doubt(text):
    """R8: neither a copy nor concrete."""
    assert check(适用情形=text) == doubt("适用情形", "写得太笼统")


# ---- 依据


@pytest.mark.parametrize(
    ("kind", "citation"),
    [
        ("exempt", f"{LAW}第三十三条第一款"),
        ("exempt", f"{LAW}第33条第2款（无主观过错）"),
        ("exempt", f"{LAW}第三十二条、第三十三条"),
        ("exempt", "《税务行政处罚“首违不罚”事项清单》第一条；" + f"{LAW}第三十三条"),
        ("exempt", "《中华人民共和国反垄断法》第五十三条"),
        ("lighter", f"{LAW}第三十二条第三项"),
        ("lighter", f"{LAW}第三十条"),
        ("mitigated", f"{LAW}第32条第(四)项"),
        ("mitigated", "《中华人民共和国食品安全法》第一百三十六条"),
    ],
)
def test_leniency_may_rest_on_these(kind, citation):
    """R8: the articles of 处罚法, or another named provision."""
    assert check(kind, 依据=citation) == []


@pytest.mark.parametrize(
    ("kind", "citation"),
    [
        ("exempt", f"{LAW}第三十二条第一项"),
        ("exempt", f"{LAW}第五条"),
        ("exempt", f"{LAW}第一百三十三条"),
        ("exempt", f"{FORCE}第十六条第二款"),
    ],
)
def test_no_penalty_on_the_wrong_article_is_an_error(kind, citation):
    """R8"""
    assert check(kind, 依据=citation) == error("不予处罚依据", "引用的条款不是不予处罚的依据")


@pytest.mark.parametrize("kind", ["lighter", "mitigated"])
@pytest.mark.parametrize("citation", [f"{LAW}第三十三条第一款", f"{LAW}第二十八条", f"{FORCE}第五条"])
def test_a_lighter_penalty_on_the_wrong_article_is_an_error(kind, citation):
    """R8: the four circumstances of 第三十二条."""
    column = {"lighter": "从轻处罚依据", "mitigated": "减轻处罚依据"}[kind]
    assert check(kind, 依据=citation) == error(column, "没有引用四种法定情形或者其他规定")


@pytest.mark.parametrize("citation", ["轻微不罚", "《行政处罚法》", "第三十三条第一款", "有关规定"])
def test_leniency_without_an_article_is_an_error(citation):
    """R8"""
    assert check(依据=citation) == error("不予处罚依据", "没有写明依据的条文")


MEASURE = {"事项名称": "运输建筑垃圾沿途遗撒（扣押车辆）"}
EXECUTION = {
    "事项名称": "临时建筑物超期不拆除（强制拆除）",
    "设定依据": "违反条款：《中华人民共和国城乡规划法》第四十四条第二款；强制条款：《中华人民共和国城乡规划法》第六十八条。",
}


@pytest.mark.parametrize(
    ("act", "citation"),
    [
        (MEASURE, f"{FORCE}第十六条第二款"),
        (MEASURE, f"{FORCE}第16条第2款"),
        (MEASURE, f"{FORCE}第五条、第十六条第二款；{BUSINESS}第五十九条第一款"),
        (EXECUTION, f"{FORCE}第五条；{BUSINESS}第五十九条第一款"),
        (EXECUTION, f"{BUSINESS}第五十九条第一款"),
        (EXECUTION, "《某省优化营商环境条例》第六十条"),
    ],
)
def test_no_compulsion_rests_on_the_article_for_its_kind(act, citation):
    """R8: 第十六条第二款 for a measure; 第五条 or 条例 第五十九条 for execution."""
    assert check("no_compulsion", 依据=citation, **act) == []


@pytest.mark.parametrize(
    ("act", "citation", "message"),
    [
        (MEASURE, f"{FORCE}第五条；{BUSINESS}第五十九条", "查封、扣押等强制措施没有引用《行政强制法》第十六条第二款"),
        (MEASURE, f"{FORCE}第五条、第四十六条", "查封、扣押等强制措施没有引用《行政强制法》第十六条第二款"),
        (MEASURE, f"{FORCE}第十六条第一款", "《行政强制法》第十六条没有写明第二款"),
        (EXECUTION, f"{FORCE}第十六条第二款", "强制执行不适用《行政强制法》第十六条第二款"),
    ],
)
def test_the_article_for_the_other_kind_of_compulsion_is_a_doubt(act, citation, message):
    """R8: a coercive measure and execution have different articles."""
    assert check("no_compulsion", 依据=citation, **act) == doubt("不予实行政强制依据", message)


def test_a_measure_called_a_coercive_measure_is_no_execution():
    """R8"""
    assert check("no_compulsion", 事项名称="遗撒建筑垃圾（扣押车辆等强制措施）", 依据=f"{FORCE}第十六条第二款") == []


@pytest.mark.parametrize("citation", [f"{LAW}第三十三条", f"{FORCE}第四十六条"])
def test_no_compulsion_on_a_wrong_article_is_an_error(citation):
    """R8"""
    assert check("no_compulsion", 依据=citation) == error("不予实行政强制依据", "没有引用不予强制的依据")


# ---- 裁量幅度


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("lighter", "处5000元以上1.2万元以下罚款（法定幅度为五千元以上三万元以下）"),
        ("lighter", "处２０００元以上４０００元以下罚款(法定幅度为二千元以上二万元以下)"),
        ("lighter", "处2000元至4000元罚款（法定幅度：2000元以上2万元以下）"),
        ("lighter", "处2000-4000元罚款"),
        ("lighter", "处1至3万元罚款（法定幅度为1万元以上10万元以下）"),
        ("lighter", "处货值金额百分之五十以上一倍以下罚款（法定幅度为百分之五十以上三倍以下）"),
        ("lighter", "处50%以上1倍以下罚款（法定幅度为50%以上3倍以下）"),
        ("lighter", "给予警告"),
        ("lighter", "处5000元罚款（法定幅度为五千元以上三万元以下）"),
        ("lighter", "没收违法所得，并处5000元以上1.5万元以下罚款（法定幅度为10万元以下）"),
        ("mitigated", "处2万元以上5万元以下罚款（法定幅度为二十万元以上一百万元以下）"),
        ("mitigated", "处5万元以下罚款（法定幅度为五万元以上十万元以下）"),
        ("mitigated", "处违法运输的烟草专卖品价值10%以上15%以下罚款（法定幅度为20%以上50%以下）"),
        ("mitigated", "处3000元罚款（法定幅度为五千元以上三万元以下）"),
        ("mitigated", "不予罚款，只给予警告"),
    ],
)
def test_a_narrow_range_is_good(kind, text):
    """R8: in the ways offices write amounts, percentages and multiples."""
    assert check(kind, 裁量幅度=text) == []


@pytest.mark.parametrize("text", ["酌情处理", "从轻处罚", "视情节轻重", "按裁量基准执行", "减半处罚"])
def test_a_range_without_an_amount_is_an_error(text):
    """R8: a range, not “酌情”."""
    assert check("lighter", 裁量幅度=text) == error("裁量幅度", "没有写明具体幅度")


@pytest.mark.parametrize("text", ["处1万元以上5000元以下罚款", "处3倍以上50%以下罚款", "处二万元以上一万元以下罚款"])
def test_a_floor_above_the_ceiling_is_an_error(text):
    """R8"""
    assert check("lighter", 裁量幅度=text) == error("裁量幅度", "下限高于上限")


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("lighter", "处3000元以上6000元以下罚款（法定幅度为五千元以上三万元以下）", "从轻幅度不在法定幅度以内"),
        ("lighter", "处2万元以上4万元以下罚款（法定幅度为五千元以上三万元以下）", "从轻幅度不在法定幅度以内"),
        ("mitigated", "处1万元以上2万元以下罚款（法定幅度为五千元以上三万元以下）", "减轻幅度没有低于法定下限"),
        ("mitigated", "处3000元以上6000元以下罚款（法定幅度为五千元以上三万元以下）", "减轻幅度没有低于法定下限"),
        ("mitigated", "处2万元以下罚款（法定幅度：1万元以上5万元以下）", "减轻幅度没有低于法定下限"),
        ("mitigated", "处2万元罚款（法定罚款幅度为1万元以上5万元以下）", "减轻幅度没有低于法定下限"),
        ("mitigated", "处价值30%以上40%以下罚款（法定幅度为20%以上1倍以下）", "减轻幅度没有低于法定下限"),
        ("lighter", "处1000元以上5万元以下罚款", "幅度太宽"),
        ("lighter", "处5万元以下罚款", "没有写明下限"),
        ("lighter", "酌情处2000元以上4000元以下罚款", "写了“酌情”一类的话"),
    ],
)
def test_a_range_that_does_not_fit_is_a_doubt(kind, text, message):
    """R8: 从轻 within the law, 减轻 below its floor, both narrow."""
    assert check(kind, 裁量幅度=text) == doubt("裁量幅度", message)


def test_amounts_in_different_units_are_not_compared():
    """R8: 3 倍 is not less than 5,000 元."""
    assert check("mitigated", 裁量幅度="处1倍以上2倍以下罚款（法定幅度为五千元以上三万元以下）") == []


# ---- 配套监管措施


@pytest.mark.parametrize(
    "text",
    [
        *["加强监管", "加强监管。", "加强日常监管", "加强后续监管", "加强事中事后监管", "依法监管", "加强监督检查"],
        *[
            "进一步加强监管力度",
            "加强监管，加强检查",
            "加强对企业的监管",
            "加大执法检查力度",
            "日常监管",
            "加强教育管理",
        ],
    ],
)
def test_measures_that_are_none_are_an_error(text):
    """R8: 配套监管措施 must be a measure, not “加强监管”."""
    assert check(配套监管措施=text) == error("配套监管措施", "没有具体措施")


@pytest.mark.parametrize(
    "text", ["7日内复查", "行政约谈", "普法教育", "行政指导", "签订守法经营承诺书", "加强监管，每月巡查2次"]
)
def test_a_measure_is_good(text):
    """R8: a concrete step or a means without compulsion."""
    assert check(配套监管措施=text) == []


def test_a_row_with_several_faults_gets_a_finding_for_each():
    """R8: the office sees all of them at once."""
    found = check(设定依据="有关规定", 适用情形="情节轻微", 依据="", 配套监管措施="加强监管")
    assert [column for _, _, column, _ in found] == ["不予处罚依据", "设定依据", "适用情形", "配套监管措施"]
