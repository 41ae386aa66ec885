"""Hears the statements that a conversation sends to the database, and asks the database how it carries the slow ones out."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from storage.database import Database

SHOWN = 3
"""So many statements of each question are shown, the slowest ones."""
WORTH_MS = 1.0
"""Quicker statements are not worth a plan."""
_SPACE = re.compile(r"\s+")
_COLUMNS = re.compile(r"^SELECT (.{90,}?) FROM ")


@dataclass(slots=True)
class Statement:
    """A statement as it was sent, with the parameters of its slowest time."""

    text: str
    parameters: Any
    slowest_ms: float = 0.0
    count: int = 0


@dataclass(slots=True)
class Heard:
    """Listens on a database; ``what`` says what is being asked just now, nothing: not listening. ``size``: enterprises."""

    database: Database
    size: int
    what: str = ""
    found: dict[str, dict[str, Statement]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        engine = self.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)

    def _before(self, connection: Any, cursor: Any, text: str, parameters: Any, context: Any, many: bool) -> None:
        context.heard_at = time.perf_counter()

    def _after(self, connection: Any, cursor: Any, text: str, parameters: Any, context: Any, many: bool) -> None:
        if not self.what or many or not text.lstrip().startswith("SELECT"):
            return
        took = (time.perf_counter() - context.heard_at) * 1000
        one = self.found.setdefault(self.what, {}).setdefault(text, Statement(text, parameters))
        one.count += 1
        if took > one.slowest_ms:
            one.slowest_ms, one.parameters = took, parameters

    async def plans(self) -> dict[str, list[dict[str, Any]]]:
        """How the database carries out the slowest statements of each question."""
        out: dict[str, list[dict[str, Any]]] = {}
        way = "EXPLAIN QUERY PLAN " if self.database.is_sqlite else "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) "
        listened, self.what = self.what, ""
        async with self.database.engine.connect() as connection:
            for what, statements in self.found.items():
                slow = sorted(statements.values(), key=lambda one: -one.slowest_ms)[:SHOWN]
                for one in slow:
                    if one.slowest_ms < WORTH_MS:
                        continue
                    done = await connection.exec_driver_sql(way + one.text, one.parameters)
                    lines = [str(row[-1]) for row in done.all()]
                    out.setdefault(what, []).append(
                        {"text": one.text, "slowest_ms": round(one.slowest_ms, 1), "plan": lines}
                    )
        self.what = listened
        return out


def short(text: str) -> str:
    """A statement in one line, a long list of columns left out."""
    return _COLUMNS.sub("SELECT … FROM ", _SPACE.sub(" ", text).strip())


def page_of(found: Sequence[dict[str, Any]]) -> str:
    """The plans of each database as a page."""
    parts = [
        "# 查询计划",
        "Query plans of what people ask of a large database, as the database tells them. Written by "
        "`python -m benchmarks.load.large`; do not edit by hand.",
        "大库上人们常用的查询，数据库自己说的执行计划：PostgreSQL 用 EXPLAIN ANALYZE，SQLite 用 EXPLAIN QUERY PLAN。"
        "每种问法只列最慢的几条。毫秒数是问的时候程序等的时间。",
    ]
    for one in found:
        counted = "、".join(f"{name} {count:,} 行" for name, count in one["rows"].items())
        parts += [f"## {one['kind']}", counted + "。"]
        seen: dict[str, str] = {}
        for what, statements in one["plans"].items():
            parts.append(f"### {what}")
            for statement in statements:
                if statement["text"] in seen:
                    parts.append(f"同“{seen[statement['text']]}”里的一条，{statement['slowest_ms']} 毫秒。")
                    continue
                seen[statement["text"]] = what
                plan = "\n".join(statement["plan"])
                parts.append(
                    f"{statement['slowest_ms']} 毫秒：\n\n```sql\n{short(statement['text'])}\n```\n\n```\n{plan}\n```"
                )
    return "\n\n".join(parts) + "\n"
