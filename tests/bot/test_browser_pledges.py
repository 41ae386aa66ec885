"""Signing and checking a pledge in a real Chromium: the signature pad, the typed name, the page of a paper (R31, R34)."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from bot import demo
from bot.app import App
from storage import pledges
from storage.pledges import PledgeInfo
from tests.bot.conftest import Opening
from tests.bot.demo_case import demo_case
from tests.bot.test_browser import CONTRASTS, RUNS_OFF, SMALL, asks, next_reply, presses, replies
from tests.bot.test_browser_roles import sits
from tests.bot.web_client import served, settings_for

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

NAME = next(seat.name for seat in demo.seats() if seat.id == "contact")
INKED = """(canvas) => {
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const seen = copy.getImageData(0, 0, canvas.width, canvas.height).data;
  let dark = 0;
  for (let i = 0; i < seen.length; i += 4) if (seen[i] < 128) dark++;
  return dark;
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    """The real program in demo mode with everything that is shipped, on a free port."""
    folder = tmp_path_factory.mktemp("pledges")
    app = App(settings_for(f"sqlite:///{folder}/demo.db", demo=True, files=str(folder / "files")))
    await app.prepare()
    async with served(app):
        yield app


async def draft(page: Page, app: App) -> PledgeInfo:
    """A new case of the demo contact, whose draft stands on the page."""
    info = await demo_case(app)
    await sits(page, "企业")
    await asks(page, "我的事项")
    before = await replies(page).count()
    await page.locator(".current").get_by_test_id("choice").first.click()
    await next_reply(page, before)
    await presses(page, "签承诺书")
    async with app.database.reading() as session:
        (found,) = await pledges.of_case(session, info.id)
    return found


async def asked_to_sign(page: Page, app: App) -> PledgeInfo:
    found = await draft(page, app)
    await presses(page, "签名")
    return found


async def writes(page: Page, strokes: int = 3) -> None:
    """Draw on the pad with the mouse."""
    box = await page.get_by_test_id("pad").bounding_box()
    assert box is not None
    for n in range(strokes):
        left = box["x"] + box["width"] * (0.15 + 0.25 * n)
        await page.mouse.move(left, box["y"] + box["height"] * 0.25)
        await page.mouse.down()
        for step in range(1, 6):
            await page.mouse.move(left + step * 8, box["y"] + box["height"] * (0.25 + 0.1 * step))
        await page.mouse.up()


async def reread(app: App, pledge: PledgeInfo) -> PledgeInfo:
    async with app.database.reading() as session:
        found = await pledges.pledge(session, pledge.id)
    assert found is not None
    return found


async def signed(page: Page, app: App) -> PledgeInfo:
    """Signed by typing the name, from the keyboard alone."""
    found = await asked_to_sign(page, app)
    await asks(page, NAME)
    await presses(page, "确认签署")
    return await reread(app, found)


class TestSigning:
    """The pad below the message that asks for a signature."""

    async def test_a_signature_is_drawn_undone_cleared_drawn_again_and_handed_in(
        self, opens: Opening, program: App
    ) -> None:
        page = await opens()
        found = await asked_to_sign(page, program)
        await page.get_by_test_id("sign-open").click()
        pad = page.get_by_test_id("pad")
        assert await pad.evaluate(INKED) == 0
        await page.get_by_test_id("sign-done").click()
        await expect(page.get_by_text("框里是空的，请先写上姓名")).to_be_visible()
        await writes(page)
        ink = await pad.evaluate(INKED)
        assert ink > 500
        await expect(pad).to_have_attribute("aria-label", "签名板，写了3笔")
        await page.get_by_test_id("sign-undo").click()
        assert 0 < await pad.evaluate(INKED) < ink
        await page.get_by_test_id("sign-clear").click()
        assert await pad.evaluate(INKED) == 0
        await writes(page)
        before = await replies(page).count()
        await page.get_by_test_id("sign-done").click()
        review = await next_reply(page, before)
        await expect(review).to_contain_text("手写签名")
        await expect(page.get_by_test_id("pad")).to_have_count(0)
        done = await presses(page, "确认签署")
        await expect(done).to_contain_text("签好了：整改承诺书第1版")
        pledge = await reread(program, found)
        assert (pledge.signed_way, pledge.signed_name) == ("drawn", NAME)
        assert program.blobs.read(pledge.signature or "").startswith(b"\x89PNG")

    async def test_what_was_drawn_stands_beside_the_words_that_were_signed(self, opens: Opening, program: App) -> None:
        page = await opens()
        await asked_to_sign(page, program)
        await page.get_by_test_id("sign-open").click()
        await writes(page)
        before = await replies(page).count()
        await page.get_by_test_id("sign-done").click()
        await next_reply(page, before)
        await presses(page, "确认签署")
        text = await presses(page, "看原文")
        await expect(text.locator(".quote")).to_contain_text("整改承诺书（第1版）")
        picture = text.locator("img")
        await expect(picture).to_have_count(1)
        assert await picture.evaluate("(img) => img.decode().then(() => img.naturalWidth)") == 900

    async def test_the_name_is_typed_from_the_keyboard_instead(self, opens: Opening, program: App) -> None:
        page = await opens()
        pledge = await signed(page, program)
        assert (pledge.signed_way, pledge.state) == ("typed", "signed")

    async def test_the_pad_opens_and_closes_from_the_keyboard(self, opens: Opening, program: App) -> None:
        page = await opens()
        await asked_to_sign(page, program)
        way = page.get_by_test_id("sign-open")
        await way.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("pad")).to_be_visible()
        await expect(way).to_have_attribute("aria-expanded", "true")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("pad")).to_have_count(0)
        assert await page.evaluate("document.activeElement.textContent") == "手写签名"

    async def test_an_old_question_has_no_pad_any_more(self, opens: Opening, program: App) -> None:
        page = await opens()
        await asked_to_sign(page, program)
        await expect(page.get_by_test_id("sign-open")).to_be_visible()
        await presses(page, "取消")
        await expect(page.get_by_test_id("sign-open")).to_be_hidden()

    async def test_without_a_network_the_drawing_stays_and_can_be_handed_in_later(
        self, opens: Opening, program: App
    ) -> None:
        page = await opens(refused=True)
        await asked_to_sign(page, program)
        await page.get_by_test_id("sign-open").click()
        await writes(page)
        await page.route("**/api/signature", lambda route: route.abort())
        await page.get_by_test_id("sign-done").click()
        await expect(page.get_by_text("没有交上，请检查网络")).to_be_visible()
        assert await page.get_by_test_id("pad").evaluate(INKED) > 500
        await page.unroute("**/api/signature")
        before = await replies(page).count()
        await page.get_by_test_id("sign-done").click()
        await expect(await next_reply(page, before)).to_contain_text("手写签名")

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("big", [False, True], ids=["usual", "large print"])
    async def test_it_fits_a_narrow_screen_and_is_read_well(
        self, opens: Opening, program: App, scheme: Any, big: bool
    ) -> None:
        page = await opens(320, 640, color_scheme=scheme)
        if big:
            await page.get_by_test_id("bigtext").click()
        await asked_to_sign(page, program)
        await page.get_by_test_id("sign-open").click()
        await expect(page.get_by_test_id("pad")).to_be_in_viewport()
        await writes(page)
        assert await page.evaluate(RUNS_OFF) == []
        assert await page.evaluate(SMALL, [18, 60] if big else [14, 44]) == []
        assert [one for one in await page.evaluate(CONTRASTS) if one["ratio"] < 4.5] == []
        await picture(page, f"pad-{scheme}-{'big' if big else 'usual'}")


class TestPaper:
    """The page on which anybody checks a paper."""

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    async def test_it_reads_well_on_a_phone(self, opens: Opening, program: App, scheme: Any) -> None:
        page = await opens(320, 640, color_scheme=scheme)
        pledge = await signed(page, program)
        base = page.url.split("#")[0]
        await page.goto(f"{base}p/{pledge.code}")
        await expect(page.get_by_role("heading", name="整改承诺书")).to_be_visible()
        await expect(page.get_by_text("登记过，是最新的一版")).to_be_visible()
        await expect(page.get_by_text((pledge.digest or "")[:16])).to_be_visible()
        assert NAME not in await page.locator("body").inner_text()
        assert await page.evaluate(RUNS_OFF) == []
        assert await page.evaluate(SMALL, [14, 44]) == []
        assert [one for one in await page.evaluate(CONTRASTS) if one["ratio"] < 4.5] == []
        await picture(page, f"paper-{scheme}", full=True)

    async def test_a_code_is_typed_into_the_form_and_a_wrong_one_is_said_so(self, opens: Opening, program: App) -> None:
        page = await opens(320, 640, refused=True)
        pledge = await signed(page, program)
        base = page.url.split("#")[0]
        await page.goto(f"{base}check")
        await page.get_by_label("纸上印的核对码").fill("AAAA-AAAA-AAAA")
        await page.get_by_role("button", name="核对").click()
        await expect(page.get_by_role("heading", name="查不到这份承诺书")).to_be_visible()
        await picture(page, "paper-unknown", full=True)
        await page.get_by_label("纸上印的核对码").fill((pledge.code or "").lower())
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("登记过，是最新的一版")).to_be_visible()

    async def test_the_code_in_the_chat_leads_to_the_page(self, opens: Opening, program: App) -> None:
        page = await opens()
        await signed(page, program)
        shown = await presses(page, "核对码")
        await expect(shown.locator("img")).to_have_count(1)
        link = shown.get_by_role("link", name="打开链接")
        assert "/p/" in (await link.get_attribute("href") or "")


async def picture(page: Page, name: str, *, full: bool = False) -> None:
    """A picture for whoever looks at them; kept where RONGCUO_SCREENSHOTS names a folder."""
    folder = os.environ.get("RONGCUO_SCREENSHOTS")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=full, animations="disabled")
