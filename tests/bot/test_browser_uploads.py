"""Handing files in through the web page, in a real Chromium: chosen, photographed, dropped, pasted; and what goes wrong.

``RONGCUO_UPLOAD_PICTURES=folder`` leaves pictures of the page there.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import FileChooser, Page, expect

from bot import demo
from bot.app import App
from handlers.cases import exhibit_words
from knowledge.evidence_files import MAX_BYTES, TOO_LARGE, examine
from knowledge.evidence_refusals import ACCEPTED, DAMAGED, EMPTY
from tests.bot.conftest import Opening
from tests.bot.test_browser import CONTRASTS, RUNS_OFF, SMALL, asks, lead, mine, next_reply, presses, records, replies
from tests.bot.test_browser_roles import sits
from tests.bot.web_client import served, settings_for
from tests.knowledge.evidence_makers import drawing, heic, jpeg, pdf, saved

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
File = dict[str, Any]
HEIC, PDF = "image/heic", "application/pdf"
HANDED = re.compile(r"^/api/files/[\w-]{16}\?view$")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    """The real program in demo mode, with a folder for files, on a free port."""
    folder = tmp_path_factory.mktemp("uploads")
    app = App(settings_for(f"sqlite:///{folder}/demo.db", demo=True, files=str(folder / "files")))
    await app.prepare()
    async with served(app):
        yield app


def file(name: str, mime: str, content: bytes) -> File:
    return {"name": name, "mimeType": mime, "buffer": content}


def photo(number: int = 0, name: str = "") -> File:
    """A picture unlike the others."""
    content = saved(drawing(60 + number, 40), "JPEG")
    return file(name or f"IMG_{number}.jpg", "image/jpeg", content)


def noise(number: int = 0) -> File:
    """A picture that takes its time on a slow line."""
    image = Image.frombytes("RGB", (500, 300), os.urandom(500 * 300 * 3))
    return file(f"大图{number}.png", "image/png", saved(image, "PNG"))


async def chooses(page: Page, *files: File) -> None:
    await page.get_by_test_id("pick").set_input_files(list(files))


def tiles(page: Page) -> Any:
    return page.get_by_test_id("tile")


async def opens_chooser(page: Page, act: Callable[[], Awaitable[None]]) -> FileChooser:
    """Do what opens the browser's own dialogue for files, and catch it instead."""
    page.on("filechooser", lambda _: None)  # from the first listener on it is caught, but not at once
    await page.evaluate("() => new Promise(requestAnimationFrame)")
    async with page.expect_file_chooser() as chooser:
        await act()
    return await chooser.value


async def ready(page: Page, count: int) -> None:
    """All files are taken in."""
    await expect(page.locator('.tile[data-state="done"]')).to_have_count(count)


async def sends(page: Page) -> Any:
    """Press 发送 and wait for the answer."""
    before = await replies(page).count()
    await page.get_by_test_id("send").click()
    return await next_reply(page, before)


async def slow(page: Page, bytes_a_second: int) -> Any:
    """A slow line for what is sent from here; returns what makes it quick again."""
    line = await page.context.new_cdp_session(page)
    limits = {"offline": False, "latency": 20, "downloadThroughput": -1}
    await line.send("Network.enable")
    await line.send("Network.emulateNetworkConditions", limits | {"uploadThroughput": bytes_a_second})

    async def quick() -> None:
        await line.send("Network.emulateNetworkConditions", limits | {"uploadThroughput": -1})

    return quick


async def photographs(page: Page, name: str) -> None:
    if folder := os.environ.get("RONGCUO_UPLOAD_PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def logs(page: Page, *files: File) -> None:
    """The officer logs an inspection at the first demo enterprise, with pictures, and diagnoses it."""
    await sits(page, "执法人员")
    if files:
        await chooses(page, *files)
        await ready(page, len(files))
    await page.get_by_test_id("input").fill(f"{demo.cast().enterprises[0].name} 后厨没公示健康证 轻微 限3个工作日")
    await sends(page)
    await presses(page, "确认立案")
    await presses(page, "诊断")
    for answer in ("是", "不是", "不是", "不是", "不是", "是", "不是", "不是"):
        if await page.locator(".current").get_by_role("button", name="确认诊断", exact=True).count():
            break
        await asks(page, answer)
    await presses(page, "确认诊断")


async def opens_form(page: Page) -> None:
    """The owner opens the form of the newest case and says what was done."""
    await sits(page, "企业")
    await asks(page, "我的事项")
    await asks(page, "1")
    await presses(page, "提交整改")
    await asks(page, "健康证已经上墙")


class TestChoosing:
    """Files beside the input field."""

    async def test_five_files_are_one_set_with_one_receipt(self, opens: Opening, program: App) -> None:
        officer, page = await opens(375), await opens(375)
        await logs(officer)
        await opens_form(page)
        chooser = await opens_chooser(page, page.get_by_test_id("attach").click)
        assert chooser.is_multiple()
        await chooser.set_files([photo(number) for number in range(5)])
        await ready(page, 5)
        assert await page.locator(".tile .sign img").count() == 5
        await expect(page.get_by_test_id("trayline")).to_have_text("5个文件传好了，点“发送”。")
        await photographs(page, "chosen")
        before = await replies(page).count()
        reply = await sends(page)
        assert await lead(reply) == "收到5张。"
        assert await replies(page).count() == before + 1
        await expect(mine(page).last.locator(".body p")).to_have_text("［照片］5张")
        assert await mine(page).last.locator(".thumbs img").count() == 5
        await expect(tiles(page)).to_have_count(0)
        await photographs(page, "sent")
        await page.reload()
        await replies(page).last.wait_for()
        await expect(mine(page).last.locator(".body p")).to_have_text("［照片］5张")
        await expect(tiles(page)).to_have_count(0)

    async def test_words_go_with_the_files(self, opens: Opening, program: App) -> None:
        page = await opens()
        await chooses(page, photo(), file("单据.pdf", PDF, pdf()))
        await ready(page, 2)
        await expect(tiles(page).nth(1).locator(".sign")).to_have_text("PDF")
        await page.get_by_test_id("input").fill("货架上忘了贴价签，会罚吗")
        await sends(page)
        body = mine(page).last.locator(".body p")
        assert await body.inner_text() == "货架上忘了贴价签，会罚吗\n［照片］1张\n［文件］单据.pdf"
        (sent, *_) = await records(program, page)
        assert [one["name"] for one in sent.payload["files"]] == ["IMG_0.jpg", "单据.pdf"]

    async def test_more_than_ten_are_said_and_ten_are_taken(self, opens: Opening) -> None:
        page = await opens()
        await chooses(page, *(photo(number) for number in range(12)))
        await ready(page, 10)
        await expect(page.get_by_test_id("trayline")).to_contain_text("一次最多发10个文件，多的没有放进来。")

    async def test_the_same_file_may_be_chosen_again_after_it_was_taken_out(self, opens: Opening) -> None:
        page = await opens()
        await chooses(page, photo())
        await ready(page, 1)
        await page.get_by_test_id("away").click()
        await expect(tiles(page)).to_have_count(0)
        await chooses(page, photo())
        await ready(page, 1)

    async def test_on_a_phone_a_picture_is_taken_or_chosen(self, opens: Opening) -> None:
        page = await opens(375, has_touch=True, is_mobile=True)
        await page.get_by_test_id("attach").tap()
        await photographs(page, "phone")
        camera = (await opens_chooser(page, page.get_by_role("button", name="拍照").tap)).element
        assert await camera.get_attribute("capture") == "environment"
        assert await camera.get_attribute("accept") == "image/*"
        await page.get_by_test_id("attach").tap()
        await (await opens_chooser(page, page.get_by_role("button", name="选照片和文件").tap)).set_files([photo()])
        await ready(page, 1)
        await expect(page.get_by_role("button", name="拍照")).to_be_hidden()

    @pytest.mark.parametrize("way", ["drop", "paste"])
    async def test_files_are_dropped_and_pasted(self, opens: Opening, way: str) -> None:
        page = await opens(1280, 800)
        if way == "drop":
            await page.evaluate(DRAG, "dragenter")
            await expect(page.locator("#drop")).to_be_visible()
            await photographs(page, "drop")
        await page.evaluate(DRAG, way)
        await ready(page, 1)
        await expect(page.locator("#drop")).to_be_hidden()

    async def test_pasted_words_stay_words(self, opens: Opening) -> None:
        page = await opens()
        assert await page.evaluate(PASTES_WORDS) is False  # not taken from the browser
        await expect(tiles(page)).to_have_count(0)


DRAG = """(type) => {
  const carried = new DataTransfer();
  const canvas = document.createElement('canvas');
  const bytes = Uint8Array.from(atob(canvas.toDataURL('image/png').split(',')[1]), (c) => c.charCodeAt(0));
  carried.items.add(new File([bytes], '门头.png', { type: 'image/png' }));
  const event = type === 'paste' ? new ClipboardEvent('paste', { clipboardData: carried, bubbles: true, cancelable: true })
    : new DragEvent(type, { dataTransfer: carried, bubbles: true, cancelable: true });
  document.getElementById('input').dispatchEvent(event);
}"""
PASTES_WORDS = """() => {
  const carried = new DataTransfer();
  carried.setData('text/plain', '表格里的字');
  carried.items.add(new File([new Uint8Array(10)], 'image.png', { type: 'image/png' }));
  const event = new ClipboardEvent('paste', { clipboardData: carried, bubbles: true, cancelable: true });
  document.getElementById('input').dispatchEvent(event);
  return event.defaultPrevented;
}"""


class TestTrouble:
    """A line that is slow or broken, files that are not taken: said at once, and nothing lost."""

    async def test_progress_is_shown_and_a_file_under_way_is_taken_out(self, opens: Opening, program: App) -> None:
        page = await opens(375)
        quick = await slow(page, 60_000)
        await chooses(page, noise(1), noise(2))
        await page.wait_for_function("() => [...document.querySelectorAll('.tile progress')].some((p) => p.value > 0)")
        assert "正在传" in await tiles(page).first.locator(".how").inner_text()
        await photographs(page, "progress")
        await tiles(page).first.get_by_test_id("away").click()
        await expect(tiles(page)).to_have_count(1)
        await quick()
        await ready(page, 1)
        assert await tiles(page).first.locator(".called").inner_text() == "大图2.png"

    async def test_sent_while_under_way_it_goes_by_itself_when_all_are_there(
        self, opens: Opening, program: App
    ) -> None:
        page = await opens()
        quick = await slow(page, 150_000)
        await chooses(page, noise(1), photo())
        await page.get_by_test_id("input").fill("两张照片")
        await page.get_by_test_id("send").click()
        await page.get_by_test_id("send").click()
        await expect(page.get_by_test_id("trayline")).to_contain_text("传完就发")
        await expect(mine(page)).to_have_count(0)
        await quick()
        await expect(mine(page)).to_have_count(1)
        await replies(page).first.wait_for()
        sent = [row for row in await records(program, page) if row.direction == "in"]
        assert [len(row.payload["files"]) for row in sent] == [2]

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("录像.mp4", b"x" * 100, f"视频收不了。{ACCEPTED}"),
            ("空.jpg", b"", EMPTY),
            ("大.jpg", bytes(MAX_BYTES + 1), TOO_LARGE),
        ],
        ids=["film", "empty", "large"],
    )
    async def test_what_will_not_be_taken_is_said_before_it_is_sent(
        self, opens: Opening, tmp_path: Path, name: str, content: bytes, said: str
    ) -> None:
        page = await opens(375)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        (tmp_path / name).write_bytes(content)
        await page.get_by_test_id("pick").set_input_files(tmp_path / name)
        await expect(tiles(page).locator(".how")).to_have_text(said)
        await expect(page.locator("#live")).to_have_text(f"{name}：{said}")
        assert [url for url in asked if url.endswith("/api/files")] == []

    async def test_what_the_server_refuses_is_said_and_holds_the_others_until_it_is_taken_out(
        self, opens: Opening, program: App
    ) -> None:
        page = await opens(375, refused=True)
        await chooses(page, photo(1), file("坏.jpg", "image/jpeg", jpeg()[:500]), photo(2))
        bad = tiles(page).nth(1)
        await expect(bad.locator(".how")).to_have_text(DAMAGED)
        await ready(page, 2)
        await photographs(page, "refused")
        await page.get_by_test_id("input").fill("三张")
        await page.get_by_test_id("send").click()
        await expect(bad.get_by_test_id("away")).to_be_focused()
        await expect(mine(page)).to_have_count(0)
        await bad.get_by_test_id("away").click()
        await sends(page)
        (sent, *_) = await records(program, page)
        assert (sent.payload["text"], len(sent.payload["files"])) == ("三张", 2)

    async def test_a_file_that_is_not_what_its_name_says_is_named_for_what_it_is(
        self, opens: Opening, program: App
    ) -> None:
        page = await opens()
        await chooses(page, file("照片.jpg", "image/jpeg", pdf()))
        await ready(page, 1)
        await sends(page)
        (sent, *_) = await records(program, page)
        assert [(one["name"], one["mime"]) for one in sent.payload["files"]] == [("照片.pdf", PDF)]
        await expect(mine(page).first.locator(".body p")).to_have_text("［文件］照片.pdf")

    async def test_what_is_chosen_without_a_network_goes_when_it_is_back(self, opens: Opening, program: App) -> None:
        page = await opens(375, refused=True)
        await page.context.set_offline(True)
        await chooses(page, photo(1), photo(2))
        await expect(tiles(page).first.locator(".how")).to_have_text("网络断了，恢复后接着传")
        await page.get_by_test_id("input").fill("恢复以后")
        await page.get_by_test_id("send").click()
        await photographs(page, "offline")
        await page.context.set_offline(False)
        await expect(mine(page)).to_have_count(1)
        await replies(page).first.wait_for()
        sent = [row for row in await records(program, page) if row.direction == "in"]
        assert [(row.payload["text"], len(row.payload["files"])) for row in sent] == [("恢复以后", 2)]

    async def test_a_message_whose_files_are_there_survives_a_break_and_a_reload(
        self, opens: Opening, program: App
    ) -> None:
        page = await opens(375, refused=True)
        await chooses(page, photo(1), photo(2))
        await ready(page, 2)
        await page.route("**/api/messages", lambda route: route.abort())
        await page.get_by_test_id("send").click()
        await expect(mine(page).locator(".state")).to_contain_text("未发送")
        await page.unroute("**/api/messages")
        await page.reload()
        await replies(page).first.wait_for()
        await expect(mine(page)).to_have_count(1)
        sent = [row for row in await records(program, page) if row.direction == "in"]
        assert [len(row.payload["files"]) for row in sent] == [2]

    async def test_what_was_chosen_is_still_there_after_a_reload(self, opens: Opening) -> None:
        page = await opens(375)
        await chooses(page, photo(1), photo(2, "后厨.jpg"))
        await ready(page, 2)
        await page.reload()
        await ready(page, 2)
        assert await page.locator(".called").all_inner_texts() == ["IMG_1.jpg", "后厨.jpg"]
        await sends(page)
        await page.reload()
        await replies(page).first.wait_for()
        await expect(tiles(page)).to_have_count(0)

    @pytest.mark.parametrize("status", [429, 503])
    async def test_a_server_that_is_busy_is_asked_again(self, opens: Opening, status: int) -> None:
        page = await opens(refused=True)
        tries = 0

        async def busy(route: Any) -> None:
            nonlocal tries
            tries += 1
            if tries > 1:
                await route.continue_()
            else:
                await route.fulfill(status=status, json={"error": "现在传文件的人多，请稍等几秒再传"})

        await page.route("**/api/files", busy)
        await chooses(page, photo())
        await ready(page, 1)
        assert tries == 2

    async def test_an_expired_session_is_said_and_the_file_stays(self, opens: Opening) -> None:
        page = await opens(refused=True)
        await page.route("**/api/files", lambda route: route.fulfill(status=401, json={"error": "会话已失效"}))
        await chooses(page, photo())
        await expect(tiles(page).locator(".how")).to_have_text("会话已失效，请刷新页面")
        await page.unroute("**/api/files")
        await page.get_by_role("button", name="重传 IMG_0.jpg").click()
        await ready(page, 1)

    async def test_two_people_hand_in_at_once_and_each_has_their_own(self, opens: Opening, program: App) -> None:
        pages = [await opens(), await opens()]
        await asyncio.gather(*(chooses(page, *(photo(number) for number in range(4))) for page in pages))
        await asyncio.gather(*(ready(page, 4) for page in pages))
        await asyncio.gather(*(sends(page) for page in pages))
        for page in pages:
            (sent, *_) = await records(program, page)
            assert len(sent.payload["files"]) == 4


class TestAccess:
    """From the keyboard, by ear, at any width."""

    async def test_it_is_worked_from_the_keyboard(self, opens: Opening) -> None:
        page = await opens(1280, 800)
        await page.get_by_test_id("input").focus()
        await page.keyboard.press("Shift+Tab")
        await expect(page.get_by_role("button", name="照片和文件")).to_be_focused()
        chooser = await opens_chooser(page, lambda: page.keyboard.press("Enter"))
        await chooser.set_files([photo(1), photo(2)])
        await ready(page, 2)
        await expect(page.locator("#live")).to_have_text("添加了2个文件")
        await page.get_by_role("button", name="去掉 IMG_1.jpg").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="去掉 IMG_2.jpg")).to_be_focused()
        await expect(page.locator("#live")).to_have_text("IMG_1.jpg去掉了")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="照片和文件")).to_be_focused()
        await expect(page.get_by_role("list", name="要发的文件")).to_be_hidden()

    async def test_the_ways_on_a_phone_close_with_escape(self, opens: Opening) -> None:
        page = await opens(375, has_touch=True, is_mobile=True)
        attach = page.get_by_test_id("attach")
        await attach.focus()
        await page.keyboard.press("Enter")
        await expect(attach).to_have_attribute("aria-expanded", "true")
        await expect(page.get_by_role("button", name="拍照")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(attach).to_have_attribute("aria-expanded", "false")
        await expect(attach).to_be_focused()

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("big", [False, True], ids=["usual", "large print"])
    async def test_it_reads_well_at_any_width(self, opens: Opening, scheme: Any, big: bool) -> None:
        page = await opens(375, 740, refused=True, color_scheme=scheme, has_touch=True, is_mobile=True)
        if big:
            await page.get_by_test_id("bigtext").click()
        await page.get_by_test_id("attach").tap()
        bad = file("很长的名字" * 8 + ".mp4", "video/mp4", b"x")
        await chooses(page, photo(1), bad, file("单据.pdf", PDF, pdf()))
        await ready(page, 2)
        assert [one for one in await page.evaluate(CONTRASTS) if one["ratio"] < 4.5] == []
        for width in (320, 375, 430):
            await page.set_viewport_size({"width": width, "height": 640})
            assert await page.evaluate(RUNS_OFF) == [], width
            assert await page.evaluate(SMALL, [18, 60] if big else [14, 44]) == [], width
            await expect(page.get_by_test_id("send")).to_be_in_viewport(ratio=1)
            await photographs(page, f"tray-{width}-{scheme}{'-big' if big else ''}")
        box = await page.get_by_test_id("input").bounding_box()
        assert box is not None and box["width"] >= 100

    async def test_with_the_keyboard_open_the_input_stays_in_reach(self, opens: Opening) -> None:
        page = await opens(320, 640)
        await chooses(page, *(photo(number) for number in range(5)))
        await ready(page, 5)
        await page.set_viewport_size({"width": 320, "height": 330})
        for name in ("input", "send", "attach"):
            await expect(page.get_by_test_id(name)).to_be_in_viewport(ratio=1)
        await photographs(page, "keyboard")

    async def test_the_policy_of_the_page_stays_strict(self, opens: Opening) -> None:
        page = await opens()
        policy = await page.evaluate("async () => (await fetch('/')).headers.get('Content-Security-Policy')")
        assert "unsafe" not in policy
        assert "blob:" not in policy


class TestLooking:
    """What the officer sees of it."""

    async def test_heic_is_shown_in_pairs_and_its_original_is_kept(self, opens: Opening, program: App) -> None:
        officer, page = await opens(375), await opens(375)
        await logs(officer, photo(7))
        await opens_form(page)
        original = heic()
        await chooses(page, file("IMG_1.HEIC", HEIC, original), file("单据.pdf", PDF, pdf()))
        await ready(page, 2)
        await expect(page.locator(".tile .sign img").first).to_have_attribute("src", HANDED)
        await sends(page)
        await presses(page, "发完了")
        await presses(page, "确认提交")
        await asks(officer, "我的待办")
        await asks(officer, "1")
        seen = await presses(officer, "看材料")
        pictures = seen.locator(".picture")
        assert await pictures.count() == 2
        for number in range(2):
            await pictures.nth(number).scroll_into_view_if_needed()
            await expect(pictures.nth(number)).to_have_js_property("complete", True)
            assert await pictures.nth(number).evaluate("node => node.decode().then(() => node.naturalWidth)") > 30
        assert await seen.locator(".caption").all_inner_texts() == ["第1组 改正前（检查）", "第1组 改正后"]
        boxes = [await pictures.nth(number).bounding_box() for number in range(2)]
        assert boxes[0] and boxes[1] and abs(boxes[0]["y"] - boxes[1]["y"]) < 2  # side by side
        assert exhibit_words.EARLY.format(label="第1组 改正后") in await seen.inner_text()
        await photographs(officer, "pairs")
        async with officer.expect_download() as started:
            await seen.get_by_role("link", name="下载 第1组 改正后.heic").click()
        kept = (await (await started.value).path()).read_bytes()
        assert kept == examine(original, "").content
        async with officer.expect_download() as started:
            await seen.get_by_role("link", name="下载 单据.pdf").click()
        assert (await started.value).suggested_filename == "单据.pdf"
        assert await officer.evaluate(RUNS_OFF) == []
        assert await officer.evaluate(SMALL, [14, 44]) == []
        assert [one for one in await officer.evaluate(CONTRASTS) if one["ratio"] < 4.5] == []
        source = await pictures.nth(1).get_attribute("src")
        picture = await officer.evaluate(BYTES, source)
        with Image.open(io.BytesIO(bytes(picture))) as image:
            assert image.format == "JPEG" and not image.getexif()
        other = await opens(refused=True)
        assert await other.evaluate("async (url) => (await fetch(url)).status", source) == 404


BYTES = "async (url) => Array.from(new Uint8Array(await (await fetch(url)).arrayBuffer()))"
