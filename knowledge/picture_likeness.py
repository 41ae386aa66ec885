"""Whether two pictures look alike: the same one made smaller, saved again or lightened, whatever its bytes.

Brightness differences between neighbouring fields of a 9 by 9 picture, across and down: what changes the bytes hardly
changes these. Likeness is a question to whoever looks, never a verdict: two pictures of one wall may be alike, too, and
a cut or turned copy is not noticed.
"""

from __future__ import annotations

from PIL import Image, ImageOps, ImageStat

from knowledge.picture_views import check_size, opened

_SIDE = 9
_MOST_DIFFERENT = 10
"""So many of the 144 bits may differ: copies made smaller and saved again differ by up to 5, other pictures by 40 or more."""
_PLAIN = 12.0
"""A picture whose brightness varies less shows nothing to go by: a white wall, a dark room."""


def likeness(content: bytes, mime: str) -> str | None:
    """What a picture looks like, as 36 hexadecimal digits; ``None`` for one that cannot be read or shows next to nothing.

    Blocking, for a thread: a large picture takes some tenths of a second.
    """
    try:
        with opened(content, mime) as picture:
            check_size(picture)
            picture.draft("L", (_SIDE * 16, _SIDE * 16))  # a JPEG is decoded at a fraction of its size
            small = ImageOps.exif_transpose(picture).convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    except Exception:  # anybody's bytes, in a foreign decoder
        return None
    if ImageStat.Stat(small).stddev[0] < _PLAIN:
        return None
    fields = list(small.tobytes())
    rows = [fields[n : n + _SIDE] for n in range(0, len(fields), _SIDE)]
    across = [row[n] < row[n + 1] for row in rows for n in range(_SIDE - 1)]
    down = [rows[n][place] < rows[n + 1][place] for n in range(_SIDE - 1) for place in range(_SIDE)]
    bits = "".join("1" if bit else "0" for bit in (*across, *down))
    return f"{int(bits, 2):036x}"


def are_alike(one: str, other: str) -> bool:
    """Whether two pictures look alike, by their ``likeness``."""
    return (int(one, 16) ^ int(other, 16)).bit_count() <= _MOST_DIFFERENT
