"""What was read of the shipped files, kept as Python keeps compiled modules: until a byte of them or of their readers changes.

Reading fifteen workbooks and Word tables takes longer than everything else a process does before it can answer.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path
from tempfile import mkstemp

from knowledge.library import Collection

KEPT = Path(cache_from_source(__file__)).with_name("shipped-files.jsonl")
_READERS = Path(__file__).parent
_LIBRARIES = ("openpyxl", "python-docx", "pdfplumber", "pyyaml")


def read_or_kept(
    files: Iterable[Path], read: Callable[[], Sequence[Collection]], kept: Path = KEPT
) -> Sequence[Collection]:
    """What ``read`` makes of files, or what it made of them when they, this code and its libraries were the same.

    Raises what ``read`` raises. Where nothing can be written, and with ``PYTHONDONTWRITEBYTECODE``, it reads each time.
    """
    mark = _mark(files)
    with suppress(OSError, ValueError, TypeError, KeyError):  # not there, torn, or of another form
        said, _, body = kept.read_text(encoding="utf-8").partition("\n")
        if said == f"{mark} {_digest(body)}":
            return [Collection.from_json(line) for line in body.split("\n")]
    collections = read()
    body = "\n".join(collection.to_json() for collection in collections)
    if not sys.dont_write_bytecode:
        with suppress(OSError):
            _write(kept, f"{mark} {_digest(body)}\n{body}")
    return collections


def _mark(files: Iterable[Path]) -> str:
    """One digest of the files, of the modules that read them and of the libraries these use."""
    whole = hashlib.sha256(" ".join((sys.version, *map(version, _LIBRARIES))).encode())
    for path in (*sorted(files), *sorted(_READERS.glob("*.py"))):
        content = path.read_bytes()
        whole.update(f"\n{path.name} {len(content)}\n".encode())
        whole.update(content)
    return whole.hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _write(path: Path, text: str) -> None:
    """In one step: another process finds the old file or the whole new one."""
    path.parent.mkdir(exist_ok=True)
    number, made = mkstemp(dir=path.parent, prefix=path.name)
    try:
        with open(number, "w", encoding="utf-8") as file:
            file.write(text)
        Path(made).chmod(0o644)  # other users of this machine may run the program, too
        Path(made).replace(path)
    except OSError:
        Path(made).unlink(missing_ok=True)
        raise
