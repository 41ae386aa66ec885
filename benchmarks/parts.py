"""Parts questions into those that are held back and those that may be learned from.

By question, other questions on the same articles may be learned from; by article, none.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

Asked = tuple[str, set[str]]
Part = tuple[list[int], list[int]]


def by_question(questions: Sequence[Asked], count: int, seed: int) -> Iterator[Part]:
    """The numbers of the questions held back and of all others, ``count`` times."""
    order = list(range(len(questions)))
    random.Random(seed).shuffle(order)
    for part in range(count):
        held = order[part::count]
        yield held, [at for other in range(count) if other != part for at in order[other::count]]


def by_first_article(questions: Sequence[Asked], count: int, seed: int) -> Iterator[Part]:
    """The same; what shares an article with a question held back is not learned from. Questions with one first article stay together."""
    rng = random.Random(seed)
    first = [min(gold) for _, gold in questions]
    part_of = {article: rng.randrange(count) for article in sorted(set(first))}
    for part in range(count):
        held = [at for at, article in enumerate(first) if part_of[article] == part]
        asked_for = set().union(*(questions[at][1] for at in held))
        rest = (at for at, article in enumerate(first) if part_of[article] != part)
        yield held, [at for at in rest if not questions[at][1] & asked_for]
