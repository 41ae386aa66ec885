"""The text of a pledge as it is read and signed, and the digest that fixes it (R31, R34)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.pledges.kinds import Wording
from knowledge.procedure.case import Promise

_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Injured:
    """The injured party of an agreement (R33): who, what they say to it, and who witnessed that they said so."""

    who: str
    says: str
    witness: str

    def to_json(self) -> dict[str, str]:
        return {"who": self.who, "says": self.says, "witness": self.witness}


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that a pledge's text states. ``basis``: where its clause stands, in a few words."""

    wording: Wording
    version: int
    number: str
    enterprise: str
    credit_code: str
    department: str
    problem: str
    signer: str
    promises: tuple[Promise, ...]
    basis: str
    injured: Injured | None = None


@dataclass(frozen=True, slots=True)
class Signing:
    """What is fixed with the text when it is signed; ``signature``: the digest of a drawn one, or of the stamped paper."""

    signer: int
    name: str
    way: str
    signature: str | None
    channel: str
    at: dt.datetime


def body(terms: Terms) -> str:
    """The whole text, a line each: who pledges to whom, what is corrected by when, and on what it rests.

    The same terms always give the same text: it is what is read back before signing, and what is signed.
    """
    lines = [
        f"{terms.wording.title}（第{terms.version}版）",
        f"案件：{terms.number}",
        f"承诺人：{terms.enterprise}（{terms.credit_code}）",
        f"签署人：{terms.signer}",
        f"交给：{terms.department}",
        f"问题：{terms.problem}",
    ]
    if terms.injured:
        lines.append(f"受害方：{terms.injured.who}")
    lines.append(terms.wording.opening)
    lines += [f"{number}. {promise_words(promise)}" for number, promise in enumerate(terms.promises, 1)]
    if terms.injured:
        lines += [f"受害方的话：{terms.injured.says}", f"见证人：{terms.injured.witness}"]
    return "\n".join([*lines, terms.wording.closing, f"依据：{terms.basis}"])


def promise_words(promise: Promise) -> str:
    """A promise as the text has it: what, and the last day; what was settled before is carried along and says so."""
    settled = {"kept": "，已做到", "broken": "，没有做到"}.get(promise.state, "")
    return f"{promise.text}（{day_words(promise.due)}前{settled}）"


def digest(number: str, text: str, promises: Sequence[Promise], signing: Signing, code: str) -> str:
    """The SHA-256 of everything that signing fixes: text, promises, signer, way, channel, time to the microsecond, code."""
    moment = signing.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    whole: list[Any] = [
        number,
        text,
        [[promise.id, promise.text, promise.due.isoformat(), promise.state] for promise in promises],
        [signing.signer, signing.name, signing.way, signing.signature, signing.channel, moment],
        code,
    ]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False).encode()).hexdigest()


def text_digest(text: str) -> str:
    """The SHA-256 of a text that somebody was shown: whether it is still the same is seen by it."""
    return hashlib.sha256(text.encode()).hexdigest()


def day_words(day: dt.date) -> str:
    """A day with its weekday: 2026年11月25日，星期三."""
    return f"{day.year}年{day.month}月{day.day}日，星期{_WEEKDAYS[day.weekday()]}"
