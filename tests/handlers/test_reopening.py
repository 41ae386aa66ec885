"""没解决 (R28): within the days of the setting, with a new due day that is shown with its weekday (R38)."""

from __future__ import annotations

import datetime as dt

import pytest

from handlers import words
from handlers.cases.finishing import reopened_due
from handlers.conversation import CHINA
from tests.handlers.test_cases import Street, closes, inbox, newest, passed, street
from tests.handlers.test_permissions import on_sqlite
from tests.people import words_of

__all__ = ["street"]


@pytest.fixture
async def closed(street: Street) -> Street:
    """A case that was closed on Friday 20 November."""
    await passed(street)
    await street.officer.presses("记回访")
    await street.officer.says("改好了")
    await street.officer.says("现场看过")
    await street.officer.presses("确认回访")
    await closes(street)
    await inbox(street.owner)
    return street


async def test_r28_r38_the_new_day_is_shown_before_and_after_with_its_weekday(closed: Street) -> None:
    await closed.owner.presses("没解决")
    said = words.REOPEN_DUE.format(day="2026年11月27日（星期五）")
    assert said in words_of(await closed.owner.says("牌子又掉了"))
    done = words_of(await closed.owner.presses("确认重开"))
    assert words.REOPENED in done and said in done
    info = await newest(closed)
    assert (info.case.due, info.case.stage) == (dt.date(2026, 11, 27), "rectifying")


@on_sqlite
@pytest.mark.parametrize(("days", "is_taken"), [(30, True), (31, False)])
async def test_r28_the_days_of_the_setting_count_from_the_closing(closed: Street, days: int, is_taken: bool) -> None:
    closed.world.clock.at = dt.datetime(2026, 11, 20, 10, tzinfo=CHINA) + dt.timedelta(days=days)
    await closed.owner.presses("没解决")
    await closed.owner.says("牌子又掉了")
    answer = words_of(await closed.owner.presses("确认重开"))
    assert (words.REOPENED in answer) is is_taken
    assert ("销号超过30天" in answer) is not is_taken


@on_sqlite
async def test_r28_another_setting_gives_other_days(closed: Street) -> None:
    object.__setattr__(closed.world.house, "settings", dict(closed.world.house.settings) | {"reopen_days": 2})
    closed.world.clock.passes(days=3)
    await closed.owner.presses("没解决")
    await closed.owner.says("牌子又掉了")
    assert "销号超过2天" in words_of(await closed.owner.presses("确认重开"))


def test_r38_a_seventh_day_that_is_no_working_day_moves_on() -> None:
    assert reopened_due(dt.date(2026, 11, 20)) == dt.date(2026, 11, 27)
    assert reopened_due(dt.date(2026, 11, 21)) == dt.date(2026, 11, 30)
    assert reopened_due(dt.date(2026, 9, 24)) == dt.date(2026, 10, 8)
