"""Roles in a real Chromium: the lasting menu, demo seats, deep links, pictures and files, results as pictures."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import segno
from PIL import Image
from playwright.async_api import Page, expect

from bot import demo
from bot.app import App
from handlers import menus
from handlers.messages import Block, Part
from storage import attachments
from tests.bot.conftest import Opening
from tests.bot.test_browser import CONTRASTS, RUNS_OFF, SMALL, chat_of, lead, mine, next_reply, replies
from tests.bot.test_web_roles import shared_check
from tests.bot.web_client import served, settings_for, tell

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

CODE = "AbCdEfGh-_1234567890"
RESULT = (
    Block("lead", "困难企业自检：符合，属于初创低风险"),
    Block(
        "findings",
        "1. 不清楚：困难群体创业就业\n2. 满足：近年来创设\n3. 不满足：受疫情、自然灾害、搬迁等影响，难以经营",
    ),
    Block("quote", "近年来创设，且不涉及国家安全、公共安全、人身健康、生命安全等领域。"),
    Block("citation", "《鄂城区行政执法包容审慎监管涉企行政指导容错纠错工作规则》 · 二(二)2 · 湖北省鄂州市鄂城区"),
    Block("note", "“近年来”原文没有写几年，这里按3年算。"),
    Block("end", "以执法机关认定为准"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    """The real program in demo mode, on a free port."""
    url = f"sqlite:///{tmp_path_factory.mktemp('roles')}/demo.db"
    app = App(settings_for(url, publish_shipped=False, demo=True))
    await app.prepare()
    async with served(app):
        yield app


async def sits(page: Page, label: str) -> str:
    """Take a seat and wait for the greeting; returns its lead."""
    before = await replies(page).count()
    await page.get_by_role("button", name=re.compile("^演示座位：")).click()
    await page.get_by_test_id("seat").get_by_text(label, exact=True).click()
    return await lead(await next_reply(page, before))


async def bar(page: Page) -> list[str]:
    return await page.get_by_test_id("quick").get_by_role("button").all_inner_texts()


async def enclose(app: App, page: Page, *files: tuple[str, str, bytes]) -> None:
    """A message with files, as ``(name, mime, content)``."""
    chat = await chat_of(page)
    kept = []
    async with app.database.transaction() as session:
        for name, mime, content in files:
            token = uuid.uuid4().hex[:20]
            await attachments.put(session, token, "web", chat, name, mime, content, app.now())
            kept.append((token, name, mime))
    await tell(app, chat, Part((Block("lead", "请扫码"),), files=tuple(kept)))
    await page.get_by_test_id("file").nth(len(files) - 1).wait_for()


async def shows_result(app: App, page: Page) -> None:
    """A long self-check result in two messages of one moment, after a greeting with buttons."""
    first = Part(RESULT[:1])
    second = Part(RESULT[1:], (("token-one", "发给执法人员"), ("token-two", "菜单")))
    await tell(app, await chat_of(page), Part((Block("lead", "上一步"),), (("token-nil", "菜单"),)), first, second)
    await page.locator(".findings").wait_for()


def qr(kind: str) -> bytes:
    out = io.BytesIO()
    segno.make("https://rongcuo.example/#bind=K7M2P9XQ4R").save(out, kind=kind, scale=5)
    return out.getvalue()


WATCH_CARD = """() => {
  const own = window.Rongcuo.card;
  window.Rongcuo.card = (blocks, day) => { window.drawn = blocks; return own(blocks, day); };
}"""


class TestBar:
    """The lasting menu above the input field."""

    async def test_a_guest_finds_the_guests_menu_and_a_tap_says_its_label(self, opens: Opening) -> None:
        page = await opens()
        assert await bar(page) == list(menus.lasting("guest").labels)
        before = await replies(page).count()
        await page.get_by_test_id("quick").get_by_role("button", name="帮助", exact=True).click()
        await next_reply(page, before)
        assert await mine(page).last.locator(".body").inner_text() == "帮助"
        await expect(page.get_by_test_id("role")).to_have_text("")

    async def test_it_changes_at_once_with_a_message_that_brings_another_one(
        self, opens: Opening, program: App
    ) -> None:
        page = await opens()
        part = Part((Block("lead", "绑定好了"),), menu=menus.lasting("contact"))
        await tell(program, await chat_of(page), part)
        await expect(page.get_by_test_id("role")).to_have_text("企业联系人")
        assert await bar(page) == list(menus.lasting("contact").labels)

    async def test_an_old_message_does_not_bring_its_menu_back(self, opens: Opening, program: App) -> None:
        page = await opens()
        part = Part((Block("lead", "绑定好了"),), menu=menus.lasting("contact"))
        await tell(program, await chat_of(page), part)
        await expect(page.get_by_test_id("role")).to_have_text("企业联系人")
        await page.reload()  # the records say that this chat belongs to nobody
        await replies(page).first.wait_for()
        await expect(page.get_by_test_id("role")).to_have_text("")
        assert await bar(page) == list(menus.lasting("guest").labels)

    @pytest.mark.parametrize("width", [320, 360, 430])
    @pytest.mark.parametrize("big", [False, True], ids=["usual", "large print"])
    async def test_every_entry_is_reached_on_a_narrow_screen(self, opens: Opening, width: int, big: bool) -> None:
        page = await opens(width, 640)
        if big:
            await page.get_by_test_id("bigtext").click()
        for seat in ("企业", "执法人员"):
            await sits(page, seat)
            assert await page.evaluate(RUNS_OFF) == []
            assert await page.evaluate(SMALL, [18, 60] if big else [14, 44]) == []
            buttons = page.get_by_test_id("quick").get_by_role("button")
            boxes = [await button.bounding_box() for button in await buttons.all()]
            assert len({box["y"] for box in boxes if box}) == 1  # one row: the talk keeps the room
            await buttons.last.focus()
            await expect(buttons.last).to_be_in_viewport(ratio=1)

    async def test_it_is_worked_from_the_keyboard(self, opens: Opening) -> None:
        page = await opens()
        await page.get_by_test_id("attach").focus()  # it stands before the input field
        await page.keyboard.press("Shift+Tab")
        focused = await page.evaluate("document.activeElement.textContent")
        assert focused == menus.lasting("guest").labels[-1]
        await page.keyboard.press("Enter")
        await replies(page).first.wait_for()
        assert await mine(page).first.locator(".body").inner_text() == focused


class TestSeats:
    """Demo seats: every role can be tried, and nobody takes it for real."""

    @pytest.mark.parametrize("seat", [seat for seat in demo.seats() if seat.role], ids=lambda seat: seat.id)
    async def test_a_seat_is_greeted_with_its_menu_and_kept_over_a_reload(
        self, opens: Opening, seat: demo.Seat
    ) -> None:
        page = await opens()
        assert await sits(page, seat.label)
        for _ in range(2):
            await expect(page.get_by_test_id("role")).to_have_text(menus.ROLE_NAMES[seat.role])
            await expect(page.get_by_role("button", name=f"演示座位：{seat.label}")).to_be_visible()
            assert await bar(page) == list(menus.lasting(seat.role).labels)
            await page.reload()
            await replies(page).first.wait_for()
        assert await mine(page).locator(".body").all_inner_texts() == ["开始"]
        await sits(page, "访客")
        await expect(page.get_by_test_id("role")).to_have_text("")

    async def test_it_is_plainly_marked_as_made_up(self, opens: Opening) -> None:
        page = await opens(320, 640)
        await expect(page.get_by_text("演示数据，均为虚构")).to_be_in_viewport(ratio=1)

    async def test_seats_open_and_close_from_the_keyboard(self, opens: Opening) -> None:
        page = await opens()
        switch = page.get_by_role("button", name="演示座位：访客")
        await switch.focus()
        await page.keyboard.press("Enter")
        await expect(switch).to_have_attribute("aria-expanded", "true")
        await expect(page.get_by_role("group", name="换一个座位")).to_be_visible()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Escape")
        await expect(switch).to_have_attribute("aria-expanded", "false")
        await expect(switch).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await expect(page.get_by_test_id("role")).to_have_text("企业联系人")

    async def test_the_taken_seat_is_told_not_by_colour_alone(self, opens: Opening) -> None:
        page = await opens()
        await sits(page, "督查室")
        await page.get_by_role("button", name=re.compile("^演示座位：")).click()
        taken = page.locator('[data-testid="seat"][aria-pressed="true"]')
        await expect(taken).to_have_text("督查室")
        assert "✓" in await taken.evaluate("node => getComputedStyle(node, '::before').content")

    async def test_a_seat_that_cannot_be_taken_is_said(self, opens: Opening) -> None:
        page = await opens(refused=True)
        body = json.dumps({"error": "发得太快了，请稍等几秒再发"})
        await page.route(
            "**/api/seat", lambda route: route.fulfill(status=429, body=body, content_type="application/json")
        )
        await page.get_by_role("button", name="演示座位：访客").click()
        await page.get_by_test_id("seat").get_by_text("管理员", exact=True).click()
        await expect(page.get_by_test_id("offline")).to_have_text("发得太快了，请稍等几秒再发")
        await expect(page.get_by_role("button", name="演示座位：访客")).to_be_visible()


class TestDeepLink:
    """A link with a one-time code in its fragment."""

    async def test_the_code_leaves_the_address_and_is_sent_once_without_being_shown(
        self, opens: Opening, program: App
    ) -> None:
        page = await opens()
        own = page.url
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        posts: list[Any] = []

        async def accept(route: Any) -> None:
            posts.append(json.loads(route.request.post_data))
            await route.fulfill(status=202, json={"accepted": True})

        await page.route("**/api/messages", accept)
        await page.goto("about:blank")
        await page.goto(f"{own}#bind={CODE}")
        await expect(mine(page).locator(".body")).to_have_text("扫码进入")
        await expect(mine(page).locator(".state")).to_have_text("已送达")
        assert [post["text"] for post in posts] == [f"/start {CODE}"]
        assert page.url == own
        assert CODE not in await page.content()
        assert [url for url in asked if CODE in url] == []

    async def test_the_dialogue_takes_it_in_and_a_reload_does_not_send_it_again(self, opens: Opening) -> None:
        page = await opens()
        await page.goto(f"{page.url}#bind={CODE}")  # the page is open already: only the fragment changes
        await replies(page).first.wait_for()
        await page.reload()
        await replies(page).first.wait_for()
        await expect(mine(page)).to_have_count(1)
        assert CODE not in await page.content()
        assert CODE not in await page.evaluate("JSON.stringify(localStorage)")

    @pytest.mark.parametrize("made_up", ["", "short", "a" * 65, "a b c d e f", "<img src=x>12345", "中文中文中文中文"])
    async def test_what_is_no_code_is_cleared_and_not_sent(self, opens: Opening, made_up: str) -> None:
        page = await opens()
        own = page.url
        await page.goto(f"{own}#bind={made_up}")
        await page.wait_for_function("location.hash === ''")
        await expect(mine(page)).to_have_count(0)
        assert page.url == own


class TestFiles:
    """Pictures and files that come with a reply."""

    @pytest.mark.parametrize(("mime", "kind"), [("image/png", "png"), ("image/svg+xml", "svg")])
    async def test_a_picture_is_shown_and_can_be_kept(self, opens: Opening, program: App, mime: str, kind: str) -> None:
        page = await opens(color_scheme="dark")
        await enclose(program, page, (f"绑定码.{kind}", mime, qr(kind)))
        picture = page.get_by_role("img", name="图片：绑定码")
        await page.wait_for_function("() => { const i = document.querySelector('.picture'); return i.complete; }")
        assert await picture.evaluate("node => node.naturalWidth") > 50
        assert await picture.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(255, 255, 255)"
        async with page.expect_download() as started:
            await page.get_by_role("link", name=f"下载 绑定码.{kind}").click()
        download = await started.value
        assert download.suggested_filename == f"绑定码.{kind}"
        assert (await download.path()).read_bytes() == qr(kind)

    async def test_another_file_is_a_link_with_its_name(self, opens: Opening, program: App) -> None:
        page = await opens()
        await enclose(program, page, ("我的数据.json", "application/json", b'{"a": 1}'))
        assert await page.locator(".msg img").count() == 0
        async with page.expect_download() as started:
            await page.get_by_role("link", name="下载 我的数据.json").click()
        assert (await (await started.value).path()).read_bytes() == b'{"a": 1}'

    async def test_a_file_of_another_chat_is_not_shown(self, opens: Opening, program: App) -> None:
        one, other = await opens(refused=True), await opens(refused=True)
        await enclose(program, one, ("绑定码.png", "image/png", qr("png")))
        address = await one.locator(".picture").get_attribute("src")
        assert await one.evaluate("async (url) => (await fetch(url)).status", address) == 200
        assert await other.evaluate("async (url) => (await fetch(url)).status", address) == 404


class TestLinks:
    """Our own addresses in a reply: to be passed on, and a shared result to be opened."""

    async def test_a_shared_result_is_opened_or_its_link_copied(self, opens: Opening, program: App) -> None:
        page = await opens(320, 640, permissions=["clipboard-read", "clipboard-write"])
        token = uuid.uuid4().hex
        await shared_check(program.database, token, dt.datetime.now(dt.UTC))
        await tell(program, await chat_of(page), Part((Block("text", f"{page.url}share/{token}"),)))
        await page.get_by_role("button", name="复制链接").click()
        await expect(page.get_by_role("button", name="已复制")).to_be_visible()
        assert await page.evaluate("navigator.clipboard.readText()") == f"{page.url}share/{token}"
        async with page.context.expect_page() as opened:
            await page.get_by_role("link", name="打开链接").click()
        await expect((await opened.value).get_by_role("heading", name="困难企业自检")).to_be_visible()
        assert await page.evaluate(RUNS_OFF) == []
        assert await page.evaluate(SMALL, [14, 44]) == []

    async def test_a_binding_link_is_copied_and_not_opened_by_whoever_gives_it(
        self, opens: Opening, program: App
    ) -> None:
        page = await opens(permissions=["clipboard-read", "clipboard-write"])
        own = f"{page.url}#bind=K7M2P9XQ4R"
        await tell(
            program, await chat_of(page), Part((Block("list", f"网页：{own}\nTelegram：https://t.me/x?start=K"),))
        )
        await page.get_by_role("button", name="复制链接").click()
        await expect(page.get_by_role("button", name="已复制")).to_be_visible()
        assert await page.evaluate("navigator.clipboard.readText()") == own
        await expect(page.locator(".msg a")).to_have_count(0)

    async def test_another_sites_address_stays_mere_text(self, opens: Opening, program: App) -> None:
        page = await opens()
        foreign = page.url.replace("127.0.0.1", "127.0.0.1.example") + "share/12345678"
        await tell(program, await chat_of(page), Part((Block("text", foreign),)))
        await replies(page).first.wait_for()
        await expect(page.locator(".msg a, .msg button")).to_have_count(0)


class TestResult:
    """A self-check result: its conditions, and the picture of it."""

    async def test_each_condition_has_a_sign_and_a_word(self, opens: Opening, program: App) -> None:
        page = await opens()
        await shows_result(program, page)
        lines = await page.locator(".findings li").all_inner_texts()
        assert lines[0] == "1. ？ 不清楚 困难群体创业就业"
        assert [await one.inner_text() for one in await page.locator(".status").all()] == [
            "？ 不清楚",
            "✓ 满足",
            "✗ 不满足",
        ]

    async def test_the_whole_reply_is_kept_as_a_picture_and_nothing_is_sent(self, opens: Opening, program: App) -> None:
        page = await opens()
        await shows_result(program, page)
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url))
        await page.evaluate(WATCH_CARD)
        async with page.expect_download() as started:
            await page.get_by_role("button", name="存为图片").click()
        download = await started.value
        assert re.fullmatch(r"自检结果-20\d\d-\d\d-\d\d\.png", download.suggested_filename)
        with Image.open(await download.path()) as picture:
            assert (picture.format, picture.width) == ("PNG", 1080)
            assert picture.height > 900
            assert len(picture.convert("RGB").getcolors(100_000) or []) > 20
        assert [url for url in sent if not url.startswith("blob:")] == []
        assert await page.evaluate("window.drawn.map((one) => one.kind)") == [block.kind for block in RESULT]
        await expect(page.get_by_test_id("save-image")).to_have_text("图片已生成")
        await expect(page.get_by_test_id("save-image")).to_have_text("存为图片")
        assert await page.locator(".preview").count() == 0

    async def test_on_a_phone_the_picture_is_also_shown_to_be_kept_by_a_long_press(
        self, opens: Opening, program: App
    ) -> None:
        page = await opens(320, 640, has_touch=True, is_mobile=True)
        await shows_result(program, page)
        await page.get_by_role("button", name="存为图片").tap()
        picture = page.get_by_role("img", name="自检结果图片")
        await expect(picture).to_be_visible()
        assert await picture.evaluate("node => node.decode().then(() => node.naturalWidth)") == 1080
        assert await page.evaluate(RUNS_OFF) == []

    async def test_an_ordinary_answer_has_no_such_button(self, opens: Opening) -> None:
        page = await opens()
        await page.get_by_test_id("quick").get_by_role("button", name="帮助", exact=True).click()
        await replies(page).first.wait_for()
        await expect(page.get_by_test_id("save-image")).to_have_count(0)


async def furnish(page: Page, app: App) -> None:
    """Everything of this round on one page."""
    await sits(page, "执法人员")
    await shows_result(app, page)
    await enclose(app, page, ("绑定码.png", "image/png", qr("png")), ("我的数据.json", "application/json", b"{}"))
    await page.get_by_role("button", name="演示座位：执法人员").click()


class TestSight:
    """Readable for anybody."""

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    async def test_every_text_stands_out_from_its_ground(self, opens: Opening, program: App, scheme: Any) -> None:
        page = await opens(color_scheme=scheme)
        await furnish(page, program)
        measured = await page.evaluate(CONTRASTS)
        assert {"演示数据，均为虚构", "执法同事", "执法人员", "下载 我的数据.json"} <= {one["what"] for one in measured}
        assert [one for one in measured if one["ratio"] < 4.5] == []

    @pytest.mark.parametrize("big", [False, True], ids=["usual", "large print"])
    async def test_nothing_runs_off_the_side_and_no_target_is_small(
        self, opens: Opening, program: App, big: bool
    ) -> None:
        page = await opens(1280, 800)
        if big:
            await page.get_by_test_id("bigtext").click()
        await furnish(page, program)
        for width in (1280, 430, 390, 360, 320):
            await page.set_viewport_size({"width": width, "height": 740})
            assert await page.evaluate(RUNS_OFF) == [], width
            assert await page.evaluate(SMALL, [18, 60] if big else [14, 44]) == [], width

    async def test_the_composer_stays_in_reach_when_the_keyboard_takes_half_the_screen(
        self, opens: Opening, program: App
    ) -> None:
        page = await opens(320, 640)
        await page.get_by_test_id("bigtext").click()
        await sits(page, "企业")
        await page.set_viewport_size({"width": 320, "height": 330})
        for name in ("input", "send"):
            await expect(page.get_by_test_id(name)).to_be_in_viewport(ratio=1)
        box = await page.get_by_test_id("log").bounding_box()
        assert box is not None
        assert box["height"] >= 100


class TestShare:
    """The page behind a shared link."""

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    async def test_it_reads_well_on_a_phone(self, opens: Opening, program: App, scheme: Any) -> None:
        page = await opens(320, 640, color_scheme=scheme)
        token = uuid.uuid4().hex
        await shared_check(program.database, token, dt.datetime.now(dt.UTC))
        await page.goto(f"{page.url}share/{token}")
        await expect(page.get_by_role("heading", name="困难企业自检")).to_be_visible()
        assert [one for one in await page.evaluate(CONTRASTS) if one["ratio"] < 4.5] == []
        assert await page.evaluate(RUNS_OFF) == []
        assert await page.evaluate(SMALL, [14, 44]) == []
        await page.get_by_role("link", name="打开容错助手").scroll_into_view_if_needed()
        await expect(page.get_by_role("link", name="打开容错助手")).to_be_in_viewport()
