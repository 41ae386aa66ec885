"""What a file is, judged by its bytes: size, format, damage. Everything else is refused with a reason (R8)."""

from __future__ import annotations

import zipfile
from pathlib import Path

from knowledge.findings import Finding, RefusedFile

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 5_000
_SMALL_ENOUGH = 10 * 1024 * 1024  # unpacked; below it no ratio is suspicious
DOCUMENT_KINDS = ("txt", "docx", "pdf")
TABLE_KINDS = ("xlsx", "docx", "csv", "pdf")
_OLD_KINDS = {"xls": "xlsx", "et": "xlsx", "doc": "docx", "wps": "docx", "rtf": "docx", "xlsm": "xlsx", "docm": "docx"}
_PARTS = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"
_PICTURES = {
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"BM": "图片",
    b"II*\0": "图片",
    b"MM\0*": "图片",
}
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def refuse(path: Path, message: str, expected: str, **place: str | int) -> RefusedFile:
    """The refusal of one file for one reason; ``place`` may name sheet, row and column."""
    return RefusedFile([Finding("error", message, expected, file=path.name, **place)])  # type: ignore[arg-type]


def kind_of(path: Path) -> str:
    """The kind of a file (``txt``, ``docx``, ``pdf``, ``xlsx``, ``csv``) after judging its bytes.

    Raises ``RefusedFile`` for a missing, empty, oversized, protected or disguised file and for a zip bomb.
    """
    try:
        if not path.is_file():
            raise refuse(path, "找不到这个文件", "文件的完整路径")
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(1024)
    except (OSError, ValueError) as error:  # no permission; a name the file system cannot hold
        if isinstance(error, RefusedFile):
            raise
        raise refuse(path, "打不开这个文件", "有权限读取的文件") from error
    if size == 0:
        raise refuse(path, "文件是空的", "有内容的文件")
    if size > MAX_BYTES:
        raise refuse(path, f"文件有 {size / 1048576:.0f} MB，太大", f"不超过 {MAX_BYTES // 1048576} MB，请拆成几个文件")
    kind = path.suffix.lower().lstrip(".")
    if kind in _OLD_KINDS:
        raise refuse(path, f".{kind} 格式读不了", f"另存为 .{_OLD_KINDS[kind]} 后再导入")
    if kind not in {*DOCUMENT_KINDS, *TABLE_KINDS}:
        raise refuse(path, f"不认识的文件类型 .{kind}", "txt、docx、pdf、xlsx 或者 csv")
    if kind in _PARTS:
        _check_office(path, kind, head)
    elif (_PDF not in head) if kind == "pdf" else _other_format(head):
        raise _disguised(path, kind, head)
    return kind


def _other_format(head: bytes) -> str:
    """The format that the first bytes betray; empty for text."""
    if head.startswith(_ZIP):
        return "压缩文件或者办公文件"
    if head.startswith(_OLE):
        return "旧格式的办公文件"
    if head.startswith(_PDF):
        return "pdf 文件"
    return next((name for magic, name in _PICTURES.items() if head.startswith(magic) and b"\0" in head), "")


def _disguised(path: Path, kind: str, head: bytes) -> RefusedFile:
    really = f"，是{other}" if (other := _other_format(head)) else ""
    return refuse(path, f"文件名是 .{kind}，内容却不是{really}", f"真正的 {kind} 文件；请用原来的软件重新保存")


def _check_office(path: Path, kind: str, head: bytes) -> None:
    if head.startswith(_OLE):
        if _ENCRYPTED in path.read_bytes():
            raise refuse(path, "文件加了密码，打不开", "去掉密码后重新保存的文件")
        raise refuse(path, f"文件名是 .{kind}，内容却是旧格式的办公文件", f"另存为 .{kind} 后再导入")
    if not head.startswith(_ZIP):
        raise _disguised(path, kind, head)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except Exception as error:  # zipfile raises many kinds on damaged directories
        raise refuse(path, "文件已经损坏，打不开", "能正常打开的文件") from error
    names = {entry.filename for entry in entries}
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if _PARTS[kind] not in names:
        other = next((f"，是 {name} 文件" for name, part in _PARTS.items() if part in names), "")
        raise refuse(path, f"文件名是 .{kind}，内容却不是{other}", f"真正的 {kind} 文件；请用原来的软件重新保存")
    if unpacked > MAX_UNPACKED:
        raise refuse(
            path, f"解压后有 {unpacked >> 20} MB，太大", f"解压后不超过 {MAX_UNPACKED >> 20} MB，请拆成几个文件"
        )
    if unpacked > _SMALL_ENOUGH and unpacked / packed > MAX_RATIO:
        raise refuse(path, f"解压后大到 {unpacked // packed} 倍，不正常", "普通的办公文件；请用原来的软件重新保存")
    if len(entries) > MAX_PARTS:
        raise refuse(path, "文件里的部件太多，不正常", "普通的办公文件")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise refuse(path, "文件加了密码，打不开", "去掉密码后重新保存的文件")
