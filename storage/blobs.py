"""Files kept outside the database, each under the SHA-256 of its bytes: the same bytes lie there once (R49).

Plain blocking calls, to be made from a thread. Several processes may share one folder.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import re
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

_DIGEST = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = ".part-"
_LEAVING = ".gone-"


class WrongDigest(ValueError):
    """这不是文件的编号。"""


class MissingBlob(LookupError):
    """没有这个文件，可能已经删除。"""


class DamagedBlob(RuntimeError):
    """这个文件已经损坏，和收到时不一样。"""


class Blobs:
    """A folder of files by digest, ``ab/cd/abcd…``. Nothing is opened or made before the first call."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep bytes, whole or not at all; returns their digest. Bytes that lie there already are as new."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        with contextlib.suppress(MissingBlob, DamagedBlob):
            self.read(digest)
            with contextlib.suppress(FileNotFoundError):  # swept away just now
                os.utime(path)
                return digest
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(f"{_UNFINISHED}{secrets.token_hex(8)}")
        try:
            with open(part, "xb", opener=_private) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        for folder in (path.parent, path.parent.parent, self._folder):
            _sync(folder)
        return digest

    def read(self, digest: str) -> bytes:
        """The bytes, checked. Raises ``WrongDigest``, ``MissingBlob``, ``DamagedBlob``."""
        with self.open(digest) as file:
            content = file.read()
        if hashlib.sha256(content).hexdigest() != digest:
            raise DamagedBlob(DamagedBlob.__doc__)
        return content

    def open(self, digest: str) -> BinaryIO:
        """The file for reading, unchecked. Raises ``WrongDigest``, ``MissingBlob``."""
        try:
            return open(self._path(digest), "rb")
        except FileNotFoundError as error:
            raise MissingBlob(MissingBlob.__doc__) from error

    def exists(self, digest: str) -> bool:
        """Whether a file lies there. Raises ``WrongDigest``."""
        return self._path(digest).is_file()

    def sweep(self, known: Collection[str], older_than: dt.datetime) -> int:
        """Delete what nobody knows and nobody put there since a time; returns how many files went.

        ``older_than`` must leave time enough for what was put to become known. A file that is put once more
        meanwhile stays.
        """
        limit = older_than.timestamp()
        gone = 0
        for path in self._files():
            if path.name in known or _age(path) >= limit:
                continue
            if not _DIGEST.fullmatch(path.name):
                path.unlink(missing_ok=True)  # left behind by a process that ended
                continue
            aside = path.with_name(f"{_LEAVING}{path.name}")
            with contextlib.suppress(FileNotFoundError):  # another process sweeps too
                path.rename(aside)
                if _age(aside) >= limit:
                    aside.replace(path)
                else:
                    aside.unlink()
                    gone += 1
        return gone

    def kept(self) -> Iterator[tuple[str, Path]]:
        """Every file that is kept, as ``(digest, path)``."""
        for path in self._files():
            if _DIGEST.fullmatch(path.name):
                yield path.name, path

    def _files(self) -> Iterator[Path]:
        """Every file of ours, unfinished ones too."""
        for path in sorted(self._folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")):
            is_ours = _DIGEST.fullmatch(path.name) or path.name.startswith((_UNFINISHED, _LEAVING))
            if is_ours and path.is_file():
                yield path

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise WrongDigest(WrongDigest.__doc__)
        return self._folder / digest[:2] / digest[2:4] / digest


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _age(path: Path) -> float:
    """When a file was put last; a file that is gone is as new, so that nobody deletes it."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _sync(folder: Path) -> None:
    """Have a folder's new entries reach the disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
