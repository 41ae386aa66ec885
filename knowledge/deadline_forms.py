"""How deadlines look (R38): the forms of periods and days in folded text, and the words around them that decide.

What is seen is placed on the calendar and weighed in ``deadlines.py``.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.yaml_data import read_yaml

_WORDS = Path(__file__).parent / "data" / "calendar" / "deadline_words.yaml"
# Every replacement keeps the length: a place in the folded text is a place in the text.
_WIDE = {code: unicodedata.normalize("NFKC", chr(code)) for code in (*range(0x2E80, 0x2FE0), *range(0xFF01, 0xFFEF))}
_SAME = {code: char for code, char in _WIDE.items() if len(char) == 1} | str.maketrans(
    "個箇各週後內類类號禮點時間壹贰貳叁參肆伍陆陸柒捌玖拾佰兩俩倆仨〇○發日曰－–—~〜\u3000\t\xa0\u200b\ufeff",
    "个个个周后内内内号礼点时间一二二三三四五六六七八九十百两两两三零零发日日-----     ",
)
_NUMERAL = "一二三四五六七八九十两百零"
_FREE = f"(?<![0-9.第初几数多半{_NUMERAL}])"
_IN, _BY = "(?:[之以]?内|里)(?!部)", "[之以]?前|为止|为限|截止|止(?!痛)"
_ON = "(?: ?[(]?(?:周|星期|礼拜)[一二三四五六日天][)]?)?"  # 12月8日（周二）
_DATED = "(?: ?[(][0-9]{1,2}[月./-][0-9]{1,2}[日号]?[)])?"  # 下周三（11月25日）
_END = f"(?: ?(?P<by>{_IN}|{_BY}))?"
_TIME = (
    f"(?: ?(?P<half>凌晨|一早|清早|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|晚|早)? ?(?:(?P<h>[0-9]{{1,2}}|[{_NUMERAL}]{{1,3}})"
    "(?::(?P<min>[0-5][0-9])|[点时](?P<part_of_h>半|一刻|三刻|[0-5]?[0-9]分?)?(?:钟|整)?)"
    "|下班|收工|收摊|天黑|打烊|关门|上班|开门|闭店)?)"
)
_MONTH = f"{_FREE}(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]) ?月份?"
_OF_MONTH = "(?P<d>[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_PART = "(?P<part>[底末尾初]|[上中下]旬|中(?!秋|间))"
_COUNT = f"(?:[0-9]{{1,3}}|[{_NUMERAL}]{{1,3}})"
_DAYS = "天|日|周|个?(?:工作日|自然日|星期|礼拜|月)"
_WEEK = "(?:周|星期|礼拜)"
_WEEKDAY = "(?P<w>[一二三四五六日天末]|[1-6](?![0-9天个.]))"
# The kind of a form, characters of which one must be there, and the form.
_FORMS = (
    (
        "period",
        "天日周期拜月年时头钟",
        f"{_FREE}(?P<n>[0-9]{{1,3}}|[{_NUMERAL}]{{1,5}}|半) ?(?P<ge>个)? ?(?P<mid>半)?(?P<unit>[工公][作做][日天]"
        f"|自然[日天]|日历[日天]|天|日(?! ?(?:[之以]?前|截?止(?!痛)))|{_WEEK}(?![一二三四五六日天末年边围转期])|小时|钟头|分钟"
        f"|月(?![饼嫂季票租供卡度薪子底末尾初中份上下0-9{_NUMERAL}])|年(?![0-9{_NUMERAL}底初末级]))(?P<more>半(?!个|月))?"
        "(?P<note> ?[(\\[]?[按以均为指算]*(?:工作|自然)日[计算]*[)\\]]?)?"
        f"(?P<by> ?(?:的?(?:时间|期限|限期|工夫|功夫)(?:{_IN})?|为限|为期|{_IN}|[之以]?后))?",
    ),
    (
        "day",
        "月",
        f"(?<![0-9])(?:(?P<y>20[0-9]{{2}}|[0-9]{{2}}) ?年|(?P<near>[今本明])年的?)? ?{_MONTH}"
        f"(?: ?{_OF_MONTH} ?[日号]?(?![0-9天个年点时]){_ON}|{_PART}|(?= ?[之以]?前)){_TIME}{_END}",
    ),
    (
        "day",
        "-./",
        rf"(?<![0-9.\-/])(?P<y>20[0-9]{{2}})([-./])(?P<m>[01]?[0-9])\2(?P<d>[0-3]?[0-9])(?![0-9]){_TIME}{_END}",
    ),
    ("day", "0", f"(?<![0-9])(?P<y>20[0-9]{{2}})(?P<m>[01][0-9])(?P<d>[0-3][0-9])(?![0-9]){_END}"),
    (
        "short_day",  # 12.5, 11-30, 12/1
        "-./",
        rf"(?<![0-9.\-/])(?P<m>1[0-2]|0?[1-9])[-./](?P<d>3[01]|[12][0-9]|0?[1-9])(?![0-9%]|[.\-/][0-9])[日号]?"
        rf"(?! ?[元块万米斤吨升倍折度公厘毫千克台人家点寸天个]|周[内期]){_ON}{_TIME}{_END}",
    ),
    (
        "day_of_month",
        "月",
        f"(?:(?P<near>上上|上|这|本|当|下下|下)个?月份?|(?<![0-9个半几{_NUMERAL}])月(?=[底末尾初内]|中(?!秋)|[上中下]旬))的?"
        f"(?: ?{_OF_MONTH} ?[日号]{_ON}|{_PART})?{_TIME}{_END}",
    ),
    (
        "day_of_month",
        "号日",
        f"{_FREE}(?<!月){_OF_MONTH} ?(?:号(?!NUMBERED)|日(?= ?(?:[之以]?前|截?止))){_ON}{_TIME}{_END}",
    ),
    ("day_of_year", "年", f"(?<![0-9{_NUMERAL}半几去前])(?P<near>[今本明])?年(?:[底末终]|(?=[之以]?内)){_END}"),
    ("weekday", "周期拜", f"(?P<near>上上|上|每|隔|这|本|下下|下)个?{_WEEK}{_WEEKDAY}?底?{_DATED}{_TIME}{_END}"),
    ("weekday", "周期拜", f"(?<![0-9{_NUMERAL}半几每]){_WEEK}{_WEEKDAY}{_DATED}{_TIME}{_END}"),
    (
        "near_day",
        "天日早晚儿",
        "(?P<near>大后天|(?<![然以之随午今])后[天日]|(?<!清)明[天日早晚儿]|今明两天|今[天日早晚儿]|[当即][天日])"
        f"{_TIME}{_END}",
    ),
    ("at_hour", "前", f"(?<![0-9{_NUMERAL}:])(?=[^ 之以前]){_TIME} ?(?P<by>[之以]?前)"),
    (
        "festival",
        "前",
        f"(?P<near>FESTIVALS|(?<![季环情细关章音过])节|放假|(?<![0-9半几多去今明年{_NUMERAL}])年)"
        "(?:节|放假|假期|长假)* ?(?P<by>[之以]?前)",
    ),
    (
        "after_festival",  # 节后第一个工作日, 元旦后上班第一天
        "后",
        f"(?P<near>FESTIVALS|(?<![季环情细关章音过])节|放假|长假|假期|(?<![0-9半几多去今明年{_NUMERAL}])年)(?:节|放假|假期|长假)*"
        f"[之以过]?后的?(?:上班)?的?(?:第一|头一|首)个?(?:工作日|上班日|天(?:上班)?){_END}",
    ),
    (
        "no_deadline",  # the lesser bound of 3日至5日, 三天到五天; -3天
        "-到至",
        f"{_FREE}{_COUNT} ?(?:{_DAYS}) ?[到至-](?= ?{_COUNT} ?(?:{_DAYS}))|(?<![0-9日天月期号])-[0-9]{{1,3}} ?(?:{_DAYS})",
    ),
    ("at_once", "场即刻上马在", "AT_ONCE"),
)
_CUT = re.compile(r"[\s,;。!?、…]+")
_TO_WHOM = re.compile("(?:(?<![有权年极上下无门局])限|给|责令|要求|让|叫|通知|告知)[^0-9不没未过到]{0,6}$")
_NOT_DONE = re.compile(
    "[没未](?:动|改|整改|落实|完成|执行|做到|办|搬|清|拆|履行|按|到位|弄|当回事)(?![^,]{0,4}的)|老样子"
)
_GIVEN_ON = re.compile("[月.-]([0-9]{1,2})[日号]?(?:就|已经?|曾)?(?:限|责令|给|要求|通知|下|让|叫)[^0-9]{0,6}$")
_OR_ELSE = re.compile("(?:再|还|要是|如果)?[不没未].{1,5}(?:就|的话|的,?|则|我们?)[罚停立封拖关查没处扣拆强通吊上]")
_EVERY = re.compile("一(?!次性|[并定律起块切])[\u4e00-\u9fff]|.{1,3}[一两三][次趟回遍](?!性)")
_TO_BE_DONE = re.compile(".{1,4}(?:好|完|掉|走|到位|干净|出来|齐|上)")
_BY_THE_WAY = re.compile(r"\s?[(\[](?:即|也就是|就是|截?至|到)?")
_WINDOW = 18  # how many characters around a reading are looked at


def fold(text: str) -> str:
    """The text in one way of writing, as long as it was: half width, 个 for 個, 两 for 俩."""
    return text.translate(_SAME)


@dataclass(frozen=True, slots=True)
class Around:
    """What stands next to a reading in its clause: right before it (``touching``), before and after it across a space.

    ``since`` is what stands before it after the last other reading.
    """

    touching: str
    before: str
    after: str
    since: str

    @property
    def is_alone(self) -> bool:
        return not (self.touching or self.after)


def around(text: str, start: int, end: int, previous: int = 0) -> Around:
    """The clause around a place of a folded text; ``previous`` is where the reading before it ends."""
    head, tail = text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW]
    since = _CUT.split(text[max(previous, start - _WINDOW) : start].rstrip(" :"))[-1]
    return Around(_CUT.split(head)[-1], _CUT.split(head.rstrip(" :"))[-1], _CUT.split(tail.lstrip())[0], since)


class Words:
    """The words of ``deadline_words.yaml``, and the patterns that are made of them."""

    def __init__(self) -> None:
        data: dict[str, Any] = read_yaml(_WORDS)
        self.festivals: dict[str, str] = data["festivals"]
        self._of = {name: tuple(words) for name, words in data.items()}
        either = {name: "|".join(sorted(words, key=len, reverse=True)) for name, words in self._of.items()}
        self._forms = [
            (kind, marks, re.compile(re.sub("[A-Z_]{5,}", lambda name: f"(?:{either[name[0].lower()]})", form)))
            for kind, marks, form in _FORMS
        ]
        self._acts = re.compile(f"{either['not_acts']}|[没未不无](?:{either['acts']})|(?P<act>{either['acts']})")
        self._act_first = re.compile(f"(?!{either['not_acts']})(?:{either['acts']})")
        self._papers = re.compile(f"(?:{either['papers']})(?:有效)?期?(?:[是为就只仅]|截?止?[到至])+:? ?$")
        self._earlier = re.compile(
            f"(?:{either['earlier']}|(?<![0-9日号天周月底前年期{_NUMERAL}])[之以]前)(?:{either['earlier_then']})*"
            f"(?:{either['gave']})[^,]{{0,8}}$"
        )
        mark = r"[\s,、。!;哦啊呃嗯唉额吧了就给限他是到]*"
        self._corrections = re.compile(f"{mark}(?:{either['corrections']}){mark}")

    def found(self, text: str) -> Iterator[tuple[str, re.Match[str]]]:
        """Every form in a folded text, with its kind; the same place may be found in several."""
        chars = set(text)
        for kind, marks, form in self._forms:
            if not chars.isdisjoint(marks):
                for match in form.finditer(text):
                    yield kind, match

    def order(self, near: Around) -> float:
        """How plainly the words before set a deadline: 4 限三天, 3 限老板三天, 1 到三号, 0 not at all."""
        bare = near.before.rstrip("为是到至:了他她它其你们您定一个 ")
        if near.before.endswith(self._of["orders"]) or bare.endswith(self._of["orders"]):
            return 4
        return 3 if _TO_WHOM.search(near.since) else float(near.before.endswith(self._of["hints"]))

    def is_other(self, near: Around, today: int) -> bool:
        """Whether it is no deadline of today for certain: 近三天, 有效期到…, 上次限…, …生产的, …没动."""
        given = _GIVEN_ON.search(near.before)
        return (
            (self.order(near) < 4 and near.touching.endswith(self._of["never"]))
            or near.touching.endswith((*self._of["validity"], *self._of["earlier"]))
            or near.after.startswith(self._of["after_never"])
            or bool(given and int(given[1]) != today)
            or any(form.search(near.before) for form in (self._papers, self._earlier))
            or bool(_NOT_DONE.search(near.after))
        )

    def is_past(self, near: Around, *, is_told: bool) -> bool:
        """Whether it tells what was: 周三查的; where somebody was told to, only 三天前, …了."""
        if is_told:
            return near.after[:1] == "前" or "了" in near.after or "过" in near.after
        return near.after.startswith(self._of["after_past"])

    def is_lasting(self, near: Around) -> bool:
        """Whether a bare period tells how long or how often something is: 停业三天, 欠了两个月, 三天换一次."""
        bare = near.touching.rstrip("了过已经有着约是为:“\"'就快都大概整足")
        return any(one.endswith(self._of["lasting"]) for one in (near.touching, bare)) or bool(_EVERY.match(near.after))

    def is_visit(self, near: Around) -> bool:
        return near.after.startswith(self._of["visits"])

    def is_must(self, near: Around) -> bool:
        """Whether 今天 is followed by what must be done, not by what was."""
        if "了" in near.after or "过" in near.after:
            return False
        return near.after.startswith(self._of["musts"]) or bool(_TO_BE_DONE.fullmatch(near.after))

    def is_act_of_the_day(self, said: str, near: Around) -> bool:
        """Whether 当天, 当日 is followed at once by what must be done: 当天改; not 当天进的货."""
        return said[0] in "当即" and not re.search("[了过的]", near.after) and bool(self._act_first.match(near.after))

    def is_act(self, words: str) -> bool:
        """Whether something is to be done: 清走, 补齐; not 连锁, not 没清."""
        return any(found["act"] for found in self._acts.finditer(words))

    def is_order_at_once(self, near: Around) -> bool:
        """Whether 当场, 马上 command something: 当场改正; not 当场发现, 马上到期."""
        if near.after.startswith((*self._of["after_never"], *self._of["not_at_once"])) or near.after.endswith("的"):
            return False
        return self.is_act(near.after[:7]) or (not near.after and self.order(near) >= 3)

    def is_threat(self, near: Around) -> bool:
        """三天不改就罚."""
        return bool(_OR_ELSE.match(near.after))

    def is_same(self, between: str) -> bool:
        """Whether what follows only says the same again: 三日内（11月25日前）."""
        return bool(_BY_THE_WAY.fullmatch(between))

    def is_correction(self, between: str) -> bool:
        """Whether the words between two readings take the first back: 限3天，不，5天."""
        return len(between) < 10 and bool(self._corrections.fullmatch(between))


@functools.cache
def words() -> Words:
    return Words()
