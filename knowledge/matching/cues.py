"""Cues in a question that words alone do not carry: which consequence is feared, what kind of answer is asked for."""

from __future__ import annotations

import re

# What the asker fears or hopes for, in the words of the street → the list that settles it (R7).
_CONSEQUENCES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "no_compulsion",
        re.compile(
            "查封|封门|封店|贴封条|封条|封掉|封了|给封|扣押|扣车|扣货|扣东西|扣下|扣走|扣了|暂扣|扣留|没收走|拉走|收走|拿走|搬走|拖走|强拆|"
            "硬拆|强制|来硬的|划走|划钱|划拨|划扣|扣钱|扣款|冻结|填了|填埋|封井|拆了|拆掉|代履行|替我"
        ),
    ),
    (
        "reduced",
        re.compile(
            "少罚|轻罚|轻点罚|从轻|减轻|轻一点|轻点|罚多少|罚几|罚得|少一点|少点|打折|便宜|最低|往下|宽大|酌情|怎么罚|多少钱的罚|罚款多少|按几"
        ),
    ),
    (
        "exempt",
        re.compile(
            "会罚|罚吗|罚不|罚款吗|不罚|免罚|免予|不予处罚|挨罚|要紧|放一马|放过|算了|处罚吗|处罚不|没事|有事|咋办|怎么办|开单|开罚单|罚我|行不行"
        ),
    ),
)
_TYPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("amount", re.compile("多少|几成|几倍|几千|几百|几个点|多大|多高|多宽|多重|幅度")),
    ("time", re.compile("什么时候|啥时候|几天|多久|多长时间|何时|哪天|期限|最晚|最迟|几号|几个月|截止|时限")),
    ("who", re.compile("谁|哪个部门|哪个局|哪家|找哪|什么部门|牵头|哪些单位|归哪|何部门")),
    ("which", re.compile("哪些|哪几|什么条件|啥条件|包括|有什么|有啥|要啥|分几|标准")),
    ("meaning", re.compile("什么意思|啥意思|是什么|是啥|指什么|指的是|什么叫|啥叫|何谓|含义|定义|怎么理解|算不算")),
    ("why", re.compile("为什么|为啥|凭什么|凭啥|依据什么|什么依据|根据什么|目的|意义|背景")),
    ("how", re.compile("怎么|如何|咋|怎样|步骤|流程|手续")),
)
_PATTERNS = dict(_TYPES)
CONSEQUENCES = tuple(name for name, _ in _CONSEQUENCES)


def consequence_of(question: str) -> str:
    """``no_compulsion``, ``reduced``, ``exempt`` or ``""``: the consequence a question is about."""
    return next((name for name, pattern in _CONSEQUENCES if pattern.search(question)), "")


def fits_consequence(wanted: str, group: str) -> float:
    """1 when an item's list settles what is asked, -1 when it settles something else, 0 when that is open."""
    if not wanted or not group:
        return 0.0
    if wanted == "no_compulsion":
        return 1.0 if group == "no_compulsion" else -1.0
    if group == "no_compulsion":
        return -1.0
    if wanted == "reduced":
        return 1.0 if group in ("lighter", "mitigated") else -0.5
    return 1.0 if group == "exempt" else -0.25


def type_of(question: str) -> str:
    """The kind of answer asked for: ``amount``, ``time``, ``who`` …, or ``""``."""
    return next((name for name, pattern in _TYPES if pattern.search(question)), "")


def is_of_type(question: str, kind: str) -> bool:
    """Whether a question asks for that kind of answer. As quick as can be: it is asked of hundreds of questions."""
    return bool(_PATTERNS[kind].search(question)) and type_of(question) == kind


def may_be_of_type(questions: str, kind: str) -> bool:
    """Whether any of many questions in one text can ask for that kind of answer: one look instead of many."""
    return bool(_PATTERNS[kind].search(questions))
