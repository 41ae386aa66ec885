"""The indexes of the registers: built once, built again when the register changed, and not kept without bound."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from handlers.firms import Firms
from storage import enterprises
from storage.tables import Enterprise
from tests.people import World


async def test_indexes_of_places_not_asked_for_are_let_go_when_there_are_too_many(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = ("420704", "420703", "420702")
    for place in places:
        await world.enterprise(f"示例{place}餐馆", division=place)
    monkeypatch.setattr("handlers.firms.KEPT", 2)
    monkeypatch.setattr("handlers.firms.LARGE", 1)  # built in a thread
    firms = Firms()
    async with world.database.reading() as session:
        first = await firms.index(session, places[0])
        await firms.index(session, places[1])
        assert await firms.index(session, places[0]) is first
        await firms.index(session, places[2])
        assert list(firms._indexes.of) == [places[0], places[2]]
        assert await firms.index(session, places[0]) is first


async def test_an_enterprise_that_is_added_or_renamed_is_taken_into_a_large_index(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R1: who adds an enterprise to a large register does not wait for it to be read anew."""
    monkeypatch.setattr("handlers.firms.LARGE", 1)
    first = await world.enterprise("示例红日餐馆", division="420704")
    firms = Firms()
    async with world.database.reading() as session:
        index = await firms.index(session, "420704")
    await world.enterprise("示例蓝月书店", division="420704")
    async with world.database.transaction() as session:
        await enterprises.correct(session, first, world.clock.now(), name="示例白云茶楼")
    async with world.database.reading() as session:
        assert await firms.index(session, "420704") is index
    names = {one.firm.name for text in ("蓝月书店", "白云茶楼", "红日餐馆") for one in index.search(text)}
    assert names == {"示例蓝月书店", "示例白云茶楼"}


async def test_a_register_that_changed_much_or_lost_enterprises_is_read_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.firms.LARGE", 1)
    monkeypatch.setattr("handlers.firms.FEW", 1)
    ids = [await world.enterprise("示例红日餐馆", division="420704")]
    firms = Firms()
    async with world.database.reading() as session:
        first = await firms.index(session, "420704")
    ids += [await world.enterprise(f"示例{name}书店", division="420704") for name in ("蓝月", "青山")]
    async with world.database.reading() as session:
        second = await firms.index(session, "420704")
        assert second is not first and len(second) == 3
    async with world.database.transaction() as session:
        await session.execute(delete(Enterprise).where(Enterprise.id == ids[-1]))
    async with world.database.reading() as session:
        third = await firms.index(session, "420704")
    assert third is not second
    assert not third.search("青山书店")


async def test_a_typed_name_is_looked_up_in_a_large_register_without_an_index_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R1: also what only sounds like a name."""
    monkeypatch.setattr("handlers.firms.LARGE", 2)
    wanted = await world.enterprise("示例红日餐馆", division="420704")
    for name in ("蓝月书店", "青山茶楼"):
        await world.enterprise(f"示例{name}", division="420704")
    firms = Firms()
    async with world.database.reading() as session:
        typed = ["红日餐馆", "宏日餐馆", "没有这家"]
        assert await firms.meant(session, "420704", typed, 5) == [[wanted], [wanted], []]
        assert not firms._indexes.of
    added = await world.enterprise("示例紫竹宾馆", division="420704")
    async with world.database.reading() as session:
        assert await firms.meant(session, "420704", ["子竹宾馆"], 5) == [[added]]
        await firms.index(session, "420704")
        assert await firms.meant(session, "420704", typed, 5) == [[wanted], [wanted], []]
