"""Files as people send them, made here: pictures that say where they were taken, documents, and what only looks like one."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

import docx
import openpyxl
import pillow_heif
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

PLACE = struct.pack(">IIIIII", 30, 1, 23, 1, 4567, 100)
"""A latitude as Exif writes it, by which it can be found in any bytes."""
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf exif:GPSLatitude="30,23.7N" exif:GPSLongitude="114,53.1E"/></x:xmpmeta>'
)
NOTES = b"maker's notes: 30.394 114.885"
_Values = Mapping[int, tuple[int, int, bytes]]


def _directory(entries: _Values, at: int, following: int = 0) -> bytes:
    """An Exif directory at a place, big-endian: tag → (type, count, bytes)."""
    rows, values = b"", b""
    free = at + 2 + 12 * len(entries) + 4
    for tag, (kind, count, value) in sorted(entries.items()):
        if len(value) > 4:
            rows += struct.pack(">HHII", tag, kind, count, free + len(values))
            values += value
        else:
            rows += struct.pack(">HHI", tag, kind, count) + value.ljust(4, b"\0")
    return struct.pack(">H", len(entries)) + rows + struct.pack(">I", following) + values


def _long(number: int) -> tuple[int, int, bytes]:
    return 4, 1, struct.pack(">I", number)


def _words(text: str) -> tuple[int, int, bytes]:
    return 2, len(text) + 1, text.encode() + b"\0"


def exif(
    *,
    taken: str = "2026:11:18 09:30:05",
    zone: str = "",
    turned: int = 6,
    place: bool = True,
    small: bytes = b"",
) -> bytes:
    """A telephone's Exif without its head: time, make, turn, maker's notes, position, and a thumbnail."""
    details = {0x9003: _words(taken), 0x927C: (7, len(NOTES), NOTES), 0xA431: _words("serial 4711")}
    details |= {0x9011: _words(zone)} if zone else {}
    position = {0: (1, 4, b"\2\3\0\0"), 1: _words("N"), 2: (5, 3, PLACE), 3: _words("E"), 4: (5, 3, PLACE)}
    main: dict[int, tuple[int, int, bytes]] = {
        0x010F: _words("Example"),
        0x0110: _words("Telephone 7"),
        0x0112: (3, 1, struct.pack(">HH", turned, 0)),
        0x8769: _long(0),
    }
    main |= {0x8825: _long(0)} if place else {}
    at_details = 8 + len(_directory(main, 8))
    at_position = at_details + len(_directory(details, at_details))
    at_small = at_position + (len(_directory(position, at_position)) if place else 0)
    main[0x8769] = _long(at_details)
    thumbnail = {0x0103: (3, 1, b"\0\6"), 0x0201: _long(0), 0x0202: _long(len(small))}
    thumbnail[0x0201] = _long(at_small + len(_directory(thumbnail, at_small)))
    if place:
        main[0x8825] = _long(at_position)
    raw = b"MM\0*" + struct.pack(">I", 8) + _directory(main, 8, at_small if small else 0)
    raw += _directory(details, at_details)
    raw += _directory(position, at_position) if place else b""
    return raw + (_directory(thumbnail, at_small) + small if small else b"")


def drawing(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """A small picture that is not all of one colour."""
    image = Image.new(mode, (width, height))
    image.putdata(
        [
            (x * 4 % 256, y * 5 % 256, (x ^ y) % 256)[: len(image.getbands())]
            for y in range(height)
            for x in range(width)
        ]
    )  # type: ignore[arg-type]
    return image


def saved(image: Image.Image, form: str, **more: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def jpeg(exif_block: bytes | None = None, *, xmp: bytes = b"", **more: Any) -> bytes:
    """A JPEG; one with position by default."""
    block = exif() if exif_block is None else exif_block
    plain = saved(drawing(), "JPEG", quality=80, **more)
    said = segment(0xE1, b"Exif\0\0" + block) if block else b""
    said += segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp) if xmp else b""
    return plain[:2] + said + plain[2:]


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def png(exif_block: bytes | None = None, *, xmp: bytes = b"", **more: Any) -> bytes:
    """A PNG; one with position by default."""
    block = exif() if exif_block is None else exif_block
    plain = saved(drawing(), "PNG", **more)
    said = chunk(b"eXIf", block) if block else b""
    said += chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp) if xmp else b""
    return plain[:33] + said + plain[33:]


def chunk(name: bytes, body: bytes) -> bytes:
    import zlib

    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def webp(exif_block: bytes | None = None, *, xmp: bytes = b"", **more: Any) -> bytes:
    """A WebP; one with position by default."""
    block = exif() if exif_block is None else exif_block
    return saved(drawing(), "WEBP", **({"exif": block} if block else {}), **({"xmp": xmp} if xmp else {}), **more)


def heic(exif_block: bytes | None = None, *, xmp: bytes = b"") -> bytes:
    """A HEIC by a real encoder; one with position by default."""
    block = exif() if exif_block is None else exif_block
    out = io.BytesIO()
    file = pillow_heif.from_pillow(drawing())
    file.save(out, quality=60, exif=b"Exif\0\0" + block if block else None, xmp=xmp or None)
    return out.getvalue()


def heic_pixels(content: bytes) -> bytes:
    return bytes(pillow_heif.open_heif(io.BytesIO(content)).to_pillow().tobytes())


def pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        return image.tobytes()


def pdf(**more: Any) -> bytes:
    """A PDF of one page."""
    out = io.BytesIO()
    canvas = Canvas(out, **more)
    canvas.drawString(100, 700, "rectified")
    canvas.save()
    return out.getvalue()


def word() -> bytes:
    out = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("已经整改")
    document.save(out)
    return out.getvalue()


def sheet() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "已经整改"
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, changes: Mapping[str, bytes | None], **more: Any) -> bytes:
    """An office file with parts replaced, added, or taken out (``None``)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **more) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, part in changes.items():
            if part is not None:
                new.writestr(name, part)
    return out.getvalue()
