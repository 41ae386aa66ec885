"""What a user must feel: short sentences, few lines, few buttons, parts that fit every channel."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import answers, browse, words
from handlers.conversation import Knowledge
from handlers.messages import MAX_CHOICES, MAX_LABEL, MAX_PART_BYTES, Block, Choice, Reply, parts_of
from knowledge.matching.matcher import Match

SENTENCES = [
    value
    for name, value in vars(words).items()
    if name.isupper() and not name.startswith("LABEL") and isinstance(value, str)
]


@pytest.mark.parametrize("text", [*SENTENCES, *words.NOT_TEXT.values()])
def test_no_sentence_of_ours_is_longer_than_forty_characters(text: str) -> None:
    for sentence in re.split(r"[。！？\n]", text):
        assert len(sentence) <= 40, sentence


@pytest.mark.parametrize("label", [value for name, value in vars(words).items() if name.startswith("LABEL")])
def test_no_label_is_longer_than_eight_characters(label: str) -> None:
    assert len(label) <= MAX_LABEL


def _check(reply: Reply) -> None:
    assert len(reply.choices) <= MAX_CHOICES
    assert all(0 < len(choice.label) <= MAX_LABEL for choice in reply.choices)
    labels = [choice.label for choice in reply.choices]
    assert len(labels) == len(set(labels)), labels
    for part in parts_of(reply, []):
        assert sum(len(block.text.encode()) + 1 for block in part.blocks) <= MAX_PART_BYTES


def test_every_entry_as_an_answer_is_at_most_six_lines_and_fits(shipped: Knowledge) -> None:
    for entry in shipped.library.entries:
        match = Match(entry, 1.0, "open")
        reply = answers.entry_reply(shipped.library, match, entry.aliases[0] if entry.aliases else entry.title, 1)
        _check(reply)
        # the clauses that end with a colon go on with the points under them, one a line
        lines = [line for block in reply.blocks if block.kind != "quote" for line in block.text.split("\n")]
        assert len(lines) + 1 <= 6, entry.id
        assert reply.blocks[0].kind == "lead"
        assert reply.blocks[-1].text == words.END


def test_every_basis_page_and_every_related_list_fits(shipped: Knowledge) -> None:
    for entry in shipped.library.entries:
        _check(answers.basis(shipped.library, entry.id))
        _check(answers.related(shipped.library, entry.id))


def test_every_page_of_browsing_fits(shipped: Knowledge) -> None:
    library = shipped.library
    _check(browse.documents(library))
    _check(browse.places(library, "420704"))
    for page in range(90):
        _check(browse.glossary(library, page))
    for source, collection in library.collections.items():
        if collection.kind == "list":
            _check(browse.kinds(library, source))
            for kind in ("exempt", "lighter", "mitigated", "no_compulsion"):
                for page in range(3):
                    _check(browse.items(library, source, kind, page))
        else:
            for parent in [None, *(clause.id for clause in collection.clauses if library.children(clause.id))]:
                for page in range(3):
                    _check(browse.clauses(library, source, parent, page))


def test_every_term_is_explained_in_short_sentences(shipped: Knowledge) -> None:
    for term_id, term in shipped.library.terms.items():
        _check(answers.term(shipped.library, term_id))
        assert all(len(sentence) <= 40 for sentence in re.split("[。！？]", term.plain)), term.term


def test_an_excerpt_is_verbatim(shipped: Knowledge) -> None:
    for clause in shipped.library.clauses.values():
        words_, cut = answers.excerpt(clause.text, "整改到位以后还罚不罚")
        assert words_.strip("…").strip() in clause.text
        assert cut == (len(clause.text) > answers.EXCERPT_LENGTH)


_TEXT = st.text(st.sampled_from("企业应当整改。；，\n《》（）😀a"), max_size=3000)
_BLOCKS = st.lists(
    st.builds(Block, st.sampled_from(["lead", "text", "quote", "list", "end"]), _TEXT.filter(bool)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(_BLOCKS)
def test_parts_lose_no_character_and_only_the_last_has_buttons(blocks: list[Block]) -> None:
    reply = Reply(tuple(blocks), (Choice("菜单", {"do": "menu"}),))
    parts = parts_of(reply, [("t", "菜单")])
    squeezed = "".join(block.text for part in parts for block in part.blocks).replace("\n", "")
    assert squeezed == "".join(block.text for block in blocks).replace("\n", "")
    assert [bool(part.buttons) for part in parts] == [False] * (len(parts) - 1) + [True]
    assert all(sum(len(block.text.encode()) + 1 for block in part.blocks) <= MAX_PART_BYTES for part in parts)
