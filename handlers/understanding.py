"""What kind of message a typed text is: a number, a command, a greeting, a question of meaning, a question."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from knowledge.text import strip_control

MAX_QUESTION = 2000
_MEANING = (
    re.compile(
        r"^(?:请问|问一下|那个)?[“\"《]?(?P<term>[^，。？?！]{2,16}?)[”\"》]?(?:这个词|这个|一词)?(?:是)?(?:什么意思|啥意思|何意|的意思|的含义|怎么理解|怎么解释)(?:啊|呀|呢|吗)?[？?。]?$"
    ),
    re.compile(
        r"^(?:请问)?(?:什么叫做|什么叫|啥叫|何谓|何为|名词解释)[“\"：:]?(?P<term>[^，。？?！]{2,16}?)[”\"]?(?:啊|呀|呢)?[？?。]?$"
    ),
)
_EDIT = re.compile(r"^(?:修改|更改|改一下|改|重填)\s*(第?\s*(?:\d{1,2}|[一二三四五六七八九十])\s*[项步个条]?)$")
_GREETING = re.compile(
    r"^(你好|您好|在吗|在不在|hi|hello|嗨|哈喽|早上好|上午好|下午好|晚上好|有人吗)[啊呀呢吗~！!。,，？?]*$",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"^(谢谢|多谢|谢了|感谢|辛苦了|好的|好|知道了|明白了|嗯|哦|ok|再见|拜拜)[啊呀呢您你了~！!。,，]*$", re.IGNORECASE
)
_ASKS = re.compile(
    r"[?？]$|[吗呢嘛]$|^请问|^问一下|^为什么|^为啥|^怎么|^咋|^什么是|怎么办|什么意思|啥意思|会不会|能不能|可不可以|要不要|多少钱|在哪|哪里"
)
_TO_OFFICE = re.compile(
    r"^(?:我要|我想|请|麻烦|帮我)?(?:转人工|找人工|人工|投诉|诉求|提诉求|留言|给执法部门留言"
    r"|(?:转告|转给|告诉|告知|问问|问一下)[\u4e00-\u9fff]{0,12}?(?:局|委|大队|部门|所|办|执法人员|管理员))"
    r"\s*[:：,，]\s*(?P<said>.{4,})$|^(?:转人工|找人工|提诉求)\s+(?P<asked>.{4,})$"
)
_THE_TEXT = re.compile(
    r"(?:请问|那|我想|我要|想|要|能不能|可以|给我|让我|发我|帮我)*(?:在哪里|在哪儿|在哪|哪里|哪儿|去哪里|去哪|怎么|如何|到哪)?(?:能|可以)?(?:看|看看|查|查看|找|有|看到|找到)?"
    r"(?:一下|下)?(?:它|这个|这条|条款|文件|政策)?的?(?:原文|全文|出处|依据|原话|完整内容)(?:在哪里|在哪儿|在哪|是什么|呢|看看|看一下|给我|发我)?"
)
_CASE_NUMBER = re.compile(r"第?\d{1,5}号|0\d{3}|(?:\S{1,12}容)?〔20\d\d〕第?\d{1,5}号?")
_FOLLOWS = re.compile(r"(?:那|那么|要是|如果|假如|还有|然后|再有).{2,14}")
_REQUEST_NUMBER = re.compile(r"\S{1,8}诉〔20\d\d〕\d{4,6}号")
_PAST_DAY = re.compile(r"((?:19|20)\d\d)\s*年(?:\s*(\d{1,2})\s*月)?(?:\s*(\d{1,2})\s*[日号])?")


def clean(text: str) -> str:
    """A typed text without control characters, in NFC, white space folded."""
    return re.sub(r"\s+", " ", strip_control(unicodedata.normalize("NFC", text))).strip()


def edit_number(text: str) -> int | None:
    """The number in 修改第3项, 改第三步, 改3."""
    found = _EDIT.match(unicodedata.normalize("NFKC", text))
    return number_of(found.group(1)) if found else None


def follows_on(text: str) -> bool:
    """Whether a text may only be understood after the question before it: 那要是第二次呢, 如果是个体户呢."""
    return bool(_FOLLOWS.fullmatch(text))


def is_request_number(text: str) -> bool:
    """Whether a text is the whole number of a request: 鄂城诉〔2026〕0012号."""
    return bool(_REQUEST_NUMBER.fullmatch(text))


def is_case_number(text: str) -> bool:
    """Whether a text is the number of a case and nothing else: 12号, 0012, 鄂城市监容〔2026〕0012号."""
    return bool(_CASE_NUMBER.fullmatch(unicodedata.normalize("NFC", text).strip()))


def has_words(text: str) -> bool:
    """Whether there is anything to read: a Chinese character, a letter or a digit."""
    return any(char.isalnum() for char in text)


def number_of(text: str) -> int | None:
    """The number of a choice: 1, １, ①, 一, 第2个."""
    found = re.fullmatch(
        r"第?\s*(\d{1,2}|[一二三四五六七八九十])\s*[个条项步]?[.。、)）]?", unicodedata.normalize("NFKC", text)
    )
    if not found:
        return None
    return int(found.group(1)) if found.group(1).isdigit() else "一二三四五六七八九十".index(found.group(1)) + 1


def term_asked(text: str) -> str | None:
    """The term whose meaning is asked for (``X什么意思``), if the text asks for one."""
    for pattern in _MEANING:
        if found := pattern.match(text):
            return found.group("term").strip(' “”"')
    return None


def looks_like_question(text: str) -> bool:
    """Whether a text asks something, by its form alone."""
    return bool(_ASKS.search(text))


def is_greeting(text: str) -> bool:
    return bool(_GREETING.match(text))


def is_thanks(text: str) -> bool:
    return bool(_THANKS.match(text))


def for_the_office(text: str) -> str | None:
    """What a text asks to be handed to the office (投诉：…, 转告城管局：…), if it says so (R50)."""
    found = _TO_OFFICE.match(text)
    return (found["said"] or found["asked"]).strip() if found else None


def asks_for_the_text(text: str) -> bool:
    """Whether a text wants the whole words of what was just answered (在哪里看原文), and nothing else."""
    return bool(_THE_TEXT.fullmatch(text.strip("？?。！!，, 吗呢啊呀")))


def past_day(text: str, today: dt.date) -> dt.date | None:
    """A past day, month or year that the text names; for a month or year its first day (R6)."""
    found = _PAST_DAY.search(text)
    if not found:
        return None
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        named = dt.date(year, month, day)
    except ValueError:
        return None
    return named if named < today else None
