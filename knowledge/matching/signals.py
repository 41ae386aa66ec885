"""What the calibrators look at: the best candidate, its lead over the next matter, agreement of the views, the question."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from knowledge.matching.cues import consequence_of, type_of
from knowledge.matching.index import FEATURES, Candidates
from knowledge.matching.postings import Floats, Ints

_AT = {name: column for column, name in enumerate(FEATURES)}
_VIEWS = ("surface", "words", "chars", "alias", "concept", "coverage", "sound", "ratio")
_OF_BEST = (
    "surface",
    "surface_mean",
    "surface_rel",
    "alias",
    "alias_rel",
    "coverage",
    "coverage_rel",
    "words",
    "words_rel",
    "chars",
    "chars_rel",
    "whole",
    "whole_rel",
    "concept",
    "concept_rel",
    "sound",
    "ratio",
    "partial",
    "lcs_question",
    "lcs_surface",
    "title_cover",
    "same_type",
    "consequence",
    "item",
)
_LEADS = ("surface", "alias", "coverage")
_TYPES = ("amount", "time", "who", "which", "how", "meaning")
# Errands that no policy settles: where to go, what to bring, how long it takes, what it costs.
_ERRAND = re.compile("去哪|在哪|哪里办|要带|材料|怎么办理|怎么申请|多少天|几天能|流程|手续|电话|地址|几点|收费|费用")

SIGNALS = (
    "score",
    "lead",
    "share",
    "surface_max",
    "alias_per_length",
    "known",
    "length",
    "agree",
    "errand",
    "outside",
    "outside_lead",
    "feared",
    *(f"agree_{name}" for name in _VIEWS),
    *(f"best_{name}" for name in _OF_BEST),
    *(f"lead_{name}" for name in _LEADS),
    *(f"asks_{name}" for name in _TYPES),
)


def shares_of(scores: Floats) -> Floats:
    """Scores as shares of one."""
    shares = np.exp(scores - scores.max())
    return np.asarray(shares / shares.sum(), dtype=np.float32)


def signals_of(
    question: str, candidates: Candidates, topics: Ints, scores: Floats, order: Sequence[int]
) -> dict[str, float]:
    """The named signals of a question; ``topics`` are those of all entries, ``order`` the candidates best first.

    Entries of one topic settle the same thing, perhaps in two places.
    """
    features = candidates.features
    own = topics[candidates.rows]
    best = order[0]
    alike = own == own[best]
    rival = next((i for i in order[1:] if not alike[i]), None)
    length = len(candidates.tokens.text)
    agreeing = {name: float(alike[int(features[:, _AT[name]].argmax())]) for name in _VIEWS}
    asked = type_of(question)
    signals = {
        "score": float(scores[best]),
        "lead": float(scores[best] - scores[rival]) if rival is not None else 5.0,
        "share": float(shares_of(scores)[alike].sum()),
        "surface_max": float(features[:, _AT["surface"]].max()),
        "alias_per_length": float(features[best, _AT["alias"]]) * 10 / (5 + length),
        "known": candidates.known,
        "outside": candidates.outside,
        "outside_lead": float(features[:, _AT["surface"]].max()) - candidates.outside,
        "length": float(np.log1p(length)),
        "agree": sum(agreeing.values()) / len(_VIEWS),
        "errand": float(bool(_ERRAND.search(question))),
        "feared": float(bool(consequence_of(question))),
    }
    signals |= {f"agree_{name}": value for name, value in agreeing.items()}
    signals |= {f"best_{name}": float(features[best, _AT[name]]) for name in _OF_BEST}
    signals |= {
        f"lead_{name}": float(features[best, _AT[name]] - (features[rival, _AT[name]] if rival is not None else 0.0))
        for name in _LEADS
    }
    return signals | {f"asks_{name}": float(asked == name) for name in _TYPES}
