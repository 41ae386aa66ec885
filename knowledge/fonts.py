"""The font that the project ships, so that pictures and papers look the same on every machine (see NOTICE)."""

from __future__ import annotations

from knowledge.shipped import DATA

SANS = DATA / "fonts" / "RongcuoSansSC-Regular.ttf"
"""TrueType; has the characters of GB 2312 and of the 通用规范汉字表."""
