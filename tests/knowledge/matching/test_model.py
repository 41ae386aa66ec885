"""The trained constants: what they say together, and that they belong to the program."""

import json

import numpy as np
import pytest

from knowledge.matching.index import FEATURES
from knowledge.matching.model import ModelError, Network, load_model
from knowledge.shipped import DATA


def test_one_network_says_what_several_say_on_average() -> None:
    rng = np.random.default_rng(1)
    mean, scale = rng.random(len(FEATURES)), 0.5 + rng.random(len(FEATURES))
    parts = [
        Network(mean, scale, rng.random((len(FEATURES), 4)), rng.random(4), rng.random(4), rng.random(len(FEATURES)))
        for _ in range(3)
    ]
    features = rng.random((10, len(FEATURES))).astype(np.float32)
    together = Network.mean_of(parts)(features)
    np.testing.assert_allclose(together, np.mean([part(features) for part in parts], axis=0), rtol=1e-5)


def test_constants_for_other_signals_are_refused(tmp_path) -> None:
    model = json.loads((DATA / "matching" / "model.json").read_text(encoding="utf-8"))
    del model["profiles"]["questions"]["right"]["weights"]["lead"]
    path = tmp_path / "model.json"
    path.write_text(json.dumps(model), encoding="utf-8")
    with pytest.raises(ModelError):
        load_model(path)
