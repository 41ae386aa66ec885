"""Inputs from seeds: texts and bytes bent in the ways that readers stumble over. All randomness comes from ``random.Random``."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Sequence

PIECES = (
    "0", "1", "9", "00", "-1", "1e9", "9" * 40, "０１２", "一", "十", "百", "千", "万", "亿", "零", "〇", "两", "半", "点",
    "负", "几", "多", "来", "左右", "以上", "至", "-", "—", "~", "年", "月", "日", "天", "号", "工作日", "个月", "周", "小时",
    "前", "后", "内", "上", "下", "本", "明天", "星期天", "季度", "元", "万元", "人", "个", "%", "‰", "第", "条", "款", "项",
    "（", "）", "(", ")", "〔", "〕", "【", "】", "《", "》", "“", "”", "，", "。", "；", "：", "、", "？", "！", ".", ",", ":",
    " ", "\u3000", "\t", "\n", "\r\n", "\x00", "\x0b", "\x1b[31m", "\x7f", "\u200b", "\u202e", "\ufeff", "\ud83d", "😀",
    "👨\u200d👩\u200d👧", "e\u0301", "ﷺ", "İ", "ß", "\U0010ffff", "ⅷ", "①", "㊀", "½", "²", "٣", "𝟙", "<b>", "&amp;", "{{ x }}",
    "{% for %}", "${x}", "=1+1", "'", '"', "\\", "/", "../", "%s", "{0}", "null", "true", "[", "]", "{", "}", "&a", "*a",
    "!!python/object:os.system", "- ", ": ", "---", "#", "|", ">", "市场监管局", "示例餐馆", "有限公司", "分公司", "轻微", "限",
    "不予处罚", "整改", "没", "不", "吗", "/start", "/cancel", "92420704MA0000001P", "110101199001011234", "13800000000",
)  # fmt: skip
_NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_MARKS = (
    b"PK\x03\x04", b"%PDF-1.7", b"\xff\xd8\xff\xe1", b"\x89PNG\r\n\x1a\n", b"IHDR", b"IDAT", b"eXIf", b"RIFF", b"WEBP",
    b"ftypheic", b"meta", b"iinf", b"iloc", b"Exif\x00\x00", b"II*\x00", b"MM\x00*", b"\xff\xd9", b"stream\n", b"endobj",
    b"/Encrypt", b"/ObjStm", b"%%EOF", b"<!DOCTYPE x [", b"<!ENTITY a '&b;'>", b"\x00" * 64, b"\xff" * 64, b"A" * 4096,
)  # fmt: skip


def text_of(rng: random.Random, seeds: Sequence[str], longest: int = 3_000) -> str:
    """A text: a seed bent some times, or pieces alone; half of a surrogate pair is left out, as it is at the door."""
    text = rng.choice(seeds) if seeds and rng.random() < 0.7 else "".join(rng.choices(PIECES, k=rng.randrange(1, 12)))
    for _ in range(rng.choice((0, 1, 1, 2, 3, 6))):
        at = rng.randrange(len(text) + 1)
        end = min(len(text), at + rng.choice((0, 1, 1, 2, 5, 20)))
        how = rng.randrange(7)
        if how == 0:
            text = text[:at] + text[end:]
        elif how == 1:
            text = text[:at] + rng.choice(PIECES) + text[at:]
        elif how == 2:
            text = text[:at] + rng.choice(PIECES) + text[end:]
        elif how == 3:
            text = text[:at] + text[at:end] * rng.choice((2, 3, 50, 400)) + text[end:]
        elif how == 4:
            text = text[:at] + rng.choice(seeds or PIECES)[: rng.randrange(1, 200)] + text[end:]
        elif how == 5:
            text = (
                text[:at]
                + chr(rng.choice((rng.randrange(0x80), rng.randrange(0x4E00, 0x9FFF), rng.randrange(0x110000))))
                + text[end:]
            )
        else:
            text = text[end:] + text[:at]
    return text[:longest].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def bytes_of(rng: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Bytes: a seed bent some times; of a package, most often a part of it; of a PNG, with its sums put right again."""
    seed = rng.choice(seeds)
    if seed.startswith(b"PK\x03\x04") and rng.random() < 0.8:
        return _package(rng, seed)
    bent = _bent(rng, seed)
    return _summed(bent) if bent.startswith(_MARKS[3]) and rng.random() < 0.7 else bent


def _bent(rng: random.Random, seed: bytes) -> bytes:
    data = bytearray(seed)
    for _ in range(rng.choice((1, 1, 2, 3, 8, 30))):
        at = rng.randrange(len(data) + 1)
        # the heads of files are worth more than their bodies
        at = min(at, rng.randrange(256)) if rng.random() < 0.5 else at
        length = rng.choice((1, 1, 2, 4, 16, 300))
        how = rng.randrange(7)
        if how == 0 and data:
            data[min(at, len(data) - 1)] ^= 1 << rng.randrange(8)
        elif how == 1:
            data[at : at + 4] = struct.pack(rng.choice(("<I", ">I")), rng.choice(_NUMBERS))
        elif how == 2:
            data[at : at + 2] = struct.pack(rng.choice(("<H", ">H")), rng.choice(_NUMBERS) & 0xFFFF)
        elif how == 3:
            del data[at : at + length]
        elif how == 4:
            data[at:at] = data[at : at + length] * rng.choice((1, 2, 20))
        elif how == 5:
            data[at:at] = rng.choice(_MARKS)
        else:
            del data[max(at, 1) :]
    return bytes(data[:2_000_000])


def _package(rng: random.Random, seed: bytes) -> bytes:
    """A zip with one of its parts bent, left out, doubled or under another name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seed)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = set(rng.choices(names, k=rng.choice((1, 1, 2))))
        for name in names:
            content = old.read(name)
            if name in chosen:
                how = rng.random()
                if how < 0.1:
                    continue
                if how < 0.15:
                    name = rng.choice(("../" + name, name + ".bak", "/" + name, name.upper(), "word/vbaProject.bin"))
                else:
                    content = _markup(rng, content) if rng.random() < 0.7 else _bent(rng, content)
            new.writestr(name, content)
    return out.getvalue()


def _markup(rng: random.Random, content: bytes) -> bytes:
    """XML with tags moved, dropped and doubled, and values of the wrong kind."""
    pieces = content.decode("utf-8", "replace").replace("<", "\x00<").split("\x00")
    for _ in range(rng.choice((1, 2, 5))):
        at = rng.randrange(len(pieces))
        how = rng.randrange(5)
        if how == 0:
            del pieces[at]
        elif how == 1:
            pieces.insert(at, rng.choice(pieces) if pieces else "")
        elif how == 2 and '"' in pieces[at]:
            head, _, rest = pieces[at].partition('"')
            pieces[at] = (
                f'{head}"{rng.choice(("", "-1", "0", "99999999999", "A1:XFD9", "x", "{}"))}"{rest.partition(chr(34))[2]}'
            )
        elif how == 3:
            pieces[at] += rng.choice(PIECES)
        elif how == 4:
            pieces[at : at + 1] = [pieces[at]] * rng.choice((2, 50))
        if not pieces:
            break
    return "".join(pieces).encode("utf-8", "replace")


def _summed(png: bytes) -> bytes:
    """A PNG whose chunks have right check sums, so that readers look further."""
    out, at = bytearray(png[:8]), 8
    while at + 8 <= len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        body = png[at + 4 : at + 8 + length]
        out += png[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return bytes(out)
