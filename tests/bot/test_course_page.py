"""The page of a whole course as it reaches a reader: over HTTP shut in by its headers, and in a real Chromium (R28)."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from bot.app import App
from handlers.sheet import MIME, STYLE_SOURCE, sheet
from storage import attachments
from tests.bot.conftest import Opening
from tests.bot.test_browser import CONTRASTS, RUNS_OFF, chat_of, next_reply, replies
from tests.bot.test_browser_roles import sits
from tests.bot.web_client import Answer, Visitor, served, settings_for

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    """The real program in demo mode, on a free port."""
    folder = tmp_path_factory.mktemp("course")
    app = App(
        settings_for(f"sqlite:///{folder}/demo.db", publish_shipped=False, demo=True, files=str(folder / "files"))
    )
    await app.prepare()
    async with served(app):
        yield app


async def given(app: App, mime: str, content: bytes) -> tuple[Answer, Visitor]:
    """What a visitor gets for a file that was made for their chat."""
    visitor = Visitor(f"http://127.0.0.1:{app.port}")
    await visitor.get("/")
    token = uuid.uuid4().hex[:20]
    async with app.database.transaction() as session:
        await attachments.put(session, token, "web", visitor.chat, "全过程.html", mime, content, app.now())
    answer = await visitor.get(f"/api/files/{token}")
    await visitor.http.close()
    return answer, visitor


async def test_a_page_of_ours_is_shown_in_an_origin_of_its_own_without_script(program: App) -> None:
    answer, _ = await given(program, MIME, sheet("全过程", "<p>一</p>"))
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("inline; filename*=UTF-8''")
    policy = answer.headers["Content-Security-Policy"]
    assert policy == f"sandbox; default-src 'none'; style-src {STYLE_SOURCE}; frame-ancestors 'none'"
    assert "unsafe" not in policy and "allow-" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("mime", ["text/plain", "application/json", "application/xhtml+xml", "text/html+x", "text/xml"])
async def test_everything_else_is_still_to_download_only(program: App, mime: str) -> None:
    answer, _ = await given(program, mime, b"<script>alert(1)</script>")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "style-src" not in answer.headers["Content-Security-Policy"]


async def logged(page: Page) -> None:
    """An officer logs a case and opens its whole course."""
    await says(page, "示例好味道餐馆 后厨没公示健康证<b>粗</b> 轻微 限3个工作日")
    for label in ("确认立案", "全过程", "整页查看"):
        before = await replies(page).count()
        await page.locator(".choice:visible, [data-testid=choice]:visible").get_by_text(label, exact=True).last.click()
        await next_reply(page, before)


async def says(page: Page, text: str) -> None:
    before = await replies(page).count()
    await page.get_by_role("textbox").fill(text)
    await page.keyboard.press("Enter")
    await next_reply(page, before)


async def opened(page: Page) -> Page:
    """The tab that 打开 opens."""
    link = page.get_by_test_id("file").last
    await expect(link).to_have_text(re.compile("^打开 .*全过程$"))
    async with page.context.expect_page() as tab:
        await link.click()
    sheet_page = await tab.value
    await sheet_page.wait_for_load_state()
    return sheet_page


async def test_the_whole_course_opens_beside_the_chat_and_reads_and_prints(opens: Opening, tmp_path: Path) -> None:
    chat = await opens(width=375)
    await sits(chat, "执法人员")
    await logged(chat)
    page = await opened(chat)
    assert (await page.title()).endswith("〔2026〕0001号全过程")
    await expect(page.get_by_role("heading", name="怎么核对")).to_be_visible()
    await expect(page.get_by_text("后厨没公示健康证<b>粗</b>").first).to_be_visible()
    assert await page.locator("b").count() == 0
    assert await page.evaluate("getComputedStyle(document.querySelector('.what')).fontWeight") == "700"
    assert await page.evaluate("window.origin") == "null"
    for width in (320, 375, 1280):
        await page.set_viewport_size({"width": width, "height": 800})
        assert await page.evaluate(RUNS_OFF) == [], width
    assert [one for one in await page.evaluate(CONTRASTS) if one["ratio"] < 4.5] == []
    printed = await page.pdf(path=tmp_path / "course.pdf", format="A4")
    assert printed.startswith(b"%PDF")


async def test_a_script_in_such_a_page_does_not_run_and_nothing_is_loaded(opens: Opening, program: App) -> None:
    chat = await opens(refused=True)
    token = uuid.uuid4().hex[:20]
    bad = (
        '<script>document.title = "ran"</script><p style="color: red" onclick="document.title=1">x</p>'
        '<img src="/static/icon.svg"><style>p { display: none }</style><form action="/"><button>go</button></form>'
    )
    async with program.database.transaction() as session:
        await attachments.put(
            session, token, "web", await chat_of(chat), "x.html", MIME, sheet("页", bad), program.now()
        )
    context: BrowserContext = chat.context
    page = await context.new_page()
    await page.goto(f"http://127.0.0.1:{program.port}/api/files/{token}")
    await page.get_by_text("x").click()
    assert await page.title() == "页"
    assert await page.evaluate("document.querySelector('img').naturalWidth") == 0
    assert await page.evaluate("getComputedStyle(document.querySelector('p')).display") == "block"
    assert await page.evaluate("getComputedStyle(document.querySelector('p')).color") != "rgb(255, 0, 0)"
    await page.get_by_role("button").click()
    assert page.url.endswith(token)
