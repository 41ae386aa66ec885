"""Personal data in a text that is to be published (R49, R51): what it is, the words, and what to write instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.text import comparable

_DIGITS = str.maketrans("零〇一幺二两三四五六七八九壹贰叁肆伍陆柒捌玖", "0011223456789123456789")
_GAPS, _SPACES = re.compile(r"(?<=\d)[\s\-_—·.]+(?=\d)"), re.compile(r"(?<=\d)\s+(?=\d)")
_IN_CODES = re.compile(r"(?<=[0-9A-Za-z])[\s\-]+(?=[0-9A-Za-z])")
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛范彭郎鲁韦昌马苗方俞任袁"
    "柳唐费薛雷贺倪汤滕殷罗毕郝邬安常于傅齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄贝臧戴宋庞熊纪舒屈项祝董梁杜阮蓝闵季麻贾江"
    "童颜郭梅林钟徐邱骆高夏蔡田樊胡凌霍万柯卢莫房裘缪解应宗丁宣邓洪包左石崔吉龚程邢裴陆荣翁荀段侯邝全班仇伊宁甘厉武"
    "刘景詹叶郜黎薄白蒲邰赖卓屠乔闻党翟谭劳温庄晏柴阎连习艾向古易廖耿匡文寇广聂曾关"
)
_KINDS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("身份证号", "删掉", re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")),
    (
        "信用代码",
        "删掉",
        re.compile(
            r"(?<![0-9A-Za-z])(?=[0-9A-Za-z]*\d{4})[0-9A-HJ-NP-RT-UW-Ya-hj-np-rt-uw-y]{2}\d{6}[0-9A-Za-z]{10}(?![0-9A-Za-z])"
        ),
    ),
    ("电话", "删掉", re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{9,11}|[48]00\d{7})(?!\d)")),
    ("号码", "删掉", re.compile(r"(?<!\d)\d{8,}(?!\d)")),
    ("邮箱", "删掉", re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")),
    ("微信或者QQ号", "删掉", re.compile(r"(?:微信|QQ|qq|扣扣)号?[:：是]?\s*[A-Za-z0-9_-]{5,20}")),
    (
        "车牌",
        "删掉",
        re.compile(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·\s]?[A-HJ-NP-Z0-9]{5,6}"
        ),
    ),
    (
        "姓名",
        "改成“当事人”",
        re.compile(
            rf"(?:我叫|姓名[:：是]?|名叫|本人)[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}"
            rf"|[{_SURNAMES}](?:某{{1,2}}|[\u4e00-\u9fff]{{0,2}}(?:先生|女士|老板娘?|师傅|大姐|大哥))"
        ),
    ),
    (
        "企业名称",
        "改成“某企业”",
        re.compile(r"[\u4e00-\u9fff（()）]{2,24}?(?:股份有限公司|有限责任公司|有限公司|分公司|合作社|个体工商户)"),
    ),
    ("门牌", "删掉", re.compile(r"[\u4e00-\u9fff]{2,8}(?:路|街|巷|大道|弄|小区|广场)\s*\d{1,5}\s*[号栋幢]")),
)
_GENERAL = re.compile(
    r"^(?:我们?|你们?|他们?|咱们?|这个?|那个?|哪个?|一个?|一人|某|本|该|小型|新办|家|的|和|或者?|与|及|是|开|办|注册|成立|普通|外资|外商投资|股份|个体工商户|合作社|企业)+"
    r"(?:股份)?有限(?:责任)?公司$|^(?:请问|我们?|这个?|某|一个?|是|的|和|办|注册|农民?|专业)*(?:分公司|合作社|个体工商户)$"
)


@dataclass(frozen=True, slots=True)
class Personal:
    """Something personal in a text: what kind of thing it is, the words as they stand there, and what to do about it."""

    kind: str
    words: str
    instead: str


def personal_in(text: str, names: Iterable[str] = ()) -> tuple[Personal, ...]:
    """What is personal in a text, in the order of kinds; ``names`` are known names of people and enterprises.

    Digits may be full-width, Chinese, or parted by spaces. What looks personal counts, in doubt also what is not: a
    person looks at it and words it otherwise.
    """
    plain = unicodedata.normalize("NFKC", text)
    spoken = re.sub(r"[零〇一幺二三四五六七八九]{7,}", lambda found: found.group().translate(_DIGITS), plain)
    sources = {kind: _GAPS.sub("", spoken) for kind in ("身份证号", "电话")}
    sources["信用代码"] = _IN_CODES.sub("", spoken)
    sources["号码"] = _SPACES.sub("", spoken)  # 2026-11-20 is a day
    found: list[Personal] = []
    for kind, instead, pattern in _KINDS:
        source = sources.get(kind, plain)
        for match in pattern.finditer(source):
            words = match.group().strip()
            is_known = any(words in other.words or other.words in words for other in found)
            if not is_known and not (kind == "企业名称" and _GENERAL.match(words)):
                found.append(Personal(kind, words, instead))
    said = comparable(plain)
    for name in names:
        if len(name) >= 2 and comparable(name) in said and not any(name in other.words for other in found):
            found.append(Personal("名称", name, "改成“当事人”或者“某企业”"))
    return tuple(found)
