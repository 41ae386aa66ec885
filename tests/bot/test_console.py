"""What a reply looks like in a terminal."""

from __future__ import annotations

from bot.channels.console import lines_of
from handlers.messages import Block, Menu, Part


def test_a_file_is_shown_by_its_name_before_the_buttons() -> None:
    files = (("t1", "绑定码.png", "image/png"), ("t2", "我的数据.json", "application/json"))
    part = Part((Block("lead", "绑定码已生成"),), (("b", "菜单"),), files)
    assert lines_of(part) == ["绑定码已生成", "[文件] 绑定码.png", "[文件] 我的数据.json", "[1]菜单"]


def test_a_file_name_cannot_drive_the_terminal() -> None:
    part = Part((), files=(("t", "\x1b[2J清屏\r\n.png", "image/png"),))
    assert lines_of(part) == ["[文件] [2J清屏.png"]


def test_the_lasting_menu_is_not_shown() -> None:
    assert lines_of(Part((Block("lead", "欢迎"),), menu=Menu("guest", ("自检", "帮助")))) == ["欢迎"]
