"""What a list row must say (R8, 滑县 附件1 编制说明). Pure checks of one row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from knowledge.findings import Finding
from knowledge.list_columns import LENIENCY_HEADINGS, RANGED
from knowledge.list_exclusions import check_excluded
from knowledge.list_ranges import check_range
from knowledge.text import comparable

if TYPE_CHECKING:
    from knowledge.lists import Item

_ARTICLE = r"第\s*[〇零一二三四五六七八九十百千\d]+\s*条"
_PROVISION = re.compile(rf"《[^《》]+(?:《[^《》]*》[^《》]*)?》[^《》]*?{_ARTICLE}")
_PENALTY_PART = re.compile(
    r"处罚(?:的|法律|法规)*(?:条款|依据|规定|条文)|【处罚】|\[处罚\]|罚则|法律责任|(?:依据|按照|依照)[^;。]*处罚|给予处罚"
)
_ONE_ARTICLE = re.compile(_ARTICLE)
_VIOLATION_PART = re.compile(r"违反|违则|禁止|违法行为|定性|义务")
_LAW_TITLE = re.compile("《[^《》]*(?:《[^《》]*》[^《》]*)*》")
_CITATION = re.compile(r"《[^《》]*》|第[〇零一二三四五六七八九十百千\d]+条(第[^条,;。]{1,8}?[款项])*")
_PLACEHOLDERS = frozenset(("无", "暂无", "略", "同上", "/", "-", "--", "...", "待定", "待补充"))
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
_STATUTORY_PIECES = frozenset(
    piece for phrase in _STATUTORY for piece in re.split("[,、]|并且?|或者?|且", comparable(phrase)) if piece
) | {
    "未造成危害后果",
    "没有造成危害后果的",
    "情节轻微",
    "情节较轻",
    "及时改正的",
    "及时纠正",
    "主动改正",
    "首次违法",
    "初次违法的",
}
_LINKS = frozenset(("的", "可以", "应当", "当事人"))
_CONCRETE = re.compile(
    r"[\d一二三四五六七八九十百千万两半几][多余]?\s*"
    r"(日|天|个|处|次|元|万|米|平方|立方|年|月|周|小时|分钟|件|人|份|公斤|千克|克|升|%|具|瓶|袋|册|吨|条|倍|户|台|辆|张|项|种|笔|亩|头|只|批)"
)
_TIMELY = re.compile("当场|当日|当天|立即|立案前|检查前")
_VAGUE = re.compile("酌情|视情|情节轻微|适当|等情形$")
_MEASURE = re.compile("查封|扣押|暂扣|扣留|冻结|封存")
_EXECUTION = re.compile("拆除|代履行|代为|划拨|扣缴|强制清除|强制执行|封闭|拍卖|加处|恢复原状|强制(?!措施|检)")
_EMPTY_MEASURES = re.compile(
    "(依法|依规|进一步|切实|继续|持续)*"
    "((加强|强化|加大|做好|落实|实施|开展|严格)?(对)?(当事人|企业|经营者|行政相对人|市场主体|辖区|该单位)?(的|进行)?"
    "(日常|后续|事中事后|事后|跟踪|动态|行业|执法|现场|常态化|相关|有效|宣传|普法|行政|市场)*"
    "(监管|监督|管理|检查|巡查|教育|宣传|指导|执法)+(力度|工作|措施)?(和|及|与|并)?)+"
)
_CONCRETE_MEASURE = re.compile("行政指导|普法宣传|普法教育|批评教育|宣传教育|行政检查$")


def check_item(item: Item, *, violation_only: bool = False) -> list[Finding]:
    """Findings about one row; ``violation_only`` says that the file's basis column is for the violated provision alone.

    Errors refuse the row (R8, R9); warnings are doubts for the legal reviewer.
    """
    findings = [*_check_required(item), *check_excluded(item.title, item.circumstances)]
    if item.basis:
        findings += _check_basis(item, violation_only)
    if item.circumstances:
        findings += _check_circumstances(item)
    if item.leniency_basis:
        findings += _check_leniency(item)
    if item.range is not None and item.kind in RANGED:
        findings += check_range(item)
    if item.measures:
        findings += _check_measures(item)
    return findings


def _error(message: str, expected: str, column: str, rule: str = "R8") -> Finding:
    return Finding("error", message, expected, column=column, rule=rule)


def _doubt(message: str, expected: str, column: str, rule: str = "R8") -> Finding:
    return Finding("warning", message, expected, column=column, rule=rule)


def _check_required(item: Item) -> list[Finding]:
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
        if value is not None and (not comparable(value) or comparable(value) in _PLACEHOLDERS)
    ]


def _check_basis(item: Item, violation_only: bool) -> list[Finding]:
    """The provision violated and, for the penalty lists, the penalty provision; for 不予强制 the coercive provision."""
    basis = _LAW_TITLE.sub("《法》", comparable(item.basis or ""))  # the words of a title say nothing about its part
    if not _PROVISION.search(basis):
        return [_error("没有写明法律条文", "违反条款：《××法》第×条；处罚条款：《××法》第×条", "设定依据")]
    violated = bool(_VIOLATION_PART.search(basis))
    several = len(_ONE_ARTICLE.findall(basis)) >= 2
    if item.kind == "no_compulsion":
        if not re.search("强制|依据[^;。]*采取", basis) and not several:
            return [_doubt("没有写明强制条款", "补充“强制条款：《××法》第×条”", "设定依据")]
        return []
    if not _names_penalty(basis):
        message, expected = "只有违反条款，没有处罚条款", "补充“处罚条款：《××法》第×条”"
        if several and not violated and not violation_only:
            message, expected = "没有分清违反条款和处罚条款", "违反条款：《××法》第×条；处罚条款：《××法》第×条"
            return [_doubt(message, expected, "设定依据")]
        return [_doubt(message, expected, "设定依据") if violation_only else _error(message, expected, "设定依据")]
    if not violated:
        marked = _PENALTY_PART.search(basis)
        message, expected = "只有处罚条款，没有违反条款", "补充“违反条款：《××法》第×条”"
        if not several:
            return [_error(message, expected, "设定依据")]
        if marked and not _PROVISION.search(basis[: marked.start()]):
            return [_doubt(message, expected, "设定依据")]
    return []


def _names_penalty(basis: str) -> bool:
    """Whether a provision stands after 处罚条款：, 【处罚】 and the like, or inside 依据…处罚."""
    marked = _PENALTY_PART.search(basis)
    if marked and _PROVISION.search(basis[marked.start() :]):
        return True
    found = re.search("(依据|按照|依照|根据)(.*?)(处罚|罚款)", basis)
    return bool(found and _PROVISION.search(found.group(2)))


def _check_circumstances(item: Item) -> list[Finding]:
    """Concrete, not a bare copy of the statutory phrase: a number, a time, an amount, or conditions of its own."""
    parts = [_CITATION.sub("", comparable(part)) for part in re.split(r"[\n;；。]", item.circumstances)]
    parts = [re.sub(r"^[（(\[]?\d{1,2}[)）\].、:]", "", part) for part in parts]
    parts = [re.sub(r"^(根据|依据|按照|符合)?(的|规定的?)?[,:]?|\(\)", "", part) for part in parts]
    parts = [part for part in parts if part]
    text = "".join(parts)
    if _CONCRETE.search(text):
        return []
    if (parts and all(_is_statutory(part) for part in parts)) or _is_statutory(text):
        return [_error("只照抄法条，没有具体情形", "写明首次、数量、金额、时限、后果等具体条件", "适用情形")]
    if not _TIMELY.search(text) and (_VAGUE.search(text) or len(text) < 12):
        return [_doubt("写得太笼统", "写明首次、数量、金额、时限、后果等具体条件", "适用情形")]
    return []


def _is_statutory(text: str) -> bool:
    """Whether nothing is left of a text when the law's own phrases are taken away."""
    if any(fuzz.ratio(text, comparable(phrase)) >= 85 for phrase in _STATUTORY):
        return True
    pieces = [piece for piece in re.split("[,、]|并且?|或者?|且", text) if piece]
    return bool(pieces) and all(
        any(fuzz.ratio(piece, phrase) >= 85 for phrase in _STATUTORY_PIECES) or piece in _LINKS for piece in pieces
    )


def _cites(text: str, law: str, *articles: str) -> bool:
    return any(re.search(f"{law}[^《]*第({article})条", text) for article in articles)


def _check_leniency(item: Item) -> list[Finding]:
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
    """强制法 第十六条第二款 is for measures, 第五条 and 条例 第五十九条 also for execution (R8)."""
    act = comparable(f"{item.title}{item.basis or ''}")
    sixteenth = _cites(text, "行政强制法》", "十六|16")
    fifth = _cites(text, "行政强制法》", "五|5") or _cites(text, "优化营商环境条例》", "五十九|59")
    measure, execution = bool(_MEASURE.search(act)), bool(_EXECUTION.search(comparable(item.title)))
    if not (sixteenth or fifth or others):
        expected = "《行政强制法》第十六条第二款（强制措施）或者第五条（强制执行），或者写明其他规定"
        return [_error("没有引用不予强制的依据", expected, column)]
    if sixteenth and not re.search("第(十六|16)条(第[一1]款[^;。]*)?第[二2]款", text):
        return [_doubt("《行政强制法》第十六条没有写明第二款", "《行政强制法》第十六条第二款", column)]
    if measure and not execution and not sixteenth:
        message = "查封、扣押等强制措施没有引用《行政强制法》第十六条第二款"
        return [_doubt(message, "《行政强制法》第十六条第二款", column)]
    if execution and not measure and sixteenth:
        expected = "《行政强制法》第五条、《优化营商环境条例》第五十九条"
        return [_doubt("强制执行不适用《行政强制法》第十六条第二款", expected, column)]
    return []


def _check_measures(item: Item) -> list[Finding]:
    text = re.sub("[。;,、]", "", comparable(item.measures or ""))
    if _EMPTY_MEASURES.fullmatch(text) and not _CONCRETE_MEASURE.search(text):
        return [_error("没有具体措施", "具体的监管举措或者非强制手段，如“7日内复查”", "配套监管措施")]
    return []
