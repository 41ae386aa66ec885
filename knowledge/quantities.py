"""Amounts as owners type them (R14): 25个人, 3千万, 大概两三百人; and one number as the answer to one question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from knowledge.numerals import AMOUNT, Amount, fold, read_amount

Unit = Literal["person", "yuan", "none", "other"]
Asked = Literal["person", "yuan"]
MAX_PERSONS = Decimal(10_000_000)
MAX_YUAN = Decimal(10**14)

_WORKERS = "员工|职工|工人|雇员|伙计|店员|服务员|营业员|师傅|学徒|厨师|小工|临时工|从业人员|工作人员|人员"
_PERSON = rf"[个名位口号]?(?:正式|全职|固定|在职)?(?:人(?!民币|次|份|均|天|月|工|家|间|类|气)|{_WORKERS})|名(?!字|称)|位(?!数|置)|口(?!气)子?"
_YUAN = "元人民币|元整|元钱|元(?!店|素|件|旦|月)|人民币|块钱|块(?![\u4e00-\u9fff])|块(?=[多左以不吧呢了])|大洋|rmb|cny"
_JIAO = r"[\d一二三四五六七八九](?:[角毛]|(?![\w.]))"
_CURRENCY = re.compile("(?:¥|rmb|cny|人民币) ?-?$")
_SIGN = re.compile(r"(?:(?<![\w-])|(?<=[\u4e00-\u9fff]))-$|(?:负|亏损?了?) ?$")
# Words that may follow a number at once and leave it a number; any other makes it a count of something else.
_FREE = "[今去前后原现目收营资流吧呢啊呀哦嘛了的啦左上以不到至和跟与或有是在就也都全总另还没但算包含加连大差其]|一共|$"
_ONE = re.compile(
    rf"(?P<amount>{AMOUNT}) ?(?:(?P<person>{_PERSON})|(?P<yuan>{_YUAN})(?P<jiao>{_JIAO})?|个(?={_FREE}|\W))?(?P<more>多)?"
)
_JOIN = re.compile(r" ?(?:到|至|~|--?|—+|–) ?")
# What only looks like an amount: days, times, telephones, versions, percentages, fractions, a leading zero.
_SPECIAL = re.compile(
    r"\d{2,4}([-/.])\d{1,2}\1\d{1,2}(?!\d)|\d+(?:\.\d+){2,}|\d+:\d+|0?\d{3}-\d{7,8}(?!\d)|0\d+"
    r"|1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?! ?[\d元块万亿.])|\d+(?:\.\d+)?[%‰]|\d+/\d+|百分之[\d一二三四五六七八九十百零点.]+"
)
_WORD = re.compile(rf"(?!{_FREE})[^\W\d_]")
_START = re.compile(r"[\d零一二三四五六七八九两几数半十百千万亿]")
# What an amount may not touch, else it is part of a name, an order or another number.
_GLUED_BEFORE = re.compile(
    r"(?:第 ?|不是|儿|周|星期|礼拜|no\.?|#|[a-z_]|[a-z\d][-./:]|[\d零一二三四五六七八九两十百千万亿])$"
)
_LONE_BEFORE = re.compile(r"(?:^|[\W_]|[有是就共才只了雇请招约近到我])$")  # 有三; but not 统一
_LEAD = re.compile(
    r"(?:(?P<under>不到|不足|没到|没有|不够|未满|不满|少于|低于|小于|不超过|不多于|最多|顶多|至多)"
    r"|(?P<over>超过?|逾|不止|不只|不少于|不低于|多于|高于|大于|至少|起码|最少)"
    r"|(?P<about>(?:大概|大约|差不多|估计|可能|将近|接近)[^、。,.;!?\d]{0,6}?|(?<!最)近|(?<!外)快|(?<!大)小|(?<![合签违预制])约))"
    r"(?:有|是|要)? ?(?:[-负]|¥|rmb|人民币)? ?$"
)
_HUNDREDS = re.compile("[上过][百千万亿]")
_FOREIGN = re.compile(r"[$€£] ?$|(?:us|hk)d? ?$")
_TAIL = re.compile(
    r" ?(?:(?P<about>左右|上下|的?样子|出头)|(?P<under>[及或]?以下|[及或]?以内|之内|都?不到)|(?P<over>[及或]?以上|往上|开外|不止|起|\+))"
)
_MONTHLY = re.compile("每个?月|个月|每天|每日|一天|月均|日均|月入|日入|月收入|月流水|日流水|/ ?[月天日]")
_LARGE = re.compile("[万亿kw]")
_FILLER = re.compile(r"[\s\W]|吧|呢|啊|了|的|嘛|哦|目前|现在|暂时?|我们?|店里|公司")
# Whole answers that mean none.
_NOBODY = re.compile(
    "(?:没有|没|无|零|0)(?:雇|请|招)?(?:任何|一个)?(?:人|员工|工人|职工|雇员|从业人员)?|没(?:有)?(?:雇|请|招)人?"
    "|一?(?:个|名|位)?(?:人|员工)?(?:都|也)(?:没有?|无)(?:人|雇|请|招)?|没有一(?:个|名|位)(?:人|员工)?"
)
_NO_MONEY = re.compile(
    "(?:一?分钱?|一?点)?(?:收入|营业额|钱)?(?:都|也|还)?(?:没有|没|无|零|0)(?:任何|什么)?(?:营业)?(?:收入|营收|营业额|资产|钱|进账|流水|元)?"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One amount of a text, in persons or 元; a bare number has the unit ``none``, one of something else ``other``.

    The value of the last says nothing.
    ``low`` and ``high`` are set when the words are not exact (多, 大概, 两三百): the ends, equal for 大概 25, one of them
    ``None`` where it is open (100人以上). Of 不到10人 the 10 itself, as ``high``, is not reached.
    """

    value: Decimal
    unit: Unit
    text: str
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def is_exact(self) -> bool:
        return self.low is None and self.high is None


@dataclass(frozen=True, slots=True)
class Answer:
    """One number, or in plain Chinese why there is none, with choices (label of at most 8 characters, value)."""

    value: Decimal | None
    problem: str = ""
    offers: tuple[tuple[str, Decimal], ...] = ()


def find_quantities(text: str) -> list[Quantity]:
    """The amounts of a text in its order, 万元 counted as 元. Never raises."""
    text = fold(text)
    found: list[Quantity] = []
    place = 0
    while start := _START.search(text, place):
        special = _SPECIAL.match(text, start.start())
        if special and not _CURRENCY.search(text, max(0, start.start() - 5), start.start()):
            found.append(Quantity(Decimal(0), "other", special.group()))
            place = special.end()
        elif one := _ONE.match(text, start.start()):
            quantity, place = _quantity(text, one)
            found.append(quantity)
        else:
            place = start.end()
    return found


def _quantity(text: str, one: re.Match[str]) -> tuple[Quantity, int]:
    """The amount that begins here, with the words around it, and where it ends."""
    start, end, unit, amount = one.start(), one.end(), _unit(text, one), _amount(one)
    join = _JOIN.match(text, end)
    other = _ONE.match(text, join.end()) if join and unit != "other" else None
    if amount and other and (joined := _joined(text, amount, one, other)):
        (amount, unit), end = joined, other.end()
    elif other and unit == "none" and _unit(text, other, ends_range=True) == "other":
        unit = "other"  # 2020-2023年
    if amount is None or unit == "other":
        return Quantity(amount.value if amount else Decimal(0), "other", one.group()), one.end()
    value, low, high = amount.value, amount.low, amount.high
    begin = start
    for words in (_LEAD.search(text, max(0, start - 14), start), _TAIL.match(text, end)):
        if words:
            low, high = _bounds(str(words.lastgroup), amount)
            begin, end = min(begin, words.start()), max(end, words.end())
    if start and _HUNDREDS.match(text, start - 1):
        low, high, begin = value, None, min(begin, start - 1)
    if sign := _SIGN.search(text, max(0, start - 3), start):
        value, begin = -value, min(begin, sign.start())
    return Quantity(value, unit, text[begin:end].strip(), low, high), end


def _amount(one: re.Match[str]) -> Amount | None:
    amount = read_amount(one["amount"] + (one["more"] or ""))
    if amount and one["jiao"]:
        tenths = read_amount(one["jiao"][0])
        return Amount(amount.value + (tenths.value / 10 if tenths else 0), amount.low, amount.high)
    return amount


def _unit(text: str, one: re.Match[str], *, ends_range: bool = False) -> Unit:
    """What a number counts, by the words it touches."""
    start, end, number = one.start(), one.end(), one["amount"]
    before = max(0, start - 5)
    if _CURRENCY.search(text, before, start):
        return "yuan"
    if _FOREIGN.search(text, before, start) or (not ends_range and _GLUED_BEFORE.search(text, before, start)):
        return "other"
    if one["person"]:
        return "person"
    if number in "百千万亿kw" and text[start - 1 : start] not in ("上", "近", "过") and not one["more"]:
        return "other"  # 万元 alone names a unit
    if one["yuan"]:
        return "yuan"
    if not one["more"] and _WORD.match(text, end):
        return "other"
    if number[0] in "百千万亿" and end == one.end("amount") and end < len(text) and text[end].isalpha():
        return "other"  # 千万不要, 万一没有
    if len(number) == 1 and not number.isdecimal() and not _LONE_BEFORE.search(text, max(0, start - 1), start):
        return "other"  # 统一是
    return "none"


def _bounds(words: str, amount: Amount) -> tuple[Decimal | None, Decimal | None]:
    """The ends that 不到 (under), 以上 (over) or 大概 (about) give an amount."""
    top = amount.value if amount.high is None else amount.high
    if words == "under":
        return Decimal(0), top
    return amount.value, None if words == "over" else top


def _joined(text: str, amount: Amount, one: re.Match[str], other: re.Match[str]) -> tuple[Amount, Unit] | None:
    """The range of two amounts with 到 between; the first may leave out what the second says: 200到300万, 两到三百."""
    last, unit, own = _amount(other), _unit(text, other, ends_range=True), _unit(text, one)
    if last is None or unit == "other" or (own != "none" and unit not in (own, "none")):
        return None
    if own == "person" and unit == "none" and _LARGE.search(other["amount"]):
        return None  # 25人 到 800万
    first, end = amount.low or amount.value, last.high or last.value
    for sizes in ("十百千万亿kw", "万亿w"):
        size = re.search(f"[{sizes}]+$", other["amount"])
        weight = read_amount(size.group()) if size and not re.search(f"[{sizes}]", one["amount"]) else None
        if weight and not one["yuan"] and first < end / weight.value:
            first *= weight.value
            break
    low, high = sorted((first, end))
    return Amount(low, low, high), unit if own == "none" else own


def one_number(text: str, unit: Asked) -> Answer:
    """The one number that a question about persons or money (in 元) asks for; never a guess. Never raises.

    Money without 万 or 元 is asked back (R14 counts in 万元, owners in 元), and so is whatever is not exact.
    """
    bare = _FILLER.sub("", fold(text))
    if (_NOBODY if unit == "person" else _NO_MONEY).fullmatch(bare):
        return Answer(Decimal(0))
    found = [quantity for quantity in find_quantities(text) if quantity.unit != "other"]
    if not found:
        return Answer(None, f"请用数字说，{_example(unit)}")
    if unit == "yuan" and _MONTHLY.search(fold(text)):
        return Answer(None, "这像是按月或按天的数，请说总数，例如 60万元")
    if len({(one.value, one.unit, one.low, one.high) for one in found}) == 1:
        return _settled(found[0], unit)
    fitting = [quantity for quantity in found if quantity.unit == unit]
    if not fitting:
        fitting = [q for q in found if q.unit == "none" and bool(_LARGE.search(q.text)) == (unit == "yuan")]
    answers = [(_label(one.value, unit), one.value) for one in fitting if not _settled(one, unit).problem]
    count = "两个" if len(found) == 2 else "几个"
    only = "只要人数" if unit == "person" else "只要金额"
    return Answer(None, f"一次说了{count}数，这一步{only}，{_example(unit)}", tuple(dict(answers).items())[:4])


def _settled(quantity: Quantity, unit: Asked) -> Answer:
    """The answer that a single amount is."""
    value, name = quantity.value, "人数" if unit == "person" else "金额"
    top = max(abs(end) for end in (value, quantity.low, quantity.high) if end is not None)
    if quantity.unit not in (unit, "none"):
        return Answer(None, f"这一步只要{name}，{_example(unit)}")
    if value < 0:
        return Answer(None, f"{name}不能是负数，{_example(unit)}")
    if top > (MAX_PERSONS if unit == "person" else MAX_YUAN):
        return Answer(None, f"{name}太大了，请再看一看，{_example(unit)}")
    if not quantity.is_exact:
        return _inexact(quantity, unit)
    if unit == "person" and value != value.to_integral_value():
        return Answer(None, f"人数要是整数，{_example(unit)}")
    is_large = bool(_LARGE.search(quantity.text))
    if unit == "person" and quantity.unit == "none" and is_large:
        return Answer(None, f"这一步只要人数，{_example(unit)}", ((_label(value, unit), value),))
    if unit == "yuan" and value and quantity.unit == "none" and not is_large:
        shown = _plain(value)
        label = f"{shown}万元" if len(shown) <= 5 else _label(value * 10_000, unit)
        offers = [(label, value * 10_000), (_label(value, unit), value)]
        return Answer(None, f"{shown[:16]} 是万元还是元？", tuple(one for one in offers if one[1] <= MAX_YUAN))
    return Answer(value)


def _inexact(quantity: Quantity, unit: Asked) -> Answer:
    """What was heard, a number like it, and its two ends to choose from where they are not far apart."""
    low, high = quantity.low or Decimal(0), quantity.high
    sized = unit == "person" or quantity.unit == "yuan" or bool(_LARGE.search(quantity.text))
    if high is None or not low:
        end = low if high is None else high
        heard = quantity.text if len(quantity.text) <= 12 else ("至少" if high is None else "最多") + _label(end, unit)
        like = end * Decimal("1.2") if high is None else end * Decimal("0.6")
        ends: Sequence[Decimal] = ()
    else:
        ends = [low, high] if high <= 3 * low and sized else []
        first = _label(low, unit) if sized else _plain(low)
        last = _label(high, unit) if sized else _plain(high)
        same = sized and first.lstrip("约0123456789.") == last.lstrip("约0123456789.")
        heard = f"{first.rstrip('万亿元人') if same else first}到{last}" if low < high else f"大约{last}"
        like = low + (high - low) * Decimal("0.6")
    if not sized:
        like *= 10_000
    example = f"{like.quantize(Decimal(1), ROUND_HALF_UP):f}" if unit == "person" else _label(like, unit)
    said = "请说一个准数" if sized else "请说准数和单位"
    return Answer(
        None, f"听到的是{heard}，{said}，例如 {example}", tuple({_label(end, unit): end for end in ends}.items())
    )


def _example(unit: Asked) -> str:
    return "例如 25人" if unit == "person" else "例如 800万元"


def _label(value: Decimal, unit: Asked) -> str:
    """An amount on a button, at most 8 characters: 25人, 800万元, 1.2亿元; 约 where its digits do not fit."""
    word = "人" if unit == "person" else "元"
    sizes = [
        (size, name)
        for size, name in ((1, ""), (10**4, "万"), (10**8, "亿"), (10**12, "万亿"))
        if value >= size or size == 1
    ]
    exact = min((_plain(value / size) + name + word for size, name in reversed(sizes)), key=len)
    if len(exact) <= 8:
        return exact
    size, name = sizes[-1]
    return f"约{_plain((value / size).quantize(Decimal('0.1'), ROUND_HALF_UP))}{name}{word}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
