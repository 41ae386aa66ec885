"""Made-up values to look at a paper with: ordinary ones, the longest that may come, and nothing at all."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge.papers.kinds import Kind, Papers
from knowledge.pledges.kinds import shipped_wordings

ORDINARY, LONGEST, NOTHING = "平常", "最长", "全空"
LONG_NAME = "鄂州市鄂城区示例香满楼连锁餐饮管理服务有限责任公司凤凰街道示例路第一百二十八分公司（示例广场三号楼五层美食中心直营旗舰）"
"""An enterprise's name of sixty characters."""
LONG_OFFICE = "鄂州市鄂城区市场监督管理综合行政执法大队凤凰街道中队"
LONG_LICENCE = "鄂城市监执法证第0000123456789012号"
_PROMISE = "把从业人员健康证公示在店堂显眼处，每天开工前由专人检查一遍并记录在册（2026年11月25日，星期三前）"
_SENTENCE = "后厨没有公示从业人员健康证，消毒记录没有写全，"


_PLEDGED = "三日内把从业人员健康证公示在店堂显眼处（2026年11月25日，星期三前）"
_REDRESSED = "当面道歉，赔偿300元（2026年11月25日，星期三前）"
_BASES = {
    "rectification": "定海意见 二（三）（外地做法，仅供参考）",
    "acknowledgement": "鄂城规则 三（五）",
    "voluntary": "鄂城规则 三（六）",
    "redress": "鄂城规则 三（七）",
}
_COMPULSION = "《中华人民共和国行政强制法》第十六条第二款"


def of_kind(values: Mapping[str, str], kind: Kind) -> Mapping[str, str]:
    """The ordinary values as they would be in a paper of this kind: the words of its pledge, the law of its decision."""
    if kind.id == "no_compulsion":
        return {**values, "处理依据": _COMPULSION}
    wording = next((one for one in shipped_wordings().values() if one.kind == kind.of), None)
    if wording is None:
        return values
    head = values["承诺正文"].split("\n")[:5]
    who, says = ["受害方：顾客王示例"], ["受害方的话：接受道歉，同意这个数", "见证人：社区工作人员赵示例"]
    promise = _REDRESSED if wording.has_injured else _PLEDGED
    lines = [
        *head,
        *(who if wording.has_injured else ()),
        wording.opening,
        f"1. {promise}",
        *(says if wording.has_injured else ()),
        wording.closing,
        f"依据：{_BASES[wording.kind]}",
    ]
    return {**values, "承诺正文": "\n".join(lines), "承诺事项": f"1. {promise}"}


def examples(papers: Papers) -> Mapping[str, Mapping[str, str]]:
    """The three sets of values, by their names."""
    ordinary = {name: field.example for name, field in papers.fields.items()}
    return {ORDINARY: ordinary, LONGEST: _longest(papers, ordinary), NOTHING: {}}


def _longest(papers: Papers, ordinary: Mapping[str, str]) -> dict[str, str]:
    """Every value as long as a person may make it; twelve promises, a name of sixty characters."""
    found = {
        name: _filled(ordinary[name], field.longest)
        for name, field in papers.fields.items()
        if field.ask and not field.options
    }
    promises = "\n".join(f"{number}. {_PROMISE}" for number in range(1, 13))
    return {
        **ordinary,
        **found,
        "企业名称": LONG_NAME,
        "企业地址": f"湖北省鄂州市鄂城区{LONG_NAME}",
        "部门名称": LONG_OFFICE,
        **dict.fromkeys(("执法证号", "第二执法证号"), LONG_LICENCE),
        **dict.fromkeys(("执法人员", "第二执法人员", "签署人"), "示例·示例江·示例买买提"),
        **{name: _filled(_SENTENCE, 300) for name in ("存在问题", "改正要求", "整改情况", "回访情况")},
        **{name: _filled(_SENTENCE, 1000) for name in ("申辩内容", "指导内容", "陈述申辩情况")},
        "承诺正文": f"承诺人：{LONG_NAME}\n问题：{_filled(_SENTENCE, 300)}\n{promises}",
        "承诺事项": promises,
    }


def _filled(text: str, length: int) -> str:
    """A text said again and again until it is so long."""
    return (text.split("\n")[0] * length)[:length].rstrip("，")
