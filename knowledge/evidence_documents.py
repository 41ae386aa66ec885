"""PDF, docx and xlsx as evidence: whole, without a password, and with nothing in them that runs."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib

from defusedxml.ElementTree import fromstring

from knowledge.evidence_refusals import ACTIVE, DAMAGED, ENCRYPTED, ODD_OFFICE, RefusedEvidence
from knowledge.file_kinds import MAX_PARTS, MAX_RATIO, MAX_UNPACKED

_SMALL_ENOUGH = 10 * 1024 * 1024  # unpacked; below it no ratio is suspicious
_STEP = 1024 * 1024
_MAX_INDEX = 1024 * 1024
_MAX_BEHIND_END = 1024  # what readers of PDF put up with
_MAX_OBJECTS = 32 * 1024 * 1024  # unpacked, of all object streams together
_MAX_STREAM = 512 * 1024
_MAX_STREAMS = 2_000

# ---- PDF

_PDF_END = re.compile(rb"startxref\s+\d+\s+%%EOF[\r\n]{0,2}")
_PDF_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_PDF_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|RichMedia)(?![A-Za-z])")
_PDF_ESCAPED = re.compile(rb"/(?=[A-Za-z]{0,11}#)((?:[A-Za-z]|#[0-9A-Fa-f]{2}){2,12})(?![A-Za-z#])")
_WATCHED = frozenset((b"JavaScript", b"JS", b"Launch", b"RichMedia", b"ObjStm", b"Encrypt", b"XFA"))
_PDF_OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z])[^\x00]{0,400}?stream\r?\n")


def check_pdf(content: bytes) -> bytes:
    """The document as it is kept: cut behind its last end. Raises ``RefusedEvidence``."""
    ends = list(_PDF_END.finditer(content))
    if not ends or len(content) - ends[-1].end() > _MAX_BEHIND_END or b" obj" not in content:
        raise RefusedEvidence(DAMAGED)
    content = content[: ends[-1].end()]
    if any(_plain_name(name) in _WATCHED for name in _PDF_ESCAPED.findall(content)):
        raise RefusedEvidence(ACTIVE)  # nobody writes these letters so but to hide them: /J#61vaScript
    if _PDF_ENCRYPTED.search(content):
        raise RefusedEvidence(ENCRYPTED)
    packed = _pdf_objects(content)
    if any(_PDF_ACTIVE.search(part) for part in (content, packed)):
        raise RefusedEvidence(ACTIVE)
    if any(_plain_name(name) in _WATCHED for name in _PDF_ESCAPED.findall(packed)):
        raise RefusedEvidence(ACTIVE)
    return content


def _plain_name(name: bytes) -> bytes:
    """A name of PDF with its letters that are written as numbers."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), name)


def _pdf_objects(content: bytes) -> bytes:
    """What lies in the packed object streams, as far as it can be unpacked within bounds."""
    found: list[bytes] = []
    left = _MAX_OBJECTS
    for number, stream in enumerate(_PDF_OBJECTS.finditer(content)):
        if number == _MAX_STREAMS:
            raise RefusedEvidence(DAMAGED)
        try:
            found.append(zlib.decompressobj().decompress(content[stream.end() : stream.end() + _MAX_STREAM], left))
        except zlib.error:
            continue
        left -= len(found[-1])
        if left <= 0:
            raise RefusedEvidence(DAMAGED)
    return b"\n".join(found)


# ---- docx, xlsx

_INDEX = "[Content_Types].xml"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_MAIN = {
    "word/document.xml": (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    ),
    "xl/workbook.xml": (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    ),
}
_ACTIVE_PART = re.compile(r"(?:^|/)(?:vbaProject|vbaData|activeX|macrosheets|customUI)(?:[./\d]|$)", re.IGNORECASE)
_ACTIVE_TYPE = re.compile(r"macro|vba|activex", re.IGNORECASE)
_END_OF_ZIP = b"PK\x05\x06"


def office_kind(content: bytes) -> str:
    """``docx`` or ``xlsx``, when it is one and nothing else. Raises ``RefusedEvidence``."""
    if content[-22:-18] != _END_OF_ZIP:  # something hangs behind the end, or the end is missing
        raise RefusedEvidence(DAMAGED)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        _check_sizes(entries)
        names = [entry.filename for entry in entries]
        if len(set(names)) != len(names) or min(entry.header_offset for entry in entries) != 0:
            raise RefusedEvidence(DAMAGED)
        mains = [name for name in _MAIN if name in names]
        if len(mains) != 1 or _INDEX not in names:
            raise RefusedEvidence(ODD_OFFICE)
        kind, wanted = _MAIN[mains[0]]
        types = _types(_read(archive, _INDEX))
        if any(_ACTIVE_PART.search(name) for name in names) or any(_ACTIVE_TYPE.search(one) for one in types.values()):
            raise RefusedEvidence(ACTIVE)
        if types.get(f"/{mains[0]}") != wanted:
            raise RefusedEvidence(ODD_OFFICE)
        for name in names:
            if name.endswith(".rels"):
                _check_relations(_read(archive, name))
        for entry in entries:
            _check_whole(archive, entry)
    return kind


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    """Raises ``RefusedEvidence`` for protected parts, too many, and those that would unpack to too much."""
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    is_bomb = unpacked > MAX_UNPACKED or (unpacked > _SMALL_ENOUGH and unpacked / packed > MAX_RATIO)
    if not entries or is_bomb or len(entries) > MAX_PARTS:
        raise RefusedEvidence(ODD_OFFICE)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise RefusedEvidence(ENCRYPTED)
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise RefusedEvidence(ODD_OFFICE)
    if any(posixpath.isabs(e.filename) or ".." in e.filename.split("/") or "\\" in e.filename for e in entries):
        raise RefusedEvidence(ODD_OFFICE)


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _MAX_INDEX:
        raise RefusedEvidence(ODD_OFFICE)
    return archive.read(name)


def _types(raw: bytes) -> dict[str, str]:
    """The kinds of the parts by their names, and those by ending by the ending alone."""
    found = {}
    for entry in fromstring(raw, forbid_dtd=True):
        if entry.tag == f"{_TYPES}Override":
            found[entry.get("PartName", "")] = entry.get("ContentType", "")
        elif entry.tag == f"{_TYPES}Default":
            found[entry.get("Extension", "")] = entry.get("ContentType", "")
    return found


def _check_relations(raw: bytes) -> None:
    """Raises ``RefusedEvidence`` for a template, a frame or an object that would be fetched from elsewhere."""
    for entry in fromstring(raw, forbid_dtd=True):
        is_outside = entry.tag == f"{_RELATIONS}Relationship" and entry.get("TargetMode") == "External"
        kind = entry.get("Type", "").rpartition("/")[2]
        if is_outside and kind in ("attachedTemplate", "frame", "oleObject", "subDocument", "externalLink"):
            raise RefusedEvidence(ACTIVE)


def _check_whole(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack a part in small steps, which checks its sum; never more than the directory says."""
    with archive.open(entry) as part:
        while part.read(_STEP):
            continue
