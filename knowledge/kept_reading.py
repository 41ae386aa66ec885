"""What was read of the shipped files, kept as Python keeps compiled modules: until a byte of them or of their readers changes.

Reading fifteen workbooks and Word tables takes longer than everything else a process does before it can answer.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path
from tempfile import mkstemp
from typing import TypeVar

Read = TypeVar("Read")
KEPT = Path(cache_from_source(__file__)).parent
_READERS = Path(__file__).parent
_LIBRARIES = ("openpyxl", "python-docx", "pdfplumber", "pyyaml")


def read_or_kept(
    name: str,
    files: Iterable[Path],
    read: Callable[[], Read],
    to_text: Callable[[Read], str],
    from_text: Callable[[str], Read],
    folder: Path = KEPT,
) -> Read:
    """What ``read`` makes of files, or what it made of them when they, this code and its libraries were the same.

    It is kept in a folder under a name. Raises what ``read`` raises. Where nothing can be written, and with
    ``PYTHONDONTWRITEBYTECODE``, it reads each time.
    """
    mark, kept = _mark(files), folder / f"{name}.kept"
    with suppress(OSError, ValueError, TypeError, KeyError):  # not there, torn, or of another form
        said, _, body = kept.read_text(encoding="utf-8").partition("\n")
        if said == f"{mark} {_digest(body)}":
            return from_text(body)
    result = read()
    if not sys.dont_write_bytecode:
        body = to_text(result)
        with suppress(OSError):
            _write(kept, f"{mark} {_digest(body)}\n{body}")
    return result


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
