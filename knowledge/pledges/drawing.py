"""A signature drawn on the page: a small PNG that has ink on it, judged by its bytes alone."""

from __future__ import annotations

import struct
import zlib

from knowledge.evidence_files import RefusedEvidence, examine

DRAWING_NAME = "手写签名.png"
"""What a drawn signature is called where it is kept."""
MAX_DRAWING = 512 * 1024
MAX_WIDTH, MAX_HEIGHT = 2400, 1200
NOT_A_DRAWING = "没有收到手写签名，请重签一次"
EMPTY_DRAWING = "签名板是空的，请写上姓名再提交"
_FEWEST_VALUES = 6
"""Bytes that differ in the raw rows: an empty ground has its colour, zeros and the marks of the filters."""
_DEPTH_8 = {0: 1, 2: 3, 4: 2, 6: 4}  # bytes a pixel by colour type


def check_drawing(content: bytes) -> bytes:
    """The drawing as it is kept. Raises ``RefusedEvidence`` in words for whoever drew it."""
    if len(content) > MAX_DRAWING:
        raise RefusedEvidence(NOT_A_DRAWING)
    found = examine(content, DRAWING_NAME)
    if found.kind != "png":
        raise RefusedEvidence(NOT_A_DRAWING)
    width, height, depth, colours, _, _, interlaced = struct.unpack_from(">IIBBBBB", found.content, 16)
    if depth != 8 or colours not in _DEPTH_8 or interlaced or width > MAX_WIDTH or height > MAX_HEIGHT:
        raise RefusedEvidence(NOT_A_DRAWING)
    rows = _rows(found.content, height * (1 + width * _DEPTH_8[colours]))
    if len(set(rows)) < _FEWEST_VALUES:
        raise RefusedEvidence(EMPTY_DRAWING)
    return found.content


def _rows(png: bytes, size: int) -> bytes:
    """The raw rows of a picture that was examined; never more than its own size of them."""
    packed, at = b"", 8
    while at < len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        packed += png[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += 12 + length
    try:
        rows = zlib.decompressobj().decompress(packed, size)
    except zlib.error as error:
        raise RefusedEvidence(NOT_A_DRAWING) from error
    if len(rows) < size:
        raise RefusedEvidence(NOT_A_DRAWING)
    return rows
