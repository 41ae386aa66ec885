"""JPEG, PNG and WebP: walked piece by piece, and put together anew from the pieces that make the picture.

No pixel is decoded or changed. What is no part of the picture (comments, foreign blocks, what hangs behind its end)
is left out; of what the picture says of itself stays when it was taken and by what, and where only if asked for.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from knowledge.evidence_refusals import DAMAGED, MAX_PIXELS, TOO_MANY_PIXELS, RefusedEvidence
from knowledge.exif import NOTHING, Exif, read_exif

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_MAX_SCANS = 100
_MAX_PIECES = 50_000
_EXIF_HEAD = b"Exif\x00\x00"
_XMP_HEADS = (b"http://ns.adobe.com/xap/1.0/\x00", b"http://ns.adobe.com/xmp/extension/\x00")
_PLACED = re.compile(rb"GPSL(?:atitude|ongitude)")
_NEXT_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive: what every viewer shows
_TABLES = frozenset({0xC4, 0xDA, 0xDB, 0xDD})
_PNG_PICTURE = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP tIME".split())
_PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_WEBP_PICTURE = frozenset((b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"))
_WEBP_EXIF_FLAG, _WEBP_XMP_FLAG = 0x08, 0x04


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept. ``has_position``: whether it said where it was taken when it came."""

    content: bytes
    taken: dt.datetime | None
    has_position: bool


def check_pixels(width: int, height: int) -> None:
    """Raises ``RefusedEvidence`` for a picture without a size, or with too large a one."""
    if width < 1 or height < 1:
        raise RefusedEvidence(DAMAGED)
    if width * height > MAX_PIXELS:
        raise RefusedEvidence(TOO_MANY_PIXELS)


@dataclass(slots=True)
class _Said:
    """What the picture says of itself, noted while it is walked."""

    keep_position: bool
    exif: Exif = field(default=NOTHING)
    is_placed: bool = False

    def hears_exif(self, raw: bytes) -> bytes:
        """Note a block of Exif; returns what is kept of it, possibly nothing. Of several the first one counts."""
        heard = read_exif(raw)
        self.is_placed |= heard.has_position
        if self.exif is not NOTHING:
            return b""
        self.exif = heard
        return raw if self.keep_position else heard.kept

    def hears_xmp(self, raw: bytes) -> bytes:
        """Note a block of XMP, which stays only together with the position."""
        self.is_placed |= _PLACED.search(raw) is not None
        return raw if self.keep_position else b""

    def picture(self, content: bytes) -> Picture:
        return Picture(content, self.exif.taken, self.is_placed)


def _piece(content: bytes, at: int, length: int) -> bytes:
    if length < 0 or at + length > len(content):
        raise RefusedEvidence(DAMAGED)
    return content[at : at + length]


# ---- JPEG


def read_jpeg(content: bytes, *, keep_position: bool) -> Picture:
    """Raises ``RefusedEvidence`` for a broken or truncated picture, and one that viewers do not show."""
    said = _Said(keep_position)
    kept, scans, frames = [b"\xff\xd8"], 0, 0
    at = 2
    for _ in range(_MAX_PIECES):
        marker, at = _marker(content, at)
        if marker == 0xD9:
            break
        length = int.from_bytes(_piece(content, at, 2), "big")
        body = _piece(content, at, length)[2:]
        if length < 2:
            raise RefusedEvidence(DAMAGED)
        at += length
        if marker in _FRAMES:
            frames += 1
            height, width = struct.unpack_from(">HH", body, 1)
            check_pixels(width, height)
        elif marker not in _TABLES:
            body = _jpeg_block(marker, body, said)
            if not body:
                continue
        kept.append(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body)
        if marker == 0xDA:
            scans += 1
            end = _end_of_scan(content, at)
            kept.append(content[at:end])
            at = end
        if frames > 1 or scans > _MAX_SCANS or (scans and not frames):
            raise RefusedEvidence(DAMAGED)
    if not (frames and scans) or marker != 0xD9:
        raise RefusedEvidence(DAMAGED)
    return said.picture(b"".join([*kept, b"\xff\xd9"]))


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """The marker at a place, behind any number of fill bytes, and the place after it."""
    if _piece(content, at, 1) != b"\xff":
        raise RefusedEvidence(DAMAGED)
    while (marker := _piece(content, at, 1)[0]) == 0xFF:
        at += 1
    return marker, at + 1


def _end_of_scan(content: bytes, at: int) -> int:
    found = _NEXT_MARKER.search(content, at)
    if found is None:
        raise RefusedEvidence(DAMAGED)
    return found.start()


def _jpeg_block(marker: int, body: bytes, said: _Said) -> bytes:
    """What is kept of a block beside the picture: its colours, and what the picture may say of itself."""
    if 0xC0 <= marker <= 0xDF:  # a way of packing that viewers do not know, or a marker out of place
        raise RefusedEvidence(DAMAGED)
    if marker == 0xE1 and body.startswith(_EXIF_HEAD):
        kept = said.hears_exif(body[len(_EXIF_HEAD) :])
        return _EXIF_HEAD + kept if kept else b""
    if marker == 0xE1 and body.startswith(_XMP_HEADS):
        return said.hears_xmp(body)
    is_colour = {0xE0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}.get(marker)
    return body if is_colour and body.startswith(is_colour) else b""


# ---- PNG


def read_png(content: bytes, *, keep_position: bool) -> Picture:
    """Raises ``RefusedEvidence`` for a broken or truncated picture. Of an animation the first picture is kept."""
    said = _Said(keep_position)
    kept = [PNG_HEAD]
    has_pixels = has_exif = False
    for number, (name, body) in enumerate(_png_chunks(content)):
        if (number == 0) != (name == b"IHDR") or number > _MAX_PIECES:
            raise RefusedEvidence(DAMAGED)
        if name == b"IHDR":
            _check_png_head(body)
        has_pixels |= name == b"IDAT"
        if name == b"eXIf":
            body = b"" if has_exif else said.hears_exif(body)
            has_exif = True
            if not body:
                continue
        elif name == b"iTXt" and body.startswith(b"XML:com.adobe.xmp\x00"):
            body = said.hears_xmp(body)
            if not body:
                continue
        elif name not in _PNG_PICTURE:
            if name[:1].isupper():  # without it the picture cannot be shown, and nobody knows it
                raise RefusedEvidence(DAMAGED)
            continue
        kept.append(struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)))
    if not has_pixels:
        raise RefusedEvidence(DAMAGED)
    return said.picture(b"".join(kept))


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each chunk, up to the last; one whose check sum is wrong is damage."""
    at, name = len(PNG_HEAD), b""
    while name != b"IEND":
        length, name = struct.unpack(">I4s", _piece(content, at, 8))
        body = _piece(content, at + 8, length)
        if int.from_bytes(_piece(content, at + 8 + length, 4), "big") != zlib.crc32(body, zlib.crc32(name)):
            raise RefusedEvidence(DAMAGED)
        at += 12 + length
        yield name, body


def _check_png_head(body: bytes) -> None:
    if len(body) != 13:
        raise RefusedEvidence(DAMAGED)
    width, height, depth, colours, packing, filtering, interlaced = struct.unpack(">IIBBBBB", body)
    if depth not in _PNG_DEPTHS.get(colours, ()) or packing or filtering or interlaced > 1:
        raise RefusedEvidence(DAMAGED)
    check_pixels(width, height)


# ---- WebP


def read_webp(content: bytes, *, keep_position: bool) -> Picture:
    """Raises ``RefusedEvidence`` for a broken or truncated picture."""
    said = _Said(keep_position)
    size = int.from_bytes(_piece(content, 4, 4), "little")
    whole = _piece(content, 0, size + 8)
    kept: list[tuple[bytes, bytes]] = []
    at, pieces = 12, 0
    while at < len(whole):
        pieces += 1
        if pieces > _MAX_PIECES:
            raise RefusedEvidence(DAMAGED)
        name, length = struct.unpack("<4sI", _piece(whole, at, 8))
        body = _piece(whole, at + 8, length)
        at += 8 + length + length % 2
        if name == b"EXIF":
            body = said.hears_exif(body)
        elif name == b"XMP ":
            body = said.hears_xmp(body)
        elif name not in _WEBP_PICTURE:
            continue
        if body:
            kept.append((name, body))
    return said.picture(_webp_of(kept))


def _webp_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    names = [name for name, _ in chunks]
    if names[:1] in ([b"VP8 "], [b"VP8L"]):
        chunks = chunks[:1]  # the short form: one picture and nothing else
    elif names[:1] != [b"VP8X"] or names.count(b"VP8X") > 1 or not {b"VP8 ", b"VP8L", b"ANMF"} & set(names):
        raise RefusedEvidence(DAMAGED)
    for name, body in chunks:
        if name in _SIZES:
            check_pixels(*_SIZES[name](body))
    if names[0] == b"VP8X":
        flags = chunks[0][1][0] & ~(_WEBP_EXIF_FLAG | _WEBP_XMP_FLAG)
        flags |= (_WEBP_EXIF_FLAG if b"EXIF" in names else 0) | (_WEBP_XMP_FLAG if b"XMP " in names else 0)
        chunks[0] = b"VP8X", bytes([flags]) + chunks[0][1][1:]
    body = b"".join(name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2) for name, body in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _canvas(body: bytes) -> tuple[int, int]:
    if len(body) != 10:
        raise RefusedEvidence(DAMAGED)
    return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1


def _lossy(body: bytes) -> tuple[int, int]:
    if body[3:6] != b"\x9d\x01\x2a":
        raise RefusedEvidence(DAMAGED)
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF


def _lossless(body: bytes) -> tuple[int, int]:
    if body[:1] != b"\x2f":
        raise RefusedEvidence(DAMAGED)
    (bits,) = struct.unpack_from("<I", body, 1)
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


_SIZES = {b"VP8X": _canvas, b"VP8 ": _lossy, b"VP8L": _lossless}
