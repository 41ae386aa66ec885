"""The four-step form on this project's engine: the whole program, with one more flow."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from bot.app import App
from bot.logs import set_up_logs
from bot.settings import Settings
from handlers import permissions
from handlers.acts import ACTS
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Option, Step
from handlers.messages import Act, Reply
from handlers.turn import Turn


class FormFlow(Flow):
    """Name, persons, trade; the engine's review is the fourth step."""

    name = "form"
    title = "表格"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("name", "名字", "叫什么名字？", "text", is_free=True),
            Step("persons", "人数", "多少人？", "persons"),
            Step("trade", "行业", "哪一行？", "choice", tuple(Option(word, word) for word in ("餐饮", "零售", "工业"))),
        )

    async def submit(self, turn: Turn, run: Run) -> Reply:
        row = {"chat": turn.incoming.chat, "form": json.dumps(run.facts, ensure_ascii=False)}
        await turn.session.execute(text("INSERT INTO submitted VALUES (:chat, :form)"), row)
        return Reply.of(("lead", f"已提交：{run.facts['name']}"))


async def start(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, "form", {"do": "form", "anew": True})


async def main() -> None:
    token, root, path = sys.argv[1:4]
    settings = Settings(
        database_url=f"sqlite:///{path}",
        port=0,
        telegram_token=token,
        telegram_base_url=root,
        files=f"{path}-files",
        publish_shipped=False,
    )
    app = App(settings)
    ACTS["form"] = start
    permissions.TABLE["form"] = permissions.ALL
    app.conversation.engine.flows["form"] = FormFlow()  # type: ignore[index]
    app.conversation._commands["/form"] = {"do": "form"}
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, app.stop.set)
    await app.prepare(is_guest=True)
    async with app.database.transaction() as session:
        await session.execute(text("CREATE TABLE IF NOT EXISTS submitted (chat TEXT, form TEXT)"))
    await app.serve()


if __name__ == "__main__":
    set_up_logs("error", "text")
    asyncio.run(main())
