"""Importing a 企业名录 (R1): each good row becomes or corrects an enterprise; what was wrong is said row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.settings import Settings
from knowledge.findings import Finding, RefusedFile
from knowledge.industries import Industries
from knowledge.registry import RegistryRow, read_registry
from knowledge.shipped import shipped_industries
from storage import enterprises
from storage.database import Database
from storage.enterprises import NewEnterprise


@dataclass(frozen=True, slots=True)
class RegisterReport:
    """What became of one file; ``loaded`` is ``None`` when it was refused whole or only checked."""

    file: str
    rows: int
    findings: tuple[Finding, ...]
    is_refused: bool
    loaded: enterprises.Loaded | None = None

    @property
    def text(self) -> str:
        if self.is_refused:
            head = f"未导入 {self.file}："
        elif self.loaded is None:
            head = f"{self.file}：{self.rows} 家可以导入"
        else:
            new = self.loaded
            head = f"{self.file}：新增 {new.added} 家，更正 {new.changed} 家，没有变化 {new.same} 家"
        return "\n".join([head, *(f"  {finding}" for finding in self.findings)])

    def to_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "refused": self.is_refused,
            "rows": self.rows,
            "loaded": asdict(self.loaded) if self.loaded else None,
            "findings": [asdict(finding) for finding in self.findings],
        }


async def register_all(
    settings: Settings,
    files: Iterable[Path],
    jurisdiction: str | None,
    *,
    check_only: bool,
    now: dt.datetime,
    today: dt.date,
) -> list[RegisterReport]:
    """Read, check and keep the enterprises of every file; a file is kept whole or not at all."""
    industries = shipped_industries()
    reports = []
    database = Database(settings.database)
    try:
        if not check_only:
            await database.upgrade()
        for path in files:
            try:
                rows, findings = read_registry(path, today)
            except RefusedFile as error:
                reports.append(RegisterReport(path.name, 0, tuple(error.findings), True))
                continue
            loaded = None
            if not check_only:
                new = [_enterprise(row, jurisdiction, industries) for row in rows]
                async with database.transaction() as session:
                    loaded = await enterprises.load_register(session, new, now)
            reports.append(RegisterReport(path.name, len(rows), tuple(findings), False, loaded))
    finally:
        await database.close()
    return reports


def _enterprise(row: RegistryRow, jurisdiction: str | None, industries: Industries) -> NewEnterprise:
    """A row as it is kept: an industry code that the classification does not have is left out, the words stay."""
    known = industries.get(row.industry_code) if row.industry_code else None
    return NewEnterprise(
        name=row.name,
        code=row.uscc,
        division=jurisdiction or row.division,
        industry_code=known.code if known else None,
        industry=row.industry or (known.name if known else None),
        address=row.address or None,
        founded=row.founded,
    )
