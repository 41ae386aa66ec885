"""Self-checks (R12–R16) on SQLite and PostgreSQL: kept, sent, received by their own department, shared for a while."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from storage import enterprises, people, self_checks
from storage.database import Database, Session
from storage.enterprises import NewEnterprise
from storage.self_checks import CheckInfo
from storage.tables import SelfCheck

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


async def shop(session: Session, name: str = "幸福小吃店", division: str = "420704") -> int:
    code = f"91{division}MA{len(name):08d}"
    return await enterprises.add(session, NewEnterprise(name, code, division), "officer", NOW)


async def kept(session: Session, enterprise: int, person: int | None = None) -> int:
    return await self_checks.keep(
        session,
        kind="size",
        enterprise=enterprise,
        person=person,
        now=NOW,
        facts={"人数": 8, "行业": None},
        result={"class": "微", "rows": ["餐饮业"]},
    )


async def test_a_self_check_is_kept_with_its_facts_and_result(database: Database) -> None:
    async with database.transaction() as session:
        person = await people.new_person(session, "李梅", NOW)
        enterprise = await shop(session)
        id = await kept(session, enterprise, person)
        assert await self_checks.check(session, id) == CheckInfo(
            id=id,
            kind="size",
            enterprise=enterprise,
            enterprise_name="幸福小吃店",
            person=person,
            at=NOW,
            facts={"人数": 8, "行业": None},
            result={"class": "微", "rows": ["餐饮业"]},
            department=None,
            sent=None,
            share=None,
            share_until=None,
        )


@pytest.mark.parametrize("number", [0, -1, 99, 2**63])
async def test_an_unknown_self_check_is_none(database: Database, number: int) -> None:
    async with database.reading() as session:
        assert await self_checks.check(session, number) is None


async def test_the_self_checks_of_an_enterprise_come_newest_first(database: Database) -> None:
    async with database.transaction() as session:
        mine, other = await shop(session), await shop(session, "别家")
        ids = [await kept(session, mine) for _ in range(3)]
        await kept(session, other)
        assert [one.id for one in await self_checks.checks_of(session, mine)] == ids[::-1]
        assert [one.id for one in await self_checks.checks_of(session, mine, limit=1)] == ids[-1:]


async def test_a_department_receives_what_its_own_enterprises_sent_r1(database: Database) -> None:
    async with database.transaction() as session:
        here, there = await shop(session), await shop(session, "滑县的店", "410526")
        first, second, silent, far = [await kept(session, one) for one in (here, here, here, there)]
        assert await self_checks.send(session, second, "市场监管局", NOW)
        assert await self_checks.send(session, first, "市场监管局", NOW + DAY)
        assert await self_checks.send(session, far, "市场监管局", NOW)
        assert not await self_checks.send(session, silent + 99, "市场监管局", NOW)

        async def ids(department: str, division: str, limit: int = 10) -> list[int]:
            return [one.id for one in await self_checks.received(session, department, division, limit)]

        assert await ids("市场监管局", "420704") == [first, second]
        assert await ids("市场监管局", "420704", 1) == [first]
        assert await ids("市场监管局", "410526") == [far]
        assert await ids("消防大队", "420704") == []
        newest = (await self_checks.received(session, "市场监管局", "420704", 1))[0]
        assert (newest.enterprise_name, newest.sent, newest.department) == ("幸福小吃店", NOW + DAY, "市场监管局")


async def test_a_shared_link_is_good_until_it_runs_out_or_is_taken_back(database: Database) -> None:
    async with database.transaction() as session:
        id = await kept(session, await shop(session))
        assert await self_checks.shared(session, "secret", NOW) is None
        assert await self_checks.share(session, id, "secret", NOW + DAY)
        found = await self_checks.shared(session, "secret", NOW)
        assert found is not None and found.id == id
        assert await self_checks.shared(session, "Secret", NOW) is None
        assert await self_checks.shared(session, "\ud83d\x00", NOW) is None
        assert await self_checks.shared(session, "secret", NOW + DAY) is None
        assert await self_checks.unshare(session, id)
        assert await self_checks.shared(session, "secret", NOW) is None


async def test_the_token_of_a_link_is_not_kept(database: Database) -> None:
    async with database.transaction() as session:
        id = await kept(session, await shop(session))
        await self_checks.share(session, id, "secret", NOW + DAY)
        row = (await session.execute(select(SelfCheck))).scalar_one()
        assert row.share is not None and len(row.share) == 64
        assert "secret" not in str(vars(row))


async def test_a_new_link_ends_the_old_one(database: Database) -> None:
    async with database.transaction() as session:
        id = await kept(session, await shop(session))
        await self_checks.share(session, id, "old", NOW + DAY)
        await self_checks.share(session, id, "new", NOW + DAY)
        assert await self_checks.shared(session, "old", NOW) is None
        assert await self_checks.shared(session, "new", NOW) is not None
