"""Exif, what a picture says of itself: read for a few named values only, and written anew with those alone.

Own code, as only a dozen short values are wanted, of bytes that anybody may send: nothing else is looked at.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

_CHINA = ZoneInfo("Asia/Shanghai")
_HEAD = b"Exif\x00\x00"
_ASCII, _SHORT, _LONG = 2, 3, 4
_ORIENTATION, _DETAILS, _POSITION = 0x0112, 0x8769, 0x8825
_MAKE, _MODEL, _SOFTWARE, _CHANGED = 0x010F, 0x0110, 0x0131, 0x0132
_TAKEN, _DIGITIZED, _OFFSET, _TAKEN_OFFSET = 0x9003, 0x9004, 0x9010, 0x9011
_WORDS = (_MAKE, _MODEL, _SOFTWARE, _CHANGED)
_TIMES = (_TAKEN, _DIGITIZED, _OFFSET, _TAKEN_OFFSET)
_POSITION_VERSION = 0x0000
_MAX_ENTRIES = 1000
_MAX_WORDS = 64
_TIME = re.compile(r"((?:19|20)\d\d):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_ZONE = re.compile(r"([+-])(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Exif:
    """``kept``: a new Exif block without position, thumbnail and maker's notes, empty when nothing is left of it."""

    kept: bytes
    taken: dt.datetime | None
    has_position: bool


NOTHING = Exif(b"", None, False)


def read_exif(raw: bytes) -> Exif:
    """Read an Exif block, with or without its own head. What cannot be read is not there; nothing is raised."""
    tiff = raw.removeprefix(_HEAD)
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None:
        return NOTHING
    try:
        main = _directory(tiff, order, _number(tiff, order, 4))
        details = _sub_directory(tiff, order, main, _DETAILS)
        position = _sub_directory(tiff, order, main, _POSITION)
    except struct.error:
        return NOTHING
    turned = _short(order, main.get(_ORIENTATION))
    words = {tag: _text(tiff, order, main.get(tag)) for tag in _WORDS}
    times = {tag: _text(tiff, order, details.get(tag)) for tag in _TIMES}
    kept = _written(turned if 1 <= turned <= 8 else 0, words, times)
    taken = _moment(times[_TAKEN], times[_TAKEN_OFFSET] or times[_OFFSET])
    return Exif(kept, taken, bool(set(position) - {_POSITION_VERSION}))


_Entry = tuple[int, int, bytes]
"""Type, count, and the four bytes that hold the value or its place."""


def _number(tiff: bytes, order: str, at: int) -> int:
    return int(struct.unpack_from(f"{order}I", tiff, at)[0])


def _directory(tiff: bytes, order: str, at: int) -> dict[int, _Entry]:
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    found: dict[int, _Entry] = {}
    for place in range(at + 2, at + 2 + 12 * min(count, _MAX_ENTRIES), 12):
        if place + 12 > len(tiff):
            break
        tag, kind, length, value = struct.unpack_from(f"{order}HHI4s", tiff, place)
        found[tag] = kind, length, value
    return found


def _sub_directory(tiff: bytes, order: str, main: Mapping[int, _Entry], tag: int) -> dict[int, _Entry]:
    kind, length, value = main.get(tag, (0, 0, b""))
    if length != 1 or kind not in (_LONG, 13):  # 13: a directory, as the newer standard calls it
        return {}
    at = struct.unpack(f"{order}I", value)[0]
    return _directory(tiff, order, at) if at + 2 <= len(tiff) else {}


def _short(order: str, entry: _Entry | None) -> int:
    if entry is None or entry[:2] != (_SHORT, 1):
        return 0
    return int(struct.unpack_from(f"{order}H", entry[2])[0])


def _text(tiff: bytes, order: str, entry: _Entry | None) -> str:
    """A short printable ASCII value; empty for anything else."""
    if entry is None or entry[0] != _ASCII or not 0 < entry[1] <= _MAX_WORDS:
        return ""
    _, length, value = entry
    if length > 4:
        at = struct.unpack(f"{order}I", value)[0]
        value = tiff[at : at + length]
    text = value[:length].split(b"\x00")[0].decode("ascii", "replace").strip()
    return text if text.isprintable() and text.isascii() else ""


def _moment(text: str, zone: str) -> dt.datetime | None:
    """The aware time; one without an offset is Shanghai's."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups())
    try:
        return dt.datetime(year, month, day, hour, minute, second, tzinfo=_zone(zone))
    except ValueError:
        return None


def _zone(text: str) -> dt.tzinfo:
    found = _ZONE.fullmatch(text)
    if found is None:
        return dt.UTC if text == "Z" else _CHINA
    minutes = int(found[2]) * 60 + int(found[3])
    if minutes > 14 * 60:
        return _CHINA
    return dt.timezone(dt.timedelta(minutes=-minutes if found[1] == "-" else minutes))


def _written(turned: int, words: Mapping[int, str], times: Mapping[int, str]) -> bytes:
    """A new block: how the picture is turned, what made it, and when."""
    main = [_entry(tag, text) for tag, text in words.items() if text]
    main += [(_ORIENTATION, _SHORT, 1, struct.pack(">HH", turned, 0))] if turned else []
    details = [_entry(tag, text) for tag, text in times.items() if text]
    if not main and not details:
        return b""
    head = b"MM\x00*" + struct.pack(">I", 8)
    if not details:
        return head + _packed(main, 8)
    link = (_DETAILS, _LONG, 1, bytes(4))
    at = 8 + len(_packed([*main, link], 8))
    first = _packed([*main, (_DETAILS, _LONG, 1, struct.pack(">I", at))], 8)
    return head + first + _packed(details, at)


def _entry(tag: int, text: str) -> tuple[int, int, int, bytes]:
    value = text.encode("ascii") + b"\x00"
    return tag, _ASCII, len(value), value


def _packed(entries: Iterable[tuple[int, int, int, bytes]], at: int) -> bytes:
    """A directory that begins at ``at``, with the values that do not fit into it behind it."""
    ordered = sorted(entries)
    free = at + 2 + 12 * len(ordered) + 4
    rows, values = b"", b""
    for tag, kind, count, value in ordered:
        if len(value) > 4:
            place = struct.pack(">I", free + len(values))
            values += value + bytes(len(value) % 2)
        else:
            place = value.ljust(4, b"\x00")
        rows += struct.pack(">HHI", tag, kind, count) + place
    return struct.pack(">H", len(ordered)) + rows + bytes(4) + values
