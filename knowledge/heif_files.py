"""HEIC and HEIF: the box structure walked, and what is no picture blanked in place, so that no place in it moves.

A telephone's HEIC keeps its Exif as an item that lies anywhere in the file, found by a table of places. The pictures
are not decoded. Exif is written anew into its own room, without position; XMP and what nobody needs is blanked.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.evidence_refusals import DAMAGED, ENCRYPTED, RefusedEvidence, unknown
from knowledge.exif import NOTHING, Exif, read_exif
from knowledge.picture_files import Picture, check_pixels

BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
_NEW_CODING = frozenset((b"avif", b"avis"))
_PICTURES = frozenset((b"hvc1", b"hev1", b"lhv1", b"hvt1", b"grid", b"iden", b"iovl", b"tmap"))
_STAY = frozenset((b"ftyp", b"meta", b"mdat", b"free", b"skip", b"wide"))
_MAX_EXTENTS = 20_000
_MAX_BOXES = 5_000
_MAX_ROOMS = 16
_NAMED = (b"mime", b"uri ")


@dataclass(frozen=True, slots=True)
class _Box:
    """A box: its name, where it begins, where its body begins, where it ends."""

    name: bytes
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class _Item:
    """An item of the file: its kind and its pieces as ``(from, to)``; ``None`` when they lie elsewhere."""

    kind: bytes
    pieces: tuple[tuple[int, int], ...] | None

    @property
    def size(self) -> int:
        return sum(end - start for start, end in self.pieces or ())


def read_heif(content: bytes, *, keep_position: bool) -> Picture:
    """Raises ``RefusedEvidence`` for a broken, truncated, protected or differently coded picture."""
    boxes = list(_boxes(content, 0, len(content)))
    if not boxes or boxes[0].name != b"ftyp":
        raise RefusedEvidence(DAMAGED)
    brands = brands_of(content[boxes[0].body : boxes[0].end])
    if brands & _NEW_CODING or not brands & BRANDS:
        raise unknown("这种图片格式")
    metas = [box for box in boxes if box.name == b"meta"]
    if len(metas) != 1:
        raise RefusedEvidence(DAMAGED)
    items = _items(content, metas[0])
    room = [(box.body, box.end) for box in boxes if box.name == b"mdat"]
    room += [(box.body, box.end) for box in _meta_boxes(content, metas[0]) if box.name == b"idat"]
    changed = bytearray(content)
    heard, is_placed = NOTHING, False
    others = [item for item in items if item.kind not in _PICTURES]
    if len(room) > _MAX_ROOMS or sum(item.size for item in others) > len(content):
        raise RefusedEvidence(DAMAGED)
    for item in others:
        raw = _lifted(content, item, room)
        if item.kind == b"Exif":
            found, new = _exif_of(raw)
            is_placed |= found.has_position
            heard = found if heard is NOTHING else heard
        else:
            is_placed |= b"GPSL" in raw
            new = b" " * len(raw) if item.kind in _NAMED else b""
        if not keep_position or item.kind not in (b"Exif", b"mime"):
            _laid(changed, item, new.ljust(len(raw), b"\x00"))
    return Picture(_only_picture(changed, boxes), heard.taken, is_placed)


def brands_of(body: bytes) -> set[bytes]:
    """The brands in the body of an ``ftyp`` box: the major one and those it is compatible with."""
    return {body[:4]} | {body[at : at + 4] for at in range(8, len(body) - 3, 4)}


def _boxes(content: bytes, at: int, end: int) -> Iterator[_Box]:
    """The boxes between two places; what does not fill them exactly is damage."""
    count = 0
    while at < end:
        count += 1
        if at + 8 > end or count > _MAX_BOXES:
            raise RefusedEvidence(DAMAGED)
        size, name = struct.unpack_from(">I4s", content, at)
        body = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, body)
            body += 8
        elif size == 0:
            size = end - at
        if size < body - at or at + size > end:
            raise RefusedEvidence(DAMAGED)
        yield _Box(name, at, body, at + size)
        at += size


def _meta_boxes(content: bytes, meta: _Box) -> list[_Box]:
    return list(_boxes(content, meta.body + 4, meta.end))


def _items(content: bytes, meta: _Box) -> list[_Item]:
    """All items of the file, after checking that they make a picture of a size that is taken."""
    inner = {box.name: box for box in _meta_boxes(content, meta)}
    if not {b"hdlr", b"pitm", b"iinf", b"iloc", b"iprp"} <= set(inner):
        raise RefusedEvidence(DAMAGED)
    handler, primary = inner[b"hdlr"], inner[b"pitm"]
    if content[handler.body + 8 : handler.body + 12] != b"pict":
        raise RefusedEvidence(DAMAGED)
    kinds = dict(_kinds(content, inner[b"iinf"]))
    form = ">I" if content[primary.body] else ">H"
    (shown,) = struct.unpack_from(form, content, primary.body + 4)
    if shown not in kinds:
        raise RefusedEvidence(DAMAGED)
    if kinds[shown] not in _PICTURES:
        raise unknown("这种图片格式")
    _check_sizes(content, inner[b"iprp"])
    places = _places(content, inner[b"iloc"], inner.get(b"idat"))
    return [_Item(kind, places.get(number, ())) for number, kind in kinds.items()]


def _kinds(content: bytes, box: _Box) -> Iterator[tuple[int, bytes]]:
    start = box.body + (8 if content[box.body] else 6)
    for entry in _boxes(content, start, box.end):
        version = content[entry.body]
        if entry.name != b"infe" or version not in (2, 3):
            raise RefusedEvidence(DAMAGED)
        number, protection, kind = struct.unpack_from(">HH4s" if version == 2 else ">IH4s", content, entry.body + 4)
        if protection:
            raise RefusedEvidence(ENCRYPTED)
        yield number, kind


def _check_sizes(content: bytes, box: _Box) -> None:
    properties = [one for one in _boxes(content, box.body, box.end) if one.name == b"ipco"]
    sizes = [
        struct.unpack_from(">II", content, one.body + 4)
        for outer in properties
        for one in _boxes(content, outer.body, outer.end)
        if one.name == b"ispe"
    ]
    if not sizes:
        raise RefusedEvidence(DAMAGED)
    for width, height in sizes:
        check_pixels(width, height)


class _Reader:
    """Numbers of given widths, one after the other."""

    def __init__(self, content: bytes, at: int, end: int) -> None:
        self._content, self._at, self._end = content, at, end

    def number(self, width: int) -> int:
        if self._at + width > self._end:
            raise RefusedEvidence(DAMAGED)
        self._at += width
        return int.from_bytes(self._content[self._at - width : self._at], "big")


def _places(content: bytes, box: _Box, idat: _Box | None) -> dict[int, tuple[tuple[int, int], ...] | None]:
    """Where the items lie, by their numbers."""
    reader = _Reader(content, box.body, box.end)
    version = reader.number(4) >> 24
    widths = reader.number(2)
    offset_width, length_width, base_width = widths >> 12, widths >> 8 & 15, widths >> 4 & 15
    index_width = widths & 15 if version in (1, 2) else 0
    if version > 2 or not {offset_width, length_width, base_width, index_width} <= {0, 4, 8}:
        raise RefusedEvidence(DAMAGED)
    wide = 4 if version == 2 else 2
    found: dict[int, tuple[tuple[int, int], ...] | None] = {}
    total = 0
    for _ in range(reader.number(wide)):
        number = reader.number(wide)
        way = reader.number(2) & 15 if version else 0
        elsewhere = reader.number(2)
        base = reader.number(base_width)
        count = reader.number(2)
        total += count
        if total > _MAX_EXTENTS:
            raise RefusedEvidence(DAMAGED)
        pieces = []
        for _ in range(count):
            reader.number(index_width)
            start = base + reader.number(offset_width)
            length = reader.number(length_width)
            start += idat.body if way == 1 and idat else 0
            pieces.append((start, start + length))
        is_here = not elsewhere and (way == 0 or (way == 1 and idat is not None))
        found[number] = tuple(pieces) if is_here else None
    return found


def _lifted(content: bytes, item: _Item, room: list[tuple[int, int]]) -> bytes:
    """The bytes of an item that is no picture; they must lie where the file keeps its data."""
    if item.pieces is None:
        raise RefusedEvidence(DAMAGED)
    for start, end in item.pieces:
        if start == end or not any(low <= start < end <= high for low, high in room):
            raise RefusedEvidence(DAMAGED)
    return b"".join(content[start:end] for start, end in item.pieces)


def _laid(changed: bytearray, item: _Item, new: bytes) -> None:
    """Write new bytes of the same length where the item lay."""
    at = 0
    for start, end in item.pieces or ():
        changed[start:end] = new[at : at + end - start]
        at += end - start


def _exif_of(raw: bytes) -> tuple[Exif, bytes]:
    """What an Exif item says, and the item that takes its place: never longer than it was."""
    skipped = 4 + int.from_bytes(raw[:4], "big")
    found = read_exif(raw[skipped:])
    new = bytes(4) + found.kept
    return found, new if found.kept and len(new) <= len(raw) else b""


def _only_picture(changed: bytearray, boxes: list[_Box]) -> bytes:
    """The file with foreign boxes blanked, and cut behind the last box that is needed."""
    last = max(box.end for box in boxes if box.name in (b"meta", b"mdat"))
    for box in boxes:
        if box.name not in _STAY or box.name in (b"free", b"skip", b"wide"):
            changed[box.start + 4 : box.start + 8] = b"free"
            changed[box.body : box.end] = bytes(box.end - box.body)
    return bytes(changed[:last])
