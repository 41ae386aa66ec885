"""``rongcuo register``, ``invite``, ``tidy`` and ``flow``: what the people who run the house type."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from bot.registering import register_all
from bot.settings import Settings
from storage import enterprises, invitations
from storage.database import Database
from tests.bot.test_cli import Line, line
from tests.people import FIRM_CODES

__all__ = ["line"]
NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
HEAD = "企业名称,统一社会信用代码,行业代码,行业,地址,成立日期\n"


def settings(folder: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{folder}/register.db")  # type: ignore[arg-type]


async def registers(folder: Path, *files: Path, jurisdiction: str | None = None, check_only: bool = False) -> Any:
    return await register_all(
        settings(folder), files, jurisdiction, check_only=check_only, now=NOW, today=dt.date(2026, 11, 20)
    )


async def found(folder: Path, code: str) -> enterprises.EnterpriseInfo | None:
    database = Database(f"sqlite:///{folder}/register.db")
    async with database.reading() as session:
        info = await enterprises.by_code(session, code)
    await database.close()
    return info


async def test_good_rows_go_in_and_a_wrong_code_is_named_by_row_and_character(tmp_path: Path) -> None:
    file = tmp_path / "名录.csv"
    wrong = FIRM_CODES[1][:-1] + ("A" if FIRM_CODES[1][-1] != "A" else "B")
    file.write_text(
        HEAD + f"示例甲店,{FIRM_CODES[0]},6210,正餐服务,示例路1号,2019-04-12\n示例乙店,{wrong},5212,,,\n",
        encoding="utf-8",
    )
    (report,) = await registers(tmp_path, file)
    assert (report.loaded.added, len(report.findings)) == (1, 1)
    assert "第18位" in str(report.findings[0])
    info = await found(tmp_path, FIRM_CODES[0])
    assert info is not None
    assert (info.name, info.industry_code, info.founded) == ("示例甲店", "6210", dt.date(2019, 4, 12))
    assert info.origin == "register"


async def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "名录.csv"
    file.write_text(HEAD + f"示例甲店,{FIRM_CODES[0]},6210,正餐服务,示例路1号,2019-04-12\n", encoding="utf-8")
    await registers(tmp_path, file)
    (again,) = await registers(tmp_path, file)
    assert (again.loaded.added, again.loaded.changed, again.loaded.same) == (0, 0, 1)


async def test_checking_only_keeps_nothing_and_a_bad_file_does_not_stop_a_good_one(tmp_path: Path) -> None:
    good, bad = tmp_path / "好.csv", tmp_path / "坏.csv"
    good.write_text(HEAD + f"示例甲店,{FIRM_CODES[0]},,,,\n", encoding="utf-8")
    bad.write_text("甲,乙\n1,2\n", encoding="utf-8")
    first, second = await registers(tmp_path, bad, good, check_only=True)
    assert first.is_refused
    assert not second.is_refused
    assert not (tmp_path / "register.db").exists()
    _, second = await registers(tmp_path, bad, good)
    assert second.loaded.added == 1


async def test_a_jurisdiction_may_be_given_for_codes_of_the_city(tmp_path: Path) -> None:
    file = tmp_path / "名录.csv"
    file.write_text(HEAD + f"示例甲店,{FIRM_CODES[0]},,,,\n", encoding="utf-8")
    await registers(tmp_path, file, jurisdiction="420703")
    info = await found(tmp_path, FIRM_CODES[0])
    assert info is not None
    assert info.division == "420703"


def test_the_first_admin_comes_by_a_code_from_the_command_line(line: Line, tmp_path: Path) -> None:
    done = line("invite", "--role", "admin", "--jurisdiction", "420704", "--name", "王示例", "--department", "示例局")
    assert done.returncode == 0
    code = done.stdout.strip().split("\n")[0]

    async def look() -> str:
        database = Database(f"sqlite:///{line.folder}/cli.db")
        async with database.transaction() as session:
            verdict, info = await invitations.redeem(session, code, dt.datetime.now(dt.UTC))
        await database.close()
        assert info is not None
        return f"{verdict} {info.role} {info.jurisdiction} {info.name}"

    assert asyncio.run(look()) == "fine admin 420704 王示例"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("invite", "--role", "boss", "--jurisdiction", "420704", "--name", "王", "--department", "局"), "职务应为"),
        (("invite", "--role", "admin", "--jurisdiction", "4207", "--name", "王", "--department", "局"), "六位数字"),
        (
            ("invite", "--role", "officer", "--jurisdiction", "420704", "--name", "王", "--department", "局"),
            "--licence-until",
        ),
        (("flow", "show", "nothing"), "没有这个流程"),
        (("register", "没有.csv"), "没有.csv"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(line: Line, words: tuple[str, ...], said: str) -> None:
    done = line(*words)
    assert done.returncode != 0
    assert said in done.stdout + done.stderr


def test_register_prints_json(line: Line, tmp_path: Path) -> None:
    file = tmp_path / "名录.csv"
    file.write_text(HEAD + f"示例甲店,{FIRM_CODES[0]},,,,\n", encoding="utf-8")
    done = line("register", str(file), "--json")
    assert json.loads(done.stdout)[0]["loaded"]["added"] == 1


def test_every_flow_is_drawn(line: Line) -> None:
    names = [row.split()[0] for row in line("flow", "list").stdout.strip().split("\n")]
    assert {"tolerance", "four_new", "hardship", "size", "bind", "invite"} <= set(names)
    for name in names:
        drawn = line("flow", "show", name).stdout
        assert drawn.startswith("flowchart TD")
        assert "done" in drawn


def test_tidying_by_hand_says_what_went(line: Line) -> None:
    assert "消息：删去 0" in line("tidy").stdout
