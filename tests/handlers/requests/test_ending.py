"""What becomes of a request: solved, unsolved, reopened, erased, handed on, closed by the clock (R50, R48)."""

from __future__ import annotations

import datetime as dt

from handlers import words as house_words
from handlers.conversation import CHINA
from handlers.requests import words
from handlers.requests.ticking import close_unanswered, give_back_held
from storage import ratings, requests
from storage.requests import ERASED
from tests.handlers.requests.street import (
    ANSWER,
    DUE,
    HEALTH,
    MARKET,
    NUMBER,
    QUESTION,
    Street,
    answered,
    inbox,
    registered,
    taken,
    ticks,
)
from tests.handlers.test_permissions import on_sqlite, presses_act
from tests.people import lead_of, words_of


async def test_r50_what_nobody_says_a_word_to_is_closed_after_the_settings_days_and_may_be_reopened(
    street: Street,
) -> None:
    """R47, R50: told to who asked, who is asked to rate; 没解决 opens it again."""
    info = await answered(street)
    assert "7天没有回音，先办结" in words_of((await inbox(street.guest))[-1:])
    street.world.clock.passes(days=6)
    await ticks(street, close_unanswered)
    assert (await street.newest()).state == "answered"
    street.world.clock.at = dt.datetime(2026, 11, 27, 21, 0, tzinfo=CHINA)
    await ticks(street, close_unanswered)  # at night nobody is told (R41)
    assert (await street.newest()).state == "answered"
    street.world.clock.at = dt.datetime(2026, 11, 28, 10, 0, tzinfo=CHINA)
    await ticks(street, close_unanswered, close_unanswered)
    assert (await street.newest()).state == "closed"
    told = [words_of([part]) for part in await inbox(street.guest)]
    assert sum(words.CLOSED_SILENT.format(number=NUMBER, days=7) in one for one in told) == 1
    async with street.world.database.transaction() as session:
        (rating,) = await ratings.of_person(session, "web", "guest", None)
        assert (rating.about, rating.subject, rating.department) == ("request", info.id, HEALTH)
    again = words_of(await street.guest.presses("没解决"))
    assert "2026年12月1日（星期二）" in again
    assert (await street.newest()).state == "assigned"


async def test_r50_an_answer_to_which_more_was_said_is_not_closed_by_the_clock(street: Street) -> None:
    info = await answered(street)
    await presses_act(street.guest, do="request_more", id=info.id)
    await street.guest.says("窗口说还要房东签字")
    street.world.clock.passes(days=30)
    await ticks(street, close_unanswered)
    assert (await street.newest()).state == "answered"


async def test_r50_solved_it_is_closed_the_assistant_answers_and_one_rating_is_laid(street: Street) -> None:
    """R47: the rating is asked for once."""
    await answered(street)
    await inbox(street.guest)
    done = words_of(await street.guest.presses("解决了"))
    assert words.SOLVED.format(number=NUMBER) in done and words.ASSISTANT_AGAIN in done
    assert (await street.newest()).state == "closed"
    assert words.TOLD_SOLVED.format(number=NUMBER) in words_of(await inbox(street.officer))
    assert words.SOLVED_ALREADY.format(number=NUMBER) in words_of(
        await presses_act(street.guest, do="request_solved", id=(await street.newest()).id)
    )
    from storage.ratings import untold

    async with street.world.database.reading() as session:
        waiting = await untold(session, dt.date(2026, 11, 20), None)
    assert [(one.about, one.number, one.department) for one in waiting] == [("request", NUMBER, HEALTH)]


async def test_r50_unsolved_it_is_reopened_with_a_new_day_and_the_word_reaches_the_officer(street: Street) -> None:
    await answered(street)
    street.world.clock.passes(days=5)  # Wednesday, long after the hold ran out
    await ticks(street, give_back_held)
    await inbox(street.guest)
    await presses_act(street.guest, do="request", id=(await street.newest()).id)
    lead = lead_of(await street.guest.presses("没解决"))
    assert lead == words.REOPENED.format(number=NUMBER, day="2026年11月27日（星期五）")
    await street.guest.says("还要房东签字")
    info = await street.newest()
    assert (info.state, info.reopened, info.due, info.closed) == ("assigned", 1, dt.date(2026, 11, 27), None)
    for officer in (street.officer, street.colleague):
        told = words_of(await inbox(officer))
        assert words.TOLD_REOPENED.format(number=NUMBER, day="2026年11月27日（星期五）") in told
        assert "还要房东签字" in told


@on_sqlite
async def test_r50_a_closed_one_is_reopened_within_the_days_of_the_setting_only(street: Street) -> None:
    info = await answered(street)
    await presses_act(street.guest, do="request_solved", id=info.id)
    street.world.clock.passes(days=31)
    late = await presses_act(street.guest, do="request_unsolved", id=info.id)
    assert lead_of(late) == words.TOO_LATE.format(days=30)
    street.world.clock.passes(days=-1)
    assert "已重开" in lead_of(await presses_act(street.guest, do="request_unsolved", id=info.id))


@on_sqlite
async def test_buttons_pressed_late_say_what_is_the_case_now(street: Street) -> None:
    info = await answered(street)
    await presses_act(street.guest, do="request_solved", id=info.id)
    for act in ("request_take", "request_answer"):
        said = lead_of(await presses_act(street.officer, do=act, id=info.id))
        assert said == words.CLOSED_ALREADY.format(number=NUMBER), act
    assert lead_of(await presses_act(street.officer, do="request_back", id=info.id)) == words.NOT_HELD
    assert words.CLOSED_ALREADY.format(number=NUMBER) in lead_of(
        await presses_act(street.legal, do="request_move", id=info.id)
    )
    await presses_act(street.guest, do="request_unsolved", id=info.id)
    await street.guest.says("跳过")
    assert "还没有答复" in lead_of(await presses_act(street.guest, do="request_unsolved", id=info.id))


async def test_an_answer_to_what_was_closed_meanwhile_does_not_go_out(street: Street) -> None:
    info = await registered(street)
    await presses_act(street.officer, do="request_answer", id=info.id)
    await street.officer.says(ANSWER)
    await presses_act(street.guest, do="request_solved", id=info.id)
    assert lead_of(await street.officer.says("发出答复")) == words.CLOSED_ALREADY.format(number=NUMBER)
    assert ANSWER not in words_of(await inbox(street.guest))


async def test_r48_who_asked_erases_their_data_and_nothing_is_sent_to_them_any_more(street: Street) -> None:
    info = await taken(street)
    await street.guest.says("我是某某摊位的")
    await presses_act(street.officer, do="request_answer", id=info.id)
    await street.officer.says(ANSWER)
    await presses_act(street.guest, do="erase_sure")
    assert lead_of(await street.officer.says("发出答复")) == words.ERASED.format(number=NUMBER)
    after = await street.newest()
    assert (after.state, after.question, after.holder) == ("closed", ERASED, None)
    async with street.world.database.reading() as session:
        events = await requests.events(session, info.id)
    assert QUESTION not in " ".join(event.text for event in events)
    assert "某某摊位" not in " ".join(event.text for event in events)
    assert ANSWER not in words_of(await inbox(street.guest))
    assert lead_of(await street.guest.says(QUESTION)) == house_words.NONE  # the assistant answers again


async def test_r50_a_department_hands_it_on_with_a_reason_and_both_sides_are_told(street: Street) -> None:
    info = await taken(street)
    await presses_act(street.officer, do="request_move", id=info.id)
    await street.officer.says(MARKET)
    await street.officer.says("食品摊位的证照归市场监管")
    assert lead_of(await street.officer.presses("确认转办")) == words.MOVED.format(department=MARKET)
    after = await street.newest()
    assert (after.department, after.holder, after.due) == (MARKET, None, info.due)
    assert words.MOVED_HERE.format(number=NUMBER, day=DUE) in words_of(await inbox(street.market))
    told = words_of(await inbox(street.guest))
    assert words.MOVED_TOLD.format(number=NUMBER, department=MARKET, day=DUE) in told
    assert lead_of(await presses_act(street.officer, do="request", id=info.id)) == words.GONE
    await presses_act(street.market, do="request_course", id=info.id)
    assert "食品摊位的证照归市场监管" in words_of(street.market.last)


@on_sqlite
async def test_the_queue_has_the_overdue_first(street: Street) -> None:
    await registered(street)
    street.world.clock.passes(days=5)
    await street.guest.says("投诉：美容店要办什么卫生许可证吗")
    await street.guest.presses("确认转交")
    page = words_of(await street.officer.says("诉求"))
    first, second = (line for line in page.splitlines() if line[:2] in ("1.", "2."))
    assert NUMBER in first and words.LATE.format(days=1) in first
    assert words.DAYS_LEFT.format(days=2) in second
