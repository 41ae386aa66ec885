"""What may never stand on a leniency list (R9). Judged by the act, not by the department and not by cited titles."""

from __future__ import annotations

import re

from knowledge.findings import Finding
from knowledge.text import comparable

CLAUSE = "某市方案 三(三)、滑县意见 三(七)"
_NAMED_ACTS = re.compile(
    "囤积居奇|囤积[^。;]{0,12}(涨价|高价|牟利|惜售)|哄抬|"
    "(捏造|散布|编造)[^。;]{0,10}(涨价|紧缺|短缺)|(串通|恶意|统一|联合|操纵)[^。;]{0,8}涨价|(串通|操纵)[^。;]{0,6}市场价格|"
    "发(国难|灾难|灾)财|(推动|造成)[^。;]{0,10}价格[^。;]{0,6}(过快|过高)上涨"
)
_CALAMITY = re.compile(
    "(利用|借|趁|乘|以)[^。;]{0,10}(自然灾害|事故灾难|事故灾害|公共卫生|社会安全|突发事件|疫情|灾情|台风|洪涝)[^。;]{0,16}"
    "(之机|之际|为由|牟利|牟取|涨价|高价|违法|敛财|诈骗|实施|从事|销售)"
)
_RISKY = re.compile(
    "重大(事故|火灾|安全)?隐患|致人(死亡|重伤|伤亡)|有毒有害食品|有毒、有害食品|假药(?!房)|劣药|疫苗|危险化学品|爆炸物|烟花爆竹|非法集资|"
    "传染病疫情|重大污染|环境污染事故|剧毒|放射性|特种设备事故|黑作坊|病死|瘦肉精|地沟油"
)
_DENIED = "不属于|不涉及|未涉及|不存在|未发生|未造成|未经营|未使用|未销售|非(?!法)"
_DENIAL = re.compile(f"({_DENIED})[^。;,(\n]*")
_DENIAL_IN_CONDITIONS = re.compile(f"({_DENIED}|没有|未|无)[^。;,(\n]*")
_TITLES = re.compile("《[^《》]*(?:《[^《》]*》[^《》]*)*》")


def check_excluded(title: str, circumstances: str) -> list[Finding]:
    """A named act in the title is an error, with its clause; a suspicion anywhere is a doubt for the legal reviewer (R9).

    A danger that the row denies (不属于重大事故隐患) is none; in a title 没有 and 未 describe the act and deny nothing.
    """
    act = _TITLES.sub("", comparable_lines(title))
    conditions = _DENIAL_IN_CONDITIONS.sub("", _TITLES.sub("", comparable_lines(circumstances)))
    if found := (_NAMED_ACTS.search(act) or _CALAMITY.search(act)):
        message = f"“{found.group()}”属于不得列入清单的行为，依据{CLAUSE}"
        return [Finding("error", message, "从清单中删去这一行", column="事项名称", rule="R9")]
    suspects = [(act, "事项名称", _RISKY), (conditions, "适用情形", _NAMED_ACTS)]
    suspects += [(conditions, "适用情形", _CALAMITY), (conditions, "适用情形", _RISKY)]
    for text, column, pattern in suspects:
        if found := pattern.search(_DENIAL.sub("", text)):
            message = f"“{found.group()}”可能属于风险大、后果严重或者难以挽回的行为，依据{CLAUSE}"
            return [Finding("warning", message, "法制审核确认可以列入，或者删去", column=column, rule="R9")]
    return []


def comparable_lines(text: str) -> str:
    """A text in its comparable form that keeps its lines, each a condition of its own; a list number may part them too."""
    return "\n".join(comparable(line) for line in re.split(r"\n|(?=[（(]\d+[)）])", text))
