"""Pictures as every viewer shows them: HEIC too, upright, without what they say of themselves, and never a bomb."""

from __future__ import annotations

import io
import struct
import tomllib
import zlib
from collections.abc import Callable
from pathlib import Path

import pi_heif
import pillow_heif
import pytest
from PIL import Image, ImageFile

from knowledge import picture_views
from knowledge.evidence_files import examine
from knowledge.picture_views import LONGEST, MAX_VIEW_PIXELS, NoView, as_jpeg
from tests.knowledge.evidence_makers import PLACE, chunk, drawing, exif, heic, jpeg, png, saved, webp


def shown(content: bytes, mime: str = "image/jpeg") -> Image.Image:
    image = Image.open(io.BytesIO(as_jpeg(content, mime)))
    image.load()
    assert image.format == "JPEG"
    return image


def heic_of(image: Image.Image) -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, quality=10)
    return out.getvalue()


@pytest.mark.parametrize("make", [jpeg, png, webp, heic], ids=["jpeg", "png", "webp", "heic"])
def test_every_kind_is_shown_upright_and_says_neither_place_nor_time(make: Callable[[], bytes]) -> None:
    kept = examine(make(), "")
    view = as_jpeg(kept.content, kept.mime)
    image = Image.open(io.BytesIO(view))
    assert image.size == (48, 64)  # it was taken with the telephone turned
    assert not image.getexif()
    assert PLACE not in view and b"Exif" not in view


def test_a_large_picture_becomes_as_small_as_a_screen() -> None:
    image = shown(saved(Image.new("RGB", (4000, 3000), "red"), "JPEG"))
    assert image.size == (LONGEST, LONGEST * 3 // 4)
    small = drawing(200, 100)
    assert shown(saved(small, "PNG"), "image/png").size == (200, 100)


def test_what_is_transparent_stands_on_white() -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert shown(saved(clear, "PNG"), "image/png").getpixel((5, 5)) == (255, 255, 255)
    palette = drawing().convert("P")
    assert shown(saved(palette, "PNG", transparency=0), "image/png").mode == "RGB"


@pytest.mark.parametrize("mode", ["L", "CMYK", "1", "I;16"])
def test_other_colours_are_shown(mode: str) -> None:
    image = Image.new(mode, (30, 20)) if mode == "I;16" else drawing().convert(mode)
    form = "JPEG" if mode == "CMYK" else "PNG"
    assert shown(saved(image, form), f"image/{form.lower()}").mode == "RGB"


@pytest.mark.parametrize("make", [jpeg, png, webp, heic], ids=["jpeg", "png", "webp", "heic"])
def test_a_picture_of_too_many_pixels_is_not_decoded(
    make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = examine(make(), "")
    monkeypatch.setattr(picture_views, "MAX_VIEW_PIXELS", 64 * 48)
    as_jpeg(kept.content, kept.mime)
    monkeypatch.setattr(picture_views, "MAX_VIEW_PIXELS", 64 * 48 - 1)
    for decoder in (ImageFile.ImageFile, pi_heif.HeifImageFile):
        monkeypatch.setattr(decoder, "load", lambda self: pytest.fail("it was decoded"))
    with pytest.raises(NoView):
        as_jpeg(kept.content, kept.mime)


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says it has very many pixels."""
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (bomb(30_000, 30_000), "image/png"),
        (bomb(MAX_VIEW_PIXELS // 1000 + 1, 1000), "image/png"),
        (b"", "image/jpeg"),
        (b"rubbish", "image/heic"),
        (jpeg()[:400], "image/jpeg"),
        (heic()[:-60], "image/heic"),
        (b"GIF89a" + bytes(100), "image/jpeg"),
    ],
    ids=["bomb", "one too large", "empty", "rubbish", "cut jpeg", "cut heic", "gif"],
)
def test_what_cannot_be_shown_is_said(content: bytes, mime: str) -> None:
    with pytest.raises(NoView, match="显示不了"):
        as_jpeg(content, mime)


def test_a_heic_that_says_it_is_small_and_is_not_is_not_decoded() -> None:
    whole = heic_of(Image.new("RGB", (1700, 1700), "red"))
    at = whole.index(b"ispe") + 8
    lying = whole[:at] + struct.pack(">II", 64, 64) + whole[at + 8 :]
    assert shown(whole, "image/heic").size == (LONGEST, LONGEST)
    with pytest.raises(NoView):
        as_jpeg(lying, "image/heic")


def test_a_picture_that_was_taken_upright_stays_as_it_is() -> None:
    assert shown(jpeg(exif(turned=1))).size == (64, 48)


def test_the_program_itself_needs_no_encoder_of_heic() -> None:
    """The encoder in its wheels is under the GPL; it is for the tests alone."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    assert not any(one.startswith("pillow-heif") for one in project["project"]["dependencies"])
    decoders = pi_heif.libheif_info()
    assert decoders["decoders"] and not decoders["HEIF"]
