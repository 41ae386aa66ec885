"""Papers to look at: every template filled with made-up values, as docx, PDF and pictures of the pages (with LibreOffice)."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

import pypdfium2
import segno

from knowledge.papers.examples import NOTHING, ORDINARY, examples, of_kind
from knowledge.papers.filling import fill
from knowledge.papers.kinds import shipped_papers
from knowledge.papers.layout import STAND_INS
from knowledge.papers.templates import Template

PATIENCE = 600  # seconds for LibreOffice and all papers together
DOTS = 110  # an inch


def office_program() -> str | None:
    """LibreOffice, where it is installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def write_papers(templates: Iterable[Template], folder: Path) -> list[Path]:
    """Each template with ordinary values, with the longest and with none, as docx; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    picture = io.BytesIO()
    segno.make("https://example.invalid/c/K7M2P9XQ4RTB", error="m").save(picture, kind="png", scale=8, border=3)
    made = []
    for template in templates:
        for how, values in examples(shipped_papers()).items():
            path = folder / f"{template.kind.title}-{how}.docx"
            shown = None if how == NOTHING else picture.getvalue()
            values = of_kind(values, template.kind) if how == ORDINARY else values
            path.write_bytes(fill(template.content, values, picture=shown, title=template.kind.title))
            made.append(path)
    return made


def to_pdf(files: Iterable[Path], folder: Path) -> list[Path]:
    """The papers as PDF. Raises ``CalledProcessError``, ``TimeoutExpired``; ``FileNotFoundError`` without LibreOffice."""
    program = office_program()
    if program is None:
        raise FileNotFoundError("LibreOffice")
    files = list(files)
    with tempfile.TemporaryDirectory() as home:
        fonts = Path(home) / "fonts.conf"
        fonts.write_text(_fonts(), encoding="utf-8")
        subprocess.run(  # noqa: S603 - a program of this machine, files of our own
            [
                program,
                f"-env:UserInstallation={Path(home).as_uri()}/profile",
                "--headless",
                "--convert-to",
                "pdf",
                "--outdir",
                str(folder),
                *map(str, files),
            ],
            env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
            check=True,
            capture_output=True,
            timeout=PATIENCE,
        )
    return [folder / f"{path.stem}.pdf" for path in files]


def to_pictures(pdf: Path) -> list[Path]:
    """Every page of a PDF as a PNG beside it."""
    made = []
    with pypdfium2.PdfDocument(pdf) as document:
        for number, page in enumerate(document, 1):
            path = pdf.with_name(f"{pdf.stem}-{number}.png")
            page.render(scale=DOTS / 72).to_pil().save(path)
            made.append(path)
    return made


def _fonts() -> str:
    """Which font stands in for which on this machine, as the papers' own font table says it."""
    aliases = "".join(
        f"<alias binding='strong'><family>{escape(name)}</family><accept>"
        + "".join(f"<family>{escape(other)}</family>" for other in names.split(","))
        + "</accept></alias>"
        for name, (names, _) in STAND_INS.items()
    )
    return (
        "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig>"
        f"<include ignore_missing='yes'>/etc/fonts/fonts.conf</include>{aliases}</fontconfig>"
    )
