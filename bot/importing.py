"""Importing and publishing for the command line: files → findings → drafts → published versions."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.settings import Settings
from knowledge.documents import Source
from knowledge.files import DOCUMENT_KINDS, TABLE_KINDS, read_sheets
from knowledge.findings import Finding, RefusedFile
from knowledge.library import Collection
from knowledge.lists import looks_like_list
from knowledge.places import short_names
from knowledge.shipped import read_collection, read_questions
from storage import questions, versions
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Details:
    """What the person says about a file beside the file itself."""

    kind: str = "auto"
    short: str | None = None
    title: str | None = None
    issuer: str | None = None
    number: str | None = None
    date: dt.date | None = None
    jurisdiction: str | None = None
    place: str = ""
    questions: Path | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one file."""

    file: str
    findings: tuple[Finding, ...]
    collection: Collection | None = None
    version: versions.VersionInfo | None = None
    is_new: bool = False

    @property
    def refused(self) -> bool:
        return self.collection is None

    @property
    def count(self) -> int:
        return len(self.collection.clauses) + len(self.collection.items) if self.collection else 0

    @property
    def text(self) -> str:
        if self.collection is None:
            head = f"未导入 {self.file}："
        else:
            unit = "条条款" if self.collection.kind == "document" else "个事项"
            state = ""
            if self.version:
                state = f"，{'草稿' if self.version.state == 'draft' else '已公布'}（版本号 {self.version.id}）" + (
                    "" if self.is_new else "，内容没有变化"
                )
            head = f"{self.file}：{self.count} {unit}{state}"
        return "\n".join([head, *(f"  {finding}" for finding in self.findings)])

    def to_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "refused": self.refused,
            "kind": self.collection.kind if self.collection else None,
            "count": self.count,
            "version": self.version.id if self.version else None,
            "state": self.version.state if self.version else None,
            "findings": [asdict(finding) for finding in self.findings],
            "entries": []
            if self.collection is None
            else [
                *({"id": c.id, "path": c.path, "title": c.heading, "text": c.text} for c in self.collection.clauses),
                *(asdict(item) for item in self.collection.items),
            ],
        }


def source_for(path: Path, given: Details) -> Source:
    """The source of a file from its name and what the person said; the rest is read from the file itself."""
    identity = re.sub(r"[^\w-]+", "-", path.stem.lower()).strip("-") or "file"
    return Source(
        identity[:60],
        path.name,
        given.short or path.stem,
        given.title,
        given.issuer,
        given.number,
        given.date,
        given.jurisdiction,
        given.place,
        short_names(given.place),
    )


def kind_of_file(path: Path, kind: str) -> str:
    """``document`` or ``list``: as said, else by the file's ending and, where both are possible, by its tables."""
    ending = path.suffix.lower().lstrip(".")
    if kind != "auto":
        return kind
    if ending in TABLE_KINDS and ending not in DOCUMENT_KINDS:
        return "list"
    if ending in TABLE_KINDS:
        try:
            return "list" if any(looks_like_list(sheet) for sheet in read_sheets(path)) else "document"
        except RefusedFile:
            return "document"
    return "document"


def read_file(path: Path, given: Details) -> Report:
    """Read and check one file; never raises for what is wrong with the file."""
    try:
        typical = read_questions(given.questions) if given.questions else {}
        collection, findings = read_collection(kind_of_file(path, given.kind), source_for(path, given), path, typical)
    except RefusedFile as error:
        return Report(path.name, tuple(error.findings))
    return Report(path.name, tuple(findings), collection)


async def import_all(
    settings: Settings, files: Iterable[Path], given: Details, *, check_only: bool, publish_now: bool, now: dt.datetime
) -> list[Report]:
    """Import every file on its own: a good one beside a bad one goes in whole, a bad one not at all."""
    reports = _without_namesakes([read_file(path, given) for path in files])
    if check_only:
        return reports
    database = Database(settings.database)
    try:
        await database.upgrade()
        kept = []
        for report in reports:
            if report.collection is None:
                kept.append(report)
                continue
            async with database.transaction() as session:
                info, is_new = await versions.add_draft(session, report.collection, report.findings, now)
                if publish_now:
                    info = await versions.publish(session, info.id, now)
            kept.append(Report(report.file, report.findings, report.collection, info, is_new))
        return kept
    finally:
        await database.close()


def _without_namesakes(reports: list[Report]) -> list[Report]:
    """Refuse a file whose name stands for the same source as one before it: it would replace that one."""
    first: dict[str, str] = {}
    out = []
    for report in reports:
        source = report.collection.source.id if report.collection else ""
        if source and source in first:
            finding = Finding("error", f"与前面的 {first[source]} 同名，会把它替换掉", "另取一个文件名", report.file)
            report = Report(report.file, (finding,))
        elif source:
            first[source] = report.file
        out.append(report)
    return out


Changes = dict[str, list[str]]


def changes_between(old: Collection | None, new: Collection) -> Changes:
    """What publishing changes: added, removed and reworded entries by title (R10)."""

    def texts(collection: Collection | None) -> dict[str, tuple[str, str]]:
        if collection is None:
            return {}
        clauses = {c.id: (f"{c.path} {c.heading}".strip(), c.text) for c in collection.clauses}
        return clauses | {i.id: (i.title, i.text) for i in collection.items}

    before, after = texts(old), texts(new)
    return {
        "新增": [after[e][0] for e in after if e not in before],
        "删去": [before[e][0] for e in before if e not in after],
        "修改": [after[e][0] for e in after if e in before and before[e][1] != after[e][1]],
    }


def diff_text(changes: Changes) -> str:
    """The changes in words, at most five of a kind by name."""
    lines = []
    for name, titles in changes.items():
        if titles:
            more = f" 等{len(titles)}项" if len(titles) > 5 else ""
            lines.append(f"  {name} {len(titles)}：{'；'.join(titles[:5])}{more}")
    return "\n".join(lines) or "  内容没有变化"


async def list_versions(settings: Settings) -> list[str]:
    """All versions as lines of text."""
    database = Database(settings.database)
    names = {"draft": "草稿", "published": "已公布", "replaced": "已被替代", "withdrawn": "已停止"}
    try:
        await database.upgrade()
        async with database.reading() as session:
            found = await versions.versions(session)
    finally:
        await database.close()
    return [f"{info.id:5}  {info.source}  第{info.number}版  {names[info.state]}" for info in found] or ["还没有版本。"]


async def publish_drafts(
    settings: Settings, wanted: Sequence[str], now: dt.datetime
) -> list[tuple[versions.VersionInfo, Changes]]:
    """Publish drafts by number, or all; returns each with its changes. Raises ``UnknownVersion``."""
    database = Database(settings.database)
    done = []
    try:
        await database.upgrade()
        async with database.transaction() as session:
            for version_id in _newest_drafts(await versions.versions(session)) if "all" in wanted else map(int, wanted):
                new = await versions.collection_of(session, version_id)
                old = await versions.published_of(session, new.source.id)
                done.append((await versions.publish(session, version_id, now), changes_between(old, new)))
    finally:
        await database.close()
    return done


def _newest_drafts(newest_first: Sequence[versions.VersionInfo]) -> list[int]:
    """The drafts that nothing newer of their source has overtaken, oldest first."""
    newest: dict[str, versions.VersionInfo] = {}
    for info in newest_first:
        newest.setdefault(info.source, info)
    return sorted(info.id for info in newest.values() if info.state == "draft")


async def withdraw_source(settings: Settings, source: str, now: dt.datetime) -> versions.VersionInfo:
    """Withdraw what is published of a source. Raises ``UnknownVersion``."""
    database = Database(settings.database)
    try:
        await database.upgrade()
        async with database.transaction() as session:
            return await versions.withdraw(session, source, now)
    finally:
        await database.close()


async def editors_list(settings: Settings, since: dt.datetime) -> list[questions.AskedQuestion]:
    """The questions for the editors since a time."""
    database = Database(settings.database)
    try:
        await database.upgrade()
        async with database.reading() as session:
            return await questions.for_editors(session, since)
    finally:
        await database.close()
