"""The command ``read-log``: a message or a file of messages, for a person or as JSON; what is wrong is said in Chinese."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from stdnum.cn import uscc
from typer.testing import CliRunner

from bot.reading_log import read_log
from knowledge.findings import RefusedFile
from knowledge.yaml_data import DataError

NOW = "2026-11-20T10:00"
app = typer.Typer()
app.command()(read_log)


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    rows = ["name,uscc,address"]
    for number, name in enumerate(("海州区渔家灯火饭店", "海州区天成汽车修理厂", "连云港天成货运有限公司")):
        body = f"92320706MA{number:07d}"
        rows.append(f"{name},{body + uscc.calc_check_digit(body)},江苏省连云港市海州区新海街道朝阳路{number}号")
    path = tmp_path / "名录.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def run(registry: Path, *given: str) -> str:
    done = CliRunner().invoke(app, ["--registry", str(registry), "--now", NOW, *given], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_one_message_is_one_object(registry):
    text = "渔家灯火饭店后厨两瓶酱油过期，一般，限5日内整改"
    assert json.loads(run(registry, "--json", text)) == {
        "text": text,
        "enterprise": "海州区渔家灯火饭店",
        "candidates": [],
        "severity": "ordinary",
        "deadline": "2026-11-27",
        "deadline_basis": "working",
        "problem": "后厨两瓶酱油过期",
        "red_line_hint": True,
    }


def test_a_file_of_messages_is_a_list_with_ids(registry, tmp_path):
    path = tmp_path / "记录.yaml"
    path.write_text(
        "- {id: a1, text: 天成的年报没报}\n- {id: 7, text: 渔家灯火没标价}\n- 路边有人占道\n", encoding="utf-8"
    )
    found = json.loads(run(registry, "--json", "--messages", str(path)))
    assert [one.get("id") for one in found] == ["a1", 7, None]
    assert (found[0]["enterprise"], len(found[0]["candidates"])) == (None, 2)
    assert (found[0]["deadline"], found[0]["deadline_basis"], found[0]["red_line_hint"]) == (None, None, False)


def test_a_person_reads_lines(registry):
    shown = run(registry, "渔家灯火饭店酱油过期，轻微，当场下架")
    assert "企业：海州区渔家灯火饭店" in shown
    assert "期限：2026-11-20（星期五，日期）" in shown
    assert "程度：轻微" in shown
    assert "是否涉及食品，请核实" in shown
    assert "待确认，可能是" in run(registry, "天成的年报没报")
    assert "名录中没有找到" in run(registry, "路边有人占道")


def test_a_time_without_a_zone_is_chinese_time(registry):
    late = ["--now", "2026-11-20T17:00:00+00:00"]  # already Saturday in China
    assert json.loads(run(registry, *late, "--json", "渔家灯火没标价，当场改"))["deadline"] == "2026-11-21"


@pytest.mark.parametrize("given", [[""], ["  "], [], ["--now", "昨天", "没标价"]])
def test_a_wrong_command_line_is_refused_with_code_2(registry, given):
    done = CliRunner().invoke(app, ["--registry", str(registry), *given])
    assert done.exit_code == 2


@pytest.mark.parametrize("content", ["text: 没标价", "- id: 1", "- text: ''", "- [没标价]", "没标价"])
def test_a_file_that_is_no_list_of_messages_is_refused(registry, tmp_path, content):
    path = tmp_path / "记录.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError):
        run(registry, "--messages", str(path))


def test_a_register_without_its_columns_is_refused(tmp_path):
    path = tmp_path / "名录.csv"
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(RefusedFile):
        run(path, "没标价")


def test_wrong_rows_of_the_register_are_mentioned(registry):
    with registry.open("a", encoding="utf-8") as file:
        file.write("\n海州区坏码店,123,")
    done = CliRunner().invoke(app, ["--registry", str(registry), "渔家灯火没标价"])
    assert "名录有 1 处错误" in done.output
