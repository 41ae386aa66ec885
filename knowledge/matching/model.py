"""The trained constants: a small network that orders candidates, and two calibrators. Plain numpy; nothing is learned here.

``benchmarks/train_ranker.py`` writes ``knowledge/data/matching/model.json``; this module only evaluates it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.matching.index import FEATURES, TRANSLATED
from knowledge.matching.postings import Floats
from knowledge.matching.signals import SIGNALS, Signals
from knowledge.matching.translation import Translation


@dataclass(frozen=True, slots=True)
class Network:
    """``score = tanh(z·W + b)·v + z·u`` over standardised features ``z``."""

    mean: Floats
    scale: Floats
    hidden: Floats
    bias: Floats
    output: Floats
    direct: Floats

    def __call__(self, features: Floats) -> Floats:
        z = (features - self.mean) / self.scale
        return np.asarray(np.tanh(z @ self.hidden + self.bias) @ self.output + z @ self.direct, dtype=np.float32)

    @classmethod
    def mean_of(cls, networks: Sequence[Network]) -> Network:
        """One network that says what several with the same standardisation say on average."""
        first, count = networks[0], len(networks)
        return cls(
            first.mean,
            first.scale,
            np.concatenate([network.hidden for network in networks], axis=1),
            np.concatenate([network.bias for network in networks]),
            np.concatenate([network.output / count for network in networks], dtype=np.float32),
            np.mean([network.direct for network in networks], axis=0, dtype=np.float32),
        )


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A logistic function of the signals: the probability of one statement about the outcome.

    ``weights`` stand in the order of ``SIGNALS``.
    """

    weights: Signals
    intercept: float

    def __call__(self, signals: Signals) -> float:
        total = self.intercept + float(self.weights @ signals)
        return 1 / (1 + math.exp(-min(max(total, -30.0), 30.0)))


@dataclass(frozen=True, slots=True)
class Profile:
    """Constants for one kind of knowledge: entries with typical questions, or bare texts.

    ``network`` gives candidates their order: a few networks trained from different seeds, in one. With a
    ``translation`` it looks at ``TRANSLATED`` features more.
    """

    network: Network
    in_scope: Calibrator
    right: Calibrator
    answer_at: float
    abstain_below: float
    translation: Translation | None = None


class ModelError(ValueError):
    """匹配参数文件与程序不一致，请重新训练或者恢复文件。"""


def load_model(path: Path, *only: str) -> dict[str, Profile]:
    """Read the constants, or those of some profiles. A translation has a file of its own, which the profile names.

    Raises ``ModelError`` when they belong to other features than the program computes, or a translation is none.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    if tuple(data["features"]) != FEATURES:
        raise ModelError(ModelError.__doc__)
    wanted = {name: data["profiles"][name] for name in only or data["profiles"]}
    return {name: _profile(profile, path.parent) for name, profile in wanted.items()}


def _profile(data: Mapping[str, Any], folder: Path) -> Profile:
    network = _network(data["network"])
    translation = _translation(folder / data["translation"]) if data.get("translation") else None
    if len(network.mean) != len(FEATURES) + (TRANSLATED if translation else 0):
        raise ModelError(ModelError.__doc__)
    return Profile(
        network,
        _calibrator(data["in_scope"]),
        _calibrator(data["right"]),
        data["answer_at"],
        data["abstain_below"],
        translation,
    )


def _translation(path: Path) -> Translation:
    try:
        return Translation(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelError(ModelError.__doc__) from error


def _network(data: Mapping[str, Sequence[Any]]) -> Network:
    return Network(*(np.asarray(data[name], dtype=np.float32) for name in Network.__dataclass_fields__))


def _calibrator(data: Mapping[str, Any]) -> Calibrator:
    if set(data["weights"]) != set(SIGNALS):
        raise ModelError(ModelError.__doc__)
    return Calibrator(np.asarray([data["weights"][name] for name in SIGNALS], dtype=np.float64), data["intercept"])
