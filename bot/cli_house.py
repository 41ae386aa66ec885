"""Commands for the people of the house: the register of enterprises, invitations, retention, and how a flow runs."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated

import typer

from bot.chinese_cli import new_group
from bot.cli_common import check_jurisdiction, day_of, run, settings_of
from handlers import menus
from handlers.conversation import CHINA
from handlers.flows.catalogue import flows_of
from handlers.flows.diagram import mermaid
from knowledge.shipped import shipped_checks
from storage import invitations
from storage.database import Database

flow_app = new_group("对话流程。")


def register(
    files: Annotated[list[Path], typer.Argument(help="企业名录（csv、xlsx）", metavar="文件")],
    jurisdiction: Annotated[str | None, typer.Option(help="归哪个区县管，六位代码；不写就按信用代码第3到8位")] = None,
    check_only: Annotated[bool, typer.Option("--check", help="只检查，不保存")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """导入企业名录：好的行收下，有错的行说明错在哪里、应当怎样。"""
    from bot.registering import register_all

    check_jurisdiction(jurisdiction)
    now = dt.datetime.now(dt.UTC)
    reports = run(
        register_all(
            settings_of("warning"),
            files,
            jurisdiction,
            check_only=check_only,
            now=now,
            today=now.astimezone(CHINA).date(),
        )
    )
    if as_json:
        typer.echo(json.dumps([report.to_json() for report in reports], ensure_ascii=False, default=str))
    else:
        for report in reports:
            typer.echo(report.text)
    if any(report.is_refused for report in reports):
        raise typer.Exit(1)


def invite(
    role: Annotated[str, typer.Option(help=f"职务：{'、'.join(menus.OFFICES)}")],
    jurisdiction: Annotated[str, typer.Option(help="六位行政区划代码，如 420704")],
    name: Annotated[str, typer.Option(help="姓名")],
    department: Annotated[str, typer.Option(help="部门")],
    licence: Annotated[str | None, typer.Option(help="执法证号，执法人员必填")] = None,
    licence_until: Annotated[str | None, typer.Option(help="执法证到期日，如 2028-06-30")] = None,
) -> None:
    """发一个邀请码：第一位管理员这样上任，其他人由管理员在对话里邀请。"""
    from bot.app import new_code

    check_jurisdiction(jurisdiction)
    if role not in menus.OFFICES:
        raise typer.BadParameter(f"职务应为 {'、'.join(menus.OFFICES)} 之一")
    until = day_of(licence_until)
    if role == "officer" and (not licence or until is None):
        raise typer.BadParameter("执法人员要写 --licence 和 --licence-until")
    settings = settings_of("warning")
    code = new_code()
    now = dt.datetime.now(dt.UTC)

    async def work() -> None:
        database = Database(settings.database)
        try:
            await database.upgrade()
            async with database.transaction() as session:
                await invitations.issue(
                    session,
                    code,
                    role=role,
                    jurisdiction=jurisdiction,
                    issuer=None,
                    now=now,
                    expires=now + dt.timedelta(hours=settings.code_hours),
                    name=name,
                    department=department,
                    licence=licence,
                    licence_until=until,
                )
        finally:
            await database.close()

    run(work())
    typer.echo(f"{code[:5]}-{code[5:]}")
    typer.echo(
        f"给{name}（{department}{menus.ROLE_NAMES[role]}）。{settings.code_hours}小时内有效，只能用一次。", err=True
    )
    typer.echo("在对话里打“绑定”，再输入这个码。", err=True)


def tidy() -> None:
    """按保留期限删去旧的消息、提问、按钮、文件和用过的码。服务运行时每小时自动做一次。"""
    from bot.clock import tidy_up

    settings = settings_of("warning")

    async def work() -> dict[str, int]:
        database = Database(settings.database)
        try:
            await database.upgrade()
            return await tidy_up(database, settings, dt.datetime.now(dt.UTC))
        finally:
            await database.close()

    names = {
        "messages": "消息",
        "questions": "提问",
        "buttons": "按钮",
        "attachments": "文件",
        "codes": "码",
        "drafts": "没填完的内容",
        "chats": "空的会话",
    }
    for name, count in run(work()).items():
        typer.echo(f"{names.get(name, name)}：删去 {count}")


@flow_app.command(name="list")
def list_flows() -> None:
    """列出全部流程。"""
    for flow in flows_of(shipped_checks()).values():
        typer.echo(f"{flow.name:16} {flow.title}")


@flow_app.command()
def show(name: Annotated[str, typer.Argument(help="流程名，见 rongcuo flow list", metavar="名称")]) -> None:
    """把一个流程画成图（Mermaid 文本）。"""
    flows = flows_of(shipped_checks())
    if name not in flows:
        raise typer.BadParameter(f"没有这个流程，应为 {'、'.join(flows)} 之一")
    typer.echo(mermaid(flows[name]))
