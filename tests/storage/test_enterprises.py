"""Enterprises and facts on SQLite and PostgreSQL: found, kept, loaded from a register, declared, verified."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

import pytest

from storage import enterprises, people
from storage.database import Database, Session
from storage.enterprises import EnterpriseInfo, KnownCode, KnownFact, Loaded, NewEnterprise

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SHOP = NewEnterprise("幸福小吃店", "91420704MA49ABCD1X", "420704", "6210", "正餐服务", "某路1号", dt.date(2024, 3, 1))


def named(name: str, number: int = 0, division: str = "420704") -> NewEnterprise:
    return NewEnterprise(name, f"91{division}MA49{number:06d}", division)


async def kept(session: Session, *names: str, division: str = "420704") -> None:
    for number, name in enumerate(names):
        await enterprises.add(session, named(name, number, division), "officer", NOW)


async def found(session: Session, words: str, divisions: list[str] | None = None, limit: int = 6) -> list[str]:
    return [one.name for one in await enterprises.search(session, words, divisions=divisions, limit=limit)]


async def test_an_enterprise_is_kept_with_all_that_is_known_of_it(database: Database) -> None:
    async with database.transaction() as session:
        id = await enterprises.add(session, SHOP, "officer", NOW)
        expected = EnterpriseInfo(
            id, "幸福小吃店", SHOP.code, "420704", "6210", "正餐服务", "某路1号", dt.date(2024, 3, 1), "officer"
        )
        assert await enterprises.enterprise(session, id) == expected
        assert await enterprises.by_code(session, f" {SHOP.code.lower()} ") == expected
        assert await enterprises.by_code(session, "91420704MA49ABCD2X") is None
        assert await enterprises.enterprise(session, id + 1) is None
        assert await enterprises.enterprise(session, 2**63) is None


async def test_a_code_is_kept_once(database: Database) -> None:
    async with database.transaction() as session:
        await enterprises.add(session, SHOP, "officer", NOW)
        with pytest.raises(KnownCode, match="已经登记"):
            await enterprises.add(session, replace(SHOP, code=SHOP.code.lower()), "register", NOW)


async def test_a_code_finds_its_enterprise_alone_and_only_in_the_divisions_asked_for(database: Database) -> None:
    async with database.transaction() as session:
        await enterprises.add(session, SHOP, "officer", NOW)
        await kept(session, f"名字里有{SHOP.code}")
        assert await found(session, f" {SHOP.code.lower()} ") == ["幸福小吃店"]
        assert await found(session, SHOP.code, ["420704"]) == ["幸福小吃店"]
        assert await found(session, SHOP.code, ["410526"]) == []
        assert await found(session, SHOP.code, []) == []


async def test_a_name_is_found_by_its_parts_the_shortest_first(database: Database) -> None:
    async with database.transaction() as session:
        await kept(session, "鄂城幸福大酒楼有限公司", "幸福小吃店", "鄂城幸福酒楼", "平安药店")
        assert await found(session, "幸福") == ["幸福小吃店", "鄂城幸福酒楼", "鄂城幸福大酒楼有限公司"]
        assert await found(session, "幸福", limit=2) == ["幸福小吃店", "鄂城幸福酒楼"]
        assert await found(session, "酒楼 鄂城") == ["鄂城幸福酒楼", "鄂城幸福大酒楼有限公司"]
        assert await found(session, "幸福", ["410526"]) == []
        assert await found(session, "没有的") == []


@pytest.mark.parametrize("words", ["", "  ", "　"])
async def test_a_search_for_nothing_finds_nothing(database: Database, words: str) -> None:
    async with database.transaction() as session:
        await kept(session, "幸福小吃店")
        assert await found(session, words) == []


async def test_signs_of_a_pattern_are_only_signs(database: Database) -> None:
    async with database.transaction() as session:
        await kept(session, "百分之百饭店", "100%果汁店", "a_b商行", "a/b商行", "a\\b商行")
        assert await found(session, "%") == ["100%果汁店"]
        assert await found(session, "_") == ["a_b商行"]
        assert await found(session, "/") == ["a/b商行"]
        assert await found(session, "\\") == ["a\\b商行"]
        assert await found(session, "'") == []


async def test_case_and_width_of_brackets_do_not_matter(database: Database) -> None:
    async with database.transaction() as session:
        await kept(session, "ABC（鄂城）商行", "xyz(鄂城)商行")
        assert await found(session, "abc(鄂城)") == ["ABC（鄂城）商行"]
        assert await found(session, "XYZ（鄂城）") == ["xyz(鄂城)商行"]


async def test_an_officer_corrects_an_enterprise(database: Database) -> None:
    async with database.transaction() as session:
        id = await enterprises.add(session, SHOP, "officer", NOW)
        assert await enterprises.correct(session, id, NOW + DAY, name="平安小吃店", address=None)
        now = await enterprises.enterprise(session, id)
        assert now is not None
        assert (now.name, now.address, now.code) == ("平安小吃店", None, SHOP.code)
        assert not await enterprises.correct(session, id + 1, NOW, name="无")
        with pytest.raises(TypeError, match="origin"):
            await enterprises.correct(session, id, NOW, origin="demo")


async def test_a_register_adds_changes_and_leaves(database: Database) -> None:
    first = [named(f"第{n}家", n) for n in range(3)]
    async with database.transaction() as session:
        await enterprises.add(session, first[0], "officer", NOW)
        await kept(session, "别处的", division="410526")
        assert await enterprises.load_register(session, first, NOW + DAY) == Loaded(2, 1, 0)
        assert await enterprises.load_register(session, first, NOW + DAY) == Loaded(0, 0, 3)
    changed = [first[0], replace(first[1], name="改了名", founded=dt.date(2025, 1, 1)), named("新的", 9)]
    async with database.transaction() as session:
        assert await enterprises.load_register(session, changed, NOW + 2 * DAY) == Loaded(1, 1, 1)
        one = await enterprises.by_code(session, first[1].code)
        assert one is not None
        assert (one.name, one.founded, one.origin) == ("改了名", dt.date(2025, 1, 1), "register")
        assert await enterprises.by_code(session, first[2].code) is not None
        far = await enterprises.search(session, "别处的", divisions=None)
        assert [one.origin for one in far] == ["officer"]
        assert await enterprises.load_register(session, [], NOW) == Loaded(0, 0, 0)


async def test_what_was_read_before_a_register_is_read_anew_after_it(database: Database) -> None:
    async with database.transaction() as session:
        id = await enterprises.add(session, SHOP, "officer", NOW)
        assert await enterprises.enterprise(session, id) is not None
        await enterprises.load_register(session, [replace(SHOP, name="改了名")], NOW)
        now = await enterprises.enterprise(session, id)
        assert now is not None and now.name == "改了名"


async def test_of_rows_with_one_code_the_last_counts(database: Database) -> None:
    rows = [SHOP, replace(SHOP, name="后来的", code=SHOP.code.lower())]
    async with database.transaction() as session:
        assert await enterprises.load_register(session, rows, NOW) == Loaded(1, 0, 0)
        assert await found(session, "后来的") == ["后来的"]


async def test_demo_rows_never_touch_an_enterprise_that_is_real(database: Database) -> None:
    async with database.transaction() as session:
        await enterprises.add(session, SHOP, "officer", NOW)
        rows = [replace(SHOP, name="演示"), named("演示二")]
        assert await enterprises.load_register(session, rows, NOW, origin="demo") == Loaded(1, 0, 1)
        one = await enterprises.by_code(session, SHOP.code)
        assert one is not None and (one.name, one.origin) == ("幸福小吃店", "officer")


async def test_a_large_register_is_loaded_in_batches_and_in_one_go(database: Database) -> None:
    rows = [named(f"第{n}家企业有限公司", n) for n in range(12_345)]
    async with asyncio.timeout(30):
        async with database.transaction() as session:
            assert await enterprises.load_register(session, rows, NOW) == Loaded(12_345, 0, 0)
        rows[7] = replace(rows[7], name="改了名")
        async with database.transaction() as session:
            assert await enterprises.load_register(session, rows, NOW) == Loaded(0, 1, 12_344)
            assert await found(session, "第12344家") == ["第12344家企业有限公司"]


async def test_two_registers_loaded_at_once_keep_each_code_once(database: Database) -> None:
    other = Database(database.url)
    rows = [named(f"第{n}家", n) for n in range(50)]

    async def loads(on: Database) -> None:
        async with on.transaction() as session:
            await enterprises.load_register(session, rows, NOW)

    try:
        await asyncio.gather(loads(database), loads(other))
    finally:
        await other.close()
    async with database.reading() as session:
        assert len(await found(session, "第", limit=100)) == 50


async def test_a_fact_is_declared_replaced_and_verified(database: Database) -> None:
    async with database.transaction() as session:
        id = await enterprises.add(session, SHOP, "officer", NOW)
        person = await people.new_person(session, "李梅", NOW)
        assert await enterprises.facts_of(session, id) == {}
        assert not await enterprises.verify(session, id, "staff", person, NOW)
        await enterprises.declare(session, id, "staff", 8, person, NOW)
        await enterprises.declare(session, id, "staff", 9, person, NOW + DAY)
        await enterprises.declare(session, id, "kinds", {"新业态": True}, None, NOW)
        assert await enterprises.facts_of(session, id) == {
            "staff": KnownFact("staff", 9, "declared", NOW + DAY),
            "kinds": KnownFact("kinds", {"新业态": True}, "declared", NOW),
        }
        assert await enterprises.verify(session, id, "staff", person, NOW + 2 * DAY)
        known = (await enterprises.facts_of(session, id))["staff"]
        assert known == KnownFact("staff", 9, "verified", NOW + 2 * DAY)
        assert not await enterprises.verify(session, id, "staff", person, NOW + 3 * DAY)


async def test_a_verified_fact_wins_unless_something_newer_was_declared(database: Database) -> None:
    async with database.transaction() as session:
        id = await enterprises.add(session, SHOP, "officer", NOW)

        async def declared(value: int, at: dt.datetime) -> KnownFact:
            await enterprises.declare(session, id, "staff", value, None, at)
            return (await enterprises.facts_of(session, id))["staff"]

        await declared(8, NOW)
        await enterprises.verify(session, id, "staff", None, NOW + DAY)
        assert await declared(9, NOW) == KnownFact("staff", 8, "verified", NOW + DAY)
        assert await declared(10, NOW + DAY) == KnownFact("staff", 8, "verified", NOW + DAY)
        assert await declared(11, NOW + 2 * DAY) == KnownFact("staff", 11, "declared", NOW + 2 * DAY)


@pytest.mark.parametrize("value", [None, 0, "", False, [], "中文", 1.5, {"a": [1, None]}])
async def test_any_value_comes_back_as_it_was_declared(database: Database, value: object) -> None:
    async with database.transaction() as session:
        id = await enterprises.add(session, SHOP, "officer", NOW)
        await enterprises.declare(session, id, "any", value, None, NOW)
        assert await enterprises.verify(session, id, "any", None, NOW)
        assert (await enterprises.facts_of(session, id))["any"].value == value
