"""What may never be listed (R9): judged by the act, not by the department, not by a cited title, not by a denied danger."""

from __future__ import annotations

import pytest

from knowledge.list_exclusions import CLAUSE
from tests.knowledge.makers import check


def about(**changes: str) -> list[tuple[str, str, str]]:
    return [(severity, rule, column) for severity, rule, column, _ in check("lighter", **changes) if rule == "R9"]


@pytest.mark.parametrize(
    "title",
    [
        "捏造、散布涨价信息，哄抬物价",
        "哄抬价格",
        "哄 抬 物 价",
        "哄抬\n防疫用品价格",
        "囤积居奇",
        "超出正常数量囤积口罩等商品，高价出售",
        "散布虚假的涨价信息",
        "编造市场供应紧缺的消息",
        "恶意串通涨价",
        "相互串通，操纵市场价格",
        "推动商品价格过快、过高上涨",
        "借疫情之机发国难财",
        "利用自然灾害实施违法行为",
        "利用公共卫生事件制售假冒防护用品牟利",
        "趁突发事件高价销售应急物资",
        "借台风之机擅自涨价",
    ],
)
def test_a_named_act_is_refused_with_the_clause(title):
    """R9: 囤积居奇、哄抬物价 and acts that exploit a calamity, in various words."""
    ((severity, rule, column, message),) = check("lighter", 事项名称=title)
    assert (severity, rule, column) == ("error", "R9", "事项名称")
    assert message.endswith(f"属于不得列入清单的行为，依据{CLAUSE}")
    assert CLAUSE == "某市方案 三(三)、滑县意见 三(七)"


@pytest.mark.parametrize(
    "changes",
    [
        {
            "设定依据": "违反条款：《明码标价和禁止价格欺诈规定》第五条；处罚条款：《明码标价和禁止价格欺诈规定》第二十二条"
        },
        {"事项名称": "未按照《明码标价和禁止价格欺诈规定》标明价格"},
        {"事项名称": "违反《关于打击哄抬物价、囤积居奇行为的公告》的公示要求"},
        {"事项名称": "不按照规定明码标价"},
        {"事项名称": "未按规定保存价格记录"},
        {"适用情形": "两年内首次被发现，没有哄抬价格、囤积居奇，未造成价格上涨"},
        {"适用情形": "首次被发现，货值不足1000元，不属于利用疫情涨价"},
    ],
)
def test_a_cited_title_a_price_matter_or_a_denied_act_is_no_price_gouging(changes):
    """R9: judged by the act."""
    assert about(**changes) == []


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"事项名称": "未及时消除重大事故隐患"}, "事项名称"),
        ({"事项名称": "未及时消除重大火灾隐患"}, "事项名称"),
        ({"事项名称": "非法销售疫苗"}, "事项名称"),
        ({"事项名称": "非法集资"}, "事项名称"),
        ({"事项名称": "没有取得烟花爆竹经营许可从事经营"}, "事项名称"),
        ({"事项名称": "未按规定储存危险化学品"}, "事项名称"),
        ({"事项名称": "生产销售假药"}, "事项名称"),
        ({"适用情形": "首次被发现，造成重大污染不超过1日"}, "适用情形"),
        ({"适用情形": "没有违法所得，销售假药不超过2盒"}, "适用情形"),
        ({"适用情形": "首次哄抬价格，涨价商品不超过3种"}, "适用情形"),
        ({"适用情形": "（1）不属于惯犯；（2）销售劣药不超过2盒"}, "适用情形"),
        ({"适用情形": "1、未造成投诉\n2、储存剧毒物品不超过1件"}, "适用情形"),
    ],
)
def test_a_suspicion_is_a_doubt_for_the_legal_reviewer(changes, column):
    """R9: risk, grave consequences, loss that cannot be made good; a denial covers its own clause only."""
    assert about(**changes) == [("warning", "R9", column)]


@pytest.mark.parametrize(
    "changes",
    [
        {"适用情形": "（1）首次被发现；（2）不属于重大事故隐患；（3）当场改正"},
        {"适用情形": "三年内未发生生产安全亡人事故，且不涉及危险化学品、烟花爆竹、剧毒物品，3日内改正"},
        {"适用情形": "2日内改正，未造成人员伤亡或者环境污染事故"},
        {"适用情形": "数量不超过5件，无假药、劣药，没有疫苗"},
        {"事项名称": "未及时消除事故隐患（不属于重大事故隐患）"},
        {"事项名称": "未及时消除一般事故隐患，非重大事故隐患"},
        {"事项名称": "某假药房招牌未备案"},
    ],
)
def test_a_danger_that_the_row_denies_is_none(changes):
    """R9: 不属于重大事故隐患 says that there is none."""
    assert about(**changes) == []


@pytest.mark.parametrize(
    "title", ["灭火器未保持完好有效", "超过噪声排放标准排放工业噪声", "未公示食品经营许可证", "迟报统计资料"]
)
def test_a_slight_matter_of_a_risky_department_may_be_listed(title):
    """R9: the department does not decide."""
    assert about(事项名称=title) == []
