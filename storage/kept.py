"""Everything that is kept about a chat and its person, for them to see and take along (R48); what of it the record must keep."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.procedure.case import PLEDGE_NAMES
from knowledge.workdays import CHINA
from storage import ratings, requests
from storage.people import Office, offices_of
from storage.ratings import RatingInfo
from storage.requests import RequestInfo
from storage.self_checks import CheckInfo, checks_by
from storage.tables import (
    Asked,
    Attachment,
    CaseEvent,
    CaseFile,
    Chat,
    Contact,
    Enterprise,
    Evidence,
    Fact,
    Message,
    Person,
    Pledge,
    Press,
)
from storage.views import View, views_of

DRAFTS = ("flow", "later", "result")
"""The parts of a dialogue's state that hold what was said in a flow: under way, paused, or just finished."""
STAYS = ("交的材料", "签的承诺书", "案件里做的事", "任职")
"""What the record keeps whole when a person erases their data; of ``自检`` and ``诉求`` a part stays, too."""
MOST_REQUESTS = 100_000


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message of the chat. ``direction``: in or out."""

    at: dt.datetime
    direction: str
    text: str


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """A question as the editors see it, its outcome (answer, clarify, none) and what was said of the answer."""

    at: dt.datetime
    question: str
    outcome: str
    useful: bool | None


@dataclass(frozen=True, slots=True)
class KeptBinding:
    """A binding to an enterprise, live or ended."""

    enterprise: str
    since: dt.datetime
    until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class KeptFact:
    """What this person declared of an enterprise."""

    enterprise: str
    name: str
    value: Any
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class KeptPiece:
    """A piece of evidence that this person handed in: a file by its name, or a text."""

    at: dt.datetime
    number: str
    kind: str
    name: str | None
    text: str | None
    size: int | None


@dataclass(frozen=True, slots=True)
class KeptPledge:
    """A pledge that this person signed."""

    at: dt.datetime | None
    number: str
    kind: str
    version: int
    name: str


@dataclass(frozen=True, slots=True)
class KeptAct:
    """Something that this person did in a case."""

    at: dt.datetime
    number: str
    act: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that is kept about a chat, and about its person if they are known (R48)."""

    name: str | None = None
    messages: tuple[KeptMessage, ...] = ()
    questions: tuple[KeptQuestion, ...] = ()
    drafts: Mapping[str, Any] | None = None
    files: tuple[str, ...] = ()
    bindings: tuple[KeptBinding, ...] = ()
    offices: tuple[Office, ...] = ()
    checks: tuple[CheckInfo, ...] = ()
    facts: tuple[KeptFact, ...] = ()
    pieces: tuple[KeptPiece, ...] = ()
    pledges: tuple[KeptPledge, ...] = ()
    acts: tuple[KeptAct, ...] = ()
    requests: tuple[RequestInfo, ...] = ()
    ratings: tuple[RatingInfo, ...] = ()
    views: tuple[View, ...] = ()

    def to_json(self, act_names: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The same for a file that its owner can read: Chinese keys, times of Shanghai. ``act_names``: what acts are called."""
        names = act_names or {}
        return {
            "姓名": self.name,
            "删除时": {
                "依法留存": [
                    *(name for name, there in zip(STAYS, self._staying(), strict=True) if there),
                    *(["发给执法部门的自检"] if any(one.sent for one in self.checks) else []),
                    *(["诉求的编号、日期和答复"] if self.requests else []),
                ],
                "其余": "删除",
            },
            "对话": [
                {"时间": _clock(one.at), "谁": "我" if one.direction == "in" else "助手", "内容": one.text}
                for one in self.messages
            ],
            "提问": [
                {"时间": _clock(one.at), "问题": one.question, "结果": one.outcome, "有用": one.useful}
                for one in self.questions
            ],
            "未完成的填写": dict(self.drafts or {}),
            "文件": list(self.files),
            "绑定的企业": [
                {"企业": one.enterprise, "从": _clock(one.since), "到": _clock(one.until)} for one in self.bindings
            ],
            "任职": [
                {
                    "角色": one.role,
                    "辖区": one.jurisdiction,
                    "部门": one.department,
                    "执法证号": one.licence,
                    "执法证有效期至": one.licence_until and one.licence_until.isoformat(),
                    "从": _clock(one.since),
                    "到": _clock(one.until),
                }
                for one in self.offices
            ],
            "自检": [
                {
                    "时间": _clock(one.at),
                    "种类": one.kind,
                    "企业": one.enterprise_name,
                    "填写": one.facts,
                    "结果": one.result,
                    "发给": one.department,
                    "发送时间": _clock(one.sent),
                }
                for one in self.checks
            ],
            "申报的情况": [
                {"时间": _clock(one.at), "企业": one.enterprise, "名称": one.name, "内容": one.value}
                for one in self.facts
            ],
            "交的材料": [
                {"时间": _clock(one.at), "案件": one.number, "文件名": one.name, "文字": one.text, "大小": one.size}
                for one in self.pieces
            ],
            "签的承诺书": [
                {"时间": _clock(one.at), "案件": one.number, "种类": one.kind, "版": one.version, "署名": one.name}
                for one in self.pledges
            ],
            "案件里做的事": [
                {"时间": _clock(one.at), "案件": one.number, "事": names.get(one.act, one.act)} for one in self.acts
            ],
            "诉求": [
                {"时间": _clock(one.made), "编号": one.number, "问题": one.question, "办结": _clock(one.closed)}
                for one in self.requests
            ],
            "评价": [
                {"时间": _clock(one.given), "编号": one.number, "分": one.score, "话": one.sentence}
                for one in self.ratings
                if one.given
            ],
            "谁看过": [
                {
                    "时间": _clock(one.at),
                    "看了": one.what,
                    "企业": one.enterprise,
                    "案件": one.number,
                    "部门": one.department,
                    "职务": one.role,
                    "执法证号": one.licence or None,
                }
                for one in self.views
            ],
        }

    def _staying(self) -> tuple[bool, ...]:
        return tuple(map(bool, (self.pieces, self.pledges, self.acts, self.offices)))


async def kept_about(session: AsyncSession, channel: str, chat: str, person: int | None) -> Kept:
    """Everything of this chat and, if known, of the person (R48); other chats of the person ask for themselves."""
    presses = await session.execute(select(Press.token, Press.label).where(*of_chat(Press, channel, chat)))
    labels = dict(presses.all())
    messages = await session.execute(
        select(Message.at, Message.direction, Message.payload)
        .where(*of_chat(Message, channel, chat))
        .order_by(Message.id)
    )
    asked = await session.execute(
        select(Asked.at, Asked.question, Asked.outcome, Asked.useful)
        .where(*of_chat(Asked, channel, chat))
        .order_by(Asked.id)
    )
    state = (await session.execute(select(Chat.state).where(*of_chat(Chat, channel, chat)))).scalar_one_or_none()
    files = select(Attachment.name).where(*of_chat(Attachment, channel, chat))
    made = await session.execute(files.order_by(Attachment.at, Attachment.token))
    given = [one for one in await ratings.of_person(session, channel, chat, person) if one.given]
    theirs = await _of_person(session, person) if person is not None else {}
    return Kept(
        messages=tuple(KeptMessage(at, direction, _text(payload, labels)) for at, direction, payload in messages),
        questions=tuple(KeptQuestion(*row) for row in asked),
        drafts={part: value for part, value in json.loads(state or "{}").items() if part in DRAFTS and value},
        files=tuple(made.scalars()),
        requests=tuple(await requests.of_asker(session, channel, chat, limit=MOST_REQUESTS)),
        ratings=tuple(given),
        **theirs,
    )


async def _of_person(session: AsyncSession, person: int) -> dict[str, Any]:
    """What is kept of a person, whatever their chat: the fields of ``Kept`` by name."""
    name = (await session.execute(select(Person.name).where(Person.id == person))).scalar_one_or_none()
    bound = await session.execute(
        select(Enterprise.name, Contact.since, Contact.until)
        .join(Enterprise, Enterprise.id == Contact.enterprise)
        .where(Contact.person == person)
        .order_by(Contact.id)
    )
    declared = await session.execute(
        select(Enterprise.name, Fact.name, Fact.value, Fact.at)
        .join(Enterprise, Enterprise.id == Fact.enterprise)
        .where(Fact.person == person, Fact.status == "declared")
        .order_by(Fact.at, Fact.enterprise, Fact.name)
    )
    return {
        "name": name,
        "bindings": tuple(KeptBinding(*row) for row in bound),
        "offices": tuple(await offices_of(session, person)),
        "checks": tuple(await checks_by(session, person)),
        "facts": tuple(KeptFact(firm, fact, json.loads(value), at) for firm, fact, value, at in declared),
        "pieces": tuple(await pieces_of(session, person)),
        "pledges": tuple(await _pledges_of(session, person)),
        "acts": tuple(await _acts_of(session, person)),
        "views": tuple(await views_of(session, person)),
    }


async def pieces_of(session: AsyncSession, person: int) -> list[KeptPiece]:
    """The evidence that a person handed in, the newest first."""
    rows = await session.execute(
        select(Evidence.at, CaseFile.number, Evidence.kind, Evidence.name, Evidence.text, Evidence.size)
        .join(CaseFile, CaseFile.id == Evidence.case)
        .where(Evidence.person == person)
        .order_by(Evidence.id.desc())
    )
    return [KeptPiece(*row) for row in rows]


async def _pledges_of(session: AsyncSession, person: int) -> list[KeptPledge]:
    rows = await session.execute(
        select(Pledge.signed, CaseFile.number, Pledge.kind, Pledge.version, Pledge.signed_name)
        .join(CaseFile, CaseFile.id == Pledge.case)
        .where(Pledge.signer == person, Pledge.signed.is_not(None))
        .order_by(Pledge.id)
    )
    named = {str(kind): name for kind, name in PLEDGE_NAMES.items()}
    return [
        KeptPledge(at, number, named.get(kind, kind), version, name or "") for at, number, kind, version, name in rows
    ]


async def _acts_of(session: AsyncSession, person: int) -> list[KeptAct]:
    rows = await session.execute(
        select(CaseEvent.at, CaseFile.number, CaseEvent.act)
        .join(CaseFile, CaseFile.id == CaseEvent.case)
        .where(CaseEvent.person == person)
        .order_by(CaseEvent.at, CaseEvent.case, CaseEvent.ordinal)
    )
    return [KeptAct(*row) for row in rows]


def of_chat(table: Any, channel: str, chat: str) -> tuple[Any, Any]:
    """The conditions that rows are of one chat."""
    return table.channel == channel, table.chat == chat


def _clock(at: dt.datetime | None) -> str | None:
    return None if at is None else at.astimezone(CHINA).isoformat(sep=" ", timespec="seconds")


def _text(payload: str, labels: Mapping[str, str]) -> str:
    """The words of a message: what was typed, the label of what was pressed, or the paragraphs of a reply."""
    data = json.loads(payload)
    if "blocks" in data:
        return "\n".join(block[1] for block in data["blocks"])
    if data.get("kind") == "press":
        return labels.get(data.get("choice", ""), "（按钮）")
    return str(data.get("text") or "")
