"""Token buckets, by a clock that the test moves."""

from core.classroom.limits import Buckets


def test_as_many_at_once_as_fit_then_as_they_fill(clock):
    buckets = Buckets(per_second=2, burst=3, clock=clock)
    assert [buckets.take("a") for _ in range(5)] == [True] * 3 + [False] * 2
    clock.now += 0.5
    assert [buckets.take("a") for _ in range(2)] == [True, False]


def test_a_pause_gives_no_more_than_the_burst(clock):
    buckets = Buckets(per_second=2, burst=3, clock=clock)
    clock.now += 1000
    assert sum(buckets.take("a") for _ in range(10)) == 3


def test_one_does_not_empty_another(clock):
    buckets = Buckets(per_second=1, burst=1, clock=clock)
    assert buckets.take("a")
    assert not buckets.take("a")
    assert buckets.take("b")


def test_trying_in_vain_costs_nothing(clock):
    buckets = Buckets(per_second=1, burst=1, clock=clock)
    buckets.take("a")
    for _ in range(100):
        clock.now += 0.009
        assert not buckets.take("a")
    clock.now += 0.11
    assert buckets.take("a")
