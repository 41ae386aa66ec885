"""Cut the font of the project's pictures and papers out of Noto Sans CJK, and write it to ``knowledge/data/fonts``.

Keeps the characters of GB 2312 and of the 通用规范汉字表 (8,105 characters: names of persons and firms use them) with
marks, figures and letters; turns the outlines into TrueType, which every maker of papers takes. Needs ``fonttools``, the
font (``NotoSansCJK-Regular.ttc``) and ``Unihan_OtherMappings.txt`` (``kTGH``):

    python -m benchmarks.cut_font NotoSansCJK-Regular.ttc Unihan_OtherMappings.txt
"""

from __future__ import annotations

import argparse
import bz2
import re
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import newTable

from knowledge.shipped import DATA

NAME = "Rongcuo Sans SC"
SIMPLIFIED = 2  # the place of “Noto Sans CJK SC” in the collection
MAX_ERROR = 1.0  # how far a curve may move, in thousandths of the font size
MARKS = "·—–…“”‘’〇〔〕【】《》〈〉「」『』％‰℃①②③④⑤⑥⑦⑧⑨⑩✓✗●○■□▲△▼◆★☆→←↑↓±×÷≤≥≈°¥￥§№㎡−•"
_TGH = re.compile(r"^U\+([0-9A-F]+)\tkTGH\t", re.MULTILINE)
_DROPPED = ["BASE", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]


def characters(unihan: Path) -> set[int]:
    """The code points that the font is to have."""
    text = bz2.decompress(unihan.read_bytes()).decode() if unihan.suffix == ".bz2" else unihan.read_text("utf-8")
    named = {int(found, 16) for found in _TGH.findall(text)}
    rows = [*range(0xA1, 0xA4), *range(0xB0, 0xF8)]  # marks and full-width letters; both levels of characters
    pairs = (bytes((row, cell)) for row in rows for cell in range(0xA1, 0xFF))
    national = {ord(char) for pair in pairs for char in pair.decode("gb2312", "ignore")}
    return named | national | set(range(0x20, 0x7F)) | set(map(ord, MARKS))


def cut(font: Path, wanted: set[int]) -> Any:
    """The font with these characters alone, its outlines quadratic, under its own name."""
    options = subset.Options()
    options.layout_features, options.hinting, options.font_number = [], False, SIMPLIFIED
    options.name_IDs, options.notdef_outline = [0, 1, 2, 4, 5, 6, 13, 14], True
    options.drop_tables += _DROPPED
    options.recalc_bounds = True
    opened = subset.load_font(str(font), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(opened)
    _make_quadratic(opened)
    for record in opened["name"].names:
        if record.nameID in (1, 4, 6):
            record.string = NAME.replace(" ", "") if record.nameID == 6 else NAME
    return opened


def _make_quadratic(font: Any) -> None:
    order, outlines, drawn = font.getGlyphOrder(), font.getGlyphSet(), {}
    for glyph in order:
        pen = TTGlyphPen(outlines)
        outlines[glyph].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
        drawn[glyph] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, drawn
    for glyph in drawn.values():
        glyph.recalcBounds(font["glyf"])
    profile = font["maxp"]
    profile.tableVersion, profile.maxZones, profile.maxComponentElements = 0x00010000, 1, 0
    for name in ("TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements", "SizeOfInstructions"):
        setattr(profile, f"max{name}", 0)
    del font["CFF "]
    font["post"].formatType, font.sfntVersion = 3.0, "\000\001\000\000"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("font", type=Path)
    parser.add_argument("unihan", type=Path)
    given = parser.parse_args()
    made = cut(given.font, characters(given.unihan))
    path = DATA / "fonts" / "RongcuoSansSC-Regular.ttf"
    path.parent.mkdir(exist_ok=True)
    made.save(path)
    print(f"{path.name}: {len(made.getBestCmap())} 个字符，{path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
