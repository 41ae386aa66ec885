"""Whether pictures look alike: a copy saved anew does, another picture does not, and a white wall says nothing."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image, ImageDraw, ImageEnhance

from knowledge.picture_likeness import are_alike, likeness


def scene(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    chance = random.Random(seed)
    picture = Image.new("RGB", size, (chance.randrange(120, 220),) * 3)
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        colour = tuple(chance.randrange(255) for _ in range(3))
        draw.ellipse((x, y, x + chance.randrange(20, 200), y + chance.randrange(20, 160)), fill=colour)
    return picture


def saved(picture: Image.Image, kind: str = "JPEG", quality: int = 90) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, quality=quality)
    return out.getvalue()


def of(picture: Image.Image, kind: str = "JPEG", quality: int = 90) -> str:
    found = likeness(saved(picture, kind, quality), f"image/{kind.lower()}")
    assert found is not None and len(found) == 36
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_copy_made_smaller_saved_again_or_lightened_looks_alike(seed: int) -> None:
    picture = scene(seed)
    first = of(picture)
    copies = [
        of(picture.resize((320, 240)), quality=40),
        of(picture, "PNG"),
        of(picture, "WEBP", 50),
        of(ImageEnhance.Brightness(picture).enhance(1.1)),
    ]
    assert all(are_alike(first, copy) for copy in copies)


def test_other_pictures_do_not_look_alike() -> None:
    found = [of(scene(seed)) for seed in range(12)]
    assert not any(are_alike(one, other) for n, one in enumerate(found) for other in found[:n])


def test_a_picture_lies_as_its_camera_says() -> None:
    """Turned by its own note and turned in its pixels is the same."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees to the right
    out = io.BytesIO()
    scene(1).save(out, "JPEG", exif=exif)
    noted = likeness(out.getvalue(), "image/jpeg")
    assert noted and are_alike(noted, of(scene(1).transpose(Image.Transpose.ROTATE_270)))


@pytest.mark.parametrize("content", [b"", b"no picture", saved(scene(1))[:300]])
def test_what_cannot_be_read_looks_like_nothing(content: bytes) -> None:
    assert likeness(content, "image/jpeg") is None


def test_a_white_wall_looks_like_nothing() -> None:
    assert likeness(saved(Image.new("RGB", (640, 480), "white")), "image/jpeg") is None
