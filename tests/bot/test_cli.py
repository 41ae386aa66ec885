"""The command line as a person types it: a process of its own, on a database of its own."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import bot.cli
import bot.cli_common
from bot.chinese_cli import help_text, system_error_text
from bot.cli import app
from bot.settings import SettingError, Settings, load_settings, unknown_settings
from handlers.conversation import Knowledge
from tests.bot.telegram_double import TelegramDouble

COMMANDS = [
    "",
    *(command.name or command.callback.__name__ for command in app.registered_commands),
    "db",
    "db upgrade",
    "db backup",
    "db restore",
    "db copy",
    "audit",
    "audit verify",
]  # type: ignore[union-attr]
RULES = "某区办法\n\n一、总体要求\n坚持包容审慎，对轻微违法少罚慎罚。\n"
# Names of commands, options, formats and values, which are Latin by nature.
LATIN = """
    t text role admin officer liaison leader legal supervisor name department licence until read log flow show registry now messages
    rongcuo telegram rongcuo_port json yaml auto published shipped document list txt docx pdf xlsx csv day jurisdiction
    source help h kind short title issuer number date place questions publish check entries details id aliases body
    answer_any gold days all head case digest files step yes m d
    papers postgresql parts web worker courier clock backup backups restore copy tar var
"""
KNOWN = {*LATIN.split(), *" ".join(COMMANDS).split()}


@dataclass(frozen=True)
class Done:
    """What became of a command."""

    returncode: int
    stdout: str
    stderr: str


class Line:
    """The command line within this process: a process of its own costs two seconds and more each time."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys
        monkeypatch.setattr(bot.cli_common, "set_up_logs", lambda *_: None)  # they would keep the captured stderr

    def __call__(self, *words: str, **settings: str) -> Done:
        with self._monkeypatch.context() as patch:
            for name, value in environment(self.folder, **settings).items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["rongcuo", *words])
            self._capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                bot.cli.main()
        shown = self._capsys.readouterr()
        return Done(int(ended.value.code or 0), shown.out, shown.err)


@pytest.fixture
def line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shipped: Knowledge
) -> Line:
    matcher_for = bot.cli.matcher_for
    monkeypatch.setattr(bot.cli, "shipped_library", lambda: shipped.library)
    monkeypatch.setattr(
        bot.cli, "matcher_for", lambda own: shipped.matcher if own is shipped.library else matcher_for(own)
    )
    return Line(tmp_path, monkeypatch, capsys)


def runs(folder: Path, *words: str, timeout: float = 60, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def environment(folder: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RONGCUO_")}
    return kept | {"RONGCUO_DATABASE_URL": f"sqlite:///{folder}/cli.db", "COLUMNS": "100"} | settings


def assert_one_line(done: Done | subprocess.CompletedProcess[str], *said: str) -> None:
    """One Chinese line, code 2, nothing else."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    (only,) = done.stderr.splitlines()
    assert only.startswith("错误：")
    for words in said:
        assert words in only


def test_the_program_starts_as_a_process_of_its_own(tmp_path: Path) -> None:
    done = runs(tmp_path, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("用法：rongcuo [选项] 命令 [参数]...")
    assert_one_line(runs(tmp_path, "publish", RONGCUO_PORT="abc"), "RONGCUO_PORT")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_is_chinese(command: str, line: Line) -> None:
    done = line(*command.split(), "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"用法：rongcuo {command}".rstrip())
    assert "显示这段说明。" in done.stdout
    foreign = {word.lower() for word in re.findall(r"[A-Za-z_]+", done.stdout)} - KNOWN
    assert foreign == set()


def test_the_columns_of_a_help_text_stay_in_line() -> None:
    english = "Options:\n  --day <str>     a\n  --file <path>   b\n  -h, --help      Show this message and exit.\n"
    assert help_text(english) == "选项：\n  --day <文字>    a\n  --file <路径>   b\n  -h, --help      显示这段说明。\n"


def test_without_a_command_the_help_is_shown(line: Line) -> None:
    done = line()
    assert done.returncode == 2
    assert done.stderr.startswith("用法：rongcuo [选项] 命令 [参数]...")


def test_an_answer_as_json_has_its_stable_shape(tmp_path: Path, line: Line) -> None:
    done = line("ask", "罚款一次交不起，能分期吗", "--json", "--day", "2026-11-20")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert set(answer) == {"outcome", "candidates", "later"}
    assert answer["outcome"] == "answer"
    for candidate in answer["candidates"]:
        assert set(candidate) == {"id", "kind", "title", "quote", "citation", "confidence", "scope"}
        assert set(candidate["citation"]) == {"document", "number", "path", "place", "date"}
        assert 0 <= candidate["confidence"] <= 1
    best = answer["candidates"][0]
    assert "分期" in best["quote"]
    assert best["citation"]["document"] == (
        "滑县法治政府建设领导小组办公室关于进一步改进行政执法服务当前重点经济工作的指导意见"
    )
    assert not (tmp_path / "cli.db").exists()  # asking alone makes no database


def test_what_has_no_basis_is_said_so(line: Line) -> None:
    done = line("ask", "明天会下雨吗", "--json")
    assert json.loads(done.stdout)["outcome"] == "none"
    assert line("ask", "明天会下雨吗").stdout.startswith("查无依据。")


def test_an_answer_in_words_quotes_the_document(line: Line) -> None:
    done = line("ask", "罚款一次交不起，能分期吗", "--source", "shipped")
    assert done.returncode == 0
    assert "  —— 《滑县" in done.stdout
    assert done.stdout.rstrip().endswith("以执法机关认定为准。")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["ask"], "缺少参数：问题"),
        (["ask", "问", "--day", "2026-13-01"], "日期应如"),
        (["ask", "问", "--day", "明天"], "日期应如"),
        (["ask", "问", "--jurisdiction", "4207"], "六位数字"),
        (["ask", "问", "--jurisdiction", "４２０７０４"], "六位数字"),
        (["ask", "问", "--source", "elsewhere"], "source"),
        (["ask", "问", "--source", "published"], "还没有公布"),
        (["ask", "问", "--nothing"], "没有这个选项：--nothing"),
        (["ask", "问", "--days", "1"], "没有这个选项：--days"),
        (["ask", "问", "--day"], "--day"),
        (["ask", "问", "答"], "多出了：答"),
        (["nothing"], "没有这个命令：nothing"),
        (["questoins"], "没有这个命令：questoins"),
        (["db", "nothing"], "没有这个命令：nothing"),
        (["db", "upgrade", "nothing"], "没有这个数据库结构版本"),
        (["questions", "--days", "0"], "应不小于1"),
        (["questions", "--days", "99999999999"], "应不大于3650"),
        (["questions", "--days", "seven"], "应为整数"),
        (["publish", "1"], "没有这个版本"),
        (["publish", "²"], "版本号是数字"),
        (["publish", "9" * 30], "没有这个版本"),
        (["withdraw", "nothing"], "没有已公布的版本"),
        (["import"], "缺少参数：文件"),
        (["import", "x.txt", "--kind", "novel"], "kind 应为"),
        (["import", "x.txt", "--date", "2026"], "日期应如"),
        (["import", "x.txt", "--jurisdiction", "北京"], "六位数字"),
        (["import", "x.txt", "--questions", "missing.yaml"], "没有这个文件：missing.yaml"),
        (["evaluate"], "缺少选项：--questions"),
        (["evaluate", "--questions", "/"], "这是文件夹"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_what_is_wrong_with_a_command_is_one_chinese_line(command: list[str], said: str, line: Line) -> None:
    assert_one_line(line(*command), said)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("RONGCUO_PORT", "abc", "RONGCUO_PORT"),
        ("RONGCUO_PORT", "70000", "RONGCUO_PORT"),
        ("RONGCUO_LOG_LEVEL", "loud", "RONGCUO_LOG_LEVEL"),
        ("RONGCUO_TELEGRAM_TOKEN", "secret words", "RONGCUO_TELEGRAM_TOKEN"),
        ("RONGCUO_TELEGRAM_SECRET", "密令", "RONGCUO_TELEGRAM_SECRET"),
        ("RONGCUO_TELEGRAM_WEBHOOK_URL", "https://bot.example/hook", "RONGCUO_TELEGRAM_SECRET"),
        ("RONGCUO_DATABASE_URL", "nonsense", "RONGCUO_DATABASE_URL"),
        ("RONGCUO_DATABASE_URL", "mysql://u:hidden@h/d", "RONGCUO_DATABASE_URL"),
        ("RONGCUO_DATABASE_URL", "postgresql://u:hidden@h:port/d", "RONGCUO_DATABASE_URL"),
        ("RONGCUO_DATABASE_URL", "postgresql://u:hidden@127.0.0.1:9/d", "RONGCUO_DATABASE_URL"),
        ("RONGCUO_DATABASE_URL", "sqlite:////dev/null/x/y.db", "RONGCUO_DATABASE_URL"),
        ("RONGCUO_PUBLIC_URL", "chat.example", "RONGCUO_PUBLIC_URL"),
        ("RONGCUO_TELEGRAM_BASE_URL", "ftp://bot.example", "RONGCUO_TELEGRAM_BASE_URL"),
        ("RONGCUO_DATABASE_URL", "sqlite:////dev/full", "RONGCUO_DATABASE_URL"),
    ],
)
def test_a_broken_setting_is_one_chinese_line(name: str, value: str, said: str, line: Line) -> None:
    done = line("publish", **{name: value})
    assert_one_line(done, said)
    assert "hidden" not in done.stderr
    assert "secret words" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RONGCUO_FILES", "/dev/null/files"),
        ("RONGCUO_FILES", "/proc"),
        ("RONGCUO_FILES", ""),
        ("RONGCUO_TEMPLATES", "/nowhere/templates"),
        ("RONGCUO_HOST", ""),
        ("RONGCUO_HOST", "192.0.2.7"),
        ("RONGCUO_HOST", "no such host"),
    ],
)
def test_a_place_that_a_service_cannot_have_is_named_before_it_starts(name: str, value: str, line: Line) -> None:
    assert_one_line(line("serve", **{name: value}), name)


def test_a_mistyped_setting_is_named_with_the_one_that_was_meant() -> None:
    assert unknown_settings(["RONGCUO_PROT", "RONGCUO_PORT", "PATH"]) == [
        "没有设置 RONGCUO_PROT，是不是 RONGCUO_PORT？"
    ]


def test_a_database_that_does_not_know_us_is_one_chinese_line(postgres: str, line: Line) -> None:
    head, _, query = postgres.partition("?")
    unknown = f"{head.rpartition('/')[0]}/nowhere?{query}"
    assert_one_line(line("publish", RONGCUO_DATABASE_URL=unknown), "数据库", "RONGCUO_DATABASE_URL")


def test_a_port_that_is_taken_is_one_chinese_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = runs(tmp_path, "serve", RONGCUO_PORT=str(taken.getsockname()[1]), RONGCUO_PUBLISH_SHIPPED="false")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "错误：端口已被占用，请改 RONGCUO_PORT"
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr


def test_a_system_error_nobody_thought_of_is_chinese_too() -> None:
    assert system_error_text(OSError(errno.EMFILE, "Too many open files")) == "系统出错（EMFILE）"
    assert system_error_text(OSError(errno.ENOENT, "No such file", "/x/y")) == "找不到文件或者文件夹：/x/y"
    assert system_error_text(TimeoutError()) == "系统出错（TimeoutError）"


def test_secrets_may_end_in_a_new_line_and_blank_ones_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RONGCUO_TELEGRAM_TOKEN", "123456:TEST\n")
    monkeypatch.setenv("RONGCUO_TELEGRAM_SECRET", " ")
    settings = load_settings()
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() == "123456:TEST"
    assert settings.telegram_secret is None
    assert "123456" not in repr(settings)


def test_a_wrong_setting_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RONGCUO_TELEGRAM_TOKEN", "my password")
    with pytest.raises(SettingError) as refused:
        load_settings()
    assert "my password" not in str(refused.value)


def test_every_setting_is_listed_with_its_description(line: Line) -> None:
    listed = line("settings").stdout
    for name, field in Settings.model_fields.items():
        assert f"RONGCUO_{name.upper()} " in listed
        assert field.description
        assert field.description in listed


def test_a_file_is_imported_published_asked_withdrawn(tmp_path: Path, line: Line) -> None:
    (tmp_path / "rules.txt").write_text(RULES, encoding="utf-8")
    done = line("import", str(tmp_path / "rules.txt"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("rules.txt：1 条条款，草稿（版本号 1）")
    assert "rules  第1版  草稿" in line("publish").stdout
    published = line("publish", "all").stdout
    assert published.startswith("已公布：rules 第1版\n  新增 1：")
    asked = line("ask", "坚持包容审慎，对轻微违法少罚慎罚", "--json", "--source", "published")
    assert {one["id"].partition("-")[0] for one in json.loads(asked.stdout)["candidates"]} <= {"rules"}
    assert line("withdraw", "rules").stdout == "已停止：rules 第1版\n"
    assert "rules  第1版  已停止" in line("publish").stdout


def test_a_bad_file_is_refused_with_what_is_wrong_and_the_good_one_kept(tmp_path: Path, line: Line) -> None:
    (tmp_path / "bad.txt").write_text("", encoding="utf-8")
    (tmp_path / "good.txt").write_text(RULES, encoding="utf-8")
    done = line("import", str(tmp_path / "bad.txt"), str(tmp_path / "good.txt"), "--json")
    assert done.returncode == 1
    bad, good = json.loads(done.stdout)
    assert (bad["refused"], good["refused"]) == (True, False)
    done = line("import", str(tmp_path / "bad.txt"), "--check")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("未导入 bad.txt：\n  [错误] 文件 bad.txt")


def test_the_database_is_brought_up_and_down(line: Line) -> None:
    for revision in ([], ["base"], ["head"]):
        done = line("db", "upgrade", *revision)
        assert (done.returncode, done.stdout) == (0, "数据库结构已更新。\n")


def test_the_editors_list_is_there_from_the_start(line: Line) -> None:
    assert line("questions").stdout == "共 0 条\n"
    assert json.loads(line("questions", "--json").stdout) == []


def test_a_conversation_in_the_terminal_and_its_trace_in_the_editors_list(tmp_path: Path, line: Line) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat"],
        env=environment(tmp_path, RONGCUO_PUBLISH_SHIPPED="false"),
        input="明天会下雨吗\n\n退出\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "查无依据。" in done.stdout
    listed = line("questions").stdout
    assert "[查无依据] 明天会下雨吗" in listed
    (row,) = json.loads(line("questions", "--json").stdout)
    assert (row["question"], row["outcome"], row["wants_person"]) == ("明天会下雨吗", "none", False)


async def test_a_served_bot_never_logs_its_token_and_stops_when_told(tmp_path: Path) -> None:
    """Everything goes wrong once, at the most talkative level; then SIGTERM."""
    token = "123456:NEVER-TO-BE-SEEN"
    async with TelegramDouble(token) as double:
        double.unknown_methods |= {"setMyCommands", "deleteWebhook"}
        double.fails_next(1, 401, method="getUpdates")
        double.drops_next(1, method="getUpdates")
        double.drops_next(1, method="sendMessage")
        double.fails_next(1, 400, method="sendMessage")
        double.says(7, "罚款一次交不起，能分期吗")
        settings = {
            "RONGCUO_TELEGRAM_TOKEN": token,
            "RONGCUO_TELEGRAM_BASE_URL": double.base_url,
            "RONGCUO_LOG_LEVEL": "debug",
            "RONGCUO_PORT": "0",
            "RONGCUO_PUBLISH_SHIPPED": "false",
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "serve",
            env=environment(tmp_path, **settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            await double.waits_for(2, 7, timeout=60)  # the dropped answer had been carried out
            process.send_signal(signal.SIGTERM)
            out, err = await asyncio.wait_for(process.communicate(), 10)
        finally:
            if process.returncode is None:
                process.kill()
        assert double.unexpected == []
    assert process.returncode == 0, err.decode()
    log = (out + err).decode()
    assert "容错助手已启动：http://127.0.0.1:" in log
    assert "polling failed" in log
    assert "send failed" in log
    assert "NEVER" not in log
    assert "交不起" not in log
