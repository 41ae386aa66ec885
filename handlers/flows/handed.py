"""Files handed in while a flow is in hand: each step has its own, each file counts once, more may follow until 发完了."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.flows import file_words as words
from handlers.flows.flow import Json, Run
from knowledge.evidence_files import PICTURES

LIMIT = 30
"""Files that one step takes."""


def take(run: Run, name: str, files: Sequence[Json]) -> str:
    """Keep files for a step of a run, and word the receipt: one for all that came together, however they came.

    A file that was handed in already, at this step or another one, is not kept twice.
    """
    had = {file["digest"] for kept in run.files.values() for file in kept}
    new = [file for file in {file["digest"]: file for file in reversed(files)}.values() if file["digest"] not in had]
    new.reverse()
    mine = run.files.setdefault(name, [])
    fits = new[: max(0, LIMIT - len(mine))]
    mine += fits
    return receipt(files, len(files) - len(new), fits, new[len(fits) :])


def receipt(came: Sequence[Json], again: int, kept: Sequence[Json], over: Sequence[Json] = ()) -> str:
    """What is said of files that came: how many are kept, were there already, or are too many."""
    said = words.GOT.format(count=counted(kept)) if kept else ""
    if again == len(came):
        return said + words.AGAIN_ALL.format(which=f"这{counted(came) if again > 1 else unit_of(came)}")
    if again:
        said += words.AGAIN_SOME.format(count=f"{again}{unit_of(came)}")
    if over:
        said += words.OVER.format(limit=LIMIT, count=counted(over))
    return said


def digests(run: Run, name: str) -> list[str]:
    """The digests of what was handed in at a step, in its order: the step's answer."""
    return [file["digest"] for file in run.files.get(name, ())]


def unit_of(files: Sequence[Mapping[str, object]]) -> str:
    """What files are counted in: pictures alone in 张, anything else in 份."""
    return "张" if files and all(file["mime"] in PICTURES for file in files) else "份"


def counted(files: Sequence[Mapping[str, object]]) -> str:
    """How many files there are: 5张, 2份."""
    return f"{len(files)}{unit_of(files)}"
