"""What is kept, what is erased (R48) and what grows old, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, select, update

from storage import (
    attachments,
    cases,
    chats,
    enterprises,
    evidence,
    invitations,
    messages,
    notices,
    people,
    privacy,
    questions,
    ratings,
    requests,
    views,
)
from storage import self_checks as checks
from storage.cases import Series
from storage.chain import CASES, ENTERPRISES, Chain
from storage.database import Database, Session
from storage.enterprises import NewEnterprise
from storage.kept import Kept, kept_about
from storage.privacy import ERASED_NAME, Erased, ErasedPerson, HoldsOffice
from storage.tables import Asked, Attachment, Base, Chat, Invitation, Message, Notice, Pledge, Press
from tests.storage.offices import new_office

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class KeptFile:
    """A file as it was taken in."""

    digest: str
    name: str
    mime: str
    size: int
    taken: dt.datetime | None = None
    likeness: str | None = None


KEEP_ALL = {
    "messages_days": 0,
    "questions_days": 0,
    "buttons_days": 0,
    "attachments_days": 0,
    "codes_days": 0,
    "drafts_days": 0,
}
NOTHING = {"messages": 0, "questions": 0, "buttons": 0, "attachments": 0, "codes": 0, "drafts": 0, "chats": 0}


async def says(
    session: Session, text: str, chat: str = "owner", at: dt.datetime = NOW, *, answered: bool = True
) -> str:
    """Say something; it is answered by one message with a button, noted as a question, and a file is made."""
    key = f"{chat}/{text}"
    await messages.take_in(session, "web", chat, key, {"kind": "text", "text": text, "choice": ""}, at)
    if answered:
        stored = (await messages.transcript(session, "web", chat, limit=1))[0]
        dialogue = await chats.load_dialogue(session, "web", chat, at)
        await chats.offer(session, "web", chat, f"t-{chat}-{text}", "查看依据", {"do": "basis"}, at)
        reply = {"blocks": [["lead", "不罚。"], ["end", "以执法机关认定为准。"]], "buttons": [["t", "查看依据"]]}
        await messages.put_out(session, [messages.Answer(stored, [reply], "sent")], at)
        await messages.mark_done(session, stored)
        dialogue.state = {"question": text}
        await questions.note_question(
            session,
            channel="web",
            chat=chat,
            question=text,
            outcome="answer",
            entries=[],
            confidence=0.9,
            jurisdiction=None,
            at=at,
        )
        await attachments.put(session, f"f-{chat}-{text}", "web", chat, f"{text}.png", "image/png", b"x", at)
        await chats.save_dialogue(session, dialogue, at)
    return key


async def contact(session: Session, chat: str = "owner") -> tuple[int, int]:
    """Make the chat's owner a contact; returns person and enterprise."""
    person = await people.new_person(session, "李梅", NOW)
    await chats.load_dialogue(session, "web", chat, NOW)
    await people.seat(session, "web", chat, person)
    enterprise = await enterprises.add(
        session, NewEnterprise("幸福小吃店", "91420704MA49ABCD1X", "420704"), "officer", NOW
    )
    await people.bind(session, person, enterprise, NOW)
    return person, enterprise


async def checked(session: Session, enterprise: int, person: int | None) -> int:
    return await checks.keep(
        session, kind="size", enterprise=enterprise, person=person, now=NOW, facts={"人数": 8}, result={"class": "微"}
    )


async def appointed(session: Session, person: int) -> int:
    return await people.appoint(
        session,
        person,
        role="officer",
        jurisdiction="420704",
        department="市场监管局",
        licence="鄂G0001",
        licence_until=TODAY,
        now=NOW,
    )


async def kept(session: Session, chat: str = "owner", person: int | None = None) -> Kept:
    return await kept_about(session, "web", chat, person)


async def counts(session: Session) -> dict[str, int]:
    return {
        table.__tablename__: (await session.execute(select(func.count()).select_from(table))).scalar_one()
        for table in (Message, Asked, Press, Attachment, Chat)
    }


async def row_of(session: Session, chat: str = "owner") -> Chat:
    return (
        await session.execute(select(Chat).where(Chat.chat == chat).execution_options(populate_existing=True))
    ).scalar_one()


async def writes(session: Session, state: dict[str, Any], chat: str = "owner", at: dt.datetime = NOW) -> None:
    dialogue = await chats.load_dialogue(session, "web", chat, at)
    dialogue.state = state
    await chats.save_dialogue(session, dialogue, at)


async def tidies(session: Session, now: dt.datetime = NOW, limit: int = 2000, **days: int) -> dict[str, int]:
    return await privacy.tidy(session, now, **(KEEP_ALL | days), limit=limit)


async def test_a_guest_sees_what_their_chat_holds_and_no_other_chat_r48(database: Database) -> None:
    async with database.transaction() as session:
        await says(session, "没贴价签")
        await says(session, "秘密", chat="neighbour")
        press = {"kind": "press", "text": "", "choice": "t-owner-没贴价签"}
        await messages.take_in(session, "web", "owner", "p1", press, NOW)
        await messages.take_in(session, "web", "owner", "p2", press | {"choice": "gone"}, NOW)
        await writes(session, {"question": "没贴价签", "flow": {"kind": "size", "人数": 8}, "later": []})
        found = await kept(session)
    assert [(m.direction, m.text, m.at) for m in found.messages] == [
        ("in", "没贴价签", NOW),
        ("out", "不罚。\n以执法机关认定为准。", NOW),
        ("in", "查看依据", NOW),
        ("in", "（按钮）", NOW),
    ]
    assert [(q.question, q.outcome, q.useful) for q in found.questions] == [("没贴价签", "answer", None)]
    assert (found.drafts, found.files) == ({"flow": {"kind": "size", "人数": 8}}, ("没贴价签.png",))
    assert (found.name, found.bindings, found.offices, found.checks, found.facts) == (None, (), (), (), ())
    assert "秘密" not in json.dumps(found.to_json(), ensure_ascii=False)


async def test_a_known_person_sees_what_is_kept_of_them_too_r48(database: Database) -> None:
    async with database.transaction() as session:
        person, enterprise = await contact(session)
        other = await people.new_person(session, "别人", NOW)
        await checked(session, enterprise, other)
        mine = await checked(session, enterprise, person)
        await checks.send(session, mine, "市场监管局", NOW + DAY)
        await enterprises.declare(session, enterprise, "staff", 8, person, NOW)
        await enterprises.declare(session, enterprise, "turnover", 90, other, NOW)
        await enterprises.declare(session, enterprise, "seen", 1, person, NOW)
        await enterprises.verify(session, enterprise, "seen", person, NOW)
        await people.revoke(session, await appointed(session, person), NOW + DAY)
        found = await kept(session, person=person)
    assert found.name == "李梅"
    assert [(b.enterprise, b.since, b.until) for b in found.bindings] == [("幸福小吃店", NOW, None)]
    assert [(o.department, o.until) for o in found.offices] == [("市场监管局", NOW + DAY)]
    assert [c.id for c in found.checks] == [mine]
    assert [(f.enterprise, f.name, f.value) for f in found.facts] == [("幸福小吃店", "staff", 8)]
    written = json.loads(json.dumps(found.to_json(), ensure_ascii=False))
    assert (written["姓名"], written["自检"][0]["发给"]) == ("李梅", "市场监管局")
    assert written["绑定的企业"] == [{"企业": "幸福小吃店", "从": "2026-11-20 10:00:00+08:00", "到": None}]


async def test_nothing_is_kept_of_a_chat_that_never_spoke(database: Database) -> None:
    async with database.reading() as session:
        found = await kept(session, "stranger", 99)
    assert found == Kept(drafts={})


async def test_an_erased_chat_keeps_the_request_in_hand_and_what_waits_behind_it_r48(database: Database) -> None:
    async with database.transaction() as session:
        await says(session, "没贴价签")
        await says(session, "别的")
        await says(session, "秘密", chat="neighbour")
        before = await counts(session)
        request = await says(session, "删除我的数据", answered=False)
        await says(session, "你好", answered=False)
        erased = await privacy.erase_chat(session, "web", "owner", NOW + DAY, request)
        assert erased == Erased(messages=4, questions=2, buttons=2)
        left = await messages.transcript(session, "web", "owner")
        assert [row.payload["text"] for row in left] == ["删除我的数据", "你好"]
        row = await row_of(session)
        assert (row.state, row.seen) == ("{}", NOW + DAY)
        after = await counts(session)
        assert after == before | {"message": before["message"] - 4 + 2, "asked": 1, "press": 1, "attachment": 1}
        assert len((await kept(session, "neighbour")).messages) == 2


async def test_without_a_request_every_message_of_the_chat_goes(database: Database) -> None:
    async with database.transaction() as session:
        await says(session, "没贴价签")
        await says(session, "你好", answered=False)
        await privacy.erase_chat(session, "web", "owner", NOW, None)
        assert await messages.transcript(session, "web", "owner") == []
        again = await privacy.erase_chat(session, "web", "owner", NOW, None)
        assert again == await privacy.erase_chat(session, "web", "never seen", NOW, None) == Erased(0, 0, 0)


async def test_erasing_a_chat_does_not_open_its_lock_and_keeps_whose_it_is(database: Database) -> None:
    async with database.transaction() as session:
        person, _ = await contact(session)
        for _ in range(invitations.MAX_WRONG + 1):
            await invitations.wrong_code(session, "web", "owner", NOW)
        await privacy.erase_chat(session, "web", "owner", NOW, None)
        assert await invitations.locked(session, "web", "owner", NOW) == NOW + invitations.LOCKED
        assert (await row_of(session)).person == person


async def test_an_erased_person_is_a_guest_without_a_name_r48(database: Database) -> None:
    async with database.transaction() as session:
        person, enterprise = await contact(session)
        other = await people.new_person(session, "别人", NOW)
        office = await appointed(session, person)
        await people.revoke(session, office, NOW)
        await checked(session, enterprise, person)
        sent = await checked(session, enterprise, person)
        theirs = await checked(session, enterprise, other)
        await checks.send(session, sent, "市场监管局", NOW)
        for name, who in (("staff", person), ("kinds", person), ("turnover", other)):
            await enterprises.declare(session, enterprise, name, 8, who, NOW)
        await enterprises.verify(session, enterprise, "kinds", other, NOW)
        await notices.lay(session, "licence", office, TODAY, person, NOW)
        code = await invitations.issue(
            session, "code", role="contact", jurisdiction="420704", issuer=None, now=NOW, expires=NOW + DAY, name="李梅"
        )
        await invitations.use(session, code, person, NOW)

        erased = await privacy.erase_person(session, person, NOW + DAY)
        assert erased == ErasedPerson(bindings=1, facts=1, checks=1, chats=1, sent_checks=1, past_offices=1)
        assert erased.stays == 2
    async with database.transaction() as session:
        assert (await people.speaker_of(session, "web", "owner", TODAY, demo=False)).role == "guest"
        assert await people.contacts_of(session, enterprise) == []
        assert [one.id for one in await checks.checks_of(session, enterprise)] == [theirs, sent]
        assert set(await enterprises.facts_of(session, enterprise)) == {"kinds", "turnover"}
        found = await kept(session, person=person)
        assert (found.name, found.bindings[0].until) == (ERASED_NAME, NOW + DAY)
        assert [one.name for one in await people.offices_of(session, person)] == [ERASED_NAME]
        assert (await session.execute(select(Invitation.name))).scalars().all() == [None]
        assert (await session.execute(select(Notice.kind))).scalars().all() == []
        assert "李梅" not in await everything(session)


async def test_r48_what_was_handed_in_signed_and_done_in_a_case_is_seen_and_stays(database: Database) -> None:
    office = await new_office(database)
    info = await office.opens()
    async with database.transaction() as session:
        person = await people.new_person(session, "李梅", NOW)
        await chats.load_dialogue(session, "web", "owner", NOW)
        await people.seat(session, "web", "owner", person)
        await people.bind(session, person, office.enterprise, NOW)
        file = KeptFile("a" * 64, "门口.jpg", "image/jpeg", 2048)
        for one in ({"file": file}, {"text": "已经清空"}):
            await evidence.add(session, case=info.id, kind="after", person=person, now=NOW, **one)
        await evidence.add(session, case=info.id, kind="inspection", text="别人的", person=office.persons[0], now=NOW)
        await cases.note(session, info.id, "guidance", {"accepts": True}, person, NOW)
        signed = {"signer": person, "signed_name": "李梅", "signed": NOW, "digest": "b" * 64, "code": "ABCDEFGHJK23"}
        session.add(
            Pledge(
                case=info.id,
                kind="rectification",
                version=1,
                state="signed",
                promises="[]",
                text="",
                made=NOW,
                **signed,
            )
        )
        before = await kept(session, person=person)
    assert [(one.name, one.text, one.number) for one in before.pieces] == [
        (None, "已经清空", info.number),
        ("门口.jpg", None, info.number),
    ]
    assert [(one.kind, one.version, one.name) for one in before.pledges] == [("整改承诺", 1, "李梅")]
    assert [(one.act, one.number) for one in before.acts] == [("guidance", info.number)]
    written = before.to_json({"guidance": "答复指导"})
    assert written["交的材料"][1]["文件名"] == "门口.jpg"
    assert written["案件里做的事"][0]["事"] == "答复指导"
    assert written["删除时"]["依法留存"] == ["交的材料", "签的承诺书", "案件里做的事"]
    async with database.transaction() as session:
        erased = await privacy.erase_person(session, person, NOW + DAY)
        assert (erased.pieces, erased.pledges, erased.stays) == (2, 1, 3)
        await privacy.erase_chat(session, "web", "owner", NOW + DAY, None)
        after = await kept(session, person=person)
    assert (after.pieces, after.pledges, after.acts) == (before.pieces, before.pledges, before.acts)
    left = (after.messages, after.questions, after.drafts, after.files, after.checks, after.facts, after.requests)
    assert (after.name, *left) == (ERASED_NAME, (), (), {}, (), (), (), ())
    assert await office.breaks() == []  # the record holds without the name


async def test_r48_what_was_rated_and_asked_for_is_seen_and_goes_but_for_the_number(database: Database) -> None:
    async with database.transaction() as session:
        person, _ = await contact(session)
        await says(session, "没贴价签")
        info = await requests.register(
            session,
            series=Series("420704", "诉求", "鄂城诉求"),
            department="市场监管局",
            channel="web",
            chat="owner",
            person=person,
            question="能不能分期",
            due=TODAY,
            year=2026,
            now=NOW,
        )
        to = [("web", "owner", person), ("telegram", "4711", person)]
        about = {"about": "request", "subject": info.id, "ordinal": 1, "office": None, "way": None}
        place = {"jurisdiction": "420704", "department": "市场监管局"}
        await ratings.lay(session, **about, **place, to=to, now=NOW)
        asked = await ratings.own(session, 1, "web", "owner", person)
        assert asked is not None
        await ratings.give(session, asked, 2, NOW)
        await ratings.say(session, asked, "太慢")
        found = (await kept(session, person=person)).to_json()
        assert [(one["编号"], one["问题"]) for one in found["诉求"]] == [(info.number, "能不能分期")]
        assert [(one["分"], one["话"]) for one in found["评价"]] == [(2, "太慢")]
        await privacy.erase_person(session, person, NOW)
        erased = await privacy.erase_chat(session, "web", "owner", NOW, None)
        assert (erased.requests, erased.ratings) == (1, 0)
        rows = await everything(session)
        assert info.number in rows
        for gone in ("能不能分期", "太慢", "4711"):
            assert gone not in rows


async def test_r48_a_contact_sees_who_looked_by_office_while_they_were_a_contact(database: Database) -> None:
    office = await new_office(database)
    info = await office.opens()

    async def looks(kind: Chain, owner: int, what: str, now: dt.datetime) -> None:
        async with database.transaction() as session:
            held = await people.office(session, office.offices[1])
            assert held is not None
            await views.looked(session, kind, owner, what, held, now)

    await looks(ENTERPRISES, office.enterprise, "contacts", NOW - DAY)
    async with database.transaction() as session:
        person = await people.new_person(session, "李梅", NOW)
        bound = await people.bind(session, person, office.enterprise, NOW)
    await looks(ENTERPRISES, office.enterprise, "contacts", NOW)
    await looks(CASES, info.id, "evidence", NOW + DAY)
    async with database.transaction() as session:
        await people.unbind(session, bound, NOW + 2 * DAY, "unbound")
    await looks(CASES, info.id, "evidence", NOW + 3 * DAY)
    async with database.reading() as session:
        found = await views.views_of(session, person)
        assert await views.views_of(session, office.persons[0]) == []
    assert [(one.at, one.what, one.number) for one in found] == [
        (NOW + DAY, "evidence", info.number),
        (NOW, "contacts", None),
    ]
    assert {(one.role, one.department, one.licence) for one in found} == {("officer", "示例市场监管局", "示例-0001")}
    assert "李梅" not in str(found)


async def everything(session: Session) -> str:
    """All rows of all tables, as text."""
    rows = [(await session.execute(select(table))).all() for table in Base.metadata.tables.values()]
    return str(rows)


async def test_erasing_a_person_twice_erases_nothing_more(database: Database) -> None:
    async with database.transaction() as session:
        person, _ = await contact(session)
        await privacy.erase_person(session, person, NOW)
        assert await privacy.erase_person(session, person, NOW) == ErasedPerson(0, 0, 0, 0, 0, 0)


async def test_who_holds_an_office_cannot_be_erased(database: Database) -> None:
    async with database.transaction() as session:
        person, enterprise = await contact(session)
        await people.revoke(session, await appointed(session, person), NOW)
        await appointed(session, person)
        with pytest.raises(HoldsOffice, match="任职"):
            await privacy.erase_person(session, person, NOW)
        assert [one.name for one in await people.contacts_of(session, enterprise)] == ["李梅"]


async def test_a_masked_message_is_masked_for_good(database: Database) -> None:
    async with database.transaction() as session:
        key = await says(session, "ABCDE-23456")
        await messages.mask(session, "web", key, "（邀请码）")
        await messages.mask(session, "telegram", key, "x")
        await messages.mask(session, "web", "no such key", "x")
        first = (await messages.transcript(session, "web", "owner"))[0]
    assert first.payload == {"kind": "text", "text": "（邀请码）", "choice": ""}


async def test_old_things_go_and_newer_ones_stay(database: Database) -> None:
    async with database.transaction() as session:
        await says(session, "旧", at=NOW - 31 * DAY)
        await says(session, "新", at=NOW - 30 * DAY)
        gone = await tidies(session, messages_days=30, questions_days=30, buttons_days=30, attachments_days=30)
        assert gone == NOTHING | {"messages": 2, "questions": 1, "buttons": 1, "attachments": 1}
        found = await kept(session)
        assert [m.text for m in found.messages if m.direction == "in"] == ["新"]
        assert ([q.question for q in found.questions], found.files) == (["新"], ("新.png",))


async def test_each_kind_has_its_own_days_and_nought_keeps_it_for_ever(database: Database) -> None:
    async with database.transaction() as session:
        await says(session, "旧", at=NOW - 4000 * DAY)
        assert await tidies(session) == NOTHING
        assert await tidies(session, buttons_days=1) == NOTHING | {"buttons": 1}
        assert await tidies(session, questions_days=1) == NOTHING | {"questions": 1}
        assert await tidies(session, attachments_days=1) == NOTHING | {"attachments": 1}
        assert await tidies(session, messages_days=1) == NOTHING | {"messages": 2, "chats": 1}


async def test_what_still_waits_is_never_too_old(database: Database) -> None:
    async with database.transaction() as session:
        await says(session, "旧", at=NOW - 99 * DAY, answered=False)
        await messages.push(session, "web", "owner", "k", [{"text": "一"}], NOW - 99 * DAY, "waiting")
        assert await tidies(session, messages_days=1) == NOTHING


async def test_old_things_go_in_batches(database: Database) -> None:
    async with database.transaction() as session:
        for n in range(5):
            await says(session, str(n), at=NOW - 99 * DAY)
        assert (await tidies(session, limit=4, messages_days=1))["messages"] == 4
        assert [m.text for m in (await kept(session)).messages if m.direction == "in"] == ["2", "3", "4"]
        assert (await tidies(session, limit=4, messages_days=1))["messages"] == 4
        assert await tidies(session, limit=4, messages_days=1) == NOTHING | {"messages": 2}


async def test_codes_go_some_time_after_they_were_used_taken_back_or_ran_out(database: Database) -> None:
    async with database.transaction() as session:
        person = await people.new_person(session, "李梅", NOW)

        async def issued(code: str, expires: dt.datetime) -> int:
            return await invitations.issue(
                session, code, role="officer", jurisdiction="420704", issuer=None, now=NOW, expires=expires
            )

        used, revoked = await issued("used", NOW + 99 * DAY), await issued("revoked", NOW + 99 * DAY)
        await issued("ran out", NOW)
        still = await issued("open", NOW + 99 * DAY)
        await invitations.use(session, used, person, NOW)
        await invitations.revoke_code(session, revoked, NOW)
        assert await tidies(session, NOW + 30 * DAY, codes_days=30) == NOTHING
        assert await tidies(session, NOW + 31 * DAY, codes_days=30) == NOTHING | {"codes": 3}
        assert (await session.execute(select(Invitation.id))).scalars().all() == [still]


async def test_a_draft_goes_when_its_chat_was_not_seen_for_long(database: Database) -> None:
    flow = {"question": "甲", "flow": {"kind": "size"}, "later": [{"kind": "four_new"}], "offered": [["flow", {}]]}
    async with database.transaction() as session:
        await writes(session, flow, "old", NOW - 31 * DAY)
        await writes(session, {"later": [1]}, "paused", NOW - 31 * DAY)
        await writes(session, flow, "new", NOW - 29 * DAY)
        await writes(session, {"question": '"flow" "later"', "flow": None, "later": {}}, "none", NOW - 31 * DAY)
        assert (await tidies(session, limit=1, drafts_days=30))["drafts"] == 1
        assert await tidies(session, drafts_days=30) == NOTHING | {"drafts": 1}
        assert await tidies(session, drafts_days=30) == NOTHING
        assert json.loads((await row_of(session, "old")).state) == {"question": "甲", "offered": [["flow", {}]]}
        assert json.loads((await row_of(session, "paused")).state) == {}
        assert json.loads((await row_of(session, "new")).state) == flow


async def test_an_old_chat_goes_only_when_it_is_nobodys_and_empty(database: Database) -> None:
    old = NOW - 31 * DAY
    async with database.transaction() as session:
        person = await people.new_person(session, "李梅", NOW)
        for name in ("empty", "owned", "drafting", "locked"):
            await writes(session, {"question": "甲"}, name, old)
        await writes(session, {"later": {}, "flow": None}, "empty", old)
        await writes(session, {}, "seen", NOW)
        await says(session, "旧", "asking", old)
        await people.seat(session, "web", "owned", person)
        await writes(session, {"flow": {"kind": "size"}}, "drafting", old)
        await session.execute(update(Chat).where(Chat.chat == "locked").values(locked_until=NOW + DAY))
        assert await tidies(session, messages_days=30) == NOTHING | {"messages": 2, "chats": 1}
        left = (await session.execute(select(Chat.chat).order_by(Chat.chat))).scalars().all()
        assert left == ["asking", "drafting", "locked", "owned", "seen"]
        gone = await tidies(session, NOW + DAY, messages_days=30, drafts_days=30, questions_days=1, buttons_days=1)
        assert gone == NOTHING | {"questions": 1, "buttons": 1, "drafts": 1, "chats": 2}
        assert await tidies(session, NOW + DAY, attachments_days=1, messages_days=30) == NOTHING | {
            "attachments": 1,
            "chats": 1,
        }
        left = (await session.execute(select(Chat.chat).order_by(Chat.chat))).scalars().all()
        assert left == ["owned", "seen"]


async def test_a_chat_that_went_begins_anew(database: Database) -> None:
    async with database.transaction() as session:
        await writes(session, {"question": "甲"}, at=NOW - 99 * DAY)
        assert (await tidies(session, messages_days=30))["chats"] == 1
    async with database.transaction() as session:
        assert (await chats.load_dialogue(session, "web", "owner", NOW)).is_new


async def test_two_who_tidy_at_once_do_not_hinder_each_other(database: Database) -> None:
    other = Database(database.url)
    async with database.transaction() as session:
        for n in range(20):
            await says(session, str(n), chat=f"chat {n}", at=NOW - 99 * DAY)

    async def tidied(on: Database) -> dict[str, int]:
        async with on.transaction() as session:
            return await tidies(session, messages_days=1, questions_days=1, buttons_days=1, attachments_days=1)

    try:
        first, second = await asyncio.gather(tidied(database), tidied(other))
    finally:
        await other.close()
    assert first["messages"] + second["messages"] == 40
    await tidied(database)
    async with database.reading() as session:
        assert await counts(session) == {"message": 0, "asked": 0, "press": 0, "attachment": 0, "chat": 0}
