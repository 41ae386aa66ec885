"""A backup holds everything, comes back whole on either kind of database, and says so when it is not one."""

from __future__ import annotations

import datetime as dt
import io
import tarfile
from pathlib import Path

import pytest

from bot.backup import NotABackup, back_up, restore
from bot.demo import seed
from handlers.messages import FileRef
from knowledge.procedure.case import Case
from storage import cases, enterprises, evidence, people
from storage.blobs import Blobs
from storage.copying import NotEmpty, copy_all, fingerprint, is_empty
from storage.database import Database
from tests.conftest import new_postgres_database

NOW = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
PICTURE = b"\xff\xd8\xff\xe0 a picture"


def quiet(table: str, rows: int) -> None:
    pass


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "files")


@pytest.fixture
async def lived(database: Database, blobs: Blobs) -> Database:
    """The demo's people with one case, its record, and a picture; an officer on leave with a delegate."""
    async with database.transaction() as session:
        await seed(session, NOW)
        found = await people.offices(session, role="officer", demo=True)
        officer, delegate = found[0], found[1] if len(found) > 1 else found[0]
        await people.take_leave(session, officer.id, NOW.date(), None, delegate.id)
        [firm, *_] = await enterprises.search(session, "示例", divisions=(officer.jurisdiction,), limit=1)
        info = await cases.open_case(
            session,
            series=cases.Series(officer.jurisdiction, officer.department, "示容"),
            enterprise=firm.id,
            office=officer.id,
            problem="后厨没公示健康证",
            items=[],
            case=Case(opened=NOW.date(), problem="后厨没公示健康证"),
            person=officer.person,
            now=NOW,
        )
        file = FileRef(blobs.put(PICTURE), "门口.jpg", "image/jpeg", len(PICTURE), NOW)
        await evidence.add(session, case=info.id, kind="inspection", file=file, person=officer.person, now=NOW)
    return database


async def empty_one(kind: str, folder: Path, postgres: str) -> Database:
    url = f"sqlite:///{folder}/other.db" if kind == "sqlite" else await new_postgres_database(postgres)
    other = Database(url)
    await other.upgrade()
    return other


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_what_is_restored_is_what_was_backed_up(
    lived: Database, blobs: Blobs, kind: str, tmp_path: Path, postgres: str
) -> None:
    made = await back_up(lived, blobs, tmp_path / "backup.tar", NOW, quiet)
    assert made.files == 1
    assert (tmp_path / "backup.tar").stat().st_mode & 0o077 == 0
    other, files = await empty_one(kind, tmp_path, postgres), Blobs(tmp_path / "other-files")
    try:
        assert await restore(tmp_path / "backup.tar", other, files, quiet) == made
        assert await fingerprint(other) == await fingerprint(lived)
        [(digest, _)] = files.kept()
        assert files.read(digest) == PICTURE
        async with other.transaction() as session:  # numbers go on behind those that were copied
            first = await people.new_person(session, "新来的示例", NOW)
            assert first > 1
        assert [broken async for broken in _broken(other)] == []
    finally:
        await other.close()


async def _broken(database: Database):  # type: ignore[no-untyped-def]
    async with database.reading() as session:
        async for broken in cases.broken_chains(session):
            yield broken


async def test_a_database_with_something_in_it_is_not_written_over(
    lived: Database, blobs: Blobs, tmp_path: Path
) -> None:
    await back_up(lived, blobs, tmp_path / "backup.tar", NOW, quiet)
    before = await fingerprint(lived)
    with pytest.raises(NotEmpty):
        await restore(tmp_path / "backup.tar", lived, blobs, quiet)
    assert await fingerprint(lived) == before


async def test_a_copy_that_breaks_off_leaves_the_target_empty(
    lived: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await empty_one("sqlite", tmp_path, "")

    def breaks(table: str, rows: int) -> None:
        if table == "case_event":
            raise OSError("disk full")

    try:
        with pytest.raises(OSError, match="disk full"):
            await copy_all(lived, other, breaks)
        assert await is_empty(other)
    finally:
        await other.close()


def archive(path: Path, **members: bytes) -> Path:
    with tarfile.open(path, "w") as made:
        for name, content in members.items():
            entry = tarfile.TarInfo(name.replace("__", "/").replace("_dot_", "."))
            entry.size = len(content)
            made.addfile(entry, io.BytesIO(content))
    return path


@pytest.mark.parametrize("kind", ["text", "empty", "no manifest", "a file under another name", "cut off"])
async def test_what_is_no_backup_is_refused(
    lived: Database, blobs: Blobs, kind: str, tmp_path: Path, postgres: str
) -> None:
    good = tmp_path / "good.tar"
    await back_up(lived, blobs, good, NOW, quiet)
    bad = tmp_path / "bad.tar"
    if kind == "text":
        bad.write_text("不是备份")
    elif kind == "empty":
        bad.write_bytes(b"")
    elif kind == "no manifest":
        archive(bad, rongcuo_dot_db=b"SQLite format 3\x00")
    elif kind == "a file under another name":
        archive(bad, **{f"files__{'0' * 64}": b"something"})
    else:
        bad.write_bytes(good.read_bytes()[:4096])
    other = await empty_one("sqlite", tmp_path, postgres)
    try:
        with pytest.raises(NotABackup):
            await restore(bad, other, Blobs(tmp_path / "other-files"), quiet)
        assert await is_empty(other)
    finally:
        await other.close()
