"""Filling a template in: closed set of names, sandboxed and escaped, the same values giving the same bytes.

What a template may hold is settled when it is read (``tags``); here the engine's own view of it is looked at once more.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from knowledge.papers.kinds import MISSING, QR

if TYPE_CHECKING:
    from docxtpl import DocxTemplate
    from jinja2.sandbox import ImmutableSandboxedEnvironment

QR_SIZE = 30  # mm
_PARAGRAPH = "\a"
"""What docxtpl takes for the end of a paragraph."""
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
NO_TIME = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class CannotFill(ValueError):
    """这个模板填不进去。"""


def fill(
    content: bytes,
    values: Mapping[str, str],
    *,
    picture: bytes | None = None,
    title: str = "",
    author: str = "",
    at: dt.datetime = NO_TIME,
) -> bytes:
    """A paper: the template with its values; one that is empty or not there is 〔待填〕, never blank.

    A new line in a value begins a paragraph of the same form. ``picture`` (PNG) stands for 二维码. Raises ``CannotFill``.
    """
    from docx.shared import Mm  # these take a while to load, and few processes ever fill a paper in
    from docxtpl import DocxTemplate, InlineImage

    try:
        paper = DocxTemplate(io.BytesIO(content))
        paper.render_init()
        names = _names(paper)
        given: dict[str, Any] = {name: printable(values.get(name, "")) or MISSING for name in names}
        if QR in names and picture:
            given[QR] = InlineImage(paper, io.BytesIO(picture), width=Mm(QR_SIZE), height=Mm(QR_SIZE))
        paper.render(given, _environment(), autoescape=True)
        _describe(paper, title, author, at)
        made = io.BytesIO()
        paper.save(made)
        return packed(made.getvalue())
    except CannotFill:
        raise
    except Exception as error:  # the package reader, lxml and the engine each raise their own kinds
        raise CannotFill(f"{CannotFill.__doc__}（{type(error).__name__}）") from error


def printable(text: str) -> str:
    """A text as it can stand in a paper: a paragraph a line, without what no document can hold or what turns its lines round."""
    lines = (line.replace("\t", " ").strip() for line in _UNFIT.sub("", text).splitlines())
    return _PARAGRAPH.join(line for line in lines if line)


def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


def _names(paper: DocxTemplate) -> list[str]:
    """The names in every part that docxtpl will run, as it will run it. Raises ``CannotFill`` for anything but names."""
    from jinja2 import nodes

    allowed = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)
    sources = [paper.get_xml()]
    for uri in (paper.HEADER_URI, paper.FOOTER_URI):
        sources += [paper.get_part_xml(part) for _, part in paper.get_headers_footers(uri)]
    sources += [
        part.blob.decode() for part in paper.docx.part.package.parts if part.content_type.endswith(".footnotes+xml")
    ]
    properties = paper.docx.core_properties
    plain = (properties.author, properties.comments, properties.identifier, properties.language)
    sources += [*plain, properties.subject, properties.title]
    environment = _environment()
    names: list[str] = []
    for source in sources:
        tree = environment.parse(paper.patch_xml(source or ""))
        if any(not isinstance(node, allowed) for node in tree.find_all(nodes.Node)):
            raise CannotFill(CannotFill.__doc__)
        names += [node.name for node in tree.find_all(nodes.Name)]
    return list(dict.fromkeys(names))


def _describe(paper: DocxTemplate, title: str, author: str, at: dt.datetime) -> None:
    """The file's own properties: the paper's, not those of whoever drew the template."""
    properties = paper.docx.core_properties
    properties.title, properties.author = title[:250], author[:250]
    properties.last_modified_by, properties.comments, properties.keywords, properties.subject = "", "", "", ""
    properties.created = properties.modified = at.astimezone(dt.UTC).replace(tzinfo=None)
    properties.revision = 1


def packed(content: bytes) -> bytes:
    """The same parts in the same order without the time of packing, so that the digest tells of the content alone."""
    target_file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target_file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return target_file.getvalue()
