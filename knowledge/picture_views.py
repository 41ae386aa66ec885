"""Pictures as every viewer shows them: a JPEG of a telephone's size, upright, that says nothing of itself.

The bytes are anybody's: the size is looked at before a pixel is decoded, and whatever a decoder stumbles over is
``NoView``, never another error. Blocking, and up to some hundred megabytes for one picture: to be called from a thread,
one at a time.
"""

from __future__ import annotations

import io

from PIL import Image, ImageOps

MAX_VIEW_PIXELS = 50_000_000
LONGEST = 1600
_QUALITY = 82
_FORMATS = ("JPEG", "PNG", "WEBP")
_HEIC = "image/heic"
_GROUND = "white"


class NoView(ValueError):
    """这张图片显示不了，请下载原件看。"""


def as_jpeg(content: bytes, mime: str) -> bytes:
    """The picture as a JPEG, at most ``LONGEST`` on its longer side. Raises ``NoView``, and nothing else."""
    try:
        with opened(content, mime) as picture:
            check_size(picture)
            picture.draft("RGB", (LONGEST, LONGEST))  # a JPEG is decoded at a fraction of its size; others ignore it
            return _written(picture)
    except NoView:
        raise
    except Exception as error:  # anybody's bytes, in a foreign decoder
        raise NoView(NoView.__doc__) from error


def opened(content: bytes, mime: str) -> Image.Image:
    """The picture with its head read and no pixel decoded."""
    if mime != _HEIC:
        return Image.open(io.BytesIO(content), formats=_FORMATS)
    from pi_heif import HeifImageFile  # large, and needed for these pictures only; decodes, has no encoder

    picture: Image.Image = HeifImageFile(io.BytesIO(content))
    return picture


def check_size(picture: Image.Image) -> None:
    """Raises ``NoView`` for what is too large to decode."""
    if not 0 < picture.width * picture.height <= MAX_VIEW_PIXELS:
        raise NoView(NoView.__doc__)


def _written(picture: Image.Image) -> bytes:
    is_clear = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    small: Image.Image = picture.convert("RGBA") if is_clear else picture
    small.thumbnail((LONGEST, LONGEST))
    small = ImageOps.exif_transpose(small)
    plain = small.convert("RGB")
    if is_clear:
        plain = Image.new("RGB", small.size, _GROUND)
        plain.paste(small, mask=small.getchannel("A"))
    plain.info = {}
    colours = picture.info.get("icc_profile") if picture.mode == "RGB" else None
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=_QUALITY, icc_profile=colours)
    return out.getvalue()
