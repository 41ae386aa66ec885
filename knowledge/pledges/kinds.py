"""The four kinds of pledges with their words (R30–R33), and which of them a case offers today."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.procedure import acts
from knowledge.procedure.case import PLEDGE_NAMES, Case, PledgeKind, Promise
from knowledge.procedure.results import Refused
from knowledge.procedure.steps import step
from knowledge.yaml_data import DataError, load_yaml

_FOLDER = Path(__file__).parents[1] / "data" / "pledges"


@dataclass(frozen=True, slots=True)
class Wording:
    """How a kind of pledge is worded: its title, the clause it rests on, when it fits, and what frames the promises."""

    kind: PledgeKind
    title: str
    cites: str
    meant_for: str
    opening: str
    closing: str
    checked: dt.date

    @property
    def has_injured(self) -> bool:
        """Whether somebody was injured, who has their say in it (R33)."""
        return self.kind == "redress"


@dataclass(frozen=True, slots=True)
class Offer:
    """One kind as a case offers it today; ``refused``: the rule that does not."""

    wording: Wording
    refused: Refused | None


@functools.cache
def shipped_wordings() -> Mapping[PledgeKind, Wording]:
    """The words that the project ships, the kinds in their order. Raises ``DataError``."""
    return load_wordings(_FOLDER)


def load_wordings(folder: Path) -> Mapping[PledgeKind, Wording]:
    """The words of every kind, a file each. Raises ``DataError`` (file, line), also when a kind has none."""
    return {kind: _wording(folder / f"{kind}.yaml", kind) for kind in sorted(PLEDGE_NAMES, key=_ORDER.index)}


_ORDER: tuple[PledgeKind, ...] = ("rectification", "acknowledgement", "voluntary", "redress")
"""What every case has stands first (R32)."""


def _wording(path: Path, kind: PledgeKind) -> Wording:
    root = load_yaml(path)
    if root.text("kind") != kind:
        raise DataError(path, root.line, f"“kind”应为 {kind}，和文件名一样")
    texts = {name: root.text(name).strip() for name in ("title", "cites", "meant_for", "opening", "closing")}
    extra: set[str] = set(root.value) - set(Wording.__dataclass_fields__)
    if extra:
        first = sorted(extra)[0]
        raise DataError(path, root.value[first].line, f"不认识“{first}”")
    made: dict[str, Any] = {"kind": kind, "checked": root.day("checked"), **texts}
    return Wording(**made)


def offers(case: Case, day: dt.date) -> tuple[Offer, ...]:
    """Every kind in its order, with why the procedure does not take it (R11, R22, R35, R36)."""
    return tuple(Offer(wording, refusal(case, kind, day)) for kind, wording in shipped_wordings().items())


def refusal(case: Case, kind: PledgeKind, day: dt.date) -> Refused | None:
    """Why the procedure takes no pledge of a kind today; ``None`` when it does."""
    due = max(case.due or day, day)
    answer = step(case, acts.Pledge((Promise("（新）", "（新）", due),), kind), day)
    return answer if isinstance(answer, Refused) else None
