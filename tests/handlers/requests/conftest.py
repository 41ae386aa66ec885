"""The street that the tests of requests play in."""

from __future__ import annotations

import pytest

from tests.handlers.requests.street import (
    HEALTH,
    MARKET,
    Street,
)
from tests.people import World


@pytest.fixture
async def street(world: World) -> Street:
    return Street(
        world,
        world.person("guest"),
        await world.office("officer", department=HEALTH),
        await world.office("officer", chat="colleague", name="赵示例", department=HEALTH),
        await world.office("officer", chat="market", name="钱示例", department=MARKET),
        await world.office("legal", name="孙示例", department="示例司法局"),
        await world.office("admin", name="吴示例", department="示例信息中心"),
    )
