"""The trained constants: a small network that orders candidates, and two calibrators. Plain numpy; nothing is learned here.

``benchmarks/train_ranker.py`` writes ``knowledge/data/matching/model.json``; this module only evaluates it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.matching.index import FEATURES
from knowledge.matching.postings import Floats


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


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A logistic function of named signals: the probability of one statement about the outcome."""

    weights: Mapping[str, float]
    intercept: float

    def __call__(self, signals: Mapping[str, float]) -> float:
        total = self.intercept + sum(weight * signals[name] for name, weight in self.weights.items())
        return float(1 / (1 + np.exp(-np.clip(total, -30, 30))))


@dataclass(frozen=True, slots=True)
class Profile:
    """Constants for one kind of knowledge: entries with typical questions, or bare texts."""

    networks: tuple[Network, ...]
    in_scope: Calibrator
    right: Calibrator
    answer_at: float
    abstain_below: float

    def score(self, features: Floats) -> Floats:
        """The order of candidates: the mean over a few networks trained from different seeds."""
        mean: Floats = np.mean([network(features) for network in self.networks], axis=0).astype(np.float32)
        return mean


class ModelError(ValueError):
    """匹配参数文件与程序不一致，请重新训练或者恢复文件。"""


def load_model(path: Path) -> dict[str, Profile]:
    """Read the constants. Raises ``ModelError`` when they belong to other features than the program computes."""
    data = json.loads(path.read_text(encoding="utf-8"))
    if tuple(data["features"]) != FEATURES:
        raise ModelError(ModelError.__doc__)
    return {name: _profile(profile) for name, profile in data["profiles"].items()}


def _profile(data: Mapping[str, Any]) -> Profile:
    return Profile(
        tuple(_network(network) for network in data["networks"]),
        Calibrator(data["in_scope"]["weights"], data["in_scope"]["intercept"]),
        Calibrator(data["right"]["weights"], data["right"]["intercept"]),
        data["answer_at"],
        data["abstain_below"],
    )


def _network(data: Mapping[str, Sequence[Any]]) -> Network:
    return Network(*(np.asarray(data[name], dtype=np.float32) for name in Network.__dataclass_fields__))
