"""The whole program in one process, from a Telegram message to its answer and to the end of the process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import bot.app
from bot.app import App
from bot.settings import Settings
from bot.worker import Worker
from storage import messages
from tests.bot.telegram_double import TelegramDouble

# One question of an owner for each policy document, and the document that answers it.
QUESTIONS = {
    "行政指导跟处罚有什么区别": "大渡口区全面推行行政指导工作规范实施方案",
    "问题改好了怎么销号": "舟山市定海区人民政府关于深化企业容错机制的实施意见",
    "残疾人开的店算困难企业吗": "鄂城区行政执法包容审慎监管涉企行政指导容错纠错工作规则",
    "来检查的人没亮证，怎么办": "滑县法治政府建设领导小组办公室关于进一步改进行政执法服务当前重点经济工作的指导意见",
    "三天两头来查我的店，有没有规定不许这么折腾": "某市方案",
}


@pytest.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as server:
        yield server
        assert server.unexpected == []


def an_app(folder: Path, double: TelegramDouble | None = None, **more: Any) -> App:
    telegram = {"telegram_token": double.token, "telegram_base_url": double.base_url} if double else {}
    return App(Settings(database_url=f"sqlite:///{folder}/app.db", port=0, **telegram, **more))


@asynccontextmanager
async def serving(app: App) -> AsyncIterator[str]:
    """The app at work; it must end within ten seconds of being told."""
    await app.prepare()
    serving = asyncio.create_task(app.serve())
    try:
        async with asyncio.timeout(10):
            await app.started.wait()
        yield f"http://127.0.0.1:{app.port}"
    finally:
        app.stop.set()
        async with asyncio.timeout(10):
            await serving


async def status_of(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


def other_tasks() -> set[asyncio.Task[Any]]:
    return {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}


async def test_the_five_policies_answer_over_telegram_and_the_process_ends_cleanly(
    double: TelegramDouble, tmp_path: Path
) -> None:
    before = other_tasks()
    said: list[str] = []
    app = an_app(tmp_path, double)
    async with serving(app) as url:
        assert await status_of(f"{url}/readyz") == (200, "ready")
        for chat, question in enumerate(QUESTIONS, 1):
            double.says(chat, question)
        for chat, (question, document) in enumerate(QUESTIONS.items(), 1):
            answer = await double.waits_for(1, chat, timeout=20)
            assert f"《{document}》" in answer.plain, question
            assert "<blockquote>" in answer.text
            said.append(answer.plain)
        _, numbers = await status_of(f"{url}/metrics")
        assert 'rongcuo_messages_in_total{channel="telegram"} 5.0' in numbers
    assert len(set(said)) == 5
    assert len(double.shown()) == 5
    assert not app.has_failed
    assert other_tasks() - before == set()


async def test_the_next_process_publishes_nothing_anew_and_answers_nothing_twice(
    double: TelegramDouble, tmp_path: Path
) -> None:
    said: list[str] = []
    async with serving(an_app(tmp_path, double)):
        double.says(7, "/menu")
        await double.waits_for(1, 7)
    again = an_app(tmp_path, double)
    await again.prepare(said.append)
    await again.close()
    assert not any(line.startswith("已公布") for line in said)
    async with serving(an_app(tmp_path, double, publish_shipped=False)):
        double.says(7, "/help")
        await double.waits_for(2, 7)
    assert len(double.shown(7)) == 2


async def test_updates_come_by_webhook_when_an_address_is_set(double: TelegramDouble, tmp_path: Path) -> None:
    app = an_app(
        tmp_path,
        double,
        publish_shipped=False,
        telegram_webhook_url="http://127.0.0.1/telegram/hook",
        telegram_secret="hook-secret",
    )
    async with serving(app) as url:
        async with asyncio.timeout(5):
            while not double.webhook:
                await asyncio.sleep(0)
        assert double.webhook["url"] == "http://127.0.0.1/telegram/hook"
        double.says(7, "/menu")
        assert [status for _, status in await double.delivers_webhook(f"{url}/telegram/hook")] == [200]
        await double.waits_for(1, 7)
        assert (await status_of(f"{url}/telegram/hook"))[0] == 405
    assert not any(call.method == "getUpdates" for call in double.calls)


async def test_a_part_that_breaks_off_ends_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks_off(self: Worker, stop: asyncio.Event) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(Worker, "run", breaks_off)
    app = an_app(tmp_path, publish_shipped=False)
    await app.prepare()
    async with asyncio.timeout(10):
        await app.serve()
    assert app.has_failed


async def test_a_part_that_hangs_does_not_hold_up_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs(self: Worker, stop: asyncio.Event) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Worker, "run", hangs)
    monkeypatch.setattr(bot.app, "FINISH_WITHIN", 0.2)
    async with serving(an_app(tmp_path, publish_shipped=False)):
        pass


async def test_a_port_that_is_taken_leaves_nothing_running(double: TelegramDouble, tmp_path: Path) -> None:
    before = other_tasks()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = {"port": taken.getsockname()[1], "publish_shipped": False}
        app = App(
            Settings(
                database_url=f"sqlite:///{tmp_path}/app.db",
                telegram_token=double.token,
                telegram_base_url=double.base_url,
                **settings,
            )
        )
        await app.prepare()
        with pytest.raises(OSError, match="address already in use"):
            await app.serve()
    assert other_tasks() - before == set()
    assert double.calls == []


async def test_readiness_is_refused_until_there_is_an_index_and_a_current_schema(tmp_path: Path) -> None:
    app = an_app(tmp_path, publish_shipped=False)
    async with serving(app) as url:
        assert (await status_of(f"{url}/readyz"))[0] == 200
        await app.database.upgrade("base")
        assert await status_of(f"{url}/readyz") == (503, "not ready")
        assert await status_of(f"{url}/healthz") == (200, "ok")
        await app.database.upgrade()


async def test_what_waits_is_shown_in_the_numbers(tmp_path: Path) -> None:
    app = an_app(tmp_path, publish_shipped=False)
    async with serving(app) as url:
        async with app.database.transaction() as session:
            question = {"kind": "text", "text": "/menu"}
            await messages.take_in(session, "telegram", "7", "1", question, app.now())
        app.worker.wake()
        async with asyncio.timeout(10):
            while 'rongcuo_messages_waiting{direction="out"} 1.0' not in (await status_of(f"{url}/metrics"))[1]:
                continue
