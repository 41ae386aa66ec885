"""The four-step form as aiogram's finite state machine does it, with its state kept in SQLite."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from typing import Any

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage, StorageKey
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message


class Form(StatesGroup):
    name, persons, trade, sure = State(), State(), State(), State()


class SqliteStorage(BaseStorage):
    """State and data of each chat in one row."""

    def __init__(self, path: str) -> None:
        self._file = sqlite3.connect(path, timeout=30)
        self._file.execute("CREATE TABLE IF NOT EXISTS kept (chat INTEGER PRIMARY KEY, state TEXT, data TEXT)")

    def _row(self, key: StorageKey) -> tuple[str | None, str]:
        found = self._file.execute("SELECT state, data FROM kept WHERE chat = ?", (key.chat_id,)).fetchone()
        return found or (None, "{}")

    def _keep(self, key: StorageKey, state: str | None, data: str) -> None:
        with self._file:
            self._file.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (key.chat_id, state, data))

    async def set_state(self, key: StorageKey, state: Any = None) -> None:
        self._keep(key, state.state if isinstance(state, State) else state, self._row(key)[1])

    async def get_state(self, key: StorageKey) -> str | None:
        return self._row(key)[0]

    async def set_data(self, key: StorageKey, data: Any) -> None:
        self._keep(key, self._row(key)[0], json.dumps(dict(data), ensure_ascii=False))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        return dict(json.loads(self._row(key)[1]))

    async def close(self) -> None:
        self._file.close()


def buttons(*labels: str) -> InlineKeyboardMarkup:
    row = [InlineKeyboardButton(text=label, callback_data=label) for label in labels]
    return InlineKeyboardMarkup(inline_keyboard=[row])


async def begin(message: Message, state: FSMContext) -> None:
    await state.set_state(Form.name)
    await message.answer("第1步：叫什么名字？")


async def name(message: Message, state: FSMContext) -> None:
    await state.update_data(name=message.text)
    await state.set_state(Form.persons)
    await message.answer("第2步：多少人？")


async def persons(message: Message, state: FSMContext) -> None:
    if not (message.text or "").isdigit():
        await message.answer("请打数字")
        return
    await state.update_data(persons=int(message.text or 0))
    await state.set_state(Form.trade)
    await message.answer("第3步：哪一行？", reply_markup=buttons("餐饮", "零售", "工业"))


async def trade(query: CallbackQuery, state: FSMContext) -> None:
    await query.answer()
    data = await state.update_data(trade=query.data)
    await state.set_state(Form.sure)
    said = f"第4步：{data['name']}，{data['persons']}人，{data['trade']}，对吗？"
    await query.message.answer(said, reply_markup=buttons("提交"))


async def sure(query: CallbackQuery, state: FSMContext) -> None:
    await query.answer()
    data = await state.get_data()
    with sqlite3.connect(sys.argv[3], timeout=30) as file:
        file.execute(
            "INSERT INTO submitted VALUES (?, ?)",
            (str(query.message.chat.id), json.dumps(data, ensure_ascii=False)),
        )
    await state.clear()
    await query.message.answer(f"已提交：{data['name']}")


async def main() -> None:
    token, root, path = sys.argv[1:4]
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE IF NOT EXISTS submitted (chat TEXT, form TEXT)")
    server = TelegramAPIServer.from_base(root.removesuffix("/bot"))
    bot = Bot(token, session=AiohttpSession(api=server))
    dispatcher = Dispatcher(storage=SqliteStorage(path))
    dispatcher.message.register(begin, Command("form"))
    dispatcher.message.register(name, Form.name)
    dispatcher.message.register(persons, Form.persons)
    dispatcher.callback_query.register(trade, Form.trade, F.data)
    dispatcher.callback_query.register(sure, Form.sure, F.data)
    await dispatcher.start_polling(bot, handle_signals=True)


if __name__ == "__main__":
    asyncio.run(main())
