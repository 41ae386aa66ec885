"""A tall picture that is filled from the top: text in the project's own font, numbers, bars; the same on every machine."""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Sequence

from PIL import Image, ImageColor, ImageDraw, ImageFont

from knowledge.fonts import SANS

WIDTH = 800
MARGIN = 40
FINER = 4
"""Bars are drawn so much larger and then made smaller, so that their corners are smooth."""
CLOSING = "，。；：、）》”？！"
SHADES = 20
INK, QUIET, LINE, TRACK, BAR, ALERT = "#1c2430", "#4a5565", "#d5dbe3", "#e8edf3", "#2b6cb0", "#b3400f"


@functools.lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(SANS, size, layout_engine=ImageFont.Layout.BASIC)


@functools.cache
def _palette() -> Image.Image:
    """The colours of all pictures and their shades towards white: a third of the bytes of full colour."""
    inks = [ImageColor.getrgb(ink) for ink in (INK, QUIET, BAR, ALERT)]
    shades = {tuple(255 - (255 - part) * n // SHADES for part in ink[:3]) for ink in inks for n in range(SHADES + 1)}
    found = sorted(shades | {ImageColor.getrgb(ink)[:3] for ink in (LINE, TRACK)})
    image = Image.new("P", (1, 1))
    image.putpalette([part for shade in found for part in shade])
    return image


class Canvas:
    """What is drawn goes below what was drawn; the picture is as tall as it needs to be."""

    def __init__(self, tallest: int) -> None:
        self.y = MARGIN
        self._image = Image.new("RGB", (WIDTH, tallest), "white")
        self._draw = ImageDraw.Draw(self._image)

    def png(self) -> bytes:
        """The picture so far."""
        made = io.BytesIO()
        cut = self._image.crop((0, 0, WIDTH, self.y + MARGIN))
        cut.quantize(palette=_palette(), dither=Image.Dither.NONE).save(made, "PNG")
        return made.getvalue()

    def space(self, height: int) -> None:
        self.y += height

    def text(
        self,
        x: int,
        text: str,
        size: int,
        *,
        y: int | None = None,
        fill: str = INK,
        bold: bool = False,
        anchor: str = "la",
        width: int = WIDTH,
    ) -> None:
        """Words at a place, not below anything; what is too long for ``width`` is cut with …."""
        fitted = self.fitted(text, size, width)
        self._draw.text(
            (x, self.y if y is None else y),
            fitted,
            fill,
            _font(size),
            anchor=anchor,
            stroke_width=max(size // 44, 0.6) if bold else 0,
            stroke_fill=fill,
        )

    def fitted(self, text: str, size: int, width: int) -> str:
        """A text cut to a width."""
        if self.width_of(text, size) <= width:
            return text
        while text and self.width_of(f"{text}…", size) > width:
            text = text[:-1]
        return f"{text}…"

    def width_of(self, text: str, size: int) -> int:
        return math.ceil(_font(size).getlength(text))

    def lines(self, text: str, size: int, *, fill: str = QUIET, bold: bool = False) -> None:
        """Words from the left edge to the right, in as many lines as they need; none begins with a closing mark."""
        width, line = WIDTH - 2 * MARGIN, ""
        for char in text:
            if self.width_of(line + char, size) > width and char not in CLOSING:
                self._line(line, size, fill, bold)
                line = ""
            line += char
        if line:
            self._line(line, size, fill, bold)

    def _line(self, line: str, size: int, fill: str, bold: bool) -> None:
        self.text(MARGIN, line, size, fill=fill, bold=bold)
        self.y += size + 10

    def heading(self, text: str) -> None:
        """The name of a section, with a line above it."""
        self.y += 22
        self._draw.line([(MARGIN, self.y), (WIDTH - MARGIN, self.y)], LINE, 2)
        self.y += 24
        self.text(MARGIN, text, 36, bold=True)
        self.y += 58

    def tiles(self, tiles: Sequence[tuple[str, str, str]]) -> None:
        """Numbers side by side, each with its name below; ``(number, name, colour)``."""
        width = (WIDTH - 2 * MARGIN) // len(tiles)
        for place, (number, name, colour) in enumerate(tiles):
            x = MARGIN + place * width
            size = next((size for size in (76, 64, 52, 42) if self.width_of(number, size) <= width - 20), 34)
            self.text(x, number, size, y=self.y + 84, fill=colour, bold=True, anchor="ls")
            self.text(x, name, 30, y=self.y + 102, fill=QUIET, width=width - 12)
        self.y += 144

    def track(self, part: float) -> None:
        """A bar as wide as the page, filled so far."""
        self._bar(MARGIN, WIDTH - MARGIN, self.y, 26, TRACK)
        if part > 0:
            self._bar(MARGIN, MARGIN + max(int((WIDTH - 2 * MARGIN) * part), 26), self.y, 26, BAR)
        self.y += 26

    def bars(self, rows: Sequence[tuple[str, int, str]], label: int = 180, unit: str = "件") -> None:
        """A bar for each row with its name before it and its number behind it; ``(name, number, more)``."""
        most = max((number for _, number, _ in rows), default=0)
        left, room = MARGIN + label, WIDTH - 2 * MARGIN - label
        widest = max((self.width_of(_said(number, unit, more), 32) for _, number, more in rows), default=0)
        for name, number, more in rows:
            middle = self.y + 24
            self.text(MARGIN, name, 32, y=middle, anchor="lm", width=label - 20)
            length = int((room - widest - 20) * number / most) if most else 0
            if number:
                self._bar(left, left + max(length, 12), self.y + 6, 36, BAR)
            end = left + (max(length, 12) if number else 0)
            self.text(end + 14, _said(number, unit, more), 32, y=middle, anchor="lm")
            self.y += 54

    def _bar(self, x: int, right: int, y: int, height: int, fill: str) -> None:
        size = (right - x, height)
        mask = Image.new("L", (size[0] * FINER, size[1] * FINER))
        corner = min(size) * FINER // 4
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), corner, fill=255)
        self._image.paste(fill, (x, y), mask.resize(size, Image.Resampling.BOX))


def _said(number: int, unit: str, more: str) -> str:
    return f"{number}{unit}{more}"
