"""The command line's own words in Chinese: typer and its parser speak English otherwise."""

from __future__ import annotations

import sys
from types import ModuleType

import typer
from typer import rich_utils

_WORDS = {
    "Usage:": "用法：",
    "Usage: ": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Arguments": "参数",
    "Show this message and exit.": "显示这段说明。",
    "Error": "错误",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing command.": "请写明要做什么。",
    "No such option: {name}": "没有这个选项：{name}",
    "No such command {name!r}.": "没有这个命令：{name}",
    "Try '{command} {option}' for help.": "运行“{command} {option}”看说明。",
    "Invalid value: {message}": "写得不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint}写得不对：{message}",
    "Option {name!r} requires an argument.": "选项 {name} 后面要有内容。",
    "Got unexpected extra argument ({args})": "多出了：{args}",
    "Got unexpected extra arguments ({args})": "多出了：{args}",
    "(default)": "（默认）",
    "required": "必填",
    "default: {default}": "默认：{default}",
}


def _translated(text: str) -> str:
    return _WORDS.get(text, text)


def speak_chinese() -> None:
    """Put Chinese words in place of the parser's English ones; called once, before the command line is parsed."""
    for name, module in list(sys.modules.items()):
        if (
            name.split(".")[0] in ("typer", "click")
            and isinstance(module, ModuleType)
            and hasattr(module, "_")
            and callable(module._)
        ):
            setattr(module, "_", _translated)  # noqa: B010 - a module has no such attribute by type
    rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
    rich_utils.OPTIONS_PANEL_TITLE = "选项"
    rich_utils.COMMANDS_PANEL_TITLE = "命令"
    rich_utils.ERRORS_PANEL_TITLE = "错误"


def new_group(help_text: str) -> typer.Typer:
    """A command group with Chinese help and without shell-completion options."""
    return typer.Typer(
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
