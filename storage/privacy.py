"""What is kept about a person and their chat, its erasure (R48), and how long things are kept."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ColumnElement, and_, cast, delete, func, or_, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.inserts import is_postgresql
from storage.people import Office, offices_of
from storage.self_checks import CheckInfo, checks_by
from storage.tables import (
    Appointment,
    Asked,
    Attachment,
    Chat,
    Contact,
    Enterprise,
    Fact,
    Invitation,
    Message,
    Notice,
    Person,
    Press,
    SelfCheck,
)

ERASED_NAME = "（已删除）"
DRAFTS = ("flow", "later", "result")
"""The parts of a dialogue's state that hold what was said in a flow: under way, paused, or just finished."""
_CHINA = ZoneInfo("Asia/Shanghai")


class HoldsOffice(ValueError):
    """还在任职，不能删除。请先由管理员撤销任职。"""


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
class Kept:
    """Everything that is kept about a chat, and about its person if they are known (R48)."""

    name: str | None
    messages: tuple[KeptMessage, ...]
    questions: tuple[KeptQuestion, ...]
    drafts: Mapping[str, Any]
    files: tuple[str, ...]
    bindings: tuple[KeptBinding, ...]
    offices: tuple[Office, ...]
    checks: tuple[CheckInfo, ...]
    facts: tuple[KeptFact, ...]

    def to_json(self) -> dict[str, Any]:
        """The same for a file that its owner can read: Chinese keys, times of Shanghai."""
        return {
            "姓名": self.name,
            "对话": [
                {"时间": _clock(one.at), "谁": "我" if one.direction == "in" else "助手", "内容": one.text}
                for one in self.messages
            ],
            "提问": [
                {"时间": _clock(one.at), "问题": one.question, "结果": one.outcome, "有用": one.useful}
                for one in self.questions
            ],
            "未完成的填写": dict(self.drafts),
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
        }


@dataclass(frozen=True, slots=True)
class Erased:
    """How much of a chat was erased."""

    messages: int
    questions: int
    buttons: int


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """How much of a person was erased, and what the record must keep: self-checks that were sent, ended offices."""

    bindings: int
    facts: int
    checks: int
    chats: int
    sent_checks: int
    past_offices: int

    @property
    def stays(self) -> int:
        """How many things stay."""
        return self.sent_checks + self.past_offices


async def kept_about(session: AsyncSession, channel: str, chat: str, person: int | None) -> Kept:
    """Everything of this chat and, if known, of the person (R48); other chats of the person ask for themselves."""
    messages = await session.execute(
        select(Message.at, Message.direction, Message.payload).where(*_of(Message, channel, chat)).order_by(Message.id)
    )
    presses = await session.execute(select(Press.token, Press.label).where(*_of(Press, channel, chat)))
    labels = dict(presses.all())
    asked = await session.execute(
        select(Asked.at, Asked.question, Asked.outcome, Asked.useful)
        .where(*_of(Asked, channel, chat))
        .order_by(Asked.id)
    )
    state = (await session.execute(select(Chat.state).where(*_of(Chat, channel, chat)))).scalar_one_or_none()
    files = select(Attachment.name).where(*_of(Attachment, channel, chat)).order_by(Attachment.at, Attachment.token)
    name = None
    bindings: list[KeptBinding] = []
    facts: list[KeptFact] = []
    if person is not None:
        name = (await session.execute(select(Person.name).where(Person.id == person))).scalar_one_or_none()
        bound = await session.execute(
            select(Enterprise.name, Contact.since, Contact.until)
            .join(Enterprise, Enterprise.id == Contact.enterprise)
            .where(Contact.person == person)
            .order_by(Contact.id)
        )
        bindings = [KeptBinding(enterprise, since, until) for enterprise, since, until in bound]
        declared = await session.execute(
            select(Enterprise.name, Fact.name, Fact.value, Fact.at)
            .join(Enterprise, Enterprise.id == Fact.enterprise)
            .where(Fact.person == person, Fact.status == "declared")
            .order_by(Fact.at, Fact.enterprise, Fact.name)
        )
        facts = [KeptFact(enterprise, fact, json.loads(value), at) for enterprise, fact, value, at in declared]
    return Kept(
        name=name,
        messages=tuple(KeptMessage(at, direction, _text(payload, labels)) for at, direction, payload in messages),
        questions=tuple(KeptQuestion(*row) for row in asked),
        drafts={part: value for part, value in json.loads(state or "{}").items() if part in DRAFTS and value},
        files=tuple((await session.execute(files)).scalars()),
        bindings=tuple(bindings),
        offices=tuple(await offices_of(session, person)) if person is not None else (),
        checks=tuple(await checks_by(session, person)) if person is not None else (),
        facts=tuple(facts),
    )


async def erase_chat(session: AsyncSession, channel: str, chat: str, now: dt.datetime, keep_key: str | None) -> Erased:
    """Erase a chat: messages, questions, buttons, files and the state of its dialogue (R48).

    The message in with ``keep_key`` stays (the request in hand), and with it what waits behind it unanswered; so do
    the chat's row, its owner and its lock. Who holds the dialogue must empty it too, or it is written back.
    """
    messages = delete(Message).where(*_of(Message, channel, chat))
    if keep_key is not None:
        keeps = and_(Message.direction == "in", or_(Message.key == keep_key, Message.state == "waiting"))
        messages = messages.where(~keeps)
    erased = Erased(
        messages=await _count(session, messages.returning(Message.id)),
        questions=await _count(session, delete(Asked).where(*_of(Asked, channel, chat)).returning(Asked.id)),
        buttons=await _count(session, delete(Press).where(*_of(Press, channel, chat)).returning(Press.token)),
    )
    await session.execute(delete(Attachment).where(*_of(Attachment, channel, chat)))
    await session.execute(update(Chat).where(*_of(Chat, channel, chat)).values(state="{}", seen=now))
    return erased


async def erase_person(session: AsyncSession, person: int, now: dt.datetime) -> ErasedPerson:
    """Erase a person as far as the record of the authorities allows (R48). Raises ``HoldsOffice``.

    Bindings end, and what they declared, self-checks that no officer was sent, reminders and the name go; their
    chats become guests' chats, whose words ``erase_chat`` erases.
    """
    await session.execute(select(Person.id).where(Person.id == person).with_for_update())
    held = (await session.execute(select(Appointment.until).where(Appointment.person == person))).scalars().all()
    if None in held:
        raise HoldsOffice(HoldsOffice.__doc__)
    mine = SelfCheck.person == person
    sent = select(func.count()).select_from(SelfCheck).where(mine, SelfCheck.sent.is_not(None))
    erased = ErasedPerson(
        bindings=await _count(
            session,
            update(Contact)
            .where(Contact.person == person, Contact.until.is_(None))
            .values(until=now, ended="erased")
            .returning(Contact.id),
        ),
        facts=await _count(
            session, delete(Fact).where(Fact.person == person, Fact.status == "declared").returning(Fact.name)
        ),
        checks=await _count(session, delete(SelfCheck).where(mine, SelfCheck.sent.is_(None)).returning(SelfCheck.id)),
        chats=await _count(session, update(Chat).where(Chat.person == person).values(person=None).returning(Chat.chat)),
        sent_checks=(await session.execute(sent)).scalar_one(),
        past_offices=len(held),
    )
    await session.execute(delete(Notice).where(Notice.person == person))
    await session.execute(update(Invitation).where(Invitation.used_by == person).values(name=None))
    await session.execute(update(Person).where(Person.id == person).values(name=ERASED_NAME))
    return erased


def _of(table: Any, channel: str, chat: str) -> tuple[Any, Any]:
    return table.channel == channel, table.chat == chat


async def _count(session: AsyncSession, statement: Any) -> int:
    """Run a statement that returns the rows it touched; how many they were."""
    return len((await session.execute(statement)).all())


def _clock(at: dt.datetime | None) -> str | None:
    return None if at is None else at.astimezone(_CHINA).isoformat(sep=" ", timespec="seconds")


def _text(payload: str, labels: Mapping[str, str]) -> str:
    """The words of a message: what was typed, the label of what was pressed, or the paragraphs of a reply."""
    data = json.loads(payload)
    if "blocks" in data:
        return "\n".join(block[1] for block in data["blocks"])
    if data.get("kind") == "press":
        return labels.get(data.get("choice", ""), "（按钮）")
    return str(data.get("text") or "")


async def tidy(
    session: AsyncSession,
    now: dt.datetime,
    *,
    messages_days: int,
    questions_days: int,
    buttons_days: int,
    attachments_days: int,
    codes_days: int,
    drafts_days: int,
    limit: int = 2000,
) -> dict[str, int]:
    """Delete what is older than so many days (0: keep for ever), at most ``limit`` of each kind; returns how many.

    Run it again in a new transaction while a count reaches ``limit``. Waiting messages stay. Codes go so long after
    they were used, taken back or ran out; drafts go when their chat was not seen for so long. A chat not seen for
    ``messages_days`` goes, too, when it is nobody's and nothing of it is left.
    """

    def since(days: int) -> dt.datetime:
        return now - dt.timedelta(days=days)

    codes = since(codes_days)
    spent = or_(Invitation.used < codes, Invitation.revoked < codes, Invitation.expires < codes)
    old: tuple[tuple[str, int, Any, Any], ...] = (
        (
            "messages",
            messages_days,
            Message.id,
            and_(Message.state.not_in(("waiting", "held")), Message.at < since(messages_days)),
        ),
        ("questions", questions_days, Asked.id, Asked.at < since(questions_days)),
        ("buttons", buttons_days, Press.token, Press.at < since(buttons_days)),
        ("attachments", attachments_days, Attachment.token, Attachment.at < since(attachments_days)),
        ("codes", codes_days, Invitation.id, spent),
    )
    counts = {}
    for name, days, key, condition in old:
        some = select(key).where(condition).limit(limit)
        gone = delete(key.class_).where(key.in_(some)).returning(key)
        counts[name] = await _count(session, gone) if days > 0 else 0
    counts["drafts"] = await _drop_drafts(session, since(drafts_days), limit) if drafts_days > 0 else 0
    counts["chats"] = await _drop_chats(session, since(messages_days), now, limit) if messages_days > 0 else 0
    return counts


async def _drop_drafts(session: AsyncSession, before: dt.datetime, limit: int) -> int:
    rows = await session.execute(
        select(Chat.channel, Chat.chat, Chat.state)
        .where(Chat.seen < before, _has_draft(session))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    count = 0
    for channel, chat, state in rows.all():
        left = {part: value for part, value in json.loads(state).items() if part not in DRAFTS}
        await session.execute(
            update(Chat).where(*_of(Chat, channel, chat)).values(state=json.dumps(left, ensure_ascii=False))
        )
        count += 1
    return count


async def _drop_chats(session: AsyncSession, before: dt.datetime, now: dt.datetime, limit: int) -> int:
    left = (
        select(table.chat).where(table.channel == Chat.channel, table.chat == Chat.chat).exists()
        for table in (Message, Asked, Press, Attachment)
    )
    rows = await session.execute(
        select(Chat.channel, Chat.chat)
        .where(
            Chat.seen < before,
            Chat.person.is_(None),
            or_(Chat.locked_until.is_(None), Chat.locked_until <= now),
            ~_has_draft(session),
            *(~one for one in left),
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    empty = rows.all()
    for channel, chat in empty:
        await session.execute(delete(Chat).where(*_of(Chat, channel, chat)))
    return len(empty)


def _has_draft(session: AsyncSession) -> ColumnElement[bool]:
    # SQLite has no JSON type to cast to, and reads JSON from text; PostgreSQL wants the cast
    state = cast(Chat.state, JSON) if is_postgresql(session) else type_coerce(Chat.state, JSON)
    parts = [state[part].as_string() for part in DRAFTS]
    return or_(*(and_(part.is_not(None), part.not_in(("{}", "[]"))) for part in parts))
