"""Commands for official papers: which there are and with which fields, whether templates are right, copies to edit, a look at them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Annotated

import typer

from bot.chinese_cli import new_group
from bot.cli_common import say, settings_of
from knowledge.papers.faults import BadTemplate
from knowledge.papers.kinds import MISSING, shipped_papers
from knowledge.papers.templates import Templates, load_templates, read_own, read_template, unknown_file

papers_app = new_group("文书和模板。")


@papers_app.command(name="list")
def list_papers(
    with_fields: Annotated[bool, typer.Option("--fields", help="列出全部字段")] = False,
) -> None:
    """列出文书：文件名、用的是自带的还是本单位的模板、要不要法制审核；或者列出模板里能写的字段。"""
    if with_fields:
        for field in shipped_papers().fields.values():
            blank = f"；没有就问承办人，不填的写{MISSING}" if field.ask else f"；没有就写{MISSING}"
            typer.echo(f"{{{{ {field.name} }}}}  {field.source}{blank}")
        return
    templates = _templates()
    for template in templates.by_kind.values():
        own = "本单位" if template.is_own else "自带"
        review = "，要法制审核" if template.kind.is_reviewed else ""
        typer.echo(f"{template.kind.file}  {own}{review}，{len(template.fields)}个字段")
    _say_problems(templates)


@papers_app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="模板；不写就查设置的文件夹", metavar="文件")] = None,
) -> None:
    """检查模板：用了哪些字段；写错的在哪里、应当怎样写。"""
    paths = files or _own_files()
    wrong = 0
    for path in paths:
        try:
            kind = next((kind for kind in shipped_papers().kinds.values() if kind.file == path.name), None)
            if kind is None:
                raise BadTemplate(path.name, [unknown_file(shipped_papers())])
            template = read_template(kind, read_own(path), shipped_papers(), is_own=True)
        except BadTemplate as error:
            wrong += 1
            typer.echo(f"{error.file}：不能用，先用自带的模板")
            for fault in error.faults:
                typer.echo(f"  {fault}")
            continue
        typer.echo(f"{path.name}：可以用，字段{len(template.fields)}个：{'、'.join(template.fields)}")
    typer.echo(f"查了{len(paths)}个模板，{wrong}个不能用")
    if wrong:
        raise typer.Exit(1)


@papers_app.command()
def copy(folder: Annotated[Path, typer.Argument(help="放到哪个文件夹", metavar="文件夹")]) -> None:
    """把自带的模板复制出来，用 Word、WPS 或者 LibreOffice 改；已经有的不动。"""
    folder.mkdir(parents=True, exist_ok=True)
    for template in load_templates(None).by_kind.values():
        path = folder / template.kind.file
        if path.exists():
            typer.echo(f"{path.name}：已经有了，没有动")
            continue
        path.write_bytes(template.content)
        typer.echo(f"{path.name}：已复制")
    say(f"改好以后设置 RONGCUO_TEMPLATES={folder}，用 rongcuo papers check 检查。")


@papers_app.command()
def preview(folder: Annotated[Path, typer.Argument(help="放到哪个文件夹", metavar="文件夹")]) -> None:
    """用虚构的内容把每一种文书做出来看：平常的、最长的、全空的；装了 LibreOffice 的还有 PDF 和每一页的图片。"""
    from bot.previewing import office_program, to_pdf, to_pictures, write_papers

    templates = _templates()
    _say_problems(templates)
    made = write_papers(templates.by_kind.values(), folder)
    typer.echo(f"{folder}：{len(made)}份 docx")
    if office_program() is None:
        say("没有找到 LibreOffice，没有做 PDF 和图片。")
        return
    try:
        pictures = [picture for pdf in to_pdf(made, folder) for picture in to_pictures(pdf)]
    except (subprocess.SubprocessError, FileNotFoundError) as error:
        say(f"LibreOffice 没有转成功（{type(error).__name__}）。")
        raise typer.Exit(1) from error
    typer.echo(f"{folder}：{len(made)}份 PDF，{len(pictures)}页图片")


def _templates() -> Templates:
    settings = settings_of("warning")
    return load_templates(Path(settings.templates) if settings.templates else None)


def _say_problems(templates: Templates) -> None:
    for problem in templates.problems:
        say(problem)


def _own_files() -> list[Path]:
    """The templates in the folder that is set. Raises ``BadParameter`` when none is."""
    settings = settings_of("warning")
    if not settings.templates:
        raise typer.BadParameter("没有设置 RONGCUO_TEMPLATES，请写明要查的文件")
    return sorted(path for path in Path(settings.templates).glob("*.docx") if not path.name.startswith(("~$", ".")))
