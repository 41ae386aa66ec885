"""``rongcuo papers`` and the setting RONGCUO_TEMPLATES: what whoever looks after an office's templates types and sees."""

from __future__ import annotations

import re
from pathlib import Path

import docx
import pytest

from bot.app import App
from bot.previewing import office_program
from bot.settings import Settings
from knowledge.papers.kinds import MISSING, shipped_papers
from tests.bot.test_cli import KNOWN, Line, assert_one_line, line

__all__ = ["line"]
NAMES = {"papers", "list", "check", "copy", "preview", "fields", "docx", "word", "wps", "libreoffice", "pdf"}
ORDER = shipped_papers().kinds["order"].file


def wrong(path: Path, text: str) -> Path:
    """A template with one more paragraph, as somebody types it in Word."""
    document = docx.Document(path)
    document.add_paragraph(text)
    document.save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path, line: Line) -> Path:
    """An office's folder with copies of the shipped templates."""
    made = tmp_path / "模板"
    assert line("papers", "copy", str(made)).returncode == 0
    return made


@pytest.mark.parametrize("command", ["", "list", "check", "copy", "preview"])
def test_the_help_is_chinese(command: str, line: Line) -> None:
    done = line("papers", *command.split(), "--help")
    assert done.returncode == 0 and "显示这段说明。" in done.stdout
    assert {word.lower() for word in re.findall(r"[A-Za-z_]+", done.stdout)} - KNOWN - NAMES == set()


def test_the_list_names_every_paper_and_says_which_go_through_review(line: Line) -> None:
    done = line("papers", "list")
    assert done.stdout.count("自带") == len(shipped_papers().kinds) == 16
    assert "不予行政处罚决定书.docx  自带，要法制审核" in done.stdout


def test_the_fields_are_listed_as_they_are_typed(line: Line) -> None:
    done = line("papers", "list", "--fields")
    assert "{{ 企业名称 }}  企业名录" in done.stdout and MISSING in done.stdout
    assert done.stdout.count("{{ ") == len(shipped_papers().fields)


def test_copies_of_the_shipped_templates_are_good_and_are_not_written_over(folder: Path, line: Line) -> None:
    done = line("papers", "check", *map(str, sorted(folder.glob("*.docx"))))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "查了16个模板，0个不能用")
    wrong(folder / ORDER, "本局地址：{{ 企业地址 }}")
    before = (folder / ORDER).read_bytes()
    again = line("papers", "copy", str(folder))
    assert f"{ORDER}：已经有了，没有动" in again.stdout
    assert (folder / ORDER).read_bytes() == before


def test_a_wrong_field_is_named_with_its_place_and_what_would_be_right(folder: Path, line: Line) -> None:
    wrong(folder / ORDER, "请 {{ 企业名 }} 注意")
    done = line("papers", "check", str(folder / ORDER))
    assert done.returncode == 1
    assert f"{ORDER}：不能用，先用自带的模板" in done.stdout
    assert re.search(r"正文第\d+段“请 \{\{ 企业名 \}\} 注意”：没有字段“企业名”；应为：\{\{ 企业名称 \}\}", done.stdout)
    assert done.stdout.splitlines()[-1] == "查了1个模板，1个不能用"


def test_without_files_the_folder_of_the_setting_is_checked(folder: Path, line: Line) -> None:
    wrong(folder / ORDER, "{% for x in y %}")
    done = line("papers", "check", RONGCUO_TEMPLATES=str(folder))
    assert "模板里不能写程序" in done.stdout and "查了16个模板，1个不能用" in done.stdout
    assert_one_line(line("papers", "check"), "RONGCUO_TEMPLATES")


def test_a_file_that_is_not_there_and_one_of_another_name_are_named(tmp_path: Path, line: Line) -> None:
    (tmp_path / "通知.docx").write_bytes(b"x")
    done = line("papers", "check", str(tmp_path / ORDER), str(tmp_path / "通知.docx"))
    assert done.returncode == 1
    assert "打不开这个文件" in done.stdout and "没有这种文书" in done.stdout


def test_the_preview_fills_every_template_three_times(
    tmp_path: Path, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.previewing.office_program", lambda: None)
    done = line("papers", "preview", str(tmp_path / "看"))
    assert done.returncode == 0 and "没有找到 LibreOffice" in done.stderr
    made = sorted((tmp_path / "看").glob("*.docx"))
    assert len(made) == 48
    text = "\n".join(p.text for p in docx.Document(tmp_path / "看" / "责令改正通知书-全空.docx").paragraphs)
    assert MISSING in text and "{{" not in text


async def test_at_the_start_a_bad_template_is_named_in_one_line_and_the_shipped_one_used(
    folder: Path, tmp_path: Path
) -> None:
    wrong(folder / ORDER, "{{ 企业名 }}")
    settings = Settings(  # type: ignore[call-arg]
        database_url=f"sqlite:///{tmp_path}/app.db",  # type: ignore[arg-type]
        templates=str(folder),
        files=str(tmp_path / "files"),
        publish_shipped=False,
    )
    app, said = App(settings), list[str]()
    await app.prepare(said.append)
    await app.close()
    (only,) = [one for one in said if "文书模板" in one]
    assert ORDER in only and "没有字段“企业名”" in only and "先用自带的模板" in only and "\n" not in only
    used = app.house.templates().by_kind
    assert not used["order"].is_own and used["review"].is_own


def test_where_the_office_program_is_missing_it_is_found_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert office_program() is None
