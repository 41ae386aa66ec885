"""Commands about the record: checking it (R28), and letting time pass quickly to watch what comes of it (R39–R41)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot.audit import Audit, Checked
from bot.chinese_cli import new_group
from bot.cli_common import progress_console, run, say, settings_of
from bot.fast_clock import FastClock, SetClock
from bot.settings import SettingError, Settings
from handlers.conversation import CHINA
from storage.blobs import Blobs
from storage.chain import Break
from storage.database import Database, database_file

Told = Callable[[Checked], None]
audit_app = new_group("记录的核对。")
_STEPS = {"m": "minutes", "h": "hours", "d": "days"}
LEAST_DIGEST = 12
REAL = (
    "这不是演示库。继续的话：会按将来的时间真的发出推送、升级案件，并按保留期限删去旧的消息；"
    "这些都写进记录，收不回来。确实要这样，请加 --yes。"
)


@audit_app.command()
def verify(
    case: Annotated[
        str | None, typer.Option(help="只核对一个案件，如 鄂城市监容〔2026〕0012号", metavar="编号")
    ] = None,
    digest: Annotated[
        str | None, typer.Option(help="和 --case 一起用：打印页上的摘要（至少前12位）还在不在链上", metavar="摘要")
    ] = None,
    files: Annotated[bool, typer.Option("--files", help="照片和文件也逐个读出来核对")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """核对全过程记录：改一条、少一条、多一条、截掉末尾都查得出来。有不符的，退出码是1。"""
    if digest is not None and (case is None or not re.fullmatch(rf"[0-9a-fA-F]{{{LEAST_DIGEST},64}}", digest)):
        raise typer.BadParameter("--digest 要和 --case 一起用，是摘要的前12到64位")
    settings = settings_of("error")
    breaks: list[Break] = []

    def found(one: Break) -> None:
        if as_json:
            breaks.append(one)
        else:
            typer.echo(_break_line(one))

    with _progress(watched=case is None) as told:
        checked, place = run(_verified(settings, case, digest, found, told, files=files))
    if as_json:
        counts = {"cases": checked.cases.owners, "enterprises": checked.enterprises.owners, "events": checked.events}
        told_breaks = [dataclasses.asdict(one) for one in breaks]
        typer.echo(json.dumps(counts | {"files": checked.files, "breaks": told_breaks}, ensure_ascii=False))
    else:
        typer.echo(_summary(checked, files=files))
    if digest is not None and not as_json:
        typer.echo(_digest_line(place, checked))
    if checked.breaks or (digest is not None and not place):
        raise typer.Exit(1)


async def _verified(
    settings: Settings, case: str | None, digest: str | None, found: Callable[[Break], None], told: Told, *, files: bool
) -> tuple[Checked, int | None]:
    file = database_file(settings.database)
    if file is not None and not file.exists():
        raise SettingError("还没有数据库，先运行 rongcuo serve")
    database = Database(settings.database)
    try:
        if not await database.is_current():
            raise SettingError("数据库结构不是最新的，先运行 rongcuo db upgrade")
        blobs = Blobs(Path(settings.files)) if files else None
        audit = Audit(database, found, told, blobs)
        if case is None:
            return await audit.everything(), None
        checked = await audit.one(case)
        return checked, await audit.place_of(case, digest) if digest else None
    finally:
        await database.close()


def _digest_line(place: int | None, checked: Checked) -> str:
    if place is None:
        return "链上没有这个摘要。"
    held = "到这一条为止没有改过" if not checked.breaks else "可是记录有不符，不能说明没有改过"
    return f"这个摘要在第{place}条，{held}。"


def _break_line(one: Break) -> str:
    where = f" 第{one.ordinal}条" if one.ordinal is not None else ""
    return f"{one.kind} {one.label}{where}：{one.problem}"


def _summary(checked: Checked, *, files: bool) -> str:
    counted = [f"案件{checked.cases.owners}件", f"企业{checked.enterprises.owners}家", f"记录{checked.events}条"]
    if files:
        counted.append(f"文件{checked.files}份")
    found = f"发现{checked.breaks}处不符" if checked.breaks else "全部相符"
    return f"{'，'.join(counted)}：{found}。"


@contextmanager
def _progress(*, watched: bool) -> Iterator[Told]:
    """A line beside the output that counts while the walk goes on."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=progress_console(), transient=True, disable=not watched) as progress:
        task = progress.add_task("核对", total=None)

        def told(checked: Checked) -> None:
            said = (
                f"案件{checked.cases.owners} 企业{checked.enterprises.owners} 记录{checked.events} 文件{checked.files}"
            )
            progress.update(task, description=said)

        yield told


def clock(
    until: Annotated[str, typer.Option(help="走到什么时候，如 2026-12-20 或者 2026-12-20T09:00", metavar="时刻")],
    step: Annotated[str | None, typer.Option(help="另外每隔多久也看一次，如 15m、2h、1d", metavar="间隔")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="不是演示库也继续")] = False,
) -> None:
    """让演示库的时间快走：几秒钟看完几周里的提醒、升级和送达。"""
    settings = settings_of("error")
    start = dt.datetime.now(CHINA).replace(microsecond=0)
    then, every = _moment_of(until), _step_of(step)
    if then <= start:
        raise typer.BadParameter("--until 应在现在以后")
    if not settings.demo:
        if not yes:
            raise SettingError(REAL)
        say(REAL.partition("确实")[0])
    run(_moved(settings, start, then, every))


async def _moved(settings: Settings, start: dt.datetime, until: dt.datetime, step: dt.timedelta | None) -> None:
    from bot.app import App

    set_clock = SetClock(start)
    app = App(settings, set_clock.now)
    try:
        await app.prepare(say, is_guest=True)
        say(f"从 {start:%Y-%m-%d %H:%M} 走到 {until:%Y-%m-%d %H:%M}：")
        count = 0
        async for line in FastClock(app.database, set_clock, app.clock.tick, demo=settings.demo).run(until, step):
            count += 1
            typer.echo(line)
        say(f"到了，一共{count}条。" if count else "到了，这段时间没有什么要发生。")
    finally:
        await app.close()


def _moment_of(text: str) -> dt.datetime:
    """A moment option; without a zone it is Chinese time. Raises ``BadParameter``."""
    try:
        moment = dt.datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).astimezone(CHINA)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter("--until 应如 2026-12-20 或者 2026-12-20T09:00") from error


def _step_of(text: str | None) -> dt.timedelta | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,4})([mhd])", text.strip())
    if found is None or int(found[1]) == 0:
        raise typer.BadParameter("--step 应如 15m、2h、1d")
    return dt.timedelta(**{_STEPS[found[2]]: int(found[1])})
