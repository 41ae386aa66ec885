"""统一社会信用代码 (GB 32100-2015, R1): the code as people copy it, and which character is wrong when it is."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from stdnum import numdb
from stdnum.cn import uscc

EXAMPLE = "91420704MA4K12346F"
"""A code whose form and check character are right; its organisation number is none, so it belongs to nobody."""
LENGTH = 18
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# What was probably meant by the five letters that the standard leaves out.
_MEANT = {"O": "0", "I": "1", "Z": "2", "S": "5", "V": "U"}
# Registering authority (character 1) and the kinds that it registers (character 2): GB 32100-2015 with amendment 1 of
# 2016, and 54 / 55 for villagers' and residents' committees, 99 for what market regulation calls 其他.
_KINDS = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "123459",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "1239",
    "A": "19",
    "N": "1239",
    "Y": "1",
}
_NATIONAL = "10"  # 100000: registered with the State Administration itself, no province of GB/T 2260
_SEPARATORS = re.compile(r"[\s\-_—–‐‑−·.]|[\u200b-\u200f\u2060\ufeff]")
_AROUND = re.compile(r"^[^0-9A-Z]+|[^0-9A-Z]+$")
_FOREIGN, _UNUSED, _LETTER = re.compile("[^0-9A-Z]"), re.compile("[OIZSV]"), re.compile("[A-Z]")
_PERIOD = re.compile(r"^\[(\d*)-(\d*)\](.*)$")
_GENERIC = (
    "市辖区",
    "县",
    "省直辖县级行政区划",
    "省直辖县级行政单位",
    "自治区直辖县级行政区划",
    "自治区直辖县级行政单位",
)


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A code that was read: normalised, and what is wrong with it.

    ``division`` is digits 3-8, empty when they are none. ``problem`` is plain Chinese, empty for a good code;
    ``position`` (1-based, in ``code``) names the wrong character where one can be named; ``meant`` is the whole code
    that was probably meant, only when that one is right.
    """

    code: str
    division: str
    problem: str = ""
    position: int | None = None
    meant: str = ""


def check_credit_code(text: str) -> CreditCode:
    """Read a code as typed or pasted and say what is wrong with it (R1). Never raises.

    Spaces, hyphens, full-width and lower-case characters, and words around the code are forgiven.
    """
    code = _AROUND.sub("", _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper())
    problem, position = _problem(code)
    division = code[2:8] if len(code) == LENGTH and re.fullmatch(r"[0-9]{6}", code[2:8]) else ""
    return CreditCode(code, division, problem, position, _meant(code) if problem else "")


def _problem(code: str) -> tuple[str, int | None]:
    """The first fault of a folded code and its place; empty for a good one."""
    if not code:
        return f"请发18位的信用代码，例如 {EXAMPLE}", None
    if foreign := _FOREIGN.search(code):
        return f"第{foreign.end()}位不是数字或字母，应当像 {EXAMPLE}", foreign.end()
    if len(code) != LENGTH:
        return _wrong_length(len(code)), None
    if unused := _UNUSED.search(code):
        letter, place = unused.group(), unused.end()
        return f"第{place}位的字母 {letter} 不会用在代码里，多半是 {_MEANT[letter]}", place
    if letter_found := _LETTER.search(code, 2, 8):
        return f"第3到8位是数字，第{letter_found.end()}位却是 {letter_found.group()}，例如 420704", letter_found.end()
    if code[0] not in _KINDS:
        return f"第1位没有 {code[0]} 这种登记部门，企业是 9", 1
    if code[1] not in _KINDS[code[0]]:
        return f"{code[0]} 开头时第2位没有 {code[1]}，例如企业是 91", 2
    if not is_known_province(code[2:4]):
        return f"第3、4位 {code[2:4]} 不是省级代码，例如湖北是 42", 3
    check = uscc.calc_check_digit(code)
    if code[-1] != check:
        return f"第18位应为 {check}，现在是 {code[-1]}；也可能别的位打错了", LENGTH
    return "", None


def _wrong_length(count: int) -> str:
    if count == 15:
        return "这是15位的旧注册号，请发执照上18位的信用代码"
    if count == 9:
        return "这是9位的组织机构代码，请发18位的信用代码"
    shown = f"{count}位" if count < 100 else "很多位"
    return f"代码有{shown}，应为18位，例如 {EXAMPLE}"


def _meant(code: str) -> str:
    """The code with the letters put right that cannot stand in it, if that makes it a good one."""
    put_right = "".join(_MEANT.get(char, char) for char in code)
    return put_right if put_right != code and not _problem(put_right)[0] else ""


@lru_cache(maxsize=200)
def is_known_province(prefix: str) -> bool:
    """Whether two digits begin division codes: a province of GB/T 2260, or 10 for what the state itself registers."""
    return prefix == _NATIONAL or "province" in _properties(prefix + "0000")


@lru_cache(maxsize=5_000)
def division_name(code: str) -> str | None:
    """The place of a division code, from the province down (湖北省鄂州市鄂城区); ``None`` if the table lacks it.

    A place that was dissolved keeps its last name, for codes of its time live on.
    """
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    levels = dict.fromkeys([f"{code[:2]}0000", f"{code[:4]}00", code])
    names = [_newest(_properties(level).get("county", "")) for level in levels]
    if not names[-1]:
        return None
    return "".join(name for name in names if name not in _GENERIC) or None


def _properties(code: str) -> dict[str, str]:
    return {key: value for _, found in numdb.get("cn/loc").info(code) for key, value in found.items()}


def _newest(names: str) -> str:
    """The last of the names that a place bore: ``[-1991]东郊区,[1992-]东丽区`` → 东丽区."""
    last = names.rpartition(",")[2]
    found = _PERIOD.match(last)
    return found.group(3) if found else last
