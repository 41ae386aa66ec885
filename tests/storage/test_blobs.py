"""Files outside the database: whole or not at all, once each, found by their digest alone (R49)."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import stat
import threading
from pathlib import Path

import pytest

from storage.blobs import Blobs, DamagedBlob, MissingBlob, WrongDigest

CONTENT = b"rectified" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "files")


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def ages(path: Path, at: dt.datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))


def test_nothing_is_made_before_something_is_put(tmp_path: Path) -> None:
    Blobs(tmp_path / "files")
    assert list(tmp_path.iterdir()) == []


def test_bytes_come_back_by_their_digest(blobs: Blobs) -> None:
    assert blobs.put(CONTENT) == DIGEST
    assert blobs.read(DIGEST) == CONTENT
    assert blobs.exists(DIGEST)
    with blobs.open(DIGEST) as file:
        assert file.read() == CONTENT


def test_the_same_bytes_lie_there_once_in_a_folder_by_their_digest(blobs: Blobs, tmp_path: Path) -> None:
    assert blobs.put(CONTENT) == blobs.put(CONTENT)
    assert files(tmp_path) == [tmp_path / "files" / DIGEST[:2] / DIGEST[2:4] / DIGEST]


def test_only_the_owner_of_the_program_may_read_them(blobs: Blobs, tmp_path: Path) -> None:
    blobs.put(CONTENT)
    (path,) = files(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0


@pytest.mark.parametrize(
    "digest",
    ["", "../" * 20 + "etc/passwd", DIGEST[:-1], DIGEST + "0", DIGEST.upper(), DIGEST[:-1] + "\n", DIGEST + "\n", "/" * 64, "g" * 64, "٣" * 64],
)  # fmt: skip
def test_what_is_no_digest_is_no_path(blobs: Blobs, digest: str) -> None:
    for ask in (blobs.read, blobs.open, blobs.exists):
        with pytest.raises(WrongDigest, match="编号"):
            ask(digest)


def test_a_missing_file_is_said(blobs: Blobs) -> None:
    assert not blobs.exists(DIGEST)
    with pytest.raises(MissingBlob, match="没有这个文件"):
        blobs.read(DIGEST)
    with pytest.raises(MissingBlob):
        blobs.open(DIGEST)


def test_a_damaged_file_is_said_and_put_right_by_the_next_one_who_hands_it_in(blobs: Blobs, tmp_path: Path) -> None:
    blobs.put(CONTENT)
    (path,) = files(tmp_path)
    path.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(DamagedBlob, match="损坏"):
        blobs.read(DIGEST)
    blobs.put(CONTENT)
    assert blobs.read(DIGEST) == CONTENT


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_disk_that_fails_leaves_nothing_behind(
    blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fails(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(*((os, "fsync") if broken == "fsync" else (Path, "replace")), fails)
    with pytest.raises(OSError, match="no space"):
        blobs.put(CONTENT)
    assert files(tmp_path) == []


def test_many_who_hand_in_the_same_at_once_do_not_disturb_each_other(blobs: Blobs, tmp_path: Path) -> None:
    errors: list[BaseException] = []

    def puts() -> None:
        try:
            for _ in range(20):
                assert blobs.read(blobs.put(CONTENT)) == CONTENT
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=puts) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(files(tmp_path)) == 1


# ---- sweeping


def test_what_nobody_knows_goes_when_it_is_old(blobs: Blobs, tmp_path: Path) -> None:
    known, orphan, fresh = (blobs.put(content) for content in (b"known", b"orphan", b"fresh"))
    for path in files(tmp_path):
        ages(path, NOW if path.name == fresh else NOW - dt.timedelta(days=3))
    assert blobs.sweep({known}, NOW - dt.timedelta(days=1)) == 1
    assert [blobs.exists(digest) for digest in (known, orphan, fresh)] == [True, False, True]
    assert blobs.sweep({known}, NOW - dt.timedelta(days=1)) == 0


def test_what_is_put_once_more_is_as_new(blobs: Blobs, tmp_path: Path) -> None:
    blobs.put(CONTENT)
    ages(files(tmp_path)[0], NOW - dt.timedelta(days=3000))
    blobs.put(CONTENT)
    assert blobs.sweep(set(), NOW - dt.timedelta(days=1)) == 0
    assert blobs.exists(DIGEST)


def test_what_is_put_once_more_while_it_is_swept_stays(
    blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs.put(CONTENT)
    ages(files(tmp_path)[0], NOW - dt.timedelta(days=3000))
    rename = Path.rename

    def meanwhile(self: Path, target: Path) -> Path:
        blobs.put(CONTENT)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", meanwhile)
    assert blobs.sweep(set(), NOW) == 0
    assert blobs.read(DIGEST) == CONTENT


def test_what_a_process_that_ended_left_behind_goes_and_foreign_files_stay(blobs: Blobs, tmp_path: Path) -> None:
    blobs.put(CONTENT)
    folder = files(tmp_path)[0].parent
    (folder / ".part-0011").write_bytes(b"half")
    (folder / "README").write_bytes(b"not ours")
    (tmp_path / "files" / "notes.txt").write_bytes(b"not ours")
    for path in files(tmp_path):
        ages(path, NOW - dt.timedelta(days=3))
    assert blobs.sweep({DIGEST}, NOW) == 0
    assert {path.name for path in files(tmp_path)} == {DIGEST, "README", "notes.txt"}


def test_a_folder_that_is_not_there_is_swept(blobs: Blobs) -> None:
    assert blobs.sweep(set(), NOW) == 0
