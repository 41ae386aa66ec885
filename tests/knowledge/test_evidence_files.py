"""Evidence judged by its bytes: what is taken, how it is kept, what is refused and in which words (R26, R49)."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pillow_heif
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from knowledge import evidence_refusals
from knowledge.evidence_files import MAX_BYTES, PICTURES, Examined, RefusedEvidence, clean_name, examine
from knowledge.evidence_refusals import ACTIVE, DAMAGED, EMPTY, ENCRYPTED, ODD_OFFICE, OLD_OFFICE, TOO_LARGE
from tests.knowledge.evidence_makers import (
    NOTES,
    PLACE,
    XMP,
    chunk,
    drawing,
    exif,
    heic,
    heic_pixels,
    jpeg,
    pdf,
    pixels,
    png,
    repacked,
    saved,
    segment,
    sheet,
    webp,
    word,
)

CHINA = ZoneInfo("Asia/Shanghai")
Making = Callable[..., bytes]
PICTURE_MAKERS: dict[str, Making] = {"jpeg": jpeg, "png": png, "webp": webp, "heic": heic}
WHOLE = {name: make(xmp=XMP) for name, make in PICTURE_MAKERS.items()} | {"pdf": pdf(), "docx": word(), "xlsx": sheet()}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def pixels_of(kind: str, content: bytes) -> bytes:
    return heic_pixels(content) if kind == "heic" else pixels(content)


def exif_of(kind: str, content: bytes) -> Image.Exif:
    """What another program reads in a kept picture."""
    if kind == "heic":
        found = Image.Exif()
        found.load(pillow_heif.open_heif(io.BytesIO(content)).info.get("exif") or b"")
        return found
    with Image.open(io.BytesIO(content)) as image:
        return image.getexif()


def refused(content: bytes, name: str = "a.jpg") -> str:
    with pytest.raises(RefusedEvidence) as caught:
        examine(content, name)
    return str(caught.value)


# ---- what is taken


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_is_known_by_its_bytes_whatever_it_is_called(kind: str) -> None:
    found = examine(WHOLE[kind], "report.exe")
    assert found.kind == kind
    assert found.name == f"report.{'jpg' if kind == 'jpeg' else kind}"
    assert (found.mime in PICTURES) == (kind in PICTURE_MAKERS)


@pytest.mark.parametrize("kind", PICTURE_MAKERS)
def test_the_pixels_of_a_kept_picture_are_those_that_came(kind: str) -> None:
    kept = examine(WHOLE[kind], "a").content
    assert kept != WHOLE[kind]
    assert pixels_of(kind, kept) == pixels_of(kind, WHOLE[kind])


@pytest.mark.parametrize(
    ("form", "more"),
    [
        ("JPEG", {"progressive": True}),
        ("JPEG", {"icc_profile": b"profile" * 9000}),
        ("PNG", {"optimize": True}),
        ("PNG", {"icc_profile": b"profile"}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"icc_profile": b"profile", "lossless": True}),
    ],
)
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "P"])
def test_pictures_of_every_make_are_kept_as_they_look(form: str, more: dict[str, Any], mode: str) -> None:
    mode = "L" if form == "JPEG" and mode in ("RGBA", "P") else mode
    image = drawing().convert(mode)
    content = saved(image, form, **more)
    kept = examine(content, "a").content
    assert pixels(kept) == pixels(content)
    with Image.open(io.BytesIO(kept)) as again:
        assert again.info.get("icc_profile") == more.get("icc_profile")


def test_a_picture_in_four_colours_keeps_the_block_that_says_how_to_read_them() -> None:
    content = saved(drawing().convert("CMYK"), "JPEG")
    assert pixels(examine(content, "a.jpg").content) == pixels(content)


def test_a_moving_webp_goes_on_moving() -> None:
    frames = [drawing(), drawing().rotate(90), drawing().rotate(180)]
    content = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    with Image.open(io.BytesIO(examine(content, "a").content)) as image:
        assert image.n_frames == 3


def test_of_a_moving_png_the_first_picture_stays() -> None:
    content = saved(drawing(), "PNG", save_all=True, append_images=[drawing().rotate(90)])
    kept = examine(content, "a").content
    assert b"acTL" in content and b"acTL" not in kept and b"fdAT" not in kept
    assert pixels(kept) == drawing().tobytes()


# ---- when and where it was taken


@pytest.mark.parametrize("kind", PICTURE_MAKERS)
def test_the_time_it_was_taken_is_read_and_stays(kind: str) -> None:
    found = examine(WHOLE[kind], "a")
    assert found.taken == dt.datetime(2026, 11, 18, 9, 30, 5, tzinfo=CHINA)
    assert exif_of(kind, found.content).get_ifd(0x8769)[0x9003] == "2026:11:18 09:30:05"


@pytest.mark.parametrize(
    ("taken", "zone", "expected"),
    [
        ("2026:11:18 09:30:05", "", "2026-11-18T09:30:05+08:00"),
        ("2026:11:18 09:30:05", "+09:00", "2026-11-18T09:30:05+09:00"),
        ("2026:11:18 09:30:05", "-03:30", "2026-11-18T09:30:05-03:30"),
        ("2026:11:18 09:30:05", "Z", "2026-11-18T09:30:05+00:00"),
        ("2026:11:18 09:30:05", "+99:00", "2026-11-18T09:30:05+08:00"),
        ("2026:11:18 09:30:05", "soon", "2026-11-18T09:30:05+08:00"),
        ("0000:00:00 00:00:00", "", None),
        ("2026:02:30 09:30:05", "", None),
        ("2026:11:18 24:30:05", "", None),
        ("yesterday", "", None),
        ("", "", None),
    ],
)
def test_a_time_without_an_offset_is_that_of_shanghai(taken: str, zone: str, expected: str | None) -> None:
    found = examine(jpeg(exif(taken=taken, zone=zone)), "a").taken
    assert (found and found.isoformat()) == expected
    assert found is None or found.tzinfo is not None


def test_a_time_in_the_other_byte_order_is_read() -> None:
    block = Image.Exif()
    block.endian = "<"
    block[0x8769] = {0x9003: "2026:11:18 09:30:05", 0x9010: "+07:00"}
    content = saved(drawing(), "JPEG", exif=block.tobytes())
    assert b"II*\0" in content
    taken = examine(content, "a").taken
    assert taken is not None and taken.isoformat() == "2026-11-18T09:30:05+07:00"


@pytest.mark.parametrize("kind", PICTURE_MAKERS)
def test_no_byte_of_a_position_stays_and_it_is_said_that_there_was_one(kind: str) -> None:
    small = jpeg()  # a thumbnail with a position of its own
    content = PICTURE_MAKERS[kind](exif(small=small), xmp=XMP)
    assert content.count(PLACE) == 4 and b"GPSL" in content and NOTES in content
    found = examine(content, "a")
    assert found.has_position
    assert PLACE not in found.content
    assert b"GPSL" not in found.content
    assert NOTES not in found.content and b"serial" not in found.content
    read = exif_of(kind, found.content)
    assert read.get_ifd(0x8825) == {}
    assert read.get_ifd(0xFFFF if kind == "heic" else 1) == {}
    assert 0x8825 not in read
    assert read[0x0112] == 6 and read[0x010F] == "Example"


@pytest.mark.parametrize("kind", PICTURE_MAKERS)
def test_a_position_stays_if_it_is_asked_for(kind: str) -> None:
    found = examine(WHOLE[kind], "a", keep_position=True)
    assert found.has_position
    assert exif_of(kind, found.content).get_ifd(0x8825)[1] == "N"
    assert XMP in found.content


@pytest.mark.parametrize("kind", PICTURE_MAKERS)
def test_a_picture_that_says_nothing_has_neither_time_nor_position(kind: str) -> None:
    found = examine(PICTURE_MAKERS[kind](b""), "a")
    assert (found.taken, found.has_position) == (None, False)
    assert pixels_of(kind, found.content) == pixels_of(kind, PICTURE_MAKERS[kind](b""))


@pytest.mark.parametrize("kind", PICTURE_MAKERS)
def test_a_position_that_only_xmp_tells_is_noticed_and_removed(kind: str) -> None:
    found = examine(PICTURE_MAKERS[kind](exif(place=False), xmp=XMP), "a")
    assert found.has_position
    assert b"GPSL" not in found.content


@pytest.mark.parametrize("kind", PICTURE_MAKERS)
@pytest.mark.parametrize(
    "block", [b"rubbish", b"II*\0", b"MM\0*\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff" + PLACE * 9]
)
def test_what_cannot_be_read_of_a_picture_is_left_out_and_the_picture_kept(kind: str, block: bytes) -> None:
    content = PICTURE_MAKERS[kind](block)
    found = examine(content, "a")
    assert found.taken is None and PLACE not in found.content
    assert pixels_of(kind, found.content) == pixels_of(kind, PICTURE_MAKERS[kind](b""))


def test_a_position_in_a_comment_or_in_a_text_block_is_left_out() -> None:
    content = jpeg()
    content = content[:2] + segment(0xFE, PLACE) + segment(0xED, PLACE) + segment(0xE4, PLACE) + content[2:]
    assert PLACE not in examine(content, "a").content
    content = png()
    content = content[:33] + chunk(b"zTXt", PLACE) + chunk(b"tEXt", PLACE) + chunk(b"prVt", PLACE) + content[33:]
    assert PLACE not in examine(content, "a").content


def test_a_second_exif_block_does_not_bring_a_position_back() -> None:
    block = segment(0xE1, b"Exif\0\0" + exif())
    content = jpeg()
    assert PLACE not in examine(content[:2] + block + block + content[2:], "a").content


@pytest.mark.parametrize("kind", PICTURE_MAKERS)
def test_a_kept_picture_judged_again_stays_as_it_is(kind: str) -> None:
    once = examine(WHOLE[kind], "a")
    again = examine(once.content, "a")
    assert again.content == once.content
    assert again.taken == once.taken and not again.has_position


# ---- what hangs behind, and what is two things at once


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("behind", [b"\0" * 9, WHOLE["docx"], SVG, WHOLE["jpeg"]], ids=["zeros", "zip", "svg", "jpeg"])
def test_what_hangs_behind_the_end_of_a_picture_is_cut_off(kind: str, behind: bytes) -> None:
    assert examine(WHOLE[kind] + behind, "a").content == examine(WHOLE[kind], "a").content


def test_a_film_behind_a_heic_is_blanked_and_what_is_no_box_refused() -> None:
    film = struct.pack(">I4s", 8 + len(PLACE) * 99, b"mpvd") + PLACE * 99
    assert examine(WHOLE["heic"] + film, "a").content == examine(WHOLE["heic"], "a").content
    assert refused(WHOLE["heic"] + WHOLE["docx"]) == DAMAGED


@pytest.mark.parametrize("kind", ["docx", "xlsx", "pdf"])
def test_a_document_with_something_behind_it_is_refused(kind: str) -> None:
    assert refused(WHOLE[kind] + SVG * 30) == DAMAGED


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_a_document_with_something_before_it_is_refused(kind: str) -> None:
    assert refused(b"GIF89a" + WHOLE[kind])
    assert refused(b"PK\x03\x04" + bytes(60) + WHOLE[kind]) == DAMAGED


def test_what_stands_behind_the_end_of_a_pdf_is_cut_off_when_it_is_little() -> None:
    assert examine(WHOLE["pdf"] + b"\n<script>", "a.pdf").content.strip() == WHOLE["pdf"].strip()


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_cut_short_anywhere_is_refused(kind: str) -> None:
    content = WHOLE[kind]
    for end in [*range(1, 64), *range(64, len(content) - 2, max(1, len(content) // 150))]:
        assert refused(content[:end])


# ---- what is refused, and the words


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", EMPTY),
        (bytes(MAX_BYTES + 1), TOO_LARGE),
        (SVG, "网页"),
        (b"\xef\xbb\xbf\n <!DOCTYPE html><html></html>", "网页"),
        (b"<?xml version='1.0'?><svg/>", "网页"),
        (b"GIF89a" + bytes(99), "动图"),
        (b"BM" + bytes(99), "BMP"),
        (b"II*\0" + bytes(99), "TIFF"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(99), "视频"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1" + bytes(99), "图片格式"),
        (b"Rar!\x1a\x07" + bytes(99), "压缩包"),
        (b"MZ" + bytes(99), "程序"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999), OLD_OFFICE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), ENCRYPTED),
        ("已经整改".encode(), "收不了"),
        (b"\xff\xd8\xff", DAMAGED),
        (b"\x89PNG\r\n\x1a\n", DAMAGED),
        (b"RIFF\x04\0\0\0WEBP", DAMAGED),
        (b"%PDF-1.7\nnothing", DAMAGED),
        (b"PK\x03\x04" + bytes(99), DAMAGED),
    ],
    ids=lambda value: value[:12].decode("latin-1") if isinstance(value, bytes) else "",
)
def test_what_is_not_taken_is_said_in_words(content: bytes, words: str) -> None:
    assert words in refused(content)


def test_every_refusal_says_what_to_do_in_short_sentences() -> None:
    said = [value for name, value in vars(evidence_refusals).items() if name.isupper() and isinstance(value, str)]
    said += [refused(SVG), refused("已经整改".encode())]
    for words in said:
        assert max(len(one) for one in re.split(r"[。；！？]", words)) <= 40, words
        assert "请" in words or "可以" in words or "能收" in words, words


def _png_of(width: int, height: int) -> bytes:
    content = png(b"")
    return content[:8] + chunk(b"IHDR", struct.pack(">II", width, height) + content[24:29]) + content[33:]


def test_a_picture_of_more_than_a_hundred_megapixels_is_refused() -> None:
    examine(_png_of(10_000, 10_000), "a")
    assert "一亿" in refused(_png_of(10_001, 10_000))
    assert "一亿" in refused(_png_of(2**31 - 1, 2**31 - 1))
    content = jpeg(b"")
    place = content.index(b"\xff\xc0") + 5
    assert "一亿" in refused(content[:place] + b"\xff\xff\xff\xff" + content[place + 4 :])
    content = webp(xmp=XMP)
    assert "一亿" in refused(content[:24] + b"\xff\x3f\0\xff\x3f\0" + content[30:])
    content = heic()
    place = content.index(b"ispe") + 8
    assert "一亿" in refused(content[:place] + struct.pack(">II", 20_000, 20_000) + content[place + 8 :])
    assert refused(_png_of(0, 5)) == DAMAGED


def test_a_picture_of_zeros_that_would_unpack_to_gigabytes_is_never_unpacked() -> None:
    wide = saved(Image.new("1", (10_000, 10_000)), "PNG")
    tracemalloc.start()
    examine(wide, "a")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * 1024 * 1024


def test_a_changed_byte_in_a_png_is_damage() -> None:
    content = bytearray(png())
    content[-20] ^= 1
    assert refused(bytes(content)) == DAMAGED


# ---- documents


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"word/vbaProject.bin": b"x"}, ACTIVE),
        ({"word/activeX/activeX1.xml": b"x"}, ACTIVE),
        ({"WORD/VBAPROJECT.BIN": b"x"}, ACTIVE),
        ({"word/document.xml": None}, ODD_OFFICE),
        ({"[Content_Types].xml": None}, ODD_OFFICE),
        ({"[Content_Types].xml": b"<Types/>"}, ODD_OFFICE),
        ({"[Content_Types].xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><Types>&b;</Types>"}, DAMAGED),
        ({"[Content_Types].xml": b"<Types" + b" " * 2_000_000}, ODD_OFFICE),
        ({"xl/workbook.xml": b"x"}, ODD_OFFICE),
        ({"../../evil": b"x"}, ODD_OFFICE),
        ({"/etc/evil": b"x"}, ODD_OFFICE),
    ],
)
def test_an_office_file_with_macros_or_odd_parts_is_refused(changes: dict[str, bytes | None], words: str) -> None:
    assert refused(repacked(word(), changes), "a.docx") == words


def test_a_macro_file_by_its_type_alone_is_refused() -> None:
    with zipfile.ZipFile(io.BytesIO(word())) as archive:
        types = archive.read("[Content_Types].xml")
    main = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    macro = types.replace(main, b"application/vnd.ms-word.document.macroEnabled.main+xml")
    assert refused(repacked(word(), {"[Content_Types].xml": macro})) == ACTIVE
    template = types.replace(main, main.replace(b"document.main", b"template.main"))
    assert refused(repacked(word(), {"[Content_Types].xml": template})) == ODD_OFFICE


@pytest.mark.parametrize(("kind", "taken"), [("attachedTemplate", False), ("oleObject", False), ("hyperlink", True)])
def test_a_template_from_elsewhere_is_refused_and_a_link_is_not(kind: str, taken: bool) -> None:
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        f'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
        'Target="https://example.invalid/a" TargetMode="External"/></Relationships>'
    )
    content = repacked(word(), {"word/_rels/settings.xml.rels": relation.encode()})
    if taken:
        assert examine(content, "a").kind == "docx"
    else:
        assert refused(content) == ACTIVE


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = repacked(word(), {f"word/media/{number}.bin": bytes(20 * 1024 * 1024) for number in range(6)})
    assert len(bomb) < 500_000
    started = time.perf_counter()
    assert refused(bomb) == ODD_OFFICE
    assert time.perf_counter() - started < 1


def test_a_zip_bomb_that_lies_about_its_size_is_refused() -> None:
    bomb = bytearray(repacked(word(), {"word/media/a.bin": bytes(50 * 1024 * 1024)}))
    size = struct.pack("<I", 50 * 1024 * 1024)
    while (at := bomb.find(size)) >= 0:
        bomb[at : at + 4] = struct.pack("<I", 1000)
    tracemalloc.start()
    assert refused(bytes(bomb)) == DAMAGED
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * 1024 * 1024


def test_an_office_file_with_five_thousand_parts_too_many_is_refused() -> None:
    assert refused(repacked(word(), {f"word/{number}.xml": b"" for number in range(5001)})) == ODD_OFFICE


def test_a_part_that_is_there_twice_is_damage() -> None:
    out = io.BytesIO(word())
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", b"another")
    assert refused(out.getvalue()) == DAMAGED


def test_a_protected_part_is_said() -> None:
    content = bytearray(word())
    at = content.rindex(b"PK\x01\x02")
    content[at + 8] |= 1
    assert refused(bytes(content)) == ENCRYPTED


def test_a_changed_byte_in_an_office_file_is_damage() -> None:
    content = bytearray(word())
    with zipfile.ZipFile(io.BytesIO(word())) as archive:
        part = archive.getinfo("word/document.xml")
    content[part.header_offset + 30 + len(part.filename) + part.compress_size // 2] ^= 0x55
    assert refused(bytes(content)) == DAMAGED


def test_a_protected_pdf_is_said() -> None:
    assert refused(pdf(encrypt="secret"), "a.pdf") == ENCRYPTED


@pytest.mark.parametrize("name", [b"/JavaScript", b"/Launch", b"/RichMedia"])
def test_a_pdf_with_something_that_runs_is_refused_even_when_it_is_packed(name: bytes) -> None:
    import zlib

    action = b"9 0 obj << /S " + name + b" /JS (app.alert(1)) >> endobj\n"
    whole = pdf()
    assert refused(whole.replace(b"xref\n", action + b"xref\n", 1)) == ACTIVE
    packed = zlib.compress(action)
    stream = b"9 0 obj << /Type /ObjStm /N 1 /First 4 /Length %d >>\nstream\n" % len(packed) + packed + b"\nendstream\n"
    assert refused(whole.replace(b"xref\n", stream + b"xref\n", 1)) == ACTIVE


def test_a_pdf_that_packs_gigabytes_into_its_objects_is_refused() -> None:
    import zlib

    packed = zlib.compress(bytes(60 * 1024 * 1024), 9)
    stream = b"9 0 obj << /Type /ObjStm >>\nstream\n" + packed + b"\nendstream\n"
    assert refused(pdf().replace(b"xref\n", stream * 9 + b"xref\n", 1)) == DAMAGED


def test_a_pdf_with_a_million_empty_streams_takes_no_long_time() -> None:
    content = pdf().replace(b"xref\n", b"/ObjStm stream\n" * 1_000_000 + b"xref\n", 1)
    started = time.perf_counter()
    assert refused(content) == DAMAGED
    assert time.perf_counter() - started < 5


# ---- names


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("门头.jpg", "门头.jpg"),
        ("门头.JPEG", "门头.jpeg"),
        ("门头", "门头.jpg"),
        ("整改前.后", "整改前.后.jpg"),
        ("报告.pdf", "报告.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\me\\照片.jpg", "照片.jpg"),
        ("a\x00b\nc\r\x1b[31m.jpg", "abc[31m.jpg"),
        ("gpj.\u202eexe.jpg", "gpj.exe.jpg"),
        ("\u200f\u2066照\u2069片\ufeff.jpg", "照片.jpg"),
        ('a<b>:"|?*.jpg', "a_b.jpg"),
        ("a\u2028b\u3000c.jpg", "a b c.jpg"),
        ("....", "照片.jpg"),
        ("", "照片.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("\ud83d.jpg", "照片.jpg"),
        ("a.jpg ", "a.jpg"),
        ("长" * 10_000 + ".jpg", "长" * 96 + ".jpg"),
    ],
)
def test_a_name_is_made_fit_to_be_shown(name: str, kept: str) -> None:
    assert clean_name(name, "jpeg") == kept


@given(st.text(max_size=300))
def test_any_name_becomes_a_plain_one(name: str) -> None:
    kept = clean_name(name, "docx")
    assert 5 < len(kept) <= 100 and kept.endswith(".docx")
    assert kept.isprintable() and not set(kept) & set('/\\:*?"<>|')
    assert kept.encode()


# ---- anybody's bytes


def survives(content: bytes) -> Examined | None:
    """Examine bytes: taken or refused in words, never anything else, and what is kept can be examined again."""
    try:
        found = examine(content, "a")
    except RefusedEvidence:
        return None
    assert 0 < len(found.content) <= MAX_BYTES
    assert found.taken is None or found.taken.tzinfo
    assert examine(found.content, found.name).content == found.content
    return found


HEADS = [content[:size] for content in WHOLE.values() for size in (4, 12, 40, 200)]


@given(st.sampled_from(HEADS), st.binary(max_size=400))
@settings(max_examples=500)
def test_no_bytes_raise_anything_but_a_refusal(head: bytes, rest: bytes) -> None:
    survives(head + rest)
    survives(rest)


@given(st.data(), st.sampled_from(sorted(WHOLE)))
@settings(max_examples=1000, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_change_of_a_good_file_raises_anything_but_a_refusal(data: st.DataObject, kind: str) -> None:
    content = bytearray(WHOLE[kind])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["change", "cut", "add", "repeat"])):
            case "change":
                content[at] = data.draw(st.integers(0, 255))
            case "cut":
                del content[at : at + data.draw(st.integers(1, 40))]
            case "add":
                content[at:at] = data.draw(st.binary(max_size=40))
            case _:
                content[at:at] = content[at : at + data.draw(st.integers(1, 200))]
        if not content:
            break
    survives(bytes(content))


@given(st.binary(max_size=600), st.sampled_from([b"II*\0", b"MM\0*"]))
@example(struct.pack(">H", 65535) * 300, b"MM\0*")
@settings(max_examples=300)
def test_no_exif_raises_anything_or_brings_a_position(rest: bytes, order: bytes) -> None:
    found = survives(jpeg(order + rest))
    assert found is not None
    with Image.open(io.BytesIO(found.content)) as image:
        assert image.getexif().get_ifd(0x8825) == {}


@pytest.mark.parametrize(
    "content",
    [
        lambda: jpeg()[:2] + segment(0xFE, b"") * 5_000_000 + jpeg()[2:],
        lambda: jpeg()[:-2] + b"\xff" * 20_000_000 + b"\xff\xd9",
        lambda: jpeg()[:-2] + b"\xff\x00" * 10_000_000 + b"\xff\xd9",
        lambda: png()[:-12] + chunk(b"IDAT", b"") * 1_700_000 + png()[-12:],
        lambda: b"RIFF" + struct.pack("<I", 20_000_004) + b"WEBP" + b"ANMF\0\0\0\0" * 2_500_000,
        lambda: heic() + struct.pack(">I4s", 8, b"free") * 2_000_000,
        lambda: b"%PDF-1.7 1 0 obj" + b"startxref " * 2_000_000,
    ],
    ids=["jpeg blocks", "jpeg fill", "jpeg pixels", "png", "webp", "heic", "pdf"],
)
def test_twenty_megabytes_of_nothing_are_judged_in_short_time(content: Callable[[], bytes]) -> None:
    made = content()
    assert 10_000_000 < len(made) <= MAX_BYTES
    started = time.perf_counter()
    survives(made)
    assert time.perf_counter() - started < 5


def test_a_heic_of_twenty_megabytes_of_items_takes_no_long_time() -> None:
    """Items that all lie in the same place would be read again and again."""
    content = heic()
    box = content.index(b"iloc") - 4
    many = struct.pack(">I4sI2sH", 0, b"iloc", 0, b"\x44\0", 60_000) + b"\0\1\0\0\0\1" * 60_000
    many = struct.pack(">I", len(many)) + many[4:]
    size = struct.unpack(">I", content[box : box + 4])[0]
    started = time.perf_counter()
    survives(content[:box] + many + content[box + size :])
    assert time.perf_counter() - started < 5
