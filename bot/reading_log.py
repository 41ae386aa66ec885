"""The command ``read-log``: officers' one-message inspection logs, read against a register of enterprises (R20–R23, R38)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli_common import say
from knowledge.firm_names import Firm, FirmIndex
from knowledge.inspection import SEVERITIES, Reading, read_message
from knowledge.registry import read_registry
from knowledge.workdays import CHINA
from knowledge.yaml_data import DataError, read_yaml

_BASES = {"working": "工作日", "calendar": "自然日", "date": "日期"}
_WEEKDAYS = "一二三四五六日"


def read_log(
    registry: Annotated[Path, typer.Option(help="企业名录（csv、xlsx）", exists=True, dir_okay=False)],
    text: Annotated[str | None, typer.Argument(help="一句话巡查记录", metavar="记录")] = None,
    messages: Annotated[
        Path | None, typer.Option(help="YAML 列表，每项有 id 和 text", exists=True, dir_okay=False)
    ] = None,
    now: Annotated[str | None, typer.Option(help="从哪一刻算期限，如 2026-11-20T10:00；不写就是现在")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """读一句话巡查记录：哪家企业、什么问题、程度、期限、有没有红线的疑点。"""
    moment = _moment(now)
    said = list(_said(text, messages))
    firms = _firms(registry, moment.astimezone(CHINA).date())
    readings = [(key, one, read_message(one, moment, firms)) for key, one in said]
    if not as_json:
        for key, one, reading in readings:
            typer.echo("\n".join(_lines(key, one, reading)))
        return
    found = [reading_json(key, one, reading) for key, one, reading in readings]
    typer.echo(json.dumps(found if messages else found[0], ensure_ascii=False))


def reading_json(key: Any, text: str, reading: Reading) -> dict[str, Any]:
    """The stable form of one reading; ``id`` only when the message has one."""
    deadline = reading.deadline
    return ({} if key is None else {"id": key}) | {
        "text": text,
        "enterprise": reading.firm.name if reading.firm else None,
        "candidates": [firm.name for firm in reading.candidates],
        "severity": reading.severity,
        "deadline": deadline.day.isoformat() if deadline else None,
        "deadline_basis": deadline.basis if deadline else None,
        "problem": reading.problem,
        "red_line_hint": bool(reading.suspicions),
    }


def _moment(now: str | None) -> dt.datetime:
    """The moment to count from; without a zone it is Chinese time. Raises ``BadParameter``."""
    if now is None:
        return dt.datetime.now(CHINA)
    try:
        moment = dt.datetime.fromisoformat(now)
        return (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).astimezone(CHINA)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter("--now 应如 2026-11-20T10:00") from error


def _said(text: str | None, path: Path | None) -> Iterator[tuple[Any, str]]:
    """The messages with their ids. Raises ``BadParameter`` or ``DataError``."""
    if (text is None) == (path is None):
        raise typer.BadParameter("请写一句记录，或者用 --messages 给一个文件")
    if path is None:
        if not (text or "").strip():
            raise typer.BadParameter("记录是空的，请写一句话")
        yield None, text or ""
        return
    items = read_yaml(path)
    if not isinstance(items, list):
        raise DataError(path, 1, "应为列表，每项以“- ”开头，有 id 和 text")
    for number, item in enumerate(items, 1):
        said = item.get("text") if isinstance(item, dict) else item
        if not isinstance(said, str) or not said.strip():
            raise DataError(path, 1, f"第{number}项缺少“text”，应为一句话")
        key = item.get("id") if isinstance(item, dict) else None
        yield key if key is None or isinstance(key, int) else str(key), said


def _firms(path: Path, today: dt.date) -> FirmIndex:
    """The enterprises of a register file. Raises ``RefusedFile`` when it has no column for name or code."""
    rows, findings = read_registry(path, today)
    if refused := sum(finding.severity == "error" for finding in findings):
        say(f"名录有 {refused} 处错误，有错的行没有读入。用 rongcuo register --check 查看。")
    return FirmIndex(Firm(row.uscc, row.name, row.address) for row in rows)


def _lines(key: Any, text: str, reading: Reading) -> Iterator[str]:
    """One reading for a person."""
    yield f"{'' if key is None else f'{key}  '}{' '.join(text.split())}"
    if reading.firm:
        yield f"  企业：{reading.firm.name}"
    elif reading.candidates:
        yield f"  企业：待确认，可能是{'、'.join(firm.name for firm in reading.candidates)}"
    else:
        yield "  企业：名录中没有找到"
    yield f"  问题：{reading.problem or '没有读出'}"
    yield f"  程度：{SEVERITIES[reading.severity] if reading.severity else '没有说'}"
    if deadline := reading.deadline:
        weekday = _WEEKDAYS[deadline.day.weekday()]
        yield f"  期限：{deadline.day}（星期{weekday}，{_BASES[deadline.basis]}）"
    else:
        yield "  期限：没有说"
    for suspicion in reading.suspicions:
        yield f"  红线：说到“{'、'.join(suspicion.words[:3])}”，是否涉及{suspicion.area}，请核实"
    yield ""
