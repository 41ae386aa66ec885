"""Backups: one archive with the whole database as of one moment and every file of the record, and the way back."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from storage.blobs import Blobs, WrongDigest
from storage.copying import Progress, copy_all, copy_to_file, count_rows
from storage.database import Database

DATABASE = "rongcuo.db"
MANIFEST = "manifest.json"
FILES = "files/"
MAX_FILE = 64 * 1024 * 1024


class NotABackup(ValueError):
    """这不是本系统的备份，或者已经损坏。"""


@dataclass(frozen=True, slots=True)
class Backup:
    """What an archive holds: when it was made, how many rows and files, and the SHA-256 of its database."""

    made: dt.datetime
    rows: int
    files: int
    digest: str

    def to_json(self) -> str:
        return json.dumps(asdict(self) | {"made": self.made.isoformat()}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: bytes) -> Backup:
        data = json.loads(text)
        return cls(dt.datetime.fromisoformat(data["made"]), data["rows"], data["files"], data["digest"])


async def back_up(database: Database, blobs: Blobs, path: Path, now: dt.datetime, progress: Progress) -> Backup:
    """Write an archive; the program may go on serving. Whole or not at all, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        copy = Path(folder) / DATABASE
        await copy_to_file(database, copy, progress)
        part = Path(folder) / "backup.tar"
        backup = await asyncio.to_thread(_write, part, copy, blobs, now)  # files after rows: none is missing
        part.replace(path)
    return backup


def _write(part: Path, copy: Path, blobs: Blobs, now: dt.datetime) -> Backup:
    count = 0
    with open(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w") as archive:
            archive.add(copy, DATABASE)
            for digest, path in blobs.kept():
                archive.add(path, f"{FILES}{digest}")
                count += 1
            backup = Backup(now, count_rows(copy), count, _digest_of(copy))
            manifest = backup.to_json().encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size = len(manifest)
            archive.addfile(entry, io.BytesIO(manifest))
        raw.flush()
        os.fsync(raw.fileno())
    return backup


async def restore(path: Path, database: Database, blobs: Blobs, progress: Progress) -> Backup:
    """Bring an archive back into an empty database and the files' folder, and compare.

    Raises ``NotABackup``, ``storage.copying.NotEmpty``, ``storage.copying.NotTheSame``.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / DATABASE
        backup = await asyncio.to_thread(_unpack, path, copy, blobs)
        source = Database(f"sqlite:///{copy}")
        try:
            await source.upgrade()
            await database.upgrade()
            await copy_all(source, database, progress)
        finally:
            await source.close()
    return backup


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpack(path: Path, copy: Path, blobs: Blobs) -> Backup:
    """Take the database out to ``copy`` and put every file under the digest that its bytes have."""
    backup, files = None, 0
    try:
        with tarfile.open(path, "r:") as archive:
            for entry in archive:
                content = archive.extractfile(entry) if entry.isfile() else None
                if content is None:
                    raise NotABackup(NotABackup.__doc__)
                if entry.name == DATABASE:
                    with copy.open("wb") as target:
                        shutil.copyfileobj(content, target)
                elif entry.name == MANIFEST and entry.size < MAX_FILE:
                    backup = Backup.from_json(content.read())
                elif entry.name.startswith(FILES) and entry.size <= MAX_FILE:
                    if blobs.put(content.read()) != entry.name.removeprefix(FILES):
                        raise NotABackup(NotABackup.__doc__)
                    files += 1
    except (tarfile.TarError, KeyError, ValueError, TypeError, WrongDigest) as error:
        raise NotABackup(NotABackup.__doc__) from error
    if backup is None or backup.files != files or not copy.exists() or _digest_of(copy) != backup.digest:
        raise NotABackup(NotABackup.__doc__)
    return backup
