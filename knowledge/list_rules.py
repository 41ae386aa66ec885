"""What a list row must say (R8, 滑县 附件1 编制说明) and what may never be listed (R9). Pure checks of one row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import cn2an
from rapidfuzz import fuzz

from knowledge.findings import Finding
from knowledge.text import comparable

if TYPE_CHECKING:
    from knowledge.lists import Item

_ARTICLE = r"第\s*[〇零一二三四五六七八九十百千\d]+\s*条"
_PROVISION = re.compile(rf"《[^《》]+(?:《[^《》]*》[^《》]*)?》[^《》]*?{_ARTICLE}")
_PENALTY_PART = re.compile(
    r"处罚条款|处罚依据|【处罚】|\[处罚\]|罚则|法律责任|依据[^；。]*处罚|按照[^；。]*处罚|依照[^；。]*处罚|给予处罚"
)
_STATUTORY = (
    "违法行为轻微并及时改正，没有造成危害后果的，不予行政处罚",
    "违法行为轻微并及时改正，没有造成危害后果",
    "初次违法且危害后果轻微并及时改正的，可以不予行政处罚",
    "初次违法且危害后果轻微并及时改正",
    "当事人有证据足以证明没有主观过错的，不予行政处罚",
    "主动消除或者减轻违法行为危害后果的",
    "受他人胁迫或者诱骗实施违法行为的",
    "主动供述行政机关尚未掌握的违法行为的",
    "配合行政机关查处违法行为有立功表现的",
    "违法行为情节显著轻微或者没有明显社会危害的，可以不采取行政强制措施",
    "情节显著轻微或者没有明显社会危害",
    "情节轻微",
    "情节轻微，及时改正",
    "首次违法，情节轻微，及时改正，未造成危害后果",
)
_MEASURE = re.compile("查封|扣押|暂扣|扣留|冻结|封存")
_EXECUTION = re.compile("拆除|代履行|代为|划拨|扣缴|强制清除|强制执行|封闭|拍卖|加处|恢复原状|强制")
_EMPTY_MEASURES = re.compile(
    "(进一步)?(加强|强化|加大)?(日常)?(监管|监督|管理|检查|监督检查|监管力度|教育)+(力度|工作)?"
)
_NAMED_ACTS = re.compile(
    "囤积居奇|哄抬(物价|价格)?|(捏造|散布)[^。；]{0,6}涨价|串通[^。；]{0,4}(操纵|涨价)|发(国难|灾难)财"
)
_CALAMITY = re.compile("(利用|借|趁)[^。；]{0,10}(自然灾害|事故灾难|事故灾害|公共卫生|社会安全|突发事件|疫情|灾情)")
_RISKY = re.compile(
    "重大事故隐患|致人(死亡|重伤|伤亡)|有毒有害食品|假药|劣药|疫苗|危险化学品|爆炸物|烟花爆竹|非法集资|传染病疫情|重大污染|环境污染事故|"
    "剧毒|放射性|特种设备事故|黑作坊|病死|瘦肉精|地沟油"
)
_NEGATED = re.compile("(不属于|不涉及|未涉及|不存在|没有|未发生|未造成|非)[^。；（]*")
_CLAUSE_R9 = "某市方案 三(三)、滑县意见 三(七)"


def check_item(item: Item, *, violation_only: bool = False) -> list[Finding]:
    """Findings about one row; ``violation_only`` says that the file's basis column is for the violated provision alone.

    Errors refuse the row (R8, R9); warnings are doubts for the legal reviewer.
    """
    findings = [*_check_required(item), *_check_excluded(item)]
    if item.basis:
        findings += _check_basis(item, violation_only)
    if item.circumstances:
        findings += _check_circumstances(item)
    if item.leniency_basis:
        findings += _check_leniency(item)
    if item.range is not None:
        findings += _check_range(item)
    if item.measures:
        findings += _check_measures(item)
    return findings


def _error(message: str, expected: str, column: str, rule: str = "R8") -> Finding:
    return Finding("error", message, expected, column=column, rule=rule)


def _doubt(message: str, expected: str, column: str, rule: str = "R8") -> Finding:
    return Finding("warning", message, expected, column=column, rule=rule)


def _check_required(item: Item) -> list[Finding]:
    from knowledge.lists import LENIENCY_HEADINGS

    needed = (
        (item.title, "事项名称", "违法行为的名称"),
        (item.basis, "设定依据", "违反条款：《××法》第×条；处罚条款：《××法》第×条"),
        (item.circumstances, "适用情形", "写明首次、数量、时限、后果等具体条件"),
        (item.leniency_basis, LENIENCY_HEADINGS[item.kind], "《中华人民共和国行政处罚法》第三十三条第一款等"),
        (item.measures, "配套监管措施", "具体的监管举措或者非强制手段"),
    )
    return [
        _error(f"“{column}”为空", expected, column)
        for value, column, expected in needed
        if value is not None and not comparable(value)
    ]


def _check_excluded(item: Item) -> list[Finding]:
    """R9: judged by the act. A named act refuses the row; a suspicion is a doubt. Titles of laws in 《》 do not count."""
    act = re.sub("《[^《》]*》", "", f"{item.title}\n{item.circumstances}")
    title = re.sub("《[^《》]*》", "", item.title)
    if found := (_NAMED_ACTS.search(title) or _CALAMITY.search(title)):
        message = f"“{found.group()}”属于不得列入清单的行为，依据{_CLAUSE_R9}"
        return [_error(message, "从清单中删去这一行", "事项名称", "R9")]
    if found := (_NAMED_ACTS.search(act) or _CALAMITY.search(act) or _RISKY.search(_NEGATED.sub("", act))):
        message = f"“{found.group()}”可能属于风险大、后果严重或者难以挽回的行为，依据{_CLAUSE_R9}"
        return [_doubt(message, "法制审核确认可以列入，或者删去", "事项名称", "R9")]
    return []


def _check_basis(item: Item, violation_only: bool) -> list[Finding]:
    basis = comparable(item.basis or "")
    provisions = _PROVISION.findall(basis)
    findings = []
    if not provisions:
        return [_error("没有写明法律条文", "违反条款：《××法》第×条；处罚条款：《××法》第×条", "设定依据")]
    marked = _PENALTY_PART.search(basis)
    if item.kind != "no_compulsion" and not (
        (marked and _PROVISION.search(basis[marked.start() :])) or _penalised(basis)
    ):
        message, expected = "只有违反条款，没有处罚条款", "补充“处罚条款：《××法》第×条”"
        findings.append(
            _doubt(message, expected, "设定依据") if violation_only else _error(message, expected, "设定依据")
        )
    if item.kind == "no_compulsion" and not re.search("强制|依据[^；。]*采取", basis) and len(provisions) < 2:
        findings.append(_doubt("没有写明强制条款", "补充“强制条款：《××法》第×条”", "设定依据"))
    return findings


def _penalised(basis: str) -> bool:
    """``违反…的规定;依据《…》第×条…处罚``: the provision stands before the word."""
    found = re.search("(依据|按照|依照|根据)(.*?)(处罚|罚款|采取强制措施)", basis)
    return bool(found and _PROVISION.search(found.group(2)))


def _check_circumstances(item: Item) -> list[Finding]:
    text = re.sub(r"^[（(]?\d[)）.、]?|[。；;]", "", comparable(item.circumstances))
    concrete = re.search(
        r"[\d一二三四五六七八九十两半]+\s*(日|天|个|处|次|元|万|米|平方|年|月|小时|件|人|份|公斤|%|具|瓶|册|吨|条|倍)",
        text,
    )
    if concrete or len(text) > 45:
        return []
    if any(fuzz.ratio(text, comparable(phrase)) >= 85 for phrase in _STATUTORY):
        return [_error("只照抄法条，没有具体情形", "写明首次、数量、金额、时限、后果等具体条件", "适用情形")]
    if len(text) < 12:
        return [_doubt("写得太笼统", "写明首次、数量、金额、时限、后果等具体条件", "适用情形")]
    return []


def _cites(text: str, law: str, *articles: str) -> bool:
    return any(re.search(f"{law}[^《]*第({article})条", text) for article in articles)


def _check_leniency(item: Item) -> list[Finding]:
    from knowledge.lists import LENIENCY_HEADINGS

    text, column = comparable(item.leniency_basis or ""), LENIENCY_HEADINGS[item.kind]
    named = _PROVISION.search(text)
    if not named:
        return [_error("没有写明依据的条文", "《××法》第×条第×款", column)]
    others = [law for law in re.findall("《([^《》]+)》", text) if "行政处罚法" not in law and "行政强制法" not in law]
    if item.kind == "exempt":
        good = _cites(text, "行政处罚法》", "三十三|33", "三十|30", "三十一|31", "三十六|36") or others
        return (
            [] if good else [_error("引用的条款不是不予处罚的依据", "《行政处罚法》第三十三条第一款或者第二款", column)]
        )
    if item.kind in ("lighter", "mitigated"):
        good = _cites(text, "行政处罚法》", "三十二|32", "三十|30", "三十一|31") or others
        expected = "《行政处罚法》第三十二条第一项至第四项，或者写明其他规定"
        return [] if good else [_error("没有引用四种法定情形或者其他规定", expected, column)]
    return _check_compulsion(item, text, column, bool(others))


def _check_compulsion(item: Item, text: str, column: str, others: bool) -> list[Finding]:
    act = comparable(f"{item.title}{item.basis or ''}")
    sixteenth = _cites(text, "行政强制法》", "[^《]*(?:十六|16)")
    fifth = _cites(text, "行政强制法》", "五|5") or _cites(text, "优化营商环境条例》", "五十九|59")
    measure, execution = bool(_MEASURE.search(act)), bool(_EXECUTION.search(comparable(item.title)))
    if not (sixteenth or fifth or others):
        expected = "《行政强制法》第十六条第二款（强制措施）或者第五条（强制执行），或者写明其他规定"
        return [_error("没有引用不予强制的依据", expected, column)]
    if measure and not execution and not sixteenth:
        return [
            _doubt("查封、扣押等强制措施没有引用《行政强制法》第十六条第二款", "《行政强制法》第十六条第二款", column)
        ]
    if execution and not measure and sixteenth:
        return [
            _doubt(
                "强制执行不适用《行政强制法》第十六条第二款",
                "《行政强制法》第五条、《优化营商环境条例》第五十九条",
                column,
            )
        ]
    return []


_AMOUNT = r"([\d.,]+|[〇零一二三四五六七八九十百千万两]+)\s*(万)?\s*(元|%|倍|日|天)"
_BETWEEN = re.compile(
    r"(?:百分之)?([\d.,]+|[〇零一二三四五六七八九十百千两]+)(万)?(元|%|倍)?以上(?:百分之)?([\d.,]+|[〇零一二三四五六七八九十百千两]+)(万)?(元|%|倍)?以下"
)


def _number(text: str, ten_thousand: str) -> float | None:
    try:
        value = float(text.replace(",", "")) if re.fullmatch(r"[\d.,]+", text) else float(cn2an.cn2an(text, "smart"))
    except ValueError:
        return None
    return value * 10_000 if ten_thousand else value


def _range_of(text: str) -> tuple[float, float] | None:
    found = _BETWEEN.search(text)
    if not found:
        return None
    low, low_unit, _, high, high_unit, _ = found.groups()
    lower, upper = _number(low, low_unit), _number(high, high_unit)
    return (lower, upper) if lower is not None and upper is not None else None


def _check_range(item: Item) -> list[Finding]:
    """裁量幅度 must be narrow, lie within the law for 从轻 and below its floor for 减轻 (R8)."""
    text = comparable(item.range or "")
    if not text:
        return [_error("“裁量幅度”为空", "具体的幅度，如“处2000元以上4000元以下罚款”", "裁量幅度")]
    own, _, statutory = text.partition("(法定幅度")
    if not re.search(_AMOUNT, own) and not re.search("警告|通报批评", own):
        return [_error("没有写明具体幅度", "具体的幅度，如“处2000元以上4000元以下罚款”，不写“酌情”", "裁量幅度")]
    here, law = _range_of(own), _range_of(statutory)
    if here is None or here[0] > here[1]:
        return [_error("下限高于上限", "下限不高于上限", "裁量幅度")] if here else []
    if law and item.kind == "lighter" and not law[0] <= here[0] <= here[1] <= law[1]:
        return [_doubt("从轻幅度不在法定幅度以内", "法定幅度以内、靠近下限", "裁量幅度")]
    if law and item.kind == "mitigated" and here[1] > law[0]:
        return [_doubt("减轻幅度没有低于法定下限", "低于法定最低罚款", "裁量幅度")]
    if here[1] > 10 * max(here[0], 1):
        return [_doubt("幅度太宽", "尽量压缩裁量空间（滑县意见 附件1.5）", "裁量幅度")]
    return []


def _check_measures(item: Item) -> list[Finding]:
    if _EMPTY_MEASURES.fullmatch(re.sub("[。；，、]", "", comparable(item.measures or ""))):
        return [_error("没有具体措施", "具体的监管举措或者非强制手段，如“7日内复查”", "配套监管措施")]
    return []
