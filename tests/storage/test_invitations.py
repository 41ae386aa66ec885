"""One-time codes on SQLite and PostgreSQL: read as people type them, used once, guessed few times."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from sqlalchemy import select

from storage import chats, enterprises, invitations, people
from storage.database import Database, Session
from storage.enterprises import NewEnterprise
from storage.invitations import CODE_ALPHABET, LOCKED, MAX_WRONG, digest_of, fold_code
from storage.tables import Invitation

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
CODE = "ABCDE23456"


async def issued(session: Session, code: str = CODE, **more: object) -> int:
    what: dict[str, object] = {
        "role": "officer",
        "jurisdiction": "420704",
        "issuer": None,
        "now": NOW,
        "expires": NOW + DAY,
    }
    return await invitations.issue(session, code, **(what | more))  # type: ignore[arg-type]


async def verdict(session: Session, code: str = CODE, at: dt.datetime = NOW) -> str:
    return (await invitations.redeem(session, code, at))[0]


def test_the_alphabet_has_31_signs_that_are_not_mistaken_for_each_other() -> None:
    assert len(set(CODE_ALPHABET)) == len(CODE_ALPHABET) == 31
    assert set("0O1IL") & set(CODE_ALPHABET) == set()


@pytest.mark.parametrize(
    "typed",
    [
        "ABCDE23456",
        "ABCDE-23456",
        " abcde 23456\n",
        "ＡＢＣＤＥ－２３４５６",
        "A-B-C-D-E—23456",
        "abcde　23456",
        "ABCDE\u200b_23456",
    ],
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert fold_code(typed) == CODE
    assert digest_of(typed) == digest_of(CODE)


def test_a_sign_that_no_code_has_is_taken_for_the_one_it_looks_like() -> None:
    assert fold_code("0o1iL-23456") == "QQ77723456"


@pytest.mark.parametrize(
    "typed", ["", "ABCDE2345", "ABCDE234567", "ABCDE+3456", "你好你好你好你好你好", "-" * 10, "\x00" * 10]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert fold_code(typed) is None


def test_a_long_code_of_a_link_is_taken_to_the_letter() -> None:
    assert digest_of("aBcDeFgHiJkLmNoP") != digest_of("ABCDEFGHIJKLMNOP")
    assert len(digest_of("\ud83d")) == 64


async def test_a_code_is_never_kept_itself(database: Database) -> None:
    async with database.transaction() as session:
        await issued(session)
        row = (await session.execute(select(Invitation))).scalar_one()
        assert row.digest == digest_of(CODE)
        assert CODE not in str(vars(row))


async def test_an_invitation_comes_back_whole(database: Database) -> None:
    async with database.transaction() as session:
        issuer = await people.new_person(session, "管理员", NOW)
        enterprise = await enterprises.add(session, NewEnterprise("店", "91420704MA49ABCD1X", "420704"), "officer", NOW)
        contact = await people.bind(session, issuer, enterprise, NOW)
        id = await issued(
            session,
            role="contact",
            issuer=issuer,
            name="李梅",
            enterprise=enterprise,
            replaces=contact,
            department="市场监管局",
            licence="鄂G0001",
            licence_until=dt.date(2027, 1, 1),
        )
        found, info = await invitations.redeem(session, "abcde-23456", NOW)
        assert found == "fine"
        assert info is not None
        assert (info.id, info.role, info.jurisdiction, info.name) == (id, "contact", "420704", "李梅")
        assert (info.enterprise, info.replaces, info.issuer) == (enterprise, contact, issuer)
        assert (info.department, info.licence, info.licence_until) == ("市场监管局", "鄂G0001", dt.date(2027, 1, 1))
        assert (info.at, info.expires, info.used, info.used_by, info.revoked) == (NOW, NOW + DAY, None, None, None)


async def test_looking_at_a_code_does_not_use_it(database: Database) -> None:
    async with database.transaction() as session:
        await issued(session)
        assert [await verdict(session), await verdict(session)] == ["fine", "fine"]
        assert await invitations.redeem(session, "ZZZZZZZZZZ", NOW) == ("unknown", None)


async def test_a_code_is_used_once(database: Database) -> None:
    async with database.transaction() as session:
        id = await issued(session)
        person = await people.new_person(session, "李梅", NOW)
        other = await people.new_person(session, "别人", NOW)
        assert await invitations.use(session, id, person, NOW)
        assert not await invitations.use(session, id, other, NOW)
        found, info = await invitations.redeem(session, CODE, NOW + 2 * DAY)
        assert info is not None
        assert (found, info.used, info.used_by) == ("used", NOW, person)
        assert not await invitations.revoke_code(session, id, NOW)


async def test_a_code_runs_out(database: Database) -> None:
    async with database.transaction() as session:
        id = await issued(session)
        person = await people.new_person(session, "李梅", NOW)
        assert await verdict(session, at=NOW + DAY - dt.timedelta(seconds=1)) == "fine"
        assert await verdict(session, at=NOW + DAY) == "expired"
        assert not await invitations.use(session, id, person, NOW + DAY)


async def test_a_code_is_taken_back(database: Database) -> None:
    async with database.transaction() as session:
        id = await issued(session)
        person = await people.new_person(session, "李梅", NOW)
        assert await invitations.revoke_code(session, id, NOW)
        assert not await invitations.revoke_code(session, id, NOW)
        assert await verdict(session) == "revoked"
        assert not await invitations.use(session, id, person, NOW)


async def test_only_codes_that_can_still_be_used_are_listed(database: Database) -> None:
    async with database.transaction() as session:
        person = await people.new_person(session, "李梅", NOW)
        enterprise = await enterprises.add(session, NewEnterprise("店", "91420704MA49ABCD1X", "420704"), "officer", NOW)
        ids = [await issued(session, f"code {n}", issuer=person, enterprise=enterprise) for n in range(4)]
        await issued(session, "run out", issuer=person, enterprise=enterprise, expires=NOW)
        await issued(session, "other")
        await invitations.use(session, ids[0], person, NOW)
        await invitations.revoke_code(session, ids[1], NOW)
        for listed in (
            await invitations.open_for(session, enterprise, NOW),
            await invitations.issued_by(session, person, NOW),
        ):
            assert [one.id for one in listed] == [ids[3], ids[2]]


async def test_of_two_who_redeem_one_code_at_once_one_has_it(database: Database) -> None:
    other = Database(database.url)
    async with database.transaction() as session:
        id = await issued(session)
        who = [await people.new_person(session, name, NOW) for name in ("甲", "乙")]

    async def redeems(on: Database, person: int) -> tuple[str, bool]:
        async with on.transaction() as session:
            found, _ = await invitations.redeem(session, CODE, NOW)
            return found, await invitations.use(session, id, person, NOW)

    try:
        outcomes = await asyncio.gather(redeems(database, who[0]), redeems(other, who[1]))
    finally:
        await other.close()
    assert sorted(outcomes) == [("fine", True), ("used", False)]


async def test_of_two_who_both_looked_first_one_uses_the_code(database: Database) -> None:
    other = Database(database.url)
    async with database.transaction() as session:
        id = await issued(session)
        who = [await people.new_person(session, name, NOW) for name in ("甲", "乙")]

    async def uses(on: Database, person: int) -> bool:
        async with on.transaction() as session:
            return await invitations.use(session, id, person, NOW)

    try:
        assert sorted(await asyncio.gather(uses(database, who[0]), uses(other, who[1]))) == [False, True]
    finally:
        await other.close()


async def test_five_wrong_codes_lock_a_chat_for_a_quarter_of_an_hour(database: Database) -> None:
    async with database.transaction() as session:
        await chats.load_dialogue(session, "web", "guess", NOW)
        await chats.load_dialogue(session, "web", "other", NOW)

        async def tries(at: dt.datetime) -> tuple[int, dt.datetime | None]:
            return await invitations.wrong_code(session, "web", "guess", at)

        assert [await tries(NOW) for _ in range(MAX_WRONG - 1)] == [(4, None), (3, None), (2, None), (1, None)]
        assert await invitations.locked(session, "web", "guess", NOW) is None
        assert await tries(NOW) == (0, NOW + LOCKED)
        assert await invitations.locked(session, "web", "guess", NOW) == NOW + LOCKED
        assert await invitations.locked(session, "web", "other", NOW) is None
        assert await invitations.locked(session, "web", "never seen", NOW) is None
        assert await tries(NOW + LOCKED / 2) == (0, NOW + LOCKED)
        assert await invitations.locked(session, "web", "guess", NOW + LOCKED) is None
        assert await tries(NOW + LOCKED) == (4, None)


async def test_a_right_code_forgets_the_wrong_ones(database: Database) -> None:
    async with database.transaction() as session:
        dialogue = await chats.load_dialogue(session, "web", "guess", NOW)
        for _ in range(MAX_WRONG - 1):
            await invitations.wrong_code(session, "web", "guess", NOW)
        await invitations.right_code(session, "web", "guess")
        assert await invitations.wrong_code(session, "web", "guess", NOW) == (4, None)
        await chats.save_dialogue(session, dialogue, NOW)
    async with database.transaction() as session:
        assert await invitations.wrong_code(session, "web", "guess", NOW) == (3, None)
