"""The four-step form as python-telegram-bot's ConversationHandler does it, with its state kept in SQLite."""

from __future__ import annotations

import json
import sqlite3
import sys
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    DictPersistence,
    MessageHandler,
    filters,
)

NAME, PERSONS, TRADE, SURE = range(4)
Context = ContextTypes.DEFAULT_TYPE


class SqlitePersistence(DictPersistence):
    """The library's dictionaries, written to SQLite whenever they change."""

    def __init__(self, path: str) -> None:
        self._file = sqlite3.connect(path)
        self._file.execute("CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT)")
        kept = dict(self._file.execute("SELECT name, value FROM kept"))
        super().__init__(
            user_data_json=kept.get("users", ""), conversations_json=kept.get("talks", ""), update_interval=1
        )

    def _keep(self, name: str, value: str) -> None:
        with self._file:
            self._file.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value))

    async def update_user_data(self, user_id: int, data: dict[Any, Any]) -> None:
        await super().update_user_data(user_id, data)
        self._keep("users", self.user_data_json)

    async def update_conversation(self, name: str, key: tuple[Any, ...], new_state: object | None) -> None:
        await super().update_conversation(name, key, new_state)
        self._keep("talks", self.conversations_json)


def buttons(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label) for label in labels]])


async def begin(update: Update, context: Context) -> int:
    await update.message.reply_text("第1步：叫什么名字？")
    return NAME


async def name(update: Update, context: Context) -> int:
    context.user_data["name"] = update.message.text
    await update.message.reply_text("第2步：多少人？")
    return PERSONS


async def persons(update: Update, context: Context) -> int:
    if not update.message.text.isdigit():
        await update.message.reply_text("请打数字")
        return PERSONS
    context.user_data["persons"] = int(update.message.text)
    await update.message.reply_text("第3步：哪一行？", reply_markup=buttons("餐饮", "零售", "工业"))
    return TRADE


async def trade(update: Update, context: Context) -> int:
    await update.callback_query.answer()
    context.user_data["trade"] = update.callback_query.data
    said = f"第4步：{context.user_data['name']}，{context.user_data['persons']}人，{context.user_data['trade']}，对吗？"
    await update.callback_query.message.reply_text(said, reply_markup=buttons("提交"))
    return SURE


async def sure(update: Update, context: Context) -> int:
    await update.callback_query.answer()
    with sqlite3.connect(sys.argv[3], timeout=30) as file:
        file.execute(
            "INSERT INTO submitted VALUES (?, ?)",
            (str(update.effective_chat.id), json.dumps(context.user_data, ensure_ascii=False)),
        )
    await update.callback_query.message.reply_text(f"已提交：{context.user_data['name']}")
    return ConversationHandler.END


def main() -> None:
    token, root, path = sys.argv[1:4]
    persistence = SqlitePersistence(path)
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE IF NOT EXISTS submitted (chat TEXT, form TEXT)")
    app = Application.builder().token(token).base_url(root).persistence(persistence).concurrent_updates(False).build()
    app.add_handler(
        ConversationHandler(
            [CommandHandler("form", begin)],
            {
                NAME: [MessageHandler(filters.TEXT & ~filters.COMMAND, name)],
                PERSONS: [MessageHandler(filters.TEXT & ~filters.COMMAND, persons)],
                TRADE: [CallbackQueryHandler(trade)],
                SURE: [CallbackQueryHandler(sure)],
            },
            [CommandHandler("form", begin)],
            name="form",
            persistent=True,
        )
    )
    app.run_polling(allowed_updates=["message", "callback_query"])


if __name__ == "__main__":
    main()
