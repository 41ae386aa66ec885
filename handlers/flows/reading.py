"""Understanding an answer to a step: typed words, numbers, labels, amounts, days, industries, matters of the lists."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from handlers import understanding, words
from handlers.answers import short
from handlers.flows.steps import UNKNOWN, Option, Reading, Step, fine, refused
from handlers.messages import MAX_LABEL
from handlers.turn import Turn
from knowledge.credit_code import check_credit_code
from knowledge.days import read_day
from knowledge.quantities import one_number
from knowledge.spans import read_span
from storage.invitations import fold_code

_CHINESE_DIGITS = "一二三四五六七八"
_SPLIT = re.compile(r"[、，,。;；/\s]+|(?<!\d)和(?!\d)|以及|还有|跟")
_TAIL = re.compile(r"[吧呢啊呀哦了的。，,.!！~\s]+$")
MAX_OFFERS = 4
ALONE = ("none", UNKNOWN.value)
"""Answers that cannot be given together with others: none of these, not known."""


def read_answer(turn: Turn, step: Step, text: str) -> Reading:
    """What a typed answer to a step means."""
    plain = _TAIL.sub("", unicodedata.normalize("NFKC", text)).strip()
    if step.may_not_know and plain in (UNKNOWN.label, *UNKNOWN.said):
        return fine(UNKNOWN.value)
    return _READERS[step.kind](turn, step, text)


def _choice(turn: Turn, step: Step, text: str) -> Reading:
    found = _options_in(step, text)
    if len(found) == 1:
        return fine(found[0].value)
    if len(found) > 1:
        names = "、".join(option.label for option in found)
        return refused(
            f"一次说了两样：{names}。请选一样。", [(o.label, o.value) for o in found[:MAX_OFFERS]], is_attempt=True
        )
    return refused(f"请选一项，例如“{step.choices[0].label}”。")


def _several(turn: Turn, step: Step, text: str) -> Reading:
    pieces = [piece for piece in _SPLIT.split(text) if piece]
    if pieces and all(re.fullmatch(r"[1-8]{2,8}", unicodedata.normalize("NFKC", p)) for p in pieces):
        pieces = [digit for piece in pieces for digit in unicodedata.normalize("NFKC", piece)]
    found: list[Option] = []
    for piece in pieces or [text]:
        options = _options_in(step, piece)
        if not options:
            return refused(f"“{piece[:10]}”不在选项里，可以打序号，例如 1、3。")
        found += [option for option in options if option not in found]
    return settled_several(step, [option.value for option in found])


def settled_several(step: Step, values: list[str]) -> Reading:
    """Several values as one answer; 都不 and 不清楚 stand alone."""
    alone = [value for value in values if value in ALONE]
    if alone and len(values) > 1:
        return refused(f"“{step.label_of(alone[0])}”不能和别的一起选。", is_attempt=True)
    if alone == [UNKNOWN.value]:
        return fine(UNKNOWN.value)
    order = [option.value for option in step.choices]
    return fine(sorted(values, key=order.index))


def _options_in(step: Step, text: str) -> list[Option]:
    """The options that a text names: by number, by its whole words, else by words inside it that are not denied."""
    options = step.choices
    said = unicodedata.normalize("NFKC", text).strip(" 。，,.!！~").lower()
    plain = _TAIL.sub("", said)
    number = understanding.number_of(plain)
    if number is not None:
        return [options[number - 1]] if 1 <= number <= len(options) else []
    for option in options:
        if {plain, said} & {option.label.lower(), *(word.lower() for word in option.said)}:
            return [option]
    if len(plain) > 30:
        return []
    inside = [
        (name, option)
        for option in options
        for name in (option.label, *option.said)
        if len(name) >= 2 and name in plain
    ]
    # 不清楚 holds 清楚, 没有改 holds 有改: the longest words win over what lies inside them
    longest = [
        (name, option) for name, option in inside if not any(name != other and name in other for other, _ in inside)
    ]
    found: list[Option] = []
    for name, option in longest:
        if option not in found and not _is_denied(plain, name):
            found.append(option)
    return found


def _is_denied(text: str, name: str) -> bool:
    at = text.find(name)
    return at > 0 and text[at - 1] in "不没非未无"


def _text(turn: Turn, step: Step, text: str) -> Reading:
    if len(text) > step.longest:
        return refused(f"有{len(text)}字，太长了，请用{step.longest}字以内。")
    if len(text.strip()) < 2:
        return refused(f"太短了，例如：{step.example}。")
    return fine(text.strip())


def _number(unit: Any) -> Callable[[Turn, Step, str], Reading]:
    def read(turn: Turn, step: Step, text: str) -> Reading:
        answer = one_number(text, unit)
        if answer.value is not None and not answer.problem:
            return fine(plain_number(answer.value))
        offers = [(label, plain_number(value)) for label, value in answer.offers]
        return refused(answer.problem, offers, is_failure=not offers, is_attempt=has_digit(text))

    return read


def has_digit(text: str) -> bool:
    """Whether a text has a figure in it, so that it was meant as a number or a day."""
    return any(char.isdigit() for char in unicodedata.normalize("NFKC", text))


def plain_number(value: Decimal) -> int | str:
    """A number as JSON keeps it: whole ones as they are, others as exact text."""
    return int(value) if value == value.to_integral_value() else str(value)


def _day(*, future_ok: bool) -> Callable[[Turn, Step, str], Reading]:
    def read(turn: Turn, step: Step, text: str) -> Reading:
        answer = read_day(text, turn.today, future_ok=future_ok)
        if answer.value is None or answer.problem:
            return refused(answer.problem, is_attempt=has_digit(text))
        if future_ok and answer.value < turn.today:
            return refused(f"不能早于今天（{day_words(turn.today)}）。", is_attempt=True)
        return fine(answer.value.isoformat())

    return read


def day_words(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _industry(turn: Turn, step: Step, text: str) -> Reading:
    industries, sizes = turn.house.industries, turn.house.checks.sizes
    found = industries.search(text, limit=MAX_OFFERS)
    if not found:
        return refused(f"没有找到这个行业，换个说法，例如：{step.example}。")
    if found[0].is_sure:
        code = found[0].industry.code
        if sizes.is_fine(code):
            return fine(code)
        under = [industry for industry in industries if industry.code != code and _is_under(turn, industry.code, code)]
        levels = [[i for i in under if i.level == level] for level in sorted({i.level for i in under})]
        narrower: list[Any] = next((level for level in levels if len(level) > 1), [])
        return refused(
            f"“{found[0].industry.name}”还要再细一些，是哪一类？",
            named_apart([(i.name, i.code) for i in narrower]),
            is_failure=False,
        )
    offers = named_apart([(one.industry.name, one.industry.code) for one in found])
    return refused("您说的是哪一个行业？", offers, is_failure=False)


def named_apart(named: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Names as labels that fit a button and differ from one another."""
    labels: dict[str, str] = {}
    for name, code in named:
        label = short(name)
        labels[label if label not in labels else f"{code}{short(name, MAX_LABEL - len(code))}"] = code
    return list(labels.items())


def _is_under(turn: Turn, code: str, above: str) -> bool:
    return any(industry.code == above for industry in turn.house.industries.path(code))


def _matter(turn: Turn, step: Step, text: str) -> Reading:
    """The item of the lists that a person's own words mean: always confirmed, never guessed (R15)."""
    if len(text) < 2:
        return refused(f"请用一句话说，例如：{step.example}。")
    result = turn.knowledge.matcher.search(text, day=turn.today, jurisdiction=turn.dialogue.jurisdiction)
    items = [match.entry.id for match in result.matches if match.entry.id in turn.library.items][:3]
    offers = [(f"{n}.{short(turn.library.title(i), MAX_LABEL - 2)}", i) for n, i in enumerate(items, 1)]
    return refused("您说的是哪一项？", [*offers, ("都不是", "none")], is_failure=False)


def _credit(turn: Turn, step: Step, text: str) -> Reading:
    answer = check_credit_code(text)
    if not answer.problem:
        return fine(answer.code)
    meant = [(words.LABEL_MEANT, answer.meant)] if answer.meant else []
    said = answer.problem.rstrip("。")
    said += f"。{words.CREDIT_MEANT.format(code=answer.meant)}" if answer.meant else ""
    return refused(said, meant)


def _code(turn: Turn, step: Step, text: str) -> Reading:
    code = fold_code(text)
    return fine(code) if code else refused(words.BIND_FORM)


def _file(turn: Turn, step: Step, text: str) -> Reading:
    return refused(f"请发文件，{step.example}。")


def _span(turn: Turn, step: Step, text: str) -> Reading:
    """A span of days: one of the options, or in any words, kept as its two days."""
    found = _options_in(step, text) if not has_digit(text) or understanding.number_of(text) else []
    if len(found) == 1:
        return fine(found[0].value)
    answer = read_span(text, turn.today)
    if answer.value is None:
        return refused(f"{answer.problem}。", is_attempt=has_digit(text))
    return fine(answer.value.to_text())


_READERS: dict[str, Callable[[Turn, Step, str], Reading]] = {
    "choice": _choice,
    "several": _several,
    "text": _text,
    "persons": _number("person"),
    "yuan": _number("yuan"),
    "date": _day(future_ok=False),
    "future": _day(future_ok=True),
    "industry": _industry,
    "matter": _matter,
    "file": _file,
    "code": _code,
    "credit": _credit,
    "signature": _text,
    "span": _span,
}
