"""Erasing what is kept about a person and their chat (R48), and how long things are kept."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ColumnElement, and_, cast, delete, func, or_, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import ratings, requests
from storage.inserts import is_postgresql
from storage.kept import DRAFTS, of_chat
from storage.tables import (
    Appointment,
    Asked,
    Attachment,
    Chat,
    Contact,
    Evidence,
    Fact,
    Invitation,
    Message,
    Notice,
    Person,
    Pledge,
    Press,
    SelfCheck,
)

ERASED_NAME = "（已删除）"


class HoldsOffice(ValueError):
    """还在任职，不能删除。请先由管理员撤销任职。"""


@dataclass(frozen=True, slots=True)
class Erased:
    """How much of a chat was erased; of ``requests`` the number, the days and the answers stay (R50)."""

    messages: int
    questions: int
    buttons: int
    requests: int = 0
    ratings: int = 0


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """How much of a person was erased, and what the record must keep.

    That is self-checks that were sent, ended offices, evidence handed in and pledges signed.
    """

    bindings: int
    facts: int
    checks: int
    chats: int
    sent_checks: int
    past_offices: int
    pieces: int = 0
    pledges: int = 0

    @property
    def stays(self) -> int:
        """How many things stay."""
        return self.sent_checks + self.past_offices + self.pieces + self.pledges


async def erase_chat(session: AsyncSession, channel: str, chat: str, now: dt.datetime, keep_key: str | None) -> Erased:
    """Erase a chat: messages, questions, buttons, files, ratings, words of requests and the state of its dialogue (R48).

    The message in with ``keep_key`` stays (the request in hand), and with it what waits behind it unanswered; so do
    the chat's row, its owner and its lock. Who holds the dialogue must empty it too, or it is written back.
    """
    messages = delete(Message).where(*of_chat(Message, channel, chat))
    if keep_key is not None:
        keeps = and_(Message.direction == "in", or_(Message.key == keep_key, Message.state == "waiting"))
        messages = messages.where(~keeps)
    erased = Erased(
        messages=await _count(session, messages.returning(Message.id)),
        questions=await _count(session, delete(Asked).where(*of_chat(Asked, channel, chat)).returning(Asked.id)),
        buttons=await _count(session, delete(Press).where(*of_chat(Press, channel, chat)).returning(Press.token)),
        requests=await requests.forget(session, [(channel, chat)], now),
        ratings=await ratings.erase_of(session, channel, chat, None),
    )
    await session.execute(delete(Attachment).where(*of_chat(Attachment, channel, chat)))
    await session.execute(update(Chat).where(*of_chat(Chat, channel, chat)).values(state="{}", seen=now))
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

    async def there(*conditions: ColumnElement[bool]) -> int:
        return int((await session.execute(select(func.count()).where(*conditions))).scalar_one())

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
        sent_checks=await there(mine, SelfCheck.sent.is_not(None)),
        past_offices=len(held),
        pieces=await there(Evidence.person == person),
        pledges=await there(Pledge.signer == person, Pledge.signed.is_not(None)),
    )
    await ratings.erase_of(session, "", "", person)  # wherever they were given
    await session.execute(delete(Notice).where(Notice.person == person))
    await session.execute(update(Invitation).where(Invitation.used_by == person).values(name=None))
    await session.execute(update(Person).where(Person.id == person).values(name=ERASED_NAME))
    return erased


async def _count(session: AsyncSession, statement: Any) -> int:
    """Run a statement that returns the rows it touched; how many they were."""
    return len((await session.execute(statement)).all())


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
            update(Chat).where(*of_chat(Chat, channel, chat)).values(state=json.dumps(left, ensure_ascii=False))
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
        await session.execute(delete(Chat).where(*of_chat(Chat, channel, chat)))
    return len(empty)


def _has_draft(session: AsyncSession) -> ColumnElement[bool]:
    # SQLite has no JSON type to cast to, and reads JSON from text; PostgreSQL wants the cast
    state = cast(Chat.state, JSON) if is_postgresql(session) else type_coerce(Chat.state, JSON)
    parts = [state[part].as_string() for part in DRAFTS]
    return or_(*(and_(part.is_not(None), part.not_in(("{}", "[]"))) for part in parts))
