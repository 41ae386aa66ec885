"""Chats and their buttons on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt

import pytest

from storage import chats
from storage.chats import Button
from storage.database import Database

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


async def offers(database: Database, token: str, chat: str = "owner", at: dt.datetime = NOW) -> None:
    async with database.transaction() as session:
        dialogue = await chats.load_dialogue(session, "web", chat, at)
        await chats.offer(
            session, dialogue.channel, dialogue.chat, token, "查看依据", {"do": "basis", "entry": "定海-二"}, at
        )


async def presses(database: Database, token: str, chat: str = "owner", channel: str = "web") -> Button | None:
    async with database.reading() as session:
        return await chats.pressed(session, channel, chat, token)


async def test_a_dialogue_is_kept_with_its_state_place_and_version(database: Database) -> None:
    async with database.transaction() as session:
        dialogue = await chats.load_dialogue(session, "web", "owner", NOW)
        assert (dialogue.is_new, dialogue.state, dialogue.version) == (True, {}, 0)
        dialogue.state["question"] = "灭火器过期了"
        dialogue.jurisdiction = "420704"
        await chats.save_dialogue(session, dialogue, NOW)
    async with database.transaction() as session:
        again = await chats.load_dialogue(session, "web", "owner", NOW)
        other = await chats.load_dialogue(session, "telegram", "owner", NOW)
    assert (again.is_new, again.state, again.jurisdiction) == (False, {"question": "灭火器过期了"}, "420704")
    assert again.version == 1
    assert other.is_new


async def test_a_button_does_what_it_was_offered_for(database: Database) -> None:
    await offers(database, "token-1")
    assert await presses(database, "token-1") == Button("查看依据", {"do": "basis", "entry": "定海-二"}, NOW)


async def test_a_button_of_another_chat_or_channel_does_nothing(database: Database) -> None:
    await offers(database, "token-1")
    assert await presses(database, "token-1", chat="neighbour") is None
    assert await presses(database, "token-1", channel="telegram") is None


@pytest.mark.parametrize("token", ["", "nothing", "token-1 ", "\x00", "\ud83d", "按钮", "x" * 64, "' OR 1=1 --"])
async def test_a_button_that_was_never_offered_does_nothing(database: Database, token: str) -> None:
    await offers(database, "token-1")
    assert await presses(database, token) is None


async def test_a_longer_token_that_begins_like_a_button_is_not_that_button(database: Database) -> None:
    await offers(database, "x" * 24)
    assert await presses(database, "x" * 24) is not None
    assert await presses(database, "x" * 25) is None
