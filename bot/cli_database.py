"""Commands for the database: its schema, backups, the way back, and moving to another one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from bot.backup import back_up, restore
from bot.chinese_cli import new_group
from bot.cli_common import progress_console, run, settings_of
from handlers.conversation import CHINA
from storage.blobs import Blobs
from storage.copying import copy_all
from storage.database import Database

database_app = new_group("数据库：结构、备份、恢复、搬家。")
Told = Callable[[str, int], None]


@database_app.command()
def upgrade(revision: Annotated[str, typer.Argument(help="版本，默认最新", metavar="版本")] = "head") -> None:
    """把数据库结构更新到最新。"""

    async def work(database: Database, blobs: Blobs, told: Told) -> None:
        await database.upgrade(revision)

    _with_database(work)
    typer.echo("数据库结构已更新。")


@database_app.command()
def backup(
    file: Annotated[Path | None, typer.Argument(help="备份文件；不写就放在 var/backups", metavar="文件")] = None,
) -> None:
    """备份数据库和照片文件到一个 tar；服务不用停。"""
    now = dt.datetime.now(dt.UTC)
    path = file or Path("var/backups") / f"rongcuo-{now.astimezone(CHINA):%Y%m%d-%H%M%S}.tar"

    async def work(database: Database, blobs: Blobs, told: Told) -> None:
        made = await back_up(database, blobs, path, now, told)
        typer.echo(f"已备份到 {path}：{made.rows} 行，{made.files} 个文件。")

    _with_database(work)


@database_app.command(name="restore")
def bring_back(
    file: Annotated[Path, typer.Argument(help="备份文件", metavar="文件", exists=True, dir_okay=False)],
) -> None:
    """把备份恢复到设置里的数据库（要是空的）和文件夹，并逐表核对。"""

    async def work(database: Database, blobs: Blobs, told: Told) -> None:
        await database.upgrade()
        made = await restore(file, database, blobs, told)
        day = f"{made.made.astimezone(CHINA):%Y-%m-%d %H:%M}"
        typer.echo(f"已恢复 {day} 的备份：{made.rows} 行，{made.files} 个文件，逐表核对一致。")

    _with_database(work)


@database_app.command()
def copy(
    url: Annotated[str, typer.Argument(help="搬到哪里，如 postgresql://用户:密码@主机/库", metavar="数据库")],
) -> None:
    """把整个数据库搬到另一个（要是空的），逐表核对；原来的不动。先停服务。"""

    async def work(database: Database, blobs: Blobs, told: Told) -> None:
        target = Database(url)
        try:
            await target.upgrade()
            tables = await copy_all(database, target, told)
        finally:
            await target.close()
        rows = sum(count for count, _ in tables.values())
        typer.echo(f"已搬 {len(tables)} 张表，{rows} 行，逐表核对一致。请把 RONGCUO_DATABASE_URL 改成新的再启动。")

    _with_database(work)


def _with_database(work: Callable[[Database, Blobs, Told], Awaitable[None]]) -> None:
    """Run something on the configured database, showing how far it is."""
    settings = settings_of("warning")

    async def all_of_it() -> None:
        database = Database(settings.database)
        console = progress_console()
        columns = (SpinnerColumn(), TextColumn("{task.description}"))
        try:
            with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
                task = shown.add_task("")
                await work(
                    database,
                    Blobs(Path(settings.files)),
                    lambda table, rows: shown.update(task, description=f"{table}：{rows} 行"),
                )
        finally:
            await database.close()

    run(all_of_it())
