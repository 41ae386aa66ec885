"""The web chat as people use it: a real Chromium, the real page, the real program.

``RONGCUO_SCREENSHOTS=docs/images`` makes the pictures of the documentation anew.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from bot.app import App
from handlers import words
from storage import messages, questions
from storage.messages import Stored
from tests.bot.conftest import Opening

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PLACE_QUESTION = "小毛病能不能打个电话提醒一下就算了"
INSTALMENTS = "罚款一次交不起，能分期吗"
QUESTIONS = [
    (PLACE_QUESTION, "鄂城区行政执法包容审慎监管涉企行政指导容错纠错工作规则"),
    ("观察期里出了食品安全问题，还能免罚吗", "某市"),
    ("有了隐患苗子，政府是帮着改还是等着抓", "舟山市定海区人民政府关于深化企业容错机制的实施意见"),
    ("上门给建议劝我这样那样做，这属于什么性质", "大渡口区全面推行行政指导工作规范实施方案"),
    (INSTALMENTS, "滑县法治政府建设领导小组办公室"),
    ("灭火器过期了两个，当场就换了，会罚吗", "示范县消防救援大队不予处罚事项清单"),
    ("货架上忘了贴价签，会罚吗", "示范县市场监督管理局不予处罚事项清单"),
]


def replies(page: Page) -> Locator:
    return page.locator('[data-from="bot"]')


def mine(page: Page) -> Locator:
    return page.locator('[data-from="me"]')


async def asks(page: Page, text: str) -> Locator:
    """Type a text, press Enter and wait for the answer."""
    before = await replies(page).count()
    await page.get_by_test_id("input").fill(text)
    await page.get_by_test_id("input").press("Enter")
    return await next_reply(page, before)


async def presses(page: Page, label: str) -> Locator:
    """Press the button under the newest answer and wait for what it brings."""
    before = await replies(page).count()
    await page.locator(".current").get_by_role("button", name=label, exact=True).click()
    return await next_reply(page, before)


async def next_reply(page: Page, before: int) -> Locator:
    reply = replies(page).nth(before)
    await reply.wait_for()
    await expect(page.get_by_test_id("typing")).to_be_hidden()
    return reply


async def lead(reply: Locator) -> str:
    return await reply.locator(".lead").inner_text()


async def labels(reply: Locator) -> list[str]:
    return await reply.get_by_test_id("choice").all_inner_texts()


async def chat_of(page: Page) -> str:
    """The visitor's chat in the records."""
    cookie = next(c for c in await page.context.cookies() if c.get("name") == "rongcuo")
    return hashlib.sha256(cookie["value"].encode()).hexdigest()[:40]


async def records(app: App, page: Page) -> list[Stored]:
    chat = await chat_of(page)
    async with app.database.reading() as session:
        return await messages.transcript(session, "web", chat, limit=500)


class TestAnswers:
    """A question in one's own words, and the ways on from its answer."""

    @pytest.mark.parametrize(("question", "document"), QUESTIONS)
    async def test_a_lay_question_shows_conclusion_quotation_source_and_buttons(
        self, opens: Opening, program: App, question: str, document: str
    ) -> None:
        page = await opens()
        reply = await asks(page, question)
        assert await lead(reply)
        quote = (await reply.locator("blockquote").inner_text()).removeprefix("适用情形：")
        assert len(quote) >= 10
        citation = await reply.locator(".citation").text_content() or ""
        assert document in citation
        assert len(citation.split(" · ")) >= 2
        assert await reply.locator(".end").inner_text() == words.END
        assert {"查看依据", "有用", "没用", "菜单"} <= set(await labels(reply))
        # The words quoted stand in what is published, letter by letter.
        library = program.publisher.current.library
        published = "\n".join(library.quote(entry.id) for entry in program.publisher.current.matcher.index.entries)
        assert squeezed(quote.strip("…")) in squeezed(published)

    async def test_behind_an_answer_are_its_full_text_and_what_is_related(self, opens: Opening) -> None:
        page = await opens()
        answer = await asks(page, INSTALMENTS)
        quoted = await answer.locator("blockquote").inner_text()
        basis = await presses(page, "查看依据")
        assert quoted.strip("…") in await basis.locator("blockquote").inner_text()
        stated = await basis.locator("li").all_inner_texts()
        assert [line.partition("：")[0] for line in stated] == ["发文机关", "文号", "日期", "适用地区"]
        assert "滑法政办[2022]17号" in stated[1]
        related = await presses(page, "相关事项")
        lines = await related.locator("li").all_inner_texts()
        assert lines and lines[0].startswith("1. ")
        first = (await labels(related))[0]
        assert first.startswith("1.")
        shown = await presses(page, first)
        assert (await lead(shown)).removeprefix(words.BASIS_FOUND) in lines[0]
        assert await shown.locator("blockquote").count() == 1

    async def test_useful_and_not_useful_are_kept_for_the_editors(self, opens: Opening, program: App) -> None:
        page = await opens()
        marked = [f"灭火器过期会罚吗，第{uuid.uuid4().int % 1000}次问", "货架上忘了贴价签，会罚吗"]
        for text, label, said in zip(marked, ("没用", "有用"), (words.USELESS, words.USEFUL), strict=True):
            reply = await asks(page, text)
            await reply.get_by_role("button", name=label, exact=True).click()
            await expect(replies(page).last.locator(".lead")).to_have_text(said)
            await expect(reply.get_by_role("button", name=label, exact=True)).to_have_attribute("aria-pressed", "true")
        async with program.database.reading() as session:
            asked = await questions.for_editors(session, dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
        assert [(one.question, one.useful) for one in asked if one.question in marked][:1] == [(marked[0], False)]
        assert (marked[1], False) not in [(one.question, one.useful) for one in asked]

    async def test_a_word_is_explained_in_plain_words(self, opens: Opening) -> None:
        page = await opens()
        reply = await asks(page, "责令改正什么意思")
        assert await lead(reply) == "责令改正"
        assert "不是罚款" in await reply.inner_text()
        assert words.TERM_NOTE in await reply.inner_text()

    async def test_the_own_place_comes_first_and_anothers_answer_is_marked(self, opens: Opening) -> None:
        page = await opens()
        away = "外地做法，仅供参考"
        reply = await asks(page, INSTALMENTS)
        assert away not in await reply.inner_text()
        await presses(page, "我的地区")
        chosen = await presses(page, "鄂城")
        assert await lead(chosen) == words.PLACE_SET.format(place="鄂城")
        again = await presses(page, "再问一次")
        assert f"{away}（河南省安阳市滑县）" in await again.inner_text()
        own = await asks(page, PLACE_QUESTION)
        assert "鄂城区" in (await own.locator(".citation").text_content() or "")
        assert away not in await own.inner_text()
        # Asked in general terms, so that several places have something to say on it.
        first = []
        for question in ("轻微违法怎么办", "容错的条件是什么", "我不想听他们的指导，可以拒绝吗"):
            text = await (await asks(page, question)).inner_text()
            named = {text.find(place): place for place in ("鄂城", "大渡口", "定海", "滑县", "某市") if place in text}
            first.append(named[min(named)])
        assert "鄂城" in first

    async def test_the_first_view_says_what_it_is_for_and_an_example_asks_itself(self, opens: Opening) -> None:
        page = await opens()
        await expect(page.get_by_test_id("welcome")).to_be_visible()
        examples = page.get_by_test_id("welcome").get_by_role("button")
        assert await examples.count() == 3
        await examples.first.click()
        await replies(page).first.wait_for()
        await expect(page.get_by_test_id("welcome")).to_be_hidden()
        assert "不予处罚事项清单" in await lead(replies(page).first)

    async def test_without_demo_mode_there_is_no_seat_to_take(self, opens: Opening) -> None:
        page = await opens()
        await asks(page, "/start")
        await expect(page.get_by_test_id("seats")).to_be_hidden()
        await expect(page.get_by_test_id("role")).to_have_text("")
        assert "演示" not in await page.locator("body").inner_text()

    async def test_every_example_of_the_first_view_is_answered_from_a_text(self, opens: Opening) -> None:
        page = await opens()
        for text in await page.get_by_test_id("welcome").get_by_role("button").all_inner_texts():
            reply = await asks(page, text)
            assert await reply.locator("blockquote").count() == 1, text

    async def test_a_number_typed_works_like_the_button(self, opens: Opening) -> None:
        page = await opens()
        menu = await asks(page, "菜单")
        reply = await asks(page, str((await labels(menu)).index("帮助") + 1))
        assert await lead(reply) == words.HELP

    async def test_markup_in_a_question_is_shown_as_text(self, opens: Opening) -> None:
        page = await opens()
        markup = "<img src=x onerror=\"document.title='坏了'\"><b>粗</b>&lt;"
        await asks(page, markup)
        bubble = mine(page).first.locator(".body")
        assert await bubble.inner_text() == markup
        assert await bubble.locator("img, b").count() == 0
        await page.reload()
        await mine(page).first.wait_for()
        assert await bubble.inner_text() == markup
        assert await page.title() == "容错助手"

    async def test_how_long_a_reply_takes_to_be_seen(self, opens: Opening, capsys: pytest.CaptureFixture[str]) -> None:
        page = await opens()
        times = []
        for question, _ in QUESTIONS:
            times.append(await page.evaluate(SEEN_AFTER, question))
            await expect(page.get_by_test_id("typing")).to_be_hidden()
        with capsys.disabled():
            shown = ", ".join(f"{time:.0f}" for time in times)
            print(f"\nreply seen after (ms): {shown}")  # noqa: T201 - the measurement is for the reader
        assert len(times) == len(QUESTIONS)
        assert all(time > 0 for time in times)


SEEN_AFTER = """(question) => new Promise((resolve) => {
  const list = document.getElementById('list'), input = document.getElementById('input');
  const had = list.querySelectorAll('[data-from="bot"]').length;
  let start = 0;
  const watch = new MutationObserver(() => {
    const all = list.querySelectorAll('[data-from="bot"]');
    if (all.length > had && all[all.length - 1].querySelector('.lead')) {
      watch.disconnect();
      resolve(performance.now() - start);
    }
  });
  watch.observe(list, { childList: true, subtree: true });
  input.value = question;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  start = performance.now();
  document.getElementById('send').click();
})"""


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


class TestMemory:
    """Nothing is lost and nothing doubled: reloads, breaks, several tabs."""

    async def test_after_a_reload_the_talk_is_there_and_its_buttons_work(self, opens: Opening) -> None:
        page = await opens()
        await asks(page, "你好")
        await asks(page, "菜单")
        before = await page.locator("#list").inner_text()
        await page.reload()
        await replies(page).nth(1).wait_for()
        assert await page.locator("#list").inner_text() == before
        assert await lead(await presses(page, "帮助")) == words.HELP
        await page.reload()
        await replies(page).nth(2).wait_for()
        pressed = page.locator('.choice[aria-pressed="true"]')
        assert await pressed.all_inner_texts() == ["帮助"]

    async def test_older_messages_come_on_demand_and_the_place_is_kept(self, opens: Opening, program: App) -> None:
        page = await opens()
        chat = await chat_of(page)
        async with program.database.transaction() as session:
            start = dt.datetime.now(dt.UTC) - dt.timedelta(days=400)
            for number in range(70):
                at = start + dt.timedelta(hours=number)
                payload = {"kind": "text", "text": f"第{number + 1}条"}
                await messages.take_in(session, "web", chat, f"{chat}/{uuid.uuid4()}", payload, at)
            for row in await messages.transcript(session, "web", chat, limit=100):
                await messages.mark_done(session, row)
        await page.reload()
        await expect(mine(page)).to_have_count(30)
        older = page.get_by_test_id("older")
        for count in (60, 70):
            first = mine(page).first
            name = await first.locator(".body").inner_text()
            await older.click()
            await expect(mine(page)).to_have_count(count)
            await expect(page.get_by_text(name, exact=True)).to_be_in_viewport()
        await expect(older).to_be_hidden()
        assert await mine(page).locator(".body").all_inner_texts() == [f"第{n}条" for n in range(1, 71)]
        days = await page.locator(".day").all_inner_texts()
        assert len(days) == len(set(days)) >= 3
        assert re.fullmatch(r"20\d\d年\d+月\d+日 星期[日一二三四五六]", days[0])

    async def test_offline_is_said_and_the_message_goes_out_once_by_itself(self, opens: Opening, program: App) -> None:
        page = await opens(refused=True)
        await asks(page, "你好")
        await page.context.set_offline(True)
        await expect(page.get_by_test_id("offline")).to_have_text("网络断开，消息会在恢复后自动重发")
        await page.get_by_test_id("input").fill("谢谢")
        await page.get_by_test_id("send").click()
        await expect(mine(page).last.locator(".state")).to_contain_text("未发送，恢复后自动重发")
        await page.context.set_offline(False)
        await expect(replies(page)).to_have_count(2)
        await expect(page.get_by_test_id("offline")).to_have_text("")
        assert [row.payload.get("text") for row in await records(program, page) if row.direction == "in"] == [
            "你好",
            "谢谢",
        ]
        await expect(mine(page)).to_have_count(2)

    async def test_an_answer_lost_on_the_way_is_asked_for_again_and_counts_once(
        self, opens: Opening, program: App
    ) -> None:
        page = await opens(refused=True)
        posts: list[str] = []

        async def lose_twice(route: Route) -> None:
            posts.append(route.request.post_data or "")
            if len(posts) > 2:
                await route.continue_()
                return
            await route.fetch()
            await route.abort()

        # Without live events the page must rely on its own repetition.
        await page.route("**/api/events*", lambda route: route.abort())
        await page.route("**/api/messages", lose_twice)
        await page.get_by_test_id("input").fill("你好")
        await page.get_by_test_id("input").press("Enter")
        await expect(replies(page)).to_have_count(1)
        await expect(mine(page)).to_have_count(1)
        await expect(mine(page).locator(".state")).to_have_text("已送达")
        assert len(set(posts)) == 1
        assert [row.direction for row in await records(program, page)] == ["in", "out"]

    async def test_what_was_not_yet_to_be_seen_when_the_page_was_loaded_still_comes(self, opens: Opening) -> None:
        page = await opens()
        for text in ("你好", "谢谢"):
            await asks(page, text)

        async def without_the_first_answer(route: Route) -> None:
            data = await (await route.fetch()).json()
            del data["messages"][1]
            await route.fulfill(json=data)

        await page.route("**/api/history*", without_the_first_answer, times=1)
        await page.reload()
        await expect(replies(page)).to_have_count(2)
        await expect(replies(page).first.locator(".lead")).to_have_text(words.GREETING)

    async def test_a_message_not_yet_sent_survives_closing_the_page(self, opens: Opening, program: App) -> None:
        page = await opens(refused=True)
        await page.route("**/api/messages", lambda route: route.abort())
        await page.get_by_test_id("input").fill("你好")
        await page.get_by_test_id("input").press("Enter")
        await expect(mine(page).locator(".state")).to_contain_text("未发送，恢复后自动重发")
        await page.close()
        page = await opens(context=page.context)
        await expect(replies(page)).to_have_count(1)
        await expect(mine(page)).to_have_count(1)
        assert [row.direction for row in await records(program, page)] == ["in", "out"]
        assert await page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('rongcuo.out.')).length") == 0

    async def test_a_refusal_is_shown_in_its_words_and_can_be_sent_again(self, opens: Opening, program: App) -> None:
        page = await opens(refused=True)
        refusal = '{"error": "发得太快了，请稍等几秒再发"}'
        await page.route(
            "**/api/messages", lambda route: route.fulfill(status=429, body=refusal, content_type="application/json")
        )
        await page.get_by_test_id("input").fill("你好")
        await page.get_by_test_id("input").press("Enter")
        await expect(mine(page).locator(".state")).to_contain_text("未发送：发得太快了，请稍等几秒再发")
        await page.unroute("**/api/messages")
        await page.get_by_test_id("resend").click()
        await expect(replies(page)).to_have_count(1)
        assert [row.direction for row in await records(program, page)] == ["in", "out"]

    async def test_a_lost_session_is_said_with_what_to_do(self, opens: Opening) -> None:
        page = await opens(refused=True)
        await page.context.clear_cookies()
        await page.get_by_test_id("input").fill("你好")
        await page.get_by_test_id("input").press("Enter")
        await expect(mine(page).locator(".state")).to_contain_text("会话已失效，请刷新页面")
        await page.reload()
        await page.get_by_test_id("resend").click()
        await expect(replies(page)).to_have_count(1)

    async def test_tabs_show_the_same_talk_however_many_are_open(self, opens: Opening) -> None:
        first = await opens()
        tabs = [await opens(context=first.context) for _ in range(7)]
        await asks(tabs[-1], "你好")
        await asks(tabs[-1], "谢谢")
        for tab in tabs[-3:]:
            await expect(replies(tab)).to_have_count(2)
            await expect(mine(tab)).to_have_count(2)
        # The oldest gave its stream away; it catches up as soon as somebody uses it.
        await first.evaluate("window.dispatchEvent(new Event('focus'))")
        await expect(replies(first)).to_have_count(2)
        await asks(first, "菜单")
        await expect(mine(first)).to_have_count(3)

    async def test_pressing_the_same_button_again_does_not_leave_the_page_searching(self, opens: Opening) -> None:
        page = await opens()
        await asks(page, "菜单")
        await presses(page, "帮助")
        await page.reload()
        await replies(page).nth(0).get_by_role("button", name="帮助", exact=True).click()
        await expect(mine(page)).to_have_count(3)
        await expect(mine(page).last.locator(".state")).to_have_text("已送达")
        await expect(page.get_by_test_id("typing")).to_be_hidden()

    async def test_enter_that_picks_a_word_in_the_input_method_does_not_send(self, opens: Opening) -> None:
        page = await opens()
        box = page.get_by_test_id("input")
        await box.fill("灭火器")
        await box.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
        await box.press("Shift+Enter")
        await box.type("过期")
        assert await box.input_value() == "灭火器\n过期"
        await expect(mine(page)).to_have_count(0)

    async def test_the_length_is_counted_before_the_limit_and_stops_there(self, opens: Opening) -> None:
        page = await opens()
        box = page.get_by_test_id("input")
        await box.fill("长" * 1_799)
        await expect(page.get_by_test_id("count")).to_be_hidden()
        await box.fill("长" * 2_000)
        await expect(page.get_by_test_id("count")).to_have_text("2000/2000，已到字数上限")
        await box.press("End")
        await box.type("多")
        assert len(await box.input_value()) == 2_000


async def furnish(page: Page) -> None:
    """A talk with every kind of block, an old and a current set of buttons, a refused message."""
    for text in ("x" * 120, "责令改正什么意思", "一年要被检查几次", INSTALMENTS):
        await asks(page, text)
    await presses(page, "查看依据")
    await asks(page, "灭火器过期了两个，当场就换了，会罚吗")
    refusal = '{"error": "发得太快了，请稍等几秒再发"}'
    await page.route(
        "**/api/messages", lambda route: route.fulfill(status=429, body=refusal, content_type="application/json")
    )
    await page.get_by_test_id("input").fill("再问")
    await page.get_by_test_id("input").press("Enter")
    await page.get_by_test_id("resend").wait_for()
    await page.unroute("**/api/messages")
    await page.get_by_test_id("input").fill("长" * 2_000)
    await page.evaluate("document.getElementById('offline').textContent = '网络断开，消息会在恢复后自动重发'")
    await page.evaluate("document.getElementById('older').hidden = false")


class TestSight:
    """Readable for anybody: sizes, contrast, narrow screens."""

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    async def test_every_text_stands_out_from_its_ground(self, opens: Opening, scheme: Any) -> None:
        page = await opens(color_scheme=scheme, refused=True)
        welcome = await page.evaluate(CONTRASTS)
        await furnish(page)
        measured = await page.evaluate(CONTRASTS)
        assert len(measured) > 60
        too_faint = [one for one in welcome + measured if one["ratio"] < 4.5]
        assert too_faint == []

    @pytest.mark.parametrize("width", [320, 390])
    async def test_large_print_has_no_small_text_and_no_small_target(self, opens: Opening, width: int) -> None:
        page = await opens(width, refused=True)
        await page.get_by_test_id("bigtext").click()
        await expect(page.get_by_test_id("bigtext")).to_have_attribute("aria-pressed", "true")
        small = await page.evaluate(SMALL, [18, 60])
        await furnish(page)
        small += await page.evaluate(SMALL, [18, 60])
        assert small == []
        await page.reload()
        await expect(page.locator("html")).to_have_class(re.compile(r"\bbig\b"))

    async def test_the_usual_print_has_targets_for_a_finger_too(self, opens: Opening) -> None:
        page = await opens(refused=True)
        await furnish(page)
        assert await page.evaluate(SMALL, [14, 44]) == []

    @pytest.mark.parametrize("big", [False, True], ids=["usual", "large print"])
    async def test_nothing_runs_off_the_side_at_any_width(self, opens: Opening, big: bool) -> None:
        page = await opens(1280, 800, refused=True)
        if big:
            await page.get_by_test_id("bigtext").click()
        await furnish(page)
        for width in (1280, 430, 390, 360, 320):
            await page.set_viewport_size({"width": width, "height": 640})
            assert await page.evaluate(RUNS_OFF) == [], width

    async def test_the_composer_stays_in_reach_when_the_keyboard_takes_half_the_screen(self, opens: Opening) -> None:
        page = await opens(320, 640)
        await page.get_by_test_id("bigtext").click()
        await asks(page, INSTALMENTS)
        await page.set_viewport_size({"width": 320, "height": 330})
        for name in ("input", "send"):
            await expect(page.get_by_test_id(name)).to_be_in_viewport(ratio=1)
        box = await page.get_by_test_id("log").bounding_box()
        assert box is not None
        assert box["height"] >= 100

    async def test_a_long_answer_is_shown_from_its_first_line(self, opens: Opening) -> None:
        page = await opens(360, 640)
        reply = await asks(page, INSTALMENTS)
        await expect(reply.locator(".lead")).to_be_in_viewport(ratio=1)


class TestReach:
    """For those who use the keyboard or listen."""

    async def test_everything_can_be_reached_and_seen_with_the_keyboard(self, opens: Opening) -> None:
        page = await opens()
        await asks(page, INSTALMENTS)
        await page.reload()
        await replies(page).first.wait_for()
        stops: list[Any] = []
        for _ in range(60):
            await page.keyboard.press("Tab")
            stop = await page.evaluate(FOCUSED)
            if stop is None or (stops and stop["id"] == stops[0]["id"]):
                break
            stops.append(stop)
        assert [stop["name"] for stop in stops if not stop["ring"]] == []
        names = [stop["name"] for stop in stops]
        assert names[0] == "跳到输入框"
        wanted = await page.locator("button:visible, textarea:visible, a").evaluate_all(
            "all => all.map((n) => n.getAttribute('aria-label') || n.textContent)"
        )
        assert set(wanted) <= set(names)
        assert names.index("查看依据") < names.index("输入您的问题") < names.index("发送")

    async def test_a_whole_errand_is_done_without_a_mouse(self, opens: Opening) -> None:
        page = await opens()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.keyboard.type(INSTALMENTS)
        await page.keyboard.press("Enter")
        await replies(page).first.wait_for()
        button = replies(page).first.get_by_role("button", name="查看依据", exact=True)
        for _ in range(20):
            await page.keyboard.press("Shift+Tab")
            if await button.evaluate("node => node === document.activeElement"):
                break
        await page.keyboard.press("Enter")
        await expect(replies(page)).to_have_count(2)

    async def test_what_is_read_out_has_a_name(self, opens: Opening) -> None:
        page = await opens()
        await asks(page, INSTALMENTS)
        await expect(page.get_by_role("log", name="对话记录")).to_have_attribute("aria-live", "polite")
        await expect(page.get_by_role("textbox", name="输入您的问题")).to_be_visible()
        await expect(page.get_by_role("button", name="发送", exact=True)).to_be_visible()
        await expect(page.get_by_role("button", name="大字版")).to_have_attribute("aria-pressed", "false")
        await expect(page.get_by_role("group", name="可选操作")).to_have_count(1)
        await expect(page.get_by_role("blockquote", name="原文")).to_have_count(1)
        await expect(page.get_by_role("button", name="复制原文和出处")).to_be_visible()
        assert await page.locator("html").get_attribute("lang") == "zh-CN"
        nameless = await page.locator("button, a, textarea, [role=group], article").evaluate_all(NAMELESS)
        assert nameless == []
        article = await page.get_by_role("article").last.get_attribute("aria-labelledby")
        assert "容错助手" in await page.locator(f"#{article}").inner_text()
        assert (
            await page.locator("[id]").evaluate_all(
                "all => all.map((n) => n.id).filter((id, i, ids) => ids.indexOf(id) !== i)"
            )
            == []
        )

    async def test_a_pressed_button_is_told_not_by_colour_alone(self, opens: Opening) -> None:
        page = await opens()
        reply = await asks(page, "菜单")
        await presses(page, "帮助")
        button = reply.get_by_role("button", name="帮助", exact=True)
        await expect(button).to_have_attribute("aria-pressed", "true")
        assert "✓" in await button.evaluate("node => getComputedStyle(node, '::before').content")

    async def test_the_quotation_is_copied_with_its_source(self, opens: Opening) -> None:
        page = await opens(permissions=["clipboard-read", "clipboard-write"])
        reply = await asks(page, INSTALMENTS)
        await reply.get_by_role("button", name="复制原文和出处").click()
        await expect(reply.get_by_role("button", name="复制原文和出处")).to_have_text("已复制")
        copied = await page.evaluate("navigator.clipboard.readText()")
        quote = await reply.locator("blockquote").text_content()
        citation = await reply.locator(".citation").text_content()
        assert copied.replace("\r\n", "\n") == f"{quote}\n{citation}"


FOCUSED = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const style = getComputedStyle(node);
  node.dataset.stop = node.dataset.stop || String(Math.random());
  return {
    id: node.dataset.stop,
    name: node.getAttribute('aria-label') || node.textContent,
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && node.getBoundingClientRect().top >= 0,
  };
}"""

NAMELESS = """(all) => all.filter((n) => {
  const by = n.getAttribute('aria-labelledby');
  const name = by ? (document.getElementById(by) || {}).textContent : n.getAttribute('aria-label') || n.textContent;
  return !(name || '').trim();
}).map((n) => n.outerHTML)"""

# Every visible piece of text, also what style.css writes before and after, against what lies under it.
CONTRASTS = """() => {
  const channel = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const numbers = (colour) => { const n = colour.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = numbers(getComputedStyle(node).backgroundColor);
      if (colour[3] === 1) return colour;
      if (colour[3] > 0) throw new Error('half transparent ground: ' + node.className);
    }
    return [255, 255, 255, 1];
  };
  const found = [];
  const measure = (what, colour, node) => {
    const front = numbers(colour);
    if (front[3] !== 1) throw new Error('half transparent text: ' + what);
    const [a, b] = [light(front), light(ground(node))].sort((x, y) => y - x);
    found.push({ what, ratio: Math.round((a + 0.05) / (b + 0.05) * 100) / 100 });
  };
  for (const node of document.body.querySelectorAll('*')) {
    if (!node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const style = getComputedStyle(node);
    const own = Array.from(node.childNodes).filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join('');
    if (own) measure(own.slice(0, 20), style.color, node);
    for (const pseudo of ['::before', '::after']) {
      const more = getComputedStyle(node, pseudo);
      if (!/^(none|normal|""|"" .*)$/.test(more.content)) measure(node.className + pseudo, more.color, node);
    }
    if (node.placeholder) measure('placeholder', getComputedStyle(node, '::placeholder').color, node);
    if (node.value) measure('value', style.color, node);
  }
  return found;
}"""

SMALL = """([least, target]) => {
  const found = [];
  for (const node of document.body.querySelectorAll('*')) {
    if (!node.checkVisibility({ visibilityProperty: true })) continue;
    const size = parseFloat(getComputedStyle(node).fontSize);
    const own = Array.from(node.childNodes).some((n) => n.nodeType === 3 && n.data.trim());
    if ((own || node.value || node.placeholder) && size < least) found.push(node.className + ' ' + size);
    const before = getComputedStyle(node, '::before');
    if (/[\\u4e00-\\u9fff]/.test(before.content) && parseFloat(before.fontSize) < least) found.push(node.className + '::before');
    if (node.matches('button, a, textarea')) {
      const box = node.getBoundingClientRect();
      if (box.height < target - 0.1 || box.width < Math.min(target, 44) - 0.1) found.push(`${node.textContent} ${box.width}x${box.height}`);
    }
  }
  return found;
}"""

RUNS_OFF = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > wide) found.push('page');
  for (const node of document.body.querySelectorAll('*')) {
    if (!node.checkVisibility() || node.closest('.sr, .quick, .dot')) continue;
    const box = node.getBoundingClientRect();
    if (box.width && (box.left < -0.5 || box.right > wide + 0.5)) found.push(node.className || node.tagName);
    if (node.matches('button, .body, .log') && node.scrollWidth > node.clientWidth + 1) found.push('cut: ' + node.textContent.slice(0, 20));
  }
  return found;
}"""


async def test_pictures_for_the_documentation(opens: Opening, tmp_path: Path) -> None:
    """Made into a temporary folder, or into the one that RONGCUO_SCREENSHOTS names."""
    folder = Path(os.environ.get("RONGCUO_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    phone = await opens(390, 844, device_scale_factor=2, color_scheme="light")
    await asks(phone, "灭火器过期了两个，当场就换了，会罚吗")
    desktop = await opens(1280, 900, color_scheme="light")
    await asks(desktop, INSTALMENTS)
    for page, name in ((phone, "chat.png"), (desktop, "desktop.png")):
        await page.evaluate("document.activeElement.blur()")
        await page.screenshot(path=folder / name, animations="disabled")
        squeeze(folder / name)
        assert (folder / name).stat().st_size < 300_000


def squeeze(picture: Path) -> None:
    """Fewer colours, fewer bytes; the page has few anyway."""
    from PIL import Image

    with Image.open(picture) as image:
        image.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(picture, optimize=True)
