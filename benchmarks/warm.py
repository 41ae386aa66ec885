"""Read before processes are forked: the program with all its parts, and the index over what is shipped."""

import alembic.command

import bot.channels.telegram
import bot.channels.telegram_sender
from benchmarks.killed_process import knowledge
from bot.app import App
from bot.settings import Settings

__all__ = ["alembic", "bot"]
App(Settings(database_url="sqlite://"))
knowledge()
