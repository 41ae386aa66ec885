"""Building without the collector."""

from __future__ import annotations

import gc

import pytest

from knowledge.garbage import uncollected


def test_the_collector_rests_meanwhile_and_is_as_before_afterwards_whatever_happens() -> None:
    @uncollected()
    def builds(fails: bool) -> bool:
        if fails:
            raise KeyError
        return gc.isenabled()

    assert gc.isenabled()
    assert not builds(False)
    assert gc.isenabled()
    with pytest.raises(KeyError):
        builds(True)
    assert gc.isenabled()
    with uncollected():
        assert not builds(False)
        assert not gc.isenabled()
    assert gc.isenabled()
