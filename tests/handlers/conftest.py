"""The world that the dialogue's tests play in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.handlers.test_permissions import assert_all_in_form
from tests.people import World


@pytest.fixture
async def world(world: World) -> AsyncIterator[World]:
    """The world, whose every reply is looked at in the end."""
    yield world
    await assert_all_in_form(world)
