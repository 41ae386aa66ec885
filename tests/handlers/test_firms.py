"""The indexes of the registers: built once, built again when the register changed, and not kept without bound."""

from __future__ import annotations

import pytest

from handlers.firms import Firms
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
        assert list(firms._built) == [places[0], places[2]]
        assert await firms.index(session, places[0]) is first
