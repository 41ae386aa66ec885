"""What the calibrators look at: the best candidate, its lead over the next matter, agreement of the views, the question."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from knowledge.matching.cues import consequence_of, type_of
from knowledge.matching.index import FEATURES, Candidates
from knowledge.matching.postings import Floats, Ints

Signals = npt.NDArray[np.float64]

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

_VIEW_COLUMNS, _BEST_COLUMNS, _LEAD_COLUMNS = ([_AT[name] for name in names] for names in (_VIEWS, _OF_BEST, _LEADS))

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
    question: str, candidates: Candidates, topics: Ints, scores: Floats, shares: Floats, order: Sequence[int]
) -> Signals:
    """The signals of a question in the order of ``SIGNALS``.

    ``topics`` are those of all entries, ``order`` the candidates best first. Entries of one topic settle the same
    thing, perhaps in two places.
    """
    features = candidates.features
    own = topics[candidates.rows]
    best = order[0]
    same = own == own[best]
    alike: list[bool] = same.tolist()
    rival = next((i for i in order if not alike[i]), None)
    length = len(candidates.tokens.text)
    agreeing = [float(alike[row]) for row in features[:, _VIEW_COLUMNS].argmax(axis=0).tolist()]
    asked = type_of(question)
    of_best = features[best].tolist()
    of_rival = features[rival].tolist() if rival is not None else None
    surface_max = float(features[:, _AT["surface"]].max())
    return np.asarray(
        [
            float(scores[best]),
            float(scores[best] - scores[rival]) if rival is not None else 5.0,
            float(shares[same].sum()),
            surface_max,
            of_best[_AT["alias"]] * 10 / (5 + length),
            candidates.known,
            math.log1p(length),
            sum(agreeing) / len(_VIEWS),
            float(bool(_ERRAND.search(question))),
            candidates.outside,
            surface_max - candidates.outside,
            float(bool(consequence_of(question))),
            *agreeing,
            *[of_best[column] for column in _BEST_COLUMNS],
            *[of_best[column] - (of_rival[column] if of_rival else 0.0) for column in _LEAD_COLUMNS],
            *[float(asked == name) for name in _TYPES],
        ]
    )
