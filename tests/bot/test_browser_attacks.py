"""A real Chromium that is told to run what somebody smuggled in: nothing runs, in the page, a file, or a page to print."""

from __future__ import annotations

import hashlib

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from bot.app import App
from storage import attachments

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><a href="javascript:window.hacked=1">点</a> **粗** [链](http://evil.example)'
SMUGGLED = """
() => new Promise((done) => {
  const script = document.createElement('script');
  script.textContent = 'window.hacked = 1';
  document.body.append(script);
  const image = document.createElement('div');
  image.innerHTML = '<img src="x" onerror="window.hacked = 2">';
  document.body.append(image);
  try { setTimeout('window.hacked = 3', 0); } catch (error) { /* refused */ }
  const link = document.createElement('a');
  link.href = 'javascript:window.hacked=5';
  document.body.append(link);
  link.click();
  const frame = document.createElement('iframe');
  frame.src = 'data:text/html,<script>parent.hacked=6</scr' + 'ipt>';
  document.body.append(frame);
  setTimeout(() => done(window.hacked || 0), 400);
})
"""
FROM_FILE = """
(url) => new Promise((done) => {
  const script = document.createElement('script');
  script.onload = script.onerror = () => done(window.hacked || 0);
  script.src = url;
  document.body.append(script);
})
"""
OUTWARD = """
async () => {
  const tried = [() => fetch('http://127.0.0.1:9/steal'), () => navigator.sendBeacon('http://127.0.0.1:9/steal', 'x') || Promise.reject()];
  const got = [];
  for (const one of tried) { try { await one(); got.push(true); } catch (error) { got.push(false); } }
  return got;
}
"""


async def _opened(chromium: Browser, program: App) -> tuple[BrowserContext, Page]:
    context = await chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    page = await context.new_page()
    await page.goto(f"http://127.0.0.1:{program.port}/")
    await page.locator("#empty").wait_for(state="hidden")
    return context, page


async def test_what_is_smuggled_into_the_page_does_not_run_and_nothing_leaves_it(
    chromium: Browser, program: App
) -> None:
    """CSP without unsafe-inline: inline scripts, handlers, strings as code, javascript: links, frames, other hosts."""
    context, page = await _opened(chromium, program)
    assert await page.evaluate(SMUGGLED) == 0
    assert (await page.evaluate(OUTWARD))[0] is False
    await context.close()


async def test_words_are_words_in_the_page_whatever_they_hold(chromium: Browser, program: App) -> None:
    """HTML and Markdown injection: shown letter by letter, by whoever it is said."""
    context, page = await _opened(chromium, program)
    await page.locator("#input").fill(HOSTILE)
    await page.keyboard.press("Enter")
    await page.get_by_text(HOSTILE, exact=True).first.wait_for()
    assert await page.evaluate("window.hacked || 0") == 0
    assert await page.locator("#log img[src=x], #log a[href^=javascript]").count() == 0
    await context.close()


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("a.txt", "text/plain"),
        ("a.json", "application/json"),
        ("a.jpg", "image/jpeg"),
        ("a.svg", "image/svg+xml"),
        ("a.html", "text/html"),
    ],
)
async def test_a_file_of_ours_never_runs_as_a_script_or_a_page(
    chromium: Browser, program: App, name: str, mime: str
) -> None:
    """Polyglot files and MIME sniffing: same origin, and still no script."""
    context, page = await _opened(chromium, program)
    cookie = next(one["value"] for one in await context.cookies() if one["name"] == "rongcuo")
    chat = hashlib.sha256(cookie.encode()).hexdigest()[:40]
    token = f"poly{name[2:]:-<12}"
    markup = b'<svg xmlns="http://www.w3.org/2000/svg"><script>window.hacked=9;parent.hacked=9</script></svg>'
    content = markup if mime in ("image/svg+xml", "text/html") else b"window.hacked=7;"
    async with program.database.transaction() as session:
        await attachments.put(session, token, "web", chat, name, mime, content, program.now())
    assert await page.evaluate(FROM_FILE, f"/api/files/{token}") == 0
    if mime in ("image/svg+xml", "text/html"):
        other = await context.new_page()
        await other.goto(f"http://127.0.0.1:{program.port}/api/files/{token}")
        assert await other.evaluate("() => window.hacked || 0") == 0
        assert await other.evaluate("() => { try { return document.cookie } catch (e) { return 'refused' } }") in (
            "",
            "refused",
        )
    await context.close()
