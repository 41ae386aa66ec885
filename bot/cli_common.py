"""What every command needs: settings, words on the side, a loop to run in, checked options, a progress bar."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Coroutine
from typing import Any, TypeVar

import typer
from rich.console import Console

from bot.logs import set_up_logs
from bot.settings import Settings, load_settings

Value = TypeVar("Value")


def settings_of(level: str | None = None) -> Settings:
    """The settings, with the logs set up. Raises ``SettingError``."""
    settings = load_settings()
    set_up_logs(level or settings.log_level, settings.log_format)
    return settings


def say(text: str) -> None:
    """Words for the person, beside the output."""
    typer.echo(text, err=True)


def run(work: Coroutine[Any, Any, Value]) -> Value:
    return asyncio.run(work)


def day_of(text: str | None) -> dt.date | None:
    """A day option. Raises ``BadParameter``."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("日期应如 2026-11-20") from error


def check_jurisdiction(code: str | None) -> None:
    """A division code option. Raises ``BadParameter``."""
    if code is not None and not (code.isascii() and code.isdigit() and len(code) == 6):
        raise typer.BadParameter("行政区划代码是六位数字，如 420704")


def progress_console() -> Console:
    return Console(stderr=True)
