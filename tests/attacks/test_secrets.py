"""Secrets and people's words stay out of logs, errors, numbers and settings; nobody writes lines of their own into a log."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from sqlalchemy import text

from bot.logs import _Plain, _traced, _without_personal_data, traced
from bot.settings import SettingError, Settings, load_settings
from storage.database import DATABASE_ERRORS, Database, DatabaseSettingError
from tests.conftest import new_postgres_database

PASSWORD, TOKEN, SECRET = "geheim-db-7Yq", "4711:AAgeheim-token-9Zx", "geheim_hook_5Kp"
WORDS = "我叫示例甲电话13800000000"
SECRETS = (PASSWORD, TOKEN, TOKEN.partition(":")[2], SECRET)


def _raised(error: Exception) -> BaseException:
    try:
        raise error
    except Exception as raised:
        return raised


# ---- settings


def test_settings_show_no_secret_however_they_are_printed() -> None:
    settings = Settings(
        database_url=f"postgresql://u:{PASSWORD}@127.0.0.1/x", telegram_token=TOKEN, telegram_secret=SECRET
    )
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert not [one for one in SECRETS if one in shown]


@pytest.mark.parametrize(
    ("name", "value"),
    [("TELEGRAM_TOKEN", "geheim ohne Form"), ("TELEGRAM_SECRET", "geheim mit Leerzeichen"), ("PORT", "geheim")],
)
def test_a_wrong_setting_is_named_and_its_value_is_not(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"RONGCUO_{name}", value)
    with pytest.raises(SettingError) as caught:
        load_settings()
    assert f"RONGCUO_{name}" in str(caught.value) and "geheim" not in str(caught.value)
    assert "geheim" not in traced(caught.value)


def test_a_wrong_database_address_is_not_repeated() -> None:
    with pytest.raises(DatabaseSettingError) as caught:
        Database(f"mysql://u:{PASSWORD}@127.0.0.1/x")
    assert PASSWORD not in str(caught.value) and PASSWORD not in traced(caught.value)


# ---- errors


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_an_error_of_the_database_repeats_nobodys_words(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    if kind == "postgresql":
        url = await new_postgres_database(request.getfixturevalue("postgres"))
    database = Database(url)
    try:
        async with database.transaction() as session:
            await session.execute(text("CREATE TABLE one (word TEXT UNIQUE)"))
            await session.execute(text("INSERT INTO one VALUES (:word)"), {"word": WORDS})
        with pytest.raises(DATABASE_ERRORS) as caught:
            async with database.transaction() as session:
                await session.execute(text("INSERT INTO one VALUES (:word)"), {"word": WORDS})
    finally:
        await database.close()
    assert WORDS not in traced(caught.value)
    assert "IntegrityError" in traced(caught.value)


async def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    database = Database(f"postgresql://u:{PASSWORD}@127.0.0.1:1/x")
    with pytest.raises((OSError, *DATABASE_ERRORS)) as caught:
        async with database.reading() as session:
            await session.execute(text("SELECT 1"))
    await database.close()
    assert PASSWORD not in traced(caught.value) and PASSWORD not in str(caught.value)


def test_a_trace_says_where_and_what_kind_but_not_what_was_said() -> None:
    try:
        try:
            int(WORDS)
        except ValueError as error:
            raise KeyError(WORDS) from error
    except KeyError as error:
        told = traced(error)
    assert WORDS not in told
    assert told.count("test_secrets.py") == 2
    assert "builtins.ValueError" in told and "builtins.KeyError" in told


def test_what_the_system_says_of_its_own_is_kept() -> None:
    assert "builtins.OSError: No space left on device" in traced(_raised(OSError(28, "No space left on device")))


def test_errors_in_a_circle_and_in_groups_come_to_an_end() -> None:
    first, second = ValueError(WORDS), KeyError(WORDS)
    first.__cause__, second.__cause__ = second, first
    group = ExceptionGroup(WORDS, [first, second])
    assert WORDS not in traced(group) and "KeyError" in traced(group)


# ---- the lines of a log


def _logged(**event: Any) -> str:
    out = io.StringIO()
    log = structlog.wrap_logger(
        structlog.PrintLogger(out),
        processors=[_without_personal_data, _traced, structlog.dev.ConsoleRenderer(colors=False)],
    )
    log.error("event", **event)
    return out.getvalue()


@pytest.mark.parametrize(
    "evil",
    [
        "a\n2026-01-01 [error] forged",
        "a\r\nforged",
        "\x1b[2J\x1b[31mforged",
        "a\x85forged",
        "a\u2028forged",
        "\x9b31mforged",
    ],
)
def test_a_line_of_the_log_cannot_be_forged_nor_the_terminal_spoken_to(evil: str) -> None:
    told = _logged(error=evil)
    assert told.count("\n") == 1 and len(told.splitlines()) == 1
    assert not any(ord(one) < 0x20 or 0x7F <= ord(one) < 0xA0 for one in told.rstrip("\n"))


def test_names_texts_and_tokens_are_left_out_of_the_log() -> None:
    told = _logged(text=WORDS, name=WORDS, token=TOKEN, url=f"https://x/{TOKEN}", chat="42", count=3)
    assert WORDS not in told and TOKEN not in told and "3" in told


def test_the_lines_of_libraries_are_treated_alike() -> None:
    record = logging.LogRecord(
        "lib", logging.ERROR, "a.py", 1, "bad\n%s", ("\x1b[31m",), (ValueError, _raised(ValueError(WORDS)), None)
    )
    told = _Plain().format(record)
    assert told.splitlines()[0] == "ERROR lib bad\\x0a\\x1b[31m"
    assert WORDS not in told and "builtins.ValueError" in told


# ---- the whole program


async def test_the_program_tells_no_secret_while_everything_goes_wrong(tmp_path: Path) -> None:
    """A Bot API that is not there, a webhook with rubbish, wrong secrets, routes that fail: logs, answers and numbers."""
    environment = {
        "RONGCUO_DATABASE_URL": f"sqlite:///{tmp_path}/a.db",
        "RONGCUO_FILES": str(tmp_path / "files"),
        "RONGCUO_PUBLISH_SHIPPED": "0",
        "RONGCUO_PORT": "0",
        "RONGCUO_LOG_LEVEL": "debug",
        "RONGCUO_TELEGRAM_TOKEN": TOKEN,
        "RONGCUO_TELEGRAM_SECRET": SECRET,
        "RONGCUO_TELEGRAM_BASE_URL": "http://127.0.0.1:1",
        "RONGCUO_TELEGRAM_WEBHOOK_URL": "https://rongcuo.example/hook",
    }
    own = {name: value for name, value in os.environ.items() if not name.startswith("RONGCUO_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve"),
        env=own | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    said, base = [], ""
    async with asyncio.timeout(120):
        while not base:
            line = (await process.stdout.readline()).decode()
            assert line, "".join(said)
            said.append(line)
            base = f"http://127.0.0.1:{line.partition('127.0.0.1:')[2].partition('/')[0]}" if "已启动" in line else ""
    answers = []
    async with aiohttp.ClientSession() as http:
        for given, body in (("wrong", b"{}"), (SECRET, b"\xff{"), (SECRET, b'{"update_id": 1}'), (SECRET, b"[" * 9999)):
            async with http.post(
                f"{base}/hook", data=body, headers={"X-Telegram-Bot-Api-Secret-Token": given}
            ) as answer:
                answers.append(await answer.text())
        for path in ("/metrics", "/healthz", "/readyz", "/api/history", "/share/%0a%1b[31m", f"/p/{TOKEN}"):
            async with http.get(f"{base}{path}") as answer:
                answers.append(await answer.text() if "/p/" not in path else "")
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(30):
        rest = (await process.stdout.read()).decode()
        await process.wait()
    whole = "".join([*said, rest, *answers])
    assert "telegram method refused" in whole  # it did go wrong
    assert not [one for one in SECRETS if one in whole]
    assert "Traceback" not in whole and "\x1b" not in whole
