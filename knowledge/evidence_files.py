"""What a file is that somebody hands in as evidence, judged by its bytes alone, and how it is kept (R26, R49).

A name, an ending and a declared type are believed in nothing. Pictures are kept without the place where they were
taken; no picture is decoded here.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

from knowledge.evidence_documents import check_pdf, office_kind
from knowledge.evidence_refusals import (
    DAMAGED,
    EMPTY,
    ENCRYPTED,
    MAX_BYTES,
    MAX_PIXELS,
    OLD_OFFICE,
    TOO_LARGE,
    RefusedEvidence,
    unknown,
)
from knowledge.heif_files import BRANDS, brands_of, read_heif
from knowledge.picture_files import PNG_HEAD, Picture, read_jpeg, read_png, read_webp

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "PICTURES",
    "TOO_LARGE",
    "Examined",
    "Kind",
    "RefusedEvidence",
    "clean_name",
    "examine",
]

Kind = Literal["jpeg", "png", "webp", "heic", "pdf", "docx", "xlsx"]
PICTURES = frozenset(("image/jpeg", "image/png", "image/webp", "image/heic"))
MAX_NAME = 100
_MIMES: dict[Kind, str] = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/heic",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ENDINGS: dict[Kind, tuple[str, ...]] = {"jpeg": ("jpg", "jpeg"), "heic": ("heic", "heif", "hif")}
_READERS: dict[Kind, Callable[..., Picture]] = {
    "jpeg": read_jpeg,
    "png": read_png,
    "webp": read_webp,
    "heic": read_heif,
}
_HEAD = 4096
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|svg|\?xml|script|body|head|!--)", re.IGNORECASE)
_FOREIGN = (
    (b"GIF8", "动图"),
    (b"BM", "BMP 图片"),
    (b"II*\x00", "TIFF 图片"),
    (b"MM\x00*", "TIFF 图片"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"PK\x05\x06", "压缩包"),
    (b"MZ", "程序"),
    (b"\x7fELF", "程序"),
    (b"{\\rtf", "RTF 文件"),
)


@dataclass(frozen=True, slots=True)
class Examined:
    """A file as it is kept. ``taken`` is aware; ``has_position``: whether it told a place when it came."""

    kind: Kind
    mime: str
    name: str
    taken: dt.datetime | None
    has_position: bool
    content: bytes


def examine(content: bytes, name: str, *, keep_position: bool = False) -> Examined:
    """Judge a file by its bytes. Raises ``RefusedEvidence``, in words for whoever sent it, and nothing else.

    A picture's position (Exif, XMP, maker's notes, thumbnails) is taken out unless ``keep_position``.
    """
    if not content:
        raise RefusedEvidence(EMPTY)
    if len(content) > MAX_BYTES:
        raise RefusedEvidence(TOO_LARGE)
    try:
        kind = _kind(content)
        if kind in _READERS:
            picture = _READERS[kind](content, keep_position=keep_position)
        else:
            picture = Picture(check_pdf(content) if kind == "pdf" else content, None, False)
    except RefusedEvidence:
        raise
    except Exception as error:  # anybody's bytes: whatever a reader stumbles over is damage
        raise RefusedEvidence(DAMAGED) from error
    return Examined(kind, _MIMES[kind], clean_name(name, kind), picture.taken, picture.has_position, picture.content)


def _kind(content: bytes) -> Kind:
    """The kind by the first bytes, and for office files by their parts."""
    head = content[:_HEAD]
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(PNG_HEAD):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return _box_kind(head)
    if head.startswith((b"%PDF-1.", b"%PDF-2.")):
        return "pdf"
    if head.startswith(_ZIP):
        return cast(Kind, office_kind(content))
    if head.startswith(_OLE):
        raise RefusedEvidence(ENCRYPTED if _PROTECTED in content else OLD_OFFICE)
    if _MARKUP.match(head):
        raise unknown("网页和矢量图")
    raise unknown(next((what for magic, what in _FOREIGN if head.startswith(magic)), ""))


def _box_kind(head: bytes) -> Kind:
    """Telephones' pictures and films begin alike; the brands tell them apart."""
    brands = brands_of(head[8 : min(int.from_bytes(head[:4], "big"), _HEAD)])
    if brands & BRANDS:
        return "heic"
    raise unknown("这种图片格式" if brands & {b"avif", b"avis"} else "视频")


def clean_name(name: str, kind: Kind) -> str:
    """A name that may be shown and given out: no path, no control or direction-changing characters, the right ending."""
    last = re.split(r"[/\\]", name[: 100 * MAX_NAME])[-1]
    plain = "".join(
        "_" if one in ':*?"<>|' else " " if unicodedata.category(one)[0] == "Z" else one
        for one in unicodedata.normalize("NFC", last)
        if unicodedata.category(one)[0] != "C"
    )
    stem, dot, ending = plain.rstrip(" ._").rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,5}", ending):
        stem, ending = f"{stem}{dot}{ending}", ""
    right = _ENDINGS.get(kind, (kind,))
    ending = ending.lower() if ending.lower() in right else right[0]
    stem = stem.strip(" ._")[: MAX_NAME - len(ending) - 1].rstrip(" ._")
    return f"{stem or ('照片' if _MIMES[kind] in PICTURES else '文件')}.{ending}"
