"""Papers as they are printed: every kind through LibreOffice, with ordinary, the longest and no values; nothing overflows.

``make papers`` writes the same pages as pictures to be looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pdfplumber
import pytest

from bot.previewing import office_program, to_pdf, to_pictures, write_papers
from knowledge.papers.examples import LONG_NAME, LONG_OFFICE, LONGEST, NOTHING, ORDINARY
from knowledge.papers.kinds import MISSING, shipped_papers
from knowledge.papers.templates import shipped_templates

pytestmark = [
    pytest.mark.skipif(
        office_program() is None, reason="没有 LibreOffice，看不了版式；装上 libreoffice-writer-nogui 再跑"
    ),
    pytest.mark.timeout(900),
]
KINDS = list(shipped_papers().kinds.values())
LETTERS = ("guidance_reminder", "guidance_admonition", "guidance_talk", "guidance_advice", "order", "review", "defence")
HANGING = "，。；：、！？）》〕”"
MM = 72 / 25.4


@dataclass(frozen=True)
class Rendered:
    """One paper as its pages: characters with their places, lines of words, pictures."""

    path: Path
    pages: list[Any]

    @property
    def text(self) -> str:
        """All words without spaces and line ends."""
        return "".join(char["text"] for page in self.pages for char in page.chars if char["text"].strip())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All papers, rendered once."""
    made = tmp_path_factory.mktemp("papers")
    to_pdf(write_papers(shipped_templates().by_kind.values(), made), made)
    return made


@pytest.fixture
def rendered(folder: Path, request: pytest.FixtureRequest) -> Iterator[Rendered]:
    kind, how = request.param
    path = folder / f"{kind.title}-{how}.pdf"
    with pdfplumber.open(path) as document:
        yield Rendered(path, list(document.pages))


def each(*hows: str, kinds: list[Any] = KINDS) -> pytest.MarkDecorator:
    cases = [(kind, how) for kind in kinds for how in hows]
    return pytest.mark.parametrize("rendered", cases, indirect=True, ids=[f"{kind.id}-{how}" for kind, how in cases])


def body_of(page: Any) -> list[dict[str, Any]]:
    """The characters of the text itself, without head and foot."""
    heads = [char for char in page.chars if char["size"] > 25]
    below = max([char["bottom"] for char in heads], default=0.0)
    inside = [char for char in page.chars if char["top"] > max(below, 36.5 * MM) and char["bottom"] < 268 * MM]
    return [char for char in inside if char["text"].strip()]


@each(ORDINARY, LONGEST, NOTHING)
def test_nothing_stands_outside_the_text_block_of_an_a4_page(rendered: Rendered) -> None:
    for page in rendered.pages:
        assert (round(page.width / MM), round(page.height / MM)) == (210, 297)
        for char in page.chars:
            assert char["x0"] >= 20 * MM and char["x1"] <= 190.5 * MM, char["text"]
        for char in body_of(page):
            room = 6 * MM if char["text"] in HANGING else 0.5 * MM  # punctuation may hang out by itself
            assert char["x0"] >= 27.5 * MM and char["x1"] <= 184 * MM + room, char["text"]
            assert char["bottom"] <= 263 * MM, char["text"]


@each(LONGEST)
def test_a_name_of_sixty_characters_stands_there_whole(rendered: Rendered) -> None:
    assert LONG_NAME in rendered.text
    assert LONG_OFFICE in rendered.text or "承诺人" in rendered.text


@each(LONGEST, kinds=[kind for kind in KINDS if "承诺正文" in kind.requires])
def test_twelve_promises_all_stand_in_a_pledge(rendered: Rendered) -> None:
    for number in range(1, 13):
        assert f"{number}.把从业人员健康证公示在店堂显眼处" in rendered.text


@each(NOTHING)
def test_nothing_known_is_marked_and_not_blank(rendered: Rendered) -> None:
    assert rendered.text.count(MISSING) >= 8


@each(ORDINARY)
def test_an_ordinary_paper_takes_one_or_two_pages(rendered: Rendered) -> None:
    assert len(rendered.pages) <= 2


@each(ORDINARY, LONGEST, NOTHING)
def test_the_signature_never_stands_alone_on_a_page(rendered: Rendered) -> None:
    lines = rendered.pages[-1].extract_text_lines()
    assert len([line for line in lines if line["text"].strip("— 0123456789")]) >= 3
    signed = [line["text"] for line in lines[:2]]
    assert not any(line in (LONG_OFFICE, "示例市场监管局") for line in signed if len(lines) < 4)


@each(ORDINARY, LONGEST, kinds=[kind for kind in KINDS if "部门名称" in kind.requires])
def test_the_signature_is_centred_over_its_date(rendered: Rendered) -> None:
    """GB/T 9704: a long name goes on in a second line and stays over the date."""
    date = next(at for at in reversed(lines_at(rendered)) if at[0] == "2026年11月26日")
    above = [at for at in lines_at(rendered) if at[0] in LONG_OFFICE or at[0] == "示例市场监管局"][-1]
    assert abs(middle(above) - middle(date)) < 2 * MM
    assert 2.5 * 5.6 * MM <= 184 * MM - date[2] <= 5 * 5.6 * MM  # about four characters from the right


def lines_at(rendered: Rendered) -> list[tuple[str, float, float]]:
    """Every line in order: its words, where it begins and ends."""
    found = [line for page in rendered.pages for line in page.extract_text_lines()]
    return [(line["text"].replace(" ", ""), line["x0"], line["x1"]) for line in found]


def middle(line: tuple[str, float, float]) -> float:
    return (line[1] + line[2]) / 2


@each(LONGEST, kinds=[shipped_papers().kinds["exemption"], shipped_papers().kinds["order"]])
def test_a_full_line_has_twenty_eight_characters_and_a_page_no_more_than_twenty_two_lines(rendered: Rendered) -> None:
    counted: Counter[int] = Counter()
    for page in rendered.pages:
        rows = Counter(round(char["top"]) for char in body_of(page))
        assert len(rows) <= 22 + 2  # figures of another face may sit a point higher
        counted.update(count for count in rows.values() if count > 24)
    assert counted.most_common(1)[0][0] == 28


@each(ORDINARY, kinds=[kind for kind in KINDS if kind.id in LETTERS])
def test_a_letter_has_its_issuer_in_red_over_a_red_line(rendered: Rendered) -> None:
    first = rendered.pages[0]
    red = [char for char in first.chars if char["non_stroking_color"] == (1, 0, 0)]
    assert "".join(char["text"] for char in red) == "示例市场监管局"
    assert all(char["top"] < 50 * MM for char in red)
    lines = [*first.lines, *first.rects, *first.curves]
    assert any((1, 0, 0) in (line["stroking_color"], line["non_stroking_color"]) for line in lines)


@each(ORDINARY, kinds=[kind for kind in KINDS if kind.is_reviewed])
def test_a_draft_for_review_says_so_on_every_page(rendered: Rendered) -> None:
    for page in rendered.pages:
        assert "送审稿　　未加盖印章，不是正式文书".replace("　", "") in page.extract_text().replace("　", "").replace(
            " ", ""
        )


@each(ORDINARY, kinds=[kind for kind in KINDS if "二维码" in kind.requires])
def test_a_signed_pledge_shows_its_picture_and_its_digest_in_one_line(rendered: Rendered) -> None:
    (picture,) = [image for page in rendered.pages for image in page.images]
    assert round((picture["x1"] - picture["x0"]) / MM) == round((picture["bottom"] - picture["top"]) / MM) == 30
    assert any("5f2b1d0c" * 8 in line["text"] for page in rendered.pages for line in page.extract_text_lines())


def test_every_page_becomes_a_picture(folder: Path) -> None:
    pictures = to_pictures(folder / f"{KINDS[0].title}-{ORDINARY}.pdf")
    assert [picture.read_bytes()[:4] for picture in pictures] == [b"\x89PNG"] * len(pictures)
