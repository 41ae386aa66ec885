"""A real Chromium and the real program for it to visit."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bot.app import App
from tests.bot.web_client import served, settings_for
from tests.conftest import on_ci

ARGUMENTS = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run"
MISSING = (
    "没有找到 Chromium，浏览器测试跳过。装法（Debian）：make browser，或者 apt-get install chromium fonts-noto-cjk"
)
Opening = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium; without it the tests fail on CI and are skipped elsewhere, saying how to get it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        (pytest.fail if on_ci() else pytest.skip)(MISSING)
    expect.set_options(timeout=20_000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS.split())
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    """The real program with everything that is shipped, on a free port."""
    app = App(settings_for(f"sqlite:///{tmp_path_factory.mktemp('browser')}/chat.db"))
    await app.prepare()
    async with served(app):
        yield app


@pytest_asyncio.fixture(loop_scope="module")
async def opens(chromium: Browser, program: App) -> AsyncIterator[Opening]:
    """Open the chat as a new visitor: ``await opens(width=390, color_scheme="dark")``.

    At the end of the test no page may have logged an error, thrown one, or asked another host for anything.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    own = f"http://127.0.0.1:{program.port}/"
    refusals: list[Any] = []

    async def opened(
        width: int = 390,
        height: int = 844,
        *,
        context: BrowserContext | None = None,
        refused: bool = False,
        **more: Any,
    ) -> Page:
        if refused:
            refusals.append(refused)
        if context is None:
            context = await chromium.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", **more
            )
            context.set_default_timeout(20_000)
            contexts.append(context)
        page = await context.new_page()

        def heard(message: Any) -> None:
            # A request that the test itself cuts off or has refused is logged by Chromium, not by the page.
            if message.type in ("error", "warning") and not (refusals and "Failed to load resource" in message.text):
                complaints.append(f"console: {message.text}")

        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(f"thrown: {error}"))
        page.on("request", lambda request: None if request.url.startswith(own) else complaints.append(request.url))
        await page.goto(own)
        await page.locator("#empty").wait_for(state="hidden")
        return page

    yield opened
    for context in contexts:
        await context.close()
    assert complaints == []
