"""The command line ``rongcuo``: serve, chat, ask, evaluate, import, publish and the rest; every help text in Chinese."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import json
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track

from bot.audit import UnknownCase
from bot.backup import NotABackup
from bot.chinese_cli import Refusal, new_group, refusal_text, system_error_text
from bot.cli_common import check_jurisdiction, day_of, progress_console, run, say, settings_of
from bot.cli_database import database_app
from bot.cli_house import flow_app, invite, register, tidy
from bot.cli_papers import papers_app
from bot.cli_record import audit_app, clock
from bot.reading_log import read_log
from bot.settings import SettingError, Settings, check_places, load_settings, unknown_settings
from handlers.conversation import CHINA, Knowledge
from knowledge.evaluation import detail, read_entries, read_question_set, score, summary
from knowledge.findings import RefusedFile
from knowledge.library import Library
from knowledge.matching.matcher import Matcher, Result
from knowledge.shipped import matcher_for, profile_for, shipped_language, shipped_library
from knowledge.yaml_data import DataError
from storage.copying import NotEmpty, NotTheSame
from storage.database import DATABASE_ERRORS, Database, DatabaseSettingError, UnknownRevision, database_file
from storage.versions import BrokenVersion, UnknownVersion

EXPECTED = (
    SettingError,
    DataError,
    DatabaseSettingError,
    RefusedFile,
    UnknownRevision,
    UnknownVersion,
    BrokenVersion,
    NotABackup,
    NotEmpty,
    NotTheSame,
    UnknownCase,
)
"""What may be wrong with what a person gave; the message is in Chinese."""
app = new_group("容错助手：包容审慎监管的对话助手。")
app.add_typer(database_app, name="db")
app.add_typer(flow_app, name="flow")
app.add_typer(papers_app, name="papers")
app.add_typer(audit_app, name="audit")
for command in (register, invite, tidy, clock):
    app.command()(command)
app.command(name="read-log")(read_log)


@app.command()
def serve(
    parts: Annotated[
        str, typer.Option(help="只跑这几部分，用逗号隔开：web、telegram、worker、courier、clock；不写就是全部")
    ] = "",
) -> None:
    """启动服务：网页聊天；设置了令牌时还有 Telegram。几个进程可以分着跑，共用一个 PostgreSQL。"""
    from bot.memory import keep_together

    keep_together()  # before anything starts a thread
    from bot.app import PARTS, App

    settings = settings_of()
    for strange in unknown_settings(os.environ):
        say(f"注意：{strange}")
    chosen = {part.strip() for part in parts.split(",") if part.strip()} or set(PARTS)
    if unknown := chosen - set(PARTS):
        raise typer.BadParameter(f"没有“{'、'.join(sorted(unknown))}”，有：{'、'.join(PARTS)}", param_hint="--parts")
    check_places(settings)

    async def work() -> None:
        service = App(settings, parts=chosen)
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, service.stop.set)
        await service.prepare(say)
        await service.serve(say)
        if service.has_failed:
            raise typer.Exit(1)

    run(work())


@app.command()
def chat() -> None:
    """在终端里聊天。输入问题或者序号，输入“退出”结束。"""
    from bot.app import App
    from bot.channels.console import Console, lines_of

    settings = settings_of("error")

    async def work() -> None:
        service = App(settings)
        await service.prepare(say, is_guest=True)
        console = Console(
            service.database, service.intake, service.worker, service.now, f"console-{service.now():%Y%m%d%H%M%S%f}"
        )
        text = "/start"
        try:
            while text not in ("退出", "exit", "quit"):
                for part in await console.says(text):
                    typer.echo("\n".join(lines_of(part)) + "\n")
                text = (await asyncio.to_thread(_input)) or "退出"
        finally:
            await service.close()

    run(work())


def _input() -> str:
    typer.echo("> ", nl=False)
    while line := sys.stdin.readline():
        if line.strip():
            return line.strip()
        typer.echo("> ", nl=False)
    return ""


def _knowledge(source: str) -> Knowledge:
    """The published knowledge when there is a database, else the shipped one."""
    settings = load_settings()
    if source != "shipped":
        found = run(_published(settings))
        if found is not None:
            return found
        if source == "published":
            raise SettingError("数据库里还没有公布的内容，请先运行 rongcuo serve 或者 rongcuo publish")
    library = shipped_library()
    return Knowledge(library, matcher_for(library))


async def _published(settings: Settings) -> Knowledge | None:
    from storage import answers, versions

    file = database_file(settings.database)
    if file is not None and not file.exists():
        return None
    database = Database(settings.database)
    try:
        if not await database.is_current():
            return None
        async with database.reading() as session:
            collections = await versions.published(session)
            released = await answers.published(session)
    finally:
        await database.close()
    if not collections:
        return None
    library = Library(collections, shipped_language(), released)
    return Knowledge(library, matcher_for(library))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="要问的问题", metavar="问题")],
    day: Annotated[str | None, typer.Option(help="行为发生的日期，如 2022-05-01；按当日有效的规定查找")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="六位行政区划代码，如 420704；本地规定排在前面")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    source: Annotated[str, typer.Option(help="auto、published（数据库）或者 shipped（随程序附带）")] = "auto",
) -> None:
    """问一个问题，给出原文和出处。"""
    if source not in ("auto", "published", "shipped"):
        raise typer.BadParameter("source 应为 auto、published 或者 shipped")
    check_jurisdiction(jurisdiction)
    on_day = day_of(day)
    knowledge = _knowledge(source)
    result = knowledge.matcher.search(question, day=on_day or dt.datetime.now(CHINA).date(), jurisdiction=jurisdiction)
    if as_json:
        typer.echo(json.dumps(result_json(knowledge.library, result), ensure_ascii=False))
        return
    from bot.channels.console import lines_of
    from handlers import answers
    from handlers.messages import parts_of

    worded = {
        "answer": lambda: answers.answer(
            knowledge.library, result, question, None, day=on_day, jurisdiction=jurisdiction
        ),
        "clarify": lambda: answers.clarify(knowledge.library, result, 0),
        "none": lambda: answers.nothing(knowledge.library, result, None),
    }[result.outcome]()
    for part in parts_of(worded, []):
        typer.echo("\n".join(lines_of(part)))


def result_json(library: Library, result: Result) -> dict[str, Any]:
    """The stable form of an answer: outcome and candidates with quote and citation."""

    def one(match: Any) -> dict[str, Any]:
        citation = library.citation(match.entry.id)
        return {
            "id": match.entry.id,
            "kind": match.entry.kind,
            "title": library.title(match.entry.id),
            "quote": library.quote(match.entry.id),
            "citation": {
                "document": citation.document,
                "number": citation.number,
                "path": citation.path,
                "place": citation.place,
                "date": citation.date.isoformat() if citation.date else None,
            },
            "confidence": match.confidence,
            "scope": match.scope,
        }

    return {
        "outcome": result.outcome,
        "candidates": [one(match) for match in result.matches],
        "later": [one(match) for match in result.later],
    }


@app.command()
def evaluate(
    questions: Annotated[
        Path, typer.Option(help="问题文件：YAML（answer_any）或者 JSON 行（gold）", exists=True, dir_okay=False)
    ],
    entries: Annotated[
        Path | None,
        typer.Option(
            help="条目文件：JSON 行，id、title、aliases、body；不写就用附带的文件和清单", exists=True, dir_okay=False
        ),
    ] = None,
    details: Annotated[Path | None, typer.Option(help="每题一行写到这个文件")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """用一套问题给匹配打分。"""
    if entries is None:
        library: Library | None = shipped_library()
        matcher = matcher_for(library)  # type: ignore[arg-type]
    else:
        library = None
        found = read_entries(entries)
        if not found:
            raise DataError(entries, 1, "没有条目")
        matcher = Matcher(found, shipped_language().analyzer(), profile_for(found))
    asked = read_question_set(questions, library)
    if not asked:
        raise DataError(questions, 1, "没有问题")
    scored = list(track(score(asked, matcher), total=len(asked), description="评测", console=progress_console()))
    if details:
        details.write_text(
            "".join(json.dumps(detail(one), ensure_ascii=False) + "\n" for one in scored), encoding="utf-8"
        )
    figures = summary(scored)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
        return
    for name, value in figures.items():
        if name != "by_style":
            typer.echo(f"{name:26} {value}")
    for style, own in figures["by_style"].items():
        typer.echo(f"  {style:12} " + "  ".join(f"{k} {v}" for k, v in own.items()))


@app.command(name="import")
def import_files(
    files: Annotated[
        list[Path], typer.Argument(help="政策文件（txt、docx、pdf）或者清单（xlsx、docx、csv、pdf）", metavar="文件")
    ],
    kind: Annotated[str, typer.Option(help="auto（自动判断）、document（政策文件）或者 list（清单）")] = "auto",
    short: Annotated[str | None, typer.Option(help="简称，如 鄂城规则；默认用文件名")] = None,
    title: Annotated[str | None, typer.Option(help="标题；不写就用文件里写明的")] = None,
    issuer: Annotated[str | None, typer.Option(help="发文机关；不写就留空")] = None,
    number: Annotated[str | None, typer.Option(help="文号；不写就用文件里写明的")] = None,
    date: Annotated[str | None, typer.Option(help="日期，如 2022-06-29；不写就用文件里写明的")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="六位行政区划代码")] = None,
    place: Annotated[str, typer.Option(help="地名，如 湖北省鄂州市鄂城区")] = "",
    questions: Annotated[Path | None, typer.Option(help="典型问法的 YAML 文件", exists=True, dir_okay=False)] = None,
    publish_now: Annotated[bool, typer.Option("--publish", help="检查通过后立即公布")] = False,
    check_only: Annotated[bool, typer.Option("--check", help="只检查，不保存")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """导入文件：好的成为草稿，有错误的整份不收，并说明错在哪里、应当怎样。"""
    from bot.importing import Details, import_all

    if kind not in ("auto", "document", "list"):
        raise typer.BadParameter("kind 应为 auto、document 或者 list")
    check_jurisdiction(jurisdiction)
    settings = settings_of("warning")
    given = Details(kind, short, title, issuer, number, day_of(date), jurisdiction, place, questions)
    watched = track(files, description="读文件", console=progress_console(), disable=len(files) < 2)
    reports = run(
        import_all(
            settings, watched, given, check_only=check_only, publish_now=publish_now, now=dt.datetime.now(dt.UTC)
        )
    )
    if as_json:
        typer.echo(json.dumps([report.to_json() for report in reports], ensure_ascii=False))
    else:
        for report in reports:
            typer.echo(report.text)
    if any(report.refused for report in reports):
        raise typer.Exit(1)


@app.command()
def publish(
    versions_: Annotated[
        list[str] | None, typer.Argument(help="版本号；写 all 公布全部草稿；不写就列出版本", metavar="版本号")
    ] = None,
) -> None:
    """公布草稿，各进程的索引随即更新。不写版本号时列出全部版本。"""
    from bot.importing import diff_text, list_versions, publish_drafts

    settings = settings_of("warning")
    if not versions_:
        for line in run(list_versions(settings)):
            typer.echo(line)
        return
    if any(text != "all" and not (text.isascii() and text.isdigit()) for text in versions_):
        raise typer.BadParameter("版本号是数字，或者 all")
    for info, changes in run(publish_drafts(settings, versions_, dt.datetime.now(dt.UTC))):
        typer.echo(f"已公布：{info.source} 第{info.number}版\n{diff_text(changes)}")


@app.command()
def withdraw(
    source: Annotated[str, typer.Argument(help="文件或者清单的编号，见 rongcuo publish", metavar="编号")],
) -> None:
    """停止适用一份文件或者清单；记录保留。"""
    from bot.importing import withdraw_source

    info = run(withdraw_source(settings_of("warning"), source, dt.datetime.now(dt.UTC)))
    typer.echo(f"已停止：{info.source} 第{info.number}版")


@app.command()
def questions(
    days: Annotated[int, typer.Option(help="最近几天", min=1, max=3650)] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """列出没有答上、被标“没用”和想要人工的问题，供编辑补充。"""
    from bot.importing import editors_list

    rows = run(editors_list(settings_of("warning"), dt.datetime.now(dt.UTC) - dt.timedelta(days=days)))
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(row) for row in rows], ensure_ascii=False, default=str))
        return
    names = {"none": "查无依据", "clarify": "反问", "answer": "已答"}
    for row in rows:
        marks = "".join(["，没用" if row.useful is False else "", "，转人工" if row.wants_person else ""])
        typer.echo(
            f"{row.at.astimezone(CHINA):%m-%d %H:%M}  [{names[row.outcome]}{marks}] {row.question}  → {'、'.join(row.entries[:3])}"
        )
    typer.echo(f"共 {len(rows)} 条")


@app.command()
def settings() -> None:
    """列出全部设置、默认值和说明。"""
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = default.get_secret_value() if hasattr(default, "get_secret_value") else default
        typer.echo(f"RONGCUO_{name.upper():24} {field.description}（默认：{'不设' if shown in (None, '') else shown}）")


def main() -> None:
    """Run the command line; expected errors are one Chinese line and code 2, never a stack trace."""
    try:
        sys.exit(app(prog_name="rongcuo", standalone_mode=False))
    except Refusal as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            say(str(error))
        else:
            say(f"错误：{refusal_text(error)}")
    except EXPECTED as error:
        say(f"错误：{error}")
    except OSError as error:
        say(f"错误：{system_error_text(error)}")
    except DATABASE_ERRORS as error:
        say(f"错误：数据库连不上或者不能用（{type(error).__name__}），请检查 RONGCUO_DATABASE_URL")
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    sys.exit(2)


if __name__ == "__main__":
    main()
