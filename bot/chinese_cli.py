"""The command line's own words in Chinese: typer and its parser speak English otherwise.

Its texts are translated as they come out, so that nothing of its insides is touched.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

Function = TypeVar("Function", bound=Callable[..., Any])
Refusal: type[Exception] = typer.BadParameter.__mro__[2]
"""What the parser raises for a wrong command line; its ``format_message`` says what is wrong."""

_TYPES = {"str": "文字", "file": "文件", "path": "路径", "int": "整数", "int range": "整数"}
_HELP = (
    (r"^Usage:\s+", "用法："),
    (r"\[OPTIONS\]", "[选项]"),
    (r"COMMAND \[ARGS\]\.\.\.", "命令 [参数]..."),
    (r"^Options:$", "选项："),
    (r"^Arguments:$", "参数："),
    (r"^Commands:$", "命令："),
    (r"Show this message and exit\.", "显示这段说明。"),
    (r"\[default: ([^\];]*)", r"[默认：\1"),
    (r"; required\]", "；必填]"),
    (r"\[required\]", "[必填]"),
    (r"; (\d+)<=x<=(\d+)\]", r"；\1到\2]"),
    (r"; x>=(\d+)\]", r"；不小于\1]"),
    (r"<list\[\w+\]>", ""),
    (r"<(str|file|path|int range|int)>( *)", lambda found: _type(found[1], len(found[0]))),
)
_ERRORS = (
    (r"Missing argument '?(.*?)'?\.(?: .*)?", r"缺少参数：\1"),
    (r"Missing option '?(.*?)'?\.(?: .*)?", r"缺少选项：\1"),
    (r"Missing command\.", "请写明要做什么"),
    (r"No such option: (\S+).*", r"没有这个选项：\1"),
    (r"No such command '(.*?)'.*", r"没有这个命令：\1"),
    (r"Option '(.*?)' requires an argument\.", r"选项 \1 后面要有内容"),
    (r"Option '(.*?)' does not take a value\.", r"选项 \1 后面不要内容"),
    (r"Got unexpected extra argument(?:\(?s\)?)? \((.*)\)", r"多出了：\1"),
    (r"Invalid value: (.*)", r"\1"),
    (r"Invalid value for '?(.*?)'?: (.*)", lambda found: f"{found[1]} 写得不对，{_reason(found[2])}"),
)
_REASONS = (
    (r".*valid integer.*", "应为整数"),
    (r".*greater than or equal to (\d+).*", r"应不小于{0}"),
    (r".*less than or equal to (\d+).*", r"应不大于{0}"),
    (r".*'(.*)' does not exist.*", "没有这个文件：{0}"),
    (r".*'(.*)' is a directory.*", "这是文件夹，不是文件：{0}"),
    (r".*'(.*)' is not readable.*", "没有权限读这个文件：{0}"),
)
_SYSTEM = {
    errno.ENOENT: "找不到文件或者文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径中间有一段不是文件夹",
    errno.EEXIST: "已经有同名的文件",
    errno.ENOSPC: "磁盘满了",
    errno.EROFS: "磁盘是只读的",
    errno.EADDRINUSE: "端口已被占用，请改 RONGCUO_PORT",
    errno.EADDRNOTAVAIL: "本机没有这个地址，请改 RONGCUO_HOST",
    errno.ECONNREFUSED: "连不上，对方没有启动或者拒绝连接",
}


def _type(name: str, width: int) -> str:
    """A type as wide on the screen as the English one, so that the columns stay."""
    return f"<{_TYPES[name]}>".ljust(width - len(_TYPES[name]))


def _reason(text: str) -> str:
    for pattern, worded in _REASONS:
        if found := re.fullmatch(pattern, text):
            return worded.format(*found.groups())
    return text if _is_chinese(text) else "请看说明"


def _is_chinese(text: str) -> bool:
    return any("一" <= char <= "鿿" for char in text)


def help_text(text: str) -> str:
    """The parser's help in Chinese."""
    for pattern, worded in _HELP:
        text = re.sub(pattern, worded, text, flags=re.MULTILINE)
    return "\n".join(line.rstrip() for line in text.split("\n"))


def refusal_text(error: Any) -> str:
    """What is wrong with the command line, in one Chinese line."""
    text = " ".join(error.format_message().split())
    for pattern, worded in _ERRORS:
        if re.fullmatch(pattern, text):
            text = re.sub(pattern, worded, text)
            break
    context = getattr(error, "ctx", None)
    how = f"（说明：{context.command_path} --help）" if context else "（说明：rongcuo --help）"
    return (text if _is_chinese(text) else "命令写得不对") + how


def system_error_text(error: OSError) -> str:
    """An error of the operating system, in one Chinese line."""
    where = f"：{error.filename}" if error.filename else ""
    return (
        _SYSTEM.get(error.errno or 0, f"系统出错（{errno.errorcode.get(error.errno or 0, type(error).__name__)}）")
        + where
    )


class _Command(TyperCommand):
    def get_help(self, ctx: Any) -> str:
        return help_text(super().get_help(ctx))


class _Group(TyperGroup):
    def get_help(self, ctx: Any) -> str:
        return help_text(super().get_help(ctx))


class ChineseTyper(typer.Typer):
    """A command group whose commands help in Chinese."""

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Function], Function]:
        return super().command(name, cls=_Command, **settings)


def new_group(help_text: str) -> ChineseTyper:
    """A command group with Chinese help and without shell-completion options."""
    return ChineseTyper(
        cls=_Group,
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
