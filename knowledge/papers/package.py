"""A template's package, opened with care: somebody else's file may be a bomb, or carry what runs or what is fetched."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from knowledge.evidence_documents import office_kind
from knowledge.evidence_refusals import RefusedEvidence
from knowledge.papers.faults import Fault

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 30 * 1024 * 1024
MAX_PART = 2 * 1024 * 1024
MAX_PARTS = 300
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_MAY_BE_OUTSIDE = "hyperlink"
_NORMAL = "能用 Word、WPS 正常打开的 .docx，用原来的软件重新保存"


class BadPackage(ValueError):
    """这个文件打不开或者不安全。"""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault))


def open_package(content: bytes) -> Mapping[str, Element]:
    """The XML parts of a template by their names. Raises ``BadPackage`` before anything large is unpacked or parsed."""
    if len(content) > MAX_BYTES:
        raise BadPackage(Fault(f"文件有{len(content) >> 20} MB，太大", f"不超过{MAX_BYTES >> 20} MB"))
    try:
        _check_directory(content)
        if office_kind(content) != "docx":
            raise BadPackage(Fault("不是 Word 文件", _NORMAL))
        return _parts(content)
    except BadPackage:
        raise
    except RefusedEvidence as error:
        raise BadPackage(Fault(str(error).rstrip("。"), _NORMAL)) from error
    except Exception as error:  # zipfile and the parser raise many kinds on damaged files
        raise BadPackage(Fault("文件已经损坏，或者有不能用的内容", _NORMAL)) from error


def _check_directory(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
    is_large = any(entry.file_size > MAX_PART for entry in entries if _is_xml(entry.filename))
    if len(entries) > MAX_PARTS or is_large or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise BadPackage(Fault("文件解开以后太大，不正常", "普通的文书模板"))


def _parts(content: bytes) -> dict[str, Element]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if _is_xml(name)]
        parts = {name: fromstring(archive.read(name), forbid_dtd=True) for name in names}
    for name, root in parts.items():
        if name.endswith(".rels") and any(_is_fetched(relation) for relation in root.iter(_RELATIONS)):
            raise BadPackage(Fault("文件里有从外面取来的图片或者内容", "把图片放进文件里，再保存"))
    return parts


def _is_fetched(relation: Element) -> bool:
    kind = relation.get("Type", "").rpartition("/")[2]
    return relation.get("TargetMode") == "External" and kind != _MAY_BE_OUTSIDE


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))
