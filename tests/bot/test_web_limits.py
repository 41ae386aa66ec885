"""Token buckets, with a clock that is set."""

from __future__ import annotations

from bot.limits import Limiter


class Hand:
    """A clock turned by hand."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


def test_a_burst_is_allowed_and_then_one_at_the_rate() -> None:
    clock = Hand()
    limiter = Limiter(rate=0.5, burst=3, clock=clock)
    assert [limiter.allows("a") for _ in range(5)] == [True, True, True, False, False]
    clock.at = 1.9
    assert limiter.allows("a") is False
    clock.at = 2.0
    assert [limiter.allows("a"), limiter.allows("a")] == [True, False]


def test_asking_in_vain_does_not_put_off_the_next_token() -> None:
    clock = Hand()
    limiter = Limiter(rate=1, burst=1, clock=clock)
    assert limiter.allows("a")
    for tenth in range(1, 10):
        clock.at = tenth / 10
        assert not limiter.allows("a")
    clock.at = 1.0
    assert limiter.allows("a")


def test_waiting_long_saves_up_no_more_than_the_burst() -> None:
    clock = Hand()
    limiter = Limiter(rate=10, burst=2, clock=clock)
    limiter.allows("a")
    clock.at = 1_000_000
    assert [limiter.allows("a") for _ in range(3)] == [True, True, False]


def test_keys_do_not_touch_each_other() -> None:
    limiter = Limiter(rate=1, burst=1, clock=Hand())
    assert [limiter.allows(key) for key in ("a", "b", "a", "b")] == [True, True, False, False]


def test_only_so_many_keys_are_remembered_and_the_longest_unseen_goes_first() -> None:
    limiter = Limiter(rate=1, burst=1, keys=2, clock=Hand())
    for key in ("a", "b"):
        assert limiter.allows(key)
    assert not limiter.allows("a")
    assert limiter.allows("c")
    assert not limiter.allows("a")
    assert limiter.allows("b")
